"""The nightly job, and how fresh what its sources gave is."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nianbao.commands import harmless, open_db, with_db

if TYPE_CHECKING:
    from nianbao.nightly.config import NightConfig

_EXIT_CODES = """\b
Exit codes (those from 10 to 12 and 75 are set in the table [policy]; docs/nightly.md):
    0  published
   10  a gate fired: the published copy stays
   11  a step failed: the published copy stays
   12  published, but a source is silent while something is due
   64  wrong usage          75  another run is at it
   78  configuration       130  interrupted: run it again to go on"""
_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog=_EXIT_CODES)
@click.option(
    "--config", "file", type=_FILE, metavar="FILE", help="Configuration (TOML; docs/nightly.md). Options stand above it."
)
@click.option("--sources", type=_FOLDER, metavar="DIR", help="Folder of the sources.  [default: sources]")
@click.option("--archive", type=_FOLDER, metavar="DIR", help="Folder of the archive.  [default: archive]")
@click.option("--db", "database", metavar="PATH|URL", help="The database.  [default: reports.sqlite]")
@click.option("--published", type=_FILE, metavar="FILE", help="The published copy.  [default: published/reports.sqlite]")
@click.option("--copies", type=click.IntRange(min=0), help="Former copies that are kept.  [default: 7]")
@click.option("--state", type=_FOLDER, metavar="DIR", help="Folder of lock, journal, summaries and log.  [default: night]")
@click.option("--workers", type=click.IntRange(min=1), help="Processes that read.  [default: 2]")
@click.option("--metrics", type=_FILE, metavar="FILE", help="Write Prometheus metrics to this file.")
@click.option("--contact", metavar="ADDRESS", envvar="NIANBAO_CONTACT", help="E-mail or web address that the sites are told.")
@click.option("--only", multiple=True, metavar="NAME", help="Ask only this source, due or not. May be given again.")
@click.option("--overrule", multiple=True, metavar="GATE", help="Publish though this gate fires, this once. May be given again.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is overruled; recorded, and in the published copy.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing if all is well: for cron, which mails what is printed.")
def nightly(
    *,
    file: Path | None,
    sources: Path | None,
    archive: Path | None,
    database: str | None,
    published: Path | None,
    copies: int | None,
    state: Path | None,
    workers: int | None,
    metrics: Path | None,
    contact: str | None,
    only: tuple[str, ...],
    overrule: tuple[str, ...],
    reason: str,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Ask what is due, take in what is new, check it, and publish it if every gate lets it pass.

    One run at a time. Broken off anywhere and run again, it goes on. A source that fails stops no other; a gate that fires,
    or a step that fails, leaves the published copy as it is. The summary is printed, and written as text, JSON and HTML.

    \b
    Examples:
        nianbao nightly --config night.toml
        nianbao nightly --config night.toml --dry-run
        nianbao nightly --sources sources --db reports.sqlite --contact crawler@example.org
        nianbao nightly --config night.toml --only suqian
        nianbao nightly --config night.toml --overrule reports --reason "duplicates of 沭阳 were settled"
    """
    from nianbao.nightly.config import read_config  # noqa: PLC0415 - see the package

    config = read_config(
        file,
        sources=sources,
        archive=archive,
        database=database,
        published=published,
        copies=copies,
        state=state,
        workers=workers,
        metrics=metrics,
        contact=contact,
    )
    if dry_run:
        return _plan(config, only)
    return _run(config, only, dict.fromkeys(overrule, reason), as_json=as_json, quiet=quiet)


def _plan(config: NightConfig, only: tuple[str, ...]) -> int:
    from datetime import UTC, datetime  # noqa: PLC0415 - see the package

    from nianbao.nightly.plan import plan  # noqa: PLC0415 - see the package
    from nianbao.nightly.web import Web  # noqa: PLC0415 - see the package
    from nianbao.show_night import show_plan  # noqa: PLC0415 - see the package

    show_plan(plan(config, Web(config), datetime.now(UTC), only), config)
    return 0


def _run(config: NightConfig, only: tuple[str, ...], overruled: dict[str, str], *, as_json: bool, quiet: bool) -> int:
    from datetime import UTC, datetime  # noqa: PLC0415 - see the package

    from nianbao.nightly.lock import LockedError  # noqa: PLC0415 - see the package
    from nianbao.nightly.night import Orders, run_night  # noqa: PLC0415 - see the package
    from nianbao.nightly.summary import as_json as written  # noqa: PLC0415 - see the package
    from nianbao.nightly.summary_text import as_text  # noqa: PLC0415 - see the package
    from nianbao.nightly.web import Web  # noqa: PLC0415 - see the package
    from nianbao.show_night import told  # noqa: PLC0415 - see the package

    try:
        with told(quiet=quiet) as progress:
            summary = run_night(config, Web(config), lambda: datetime.now(UTC), Orders(only, overruled), progress)
    except LockedError as error:
        click.echo(f"error: {harmless(str(error))}", err=True)
        return config.policy.locked
    if not quiet or summary.exit_code:
        click.echo(written(summary) if as_json else harmless(as_text(summary)), nl=False)
    return summary.exit_code


@click.command("status")
@with_db
@click.option("--all", "everything", is_flag=True, help="Also what is fresh; else only what is not.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, every field.")
def sources_status(db: str, *, everything: bool, as_json: bool) -> None:
    """Show how fresh what each source gave is: last checked, last changed, next due, and why if it is silent.

    \b
    Examples:
        nianbao sources status
        nianbao sources status --all --db published/reports.sqlite
    """
    from nianbao.show_night import show_freshness  # noqa: PLC0415 - see the package
    from store.sources import freshness  # noqa: PLC0415 - see the package

    with open_db(db) as store:
        show_freshness(freshness(store), everything=everything, as_json=as_json)
