"""Borders that nobody drew: values that plainly stand in several columns or rows of one drawn cell are parted.

The neighbours show where columns and rows end. What is parted so is only inferred, and its confidence says it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from extract.glyphs import NUMERIC, VALUE, Row, rows_of
from extract.lattice import DrawnCell
from extract.sheet import Glyph

INFERRED_COLUMN = 0.8
INFERRED_ROW = 0.7
DOUBTFUL_NUMBER = 0.5


@dataclass(frozen=True)  # no slots: they leave no room for what is computed once
class Content:
    """A drawn cell and what stands in it."""

    cell: DrawnCell
    glyphs: tuple[Glyph, ...]
    confidence: float = 1.0

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Its lines."""
        return tuple(rows_of(self.glyphs, cell=True)) if self.glyphs else ()


# columns -------------------------------------------------------------------------------------------------------------


def parted_columns(content: Content, xs: Sequence[float]) -> list[Content]:
    """A cell cut at the column boundaries of other rows where its text leaves them free, if values stand in it so.

    Args:
        content: any cell.
        xs: the table's column boundaries.
    """
    cell = content.cell
    if cell.colspan < 2:
        return [content]
    rows = content.rows
    free = [c for c in range(cell.column + 1, cell.column + cell.colspan) if _leaves_free(rows, xs[c])]
    edges = [cell.column, *free, cell.column + cell.colspan]
    pieces = []
    for start, end in pairwise(edges):
        glyphs = tuple(g for g in content.glyphs if xs[start] <= g.x < xs[end] or (start == edges[0] and g.x < xs[start]))
        box = (xs[start], cell.box[1], xs[end], cell.box[3])
        drawn = cell._replace(column=start, colspan=end - start, box=box)
        pieces.append(Content(drawn, glyphs, min(content.confidence, INFERRED_COLUMN)))
    texts = ["".join(row.text for row in piece.rows) for piece in pieces]
    filled = [text for text in texts if text]
    if len(pieces) > 1 and (not cell.painted or (len(filled) > 1 and any(NUMERIC.fullmatch(text) for text in filled))):
        return pieces
    return [content]


def _leaves_free(rows: Sequence[Row], x: float) -> bool:
    """Whether in every line the text on either side keeps off the boundary by most of a character."""
    for row in rows:
        left = [g for g in row.glyphs if g.x < x]
        right = [g for g in row.glyphs if g.x >= x]
        if any(g.x0 < x - 0.1 * g.size and g.x1 > x + 0.1 * g.size for g in row.glyphs):
            return False
        if left and right and min(g.x0 for g in right) - max(g.x1 for g in left) < 0.8 * row.size:
            return False
    return True


# rows ----------------------------------------------------------------------------------------------------------------


def parted_rows(contents: Sequence[Content], stacked: Sequence[bool], ys: Sequence[float]) -> list[Content]:
    """Cells cut where values stand above one another that are not one wrapped number.

    A cell over several drawn rows is cut at their boundaries. A drawn row in which several columns hold equally many
    values at equal heights becomes as many rows, labels going to the nearest; later rows move down.

    Args:
        contents: the cells of a table, by row and column.
        stacked: for each, whether its lines are several values.
        ys: the table's row boundaries.
    """
    cut: list[Content] = []
    stacks: dict[int, list[Content]] = {}
    for content, several in zip(contents, stacked, strict=True):
        pieces = _at_boundaries(content, ys) if several and content.cell.rowspan > 1 else [content]
        cut.extend(pieces)
        if several and content.cell.rowspan == 1 and all(VALUE.fullmatch(row.text) for row in content.rows):
            stacks.setdefault(content.cell.row, []).append(content)
    for row in sorted(stacks, reverse=True):
        beside = [c for c in cut if c.cell.row == row and c.cell.rowspan == 1 and c.glyphs]
        levels = _levels(stacks[row], beside)
        if levels is None:
            continue
        if all(_keeps_to(content, levels) for content in beside):
            cut = _with_levels(cut, row, levels)
        else:
            cut = [_doubted(content, levels) if content in beside else content for content in cut]
    return sorted(cut, key=lambda c: (c.cell.row, c.cell.column))


def _at_boundaries(content: Content, ys: Sequence[float]) -> list[Content]:
    cell = content.cell
    pieces = []
    for row in range(cell.row, cell.row + cell.rowspan):
        glyphs = tuple(g for g in content.glyphs if ys[row] <= g.y < ys[row + 1])
        box = (cell.box[0], ys[row], cell.box[2], ys[row + 1])
        drawn = cell._replace(row=row, rowspan=1, box=box)
        pieces.append(Content(drawn, glyphs, min(content.confidence, INFERRED_ROW)))
    fits = all(len(rows) == 1 and VALUE.fullmatch(rows[0].text) for rows in (piece.rows for piece in pieces))
    return pieces if fits else [content]


def _levels(stacks: Sequence[Content], row: Sequence[Content]) -> list[float] | None:
    """The heights at which at least two columns hold values, if those that are surely several values agree on them.

    Beside ``0`` over ``0``, a ``1`` over a ``2`` at the same heights is no wrapped 12 either, however narrow the column.
    """
    first = _heights(stacks[0])
    agreed = all(_same(first, _heights(stack), stack.glyphs[0].size) for stack in stacks)
    beside = [c for c in row if _same(first, _heights(c), c.glyphs[0].size)]
    return first if len(beside) > 1 and agreed else None


def _keeps_to(content: Content, levels: Sequence[float]) -> bool:
    """Whether each line is plainly nearer to one level than to the others; a label halfway belongs to neither."""
    pitch = min(b - a for a, b in pairwise(levels))
    return all(min(abs(height - level) for level in levels) <= 0.35 * pitch for height in _heights(content))


def _doubted(content: Content, levels: Sequence[float]) -> Content:
    doubtful = _same(levels, _heights(content), content.glyphs[0].size)
    return replace(content, confidence=min(content.confidence, DOUBTFUL_NUMBER)) if doubtful else content


def _heights(content: Content) -> list[float]:
    return [(row.box[1] + row.box[3]) / 2 for row in content.rows]


def _same(a: Sequence[float], b: Sequence[float], size: float) -> bool:
    return len(a) == len(b) and all(abs(x - y) <= 0.4 * size for x, y in zip(a, b, strict=True))


def _with_levels(contents: Sequence[Content], row: int, levels: Sequence[float]) -> list[Content]:
    """One drawn row turned into several."""
    more = len(levels) - 1
    middles = [(a + b) / 2 for a, b in pairwise(levels)]
    result: list[Content] = []
    for content in contents:
        cell = content.cell
        if cell.row > row:
            result.append(replace(content, cell=cell._replace(row=cell.row + more)))
        elif cell.row + cell.rowspan <= row:
            result.append(content)
        elif cell.rowspan > 1:
            result.append(replace(content, cell=cell._replace(rowspan=cell.rowspan + more)))
        else:
            edges = [cell.box[1], *middles, cell.box[3]]
            for level, (top, bottom) in enumerate(pairwise(edges)):
                glyphs = tuple(g for g in content.glyphs if top <= g.y < bottom)
                drawn = cell._replace(row=row + level, box=(cell.box[0], top, cell.box[2], bottom))
                result.append(Content(drawn, glyphs, min(content.confidence, INFERRED_ROW)))
    return result
