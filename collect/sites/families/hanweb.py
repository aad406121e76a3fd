"""Hanweb (JCMS, jpage): ``/col/col123/index.html`` and ``/art/2024/1/18/art_123_456.html``.

The list is XML within the page, ``<datastore><recordset><record><![CDATA[<li>…]]>``, and its further pages come from
``/module/web/jpage/dataproxy.jsp``, asked by address (``nextgroup`` names the next one) or by a form with a range of records.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from urllib.parse import urlencode, urlsplit

import regex

from collect.sites.families.plain import Plain
from collect.sites.lists import listing_of, listing_of_data
from collect.sites.load import is_allowed
from collect.sites.markup import Markup, decoded
from collect.sites.model import Ask, Link, Listing, Page, Site
from collect.sites.paging import MAX_PAGES
from collect.stated import joined, whole

_MARKS = regex.compile(
    r"jpage/dataproxy\.jsp|<datastore>|/col/col\d+/|/art/20\d\d/\d+/\d+/art_\d|xxgkAnnualReport\.jsp|/module/xxgk/|/module/download/downfile",
    regex.I,
)
_ADDRESS = regex.compile(r"/col/col\d+/|/art/20\d\d/\d{1,2}/\d{1,2}/art_|/module/(?:web/jpage|xxgk|jpage)/", regex.I)
_CDATA = ("<![CDATA[", "]]>")
_HREF = regex.compile(r"""href\s*=\s*["']([^"']+)["']""", regex.I)
_TOTAL = regex.compile(r"<totalrecord>\s*(\d+)|\btotalRecord\s*[:=]\s*[\"']?(\d+)", regex.I)
_PER_PAGE = regex.compile(r"\bperPage\s*[:=]\s*[\"']?(\d+)", regex.I)
_PROXY = regex.compile(r"""proxyUrl\s*[:=]\s*["']([^"']+)["']""", regex.I)
_PARAMETER = {
    name: regex.compile(rf"""\b{name}["']?\s*[:=]\s*["']?([^"'&,;\s<>{{}}()]+)""", regex.I)
    for name in ("col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname", "permissiontype")
}
_ANNUAL = regex.compile(r"^(.*/xxgkAnnualReport\.jsp)\?(.+)$", regex.I)
_GROUP = 3
"""Pages that one question for a range brings, as the system's own script asks."""


class Hanweb(Plain):
    """Lists in XML, within the page and behind it."""

    name = "hanweb"
    article = r"/art/20\d\d/\d{1,2}/\d{1,2}/art_"

    reports = regex.compile(r"/xxgkAnnualReport\.jsp\?(?=.*\bfbtime=20\d\d)", regex.I)

    def matches(self, page: Page) -> bool:
        """By its addresses and its list data."""
        return bool(_ADDRESS.search(urlsplit(page.url).path) or _MARKS.search(decoded(page)))

    def listed(self, markup: Markup, site: Site) -> Listing:
        """The records within the page or the answer, and where the next ones come from."""
        records = "".join(_records(markup.text))
        if not records:
            found = super().listed(markup, site)
        elif _is_data(markup):
            found = listing_of_data(Markup(markup.url, records, markup.encoding), site, self.reports)
        else:
            found = listing_of(Markup(markup.url, _inserted(markup.text, records), markup.encoding), site, self.reports)
        asks = [ask for ask in (*found.further, *_proxied(markup, has_records=bool(records))) if is_allowed(ask.url, site)]
        reports = {link.url: link for link in (_in_order(link) for link in found.reports)}
        return replace(found, reports=tuple(reports.values()), further=tuple(dict.fromkeys(asks)))


def _in_order(link: Link) -> Link:
    """The link with agency and year in one order: sites write ``?fbtime=…&area=…`` too, and it is the same page."""
    found = _ANNUAL.search(link.url)
    return replace(link, url=f"{found[1]}?{'&'.join(sorted(found[2].split('&')))}") if found else link


def _inserted(text: str, records: str) -> str:
    """The page with its records beside the data: title and metadata stay, which say what the list is of."""
    before, end, behind = text.rpartition("</body>")
    return f"{before}{records}{end}{behind}" if end else text + records


def _is_data(markup: Markup) -> bool:
    """Whether the page is an answer of the data proxy, not a page with a list in it."""
    return markup.text.lstrip("\ufeff \r\n\t").lower().startswith(("<?xml", "<datastore"))


def _inside(text: str, tag: str) -> Iterator[str]:
    """What stands in each element of a name, its CDATA mark taken off. In one pass: no expression can run away."""
    plain, at = text.lower(), 0
    opening, closing = f"<{tag}>", f"</{tag}>"
    while (start := plain.find(opening, at)) >= 0:
        end = plain.find(closing, start)
        if end < 0:
            return
        inner = text[start + len(opening) : end].strip()
        first, last = inner.find(_CDATA[0]), inner.rfind(_CDATA[1])
        yield inner[first + len(_CDATA[0]) : last] if 0 <= first < last else unescape(inner)
        at = end


def _records(text: str) -> Iterator[str]:
    """The rows of a list as HTML."""
    return _inside(text, "record")


def _proxied(markup: Markup, *, has_records: bool) -> Iterator[Ask]:
    """The questions for further records."""
    href = _HREF.search(next(_inside(markup.text, "nextgroup"), ""))
    if href:
        if has_records:
            yield Ask(markup.address(unescape(href[1])))
    elif not _is_data(markup):
        yield from _ranges(markup)


def _ranges(markup: Markup) -> Iterator[Ask]:
    """The form's questions, each for a range of records, when the page names no next group."""
    total = _TOTAL.search(markup.text)
    values = {name: found[1] for name, pattern in _PARAMETER.items() if (found := pattern.search(markup.scripts))}
    if "columnid" not in values or "unitid" not in values:
        return
    per_page = (whole(found[1]) if (found := _PER_PAGE.search(markup.text)) else None) or 15
    proxy = _PROXY.search(markup.text)
    address = joined(markup.url, proxy[1] if proxy else "/module/web/jpage/dataproxy.jsp").partition("?")[0]
    stated = whole(total[1] or total[2]) if total else None
    count = per_page * _GROUP if stated is None else stated
    form = {"col": "1", "appid": "1", "path": "/", "sourceContentType": "1", "permissiontype": "0", **values}
    step = per_page * _GROUP
    for first in range(1, min(count, step * MAX_PAGES) + 1, step):
        query = urlencode({"startrecord": first, "endrecord": min(first + step - 1, max(count, 1)), "perpage": per_page})
        yield Ask(
            f"{address}?{query}", "POST", urlencode(form), (("X-Requested-With", "XMLHttpRequest"), ("Referer", markup.url))
        )
