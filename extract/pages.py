"""Pages -> blocks in reading order: tables joined over page breaks, furniture set aside, streams kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from extract.aligned import Word, find_grids
from extract.glyphs import Row, rows_of, run_text, words_of
from extract.joining import Table, begun, continued
from extract.lattice import Lattice, find_lattices
from extract.margins import furniture, page_number
from extract.model import Block, Grid, Line, LineRole, ReaderWarning
from extract.rules import merged_rules
from extract.shapes import begins_value
from extract.sheet import Glyph, Rectangle, Rule, Sheet, Turn, bounds
from extract.streams import find_gutters, halves
from extract.strips import level
from extract.tables import ACROSS, USUAL_PADDING, Part, read_parts, unruled_part


@dataclass(slots=True)
class _Leaf:
    """One page, or one side of a page that holds two streams."""

    number: int
    height: float
    turn: Turn
    side: int = 0
    rows: list[Row] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    furniture: list[Row] = field(default_factory=list)
    rules: tuple[Rule, ...] = ()
    """Merged."""

    def items(self) -> list[Row | Part]:
        """What stands on it, from top to bottom, furniture left out."""
        return sorted([*self.rows, *self.parts], key=lambda item: (item.box[1], item.box[0]))

    @property
    def ends_unruled(self) -> bool:
        """Whether the last thing on it is a table without rules, which may go on."""
        if not any(part.spans for part in self.parts):
            return False
        last = self.items()[-1]
        return isinstance(last, Part) and bool(last.spans)


def compose(sheets: Sequence[Sheet]) -> tuple[tuple[Block, ...], tuple[ReaderWarning, ...]]:
    """The blocks of a document in reading order, and what a person may want to know about them.

    Args:
        sheets: its pages, in order.
    """
    leaves = _leaves(sheets)
    parts = [part for leaf in leaves for part in leaf.parts]
    shown = [part.padding for part in parts if part.padding is not None]
    if shown and any(part.undecided for part in parts):
        # One program set all the tables: what one of them shows of its cells holds for the others.
        leaves = _leaves(sheets, median(shown))
    leaves = _in_order(leaves)
    _set_furniture_aside(leaves)
    for before, leaf in zip([None, *leaves], leaves, strict=False):
        _find_unruled(leaf, goes_on=before is not None and before.ends_unruled)
    blocks = _blocks(leaves)
    return tuple(blocks), tuple(_warnings(blocks))


# pages and their sides -----------------------------------------------------------------------------------------------


def _leaves(sheets: Sequence[Sheet], padding: float = USUAL_PADDING) -> list[_Leaf]:
    turned = [sheet.upright() for sheet in sheets]
    upright = [sheet for sheet, _ in turned]
    straight = [tuple(merged_rules(sheet.rules)) for sheet in upright]
    lattices = [find_lattices(rules, sheet.fills, sheet.glyphs) for sheet, rules in zip(upright, straight, strict=True)]
    gutters = find_gutters(upright, lattices)
    leaves = []
    for (sheet, turn), rules, found, gutter in zip(turned, straight, lattices, gutters, strict=True):
        parts, rest = _parts(sheet, turn, found, padding)
        rows = rows_of(rest)
        if gutter is None:
            leaves.append(_Leaf(sheet.number, sheet.height, turn, 0, rows, parts, rules=rules))
            continue
        across, left, right = halves(rows, gutter)
        left_parts = [p for p in parts if p.box[0] < gutter]
        right_parts = [p for p in parts if p.box[0] >= gutter]
        left_rows = sorted([*across, *left], key=lambda r: r.box[1])
        leaves.append(_Leaf(sheet.number, sheet.height, turn, 0, left_rows, left_parts, rules=rules))
        leaves.append(_Leaf(sheet.number, sheet.height, turn, 1, right, right_parts, rules=rules))
    return leaves


def _parts(sheet: Sheet, turn: Turn, lattices: Sequence[Lattice], padding: float) -> tuple[list[Part], list[Glyph]]:
    """The drawn tables of a page, innermost first, and the glyphs that stand in none."""
    rest = [g for g in sheet.glyphs if g.text == " " or not g.text.isspace()]
    parts: list[Part] = []
    for lattice in sorted(lattices, key=lambda found: _area(found.box)):
        inside, beyond = _parted_by(lattice.box, rest)
        taken, outside = read_parts(lattice, inside, sheet.number, turn, padding)
        if not taken:
            continue
        if outside:
            held = {id(g) for g in inside} - {id(g) for g in outside}
            beyond = [g for g in rest if id(g) not in held]
        rest = beyond
        parts.extend(taken)
    return parts, rest


def _area(box: Rectangle) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _parted_by(box: Rectangle, glyphs: Sequence[Glyph]) -> tuple[list[Glyph], list[Glyph]]:
    """The glyphs centred within a rectangle or lying on its upper or lower border, and the others.

    A page that ends within a row may print the row's values on the table's last rule, or half below it.
    """
    x0, top, x1, bottom = box
    inside: list[Glyph] = []
    beyond: list[Glyph] = []
    for glyph in glyphs:
        reach = ACROSS * (glyph.bottom - glyph.top)
        is_within = glyph.top + reach <= bottom and glyph.bottom - reach >= top and x0 <= (glyph.x0 + glyph.x1) / 2 <= x1
        (inside if is_within else beyond).append(glyph)
    return inside, beyond


def _in_order(leaves: list[_Leaf]) -> list[_Leaf]:
    """The whole left stream, then the right one; but page by page where the sides are numbered as successive pages."""
    right = [leaf for leaf in leaves if leaf.side]
    lefts = {leaf.number: leaf for leaf in leaves if not leaf.side}
    numbers = [(page_number(lefts[leaf.number].rows[-1:]), page_number(leaf.rows[-1:])) for leaf in right]
    if any(a is not None and b == a + 1 for a, b in numbers):
        return leaves
    return [leaf for leaf in leaves if not leaf.side] + right


def _set_furniture_aside(leaves: Sequence[_Leaf]) -> None:
    for side in {leaf.side for leaf in leaves}:
        stream = [leaf for leaf in leaves if leaf.side == side]
        edges = [
            (
                min((p.box[1] for p in leaf.parts), default=float("inf")),
                max((p.box[3] for p in leaf.parts), default=float("-inf")),
            )
            for leaf in stream
        ]
        for leaf, found in zip(stream, furniture([(leaf.height, leaf.rows) for leaf in stream], edges), strict=True):
            leaf.furniture = [row for index, row in enumerate(leaf.rows) if index in found]
            leaf.rows = [row for index, row in enumerate(leaf.rows) if index not in found]


def _find_unruled(leaf: _Leaf, *, goes_on: bool) -> None:
    """Tables without rules among the lines of a page; what they take is no line any more."""
    runs = [run for row in leaf.rows for run in words_of(row)]
    if not any(begins_value(run[0].text) for run in runs):
        return
    levelled = level([Word(run_text(run), *bounds(run)) for run in runs], leaf.rules)
    used: set[int] = set()
    for table in find_grids([item.word for item in levelled], leaf.number, goes_on=goes_on):
        members = {member for index in table.used for member in levelled[index].members}
        taken = [glyph for member in sorted(members) for glyph in runs[member]]
        if taken:
            used |= members
            leaf.parts.append(unruled_part(table.grid, rows_of(taken), leaf.number, leaf.turn))
    if used:
        leaf.rows = rows_of([glyph for index, run in enumerate(runs) if index not in used for glyph in run])


# blocks --------------------------------------------------------------------------------------------------------------


def _blocks(leaves: Sequence[_Leaf]) -> list[Block]:
    blocks: list[Block] = []
    held: list[Line] = []  # furniture and, at its place, what follows the table that may go on
    open_table: Table | None = None
    for leaf in leaves:
        items = leaf.items()
        for place, item in enumerate(items):
            joined = continued(open_table, item) if open_table and place == 0 and isinstance(item, Part) else None
            if joined is not None:
                open_table = joined
                continue
            blocks += _closed(open_table)
            blocks += held
            open_table, held = None, []
            if isinstance(item, Part):
                open_table = begun(item)
            else:
                blocks.append(_line(item, leaf))
        held += [_line(row, leaf, LineRole.FURNITURE) for row in leaf.furniture]
    return [*blocks, *_closed(open_table), *held]


def _closed(table: Table | None) -> Iterable[Block]:
    if table is None:
        return ()
    if table.is_table:
        return (table.grid(),)
    return [Line(row.text, part.turn.back(row.box, part.page)) for part in table.parts for row in part.lines]


def _line(row: Row, leaf: _Leaf, role: LineRole = LineRole.BODY) -> Line:
    return Line(row.text, leaf.turn.back(row.box, leaf.number), role=role)


def _warnings(blocks: Iterable[Block]) -> Iterable[ReaderWarning]:
    for block in blocks:
        if isinstance(block, Grid) and any(cell.confidence < 0.7 for cell in block.cells):
            page = block.box.page if block.box else None
            yield ReaderWarning("doubtful_cells", "Some cells of a table have broken borders or overflowing text.", page)
