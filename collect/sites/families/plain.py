"""Any site: lists and paging by the words of links. Every family falls back on it."""

from __future__ import annotations

from dataclasses import replace

import regex

from collect.sites.details import detail_of
from collect.sites.links import Kind, judge
from collect.sites.lists import listing_of, listing_or_report
from collect.sites.markup import Markup
from collect.sites.model import Ask, Detail, Listing, Page, Site
from collect.sites.reports import is_report, says_much


class Plain:
    """Lists with relative links, 下一页 and page numbers."""

    name = "plain"
    article = ""
    """Expression of addresses that articles have."""

    reports: regex.Pattern[str] | None = None
    """Addresses at which only annual reports lie."""

    def matches(self, page: Page) -> bool:
        """Always: it is the last to be asked."""
        del page
        return True

    def starts(self, site: Site) -> tuple[Ask, ...]:
        """The lists of the source's table."""
        return tuple(Ask(url) for url in site.lists)

    def listing(self, page: Page, site: Site) -> Listing:
        """What the page lists."""
        return self.listed(Markup.of(page), site)

    def listed(self, markup: Markup, site: Site) -> Listing:
        """What the page lists; families that know more override this."""
        return listing_or_report(markup, site, self.reports)

    def detail(self, page: Page, site: Site) -> Detail:
        """What the page leads to; one that prints no report and leads to several of them turned out to be a list."""
        markup = Markup.of(page)
        found = self.parts(markup, site)
        if (
            self.is_article(markup)
            or found.attachments
            or found.images
            or found.further
            or is_report(markup)
            or says_much(markup)
        ):
            return found
        listed = self.listed(markup, site)
        return replace(found, listing=listed) if self._is_list(markup, listed, site) else found

    def parts(self, markup: Markup, site: Site) -> Detail:
        """What a report's page leads to; families that know more override this."""
        return detail_of(markup, site)

    def is_article(self, markup: Markup) -> bool:
        """Whether the address is that of an article, which is never a list."""
        return bool(self.article and regex.search(self.article, markup.url))

    def _is_list(self, markup: Markup, listed: Listing, site: Site) -> bool:
        """Several reports of one year, or of any if the page is not called by a report's title; or data of the family's own.

        A page whose text cannot be seen (a script draws it) may still list other years' reports beside it.
        """
        named = judge(markup.title.partition("_")[0])
        alike = [link for link in listed.reports if named.kind is not Kind.REPORT or link.year == named.year]
        return len(alike) >= _SEVERAL or bool(set(listed.further) - set(listing_of(markup, site, self.reports).further))


_SEVERAL = 2
