"""The head of an unruled table: words stacked over the value columns, and headings that span several of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from extract.columns import Column
from extract.words import Run, enclosing

_TIGHT = 0.12
"""Tolerance, in heights, above the closest line spacing in a head, within which two lines are one cell."""


@dataclass(slots=True)
class Head:
    """A cell of the head: its runs from top to bottom, and the columns it stands over."""

    runs: list[Run]
    columns: tuple[int, int] = (0, 0)
    """First column and the one after the last."""
    below: list[Head] = field(default_factory=list)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x0, top, x1, bottom."""
        return enclosing(self.runs)

    @property
    def x(self) -> float:
        """Horizontal centre."""
        x0, _, x1, _ = self.box
        return (x0 + x1) / 2

    @property
    def y(self) -> float:
        """Vertical centre."""
        _, top, _, bottom = self.box
        return (top + bottom) / 2

    @property
    def text(self) -> str:
        """Its lines joined: a head is wrapped, never listed."""
        return "".join(run.text for run in self.runs)


def stack(runs: Sequence[Run], height: float) -> list[Head]:
    """The runs of a head put together to cells, each knowing the cells directly below it."""
    order = sorted(runs, key=lambda run: (run.top, run.x0))
    under = {id(run): _below(run, order) for run in order}
    gaps = [low.top - run.bottom for run in order for low in under[id(run)] if low.top - run.bottom > -0.5 * height]
    closest = max(0.0, min(gaps, default=0.0))
    heads: list[Head] = []
    head_of: dict[int, Head] = {}
    for run in order:
        above = [other for other in order if any(low is run for low in under[id(other)])]
        joins = [o for o in above if len(under[id(o)]) == 1 and _adjoins(o, run, closest, height)]
        if len(above) == 1 and joins and _concentric(joins[0], run, height) and not _is_one_of_many(run, order):
            head = head_of[id(joins[0])]
            head.runs.append(run)
        else:
            head = Head([run])
            heads.append(head)
        head_of[id(run)] = head
    for run in order:
        for low in under[id(run)]:
            upper, lower = head_of[id(run)], head_of[id(low)]
            if upper is not lower and lower not in upper.below:
                upper.below.append(lower)
    return heads


def _adjoins(upper: Run, lower: Run, closest: float, height: float) -> bool:
    """As close as lines of one cell are here; or of the very same width, as the halves of a word are (结果 over 维持)."""
    gap = lower.top - upper.bottom
    twins = abs(upper.x0 - lower.x0) < 0.1 * height and abs(upper.x1 - lower.x1) < 0.1 * height and len(upper.text) <= 3
    return gap <= closest + _TIGHT * height or (twins and gap < 1.3 * height)


def _below(run: Run, order: Sequence[Run]) -> list[Run]:
    """The runs next below that share a horizontal stretch with it."""
    lower = [o for o in order if o.top > run.y and min(o.x1, run.x1) - max(o.x0, run.x0) > 0]
    return [o for o in lower if not any(p is not o and p.y < o.top and min(p.x1, o.x1) - max(p.x0, o.x0) > 0 for p in lower)]


def _is_one_of_many(run: Run, order: Sequence[Run]) -> bool:
    """Stands in a line of heads whose neighbours at both sides have nothing above them: what is above it spans them all."""
    line = [other for other in order if abs(other.y - run.y) < 0.3 * run.height]
    left = max((other for other in line if other.x1 <= run.x0), key=lambda other: other.x1, default=None)
    right = min((other for other in line if other.x0 >= run.x1), key=lambda other: other.x0, default=None)
    if left is None or right is None:
        return False
    return not any(o.y < n.top and min(o.x1, n.x1) > max(o.x0, n.x0) for n in (left, right) for o in order)


def _concentric(upper: Run, lower: Run, height: float) -> bool:
    """Lines of one centred or left-aligned cell."""
    return abs(upper.x - lower.x) < 0.6 * height or abs(upper.x0 - lower.x0) < 0.3 * height


def spread(heads: Sequence[Head], columns: Sequence[Column], leaf_of: dict[int, int], height: float) -> None:
    """Gives every head its columns: a leaf the one it heads, a spanning head as many as it is centred on.

    A spanning head covers the widest range of columns with the same centre that no other head of its height covers and
    whose own heads all stand lower.
    """
    for head in heads:
        if id(head) in leaf_of:
            head.columns = (leaf_of[id(head)], leaf_of[id(head)] + 1)
    spanning = [head for head in heads if id(head) not in leaf_of]
    closed = {id(head): _closed(head, heads, leaf_of, height) for head in spanning}
    widest = {id(head): _range(head, columns, closed[id(head)], height) for head in spanning}
    taken: dict[int, set[int]] = {}
    for head in sorted(spanning, key=lambda head: widest[id(head)][1] - widest[id(head)][0]):
        level = next((k for k in taken if abs(k - round(head.y)) < 0.6 * height), round(head.y))
        head.columns = _range(head, columns, closed[id(head)] | taken.setdefault(level, set()), height)
        taken[level].update(range(*head.columns))


def _closed(head: Head, heads: Sequence[Head], leaf_of: dict[int, int], height: float) -> set[int]:
    """The columns that a spanning head cannot cover: those whose own head reaches up beside it.

    A column's head is centred between the floor of the whole head and its upper edge, which tells where that edge is.
    """
    floor = max(other.box[3] for other in heads)
    return {leaf_of[id(h)] for h in heads if id(h) in leaf_of and 2 * h.y - floor - 0.3 * height < head.y}


def _range(head: Head, columns: Sequence[Column], closed: set[int], height: float) -> tuple[int, int]:
    """The widest free range of columns centred on the head; the nearest column if there is none."""
    best = None
    for first in range(len(columns)):
        for last in range(first, len(columns)):
            if last in closed or first in closed:
                break
            off = abs((columns[first].x + columns[last].x) / 2 - head.x)
            if off < 0.6 * height and (best is None or last - first > best[1] - best[0]):
                best = (first, last)
    if best is None:
        nearest = min(range(len(columns)), key=lambda i: abs(columns[i].x - head.x))
        best = (nearest, nearest)
    return best[0], best[1] + 1
