"""What two sections have in common: the passages, as each prints them, and the numbers in them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from normalize.clauses import NUMBER, SELF, Clause, counts, placed_clauses
from normalize.prose import Folded

IsCommon = Callable[[Sequence[str]], Sequence[bool]]
"""Which of the masked clauses of a sentence carry no evidence."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch that two sections print alike but for names and numbers."""

    one: str
    """As the one prints it."""
    other: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two sections share."""

    passages: tuple[Passage, ...]
    shared: int
    """Characters of the passages, masks and what carries no evidence left out."""
    numbers: int
    """Counts that stand in both, zeros aside."""
    numbers_same: int


class Placed(NamedTuple):
    """A clause of a section."""

    clause: Clause
    paragraph: Folded
    at: tuple[int, int]
    """Paragraph, and place among its clauses."""
    common: bool
    """It carries no evidence."""
    names: tuple[str, ...]
    """What the section may call its agency."""

    @property
    def masked(self) -> str:
        """What is compared."""
        return self.clause.masked

    @property
    def counts(self) -> list[str]:
        """The numbers in it."""
        return counts(self.paragraph.text[self.clause.start : self.clause.end], self.names) if NUMBER in self.masked else []


def clauses_of(text: str, names: tuple[str, ...], is_common: IsCommon) -> list[Placed]:
    """The clauses of a section, ready to be compared."""
    return list(_placed(text, names, is_common))


def compare(one: Sequence[Placed], other: Sequence[Placed], *, show: bool = True) -> Comparison:
    """What two sections share; ``show`` asks for the passages. A clause without evidence joins passages but makes none."""
    waiting: dict[str, deque[Placed]] = defaultdict(deque)
    for each in other:
        waiting[each.masked].append(each)
    matched = [(each, waiting[each.masked].popleft()) for each in one if waiting.get(each.masked)]
    own = [(a, b) for a, b in matched if not a.common]
    both = [pair for a, b in own for pair in zip(a.counts, b.counts, strict=False)]
    told = [(x, y) for x, y in both if x.strip("0.") and y.strip("0.")]
    stretches = [run for run in _runs(matched) if not all(a.common for a, _ in run)] if show else []
    return Comparison(
        tuple(Passage(_print([a for a, _ in run]), _print([b for _, b in run])) for run in stretches),
        sum(len(a.masked.replace(SELF, "")) for a, _ in own),
        len(told),
        sum(x == y for x, y in told),
    )


def _placed(text: str, names: tuple[str, ...], is_common: IsCommon) -> Iterator[Placed]:
    for number, paragraph in enumerate(text.split("\n")):
        source, found = placed_clauses(paragraph, names)
        place = 0
        for _, sentence in groupby(found, key=attrgetter("sentence")):
            clauses = list(sentence)
            for clause, common in zip(clauses, is_common([each.masked for each in clauses]), strict=True):
                yield Placed(clause, source, (number, place), common, names)
                place += 1


def _runs(matched: Sequence[tuple[Placed, Placed]]) -> Iterator[list[tuple[Placed, Placed]]]:
    """Matched clauses that follow one another in both sections."""
    run: list[tuple[Placed, Placed]] = []
    for pair in matched:
        if run and any(not _follows(before, now) for before, now in zip(run[-1], pair, strict=True)):
            yield run
            run = []
        run.append(pair)
    if run:
        yield run


def _follows(before: Placed, now: Placed) -> bool:
    return now.at == (before.at[0], before.at[1] + 1)


def _print(run: Sequence[Placed]) -> str:
    return run[0].paragraph.printed(run[0].clause.start, run[-1].clause.end)
