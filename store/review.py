"""The queue of reports that a person should look at, the most doubtful first, and what is open in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from normalize.model import CellKey
from store.load import Store
from store.overlay import Correction, decisions
from store.schema import block, correction, document, finding, report


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A report of the queue."""

    report_id: int
    agency: str
    year: int | None
    form: str
    open: int
    """Cells that are in doubt and that nobody decided."""
    decided: int
    doubts: int
    """Doubts of the report."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cell that is in doubt: what is said of it, and the decisions on it, oldest first."""

    form: str
    key: CellKey
    messages: tuple[tuple[str, str, str], ...]
    """Rule, message and text as printed."""
    decided: tuple[Correction, ...]


def queue(store: Store) -> tuple[Doubtful, ...]:
    """The current reports for review: those with the most open cells first, those without any last."""
    with store.reading() as connection:
        decided: dict[tuple[str, int, int | None], set[str]] = {}
        for row in connection.execute(_DECIDED):
            decided.setdefault((row.sha256, row.report_ordinal, row.year), set()).add(row.cell)
        doubted: dict[int, list[Any]] = {}
        for doubt in connection.execute(_QUEUE):
            doubted.setdefault(doubt.id, []).append(doubt)
    rows = [_doubtful(held, decided.get((held[0].sha256, held[0].ordinal, held[0].year), set())) for held in doubted.values()]
    return tuple(sorted(rows, key=lambda each: (-each.open, -each.doubts, each.agency, each.year or 0, each.report_id)))


_QUEUE = (
    select(report.c.id, report.c.agency, report.c.year, report.c.form, report.c.ordinal, document.c.sha256, finding.c.cells)
    .join(document, document.c.id == report.c.document_id)
    .join(finding, (finding.c.report_id == report.c.id) & (finding.c.severity == "doubt"))
    .where(report.c.verdict == "review", report.c.current == 1)
)
_DECIDED = select(correction.c.sha256, correction.c.report_ordinal, correction.c.year, correction.c.cell).distinct()


def _doubtful(rows: Sequence[Any], decided: set[str]) -> Doubtful:
    """A report by the rows of its doubts. A doubt stays while one of its cells is open, so decided ones are among those named."""
    named = {name for row in rows for name in row.cells.split()}
    one = rows[0]
    return Doubtful(one.id, one.agency, one.year, one.form, len(named - decided), len(decided), len(rows))


def doubts_of(connection: Connection, report_id: int) -> tuple[Doubt, ...]:
    """Every cell of a report that is in doubt or was decided, in the order of its findings."""
    about = connection.execute(
        select(document.c.sha256, report.c.ordinal, report.c.form, report.c.year)
        .join(document, document.c.id == report.c.document_id)
        .where(report.c.id == report_id)
    ).one()
    made = decisions(connection, about.sha256, about.ordinal, about.year)
    said: dict[str, list[tuple[str, str, str]]] = {}
    query = select(finding).where(finding.c.report_id == report_id, finding.c.severity == "doubt").order_by(finding.c.ordinal)
    for row in connection.execute(query):
        for name in row.cells.split():
            said.setdefault(name, []).append((row.rule, row.message, row.actual))
    forms = _forms(connection, report_id)
    places = {name: (forms.get(name.partition(".")[0], about.form), name) for name in said}
    listed = [*places.values(), *(place for place in made if place not in places.values())]
    return tuple(
        Doubt(form, CellKey.named(name), tuple(said.get(name, ())), tuple(made.get((form, name), ()))) for form, name in listed
    )


def _forms(connection: Connection, report_id: int) -> dict[str, str]:
    """The form that each table of the report is printed in."""
    printed = select(block.c.table, block.c.form).where(block.c.report_id == bindparam("number"))
    return {row.table: row.form for row in connection.execute(printed, {"number": report_id})}
