"""Glyphs -> lines, words and the text of cells. Geometry decides what belongs together; meaning is never consulted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import regex

from extract.sheet import Glyph, Rectangle, bounds, facing

VALUE = regex.compile(r"[+\-−－]?[\d.,，．]*\d[\d.,，．]*[%％]?|[/／—–\-－]+|无")
"""A line that by itself is a value: a number, or one of the marks printed for none."""
NUMERIC = regex.compile(r"[+\-−－]?[\d.,，．]*\d[\d.,，．]*[%％]?")
ALNUM = regex.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Row:
    """One visual line: glyphs on one baseline, from left to right in reading direction."""

    glyphs: tuple[Glyph, ...]
    box: Rectangle
    text: str

    @property
    def size(self) -> float:
        """The usual font size in it."""
        return Counter(round(g.size, 1) for g in self.glyphs).most_common(1)[0][0]


def rows_of(glyphs: Iterable[Glyph], *, cell: bool = False) -> list[Row]:
    """Visual lines from top to bottom; sideways text forms lines of its own.

    Args:
        glyphs: of one page, one stream or one cell, in any order.
        cell: within one cell only gaps beside digits may part two things; in running text any wide gap does.
    """
    by_turn: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        by_turn.setdefault(glyph.turn, []).append(glyph)
    found: list[Row] = []
    for turn, group in by_turn.items():
        faced = [(facing(g), g) for g in group] if turn else [(g, g) for g in group]
        for line in _baselines(faced):
            line.sort(key=lambda pair: (pair[0].x0, pair[0].order))
            text = _joined([f for f, _ in line], cell=cell)
            if text:
                inked = tuple(g for _, g in line if not g.text.isspace())
                found.append(Row(inked, bounds(inked), text))
    if len(by_turn) > 1:
        found.sort(key=lambda row: (row.box[1], row.box[0]))
    return found


def _baselines(faced: list[tuple[Glyph, Glyph]]) -> list[list[tuple[Glyph, Glyph]]]:
    faced.sort(key=lambda pair: pair[0].y)
    lines: list[list[tuple[Glyph, Glyph]]] = []
    centre = reach = 0.0
    for pair in faced:
        glyph = pair[0]
        if lines and abs(glyph.y - centre) <= 0.4 * max(reach, glyph.size):
            lines[-1].append(pair)
            reach = max(reach, glyph.size)
            centre += (glyph.y - centre) / len(lines[-1])
        else:
            lines.append([pair])
            centre, reach = glyph.y, glyph.size
    return lines


def _joined(line: Sequence[Glyph], *, cell: bool) -> str:
    """The text of a line: printed spaces once, and a space for a gap that plainly separates."""
    parts: list[str] = []
    before: Glyph | None = None
    for glyph in line:
        if glyph.text.isspace():
            if before is not None and parts[-1] != " ":
                parts.append(" ")
            continue
        if before is not None and parts[-1] != " " and _apart(before, glyph, cell=cell):
            parts.append(" ")
        parts.append(glyph.text)
        before = glyph
    return "".join(parts).strip()


def _apart(left: Glyph, right: Glyph, *, cell: bool) -> bool:
    gap = (right.x0 - left.x1) / max(left.size, right.size)
    a, b = ALNUM.fullmatch(left.text[-1]), ALNUM.fullmatch(right.text[0])
    if a and b:
        return gap > 0.3
    return gap > 1.2 if not cell else gap > 1.0 and bool(a or b)


def words_of(row: Row) -> list[tuple[Glyph, ...]]:
    """Runs of a line without a gap larger than about half a character."""
    words: list[list[Glyph]] = []
    for glyph in row.glyphs:
        if words and facing(glyph).x0 - facing(words[-1][-1]).x1 <= 0.5 * max(glyph.size, words[-1][-1].size):
            words[-1].append(glyph)
        else:
            words.append([glyph])
    return [tuple(word) for word in words]


def run_text(glyphs: Sequence[Glyph]) -> str:
    """The text of glyphs that form one word."""
    return _joined([facing(g) for g in glyphs], cell=True)


@dataclass(frozen=True, slots=True)
class Measure:
    """How much text fits between the borders of a cell."""

    width: float
    """Between the borders, in reading direction."""
    padding: float
    """Kept free at either side, as far as the table shows."""
    widest: float = 0.0
    """The widest line of values in a cell of the same column."""

    def fits(self, line: Row, following: float) -> bool:
        """Whether one more character of the given width would still have fitted on the line."""
        return self.width - 2 * self.padding - length(line) >= 0.99 * following or self.widest - length(line) >= 0.9 * following


def length(line: Row) -> float:
    """Extent of a line in reading direction."""
    faced = bounds(map(facing, line.glyphs))
    return faced[2] - faced[0]


def joined_rows(rows: Sequence[Row], measure: Measure) -> str:
    """The text of a cell: wrapped lines joined, lines that may be two values kept apart by a newline.

    Labels are always joined. ``123`` over ``45`` is 12345 only if the upper line leaves no room for another digit;
    otherwise a rule between two rows may be missing, and gluing two numbers would invent a third.
    """
    pieces: list[str] = []
    for index, row in enumerate(rows):
        if index and not _may_be_two(pieces[-1], rows[index - 1], row, measure):
            pieces[-1] += row.text
        else:
            pieces.append(row.text)
    return "\n".join(pieces)


def _may_be_two(so_far: str, upper: Row, lower: Row, measure: Measure) -> bool:
    if not (VALUE.fullmatch(so_far) and VALUE.fullmatch(lower.text)):
        return False
    if not (NUMERIC.fullmatch(so_far) and NUMERIC.fullmatch(lower.text)) or so_far == "0":
        return True  # no number goes on after a leading zero
    first = lower.glyphs[0]
    return measure.fits(upper, first.x1 - first.x0 if first.turn in (0, 180) else first.bottom - first.top)


def fills(row: Row, measure: Measure) -> bool:
    """Whether a line leaves no room for another character like its last."""
    last = row.glyphs[-1]
    return not measure.fits(row, last.x1 - last.x0 if last.turn in (0, 180) else last.bottom - last.top)


def padding_of(cells: Iterable[tuple[float, float, Sequence[Row]]]) -> float | None:
    """The free margin inside the cells of a table, learnt from labels that were wrapped because they were full.

    None where no label was wrapped.

    Args:
        cells: left border, right border and lines of each cell.
    """
    margins = [
        min(row.box[0] - x0, x1 - row.box[2])
        for x0, x1, rows in cells
        if len(rows) > 1
        for row in rows[:-1]
        if len(row.glyphs) > 1 and not VALUE.fullmatch(row.text)
    ]
    return min(max(min(margins), 0.0), 6.0) if margins else None
