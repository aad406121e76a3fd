"""Two libraries read the same pages: they agree, and where the first one cannot be relied on the second one is asked."""

from __future__ import annotations

from io import BytesIO
from random import Random

import pytest
from hypothesis import given
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from collect.errors import UnreadableError
from extract import ink_pdfium
from extract.ink import LossyError
from extract.model import Document, Grid, Line
from extract.pdf import _read, read_pdf, read_pdf_again
from tests.strategies import Order, examples, orders, seeds
from tests.test_pdf import TABLE, draw_table, grids, lines, printed, report, rows, write
from tests.test_roundtrip import PAGES, Printer
from tests.typesetter.font import UNEMBEDDED

EMBEDDED = {name: printer for name, printer in PAGES.items() if name != "font not embedded"}


def texts(document: Document) -> list[object]:
    """What a document says, and how its tables are built, without coordinates."""
    return [
        block.text
        if isinstance(block, Line)
        else [(c.row, c.column, c.rowspan, c.colspan, c.text, c.confidence, c.runs_on) for c in block.cells]
        for block in document.blocks
    ]


def furthest(first: Document, second: Document) -> float:
    """Points between the edges of the same cell in two readings, at most."""
    cells = [[c for b in d.blocks if isinstance(b, Grid) for c in b.cells] for d in (first, second)]
    distances = (
        abs(getattr(a.box, edge) - getattr(b.box, edge))
        for a, b in zip(*cells, strict=True)
        for edge in ("x0", "top", "x1", "bottom")
        if a.box is not None and b.box is not None
    )
    return max(distances, default=0.0)


@pytest.mark.parametrize("printer", EMBEDDED.values(), ids=EMBEDDED)
@examples(3)
@given(order=orders(), seed=seeds)
def test_both_readers_agree_on_every_grid_and_line(printer: Printer, order: Order, seed: int) -> None:
    content = printer(order.paper(), Random(seed))
    first, second = _read(content, ink_pdfium.opened), read_pdf_again(content)
    assert texts(first) == texts(second)
    assert furthest(first, second) < 1  # pdfium's boxes of strokes include their thickness
    assert (first.pages, first.metadata, first.producer, first.warnings) == (
        second.pages,
        second.metadata,
        second.producer,
        second.warnings,
    )


def lone_characters(canvas: Canvas) -> None:
    canvas.setFont(UNEMBEDDED, 9)
    draw_table(canvas, [["项目", "甲"], ["公开", "1"]], 60, 700, (100, 40))
    canvas.setFont(UNEMBEDDED, 9)
    canvas.drawString(60, 600, "丙")


def test_what_pdfium_leaves_out_is_noticed_and_read_by_the_second_reader() -> None:
    content = printed(lone_characters)
    with pytest.raises(LossyError):
        _read(content, ink_pdfium.opened)
    document = read_pdf(content)
    assert lines(document) == ["丙"]
    assert [w.code for w in document.warnings] == ["second_reading"]


def spaced(canvas: Canvas) -> None:
    """A space of its own between two numbers, as browsers print it: a text object without extent."""
    write(canvas, 60, 700, "12")
    canvas.drawString(71, 700, " ")
    canvas.drawString(74, 700, "34")


def test_a_space_printed_by_itself_keeps_two_numbers_apart() -> None:
    assert lines(_read(printed(spaced), ink_pdfium.opened)) == ["12 34"]


def one_path(canvas: Canvas) -> None:
    """All rules of a table in one path of many rectangles, as some programs fill them."""
    draw_table(canvas, TABLE, 60, 700, rules=False)
    path = canvas.beginPath()
    for at in (700, 680, 660, 640):
        path.rect(60, at - 0.25, 220, 0.5)
    for at in (60, 160, 200, 240, 280):
        path.rect(at - 0.25, 640, 0.5, 60)
    canvas.drawPath(path, stroke=0, fill=1)


def test_rules_drawn_as_one_path_are_rules() -> None:
    assert rows(grids(_read(printed(one_path), ink_pdfium.opened))[0]) == TABLE


def thick_and_curved(canvas: Canvas) -> None:
    canvas.setLineWidth(4)
    draw_table(canvas, TABLE, 60, 700)
    canvas.setLineWidth(1)
    canvas.circle(300, 500, 60)
    canvas.roundRect(100, 300, 200, 80, 10)
    clip = canvas.beginPath()
    clip.circle(300, 500, 60)
    canvas.clipPath(clip, stroke=0, fill=0)


def test_thick_rules_are_rules_and_curves_are_none() -> None:
    document = _read(printed(thick_and_curved), ink_pdfium.opened)
    assert [rows(grid) for grid in grids(document)] == [TABLE]


def transparent(canvas: Canvas) -> None:
    report(canvas)
    canvas.setFillAlpha(0)
    write(canvas, 165, 687, "9")


def test_transparent_text_is_not_printed() -> None:
    document = _read(printed(transparent), ink_pdfium.opened)
    assert rows(grids(document)[0]) == TABLE
    assert [w.code for w in document.warnings] == ["hidden_text"]


def pictured(canvas: Canvas) -> None:
    from PIL import Image  # noqa: PLC0415 - only here

    report(canvas)
    stream = BytesIO()
    Image.new("RGB", (60, 40), (200, 30, 30)).save(stream, "PNG")
    canvas.drawImage(ImageReader(BytesIO(stream.getvalue())), 0, 0, 595, 200)


def test_pictures_are_measured_alike() -> None:
    content = printed(pictured)
    first, second = [], []
    from extract.ink_pdfplumber import opened  # noqa: PLC0415 - its library is slow to load

    with ink_pdfium.opened(content) as pages:
        first = [round(sheet.pictured, 3) for sheet in pages.sheets()]
    with opened(content) as pages:
        second = [round(sheet.pictured, 3) for sheet in pages.sheets()]
    assert first == second == [round(200 / 842, 3)]


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param("1 0 obj 1 0 R endobj", id="the catalog is itself"),
        pytest.param(
            "1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj 2 0 obj 3 0 R endobj 3 0 obj 2 0 R endobj", id="pages in a ring"
        ),
        pytest.param(
            "1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj 2 0 obj <</Type/Pages/Kids[3 0 R]>> endobj 3 0 obj 3 0 R endobj",
            id="a page that is itself",
        ),
    ],
)
def test_references_that_lead_back_to_themselves_are_not_followed_for_ever(objects: str) -> None:
    content = f"%PDF-1.4\n{objects}\ntrailer <</Root 1 0 R/Size 4>>\n%%EOF\n"
    for read in (read_pdf, read_pdf_again):
        with pytest.raises(UnreadableError):
            read(content.encode())
