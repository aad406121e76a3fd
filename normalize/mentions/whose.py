"""Whose number it is: the agency's own for the year, another level's or agency's, or another time's."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import regex


class Whose(StrEnum):
    """Whose number a mention is."""

    SELF = "self"
    PART = "part"
    OTHER_AGENCY = "other_agency"
    OTHER_PERIOD = "other_period"


_OTHER_AGENCY: Final = regex.compile(
    r"代表\p{Han}{0,4}政府|向(?:市|省|县|区|州|镇|乡|自治区|国家)?\p{Han}{0,8}(?:政府|办公厅|办公室)[^，]{0,12}(?:提出|申请|提交)|"
    r"上级(?!部署|要求|领导|精神|关于)|(?:有关|相关|各)(?:部门|单位|县区|区县|县市|街道|乡镇|镇街)(?!公开|要求)|"
    r"(?:督促|指导|推动|要求)[^，]{0,6}(?:部门|单位|乡镇|街道)"
)
_OTHER_PERIOD: Final = regex.compile(
    r"去年|上一?年度?+(?!结转|转|遗留|未办结)|历年|往年|(?<!今年)以来(?!，)|累计至今|截至目前|截止目前|拟(?!定|稿|制)|计划(?=[^，]{0,4}(?:明年|20|[组举召开新建于在]))|明年(?!度?(?:继续|办理))|下一步|将(?=[新举召组开力争确达])|力争|目标"
)
_NAMED: Final = regex.compile(
    r"^[、，；和及与(]*(?!我|本|全|各类)(?:\p{Han}{0,10}?)(?:政府办公室|政府|局|委|厅|[镇乡]|街道|县|区|市|各部门|部门|单位|法院|机构)"
    r"(?:共|受理|收到|办理|申请|答复|收取|公开|为|有|：|，)*$"
)
"""A label that is nothing but the name of an agency or place: 沭阳县477件."""
_NAMED_BEFORE: Final = regex.compile(
    r"(?:^|[，；：、(]|其中)(?!我|本|全)\p{Han}{1,12}(?:局|委|县|区|市|[镇乡]|街道|部门|办公室)[\d.]+(?:件|宗|起)，\p{Han}{0,10}$"
)
"""The same agency goes on: 民政局1件，收取880元."""
_YEAR: Final = regex.compile(r"(?:^|[，；：、(]|其中)(?:20\d\d)(?=年)")
_ALL_YEARS: Final = regex.compile(r"20\d\d(?=年)")
_OWN_OFFICE: Final = regex.compile(r"(?:政府)?办公[室厅](?:共|本级|本身)|本级|(?:本|我)(?:机关|办|局|单位)")
_WHOLE_AREA: Final = regex.compile(r"全[市县区省州盟旗镇乡街](?!面)|各级")


def whose(text: str, clause_start: int, start: int, lead: str) -> Whose:
    """Whose number begins at ``start`` of a masked sentence; ``lead`` are the words that name it."""
    clause = text[clause_start:start]
    if (
        _OTHER_PERIOD.search(clause)
        or _THAN.search(text, max(0, start - 14), start)
        or _of_another_year(text, start)
        or _since(text, start)
    ):
        return Whose.OTHER_PERIOD
    # Who acts is said once, often some clauses earlier; a number in brackets or behind 其中 speaks of the same agency.
    before = text[max(text.rfind("；", 0, start), text.rfind("。", 0, start)) + 1 : start]
    everyone = _WHOLE_AREA.search(clause)
    if (
        (_OTHER_AGENCY.search(clause) and not everyone)
        or _NAMED.search(lead)
        or _NAMED_BEFORE.search(before)
        or _represents(before)
    ):
        return Whose.OTHER_AGENCY
    return Whose.SELF


_SINCE: Final = regex.compile(r"自?20\d\d年[^；。]{0,24}以来|[施实]行以来|近[二两三四五六七八九十\d]{1,2}年")
_THAN: Final = regex.compile(r"(?:较|比|与|同)(?:去年|上一?年度?|20\d\d年度?)(?:同期)?的?\(?$")
_AGAIN: Final = regex.compile(r"今年|本年度?|当年|20\d\d年")


def _since(text: str, start: int) -> bool:
    """Whether the number is of several years: 自2008年施行以来，…累计受理2463件."""
    if "以来" not in text and "近" not in text:
        return False
    match = _SINCE.search(text, 0, start)
    return match is not None and not _AGAIN.search(text, match.end(), start)


_REPRESENTS: Final = regex.compile(
    r"代表\p{Han}{0,4}政府|向(?:市|省|县|区|州|镇|乡)\p{Han}{0,8}(?:政府|办公厅|办公室)[^，]{0,12}(?:提出|提交)"
)
_BACK: Final = regex.compile(r"，(?:我|本)(?:局|镇|办|街道?|单位|机关|部门|委)|，全[市县区省州]")


def _represents(before: str) -> bool:
    if "代表" not in before and "向" not in before:
        return False
    match = next(reversed(list(_REPRESENTS.finditer(before))), None)
    return match is not None and not _BACK.search(before, match.end())


def _of_another_year(text: str, start: int) -> bool:
    if text.count("年") < 2:
        return False
    years = set(_ALL_YEARS.findall(text))
    if len(years) < 2:
        return False
    named = [m.group()[-4:] for m in _YEAR.finditer(text, 0, start)]
    return bool(named) and named[-1] < max(years)


def several_years(text: str) -> bool:
    """Whether a sentence speaks of more than one year, so that no number is surely the report's."""
    return text.count("年") > 1 and len(set(_ALL_YEARS.findall(text))) > 1


def of_own_office(text: str) -> bool:
    """Whether a sentence says that it counts what the office itself did."""
    return bool(_OWN_OFFICE.search(text)) and not _WHOLE_AREA.search(text)


def of_whole_area(text: str) -> bool:
    """Whether a sentence says that it counts a whole jurisdiction."""
    return bool(_WHOLE_AREA.search(text))
