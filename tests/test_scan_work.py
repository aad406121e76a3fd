"""What makes reading scans cheap must change nothing: low pictures of lines, numbers of two bytes for pieces of ink."""

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

from extract.closer import is_hard, read_lines
from extract.print_ink import LABEL, TEXT, Page, Strip, cell_ink, components
from extract.recogniser import HEIGHT, LOW, Recognition, Symbol, recognise
from tests.typesetter.scans import font_file

LINES = ("（一）本机关主动公开政府信息数", "对外公开渠道：政府网站", "7.其他", "行政复议维持", "总计")


def strip(text: str, em: int = 28) -> Pixels:
    """A line of print as it is cut out of a page."""
    font = ImageFont.truetype(str(font_file("serif")), em)
    image = Image.new("L", (em * (len(text) + 1), round(em * 1.3)), 250)
    ImageDraw.Draw(image).text((em / 2, image.height / 2), text, fill=20, font=font, anchor="lm")
    return np.asarray(image)


@pytest.mark.parametrize("height", [HEIGHT, LOW])
def test_the_network_reads_lines_of_either_height(height: int) -> None:
    assert [found.text for found in recognise([strip(text) for text in LINES], height)] == list(LINES)


def test_a_line_alone_says_what_it_says_among_others() -> None:
    together = recognise([strip(text) for text in LINES], LOW)
    for text, found in zip(LINES, together, strict=True):
        (alone,) = recognise([strip(text)], LOW)
        assert alone.text == found.text
        assert np.allclose(alone.figures, found.figures, atol=1e-4)


def test_low_and_high_lines_come_back_in_their_order() -> None:
    looks = (LABEL, TEXT, LABEL, TEXT, LABEL)
    found = read_lines([Strip(strip(text), look) for text, look in zip(LINES, looks, strict=True)])
    assert [each.text for each in found] == list(LINES)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10), False),
        ((1, 2, 3, 4, 5, 7.9, 8.9, 9.9, 10.9, 11.9), True),  # 信息公开[5555]件: all of a number was lost
        ((1, 2, 3, 4, 5, 6.5, 8.5, 10, 11, 12), False),  # a stop, a space
    ],
)
@pytest.mark.parametrize("look", [LABEL, TEXT])
def test_a_line_with_a_gap_in_it_is_read_again(places: tuple[float, ...], expected: bool, look: object) -> None:
    em, width = 28, 28 * 13
    picture = np.zeros((round(em / 0.74), width), np.uint8)
    symbols = tuple(Symbol("信", 0.99, place * em / width) for place in places)
    assert is_hard(Strip(picture, look), Recognition(symbols, np.zeros((0, 19), np.float32))) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize("share", [0.0, 0.00003, 0.001, 0.03, 0.3])
def test_pieces_of_ink_are_the_same_whatever_their_numbers_take(share: float) -> None:
    """Whether rows without ink are passed over, as with few pieces, or numbers need four bytes, as with many."""
    ink = (np.random.default_rng(3).random((1100, 800)) < share).astype(np.uint8)
    ink = cv2.dilate(ink, np.ones((3, 2), np.uint8)) if share < 0.01 else ink
    numbers, stats = components(ink)
    _, expected, extents, _ = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=cv2.CV_32S)
    assert numbers.dtype == (np.uint16 if share < 0.1 else np.int32)
    assert np.array_equal(stats[1:], extents[1:])
    assert np.array_equal(numbers, expected)


def test_two_lines_of_a_label_that_a_speck_joins_are_two_lines() -> None:
    """Read as one, the head of a column was lost, and 25 cells with it."""
    lines = [strip(text, 28)[4:-3] for text in ("商业企业的", "机构组织等")]
    grey = np.full((120, 220), 250, np.uint8)
    for top, line in zip((20, 54), lines, strict=True):
        grey[top : top + line.shape[0], 20 : 20 + line.shape[1]] = line
    grey[40:66, 8:18] = 20  # the speck
    page = Page(grey, np.zeros_like(grey))
    ink = cell_ink(page, (0, 0, 220, 120), 28)
    assert [line.box[3] - line.box[1] < 1.6 * 28 for line in ink.lines] == [True, True]
