"""The tables of a data package: current reports, each once, tied to each other by the reports' numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex
from sqlalchemy import Connection, and_, select, text

from normalize.forms import FormCell, forms
from normalize.series import indicators
from store.labels import cell_column, labelled
from store.load import Store
from store.read import cells_of, long_figures
from store.schema import FORM_TABLES, agency, document, document_path, finding, region, report
from store.wide import column_name
from store.writers import Kind, OutputColumn, Record

BATCH = 200
"""Reports in memory at a time."""
SERIES_BATCH = 10_000
"""The same of the series' rows."""

Batches = Iterator[Sequence[Record]]


@dataclass(frozen=True, slots=True)
class PackageTable:
    """A table of the package."""

    name: str
    title: str
    description: str
    columns: tuple[OutputColumn, ...]
    key: tuple[str, ...]
    """Columns that identify a row."""
    batches: Callable[[Store, Connection], Batches]
    refers: Mapping[str, str]
    """Columns that name a row of another table, and that table; there the column has the same name."""


def package_tables() -> tuple[PackageTable, ...]:
    """All tables, each after those it refers to."""
    return (
        PackageTable(
            "agencies",
            "机关 Agencies",
            "Agencies with a report, with kind, rank and place.",
            (_number("agency_id"), *map(labelled, _AGENCY)),
            ("agency_id",),
            _agencies,
            {},
        ),
        PackageTable(
            "reports",
            "报告 Reports",
            "One row a report: whose, for when, how certain, from which document.",
            _REPORTS,
            ("report_id",),
            _reports,
            {"agency_id": "agencies"},
        ),
        *map(_panel, forms()),
        PackageTable(
            "dictionary",
            "数据字典 Data dictionary",
            "One row a cell of a form: labels and unit.",
            tuple(map(labelled, ("form", "cell", "table", "row", "column", "label_zh", "label_en", "unit"))),
            ("form", "cell"),
            _dictionary,
            {},
        ),
        PackageTable(
            "cells",
            "单元格 Cells",
            "One row a cell: number, printed text, state and place. A number is empty where there is none.",
            _CELLS,
            ("report_id", "form", "table", "row", "column"),
            _cells,
            {"report_id": "reports"},
        ),
        PackageTable(
            "indicators",
            "序列指标 Indicators",
            "One row an indicator of the series.",
            tuple(map(labelled, ("indicator", "label_zh", "label_en", "unit"))),
            ("indicator",),
            _indicators,
            {},
        ),
        PackageTable(
            "series",
            "长期序列 Series",
            "One row a report and indicator, the three forms joined, with the reason for every gap.",
            _SERIES,
            ("report_id", "indicator"),
            _series,
            {"report_id": "reports", "indicator": "indicators"},
        ),
        PackageTable(
            "findings",
            "发现 Findings",
            "What a reader of the figures should know, one row a finding.",
            (_number("report_id"), _number("ordinal"), *map(labelled, _FINDING)),
            ("report_id", "ordinal"),
            _findings,
            {"report_id": "reports"},
        ),
    )


def _number(name: str) -> OutputColumn:
    return labelled(name, Kind.INTEGER)


_AGENCY = ("key", "name", "kind", "level", "region_code", "region", "province", "city", "county")
_FINDING = ("rule", "severity", "cells", "expected", "actual", "message")
_REPORTS = (
    *map(_number, ("report_id", "agency_id")),
    labelled("agency"),
    _number("year"),
    *map(labelled, ("scope", "form", "verdict", "title", "published", "document", "url", "sha256")),
    *map(_number, ("ordinal", "cells_expected", "cells_found", "findings")),
)
_CELLS = (
    _number("report_id"),
    *map(labelled, ("form", "table", "row", "column")),
    labelled("value", Kind.NUMBER),
    *map(labelled, ("printed", "state")),
    _number("page"),
    *(labelled(name, Kind.NUMBER) for name in ("x0", "top", "x1", "bottom")),
    *map(_number, ("line", "field")),
)
_SERIES = (
    _number("report_id"),
    labelled("indicator"),
    labelled("value", Kind.NUMBER),
    *map(labelled, ("form", "relation", "segment", "null_reason")),
    labelled("contested", Kind.INTEGER, is_flag=True),
)


def _agencies(_store: Store, connection: Connection) -> Batches:
    has_report = select(report.c.agency_id).where(report.c.current == 1, report.c.agency_id.is_not(None))
    query = (
        select(
            *(agency.c[name] for name in ("id", "key", "name", "kind", "level", "region_code")),
            region.c.name,
            *(region.c[name] for name in ("province", "city", "county")),
        )
        .outerjoin(region, region.c.code == agency.c.region_code)
        .where(agency.c.id.in_(has_report))
        .order_by(agency.c.id)
    )
    yield [tuple(row) for row in connection.execute(query)]


_WEB = regex.compile(r"https?://", regex.IGNORECASE)


def _listing(connection: Connection) -> Iterator[Sequence[Any]]:
    first_name = and_(document_path.c.document_id == report.c.document_id, document_path.c.ordinal == 0)
    names = ("id", "agency_id", "agency", "year", "scope", "form", "verdict", "title", "published")
    counts = ("ordinal", "cells_expected", "cells_found", "findings")
    query = (
        select(
            *(report.c[name] for name in names),
            *(document_path.c.document, document_path.c.origin, document.c.sha256),
            *(report.c[name].label(f"n_{name}") for name in counts),
        )
        .join_from(report, document, report.c.document_id == document.c.id)
        .outerjoin(document_path, first_name)
        .where(report.c.current == 1)
        .order_by(report.c.id)
    )
    rows = connection.execute(query).all()
    yield from (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _reports(_store: Store, connection: Connection) -> Batches:
    for some in _listing(connection):
        yield [
            # The path of a file on somebody's disk is nobody else's business.
            (*row[:10], row.origin if row.origin and _WEB.match(row.origin) else None, *row[11:])
            for row in some
        ]


def _panel(form: str) -> PackageTable:
    cells = forms()[form].cells()
    return PackageTable(
        name=f"panel_{form}",
        title=f"面板：{form} 年格式 Panel of the form of {form}",
        description=f"One row a report that prints the form of {form} ({forms()[form].source}), one column a cell.",
        columns=(_number("report_id"), *map(cell_column, cells)),
        key=("report_id",),
        batches=lambda _store, connection: _panel_rows(connection, form, cells),
        refers={"report_id": "reports"},
    )


def _panel_rows(connection: Connection, form: str, cells: Sequence[FormCell]) -> Batches:
    table = FORM_TABLES[form]
    query = select(table.c.report_id, *(table.c[column_name(cell.key)] for cell in cells)).where(table.c.current == 1)
    result = connection.execute(query.order_by(table.c.report_id), execution_options={"yield_per": BATCH})
    places = {cell.key: place for place, cell in enumerate(cells, 1)}
    for rows in result.partitions():
        found = {row[0]: list(row) for row in rows}
        for report_id, key, exact in long_figures(connection, form, list(found)):
            found[report_id][places[key]] = exact
        yield list(found.values())


def _dictionary(_store: Store, _connection: Connection) -> Batches:
    for form in forms().values():
        yield [(form.key, str(c.key), *c.key, f"{c.row_label}：{c.column_label}", c.en, c.unit or None) for c in form.cells()]


def _cells(store: Store, connection: Connection) -> Batches:
    for some in _listing(connection):
        cells = cells_of(store, connection, [row.id for row in some])
        yield [
            (
                *(row.id, cell.form, *cell.key, cell.value, cell.printed, cell.state.value),
                *(cell.place.box or (None,) * 5),
                *(cell.place.locus or (None,) * 2),
            )
            for row in some
            for cell in cells[row.id]
        ]


def _indicators(_store: Store, _connection: Connection) -> Batches:
    yield [(key, each.label.zh, each.label.en, each.unit or None) for key, each in indicators().items()]


def _series(_store: Store, connection: Connection) -> Batches:
    names = ", ".join(column.name for column in _SERIES)
    statement = f"SELECT {names} FROM series ORDER BY report_id, indicator"  # noqa: S608 - names of our own
    # yield_per alone gives the rows of a textual statement one by one.
    yield from connection.execute(text(statement), execution_options={"yield_per": SERIES_BATCH}).partitions(SERIES_BATCH)


def _findings(_store: Store, connection: Connection) -> Batches:
    for some in _listing(connection):
        query = select(finding).where(finding.c.report_id.in_([row.id for row in some]))
        rows = connection.execute(query.order_by(finding.c.report_id, finding.c.ordinal))
        yield [(f.report_id, f.ordinal, f.rule, f.severity, f.cells, f.expected, f.actual, f.message) for f in rows]
