"""`nianbao query`: one SELECT against the database, its answer as a table."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from collect.errors import ConfigurationError
from nianbao.show import clean, plain_table, say
from store.load import Store

_MOST_ROWS = 1000


def show_query(store: Store, sql: str) -> None:
    """Run ``sql`` (or the file of that name) without the right to change anything, and print up to 1,000 rows.

    Raises:
        ConfigurationError: the database does not accept the statement.
    """
    statement = Path(sql).read_text("utf-8") if _is_file(sql) else sql
    with store.reading() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA query_only = ON"))
        else:
            connection.execute(text("SET TRANSACTION READ ONLY"))
        try:
            # Text as the user wrote it: a colon in it is no parameter of ours.
            result = connection.exec_driver_sql(statement)
            columns, rows = list(result.keys()), result.fetchmany(_MOST_ROWS + 1)
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", error))
            advice = "One SELECT is run; the views are cells, applications, disclosure, disputes and statistics."
            raise ConfigurationError(f"The database says: {reason}.", advice=advice) from error
        finally:
            if connection.dialect.name == "sqlite":
                connection.rollback()
                connection.execute(text("PRAGMA query_only = OFF"))
    say(_table(columns, [[_shown(value) for value in row] for row in rows[:_MOST_ROWS]]))
    if len(rows) > _MOST_ROWS:
        say(f"More than {_MOST_ROWS} rows: only the first are shown. `nianbao export` writes them all.")


def _is_file(sql: str) -> bool:
    return len(sql) < 1000 and "\n" not in sql and Path(sql).is_file()


def _shown(value: object) -> str:
    return "" if value is None else clean(str(value))


def _table(columns: list[str], rows: list[list[str]]) -> Table:
    table = plain_table()
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    return table
