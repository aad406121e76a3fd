"""The cells of an unruled table's row labels: beside their values, without values, and over several rows."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from extract.frame import Cell, ValueRow
from extract.shapes import is_enumerated
from extract.stubs import LabelLine, share_out, tile
from extract.words import Run, enclosing

_CENTRED = 1.2
"""Heights by which an outer label may stand off the middle of its rows."""
_WRAPPED = 1.1
"""Heights between two lines of one label without values, at most."""
_FULL = 1.5
"""Heights by which a wrapped line may fall short of the widest."""


@dataclass(slots=True)
class RowLabels:
    """The labels of a section's rows, on their way to cells.

    ``lines`` are the runs left of the values by line; ``parting`` where the strips of nested labels are parted; ``right``
    the edge that labels reach; ``headed`` whether a head stands over the section; ``last`` whether it is the table's last.
    """

    rows: Sequence[ValueRow]
    lines: dict[int, list[Run]]
    parting: list[float]
    height: float
    right: float
    headed: bool
    last: bool
    cells: list[Cell] = field(default_factory=list)
    valueless: list[float] = field(default_factory=list)
    """Vertical centres of the rows that hold a label and no value."""
    off: set[float] = field(default_factory=set)
    """Vertical centres of the rows whose values stand wholly above or below a label of one line."""
    level: set[float] = field(default_factory=set)
    """The same of the rows that have their label beside them."""
    _column_of: list[int | None] = field(default_factory=list)
    """For each row the column its label begins in."""

    def place(self) -> None:
        """Gives every label its cell."""
        inner, outer = self._inner()
        groups, loose = share_out(inner, [row.y for row in self.rows], self.height, self.right)
        extents: list[tuple[float, float]] = []
        for row, group in zip(self.rows, groups, strict=True):
            runs = [run for i in group for run in inner[i].runs]
            beside = any(inner[i].top < row.y < inner[i].bottom for i in group)
            if beside or len(group) == 1:
                (self.level if beside else self.off).add(row.y)
            printed = [*runs, *row.values]
            _, top, _, bottom = enclosing(printed) if printed else (0.0, row.y, 0.0, row.y)
            extents.append((top, bottom))
            self._column_of.append(self._add(row.y, runs) if runs else None)
        self._add_valueless([inner[i] for i in loose], [inner[i] for group in groups for i in group])
        self._add_outer(outer, extents)

    def _add(self, y: float, runs: Sequence[Run]) -> int:
        column = bisect(self.parting, min(run.x0 for run in runs))
        self.cells.append(Cell(y, column, runs, _text(runs), colspan=len(self.parting) + 1 - column))
        return column

    def _inner(self) -> tuple[list[LabelLine], list[Run]]:
        """The lines of the innermost labels, and the runs of those outside them.

        A label that begins in an outer strip and reaches into the innermost one is innermost, and so are its further lines
        even where they are too short to reach.
        """
        if not self.parting:
            return [LabelLine(tuple(self.lines[at])) for at in sorted(self.lines)], []
        inner: list[LabelLine] = []
        outer: list[Run] = []
        reaching: Run | None = None
        for at in sorted(self.lines):
            here = [run for run in self.lines[at] if run.x1 > self.parting[-1]]
            rest = [run for run in self.lines[at] if run.x1 <= self.parting[-1]]
            if not here and reaching is not None:
                here = [run for run in rest if _continues(reaching, run, self.height)]
            if not here and self._labels_row(at):
                here = rest[-1:]
            if here:
                inner.append(LabelLine(tuple(here)))
                reaching = next((run for run in here if run.x0 < self.parting[-1]), None)
            outer += [run for run in rest if run not in here]
        return inner, outer

    def _labels_row(self, at: int) -> bool:
        """Whether an outer label beside values is the label of their row.

        It only stands there by chance where the lines above and below it, without values, are the row's own wrapped label.
        """
        with_values = {line for row in self.rows for line in row.at}
        if at not in with_values:
            return False
        around = (at - 1, at + 1)
        return not all(i in self.lines and i not in with_values and self.lines[i][-1].x1 > self.parting[-1] for i in around)

    def _add_valueless(self, loose: list[LabelLine], labels: list[LabelLine]) -> None:
        """Rows that hold a label but no value: blank, or headings. A title over the next section is no row."""
        first = self.rows[0].y
        edge = max((run.x1 for label in labels for run in label.runs), default=float("inf"))
        right = max((run.x1 for label in (*labels, *loose) for run in label.runs), default=0.0)
        for lines in _wrapped(loose, right - _FULL * self.height, self.height):
            if not self.headed and lines[-1].bottom < first and not self._tops(lines, labels):
                continue
            y = (lines[0].top + lines[-1].bottom) / 2
            self._add(y, [run for line in lines for run in line.runs])
            title = not self.last and min(run.x0 for run in lines[0].runs) > edge
            if not title and not _is_outer(lines, labels):
                self.valueless.append(y)

    def _tops(self, lines: Sequence[LabelLine], labels: Sequence[LabelLine]) -> bool:
        """Whether lines over the first values of a page are the label of one more row: beside and close to the others.

        Without an enumerator they may be the rest of a label that the page cut.
        """
        if not labels or not is_enumerated(lines[0].text):
            return False
        edge = min(run.x0 for label in labels for run in label.runs)
        gap = min(label.top for label in labels) - lines[-1].bottom
        return lines[0].runs[0].x0 > edge - 1 and gap < 1.2 * self.height

    def _add_outer(self, outer: list[Run], extents: list[tuple[float, float]]) -> None:
        """Labels outside the innermost strip: the label of a row that has no other, or one over several rows."""
        ys = [row.y for row in self.rows]
        spanning: dict[int, list[list[Run]]] = {}
        for runs in stacks(outer, self.height):
            y = _middle(runs)
            row = min(range(len(ys)), key=lambda i: abs(ys[i] - y))
            if self._column_of[row] is None and abs(ys[row] - y) < 0.6 * self.height:
                self._column_of[row] = self._add(ys[row], runs)
            elif self._has_slot(runs, extents):
                self._add(y, runs)
                self.valueless.append(y)
            else:
                spanning.setdefault(bisect(self.parting, runs[0].x0), []).append(runs)
        for strip, labels in sorted(spanning.items()):
            for block in self._blocks(strip):
                self._tile(strip, labels, block, extents)

    def _has_slot(self, runs: Sequence[Run], extents: Sequence[tuple[float, float]]) -> bool:
        """Whether two rows stand so far apart that the label between them must be that of a blank row."""
        slots = [(below[0] - above[1], above[1], below[0]) for above, below in pairwise(extents)]
        usual = median(slot for slot, _, _ in slots) if slots else 0.0
        if usual < 0.2 * self.height:
            return False
        top, bottom = runs[0].top, runs[-1].bottom
        around = [slot for slot, low, high in slots if low < top and bottom < high]
        return bool(around) and around[0] > bottom - top + 1.5 * usual

    def _blocks(self, strip: int) -> list[list[int]]:
        """Stretches of rows whose own label leaves the strip free."""
        blocks: list[list[int]] = [[]]
        for i, column in enumerate(self._column_of):
            if column is None or column > strip:
                blocks[-1].append(i)
            elif blocks[-1]:
                blocks.append([])
        return [block for block in blocks if block]

    def _tile(self, strip: int, labels: list[list[Run]], block: list[int], extents: list[tuple[float, float]]) -> None:
        """Spreads the outer labels of a strip over a block of rows; one that is off the middle keeps to the nearest row."""
        ys = [self.rows[i].y for i in block]
        inside = [runs for runs in labels if ys[0] - 2 * self.height < _middle(runs) < ys[-1] + 2 * self.height]
        if not 0 < len(inside) <= len(block):
            return
        ranges = tile([_middle(runs) for runs in inside], [extents[i] for i in block])
        for runs, (start, end) in zip(inside, ranges, strict=True):
            y = _middle(runs)
            off = abs((extents[block[start]][0] + extents[block[end - 1]][1]) / 2 - y)
            if off < _CENTRED * self.height:
                self.cells.append(Cell(ys[start], strip, runs, _text(runs), until=ys[end - 1]))
            else:  # cut by the page's end, perhaps: how far it reaches cannot be told
                self.cells.append(Cell(min(ys, key=lambda row: abs(row - y)), strip, runs, _text(runs)))


def _text(runs: Iterable[Run]) -> str:
    return "".join(run.text for run in runs)


def _middle(runs: Sequence[Run]) -> float:
    return (runs[0].top + runs[-1].bottom) / 2


def _continues(upper: Run, lower: Run, height: float) -> bool:
    """Whether a run is the next line of a label, and not a label of its own."""
    near = abs(upper.x0 - lower.x0) < 0.6 * height and lower.top - upper.bottom < 0.8 * height
    return near and not is_enumerated(lower.text) and not lower.value


def _wrapped(lines: Sequence[LabelLine], right: float, height: float) -> list[list[LabelLine]]:
    """Label lines without values, those of one wrapped label together: all but the last reach the right edge."""
    labels: list[list[LabelLine]] = []
    for line in lines:
        above = labels[-1][-1] if labels else None
        near = above is not None and line.top - above.bottom < _WRAPPED * height and above.runs[-1].x1 >= right
        if near and not is_enumerated(line.text):
            labels[-1].append(line)
        else:
            labels.append([line])
    return labels


def _is_outer(lines: Sequence[LabelLine], labels: Sequence[LabelLine]) -> bool:
    """Ends left of where the labels above and below it begin: it covers them, and is no row of its own."""
    right = max(run.x1 for line in lines for run in line.runs)
    above = [label for label in labels if label.top < lines[0].top]
    below = [label for label in labels if label.top > lines[0].top]
    return bool(above and below) and right < min(above[-1].runs[0].x0, below[0].runs[0].x0) + 1


def stacks(runs: Iterable[Run], height: float) -> list[list[Run]]:
    """Runs that stand under one another as the lines of one cell; a vertical label may be spaced out."""
    found: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (run.y, run.x0)):
        for lines in reversed(found):
            above = lines[-1]
            gap = run.top - above.bottom
            near = gap < (2.5 if len(run.text) == len(above.text) == 1 else 1.05) * height
            beneath = min(above.x1, run.x1) > max(above.x0, run.x0) and gap > -0.5 * height
            if near and beneath and not is_enumerated(run.text) and not run.value:
                lines.append(run)
                break
        else:
            found.append([run])
    return found
