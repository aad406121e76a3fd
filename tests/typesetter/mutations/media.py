"""What damaged papers are printed on, each in the styles of several programs, and what such a print shows of a table.

Traits: ``spans`` merged cells are seen; ``places`` a blank keeps its place; ``filled`` a blank is printed where a cell is gone;
``nested`` tables inside cells; ``hidden`` rows can be hidden; ``raised`` marks can be raised; ``lines`` of a cell are lines of
the page.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.html import HtmlStyle, print_html
from tests.typesetter.model import Paper
from tests.typesetter.ofd import OfdStyle, print_ofd
from tests.typesetter.pages import TableStyle
from tests.typesetter.pdf import PdfStyle, print_pdf
from tests.typesetter.text import TextStyle, print_text
from tests.typesetter.xlsx import XlsxStyle, print_xlsx


class Medium(NamedTuple):
    """A way to print. ``weight`` is how often it is taken."""

    name: str
    suffix: str
    weight: int
    shows: frozenset[str]
    press: Callable[[Paper, Random], bytes]


def _html(paper: Paper, rng: Random) -> bytes:
    style = HtmlStyle(
        rng.choice(("cms", "layout", "word", "print")),
        spans_as_empty_cells=rng.random() < 0.15,
        split_runs=rng.random() < 0.2,
        ragged=rng.random() < 0.15,
        short_rows=rng.random() < 0.1,
        stacked=rng.random() < 0.1,
    )
    return print_html(paper, style, rng)


def _docx(paper: Paper, rng: Random) -> bytes:
    style = DocxStyle(
        split_runs=rng.random() < 0.2,
        page_split=rng.random() < 0.15,
        repeat_header=rng.random() < 0.5,
        stacked=rng.random() < 0.1,
    )
    return print_docx(paper, style, rng)


def _text(layout: str) -> Callable[[Paper, Random], bytes]:
    def press(paper: Paper, rng: Random) -> bytes:
        style = TextStyle(
            layout,
            slide_blanks=rng.random() < 0.3,
            page_breaks=rng.random() < 0.15,
            raised_total=rng.random() < 0.3,
            repeat_spans=rng.random() < 0.4,
            blank_between=rng.random() < 0.3,
            wide=rng.random() < 0.5,
            half_width=rng.random() < 0.1,
        )
        return print_text(paper, style, rng)

    return press


def _xlsx(paper: Paper, rng: Random) -> bytes:
    style = XlsxStyle(
        apart=rng.random() < 0.3, offset=rng.choice((0, 0, 1)), as_text=rng.random() < 0.4, paragraphs_merged=rng.random() < 0.6
    )
    return print_xlsx(paper, style, rng)


def _ruled(rng: Random) -> TableStyle:
    return TableStyle(
        rng.choice(("full", "full", "open", "horizontal", "tinted", "bands")),
        repeat_header=rng.random() < 0.4,
        cut_rows=rng.random() < 0.2,
    )


def _pdf(paper: Paper, rng: Random) -> bytes:
    style = PdfStyle(
        _ruled(rng),
        order=rng.choice(("rows", "columns", "shuffled")),
        rules_as_boxes=rng.random() < 0.5,
        fake_bold=rng.random() < 0.2,
        within_form=rng.random() < 0.2,
        stacked=rng.random() < 0.1,
        embedded=rng.random() < 0.8,
    )
    return print_pdf(paper, style, rng)


def _unruled(paper: Paper, rng: Random) -> bytes:
    style = PdfStyle(TableStyle("none", repeat_header=rng.random() < 0.4), order=rng.choice(("rows", "columns", "shuffled")))
    return print_pdf(paper, style, rng)


def _ofd(paper: Paper, rng: Random) -> bytes:
    style = OfdStyle(
        _ruled(rng), scaled=rng.random() < 0.5, single=rng.random() < 0.3, runs=rng.random() < 0.5, areas=rng.random() < 0.3
    )
    return print_ofd(paper, style, rng)


_MARKUP = frozenset({"spans", "places", "nested", "hidden", "raised"})
_PLACES = frozenset({"places", "filled"})
_DRAWN = _PLACES | {"spans"}
_PAGES = _DRAWN | {"lines"}
MEDIA: tuple[Medium, ...] = (
    Medium("html", "html", 30, _MARKUP, _html),
    Medium("docx", "docx", 14, _MARKUP | {"filled"}, _docx),
    Medium("xlsx", "xlsx", 8, _DRAWN | {"hidden"}, _xlsx),
    Medium("pdf", "pdf", 2, _PAGES, _pdf),
    Medium("pdf, no rules", "pdf", 2, _PLACES | {"lines"}, _unruled),
    Medium("ofd", "ofd", 2, _PAGES, _ofd),
    Medium("tabs", "txt", 10, _PLACES, _text("tabs")),
    Medium("tabs, slid", "txt", 8, frozenset({"filled"}), _text("slid_tabs")),
    Medium("markdown", "txt", 7, _PLACES, _text("markdown")),
    Medium("bars", "txt", 7, frozenset({"places"}), _text("bars")),
    Medium("csv", "csv", 6, _PLACES, _text("commas")),
    Medium("a cell a line", "txt", 9, frozenset(), _text("lines")),
    Medium("aligned", "txt", 2, _PLACES, _text("aligned")),
)
"""Weights against what a print and its reading cost: a page of PDF costs as much as five of HTML."""
