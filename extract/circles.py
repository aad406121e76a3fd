"""The character 〇 of Chinese years (二〇二三年), which the recogniser tends to pass over: it is found by its shape."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from extract.print_ink import Mark, Page
from extract.recogniser import Symbol

CIRCLE = "〇"
_READ_AS = frozenset("〇○OoＯ0QCc。")
_NEAR = 0.4
"""Of the line's height: a symbol whose centre is so near a circle is that circle's reading."""


def with_circles(page: Page, line: Mark, symbols: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
    """The symbols read from a line, and a 〇 wherever the line has a circle that none of them stands for.

    Args:
        page: the straight page.
        line: around the line's ink.
        symbols: what was read, each with its place in the picture of the line.
    """
    if len(symbols) < 3:
        return symbols
    centres = _circles(page, line)
    if not centres:
        return symbols
    found = list(symbols)
    for centre in centres:
        nearest = min(found, key=lambda symbol: abs(symbol.at - centre))
        gaps = [b.at - a.at for a, b in pairwise(found) if a.at <= centre <= b.at]
        if nearest.text in _READ_AS and abs(nearest.at - centre) <= _NEAR * line.height:
            continue
        # A character as wide as the others fits between its neighbours only where one was passed over.
        if gaps and gaps[0] >= 1.5 * line.height:
            found.append(Symbol(CIRCLE, 0.9, centre))
            found.sort(key=lambda symbol: symbol.at)
    return tuple(found)


def _circles(page: Page, line: Mark) -> list[float]:
    """The centres of large round rings in a line, in pixels of the page."""
    ink = (page.dark[line.top : line.bottom, line.x0 : line.x1] >= page.level).astype(np.uint8)
    outlines, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return []
    found = []
    for outline, (_, _, inner, _) in zip(outlines, tree[0].tolist(), strict=True):
        x, _, width, height = cv2.boundingRect(outline)
        large = min(width, height) >= 0.6 * line.height and 0.8 <= width / height <= 1.25
        if not large or inner < 0:
            continue
        area, hole = cv2.contourArea(outline), cv2.contourArea(outlines[inner])
        round_ = 0.7 <= area / (width * height) <= 0.86  # a disc fills 0.785 of its square
        if round_ and hole >= 0.5 * area:
            found.append(line.x0 + x + width / 2)
    return found
