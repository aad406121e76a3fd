"""Tables as marked up: rows of cells with spans, laid out on a grid as browsers do.

Source of the rules: WHATWG HTML, 4.9.12 "Forming a table". Word's merged cells come here as spans too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import regex

from collect.errors import UnsupportedError
from extract.bounds import beyond, limits
from extract.inline import DRAWN
from extract.model import Block, Grid, GridCell, Locus

_MAX_COLSPAN = 1000
_MAX_COLUMNS = 2000
"""Of one table."""
_NUMBER = regex.compile(r"[+\-−]?\p{Nd}[\p{Nd},，.．\s]*[件条个次万元%％]{0,2}|[/／—\-－–]+|无")
_FEWEST_FIGURES = 4
_FEWEST_FILLED = 12
_PROSE = 220
"""Characters of a cell that no label or remark of a statistical table reaches. The longest label seen has 130."""


class MarkupCell(NamedTuple):
    """One cell as marked up. ``rowspan`` 0 reaches to the end of the row group.

    A tuple: a page holds hundreds, and they are made at a third of what a frozen dataclass costs.
    """

    text: str
    colspan: int = 1
    rowspan: int = 1
    paragraphs: int = 1
    """Paragraphs of more than a label's length."""
    links: int = 0


@dataclass(frozen=True, slots=True)
class MarkupRow:
    """One row as marked up. ``group`` numbers the row groups, which spans do not cross."""

    cells: tuple[MarkupCell, ...]
    group: int = 0
    skip: int = 0
    """Columns left out before the first cell (Word's gridBefore)."""


@dataclass(frozen=True, slots=True)
class MarkupTable:
    """One table as marked up."""

    rows: tuple[MarkupRow, ...] = ()
    stray: tuple[str, ...] = field(default=())
    """Caption and text between cells, which browsers show before the table."""

    @property
    def cells(self) -> tuple[MarkupCell, ...]:
        """All cells in order."""
        return tuple(cell for row in self.rows for cell in row.cells)


def is_data(table: MarkupTable) -> bool:
    """Whether the table holds figures under labels, and not the page's layout or running text."""
    filled = [cell for cell in table.cells if cell.text]
    widest = max((len(row.cells) for row in table.rows), default=0)
    if not filled or widest < 2 or (len(filled) < 2 and widest < 4):
        return False
    if len(table.rows) == 1 and widest < 4 and not any(_NUMBER.fullmatch(cell.text) for cell in filled):
        return False  # a heading or an address set in columns
    if any(len(cell.text) > _PROSE or cell.paragraphs > 1 or cell.links > 2 for cell in filled):  # prose or a menu
        return sum(_NUMBER.fullmatch(cell.text) is not None for cell in filled) >= 4
    return True


def holds_figures_of_its_own(table: MarkupTable) -> bool:
    """Whether a table around other tables is one of figures too, and not their layout: many short cells, no prose, no menu."""
    filled = [cell for cell in table.cells if cell.text and cell.text != DRAWN]
    if any(len(cell.text) > _PROSE or cell.paragraphs > 1 or cell.links for cell in filled):
        return False
    figures = sum(_NUMBER.fullmatch(cell.text) is not None for cell in filled)
    return len(filled) >= _FEWEST_FILLED or (figures >= _FEWEST_FIGURES and 3 * figures >= len(filled))


def doubted(block: Block) -> Block:
    """A table that stands inside a cell of a table of figures: nobody knows whether it is one of the document's."""
    if not isinstance(block, Grid):
        return block
    return replace(block, cells=tuple(cell._replace(confidence=0.0) for cell in block.cells))


def as_grid(parts: Sequence[Sequence[MarkupRow]], first_line: int = 1) -> Grid:
    """One grid of a table, or of the parts that page breaks cut it into.

    Spans are expanded as browsers do; columns and rows that no cell begins in are removed, in all parts together, for a part
    alone may lack a column border that the others have.

    Args:
        parts: For each part its rows as marked up, hidden ones left out.
        first_line: ``Locus.line`` of the first row.
    """
    cells: list[GridCell] = []
    starts = []
    row = 0
    for part in parts:
        starts.append(first_line + row)
        cells += _placed(part, row, first_line + row)
        row += len(part)
    tight = tighten(cells)
    breaks = (next((c.row for c in tight if c.locus is not None and c.locus.line >= line), 0) for line in starts[1:])
    return Grid(tight, breaks=tuple(sorted({at for at in breaks if at})))


def extent(rows: Sequence[MarkupRow]) -> int:
    """Number of columns the markup speaks of, those without a cell's beginning included."""
    return max((cell.column + cell.colspan for cell in _placed(rows, 0, 1)), default=0)


def _placed(rows: Sequence[MarkupRow], top: int, first_line: int) -> list[GridCell]:
    """Cells at their places, spans expanded. ``top`` is the grid row of the first."""
    taken: dict[int, int] = {}  # column -> first row below the cell that comes down through it
    cells: list[GridCell] = []
    most = limits().table_cells
    ends = _group_ends(rows)
    for r, (row, end) in enumerate(zip(rows, ends, strict=True)):
        if r and row.group != rows[r - 1].group:
            taken.clear()
        column = row.skip
        for ordinal, cell in enumerate(row.cells, start=1):
            while taken.get(column, 0) > r:
                column += 1
            width = min(max(cell.colspan, 1), _MAX_COLSPAN)
            height = end - r if cell.rowspan == 0 else min(max(cell.rowspan, 1), end - r)
            # Where a wide cell runs into one from above, browsers draw both; here the one from above keeps its place.
            free = 1 if width == 1 else next((i for i in range(width) if taken.get(column + i, 0) > r), width)
            cells.append(GridCell(top + r, column, cell.text, height, free, locus=Locus(first_line + r, ordinal)))
            for i in range(free):
                taken[column + i] = r + height
            column += width
            if column > _MAX_COLUMNS:
                raise UnsupportedError("A table of thousands of columns; no report has one.", code="unsupported.too_large")
            if len(cells) > most:
                raise beyond("table_cells", "A table of cells beyond count; no report has one.")
    return cells


def _group_ends(rows: Sequence[MarkupRow]) -> list[int]:
    """For each row, the row after the last of its group."""
    ends = [len(rows)] * len(rows)
    for r in range(len(rows) - 2, -1, -1):
        ends[r] = ends[r + 1] if rows[r].group == rows[r + 1].group else r + 1
    return ends


def tighten(cells: Iterable[GridCell]) -> tuple[GridCell, ...]:
    """The cells without rows and columns that no cell begins in: they have no height or width on the page."""
    found = sorted(cells, key=lambda cell: (cell.row, cell.column))
    rows = sorted({cell.row for cell in found})
    columns = sorted({cell.column for cell in found})

    def place(used: list[int], start: int, span: int) -> tuple[int, int]:
        at = bisect_left(used, start)
        return at, max(1, bisect_left(used, start + span) - at)

    right = max((cell.column + cell.colspan for cell in found), default=0)
    bottom = max((cell.row + cell.rowspan for cell in found), default=0)
    if right == len(columns) and bottom == len(rows):
        return tuple(found)
    tight = []
    for cell in found:
        row, rowspan = place(rows, cell.row, cell.rowspan)
        column, colspan = place(columns, cell.column, cell.colspan)
        tight.append(GridCell(row, column, cell.text, rowspan, colspan, locus=cell.locus))
    return tuple(tight)


def opens_with_figures(rows: Sequence[MarkupRow]) -> bool:
    """Whether the first row already holds a number: a table without a header goes on from the one above it."""
    return any(cell.text[:1].isdigit() and _NUMBER.fullmatch(cell.text) for row in rows[:1] for cell in row.cells)
