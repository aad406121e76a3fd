"""Parts tied to their whole, shares and changes, and what of the prose contradicts itself or the table."""

from __future__ import annotations

from decimal import Decimal

import pytest

from normalize.forms import forms
from normalize.mentions import check_mentions, mentions, read_prose
from normalize.mentions.quantities import quantities
from normalize.mentions.shares import change_agrees, share_agrees
from normalize.model import Cell, CellKey, Finding, Mention, Scope, Section, State
from normalize.prose import folded


def stated(text: str, chapter: int = 1, form: str = "2021") -> tuple[Mention, ...]:
    return mentions([Section(chapter, "", text)], form)


def findings(text: str, chapter: int = 1) -> list[tuple[str, str, str]]:
    found = read_prose([Section(chapter, "", text)], "2021").findings
    return [(finding.rule.removeprefix("mention."), finding.expected, finding.actual) for finding in found]


@pytest.mark.parametrize(
    "text",
    [
        "2021年8月3日，依据〔2021〕30号和《条例》第二十条第（一）项，在第三季度报送",
        "电话0539-8383216，邮编276034，地址人民路18号3号楼206室，网址http://www.x.gov.cn/n1/c2条",
        "1.组织领导；2.制度建设；（3）平台建设；一是、二是",
        "自收到之日起20个工作日内答复，24小时在线，3个月内，每季度1次，每月召开2次例会",
        "一个窗口、一站式服务、最多跑一次、千家万户、三个方面、四个意识、五位一体、两类人员、同一件事",
        "落实“十四五”规划、“三审三校”、“放管服”、《优化营商环境20条》",
        "第一时间、统一、进一步、唯一、某一项、十九届四次全会",
    ],
)
def test_what_only_looks_like_a_count(text: str) -> None:
    assert [text[q.start : q.stop] for q in quantities(folded(text))] == []


@pytest.mark.parametrize(
    ("text", "wholes"),
    [
        # each number with the place of its whole in the sentence
        ("发布信息60条，其中快讯6条，指南1条，动态53条", [None, 0, 0, 0]),
        ("共收到申请44件（其中：网上42件，现场0件，邮寄2件），办结39件", [None, 0, 0, 0, None]),
        ("共计249条，其中：动态9条；政策7条；其他233条", [None, 0, 0, 0]),
        ("主动公开382条，其中网站35条、微信243条，其中农业45条、教育19条", [None, 0, 0, 2, 2]),  # nested
        ("公开信息60条，其中网站40条，收到申请5件，培训3次", [None, 0, None, None]),
        ("收到申请12件，答复11件（含上年结转2件）", [None, None, 1]),
        ("全市3607件（市政府349件、沭阳县477件、其余2781件）", [None, 0, 0, 0]),
        ("主动公开信息250条。其中：机构类5条；动态类118条", [None, 0, 0]),  # a sentence of its own
        ("培训6次，参训605人次，其中线上2次", [None, None, 0]),
        ("主动公开信息10条，微信推送30条，微博发布20条", [None, None, None]),
    ],
)
def test_parts_and_their_whole(text: str, wholes: list[int | None]) -> None:
    assert [mention.whole for mention in stated(text) if not mention.negated] == wholes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("人大代表建议和政协提案分别为3件和5件", [("congress_suggestions", ""), ("cppcc_proposals", "")]),
        (
            "门户网站、微信公众号、政务微博分别发布信息300条、120条、45条",
            [("published_items", "website"), ("published_items", "wechat"), ("published_items", "weibo")],
        ),
        (
            "上述申请分别通过信函、网络等渠道提交，分别为6件、21件",
            [("applications_by_channel", "letter"), ("applications_by_channel", "online")],
        ),
        ("人大建议、政协提案各3件", [("", "")]),  # neither's alone, nor their sum
        ("公开信息92条，其中网站、微信各46条", [("disclosed_items", ""), ("disclosed_by_channel", "")]),
        ("公开14类632条政府信息", [("", ""), ("disclosed_items", "")]),
        ("公开信息平台日均发布信息3.6条", [("", "")]),
        (
            "法人（或其他组织）申请8件，部分公开（区分处理的，只计这一情形）2件",
            [("applications_received", "organisation"), ("applications_partly_granted", "")],
        ),
        ("办复15件人大代表建议和11件政协提案", [("congress_suggestions", ""), ("cppcc_proposals", "")]),
        ("收到政协提案13件，比去年（15件）减少2件", [("cppcc_proposals", ""), ("cppcc_proposals", ""), ("", "")]),
        ("承办代表建议15件，主办6件，会办9件", [("congress_suggestions", q) for q in ("", "lead", "joint")]),
    ],
)
def test_rows_of_labels_and_numbers_that_share_one(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(mention.metric, mention.qualifier) for mention in stated(text, 3)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("发布信息92条，其中网站、微信各46条", []),
        ("制作宣传品92份，其中手册、折页各46份", []),
        ("制作宣传品92份：手册、折页各45份", [("parts_sum", "92", "90")]),
        ("因政府信息公开被申请行政复议3件，其中维持2件，行政诉讼9件", []),  # of another kind, not a part
        (
            "发布信息60条，其中A类6条，B类1条，C类1条，D类3条，E类1条，F类3条，G类3条，H类31条，I类2条，J类2条，K类2条，其他5条",
            [],
        ),
        ("发布信息60条，其中快讯6条，其他53条", [("parts_sum", "60", "59")]),
        ("发布信息60条，其中快讯6条，指南1条", []),  # 其中 need not be all
        ("发布信息60条：快讯6条，指南1条", [("parts_sum", "60", "7")]),
        ("收到申请3件，其中网上申请2件，信函申请2件", []),  # one application, several ways: 不同渠道
        ("发布信息60条，其中快讯46条，指南21条", [("parts_exceed", "60", "67")]),
        ("公开信息2483条，其中网站319条、微信851条、微博2348条", []),  # channels overlap (Shatang 2016)
        ("主动公开信息382条，包括网站35条，微信公众号2443条", [("parts_exceed", "382", "2443")]),  # but none has more than all
        ("发布信息约60条，其中快讯66条", []),
        ("收到申请95件（自然人90件、企业5件）", []),
        ("收到申请95件（自然人90件、企业4件）", [("parts_sum", "95", "94")]),
        ("收到申请95件（含上年结转5件）", []),
        ("答复申请805件。予以公开及部分公开258件，占33.9%", [("share_disagrees", "32.05", "33.9")]),  # Shanghai 2019
        ("答复申请805件。予以公开及部分公开273件，占33.9%；不予公开35件，占4.34%", []),
        ("办结1191件（含上年结转189件）。其中，不予公开20件（1.68%），无法提供564件（47.36%）", []),
        ("办结1191件。其中，不予公开20件（1.86%）", [("share_disagrees", "1.679", "1.86")]),
        ("纳入年度考核，占比12%；办理留言20件，按期答复率100%", []),
        ("动态248条，占47.3%；公告96条，占18.3%", []),  # no total told
    ],
)
def test_what_does_not_agree_within_the_prose(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert findings(text) == expected


@pytest.mark.parametrize(
    ("part", "whole", "share", "agrees"),
    [
        (273, 805, "33.9", True),
        (258, 805, "33.9", False),
        (208, 1191, "17.46", True),
        (1, 3, "33", True),
        (2, 3, "66", True),  # cut off
        (2, 3, "67", True),
        (2, 3, "68", False),
        (0, 5, "0", True),
        (5, 5, "100", True),
        (1, 0, "0", False),
    ],
)
def test_shares(part: int, whole: int, share: str, agrees: bool) -> None:
    assert share_agrees(Decimal(part), Decimal(whole), Decimal(share)) is agrees


@pytest.mark.parametrize(
    ("now", "before", "change", "unit", "agrees"),
    [
        (3646, 3608, "1.05", "%", True),
        (859, 979, "12.4", "%", False),
        (859, 979, "12.2", "%", True),  # a fall: only its size is stated
        (12, 7, "5", "件", True),
        (12, 7, "6", "件", False),
        (5, 0, "100", "%", None),
        (10, 5, "2", "倍", None),
    ],
)
def test_changes(now: int, before: int, change: str, unit: str, agrees: bool | None) -> None:
    assert change_agrees(Decimal(now), Decimal(before), Decimal(change), unit) is agrees


def test_a_change_speaks_of_the_count_before_it() -> None:
    count, change, other = stated("收到政府信息公开申请3646件，同比增长1.05%，主动公开率90%")
    assert (change.kind, change.base, change.metric) == ("change", 0, "")
    assert (count.metric, other.kind, other.base) == ("applications_received", "share", None)


FIGURES = {
    "applications.new.total": 3525,
    "applications.carried_in.total": 121,
    "applications.granted.total": 1431,
    "applications.partial.total": 471,
    "applications.handled_total.total": 3521,
    "applications.carried_out.total": 125,
    "applications.refused.internal.total": 9,
    "applications.refused.process.total": 4,
    "disputes.review.total": 170,
    "disputes.review.corrected": 10,
    "disputes.suit_direct.total": 25,
    "disputes.suit_after_review.total": 52,
    "disclosure.normative_documents.issued": 61,
}


def table(form: str = "2021", figures: dict[str, int] | None = None) -> dict[CellKey, Cell]:
    """All cells of a form: those of ``figures``, the others 0."""
    told = FIGURES if figures is None else figures
    values = {each.key: Decimal(told.get(str(each.key), 0)) for each in forms()[form].cells()}
    return {key: Cell(form, key, value, str(value), State.PRINTED) for key, value in values.items()}


def disagreements(text: str, chapter: int = 1, scope: Scope | None = None, form: str = "2021") -> list[tuple[str, str, str]]:
    found = check_mentions(stated(text, chapter, form), table(form), scope)
    assert all(finding.rule == "mention.disagrees" for finding in found)
    return [(" ".join(finding.cells), finding.expected, finding.actual) for finding in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("全市收到政府信息公开申请3525件", []),
        (
            "全市收办政府信息公开申请3646件，其中予以公开1431件、部分公开471件、不予公开13件",
            [],
        ),  # new and carried in (Suqian 2024)
        ("收到政府信息公开申请3646件", []),
        ("新收政府信息公开申请3526件", [("applications.new.total", "3526", "3525")]),
        ("未收到政府信息公开申请", [("applications.new.total", "0", "3525")]),
        ("收到政府信息公开申请3500余件", []),
        ("区政府办代表区政府受理政府信息公开申请17件", []),  # Hongze 2024: 17 beside 95
        ("去年收到政府信息公开申请12件", []),
        ("通过网络收到政府信息公开申请12件", []),
        ("收到政府信息公开申请3525件，同意公开1430件", [("applications.granted.total", "1430", "1431")]),
        ("上年结转政府信息公开申请120件", [("applications.carried_in.total", "120", "121")]),
        ("申请中结转下年度继续办理125件", []),
        ("因政府信息公开被申请行政复议134件", [("disputes.review.total", "134", "170")]),
        ("因政府信息公开被申请行政复议170件，其中纠正11件", [("disputes.review.corrected", "11", "10")]),
        ("因政府信息公开引发行政诉讼77件", []),  # both kinds together
        ("因政府信息公开引发行政诉讼52件", []),
        (
            "因政府信息公开引发行政诉讼57件",
            [("disputes.suit_direct.total disputes.suit_after_review.total", "57", "77")],
        ),
        ("全年制发行政规范性文件61件", []),
        ("全年制发行政规范性文件60件", [("disclosure.normative_documents.issued", "60", "61")]),
        ("全年主动公开规范性文件60件", []),  # disclosed, not issued
        ("未收取信息处理费", []),  # the table's fees are other charges
    ],
)
def test_prose_against_table(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert disagreements(text) == expected


def test_a_refusal_is_the_sum_of_its_reasons() -> None:
    ((cells, expected, actual),) = disagreements("申请中不予公开14件")
    assert (len(cells.split()), expected, actual) == (8, "14", "13")


def test_old_words_restate_the_form_of_2014() -> None:
    figures = {"statistics.received.count": 5, "statistics.answered.granted.count": 3, "statistics.fees_charged.count": 0}
    text = "收到政府信息公开申请5件，同意公开答复2件，信息不存在0件。收取信息处理费300元。"
    found = check_mentions(stated(text, 3, "2014"), table("2014", figures))
    told = [(f.cells, f.expected, f.actual) for f in found]
    assert told == [(("statistics.answered.granted.count",), "2", "3"), (("statistics.fees_charged.count",), "300", "0")]


def test_money_is_compared_in_one_unit() -> None:
    found = stated("收取信息处理费3700元", 6, "2014")
    cells = table("2014")
    key = CellKey("statistics", "fees_charged", "count")
    cells[key] = cells[key]._replace(value=Decimal("0.37"), printed="0.37")
    assert check_mentions(found, cells) == ()


@pytest.mark.parametrize(
    ("text", "scope", "contradicts"),
    [
        ("政府办公室共收到政府信息公开申请17件", Scope.JURISDICTION, False),
        ("本机关收到政府信息公开申请17件", Scope.JURISDICTION, False),
        ("全市收到政府信息公开申请17件", Scope.JURISDICTION, True),
        ("全市收到政府信息公开申请17件", Scope.OWN_OFFICE, False),
        ("本机关收到政府信息公开申请17件", Scope.OWN_OFFICE, True),
        ("本机关收到政府信息公开申请17件", None, True),
    ],
)
def test_another_scope_is_no_contradiction(text: str, scope: Scope | None, contradicts: bool) -> None:
    assert bool(disagreements(text, scope=scope)) is contradicts


def test_items_of_a_count_that_disagrees_are_not_told_one_by_one() -> None:
    assert disagreements("本局收到政府信息公开申请5件，其中予以公开3件、部分公开2件") == [("applications.new.total", "5", "3525")]


def test_both_places_are_named() -> None:
    sections = [Section(0, "", "前言"), Section(1, "一、总体情况", "工作有序。\n全年新收政府信息公开申请 3,526 件。")]
    (finding,) = check_mentions(mentions(sections), table())
    assert isinstance(finding, Finding)
    assert "chapter 1, characters 19-24" in finding.message
    assert "the table 3525 (applications.new.total)" in finding.message
    assert sections[1].text[19:24] == "3,526"


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("2023年未收到政府信息公开申请", ["applications_received"]),
        ("我局尚未收到公民、法人或者其他组织要求公开政府信息的申请", ["applications_received"]),
        ("本年度无依申请公开事项", ["applications_received"]),
        ("未发生行政复议、行政诉讼", ["reviews", "suits"]),
        ("无因政府信息公开被申请行政复议、提起行政诉讼的情况", ["reviews", "suits"]),
        ("未发生因依申请公开被行政复议纠错或行政诉讼败诉情形", ["reviews_corrected", "suits_corrected"]),
        ("没有收取申请人任何费用", ["fee_collected"]),
        ("未发出收费通知，未收取信息处理费", ["fee_notices", "fee_collected"]),
        ("未承办人大代表建议和政协提案", ["congress_suggestions", "cppcc_proposals"]),
        ("未出台行政规范性文件，未召开新闻发布会", ["regulatory_documents", "press_conferences"]),
        ("未超期答复政府信息公开申请", []),
        ("未收到通过传真提交的申请", []),
        ("未收到申请人对答复不满意的投诉", []),
        ("未按规定收取费用的要退还", []),
        ("对没有收到申请的单位，不再通报", []),
        ("行政许可案件未发生行政复议、行政诉讼", []),
        ("无正当理由大量反复申请", []),
        ("申请信息无法提供，无偿提供查阅", []),
    ],
)
def test_stated_nones(text: str, metrics: list[str]) -> None:
    found = [mention for mention in stated(text, 6) if mention.negated]
    assert [mention.metric for mention in found] == metrics
    assert all(mention.value == 0 and mention.whose == "self" for mention in found)
