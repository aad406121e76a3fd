"""Coloured pages -> grey ones in which paper is white, print is dark and stamps are gone.

Chinese offices stamp their reports in red, now and then in blue, across print and tables. Ink of a stamp is see-through:
what is printed under it stays darker in every colour, so taking the stamp's colour out leaves the print. Only ink in the
shape of a stamp is taken out: the red letterhead of an official paper is text.
"""

from __future__ import annotations

import cv2
import numpy as np

from extract.raster import SCALE, Pixels

_COLOURED = 0.22
"""Saturation (1 - least / greatest channel) from which a pixel is coloured ink."""
_SMALLEST, _LARGEST = 40.0, 190.0
"""Points across: the State Council's rules make seals of 42 to 50 mm; small office stamps are of 15 mm and more."""
_WITHIN = round(7 * SCALE)
"""Pixels between the parts of one stamp."""
_TINTED = 0.12
"""Saturation from which a pixel within a stamp's rectangle may be its ink."""
_PAPER = 250
_DARK_UNDER = 105
"""Of 250: print under a stamp is darker than this."""
_REDUCED = 4
"""Stamps are looked for in a picture so many times smaller."""
_FEWEST = 40
"""Coloured pixels of the smaller picture; fewer are dirt."""


def grey(pixels: Pixels) -> tuple[Pixels, Pixels | None]:
    """The page in grey (paper 250), evenly lit, and where stamps were taken out (non-zero; None: nowhere)."""
    luminance = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    stamps = _stamps(pixels)
    mask = np.zeros_like(luminance) if stamps else None
    for x0, y0, x1, y1 in stamps:
        luminance[y0:y1, x0:x1], coloured = _lifted(pixels[y0:y1, x0:x1])
        if mask is not None:
            mask[y0:y1, x0:x1] = np.maximum(mask[y0:y1, x0:x1], coloured)
    return evenly_lit(luminance), mask


def without_stains(shade: Pixels, stamps: Pixels) -> Pixels:
    """A grey page without what taking stamps out has left: it is pale, print under a stamp is not. Faint rules go with it."""
    return np.where((stamps > 0) & (shade > _PAPER - _DARK_UNDER), np.uint8(_PAPER), shade)


def _stamps(pixels: Pixels) -> list[tuple[int, int, int, int]]:
    """The rectangles (x0, y0, x1, y1 in pixels) around stamps."""
    reduced = cv2.resize(pixels, None, fx=1 / _REDUCED, fy=1 / _REDUCED, interpolation=cv2.INTER_AREA)
    red, green, blue = cv2.split(reduced)
    greatest, least = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    chroma = cv2.subtract(greatest, least)
    coloured = ((chroma > 24) & (chroma > _COLOURED * greatest)).astype(np.uint8)
    if int(coloured.sum()) < _FEWEST:
        return []
    reach = max(3, _WITHIN // _REDUCED)
    grown = cv2.dilate(cv2.morphologyEx(coloured, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.ones((reach, reach), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(grown)
    found = []
    for x, y, width, height, _ in stats[1:count].tolist():
        longer, shorter = sorted((width * _REDUCED / SCALE, height * _REDUCED / SCALE), reverse=True)
        # An edge of the page may cut a stamp; then only one of its sides is whole.
        if _SMALLEST <= longer <= _LARGEST and shorter >= max(0.5 * _SMALLEST, 0.3 * longer):
            x0, y0, x1, y1 = (value * _REDUCED for value in (x, y, x + width, y + height))
            found.append((x0, y0, x1, y1))
    return found


def _lifted(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """The greatest channel, freed from what the stamp's ink takes even of its own colour; and where there is such ink."""
    red, green, blue = cv2.split(pixels)
    greatest, least = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    bright = cv2.GaussianBlur(greatest, (0, 0), 0.8).astype(np.float32)
    saturation = 1 - cv2.GaussianBlur(least, (0, 0), 0.8).astype(np.float32) / np.maximum(bright, 1)
    saturation[bright < 60] = 0
    lifted = greatest.astype(np.float32) / (1 - 0.26 * saturation)
    coloured = ((saturation > _TINTED) & (bright - bright * (1 - saturation) > 16)).astype(np.uint8) * 255
    # JPEG keeps colour at half the resolution: the rims of strokes look grey.
    return np.clip(lifted, 0, 255).astype(np.uint8), cv2.dilate(coloured, np.ones((7, 7), np.uint8))


def evenly_lit(luminance: Pixels) -> Pixels:
    """Paper brought to 255 everywhere, whatever the light; solid dark areas stay dark only at their rims."""
    small = cv2.resize(luminance, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    paper = cv2.GaussianBlur(cv2.medianBlur(paper, 5), (0, 0), 3)
    height, width = luminance.shape
    full = np.maximum(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), 40)
    # Noise on blank paper must not be clipped on one side only: white is put a little below the top.
    return cv2.divide(luminance, full, scale=_PAPER)
