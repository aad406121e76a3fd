"""Every number with a unit in a sentence, and nothing that only looks like one.

No counts: dates and years, numbers of documents and articles (第二十条), list numbers, telephone numbers and addresses,
deadlines (20个工作日), ordinals (第三季度), names and slogans in quotation marks or book title marks, idioms (一个, 一站式).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

import regex

from normalize.counts import COUNT, chinese_number, plain, quantity


class Kind(StrEnum):
    """What a number says."""

    COUNT = "count"
    SHARE = "share"
    """A part of something, in percent: 占33.9%, 办结率100%."""
    AMOUNT = "amount"
    """Money."""
    CHANGE = "change"
    """Against another time: 同比增长1.05%, 比上年增加5件."""


@dataclass(frozen=True, slots=True)
class Found:
    """A number found in a folded sentence."""

    start: int
    end: int
    """The number with the words that make it approximate, without its unit."""
    stop: int
    """Behind the unit and what belongs to it (左右, 以上)."""
    value: Decimal | None
    unit: str
    """As printed; empty for a bare 536万."""
    kind: Kind
    approximate: bool
    each: bool = False
    """各46条: of each of the things named."""


# What must not follow, where a character of measure begins another word.
_NOT_AFTER: Final = {
    "个": r"(?!月|工作日|小时|自然日|星期|季度|年|人信息|人隐私|部分|方面|意识|维护|自信|确立|坚持|转变)",
    "部": r"(?!分|门|长|级|委|署)",
    "条": r"(?!例|款|件|约|目|线|规定)",
    "项": r"(?!目录)",
    "期": r"(?!间|限|满)",
    "次": r"(?!性|日|年|月|全会|会议精神)",
    "场": r"(?!所|景|合|地)",
    "处": r"(?!理|罚|置|长|于|级|分)",
    "所": r"(?!有|属|在|长|列)",
    "位": r"(?!一体|于|置|列|居)",
    "名": r"(?!称|单|录|义|列|牌)",
    "人": r"(?!民|社|事|口|才|均|力|物|工|性|文|大)",
    "批": r"(?!准|复|评|示|文|示)",
    "户": r"(?!籍|口)",
    "组": r"(?!织|成|长)",
    "台": r"(?!账|湾)",
    "集": r"(?!中|体|团|成|约)",
    "起": r"(?!至|草|来|诉|到|步|算|点)",
    "例": r"(?!会|如|行)",
    "通": r"(?!过|知|报|道|告|讯|信|办|常|用)",
    "份": r"(?!量|额)",
    "本": r"(?!年|级|单|机|局|部|报|市|县|区|镇|着|地|次|办|街|单位)",
    "字": r"(?!号|样)",
    "类": r"(?!别|型|似|内部|过程)",
    "种": r"(?!类|植|子)",
    "套": r"",
    "轮": r"(?!流|训|换|值)",
    "段": r"(?!落)",
    "分": r"(?=[，。；、)]|$)",
    "块": r"(?=[，。；、)]|$|展板|屏)",
    "家": r"(?!庭|长|级|万户|居|乡)",
}
_PLAIN: Final = "件篇宗则幅张页封册支辆款间栋座盘档版"
_LONG: Final = (
    *("人天", "人次", "件次", "场次", "班次", "期次", "条次", "篇次", "户次", "批次", "项次", "台次", "家次", "个百分点"),
    *("万元", "亿元", "元", "课时", "平方米"),
)
_MEASURES: Final = "|".join([*_LONG, *(f"{char}{guard}" for char, guard in _NOT_AFTER.items()), f"[{_PLAIN}]"])
_UNIT: Final = f"(?P<unit>{_MEASURES}|%|‰|倍)"
_BARE: Final = r"(?P<bare>(?<=[万亿][多余]?)(?=[，。；、)]|$|的|次?粉丝|人口))"
_PERCENT: Final = r"百分之(?P<percent>[〇零一二两三四五六七八九十百]+)(?:点(?P<decimals>[〇零一二两三四五六七八九]+))?"
_NUMBER: Final = regex.compile(
    rf"(?=[\d数几上将接近大约多超逾突不百〇零一二两三四五六七八九十千壹贰叁肆伍陆柒捌玖拾佰仟])(?<![\d.,第届〔\-—~～·A-Za-z#〇零一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟])(?:{COUNT}(?:{_UNIT}|{_BARE})|(?P<about_percent>近|约|超过|超)?{_PERCENT})(?P<after>左右|以上|上下|有余)?"
)
_MASK: Final = regex.compile(
    r"《[^《》]{1,60}》|[“\"][^“”\"，。]{1,25}[”\"]|‘[^‘’]{1,25}’|「[^」]{1,25}」|〔[^〕]*〕|[A-Za-z][A-Za-z0-9_.:/?=&%\-]{3,}"
)
_RATE: Final = regex.compile(r"每(?:个|半|两|一)?(?:季度?|月|年|周|天|日|学期)[^，；。对]{0,6}$|[前第每逐]$")
_IDIOM_BEFORE: Final = regex.compile(r"(?:跑|最多|只|再|头|下|上|某|同|任|统|唯|这|那|进|逐|每|届|年|又|第|前|十三|国家|中央)$")
_HAN_ENDS: Final = regex.compile(r"[，。；、)(：]|$|和|及|与|均|以?上|左右")
_CHANGE: Final = regex.compile(
    r"(?<!新)(?:增长|增加|增多|上升|提升|提高|下降|减少|降低|回落|下滑|增幅|降幅|同比[增升降减]|环比[增升降减]|增速|多出|多|少|增|降|减|升)"
    r"(?:[了约为达是近超]|幅度|比例|率|：)*$"
)
_COMPARED: Final = regex.compile(r"同比|环比|较|比(?:上|去|前|20|同)|与(?:上|去)年")
_ALWAYS_CHANGE: Final = regex.compile(r"增长|增加|上升|下降|减少|回落|下滑|降低|增幅|降幅|同比|环比|增速")
_EACH: Final = regex.compile(r"各(?:有|为|发布|公开|收到|承办|办理|开展|举办)?$")
_SLOGAN: Final = regex.compile(r"(?:重点)?(?:制度|机制|清单|措施|原则|要求|工作|职责|任务|建设)")
_IDIOM_AFTER: Final = frozenset("类种")
_AMOUNTS: Final = frozenset(("元", "万元", "亿元"))
_SHARES: Final = frozenset("%‰")
WORTH: Final = regex.compile(
    rf"[\d一二两三四五六七八九十百千万亿几数余多来壹贰叁肆伍陆柒捌玖拾](?:%|‰|倍|[{_PLAIN}{''.join(_NOT_AFTER)}元万亿百])|百分之"
)
"""A sentence without any of these holds no number with a unit: a quick look before the long one."""


def mask(text: str) -> str:
    """The sentence with names, quotations, titles and addresses blotted out; every place stays where it is."""
    return str(_MASK.sub(lambda m: "□" * len(m.group()), text))


def quantities(text: str) -> tuple[Found, ...]:
    """The numbers with a unit of a folded sentence, in order."""
    masked = mask(text)
    return tuple(found for match in _NUMBER.finditer(masked) if (found := _found(masked, match)) is not None)


def _found(text: str, match: regex.Match[str]) -> Found | None:
    before = text[max(0, match.start() - 12) : match.start()]
    if match["percent"]:
        return _percent(match, before)
    unit = match["unit"] or ""
    if _is_idiom(match, before, text[match.end() :], unit) or _RATE.search(before):
        return None
    worth = quantity(match)
    value, end = worth.value, match.end("about") if match["about"] else match.end("scale") if match["scale"] else match.end("n")
    start = match.start("before") if match["before"] else match.start("n")
    if unit in {"万元", "亿元"} or (unit == "元" and match["scale"]):
        # 3万元 is kept in 万元, as printed.
        scale = match["scale"] or ""
        value = value if value is None or not scale else quantity_in(value, scale)
        unit = scale + unit
        end -= len(scale)
    approximate = worth.approximate or bool(match["after"])
    kind = _kind(before, unit)
    return Found(start, end, match.end(), value, unit, kind, approximate, bool(_EACH.search(before)))


def quantity_in(value: Decimal, scale: str) -> Decimal:
    """An amount in its printed scale: 30000 in 万 is 3."""
    return plain(value / {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}.get(scale[-1], 1))


def _percent(match: regex.Match[str], before: str) -> Found:
    value = chinese_number(match["percent"])
    if match["decimals"]:
        digits = "".join(str(chinese_number(char)) for char in match["decimals"])
        value = Decimal(f"{value}.{digits}")
    end = match.end() - len(match["after"] or "")
    return Found(match.start(), end, match.end(), value, "%", _kind(before, "%"), bool(match["about_percent"] or match["after"]))


def _kind(before: str, unit: str) -> Kind:
    clause = before[max(before.rfind(stop) for stop in "，；。：(、") + 1 :]
    if unit in {"个百分点", "倍"}:
        return Kind.CHANGE
    if _CHANGE.search(clause) and (_ALWAYS_CHANGE.search(clause) or _COMPARED.search(clause)):
        return Kind.CHANGE
    if unit in _SHARES:
        return Kind.SHARE
    return Kind.AMOUNT if unit in _AMOUNTS else Kind.COUNT


def _is_idiom(match: regex.Match[str], before: str, after: str, unit: str) -> bool:
    """Chinese numerals stand in many words that count nothing: 一个, 两类, 三级, 千家万户, 最多跑一次."""
    number = match["n"]
    if number[0].isdigit():
        return False
    if number[0] in "百千万" and not (match["before"] or match["about"]):
        return True
    if len(number) == 1 and not match["scale"] and not match["about"]:
        if unit in _IDIOM_AFTER or _IDIOM_BEFORE.search(before):
            return True
        if unit == "项" and _SLOGAN.match(after):
            return True
        if number == "一":
            return not _HAN_ENDS.match(after)
    return False
