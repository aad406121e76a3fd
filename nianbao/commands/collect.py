"""Going to the sites: the crawl, and what its sources are."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nianbao.commands import EXIT_REVIEW

if TYPE_CHECKING:
    from collect.sites.model import Site

_Command = TypeVar("_Command", bound=Callable[..., Any])

_EXIT_CODES = """\b
Exit codes:
    0  every source was gone through to its end
    2  a source was not: its error says why; what it answered is kept
   64  wrong usage          78  nothing to do as asked
  130  interrupted: run it again to go on"""


def _with_sources(command: _Command) -> _Command:
    return click.option(
        "--sources",
        type=click.Path(path_type=Path),
        default="sources",
        show_default=True,
        envvar="NIANBAO_SOURCES",
        show_envvar=True,
        metavar="DIR",
        help="Folder of the sources: *.toml, one table a site.",
    )(command)


def _with_contact(command: _Command) -> _Command:
    return click.option(
        "--contact",
        default="",
        envvar="NIANBAO_CONTACT",
        show_envvar=True,
        metavar="ADDRESS",
        help="E-mail or web address at which a site's keeper reaches you. The sites are told; public ones are not asked without.",
    )(command)


@click.command(epilog=_EXIT_CODES)
@_with_sources
@click.option(
    "--archive",
    type=click.Path(path_type=Path),
    default="archive",
    show_default=True,
    envvar="NIANBAO_ARCHIVE",
    show_envvar=True,
    metavar="DIR",
    help="Folder of the archive (WARC files). Made if it is not there.",
)
@click.option("--only", multiple=True, metavar="NAME", help="Only this source; may be given more than once.")
@_with_contact
@click.option("--delay", type=click.FloatRange(min=0), default=0.0, help="Seconds between two questions to a host, at least.")
@click.option(
    "--recheck-days",
    type=click.IntRange(min=1),
    default=7,
    show_default=True,
    help="How often reports of the year before last and older are asked for again. 1: every time.",
)
@click.option("--no-verify", is_flag=True, help="Also take what comes with a certificate that does not hold.")
@click.option("--log", type=click.Path(path_type=Path), metavar="FILE", help="Append a line of JSON for everything that happens.")
@click.option("--quiet", "-q", is_flag=True, help="No table of what was found.")
def crawl(
    sources: Path,
    archive: Path,
    only: tuple[str, ...],
    contact: str,
    *,
    delay: float,
    recheck_days: int,
    no_verify: bool,
    log: Path | None,
    quiet: bool,
) -> int:
    """Ask the sites for reports, and keep what they answer in the archive.

    One question at a time to each host, robots.txt obeyed, what is known asked for conditionally. Interrupted and run again, it
    goes on: what the crawl has captured is not asked for again.

    \b
    Examples:
        nianbao crawl --contact crawler@example.org
        nianbao crawl --only suqian --only shuyang --log crawl.jsonl
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - see the package

    from collect.archive.archive import Archive  # noqa: PLC0415 - see the package
    from collect.crawl.model import Politeness  # noqa: PLC0415 - see the package
    from collect.crawl.run import crawl as go  # noqa: PLC0415 - see the package
    from collect.crawl.run import require  # noqa: PLC0415 - see the package
    from nianbao.show_collect import JsonLines, show_results, warn  # noqa: PLC0415 - see the package

    chosen = _chosen(sources, only)
    politeness = Politeness(contact, delay, recheck_days=recheck_days, verify_certificates=not no_verify)
    require(chosen, politeness)  # before an archive is made
    with ExitStack() as stack:
        kept = stack.enter_context(Archive.open(archive, create=True))
        tell = stack.enter_context(JsonLines(log)) if log else warn
        results = go(chosen, kept, now=lambda: datetime.now(UTC), politeness=politeness, tell=tell)
    if not quiet:
        show_results(results)
    return EXIT_REVIEW if any(result.error for result in results) else 0


@click.group()
def sources() -> None:
    """The sites that are crawled: list them, and see what one would yield.

    \b
    Examples:
        nianbao sources list
        nianbao sources test suqian --contact you@example.org
    """


@sources.command("list")
@_with_sources
@click.option("--json", "as_json", is_flag=True, help="As JSON, every field.")
def list_sources(sources: Path, *, as_json: bool) -> None:
    """List the sources.

    \b
    Examples:
        nianbao sources list
        nianbao sources list --json
    """
    from collect.sites.load import load_sites  # noqa: PLC0415 - see the package
    from nianbao.show_collect import show_sources  # noqa: PLC0415 - see the package

    show_sources(load_sites(sources), as_json=as_json)


@sources.command("test")
@click.argument("name")
@_with_sources
@_with_contact
@click.option("--limit", type=click.IntRange(min=1), default=60, show_default=True, help="Questions asked at most.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, when all is asked.")
def test_source(name: str, sources: Path, contact: str, limit: int, *, as_json: bool) -> int:
    """Show what the source NAME would yield, page by page. Nothing is kept.

    Exit code 2 where its lists cannot be read, or nothing is found on them.

    \b
    Examples:
        nianbao sources test suqian --contact you@example.org
        nianbao sources test suqian --limit 10 --json
    """
    from nianbao.show_collect import show_yield  # noqa: PLC0415 - see the package

    (site,) = _chosen(sources, (name,))
    return 0 if show_yield(site, contact, limit, as_json=as_json) else EXIT_REVIEW


def _chosen(folder: Path, names: tuple[str, ...]) -> list[Site]:
    """The sources of those names, or all that are enabled."""
    import difflib  # noqa: PLC0415 - see the package

    from collect.errors import ConfigurationError  # noqa: PLC0415 - see the package
    from collect.sites.load import load_sites  # noqa: PLC0415 - see the package

    known = {site.name: site for site in load_sites(folder)}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            advice = f"Did you mean {near[0]}?" if near else "`nianbao sources list` lists them."
            raise ConfigurationError(f"There is no source {name} in {folder}.", advice=advice)
    chosen = [known[name] for name in dict.fromkeys(names)] or [site for site in known.values() if site.enabled]
    if not chosen:
        raise ConfigurationError(f"No source in {folder} is enabled.", advice="Name one: --only NAME.")
    return chosen
