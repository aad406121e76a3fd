"""Which sections print the same text."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

from pathlib import Path

import click

from nianbao.commands import open_db, with_db

_KIND = click.option(
    "--kind",
    type=click.Choice(["agencies", "years"]),
    help="agencies: with another agency; years: with an earlier year of the same agency.",
)


@click.group()
def copies() -> None:
    """Which sections of the reports print the same text as another agency's, or as their own of another year.

    Names, numbers and what everybody writes are set aside first. Who took from whom is not known and not said; the
    years and the dates of publication are shown. See docs/copies.md.

    \b
    Examples:
        nianbao copies find
        nianbao copies list --kind agencies
        nianbao copies show 沭阳县财政局 --year 2021
        nianbao copies show --kind agencies --csv pairs.csv
    """


@copies.command()
@with_db
def find(db: str) -> None:
    """Search the whole database, and put what is found in the place of what was found before.

    \b
    Examples:
        nianbao copies find --db reports.sqlite
    """
    from nianbao.show_copies import say_found  # noqa: PLC0415 - see the package
    from store.copies import find_copies  # noqa: PLC0415

    with open_db(db) as store:
        say_found(find_copies(store))


@copies.command("list")
@_KIND
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many clusters.")
@click.option("--csv", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write all of them to a CSV file instead.")
@with_db
def list_clusters(kind: str | None, limit: int, file: Path | None, db: str) -> int:
    """List clusters of sections with one text, the most agencies first. Exit code 1 if there is none.

    \b
    Examples:
        nianbao copies list --kind agencies
        nianbao copies list --csv clusters.csv
    """
    from nianbao.show_copies import show_clusters  # noqa: PLC0415 - see the package

    with open_db(db) as store:
        return show_clusters(store, kind or "", limit, file)


@copies.command()
@click.argument("agency", required=False, default="")
@click.option("--year", type=int, help="Only pairs with a report for this year.")
@_KIND
@click.option("--cluster", type=int, help="Only pairs of this cluster.")
@click.option("--similarity", type=click.FloatRange(0, 1), default=0.0, help="Only pairs at least so similar.")
@click.option("--limit", type=click.IntRange(min=1), default=10, show_default=True, help="At most so many pairs.")
@click.option("--csv", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write all of them to a CSV file instead.")
@with_db
def show(
    agency: str,
    *,
    year: int | None,
    kind: str | None,
    cluster: int | None,
    similarity: float,
    limit: int,
    file: Path | None,
    db: str,
) -> int:
    """Show pairs of sections with the passages that both print. AGENCY is a part of a name. Exit code 1 if there is none.

    \b
    Examples:
        nianbao copies show 沭阳县财政局 --year 2021
        nianbao copies show --cluster 3 --limit 50
        nianbao copies show --kind agencies --csv pairs.csv
    """
    from nianbao.show_copies import show_pairs  # noqa: PLC0415 - see the package
    from store.copy_query import Asked  # noqa: PLC0415

    with open_db(db) as store:
        return show_pairs(store, Asked(agency, year, kind or "", cluster, similarity), limit, file)
