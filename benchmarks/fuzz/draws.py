"""Choices made by bytes: the same bytes give the same choices, and a byte more or less changes few of them.

As ``atheris.FuzzedDataProvider``, but without atheris, so that kept inputs can be tried wherever the tests run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draws:
    """Bytes to be spent. When they are gone every choice is the first one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        """Whether bytes are left."""
        return self._at < len(self._data)

    def byte(self) -> int:
        """The next byte."""
        self._at += 1
        return self._data[self._at - 1] if self._at <= len(self._data) else 0

    def below(self, count: int) -> int:
        """A number from 0, smaller than ``count``."""
        return (self.byte() if count <= 256 else self.byte() << 8 | self.byte()) % max(count, 1)

    def chance(self, of: int) -> bool:
        """True once in so many times, never without bytes."""
        return self.byte() % of == 1

    def one_of(self, things: Sequence[T]) -> T:
        """One of them."""
        return things[self.below(len(things))]

    def text(self) -> str:
        """A few characters, whatever they are; no surrogates."""
        length = self.below(12)
        piece = self._data[self._at : self._at + length]
        self._at += length
        return piece.decode("utf-8", "replace").replace("\0", "")
