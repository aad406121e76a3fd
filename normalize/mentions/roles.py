"""What each number of a sentence counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import regex

from normalize.mentions.frames import Frame, Marks, Sentence
from normalize.mentions.quantities import Found, Kind
from normalize.mentions.structure import Parts
from normalize.mentions.whose import Whose, whose
from normalize.mentions.wordings import APPLICATIONS, CHAPTER_TOPICS, DISPUTES, FEES, Wording, topics_in
from normalize.mentions.wordings_applications import APPLICATION_WORDINGS
from normalize.mentions.wordings_disclosure import CHANNELS, DISCLOSURE_WORDINGS

WORDINGS: Final = (*APPLICATION_WORDINGS, *DISCLOSURE_WORDINGS)
_BY_MARK: Final[Marks] = tuple(
    (mark, tuple(at for at, wording in enumerate(WORDINGS) if mark in wording.marks))
    for mark in dict.fromkeys(mark for wording in WORDINGS for mark in wording.marks)
)
"""Which wordings a frame with a mark may have: a look at a hundred words instead of as many patterns."""
_ALL_CHANNELS: Final = regex.compile(r"(?:等|各|多|不同).{0,6}(?:渠道|方式|平台|途径|形式|载体)")
_DISCLOSURE_METRICS: Final = frozenset(("disclosed_items", "published_items", "disclosed_by_channel", "disclosed_by_kind"))
_SHARERS: Final = {
    "主办": "lead",
    "承办": "lead",
    "独办": "lead",
    "分办": "joint",
    "合办": "joint",
    "会办": "joint",
    "协办": "assist",
}
_SHARER: Final = regex.compile(r"(" + "|".join(_SHARERS) + r")(?:件|的|了|为|：|，|共|有|数)*$")
_PROPOSALS: Final = frozenset(("congress_suggestions", "cppcc_proposals", "congress_and_cppcc"))
_SIBLING: Final = regex.compile(r"^[、，；和及与]*[^，；。()]{1,22}$")
_PREDICATE: Final = regex.compile(
    r"收到|受理|办理|答复|召开|举办|组织|开展|培训|整改|回应|接待|建议|提案|复议|诉讼|申请|留言|热线|参加|解读|审查|审核|修订|清理|新增|粉丝|关注|账号|问题|任务|名$"
)
_RESULT: Final = regex.compile(r"公开|处理|提供|撤回")
"""Results have metrics of their own; 其他处理 and sums of two have none."""
_AVERAGE: Final = regex.compile(r"(?:日均|月均|年均|平均|人均|每个|每条|每期)[^，]{0,8}$|每[日天月周年季]度?[^，对]{0,4}$")
_UNTOLD: Final = regex.compile(r"其[他它]结果|尚?未审结|已主动公开|其[他它]情形")
_AUDIENCE: Final = frozenset(
    ("participants", "trainings", "meetings", "interpretations", "staff", "accounts", "websites", "calls")
)
"""Where 各部门 and 有关单位 are whom the agency works with, not who counts."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a number counts and whose it is."""

    metric: str
    whose: Whose | None
    qualifier: str = ""


NO_ROLE: Final = Role("", None)


def topics_of(text: str, chapter: int, carried: frozenset[str]) -> frozenset[str]:
    """What a sentence is about: by its words, its chapter, and what the sentences before it turned to."""
    said = topics_in(text)
    if FEES in said and _OTHER_CHARGES.search(text):
        said -= {FEES}
    if APPLICATIONS in said and _OTHER_APPLICATIONS.search(text) and not _SURELY_APPLICATIONS.search(text):
        said -= {APPLICATIONS}
    return said | CHAPTER_TOPICS.get(chapter, frozenset()) | carried


def roles(sentence: Sentence, found: Sequence[Found], lists: Sequence[Parts], before: Role) -> list[Role]:
    """The role of each number of a sentence. ``before`` is the role of the whole that ``-1`` in ``lists`` means."""
    text, masked, topics = sentence.text, sentence.masked, sentence.topics
    marks = tuple(each for each in _BY_MARK if each[0] in text)
    whole_of = {item: parts.whole for parts in lists for item in parts.items}
    told: list[Role] = []
    for place, each in enumerate(found):
        if each.kind in {Kind.SHARE, Kind.CHANGE}:
            told.append(NO_ROLE)
            continue
        whole = whole_of.get(place)
        parent = None if whole is None else before if whole < 0 else told[whole]
        frame = Frame.at(sentence, marks, found, place)
        if _AVERAGE.search(frame.lead):
            told.append(NO_ROLE)
            continue
        if parent is None and _SHARER.search(frame.lead):
            parent = next((role for role in reversed(told) if role.metric in _PROPOSALS), None)
        role = _role(frame, topics, parent)
        if each.each:
            role = _of_each(role)
        if not role.metric and place and (compared := _compared(frame, found, told, place)).metric:
            role = compared
        if (
            not role.metric
            and parent is None
            and place
            and frame.text.endswith("№" + each.unit)
            and _is_sibling(masked, found, place)
        ):
            role = _like_sibling(told[place - 1], frame)
        told.append(role)
    return told


_OTHER_CHARGES: Final = regex.compile(r"行政事业性|非税|罚没")
_OTHER_APPLICATIONS: Final = regex.compile(r"许可|补[助贴]|低保|救助|登记|资格|贷款|专利|商标|项目申请|职称|入学")
_SURELY_APPLICATIONS: Final = regex.compile(r"信息公开|依申请|公开申请|申请公开")


def _role(frame: Frame, topics: frozenset[str], parent: Role | None) -> Role:
    owner = whose(frame.sentence, frame.clause_start, frame.start, frame.lead)
    if parent is not None and parent.whose in {Whose.OTHER_AGENCY, Whose.OTHER_PERIOD} and owner is Whose.SELF:
        owner = parent.whose
    wording = _wording(
        frame.text, topics | ({APPLICATIONS} if parent and parent.metric.startswith("applications") else set()), frame
    )
    if (
        parent is not None
        and parent.metric in _DISCLOSURE_METRICS
        and (wording is None or wording.metric in _DISCLOSURE_METRICS | {"applications_by_channel"})
    ):
        return _disclosed_part(frame, wording, owner, parent)
    sharer = _SHARER.search(frame.lead)
    if sharer and parent is not None and parent.metric in _PROPOSALS and (wording is None or wording.metric in _PROPOSALS):
        return Role(parent.metric, Whose.PART if owner is Whose.SELF else owner, _SHARERS[sharer[1]])
    if wording is None:
        if (
            parent is None
            or not parent.metric
            or _UNTOLD.search(frame.lead)
            or _PREDICATE.search(frame.lead)
            or _RESULT.search(frame.lead)
        ):
            return NO_ROLE
        return Role(parent.metric, Whose.PART if owner is Whose.SELF else owner)
    if owner is Whose.OTHER_AGENCY and wording.metric in _AUDIENCE:
        owner = Whose.SELF
    if wording.metric in _BY_SOMETHING or (
        wording.qualifier and wording.metric != "published_items" and wording.metric in _DIVIDED
    ):
        return Role(wording.metric, Whose.PART if owner is Whose.SELF else owner, wording.qualifier)
    if wording.metric == "published_items" and wording.qualifier and owner is Whose.SELF:
        owner = Whose.PART
    is_part = (parent is not None and parent.metric == wording.metric) or (parent is None and "其中" in frame.text)
    if is_part and owner is Whose.SELF and wording.metric not in _OWN_WHEREVER:
        owner = Whose.PART
    return Role(wording.metric, owner, wording.qualifier)


_BY_SOMETHING: Final = frozenset(("disclosed_by_channel", "disclosed_by_kind", "applications_by_channel"))
_DIVIDED: Final = frozenset(
    ("applications_refused", "applications_unavailable", "applications_not_processed", "applications_received", "suits")
)
"""With a qualifier they are parts by nature, whether or not their whole is told."""
_OWN_WHEREVER: Final = frozenset(
    (
        *("applications_granted", "applications_partly_granted", "applications_refused", "applications_unavailable"),
        *("applications_not_processed", "applications_carried_out", "applications_carried_in", "fee_notices"),
    )
)
"""Items of an enumeration of results: each is the whole of its own kind, though 其中 precedes it."""


def _wording(frame: str, topics: frozenset[str] | set[str], around: Frame) -> Wording | None:
    disputes = _last_dispute(around) if DISPUTES in topics else ""
    marked = {at for mark, places in around.marks if mark in frame for at in places}
    for at in sorted(marked):
        wording = WORDINGS[at]
        if wording.topics and not _is_about(wording.topics, topics, disputes):
            continue
        if wording.pattern.search(frame) and not (wording.without and wording.without.search(frame)):
            return wording
    return None


def _is_about(wanted: frozenset[str], topics: frozenset[str] | set[str], dispute: str) -> bool:
    if wanted & {"reviews", "suits"}:
        return dispute in wanted
    return bool(wanted & topics)


def _last_dispute(around: Frame) -> str:
    """Whether reviews or suits were spoken of last before the number ends its frame."""
    before = around.sentence[: around.start]
    review, suit = before.rfind("复议"), max(before.rfind("诉讼"), before.rfind("应诉"))
    if review < 0 and suit < 0:
        return "suits" if "诉讼" in around.text else "reviews" if "复议" in around.text else ""
    return "reviews" if review > suit else "suits"


_CHANNELS: Final = tuple((channel, regex.compile(words)) for channel, words in CHANNELS.items())
_LEVEL: Final = regex.compile(
    r"^(?:其中)?[：，]?(?:[省市县区镇乡]级|[省市县区]直\p{Han}{0,2}|部门|镇街|乡镇|街道|机关|本级|\p{Han}{2,4}[镇乡局](?!信息))(?:公开|发布|共|为)*$"
)


def channel_in(words: str, *, one: bool = False) -> str:
    """The channel that some words name; empty where they name none, or many (``one``: they can only mean one)."""
    if not one and _ALL_CHANNELS.search(words):
        return ""
    return next((channel for channel, pattern in _CHANNELS if pattern.search(words)), "")


def _disclosed_part(frame: Frame, wording: Wording | None, owner: Whose, parent: Role) -> Role:
    """A part of what was disclosed: by channel where its words name one, else by kind; of a level or agency: as its whole."""
    if parent.metric == "published_items" or owner is Whose.OTHER_AGENCY or _LEVEL.search(frame.lead):
        return Role(parent.metric, Whose.PART if owner is Whose.SELF else owner, channel_in(frame.text, one=True))
    owner = Whose.PART if owner is Whose.SELF else owner
    channel = wording.qualifier if wording and wording.metric == "disclosed_by_channel" else channel_in(frame.text, one=True)
    if wording is None and _PREDICATE.search(frame.lead) and not channel:
        return Role("disclosed_by_kind", owner)
    return Role("disclosed_by_channel" if channel else "disclosed_by_kind", owner, channel)


_OF_BEFORE: Final = regex.compile(r"^(?:比|较|与|同)*(?:去年|上一?年度?|20\d\d年度?)(?:同期)?(?:的|为|是)*$")
_OF_NOW: Final = regex.compile(r"^(?:今年|本年度?|当年)(?:的|为|是|共|有|收到)*$")
_TOTAL: Final = regex.compile(r"^(?:合计|共计|总计|共)(?:为|有)*$")
_APPLICATION_PARTS: Final = frozenset(("applications_received", "applications_by_channel"))


def _compared(frame: Frame, found: Sequence[Found], told: Sequence[Role], place: int) -> Role:
    """The number beside another that it is compared with or adds up: 15件，比去年（13件）…; 网上14件、当面2件，共16件."""
    lead = frame.sentence[max(found[place - 1].stop, frame.clause_start) : frame.start].strip("，、；(：")
    wider = frame.sentence[found[place - 1].stop : frame.start].strip("，、；(：")
    last = next((at for at in range(place - 1, -1, -1) if told[at].metric and found[at].unit == found[place].unit), None)
    if last is None:
        return NO_ROLE
    metric = told[last].metric
    if _OF_BEFORE.match(wider) or _OF_BEFORE.match(wider.replace("(", "")):
        return Role(metric, Whose.OTHER_PERIOD)
    if _OF_NOW.match(lead) and told[last].whose is Whose.OTHER_PERIOD:
        return Role(metric, Whose.SELF)
    if _TOTAL.match(lead) and metric in _APPLICATION_PARTS:
        return Role("applications_received", Whose.SELF)
    return NO_ROLE


def _is_sibling(masked: str, found: Sequence[Found], place: int) -> bool:
    """Whether a number goes on with the list of the one before: 公开规章13件、规范性文件60件."""
    one, other = found[place - 1], found[place]
    gap = masked[one.stop : other.start]
    return one.unit == other.unit and bool(_SIBLING.match(gap)) and gap[0] in "、，；和及与" and not _PREDICATE.search(gap)


def _of_each(role: Role) -> Role:
    """各46条 is of no single channel, and no sum of two."""
    return NO_ROLE if role.metric == "congress_and_cppcc" else Role(role.metric, role.whose)


def _like_sibling(role: Role, frame: Frame) -> Role:
    if role.metric not in {"disclosed_by_kind", "disclosed_by_channel"} or "№次" in frame.text:
        return NO_ROLE
    channel = channel_in(frame.text)
    if role.metric == "disclosed_by_channel" and not channel:
        return NO_ROLE
    return Role("disclosed_by_channel" if channel else "disclosed_by_kind", role.whose, channel)
