"""What changed, and what is missing."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

import click

from nianbao.commands import open_db, with_db


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
