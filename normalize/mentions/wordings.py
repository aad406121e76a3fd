"""The wordings that say what a number counts: one line each, the first that fits decides.

A wording is searched in a frame: the words from the last stop or number up to the number, without those that only fill
(``FILLING``), then ``№`` for the number, its unit, and the words up to the next stop or number. So ``收到申请№件`` and
``收到№件申请`` are two wordings of one thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import regex


@dataclass(frozen=True, slots=True)
class Wording:
    """What a frame says if ``pattern`` is found in it."""

    metric: str
    pattern: regex.Pattern[str]
    topics: frozenset[str]
    """What the sentence or the chapter must be about; empty: anything."""
    without: regex.Pattern[str] | None
    """What the frame must not say."""
    marks: tuple[str, ...]
    """One of these is in every frame that fits: a cheap look before the pattern."""
    qualifier: str = ""


FILLING: Final = regex.compile(
    r"(?r)(?:的|了|过|数量|总数|总量|总件数|件数|条数|总条数|次数|数|总计|合计|共计|累计|共有|共|总|为|有|达到?|是|：|，|已经?|均|分别|各|"
    r"全年|全部|依法|按时|按期|及时|情况|事项|案件|申请件|方面|则|、|大约|就|□|“|”|\")+$"
)
"""Words between a label and its number that say nothing; frames are built without them."""
C: Final = "№"
"""The number: a label stands right before it."""
CASES: Final = "(?:件次|件|宗|起|份|次|条|例|项|个|批|篇)"
ITEMS: Final = "(?:条次|篇次|条|件|篇|项|个|则|份|期|次|余)"
GET: Final = r"(?:新收|收到|受理|接收|接到|接受|接办|收|接)(?:到)?(?:了|过)?(?!办)"
APP: Final = (
    r"(?:(?:信息公开|公开信息|公开政府信息|政府信息|政务信息|依申请公开|依申请|公开)[^№，；]{0,12}?申请|依申请公开|申请公开|"
    r"申请(?:政府)?信息公开|公开申请|申请信息公开|信息公开(?:事项|申请件|件))(?:[^№，；答办处结]{0,6}?)"
)
AND: Final = r"(?<![及和、与或])"
"""Not the second half of a sum of two: 予以公开及部分公开258件."""

APPLICATIONS, ANSWERS, DISPUTES, DISCLOSURE, DOCUMENTS, FEES, SESSIONS = (
    *("applications", "answers", "disputes", "disclosure", "documents", "fees", "sessions"),
)
_WORDS: Final = {
    DISPUTES: ("信息公开", "依申请公开", "政务公开"),
    "reviews": ("复议",),
    "suits": ("诉讼", "应诉", "败诉"),
    "congress": ("人大", "代表建议"),
    "cppcc": ("政协", "提案"),
    ANSWERS: ("答复", "申请"),
    DOCUMENTS: ("规范性文件", "发件"),
    SESSIONS: ("培训", "参训", "讲座", "会议", "授课", "参会", "座谈", "推进会", "例会"),
    DISCLOSURE: ("公开", "发布", "推送", "更新", "刊登", "刊发", "推文", "转发", "公布", "公示"),
}
"""What a sentence may be about, and the words that say so."""
_PATTERNS: Final = {
    FEES: ("费", regex.compile(r"信息处理费|收费|收取.{0,10}费")),
    APPLICATIONS: (
        "申请",
        regex.compile(
            r"信息公开(?:的)?申请|依申请|公开申请|申请公开|公开.{0,4}信息.{0,3}申请|申请(?:政府)?信息公开|信息公开(?:事项|申请件|件)|申请信息公开|"
            r"(?:收到|受理|接到|办理|答复|收办|新收|上述|所有|全部|各?类|书面|网上|网络|信函|当面)(?:的)?申请|申请(?:人?中|人?类型|人情况|人为|总?数|总?量|件|内容|\d)|"
            r"\d件[^，；]{0,4}申请"
        ),
    ),
}
"""The same, where a word alone says too little; the first looks cheaply."""


def topics_in(text: str) -> frozenset[str]:
    """What the words of a sentence say it is about."""
    said = {topic for topic, words in _WORDS.items() if any(word in text for word in words)}
    said |= {topic for topic, (mark, pattern) in _PATTERNS.items() if mark in text and pattern.search(text)}
    if "不予处理" in text or "无法提供" in text:
        said.add(APPLICATIONS)
    return frozenset(said)


CHAPTER_TOPICS: Final = {3: frozenset({APPLICATIONS}), 4: frozenset({DISPUTES, "reviews", "suits"}), 2: frozenset({DISCLOSURE})}
"""What goes without saying in a chapter."""


def wording(
    metric: str, *patterns: str, topics: Iterable[str] = (), without: str = "", marks: str, qualifier: str = ""
) -> list[Wording]:
    """Wordings of one metric; see ``Wording``. ``marks`` are separated by spaces."""
    ban = regex.compile(without) if without else None
    return [
        Wording(metric, regex.compile(pattern), frozenset(topics), ban, tuple(marks.split()), qualifier) for pattern in patterns
    ]
