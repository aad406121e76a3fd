"""One monotone alignment of printed labels to a form's labels.

The same function serves rows and columns, drawn grids and flattened text. Order is evidence: a missing or misspelt label is
a gap, not a failure. Dynamic programming in the manner of Needleman and Wunsch (1970), with free gaps and a score that is
what the similarity exceeds a threshold by, so that no pair is matched that is better left unmatched.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from normalize.labels import Folded, take_apart
from normalize.lexicon import kin, likest_first, official_labels, related

THRESHOLD = 0.6
"""Labels less alike than this are never the same label."""
_CLEAR = 0.85
_TIE = 1e-9
"""Gains closer than this may be equal but for rounding."""
Gains = Mapping[int, float]
"""What a printed label gains by being matched, by place in the roster; in other places it gains nothing."""
_CONTEXT = 0.12
"""What agreeing headings above a label add to its score; enough to tell equal labels apart, too little to join unlike ones."""


class Printed(NamedTuple):
    """A printed label: the headings above it, outermost first, and other ways to read the label itself."""

    path: tuple[str, ...]
    readings: tuple[str, ...] = ()
    """The label with parts rejoined, where it was split over several cells; the last of ``path`` is always tried."""

    @classmethod
    def beside(cls, texts: Sequence[str]) -> Printed:
        """From the labels beside a row, outermost first; one printed again in the cell beside it counts once."""
        path = tuple([text for text, before in zip(texts, (None, *texts), strict=False) if text != before])
        return cls(path or ("",))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A form's label, taken apart once per process. Its parts are among the ``official_labels``."""

    leaves: tuple[Folded, ...]
    parents: tuple[Folded, ...] = ()

    @classmethod
    def of(cls, path: Sequence[str], aliases: Sequence[str] = ()) -> Wanted:
        """From a label's path and its aliases, as a form has them.

        Raises:
            ValueError: one of them is no label of a form, and nothing would ever be like it.
        """
        leaves, parents = tuple(map(take_apart, (path[-1], *aliases))), tuple(map(take_apart, path[:-1]))
        if unknown := {*leaves, *parents}.difference(official_labels()):
            raise ValueError(f"no labels of a form: {unknown}")
        return cls(leaves, parents)


class Roster(tuple[Wanted, ...]):
    """The labels that a table of a form has in a row or a column, in order, with an index by their wordings."""

    @cached_property
    def places(self) -> Mapping[Folded, tuple[int, ...]]:
        """Where each wording stands in the roster."""
        found: dict[Folded, list[int]] = {}
        for index, wanted in enumerate(self):
            for leaf in wanted.leaves:
                found.setdefault(leaf, []).append(index)
        return {leaf: tuple(indexes) for leaf, indexes in found.items()}

    def likenesses(self, printed: Printed, least: float) -> dict[int, float]:
        """Which of the labels (indexes) a printed one is like by at least ``least``, and how much, the likest first."""
        found: dict[int, float] = {}
        for label, score in _kin(printed).items():
            if score < least:
                break
            for index in self.places.get(label, ()):
                found.setdefault(index, score)
        return found


@dataclass(frozen=True, slots=True)
class Match:
    """Printed label ``printed`` is the form's label ``wanted`` (indexes); ``likeness`` 0.6 to 1."""

    printed: int
    wanted: int
    likeness: float


@lru_cache(maxsize=4096)
def _kin(printed: Printed) -> Mapping[Folded, float]:
    """The official labels that any reading of a printed label is like, the likest first."""
    readings = {printed.path[-1], *printed.readings} if printed.path else set(printed.readings)
    return likest_first(item for reading in readings for item in kin(take_apart(reading)).items())


def likeness(printed: Printed, wanted: Wanted) -> float:
    """How alike the labels themselves are, headings left aside; 0 below ``RELATED``."""
    known = _kin(printed)
    return max((known.get(leaf, 0.0) for leaf in wanted.leaves), default=0.0)


def _context(printed: Printed, wanted: Wanted) -> float:
    """Agreement of the headings in [-1, 1]; 0 where either side prints none."""
    above = printed.path[:-1]
    if not above or not wanted.parents:
        return 0.0
    # Each printed heading should be one of the form's; the nearest one says most.
    found = [related(heading, wanted.parents, THRESHOLD) for heading in above]
    return 1.0 if all(found) else (0.3 if found[-1] else -1.0)


def align(printed: Sequence[Printed], wanted: Sequence[Wanted], preferred: Container[int] = ()) -> list[Match]:
    """The best monotone matching of ``printed`` to ``wanted``.

    At most quadratic in their lengths, both at most a few dozen; linear where every label has its one place.
    ``preferred`` are printed labels (indexes) that win over others as alike: rows with numbers over pieces of headings.
    """
    roster = wanted if isinstance(wanted, Roster) else Roster(wanted)
    alike = [roster.likenesses(label, THRESHOLD) for label in printed]
    gains = [
        {
            place: score - THRESHOLD + (0.1 if index in preferred else 0.05) + _CONTEXT * _context(label, roster[place])
            for place, score in alike[index].items()
        }
        for index, label in enumerate(printed)
    ]
    pairs = _plain_order(gains)
    return [Match(i, j, alike[i][j]) for i, j in (_best_order(gains, len(roster)) if pairs is None else pairs)]


def _plain_order(gains: Sequence[Gains]) -> list[tuple[int, int]] | None:
    """The best matching where no choice is to be made: each label gains most in one place, and the places rise.

    What every label gains at most cannot be bettered by any other matching, so there is nothing to search for.
    """
    pairs = []
    last = -1
    for index, gain in enumerate(gains):
        top = max(gain.values(), default=0.0)
        if top <= 0.0:
            continue
        places = [place for place, other in gain.items() if other > top - _TIE]
        if len(places) > 1 or places[0] <= last:
            return None
        last = places[0]
        pairs.append((index, last))
    return pairs


def _best_order(gains: Sequence[Gains], columns: int) -> list[tuple[int, int]]:
    """The best monotone matching by dynamic programming, the earliest of several as good."""
    best = [[0.0] * (columns + 1)]
    """By the first label and the first place that are left: what matching the rest gains. Falls from place to place."""
    for gain in reversed(gains):
        below, here = best[-1], best[-1].copy()
        for place, gained in gain.items():
            better, at = gained + below[place + 1], place
            while at >= 0 and here[at] < better:
                here[at] = better
                at -= 1
        best.append(here)
    best.reverse()
    pairs = []
    i = j = 0
    while i < len(gains) and j < columns:
        gained = gains[i].get(j, 0.0)
        if gained > 0 and best[i][j] == gained + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def ambiguous(matches: Sequence[Match], printed: Sequence[Printed], wanted: Sequence[Wanted]) -> frozenset[int]:
    """Printed labels (indexes) that might as well be another, unmatched label of the form between their neighbours.

    Where equal labels repeat ("（三）其他情形数" under reviews and under suits) only order tells them apart; a fragment of a
    table may not hold enough of it.
    """
    found = set()
    for position, match in enumerate(matches):
        low = matches[position - 1].wanted if position else -1
        high = matches[position + 1].wanted if position + 1 < len(matches) else len(wanted)
        before = matches[position - 1].printed if position else -1
        if match.wanted == low + 1 and match.printed == before + 1 and match.likeness >= _CLEAR:
            continue  # the next row of both: any other reading would have to skip rows just here
        own = match.likeness + _CONTEXT * _context(printed[match.printed], wanted[match.wanted])
        for other in range(low + 1, high):
            if other == match.wanted:
                continue
            rival = likeness(printed[match.printed], wanted[other])
            if rival >= THRESHOLD and rival + _CONTEXT * _context(printed[match.printed], wanted[other]) >= own - 0.02:
                found.add(match.printed)
    return frozenset(found)
