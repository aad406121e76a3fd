"""Which report counts where several documents report the same agency, year and scope, and the ledger of what replaced what.

``store.lineage`` decides; here its decisions become rows. All of them are derived: they are made anew whenever a document
of the report comes, goes or is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex
from sqlalchemy import BindParameter, Connection, Table, bindparam, func, insert, or_, select, tuple_, update

from store.bulk import batched, delete_rows
from store.editions import load_editions
from store.lineage import Lineage, Succession, lineage
from store.neighbour_rows import restore
from store.schema import FORM_TABLES, report, revision, revision_cell, revision_section, tenure
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
    """Bring the reports of these subjects to what their documents say now: which is current, and the ledger."""
    wanted = [each for each in dict.fromkeys(subjects) if each is not None]
    chains = {(each.agency_id or 0, each.agency) for each in wanted}
    mark_stale(connection, chains)
    restore(connection, chains)
    for some in batched(wanted):
        _settle(connection, some)


def settle_all(connection: Connection) -> None:
    """The same for every subject that has several documents."""
    names = (report.c.agency, report.c.year, report.c.scope, report.c.agency_id)
    query = select(*names).where(report.c.year.is_not(None)).distinct()
    several = func.count(report.c.document_id.distinct()) > 1
    of_agencies = select(report.c.agency_id, report.c.year).group_by(report.c.agency_id, report.c.year).having(several)
    of_names = select(report.c.agency, report.c.year).group_by(report.c.agency, report.c.year).having(several)
    wanted = tuple_(report.c.agency_id, report.c.year).in_(of_agencies.where(report.c.agency_id.is_not(None)))
    named = tuple_(report.c.agency, report.c.year).in_(of_names)
    settle(connection, [subject(*row) for row in connection.execute(query.where(or_(wanted, named))).all()])


_RIVALS = select(
    *(
        report.c[name]
        for name in ("id", "agency", "agency_id", "year", "scope", "document_id", "ordinal", "current", "superseded_by")
    ),
    *(report.c[name] for name in ("relation", "published", "verdict", "cells_found")),
)
"""In no order: SQLite would rather walk an index that gives it than look the few subjects up."""
_SUBJECTS: BindParameter[Any] = bindparam("subjects", expanding=True)
_OF_AGENCIES = _RIVALS.where(tuple_(report.c.agency_id, report.c.year).in_(_SUBJECTS))
# Not asked for agency_id IS NULL: SQLite would go by the index of that, over all the reports that have none.
_OF_NAMES = _RIVALS.where(tuple_(report.c.agency, report.c.year).in_(_SUBJECTS))
_MARK = (
    update(report)
    .where(report.c.id == bindparam("number"))
    .values(current=bindparam("is"), superseded_by=bindparam("by"), relation=bindparam("as"))
)
_MARK_WIDE = [
    update(wide).where(wide.c.report_id == bindparam("number")).values(current=bindparam("is")) for wide in FORM_TABLES.values()
]
_LEDGER = (revision_cell, revision_section, revision, tenure)
_SAID = [
    select(table.c.report_id).distinct().where(table.c.report_id.in_(bindparam("reports", expanding=True)))
    for table in (revision, tenure)
]


def _settle(connection: Connection, subjects: Sequence[Subject]) -> None:
    rivals = _rivals(connection, subjects)
    rows = [row for group in rivals for row in group]
    _strike(connection, [row.id for row in rows])
    contested = [group for group in rivals if len({row.document_id for row in group}) > 1]
    loaded = load_editions(connection, [row for group in contested for row in group])
    ledger = _Ledger()
    marks: dict[int, tuple[int | None, str | None]] = {row.id: (None, None) for row in rows}
    for group in contested:
        # Of several reports in one document none is an edition of another: the first stands for all.
        twins: dict[int, list[Any]] = {}
        for row in sorted(group, key=lambda row: row.ordinal):
            twins.setdefault(row.document_id, []).append(row)
        editions = [loaded.editions[same[0].id] for same in twins.values()]
        found = lineage(editions, loaded.stays_of(editions))
        for each in editions:
            relation = found.relations.get(each.report_id)
            by = None if relation is None else found.current.report_id
            marks |= {row.id: (by, relation) for row in twins[each.document_id]}
        ledger.add(found, twins)
    changed = [
        {"number": row.id, "is": int(by is None), "by": by, "as": relation}
        for row in rows
        for by, relation in (marks[row.id],)
        if (row.superseded_by, row.relation, bool(row.current)) != (by, relation, by is None)
    ]
    if changed:
        connection.execute(_MARK, changed)
        for mark in _MARK_WIDE:
            connection.execute(mark, changed)
    ledger.write(connection)


def _strike(connection: Connection, reports: Sequence[int]) -> None:
    """Take what the ledger says of these reports out of it. Of nearly all it says nothing."""
    said = {
        number for query in _SAID for some in batched(reports) for number in connection.scalars(query, {"reports": list(some)})
    }
    for table in _LEDGER:
        delete_rows(connection, table.name, "report_id", sorted(said))


def _rivals(connection: Connection, subjects: Sequence[Subject]) -> list[list[Any]]:
    """The reports of each subject."""
    rivals: dict[Subject, list[Any]] = {each: [] for each in subjects}
    known = {(each.agency_id, each.year) for each in subjects if each.agency_id is not None}
    named = {(each.agency, each.year) for each in subjects if each.agency_id is None}
    for query, wanted in ((_OF_AGENCIES, known), (_OF_NAMES, named)):
        for row in connection.execute(query, {"subjects": list(wanted)}) if wanted else ():
            about = Subject("" if row.agency_id else row.agency, row.year, row.scope or None, row.agency_id)
            if about in rivals:  # the same agency and year in another scope is another subject
                rivals[about].append(row)
    return list(rivals.values())


class _Ledger:
    """Rows of the ledger, collected over many reports."""

    def __init__(self) -> None:
        self._rows: dict[Table, list[tuple[Any, ...]]] = {table: [] for table in _LEDGER}

    def add(self, found: Lineage, twins: Mapping[int, Sequence[Any]]) -> None:
        """Add what became of one report; ``twins`` are its rows of ``report`` by document."""
        held: dict[int, int] = {}
        for each in found.tenures:
            for row in twins[each.edition.document_id]:
                ordinal = held[row.id] = held.get(row.id, -1) + 1
                self._rows[tenure].append((row.id, ordinal, each.first, each.until))
        replaced: dict[int, int] = {}
        for succession in found.successions:
            number = succession.new.report_id
            ordinal = replaced[number] = replaced.get(number, -1) + 1
            self._add_revision(number, ordinal, succession)

    def _add_revision(self, number: int, ordinal: int, succession: Succession) -> None:
        changes, old, new = succession.changes, succession.old, succession.new
        counts = (len(changes.cells), len(changes.sections), int(old.reader == new.reader))
        where = (int(succession.same_path), succession.path)
        self._rows[revision].append((number, ordinal, old.report_id, changes.kind, *where, *counts, succession.run))
        for cell in changes.cells:
            before, after = ((each.text, each.value) if each else (None, None) for each in (cell.old, cell.new))
            self._rows[revision_cell].append((number, ordinal, cell.form, cell.cell, *before, *after))
        for part in changes.sections:
            self._rows[revision_section].append((number, ordinal, part.number, part.heading, part.change))

    def write(self, connection: Connection) -> None:
        """Write them all."""
        for table, rows in self._rows.items():
            if rows:
                names = [column.name for column in table.columns]
                connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
