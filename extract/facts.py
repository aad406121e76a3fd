"""What a page says about itself: the fields a content management system prints around an article.

These names belong to no form; every government site prints them (``索引号``, ``发布机构``, ``发布日期``), as ``<meta>`` elements,
as a table above the article, or as a line under the heading.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex

from extract.model import Metadatum

_NAMES = {
    "title": """名称 标题 信息名称 公文名称 文件名称 信息标题 articletitle title dc.title""",
    "publisher": """发布机构 发布单位 公开机构 公开单位 信息公开机构 发文机关 发文单位 发文机构 制发机关 制发单位 公开主体
        责任部门 公开责任部门 信息发布机构 publisher dc.publisher""",
    "published": """发布日期 发布时间 公开日期 公开时间 发文日期 成文日期 生成日期 生成时间 形成日期 印发日期 发文时间
        成文时间 更新时间 日期 时间 pubdate publishdate dc.date""",
    "source": """来源 信息来源 稿件来源 文章来源 contentsource source""",
    "index_number": """索引号 信息索引号 索引编号 信息索引 索取号""",
    "author": """作者 author""",
    "breadcrumb": """columnname""",
}
_CANONICAL = {label: name for name, labels in _NAMES.items() for label in labels.split()}
_WITHOUT_NAME = """
    文号 发文字号 文件编号 文件号 公文文号 信息编号 编号 主题分类 主题词 关键词 关键字 体裁分类 组配分类 分类 信息分类
    公开分类 服务对象 服务对象分类 公开方式 公开范围 公开时限 公开形式 公开类别 公开程序 公开属性 公开目录 有效性 时效
    时效性 是否有效 效力状态 文件状态 废止日期 失效日期 失效时间 生效日期 生效时间 实施日期 截止日期 有效期 文件下载
    附件下载 内容概述 内容概要 概述 概要 摘要 语种 载体类型 载体形式 信息格式 记录形式 浏览次数 浏览量 访问量 点击数 点击率
    阅读次数 阅读量 所属栏目 栏目 主题 体裁 责任编辑 编辑 审核 信息类别 信息类型 所属主题 文种 公文种类 公文类别 效力
    废止文号 适用对象 责任人 字体 字号 字体大小 打印 分享 分享到 保护视力色 撰稿 录入 校对
"""
_LABELS = frozenset(label for label in _CANONICAL if not label.isascii()) | frozenset(_WITHOUT_NAME.split())
_ANY_LABEL = "|".join(sorted(_LABELS, key=len, reverse=True))
_LABELLED = regex.compile(
    rf"[\s【\[（(]*(?P<label>{_ANY_LABEL})[】\])）]?\s*[:：]\s*(?P<value>.*?)\s*(?=[【\[（(|｜]*(?:{_ANY_LABEL})[】\]]?\s*[:：]|$)"
)
_DATE = r"20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?"
_INFO_LINE = regex.compile(rf"[\s\[【（(]*(?:{_DATE}\s*|(?:{_ANY_LABEL})[】\]]?\s*[:：])")
_LONE_DATE = regex.compile(r"\s*20\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?\s*")
_LEADING_DATE = regex.compile(rf"\s*({_DATE})")
_BREADCRUMB = regex.compile(
    r"\s*(?:您|你)?(?:当前|现在|目前)?(?:所在|的)*(?:位置|栏目)(?:是|为)?\s*[:：]\s*(?P<path>.+)|\s*(?P<home>首页\s*[>›»＞/|-].+)",
    regex.S,
)
_CHROME_WORDS = ("icp备", "公网安备", "网站标识码", "版权所有", "copyright", "all rights reserved")
_CHROME_START = regex.compile(
    r"\s*(?:上一[篇条]|下一[篇条]|上页|下页|(?:打印|关闭)(?:本页|窗口)?\b|分享到|"
    r"[【\[]?(?:打印|关闭|返回顶部|返回列表|收藏|纠错|分享到?|扫一扫|字号|字体)\b)"
)
_FONT_SIZES = regex.compile(r"字[体号]\s*[:：]?\s*[\[【(（]?\s*大")
_AROUND_LABEL = regex.compile(r"[\s:：【】\[\]　]")
_VALUE_LIMIT = 200


def _bare(label: str) -> str:
    bare: str = _AROUND_LABEL.sub("", label)
    return bare


def is_label(text: str) -> bool:
    """Whether the text is the name of such a field (``索 引 号：``)."""
    return _bare(text) in _LABELS


def fact(label: str, value: str) -> Metadatum | None:
    """The field under its project name, or under its printed label where it has none; None for an empty value."""
    value = value.strip()
    bare = _bare(label)
    return Metadatum(_CANONICAL.get(bare, bare), value) if value and bare else None


def meta_facts(name: str, value: str) -> Metadatum | None:
    """What a ``<meta name=... content=...>`` states, if it is one of the known fields."""
    canonical = _CANONICAL.get(name.strip().lower())
    return Metadatum(canonical, value.strip()) if canonical and value.strip() else None


def row_facts(cells: Sequence[str]) -> list[Metadatum] | None:
    """The fields of a table row that alternates names and values; None if it is another kind of row.

    ``["索引号", "3298652784", "发布机构", "某市人民政府"]`` or ``["索引号：3298652784", "发布机构：某市人民政府"]``.
    """
    filled = [cell for cell in cells if cell.strip()]
    if filled and filled[0] is cells[0] and not (is_label(filled[0]) or ":" in filled[0] or "：" in filled[0]):
        return None
    if not filled or any(len(cell) > _VALUE_LIMIT for cell in filled):
        return None
    if all(_LABELLED.match(cell) or is_label(cell) for cell in filled) and any(_LABELLED.match(cell) for cell in filled):
        return [found for cell in filled for found in line_facts(cell) or ()]
    labels = list(cells[0::2])
    if all(is_label(label) for label in labels if label.strip()) and labels[0].strip():
        values = [*cells[1::2], ""]
        return [found for label, value in zip(labels, values, strict=False) if (found := fact(label, value))]
    return None


def line_facts(line: str) -> list[Metadatum] | None:
    """The fields of a line such as ``发布日期：2024-02-24　来源：某市政府　浏览次数：767``; None if it is no such line."""
    # Nearly all lines fail by how they begin, or lack the colon that all but a date and a path from the home page have.
    start, colon = line.lstrip()[:2], ":" in line or "：" in line
    if len(line) > _VALUE_LIMIT or not (colon or start in {"20", "首页"}):
        return None
    if (colon or start == "首页") and (crumb := _BREADCRUMB.fullmatch(line)) is not None:
        return [Metadatum("breadcrumb", (crumb["path"] or crumb["home"]).strip())]
    if start == "20" and _LONE_DATE.fullmatch(line):
        return [Metadatum("published", line.strip())]
    if not colon or not _INFO_LINE.match(line) or not (_LABELLED.search(line) or is_label(line)):
        return None
    found = [Metadatum("published", date[1])] if (date := _LEADING_DATE.match(line)) else []
    found += [
        m for hit in _LABELLED.finditer(line) if (m := fact(hit["label"], hit["value"].strip(" 　|｜[]【】（）()"))) is not None
    ]
    return found


def is_chrome_line(line: str) -> bool:
    """Whether the line is what sites print at the foot or as a tool bar: licence numbers, "print", "next article"."""
    if len(line) > _VALUE_LIMIT:
        return False
    lowered = line.lower()
    return (
        any(word in lowered for word in _CHROME_WORDS)
        or _CHROME_START.match(line) is not None
        or ("字" in line and _FONT_SIZES.search(line) is not None)
    )
