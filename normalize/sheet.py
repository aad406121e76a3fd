"""A grid made easy to ask: which cell covers a place, which labels stand left of it, is this row a header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

from extract.model import Grid, GridCell
from normalize.labels import fold
from normalize.lexicon import related
from normalize.numbers import Kind, kind_of
from normalize.panels import header_labels, row_labels, section_labels
from normalize.placing import holds_number

_UNITS = frozenset({"条", "件", "次", "篇", "万元", "元", "个", "人", "人次", "项", "件次", "场次", "期", "份"})

_FEWEST_UNITS = 8
"""So many units in a column show that it is one of units."""
_LONGEST_UNIT = 3


@lru_cache(maxsize=8192)
def is_label(text: str) -> bool:
    """Whether a cell's text names something (it is neither empty nor a dash, a number or a unit)."""
    return kind_of(text) is Kind.TEXT and not holds_number(text) and not _is_unit(text)


@lru_cache(maxsize=8192)
def names_column(text: str) -> bool:
    """Whether a text is a column label of some form, or a heading over columns."""
    return is_label(text) and related(text, header_labels(), 0.72)


@lru_cache(maxsize=8192)
def names_row(text: str) -> bool:
    """Whether a text is a row label of some form."""
    return is_label(text) and related(text, row_labels(), 0.75)


@lru_cache(maxsize=8192)
def names_section(text: str) -> bool:
    """Whether a text is a heading over rows of some form."""
    return related(text, section_labels(), 0.9)


def _with_plain_units(grid: Grid) -> Grid:
    """The grid without what is no unit in a column of units: a stamp's ink makes 全 of 个, which then would be a row's label."""
    counts: dict[int, list[int]] = {}
    for cell in grid.cells:
        if cell.text.strip() and cell.colspan == 1:
            counts.setdefault(cell.column, [0, 0])[not _is_unit(cell.text)] += 1
    columns = {column for column, (units, others) in counts.items() if units >= _FEWEST_UNITS and units >= 2 * others}
    if not columns:
        return grid

    def is_misread(cell: GridCell) -> bool:
        short = cell.column in columns and cell.colspan == 1 and len(cell.text.strip()) <= _LONGEST_UNIT
        return short and (is_label(cell.text) or cell.confidence < 1) and not _is_unit(cell.text) and fold(cell.text) != "单位"

    return replace(grid, cells=tuple(cell._replace(text="") if is_misread(cell) else cell for cell in grid.cells))


def _is_unit(text: str) -> bool:
    return fold(text).strip("()") in _UNITS


class Sheet:
    """A grid with an index of places. Rows are 0-based; ``covering`` is None where nothing was drawn."""

    def __init__(self, grid: Grid) -> None:
        grid = _with_plain_units(grid)
        self.grid = grid
        self.rows = grid.rows
        self.columns = grid.columns
        self._places: list[dict[int, GridCell]] = [{} for _ in range(self.rows)]
        self._starting: list[list[GridCell]] = [[] for _ in range(self.rows)]
        self._headers: dict[int, bool] = {}
        self._across: dict[tuple[int, int, int], tuple[GridCell, ...]] = {}
        for cell in grid.cells:
            self._starting[cell.row].append(cell)
            if cell.rowspan == cell.colspan == 1:
                self._places[cell.row].setdefault(cell.column, cell)
                continue
            for places in self._places[cell.row : cell.row + cell.rowspan]:
                for column in range(cell.column, cell.column + cell.colspan):
                    places.setdefault(column, cell)

    def covering(self, row: int, column: int) -> GridCell | None:
        """The cell that covers a place."""
        return self._places[row].get(column)

    def end(self, row: int) -> int:
        """The column after the last one of a row that a cell covers."""
        return max(self._places[row], default=-1) + 1

    def starting(self, row: int) -> Sequence[GridCell]:
        """Cells whose top is in this row, left to right."""
        return self._starting[row]

    def across(self, row: int, start: int = 0, stop: int | None = None) -> Sequence[GridCell]:
        """Distinct cells covering places of a row from column ``start`` up to ``stop``, left to right."""
        stretch = (row, start, self.columns if stop is None else stop)
        cells = self._across.get(stretch)
        if cells is None:
            places = self._places[row]
            found = {id(cell): cell for column in range(*stretch[1:]) if (cell := places.get(column))}
            self._across[stretch] = cells = tuple(found.values())
        return cells

    def labels(self, row: int, stop: int | None = None) -> list[GridCell]:
        """Label cells covering a row left of column ``stop``, outermost first."""
        return [c for c in self.across(row, 0, stop) if is_label(c.text)]

    def has_number(self, row: int) -> bool:
        """Whether a number is printed in cells that start in this row."""
        return self._numeric[row]

    def is_header(self, row: int) -> bool:
        """Whether a row names columns: no numbers, and labels of columns rather than of a row."""
        if self._numeric[row]:
            return False
        if row not in self._headers:
            self._headers[row] = self._names_columns(row)
        return self._headers[row]

    @cached_property
    def _numeric(self) -> list[bool]:
        return [any(map(holds_number, [c.text for c in cells])) for cells in self._starting]

    def _names_columns(self, row: int) -> bool:
        cells = [c for c in self._starting[row] if names_column(c.text)]
        if len({fold(c.text) for c in cells}) >= 2 or len(cells) >= 3:
            return True
        return any(len(fold(c.text)) >= 4 or self.columns <= 3 for c in cells) and not any(
            names_row(c.text) for c in self.labels(row)
        )

    def is_section(self, row: int) -> bool:
        """Whether a row holds one label only, over its whole width or naming a section ("第二十条第（五）项")."""
        if self._numeric[row]:
            return False
        cells = self.across(row)
        printed = [c for c in cells if c.text.strip()]
        if len(printed) != 1 or self.columns == 1 or not is_label(printed[0].text):
            return False
        if len(cells) == 1 and printed[0].colspan * 2 > self.columns:
            return True
        return printed[0].row == row and names_section(printed[0].text) and self.covers_values(row)

    def covers_values(self, row: int) -> bool:
        """Whether a row's only label reaches beyond the first column, as a heading's does and a row label's does not."""
        return any(c.column + c.colspan > max(1, self.columns // 2) for c in self.across(row) if c.text.strip())
