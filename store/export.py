"""Exports: what the database holds as one flat file, in batches however large it is.

``cells``, ``reports``, ``findings`` and ``mentions`` list every document found, under each of its names, superseded reports
included: they are an account of the documents. Left out is only superseded content whose file has since been replaced by another.
``panel`` is made for sums and comparisons: current reports only, each once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from collect.errors import ConfigurationError
from normalize.forms import form_cells
from store.labels import labelled, panel_columns
from store.load import Store
from store.read import StoredCell, cells_of, figures_of
from store.schema import document, document_path, finding, mention, report, section
from store.stata import Language, names_path, write_names, write_stata
from store.writers import WRITERS, Kind, OutputColumn, Record, whole_file

FORMATS = (*WRITERS, "dta")
BATCH = 200
"""Reports in memory at a time."""

Listed = Any
"""A report under one of its names: a row of ``_listing``."""


@dataclass(frozen=True, slots=True)
class Table:
    """What can be exported: its columns, and its records by batches of reports."""

    columns: tuple[OutputColumn, ...]
    batches: Callable[[Store, Connection], Iterator[Sequence[Record]]]


def export(store: Store, what: str, format: str, output: str | Path, language: Language = "zh") -> int:  # noqa: A002 - the command's own word
    """Write one of ``TABLES`` (``cells``, ``panel`` …) to a csv, parquet, xlsx or dta file; gives the number of rows.

    Beside a dta file a list of its variables is written: see ``store.stata``. ``language`` is that of their labels.

    Raises:
        ConfigurationError: no such table or format, or the file cannot be written or hold so much.
    """
    table = TABLES.get(what)
    if table is None:
        raise ConfigurationError(f"There is no export {what!r}.", advice=f"Choose one of {', '.join(TABLES)}.")
    if format not in FORMATS:
        raise ConfigurationError(f"There is no format {format!r}.", advice=f"Choose one of {', '.join(FORMATS)}.")
    output = Path(output)
    refuse_itself(store, output)
    if format == "dta":
        return _export_stata(store, table, what, output, language)
    with store.reading() as connection, whole_file(output) as part:
        return WRITERS[format](part, table.columns, table.batches(store, connection))


def refuse_itself(store: Store, output: Path) -> None:
    """Make sure that an output is not the database.

    Raises:
        ConfigurationError: it is.
    """
    database = store.engine.url.database
    if store.engine.dialect.name == "sqlite" and database and output.exists() and output.samefile(database):
        raise ConfigurationError(f"{output} is the database itself.", advice="Give another --output.")


def _export_stata(store: Store, table: Table, what: str, output: Path, language: Language) -> int:
    with store.reading() as connection, whole_file(names_path(output)) as names, whole_file(output) as part:
        title = f"Nianbao {what}: {current_reports(connection)} reports"
        write_names(names, table.columns)
        return write_stata(part, table.columns, table.batches(store, connection), language=language, title=title)


def current_reports(connection: Connection) -> int:
    """How many reports count."""
    return connection.scalar(select(func.count()).select_from(report).where(report.c.current == 1)) or 0


def _text(*names: str) -> tuple[OutputColumn, ...]:
    return tuple(labelled(name) for name in names)


def _integer(name: str) -> OutputColumn:
    return labelled(name, Kind.INTEGER)


def _number(*names: str) -> tuple[OutputColumn, ...]:
    return tuple(labelled(name, Kind.NUMBER) for name in names)


_DOCUMENT = (*_text("document", "sha256", "agency"), _integer("year"))


def _listing(connection: Connection) -> Iterator[Sequence[Listed]]:
    """Reports by document name, in batches; one of two names appears twice."""
    path = document_path
    query = (
        select(
            report.c.id,
            path.c.document,
            document.c.sha256,
            *(report.c[name] for name in ("agency", "year", "form", "scope", "verdict", "title")),
            *(report.c[name] for name in ("cells_expected", "cells_found", "findings", "current")),
        )
        .join_from(report, document, report.c.document_id == document.c.id)
        .join(path, path.c.document_id == document.c.id)
        .where(or_(path.c.current == 1, report.c.current == 1))
        .order_by(path.c.document, document.c.id, report.c.ordinal)
    )
    yield from connection.execute(query, execution_options={"yield_per": BATCH}).partitions()


def _report_batches(_store: Store, connection: Connection) -> Iterator[Sequence[Record]]:
    for listed in _listing(connection):
        yield [_report_record(r) for r in listed]


def _report_record(listed: Listed) -> Record:
    counts = (listed.cells_expected, listed.cells_found, listed.findings)
    return (*_identity(listed), listed.form, listed.scope, listed.verdict, listed.title, *counts)


def _identity(listed: Listed) -> Record:
    return (listed.document, listed.sha256, listed.agency, listed.year)


def _cell_batches(store: Store, connection: Connection) -> Iterator[Sequence[Record]]:
    for listed in _listing(connection):
        cells = cells_of(store, connection, [r.id for r in listed])
        yield [_cell_record(r, cell) for r in listed for cell in cells[r.id]]


def _cell_record(listed: Listed, cell: StoredCell) -> Record:
    key, box = cell.key, cell.place.box
    edges = (None,) * 5 if box is None else (box.page, box.x0, box.top, box.x1, box.bottom)
    figure = (cell.value, cell.printed, cell.state.value)
    return (*_identity(listed), cell.form, key.table, key.row, key.column, *figure, *edges)


def _finding_batches(_store: Store, connection: Connection) -> Iterator[Sequence[Record]]:
    for listed in _listing(connection):
        query = (
            select(finding)
            .where(finding.c.report_id.in_([r.id for r in listed]))
            .order_by(finding.c.report_id, finding.c.ordinal)
        )
        found: dict[int, list[Row[Any]]] = {}
        for row in connection.execute(query):
            found.setdefault(row.report_id, []).append(row)
        yield [
            (*_identity(r), f.rule, f.severity, f.cells, f.expected, f.actual, f.message)
            for r in listed
            for f in found.get(r.id, ())
        ]


_MENTION = ("metric", "whose", "qualifier", "value", "unit", "kind", "approximate", "negated", "section", "start", "stop")


def _mention_batches(_store: Store, connection: Connection) -> Iterator[Sequence[Record]]:
    length = mention.c.sentence_stop - mention.c.sentence_start
    sentence = func.substr(section.c.text, mention.c.sentence_start + 1, length).label("sentence")
    place = (section.c.report_id == mention.c.report_id) & (section.c.ordinal == mention.c.section_ordinal)
    for listed in _listing(connection):
        query = (
            select(mention, sentence)
            .join_from(mention, section, place, isouter=True)
            .where(mention.c.report_id.in_([r.id for r in listed]))
            .order_by(mention.c.report_id, mention.c.ordinal)
        )
        found: dict[int, list[Row[Any]]] = {}
        for row in connection.execute(query):
            found.setdefault(row.report_id, []).append(row)
        yield [
            (*_identity(r), *(getattr(m, name) for name in _MENTION), m.sentence, m.cell)
            for r in listed
            for m in found.get(r.id, ())
        ]


_PANEL_CELLS = tuple(dict.fromkeys(key for _, key in form_cells()))
"""A column a cell, not a column a cell and form: what 2019 and 2021 both ask under one name is one variable over time."""


def _panel_batches(_store: Store, connection: Connection) -> Iterator[Sequence[Record]]:
    seen: set[int] = set()
    for listed in _listing(connection):
        once = list({r.id: r for r in reversed(listed) if r.current and r.id not in seen}.values())[::-1]
        seen.update(r.id for r in once)
        cells = figures_of(connection, [r.id for r in once])
        yield [_panel_record(r, cells[r.id]) for r in once]


def _panel_record(listed: Listed, cells: Sequence[StoredCell]) -> Record:
    values: dict[object, object] = {}
    # A report of two forms that has a cell in both: the form that most of it follows counts, so it comes last.
    for cell in sorted(cells, key=lambda cell: cell.form == listed.form):
        if cell.value is not None:
            values[cell.key] = cell.value
    cells_in_order = (values.get(key) for key in _PANEL_CELLS)
    return (*_identity(listed), listed.form, listed.scope, listed.verdict, *cells_in_order)


TABLES = {
    "cells": Table(
        (
            *_DOCUMENT,
            *_text("form", "table", "row", "column"),
            *_number("value"),
            *_text("printed", "state"),
            _integer("page"),
            *_number("x0", "top", "x1", "bottom"),
        ),
        _cell_batches,
    ),
    "reports": Table(
        (
            *_DOCUMENT,
            *_text("form", "scope", "verdict", "title"),
            *(_integer(name) for name in ("cells_expected", "cells_found", "findings")),
        ),
        _report_batches,
    ),
    "findings": Table(
        (*_DOCUMENT, *_text("rule", "severity", "cells", "expected", "actual", "message")),
        _finding_batches,
    ),
    "mentions": Table(
        (
            *_DOCUMENT,
            *_text("metric", "whose", "qualifier"),
            *_number("value"),
            *_text("unit", "kind"),
            *(_integer(name) for name in ("approximate", "negated", "section", "start", "stop")),
            *_text("sentence", "cell"),
        ),
        _mention_batches,
    ),
    "panel": Table((*_DOCUMENT, *_text("form", "scope", "verdict"), *panel_columns()), _panel_batches),
}
"""What can be exported, by name."""
