"""A lone 0 told by its shape: most cells of most reports hold one, and recognising them takes a third of a page's time.

A 0 is a ring: one outline and one hole about one middle, both close to an ellipse, the same when mirrored either way. The figures
with a hole of their own are far from it: the outline of 4, 6, 8 or 9 fills at most 0.77 of its ellipse, that of a 0 at least 0.93
(4,700 figures of generated scans, good and bad ones). What is no plain ring is left to the recogniser.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from extract.print_ink import Page, TextLine
from extract.raster import Pixels
from extract.recogniser import FIGURES, SIGNS, Recognition, Symbol

_HEIGHT = (0.5, 1.1)
"""Of the type size."""
_SHAPE = (0.38, 0.78)
"""Width by height. What is as wide as it is high is a circle, a bullet or a letter."""
_OUTLINE, _HOLE = 0.9, 0.8
"""Of what an ellipse of the same extent and the shape cover together, the least that both cover."""
_DEEP, _WIDE = 0.5, 0.25
"""Of the outline's extent: the least of the hole's, down and across."""
_ASIDE = 0.06
"""Of the outline's extent: how far the hole's middle may be from its own."""
_MIRRORED = 0.85
"""Correlation with its mirror images."""
_ENLARGED, _RIM = 3, 3
_SOFTENED = 1.5
"""Standard deviation, in pixels of the enlarged picture."""
_SURE = 0.999


def is_zero(page: Page, line: TextLine) -> bool:
    """Whether a line of print is a single plain ring, and nothing stands beside it or under a stamp."""
    if len(line.marks) != 1 or line.dust or page.stain(line.box) > 0:
        return False
    x0, top, x1, bottom = line.box
    is_sized = _HEIGHT[0] * page.em <= bottom - top <= _HEIGHT[1] * page.em
    return is_sized and is_ring(page.dark[top:bottom, x0:x1])


def is_ring(dark: Pixels) -> bool:
    """Whether a mark is a ring.

    Args:
        dark: its picture without a margin; 0 is paper.
    """
    large = cv2.resize(dark, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
    large = cv2.copyMakeBorder(large, _RIM, _RIM, _RIM, _RIM, cv2.BORDER_CONSTANT, value=0)
    large = cv2.GaussianBlur(large, (0, 0), _SOFTENED)  # a hairline of a serif's 0 is broken where it falls between two pixels
    inked = (large >= 0.5 * float(np.percentile(dark, 90))).astype(np.uint8)
    outlines, tree = cv2.findContours(inked, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if len(outlines) != 2:
        return False
    outline, hole = sorted(outlines, key=cv2.contourArea, reverse=True)
    x, y, width, height = cv2.boundingRect(outline)
    left, upper, across, down = cv2.boundingRect(hole)
    aside = max(abs(left + across / 2 - x - width / 2) / width, abs(upper + down / 2 - y - height / 2) / height)
    return (
        int(tree[0, :, 3].max()) >= 0  # one is within the other
        and _SHAPE[0] <= width / height <= _SHAPE[1]
        and down >= _DEEP * height
        and across >= _WIDE * width
        and aside <= _ASIDE
        and _ellipticity(outline) >= _OUTLINE
        and _ellipticity(hole) >= _HOLE
        and _symmetry(large[y : y + height, x : x + width]) >= _MIRRORED
    )


def _ellipticity(outline: NDArray[Any]) -> float:
    """What a shape has in common with the upright ellipse of its extent, of all that both cover."""
    x, y, width, height = cv2.boundingRect(outline)
    shape: Pixels = cv2.drawContours(np.zeros((height, width), np.uint8), [outline - [x, y]], -1, 1, cv2.FILLED)
    middle = (width - 1) / 2, (height - 1) / 2
    ellipse: Pixels = cv2.ellipse(np.zeros((height, width), np.uint8), (middle, (width, height), 0), 1, cv2.FILLED)
    return cv2.countNonZero(cv2.bitwise_and(shape, ellipse)) / max(cv2.countNonZero(cv2.bitwise_or(shape, ellipse)), 1)


def _symmetry(picture: Pixels) -> float:
    """The lesser correlation with the picture's two mirror images."""
    centred = picture.astype(np.float32) - float(picture.mean())
    mirrored = min(float((centred * centred[::-1]).sum()), float((centred * centred[:, ::-1]).sum()))
    return mirrored / max(float(np.square(centred).sum()), 1e-6)


def _zero() -> Recognition:
    alphabet = FIGURES + SIGNS
    frame = np.zeros((1, len(alphabet) + 2), np.float32)
    frame[0, 1 + alphabet.index("0")] = _SURE
    frame[0, -1] = 1 - _SURE
    return Recognition((Symbol("0", _SURE, 0.5),), frame)


ZERO = _zero()
"""What a ring says."""
