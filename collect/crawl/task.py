"""What a question is for, and the exchange that comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from collect.archive.model import Exchange, Role

if TYPE_CHECKING:
    from scrapy.http import Headers, Request, Response

    from collect.sites.model import Family

ARCHIVED: Final = "archived"
"""Flag of a response that comes from the archive."""
STEPS: Final = "steps"
"""Key of a request's meta: the redirects that led to it, as exchanges."""
_SECRET: Final = frozenset({"cookie", "authorization", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class Task:
    """What an address is asked for."""

    site: str
    role: Role
    via: str = ""
    title: str = ""
    root: str = ""
    """The source's list from which the way led here."""
    depth: int = 0
    """Of a document: 0 for a report's page, 1 for its parts, 2 for theirs."""
    family: Family | None = None
    """The system that made the list which led here."""
    again: bool = False
    """A known document was not there; this is the second question."""


def exchange_of(response: Response, task: Task, role: Role | None = None, *, status: int | None = None) -> Exchange:
    """The exchange as the archive keeps it. Its moment is set by the archive's writer."""
    request = request_of(response)
    status = status or response.status
    return Exchange(
        response.url,
        datetime.now(UTC),
        status,
        task.site,
        role or task.role,
        _lines(response.headers),
        b"" if status == 304 else response.body,
        tuple(line for line in _lines(request.headers) if line[0].lower() not in _SECRET),
        request.method,
        request.body,
        task.via,
        task.title,
    )


def request_of(response: Response) -> Request:
    """The question that was answered."""
    if response.request is None:
        raise ValueError("Scrapy sets it")
    return response.request


def _lines(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name in headers for value in headers.getlist(name)
    )
