"""Whose figures a report gives: the office's own, or those of the whole jurisdiction (汇总). None where it does not say."""

from __future__ import annotations

from collections.abc import Iterable

import regex

from normalize.authority.model import Agency
from normalize.gazetteer import Level
from normalize.model import Scope
from normalize.prose import folded

_JURISDICTION = regex.compile(
    r"全[省市县区州旗盟镇乡](?:各级)?(?:行政机关|各级政府|政府系统|政府信息公开(?:工作)?(?:情况)?(?:的)?(?:数据)?汇总)|"
    r"全[省市县区州旗盟镇乡](?:的)?汇总(?:数|情况)|"
    r"(?:综合|汇总)[^。]{0,20}?(?:全[省市县区州旗盟]|各)(?!项|类)[^。]{0,60}?(?:编制|形成|汇编|而成|数据)|"
    r"(?:数据|本报告)[^。]{0,12}(?:包括|涵盖|涉及)[^。]{0,20}(?:各(?:部门|乡镇|街道|单位|县|区)|下属)|"
    r"涵盖[^。，]{0,12}各(?:地级|设区|市|县|区|乡镇|部门)"
)
_OWN_OFFICE = regex.compile(
    r"(?:数据|统计)[^。]{0,16}(?:仅限|仅为|仅含|仅包括|仅包含|只限|只包括|仅统计)[^。]{0,24}(?:机关|本级|本局|本单位|本部门|办公室|自身)|"
    r"(?:数据|统计)[^。]{0,16}(?:不包括|不包含|不含)[^。]{0,24}(?:下属|下级|所属|直属|各(?:县|区|乡镇|街道|部门))"
)
_TITLED_WHOLE = regex.compile(r"汇总|(?<![安健完])全[省市县区州旗盟镇乡]")
_TITLED_OWN = regex.compile(r"本级|(?:政府|局|厅|委|办公室)机关(?!事务|党|服务|后勤|工作)|\(机关\)")
_OF_HIGHER = regex.compile(r"全[省市县区州旗盟]")
_OF_TOWN = regex.compile(r"全[镇乡]|各(?:村|社区|站所|办所)")


def stated_scope(opening: Iterable[str], paragraphs: Iterable[str], title: str) -> Scope | None:
    """The scope that the title, the opening or a note anywhere says; None where nothing does, or both are said.

    A title outweighs the sentences, which are copied from other reports more often.
    """
    head = folded(title)
    titled = (bool(_TITLED_OWN.search(head)), bool(_TITLED_WHOLE.search(head)))
    preface = [folded(text) for text in opening]
    own = any(_OWN_OFFICE.search(text) for text in (*preface, *map(folded, paragraphs)))
    whole = bool(_JURISDICTION.search("。".join(preface)))
    for said_own, said_whole in (titled, (own, whole)):
        if said_own != said_whole:
            return Scope.OWN_OFFICE if said_own else Scope.JURISDICTION
    return None


def scope_of(stated: Scope | None, agency: Agency | None, preface: str) -> Scope | None:
    """The scope, once the agency is known.

    A whole system reports for all of it. A township has no 全区 to report for: such a preface is the district's, copied.
    """
    if agency is None:
        return stated
    if agency.system:
        return Scope.JURISDICTION
    text = folded(preface)
    copied = agency.level is Level.TOWNSHIP and _OF_HIGHER.search(text) and not _OF_TOWN.search(text)
    return None if copied and stated is Scope.JURISDICTION else stated
