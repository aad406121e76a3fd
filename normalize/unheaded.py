"""Rows of a form under no header that could be read: as good as those of the same table printed elsewhere, and in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extract.model import GridCell
from normalize.labels import fold
from normalize.placing import Draft
from normalize.sheet import names_row

_FEWEST = 4
"""An agency's own table may have some rows that are labelled like rows of a form."""


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
