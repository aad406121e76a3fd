"""What came into the database since a run: for the report of a night."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, ScalarSelect, func, select

from store.load import Store
from store.schema import document, document_path, failure, report, revision, revision_cell, run


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """A figure that an agency changed: the cell, and what was and is printed; None where there is no such cell."""

    cell: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A report whose document was replaced."""

    agency: str
    year: int | None
    kind: str
    """``cells``, ``prose`` or ``bytes``."""
    document: str
    """Where the newer one lies."""
    origin: str
    cells: tuple[ChangedCell, ...] = ()
    """The first ones; ``count`` are all."""
    count: int = 0
    sections: int = 0


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that gave no report."""

    document: str
    origin: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A report that came in."""

    origin: str
    document: str
    agency: str
    year: int | None
    form: str
    verdict: str
    cells: int
    """Read."""
    expected: int
    is_new: bool
    """Whether the database had not seen its content before; else it only lies at another address as well."""


@dataclass(frozen=True, slots=True)
class Since:
    """What came in since a run."""

    changed: tuple[Changed, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    arrived: tuple[Arrived, ...] = ()
    verdicts: dict[str, int] = field(default_factory=dict)
    """All current reports by verdict, whenever they came."""


def last_run(store: Store) -> int:
    """The number of the last run; 0 for none."""
    with store.reading() as connection:
        return connection.scalar(select(func.max(run.c.id))) or 0


def since(store: Store, number: int, cells: int = 20) -> Since:
    """What came in after run ``number``; of each change at most so many cells."""
    with store.reading() as connection:
        verdicts = select(report.c.verdict, func.count().label("reports")).where(report.c.current == 1).group_by(report.c.verdict)
        return Since(
            changed=tuple(_changed(connection, number, cells)),
            rejected=tuple(_rejected(connection, number)),
            arrived=tuple(_arrived(connection, number)),
            verdicts={row.verdict: row.reports for row in connection.execute(verdicts.order_by(report.c.verdict))},
        )


def _changed(connection: Connection, number: int, cells: int) -> Iterator[Changed]:
    query = (
        select(revision, report.c.agency, report.c.year, _origin(revision.c.document).label("origin"))
        .join(report, report.c.id == revision.c.report_id)
        .where(revision.c.run_id > number)
        .order_by(report.c.agency, report.c.year, revision.c.report_id, revision.c.ordinal)
    )
    for row in connection.execute(query).all():
        shown = select(revision_cell).where(revision_cell.c.report_id == row.report_id, revision_cell.c.ordinal == row.ordinal)
        found = connection.execute(shown.order_by(revision_cell.c.form, revision_cell.c.cell).limit(cells))
        changed = tuple(ChangedCell(each.cell, each.old_printed, each.new_printed) for each in found)
        yield Changed(
            *(row.agency, row.year, row.kind, row.document, row.origin or ""),
            cells=changed,
            count=row.cells,
            sections=row.sections,
        )


def _origin(name: Column[str]) -> ScalarSelect[str | None]:
    place = document_path.alias()
    return select(func.max(place.c.origin)).where(place.c.document == name, place.c.current == 1).scalar_subquery()


def _rejected(connection: Connection, number: int) -> Iterator[Rejected]:
    query = select(failure).where(failure.c.run_id > number).order_by(failure.c.document)
    for row in connection.execute(query):
        yield Rejected(row.document, row.origin, row.reason, row.message)


def _arrived(connection: Connection, number: int) -> Iterator[Arrived]:
    query = (
        select(
            report, document_path.c.origin, document_path.c.document, document_path.c.ordinal.label("place"), document.c.first_run
        )
        .join(document, document.c.id == report.c.document_id)
        .join(document_path, (document_path.c.document_id == document.c.id))
        .where(document_path.c.first_run > number, document_path.c.current == 1)
        .order_by(document_path.c.document, report.c.ordinal)
    )
    for row in connection.execute(query):
        said = (row.agency, row.year, row.form, row.verdict, row.cells_found, row.cells_expected)
        yield Arrived(row.origin, row.document, *said, is_new=row.first_run > number and row.place == 0)
