"""Inputs to begin with: small reports from the typesetter in every format, and the fixtures."""

from __future__ import annotations

import base64
import io
import quopri
import sys
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from benchmarks.fuzz.mutators import rezipped, unzipped
from benchmarks.fuzz.target import ROOT

sys.path.insert(0, str(ROOT))

from tests.typesetter.compose import random_paper
from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.figures import BLANKS, Shape
from tests.typesetter.html import HtmlStyle, print_html
from tests.typesetter.model import Paper
from tests.typesetter.ofd import OfdStyle, print_ofd
from tests.typesetter.pages import TableStyle
from tests.typesetter.pdf import PdfStyle, print_pdf
from tests.typesetter.plan import plan
from tests.typesetter.text import TextStyle, print_text
from tests.typesetter.xlsx import XlsxStyle, print_xlsx

FIXTURES = ROOT / "fixtures"


def papers() -> Iterator[Paper]:
    """Whole reports, and each table of each form by itself."""
    for form in ("2021", "2019", "2014"):
        whole = random_paper(form, Shape("small", BLANKS[3]), Random(form), prose=1)
        if form != "2019":  # as large as that of 2021, and as slow to read
            yield whole
        if len(whole.tables) > 1:
            for table in whole.tables:
                yield only(whole, table.key)


def only(paper: Paper, *tables: str) -> Paper:
    """The paper with just these tables."""
    chapters = (replace(each, tables=tuple(key for key in each.tables if key in tables)) for each in paper.chapters)
    return replace(paper, chapters=tuple(chapters))


def fixtures(*suffixes: str) -> Iterator[bytes]:
    """Committed files of a format, reports and rejects alike."""
    for folder in ("reports", "rejects", "legacy"):
        for path in sorted((FIXTURES / folder).iterdir()):
            if path.suffix.lstrip(".") in suffixes:
                yield path.read_bytes()


def html() -> Iterator[bytes]:
    """Pages as portals and Word make them."""
    styles = (
        HtmlStyle(),
        HtmlStyle("layout", spans_as_empty_cells=True),
        HtmlStyle("word", "gb18030", split_runs=True),
        HtmlStyle("print", ragged=True, short_rows=True),
        HtmlStyle(stacked=True),
    )
    for number, paper in enumerate(papers()):
        yield print_html(paper, styles[number % len(styles)], Random(number))
    yield from fixtures("html")


def mhtml() -> Iterator[bytes]:
    """Web archives, as Word saves them."""
    page = next(html())
    head = 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\nContent-Type: text/html; charset="utf-8"\n'
    yield (head + "Content-Transfer-Encoding: base64\n\n").encode() + base64.encodebytes(page) + b"--b--\n"
    yield (head + "Content-Transfer-Encoding: quoted-printable\n\n").encode() + quopri.encodestring(page[:3000]) + b"\n--b--\n"


def pages() -> Iterator[bytes]:
    """Both."""
    yield from html()
    yield from mhtml()


def text() -> Iterator[bytes]:
    """Every layout of tables in text."""
    layouts = ("tabs", "slid_tabs", "markdown", "bars", "commas", "lines")
    for number, paper in enumerate(papers()):
        yield print_text(paper, TextStyle(layouts[number % len(layouts)]), Random(number))
    first = next(papers())
    for layout in layouts:
        yield print_text(first, TextStyle(layout, page_breaks=True), Random(9))
    yield print_text(first, TextStyle("tabs"), Random(9)).decode().encode("gb18030")
    yield print_text(first, TextStyle("tabs"), Random(9)).decode().encode("utf-16")
    yield from fixtures("txt")


def docx() -> Iterator[bytes]:
    """Word documents, with the parts that hold no content left out."""
    styles = (DocxStyle(), DocxStyle(split_runs=True, tracked=True), DocxStyle(page_split=True, repeat_header=True))
    for number, paper in enumerate(papers()):
        yield slim(print_docx(paper, styles[number % len(styles)], Random(number)))


def slim(content: bytes) -> bytes:
    """A Word document without theme, thumbnail and the styles nobody uses."""
    kept = [
        (name, part)
        for name, part in unzipped(content)
        if not name.startswith(("docProps/thumb", "word/theme", "word/styles", "customXml"))
    ]
    return rezipped(kept)


def xlsx() -> Iterator[bytes]:
    """Workbooks."""
    styles = (XlsxStyle(), XlsxStyle(apart=True, as_text=True), XlsxStyle(offset=2, hidden=True, paragraphs_merged=False))
    for number, paper in enumerate(papers()):
        yield print_xlsx(paper, styles[number % len(styles)], Random(number))


def xls() -> Iterator[bytes]:
    """Workbooks of the old format: one with all that cells can be, one of a table."""
    import xlwt  # noqa: PLC0415 - only here

    for paper in (next(papers()), *list(papers())[1:3]):
        book = xlwt.Workbook()
        sheet = book.add_sheet("年报")
        date = xlwt.easyxf(num_format_str="yyyy-mm-dd")
        for each in plan(paper, next(key for chapter in paper.chapters for key in chapter.tables)).cells:
            if each.rowspan > 1 or each.colspan > 1:
                sheet.write_merge(each.row, each.row + each.rowspan - 1, each.column, each.column + each.colspan - 1, each.text)
            else:
                sheet.write(each.row, each.column, int(each.text) if each.text.isdigit() else each.text)
        sheet.write(60, 0, 44197.5, date)
        sheet.write(60, 1, bool(paper))
        sheet.write(60, 2, xlwt.Formula("1/0"))
        sheet.col(5).hidden = True
        buffer = io.BytesIO()
        book.save(buffer)
        yield buffer.getvalue()


def ofd() -> Iterator[bytes]:
    """Packages as the makers of OFD write them."""
    styles = (OfdStyle(), OfdStyle(scaled=True, runs=True), OfdStyle(template=True, areas=True), OfdStyle(single=True))
    for number, paper in enumerate(papers()):
        yield rezipped(unzipped(print_ofd(paper, styles[number % len(styles)], Random(number))))


def pdf() -> Iterator[bytes]:
    """Ruled, partly ruled, coloured and unruled tables; fonts embedded and not."""
    styles = (
        PdfStyle(),
        PdfStyle(TableStyle(rules="open"), embedded=False),
        PdfStyle(TableStyle(rules="none")),
        PdfStyle(rules_as_boxes=True, fake_bold=True, embedded=False),
        PdfStyle(rotation=90, sideways=True),
        PdfStyle(within_form=True),
    )
    for number, paper in enumerate(papers()):
        yield print_pdf(paper, styles[number % len(styles)], Random(number))
    yield from (content for content in fixtures("pdf") if len(content) < 20_000)


def anything() -> Iterator[bytes]:
    """A little of every format, and text in every encoding."""
    for made in (html, mhtml, text, docx, xlsx, ofd, pdf):
        yield next(made())[:12_000]
    words = "二〇二四年政府信息公开工作年度报告：本年新收政府信息公开申请数量12件。"
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16-le", "utf-16-be", "utf-16", "utf-32", "shift_jis"):
        yield (words * 3).encode(encoding, "ignore")
    yield "臺北市政府資訊公開報告".encode("big5") * 4
    yield words.encode().decode("gb18030", "ignore").encode()
    yield from fixtures("doc", "txt")
    yield b"{\\rtf1\\ansi x}"
    yield b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>'
