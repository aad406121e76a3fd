"""An open database of reports: runs, loading, and the transactions everything else works in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, update
from sqlalchemy.exc import SQLAlchemyError

from collect.errors import NianbaoError, StoreError
from normalize.model import Report
from store import schema
from store.batch import Outcome
from store.documents import DocumentFacts, Run, iso
from store.loader import BATCH, SECONDS, Loader, known_outcome
from store.rows import Preparation

__all__ = ["Outcome", "Store", "as_store_error"]


@contextmanager
def as_store_error(engine: Engine) -> Iterator[None]:
    """What the database refuses, as a ``StoreError`` that says what to do."""
    # COPY bypasses SQLAlchemy, so the driver's own errors come through as well.
    driver: type[Exception] = getattr(engine.dialect.dbapi, "Error", sqlite3.Error)
    try:
        yield
    except (SQLAlchemyError, OverflowError, driver) as error:
        said = (str(getattr(error, "orig", None) or error).strip() or type(error).__name__).splitlines()[0]
        raise StoreError(f"The database said: {said.rstrip('.')}.", advice=_advice(engine, error)) from error


_GO_ON = "then run the same command again: what was written stays, and the rest is done then."
_ADVICE = {
    sqlite3.SQLITE_BUSY: "Another program is writing to it: try again when that has ended.",
    sqlite3.SQLITE_LOCKED: "Another program is writing to it: try again when that has ended.",
    sqlite3.SQLITE_FULL: f"Make room where the database lies (what is new is written beside it first), {_GO_ON}",
    sqlite3.SQLITE_IOERR: f"See whether the disk is full, broken or gone, {_GO_ON}",
    sqlite3.SQLITE_READONLY: "Let this user write the file and the folder it lies in (SQLite writes beside it), or copy it.",
    sqlite3.SQLITE_CANTOPEN: "Let this user read and write the file and the folder it lies in (SQLite writes beside it).",
    sqlite3.SQLITE_PERM: "Let this user read and write the file and the folder it lies in (SQLite writes beside it).",
    sqlite3.SQLITE_CORRUPT: "It is damaged: take a copy of it from before, or make it anew from the documents.",
}
"""What to do, by SQLite's code."""


def _advice(engine: Engine, error: Exception) -> str | None:
    original = getattr(error, "orig", None) or error
    if isinstance(original, sqlite3.Error):
        return _ADVICE.get(getattr(original, "sqlite_errorcode", 0) & 0xFF)
    operational = getattr(engine.dialect.dbapi, "OperationalError", sqlite3.OperationalError)
    if engine.dialect.name == "postgresql" and isinstance(original, operational):
        return f"Check that the server at this address runs, takes connections and has room, {_GO_ON}"
    return None


class Store:
    """An open database of reports. ``store.open.open_store`` gives one.

    ``columns`` are the wide tables' columns by form, in the database's order.
    """

    def __init__(self, engine: Engine, columns: Mapping[str, Sequence[str]]) -> None:
        self.engine = engine
        self.preparation = Preparation(columns, engine.dialect.name)
        """Makes rows for this database, here or in another process."""
        self.tables = self.preparation.tables
        """The layout of the wide tables, by form."""
        self.columns = {form: table.cells for form, table in self.tables.items()}
        """The wide tables' columns as cells, by form, in the database's order; None for a column that is none."""

    def __enter__(self) -> Store:
        """The store itself: ``with open_store(...) as store``."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Give the database back."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database throughout. A failure becomes a ``StoreError``."""
        with as_store_error(self.engine), self.engine.connect() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the only writer's place from its start; done or undone as a whole."""
        with as_store_error(self.engine), self.engine.connect() as connection:
            connection.execution_options(immediate=True)
            with connection.begin():
                yield connection

    def begin_run(
        self,
        reader: str,
        arguments: str = "",
        started: datetime | None = None,
        roots: Collection[str] = (),
        crawl: str | None = None,
    ) -> Run:
        """Note that a run starts.

        ``reader`` is the version of the reading code, ``roots`` are the places it looks through, ``crawl`` is the crawl whose
        documents it takes in (``store.crawls``).
        """
        with self.writing() as connection:
            row = {"started": iso(started), "reader": reader, "arguments": arguments, "crawl": crawl}
            number = connection.scalar(insert(schema.run).values(row).returning(schema.run.c.id))
            if number is None:
                raise LookupError("the table run numbers its rows")
            if roots:
                connection.execute(insert(schema.run_root), [{"run_id": number, "root": root} for root in sorted(set(roots))])
        return Run(number, reader)

    def finish_run(self, run: Run, counts: Mapping[str, Any], finished: datetime | None = None) -> None:
        """Note that it came to its end, and what became of the documents."""
        row = {"finished": iso(finished), "counts": json.dumps(counts, ensure_ascii=False, sort_keys=True)}
        with self.writing() as connection:
            connection.execute(update(schema.run).where(schema.run.c.id == run.id).values(row))

    def loading(self, run: Run, *, size: int = BATCH, seconds: float = SECONDS) -> Loader:
        """Loads many documents, ``size`` a transaction, or what ``seconds`` gave: ``with store.loading(run) as loader``."""
        return Loader(self.writing, self.preparation, run, size=size, seconds=seconds)

    def recognise(self, facts: DocumentFacts, run: Run) -> Outcome | None:
        """Whether this content needs no reading, since this reader's version has read it: notes its name if that is new.

        None where the document must be read. Only ``document``, ``sha256`` and ``origin`` of the facts are used.
        """
        with self.reading() as connection:
            outcome = known_outcome(connection, facts, run)
        if outcome is not Outcome.RENAMED:
            return outcome
        with _One(self, run) as one:
            one.loader.see(facts, one.tell)
        return one.outcome

    def load(self, facts: DocumentFacts, reports: Sequence[Report], run: Run) -> Outcome:
        """Keep what was read from a document: all of it or, if this is interrupted, nothing.

        Raises:
            StoreError: the database fails, or does not take what the document holds.
        """
        with _One(self, run) as one:
            one.loader.load(facts, reports, one.tell)
        return one.outcome

    def fail(self, facts: DocumentFacts, error: NianbaoError, run: Run, time: datetime | None = None) -> Outcome:
        """Note that a document could not be loaded, and why; one row a name, the latest.

        What an older reader loaded from the same content stays, unless the word now is that it is no report at all.
        """
        with _One(self, run) as one:
            one.loader.fail(facts, error, time, one.tell)
        return one.outcome


class _One:
    """Loading of a single document, with its outcome."""

    def __init__(self, store: Store, run: Run) -> None:
        self.loader = store.loading(run, size=1)
        self._told: Outcome | StoreError | None = None

    def __enter__(self) -> _One:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.loader.flush()

    def tell(self, outcome: Outcome | StoreError) -> None:
        self._told = outcome

    @property
    def outcome(self) -> Outcome:
        if isinstance(self._told, Outcome):
            return self._told
        raise self._told or LookupError("nothing was loaded")
