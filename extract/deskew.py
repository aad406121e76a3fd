"""Pages as they were photographed or laid on the glass -> straight ones, with the way back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from extract.raster import SCALE, Pixels
from extract.sheet import Rectangle

Matrix = NDArray[Any]
"""3 x 3, on pixels."""
_STEEPEST = 8.0
"""Degrees; a page that lies further askew is turned by hand."""
_NEGLIGIBLE = 0.03
"""Degrees."""
_REDUCED = 3
"""The page is measured in a picture so many times smaller."""
_SUMMED = 4
"""Pixels beside one another that are taken together: along them a slope hardly matters."""
_PAPER = (0.25, 0.97)
"""Share of a photograph that the sheet of paper in it takes."""


@dataclass(frozen=True, slots=True)
class Straight:
    """A page set straight."""

    pixels: Pixels
    forth: Matrix
    """From the picture as it was to this one."""

    def back(self, box: Rectangle) -> Rectangle:
        """The rectangle (in points) around a rectangle of the straight page, on the page as it was."""
        x0, top, x1, bottom = (value * SCALE for value in box)
        corners = np.array([[x0, top, 1], [x1, top, 1], [x1, bottom, 1], [x0, bottom, 1]], dtype=np.float64).T
        points = np.linalg.inv(self.forth) @ corners
        xs, ys = points[0] / points[2] / SCALE, points[1] / points[2] / SCALE
        return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())

    def carried(self, mask: Pixels, since: Straight) -> Pixels:
        """A mask of an earlier state of the page, brought to this one."""
        matrix = self.forth @ np.linalg.inv(since.forth)
        height, width = self.pixels.shape[:2]
        return np.asarray(cv2.warpPerspective(mask, matrix, (width, height), flags=cv2.INTER_NEAREST), dtype=np.uint8)


def flattened(pixels: Pixels) -> Straight:
    """A photographed sheet of paper cut out and seen from above; any other page as it is."""
    corners = _paper(pixels)
    if corners is None:
        return Straight(pixels, np.eye(3))
    width = round(max(np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[2] - corners[3])))
    height = round(max(np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1])))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), flat)
    return Straight(_warped(pixels, matrix, (width, height)), matrix.astype(np.float64))


def deskewed(page: Straight, ink: Pixels) -> Straight:
    """The page turned by the few degrees that it lies askew.

    Args:
        page: with its text level, or nearly.
        ink: the same page, ink non-zero.
    """
    angle = skew(ink)
    if abs(angle) < _NEGLIGIBLE:
        return page
    height, width = page.pixels.shape[:2]
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0), [0, 0, 1]])
    return Straight(_warped(page.pixels, matrix, (width, height)), matrix @ page.forth)


def turned(page: Straight, degrees: int) -> Straight:
    """The page turned clockwise by a multiple of 90 degrees."""
    if degrees == 0:
        return page
    height, width = page.pixels.shape[:2]
    matrix = {
        90: np.array([[0, -1, height], [1, 0, 0], [0, 0, 1]]),
        180: np.array([[-1, 0, width], [0, -1, height], [0, 0, 1]]),
        270: np.array([[0, 1, 0], [-1, 0, width], [0, 0, 1]]),
    }[degrees].astype(np.float64)
    return Straight(np.ascontiguousarray(np.rot90(page.pixels, -degrees // 90)), matrix @ page.forth)


def _warped(pixels: Pixels, matrix: Matrix, size: tuple[int, int]) -> Pixels:
    return np.asarray(
        cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8
    )


def skew(ink: Pixels) -> float:
    """Degrees by which the page must be turned counter-clockwise to be level.

    The angle at which lines of text and ruling lines stand out most when the ink is summed along them (Postl 1986).
    """
    across, down = _SUMMED * _REDUCED, _REDUCED
    height, width = ink.shape[0] // (2 * down), ink.shape[1] // (2 * across)
    whole = ink[: height * 2 * down, : width * 2 * across]  # a whole number of pixels becomes one, which is fast
    small = cv2.resize(whole, (2 * width, 2 * height), interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA)  # enough to tell which half degree it is
    best = 0.0
    for picture, reach, step in ((coarse, _STEEPEST, 0.5), (small, 0.5, 0.1), (small, 0.1, 0.02)):
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max([float(angle) for angle in angles], key=partial(_relief, picture)))
    return best


def _relief(ink: Pixels, angle: float) -> float:
    """How much the sums along lines of that slope differ from one line to the next. Shearing is enough, and fast.

    Args:
        ink: in which ``_SUMMED`` pixels beside one another are one.
        angle: degrees.
    """
    height, width = ink.shape
    shear = _SUMMED * np.tan(np.radians(angle))
    matrix = np.array([[1, 0, 0], [-shear, 1, shear * width / 2]], dtype=np.float64)
    level = cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=0)
    sums = cv2.reduce(level, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F).ravel()
    return float(np.square(np.diff(sums)).sum())


def _paper(pixels: Pixels) -> Matrix | None:
    """The corners of a bright sheet on a darker ground, clockwise from top left; None where the page fills the picture."""
    shade = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    factor = 600 / max(shade.shape)
    small = cv2.GaussianBlur(cv2.resize(shade, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), (0, 0), 2)
    rim = np.concatenate([small[:3].ravel(), small[-3:].ravel(), small[:, :3].ravel(), small[:, -3:].ravel()])
    threshold, bright = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if float((rim < threshold).mean()) < 0.5:
        return None
    bright = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    outline = cv2.convexHull(max(outlines, key=cv2.contourArea))
    share = cv2.contourArea(outline) / small.size
    corners = cv2.approxPolyDP(outline, 0.02 * cv2.arcLength(outline, closed=True), closed=True).reshape(-1, 2)
    if len(corners) != 4 or not _PAPER[0] <= share <= _PAPER[1]:
        return None
    points = corners.astype(np.float64) / factor
    sums, differences = points.sum(axis=1), points[:, 1] - points[:, 0]
    return np.asarray(points[[sums.argmin(), differences.argmin(), sums.argmax(), differences.argmax()]])
