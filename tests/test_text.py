"""Text files -> lines and grids: every flattening, page breaks in the middle of tables, and what is no table."""

import random

import pytest

from collect.errors import UnreadableError, UnsupportedError
from extract.model import Grid, Layout, Line, LineRole, Locus
from extract.text import MAX_BYTES, MAX_LINES, read_text

HEADING = "三、收到和处理政府信息公开申请情况"
NOTE = "（本表只填数字，没有的数据项填“0”不得空白或填其他内容）"


def read(text):
    return read_text(text.encode()).blocks


def grids(text):
    return [block for block in read(text) if isinstance(block, Grid)]


def fields(grid):
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)]


def lines(text, role=LineRole.BODY):
    return [block.text for block in read(text) if isinstance(block, Line) and block.role is role]


TABS = f"""河东区某中心2021年年度报告

{NOTE}

第二十条 第（一）项\t\t\t
信息内容\t本年制发件数\t本年废止件数\t现行有效件数
规章\t0\t0\t0
行政处罚\t0\t\t

行政强制\t0
第二十条 第(八)项\t
信息内容\t本年收费金额(单位: 万元)
行政事业性收费\t0

{HEADING}

(本列数据的勾稽关系为: 第一项加第二项之和)\t\t申请人情况\t\t总计\t\t
\t\t自然人\t商业企业\t\t\t
一、本年新收政府信息公开申请数量\t\t1\t0\t1\t\t
4. 无正当理由大量反复申请\t\t\t0\t0\t0\t
- 4 -

\t5. 要求行政机关确认\t0\t0\t0

没有其他需要报告的事项。
"""


def test_tab_separated_fields_are_kept_as_printed():
    first, second = grids(TABS)
    assert first.layout is Layout.SEQUENCE
    assert fields(first)[1:5] == [
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "0", "0", "0"],
        ["行政处罚", "0", "", ""],
        ["行政强制", "0"],
    ]
    assert fields(second)[2:] == [
        ["一、本年新收政府信息公开申请数量", "", "1", "0", "1", "", ""],
        ["4. 无正当理由大量反复申请", "", "", "0", "0", "0", ""],
        ["", "5. 要求行政机关确认", "0", "0", "0"],
    ]


def test_tables_go_on_over_page_breaks_and_end_at_headings():
    first, second = grids(TABS)
    assert first.breaks == (4,)
    assert second.breaks == (4,)
    assert lines(TABS) == ["河东区某中心2021年年度报告", NOTE, HEADING, "没有其他需要报告的事项。"]
    assert lines(TABS, LineRole.FURNITURE) == ["- 4 -"]


def test_cells_say_line_and_field():
    first, _ = grids(TABS)
    cell = next(c for c in first.cells if c.text == "行政强制")
    assert (cell.row, cell.column, cell.locus) == (4, 0, Locus(10, 1))


@pytest.mark.parametrize("furniture", ["- 3 -", "— 4 —", "第 5 页", "第3页 共7页", "3 / 7", "\f", "\f第 5 页"])
def test_page_furniture_inside_a_table(furniture):
    text = f"项目\t甲\t乙\n规章\t1\t2\n\n{furniture}\n\n文件\t3\t4\n"
    (grid,) = grids(text)
    assert fields(grid) == [["项目", "甲", "乙"], ["规章", "1", "2"], ["文件", "3", "4"]]
    assert grid.breaks == (2,)
    assert lines(text, LineRole.FURNITURE) == [f for f in [furniture.strip("\f")] if f]


def test_a_bare_page_number_set_off_by_blank_lines():
    text = "项目\t甲\t乙\n规章\t1\t2\n\n12\n\n文件\t3\t4\n"
    (grid,) = grids(text)
    assert [row[0] for row in fields(grid)] == ["项目", "规章", "文件"]
    assert lines(text, LineRole.FURNITURE) == ["12"]


def test_a_label_whose_separators_were_lost_stays_in_the_table():
    text = "项目\t甲\t乙\n规章\t1\t2\n三、本年度办理结果\n（一）予以公开\t3\t4\n2.申请人逾期未按收费通知要求\n缴纳费用\t5\t6\n"
    (grid,) = grids(text)
    assert fields(grid)[2:] == [
        ["三、本年度办理结果"],
        ["（一）予以公开", "3", "4"],
        ["2.申请人逾期未按收费通知要求"],
        ["缴纳费用", "5", "6"],
    ]


def test_a_heading_between_tables_is_no_row_even_without_blank_lines():
    text = f"项目\t甲\t乙\n规章\t1\t2\n{HEADING}\n{NOTE}\n对象\t自然人\t总计\n一、新收\t3\t4\n"
    first, second = grids(text)
    assert (first.rows, second.rows) == (2, 2)
    assert lines(text) == [HEADING, NOTE]


@pytest.mark.parametrize(
    "text",
    [
        "\t一年来，我单位坚持以公开为常态、不公开为例外。\n\t全年共公开信息60条。\n",
        "联系电话：\t0539-8383216\n",
        "\t\t\t2022年1月10日\n",
        "首页 | 政务公开 | 政府信息公开\n",
        "2021年，共发布信息60条，其中部门快讯6条，部门指南1条，财政信息3条，会议公\n开3条，工作信息31条，机构概况2条。\n",
        "一、总体情况\n二、主动公开政府信息情况\n三、收到和处理申请情况\n",
        "2021\n年度报告\n2022\n年1月\n",
    ],
)
def test_what_is_no_table(text):
    assert grids(text) == []
    assert "".join("".join(line.split()) for line in lines(text)) == "".join(text.split())


BARRED = [["信息内容", "制发件数", "废止件数"], ["规章", "1", ""], ["文件", "", "4"]]


@pytest.mark.parametrize(
    "text",
    [
        "| 信息内容 | 制发件数 | 废止件数 |\n|---|:---:|---|\n| 规章 | 1 | |\n| 文件 | | 4 |\n",
        "信息内容｜制发件数｜废止件数\n规章｜1｜\u3000\n\u3000文件｜｜4\n",
        "┌──┬──┬──┐\n│信息内容│制发件数│废止件数│\n├──┼──┼──┤\n│规章│1│  │\n├──┼──┼──┤\n│文件│ │4│\n└──┴──┴──┘\n",
        "+----+---+---+\n|信息内容|制发件数|废止件数|\n+----+---+---+\n|规章|1||\n+----+---+---+\n|文件||4|\n+----+---+---+\n",
    ],
)
def test_bars(text):
    (grid,) = grids(text)
    padded = [row + [""] * (3 - len(row)) for row in fields(grid)]
    assert padded == BARRED
    assert grid.layout is Layout.SEQUENCE


def test_cells_of_a_drawn_table_that_run_over_lines():
    text = """┌────┬──┬──┐
│项目│甲│乙│
├────┼──┼──┤
│不予│  │  │
│公开│3 │4 │
├────┼──┼──┤
│其他│5 │6 │
└────┴──┴──┘
"""
    (grid,) = grids(text)
    assert fields(grid) == [["项目", "甲", "乙"], ["不予公开", "3", "4"], ["其他", "5", "6"]]


def test_a_page_in_one_layout_table():
    text = (
        "| " * 300 + "某局2019年年度报告 | | 一、总体情况 | 全年公开信息60条。 | 规章 | 1 | 2 | 3 | 文件 | 4 | | 6 |" + " |" * 40
    )
    (grid,) = grids(text)
    assert fields(grid) == [["规章", "1", "2", "3", "文件", "4", "", "6"]]
    assert lines(text) == ["某局2019年年度报告", "一、总体情况", "全年公开信息60条。"]


@pytest.mark.parametrize("joint", ["\n", "\n\n", "\n|\n", "\n｜\n"])
def test_one_cell_a_line(joint):
    cells = ["信息内容", "制发件数", "废止件数", "规章", "1", "2", "一、新收", "3", "4"]
    text = f"二、主动公开政府信息情况\n\n{NOTE}\n\n{joint.join(cells)}\n\n{HEADING}\n\n本年度未收到申请。\n"
    (grid,) = grids(text)
    assert fields(grid) == [[cell] for cell in cells]
    assert lines(text) == ["二、主动公开政府信息情况", NOTE, HEADING, "本年度未收到申请。"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲\n1\n\n3\n乙\n\n5\n6\n", ["甲", "1", "", "3", "乙", "", "5", "6"]),  # blank lines among values: blank cells
        ("甲\n\n1\n\n\n\n3\n\n乙\n\n4\n\n5\n\n6\n", ["甲", "1", "", "3", "乙", "4", "5", "6"]),  # every other line blank
        ("甲\n1\n2\n\n乙\n3\n4\n\n丙\n5\n6\n", ["甲", "1", "2", "乙", "3", "4", "丙", "5", "6"]),  # between rows
        ("甲\n|\n1\n|\n|\n3\n乙\n|\n4\n|\n5\n|\n6\n", ["甲", "1", "", "3", "乙", "4", "5", "6"]),
    ],
)
def test_blank_lines_that_may_be_blank_cells(text, expected):
    (grid,) = grids(text)
    assert [cell.text for cell in grid.cells] == expected


TYPED = """二、主动公开政府信息情况

    内容              制发件数      废止件数      有效件数
规章                     0             0             1
行政规范性文件         3761                        1466

- 3 -

行政处罚                 5             0             7

三、本年度未收到申请。
"""


def test_columns_aligned_with_spaces():
    (grid,) = grids(TYPED)
    assert grid.layout is Layout.ALIGNED
    assert fields(grid) == [
        ["内容", "制发件数", "废止件数", "有效件数"],
        ["规章", "0", "0", "1"],
        ["行政规范性文件", "3761", "", "1466"],
        ["行政处罚", "5", "0", "7"],
    ]
    assert grid.breaks == (3,)
    assert all(cell.box is None for cell in grid.cells)
    cell = next(cell for cell in grid.cells if cell.text == "1466")
    assert cell.locus == Locus(5, 3)
    assert lines(TYPED, LineRole.FURNITURE) == ["- 3 -"]


def test_columns_aligned_by_a_program_that_counts_characters():
    """``pdftotext -layout`` counts a Chinese character as one column."""
    rows = [("短", "1", "", "3"), ("一个长得多的标签放在这里", "", "5", "6"), ("中等的标签", "7", "8", "9")]
    text = "\n".join(f"{a:<20}{b:>6}{c:>10}{d:>10}" for a, b, c, d in [("内容", "甲栏", "乙栏", "丙栏"), *rows])
    (grid,) = grids(text)
    assert fields(grid)[1:] == [list(row) for row in rows]
    assert all(cell.confidence == 1 for cell in grid.cells)


def test_a_table_over_a_form_feed_in_other_columns():
    head = "内容           甲栏     乙栏     丙栏"
    text = f"{head}\n规章             1        2        3\n文件             4        5        6\n\f"
    text += "许可        7             8          9\n处罚        0             1          2\n"
    (grid,) = grids(text)
    assert [row[-3:] for row in fields(grid)[1:]] == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"], ["0", "1", "2"]]
    assert grid.breaks == (3,)


def test_values_that_drift_are_doubtful_where_some_are_missing():
    text = """内容        甲    乙    丙    丁    戊
规章         1     2     3     4     5
文件         1   2     3   4     5
许可         1       2   4    5
"""
    (grid,) = grids(text)
    sure = {(cell.row, cell.confidence == 1) for cell in grid.cells if cell.column > 0 and cell.row > 0 and cell.text}
    assert (3, True) not in sure


def test_running_heads_round_form_feeds():
    page = "某局2021年政府信息公开工作年度报告  2022/1/7\n第{}页的内容在这里。\nhttp://www.example.gov.cn/art/1.html  {}/3\n"
    text = "\f".join(page.format(n, n) for n in (1, 2, 3))
    assert lines(text) == ["第1页的内容在这里。", "第2页的内容在这里。", "第3页的内容在这里。"]
    assert len(lines(text, LineRole.FURNITURE)) == 6


def test_debris_of_word_and_html():
    text = "<?xml:namespace prefix = o />某局2021年年度报告\n项目\t甲&nbsp;\t&nbsp;\n规章\t1\t2\n文件\t3\t&nbsp;\n"
    assert lines(text) == ["某局2021年年度报告"]
    assert fields(grids(text)[0]) == [["项目", "甲", ""], ["规章", "1", "2"], ["文件", "3", ""]]


def test_encoding_is_named():
    report = "某区2021年政府信息公开工作年度报告，由某区人民政府办公室编制。"
    assert read_text(report.encode("gb18030")).producer == "text, gb18030"


def test_a_double_encoding_is_put_right_and_reported():
    report = "某区人民政府\n政府信息公开工作年度报告\n总体情况\n主动公开政府信息情况\n全年收到申请\n"
    document = read_text(report.encode().decode("gb18030").encode())
    assert [block.text for block in document.blocks] == report.split()
    assert [warning.code for warning in document.warnings] == ["mojibake_repaired"]


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n "])
def test_nothing_in_it(content):
    with pytest.raises(UnreadableError) as failure:
        read_text(content)
    assert failure.value.reason == "unreadable.empty"


def test_noise_is_refused():
    with pytest.raises(UnreadableError):
        read_text(random.Random(7).randbytes(200_000))


def test_too_much_noise_is_refused_as_noise_and_too_much_text_for_its_size():
    with pytest.raises(UnreadableError):
        read_text(random.Random(7).randbytes(70_000) * (MAX_BYTES // 70_000 + 1))
    for content in ("本年度未收到申请。\n".encode() * (MAX_BYTES // 20), b"1\n" * (MAX_LINES + 1)):
        with pytest.raises(UnsupportedError) as failure:
            read_text(content)
        assert failure.value.reason == "unsupported.size"


@pytest.mark.parametrize("separator", ["\t", "|", "┃"])
def test_a_text_of_separators_beyond_count_is_refused(separator):
    for content in (f"0{separator * 1_000_001}", f"0{separator * 1000}0\n" * 1001):
        with pytest.raises(UnsupportedError) as failure:
            read_text(content.encode())
        assert failure.value.reason == "unsupported.size"
