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
    """Addresses of documents that a crawl found gone, and no crawl before it had since they were last met.

    Only a source that was gone through to its end says so: of an address that said for certain that nothing lies there, and
    of one that was not met at all. An address that was met and said nothing certain (an error, a challenge) is not gone,
    unless the crawl itself names it as vanished.
    """
    return tuple(sorted(_Absences(archive, crawl).found()))


def _is_document(capture: Capture) -> bool:
    return capture.role.is_document and bool(capture.sha256)


class _Absences:
    def __init__(self, archive: Archive, crawl: int) -> None:
        self._archive = archive
        self._crawl = crawl
        self._complete: dict[str, dict[int, frozenset[str]]] = defaultdict(dict)
        """Of each source the crawls that went through all of it, and what they name as vanished."""
        for result in archive.results():
            if result.is_complete and result.crawl <= crawl:
                self._complete[result.site][result.crawl] = frozenset(result.vanished)

    def found(self) -> Iterator[str]:
        met = {capture.name for capture in self._archive.settled(self._crawl) if _is_document(capture)}
        for capture in self._archive.last_documents(before=self._crawl):
            if capture.name not in met and self._is_news(capture):
                yield capture.url

    def _is_news(self, last: Capture) -> bool:
        """Whether this crawl is the first to find gone what was last met then."""
        for crawl, vanished in sorted(self._complete[last.site].items()):
            if crawl > last.crawl and self._is_gone(last, crawl, vanished):
                return crawl == self._crawl
        return False

    def _is_gone(self, last: Capture, crawl: int, vanished: frozenset[str]) -> bool:
        if last.url in vanished:
            return True
        answer = self._archive.answer_in(crawl, last.name)
        return answer is None or (answer.settles and not answer.sha256)
