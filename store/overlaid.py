"""What the tables say of a report's figures, taken out and put back: how corrections are laid over a reading and lifted again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from normalize.forms import forms
from normalize.model import Cell, CellKey, Finding, RuleCheck, Severity, State
from store.read import figures_of
from store.schema import FORM_TABLES, cell_note, finding, report, rule_check
from store.values import figure_text, survives_double
from store.wide import column_name, found_name

Named = tuple[str, CellKey]


@dataclass(frozen=True, slots=True)
class Reading:
    """Some cells of a report, and all that is found of it."""

    verdict: str
    cells: tuple[Cell, ...]
    findings: tuple[Finding, ...]
    checks: tuple[RuleCheck, ...]
    """Those that do not hold."""
    holding: int
    """How many do."""

    def as_json(self) -> Mapping[str, Any]:
        """As JSON takes it."""
        return {
            "verdict": self.verdict,
            "cells": [
                [
                    c.form,
                    *c.key,
                    None if c.value is None else figure_text(c.value),
                    c.printed,
                    c.state.value,
                    c.note,
                    c.confidence,
                ]
                for c in self.cells
            ],
            "findings": [[f.rule, f.severity.value, f.message, " ".join(f.cells), f.expected, f.actual] for f in self.findings],
            "checks": [[c.rule, c.outcome, " ".join(c.cells), c.expected, c.actual, c.message] for c in self.checks],
            "holding": self.holding,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Reading:
        """From what ``as_json`` gave."""
        cells = [
            Cell(
                form, CellKey(*key), None if value is None else Decimal(value), printed, State(state), note, confidence=confidence
            )
            for form, *key, value, printed, state, note, confidence in raw["cells"]
        ]
        return cls(
            verdict=raw["verdict"],
            cells=tuple(cells),
            findings=tuple(Finding(r, Severity(s), m, tuple(c.split()), e, a) for r, s, m, c, e, a in raw["findings"]),
            checks=tuple(RuleCheck(r, o, tuple(c.split()), e, a, m) for r, o, c, e, a, m in raw["checks"]),
            holding=raw["holding"],
        )


def read_reading(connection: Connection, report_id: int, cells: Collection[Named]) -> Reading:
    """What the tables say of a report now, with these of its cells."""
    about = connection.execute(select(report.c.verdict, report.c.checks_holding).where(report.c.id == report_id)).one()
    held = figures_of(connection, [report_id])[report_id] if cells else []
    found = select(finding).where(finding.c.report_id == report_id).order_by(finding.c.ordinal)
    checks = select(rule_check).where(rule_check.c.report_id == report_id).order_by(rule_check.c.ordinal)
    return Reading(
        verdict=about.verdict,
        cells=tuple(
            Cell(c.form, c.key, c.value, c.printed, c.state, c.note, confidence=c.confidence)
            for c in held
            if (c.form, c.key) in cells
        ),
        findings=tuple(
            Finding(f.rule, Severity(f.severity), f.message, tuple(f.cells.split()), f.expected, f.actual)
            for f in connection.execute(found)
        ),
        checks=tuple(
            RuleCheck(c.rule, c.outcome, tuple(c.cells.split()), c.expected, c.actual, c.message)
            for c in connection.execute(checks)
        ),
        holding=about.checks_holding,
    )


def write_reading(connection: Connection, report_id: int, reading: Reading) -> None:
    """Make the tables say so."""
    for cell in reading.cells:
        _write_cell(connection, report_id, cell)
    _write_counts(connection, report_id)
    for table in (finding, rule_check):
        connection.execute(delete(table).where(table.c.report_id == report_id))
    findings = [
        {
            "rule": f.rule,
            "severity": f.severity.value,
            "cells": " ".join(f.cells),
            "expected": f.expected,
            "actual": f.actual,
            "message": f.message,
        }
        for f in reading.findings
    ]
    checks = [
        {
            "rule": c.rule,
            "outcome": c.outcome,
            "cells": " ".join(c.cells),
            "expected": c.expected,
            "actual": c.actual,
            "message": c.message,
        }
        for c in reading.checks
    ]
    for table, rows in ((finding, findings), (rule_check, checks)):
        if rows:
            connection.execute(
                insert(table), [{"report_id": report_id, "ordinal": place, **row} for place, row in enumerate(rows)]
            )
    failing = sum(each.outcome == "fails" for each in reading.checks)
    connection.execute(
        update(report)
        .where(report.c.id == report_id)
        .values(
            verdict=reading.verdict,
            findings=len(reading.findings),
            checks_holding=reading.holding,
            checks_failing=failing,
            checks_not_assessable=len(reading.checks) - failing,
        )
    )


def _write_cell(connection: Connection, report_id: int, cell: Cell) -> None:
    wide, key = FORM_TABLES[cell.form], str(cell.key)
    connection.execute(update(wide).where(wide.c.report_id == report_id).values({column_name(cell.key): cell.value}))
    of_cell = (cell_note.c.report_id == report_id, cell_note.c.form == cell.form, cell_note.c.cell == key)
    connection.execute(delete(cell_note).where(*of_cell))
    exact = None if cell.value is None or survives_double(cell.value) else figure_text(cell.value)
    plain = cell.value is not None and cell.printed == figure_text(cell.value) and exact is None
    if plain and cell.state is State.PRINTED and not cell.note and cell.confidence >= 1:
        return
    note = {
        "report_id": report_id,
        "form": cell.form,
        "cell": key,
        "state": cell.state.value,
        "printed": cell.printed,
        "note": cell.note,
        "exact": exact,
        "confidence": cell.confidence if cell.confidence < 1 else None,
    }
    connection.execute(insert(cell_note).values(note))


def _write_counts(connection: Connection, report_id: int) -> None:
    """Count the cells that were found, in each table and in all."""
    missing = select(cell_note.c.form, cell_note.c.cell).where(cell_note.c.report_id == report_id, cell_note.c.state == "missing")
    lacking: dict[tuple[str, str], int] = {}
    for row in connection.execute(missing):
        table = (row.form, row.cell.partition(".")[0])
        lacking[table] = lacking.get(table, 0) + 1
    for form in forms().values():
        wide = FORM_TABLES[form.key]
        found = {
            found_name(table): wide.c[f"{table.key}__expected"] - lacking.get((form.key, table.key), 0) for table in form.tables
        }
        connection.execute(update(wide).where(wide.c.report_id == report_id).values(found))
    count = report.c.cells_expected - sum(lacking.values())
    connection.execute(update(report).where(report.c.id == report_id).values(cells_found=count))
