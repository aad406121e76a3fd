"""One transaction: what was read from many documents goes into the database, all of it or nothing.

No two documents of a batch have the same content or the same name, so they cannot disturb each other, and everything can
be looked up beforehand and written table by table. The result is the same as writing them one by one in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from collect.errors import NianbaoError, NotAReportError
from store import documents, search
from store.agencies import Register
from store.bulk import delete_rows, insert_rows, reserve
from store.documents import DocumentFacts, Known, Old, Run, iso
from store.failures import told_of
from store.overlay import overlay_new
from store.rows import PARTS, PLACED_COLUMNS, REPORT_COLUMNS, Prepared, Row
from store.schema import document, document_path, failure, metadata, past_sighting, report
from store.supersede import Subject, settle, subject
from store.values import storable
from store.wide import WideTable


class Outcome(StrEnum):
    """What loading a document changed."""

    ADDED = "added"
    REREAD = "reread"
    """The same content, read by another version of the reader: its reports are replaced."""
    RENAMED = "renamed"
    """Known content under a new name, or back under an old one: only the name is noted."""
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Read:
    """A document that was read, ready to be written."""

    facts: DocumentFacts
    reports: tuple[Prepared, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A document that need not be read: its content is known."""

    facts: DocumentFacts


@dataclass(frozen=True, slots=True)
class Failed:
    """A document that gave no report."""

    facts: DocumentFacts
    error: NianbaoError
    time: datetime | None = None


Change = Read | Seen | Failed


@dataclass(slots=True)
class _Rows:
    """What is to be written, collected over the batch."""

    gone: list[int] = field(default_factory=list)
    """Documents that turned out to be none."""
    documents: list[Row] = field(default_factory=list)
    reread: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[Row] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)
    failures: list[Row] = field(default_factory=list)
    names: list[Row] = field(default_factory=list)
    renamed: list[dict[str, Any]] = field(default_factory=list)
    returned: list[dict[str, Any]] = field(default_factory=list)
    """Names that hold a content again which was replaced there."""
    sighted: list[dict[str, Any]] = field(default_factory=list)
    """Names that hold what they held."""
    emptied: list[int] = field(default_factory=list)
    """Reports whose parts are to be replaced or that go."""
    dropped: list[int] = field(default_factory=list)
    """Those of them that go."""
    reports: list[Row] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    wide: dict[str, list[Row]] = field(default_factory=dict)
    parts: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in PARTS})
    prose: list[tuple[int, Sequence[str]]] = field(default_factory=list)
    subjects: list[Subject | None] = field(default_factory=list)


_DOCUMENT = tuple(c.name for c in document.columns)
_FAILURE = tuple(c.name for c in failure.columns)
_PATH = tuple(c.name for c in document_path.columns)
_WARNING = ("document_id", "ordinal", "code", "message", "page")
_REPORT = ("id", "document_id", "ordinal", *REPORT_COLUMNS, *PLACED_COLUMNS, "current")
_PART_COLUMNS = {name: tuple(column.name for column in metadata.tables[name].columns) for name in PARTS}
_SAME = ("sha256", "origin", "code", "reason", "message", "advice", "reader")
"""What makes two failures of a name the same."""
_REREAD = ("media_type", "producer", "pages", "size", "reader", "last_run")
_UPDATE_DOCUMENT = update(document).where(document.c.id == bindparam("number")).values({n: bindparam(n) for n in _REREAD})
_UPDATE_REPORT = (
    update(report)
    .where(report.c.id == bindparam("number"))
    .values(
        {name: bindparam(name) for name in (*REPORT_COLUMNS, *PLACED_COLUMNS)}
        | {"current": 1, "superseded_by": None, "relation": None}
    )
)
_FORGIVE = failure.delete().where(failure.c.document == bindparam("name"))
_AT_NAME = (document_path.c.document == bindparam("name"), document_path.c.document_id == bindparam("number"))
_UPDATE_NAME = update(document_path).where(*_AT_NAME).values(current=0)
_FETCH = ("fetched", "via", "record")
_RETURN_NAME = (
    update(document_path)
    .where(*_AT_NAME)
    .values(
        current=1, first_run=bindparam("run"), last_run=bindparam("run"), **{name: bindparam(f"is_{name}") for name in _FETCH}
    )
)
_SIGHT_NAME = update(document_path).where(*_AT_NAME).values(last_run=bindparam("run"))
_PAST = past_sighting.c
_PERIODS = select(func.count()).where(_PAST.document_id == document_path.c.document_id, _PAST.ordinal == document_path.c.ordinal)
_KEEP_SIGHTING = insert(past_sighting).from_select(
    [column.name for column in past_sighting.columns],
    select(
        document_path.c.document_id,
        document_path.c.ordinal,
        _PERIODS.scalar_subquery(),
        document_path.c.first_run,
        document_path.c.last_run,
    ).where(*_AT_NAME),
)


class Batch:
    """Writes changes of many documents inside one transaction that holds the writer's place."""

    def __init__(self, connection: Connection, run: Run, tables: Mapping[str, WideTable]) -> None:
        self._connection = connection
        self._run = run
        self._tables = tables
        self._rows = _Rows()

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """Write them; gives what became of each."""
        self._look_up(changes)
        outcomes = [self._decide(change) for change in changes]
        self._write()
        overlay_new(self._connection, {change.facts.sha256 for change in changes if isinstance(change, Read)})
        settle(self._connection, self._rows.subjects)
        return outcomes

    def _look_up(self, changes: Sequence[Change]) -> None:
        connection = self._connection
        names = [change.facts.document for change in changes]
        self._known = documents.known(connection, [change.facts.sha256 for change in changes if change.facts.sha256])
        self._places = documents.found_at(connection, names)
        self._failures = documents.failures(connection, names)
        touched = {known.id for known in self._known.values()} | {i for held in self._places.values() for i in held}
        self._old = documents.reports_of(connection, sorted(touched))
        new = [change for change in changes if isinstance(change, Read) and self._is_new(change)]
        self._register = Register(connection)
        self._register.add((each.resolution.agency, each.year) for c in new for each in c.reports if each.resolution)
        failed = (change for change in changes if isinstance(change, Failed))
        self._told = {c.facts.document: told_of(c.facts.document, c.facts.origin, type(c.error).code) for c in failed}
        self._register.add(self._told.values())
        self._document_numbers = iter(reserve(connection, "document", sum(c.facts.sha256 not in self._known for c in new)))
        self._report_numbers = iter(reserve(connection, "report", sum(self._additional(change) for change in new)))

    def _is_new(self, change: Read) -> bool:
        """Whether this reader's version has not read the content before."""
        known = self._known.get(change.facts.sha256)
        return known is None or known.reader != self._run.reader

    def _additional(self, change: Read) -> int:
        known = self._known.get(change.facts.sha256)
        return max(0, len(change.reports) - len(self._old.get(known.id, ()))) if known else len(change.reports)

    def _decide(self, change: Change) -> Outcome:
        if isinstance(change, Failed):
            return self._fail(change)
        if isinstance(change, Read) and self._is_new(change):
            return self._load(change)
        known = self._known.get(change.facts.sha256)
        if known is None:
            raise LookupError(f"{change.facts.document} is not known")  # ``Seen`` is only for what is
        return self._name(change.facts, known)

    def _name(self, facts: DocumentFacts, known: Known) -> Outcome:
        name = facts.document
        if self._places.get(name, {}).get(known.id) and name not in self._failures:
            self._rows.sighted.append({"name": name, "number": known.id, "run": self._run.id})
            return Outcome.UNCHANGED
        self._write_name(facts, known.id, known.names)
        return Outcome.RENAMED

    def _load(self, change: Read) -> Outcome:
        facts, run, rows = change.facts, self._run, self._rows
        known = self._known.get(facts.sha256)
        about = (facts.media_type, storable(facts.producer), facts.pages, facts.size, run.reader)
        if known is None:
            number = next(self._document_numbers)
            rows.documents.append((number, bytes.fromhex(facts.sha256), *about, run.id, run.id))
        else:
            number = known.id
            rows.reread.append(dict(zip(_REREAD, (*about, run.id), strict=True)) | {"number": number})
        rows.warnings += [(number, i, w.code, storable(w.message), w.page) for i, w in enumerate(facts.warnings)]
        self._write_name(facts, number, known.names if known else 0)
        self._write_reports(number, facts, change.reports, self._old.get(number, ()) if known else ())
        return Outcome.REREAD if known else Outcome.ADDED

    def _write_name(self, facts: DocumentFacts, number: int, names: int) -> None:
        """Note that this name now holds this content, which has so many names already, and no failure."""
        name, rows = facts.document, self._rows
        if name in self._failures:
            rows.forgiven.append(name)
        held = self._places.get(name, {})
        changed = [each for each, current in held.items() if current and each != number]
        rows.renamed += [{"name": name, "number": each} for each in changed]
        sighting = {"name": name, "number": number, "run": self._run.id}
        fetch = documents.fetched_as(facts.fetch)
        if number not in held:
            rows.names.append((number, names, name, facts.origin, 1, self._run.id, self._run.id, *fetch))
            changed.append(number)
        elif held[number]:
            rows.sighted.append(sighting)
        else:
            rows.returned.append(sighting | {f"is_{column}": value for column, value in zip(_FETCH, fetch, strict=True)})
            changed.append(number)
        for each in changed:
            rows.subjects += self._subjects(each)

    def _write_reports(self, number: int, facts: DocumentFacts, reports: Sequence[Prepared], old: Sequence[Old]) -> None:
        """Write the document's reports over those it had. A report keeps its number, so that a link to it stays good."""
        rows = self._rows
        rows.subjects += [each.subject for each in old]
        rows.emptied += [each.id for each in old]
        rows.dropped += [each.id for each in old if each.ordinal >= len(reports)]
        kept = {each.ordinal: each.id for each in old}
        for ordinal, prepared in enumerate(reports):
            report_id = kept.get(ordinal)
            placed = self._register.place(prepared.resolution, prepared.agency, prepared.year, (facts.document, facts.origin))
            if report_id is None:
                report_id = next(self._report_numbers)
                rows.reports.append((report_id, number, ordinal, *prepared.row, *placed, 1))
            else:
                columns = (*REPORT_COLUMNS, *PLACED_COLUMNS)
                rows.changed.append(dict(zip(columns, (*prepared.row, *placed), strict=True)) | {"number": report_id})
            self._write_parts(report_id, prepared)
            rows.subjects.append(subject(prepared.agency, prepared.year, prepared.scope, placed[0]))

    def _write_parts(self, report_id: int, prepared: Prepared) -> None:
        rows, prefix = self._rows, (report_id,)
        for form, row in prepared.wide.items():
            rows.wide.setdefault(form, []).append(prefix + row)
        for table, parts in prepared.parts.items():
            rows.parts[table] += [prefix + row for row in parts]
        if prepared.prose:
            rows.prose.append((report_id, prepared.prose))

    def _fail(self, change: Failed) -> Outcome:
        """Note the failure; what an older reader loaded stays, unless the word now is that it is no report at all."""
        facts, error, rows = change.facts, change.error, self._rows
        known = self._known.get(facts.sha256)
        if known is not None and self._places.get(facts.document, {}).get(known.id):
            rows.sighted.append({"name": facts.document, "number": known.id, "run": self._run.id})
        if known is not None and isinstance(error, NotAReportError):
            rows.gone.append(known.id)
            rows.emptied += [each.id for each in self._old.get(known.id, ())]
            rows.subjects += self._subjects(known.id)
        texts = (facts.origin, type(error).code, error.reason, storable(error.message), storable(error.advice))
        row = (facts.sha256, *texts, self._run.reader)
        before = self._failures.get(facts.document)
        if before is not None:
            if all(before[name] == value for name, value in zip(_SAME, row, strict=True)):
                return Outcome.UNCHANGED
            rows.forgiven.append(facts.document)
        agency, year = self._told[facts.document]
        told = (self._register.number(agency) if agency else None, year)
        rows.failures.append((facts.document, *row, iso(change.time), self._run.id, *told))
        return Outcome.ADDED

    def _subjects(self, document_id: int) -> Iterator[Subject | None]:
        return (each.subject for each in self._old.get(document_id, ()))

    def _write(self) -> None:
        connection, rows = self._connection, self._rows
        search.forget(connection, rows.emptied)
        for table in (*PARTS, "report_reading", "neighbour_proof", *(f"form_{form}" for form in self._tables)):
            delete_rows(connection, table, "report_id", rows.emptied)
        delete_rows(connection, "report", "id", rows.dropped)
        delete_rows(connection, "document", "id", rows.gone)
        delete_rows(connection, "document_warning", "document_id", [row["number"] for row in rows.reread])
        _many(connection, _UPDATE_DOCUMENT, rows.reread)
        insert_rows(connection, "document", _DOCUMENT, rows.documents)
        insert_rows(connection, "document_warning", _WARNING, rows.warnings)
        _many(connection, _FORGIVE, [{"name": name} for name in rows.forgiven])
        insert_rows(connection, "failure", _FAILURE, rows.failures)
        _many(connection, _UPDATE_NAME, rows.renamed)
        _many(connection, _KEEP_SIGHTING, rows.returned)
        _many(connection, _RETURN_NAME, rows.returned)
        _many(connection, _SIGHT_NAME, rows.sighted)
        insert_rows(connection, "document_path", _PATH, rows.names)
        _many(connection, _UPDATE_REPORT, rows.changed)
        insert_rows(connection, "report", _REPORT, rows.reports)
        for form, wide in rows.wide.items():
            insert_rows(connection, f"form_{form}", self._tables[form].columns, wide)
        for table, parts in rows.parts.items():
            insert_rows(connection, table, _PART_COLUMNS[table], parts)
        search.remember(connection, rows.prose)


def _many(connection: Connection, statement: Any, parameters: Iterable[dict[str, Any]]) -> None:  # noqa: ANN401 - any statement
    found = list(parameters)
    if found:
        connection.execute(statement, found)
