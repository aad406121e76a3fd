"""Captions: what stands right above a table may say that it is another year's or another agency's.

Reports annex last year's tables for comparison, and those of subordinate units. Where the report's own table is printed as well
the two clash; where it is not, nothing but the line above tells whose numbers these are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import regex

from normalize.agencies import is_agency, is_generic, is_region
from normalize.authority.model import Agency
from normalize.authority.names import read_name
from normalize.model import Finding, Identity, Severity
from normalize.panels import corner_labels, panels, spanning_labels
from normalize.placing import TableReading
from normalize.prose import folded

LONGEST = 60
"""Characters of a line that may be a caption; longer ones are sentences."""
_YEAR = regex.compile(r"(?<![\d至到-])(20[0-3]\d)年(?:度|底|末)?(?!\d|初|[以之]?[前后来])")
_OF_OTHERS = regex.compile(
    r"^\P{Han}*(?:附[件表]?)?\P{Han}*(?:(?:上|去|前|往|历)(?:一)?年度?(?:同期)?(?:的)?(?:情况|数据|统计|数|报告)|"
    r"(?:各)?(?:下属|下级|所属|直属|基层|二级)(?:各)?(?:单位|部门|机构|事业单位))"
)
_FRAME = regex.compile(
    r"^附[件表]?[一二三四五六七八九十\d]*[:：.、]?|[(（][^()（）]*[)）]|20\d\d年?度?|(?:政府|政务)?信息公开\p{Han}*$|(?:工作)?(?:基本|有关|相关)?(?:情况|数据|统计|汇总|报表|表)+$"
)


def is_caption(text: str) -> bool:
    """Whether a line may caption a table: short, and no sentence."""
    return len(text) <= LONGEST and "。" not in text


def names_others(text: str) -> bool:
    """Whether a text gives what it stands over or beside to another year or to subordinate units."""
    return _OF_OTHERS.match(folded(text)) is not None


def of_others(readings: Sequence[TableReading], identity: Identity, own: Agency | None) -> tuple[Finding, ...]:
    """A doubt for each caption that gives a table to another year or agency than the report's."""
    found = []
    for caption in dict.fromkeys(c for r in readings if r.placements for c in r.captions):
        if reason := _foreign(caption, identity, own):
            message = f"the line above a table gives it to {reason}: {caption.strip()}"
            found.append(Finding("table.of_another", Severity.DOUBT, message, actual=caption.strip()))
    return tuple(found)


def _foreign(caption: str, identity: Identity, own: Agency | None) -> str:
    text = folded(caption)
    years = {int(year) for year in _YEAR.findall(text)}
    if years and identity.year is not None and identity.year not in years:
        return f"the year {min(years)}"
    if names_others(text):
        return "others"
    name = _bare(text)
    if identity.agency and is_agency(name) and not is_generic(name) and not _is_own(name, identity, own):
        return name
    return ""


def _bare(text: str) -> str:
    """The caption without what captions say besides a name."""
    before = ""
    while text != before:
        before, text = text, _FRAME.sub("", text).strip(":：、，,.-— ")
        for heading in _headings():  # a line of text right above a table may have become part of its first cell
            text = text.removesuffix(heading)
    return text


@cache
def _headings() -> tuple[str, ...]:
    """What stands in the first line of the forms' tables."""
    over_columns = {heading for panel in panels() for heading in panel.headings}
    return tuple(sorted(label.core for label in corner_labels() | spanning_labels() | over_columns))


def _is_own(name: str, identity: Identity, own: Agency | None) -> bool:
    known = {folded(identity.agency), folded(own.name) if own else "", *(folded(each) for each in identity.names)} - {""}
    if any(name in each or each in name for each in known):
        return True
    if own is None:
        return False
    read = read_name(name, identity.year)
    here = not read.regions or any(region.code == own.region_code for region in read.regions)
    return here and (is_region(name) or (read.body is not None and read.body.kind == own.kind))
