"""Questions and answers of a local site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Question:
    """What a client asks."""

    method: str
    path: str
    query: str
    form: bytes
    night: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What it gets."""

    body: bytes
    content_type: str = "text/html"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    modified: datetime = datetime(2024, 1, 15, 8, tzinfo=UTC)


def moved(location: str, status: int = 302) -> Answer:
    """It lies elsewhere."""
    return Answer(b"", status=status, headers=(("Location", location),))
