"""What the WARC files hold, to be found at once: a cache that can be made anew from them at any time.

Everything here follows from the records in their order, so that an index made anew has the same rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from collect.archive.model import Capture, CrawlFacts, Role
from collect.archive.records import Original, date
from collect.archive.volumes import Place
from collect.errors import ConfigurationError
from collect.warc import name_of

VERSION: Final = "1"
_GONE: Final = frozenset({404, 410, 301, 308})
"""Answers that say for good that nothing lies there."""
_SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE volume (name TEXT PRIMARY KEY, indexed INTEGER NOT NULL) STRICT;
CREATE TABLE crawl (number INTEGER PRIMARY KEY, started TEXT NOT NULL, finished TEXT) STRICT;
CREATE TABLE result (crawl INTEGER NOT NULL, site TEXT NOT NULL, said TEXT NOT NULL, PRIMARY KEY (crawl, site)) STRICT;
CREATE TABLE address (id INTEGER PRIMARY KEY, url TEXT NOT NULL, method TEXT NOT NULL, asked TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE, UNIQUE (url, method, asked)) STRICT;
CREATE TABLE content (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, url TEXT NOT NULL, moment TEXT NOT NULL,
    volume TEXT NOT NULL, place INTEGER NOT NULL) STRICT;
CREATE TABLE capture (id INTEGER PRIMARY KEY, address INTEGER NOT NULL, crawl INTEGER NOT NULL, moment TEXT NOT NULL,
    status INTEGER NOT NULL, site TEXT NOT NULL, role TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    is_new INTEGER NOT NULL, etag TEXT NOT NULL, last_modified TEXT NOT NULL, via TEXT NOT NULL, title TEXT NOT NULL,
    settles INTEGER NOT NULL, volume TEXT NOT NULL, place INTEGER NOT NULL, question INTEGER) STRICT;
CREATE INDEX capture_address ON capture (address, id);
CREATE INDEX capture_crawl ON capture (crawl, address);
"""
TABLES: Final = ("volume", "crawl", "result", "address", "content", "capture")
_CAPTURE: Final = (
    "SELECT a.url, c.moment, c.crawl, c.status, c.site, c.role, c.sha256, c.size, c.is_new, c.etag, c.last_modified, c.via,"
    " c.title, a.method, c.settles, a.name, c.volume, c.place FROM capture AS c JOIN address AS a ON a.id = c.address "
)
_DOCUMENTS: Final = ", ".join(repr(role.value) for role in Role if role.is_document)
_LAST_DOCUMENTS: Final = (
    "SELECT MAX(id) FROM capture WHERE crawl <= ?1 AND settles = 1 AND sha256 <> ''"  # noqa: S608 - constants
    f" AND role IN ({_DOCUMENTS}) GROUP BY address"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be known of an exchange that was just written, or read again."""

    url: str
    method: str
    asked: str
    """Digest of what was sent along; empty where nothing was."""
    crawl: int
    moment: datetime
    status: int
    site: str
    role: Role
    payload: str
    """Digest of what came with the answer."""
    size: int
    etag: str
    last_modified: str
    via: str
    title: str
    place: Place
    question: int | None
    """Offset of the question's record."""
    is_held: bool
    """Its record holds the bytes itself."""


class Index:
    """The index of one archive: an SQLite file beside the WARC files."""

    def __init__(self, path: Path | None) -> None:
        """``path`` is its file; None keeps it in memory."""
        self._path = path
        self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path or ":memory:", timeout=30, isolation_level=None, check_same_thread=False)
        with suppress(sqlite3.DatabaseError):  # no index at all: see ``is_usable``
            connection.execute("PRAGMA synchronous = OFF")  # what is lost is read from the WARC files again
            connection.execute("PRAGMA journal_mode = WAL")
        return connection

    @property
    def is_usable(self) -> bool:
        """Whether it is whole and of the present version."""
        try:
            return self.said("version") == VERSION
        except sqlite3.DatabaseError:
            return False

    def make_anew(self) -> None:
        """Begin with nothing."""
        self._connection.close()
        if self._path is not None:
            for end in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + end).unlink(missing_ok=True)
        self._connection = self._open()
        with self.writing():
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._connection.execute(statement)
            self.say("version", VERSION)

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction.

        Raises:
            ConfigurationError: the disk does not take it, or another process does not let go of it.
        """
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:  # a full disk may have undone it already
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                advice = "Check the free space and the permissions of the archive's folder."
                raise ConfigurationError(f"The archive's index cannot be written ({error}).", advice=advice) from error
            raise

    def said(self, key: str) -> str:
        """A fact about the archive; empty where there is none."""
        row = self._one("SELECT value FROM meta WHERE key = ?", key)
        return row[0] if row else ""

    def say(self, key: str, value: str) -> None:
        """Note a fact about the archive."""
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def indexed(self) -> dict[str, int]:
        """How far each file is indexed."""
        return dict(self._all("SELECT name, indexed FROM volume"))

    def note_indexed(self, volume: str, end: int) -> None:
        """A file is indexed up to there."""
        self._connection.execute("INSERT OR REPLACE INTO volume VALUES (?, ?)", (volume, end))

    def begin(self, number: int, started: str) -> None:
        """A crawl began."""
        self._connection.execute("INSERT OR IGNORE INTO crawl VALUES (?, ?, NULL)", (number, started))

    def finish(self, number: int, finished: str) -> None:
        """A crawl ended."""
        self._connection.execute("UPDATE crawl SET finished = ? WHERE number = ?", (finished, number))

    def keep_result(self, crawl: int, site: str, said: str) -> None:
        """What became of a source; said twice, the latter counts."""
        self._connection.execute("INSERT OR REPLACE INTO result VALUES (?, ?, ?)", (crawl, site, said))

    def crawls(self) -> tuple[CrawlFacts, ...]:
        """Every crawl, oldest first."""
        rows = self._all("SELECT number, started, finished FROM crawl ORDER BY number")
        return tuple(CrawlFacts(n, datetime.fromisoformat(s), datetime.fromisoformat(f) if f else None) for n, s, f in rows)

    def results(self, crawl: int | None) -> list[str]:
        """What became of the sources, as noted."""
        query = "SELECT said FROM result WHERE ?1 IS NULL OR crawl = ?1 ORDER BY crawl, site"
        return [said for (said,) in self._all(query, crawl)]

    def add(self, entry: Entry) -> int:
        """Take in an exchange; gives the number of its capture."""
        address = self._address(entry)
        before = self._settled(address)
        moment, status = date(entry.moment), entry.status
        if entry.is_held:
            held_at = (entry.payload, entry.size, entry.url, moment, entry.place.volume, entry.place.offset)
            self._connection.execute("INSERT OR IGNORE INTO content VALUES (?, ?, ?, ?, ?, ?)", held_at)
        sha256, size, role, etag, modified = "", 0, entry.role, entry.etag, entry.last_modified
        if status == HTTPStatus.NOT_MODIFIED:
            held = self._held(address)
            if held is not None:
                sha256, size, etag, modified = held[0], held[1], etag or held[2], modified or held[3]
                role = Role(held[4]) if role is Role.OTHER else role
        elif 200 <= status < 300:
            sha256, size = entry.payload, entry.size
        speaks = role is not Role.OTHER or before is None or before[1] == Role.OTHER
        settles = speaks and (status in _GONE or bool(sha256))
        is_new = bool(sha256) and settles and (before is None or before[0] != sha256)
        row: tuple[object, ...] = (
            address,
            entry.crawl,
            moment,
            status,
            entry.site,
            role.value,
            sha256,
            size,
            int(is_new),
            etag,
            modified,
        )
        row += (entry.via, entry.title, int(settles), entry.place.volume, entry.place.offset, entry.question)
        names = "address, crawl, moment, status, site, role, sha256, size, is_new, etag, last_modified, via, title, settles,"
        places = ", ".join("?" * len(row))
        statement = f"INSERT INTO capture ({names} volume, place, question) VALUES ({places})"  # noqa: S608 - constants
        number = self._connection.execute(statement, row).lastrowid
        return number or 0

    def _address(self, entry: Entry) -> int:
        key = (entry.url, entry.method, entry.asked)
        row = self._one("SELECT id FROM address WHERE url = ? AND method = ? AND asked = ?", *key)
        if row is not None:
            return int(row[0])
        name = self._free_name(name_of(entry.url))
        statement = "INSERT INTO address (url, method, asked, name) VALUES (?, ?, ?, ?)"
        return self._connection.execute(statement, (*key, name)).lastrowid or 0

    def _free_name(self, name: str) -> str:
        """Addresses may differ in what their names leave out (https, a port, a slash): the later ones are counted."""
        candidate, count = name, 2
        while self._one("SELECT 1 FROM address WHERE name = ?", candidate):
            candidate, count = f"{name} ({count})", count + 1
        return candidate

    def _settled(self, address: int) -> tuple[str, str] | None:
        """Content and role of what the address last said for certain."""
        query = "SELECT sha256, role FROM capture WHERE address = ? AND settles = 1 ORDER BY id DESC LIMIT 1"
        row: tuple[str, str] | None = self._one(query, address)
        return row

    def _held(self, address: int) -> tuple[str, int, str, str, str] | None:
        """Digest, size, validators and role of the content that a 304 speaks of."""
        query = "SELECT sha256, size, etag, last_modified, role FROM capture WHERE address = ? AND settles = 1 AND sha256 <> ''"
        row: tuple[str, int, str, str, str] | None = self._one(f"{query} ORDER BY id DESC LIMIT 1", address)
        return row

    def held(self, url: str, method: str, asked: str) -> Original | None:
        """The record that a 304 of this address speaks of."""
        query = (
            "SELECT c.moment, c.sha256 FROM capture AS c JOIN address AS a ON a.id = c.address"
            " WHERE a.url = ? AND a.method = ? AND a.asked = ? AND c.settles = 1 AND c.sha256 <> '' AND c.status <> 304"
            " ORDER BY c.id DESC LIMIT 1"
        )
        row = self._one(query, url, method, asked)
        return Original(url, datetime.fromisoformat(row[0]), row[1]) if row else None

    def size_of(self, sha256: str) -> int:
        """Bytes of a content; 0 where it is not held."""
        row = self._one("SELECT size FROM content WHERE sha256 = ?", sha256)
        return int(row[0]) if row else 0

    def original(self, sha256: str) -> Original | None:
        """Where a content was fetched first; None where it is not held."""
        row = self._one("SELECT url, moment FROM content WHERE sha256 = ?", sha256)
        return Original(row[0], datetime.fromisoformat(row[1]), sha256) if row else None

    def place(self, sha256: str) -> Place | None:
        """The record that holds a content."""
        row = self._one("SELECT volume, place FROM content WHERE sha256 = ?", sha256)
        return Place(*row) if row else None

    def question(self, place: Place) -> Place | None:
        """The record of the question that an answer belongs to."""
        query = "SELECT question FROM capture WHERE volume = ? AND place = ?"
        row = self._one(query, place.volume, place.offset)
        return Place(place.volume, row[0]) if row and row[0] is not None else None

    def last(self, url: str, method: str, asked: str) -> Capture | None:
        """What an address last said for certain."""
        where = "WHERE a.url = ? AND a.method = ? AND a.asked = ? AND c.settles = 1 ORDER BY c.id DESC LIMIT 1"
        return self._capture(where, url, method, asked)

    def in_crawl(self, number: int, url: str, method: str, asked: str) -> Capture | None:
        """What an address last answered in a crawl."""
        where = "WHERE a.url = ? AND a.method = ? AND a.asked = ? AND c.crawl = ? ORDER BY c.id DESC LIMIT 1"
        return self._capture(where, url, method, asked, number)

    def capture(self, number: int) -> Capture:
        """A capture by its number."""
        found = self._capture("WHERE c.id = ?", number)
        if found is None:
            raise LookupError(f"no capture {number}")
        return found

    def captures(self, where: str = "", *values: object) -> Iterator[Capture]:
        """Captures in the order they were made, those that a condition holds for."""
        yield from map(_capture_of, self._each(f"{_CAPTURE} {where} ORDER BY c.id", *values))

    def standing(self, crawl: int) -> Iterator[Capture]:
        """What each address said last for certain, up to a crawl; ordered by name."""
        last = "SELECT MAX(id) FROM capture WHERE crawl <= ? AND settles = 1 GROUP BY address"
        yield from map(_capture_of, self._each(f"{_CAPTURE} WHERE c.id IN ({last}) ORDER BY a.name", crawl))

    def settled(self, crawl: int) -> Iterator[Capture]:
        """What each address that a crawl asked said last for certain in it; ordered by name."""
        last = "SELECT MAX(id) FROM capture WHERE crawl = ? AND settles = 1 GROUP BY address"
        yield from map(_capture_of, self._each(f"{_CAPTURE} WHERE c.id IN ({last}) ORDER BY a.name", crawl))

    def last_documents(self, crawl: int) -> Iterator[Capture]:
        """Of each address that ever held a document, up to a crawl, when it last did; ordered by name."""
        yield from map(_capture_of, self._each(f"{_CAPTURE} WHERE c.id IN ({_LAST_DOCUMENTS}) ORDER BY a.name", crawl))

    def departures(self, crawl: int) -> list[tuple[str, str, int]]:
        """Addresses that held a document and said afterwards, up to a crawl, that nothing lies there: whose, and since when."""
        query = (
            "SELECT a.url, d.site, MIN(g.crawl) FROM capture AS d JOIN address AS a ON a.id = d.address"  # noqa: S608 - constants
            " JOIN capture AS g ON g.address = d.address AND g.id > d.id AND g.settles = 1 AND g.sha256 = '' AND g.crawl <= ?1"
            f" WHERE d.id IN ({_LAST_DOCUMENTS}) GROUP BY d.id ORDER BY a.url"
        )
        return self._all(query, crawl)

    def counts(self) -> dict[int, tuple[int, int, int, int]]:
        """Of each crawl: captures, addresses, new contents, and addresses that held a document."""
        is_document = f"settles = 1 AND sha256 <> '' AND role IN ({_DOCUMENTS})"
        counted = f"COUNT(*), COUNT(DISTINCT address), SUM(is_new), COUNT(DISTINCT CASE WHEN {is_document} THEN address END)"
        rows = self._all(f"SELECT crawl, {counted} FROM capture GROUP BY crawl")  # noqa: S608 - constants
        return {crawl: tuple(counts) for crawl, *counts in rows}

    def find(self, what: str, place: Place | None) -> list[Capture]:
        """The captures of an address, by its address or name, or the one of a record."""
        volume, offset = (place.volume, place.offset) if place else ("", -1)
        where = "WHERE a.url = ?1 OR a.name = ?1 OR (c.volume = ?2 AND c.place = ?3)"
        return list(self.captures(where, what, volume, offset))

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything in it, table by table."""
        return {table: self._all(f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}  # noqa: S608 - constants

    def _capture(self, where: str, *values: object) -> Capture | None:
        row = self._one(f"{_CAPTURE} {where}", *values)
        return _capture_of(row) if row else None

    def _one(self, query: str, *values: object) -> Any:  # noqa: ANN401 - a row
        with closing(self._connection.execute(query, values)) as cursor:
            return cursor.fetchone()

    def _all(self, query: str, *values: object) -> list[Any]:
        return self._connection.execute(query, values).fetchall()

    def _each(self, query: str, *values: object) -> Iterable[Sequence[Any]]:
        return self._connection.execute(query, values)


def _capture_of(row: Sequence[Any]) -> Capture:
    url, moment, crawl, status, site, role, sha256, size, is_new, etag, modified, via, title, method, settles, name, *place = row
    return Capture(
        url,
        datetime.fromisoformat(moment),
        crawl,
        status,
        site,
        Role(role),
        sha256,
        size,
        bool(is_new),
        etag,
        modified,
        via,
        title,
        method,
        bool(settles),
        name,
        str(Place(*place)),
    )
