"""What happens to paper in an office: pens, punches, staples, copiers, and the lid that was left open. Pixels in, pixels out."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Height, width, 3: red, green, blue."""
Area = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels: where the table is."""


def pen(page: Pixels, rng: Random, dpi: int, area: Area) -> Pixels:
    """Ticks and a ringed number of somebody who checked the figures, in blue, black or red, beside and in the cells."""
    page = page.copy()
    x0, top, x1, bottom = area
    colour = rng.choice(((25, 35, 150), (40, 40, 45), (190, 20, 30)))
    unit, width = dpi / 72, max(1, round(dpi / 90))
    for _ in range(rng.randint(3, 8)):
        x, y, size = rng.uniform(x0, x1), rng.uniform(top, bottom), rng.uniform(5, 11) * unit
        points = [(x, y), (x + 0.35 * size, y + 0.5 * size), (x + 1.1 * size, y - 0.7 * size)]
        line = np.array([[round(a + rng.uniform(-1, 1)), round(b)] for a, b in points], dtype=np.int32)
        cv2.polylines(page, [line], isClosed=False, color=colour, thickness=width, lineType=cv2.LINE_AA)
    centre = round(rng.uniform(x0, x1)), round(rng.uniform(top, bottom))
    axes = round(rng.uniform(10, 18) * unit), round(rng.uniform(6, 9) * unit)
    cv2.ellipse(page, centre, axes, rng.uniform(-10, 10), 0, 350, colour, width, cv2.LINE_AA)
    return page


def holes(page: Pixels, rng: Random, dpi: int, _area: Area) -> Pixels:
    """Two punched holes at the left edge, dark where the lid was open."""
    page = page.copy()
    unit, middle, black = dpi / 72, page.shape[0] / 2, (rng.randint(10, 60),) * 3
    for offset in (-113, 113):  # 80 mm apart (ISO 838)
        cv2.circle(page, (round(34 * unit), round(middle + offset * unit)), round(8.5 * unit), black, -1, cv2.LINE_AA)
    return page


def staple(page: Pixels, rng: Random, dpi: int, _area: Area) -> Pixels:
    """A staple at the top left corner with its shadow, and the fold beside it."""
    page = page.copy()
    unit = dpi / 72
    x, y = rng.uniform(18, 34) * unit, rng.uniform(18, 34) * unit
    ends = (round(x), round(y)), (round(x + 24 * unit), round(y - 10 * unit))
    cv2.line(page, *ends, (70, 70, 74), max(2, round(1.6 * unit)), cv2.LINE_AA)
    fold = (0, round(110 * unit)), (round(110 * unit), 0)
    shade = np.zeros(page.shape[:2], np.uint8)
    cv2.line(shade, *fold, rng.randint(40, 110), max(2, round(2.5 * unit)), cv2.LINE_AA)
    shade = cv2.GaussianBlur(shade, (0, 0), 1.2 * unit)
    return np.clip(page.astype(np.int16) - shade[..., None], 0, 255).astype(np.uint8)


def edges(page: Pixels, rng: Random, dpi: int, _area: Area) -> Pixels:
    """Dark bands along one or two edges, where the paper ended before the glass."""
    page = page.copy()
    height, width = page.shape[:2]
    for side in rng.sample(("left", "right", "top", "bottom"), rng.choice((1, 2))):
        band, black = round(rng.uniform(4, 16) * dpi / 72), rng.randint(0, 70)
        slant = rng.uniform(-0.3, 0.6) * band
        corners = {
            "left": [(0, 0), (band, 0), (band + slant, height), (0, height)],
            "right": [(width, 0), (width - band, 0), (width - band - slant, height), (width, height)],
            "top": [(0, 0), (width, 0), (width, band), (0, band + slant)],
            "bottom": [(0, height), (width, height), (width, height - band), (0, height - band - slant)],
        }[side]
        cv2.fillPoly(page, [np.array(corners, dtype=np.int32)], (black,) * 3)
    return page


def bleed(page: Pixels, rng: Random, dpi: int, _area: Area) -> Pixels:
    """The print of the other side, mirrored and pale: thin paper, both sides printed."""
    behind = np.roll(page[:, ::-1], (round(rng.uniform(-9, 9) * dpi / 72), round(rng.uniform(-20, 20) * dpi / 72)), (0, 1))
    behind = cv2.GaussianBlur(behind, (0, 0), dpi / 140)
    paleness = rng.uniform(0.08, 0.2)
    return np.clip(page * (1 - paleness * (1 - behind.astype(np.float32) / 255)), 0, 255).astype(np.uint8)


MISHAPS: dict[str, Callable[[Pixels, Random, int, Area], Pixels]] = {
    "pen": pen,
    "holes": holes,
    "staple": staple,
    "edges": edges,
    "bleed": bleed,
}


def copied(page: Pixels, rng: Random, times: int) -> Pixels:
    """A copy of a copy: grey, softened, its contrast raised, dirt of the glass on it."""
    shade = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY).astype(np.float32)
    numbers = np.random.default_rng(rng.getrandbits(32))
    for _ in range(times):
        shade = cv2.GaussianBlur(shade, (0, 0), rng.uniform(0.4, 0.7)) + numbers.normal(0, 5, shade.shape)
        middle, steepness = rng.uniform(120, 165), rng.uniform(0.018, 0.03)
        shade = 255 / (1 + np.exp(-steepness * (shade - middle) * 2))
        for _ in range(rng.randint(5, 30)):
            centre = rng.randrange(shade.shape[1]), rng.randrange(shade.shape[0])
            cv2.circle(shade, centre, rng.choice((0, 1, 1, 2)), rng.uniform(0, 140), -1)
    return cv2.cvtColor(np.clip(shade, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2RGB)


def curled(page: Pixels, share: float) -> Pixels:
    """A page that does not lie flat: its lines sag by ``share`` of the page's height in the middle."""
    height, width = page.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    sag = np.float32(share * height) * np.sin(np.pi * x / width)
    return cv2.remap(page, x, y - sag, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
