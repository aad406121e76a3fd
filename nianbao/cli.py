"""The command line: one group, one line and one exit code for every error. The commands are in ``nianbao.commands``."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

import difflib
import errno
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, NoReturn

import click

from collect.errors import NianbaoError, StoreError
from nianbao.commands import (
    EXIT_FAULT,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    accuracy,
    agencies,
    archive,
    browse,
    collect,
    continuity,
    copies,
    harmless,
    intake,
    night,
    reference,
    reports,
    series,
    time,
)

_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}
"""Errors of the system that are no fault of ours: the disk is full or broken, or may not be written to."""


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
            if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
                where = f"{error.filename}: " if error.filename else ""
                _fail(f"{where}{error.strerror}. {StoreError.advice} Then run the same command again.", StoreError.exit_code)
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
    click.echo("error: " + harmless(" ".join(message.split())), err=True)
    sys.exit(code)


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


for command in (
    intake.ingest,
    intake.inspect,
    collect.crawl,
    collect.sources,
    night.nightly,
    archive.archive,
    archive.rebuild,
    reports.export,
    reports.show,
    reports.status,
    reports.query,
    reports.cite,
    reports.search,
    agencies.agencies,
    series.series,
    series.compare,
    series.list_metrics,
    time.revisions,
    time.coverage,
    continuity.continuity,
    copies.copies,
    accuracy.accuracy,
    browse.browse,
    browse.corrections,
    reference.list_forms,
):
    main.add_command(command)
collect.sources.add_command(night.sources_status)


if __name__ == "__main__":
    main()
