"""A jurisdiction's figures against those of its agencies. Soft: a sum over a part of the agencies is a lower bound only.

The whole is a report with scope ``jurisdiction``. The parts are the own figures of the agencies within it, each counted
once: a lower division counts by its own report for the whole jurisdiction where there is one, or else by its agencies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

Values = tuple[Decimal | None, ...]
"""A figure for each of ``rule_set().levels.cells``; None for none."""

Parents = Mapping[str, str | None]
"""Code of the division that each division lies in."""

_GOVERNMENT = "government"
_OFFICE = "government_office"
_WHOLE = "jurisdiction"


class Coverage(StrEnum):
    """What a sum over parts says of the whole."""

    EQUAL = "equal"
    """The parts there are add up to the whole."""
    WITHIN = "within"
    """They add up to less: the rest is with agencies that are not there, or that have no such figure."""
    EXCEEDED = "exceeded"
    """They add up to more than the whole: one of the reports is wrong, or counts otherwise."""
    DOUBTFUL = "doubtful"
    """They add up to more, but the whole was not read with certainty."""


@dataclass(frozen=True, slots=True)
class Member:
    """An agency within divisions: what it is, where it is."""

    agency: int
    kind: str
    region: str
    """Code of its division."""


@dataclass(frozen=True, slots=True)
class Own:
    """One year's figures of an agency."""

    report_id: int
    member: Member
    year: int
    scope: str | None
    in_doubt: bool
    values: Values


@dataclass(frozen=True, slots=True)
class Sum:
    """The parts of one whole, for one cell."""

    report_id: int
    """The jurisdiction's report."""
    cell: int
    """Place in ``rule_set().levels.cells``."""
    whole: Decimal
    parts: Decimal
    counted: int
    """Agencies whose figure is in the sum."""
    expected: int
    """Agencies within the jurisdiction that report in any year."""
    outcome: Coverage


@dataclass(slots=True)
class _Division:
    """What is known of one division in one year."""

    whole: Own | None = None
    unsaid: Own | None = None
    """The government's report that does not say its scope: its own body's, or all of the division's."""
    governments: dict[int, Own] = field(default_factory=dict)
    """The government's own body and its office, by agency: they may count the same applications."""
    others: dict[int, Own] = field(default_factory=dict)
    """By agency."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A sum so far, for each cell: figure and agencies counted."""

    values: tuple[Decimal, ...]
    counted: tuple[int, ...]


def rosters(members: Iterable[tuple[Member, str | None]], parents: Parents) -> dict[str, int]:
    """How many agencies report within each division, in any year. ``members`` come with the scopes they report for.

    A government is none of those within its own division by its report for all of it, but is within those above.
    """
    found: dict[str, set[int]] = defaultdict(set)
    for member, scope in members:
        for code in _upwards(member.region, parents):
            if code != member.region or scope != _WHOLE:
                found[code].add(member.agency)
    return {code: len(agencies) for code, agencies in found.items()}


def sums(reports: Iterable[Own], parents: Parents, expected: Mapping[str, int]) -> list[Sum]:
    """Every jurisdiction's report against its parts; none where no part is there.

    Args:
        reports: Current reports of placed agencies, of whole years.
        parents: Code of the division that each division lies in.
        expected: What ``rosters`` gives.
    """
    years: dict[int, dict[str, _Division]] = defaultdict(lambda: defaultdict(_Division))
    width = 0
    for own in reports:
        width = len(own.values)
        _sort(own, years[own.year][own.member.region])
    below: dict[str, list[str]] = defaultdict(list)
    for code in {each for divisions in years.values() for region in divisions for each in _upwards(region, parents)}:
        parent = parents.get(code)
        if parent:
            below[parent].append(code)
    found: list[Sum] = []
    for divisions in years.values():
        tree = _Tree(divisions, below, width)
        for code, division in list(divisions.items()):
            if division.whole is not None:
                found += _compared(division.whole, tree.parts(code), expected.get(code, 0))
    return sorted(found, key=lambda each: (each.report_id, each.cell))


def _sort(own: Own, division: _Division) -> None:
    """Put a report where it counts. A department's report for its whole branch does not: lower divisions have that, too."""
    member = own.member
    if own.scope == _WHOLE:
        if member.kind == _GOVERNMENT:
            division.whole = own
    elif member.kind == _GOVERNMENT and own.scope is None:
        division.unsaid = own
    else:
        kept = division.governments if member.kind in {_GOVERNMENT, _OFFICE} else division.others
        if own.scope is not None or member.agency not in kept:
            kept[member.agency] = own


def _upwards(code: str, parents: Parents) -> Iterable[str]:
    each: str | None = code
    while each:
        yield each
        each = parents.get(each)


class _Tree:
    """Sums over divisions of one year, each worked out once."""

    def __init__(self, divisions: Mapping[str, _Division], below: Mapping[str, list[str]], width: int) -> None:
        self._divisions = divisions
        self._below = below
        self._nothing = _Part((Decimal(0),) * width, (0,) * width)
        self._known: dict[str, _Part] = {}

    def parts(self, code: str) -> _Part:
        """The sum over the agencies of a division and over the divisions in it, reports for all of it left out."""
        division = self._divisions.get(code)
        found = self._nothing
        if division:
            for each in division.others.values():
                found = _added(found, _part(each))
            found = _added(found, self._largest(division.governments.values()))
        for lower in self._below.get(code, ()):
            found = _added(found, self._of(lower))
        return found

    def _of(self, code: str) -> _Part:
        """What certainly is in the total of the division above."""
        if code not in self._known:
            found, division = self.parts(code), self._divisions.get(code)
            if division and division.whole:
                found = _instead(_part(division.whole), found, again=division.whole.member.agency in division.governments)
            elif division and division.unsaid:
                found = _larger(_part(division.unsaid), found, again=division.unsaid.member.agency in division.governments)
            self._known[code] = found
        return self._known[code]

    def _largest(self, governments: Iterable[Own]) -> _Part:
        """Government and office may count the same applications: the larger of the two is certainly in the whole."""
        values, counted = list(self._nothing.values), list(self._nothing.counted)
        for each in governments:
            part = _part(each)
            values = list(map(max, values, part.values))
            counted = [a + b for a, b in zip(counted, part.counted, strict=True)]
        return _Part(tuple(values), tuple(counted))


def _part(own: Own) -> _Part:
    return _Part(tuple(value or Decimal(0) for value in own.values), tuple(int(value is not None) for value in own.values))


def _added(one: _Part, other: _Part) -> _Part:
    return _Part(
        tuple(a + b for a, b in zip(one.values, other.values, strict=True)),
        tuple(a + b for a, b in zip(one.counted, other.counted, strict=True)),
    )


def _instead(whole: _Part, parts: _Part, *, again: bool) -> _Part:
    """A division by its own report where that has the figure, else by its agencies. ``again``: its body is among them."""
    chosen = [bool(count) for count in whole.counted]
    return _Part(
        tuple(w if own else p for own, w, p in zip(chosen, whole.values, parts.values, strict=True)),
        _counted(whole, parts, again=again),
    )


def _larger(one: _Part, parts: _Part, *, again: bool) -> _Part:
    """The larger of a report that may or may not be for all of the division, and its agencies."""
    return _Part(tuple(map(max, one.values, parts.values)), _counted(one, parts, again=again))


def _counted(one: _Part, parts: _Part, *, again: bool) -> tuple[int, ...]:
    return tuple(max(p, w) if again else p + w for w, p in zip(one.counted, parts.counted, strict=True))


def _compared(whole: Own, parts: _Part, expected: int) -> Iterable[Sum]:
    for cell, value in enumerate(whole.values):
        if value is None or not parts.counted[cell]:
            continue
        total = parts.values[cell]
        if total == value:
            outcome = Coverage.EQUAL
        elif total < value:
            outcome = Coverage.WITHIN
        else:
            outcome = Coverage.DOUBTFUL if whole.in_doubt else Coverage.EXCEEDED
        yield Sum(whole.report_id, cell, value, total, parts.counted[cell], expected, outcome)
