"""A lattice and the page's glyphs -> the part of a table that stands on one page.

Glyphs go into cells by their centres. Where borders are missing but the neighbouring rows show where columns end, text
that plainly stands in several columns is cut there, and the part says that its layout was inferred.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from extract.glyphs import VALUE, Measure, Row, fills, joined_rows, length, padding_of, rows_of
from extract.lattice import DrawnCell, Lattice
from extract.model import Grid, Layout
from extract.sheet import Glyph, Rectangle, Turn, bounds
from extract.undrawn import Content, content_of, parted_columns, parted_rows

DOUBTFUL_SHAPE = 0.6
OVERFLOWING = 0.5
ACROSS = 0.25
"""Of a glyph's height: what lies so far across the outer border of a table stands in it. Text under a table comes as near, but no
nearer."""
_INSET = 0.5
"""Points."""
USUAL_PADDING = 2.0
"""Points inside a cell's borders where nothing in the document shows how many."""
TALLEST_ROW = 90.0
"""A single box higher than this (points) is a frame, not the one row of a table that a page break left behind."""
PROSE_LINES = 3
"""A cell as wide as the table with at least so many full lines is prose in a frame, no row of a table."""


class PartCell(NamedTuple):
    """A cell of a part; only the whole table says where in it the cell comes to stand."""

    row: int
    """Counted in the part."""
    column: int
    text: str
    rowspan: int
    colspan: int
    box: Rectangle | None
    """In the coordinates of the turned page."""
    confidence: float
    runs_on: bool
    """It is in the last row and its last line is full; what that means, only the next page tells."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one page holds of a table."""

    page: int
    xs: tuple[float, ...]
    """Column boundaries, in the coordinates of the turned page."""
    box: Rectangle
    """In the same coordinates."""
    cells: tuple[PartCell, ...]
    """By row, then column."""
    rows: int
    """Number of rows."""
    written: tuple[Row, ...]
    """Its lines, cell by cell where it is ruled."""
    turn: Turn
    layout: Layout = Layout.LATTICE
    spans: tuple[tuple[float, float] | None, ...] = ()
    """Unruled tables: the stretch that the text of each column takes; there are no boundaries to compare then."""
    padding: float | None = None
    """Kept free inside its cells, where a wrapped label shows it."""

    @property
    def undecided(self) -> bool:
        """Whether lines of a cell may be one wrapped number or two, and the table itself does not show how much fits."""
        return self.padding is None and any("\n" in cell.text for cell in self.cells)

    @property
    def lines(self) -> Sequence[Row]:
        """Its text from top to bottom, should this turn out to be no table."""
        return self.written if self.spans else sorted(self.written, key=lambda line: (line.box[1], line.box[0]))


def read_parts(
    lattice: Lattice, glyphs: Sequence[Glyph], page: int, turn: Turn, usual: float = USUAL_PADDING
) -> tuple[list[Part], list[Glyph]]:
    """The parts of tables in a lattice, and the glyphs within it that belong to none.

    A lattice is several parts when prose stands between them in one frame, and none when it is only a frame. ``usual`` is
    the padding of cells that do not show their own.
    """
    contents, outside = _distributed(lattice, glyphs)
    groups, prose = _without_prose(contents, lattice.xs)
    outside.extend(g for content in prose for g in content.glyphs if not g.text.isspace())
    parts: list[Part] = []
    for group in groups:
        if not _may_be_table(group):
            outside.extend(g for content in group for g in content.glyphs)
            continue
        part, lost = _part(group, lattice, page, turn, usual)
        parts.append(part)
        outside += lost
    return parts, outside


def unruled_part(grid: Grid, lines: Sequence[Row], page: int, turn: Turn) -> Part:
    """A grid that was found without rules, as a part that the next page's may continue.

    Args:
        grid: with boxes in the coordinates of the turned page.
        lines: its text.
        page: 1-based.
        turn: back to the page as displayed.
    """
    spans: list[tuple[float, float] | None] = []
    for column in range(grid.columns):
        boxes = [c.box for c in grid.cells if c.column == column and c.colspan == 1 and c.box is not None and c.text]
        spans.append((min(b.x0 for b in boxes), max(b.x1 for b in boxes)) if boxes else None)
    cells = [
        PartCell(
            cell.row,
            cell.column,
            cell.text,
            cell.rowspan,
            cell.colspan,
            (cell.box.x0, cell.box.top, cell.box.x1, cell.box.bottom) if cell.box else None,
            cell.confidence,
            cell.runs_on,
        )
        for cell in grid.cells
    ]
    box = bounds(glyph for line in lines for glyph in line.glyphs)
    return Part(page, (), box, tuple(cells), grid.rows, tuple(lines), turn, grid.layout, tuple(spans))


# glyphs into cells ---------------------------------------------------------------------------------------------------


def _distributed(lattice: Lattice, glyphs: Sequence[Glyph]) -> tuple[list[Content], list[Glyph]]:
    locate = lattice.locator()
    held: list[list[Glyph]] = [[] for _ in lattice.cells]
    doubted: set[int] = set()
    outside: list[Glyph] = []
    ordered = sorted(_parted(glyphs, lattice.xs, locate), key=attrgetter("order"))
    homes = [locate((g.x0 + g.x1) / 2, _height(g, lattice)) for g in ordered]
    for run in _digit_runs(ordered):
        if len(set(homes[run])) > 1:  # a number wider than its column: it stays one number, wherever it belongs
            first, last = ordered[run][0], ordered[run][-1]
            doubted.update(home for home in homes[run] if home is not None)
            homes[run] = [locate((first.x0 + last.x1) / 2, _height(first, lattice))] * len(homes[run])
    for glyph, home in zip(ordered, homes, strict=True):
        (outside if home is None else held[home]).append(glyph)
    contents = []
    for index, (cell, inside) in enumerate(zip(lattice.cells, held, strict=True)):
        confidence = 1.0 if cell.regular else DOUBTFUL_SHAPE
        contents.append(content_of(cell, inside, min(confidence, OVERFLOWING) if index in doubted else confidence))
    return contents, outside


def _height(glyph: Glyph, lattice: Lattice) -> float:
    """Where a glyph stands; one that lies on the table's outer border stands in the row there."""
    top, bottom = lattice.ys[0], lattice.ys[-1]
    if top <= glyph.y <= bottom:
        return glyph.y
    return min(max(glyph.y, top + _INSET), bottom - _INSET)


def _parted(glyphs: Sequence[Glyph], xs: Sequence[float], locate: Callable[[float, float], int | None]) -> list[Glyph]:
    """The glyphs, those that run over a border one character at a time."""
    parted: list[Glyph] = []
    for glyph in glyphs:
        edges = glyph.edges
        if (
            edges
            and bisect_right(xs, edges[0]) != bisect_right(xs, edges[-1])
            and locate(edges[0], glyph.y) != locate(edges[-1], glyph.y)
        ):
            parted += glyph.characters()
        else:
            parted.append(glyph)
    return parted


def _digit_runs(glyphs: Sequence[Glyph]) -> Iterator[slice]:
    """Where at least two glyphs of digits are set one right after the other.

    Args:
        glyphs: in the order of painting.
    """
    digits = [i for i, glyph in enumerate(glyphs) if glyph.text.isdigit()]
    start = digits[0] if digits else 0
    for before, after in pairwise([*digits, len(glyphs) + 1]):
        if after == before + 1 and _follows(glyphs[before], glyphs[after]):
            continue
        if before > start:
            yield slice(start, before + 1)
        start = after


def _follows(left: Glyph, right: Glyph) -> bool:
    return (
        left.turn == right.turn == 0
        and abs(right.x0 - left.x1) <= 0.05 * left.size
        and abs(right.y - left.y) <= 0.1 * left.size
        and right.order - (left.order + left.length - 1) <= 2
    )


# which cells are a table ---------------------------------------------------------------------------------------------


def _without_prose(contents: Sequence[Content], xs: Sequence[float]) -> tuple[list[list[Content]], list[Content]]:
    """The stretches of rows between cells of prose that span the whole width; and the prose."""
    columns = len(xs) - 1
    cuts = {(c.cell.row, c.cell.row + c.cell.rowspan) for c in contents if c.cell.colspan == columns > 1 and _is_prose(c)}
    groups: list[list[Content]] = []
    prose: list[Content] = []
    start = 0
    for top, bottom in sorted(cuts):
        groups.append([c for c in contents if start <= c.cell.row < top])
        prose += [c for c in contents if top <= c.cell.row < bottom]
        start = bottom
    groups.append([c for c in contents if c.cell.row >= start] if cuts else list(contents))
    return [group for group in groups if group], prose


def _is_prose(content: Content) -> bool:
    rows = content.rows
    width = content.cell.box[2] - content.cell.box[0]
    return len(rows) >= PROSE_LINES and sum(length(row) > 0.6 * width for row in rows) >= len(rows) / 2


def _may_be_table(group: Sequence[Content]) -> bool:
    """Cells in several columns, or a single short row that may belong to the next or the last page's part."""
    columns = {c.cell.column for c in group}
    rows = {c.cell.row for c in group}
    if len(columns) > 1:
        return True
    height = max(c.cell.box[3] for c in group) - min(c.cell.box[1] for c in group)
    return (
        len(rows) == 1 and height <= TALLEST_ROW and len(rows_of([g for c in group for g in c.glyphs], cell=True)) < PROSE_LINES
    )


def _part(group: Sequence[Content], lattice: Lattice, page: int, turn: Turn, usual: float) -> tuple[Part, list[Glyph]]:
    """The part of a table that some cells are, and the glyphs that cutting its cells has left over."""
    contents: list[Content] = []
    for content in group:
        if content.cell.colspan > 1:
            contents += parted_columns(content, lattice.xs)
        else:
            contents.append(content)
    padding = padding_of([(c.cell.box[0], c.cell.box[2], c.rows) for c in contents if len(c.rows) > 1])
    first, end = group[0].cell.row, max([c.cell.row + c.cell.rowspan for c in group])
    box = lattice.xs[0], lattice.ys[first], lattice.xs[-1], lattice.ys[end]
    cells = _read(contents, first, end, usual if padding is None else padding)
    stacked = ["\n" in cell.text for cell in cells]
    if any(stacked):
        contents = parted_rows(contents, stacked, lattice.ys)
        end = max([c.cell.row + c.cell.rowspan for c in contents])
        cells = _read(contents, first, end, usual if padding is None else padding)
    is_cut = len(contents) > len(group)
    part = Part(
        page=page,
        xs=lattice.xs,
        box=box,
        cells=tuple(cells),
        rows=end - first,
        written=tuple([line for content in contents for line in content.rows]),
        turn=turn,
        layout=Layout.ALIGNED if is_cut else Layout.LATTICE,
        padding=padding,
    )
    return part, _lost(group, contents) if is_cut else []


def _lost(whole: Sequence[Content], cut: Sequence[Content]) -> list[Glyph]:
    kept = {id(g) for content in cut for g in content.glyphs}
    return [g for content in whole for g in content.glyphs if id(g) not in kept and not g.text.isspace()]


def _read(contents: Sequence[Content], first: int, end: int, padding: float) -> list[PartCell]:
    """What the cells say. How much fits into one matters only where lines follow one another, here or on the next page.

    Args:
        contents: of one part, by row and column.
        first: its first row in the lattice; the cells are counted from there.
        end: the row after its last.
        padding: kept free inside the cells.
    """
    widest = _Widest(contents)
    cells = []
    for cell, _, confidence, lines in contents:
        row, column, rowspan, colspan, box, _, _ = cell
        is_last = row + rowspan == end
        text, full = lines[0].text if lines else "", False
        if len(lines) > 1 or (lines and is_last):
            measure = _measure(cell, lines, padding, widest)
            text, full = joined_rows(lines, measure), is_last and fills(lines[-1], measure)
        cells.append(PartCell(row - first, column, text, rowspan, colspan, box, confidence, full))
    return cells


class _Widest:
    """The widest line of values in each column; found out only if a cell asks, which in most tables none does."""

    def __init__(self, contents: Sequence[Content]) -> None:
        self._contents = contents

    def beside(self, cell: DrawnCell, *, narrow: bool) -> float:
        """In the cells of the same column and colspan.

        Lines are broken before the character that does not fit: a line of wide characters ("１２", "3件") ends elsewhere
        than one of narrow ones.
        """
        return self._widths.get((cell.column, cell.colspan, narrow), 0.0)

    @cached_property
    def _widths(self) -> dict[tuple[int, int, bool], float]:
        found: dict[tuple[int, int, bool], float] = {}
        for cell, _, _, lines in self._contents:
            for line in lines:
                key = cell.column, cell.colspan, line.text.isascii()
                width = length(line)
                if width > found.get(key, 0.0) and VALUE.fullmatch(line.text):
                    found[key] = width
        return found


def _measure(cell: DrawnCell, lines: Sequence[Row], padding: float, widest: _Widest) -> Measure:
    x0, top, x1, bottom = cell.box
    if lines[0].glyphs[0].turn in (90, 270):
        return Measure(bottom - top, padding)
    return Measure(x1 - x0, padding, partial(widest.beside, cell, narrow=lines[0].text.isascii()))
