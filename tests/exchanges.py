"""Exchanges with sites, made for tests of the archive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from collect.archive.model import Exchange, Role

START = datetime(2026, 1, 10, 1, 0, tzinfo=UTC)
SITE = "http://www.shuyang.gov.cn"


def night(number: int, seconds: float = 0) -> datetime:
    """A moment of the night of that number, from 1."""
    return START + timedelta(days=number - 1, seconds=seconds)


def exchange(path: str, body: bytes | str = b"", **about: object) -> Exchange:
    """An answer of a site; ``path`` may be a whole address."""
    url = SITE + path if path.startswith("/") else path
    content = body.encode() if isinstance(body, str) else body
    given = {"moment": START, "status": 200, "site": "shuyang", "role": Role.REPORT} | about
    return Exchange(url, body=content, **given)  # type: ignore[arg-type] # whatever a test says
