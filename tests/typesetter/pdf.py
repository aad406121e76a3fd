"""PDF: the sheets of the press put into a file, rotated, shuffled or side by side as real files are. No font is embedded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from random import Random

from reportlab.pdfgen.canvas import Canvas

from tests.typesetter.font import UNEMBEDDED
from tests.typesetter.model import Paper
from tests.typesetter.pages import FONT, Fill, Ink, Press, Sheet, Stroke, TableStyle, tall_rows
from tests.typesetter.plan import Plan, plan, stack

A4 = (595.3, 841.9)
LANDSCAPE = (841.9, 595.3)
HALF = (420.9, 595.3)
"""Half of a landscape page, for two years side by side."""


@dataclass(frozen=True, slots=True)
class PdfStyle:
    """How the file is made."""

    table: TableStyle = field(default_factory=TableStyle)
    size: tuple[float, float] = A4
    margin: float = 50
    rotation: int = 0
    """Degrees by which the content is turned in the file; ``/Rotate`` turns it back unless ``sideways``."""
    sideways: bool = False
    order: str = "rows"
    """Order of text in the content stream: ``rows``, ``columns`` or ``shuffled``."""
    rules_as_boxes: bool = False
    """Lines drawn as thin filled rectangles, as Word and Chromium do."""
    fake_bold: bool = False
    """Headings and header cells printed twice, a hair apart."""
    within_form: bool = False
    """The page's content stands in a form XObject that is half as large and painted at twice its size."""
    stacked: bool = False
    """Tables 2 and 3 in one table."""
    embedded: bool = True
    """Whether the file holds its font."""
    cut: bool = False
    """A page ends inside a row of the applications table."""


def _table(table: Plan, press: Press, style: PdfStyle, rng: Random) -> None:
    cut_at = None
    if style.cut and "applications" in table.key:
        cut_at = rng.choice([*tall_rows(table, style.table, style.size[0], style.margin), None])
    press.table(table, cut_at)


def typeset(paper: Paper, style: PdfStyle, rng: Random) -> list[Sheet]:
    """The paper's pages."""
    press = Press(*style.size, style.table, style.margin)
    for line in paper.title:
        press.paragraph(line, 18, bold=True, centred=True)
    for text in paper.preface:
        press.paragraph(text)
    waiting: Plan | None = None
    for chapter in paper.chapters:
        if waiting is not None and chapter.tables:
            _table(stack(waiting, chapter.heading, plan(paper, chapter.tables[0])), press, style, rng)
            for key in chapter.tables[1:]:
                _table(plan(paper, key), press, style, rng)
            waiting = None
            continue
        press.paragraph(chapter.heading, 13, bold=True)
        for text in chapter.paragraphs:
            press.paragraph(text)
        if style.stacked and chapter.tables == ("disclosure",):
            waiting = plan(paper, "disclosure")
            continue
        for key in chapter.tables:
            _table(plan(paper, key), press, style, rng)
    return press.sheets


def beside(left: Sequence[Sheet], right: Sequence[Sheet]) -> list[Sheet]:
    """Two documents' pages on the left and right halves of wider sheets."""
    sheets = []
    for index in range(max(len(left), len(right))):
        halves = [pages[index] if index < len(pages) else None for pages in (left, right)]
        width = left[0].width
        sheet = Sheet(width * 2, left[0].height)
        for offset, half in zip((0.0, width), halves, strict=True):
            if half is None:
                continue
            sheet.inks += [replace(ink, x=ink.x + offset) for ink in half.inks]
            sheet.strokes += [replace(s, x0=s.x0 + offset, x1=s.x1 + offset) for s in half.strokes]
            sheet.fills += [replace(f, x0=f.x0 + offset, x1=f.x1 + offset) for f in half.fills]
        sheets.append(sheet)
    return sheets


def _ordered(inks: Sequence[Ink], order: str, rng: Random) -> list[Ink]:
    match order:
        case "columns":
            return sorted(inks, key=lambda ink: (round(ink.x / 20), ink.y))
        case "shuffled":
            return rng.sample(list(inks), len(inks))
        case _:
            return list(inks)


def _turn(canvas: Canvas, sheet: Sheet, style: PdfStyle) -> None:
    """Map the sheet's coordinates (origin top left, y down) onto the page as it lies in the file."""
    width, height = sheet.width, sheet.height
    upright = (width, height)
    # reportlab itself exchanges the sides of a page that /Rotate turns by a quarter.
    lying = (height, width) if style.sideways else upright
    match style.rotation:
        case 90:
            canvas.setPageSize(lying)
            canvas.transform(0, 1, -1, 0, height, 0)
        case 180:
            canvas.setPageSize(upright)
            canvas.transform(-1, 0, 0, -1, width, height)
        case 270:
            canvas.setPageSize(lying)
            canvas.transform(0, -1, 1, 0, 0, width)
        case _:
            canvas.setPageSize(upright)
    if style.rotation and not style.sideways:
        canvas.setPageRotation(style.rotation)


def _stroke(canvas: Canvas, stroke: Stroke, height: float, *, box: bool) -> None:
    if not box:
        canvas.line(stroke.x0, height - stroke.y0, stroke.x1, height - stroke.y1)
        return
    x0, x1 = sorted((stroke.x0, stroke.x1))
    y0, y1 = sorted((height - stroke.y0, height - stroke.y1))
    canvas.rect(x0 - 0.24, y0 - 0.24, x1 - x0 + 0.48, y1 - y0 + 0.48, stroke=0, fill=1)


def _fill(canvas: Canvas, fill: Fill, height: float) -> None:
    canvas.setFillColorRGB(*fill.colour)
    canvas.rect(fill.x0, height - fill.y1, fill.x1 - fill.x0, fill.y1 - fill.y0, stroke=0, fill=1)


def _print(canvas: Canvas, sheet: Sheet, style: PdfStyle, rng: Random) -> None:
    for fill in sheet.fills:
        _fill(canvas, fill, sheet.height)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setLineWidth(0.5)
    for stroke in sheet.strokes:
        _stroke(canvas, stroke, sheet.height, box=style.rules_as_boxes)
    for ink in _ordered(sheet.inks, style.order, rng):
        canvas.setFont(FONT if style.embedded else UNEMBEDDED, ink.size)
        for shift in (0, 0.3) if style.fake_bold and ink.bold else (0,):
            canvas.drawString(ink.x + shift, sheet.height - ink.y, ink.text)


def press_pdf(sheets: Sequence[Sheet], style: PdfStyle, rng: Random, title: str = "") -> bytes:
    """The sheets as a PDF file. The same sheets give the same bytes."""
    stream = BytesIO()
    canvas = Canvas(stream, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    for number, sheet in enumerate(sheets):
        if style.within_form:
            canvas.beginForm(f"page{number}", 0, 0, sheet.width, sheet.height)
            canvas.scale(0.5, 0.5)
            _print(canvas, sheet, style, rng)
            canvas.endForm()
            _turn(canvas, sheet, style)
            canvas.scale(2, 2)
            canvas.doForm(f"page{number}")
        else:
            _turn(canvas, sheet, style)
            _print(canvas, sheet, style, rng)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def print_pdf(paper: Paper, style: PdfStyle, rng: Random) -> bytes:
    """The paper as a PDF file."""
    return press_pdf(typeset(paper, style, rng), style, rng, title="".join(paper.title))


def print_two_years(earlier: Paper, later: Paper, style: PdfStyle, rng: Random) -> bytes:
    """Two papers side by side on landscape pages."""
    half = replace(style, size=HALF, margin=28)
    return press_pdf(beside(typeset(earlier, half, rng), typeset(later, half, rng)), style, rng)
