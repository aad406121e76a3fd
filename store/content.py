"""One SHA-256 over all that a database says: what a citation names, so that a reader can check to have the same figures.

It covers every current report: the SHA-256 of its document and its place there, agency, year, scope, form and verdict, and
of each cell its number, state and printed text. It does not cover what says nothing of the figures: numbers that a database gives
its rows, names of files, runs, times, the prose. So the same documents read by the same version give the same digest in
whatever order they came, on SQLite and on PostgreSQL; another figure gives another.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from store.load import Store
from store.read import StoredCell, figures_of
from store.schema import document, report
from store.values import figure_text

_BATCH = 500
"""Reports in memory at a time."""


def content_hash(connection: Connection) -> str:
    """The digest, hexadecimal. It reads every figure: some seconds for 100,000 reports."""
    digest = sha256()
    for line in _lines(connection):
        digest.update(line.encode())
    return digest.hexdigest()


def _lines(connection: Connection) -> Iterator[str]:
    query = (
        select(
            document.c.sha256,
            report.c.ordinal,
            *(report.c[name] for name in ("agency", "year", "scope", "form", "verdict", "id")),
        )
        .join_from(report, document, report.c.document_id == document.c.id)
        .where(report.c.current == 1)
        .order_by(document.c.sha256, report.c.ordinal)
    )
    rows = connection.execute(query).all()
    for start in range(0, len(rows), _BATCH):
        some = rows[start : start + _BATCH]
        cells = figures_of(connection, [row.id for row in some])
        for row in some:
            yield _joined("report", *row[:-1])
            yield from map(_cell, cells[row.id])


def _cell(cell: StoredCell) -> str:
    value = None if cell.value is None else figure_text(cell.value)
    return _joined(cell.form, str(cell.key), value, cell.state.value, cell.printed)


def _joined(*fields: Any) -> str:  # noqa: ANN401 - texts, numbers and nothing
    return json.dumps(fields) + "\n"  # no text can look like the end of another


def content_of(store: Store) -> str:
    """``content_hash`` of an open database."""
    with store.reading() as connection:
        return content_hash(connection)
