"""Documents that print several years side by side: which of their numbers belong to which year's report.

What is selected for one report must be selected for exactly one: the share therefore also counts what it leaves to the others, so
that the books of each report can be closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from normalize.model import ExtraCell, Finding, Severity
from normalize.placing import Placement, TableReading, holds_number

_UNDATED = Finding("table.year_unknown", Severity.DOUBT, "a table names no year beside tables that name several")


@dataclass(frozen=True, slots=True)
class Share:
    """What falls to one report of the tables of its document."""

    readings: tuple[TableReading, ...]
    """The tables whose remarks concern it: its own year's, and those that print several years or name none."""
    placements: tuple[Placement, ...]
    extras: tuple[ExtraCell, ...]
    findings: tuple[Finding, ...] = ()
    homeless: int = 0
    """Numbers of ``readings`` that no year's report can claim."""
    elsewhere: int = 0
    """Numbers of ``readings`` that other years' reports claim."""


def years_in(readings: Iterable[TableReading]) -> tuple[int | None, ...]:
    """The years that tables print side by side; one None where they do not."""
    years = {year for r in readings for year in (r.year, *(p.year for p in r.placements), *(e.year for e in r.extras))}
    return tuple(sorted(year for year in years if year is not None)) or (None,)


def whole(readings: Sequence[TableReading]) -> Share:
    """All of a document's tables: it gives one report."""
    extras = tuple(extra.cell for r in readings for extra in r.extras)
    return Share(tuple(readings), tuple(p for r in readings for p in r.placements), extras)


def share_of(year: int, readings: Sequence[TableReading], undated: int | None) -> Share:
    """What of a document's tables belongs to one report.

    Args:
        year: the report's.
        readings: what became of the document's tables.
        undated: the year to which numbers beside those belong that name none; not known, they are in doubt in each report.
    """
    concerned = tuple(r for r in readings if r.year in {None, year})
    every = [p for r in concerned for p in r.placements]
    extras = [e for r in concerned for e in r.extras]
    claimed = {year, None} if year == undated else {year}
    placements = tuple(p for p in every if p.year in claimed)
    own = {id(p.cell) for p in placements}
    others = {id(p.cell): p.year for p in every if id(p.cell) not in own and holds_number(p.cell.text)}
    unclaimed = [*others.values(), *(e.year for e in extras if e.year not in claimed and holds_number(e.cell.printed))]
    homeless = unclaimed.count(None) if undated is None else 0
    return Share(
        concerned,
        placements,
        tuple(e.cell for e in extras if e.year in claimed),
        (_UNDATED,) if homeless else (),
        homeless,
        len(unclaimed) - homeless,
    )
