"""Links of a list page: which lead to reports, which to further lists, and what dates and headings stand beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

import regex
from lxml import etree

from collect.sites.details import is_file
from collect.sites.links import Judgement, Kind, is_column, judge
from collect.sites.load import is_allowed
from collect.sites.markup import Anchor, Markup, shown
from collect.sites.model import Ask, Link, Listing, Site
from collect.sites.paging import further_pages, is_paging
from collect.sites.reports import is_report
from collect.sites.words import date_in, date_of_address, folded, year_of_address
from collect.stated import whole

_ROWS = frozenset({"li", "tr", "dd", "dt", "p", "div", "td", "article", "record"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "th", "caption", "legend", "strong", "b"})
_HEADING_CLASS = regex.compile(r"tit|head|\bhd\b|caption|lanmu|column|name|bt\b", regex.I)
_MAX_HEADING = 40
_MAX_ROW = 200
_CLIMB = 7
_FRAME_OF_SITE = regex.compile(
    r"[/_-](?:head\w*|top|foot\w*|bottom|banner|menu|nav\w*|login|search|weather|count\w*|stat\w*|copyright|share)\b", regex.I
)
_LOW = 150
"""Pixels."""
_COLUMN = "政府信息公开年报"
_CRUMB = regex.compile(r"(?:当前|您(?:现在)?(?:的|所在)?)(?:的?位置|所在位置)[:：]?(.{4,160})")


def listing_of(markup: Markup, site: Site, addresses: regex.Pattern[str] | None = None, column: str = "") -> Listing:
    """What any list page holds, by the words of its links.

    Args:
        markup: The page.
        site: Whose it is.
        addresses: Where only annual reports lie in this family, whatever the link says.
        column: What it is a list of, where the page itself does not say.
    """
    column, headings = column or column_of(markup), Headings()
    reports: dict[str, Link] = {}
    columns: list[str] = []
    for anchor in markup.anchors:
        if is_paging(anchor) or not is_allowed(anchor.url, site) or anchor.url == markup.url:
            continue
        found = judged(anchor, column, site, headings)
        if found.kind is Kind.OTHER and addresses is not None and not site.link and addresses.search(anchor.url):
            found = Judgement(Kind.DOUBTFUL)
        if found.kind is Kind.COLUMN:
            columns.append(anchor.url)
        elif found.kind is not Kind.OTHER:
            _keep(reports, link_of(anchor, found))
    if not reports:
        columns += [url for url in frames(markup) if is_allowed(url, site)]
    pages = [url for url in further_pages(markup) if is_allowed(url, site) and url not in reports]
    return listing(reports.values(), [*pages, *columns], (a.url for a in markup.anchors if not is_paging(a)), pages)


def listing_of_data(markup: Markup, site: Site, addresses: regex.Pattern[str] | None = None) -> Listing:
    """What the data behind a list hold. They do not say what they list: reports, if half of the rows may be such."""
    found = listing_of(markup, site, addresses, _COLUMN)
    return found if 2 * len(found.reports) >= len(found.entries) else listing_of(markup, site, addresses)


def frames(markup: Markup) -> Iterator[str]:
    """Pages that the page shows in frames: some sites keep their lists in one. Heads, feet and counters are left out."""
    for element in markup.root.iter("iframe", "frame"):
        url = markup.address(str(element.get("src", "")))
        height = whole(str(element.get("height", "")).removesuffix("px"))
        if url and not is_file(url) and not _FRAME_OF_SITE.search(url) and (height is None or height >= _LOW):
            yield url


def listing(reports: Iterable[Link], further: Iterable[str], entries: Iterable[str], pages: Iterable[str] = ()) -> Listing:
    """A listing of addresses, each once."""
    turning = set(pages)
    return Listing(
        tuple(reports),
        tuple(Ask(url) for url in dict.fromkeys(further)),
        tuple(url for url in dict.fromkeys(entries) if url not in turning),
    )


def judged(anchor: Anchor, column: str, site: Site, headings: Headings) -> Judgement:
    """What a link leads to, by its words and by the heading above it, which is looked for only where it may matter."""
    words = anchor.fullest
    found = judge(words, column, site.link)
    if site.link and found.kind is Kind.OTHER and anchor.text != words:
        return judge(anchor.text, column, site.link)
    if site.link or found.kind in {Kind.REPORT, Kind.COLUMN} or judge(words, _COLUMN).kind is Kind.OTHER:
        return found
    heading = headings.above(anchor)
    if heading and is_column(heading) and len(folded(words)) <= _MAX_HEADING:
        return judge(words, heading)
    alone = judge(words)
    if alone.kind is not Kind.OTHER or found.kind is Kind.OTHER:
        return found
    # Only the page's column promises it. A nearer heading of another kind takes that back; and an agency's name without a year
    # is as likely a link to its home page, unless a date stands beside it.
    if heading and _speaks(heading):
        return alone
    return found if found.year is not None or published_beside(anchor) is not None else alone


def _speaks(heading: str) -> bool:
    return bool(regex.search(r"报告|年报|公开|预算|决算|指南|目录|制度|统计|通知|新闻|链接", folded(heading)))


def link_of(anchor: Anchor, found: Judgement) -> Link:
    """The link as families hand it on."""
    year = found.year if found.year is not None else year_of_address(anchor.url)
    return Link(anchor.url, anchor.fullest, published_beside(anchor), year, found.kind is Kind.DOUBTFUL)


def _keep(reports: dict[str, Link], link: Link) -> None:
    """Of two links to one address, the one that says more."""
    known = reports.get(link.url)
    if known is None or (known.doubtful, known.year is None) > (link.doubtful, link.year is None):
        reports[link.url] = link


def column_of(markup: Markup) -> str:
    """What the page as a whole is a list of: its metadata, window title or the last step of its breadcrumb."""
    for stated in (markup.meta("ColumnName", "ColumnType", "channel"), markup.title):
        if is_column(stated):
            return stated
    crumb = _CRUMB.search(shown(markup.root)[:3000]) if "位置" in markup.text else None
    if crumb is not None:
        last = regex.split(r"[>»＞/›]+|\s-\s", crumb[1].strip())
        steps = [step.strip() for step in last if step.strip()][:8]
        return next((word for step in reversed(steps) if is_column(word := step.split(" ")[0])), "")
    return ""


class Headings:
    """The headings of a page's groups. Each group is gone through once, however many links it holds."""

    def __init__(self) -> None:
        self._groups: dict[tuple[etree._Element, str], dict[etree._Element, str]] = {}

    def above(self, anchor: Anchor) -> str:
        """The nearest short text above a link that looks like the heading of the group it stands in; empty if none does."""
        element = anchor.element
        for _ in range(_CLIMB):
            parent = element.getparent()
            if parent is None or parent.tag == "html":
                break
            group = self._groups.get((parent, str(element.tag)))
            if group is None:
                group = self._groups[parent, str(element.tag)] = _headed(parent, str(element.tag))
            if heading := group[element]:
                return heading
            element = parent
        return ""


def _headed(parent: etree._Element, tag: str) -> dict[etree._Element, str]:
    """For each child of that tag the last heading before it."""
    found: dict[etree._Element, str] = {}
    heading = ""
    for child in parent:
        if child.tag == tag:
            found[child] = heading
        heading = _as_heading(child, tag) or heading
    return found


def _as_heading(sibling: etree._Element, beside: str) -> str | None:
    """The text of a sibling if it heads what follows, elements of the tag ``beside``."""
    if not isinstance(sibling.tag, str) or (sibling.tag == beside == "a"):
        return None
    inner = next(sibling.iter(*_HEADINGS), None)
    marked = inner is not None or bool(_HEADING_CLASS.search(str(sibling.get("class", "")) + str(sibling.get("id", ""))))
    links = sum(1 for _ in zip(sibling.iter("a"), range(3), strict=False))
    if (sibling.tag == beside and links and not marked) or links > 2:
        return None
    text = shown(inner if inner is not None else sibling)
    if not text or len(text) > _MAX_HEADING:
        return None
    return text if marked or not links or (links == 1 and sibling.tag != beside) else None


def published_beside(anchor: Anchor) -> date | None:
    """The date printed in the row of a link, or written in its address."""
    element: etree._Element | None = anchor.element
    found = date_in(anchor.text)
    for _ in range(4):
        if found is not None or element is None:
            break
        element = element.getparent()
        if element is None or element.tag not in {*_ROWS, "span", "a", "h3", "h4", "td"}:
            continue
        if sum(1 for _ in zip(element.iter("a"), range(2), strict=False)) > 1:
            break
        text = shown(element)
        if len(text) > _MAX_ROW:
            break
        found = date_in(text)
    return found or date_of_address(anchor.url)


def listing_or_report(markup: Markup, site: Site, addresses: regex.Pattern[str] | None = None) -> Listing:
    """The listing of a page that was taken for a list, with the mark if it is itself a report."""
    found = listing_of(markup, site, addresses)
    return replace(found, itself=True) if is_report(markup) else found
