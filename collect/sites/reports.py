"""Whether a page is itself a report, by what it says. Only doubtful links need to be asked: 2023年 may lead to either."""

from __future__ import annotations

import regex

from collect.sites.markup import Markup, shown
from collect.sites.words import folded

_CHAPTERS = (
    r"总体情况|概述|工作基本情况",
    r"主动公开(?:政府)?(?:政府|信息)",
    r"收到和处理(?:政府)?信息公开申请|依申请公开(?:政府)?(?:信息)?(?:的)?(?:情况|办理)",
    r"行政复议",
    r"存在的?(?:主要)?(?:问题|不足)",
    r"本年新收政府信息公开申请|本年(?:制发|废止)件数|勾稽关系|公开(?:全文电子化|工作机构)",
    r"统计期限|自20\d\d年1月1日|特向社会公布|年度报告由|本报告",
)
_ENOUGH = 3
_PROSE = 200
"""Characters of text outside links. A menu may name every chapter; it does not say anything beside."""


_LONG = 800
"""Characters of a text. A list of links, with its menu and foot, has fewer beside them."""


def says_much(markup: Markup) -> bool:
    """Whether the page holds a text beside its links, whatever it is about."""
    return _unlinked(markup, folded(shown(markup.root))) > _LONG


def _unlinked(markup: Markup, plain: str) -> int:
    return len(plain) - sum(len(folded(anchor.text)) for anchor in markup.anchors)


def is_report(markup: Markup) -> bool:
    """Whether the page prints a report: several of its chapters, in text that is not links."""
    if "公开" not in markup.text:
        return False
    plain = folded(shown(markup.root))
    if _unlinked(markup, plain) < _PROSE:
        return False
    return sum(1 for chapter in _CHAPTERS if regex.search(chapter, plain)) >= _ENOUGH
