"""Rows of a form under no header that could be read, and whole tables in no layout that can be.

They may be another version of what was read elsewhere, which is in doubt then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extract.model import Grid, GridCell
from normalize.labels import fold, take_apart
from normalize.panels import row_labels
from normalize.placing import Draft, Unplaced, holds_number
from normalize.sheet import names_row

_FEWEST = 4
"""An agency's own table may have some rows that are labelled like rows of a form."""
_PLAIN = 4
"""Characters of a label that says by itself which row it is; shorter ones (总计, 其他) are any table's."""


class Unheaded(NamedTuple):
    """A row under no header: its label and its numbers."""

    label: str
    cells: Sequence[GridCell]


def doubt_unheaded(rows: Iterable[Unheaded], draft: Draft) -> None:
    """Enter the numbers of such rows as numbers without a place, if there are so many rows that they must be a form's."""
    found = [row for row in rows if names_row(row.label)]
    if len({fold(row.label) for row in found}) < _FEWEST:
        return
    for label, cells in found:
        draft.see(cells)
        draft.doubt("table.position_unknown", f"{label}: a row of the form under no header", cells)


def unread_table(grid: Grid) -> Unplaced | None:
    """The numbers of a grid that was read as no table, if it has as many of the forms' row labels as only a form's table has."""
    labels = {fold(cell.text) for cell in grid.cells if names_row(cell.text)}
    numbers = [cell.text for cell in grid.cells if holds_number(cell.text)]
    if len(labels) < _FEWEST or len(numbers) < _FEWEST:
        return None
    reason = "labels and numbers of the form's tables are printed, but in no layout that could be read"
    return Unplaced("tables.unread", reason, tuple(numbers))


def names_other_row(label: str) -> bool:
    """Whether a row that is none of its table has a form's row label all the same (行政事业性收费 among 行政处罚)."""
    parts = map(take_apart, {label, *label.split()})
    return any(len(part.core) >= _PLAIN and part in row_labels() for part in parts)
