"""The official forms, as data.

One TOML file a form, read once per process into frozen values. A new official form is one new file here plus a fixture;
no code names a form. Sources: the three notices named in the files; the keys are the project's public vocabulary
(docs/cells.csv).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from normalize.model import CellKey


@dataclass(frozen=True, slots=True)
class Label:
    """A printed label with the headings it stands under, outermost first, and what else real reports print for it."""

    path: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    """Other wordings of the last part of the path."""

    @property
    def leaf(self) -> str:
        """The label itself."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of a form's table."""

    key: str
    label: Label
    en: str
    unit: str = ""
    signed: bool = False
    """Negative numbers and a leading + are in order."""


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of a form's table. A heading row holds no values."""

    key: str
    label: Label
    en: str
    columns: tuple[str, ...]
    unit: str = ""
    heading: bool = False


@dataclass(frozen=True, slots=True)
class FormTable:
    """A table of a form.

    ``orientation``: ``matrix`` (rows labelled at the left, columns at the top) or ``line`` (one line of values under a
    header that names rows and columns).
    """

    key: str
    title: str
    title_en: str
    orientation: str
    rows: tuple[FormRow, ...]
    columns: tuple[FormColumn, ...]

    def column(self, key: str) -> FormColumn:
        """The column of that key; KeyError if there is none."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Rule:
    """The sum of ``left`` equals the sum of ``right``, in each row (terms are columns) or each column (terms are rows).

    A trailing ``*`` in a term stands for every row of that family which the report prints.
    """

    id: str
    table: str
    along: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    text: str
    text_en: str


@dataclass(frozen=True, slots=True)
class FormCell:
    """One cell of a form with everything a dictionary says of it."""

    form: str
    key: CellKey
    row_label: str
    column_label: str
    unit: str
    en: str
    signed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """An official form. Read once per process, so that what is compiled from it can be kept by its identity."""

    key: str
    title: str
    source: str
    from_year: int
    tables: tuple[FormTable, ...]
    rules: tuple[Rule, ...]

    def cells(self) -> tuple[FormCell, ...]:
        """Every cell in the form's order."""
        return tuple(
            FormCell(
                form=self.key,
                key=CellKey(table.key, row.key, column_key),
                row_label="/".join(row.label.path),
                column_label="/".join(table.column(column_key).label.path),
                unit=row.unit or table.column(column_key).unit,
                en=f"{row.en}: {table.column(column_key).en}",
                signed=table.column(column_key).signed,
            )
            for table in self.tables
            for row in table.rows
            for column_key in row.columns
        )


def _label(raw: dict[str, Any]) -> Label:
    return Label(tuple(raw["label"]), tuple(raw.get("aliases", ())))


def _table(raw: dict[str, Any]) -> FormTable:
    return FormTable(
        key=raw["key"],
        title=raw["title"],
        title_en=raw["title_en"],
        orientation=raw["orientation"],
        rows=tuple(
            FormRow(r["key"], _label(r), r.get("en", ""), tuple(r["columns"]), r.get("unit", ""), r.get("heading", False))
            for r in raw["rows"]
        ),
        columns=tuple(
            FormColumn(c["key"], _label(c), c["en"], c.get("unit", ""), c.get("signed", False)) for c in raw["columns"]
        ),
    )


def parse_form(text: str) -> Form:
    """A form from the text of its TOML file."""
    raw = tomllib.loads(text)
    return Form(
        key=raw["form"],
        title=raw["title"],
        source=raw["source"],
        from_year=raw["from_year"],
        tables=tuple(_table(t) for t in raw["tables"]),
        rules=tuple(
            Rule(r["id"], r["table"], r["along"], tuple(r["left"]), tuple(r["right"]), r["text"], r["text_en"])
            for r in raw["rules"]
        ),
    )


@cache
def forms() -> dict[str, Form]:
    """Every official form by key, newest first."""
    found = [parse_form(f.read_text("utf-8")) for f in files(__package__).iterdir() if f.name.endswith(".toml")]
    return {form.key: form for form in sorted(found, key=lambda form: -form.from_year)}


def family_of(row: str) -> str:
    """The family of a row key: what precedes its first dot."""
    return row.split(".", 1)[0]


@dataclass(frozen=True, slots=True)
class RowCells:
    """The cells of one row of a form."""

    form: str
    table: str
    key: str
    family: str
    cells: tuple[FormCell, ...]


@cache
def cells_by_row() -> tuple[RowCells, ...]:
    """Every row of every form with its cells, in order."""
    rows = groupby(form_cells().values(), key=lambda cell: (cell.form, cell.key.table, cell.key.row))
    return tuple(RowCells(form, table, row, family_of(row), tuple(cells)) for (form, table, row), cells in rows)


@cache
def form_cells() -> dict[tuple[str, CellKey], FormCell]:
    """Every cell of every form by (form, key), in order: 456 as of the 2021 form."""
    return {(cell.form, cell.key): cell for form in forms().values() for cell in form.cells()}
