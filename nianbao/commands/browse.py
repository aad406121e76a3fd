"""The browser face, and what people decided there."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

from pathlib import Path

import click

from nianbao.commands import open_db, with_db


@click.command()
@with_db
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen at. Any other than this machine's own: see docs/browse.md.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8001, show_default=True, help="Port to listen at; 0 takes any free one."
)
@click.option("--open", "open_browser", is_flag=True, help="Open the first page in the browser.")
@click.option(
    "--token", envvar="NIANBAO_TOKEN", show_envvar=True, help="What reviewers sign in with. Default: a new one, printed at start."
)
@click.option("--read-only", is_flag=True, help="Nobody may write, whatever they know.")
@click.option(
    "--archive", type=click.Path(path_type=Path, file_okay=False), help="Folder of a crawl's archive, for the pictures of pages."
)
def browse(
    *, db: str, host: str, port: int, open_browser: bool, token: str | None, read_only: bool, archive: Path | None
) -> None:
    """See, compare and check the reports in the browser (docs/browse.md).

    Reads an SQLite file. Reading is open to whoever reaches the address, which is this machine alone by default; to write
    (review of uncertain cells) one signs in with the token that is printed at start.

    \b
    Examples:
        nianbao browse --db reports.sqlite --open
        nianbao browse --port 8080 --read-only
        nianbao browse --archive crawls
    """
    from explore.serve import serve  # noqa: PLC0415 - see the package
    from nianbao.apart import Apart  # noqa: PLC0415 - see the package

    apart = Apart()
    try:
        serve(db, host=host, port=port, open_browser=open_browser, token=token, read_only=read_only, archive=archive, apart=apart)
    finally:
        apart.close()


@click.group()
def corrections() -> None:
    """What people decided about single cells, against the document (docs/browse.md).

    \b
    Examples:
        nianbao corrections list
    """


@corrections.command("list")
@click.argument("agency", default="")
@with_db
def list_corrections(agency: str, db: str) -> None:
    """List every decision, the latest first; of agencies whose name contains AGENCY.

    \b
    Examples:
        nianbao corrections list
        nianbao corrections list 宿迁市 --db reports.sqlite
    """
    from nianbao.show_corrections import show_corrections  # noqa: PLC0415 - see the package

    with open_db(db) as store:
        show_corrections(store, agency)
