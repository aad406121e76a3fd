"""Sections of different reports that print the same text, over the whole store.

Made anew each time: a clause that one more city prints may stop being evidence anywhere, so what was found before cannot
just be added to. Everything is decided by the content of the reports, nothing by the order of loading. docs/copies.md
says what counts as evidence; nothing here says who took from whom.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, func, select

from normalize.passages import clauses_of, compare
from store.bulk import batched, insert_rows
from store.common_text import Common, common_text
from store.copy_links import Link, Member, links_of
from store.copy_prose import Author, authors, read_sections, texts_of
from store.load import Store
from store.schema import copy_cluster, copy_member, copy_pair, copy_search, document, run
from store.sketches import Groups, Hashes, Pairs, Signatures, agreement, candidates, runs_of, shingles, signatures, similarity

VERSION = "1"
"""Of the method; another one finds other things."""
LEAST = 0.5
"""Similarity from which two sections print the same text: two thirds of each, if they are equally long."""
LEAST_SHINGLES = 50
"""A section with fewer of its own is too short to tell anything."""
_DOUBT = 0.12
"""How far a sketch may err: three standard deviations of 128 numbers at 0.5 are 0.13."""
_LOOKED_AT = 16
"""Agencies of a cluster that are asked whether two of them are certainly different."""
_VERIFIED_AT_ONCE = 10_000
_PAIRS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found."""

    reports: int
    sections: int
    compared: int
    examined: int
    """Pairs of texts that were compared exactly."""
    common_clauses: int
    common_sentences: int
    clusters: int
    members: int
    between_agencies: int
    between_years: int


@dataclass(frozen=True, slots=True)
class _Texts:
    """Distinct texts in the order of their digests, so that no order of loading shows, and the sections that print them."""

    sketches: Signatures
    members: list[list[Member]]
    """By text; each text's in the order of time."""


def is_outdated(store: Store) -> bool:
    """Whether a document was loaded or read again since the last search, or there was none."""
    with store.reading() as connection:
        searched = connection.scalar(select(copy_search.c.last_run).where(copy_search.c.version == VERSION))
        changed = connection.scalar(select(func.max(document.c.last_run)))
    return changed is not None and (searched is None or changed > searched)


def find_copies(store: Store) -> Found:
    """Search the current reports, and put what is found in the place of what was found before.

    Time and memory grow with the number of sections, also where thousands print one text.
    """
    with store.reading() as connection:
        last_run = connection.scalar(select(func.max(run.c.id))) or 0
        who = authors(connection)
        common, reports, sections = common_text(connection, who)
        texts = _sketch(connection, who, common)
        alike, examined = _verified(connection, texts, common)
        clusters = _clusters(texts, alike)
        links = [link for cluster in clusters for link in links_of(cluster, texts.members, alike)]
        pairs = list(_pair_rows(connection, links, common))
    compared = sum(map(len, texts.members))
    state = (1, VERSION, last_run, reports, sections, compared, len(common.clauses), len(common.sentences))
    members = [sorted((m for text in cluster for m in texts.members[text]), key=lambda m: m.rank) for cluster in clusters]
    with store.writing() as connection:
        _write(connection, state, members, pairs)
    kinds = [row[2] for row in pairs]
    counts = (len(clusters), sum(map(len, members)), kinds.count("agencies"), kinds.count("years"))
    return Found(reports, sections, compared, examined, len(common.clauses), len(common.sentences), *counts)


def _sketch(connection: Connection, who: Mapping[int, Author], common: Common) -> _Texts:
    """The sketch of every distinct text that says enough of its own."""
    members: dict[bytes, list[Member]] = {}
    made: dict[bytes, Any] = {}
    for rows in read_sections(connection, who):
        new: dict[bytes, str] = {}
        for row in rows:
            author = who[row.report_id]
            text = runs_of(common.own(row.text, author))
            if len(text) < LEAST_SHINGLES:
                continue
            digest = blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()
            if digest not in members:
                members[digest], new[digest] = [], text
            members[digest].append(Member(author, row.ordinal, row.number))
        made |= _sketches(new)
    digests = sorted(made)
    sketches = np.stack([made.pop(digest) for digest in digests]) if digests else np.empty((0, 0), dtype=np.uint32)
    return _Texts(sketches, [sorted(members[digest], key=lambda member: member.rank) for digest in digests])


def _sketches(texts: Mapping[bytes, str]) -> dict[bytes, Any]:
    """The sketches of those that have enough shingles left without the form's fixed text."""
    hashes, starts = shingles(list(texts.values()))
    lengths = np.diff(starts)
    enough = lengths >= LEAST_SHINGLES
    if not enough.any():
        return {}
    rows = signatures(hashes[np.repeat(enough, lengths)], np.concatenate(([0], np.cumsum(lengths[enough]))))
    return dict(zip((digest for digest, is_enough in zip(texts, enough, strict=True) if is_enough), rows, strict=True))


def _verified(connection: Connection, texts: _Texts, common: Common) -> tuple[dict[int, dict[int, float]], int]:
    """Which texts are alike, and how much exactly; and how many pairs were looked up in the prose for that."""
    years = _neighbouring_years(texts)
    likely = agreement(texts.sketches, years[:, 0], years[:, 1]) >= LEAST - _DOUBT
    pairs = np.unique(np.concatenate((candidates(texts.sketches, LEAST - _DOUBT), years[likely])), axis=0)
    alike: dict[int, dict[int, float]] = defaultdict(dict)
    for start in range(0, len(pairs), _VERIFIED_AT_ONCE):
        some = pairs[start : start + _VERIFIED_AT_ONCE]
        sets = _shingle_sets(connection, np.unique(some).tolist(), texts, common)
        for one, other in some.tolist():
            alikeness = similarity(sets[one], sets[other])
            if alikeness >= LEAST:
                alike[one][other] = alike[other][one] = alikeness
    return alike, len(pairs)


def _neighbouring_years(texts: _Texts) -> Pairs:
    """Pairs of texts that one agency prints in one chapter in two years that follow one another: each is looked at."""
    printed: dict[tuple[int | str, int], list[tuple[int, int]]] = defaultdict(list)
    for text, members in enumerate(texts.members):
        for member in members:
            if member.author.settled:
                printed[member.author.identity, member.number].append((member.author.year or 0, text))
    pairs = {
        (min(text, other), max(text, other))
        for found in printed.values()
        for (year, text), (later, other) in pairwise(sorted(found))
        if year != later and text != other
    }
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _shingle_sets(connection: Connection, wanted: Sequence[int], texts: _Texts, common: Common) -> dict[int, Hashes]:
    """The shingles of texts, sorted, each once."""
    first = {text: texts.members[text][0] for text in wanted}
    printed = texts_of(connection, (member.key for member in first.values()))
    masked = [runs_of(common.own(printed[member.key], member.author)) for member in first.values()]
    hashes, starts = shingles(masked)
    return {text: np.unique(hashes[start:end]) for text, start, end in zip(wanted, starts, starts[1:], strict=False)}


def _clusters(texts: _Texts, alike: Mapping[int, Mapping[int, float]]) -> list[list[int]]:
    """The texts of each cluster that has sections of two reports, in the order of their first sections."""
    groups = Groups(len(texts.members))
    for text, others in alike.items():
        for other in others:
            groups.join(text, other)
    found: dict[int, list[int]] = defaultdict(list)
    for text in range(len(texts.members)):
        found[groups.find(text)].append(text)
    several = [cluster for cluster in found.values() if _is_of_several_reports(cluster, texts.members)]
    return sorted(several, key=lambda cluster: min(texts.members[text][0].rank for text in cluster))


def _is_of_several_reports(cluster: Sequence[int], members: Sequence[Sequence[Member]]) -> bool:
    """Whether a cluster has two reports that are not editions of one: of two years, or of two agencies for certain."""
    authors_ = {member.author.identity: member.author for text in cluster for member in members[text]}
    if len({member.author.year for text in cluster for member in members[text]}) > 1:
        return True
    some = list(authors_.values())[:_LOOKED_AT]
    return any(one.is_other(other) for one, other in combinations(some, 2))


def _pair_rows(connection: Connection, links: Sequence[Link], common: Common) -> Iterator[tuple[Any, ...]]:
    """The rows of ``copy_pair``."""
    for some in batched(links, _PAIRS_AT_ONCE):
        members = {member.key: member for link in some for member in (link.later, link.earlier)}
        printed = texts_of(connection, members)
        clauses = {key: clauses_of(printed[key], member.author.names, common.among) for key, member in members.items()}
        for link in some:
            later, earlier = link.later.key, link.earlier.key
            said = compare(clauses[later], clauses[earlier], show=False)
            yield (*later, link.kind, *earlier, round(link.similarity, 4), said.shared, said.numbers, said.numbers_same)


def _write(
    connection: Connection, state: tuple[Any, ...], clusters: Sequence[Sequence[Member]], pairs: Sequence[tuple[Any, ...]]
) -> None:
    for table in (copy_pair, copy_member, copy_cluster, copy_search):
        connection.execute(delete(table))
    insert_rows(connection, "copy_search", [column.name for column in copy_search.columns], [state])
    rows = [_cluster_row(number, members) for number, members in enumerate(clusters, 1)]
    insert_rows(connection, "copy_cluster", [column.name for column in copy_cluster.columns], rows)
    belongs = [(*member.key, number) for number, members in enumerate(clusters, 1) for member in members]
    insert_rows(connection, "copy_member", [column.name for column in copy_member.columns], belongs)
    insert_rows(connection, "copy_pair", [column.name for column in copy_pair.columns], pairs)


def _cluster_row(number: int, members: Sequence[Member]) -> tuple[Any, ...]:
    years = [member.author.year for member in members if member.author.year is not None]
    agencies = len({member.author.identity for member in members})
    places = len({member.author.place for member in members})
    span = (min(years, default=None), max(years, default=None))
    return (number, *members[0].key, len(members), agencies, places, *span)
