"""The archive of crawls: what it holds, whether it is whole, and a database made of it."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nianbao.commands import EXIT_FAULT, EXIT_INTERRUPTED, open_db, with_db, with_limits, with_workers
from nianbao.commands.agencies import read_alias_file, use_aliases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from collect.archive.model import CrawlFacts
    from collect.limits import Limits
    from nianbao.crawled import Taken

_FOLDER = click.argument("folder", metavar="ARCHIVE", type=click.Path(path_type=Path))


@click.group()
def archive() -> None:
    """The archive of everything that was ever fetched (WARC files): list it, check it, take it in.

    \b
    Examples:
        nianbao archive list archive/
        nianbao archive show archive/ http://www.shuyang.gov.cn/nb/2024.html
        nianbao archive verify archive/
        nianbao archive ingest archive/ --db reports.sqlite
    """


@archive.command("list")
@_FOLDER
@click.option("--crawl", type=click.IntRange(min=1), help="Every exchange of this crawl.")
def list_crawls(folder: Path, crawl: int | None) -> None:
    """List the crawls, or with --crawl what each address answered in one.

    \b
    Examples:
        nianbao archive list archive/
        nianbao archive list archive/ --crawl 12
    """
    from collect.archive.archive import Archive  # noqa: PLC0415 - see the package
    from nianbao.show_archive import show_captures, show_crawls  # noqa: PLC0415 - see the package

    with Archive.open(folder) as opened:
        if crawl is None:
            show_crawls(opened)
        else:
            show_captures(opened, opened.captures(crawl))


@archive.command()
@_FOLDER
@click.argument("what", metavar="ADDRESS|RECORD|DOCUMENT")
@click.option(
    "--content", "output", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT", help="Write the content to this file."
)
def show(folder: Path, what: str, output: Path | None) -> None:
    """Show what an address answered in every crawl, and the last exchange that brought content, with all headers.

    It may be named by its address, by a document's name in the database, or by a record (document_path.record), which shows
    that exchange.

    \b
    Examples:
        nianbao archive show archive/ http://www.shuyang.gov.cn/nb/2024.html
        nianbao archive show archive/ www.shuyang.gov.cn/nb/2024.html --content 2024.html
        nianbao archive show archive/ nianbao-000001.warc.gz#51234
    """
    from collect.archive.archive import Archive  # noqa: PLC0415 - see the package
    from nianbao.show_archive import show_address  # noqa: PLC0415 - see the package

    with Archive.open(folder) as opened:
        show_address(opened, what, output)


@archive.command()
@_FOLDER
def index(folder: Path) -> int:
    """Make the index anew from the WARC files. Exit code 1 if a part of them cannot be read.

    The index only saves looking; it is brought up to date by itself, and may be deleted at any time.

    \b
    Examples:
        nianbao archive index archive/
    """
    from collect.archive.archive import Archive  # noqa: PLC0415 - see the package
    from nianbao.show_archive import show_damages  # noqa: PLC0415 - see the package

    with Archive.open(folder) as opened:
        damages = opened.reindex()
        show_damages(opened, damages)
    return EXIT_FAULT if damages else 0


@archive.command()
@_FOLDER
def verify(folder: Path) -> int:
    """Read every record and compare it with its digest, and the index with the files. Exit code 1 if anything is wrong.

    \b
    Examples:
        nianbao archive verify archive/
    """
    from collect.archive.check import examine  # noqa: PLC0415 - see the package
    from nianbao.show_archive import show_examination  # noqa: PLC0415 - see the package

    found = examine(folder)
    show_examination(found)
    return 0 if found.is_sound else EXIT_FAULT


@archive.command()
@_FOLDER
@with_db
@with_workers
@with_limits
@click.option("--quiet", "-q", is_flag=True, help="No progress bar and no summary.")
def ingest(folder: Path, db: str, workers: int, *, limits: Limits, quiet: bool) -> int:
    """Take every crawl that the database does not know yet in, each as a run with the crawl's own dates.

    What is unchanged since the crawl before is not opened. Interrupted and run again, it goes on.

    \b
    Examples:
        nianbao archive ingest archive/ --db reports.sqlite
    """
    from collect.archive.archive import Archive  # noqa: PLC0415 - see the package
    from nianbao.crawled import ingest_archive  # noqa: PLC0415 - see the package

    with Archive.open(folder) as opened, open_db(db, create=True) as store:
        return _follow(
            lambda before, options: ingest_archive(opened, store, before=before, limits=limits, **options),
            workers=workers,
            quiet=quiet,
        )


@click.command()
@_FOLDER
@click.option("--db", metavar="PATH|URL", required=True, help="The new database: path of an SQLite file, or an SQLAlchemy URL.")
@with_workers
@with_limits
@click.option("--aliases", type=click.Path(path_type=Path), metavar="FILE", help="Alias file (TOML): settles names of agencies.")
@click.option("--replace", is_flag=True, help="Put it in the place of the database that is there, once it is whole.")
@click.option("--quiet", "-q", is_flag=True, help="No progress bar and no summary.")
def rebuild(folder: Path, db: str, workers: int, *, limits: Limits, aliases: Path | None, replace: bool, quiet: bool) -> int:
    """Make a new database of all crawls of an ARCHIVE, offline: the same that nightly ingests made.

    It is made aside (PATH.part) and put in its place whole. Interrupted and run again, it goes on. What people added to a
    database (corrections, agencies settled by hand) is no part of the archive; give aliases by --aliases.

    \b
    Examples:
        nianbao rebuild archive/ --db new.sqlite
        nianbao rebuild archive/ --db reports.sqlite --replace --workers 8
    """
    from collect.archive.archive import Archive  # noqa: PLC0415 - see the package
    from nianbao import crawled  # noqa: PLC0415 - see the package

    settled = read_alias_file(aliases) if aliases else None
    with Archive.open(folder) as opened:
        return _follow(
            lambda before, options: crawled.rebuild(
                opened,
                db,
                replace=replace,
                prepare=lambda store: None if settled is None else use_aliases(store, settled),
                before=before,
                limits=limits,
                **options,
            ),
            workers=workers,
            quiet=quiet,
        )


def _follow(
    start: Callable[[Callable[[CrawlFacts], object], dict[str, object]], Iterator[Taken]], *, workers: int, quiet: bool
) -> int:
    """Run, with a line for each crawl; gives the exit code."""
    from nianbao.progress import progress_bar  # noqa: PLC0415 - see the package
    from nianbao.show import say  # noqa: PLC0415 - see the package
    from nianbao.show_archive import TakenTable  # noqa: PLC0415 - see the package
    from nianbao.workers import hired  # noqa: PLC0415 - see the package

    table = TakenTable()
    with hired(workers) as crew, progress_bar(quiet=quiet) as progress:
        for taken in start(lambda _crawl: None, {"crew": crew, "progress": progress}):
            table.add(taken)
    if not quiet:
        say(table.render())
    return EXIT_INTERRUPTED if table.is_interrupted else 0
