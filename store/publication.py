"""Published copies: one SQLite file a time, whole, stamped, that nobody writes to again.

Of an SQLite database the copy is made by ``VACUUM INTO``; of one on a server, table by table into a new file, with the
same content (``store.compare``). Either is the state of one moment.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from collect.errors import StoreError
from store.load import Store
from store.migrations import HEAD, VERSION_TABLE
from store.open import open_store
from store.schema import FORM_TABLES, metadata
from store.search import build as build_search

_CHUNK = 1_000
_STAMP_TABLE = "publication"
_CREATE = f"""\
CREATE TABLE IF NOT EXISTS {_STAMP_TABLE} (
  published TEXT NOT NULL, night TEXT NOT NULL, reader TEXT NOT NULL, schema TEXT NOT NULL, program TEXT NOT NULL,
  rows TEXT NOT NULL, overruled TEXT NOT NULL
) STRICT"""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a published copy says of itself, in its table ``publication``."""

    published: str
    """When: ISO 8601, UTC."""
    night: str
    """The night that made it, by when that began."""
    reader: str
    """Version of the reading code."""
    schema: str
    program: str
    """Version of Nianbao."""
    rows: Mapping[str, int]
    """Rows of each table."""
    overruled: Mapping[str, str] = field(default_factory=dict)
    """Gates that fired and were overruled, with the reason."""


def copy_store(store: Store, target: Path) -> None:
    """Write what the database holds now to a new SQLite file, and force it to disk.

    Raises:
        StoreError: it cannot be read or written.
    """
    if store.engine.dialect.name == "sqlite":
        with _driver_errors(target), closing(sqlite3.connect(str(store.engine.url.database))) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
    else:
        _copy_tables(store, target)
    with _driver_errors(target), closing(sqlite3.connect(target)) as connection:
        # With a write-ahead log every reader would write beside it, and could not read it in a folder it may not write to.
        connection.execute("PRAGMA journal_mode = DELETE")


def _copy_tables(store: Store, target: Path) -> None:
    with open_store(target) as copy:
        with store.reading() as source, copy.writing() as connection:
            # Rows of one table may refer to later ones of the same.
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            for table in metadata.sorted_tables:
                connection.execute(table.delete())
                _copy_table(source, connection, table)
            build_search(connection)
        with copy.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _copy_table(source: Connection, target: Connection, table: Table) -> None:
    rows = source.execution_options(yield_per=_CHUNK).execute(select(table))
    for some in rows.mappings().partitions(_CHUNK):
        target.execute(insert(table), [dict(row) for row in some])


def integrity(path: Path) -> list[str]:
    """What is wrong with a file's pages, indexes and references; nothing where it is whole."""
    with reading(path) as connection:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check(10)")]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(10)
    wrong = [] if said == ["ok"] else said
    return wrong + [f"{table} row {row} refers to a row of {parent} that is not there" for table, row, parent, _ in orphans]


def row_counts(path: Path) -> dict[str, int]:
    """Rows of each table that this version knows and the file has."""
    with reading(path) as connection:
        present = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        names = [name for name in (*metadata.tables, *(t.name for t in FORM_TABLES.values())) if name in present]
        return {name: connection.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in dict.fromkeys(names)}  # noqa: S608 - our own names


def stamp(path: Path, said: Stamp) -> None:
    """Put the stamp into a file."""
    row = (said.published, said.night, said.reader, said.schema, said.program, _json(said.rows), _json(said.overruled))
    with _driver_errors(path), closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(_CREATE)
        connection.execute(f"DELETE FROM {_STAMP_TABLE}")  # noqa: S608 - a constant
        connection.execute(f"INSERT INTO {_STAMP_TABLE} VALUES (?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608 - a constant


def read_stamp(path: Path) -> Stamp | None:
    """The stamp of a file; None where it has none.

    Raises:
        StoreError: it is no database.
    """
    with reading(path) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (_STAMP_TABLE,)).fetchone():
            return None
        row = connection.execute(f"SELECT * FROM {_STAMP_TABLE}").fetchone()  # noqa: S608 - a constant
    return None if row is None else Stamp(row[0], row[1], row[2], row[3], row[4], json.loads(row[5]), json.loads(row[6]))


def schema_version(path: Path) -> str:
    """The schema's revision that a file says; empty where it says none."""
    with reading(path) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (VERSION_TABLE,)).fetchone():
            return ""
        row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - a constant
    return str(row[0]) if row else ""


def present_schema() -> str:
    """The schema's revision that this version of Nianbao makes."""
    return HEAD


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that can only read.

    Raises:
        StoreError: the file cannot be opened or is no database.
    """
    with _driver_errors(path), closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


@contextmanager
def _driver_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"{path}: the database said: {str(error).rstrip('.')}.") from error


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False, sort_keys=True)
