"""Bodies of the nation (海关总署, 国家药监局, 人社部), and their offices in the provinces (国家能源局浙江监管办公室)."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from normalize.authority.bodies import Body, kinds
from normalize.gazetteer import Level, Region, gazetteer

ABOVE = regex.compile(
    r"(?:国家税务总局|国家统计局|国家能源局|国家外汇管理局|国家(?:矿山|煤矿)安全监察局|国家金融监督管理总局|中国银行保险监督管理委员会|"
    r"中国银保监会|中国银行业监督管理委员会|中国保险监督管理委员会|中国证券监督管理委员会|中国证监会|中国人民银行|中华人民共和国|"
    r"中国民用航空|中国国际|国家邮政局|国家粮食和物资储备局|国家林业和草原局|财政部|审计署|中国共产党|中共|共青团)"
)
"""What stands before the place of an office that is led from above."""
_LOCAL = regex.compile(
    r"(?:我|本|全)?(?:省|自治区|市(?!场)|区|县|州|盟|旗|镇|乡|街)|.*(?:宣传|组织|统战|武装|人武|政治|后勤|项目)部"
)
_NATION = regex.compile(
    r"(?:国家|中国|国务院|中华人民共和国|全国|最高人民).*|\p{Han}{2,12}部(?!门)|\p{Han}{2,12}总[局署]|审计署|海关总署|"
    r"(?:证监|银保监|银监|保监)会"
)
_PREFIX = regex.compile(r"(?:中华人民共和国)?(?P<whose>国家|中国|全国|国务院)?(?P<bare>.*)")
_OFFICE = regex.compile(
    r"驻?(?P<place>\p{Han}{2,8}?)(?P<rest>(?:特派员|监管专员|专员|监管|监察|监督|管理|督察)*(?:办事处|办公室|分局|局|办))"
)


def national_body(text: str) -> Body | None:
    """The body of the nation that a name without a place is; None where it is none (省农垦总局, 县委宣传部).

    Short forms are spelt out, so that 国家药监局 and 国家药品监督管理局 are one. A 总局 or 部 without a place is the nation's.
    """
    if _LOCAL.match(text) or not _NATION.fullmatch(text):
        return None
    match = _PREFIX.fullmatch(text)
    assert match is not None  # noqa: S101 - it matches anything
    bare, whose = match["bare"], match["whose"] or ""
    known = kinds().known(bare)
    if known is None:
        return Body("other", "department", whose + bare if bare else text)
    if not whose and not known.name.endswith(("部", "署")):
        whose = "中国" if known.name.endswith("监督管理委员会") else "国家"
    return Body(known.kind, known.group, whose + known.name)


def office(above: str, below: str) -> tuple[tuple[Region, ...], str, str]:
    """The place of an office whose own name no kind covers: the divisions, the text of them, and the rest."""
    match = _OFFICE.fullmatch(below)
    if match is None or kinds().office(above, match["rest"]) is None:
        return (), "", below
    known = gazetteer()
    regions = _highest(known.named(match["place"]) or known.short(match["place"]))
    return regions, below.removesuffix(match["rest"]), match["rest"]


def _highest(regions: Iterable[Region]) -> tuple[Region, ...]:
    found = tuple(regions)
    highest = min((region.level.rank for region in found), default=0)
    return tuple(region for region in found if region.level.rank == highest)


def surveyed(regions: tuple[Region, ...], place: str, rest: str) -> tuple[Region, ...]:
    """The divisions a survey office can be of: provinces have a 调查总队, so 吉林调查队 is the city's."""
    if rest not in ("调查队", "调查总队"):
        return regions
    whole = rest == "调查总队"
    for called in (regions, _highest(r for r in gazetteer().short(place) if r.level is not Level.PROVINCE)):
        fitting = tuple(region for region in called if (region.level is Level.PROVINCE) is whole)
        if fitting:
            return fitting
    return regions  # 宁波调查队 and 北京调查总队 are as they are called
