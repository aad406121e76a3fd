"""Work in proportion to what a document holds.

Shown by sizes, not by clocks: a few thousand of anything that was once compared with all of its kind would take minutes.
"""

from __future__ import annotations

import pytest

from collect.errors import NotAReportError
from extract.model import Block, Document, Grid, GridCell, Layout, Line
from normalize.model import Verdict
from normalize.numbers import Kind, read_number
from normalize.reports import normalize
from normalize.sections import sections
from normalize.titles import titles, without_lists
from normalize.years import periods

TITLE = "甲县财政局2022年政府信息公开工作年度报告"
MANY = 3000


def document(*blocks: Block) -> Document:
    return Document(
        "text/plain",
        (
            Line(TITLE),
            Line("一、总体情况"),
            Line("二、主动公开政府信息情况"),
            Line("三、收到和处理政府信息公开申请情况"),
            *blocks,
        ),
    )


def test_a_menu_of_thousands_of_titles_is_a_list() -> None:
    lines = [f"{2000 + at % 40}年政府信息公开工作年度报告" for at in range(MANY)]
    found = titles(lines, "".join(lines))
    assert len(found) == MANY
    assert without_lists(found) == ()
    apart = titles(["甲县财政局2022年政府信息公开年度报告", "目录。", *lines], "")
    assert [title.agency for title in without_lists(apart)] == ["甲县财政局"]


def test_thousands_of_chapters_give_the_heaviest_rising_chain() -> None:
    chapters = ["一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况"]
    found = sections([Line(chapters[at % 3]) for at in range(MANY)])
    assert [section.number for section in found if section.number] == [1, 2, 3]


def test_a_sentence_of_thousands_of_periods_states_each() -> None:
    found = periods("2021年1月1日至2021年12月31日，" * MANY)
    assert len(found) == MANY
    assert not any(period.explicit for period in found)
    assert all(period.explicit for period in periods("2021年1月1日至2021年12月31日，" * 3 + "统计数据。"))


@pytest.mark.parametrize(
    ("text", "kind", "doubt"),
    [
        ("1" * 15, Kind.NUMBER, ""),
        ("1" * 16, Kind.NUMBER, "more digits than any count has"),
        ("1" * 40, Kind.NUMBER, "more digits than any count has"),  # once a decimal.InvalidOperation
        ("1" + ",111" * 9, Kind.NUMBER, "more digits than any count has"),
        ("1" * 100_000, Kind.TEXT, "not a number"),
        ("1" + ",111" * 50_000 + "x", Kind.TEXT, "not a number"),
        ("1" + "\n" * 900 + "x", Kind.TEXT, "not a number"),
        ("1" + "\n" * 900 + "2", Kind.TEXT, "two numbers, or one number cut in two"),
        ("1" + " " * 900 + "2", Kind.TEXT, "two numbers in one cell"),
        (" " * 100_000, Kind.EMPTY, ""),
    ],
)
def test_endless_cells(text: str, kind: Kind, doubt: str) -> None:
    reading = read_number(text, "件")
    assert (reading.kind, reading.doubt) == (kind, doubt)
    assert reading.value is None or doubt == ""


@pytest.mark.parametrize(
    "text",
    [
        "1" * 50_000,
        "、" * 50_000,
        "年" * 50_000,
        "2023年" * 10_000,
        "统计数据" + "1年" * 25_000,
        "（" * 50_000,
        "a" + " " * 50_000 + "b",
    ],
    ids=["digits", "stops", "年", "years", "data", "brackets", "blanks"],
)
def test_endless_lines_end_in_a_report_or_a_refusal(text: str) -> None:
    (report,) = normalize(document(Line(text)))
    assert report.verdict is Verdict.PROSE
    assert report.identity.year == 2022
    with pytest.raises(NotAReportError):
        normalize(Document("text/plain", (Line(text),)))


def test_a_cell_of_glued_digits_is_a_doubt_and_never_a_number() -> None:
    header = ["", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
    row = ["一、本年新收政府信息公开申请数量", "1" * 30, *"000000"]
    cells = tuple(GridCell(r, c, text) for r, texts in enumerate((header, row)) for c, text in enumerate(texts))
    (report,) = normalize(document(Grid(cells, Layout.LATTICE)))
    assert report.verdict is Verdict.REVIEW
    found = [f for f in report.findings if f.rule == "cell.odd_number"]
    assert [(f.cells, f.actual) for f in found] == [(("applications.new.natural_person",), "1" * 30)]
