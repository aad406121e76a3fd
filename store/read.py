"""Stored cells, put together again: number, printed text, state and place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, bindparam, select

from normalize.forms import forms
from normalize.model import CellKey, State
from store.bulk import batched
from store.provenance import NOWHERE, Place, decode
from store.schema import FORM_TABLES, cell_note, provenance
from store.values import figure_text
from store.wide import column_name

if TYPE_CHECKING:
    from store.load import Store

Named = tuple[str, CellKey]
"""A cell's form and key."""


@dataclass(frozen=True, slots=True)
class StoredCell:
    """A cell as the database has it: what was loaded, with its place to a tenth of a point."""

    form: str
    key: CellKey
    value: Decimal | None
    printed: str
    state: State
    note: str = ""
    confidence: float = 1.0
    place: Place = NOWHERE


def cells_of(store: Store, connection: Connection, reports: Sequence[int]) -> dict[int, list[StoredCell]]:
    """All cells of some reports; each report's in the order of the forms, newest form first."""
    places = {
        row.report_id: decode(row.cells, store.columns)
        for row in connection.execute(select(provenance).where(provenance.c.report_id.in_(reports)))
    }
    return figures_of(connection, reports, places)


def figures_of(
    connection: Connection, reports: Sequence[int], places: Mapping[int, Mapping[Named, Place]] | None = None
) -> dict[int, list[StoredCell]]:
    """The same, with the places that are given: by report, then by cell."""
    notes: dict[int, dict[tuple[str, str], Any]] = {report: {} for report in reports}
    for note in connection.execute(select(cell_note).where(cell_note.c.report_id.in_(reports))):
        notes[note.report_id][note.form, note.cell] = note
    cells: dict[int, list[StoredCell]] = {report: [] for report in reports}
    for form in forms():
        keys, query = _wide_rows(form)
        for report_id, *values in connection.execute(query, {"reports": list(reports)}):
            printed = zip(keys, values, strict=True)
            cells[report_id] += _cells(form, printed, notes[report_id], (places or {}).get(report_id, {}))
    return cells


@cache
def _wide_rows(form: str) -> tuple[list[CellKey], Select[Any]]:
    """A form's cells, and the rows of some reports in its wide table. Made once: 200 columns take SQLAlchemy a while."""
    table = FORM_TABLES[form]
    keys = [cell.key for cell in forms()[form].cells()]
    query = select(table.c.report_id, *(table.c[column_name(key)] for key in keys))
    return keys, query.where(table.c.report_id.in_(bindparam("reports", expanding=True)))


def _cells(
    form: str,
    values: Iterator[tuple[CellKey, Decimal | None]],
    notes: Mapping[tuple[str, str], Any],
    places: Mapping[Named, Place],
) -> Iterator[StoredCell]:
    for key, value in values:
        note = notes.get((form, str(key)))
        place = places.get((form, key), NOWHERE)
        if note is not None:
            exact = Decimal(note.exact) if note.exact is not None else value
            confidence = 1.0 if note.confidence is None else note.confidence
            yield StoredCell(form, key, exact, note.printed, State(note.state), note.note, confidence, place)
        elif value is not None:
            yield StoredCell(form, key, value, figure_text(value), State.PRINTED, place=place)
        # Without number and note the cell belongs to a table that the report does not print in this form.


def long_figures(connection: Connection, form: str, reports: Sequence[int]) -> Iterator[tuple[int, CellKey, Decimal]]:
    """The numbers that are too long for a form's wide table on SQLite, exactly: report, cell, number."""
    keys = {str(cell.key): cell.key for cell in forms()[form].cells()}
    query = select(cell_note).where(cell_note.c.form == form, cell_note.c.exact.is_not(None))
    for some in batched(reports):
        for row in connection.execute(query.where(cell_note.c.report_id.in_(some))):
            yield row.report_id, keys[row.cell], Decimal(row.exact)
