"""What is painted on a page -> what can be seen on it: the ``Sheet``, whichever library read the file.

Each engine (``ink_pdfium``, ``ink_pdfplumber``) hands its marks to a ``Pen`` in order of painting; what hides what, which
thin area is a rule and which letter was printed twice is decided here once.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np

from extract.rules import frame
from extract.sheet import Fill, Glyph, Rectangle, Rule, Sheet

THIN = 3.2
"""A filled rectangle not thicker than this (points) is a rule; thicker ones are areas."""
MOST_CORNERS = 200
"""A stroke from point to point with more of them is a drawing."""
SMALLEST = 1.0
"""Points; smaller type cannot be seen."""
ASCENT, DESCENT = 0.88, 0.12
"""Of the em box, above and below the baseline.

The font's own ascent and descent are often wrong or absent, and then digits and Chinese characters of one line stand at
different heights.
"""
UNMAPPED = "\ufffd"
INVISIBLE_MODES = frozenset({3, 7})
"""Text rendering modes without ink (ISO 32000-1, table 106)."""
_RADICALS = str.maketrans(
    "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⼾⽕", "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟户火"
)
"""Radicals that print like a common character; the Kangxi block otherwise follows NFKC."""
_SPREAD = 0x9E3779B97F4A7C1
"""An odd number that spreads the numbers of squares over the bits of a key; keys that collide are only looked at twice."""
_UNPRINTED = "\u200b\ufeff\u00ad"
_SPACES = "\u00a0\u2002\u2003\u2009"


class LossyError(Exception):
    """An engine's library left out characters of a page, or does not say where they stand: it cannot be relied on."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A filled area."""

    box: Rectangle
    white: bool
    order: int


@dataclass(slots=True)
class Pen:
    """What has been found on one page so far, in points of the page as displayed."""

    number: int
    """1-based."""
    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    pale: set[int] = field(default_factory=set)
    """``order`` of the white glyphs."""
    rules: list[Rule] = field(default_factory=list)
    pale_rules: list[Rule] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)
    pictured: float = 0.0
    unmapped: int = 0
    hidden: int = 0

    def picture(self, box: Rectangle) -> None:
        """An image was painted there."""
        self.pictured = max(self.pictured, _area(box) / max(self.width * self.height, 1.0))

    def line(self, box: Rectangle, *, white: bool) -> None:
        """A thin area, or a stroke, was painted there."""
        (self.pale_rules if white else self.rules).extend(_thin_rules(*box))

    def outline(self, box: Rectangle, *, white: bool) -> None:
        """The four sides of a rectangle were stroked."""
        (self.pale_rules if white else self.rules).extend(frame(*box))

    def polyline(self, points: Sequence[tuple[float, float]], *, white: bool) -> None:
        """Straight lines were stroked from point to point."""
        (self.pale_rules if white else self.rules).extend(_straight_parts(points))

    def sheet(self) -> Sheet:
        """The page, without what cannot be seen."""
        fills = _fills(self.patches, self.width * self.height)
        glyphs, covered = _visible(self, fills)
        return Sheet(
            number=self.number,
            width=self.width,
            height=self.height,
            glyphs=tuple(_once(glyphs)),
            rules=(*self.rules, *_seen_on(fills, self.pale_rules)),
            fills=tuple(fills),
            pictured=min(self.pictured, 1.0),
            unmapped=self.unmapped,
            hidden=self.hidden + covered,
        )


# characters ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1 << 15)
def plain(text: str) -> str:
    """The text that is printed for a font's character: without control characters; ``UNMAPPED`` where nothing tells.

    Radical and compatibility code points, which some fonts map glyphs to, become the character that they look like.
    """
    if any(c == UNMAPPED or unicodedata.category(c) == "Co" for c in text):
        return UNMAPPED
    return "".join(_plain(c) for c in text if c >= " " and c not in _UNPRINTED)


def _plain(char: str) -> str:
    if "\u2e80" <= char <= "\u2fdf" or "\uf900" <= char <= "\ufaff":
        return unicodedata.normalize("NFKC", char.translate(_RADICALS))
    return " " if char in _SPACES else char


def direction(a: float, b: float) -> int | None:
    """Reading direction of a baseline along (a, b), y upwards, as ``Glyph.turn``.

    None for slanted baselines, which only watermarks and stamps have.
    """
    if abs(b) <= 0.05 * abs(a):
        return 0 if a > 0 else 180
    if abs(a) <= 0.05 * abs(b):
        return 90 if b > 0 else 270
    return None


def _visible(pen: Pen, fills: Sequence[Fill]) -> tuple[list[Glyph], int]:
    """The glyphs that can be seen, and how many cannot: white on white, or under a white patch painted later."""
    patches = [p for p in pen.patches if p.white]
    if not patches and not pen.pale:
        return pen.glyphs, 0
    seen: list[Glyph] = []
    for glyph in pen.glyphs:
        x, y = glyph.x, glyph.y
        if glyph.order in pen.pale and not any(f.x0 <= x <= f.x1 and f.top <= y <= f.bottom for f in fills):
            continue
        if any(p.order > glyph.order and _covers(p.box, glyph) for p in patches):
            continue
        seen.append(glyph)
    lost = len(pen.glyphs) - len(seen)
    if lost > len(pen.glyphs) / 2:
        # Half a page of hidden text is a colour or a transparency this module does not understand, not a trick.
        return pen.glyphs, 0
    return seen, lost


def _covers(box: Rectangle, glyph: Glyph) -> bool:
    x0, top, x1, bottom = box
    inset = 0.2 * glyph.size
    return x0 <= glyph.x0 + 0.3 and glyph.x1 - 0.3 <= x1 and top <= glyph.top + inset and glyph.bottom - inset <= bottom


def _once(glyphs: Sequence[Glyph]) -> Sequence[Glyph]:
    """Without characters printed twice on the same spot: the fake bold of fonts that have none."""
    suspects = _near_twins(glyphs)
    if not suspects:
        return glyphs
    kept: list[Glyph] = []
    near: Mapping[tuple[str, int, int], list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        if glyph.order not in suspects:
            kept.append(glyph)
            continue
        reach = max(1.0, 0.12 * glyph.size)
        column, row = int(glyph.x0 // 4), int(glyph.top // 4)
        twins = (t for i in (-1, 0, 1) for j in (-1, 0, 1) for t in near.get((glyph.text, column + i, row + j), ()))
        if any(abs(t.x0 - glyph.x0) < reach and abs(t.top - glyph.top) < reach for t in twins):
            continue
        near[glyph.text, column, row].append(glyph)
        kept.append(glyph)
    return kept


def _near_twins(glyphs: Sequence[Glyph]) -> frozenset[int]:
    """``order`` of the glyphs that may have a twin within 4 points: a cheap look, so that few must be looked at closely.

    Equal characters that are so near share a square of at least one of four grids of 8 points, each shifted by half a square.
    """
    inked = [(hash(text), x0, top, order) for text, x0, top, _, _, _, _, order in glyphs if not text.isspace()]
    if not inked:
        return frozenset()
    names, x0, top, orders = (np.array(column) for column in zip(*inked, strict=True))
    near = np.zeros(len(inked), dtype=bool)
    for right, down in ((0.0, 0.0), (4.0, 0.0), (0.0, 4.0), (4.0, 4.0)):
        squares = np.floor((x0 + right) / 8).astype(np.int64) * 1_000_003 + np.floor((top + down) / 8).astype(np.int64)
        keys = names ^ (squares * _SPREAD)
        ranking = np.argsort(keys)
        equal = keys[ranking[1:]] == keys[ranking[:-1]]
        near[ranking[1:][equal]] = near[ranking[:-1][equal]] = True
    return frozenset(orders[near].tolist())


# rules and areas -----------------------------------------------------------------------------------------------------


def _thin_rules(x0: float, top: float, x1: float, bottom: float) -> Iterator[Rule]:
    width, height = x1 - x0, bottom - top
    if width >= height:
        yield Rule(True, (top + bottom) / 2, x0, x1)
    if height >= width or (width <= THIN and height <= THIN):  # a dot may belong to a dotted rule of either kind
        yield Rule(False, (x0 + x1) / 2, top, bottom)
    if height > width and width <= THIN and height <= THIN:
        yield Rule(True, (top + bottom) / 2, x0, x1)


def is_rectangular(points: Sequence[tuple[float, float]], box: Rectangle) -> bool:
    """Whether all corners lie on the bounding box (in the points' own coordinates), whatever the file calls the figure."""
    x0, y0, x1, y1 = box
    return len(points) >= 4 and all(
        min(abs(x - x0), abs(x - x1)) < 0.5 and min(abs(y - y0), abs(y - y1)) < 0.5 for x, y in points
    )


def _straight_parts(points: Sequence[tuple[float, float]]) -> Iterator[Rule]:
    for (xa, ya), (xb, yb) in pairwise(points):
        x0, x1 = sorted((xa, xb))
        top, bottom = sorted((ya, yb))
        if bottom - top <= 1 < x1 - x0:
            yield Rule(True, (top + bottom) / 2, x0, x1)
        elif x1 - x0 <= 1 < bottom - top:
            yield Rule(False, (x0 + x1) / 2, top, bottom)


def _fills(patches: Sequence[Patch], page_area: float) -> list[Fill]:
    """Coloured areas, and white ones painted on them: white alone is only the page, but white on grey is a cell."""
    coloured = [p for p in patches if not p.white and _area(p.box) < 0.9 * page_area]
    kept = list(coloured)
    kept += [w for w in patches if w.white and any(p.order < w.order and _inside(w.box, p.box) for p in coloured)]
    return [Fill(*p.box) for p in kept]


def _area(box: Rectangle) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _inside(inner: Rectangle, outer: Rectangle) -> bool:
    return (
        inner[0] >= outer[0] - 1
        and inner[1] >= outer[1] - 1
        and inner[2] <= outer[2] + 1
        and inner[3] <= outer[3] + 1
        and _area(inner) < 0.95 * _area(outer)
    )


def _seen_on(fills: Sequence[Fill], pale: Iterable[Rule]) -> list[Rule]:
    """White rules that can be seen because they run over, between or on from coloured areas."""
    if not fills:
        return []
    kept = []
    for rule in pale:
        middle = (rule.start + rule.end) / 2
        x, y = (middle, rule.at) if rule.horizontal else (rule.at, middle)
        if any(f.x0 - 3 <= x <= f.x1 + 3 and f.top - 3 <= y <= f.bottom + 3 for f in fills):
            kept.append(rule)
    return kept
