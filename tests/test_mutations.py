"""The promise under attack: tables damaged at random, printed in many layouts; nothing wrong passes as certain.

The attack at length is ``benchmarks/mutations.py``; here a small part of it, and what it found as rows of one small table each.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from benchmarks.mutations import attack, damaged
from nianbao.pipeline import read_reports
from normalize.model import CellKey, Report, Severity, Verdict
from tests.typesetter.compose import random_paper
from tests.typesetter.figures import Shape
from tests.typesetter.html import HtmlStyle, print_html
from tests.typesetter.model import Paper
from tests.typesetter.mutations import DAMAGES, Mutation
from tests.typesetter.mutations.bench import BLANK, NOTHING, Bench, allowed_by
from tests.typesetter.mutations.media import MEDIA
from tests.typesetter.pdf import PdfStyle, print_pdf
from tests.typesetter.plan import Kind, Plan, PlannedCell, plan


def test_no_damaged_table_yields_a_silent_error() -> None:
    assert [error for seed in range(1_000_000, 1_000_060) for error in attack(seed).errors] == []


def test_every_kind_of_damage_is_done_on_every_print() -> None:
    tried = [damaged(seed) for seed in range(400)]
    assert {name for mutation, _, _ in tried for name in mutation.names} == set(DAMAGES)
    assert {medium.name for _, medium, _ in tried} == {medium.name for medium in MEDIA}


@pytest.mark.parametrize(
    ("name", "medium"),
    [
        ("add_number", "tabs"),  # seed 354 of the first attack: a line table taken from its second field
        ("add_number", "html"),  # a line longer than its header by a blank
        ("replace_by_theirs", "html"),
        ("replace_by_theirs", "aligned"),  # the caption is a row of the grid
        ("nest_table", "html"),
        ("nest_foreign_table", "docx"),
        ("swap_headings", "html"),
        ("swap_headings", "markdown"),  # a flattened header whose last row alone was looked at
        ("reverse_label", "bars"),
        ("repeat_head", "tabs"),
        ("compare_rows", "pdf"),
        ("split_row", "html"),
        ("split_row", "csv"),
        ("add_row", "html"),
        ("widen_heading", "docx"),
        ("join_numbers", "tabs"),
        ("number_in_label", "bars"),
        ("number_in_label", "a cell a line"),
        ("stack_tables", "a cell a line"),
        ("join_numbers", "pdf, no rules"),  # parted by a space narrower than a third of a character
        ("join_numbers", "ofd"),
        ("join_numbers", "aligned"),  # one number came to stand under the next column's head
        ("swap_headings", "aligned"),
        ("swap_headings", "pdf, no rules"),
        ("blank_head + swap_headings", "tabs"),  # 复议后起诉 alone
        ("add_number", "aligned"),
        ("repeat_table + lose_header_row", "tabs, slid"),  # one version under no header, the other one read
        ("repeat_table + turn_table", "html"),
        ("replace_by_theirs", "xlsx"),  # the caption is a row within the sheet
        ("split_row", "tabs"),
        ("repeat_label + annex_form", "docx"),  # 行政事业性收费 among 行政处罚
        ("add_row", "aligned"),  # 上年同期 joined to the label above
    ],
)
def test_what_the_attack_found_stays_found(name: str, medium: str) -> None:
    press = next(each for each in MEDIA if each.name == medium)
    for seed in range(3):
        rng = Random(f"{name} {medium} {seed}")
        paper = random_paper("2021", Shape(rng.choice(("small", "large"))), rng, prose=0)
        bench = Bench(paper, rng, press.shows)
        if all(DAMAGES[each](bench) for each in name.split(" + ")):
            mutation = Mutation(bench.paper_to_print(), (name,), bench.truths())
            assert mutation.silent_errors(read_reports(press.press(mutation.paper, rng), f"a.{press.suffix}")) == []


@pytest.mark.parametrize(
    ("prints", "may"),
    [
        ([("5", None)], {"5"}),
        ([("", None)], {"None"}),
        ([("5", None), ("5", None)], {"5"}),
        ([("5", None), ("6", None)], set()),  # printed twice and differently
        ([("5", None), ("", None)], {"5"}),  # a blank gives way to a number
        ([("5①", NOTHING)], set()),
        ([("/", BLANK)], {"None"}),
    ],
)
def test_what_a_careful_reader_may_take_a_cell_for(prints: list[tuple[str, frozenset[object]]], may: set[str]) -> None:
    key = CellKey("disclosure", "rules", "issued")
    plans = [
        Plan("disclosure", (PlannedCell(0, 0, text, kind=Kind.VALUE, key=key, may=said),), (1.0,))  # type: ignore[arg-type]
        for text, said in prints
    ]
    assert set(map(str, allowed_by(plans)[key])) == may


def _paper(form: str = "2021") -> Paper:
    return random_paper(form, Shape("small"), Random(7), prose=0)


def _doubts(reports: tuple[Report, ...]) -> str:
    (report,) = reports
    assert report.verdict is Verdict.REVIEW
    return " ".join(f"{f.rule}: {f.message}" for f in report.findings if f.severity is Severity.DOUBT)


def _text(paper: Paper) -> bytes:
    tabs = next(medium for medium in MEDIA if medium.name == "tabs")
    return tabs.press(paper, Random(2))


@pytest.mark.parametrize(
    ("label", "other", "doubt"),
    [
        # a word of the label turned into its opposite, or into another row's or column's own wording
        ("本年处理决定数量", "上年处理决定数量", "says something else than"),
        ("（一）予以公开", "（一）不予公开", "says something else than"),
        ("未经复议直接起诉", "经复议直接起诉", "stands under 经复议直接起诉"),
        ("本年制发件数", "本年废止件数", "is more like 本年废止件数"),
        ("4.保护第三方合法权益", "4.属于国家秘密", "7 cells of applications were not found"),
        ("商业企业", "工业企业", "says something else than"),
        ("行政规范性文件", "规章行政规范性文件", "says 规章 as well"),
    ],
)
def test_a_label_that_means_something_else_is_in_doubt(label: str, other: str, doubt: str) -> None:
    paper = _paper()
    content = print_html(paper, HtmlStyle(), Random(1)).decode()
    assert label in content
    assert doubt in _doubts(read_reports(content.replace(label, other, 1).encode(), "a.html"))


@pytest.mark.parametrize(
    "line",
    [
        "2022年数据",
        "（2022年度）",
        "上年情况",
        "下属单位汇总",
        "附：云溪县教育局",
        "附件：云溪县教育局政府信息公开情况统计表",
        "附：云溪县教育局统计指标",
    ],
)
@pytest.mark.parametrize("suffix", ["html", "txt"])
def test_a_table_under_the_name_of_others_is_in_doubt(line: str, suffix: str) -> None:
    paper = _paper()
    content = (print_html(paper, HtmlStyle(), Random(1)) if suffix == "html" else _text(paper)).decode()
    heading = "四、政府信息公开行政复议、行政诉讼情况"
    assert heading in content
    changed = content.replace(heading, line).replace("（本表只填数字，没有的数据项填“0”不得空白或填其他内容）", "")
    assert "table.of_another" in _doubts(read_reports(changed.encode(), f"a.{suffix}"))


def test_a_drawn_glyph_that_means_nothing_is_part_of_its_number() -> None:
    """The font has no ``ⅼ`` (as typed for a 1) and draws a box that means U+0000: what stands there is no 6."""
    paper = _paper()
    table = plan(paper, "disclosure")
    cell = next(c for c in table.cells if c.key == CellKey("disclosure", "penalties", "decisions"))
    damaged_table = replace(table, cells=tuple(replace(c, text="ⅼ6") if c is cell else c for c in table.cells))
    content = print_pdf(replace(paper, damaged={"disclosure": damaged_table}), PdfStyle(), Random(1))
    assert "cell.not_a_number" in _doubts(read_reports(content, "a.pdf"))


def test_a_second_line_of_values_below_the_table_is_in_doubt() -> None:
    content = print_html(_paper(), HtmlStyle(), Random(1)).decode()
    line = "<p>（续）</p><table><tr>" + "".join(f"<td>{number}</td>" for number in range(15)) + "</tr></table>"
    heading = "五、存在的主要问题及改进情况"
    assert heading in content
    assert "one of several lines of values" in _doubts(read_reports(content.replace(heading, line + heading).encode(), "a.html"))


@pytest.mark.parametrize("word", ["上年数", "占比"])
def test_a_column_that_says_beside_headings_what_it_is_is_in_doubt(word: str) -> None:
    tabs = _text(_paper("2014")).decode()
    assert tabs.count("——\t——") > 3
    assert f"stand beside headings: {word}" in _doubts(read_reports(tabs.replace("——\t——", f"——\t{word}").encode(), "a.txt"))


def test_values_on_a_line_below_the_only_label_above_are_in_doubt() -> None:
    aligned = next(medium for medium in MEDIA if medium.name == "aligned")
    lines = aligned.press(_paper(), Random(1)).decode().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("规章"))
    lines[at : at + 1] = ["规章", "    " + lines[at].removeprefix("规章")]
    assert "not sure of this cell's place" in _doubts(read_reports("\n".join(lines).encode(), "a.txt"))
