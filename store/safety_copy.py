"""The copy of a database that is kept before its schema is changed."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from collect.errors import StoreError


def copy_path(database: Path, schema: str) -> Path:
    """Where the copy of a database of this schema is kept: ``reports.sqlite.schema-0009``."""
    return database.with_name(f"{database.name}.schema-{schema}")


def keep_copy(database: Path, schema: str) -> Path:
    """Copy an SQLite database as it is now, whole and forced to disk; gives where.

    The caller holds the writer's place, so that nothing is written between the copy and the change. A copy of the same schema
    that is there already is replaced: by what came of it, or by the same again after a change that was broken off.

    Raises:
        StoreError: it cannot be written. Nothing may be changed then.
    """
    copy = copy_path(database, schema)
    part = copy.with_name(f"{copy.name}.part")
    try:
        for suffix in ("", "-wal", "-shm", "-journal"):  # what a killed run left
            part.with_name(part.name + suffix).unlink(missing_ok=True)
        _copy(database, part)
        part.replace(copy)
        _force(copy.parent)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        size = database.stat().st_size // 1_000_000 + 1
        raise StoreError(
            f"{database} has the older schema {schema}, and no copy of it can be kept before it is changed ({said}).",
            advice=f"Make room for {size} MB in its folder, and see that it may be written to; nothing was changed.",
        ) from error
    return copy


def _copy(database: Path, target: Path) -> None:
    address = f"file:{quote(str(database.absolute()))}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA journal_mode = OFF")
        source.backup(copy)
    _force(target)


def _force(path: Path) -> None:
    """Force a file, or the names in a folder, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
