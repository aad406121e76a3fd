"""The labels at the left of an unruled table: which lines of text belong to which row of values.

A wrapped label stands beside its values with its lines above and below them; nested labels stand in strips of their own and
are centred on the rows they cover.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extract.shapes import is_enumerated
from extract.words import Run

_MAX_LINES = 9
_REACH = 5.0
"""Heights above and below its values in which a label's lines may stand."""
_NEW_ITEM = 2.0
"""Cost of an enumerator inside a label."""
_NO_ROW = 1.2
"""Cost of a label line that belongs to no row of values (a heading row)."""
_NO_LABEL = 1.8
"""Cost of a row of values without a label."""
_APART = 1.5
"""Cost, per height, of a gap between two lines of a label."""

_SHORT = 1.2
"""Cost of a label line that is followed by another although it falls short of the right edge."""
_FULL = 1.2
"""Heights by which it may fall short."""
_NEARLY = 0.75
"""Share of the longest line's length from which a line counts as full even so: text may have drifted."""
_TINY = 5
"""Characters of a line that is not long in any case."""
_LEEWAY = 0.3
"""Heights by which a label may stand off its values at nearly no cost: another font, another baseline."""
_OFF = 2.0
"""Cost, per height, of more than that."""


@dataclass(frozen=True, slots=True)
class LabelLine:
    """The runs of one line within the strip of labels."""

    runs: tuple[Run, ...]

    @property
    def top(self) -> float:
        """Upper edge."""
        return min(r.top for r in self.runs)

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return max(r.bottom for r in self.runs)

    @property
    def x1(self) -> float:
        """Right edge."""
        return max(r.x1 for r in self.runs)

    @property
    def text(self) -> str:
        """Text of all its runs."""
        return "".join(r.text for r in self.runs)


def separators(lines: Sequence[Sequence[Run]], height: float) -> list[float]:
    """Where the strips of nested labels are parted: the gaps that lines with two or more labels have in common."""
    starts = sorted(run.x0 for line in lines for run in line)

    def weight(a: Run, b: Run) -> int:
        gap = b.x0 - a.x1
        left_edge = bisect(starts, b.x0 + 0.3 * height) - bisect(starts, b.x0 - 0.3 * height)
        return 2 if gap > 0.5 * height and (is_enumerated(b.text) or left_edge > 2) else 1

    gaps = sorted(
        ((a.x1, b.x0, weight(a, b)) for a, b in _beside(lines, height) if b.x0 - a.x1 > 0.2 * height), key=lambda gap: gap[1]
    )
    found: list[tuple[float, float, int]] = []
    for left, right, support in gaps:
        if found and left < found[-1][1]:
            low, high, count = found[-1]
            found[-1] = (max(low, left), min(high, right), count + support)
        else:
            found.append((left, right, support))
    return [(low + high) / 2 for low, high, count in found if count > 1 or high - low > height or len(lines) < 6]


def _beside(lines: Sequence[Sequence[Run]], height: float) -> Iterator[tuple[Run, Run]]:
    """Pairs of runs that stand side by side: on one line, or on lines that overlap (a label centred on several rows)."""
    for i, line in enumerate(lines):
        yield from pairwise(line)
        for other in lines[i + 1 : i + 3]:
            for a in line:
                for b in other:
                    if min(a.bottom, b.bottom) - max(a.top, b.top) > 0.1 * height:
                        yield (a, b) if a.x0 < b.x0 else (b, a)


def share_out(
    lines: Sequence[LabelLine], rows: Sequence[float], height: float, right: float
) -> tuple[list[list[int]], list[int]]:
    """For each row of values (by its vertical centre) the label lines that belong to it, and the lines that belong to none.

    One monotone assignment of the least total cost; labels may be centred on their values, or hang from or stand on them.
    ``right`` is the edge that labels are wrapped at.
    """
    task = _Task(lines, _wrapping(lines, height, right), height)
    readings = [task.assign(rows, anchor) for anchor in (0.5, 0.0, 1.0)]
    costs = [cost + (0.0 if k == 0 else 1.0 + 0.1 * len(rows)) for k, (cost, _) in enumerate(readings)]
    groups = readings[costs.index(min(costs))][1]
    taken = {i for group in groups for i in group}
    return groups, [i for i in range(len(lines)) if i not in taken]


def _wrapping(lines: Sequence[LabelLine], height: float, right: float) -> list[bool]:
    """For each line whether the label may go on below: it comes near the right edge, or is as long as those that begin there."""
    wrapping: list[bool] = []
    for line in lines:
        beside = [other for other in lines if abs(other.runs[0].x0 - line.runs[0].x0) < 1.5 * height]
        longest = max(len(other.text) for other in beside)
        full = line.x1 >= right - _FULL * height
        wrapping.append(full or len(line.text) > max(_TINY, _NEARLY * longest))
    return wrapping


_Link = tuple["_Link", tuple[int, int]] | None
"""The groups chosen so far, last first: each a range of lines."""


@dataclass(frozen=True, slots=True)
class _Task:
    """Label lines to be shared out among rows."""

    lines: Sequence[LabelLine]
    wrapping: Sequence[bool]
    height: float

    def assign(self, rows: Sequence[float], anchor: float) -> tuple[float, list[list[int]]]:
        """Dynamic programming over the rows; a state is the number of lines used up. Returns the cost and each row's lines."""
        states: dict[int, tuple[float, _Link]] = {0: (0.0, None)}
        for y in rows:
            after: dict[int, tuple[float, _Link]] = {}
            for start, (cost, link) in self._with_skips(states, y + _REACH * self.height).items():
                for end, extra in self._groups(start, y, anchor):
                    if end not in after or cost + extra < after[end][0]:
                        after[end] = (cost + extra, (link, (start, end)))
            states = after
        count = len(self.lines)
        cost, link = min(
            ((cost + _NO_ROW * (count - used), link) for used, (cost, link) in states.items()), key=lambda state: state[0]
        )
        groups: list[list[int]] = []
        while link is not None:
            link, (start, end) = link
            groups.append(list(range(start, end)))
        return cost, groups[::-1]

    def _with_skips(self, states: dict[int, tuple[float, _Link]], limit: float) -> dict[int, tuple[float, _Link]]:
        """The states, and those reached from them by leaving lines above ``limit`` without a row."""
        skipped: dict[int, tuple[float, _Link]] = {}
        cost, link = float("inf"), None
        for used in range(min(states), len(self.lines) + 1):
            cost += _NO_ROW
            if used in states and states[used][0] <= cost:
                cost, link = states[used]
            skipped[used] = (cost, link)
            if used >= max(states) and (used == len(self.lines) or self.lines[used].top > limit):
                break
        return skipped

    def _groups(self, start: int, y: float, anchor: float) -> Iterator[tuple[int, float]]:
        """The ends of the groups of lines that a label may consist of from ``start``, each with its cost."""
        yield start, _NO_LABEL
        extra = 0.0
        for end in range(start + 1, min(start + _MAX_LINES, len(self.lines)) + 1):
            line = self.lines[end - 1]
            if line.top > y + _REACH * self.height:
                return
            if end > start + 1:
                gap = line.top - self.lines[end - 2].bottom
                extra += _APART * max(0.0, gap - 0.3 * self.height) / self.height
                extra += 0.0 if self.wrapping[end - 2] else _SHORT
                extra += _NEW_ITEM if is_enumerated(line.text) else 0.0
            first = (self.lines[start].top + self.lines[start].bottom) / 2
            last = (line.top + line.bottom) / 2
            off = abs(first + anchor * (last - first) - y) / self.height
            yield end, extra + _OFF * max(0.0, off - _LEEWAY) + _LEEWAY * off


def tile(centres: Sequence[float], rows: Sequence[tuple[float, float]]) -> list[tuple[int, int]]:
    """Ranges of consecutive rows, one for each centre, that together cover all rows and are best centred on them.

    Rows are given by their upper and lower edges.
    """
    best: dict[int, tuple[float, _Link]] = {0: (0.0, None)}
    for k, centre in enumerate(centres):
        after: dict[int, tuple[float, _Link]] = {}
        left = len(centres) - k - 1
        for start, (cost, link) in best.items():
            ends = range(start + 1, len(rows) - left + 1) if left else range(len(rows), len(rows) + 1)
            for end in ends:
                if end <= start:
                    continue
                worth = cost + abs((rows[start][0] + rows[end - 1][1]) / 2 - centre)
                if end not in after or worth < after[end][0]:
                    after[end] = (worth, (link, (start, end)))
        best = after
    link = best[len(rows)][1] if len(rows) in best else None
    ranges: list[tuple[int, int]] = []
    while link is not None:
        link, span = link
        ranges.append(span)
    return ranges[::-1]
