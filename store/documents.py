"""Documents: what is known of them before something is written, looked up many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, func, select

from collect.model import Fetch
from extract.model import ReaderWarning
from store.bulk import batched
from store.schema import document, document_path, failure, report
from store.supersede import Subject, subject
from store.values import storable


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
    fetch: Fetch | None = None
    """How a crawl fetched it; None for a file."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program, and the version of the code that reads documents in it."""

    id: int
    reader: str


def iso(moment: datetime | None) -> str:
    """ISO 8601 in UTC, to the second; now for None."""
    return (moment or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")


def fetched_as(fetch: Fetch | None) -> tuple[str | None, str | None, str | None]:
    """A fetch as the columns ``fetched``, ``via`` and ``record``."""
    if fetch is None:
        return None, None, None
    return iso(fetch.moment), storable(fetch.via) or None, storable(fetch.record) or None


@dataclass(frozen=True, slots=True)
class Known:
    """A document that the database has, and the version of the reader that read it."""

    id: int
    reader: str
    names: int
    """Under how many names it was ever found."""


@dataclass(frozen=True, slots=True)
class Old:
    """A report that the database has of a document."""

    id: int
    document_id: int
    ordinal: int
    subject: Subject | None


def known(connection: Connection, contents: Sequence[str]) -> dict[str, Known]:
    """The documents with these contents that there are, by SHA-256."""
    names = select(func.count()).where(document_path.c.document_id == document.c.id).scalar_subquery()
    query = select(document.c.id, document.c.sha256, document.c.reader, names.label("names"))
    rows = _among(connection, query, document.c.sha256, contents)
    return {row.sha256: Known(row.id, row.reader, row.names) for row in rows}


def found_at(connection: Connection, names: Sequence[str]) -> dict[str, dict[int, bool]]:
    """What each of these names ever held: the documents' numbers, and whether it holds them now."""
    query = select(document_path.c.document, document_path.c.document_id, document_path.c.current)
    found: dict[str, dict[int, bool]] = {}
    for row in _among(connection, query, document_path.c.document, names):
        found.setdefault(row.document, {})[row.document_id] = bool(row.current)
    return found


def failures(connection: Connection, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The failures noted under these names, by name."""
    rows = _among(connection, select(failure), failure.c.document, names)
    return {row.document: dict(row._mapping) for row in rows}  # noqa: SLF001 - public in spite of its name


def reports_of(connection: Connection, documents: Sequence[int]) -> dict[int, list[Old]]:
    """The reports of these documents, by document, in their order."""
    columns = ("id", "document_id", "ordinal", "agency", "year", "scope", "agency_id")
    query = select(*(report.c[name] for name in columns)).order_by(report.c.ordinal)
    found: dict[int, list[Old]] = {}
    for row in _among(connection, query, report.c.document_id, documents):
        old = Old(row.id, row.document_id, row.ordinal, subject(row.agency, row.year, row.scope, row.agency_id))
        found.setdefault(row.document_id, []).append(old)
    return found


def _among(connection: Connection, query: Select[Any], column: Column[Any], values: Sequence[Any]) -> Iterator[Row[Any]]:
    for some in batched(values):
        yield from connection.execute(query.where(column.in_(some)))
