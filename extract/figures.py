"""Figures in cells: what they say, and whether that is certain.

Three witnesses are heard, and a figure is certain only where they agree: the recogniser, whose rivals must be far behind; the
ink, which must have as many pieces as the reading has characters; and the document itself, whose other figures of that kind,
set in the same type, must look the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log
from typing import NamedTuple

import cv2
import numpy as np
import regex
from numpy.typing import NDArray

from extract.model import Reading
from extract.print_ink import Mark, Page, TextLine, letters
from extract.recogniser import FIGURES, SIGNS, Recognition, figures_of, folded

DOUBTED = 0.5
"""Confidence in what one witness does not confirm."""
_SURE = 0.98
"""Share that the likeliest reading must have of all that the ink allows."""
_STAINED = 0.03
"""Share of a line under a stamp's ink from which more is asked of it."""
_FORMED = regex.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?%?|[-—/]{1,4}")
_LOW = 0.45
"""Of the type size: no digit is as low."""
_DUST = 0.2
_DASHES = frozenset("-—")
_STROKES = frozenset("1-—/")
"""What a rest of a stamp's lines can look like."""
_SURER = 0.995
_PARTED = 0.7
"""Of the type size: characters so far apart may be two figures."""
_POINT = 0.3
"""Of the type size: the greatest size of a decimal point."""
_KNOWN = 0.2
"""Probability of the likeliest reading itself."""
_PLAIN = 0.99
"""The same for a signed number, and where two characters touch, so that only the width of the ink shows that they are two."""
_IMPOSSIBLE = 1e-3
"""Of the likeliest reading: a reading less likely than this is no candidate."""
_MOST_READINGS = 5
_ALIKE = 0.72
"""Correlation with the figures of its kind below which a figure is a stranger."""
_ALIKER = 0.8
_CLEARLY = 0.04
"""By how much a figure must be more like those of its kind than like any other kind."""
_LOWEST, _HIGHEST = 0.65, 1.5
"""Of the usual height of digits; tables of one document may be set in two sizes."""
_FEW = 3
"""Fewer figures of a kind show nothing."""
_OWN, _OTHERS = 4, 2
"""So many figures that look alike show what a kind may look like; itself is one of its own kind."""
_SIZE = (14, 20)
_CHINESE = "\u2e80"
"""From here on characters are no letters: a line with one of them is text, one of letters and digits a figure misread."""
_ALPHABET = frozenset(FIGURES + SIGNS)


class Shape(NamedTuple):
    """A character as a picture of standard size, and what it was read as."""

    picture: NDArray[np.float32]
    text: str
    height: int
    """Of its ink, pixels."""


@dataclass(slots=True)
class Figure:
    """A line that holds figures, while it is being judged."""

    text: str
    readings: list[tuple[str, float]]
    """Likeliest first, with probabilities."""
    agrees: bool
    """The recogniser is sure, and the ink has as many pieces as the text has characters."""
    shapes: list[Shape] = field(default_factory=list)
    why: str = ""
    """What speaks against it."""
    stained: bool = False
    """It stands under a stamp."""

    @property
    def is_stroke(self) -> bool:
        """Whether it is a single stroke, as any piece of a stamp may be."""
        return self.text in _STROKES


def figure_of(page: Page, line: TextLine, recognition: Recognition, *, spoilt: bool) -> Figure | None:
    """A line as figures; None where it is plainly something else."""
    plain = folded(recognition.text).replace(" ", "")
    readings = well_formed([(text, p) for text, p in figures_of(recognition) if text])
    if not readings:
        return None
    if not plain or not set(plain) <= _ALPHABET:
        x0, _, x1, _ = line.box
        chinese = sum(character >= _CHINESE for character in plain)
        is_spoilt = chinese <= 1 and any(map(str.isdigit, plain)) and page.stain(line.box) > 0  # by a stroke of a stamp
        is_text = chinese > 0 and not is_spoilt
        is_short = len(plain) <= 2 and not is_text  # one letter is no word
        unlike = x1 - x0 > 2.4 * page.em or (not is_short and (readings[0][1] < 1e-3 or recognition.certainty > 0.9))
        if plain and unlike and (is_text or not any(character.isdigit() for character in plain)):
            return None
        return Figure(readings[0][0], readings, agrees=False, why="unreadable")
    best = readings[0][0]
    solid = [c for c in best if c != "."]
    line = _with_points_apart(line, page.em)
    boxes = letters(line)
    if len(boxes) != len(solid):  # neighbours that a grey bridge joins come apart where only the darkest ink counts
        core = [mark for mark in page.marks(line.box, page.peak) if mark.height > 0.3 * page.em or mark.width > 0.2 * page.em]
        apart = letters(TextLine(tuple(sorted(core))))
        boxes = apart if len(apart) == len(solid) else boxes
    stained = page.stain(line.box) > _STAINED
    why = "two readings" if best != plain else "ink" if spoilt else _against_ink(page, line, boxes, best, stained=stained)
    if not why and _has_rivals(page, line, boxes, readings, stained=stained):
        why = "rivals"
    fitting = zip(boxes, solid, strict=True) if len(boxes) == len(solid) else ()
    shapes = [Shape(_picture(page, box), c, box[3] - box[1]) for box, c in fitting]
    return Figure(best, readings, not why, shapes, why, stained)


_Boxes = Sequence[tuple[int, int, int, int]]


def well_formed(readings: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Readings without those that nobody prints, as two signs; points at the ends, which are dirt, are left out.

    All of them where there are no others.
    """
    whole: dict[str, float] = defaultdict(float)
    for text, p in readings:
        whole[text.strip(".,")] += p
    formed = [(text, p) for text, p in whole.items() if _FORMED.fullmatch(text)]
    return sorted(formed, key=lambda reading: -reading[1]) or readings


def is_speck(line: TextLine, text: str, em: float) -> bool:
    """Whether a line is too small for any figure, and too short for a dash: dirt, or what is left of a stamp or a rule."""
    x0, top, x1, bottom = line.box
    return bottom - top < _LOW * em and x1 - x0 < (_LOW if text[:1] not in _DASHES else _DUST) * em


def _against_ink(page: Page, line: TextLine, boxes: _Boxes, text: str, *, stained: bool) -> str:
    """What the ink says against a reading; empty if nothing."""
    characters = len(text) - text.count(".")
    if len(boxes) + _touching(boxes, characters, page.em) != characters:
        return "pieces"
    if any(bottom - top < _LOW * page.em for _, top, _, bottom in boxes) and text[0].isdigit():
        return "low"
    if text.count(".") != len(_dots(line, boxes)) or text[0] == "." or text[-1] == ".":
        return "dots"
    if _is_parted(page, boxes):
        return "gap"
    if stained and text in _STROKES:
        return "stroke"
    return "sign" if text[0] not in "+-—" and _may_have_sign(line, boxes) else ""


def _has_rivals(page: Page, line: TextLine, boxes: _Boxes, readings: Sequence[tuple[str, float]], *, stained: bool) -> bool:
    """Whether the recogniser has another reading in mind that the ink allows."""
    best, p = readings[0]
    touching = _touching(boxes, len(best) - best.count("."), page.em)
    strict = bool(touching) or best[0] in "+-"
    share = p / _possible(readings, len(boxes) + touching, len(_dots(line, boxes)))
    return p < (_PLAIN if strict else _KNOWN) or share < (_SURER if stained or strict else _SURE)


def _with_points_apart(line: TextLine, em: float) -> TextLine:
    """The line with its small low marks among the dust, where decimal points are looked for."""
    _, top, _, bottom = line.box
    if bottom - top < 0.4 * em:
        return line
    points = [m for m in line.marks if max(m.width, m.height) < _POINT * em and m.top > top + 0.6 * (bottom - top)]
    marks = tuple(mark for mark in line.marks if mark not in points)
    return TextLine(marks, (*line.dust, *points)) if points and marks else line


def _touching(boxes: Sequence[tuple[int, int, int, int]], wanted: int, em: float) -> int:
    """How many characters more than pieces there are, where one piece is as wide as two characters; 0 where that is not so."""
    if len(boxes) != wanted - 1:
        return 0
    widths = sorted(x1 - x0 for x0, _, x1, _ in boxes)
    single = widths[(len(widths) - 1) // 2] if len(widths) > 1 else 0.52 * em
    return int(1.75 * single <= widths[-1] <= 2.5 * single and single >= 0.35 * em)


def _possible(readings: Sequence[tuple[str, float]], pieces: int, dots: int) -> float:
    """The probability of all readings that have as many characters and points as the ink has pieces and dots."""
    return sum(p for text, p in readings if (len(text) - text.count("."), text.count(".")) == (pieces, dots))


def _dots(line: TextLine, boxes: Sequence[tuple[int, int, int, int]]) -> list[Mark]:
    """The small marks that may be decimal points: by themselves, low, and between two characters. Others are dust."""
    _, top, _, bottom = line.box
    if not boxes:
        return []
    apart = [dot for dot in line.dust if not any(x0 - 1 <= dot.x1 and dot.x0 <= x1 + 1 for x0, _, x1, _ in boxes)]
    return [dot for dot in apart if boxes[0][2] < dot.x0 and dot.x1 < boxes[-1][0] and dot.top > top + 0.55 * (bottom - top)]


def _may_have_sign(line: TextLine, boxes: Sequence[tuple[int, int, int, int]]) -> bool:
    """Whether a small mark before the first character stands where a minus sign would: a short, pale one is as small as dust."""
    _, top, _, bottom = line.box
    height = bottom - top
    return any(
        dot.x1 <= boxes[0][0] + 1 and top + 0.3 * height <= (dot.top + dot.bottom) / 2 <= top + 0.75 * height for dot in line.dust
    )


def _is_parted(page: Page, boxes: _Boxes) -> bool:
    return any(b[0] - a[2] > _PARTED * page.em for a, b in pairwise(boxes))


def closed(boxes: _Boxes, em: float) -> list[tuple[float, float]]:
    """Where the characters of a figure begin and end, a narrow 1 as wide as the others, so that nobody sees spaces round it."""
    edges: list[list[float]] = [[x0, x1] for x0, _, x1, _ in boxes]
    for before, behind in pairwise(edges):
        if 0 < behind[0] - before[1] <= _PARTED * em:
            before[1] = behind[0] = (before[1] + behind[0]) / 2
    return [(x0, x1) for x0, x1 in edges]


def _picture(page: Page, box: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """The character scaled to a standard height about its middle, its proportions kept."""
    x0, top, x1, bottom = box
    area = page.dark[max(top - 1, 0) : bottom + 1, max(x0 - 1, 0) : x1 + 1].astype(np.float32)
    width, height = _SIZE
    scale = min(height / area.shape[0], width / area.shape[1])
    across, down = max(1, round(area.shape[1] * scale)), max(1, round(area.shape[0] * scale))
    small = cv2.resize(area, (across, down), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    picture = np.zeros((height, width), np.float32)
    y, x = (height - down) // 2, (width - across) // 2
    picture[y : y + down, x : x + across] = small
    picture -= picture.mean()
    norm = float(np.linalg.norm(picture))
    return (picture / norm if norm else picture).ravel()


def compare(figures: Sequence[Figure]) -> None:
    """Lets the document's figures judge one another; those unlike their kind lose their certainty."""
    kinds: dict[str, list[NDArray[np.float32]]] = defaultdict(list)
    for figure in figures:
        if figure.agrees:
            for shape in figure.shapes:
                kinds[shape.text].append(shape.picture)
    if not kinds:
        return
    usual = float(np.median([s.height for f in figures if f.agrees for s in f.shapes if s.text.isdigit()] or [0]))
    seen = {name: _Kind(np.stack(pictures)) for name, pictures in kinds.items() if len(pictures) >= _FEW}
    for figure in figures:
        if not figure.agrees:
            continue
        for shape in figure.shapes:
            why = _strange(shape, seen, _ALIKER if figure.stained else _ALIKE) or _of_another_size(shape, usual)
            if why:
                figure.agrees, figure.why = False, why
                break


class _Kind:
    """How the figures of one kind look in this document: on the whole, and each; columns may differ by how the pixels fall."""

    def __init__(self, pictures: NDArray[np.float32]) -> None:
        mean = np.median(pictures, axis=0) if len(pictures) < 200 else pictures.mean(axis=0)
        self._mean = mean / max(float(np.linalg.norm(mean)), 1e-6)
        self._each = pictures

    def likeness(self, picture: NDArray[np.float32], others: int) -> float:
        """Correlation with the usual look, or with so many of them, whichever is greater."""
        usual = float(self._mean @ picture)
        if len(self._each) < others:
            return usual
        each = self._each @ picture
        return max(usual, float(np.partition(each, -others)[-others]))


def _strange(shape: Shape, seen: Mapping[str, _Kind], alike: float) -> str:
    """Why a figure is not plainly one of its kind; empty if it is."""
    likeness = {name: kind.likeness(shape.picture, _OTHERS) for name, kind in seen.items() if name != shape.text}
    other = max(likeness.values(), default=0.0)
    if shape.text not in seen:
        return "like another kind" if other > 0.9 else ""
    own = seen[shape.text].likeness(shape.picture, _OWN)  # itself included
    if own < alike:
        return "unlike its kind"
    return "like another kind" if own < other + _CLEARLY else ""


def _of_another_size(shape: Shape, usual: float) -> str:
    """Whether a digit is much lower or higher than the document's others: a stroke of a stamp, or a letter of it."""
    alike = not shape.text.isdigit() or _LOWEST * usual <= shape.height <= _HIGHEST * usual
    return "" if alike else "of another size"


def candidates(figure: Figure) -> tuple[Reading, ...]:
    """What a doubtful figure may say, cheapest first."""
    best = figure.readings[0][1]
    found = [Reading(text, round(log(best / p), 3)) for text, p in figure.readings if p > best * _IMPOSSIBLE]
    return tuple(found[:_MOST_READINGS])
