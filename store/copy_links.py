"""From texts that are alike to the few links that say so: at most two a section, however many print one text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from store.copy_prose import Author, SectionKey

_NEIGHBOURS = 8
"""Texts like a given one in which another agency is looked for, the most alike first."""
_LOOKED_AT = 64
"""Sections of one text that are looked at for it: the earliest ones."""


@dataclass(frozen=True, slots=True)
class Member:
    """A section that prints a text."""

    author: Author
    ordinal: int
    number: int
    """Official chapter."""

    @property
    def key(self) -> SectionKey:
        """Its report and its place there."""
        return self.author.report_id, self.ordinal

    @property
    def rank(self) -> tuple[tuple[int, str, str, str, int], int]:
        """Its place in time."""
        return self.author.rank, self.ordinal


@dataclass(frozen=True, slots=True)
class Link:
    """A section and an earlier one with the same text."""

    later: Member
    earlier: Member
    kind: str
    """``agencies`` or ``years``."""
    similarity: float
    """Jaccard, exact."""


Alike = Mapping[int, Mapping[int, float]]
"""By text, the texts like it and how much."""


def links_of(cluster: Sequence[int], members: Sequence[Sequence[Member]], alike: Alike) -> Iterator[Link]:
    """The links of the texts of a cluster.

    ``agencies``: from each section to the earliest one of another agency with the text that is most like its own, where that
    is earlier. ``years``: to the latest one of an earlier year of its own agency.
    """
    own = _by_agency(cluster, members)
    for text in cluster:
        like = alike.get(text, {})
        near = sorted(like.items(), key=lambda item: (-item[1], members[item[0]][0].rank))[:_NEIGHBOURS]
        for member in members[text]:
            yield from _to_another(member, ((text, 1.0), *near), members)
            yield from _to_past(member, text, own.get(member.author.identity, ()), like)


def _to_another(member: Member, texts: Sequence[tuple[int, float]], members: Sequence[Sequence[Member]]) -> Iterator[Link]:
    for text, similarity in texts:
        for each in members[text][:_LOOKED_AT]:
            if each.rank >= member.rank:
                break
            if each.author.is_other(member.author):
                yield Link(member, each, "agencies", similarity)
                return


def _by_agency(cluster: Sequence[int], members: Sequence[Sequence[Member]]) -> dict[int | str, list[tuple[Member, int]]]:
    """The sections of a cluster, with their texts, by agency; only of agencies that are known for certain."""
    found: dict[int | str, list[tuple[Member, int]]] = {}
    for text in cluster:
        for member in members[text]:
            if member.author.settled:
                found.setdefault(member.author.identity, []).append((member, text))
    return found


def _to_past(member: Member, text: int, own: Sequence[tuple[Member, int]], like: Mapping[int, float]) -> Iterator[Link]:
    """To the latest year before the member's; there to the most similar section, the same chapter first."""
    year = member.author.year or 0
    before = [
        (each.author.year or 0, 1.0 if of == text else like[of], each.number == member.number, each.rank, each)
        for each, of in own
        if (each.author.year or 0) < year and (of == text or of in like)
    ]
    if before:
        _, similarity, _, _, each = max(before, key=lambda item: item[:4])
        yield Link(member, each, "years", similarity)
