"""Serial numbers: numbers before a row's values that count nothing. Whatever is not plainly one may be a value astray."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import regex

from extract.model import GridCell
from normalize.labels import fold
from normalize.placing import holds_number
from normalize.sheet import Sheet, is_label

_HEADING = regex.compile(r"序号?|编号|代码|行次|指标代码|顺序号?")
_SERIAL = regex.compile(r"[(]?0*(\d{1,3})[).、]?")


def serial_numbers(sheet: Sheet, rows: Sequence[int], first: int) -> frozenset[GridCell]:
    """Cells before column ``first`` that number the rows: under a heading that says so, or in turn, here or down the sheet."""
    found: set[GridCell] = set()
    for column in range(first):
        cells = [cell for row in rows if (cell := sheet.covering(row, column)) and holds_number(cell.text)]
        if cells and (in_turn(cells) or _is_headed(sheet, rows[0], column) or in_turn(_before_labels(sheet, column))):
            found.update(cells)
    return frozenset(found)


def _before_labels(sheet: Sheet, column: int) -> list[GridCell]:
    """The numbers of a column that stand left of their row's label."""
    numbers = ((row, sheet.covering(row, column)) for row in range(sheet.rows))
    return [
        cell
        for row, cell in numbers
        if cell is not None and holds_number(cell.text) and any(is_label(right.text) for right in sheet.across(row, column + 1))
    ]


def in_turn(cells: Sequence[GridCell]) -> bool:
    """Whether they count upwards one by one, perhaps anew under each heading, which figures of a report hardly do."""
    matches = [_SERIAL.fullmatch(fold(cell.text)) for cell in cells]
    numbers = [int(match[1]) for match in matches if match]
    steps = list(pairwise(numbers))
    onward = sum(after == before + 1 for before, after in steps)
    if len(numbers) < len(cells) or onward < 2 or 2 * onward < len(steps):
        return False
    return all(after in {before + 1, 1} for before, after in steps)


def is_serial_heading(text: str) -> bool:
    """Whether a column's heading says that it holds serial numbers (序号, 行次)."""
    return _HEADING.fullmatch(fold(text)) is not None


def _is_headed(sheet: Sheet, row: int, column: int) -> bool:
    """Whether a label over the column says that it holds serial numbers."""
    above = (sheet.covering(upper, column) for upper in range(row - 1, -1, -1))
    label = next((cell.text for cell in above if cell is not None and is_label(cell.text)), "")
    return is_serial_heading(label)
