"""`nianbao query`: one SELECT against the database, its answer as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from nianbao.show import clean, plain_table, say
from store.ask import MOST_ROWS, ask
from store.load import Store


def show_query(store: Store, sql: str) -> None:
    """Run ``sql`` (or the file of that name) without the right to change anything, and print up to 1,000 rows.

    Raises:
        ConfigurationError: the database does not accept the statement.
    """
    answer = ask(store, Path(sql).read_text("utf-8") if _is_file(sql) else sql)
    say(_table(answer.columns, [[_shown(value) for value in row] for row in answer.rows]))
    if answer.more:
        say(f"More than {MOST_ROWS} rows: only the first are shown. `nianbao export` writes them all.")


def _is_file(sql: str) -> bool:
    try:
        return Path(sql).is_file()
    except (OSError, ValueError):  # longer than a file's name may be: a statement
        return False


def _shown(value: object) -> str:
    return "" if value is None else clean(str(value))


def _table(columns: Sequence[str], rows: list[list[str]]) -> Table:
    table = plain_table()
    for column in columns:
        table.add_column(clean(column))
    for row in rows:
        table.add_row(*row)
    return table
