"""An archive of crawls into the store: every crawl is one run, with the crawl's own clock; and the whole of it anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collect.archive import night
from collect.archive.archive import Archive
from collect.archive.model import CrawlFacts
from collect.archives import Collection
from collect.errors import ConfigurationError, StoreError
from collect.model import FoundFile
from nianbao.counts import Summary
from nianbao.ingest import Intake, take_in
from nianbao.pipeline import READER_VERSION
from store.crawls import crawl_key, has_other_runs, interrupted, taken_in
from store.documents import Run
from store.load import Store
from store.open import LOADING_CACHE_KIB, database_url, open_store
from store.sources import note_checks

PART = ".part"
"""What a database is called while it is rebuilt."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A crawl that was taken in."""

    crawl: CrawlFacts
    summary: Summary
    gone: int
    """Documents that are gone since: noted with this run."""


def ingest_crawl(archive: Archive, number: int, store: Store, **options: Any) -> Taken:  # noqa: ANN401 - those of ``take_in``
    """One finished crawl as one run: what it met, new, changed or as it was, and what it found gone.

    The run has the crawl's times, so that ledger and as-of dates are the crawl's. What is unchanged is not opened. Taking it
    in again changes nothing; interrupted and called again, the same run is gone on with. ``options`` are those of
    ``nianbao.ingest.take_in``.

    Raises:
        ConfigurationError: there is no such crawl, it has not come to its end, or the database already knows a later one.
        StoreError: the database cannot be written.
    """
    crawl = next((each for each in archive.crawls() if each.number == number), None)
    if crawl is None or crawl.finished is None:
        what = "is no crawl" if crawl is None else "has not come to its end"
        raise ConfigurationError(f"{number} {what} of the archive {archive.root}.", advice="`nianbao archive list` shows them.")
    later = max(taken_in(store, archive.name), default=0)
    if later > number:
        raise ConfigurationError(
            f"The database has taken in crawl {later} already.",
            advice="Runs follow each other in time: `nianbao rebuild` makes a database of all crawls.",
        )
    key = crawl_key(archive.name, number)
    gone = night.gone(archive, number)

    def begin() -> Run:
        known = interrupted(store, key, READER_VERSION)
        return known or store.begin_run(READER_VERSION, f"crawl {number}", crawl.started, gone, key)

    def files(collection: Collection) -> Iterator[FoundFile]:
        collection.pass_over(capture.name for capture in archive.last_documents(number))  # a zip's member has no page's name
        return night.documents(archive, number)

    note_checks(store, archive.results(number))
    intake = Intake(files, begin, finished=crawl.finished)
    return Taken(crawl, take_in(intake, store, **options), len(gone))


def pending(archive: Archive, store: Store) -> tuple[CrawlFacts, ...]:
    """The finished crawls that the database has not taken in yet, oldest first."""
    done = max(taken_in(store, archive.name), default=0)
    return tuple(crawl for crawl in archive.crawls() if crawl.finished is not None and crawl.number > done)


def ingest_archive(
    archive: Archive,
    store: Store,
    *,
    before: Callable[[CrawlFacts], object] = lambda _crawl: None,
    **options: Any,  # noqa: ANN401 - those of ``take_in``
) -> Iterator[Taken]:
    """Every pending crawl, one after the other; ends after one that was interrupted. ``before`` is told of each first."""
    for crawl in pending(archive, store):
        before(crawl)
        taken = ingest_crawl(archive, crawl.number, store, **options)
        yield taken
        if taken.summary.interrupted:
            return


def rebuild(
    archive: Archive,
    target: str | Path,
    *,
    replace: bool = False,
    prepare: Callable[[Store], object] = lambda _store: None,
    **options: Any,  # noqa: ANN401 - those of ``ingest_archive``
) -> Iterator[Taken]:
    """A new database of all crawls of an archive, offline: the same as the nightly ones would have made.

    An SQLite database is made aside (``.part``) and put in its place whole; interrupted, the next call goes on with it.
    ``prepare`` is called with the empty database (aliases).

    Raises:
        ConfigurationError: there is a database already and ``replace`` does not say to put this in its place, or it is in use.
    """
    path = _file_of(target)
    if path is None:
        with open_store(target, cache_kib=LOADING_CACHE_KIB) as store:
            if has_other_runs(store, archive.name) or not pending(archive, store):
                raise ConfigurationError("This database is not empty.", advice="Name a new one; only an SQLite file is replaced.")
            yield from _into(archive, store, prepare, options)
        return
    if path.exists() and not replace:
        raise ConfigurationError(f"{path} exists already.", advice="Name another file, or give --replace.")
    part = path.with_name(path.name + PART)
    with open_store(part, cache_kib=LOADING_CACHE_KIB) as store:
        if has_other_runs(store, archive.name):
            raise ConfigurationError(f"{part} is the beginning of something else.", advice="Remove it, then run this again.")
        whole = True
        for taken in _into(archive, store, prepare, options):
            whole = not taken.summary.interrupted
            yield taken
    if whole:
        _put_in_place(part, path)


def _into(archive: Archive, store: Store, prepare: Callable[[Store], object], options: dict[str, Any]) -> Iterator[Taken]:
    if not taken_in(store, archive.name):
        prepare(store)
    yield from ingest_archive(archive, store, **options)


def _file_of(target: str | Path) -> Path | None:
    """The file of an SQLite database; None on a server."""
    url = database_url(target)
    return Path(url.database) if url.drivername.startswith("sqlite") and url.database else None


def _put_in_place(part: Path, path: Path) -> None:
    """Exchange the databases at once. A log that another program has not written back yet would spoil the new one."""
    for each in (part, path):
        if each.exists():
            _write_back(each)
    part.replace(path)


def _write_back(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path, timeout=5)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be finished ({error}).") from error
    if path.with_name(path.name + "-wal").exists():
        advice = "Close the programs that have it open, then run the same command again: nothing is read twice."
        raise ConfigurationError(f"{path} is in use.", advice=advice)
