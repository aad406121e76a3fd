"""Report -> the same report with its uncertain cells confirmed, repaired or in a doubt, and everything that follows from that.

Only reports that have such cells are touched: a digital document costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from normalize.candidates import is_uncertain, likeliest
from normalize.checks import check, findings_of
from normalize.forms import forms
from normalize.mentions import check_mentions, evidence_for_cells
from normalize.model import Cell, CellKey, Finding, Report, State, Tally
from normalize.placing import holds_number
from normalize.proof import UNCERTAIN
from normalize.repair import Anchor, settle
from normalize.verdict import verdict_of

_OF_THE_TEXT = frozenset({"cell.blank", "cell.not_a_number", "cell.odd_number"})
"""Findings about the text of a cell, which a repaired cell no longer has."""
_CARRIED_OUT, _CARRIED_IN = "carried_out", "carried_in"


def settled(report: Report, anchors: Sequence[Anchor] = ()) -> Report:
    """The report with its uncertain cells settled as far as that can be proved.

    The counts of its own prose are evidence; ``anchors`` are further evidence, such as ``anchors_of_neighbours``. It may be
    asked again when more is known: a cell in doubt keeps its readings.
    """
    if not report.form or not any(map(is_uncertain, report.cells)):
        return report
    form = forms()[report.form]
    outcome = settle(form, report.cells, (*_stated(report), *anchors))
    after = tuple(map(likeliest, outcome.cells))
    cells = {cell.key: cell for cell in after}
    checks = check(form, cells)
    scope = report.identity.scope
    before = {cell.key: cell for cell in report.cells}
    stale = {*findings_of(report.checks), *check_mentions(report.mentions, before, scope)}
    findings = (
        *(f for f in report.findings if f not in stale and not _is_outdated(f, cells)),
        *findings_of(checks),
        *check_mentions(report.mentions, cells, scope),
        *outcome.findings,
    )
    return replace(
        report,
        cells=after,
        checks=checks,
        findings=findings,
        candidates=outcome.candidates,
        tally=_tally(report, after),
        verdict=verdict_of(findings, has_cells=True),
    )


def settled_side_by_side(reports: Sequence[Report]) -> list[Report]:
    """Reports of one document for several years, each settled with what its neighbours carry over."""
    by_year = {report.identity.year: report for report in reports if report.identity.year is not None}
    found = []
    for report in reports:
        year = report.identity.year
        before = by_year.get(year - 1) if year is not None else None
        after = by_year.get(year + 1) if year is not None else None
        found.append(settled(report, anchors_of_neighbours(before, after)))
    return found


def anchors_of_neighbours(before: Report | None, after: Report | None) -> tuple[Anchor, ...]:
    """What the reports for the years before and after say of this year's carried figures, where they were read with certainty."""
    found: list[Anchor] = []
    for neighbour, theirs in ((before, _CARRIED_OUT), (after, _CARRIED_IN)):
        if neighbour is not None:
            found += carried_over(neighbour.cells, theirs, f"the report for {neighbour.identity.year}")
    return tuple(found)


def carried_over(cells: Iterable[Cell], row: str, name: str) -> Iterator[Anchor]:
    """What another year's report says of this year's carried figures, where they are plainly printed and certain.

    Args:
        cells: that report's.
        row: ``carried_out`` of the year before, or ``carried_in`` of the year after.
        name: what people know that report by.
    """
    ours, words = (_CARRIED_IN, "carries") if row == _CARRIED_OUT else (_CARRIED_OUT, "takes over")
    for cell in cells:
        if cell.key.row == row and cell.value is not None and cell.state is State.PRINTED and not is_uncertain(cell):
            yield Anchor(cell.key._replace(row=ours), cell.value, f"{name} {words} {cell.value:f}", name)


def _stated(report: Report) -> list[Anchor]:
    evidence = evidence_for_cells(report.mentions, report.form, report.identity.scope)
    return [
        Anchor(key, mention.value, f"the prose counts {mention.value:f}: {mention.sentence}")
        for key, mention in evidence
        if mention.value is not None
    ]


def _is_outdated(finding: Finding, cells: Mapping[CellKey, Cell]) -> bool:
    if finding.rule == UNCERTAIN:
        return True
    if finding.rule not in _OF_THE_TEXT:
        return False
    repaired = {str(key) for key, cell in cells.items() if cell.state is State.REPAIRED}
    return set(finding.cells) <= repaired


def _tally(report: Report, cells: Sequence[Cell]) -> Tally:
    """The books: a number whose cell was missing, because the text alone is none, is used after all."""
    gained = sum(
        before.state is State.MISSING and after.state is not State.MISSING and holds_number(before.printed)
        for before, after in zip(report.cells, cells, strict=True)
    )
    return replace(report.tally, used=report.tally.used + gained, in_findings=report.tally.in_findings - gained)
