"""Questions about time: which reports stood on a day, and what replaced what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, column, func, or_, select
from sqlalchemy import table as relation

from collect.errors import ConfigurationError
from store.bulk import batched
from store.documents import iso
from store.load import Store
from store.query import ReportSummary, find_reports
from store.schema import revision_cell, revision_section

_HISTORY = relation("report_history", *map(column, ("report_id", "since", "until")))
_REVISIONS = relation(
    "revisions",
    *map(column, ("report_id", "ordinal", "old_report_id", "agency_id", "agency", "year", "scope", "kind", "cells", "sections")),
    *map(column, ("same_path", "same_reader", "noticed", "old_document", "new_document")),
    *map(column, ("old_first_seen", "old_last_seen", "new_first_seen", "new_last_seen")),
)


@dataclass(frozen=True, slots=True)
class Stood:
    """A report that counted at a moment, and from when to when it did: ISO 8601, UTC."""

    report: ReportSummary
    since: str
    until: str | None


@dataclass(frozen=True, slots=True)
class RevisedCell:
    """A cell before and after; a text of None says that no such cell is printed."""

    form: str
    cell: str
    old_printed: str | None
    old_value: Decimal | None
    new_printed: str | None
    new_value: Decimal | None


@dataclass(frozen=True, slots=True)
class Revision:
    """A document of a report that replaced another. Times are of the runs: ISO 8601, UTC."""

    report_id: int
    """The report as the newer document has it."""
    old_report_id: int
    agency: str
    year: int
    scope: str | None
    kind: str
    """``bytes``, ``prose`` or ``cells``."""
    same_path: bool
    same_reader: bool
    noticed: str
    old_document: str
    new_document: str
    old_first_seen: str
    old_last_seen: str
    new_first_seen: str
    new_last_seen: str
    cells: tuple[RevisedCell, ...] = ()
    sections: tuple[tuple[int, str, str], ...] = ()
    """Number, heading and change of each chapter whose prose differs."""


def moment_of(text: str) -> str:
    """A day (its end, UTC) or a time, as runs note theirs.

    Raises:
        ConfigurationError: it is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"{text} is no date.", advice="Give it as 2024-03-01, or as 2024-03-01T12:00.") from error
    if len(text) <= len("2024-03-01"):
        moment = datetime.combine(moment.date(), time.max)
    return iso(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def reports_as_of(store: Store, agency: str, year: int | None, moment: str) -> tuple[Stood, ...]:
    """The reports of agencies whose name contains ``agency`` that counted at a moment, by agency and year.

    A figure is what the reader makes of the document today: a better reader corrects the past as well.
    """
    known = {each.id: each for each in find_reports(store, agency, year, superseded=True)}
    at = moment_of(moment)
    history = _HISTORY.c
    query = select(_HISTORY).where(history.since <= at, or_(history.until.is_(None), history.until > at))
    with store.reading() as connection:
        rows = [r for some in batched(list(known)) for r in connection.execute(query.where(history.report_id.in_(some)))]
    found = {row.report_id: Stood(known[row.report_id], row.since, row.until) for row in rows}
    return tuple(found[number] for number in known if number in found)


def first_seen(store: Store, agency: str, year: int | None) -> str | None:
    """When the first report of such an agency was found at all; None if none ever was."""
    known = [each.id for each in find_reports(store, agency, year, superseded=True)]
    query = select(func.min(_HISTORY.c.since)).where(_HISTORY.c.report_id.in_(bindparam("reports", expanding=True)))
    with store.reading() as connection:
        times = [connection.scalar(query, {"reports": list(some)}) for some in batched(known)]
    return min(filter(None, times), default=None)


def revisions(store: Store, agency: str = "", year: int | None = None) -> tuple[Revision, ...]:
    """The ledger, oldest first; of agencies whose name contains ``agency``, for one reporting year."""
    names = _REVISIONS.c
    query = select(_REVISIONS).where(names.agency.contains(agency, autoescape=True)) if agency else select(_REVISIONS)
    if year is not None:
        query = query.where(names.year == year)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(names.noticed, names.agency, names.year, names.report_id, names.ordinal)).all()
        cells = _parts(connection, revision_cell, rows)
        sections = _parts(connection, revision_section, rows)
    return tuple(_revision(row, cells, sections) for row in rows)


_Key = tuple[int, int]


def _parts(connection: Connection, table: Any, rows: Sequence[Any]) -> Mapping[_Key, list[Any]]:  # noqa: ANN401 - any table of parts
    found: dict[_Key, list[Any]] = {}
    for some in batched(list({row.report_id for row in rows})):
        for part in connection.execute(select(table).where(table.c.report_id.in_(some))):
            found.setdefault((part.report_id, part.ordinal), []).append(part)
    return found


def _revision(row: Any, cells: Mapping[_Key, list[Any]], sections: Mapping[_Key, list[Any]]) -> Revision:  # noqa: ANN401 - a row of the view
    key = (row.report_id, row.ordinal)
    return Revision(
        report_id=row.report_id,
        old_report_id=row.old_report_id,
        agency=row.agency,
        year=row.year,
        scope=row.scope,
        kind=row.kind,
        same_path=bool(row.same_path),
        same_reader=bool(row.same_reader),
        noticed=row.noticed,
        old_document=row.old_document,
        new_document=row.new_document,
        old_first_seen=row.old_first_seen,
        old_last_seen=row.old_last_seen,
        new_first_seen=row.new_first_seen,
        new_last_seen=row.new_last_seen,
        cells=tuple(
            RevisedCell(c.form, c.cell, c.old_printed, c.old_value, c.new_printed, c.new_value)
            for c in sorted(cells.get(key, ()), key=lambda c: c.cell)
        ),
        sections=tuple((s.number, s.heading, s.change) for s in sorted(sections.get(key, ()), key=lambda s: s.number)),
    )
