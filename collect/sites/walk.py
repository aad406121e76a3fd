"""A walk over one source's lists: what was met, what is new, and when to stop. It keeps count so that families need not."""

from __future__ import annotations

from collections.abc import Iterable

from collect.sites.load import is_allowed
from collect.sites.model import Ask, Link, Listing, Site

MAX_ASKS = 1000
"""Pages of lists in one walk. A county of sixty offices with a column each stays far below it."""


class Walk:
    """Decides which asks and links of each listing are still to be followed.

    A page that links to nothing that an earlier page did not is the end of its list: sites answer any page number with the last
    page, or with the first. So loops end, and so does paging without end; ``MAX_ASKS`` ends what makes up new links for ever.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._asked: set[tuple[str, str, str]] = set()
        self._links: dict[str, Link] = {}
        self._entries: set[str] = set()
        self._pages = 0

    def take(self, asks: Iterable[Ask]) -> tuple[Ask, ...]:
        """Those that were not asked before and may be; they count as asked from now on."""
        fresh: list[Ask] = []
        for ask in asks:
            question = (ask.method, ask.url, ask.body)
            if question not in self._asked and self._pages < MAX_ASKS and is_allowed(ask.url, self._site):
                self._asked.add(question)
                self._pages += 1
                fresh.append(ask)
        return tuple(fresh)

    def heard(self, listing: Listing) -> tuple[tuple[Link, ...], tuple[Ask, ...]]:
        """The links to follow and the pages to ask, both for the first time."""
        links = [link for link in listing.reports if link.url not in self._links and is_allowed(link.url, self._site)]
        self._links.update((link.url, link) for link in links)
        met = {*listing.entries, *(link.url for link in listing.reports)}
        is_new = not met or not met <= self._entries
        self._entries |= met
        return tuple(links), self.take(listing.further) if is_new else ()

    @property
    def links(self) -> tuple[Link, ...]:
        """Every link to a report met so far, in order."""
        return tuple(self._links.values())
