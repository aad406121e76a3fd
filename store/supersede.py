"""Which report counts where several documents report the same agency, year and scope.

The newest document does, and the others stay, marked. Two exceptions keep good figures from being hidden by accident: a
document that is no longer at its path gives way to what is there now, and prose without tables never replaces a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import regex
from sqlalchemy import BindParameter, Connection, bindparam, exists, select, tuple_, update

from store.bulk import batched
from store.schema import FORM_TABLES, document_path, report
from store.stale import mark_stale

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
        return Subject("", year, scope or None, agency_id)
    if year is None or not agency:
        return None
    unplaced = _UNPLACED.match(agency)
    if unplaced and not _PLACE.search(_NO_PLACE.sub("", agency[unplaced.end() :])):
        return None
    return Subject(agency, year, scope)


def settle(connection: Connection, subjects: Iterable[Subject | None]) -> None:
    """Mark the reports of these subjects as current or superseded."""
    wanted = [each for each in dict.fromkeys(subjects) if each is not None]
    mark_stale(connection, ((each.agency_id or 0, each.agency) for each in wanted))
    changes = [change for some in batched(wanted) for change in _changes(connection, some)]
    if changes:
        connection.execute(_MARK, changes)
        for mark in _MARK_WIDE:
            connection.execute(mark, changes)


_AT_ITS_PATH = exists().where(document_path.c.document_id == report.c.document_id, document_path.c.current == 1)
_RIVALS = select(
    *(report.c[name] for name in ("id", "agency", "agency_id", "year", "scope", "document_id", "current", "superseded_by")),
    (report.c.cells_found > 0).label("has_figures"),
    _AT_ITS_PATH.label("at_its_path"),
)
"""In no order: SQLite would rather walk an index that gives it than look the few subjects up."""
_SUBJECTS: BindParameter[Any] = bindparam("subjects", expanding=True)
_OF_AGENCIES = _RIVALS.where(tuple_(report.c.agency_id, report.c.year).in_(_SUBJECTS))
# Not asked for agency_id IS NULL: SQLite would go by the index of that, over all the reports that have none.
_OF_NAMES = _RIVALS.where(tuple_(report.c.agency, report.c.year).in_(_SUBJECTS))
_MARK = update(report).where(report.c.id == bindparam("number")).values(current=bindparam("is"), superseded_by=bindparam("by"))
_MARK_WIDE = [
    update(wide).where(wide.c.report_id == bindparam("number")).values(current=bindparam("is")) for wide in FORM_TABLES.values()
]


def _changes(connection: Connection, subjects: Sequence[Subject]) -> Iterator[dict[str, Any]]:
    rivals: dict[Subject, list[Any]] = {each: [] for each in subjects}
    known = {(each.agency_id, each.year) for each in subjects if each.agency_id is not None}
    named = {(each.agency, each.year) for each in subjects if each.agency_id is None}
    for query, wanted in ((_OF_AGENCIES, known), (_OF_NAMES, named)):
        for row in connection.execute(query, {"subjects": list(wanted)}) if wanted else ():
            about = Subject("" if row.agency_id else row.agency, row.year, row.scope or None, row.agency_id)
            if about in rivals:  # the same agency and year in another scope is another subject
                rivals[about].append(row)
    for rows in rivals.values():
        winner = max(rows, key=lambda row: (row.at_its_path, row.has_figures, row.document_id, -row.id), default=None)
        for row in rows:
            # Two reports of one document are both kept current: neither is a newer edition of the other.
            by = None if winner is None or row.document_id == winner.document_id else winner.id
            if (row.superseded_by, bool(row.current)) != (by, by is None):
                yield {"number": row.id, "is": int(by is None), "by": by}
