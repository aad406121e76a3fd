"""Asking the database."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from collect.errors import ConfigurationError
from nianbao.commands import harmless, open_db, with_db


@click.command()
@click.argument("what", required=False, type=click.Choice(["cells", "reports", "findings", "mentions", "panel"]))
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(["csv", "parquet", "xlsx", "dta", "datapackage"]),
    required=True,
    help="Kind of file; datapackage is all tables as CSV with their description.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    required=True,
    help="File to write; of a data package a new folder, or a .zip file.",
)
@click.option(
    "--labels",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of the variable labels of a dta file.",
)
@with_db
def export(what: str | None, form: str, output: Path, labels: Literal["zh", "en"], db: str) -> None:
    """Write cells, reports, findings, mentions or the panel to a file, or everything as a data package.

    \b
    cells     one row a cell: number, printed text, state, page and box
    reports   one row a report: identity, verdict, counts
    findings  one row a finding
    mentions  one row a number stated in the prose: what it counts, whose it is, its sentence and place
    panel     one row a report, one column a cell

    docs/export.md says what each kind of file keeps. Beside a dta file, a list of its variables is written.

    \b
    Examples:
        nianbao export panel --format csv --output panel.csv
        nianbao export panel --format dta --labels en --output panel.dta
        nianbao export cells --format parquet --output cells.parquet --db jiangsu.sqlite
        nianbao export --format datapackage --output reports.zip
    """
    if (form == "datapackage") == (what is not None):
        advice = (
            "Give WHAT to export, or --format datapackage for everything."
            if what is None
            else "Leave out WHAT: it holds everything."
        )
        raise ConfigurationError("It is not clear what to write.", advice=advice)
    with open_db(db) as store:
        if what is None:
            from store.datapackage import write_datapackage  # noqa: PLC0415 - see the package

            click.echo(f"{write_datapackage(store, output)} reports written to {output}", err=True)
            return
        from store.export import export as write  # noqa: PLC0415 - see the package

        click.echo(f"{write(store, what, form, output, labels)} rows written to {output}", err=True)


@click.command()
@click.argument("agency", required=False)
@click.argument("year", required=False, type=int)
@click.argument("cell", required=False)
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(["text", "bibtex", "csl"]),
    default="text",
    show_default=True,
    help="Kind of text.",
)
@click.option("--accessed", metavar="DATE", default="", help="Day of access, such as 2025-03-01. Without it none is named.")
@with_db
def cite(agency: str | None, year: int | None, cell: str | None, *, form: str, accessed: str, db: str) -> None:
    """Say how to cite the database, or one number of it: AGENCY, YEAR and CELL.

    The content hash is the same for the same figures, in whatever order they came (docs/citing.md).

    \b
    Examples:
        nianbao cite --accessed 2025-03-01
        nianbao cite --format bibtex
        nianbao cite 宿迁市人民政府 2024 applications.new.total
    """
    from nianbao import citation as cited  # noqa: PLC0415 - see the package

    seen = cited.day(accessed)
    if agency is not None and (year is None or cell is None):
        raise ConfigurationError("One number has an agency, a year and a cell.", advice="Give all three, or none.")
    with open_db(db) as store:
        one = cited.number(store, agency, year, cell) if agency is not None and year is not None and cell is not None else None
        click.echo(harmless(cited.FORMATS[form](cited.citation(store), seen, one)))


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
