"""What two sections have in common: the passages, as each prints them, and the numbers in them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from normalize.clauses import SELF, Clause, placed_clauses
from normalize.prose import Folded


@dataclass(frozen=True, slots=True)
class Text:
    """A section, and the names it may call its agency."""

    printed: str
    names: tuple[str, ...]


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
    """Characters of the passages, masks left out."""
    numbers: int
    """Counts that stand in both, zeros aside."""
    numbers_same: int


@dataclass(frozen=True, slots=True)
class _Placed:
    clause: Clause
    paragraph: Folded
    index: tuple[int, int]
    """Paragraph, and place among its clauses."""


def compare(one: Text, other: Text, is_common: Callable[[str], bool]) -> Comparison:
    """The passages that two sections share.

    Args:
        one: A section.
        other: Another.
        is_common: Whether a masked clause carries no evidence. Such a clause joins passages but makes none.
    """
    waiting: dict[str, deque[_Placed]] = defaultdict(deque)
    for each in _placed(other):
        waiting[each.clause.masked].append(each)
    matched = [(each, waiting[each.clause.masked].popleft()) for each in _placed(one) if waiting.get(each.clause.masked)]
    own = [(a, b) for a, b in matched if not is_common(a.clause.masked)]
    both = [pair for a, b in own for pair in zip(a.clause.numbers, b.clause.numbers, strict=False)]
    counts = [(x, y) for x, y in both if x.strip("0.") and y.strip("0.")]
    stretches = [run for run in _runs(matched) if any(not is_common(a.clause.masked) for a, _ in run)]
    return Comparison(
        tuple(Passage(_print([a for a, _ in run]), _print([b for _, b in run])) for run in stretches),
        sum(len(a.clause.masked.replace(SELF, "")) for a, _ in own),
        len(counts),
        sum(x == y for x, y in counts),
    )


def _placed(text: Text) -> Iterator[_Placed]:
    for number, paragraph in enumerate(text.printed.split("\n")):
        source, clauses = placed_clauses(paragraph, text.names)
        for place, clause in enumerate(clauses):
            yield _Placed(clause, source, (number, place))


def _runs(matched: Sequence[tuple[_Placed, _Placed]]) -> Iterator[list[tuple[_Placed, _Placed]]]:
    """Matched clauses that follow one another in both sections."""
    run: list[tuple[_Placed, _Placed]] = []
    for pair in matched:
        if run and any(not _follows(before, now) for before, now in zip(run[-1], pair, strict=True)):
            yield run
            run = []
        run.append(pair)
    if run:
        yield run


def _follows(before: _Placed, now: _Placed) -> bool:
    return now.index == (before.index[0], before.index[1] + 1)


def _print(run: Sequence[_Placed]) -> str:
    return run[0].paragraph.printed(run[0].clause.start, run[-1].clause.end)
