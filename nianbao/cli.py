"""The command line: each command a thin door to one function."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from collect.errors import ConfigurationError, NianbaoError

if TYPE_CHECKING:
    from nianbao.counts import Summary
    from normalize.authority.aliases import AliasFile
    from store.load import Store

EXIT_FAULT = 1
EXIT_REVIEW = 2
EXIT_REJECTED = 3
EXIT_USAGE = 64
EXIT_INTERRUPTED = 130

_Command = TypeVar("_Command", bound=Callable[..., Any])


class _Nianbao(click.Group):
    """Maps every error to one line on standard error and an exit code."""

    def main(  # type: ignore[override] # click's own signature is an overload for type checkers
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,  # noqa: ANN401 - whatever click takes
    ) -> object:
        """Runs the command line; see ``click.Command.main``."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except NianbaoError as error:
            _fail(str(error), error.exit_code)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "nianbao"
            _fail(f"{error.format_message()} See `{command} --help`.", EXIT_USAGE)
        except click.ClickException as error:
            _fail(error.format_message(), error.exit_code)
        except (KeyboardInterrupt, click.Abort):
            _fail("Interrupted.", EXIT_INTERRUPTED)
        except BrokenPipeError:
            # The reader of our output (head, less) has gone; there is nobody to tell.
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - lives to the end of the process
            sys.exit(0)
        except Exception as error:
            if os.environ.get("NIANBAO_DEBUG"):
                raise
            _fail(
                f"{type(error).__name__}: {error}. {NianbaoError.advice} (NIANBAO_DEBUG=1 shows where it happened.)", EXIT_FAULT
            )
        sys.exit(code if isinstance(code, int) else 0)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a command that does not exist."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            hint = f" Did you mean {near[0]}?" if near else f" There are {', '.join(self.list_commands(ctx))}."
            ctx.fail(f"There is no command {args[0]}.{hint}")
        return super().resolve_command(ctx, args)


def _fail(message: str, code: int) -> NoReturn:
    click.echo("error: " + " ".join(message.split()), err=True)
    sys.exit(code)


def _with_db(command: _Command) -> _Command:
    return click.option(
        "--db",
        metavar="PATH|URL",
        default="reports.sqlite",
        show_default=True,
        envvar="NIANBAO_DB",
        show_envvar=True,
        help="The database: path of an SQLite file, or an SQLAlchemy URL.",
    )(command)


def _open(db: str, *, create: bool = False) -> Store:
    from store.open import CACHE_KIB, LOADING_CACHE_KIB, open_store  # noqa: PLC0415 - dear to import; --help is not to wait

    return open_store(db, create=create, cache_kib=LOADING_CACHE_KIB if create else CACHE_KIB)


def _exists(db: str) -> bool:
    """Whether there is a database file already."""
    from store.open import database_url  # noqa: PLC0415 - see _open

    return Path(database_url(db).database or "").is_file()


_EXIT_CODES = """\b
Exit codes:
    0  done
    2  with --fail-on review: a report is for a person to look at, or a document gave none
    3  with --fail-on rejected: a document gave no report
   64  wrong usage          74  the database        78  nothing to do as asked
   65  unreadable           66  encrypted           67  unsupported
   68  not such a report   130  interrupted: run it again to go on"""


@click.group("nianbao", cls=_Nianbao, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(version("nianbao"), prog_name="nianbao", message="%(prog)s %(version)s")
def main() -> None:
    """China's open-government annual reports (政府信息公开工作年度报告) as one comparable database.

    \b
    Start here:
        nianbao ingest ARCHIVE --db reports.sqlite
        nianbao status
        nianbao show 洪泽区 2024
        nianbao export panel --format csv --output panel.csv
    """


@main.command(epilog=_EXIT_CODES)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@_with_db
@click.option(
    "--fail-on",
    type=click.Choice(["review", "rejected", "never"]),
    default="never",
    show_default=True,
    help="review: exit with 2 if any report needs a person or any document was rejected; rejected: with 3 if any was rejected.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=lambda: min(2, os.cpu_count() or 1),
    show_default="2, or 1 on one processor",
    help="Processes of this machine that read. 1 reads in this process.",
)
@click.option(
    "--executor",
    metavar="dask://HOST:PORT",
    default="",
    help="Read on the workers of a Dask cluster instead (needs nianbao[dask] here and there). What they cannot open "
    "themselves is sent to them.",
)
@click.option("--aliases", type=click.Path(path_type=Path), metavar="FILE", help="Alias file (TOML): settles names of agencies.")
@click.option("--reread", is_flag=True, help="Read everything again, also what is known. What people corrected stays.")
@click.option("--quiet", "-q", is_flag=True, help="No progress bar and no summary.")
@click.option("--verbose", "-v", is_flag=True, help="Tracebacks of our own faults, on standard error.")
def ingest(
    paths: tuple[str, ...],
    db: str,
    fail_on: str,
    workers: int,
    *,
    executor: str,
    aliases: Path | None,
    reread: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    """Take files, folders and archives (zip, tar) into the database.

    PDF, HTML, DOCX and text are told by their content, whatever they are called. A bad document is noted with its reason
    (table failure) and stops nothing. Interrupted and run again, it goes on; a file of unchanged size and time of change is
    not opened again, and known content not read again, unless this version reads otherwise. PATH may be a URL that fsspec
    knows (s3://, sftp://, https://), given that its package is installed.

    \b
    Examples:
        nianbao ingest reports/
        nianbao ingest 2023.zip 2024.tar.gz --db jiangsu.sqlite
        nianbao ingest reports/ --fail-on review && echo all verified
        nianbao ingest s3://bucket/reports --executor dask://scheduler:8786
    """
    from collect.archives import require_documents  # noqa: PLC0415 - see _open
    from nianbao import ingest as batch  # noqa: PLC0415 - see _open
    from nianbao.progress import progress_bar  # noqa: PLC0415 - see _open
    from nianbao.show import say  # noqa: PLC0415 - see _open
    from nianbao.summary import summary_text  # noqa: PLC0415 - see _open
    from nianbao.workers import hired  # noqa: PLC0415 - see _open

    settled = _aliases(aliases) if aliases else None
    if not _exists(db):
        require_documents(paths)  # before a database is made
    with (
        hired(workers, executor) as crew,
        _open(db, create=True) as store,
        progress_bar(quiet=quiet) as progress,
    ):
        if settled is not None:
            _use(store, settled)
        summary = batch.ingest(paths, store, crew=crew, reread=reread, progress=progress)
    if not quiet:
        say(summary_text(summary))
    if verbose:
        for document, trace in summary.traces.items():
            click.echo(f"{document}\n{trace}", err=True)
    return _exit_code(summary, fail_on)


def _aliases(file: Path) -> AliasFile:
    from normalize.authority.aliases import read_aliases  # noqa: PLC0415 - see _open

    try:
        return read_aliases(file.read_text("utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read ({error}).", advice="Give a TOML file in UTF-8.") from error


def _use(store: Store, aliases: AliasFile) -> int:
    from store.agencies import use_aliases  # noqa: PLC0415 - see _open

    return use_aliases(store, aliases)


def _exit_code(summary: Summary, fail_on: str) -> int:
    if summary.interrupted:
        return EXIT_INTERRUPTED
    if fail_on == "rejected" and summary.rejected:
        return EXIT_REJECTED
    return EXIT_REVIEW if fail_on == "review" and summary.doubtful else 0


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--html", "output", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT", help="Write the page to this file."
)
def inspect(file: Path, output: Path | None) -> None:
    """Show what would be read from one FILE, without a database.

    Form, identity, verdict, the tables as aligned to the official form, findings and checks. With --html, one
    self-contained page that shows the printed pages with every recognised cell drawn on them.

    \b
    Examples:
        nianbao inspect report.pdf
        nianbao inspect archive.zip/2023/report.pdf
        nianbao inspect report.pdf --html report.html
    """
    from collect.archives import find  # noqa: PLC0415 - see _open
    from nianbao.inspect_text import inspect_file  # noqa: PLC0415 - see _open

    inspect_file(find(file), output)


@main.command()
@click.argument("what", type=click.Choice(["cells", "reports", "findings", "panel"]))
@click.option("--format", "-f", "form", type=click.Choice(["csv", "parquet", "xlsx"]), required=True, help="Kind of file.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write.")
@_with_db
def export(what: str, form: str, output: Path, db: str) -> None:
    """Write cells, reports, findings or the panel to a file.

    \b
    cells     one row a cell: number, printed text, state, page and box
    reports   one row a report: identity, verdict, counts
    findings  one row a finding
    panel     one row a report, one column a cell

    \b
    Examples:
        nianbao export panel --format csv --output panel.csv
        nianbao export cells --format parquet --output cells.parquet --db jiangsu.sqlite
    """
    from store.export import export as write  # noqa: PLC0415 - see _open

    with _open(db) as store:
        rows = write(store, what, form, output)
    click.echo(f"{rows} rows written to {output}", err=True)


@main.command()
@click.argument("agency")
@click.argument("year", type=int)
@_with_db
def show(agency: str, year: int, db: str) -> int:
    """Show AGENCY's report for YEAR: the official tables as printed, and the findings.

    A part of the agency's name will do. Several matches are listed; none gives suggestions and exit code 1.

    \b
    Examples:
        nianbao show 洪泽区 2024
        nianbao show 河东区中小企业发展服务中心 2021 --db tianjin.sqlite
    """
    from nianbao.show_report import show_report  # noqa: PLC0415 - see _open

    with _open(db) as store:
        return show_report(store, agency, year)


@main.command()
@_with_db
def status(db: str) -> None:
    """Show what the database holds: documents, reports by verdict, form and year, failures.

    \b
    Examples:
        nianbao status
        nianbao status --db postgresql+psycopg://reader@host/reports
    """
    from nianbao.show_report import show_status  # noqa: PLC0415 - see _open

    with _open(db) as store:
        show_status(store)


@main.command()
@click.argument("sql", metavar="SQL|FILE")
@_with_db
def query(sql: str, db: str) -> None:
    """Run one SELECT, given as text or as a file, and show what it answers. Nothing can be changed this way.

    \b
    Examples:
        nianbao query "SELECT agency, year, verdict FROM report ORDER BY year"
        nianbao query docs/comparison.sql --db demo.sqlite
    """
    from nianbao.show_query import show_query  # noqa: PLC0415 - see _open

    with _open(db) as store:
        show_query(store, sql)


@main.group()
def agencies() -> None:
    """Which agencies the reports are of: list peers, see what is undecided, settle it.

    \b
    Examples:
        nianbao agencies list --kind health --level county
        nianbao agencies undecided
        nianbao agencies settle aliases.toml
        nianbao agencies resolve 河东区教育局 --origin https://www.tjhd.gov.cn/nb.html
    """


@agencies.command("list")
@click.option("--kind", help="Kind of body, such as health; nianbao agencies kinds lists them.")
@click.option("--level", type=click.Choice(["nation", "province", "city", "county", "township"]), help="Rank.")
@click.option("--within", metavar="REGION", help="Name or code of a division, such as 宿迁市 or 321300.")
@_with_db
def list_agencies(kind: str | None, level: str | None, within: str | None, db: str) -> None:
    """List agencies with the years they report on: all, or the peers asked for.

    \b
    Examples:
        nianbao agencies list --kind health --level county
        nianbao agencies list --within 宿迁市 --kind government --level county
    """
    from nianbao.show_agencies import show_agencies  # noqa: PLC0415 - see _open

    with _open(db) as store:
        show_agencies(store, kind, level, within)


@agencies.command()
@_with_db
def undecided(db: str) -> None:
    """List the printed names whose agency is undecided, why, and what they may mean.

    \b
    Examples:
        nianbao agencies undecided --db reports.sqlite
    """
    from nianbao.show_agencies import show_undecided  # noqa: PLC0415 - see _open

    with _open(db) as store:
        show_undecided(store)


@agencies.command()
@click.argument("file", type=click.Path(path_type=Path))
@_with_db
def settle(file: Path, db: str) -> None:
    """Take an alias FILE (TOML; docs/agencies.md) in the place of the one before, for the reports there are and those to come.

    \b
    Examples:
        nianbao agencies settle aliases.toml
    """
    aliases = _aliases(file)
    with _open(db) as store:
        settled = _use(store, aliases)
    click.echo(f"{settled} reports settled by {len(aliases.aliases)} names", err=True)


@agencies.command()
@click.argument("name")
@click.option("--year", type=int, help="Reporting year: places bore other names in other years.")
@click.option("--origin", default="", help="Path or address of the report.")
@click.option("--text", default="", help="What else the report says.")
def resolve(name: str, year: int | None, origin: str, text: str) -> int:
    """Show which agency a printed NAME means, without a database. Exit code 1 where it is undecided.

    \b
    Examples:
        nianbao agencies resolve 沭阳县发改局
        nianbao agencies resolve 河东区教育局 --origin https://www.tjhd.gov.cn/nb.html
    """
    from nianbao.show_agencies import show_resolution  # noqa: PLC0415 - see _open
    from normalize.authority.model import Evidence  # noqa: PLC0415 - see _open

    return show_resolution(Evidence(name, year, text=text, origin=origin))


@agencies.command("kinds")
def list_kinds() -> None:
    """List the kinds of bodies: key, group, usual name, and which kind took their work over.

    \b
    Examples:
        nianbao agencies kinds
    """
    from normalize.authority.bodies import kinds  # noqa: PLC0415 - see _open

    for kind in kinds().kinds.values():
        onward = f"\t-> {kind.successor} {kind.successor_year}" if kind.successor else ""
        click.echo(f"{kind.key}\t{kind.group}\t{kind.label}{onward}")


@main.command()
@click.argument("text", nargs=-1, required=True)
@_with_db
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
    from nianbao.show_search import show_search  # noqa: PLC0415 - see _open

    with _open(db) as store:
        return show_search(store, text, agency=agency, year=year, limit=limit)


@main.command("forms")
@click.argument("form", required=False)
def list_forms(form: str | None) -> None:
    """List the official forms; with FORM, its cells by their public names.

    \b
    Examples:
        nianbao forms
        nianbao forms 2021
    """
    from normalize.forms import forms  # noqa: PLC0415 - see _open

    if form is None:
        for known in forms().values():
            click.echo(f"{known.key}  {len(known.cells()):>3} cells  {known.title}（{known.source}）")
        return
    if form not in forms():
        raise ConfigurationError(f"There is no form {form}.", advice=f"There are {', '.join(forms())}.")
    for cell in forms()[form].cells():
        click.echo(f"{cell.key}\t{cell.row_label}\t{cell.column_label}\t{cell.unit}")


if __name__ == "__main__":
    main()
