"""What the night asks of ``collect`` and of the batch: one seam, so that tests can put a scripted crawl in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from collect.archive.model import CrawlFacts
from collect.crawl.model import SiteResult
from collect.sites.model import Site
from nianbao.counts import Summary
from store.load import Store

Clock = Callable[[], datetime]
"""Gives the time: aware, UTC."""
Tell = Callable[[Mapping[str, object]], None]
"""Takes what is to be logged."""


class Collecting(Protocol):
    """Sites, their archive, and the way from there into a database."""

    def sites(self) -> tuple[Site, ...]:
        """The sources.

        Raises:
            ConfigurationError: a table of theirs says something that does not fit.
        """

    def crawls(self) -> tuple[CrawlFacts, ...]:
        """Every crawl there was, in order; nothing where there is no archive yet."""

    def results(self) -> tuple[SiteResult, ...]:
        """What every crawl said of each of its sources."""

    def addresses(self, crawl: int) -> Mapping[str, str]:
        """The source of each address that was asked in a crawl."""

    def pending(self, store: Store) -> tuple[int, ...]:
        """Numbers of the finished crawls that a database has not taken in, in order."""

    def crawl(self, sites: Sequence[Site], clock: Clock, tell: Tell) -> tuple[SiteResult, ...]:
        """Goes through these sources, or on with the crawl that was broken off."""

    def take_in(self, crawl: int, store: Store, tell: Tell) -> Summary:
        """Takes what a crawl met into a database, what is known passed over, and notes its checks of the sources."""
