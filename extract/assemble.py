"""The parts of an unruled table put together to a grid."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Container, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from extract.columns import DOUBT, Column, Placed, overlap, place, unite
from extract.frame import Cell, Frame, Section
from extract.heads import Head, spread, stack
from extract.labels import RowLabels, stacks
from extract.model import Box, Grid, GridCell, Layout
from extract.stubs import separators
from extract.words import Run, enclosing

_BETWEEN = 1.5
"""How many times as far as from its own head a column may stand from another one, to stand between the two."""


@dataclass(slots=True)
class _Part:
    """A section with its head cells, its columns, and the labels beside it."""

    section: Section
    heads: list[Head]
    titles: list[Head]
    """Heads alone over the whole section."""
    columns: list[Column]
    placed: list[list[Placed]]
    leaf_of: dict[int, int]
    drifted: bool
    """The heads do not stand over the columns."""
    stub: list[Run] = field(default_factory=list)
    labels: dict[int, list[Run]] = field(default_factory=dict)
    """Runs left of the values, by line."""

    @property
    def top(self) -> float:
        """Where the head begins."""
        return min((head.box[1] for head in (*self.heads, *self.titles)), default=float("-inf"))

    @property
    def bottom(self) -> float:
        """Where the head ends."""
        return max((head.box[3] for head in (*self.heads, *self.titles)), default=float("-inf"))


@dataclass(frozen=True, slots=True)
class Assembled:
    """A grid; for each of its cells the words it is made of; its columns of labels and of values."""

    grid: Grid
    members: tuple[tuple[int, ...], ...]
    labels: int
    columns: tuple[tuple[float, float], ...]


def assemble(frame: Frame, page: int) -> Assembled:
    """The grid of a table whose extent and sections are known."""
    parts = [_part(frame, section) for section in frame.sections]
    _share_labels(frame, parts)
    parting = separators([line for part in parts for line in part.labels.values()], frame.height)
    columns, index = unite([part.columns for part in parts])
    width = len(parting) + 1 + len(columns)
    labels = _labels_of(parts, parting, frame.height)
    # Where labels stand beside their values, one on the line above is blank perhaps, and the values are nobody's.
    off = {y for each in labels for y in each.off}
    doubtful = off if len(off) < sum(len(each.level) for each in labels) else set()
    cells: list[Cell] = []
    for part, named in zip(parts, labels, strict=True):
        places = [len(parting) + 1 + index[id(column)] for column in part.columns]
        cells += _head_cells(part, places, width, frame.height)
        cells += _value_cells(part, places, doubtful)
        cells += named.cells
        cells += [Cell(y, column, [], "") for y in named.valueless for column in places]
    grid, members = _grid(cells, frame.height, page)
    return Assembled(grid, members, len(parting) + 1, tuple((column.x0, column.x1) for column in columns))


def _labels_of(parts: Sequence[_Part], parting: list[float], height: float) -> list[RowLabels]:
    """The labels of each part's rows, in their cells."""
    right = max((run.x1 for part in parts for line in part.labels.values() for run in line), default=0.0)
    found: list[RowLabels] = []
    for part in parts:
        headed, last = bool(part.heads), part is parts[-1]
        labels = RowLabels(part.section.rows, part.labels, parting, height, right, headed=headed, last=last)
        labels.place()
        found.append(labels)
    return found


def _part(frame: Frame, section: Section) -> _Part:
    """The section's columns, from its values and, where a column holds none, from its head."""
    height = frame.height
    columns, placed = place([row.values for row in section.rows], height)
    over = [run for at in section.head for run in frame.lines[at] if run.x1 > frame.left + 0.3 * height]
    lone = _lone_title([frame.lines[at] for at in section.head]) if len(columns) == 1 else None
    heads = stack([run for run in over if run is not lone], height)
    titles = [head for head in heads if lone is None and _is_title(head, heads, columns, height)]
    heads = [head for head in heads if head not in titles]
    titles += [Head([lone])] if lone in over and lone is not None else []
    of, drifted = _leaves_of(heads, columns, height)
    rank = {id(column): i for i, column in enumerate(columns)}
    return _Part(section, heads, titles, columns, placed, {key: rank[id(column)] for key, column in of.items()}, drifted)


def _lone_title(head: Sequence[Sequence[Run]]) -> Run | None:
    """The run alone on the first line of a head whose next line heads labels and values: a title, wherever it is centred."""
    return head[0][0] if len(head) > 1 and len(head[0]) == 1 and len(head[1]) > 1 else None


def _is_title(head: Head, heads: Sequence[Head], columns: Sequence[Column], height: float) -> bool:
    """Alone on the first line, above other heads, and not centred on the value columns but on the whole table."""
    _, top, _, bottom = head.box
    others = [other for other in heads if other is not head]
    alone = bool(others) and all(other.box[1] >= bottom - 1 for other in others) and top < min(o.box[1] for o in others)
    if not columns:
        return alone
    middle = (min(column.x for column in columns) + max(column.x for column in columns)) / 2
    return alone and abs(head.x - middle) > height


def _leaves_of(heads: Sequence[Head], columns: list[Column], height: float) -> tuple[dict[int, Column], bool]:
    """The column under each lowest head, by the head's ``id``; and whether heads and columns have drifted apart.

    A head over no value adds a column, in its place; but not where some columns have no head either: then text has drifted.
    """
    leaves = sorted((head for head in heads if not head.below), key=lambda head: head.x)
    if len(leaves) == len(columns):
        return {id(leaf): column for leaf, column in zip(leaves, columns, strict=True)}, _is_crossed(leaves, columns)
    over = {id(leaf): _headed(leaf, columns, height) for leaf in leaves}
    headed = {id(column) for column in over.values() if column is not None}
    drifted = any(column is None for column in over.values()) and any(id(column) not in headed for column in columns)
    crossed = _is_crossed(leaves, [over[id(leaf)] for leaf in leaves])
    of: dict[int, Column] = {}
    for leaf in sorted(leaves, key=lambda leaf: -leaf.y):
        column = over[id(leaf)]
        if column is None and drifted:
            continue
        if column is None:
            column = Column(leaf.box[0], leaf.box[2])
            columns.append(column)
        if column not in of.values():
            of[id(leaf)] = column
    columns.sort(key=lambda column: column.x)
    return of, drifted or crossed


def _is_crossed(leaves: Sequence[Head], under: Sequence[Column | None]) -> bool:
    """Whether a column stands beside its own head: under another one, or between two of them, while others keep under theirs.

    So it is where a number fell apart and one is lacking, or where one stands in a cell merged over two columns.
    """
    extents = [Column(leaf.box[0], leaf.box[2]) for leaf in leaves]
    headed = [(own, column) for own, column in zip(extents, under, strict=True) if column is not None]
    beside = [(own, column) for own, column in headed if overlap(own, column) <= 0]
    if any(overlap(other, column) > 0 for _, column in beside for other in extents):
        return True
    few = 2 * len(beside) <= len(headed)
    return few and any(_is_between(column, own, other) for own, column in beside for other in extents)


def _is_between(column: Column, own: Column, other: Column) -> bool:
    """Whether a column stands between its head and another one, and hardly nearer to its own."""
    off, away = own.x - column.x, other.x - column.x
    return off * away < 0 and abs(away) < _BETWEEN * abs(off)


def _headed(leaf: Head, columns: Sequence[Column], height: float) -> Column | None:
    """The column under a head; None if its values are all missing."""
    x0, _, x1, _ = leaf.box
    extent = Column(x0, x1)
    best = max(columns, key=lambda column: overlap(extent, column), default=None)
    return best if best is not None and overlap(extent, best) > -0.6 * height else None


def _share_labels(frame: Frame, parts: list[_Part]) -> None:
    """Gives each part the runs left of the values: the stub of its head, and the labels of its rows."""
    rows = [row for part in parts for row in part.section.rows]
    taken = {id(run) for row in rows for run in row.values}
    # a label may reach in over the leftmost column where its own row has nothing there
    starts = {at: row.values[0].x0 for row in rows if row.values for at in row.at}
    for at in range(frame.top, frame.bottom + 1):
        for run in frame.lines[at]:
            if run.x1 > max(frame.left + 0.3 * frame.height, starts.get(at, 0.0)) or id(run) in taken:
                continue
            later = [part for part in parts if part.top < run.y + 0.3 * frame.height] or parts[:1]
            part = later[-1]
            if run.y <= part.bottom + 0.2 * frame.height:
                part.stub.append(run)
            else:
                part.labels.setdefault(at, []).append(run)


def _head_cells(part: _Part, places: list[int], width: int, height: float) -> list[Cell]:
    spread(part.heads, part.columns, part.leaf_of, height)
    cells = [Cell(title.y, 0, title.runs, title.text, colspan=width) for title in part.titles]
    for head in part.heads:
        first, last = places[head.columns[0]], places[head.columns[1] - 1]
        cells.append(Cell(head.y, first, head.runs, head.text, colspan=last - first + 1))
    stub_width = min(places, default=1)
    for runs in stacks(part.stub, height):
        y = (runs[0].top + runs[-1].bottom) / 2
        cells.append(Cell(y, 0, runs, "".join(run.text for run in runs), colspan=stub_width if stub_width == 1 else 1))
    return cells


def _value_cells(part: _Part, places: list[int], doubtful: AbstractSet[float]) -> list[Cell]:
    """A cell for every column in every row: blank where nothing stands. Of ``doubtful`` rows (centres) none is certain."""
    cells: list[Cell] = []
    rank = {id(column): i for i, column in enumerate(part.columns)}
    full = len(part.placed) > 2 and all(len(row) == len(part.columns) for row in part.placed)
    drifted = part.drifted and not full
    for row, placed in zip(part.section.rows, part.placed, strict=True):
        lost = drifted or row.y in doubtful
        unsure = any(p.confidence < 1 for p in placed) or lost
        filled: dict[int, list[Placed]] = {}
        for p in placed:
            filled.setdefault(rank[id(p.column)], []).append(p)
        for i, column in enumerate(places):
            here = filled.get(i, [])
            text = " ".join(p.run.text for p in here)
            sure = min((DOUBT if p.run.doubtful or lost else p.confidence for p in here), default=DOUBT if unsure else 1.0)
            cells.append(Cell(row.y, column, [p.run for p in here], text, confidence=sure))
    return cells


def _grid(cells: list[Cell], height: float, page: int) -> tuple[Grid, tuple[tuple[int, ...], ...]]:
    """Numbers the rows and merges what fell on one place."""
    rows: list[float] = []
    for y in sorted({cell.y for cell in cells}):
        if not rows or y - rows[-1] > 0.45 * height:
            rows.append(y)

    def row_of(y: float) -> int:
        return max(0, bisect(rows, y + 0.01) - 1)

    places: dict[tuple[int, int], list[Cell]] = {}
    for cell in cells:
        places.setdefault((row_of(cell.y), cell.column), []).append(cell)
    made: list[GridCell] = []
    members: list[tuple[int, ...]] = []
    for (row, column), here in sorted(places.items()):
        runs = [run for cell in here for run in cell.runs]
        valued = any(run.value for run in runs)
        until = max((cell.until for cell in here if cell.until is not None), default=None)
        rowspan, colspan = _free(places, (row, column), row_of(until) - row + 1 if until is not None else 1, here[0].colspan)
        made.append(
            GridCell(
                row,
                column,
                ("\n" if valued else "").join(cell.text for cell in here if cell.text),
                rowspan=rowspan,
                colspan=colspan,
                box=Box(page, *enclosing(runs)) if runs else None,
                confidence=min(cell.confidence for cell in here) if len(here) == 1 or not valued else DOUBT,
            )
        )
        members.append(tuple(i for run in runs for i in run.members))
    everything = [run for cell in cells for run in cell.runs]
    return Grid(tuple(made), Layout.ALIGNED, Box(page, *enclosing(everything))), tuple(members)


def _free(taken: Container[tuple[int, int]], place: tuple[int, int], rows: int, columns: int) -> tuple[int, int]:
    """How far a cell at a place may span so many rows and columns before it meets another: lines set askew may share a row."""
    row, column = place
    width = next((k for k in range(1, columns) if (row, column + k) in taken), columns)
    meets = (n for n in range(1, rows) if any((row + n, column + k) in taken for k in range(width)))
    return next(meets, rows), width
