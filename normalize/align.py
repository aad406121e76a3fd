"""One monotone alignment of printed labels to a form's labels.

The same function serves rows and columns, drawn grids and flattened text. Order is evidence: a missing or misspelt label is
a gap, not a failure. Dynamic programming in the manner of Needleman and Wunsch (1970), with free gaps and a score that is
what the similarity exceeds a threshold by, so that no pair is matched that is better left unmatched.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from normalize.labels import Folded, similarity, take_apart

THRESHOLD = 0.6
"""Labels less alike than this are never the same label."""
_CLEAR = 0.85
_CONTEXT = 0.12
"""What agreeing headings above a label add to its score; enough to tell equal labels apart, too little to join unlike ones."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed label: the headings above it, outermost first, and other ways to read the label itself."""

    path: tuple[str, ...]
    readings: tuple[str, ...] = ()
    """The label with parts rejoined, where it was split over several cells; the last of ``path`` is always tried."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A form's label, taken apart once per process."""

    leaves: tuple[Folded, ...]
    parents: tuple[Folded, ...] = ()

    @classmethod
    def of(cls, path: Sequence[str], aliases: Sequence[str] = ()) -> Wanted:
        """From a label's path and its aliases."""
        return cls(tuple(take_apart(t) for t in (path[-1], *aliases)), tuple(take_apart(t) for t in path[:-1]))


@dataclass(frozen=True, slots=True)
class Match:
    """Printed label ``printed`` is the form's label ``wanted`` (indexes); ``likeness`` 0.6 to 1."""

    printed: int
    wanted: int
    likeness: float


def likeness(printed: Printed, wanted: Wanted) -> float:
    """How alike the labels themselves are, headings left aside."""
    readings = {printed.path[-1], *printed.readings} if printed.path else set(printed.readings)
    return max((similarity(take_apart(r), leaf) for r in readings for leaf in wanted.leaves), default=0.0)


def _context(printed: Printed, wanted: Wanted) -> float:
    """Agreement of the headings in [-1, 1]; 0 where either side prints none."""
    above = [take_apart(t) for t in printed.path[:-1]]
    if not above or not wanted.parents:
        return 0.0
    # Each printed heading should be one of the form's; the nearest one says most.
    found = [max(similarity(heading, parent) for parent in wanted.parents) >= THRESHOLD for heading in above]
    return 1.0 if all(found) else (0.3 if found[-1] else -1.0)


def align(printed: Sequence[Printed], wanted: Sequence[Wanted], preferred: Container[int] = ()) -> list[Match]:
    """The best monotone matching of ``printed`` to ``wanted``; quadratic in their lengths, both at most a few dozen.

    ``preferred`` are printed labels (indexes) that win over others as alike: rows with numbers over pieces of headings.
    """
    rows, columns = len(printed), len(wanted)
    alike = [[likeness(p, w) for w in wanted] for p in printed]
    gain = [
        [
            alike[i][j] - THRESHOLD + (0.1 if i in preferred else 0.05) + _CONTEXT * _context(printed[i], wanted[j])
            if alike[i][j] >= THRESHOLD
            else -1.0
            for j in range(columns)
        ]
        for i in range(rows)
    ]
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], gain[i][j] + best[i + 1][j + 1])
    matches = []
    i = j = 0
    while i < rows and j < columns:
        if gain[i][j] > 0 and best[i][j] == gain[i][j] + best[i + 1][j + 1]:
            matches.append(Match(i, j, alike[i][j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return matches


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
