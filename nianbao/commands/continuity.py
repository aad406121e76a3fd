"""What one year's report says of the next, and of the level above."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

import sys
from pathlib import Path

import click

from nianbao.commands import open_db, with_db


@click.command()
@click.argument("agency", required=False, default="")
@click.option(
    "--csv",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the breaks to this file, one a row.",
)
@click.option("--recompute", is_flag=True, help="Compute everything anew, not only what changed.")
@with_db
def continuity(agency: str, output: Path | None, db: str, *, recompute: bool) -> int:
    """Compare each report with the year before, and jurisdictions with their agencies: what carries over, what breaks.

    What changed since the last time is computed first. Without AGENCY the outcomes of the whole database are counted by
    rule and class; with one (a part of its name will do) its years are listed with their breaks. docs/continuity.md
    explains rules and classes. Exit code 1 if there is no such agency.

    \b
    Examples:
        nianbao continuity
        nianbao continuity 宿迁市人民政府
        nianbao continuity 沭阳县 --csv breaks.csv --db jiangsu.sqlite
    """
    from nianbao.show_continuity import show_continuity, show_years  # noqa: PLC0415 - see the package
    from store.continuity import update  # noqa: PLC0415 - see the package
    from store.continuity_query import write_breaks  # noqa: PLC0415 - see the package

    with open_db(db) as store:
        update(store, everything=recompute, told=_tell)
        if output is not None:
            rows = write_breaks(store, output, agency)
            click.echo(f"{rows} rows written to {output}", err=True)
            return 0
        if agency:
            return show_years(store, agency)
        show_continuity(store)
        return 0


def _tell(agencies: int) -> None:
    """Say how far it is, to somebody who waits at a terminal."""
    if sys.stderr.isatty():
        click.echo(f"\r{agencies} agencies compared", nl=False, err=True)
