"""Jpaas, Hanweb's later system: a column whose units a script fetches from the publishing server.

``<script url="/api-gateway/jpaas-publish-server/front/page/build/unit" queryData="{'webId':…,'pageId':…}">`` names the question;
the answer is JSON with HTML in ``data.html``, and ``paramJson={"pageNo":2,"pageSize":50}`` turns pages. Articles of its open-data
sites lie at ``/gongkai/site_…/channel_…/doc_….html``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import regex

from collect.sites.families.plain import Plain
from collect.sites.lists import listing_of_data
from collect.sites.load import is_allowed
from collect.sites.markup import Markup, decoded
from collect.sites.model import Ask, Listing, Page, Site
from collect.sites.paging import MAX_PAGES
from collect.stated import data_at, whole

_MARKS = regex.compile(r"jpaas-publish-server|/gongkai/site_\w+/channel_\w+/|unitbuild\.js", regex.I)
_UNIT = regex.compile(r"/front/page/build/unit")
_SCRIPT = regex.compile(
    r"""<\w+(?=[^<>]*\burl\s*=\s*["'](?P<url>[^"']*/build/unit)["'])(?=[^<>]*\bqueryData\s*=\s*(?P<q>["'])(?P<data>.*?)(?P=q)[\s/>])""",
    regex.I | regex.S,
)
_PAIR = regex.compile(r"""["'](\w+)["']\s*:\s*["']([^"']*)["']""")
_COUNT = regex.compile(r"""\b(rows|count|pageNo|totalpage|pagecount)\s*=\s*["'](\d+)["']""", regex.I)
_PAGE_SIZE = 50


class Jpaas(Plain):
    """Lists as HTML within JSON."""

    name = "jpaas"
    article = r"/doc_\w+\.html|/art/20\d\d/"

    def matches(self, page: Page) -> bool:
        """By its server's address and its articles'."""
        return bool(_MARKS.search(page.url) or _MARKS.search(decoded(page)))

    def listed(self, markup: Markup, site: Site) -> Listing:
        """The rows of an answer and its next page, or the questions of a column."""
        if markup.text.lstrip().startswith("{"):
            return self._answered(markup, site)
        found = super().listed(markup, site)
        asks = [ask for ask in _questions(markup) if is_allowed(ask.url, site)]
        return replace(found, further=(*asks, *found.further))

    def _answered(self, markup: Markup, site: Site) -> Listing:
        rows = _html_of(markup.text)
        inner = Markup(markup.url, rows, markup.encoding)
        found = listing_of_data(inner, site)
        following = _next(markup.url, rows, len(inner.anchors))
        return replace(found, further=tuple(following))


def _html_of(text: str) -> str:
    data = data_at(text.strip())
    inner = data.get("data") if isinstance(data, Mapping) else None
    html = inner.get("html") if isinstance(inner, Mapping) else inner
    return html if isinstance(html, str) else ""


def _questions(markup: Markup) -> Iterator[Ask]:
    """The first page of every unit of the column."""
    for found in _SCRIPT.finditer(markup.text):
        pairs = dict(_PAIR.findall(unescape(found["data"])))
        if pairs:
            yield Ask(
                f"{markup.address(found['url'])}?{urlencode({**pairs, 'paramJson': _page(1)})}",
                headers=(("Referer", markup.url),),
            )


def _page(number: int, size: int = _PAGE_SIZE) -> str:
    return json.dumps({"pageNo": number, "pageSize": size}, separators=(",", ":"))


def _next(url: str, rows: str, links: int) -> Iterator[Ask]:
    """The question for the next page; the answer's own pager says whether there is one."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if not _UNIT.search(parts.path) or not links:
        return
    asked = data_at(query.get("paramJson", ""))
    stated = asked if isinstance(asked, Mapping) else {}
    number, size = (whole(str(stated.get(name, ""))) for name in ("pageNo", "pageSize"))
    if number is None or size is None:
        return
    pager = {name.lower(): whole(value) or 0 for name, value in _COUNT.findall(rows)}
    count, per_page = pager.get("count", 0), pager.get("rows", size) or size
    if number < MAX_PAGES and (number * per_page < count if count else links >= size):
        yield Ask(f"{parts._replace(query='').geturl()}?{urlencode({**query, 'paramJson': _page(number + 1, size)})}")
