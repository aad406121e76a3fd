"""Spreadsheets (XLSX, XLS, ET): the visible sheets in order, as they are printed.

Loci: ``Locus.line`` of a cell is its row, counted through the visible rows of all sheets; ``field`` its place among the cells
of that row. ``line`` of a paragraph is its row, ``field`` 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import regex

from collect.errors import UnreadableError
from extract.bounds import beyond, limits
from extract.inline import DRAWN
from extract.markup_table import MarkupCell, MarkupRow, as_grid
from extract.model import Block, Document, Grid, Line, Locus, Metadatum
from extract.number_format import shown_number

_LONG = 60
"""Characters from which a text alone in its row is a paragraph."""
_DIGITS = regex.compile(r"\s*[+\-]?[\d,.]+%?\s*")


@dataclass(frozen=True, slots=True)
class Span:
    """Merged cells: first row and column, number of rows and columns."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(slots=True)
class Worksheet:
    """One visible sheet as stored: texts as shown, by row and column from 0."""

    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def shown(value: object, form: str, *, pale: bool = False) -> str:
    """The text a cell shows for what it stores; U+FFFC where that cannot be told.

    Args:
        value: text, a number, a truth value, a date, or None.
        form: the cell's number format.
        pale: white ink on no colour.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        text: str | None = str(value).upper()
    elif isinstance(value, int | float):
        text = shown_number(value, form)
    else:
        text = str(value).replace("\0", "\ufffd")  # no database keeps it
    if text is None or (pale and _DIGITS.fullmatch(text)):
        return DRAWN
    return text.strip()


def document_of(sheets: Iterable[Worksheet], media_type: str, title: str = "", producer: str = "") -> Document:
    """The sheets as one document.

    Raises:
        UnreadableError: nothing in them shows.
        UnsupportedError: more cells than any report has.
    """
    blocks: list[Block] = []
    first = 1
    for sheet in sheets:
        rows = _rows(sheet)
        blocks += _blocks(rows, first)
        first += len(rows)
    if not blocks:
        raise UnreadableError("The workbook shows nothing.", code="unreadable.empty")
    metadata = (Metadatum("title", title),) if title else ()
    return Document(media_type=media_type, blocks=tuple(blocks), metadata=metadata, producer=producer)


def _rows(sheet: Worksheet) -> list[MarkupRow]:
    """The visible rows down to the last text, merged cells as spans."""
    if not sheet.texts:
        return []
    height = max(row for row, _ in sheet.texts) + 1
    width = max(column for _, column in sheet.texts) + 1
    hidden = sum(row < height for row in sheet.hidden_rows)
    columns = [column for column in range(width) if column not in sheet.hidden_columns]
    if len(columns) * (height - hidden) > limits().table_cells:  # before any is made: a cell may say it is in row 999999999
        raise beyond("table_cells", "A workbook of cells beyond count; no report is.")
    rows = [row for row in range(height) if row not in sheet.hidden_rows]
    merged = {}
    covered: set[tuple[int, int]] = set()
    for span in sheet.spans:
        down = [row for row in rows if span.row <= row < span.row + span.rows]
        across = [column for column in columns if span.column <= column < span.column + span.columns]
        if down and across:
            # Of merged cells the first holds the text, even where its own row or column is hidden.
            text = sheet.texts.get((span.row, span.column), "")
            merged[down[0], across[0]] = MarkupCell(text, len(across), len(down))
            covered.update((row, column) for row in down for column in across)
    return [
        MarkupRow(
            tuple(
                merged[row, column] if (row, column) in merged else MarkupCell(sheet.texts.get((row, column), ""))
                for column in columns
                if (row, column) in merged or (row, column) not in covered
            )
        )
        for row in rows
    ]


def _blocks(rows: Sequence[MarkupRow], first: int) -> Iterator[Block]:
    """Lines and tables: rows of one text before, after and between tables are lines."""
    start = 0
    reaches = _reaches(rows)
    while start < len(rows):
        end = start
        while end < len(rows) and not _parts(rows[end], covered=reaches[end] > end):
            end += 1
        yield from _table(rows[start:end], first + start)
        if end < len(rows):
            yield from _lines(rows[end : end + 1], first + end)
        start = end + 1


def _reaches(rows: Sequence[MarkupRow]) -> list[int]:
    """For each row, the one before which the cells that begin above it end."""
    ends = (at + max((cell.rowspan for cell in row.cells), default=1) for at, row in enumerate(rows))
    return [0, *accumulate(ends, max)]


def _parts(row: MarkupRow, *, covered: bool) -> bool:
    """Whether a row ends a table: blank with nothing reaching over it, or a paragraph."""
    filled = [cell.text for cell in row.cells if cell.text]
    if len(filled) == 1:
        return len(filled[0]) > _LONG
    return not filled and not covered


def _table(rows: Sequence[MarkupRow], first: int) -> Iterator[Block]:
    """The rows as one grid, what stands alone above and below it as lines."""
    lone = [sum(bool(cell.text) for cell in row.cells) <= 1 for row in rows]
    if all(lone):
        yield from _lines(rows, first)
        return
    top = lone.index(False)
    bottom = len(rows) - lone[::-1].index(False)
    reaches = _reaches(rows[top:])
    while bottom < len(rows) and top + reaches[bottom - top] > bottom:
        bottom += 1
    yield from _lines(rows[:top], first)
    grid: Grid = as_grid([rows[top:bottom]], first + top)
    yield grid
    yield from _lines(rows[bottom:], first + bottom)


def _lines(rows: Sequence[MarkupRow], first: int) -> Iterator[Line]:
    for offset, row in enumerate(rows):
        for cell in row.cells:
            for text in cell.text.splitlines():
                if text.strip():
                    yield Line(text.strip(), locus=Locus(first + offset))
