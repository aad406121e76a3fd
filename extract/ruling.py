"""Ruling lines in a picture of a page.

Ink is averaged along each direction before it is looked at, so that noise, faint ink and small gaps do not break a line; what
is then thin across and long along is a candidate, and the ink itself decides where it begins and ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from extract.print_ink import components
from extract.raster import SCALE, Pixels
from extract.rules import TOUCH
from extract.sheet import Rule

_TALL = np.ones((3, 1), np.uint8)
_ALONG = round(12 * SCALE)
"""Pixels over which ink is averaged along a line."""
_THICKEST = round(3.4 * SCALE)
_FAINTEST = 20
"""Of 255: how much darker than what stands on either side a line is, averaged along it."""
_STROKE = 9.5
"""Points: no stroke of a character in a table is as long."""
_INK = 90
_LONG = 60.0
"""Points: a line as long as this is one by itself; a shorter one must run from line to line."""
_SHORT = 8.0
_BESIDE = 8
"""Pixels on either side of a candidate that tell a line from a row of strokes."""
_REACHES = np.arange(2, _BESIDE)[:, None]
_CROWDED = 0.4
"""Share of its length along which ink stands beside a line; text has more."""
_CLEAR = 0.12
"""The same beside a line that does not reach from one crossing line to the next."""
_UNBROKEN = 0.93
"""A line so much of which is inked is one, whatever stands beside it: strokes of characters have gaps between them."""
_NEARLY = 0.75
"""The same where it reaches both crossing lines."""
_FAINT_INK = 40
_CONTINUED = 0.6
"""The same from one crossing line to the next, where nothing stands beside it."""
_FREE = 150.0
"""Points: a line as long as this is one though it meets no other."""
_REACH = 60.0
"""Points beyond the known ends of a line within which more of it is looked for."""
_REACHED = 0.6
_MARGIN = 0.9
"""Points next to a crossing line that show nothing of the line crossed."""
_ENDS = round(_MARGIN * SCALE)
_INKED = 0.7
"""Share of its length along which a line is really dark."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """The lines of a page."""

    rules: tuple[Rule, ...]
    """In points."""
    ink: Pixels
    """Their ink, as a mask."""


def find_rules(dark: Pixels) -> Ruling:
    """The ruling lines of a straight page.

    Args:
        dark: 0 is paper, 255 the darkest ink.
    """
    turned = np.ascontiguousarray(dark.T)
    flat, steep = _lines(dark) + _unbroken_lines(dark), _lines(turned) + _unbroken_lines(turned)
    kept_steep = list(_spanning(steep, [line for line in flat if line.length >= _LONG]))
    kept_flat = list(_spanning(flat, kept_steep))
    kept_steep = _without_strokes(kept_steep, kept_flat)
    kept_flat = _without_strokes(kept_flat, kept_steep)
    kept_steep += _completed(kept_steep, kept_flat, turned)
    kept_flat += _completed(kept_flat, kept_steep, dark)
    kept_flat, kept_steep = _all_connected(kept_flat, kept_steep)
    mask = np.zeros_like(dark)
    for line in kept_flat:
        line.draw(mask)
    across = np.zeros_like(dark.T, order="C")
    for line in kept_steep:
        line.draw(across)
    rules = [line.rule(horizontal=True) for line in kept_flat] + [line.rule(horizontal=False) for line in kept_steep]
    return Ruling(tuple(rules), np.maximum(mask, across.T))


@dataclass(frozen=True, slots=True)
class _Line:
    """A horizontal line; a vertical one is looked at with the page's axes exchanged."""

    at: float
    start: float
    end: float
    """Points."""
    place: tuple[int, int]
    """Top left pixel of the two pictures."""
    ink: Pixels
    """Non-zero where it is."""
    dark: Pixels
    """The page there."""

    @property
    def length(self) -> float:
        """Points."""
        return self.end - self.start

    def rule(self, *, horizontal: bool) -> Rule:
        """As a rule of the page."""
        return Rule(horizontal, self.at, self.start, self.end)

    def only(self, start: float, end: float) -> _Line:
        """A stretch of it (points)."""
        top, left = self.place
        first = min(max(round(start * SCALE) - left, 0), self.ink.shape[1] - 1)
        last = min(max(round(end * SCALE) - left, first + 1), self.ink.shape[1])
        return _Line(self.at, start, end, (top, left + first), self.ink[:, first:last], self.dark[:, first:last])

    def is_drawn(self, start: float, end: float, *, asked: bool = False) -> bool:
        """Whether it is ruled from one crossing line to the next, and no stroke of a character happens to continue it there.

        A stroke ends before it reaches the other line, and there are other strokes beside it. ``asked`` is for places where
        nothing but a line further on suggested one.
        """
        first, last = round((start + _MARGIN) * SCALE), max(round((end - _MARGIN) * SCALE), 1)
        inked = np.zeros(max(last - first, 1), dtype=bool)
        picture = self.only(start + _MARGIN, end - _MARGIN)
        own = cv2.reduce(cv2.copyTo(picture.dark, picture.ink), 0, cv2.REDUCE_MAX)[0] >= _FAINT_INK
        at = picture.place[1] - first
        inked[max(at, 0) : max(at, 0) + len(own)] = own[: max(len(inked) - max(at, 0), 0)]
        share = _share(inked)
        reaches = min(_share(inked[:_ENDS]), _share(inked[-_ENDS:])) >= _REACHED
        if reaches and share >= (_UNBROKEN if asked else _NEARLY):
            return True
        is_plain = (reaches or end - start >= _LONG) and not asked
        return share >= _CONTINUED and not _is_text(picture.dark, picture.ink, _CROWDED if is_plain else _CLEAR)

    def inked(self) -> _Line:
        """With its own ink only."""
        return replace(self, ink=np.where(self.dark >= _FAINT_INK, self.ink, np.uint8(0)))

    def draw(self, mask: Pixels) -> None:
        """Adds its ink to a mask."""
        top, left = self.place
        height, width = self.ink.shape
        part = mask[top : top + height, left : left + width]
        np.maximum(part, self.ink, out=part)


def _spanning(lines: Sequence[_Line], crossing: Sequence[_Line]) -> Iterator[_Line]:
    """Long lines, and those short ones that run from line to line; what overshoots is a stroke of a character."""
    for line in lines:
        if line.length >= _LONG:
            yield line
            continue
        low, high = line.start - TOUCH, line.end + TOUCH
        met = [o.at for o in crossing if low <= o.at <= high and o.start - TOUCH <= line.at <= o.end + TOUCH]
        if met and max(met) - min(met) >= max(_SHORT, 0.6 * line.length):
            yield line.only(min(met), max(met))


def _without_strokes(lines: Sequence[_Line], crossing: Sequence[_Line]) -> list[_Line]:
    """Lines cut where strokes of characters seem to continue them: each stretch from crossing to crossing is looked at."""
    kept: list[_Line] = []
    for line in lines:
        met = sorted(o.at for o in crossing if o.start - TOUCH <= line.at <= o.end + TOUCH)
        cuts = [at for at in met if line.start < at < line.end]
        before = [at for at in met if line.start - TOUCH <= at <= line.start]
        behind = [at for at in met if line.end <= at <= line.end + TOUCH]
        edges = [before[-1] if before else line.start, *cuts, behind[0] if behind else line.end]
        # An end between two crossing lines hangs in a cell: there a stroke seems to continue the line.
        if not before and cuts and cuts[0] - line.start > TOUCH and met[0] < line.start - TOUCH:
            del edges[0]
        if not behind and cuts and line.end - cuts[-1] > TOUCH and met[-1] > line.end + TOUCH:
            del edges[-1]
        begun: float | None = None
        for start, end in pairwise(edges):
            is_long = end - start > 2 * _MARGIN + 2
            if is_long and not line.is_drawn(start, end):
                if begun is not None:
                    kept.append(line.only(begun, start))
                begun = None
            elif begun is None:
                begun = start
        if begun is not None and edges[-1] > begun:
            kept.append(line.only(begun, edges[-1]))
    return kept


def _all_connected(flat: list[_Line], steep: list[_Line]) -> tuple[list[_Line], list[_Line]]:
    """Without what holds on to nothing but strokes: bold type has frames of strokes, too low for any text to stand in."""
    flat, steep = ([line for line in lines if line.length >= _SHORT] for lines in (flat, steep))
    while True:
        kept_flat = _connected(flat, steep)
        kept_steep = _connected(steep, kept_flat)
        if len(kept_flat) == len(flat) and len(kept_steep) == len(steep):
            return kept_flat, kept_steep
        flat, steep = kept_flat, kept_steep


def _connected(lines: Sequence[_Line], crossing: Sequence[_Line]) -> list[_Line]:
    """Lines that meet two others, as every border of a cell does; or that are long."""

    def meets(line: _Line) -> bool:
        low, high = line.start - TOUCH, line.end + TOUCH
        met = [o.at for o in crossing if low <= o.at <= high and o.start - TOUCH <= line.at <= o.end + TOUCH]
        return bool(met) and max(met) - min(met) > TOUCH  # one may have been found twice

    return [line for line in lines if line.length >= _FREE or meets(line)]


def _completed(lines: Sequence[_Line], crossing: Sequence[_Line], dark: Pixels) -> list[_Line]:
    """Stretches that were overlooked where the table has a line further on: asked for at a known place, less ink will do."""
    added: list[_Line] = []
    places: list[list[_Line]] = []
    for line in sorted(lines, key=lambda one: one.at):
        if places and line.at - places[-1][-1].at <= 1.5:
            places[-1].append(line)
        else:
            places.append([line])
    for group in places:
        at = sum(line.at * line.length for line in group) / max(sum(line.length for line in group), 1e-6)
        low, high = min(line.start for line in group) - _REACH, max(line.end for line in group) + _REACH
        met = sorted({o.at for o in crossing if o.start - TOUCH <= at <= o.end + TOUCH and low <= o.at <= high})
        for start, end in pairwise(met):
            middle = (start + end) / 2
            if end - start < _SHORT - 2 or any(line.start <= middle <= line.end for line in group):
                continue
            top, left, right = max(round(at * SCALE) - 1, 0), round(start * SCALE), round(end * SCALE)
            area = slice(max(top - _BESIDE, 0), top + 3 + _BESIDE), slice(left, right)
            picture = np.zeros_like(dark[area])
            picture[top - area[0].start : top - area[0].start + 3] = 255
            asked = _Line(at, start, end, (area[0].start, left), picture, dark[area])
            if asked.is_drawn(start, end, asked=True):
                added.append(asked.inked())
    return added


def _lines(dark: Pixels) -> list[_Line]:
    """Horizontal lines, long and short."""
    mean = cv2.blur(dark, (_ALONG, 1))
    thin = cv2.subtract(mean, cv2.morphologyEx(mean, cv2.MORPH_OPEN, np.ones((_THICKEST + 2, 1), np.uint8)))
    candidates = cv2.threshold(thin, _FAINTEST, 1, cv2.THRESH_BINARY)[1]
    candidates = cv2.morphologyEx(candidates, cv2.MORPH_CLOSE, np.ones((1, round(5 * SCALE)), np.uint8))
    labels, stats = components(candidates)
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    flat = (widths >= _SHORT * SCALE) & (heights <= np.maximum(_THICKEST * 2, 0.03 * widths))
    found: list[_Line] = []
    for index, darkest in _darkest(dark, labels, stats, np.flatnonzero(flat[1:]) + 1):
        extent = _extent(darkest)
        if extent is None:
            continue
        x, y, width, height, _ = stats[index].tolist()
        top = max(y - _BESIDE, 0)
        area = slice(top, y + height + _BESIDE), slice(x, x + width)
        member = cv2.dilate((labels[area] == index).view(np.uint8), _TALL)
        if extent.share < _UNBROKEN and _is_text(dark[area], member):
            continue
        at = (top + _middle(cv2.copyTo(dark[area], member), extent.level)) / SCALE
        start, end = (x + extent.start) / SCALE, (x + extent.end) / SCALE
        found.append(_Line(at, start, end, (top, x), member * np.uint8(255), dark[area]))
    return found


def _darkest(
    dark: Pixels, labels: Pixels, stats: NDArray[Any], wanted: NDArray[np.intp]
) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Some candidates, each with its darkest pixel by column, its upper and lower neighbours included.

    There are hundreds on a page, and most are strokes of text: looking at all of them at once is cheaper than one by one.
    """
    begins = np.full(len(stats), -1)
    ends = np.cumsum(stats[wanted, cv2.CC_STAT_WIDTH])
    begins[wanted] = ends - stats[wanted, cv2.CC_STAT_WIDTH]
    at = np.flatnonzero(labels)
    which = labels.ravel()[at]
    asked = begins[which] >= 0
    at, which = at[asked], which[asked]
    columns = begins[which] + at % labels.shape[1] - stats[which, cv2.CC_STAT_LEFT]
    darkest = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint8)
    np.maximum.at(darkest, columns, cv2.dilate(dark, _TALL).ravel()[at])
    for index, end in zip(wanted.tolist(), ends.tolist(), strict=True):
        yield index, darkest[begins[index] : end]


def _unbroken_lines(dark: Pixels) -> list[_Line]:
    """Horizontal lines without a gap, however near characters stand to them; a character's strokes are shorter."""
    inked = cv2.threshold(dark, _INK, 1, cv2.THRESH_BINARY)[1]
    runs = cv2.morphologyEx(inked, cv2.MORPH_OPEN, np.ones((1, round(_STROKE * SCALE)), np.uint8))
    labels, stats = components(runs)
    found: list[_Line] = []
    for index in np.flatnonzero(stats[:, cv2.CC_STAT_HEIGHT] <= _THICKEST).tolist():
        x, y, width, height, _ = stats[index].tolist()
        top = max(y - _BESIDE, 0)
        area = slice(top, y + height + _BESIDE), slice(x, x + width)
        member = (labels[area] == index).astype(np.uint8)
        at = (y + height / 2) / SCALE
        found.append(_Line(at, x / SCALE, (x + width) / SCALE, (top, x), member * np.uint8(255), dark[area]))
    return found


def _is_text(dark: Pixels, member: Pixels, crowded: float = _CROWDED) -> bool:
    """Whether a candidate is a row of strokes in a line of text: ink stands close to either side of it, not here and there."""
    height, width = member.shape
    inside = member > 0
    anywhere = inside.any(axis=0)
    first = np.where(anywhere, inside.argmax(axis=0), 0)
    last = np.where(anywhere, height - 1 - inside[::-1].argmax(axis=0), 0)
    inked = cv2.blur(dark, (3, 1)) > 60
    columns = np.arange(width)
    over, under = first - _REACHES, last + _REACHES
    above = np.any(inked[np.maximum(over, 0), columns] & (over >= 0), axis=0)
    below = np.any(inked[np.minimum(under, height - 1), columns] & (under < height), axis=0)
    return max(_share(above), _share(below)) > crowded


def _share(which: NDArray[np.bool_]) -> float:
    """How many of some pixels; ``mean`` takes ten times as long, and is asked thousands of times a page."""
    return int(np.count_nonzero(which)) / len(which)


class _Extent(NamedTuple):
    """Where a candidate is inked, in pixels from its left."""

    start: int
    end: int
    share: float
    """How much of it is inked between."""
    level: float
    """From which darkness on."""


def _extent(darkest: NDArray[np.uint8]) -> _Extent | None:
    """Where a candidate begins and ends, by its darkest pixel of each column; None where it is no line."""
    most = len(darkest) * 4 // 5
    usual = darkest.copy()
    usual.partition(most)
    level = max(36.0, 0.45 * int(usual[most]))
    places = (darkest > level).nonzero()[0]
    if not len(places):
        return None
    start, end = int(places[0]), int(places[-1]) + 1
    length = end - start
    share = len(places) / length
    if length < _SHORT * SCALE or share < (_INKED if length >= _LONG * SCALE else 0.9):
        return None
    return _Extent(start, end, share, level)


def _middle(ink: Pixels, level: float) -> float:
    """The row about which a candidate's ink lies, in pixels."""
    weights = np.where(ink > level, ink, 0).sum(axis=1, dtype=np.float64)
    return float((weights * (np.arange(len(weights)) + 0.5)).sum() / max(weights.sum(), 1))
