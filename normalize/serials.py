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
    """Cells before column ``first`` that number the rows: left of the row's label, under a heading that says so, or in turn."""
    found: set[GridCell] = set()
    for column in range(first):
        cells = [cell for row in rows if (cell := sheet.covering(row, column)) and holds_number(cell.text)]
        if cells and (_in_turn(cells) or _is_headed(sheet, rows[0], column)):
            found.update(cells)
    for row in rows:
        before = sheet.across(row, 0, first)
        last = max((place for place, cell in enumerate(before) if is_label(cell.text)), default=-1)
        found.update(cell for cell in before[: max(last, 0)] if holds_number(cell.text))
    return frozenset(found)


def _in_turn(cells: Sequence[GridCell]) -> bool:
    """Whether they count upwards one by one, which three figures of a report hardly do."""
    matches = [_SERIAL.fullmatch(fold(cell.text)) for cell in cells]
    numbers = [int(match[1]) for match in matches if match]
    return len(numbers) == len(cells) >= 3 and all(b == a + 1 for a, b in pairwise(numbers))


def _is_headed(sheet: Sheet, row: int, column: int) -> bool:
    """Whether a label over the column says that it holds serial numbers."""
    above = (sheet.covering(upper, column) for upper in range(row - 1, -1, -1))
    label = next((cell.text for cell in above if cell is not None and is_label(cell.text)), "")
    return _HEADING.fullmatch(fold(label)) is not None
