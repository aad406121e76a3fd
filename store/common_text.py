"""What everybody writes: clauses and sentences that carry no evidence of copying, found by counting over the whole store.

Two rules beside the list of the form's fixed text. A *clause* that reports of eight cities print is nobody's own. And a
*sentence* of eight agencies is nobody's own if it stands beside something else at nearly each of them: that is a phrase at
hand, where a text that is handed on brings its neighbours along. So the text that one city prescribes to its fifty bureaus
stays evidence, also in a store of that one city.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from normalize.clauses import is_stock, masked_sentences
from store.copy_prose import Author, read_sections

LEAST_PLACES = 8
"""A clause of reports of so many cities says nothing about where a text is from."""
LEAST_AGENCIES = 8
"""A sentence of so many agencies may be a phrase that is at hand for everybody."""
LEAST_CONTEXTS = 0.5
"""It is one, if for so many of them what stands before and what stands behind is not what others have there."""
_EDGE = 0
"""Hash of the sentence before the first and behind the last."""
_MERGE = 2_000_000
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Common:
    """The clauses and sentences that are nobody's own, by hash."""

    clauses: frozenset[int]
    sentences: frozenset[int]

    def own(self, text: str, author: Author) -> list[str]:
        """The masked clauses of a section; an empty one stands for each that is common."""
        sentences = masked_sentences(text, author.names)
        return ["" if common else c for clauses in sentences for c, common in zip(clauses, self.among(clauses), strict=True)]

    def among(self, sentence: Sequence[str]) -> list[bool]:
        """Which of the masked clauses of a sentence are common."""
        if _hash(sentence) in self.sentences:
            return [True] * len(sentence)
        return [hash(clause) in self.clauses or is_stock(clause) for clause in sentence]


def _hash(sentence: Sequence[str]) -> int:
    """The same in every process, and never ``_EDGE``."""
    return int.from_bytes(blake2b("，".join(sentence).encode("utf-8", "replace"), digest_size=8).digest(), "little") | 1


def common_text(connection: Connection, who: Mapping[int, Author]) -> tuple[Common, int, int]:
    """What is common, how many reports have prose, and how many sections."""
    places = {place: number for number, place in enumerate(sorted({each.place for each in who.values()}))}
    agencies = {name: number for number, name in enumerate(sorted({str(each.identity) for each in who.values()}))}
    of_clauses, of_sentences, said, counted = _Places(), _Contexts(), set[int](), 0
    for rows in read_sections(connection, who):
        counted += len(rows)
        said.update(row.report_id for row in rows)
        authors = [who[row.report_id] for row in rows]
        sections = [masked_sentences(row.text, author.names) for row, author in zip(rows, authors, strict=True)]
        of_clauses.add(sections, [places[author.place] for author in authors])
        of_sentences.add(sections, [agencies[str(author.identity)] for author in authors])
    common = Common(
        frozenset(of_clauses.frequent(LEAST_PLACES).tolist()),
        frozenset(of_sentences.at_hand(LEAST_AGENCIES, LEAST_CONTEXTS).tolist()),
    )
    return common, len(said), counted


Sections = Sequence[Sequence[Sequence[str]]]


class _Places:
    """Distinct pairs of clause and place, merged now and then so that repeats take no space."""

    def __init__(self) -> None:
        self._clauses: list[npt.NDArray[np.int64]] = []
        self._places: list[npt.NDArray[np.int32]] = []
        self._waiting = 0

    def add(self, sections: Sections, places: Sequence[int]) -> None:
        """Count the clauses of some sections, each with the place of its section."""
        hashes = [[hash(clause) for sentence in section for clause in sentence] for section in sections]
        self._clauses.append(np.fromiter(chain.from_iterable(hashes), dtype=np.int64))
        self._places.append(np.repeat(np.array(places, dtype=np.int32), [len(each) for each in hashes]))
        self._waiting += len(self._clauses[-1])
        if self._waiting > _MERGE + len(self._clauses[0]):
            self._merge()

    def _merge(self) -> None:
        clauses, places = np.concatenate(self._clauses), np.concatenate(self._places)
        mixed = clauses ^ (places.astype(np.int64) * np.int64(0x5851F42D4C957F2D))
        _, first = np.unique(mixed, return_index=True)
        self._clauses, self._places, self._waiting = [clauses[first]], [places[first]], 0

    def frequent(self, least: int) -> npt.NDArray[np.int64]:
        """The clauses that have that many places."""
        if not self._clauses:
            return np.empty(0, dtype=np.int64)
        self._merge()
        clauses, counts = np.unique(self._clauses[0], return_counts=True)
        return clauses[counts >= least]


class _Contexts:
    """For each sentence of each agency, what stands before it and behind it; of several reports one, always the same."""

    def __init__(self) -> None:
        self._parts: list[Hashes] = []
        self._waiting = 0

    def add(self, sections: Sections, agencies: Sequence[int]) -> None:
        """Note the sentences of some sections, each with the agency of its section."""
        rows = np.fromiter(chain.from_iterable(_in_context(sections, agencies)), dtype=np.uint64).reshape(-1, 4)
        self._parts.append(rows)
        self._waiting += len(rows)
        if self._waiting > _MERGE + len(self._parts[0]):
            self._merge()

    def _merge(self) -> Hashes:
        rows = np.concatenate(self._parts)
        rows = rows[np.lexsort((rows[:, 3], rows[:, 2], rows[:, 1], rows[:, 0]))]
        fresh = np.concatenate(([True], (rows[1:, :2] != rows[:-1, :2]).any(axis=1))) if len(rows) else np.empty(0, dtype=bool)
        self._parts, self._waiting = [rows[fresh]], 0
        return self._parts[0]

    def at_hand(self, least: int, share: float) -> Hashes:
        """The sentences of that many agencies that stand beside something else at such a share of them, on each side."""
        rows = self._merge() if self._parts else np.empty((0, 4), dtype=np.uint64)
        sentences, group, agencies = np.unique(rows[:, 0], return_inverse=True, return_counts=True)
        various, sides = np.ones(len(sentences), dtype=bool), np.zeros(len(sentences), dtype=bool)
        for side in (2, 3):
            inner = rows[:, side] != _EDGE
            there = np.bincount(group[inner], minlength=len(sentences))
            _, first = np.unique(rows[inner, 0] * _MULTIPLIER ^ rows[inner, side], return_index=True)
            different = np.bincount(group[inner][first], minlength=len(sentences))
            enough = there * 2 >= agencies  # at the edge of most sections nothing is said of this side
            various &= ~enough | (different >= share * there)
            sides |= enough
        return sentences[(agencies >= least) & various & sides]


def _in_context(sections: Sections, agencies: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
    for section, agency in zip(sections, agencies, strict=True):
        hashes = [_EDGE, *map(_hash, section), _EDGE]
        yield from zip(hashes[1:-1], (agency,) * len(section), hashes, hashes[2:], strict=False)
