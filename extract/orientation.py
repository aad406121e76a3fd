"""Which way up a page lies: the way in which its lines can be read."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from extract.closer import narrowed
from extract.deskew import Straight, deskewed, turned
from extract.print_ink import components
from extract.raster import SCALE, Pixels
from extract.recogniser import LOW, recognise

_SAMPLE = 5
"""Lines that are tried each way."""
_READ = 0.82
"""Mean probability of characters from which a page is read the right way up."""
_FIRST, _READ_AT_ONCE = 2, 0.92
"""So many of the lines will do where they are read as well as this."""
_FEWEST = 3
_REDUCED = 2
"""Lines are looked for in a picture so many times smaller."""
_INKED = 175
"""Of 250: ink is darker than this there, where strokes are blurred."""
_NARROWED = 0.8
"""Of their width: what lines are left, since the recogniser takes time by width."""


def upright(page: Straight) -> Straight:
    """The page turned until its lines can be read, and set level again where it lay on its side.

    A page that reads well as it lies is not turned; of the others, the one of four ways that reads best is taken.
    """
    lines = _lines(page.pixels)
    if len(lines) >= _FEWEST:
        # Longer pieces tell more; these are what the whole page has to be read for anyway, so few are read twice.
        first = sorted(lines, key=lambda line: -line.shape[1])[:_FIRST]
        if _legibility(first) >= _READ_AT_ONCE or _legibility(lines) >= _READ:
            return page
    ways = [page, turned(page, 180), *(_level(turned(page, degrees)) for degrees in (90, 270))]
    return max(ways, key=lambda way: _legibility(_lines(way.pixels)))


def _level(page: Straight) -> Straight:
    return deskewed(page, cv2.subtract(np.full_like(page.pixels, 250), page.pixels))


def _legibility(lines: Sequence[Pixels]) -> float:
    """The mean probability of the characters read, weighed down where few are read for the length of the lines."""
    if not lines:
        return 0.0
    probabilities: list[float] = []
    missing = 0.0
    for line, recognition in zip(lines, recognise(lines, LOW), strict=True):
        probabilities += [symbol.probability for symbol in recognition.symbols]
        due = 0.5 / _NARROWED * line.shape[1] / line.shape[0]
        missing += max(0.0, due - len(recognition.symbols))
    return sum(probabilities) / max(len(probabilities) + missing, 1.0)


def _lines(shade: Pixels) -> list[Pixels]:
    """Pictures of some level pieces of text, from all over the page."""
    small = cv2.resize(shade, None, fx=1 / _REDUCED, fy=1 / _REDUCED, interpolation=cv2.INTER_AREA)
    ink = (small < _INKED).astype(np.uint8)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, round(5 * SCALE / _REDUCED)), np.uint8))
    _, stats = components(joined)
    found = []
    for x, y, width, height, area in (stats[1:] * _REDUCED).tolist():
        if 6 * SCALE <= height <= 20 * SCALE and 3 * height <= width and area * _REDUCED >= 0.35 * width * height:
            rim = round(0.15 * height)
            piece = shade[max(y - rim, 0) : y + height + rim, max(x - rim, 0) : x + min(width, 7 * height) + rim]
            found.append(narrowed(piece, _NARROWED))
    step = max(1, len(found) // _SAMPLE)
    return found[::step][:_SAMPLE]
