"""The labels at the left of an unruled table: which lines of text belong to which row of values.

A wrapped label stands beside its values with its lines above and below them; nested labels stand in strips of their own and
are centred on the rows they cover.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from extract.shapes import is_enumerated
from extract.words import Run

_MAX_LINES = 9
_REACH = 5.0
"""Heights above and below its values in which a label's lines may stand."""
_BEYOND = 10.0
"""Heights above its values in which no label's lowest line stands: at that distance any label costs more than none."""
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


@dataclass(frozen=True)
class LabelLine:
    """The runs of one line within the strip of labels."""

    runs: tuple[Run, ...]

    @cached_property
    def top(self) -> float:
        """Upper edge."""
        return min(r.top for r in self.runs)

    @cached_property
    def bottom(self) -> float:
        """Lower edge."""
        return max(r.bottom for r in self.runs)

    @cached_property
    def x1(self) -> float:
        """Right edge."""
        return max(r.x1 for r in self.runs)

    @property
    def y(self) -> float:
        """Vertical centre."""
        return (self.top + self.bottom) / 2

    @cached_property
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
    task = _Task(lines, height, _labels(lines, _wrapping(lines, height, right), height))
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
class _Label:
    """Lines that one label may consist of; what does not depend on the row it belongs to."""

    end: int
    """The line after its last."""
    top: float
    """Upper edge of its last line."""
    first: float
    span: float
    """Centre of the first line, and from there to the last one's."""
    cost: float
    """Of holding these lines together."""


def _labels(lines: Sequence[LabelLine], wrapping: Sequence[bool], height: float) -> list[list[_Label]]:
    """For each line, and for the end, the labels that may begin with it, shortest first."""
    joints = [0.0, *(_joint(a, b, wraps, height) for (a, b), wraps in zip(pairwise(lines), wrapping, strict=False))]
    labels = []
    for start, first in enumerate(lines):
        cost = 0.0
        found = []
        for end in range(start + 1, min(start + _MAX_LINES, len(lines)) + 1):
            last = lines[end - 1]
            cost += joints[end - 1] if end > start + 1 else 0.0
            found.append(_Label(end, last.top, first.y, last.y - first.y, cost))
        labels.append(found)
    return [*labels, []]


def _joint(upper: LabelLine, lower: LabelLine, wraps: bool, height: float) -> float:
    """Cost of two consecutive lines in one label."""
    apart = _APART * max(0.0, lower.top - upper.bottom - 0.3 * height) / height
    return apart + (0.0 if wraps else _SHORT) + (_NEW_ITEM if is_enumerated(lower.text) else 0.0)


@dataclass(frozen=True, slots=True)
class _Task:
    """Label lines to be shared out among rows."""

    lines: Sequence[LabelLine]
    height: float
    labels: Sequence[Sequence[_Label]]

    def assign(self, rows: Sequence[float], anchor: float) -> tuple[float, list[list[int]]]:
        """Dynamic programming over the rows; a state is the number of lines used up. Returns the cost and each row's lines."""
        height = self.height
        states: dict[int, tuple[float, _Link]] = {0: (0.0, None)}
        for y in rows:
            after: dict[int, tuple[float, _Link]] = {}
            for start, (cost, link) in self._with_skips(states, y + _REACH * height).items():
                if start not in after or cost + _NO_LABEL < after[start][0]:
                    after[start] = (cost + _NO_LABEL, (link, (start, start)))
                for label in self._near(start, y):
                    off = abs(label.first + anchor * label.span - y) / height
                    total = cost + (label.cost + (_OFF * (off - _LEEWAY) if off > _LEEWAY else 0.0) + _LEEWAY * off)
                    if label.end not in after or total < after[label.end][0]:
                        after[label.end] = (total, (link, (start, label.end)))
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

    def _near(self, start: int, y: float) -> Sequence[_Label]:
        """The labels that begin with that line and may belong to a row at ``y``.

        Far above the row none may: leaving the lines without a row and the row without a label is always cheaper.
        """
        labels = self.labels[start]
        if not labels or labels[-1].first + labels[-1].span < y - _BEYOND * self.height:
            return ()
        limit = y + _REACH * self.height
        return labels if labels[-1].top <= limit else [label for label in labels if label.top <= limit]


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
