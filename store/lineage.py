"""How the documents of one report follow each other: which one counts, and which replaced which. Pure.

The rules are stated in docs/time.md. Nothing depends on the order in which documents were loaded, nor on the numbers the
database gave them: documents of one run are put in order by their stated date, their path and their content.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from normalize.authority.hosts import Standing
from store.changes import Changes, Content, agree, changes

CERTAIN = frozenset({"verified", "inconsistent"})


@dataclass(frozen=True, slots=True)
class Stay:
    """A time during which a path held a document. Runs are numbered in the order of time."""

    path: str
    document_id: int
    first: int
    current: bool = True
    """Whether it holds it still. Two contents may be found at a path in one run: this one came last."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One document's print of the report."""

    report_id: int
    document_id: int
    sha256: str
    media_type: str
    reader: str
    published: str
    """ISO date where stated."""
    verdict: str
    cells_found: int
    standing: Standing
    stays: tuple[Stay, ...]
    content: Content = field(repr=False)

    @property
    def first(self) -> int:
        """The run that first found it anywhere."""
        return min((stay.first for stay in self.stays), default=0)

    @property
    def path(self) -> str:
        """The path that stands for it: the least of those it was first found at."""
        return min((stay.path for stay in self.stays if stay.first == self.first), default="")

    @property
    def order(self) -> tuple[object, ...]:
        """Where it stands among the others: first by what was seen first."""
        return (self.first, self.published, self.path, self.sha256)

    @property
    def certainty(self) -> tuple[bool, int]:
        """How well it was read."""
        return (self.verdict in CERTAIN, self.cells_found)


@dataclass(frozen=True, slots=True)
class Succession:
    """A document that replaced another."""

    old: Edition
    new: Edition
    run: int
    same_path: bool
    path: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class Tenure:
    """A time during which a document's report was the one that counts."""

    edition: Edition
    first: int
    until: int | None


@dataclass(frozen=True, slots=True)
class Lineage:
    """What became of one report's documents."""

    current: Edition
    relations: Mapping[int, str]
    """By report number, for all but the current: ``earlier``, ``edition``, ``mirror`` or ``copy`` of the current one."""
    successions: tuple[Succession, ...]
    tenures: tuple[Tenure, ...]


def lineage(editions: Sequence[Edition], stays: Sequence[Stay]) -> Lineage:
    """How the editions of one report, one a document, follow each other.

    ``stays`` are all at the editions' paths, also of other documents.
    """
    return _Arrangement(editions, stays).lineage()


class _Arrangement:
    def __init__(self, editions: Sequence[Edition], stays: Sequence[Stay]) -> None:
        self._editions = sorted(editions, key=lambda each: each.order)
        self._held: dict[str, list[Stay]] = {}
        for stay in sorted(stays, key=lambda each: (each.first, each.current)):
            self._held.setdefault(stay.path, []).append(stay)
        self._agreed: dict[tuple[int, int], bool] = {}

    def lineage(self) -> Lineage:
        tenures = tuple(self._tenures())
        current = tenures[-1].edition
        others = [each for each in self._editions if each is not current]
        return Lineage(
            current,
            {each.report_id: self._relation(each, current) for each in others},
            tuple(self._successions()),
            tenures,
        )

    def _tenures(self) -> Iterator[Tenure]:
        runs = sorted({stay.first for held in self._held.values() for stay in held} | {each.first for each in self._editions})
        standing: tuple[Edition, int] | None = None
        for run in runs:
            chosen = self._chosen(run)
            if chosen is None or (standing and standing[0] is chosen):
                continue
            if standing:
                yield Tenure(*standing, run)
            standing = (chosen, run)
        if standing:
            yield Tenure(*standing, None)

    def _chosen(self, run: int) -> Edition | None:
        """The edition that counts after a run.

        What lies at its path comes before what was replaced there, a stranger's site after all others, figures before mere
        prose; then the latest version, and of its editions the one that was read best, on the agency's own site if it can be.
        """
        found = [(self._arrival(each, run), each) for each in self._editions if each.first <= run]
        if not found:
            return None

        def rank(arrival: int | None, each: Edition) -> tuple[bool, bool, bool]:
            return (arrival is not None, each.standing is not Standing.FOREIGN, each.cells_found > 0)

        best = max(rank(arrival, each) for arrival, each in found)
        left = [(arrival or each.first, each) for arrival, each in found if rank(arrival, each) == best]
        left.sort(key=lambda pair: (pair[0], *pair[1].order))
        chosen = left[0][1]
        for _, each in left[1:]:
            if not self._agree(chosen, each) or _weight(each) > _weight(chosen):
                chosen = each
        return chosen

    def _arrival(self, edition: Edition, run: int) -> int | None:
        """Since when it lies where it lies after a run; None where other documents have taken its places."""
        arrivals = []
        for path in {stay.path for stay in edition.stays}:
            last = next((stay for stay in reversed(self._held.get(path, ())) if stay.first <= run), None)
            if last is not None and last.document_id == edition.document_id:
                arrivals.append(last.first)
        return min(arrivals, default=None)

    @cached_property
    def _end(self) -> int:
        return max((stay.first for held in self._held.values() for stay in held), default=0)

    def _relation(self, edition: Edition, current: Edition) -> str:
        agrees = self._agree(current, edition)
        if edition.standing is Standing.FOREIGN and current.standing is not Standing.FOREIGN:
            return "copy"
        if not agrees or (self._arrival(edition, self._end) is None and self._replaced_in(edition, current)):
            return "earlier"
        return "mirror" if any(self._mirrors(edition, each, current) for each in self._editions) else "edition"

    def _mirrors(self, edition: Edition, other: Edition, current: Edition) -> bool:
        """Whether the other is of the same format and version, and comes first: of several the first is the edition."""
        if other is edition or other.media_type != edition.media_type or not self._agree(edition, other):
            return False
        return other is current or (other.order < edition.order and self._agree(current, other))

    def _replaced_in(self, edition: Edition, current: Edition) -> bool:
        """Whether the one took the other's place at a path."""
        return bool({stay.path for stay in edition.stays} & {stay.path for stay in current.stays})

    def _agree(self, one: Edition, other: Edition) -> bool:
        key = (min(one.report_id, other.report_id), max(one.report_id, other.report_id))
        if key not in self._agreed:
            same_format = one.media_type == other.media_type
            self._agreed[key] = agree(one.content, other.content, same_format=same_format)
        return self._agreed[key]

    def _successions(self) -> list[Succession]:
        found = [*self._in_place(), *self._elsewhere()]
        alike: dict[tuple[int, int, int], Succession] = {}
        for each in sorted(found, key=lambda each: (each.run, not each.same_path, each.path, each.new.order, each.old.order)):
            alike.setdefault((each.old.report_id, each.new.report_id, each.run), each)
        return list(alike.values())

    def _in_place(self) -> Iterator[Succession]:
        """Where one document took another's place at a path."""
        by_document = {each.document_id: each for each in self._editions}
        for path, held in self._held.items():
            for before, after in itertools.pairwise(held):
                old, new = by_document.get(before.document_id), by_document.get(after.document_id)
                if old is not None and new is not None and old is not new:
                    yield _succession(old, new, after.first, path, same_path=True)

    def _elsewhere(self) -> Iterator[Succession]:
        """Where another version appeared at another path; what strangers' sites print is no version of the agency's."""
        came_in_place = {(each.new.report_id, each.run) for each in self._in_place()}
        versions: list[Edition] = []
        for each in self._editions:
            known = next((version for version in reversed(versions) if self._agree(version, each)), None)
            if known is not None:
                if _weight(each) > _weight(known):  # the version is the agency's; what is read better tells others apart better
                    versions[versions.index(known)] = each
                continue
            foreign = each.standing is Standing.FOREIGN
            peers = [version for version in versions if (version.standing is Standing.FOREIGN) is foreign]
            if peers and (each.report_id, each.first) not in came_in_place:
                old = peers[-1]
                yield _succession(old, each, each.first, each.path, same_path=False)
            if peers or not foreign or not versions:
                versions.append(each)


def _weight(edition: Edition) -> tuple[bool, tuple[bool, int], Standing]:
    """Which of two editions better stands for their version."""
    return (edition.standing is not Standing.FOREIGN, edition.certainty, edition.standing)


def _succession(old: Edition, new: Edition, run: int, path: str, *, same_path: bool) -> Succession:
    found = changes(old.content, new.content, same_format=old.media_type == new.media_type)
    return Succession(old, new, run, same_path, path, found)
