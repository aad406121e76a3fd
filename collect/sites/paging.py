"""Further pages of a list: by the words and numbers of links, and by the scripts that draw them. Every answer is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import regex

from collect.sites.markup import Anchor, Markup
from collect.sites.words import folded
from collect.stated import joined

MAX_PAGES = 200
"""Pages of one list. No list of annual reports is longer; what goes on beyond it goes on for ever."""

_NEXT = regex.compile(
    r"^(?:\[|【|<)?(?:下一?页|后一?页|下一页面|后页|下页>*|next(?:page)?|尾页|末页|最后一?页|最末页|last)[>»›]*(?:\]|】)?$|^(?:>|>>|»|›|\.\.\.|…)$",
    regex.I,
)
_BACK = regex.compile(r"^(?:上一?页|前一?页|首页|第一页|<+|«|‹)$")
_NUMBER = regex.compile(r"^[\[【(]?(?:第)?(\d{1,3})(?:页|/\d{1,3})?[\]】)]?$")
_TRS = regex.compile(
    r"""createPageHTML(?:S|s|\w{0,6})?\(\s*(?:(?P<box>["'][^"']*["'])\s*,\s*)?(?P<total>\d{1,5})\s*,\s*(?P<now>\d{1,5})\s*,\s*"""
    r"""["'](?P<name>[\w.\-/]*)["']\s*,\s*["'](?P<ending>\w+)["']"""
)
_TRS_INLINE = regex.compile(r"""var\s+countPage\s*=\s*["']?(?P<total>\d{1,4})""")
_TRS_NAME = regex.compile(
    r"""(?<![\w\-])(?P<name>[a-zA-Z][\w\-]{0,40}?)["']?\s*\+?\s*["']?_["']\s*\+\s*[\w()+\-\s]{1,60}\+\s*["']\.?["']?\s*\+?\s*["']?\.?(?P<ending>s?html?|jhtml)"""
)
"""``"index_" + i + ".html"`` and ``index"+"_" + i + "."+"html``."""
_VSB = regex.compile(r"""_simple_list_gotopage_fun\(\s*(?P<total>\d{1,4})\s*,""")
_ENDING = regex.compile(r"^(?P<stem>.+?)(?P<dot>\.(?:s?html?|jhtml|htm))$", regex.I)


def further_pages(markup: Markup) -> tuple[str, ...]:
    """Addresses of further pages of the list, in their order, without the page itself; at most ``MAX_PAGES``."""
    found = [*_by_words(markup), *trs_pages(markup), *_by_inline_count(markup), *vsb_pages(markup)]
    kept = [url for url in dict.fromkeys(found) if url and url != markup.url]
    return tuple(kept[:MAX_PAGES])


def is_paging(anchor: Anchor) -> bool:
    """Whether a link turns pages."""
    words = folded(anchor.text) or folded(anchor.title)
    return bool(_NEXT.match(words) or _NUMBER.match(words) or _BACK.match(words))


def _by_words(markup: Markup) -> Iterator[str]:
    numbered: list[Anchor] = []
    onward: list[str] = []
    for anchor in markup.anchors:
        words = folded(anchor.text) or folded(anchor.title)
        if _NEXT.match(words):
            onward.append(anchor.url)
        elif (number := _NUMBER.match(words)) and 1 <= int(number[1]) <= MAX_PAGES:
            numbered.append(anchor)
    # A lone number may be anything (a count beside a heading); two or more that lie side by side turn pages.
    if len(numbered) > 1:
        yield from (anchor.url for anchor in numbered if _same_list(anchor.url, markup.url))
    yield from onward


def _same_list(url: str, page: str) -> bool:
    """Whether an address may be another page of the list: same host, and the same folder or one directly beside or below."""
    one, other = urlsplit(url), urlsplit(page)
    folder = other.path.rpartition("/")[0]
    stem = _ENDING.match(other.path)
    starts = (f"{folder}/", *((f"{stem['stem']}/",) if stem else ()), f"{folder.rpartition('/')[0]}/")
    return one.netloc == other.netloc and one.path.startswith(starts)


def trs_pages(markup: Markup) -> Iterator[str]:
    """TRS: ``createPageHTML(total, current, "index", "shtml")`` counts from 0, the form with a box's name first from 1."""
    for call in _TRS.finditer(markup.text):
        total, name, ending = int(call["total"]), call["name"], call["ending"]
        if not name:
            continue
        first = 2 if call["box"] else 1
        last = total if call["box"] else total - 1
        for number in range(first, min(last, MAX_PAGES) + 1):
            yield joined(markup.base, f"{name}_{number}.{ending}")


def _by_inline_count(markup: Markup) -> Iterator[str]:
    """Older TRS templates write the loop into the page: ``var countPage = 3`` and ``"index_" + i + ".html"``."""
    count = _TRS_INLINE.search(markup.scripts)
    if count is None:
        return
    name = _TRS_NAME.search(markup.scripts)
    stem, ending = (name["name"], name["ending"]) if name else ("index", "html")
    for number in range(1, min(int(count["total"]), MAX_PAGES)):
        yield joined(markup.base, f"{stem}_{number}.{ending}")


def vsb_pages(markup: Markup) -> Iterator[str]:
    """VSB: page n of m is ``list/(m-n+1).htm``: the oldest page has the number 1, so that pages keep their addresses."""
    total = _VSB.search(markup.text)
    parts = urlsplit(markup.url)
    stem = _ENDING.match(parts.path)
    if total is None or stem is None:
        return
    inside = regex.match(r"^(?P<stem>.+)/\d{1,4}$", stem["stem"])
    if inside:  # a further page: the first one named them all
        return
    for number in range(min(int(total["total"]), MAX_PAGES) - 1, 0, -1):
        yield urljoin(markup.url, f"{stem['stem']}/{number}{stem['dot']}")
