"""Rows cut by a page break: the two halves of a row become one again, if labels or geometry show that they are halves."""

from __future__ import annotations

from dataclasses import replace

from extract.model import Grid, GridCell
from normalize.labels import fold, take_apart
from normalize.lexicon import kin
from normalize.numbers import Kind, kind_of
from normalize.panels import row_labels
from normalize.sheet import Sheet, is_label, names_section

_NAMED = 0.75
"""Likeness from which a label names a row of its own; the tail of a cut label is less like any."""
_WHOLE = 0.7
"""Likeness to a row of the form from which two pieces of a label are one."""


def with_whole_rows(sheet: Sheet) -> Sheet:
    """The sheet with every row that a page break cut in two made whole. Rows that merely follow each other stay.

    Where numbers without a label of the form follow the break and cannot be shown to belong above, those above are in doubt.
    """
    for first in sorted(sheet.grid.breaks, reverse=True):
        grid = sheet.grid
        upper, lower = first - 1, first
        while lower < sheet.rows and sheet.is_header(lower):
            lower += 1  # a repeated header stands between the halves
        if upper < 0 or lower >= sheet.rows:
            continue
        if _are_halves(sheet, upper, lower):
            grid = _joined(sheet, upper, lower)
            sheet = Sheet(grid)
            if lower + 1 < sheet.rows and not _leaf(sheet, lower + 1) and sheet.has_number(lower + 1):
                grid = _doubted(sheet, upper, lower + 1)  # a third piece
        elif _best(_leaf(sheet, lower)) < _NAMED and sheet.has_number(lower) and not sheet.is_header(upper):
            grid = _doubted(sheet, upper, lower)
        if grid is not sheet.grid:
            sheet = Sheet(grid)
    return sheet


def _best(text: str) -> float:
    """The highest likeness to a row label of some form."""
    known = kin(take_apart(text))
    return max((known[label] for label in known.keys() & row_labels()), default=0.0) if text else 0.0


def _leaf(sheet: Sheet, row: int) -> str:
    cells = [c for c in sheet.starting(row) if is_label(c.text)]
    return cells[-1].text if cells else ""


def _are_halves(sheet: Sheet, upper: int, lower: int) -> bool:
    """Whether every label of the lower row continues the one above it, and every number fits to the one above it."""
    if sheet.is_section(lower) or sheet.is_section(upper) or sheet.is_header(upper) or not _leaf(sheet, upper):
        return False
    pairs = _pairs(sheet, upper, lower)
    labels = [(a, b) for a, b in pairs if is_label(b.text)]
    if not all(_continues(a, b) for a, b in labels):
        return False
    values = [(a, b) for a, b in pairs if not is_label(b.text)]
    if not all(_may_join(a, b) for a, b in values):
        return False
    return bool(labels) or any(kind_of(b.text) is not Kind.EMPTY for _, b in values)


def _continues(above: GridCell, below: GridCell) -> bool:
    """Whether two pieces are one label: of a row, or of the heading over rows beside it."""
    whole = above.text + below.text
    # A head whose gloss is cut open ("（二）部分公开（区分处理的，") may be as good alone as whole; its tail never is.
    if _best(whole) >= _WHOLE and _best(above.text) <= _best(whole) > _best(below.text):
        return True
    return names_section(whole) and not names_section(below.text) and _best(below.text) < _NAMED


def _pairs(sheet: Sheet, upper: int, lower: int) -> list[tuple[GridCell, GridCell]]:
    pairs = []
    for b in sheet.starting(lower):
        a = sheet.covering(upper, b.column)
        if a is not None:
            pairs.append((a, b))
    return pairs


def _may_join(a: GridCell, b: GridCell) -> bool:
    """Two value halves fit together if one of them is empty, or the upper one fills its width and runs on."""
    if not fold(a.text) or not fold(b.text):
        return True
    return a.runs_on


def _joined(sheet: Sheet, upper: int, lower: int) -> Grid:
    """The grid with ``lower``'s texts appended to the cells above them and ``lower`` left as an empty row."""
    appended: dict[int, GridCell] = {}
    moved: set[int] = set()
    for a, b in _pairs(sheet, upper, lower):
        if fold(b.text):
            appended[id(a)] = _appended(a, b)
        moved.add(id(b))
    cells = tuple(appended.get(id(c), c) for c in sheet.grid.cells if id(c) not in moved)
    return replace(sheet.grid, cells=cells)


def _appended(a: GridCell, b: GridCell) -> GridCell:
    text = a.text.rstrip() + b.text.strip()
    if not fold(a.text):
        sure = b.confidence if b.readings else a.confidence
        return a._replace(text=text, box=b.box, confidence=sure, readings=b.readings)
    if a.readings or b.readings:  # no reading is of the whole
        return a._replace(text=text, confidence=0.0, readings=())
    return a._replace(text=text)


def _doubted(sheet: Sheet, upper: int, lower: int) -> Grid:
    """The grid with the upper row's cells in doubt wherever a number without a label stands below them."""
    doubtful = {id(a) for a, b in _pairs(sheet, upper, lower) if fold(b.text)}
    return replace(sheet.grid, cells=tuple(c._replace(confidence=0.0) if id(c) in doubtful else c for c in sheet.grid.cells))
