"""What is painted on a page -> what can be seen on it: the ``Sheet``, whichever library read the file.

Each engine (``ink_pdfium``, ``ink_pdfplumber``) hands its marks to a ``Pen`` in order of painting; what hides what, which
thin area is a rule and which letter was printed twice is decided here once.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, repeat

import numpy as np

from extract.rules import frame
from extract.sheet import Fill, Flags, Floats, Glyph, Integers, Rectangle, Rule, Sheet
from extract.struck import without_struck

THIN = 3.2
"""A filled rectangle not thicker than this (points) is a rule; thicker ones are areas."""
MOST_CORNERS = 200
"""A stroke from point to point with more of them is a drawing."""
SLANTED = -1
SMALLEST = 1.0
"""Points; smaller type cannot be seen."""
ASCENT, DESCENT = 0.88, 0.12
"""Of the em box, above and below the baseline.

The font's own ascent and descent are often wrong or absent, and then digits and Chinese characters of one line stand at
different heights.
"""
_LEAST_DRAWN, _TALLEST_DRAWN, _WIDEST_DRAWN = 3.0, 40.0, 150.0
"""Points: what a drawing measures that stands for the number of a cell."""
LEAST_STROKE, LONGEST_STROKE = 4.0, 14.0
"""Points: how long a thin path is that may be the outline of a 1."""
CORNERS_OF_RULE = 5
"""A rule as an area has four corners, closed by a fifth."""
_STRAIGHT = 0.1
"""Points by which the ends of a level or upright side may miss each other."""
UNMAPPED = "\ufffd"
INVISIBLE_MODES = (3, 7)
"""Text rendering modes without ink (ISO 32000-1, table 106)."""
_RADICALS = str.maketrans(
    "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⼾⽕", "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟户火"
)
"""Radicals that print like a common character; the Kangxi block otherwise follows NFKC."""
_SPREAD = 0x9E3779B97F4A7C1
"""An odd number that spreads the numbers of squares over the bits of a key; where keys collide, letters are only looked at."""
_GRIDS = np.array([[[0.0, 0.0]], [[4.0, 0.0]], [[0.0, 4.0]], [[4.0, 4.0]]])
_TIGHT = 0.25
"""Of the font size: letters not further apart than this belong together whatever comes; less than ``NARROWEST_GAP``."""
_LEVEL = 0.01
"""Points between the baselines of letters on one baseline."""
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


@dataclass(frozen=True, slots=True)
class Letters:
    """The characters of a page: one array element each, in the order of painting."""

    texts: list[str]
    boxes: Floats
    """(n, 4): x0, top, x1, bottom of the em box, in points of the page as displayed."""
    sizes: Floats
    turns: Integers
    """As ``Glyph.turn``."""
    orders: Integers
    """As ``Glyph.order``."""
    pale: Flags
    """White, whatever stands behind it."""
    spaces: Flags
    """White space."""

    def only(self, kept: Flags) -> Letters:
        """Some of them."""
        return Letters(
            texts=[text for text, is_kept in zip(self.texts, kept.tolist(), strict=True) if is_kept],
            boxes=self.boxes[kept],
            sizes=self.sizes[kept],
            turns=self.turns[kept],
            orders=self.orders[kept],
            pale=self.pale[kept],
            spaces=self.spaces[kept],
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be rules of one direction: one array element each."""

    horizontal: bool
    are: Flags
    """Which of them are."""
    at: Floats
    start: Floats
    end: Floats

    def only(self, chosen: Flags) -> Iterator[Rule]:
        """Some of them."""
        kept = self.are & chosen
        return map(Rule, repeat(self.horizontal), self.at[kept].tolist(), self.start[kept].tolist(), self.end[kept].tolist())


@dataclass(slots=True)
class Pen:
    """What has been found on one page so far, in points of the page as displayed."""

    number: int
    """1-based."""
    width: float
    height: float
    letters: Letters | None = None
    rules: list[Rule] = field(default_factory=list)
    pale_rules: list[Rule] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)
    pictured: float = 0.0
    unmapped: int = 0
    hidden: int = 0
    drawings: list[Rectangle] = field(default_factory=list)

    def write(self, letters: Letters, inked: Flags) -> None:
        """The page's characters; ``inked`` tells those that are painted with ink at all."""
        x, y = (letters.boxes[:, 0] + letters.boxes[:, 2]) / 2, (letters.boxes[:, 1] + letters.boxes[:, 3]) / 2
        shown = inked & (x > -1) & (x < self.width + 1) & (y > -1) & (y < self.height + 1)
        self.unmapped += letters.texts.count(UNMAPPED)
        if not all(letters.texts):  # of control characters nothing is left
            some = np.array([bool(text) for text in letters.texts], dtype=bool)
            letters, shown = letters.only(some), shown[some]
        self.hidden += int((~shown & ~letters.spaces).sum())
        self.letters = letters if shown.all() else letters.only(shown)

    def picture(self, box: Rectangle) -> None:
        """An image was painted there."""
        self.drawing(box)
        self.pictured = max(self.pictured, _area(box) / max(self.width * self.height, 1.0))

    def drawing(self, box: Rectangle) -> None:
        """A figure that is neither rule nor area was painted there; kept where it may stand for what a cell says."""
        width, height = box[2] - box[0], box[3] - box[1]
        if _LEAST_DRAWN <= height <= _TALLEST_DRAWN and width <= _WIDEST_DRAWN:
            self.drawings.append(box)

    def lines(self, boxes: Floats, white: Flags) -> None:
        """Thin areas or strokes were painted there: (n, 4) boxes, and whether each is white."""
        x0, top, x1, bottom = boxes.T
        width, height = x1 - x0, bottom - top
        dots = (width <= THIN) & (height <= THIN)  # a dot may belong to a dotted rule of either kind
        flat = Rules(True, (width >= height) | dots, (top + bottom) / 2, x0, x1)
        steep = Rules(False, (height >= width) | dots, (x0 + x1) / 2, top, bottom)
        for found in (flat, steep):
            self.rules.extend(found.only(~white))
            self.pale_rules.extend(found.only(white))

    def outline(self, box: Rectangle, *, white: bool) -> None:
        """The four sides of a rectangle were stroked."""
        (self.pale_rules if white else self.rules).extend(frame(*box))

    def polyline(self, points: Sequence[tuple[float, float]], *, white: bool) -> None:
        """Straight lines were stroked from point to point."""
        (self.pale_rules if white else self.rules).extend(_straight_parts(points))

    def sheet(self) -> Sheet:
        """The page, without what cannot be seen."""
        fills = _fills(self.patches, self.width * self.height)
        glyphs: list[Glyph] = []
        covered = 0
        struck: list[str] = []
        if self.letters is not None and self.letters.texts:
            seen, covered = _visible(self.letters, self.patches, fills)
            glyphs, struck = without_struck(_tight(_once(seen)), self.rules)
        return Sheet(
            number=self.number,
            width=self.width,
            height=self.height,
            glyphs=tuple(glyphs),
            rules=(*self.rules, *_seen_on(fills, self.pale_rules)),
            fills=tuple(fills),
            pictured=min(self.pictured, 1.0),
            unmapped=self.unmapped,
            hidden=self.hidden + covered,
            struck=tuple(struck),
            drawings=tuple(self.drawings),
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


def spaces_among(texts: Iterable[str]) -> Flags:
    """Which of them are white space."""
    return np.array([text.isspace() for text in texts], dtype=bool)


def directions(a: Floats, b: Floats) -> Integers:
    """Reading direction of each baseline along (a, b), y upwards, as ``Glyph.turn``.

    ``SLANTED`` for what only watermarks and stamps have.
    """
    if not b.any() and (a > 0).all():  # nearly every page
        return np.zeros(len(a), dtype=np.int64)
    flat, steep = np.abs(b) <= 0.05 * np.abs(a), np.abs(a) <= 0.05 * np.abs(b)
    return np.select([flat & (a > 0), flat, steep & (b > 0), steep], [0, 180, 90, 270], SLANTED)


def em_box(turn: int, x: float, y: float, size: float, on: float) -> Rectangle:
    """x0, top, x1, bottom of a character on the baseline at (x, y) that moves on by ``on``."""
    match turn:
        case 0:
            return x, y - ASCENT * size, x + on, y + DESCENT * size
        case 180:
            return x - on, y - DESCENT * size, x, y + ASCENT * size
        case 90:
            return x - ASCENT * size, y - on, x + DESCENT * size, y
        case _:
            return x - DESCENT * size, y, x + ASCENT * size, y + on


def _visible(letters: Letters, patches: Sequence[Patch], fills: Sequence[Fill]) -> tuple[Letters, int]:
    """The letters that can be seen, and how many cannot: white on white, or under a white patch painted later."""
    hiding = [patch for patch in patches if patch.white]
    if not hiding and not letters.pale.any():
        return letters, 0
    x0, top, x1, bottom = letters.boxes.T
    x, y = (x0 + x1) / 2, (top + bottom) / 2
    on_colour = np.zeros(len(letters.texts), dtype=bool)
    for fill in fills:
        on_colour |= (fill.x0 <= x) & (x <= fill.x1) & (fill.top <= y) & (y <= fill.bottom)
    hidden = letters.pale & ~on_colour & ~letters.spaces
    inset = 0.2 * letters.sizes
    for patch in hiding:
        left, above, right, below = patch.box
        across = (left <= x0 + 0.3) & (x1 - 0.3 <= right)
        along = (above <= top + inset) & (bottom - inset <= below)
        hidden |= (letters.orders < patch.order) & across & along
    lost = int(hidden.sum())
    if lost > len(letters.texts) / 2:
        # Half a page of hidden text is a colour or a transparency this module does not understand, not a trick.
        return letters, 0
    return letters.only(~hidden), lost


def _once(letters: Letters) -> Letters:
    """Without characters printed twice on the same spot: the fake bold of fonts that have none."""
    kept = np.ones(len(letters.texts), dtype=bool)
    near: dict[tuple[str, int, int], list[tuple[float, float]]] = defaultdict(list)
    for index in _near_twins(letters):
        text, x0, top = letters.texts[index], float(letters.boxes[index, 0]), float(letters.boxes[index, 1])
        reach = max(1.0, 0.12 * float(letters.sizes[index]))
        column, row = int(x0 // 4), int(top // 4)
        twins = (twin for i in (-1, 0, 1) for j in (-1, 0, 1) for twin in near.get((text, column + i, row + j), ()))
        if any(abs(x - x0) < reach and abs(y - top) < reach for x, y in twins):
            kept[index] = False
        else:
            near[text, column, row].append((x0, top))
    return letters if kept.all() else letters.only(kept)


def _near_twins(letters: Letters) -> list[int]:
    """Letters that may have a twin within 4 points: a cheap look, so that few must be looked at closely.

    Equal characters that are so near share a square of at least one of four grids of 8 points, each shifted by half a square.
    """
    names = np.fromiter(map(hash, letters.texts), dtype=np.int64, count=len(letters.texts))
    names[letters.spaces] = np.arange(int(letters.spaces.sum()))  # no space has a twin
    squares = np.floor((letters.boxes[None, :, :2] + _GRIDS) / 8).astype(np.int64)
    keys = names ^ ((squares[:, :, 0] * 1_000_003 + squares[:, :, 1]) * _SPREAD + np.arange(4)[:, None])
    ranking = np.argsort(keys, axis=None)
    ordered = keys.ravel()[ranking]
    equal = np.flatnonzero(ordered[1:] == ordered[:-1])
    suspects = np.concatenate([ranking[equal], ranking[equal + 1]]) % len(letters.texts)
    return sorted(set(suspects.tolist()))


def _tight(letters: Letters) -> list[Glyph]:
    """The letters as glyphs, those together that are set so tight that nothing could part them."""
    x0, top, x1, bottom = letters.boxes.T
    gap = x0[1:] - x1[:-1]
    size = letters.sizes[1:]
    loose = letters.spaces | (letters.turns != 0)
    if sum(map(len, letters.texts)) != len(letters.texts):  # some code of a font stands for several characters
        loose |= np.array([len(text) != 1 for text in letters.texts], dtype=bool)
    joined = (
        ~(loose[1:] | loose[:-1])
        & (np.diff(letters.orders) == 1)
        & (size == letters.sizes[:-1])
        & (np.abs(np.diff(top)) <= _LEVEL)
        & (np.abs(gap) <= _TIGHT * size)
    )
    starts = np.flatnonzero(np.concatenate([[True], ~joined])).tolist()
    edges: list[float] = letters.boxes[:, [0, 2]].ravel().tolist()
    rows = zip(starts, [*starts[1:], len(letters.texts)], strict=True)
    tops, bottoms, sizes = top.tolist(), bottom.tolist(), letters.sizes.tolist()
    turns, orders, texts = letters.turns.tolist(), letters.orders.tolist(), letters.texts
    return [
        Glyph(texts[i], edges[2 * i], tops[i], edges[2 * i + 1], bottoms[i], sizes[i], turns[i], orders[i])
        if end - i == 1
        else Glyph(
            "".join(texts[i:end]),
            edges[2 * i],
            tops[i],
            edges[2 * end - 1],
            bottoms[i],
            sizes[i],
            0,
            orders[i],
            tuple(edges[2 * i : 2 * end]),
        )
        for i, end in rows
    ]


# rules and areas -----------------------------------------------------------------------------------------------------


def is_rectangular(points: Sequence[tuple[float, float]], box: Rectangle) -> bool:
    """Whether all corners lie on the bounding box (in the points' own coordinates), whatever the file calls the figure."""
    x0, y0, x1, y1 = box
    return len(points) >= 4 and all(
        min(abs(x - x0), abs(x - x1)) < 0.5 and min(abs(y - y0), abs(y - y1)) < 0.5 for x, y in points
    )


def is_slanted(points: Sequence[tuple[float, float]]) -> bool:
    """Whether a figure has a side that is neither level nor upright, as the outlines of characters have."""
    return any(min(abs(xa - xb), abs(ya - yb)) > _STRAIGHT for (xa, ya), (xb, yb) in pairwise(points))


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
