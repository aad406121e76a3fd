"""Rules and coloured areas -> the cells they draw.

Rules are clustered to coordinates, connected rules make one table, and the elementary cells between neighbouring
coordinates are merged wherever no border parts them. Nothing here looks at text, except that a sliver without text between
two rules is no column.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from operator import attrgetter
from typing import NamedTuple

from extract.rules import SLIVER, TOUCH, covered, middle_of, rules_of
from extract.sheet import Fill, Glyph, Rectangle, Rule
from extract.tiles import edges, last_strip, ruled_inside, share_coloured, side_by_side, stacked, tiles_among

_Place = tuple[int, int, int, int]
"""Row, column, end row, end column."""


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
        xs, ys, width = self.xs, self.ys, len(self.xs) + 1
        owner: list[int | None] = [None] * (width * (len(ys) + 1))  # with a rim all round for what stands outside
        for index, (row, column, rowspan, colspan, _, _, _) in enumerate(self.cells):
            start = (row + 1) * width + column + 1
            if rowspan == colspan == 1:
                owner[start] = index
                continue
            for first in range(start, start + rowspan * width, width):
                owner[first : first + colspan] = [index] * colspan

        def locate(x: float, y: float) -> int | None:
            return owner[bisect_right(ys, y) * width + bisect_right(xs, x)]

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


def _components(rules: Sequence[Rule], tiles: Sequence[Fill]) -> Iterable[tuple[list[Rule], list[Fill]]]:
    """Rules and tiles that hang together; what one of them reaches is looked for only among what none has reached yet."""
    lines, areas = dict(enumerate(rules)), dict(enumerate(tiles))
    while lines or areas:
        rule_group, tile_group = ([next(iter(lines))], []) if lines else ([], [next(iter(areas))])
        reached: list[Rule | Fill] = [lines.pop(i) for i in rule_group] + [areas.pop(i) for i in tile_group]
        for shape in reached:
            touched = _crossing(shape, lines) if lines else []
            adjoining = _adjoining(shape, areas) if areas else []
            rule_group += touched
            tile_group += adjoining
            reached += [lines.pop(i) for i in touched]
            reached += [areas.pop(i) for i in adjoining]
        yield [rules[i] for i in sorted(rule_group)], [tiles[i] for i in sorted(tile_group)]


def _crossing(shape: Rule | Fill, lines: Mapping[int, Rule]) -> list[int]:
    """The rules that cross or meet a rule or the edge of a tile."""
    if isinstance(shape, Fill):
        return [i for i, rule in lines.items() if _meets(rule, shape)]
    horizontal, at, low, high = shape.horizontal, shape.at, shape.start - TOUCH, shape.end + TOUCH
    return [
        i
        for i, rule in lines.items()
        if rule.horizontal != horizontal and low <= rule.at <= high and rule.start - TOUCH <= at <= rule.end + TOUCH
    ]


def _adjoining(shape: Rule | Fill, areas: Mapping[int, Fill]) -> list[int]:
    """The tiles that a rule meets or another tile stands beside."""
    if isinstance(shape, Fill):
        return [i for i, tile in areas.items() if side_by_side(tile, shape) or stacked(tile, shape)]
    return [i for i, tile in areas.items() if _meets(shape, tile)]


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
        if len(spans) == 1:
            ((a, b),) = spans
            if a <= cuts[0] and cuts[-1] <= b:
                return [True] * (len(cuts) - 1)
            return [
                (a <= start and end <= b) or min(b, end) - max(a, start) >= 0.5 * (end - start) for start, end in pairwise(cuts)
            ]
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
    first = last = float("-inf")
    for rule in sorted(borders, key=attrgetter("at")):
        at = rule.at
        if at - last <= TOUCH and at - first <= 5.0:
            clusters[-1].append(rule)
        else:
            clusters.append([rule])
            first = at
        last = at
    collapsed: list[list[Rule]] = []
    for cluster in clusters:
        if collapsed and cluster[0].at - collapsed[-1][-1].at <= SLIVER and not inked(collapsed[-1][-1].at, cluster[0].at):
            collapsed[-1].extend(cluster)
        else:
            collapsed.append(cluster)
    places = [middle_of(cluster) for cluster in collapsed]
    drawn = [tuple([(r.start, r.end) for r in cluster]) for cluster in collapsed]
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
    count = sum([abs(e - far) <= TOUCH for e in ends])
    used = inked(min(far, border), max(far, border))
    return far if count >= (2 if used else max(2, 0.3 * len(ends))) else None


def _cells(across: _Axis, down: _Axis, tiles: Sequence[Fill], ink: _Ink) -> list[DrawnCell]:
    xs, ys = across.places, down.places
    columns, rows = len(xs) - 1, len(ys) - 1
    left = [across.bordered(c, ys) for c in range(columns + 1)]
    above = [down.bordered(r, xs) for r in range(rows + 1)]
    cells = []
    for pieces in _regions(left, above):
        for place in pieces:
            r0, c0, r1, c1 = place
            box = xs[c0], ys[r0], xs[c1], ys[r1]
            painted = not tiles or share_coloured(box, tiles) >= 0.2
            if not _enclosed(left, above, place):
                open_row = not painted or (c1 - c0 == columns and (r0 == 0 or r1 == rows))
                if not (open_row and _written(box, ink)):
                    continue
            cells.append(DrawnCell(r0, c0, r1 - r0, c1 - c0, box, len(pieces) == 1, painted))
    return sorted(cells)


def _regions(left: Sequence[Sequence[bool]], above: Sequence[Sequence[bool]]) -> Iterator[list[_Place]]:
    """Elementary cells that no border parts, each region cut into rectangles. Most are a single one, bordered all round."""
    outer = [True] * len(left[0])
    walls = list(zip(outer, *left[1:-1], outer, strict=True))
    ceilings = [[True] * len(above[0]), *above[1:-1], [True] * len(above[0])]
    seen: set[tuple[int, int]] = set()
    for row, (wall, ceiling, floor) in enumerate(zip(walls, ceilings, ceilings[1:], strict=False)):
        for column, (west, east, north, south) in enumerate(zip(wall, wall[1:], ceiling, floor, strict=False)):
            if west and east and north and south:
                yield [(row, column, row + 1, column + 1)]
            elif (row, column) not in seen:
                block = _block(row, column, walls, ceilings)
                region = _flooded(row, column, walls, ceilings) if block is None else _covered_by(block)
                seen |= region
                yield _rectangles(region) if block is None else [block]


def _block(row: int, column: int, walls: Sequence[Sequence[bool]], ceilings: Sequence[Sequence[bool]]) -> _Place | None:
    """The region right of and below an elementary cell if it plainly is a rectangle, as that of most labels and titles is."""
    end, last = column + 1, row + 1
    while not walls[row][end]:
        end += 1
    while not any(ceilings[last][column:end]):
        last += 1
    shut = all(ceilings[row][column:end]) and all(ceilings[last][column:end])
    shut = shut and all(wall[column] and wall[end] for wall in walls[row:last])
    return (row, column, last, end) if shut else None


def _covered_by(place: _Place) -> set[tuple[int, int]]:
    """The elementary cells of a rectangle."""
    row, column, last, end = place
    return set(product(range(row, last), range(column, end)))


def _flooded(row: int, column: int, walls: Sequence[Sequence[bool]], ceilings: Sequence[Sequence[bool]]) -> set[tuple[int, int]]:
    """The elementary cells that can be reached from one without crossing a border."""
    region: set[tuple[int, int]] = set()
    waiting = [(row, column)]
    while waiting:
        r, c = waiting.pop()
        if (r, c) in region:
            continue
        first, last = c, c + 1
        while not walls[r][first]:
            first -= 1
        while not walls[r][last]:
            last += 1
        region.update((r, k) for k in range(first, last))
        for ceiling, beyond in ((ceilings[r], r - 1), (ceilings[r + 1], r + 1)):
            entered = False  # one place of each run there is enough
            for k in range(first, last):
                entered = entered and not walls[beyond][k]
                if not ceiling[k] and not entered:
                    waiting.append((beyond, k))
                    entered = True
    return region


def _rectangles(places: set[tuple[int, int]]) -> list[_Place]:
    """A region of elementary cells cut into rectangles.

    Row by row or column by column, whichever needs fewer: a label column that runs into unruled rows is a comb.
    """
    by_rows = _scanned(places)
    if len(by_rows) == 1:
        return by_rows
    by_columns = [(r0, c0, r1, c1) for c0, r0, c1, r1 in _scanned({(c, r) for r, c in places})]
    return min(by_rows, by_columns, key=len)


def _scanned(places: set[tuple[int, int]]) -> list[_Place]:
    left = set(places)
    found = []
    for row, column in sorted(places):
        if (row, column) not in left:
            continue
        end = column
        while (row, end) in left:
            end += 1
        last = row
        while all((last, c) in left for c in range(column, end)):
            last += 1
        left -= {(r, c) for r in range(row, last) for c in range(column, end)}
        found.append((row, column, last, end))
    return found


def _enclosed(left: list[list[bool]], above: list[list[bool]], place: _Place) -> bool:
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
