"""Another agency's name left standing: sentences that speak of another agency as if it were the report's own.

A superior, a part of one's own area, the host of one's site, a partner, a court or an applicant is named rightly; so a name
counts only where the sentence makes it the one that reports: as the subject of what reports tell, as the author or the
contact of the report, as the owner of the site it is published on, as the one to whom applications are made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from normalize.authority.bodies import kinds
from normalize.authority.model import Agency
from normalize.authority.names import Name, read_name
from normalize.authority.places import respelt
from normalize.gazetteer import Level, Region, gazetteer
from normalize.model import Section
from normalize.prose import folded, sentences
from normalize.years import YEAR

_NAME = r"(?P<name>\p{Han}{2,24}?)"
_TELLS = regex.compile(
    r"(?:全年|本年度|共|累计|总共|一共)*(?:(?:主动)?公开(?:政府|各类)?信息|收到(?:依申请|政府信息|信息公开|申请)|受理(?:依申请|政府信息|申请)|"
    r"未收到|没有收到)|认真贯彻|认真落实|严格按照|严格落实|高度重视(?:政府)?信息公开|高度重视政务公开|深入贯彻|坚持以公开|坚持以习近平|以习近平|坚持公开|"
    r"(?:扎实|全面|积极|深入|持续)推进|切实加强|不断加强|进一步加强|始终坚持|按照《|政府信息公开工作在"
)
"""What reports tell of their agency."""
_LEAD = regex.compile(rf"(?:[(（]?[一二三四五六七八九十\d]{{1,3}}[)）、.．])?(?:{YEAR}年度?)?(?:全年)?")
_PARTS = regex.compile(r"(?:各级(?:行政机关|部门)|各(?:部门|单位|乡镇|镇街)+)$")
_STOPS = "，；："
_LONGEST = 24
"""Characters of a name."""
_AUTHOR = (
    (
        frozenset("编写撰起"),
        regex.compile(
            rf"(?:本报告|本年度报告|年报|报告|，|^)由{_NAME}(?:办公室)?(?:组织|负责|牵头|汇总|具体)*(?:编制|编写|撰写|起草)"
        ),
    ),
    (frozenset("现"), regex.compile(rf"现(?:将|就){_NAME}(?:{YEAR}年?度?)?的?(?:政府|政务)?信息公开")),
)
_SITE = "(?:门户网站|网站|政务公开网|信息公开网|政务网|信息公开平台|信息公开专栏)"
_CONTACT = (
    (
        frozenset("请可"),
        regex.compile(rf"(?:请|可)(?:直接)?(?:与|向){_NAME}(?:政务公开|信息公开|综合)?(?:办公室|办|科|股|室)?(?:联系|咨询|反映)"),
    ),
    (frozenset("网平专"), regex.compile(rf"(?:通过|在|登录|依托|利用|可从){_NAME}(?:人民政府|政府)?{_SITE}")),
    (frozenset("向"), regex.compile(rf"向{_NAME}(?:提出|申请|递交|提交)的?(?:政府)?信息公开")),
)
"""What one of these characters must be there for, and the pattern."""
_QUOTED = regex.compile(r"《[^》]*》|“[^”]*”")
_OF_TOWN = regex.compile(r"(?<!\p{Han})[我本](?P<rank>镇|乡|街道)|(?<=[，。；：、在对使由向])我(?P<rank>镇|乡|街道)")
_OF_BUREAU = regex.compile(r"(?<!\p{Han})[我本](?P<rank>局|厅)|(?<=[，。；：、在对使由向])我(?P<rank>局|厅)")
_ACROSS = frozenset(
    """
    customs survey_office central_bank maritime financial_supervision securities_supervision mine_safety civil_aviation railway
    communications tobacco energy earthquake
    """.split()  # noqa: SIM905 - a word list is easier to read as one
)
"""Kinds whose districts do not follow the divisions: their superior may sit anywhere."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A sentence that speaks of another agency."""

    name: str
    """As the folded text has it."""
    sentence: str
    """As printed."""
    section: int


def foreign_names(sections: Sequence[Section], own: Agency, year: int | None) -> Iterator[Foreign]:
    """The sentences that speak of another agency as if it were ``own``."""
    for section in sections:
        for sentence in sentences(section.text):
            name = foreign_name(sentence, own, year)
            if name:
                yield Foreign(name, sentence, section.number)


def foreign_name(sentence: str, own: Agency, year: int | None = None) -> str:
    """The other agency that a sentence speaks of as if it were ``own``; empty where it does not."""
    if own.level is Level.NATION or own.kind in _ACROSS:
        return ""
    text = folded(sentence)
    if "《" in text or "“" in text:
        text = str(_QUOTED.sub("《》", text))
    for name, author in _named(text):
        if _is_foreign(read_name(name, year), own, author=author):
            return name
    return _pronoun(text, own)


def _named(text: str) -> Iterator[tuple[str, bool]]:
    """What a sentence makes the one that reports, and whether as the author."""
    for told in _TELLS.finditer(text):
        clause = text[max(text.rfind(stop, 0, told.start()) for stop in _STOPS) + 1 : told.start()]
        lead = _LEAD.match(clause)
        name = _PARTS.sub("", clause[lead.end() if lead else 0 :])
        if 2 <= len(name) <= _LONGEST:
            yield name, False
    for patterns, author in ((_AUTHOR, True), (_CONTACT, False)):
        for signs, pattern in patterns:
            if not signs.isdisjoint(text):
                yield from ((str(match["name"]), author) for match in pattern.finditer(text, overlapped=True))


def _is_foreign(name: Name, own: Agency, *, author: bool) -> bool:
    if not name.regions or name.nation or name.body is None:
        return False
    home = gazetteer().region(own.region_code)
    if home is None:
        return False
    if not any(_related(region, home) for region in name.regions):
        return not _is_misspelt(name, home)
    known = name.body.kind != own.kind and name.body.is_known
    here = any(region.code == home.code for region in name.regions) and not name.area and not own.area
    return author and here and known and _other_department(name, own)


def _other_department(name: Name, own: Agency) -> bool:
    """Whether a report of ``own`` cannot be written by that body of its place: another department, neither heir nor forebear."""
    body, all_kinds = name.body, kinds().kinds
    if body is None or own.group != "department" or body.group != "department" or own.kind not in all_kinds:
        return False
    return own.kind != all_kinds[body.kind].successor and body.kind != all_kinds[own.kind].successor


@lru_cache(maxsize=4096)
def _related(region: Region, home: Region) -> bool:
    """Whether a division is the home, holds it, lies in it, or took it over or was taken over by it."""
    known = gazetteer()
    if known.within(region, home) or known.within(home, region):
        return True
    heirs = [known.region(heir.code) for heir in (*region.heirs, *home.heirs)]
    return any(heir is not None and (known.within(heir, home) or known.within(heir, region)) for heir in heirs)


def _is_misspelt(name: Name, home: Region) -> bool:
    """Whether the place is the home's with a character that looks alike."""
    known = gazetteer()
    return any(_related(region, home) for region in respelt(name.place)) or any(
        _alike(region.name, near.name) for region in name.regions for near in (home, *known.ancestors(home))
    )


def _alike(one: str, other: str) -> bool:
    return any(region.name == other for region in respelt(one))


def _pronoun(text: str, own: Agency) -> str:
    """我镇 in the report of a bureau, 我局 in that of a township."""
    if own.group not in ("department", "government"):
        return ""
    pattern = _OF_BUREAU if own.level is Level.TOWNSHIP and own.group == "government" else _OF_TOWN
    if own.level is Level.TOWNSHIP and own.group != "government":
        return ""
    match = pattern.search(text)
    return str(match.group()) if match else ""
