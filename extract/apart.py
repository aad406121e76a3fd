"""Borders that print shows: where a table's columns go on, but a stamp or a copier has taken the line between two cells.

A cell that spans columns is cut where one of the table's own boundaries runs through an empty strip with print on both sides of
it. A heading over columns is one piece of print, so that no boundary runs through a gap in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from extract.lattice import DrawnCell, Lattice
from extract.print_ink import Page, cell_ink, pixels_of
from extract.raster import SCALE
from extract.sheet import Rule

_APART = 1.0
"""Of the type size: print of two cells is at least so far apart."""
_CLEAR = 1.5
"""Points on either side of a boundary, which ink of a broken line may stain."""
_FEWEST = 2
"""So many cells must have the boundary as their border."""
_INSET = 1.1


def hidden_rules(page: Page, lattice: Lattice) -> list[Rule]:
    """The vertical rules that are missing between cells of a table."""
    seen: dict[int, int] = {}
    for cell in lattice.cells:
        seen[cell.column] = seen.get(cell.column, 0) + 1
    columns = [column for column, count in sorted(seen.items()) if count >= _FEWEST]
    return [rule for cell in lattice.cells if cell.colspan > 1 for rule in _cuts(page, lattice, cell, columns)]


def _cuts(page: Page, lattice: Lattice, cell: DrawnCell, columns: Sequence[int]) -> list[Rule]:
    marks = [mark for line in cell_ink(page, pixels_of(cell.box, _INSET)).lines for mark in line.marks]
    found = []
    for column in columns:
        if not cell.column < column < cell.column + cell.colspan:
            continue
        at = lattice.xs[column]
        left, right = (at - _CLEAR) * SCALE, (at + _CLEAR) * SCALE
        solid = [mark for mark in marks if mark.x0 < left or mark.x1 > right]  # the others are what is left of the line
        before = [mark.x1 for mark in solid if mark.x0 < left]
        behind = [mark.x0 for mark in solid if mark.x1 > right]
        if before and behind and min(behind) - max(before) >= _APART * page.em:
            found.append(Rule(False, at, cell.box[1], cell.box[3]))
    return found
