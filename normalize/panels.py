"""Panels: the forms' tables cut where their headers change, compiled once per process.

The 主动公开 table is a stack of small panels with a header each; 申请 is one panel, 复议诉讼 one line of values. Panels of the
same shape in several forms are one panel whose rows say which forms print them, so that a form is recognised row by row:
real reports mix forms, and use one form in another's years.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from normalize.align import Roster, Wanted
from normalize.forms import FormRow, FormTable, forms
from normalize.labels import Folded, digits_of, take_apart
from normalize.lexicon import CORNERS, SPANNING


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A row of a panel. ``forms`` are the forms that print it; a heading row holds no values."""

    key: str
    forms: frozenset[str]
    wanted: Wanted
    heading: bool = False

    def has_digits_of(self, text: str) -> bool:
        """Whether the digits in a printed label's wording are those of the row's own, so that none is a stray number."""
        return digits_of(text) in {digits_of(leaf.core) for leaf in self.wanted.leaves}


@dataclass(frozen=True, slots=True)
class PanelColumn:
    """A column of a panel. In a line panel ``row`` names the form row it belongs to."""

    key: str
    wanted: Wanted
    row: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A header and the rows under it."""

    table: str
    forms: frozenset[str]
    line: bool
    columns: tuple[PanelColumn, ...]
    rows: tuple[PanelRow, ...]
    """In a line panel one nameless row."""
    column_roster: Roster
    row_roster: Roster
    headings: tuple[Folded, ...]
    """Over columns (行政复议, 行政诉讼), each once, in order."""

    @classmethod
    def of(cls, table: str, columns: tuple[PanelColumn, ...], rows: tuple[PanelRow, ...], *, line: bool) -> Panel:
        """From its columns and rows; its forms are those that print any of its rows."""
        forms = frozenset().union(*(r.forms for r in rows))
        rosters = Roster(c.wanted for c in columns), Roster(r.wanted for r in rows)
        headings = tuple(dict.fromkeys(p for c in columns for p in c.wanted.parents))
        return cls(table, forms, line, columns, rows, *rosters, headings)


def _wanted(row: FormRow) -> Wanted:
    return Wanted.of(row.label.path, row.label.aliases)


def _merge(into: list[PanelRow], form: str, rows: Iterable[FormRow]) -> None:
    """Add a form's rows, each new one after the row that precedes it in its own form."""
    after = -1
    for row in rows:
        same = next(
            (i for i, known in enumerate(into) if known.key == row.key and known.heading == row.heading and row.key), None
        )
        if same is None:
            after += 1
            into.insert(after, PanelRow(row.key, frozenset({form}), _wanted(row), row.heading))
            continue
        known = into[same]
        leaves = tuple(dict.fromkeys((*known.wanted.leaves, *_wanted(row).leaves)))
        into[same] = PanelRow(known.key, known.forms | {form}, Wanted(leaves, known.wanted.parents), known.heading)
        after = same


def _matrices(table: FormTable) -> dict[tuple[str, ...], list[FormRow]]:
    """Rows by the columns they have; a heading row belongs to the panel of the row after it."""
    found: dict[tuple[str, ...], list[FormRow]] = {}
    headings: list[FormRow] = []
    for row in table.rows:
        if row.heading:
            headings.append(row)
            continue
        found.setdefault(row.columns, []).extend((*headings, row))
        headings = []
    return found


def _line(table: FormTable) -> tuple[PanelColumn, ...]:
    return tuple(
        PanelColumn(
            key,
            Wanted.of((*row.label.path, *table.column(key).label.path), table.column(key).label.aliases),
            row.key,
        )
        for row in table.rows
        for key in row.columns
    )


@cache
def panels() -> tuple[Panel, ...]:
    """Every panel of every form."""
    matrices: dict[tuple[str, tuple[str, ...], tuple[Wanted, ...]], list[PanelRow]] = {}
    lines: dict[tuple[str, tuple[PanelColumn, ...]], set[str]] = {}
    columns: dict[tuple[str, tuple[str, ...], tuple[Wanted, ...]], tuple[PanelColumn, ...]] = {}
    for form in forms().values():
        for table in form.tables:
            if table.orientation == "line":
                lines.setdefault((table.key, _line(table)), set()).add(form.key)
            for keys, rows in _matrices(table).items():
                panel_columns = tuple(
                    PanelColumn(key, Wanted.of(table.column(key).label.path, table.column(key).label.aliases)) for key in keys
                )
                ident = (table.key, keys, tuple(c.wanted for c in panel_columns))
                columns[ident] = panel_columns
                _merge(matrices.setdefault(ident, []), form.key, rows)
    found = [
        Panel.of(table, columns[table, keys, wanted], tuple(rows), line=False) for (table, keys, wanted), rows in matrices.items()
    ]
    found += [
        Panel.of(table, line, (PanelRow("", frozenset(keys), Wanted(())),), line=True) for (table, line), keys in lines.items()
    ]
    return tuple(found)


@cache
def header_labels() -> frozenset[Folded]:
    """Every column label of every panel, and in line panels the headings over them."""
    wanted = [column.wanted for panel in panels() for column in panel.columns]
    return frozenset(label for w in wanted for label in (*w.leaves, *w.parents))


@cache
def row_labels() -> frozenset[Folded]:
    """Every row label of every panel with rows of its own."""
    return frozenset(label for panel in panels() if not panel.line for row in panel.rows for label in row.wanted.leaves)


@cache
def corner_labels() -> frozenset[Folded]:
    """What the forms print over their label columns, and over the units."""
    return frozenset(map(take_apart, CORNERS))


@cache
def spanning_labels() -> frozenset[Folded]:
    """What the forms print over columns without it being part of their names."""
    return frozenset(map(take_apart, SPANNING))


@cache
def section_labels() -> frozenset[Folded]:
    """Headings over rows (第二十条第（五）项, （三）不予公开), as far as they are no rows of their own."""
    return frozenset(label for panel in panels() for row in panel.rows for label in row.wanted.parents)
