"""Reports in review settled with what the years before and after carry over, once those are stored: docs/repair.md.

A report is settled from what its own document says, never from what another year has made of it, and only reports that were
certain by themselves are asked. So the result depends on which reports there are, not on the order in which they came. What a
report was before is kept, and put back as soon as anything about its agency changes (``restore``); ``settle_across_years`` then
looks again, together with continuity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from extract.model import Reading
from normalize.checks import check
from normalize.forms import forms
from normalize.model import Candidate, Cell, CellKey, Finding, Identity, Report, Scope, Severity, Tally, Verdict
from normalize.proof import UNCERTAIN
from normalize.repair import Anchor
from normalize.settling import carried_over, settled
from store.continuity_read import is_one_agency
from store.mentions import mentions_of
from store.neighbour_rows import keep, restore, rows_of
from store.read import figures_of
from store.rows import Preparation
from store.schema import cell_candidate, document_path, finding
from store.stale import Chain

_ASKED = frozenset({Verdict.VERIFIED.value, Verdict.INCONSISTENT.value})
"""Verdicts of reports whose every figure was read with certainty. Where their sums are wrong the figures are printed so."""
_PLACES = ((-1, "carried_out", "earlier_id"), (1, "carried_in", "later_id"))


def settle_across_years(connection: Connection, preparation: Preparation, chains: Collection[Chain]) -> int:
    """Settle what can be settled of these agencies' reports, each anew; gives how many say something else now."""
    restore(connection, chains)
    by_subject: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows_of(connection, chains):
        if row.agency_id is not None or is_one_agency(row):
            by_subject[_line(row), row.year].append(row)
    counted = {at: current[0] for at, rows in by_subject.items() if len(current := [row for row in rows if row.current]) == 1}
    count = 0
    for (line, year), row in sorted(counted.items(), key=lambda item: item[1].id):
        # The ledger of editions compares what documents say, so a report that has several is left as read.
        if row.verdict != Verdict.REVIEW or not row.form or len(by_subject[line, year]) > 1:
            continue
        beside = [(counted.get((line, year + step)), theirs, where) for step, theirs, where in _PLACES]
        known = [(each, theirs, where) for each, theirs, where in beside if each is not None and each.verdict in _ASKED]
        if known:
            count += _settle(connection, preparation, row, known)
    return count


def _line(row: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a row
    """Reports that follow each other: the agency's, of one scope."""
    return (row.agency_id or 0, "" if row.agency_id else row.agency, row.scope)


# one report ----------------------------------------------------------------------------------------------------------


def _settle(connection: Connection, preparation: Preparation, row: Any, known: Sequence[tuple[Any, str, str]]) -> int:  # noqa: ANN401
    before = _stored(connection, row)
    if before is None:
        return 0
    anchors = [anchor for other, theirs, _ in known for anchor in _anchors(connection, other, theirs)]
    after = settled(before, anchors)
    if (after.verdict, after.cells, after.candidates) == (before.verdict, before.cells, before.candidates):
        return 0
    old, new = preparation.prepare(before), preparation.prepare(after)
    keep(connection, preparation, row, (old, new), {where: other.id for other, _, where in known})
    return 1


def _anchors(connection: Connection, row: Any, theirs: str) -> Iterator[Anchor]:  # noqa: ANN401
    at = select(document_path.c.document).where(document_path.c.document_id == row.document_id)
    name = connection.scalar(at.order_by(document_path.c.current.desc(), document_path.c.document).limit(1))
    stored = figures_of(connection, [row.id])[row.id]
    cells = [Cell(c.form, c.key, c.value, c.printed, c.state) for c in stored if c.confidence >= 1]
    return carried_over(cells, theirs, f"the report for {row.year} ({name})")


def _stored(connection: Connection, row: Any) -> Report | None:  # noqa: ANN401
    """The report as it was read, as far as settling asks for it; None where the database does not tell it whole."""
    findings = [
        Finding(f.rule, Severity(f.severity), f.message, tuple(f.cells.split()), f.expected, f.actual)
        for f in connection.execute(select(finding).where(finding.c.report_id == row.id).order_by(finding.c.ordinal))
    ]
    doubted = {name for each in findings if each.rule == UNCERTAIN for name in each.cells}
    candidates = [
        Candidate(c.form, CellKey.named(c.cell), c.printed, c.value, c.cost, c.source, bool(c.fits))
        for c in connection.execute(
            select(cell_candidate).where(cell_candidate.c.report_id == row.id).order_by(cell_candidate.c.ordinal)
        )
    ]
    said: dict[str, list[Reading]] = defaultdict(list)
    for each in candidates:
        if each.source == "reader":
            said[str(each.key)].append(Reading(each.text, each.cost))
    cells = [
        Cell(
            *(c.form, c.key, c.value, c.printed, c.state, c.note),
            confidence=c.confidence,
            readings=tuple(said[str(c.key)] or [Reading(c.printed, 0.0)]) if str(c.key) in doubted else (),
        )
        for c in figures_of(connection, [row.id])[row.id]
    ]
    if not doubted or {cell.form for cell in cells} != {row.form}:
        return None
    scope = Scope(row.scope) if row.scope else None
    tally = Tally(row.seen, row.used, row.ignored, row.in_findings)
    made = Report(
        *(Identity("", row.agency, row.year, scope=scope), row.form, Verdict(row.verdict), tuple(cells)),
        mentions=tuple(mentions_of(connection, row.id)),
        findings=tuple(findings),
        checks=check(forms()[row.form], {cell.key: cell for cell in cells}),
        tally=tally,
        candidates=tuple(candidates),
    )
    again = settled(made)
    same = (again.verdict, again.cells, again.candidates) == (made.verdict, made.cells, made.candidates)
    return replace(made, findings=again.findings) if same else None
