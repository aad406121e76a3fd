"""Ink on a straight grey page: what is print, what is dust, and the lines of text that cells hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from extract.raster import SCALE, Pixels
from extract.sheet import Rectangle

_PAPER = 250
_MOST_NUMBERS = 2**16 - 1
_MOST_ROWS = 0.7
"""Of a page: with more rows of ink, passing over the others takes longer than it saves."""
_FIRST_EM = 9.0 * SCALE
_DARK_PRINT = 165
_LABEL = 2.6
"""Of the type size: figures are rarely wider."""
_NARROW = 0.7
"""Of the type size: a character of a figure is narrower. A line of Chinese has wider ones."""
_SQUARE, _ALONE = 0.8, 1.2
"""Of the type size: a Chinese character is mostly as high as this, which a figure is not, and two are wider."""
_DUST = 0.2
"""Of the type size: a mark smaller than this both ways is dust, or a dot beside a figure."""
_SMALL = 0.5
"""Of the type size: no digit is as low."""
_NEAR = 0.4
"""Of the type size: pieces of one line stand as near."""
_TWO_LINES = 1.6
"""Of the type size: no line is as high."""
_CROSSED = 0.25
"""Of a line's width: so much ink, at most, runs from one line of text to the next."""
_TALL = 1.7
"""Of the type size: a mark higher than this is no character."""


class Mark(NamedTuple):
    """A connected piece of ink; pixels of the page."""

    x0: int
    top: int
    x1: int
    bottom: int
    area: int

    @property
    def width(self) -> int:
        """Pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Pixels."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of print: its marks, from the left."""

    marks: tuple[Mark, ...]
    dust: tuple[Mark, ...] = ()
    """Small marks beside them: decimal points, or dirt."""

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Around the marks, pixels."""
        return _around(self.marks)


@dataclass(frozen=True, slots=True)
class CellInk:
    """What stands between the borders of a cell."""

    lines: tuple[TextLine, ...] = ()
    foreign: bool = False
    """Ink that is no print: part of a stamp, a blot, a line."""
    faint: bool = False
    """Only ink so faint that it may be no print at all."""
    remnant: TextLine | None = None
    """All there is, but hardly print: small pieces under a stamp."""


class Look(NamedTuple):
    """How a line of print is read: the recogniser takes time by width and height."""

    first: float
    """How much of its width it is left."""
    second: float
    """The same where the first look leaves doubts."""
    low: bool = False
    """Whether the first look is at a picture of less than the recogniser's usual height, with less paper above and below."""


FIGURE = Look(0.7, 1.0)
"""For what may be a figure: a single one is certain only if the ink has as many pieces, so that none is lost."""
LABEL = Look(0.53, 0.64, True)
"""For other text in tables: one line decides over a row."""
TEXT = Look(0.57, 0.64, True)
"""For running text, whose sentences bear out each other."""
WHOLE = Look(1.0, 1.0)
"""For large type, of which a narrow 〇 is lost, and for a Chinese character without others to tell it by."""


class Strip(NamedTuple):
    """The picture of a line of print."""

    picture: Pixels
    look: Look


class Page:
    """A straight page in grey."""

    def __init__(self, grey: Pixels, ruled: Pixels, stains: Pixels | None = None) -> None:
        self._stains = stains
        self.grey = np.where(ruled > 0, np.uint8(_PAPER), grey)
        """With its ruling lines taken out."""
        self.dark = cv2.subtract(np.full_like(grey, _PAPER), self.grey)
        blackness = self._blackness()
        self.level = max(56, round(0.32 * blackness))
        """From here on ink is print."""
        self.trace = max(36, round(0.2 * blackness))
        """From here on something is there."""
        self.peak = max(self.level + 10, round(0.48 * blackness))
        """Every piece of print is so dark somewhere."""
        self.outshines_stains = blackness >= _DARK_PRINT
        """Print is so dark here that nothing as pale as what a stamp leaves can be print."""
        self._marks: dict[tuple[tuple[int, int, int, int], int], list[Mark]] = {}
        """Those already looked for: a cell is asked for its ink several times."""
        self.em = _FIRST_EM
        """The size of type in tables, pixels."""

    def _blackness(self) -> float:
        sample = self.dark[::3, ::3]
        inked = sample[sample > 90]
        return float(np.percentile(inked, 80)) if len(inked) > 50 else 200.0

    def marks(self, box: tuple[int, int, int, int], level: int) -> list[Mark]:
        """The connected pieces of ink within a rectangle of pixels."""
        if (box, level) not in self._marks:
            self._marks[box, level] = self._found_marks(box, level)
        return self._marks[box, level]

    def _found_marks(self, box: tuple[int, int, int, int], level: int) -> list[Mark]:
        x0, top, x1, bottom = box
        area = self.dark[top:bottom, x0:x1]
        if not area.size or int(area.max()) < level:
            return []
        count, _, stats, _ = cv2.connectedComponentsWithStats((area >= level).astype(np.uint8), connectivity=8)
        return [
            Mark(x0 + x, top + y, x0 + x + width, top + y + height, size) for x, y, width, height, size in stats[1:count].tolist()
        ]

    def stain(self, box: tuple[int, int, int, int]) -> float:
        """The share of a rectangle that lies under a stamp's ink."""
        if self._stains is None:
            return 0.0
        area = self._stains[box[1] : box[3], box[0] : box[2]]
        return float(np.count_nonzero(area)) / max(area.size, 1)

    def is_solid(self, mark: Mark) -> bool:
        """Whether a piece of ink is as dark as print somewhere."""
        return int(self.dark[mark.top : mark.bottom, mark.x0 : mark.x1].max()) >= self.peak

    def crop(self, line: TextLine, box: tuple[int, int, int, int]) -> Strip:
        """The picture of a line for the recogniser, with a margin of paper; nothing beyond the cell is in it."""
        x0, top, x1, bottom = line.box
        height = round(max(bottom - top, 0.9 * self.em) * 1.36)
        middle, side = (top + bottom) / 2, round(0.22 * self.em)
        first, last = round(middle - height / 2), round(middle - height / 2) + height
        picture = np.full((last - first, x1 - x0 + 2 * side), _PAPER, np.uint8)
        left, right = max(x0 - side, box[0], 0), min(x1 + side, box[2], self.grey.shape[1])
        upper, lower = max(first, box[1], 0), min(last, box[3], self.grey.shape[0])
        picture[upper - first : lower - first, left - (x0 - side) : right - (x0 - side)] = self.grey[upper:lower, left:right]
        return Strip(picture, self._look(line))

    def _look(self, line: TextLine) -> Look:
        x0, top, x1, bottom = line.box
        if _is_wide(line.marks, self.em):
            return LABEL
        is_character = bottom - top >= _SQUARE * self.em and _NARROW * self.em <= x1 - x0 <= _ALONE * self.em
        return WHOLE if is_character else FIGURE


def components(ink: Pixels) -> tuple[Pixels, NDArray[Any]]:
    """The connected pieces of a whole page's ink: their numbers by pixel, and their extents (``cv2.CC_STAT_...``); 0 is paper.

    Rows without ink between others are passed over if they are many; by twos, as numbers are given.
    """
    inked = np.zeros((len(ink) + 1) // 2, dtype=bool)
    for which in (0, 1):
        inked[: len(ink[which::2])] |= np.any(ink[which::2], axis=1)
    inked[1:] |= inked[:-1]  # what is apart stays so
    rows = np.flatnonzero(np.repeat(inked, 2)[: len(ink)])
    if len(rows) > _MOST_ROWS * len(ink) or not len(rows):
        return _components(ink)
    numbers, stats = _components(ink[rows])
    whole = np.zeros(ink.shape, numbers.dtype)
    whole[rows] = numbers
    stats[1:, cv2.CC_STAT_TOP] = rows[stats[1:, cv2.CC_STAT_TOP]]
    return whole, stats


def _components(ink: Pixels) -> tuple[Pixels, NDArray[Any]]:
    """Numbers of two bytes take less than half the time of four; even before pieces are joined, no more than rows begin."""
    begun = int(np.count_nonzero(ink[:, 1:] > ink[:, :-1])) + int(np.count_nonzero(ink[:, 0]))
    ltype = cv2.CV_16U if begun < _MOST_NUMBERS else cv2.CV_32S
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=ltype)
    return np.asarray(numbers), np.asarray(stats)


def pixels_of(box: Rectangle, inset: float = 0.0) -> tuple[int, int, int, int]:
    """A rectangle of points in pixels."""
    x0, top, x1, bottom = box
    return (
        max(round((x0 + inset) * SCALE), 0),
        max(round((top + inset) * SCALE), 0),
        round((x1 - inset) * SCALE),
        round((bottom - inset) * SCALE),
    )


def type_size(page: Page, boxes: Sequence[tuple[int, int, int, int]]) -> float:
    """The usual size of type in some cells (pixels): most Chinese characters fill nine tenths of their square."""
    heights: list[int] = []
    for box in boxes:
        marks = [mark for mark in page.marks(box, page.level) if mark.area >= 12]
        for run in _runs(marks, 1):
            height = max(m.bottom for m in run) - min(m.top for m in run)
            if len(run) >= 4 and 4 * SCALE <= height <= 24 * SCALE:
                heights.append(height)
    return float(np.percentile(heights, 85)) / 0.95 if len(heights) >= 3 else _FIRST_EM


def cell_ink(page: Page, box: tuple[int, int, int, int], em: float | None = None) -> CellInk:
    """The lines of print in a cell, from top to bottom. ``em``: the size of type, where the page itself has not been asked."""
    page.em = em or page.em
    level, faint = page.level, False
    marks = _without_borders(page.marks(box, level), box)
    if not _prints(marks, page.em):
        marks = _without_borders(page.marks(box, page.trace), box)
        if not _prints(marks, page.em):
            return CellInk()
        faint = True
    large, dust = _prints(marks, page.em), [m for m in marks if _is_dust(m, page.em)]
    whole = _without_remnants(page, large)
    if not whole:
        return CellInk(remnant=TextLine(tuple(sorted(large))))
    large = whole
    pale: list[Mark] = []
    if not faint:
        solid = [mark for mark in large if page.is_solid(mark)]
        pale = [mark for mark in large if not page.is_solid(mark)] if solid else []
        faint, large = not solid, solid or large
    strange = [mark for mark in large if mark.height > _TALL * page.em and mark.height > 0.5 * (box[3] - box[1])]
    kept = [mark for mark in large if mark not in strange]
    lines = [
        TextLine(tuple(sorted(run)), tuple(d for d in dust if _beside(d, run, page.em)))
        for joined in _merged(_runs(kept, max(1, round(0.06 * page.em))), page.em)
        for run in _parted(joined, page.em)
    ]
    return CellInk(tuple(lines), bool(strange or pale), faint)


def _without_remnants(page: Page, marks: Sequence[Mark]) -> list[Mark]:
    """Without small pieces under a stamp that stand by themselves: no figure is so small, and pieces of one stand together."""
    near = round(_NEAR * page.em)

    def is_remnant(mark: Mark) -> bool:
        if mark.height >= _SMALL * page.em or mark.width >= page.em or page.stain(mark[:4]) <= 0.5:
            return False
        group = [m for m in marks if m.x0 - near < mark.x1 and mark.x0 < m.x1 + near and _overlap(m, mark, near)]
        x0, top, x1, bottom = _around(group)
        return bottom - top < _SMALL * page.em and x1 - x0 < page.em

    return [mark for mark in marks if not is_remnant(mark)]


def _overlap(one: Mark, other: Mark, near: int) -> bool:
    return one.top - near < other.bottom and other.top < one.bottom + near


def _is_dust(mark: Mark, em: float) -> bool:
    return max(mark.width, mark.height) < _DUST * em


def _prints(marks: Sequence[Mark], em: float) -> list[Mark]:
    return [mark for mark in marks if not _is_dust(mark, em)]


def _without_borders(marks: Sequence[Mark], box: tuple[int, int, int, int]) -> list[Mark]:
    """Without what is left of ruling lines along the edges of a cell."""
    x0, top, x1, bottom = box
    thin, near, long = max(3, round(1.2 * SCALE)), round(3 * SCALE), round(7 * SCALE)

    def is_border(mark: Mark) -> bool:
        flat, steep = mark.height <= thin, mark.width <= thin
        reach_down = near if mark.width >= long else 2
        reach_across = near if mark.height >= long else 2
        return (flat and (mark.top <= top + reach_down or mark.bottom >= bottom - reach_down)) or (
            steep and (mark.x0 <= x0 + reach_across or mark.x1 >= x1 - reach_across)
        )

    return [mark for mark in marks if not is_border(mark)]


def _runs(marks: Sequence[Mark], gap: int) -> list[list[Mark]]:
    """Marks that overlap in height, from top to bottom."""
    runs: list[list[Mark]] = []
    reached = -1
    for mark in sorted(marks, key=lambda m: m.top):
        if runs and mark.top < reached + gap:
            runs[-1].append(mark)
            reached = max(reached, mark.bottom)
        else:
            runs.append([mark])
            reached = mark.bottom
    return runs


def _merged(runs: Sequence[list[Mark]], em: float) -> list[list[Mark]]:
    """Runs that are parts of one line: the strokes of 二 and 三 stand apart."""
    merged: list[list[Mark]] = []
    for run in runs:
        top, bottom = min(m.top for m in run), max(m.bottom for m in run)
        if merged:
            upper = merged[-1]
            whole = bottom - min(m.top for m in upper)
            gap = top - max(m.bottom for m in upper)
            if whole <= 1.12 * em and gap <= 0.4 * em:
                upper.extend(run)
                continue
        merged.append(list(run))
    return merged


def _parted(run: list[Mark], em: float) -> list[list[Mark]]:
    """Lines of text that a speck between them, or slanting print, has made one; what may be a figure is left as it is."""
    x0, top, x1, bottom = _around(run)
    if bottom - top < _TWO_LINES * em or not _is_wide(run, em):
        return [run]
    rows = range(round(top + _SMALL * em), round(bottom - _SMALL * em) + 1)
    crossed = {row: sum(mark.width for mark in run if mark.top < row < mark.bottom) for row in rows}
    between = min(rows, key=lambda row: (crossed[row], abs(2 * row - top - bottom)))
    upper = [mark for mark in run if mark.top + mark.bottom < 2 * between]
    lower = [mark for mark in run if mark.top + mark.bottom >= 2 * between]
    if crossed[between] > _CROSSED * (x1 - x0) or not upper or not lower:
        return [run]
    return [*_parted(upper, em), *_parted(lower, em)]


def _is_wide(marks: Sequence[Mark], em: float) -> bool:
    """Whether a line is text by its extent: figures are rarely wider, and no character of theirs is."""
    x0, _, x1, _ = _around(marks)
    return x1 - x0 > _LABEL * em and any(mark.width > _NARROW * em for mark in marks)


def _beside(dot: Mark, run: Sequence[Mark], em: float) -> bool:
    x0, top, x1, bottom = _around(run)
    return x0 - 0.45 * em <= dot.x0 and dot.x1 <= x1 + 0.45 * em and top - 2 <= dot.top and dot.bottom <= bottom + 0.15 * em


def _around(marks: Sequence[Mark]) -> tuple[int, int, int, int]:
    return min(m.x0 for m in marks), min(m.top for m in marks), max(m.x1 for m in marks), max(m.bottom for m in marks)


def letters(line: TextLine) -> list[tuple[int, int, int, int]]:
    """The characters of a line of figures: marks that stand one above the other are one."""
    boxes: list[list[int]] = []
    for mark in line.marks:
        overlap = min(boxes[-1][2], mark.x1) - max(boxes[-1][0], mark.x0) if boxes else 0
        if boxes and overlap > 0.3 * min(mark.width, boxes[-1][2] - boxes[-1][0]):
            last = boxes[-1]
            last[0], last[1] = min(last[0], mark.x0), min(last[1], mark.top)
            last[2], last[3] = max(last[2], mark.x1), max(last[3], mark.bottom)
        else:
            boxes.append([mark.x0, mark.top, mark.x1, mark.bottom])
    return [(x0, top, x1, bottom) for x0, top, x1, bottom in boxes]
