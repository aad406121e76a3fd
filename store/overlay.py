"""Corrections laid over what was read: by content, so that they survive re-reading.

``overlay`` brings reports to the decisions on them, whenever one is made and whenever a document was read anew. What the
reader alone made of a corrected report is kept (``report_reading``), so that every decision is taken over the same.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, insert, select

from normalize.forms import form_cells
from normalize.model import Cell, CellKey, Identity, Report, Scope, Verdict
from store.bulk import batched
from store.mentions import mentions_of
from store.overlaid import Reading, read_reading, write_reading
from store.read import StoredCell, figures_of
from store.schema import correction, document, report, report_reading

if TYPE_CHECKING:
    from normalize.correcting import Decision


@dataclass(frozen=True, slots=True)
class Correction:
    """A decision as it is stored."""

    id: int
    sha256: str
    report_ordinal: int
    form: str
    cell: str
    value: Decimal | None
    printed: str
    reason: str
    person: str
    time: str
    old_value: Decimal | None
    """What counted before, and how; of rows from before this was noted, None."""
    old_printed: str | None
    old_state: str | None
    year: int | None
    """Year of the report then. Should another version of the reader find other reports in the document, their places may
    shift: a decision is laid over no report of another year."""


ABOUT = select(
    *(report.c[name] for name in ("id", "ordinal", "agency", "agency_id", "year", "scope", "form", "verdict")),
    document.c.sha256,
).join(document, document.c.id == report.c.document_id)
"""What is asked of the reports that decisions are on."""


def decisions(connection: Connection, sha256: str, ordinal: int, year: int | None) -> dict[tuple[str, str], list[Correction]]:
    """Every decision on a report, by form and cell, oldest first."""
    query = (
        select(correction).where(correction.c.sha256 == sha256, correction.c.report_ordinal == ordinal).order_by(correction.c.id)
    )
    found: dict[tuple[str, str], list[Correction]] = {}
    for row in connection.execute(query.where(correction.c.year.is_(None) | (correction.c.year == year))).mappings():
        found.setdefault((row["form"], row["cell"]), []).append(Correction(**row))
    return found


def overlay_new(connection: Connection, contents: Collection[str]) -> None:
    """Bring the reports of documents that were read just now to what people decided before."""
    if not contents or connection.scalar(select(correction.c.id).limit(1)) is None:
        return
    touched = select(correction.c.sha256).distinct()
    decided = {
        sha256
        for some in batched(sorted(contents))
        for sha256 in connection.scalars(touched.where(correction.c.sha256.in_(some)))
    }
    for some in batched(sorted(decided)):
        overlay(connection, [row.id for row in connection.execute(ABOUT.where(document.c.sha256.in_(some)))])


def overlay(connection: Connection, reports: Sequence[int]) -> None:
    """Bring reports to the decisions on them: figures, findings, rules and verdict."""
    from normalize.correcting import corrected  # noqa: PLC0415 - brings the rules of the prose; few runs meet a correction

    for row in connection.execute(ABOUT.where(report.c.id.in_(reports))).all():
        made = [each for held in decisions(connection, row.sha256, row.ordinal, row.year).values() for each in held[-1:]]
        wanted = [decided for each in made if (decided := _decision(each)) is not None]
        if not wanted:
            continue
        kept = connection.scalar(select(report_reading.c.reading).where(report_reading.c.report_id == row.id))
        if kept is not None:
            write_reading(connection, row.id, Reading.from_json(json.loads(kept)))
        touched = {(each.form, each.key) for each in wanted}
        reading = read_reading(connection, row.id, touched)
        connection.execute(delete(report_reading).where(report_reading.c.report_id == row.id))
        text = json.dumps(reading.as_json(), ensure_ascii=False)
        connection.execute(insert(report_reading).values({"report_id": row.id, "verdict": reading.verdict, "reading": text}))
        result = corrected(_report(connection, row), wanted)
        write_reading(connection, row.id, _of(result, touched))


def _decision(row: Correction) -> Decision | None:
    """As the pure function takes it; None for a cell that no form has (any more)."""
    from normalize.correcting import Decision  # noqa: PLC0415 - see above

    key = CellKey.named(row.cell)
    if (row.form, key) not in form_cells():
        return None
    return Decision(row.form, key, row.value, row.printed, row.person, row.time, row.reason)


def _report(connection: Connection, row: Any) -> Report:  # noqa: ANN401 - a row of ABOUT
    """The stored report, as far as its figures and what is said of them go."""
    reading = read_reading(connection, row.id, ())
    identity = Identity(agency=row.agency, year=row.year, scope=Scope(row.scope) if row.scope else None)
    return Report(
        identity,
        row.form,
        Verdict(reading.verdict),
        tuple(_cell(each) for each in figures_of(connection, [row.id])[row.id]),
        mentions=tuple(mentions_of(connection, row.id)),
        findings=reading.findings,
        checks=reading.checks,
    )


def _cell(stored: StoredCell) -> Cell:
    return Cell(stored.form, stored.key, stored.value, stored.printed, stored.state, stored.note, confidence=stored.confidence)


def _of(result: Report, touched: Collection[tuple[str, CellKey]]) -> Reading:
    """What is written of a corrected report."""
    outcomes = [each.outcome for each in result.checks]
    return Reading(
        verdict=result.verdict.value,
        cells=tuple(cell for cell in result.cells if (cell.form, cell.key) in touched),
        findings=result.findings,
        checks=tuple(each for each in result.checks if each.outcome != "holds"),
        holding=outcomes.count("holds"),
    )
