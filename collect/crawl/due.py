"""When a known document is asked for again."""

from __future__ import annotations

from datetime import date
from typing import Final
from zlib import crc32

import regex

from collect.archive.model import Capture

_YEAR: Final = regex.compile(r"(?<!\d)20[0-4]\d(?!\d)|(?<=\bt)20[0-4]\d(?=[01]\d[0-3]\d_)")
_LATELY: Final = 1
"""Reports on last year are published, corrected and withdrawn in this one."""


def is_due(known: Capture, today: date, every_days: int) -> bool:
    """Whether to ask for a document again today.

    What is of this year or last, or of no year that can be told, is asked for every time; what is older every
    ``every_days``, on a day that depends on the address, so that not all are due on the same one.
    """
    year = year_of(known)
    if every_days <= 1 or year is None or year >= today.year - _LATELY:
        return True
    if (today - known.moment.date()).days >= every_days:
        return True
    return (today.toordinal() + crc32(known.url.encode("utf-8", "surrogatepass"))) % every_days == 0


def year_of(known: Capture) -> int | None:
    """The latest year that its link's text names, else its address: later than what it reports on, if anything."""
    for text in (known.title, known.url):
        years = [int(found) for found in _YEAR.findall(text)]
        if years:
            return max(years)
    return None
