"""How much an archive may hold before it is taken for a bomb."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one ``gather`` takes in. Sizes in bytes.

    A report is rarely over 20 MB and compresses at most thirtyfold; the defaults leave a wide margin.
    """

    file_bytes: int = 200 * MEGABYTE
    """One document, or one archive inside another."""
    total_bytes: int = 100 * 1024 * MEGABYTE
    """Everything unpacked from one archive, nested ones included."""
    members: int = 500_000
    """Members of one archive, nested ones included."""
    ratio: int = 300
    """Unpacked to packed size, where more than ``ratio_floor`` comes out."""
    ratio_floor: int = 8 * MEGABYTE
    depth: int = 3
    """Archives within archives: 1 is an archive on disk."""


DEFAULT_LIMITS = Limits()


def readable_size(size: int) -> str:
    """``size`` bytes for people: ``200 MB``."""
    amount = float(size)
    for unit in ("bytes", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"
