"""Tables -> placements: drawn grids. Every value is different, so a slide, a swap or a loss cannot hide."""

from dataclasses import replace

import pytest

from extract.model import Grid, GridCell, Layout
from normalize.assemble import assemble, choose_form
from normalize.model import CellKey, Severity, State
from normalize.sheet import Sheet
from normalize.tables import read_tables
from tests.grids import DISPUTES, ORGANISATIONS, applications, disputes, drawn, form_rows, header, numbered

COLUMNS = ["natural_person", "business", "research", "public_welfare", "legal_service", "other_org", "total"]


def read(*grids, year=2023):
    assembled = assemble(read_tables(grids), year)
    return assembled, {str(c.key): c for c in assembled.cells}


def doubts(assembled):
    return sorted({f.rule for f in assembled.findings if f.severity is Severity.DOUBT and f.rule != "cells.missing"})


def row(cells, key):
    return [cells[f"applications.{key}.{c}"].printed for c in COLUMNS]


def test_the_official_table_is_read_cell_by_cell():
    assembled, cells = read(drawn(applications(numbered)))
    for key, _ in form_rows():
        assert row(cells, key) == numbered(key)
    assert doubts(assembled) == []
    assert assembled.form == "2021"
    assert assembled.tally.seen == assembled.tally.used == 175


def test_labels_may_be_misspelt_glossed_and_spaced():
    relabel = {
        "refused.law": "2.其他法律行政止公开",
        "not_processed.excessive": "4.无正当理由大量反复 申请",
        "partial": "（二）部分公开",
        "other.uncorrected": "1.逾期不补正",
        "other.unpaid": "2.逾期不缴费",
        "handled_total": "（七）总 计",
    }
    assembled, cells = read(drawn(applications(numbered, relabel=relabel)))
    assert all(row(cells, key) == numbered(key) for key, _ in form_rows())
    assert doubts(assembled) == []


def test_a_missing_row_is_missing_and_nothing_slides():
    rows = [r for r in applications(numbered) if not (isinstance(r[0], tuple) and r[0][0].startswith("2.重复申请"))]
    assembled, cells = read(drawn(rows))
    assert cells["applications.not_processed.repeat.total"].state is State.MISSING
    assert row(cells, "not_processed.publication") == numbered("not_processed.publication")
    assert [f.message for f in assembled.findings if f.rule == "cells.missing" and "applications" in f.message] == [
        "7 cells of applications were not found"
    ]


def test_rows_and_columns_the_agency_added_are_kept_as_extra_cells():
    table = applications(numbered)
    table[3:3] = [[("其中：网上申请", 3), *"9999999"]]
    assembled, cells = read(drawn(table))
    assert all(row(cells, key) == numbered(key) for key, _ in form_rows())
    assert [(e.row_label, e.printed) for e in assembled.extra_cells] == [("其中：网上申请", "9")] * 7
    assert doubts(assembled) == []


def test_a_subtotal_column_is_not_taken_for_one_of_the_form():
    rows = [
        [("", 3, 3), ("申请人情况", 8)],
        [("自然人", 1, 2), ("法人或其他组织", 6), ("总计", 1, 2)],
        [*ORGANISATIONS, "小计"],
    ]
    body = applications(numbered)[3:]
    assembled, cells = read(drawn(rows + [[*r[:-1], "777", r[-1]] for r in body]))
    assert all(row(cells, key) == numbered(key) for key, _ in form_rows())
    assert {e.column_label for e in assembled.extra_cells} == {"申请人情况/法人或其他组织/小计"}


def test_two_columns_that_claim_the_same_place_are_a_doubt():
    rows = header()
    rows[1] = [("自然人", 1, 2), ("法人或其他组织", 5), ("总计", 1, 2), ("总计", 1, 2)]
    rows[0] = [rows[0][0], ("申请人情况", 8)]
    body = [[*r, "5"] for r in applications(numbered)[3:]]
    assembled, cells = read(drawn(rows + body))
    assert cells["applications.new.total"].state is State.MISSING
    assert "cell.place_uncertain" in doubts(assembled)


def test_a_value_that_spans_columns_is_nobodys():
    table = applications(numbered)
    label = table[3][0]
    table[3] = [label, ("12", 2), "0", "0", "0", "0", "12"]
    assembled, cells = read(drawn(table))
    assert cells["applications.new.natural_person"].state is State.MISSING
    assert cells["applications.new.business"].state is State.MISSING
    assert cells["applications.new.total"].value == 12
    assert doubts(assembled) == ["cell.place_uncertain"]


def test_a_repeated_header_is_passed_over():
    whole = drawn(applications(numbered))
    upper = [c._replace(rowspan=min(c.rowspan, 13 - c.row)) for c in whole.cells if c.row < 13]
    again = [c._replace(row=c.row + 13) for c in drawn(header()).cells]
    lower = [c._replace(row=c.row + 3) for c in whole.cells if c.row >= 13]
    assembled, cells = read(replace(whole, cells=(*upper, *again, *lower), breaks=(13,)))
    assert all(row(cells, key) == numbered(key) for key, _ in form_rows())
    assert doubts(assembled) == []


@pytest.mark.parametrize("runs_on", [True, False])
def test_a_number_cut_by_a_page_break_is_joined_only_if_it_ran_on(runs_on):
    table = applications(numbered)
    at = next(i for i, r in enumerate(table) if r[0][0] == "5.要求行政机关确认或重新出具已获取信息")
    upper = [("5.要求行政机关确认或重新", 1), "12", *[""] * 6]
    lower = ["", "", ("出具已获取信息", 1), "34", "", "", "", "", "", "1234"]
    grid = drawn([*table[:at], upper], breaks=())
    cells = [*grid.cells, *(c._replace(row=at + 1) for c in drawn([lower]).cells if c.text)]
    cells = tuple(c._replace(runs_on=runs_on) if c.text == "12" else c for c in cells)
    assembled, found = read(replace(grid, cells=cells, breaks=(at + 1,)))
    cell = found["applications.not_processed.reconfirm.natural_person"]
    if runs_on:
        assert (cell.value, cell.printed) == (1234, "1234")
        assert found["applications.not_processed.reconfirm.total"].value == 1234
    else:
        assert cell.value != 1234
        assert doubts(assembled) != []


def test_a_number_without_label_behind_a_page_break_puts_the_one_above_in_doubt():
    table = applications(numbered)
    grid = drawn(table[:5])
    below = tuple(c._replace(row=5) for c in drawn([["", "", "", "", "", "", "", "", "", "6"]]).cells)
    _, cells = read(replace(grid, cells=(*grid.cells, *below), breaks=(5,)))
    assert cells["applications.carried_in.total"].state is State.MISSING
    assert cells["applications.carried_in.other_org"].value == 15


def cut_in_its_gloss(runs_on):
    """（二）部分公开 cut inside its gloss, with numbers cut too, as LibreOffice cuts narrow columns."""
    table = applications(numbered)
    whole = drawn(table[:7])
    label = "（二）部分公开（区分处理的，只计这一情"
    upper = ["31", "3", "32", "33", "34", "35", "3"]
    lower = drawn([["", ("形，不计其他情形）", 2), "", "1", "", "", "", "", "6"]])
    cells = [c for c in whole.cells if c.row < 6 or (c.row == 6 and c.column < 3)]
    cells = [c._replace(text=label) if c.text.startswith("（二）部分公开") else c for c in cells]
    cells += [whole.cells[-1]._replace(row=6, column=3 + i, text=t, runs_on=runs_on) for i, t in enumerate(upper)]
    return replace(whole, cells=(*cells, *(c._replace(row=7) for c in lower.cells)), breaks=(7,))


def test_a_row_cut_inside_its_gloss_is_made_whole():
    assembled, cells = read(cut_in_its_gloss(runs_on=True))
    assert row(cells, "partial") == ["31", "31", "32", "33", "34", "35", "36"]
    assert doubts(assembled) == []


def test_a_row_cut_inside_its_gloss_that_does_not_run_on_is_in_doubt():
    assembled, cells = read(cut_in_its_gloss(runs_on=False))
    assert cells["applications.partial.total"].state is State.MISSING
    assert cells["applications.partial.business"].state is State.MISSING
    assert "cell.place_uncertain" in doubts(assembled)


def test_the_disputes_line():
    values = [str(n) for n in range(101, 116)]
    assembled, cells = read(drawn(disputes(values)))
    keys = [
        f"disputes.{r}.{c}"
        for r in ("review", "suit_direct", "suit_after_review")
        for c in ("upheld", "corrected", "other", "pending", "total")
    ]
    assert [cells[k].printed for k in keys] == values
    assert doubts(assembled) == []


def test_a_page_break_inside_a_header_joins_nothing():
    values = [str(n) for n in range(101, 116)]
    for at in (1, 2, 3):
        assembled, cells = read(replace(drawn(disputes(values)), breaks=(at,)))
        assert [c.printed for k, c in cells.items() if k.startswith("disputes")] == values
        assert doubts(assembled) == []


def test_a_blank_row_is_no_header_though_its_label_begins_like_one():
    rows = [
        ["统计指标", "单位", "统计数"],
        ["四、行政复议数量", "件", ""],
        ["（一）维持具体行政行为数", "件", ""],
        ["五、行政诉讼数量", "件", "2"],
    ]
    _, cells = read(drawn(rows), year=2016)
    assert cells["statistics.review.count"].state is State.BLANK
    assert cells["statistics.suit.count"].value == 2


def test_the_disputes_line_may_follow_its_header_in_another_grid():
    *head, line = disputes([str(n) for n in range(101, 116)])
    assembled, cells = read(drawn(head), drawn([line]))
    assert cells["disputes.suit_after_review.total"].value == 115
    assert doubts(assembled) == []
    assembled, cells = read(drawn(head), drawn([line[:-1]]))
    assert cells["disputes.suit_after_review.total"].state is State.MISSING


def test_disputes_may_be_printed_row_by_row():
    rows = [["", *DISPUTES], ["行政复议", *"12345"], ["未经复议直接起诉", *"23456"], ["复议后起诉", *"34567"]]
    _, cells = read(drawn(rows))
    assert cells["disputes.suit_direct.pending"].value == 5
    assert cells["disputes.suit_after_review.upheld"].value == 3


def test_forms_mix_row_by_row():
    """淮安市洪泽区 2024: 2021 form, but a single （六）其他处理 row as the 2019 form has it."""
    disclosure = [
        [("第二十条第（一）项", 4)],
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "1", "2", "3"],
        ["行政规范性文件", "4", "5", "6"],
        [("第二十条第（五）项", 4)],
        ["信息内容", ("本年处理决定数量", 3)],
        ["行政许可", ("7", 3)],
        [("第二十条第（八）项", 4)],
        ["信息内容", ("本年收费金额（单位：万元）", 3)],
        ["行政事业性收费", ("8.5", 3)],
    ]
    old = applications(lambda key: numbered(key) if key != "other" else [*"7654321"], form="2019")
    assembled, cells = read(drawn(disclosure), drawn(old), year=2024)
    assert assembled.form == "2021"
    assert {c.form for c in assembled.cells if c.key.row == "other"} == {"2019"}
    assert CellKey("applications", "other.uncorrected", "total") not in {c.key for c in assembled.cells}
    assert row(cells, "other") == list("7654321")
    assert (cells["disclosure.licensing.decisions"].value, str(cells["disclosure.fees.amount"].value)) == (7, "8.5")
    assert [c.form for c in assembled.cells if c.key.row == "granted"] == ["2021"] * 7


def test_header_words_split_over_two_rows():
    rows = [
        [("", 3, 3), ("申请人情况", 7)],
        [("自然人", 1, 2), "商业", "科研", "社会公益", "法律服务", "其", ("总计", 1, 2)],
        ["企业", "机构", "组织", "机构", "他"],
    ]
    assembled, cells = read(drawn(rows + applications(numbered)[3:]))
    assert all(row(cells, key) == numbered(key) for key, _ in form_rows())
    assert doubts(assembled) == []


def test_header_rowspans_written_as_empty_cells():
    rows = [
        [("（本列数据的勾稽关系为…）", 3), "申请人情况", *[""] * 6],
        ["", "", "", "自然人", "法人或其他组织", "", "", "", "", "总计"],
        ["", "", "", "", *ORGANISATIONS, ""],
    ]
    assembled, cells = read(drawn(rows + applications(numbered)[3:]))
    assert all(row(cells, key) == numbered(key) for key, _ in form_rows())
    assert doubts(assembled) == []


def test_a_doubtful_place_in_an_aligned_table_is_missing_not_guessed():
    grid = drawn(applications(numbered), layout=Layout.ALIGNED)
    cells = tuple(c._replace(confidence=0.5) if c.text == "42" else c for c in grid.cells)
    assembled, found = read(replace(grid, cells=cells))
    key, _ = form_rows()[4]
    assert found[f"applications.{key}.research"].state is State.MISSING
    assert [f.actual for f in assembled.findings if f.rule == "cell.place_uncertain"] == ["42"]


def test_a_table_that_is_none_of_the_forms_is_left_alone():
    assembled, cells = read(drawn([["索引号", "123456"], ["发布机构", "天水市水利局"]]))
    assert (cells, assembled.findings, assembled.tally.seen) == ({}, (), 0)


def test_a_table_printed_twice_alike_counts_once_and_differently_is_a_doubt():
    table = disputes([str(n) for n in range(15)])
    assembled, cells = read(drawn(table), drawn(table))
    assert doubts(assembled) == []
    assert assembled.tally.ignored == 15
    other = disputes([str(n + (n == 3)) for n in range(15)])
    assembled, cells = read(drawn(table), drawn(other))
    assert cells["disputes.review.pending"].state is State.MISSING
    assert doubts(assembled) == ["cell.conflict"]


def test_numbers_of_a_row_without_label_end_in_a_finding():
    table = applications(numbered)
    assembled, _ = read(drawn([*table, ["", "", "", *"1234567"]]))
    assert doubts(assembled) == ["table.row_unlabelled"]
    assert assembled.tally.seen == 182
    assert assembled.tally.in_findings == 7


def value_row(key, *values):
    """The applications table with other cells in one row."""
    place = [k for k, _ in form_rows()].index(key) + len(header())
    rows = applications(numbered)
    rows[place] = [*rows[place][:-7], *values]
    return drawn(rows)


@pytest.mark.parametrize("values", [("1", "2", "3", "4", "5", "6"), ("9", "1", "2", "3", "4", "5", "6", "7")])
def test_a_row_of_fewer_or_more_cells_than_columns_is_not_believed(values):
    assembled, cells = read(value_row("refused.law", *values))
    assert {cells[f"applications.refused.law.{c}"].state for c in COLUMNS} == {State.MISSING}
    assert all(row(cells, key) == numbered(key) for key, _ in form_rows() if key != "refused.law")
    assert "cell.place_uncertain" in doubts(assembled)
    assert assembled.tally.seen == assembled.tally.used + assembled.tally.in_findings


def test_a_label_that_spans_a_row_too_many_takes_no_number_along():
    rows = applications(numbered)
    place = next(
        i for i, r in enumerate(rows) if r[0] == ("（三）不予公开", 1, 8) or (len(r) > 1 and r[1] == ("（三）不予公开", 1, 8))
    )
    rows[place] = [(text[0], text[1], 9) if text == ("（三）不予公开", 1, 8) else text for text in rows[place]]
    assembled, cells = read(drawn(rows))
    wrong = {key for key, _ in form_rows() for a, b in zip(row(cells, key), numbered(key), strict=True) if a not in {b, ""}}
    states = {cells[f"applications.unavailable.not_held.{c}"].state for c in COLUMNS}
    assert (wrong - {"unavailable.not_held"}, states) == (set(), {State.MISSING})
    assert doubts(assembled) != []


@pytest.mark.parametrize(
    ("before", "ignored"),
    [
        (["1", "2"], []),  # two numbers in turn prove nothing
        (["17", "2229"], []),
    ],
)
def test_a_number_before_the_values_is_no_serial_number_unless_it_plainly_is(before, ignored):
    rows = [
        ["信息内容", "", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", before[0], "3", "1", "12"],
        ["行政规范性文件", before[1], "7", "0", "25"],
    ]
    assembled, cells = read(drawn([[("第二十条第（一）项", 5)], *rows]))
    assert [i.printed for i in assembled.ignored] == ignored
    assert {c.state for key, c in cells.items() if key.startswith("disclosure.rules.")} == {State.MISSING}


@pytest.mark.parametrize("heading", ["序号", "行次", "代码"])
def test_serial_numbers_are_set_aside(heading):
    rows = [
        [heading, "信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["5", "规章", "3", "1", "12"],
        ["9", "行政规范性文件", "7", "0", "25"],
    ]
    for swap in (False, True):
        table = [[r[1], r[0], *r[2:]] if swap else r for r in rows]
        assembled, cells = read(drawn([[("第二十条第（一）项", 5)], *table]))
        assert [(i.rule, i.printed) for i in assembled.ignored] == [("table.serial_number", "5"), ("table.serial_number", "9")]
        assert [cells[f"disclosure.rules.{c}"].printed for c in ("issued", "repealed", "in_force")] == ["3", "1", "12"]


def test_where_one_row_does_not_keep_to_the_columns_no_gap_in_another_is_a_blank():
    rows = [
        ["信息内容", "", "本年制发件数", "本年废止件数", "现行有效件数"],
        ["规章", "2229", "0", "1941", ""],
        ["行政规范性文件", "", "268", "", "1062"],
    ]
    _, cells = read(drawn([["第二十条第（一）项"], *rows], layout=Layout.ALIGNED))
    assert {c.state for key, c in cells.items() if key.startswith(("disclosure.rules.", "disclosure.normative"))} == {
        State.MISSING
    }


def test_a_unit_spoilt_by_a_stamp_is_no_label() -> None:
    units = ["件"] * 8 + ["全", "件11", "大"]
    rows = [(f"第{n}项申请数", unit, str(n)) for n, unit in enumerate(units)]
    cells = [
        GridCell(r, c, text, confidence=0.5 if text == "件11" else 1.0)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    ]
    sheet = Sheet(Grid(tuple(cells), Layout.LATTICE))
    assert [len(sheet.labels(row)) for row in range(len(rows))] == [1] * len(rows)
    assert [sheet.covering(row, 2).text for row in (8, 9, 10)] == ["8", "9", "10"]  # type: ignore[union-attr]


NEW, OLD, EITHER = frozenset({"2021"}), frozenset({"2019"}), frozenset({"2019", "2021"})
ANNEXED = frozenset({"2014"})


@pytest.mark.parametrize(
    ("places", "year", "form"),
    [
        ([EITHER] * 100 + [ANNEXED] * 58, 2023, "2021"),  # the old table beside the whole of the new form
        ([EITHER] * 15 + [ANNEXED] * 58, 2016, "2014"),
        ([EITHER] * 100 + [NEW] * 21 + [OLD] * 7, 2019, "2021"),
        ([EITHER] * 100, 2020, "2019"),
        ([EITHER] * 100, 2023, "2021"),
        ([EITHER] * 100, None, "2021"),
        ([], 2023, ""),
    ],
)
def test_the_form_is_the_one_most_of_whose_places_are_printed(places, year, form):
    assert choose_form(places, year) == form
