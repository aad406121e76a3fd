"""XLSX: a paper as an agency's workbook, one sheet for all or one for each table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from random import Random

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.typesetter.model import Paper
from tests.typesetter.plan import Kind, Plan, plan


@dataclass(frozen=True, slots=True)
class XlsxStyle:
    """How the workbook is made."""

    apart: bool = False
    """Every chapter on a sheet of its own."""
    offset: int = 0
    """Columns left empty before everything."""
    as_text: bool = False
    """Numbers stored as text."""
    hidden: bool = False
    """Rows, columns and a sheet of other figures, hidden."""
    paragraphs_merged: bool = True
    """Paragraphs stand in cells merged over the width of the tables."""


def print_xlsx(paper: Paper, style: XlsxStyle, rng: Random) -> bytes:
    """The paper as a workbook."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    row = _paragraphs(sheet, 1, ["".join(paper.title), *paper.preface], style)
    for number, chapter in enumerate(paper.chapters):
        if style.apart and number:
            sheet, row = book.create_sheet(f"第{number}部分"), 1
        row = _paragraphs(sheet, row, [chapter.heading, *chapter.paragraphs], style)
        for key in chapter.tables:
            row = _table(sheet, row, plan(paper, key), style, rng) + rng.randint(0, 1)
    if style.hidden:
        other = book.create_sheet("底稿")
        other.append(["规章", 77, 88])
        other.sheet_state = "hidden"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _paragraphs(sheet: Worksheet, row: int, texts: list[str], style: XlsxStyle) -> int:
    for text in texts:
        sheet.cell(row, 1 + style.offset, text)
        if style.paragraphs_merged:
            sheet.merge_cells(start_row=row, end_row=row, start_column=1 + style.offset, end_column=10 + style.offset)
        row += 1
    return row


def _table(sheet: Worksheet, first: int, table: Plan, style: XlsxStyle, rng: Random) -> int:
    for cell in (cell for row in range(table.rows) for cell in table.row(row)):
        row, column = first + cell.row, 1 + style.offset + cell.column
        is_number = cell.kind is Kind.VALUE and cell.text.isdecimal() and cell.text == str(int(cell.text))
        stored = sheet.cell(row, column, int(cell.text) if is_number and not style.as_text else cell.text or None)
        if is_number and not style.as_text:
            stored.number_format = rng.choice(["General", "0", "0_ ", "0;-0;0"])
        if cell.rowspan * cell.colspan > 1:
            end = {"end_row": row + cell.rowspan - 1, "end_column": column + cell.colspan - 1}
            sheet.merge_cells(start_row=row, start_column=column, **end)
    for number in table.hidden:
        sheet.row_dimensions[first + number].hidden = True
    if style.hidden:
        _hide(sheet, first + table.rows, 1 + style.offset + table.columns)
        return first + table.rows + 1
    return first + table.rows


def _hide(sheet: Worksheet, row: int, columns: int) -> None:
    for column in _letters(columns):
        sheet[f"{column}{row}"] = 99
    sheet.row_dimensions[row].hidden = True


def _letters(count: int) -> Iterator[str]:
    yield from (chr(ord("A") + at) for at in range(count))
