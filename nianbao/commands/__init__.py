"""The commands, a module each group: every one a thin door to one function.

They import what they call when they are called: SQLAlchemy, pandas and the readers are dear to import, and ``--help`` is
not to wait for them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collect.limits import Limits
    from store.load import Store

EXIT_FAULT = 1
EXIT_REVIEW = 2
EXIT_REJECTED = 3
EXIT_USAGE = 64
EXIT_INTERRUPTED = 130
"""Exit codes beside those of the errors (``NianbaoError.exit_code``)."""

_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_Command = TypeVar("_Command", bound=Callable[..., Any])


def with_db(command: _Command) -> _Command:
    """Give a command the option ``--db``."""
    return click.option(
        "--db",
        metavar="PATH|URL",
        default="reports.sqlite",
        show_default=True,
        envvar="NIANBAO_DB",
        show_envvar=True,
        help="The database: path of an SQLite file, or an SQLAlchemy URL.",
    )(command)


def with_workers(command: _Command) -> _Command:
    """Give a command the option ``--workers``."""
    return click.option(
        "--workers",
        type=click.IntRange(min=1),
        default=lambda: min(2, os.cpu_count() or 1),
        show_default="2, or 1 on one processor",
        help="Processes of this machine that read.",
    )(command)


def harmless(text: str) -> str:
    """Text without what commands a terminal: names of documents come from strangers. Lines stay lines."""
    return str(_COMMANDS.sub("\ufffd", text))


def with_limits(command: _Command) -> _Command:
    """Give a command the option ``--limit``."""
    return click.option(
        "--limit",
        "limits",
        metavar="NAME=AMOUNT",
        multiple=True,
        callback=_limits,
        help="Change a limit, as in --limit pages=800 --limit memory=2GB; docs/hostile.md lists them. May be given again.",
    )(command)


def _limits(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> Limits:
    from collect.limits import limits_of  # noqa: PLC0415 - see the top

    pairs = [text.partition("=") for text in given]
    return limits_of({name.strip(): amount for name, _, amount in pairs})


def open_db(db: str, *, create: bool = False) -> Store:
    """The database that ``--db`` names."""
    from store.open import CACHE_KIB, LOADING_CACHE_KIB, open_store  # noqa: PLC0415 - see the package

    def kept(copy: Path) -> None:
        click.echo(f"{db} is of an older schema and is brought to the present one; as it was it is kept in {copy}", err=True)

    return open_store(db, create=create, cache_kib=LOADING_CACHE_KIB if create else CACHE_KIB, kept=kept)
