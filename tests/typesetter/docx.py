"""DOCX as Word and WPS write it. The body is written as XML (python-docx is slow at merged cells), the rest by python-docx."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from random import Random
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
import regex
from docx.shared import Pt

from tests.typesetter.model import Paper
from tests.typesetter.plan import Kind, Plan, PlannedCell, plan, stack

_TEXT_WIDTH = 9000
"""Twentieths of a point between the margins."""


@dataclass(frozen=True, slots=True)
class DocxStyle:
    """How the document is made."""

    split_runs: bool = False
    page_split: bool = False
    """The applications table cut into two tables at a page break, the second without a header."""
    repeat_header: bool = False
    """With ``page_split``: the second part begins with the header again."""
    tracked: bool = False
    """Some numbers stand as tracked changes: an old one deleted, the present one inserted."""
    stacked: bool = False
    """Tables 2 and 3 in one table."""
    font: str = "宋体"


class _Hand:
    def __init__(self, style: DocxStyle, rng: Random) -> None:
        self.style = style
        self.rng = rng

    def run(self, text: str, size: int, *, bold: bool = False) -> str:
        """One or, where the style says so, two runs."""
        font = self.style.font
        look = f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/>'
        look += f'{"<w:b/>" if bold else ""}<w:sz w:val="{size * 2}"/></w:rPr>'
        pieces = [text]
        if self.style.split_runs and len(text) > 1 and self.rng.random() < 0.5:
            cut = self.rng.randint(1, len(text) - 1)
            pieces = [text[:cut], text[cut:]]
        return "".join(f'<w:r>{look}<w:t xml:space="preserve">{escape(piece)}</w:t></w:r>' for piece in pieces)

    def value(self, text: str, size: int) -> str:
        """A value, now and then as a tracked replacement."""
        if not (self.style.tracked and text and self.rng.random() < 0.1):
            return self.run(text, size)
        mark = 'w:id="9" w:author="x" w:date="2024-01-01T00:00:00Z"'
        old = f"<w:del {mark}><w:r><w:delText>{self.rng.randint(100, 999)}</w:delText></w:r></w:del>"
        return f"{old}<w:ins {mark}>{self.run(text, size)}</w:ins>"

    def paragraph(self, inner: str, align: str = "left", indent: int = 0) -> str:
        """A paragraph of runs."""
        return f'<w:p><w:pPr><w:spacing w:after="0"/><w:ind w:firstLine="{indent}"/><w:jc w:val="{align}"/></w:pPr>{inner}</w:p>'


def _cell(cell: PlannedCell, width: int, merge: str, hand: _Hand) -> str:
    restart = {"restart": '<w:vMerge w:val="restart"/>', "continue": "<w:vMerge/>"}.get(merge, "")
    span = f'<w:gridSpan w:val="{cell.colspan}"/>' if cell.colspan > 1 else ""
    text = "" if merge == "continue" else cell.text
    inner = hand.value(text, 8) if cell.kind is Kind.VALUE else hand.run(text, 8)
    if cell.mark:
        inner += f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>{escape(cell.mark)}</w:t></w:r>'
    align = "left" if cell.kind is Kind.LABEL and len(cell.text) > 8 else "center"
    nested = _table(cell.inner, hand, range(cell.inner.rows)) + hand.paragraph("") if cell.inner else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{restart}<w:vAlign w:val="center"/></w:tcPr>'
        f"{hand.paragraph(inner if text else '', align)}{nested}</w:tc>"
    )


def _table(table: Plan, hand: _Hand, rows: range) -> str:
    """The rows of that range as a table; a cell that spans out of it is cut."""
    total = sum(table.widths)
    widths = [round(_TEXT_WIDTH * width / total) for width in table.widths]
    grid = table.grid()
    lines = []
    for number in rows:
        cells, column = [], 0
        while column < table.columns:
            cell = grid[number][column]
            first = max(cell.row, rows[0])
            merge = "" if cell.rowspan == 1 else "restart" if number == first else "continue"
            shown = cell if merge != "restart" or cell.row >= rows[0] else PlannedCell(first, cell.column, "", 1, cell.colspan)
            cells.append(_cell(shown, sum(widths[column : column + cell.colspan]), merge, hand))
            column += cell.colspan
        concealed = "<w:trPr><w:hidden/></w:trPr>" if number in table.hidden else ""
        lines.append(f"<w:tr>{concealed}{''.join(cells)}</w:tr>")
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{_TEXT_WIDTH}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>{"".join(lines)}</w:tbl>'
    )


def _tables(table: Plan, hand: _Hand) -> list[str]:
    if not (hand.style.page_split and table.key == "applications"):
        return [_table(table, hand, range(table.rows)), hand.paragraph("")]
    cut = hand.rng.randint(table.header_rows + 2, table.rows - 1)
    while any(c.kind is Kind.VALUE and c.row < cut < c.row + c.rowspan for c in table.cells):
        cut += 1  # half of a merged number would be a blank that nobody can tell from another
    below = _table(table, hand, range(cut, table.rows))
    if hand.style.repeat_header:
        header = _table(table, hand, range(table.header_rows))
        below = header.removesuffix("</w:tbl>") + below[below.index("<w:tr>") :]
    page_break = hand.paragraph('<w:r><w:br w:type="page"/></w:r>')
    return [_table(table, hand, range(cut)), page_break, below, hand.paragraph("")]


def _body(paper: Paper, hand: _Hand) -> list[str]:
    parts = [hand.paragraph(hand.run(line, 18, bold=True), "center") for line in paper.title]
    parts += [hand.paragraph(hand.run(text, 12), "both", 480) for text in paper.preface]
    waiting: Plan | None = None
    for chapter in paper.chapters:
        if waiting is not None and chapter.tables:
            parts += _tables(stack(waiting, chapter.heading, plan(paper, chapter.tables[0])), hand)
            for key in chapter.tables[1:]:
                parts += _tables(plan(paper, key), hand)
            waiting = None
            continue
        parts.append(hand.paragraph(hand.run(chapter.heading, 14, bold=True), "both", 480))
        parts += [hand.paragraph(hand.run(text, 12), "both", 480) for text in chapter.paragraphs]
        if hand.style.stacked and chapter.tables == ("disclosure",):
            waiting = plan(paper, "disclosure")
            continue
        for key in chapter.tables:
            parts += _tables(plan(paper, key), hand)
    return parts


_TITLE, _BODY = "@title@", "@body@"
_PLACE = regex.compile(rf"<w:p>(?:(?!</w:p>).)*{_BODY}.*?</w:p>", regex.S)


@cache
def _package() -> Mapping[str, bytes]:
    """The parts of a file with a running foot, as python-docx writes it; title and body are to be put in."""
    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = datetime(2025, 1, 20, tzinfo=UTC)
    document.core_properties.title = _TITLE
    document.core_properties.author = ""
    section = document.sections[0]
    section.page_width, section.page_height = Pt(595.3), Pt(841.9)
    section.left_margin = section.right_margin = Pt((595.3 - _TEXT_WIDTH / 20) / 2)
    section.top_margin = section.bottom_margin = Pt(70)
    section.footer.paragraphs[0].text = "- 1 -"
    document.add_paragraph(_BODY)
    stream = BytesIO()
    document.save(stream)
    with ZipFile(stream) as package:
        return {name: package.read(name) for name in package.namelist()}


def print_docx(paper: Paper, style: DocxStyle, rng: Random) -> bytes:
    """The paper as a DOCX file with a running foot."""
    body = "".join(_body(paper, _Hand(style, rng)))
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=1) as package:
        for name, part in _package().items():
            match name:
                case "word/document.xml":
                    part = _PLACE.sub(lambda _: body, part.decode(), count=1).encode()  # noqa: PLW2901
                case "docProps/core.xml":
                    part = part.replace(_TITLE.encode(), escape("".join(paper.title)).encode())  # noqa: PLW2901
            package.writestr(ZipInfo(name, (2025, 1, 20, 0, 0, 0)), part, ZIP_DEFLATED, 1)
    return stream.getvalue()
