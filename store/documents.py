"""The rows of ``document``, its names and its failure, inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Insert, bindparam, delete, insert, select, update

from collect.errors import NianbaoError
from extract.model import ReaderWarning
from store.columns import storable
from store.schema import document, document_path, document_warning, failure, report
from store.supersede import Subject, subject


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A document without its content: the facts of a ``Source`` and of its ``Document``."""

    document: str
    """Public name: path relative to the ingested folder, ``archive.zip/member``."""
    sha256: str
    origin: str = ""
    size: int = 0
    media_type: str = ""
    producer: str = ""
    pages: int = 0
    warnings: tuple[ReaderWarning, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program, and the version of the code that reads documents in it."""

    id: int
    reader: str


def iso(moment: datetime | None) -> str:
    """ISO 8601 in UTC, to the second; now for None."""
    return (moment or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Known:
    """A document that the database has, and the version of the reader that read it."""

    id: int
    reader: str


_KNOWN = select(document.c.id, document.c.reader).where(document.c.sha256 == bindparam("sha256"))
_INSERT_DOCUMENT = insert(document)
_INSERT_PATH = insert(document_path)
_FORGIVE = delete(failure).where(failure.c.document == bindparam("document"))
_FAILURE = select(failure).where(failure.c.document == bindparam("document"))
_FOUND_AT = select(document_path.c.document_id, document_path.c.current).where(document_path.c.document == bindparam("document"))
_SUBJECTS = select(report.c.agency, report.c.year, report.c.scope, report.c.agency_id).where(
    report.c.document_id == bindparam("document_id")
)


def inserted_key(connection: Connection, statement: Insert, row: Mapping[str, Any]) -> int:
    """Insert a row and give its number."""
    (number,) = connection.execute(statement, row).inserted_primary_key or (None,)
    if not isinstance(number, int):
        raise TypeError(f"{statement.table} numbers its rows")
    return number


def known(connection: Connection, sha256: str) -> Known | None:
    """The document with this content, if there is one."""
    row = connection.execute(_KNOWN, {"sha256": sha256}).one_or_none()
    return None if row is None else Known(row.id, row.reader)


def found_at(connection: Connection, name: str, document_id: int) -> bool:
    """Whether that name is known to hold this content now."""
    return any(row.document_id == document_id and row.current for row in connection.execute(_FOUND_AT, {"document": name}))


def failure_of(connection: Connection, name: str) -> Mapping[str, Any] | None:
    """The failure noted under that name, if there is one."""
    row = connection.execute(_FAILURE, {"document": name}).mappings().one_or_none()
    return None if row is None else dict(row)


def write_document(connection: Connection, facts: DocumentFacts, document_id: int | None, run: Run) -> int:
    """Add the document, or bring its row up to date; gives its number."""
    row = {
        "media_type": facts.media_type,
        "producer": facts.producer,
        "pages": facts.pages,
        "size": facts.size,
        "reader": run.reader,
        "last_run": run.id,
    }
    if document_id is None:
        row |= {"sha256": facts.sha256, "document": facts.document, "origin": facts.origin, "first_run": run.id}
        document_id = inserted_key(connection, _INSERT_DOCUMENT, row)
    else:
        connection.execute(update(document).where(document.c.id == document_id).values(row))
        connection.execute(delete(document_warning).where(document_warning.c.document_id == document_id))
    if facts.warnings:
        connection.execute(
            insert(document_warning),
            [
                {"document_id": document_id, "ordinal": ordinal, "code": w.code, "message": w.message, "page": w.page}
                for ordinal, w in enumerate(facts.warnings)
            ],
        )
    return document_id


def write_name(connection: Connection, facts: DocumentFacts, document_id: int, run: Run) -> list[Subject | None]:
    """Note that this name now holds this content, and no failure; gives the subjects whose standing that may change."""
    connection.execute(_FORGIVE, {"document": facts.document})
    path = document_path
    here = {row.document_id: row.current for row in connection.execute(_FOUND_AT, {"document": facts.document})}
    displaced = [each for each, current in here.items() if current and each != document_id]
    if displaced:
        connection.execute(
            update(path).where(path.c.document == facts.document, path.c.document_id != document_id).values(current=0)
        )
    if document_id not in here:
        row = {
            "document": facts.document,
            "document_id": document_id,
            "origin": facts.origin,
            "current": 1,
            "first_run": run.id,
        }
        connection.execute(_INSERT_PATH, row)
    elif not here[document_id]:
        connection.execute(
            update(path).where(path.c.document == facts.document, path.c.document_id == document_id).values(current=1)
        )
        displaced.append(document_id)
    return [about for each in displaced for about in subjects_of(connection, each)]


def subjects_of(connection: Connection, document_id: int) -> list[Subject | None]:
    """What the document's reports are about."""
    rows = connection.execute(_SUBJECTS, {"document_id": document_id})
    return [subject(row.agency, row.year, row.scope, row.agency_id) for row in rows]


def remove_document(connection: Connection, document_id: int) -> list[Subject | None]:
    """Take out the document with all that was read from it; gives the subjects whose standing that may change."""
    about = subjects_of(connection, document_id)
    connection.execute(delete(document).where(document.c.id == document_id))
    return about


def write_failure(connection: Connection, facts: DocumentFacts, error: NianbaoError, run: Run, time: datetime | None) -> bool:
    """Note the failure under the document's name; False where the same is noted already."""
    row = {
        "sha256": facts.sha256,
        "origin": storable(facts.origin),
        "code": type(error).code,
        "reason": error.reason,
        "message": storable(error.message),
        "advice": storable(error.advice),
        "reader": run.reader,
    }
    before = failure_of(connection, facts.document)
    if before is not None:
        if all(before[name] == value for name, value in row.items()):
            return False
        connection.execute(_FORGIVE, {"document": facts.document})
    connection.execute(insert(failure), [row | {"document": facts.document, "time": iso(time), "run_id": run.id}])
    return True
