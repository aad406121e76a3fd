"""Counts in sentences: what a printed quantity is worth ("1,234件", "一件", "2.3万条") and when it is only about right."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import regex

_DIGITS: Final = dict(zip("〇零一二三四五六七八九两", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2), strict=True))
_STEPS: Final = {"十": 10, "百": 100, "千": 1000}
COUNT: Final = (
    r"(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[〇零一二两三四五六七八九十百千]{1,7})"
    r"(?P<scale>万|亿)?(?P<about>多|余|几|来)?"
)
"""A quantity on folded text, without its unit. ``about`` makes it approximate."""


def _chinese(text: str) -> Decimal:
    total, digit = 0, 0
    if not any(char in _STEPS for char in text):
        return Decimal(int("".join(str(_DIGITS[char]) for char in text)))
    for char in text:
        if char in _STEPS:
            total += (digit or 1) * _STEPS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return Decimal(total + digit)


def count_value(match: regex.Match[str]) -> Decimal | None:
    """The value of a ``COUNT`` match; None where it is approximate (余, 多, or rounded to 万 without decimals)."""
    if match["about"]:
        return None
    number = match["n"].replace(",", "")
    value = Decimal(number) if number[0].isdigit() else _chinese(number)
    if not match["scale"]:
        return value
    if "." not in number:
        return None
    return (value * (Decimal(10000) if match["scale"] == "万" else Decimal(100000000))).normalize() + Decimal(0)
