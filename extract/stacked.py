"""Tables flattened to one cell a line, perhaps with a blank line between all cells, or a line with a bar.

The order of the cells is all there is: each becomes a row of one field, and nothing is counted or guessed here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from extract.flattened import Row, grid_of
from extract.furniture import Item, TextLine, is_furniture, trim
from extract.shapes import is_bracketed, is_chapter, is_prose, is_value, plain

_FEWEST_VALUES = 4
"""Fewer values are no table."""
_SHARE = 0.12
"""Least share of values among the cells of a table: heads and labels hold the rest."""
_FAR = 30
"""Cells without a value between two values of one table: a head, at most."""
_SOON = 3
"""A row's label is followed by a value within that many cells; a chapter heading is not."""
_MOSTLY = 0.8
_LABEL = 60
"""Most characters of a cell."""
_BAR = regex.compile(r"[|｜│]")


@dataclass(frozen=True, slots=True)
class _Cell:
    """A printed line among the items: where it is, and how many blank lines and bars stand before it."""

    at: int
    line: TextLine
    text: str
    value: bool
    blanks: int
    bars: int
    gap: bool
    """Whether a page ended before it."""


def unstack(items: Sequence[Item]) -> list[Item]:
    """The items with every run of short lines among which values stand taken together into a grid."""
    done: list[Item] = []
    at = 0
    for cells in _tables(items):
        end = cells[-1].at + 1 + _trailing_bars(items, cells[-1].at + 1)
        done += items[at : cells[0].at]
        done.append(grid_of(_rows(cells)))
        done += [item for item in items[cells[0].at : end] if is_furniture(item)]
        at = end
    return [*done, *items[at:]]


def _tables(items: Sequence[Item]) -> list[list[_Cell]]:
    tables: list[list[_Cell]] = []
    for run in _runs(items):
        for cells in _between_headings(run):
            values = sum(cell.value for cell in cells)
            if values >= _FEWEST_VALUES and values >= _SHARE * len(cells):
                tables.append(cells)
    return tables


def _runs(items: Sequence[Item]) -> list[list[_Cell]]:
    """Stretches of short lines without a sentence among them."""
    runs: list[list[_Cell]] = [[]]
    blanks = bars = 0
    gap = False
    for at, item in enumerate(items):
        if is_furniture(item):
            gap = True
            continue
        text = trim(item.text) if isinstance(item, TextLine) else ""
        if not isinstance(item, TextLine) or is_prose(text, longest=_LABEL):
            runs.append([])
            blanks = bars = 0
            gap = False
            continue
        gap = gap or item.new_page
        if not text:
            blanks += 1
        elif _BAR.fullmatch(text):
            bars += 1
        else:
            runs[-1].append(_Cell(at, item, text, is_value(text), blanks, bars, gap))
            blanks = bars = 0
            gap = False
    return runs


def _between_headings(run: list[_Cell]) -> list[list[_Cell]]:
    """The parts of a run that may be tables: without chapter headings, and notes under them; from head to last value."""
    parts: list[list[_Cell]] = [[]]
    for i, cell in enumerate(run):
        soon = any(after.value for after in run[i + 1 : i + 1 + _SOON])
        note = not parts[-1] and is_bracketed(cell.text) and len(cell.text) > 12
        if (is_chapter(cell.text) and not soon) or (note and not soon):
            parts.append([])
        else:
            parts[-1].append(cell)
    return [trimmed for part in parts for trimmed in _trimmed(part)]


def _trimmed(part: list[_Cell]) -> list[list[_Cell]]:
    """Cut where values are far apart, and after the last value of each piece."""
    values = [i for i, cell in enumerate(part) if cell.value]
    if not values:
        return []
    pieces: list[list[_Cell]] = []
    start = max(0, values[0] - _FAR)
    for value, following in pairwise(values):
        if following - value > _FAR:
            pieces.append(part[start : value + 1])
            start = following - _FAR
    pieces.append(part[start : values[-1] + 1])
    return pieces


def _rows(cells: list[_Cell]) -> list[Row]:
    """A row of one field for each cell, and for each blank that may be one."""
    rows = [Row(cells[0].line.number, (cells[0].text,), cells[0].gap)]
    blanks_before = _separation(cells)
    for before, cell in pairwise(cells):
        rows += [Row(cell.line.number - 1, ("",))] * blanks_before(before, cell)
        rows.append(Row(cell.line.number, (cell.text,), cell.gap))
    return rows


def _separation(cells: list[_Cell]) -> Callable[[_Cell, _Cell], int]:
    """How many blank cells may stand between two cells, by what parts the cells of this table.

    Bars or blank lines that merely part rows are none: those stand between a value and a label, never elsewhere.
    """
    later = cells[1:]
    if later and sum(cell.bars > 0 for cell in later) > 0.5 * len(later):
        doubled = _doubled_between_rows(cells)
        return lambda before, cell: max(0, cell.bars - 1 - (doubled and before.value and not cell.value))
    if later and sum(cell.blanks > 0 for cell in later) >= _MOSTLY * len(later):
        return lambda _, cell: max(0, (cell.blanks - 1) // 2)
    if _between_rows_only(cells):
        return lambda _, cell: max(0, cell.blanks - 1)
    return lambda _, cell: 0 if cell.gap else cell.blanks


def _doubled_between_rows(cells: list[_Cell]) -> bool:
    """Whether rows begin and end with a bar, so that two stand between a row's last cell and the next row's first."""
    turns = [b.bars for a, b in pairwise(cells) if a.value and not b.value]
    return bool(turns) and sum(bars > 1 for bars in turns) >= _MOSTLY * len(turns)


def _between_rows_only(cells: list[_Cell]) -> bool:
    """Whether blank lines stand before labels only, and before nearly every row's."""
    turns = [b.blanks > 0 for a, b in pairwise(cells) if a.value and not b.value]
    elsewhere = any(b.blanks for a, b in pairwise(cells) if b.value)
    return bool(turns) and not elsewhere and sum(turns) >= _MOSTLY * len(turns)


def _trailing_bars(items: Sequence[Item], at: int) -> int:
    """How many lines after the last cell are bars that belong to it."""
    count = 0
    while at + count < len(items):
        item = items[at + count]
        if not isinstance(item, TextLine) or not _BAR.fullmatch(plain(item.text)):
            break
        count += 1
    return count
