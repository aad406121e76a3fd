"""An unruled table that goes on over a page break, put together again."""

from __future__ import annotations

from dataclasses import replace

from extract.aligned import AlignedTable
from extract.columns import Column, unite
from extract.model import Grid, GridCell


def join(upper: AlignedTable, lower: AlignedTable) -> AlignedTable | None:
    """One table of two parts on consecutive pages; None if their columns of values cannot be matched.

    Columns match by their order if there are as many of them, else by their place. Only the caller knows that nothing but page
    furniture stands between the parts. Rows of a repeated head are kept. ``members`` and ``used`` of the parts number the words
    of different pages, so the whole has none.
    """
    places = _places(upper, lower)
    if places is None:
        return None
    labels = max(upper.labels, lower.labels)
    above = _moved(upper, labels, tuple(range(len(upper.columns))), rows=0)
    below = _moved(lower, labels, places, rows=upper.grid.rows)
    grid = Grid(
        cells=tuple(sorted((*above, *below), key=lambda cell: (cell.row, cell.column))),
        layout=upper.grid.layout,
        box=upper.grid.box,
        breaks=(*upper.grid.breaks, upper.grid.rows, *(upper.grid.rows + row for row in lower.grid.breaks)),
    )
    return replace(upper, grid=grid, used=frozenset(), members=(), labels=labels)


def _places(upper: AlignedTable, lower: AlignedTable) -> tuple[int, ...] | None:
    """For each column of values of the lower part its column in the upper one."""
    if len(upper.columns) == len(lower.columns):
        return tuple(range(len(lower.columns)))
    if len(upper.columns) < len(lower.columns):
        return None
    over = [Column(*extent) for extent in upper.columns]
    under = [Column(*extent) for extent in lower.columns]
    united, index = unite([over, under])
    if len(united) > len(over):
        return None
    return tuple(index[id(column)] for column in under)


def _moved(table: AlignedTable, labels: int, places: tuple[int, ...], rows: int) -> list[GridCell]:
    """The cells in the columns of the whole. Labels keep to the values' side, and wide ones reach to the left edge."""
    shift = labels - table.labels

    def column(old: int) -> int:
        if old < table.labels:
            return old + shift if old else 0
        return labels + places[min(old - table.labels, len(places) - 1)]

    moved: list[GridCell] = []
    for cell in table.grid.cells:
        first, last = column(cell.column), column(cell.column + cell.colspan - 1)
        if cell.colspan == 1 and cell.column < table.labels:
            first = last = cell.column + shift
        moved.append(cell._replace(row=cell.row + rows, column=first, colspan=last - first + 1))
    return moved
