"""How the wide tables of one database are laid out: the place of every cell, in the database's own order of columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from normalize.forms import Form, FormTable, forms
from normalize.model import CellKey


@dataclass(frozen=True, slots=True)
class WideTable:
    """The wide table of one form. Places count from 0, ``report_id`` at 0."""

    form: str
    columns: tuple[str, ...]
    """Names in the database's order."""
    places: Mapping[CellKey, int]
    """Place of each cell's column."""
    keys: list[CellKey]
    """The form's cells in the form's order: that of a report that prints the whole form."""
    in_order: tuple[int, ...]
    """Place of each of ``keys``."""
    year: int
    """Place of the year."""
    current: int
    """Place of the mark that the report is current."""
    expected: Mapping[str, int]
    """Cells of each table, by the table's key."""
    counts: Mapping[str, tuple[int, int]]
    """Places of each table's two counts, cells expected and cells found, by the table's key."""

    @property
    def cells(self) -> list[CellKey | None]:
        """The columns as cells, in the database's order; None for a column that is none."""
        found: list[CellKey | None] = [None] * len(self.columns)
        for key, place in self.places.items():
            found[place] = key
        return found


def wide_tables(columns: Mapping[str, Sequence[str]]) -> dict[str, WideTable]:
    """The layout of each form's table; ``columns`` are their columns in the database's order."""
    return {form.key: _wide_table(form, tuple(columns[form.key])) for form in forms().values()}


def _wide_table(form: Form, columns: tuple[str, ...]) -> WideTable:
    place = {name: index for index, name in enumerate(columns)}
    keys = [cell.key for cell in form.cells()]
    places = {key: place[column_name(key)] for key in keys}
    return WideTable(
        form=form.key,
        columns=columns,
        places=places,
        keys=keys,
        in_order=tuple(places.values()),
        year=place["year"],
        current=place["current"],
        expected=Counter(key.table for key in keys),
        counts={table.key: (place[expected_name(table)], place[found_name(table)]) for table in form.tables},
    )


def column_name(key: CellKey) -> str:
    """Column of the wide table for a cell: ``applications__refused_state_secret__total``."""
    return f"{key.table}__{key.row}__{key.column}".replace(".", "_")


def expected_name(table: FormTable) -> str:
    """Column of the wide table that counts the cells a printed table should have."""
    return f"{table.key}__expected"


def found_name(table: FormTable) -> str:
    """Column of the wide table that counts the cells found in a printed table."""
    return f"{table.key}__found"
