"""XLSX workbooks, through openpyxl."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

import regex
from lxml import etree

from collect.errors import UnreadableError, UnsupportedError
from extract.bounds import beyond, limits
from extract.inline import DRAWN, footnote_mark
from extract.model import Document
from extract.parts import Parts, opened, parsed
from extract.spreadsheet import Span, Worksheet, document_of, shown

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEET = regex.compile(r"xl/worksheets/[^/]+\.xml")
_FORMULA = b"<f"
_WHITE = frozenset({"FFFFFFFF", "00FFFFFF", "FFFFFF"})
_HEAD = 200
_SHEET_DATA = b"sheetData"
_DAMAGE = (KeyError, ValueError, TypeError, OverflowError, AttributeError, IndexError, ParseError, etree.XMLSyntaxError)
"""What openpyxl raises over damaged workbooks."""


def read_xlsx(content: bytes) -> Document:
    """The visible sheets as they are printed: numbers through their formats, hidden rows and columns left out.

    Raises:
        UnreadableError: damaged, or nothing in it shows.
        EncryptedError: it has a password.
        UnsupportedError: larger than any report, or in Excel's binary format.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 - dear to import, rarely needed

    with opened(content, "XLSX") as parts:
        has_formulas = _inspected(parts)
        try:
            book = load_workbook(io.BytesIO(content), data_only=True, keep_links=False, rich_text=True)
            formulas = load_workbook(io.BytesIO(content), keep_links=False) if has_formulas else None
            sheets = [
                _worksheet(sheet, formulas[sheet.title] if formulas else None)
                for sheet in book.worksheets
                if sheet.sheet_state == "visible"
            ]
        except _DAMAGE as error:
            raise UnreadableError(f"The workbook is damaged ({type(error).__name__}).", code="unreadable.damaged") from error
    properties = book.properties
    return document_of(sheets, MEDIA_TYPE, properties.title or "", properties.creator or "")


def _inspected(parts: Parts) -> bool:
    """Makes sure that nothing in the parts is out of bounds before the library opens them. Gives whether there are formulas."""
    if "xl/workbook.bin" in parts.names:
        advice = "Save it as XLSX and ingest that."
        raise UnsupportedError("An Excel workbook in binary format (.xlsb) is not read.", advice=advice)
    has_formulas = False
    for part in sorted(parts.names):
        data = parts.data(part)
        if not part.endswith((".xml", ".rels")) and b"<" not in data[:_HEAD]:
            continue
        data = parts.markup(part)
        if _SHEET.fullmatch(part) or _SHEET_DATA in data:  # the library opens whatever is called one, by any name
            has_formulas = has_formulas or _FORMULA in data
            _check_extent(parsed(part, data))
        elif b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            parsed(part, data)  # says why it is refused
    return has_formulas


def _check_extent(sheet: etree._Element) -> None:
    """The library makes a cell for every place of a merged range; a range may name a million rows."""
    count = sum(1 for _ in sheet.iter("{*}c"))
    for merged in sheet.iter("{*}mergeCell"):
        count += _area(merged.get("ref", ""))
        if count > limits().table_cells:
            break
    if count > limits().table_cells:
        raise beyond("table_cells", "A workbook of cells beyond count; no report is.")


def _area(reference: str) -> int:
    from openpyxl.utils import range_boundaries  # noqa: PLC0415 - see read_xlsx

    try:
        left, top, right, bottom = range_boundaries(reference)
    except (ValueError, TypeError):
        return 0
    return int((right - left + 1) * (bottom - top + 1)) if None not in (left, top, right, bottom) else limits().table_cells + 1


def _worksheet(sheet: Any, formulas: Any) -> Worksheet:  # noqa: ANN401 - openpyxl has no types
    found = Worksheet(
        spans=[
            Span(m.min_row - 1, m.min_col - 1, m.max_row - m.min_row + 1, m.max_col - m.min_col + 1)
            for m in sheet.merged_cells.ranges
        ],
        hidden_rows=frozenset(at - 1 for at, row in sheet.row_dimensions.items() if row.hidden or row.height == 0),
        hidden_columns=frozenset(_hidden_columns(sheet)),
    )
    # The stored cells, not iter_rows: that makes one for every place up to the last, and two may lie at opposite corners.
    for (row, column), cell in sorted(sheet._cells.items()):  # noqa: SLF001
        text = _text(cell, None if formulas is None else formulas[cell.coordinate].value)
        if text:
            found.texts[row - 1, column - 1] = text
    return found


def _hidden_columns(sheet: Any) -> Iterator[int]:  # noqa: ANN401 - as above
    for column in sheet.column_dimensions.values():
        if column.hidden or column.width == 0:
            yield from range(column.min - 1, min(column.max, 16_384))


@dataclass(frozen=True, slots=True)
class _Look:
    """How a cell or a part of its text is set."""

    struck: bool
    raised: bool
    white: bool


def _look(font: Any) -> _Look:  # noqa: ANN401 - as above
    colour = getattr(font.color, "rgb", None) if font is not None and font.color is not None else None
    raised = font is not None and font.vertAlign in {"superscript", "subscript"}
    return _Look(bool(font is not None and font.strike), raised, isinstance(colour, str) and colour.upper() in _WHITE)


def _text(cell: Any, formula: object) -> str:  # noqa: ANN401 - as above
    from openpyxl.cell.rich_text import CellRichText  # noqa: PLC0415 - see read_xlsx

    value = cell.value
    if value is None:
        return DRAWN if isinstance(formula, str) and formula.startswith("=") else ""  # calculated, but never saved so
    if isinstance(value, CellRichText):
        return _rich(value).strip()
    look = _look(cell.font)
    if look.struck:
        return ""
    filled = cell.fill is not None and cell.fill.fill_type is not None
    return shown(value, cell.number_format or "", pale=look.white and not filled)


def _rich(runs: Any) -> str:  # noqa: ANN401 - as above
    text = ""
    for run in runs:
        if isinstance(run, str):
            text += run
            continue
        look = _look(run.font) if run.font is not None and hasattr(run.font, "color") else _Look(False, False, False)
        if not look.struck:
            text += footnote_mark(text, run.text) if look.raised else run.text
    return text
