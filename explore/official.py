"""The official tables as people know them from paper: headings over several columns and rows, bands, the line of disputes.

Pure: a form and the cells that a report has of it give the sheets to show.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from normalize.forms import Form, FormColumn, FormRow, FormTable
from normalize.model import CellKey


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading cell."""

    text: str
    en: str = ""
    colspan: int = 1
    rowspan: int = 1
    scope: str = "col"
    """As HTML has it: col, colgroup, row or rowgroup."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands."""

    key: CellKey
    colspan: int = 1


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row: headings, then figures; None is a place that the form does not have."""

    headings: tuple[Heading, ...]
    places: tuple[Place | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Band:
    """Rows under one set of column headings."""

    head: tuple[SheetRow, ...]
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a form, laid out."""

    form: str
    table: str
    title: str
    en: str
    bands: tuple[Band, ...]
    wide: bool
    """Whether it has more columns than a telephone shows."""


_CONTENT = {"disclosure": ("信息内容", "Item"), "statistics": ("统计指标", "Indicator")}
_UNIT = Heading("单位", "Unit")


def sheets(form: Form, present: Container[CellKey]) -> Iterator[Sheet]:
    """The tables of the form that have any of the cells ``present``; of them, the rows that do."""
    for table in form.tables:
        rows = list(_kept(table, present))
        if rows:
            bands = tuple(_line(table, rows) if table.orientation == "line" else _matrix(table, rows))
            yield Sheet(form.key, table.key, table.title, table.title_en, bands, _breadth(bands) > 6)


def _kept(table: FormTable, present: Container[CellKey]) -> Iterator[FormRow]:
    """The rows that have a cell, and the headings right above one."""
    waiting: list[FormRow] = []
    for row in table.rows:
        if row.heading:
            waiting.append(row)
        elif any(CellKey(table.key, row.key, column) in present for column in row.columns):
            yield from waiting
            yield row
            waiting = []


def _breadth(bands: Sequence[Band]) -> int:
    return max((len(row.places) for band in bands for row in band.rows), default=0)


def _line(table: FormTable, rows: Sequence[FormRow]) -> Iterator[Band]:
    """All in one line of figures, under headings of rows and columns."""
    deepest = max(len(row.label.path) for row in rows)
    head = []
    for level in range(deepest):
        cells: list[Heading] = []
        for path, same in groupby(rows, key=lambda row: row.label.path[: level + 1]):
            members = list(same)
            if len(path) <= level:
                continue
            spans = sum(len(row.columns) for row in members)
            last = len(path) == len(members[0].label.path) == level + 1
            en = members[0].en if last else ""
            cells.append(Heading(path[-1], en, spans, deepest - level if last else 1, "colgroup"))
        head.append(SheetRow(tuple(cells)))
    leaves = [table.column(column) for row in rows for column in row.columns]
    head.append(SheetRow(tuple(Heading(column.label.leaf, column.en) for column in leaves)))
    places = tuple(Place(CellKey(table.key, row.key, column)) for row in rows for column in row.columns)
    yield Band(tuple(head), (SheetRow((), places),))


def _matrix(table: FormTable, rows: Sequence[FormRow]) -> Iterator[Band]:
    """Rows labelled at the left; where rows have columns of their own, a band for each kind."""
    # What rows share stands over them as a band's title, as the form prints it.
    banded = len({row.columns for row in rows if not row.heading}) > 1
    if not banded:
        yield _plain_band(table, rows)
        return
    most = max(len(row.columns) for row in rows)
    for (title, columns), members in groupby(rows, key=lambda row: (row.label.path[:-1], row.columns)):
        yield _titled_band(table, title, [table.column(key) for key in columns], list(members), most)


def _titled_band(
    table: FormTable, title: tuple[str, ...], columns: Sequence[FormColumn], rows: Sequence[FormRow], most: int
) -> Band:
    spans = [1] * len(columns)
    spans[-1] += most - len(columns)
    over = [SheetRow((Heading(" ".join(title), "", most + 1, 1, "colgroup"),))] if title else []
    content = _CONTENT.get(table.key, ("项目", "Item"))
    names = [Heading(column.label.leaf, column.en, span) for column, span in zip(columns, spans, strict=True)]
    body = [
        SheetRow(
            (Heading(row.label.leaf, row.en, scope="row"),),
            tuple(Place(CellKey(table.key, row.key, c.key), span) for c, span in zip(columns, spans, strict=True)),
        )
        for row in rows
    ]
    return Band((*over, SheetRow((Heading(*content), *names))), tuple(body))


def _plain_band(table: FormTable, rows: Sequence[FormRow]) -> Band:
    columns = next(row.columns for row in rows if not row.heading)
    deepest = max(len(row.label.path) for row in rows)
    units = any(row.unit for row in rows)
    head = _column_headings([table.column(key) for key in columns])
    content = Heading(*_CONTENT.get(table.key, ("项目", "Item")), deepest, len(head))
    unit = (replace(_UNIT, rowspan=len(head)),) if units else ()
    first = SheetRow((content, *unit, *head[0]))
    width = deepest + bool(units) + len(columns)
    body = []
    for at, row in enumerate(rows):
        if row.heading:
            body.append(SheetRow((Heading(row.label.leaf, row.en, width, 1, "colgroup"),)))
            continue
        named = (*_row_headings(rows, at, deepest), *((Heading(row.unit, scope="unit"),) if units else ()))
        body.append(SheetRow(named, tuple(Place(CellKey(table.key, row.key, key)) for key in columns)))
    return Band((first, *(SheetRow(tuple(names)) for names in head[1:])), tuple(body))


def _column_headings(columns: Sequence[FormColumn]) -> list[list[Heading]]:
    """Rows of headings over the columns, each over all that share it."""
    deepest = max(len(column.label.path) for column in columns)
    rows = []
    for level in range(deepest):
        row = []
        for path, same in groupby(columns, key=lambda column: column.label.path[: level + 1]):
            members = list(same)
            if len(path) <= level:
                continue
            last = len(members[0].label.path) == level + 1
            scope = "col" if last else "colgroup"
            row.append(Heading(path[-1], members[0].en if last else "", len(members), deepest - level if last else 1, scope))
        rows.append(row)
    return rows


def _row_headings(rows: Sequence[FormRow], at: int, deepest: int) -> Iterator[Heading]:
    """What stands left of a row's figures: a heading where it begins, its own label over what is left of the width."""
    row, path = rows[at], rows[at].label.path
    for level in range(len(path) - 1):
        begins = path[: level + 1]
        if at and _is_under(rows[at - 1], begins):
            continue
        run = next((place for place, other in enumerate(rows[at:]) if not _is_under(other, begins)), len(rows) - at)
        yield Heading(path[level], "", 1, run, "rowgroup")
    yield Heading(row.label.leaf, row.en, deepest - len(path) + 1, 1, "row")


def _is_under(row: FormRow, begins: tuple[str, ...]) -> bool:
    """Whether the row stands under the heading that the path ends with."""
    path = row.label.path
    return not row.heading and len(path) > len(begins) and path[: len(begins)] == begins
