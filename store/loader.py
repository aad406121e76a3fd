"""Loading many documents: collected in memory, written a batch a transaction.

A run that is killed loses at most the batch that was not written yet, and never half a document. What comes out is the
same as loading one document after the other: batches are written in order, and a document that meets one of the same
content or name in the batch waits for the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from types import TracebackType

from sqlalchemy import Connection

from collect.errors import NianbaoError, StoreError
from normalize.model import Report
from store import documents
from store.batch import Batch, Change, Failed, Outcome, Read, Seen
from store.documents import DocumentFacts, Run
from store.rows import Preparation, Prepared
from store.values import storable

BATCH = 500
"""Documents a transaction takes: more gain nothing, and all are in memory."""
SECONDS = 5.0
"""How long the first document of a batch may wait, so that a slow run loses little when it is killed."""

_REFUSALS = {"DataError", "IntegrityError", "OverflowError"}
"""What a driver raises where it is the data that a database will not take: the names are PEP 249's and Python's."""

Done = Callable[[Outcome | StoreError], object]
"""Told what became of a document once that is safe on disk: a ``StoreError`` where the database would not take it."""
Writing = Callable[[], AbstractContextManager[Connection]]
"""Gives a transaction that holds the writer's place."""


def _ignore(_outcome: Outcome | StoreError) -> None:
    """Nobody asked."""


class Loader:
    """Takes documents of one run into the database. ``Store.loading`` gives one.

    All methods raise ``StoreError`` where the database itself fails (not for a document's data: ``Done`` is told of that).
    What was handed over then stays to be written.
    """

    def __init__(
        self,
        writing: Writing,
        preparation: Preparation,
        run: Run,
        *,
        size: int = BATCH,
        seconds: float = SECONDS,
    ) -> None:
        self._writing = writing
        self._preparation = preparation
        self._run = run
        self._size = size
        self._seconds = seconds
        self._since = 0.0
        self._pending: list[tuple[Change | StoreError, Done]] = []
        self._taken: set[str] = set()
        """Contents and names of the pending documents."""

    def __enter__(self) -> Loader:
        """The loader itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        """Write what is pending, also when the user interrupts."""
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self.flush()

    def load(self, facts: DocumentFacts, reports: Sequence[Report], done: Done = _ignore) -> None:
        """Keep what was read from a document."""
        try:
            prepared = tuple(map(self._preparation.prepare, reports))
        except StoreError as error:
            self._make_room(_storable(facts))
            self._pending.append((error, done))
        else:
            self.load_prepared(facts, prepared, done)

    def load_prepared(self, facts: DocumentFacts, reports: Sequence[Prepared], done: Done = _ignore) -> None:
        """Keep what was read from a document and is made rows of already, by ``Store.preparation``."""
        facts = _storable(facts)
        self._make_room(facts)
        self._add(Read(facts, tuple(reports)), done)

    def fail(self, facts: DocumentFacts, error: NianbaoError, time: datetime | None = None, done: Done = _ignore) -> None:
        """Note that a document could not be loaded, and why: see ``Store.fail``."""
        facts = _storable(facts)
        self._make_room(facts)
        self._add(Failed(facts, error, time), done)

    def holds(self, sha256: str) -> bool:
        """Whether this content is pending: ``flush``, and ``Store.recognise`` will know it."""
        return sha256 in self._taken

    def see(self, facts: DocumentFacts, done: Done = _ignore) -> None:
        """Note where known content was found."""
        facts = _storable(facts)
        self._make_room(facts)
        self._add(Seen(facts), done)

    def flush(self) -> None:
        """Write what is pending, and tell what became of it."""
        changes = [change for change, _ in self._pending if not isinstance(change, StoreError)]
        written = iter(self._write(changes))
        pending, self._pending = self._pending, []
        self._taken.clear()
        for change, done in pending:
            done(change if isinstance(change, StoreError) else next(written))

    def _make_room(self, facts: DocumentFacts) -> None:
        """Two of one content or name would disturb each other within a batch."""
        if facts.sha256 in self._taken or facts.document in self._taken:
            self.flush()

    def _add(self, change: Change, done: Done) -> None:
        if not self._pending:
            self._since = time.monotonic()
        self._pending.append((change, done))
        self._taken |= {change.facts.document, change.facts.sha256} - {""}
        if len(self._pending) >= self._size or time.monotonic() - self._since >= self._seconds:
            self.flush()

    def _write(self, changes: Sequence[Change]) -> list[Outcome | StoreError]:
        if not changes:
            return []
        try:
            with self._writing() as connection:
                return [*Batch(connection, self._run, self._preparation.tables).write(changes)]
        except StoreError as error:
            if not _REFUSALS & {kind.__name__ for kind in type(error.__cause__).__mro__}:
                raise
            # One document holds something that the database will not take. Alone, it cannot take others with it.
            return [error] if len(changes) == 1 else [result for change in changes for result in self._write([change])]


def _storable(facts: DocumentFacts) -> DocumentFacts:
    """With names as the database will have them."""
    return replace(facts, document=storable(facts.document), origin=storable(facts.origin))


def known_outcome(connection: Connection, facts: DocumentFacts, run: Run) -> Outcome | None:
    """``UNCHANGED`` where this content is known under this name, ``RENAMED`` where it is known; None where it must be read."""
    name = storable(facts.document)
    known = documents.known(connection, [facts.sha256]).get(facts.sha256)
    if known is None or known.reader != run.reader:
        return None
    named = documents.found_at(connection, [name]).get(name, {}).get(known.id)
    return Outcome.UNCHANGED if named and not documents.failures(connection, [name]) else Outcome.RENAMED
