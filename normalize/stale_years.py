"""Another year left standing: sentences that speak of an earlier year as the reporting period.

What an earlier year is mentioned *for* (a comparison, a document's number or title, what was carried over, founded or
awarded then) is no such sentence. So only those are taken in which the year opens what the report tells of its agency.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from normalize.model import Section
from normalize.prose import folded, sentences
from normalize.years import YEAR, periods, year_expressions

_EARLIEST = 2008
"""No report is for an earlier year: the 条例 came into force on 1 May 2008."""
_PRONOUN = (
    r"(?:我|本|全)(?:省|市|县|区|旗|州|盟|镇|乡|街道|街|局|委|办|厅|中心|单位|机关|部门|院|系统|站|所|会|社)"
    r"(?:机关|各级|系统|(?=共|未|没|主|收|公|发|认|严|坚|以|按|深|积|扎|切|全|持|始|不|进|高|紧|围|受|办|组|召|开|累|及|，))?|本行政机关|我们"
)
_DOES = (
    r"(?:共|累计|总共|一共|合计|全年|先后|及时|通过[^，；]{2,20}?)*"
    r"(?:(?:主动)?公开|发布|收到|受理|接到|答复|召开|举办|推送|未收到|没有收到|未发生|没有发生|未接到|未出现|无(?:依)?申请|"
    r"(?:继续|始终)?坚持|认真|严格|积极|深入|扎实|进一步|不断|切实|全面|持续|高度重视|紧紧围绕|围绕|按照|共有|共计|办理(?:政府)?(?:信息)?(?:公开)?申请)"
)
_LEAD = regex.compile(r"(?:[(（]?[一二三四五六七八九十\d]{1,3}[)）、.．])?(?:在|回顾|纵观|过去的)?")
_NOT_OURS = regex.compile(
    r"结转|转入|延至|延续|跨年|遗留|整改|考核|评估|测评|评比|获评|荣获|评为|排名|先进|通报|组建|成立|挂牌|更名|合并|划转|机构改革|"
    r"开通|上线|建成|启用|修订|颁布|施行|起实施|上一?年|去年|往年|历年|以来"
)
_PRESENTED = regex.compile(
    rf"(?:现将|现就|现予|现向|现对|现公布|现公开|现发布|现面向|特此|特向|特编制)[^。；]{{0,30}}?(?P<year>{YEAR})年?度?[^。；]{{0,26}}?(?:年度报告|年报|情况)"
    rf"|本(?:年度)?(?:报告|年报)(?:是|为|系|反映|涵盖|汇总|总结)[^。；，]{{0,24}}?(?P<year>{YEAR})年"
    rf"|由[^。；，]{{2,30}}?编制的?(?P<year>{YEAR})年度?[^。；，]{{0,20}}?(?:年度报告|年报)"
    rf"|(?:结合|综合)[^。；]{{0,30}}?(?P<year>{YEAR})年度?[^。；，]{{0,30}}?(?:编制|撰写|编写)"
)
_WHOLE_YEAR = regex.compile(rf"(?:^|[，；：])[自从在]?(?P<year>{YEAR})年1月1日起?(?:至|到|-|—)(?:{YEAR}年)?12月31日(?:止|期间)?")
_UNTIL = regex.compile(
    rf"(?:^|[，；：])(?:截[至止]到?|至)(?P<year>{YEAR})年(?:12月31日|十二月三十一日|12月底|年?底|末)(?:止)?[，]?"
)
_THIS_YEAR = regex.compile("本年|今年|当年")
_CLAUSE = regex.compile(r"[，；：]")


@dataclass(frozen=True, slots=True)
class Stale:
    """A sentence about another year."""

    year: int
    sentence: str
    """As printed."""
    section: int


def stale_years(sections: Sequence[Section], year: int, names: tuple[str, ...]) -> Iterator[Stale]:
    """The sentences that give an earlier year than ``year`` as the reporting period.

    ``names`` are what the text may call its agency (``clauses.own_names``).
    """
    for section in sections:
        for sentence in sentences(section.text):
            found = stale_year(sentence, year, names)
            if found is not None:
                yield Stale(found, sentence, section.number)


def stale_year(sentence: str, year: int, names: tuple[str, ...] = ()) -> int | None:
    """The earlier year that a sentence gives as the reporting period, if it does."""
    text = folded(sentence)
    if str(year) in text or not ("二" in text or "贰" in text or any(earlier in text for earlier in _years_before(year))):
        return None
    mentioned = {each.year for each in year_expressions(text)}
    if year in mentioned or not any(_EARLIEST <= each < year for each in mentioned):
        return None
    return next((each for each in (*_stated(text), *_opened(text, names)) if _EARLIEST <= each < year), None)


@lru_cache(maxsize=64)
def _years_before(year: int) -> tuple[str, ...]:
    return tuple(map(str, range(_EARLIEST, year)))


def _stated(text: str) -> Iterator[int]:
    """Years that a sentence presents as the report's (现将我局2020年…年度报告公布如下, 统计期限自2020年1月1日 …)."""
    for period in periods(text):
        if period.explicit and period.year is not None:
            yield period.year
    for match in _PRESENTED.finditer(text):
        yield from (each.year for each in year_expressions(match["year"]))


def _opened(text: str, names: tuple[str, ...]) -> Iterator[int]:
    """Years that open what is told of the agency (2020年，我局…; 我局2020年共收到…; 截至2020年底，全县累计公开…)."""
    if _THIS_YEAR.search(text):
        return
    us, told = _patterns(names)
    for match in (*_UNTIL.finditer(text), *_WHOLE_YEAR.finditer(text)):
        if told.match(text, match.end()) and not _NOT_OURS.search(text, match.end(), _second_stop(text, match.end())):
            yield from (each.year for each in year_expressions(match["year"]))
    for each in year_expressions(text):
        start = max((match.end() for match in _CLAUSE.finditer(text, 0, each.start)), default=0)
        lead = _LEAD.match(text, start, each.start)
        begins = lead.end() if lead else start
        opens = begins == each.start and told.match(text, each.end)
        follows = us.fullmatch(text, begins, each.start) and _TELLS.match(text, each.end)
        ours = each.marked and (opens or follows)
        if ours and not _NOT_OURS.search(text, begins, _second_stop(text, each.end)):
            yield each.year


def _second_stop(text: str, start: int) -> int:
    """Where the clause behind a year ends; a comma that follows the year itself does not count."""
    stops = _CLAUSE.finditer(text, start + (text[start : start + 1] == "，"))
    return next((match.start() for match in stops), len(text))


_TELLS = regex.compile(rf"[，]?{_DOES}(?!的)")


@lru_cache(maxsize=64)
def _patterns(names: tuple[str, ...]) -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    """What the agency is called, and how the telling goes on behind a year."""
    called = "|".join((*map(regex.escape, names), _PRONOUN))
    us = rf"(?:[省市县区州旗镇乡]?(?:{called}))+(?:在|于)?"
    told = rf"(?:全年|一年来|期间|内|中|里)?[，]?(?:{us}(?!的)|{_DOES}(?!的|并|、))"
    return regex.compile(us), regex.compile(told)
