"""One HTML table as rows of cells with their text."""

from __future__ import annotations

import regex
from lxml import etree

from extract.inline import Inline
from extract.markup_table import MarkupCell, MarkupRow, MarkupTable

_BLOCK_NAMES = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol option p pre section summary table tbody td tfoot th thead
    title tr ul
"""
BLOCKS = frozenset(_BLOCK_NAMES.split())
"""Elements whose borders part text."""

_RAISED = regex.compile(r"vertical-align\s*:\s*(?:super|sub)\b", regex.I)
_LABEL_LENGTH = 45
_INPUTS = frozenset({"text", "number", "tel", ""})


def text_of(element: etree._Element) -> str:
    """All text within an element, as in the source."""
    return "".join(map(str, element.itertext()))


def is_raised(element: etree._Element) -> bool:
    """Whether the element is a superscript or subscript."""
    return element.tag in {"sup", "sub"} or (element.tag == "span" and _RAISED.search(element.get("style", "")) is not None)


def read_table(table: etree._Element) -> MarkupTable | None:
    """The table's rows, or None if it holds further tables that have columns: then it is layout.

    A nested table of a single column is text of its cell. End tags may be missing: a cell begun within a cell is the next
    cell, a row begun within one the next row.
    """
    for inner in table.iterdescendants("table"):
        # In this order: only the innermost tables are looked into, however deep they lie.
        if next(inner.iterdescendants("table"), None) is not None or _has_columns(inner):
            return None
    reader = _Rows(table)
    reader.walk()
    return MarkupTable(rows=tuple(reader.rows), stray=tuple(reader.stray))


def _has_columns(table: etree._Element) -> bool:
    return any(sum(child.tag in {"td", "th"} for child in row) > 1 for row in table.iter("tr"))


def _span(element: etree._Element, name: str) -> int:
    found = regex.match(r"\s*\+?(\d{1,6})", element.get(name, ""))
    return int(found[1]) if found else 1


class _Rows:
    """Collects rows and cells in one pass over a table."""

    def __init__(self, table: etree._Element) -> None:
        self.table = table
        self.rows: list[MarkupRow] = []
        self.stray: list[str] = []
        self._foot: list[MarkupRow] = []
        self._cells: list[MarkupCell] = []
        self._in_row = False
        self._cell: etree._Element | None = None
        self._inline = Inline()
        self._links = 0
        self._group = 0
        self._in_foot = False
        self._nested = 0

    def walk(self) -> None:
        """Read the table; no recursion."""
        walker = etree.iterwalk(self.table, events=("start", "end"))
        raised: etree._Element | None = None
        for event, element in walker:
            if event == "start":
                if raised is None and self._start(element):
                    raised = element
                    walker.skip_subtree()
                continue
            if element is raised:
                raised = None
            else:
                self._end(element)
            if element is not self.table:
                self._inline.add(element.tail)
        self._end_row()
        # The foot of a table stands at its foot, wherever it is written.
        self.rows += self._foot

    def _start(self, element: etree._Element) -> bool:
        tag = element.tag
        if element is not self.table and tag == "table":
            self._nested += 1
        if is_raised(element):
            self._inline.add_mark(text_of(element))
            return True
        if not self._nested and tag in {"thead", "tbody", "tfoot"}:
            self._end_row()
            self._group += 1
            self._in_foot = tag == "tfoot"
        elif not self._nested and tag == "tr":
            self._end_row()
            self._in_row = True
        elif not self._nested and tag in {"td", "th"}:
            self._end_cell()
            self._in_row = True
            self._cell = element
        elif tag == "br" or tag in BLOCKS:
            self._inline.end_line()
        self._links += tag == "a"
        if tag == "input" and element.get("type", "").lower() in _INPUTS:
            self._inline.add(element.get("value"))
        self._inline.add(element.text)
        return False

    def _end(self, element: etree._Element) -> None:
        tag = element.tag
        if tag == "table" and element is not self.table:
            self._nested -= 1
            self._inline.end_line()
        elif not self._nested and tag in {"td", "th"}:
            if element is self._cell:
                self._end_cell()
        elif not self._nested and tag in {"tr", "thead", "tbody", "tfoot"}:
            self._end_row()
            if tag != "tr":
                self._group += 1
                self._in_foot = False
        elif tag in BLOCKS:
            self._inline.end_line()

    def _end_cell(self) -> None:
        """Close the open cell; text outside any cell is put before the table, as browsers do."""
        inline, self._inline = self._inline, Inline()
        if self._cell is None:
            self.stray += inline.lines()
            return
        lines = inline.lines()
        self._cells.append(
            MarkupCell(
                text=inline.text(),
                colspan=_span(self._cell, "colspan"),
                rowspan=_span(self._cell, "rowspan"),
                paragraphs=sum(len(line) > _LABEL_LENGTH for line in lines),
                links=self._links,
            )
        )
        self._cell = None
        self._links = 0

    def _end_row(self) -> None:
        self._end_cell()
        if self._in_row:
            row = MarkupRow(tuple(self._cells), self._group)
            (self._foot if self._in_foot else self.rows).append(row)
        self._cells = []
        self._in_row = False
