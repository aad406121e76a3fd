"""Across levels: governments' reports for their jurisdictions beside the sums over their agencies. Computed as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, exists, select

from normalize.continuity.levels import Member, Own, sums
from normalize.continuity.rules import form_keys, rule_set
from normalize.model import Verdict
from store.bulk import insert_rows
from store.schema import FORM_TABLES, agency, level_sum, region, report
from store.values import to_numeric, to_sqlite
from store.wide import column_name

_ROW = ("report_id", "cell", "whole", "parts", "counted", "expected", "outcome")
_AT_ONCE = 1000
_IS_WHOLE = (report.c.scope == "jurisdiction", report.c.current == 1, report.c.agency_id == agency.c.id)


def write_level_sums(connection: Connection) -> int:
    """Put the sums in the place of those before; gives how many there are."""
    connection.execute(level_sum.delete())
    if not connection.scalar(select(exists().where(*_IS_WHOLE, agency.c.kind == "government"))):
        return 0
    parents = {row.code: row.parent_code for row in connection.execute(select(region.c.code, region.c.parent_code))}
    found = sums(_own_figures(connection), parents)
    stored: Callable[[Decimal | None], Any] = to_sqlite if connection.dialect.name == "sqlite" else to_numeric
    cells = [str(cell) for cell in rule_set().levels.cells]
    rows = [(s.report_id, cells[s.cell], stored(s.whole), stored(s.parts), s.counted, s.expected, s.outcome.value) for s in found]
    insert_rows(connection, "level_sum", _ROW, rows)
    return len(rows)


def _own_figures(connection: Connection) -> Iterator[Own]:
    """Every current report of a placed agency of a kind that counts. One of two forms comes with the figures of both."""
    made: dict[int, Own] = {}
    for form in FORM_TABLES:
        for own in _of_form(connection, form):
            before = made.get(own.report_id)
            values = own.values if before is None else _merged(before.values, own.values)
            made[own.report_id] = Own(own.report_id, own.member, own.year, own.scope, own.in_doubt, values)
    yield from (made[number] for number in sorted(made))


def _merged(one: tuple[Decimal | None, ...], other: tuple[Decimal | None, ...]) -> tuple[Decimal | None, ...]:
    return tuple(b if a is None else a for a, b in zip(one, other, strict=True))


def _of_form(connection: Connection, form: str) -> Iterator[Own]:
    wide, rule = FORM_TABLES[form], rule_set().levels
    asked = {place: column_name(cell) for place, cell in enumerate(rule.cells) if cell in form_keys()[form]}
    query = (
        select(
            *(report.c[name] for name in ("id", "agency_id", "year", "scope", "verdict")),
            *(agency.c[name] for name in ("kind", "region_code")),
            *(wide.c[name] for name in asked.values()),
        )
        .join_from(wide, report, report.c.id == wide.c.report_id)
        .join(agency, agency.c.id == report.c.agency_id)
        .where(
            report.c.current == 1,
            report.c.year.is_not(None),
            agency.c.region_code.is_not(None),
            agency.c.area == "",
            agency.c.system == 0,
            agency.c.category.in_(sorted(rule.categories)),
        )
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
