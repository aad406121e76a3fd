"""The official tables as people read them: headings, rows and columns of a form, ready to be filled with cells.

A table whose rows have different columns (主动公开) is printed by the form as one band per kind; so it is here.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby

from normalize.forms import Form, FormColumn, FormRow, FormTable
from normalize.model import CellKey


@dataclass(frozen=True, slots=True)
class PanelLine:
    """A line of a panel: a row of the form or, without one, a heading."""

    label: str
    depth: int
    row: FormRow | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """Consecutive rows of one table that have the same columns."""

    table: FormTable
    columns: tuple[FormColumn, ...]
    lines: tuple[PanelLine, ...]
    first: bool
    """Whether it begins the table: then the title stands above it."""


def panels(form: Form, present: Container[CellKey]) -> Iterator[Panel]:
    """The panels of a form that have any of the cells ``present``, in its order; of them, the rows that do.

    A report may mix two forms: then each form's panels hold its own rows.
    """
    titled = ""
    for panel in _panels(form):
        lines = tuple(_kept(panel.lines, [_has_any(panel.table.key, line, present) for line in panel.lines]))
        if lines:
            yield replace(panel, lines=lines, first=titled != panel.table.key)
            titled = panel.table.key


def _has_any(table: str, line: PanelLine, present: Container[CellKey]) -> bool:
    return line.row is not None and any(CellKey(table, line.row.key, column) in present for column in line.row.columns)


def _kept(lines: Sequence[PanelLine], wanted: Sequence[bool]) -> Iterator[PanelLine]:
    """The wanted rows, and the headings with a wanted row under them."""
    for index, line in enumerate(lines):
        if wanted[index] or (line.row is None and any(wanted[at] for at in _under(lines, index))):
            yield line


def _under(lines: Sequence[PanelLine], heading: int) -> Iterator[int]:
    """The lines under a heading. They are indented, or (2014 form) stand level with it up to the next heading."""
    depth = lines[heading].depth
    level = heading + 1 < len(lines) and lines[heading + 1].row is not None and lines[heading + 1].depth == depth
    for at in range(heading + 1, len(lines)):
        line = lines[at]
        if line.depth < depth or (line.depth == depth and (line.row is None or not level)):
            return
        yield at


@cache
def _panels(form: Form) -> tuple[Panel, ...]:
    return tuple(panel for table in form.tables for panel in _table_panels(table))


def _table_panels(table: FormTable) -> list[Panel]:
    found: list[Panel] = []
    for columns, rows in groupby(_with_columns(table), key=lambda pair: pair[0]):
        lines = _lines([row for _, row in rows])
        found.append(Panel(table, tuple(table.column(key) for key in columns), lines, first=not found))
    return found


def _with_columns(table: FormTable) -> list[tuple[tuple[str, ...], FormRow]]:
    """Each row with its columns; a heading takes those of the rows it stands over."""
    found: list[tuple[tuple[str, ...], FormRow]] = []
    following: tuple[str, ...] = ()
    for row in reversed(table.rows):
        following = following if row.heading else row.columns
        found.append((following, row))
    return found[::-1]


def _lines(rows: list[FormRow]) -> tuple[PanelLine, ...]:
    lines: list[PanelLine] = []
    before: tuple[str, ...] = ()
    for row in rows:
        path = row.label.path
        shared = next((i for i, (a, b) in enumerate(zip(before, path, strict=False)) if a != b), min(len(before), len(path)))
        lines.extend(PanelLine(part, depth) for depth, part in enumerate(path[:-1]) if depth >= shared)
        lines.append(PanelLine(row.label.leaf, len(path) - 1, None if row.heading else row))
        before = path[:-1]
    return tuple(lines)
