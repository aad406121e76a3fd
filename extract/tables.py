"""A lattice and the page's glyphs -> the part of a table that stands on one page.

Glyphs go into cells by their centres. Where borders are missing but the neighbouring rows show where columns end, text
that plainly stands in several columns is cut there, and the part says that its layout was inferred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import NamedTuple

from extract.glyphs import VALUE, Measure, Row, fills, joined_rows, length, padding_of, rows_of
from extract.lattice import DrawnCell, Lattice
from extract.model import Grid, GridCell, Layout
from extract.sheet import Glyph, Rectangle, Turn, bounds
from extract.undrawn import Content, parted_columns, parted_rows

DOUBTFUL_SHAPE = 0.6
OVERFLOWING = 0.5
USUAL_PADDING = 2.0
"""Points inside a cell's borders where nothing in the document shows how many."""
TALLEST_ROW = 90.0
"""A single box higher than this (points) is a frame, not the one row of a table that a page break left behind."""
PROSE_LINES = 3
"""A cell as wide as the table with at least so many full lines is prose in a frame, no row of a table."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one page holds of a table."""

    page: int
    xs: tuple[float, ...]
    """Column boundaries, in the coordinates of the turned page."""
    box: Rectangle
    """In the same coordinates."""
    cells: tuple[GridCell, ...]
    """With ``runs_on`` for cells of the last row whose last line is full; what that means, only the next page tells."""
    lines: tuple[Row, ...]
    """The text, should this turn out to be no table."""
    turn: Turn
    layout: Layout = Layout.LATTICE
    spans: tuple[tuple[float, float] | None, ...] = ()
    """Unruled tables: the stretch that the text of each column takes; there are no boundaries to compare then."""
    padding: float | None = None
    """Kept free inside its cells, where a wrapped label shows it."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return max((c.row + c.rowspan for c in self.cells), default=0)

    @property
    def undecided(self) -> bool:
        """Whether lines of a cell may be one wrapped number or two, and the table itself does not show how much fits."""
        return self.padding is None and any("\n" in cell.text for cell in self.cells)

    @property
    def is_table(self) -> bool:
        """Whether cells begin in at least two rows and two columns."""
        return len({c.row for c in self.cells}) > 1 and len({c.column for c in self.cells}) > 1


def read_parts(
    lattice: Lattice, glyphs: Sequence[Glyph], page: int, turn: Turn, usual: float = USUAL_PADDING
) -> tuple[list[Part], list[Glyph]]:
    """The parts of tables in a lattice, and the glyphs within it that belong to none.

    A lattice is several parts when prose stands between them in one frame, and none when it is only a frame. ``usual`` is
    the padding of cells that do not show their own.
    """
    contents, outside = _distributed(lattice, glyphs)
    parts: list[Part] = []
    for group in _without_prose(contents, lattice.xs):
        if not _may_be_table(group):
            outside.extend(g for content in group for g in content.glyphs)
            continue
        parts.append(_part(group, lattice, page, turn, usual))
    settled = {id(g) for part in parts for line in part.lines for g in line.glyphs} | {id(g) for g in outside}
    outside.extend(g for content in contents for g in content.glyphs if id(g) not in settled and not g.text.isspace())
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
    cells = tuple(
        replace(cell, box=turn.back((cell.box.x0, cell.box.top, cell.box.x1, cell.box.bottom), page) if cell.box else None)
        for cell in grid.cells
    )
    box = bounds(glyph for line in lines for glyph in line.glyphs)
    return Part(page, (), box, cells, tuple(lines), turn, grid.layout, tuple(spans))


# glyphs into cells ---------------------------------------------------------------------------------------------------


def _distributed(lattice: Lattice, glyphs: Sequence[Glyph]) -> tuple[list[Content], list[Glyph]]:
    locate = lattice.locator()
    held: list[list[Glyph]] = [[] for _ in lattice.cells]
    doubted: set[int] = set()
    outside: list[Glyph] = []
    ordered = sorted(_parted(glyphs, locate), key=attrgetter("order"))
    homes = [locate((g.x0 + g.x1) / 2, (g.top + g.bottom) / 2) for g in ordered]
    for run in _digit_runs(ordered):
        if len(set(homes[run])) > 1:  # a number wider than its column: it stays one number, wherever it belongs
            first, last = ordered[run][0], ordered[run][-1]
            doubted.update(home for home in homes[run] if home is not None)
            homes[run] = [locate((first.x0 + last.x1) / 2, first.y)] * len(homes[run])
    for glyph, home in zip(ordered, homes, strict=True):
        (outside if home is None else held[home]).append(glyph)
    contents = []
    for index, (cell, inside) in enumerate(zip(lattice.cells, held, strict=True)):
        confidence = min(1.0 if cell.regular else DOUBTFUL_SHAPE, OVERFLOWING if index in doubted else 1.0)
        contents.append(Content(cell, tuple(inside), confidence))
    return contents, outside


def _parted(glyphs: Sequence[Glyph], locate: Callable[[float, float], int | None]) -> Iterator[Glyph]:
    """The glyphs, those that run over a border one character at a time."""
    for glyph in glyphs:
        if glyph.edges and locate(glyph.edges[0], glyph.y) != locate(glyph.edges[-1], glyph.y):
            yield from glyph.characters()
        else:
            yield glyph


def _digit_runs(glyphs: Sequence[Glyph]) -> Iterator[slice]:
    """Where at least two glyphs of digits are set one right after the other.

    Args:
        glyphs: in the order of painting.
    """
    start = 0
    for end in range(1, len(glyphs) + 1):
        if (
            end < len(glyphs)
            and glyphs[end].text.isdigit()
            and glyphs[end - 1].text.isdigit()
            and _follows(*glyphs[end - 1 : end + 1])
        ):
            continue
        if end - start > 1:
            yield slice(start, end)
        start = end


def _follows(left: Glyph, right: Glyph) -> bool:
    return (
        left.turn == right.turn == 0
        and abs(right.x0 - left.x1) <= 0.05 * left.size
        and abs(right.y - left.y) <= 0.1 * left.size
        and right.order - (left.order + left.length - 1) <= 2
    )


# which cells are a table ---------------------------------------------------------------------------------------------


def _without_prose(contents: Sequence[Content], xs: Sequence[float]) -> list[list[Content]]:
    """The stretches of rows between cells of prose that span the whole width."""
    columns = len(xs) - 1
    prose = [c.cell for c in contents if c.cell.colspan == columns and _is_prose(c)]
    if not prose or columns < 2:
        return [list(contents)]
    cuts = sorted({(cell.row, cell.row + cell.rowspan) for cell in prose})
    groups: list[list[Content]] = []
    start = 0
    for top, bottom in [*cuts, (10**6, 10**6)]:
        group = [c for c in contents if start <= c.cell.row < top]
        if group:
            groups.append(group)
        start = bottom
    return groups


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
        len(rows) == 1 and height <= TALLEST_ROW and len(rows_of((g for c in group for g in c.glyphs), cell=True)) < PROSE_LINES
    )


def _part(group: Sequence[Content], lattice: Lattice, page: int, turn: Turn, usual: float) -> Part:
    contents = [piece for content in group for piece in parted_columns(content, lattice.xs)]
    padding = padding_of((c.cell.box[0], c.cell.box[2], c.rows) for c in contents)
    texts = _texts(contents, usual if padding is None else padding)
    if any("\n" in text.text for text in texts):
        contents = parted_rows(contents, ["\n" in text.text for text in texts], lattice.ys)
        texts = _texts(contents, usual if padding is None else padding)
    first = min(c.cell.row for c in contents)
    cells = [
        GridCell(
            row=content.cell.row - first,
            column=content.cell.column,
            text=text.text,
            rowspan=content.cell.rowspan,
            colspan=content.cell.colspan,
            box=turn.back(content.cell.box, page),
            confidence=content.confidence,
            runs_on=text.full,
        )
        for content, text in zip(contents, texts, strict=True)
    ]
    return Part(
        page=page,
        xs=lattice.xs,
        box=(lattice.xs[0], min(c.cell.box[1] for c in group), lattice.xs[-1], max(c.cell.box[3] for c in group)),
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))),
        lines=tuple(sorted((line for text in texts for line in text.lines), key=lambda line: (line.box[1], line.box[0]))),
        turn=turn,
        layout=Layout.ALIGNED if len(contents) > len(group) else Layout.LATTICE,
        padding=padding,
    )


class _Text(NamedTuple):
    """The lines of a cell, joined, and whether the last one fills a cell of the last row."""

    lines: tuple[Row, ...] = ()
    text: str = ""
    full: bool = False


def _texts(contents: Sequence[Content], padding: float) -> list[_Text]:
    """What the cells say. How much fits into one matters only where lines follow one another, here or on the next page."""
    lowest = max(content.cell.row + content.cell.rowspan for content in contents)
    widest: dict[tuple[int, int, bool], float] | None = None
    texts = []
    for content in contents:
        lines, cell = content.rows, content.cell
        is_last = cell.row + cell.rowspan == lowest
        if not lines:
            texts.append(_Text())
        elif len(lines) == 1 and not is_last:
            texts.append(_Text(lines, lines[0].text))
        else:
            widest = _widest(contents) if widest is None else widest
            measure = _measure(cell, lines, padding, widest.get((cell.column, cell.colspan, lines[0].text.isascii()), 0.0))
            texts.append(_Text(lines, joined_rows(lines, measure), is_last and fills(lines[-1], measure)))
    return texts


def _measure(cell: DrawnCell, lines: Sequence[Row], padding: float, widest: float) -> Measure:
    sideways = lines[0].glyphs[0].turn in (90, 270)
    x0, top, x1, bottom = cell.box
    return Measure(bottom - top if sideways else x1 - x0, padding, 0.0 if sideways else widest)


def _widest(contents: Sequence[Content]) -> dict[tuple[int, int, bool], float]:
    """The widest line of values by column, colspan and whether its characters are narrow.

    Lines are broken before the character that does not fit: a line of wide characters ("１２", "3件") ends elsewhere.
    """
    found: dict[tuple[int, int, bool], float] = {}
    for content in contents:
        for line in content.rows:
            if VALUE.fullmatch(line.text):
                key = content.cell.column, content.cell.colspan, line.text.isascii()
                found[key] = max(found.get(key, 0.0), length(line))
    return found
