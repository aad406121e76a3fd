"""What the rules across years ask for, read in bulk from the wide tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select, text

from normalize.continuity.lines import Succession
from normalize.continuity.model import Figure, Lack, YearFigures
from normalize.continuity.rules import cells, form_keys
from normalize.forms import forms
from normalize.model import Verdict
from store.bulk import batched
from store.schema import FORM_TABLES, cell_note, report
from store.stale import Chain
from store.supersede import subject
from store.values import from_sqlite
from store.wide import column_name, expected_name

_CHAINED_BY_NAME = {None, "unknown_region"}
"""Reasons of being undecided that leave a printed name one agency's: there is no place, or nobody asked. The others do not:
河东区教育局 may be several, 区统计局 a thousand."""
_COLUMNS = ("id", "agency_id", "agency", "agency_reason", "year", "scope", "form", "verdict", "superseded_by")
_REPORTS = select(*(report.c[name] for name in _COLUMNS)).where(report.c.year.is_not(None))
_LISTED: BindParameter[Any] = bindparam("listed", expanding=True)
_OF_AGENCIES = _REPORTS.where(report.c.current == 1, report.c.agency_id.in_(_LISTED))
_OF_NAMES = _REPORTS.where(report.c.current == 1, report.c.agency.in_(_LISTED))
_EDITIONS = _REPORTS.where(report.c.superseded_by.in_(_LISTED))
_NOTES = select(cell_note.c.report_id, cell_note.c.cell, cell_note.c.state).where(cell_note.c.report_id.in_(_LISTED))
_SUCCESSIONS = [
    text(f"SELECT agency_id, successor_id, year FROM successions WHERE {end} IN :listed").bindparams(_LISTED)  # noqa: S608
    for end in ("agency_id", "successor_id")
]


def chain_name(chain: Chain) -> str:
    """What the pure functions call an agency: ``#12``, or the printed name, which never begins so."""
    number, name = chain
    return f"#{number}" if number else f"={name}"


def chain_of(agency: str) -> Chain:
    """The chain of that name."""
    return (int(agency[1:]), "") if agency.startswith("#") else (0, agency[1:])


def successions_around(connection: Connection, chains: Iterable[Chain]) -> tuple[list[Succession], set[Chain]]:
    """The successions among agencies that these are joined to, in any number of steps, and all agencies so joined."""
    reached = {number for number, _ in chains if number}
    found: set[tuple[int, int, int]] = set()
    new = sorted(reached)
    while new:
        fresh: set[int] = set()
        for statement in _SUCCESSIONS:
            for some in batched(new):
                rows = connection.execute(statement, {"listed": list(some)}).all()
                found |= {(row.agency_id, row.successor_id, row.year) for row in rows}
                fresh |= {number for row in rows for number in row[:2]}
        new = sorted(fresh - reached)
        reached |= fresh
    successions = [Succession(f"#{old}", f"#{heir}", year) for old, heir, year in sorted(found)]
    return successions, {*chains, *((number, "") for number in reached)}


def figures_of(connection: Connection, chains: Iterable[Chain]) -> list[YearFigures]:
    """The current reports of these agencies that name a year."""
    numbers, names = sorted({n for n, _ in chains if n}), sorted({name for n, name in chains if not n})
    rows: list[Any] = []
    for some in batched(numbers):
        rows += connection.execute(_OF_AGENCIES, {"listed": list(some)})
    for names_ in batched(names):
        named = connection.execute(_OF_NAMES, {"listed": list(names_)})
        rows += [row for row in named if row.agency_id is None and is_one_agency(row)]
    return _with_figures(connection, [(row, chain_name((row.agency_id or 0, row.agency))) for row in rows])


def is_one_agency(row: Any) -> bool:  # noqa: ANN401 - a row
    """Whether the printed name of a report whose agency is undecided is borne by one agency only."""
    return row.agency_reason in _CHAINED_BY_NAME and subject(row.agency, row.year, row.scope) is not None


def editions_of(connection: Connection, reports: Iterable[YearFigures]) -> dict[int, list[YearFigures]]:
    """The editions that these reports replaced, by the number of the report that did."""
    whose = {each.report_id: each.agency for each in reports}
    rows: list[Any] = []
    for some in batched(sorted(whose)):
        rows += connection.execute(_EDITIONS, {"listed": list(some)})
    found: dict[int, list[YearFigures]] = {}
    by = {row.id: row.superseded_by for row in rows}
    for each in _with_figures(connection, [(row, whose[row.superseded_by]) for row in rows]):
        found.setdefault(by[each.report_id], []).append(each)
    return found


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the cells that rules ask for stand in a form's rows as selected."""

    form: str
    statement: Any
    tables: tuple[str, ...]
    """Of which the first columns say whether they are printed."""
    places: tuple[tuple[int, int, int], ...]
    """Column of the row, place among ``cells()``, place among ``tables``."""


@cache
def _layouts() -> tuple[_Layout, ...]:
    return tuple(_layout(form) for form in forms())


def _layout(key: str) -> _Layout:
    form, wide = forms()[key], FORM_TABLES[key]
    tables = tuple(table.key for table in form.tables)
    asked = [(i, cell) for i, cell in enumerate(cells()) if cell in form_keys()[key]]
    names = [*(expected_name(table) for table in form.tables), *(column_name(cell) for _, cell in asked)]
    selected = ", ".join(f'"{name}"' for name in ("report_id", *names))
    # Text, not select(): a million numbers need no type that is asked about each.
    statement = text(f'SELECT {selected} FROM "{wide.name}" WHERE report_id IN :listed').bindparams(_LISTED)  # noqa: S608
    first = 1 + len(tables)
    places = tuple((first + column, place, tables.index(cell.table)) for column, (place, cell) in enumerate(asked))
    return _Layout(key, statement, tables, places)


class _Numbers(dict[Any, Decimal]):
    """Numbers as the driver gives them, each made a Decimal once."""

    def __missing__(self, stored: Any) -> Decimal:  # noqa: ANN401 - whatever the driver gives
        value = stored if isinstance(stored, Decimal) else from_sqlite(stored)
        if value is None:
            raise TypeError("NULL is no number")
        self[stored] = value
        return value


def _with_figures(connection: Connection, found: Sequence[tuple[Any, str]]) -> list[YearFigures]:
    """Reports (rows with the name of the chain) with their figures, in the order of their numbers."""
    reports = {row.id: (row, agency) for row, agency in found}
    printed: dict[int, dict[str, Any]] = {}
    for some in batched(sorted(reports)):
        for layout in _layouts():
            for wide in connection.execute(layout.statement, {"listed": list(some)}):
                printed.setdefault(wide[0], {})[layout.form] = wide
    return list(_assembled(connection, reports, printed))


def _assembled(
    connection: Connection, reports: Mapping[int, tuple[Any, str]], printed: Mapping[int, dict[str, Any]]
) -> Iterator[YearFigures]:
    numbers, layouts = _Numbers(), {layout.form: layout for layout in _layouts()}
    made: dict[int, list[Figure]] = {}
    gaps: list[int] = []
    for number, (row, _) in reports.items():
        wide = printed.get(number, {})
        figures: list[Figure] = [Lack.NO_CELL] * len(cells())
        # The form that most of the report follows comes last, and so counts where two forms have the cell.
        for form in sorted(wide, key=lambda form: form == row.form):
            _fill(figures, layouts[form], wide[form], numbers)
        _tables_not_printed(figures, row.form, [(layouts[form], each) for form, each in wide.items()])
        if Lack.MISSING in figures:
            gaps.append(number)
        made[number] = figures
    blanks, with_gaps = _blanks(connection, gaps), set(gaps)
    for number, (row, agency) in sorted(reports.items()):
        figures = made[number]
        for place in blanks.get(number, ()):
            if figures[place] is Lack.MISSING:
                figures[place] = Lack.BLANK
        yield YearFigures(
            report_id=number,
            agency=agency,
            name=row.agency,
            year=row.year,
            scope=row.scope,
            in_doubt=row.verdict == Verdict.REVIEW,
            figures=tuple(figures),
            gaps=number in with_gaps,
        )


def _fill(figures: list[Figure], layout: _Layout, wide: Any, numbers: _Numbers) -> None:  # noqa: ANN401 - a row
    is_printed = [wide[1 + i] is not None for i in range(len(layout.tables))]
    for column, place, table in layout.places:
        stored = wide[column]
        if stored is not None:
            figures[place] = numbers[stored]
        elif is_printed[table] and figures[place] is Lack.NO_CELL:
            figures[place] = Lack.MISSING  # or blank: the notes say


def _tables_not_printed(figures: list[Figure], form: str, wide: Sequence[tuple[_Layout, Any]]) -> None:
    """Tell cells of tables that the report does not print from cells that its forms do not have."""
    tables = {table for layout, row in wide for i, table in enumerate(layout.tables) if row[1 + i] is not None}
    known = form_keys().get(form)
    for place, key in enumerate(cells()):
        if figures[place] is Lack.NO_CELL and key.table not in tables and (known is None or key in known):
            figures[place] = Lack.NO_TABLE


def _blanks(connection: Connection, reports: Sequence[int]) -> dict[int, list[int]]:
    """The places of printed blanks."""
    places = {str(key): place for place, key in enumerate(cells())}
    found: dict[int, list[int]] = {}
    for some in batched(reports):
        for number, cell, state in connection.execute(_NOTES, {"listed": list(some)}):
            if state in {"blank", "corrected"} and cell in places:  # one corrected to a number is not asked for
                found.setdefault(number, []).append(places[cell])
    return found
