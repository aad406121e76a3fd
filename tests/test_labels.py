"""Labels as real reports print them against the official ones."""

import pytest

from normalize.align import THRESHOLD, Printed, Wanted, align, ambiguous
from normalize.labels import fold, similarity, take_apart
from normalize.panels import panels
from normalize.sheet import names_column, names_row


@pytest.mark.parametrize(
    ("printed", "enumerator", "core"),
    [
        ("（三）不予公开", "(三)", "不予公开"),
        ("1.属于国家秘密", "1", "属于国家秘密"),
        ("1、 属于国家秘密", "1", "属于国家秘密"),
        ("一、本年新收政府信息公开申请数量", "一", "本年新收政府信息公开申请数量"),
        ("其中：主动公开规范性文件数", "", "主动公开规范性文件数"),
        ("其中:1.涉及国家秘密", "1", "涉及国家秘密"),
        ("⾏政许可", "", "行政许可"),  # Kangxi radicals, as Chromium writes them
        ("）1.属于国家秘密", "1", "属于国家秘密"),  # the last character of the label beside it
        ("专⻔机构", "", "专门机构"),  # radicals supplement: NFKC does not fold it
        ("第二十条 第(五)项", "", "第二十条第五项"),
    ],
)
def test_labels_are_taken_apart(printed, enumerator, core):
    folded = take_apart(printed)
    assert (folded.enumerator, folded.core) == (enumerator, core)


SAME = [
    ("2. 其他法律法规禁止公开", "2.其他法律行政法规禁止公开"),
    ("2.其他法律行政止公开", "2.其他法律行政法规禁止公开"),  # 洪泽 2023
    ("行政事业型收费", "行政事业性收费"),
    ("现行有效件", "现行有效件数"),
    ("本年发件", "本年制发件数"),
    ("本年增/", "本年增/减"),
    ("本年新", "本年新公开数量"),
    ("规章（设区的市、自治州人民政府应提供相关数据）", "规章"),
    ("上一年项目数量（指2019年事项数）", "上一年项目数量"),
    ("4.无正当理由大量反复 申请", "4.无正当理由大量反复申请"),
    ("（六）其他", "（六）其他处理"),
    ("(一) 予以公开", "（一）予以公开"),
]


@pytest.mark.parametrize(("printed", "official"), SAME)
def test_variants_of_a_label_are_the_same_label(printed, official):
    assert similarity(take_apart(printed), take_apart(official)) >= THRESHOLD


DIFFERENT = [
    ("小计", "总计"),
    ("小计", "（七）总计"),
    ("其他", "总计"),
    ("结果维持", "结果纠正"),
    ("规章", "行政规范性文件"),
    ("自然人", "总计"),
]


@pytest.mark.parametrize(("printed", "official"), DIFFERENT)
def test_other_labels_are_not(printed, official):
    assert similarity(take_apart(printed), take_apart(official)) < THRESHOLD


def test_folding_leaves_no_white_space():
    assert fold(" 三 、本 年 度办 理 结果\u3000\u200b") == "三、本年度办理结果"


def _row(name):
    return next(p for p in panels() if p.table == name and not p.line)


def test_alignment_takes_missing_and_extra_rows_as_gaps():
    applications = _row("applications")
    wanted = [row.wanted for row in applications.rows]
    printed = [
        "一、本年新收政府信息公开申请数量",
        "（一）予以公开",  # carried_in is missing
        "8.属于行政查询事项",
        "小计",  # the agency's own
        "（七）总计",
        "四、结转下年度继续办理",
    ]
    matches = align([Printed((t,)) for t in printed], wanted)
    assert [(printed[m.printed], applications.rows[m.wanted].key) for m in matches] == [
        ("一、本年新收政府信息公开申请数量", "new"),
        ("（一）予以公开", "granted"),
        ("8.属于行政查询事项", "refused.inquiry"),
        ("（七）总计", "handled_total"),
        ("四、结转下年度继续办理", "carried_out"),
    ]


def test_headings_above_tell_equal_labels_apart():
    wanted = [Wanted.of(("行政复议", "结果维持")), Wanted.of(("行政诉讼", "结果维持"))]
    assert [m.wanted for m in align([Printed(("行政诉讼", "结果维持"))], wanted)] == [1]


def test_a_fragment_that_fits_two_places_is_ambiguous():
    statistics = _row("statistics")
    wanted = [row.wanted for row in statistics.rows]
    printed = [Printed((t,)) for t in ("（三）其他情形数", "六、举报投诉数量")]
    matches = align(printed, wanted)
    assert ambiguous(matches, printed, wanted) == {0}
    whole = [Printed((row.wanted.leaves[0].core,)) for row in statistics.rows]
    assert ambiguous(align(whole, wanted), whole, wanted) == frozenset()


@pytest.mark.parametrize("text", ["商业企业", "本年制发件数", "总计", "结果纠正", "法人或其他组织", "统计数"])
def test_column_labels_are_known(text):
    assert names_column(text)


@pytest.mark.parametrize("text", ["规章", "1、属于国家秘密", "四、结转下年度继续办理", "行政强制"])
def test_row_labels_are_known(text):
    assert names_row(text)


@pytest.mark.parametrize("text", ["索引号", "发布机构", "12", "/", "", "条", "万元"])
def test_other_texts_are_no_labels_of_a_form(text):
    assert not names_row(text)
    assert not names_column(text)
