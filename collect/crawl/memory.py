"""An archive that forgets: for looking at what a source would yield without keeping any of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from collect.archive.model import Capture, CrawlFacts, Exchange, Role
from collect.crawl.model import SiteResult

_NO_MORE: Final = frozenset({404, 410, 301, 308})


class MemoryArchive:
    """Keeps in memory what a crawl needs of an archive. See ``CrawlArchive`` for what the methods say."""

    def __init__(self) -> None:
        self._crawls: list[CrawlFacts] = []
        self._captures: list[Capture] = []
        self._exchanges: list[Exchange] = []
        self._contents: dict[str, bytes] = {}
        self._last: dict[tuple[str, str, bytes], Capture] = {}
        self._in_crawl: dict[tuple[int, str, str, bytes], Capture] = {}
        self._standing: defaultdict[str, list[Capture]] = defaultdict(list)
        self._results: list[SiteResult] = []

    def begin(self, moment: datetime) -> CrawlFacts:
        """The interrupted crawl, or a new one."""
        if not self._crawls or self._crawls[-1].finished is not None:
            self._crawls.append(CrawlFacts(len(self._crawls) + 1, moment, None))
        return self._crawls[-1]

    def finish(self, number: int, moment: datetime) -> None:
        """Close a crawl."""
        self._crawls[number - 1] = replace(self._crawls[number - 1], finished=moment)

    def crawls(self) -> tuple[CrawlFacts, ...]:
        """All crawls."""
        return tuple(self._crawls)

    def record(self, number: int, exchange: Exchange) -> Capture:
        """Keep an exchange."""
        key = (exchange.url, exchange.method, exchange.request_body)
        before = self._last.get(key)
        headers = {name.lower(): value for name, value in exchange.headers}
        if exchange.status == 304:
            digest = before.sha256 if before else ""
        else:
            digest = sha256(exchange.body).hexdigest() if 200 <= exchange.status < 300 else ""
            self._contents.setdefault(digest, exchange.body)
        capture = Capture(
            exchange.url,
            exchange.moment,
            number,
            exchange.status,
            exchange.site,
            exchange.role,
            digest,
            len(self._contents.get(digest, b"")),
            is_new=bool(digest) and (before is None or before.sha256 != digest),
            etag=headers.get("etag", before.etag if before and exchange.status == 304 else ""),
            last_modified=headers.get("last-modified", before.last_modified if before and exchange.status == 304 else ""),
            via=exchange.via,
            title=exchange.title,
        )
        self._captures.append(capture)
        self._exchanges.append(exchange)
        self._in_crawl[number, *key] = capture
        speaks = exchange.role is not Role.OTHER or before is None or before.role is Role.OTHER
        if speaks and (digest or exchange.status in _NO_MORE):
            self._last[key] = capture
            if exchange.method == "GET":
                self._standing[exchange.url].append(capture)
        return capture

    def last(self, url: str, *, method: str = "GET", request_body: bytes = b"") -> Capture | None:
        """What the address held last."""
        return self._last.get((url, method, request_body))

    def in_crawl(self, number: int, url: str, *, method: str = "GET", request_body: bytes = b"") -> Capture | None:
        """The last capture of the address in that crawl."""
        return self._in_crawl.get((number, url, method, request_body))

    def content(self, sha256: str) -> bytes:
        """The content with that digest."""
        return self._contents[sha256]

    def captures(self, crawl: int | None = None) -> Iterator[Capture]:
        """Everything kept."""
        return iter([each for each in self._captures if crawl in {None, each.crawl}])

    def exchanges(self) -> tuple[Exchange, ...]:
        """Everything kept, as it came."""
        return tuple(self._exchanges)

    def live(self, crawl: int) -> Iterator[Capture]:
        """The documents after that crawl."""
        found = [[each for each in told if each.crawl <= crawl][-1:] for told in self._standing.values()]
        return iter([each for last in found for each in last if each.role.is_document and each.sha256])

    def keep_result(self, result: SiteResult) -> None:
        """Keep what became of a source."""
        self._results.append(result)

    def results(self, crawl: int | None = None) -> tuple[SiteResult, ...]:
        """What became of the sources."""
        return tuple(each for each in self._results if crawl in {None, each.crawl})
