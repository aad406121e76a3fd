"""XLS workbooks of Excel 97 and after, and of WPS (ET), through xlrd."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from collect.errors import EncryptedError, UnreadableError
from extract.model import Document
from extract.spreadsheet import Span, Worksheet, document_of, shown

MEDIA_TYPE = "application/vnd.ms-excel"
_WHITE = (255, 255, 255)


def read_xls(content: bytes) -> Document:
    """The visible sheets as they are printed: numbers through their formats, hidden rows and columns left out.

    Raises:
        UnreadableError: damaged, or nothing in it shows.
        EncryptedError: it has a password.
        UnsupportedError: larger than any report.
    """
    import xlrd  # noqa: PLC0415 - rarely needed

    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
        sheets = [_worksheet(book, sheet) for sheet in book.sheets() if sheet.visibility == 0]
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise EncryptedError("The workbook is protected by a password.") from error
        raise UnreadableError("The workbook is damaged or of a kind that is not read.", code="unreadable.damaged") from error
    except Exception as error:  # xlrd falls over damaged records in every way there is
        raise UnreadableError(f"The workbook is damaged ({type(error).__name__}).", code="unreadable.damaged") from error
    return document_of(sheets, MEDIA_TYPE, producer=(book.user_name or "").replace("\0", " ").strip())


def _worksheet(book: Any, sheet: Any) -> Worksheet:  # noqa: ANN401 - xlrd has no types
    found = Worksheet(
        spans=[Span(top, left, bottom - top, right - left) for top, bottom, left, right in sheet.merged_cells],
        hidden_rows=frozenset(at for at, row in sheet.rowinfo_map.items() if row.hidden or row.height == 0),
        hidden_columns=frozenset(at for at, column in sheet.colinfo_map.items() if column.hidden or column.width == 0),
    )
    for row in range(sheet.nrows):
        for column, text in _texts(book, sheet, row):
            found.texts[row, column] = text
    return found


def _texts(book: Any, sheet: Any, row: int) -> Iterator[tuple[int, str]]:  # noqa: ANN401 - as above
    import xlrd  # noqa: PLC0415 - as above

    for column, kind in enumerate(sheet.row_types(row)):
        if kind in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
            continue
        cell = sheet.cell(row, column)
        look = book.xf_list[cell.xf_index]
        font = book.font_list[look.font_index]
        if font.struck_out:
            continue
        value: object = cell.value
        if cell.ctype == xlrd.XL_CELL_DATE:
            value = xlrd.xldate_as_datetime(cell.value, book.datemode).date().isoformat()
        elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
            value = bool(cell.value)
        elif cell.ctype == xlrd.XL_CELL_ERROR:
            value = xlrd.error_text_from_code.get(cell.value, "#ERROR")
        pale = book.colour_map.get(font.colour_index) == _WHITE and look.background.fill_pattern == 0
        text = shown(value, book.format_map[look.format_key].format_str, pale=pale)
        if text:
            yield column, text
