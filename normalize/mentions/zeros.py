"""Statements of none: 未收到政府信息公开申请, 无行政复议、行政诉讼, 没有收取任何费用."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import regex

from normalize.mentions.roles import Role
from normalize.mentions.whose import Whose, whose
from normalize.mentions.wordings import APPLICATIONS, DISPUTES, FEES

_NOT: Final = (
    r"(?P<not>(?:尚|均|也|并|都|暂|从)?(?:未(?=[收接受产出发新办承引被涉实进开制印召举参征处向因曾有再提])曾?|没有?|无(?![法正偿障需效条线论形从关纸])|零(?=申请|复议|诉讼|收费)|不存在)(?:再|发生|收到|出现|产生|接到|受理|收取|新收|接收|办理|"
    r"承办|引发|被|涉及|实际|进行|开展|制定|制发|出台|印发|发布|新制定|召开|举办|举行|参加|征收|处理|过|任何|因|和|及|、)*)"
)
_REST: Final = r"[^，；。：(]"
_APPLICATION: Final = r"(?:申请|依申请公开)(?:件|事项|案件|业务|信息|内容|的?(?:情况|事项|情形)|公开|政府信息|行为|要求|的)*"


@dataclass(frozen=True, slots=True)
class _None:
    """A wording that states none of something."""

    metrics: tuple[str, ...]
    pattern: regex.Pattern[str]
    topics: frozenset[str] = frozenset()
    without: regex.Pattern[str] | None = None
    qualifier: str = ""


_NO_APPLICATION: Final = regex.compile(
    r"复议|诉讼|举报|投诉|申请人|收取|收费|费用|引[发起]|而|建议|提案|结转|败诉|责任|通过(?!审)|传真|当面|重复|补正|超期|逾期|不予|超时|及时|按时"
)
_OTHER_BUSINESS: Final = regex.compile(r"许可|处罚|城市管理|征收补偿|执法案件")
_NONES: Final = (
    _None(
        ("applications_received",),
        regex.compile(rf"{_NOT}{_REST}{{0,36}}?{_APPLICATION}(?=$|[，；：(、])"),
        without=_NO_APPLICATION,
    ),
    _None(("applications_received",), regex.compile(r"(?P<not>(?:零|0)申请)")),
    _None(("applications_carried_in",), regex.compile(rf"{_NOT}{_REST}{{0,6}}?(?:上一?年度?|去年)(?:度)?(?:结转|转入)")),
    _None(("applications_carried_out",), regex.compile(rf"{_NOT}{_REST}{{0,6}}?(?:结转|转)(?:至|到|入)?(?:下|次)一?年")),
    _None(
        ("reviews_corrected",),
        regex.compile(rf"{_NOT}{_REST}{{0,24}}?复议{_REST}{{0,10}}?(?:纠错|纠正|撤销|确认违法)"),
        frozenset({DISPUTES}),
    ),
    _None(
        ("suits_corrected",),
        regex.compile(rf"{_NOT}{_REST}{{0,30}}?(?:诉讼{_REST}{{0,8}}?(?:败诉|纠错|纠正|撤销)|败诉)"),
        frozenset({DISPUTES}),
    ),
    _None(
        ("reviews",),
        regex.compile(rf"{_NOT}{_REST}{{0,40}}?复议(?!机关|决定|前置)"),
        without=regex.compile(r"纠错|纠正|撤销|败诉|确认违法|经复议"),
    ),
    _None(
        ("suits",),
        regex.compile(rf"{_NOT}{_REST}{{0,46}}?(?:诉讼|应诉)"),
        without=regex.compile(r"纠错|纠正|撤销|败诉|确认违法"),
    ),
    _None(
        ("fee_collected",),
        regex.compile(rf"{_NOT}{_REST}{{0,24}}?(?:收取|收费|费用|处理费|减免)"),
        frozenset({FEES, APPLICATIONS}),
        regex.compile(r"通知|行政事业|违规|乱收|罚款|标准|指引|处罚|处理费管理|支出|按规定|足额|超标准|及时"),
    ),
    _None(("fee_notices",), regex.compile(rf"{_NOT}{_REST}{{0,6}}?收费通知")),
    _None(
        ("congress_suggestions",),
        regex.compile(rf"{_NOT}{_REST}{{0,12}}?(?:人大|代表)(?:代表)?{_REST}{{0,4}}?(?:建议|议案|意见|、|和|及)"),
    ),
    _None(("cppcc_proposals",), regex.compile(rf"{_NOT}{_REST}{{0,24}}?(?:政协{_REST}{{0,4}}?提案|提案)")),
    _None(
        ("regulatory_documents",),
        regex.compile(
            r"(?P<not>(?:尚|均|暂)?(?:未|没有?|无)(?:新)?(?:制定|制发|出台|印发|发布|新制)(?:和处理|过|任何)?)[^，；。]{0,14}?规范性文件"
        ),
    ),
    _None(("press_conferences",), regex.compile(rf"{_NOT}{_REST}{{0,10}}?新闻发布会(?!.*解读)")),
)
_CONDITION: Final = regex.compile(r"^(?:如|若|对于?|凡|对)|的(?:单位|部门|科室|数据项)")
_NUMBER: Final = regex.compile(r"\d")
_CLAUSES: Final = regex.compile(r"[^，；：]+")
WORTH: Final = regex.compile(r"未|没|无|零|不存在|0申请")
"""A sentence without any of these states no none."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """A stated none: where its negation stands in the folded sentence, and of what."""

    start: int
    stop: int
    role: Role


def nones(text: str, masked: str, topics: frozenset[str]) -> Iterator[Nothing]:
    """What a folded sentence says there was none of."""
    for clause in _CLAUSES.finditer(masked):
        words = clause.group()
        if not WORTH.search(words) or _CONDITION.search(words):
            continue
        told: set[str] = set()
        for each in _NONES:
            metric = each.metrics[0]
            match = each.pattern.search(words)
            if match is None or metric in told or (each.topics and not each.topics & topics):
                continue
            if (each.without and each.without.search(words)) or _NUMBER.search(words, match.end("not")):
                continue
            if metric in {"reviews", "suits"} and _OTHER_BUSINESS.search(text):
                continue
            told.add(metric)
            start = clause.start() + match.start("not")
            owner = whose(masked, clause.start(), start, "")
            yield Nothing(
                start, clause.start() + match.end("not"), Role(metric, Whose.SELF if owner is Whose.OTHER_PERIOD else owner)
            )
