"""What a report's page leads to: attachments, viewers, pictures that may be tables, further pages of the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import regex
from lxml import etree

from collect.sites.article import article_of
from collect.sites.links import Kind, judge
from collect.sites.load import is_allowed
from collect.sites.markup import Markup, shown
from collect.sites.model import Ask, Detail, Link, Site
from collect.sites.paging import MAX_PAGES, further_pages
from collect.sites.words import date_in, folded, years
from collect.stated import parts_of, whole

_FILE = regex.compile(r"\.(?:pdf|docx?|wps|wpt|ofd|xlsx?|et|zip|rar|7z|rtf)$", regex.I)
_PICTURE = regex.compile(r"\.(?:png|jpe?g|gif|bmp|tiff?|webp)$", regex.I)
_DOWNLOAD = regex.compile(
    r"/(?:module/download/downfile\.jsp|download\w*(?:\.\w+)?|_?upload/|attach(?:ment)?s?/|DownFile|system/_content/download\.jsp)",
    regex.I,
)
_SAYS_FILE = regex.compile(
    r"附件|下载|全文|原文|\.(?:pdf|docx?|wps|ofd|xlsx?|zip|rar)\b|(?:pdf|word|图片|超链接?|ofd)版", regex.I
)
_FILES_PLACE = regex.compile(r"附件|文件下载|相关(?:文件|文档|下载|附件)|attach|\bfj|fujian|download", regex.I)
_CALLED_PART = regex.compile(r"^附件|附件[\d:：【]|^(?:文件|全文|原文|点击)?下载$")
_NO_PART = regex.compile(
    r"申请表|公开指南|申请流程|公开目录|标识使用|用户手册|隐私|操作(?:手册|指南)|客户端|浏览器|阅读器|reader|\.apk|\.exe", regex.I
)
_SCRIPT_FILE = regex.compile(r"""["']([^"'\s<>]+\.(?:pdf|ofd|docx?|wps))["']""", regex.I)
_DECORATION = regex.compile(
    r"logo|icon|/ico|ico[_\-.]|qr_?code|ewm|erweima|weixin|wechat|weibo|\bwx\b|banner|share|print|arrow|btn|button|background|[/_]bg[_\d.]|dot\.|line\.|space|"
    r"nav|menu|gongan|beian|备案|jiucuo|kexin|dzjg|dangzheng|red\.png|blue\.png|close|search|head|foot|top\.|left\.|right\.|loading|blank|avatar|fileTypeImages|"
    r"icon_|filetype|gzh|biaozhi|conac|wza|wuzhangai|guohui|emblem",
    regex.I,
)
_DECORATION_ALT = regex.compile(
    r"logo|二维码|扫一扫|微信|微博|分享|打印|返回|图标|标识|国徽|公安|备案|党政机关|纠错|客户端|头像|关闭|首页|横幅", regex.I
)
_SIZE = regex.compile(r"(?:^|;)\s*(width|height)\s*:\s*(\d+)(?:\.\d+)?\s*px", regex.I)
_SMALL = 120
"""Pixels. No table with numbers fits into less."""
_LAZY = ("data-src", "data-original", "data-original-src", "_src", "oldsrc", "src")
_VIEWED = regex.compile(r"[?&#](?:file|url|src|pdfurl|pdf)=([^#]+)", regex.I)
_EMBEDDED = {"iframe": "src", "embed": "src", "object": "data", "frame": "src", "source": "src"}


def detail_of(markup: Markup, site: Site) -> Detail:
    """What any report's page leads to, by what its links say and where they stand."""
    article = article_of(markup)
    attachments = {link.url: link for link in _attachments(markup, article, site)}
    pictures = {link.url: link for link in _pictures(markup, article, site) if link.url not in attachments}
    further = [url for url in text_pages(markup) if is_allowed(url, site)]
    return Detail(tuple(attachments.values()), tuple(pictures.values()), tuple(Ask(url) for url in further[:MAX_PAGES]))


def is_file(url: str) -> bool:
    """Whether an address is that of a document file, by its path or by a file name in its query."""
    parts = parts_of(url)
    if _FILE.search(unquote(parts.path)):
        return True
    return any(_FILE.search(value) for values in parse_qs(parts.query).values() for value in values)


def _attachments(markup: Markup, article: etree._Element, site: Site) -> Iterator[Link]:
    inside = set(article.iter("a"))
    for anchor in markup.anchors:
        words = anchor.fullest
        if not (
            is_file(anchor.url)
            or (_DOWNLOAD.search(anchor.url) and _SAYS_FILE.search(words))
            or _is_linked_picture(anchor.url, words)
        ):
            continue
        if _NO_PART.search(words) or not is_allowed(anchor.url, site):
            continue
        if anchor.element in inside or _belongs(anchor.element, words, markup):
            yield Link(anchor.url, words, date_in(words), _year(words))
    for url in (*_viewed(markup), *_in_scripts(markup)):
        if is_allowed(url, site):
            yield Link(url, "")


def _is_linked_picture(url: str, words: str) -> bool:
    return bool(_PICTURE.search(urlsplit(url).path) and _SAYS_FILE.search(words))


def _belongs(element: etree._Element, words: str, markup: Markup) -> bool:
    """Whether a file outside the article is of it: in a box of attachments or called one, and no other year's report."""
    own, other, found = _year(markup.title), _year(words), judge(words)
    is_report = found.kind in {Kind.REPORT, Kind.DOUBTFUL}
    if is_report and own is not None and other is not None and own != other:
        return False
    return is_report or bool(_CALLED_PART.search(words)) or _stands_with_files(element)


def _stands_with_files(element: etree._Element) -> bool:
    """Whether a link outside the article stands in a row or box of attachments."""
    node: etree._Element | None = element
    for _ in range(4):
        node = node.getparent() if node is not None else None
        if node is None or node.tag == "body":
            return False
        named = f"{node.get('class', '')} {node.get('id', '')}"
        if _FILES_PLACE.search(named) or (len(text := shown(node)) < 120 and _FILES_PLACE.search(text)):
            return True
    return False


def _viewed(markup: Markup) -> Iterator[str]:
    """Files that a viewer in the page shows: frames, embedded objects, pdf.js with ``?file=``."""
    for tag, attribute in _EMBEDDED.items():
        for element in markup.root.iter(tag):
            yield from _file_of_viewer(markup, str(element.get(attribute, "")))
    for anchor in markup.anchors:
        if "viewer" in anchor.url and "file=" in anchor.url:
            yield from _file_of_viewer(markup, str(anchor.element.get("href", "")))


def _file_of_viewer(markup: Markup, source: str) -> Iterator[str]:
    named = _VIEWED.search(source)
    value = named[1] if named else source
    # A file's own query stands behind the viewer's unescaped now and then; then it runs to the end.
    value = unquote(value.partition("&")[0]) if "?" not in value.partition("&")[0] else value
    url = markup.address(value.partition("#")[0])
    if url and (is_file(url) or (named and _DOWNLOAD.search(url))):
        yield url


def _in_scripts(markup: Markup) -> Iterator[str]:
    """Files that a script of the page names, to draw them or to offer them."""
    for found in _SCRIPT_FILE.findall(markup.scripts):
        if url := markup.address(found):
            yield url


def _pictures(markup: Markup, article: etree._Element, site: Site) -> Iterator[Link]:
    """Pictures of the article that may be tables or pages of it."""
    repeated = Counter(_source(image) for image in markup.root.iter("img"))
    for image in article.iter("img"):
        source = _source(image)
        url = markup.address(source)
        if not url or repeated[source] > 1 or not is_allowed(url, site) or _is_decoration(image, source):
            continue
        yield Link(url, str(image.get("title") or image.get("alt") or "").strip())


def _source(image: etree._Element) -> str:
    """Where the picture lies; pages that load it when it is scrolled to keep a blank one in ``src``."""
    return next((str(image.get(name)).strip() for name in _LAZY if image.get(name)), "")


def _is_decoration(image: etree._Element, source: str) -> bool:
    path = urlsplit(source).path
    # A path says little before its last folder: /download/logoutside/ is no logo.
    if _DECORATION.search("/".join(["", *path.split("/")[-2:]])) or _DECORATION_ALT.search(
        f"{image.get('alt', '')}{image.get('title', '')}"
    ):
        return True
    stated = [str(image.get(name, "")).removesuffix("px") for name in ("width", "height")]
    stated += [number for _, number in _SIZE.findall(str(image.get("style", "")))]
    return any(0 < (whole(size) or 0) < _SMALL for size in stated)


def text_pages(markup: Markup) -> Iterator[str]:
    """Further pages of a text that was cut into several: the page's own address with a number behind it."""
    stem, dot, _ = markup.url.partition("?")[0].rpartition(".")
    if not dot or "/" not in stem:
        return
    own = regex.compile(rf"^{regex.escape(stem)}_\d{{1,2}}\.\w+$")
    yield from (url for url in further_pages(markup) if own.match(url))


def _year(words: str) -> int | None:
    found = years(folded(words))
    return found[-1][0] if found else None
