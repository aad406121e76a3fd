"""What a link leads to, by what it says: an annual report, a list of them, or one of the many documents that sound alike.

A clear near miss (法治政府建设年度报告, 部门决算, 公开指南) is not followed. A doubtful link is: the document decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import regex

from collect.sites.words import folded, undated, years


class Kind(StrEnum):
    """What a link's words promise."""

    REPORT = "report"
    """A report: its words name the subject and the kind, and a year or an agency."""
    DOUBTFUL = "doubtful"
    """Perhaps one: 2023年 in a column of reports, a title cut off, 年度总结."""
    COLUMN = "column"
    """A list of reports, or the only one: 政府信息公开年报."""
    OTHER = "other"
    """Anything else."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is made of a link."""

    kind: Kind
    year: int | None = None


_SUBJECT = (
    r"(?:(?:政府|政务|党务|党政|机关)?信息公开|政府信息(?:与|和|及|、)政务公开|政务公开|政府公开)"
    r"(?:(?:与|和|及|暨|、)(?:政务公开|政府信息公开|政务服务))?(?!指南|目录|规定|制度|条例|办法)"
)
_YEAR = r"(?:[(（\[【]?(?:20[0-4]\d|二[〇零○◯Oo0][〇零○◯Oo0一二三四五六七八九]{2})(?:年度|年|度)?[)）\]】]?)?"
_YEARLY = r"(?:年度(?:工作)?(?:情况)?(?:的)?(?:总结)?报告书?|年报|年度报表|年度?工作报告)"
_WEAK = r"(?:(?:自查|总结|工作)?报告)"
_CORE = regex.compile(
    rf"(?P<subject>{_SUBJECT})(?:工作)?(?:情况)?的?{_YEAR}(?:工作)?(?:情况)?的?(?:(?P<yearly>{_YEARLY})|(?P<weak>{_WEAK}))"
)
_SUMMARY = regex.compile(rf"{_SUBJECT}(?:工作)?(?:情况)?的?{_YEAR}(?:年度?)?(?:工作)?(?:总结|情况|统计表|情况统计表|报表)")
_CUT = regex.compile(
    r"(?:政府信息?|政务公?|(?:政府|政务)?信息公?|政府信息公开|信息公开|政务公开)(?:开?(?:工作?)?(?:年度?)?(?:报告?)?)(?:\.{2,}|…+|。。+|\.)$"
)
_TAIL = regex.compile(
    r"^(?:[(〔\[【][^()〔〕\[\]【】]{0,30}[)〕\]】]|的?(?:报告|公告|公示|通告)|全文|正文|汇总|汇编|(?:图片|超链接?|文字|图文|网页|完整|PDF|WORD)版"
    r"|及?附件?\d*|\.(?:pdf|docx?|wps|s?html?|txt|ofd|jpe?g|png|zip|rar|xlsx?)|\d{1,3}[KMkm]B?|new|hot|最新|下载|查看|点击"
    rf"|{_YEAR}|[-—–_:·。;.、>»]|\.{{2,}}|…)*$",
    regex.I,
)
_COLUMN_WORDS = r"(?:(?:政府|政务)?(?:信息)?公开(?:工作)?)?(?:年度(?:工作)?报告|年报)"
_COLUMN = regex.compile(
    rf"^(?:[▪■·•>»\-]|\d{{1,2}}[.、])*(?:历年|往年|往期|历史|各年|本级|市级|区级|县级|部门|乡镇|镇街|街道|镇办|各?(?:部门|单位|乡镇|镇街|县区|区县|委办局)"
    rf"|(?:[市区县省州]|我[市区县])(?:政府|级)?(?:部门)?|市直|区直|县直|省直|直属(?:单位|机构)|(?:[市区县])?人民政府)*(?:{_COLUMN_WORDS})"
    r"(?:专栏|栏目|列表|公开|发布|公示|汇总|汇编|查询|目录)?[>»]*(?:更多|MORE)?[>»]*$",
    regex.I,
)
_SHORT_COLUMN = regex.compile(r"^\p{Han}{1,4}(?:年报|年度报告)$")
_BARE_COLUMN = regex.compile(
    r"^[>»\-·]*(?:政府|政务)?(?:信息)?公开(?:工作)?(?:年度(?:工作)?报告|年报)[>»\-]*$|^年报$|^年度报告$|^公开年报$"
)
_BARE_YEAR = regex.compile(rf"^[\[(【<《]?{_YEAR[:-1]}[\])】>》]?(?:年报|年度报告|报告)?(?:[(（][^()（）]{{1,12}}[)）])?$")
_BARE_REPORT = regex.compile(
    r"^.{0,40}(?:20[0-4]\d|二[〇零○O0].{2})(?:年度|年)?(?:工作)?(?:年度?(?P<work>工作)?报告|年报)(?P<tail>.*)$"
)
_OTHER_SUBJECT = regex.compile(
    r"公积金|社保|法治|依法行政|依法治|决算|预算|政府工作报告|统计年鉴|年鉴|统计公报|统计年报|财务|审计|绩效|内部?控制|内控|环境|生态|气候|卫生健康|健康|质量|知识产权"
    r"|消费|投诉|信访|12345|热线|营商|行政执法|执法(?:统计|数据|情况)|处罚|双公示|信用|国有|国资(?!委)|企业|公司|上市|社会责任|社会组织|社会团体|民办|慈善|基金"
    r"|民意|评议|述职|述廉|述法|安全生产|应急|建议(?:提案)?办理|提案|政府网站|网站(?:工作|监管|建设)|新媒体|政务服务年|放管服|普法|双随机|权力|责任清单"
    r"|党建|党风|廉政|纪检|学校|教学质量|毕业生|就业|科技|专利|气象灾害|水资源|地质|自然资源公报|人口|工资|招生|电子政务|数字政府|政务微|创建|平安|扶贫|乡村振兴"
)
_OTHER_KIND = regex.compile(
    r"指南|目录|制度|办法|条例|规定|规范|标准|细则|意见|征求|征集|申请表|申请(?:方式|流程|须知)|依申请公开$|要点|计划|方案|规划|通知|格式|模板|范文|样本|填报|编制说明"
    r"|解读|图解|一图|问答|培训|会议|召开|部署|推进会|评估|考核|测评|检查|督查|通报|整改|排名|第三方|抽查|机构职能|领导|简介|问卷|调查|答记者"
    r"|监督保障|重点领域|平台|须知|流程图|收费标准|监管年度|工作年度报表"
)
_PART_OF_YEAR = regex.compile(
    r"上半年|下半年|半年|季度|第[一二三四1-4]季|[1-9一二三四五六七八九十]月份?(?!\d*日)|月报|周报|季报|(?<!\d)1[-—至~]\d+月"
)
_HEAD_OF_OTHER = regex.compile(
    r"转发|关于(?:做好|开展|报送|编制|编写|加强|进一步|切实|组织)|如何|解读|图解|一图|读懂|征求|征集|申请|培训|指南|目录|评估|考核|通报|对.{0,20}的(?:评估|测评)|上一篇|下一篇"
)
_LETTERS = frozenset({"的通知", "的函"})
"""A letter that a report goes out with: 关于公布…年度报告的通知."""
_AFTERWARDS = regex.compile(r"说明|流程|审核|审查|程序|起草")
_ORGANISATION = regex.compile(
    r"(?:局|委|委员会|办|办公室|厅|院|中心|处|所|队|镇|乡|街道|街道办事处|开发区|管委会|人民政府|政府|集团|站|校|区|县|市|场|分局|支队)$"
)
_PIECES = regex.compile(r"[-_|>»—–/\\]+")
_HEAD_SUBJECT = regex.compile(r"法治政府|依法行政|决算|预算")
_TAIL_OF_OTHER = regex.compile(r"解读|图解|一图|模板|范文|格式|样")
_SOUNDS_ALIKE = regex.compile(r"报告|年报|公开|公示表|统计表")
_AROUND = "-—·•、:>»[]()<>《》\"'“”"
_AGENCY = regex.compile(
    r"^.*?(?:局|委|委员会|厅|办|办公室|院|中心|街道|镇|乡|处|所|队|站)(?=20[0-4]\d|二[〇零○]|关于|年度|年报|$)"
)
"""An agency at the head of a title: the field it is named after (卫生健康局, 审计局) is not what the document is about."""
_MAX_LENGTH = 90
"""Folded characters; longer texts are prose or several links in one."""


def judge(text: str, column: str = "", pattern: str = "") -> Judgement:
    """What a link leads to.

    Args:
        text: What it says, the title attribute where that is fuller.
        column: Heading of the list it stands in (``政府信息公开年报``), or the page's title.
        pattern: The source's own expression for links to reports; then nothing else is one.
    """
    if pattern:
        found = regex.search(pattern, text)
        return Judgement(Kind.REPORT if found else Kind.OTHER, _year(folded(text), None) if found else None)
    plain = undated(folded(text)).strip(_AROUND)
    plain = _closed(plain)
    if not plain or len(plain) > _MAX_LENGTH:
        return Judgement(Kind.OTHER)
    return _of_subject(plain) or _of_column(plain, folded(column)) or Judgement(Kind.OTHER)


@lru_cache(maxsize=256)
def is_column(heading: str) -> bool:
    """Whether a heading or page title is that of a list of annual reports."""
    plain = folded(heading)
    if not plain or len(plain) > _MAX_LENGTH or _OTHER_SUBJECT.search(_AGENCY.sub("", plain)):
        return False
    return any(_COLUMN.search(piece) or _titled(piece) for piece in _PIECES.split(plain))


def _titled(piece: str) -> bool:
    core = _CORE.search(piece)
    return bool(core and core["yearly"] and not _OTHER_KIND.search(piece) and not _PART_OF_YEAR.search(piece))


def _closed(plain: str) -> str:
    """The text with the bracket that stripping took from its end."""
    for opening, closing in ("()", "[]", "《》"):
        if plain.count(opening) == plain.count(closing) + 1:
            plain += closing
    return plain


def _of_subject(plain: str) -> Judgement | None:
    """By words that name the subject, 信息公开."""
    core = next(iter(_CORE.finditer(plain)), None)
    if core is None:
        return _of_summary(plain) or _of_cut(plain)
    head, tail = plain[: core.start()], plain[core.end() :]
    if _PART_OF_YEAR.search(head) or _HEAD_OF_OTHER.search(head) or _HEAD_SUBJECT.search(head):
        return Judgement(Kind.OTHER)
    year = _year(plain, core)
    if tail in _LETTERS:
        return Judgement(Kind.DOUBTFUL, year)
    if not _TAIL.match(tail):
        further = _CORE.search(tail)  # two titles in one link, or the same once more
        if further is None and (_OTHER_KIND.search(tail) or _PART_OF_YEAR.search(tail) or _AFTERWARDS.search(tail)):
            return Judgement(Kind.OTHER)
        return Judgement(Kind.DOUBTFUL, year)
    if _PART_OF_YEAR.search(tail) or _TAIL_OF_OTHER.search(tail):
        return Judgement(Kind.OTHER)
    if core["yearly"]:
        return _of_yearly(plain, head, year)
    return Judgement(Kind.DOUBTFUL if year is None else Kind.REPORT, year)


def _of_yearly(plain: str, head: str, year: int | None) -> Judgement:
    if year is not None:
        return Judgement(Kind.REPORT, year)
    if _BARE_COLUMN.match(plain) or _COLUMN.match(plain):
        return Judgement(Kind.COLUMN)
    return Judgement(Kind.DOUBTFUL if head else Kind.COLUMN)


def _of_summary(plain: str) -> Judgement | None:
    """年度总结 and 情况统计表: before the form, some agencies reported so."""
    found = _SUMMARY.search(plain)
    if found is None or not years(plain):
        return None
    others = plain[: found.start()] + plain[found.end() :]
    if (
        _PART_OF_YEAR.search(plain)
        or _OTHER_KIND.search(others)
        or _HEAD_OF_OTHER.search(plain)
        or not _TAIL.match(plain[found.end() :])
    ):
        return None
    return Judgement(Kind.DOUBTFUL, _year(plain, found))


def _of_cut(plain: str) -> Judgement | None:
    """A title that the list cut off and whose attribute says no more."""
    if not _CUT.search(plain) or not years(plain) or _HEAD_OF_OTHER.search(plain) or _PART_OF_YEAR.search(plain):
        return None
    return Judgement(Kind.DOUBTFUL, _year(plain, None))


def _of_column(plain: str, column: str) -> Judgement | None:
    """By the column: words that say too little on their own."""
    if _COLUMN.match(plain) or (_SHORT_COLUMN.match(plain) and not _OTHER_SUBJECT.search(plain)):
        return Judgement(Kind.COLUMN)
    if _OTHER_SUBJECT.search(_AGENCY.sub("", plain)) or _PART_OF_YEAR.search(plain):
        return None
    in_column = is_column(column)
    bare = _BARE_REPORT.match(plain)
    if bare and _TAIL.match(bare["tail"]) and not _OTHER_KIND.search(plain) and (in_column or not bare["work"]):
        return Judgement(Kind.REPORT if in_column else Kind.DOUBTFUL, _year(plain, None))
    if not in_column:
        return None
    if _BARE_YEAR.match(plain) and years(plain):
        return Judgement(Kind.DOUBTFUL, _year(plain, None))
    if _ORGANISATION.search(plain) and len(plain) >= 3 and not _OTHER_KIND.search(plain):
        return Judgement(Kind.DOUBTFUL, _year(plain, None))
    if years(plain) and not _OTHER_KIND.search(plain) and _SOUNDS_ALIKE.search(plain):
        return Judgement(Kind.DOUBTFUL, _year(plain, None))
    return None


def _year(plain: str, core: regex.Match[str] | None) -> int | None:
    """The year reported on: the last one before the fixed words, else the last one within or behind them."""
    found = years(plain)
    if core is not None:
        before = [year for year, _, end in found if end <= core.start()]
        if before:
            return before[-1]
    return found[-1][0] if found else None
