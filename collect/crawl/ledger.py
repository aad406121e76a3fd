"""What a crawl did, source by source: counted while it runs, and in the end told from the archive."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus

from collect.archive.model import Capture, Role
from collect.crawl.model import CrawlArchive, Event, SiteResult
from collect.sites.trouble import Kind

_DOCUMENTS = frozenset(role.value for role in Role if role.is_document)
_GUARDS = frozenset({Kind.CHALLENGE.value, Kind.LOGIN.value, Kind.BLOCKED.value, Kind.MAINTENANCE.value})
_TOLD = 3
"""Errors of a source that are written out."""


class Ledger:
    """Counts events, and makes the results.

    What is new, changed and vanished is told from the archive alone, by comparing it before and after: a crawl that was killed
    and gone on with says the same as one that was not.
    """

    def __init__(self, archive: CrawlArchive, crawl: int) -> None:
        self._archive = archive
        self._crawl = crawl
        self._requests: Counter[str] = Counter()
        self._not_modified: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        self._refused: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._errors: defaultdict[str, list[str]] = defaultdict(list)
        self._met: defaultdict[str, list[str]] = defaultdict(list)
        for capture in archive.captures(crawl):  # of a run that was interrupted
            self._requests[capture.site] += 1
            self._not_modified[capture.site] += capture.status == HTTPStatus.NOT_MODIFIED
            if capture.role.is_document:
                self._met[capture.site].append(capture.url)
                self._kept[capture.site] += 1
        self._known: defaultdict[str, dict[str, Capture]] = _by_site(archive.live(crawl - 1) if crawl > 1 else ())

    @property
    def asked(self) -> dict[str, int]:
        """Questions to each source so far."""
        return dict(self._requests)

    def known(self, site: str) -> tuple[Capture, ...]:
        """The source's documents before the crawl."""
        return tuple(self._known[site].values())

    def met(self, site: str) -> tuple[str, ...]:
        """Addresses of the source's documents that the crawl had captured when it was interrupted."""
        return tuple(self._met[site])

    def note(self, event: Event) -> None:
        """Count an event."""
        if event.what == "asked":
            self._requests[event.site] += 1
            self._not_modified[event.site] += event.facts.get("status") == HTTPStatus.NOT_MODIFIED
        elif event.what == "kept":
            self._kept[event.site] += event.facts.get("role") in _DOCUMENTS
        elif event.what == "refused":
            self._refused[event.site][event.url] = event.reason
        elif event.what == "error" and event.reason not in self._errors[event.site]:
            self._errors[event.site].append(event.reason)

    def results(self, sites: Iterable[str], started: datetime, finished: datetime) -> tuple[SiteResult, ...]:
        """What became of each source."""
        live = _by_site(self._archive.live(self._crawl))
        return tuple(self._result(site, live[site], started, finished) for site in sites)

    def _result(self, site: str, live: dict[str, Capture], started: datetime, finished: datetime) -> SiteResult:
        known = self._known[site]
        refused = dict(sorted(Counter(self._refused[site].values()).items()))
        errors = [*self._errors[site]]
        if not self._kept[site] and not _GUARDS.isdisjoint(refused):
            errors.append("the site refuses us: " + ", ".join(f"{count} {reason}" for reason, count in refused.items()))
        more = f" (and {len(errors) - _TOLD} more)" if len(errors) > _TOLD else ""
        return SiteResult(
            site,
            self._crawl,
            started,
            finished,
            self._requests[site],
            self._not_modified[site],
            len(live),
            tuple(sorted(live.keys() - known.keys())),
            tuple(sorted(url for url in live.keys() & known.keys() if live[url].sha256 != known[url].sha256)),
            tuple(sorted(url for url in known.keys() - live.keys() if self._is_gone(url))),
            refused,
            "; ".join(errors[:_TOLD]) + more,
        )

    def _is_gone(self, url: str) -> bool:
        """Whether nothing lies there any more, nor does the address lead to where it lies now."""
        last = self._archive.last(url)
        return last is not None and last.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


def _by_site(captures: Iterable[Capture]) -> defaultdict[str, dict[str, Capture]]:
    found: defaultdict[str, dict[str, Capture]] = defaultdict(dict)
    for capture in captures:
        found[capture.site][capture.url] = capture
    return found
