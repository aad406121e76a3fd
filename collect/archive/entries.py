"""What the index says of a record, and how what became of a source is written into one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from http import HTTPStatus
from typing import Any

from collect.archive.index import Entry
from collect.archive.model import Role
from collect.archive.records import Record, date, digest_of
from collect.archive.volumes import Place
from collect.crawl.model import SiteResult


def entry_of(answer: Record, place: Place, asked: Place | None, size_of: Callable[[str], int]) -> Entry:
    """The index's line for an answer.

    Args:
        answer: the record of a response, or of one like another before it.
        place: where it lies.
        asked: where its question lies.
        size_of: the bytes of a content that is held already, by its digest.
    """
    facts = answer.facts
    is_held = answer.kind == "response"
    same = not is_held and answer.status != HTTPStatus.NOT_MODIFIED
    return Entry(
        answer.url,
        facts.get("method", "GET"),
        facts.get("asked", ""),
        facts.get("crawl", 0),
        answer.moment,
        answer.status,
        facts.get("site", ""),
        Role(facts.get("role", Role.OTHER)),
        answer.digest if same else digest_of(answer.payload),
        size_of(answer.digest) if same else len(answer.payload),
        answer.header("etag"),
        answer.header("last-modified"),
        facts.get("via", ""),
        facts.get("title", ""),
        place,
        asked.offset if asked else None,
        is_held=is_held,
    )


def said_of(result: SiteResult) -> dict[str, Any]:
    """What became of a source, as JSON holds it."""
    times = {"started": date(result.started), "finished": date(result.finished)}
    return {each.name: getattr(result, each.name) for each in fields(result)} | times | {"refused": dict(result.refused)}


def result_of(said: dict[str, Any]) -> SiteResult:
    """What became of a source, from JSON."""
    times = {name: datetime.fromisoformat(said[name]) for name in ("started", "finished")}
    lists = {name: tuple(said[name]) for name in ("new", "changed", "vanished")}
    return SiteResult(**{**said, **times, **lists})
