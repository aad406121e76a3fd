"""What changed, and what is missing."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import regex

from collect.errors import ConfigurationError
from nianbao.commands import open_db, with_db

if TYPE_CHECKING:
    from normalize.authority.roster import RosterEntry


@click.command()
@click.argument("agency", default="")
@click.option("--year", type=int, help="Only reports for this year.")
@click.option("--all", "every_cell", is_flag=True, help="Every cell that changed, not only the first twenty.")
@with_db
def revisions(agency: str, year: int | None, *, every_cell: bool, db: str) -> int:
    """Show what was changed in published reports: old -> new, cell by cell, with when each was seen.

    AGENCY is a part of a name; without it all are shown. Exit code 1 if there is none. docs/time.md says what counts as a
    revision and what as another edition of the same report.

    \b
    Examples:
        nianbao revisions
        nianbao revisions 沭阳县 --year 2023
    """
    from nianbao.show_revisions import show_revisions  # noqa: PLC0415 - see the package

    with open_db(db) as store:
        return show_revisions(store, agency, year, every_cell=every_cell)


def _span(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """One year, or the first and the last: 2023, 2019-2024."""
    if value is None:
        return None
    match = regex.fullmatch(r"(20\d\d)(?:\s*[-–—:]\s*(20\d\d))?", value.strip())
    if not match or int(match[1]) > int(match[2] or match[1]):
        raise click.BadParameter(f"{value} is no year and no span of years: give 2023, or 2019-2024.")
    return int(match[1]), int(match[2] or match[1])


@click.command()
@click.option("--within", metavar="REGION", help="Name or code of a division, such as 宿迁市 or 321300.")
@click.option("--kind", help="Kind of body, such as health; nianbao agencies kinds lists them.")
@click.option("--years", callback=_span, metavar="YEARS", help="Reporting years: 2023, or 2019-2024. By default all there are.")
@click.option("--roster", type=click.Path(path_type=Path), metavar="FILE", help="Who is to report (CSV or TOML; docs/time.md).")
@click.option(
    "--csv", "output", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT", help="Write the rows to this file."
)
@with_db
def coverage(
    *, within: str | None, kind: str | None, years: tuple[int, int] | None, roster: Path | None, output: Path | None, db: str
) -> None:
    """Show which reports are there, late, on the wrong form, unreadable or missing: agencies by years.

    Without a roster an agency is expected to report from its first report in the database on, to the last year there is, or
    until another took its place. Late is what states a date of publication after the legal day; no date, no judgement.

    \b
    Examples:
        nianbao coverage --within 宿迁市 --kind health --years 2019-2024
        nianbao coverage --roster roster.csv --csv missing.csv
    """
    from nianbao.show_coverage import show_coverage, write_coverage  # noqa: PLC0415 - see the package
    from store.coverage import coverage_of  # noqa: PLC0415 - see the package
    from store.sources import freshness  # noqa: PLC0415 - see the package

    entries = read_roster_file(roster) if roster else ()
    with open_db(db) as store:
        found = coverage_of(store, within=within, kind=kind, years=years, roster=entries)
        sources = freshness(store)
    if output is None:
        show_coverage(found, sources, narrowed=bool(within or kind))
    else:
        click.echo(f"{write_coverage(found, output)} rows written to {output}", err=True)


def read_roster_file(file: Path) -> tuple[RosterEntry, ...]:
    """The roster a person names; ``ConfigurationError`` where it cannot be read."""
    from normalize.authority.roster import read_roster  # noqa: PLC0415 - see the package

    try:
        return read_roster(file.read_text("utf-8-sig"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read ({error}).", advice="Give a CSV or TOML file in UTF-8.") from error
