"""Plan: the official tables laid out cell by cell, before any printer draws them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from normalize.forms import FormRow, FormTable
from normalize.model import CellKey
from tests.typesetter.model import Paper

CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
APPLICANTS = "申请人情况"
CONTENT = "信息内容"
NO_UNIT = "——"


class Kind(StrEnum):
    """What a planned cell is; printers style it accordingly."""

    HEAD = "head"
    LABEL = "label"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class PlannedCell:
    """A cell of the plan, 0-based."""

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1
    kind: Kind = Kind.LABEL
    key: CellKey | None = None
    may: frozenset[Decimal | None] | None = None
    """What a careful reader may take a damaged print for (None is a blank); without it the text says it plainly."""
    mark: str = ""
    """A footnote mark raised behind the text. Web pages and Word files print it, others leave it out."""
    inner: Plan | None = None
    """A table inside the cell, below its text. Web pages and Word files print it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A table ready for the press. ``widths`` are relative; the first ``header_rows`` may be repeated on a new page."""

    key: str
    cells: tuple[PlannedCell, ...]
    widths: tuple[float, ...]
    header_rows: int = 0
    hidden: frozenset[int] = frozenset()
    """Rows that web pages, Word files and workbooks hold and do not show."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return max(cell.row + cell.rowspan for cell in self.cells)

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.widths)

    def row(self, number: int) -> tuple[PlannedCell, ...]:
        """The cells that begin in a row, from the left."""
        return tuple(cell for cell in self.cells if cell.row == number)

    def grid(self) -> list[list[PlannedCell]]:
        """The cell that covers each place; a blank one where none does."""
        places: dict[tuple[int, int], PlannedCell] = {}
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.rowspan):
                for column in range(cell.column, cell.column + cell.colspan):
                    places[row, column] = cell
        return [
            [places.get((row, column)) or PlannedCell(row, column, "") for column in range(self.columns)]
            for row in range(self.rows)
        ]


def _value(paper: Paper, key: CellKey, row: int, column: int, colspan: int = 1) -> PlannedCell:
    return PlannedCell(row, column, paper.figures[key].printed, 1, colspan, Kind.VALUE, key)


def _ordered(cells: Iterable[PlannedCell]) -> tuple[PlannedCell, ...]:
    return tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))


def _disclosure(paper: Paper, table: FormTable) -> Plan:
    """Blocks of 第二十条第（N）项, each with a title row and a header row of its own, on four columns."""
    cells: list[PlannedCell] = []
    line = 0
    for block, group in groupby(table.rows, key=lambda row: row.label.path[0]):
        rows = list(group)
        columns = rows[0].columns
        spans = [1] * (len(columns) - 1) + [4 - len(columns)]
        starts = [1 + sum(spans[:i]) for i in range(len(columns))]
        cells.append(PlannedCell(line, 0, paper.label(block), 1, 4, Kind.HEAD))
        cells.append(PlannedCell(line + 1, 0, CONTENT, 1, 1, Kind.HEAD))
        for column, start, span in zip(columns, starts, spans, strict=True):
            text = paper.label(table.column(column).label.leaf)
            cells.append(PlannedCell(line + 1, start, text, 1, span, Kind.HEAD))
        for offset, row in enumerate(rows, start=2):
            cells.append(PlannedCell(line + offset, 0, paper.label(row.label.leaf)))
            for column, start, span in zip(columns, starts, spans, strict=True):
                cells.append(_value(paper, CellKey(table.key, row.key, column), line + offset, start, span))
        line += 2 + len(rows)
    return Plan(table.key, tuple(cells), (2.5, 2.0, 2.0, 2.0))


def _stub(paper: Paper, rows: tuple[FormRow, ...], depth: int, top: int) -> Iterator[PlannedCell]:
    """Row labels in ``depth`` columns: shared headings span their rows, a shallow label spans the columns to its right."""
    for level in range(depth):
        line = top
        for path, group in groupby(rows, key=lambda row: row.label.path[: level + 1]):
            span = len(list(group))
            if len(path) == level + 1:
                leaf = all(len(row.label.path) == level + 1 for row in rows[line - top : line - top + span])
                yield PlannedCell(line, level, paper.label(path[-1]), span, depth - level if leaf else 1)
            line += span


def _applications(paper: Paper, table: FormTable) -> Plan:
    """Three label columns and seven value columns under a header of three rows."""
    depth, top = 3, 3
    organisations = [column for column in table.columns if len(column.label.path) == 2]
    cells = [
        PlannedCell(0, 0, CORNER, 3, depth, Kind.HEAD),
        PlannedCell(0, depth, APPLICANTS, 1, len(table.columns), Kind.HEAD),
    ]
    for index, column in enumerate(table.columns):
        if column not in organisations:
            cells.append(PlannedCell(1, depth + index, paper.label(column.label.leaf), 2, 1, Kind.HEAD))
            continue
        if column is organisations[0]:
            text = paper.label(column.label.path[0])
            cells.append(PlannedCell(1, depth + index, text, 1, len(organisations), Kind.HEAD))
        cells.append(PlannedCell(2, depth + index, paper.label(column.label.leaf), 1, 1, Kind.HEAD))
    cells.extend(_stub(paper, table.rows, depth, top))
    for line, row in enumerate(table.rows, start=top):
        for index, name in enumerate(row.columns):
            cells.append(_value(paper, CellKey(table.key, row.key, name), line, depth + index))
    return Plan(table.key, _ordered(cells), (1.0, 2.0, 4.6, *([1.25] * len(table.columns))), header_rows=top)


def _disputes(paper: Paper, table: FormTable) -> Plan:
    """Fifteen columns under three header rows, and one row of values."""
    cells: list[PlannedCell] = []
    column = 0
    for heading, group in groupby(table.rows, key=lambda row: row.label.path[0]):
        rows = list(group)
        width = sum(len(row.columns) for row in rows)
        cells.append(PlannedCell(0, column, paper.label(heading), 1, width, Kind.HEAD))
        for row in rows:
            deep = len(row.label.path) == 2
            if deep:
                cells.append(PlannedCell(1, column, paper.label(row.label.leaf), 1, len(row.columns), Kind.HEAD))
            for name in row.columns:
                text = paper.label(table.column(name).label.leaf)
                cells.append(PlannedCell(2 if deep else 1, column, text, 1 if deep else 2, 1, Kind.HEAD))
                cells.append(_value(paper, CellKey(table.key, row.key, name), 3, column))
                column += 1
    return Plan(table.key, _ordered(cells), (1.0,) * column, header_rows=3)


def _indent(label: str) -> str:
    if label.startswith("其中"):
        return "　　　"
    if label[:1].isdigit():
        return "　　"
    return "　" if label.startswith("（") else ""


def _statistics(paper: Paper, table: FormTable) -> Plan:
    """统计指标, 单位, 统计数; heading rows print a dash for unit and count."""
    cells = [PlannedCell(0, i, text, 1, 1, Kind.HEAD) for i, text in enumerate(("统计指标", "单位", "统计数"))]
    for line, row in enumerate(table.rows, start=1):
        label = paper.label(row.label.leaf)
        cells.append(PlannedCell(line, 0, _indent(label) + label))
        cells.append(PlannedCell(line, 1, NO_UNIT if row.heading else row.unit))
        if row.heading:
            cells.append(PlannedCell(line, 2, NO_UNIT))
        else:
            cells.append(_value(paper, CellKey(table.key, row.key, "count"), line, 2))
    return Plan(table.key, tuple(cells), (7.0, 1.2, 1.8), header_rows=1)


_PLANNERS = {
    "disclosure": _disclosure,
    "applications": _applications,
    "disputes": _disputes,
    "statistics": _statistics,
}


def plan(paper: Paper, key: str) -> Plan:
    """The official layout of one of the paper's tables, or what the paper says to print instead."""
    if key in paper.damaged:
        changed: Plan = paper.damaged[key]
        return changed
    return _PLANNERS[key](paper, paper.table(key))


def stack(upper: Plan, heading: str, lower: Plan) -> Plan:
    """Two tables printed as one: the upper one widened to the lower one's columns, the chapter heading a row between."""
    wide, narrow = lower.columns, upper.columns
    edges = [round(i * wide / narrow) for i in range(narrow + 1)]
    moved = [
        replace(cell, column=edges[cell.column], colspan=edges[cell.column + cell.colspan] - edges[cell.column])
        for cell in upper.cells
    ]
    moved.append(PlannedCell(upper.rows, 0, heading, 1, wide, Kind.HEAD))
    moved.extend(replace(cell, row=cell.row + upper.rows + 1) for cell in lower.cells)
    hidden = upper.hidden | {row + upper.rows + 1 for row in lower.hidden}
    return Plan(f"{upper.key}+{lower.key}", _ordered(moved), lower.widths, hidden=hidden)


def plans(paper: Paper, chapter_tables: tuple[str, ...]) -> tuple[Plan, ...]:
    """The plans of a chapter's tables."""
    return tuple(plan(paper, key) for key in chapter_tables)
