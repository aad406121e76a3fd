"""Putting reports into the database: one transaction a document, idempotent by content and reader version."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from collect.errors import NianbaoError, NotAReportError, StoreError
from normalize.model import CellKey, Report
from store import documents, schema
from store.agencies import place_agency
from store.documents import DocumentFacts, Known, Run, iso
from store.rows import Positions, identity_row, part_rows, wide_positions
from store.supersede import Subject, settle, subject

PARTS = {
    name: schema.metadata.tables[name]
    for name in (
        *(table.name for table in schema.FORM_TABLES.values()),
        *(
            "block",
            "cell_note",
            "provenance",
            "extra_cell",
            "section",
            "mention",
            "finding",
            "rule_check",
            "ignored",
            "agency_candidate",
        ),
    )
}
"""The tables that hold a report's parts; all have ``report_id``."""

_INSERTS = {name: insert(table) for name, table in PARTS.items()}
_INSERT_REPORT = insert(schema.report)


class Outcome(StrEnum):
    """What loading a document changed."""

    ADDED = "added"
    REREAD = "reread"
    """The same content, read by another version of the reader: its reports are replaced."""
    RENAMED = "renamed"
    """Known content under a new name, or back under an old one: only the name is noted."""
    UNCHANGED = "unchanged"


@contextmanager
def as_store_error() -> Iterator[None]:
    """What the database refuses, as a ``StoreError`` that says what to do."""
    try:
        yield
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).splitlines()[0]
        advice = "Another program is writing to it: try again when that has ended." if "locked" in said else None
        raise StoreError(f"The database said: {said}.", advice=advice) from error


class Store:
    """An open database of reports. ``store.open.open_store`` gives one.

    ``columns`` are the wide tables' columns by form, in the database's order.
    """

    def __init__(self, engine: Engine, columns: Mapping[str, Sequence[str]]) -> None:
        self.engine = engine
        self._positions: Positions = wide_positions(columns)
        self.columns: dict[str, list[CellKey | None]] = {form: [None] * len(names) for form, names in columns.items()}
        """The wide tables' columns as cells, by form, in the database's order; None for ``report_id``."""
        for form, places in self._positions.items():
            for key, place in places.items():
                self.columns[form][place] = key

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
        with as_store_error(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the only writer's place from its start; done or undone as a whole."""
        with as_store_error(), self.engine.connect() as connection:
            connection.execution_options(immediate=True)
            with connection.begin():
                yield connection

    def begin_run(self, reader: str, arguments: str = "", started: datetime | None = None) -> Run:
        """Note that a run starts. ``reader`` is the version of the reading code."""
        with self.writing() as connection:
            row = {"started": iso(started), "reader": reader, "arguments": arguments}
            return Run(documents.inserted_key(connection, insert(schema.run), row), reader)

    def finish_run(self, run: Run, counts: Mapping[str, Any], finished: datetime | None = None) -> None:
        """Note that it came to its end, and what became of the documents."""
        row = {"finished": iso(finished), "counts": json.dumps(counts, ensure_ascii=False, sort_keys=True)}
        with self.writing() as connection:
            connection.execute(update(schema.run).where(schema.run.c.id == run.id).values(row))

    def recognise(self, facts: DocumentFacts, run: Run) -> Outcome | None:
        """Whether this content needs no reading, since this reader's version has read it: notes its name if that is new.

        None where the document must be read. Only ``document``, ``sha256`` and ``origin`` of the facts are used.
        """
        with self.reading() as connection:
            known = documents.known(connection, facts.sha256)
            if known is None or known.reader != run.reader:
                return None
            if _is_named(connection, facts, known):
                return Outcome.UNCHANGED
        with self.writing() as connection:
            return _rename(connection, facts, known, run)

    def load(self, facts: DocumentFacts, reports: Sequence[Report], run: Run) -> Outcome:
        """Keep what was read from a document: all of it or, if this is interrupted, nothing."""
        with self.writing() as connection:
            known = documents.known(connection, facts.sha256)
            if known is not None and known.reader == run.reader:
                return _rename(connection, facts, known, run)
            affected = documents.subjects_of(connection, known.id) if known else []
            document_id = documents.write_document(connection, facts, known.id if known else None, run)
            affected += documents.write_name(connection, facts, document_id, run)
            affected += self._write_reports(connection, document_id, facts, reports)
            settle(connection, affected)
        return Outcome.REREAD if known else Outcome.ADDED

    def fail(self, facts: DocumentFacts, error: NianbaoError, run: Run, time: datetime | None = None) -> Outcome:
        """Note that a document could not be loaded, and why; one row a name, the latest.

        What an older reader loaded from the same content stays, unless the word now is that it is no report at all.
        """
        with self.writing() as connection:
            known = documents.known(connection, facts.sha256)
            if known is not None and isinstance(error, NotAReportError):
                settle(connection, documents.remove_document(connection, known.id))
            new = documents.write_failure(connection, facts, error, run, time)
        return Outcome.ADDED if new else Outcome.UNCHANGED

    def _write_reports(
        self, connection: Connection, document_id: int, facts: DocumentFacts, reports: Sequence[Report]
    ) -> list[Subject | None]:
        """Write the document's reports over those it had; gives what they are about."""
        numbers = _clear(connection, document_id, len(reports))
        subjects: list[Subject | None] = []
        for ordinal, report in enumerate(reports):
            row = identity_row(report) | place_agency(connection, report, facts.document, facts.origin)
            row |= {"current": 1, "superseded_by": None}
            number = numbers.get(ordinal)
            if number is None:
                row |= {"document_id": document_id, "ordinal": ordinal}
                number = documents.inserted_key(connection, _INSERT_REPORT, row)
            else:
                connection.execute(update(schema.report).where(schema.report.c.id == number).values(row))
            for name, rows in part_rows(number, report, self._positions).items():
                connection.execute(_INSERTS[name], rows)
            subjects.append(subject(row["agency"], row["year"], row["scope"], row["agency_id"]))
        return subjects


def _is_named(connection: Connection, facts: DocumentFacts, known: Known) -> bool:
    """Whether the document is known to stand at that name, with nothing to say against it."""
    return documents.found_at(connection, facts.document, known.id) and documents.failure_of(connection, facts.document) is None


def _rename(connection: Connection, facts: DocumentFacts, known: Known, run: Run) -> Outcome:
    if _is_named(connection, facts, known):
        return Outcome.UNCHANGED
    settle(connection, documents.write_name(connection, facts, known.id, run))
    return Outcome.RENAMED


def _clear(connection: Connection, document_id: int, keep: int) -> dict[int, int]:
    """Empty the document's reports and remove those beyond the first ``keep``; gives the numbers by ordinal.

    A report keeps its number over all readings, so that a link to it stays good.
    """
    report = schema.report
    query = select(report.c.ordinal, report.c.id).where(report.c.document_id == document_id)
    numbers = {row.ordinal: row.id for row in connection.execute(query)}
    if numbers:
        for part in PARTS.values():
            connection.execute(delete(part).where(part.c.report_id.in_(numbers.values())))
        connection.execute(delete(report).where(report.c.document_id == document_id, report.c.ordinal >= keep))
    return numbers
