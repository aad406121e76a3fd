"""Asking for series: indicators and metrics of some agencies over some years, with the reason for every gap.

Everything is read from the view ``series``, whose filters reach the wide tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam, func, or_, select, text

from normalize.series import Metric, indicators
from normalize.series.rates import Figure, Lack, Rate, rate
from store.bulk import batched
from store.load import Store
from store.peers import peers
from store.schema import agency, region, report
from store.values import from_sqlite

if TYPE_CHECKING:
    import pandas as pd

Years = tuple[int, int]
"""First and last."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose series it is: an agency, or the printed name of reports whose agency is undecided."""

    name: str
    agency_id: int | None


@dataclass(frozen=True, slots=True)
class Point:
    """An indicator of one report: a row of the view ``series``."""

    subject: Subject
    report_id: int
    year: int
    scope: str | None
    indicator: str
    value: Decimal | None
    form: str
    relation: str
    segment: str
    lack: Lack | None
    doubtful: Decimal | None
    """What a report for review says, which ``value`` does not take over."""
    contested: bool
    """An accounting rule fails that names one of its cells."""
    verdict: str


@dataclass(frozen=True, slots=True)
class RatePoint:
    """A metric of one report."""

    subject: Subject
    report_id: int
    year: int
    scope: str | None
    rate: Rate
    form: str
    """Forms it was read from, joined by ``+`` where a report mixes them."""
    segment: str
    contested: bool
    verdict: str


def find_subjects(store: Store, name: str) -> list[Subject]:
    """Who is meant by a name: the agency that bears or bore exactly it; else all whose names contain it, by name."""
    with store.reading() as connection:
        for exact in (True, False):
            found = dict.fromkeys(_named(connection, name, exact=exact))
            if found:
                return sorted(found, key=lambda each: (each.name, each.agency_id or 0))
    return []


def the_one(found: Sequence[Subject], name: str) -> Subject | None:
    """The agency that a name means, of those found by it; None where there is none or the name fits several.

    Where some reports that print the name are of one agency and others are undecided, it is that agency.
    """
    decided = [each for each in found if each.agency_id is not None]
    if len(decided) == 1 and all(each.name == name for each in found if each.agency_id is None):
        return decided[0]
    return found[0] if len(found) == 1 else None


def _named(connection: Connection, name: str, *, exact: bool) -> Iterator[Subject]:
    def meant(column: Any) -> Any:  # noqa: ANN401 - SQLAlchemy's columns
        return column == name if exact else column.contains(name, autoescape=True)

    printed = select(report.c.agency).distinct().where(meant(report.c.agency))
    known = select(agency.c.id, agency.c.name).where(
        or_(meant(agency.c.name), agency.c.id.in_(select(report.c.agency_id).where(report.c.agency.in_(printed))))
    )
    for row in connection.execute(known):
        yield Subject(row.name, row.id)
    undecided = select(report.c.agency).distinct().where(report.c.agency_id.is_(None), report.c.agency.in_(printed))
    for row in connection.execute(undecided):
        yield Subject(row.agency, None)


def find_peers(store: Store, kind: str | None, level: str | None, within: str | None) -> list[Subject]:
    """The agencies of a kind, rank and place that report, in the order of ``nianbao agencies list``."""
    query = (
        select(agency.c.id, agency.c.name)
        .outerjoin(region, region.c.code == agency.c.region_code)
        .where(*peers(kind, level, within))
        .order_by(agency.c.region_code, agency.c.kind, agency.c.name)
    )
    with store.reading() as connection:
        return [Subject(row.name, row.id) for row in connection.execute(query)]


def series(store: Store, subjects: Sequence[Subject], keys: Sequence[str] = (), years: Years | None = None) -> list[Point]:
    """The indicators ``keys`` (all without any) of the subjects' current reports, by subject, indicator, year and scope.

    Reports that do not say their year are left out.
    """
    by_id = {each.agency_id: each for each in subjects if each.agency_id is not None}
    by_name = {each.name: each for each in subjects if each.agency_id is None}
    found: list[Point] = []
    with store.reading() as connection:
        for some in batched(sorted(by_id)):
            found += (_point(row, by_id[row.agency_id]) for row in _rows(connection, _OF_AGENCIES, some, keys, years))
        for names in batched(sorted(by_name)):
            found += (_point(row, by_name[row.agency]) for row in _rows(connection, _OF_NAMES, names, keys, years))
    subject_order = {each: place for place, each in enumerate(subjects)}
    order = {key: place for place, key in enumerate(keys or indicators())}
    found.sort(key=lambda each: (subject_order[each.subject], order[each.indicator], each.year, each.scope or ""))
    return found


_OF_AGENCIES = "agency_id IN :whose"
_OF_NAMES = "+agency_id IS NULL AND agency IN :whose"
"""The + keeps SQLite from looking up every report whose agency is undecided, where it could look up a name."""


def _rows(
    connection: Connection, whose: str, values: Sequence[int] | Sequence[str], keys: Sequence[str], years: Years | None
) -> Iterator[Any]:
    statement = f"SELECT * FROM series WHERE {whose} AND year IS NOT NULL"  # noqa: S608 - one of two constants
    expanding: list[BindParameter[Any]] = [bindparam("whose", list(values), expanding=True)]
    if years is not None:
        statement += " AND year BETWEEN :first AND :last"
        expanding += [bindparam("first", years[0]), bindparam("last", years[1])]
    if keys:
        statement += " AND indicator IN :keys"
        expanding.append(bindparam("keys", list(keys), expanding=True))
    yield from connection.execute(text(statement).bindparams(*expanding))


def _point(row: Any, subject: Subject) -> Point:  # noqa: ANN401 - a row of the view
    return Point(
        subject=subject,
        report_id=row.report_id,
        year=row.year,
        scope=row.scope,
        indicator=row.indicator,
        value=_number(row.value),
        form=row.form,
        relation=row.relation,
        segment=row.segment,
        lack=Lack(row.null_reason) if row.null_reason else None,
        doubtful=_number(row.doubtful),
        contested=bool(row.contested),
        verdict=row.verdict,
    )


def _number(stored: Any) -> Decimal | None:  # noqa: ANN401 - int or float of SQLite, Decimal of PostgreSQL
    return stored if isinstance(stored, Decimal) else from_sqlite(stored)


def rates(store: Store, metric: Metric, subjects: Sequence[Subject], years: Years | None = None) -> list[RatePoint]:
    """The metric of the subjects' current reports, by subject, year and scope."""
    by_report: dict[tuple[Subject, int], list[Point]] = defaultdict(list)
    for point in series(store, subjects, metric.indicators, years):
        by_report[point.subject, point.report_id].append(point)
    found = [_rate_point(metric, points) for points in by_report.values()]
    order = {each: place for place, each in enumerate(subjects)}
    found.sort(key=lambda each: (order[each.subject], each.year, each.scope or ""))
    return found


def _rate_point(metric: Metric, points: Sequence[Point]) -> RatePoint:
    one = points[0]
    figures = {point.indicator: Figure(point.value, point.lack, point.form) for point in points}
    segments = {metric.segment(point.form) for point in points if point.form}
    return RatePoint(
        subject=one.subject,
        report_id=one.report_id,
        year=one.year,
        scope=one.scope,
        rate=rate(metric, figures),
        form="+".join(sorted({point.form for point in points if point.form})),
        segment="" if "" in segments else "+".join(sorted(segments)),
        contested=any(point.contested for point in points),
        verdict=one.verdict,
    )


def series_frame(store: Store, subjects: Sequence[Subject], keys: Sequence[str] = (), years: Years | None = None) -> pd.DataFrame:
    """``series`` as a frame: one row a report and indicator. Numbers are ``Decimal`` objects, so that none is rounded."""
    import pandas as pd  # noqa: PLC0415 - dear to import, and only needed here

    def row(point: Point) -> dict[str, Any]:
        return {
            "agency_id": point.subject.agency_id,
            "agency": point.subject.name,
            "year": point.year,
            "scope": point.scope,
            "indicator": point.indicator,
            "value": point.value,
            "form": point.form,
            "relation": point.relation,
            "segment": point.segment,
            "null_reason": point.lack.value if point.lack else None,
            "contested": point.contested,
            "verdict": point.verdict,
            "report_id": point.report_id,
        }

    return pd.DataFrame([row(point) for point in series(store, subjects, keys, years)])


def reporting_years(store: Store, subjects: Sequence[Subject]) -> Years | None:
    """First and last year that any of the subjects reports on."""
    ids = [each.agency_id for each in subjects if each.agency_id is not None]
    names = [each.name for each in subjects if each.agency_id is None]
    whose: list[ColumnElement[bool]] = [report.c.agency_id.in_(some) for some in batched(ids)]
    whose += [and_(report.c.agency_id.is_(None), report.c.agency.in_(some)) for some in batched(names)]
    query = select(func.min(report.c.year), func.max(report.c.year)).where(report.c.current == 1)
    with store.reading() as connection:
        spans = [connection.execute(query.where(condition)).one() for condition in whose]
    firsts, lasts = ([year for year in ends if year is not None] for ends in (zip(*spans, strict=True) if spans else ((), ())))
    return (min(firsts), max(lasts)) if firsts else None
