"""Rules and coloured areas become cells, whatever way they were drawn."""

from __future__ import annotations

from itertools import pairwise

import pytest

from extract.lattice import Lattice
from extract.lattice import find_lattices as find_lattices_of
from extract.rules import merged_rules
from extract.sheet import Fill, Glyph, Rule


def find_lattices(rules, fills=(), glyphs=()):
    return find_lattices_of(merged_rules(rules), fills, glyphs)


XS = [100.0, 200.0, 240.0, 280.0]
YS = [100.0, 120.0, 140.0, 160.0]


def flat(y: float, x0: float, x1: float) -> Rule:
    return Rule(True, y, x0, x1)


def steep(x: float, y0: float, y1: float) -> Rule:
    return Rule(False, x, y0, y1)


def full() -> list[Rule]:
    return [flat(y, XS[0], XS[-1]) for y in YS] + [steep(x, YS[0], YS[-1]) for x in XS]


def digit(x: float, y: float) -> Glyph:
    return Glyph("0", x - 2.5, y - 5, x + 2.5, y + 5, 10)


def shape(lattice: Lattice) -> list[tuple[int, int, int, int]]:
    return [(c.row, c.column, c.rowspan, c.colspan) for c in lattice.cells]


WHOLE = [(r, c, 1, 1) for r in range(3) for c in range(3)]
PIECES = [Rule(r.horizontal, r.at, a, a + 4) for r in full() for a in range(int(r.start), int(r.end), 6)]
SHORT = [Rule(r.horizontal, r.at, r.start + 2.5, r.end - 2.5) for r in full()]
LONG = [Rule(r.horizontal, r.at, r.start - 2.5, r.end + 2.5) for r in full()]
DOUBLE = [*full(), *(Rule(r.horizontal, r.at + 2, r.start, r.end) for r in full())]
NO_SIDES = [r for r in full() if r.horizontal or r.at not in (XS[0], XS[-1])]
NO_TOP = [r for r in full() if not r.horizontal or r.at != YS[0]]


@pytest.mark.parametrize(
    "rules",
    [full(), PIECES, SHORT, LONG, DOUBLE, NO_SIDES, NO_TOP],
    ids=["plain", "dashed", "short", "overshooting", "double", "no side borders", "no top border"],
)
def test_the_same_cells_however_the_rules_are_drawn(rules: list[Rule]) -> None:
    (lattice,) = find_lattices(rules)
    assert shape(lattice) == WHOLE
    assert lattice.xs == pytest.approx(XS, abs=2.6)
    assert lattice.ys == pytest.approx(YS, abs=2.6)


def test_cells_without_a_border_between_them_are_one() -> None:
    rules = [flat(YS[0], 100, 280), flat(YS[1], 100, 280), flat(YS[2], 200, 280), flat(YS[3], 100, 280)]
    rules += [steep(100, 100, 160), steep(200, 100, 160), steep(240, 120, 160), steep(280, 100, 160)]
    (lattice,) = find_lattices(rules)
    assert shape(lattice) == [(0, 0, 1, 1), (0, 1, 1, 2), (1, 0, 2, 1), (1, 1, 1, 1), (1, 2, 1, 1), (2, 1, 1, 1), (2, 2, 1, 1)]
    assert all(c.regular for c in lattice.cells)


@pytest.mark.parametrize(
    "missing",
    [[], [flat(YS[1], 200, 280)], [steep(XS[2], 100, 140)], [flat(YS[1], 200, 280), steep(XS[2], 100, 140)]],
    ids=["nothing", "a border across", "a border down", "all borders"],
)
def test_a_cell_over_rows_and_columns_is_one_only_if_no_border_cuts_it(missing: list[Rule]) -> None:
    inside = [flat(YS[1], 200, 280), steep(XS[2], 100, 140)]
    rules = [r for r in full() if r not in (flat(YS[1], 100, 280), steep(XS[2], 100, 160))]
    rules += [flat(YS[1], 100, 200), steep(XS[2], 140, 160), *(r for r in inside if r not in missing)]
    (lattice,) = find_lattices(rules)
    rowspan, colspan = 1 + (inside[0] in missing), 1 + (inside[1] in missing)
    corner = [(r, c, rowspan, colspan) for r in range(0, 2, rowspan) for c in range(1, 3, colspan)]
    assert shape(lattice) == sorted([(0, 0, 1, 1), (1, 0, 1, 1), *corner, (2, 0, 1, 1), (2, 1, 1, 1), (2, 2, 1, 1)])
    assert all(c.regular for c in lattice.cells)


def test_pieces_at_one_place_keep_it_to_the_last_bit() -> None:
    pieces = [Rule(True, 544.125, a, a + 33.3) for a in range(50, 500, 35)]
    assert [rule.at for rule in merged_rules(pieces)] == [544.125]


def test_a_region_that_is_no_rectangle_is_cut_and_doubted() -> None:
    rules = [r for r in full() if r not in (flat(YS[2], 100, 280), steep(XS[1], 100, 160))]
    rules += [flat(YS[2], 200, 280), steep(XS[1], 100, 140)]
    (lattice,) = find_lattices(rules)
    doubted = [c for c in lattice.cells if not c.regular]
    assert sum(c.rowspan * c.colspan for c in doubted) == 3
    assert sum(c.rowspan * c.colspan for c in lattice.cells) == 9


def test_a_notch_beside_a_narrower_part_is_no_cell() -> None:
    rules = [*full(), steep(100, 160, 180), steep(200, 160, 180), flat(180, 100, 200)]
    (lattice,) = find_lattices(rules)
    assert shape(lattice) == [*WHOLE, (3, 0, 1, 1)]


def tiles(gap: float, rows: tuple[int, ...] = (0, 1, 2)) -> list[Fill]:
    half = gap / 2
    return [Fill(a + half, YS[r] + half, b - half, YS[r + 1] - half) for r in rows for a, b in pairwise(XS)]


@pytest.mark.parametrize("gap", [0.0, 1.5, 4.0])
def test_coloured_cells_need_no_rules(gap: float) -> None:
    (lattice,) = find_lattices([], tiles(gap))
    assert shape(lattice) == WHOLE


def test_white_rows_between_coloured_ones_are_rows_of_unknown_columns() -> None:
    (lattice,) = find_lattices([], tiles(0, rows=(0, 2)))
    assert [(c.row, c.colspan, c.painted) for c in lattice.cells if c.row == 1] == [(1, 3, False)]


def test_a_highlight_behind_words_is_no_table() -> None:
    marks = [Fill(x, y, x + 30, y + 11) for y in (100, 116) for x in (100, 130)]
    assert find_lattices([], marks, [digit(m.x0 + 5, m.top + 5.5) for m in marks]) == []


def test_a_highlight_in_a_cell_does_not_cut_it() -> None:
    (lattice,) = find_lattices(full(), [Fill(210, 124, 225, 135)], [digit(215, 130)])
    assert shape(lattice) == WHOLE


def test_underlines_are_no_table() -> None:
    assert find_lattices([flat(100, 50, 300), flat(200, 50, 300)]) == []


def test_two_tables_side_by_side_stay_two() -> None:
    moved = [
        Rule(r.horizontal, r.at if r.horizontal else r.at + 300, r.start + 300 * r.horizontal, r.end + 300 * r.horizontal)
        for r in full()
    ]
    assert [lattice.xs[0] for lattice in find_lattices([*full(), *moved])] == [100, 400]


def test_a_narrow_column_with_text_is_kept_and_a_sliver_without_is_not() -> None:
    rules = [*full(), steep(206, 100, 160)]
    assert len(find_lattices(rules)[0].xs) == 4
    assert len(find_lattices(rules, glyphs=[digit(203, 110)])[0].xs) == 5


def test_dots_become_rules_only_along_a_line() -> None:
    dots = [Rule(True, 50, x, x + 1) for x in range(0, 60, 3)] + [Rule(False, 0.5, 50, 51)]
    (rule,) = merged_rules(dots)
    assert (rule.horizontal, rule.start, rule.end, round(rule.at, 6)) == (True, 0, 58, 50)


def test_points_find_their_cell() -> None:
    (lattice,) = find_lattices(full())
    locate = lattice.locator()
    assert [locate(150, 110), locate(270, 150), locate(300, 150)] == [0, 8, None]
