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
_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
"""Of red, green and blue in what the eye calls dark (BT.601, as JPEG has it)."""
_COARSE = 1.3
"""Standard deviation, in pixels, of the coarseness of colour."""
_SOLID = 0.6
"""Of the strongest colour: where the stamp's ink is solid, and little print is under it."""
_GENEROUS = 1.1
_TINGE = 0.05
_PAPER = 250
_RIM = 5
"""Pixels: what is no further than half of it from dark print is its rim."""
_SPREAD = 17
"""Pixels: half as far from its colour a stamp's ink may still be, for JPEG keeps colour in blocks."""
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
    """A grey page without what taking stamps out has left: it is pale, print under a stamp is not, or only its rims are.

    Faint rules go with it.
    """
    core = cv2.dilate((shade <= _PAPER - _DARK_UNDER).astype(np.uint8), np.ones((_RIM, _RIM), np.uint8))
    return np.where((stamps > 0) & (core == 0), np.uint8(_PAPER), shade)


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
            left, top, right, bottom = (value * _REDUCED for value in (x, y, x + width, y + height))
            found.append((max(left - _SPREAD, 0), max(top - _SPREAD, 0), right + _SPREAD, bottom + _SPREAD))
    return found


def _lifted(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """The grey of what is printed under a stamp's ink, and where there is such ink.

    A stamp's ink is a colour of its own, so that how colourful a place is tells how dark the stamp alone makes it; only what is
    darker is print. JPEG keeps colour at half the resolution, so that a thin stroke looks paler in colour than it is: the
    share of the darkness that the stamp has is measured coarsely, and taken out of the fine darkness.
    """
    paper = np.maximum(np.percentile(pixels.reshape(-1, 3)[::7], 80, axis=0), 1).astype(np.float32)
    clean = np.minimum(pixels.astype(np.float32) / paper, 1.0)
    chroma = cv2.GaussianBlur(clean.max(axis=2) - clean.min(axis=2), (0, 0), _COARSE)
    darkness = 1 - clean @ _WEIGHTS
    coarse = cv2.GaussianBlur(darkness, (0, 0), _COARSE)
    inked = chroma > _SOLID * float(np.percentile(chroma, 99.5))
    ratio = float(np.median(coarse[inked] / chroma[inked])) if inked.any() else 1.0
    share = np.clip(_GENEROUS * ratio * chroma / np.maximum(coarse, 1e-3), 0, 1)
    share[chroma < _TINGE] = 0
    printed = darkness * (1 - share) / np.maximum(1 - darkness * share, 0.2)
    level = 255 * np.clip(1 - printed, 0, 1) * float(paper @ _WEIGHTS) / 255
    coloured = (chroma > _TINTED * 0.6).astype(np.uint8) * 255
    return np.asarray(level, dtype=np.uint8), cv2.dilate(coloured, np.ones((_SPREAD, _SPREAD), np.uint8))


def evenly_lit(luminance: Pixels) -> Pixels:
    """Paper brought to 255 everywhere, whatever the light; solid dark areas stay dark only at their rims."""
    small = cv2.resize(luminance, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    paper = cv2.GaussianBlur(cv2.medianBlur(paper, 5), (0, 0), 3)
    height, width = luminance.shape
    full = np.maximum(cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR), 40)
    # Noise on blank paper must not be clipped on one side only: white is put a little below the top.
    return cv2.divide(luminance, full, scale=_PAPER)
