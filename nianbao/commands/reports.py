"""Asking the database."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

from pathlib import Path

import click

from nianbao.commands import open_db, with_db


@click.command()
@click.argument("what", type=click.Choice(["cells", "reports", "findings", "mentions", "panel"]))
@click.option("--format", "-f", "form", type=click.Choice(["csv", "parquet", "xlsx"]), required=True, help="Kind of file.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write.")
@with_db
def export(what: str, form: str, output: Path, db: str) -> None:
    """Write cells, reports, findings, mentions or the panel to a file.

    \b
    cells     one row a cell: number, printed text, state, page and box
    reports   one row a report: identity, verdict, counts
    findings  one row a finding
    mentions  one row a number stated in the prose: what it counts, whose it is, its sentence and place
    panel     one row a report, one column a cell

    \b
    Examples:
        nianbao export panel --format csv --output panel.csv
        nianbao export cells --format parquet --output cells.parquet --db jiangsu.sqlite
    """
    from store.export import export as write  # noqa: PLC0415 - see the package

    with open_db(db) as store:
        rows = write(store, what, form, output)
    click.echo(f"{rows} rows written to {output}", err=True)


@click.command()
@click.argument("agency")
@click.argument("year", type=int)
@click.option("--as-of", metavar="DATE", help="As it stood on that day (2024-03-01), by when its documents were found.")
@with_db
def show(agency: str, year: int, as_of: str | None, db: str) -> int:
    """Show AGENCY's report for YEAR: the official tables as printed, and the findings.

    A part of the agency's name will do. Several matches are listed; none gives suggestions and exit code 1.

    \b
    Examples:
        nianbao show 洪泽区 2024
        nianbao show 洪泽区 2024 --as-of 2025-03-01
        nianbao show 河东区中小企业发展服务中心 2021 --db tianjin.sqlite
    """
    from nianbao.show_report import show_report  # noqa: PLC0415 - see the package

    with open_db(db) as store:
        return show_report(store, agency, year, as_of)


@click.command()
@with_db
def status(db: str) -> None:
    """Show what the database holds: documents, reports by verdict, form and year, failures.

    \b
    Examples:
        nianbao status
        nianbao status --db postgresql+psycopg://reader@host/reports
    """
    from nianbao.show_report import show_status  # noqa: PLC0415 - see the package

    with open_db(db) as store:
        show_status(store)


@click.command()
@click.argument("sql", metavar="SQL|FILE")
@with_db
def query(sql: str, db: str) -> None:
    """Run one SELECT, given as text or as a file, and show what it answers. Nothing can be changed this way.

    \b
    Examples:
        nianbao query "SELECT agency, year, verdict FROM report ORDER BY year"
        nianbao query docs/comparison.sql --db demo.sqlite
    """
    from nianbao.show_query import show_query  # noqa: PLC0415 - see the package

    with open_db(db) as store:
        show_query(store, sql)


@click.command()
@click.argument("text", nargs=-1, required=True)
@with_db
@click.option("--agency", metavar="NAME", default="", help="Only agencies whose name contains this.")
@click.option("--year", type=int, help="Only reports for this year.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many places.")
def search(text: tuple[str, ...], db: str, agency: str, year: int | None, limit: int) -> int:
    """Find TEXT in the prose of the reports: agency, year, chapter and the words around it.

    Each TEXT is a phrase of one character or more, found wherever it stands, also in the middle of a longer word. White
    space, letter case and the width of letters and digits do not count. Of several, a chapter must hold all. Exit code 1
    if there is none.

    \b
    Examples:
        nianbao search 复议
        nianbao search 行政复议 败诉 --year 2023
        nianbao search 依申请公开平台 --agency 江苏 --limit 100
    """
    from nianbao.show_search import show_search  # noqa: PLC0415 - see the package

    with open_db(db) as store:
        return show_search(store, text, agency=agency, year=year, limit=limit)
