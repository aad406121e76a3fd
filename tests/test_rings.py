"""Zeros told by their shape alone: no other figure, letter or sign may be taken for one, however it was printed and scanned."""

from __future__ import annotations

import os

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extract.ocr import is_installed
from extract.raster import Pixels

if not is_installed() and not os.environ.get("CI"):
    pytest.skip("character recognition is not installed: pip install nianbao[ocr]", allow_module_level=True)

from extract.print_ink import Page, cell_ink
from extract.recogniser import figures_of
from extract.rings import ZERO, is_ring, is_zero
from tests.typesetter.scans import font_file

OTHERS = "123456789—-/+%.,ODQCGUoaebdpqe@&○〇◯●□口日曰回田中六九八"
SIZES = (15, 19, 24, 33)
FAMILIES = ("serif", "sans")


def printed(text: str, family: str, size: int, *, blur: float = 0, noise: float = 0, cut: int = 0) -> Pixels:
    """A character's darkness, cropped to its ink; ``cut`` pixels of a white line run through its middle."""
    font = ImageFont.truetype(str(font_file(family)), size * 4)
    picture = Image.new("L", (size * 12, size * 12), 0)
    ImageDraw.Draw(picture).text((size * 3, size * 2), text, fill=230, font=font)
    dark = cv2.resize(np.asarray(picture), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(np.float32)
    if blur:
        dark = cv2.GaussianBlur(dark, (0, 0), blur)
    if noise:
        dark += np.random.default_rng(0).normal(0, noise, dark.shape)
    found = np.clip(dark, 0, 250).astype(np.uint8)
    ys, xs = np.nonzero(found > 0.3 * found.max())
    mark = found[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].copy()
    if cut:
        mark[:, mark.shape[1] // 2 : mark.shape[1] // 2 + cut] = 0
    return mark


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", [24, 33, 38])
def test_a_zero_is_mostly_a_ring(family: str, size: int) -> None:
    assert is_ring(printed("0", family, size))
    assert is_ring(printed("0", family, size, blur=0.6, noise=6))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", SIZES)
def test_nothing_else_is(family: str, size: int) -> None:
    taken = [
        (text, blur, noise)
        for text in OTHERS
        for blur, noise in ((0, 0), (0.8, 0), (0.8, 14), (1.4, 6))
        if is_ring(printed(text, family, size, blur=blur, noise=noise))
    ]
    assert taken == []


@pytest.mark.parametrize("size", SIZES)
def test_a_broken_or_a_double_zero_is_none(size: int) -> None:
    assert not is_ring(printed("0", "serif", size, cut=3))
    assert not is_ring(printed("00", "serif", size))
    assert not is_ring(printed("Ø", "serif", size))


def page_with(mark: Pixels, *, stamp: bool = False, beside: bool = False) -> Page:
    shade = np.full((80, 120), 250, np.uint8)
    height, width = mark.shape
    shade[20 : 20 + height, 40 : 40 + width] -= np.minimum(mark, 250)
    if beside:
        shade[20 + height - 4 : 20 + height, 40 + width + 4 : 40 + width + 8] = 20
    stains = np.zeros_like(shade)
    stains[:30] = 255
    page = Page(shade, np.zeros_like(shade), stains if stamp else None)
    page.em = 25.0
    return page


def lone(page: Page) -> bool:
    (line,) = cell_ink(page, (0, 0, 120, 80), page.em).lines
    return is_zero(page, line)


def test_a_zero_is_told_only_where_nothing_else_is() -> None:
    mark = printed("0", "serif", 25)
    assert lone(page_with(mark))
    assert not lone(page_with(mark, stamp=True))  # what a stamp hides may be part of another figure
    assert not lone(page_with(mark, beside=True))  # a decimal point, perhaps
    small = page_with(printed("0", "serif", 12))
    assert not lone(small)  # half as high as the table's type: a degree sign, a footnote


def test_what_a_ring_says() -> None:
    assert ZERO.text == "0"
    assert figures_of(ZERO)[0] == ("0", pytest.approx(0.999))
