"""A find made small: what can be left out of an input while the same still happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import regex

from benchmarks.fuzz.mutators import rezipped, unzipped
from benchmarks.fuzz.target import Target, attempt

T = TypeVar("T")
TRIES = 1500
_TOKENS = regex.compile(rb"<[^<>]*>|[^<\n]+\n?|\n|<")


def minimised(target: Target, data: bytes, signature: str, tries: int = TRIES) -> bytes:
    """The smallest input found that does the same. What takes too long is tried only a few times."""
    left = [tries if not signature.startswith("TooLong") else 30]

    def still(smaller: bytes) -> bool:
        left[0] -= 1
        if left[0] < 0:
            return False
        find = attempt(target, smaller)
        return find is not None and find.signature == signature

    parts = unzipped(data)
    if parts and still(rezipped(parts)):
        parts = _fewer(parts, lambda kept: still(rezipped(kept)))
        for at, (name, content) in enumerate(parts):
            small = _smaller(
                content, lambda piece, at=at, name=name: still(rezipped([*parts[:at], (name, piece), *parts[at + 1 :]]))
            )
            parts[at] = name, small
        return rezipped(parts)
    return _smaller(data, still)


def _smaller(data: bytes, still: Callable[[bytes], bool]) -> bytes:
    tokens = _fewer(_TOKENS.findall(data), lambda kept: still(b"".join(kept)))
    data = b"".join(tokens)
    if len(data) < 4096:
        data = bytes(_fewer(list(data), lambda kept: still(bytes(kept))))
    return data


def _fewer(things: Sequence[T], still: Callable[[Sequence[T]], bool]) -> list[T]:
    """Delta debugging (Zeller 1999): ever smaller runs of things are left out, as long as that changes nothing."""
    kept = list(things)
    size = max(len(kept) // 2, 1)
    while kept:
        at, before = 0, len(kept)
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            if still(fewer):
                kept = fewer
            else:
                at += size
        if size == 1 and len(kept) == before:
            break
        size = max(size // 2, 1)
    return kept
