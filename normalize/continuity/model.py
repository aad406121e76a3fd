"""Figures of a year, steps from year to year, and the classes every step ends in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum


class Lack(Enum):
    """Why there is no number. Blank, missing and "the form has no such cell" are different things."""

    NO_CELL = "no_cell"
    """No form that the report follows has the cell."""
    NO_TABLE = "no_table"
    """The report does not print the table."""
    BLANK = "blank"
    """Printed without a number."""
    MISSING = "missing"
    """Not read with certainty."""


Figure = Decimal | Lack


class Outcome(StrEnum):
    """The class a step ends in under one rule: exactly one."""

    HOLDS = "holds"
    FIRST_YEAR = "first_year"
    """There is no report before it."""
    MISSING_YEAR = "missing_year"
    """The year between is not there."""
    SCOPE_DIFFERS = "scope_differs"
    """The one gives the office's own figures, the other those of the jurisdiction, or it is unclear which follows which."""
    NO_CELL = "no_cell"
    """The form of one of the years has no such cell."""
    NO_TABLE = "no_table"
    """One of the reports does not print the table."""
    NO_NUMBER = "no_number"
    """Blanks on one side, and nothing on the other that says more."""
    IN_DOUBT = "in_doubt"
    """They disagree, or cannot be compared, and one of the reports was not read with certainty."""
    SUPERSEDED = "superseded"
    """They disagree, but agree with an edition of the report that was replaced since."""
    RENAMED = "renamed"
    """They disagree where the agency went on under another name."""
    MERGED = "merged"
    """They disagree where several agencies became one."""
    SPLIT = "split"
    """They disagree where one agency became several."""
    SHIFTED = "shifted"
    """The total carries over, its parts stand in other columns."""
    BLANK = "blank"
    """Blank where there must be a number."""
    RESTATED = "restated"
    """The figure is that of another cell, or of the sum without one of its terms."""
    SIGN = "sign"
    """Agrees once a sign is turned round."""
    TRANSPOSED = "transposed"
    """Two neighbouring digits changed places."""
    DIGIT = "digit"
    """One digit is another, or lost, or too many."""
    MOVED = "moved"
    """Disagrees, and nothing of the above explains it."""
    NEGATIVE = "negative"
    """Within one report: fewer than none."""
    JUMP = "jump"
    """Ten, a hundred or ten thousand times as much as in the years around it."""


class Kind(StrEnum):
    """What a class says."""

    HOLDS = "holds"
    NOT_ASSESSABLE = "not_assessable"
    """There is nothing to compare."""
    DOUBT = "doubt"
    """Reading is the likelier reason."""
    EXPLAINED = "explained"
    """The figures disagree, for a reason that is known."""
    BREAK = "break"
    """The agency's own figures of two years do not fit."""


_NOT_ASSESSABLE = frozenset(
    {Outcome.FIRST_YEAR, Outcome.MISSING_YEAR, Outcome.SCOPE_DIFFERS, Outcome.NO_CELL, Outcome.NO_TABLE, Outcome.NO_NUMBER}
)
_EXPLAINED = frozenset({Outcome.SUPERSEDED, Outcome.RENAMED, Outcome.MERGED, Outcome.SPLIT})


_KINDS = {
    **dict.fromkeys(Outcome, Kind.BREAK),
    **dict.fromkeys(_NOT_ASSESSABLE, Kind.NOT_ASSESSABLE),
    **dict.fromkeys(_EXPLAINED, Kind.EXPLAINED),
    Outcome.IN_DOUBT: Kind.DOUBT,
    Outcome.HOLDS: Kind.HOLDS,
}


def kind_of(outcome: Outcome) -> Kind:
    """What a class says."""
    return _KINDS[outcome]


@dataclass(frozen=True, slots=True)
class YearFigures:
    """What one report says that the rules ask for."""

    report_id: int
    agency: str
    """What the agency goes by in the store: the same for all its years."""
    name: str
    """As printed."""
    year: int
    scope: str | None
    """``own_office``, ``jurisdiction`` or None where the report does not say."""
    in_doubt: bool
    """The verdict is ``review``."""
    figures: tuple[Figure, ...]
    """In the order of ``rules.cells()``."""
    gaps: bool = True
    """Whether ``figures`` may hold a blank or a missing cell: where not, comparing is plain."""


class Link(StrEnum):
    """How a report follows the one before."""

    FIRST = "first"
    """No report before it."""
    SAME = "same"
    """The agency's own."""
    RENAMED = "renamed"
    MERGED = "merged"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Step:
    """From one year to the next: the reports before, the report after, and what stands around them."""

    later: YearFigures
    """Its place in the chain is what the step is counted by: every report has one step."""
    link: Link
    earlier: tuple[YearFigures, ...] = ()
    """One; several where agencies merged; none for a first report."""
    beside: tuple[YearFigures, ...] = ()
    """Further reports of the later year that the earlier figures went to: the agency was split."""
    absorbed: tuple[YearFigures, ...] = ()
    """Agencies that ended in the earlier year and whose work this one took over."""
    before: YearFigures | None = None
    """The year before the earlier one, of the same agency."""
    after: YearFigures | None = None
    """The year after the later one, of the same agency."""
    scope_differs: bool = False
    lacking: tuple[str, ...] = ()
    """Predecessors whose report of the earlier year is not there."""

    @property
    def gap(self) -> bool:
        """Whether a year between is not there."""
        return bool(self.earlier) and self.earlier[0].year != self.later.year - 1


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found in one step, where it is worth a row."""

    outcome: Outcome
    cells: tuple[str, ...] = ()
    """``table.row.column`` of the later report's cells that do not fit."""
    expected: str = ""
    """What the year before leads to."""
    actual: str = ""
    """What is printed."""
    difference: Decimal | None = None
    """Actual less expected."""
    message: str = ""
    """A sentence for people."""


HOLDS = Finding(Outcome.HOLDS)
