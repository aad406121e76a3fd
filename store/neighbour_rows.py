"""What a report said before other years' reports settled its cells, kept in ``neighbour_proof``, and put back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from store.bulk import batched
from store.rows import REPORT_COLUMNS, Preparation, Prepared
from store.schema import FORM_TABLES, cell_candidate, cell_note, finding, neighbour_proof, report, rule_check
from store.stale import Chain

_PARTS = (cell_note, finding, rule_check, cell_candidate)
"""Tables in which a settled report says something else than before."""
_CHANGED = (
    "verdict",
    "cells_found",
    "findings",
    "used",
    "in_findings",
    "checks_holding",
    "checks_failing",
    "checks_not_assessable",
)
_COLUMNS = (
    *("id", "document_id", "agency_id", "agency", "agency_reason", "year", "scope", "form", "current", "seen", "ignored"),
    *_CHANGED,
)
_REPORTS = select(*(report.c[name] for name in _COLUMNS)).where(report.c.year.is_not(None))


def restore(connection: Connection, chains: Iterable[Chain]) -> None:
    """Put the reports of these agencies back to what their own documents say."""
    if connection.execute(select(neighbour_proof.c.report_id).limit(1)).first() is None:
        return
    numbers = [row.id for row in rows_of(connection, chains)]
    for some in batched(numbers):
        kept = connection.execute(select(neighbour_proof).where(neighbour_proof.c.report_id.in_(some))).all()
        for row in kept:
            _put_back(connection, row.report_id, _unpack(row.before))
        connection.execute(delete(neighbour_proof).where(neighbour_proof.c.report_id.in_(some)))


def rows_of(connection: Connection, chains: Iterable[Chain]) -> list[Any]:
    """Every report of these agencies that names a year, by ``_COLUMNS``."""
    wanted = sorted(set(chains))
    found: list[Any] = []
    for some in batched([number for number, _ in wanted if number]):
        found += connection.execute(_REPORTS.where(report.c.agency_id.in_(some)))
    for names in batched([name for number, name in wanted if not number and name]):
        found += connection.execute(_REPORTS.where(report.c.agency_id.is_(None), report.c.agency.in_(names)))
    return found


def keep(
    connection: Connection,
    preparation: Preparation,
    row: Any,  # noqa: ANN401 - a row
    change: tuple[Prepared, Prepared],
    places: Mapping[str, int],
) -> None:
    """Write a report as it is after settling over what it was, which is kept.

    Args:
        connection: a transaction.
        preparation: the layout of the wide tables.
        row: the report's, as of ``rows_of``.
        change: it before and after.
        places: the reports that were asked, by column.
    """
    old, new = change
    kept = _kept(connection, row, _wide_changes(preparation, old, new))
    values = {"earlier_id": None, "later_id": None, **places, "report_id": row.id, "before": _pack(kept)}
    _write(connection, preparation, row.id, old, new)
    connection.execute(insert(neighbour_proof).values(values))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a report said before."""

    columns: Mapping[str, Any]
    """Of ``report``."""
    wide: Mapping[str, Any]
    """Of the wide table of its form."""
    form: str
    parts: Mapping[str, Sequence[Mapping[str, Any]]]
    """Rows by table."""


def _wide_changes(preparation: Preparation, old: Prepared, new: Prepared) -> dict[str, dict[str, Any]]:
    """By form, the columns of the wide row that differ, with their new values."""
    changes = {}
    for form, row in new.wide.items():
        names = preparation.tables[form].columns[1:]
        differing = {
            name: now for name, was, now in zip(names, old.wide[form], row, strict=True) if was != now and name != "current"
        }
        changes[form] = differing
    return changes


def _kept(connection: Connection, row: Any, changes: Mapping[str, Mapping[str, Any]]) -> _Kept:  # noqa: ANN401
    wide: Mapping[str, Any] = {}
    if changes[row.form]:
        table = FORM_TABLES[row.form]
        asked = select(*(table.c[name] for name in changes[row.form])).where(table.c.report_id == row.id)
        wide = dict(connection.execute(asked).mappings().one())
    parts = {}
    for table in _PARTS:
        found = connection.execute(select(table).where(table.c.report_id == row.id).order_by(*table.primary_key))
        parts[table.name] = [dict(each) for each in found.mappings()]
    return _Kept({name: getattr(row, name) for name in _CHANGED}, wide, row.form, parts)


def _write(connection: Connection, preparation: Preparation, number: int, old: Prepared, new: Prepared) -> None:
    columns = dict(zip(REPORT_COLUMNS, new.row, strict=True))
    connection.execute(update(report).where(report.c.id == number).values({name: columns[name] for name in _CHANGED}))
    for form, changes in _wide_changes(preparation, old, new).items():
        if changes:
            table = FORM_TABLES[form]
            values = {name: _decimal(value) for name, value in changes.items()}
            connection.execute(update(table).where(table.c.report_id == number).values(values))
    for table in _PARTS:
        names = [column.name for column in table.columns]
        rows = [dict(zip(names, (number, *each), strict=True)) for each in new.parts.get(table.name, ())]
        if table is cell_candidate:
            rows = [{**each, "value": _decimal(each["value"])} for each in rows]
        _replace(connection, table, number, rows)


def _put_back(connection: Connection, number: int, kept: _Kept) -> None:
    connection.execute(update(report).where(report.c.id == number).values(dict(kept.columns)))
    if kept.wide:
        table = FORM_TABLES[kept.form]
        connection.execute(update(table).where(table.c.report_id == number).values(dict(kept.wide)))
    for table in _PARTS:
        _replace(connection, table, number, kept.parts[table.name])


def _replace(connection: Connection, table: Any, number: int, rows: Sequence[Mapping[str, Any]]) -> None:  # noqa: ANN401
    connection.execute(delete(table).where(table.c.report_id == bindparam("number")), {"number": number})
    if rows:
        connection.execute(insert(table), [dict(each) for each in rows])


def _decimal(value: Any) -> Any:  # noqa: ANN401 - a number as the driver takes it
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _pack(kept: _Kept) -> bytes:
    said = [kept.columns, kept.wide, kept.form, kept.parts]
    return zlib.compress(json.dumps(said, ensure_ascii=False, default=lambda number: {"": str(number)}).encode())


def _unpack(packed: bytes) -> _Kept:
    def number(found: dict[str, Any]) -> Any:  # noqa: ANN401
        return Decimal(found[""]) if found.keys() == {""} else found

    return _Kept(*json.loads(zlib.decompress(packed), object_hook=number))
