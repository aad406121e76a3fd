"""The database at a glance: coverage by province and year, verdicts, what came last; and every name to find an agency by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from store.load import Store


@dataclass(frozen=True, slots=True)
class Covered:
    """The reports of a province for a year: how many there should be, and what became of them."""

    expected: int
    there: int
    """Present, late, or on another form than they should be."""
    verified: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The database at a glance."""

    verdicts: Mapping[str, int]
    """Current reports by verdict."""
    provinces: tuple[str, ...]
    """In the order of their codes; empty for agencies of none."""
    years: tuple[int, ...]
    coverage: Mapping[tuple[str, int], Covered]
    """By province and year."""
    latest: tuple[Mapping[str, Any], ...]
    """The reports that came last."""
    revisions: tuple[Mapping[str, Any], ...]
    agencies: int
    documents: int
    failures: int


def overview(store: Store) -> Overview:
    """The database at a glance. Reads all of it."""
    with store.reading() as connection:
        covered = {
            (row.province, row.year): Covered(row.expected, row.there, row.verified) for row in connection.execute(_COVERAGE)
        }
        order = {row.province: row.code for row in connection.execute(_PROVINCES)}
        provinces = sorted({province for province, _ in covered}, key=lambda name: order.get(name, "~"))
        return Overview(
            verdicts={row.verdict: row.reports for row in connection.execute(_VERDICTS)},
            provinces=tuple(provinces),
            years=tuple(sorted({year for _, year in covered})),
            coverage=covered,
            latest=_rows(connection, _LATEST),
            revisions=_rows(connection, _REVISIONS),
            agencies=connection.scalar(text("SELECT COUNT(*) FROM agency")) or 0,
            documents=connection.scalar(text("SELECT COUNT(*) FROM document")) or 0,
            failures=connection.scalar(text("SELECT COUNT(*) FROM failure")) or 0,
        )


_COVERAGE = text(
    "SELECT province, year, COUNT(*) AS expected, COUNT(report_id) AS there,"
    " SUM(CASE WHEN verdict = 'verified' THEN 1 ELSE 0 END) AS verified FROM coverage GROUP BY province, year"
)
_PROVINCES = text("SELECT province, MIN(code) AS code FROM region WHERE province <> '' GROUP BY province")
_VERDICTS = text("SELECT verdict, COUNT(*) AS reports FROM report WHERE current = 1 GROUP BY verdict")
_LATEST = text(
    "SELECT r.id AS report_id, r.agency, r.agency_id, r.year, r.verdict, r.form, n.started AS seen"
    " FROM report AS r JOIN document AS d ON d.id = r.document_id JOIN run AS n ON n.id = d.first_run"
    " WHERE r.current = 1 ORDER BY r.id DESC LIMIT 10"
)
_REVISIONS = text(
    "SELECT report_id, old_report_id, agency, year, kind, cells, sections, noticed FROM revisions"
    " ORDER BY noticed DESC, report_id DESC LIMIT 10"
)


def _rows(connection: Connection, query: Any) -> tuple[Mapping[str, Any], ...]:  # noqa: ANN401 - text
    return tuple(dict(row) for row in connection.execute(query).mappings())


@dataclass(frozen=True, slots=True)
class Name:
    """A name that an agency is found by."""

    name: str
    agency_id: int | None
    """None for a printed name whose agency is undecided."""
    canonical: str
    reports: int
    first: int | None
    last: int | None


def names(store: Store) -> tuple[Name, ...]:
    """Every name: canonical ones, those that reports print, and those of the alias file."""
    with store.reading() as connection:
        known = {row.id: row.name for row in connection.execute(text("SELECT id, name FROM agency"))}
        found: dict[tuple[str, int | None], Name] = {}
        totals: dict[int, list[Any]] = {}
        for row in connection.execute(_PRINTED):
            if row.agency_id is not None:
                _add(totals.setdefault(row.agency_id, [0, None, None]), row)
            if row.agency:
                canonical = known.get(row.agency_id, row.agency)
                found[row.agency, row.agency_id] = Name(row.agency, row.agency_id, canonical, row.reports, row.first, row.last)
        for number, name in known.items():
            if number in totals:
                found[name, number] = Name(name, number, name, *totals[number])
        for row in connection.execute(text("SELECT printed, agency_id FROM agency_alias")):
            if row.agency_id in totals:
                found.setdefault(
                    (row.printed, row.agency_id), Name(row.printed, row.agency_id, known[row.agency_id], 0, None, None)
                )
    return tuple(found.values())


_PRINTED = text(
    "SELECT agency, agency_id, COUNT(*) AS reports, MIN(year) AS first, MAX(year) AS last FROM report"
    " WHERE current = 1 GROUP BY agency, agency_id"
)


def _add(total: list[Any], row: Any) -> None:  # noqa: ANN401 - a row of _PRINTED
    total[0] += row.reports
    total[1] = min((year for year in (total[1], row.first) if year is not None), default=None)
    total[2] = max((year for year in (total[2], row.last) if year is not None), default=None)


def found_names(known: Sequence[Name], asked: str, limit: int) -> tuple[list[Name], int]:
    """The best names that contain every part of what is asked, one an agency, and how many agencies there are."""
    parts = asked.split()
    if not parts:
        return [], 0
    fitting = [each for each in known if all(part in each.name for part in parts)]
    fitting.sort(
        key=lambda each: (each.name != asked, not each.name.startswith(parts[0]), len(each.name), -each.reports, each.name)
    )
    by_agency: dict[Any, Name] = {}
    for each in fitting:
        by_agency.setdefault(each.agency_id or each.name, each)
    return list(by_agency.values())[:limit], len(by_agency)
