"""How much an archive or a document may hold, and what reading it may cost, before it is taken for an attack or a mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import regex

from collect.errors import ConfigurationError

MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one run: what ``gather`` takes out of archives, and what reading a document may cost. Sizes in bytes.

    A report is rarely over 20 MB and compresses at most thirtyfold; the defaults leave a wide margin. A limit only ever
    decides between what a document says and a refusal that names the limit; it never changes what is read.
    """

    file_bytes: int = 200 * MEGABYTE
    """One document, or one archive inside another."""
    total_bytes: int = 100 * GIGABYTE
    """Everything unpacked from one archive, nested ones included."""
    members: int = 500_000
    """Members of one archive, nested ones included."""
    ratio: int = 300
    """Unpacked to packed size, where more than ``ratio_floor`` comes out: of an archive, of a part of an office file."""
    ratio_floor: int = 8 * MEGABYTE
    """What may come out at any ratio."""
    depth: int = 3
    """Archives within archives: 1 is an archive on disk."""
    seconds: float = 120.0
    """Reading one document; each page that must be recognised adds a twentieth."""
    memory: int = 6 * GIGABYTE
    """Address space of a reading process."""
    office_seconds: float = 90.0
    """LibreOffice's conversion of one document."""
    pages: int = 500
    """Of a PDF or OFD file."""
    recognised_pages: int = 100
    """Pages of a document that are pictures and must be recognised."""
    pixels: int = 120_000_000
    """Of one picture: a page at 600 dots per inch has 35 million."""
    table_cells: int = 200_000
    """Of one table, or one workbook, spans laid out."""
    nesting: int = 500
    """Tables within tables."""
    markup_bytes: int = 30 * MEGABYTE
    """One web page, or one XML part of an office file, unpacked."""
    part_bytes: int = 60 * MEGABYTE
    """One part of an office file (a picture, a font), or one stream of a PDF file, unpacked."""
    unpacked_bytes: int = 300 * MEGABYTE
    """All parts of an office file, or all streams of a PDF file that are looked at, unpacked."""


DEFAULT_LIMITS = Limits()

_AMOUNT = regex.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[KMG]B?)?", regex.IGNORECASE)
_UNITS = {"K": 1024, "M": MEGABYTE, "G": GIGABYTE}


def names_of_limits() -> Iterator[str]:
    """What each limit is called, in settings and messages."""
    return (field.name for field in fields(Limits))


def limits_of(settings: Mapping[str, object], base: Limits = DEFAULT_LIMITS) -> Limits:
    """The limits that somebody wrote down: by name a number, or text like ``"800"`` and ``"2GB"`` (of 1024 MB).

    Raises:
        ConfigurationError: there is no such limit, or that is no amount.
    """
    known = set(names_of_limits())
    for name in settings:
        if name not in known:
            raise ConfigurationError(f"There is no limit {name}.", advice=f"There are {', '.join(names_of_limits())}.")
    amounts: dict[str, Any] = {name: _amount(name, value) for name, value in settings.items()}
    return replace(base, **amounts)


def _amount(name: str, value: object) -> int | float:
    match = _AMOUNT.fullmatch(str(value).strip())
    amount = float(match["number"]) * _UNITS.get((match["unit"] or "")[:1].upper(), 1) if match else 0.0
    if amount <= 0:
        advice = "Give a number above 0; sizes may be written 500MB or 2GB."
        raise ConfigurationError(f"The limit {name} cannot be {value}.", advice=advice)
    return amount if name.endswith("seconds") else max(1, round(amount))


def readable_size(size: int) -> str:
    """``size`` bytes for people: ``200 MB``."""
    amount = float(size)
    for unit in ("bytes", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"
