"""A form's rows under no header that could be read, or in no layout that can be.

They may be another version of what was read elsewhere, which is in doubt then.
"""

from __future__ import annotations

from collections.abc import Iterable

from extract.model import GridCell
from normalize.labels import fold, take_apart
from normalize.panels import row_labels
from normalize.placing import Draft, holds_number
from normalize.sheet import names_row

UNREAD = "labels and numbers of the form's tables are printed, but in no layout that could be read"
_FEWEST = 4
"""An agency's own table may have some rows that are labelled like rows of a form."""
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


def names_other_row(label: str) -> bool:
    """Whether a row that is none of its table has a form's row label all the same (行政事业性收费 among 行政处罚)."""
    parts = map(take_apart, {label, *label.split()})
    return any(len(part.core) >= _PLAIN and part in row_labels() for part in parts)
