"""Tables that run over pages: the parts of consecutive pages become one grid whose columns line up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from extract.model import Grid, GridCell, Layout
from extract.tables import Part

SLACK = 6.0
"""The outer edges of two parts of one table differ by no more (points)."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as far as the pages have been read."""

    xs: tuple[float, ...]
    """Column boundaries, moved to where the first part stands."""
    parts: tuple[Part, ...]
    """Each with its cells already in the columns of ``xs``."""

    @property
    def spans(self) -> tuple[tuple[float, float] | None, ...]:
        """Of an unruled table, the stretch of each column."""
        return self.parts[0].spans

    @property
    def is_table(self) -> bool:
        """Whether cells begin in at least two rows and two columns."""
        rows = sum(len({c.row for c in part.cells}) for part in self.parts)
        return rows > 1 and len({c.column for part in self.parts for c in part.cells}) > 1

    def grid(self) -> Grid:
        """The whole table as one grid."""
        cells: list[GridCell] = []
        breaks: list[int] = []
        offset = 0
        for number, part in enumerate(self.parts):
            if number:
                breaks.append(offset)
            last = part.rows if number + 1 < len(self.parts) else -1
            for cell in part.cells:
                runs_on = cell.runs_on and cell.row + cell.rowspan == last
                is_placed = not offset and runs_on == cell.runs_on
                cells.append(cell if is_placed else replace(cell, row=cell.row + offset, runs_on=runs_on))
            offset += part.rows
        layouts = {part.layout for part in self.parts}
        layout = Layout.LATTICE if layouts == {Layout.LATTICE} else Layout.ALIGNED
        first = self.parts[0]
        return Grid(tuple(cells), layout, first.turn.back(first.box, first.page), tuple(breaks))


def begun(part: Part) -> Table:
    """A table of one part."""
    return Table(part.xs, (part,))


def continued(table: Table, part: Part) -> Table | None:
    """The table with the next page's part, or None when that is another table.

    The outer edges must agree, but for margins mirrored between odd and even pages or a level of row labels that one part
    lacks; and most inner boundaries must line up. Boundaries that only one part has become boundaries of the whole.
    """
    if table.spans and part.spans:
        return _continued_unruled(table, part)
    if table.spans or part.spans:
        return None
    shift = _shift(table.xs, part.xs)
    if shift is None or len(part.cells) == 1:  # a box by itself may begin a table, as its caption, but does not end one
        return None
    moved = [x + shift for x in part.xs]
    pairs = _pairs(table.xs, moved)
    inner = min(len(table.xs), len(moved)) - 2
    if inner > 0 and sum(0 < j < len(moved) - 1 for j in pairs) < 0.5 * inner:
        return None
    alone = [x for j, x in enumerate(moved) if j not in pairs]
    xs = sorted([*table.xs, *alone])
    earlier = tuple(_recolumned(p, [bisect_left(xs, x) for x in table.xs]) for p in table.parts)
    places = [bisect_left(xs, table.xs[pairs[j]] if j in pairs else x) for j, x in enumerate(moved)]
    return Table(tuple(xs), (*earlier, _recolumned(part, places)))


def _continued_unruled(table: Table, part: Part) -> Table | None:
    """Columns without boundaries are the same where their text stands in the same stretch, in the same order."""
    places: list[int] = []
    for span in part.spans:
        free = range(places[-1] + 1 if places else 0, len(table.spans))
        shared = {column: _overlap(table.spans[column], span) for column in free}
        best = max(shared, key=lambda column: shared[column], default=None)
        if best is None or shared[best] <= 0:
            return None
        places.append(best)
    return Table(table.xs, (*table.parts, _recolumned(part, [*places, places[-1] + 1])))


def _overlap(a: tuple[float, float] | None, b: tuple[float, float] | None) -> float:
    """Shared length; a column without text is at home anywhere."""
    return 0.01 if a is None or b is None else min(a[1], b[1]) - max(a[0], b[0])


def _shift(a: Sequence[float], b: Sequence[float]) -> float | None:
    left, right = a[0] - b[0], a[-1] - b[-1]
    if abs(left) <= SLACK and abs(right) <= SLACK:
        return 0.0
    if abs(left - right) <= SLACK:
        return (left + right) / 2
    longer, shorter = (a, b) if a[-1] - a[0] > b[-1] - b[0] else (b, a)
    if abs(right) <= SLACK and len(shorter) > 2 and any(abs(x - shorter[0]) <= SLACK for x in longer[1:-1]):
        return 0.0
    return None


def _pairs(a: Sequence[float], b: Sequence[float]) -> dict[int, int]:
    """For boundaries of ``b`` (by index) the boundary of ``a`` that is the same one: near, in order, each used once."""
    pairs: dict[int, int] = {}
    used = -1
    for j, x in enumerate(b):
        reach = min(12.0, 0.4 * min(_room(b, j), 30.0))
        candidates = [i for i in range(used + 1, len(a)) if abs(a[i] - x) <= min(reach, 0.4 * _room(a, i))]
        if candidates:
            used = min(candidates, key=lambda i: abs(a[i] - x))
            pairs[j] = used
    return pairs


def _room(xs: Sequence[float], index: int) -> float:
    return min(b - a for a, b in pairwise(xs[max(index - 1, 0) : index + 2]))


def _recolumned(part: Part, places: Sequence[int]) -> Part:
    cells = tuple(
        replace(cell, column=places[cell.column], colspan=places[cell.column + cell.colspan] - places[cell.column])
        for cell in part.cells
    )
    return replace(part, cells=cells)
