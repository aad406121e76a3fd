"""Questions about continuity: how the store stands, one agency's years, and the breaks as rows for a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, text

from normalize.continuity.levels import Coverage
from normalize.continuity.model import Kind, Outcome, kind_of
from normalize.continuity.rules import rule_set
from store.continuity_views import CODES
from store.load import Store
from store.schema import agency, continuity_step, level_sum, report
from store.writers import Kind as ColumnKind
from store.writers import OutputColumn, Record, whole_file, write_csv

BATCH = 500
"""Rows in memory at a time."""
_CLASSES = {code: outcome for outcome, code in CODES.items()}
_GRAVITY = (Kind.BREAK, Kind.DOUBT, Kind.EXPLAINED, Kind.HOLDS, Kind.NOT_ASSESSABLE)
_NUMBERED = ("year", "earlier_year")
_TEXTS = (
    *("agency", "province", "city", "county", "level", "kind", "link", "rule", "part", "class", "severity"),
    *("form", "earlier_form", "scope", "cells", "expected", "actual", "message", "document", "earlier_document"),
)
_FILE = (
    *(OutputColumn(name, ColumnKind.INTEGER) for name in _NUMBERED),
    OutputColumn("difference", ColumnKind.NUMBER),
    *map(OutputColumn, _TEXTS),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a store's years follow each other."""

    reports: int
    unchained: int
    """Current reports in no chain: their agency or year is not known."""
    outcomes: Counter[tuple[str, Outcome]]
    """Steps and parts by rule and class; of each rule the counts add up to the reports times its parts."""
    levels: Counter[str]
    """Sums over jurisdictions by outcome."""


@dataclass(frozen=True, slots=True)
class YearLine:
    """A report in its agency's chain."""

    report_id: int
    year: int
    form: str
    scope: str | None
    printed: str
    """The agency's name as printed."""
    link: str
    carried_in: Decimal | None
    carried_out: Decimal | None
    outcomes: tuple[tuple[str, tuple[Outcome, ...]], ...]
    """For each rule, the gravest of its parts' classes, each once."""


@dataclass(frozen=True, slots=True)
class Break:
    """A row of ``continuity``."""

    year: int
    rule: str
    part: str
    outcome: Outcome
    message: str


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A jurisdiction's figure beside the sum over its agencies."""

    year: int
    cell: str
    whole: Decimal
    parts: Decimal
    counted: int
    expected: int
    outcome: Coverage


@dataclass(frozen=True, slots=True)
class AgencyYears:
    """An agency's chain."""

    name: str
    years: tuple[YearLine, ...]
    breaks: tuple[Break, ...]
    levels: tuple[LevelLine, ...]


def standing(store: Store) -> Standing:
    """How the store stands. ``continuity.update`` comes first where it must be of today."""
    step = continuity_step.c
    rules = [part.rule for part in rule_set().parts]
    outcomes: Counter[tuple[str, Outcome]] = Counter()
    with store.reading() as connection:
        reports = 0
        for letters, count in connection.execute(select(step.outcomes, func.count()).group_by(step.outcomes)):
            reports += count
            for rule, letter in zip(rules, letters, strict=True):
                outcomes[rule, _CLASSES[letter]] += count
        current = connection.scalar(select(func.count()).select_from(report).where(report.c.current == 1)) or 0
        levels = select(level_sum.c.outcome, func.count()).group_by(level_sum.c.outcome)
        return Standing(reports, current - reports, outcomes, Counter({row[0]: row[1] for row in connection.execute(levels)}))


def years_of(store: Store, name: str, limit: int) -> tuple[list[AgencyYears], int]:
    """The chains of agencies whose canonical or printed name contains ``name``, at most ``limit``, and how many there are.

    A name given in full means that agency, though it be part of others' names.
    """
    with store.reading() as connection:
        found = _matching(connection, name)
        return [_years(connection, *each) for each in found[:limit]], len(found)


def chain_of(store: Store, number: int, name: str) -> AgencyYears:
    """The chain of the agency of that number; with 0, of an undecided one by its printed name."""
    with store.reading() as connection:
        return _years(connection, number, name)


def _matching(connection: Connection, name: str) -> list[tuple[int, str]]:
    """Number and name of agencies, 0 for one that is undecided."""
    known = select(agency.c.id, agency.c.name).where(agency.c.id.in_(select(continuity_step.c.agency_id)))
    printed = select(report.c.agency_id).where(report.c.agency.contains(name, autoescape=True), report.c.agency_id.is_not(None))
    query = known.where(agency.c.name.contains(name, autoescape=True) | agency.c.id.in_(printed)).order_by(agency.c.name)
    found = [(row.id, row.name) for row in connection.execute(query)]
    step = continuity_step.c
    undecided = select(step.agency).distinct().where(step.agency_id.is_(None), step.agency.contains(name, autoescape=True))
    found += [(0, each) for each in connection.scalars(undecided.order_by(step.agency))]
    return [each for each in found if each[1] == name] or found


_LINES = """SELECT s.report_id, r.year, r.form, r.scope, r.agency, s.link, s.outcomes
FROM continuity_step AS s JOIN report AS r ON r.id = s.report_id WHERE {} ORDER BY r.year, s.report_id"""
_CARRIED = text(
    "SELECT report_id, \"row\", total FROM applications WHERE \"row\" IN ('carried_in', 'carried_out') AND report_id IN :listed"
).bindparams(bindparam("listed", expanding=True))
_BREAKS = text(
    'SELECT r.year, b.rule, b.part, b."class" AS outcome, b.message FROM continuity AS b JOIN report AS r ON r.id = b.report_id'
    " WHERE b.report_id IN :listed ORDER BY r.year, b.report_id, b.rule, b.part"
).bindparams(bindparam("listed", expanding=True))


def _years(connection: Connection, number: int, name: str) -> AgencyYears:
    whose = "s.agency_id = :number" if number else "s.agency_id IS NULL AND s.agency = :name"
    rows = connection.execute(text(_LINES.format(whose)), {"number": number, "name": name}).all()
    listed = {"listed": [row.report_id for row in rows]}
    carried = {(row[0], row[1]): row[2] for row in connection.execute(_CARRIED, listed)}
    years = [_line(row, carried) for row in rows]
    breaks = [Break(row[0], row[1], row[2], Outcome(row[3]), row[4]) for row in connection.execute(_BREAKS, listed)]
    sums = (
        select(report.c.year, *(level_sum.c[name] for name in ("cell", "whole", "parts", "counted", "expected", "outcome")))
        .join(report, report.c.id == level_sum.c.report_id)
        .where(level_sum.c.report_id.in_(listed["listed"]))
        .order_by(report.c.year, level_sum.c.report_id, level_sum.c.cell)
    )
    levels = [
        LevelLine(each.year, each.cell, each.whole, each.parts, each.counted, each.expected, Coverage(each.outcome))
        for each in connection.execute(sums)
    ]
    return AgencyYears(name, tuple(years), tuple(breaks), tuple(levels))


def _line(row: Any, carried: Mapping[tuple[int, str], Any]) -> YearLine:  # noqa: ANN401 - a row of _LINES
    return YearLine(
        report_id=row.report_id,
        year=row.year,
        form=row.form,
        scope=row.scope,
        printed=row.agency,
        link=row.link,
        carried_in=_decimal(carried.get((row.report_id, "carried_in"))),
        carried_out=_decimal(carried.get((row.report_id, "carried_out"))),
        outcomes=_gravest(row.outcomes),
    )


def _decimal(value: Any) -> Decimal | None:  # noqa: ANN401 - as the driver gives it
    return None if value is None else Decimal(str(value))


def _gravest(letters: str) -> tuple[tuple[str, tuple[Outcome, ...]], ...]:
    by_rule: dict[str, list[Outcome]] = {}
    for part, letter in zip(rule_set().parts, letters, strict=True):
        by_rule.setdefault(part.rule, []).append(_CLASSES[letter])
    return tuple((rule, _of_gravest_kind(outcomes)) for rule, outcomes in by_rule.items())


def _of_gravest_kind(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    gravest = min((kind_of(each) for each in outcomes), key=_GRAVITY.index)
    return tuple(dict.fromkeys(each for each in outcomes if kind_of(each) is gravest))


def write_breaks(store: Store, output: Path, name: str = "") -> int:
    """All breaks, or those of agencies whose name contains ``name``, as a csv file; gives how many there are.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    with store.reading() as connection, whole_file(output) as part:
        return write_csv(part, _FILE, _batches(connection, name))


def _batches(connection: Connection, name: str) -> Iterator[Sequence[Record]]:
    columns = ", ".join(f'"{column.name}"' for column in _FILE)
    matching = "WHERE agency LIKE :name ESCAPE '\\'" if name else ""
    statement = text(f"SELECT {columns} FROM continuity_breaks {matching} ORDER BY agency, year, rule, part")  # noqa: S608
    escaped = name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    given = {"name": f"%{escaped}%"} if name else {}
    rows = connection.execute(statement, given, execution_options={"yield_per": BATCH})
    yield from ([tuple(row) for row in some] for some in rows.partitions(BATCH))
