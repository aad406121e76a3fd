"""Guangdong's platform for disclosure, ``/gkmlpt/``: a shell that a script fills from JSON.

The shell's ``_CONFIG`` names the site (``SID``) and the tree of columns (``TREE``); ``/gkmlpt/api/all/<column>?page=1&sid=<SID>``
lists the articles of one. ``/gkmlpt/annualreport#2629`` is the usual address of the column of annual reports. Some sites answer
404 from page 2 on. An article, ``/gkmlpt/content/8/8766/post_8766914.html``, is a page with its text, in ``_CONFIG.DETAIL`` too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import regex

from collect.sites.families.plain import Plain
from collect.sites.links import Kind, is_column, judge
from collect.sites.load import is_allowed
from collect.sites.markup import Markup, decoded
from collect.sites.model import Ask, Detail, Link, Listing, Page, Site
from collect.sites.paging import MAX_PAGES
from collect.stated import data_at, whole

_SID = regex.compile(r"""\bSID["']?\s*[:=]\s*["']?(\d+)""")
_TREE = regex.compile(r"""\bTREE["']?\s*[:=]\s*(?=\[)""")
_COLUMN_IN_ADDRESS = regex.compile(r"#(\d+)$")
_API = regex.compile(r"/gkmlpt/api/all/(\d+)")
_DETAIL = regex.compile(r"""\bDETAIL["']?\s*[:=]\s*(?=\{)""")
_CHINA = timedelta(hours=8)
_FULL_PAGE = 50
"""Articles. The platform gives about a hundred a page, less those it hides; fewer than this is the last page."""


class Gkmlpt(Plain):
    """Lists as JSON."""

    name = "gkmlpt"
    article = r"/gkmlpt/content/|/post_\d+\.html"

    def matches(self, page: Page) -> bool:
        """By its addresses and its settings."""
        return "/gkmlpt/" in urlsplit(page.url).path or bool(regex.search(r"/gkmlpt/(?:js|css|api|content)/", decoded(page)))

    def listed(self, markup: Markup, site: Site) -> Listing:
        """The articles of an answer, or the questions that a shell's settings lead to."""
        if markup.text.lstrip().startswith("{"):
            return _articles(markup, site)
        asks = [Ask(url) for url in _questions(markup, site) if is_allowed(url, site)]
        found = super().listed(markup, site)
        return Listing(found.reports, (*asks, *found.further), found.entries, found.itself)

    def parts(self, markup: Markup, site: Site) -> Detail:
        """The text lies in the settings where the page does not print it."""
        detail = _object_at(markup.scripts, _DETAIL)
        content = detail.get("content") if isinstance(detail, Mapping) else None
        if not isinstance(content, str) or not content:
            return super().parts(markup, site)
        whole = Markup(markup.url, f"{markup.text}<div class='article-content'>{content}</div>", markup.encoding)
        return super().parts(whole, site)


def _questions(markup: Markup, site: Site) -> Iterator[str]:
    """The first pages of every column of annual reports: those of the source's addresses, and those the tree names."""
    sid = _SID.search(markup.scripts)
    if sid is None:
        return
    root = urlsplit(markup.url)._replace(query="", fragment="").geturl().partition("/gkmlpt")[0]
    path = urlsplit(markup.url).path  # the host may have changed on the way: http to https, with www or without
    stated = [found[1] for url in site.lists if urlsplit(url).path == path and (found := _COLUMN_IN_ADDRESS.search(url))]
    named = [str(each["id"]) for each in _columns(_object_at(markup.scripts, _TREE)) if is_column(str(each.get("name", "")))]
    for column in dict.fromkeys((*stated, *named)):
        yield f"{root}/gkmlpt/api/all/{column}?page=1&sid={sid[1]}"


def _columns(tree: object) -> Iterator[Mapping[str, Any]]:
    """Every column of the tree."""
    waiting = [tree]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting.extend(reversed(each))
        elif isinstance(each, Mapping):
            if "id" in each:
                yield each
            waiting.append(each.get("children"))


def _object_at(script: str, start: regex.Pattern[str]) -> object:
    """The JSON value that begins behind a place of a script; None where there is none."""
    found = start.search(script)
    return None if found is None else data_at(script, found.end())


def _articles(markup: Markup, site: Site) -> Listing:
    """The articles of an answer, and the next page while this one is full."""
    data = data_at(markup.text.strip())
    if not isinstance(data, Mapping):
        return Listing()
    listed = data.get("articles")
    articles = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    classify = data.get("classify")
    column = str(classify.get("name", "")) if isinstance(classify, Mapping) else ""
    links: list[Link] = []
    entries: list[str] = []
    for article in articles:
        title = str(article.get("title") or "")
        url = markup.address(str(article.get("url") or article.get("post_url") or ""))
        if not url or not is_allowed(url, site):
            continue
        entries.append(url)
        found = judge(title, column, site.link)
        if found.kind is not Kind.OTHER:
            links.append(Link(url, title, _published(article), found.year, found.kind is not Kind.REPORT))
    return Listing(tuple(links), tuple(_next(markup.url, data, len(articles))), tuple(entries))


def _next(url: str, data: Mapping[str, Any], count: int) -> Iterator[Ask]:
    query = parse_qs(urlsplit(url).query)
    page = whole(query.get("page", ["1"])[0]) or 1
    total = data.get("total")
    is_more = page * count < total if isinstance(total, int) and count else count >= _FULL_PAGE
    if count and is_more and page < MAX_PAGES and _API.search(url):
        yield Ask(regex.sub(r"(?<=[?&]page=)\d+", str(page + 1), url))


def _published(article: Mapping[str, Any]) -> date | None:
    """The day in China: moments are given in seconds since 1970, UTC."""
    for name in ("date", "first_publish_time", "create_time"):
        moment = article.get(name)
        if isinstance(moment, int | float) and 0 < moment < 4e9:
            return (datetime.fromtimestamp(moment, UTC) + _CHINA).date()
    return None
