"""The objects of an OFD page -> ``Sheet``.

OFD (GB/T 33190-2016) sets pages as PDF does: text objects with the place of every character, paths, images, all in
millimetres from the upper left corner. An object has a ``Boundary`` on the page and a matrix (``CTM``) within it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import regex
from lxml import etree

from extract.ink import (
    MOST_CORNERS,
    SLANTED,
    SMALLEST,
    THIN,
    UNMAPPED,
    Letters,
    Patch,
    Pen,
    directions,
    em_box,
    is_rectangular,
    is_slanted,
    plain,
    spaces_among,
)
from extract.sheet import Rectangle, Sheet

POINTS = 72 / 25.4
"""In a millimetre."""
_MOST_CHARACTERS = 200_000
_DEEPEST = 8
"""Blocks and composites within one another."""
_BEYOND = 1e9
"""Millimetres; what lies farther away is on no page, and sums of such numbers are no numbers."""
_NUMBERS = regex.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_STEPS = regex.compile(r"([SMLQBAC])([^SMLQBAC]*)")
_STRAIGHT_STEPS = frozenset("SML")
_CURVED_STEPS = frozenset("QBA")
_WHITE = 250

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]


@dataclass(slots=True)
class Resources:
    """What the objects of a page refer to."""

    composites: dict[str, etree._Element] = field(default_factory=dict)
    """Vector graphics (``CompositeGraphicUnit``) by id."""
    pictures: dict[str, str] = field(default_factory=dict)
    """Path of the image files by id."""


@dataclass(frozen=True, slots=True)
class Character:
    """A character of a text object, in the object's own units."""

    text: str
    x: float
    y: float
    """Of its baseline."""
    on: float
    """The room it takes along it."""
    size: float


@dataclass(frozen=True, slots=True)
class PagePicture:
    """An image on a page."""

    path: str
    box: Rectangle
    """In points."""


def local(element: etree._Element) -> str:
    """The element's name without its namespace: programs write several."""
    return str(element.tag).rpartition("}")[2]


def numbers(text: str | None) -> list[float]:
    """The numbers of an attribute. One that is beyond all measure (``1e400``) is 0."""
    found = (float(number) for number in _NUMBERS.findall(text or ""))
    return [number if abs(number) < _BEYOND else 0.0 for number in found]


class PageReader:
    """Collects what the layers of one page paint."""

    def __init__(self, number: int, box: Rectangle, resources: Resources) -> None:
        left, top, right, bottom = box
        self._origin = left, top
        self._pen = Pen(number, (right - left) * POINTS, (bottom - top) * POINTS)
        self._resources = resources
        self._order = 0
        self._letters = _Characters()
        self.pictures: list[PagePicture] = []

    def layers(self, page: etree._Element) -> None:
        """Read the layers of a page or of its template."""
        for content in page.iterchildren("{*}Content"):
            for layer in content.iterchildren("{*}Layer"):
                self._objects(layer, _moved(-self._origin[0], -self._origin[1]), 0)

    def sheet(self) -> Sheet:
        """The page."""
        if self._letters.texts:
            self._pen.write(self._letters.arrays(), np.ones(len(self._letters.texts), dtype=bool))
        return self._pen.sheet()

    def _objects(self, parent: etree._Element, outer: Matrix, depth: int) -> None:
        for element in parent:
            name = local(element)
            if element.get("Visible", "true").lower() in {"false", "0"} or element.get("Alpha") == "0":
                continue
            self._order += 1
            if name == "TextObject":
                self._text(element, outer)
            elif name == "PathObject":
                self._path(element, outer)
            elif name == "ImageObject":
                self._image(element, outer)
            elif name in {"PageBlock", "CompositeObject"} and depth < _DEEPEST:
                self._nested(element, outer, depth)

    def _nested(self, element: etree._Element, outer: Matrix, depth: int) -> None:
        if local(element) == "PageBlock":
            self._objects(element, outer, depth + 1)
            return
        unit = self._resources.composites.get(element.get("ResourceID", ""))
        if unit is not None:
            for content in unit.iterchildren("{*}Content"):
                self._objects(content, _within(element, outer), depth + 1)

    def _text(self, element: etree._Element, outer: Matrix) -> None:
        matrix = _within(element, outer)
        size = (numbers(element.get("Size")) or [0.0])[0]
        wide = (numbers(element.get("HScale")) or [1.0])[0]
        pale = _is_white(element, "FillColor")
        if element.get("Fill", "true").lower() == "false" and element.get("Stroke", "false").lower() != "true":
            return
        for code in element.iterchildren("{*}TextCode"):
            for character in _placed(code, size, wide):
                if len(self._letters.texts) < _MOST_CHARACTERS:
                    self._letters.add(character, matrix, self._order, pale=pale)
                self._order += 1

    def _image(self, element: etree._Element, outer: Matrix) -> None:
        box = _box(_corners(element, outer))
        self._pen.picture(box)
        path = self._resources.pictures.get(element.get("ResourceID", ""))
        if path:
            self.pictures.append(PagePicture(path, box))

    def _path(self, element: etree._Element, outer: Matrix) -> None:
        matrix = _within(element, outer)
        stroked = element.get("Stroke", "true").lower() != "false"
        filled = element.get("Fill", "false").lower() == "true"
        data = "".join("".join(map(str, found.itertext())) for found in element.iterchildren("{*}AbbreviatedData"))
        if not (stroked or filled):
            return
        white = _is_white(element, "StrokeColor" if stroked else "FillColor")
        for points, curved in _figures(data, lambda x, y: _mapped(matrix, x, y)):
            self._figure(points, stroked=stroked, filled=filled, white=white, curved=curved)

    def _figure(self, points: Sequence[Point], *, stroked: bool, filled: bool, white: bool, curved: bool) -> None:
        box = _box(points)
        if not all(map(math.isfinite, box)):
            return
        if curved:
            self._pen.drawing(box)
            return
        if min(box[2] - box[0], box[3] - box[1]) <= THIN:
            self._pen.lines(np.array([box]), np.array([white]))
            return
        rectangular = is_rectangular(points, box)
        if filled and rectangular:
            self._pen.patches.append(Patch(box, white, self._order))
        if stroked and rectangular:
            self._pen.outline(box, white=white)
        elif stroked and len(points) <= MOST_CORNERS:
            self._pen.polyline(points, white=white)
        if not rectangular and is_slanted(points):
            self._pen.drawing(box)


@dataclass(slots=True)
class _Characters:
    """The characters of a page as they are met."""

    texts: list[str] = field(default_factory=list)
    _boxes: list[Rectangle] = field(default_factory=list)
    _sizes: list[float] = field(default_factory=list)
    _turns: list[int] = field(default_factory=list)
    _orders: list[int] = field(default_factory=list)
    _pale: list[bool] = field(default_factory=list)

    def add(self, character: Character, matrix: Matrix, order: int, *, pale: bool) -> None:
        """A character of an object with that matrix to points."""
        x, y, on, size = character.x, character.y, character.on, character.size
        a, b, c, d, _, _ = matrix
        turn = int(directions(np.array([a]), np.array([-b]))[0])
        points = size * math.hypot(c, d)
        if turn == SLANTED or points < SMALLEST:
            return
        x, y = _mapped(matrix, x, y)
        on *= math.hypot(a, b)
        self.texts.append(plain(character.text) or UNMAPPED)
        self._boxes.append(em_box(turn, x, y, points, on))
        self._sizes.append(points)
        self._turns.append(turn)
        self._orders.append(order)
        self._pale.append(pale)

    def arrays(self) -> Letters:
        """All of them."""
        return Letters(
            texts=self.texts,
            boxes=np.array(self._boxes, dtype=np.float64),
            sizes=np.array(self._sizes, dtype=np.float64),
            turns=np.array(self._turns, dtype=np.int64),
            orders=np.array(self._orders, dtype=np.int64),
            pale=np.array(self._pale, dtype=bool),
            spaces=spaces_among(self.texts),
        )


def _placed(code: etree._Element, size: float, wide: float) -> Iterator[Character]:
    """Each character of a ``TextCode``.

    ``DeltaX`` and ``DeltaY`` are the ways from one character to the next; without them the font would say.
    """
    text = "".join(map(str, code.itertext()))
    x, y = ((numbers(code.get(name)) or [0.0])[0] for name in ("X", "Y"))
    steps_x = list(islice(_steps(code.get("DeltaX")), len(text)))
    steps_y = list(islice(_steps(code.get("DeltaY")), len(text)))
    for place, character in enumerate(text):
        usual = size * wide * (0.5 if character.isascii() else 1.0)
        step = steps_x[place] if place < len(steps_x) else (0.0 if place < len(steps_y) else usual)
        yield Character(character, x, y, min(usual, abs(step) or usual), size)
        x += step
        y += steps_y[place] if place < len(steps_y) else 0.0


def _steps(stated: str | None) -> Iterator[float]:
    """The distances of a delta array; ``g 3 5.6`` is 5.6 three times."""
    parts = iter((stated or "").split())
    for part in parts:
        if part == "g":
            count, value = next(parts, "0"), next(parts, "0")
            for _ in range(min(int((numbers(count) or [0])[0]), _MOST_CHARACTERS)):
                yield (numbers(value) or [0.0])[0]
        else:
            yield (numbers(part) or [0.0])[0]


def _figures(data: str, place: Callable[[float, float], Point]) -> Iterator[tuple[list[Point], bool]]:
    """The figures of ``AbbreviatedData`` in points, and whether each is curved; of a curve only its ends are given."""
    points: list[Point] = []
    curved = False
    for step, operands in _STEPS.findall(data):
        values = numbers(operands)
        if step in "SM" and len(points) > 1:
            yield points, curved
        if step in "SM":
            points, curved = [], False
        if step == "C":
            points.append(points[0]) if points else None
        elif len(values) >= 2:
            points.append(place(values[-2], values[-1]))
            curved = curved or step in _CURVED_STEPS
    if len(points) > 1:
        yield points, curved


def _is_white(element: etree._Element, name: str) -> bool:
    """Whether a colour is stated and white; ink is black where nothing is stated."""
    colour = next(element.iterchildren(f"{{*}}{name}"), None)
    values = numbers(colour.get("Value")) if colour is not None else []
    return len(values) in {1, 3} and min(values) >= _WHITE


def _moved(x: float, y: float) -> Matrix:
    """From millimetres of the page to points."""
    return POINTS, 0.0, 0.0, POINTS, x * POINTS, y * POINTS


def _within(element: etree._Element, outer: Matrix) -> Matrix:
    """From the units of an object to points: its own matrix, then its place on the page."""
    x, y, *_ = [*numbers(element.get("Boundary")), 0.0, 0.0]
    stated = numbers(element.get("CTM"))
    a, b, c, d, e, f = stated if len(stated) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    return _product((a, b, c, d, e + x, f + y), outer)


def _product(first: Matrix, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _mapped(matrix: Matrix, x: float, y: float) -> Point:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _corners(element: etree._Element, outer: Matrix) -> list[Point]:
    x, y, width, height, *_ = [*numbers(element.get("Boundary")), 0.0, 0.0, 0.0, 0.0]
    return [_mapped(outer, *corner) for corner in ((x, y), (x + width, y + height))]


def _box(points: Sequence[Point]) -> Rectangle:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
