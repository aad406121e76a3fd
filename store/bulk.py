"""Many rows at once, the way each database takes them fastest: prepared statements on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, text

Row = Sequence[Any]
_Item = TypeVar("_Item")
_AT_ONCE = 1000
"""Values in one list of a statement: every database takes so many."""


def batched(items: Sequence[_Item], size: int = _AT_ONCE) -> Iterator[Sequence[_Item]]:
    """The items in slices of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def insert_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows whose values are as the driver takes them (``store.rows``, ``store.values.storable``)."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, columns, rows)
    else:
        connection.exec_driver_sql(_insert(table, tuple(columns)), [tuple(row) for row in rows])


def reserve(connection: Connection, table: str, count: int) -> list[int]:
    """Numbers for ``count`` new rows, as the database would have given them. The writer's place must be held."""
    if not count:
        return []
    if connection.dialect.name == "postgresql":
        statement = text(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, :count)")  # noqa: S608 - our own table names
        return sorted(connection.scalars(statement, {"count": count}))
    last = connection.scalar(text(f"SELECT max(id) FROM {table}")) or 0  # noqa: S608 - our own table names
    if table == "report":  # AUTOINCREMENT: the number of a removed report is never used again
        last = max(last, connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :t"), {"t": table}) or 0)
    return list(range(last + 1, last + 1 + count))


def delete_rows(connection: Connection, table: str, column: str, values: Sequence[int]) -> None:
    """Delete the rows with these numbers in ``column``."""
    for some in batched(values):
        statement = text(f'DELETE FROM "{table}" WHERE {column} IN :values').bindparams(bindparam("values", expanding=True))  # noqa: S608 - our own names
        connection.execute(statement, {"values": list(some)})


@cache
def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f'INSERT INTO "{table}" ({_names(columns)}) VALUES ({", ".join("?" * len(columns))})'  # noqa: S608 - our own names


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({_names(columns)}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
