"""Whether two databases hold the same: table by table and cell by cell, whatever engine keeps them.

The numbers that a database gives its rows say nothing and are left out: a document goes by its SHA-256, a report by its
document and its place in it, an agency by its name. So do run numbers and times. What is derived from the rest (data
dictionary, search index, views) is not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, select

from store.columns import Figure
from store.load import Store
from store.provenance import decode
from store.schema import FORM_TABLES, agency, cell_note, document, metadata, report
from store.values import figure_text
from store.wide import WideTable, column_name

LEFT_OUT = {"run", "run_root", "data_dictionary", "generated", "continuity_stale", "source"}
"""Tables of which nothing is compared."""
_VOLATILE = {("failure", "time"), ("correction", "time"), ("seen_file", "looked_ns"), ("copy_search", "last_run")}
_VOLATILE |= {("source_check", name) for name in ("started", "finished", "requests", "not_modified")}

_NUMBERS = {("report", "agency_read"): "agency"}
"""Columns with the number of another table's row that no foreign key says."""

Key = tuple[Any, ...]
Content = dict[Key, dict[str, Any]]
"""A table's rows by what identifies them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that the one database has and the other has not, or has otherwise."""

    table: str
    key: Key
    column: str
    """Empty where one of them lacks the whole row."""
    one: Any
    other: Any


def differences(one: Store, other: Store, limit: int = 100) -> list[Difference]:
    """Where the content of two databases differs; at most ``limit`` places."""
    found: list[Difference] = []
    with one.reading() as first, other.reading() as second:
        readers = (_Reader(one, first), _Reader(other, second))
        for table in metadata.sorted_tables:
            if table.name not in LEFT_OUT:
                for difference in _differences(table.name, *(reader.content(table) for reader in readers)):
                    if len(found) == limit:
                        return found
                    found.append(difference)
    return found


def _differences(table: str, one: Content, other: Content) -> Iterator[Difference]:
    for key in one.keys() | other.keys():
        here, there = one.get(key), other.get(key)
        if here is None or there is None:
            yield Difference(table, key, "", here, there)
        elif here != there:
            for column in here.keys() | there.keys():
                if here.get(column) != there.get(column):
                    yield Difference(table, key, column, here.get(column), there.get(column))


class _Reader:
    """Reads tables of one database with every number of a row replaced by what it stands for."""

    def __init__(self, store: Store, connection: Connection) -> None:
        self._store = store
        self._connection = connection
        contents = select(document.c.id, document.c.sha256)
        documents = {row.id: row.sha256 for row in connection.execute(contents)}
        places = select(report.c.id, report.c.document_id, report.c.ordinal)
        reports = {row.id: (documents[row.document_id], row.ordinal) for row in connection.execute(places)}
        agencies = {row.id: row.name for row in connection.execute(select(agency.c.id, agency.c.name))}
        self._meaning: dict[str, Mapping[Any, Any]] = {"document": documents, "report": reports, "agency": agencies}

    def content(self, table: Table) -> Content:
        """All rows of a table."""
        surrogate = _is_surrogate(table)
        columns = {
            column.name: _translation(table, column.name, self._meaning)
            for column in table.columns
            if (table.name, column.name) not in _VOLATILE and not _is_run(table, column.name)
        }
        exact = self._exact(table)
        found: Content = {}
        for row in self._connection.execute(select(table)).mappings():
            values = {name: translate(row[name]) for name, translate in columns.items()}
            if surrogate:
                number = values.pop("id")
                identity: Key = (number,) if table.name in self._meaning else tuple(map(str, values.values()))
            else:
                identity = tuple(values[column.name] for column in table.primary_key)
            values |= exact.get(row["report_id"], {}) if exact else {}
            if table.name == "provenance":
                values = {f"{form}.{key}": place for (form, key), place in self._places(row["cells"]).items()}
            found[(*identity, _count(found, identity))] = values
        return found

    def _places(self, blob: bytes) -> Mapping[Any, Any]:
        return decode(blob, self._store.columns)

    def _exact(self, table: Table) -> dict[int, dict[str, str]]:
        """Numbers that are too long for the wide table of one of the engines, by report and column."""
        form = next((form for form, wide in FORM_TABLES.items() if wide is table), None)
        if form is None:
            return {}
        layout: WideTable = self._store.tables[form]
        names = {str(key): column_name(key) for key in layout.places}
        query = select(cell_note).where(cell_note.c.form == form, cell_note.c.exact.is_not(None))
        found: dict[int, dict[str, str]] = {}
        for row in self._connection.execute(query):
            found.setdefault(row.report_id, {})[names[row.cell]] = figure_text(Decimal(row.exact))
        return found


def _count(found: Content, identity: Key) -> int:
    """Rows without an identity of their own (corrections) may be alike: the how-manieth of its kind this one is."""
    number = 0
    while (*identity, number) in found:
        number += 1
    return number


def _is_surrogate(table: Table) -> bool:
    """Whether the rows go by a number that the database gave them."""
    return [column.name for column in table.primary_key] == ["id"]


def _refers_to(table: Table, column: str) -> str | None:
    return next((key.column.table.name for key in table.columns[column].foreign_keys), None)


def _is_run(table: Table, column: str) -> bool:
    return _refers_to(table, column) == "run"


def _translation(table: Table, column: str, meaning: Mapping[str, Mapping[Any, Any]]) -> Callable[[Any], Any]:
    refers = _refers_to(table, column) or _NUMBERS.get((table.name, column))
    target = table.name if column == "id" and table.name in meaning else refers
    known = meaning.get(target) if target else None
    if known is not None:
        return lambda number: None if number is None else known[number]
    if isinstance(table.columns[column].type, Figure):
        return lambda figure: None if figure is None else figure_text(figure)
    return lambda value: value
