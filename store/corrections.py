"""Decisions of people about single cells: an append-only list. A later one on the same cell overrules an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from collect.errors import StoreError
from normalize.correcting import Decision
from store.bulk import batched
from store.documents import iso
from store.load import Store
from store.overlay import ABOUT, Correction, decisions, overlay
from store.read import figures_of
from store.schema import correction, document, report, report_reading
from store.supersede import settle, subject


class OvertakenError(StoreError):
    """Somebody else decided the same cell in between."""

    def __init__(self, other: Correction) -> None:
        super().__init__(f"{other.person} decided this cell in the meantime.", advice="Look at that decision, then decide again.")
        self.other = other


def decide(
    store: Store,
    report_id: int,
    decision: Decision,
    *,
    base: int | None,
    time: datetime | None = None,
) -> Correction:
    """Add a decision, and bring the report to it. In one transaction that holds the only writer's place.

    Args:
        store: where.
        report_id: the report.
        decision: what the cell prints; its time is ignored.
        base: number of the last decision on this cell that the person knew of; None if of none.
        time: when; now by default.

    Raises:
        StoreError: there is no such report, or no such cell in it.
        OvertakenError: there is a later decision than ``base``; nothing was written.
    """
    with store.writing() as connection:
        about = connection.execute(ABOUT.where(report.c.id == report_id)).one_or_none()
        if about is None:
            raise StoreError(f"There is no report {report_id}.", advice="")
        held = {(cell.form, cell.key): cell for cell in figures_of(connection, [report_id])[report_id]}
        cell = held.get((decision.form, decision.key))
        if cell is None:
            raise StoreError(f"The report has no cell {decision.form}:{decision.key}.", advice="")
        before = decisions(connection, about.sha256, about.ordinal, about.year).get((decision.form, str(decision.key)), [])
        if (before[-1].id if before else None) != base:
            raise OvertakenError(before[-1])
        row = {
            "sha256": about.sha256,
            "report_ordinal": about.ordinal,
            "form": decision.form,
            "cell": str(decision.key),
            "value": decision.value,
            "printed": decision.printed,
            "reason": decision.reason,
            "person": decision.person,
            "time": iso(time),
            "old_value": cell.value,
            "old_printed": cell.printed,
            "old_state": cell.state.value,
            "year": about.year,
        }
        added = connection.execute(insert(correction).values(row).returning(correction.c.id)).scalar_one()
        overlay(connection, [report_id])
        settle(connection, [subject(about.agency, about.year, about.scope, about.agency_id)])
        return Correction(added, **row)


def corrections(store: Store, agency: str = "", limit: int | None = None) -> tuple[Mapping[str, Any], ...]:
    """Decisions, the latest first, each with the report it is on; of agencies whose name contains ``agency``.

    A report's columns are None where the document is no longer in the database.
    """
    with store.reading() as connection:
        made = [dict(row) for row in connection.execute(select(correction).order_by(correction.c.id.desc())).mappings()]
        about: dict[tuple[str, int], Mapping[str, Any]] = {}
        for some in batched(sorted({row["sha256"] for row in made})):
            # A digest is text in the one table and bytes in the other, so this is no join.
            for row in connection.execute(_REPORTS.where(document.c.sha256.in_(some))).mappings():
                about[row["sha256"], row["ordinal"]] = dict(row)
    listed = [{**row, **_about(about.get((row["sha256"], row["report_ordinal"])))} for row in made]
    return tuple([row for row in listed if agency in (row["agency"] or "")][:limit])


_REPORTS = (
    select(
        document.c.sha256,
        report.c.ordinal,
        report.c.id,
        report.c.agency,
        report.c.year,
        report.c.verdict,
        report_reading.c.verdict.label("read_verdict"),
    )
    .join(document, document.c.id == report.c.document_id)
    .outerjoin(report_reading, report_reading.c.report_id == report.c.id)
)


def _about(row: Mapping[str, Any] | None) -> Mapping[str, Any]:
    names = {"report_id": "id", "agency": "agency", "year": "year", "verdict": "verdict", "read_verdict": "read_verdict"}
    return {name: row[column] if row is not None else None for name, column in names.items()}
