"""Across levels: governments' reports for their jurisdictions beside the sums over their agencies. Computed as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from normalize.continuity.levels import Member, Own, rosters, sums
from normalize.continuity.rules import form_keys, rule_set
from normalize.model import Verdict
from store.bulk import insert_rows
from store.schema import FORM_TABLES, agency, level_sum, region, report
from store.values import to_numeric, to_sqlite
from store.wide import column_name

_ROW = ("report_id", "cell", "whole", "parts", "counted", "expected", "outcome")
_AT_ONCE = 1000
_OF_AGENCY = agency.c.id == report.c.agency_id
_IS_WHOLE = (report.c.scope == "jurisdiction", report.c.current == 1, report.c.year.is_not(None), _OF_AGENCY)
_MEMBER = (report.c.agency_id, agency.c.kind, agency.c.region_code)


def write_level_sums(connection: Connection) -> int:
    """Put the sums in the place of those before; gives how many there are. Year by year, as only those add up."""
    connection.execute(level_sum.delete())
    years = connection.scalars(select(report.c.year).distinct().where(*_IS_WHOLE, agency.c.kind == "government")).all()
    if not years:
        return 0
    parents = {row.code: row.parent_code for row in connection.execute(select(region.c.code, region.c.parent_code))}
    expected = rosters(_members(connection), parents)
    stored: Callable[[Decimal | None], Any] = to_sqlite if connection.dialect.name == "sqlite" else to_numeric
    cells, count = [str(cell) for cell in rule_set().levels.cells], 0
    for year in sorted(years):
        rows = [
            (s.report_id, cells[s.cell], stored(s.whole), stored(s.parts), s.counted, s.expected, s.outcome.value)
            for s in sums(_own_figures(connection, year), parents, expected)
        ]
        insert_rows(connection, "level_sum", _ROW, rows)
        count += len(rows)
    return count


def _members(connection: Connection) -> Iterator[tuple[Member, str | None]]:
    """Every agency that counts, with each scope that it reports for in any year."""
    query = select(*_MEMBER, report.c.scope).distinct().join_from(report, agency, _OF_AGENCY).where(*_counted())
    for row in connection.execute(query):
        yield Member(row.agency_id, row.kind, row.region_code), row.scope


def _counted() -> tuple[ColumnElement[bool], ...]:
    return (
        report.c.current == 1,
        report.c.year.is_not(None),
        agency.c.region_code.is_not(None),
        agency.c.area == "",
        agency.c.system == 0,
        agency.c.category.in_(sorted(rule_set().levels.categories)),
    )


def _own_figures(connection: Connection, year: int) -> Iterator[Own]:
    """The year's current reports of agencies that count. One of two forms comes with the figures of both."""
    made: dict[int, Own] = {}
    for form in FORM_TABLES:
        for own in _of_form(connection, form, year):
            before = made.get(own.report_id)
            values = own.values if before is None else _merged(before.values, own.values)
            made[own.report_id] = replace(own, values=values)
    yield from (made[number] for number in sorted(made))


def _merged(one: tuple[Decimal | None, ...], other: tuple[Decimal | None, ...]) -> tuple[Decimal | None, ...]:
    return tuple(b if a is None else a for a, b in zip(one, other, strict=True))


def _of_form(connection: Connection, form: str, year: int) -> Iterator[Own]:
    wide, rule = FORM_TABLES[form], rule_set().levels
    asked = {place: column_name(cell) for place, cell in enumerate(rule.cells) if cell in form_keys()[form]}
    query = (
        select(
            *(report.c[name] for name in ("id", "year", "scope", "verdict")),
            *_MEMBER,
            *(wide.c[name] for name in asked.values()),
        )
        .join_from(wide, report, report.c.id == wide.c.report_id)
        .join(agency, _OF_AGENCY)
        .where(report.c.year == year, *_counted())
    )
    members: dict[int, Member] = {}
    for row in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        yield _own(row, asked, len(rule.cells), members)


def _own(row: Any, asked: Mapping[int, str], width: int, members: dict[int, Member]) -> Own:  # noqa: ANN401 - a row
    member = members.get(row.agency_id)
    if member is None:
        member = members[row.agency_id] = Member(row.agency_id, row.kind, row.region_code)
    values: list[Decimal | None] = [None] * width
    for offset, place in enumerate(asked):
        values[place] = row[7 + offset]
    return Own(row.id, member, row.year, row.scope, row.verdict == Verdict.REVIEW, tuple(values))
