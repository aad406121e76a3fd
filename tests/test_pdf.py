"""PDF files, drawn here, become documents."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from io import BytesIO

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from collect.errors import EncryptedError, NianbaoError, UnreadableError, UnsupportedError
from extract.model import Document, Grid, Layout, Line, LineRole
from extract.ocr import is_installed
from extract.pdf import read_pdf
from tests.typesetter.font import EMBEDDED as FONT
from tests.typesetter.font import register

A4 = (595.0, 842.0)
TABLE = [["项目", "甲", "乙", "总计"], ["（一）予以公开", "1", "2", "3"], ["（二）不予公开", "10", "200", "210"]]
TITLE = "某局2023年政府信息公开工作年度报告"
PROSE = "本年度收到申请3607件，均已答复。"


register()


def printed(*pages: Callable[[Canvas], None], size: tuple[float, float] = A4, **options: object) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, pagesize=size, **options)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def write(canvas: Canvas, x: float, y: float, text: str, size: float = 10) -> None:
    canvas.setFont(FONT, size)
    canvas.drawString(x, y, text)


def draw_table(
    canvas: Canvas,
    rows: Sequence[Sequence[str]],
    x: float,
    y: float,
    widths: Sequence[float] = (100, 40, 40, 40),
    *,
    height: float = 20,
    rules: bool = True,
) -> None:
    """``\\n`` in a text breaks the line; y is the upper edge, upwards from the bottom of the page."""
    xs = [x + sum(widths[:i]) for i in range(len(widths) + 1)]
    ys = [y - height * i for i in range(len(rows) + 1)]
    if rules:
        for at in ys:
            canvas.line(xs[0], at, xs[-1], at)
        for at in xs:
            canvas.line(at, ys[0], at, ys[-1])
    canvas.setFont(FONT, 9)
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            lines = text.split("\n")
            for i, line in enumerate(lines):
                middle = (ys[r] + ys[r + 1]) / 2 + 10 * (len(lines) - 1) / 2 - 10 * i
                canvas.drawCentredString((xs[c] + xs[c + 1]) / 2, middle - 3, line)


def report(canvas: Canvas, top: float = 780, x: float = 60, title: str = TITLE) -> None:
    write(canvas, x, top, title, 16)
    write(canvas, x, top - 40, PROSE)
    draw_table(canvas, TABLE, x, top - 60)
    write(canvas, x, top - 150, "二、存在的主要问题")


def grids(document: Document) -> list[Grid]:
    return [b for b in document.blocks if isinstance(b, Grid)]


def rows(grid: Grid) -> list[list[str]]:
    return [[c.text for c in grid.cells if c.row == row] for row in range(grid.rows)]


def lines(document: Document) -> list[str]:
    return [b.text for b in document.blocks if isinstance(b, Line) and b.role is LineRole.BODY]


def test_a_report_in_reading_order() -> None:
    document = read_pdf(printed(report))
    assert lines(document) == [TITLE, PROSE, "二、存在的主要问题"]
    assert [type(b) for b in document.blocks] == [Line, Line, Grid, Line]
    assert rows(grids(document)[0]) == TABLE
    assert grids(document)[0].layout is Layout.LATTICE
    assert [(p.number, p.width, p.height) for p in document.pages] == [(1, 595, 842)]
    assert document.warnings == ()


def test_what_the_file_says_about_itself() -> None:
    def named(canvas: Canvas) -> None:
        canvas.setTitle("年度报告")
        canvas.setAuthor("某局")
        report(canvas)

    document = read_pdf(printed(named))
    facts = {m.name: m.value for m in document.metadata}
    assert (facts["title"], facts["author"]) == ("年度报告", "某局")
    assert len(facts["created"]) == 10
    assert "ReportLab" in document.producer


def turned(degrees: int) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        canvas.translate(*{90: (595, 0), 180: (595, 842), 270: (0, 842)}[degrees])
        canvas.rotate(degrees)
        report(canvas, top=780 if degrees == 180 else 520)

    return draw


def rotated(degrees: int) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(degrees)
        report(canvas, top=780 if degrees == 180 else 520)

    return draw


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("how", [turned, rotated])
def test_turned_pages_read_like_upright_ones(how: Callable[[int], Callable[[Canvas], None]], degrees: int) -> None:
    document = read_pdf(printed(how(degrees)))
    assert lines(document) == [TITLE, PROSE, "二、存在的主要问题"]
    assert rows(grids(document)[0]) == TABLE
    page = document.pages[0]
    for cell in grids(document)[0].cells:
        assert cell.box is not None
        assert 0 <= cell.box.x0 < cell.box.x1 <= page.width
        assert 0 <= cell.box.top < cell.box.bottom <= page.height


def test_the_crop_box_is_the_page() -> None:
    def cropped(canvas: Canvas) -> None:
        canvas.setCropBox((50, 100, 545, 800))
        report(canvas)

    document = read_pdf(printed(cropped))
    box = grids(document)[0].box
    assert (document.pages[0].width, document.pages[0].height) == (495, 700)
    assert box is not None
    assert (box.x0, box.top) == (10, 80)


HEADER = ["第二十条第（一）\n项规范性文件制", "甲", "乙", "丙"]


@pytest.mark.parametrize(
    ("printed_row", "expected", "confidence"),
    [
        (["一", "12345\n67", "3", "0"], ["一", "1234567", "3", "0"], 1.0),
        (["一", "12345\n67", "12345\n8", "54321\n02"], ["一", "1234567", "123458", "5432102"], 1.0),
        (["一", "12345\n67\n", "1\n2", "7"], ["一", "1234567", "1\n2", "7"], 1.0),  # there was room for the 2
        (["一", "0\n5", "3", "0"], ["一", "0\n5", "3", "0"], 1.0),  # no number begins with 0
        (["一", "12345\n67", "0\n0", "0\n0"], ["一", "1234567", "0\n0", "0\n0"], 0.5),  # so the first may be two as well
        (["一", "/\n/", "3", "0"], ["一", "/\n/", "3", "0"], 1.0),
        (["规\n章", "22\n（其中修\n订16件）", "3", "0"], ["规章", "22（其中修订16件）", "3", "0"], 1.0),
    ],
)
def test_a_number_is_joined_only_where_its_cell_was_full(printed_row: list[str], expected: list[str], confidence: float) -> None:
    content = printed(lambda canvas: draw_table(canvas, [HEADER, printed_row], 60, 700, (76, 28, 28, 28), height=40))
    (grid,) = grids(read_pdf(content))
    assert rows(grid) == [["第二十条第（一）项规范性文件制", "甲", "乙", "丙"], expected]
    assert min(c.confidence for c in grid.cells) == confidence


def test_rows_that_no_rule_parts_are_parted_where_values_stand_above_one_another() -> None:
    def draw(canvas: Canvas) -> None:
        draw_table(canvas, [["项目", "甲", "乙", "丙"]], 60, 700)
        draw_table(canvas, [["一\n二", "1\n4", "2\n5", "0\n0"]], 60, 680, height=40)

    (grid,) = grids(read_pdf(printed(draw)))
    assert rows(grid) == [["项目", "甲", "乙", "丙"], ["一", "1", "2", "0"], ["二", "4", "5", "0"]]
    assert grid.layout is Layout.ALIGNED
    assert all(c.confidence < 1 for c in grid.cells if c.row)


def test_a_number_wider_than_its_cell_stays_whole_and_is_doubted() -> None:
    def draw(canvas: Canvas) -> None:
        draw_table(canvas, [["甲", "1", "2", "3"], ["乙", "1234567", "", "8"]], 60, 700, (100, 20, 20, 20))

    document = read_pdf(printed(draw))
    cell = next(c for c in grids(document)[0].cells if c.text == "1234567")
    assert (cell.column, cell.confidence) == (1, 0.5)
    assert [w.code for w in document.warnings] == ["doubtful_cells"]


def fake_bold(canvas: Canvas) -> None:
    report(canvas)
    for shift in (0.2, 0.4):
        draw_table(canvas, TABLE, 60 + shift, 720, rules=False)


def invisible(canvas: Canvas) -> None:
    report(canvas)
    canvas.setFillColorRGB(1, 1, 1)
    write(canvas, 165, 687, "9")
    text = canvas.beginText(210, 687)
    text.setTextRenderMode(3)
    text.setFont(FONT, 9)
    text.textOut("7")
    canvas.drawText(text)


def patched(canvas: Canvas) -> None:
    write(canvas, 173, 687, "99999", 9)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(165, 682, 34, 16, stroke=0, fill=1)
    canvas.setFillColorRGB(0, 0, 0)
    report(canvas)


def watermarked(canvas: Canvas) -> None:
    report(canvas)
    canvas.saveState()
    canvas.translate(100, 600)
    canvas.rotate(45)
    write(canvas, 0, 0, "内部资料2023", 40)
    canvas.restoreState()


def white_on_colour(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.2, 0.3, 0.6)
    canvas.rect(60, 700, 220, 20, stroke=0, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    draw_table(canvas, TABLE[:1], 60, 720, rules=False)
    canvas.setFillColorRGB(0, 0, 0)
    write(canvas, 60, 780, TITLE, 16)
    write(canvas, 60, 740, PROSE)
    draw_table(canvas, [[""] * 4, *TABLE[1:]], 60, 720)
    write(canvas, 60, 630, "二、存在的主要问题")


@pytest.mark.parametrize(
    ("draw", "warnings"),
    [
        (fake_bold, []),
        (invisible, ["hidden_text"]),
        (patched, ["hidden_text"]),
        (watermarked, ["hidden_text"]),
        (white_on_colour, []),
    ],
)
def test_only_what_can_be_seen_is_read(draw: Callable[[Canvas], None], warnings: list[str]) -> None:
    document = read_pdf(printed(draw))
    assert lines(document) == [TITLE, PROSE, "二、存在的主要问题"]
    assert rows(grids(document)[0]) == TABLE
    assert [w.code for w in document.warnings] == warnings


def coloured(gap: float, every: int) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(0.8, 0.87, 0.95)
        for r in range(0, len(TABLE), every):
            for x, width in ((60, 100), (160, 40), (200, 40), (240, 40)):
                canvas.rect(x + gap / 2, 700 - 20 * r + gap / 2, width - gap, 20 - gap, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        draw_table(canvas, TABLE, 60, 720, rules=False)

    return draw


@pytest.mark.parametrize(("gap", "every", "layout"), [(0, 1, "lattice"), (2, 1, "lattice"), (0, 2, "aligned")])
def test_colours_instead_of_rules(gap: float, every: int, layout: str) -> None:
    (grid,) = grids(read_pdf(printed(coloured(gap, every))))
    assert rows(grid) == TABLE
    assert grid.layout == layout


def test_text_painted_in_any_order_is_read_from_left_to_right() -> None:
    def draw(canvas: Canvas) -> None:
        draw_table(canvas, [["", "", ""], ["", "", ""]], 60, 700, (60, 60, 60))
        for x, text in ((185, "3"), (82, "某"), (125, "乙"), (72, "甲"), (135, "丙")):
            write(canvas, x, 665, text)

    (grid,) = grids(read_pdf(printed(draw)))
    assert rows(grid)[1] == ["甲某", "乙丙", "3"]


def test_every_page_of_a_table_is_read_and_page_numbers_are_not_part_of_it() -> None:
    def first(canvas: Canvas) -> None:
        report(canvas, top=250)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.rect(50, 85, 300, 30, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        write(canvas, 280, 30, "- 1 -")

    def second(canvas: Canvas) -> None:
        draw_table(canvas, [["（三）无法提供", "5", "6", "11"]], 60, 780)
        write(canvas, 280, 30, "- 2 -")

    document = read_pdf(printed(first, second))
    (grid,) = grids(document)
    assert rows(grid) == [*TABLE, ["（三）无法提供", "5", "6", "11"]]
    assert grid.breaks == (3,)
    assert [c.box.page for c in grid.cells if c.box] == [1] * 12 + [2] * 4


def scan(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.new("L", (30, 40), 128)), 0, 0, 595, 842)


def blank(canvas: Canvas) -> None:
    canvas.setLineWidth(1)


WHOLE = printed(report)
LOCKED = StandardEncryption("secret", "owner", strength=128)
UNLOCKED = StandardEncryption("", "owner", strength=128)


def test_a_file_locked_only_against_editing_opens() -> None:
    content = printed(lambda canvas: canvas.drawString(60, 700, "Annual report 2023"), encrypt=UNLOCKED)
    assert lines(read_pdf(content)) == ["Annual report 2023"]


def test_a_scanned_page_among_others_is_named() -> None:
    document = read_pdf(printed(report, scan))
    assert [(w.code, w.page) for w in document.warnings] == [("recognised_page" if is_installed() else "scanned_page", 2)]


def test_what_a_server_appended_does_not_matter() -> None:
    assert rows(grids(read_pdf(WHOLE + b"\n<html>an object</html>"))[0]) == TABLE


@pytest.mark.parametrize(
    ("content", "error", "reason"),
    [
        (b"", UnreadableError, "unreadable"),
        (b"%PDF-1.4 " + bytes(range(256)) * 50, UnreadableError, "unreadable"),
        (WHOLE[: len(WHOLE) // 2], UnreadableError, "unreadable"),
        (WHOLE[:-4], UnreadableError, "unreadable"),
        (printed(report, encrypt=LOCKED), EncryptedError, "encrypted"),
        (printed(*[blank] * 400), UnreadableError, "unreadable"),
        (printed(*[blank] * 501), UnreadableError, "unreadable"),
        (printed(*[report] * 1, *[blank] * 500), UnsupportedError, "too_many_pages"),
    ],
    ids=["nothing", "noise", "half", "no end mark", "password", "400 empty", "501 empty", "501 pages"],
)
def test_what_cannot_be_read_says_why(content: bytes, error: type[NianbaoError], reason: str) -> None:
    with pytest.raises(error) as caught:
        read_pdf(content)
    assert caught.value.reason == reason


def test_a_scan_is_refused_where_nothing_can_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extract.pdf.is_installed", lambda: False)
    with pytest.raises(UnsupportedError) as caught:
        read_pdf(printed(scan))
    assert caught.value.reason == "needs_ocr"
    assert "nianbao[ocr]" in caught.value.advice


def handmade(*objects: bytes) -> bytes:
    """A PDF file of the given objects; the first is the catalogue."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return out + head + table + b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))


def test_a_text_layer_without_meaning_is_refused_where_nothing_can_read_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"BT /F 12 Tf 60 700 Td (" + b"ABCDEFGH" * 10 + b") Tj ET"
    system = b"<</Registry (Adobe) /Ordering (Identity) /Supplement 0>>"
    descendant = b"<</Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo %s>>" % system
    content = handmade(
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(text), text),
        b"<</Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [%s]>>" % descendant,
    )
    monkeypatch.setattr("extract.pdf.is_installed", lambda: False)
    with pytest.raises(UnsupportedError) as caught:
        read_pdf(content)
    assert caught.value.reason == "unusable_text_layer"
    assert "nianbao[ocr]" in caught.value.advice


def test_nobody_elses_logging_is_touched() -> None:
    logger = logging.getLogger("pdfminer")
    before = logger.level
    read_pdf(WHOLE)
    assert logger.level == before
    assert math.isfinite(logging.getLogger().level)
