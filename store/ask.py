"""One SELECT of the user's, answered without the right to change anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from collect.errors import ConfigurationError
from store.load import Store

MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of an answer; ``more`` if there are others beyond them."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    more: bool


def ask(store: Store, statement: str, most: int = MOST_ROWS) -> Answer:
    """The first ``most`` rows of what a statement answers.

    Raises:
        ConfigurationError: the database does not accept it, or it is no question.
    """
    postgres = store.engine.dialect.name == "postgresql"
    driver: Any = getattr(store.engine.dialect.dbapi, "Error", SQLAlchemyError)
    with store.reading() as connection:
        try:
            return _fetch(*(_postgres(connection, statement) if postgres else _sqlite(connection, statement)), most)
        except (SQLAlchemyError, driver) as error:
            reason = str(getattr(error, "orig", error)).strip()
            views = "series, cells, block, applications, disclosure, disputes, statistics, current_report"
            advice = f"One SELECT is run; the views are {views}."
            raise ConfigurationError(f"The database says: {reason}.", advice=advice) from error
        finally:
            connection.rollback()
            if not postgres:
                connection.exec_driver_sql("PRAGMA query_only = OFF")


def _sqlite(connection: Connection, statement: str) -> tuple[Any, Any]:
    connection.exec_driver_sql("PRAGMA query_only = ON")
    # Text as the user wrote it: a colon in it is no parameter of ours.
    result = connection.exec_driver_sql(statement)
    return result, None if not result.returns_rows else list(result.keys())


def _postgres(connection: Connection, statement: str) -> tuple[Any, Any]:
    """``reading`` is a READ ONLY transaction; a second statement could end it, so there is only one: prepared."""
    connection.exec_driver_sql("SELECT 1")  # the transaction has begun: it can no longer be made READ WRITE
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    cursor.execute(statement.strip().rstrip(";").encode(), prepare=True)
    return cursor, None if cursor.description is None else [column.name for column in cursor.description]


def _fetch(cursor: Any, columns: list[str] | None, most: int) -> Answer:  # noqa: ANN401 - a driver's cursor
    if columns is None:
        raise ConfigurationError("The statement answers nothing.", advice="One SELECT is run.")
    rows = [tuple(row) for row in cursor.fetchmany(most + 1)]
    return Answer(tuple(columns), rows[:most], len(rows) > most)
