"""The real thing behind the seam: sites of TOML tables, crawled by Scrapy into an archive, taken in crawl by crawl."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from collect.archive.archive import Archive
from collect.archive.model import CrawlFacts
from collect.crawl.model import Event, SiteResult
from collect.crawl.run import crawl
from collect.limits import limits_of
from collect.sites.load import load_sites
from collect.sites.model import Site
from nianbao.counts import Summary
from nianbao.crawled import ingest_crawl, pending
from nianbao.nightly.config import NightConfig
from nianbao.nightly.doors import Clock, Tell
from nianbao.workers import hired
from store.load import Store


class Web:
    """See ``nianbao.nightly.doors.Collecting``."""

    def __init__(self, config: NightConfig) -> None:
        self._config = config

    def sites(self) -> tuple[Site, ...]:
        """The sources of the folder."""
        return load_sites(self._config.sources)

    def crawls(self) -> tuple[CrawlFacts, ...]:
        """Every crawl of the archive."""
        with self._archive() as archive:
            return archive.crawls() if archive else ()

    def results(self) -> tuple[SiteResult, ...]:
        """What the archive keeps of them."""
        with self._archive() as archive:
            return archive.results() if archive else ()

    def addresses(self, crawl: int) -> Mapping[str, str]:
        """Of the captures of a crawl."""
        with self._archive() as archive:
            return {capture.url: capture.site for capture in archive.captures(crawl)} if archive else {}

    def pending(self, store: Store) -> tuple[int, ...]:
        """What the database's own runs do not name."""
        with self._archive() as archive:
            return tuple(each.number for each in pending(archive, store)) if archive else ()

    def crawl(self, sites: Sequence[Site], clock: Clock, tell: Tell) -> tuple[SiteResult, ...]:
        """By ``collect.crawl``."""
        with Archive.open(self._config.archive, create=True) as archive:
            return crawl(sites, archive, now=clock, politeness=self._config.crawl, tell=_telling(tell))

    def take_in(self, crawl: int, store: Store, tell: Tell) -> Summary:
        """One crawl as one run."""
        with Archive.open(self._config.archive) as archive, hired(self._config.workers) as crew:
            progress = lambda name: tell({"event": "document", "document": name})  # noqa: E731
            limits = limits_of(self._config.limits)
            return ingest_crawl(archive, crawl, store, crew=crew, limits=limits, progress=progress).summary

    @contextmanager
    def _archive(self) -> Iterator[Archive | None]:
        """The archive; None where nothing was ever crawled."""
        root = self._config.archive
        if not root.is_dir() or not any(root.iterdir()):
            yield None
            return
        with Archive.open(root) as archive:
            yield archive


_TOLD = frozenset({"error", "warning", "failed", "refused"})
"""Of a crawl's events; the archive has the others, in full."""


def _telling(tell: Tell) -> Callable[[Event], None]:
    def hear(event: Event) -> None:
        if event.what in _TOLD:
            said = {"event": f"crawl.{event.what}", "source": event.site, "document": event.url, "reason": event.reason}
            tell({name: value for name, value in said.items() if value} | dict(event.facts))

    return hear
