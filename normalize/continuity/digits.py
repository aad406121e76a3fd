"""Slips of the pen: how two numbers differ as they are written."""

from __future__ import annotations

from decimal import Decimal

_LEAST = 3
"""Digits of the longer number from which one digit more, less or other says something: 4 and 5 differ in one, too."""


def are_transposed(one: Decimal, other: Decimal) -> bool:
    """Whether two neighbouring digits changed places: 121 and 112."""
    a, b = _digits(one), _digits(other)
    if len(a) != len(b):
        return False
    places = [i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    return len(places) == 2 and places[1] == places[0] + 1 and a[places[0]] == b[places[1]] and a[places[1]] == b[places[0]]


def differ_in_a_digit(one: Decimal, other: Decimal) -> bool:
    """Whether one digit is another, lost or too many: 431 and 481, 431 and 41.

    Not the last one: 431 and 435 are as likely four applications more.
    """
    short, long = sorted((_digits(one), _digits(other)), key=len)
    if len(long) < _LEAST or short in {"0", ""}:
        return False
    if len(short) == len(long):
        return short[-1] == long[-1] and sum(x != y for x, y in zip(short, long, strict=True)) == 1
    return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _digits(value: Decimal) -> str:
    """As printed without a sign; a fraction keeps its point."""
    return f"{abs(value):f}"
