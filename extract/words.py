"""Words on a page, the runs they read on in, and the lines they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from extract.shapes import is_value

_TOUCHING = 0.15
"""Gap, in heights, below which two words are one whatever they are."""
_READS_ON = 0.45
"""Gap, in heights, below which text reads on from one word to the next."""
_SAME_LINE = 0.55
"""Share of the smaller height by which two words on one line overlap vertically."""


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without a gap larger than about one space, in points, origin top left."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True)
class Run:
    """Words of one line that read on: a label, a piece of one, or a single value."""

    members: tuple[int, ...]
    """Indexes of the words."""
    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    doubtful: bool = False
    """Whether the joining of its words is in doubt."""

    @property
    def x(self) -> float:
        """Horizontal centre."""
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        """Vertical centre."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Height."""
        return self.bottom - self.top

    @cached_property
    def value(self) -> bool:
        """Whether it is a bare value."""
        return is_value(self.text)


Lines = list[list[Run]]
"""Runs line by line, from top to bottom and left to right."""


def enclosing(runs: Iterable[Run]) -> tuple[float, float, float, float]:
    """The smallest rectangle round the runs: x0, top, x1, bottom."""
    runs = list(runs)
    return min(r.x0 for r in runs), min(r.top for r in runs), max(r.x1 for r in runs), max(r.bottom for r in runs)


def lines_of(words: Sequence[Word]) -> Lines:
    """The words gathered into lines, and in each line into runs."""
    order = sorted(
        (i for i, w in enumerate(words) if w.text.strip()), key=lambda i: (words[i].top + words[i].bottom, words[i].x0)
    )
    gathered: list[list[int]] = []
    for i in order:
        if gathered and _on_one_line(words[gathered[-1][0]], words[i]):
            gathered[-1].append(i)
        else:
            gathered.append([i])
    return [_runs(words, sorted(line, key=lambda i: words[i].x0)) for line in gathered]


def _on_one_line(first: Word, other: Word) -> bool:
    overlap = min(first.bottom, other.bottom) - max(first.top, other.top)
    return overlap > _SAME_LINE * min(first.bottom - first.top, other.bottom - other.top)


def _runs(words: Sequence[Word], line: list[int]) -> list[Run]:
    parts: list[list[int]] = []
    for at, i in enumerate(line):
        if parts and _reads_on(words, line, at):
            parts[-1].append(i)
        else:
            parts.append([i])
    return [_run(words, part) for part in parts]


def _reads_on(words: Sequence[Word], line: list[int], at: int) -> bool:
    """Whether the word at that place of the line belongs to the run of the word before it.

    A number in a sentence has text close behind it; a number in a column has another column or nothing.
    """
    before, word = words[line[at - 1]], words[line[at]]
    gap = (word.x0 - before.x1) / max(1e-6, min(word.bottom - word.top, before.bottom - before.top))
    if gap < _TOUCHING:
        return not (is_value(word.text) and is_value(before.text)) or gap < 0
    if gap >= _READS_ON or (is_value(word.text) and is_value(before.text)):
        return False
    if not is_value(word.text):
        # "22 （其中" reads on; but a label after a value column does not stand this close to it.
        return True
    if at + 1 == len(line):
        return False
    after = words[line[at + 1]]
    return not is_value(after.text) and after.x0 - word.x1 < _READS_ON * (word.bottom - word.top)


def _run(words: Sequence[Word], members: list[int]) -> Run:
    text = words[members[0]].text
    for before, i in pairwise(members):
        latin = words[before].text[-1:].isascii() and words[i].text[:1].isascii()
        text += (" " if latin and words[i].x0 - words[before].x1 > 0.5 else "") + words[i].text
    some = [words[i] for i in members]
    return Run(tuple(members), text, some[0].x0, min(w.top for w in some), max(w.x1 for w in some), max(w.bottom for w in some))


def top_of(line: Sequence[Run]) -> float:
    """Upper edge of a line."""
    return min(run.top for run in line)


def bottom_of(line: Sequence[Run]) -> float:
    """Lower edge of a line."""
    return max(run.bottom for run in line)


def void(lines: Lines) -> float:
    """The largest empty vertical space within some lines."""
    return max((top_of(b) - bottom_of(a) for a, b in pairwise(lines)), default=0.0)
