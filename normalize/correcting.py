"""Report -> the same report as people decided single cells of it, against the document. Pure.

The reader's own text stays beside each decided number. Everything that follows from the figures is found out anew: the
accounting rules, what the prose says of them, and the verdict. A doubt is settled once every cell that it names is decided;
a doubt that names no cell stays, and with it the verdict ``review``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from normalize.checks import check, findings_of
from normalize.forms import forms
from normalize.mentions import check_mentions
from normalize.model import Cell, CellKey, Finding, Report, Severity, State
from normalize.verdict import verdict_of

CORRECTED, REVIEWED = "cell.corrected", "cell.reviewed"
_OF_THE_TEXT = frozenset({"cell.blank", "cell.not_a_number", "cell.odd_number"})
"""Findings about what is printed in a cell, which a decided cell no longer needs."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says that a cell prints."""

    form: str
    key: CellKey
    value: Decimal | None
    """None is a printed blank."""
    printed: str
    """The text as the person reads it."""
    person: str
    time: str
    """ISO 8601, UTC."""
    reason: str = ""


def corrected(report: Report, decisions: Sequence[Decision]) -> Report:
    """The report with the last decision on each of its cells; decisions on cells that it has not say nothing."""
    by_cell = {(each.form, each.key): each for each in decisions}
    decided = {cell: each for cell, each in by_cell.items() if any((c.form, c.key) == cell for c in report.cells)}
    if not decided or report.form not in forms():
        return report
    cells = tuple(_decided(cell, decided.get((cell.form, cell.key))) for cell in report.cells)
    form, scope = forms()[report.form], report.identity.scope
    before, after = _figures(report.cells), _figures(cells)
    checks = check(form, after)
    accounting = {each.rule for each in checks}
    stale = set(check_mentions(report.mentions, before, scope))
    names = {str(key) for _, key in decided}
    findings = (
        *(f for f in report.findings if f.rule not in accounting and f not in stale and not _is_settled(f, names)),
        *findings_of(checks),
        *check_mentions(report.mentions, after, scope),
        *_notes(report.cells, decided),
    )
    return replace(report, cells=cells, checks=checks, findings=findings, verdict=verdict_of(findings, has_cells=True))


def is_confirmed(cell: Cell, decision: Decision) -> bool:
    """Whether the person read what the reader read: then the cell is as sure as any other."""
    return cell.state is not State.MISSING and cell.value == decision.value


def _decided(cell: Cell, decision: Decision | None) -> Cell:
    if decision is None:
        return cell
    who = f"{decision.person} {decision.time[:10]}"
    if is_confirmed(cell, decision):
        return cell._replace(confidence=1.0, readings=(), note=_joined(cell.note, f"confirmed by {who}"))
    note = _joined(cell.note, f"corrected by {who}: {decision.printed.strip() or 'blank'}")
    return cell._replace(value=decision.value, state=State.CORRECTED, confidence=1.0, readings=(), note=note)


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _figures(cells: Sequence[Cell]) -> Mapping[CellKey, Cell]:
    """Cells as the rules take them: one that a person found to be blank is a blank."""
    blank = (State.CORRECTED, None)
    return {cell.key: cell._replace(state=State.BLANK) if (cell.state, cell.value) == blank else cell for cell in cells}


def _is_settled(finding: Finding, decided: set[str]) -> bool:
    if not finding.cells or not decided.issuperset(finding.cells):
        return False
    return finding.severity is Severity.DOUBT or finding.rule in _OF_THE_TEXT


def _notes(cells: Sequence[Cell], decided: Mapping[tuple[str, CellKey], Decision]) -> Iterator[Finding]:
    for cell in cells:
        decision = decided.get((cell.form, cell.key))
        if decision is None:
            continue
        now = "blank" if decision.value is None else f"{decision.value:f}"
        was = cell.printed.strip() or cell.state.value
        said = f" ({decision.reason})" if decision.reason else ""
        if is_confirmed(cell, decision):
            message = f"{cell.key} = {now}, confirmed against the document by {decision.person}{said}"
            yield Finding(REVIEWED, Severity.NOTE, message, (str(cell.key),), now, was)
        else:
            message = f"{cell.key} = {now}, corrected against the document by {decision.person}{said}; the reader had {was}"
            yield Finding(CORRECTED, Severity.NOTE, message, (str(cell.key),), now, was)
