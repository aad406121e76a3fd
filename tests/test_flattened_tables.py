"""Flattened tables -> placements: values are placed by counting, and not at all where counting does not decide."""

import pytest

from normalize.assemble import assemble
from normalize.model import Severity, State
from normalize.tables import read_tables
from tests.grids import flattened, form_rows, numbered

HEADER = """（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）\t\t\t申请人情况\t\t\t\t\t\t
\t\t\t自然人\t法人或其他组织\t\t\t\t\t总计
\t\t\t\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他\t"""
TOTAL_ABOVE = """（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）\t\t申请人情况\t\t\t\t\t\t总计\t\t
\t\t自然人\t法人或其他组织\t\t\t\t\t\t\t
\t\t\t商业企业\t科研机构\t社会公益组织\t法律服务机构\t其他\t\t\t"""
COLUMNS = ["natural_person", "business", "research", "public_welfare", "legal_service", "other_org", "total"]
DISPUTES_HEADER = """行政复议\t\t\t\t\t行政诉讼\t\t\t\t\t\t\t\t\t
结果 维持\t结果 纠正\t其他 结果\t尚未 审结\t总计\t未经复议直接起诉\t\t\t\t\t复议后起诉\t\t\t\t
\t\t\t\t\t结果 维持\t结果 纠正\t其他 结果\t尚未 审结\t总计\t结果 维持\t结果 纠正\t其他 结果\t尚未 审结\t总计"""


def read(text):
    assembled = assemble(read_tables([flattened(text)]), 2021)
    return assembled, {str(c.key): c for c in assembled.cells}


def doubts(assembled):
    return [f.rule for f in assembled.findings if f.severity is Severity.DOUBT and f.rule != "cells.missing"]


def body(layout, values=numbered):
    """Rows of the applications table; ``layout(path)`` gives the label fields before the values."""
    return "\n".join("\t".join((*layout(i, path), *values(key))) for i, (key, path) in enumerate(form_rows()))


def regular(_, path):
    return (*path, *[""] * (3 - len(path)))


def slid(index, path):
    """As OCR leaves it: leading cells lost or doubled, a pad in front or none."""
    pads = index % 3
    return (*[""] * (pads == 1), path[-1], *[""] * pads)


@pytest.mark.parametrize("head", [HEADER, TOTAL_ABOVE], ids=["total beside", "total above"])
@pytest.mark.parametrize("layout", [regular, slid])
def test_rows_are_read_however_their_labels_slid(layout, head):
    assembled, cells = read(head + "\n" + body(layout))
    for key, _ in form_rows():
        assert [cells[f"applications.{key}.{c}"].printed for c in COLUMNS] == numbered(key)
    assert doubts(assembled) == []
    assert assembled.tally.seen == assembled.tally.used == 175


def blanked(key):
    return ["4", "", "", "", "", "", ""] if key == "new" else ["0", "", "", "", "", "", "0"]


def test_in_a_regular_table_a_blank_at_the_end_is_a_blank():
    _, cells = read(HEADER + "\n" + body(regular, blanked))
    assert cells["applications.new.natural_person"].value == 4
    assert cells["applications.new.total"].state is State.BLANK


def test_where_rows_slid_a_blank_at_the_end_leaves_the_position_unknown():
    text = (
        HEADER
        + "\n"
        + "一、本年新收政府信息公开申请数量\t\t4\t\t\t\t\t\t\t\n二、上年结转政府信息公开申请数量\t0\t0\t0\t0\t0\t0\t0"
    )
    assembled, cells = read(text)
    assert cells["applications.new.natural_person"].state is State.MISSING
    assert doubts(assembled) == ["table.position_unknown"]
    assert [f.actual for f in assembled.findings if f.rule == "table.position_unknown"] == ["4"]
    assert cells["applications.carried_in.total"].value == 0


@pytest.mark.parametrize("values", ["1\t2\t3\t4\t5\t6", "1\t2\t3\t4\t5\t6\t7\t8"], ids=["one dropped", "one too many"])
def test_a_row_with_too_few_or_too_many_values_is_not_placed(values):
    assembled, cells = read(HEADER + "\n一、本年新收政府信息公开申请数量\t" + values)
    assert all(cells[f"applications.new.{c}"].state is State.MISSING for c in COLUMNS)
    assert doubts(assembled) == ["table.position_unknown"]


@pytest.mark.parametrize(("other", "doubted"), [("0\t0\t0\t0\t0\t0\t0", []), ("0\t0\t\t0\t0\t0\t0", ["table.row_may_have_slid"])])
def test_among_zeros_a_stray_number_is_the_agencys_unless_it_leaves_numbers_out(other, doubted):
    stray = "0\t0\t5\t0\t0\t0\t0"  # as 0 0 [5] 0 0 0 0 and a blank total prints, its last tab lost
    assembled, cells = read(f"{HEADER}\n一、本年新收政府信息公开申请数量\t{stray}\n二、上年结转政府信息公开申请数量\t{other}")
    assert doubts(assembled) == doubted
    assert cells["applications.new.research"].value == (None if doubted else 5)


def test_all_blank_rows_are_blank_however_they_slid():
    text = HEADER + "\n一、本年新收政府信息公开申请数量" + "\t" * 9 + "\n二、上年结转政府信息公开申请数量" + "\t0" * 7
    _, cells = read(text)
    assert {cells[f"applications.new.{c}"].state for c in COLUMNS} == {State.BLANK}


def test_a_label_may_go_on_below_the_headers_next_print():
    upper, lower = "一、本年新收政府信息公开申请\t\t\t\t\t\t\t", "数量\t1\t1\t1\t1\t1\t1\t6"
    carried = "二、上年结转政府信息公开申请数量\t0\t0\t0\t0\t0\t0\t0"
    assembled, cells = read(f"{HEADER}\n{upper}\n{HEADER}\n{lower}\n{carried}")
    assert "table.position_unknown" in doubts(assembled)
    assert not assembled.extra_cells
    assert cells["applications.carried_in.total"].value == 0


def test_a_header_with_a_column_of_the_agencys_own_places_nothing():
    head = HEADER.replace("其他\t", "其他\t小计\t")
    assembled, cells = read(head + "\n" + body(regular))
    assert {c.state for c in cells.values()} == {State.MISSING}
    assert assembled.tally.in_findings == 175


def test_a_header_in_another_order_places_nothing():
    head = HEADER.replace("商业企业\t科研机构", "科研机构\t商业企业")
    _, cells = read(head + "\n" + body(regular))
    assert {c.state for c in cells.values()} == {State.MISSING}


@pytest.mark.parametrize("values", [["", *"23456789ABCDEF"], [*[""] * 5, *"0000000000"], list("000000000000000")])
def test_the_disputes_line_counts_its_fields(values):
    values = [str(int(v, 16)) if v else "" for v in values]
    assembled, cells = read(DISPUTES_HEADER + "\n" + "\t".join(values))
    printed = [c.printed for k, c in cells.items() if k.startswith("disputes")]
    assert printed == values
    assert doubts(assembled) == []


def test_a_disputes_line_that_lost_its_blanks_is_not_placed():
    assembled, cells = read(DISPUTES_HEADER + "\n" + "\t".join("0000000000"))
    assert all(c.state is State.MISSING for k, c in cells.items() if k.startswith("disputes"))
    assert doubts(assembled) == ["table.position_unknown"]


def one_cell_a_line(values):
    head = ["申请人情况", "自然人", "法人或其他组织", "总计", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    lines, seen = [*head], set()
    for key, path in form_rows():
        lines += [label for label in path[:-1] if label not in seen]
        seen.update(path[:-1])
        lines += [path[-1], *values(key)]
    return "\n".join(lines)


def test_one_cell_a_line():
    assembled, cells = read(one_cell_a_line(numbered))
    for key, _ in form_rows():
        assert [cells[f"applications.{key}.{c}"].printed for c in COLUMNS] == numbered(key)
    assert doubts(assembled) == []


@pytest.mark.parametrize(
    "top",
    [["总计", "法人或其他组织", "自然人"], ["法人或其他组织", "自然人", "总计"], ["自然人", "总计", "法人或其他组织"]],
)
def test_one_cell_a_line_under_headings_in_another_order_is_placed_nowhere(top):
    text = one_cell_a_line(numbered).replace("自然人\n法人或其他组织\n总计", "\n".join(top))
    _, cells = read(text)
    assert {cells[f"applications.granted.{c}"].state for c in COLUMNS} == {State.MISSING}


def test_one_cell_a_line_with_blanks_dropped_leaves_those_rows_missing():
    def values(key):
        return ["7", "7"] if key == "granted" else numbered(key)

    _, cells = read(one_cell_a_line(values))
    assert {cells[f"applications.granted.{c}"].state for c in COLUMNS} == {State.MISSING}
    assert [cells[f"applications.partial.{c}"].printed for c in COLUMNS] == numbered("partial")


def test_an_empty_line_among_the_values_may_stand_for_no_cell_where_a_sum_fails_with_it():
    words = "结果维持 结果纠正 其他结果 尚未审结 总计"
    head = f"行政复议 行政诉讼 {words} 未经复议直接起诉 复议后起诉 {words} {words}".split()
    values = ["49", "0", "21", "99", "0", "0", "0", "", "0", "0", "0", "0", "0", "48", "48"]  # or: no total of reviews
    assembled, cells = read("\n".join([*head, *values]))
    assert doubts(assembled) == ["table.row_may_have_slid"]
    assert cells["disputes.review.total"].state is State.MISSING


def test_one_cell_a_line_a_row_without_values_ends_at_the_next_blocks_heading():
    first = ["第二十条第（五）项", "信息内容", "本年处理决定数量", "行政许可（含上年结转）", "79", "行政许可"]
    second = ["第二十条第（六）项", "信息内容", "本年处理决定数量", "行政处罚", "3", "行政强制", "2"]
    assembled, cells = read("\n".join([*first, *second]))
    assert cells["disclosure.licensing.decisions"].state is State.MISSING  # 79 is of a row that says more
    assert cells["disclosure.penalties.decisions"].value == 3
    assert doubts(assembled) != []


def test_a_disclosure_table_in_blocks():
    text = """第二十条第（一）项\t\t\t
信息内容\t本年制发件数\t本年废止件数\t现行有效件数
规章\t1\t\t3
行政规范性文件\t4\t5\t6
第二十条 第(八)项
信息内容\t本年收费金额(单位: 万元)
行政事业性收费\t251000元"""
    assembled, cells = read(text)
    assert cells["disclosure.rules.repealed"].state is State.BLANK
    assert cells["disclosure.rules.in_force"].value == 3
    assert str(cells["disclosure.fees.amount"].value) == "25.1"
    assert doubts(assembled) == []


def repeated(values):
    """A flattening that repeats a cell for every column it spans."""
    return f"""信息内容\t本年处理决定数量\t本年处理决定数量\t本年处理决定数量
行政处罚\t{values}
行政强制\t7\t7\t7"""


def test_a_number_left_of_the_heads_is_no_value_where_every_line_shows_its_fields():
    rule, labels = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", "一、本年新收政府信息公开申请数量"
    names = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
    heads = [["", *["申请人情况"] * 7], ["", names[0], *["法人或其他组织"] * 5, names[-1]], ["", *names]]
    header = [[rule] * 3 + line for line in heads]
    for values, natural_person in ((["9", *[""] * 7], None), (["", *"9111114"], 9)):
        text = "\n".join("\t".join(line) for line in (*header, [labels] * 3 + values))
        _, cells = read(text)
        assert cells["applications.new.natural_person"].value == natural_person


def test_cells_repeated_for_the_columns_they_span_count_once():
    assembled, cells = read(repeated("5\t5\t5"))
    assert (cells["disclosure.penalties.decisions"].value, cells["disclosure.coercive_measures.decisions"].value) == (5, 7)
    assert (assembled.tally.seen, assembled.tally.used, assembled.tally.ignored) == (6, 2, 4)
    assert doubts(assembled) == []


def test_repeated_cells_that_differ_are_no_repetition():
    assembled, cells = read(repeated("5\t5\t6"))
    assert cells["disclosure.penalties.decisions"].state is State.MISSING
    assert doubts(assembled) == ["table.position_unknown"]


@pytest.mark.parametrize(
    ("before", "ignored"),
    [
        (["序号", "7", "9"], ["7", "9"]),
        (["", "1", ""], []),
        (["", "3", "8"], []),
    ],
)
def test_numbers_left_of_the_labels_are_serial_or_in_doubt(before, ignored):
    text = f"""{before[0]}\t信息内容\t本年制发件数\t本年废止件数\t现行有效件数
{before[1]}\t规章\t1\t2\t3
{before[2]}\t行政规范性文件\t4\t5\t6"""
    assembled, cells = read(text)
    assert [cells[f"disclosure.rules.{c}"].printed for c in ("issued", "repealed", "in_force")] == ["1", "2", "3"]
    assert [i.printed for i in assembled.ignored] == ignored
    assert doubts(assembled) == ["table.number_left_over"] * (0 if ignored else sum(map(bool, before)))


@pytest.mark.parametrize(
    ("rows", "printed"),
    [
        (["规章\t24\t23\t\t", "行政规范性文件\t\t23\t\t47"], {}),
        (["规章\t24\t\t23\t5", "行政规范性文件\t1\t\t2\t3"], {}),  # four fields for three columns, all of them filled
        (["规章\t\t\t23\t5"], {"repealed": "23", "in_force": "5"}),
    ],
)
def test_a_number_under_no_word_between_two_is_placed_nowhere(rows, printed):
    _, cells = read("\n".join(["信息内容\t本年制发件数\t\t本年废止件数\t现行有效件数", *rows]))
    found = {key.rpartition(".")[2]: c.printed for key, c in cells.items() if key.startswith("disclosure.rules") and c.printed}
    assert found == printed
