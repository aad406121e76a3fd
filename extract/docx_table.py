"""A Word table as marked-up rows: gridSpan, vMerge and hMerge become spans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from extract.docx_paragraph import Numberer, ParagraphReader, attribute, child, children, flag, local, shown_children
from extract.inline import DRAWN, join_broken
from extract.markup_table import MarkupCell, MarkupRow, MarkupTable, holds_figures_of_its_own
from extract.model import Link, ReaderWarning

_LABEL_LENGTH = 45
_SLIVER = 100
"""Twentieths of a point. A narrower column (5 pt) holds no character: rows whose borders miss each other by a hair make it."""


@dataclass(slots=True)
class _Stored:
    """One ``w:tc`` with where it stands."""

    column: int
    cell: MarkupCell
    merge: str
    """vMerge: ``restart``, ``continue`` (Word hides the cell under the one above), or ``""``."""


class TableReader:
    """Reads one table."""

    def __init__(self, table: etree._Element, numbering: Numberer, targets: dict[str, str]) -> None:
        self.links: list[Link] = []
        self.boxes: list[etree._Element] = []
        self.struck: list[str] = []
        self.warnings: list[ReaderWarning] = []
        self._table = table
        self._numbering = numbering
        self._targets = targets
        self.widths = tuple(_number(attribute(c, "w")) for c in table.iterfind("{*}tblGrid/{*}gridCol"))
        """Of the columns, in twentieths of a point."""
        self._edges = _edges(self.widths)
        self._is_nest = any(_has_columns(inner) for inner in table.iterdescendants("{*}tbl"))
        self.is_layout = False
        """It holds further tables that have columns, and no figures beside them. Known when it was read."""
        self.inner: list[etree._Element] = []
        """Tables with columns inside the cells of one that is no layout."""

    def cells(self) -> Iterator[etree._Element]:
        """The stored cells in order."""
        for row in self._rows():
            yield from (cell for cell in shown_children(row) if local(cell) == "tc")

    def table(self) -> MarkupTable:
        """The rows with their spans. Nothing is read from a table that is layout."""
        rows = [self._row(row) for row in self._rows()]
        table = MarkupTable(tuple(self._spanned(rows)))
        if self._is_nest and not holds_figures_of_its_own(table):
            self.is_layout, self.inner = True, []
            self.links, self.boxes, self.struck, self.warnings = [], [], [], []
            return MarkupTable()
        return table

    def _rows(self) -> Iterator[etree._Element]:
        for row in shown_children(self._table):
            if local(row) == "tr":
                properties = child(row, "trPr")
                if properties is None or (child(properties, "del") is None and not flag(properties, "hidden")):
                    yield row

    def _row(self, row: etree._Element) -> list[_Stored]:
        properties = child(row, "trPr")
        before = child(properties, "gridBefore") if properties is not None else None
        column = _number(attribute(before, "val"))
        stored: list[_Stored] = []
        for cell in shown_children(row):
            if local(cell) != "tc":
                continue
            properties = child(cell, "tcPr")
            stated = {} if properties is None else children(properties)
            if "cellDel" in stated:
                continue
            span = max(1, _number(attribute(stated.get("gridSpan"), "val")))
            start, end = self._edge(column), self._edge(column + span)
            column += span
            width = max(1, end - start)
            if _merge(stated.get("hMerge")) == "continue" and stored:
                previous = stored[-1].cell
                stored[-1].cell = previous._replace(colspan=previous.colspan + width)
            else:
                read = self._cell(cell, width)
                if end > start or read.text:
                    stored.append(_Stored(start, read, _merge(stated.get("vMerge"))))
        return stored

    def _edge(self, column: int) -> int:
        """The column border after snapping; borders beyond the declared columns follow on."""
        last = len(self._edges) - 1
        return self._edges[column] if column <= last else self._edges[last] + column - last

    def _cell(self, cell: etree._Element, width: int) -> MarkupCell:
        lines: list[str] = []
        long_ones = 0
        inner = list(_inner_tables(cell)) if self._is_nest else []
        self.inner += inner
        draws = bool(inner)
        for paragraph in _paragraphs(cell):
            reader = ParagraphReader(paragraph, self._numbering, self._targets)
            found = reader.lines()
            lines += found
            long_ones += sum(map(len, found)) > _LABEL_LENGTH
            self.links += reader.links
            self.boxes += reader.boxes
            self.struck += reader.struck
            draws = draws or reader.draws
        if inner:
            lines.append(DRAWN)
        return MarkupCell(join_broken(lines) or (DRAWN if draws else ""), width, paragraphs=long_ones)

    def _spanned(self, rows: list[list[_Stored]]) -> Iterator[MarkupRow]:
        """Rows with vertical merges as rowspans.

        A merged cell goes on below as long as the next row has a continuing cell at the same column and of the same width.
        A continuing cell with nothing to continue is a cell of its own.
        """
        hidden: set[int] = set()
        for r, row in enumerate(rows):
            cells = []
            for stored in row:
                if id(stored) in hidden:
                    if stored.cell.text:
                        message = f"Text hidden under a merged cell: {stored.cell.text[:60]}"
                        self.warnings.append(ReaderWarning("hidden_cell_text", message))
                    continue
                below = list(_continuations(rows, r, stored)) if stored.merge else []
                hidden.update(map(id, below))
                cells.append(stored.cell._replace(rowspan=1 + len(below)) if below else stored.cell)
            yield MarkupRow(tuple(cells), skip=row[0].column if row else 0)


def _edges(widths: tuple[int, ...]) -> list[int]:
    """For each stored column border, its number when columns too narrow for a character are left out."""
    edges = [0]
    for width in widths:
        edges.append(edges[-1] + (width == 0 or width >= _SLIVER))
    return edges


def _continuations(rows: list[list[_Stored]], r: int, stored: _Stored) -> Iterator[_Stored]:
    for row in rows[r + 1 :]:
        below = next((s for s in row if s.column == stored.column and s.cell.colspan == stored.cell.colspan), None)
        if below is None or below.merge != "continue":
            return
        yield below


def _paragraphs(cell: etree._Element) -> Iterator[etree._Element]:
    """The paragraphs of a cell, those of a nested one-column table among them."""
    for element in shown_children(cell):
        tag = local(element)
        if tag == "p":
            yield element
        elif tag in {"tr", "tc"} or (tag == "tbl" and not _has_columns(element)):
            yield from _paragraphs(element)


def _inner_tables(container: etree._Element) -> Iterator[etree._Element]:
    """The outermost tables with columns inside a cell."""
    for element in shown_children(container):
        tag = local(element)
        if tag == "tbl" and _has_columns(element):
            yield element
        elif tag in {"tbl", "tr", "tc"}:
            yield from _inner_tables(element)


def _has_columns(table: etree._Element) -> bool:
    return any(
        sum(local(cell) == "tc" for cell in shown_children(row)) > 1 for row in shown_children(table) if local(row) == "tr"
    )


def _merge(found: etree._Element | None) -> str:
    """``restart``, ``continue`` (also when no value is given), or ``""``."""
    return "" if found is None else attribute(found, "val") or "continue"


def _number(text: str | None) -> int:
    try:
        return max(0, min(int(float(text or 0)), 100_000))
    except (ValueError, OverflowError):
        return 0
