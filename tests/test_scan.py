"""Scans read back: what was printed, degraded and read again must be the print, or be doubted.

Whole pages take seconds; each test that reads one says something that only a whole page can show.
"""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from random import Random

import docx
import numpy as np
import pytest
from docx.shared import Cm
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from collect.errors import UnreadableError, UnsupportedError
from extract.apart import hidden_rules
from extract.closer import corrected
from extract.deskew import Straight, deskewed, flattened, skew, turned
from extract.effort import pages_to_recognise
from extract.figures import well_formed
from extract.garbled import is_garbled
from extract.lattice import find_lattices
from extract.model import Document, Grid, Layout, Line
from extract.ocr import is_installed
from extract.orientation import upright
from extract.print_ink import Page, cell_ink, pixels_of
from extract.raster import SCALE, Pixels, pages_of_picture
from extract.read import read
from extract.recogniser import Symbol, figures_of, recognise
from extract.rules import merged_rules
from extract.ruling import find_rules
from extract.scan import cleared, holds_table, read_picture
from extract.seal import grey, without_stains
from extract.sheet import Rule
from nianbao.pipeline import read_reports
from tests.typesetter.compose import random_paper
from tests.typesetter.figures import Shape
from tests.typesetter.pages import FONT, Ink, Sheet, Stroke
from tests.typesetter.readback import differences, false_certainties
from tests.typesetter.scans import ScanStyle, as_pdf, as_pictures, befallen, font_file, print_scan, scanned_pages, set_page

if not is_installed() and not os.environ.get("CI"):
    pytest.skip("character recognition is not installed: pip install nianbao[ocr]", allow_module_level=True)

CLEAN = ScanStyle(skew=0.7, colour="grey")
HEADS = ("项目", "本年件数", "上年件数", "总计")
ROWS = (("规章", "0", "", "17"), ("规范性文件", "/", "—", "3"), ("行政许可", "1", "4068.208", "-25"))


def table(*, outer: bool = True) -> Sheet:
    """A page with a heading and a small ruled table."""
    xs, ys = (60, 200, 300, 400, 520), (200, 224, 248, 272, 296)
    sheet = Sheet(595, 420)
    sheet.inks.append(Ink(150, 120, "青禾市人民政府2023年度报告", 18))
    sheet.inks.append(Ink(60, 160, "全年更新网站栏目，政策文件与解读材料同步发布，方便群众查阅。", 10.5))
    for row, texts in enumerate((HEADS, *ROWS)):
        for column, text in enumerate(texts):
            sheet.inks.append(Ink(xs[column] + 8, ys[row] + 16, text, 10))
    sheet.strokes += [Stroke(xs[0], y, xs[-1], y) for y in ys]
    sheet.strokes += [Stroke(x, ys[0], x, ys[-1]) for x in (xs if outer else xs[1:-1])]
    return sheet


def page(style: ScanStyle, seed: int = 1, **how: bool) -> Pixels:
    return befallen(set_page(table(**how), style, Random(seed)), style, Random(seed), (200, 200, 520, 296))  # type: ignore[arg-type]


def picture(pixels: Pixels, style: ScanStyle = CLEAN) -> bytes:
    return as_pictures([pixels], style)[0]


def texts(grid: Grid) -> list[str]:
    return [cell.text for cell in grid.cells]


def grids(document: Document) -> list[Grid]:
    return [block for block in document.blocks if isinstance(block, Grid)]


# whole documents -----------------------------------------------------------------------------------------------------


def test_a_plain_scan_reads_back_whole() -> None:
    paper = random_paper("2021", Shape("small", "random"), Random(5))
    assert differences(paper, read_reports(print_scan(paper, CLEAN, 5), "scan.pdf")) == []


def test_a_hard_scan_claims_nothing_that_is_not_printed() -> None:
    paper = random_paper("2019", Shape("medium", broken="applications.row_total"), Random(6))
    style = ScanStyle(dpi=150, seal="red", skew=-1.5, noise=10, specks=40, blur=0.4, jpeg=60, colour="colour")
    reports = read_reports(print_scan(paper, style, 6), "scan.pdf")
    assert false_certainties(paper, reports) == []
    read_cells = {cell.key: "".join(cell.printed.split()) for cell in reports[0].cells}
    right = sum(read_cells.get(key) == figure.printed for key, figure in paper.figures.items())
    assert right >= 0.97 * len(paper.figures)
    assert (reports[0].identity.agency, reports[0].identity.year) == (paper.agency, paper.year)


# small pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "style",
    [
        CLEAN,
        ScanStyle(dpi=300, colour="bilevel"),
        ScanStyle(dpi=150, seal="red", jpeg=60, colour="colour", skew=-2.5, noise=6),
        ScanStyle(dpi=150, seal="blue", jpeg=75, colour="colour", skew=2.9),
        ScanStyle(turned=180),
        ScanStyle(turned=90, skew=1.0),
        ScanStyle(photographed=0.03, colour="colour", jpeg=80),
        ScanStyle(faint=0.5, broken=0.4, noise=5),
    ],
    ids=["skewed", "bilevel", "red seal", "blue seal", "upside down", "on its side", "photographed", "faint rules"],
)
def test_cells_are_read_as_printed(style: ScanStyle) -> None:
    document = read_picture(picture(page(style), style))
    (grid,) = grids(document)
    assert grid.layout is Layout.LATTICE
    expected = [text for row in (HEADS, *ROWS) for text in row]
    read_texts = [text.replace("-", "—") if text in {"-", "——"} else text for text in texts(grid)]
    doubted = [cell.confidence < 1 for cell in grid.cells]
    # What is left of a border may stand beside a label as a mark; labels are compared by likeness anyway.
    read_texts = [text.rstrip("：:|") if len(text) > 5 else text for text in read_texts]
    wrong = [(e, t) for e, t, d in zip(expected, read_texts, doubted, strict=True) if e != t.replace("一", "—") and not d]
    assert wrong == []
    assert sum(doubted) <= 4
    title = next(block.text for block in document.blocks if isinstance(block, Line))
    assert title == "青禾市人民政府2023年度报告"


def test_a_table_without_outer_border_is_still_a_table() -> None:
    (grid,) = grids(read_picture(picture(page(CLEAN, outer=False))))
    assert (grid.rows, grid.columns) == (4, 4)


def test_boxes_lie_on_the_page_as_it_was_scanned() -> None:
    style = ScanStyle(skew=2.5)
    document = read_picture(picture(page(style), style))
    cell = next(cell for cell in grids(document)[0].cells if cell.text == "4068.208")
    assert cell.box is not None
    x, y = (cell.box.x0 + cell.box.x1) / 2, (cell.box.top + cell.box.bottom) / 2
    angle = np.radians(2.5)
    dx, dy = 350 - 297.5, 284 - 210  # its middle, seen from the middle of the page
    assert x == pytest.approx(297.5 + dx * np.cos(angle) - dy * np.sin(angle), abs=3)
    assert y == pytest.approx(210 + dx * np.sin(angle) + dy * np.cos(angle), abs=3)


def test_every_page_of_a_tiff_is_read_and_a_pdf_of_the_same_pictures_says_the_same() -> None:
    style = ScanStyle()
    pages = [page(style, 1), page(style, 2)]
    tiff = read(as_pictures(pages, style, "TIFF")[0], "scan.tif")
    pdf = read(as_pdf(pages, style), "scan.pdf")
    assert [p.number for p in tiff.pages] == [p.number for p in pdf.pages] == [1, 2]
    assert [texts(grid) for grid in grids(tiff)] == [texts(grid) for grid in grids(pdf)]


def test_a_picture_of_a_table_in_a_word_file_and_in_a_web_page_is_read() -> None:
    shown = picture(page(ScanStyle()), ScanStyle())
    file, stream = docx.Document(), BytesIO()
    file.add_paragraph("二、主动公开政府信息情况")
    file.add_picture(BytesIO(shown), width=Cm(15))
    file.save(stream)
    source = b"data:image/png;base64," + b64encode(shown)
    web = "<html><body><p>二、主动公开政府信息情况</p><p><img src='".encode() + source + b"'></p></body></html>"
    for content in (stream.getvalue(), web):
        document = read(content)
        (grid,) = grids(document)
        assert [cell.text for cell in grid.cells if cell.row == 1] == list(ROWS[0])
        assert all(cell.box is None for cell in grid.cells)
        assert "picture_read" in {warning.code for warning in document.warnings}


def test_a_picture_of_a_table_on_a_page_of_text_is_read() -> None:
    stream = BytesIO()
    canvas = Canvas(stream, invariant=1)
    canvas.setFont(FONT, 12)
    canvas.drawString(60, 760, "二、主动公开政府信息情况")
    shown = page(ScanStyle())[500:840]  # the table alone
    width, height = shown.shape[1] * 72 / 200, shown.shape[0] * 72 / 200
    canvas.drawImage(ImageReader(Image.fromarray(shown)), 0, 600, width, height)
    canvas.drawString(60, 500, "三、收到和处理政府信息公开申请情况")
    canvas.save()
    first, grid, last = read(stream.getvalue()).blocks
    assert isinstance(first, Line)
    assert isinstance(grid, Grid)
    assert isinstance(last, Line)
    assert [cell.text for cell in grid.cells if cell.row == 1] == list(ROWS[0])
    assert last.text == "三、收到和处理政府信息公开申请情况"


# steps ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("angle", [-3.0, -0.4, 0.0, 1.7, 5.0])
def test_skew_is_measured(angle: float) -> None:
    shade = grey(page(ScanStyle(skew=angle)))[0]
    assert skew(250 - np.minimum(shade, 250)) == pytest.approx(angle, abs=0.06)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_page_is_turned_until_it_can_be_read(degrees: int) -> None:
    shade = grey(page(ScanStyle()))[0]
    lying = turned(Straight(shade, np.eye(3)), degrees)
    assert upright(replace(lying, forth=np.eye(3))).pixels.shape == shade.shape
    assert np.mean(np.abs(upright(lying).pixels.astype(int) - shade)) < 4


def test_a_photographed_sheet_is_cut_out() -> None:
    flat = flattened(page(ScanStyle(photographed=0.04)))
    assert flat.pixels.shape[1] / flat.pixels.shape[0] == pytest.approx(595 / 420, rel=0.05)
    assert np.median(flat.pixels[:20]) > 150


def test_a_stamp_goes_and_the_print_under_it_stays() -> None:
    style = ScanStyle(colour="colour")
    plain, stamped = page(style), page(replace(style, seal="red"))
    shade, mask = grey(stamped)
    assert mask is not None
    ink, left = grey(plain)[0] < 110, shade < 110
    assert (ink & left).sum() > 0.97 * ink.sum()
    assert (left & ~ink).sum() < 0.02 * ink.sum()


@pytest.mark.parametrize("seal", ["red", "blue", "violet"])
def test_under_a_stamp_in_a_coarse_jpeg_print_is_whole_and_the_stamp_gone(seal: str) -> None:
    style = ScanStyle(dpi=150, colour="colour", jpeg=60)
    plain, stamped = (
        next(iter(pages_of_picture(as_pictures([page(replace(style, seal=ink))], style, "JPEG")[0]))).pixels for ink in ("", seal)
    )
    shade, mask = grey(stamped)
    assert mask is not None
    shade = without_stains(shade, mask)
    ink, left = grey(plain)[0] < 110, shade < 110
    assert (ink & left).sum() > 0.95 * ink.sum()
    assert (left & ~ink & (mask > 0)).sum() < 0.03 * ink.sum()


def test_red_letters_are_no_stamp() -> None:
    image = Image.new("RGB", (1654, 1169), "white")
    ImageDraw.Draw(image).rectangle((300, 200, 1300, 260), fill=(205, 20, 30))
    assert grey(np.asarray(image))[1] is None


@pytest.mark.parametrize(
    "style",
    [ScanStyle(), ScanStyle(faint=0.5, broken=0.6, noise=8), ScanStyle(dpi=100), ScanStyle(dpi=150, noise=12, jpeg=60)],
    ids=["clean", "faint and broken", "100 dpi", "noisy"],
)
def test_the_lattice_is_what_was_ruled(style: ScanStyle) -> None:
    (raster,) = pages_of_picture(picture(page(style), style))
    straight = Straight(grey(raster.pixels)[0], np.eye(3))
    dark = np.clip(250 - straight.pixels.astype(int), 0, 255).astype(np.uint8)
    straight = deskewed(straight, dark)
    dark = np.clip(250 - straight.pixels.astype(int), 0, 255).astype(np.uint8)
    (lattice,) = find_lattices(merged_rules(find_rules(dark).rules))
    assert [(cell.row, cell.column, cell.rowspan, cell.colspan) for cell in lattice.cells] == [
        (row, column, 1, 1) for row in range(4) for column in range(4)
    ]


def test_bold_type_between_two_rules_is_no_rule() -> None:
    style = ScanStyle(font="sans")
    sheet = Sheet(595, 300)
    sheet.inks.append(Ink(200, 118, "本年处理决定数量", 9, bold=True))
    sheet.strokes += [Stroke(60, y, 520, y) for y in (90, 106, 122, 138)] + [Stroke(x, 90, x, 138) for x in (60, 180, 520)]
    dark = np.clip(250 - grey(set_page(sheet, style, Random(1)))[0].astype(int), 0, 255).astype(np.uint8)
    rules = merged_rules(find_rules(dark).rules)
    assert sorted(round(rule.at) for rule in rules if rule.horizontal) == [90, 106, 122, 138]
    assert sorted(round(rule.at) for rule in rules if not rule.horizontal) == [60, 180, 520]


def test_a_boundary_that_a_stamp_has_taken_is_drawn_again_where_print_stands_apart() -> None:
    rules = [Rule(True, y, 0, 200) for y in (0, 20, 40, 60, 80)]
    rules += [Rule(False, x, 0, 80) for x in (0, 200)] + [Rule(False, 100, 0, 20), Rule(False, 100, 60, 80)]
    (lattice,) = find_lattices(rules)
    image = Image.new("L", (round(200 * SCALE), round(80 * SCALE)), 250)
    draw = ImageDraw.Draw(image)
    for x, y in ((50, 30), (150, 30), (90, 50), (98, 50), (106, 50)):  # two figures; a heading that runs over the boundary
        draw.rectangle([(x - 3) * SCALE, (y - 4) * SCALE, (x + 3) * SCALE, (y + 4) * SCALE], fill=10)
    shade = np.asarray(image)
    assert hidden_rules(Page(shade, np.zeros_like(shade)), lattice) == [Rule(False, 100, 20, 40)]


def cell_picture(draw: Callable[[ImageDraw.ImageDraw], None]) -> Page:
    image = Image.new("L", (300, 120), 250)
    draw(ImageDraw.Draw(image))
    return Page(np.asarray(image), np.zeros((120, 300), np.uint8))


@pytest.mark.parametrize(
    ("draw", "lines"),
    [
        (lambda _: None, 0),
        (lambda d: d.ellipse((150, 60, 152, 62), fill=20), 0),  # a speck of dust
        (lambda d: d.ellipse((140, 48, 152, 72), outline=20, width=2), 1),  # a lone 0
        (lambda d: d.line((135, 60, 160, 60), fill=20, width=2), 1),  # a dash
        (lambda d: d.line((150, 48, 143, 72), fill=20, width=2), 1),  # a slash
        (lambda d: d.line((30, 10, 30, 100), fill=20, width=2), 0),  # the rest of a border
        (lambda d: d.ellipse((140, 48, 152, 72), outline=190, width=2), 1),  # hardly inked: never a blank
    ],
    ids=["nothing", "dust", "0", "dash", "slash", "border", "faint 0"],
)
def test_a_blank_has_no_ink(draw: Callable[[ImageDraw.ImageDraw], None], lines: int) -> None:
    found = cell_ink(cell_picture(draw), pixels_of((28 / SCALE, 8 / SCALE, 270 / SCALE, 110 / SCALE)))
    assert len(found.lines) == lines


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([("0.", 0.7), ("0", 0.2)], ["0"]),
        ([("0-", 0.7), ("0", 0.2)], ["0"]),
        ([(".854", 0.6), ("854", 0.1), ("1.854", 0.05)], ["854", "1.854"]),
        ([("12.5", 0.9), ("125", 0.1)], ["12.5", "125"]),
        ([("-25", 0.9), ("25", 0.1)], ["-25", "25"]),
        ([("—", 0.9)], ["—"]),
        ([("..", 0.9), (".", 0.1)], ["..", "."]),  # nothing else was seen: it is no number, and that is what it stays
    ],
)
def test_what_nobody_prints_is_not_read(said: list[tuple[str, float]], kept: list[str]) -> None:
    assert [text for text, _ in well_formed(said)] == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("[1.属于国家秘密", "1.属于国家秘密"),
        ("件，", "件"),
        ("“万元", "万元"),
        ("（一）收到申请数", "（一）收到申请数"),
        ("“三公”经费", "“三公”经费"),
        ("【598", "【598"),  # what may be a number keeps what speaks against it
        ("-25", "-25"),
    ],
)
def test_dirt_at_the_ends_of_a_label_is_left_out(text: str, kept: str) -> None:
    assert cleared(text) == kept


def test_what_a_figure_may_say_comes_with_probabilities() -> None:
    font_file()
    sheet = Sheet(120, 40)
    sheet.inks.append(Ink(10, 26, "3607", 18))
    line = np.asarray(Image.fromarray(set_page(sheet, ScanStyle(), Random(0))).convert("L"))[20:90, 10:150]
    (recognition,) = recognise([line])
    readings = figures_of(recognition)
    assert (recognition.text, readings[0][0]) == ("3607", "3607")
    assert readings[0][1] > 0.9
    assert [p for _, p in readings] == sorted((p for _, p in readings), reverse=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023年，青禾市人民政府主动公开政府信息60条，收到申请3607件。" * 5, False),
        ("Annual report on open government information, 2023. " * 5, False),
        ("\ue012\ue3a1\ue001\ue0ff" * 50, True),
        ("Ã¥Â¹Â´Ã¥ÂºÂ¦Ã¦" * 20, True),
        ("龘靐齉爩麤龗灪龖厵滟爨癵籱饢驫鲡鹂鸾麣纞" * 10, True),
        ("\ue012" * 20, False),  # too little to tell
    ],
)
def test_text_that_cannot_have_been_printed_is_garbled(text: str, expected: bool) -> None:
    assert is_garbled(text) is expected


def test_without_recognition_a_picture_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extract.ocr.model_file", lambda: None)
    with pytest.raises(UnsupportedError) as caught:
        read(picture(page(ScanStyle())), "report.png")
    assert caught.value.reason == "needs_ocr"
    assert "nianbao[ocr]" in caught.value.advice


@pytest.mark.parametrize("size", [(1, 188), (188, 1), (3, 9000), (9000, 3), (1, 1)])
@pytest.mark.parametrize("shade", ["black", "white", "grey"])
def test_a_picture_that_is_a_stroke_holds_neither_table_nor_text(size: tuple[int, int], shade: str) -> None:
    content = BytesIO()
    Image.new("RGB", size, shade).save(content, "PNG")
    assert not holds_table(content.getvalue())
    with pytest.raises(UnreadableError, match="holds no text"):
        read_picture(content.getvalue())


def test_reading_text_loads_no_recogniser() -> None:
    program = (
        "import sys; from extract.read import read; read('<html><p>政府信息公开工作年度报告</p></html>'.encode());"
        "import extract.pdf, extract.docx;"
        "print(sorted({'cv2', 'onnx', 'onnxruntime', 'rapidocr'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "[]"


def test_the_same_seed_gives_the_same_scan() -> None:
    paper = random_paper("2021", Shape("small"), Random(1))
    style = ScanStyle(dpi=100, noise=5, specks=10, seal="red", jpeg=70, colour="colour")
    first, second = (scanned_pages(paper, style, 3)[0] for _ in range(2))
    assert np.array_equal(first, second)


def test_numbers_in_running_text_keep_their_like_figures() -> None:
    """Narrowed, as text is read, 10000 loses a 0."""
    sheet = Sheet(595, 300)
    numbers = ("10000", "2000000", "11000", "5555", "300000", "8888888", "60000.00", "1")
    for place, (first, second) in enumerate(zip(numbers[::2], numbers[1::2], strict=True)):
        said = f"全年共主动公开政府信息{first}条，收到依申请公开{second}件，均按期办结。"
        sheet.inks.append(Ink(60, 60 + 30 * place, said, 12))
    style = ScanStyle(dpi=150, skew=0.5, colour="grey", noise=4)
    pixels = befallen(set_page(sheet, style, Random(1)), style, Random(1))
    read_ = "".join(line.text for line in read_picture(as_pictures([pixels], style)[0]).blocks if isinstance(line, Line))
    assert [number for number in numbers if f"{number}条" not in read_ and f"{number}件" not in read_] == []


SEEN = tuple(Symbol(text, 0.9) for text in "信息300008，收")
CLOSER: list[tuple[str, str]] = [
    ("信息300000条，收", "信息300000条，收"),  # a character behind the number was taken for one more figure
    ("信息3000001，收", "信息3000001，收"),
    ("息300000条，", "信息300000条，收"),
    ("信自300000条", "信自300000，收"),  # what stands behind is not met again: the figures count alone
    ("信息条，收", "信息300008，收"),  # nothing to be seen from closer
]


@pytest.mark.parametrize(("closer", "text"), CLOSER)
def test_a_number_and_what_stands_beside_it_are_as_they_look_from_closer(closer: str, text: str) -> None:
    found = corrected(SEEN, 2, 8, [Symbol(each, 0.95) for each in closer])
    assert "".join(symbol.text for symbol in found) == text


def test_a_scan_of_too_many_pages_is_refused_before_it_is_read() -> None:
    stream = BytesIO()
    canvas = Canvas(stream, invariant=1)
    shade = ImageReader(Image.new("L", (60, 80), 200))
    for _ in range(101):
        canvas.drawImage(shade, 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    with pytest.raises(UnsupportedError, match="more than 100 pages") as caught:
        read(stream.getvalue(), "volume.pdf")
    assert caught.value.reason == "too_many_pages"
    assert pages_to_recognise(stream.getvalue()) == 100
    assert pages_to_recognise(as_pictures([page(CLEAN)] * 2, CLEAN, "TIFF")[0]) == 2
    assert [pages_to_recognise(content) for content in (b"", b"%PDF-1.4 cut", b"text", b"\x89PNG\r\n\x1a\n")] == [0] * 4
