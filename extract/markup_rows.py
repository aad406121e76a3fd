"""One HTML table as rows of cells with their text."""

from __future__ import annotations

from functools import lru_cache
from itertools import zip_longest

import regex
from lxml import etree

from extract.bounds import beyond, limits
from extract.inline import DRAWN, Inline, join_broken
from extract.markup_page import Page
from extract.markup_table import MarkupCell, MarkupRow, MarkupTable, holds_figures_of_its_own

_BLOCK_NAMES = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol option p pre section summary table tbody td tfoot th thead
    title tr ul
"""
BLOCKS = frozenset(_BLOCK_NAMES.split())
"""Elements whose borders part text."""

_RAISED = regex.compile(
    r"vertical-align\s*:\s*(?:super|sub|[1-9])"
    r"|mso-text-raise\s*:\s*[+-]?(?:[3-9]|\d\d)"
    r"|position\s*:\s*relative.*?\b(?:top\s*:\s*-|bottom\s*:\s*)(?:[3-9]|\d\d)",
    regex.I | regex.S,
)
"""By name, or by three points and more, as Word exports raised text."""
_COUNT = regex.compile(r"\s*\+?(\d{1,6})")
_LABEL_LENGTH = 45
_INPUTS = frozenset({"text", "number", "tel", ""})


def is_raised(page: Page, number: int) -> bool:
    """Whether the element is a superscript or subscript."""
    tag = page.tags[number]
    if tag in {"span", "font", "i", "b", "em", "small"}:
        style = page.styles[number]
        return style is not None and _raises(style)
    return tag in {"sup", "sub"}


@lru_cache(maxsize=1 << 12)
def _raises(style: str) -> bool:
    return _RAISED.search(style) is not None


def read_table(page: Page, table: int) -> MarkupTable | None:
    """The table's rows, or None if it is layout: it holds further tables that have columns, and no figures beside them.

    A nested table of a single column is text of its cell; in figures' midst one with columns leaves ``DRAWN`` in its cell.
    End tags may be missing: a cell begun within a cell is the next cell, a row begun within one the next row.
    """
    inner = page.within(table, "table")[1:]
    for number, following in zip_longest(inner, inner[1:], fillvalue=len(page.tags)):
        # In this order: only the innermost tables are looked into, however deep they lie.
        if following < page.ends[number] or _has_columns(page, number):
            return _around(page, table)
    return _read(_Rows(page, table))


def nested(page: Page, table: int) -> list[int]:
    """The tables right inside a table."""
    found: list[int] = []
    for number in page.within(table, "table")[1:]:
        if not found or number >= page.ends[found[-1]]:
            found.append(number)
    return found


def _around(page: Page, table: int) -> MarkupTable | None:
    """The table without those inside it, if figures of its own show that it is no layout."""
    read = _read(_Rows(page, table, frozenset(nested(page, table))))
    return read if holds_figures_of_its_own(read) else None


def _read(reader: _Rows) -> MarkupTable:
    reader.walk()
    return MarkupTable(rows=tuple(reader.rows), stray=tuple(reader.stray))


def _has_columns(page: Page, table: int) -> bool:
    return any(sum(child.tag in {"td", "th"} for child in page.elements[row]) > 1 for row in page.within(table, "tr"))


def _span(element: etree._Element, name: str) -> int:
    stated = element.get(name)
    found = _COUNT.match(stated) if stated else None
    return int(found[1]) if found else 1


class _Rows:
    """Collects rows and cells in one pass over a table."""

    def __init__(self, page: Page, table: int, passed_over: frozenset[int] = frozenset()) -> None:
        self._page = page
        self._passed_over = passed_over
        """Tables inside it that are not read as text of their cells."""
        self._table = table
        self.rows: list[MarkupRow] = []
        self.stray: list[str] = []
        self._foot: list[MarkupRow] = []
        self._cells: list[MarkupCell] = []
        self._in_row = False
        self._cell: int | None = None
        self._inline = Inline()
        self._links = 0
        self._count = 0
        self._most = limits().table_cells
        self._group = 0
        self._in_foot = False
        self._nested = 0

    def walk(self) -> None:
        """Read the table; no recursion."""
        page, table = self._page, self._table
        at, last = page.starts[table], page.closes[table]
        while at <= last:
            number = page.order[at]
            if number in self._passed_over:
                self._inline.end_line()
                self._inline.add(DRAWN)
                at = page.closes[number]
            elif number >= 0 and is_raised(page, number):
                self._inline.add_mark(page.text(number))
                at = page.closes[number]
            elif number >= 0:
                self._start(number)
            else:
                number = ~number
                self._end(number)
            if at == page.closes[number] and number != table:
                tail = page.tails[number]
                if tail and (self._inline or not tail.isspace()):
                    self._inline.add(tail)
            at += 1
        self._end_row()
        # The foot of a table stands at its foot, wherever it is written.
        self.rows += self._foot

    def _start(self, number: int) -> None:
        tag = self._page.tags[number]
        if tag == "table" and number != self._table:
            self._nested += 1
        if not self._nested and tag in {"td", "th"}:
            self._end_cell()
            self._in_row = True
            self._cell = number
        elif not self._nested and tag in {"thead", "tbody", "tfoot"}:
            self._end_row()
            self._group += 1
            self._in_foot = tag == "tfoot"
        elif not self._nested and tag == "tr":
            self._end_row()
            self._in_row = True
        elif tag == "br" or tag in BLOCKS:
            self._inline.end_line()
        self._links += tag == "a"
        if tag == "input" and self._page.elements[number].get("type", "").lower() in _INPUTS:
            self._inline.add(self._page.elements[number].get("value"))
        self._inline.add(self._page.texts[number])

    def _end(self, number: int) -> None:
        tag = self._page.tags[number]
        if not self._nested and tag in {"td", "th"}:
            if number == self._cell:
                self._end_cell()
        elif tag == "table" and number != self._table:
            self._nested -= 1
            self._inline.end_line()
        elif not self._nested and tag in {"tr", "thead", "tbody", "tfoot"}:
            self._end_row()
            if tag != "tr":
                self._group += 1
                self._in_foot = False
        elif tag in BLOCKS:
            self._inline.end_line()

    def _end_cell(self) -> None:
        """Close the open cell; text outside any cell is put before the table, as browsers do."""
        if self._cell is None and not self._inline:
            return
        inline, self._inline = self._inline, Inline()
        lines = inline.lines()
        if self._cell is None:
            self.stray += lines
            return
        text = join_broken(lines)
        long_ones = sum([len(line) > _LABEL_LENGTH for line in lines]) if len(text) > _LABEL_LENGTH else 0
        element = self._page.elements[self._cell]
        spans = _span(element, "colspan"), _span(element, "rowspan")
        self._cells.append(MarkupCell(text, *spans, long_ones, self._links))
        self._count += 1
        if self._count > self._most:
            raise beyond("table_cells", "A table of cells beyond count; no report has one.")
        self._cell = None
        self._links = 0

    def _end_row(self) -> None:
        self._end_cell()
        if self._in_row:
            row = MarkupRow(tuple(self._cells), self._group)
            (self._foot if self._in_foot else self.rows).append(row)
        self._cells = []
        self._in_row = False
