"""The line between the crawl, in a process of its own, and the one writer of the archive."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any

from collect.archive.model import Capture, Exchange
from collect.crawl.model import Event, Politeness
from collect.sites.model import Site


@dataclass(frozen=True, slots=True)
class Order:
    """What the crawling process is told when it starts."""

    sites: tuple[Site, ...]
    politeness: Politeness
    crawl: int
    today: date
    """When the crawl began: what is due does not change over one that is interrupted and gone on with."""
    asked: dict[str, int] = field(default_factory=dict)
    """Questions that each source was asked in this crawl already."""
    crashed: frozenset[str] = frozenset()
    """Addresses over whose content a process died: not to be read again."""


@dataclass(frozen=True, slots=True)
class Call:
    """A question to the archive. Its answer comes back over the line; a fault of the archive ends the crawl at the other end."""

    name: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """The process is about to read an answer (an address), or is done with it (empty)."""

    url: str


@dataclass(frozen=True, slots=True)
class Alive:
    """The process still turns."""


@dataclass(frozen=True, slots=True)
class Done:
    """The crawl is through."""


class Line:
    """The crawling process's end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = Lock()

    def tell(self, message: Event | Reading | Alive | Done) -> None:
        """Say something that needs no answer."""
        with self._lock:
            self._connection.send(message)

    def record(self, exchange: Exchange) -> Capture:
        """Keep an exchange; its moment is set by the writer's clock."""
        capture: Capture = self._call("record", exchange)
        return capture

    def last(self, url: str, method: str = "GET", body: bytes = b"") -> Capture | None:
        """See ``CrawlArchive.last``."""
        capture: Capture | None = self._call("last", url, method, body)
        return capture

    def in_crawl(self, url: str, method: str = "GET", body: bytes = b"") -> Capture | None:
        """See ``CrawlArchive.in_crawl``; of this crawl."""
        capture: Capture | None = self._call("in_crawl", url, method, body)
        return capture

    def content(self, sha256: str) -> bytes | None:
        """See ``CrawlArchive.content``; None where the archive is damaged there."""
        content: bytes | None = self._call("content", sha256)
        return content

    def known(self, site: str) -> tuple[Capture, ...]:
        """The source's documents as they stood before this crawl."""
        captures: tuple[Capture, ...] = self._call("known", site)
        return captures

    def met(self, site: str) -> tuple[str, ...]:
        """Addresses of the source's documents that this crawl has captured already."""
        addresses: tuple[str, ...] = self._call("met", site)
        return addresses

    def _call(self, name: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the archive gives
        with self._lock:
            self._connection.send(Call(name, arguments))
            return self._connection.recv()
