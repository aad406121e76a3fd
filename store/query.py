"""Questions that the command line asks: which reports, one report in full, how the database stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from collect.errors import StoreError
from normalize.forms import FormTable, forms
from normalize.model import CellKey
from store.load import Store
from store.read import StoredCell, cells_of
from store.schema import block, document, document_path, extra_cell, failure, finding, mention, report, run, section

FAILURES = 100
"""Failures that ``status`` names."""


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """A report in one line."""

    id: int
    document: str
    sha256: str
    agency: str
    year: int | None
    scope: str | None
    form: str
    verdict: str
    title: str
    cells_expected: int
    cells_found: int
    findings: int
    current: bool


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A row of a printed table: its label, and a cell or None for each heading of the table."""

    label: tuple[str, ...]
    cells: tuple[StoredCell | None, ...]


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table of a form as one report prints it."""

    form: str
    key: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[PrintedRow, ...]


@dataclass(frozen=True, slots=True)
class ReportDetail:
    """A report in full. Extra cells, sections, mentions and findings are rows of the tables of that name, by column."""

    summary: ReportSummary
    period: str
    published: str
    documents: tuple[str, ...]
    fetches: tuple[tuple[str, str, str], ...]
    """Of each name that a crawl found it under: when it was fetched, from which address, and the WARC record of that."""
    """Every name the document was found under."""
    others: tuple[tuple[str, str], ...]
    """Relation and first name of the other documents of the report that this one stands for."""
    tables: tuple[PrintedTable, ...]
    extra_cells: tuple[Mapping[str, Any], ...]
    sections: tuple[Mapping[str, Any], ...]
    mentions: tuple[Mapping[str, Any], ...]
    findings: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class FailedDocument:
    """A document that could not be loaded."""

    document: str
    code: str
    reason: str
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Status:
    """How the database stands. Counts are of all reports, superseded ones included, unless they say otherwise."""

    documents: int
    reports: int
    superseded: int
    cells: int
    """Cells found, blanks included."""
    by_verdict: dict[str, int] = field(default_factory=dict)
    by_form: dict[str, int] = field(default_factory=dict)
    by_year: dict[int | None, int] = field(default_factory=dict)
    findings_by_rule: dict[str, int] = field(default_factory=dict)
    failures_by_reason: dict[str, int] = field(default_factory=dict)
    failures: tuple[FailedDocument, ...] = ()
    """The first hundred by name; ``failures_by_reason`` counts all."""
    last_run: Mapping[str, Any] | None = None
    """The row of ``run``; ``finished`` is None if it was interrupted."""


def find_reports(store: Store, agency: str, year: int | None = None, *, superseded: bool = False) -> tuple[ReportSummary, ...]:
    """Reports of agencies whose name contains ``agency``, by agency and year; superseded ones only on request."""
    # The names alone stand in an index; the reports do not.
    named = report.alias("named")
    names = select(named.c.agency).distinct().where(named.c.agency.contains(agency, autoescape=True))
    query = _summaries()
    if year is not None:
        query = query.where(report.c.agency.contains(agency, autoescape=True))
    elif agency:
        query = query.where(report.c.agency.in_(names))
    if year is not None:
        query = query.where(report.c.year == year)
    if not superseded:
        query = query.where(report.c.current == 1)
    with store.reading() as connection:
        rows = connection.execute(query.order_by(report.c.agency, report.c.year, report.c.id))
        return tuple(_summary(row) for row in rows)


def agency_names(store: Store) -> list[str]:
    """Every agency that a report is of, by name."""
    with store.reading() as connection:
        return [name for name in connection.scalars(select(report.c.agency).distinct().order_by(report.c.agency)) if name]


def report_detail(store: Store, report_id: int) -> ReportDetail:
    """One report in full.

    Raises:
        StoreError: there is no such report.
    """
    with store.reading() as connection:
        row = connection.execute(_summaries().where(report.c.id == report_id)).one_or_none()
        if row is None:
            raise StoreError(f"There is no report {report_id}.", advice="`nianbao show AGENCY YEAR` lists reports.")
        names = select(document_path.c.document).where(document_path.c.document_id == row.document_id)
        sections = _parts(connection, section, report_id)
        return ReportDetail(
            summary=_summary(row),
            period=row.period,
            published=row.published,
            documents=tuple(connection.scalars(names.order_by(document_path.c.document))),
            fetches=_fetches(connection, row.document_id),
            others=_others(connection, report_id),
            tables=_tables(store, connection, report_id),
            extra_cells=_parts(connection, extra_cell, report_id),
            sections=sections,
            mentions=_with_sentences(_parts(connection, mention, report_id), sections),
            findings=_parts(connection, finding, report_id),
        )


def _others(connection: Connection, report_id: int) -> tuple[tuple[str, str], ...]:
    first_name = (document_path.c.document_id == report.c.document_id) & (document_path.c.ordinal == 0)
    query = select(report.c.relation, document_path.c.document).join(document_path, first_name)
    query = query.where(report.c.superseded_by == report_id).order_by(report.c.relation, document_path.c.document)
    return tuple((row.relation, row.document) for row in connection.execute(query))


def _fetches(connection: Connection, number: int) -> tuple[tuple[str, str, str], ...]:
    path = document_path.c
    query = select(path.fetched, path.origin, path.record).where(path.document_id == number, path.fetched.is_not(None))
    return tuple((row.fetched, row.origin, row.record or "") for row in connection.execute(query.order_by(path.document)))


def status(store: Store) -> Status:
    """How the database stands."""
    with store.reading() as connection:
        failures = tuple(
            FailedDocument(row.document, row.code, row.reason, row.message, row.advice)
            for row in connection.execute(select(failure).order_by(failure.c.document).limit(FAILURES))
        )
        last = connection.execute(select(run).order_by(run.c.id.desc()).limit(1)).mappings().one_or_none()
        standing = connection.execute(_STANDING).all()
        return Status(
            documents=_count(connection, select(func.count()).select_from(document)),
            reports=sum(row.reports for row in standing),
            superseded=sum(row.reports for row in standing if not row.current),
            cells=sum(row.cells for row in standing),
            by_verdict=_sums((row.verdict, row.reports) for row in standing),
            by_form=_sums((row.form, row.reports) for row in standing),
            by_year=_sums((row.year, row.reports) for row in standing),
            findings_by_rule=_tally(connection, finding.c.rule),
            failures_by_reason=_tally(connection, failure.c.reason),
            failures=failures,
            last_run=None if last is None else dict(last),
        )


_GROUPS = (report.c.year, report.c.form, report.c.verdict, report.c.current)
_STANDING = select(
    *_GROUPS, func.count().label("reports"), func.coalesce(func.sum(report.c.cells_found), 0).label("cells")
).group_by(*_GROUPS)
"""In the order of an index, so that a million reports are counted in one pass over it."""


def _sums(counts: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    """Sums by name, in the names' order, none first."""
    found: dict[Any, int] = {}
    for name, count in counts:
        found[name] = found.get(name, 0) + int(count)
    return dict(sorted(found.items(), key=lambda item: (item[0] is not None, item[0])))


def _summaries() -> Select[Any]:
    first_name = (document_path.c.document_id == document.c.id) & (document_path.c.ordinal == 0)
    return (
        select(report, document_path.c.document, document.c.sha256)
        .join_from(report, document, report.c.document_id == document.c.id)
        .join(document_path, first_name)
    )


def _summary(row: Any) -> ReportSummary:  # noqa: ANN401 - a row of _summaries
    return ReportSummary(
        id=row.id,
        document=row.document,
        sha256=row.sha256,
        agency=row.agency,
        year=row.year,
        scope=row.scope,
        form=row.form,
        verdict=row.verdict,
        title=row.title,
        cells_expected=row.cells_expected,
        cells_found=row.cells_found,
        findings=row.findings,
        current=bool(row.current),
    )


def _tables(store: Store, connection: Connection, report_id: int) -> tuple[PrintedTable, ...]:
    cells = {(cell.form, cell.key): cell for cell in cells_of(store, connection, [report_id])[report_id]}
    blocks = connection.execute(select(block.c.form, block.c.table).where(block.c.report_id == report_id))
    printed = {(row.form, row.table) for row in blocks}
    return tuple(
        PrintedTable(
            form=form.key,
            key=table.key,
            title=table.title,
            headings=tuple("/".join(column.label.path) for column in table.columns),
            rows=_rows(form.key, table, cells),
        )
        for form in forms().values()
        for table in form.tables
        if (form.key, table.key) in printed
    )


def _rows(form: str, table: FormTable, cells: Mapping[tuple[str, CellKey], StoredCell]) -> tuple[PrintedRow, ...]:
    return tuple(
        PrintedRow(
            label=row.label.path,
            cells=tuple(cells.get((form, CellKey(table.key, row.key, column.key))) for column in table.columns),
        )
        for row in table.rows
        if not row.heading
    )


def _parts(connection: Connection, table: Any, report_id: int) -> tuple[Mapping[str, Any], ...]:  # noqa: ANN401 - any table of parts
    query = select(table).where(table.c.report_id == report_id).order_by(table.c.ordinal)
    return tuple(dict(row) for row in connection.execute(query).mappings())


def _with_sentences(
    mentions: Sequence[Mapping[str, Any]], sections: Sequence[Mapping[str, Any]]
) -> tuple[Mapping[str, Any], ...]:
    """Mentions with their ``sentence``, which stands in the section only; empty where its place is not known."""
    texts = {part["ordinal"]: part["text"] for part in sections}
    return tuple(
        {**m, "sentence": texts.get(m["section_ordinal"], "")[m["sentence_start"] or 0 : m["sentence_stop"] or 0]}
        for m in mentions
    )


def _count(connection: Connection, query: Select[Any]) -> int:
    return int(connection.scalar(query) or 0)


def _tally(connection: Connection, column: ColumnElement[Any]) -> dict[Any, int]:
    rows: Sequence[Any] = connection.execute(select(column, func.count()).group_by(column).order_by(column)).all()
    return {value: int(count) for value, count in rows}
