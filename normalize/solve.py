"""An exact search: which combinations of readings satisfy every sum.

Branch and bound over small domains, bounds propagation at every node (a value stays only if the rest of each of its sums can
still make up for it). Written out rather than taken from a solver library: a report has some dozen unknowns with a few values
each, which is thousands of steps; the answers needed are *all* solutions up to a few, in order of cost and the same on every
machine; and the least wheel that gives them (OR-Tools' CP-SAT, 25 MB, pandas beside it) weighs more than this whole project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

STEPS = 1_500
"""Nodes of a search before it is given up. Reports that can be settled take some dozen."""
_RANKING = 200
"""Nodes for cheaper ones, once so many solutions are found that none can be the only one."""


class Value(NamedTuple):
    """A value of an unknown, and what it costs to take it."""

    amount: Decimal
    cost: float


class Sum(NamedTuple):
    """``constant`` plus the signed unknowns is zero."""

    terms: tuple[tuple[int, int], ...]
    """Unknown and sign (1 or -1); each unknown once."""
    constant: Decimal


@dataclass(frozen=True, slots=True)
class Solutions:
    """Combinations that satisfy every sum, cheapest first: an amount for each unknown."""

    found: tuple[tuple[Decimal, ...], ...]
    complete: bool
    """False where the search was given up: then there may be others, and cheaper ones."""

    @property
    def only(self) -> tuple[Decimal, ...] | None:
        """The solution, where it is known to be the only one at any cost."""
        return self.found[0] if self.complete and len(self.found) == 1 else None


def components(count: int, sums: Sequence[Sum]) -> tuple[tuple[int, ...], ...]:
    """The unknowns (0 to ``count`` - 1) in groups that share no sum, each ascending."""
    group = list(range(count))
    for each in sums:
        joined = {group[unknown] for unknown, _ in each.terms}
        group = [min(joined) if g in joined else g for g in group]
    members: dict[int, list[int]] = {}
    for unknown, g in enumerate(group):
        members.setdefault(g, []).append(unknown)
    return tuple(map(tuple, members.values()))


def solve(domains: Mapping[int, Sequence[Value]], sums: Sequence[Sum], most: int = 3, steps: int = STEPS) -> Solutions:
    """Up to ``most`` combinations of values that satisfy every sum, the cheapest ones unless the search was given up.

    ``domains`` are the values of each unknown, ``sums`` speak of these unknowns only. Equal costs are ordered by amounts, so
    that the answer depends on nothing else.
    """
    search = _Search(tuple(sorted(domains)), sums, most, steps)
    search.descend({unknown: tuple(sorted(values)) for unknown, values in domains.items()})
    return Solutions(tuple(amounts for _, amounts in search.best), search.steps >= 0)


_Domains = dict[int, tuple[Value, ...]]


@dataclass(slots=True)
class _Search:
    unknowns: tuple[int, ...]
    sums: Sequence[Sum]
    most: int
    steps: int
    """What is left of them; below 0 the search was given up."""
    best: list[tuple[float, tuple[Decimal, ...]]] = field(default_factory=list)

    def descend(self, domains: _Domains) -> None:
        self.steps -= 1
        if self.steps < 0 or not self._propagate(domains):
            return
        least = sum(min(value.cost for value in values) for values in domains.values())
        if len(self.best) == self.most and least > self.best[-1][0]:
            return
        open_ones = [unknown for unknown in self.unknowns if len(domains[unknown]) > 1]
        if not open_ones:
            amounts = tuple(domains[unknown][0].amount for unknown in self.unknowns)
            self.best = sorted([*self.best, (round(least, 9), amounts)])[: self.most]
            if len(self.best) == self.most:
                self.steps = min(self.steps, _RANKING)
            return
        unknown = min(open_ones, key=lambda each: (len(domains[each]), each))
        for value in sorted(domains[unknown], key=lambda value: value.cost):
            self.descend({**domains, unknown: (value,)})

    def _propagate(self, domains: _Domains) -> bool:
        """Take out values that no sum can have; False where none is left for an unknown. Changes ``domains``."""
        changed = True
        while changed:
            changed = False
            for each in self.sums:
                narrowed = self._narrow(each, domains)
                if narrowed is None:
                    return False
                changed = changed or narrowed
        return True

    @staticmethod
    def _narrow(each: Sum, domains: _Domains) -> bool | None:
        """Narrow the domains by one sum: whether that changed any, None where one is empty."""
        spans = []
        for unknown, sign in each.terms:
            amounts = domains[unknown]
            ends = (amounts[0].amount * sign, amounts[-1].amount * sign)
            spans.append((min(ends), max(ends)))
        least = each.constant + sum(low for low, _ in spans)
        most = each.constant + sum(high for _, high in spans)
        if not least <= 0 <= most:
            return None
        changed = False
        for (unknown, sign), (low, high) in zip(each.terms, spans, strict=True):
            if low == high:
                continue
            kept = tuple(v for v in domains[unknown] if least - low <= -v.amount * sign <= most - high)
            if not kept:
                return None
            if len(kept) < len(domains[unknown]):
                domains[unknown], changed = kept, True
        return changed
