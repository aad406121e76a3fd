"""Sources in the database: what is to be known of them, their checks, and how fresh they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, tuple_

from collect.crawl.model import SiteResult
from normalize.authority.model import Agency, Evidence
from normalize.authority.resolve import resolve
from store.bulk import batched
from store.documents import iso
from store.load import Store
from store.schema import agency, document_path, report, source, source_check
from store.values import storable


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A source as its table says, and how the night left it."""

    source: str
    title: str = ""
    agency: str = ""
    region: str = ""
    address: str = ""
    enabled: bool = True
    every_days: int = 1
    next_due: datetime | None = None
    awaited: int | None = None
    """Year whose report was due and is not there."""
    alarm: str = ""


@dataclass(frozen=True, slots=True)
class Freshness:
    """A row of the view ``freshness``; times are ISO 8601, UTC."""

    source: str
    title: str
    agency: str
    agency_id: int | None
    region: str
    address: str
    enabled: int
    state: str
    """``fresh``, ``waiting`` for a report that may still come, ``silent``, ``empty``, ``unreached`` or ``never`` checked."""
    last_tried: str | None
    last_checked: str | None
    """When it was last gone through to its end."""
    last_changed: str | None
    next_due: str | None
    last_error: str
    awaited: int | None
    alarm: str
    checks: int
    crawl: int | None
    requests: int | None
    not_modified: int | None
    documents: int | None
    new_documents: int | None
    changed_documents: int | None
    vanished_documents: int | None
    refused: str | None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing can be concluded from what it does not show."""
        return self.state in {"unreached", "empty", "silent", "never"}


def freshness(store: Store) -> tuple[Freshness, ...]:
    """Every source, by name."""
    names = ", ".join(field.name for field in fields(Freshness))
    with store.reading() as connection:
        rows = connection.execute(text(f"SELECT {names} FROM freshness ORDER BY source"))  # noqa: S608 - our own names
        return tuple(Freshness(*row) for row in rows)


def note_checks(store: Store, results: Iterable[SiteResult]) -> None:
    """Note what crawls say of their sources; a check that is known already is replaced."""
    rows: list[dict[str, Any]] = [
        {
            "source": each.site,
            "crawl": each.crawl,
            "started": iso(each.started),
            "finished": iso(each.finished),
            "requests": each.requests,
            "not_modified": each.not_modified,
            "documents": each.reports,
            "new_documents": len(each.new),
            "changed_documents": len(each.changed),
            "vanished_documents": len(each.vanished),
            "refused": json.dumps(dict(each.refused), ensure_ascii=False, sort_keys=True),
            "error": each.error,
        }
        for each in results
    ]
    if not rows:
        return
    with store.writing() as connection:
        key = tuple_(source_check.c.source, source_check.c.crawl)
        for some in batched([(storable(row["source"]), row["crawl"]) for row in rows]):
            connection.execute(delete(source_check).where(key.in_(some)))
        connection.execute(insert(source_check), rows)


def note_sources(store: Store, facts: Sequence[SourceFacts]) -> None:
    """Put these sources in the place of those that were known. Checks of sources that are no longer listed stay."""
    rows = [
        {
            "source": each.source,
            "title": each.title,
            "agency": each.agency,
            "agency_key": named.key if (named := agency_of(each.agency)) else "",
            "region": each.region,
            "address": each.address,
            "enabled": int(each.enabled),
            "every_days": each.every_days,
            "next_due": iso(each.next_due) if each.next_due else None,
            "awaited": each.awaited,
            "alarm": each.alarm,
        }
        for each in facts
    ]
    with store.writing() as connection:
        connection.execute(delete(source))
        if rows:
            connection.execute(insert(source), rows)


def agency_of(name: str) -> Agency | None:
    """The agency that a source's table names; None for none, and where the name does not tell."""
    return resolve(Evidence(name, None)).agency if name else None


def reports_for(store: Store, year: int) -> tuple[frozenset[str], frozenset[str]]:
    """Who has a current report for that year: keys of agencies, and names as printed of those that are undecided."""
    who = select(agency.c.key, report.c.agency).select_from(report).outerjoin(agency, agency.c.id == report.c.agency_id)
    with store.reading() as connection:
        rows = connection.execute(who.where(report.c.year == year, report.c.current == 1)).all()
    return frozenset(row.key for row in rows if row.key), frozenset(row.agency for row in rows if not row.key)


def origins_for(store: Store, year: int) -> frozenset[str]:
    """Addresses of the documents that print a report for that year."""
    with store.reading() as connection:
        return frozenset(_origins(connection, year))


def _origins(connection: Connection, year: int) -> Iterable[str]:
    printed = select(document_path.c.origin).join(report, report.c.document_id == document_path.c.document_id)
    return connection.scalars(printed.where(report.c.year == year).distinct())
