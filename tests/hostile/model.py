"""An input that is to do harm, and what is to become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hostile:
    """One input."""

    kind: str
    """Its class: ``archive``, ``web page``, ``text``, ``office``, ``PDF``, ``picture``, ``name``."""
    name: str
    """Its file name."""
    what: str
    """What it is, for people."""
    make: Callable[[], bytes]
    codes: frozenset[str] = frozenset()
    """Reasons that its failures may have, or whose beginning they may be; every failure must have one. Empty: it fails nowhere."""
    reads: int = 0
    """Reports that are read from it all the same."""

    def allows(self, reason: str) -> bool:
        """Whether it may fail for that reason."""
        return any(reason == code or reason.startswith(f"{code}.") for code in self.codes)


def refused(kind: str, name: str, what: str, make: Callable[[], bytes], *codes: str, reads: int = 0) -> Hostile:
    """An input that must be refused for one of these reasons; an archive may hold reports beside."""
    return Hostile(kind, name, what, make, frozenset(codes), reads)


def harmless(kind: str, name: str, what: str, make: Callable[[], bytes], reads: int = 1) -> Hostile:
    """An input whose malice must have no effect: its reports are read right."""
    return Hostile(kind, name, what, make, reads=reads)
