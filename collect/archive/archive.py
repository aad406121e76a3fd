"""The archive of everything that was ever fetched. The WARC files are the truth, the index beside them is a cache."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from collect.archive.entries import entry_of, result_of, said_of
from collect.archive.index import Index
from collect.archive.lock import WriterLock
from collect.archive.model import Capture, CrawlFacts, Exchange
from collect.archive.records import (
    Original,
    Record,
    date,
    digest_of,
    exchange_of,
    exchange_records,
    information_record,
    metadata_record,
)
from collect.archive.volumes import LARGEST, Damaged, Found, Place, Volumes
from collect.crawl.model import SiteResult
from collect.errors import ConfigurationError, UnreadableError

_INDEX: Final = "index.sqlite"
_LOCK: Final = "lock"
_BEGUN, _ENDED, _RESULT = "crawl-begin", "crawl-end", "site-result"


class Archive:
    """Exchanges with sites, found by address, crawl and content. ``Archive.open`` gives one.

    What ``record`` has returned for outlives this process, however it ends; ``flush`` makes it outlive the machine's loss of
    power, and so do ``finish``, ``keep_result`` and ``close``. Many may read while one writes. Threads may share it.
    """

    def __init__(self, root: Path, volumes: Volumes, index: Index, lock: WriterLock) -> None:
        self.root = root
        self._volumes = volumes
        self._index = index
        self._writer = lock
        self._turn = threading.RLock()
        self._is_behind = False
        """Something was written that the index does not know."""

    @classmethod
    def open(cls, root: Path, *, create: bool = False, largest: int = LARGEST) -> Archive:
        """The archive in a folder.

        A torn tail, as a killed writer leaves it, is cut, and the index is brought to what the files hold, unless another
        process is writing just now. ``largest`` is how many bytes a file may have before another is begun.

        Raises:
            ConfigurationError: there is none, and ``create`` does not say to make one.
        """
        volumes = Volumes(root, largest)
        if not (root.is_dir() and volumes.names()):
            if not create:
                raise ConfigurationError(f"There is no archive in {root}.", advice="Check the path; `nianbao crawl` makes one.")
            _make_folder(root)
        lock = WriterLock(root / _LOCK)
        archive = cls(root, volumes, Index(root / _INDEX if os.access(root, os.W_OK) else None), lock)
        if lock.try_take():
            try:
                archive._catch_up()
            finally:
                lock.give_back()
        elif not archive._index.is_usable:
            archive.close()
            return cls.in_memory(root)
        return archive

    @classmethod
    def in_memory(cls, root: Path) -> Archive:
        """The archive in a folder, for reading, with an index made anew from its files and kept nowhere."""
        archive = cls(root, Volumes(root), Index(None), WriterLock(root / _LOCK))
        archive._catch_up(mend=False)
        return archive

    def __enter__(self) -> Archive:
        """The archive itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give the files and the writer's place back."""
        with self._turn:
            self._volumes.close()
            self._index.close()
            self._writer.give_back()

    # Writing

    def begin(self, moment: datetime) -> CrawlFacts:
        """The interrupted crawl to be gone on with if there is one, else a new one.

        Raises:
            ConfigurationError: another process writes to the archive.
        """
        with self._turn:
            self._write()
            crawls = self.crawls()
            if crawls and crawls[-1].finished is None:
                return crawls[-1]
            number = crawls[-1].number + 1 if crawls else 1
            self._say(moment, {"kind": _BEGUN, "crawl": number})
            return self.crawls()[-1]

    def finish(self, number: int, moment: datetime) -> None:
        """The crawl has come to its end."""
        with self._turn:
            self._write()
            self._say(moment, {"kind": _ENDED, "crawl": number})
            self.flush()

    def keep_result(self, result: SiteResult) -> None:
        """Keep what became of a source in a crawl; said again, the latter counts."""
        with self._turn:
            self._write()
            self._say(result.finished, {"kind": _RESULT, "crawl": result.crawl, "result": said_of(result)})
            self.flush()

    def record(self, number: int, exchange: Exchange) -> Capture:
        """Keep an exchange of a crawl, all of it or nothing. Content that is held already is not written again.

        Raises:
            ConfigurationError: another process writes to the archive, or the disk takes no more.
        """
        with self._turn:
            self._write()
            records = exchange_records(exchange, number, self._original(exchange))
            asked, place = self._volumes.append(*records, header=self._header)
            with self._indexing(place):  # what is read from the file itself: an index made anew says the same
                capture = self._index.add(entry_of(self._volumes.read(place), place, asked, self._index.size_of))
            return self._index.capture(capture)

    def flush(self) -> None:
        """Have the disk keep what was recorded, also if the machine loses power."""
        with self._turn:
            self._volumes.flush()

    # Reading

    @property
    def name(self) -> str:
        """The archive's own name for good, wherever it lies: a URN."""
        return self._index.said("name")

    def crawls(self) -> tuple[CrawlFacts, ...]:
        """Every crawl, oldest first."""
        with self._turn:
            return self._index.crawls()

    def results(self, crawl: int | None = None) -> tuple[SiteResult, ...]:
        """What became of the sources, in one crawl or in all, by crawl and source."""
        with self._turn:
            return tuple(result_of(json.loads(said)) for said in self._index.results(crawl))

    def last(self, url: str, *, method: str = "GET", request_body: bytes = b"") -> Capture | None:
        """What the address last said for certain (``Capture.settles``), in whatever crawl."""
        with self._turn:
            return self._index.last(url, method, _asked(request_body))

    def in_crawl(self, number: int, url: str, *, method: str = "GET", request_body: bytes = b"") -> Capture | None:
        """What the address last answered in a crawl, whatever that was."""
        with self._turn:
            return self._index.in_crawl(number, url, method, _asked(request_body))

    def captures(self, crawl: int | None = None) -> Iterator[Capture]:
        """Every exchange, of one crawl or of all, in the order they were made."""
        with self._turn:
            found = list(self._index.captures() if crawl is None else self._index.captures("WHERE c.crawl = ?", crawl))
        yield from found

    def live(self, crawl: int) -> Iterator[Capture]:
        """Documents as they stand after a crawl, by name: where the last certain word of an address is one."""
        with self._turn:
            standing = list(self._index.standing(crawl))
        yield from (each for each in standing if each.role.is_document and each.sha256)

    def settled(self, crawl: int) -> Iterator[Capture]:
        """The last certain word in a crawl of each address that was asked in it, by name."""
        with self._turn:
            found = list(self._index.settled(crawl))
        yield from found

    def last_documents(self, crawl: int) -> Iterator[Capture]:
        """Of each address that ever held a document, up to a crawl, when it last did, by name."""
        with self._turn:
            found = list(self._index.last_documents(crawl))
        yield from found

    def departures(self, crawl: int) -> list[tuple[str, str, int]]:
        """Addresses that held a document and said afterwards that nothing lies there: with source, and the first crawl."""
        with self._turn:
            return self._index.departures(crawl)

    def content(self, sha256: str) -> bytes:
        """The bytes with this digest: one seek and one record.

        Raises:
            LookupError: the archive does not hold them.
            UnreadableError: the disk has lost them.
        """
        place = self.place(sha256)
        if place is None:
            raise LookupError(f"The archive holds no content {sha256}.")
        return read_content(self.root, place, sha256)

    def place(self, sha256: str) -> Place | None:
        """The record that holds a content; None where there is none."""
        with self._turn:
            return self._index.place(sha256)

    def exchange(self, capture: Capture) -> Exchange:
        """The whole exchange again: question, answer, headers and content.

        Raises:
            UnreadableError: the disk has lost a part of it.
        """
        volume, _, offset = capture.record.rpartition("#")
        place = Place(volume, int(offset))
        with self._turn:
            asked = self._index.question(place)
        answer = self._volumes.read(place)
        question = self._volumes.read(asked) if asked else None
        same = answer.kind == "revisit" and answer.status != HTTPStatus.NOT_MODIFIED
        return exchange_of(question, answer, self.content(answer.digest) if same else answer.payload)

    def find(self, what: str) -> tuple[Capture, ...]:
        """What an address answered, in every crawl: by the address, its public name, or one exchange by its record."""
        volume, _, offset = what.rpartition("#")
        with self._turn:
            return tuple(self._index.find(what, Place(volume, int(offset)) if offset.isdecimal() else None))

    def counts(self) -> dict[int, tuple[int, int, int, int]]:
        """Of each crawl: exchanges, addresses asked, contents that were new at their address, documents met."""
        with self._turn:
            return self._index.counts()

    def index_rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything the index says, table by table."""
        with self._turn:
            return self._index.rows()

    # What keeps files and index together

    def reindex(self) -> tuple[Damaged, ...]:
        """Make the index anew from the files; gives what could not be read.

        Raises:
            ConfigurationError: another process writes to the archive.
        """
        with self._turn:
            held = self._writer.is_held
            self._writer.take()
            try:
                self._volumes.close()
                self._index.make_anew()
                return self._catch_up()
            finally:
                if not held:
                    self._writer.give_back()

    def _write(self) -> None:
        """Take the writer's place, once, and see what a writer before has left, or this one where its index failed."""
        if not self._writer.is_held or self._is_behind:
            self._writer.take()
            self._catch_up()
            self._is_behind = False

    @contextmanager
    def _indexing(self, place: Place) -> Iterator[None]:
        """Takes what was just written into the index. Whatever goes wrong with that: the files have it."""
        self._is_behind = True
        with self._index.writing():
            yield
            self._index.note_indexed(place.volume, self._volumes.end)
        self._is_behind = False

    def _catch_up(self, *, mend: bool = True) -> tuple[Damaged, ...]:
        """Bring the index to what the files hold, and cut a torn tail. Only the writer may mend."""
        names = self._volumes.names()
        if not self._index.is_usable or self._is_ahead(names):
            self._index.make_anew()
        indexed = self._index.indexed()
        damages: list[Damaged] = []
        for volume in names:
            start = indexed.get(volume, 0)
            if start < self._volumes.size(volume):
                damages += self._read_in(volume, start, mend=mend and volume == names[-1])
        return tuple(damages)

    def _is_ahead(self, names: list[str]) -> bool:
        """Whether the index speaks of what the files have not: lost with the power, or taken away."""
        indexed = self._index.indexed()
        return any(name not in names or self._volumes.size(name) < end for name, end in indexed.items())

    def _read_in(self, volume: str, start: int, *, mend: bool) -> list[Damaged]:
        damages: list[Damaged] = []
        question: Found | None = None
        with self._index.writing():
            for found in self._volumes.scan(volume, start):
                if isinstance(found, Damaged):
                    damages.append(found)
                    question = question if found.torn else None
                elif found.record.kind == "request":
                    question = found
                else:
                    self._take_in(found, question)
                    self._index.note_indexed(volume, found.end)
                    question = None
        torn = next((each for each in damages if each.torn), None)
        loose = question.place if question else torn.place if torn else None
        if mend and loose is not None:  # a question without its answer is half an exchange
            self._volumes.cut(loose)
            damages = [each for each in damages if each is not torn]
        return damages

    def _take_in(self, found: Found, question: Found | None) -> None:
        record = found.record
        if record.kind in {"response", "revisit"}:
            self._index.add(entry_of(record, found.place, question.place if question else None, self._index.size_of))
        elif record.kind == "metadata":
            self._take_in_word(record)
        elif record.kind == "warcinfo" and not self._index.said("name"):
            lines = record.payload.decode().splitlines()
            self._index.say("name", next((line[10:].strip() for line in lines if line.startswith("isPartOf: ")), ""))

    def _take_in_word(self, record: Record) -> None:
        said = json.loads(record.payload.decode("utf-8", "surrogatepass"))
        match said["kind"]:
            case "crawl-begin":
                self._index.begin(said["crawl"], date(record.moment))
            case "crawl-end":
                self._index.finish(said["crawl"], date(record.moment))
            case "site-result":
                text = json.dumps(said["result"], sort_keys=True)
                self._index.keep_result(said["crawl"], said["result"]["site"], text)

    def _say(self, moment: datetime, said: dict[str, Any]) -> None:
        """Write a record of our own, and take it in."""
        (place,) = self._volumes.append(metadata_record(moment, said), header=self._header)
        with self._indexing(place):
            self._take_in_word(self._volumes.read(place))

    def _header(self, volume: str) -> bytes:
        name = self.name
        if not name:
            name = uuid4().urn
            self._index.say("name", name)
        return information_record(volume, datetime.now(UTC), name)

    def _original(self, exchange: Exchange) -> Original | None:
        if exchange.status == HTTPStatus.NOT_MODIFIED:
            return self._index.held(exchange.url, exchange.method, _asked(exchange.request_body))
        return self._index.original(digest_of(exchange.body)) if exchange.body else None


def read_content(root: Path, place: Place, sha256: str) -> bytes:
    """The bytes that a record holds.

    Raises:
        UnreadableError: it is not there, or holds something else.
    """
    payload = Volumes(root).read(place).payload
    if digest_of(payload) != sha256:
        advice = "Run `nianbao archive verify`, and take the archive's files from a copy."
        raise UnreadableError(f"The archive's record at {place} does not hold what it held.", advice=advice)
    return payload


def _make_folder(root: Path) -> None:
    if root.exists() and not root.is_dir():
        raise ConfigurationError(f"{root} is a file.", advice="Name a folder for the archive.")
    if root.is_dir() and any(name not in {_INDEX, f"{_INDEX}-wal", f"{_INDEX}-shm", _LOCK} for name in os.listdir(root)):  # noqa: PTH208
        raise ConfigurationError(f"{root} holds something else.", advice="Name an empty or a new folder for the archive.")
    root.mkdir(parents=True, exist_ok=True)


def _asked(body: bytes) -> str:
    return digest_of(body) if body else ""
