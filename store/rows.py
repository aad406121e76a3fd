"""A report as rows of the tables. Pure: no database, no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from normalize.forms import forms
from normalize.model import Cell, CellKey, ExtraCell, Report, RuleCheck, State
from store import provenance
from store.columns import INTEGER_DIGITS, figure_text, survives_double
from store.schema import FORM_TABLES, column_name

Row = dict[str, Any]
Positions = Mapping[str, Mapping[CellKey, int]]
"""Place of a cell's column in the form's wide table, by form and cell."""


def identity_row(report: Report) -> Row:
    """The row of ``report``, without its number and its document."""
    identity, tally = report.identity, report.tally
    outcomes = Counter(check.outcome for check in report.checks)
    return {
        "agency": identity.agency,
        "year": identity.year,
        "scope": identity.scope.value if identity.scope else None,
        "form": report.form,
        "verdict": report.verdict.value,
        "title": identity.title,
        "period": identity.period,
        "published": identity.published,
        "cells_expected": len(report.cells),
        "cells_found": sum(map(_found, report.cells)),
        "findings": len(report.findings),
        "seen": tally.seen,
        "used": tally.used,
        "ignored": tally.ignored,
        "in_findings": tally.in_findings,
        "checks_holding": outcomes["holds"],
        "checks_failing": outcomes["fails"],
        "checks_not_assessable": outcomes["not_assessable"],
    }


def part_rows(report_id: int, report: Report, positions: Positions) -> dict[str, list[Row]]:
    """The rows of every table that holds a part of the report, by table; tables without a row are left out."""
    blob = provenance.encode(report.cells, lambda form, key: positions[form][key]) if report.cells else b""
    rows = {
        **_wide_rows(report_id, report.cells),
        "block": _block_rows(report_id, report.cells),
        "cell_note": [_note_row(report_id, cell) for cell in report.cells if _noteworthy(cell)],
        "provenance": [{"report_id": report_id, "cells": blob}] if blob else [],
        "extra_cell": _numbered(report_id, map(_extra_cell_row, report.extra_cells)),
        "agency_candidate": _numbered(report_id, _candidate_rows(report)),
        "section": _numbered(report_id, ({"number": s.number, "heading": s.heading, "text": s.text} for s in report.sections)),
        "mention": _numbered(
            report_id,
            (
                {
                    "metric": m.metric,
                    "value": m.value,
                    "unit": m.unit,
                    "sentence": m.sentence,
                    "section": m.section,
                    "cell": str(m.key) if m.key else None,
                }
                for m in report.mentions
            ),
        ),
        "finding": _numbered(
            report_id,
            (
                {
                    "rule": f.rule,
                    "severity": f.severity.value,
                    "cells": " ".join(f.cells),
                    "expected": f.expected,
                    "actual": f.actual,
                    "message": f.message,
                }
                for f in report.findings
            ),
        ),
        "rule_check": _numbered(report_id, (_check_row(check) for check in report.checks if check.outcome != "holds")),
        "ignored": _numbered(
            report_id,
            (
                {"rule": rule, "printed": printed, "times": times}
                for (rule, printed), times in Counter((i.rule, i.printed) for i in report.ignored).items()
            ),
        ),
    }
    return {table: found for table, found in rows.items() if found}


def _found(cell: Cell) -> bool:
    return cell.state is not State.MISSING


def _numbered(report_id: int, rows: Iterable[Row]) -> list[Row]:
    return [{"report_id": report_id, "ordinal": ordinal, **row} for ordinal, row in enumerate(rows)]


@cache
def _empty(form: str) -> Row:
    return dict.fromkeys(FORM_TABLES[form].columns.keys())


def _wide_rows(report_id: int, cells: Iterable[Cell]) -> dict[str, list[Row]]:
    wide: dict[str, Row] = {}
    for cell in cells:
        row = wide.get(cell.form)
        if row is None:
            row = wide[cell.form] = _empty(cell.form) | {"report_id": report_id}
        if cell.value is not None:
            row[column_name(cell.key)] = cell.value
    return {f"form_{form}": [row] for form, row in wide.items()}


def _block_rows(report_id: int, cells: Iterable[Cell]) -> list[Row]:
    counts: dict[tuple[str, str], list[int]] = {}
    for cell in cells:
        count = counts.setdefault((cell.form, cell.key.table), [0, 0])
        count[0] += 1
        count[1] += _found(cell)
    return [
        {"report_id": report_id, "form": form, "table": table, "cells_expected": expected, "cells_found": found}
        for (form, table), (expected, found) in counts.items()
    ]


def _noteworthy(cell: Cell) -> bool:
    """Whether the number in the wide table does not tell everything about the cell."""
    value, printed = cell.value, cell.printed
    if value is None:
        return True
    plain = printed == str(value) and printed.isdigit() and len(printed) <= INTEGER_DIGITS  # nearly all cells
    return (
        cell.state is not State.PRINTED
        or bool(cell.note)
        or cell.confidence < 1
        or not (plain or (printed == figure_text(value) and survives_double(value)))
    )


def _note_row(report_id: int, cell: Cell) -> Row:
    return {
        "report_id": report_id,
        "form": cell.form,
        "cell": str(cell.key),
        "state": cell.state.value,
        "printed": cell.printed,
        "note": cell.note,
        "exact": _exact(cell.value),
        "confidence": cell.confidence if cell.confidence < 1 else None,
    }


def _exact(value: Decimal | None) -> str | None:
    return None if value is None or survives_double(value) else figure_text(value)


def _extra_cell_row(cell: ExtraCell) -> Row:
    box, locus = cell.box, cell.locus
    return {
        "table": cell.table,
        "row_label": cell.row_label,
        "column_label": cell.column_label,
        "printed": cell.printed,
        "value": cell.value,
        "page": box.page if box else None,
        "x0": box.x0 if box else None,
        "top": box.top if box else None,
        "x1": box.x1 if box else None,
        "bottom": box.bottom if box else None,
        "line": locus.line if locus else None,
        "field": locus.field if locus else None,
    }


def _candidate_rows(report: Report) -> list[Row]:
    """What an undecided name may mean, and further authors of the report."""
    if report.agency is None:
        return []
    listed = [*((each, 0) for each in report.agency.candidates), *((each, 1) for each in report.agency.joint)]
    return [
        {"key": each.key, "name": each.name, "region_code": each.region_code, "kind": each.kind, "joint": joint}
        for each, joint in listed
    ]


def _check_row(check: RuleCheck) -> Row:
    return {
        "rule": check.rule,
        "outcome": check.outcome,
        "cells": " ".join(check.cells),
        "expected": check.expected,
        "actual": check.actual,
        "message": check.message,
    }


def wide_positions(columns: Mapping[str, Iterable[str]]) -> Positions:
    """Each form's cells with the place of their column, from the wide tables' columns in the database's order."""
    places = {form: {name: place for place, name in enumerate(names)} for form, names in columns.items()}
    return {form.key: {cell.key: places[form.key][column_name(cell.key)] for cell in form.cells()} for form in forms().values()}
