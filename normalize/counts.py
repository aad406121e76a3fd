"""What a printed quantity is worth ("1,234", "四十余", "4.5万", "近百", "数十") and whether it is only about right."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

import regex

_DIGITS: Final = dict(
    zip("〇零一二两三四五六七八九壹贰叁肆伍陆柒捌玖", (0, 0, 1, 2, 2, *range(3, 10), *range(1, 10)), strict=True)
)
_STEPS: Final = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_HAN: Final = "〇零一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟"
_SCALES: Final = {"": 1, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_MOST_DIGITS: Final = 15
"""More are a serial number, or several numbers that something has glued together."""
COUNT: Final = (
    r"(?P<before>将近|接近|大约|多达|近|约|超过|超|逾|突破|不足|上(?=[百千万]))?"
    r"(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[数几](?=[十百千万])[十百千万]{1,2}|"
    f"[{_HAN}]{{1,7}}(?:万[{_HAN}]{{0,7}})?)"
    r"(?P<early>[多余几](?=[万亿]))?(?P<scale>[百千]?[万亿]|[百千])?(?P<about>多|余|几|来)?"
)
"""A quantity on folded text, without its unit. ``before``, ``early`` (30余万) and ``about`` make it approximate."""


class Quantity(NamedTuple):
    """What a quantity is worth. ``value`` is None where the words give no number (数十, 几百), or one beyond all counts."""

    value: Decimal | None
    approximate: bool


def chinese_number(text: str) -> Decimal:
    """The value of a numeral in Chinese characters: ``一百零五``, ``二〇``, ``三万二千``."""
    head, _, tail = text.partition("万")
    if tail or text.endswith("万"):
        return chinese_number(head or "一") * 10_000 + (chinese_number(tail) if tail else 0)
    if not any(char in _STEPS for char in text):
        return Decimal(int("".join(str(_DIGITS[char]) for char in text)))
    total, digit = 0, 0
    for char in text:
        if char in _STEPS:
            total += (digit or 1) * _STEPS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return Decimal(total + digit)


def quantity(match: regex.Match[str]) -> Quantity:
    """What a ``COUNT`` match is worth."""
    number = match["n"].replace(",", "")
    approximate = bool(match["before"] or match["early"] or match["about"])
    if number[0] in "数几":
        return Quantity(None, approximate=True)
    if sum(map(str.isdigit, number)) > _MOST_DIGITS:
        return Quantity(None, approximate)
    value = Decimal(number) if number[0].isdigit() else chinese_number(number)
    for scale in match["scale"] or "":
        value *= _SCALES[scale]
    return Quantity(plain(value), approximate)


def plain(value: Decimal) -> Decimal:
    """The same number without an exponent and without zeros at the end of a fraction."""
    value = value.normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value
