"""Cells of PDF tables that show something without text in the page: outlines, pictures, form fields, typed notes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from extract.inline import DRAWN
from extract.model import Document
from extract.pdf import read_pdf, read_pdf_again
from tests.test_pdf import TABLE, TITLE, draw_table, grids, printed, rows, write


def _one_as_outline(canvas: Canvas, x: float, y: float) -> None:
    """A 1 as a font draws it, 6 points high."""
    path = canvas.beginPath()
    for at, point in enumerate(
        [(0.4, 0), (0.4, 0.5), (1.5, 0.5), (1.5, 5.2), (0.3, 4.9), (0.3, 5.5), (1.5, 5.8), (2.2, 5.8), (2.2, 0)]
    ):
        (path.lineTo if at else path.moveTo)(x + point[0], y + point[1])
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def _three_as_outline(canvas: Canvas, x: float, y: float) -> None:
    path = canvas.beginPath()
    path.moveTo(x, y)
    path.curveTo(x + 6, y, x + 6, y + 3, x + 2, y + 4)
    path.curveTo(x + 6, y + 4, x + 6, y + 8, x, y + 8)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def _pictured(canvas: Canvas, x: float, y: float) -> None:
    canvas.drawImage(ImageReader(Image.new("L", (12, 16), 40)), x, y, width=6, height=8)


def _ticked(canvas: Canvas, x: float, y: float) -> None:
    canvas.lines([(x, y + 3, x + 2, y), (x + 2, y, x + 6, y + 8)])


@pytest.mark.parametrize("draw", [_one_as_outline, _three_as_outline, _pictured, _ticked])
@pytest.mark.parametrize("read", [read_pdf, read_pdf_again])
def test_a_cell_that_shows_a_drawing_is_no_blank(
    draw: Callable[[Canvas, float, float], None], read: Callable[[bytes], Document]
) -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, 60, 780, TITLE, 16)
        draw_table(
            canvas, [["项目", "甲", "乙", "总计"], ["（一）予以公开", "", "", "3"], ["（二）不予公开", "10", "", "210"]], 60, 720
        )
        draw(canvas, 172, 684)
        canvas.roundRect(300, 600, 200, 30, 5)  # a drawing outside any table

    (grid,) = grids(read(printed(page)))
    assert rows(grid) == [["项目", "甲", "乙", "总计"], ["（一）予以公开", DRAWN, "", "3"], ["（二）不予公开", "10", "", "210"]]


def _field(canvas: Canvas, x: float, y: float) -> None:
    canvas.acroForm.textfield(value="12", x=x, y=y, width=30, height=12, fontSize=8, borderWidth=0, forceBorder=False)


def _empty_field(canvas: Canvas, x: float, y: float) -> None:
    canvas.acroForm.textfield(value="", x=x, y=y, width=30, height=12, fontSize=8, borderWidth=0, forceBorder=False)


def _note(canvas: Canvas, x: float, y: float) -> None:
    canvas.freeTextAnnotation("12", DA="/Helv 8 Tf", Rect=(x, y, x + 30, y + 12), addtopage=1)


@pytest.mark.parametrize(("draw", "possible"), [(_field, {"12", DRAWN}), (_note, {"12", DRAWN}), (_empty_field, {"", DRAWN})])
@pytest.mark.parametrize("read", [read_pdf, read_pdf_again])
def test_what_is_typed_onto_a_page_is_no_blank(
    draw: Callable[[Canvas, float, float], None], possible: set[str], read: Callable[[bytes], Document]
) -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, 60, 780, TITLE, 16)
        draw_table(canvas, [TABLE[0], ["（一）予以公开", "", "", "3"], TABLE[2]], 60, 720)
        draw(canvas, 165, 682)

    (grid,) = grids(read(printed(page)))
    first, second, last = rows(grid)
    assert (first, second[0], second[2:], last) == (TABLE[0], "（一）予以公开", ["", "3"], TABLE[2])
    assert second[1] in possible
