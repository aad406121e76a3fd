"""One SHA-256 over all that a database says: what a citation names, so that a reader can check to have the same figures.

It covers every current report: the SHA-256 of its document and its place there, agency, year, scope, form and verdict, and
of each cell its number, state and printed text. It does not cover what says nothing of the figures: numbers that a database
gives its rows, names of files, runs, times, the prose. So the same documents read by the same version give the same digest
in whatever order they came, on SQLite and on PostgreSQL; another figure gives another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from normalize.forms import forms
from normalize.model import State
from store.bulk import batched
from store.load import Store
from store.read import long_figures
from store.schema import FORM_TABLES, cell_note, document, report
from store.values import figure_text
from store.wide import column_name

Key = tuple[int, str]
"""A report and a form."""


def content_of(store: Store) -> str:
    """``content_hash`` of an open database."""
    with store.reading() as connection:
        return content_hash(connection)


def content_hash(connection: Connection) -> str:
    """The digest, hexadecimal. It reads every figure: about a tenth of a millisecond a report."""
    names = ("agency", "year", "scope", "form", "verdict", "id")
    query = (
        select(document.c.sha256, report.c.ordinal, *(report.c[name] for name in names))
        .join_from(report, document, report.c.document_id == document.c.id)
        .where(report.c.current == 1)
        .order_by(document.c.sha256, report.c.ordinal)
    )
    digest = sha256()
    for some in batched(connection.execute(query).all()):
        figures = _figures(connection, [row.id for row in some])
        for row in some:
            of_report = [(form, *figures[row.id, form]) for form in forms() if (row.id, form) in figures]
            # As JSON no text can look like the end of another.
            digest.update(json.dumps((*row[:-1], of_report)).encode() + b"\n")
    return digest.hexdigest()


def _figures(connection: Connection, reports: Sequence[int]) -> dict[Key, tuple[list[str | None], list[tuple[str, ...]]]]:
    """For each report and form it prints, the numbers in the form's order and what the cells say beyond them."""
    numbers = dict(_numbers(connection, reports))
    notes: dict[Key, list[tuple[str, ...]]] = {}
    for form, cell, note in _notes(connection, reports):
        held = numbers[note.report_id, form][cell]
        if note.state != State.PRINTED or note.printed != held:  # else it says no more than the number
            notes.setdefault((note.report_id, form), []).append((note.cell, note.state, note.printed))
    return {key: (values, sorted(notes.get(key, ()))) for key, values in numbers.items()}


def _numbers(connection: Connection, reports: Sequence[int]) -> Iterator[tuple[Key, list[str | None]]]:
    numbers = ", ".join(map(str, reports))
    for form in forms().values():
        cells = [cell.key for cell in form.cells()]
        names = ", ".join(f'"{column_name(key)}"' for key in cells)
        statement = f'SELECT report_id, {names} FROM "{FORM_TABLES[form.key].name}" WHERE report_id IN ({numbers})'  # noqa: S608 - our own names and numbers
        found = {row[0]: [*map(_text, row[1:])] for row in connection.exec_driver_sql(statement)}
        for report_id, key, exact in long_figures(connection, form.key, list(found)):
            found[report_id][cells.index(key)] = figure_text(exact)
        for report_id, values in found.items():
            yield (report_id, form.key), values


def _text(value: Any) -> str | None:  # noqa: ANN401 - what a driver gives for a figure
    if value is None or isinstance(value, int):
        return None if value is None else str(value)
    return figure_text(value if isinstance(value, Decimal) else Decimal(repr(value)))


def _notes(connection: Connection, reports: Sequence[int]) -> Iterator[tuple[str, int, Any]]:
    places: Mapping[str, Mapping[str, int]] = {
        form.key: {str(cell.key): place for place, cell in enumerate(form.cells())} for form in forms().values()
    }
    for note in connection.execute(select(cell_note).where(cell_note.c.report_id.in_(reports))):
        yield note.form, places[note.form][note.cell], note
