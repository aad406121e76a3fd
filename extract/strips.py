"""Strips between horizontal rules: a table ruled only across tells its rows, though not its columns.

What stands between two rules is one row. Labels wrapped over several lines are brought onto the line of the row's values, so
that the search for columns meets every row on one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from extract.rules import rules_of
from extract.shapes import is_value
from extract.sheet import Rule
from extract.words import Word

_LONG = 100.0
"""Points that two rules run side by side at least, to be borders of a row rather than underlines."""
_TALLEST = 130.0
"""Points between two rules of one row at most."""
_FRINGE = 2.0
_MOST_LABELS = 3
"""Label columns a table has; more words side by side without a value are a header."""


@dataclass(frozen=True, slots=True)
class Levelled:
    """A word on the line of its row, and the indexes of the words it was made from."""

    word: Word
    members: tuple[int, ...]


def level(words: Sequence[Word], rules: Iterable[Rule]) -> list[Levelled]:
    """The words, wrapped labels of rows between (merged) rules joined and moved onto the line of the row's values."""
    if not words:
        return []
    taken: dict[int, Levelled] = {}
    strips = list(_strips(rules_of(rules, horizontal=True)))
    values = [word for word in words if is_value(word.text) and any(_stands_in(word, strip) for strip in strips)]
    edge = min((word.x0 for word in values), default=0.0)
    for strip in strips:
        inside = [i for i, word in enumerate(words) if i not in taken and _stands_in(word, strip)]
        for levelled in _levelled(words, inside, strip, edge):
            taken.update(dict.fromkeys(levelled.members, levelled))
    whole = [taken.get(i) or Levelled(word, (i,)) for i, word in enumerate(words)]
    return list({levelled.members: levelled for levelled in whole}.values())


def _strips(rules: Sequence[Rule]) -> Iterator[tuple[float, float, float, float]]:
    """(x0, top, x1, bottom) between each rule and the next one below that runs along with it."""
    ordered = sorted(rules, key=lambda rule: rule.at)
    for index, upper in enumerate(ordered):
        for lower in ordered[index + 1 :]:
            start, end = max(upper.start, lower.start), min(upper.end, lower.end)
            if lower.at - upper.at > _TALLEST:
                break
            if end - start >= max(_LONG, 0.5 * min(upper.length, lower.length)):
                yield start - _FRINGE, upper.at, end + _FRINGE, lower.at
                break


def _stands_in(word: Word, strip: tuple[float, float, float, float]) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return strip[0] <= x <= strip[2] and strip[1] < y < strip[3]


def _levelled(
    words: Sequence[Word], inside: Sequence[int], strip: tuple[float, float, float, float], edge: float
) -> Iterator[Levelled]:
    """The labels of a strip, if they are those of a row: left of its values, or (``edge``) of every value between rules."""
    values = [i for i in inside if is_value(words[i].text)]
    labels = _columns(words, [i for i in inside if i not in values])
    if not labels or (not values and len(labels) > _MOST_LABELS):
        return
    left = min((words[i].x0 for i in values), default=edge)
    if any(words[i].x1 > left and not words[column[0]].text[:1].isdigit() for column in labels for i in column):
        return  # words over the values are a header's; only a value with a remark ("3（其中修订1件）") is wrapped there
    height = median(words[i].bottom - words[i].top for i in inside)
    tops = [words[i].top for i in values]
    if values and max(tops) - min(tops) > 0.5 * height:
        return  # wrapped or stacked values: which line is the row's?
    top = median(tops) if values else (strip[1] + strip[3] - height) / 2
    for column in labels:
        text = "".join(words[i].text for i in column)
        left, right = min(words[i].x0 for i in column), max(words[i].x1 for i in column)
        yield Levelled(Word(text, left, top, right, top + height), tuple(column))


def _columns(words: Sequence[Word], labels: Sequence[int]) -> list[list[int]]:
    """Labels whose extents overlap, each group in reading order."""
    groups: list[tuple[float, float, list[int]]] = []
    for index in sorted(labels, key=lambda i: words[i].x0):
        word = words[index]
        if groups and word.x0 < groups[-1][1]:
            left, right, members = groups.pop()
            groups.append((left, max(right, word.x1), [*members, index]))
        else:
            groups.append((word.x0, word.x1, [index]))
    return [sorted(members, key=lambda i: (round(words[i].top), words[i].x0)) for _, _, members in groups]
