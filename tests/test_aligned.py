"""Words on a page -> grids without rules. Pages are typed here as text; a character is half as wide as a line is high."""

import unicodedata

import pytest

from extract import stubs
from extract.aligned import Word, find_grids
from extract.continued import join
from extract.model import Box, Layout
from extract.shapes import begins_value, is_enumerated, is_page_number, is_prose, is_value
from extract.words import Run

WIDE = 2


def page(typed, pitch=18.0):
    """Words of a typed page: two spaces part them; 10 points high, ``pitch`` from line to line, a wide character 10 wide."""
    words = []
    for number, line in enumerate(typed.strip("\n").split("\n")):
        x, start, text = 0.0, 0.0, ""
        for character in line + "  ":
            if character == " ":
                if text:
                    words.append(Word(text, start, 40 + number * pitch, x, 50 + number * pitch))
                text = ""
                x += 5
                continue
            start = start if text else x
            text += character
            x += 5 * (WIDE if unicodedata.east_asian_width(character) in "WFA" else 1)
    return words


def rows(grid):
    """Texts by row; a cell's place as ``column`` or ``column-last``."""
    table = []
    for r in range(grid.rows):
        cells = [c for c in grid.cells if c.row == r]
        table.append(
            {(f"{c.column}-{c.column + c.colspan - 1}" if c.colspan > 1 else str(c.column)): c.text for c in cells},
        )
    return table


def only(typed, **kwargs):
    tables = find_grids(page(typed, **kwargs), 1)
    assert len(tables) == 1
    return tables[0]


APPLICATIONS = """
                                        对象
                          个人               单位            合计
                                    企业      学校    团体
一、新收                    12        3        0       1      16
二、结转                     4                 0              4
三、办    （一）公开        10        2        0       1      13
理结果    （二）部分         6        1        0              7
"""


def test_columns_rows_heads_and_nested_labels():
    table = only(APPLICATIONS)
    assert table.grid.layout is Layout.ALIGNED
    body = rows(table.grid)[-4:]
    first = table.labels
    assert first == 2
    values = [[row[str(first + i)] for i in range(5)] for row in body]
    assert values == [["12", "3", "0", "1", "16"], ["4", "", "0", "", "4"], ["10", "2", "0", "1", "13"], ["6", "1", "0", "", "7"]]
    assert [row.get("0-1") for row in body[:2]] == ["一、新收", "二、结转"]
    assert [row["1"] for row in body[2:]] == ["（一）公开", "（二）部分"]
    outer = next(c for c in table.grid.cells if c.text == "三、办理结果")
    assert (outer.column, outer.rowspan) == (0, 2)
    spans = {c.text: (c.column - first, c.colspan) for c in table.grid.cells if c.text in {"单位", "企业", "个人", "合计"}}
    assert spans == {"单位": (1, 3), "企业": (1, 1), "个人": (0, 1), "合计": (4, 1)}
    assert all(c.confidence == 1 for c in table.grid.cells)


def test_boxes_members_and_used_words():
    words = page(APPLICATIONS)
    (table,) = find_grids(words, 3)
    assert table.used == frozenset(range(len(words)))
    for cell, members in zip(table.grid.cells, table.members, strict=True):
        assert (cell.box is None) == (cell.text == "")
        if cell.box is not None:
            some = [words[i] for i in members]
            assert cell.box == Box(
                3, min(w.x0 for w in some), min(w.top for w in some), max(w.x1 for w in some), max(w.bottom for w in some)
            )


def test_a_wrapped_label_stands_above_and_below_its_values():
    table = only(
        """
项目                         甲     乙     丙
1.短                          1     2      3
2.很长的标签要分成两行才
                              4     5      6
放得下
3.也短                        7     8      9
""",
        pitch=12,
    )
    assert [(row["0"], row["1"], row["3"]) for row in rows(table.grid)[1:]] == [
        ("1.短", "1", "3"),
        ("2.很长的标签要分成两行才放得下", "4", "6"),
        ("3.也短", "7", "9"),
    ]


@pytest.mark.parametrize(
    "values",
    [
        ("       5", "     123", "11398889"),  # right
        ("5       ", "123     ", "11398889"),  # left
        ("   5    ", "  123   ", "11398889"),  # centred
    ],
)
def test_numbers_line_up_at_either_edge_or_in_the_middle(values):
    typed = "项目            一栏          二栏      三栏\n" + "\n".join(
        f"第{'甲乙丙'[i]}项        {value}      {value}  {value}" for i, value in enumerate(values)
    )
    table = only(typed)
    assert [[row[str(c)] for c in (1, 2, 3)] for row in rows(table.grid)[1:]] == [[v.strip()] * 3 for v in values]


def test_a_column_without_any_value_is_known_from_its_head():
    table = only(
        """
项目        甲栏      乙栏      丙栏      丁栏
第一         1                   3         4
第二         5                   7         8
""",
    )
    assert [row["2"] for row in rows(table.grid)] == ["乙栏", "", ""]


def test_leading_columns_without_values_in_a_table_without_labels():
    table = only(
        """
          复议                           诉讼
 维持     纠正     其他      维持     纠正     其他
                               0        1        2
""",
    )
    last = rows(table.grid)[-1]
    assert list(last.values()) == ["", "", "", "0", "1", "2"]


def test_a_row_without_any_value_is_blank_and_a_title_is_none():
    table = only(
        """
                  第二十条之一
内容        甲数       乙数        丙数
规章         1          2           3
文件
                  第二十条之五
内容                   丁数
许可                    9
""",
    )
    got = rows(table.grid)
    assert got[3] == {"0": "文件", "1": "", "2": "", "3": ""}
    assert got[4] == {"0-3": "第二十条之五"}
    assert got[6] == {"0": "许可", "2": "9"}


def test_a_list_with_units():
    table = only(
        """
指标                        单位     统计数
一、公开                    ——      ——
（一）公开信息数            条         57
其中：文件数                件          1
七、费用                    万元     26.1
八、会议                    次
九、培训                    人次       118
""",
    )
    assert [list(row.values()) for row in rows(table.grid)] == [
        ["指标", "单位", "统计数"],
        ["一、公开", "——", "——"],
        ["（一）公开信息数", "条", "57"],
        ["其中：文件数", "件", "1"],
        ["七、费用", "万元", "26.1"],
        ["八、会议", "次", ""],
        ["九、培训", "人次", "118"],
    ]


def test_a_number_in_two_pieces_is_never_one_for_certain():
    table = only(
        """
项目         甲栏        乙栏        丙栏
第一       111         222         333
第二       12 345      222         333
第三       111         222         333
第四       111         222         333
""",
    )
    cell = next(c for c in table.grid.cells if "345" in c.text)
    assert cell.text == "12 345"
    assert cell.confidence < 1
    assert table.grid.columns == 4


def word(text, x0, top, width=None, height=10.0):
    return Word(text, x0, top, x0 + (width or 5.0 * len(text)), top + height)


@pytest.mark.parametrize(
    ("upper", "lower", "beside", "expected"),
    [
        ("123", "45", "8", "12345"),
        ("1", "3", "8", "1\n3"),  # no column is so narrow
        ("123", "45", "4567", "123\n45"),  # nor is this one, if it is like the next
        ("12", "345", "8", "12\n345"),
    ],
)
def test_a_number_wrapped_beside_single_lines_is_joined(upper, lower, beside, expected):
    """``123`` over ``45``, centred on the line of its row: rows cannot stand half a line apart."""
    words = [word(t, x, 40) for t, x in (("甲", 100), ("乙", 130), ("丙", 160))]
    for i in range(3):
        y = 70 + 30 * i
        words += [word("项目", 10, y, 20), word("7", 130, y), word(beside, 160, y)]
        words += [word(upper, 97, y - 6), word(lower, 97, y + 6)] if i == 1 else [word("9", 102, y)]
    (table,) = find_grids(words, 1)
    values = [[c.text for c in table.grid.cells if c.row == r and c.column > 0] for r in range(1, 4)]
    assert values == [["9", "7", beside], [expected, "7", beside], ["9", "7", beside]]


def test_a_remark_in_a_cell_belongs_to_its_number():
    table = only(
        """
项目        甲栏          乙栏        丙栏
第一         22            3           4
        （其中修订
          16件）
第二          5            6           7
""",
        pitch=12,
    )
    assert [row["1"] for row in rows(table.grid)] == ["甲栏", "22（其中修订16件）", "5"]


def test_words_in_the_place_of_a_value_are_kept():
    table = only(
        """
项目        甲栏        乙栏        丙栏
第一         1          不详         3
第二         4           5           6
""",
    )
    assert rows(table.grid)[1] == {"0": "第一", "1": "1", "2": "不详", "3": "3"}


PROSE = """
2021年，本单位共发布各类信息60条，其中部门快讯6条，部门指南1条，财政信息3条，主
动公开基本目录1条，工作信息31条。全年受理申请    17    件，答复    17    件，其中
网上申请    5    件，信函申请    12    件，均在法定期限内办结。
"""
CONTENTS = """
目录
一、总体情况                                     1
二、主动公开政府信息情况                         2
三、收到和处理申请情况                           3
四、行政复议、行政诉讼情况                       5
五、存在的主要问题                               6
"""
CONTACT = """
地址：          人民路18号
邮编：          276000
电话：          8383216
传真：          8383217
信箱：          100
"""
DATES = """
2021年1月1日        关于印发要点的通知
2021年3月4日        关于开展检查的通知
2021年6月9日        关于报送总结的通知
"""


@pytest.mark.parametrize("typed", [PROSE, CONTENTS, CONTENTS.replace("      ", "…………"), CONTACT, DATES, ""])
def test_what_is_no_table(typed):
    assert find_grids(page(typed), 1) == []


def test_headings_part_tables():
    tables = find_grids(
        page(
            """
二、第一种情况
项目        甲栏      乙栏      丙栏
规章         1         2         3
文件         4         5         6
三、第二种情况
内容      子栏    丑栏    寅栏    卯栏    辰栏
申请        7       8       9       10      11
""",
        ),
        1,
    )
    assert [[row.get("0") for row in rows(t.grid)] for t in tables] == [["项目", "规章", "文件"], ["内容", "申请"]]


def test_the_rest_of_a_table_at_the_top_of_a_page():
    upper = only(APPLICATIONS)
    rest = page("（七）总计                 16        3        0       1      20")
    assert find_grids(rest[:3], 2) == []
    (lower,) = find_grids(rest, 2, goes_on=True)
    whole = join(upper, lower)
    assert whole is not None
    assert whole.grid.breaks == (upper.grid.rows,)
    assert list(rows(whole.grid)[-1].values()) == ["（七）总计", "16", "3", "0", "1", "20"]


def test_parts_with_other_columns_are_not_joined():
    upper = only(APPLICATIONS)
    lower = only(
        """
甲      乙      丙      丁      戊      己      庚
 1       2       3       4       5       6       7
""",
    )
    assert join(upper, lower) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", True),
        ("１２", True),
        ("1,036", True),
        ("+1036", True),
        ("减3", True),
        ("0.37万元", True),
        ("22（其中修订16件）", True),
        ("/", True),
        ("——", True),
        ("无", True),
        ("1.", False),
        ("1、", False),
        ("2021年", False),
        ("第1项", False),
        ("（一）", False),
        ("", False),
    ],
)
def test_bare_values(text, value):
    assert is_value(text) is value


@pytest.mark.parametrize(
    ("text", "furniture"),
    [
        ("- 3 -", True),
        ("— 4 —", True),
        ("第 5 页", True),
        ("第3页 共7页", True),
        ("3 / 7", True),
        ("3", False),
        ("第五条", False),
        ("——", False),
    ],
)
def test_page_numbers(text, furniture):
    assert is_page_number(text) is furniture


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("全年未收取信息处理费。", True),
        ("（部分公开（区分处理的，只计这一情形，不计其他情形）", False),
        ("2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请（含上年结转的申请）", False),
        ("信息内容", False),
        ("1922?", False),
        ("1922。", False),
        ("有效吗？", True),
    ],
)
def test_prose(text, prose):
    assert is_prose(text) is prose


def test_a_column_of_one_dash_is_not_given_to_its_neighbour():
    table = only(
        """
内容        甲栏        乙栏        丙栏
规章         11                      18
文件         19          ——
许可         20                      21
""",
    )
    assert [[row[str(c)] for c in (1, 2, 3)] for row in rows(table.grid)[1:]] == [
        ["11", "", "18"],
        ["19", "——", ""],
        ["20", "", "21"],
    ]


def test_sections_without_any_value_under_the_last_value():
    table = only(
        """
内容        甲栏        乙栏        丙栏
规章         11          12          18
文件         19          14          15
                   第二十条之六
内容                        丁栏
处罚
强制
                   第二十条之八
内容                        戊栏
收费
""",
    )
    blank = [row for row in rows(table.grid) if row.get("0") in {"处罚", "强制", "收费"}]
    assert [list(row.values()) for row in blank] == [["处罚", ""], ["强制", ""], ["收费", ""]]


def test_a_label_line_is_judged_once_however_many_rows_there_are(monkeypatch):
    judged = []
    monkeypatch.setattr(stubs, "is_enumerated", lambda text: judged.append(text) or is_enumerated(text))
    lines = [stubs.LabelLine((Run((i,), f"{i}.项目", 0.0, 18.0 * i, 60.0, 18.0 * i + 10),)) for i in range(120)]
    groups, spare = stubs.share_out(lines, [18.0 * i + 5 for i in range(120)], 10.0, 100.0)
    assert groups == [[i] for i in range(120)]
    assert spare == []
    assert len(judged) < len(lines)


@pytest.mark.parametrize("text", ["123", "1,024", "-3", "增加12件", "１２．５万元", "3（其中修订1件）", "——", "无", "/"])
def test_every_beginning_of_a_value_may_begin_one(text: str) -> None:
    assert is_value(text)
    assert all(begins_value(text[:end]) for end in range(1, len(text) + 1))


@pytest.mark.parametrize("text", ["信息内容", "2024年政府信息公开", "一、总体情况", "（一）", "第二十条", "3号文件"])
def test_what_no_value_begins_with(text: str) -> None:
    assert not begins_value(text)
