"""What a crawl is told, what it tells on the way, and what it says of each source once it is done with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from typing import Protocol

from collect.archive.model import Capture, CrawlFacts, Exchange


@dataclass(frozen=True, slots=True)
class SiteResult:
    """What became of one source in one crawl."""

    site: str
    crawl: int
    started: datetime
    finished: datetime
    requests: int = 0
    """Questions asked, robots files and retries included."""
    not_modified: int = 0
    """Answers that only said that nothing has changed (304)."""
    reports: int = 0
    """Documents (pages, attachments, pictures) that the source holds now."""
    new: tuple[str, ...] = ()
    """Addresses of documents that were never seen there."""
    changed: tuple[str, ...] = ()
    """Addresses that hold other content than before."""
    vanished: tuple[str, ...] = ()
    """Addresses that held a document and answer 404 or 410 now."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """What came and was not taken for a document, by reason: ``challenge``, ``login``, ``soft_404``, ``too_large``."""
    error: str = ""
    """Why the source could not be gone through to its end; empty if it could."""

    @property
    def is_complete(self) -> bool:
        """Whether it can be said that what answered so is gone: see ``collect.archive.night``."""
        return not self.error


@dataclass(frozen=True, slots=True)
class Politeness:
    """How a crawl behaves towards the sites. Times are in seconds."""

    contact: str = ""
    """Web or e-mail address at which a site's keeper reaches whoever crawls. Without one only private hosts are asked."""
    delay: float = 0.0
    """Least time between two questions to any host. That of the source and of the robots file hold where they are longer."""
    timeout: float = 60.0
    """For one answer, from connecting to its last byte."""
    max_size: int = 100 << 20
    """Bytes of one answer, as sent and unpacked."""
    retries: int = 2
    """How often a question that failed (no answer, 429, 5xx) is asked again."""
    failures: int = 6
    """So many failed questions in a row, and a host is left alone for this crawl."""
    longest_wait: float = 300.0
    """The longest ``Retry-After`` that is waited for; a host that wants more is left alone for this crawl."""
    max_requests: int = 3000
    """Questions to one source in one crawl."""
    max_seconds: float = 4 * 3600.0
    """Time for one source in one crawl."""
    recheck_days: int = 7
    """Reports of the year before last and older are asked for again only so often; the days they are due on are spread."""
    verify_certificates: bool = True
    parallel: int = 64
    """Hosts asked at the same time, each one question at a time."""

    @property
    def user_agent(self) -> str:
        """What the crawler calls itself: who it is and where to complain."""
        return f"nianbao/{version('nianbao')}" + (f" (+{self.contact})" if self.contact else "")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a crawl, as it is logged."""

    what: str
    """``asked`` a question; ``kept`` an answer; ``refused`` to take one for a document, or to ask; ``failed`` to get one;
    ``error`` of the source; ``warning`` of the crawler itself."""
    site: str = ""
    url: str = ""
    reason: str = ""
    facts: Mapping[str, str | int | float | bool] = field(default_factory=dict)


class CrawlArchive(Protocol):
    """What a crawl needs of an archive: see ``collect.archive.archive.Archive``."""

    def begin(self, moment: datetime) -> CrawlFacts:
        """The interrupted crawl to be gone on with if there is one, else a new one."""

    def finish(self, number: int, moment: datetime) -> None:
        """Close a crawl."""

    def record(self, number: int, exchange: Exchange) -> Capture:
        """Keep an exchange for good."""

    def last(self, url: str, *, method: str = "GET", request_body: bytes = b"") -> Capture | None:
        """What the address last said for certain; role ``OTHER`` passed over where something better was before."""

    def in_crawl(self, number: int, url: str, *, method: str = "GET", request_body: bytes = b"") -> Capture | None:
        """The last capture of the address in that crawl, whatever its role."""

    def content(self, sha256: str) -> bytes:
        """The content with that digest."""

    def captures(self, crawl: int | None = None) -> Iterator[Capture]:
        """Everything kept, of one crawl or all."""

    def live(self, crawl: int) -> Iterator[Capture]:
        """The documents as they stand after that crawl, and as it or earlier ones captured them last."""

    def keep_result(self, result: SiteResult) -> None:
        """Keep what became of a source."""
