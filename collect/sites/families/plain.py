"""Any site: lists and paging by the words of links. Every family falls back on it."""

from __future__ import annotations

from dataclasses import replace

from collect.sites.details import detail_of
from collect.sites.lists import listing_of, listing_or_report
from collect.sites.markup import Markup
from collect.sites.model import Ask, Detail, Listing, Page, Site
from collect.sites.reports import is_report


class Plain:
    """Lists with relative links, 下一页 and page numbers."""

    name = "plain"

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
        return listing_or_report(markup, site)

    def detail(self, page: Page, site: Site) -> Detail:
        """What the page leads to; a page that lists several reports and prints none turned out to be a list."""
        markup = Markup.of(page)
        found = self.parts(markup, site)
        if found.further or is_report(markup) or found.attachments or found.images:
            return found
        listed = self.listed(markup, site)
        return replace(found, listing=listed) if len(listed.reports) >= _SEVERAL or self.is_list(markup, site) else found

    def parts(self, markup: Markup, site: Site) -> Detail:
        """What a report's page leads to; families that know more override this."""
        return detail_of(markup, site)

    def is_list(self, markup: Markup, site: Site) -> bool:
        """Whether the page is a list although it names fewer than several reports."""
        return bool(listing_of(markup, site).further) and not is_report(markup)


_SEVERAL = 2
