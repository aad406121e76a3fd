"""Documents whose tables print several years: each number is one year's report's, or in doubt in all of them."""

import pytest

from extract.model import Line
from normalize.assemble import assemble
from normalize.model import Severity, State
from normalize.side_by_side import years_in
from normalize.tables import read_tables
from tests.grids import disputes, drawn

TWO_YEARS = [
    ["", ("2022年", 3), ("2023年", 3)],
    ["信息内容", *["本年制发件数", "本年废止件数", "现行有效件数"] * 2],
    ["规章", *"123456"],
]


def doubts(assembled):
    return sorted({f.rule for f in assembled.findings if f.severity is Severity.DOUBT and f.rule != "cells.missing"})


def test_two_years_side_by_side_are_kept_apart():
    readings = read_tables([drawn([*TWO_YEARS, ["行政规范性文件", *"234567"]])])
    found = {(p.year, str(p.key)): p.cell.text for p in readings[0].placements}
    assert found[2022, "disclosure.rules.in_force"] == "3"
    assert found[2023, "disclosure.rules.issued"] == "4"
    assert {y for y, _ in found} == {2022, 2023}


@pytest.mark.parametrize(
    ("year", "undated", "licences", "doubted"),
    [(2023, 2023, "7", []), (2022, 2023, None, []), (2023, None, None, ["table.year_unknown"])],
)
def test_a_table_without_a_year_beside_tables_of_several_is_the_reports_own(year, undated, licences, doubted):
    other = [["信息内容", "本年处理决定数量"], ["行政许可", "7"]]
    assembled = assemble(read_tables([drawn(TWO_YEARS), drawn(other)]), year, year, undated)
    cells = {str(cell.key): cell.printed for cell in assembled.cells if cell.state is not State.MISSING}
    assert cells["disclosure.rules.issued"] == ("4" if year == 2023 else "1")
    assert cells.get("disclosure.licensing.decisions") == licences
    assert doubts(assembled) == doubted


@pytest.mark.parametrize(
    ("year", "undated", "kept", "doubted"),
    [(2023, 2023, {"本市自拟": "9"}, []), (2022, 2023, {}, []), (2023, None, {}, ["table.year_unknown"])],
)
def test_an_added_row_without_a_year_beside_tables_of_several_is_the_reports_own(year, undated, kept, doubted):
    other = [["信息内容", "本年处理决定数量"], ["行政许可", ""], ["本市自拟", "9"]]
    assembled = assemble(read_tables([drawn(TWO_YEARS), drawn(other)]), year, year, undated)
    assert {extra.row_label: extra.printed for extra in assembled.extra_cells} == kept
    assert doubts(assembled) == doubted


def test_an_added_row_of_two_years_side_by_side_falls_to_both():
    readings = read_tables([drawn([*TWO_YEARS, ["本市自拟", *"234567"]])])
    for year, printed in ((2022, "234"), (2023, "567")):
        assembled = assemble(readings, year, year, 2023)
        assert [extra.printed for extra in assembled.extra_cells] == list(printed)
        assert (assembled.tally.seen, assembled.tally.used) == (6, 6)
        assert doubts(assembled) == []


def test_a_table_of_nothing_but_unplaced_numbers_concerns_the_year_over_it():
    table = drawn(disputes([str(n) for n in range(15)]))
    broken = drawn([["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"], ["", *"123"]])
    readings = read_tables([Line("2021年"), broken, Line("2022年"), table, Line("2023年"), table])
    assert years_in(readings) == (2021, 2022, 2023)
    found = {year: doubts(assemble(readings, year, year, 2023)) for year in (2021, 2022, 2023)}
    assert found == {2021: ["table.row_unlabelled"], 2022: [], 2023: []}


def test_captions_tell_the_tables_of_two_years_apart():
    def table(add):
        return drawn(disputes([str(n + add) for n in range(15)]))

    readings = read_tables([Line("2022年"), table(100), Line("（2023年度）"), table(200)])
    for year, first in ((2022, 100), (2023, 200)):
        assembled = assemble(readings, year, year)
        cells = {str(c.key): c for c in assembled.cells}
        assert cells["disputes.review.upheld"].value == first
        assert cells["disputes.suit_after_review.total"].value == first + 14
        assert doubts(assembled) == []


def test_a_year_over_all_tables_is_no_caption_and_a_table_without_one_undoes_the_others():
    table = drawn(disputes([str(n) for n in range(15)]))
    assert {r.year for r in read_tables([Line("2023年"), table, table])} == {None}
    assert {r.year for r in read_tables([table, Line("2022年"), table, Line("2023年"), table])} == {None}


def test_a_line_of_values_is_the_year_of_its_label():
    above = disputes([])[:3]
    lines = [[("年份", 1, 3), *above[0]], *above[1:], ["2022年", *(str(n) for n in range(15))]]
    readings = read_tables([drawn(lines), drawn([["信息内容", "本年处理决定数量"], ["行政许可", "7"]])])
    assert years_in(readings) == (2022,)
    own = assemble(readings, 2022, 2022, 2022)
    assert [c.printed for c in own.cells if c.state is State.PRINTED] == ["7", *(str(n) for n in range(15))]
    assert doubts(own) == []
    assert doubts(assemble(readings, 2022, 2022, None)) == ["table.year_unknown"]  # the report is another year's


def test_a_column_that_an_agency_added_to_a_line_is_of_the_lines_year():
    above = disputes([])[:3]
    lines = [[("年份", 1, 3), *above[0], ("移送", 1, 3)], *above[1:], ["2022年", *(str(n) for n in range(15)), "99"]]
    readings = read_tables([drawn(lines)])
    assert [(extra.cell.printed, extra.year) for reading in readings for extra in reading.extras] == [("99", 2022)]


@pytest.mark.parametrize("undated", [2022, 2023, None])
def test_each_number_is_in_one_report_or_in_doubt_in_all(undated):
    dated = [str(number) for number in range(100, 112)]
    without = [str(number) for number in range(200, 217)]
    tables = [
        drawn([*TWO_YEARS[:2], ["规章", *dated[:6]], ["本市自拟", *dated[6:]]]),
        drawn([["信息内容", "本年处理决定数量"], ["行政许可", without[0]], ["本县自拟", without[1]]]),
        drawn(disputes(without[2:])),
    ]
    reports = [assemble(read_tables(tables), year, year, undated) for year in (2022, 2023)]
    claimed = [
        [c.printed for c in r.cells if c.state is State.PRINTED] + [extra.printed for extra in r.extra_cells] for r in reports
    ]
    assert sorted(claimed[0] + claimed[1]) == dated + (without if undated else [])
    assert [doubts(r) for r in reports] == [[] if undated else ["table.year_unknown"]] * 2
    assert [r.tally.seen == r.tally.used + r.tally.in_findings for r in reports] == [True, True]
    assert [r.tally.in_findings for r in reports] == [0 if undated else len(without)] * 2
