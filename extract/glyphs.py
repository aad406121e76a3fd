"""Glyphs -> lines, words and the text of cells. Geometry decides what belongs together; meaning is never consulted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import regex

from extract.sheet import Glyph, Rectangle, bounds, facing

VALUE = regex.compile(r"[+\-−－]?[\d.,，．]*\d[\d.,，．]*[%％]?|[/／—–\-－]+|无")
"""A line that by itself is a value: a number, or one of the marks printed for none."""
NUMERIC = regex.compile(r"[+\-−－]?[\d.,，．]*\d[\d.,，．]*[%％]?")
SPACE = regex.compile(r"\s")
_SMALL = 0.8
"""Of the larger of two font sizes: digits of a smaller one are no part of the same number."""
NARROWEST_GAP = 0.3
"""Of the font size: a narrower gap parts nothing."""


class Row(NamedTuple):
    """One visual line: glyphs on one baseline, from left to right in reading direction."""

    glyphs: tuple[Glyph, ...]
    box: Rectangle
    text: str

    @property
    def size(self) -> float:
        """The usual font size in it."""
        sizes = [glyph.size for glyph in self.glyphs]
        if min(sizes) == max(sizes):
            return round(sizes[0], 1)
        counts: Counter[float] = Counter()
        for glyph in self.glyphs:
            counts[round(glyph.size, 1)] += glyph.length
        return counts.most_common(1)[0][0]

    @property
    def letters(self) -> int:
        """Number of characters, spaces left out."""
        return sum([glyph.length for glyph in self.glyphs])


def rows_of(glyphs: Sequence[Glyph], *, cell: bool = False) -> list[Row]:
    """Visual lines from top to bottom; sideways text forms lines of its own.

    Args:
        glyphs: of one page, one stream or one cell, in any order.
        cell: within one cell only gaps beside digits may part two things; in running text any wide gap does.
    """
    if len(glyphs) == 1:
        (only,) = glyphs
        return [] if only.text.isspace() else [Row((only,), (only.x0, only.top, only.x1, only.bottom), only.text)]
    turns = {glyph.turn for glyph in glyphs}
    if len(turns) > 1:
        found = [row for turn in turns for row in rows_of([g for g in glyphs if g.turn == turn], cell=cell)]
        return sorted(found, key=lambda row: (row.box[1], row.box[0]))
    faced = [facing(glyph) for glyph in glyphs] if turns != {0} else glyphs
    rows = []
    for line in _baselines(faced):
        text = _joined([faced[i] for i in line], cell=cell)
        if text:
            inked = tuple([glyph for glyph in map(glyphs.__getitem__, line) if not glyph.text.isspace()])
            rows.append(Row(inked, bounds(inked), text))
    return rows


def _baselines(glyphs: Sequence[Glyph]) -> list[list[int]]:
    """The glyphs (their indexes) by lines from top to bottom, each line from left to right."""
    if not glyphs:
        return []
    heights = [(glyph.top + glyph.bottom) / 2 for glyph in glyphs]
    if max(heights) - min(heights) <= 0.4 * min([glyph.size for glyph in glyphs]):
        lines = [list(range(len(glyphs)))]
    else:
        lines = _clustered(glyphs, heights)
    places = [(glyph.x0, glyph.order) for glyph in glyphs]
    for line in lines:
        if len(line) > 1:
            line.sort(key=places.__getitem__)
    return lines


def _clustered(glyphs: Sequence[Glyph], heights: Sequence[float]) -> list[list[int]]:
    lines: list[list[int]] = []
    centre = reach = 0.0
    for index in sorted(range(len(glyphs)), key=heights.__getitem__):
        y, size = heights[index], glyphs[index].size
        if lines and abs(y - centre) <= 0.4 * max(reach, size):
            lines[-1].append(index)
            reach = max(reach, size)
            centre += (y - centre) / len(lines[-1])
        else:
            lines.append([index])
            centre, reach = y, size
    return lines


def _joined(line: Sequence[Glyph], *, cell: bool) -> str:
    """The text of a line: printed spaces once, and a space for a gap that plainly separates."""
    if len(line) > 1:
        line = _with_marks_apart(line)
    whole = "".join([glyph.text for glyph in line])
    if not SPACE.search(whole) and (len(line) == 1 or not _is_loose(line)):
        return whole
    parts: list[str] = []
    before: Glyph | None = None
    for glyph in line:
        text = glyph.text
        if text.isspace():
            if before is not None and parts[-1] != " ":
                parts.append(" ")
            continue
        if before is not None and parts[-1] != " " and _apart(before, glyph, cell=cell):
            parts.append(" ")
        parts.append(text)
        before = glyph
    return "".join(parts).strip()


def _with_marks_apart(line: Sequence[Glyph]) -> Sequence[Glyph]:
    """Digits set much smaller than the digits beside them are a footnote's mark: in brackets, so that they make no number."""
    sizes = [glyph.size for glyph in line]
    largest = max(sizes)
    if min(sizes) > _SMALL * largest:
        return line
    inked = [i for i, glyph in enumerate(line) if not glyph.text.isspace()]
    marks = set()
    for a, b in pairwise(inked):
        if line[a].text[-1].isdigit() and line[b].text[0].isdigit():
            small, large = sorted((a, b), key=sizes.__getitem__)
            if sizes[small] <= _SMALL * sizes[large]:
                marks.add(small)
    return [glyph._replace(text=f"（{glyph.text}）", edges=()) if i in marks else glyph for i, glyph in enumerate(line)]


def _is_loose(line: Sequence[Glyph]) -> bool:
    """Whether any gap in a line may part something."""
    narrowest = NARROWEST_GAP * min([glyph.size for glyph in line])
    return max([b.x0 - a.x1 for a, b in pairwise(line)]) > narrowest


def _apart(left: Glyph, right: Glyph, *, cell: bool) -> bool:
    size = max(left.size, right.size)
    gap = (right.x0 - left.x1) / size if size else 0.0
    if gap <= NARROWEST_GAP:
        return False
    a, b = _is_alphanumeric(left.text[-1]), _is_alphanumeric(right.text[0])
    return (a and b) or (gap > 1.0 and (a or b) if cell else gap > 1.2)


def _is_alphanumeric(char: str) -> bool:
    return char.isascii() and char.isalnum()


def words_of(row: Row) -> list[tuple[Glyph, ...]]:
    """Runs of a line without a gap larger than about half a character, or a printed space, however narrow, between two digits."""
    words: list[list[Glyph]] = []
    before: Glyph | None = None
    parted = _parted_digits(row)
    for at, glyph in enumerate(row.glyphs):
        faced = facing(glyph)
        near = before is not None and faced.x0 - before.x1 <= 0.5 * max(faced.size, before.size)
        if near and at not in parted:
            words[-1].append(glyph)
        else:
            words.append([glyph])
        before = faced
    return [tuple(word) for word in words]


def _parted_digits(row: Row) -> set[int]:
    """Numbers of the glyphs that the row's text parts from the one before, digit from digit."""
    if SPACE.search(row.text) is None:
        return set()
    found: set[int] = set()
    place = 0
    for at, glyph in enumerate(row.glyphs):
        start = row.text.find(glyph.text, place)
        if start > place > 0 and row.text[place - 1].isdigit() and glyph.text[0].isdigit():
            found.add(at)
        place = start + len(glyph.text) if start >= 0 else place
    return found


def run_text(glyphs: Sequence[Glyph]) -> str:
    """The text of glyphs that form one word."""
    return _joined([facing(g) for g in glyphs], cell=True)


class Measure(NamedTuple):
    """How much text fits between the borders of a cell."""

    width: float
    """Between the borders, in reading direction."""
    padding: float
    """Kept free at either side, as far as the table shows."""
    widest: Callable[[], float] = float
    """The widest line of values in a cell of the same column; asked only where the borders leave no room."""

    def fits(self, line: Row, following: float) -> bool:
        """Whether one more character of the given width would still have fitted on the line."""
        taken = length(line)
        return self.width - 2 * self.padding - taken >= 0.99 * following or self.widest() - taken >= 0.9 * following


def length(line: Row) -> float:
    """Extent of a line in reading direction."""
    if line.glyphs[0].turn == 0:
        return line.box[2] - line.box[0]
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
    return measure.fits(upper, lower.glyphs[0].first_width)


def fills(row: Row, measure: Measure) -> bool:
    """Whether a line leaves no room for another character like its last."""
    return not measure.fits(row, row.glyphs[-1].last_width)


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
        if row.letters > 1 and not VALUE.fullmatch(row.text)
    ]
    return min(max(min(margins), 0.0), 6.0) if margins else None
