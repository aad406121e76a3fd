"""Columns from where values stand: which value of a row belongs to which column, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from extract.shapes import is_number, plain
from extract.words import Run

DOUBT = 0.5
"""Confidence of a value that could stand in either of two columns."""
_SPLIT_SHARE = 0.3
"""Share of rows that must hold two values in one stretch for it to be two columns."""
_SHOWING = 4
"""Fewer numbers do not show how their column is aligned."""
_IN_LINE = 0.75
"""Heights by which a number may stand out of line."""
_FEW_ASTRAY = 0.15


@dataclass(slots=True)
class Column:
    """The horizontal extent of a column's values (or of its head, if it holds none)."""

    x0: float
    x1: float

    @property
    def x(self) -> float:
        """Centre."""
        return (self.x0 + self.x1) / 2


@dataclass(frozen=True, slots=True)
class Placed:
    """A value in its column."""

    run: Run
    column: Column
    confidence: float


def overlap(a: Column | Run, b: Column | Run) -> float:
    """Length of the common horizontal stretch; negative: the gap between."""
    return min(a.x1, b.x1) - max(a.x0, b.x0)


def place(rows: Sequence[Sequence[Run]], height: float) -> tuple[list[Column], list[list[Placed]]]:
    """The columns, left to right, and every row's values placed in them.

    Values that stand under one another overlap horizontally, however they are aligned. Where the stretches of two columns run
    into each other (wide numbers), or one column falls apart (text that drifts from row to row), rows with the full count of
    values show how many columns there are and are placed by order; a row with fewer is placed by nearness, with doubt.
    """
    stretches = _with_pieces(rows, _with_dashes(rows, _stretches(rows, height)), height)
    merged = _undrifted(rows, stretches)
    drifting = len(merged) < len(stretches) or any(_is_ragged(rows, stretch, height) for stretch in stretches)
    columns: list[Column] = []
    placed: list[list[Placed]] = [[] for _ in rows]
    for stretch in merged:
        inside = [[run for run in row if stretch.x0 <= run.x <= stretch.x1] for row in rows]
        counts = Counter(len(runs) for runs in inside if runs)
        most = max(counts)
        if most > 1 and not _is_one(inside, counts, most, height):
            parts = _parts([runs for runs in inside if len(runs) == most])
        else:
            parts = [stretch]
        columns += parts
        astray = _astray([run for runs in inside for run in runs], height) if len(parts) == 1 else frozenset()
        for row, runs in enumerate(inside):
            put = _placed(runs, parts, full=len(runs) == most, height=height)
            placed[row] += [replace(p, confidence=DOUBT) if id(p.run) in astray else p for p in put]
    return columns, [_doubted(row, height, drifting=drifting and len(row) != len(columns)) for row in placed]


def _with_dashes(rows: Sequence[Sequence[Run]], stretches: list[Column]) -> list[Column]:
    """The stretches, with one that holds only dashes, in rows of dashes, given to the one neighbour that could have them.

    A list's heading rows print —— left-aligned beside centred or right-aligned numbers.
    """
    dashed = {i for i, row in enumerate(rows) if not any(is_number(run.text) for run in row)}
    filled = [{i for i, row in enumerate(rows) if any(s.x0 <= run.x <= s.x1 for run in row)} for s in stretches]
    numbers = [any(s.x0 <= run.x <= s.x1 and is_number(run.text) for row in rows for run in row) for s in stretches]
    merged = list(stretches)
    for k, stretch in enumerate(stretches):
        around = [j for j in (k - 1, k + 1) if 0 <= j < len(stretches) and numbers[j] and not filled[k] & filled[j]]
        if (
            not numbers[k]
            and filled[k]
            and filled[k] <= dashed
            and len(around) == 1
            and len(stretches) > max(len(row) for row in rows)
        ):
            other = stretches[around[0]]
            whole = Column(min(stretch.x0, other.x0), max(stretch.x1, other.x1))
            merged = [whole if s is other else s for s in merged if s is not stretch]
    return merged


def _with_pieces(rows: Sequence[Sequence[Run]], stretches: list[Column], height: float) -> list[Column]:
    """The stretches, with one given to its left neighbour if all it holds, in a few rows, are rear ends of numbers there."""
    merged = list(stretches)
    for left, stretch in pairwise(stretches):
        pieces = [(a, b) for row in rows for a, b in pairwise(row) if stretch.x0 <= b.x <= stretch.x1]
        filled = sum(stretch.x0 <= run.x <= stretch.x1 for row in rows for run in row)
        rear = [a for a, b in pieces if left.x0 <= a.x <= left.x1 and _may_be_one(a, b, height)]
        if 0 < len(rear) == filled <= _SPLIT_SHARE * len(rows):
            whole = next(m for m in merged if m.x0 <= left.x <= m.x1)
            whole.x1 = max(whole.x1, stretch.x1)
            merged.remove(stretch)
    return merged


def _undrifted(rows: Sequence[Sequence[Run]], stretches: list[Column]) -> list[Column]:
    """The stretches, with neighbours merged that no row fills both, until there are as many as the fullest row has values."""
    fullest = max(rows, key=len)
    if len(fullest) < 3 or len(stretches) <= len(fullest):
        return stretches
    near = 0.8 * median(b.x - a.x for a, b in pairwise(fullest))
    filled = [{i for i, row in enumerate(rows) if any(s.x0 <= run.x <= s.x1 for run in row)} for s in stretches]
    merged = [Column(s.x0, s.x1) for s in stretches]
    while len(merged) > len(fullest):
        pairs = [(merged[k + 1].x - merged[k].x, k) for k in range(len(merged) - 1) if not filled[k] & filled[k + 1]]
        distance, k = min(pairs, default=(near, 0))
        if distance >= near:
            break
        merged[k : k + 2] = [Column(merged[k].x0, merged[k + 1].x1)]
        filled[k : k + 2] = [filled[k] | filled[k + 1]]
    return merged


def _is_ragged(rows: Sequence[Sequence[Run]], stretch: Column, height: float) -> bool:
    """Whether neither the left edges nor the centres nor the right edges of the values in a stretch stand in one line."""
    runs = [run for row in rows for run in row if stretch.x0 <= run.x <= stretch.x1 and is_number(run.text)]
    if not runs:
        return False
    edges = ([run.x0 for run in runs], [run.x for run in runs], [run.x1 for run in runs])
    return min(max(edge) - min(edge) for edge in edges) > 0.6 * height


def _astray(runs: Sequence[Run], height: float) -> frozenset[int]:
    """The numbers (by ``id``) that do not stand in line in a column whose others do: left, centred or right.

    One of them may be a piece of its neighbour's cell.
    """
    numbers = [run for run in runs if is_number(run.text)]
    if len(numbers) < _SHOWING:
        return frozenset()
    lines = []
    for edges in ([run.x0 for run in numbers], [run.x for run in numbers], [run.x1 for run in numbers]):
        middle = median(edges)
        lines.append([id(run) for run, edge in zip(numbers, edges, strict=True) if abs(edge - middle) > _IN_LINE * height])
    fewest = min(lines, key=len)
    return frozenset(fewest) if len(fewest) <= max(1, _FEW_ASTRAY * len(numbers)) else frozenset()


def _stretches(rows: Sequence[Sequence[Run]], height: float) -> list[Column]:
    """Maximal stretches covered by values."""
    stretches: list[Column] = []
    for run in sorted((run for row in rows for run in row), key=lambda run: run.x0):
        if stretches and run.x0 < stretches[-1].x1 - 0.05 * height:
            stretches[-1].x1 = max(stretches[-1].x1, run.x1)
        else:
            stretches.append(Column(run.x0, run.x1))
    return stretches


def _is_one(inside: list[list[Run]], counts: Counter[int], most: int, height: float) -> bool:
    """One column after all, in which a few rows print a number in two pieces."""
    if counts[most] > _SPLIT_SHARE * sum(counts.values()):
        return False
    crowded = [runs for runs in inside if len(runs) == most]
    return all(b.x0 - a.x1 < height for runs in crowded for a, b in pairwise(runs))


def _parts(full: list[list[Run]]) -> list[Column]:
    return [Column(median(run.x0 for run in ranked), median(run.x1 for run in ranked)) for ranked in zip(*full, strict=True)]


def _placed(runs: list[Run], parts: list[Column], *, full: bool, height: float) -> list[Placed]:
    if len(parts) == 1:
        certainty = 1.0 if len(runs) == 1 else DOUBT
        return [Placed(run, parts[0], certainty) for run in runs]
    if full:
        pitch = min(b.x - a.x for a, b in pairwise(parts))
        return [
            Placed(run, part, 1.0 if abs(run.x - part.x) < max(0.75 * pitch, height) else DOUBT)
            for run, part in zip(runs, parts, strict=True)
        ]
    placed = []
    for run in runs:
        best, *others = sorted(parts, key=lambda part: abs(part.x - run.x))
        clear = overlap(run, best) > 0 and all(overlap(run, other) <= 0 for other in others)
        placed.append(Placed(run, best, 1.0 if clear else DOUBT))
    return placed


def _doubted(row: list[Placed], height: float, *, drifting: bool) -> list[Placed]:
    """Doubts neighbours that may be the groups of one number (``1 234``), values that share a column, and drifting rows."""
    shared = Counter(id(p.column) for p in row)
    result = []
    for at, p in enumerate(row):
        neighbours = [(row[at - 1], p)] if at else []
        neighbours += [(p, row[at + 1])] if at + 1 < len(row) else []
        doubtful = shared[id(p.column)] > 1 or any(_may_be_one(a.run, b.run, height) for a, b in neighbours)
        result.append(Placed(p.run, p.column, DOUBT) if doubtful or drifting else p)
    return result


def _may_be_one(a: Run, b: Run, height: float) -> bool:
    left, right = plain(a.text), plain(b.text)
    return b.x0 - a.x1 < 0.6 * height and right.isdigit() and len(right) == 3 and left.isdigit() and 0 < len(left) <= 3


def unite(sections: Sequence[Sequence[Column]]) -> tuple[list[Column], dict[int, int]]:
    """One row of columns for sections that have each their own, and the place in it of each section's column (by ``id``).

    Columns of two sections are one where each is the other's clear best; a value centred across several columns of another
    section gets a column of its own between them.
    """
    united: list[Column] = []
    place_of: dict[int, Column] = {}
    for section in sorted(sections, key=len, reverse=True):
        matches: dict[int, Column] = {}
        for column in section:
            best = _clear_best(column, united)
            if best is not None and _clear_best(best, section) is column:
                matches[id(column)] = best
        for column in section:
            match = matches.get(id(column))
            if match is None:
                match = Column(column.x0, column.x1)
                united.append(match)
            place_of[id(column)] = match
    united.sort(key=lambda column: column.x)
    index = {id(column): i for i, column in enumerate(united)}
    return united, {key: index[id(column)] for key, column in place_of.items()}


def _clear_best(column: Column, among: Sequence[Column]) -> Column | None:
    ranked = sorted(((overlap(column, other), i) for i, other in enumerate(among)), reverse=True)
    if not ranked or ranked[0][0] <= 0 or (len(ranked) > 1 and ranked[1][0] > 0.5 * ranked[0][0]):
        return None
    return among[ranked[0][1]]
