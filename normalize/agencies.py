"""What an agency's name looks like, and where a report's own sentences name one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import regex

from normalize.prose import Folded, fold, folded, mend
from normalize.years import YEAR, signed

_ENDINGS = (
    "人民政府|政府|局|委员会|委|办公室|办公厅|办事处|办|厅|中心|管委会|街道|镇|乡|苏木|区|县|市|省|自治州|盟|旗|院|社|会|"
    "支队|总队|大队|队|处|站|所|公司|署|大学|学院|学校|中学|小学|医院|系统|部门|部|团|党校|馆|台|集团|农场|林场|兵团|机关|委局|司|室|校|园|"
    "银行|基地|总站|分局|行政机关"
)
_NAME = regex.compile(rf"[\p{{Han}}A-Za-z·、()“”\d]{{1,40}}?(?:{_ENDINGS})(?:\([\p{{Han}}、·]{{1,24}}\))?")
_NOT_A_NAME = regex.compile(
    r"^(?:我|本|各|贵|该|其|此|全[省市县区州镇乡街局]|上级|有关|相关|以下|上述|和|及|与|为|在|对|由|向)|"
    r"报告|编制|根据|按照|要求|规定|现将|情况|本机关|年度|条例|网站|门户|栏目|首页|信息公开(?!办|工作办|领导|工作领导|联席|工作联席)|(?:市|县|区|省)(?:直|级)(?:各)?部门$|"
    r"^(?:国务院|中央|国办|国家|中共中央国务院|党中央|国务院办公厅|人民政府办公厅|省政府办公厅)$|所列|统计期|数据统计|进行|负责|说明|联系|电话|目录$"
)
_GENERIC = regex.compile(
    r"(?:各|有关)?(?:人民政府|政府|办公室|办公厅|办事处|委员会|管理委员会|管委会|服务中心|发展中心|管理局|监督管理局|管理中心|分局|局|委|办|厅|中心|"
    r"街道|街道办事处|镇|乡|区|县|市|省|社|会|处|站|所|部门|机关|本级|事业发展中心|发展服务中心|联合社|保障局|和规划局|规划局|建设局|改革局|执法局)"
)
_REGION = regex.compile(r"[\p{Han}]{1,12}(?:省|市|自治州|盟|县|区|旗|镇|乡|街道)")
_BODY = r"(?P<name>[\p{Han}A-Za-z·、()“”]{2,40}?)"
_MADE = r"(?:组织|负责|牵头|汇总|具体|综合|认真|统一|特|现|现特)*(?:编制|编写|编撰|撰写|编纂|起草|形成|公布|发布|编报)"
_PREFACE = tuple(
    regex.compile(pattern)
    for pattern in (
        rf"由{_BODY}(?:(?:按照|根据|依据|依照|依|围绕|结合|对)[^。]{{0,160}}?)?{_MADE}",
        rf"现(?:将|就|把){_BODY}(?:{YEAR}年?度?)?(?:的)?(?:政府|政务)?(?:信息公开|政务公开)",
        rf"现(?:将|就|把){_BODY}{YEAR}年",
        rf"(?:要求|规定|精神|部署|安排|通知|指示|，){_BODY}{_MADE}(?:了|此|本|的|完成|《|{YEAR}|政府|年度|公布)",
        rf"(?:^|[，。]){_BODY}(?:{YEAR}年?度?)(?:政府|政务)?信息公开(?:工作)?年度报告(?:由|是|依据|根据)",
        rf"(?:请|可|直接)与{_BODY}(?:综合办公室|综合科|综合股|办公室|政务公开科|政务公开办|信息公开办公室)?(?:政府信息公开\p{{Han}}*)?联系",
    )
)
_NARRATIVE = regex.compile(
    rf"^{YEAR}年度?[，]?{_BODY}(?=(?:以|坚持|认真|深入|全面|共|高度|按照|根据|在|严格|紧紧|围绕|结合|积极|切实|始终|持续|不断|主动|未)(?!\p{{Han}}?[局委办]))"
)
_BETWEEN_RUNS = regex.compile(rf"{YEAR}年?度?|[^\p{{Han}}A-Za-z·()（）、]+")
_TWO_HAN = regex.compile(r"\p{Han}{2}")
_LEAD = regex.compile(r"^(?:由|现将|将|的|和|以及|请与|经|并|特|现|我们|为此)+")
_TAIL = regex.compile(r"(?:结合\p{Han}*|特|现|现将|认真|组织|负责|汇总|牵头|综合)$")


def is_agency(text: str) -> bool:
    """Whether a text (any print) reads as the name of an agency, rather than a pronoun or a sentence."""
    name = folded(text)
    return bool(2 <= len(name) <= 45 and _NAME.fullmatch(name) and not _NOT_A_NAME.search(name))


def is_generic(text: str) -> bool:
    """The end of a name at most ("服务中心"): its beginning stands somewhere else."""
    return bool(_GENERIC.fullmatch(folded(text)))


def is_region(text: str) -> bool:
    """A place and nothing else ("宿迁市", "拖市镇")."""
    return bool(_REGION.fullmatch(folded(text)))


def tidy(printed: str) -> str:
    """A name as printed, without the spaces and breaks that typesetting put into it.

    A space between two whole names ("黄埔区人民政府 广州开发区管委会") belongs to the print and stays.
    """
    parts = mend(printed).strip(" \t\n\u3000·—-_:：、，,《》【】[]").split()
    joined = ""
    for part in parts:
        apart = joined and is_agency(joined) and is_agency(part) and not is_generic(part) and not is_region(joined)
        joined = f"{joined} {part}" if apart else joined + part
    return joined


def _names_in(source: Folded, pattern: regex.Pattern[str]) -> Iterator[str]:
    for match in pattern.finditer(source.text, overlapped=True):
        start, end = match.span("name")
        cut = _LEAD.match(source.text, start, end)
        start = cut.end() if cut else start
        tail = _TAIL.search(source.text, start, end)
        end = tail.start() if tail else end
        if start < end and is_agency(source.text[start:end]):
            yield tidy(source.printed(start, end))


def in_preface(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """Agencies that the preface names as the author, the surest sentence first."""
    sources = [fold(text) for text in paragraphs]
    names = [name for pattern in _PREFACE for source in sources for name in _names_in(source, pattern)]
    return tuple(dict.fromkeys(names))


def in_narrative(paragraphs: Iterable[str]) -> str:
    """The agency that the paragraphs opening with a year are about ("2020年，杨陵区统计局以…"), or nothing."""
    names = [name for text in paragraphs for name in _names_in(fold(text), _NARRATIVE)]
    return Counter(names).most_common(1)[0][0] if names else ""


def in_signature(lines: Sequence[str]) -> str:
    """The agency above the date that ends a report, or nothing."""
    tail = [line.strip() for line in lines if line.strip()][-12:]
    for above, below in reversed(list(pairwise(tail))):
        if signed(below) and is_agency(above):
            return tidy(above)
    return ""


def in_text(text: str) -> tuple[str, ...]:
    """Agency names that make up whole runs of Chinese characters in a file name, folder or other short text."""
    runs = _BETWEEN_RUNS.split(text)
    return tuple(tidy(run) for run in runs if run and _TWO_HAN.search(run) and is_agency(run))
