"""Two readings of one document -> the one to keep.

A second reader is asked where the first one's result is not certain. Where both are as good and still differ in a number,
neither is believed: such a cell is missing, and a finding says what either of them read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from normalize.checks import check, findings_of
from normalize.forms import forms
from normalize.model import Cell, Finding, Report, Severity, State, Verdict

_ORDER = (Verdict.PROSE, Verdict.REVIEW, Verdict.INCONSISTENT, Verdict.VERIFIED)


def is_certain(reports: Sequence[Report]) -> bool:
    """Whether nothing speaks for asking again: every table of the official form is there and was read with certainty.

    Sums that fail in such a reading are the agency's own.
    """
    return bool(reports) and all(
        report.verdict in {Verdict.VERIFIED, Verdict.INCONSISTENT}
        and {cell.key.table for cell in report.cells} >= {table.key for table in forms()[report.form].tables}
        for report in reports
    )


def better(first: tuple[Report, ...], second: tuple[Report, ...]) -> tuple[tuple[Report, ...], bool]:
    """The reading to keep, and whether it is the second one.

    More recognised tables are better, then a better verdict, then more cells read, then more accounting rules that hold.
    """
    if _merit(second) > _merit(first):
        return second, True
    if _merit(second)[:2] == _merit(first)[:2] and len(first) == len(second):
        return tuple(map(_reconciled, first, second)), False
    return first, False


def _merit(reports: Sequence[Report]) -> tuple[int, int, int, int]:
    cells = [cell for report in reports for cell in report.cells]
    return (
        len(cells),
        min((_ORDER.index(report.verdict) for report in reports), default=-1),
        sum(cell.state is not State.MISSING for cell in cells),
        sum(check.outcome == "holds" for report in reports for check in report.checks),
    )


def _reconciled(report: Report, other: Report) -> Report:
    """The report, without the numbers that the other reading gives otherwise."""
    others = {(cell.form, cell.key): cell for cell in other.cells}
    pairs = [(cell, others.get((cell.form, cell.key))) for cell in report.cells]
    doubted = {id(cell): rival for cell, rival in pairs if rival is not None and _contradict(cell, rival)}
    if not doubted:
        return report
    cells = tuple(replace(cell, value=None, state=State.MISSING) if id(cell) in doubted else cell for cell in report.cells)
    checks = check(forms()[report.form], {cell.key: cell for cell in cells})
    stale = findings_of(report.checks)
    lost = sum(cell.value is not None for cell in report.cells if id(cell) in doubted)
    return replace(
        report,
        verdict=Verdict.REVIEW,
        cells=cells,
        checks=checks,
        findings=(
            *(finding for finding in report.findings if finding not in stale),
            *findings_of(checks),
            *(_disagreement(cell, doubted[id(cell)]) for cell in report.cells if id(cell) in doubted),
        ),
        tally=replace(report.tally, used=report.tally.used - lost, in_findings=report.tally.in_findings + lost),
    )


def _contradict(cell: Cell, rival: Cell) -> bool:
    both_read = State.MISSING not in (cell.state, rival.state)
    return both_read and (cell.value, cell.state) != (rival.value, rival.state)


def _disagreement(cell: Cell, rival: Cell) -> Finding:
    message = f"two readers of the file disagree: {cell.printed or 'blank'} or {rival.printed or 'blank'}"
    return Finding("reading.disagreement", Severity.DOUBT, message, (str(cell.key),), expected=rival.printed, actual=cell.printed)
