"""Counts stated in sentences: what is taken, and above all what is not."""

from __future__ import annotations

from decimal import Decimal

import pytest
import regex

from normalize.counts import COUNT, quantity
from normalize.mentions import check_mentions, mentions
from normalize.model import Cell, CellKey, Section, Severity, State

NEW = CellKey("applications", "new", "total")


WHOLE = {
    *("applications_received", "applications_handled", "applications_granted", "applications_partly_granted"),
    *("applications_refused", "applications_unavailable", "applications_not_processed", "applications_carried_out"),
    *("disclosed_items", "published_items", "reviews", "suits", "fee_notices", "fee_collected", "congress_suggestions"),
    *("cppcc_proposals", "trainings"),
}


def counted(sentence: str, chapter: int = 1) -> dict[str, Decimal | None]:
    """What the sentence says of the agency's own whole year; parts, channels and kinds are left out."""
    found = mentions([Section(chapter, "", sentence)])
    return {m.metric: m.value for m in found if m.metric in WHOLE and m.whose == "self" and not m.approximate}


@pytest.mark.parametrize(
    ("printed", "value", "approximate"),
    [
        ("1,234件", "1234", False),
        ("3607件", "3607", False),
        ("一件", "1", False),
        ("两件", "2", False),
        ("十二件", "12", False),
        ("四十件", "40", False),
        ("一百零五件", "105", False),
        ("二〇件", "20", False),
        ("一万二千条", "12000", False),
        ("4.5万条", "45000", False),
        ("0件", "0", False),
        ("四十余条", "40", True),
        ("3000余人", "3000", True),
        ("18万余条", "180000", True),
        ("30余万条", "300000", True),
        ("18万条", "180000", False),
        ("5千多册", "5000", True),
        ("近百件", "100", True),
        ("约50场", "50", True),
        ("数十次", None, True),
        ("几百条", None, True),
        ("123456789012345件", "123456789012345", False),
        ("1234567890123456件", None, False),  # a serial number, or several numbers
        (f"{'9' * 608}件", None, False),  # more than decimal arithmetic keeps
    ],
)
def test_quantities(printed: str, value: str | None, approximate: bool) -> None:
    match = regex.match(COUNT, printed)
    assert match is not None
    assert quantity(match) == (None if value is None else Decimal(value), approximate)


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("2021年，本单位共收到政府信息公开申请3607件", 3607),
        ("本年度受理依申请公开 0 件", 0),
        ("收到政府信息公开申请一件", 1),
        ("全年新收政府信息公开申请335宗", 335),
        ("我局全年共收到政府信息公开申请12件，其中网上申请8件", 12),
        ("全年收到12件政府信息公开申请", 12),
        ("共受理政府信息公开申请0件，均为自然人提交，均已在法定期限内完成答复", 0),
        ("2021年未收到政府信息公开申请", 0),
        ("本年度没有收到公民、法人和其他组织政府信息公开申请", 0),
    ],
)
def test_applications_received(sentence: str, value: int) -> None:
    found = [m for m in mentions([Section(1, "", sentence + "。")]) if m.metric == "applications_received"]
    assert [(m.value, m.key, m.sentence) for m in found] == [(Decimal(value), NEW, sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "区政府办代表区政府受理政府信息公开申请 17 件",  # Hongze 2024: another level
        "收到向市政府及市政府办公室提出的政府信息公开申请5件",  # copied from the city's report
        "通过网络收到政府信息公开申请3件",
        "其中，收到自然人政府信息公开申请3件",
        "较上年同期收到政府信息公开申请增加5件",
        "去年收到政府信息公开申请5件",
        "各部门收到政府信息公开申请5件",
        "2008年以来历年共收到政府信息公开申请50件",
        "收到政府信息公开申请50余件",
        "收到政府信息公开申请同比增长33.9%",
        "未收到政府信息公开申请人的投诉",
        "依申请公开工作规范有序",
    ],
)
def test_no_applications_received(sentence: str) -> None:
    assert "applications_received" not in counted(sentence)


def test_new_and_carried_together_name_no_cell() -> None:
    whole, carried = mentions([Section(1, "", "共收到政府信息公开申请26件（含上年结转2件）")])
    assert (whole.metric, whole.value, whole.key) == ("applications_received", Decimal(26), None)
    assert (carried.metric, carried.value, carried.whole) == ("applications_carried_in", Decimal(2), 0)


def test_the_sentence_of_a_city() -> None:
    sentence = (
        "全市全年共收办政府信息公开申请案件3646件，同比增长1.05%，其中，予以公开1431件、部分公开471件、不予公开92件、无法提供941件、"
        "不予处理117件、作其他处理（含申请人主动撤回申请）469件、转下年度办理125件"
    )
    assert counted(sentence) == {
        "applications_handled": 3646,
        "applications_granted": 1431,
        "applications_partly_granted": 471,
        "applications_refused": 92,
        "applications_unavailable": 941,
        "applications_not_processed": 117,
        "applications_carried_out": 125,
    }


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("主动公开信息60条，其中部门快讯6条，部门指南1条", {"disclosed_items": 60}),
        ("2020年，全镇累计主动公开政府信息114条", {"disclosed_items": 114}),
        ("全年通过政府网站、政务新媒体等渠道主动公开信息989条，其中政策文件116条", {"disclosed_items": 989}),
        ("通过门户网站主动公开信息351条", {}),
        ("其中,通过区政府门户网站主动公开信息31条;政务公开网站主动公开信息31条", {}),
        ("大南街道共受理信息公开行政复议案件2件,当事人均已撤销复议", {"reviews": 2}),
        ("主动公开政府信息18万余条", {}),
        ("本单位在政府信息公开网站发布各类信息60条，其中部门快讯6条", {"published_items": 60}),
        ("申请答复中，予以公开及部分公开258件，占33.9%", {}),  # a sum of two
        (
            "收到申请3件，其中同意公开的有1件，同意部分公开的有0件，不予公开的有2件",
            {"applications_received": 3, "applications_granted": 1, "applications_partly_granted": 0, "applications_refused": 2},
        ),
        ("因政府信息公开引发行政复议案件134件，行政诉讼案件57件", {"reviews": 134, "suits": 57}),
        ("未发生因政府信息公开申请行政复议、提起行政诉讼的情况", {"reviews": 0, "suits": 0}),
        ("办理城市管理行政复议案件3件", {}),  # not about disclosure
        ("主合办人大代表建议 50 件，主合办政协提案 85 件", {"congress_suggestions": 50, "cppcc_proposals": 85}),
        ("受理政协提案2件(主办2件)，没有收到人大建议", {"congress_suggestions": 0, "cppcc_proposals": 2}),
        ("人大建议7条，政协提案2条", {"congress_suggestions": 7, "cppcc_proposals": 2}),
        ("办理人大代表建议和政协提案9件", {}),  # a sum of two
        ("有3件收取信息处理费2230元", {"fee_collected": 2230}),
        ("实际收取信息处理费共计400元", {"fee_collected": 400}),
        ("2021年度，本单位未收取政府信息处理费", {"fee_collected": 0}),
        (
            "按照《政府信息公开信息处理费管理办法》，2023年度本机关发出收费通知0件，总金额0元，实际收取0元",
            {"fee_notices": 0, "fee_collected": 0},
        ),
        ("其中，沭阳县民政局1件，收取信息处理费880元", {}),
        ("全年组织业务培训6次，参加人员605人次", {"trainings": 6}),
    ],
)
def test_other_counts(sentence: str, expected: dict[str, int]) -> None:
    assert counted(sentence) == expected


def test_two_values_for_one_cell_name_no_cell() -> None:
    found = mentions([Section(1, "", "收到政府信息公开申请3件。"), Section(3, "", "收到政府信息公开申请5件。")])
    assert [(m.value, m.key, m.section) for m in found] == [(Decimal(3), None, 1), (Decimal(5), None, 3)]


def cell(value: int | None) -> dict[CellKey, Cell]:
    state = State.BLANK if value is None else State.PRINTED
    return {NEW: Cell("2021", NEW, None if value is None else Decimal(value), str(value or ""), state)}


def test_a_mention_that_disagrees_is_a_hint() -> None:
    found = mentions([Section(1, "", "收到政府信息公开申请3件。")])
    (finding,) = check_mentions(found, cell(4))
    assert (finding.rule, finding.severity) == ("mention.disagrees", Severity.HINT)
    assert (finding.cells, finding.expected, finding.actual) == (("applications.new.total",), "3", "4")


@pytest.mark.parametrize("cells", [cell(3), cell(None), {}])
def test_agreement_blank_and_absence_are_no_finding(cells: dict[CellKey, Cell]) -> None:
    assert check_mentions(mentions([Section(1, "", "收到政府信息公开申请3件。")]), cells) == ()


def test_a_disagreement_names_the_cells_that_were_added_up() -> None:
    """Documents may be counted as made or as disclosed; where the table has one of the cells, the other is no evidence."""
    newly_disclosed = CellKey("disclosure", "normative_documents", "newly_disclosed")
    cells = {newly_disclosed: Cell("2019", newly_disclosed, Decimal(4), "4", State.PRINTED)}
    (finding,) = check_mentions(mentions([Section(1, "", "全年制发行政规范性文件6件。")], "2019"), cells)
    assert (finding.cells, finding.expected, finding.actual) == ((str(newly_disclosed),), "6", "4")
