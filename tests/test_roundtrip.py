"""A random report, printed in every layout, reads back as it was constructed: cells, identity, verdict and findings."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given

from nianbao.pipeline import read_reports
from normalize.model import Severity, Verdict
from tests.strategies import Order, examples, orders, seeds
from tests.typesetter.compose import sequel
from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.html import HtmlStyle, print_html
from tests.typesetter.model import Paper
from tests.typesetter.ofd import OfdStyle, print_ofd
from tests.typesetter.pages import TableStyle
from tests.typesetter.pdf import LANDSCAPE, PdfStyle, print_pdf, print_two_years
from tests.typesetter.readback import differences, false_certainties, wrong_cells
from tests.typesetter.text import TextStyle, print_text
from tests.typesetter.xlsx import XlsxStyle, print_xlsx

Printer = Callable[[Paper, Random], bytes]


def html(style: HtmlStyle) -> Printer:
    return lambda paper, rng: print_html(paper, style, rng)


def docx(style: DocxStyle) -> Printer:
    return lambda paper, rng: print_docx(paper, style, rng)


def text(style: TextStyle) -> Printer:
    return lambda paper, rng: print_text(paper, style, rng)


def ofd(style: OfdStyle) -> Printer:
    return lambda paper, rng: print_ofd(paper, style, rng)


def xlsx(style: XlsxStyle) -> Printer:
    return lambda paper, rng: print_xlsx(paper, style, rng)


def pdf(style: PdfStyle) -> Printer:
    return lambda paper, rng: print_pdf(paper, style, rng)


MARKUP: dict[str, Printer] = {
    "cms": html(HtmlStyle()),
    "layout tables": html(HtmlStyle(template="layout")),
    "word gb18030": html(HtmlStyle(template="word", encoding="gb18030")),
    "word undeclared": html(HtmlStyle(template="word", encoding="gb18030", declared=False, split_runs=True)),
    "rowspans as empty cells": html(HtmlStyle(spans_as_empty_cells=True)),
    "split runs, ragged": html(HtmlStyle(split_runs=True, ragged=True)),
    "tables 2 and 3 in one, html": html(HtmlStyle(stacked=True)),
    "docx": docx(DocxStyle()),
    "docx, split runs, tracked": docx(DocxStyle(split_runs=True, tracked=True)),
    "docx, page split": docx(DocxStyle(page_split=True)),
    "docx, page split, header again": docx(DocxStyle(page_split=True, repeat_header=True)),
    "tables 2 and 3 in one, docx": docx(DocxStyle(stacked=True)),
}

FLAT: dict[str, Printer] = {
    "tabs": text(TextStyle("tabs")),
    "tabs, page breaks": text(TextStyle("tabs", page_breaks=True, half_width=True)),
    "markdown": text(TextStyle("markdown")),
    "markdown, spans repeated": text(TextStyle("markdown", repeat_spans=True)),
    "commas": text(TextStyle("commas")),
    "commas, spans repeated": text(TextStyle("commas", repeat_spans=True)),
    "aligned, terminal": text(TextStyle("aligned")),
    "aligned, pdftotext": text(TextStyle("aligned", wide=False, page_breaks=True)),
}

SLID: dict[str, Printer] = {
    "slid tabs": text(TextStyle("slid_tabs")),
    "slid tabs, page breaks": text(TextStyle("slid_tabs", page_breaks=True, half_width=True)),
    "slid tabs, header flattened": text(TextStyle("slid_tabs", page_breaks=True, raised_total=True)),
}
"""Rows that print every value or none can be told apart by counting; a row with some blanks may have slid."""

COUNTED: dict[str, Printer] = {
    "bars": text(TextStyle("bars")),
    "a cell a line": text(TextStyle("lines")),
    "a cell a line, spaced": text(TextStyle("lines", blank_between=True)),
}
"""Layouts in which a blank leaves no trace, or an ambiguous one: certain only where nothing is blank."""

PAGES: dict[str, Printer] = {
    "ruled": pdf(PdfStyle()),
    "ruled by boxes, no outer border": pdf(PdfStyle(TableStyle(rules="open"), rules_as_boxes=True)),
    "horizontal rules": pdf(PdfStyle(TableStyle(rules="horizontal"))),
    "unruled": pdf(PdfStyle(TableStyle(rules="none"))),
    "coloured cells": pdf(PdfStyle(TableStyle(rules="tinted"))),
    "coloured rows": pdf(PdfStyle(TableStyle(rules="bands"))),
    "narrow, cut by the page": pdf(PdfStyle(TableStyle(narrow=True, cut_rows=True), cut=True)),
    "header repeated, fake bold": pdf(PdfStyle(TableStyle(repeat_header=True), fake_bold=True)),
    "rotated page": pdf(PdfStyle(rotation=90, size=LANDSCAPE)),
    "upside down in the file": pdf(PdfStyle(rotation=180)),
    "rotated text": pdf(PdfStyle(rotation=270, sideways=True, size=LANDSCAPE)),
    "out of order": pdf(PdfStyle(order="shuffled")),
    "by columns": pdf(PdfStyle(TableStyle(rules="open"), order="columns")),
    "tables 2 and 3 in one, pdf": pdf(PdfStyle(stacked=True)),
    "font not embedded": pdf(PdfStyle(embedded=False)),
    "page within a form": pdf(PdfStyle(within_form=True)),
}

OFFICE: dict[str, Printer] = {
    "ofd": ofd(OfdStyle()),
    "ofd, from a converter": ofd(OfdStyle(scaled=True, runs=True, areas=True, shuffled=True)),
    "ofd, character by character on a template": ofd(OfdStyle(TableStyle(rules="open"), single=True, template=True)),
    "ofd, unruled": ofd(OfdStyle(TableStyle(rules="none"), runs=True)),
    "workbook of one sheet": xlsx(XlsxStyle()),
    "workbook, a sheet for each chapter, numbers as text": xlsx(XlsxStyle(apart=True, as_text=True, paragraphs_merged=False)),
    "workbook moved aside, with hidden rows": xlsx(XlsxStyle(offset=2, hidden=True)),
}

LOSSY: dict[str, Printer] = {
    "a cell a line, blanks lost": text(TextStyle("lines")),
    "bars with blanks at the ends": text(TextStyle("bars")),
    "slid tabs with blanks": text(TextStyle("slid_tabs")),
    "slid tabs, rows with blanks slid too": text(TextStyle("slid_tabs", slide_blanks=True)),
    "trailing cells lost": html(HtmlStyle(short_rows=True)),
}


@pytest.mark.parametrize("layout", MARKUP)
@examples(6)
@given(order=orders(), seed=seeds)
def test_markup_reads_back(layout: str, order: Order, seed: int) -> None:
    paper = order.paper()
    assert differences(paper, read_reports(MARKUP[layout](paper, Random(seed)), "report")) == []


@pytest.mark.parametrize("layout", FLAT)
@examples(8)
@given(order=orders(), seed=seeds)
def test_flattened_text_reads_back(layout: str, order: Order, seed: int) -> None:
    paper = order.paper()
    assert differences(paper, read_reports(FLAT[layout](paper, Random(seed)), "report.txt")) == []


@pytest.mark.parametrize("layout", SLID)
@examples(8)
@given(order=orders(blanks=("none", "rows", "review")), seed=seeds)
def test_slid_rows_read_back(layout: str, order: Order, seed: int) -> None:
    paper = order.paper()
    assert differences(paper, read_reports(SLID[layout](paper, Random(seed)), "report.txt")) == []


@pytest.mark.parametrize("layout", COUNTED)
@examples(8)
@given(order=orders(blanks=("none",)), seed=seeds)
def test_cells_in_sequence_read_back_where_none_is_blank(layout: str, order: Order, seed: int) -> None:
    paper = order.paper()
    reports = read_reports(COUNTED[layout](paper, Random(seed)), "report.txt")
    if order.shape.broken and layout != "bars" and reports[0].verdict is Verdict.REVIEW:
        # a stray number, and a blank that left no line, would break the sum as the agency did
        assert {f.rule for f in reports[0].findings if f.severity is Severity.DOUBT} == {"table.row_may_have_slid"}
        assert not wrong_cells(paper, reports[0])
    else:
        assert differences(paper, reports) == []


@pytest.mark.parametrize("layout", PAGES)
@examples(3)
@given(order=orders(varied=False), seed=seeds)
def test_pages_read_back(layout: str, order: Order, seed: int) -> None:
    paper = order.paper()
    assert differences(paper, read_reports(PAGES[layout](paper, Random(seed)), "report.pdf")) == []


@pytest.mark.parametrize("layout", OFFICE)
@examples(3)
@given(order=orders(varied=False), seed=seeds)
def test_ofd_and_workbooks_read_back(layout: str, order: Order, seed: int) -> None:
    paper = order.paper()
    assert differences(paper, read_reports(OFFICE[layout](paper, Random(seed)), "report")) == []


@examples(2)
@given(earlier=orders(("2021",), varied=False), later=orders(("2021",), varied=False), seed=seeds)
def test_two_years_side_by_side_are_kept_apart(earlier: Order, later: Order, seed: int) -> None:
    paper = earlier.paper()
    papers = (paper, sequel(paper, later.paper(), Random(seed)))
    reports = read_reports(print_two_years(*papers, PdfStyle(TableStyle(size=7)), Random(seed)), "report.pdf")
    assert len(reports) == 2
    assert [differences(printed, [report]) for printed, report in zip(papers, reports, strict=True)] == [[], []]


@pytest.mark.parametrize("layout", LOSSY)
@examples(10)
@given(order=orders(blanks=("zeros", "rows", "random")), seed=seeds)
def test_what_the_print_lost_is_never_guessed(layout: str, order: Order, seed: int) -> None:
    paper = order.paper()
    assert false_certainties(paper, read_reports(LOSSY[layout](paper, Random(seed)), "report")) == []
