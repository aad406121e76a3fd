"""Rules and coloured areas -> the cells they draw.

Rules are clustered to coordinates, connected rules make one table, and the elementary cells between neighbouring
coordinates are merged wherever no border parts them. Nothing here looks at text, except that a sliver without text between
two rules is no column.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from extract.rules import SLIVER, TOUCH, covered, rules_of
from extract.sheet import Fill, Glyph, Rectangle, Rule
from extract.tiles import edges, last_strip, ruled_inside, share_coloured, side_by_side, stacked, tiles_among


class DrawnCell(NamedTuple):
    """A rectangle of the lattice that no border crosses."""

    row: int
    column: int
    rowspan: int
    colspan: int
    box: Rectangle
    regular: bool = True
    """False when the borders left another shape than a rectangle, which was then cut into rectangles."""
    painted: bool = True
    """False for the white strip between two coloured rows: nothing says where its columns end but the neighbours."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """One drawn table on one page."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[DrawnCell, ...]
    """By row, then column; what the borders leave open on the outside is no cell."""

    @property
    def box(self) -> Rectangle:
        """The rectangle around all of it."""
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    @property
    def columns(self) -> int:
        """Distinct places where cells begin."""
        return len({c.column for c in self.cells})

    @property
    def rows(self) -> int:
        """Distinct places where cells begin."""
        return len({c.row for c in self.cells})

    def locator(self) -> Callable[[float, float], int | None]:
        """A function from a point to the index of the cell that holds it."""
        owner = {
            (row, column): index
            for index, cell in enumerate(self.cells)
            for row in range(cell.row, cell.row + cell.rowspan)
            for column in range(cell.column, cell.column + cell.colspan)
        }

        def locate(x: float, y: float) -> int | None:
            return owner.get((bisect_right(self.ys, y) - 1, bisect_right(self.xs, x) - 1))

        return locate


def find_lattices(rules: Sequence[Rule], fills: Sequence[Fill] = (), glyphs: Sequence[Glyph] = ()) -> list[Lattice]:
    """The drawn tables of a page, from top to bottom, boxes and single rows included.

    Args:
        rules: whole ones, as ``merged_rules`` gives them.
        fills: coloured areas; their edges count as borders where they tile like cells.
        glyphs: the text, to tell slivers from narrow columns and highlights from cells.
    """
    tiles = tiles_among(fills, rules, glyphs)
    lattices = []
    for part_rules, part_tiles in _components(rules, tiles):
        lattice = _lattice(part_rules, part_tiles, glyphs)
        if lattice is not None:
            lattices.append(lattice)
    return sorted(lattices, key=lambda found: (found.box[1], found.box[0]))


# connected rules -----------------------------------------------------------------------------------------------------


class _Union:
    """Disjoint sets of small integers."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def find(self, item: int) -> int:
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join(self, a: int, b: int) -> None:
        self.parent[self.find(b)] = self.find(a)

    def groups(self) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for item in range(len(self.parent)):
            found.setdefault(self.find(item), []).append(item)
        return list(found.values())


def _components(rules: Sequence[Rule], tiles: Sequence[Fill]) -> Iterable[tuple[list[Rule], list[Fill]]]:
    union = _Union(len(rules) + len(tiles))
    flat = [(i, r) for i, r in enumerate(rules) if r.horizontal]
    steep = [(i, r) for i, r in enumerate(rules) if not r.horizontal]
    for i, h in flat:
        for j, v in steep:
            if h.start - TOUCH <= v.at <= h.end + TOUCH and v.start - TOUCH <= h.at <= v.end + TOUCH:
                union.join(i, j)
    offset = len(rules)
    for k, tile in enumerate(tiles):
        for i, rule in enumerate(rules):
            if _meets(rule, tile):
                union.join(offset + k, i)
        for m in range(k):
            if side_by_side(tile, tiles[m]) or stacked(tile, tiles[m]):
                union.join(offset + k, offset + m)
    for group in union.groups():
        yield [rules[i] for i in group if i < offset], [tiles[i - offset] for i in group if i >= offset]


def _meets(rule: Rule, tile: Fill) -> bool:
    if rule.horizontal:
        across, along = (tile.top, tile.bottom), (tile.x0, tile.x1)
    else:
        across, along = (tile.x0, tile.x1), (tile.top, tile.bottom)
    return across[0] - TOUCH <= rule.at <= across[1] + TOUCH and rule.start <= along[1] and along[0] <= rule.end


# coordinates, borders, cells -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Axis:
    """The coordinates of one direction and, at each, the stretches along which a border is drawn."""

    places: tuple[float, ...]
    drawn: tuple[tuple[tuple[float, float], ...], ...]

    def bordered(self, place: int, cuts: Sequence[float]) -> list[bool]:
        """Whether a border is drawn at a place, for each stretch between neighbouring cuts."""
        spans = self.drawn[place]
        if any(start <= cuts[0] and cuts[-1] <= end for start, end in spans):
            return [True] * (len(cuts) - 1)
        return [covered(spans, start, end) for start, end in pairwise(cuts)]


def _lattice(rules: Sequence[Rule], tiles: Sequence[Fill], glyphs: Sequence[Glyph]) -> Lattice | None:
    painted = bool(tiles) and not ruled_inside(rules, tiles)
    if painted:
        tiles = [*tiles, *last_strip(tiles, glyphs)]
    borders = [*rules, *(edge for tile in tiles for edge in edges(tile))]
    flat, steep = rules_of(borders, True), rules_of(borders, False)
    if not flat or not steep:
        return None
    around = (min(r.start for r in flat), min(r.start for r in steep), max(r.end for r in flat), max(r.end for r in steep))
    ink = _Ink(around, glyphs)
    across = _axis(steep, flat, ink.across)
    down = _axis(flat, steep, ink.down)
    if len(across.places) < 2 or len(down.places) < 2:
        return None
    cells = _cells(across, down, tiles if painted else (), ink)
    if not cells:
        return None
    return Lattice(across.places, down.places, tuple(cells))


class _Ink:
    """Where the characters within a table stand; found out only if it is asked, which most tables never do."""

    def __init__(self, around: Rectangle, glyphs: Sequence[Glyph]) -> None:
        self._around = around
        self._glyphs = glyphs

    @cached_property
    def points(self) -> list[tuple[float, float]]:
        """The centre of each character."""
        x0, top, x1, bottom = self._around
        inked = (glyph for glyph in self._glyphs if top <= glyph.y <= bottom and not glyph.text.isspace())
        centres = ((character.x, character.y) for glyph in inked for character in glyph.characters())
        return [(x, y) for x, y in centres if x0 <= x <= x1]

    def across(self, low: float, high: float) -> bool:
        """Whether any stands between two x."""
        return _between(self._xs, low, high)

    def down(self, low: float, high: float) -> bool:
        """Whether any stands between two y."""
        return _between(self._ys, low, high)

    @cached_property
    def _xs(self) -> list[float]:
        return sorted(x for x, _ in self.points)

    @cached_property
    def _ys(self) -> list[float]:
        return sorted(y for _, y in self.points)


def _axis(borders: Sequence[Rule], crossing: Sequence[Rule], inked: Callable[[float, float], bool]) -> _Axis:
    """Clustered coordinates of parallel borders.

    Where the crossing rules run on beyond the outermost border, the table has no outer border there but still an end.
    """
    clusters: list[list[Rule]] = []
    for rule in sorted(borders, key=attrgetter("at")):
        if clusters and rule.at - clusters[-1][-1].at <= TOUCH and rule.at - clusters[-1][0].at <= 5.0:
            clusters[-1].append(rule)
        else:
            clusters.append([rule])
    collapsed: list[list[Rule]] = []
    for cluster in clusters:
        if collapsed and cluster[0].at - collapsed[-1][-1].at <= SLIVER and not inked(collapsed[-1][-1].at, cluster[0].at):
            collapsed[-1].extend(cluster)
        else:
            collapsed.append(list(cluster))
    places = [sum([r.at * r.length for r in c]) / sum([r.length for r in c]) for c in collapsed]
    drawn = [tuple((r.start, r.end) for r in c) for c in collapsed]
    for end in (
        _open_end([r.start for r in crossing], places[0], inked, -1),
        _open_end([r.end for r in crossing], places[-1], inked, 1),
    ):
        if end is not None:
            at = 0 if end < places[0] else len(places)
            places.insert(at, end)
            drawn.insert(at, ())
    return _Axis(tuple(places), tuple(drawn))


def _between(ink: Sequence[float], low: float, high: float) -> bool:
    return bisect_right(ink, high) > bisect_right(ink, low)


def _open_end(ends: Sequence[float], border: float, inked: Callable[[float, float], bool], side: int) -> float | None:
    """Where a table without outer border ends on one side (-1 before, 1 after the outermost border).

    At least two crossing rules must end there; a fair share of them where no text shows that the strip is in use.
    """
    far = max(ends) if side > 0 else min(ends)
    if (far - border) * side <= SLIVER:
        return None
    count = sum(abs(e - far) <= TOUCH for e in ends)
    used = inked(min(far, border), max(far, border))
    return far if count >= (2 if used else max(2, 0.3 * len(ends))) else None


def _cells(across: _Axis, down: _Axis, tiles: Sequence[Fill], ink: _Ink) -> list[DrawnCell]:
    xs, ys = across.places, down.places
    columns, rows = len(xs) - 1, len(ys) - 1
    left = [across.bordered(c, ys) for c in range(columns + 1)]
    above = [down.bordered(r, xs) for r in range(rows + 1)]
    union = _Union(rows * columns)
    for r in range(rows):
        for c in range(columns):
            if c + 1 < columns and not left[c + 1][r]:
                union.join(r * columns + c, r * columns + c + 1)
            if r + 1 < rows and not above[r + 1][c]:
                union.join(r * columns + c, (r + 1) * columns + c)
    cells = []
    for group in union.groups():
        places = {divmod(item, columns) for item in group}
        pieces = _rectangles(places)
        for r0, c0, r1, c1 in pieces:
            box = xs[c0], ys[r0], xs[c1], ys[r1]
            painted = not tiles or share_coloured(box, tiles) >= 0.2
            open_row = not painted or (c1 - c0 == columns and (r0 == 0 or r1 == rows))
            if not _enclosed(left, above, (r0, c0, r1, c1)) and not (open_row and _written(box, ink)):
                continue
            cells.append(DrawnCell(r0, c0, r1 - r0, c1 - c0, box, regular=len(pieces) == 1, painted=painted))
    return sorted(cells, key=lambda cell: (cell.row, cell.column))


def _rectangles(places: set[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """A region of elementary cells cut into rectangles: row, column, end row, end column.

    Row by row or column by column, whichever needs fewer: a label column that runs into unruled rows is a comb.
    """
    if len(places) == 1:
        ((row, column),) = places
        return [(row, column, row + 1, column + 1)]
    by_rows = _scanned(places)
    if len(by_rows) == 1:
        return by_rows
    by_columns = [(r0, c0, r1, c1) for c0, r0, c1, r1 in _scanned({(c, r) for r, c in places})]
    return min(by_rows, by_columns, key=len)


def _scanned(places: set[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    left = set(places)
    found = []
    while left:
        row, column = min(left)
        end = column
        while (row, end) in left:
            end += 1
        last = row
        while all((last, c) in left for c in range(column, end)):
            last += 1
        left -= {(r, c) for r in range(row, last) for c in range(column, end)}
        found.append((row, column, last, end))
    return found


def _enclosed(left: list[list[bool]], above: list[list[bool]], place: tuple[int, int, int, int]) -> bool:
    """Whether two opposite sides are drawn; a notch beside a narrower part of the table is open on two neighbouring ones."""
    r0, c0, r1, c1 = place
    if r1 - r0 == c1 - c0 == 1:
        return (above[r0][c0] and above[r1][c0]) or (left[c0][r0] and left[c1][r0])
    top = sum(above[r0][c0:c1]) * 2 >= c1 - c0
    bottom = sum(above[r1][c0:c1]) * 2 >= c1 - c0
    west = sum(left[c0][r0:r1]) * 2 >= r1 - r0
    east = sum(left[c1][r0:r1]) * 2 >= r1 - r0
    return (top and bottom) or (west and east)


def _written(box: Rectangle, ink: _Ink) -> bool:
    return any(box[0] <= x <= box[2] and box[1] <= y <= box[3] for x, y in ink.points)
