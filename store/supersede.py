"""Which report counts where several documents report the same agency, year and scope.

The newest document does, and the others stay, marked. Two exceptions keep good figures from being hidden by accident: a
document that is no longer at its path gives way to what is there now, and prose without tables never replaces a table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import regex
from sqlalchemy import Connection, Integer, and_, bindparam, exists, func, or_, select, update

from store.schema import document_path, report

_UNPLACED = regex.compile(r"[我本]|省|市|区|县|镇|乡|街道")
_PLACE = regex.compile(r"[省州区县旗镇乡村]|街道|市(?!场|政|容)")
_NO_PLACE = regex.compile(r"社区|开发区|片区|园区|区域")


@dataclass(frozen=True, slots=True)
class Subject:
    """What one report is about."""

    agency: str
    """As printed; empty where ``agency_id`` is known, since names vary and the agency does not."""
    year: int
    scope: str | None
    agency_id: int | None = None


def subject(agency: str, year: int | None, scope: str | None, agency_id: int | None = None) -> Subject | None:
    """The subject of a report; None where it does not say enough to tell two reports apart.

    ``区统计局`` is the name of a thousand offices, so two reports of it are no editions of one report.
    """
    if year is not None and agency_id is not None:
        return Subject("", year, scope, agency_id)
    if year is None or not agency:
        return None
    unplaced = _UNPLACED.match(agency)
    if unplaced and not _PLACE.search(_NO_PLACE.sub("", agency[unplaced.end() :])):
        return None
    return Subject(agency, year, scope)


def settle(connection: Connection, subjects: Iterable[Subject | None]) -> int:
    """Mark the reports of these subjects as current or superseded; gives how many reports became superseded."""
    return sum(_settle(connection, each) for each in dict.fromkeys(subjects) if each is not None)


_AT_ITS_PATH = exists().where(document_path.c.document_id == report.c.document_id, document_path.c.current == 1)
_RIVALS = (
    select(
        report.c.id,
        report.c.document_id,
        report.c.current,
        report.c.superseded_by,
        (report.c.cells_found > 0).label("has_figures"),
        _AT_ITS_PATH.label("at_its_path"),
    )
    .where(
        or_(
            report.c.agency_id == bindparam("agency_id", type_=Integer),
            and_(report.c.agency_id.is_(None), report.c.agency == bindparam("agency")),
        ),
        report.c.year == bindparam("year"),
        func.coalesce(report.c.scope, "") == bindparam("scope"),
    )
    .order_by(report.c.document_id, report.c.ordinal)
)


def _settle(connection: Connection, about: Subject) -> int:
    parameters = {"agency_id": about.agency_id, "agency": about.agency or None, "year": about.year, "scope": about.scope or ""}
    rows = connection.execute(_RIVALS, parameters).all()
    winner = max(rows, key=lambda row: (row.at_its_path, row.has_figures, row.document_id, -row.id), default=None)
    newly = 0
    for row in rows:
        # Two reports of one document are both kept current: neither is a newer edition of the other.
        by = None if winner is None or row.document_id == winner.document_id else winner.id
        if (row.superseded_by, bool(row.current)) != (by, by is None):
            connection.execute(update(report).where(report.c.id == row.id).values(current=int(by is None), superseded_by=by))
            newly += by is not None and bool(row.current)
    return newly
