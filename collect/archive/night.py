"""What one crawl says of the documents: those it met, and those that are gone since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from collect.archive.archive import Archive
from collect.archive.contents import as_file
from collect.archive.model import Capture
from collect.model import FoundFile


def documents(archive: Archive, crawl: int) -> Iterator[FoundFile]:
    """The documents that a crawl met where they lie, unchanged ones included, by name.

    By name, not in the order they were asked for: a crawl that was interrupted and gone on with is to give the same.
    """
    for capture in archive.settled(crawl):
        if _is_document(capture):
            yield as_file(archive, capture)


def gone(archive: Archive, crawl: int) -> tuple[str, ...]:
    """Addresses of documents that are gone, each named by one crawl only: the first that may say so.

    Gone is what said for certain that nothing lies there any more (``Capture.settles``), or what a crawl names as vanished.
    Only a crawl that went through all of the document's source may say so, be it one that came later. An address that was not
    asked for is not gone, nor is one that gave an error or a challenge.
    """
    complete: dict[str, list[int]] = defaultdict(list)
    since: dict[str, tuple[str, int]] = {url: (site, first) for url, site, first in archive.departures(crawl)}
    lasts = {capture.url: capture for capture in archive.last_documents(crawl)}
    for result in archive.results():
        if not result.is_complete or result.crawl > crawl:
            continue
        complete[result.site].append(result.crawl)
        for url in result.vanished:
            last = lasts.get(url)
            if last is not None and last.crawl < result.crawl:
                since[url] = min(since.get(url, (last.site, result.crawl)), (last.site, result.crawl))
    return tuple(sorted(url for url, (site, first) in since.items() if crawl == _first(complete[site], first)))


def _first(crawls: list[int], since: int) -> int | None:
    return min((number for number in crawls if number >= since), default=None)


def _is_document(capture: Capture) -> bool:
    return capture.role.is_document and bool(capture.sha256)
