"""Mentions: counts that sentences state ("收到政府信息公开申请3607件").

A wrong mention is worse than none. So a count is taken only where its own clause names it whole: not about another level
of government, not a part ("其中…", "通过网站…"), not about another time, not approximate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import regex

from normalize.counts import COUNT, count_value
from normalize.model import Cell, CellKey, Finding, Mention, Section, Severity
from normalize.prose import folded, sentences

_NEW_APPLICATIONS: Final = CellKey("applications", "new", "total")
_CASES = r"(?P<unit>件|宗|起|份|次|条|例|项)"
_ITEMS = r"(?P<unit>条|件|篇|项|个|则)"
_APPLICATION = (
    r"(?:公民|群众|社会公众|市民|各类|政府|的){0,3}"
    r"(?:政府信息公开|信息公开|依申请公开政府信息|依申请公开|公开政府信息)(?:的)?(?:申请)?(?:案件|事项|件)?"
)
_TOTAL = r"(?:数量)?(?:总数|总计|合计|共计|共有|共|总|为|的有|有|数|：)*"
_RESULT = r"(?:的)?(?:共|有|的有|申请|答复|为|：)*"


@dataclass(frozen=True, slots=True)
class _Metric:
    """One thing that sentences count. ``pattern`` finds a count (or, without group ``n``, states zero) on folded text."""

    name: str
    pattern: regex.Pattern[str]
    unit: str = ""
    needs: regex.Pattern[str] | None = None
    """What the sentence, the chapter heading or the section must also say."""
    chapters: frozenset[int] = frozenset()
    """Chapters in which ``needs`` is taken for granted."""
    item: bool = False
    """An item of an enumeration: whatever precedes it must be complete (not "予以公开及部分公开258件")."""
    key: CellKey | None = None


def _metric(
    name: str, *patterns: str, unit: str = "", needs: str = "", chapters: tuple[int, ...] = (), item: bool = False
) -> list[_Metric]:
    need = regex.compile(needs) if needs else None
    key = _NEW_APPLICATIONS if name == "applications_received" else None
    return [_Metric(name, regex.compile(p), unit, need, frozenset(chapters), item, key) for p in patterns]


_ABOUT_APPLICATIONS = r"申请|依申请公开|答复"
_ABOUT_DISPUTES = r"信息公开"
METRICS: Final[tuple[_Metric, ...]] = (
    *_metric(
        "applications_received",
        rf"(?:新收|收到|受理|接收|接到)(?:到)?(?:了)?{_APPLICATION}{_TOTAL}{COUNT}{_CASES}",
        rf"(?:新收|收到|受理|接收|接到)(?:到)?(?:了)?{COUNT}{_CASES}{_APPLICATION}(?<=申请|申请件|申请事项)",
        rf"(?:未|没有|没|无|尚未|暂未)(?:新收|收到|受理|接收|接到)(?:过)?(?:到)?(?:任何|公民|个人|法人|、|或|和|其他组织|提出的|有关|关于){{0,8}}{_APPLICATION}(?<=申请|申请件|申请事项|依申请公开)(?!的|人|公开.{{0,4}}(?:举报|投诉)|而|引起|行政)",
        unit="件",
    ),
    *_metric("applications_handled", rf"(?:收办|办理|共办|处理)(?:了)?{_APPLICATION}(?:案件)?{_TOTAL}{COUNT}{_CASES}", unit="件"),
    *_metric(
        "applications_granted",
        rf"(?<!不|部分|主动)(?:予以|同意)公开{_RESULT}{COUNT}{_CASES}",
        needs=_ABOUT_APPLICATIONS,
        chapters=(3,),
        item=True,
    ),
    *_metric(
        "applications_partly_granted",
        rf"(?:予以|同意)?部分公开{_RESULT}{COUNT}{_CASES}",
        needs=_ABOUT_APPLICATIONS,
        chapters=(3,),
        item=True,
    ),
    *_metric(
        "applications_refused",
        rf"(?:不予|不同意)公开{_RESULT}{COUNT}{_CASES}",
        needs=_ABOUT_APPLICATIONS,
        chapters=(3,),
        item=True,
    ),
    *_metric(
        "applications_unavailable", rf"无法提供{_RESULT}{COUNT}{_CASES}", needs=_ABOUT_APPLICATIONS, chapters=(3,), item=True
    ),
    *_metric(
        "applications_not_processed", rf"不予处理{_RESULT}{COUNT}{_CASES}", needs=_ABOUT_APPLICATIONS, chapters=(3,), item=True
    ),
    *_metric(
        "applications_carried_out",
        rf"(?:结转|转)(?:至|到|入)?下年度?(?:继续)?(?:办理)?{_RESULT}{COUNT}{_CASES}",
        needs=_ABOUT_APPLICATIONS,
        chapters=(3,),
        item=True,
    ),
    *_metric("disclosed_items", rf"主动公开(?:的|了|各类|各项|政府|政务|相关|有关)*信息{_TOTAL}(?:累计)?{COUNT}{_ITEMS}"),
    *_metric("published_items", rf"(?:发布|更新)(?:了)?各类(?:政府|政务|相关|有关)*信息{_TOTAL}(?:累计)?{COUNT}{_ITEMS}"),
    *_metric(
        "reviews",
        rf"(?:申请|提起|发生|引发|涉及|收到|受理|，|有|^)?行政复议(?:案件|申请|案|数量)?{_TOTAL}{COUNT}{_CASES}",
        r"(?:未|没有|无|尚无)(?:发生|收到|出现|产生)?(?:过)?(?:针对|因|涉及|有关|被)?(?:本机关|我局)?(?:的)?(?:政府信息公开|信息公开)?(?:工作)?(?:被)?(?:的|而)?(?:申请|引发|引起|提起)?(?:的)?行政复议(?:案件|申请|案)?(?:和|、|或|及|与)(?:提起)?(?:的)?行政诉讼",
        unit="件",
        needs=_ABOUT_DISPUTES,
        chapters=(4,),
        item=True,
    ),
    *_metric(
        "suits",
        rf"(?:提起|发生|引发|涉及|，|有|^)?行政诉讼(?:案件|案|数量)?{_TOTAL}{COUNT}{_CASES}",
        r"(?:未|没有|无|尚无)(?:发生|收到|出现|产生)?(?:过)?(?:针对|因|涉及|有关|被)?(?:本机关|我局)?(?:的)?(?:政府信息公开|信息公开)?(?:工作)?(?:被)?(?:的|而)?(?:申请|引发|引起|提起)?(?:的)?行政复议(?:案件|申请|案)?(?:和|、|或|及|与)(?:提起)?(?:的)?行政诉讼",
        unit="件",
        needs=_ABOUT_DISPUTES,
        chapters=(4,),
        item=True,
    ),
    *_metric("fee_notices", rf"发出收费通知{_TOTAL}{COUNT}{_CASES}", needs=r"信息处理费|收费", chapters=(6,)),
    *_metric(
        "fee_collected",
        rf"实际收取(?:政府信息公开)?(?:信息处理费)?(?:费用)?(?:共计|共|总计|合计|金额|总金额|为)*{COUNT}(?P<unit>万元|元)",
        rf"收取(?:了)?(?:政府信息公开|政府)?信息处理费(?:用)?(?:共计|共|总计|合计|金额|总金额|为)*{COUNT}(?P<unit>万元|元)",
        r"(?:未|没有|暂未|尚未|无)(?:实际)?(?:开展)?(?:收取)(?:过)?(?:任何)?(?:政府信息公开|政府|依申请公开)?信息处理费",
        unit="元",
        needs=r"信息处理费",
    ),
    *_metric(
        "congress_suggestions",
        rf"(?<!政协)(?:人大(?:代表)?)(?:的)?(?:建议|意见建议|议案建议)(?:和批评意见)?(?:办理)?{_TOTAL}{COUNT}(?P<unit>件|条|项|份|个)",
        r"(?:没有|未|无)(?:收到|承办|接到)?人大(?:代表)?建议(?!、|和|及|与)",
        unit="件",
        item=True,
    ),
    *_metric(
        "cppcc_proposals",
        rf"政协(?:委员)?(?:的)?提案{_TOTAL}{COUNT}(?P<unit>件|条|项|份|个)",
        r"(?:没有|未|无)(?:收到|承办|接到)?政协(?:委员)?提案(?!、|和|及|与)",
        unit="件",
        item=True,
    ),
    *_metric(
        "trainings",
        rf"(?:组织|举办|开展|召开)(?:了|各类|相关|专题|业务|政务公开|政府信息公开|信息公开|工作)*培训(?:班|会|活动|会议)?{_TOTAL}{COUNT}(?P<unit>次|期|场|场次|班次)",
    ),
)
"""Stable metric ids with the wordings that state them."""

_MARKS: Final = {
    "applications_received": "公开",
    "applications_handled": "公开",
    "applications_granted": "公开",
    "applications_partly_granted": "部分公开",
    "applications_refused": "公开",
    "applications_unavailable": "无法提供",
    "applications_not_processed": "不予处理",
    "applications_carried_out": "下年",
    "disclosed_items": "主动公开",
    "published_items": "各类",
    "reviews": "行政复议",
    "suits": "行政诉讼",
    "fee_notices": "收费通知",
    "fee_collected": "收取",
    "congress_suggestions": "人大",
    "cppcc_proposals": "政协",
    "trainings": "培训",
}
"""What every wording of a metric holds: sentences without it need no closer look."""
_ELSEWHERE = regex.compile(
    r"代表\p{Han}{0,3}政府|向(?:市|省|县|区|州|镇|乡)?\p{Han}{0,6}(?:政府|办公厅|办公室)[^，]{0,12}(?:提出|申请)|上级|其中|(?:有关|相关|各)(?:部门|单位|县区|区县|街道|乡镇|科室)|"
    r"去年|上一?年度?(?!结转)|历年|以来(?!，)|往年|累计至今|截至目前|拟|计划|下一步|同比|增长|比(?:上年|去年)"
)
_PART = regex.compile(r"通过|利用|网站|微信|微博|公众号|信函|传真|当面|现场|网上|网络|邮件|来信|自然人|法人")
_ALL_CHANNELS = regex.compile(r"(?:等|各|多).{0,6}(?:渠道|方式|平台|途径|形式|媒体)")
_SUM = regex.compile(r"结转|上年|含")
_COMPLETE = regex.compile(
    r"(?:^|[，：(（]|其中|(?:件|宗|起|份|次|条|例|项|个|%|\))[、和及与]?|均|共|全年|年度?|(?:承办|办理|受理|主办|主合办|收到|办复|办结|答复|处理|发生|接到|没有|，|公开)(?:的|了)?)$"
)


def _clause_before(text: str, at: int) -> str:
    """The clause up to a match: where a restriction to a part or another level would stand."""
    return text[max(text.rfind(stop, 0, at) for stop in "，。；：(") + 1 : at]


def _is_whole(metric: _Metric, text: str, match: regex.Match[str]) -> bool:
    """Whether the count speaks of the whole report rather than of a part, another level or another time."""
    before = _clause_before(text, match.start())
    clause = before + match.group()
    if metric.item:
        if not _COMPLETE.search(before):
            return False
        return not _ELSEWHERE.search(before) or before.endswith("其中")
    if _ELSEWHERE.search(clause) or ("其中" in text[: match.start()] and metric.name != "fee_notices"):
        return False
    if metric.name in ("published_items", "fee_notices", "fee_collected") or "n" not in match.re.groupindex:
        return True
    return not _PART.search(clause) or bool(_ALL_CHANNELS.search(clause))


def _found(metric: _Metric, sentence: str, section: Section) -> Iterator[Mention]:
    text = folded(sentence)
    if metric.needs and section.number not in metric.chapters and not metric.needs.search(text):
        return
    for match in metric.pattern.finditer(text):
        if not _is_whole(metric, text, match):
            continue
        counted = "n" in match.re.groupindex
        value = count_value(match) if counted else Decimal(0)
        if value is None:
            continue
        unit = match["unit"] if counted else metric.unit
        key = metric.key if not _SUM.search(text) and len(_years_in(text)) < 2 else None
        yield Mention(metric.name, value, unit, sentence, section.number, key)


def _years_in(text: str) -> set[str]:
    return set(regex.findall(r"20\d\d(?=年)", text))


def mentions(parts: Sequence[Section]) -> tuple[Mention, ...]:
    """Counts stated in the prose of a report, in order; each keeps its sentence as printed.

    A count that the report states twice with different values names no cell. ``value`` is in the printed ``unit``.
    """
    found: list[Mention] = []
    for part in parts:
        for sentence in sentences(part.text):
            plain = folded(sentence)
            for metric in METRICS:
                for mention in _found(metric, sentence, part) if _MARKS.get(metric.name, "") in plain else ():
                    if not any((m.metric, m.value, m.sentence) == (mention.metric, mention.value, sentence) for m in found):
                        found.append(mention)
    stated: dict[CellKey, set[Decimal]] = {}
    for mention in found:
        if mention.key:
            stated.setdefault(mention.key, set()).add(mention.value)
    return tuple(replace(m, key=None) if m.key and len(stated[m.key]) > 1 else m for m in found)


def check_mentions(found: Sequence[Mention], cells: Mapping[CellKey, Cell]) -> tuple[Finding, ...]:
    """A hint for every mention that disagrees with the cell it restates. Cells without a number are no contradiction."""
    findings = []
    for mention in found:
        cell = cells.get(mention.key) if mention.key else None
        if cell is None or cell.value is None or cell.value == mention.value:
            continue
        findings.append(
            Finding(
                "mention.disagrees",
                Severity.HINT,
                f"The prose counts {mention.value} {mention.unit}, the table {cell.value}: {mention.sentence}",
                cells=(str(cell.key),),
                expected=str(mention.value),
                actual=str(cell.value),
            )
        )
    return tuple(findings)
