"""What the archive keeps of each exchange with a site, and what it says of it later."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What an address was asked for."""

    LIST = "list"
    """A page, or the data behind it, that lists reports."""
    REPORT = "report"
    """A page that is taken for a report."""
    ATTACHMENT = "attachment"
    """A file that a report's page links to."""
    IMAGE = "image"
    """A picture that a report's page shows."""
    OTHER = "other"
    """Robots files, redirects, and answers that turned out to be nothing of the above (challenge, login, soft 404).

    They say nothing of what their address holds: ``Archive.last`` and ``Archive.live`` pass them over, so that a
    challenge page neither replaces a report nor lets it vanish.
    """

    @property
    def is_document(self) -> bool:
        """Whether what came is to be read as a report or a part of one."""
        return self in {Role.REPORT, Role.ATTACHMENT, Role.IMAGE}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question to a site and its answer, as the crawler had them."""

    url: str
    moment: datetime
    """When the answer came: aware, UTC."""
    status: int
    """HTTP status; 304 says that the site still holds what it held."""
    site: str
    """The source that the address belongs to: its name in ``sources/*.toml``."""
    role: Role
    headers: tuple[tuple[str, str], ...] = ()
    """Of the answer, in its order."""
    body: bytes = field(default=b"", repr=False)
    """The answer, unpacked. Empty for a 304."""
    request: tuple[tuple[str, str], ...] = ()
    """Headers of the question."""
    method: str = "GET"
    request_body: bytes = field(default=b"", repr=False)
    via: str = ""
    """The page that led there."""
    title: str = ""
    """What the link there said."""


@dataclass(frozen=True, slots=True)
class Capture:
    """An exchange as the archive remembers it, without the content."""

    url: str
    moment: datetime
    crawl: int
    """The crawl it was made in: crawls are numbered from 1."""
    status: int
    site: str
    role: Role
    sha256: str
    """Digest of the content that the address held then (after a 304: what it held before); empty where it held none.

    A document's address with status 404 or 410 under its own role is gone: the crawler has asked twice.
    """
    size: int
    """Of that content, in bytes; 0 where it held none."""
    is_new: bool
    """Whether the archive had not seen this content at this address just before."""
    etag: str = ""
    """Of the content: where a 304 repeats it not, that of the answer before."""
    last_modified: str = ""
    via: str = ""
    title: str = ""
    method: str = "GET"
    settles: bool = True
    """Whether it says what lies there: a content, or that there is none (404, 410, 301, 308). Errors, refusals and passing
    redirects do not, nor does any answer of role ``OTHER`` (a challenge page, a step to the home page) where something better was
    before."""
    name: str = ""
    """The address's public name in a database: host and path, no two addresses' the same."""
    record: str = ""
    """Where the answer's record lies: ``FILE#OFFSET`` in the archive's folder."""


@dataclass(frozen=True, slots=True)
class CrawlFacts:
    """One crawl: a night's round over all sources that were due."""

    number: int
    started: datetime
    finished: datetime | None
    """None: it was interrupted, and is to be gone on with."""
