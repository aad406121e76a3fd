"""Opening a database of reports: engine, checks, migrations."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from collect.errors import StoreError
from store.failures import place_failures
from store.generate import drop_views, generate, is_fresh, wide_columns
from store.load import Store, as_store_error
from store.migrations import HEAD, REVISIONS, VERSION_TABLE
from store.safety_copy import keep_copy
from store.supersede import settle_all

BUSY_MILLISECONDS = 30_000
"""How long to wait for another writer."""
CACHE_KIB = 65_536
"""Pages kept in memory for questions."""
LOADING_CACHE_KIB = 8_192
"""The same for loading: more would only grow with the database, and gains nothing at a million reports."""
_WRITERS_PLACE = 7_205_109_348
"""Number of the advisory lock that stands for the writer's place; any number that no other program uses."""
STRICT_SINCE = (3, 37, 0)
"""The first SQLite with STRICT tables."""
_LEDGER_SINCE = "0005"
"""The revision with the ledger, which is derived from what an older database holds."""


Kept = Callable[[Path], object]
"""Told where the copy is that was kept of a database before its schema was changed."""


def open_store(target: str | Path, *, create: bool = True, cache_kib: int = CACHE_KIB, kept: Kept = lambda _copy: None) -> Store:
    """The database at a path or an SQLAlchemy URL, brought to the present schema.

    Of an SQLite file of an older schema a copy is kept first (``store.safety_copy``), and ``kept`` is told where. Without
    ``create`` it must exist and hold reports' tables already. ``cache_kib`` is how much of an SQLite file each connection
    keeps in memory.

    Raises:
        StoreError: there is none, it is something else, it was made by a newer Nianbao, or no copy can be kept.
    """
    url = database_url(target)
    shown = url.database if url.drivername.startswith("sqlite") else url.render_as_string(hide_password=True)
    _check_file(url, create=create)
    engine = _engine(url, cache_kib)
    try:
        return Store(engine, _prepare(engine, str(shown), kept, create=create))
    except BaseException:
        engine.dispose()
        raise


def open_to_read(path: Path, *, cache_kib: int = CACHE_KIB) -> Store:
    """The database in an SQLite file, for reading alone: SQLite itself refuses to write. It must be of the present schema.

    Raises:
        StoreError: it is of another schema; ``open_store`` brings it to the present one.
    """
    engine = create_engine(
        URL.create("sqlite", database=f"file:{quote(str(path.absolute()))}", query={"mode": "ro", "uri": "true"})
    )
    event.listen(engine, "connect", partial(_configure_sqlite, cache_kib))
    event.listen(engine, "begin", _begin_sqlite)
    try:
        with as_store_error(engine), engine.connect() as connection:
            return Store(engine, _present_columns(connection, str(path)))
    except BaseException:
        engine.dispose()
        raise


def _present_columns(connection: Connection, shown: str) -> dict[str, list[str]]:
    """The wide tables' columns of a database of the present schema."""
    if _version(connection, shown) == HEAD:
        columns = wide_columns(connection)
        if is_fresh(connection, columns):
            return columns
    raise StoreError(f"{shown} is of an older schema.", advice="Bring it up to date where it may be written: nianbao status.")


def database_url(target: str | Path) -> URL:
    """The URL of a target: text with ``://`` is one, anything else is the path of an SQLite file."""
    text = str(target)
    if isinstance(target, Path) or "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        return make_url(text)
    except ArgumentError as error:
        raise StoreError(
            "The database address cannot be understood.",
            advice="Give a path, or a URL such as sqlite:///reports.sqlite or postgresql+psycopg://user@host/name.",
        ) from error


def _file(url: URL) -> Path | None:
    """The file of an SQLite database; None on a server, or in memory."""
    if not url.drivername.startswith("sqlite") or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def _check_file(url: URL, *, create: bool) -> None:
    path = _file(url)
    if path is None:
        return
    if path.is_dir():
        raise StoreError(f"{path} is a folder.", advice="Give the path of a database file.")
    if not create and not path.exists():
        raise StoreError(
            f"There is no database {path}.", advice=f"Run `nianbao ingest ARCHIVE --db {path}` first, or correct --db."
        )
    if not path.parent.is_dir():
        raise StoreError(f"There is no folder {path.parent}.", advice="Create it, or give another path.")


def _engine(url: URL, cache_kib: int) -> Engine:
    try:
        engine = create_engine(url)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            f"No driver for {url.drivername} is installed ({error}).",
            advice="Install it, such as psycopg for postgresql+psycopg://, or use an SQLite path.",
        ) from error
    if engine.dialect.name == "sqlite":
        if sqlite3.sqlite_version_info < STRICT_SINCE:
            raise StoreError(
                f"SQLite {sqlite3.sqlite_version} has no STRICT tables.", advice="Use a Python with SQLite 3.37 or later."
            )
        event.listen(engine, "connect", partial(_configure_sqlite, cache_kib))
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_elsewhere)
    return engine


def _configure_sqlite(cache_kib: int, connection: sqlite3.Connection, _record: object) -> None:
    # Python's driver would begin transactions late and leave DDL out of them; _begin_sqlite does it instead.
    connection.isolation_level = None
    settings = (f"busy_timeout = {BUSY_MILLISECONDS}", "foreign_keys = ON", "synchronous = NORMAL", f"cache_size = {-cache_kib}")
    for pragma in settings:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its place at once: a reader that turns writer later would fail, not wait.
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _begin_elsewhere(connection: Connection) -> None:
    # The same on PostgreSQL, where many write and read: writers take turns, batch by batch. Two that load the same
    # content, or two editions of one report, would else not see each other. Readers never wait.
    if connection.get_execution_options().get("immediate", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_PLACE})")


def _prepare(engine: Engine, shown: str, kept: Kept, *, create: bool) -> dict[str, list[str]]:
    """Check what is there and bring it up to date; gives the wide tables' columns."""
    try:
        with as_store_error(engine), engine.connect() as connection:
            version = _version(connection, shown)
            if version is None and not create:
                raise _no_reports(shown)
            if version == HEAD:
                columns = wide_columns(connection)
                if is_fresh(connection, columns):
                    return columns
        if version is None:
            _keep_log(engine)
        with as_store_error(engine), engine.connect() as connection:
            connection.execution_options(immediate=True)
            with _foreign_keys_at_rest(connection), connection.begin():
                found = _version(connection, shown)
                if found not in (None, HEAD) and (database := _file(engine.url)) is not None:
                    kept(keep_copy(database, str(found)))
                if found is not None:
                    drop_views(connection)
                if found != HEAD:
                    _migrate(connection)
                columns = generate(connection)
                if found is not None and REVISIONS.index(found) < REVISIONS.index(_LEDGER_SINCE):
                    settle_all(connection)
                    place_failures(connection)
                return columns
    except sqlite3.Error as error:
        raise StoreError(f"{shown} cannot be opened as a database ({error}).", advice=_ADVICE) from error
    except StoreError as error:
        if isinstance(error.__cause__, Exception) and "not a database" in str(error.__cause__):
            raise StoreError(f"{shown} is not a database.", advice=_ADVICE) from error
        raise


def _no_reports(shown: str) -> StoreError:
    return StoreError(f"{shown} holds no reports.", advice=f"Run `nianbao ingest ARCHIVE --db {shown}` first, or correct --db.")


_ADVICE = "Give another path, or an empty database."


def _version(connection: Connection, shown: str) -> str | None:
    """The schema's revision; None for an empty database.

    Raises:
        StoreError: the tables are somebody else's, or of a newer version.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if VERSION_TABLE not in tables:
        raise StoreError(f"{shown} is a database of something else.", advice=_ADVICE)
    version = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()  # noqa: S608 - a constant
    if version not in REVISIONS:
        raise StoreError(
            f"{shown} has schema {version}; this version of Nianbao knows {HEAD} at most.",
            advice="Install the present version of Nianbao.",
        )
    return str(version)


def _keep_log(engine: Engine) -> None:
    """Let readers and the one writer work at once (WAL): a property of the file, set only outside transactions."""
    if engine.dialect.name != "sqlite":
        return
    raw: Any = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()


@contextmanager
def _foreign_keys_at_rest(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by making it anew: with foreign keys at work, dropping the old one would empty others."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")  # works outside transactions only
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, and rarely needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
