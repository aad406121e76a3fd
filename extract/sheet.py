"""What is drawn on one page, free of any PDF library: glyphs, rules and coloured areas.

Every engine that reads pages (the PDF reader today) reduces its own objects to a ``Sheet``; finding tables and lines of
text starts from here. Coordinates are PDF points of the page as displayed, origin top left, unless a sheet has been
``upright()``-ed: then they are those of a reader who turned the page until its text stood upright, and ``Turn`` leads back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from extract.model import Box

Rectangle = tuple[float, float, float, float]
"""x0, top, x1, bottom."""
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Glyph(NamedTuple):
    """Ink with one meaning: a character in its em box, or several set tight on one baseline.

    A page has a thousand characters but only some hundred pieces of text, so characters that no later step could part are
    one glyph. A tuple, because it is the object a page has most of.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    """Font size in points."""
    turn: int = 0
    """Reading direction: 0 rightwards, 90 upwards (page must be turned clockwise to read it), 180 leftwards, 270 downwards."""
    order: int = 0
    """Place in the order of painting; of the first character."""
    edges: tuple[float, ...] = ()
    """Left and right edge of each character in turn, where there are several; such a glyph reads rightwards."""

    @property
    def x(self) -> float:
        """Centre."""
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        """Centre."""
        return (self.top + self.bottom) / 2

    @property
    def length(self) -> int:
        """Number of characters, as the file prints them."""
        return len(self.edges) // 2 or 1

    @property
    def first_width(self) -> float:
        """Extent of the first character in reading direction."""
        return self.edges[1] - self.edges[0] if self.edges else self._extent

    @property
    def last_width(self) -> float:
        """Extent of the last character in reading direction."""
        return self.edges[-1] - self.edges[-2] if self.edges else self._extent

    @property
    def _extent(self) -> float:
        return self.x1 - self.x0 if self.turn in (0, 180) else self.bottom - self.top

    def characters(self) -> tuple[Glyph, ...]:
        """Each character by itself."""
        if not self.edges:
            return (self,)
        each = zip(self.text, self.edges[::2], self.edges[1::2], strict=True)
        return tuple(
            Glyph(text, x0, self.top, x1, self.bottom, self.size, 0, self.order + place)
            for place, (text, x0, x1) in enumerate(each)
        )


class Rule(NamedTuple):
    """A straight horizontal or vertical line, however it was drawn, without its thickness."""

    horizontal: bool
    at: float
    """y of a horizontal rule, x of a vertical one."""
    start: float
    end: float

    @property
    def length(self) -> float:
        """In points."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Fill:
    """A coloured area, or a white one on a coloured area."""

    x0: float
    top: float
    x1: float
    bottom: float


@lru_cache(maxsize=1 << 12)
def _hundredths(length: float) -> float:
    """Rounded; remembered, since the cells of a table share their edges."""
    return round(length, 2)


@dataclass(frozen=True, slots=True)
class Turn:
    """The way back from the coordinates of a turned sheet to those of the page as displayed."""

    degrees: int
    width: float
    """Of the page as displayed."""
    height: float

    def forth(self, box: Rectangle) -> Rectangle:
        """A rectangle of the displayed page as the reader of the turned page sees it."""
        x0, top, x1, bottom = box
        match self.degrees:
            case 90:
                return self.height - bottom, x0, self.height - top, x1
            case 180:
                return self.width - x1, self.height - bottom, self.width - x0, self.height - top
            case 270:
                return top, self.width - x1, bottom, self.width - x0
            case _:
                return box

    def back(self, box: Rectangle, page: int) -> Box:
        """A rectangle of the turned page as a box of the displayed page."""
        x0, top, x1, bottom = box
        match self.degrees:
            case 0:
                pass
            case 90:
                x0, top, x1, bottom = top, self.height - x1, bottom, self.height - x0
            case 180:
                x0, top, x1, bottom = self.width - x1, self.height - bottom, self.width - x0, self.height - top
            case 270:
                x0, top, x1, bottom = self.width - bottom, x0, self.width - top, x1
        return Box(page, _hundredths(x0), _hundredths(top), _hundredths(x1), _hundredths(bottom))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page."""

    number: int
    """1-based."""
    width: float
    height: float
    glyphs: tuple[Glyph, ...] = ()
    rules: tuple[Rule, ...] = ()
    fills: tuple[Fill, ...] = ()
    pictured: float = 0.0
    """Share of the page that its largest picture covers."""
    unmapped: int = 0
    """Characters whose meaning the file does not tell."""
    hidden: int = 0
    """Characters that are in the file but not to be seen."""
    struck: tuple[str, ...] = ()
    """Texts that are struck out; they are not among the glyphs."""
    drawings: tuple[Rectangle, ...] = ()
    """Small figures and pictures that are neither rules nor areas: perhaps a number whose font became outlines."""

    def upright(self) -> tuple[Sheet, Turn]:
        """The sheet turned until most of its text stands upright, and the way back."""
        if {glyph.turn for glyph in self.glyphs} <= {0}:
            return self, Turn(0, self.width, self.height)
        votes: Counter[int] = Counter()
        for glyph in self.glyphs:
            if not glyph.text.isspace():
                votes[glyph.turn] += glyph.length
        degrees = votes.most_common(1)[0][0] if votes else 0
        turn = Turn(degrees, self.width, self.height)
        if degrees == 0:
            return self, turn
        sideways = degrees in (90, 270)
        sheet = replace(
            self,
            width=self.height if sideways else self.width,
            height=self.width if sideways else self.height,
            glyphs=tuple(_turned_glyph(character, turn) for g in self.glyphs for character in g.characters()),
            rules=tuple(_turned_rule(r, turn) for r in self.rules),
            fills=tuple(Fill(*turn.forth((f.x0, f.top, f.x1, f.bottom))) for f in self.fills),
            drawings=tuple(map(turn.forth, self.drawings)),
        )
        return sheet, turn


def bounds(boxes: Iterable[Glyph | Fill]) -> Rectangle:
    """The smallest rectangle around at least one thing."""
    things = tuple(boxes)
    if len(things) == 1:
        (only,) = things
        return only.x0, only.top, only.x1, only.bottom
    return (
        min([t.x0 for t in things]),
        min([t.top for t in things]),
        max([t.x1 for t in things]),
        max([t.bottom for t in things]),
    )


def facing(glyph: Glyph) -> Glyph:
    """A sideways glyph in the coordinates of someone who reads it; only distances between such glyphs mean anything."""
    return _turned_glyph(glyph, Turn(glyph.turn, 0.0, 0.0)) if glyph.turn else glyph


def _turned_glyph(glyph: Glyph, turn: Turn) -> Glyph:
    x0, top, x1, bottom = turn.forth((glyph.x0, glyph.top, glyph.x1, glyph.bottom))
    return glyph._replace(x0=x0, top=top, x1=x1, bottom=bottom, turn=(glyph.turn - turn.degrees) % 360)


def _turned_rule(rule: Rule, turn: Turn) -> Rule:
    if rule.horizontal:
        x0, top, x1, bottom = turn.forth((rule.start, rule.at, rule.end, rule.at))
    else:
        x0, top, x1, bottom = turn.forth((rule.at, rule.start, rule.at, rule.end))
    horizontal = rule.horizontal == (turn.degrees in (0, 180))
    return Rule(horizontal, top if horizontal else x0, x0 if horizontal else top, x1 if horizontal else bottom)
