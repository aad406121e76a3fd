"""Which reports there should be, and what became of them: of the agencies the database knows, or of a roster."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from sqlalchemy import Connection, func, select, text

from collect.errors import ConfigurationError
from normalize.authority.model import Agency
from normalize.authority.roster import RosterEntry
from normalize.gazetteer import gazetteer
from store.coverage_views import FIRST_YEAR, OF_ONE, OF_PROVINCE, coverage, coverage_of_some
from store.load import Store
from store.schema import agency, failure, report
from store.values import storable

_ROSTER = {
    "sqlite": """\
WITH expected AS (SELECT json_extract(j.value, '$[0]') AS who, json_extract(j.value, '$[1]') AS agency_id,
  json_extract(j.value, '$[2]') AS agency, json_extract(j.value, '$[3]') AS year FROM json_each(:roster) AS j
), """,
    "postgresql": """\
WITH expected AS (SELECT j.value ->> 0 AS who, CAST(j.value ->> 1 AS INTEGER) AS agency_id, j.value ->> 2 AS agency,
  CAST(j.value ->> 3 AS INTEGER) AS year FROM json_array_elements(CAST(:roster AS JSON)) AS j(value)
), """,
}
"""What is expected, as a parameter: a JSON array of who, agency_id, agency and year."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A report that should be there, and what became of it: a row of the view ``coverage``."""

    agency_id: int | None
    agency: str
    kind: str | None
    level: str | None
    region_code: str | None
    region: str | None
    province: str
    city: str
    county: str
    year: int
    status: str
    """``present``, ``late``, ``wrong_form``, ``unreadable`` or ``missing``: the gravest that holds."""
    timeliness: str | None
    """``on_time``, ``late``, ``unknown`` or ``no_deadline``; None without a report."""
    published: str | None
    due: str | None
    form_state: str | None
    """``right``, ``wrong``, ``hybrid``, ``none`` or ``not_due``; None without a report."""
    form: str | None
    form_due: str | None
    verdict: str | None
    report_id: int | None
    document: str | None
    """The report's, or the unreadable one's."""
    reason: str | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was asked for, and what could not be told."""

    rows: tuple[Expected, ...]
    """By agency and year."""
    unplaced: tuple[tuple[str, str], ...]
    """Documents that could not be read and whose agency or year nothing tells: name and reason."""
    undecided: int
    """Current reports whose agency is undecided: they cover nobody, unless a roster has the very name."""
    undated: int
    """Current reports that do not say for which year they are."""


def coverage_of(
    store: Store,
    *,
    within: str | None = None,
    kind: str | None = None,
    years: tuple[int, int] | None = None,
    roster: Sequence[RosterEntry] = (),
) -> Coverage:
    """Every report that should be there.

    Args:
        store: The database.
        within: Name or code of a division; all of them by default.
        kind: Kind of body.
        years: First and last reporting year.
        roster: Who is to report; by default each agency from its first report on.

    Raises:
        ConfigurationError: there is no such division.
    """
    inside = _inside(within)
    with store.reading() as connection:
        values: dict[str, Any] = {}
        if roster:
            span = years or _span(connection)
            chosen = [e for e in roster if _fits(e.agency, kind, inside)]
            values["roster"] = json.dumps(_expected(connection, chosen, span), ensure_ascii=False)
            source, asked = f"({coverage(_ROSTER[connection.dialect.name])})", list[str]()
        else:
            source, asked = "coverage", ["c.year BETWEEN :first AND :last"] * bool(years) + ["c.kind = :kind"] * bool(kind)
            values = dict(zip(("first", "last"), years or (), strict=False)) | ({"kind": kind} if kind else {})
        names = ", ".join(f"c.{field.name}" for field in fields(Expected))
        order = "COALESCE(c.region_code, ''), c.kind, c.agency, c.agency_id, c.year"
        query = f"SELECT {names} FROM {source} AS c WHERE {' AND '.join(asked or ['1 = 1'])} ORDER BY {order}"  # noqa: S608 - our own text
        rows = (Expected(*row) for row in connection.execute(text(query), values))
        return Coverage(tuple(row for row in rows if roster or inside(row.region_code)), *_untold(connection))


def years_covered(store: Store, agency_id: int) -> tuple[Expected, ...]:
    """What became of each year of one agency, oldest first."""
    names = ", ".join(f"c.{field.name}" for field in fields(Expected))
    query = f"SELECT {names} FROM ({coverage_of_some(OF_ONE)}) AS c ORDER BY c.year"  # noqa: S608 - our own text
    with store.reading() as connection:
        return tuple(Expected(*row) for row in connection.execute(text(query), {"agency": agency_id}))


def province_covered(store: Store, province: str, year: int) -> tuple[Expected, ...]:
    """What became of one year of the agencies of a province, by name; of those in no province where it is empty."""
    names = ", ".join(f"c.{field.name}" for field in fields(Expected))
    some = coverage_of_some(OF_PROVINCE, "r.year = :year")
    query = f"SELECT {names} FROM ({some}) AS c WHERE c.year = :year ORDER BY c.region_code, c.agency"  # noqa: S608 - our own text
    with store.reading() as connection:
        return tuple(Expected(*row) for row in connection.execute(text(query), {"province": province, "year": year}))


def _inside(within: str | None) -> Callable[[str | None], bool]:
    """Whether the division of a code lies in the one asked for, now or formerly."""
    if not within:
        return lambda _: True
    known = gazetteer()
    outer = [place] if (place := known.region(within)) else list(known.named(within))
    if not outer:
        raise ConfigurationError(f"There is no division {within}.", advice="Give its full name, such as 宿迁市, or its code.")

    @cache
    def lies(code: str | None) -> bool:
        region = known.region(code) if code else None
        return region is not None and any(known.within(region, place) for place in outer)

    return lies


def _fits(named: Agency | None, kind: str | None, inside: Callable[[str | None], bool]) -> bool:
    """Whether an agency of a roster is asked for; one that is unknown is, where nothing in particular is."""
    return (kind is None or (named is not None and named.kind == kind)) and inside(named.region_code if named else None)


def _span(connection: Connection) -> tuple[int, int]:
    years = select(func.min(report.c.year), func.max(report.c.year)).where(report.c.current == 1, report.c.year >= FIRST_YEAR)
    first, last = connection.execute(years).one()
    return (first or FIRST_YEAR, last or FIRST_YEAR)


def _expected(connection: Connection, roster: Sequence[RosterEntry], span: tuple[int, int]) -> list[list[Any]]:
    keys = [storable(entry.agency.key) for entry in roster if entry.agency]
    numbers = {row.key: row.id for row in connection.execute(select(agency.c.id, agency.c.key)) if row.key in set(keys)}
    found: dict[tuple[str, int], list[Any]] = {}
    for entry in roster:
        number = numbers.get(storable(entry.agency.key)) if entry.agency else None
        who = f"#{number}" if number is not None else entry.name
        for year in range(max(entry.first_year or span[0], span[0]), min(entry.last_year or span[1], span[1]) + 1):
            found.setdefault((who, year), [who, number, entry.name, year])
    return list(found.values())


def _untold(connection: Connection) -> tuple[tuple[tuple[str, str], ...], int, int]:
    unknown = failure.c.agency_id.is_(None) | failure.c.year.is_(None)
    unread = select(failure.c.document, failure.c.reason).where(failure.c.code != "not_a_report", unknown)
    current = select(func.count()).select_from(report).where(report.c.current == 1)
    return (
        tuple((row.document, row.reason) for row in connection.execute(unread.order_by(failure.c.document))),
        connection.scalar(current.where(report.c.agency_id.is_(None))) or 0,
        connection.scalar(current.where(report.c.year.is_(None))) or 0,
    )
