"""Lonsun's platform of Anhui and neighbours: ``/XxgkAnnualReport/show/4309.html``, ``/public/25461/45854211.html``.

Lists are grouped by year (``/OpennessAnnualReport/year/show/341/2022.html``), and the year is often all that a link says. Columns
(``/public/column/25461?type=4&catId=…&action=list``) and the data behind them (``/site/label/8888?labelName=publicInfoList&…``, a
piece of HTML) are asked page by page with ``pageIndex``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import regex

from collect.sites.families.plain import Plain
from collect.sites.lists import listing_of_data
from collect.sites.load import is_allowed
from collect.sites.markup import Markup, decoded
from collect.sites.model import Ask, Listing, Page, Site
from collect.sites.paging import MAX_PAGES
from collect.stated import whole

_ADDRESS = regex.compile(
    r"/(?:Xxgk|Openness|openness/Openness)AnnualReport/|/public/(?:column/)?\d+|/content/column/\d+|/site/label/8888", regex.I
)
_MARKS = regex.compile(
    r"(?:Xxgk|Openness)AnnualReport/(?:show|year|index|list)|/public/column/\d+|labelName\W{1,4}public\w*List", regex.I
)
_LABEL = "/site/label/8888"
_SETTINGS = regex.compile(r"\{[^{}]{0,1500}?labelName[^{}]{0,1500}\}")
_PAIR = regex.compile(r"""["']?(\w{2,20})["']?\s*:\s*(?:["']([^"']{0,200})["']|(\d{1,12}|true|false))""")


class Openness(Plain):
    """Plain lists under headings, and pages of data by number."""

    name = "openness"
    article = r"/(?:Xxgk|Openness)AnnualReport/show/\d+|/public/\d+/\d+\.html"
    reports = regex.compile(r"/(?:Xxgk|Openness)AnnualReport/(?:year/)?show/\d+", regex.I)

    def matches(self, page: Page) -> bool:
        """By its addresses."""
        return bool(_ADDRESS.search(urlsplit(page.url).path) or _MARKS.search(decoded(page)))

    def listed(self, markup: Markup, site: Site) -> Listing:
        """What the page or the piece lists, and the page with the next number."""
        is_data = _LABEL in urlsplit(markup.url).path
        found = listing_of_data(markup, site, self.reports) if is_data else super().listed(markup, site)
        asks = [Ask(url) for url in (*_questions(markup), *_next(markup, found)) if is_allowed(url, site)]
        return replace(found, further=tuple(dict.fromkeys((*found.further, *asks))))


def _questions(markup: Markup) -> Iterator[str]:
    """The questions that a page's script asks for its list. That the settings stand in one object is assumed."""
    for settings in _SETTINGS.findall(markup.scripts):
        pairs = {name: text or number for name, text, number in _PAIR.findall(settings)}
        if pairs.get("labelName", "").lower().endswith("list"):
            asked = {"IsAjax": "1", "dataType": "html", **pairs, "pageIndex": "1"}
            yield urljoin(markup.url, f"{_LABEL}?{urlencode(asked)}")


def _next(markup: Markup, found: Listing) -> Iterator[str]:
    """The same question for the next page, while this one lists anything. The walk ends it where nothing is new."""
    query = {name: values[-1] for name, values in parse_qs(urlsplit(markup.url).query, keep_blank_values=True).items()}
    number = whole(query.get("pageIndex", ""))
    if number is not None and number < MAX_PAGES and found.entries:
        yield urlsplit(markup.url)._replace(query=urlencode({**query, "pageIndex": number + 1})).geturl()
