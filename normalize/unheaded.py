"""What stands under no header that could be read, or in no layout that can be: rows, lines and columns of a form or beside it.

They may be another version of what was read elsewhere, or what was read may be theirs: it is in doubt then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import regex

from extract.model import Grid, GridCell
from normalize.labels import fold, take_apart
from normalize.panels import Panel, row_labels
from normalize.placing import Draft, holds_number
from normalize.sheet import is_label, names_column, names_row, names_section

UNREAD = "labels and numbers of the form's tables are printed, but in no layout that could be read"
_FEWEST = 4
"""An agency's own table may have some rows that are labelled like rows of a form."""
_HAN = regex.compile(r"\p{Han}")
_PLAIN = 4
"""Characters of a label that says by itself which row it is; shorter ones (总计, 其他) are any table's."""


def doubt_unread(cells: Iterable[GridCell], draft: Draft) -> None:
    """Enter the numbers of a part of a grid for which no header was found, if only a form's table has so many row labels."""
    cells = tuple(cells)
    labels = {fold(cell.text) for cell in cells if names_row(cell.text)}
    numbers = [cell for cell in cells if holds_number(cell.text)]
    if len(labels) < _FEWEST or len(numbers) < _FEWEST:
        return
    draft.see(numbers)
    draft.doubt("tables.unread", UNREAD, numbers)


def doubt_second_line(cells: Sequence[GridCell], panel: Panel, draft: Draft) -> None:
    """Enter the numbers of rows without a word that may be one more line of values of a panel whose line was read above."""
    rows: dict[int, list[GridCell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, []).append(cell)
    for row in rows.values():
        numbers = [cell for cell in row if holds_number(cell.text)]
        if 2 * len(numbers) > len(panel.columns) > 1 and not any(is_label(cell.text) for cell in row):
            draft.see(numbers)
            draft.doubt("tables.unread", "one of several lines of values", numbers)


def words_beside_headings(grid: Grid) -> tuple[str, ...]:
    """Words in place of numbers beside two rows or more, as beside their headings: a column of something else (上年数, 占比).

    What stands beside numbers as well is a unit.
    """
    rows: dict[int, list[str]] = {}
    for cell in grid.cells:
        if cell.text.strip():
            rows.setdefault(cell.row, []).append(cell.text.strip())
    units = {text for texts in rows.values() if any(map(holds_number, texts)) for text in texts}
    beside = Counter(
        word
        for first, *others in rows.values()
        if others and (names_section(first) or names_row(first)) and not any(holds_number(text) for text in others)
        for word in {text for text in others if is_label(text) and _HAN.search(text)} - units
        if not (names_row(word) or names_section(word) or names_column(word))
    )
    return tuple(word for word, count in beside.items() if count > 1)


def names_other_row(label: str) -> bool:
    """Whether a row that is none of its table has a form's row label all the same (行政事业性收费 among 行政处罚)."""
    parts = map(take_apart, {label, *label.split()})
    return any(len(part.core) >= _PLAIN and part in row_labels() for part in parts)
