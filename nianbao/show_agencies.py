"""`nianbao agencies`: whose the reports are."""

from __future__ import annotations

from collections import defaultdict

import click
from sqlalchemy import and_, func, select

from nianbao.show import clean, plain_table, say
from normalize.authority.model import Agency, Evidence, Resolution
from normalize.authority.resolve import resolve
from store.load import Store
from store.peers import peers
from store.schema import agency, agency_candidate, region, report

_CANDIDATES_SHOWN = 4


def show_agencies(store: Store, kind: str | None, level: str | None, within: str | None) -> None:
    """Print the agencies of a kind, rank and place, with the number of their reports and their years."""
    query = (
        select(
            agency.c.name,
            agency.c.kind,
            agency.c.level,
            agency.c.region_code,
            func.count(report.c.id).label("reports"),
            func.min(report.c.year).label("first"),
            func.max(report.c.year).label("last"),
        )
        .join(report, and_(report.c.agency_id == agency.c.id, report.c.current == 1))
        .outerjoin(region, region.c.code == agency.c.region_code)
        .where(*peers(kind, level, within))
        .group_by(agency.c.id)
        .order_by(agency.c.region_code, agency.c.kind, agency.c.name)
    )
    table = plain_table()
    for heading in ("agency", "kind", "level", "region", "reports", "years"):
        table.add_column(heading)
    with store.reading() as connection:
        for row in connection.execute(query):
            years = "" if row.first is None else f"{row.first}" if row.first == row.last else f"{row.first}-{row.last}"
            table.add_row(clean(row.name), row.kind, row.level, row.region_code or "", str(row.reports), years)
    say(table)


def show_undecided(store: Store) -> None:
    """Print the names that are undecided, most frequent first."""
    query = (
        select(report.c.id, report.c.agency, report.c.agency_reason, agency_candidate.c.name)
        .outerjoin(agency_candidate, and_(agency_candidate.c.report_id == report.c.id, agency_candidate.c.joint == 0))
        .where(report.c.agency_id.is_(None), report.c.current == 1)
    )
    numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
    meant: dict[tuple[str, str], set[str]] = defaultdict(set)
    with store.reading() as connection:
        for number, name, reason, candidate in connection.execute(query):
            numbers[name, reason or ""].add(number)
            meant[name, reason or ""].update([candidate] if candidate else [])
    table = plain_table()
    for heading in ("printed", "reports", "reason", "may be"):
        table.add_column(heading)
    for key in sorted(numbers, key=lambda each: (-len(numbers[each]), each)):
        table.add_row(clean(key[0]), str(len(numbers[key])), key[1], _listed(sorted(meant[key])))
    say(table)


def _listed(names: list[str]) -> str:
    more = len(names) - _CANDIDATES_SHOWN
    return "、".join(map(clean, names[:_CANDIDATES_SHOWN])) + (f" … {more} more" if more > 0 else "")


def show_resolution(evidence: Evidence) -> int:
    """Print what a name means, or what it may mean; gives the exit code."""
    found: Resolution = resolve(evidence)
    table = plain_table()
    for heading in ("agency", "region", "level", "kind", "key"):
        table.add_column(heading)
    shown: tuple[Agency, ...] = (found.agency, *found.joint) if found.agency else found.candidates
    for each in shown:
        table.add_row(clean(each.name), each.region_code, each.level.value, each.kind, each.key)
    if shown:
        say(table)
    if found.agency is not None:
        click.echo(f"decided by {found.basis}")
        return 0
    click.echo(f"undecided: {found.reason}")
    return 1
