"""Taking documents in, and looking at one of them."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from collect.errors import ConfigurationError
from nianbao.commands import EXIT_INTERRUPTED, EXIT_REJECTED, EXIT_REVIEW, harmless, open_db, with_db, with_limits, with_workers
from nianbao.commands.agencies import read_alias_file, use_aliases

if TYPE_CHECKING:
    from collect.limits import Limits
    from nianbao.counts import Summary

_EXIT_CODES = """\b
Exit codes:
    0  done
    2  with --fail-on review: a report is for a person to look at, or a document gave none
    3  with --fail-on rejected: a document gave no report
   64  wrong usage          74  the database        78  nothing to do as asked
   65  unreadable           66  encrypted           67  unsupported
   68  not such a report   130  interrupted: run it again to go on"""


@click.command(epilog=_EXIT_CODES)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@with_db
@click.option(
    "--fail-on",
    type=click.Choice(["review", "rejected", "never"]),
    default="never",
    show_default=True,
    help="review: exit with 2 if any report needs a person or any document was rejected; rejected: with 3 if any was rejected.",
)
@with_workers
@click.option(
    "--executor",
    metavar="dask://HOST:PORT",
    default="",
    help="Read on the workers of a Dask cluster instead (needs nianbao[dask] here and there). What they cannot open "
    "themselves is sent to them.",
)
@with_limits
@click.option("--aliases", type=click.Path(path_type=Path), metavar="FILE", help="Alias file (TOML): settles names of agencies.")
@click.option("--reread", is_flag=True, help="Read everything again, also what is known. What people corrected stays.")
@click.option("--quiet", "-q", is_flag=True, help="No progress bar and no summary.")
@click.option("--verbose", "-v", is_flag=True, help="Tracebacks of our own faults, on standard error.")
def ingest(
    paths: tuple[str, ...],
    db: str,
    fail_on: str,
    workers: int,
    *,
    executor: str,
    limits: Limits,
    aliases: Path | None,
    reread: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Take files, folders and archives (zip, tar, WARC) into the database.

    PDF, HTML, DOCX and text are told by their content, whatever they are called. A bad document is noted with its reason
    (table failure) and stops nothing. Interrupted and run again, it goes on; a file of unchanged size and time of change is
    not opened again, and known content not read again, unless this version reads otherwise. PATH may be a URL that fsspec
    knows (s3://, sftp://, https://), given that its package is installed.

    \b
    Examples:
        nianbao ingest reports/
        nianbao ingest 2023.zip 2024.tar.gz --db jiangsu.sqlite
        nianbao ingest reports/ --fail-on review && echo all verified
        nianbao ingest volume.pdf --reread --limit pages=900
        nianbao ingest s3://bucket/reports --executor dask://scheduler:8786
    """
    from collect.archives import require_documents  # noqa: PLC0415 - see the package
    from nianbao import batch  # noqa: PLC0415 - see the package
    from nianbao.progress import progress_bar  # noqa: PLC0415 - see the package
    from nianbao.show import say  # noqa: PLC0415 - see the package
    from nianbao.summary import summary_text  # noqa: PLC0415 - see the package
    from nianbao.workers import hired  # noqa: PLC0415 - see the package

    settled = read_alias_file(aliases) if aliases else None
    _refuse_crawls(paths)
    if not _exists(db):
        require_documents(paths)  # before a database is made
    with (
        hired(workers, executor) as crew,
        open_db(db, create=True) as store,
        progress_bar(quiet=quiet) as progress,
    ):
        if settled is not None:
            use_aliases(store, settled)
        summary = batch.ingest(paths, store, crew=crew, reread=reread, progress=progress, limits=limits)
    if not quiet:
        say(summary_text(summary))
    if verbose:
        for document, trace in summary.traces.items():
            click.echo(harmless(f"{document}\n{trace}"), err=True)
    return _exit_code(summary, fail_on)


def _exit_code(summary: Summary, fail_on: str) -> int:
    if summary.interrupted:
        return EXIT_INTERRUPTED
    if fail_on == "rejected" and summary.rejected:
        return EXIT_REJECTED
    return EXIT_REVIEW if fail_on == "review" and summary.doubtful else 0


def _refuse_crawls(paths: tuple[str, ...]) -> None:
    """An archive of crawls is taken in crawl by crawl: as a mere folder of WARC files it would lose its nights."""
    from collect.archive.volumes import holds_archive  # noqa: PLC0415 - see the package
    from collect.files import is_url, local_path  # noqa: PLC0415 - see the package

    for path in paths:
        if not is_url(path) and holds_archive(local_path(path)):
            raise ConfigurationError(f"{path} is an archive of crawls.", advice=f"Run `nianbao archive ingest {path}`.")


def _exists(db: str) -> bool:
    """Whether there is a database file already."""
    from store.open import database_url  # noqa: PLC0415 - see the package

    return Path(database_url(db).database or "").is_file()


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--html", "output", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT", help="Write the page to this file."
)
def inspect(file: Path, output: Path | None) -> None:
    """Show what would be read from one FILE, without a database.

    Form, identity, verdict, the tables as aligned to the official form, findings and checks. With --html, one
    self-contained page that shows the printed pages with every recognised cell drawn on them.

    \b
    Examples:
        nianbao inspect report.pdf
        nianbao inspect archive.zip/2023/report.pdf
        nianbao inspect report.pdf --html report.html
    """
    from collect.archives import find  # noqa: PLC0415 - see the package
    from nianbao.inspect_text import inspect_file  # noqa: PLC0415 - see the package

    inspect_file(find(file), output)
