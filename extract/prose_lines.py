"""Lines of running text on a straight page, outside its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from extract.print_ink import TEXT, WHOLE, Mark, Page, Strip, TextLine, components
from extract.raster import SCALE, Pixels
from extract.sheet import Rectangle

_SMALLEST, _LARGEST = 5.0, 60.0
"""Points: the height of a line."""
RIM = 0.25
"""Of a line's height: the paper kept at either end of its picture."""
_TITLE = 13.5
"""Points: higher lines are titles, which say whose report it is."""
_GAP = 20.0
"""Points between words of one line."""


def prose_lines(page: Page, tables: Sequence[Rectangle]) -> Iterator[tuple[TextLine, Strip]]:
    """The lines outside some rectangles (points), from top to bottom, each with its picture for the recogniser."""
    ink = (page.dark >= page.level).astype(np.uint8)
    for x0, top, x1, bottom in tables:
        edges = [round(value * SCALE) for value in (x0 - 2, top - 2, x1 + 2, bottom + 2)]
        ink[max(edges[1], 0) : edges[3], max(edges[0], 0) : edges[2]] = 0
    ink = _without_dust(ink)
    reach = round(_GAP * SCALE)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_CLOSE, np.ones((round(1.2 * SCALE), 1), np.uint8))
    _, stats = components(joined)
    boxes = [Mark(x, y, x + width, y + height, area) for x, y, width, height, area in stats[1:].tolist()]
    for mark in sorted(_whole(_characters(boxes)), key=lambda m: (m.top, m.x0)):
        if _SMALLEST * SCALE <= mark.height <= _LARGEST * SCALE or mark.width >= _LARGEST * SCALE:
            if mark.height > _LARGEST * SCALE or mark.height < 0.5 * _SMALLEST * SCALE:
                continue
            yield TextLine((mark,)), _picture(page, mark)


def _without_dust(ink: Pixels) -> Pixels:
    numbers, stats = components(ink)
    large = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) >= round(1.6 * SCALE)
    large[0] = False
    return np.asarray(large.astype(np.uint8).take(numbers))


def _characters(boxes: Sequence[Mark]) -> list[Mark]:
    """Parts of one character that stand above each other, joined: alone on its line, nothing beside it holds it together."""
    joined: list[Mark] = []
    for box in sorted(boxes, key=lambda b: b.top):
        for place, upper in enumerate(joined):
            width = max(box.x1, upper.x1) - min(box.x0, upper.x0)
            shared = min(box.x1, upper.x1) - max(box.x0, upper.x0)
            is_square = width <= _LARGEST * SCALE and box.bottom - upper.top <= 1.2 * width
            if is_square and shared >= 0.6 * min(box.width, upper.width) and box.top - upper.bottom <= 0.3 * width:
                joined[place] = _around(upper, box)
                break
        else:
            joined.append(box)
    return joined


def _around(a: Mark, b: Mark) -> Mark:
    return Mark(min(a.x0, b.x0), min(a.top, b.top), max(a.x1, b.x1), max(a.bottom, b.bottom), a.area + b.area)


def _whole(boxes: Sequence[Mark]) -> list[Mark]:
    """Boxes that overlap in height and nearly touch, joined: a line may fall apart between paragraphs' punctuation."""
    rows: list[Mark] = []
    for box in sorted(boxes, key=lambda b: -b.width * b.height):
        for place, row in enumerate(rows):
            shared = min(row.bottom, box.bottom) - max(row.top, box.top)
            near = box.x0 <= row.x1 + _GAP * SCALE and box.x1 >= row.x0 - _GAP * SCALE
            if near and shared >= 0.6 * min(box.height, row.height):
                rows[place] = _around(row, box)
                break
        else:
            rows.append(box)
    return rows


def _picture(page: Page, mark: Mark) -> Strip:
    side, rim = round(RIM * mark.height), round(0.18 * mark.height)
    height, width = page.grey.shape
    area = page.grey[max(mark.top - rim, 0) : min(mark.bottom + rim, height), max(mark.x0 - side, 0) : min(mark.x1 + side, width)]
    return Strip(area, TEXT if mark.height <= _TITLE * SCALE else WHOLE)
