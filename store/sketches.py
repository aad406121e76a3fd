"""Which of many texts are nearly the same: MinHash sketches, banded, with the candidates checked exactly.

A text is a set of shingles, all runs of five characters. MinHash keeps 128 numbers of it, and two texts agree in as many of
them as their sets overlap (Jaccard similarity: Broder, "On the resemblance and containment of documents", 1997). Texts
that agree in a whole band of four numbers are candidates. Of a band's bucket only pairs with a leader are taken, never all
pairs: so a text that a thousand agencies print gives a thousand candidates, not half a million.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from normalize.clauses import SHINGLE, stock_clauses

PERMUTATIONS, BAND = 128, 4
"""Numbers of a sketch, and how many of them make a band: 32 bands find 98.8 % of the pairs of similarity 0.6."""
LEADERS = 6
"""Texts of one bucket that the others are compared with, at most."""
_SEED = 20190515  # the day on which the present 条例 came into force; any number would do
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_APART, _END = 1, 0

Hashes = npt.NDArray[np.uint64]
Signatures = npt.NDArray[np.uint32]
Pairs = npt.NDArray[np.int64]
"""Two columns of row numbers, the smaller first."""


def runs_of(clauses: Iterable[str]) -> str:
    """Clauses as one text for ``shingles``; an empty clause stands for what was left out and parts its neighbours."""
    return chr(_APART).join("".join(run) for run in _split(clauses))


def _split(clauses: Iterable[str]) -> Iterator[list[str]]:
    run: list[str] = []
    for clause in clauses:
        if clause:
            run.append(clause)
        elif run:
            yield run
            run = []
    if run:
        yield run


def shingles(texts: Sequence[str]) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """The shingles of many texts, hashed, one text after the other, and where each text's begin (one place more than texts).

    Shingles that the form's fixed text has are left out; a shingle that a text has twice is there twice.
    """
    hashes, rows = _hashed(texts)
    known = _stock()
    at = np.searchsorted(known, hashes)
    at[at == len(known)] = 0
    kept = known[at] != hashes
    return hashes[kept], np.searchsorted(rows[kept], np.arange(len(texts) + 1))


def _hashed(texts: Sequence[str]) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """Every shingle of every text, and the text it is of."""
    letters = np.frombuffer((chr(_END).join(texts) + chr(_END)).encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    windows = max(0, len(letters) - SHINGLE + 1)
    hashes = np.zeros(windows, dtype=np.uint64)
    for offset in range(SHINGLE):
        hashes = hashes * _MULTIPLIER + letters[offset : offset + windows]
    stops = np.concatenate(([0], np.cumsum(letters <= _APART)))
    whole = stops[SHINGLE : SHINGLE + windows] == stops[:windows]
    rows = np.cumsum(letters == _END)[:windows]
    return _mixed(hashes[whole]), rows[whole]


def _mixed(hashes: Hashes) -> Hashes:
    """Every bit of the input in every bit of the output (the finaliser of SplitMix64)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * _MIX[0]
    hashes = (hashes ^ (hashes >> np.uint64(27))) * _MIX[1]
    return hashes ^ (hashes >> np.uint64(31))


@cache
def _stock() -> Hashes:
    return np.unique(_hashed([runs_of(stock_clauses()), *stock_clauses()])[0])


def signatures(hashes: Hashes, starts: npt.NDArray[np.int64]) -> Signatures:
    """The sketches of texts given as ``shingles`` gives them, a row a text."""
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, starts.astype(np.uint64), num_perm=PERMUTATIONS, seed=_SEED)
    return np.array(matrix.to_rows(), dtype=np.uint32).reshape(-1, PERMUTATIONS)


def candidates(sketches: Signatures, least: float) -> Pairs:
    """Pairs of rows whose sketches agree in ``least`` of their numbers and in a whole band, each once.

    What is found depends on the order of the rows, so give them in an order that the texts alone decide. Time and space
    grow with the rows: a bucket of n rows gives at most ``LEADERS`` × n pairs.
    """
    if len(sketches) < 2:
        return np.empty((0, 2), dtype=np.int64)
    bands = np.ascontiguousarray(sketches).view(np.uint64).reshape(len(sketches), -1)
    per_band = BAND // 2
    found = [np.empty(0, dtype=np.int64)]
    for first in range(0, bands.shape[1], per_band):
        keys = np.zeros(len(sketches), dtype=np.uint64)
        for part in range(first, first + per_band):
            keys = _mixed(keys * _MULTIPLIER + bands[:, part])
        found.append(_in_buckets(keys, sketches, least))
    codes = np.unique(np.concatenate(found))
    return np.stack((codes // len(sketches), codes % len(sketches)), axis=1)


def _in_buckets(keys: Hashes, sketches: Signatures, least: float) -> Pairs:
    """Of each bucket of equal keys, the pairs with its leaders, each coded as one number.

    The first row leads; what is not like it is led by the first row among the rest, and so on.
    """
    order = np.argsort(keys, kind="stable")
    found: list[Any] = []
    for _ in range(LEADERS):
        if not len(order):
            break
        ranked = keys[order]
        opens = np.concatenate(([True], ranked[1:] != ranked[:-1]))
        leaders = order[np.flatnonzero(opens)][np.cumsum(opens) - 1]
        order, leaders = order[~opens], leaders[~opens]
        alike = agreement(sketches, leaders, order) >= least
        found.append(leaders[alike] * len(keys) + order[alike])
        order = order[~alike]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def agreement(sketches: Signatures, left: npt.NDArray[np.int64], right: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The estimated similarity of pairs of rows: the share of numbers in which their sketches agree."""
    shares = np.empty(len(left))
    for start in range(0, len(left), 16_384):  # not all at once: a pair takes a kilobyte
        some = slice(start, start + 16_384)
        shares[some] = (sketches[left[some]] == sketches[right[some]]).mean(axis=1)
    return shares


def similarity(one: Hashes, other: Hashes) -> float:
    """The exact Jaccard similarity of two sets of shingles, each sorted without repeats."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared) if shared else 0.0


class Groups:
    """Rows joined by pairs, as a forest: the group of a row is known by the smallest row in it."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def find(self, row: int) -> int:
        """The smallest row of its group."""
        above = self._above
        while above[row] != row:
            above[row] = above[above[row]]
            row = above[row]
        return row

    def join(self, one: int, other: int) -> None:
        """Make one group of two."""
        one, other = self.find(one), self.find(other)
        self._above[max(one, other)] = min(one, other)
