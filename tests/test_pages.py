"""Pages become blocks: tables joined over breaks, furniture aside, streams apart. Input is drawn by hand as sheets."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from extract.margins import BARE, DECORATED
from extract.model import Block, Grid, Line, LineRole
from extract.pages import compose
from extract.sheet import Glyph, Rule, Sheet, Turn

PROSE = "本年度主动公开政府信息若干条，收到申请若干件，均已在法定期限内答复申请人，无一超期。"


def put(text: str, x: float, y: float, size: float = 10) -> list[Glyph]:
    glyphs = []
    for char in text:
        width = size / 2 if char.isascii() else size
        glyphs.append(Glyph(char, x, y - size / 2, x + width, y + size / 2, size))
        x += width
    return glyphs


def table(
    rows: Sequence[Sequence[str]], x: float, y: float, widths: Sequence[float], height: float = 20
) -> tuple[list[Glyph], list[Rule]]:
    xs = [x + sum(widths[:i]) for i in range(len(widths) + 1)]
    ys = [y + height * i for i in range(len(rows) + 1)]
    rules = [Rule(True, at, xs[0], xs[-1]) for at in ys] + [Rule(False, at, ys[0], ys[-1]) for at in xs]
    glyphs = [g for r, row in enumerate(rows) for c, text in enumerate(row) for g in put(text, xs[c] + 4, ys[r] + height / 2)]
    return glyphs, rules


def sheet(number: int, *glyphs: list[Glyph], rules: Sequence[Rule] = (), width: float = 595, height: float = 842) -> Sheet:
    flat = tuple(g for group in glyphs for g in group)
    numbered = tuple(Glyph(g.text, g.x0, g.top, g.x1, g.bottom, g.size, g.turn, i) for i, g in enumerate(flat))
    return Sheet(number, width, height, numbered, tuple(rules))


def texts(blocks: Sequence[Block]) -> list[str]:
    return [b.text if isinstance(b, Line) else f"{b.rows}x{b.columns}" for b in blocks]


def cells(grid: Grid) -> list[list[str]]:
    return [[c.text for c in grid.cells if c.row == row] for row in range(grid.rows)]


def test_a_table_over_two_pages_is_one_grid_and_the_page_number_stays_outside() -> None:
    first, rules = table([["项目", "甲", "乙"], ["一", "1", "2"]], 60, 700, [100, 40, 40])
    second, more = table([["二", "3", "4"]], 60, 60, [100, 40, 40])
    blocks, _ = compose(
        [
            sheet(1, put(PROSE, 60, 300), first, put("- 1 -", 280, 800), rules=rules),
            sheet(2, second, put("- 2 -", 280, 800), rules=more),
        ]
    )
    grid = next(b for b in blocks if isinstance(b, Grid))
    assert cells(grid) == [["项目", "甲", "乙"], ["一", "1", "2"], ["二", "3", "4"]]
    assert grid.breaks == (2,)
    assert [(b.text, b.role) for b in blocks if isinstance(b, Line)] == [
        (PROSE, LineRole.BODY),
        ("- 1 -", LineRole.FURNITURE),
        ("- 2 -", LineRole.FURNITURE),
    ]


def test_text_between_two_tables_keeps_them_apart() -> None:
    first, rules = table([["项目", "甲"], ["一", "1"]], 60, 700, [100, 40])
    second, more = table([["二", "3"], ["三", "4"]], 60, 100, [100, 40])
    blocks, _ = compose([sheet(1, first, rules=rules), sheet(2, put("三、收到申请情况", 60, 80), second, rules=more)])
    assert texts(blocks) == ["2x2", "三、收到申请情况", "2x2"]


@pytest.mark.parametrize(
    ("x", "widths", "columns", "expected"),
    [
        (60, [100, 40, 40, 40], [0, 1, 2, 3], 4),
        (68, [100, 40, 40, 40], [0, 1, 2, 3], 4),  # margins mirrored on even pages
        (60, [102, 39, 40, 39], [0, 1, 2, 3], 4),  # widths a little different
        (160, [40, 40, 40], [1, 2, 3], 4),  # the label column ended on the page before
        (60, [100, 120], [0, 1], 4),  # values merged on the second page
        (60, [50, 50, 40, 40, 40], [0, 1, 2, 3, 4], 5),  # a label level only on the second page
    ],
)
def test_columns_of_the_parts_line_up(x: float, widths: list[float], columns: list[int], expected: int) -> None:
    first, rules = table([["项目", "甲", "乙", "丙"], ["一", "1", "2", "3"]], 60, 700, [100, 40, 40, 40])
    second, more = table([["4"] * len(widths), ["5"] * len(widths)], x, 60, widths)
    blocks, _ = compose([sheet(1, first, rules=rules), sheet(2, second, rules=more)])
    (grid,) = blocks
    assert isinstance(grid, Grid)
    assert (grid.rows, grid.columns) == (4, expected)
    assert [c.column for c in grid.cells if c.row == 2] == columns
    last = [(c.column, c.colspan) for c in grid.cells if c.row == 1][-1]
    assert last == (expected - 1, 1)


def test_another_table_at_the_top_of_the_next_page_is_not_joined() -> None:
    first, rules = table([["项目", "甲", "乙"], ["一", "1", "2"]], 60, 700, [100, 100, 100])
    second, more = table([["项目", "甲"], ["一", "1"]], 200, 60, [100, 40])
    blocks, _ = compose([sheet(1, first, rules=rules), sheet(2, second, rules=more)])
    assert texts(blocks) == ["2x3", "2x2"]


def test_a_number_cut_by_the_page_break_says_that_it_runs_on() -> None:
    first, rules = table([["项目", "甲", "乙"], ["一", "12345", "6"]], 60, 700, [100, 32, 32])
    second, more = table([["", "67", ""], ["二", "3", "4"]], 60, 60, [100, 32, 32])
    wrapped = put("规范性文件制发数量以及废", 64, 690)  # shows the padding
    label, frame = table([["", "", ""]], 60, 660, [100, 32, 32], height=40)
    blocks, _ = compose(
        [
            sheet(1, label, put("第二十条第（一）项", 64, 673), wrapped[:9], first, rules=[*frame, *rules]),
            sheet(2, second, rules=more),
        ]
    )
    grid = next(b for b in blocks if isinstance(b, Grid))
    cut = {c.text: c.runs_on for c in grid.cells if c.row + c.rowspan == grid.breaks[0]}
    assert cut == {"一": False, "12345": True, "6": False}


def wrapped_number(page: int, *, shown: bool) -> Sheet:
    """A table with 107 over 1 in a cell 26 points wide; ``shown``: a wrapped label shows that 5 of them are kept free."""
    glyphs, rules = table([["项目", ""], ["一", ""]], 60, 600, [100, 26], height=40)
    number = [*put("107", 165.5, 613), *put("1", 165.5, 627)]
    label = [*put("规章规范性文件制发", 65, 653), *put("数量", 65, 667)] if shown else []
    return sheet(page, glyphs[:2], glyphs[2:] if not shown else [], number, label, rules=rules)


@pytest.mark.parametrize(("others", "expected"), [(True, "1071"), (False, "107\n1")])
def test_what_one_table_shows_of_its_cells_holds_for_the_others(others: bool, expected: str) -> None:
    blocks, _ = compose([*([wrapped_number(1, shown=True)] if others else []), wrapped_number(2, shown=False)])
    grids = [b for b in blocks if isinstance(b, Grid)]
    assert expected in {c.text for c in grids[-1].cells}


def test_running_heads_are_furniture_but_titles_are_not() -> None:
    pages = [
        sheet(
            n,
            put("某局年度报告", 60, 40, 9),
            put(f"{2020 + n}年度报告", 200, 70, 22),
            put(PROSE, 60, 200),
            put(PROSE, 60, 220),
            put(f"{n} / 3", 280, 810),
        )
        for n in (1, 2, 3)
    ]
    blocks, _ = compose(pages)
    aside = [b.text for b in blocks if isinstance(b, Line) and b.role is LineRole.FURNITURE]
    assert aside == [t for n in (1, 2, 3) for t in ("某局年度报告", f"{n} / 3")]


@pytest.mark.parametrize("text", ["- 3 -", "-3-", "— 3 —", "第 4 页", "第4页 共12页", "第 4 页/共 12 页", "Page 3 of 9"])
def test_page_numbers_that_say_so(text: str) -> None:
    assert DECORATED.fullmatch(text)


@pytest.mark.parametrize(("text", "is_number"), [("3", True), ("3 / 12", True), ("iv", True), ("2023", False), ("3件", False)])
def test_bare_page_numbers(text: str, is_number: bool) -> None:
    assert bool(BARE.fullmatch(text)) is is_number


def side_by_side(number: int, left: str, right: str) -> Sheet:
    a, rules = table([["项目", "甲"], [left, "1"]], 40, 200, [200, 100])
    b, more = table([["项目", "甲"], [right, "2"]], 460, 205, [200, 100])
    prose = [put(PROSE[:30], x, y) for x in (40, 460) for y in (120, 140, 160)]
    return sheet(number, put(left, 40, 60), put(right, 460, 60), *prose, a, b, rules=[*rules, *more], width=842, height=595)


def test_two_reports_side_by_side_are_read_one_after_the_other() -> None:
    blocks, _ = compose([side_by_side(1, "左一", "右一"), side_by_side(2, "左二", "右二")])
    heads = [b.text for b in blocks if isinstance(b, Line) and len(b.text) == 2]
    assert heads == ["左一", "左二", "右一", "右二"]
    assert [cells(b)[1] for b in blocks if isinstance(b, Grid)] == [["左一", "1"], ["左二", "1"], ["右一", "2"], ["右二", "2"]]
    assert all("项目" not in b.text and len(b.text) <= 30 for b in blocks if isinstance(b, Line))


def test_two_pages_printed_on_one_sheet_keep_their_order() -> None:
    pages = []
    for n in (1, 2):
        page = side_by_side(n, f"{2 * n - 1}页", f"{2 * n}页")
        pages.append(
            sheet(
                n,
                list(page.glyphs),
                put(str(2 * n - 1), 200, 580),
                put(str(2 * n), 620, 580),
                rules=page.rules,
                width=842,
                height=595,
            )
        )
    blocks, _ = compose(pages)
    assert [b.text for b in blocks if isinstance(b, Line) and b.text.endswith("页")] == ["1页", "2页", "3页", "4页"]


def test_a_frame_round_prose_and_table_swallows_neither() -> None:
    inner, rules = table([["项目", "甲"], ["一", "1"]], 80, 300, [100, 40])
    frame = [Rule(True, 50, 50, 550), Rule(True, 790, 50, 550), Rule(False, 50, 50, 790), Rule(False, 550, 50, 790)]
    blocks, _ = compose([sheet(1, put(PROSE, 60, 100), inner, put(PROSE, 60, 500), rules=[*rules, *frame])])
    assert texts(blocks) == [PROSE, "2x2", PROSE]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_page_reads_like_an_upright_one_and_boxes_are_where_they_are_seen(degrees: int) -> None:
    glyphs, rules = table([["项目", "甲"], ["一", "12"]], 60, 300, [100, 40])
    upright = sheet(1, put(PROSE, 60, 100), glyphs, rules=rules)
    seen, turn = Sheet(1, 842 if degrees != 180 else 595, 595 if degrees != 180 else 842), None
    turn = Turn(degrees, seen.width, seen.height)
    turned = Sheet(
        1,
        seen.width,
        seen.height,
        tuple(_printed_turned(g, turn) for g in upright.glyphs),
        tuple(_rule_turned(r, turn) for r in upright.rules),
    )
    plain, _ = compose([upright])
    got, _ = compose([turned])
    assert texts(got) == texts(plain)
    cell = next(c for b in got if isinstance(b, Grid) for c in b.cells if c.text == "12")
    expected = turn.back((160, 320, 200, 340), 1)
    assert cell.box is not None
    assert (cell.box.x0, cell.box.top, cell.box.x1, cell.box.bottom) == (expected.x0, expected.top, expected.x1, expected.bottom)


def _printed_turned(glyph: Glyph, turn: Turn) -> Glyph:
    box = turn.back((glyph.x0, glyph.top, glyph.x1, glyph.bottom), 1)
    return Glyph(glyph.text, box.x0, box.top, box.x1, box.bottom, glyph.size, turn.degrees, glyph.order)


def _rule_turned(rule: Rule, turn: Turn) -> Rule:
    box = turn.back((rule.start, rule.at, rule.end, rule.at) if rule.horizontal else (rule.at, rule.start, rule.at, rule.end), 1)
    if abs(box.bottom - box.top) < abs(box.x1 - box.x0):
        return Rule(True, box.top, box.x0, box.x1)
    return Rule(False, box.x0, box.top, box.bottom)


def test_turning_there_and_back_is_nothing() -> None:
    for degrees in (0, 90, 180, 270):
        turn = Turn(degrees, 595, 842)
        box = turn.back(turn.forth((10, 20, 30, 50)), 1)
        assert (box.x0, box.top, box.x1, box.bottom) == (10, 20, 30, 50)
