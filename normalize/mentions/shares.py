"""Shares and changes: what they are of, and whether they are right."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import regex

from normalize.mentions.quantities import Found, Kind

_OF_THE_NUMBER: Final = regex.compile(
    r"^[，(、]?(?:分别|约)?(?:占比?|所占|比例|比重|占总|占全部)[^，；。()\d]{0,16}$|^\($|^\((?:占比?)[^，；。()\d]{0,12}$"
)
_CHANGE_OF_THE_NUMBER: Final = regex.compile(r"^[，(、]?[^，；。()\d]{0,10}(?:，?[^，；。()\d]{0,12})$")
HUNDRED: Final = Decimal(100)


def base_of(masked: str, found: Sequence[Found], place: int) -> int | None:
    """Which number before it a share or change speaks of: 208件（17.46%）, 3646件，同比增长1.05%."""
    each = found[place]
    for other in range(place - 1, -1, -1):
        if found[other].kind not in {Kind.COUNT, Kind.AMOUNT}:
            continue
        gap = masked[found[other].stop : each.start]
        pattern = _OF_THE_NUMBER if each.kind is Kind.SHARE else _CHANGE_OF_THE_NUMBER
        return other if pattern.search(gap) else None
    return None


def share_agrees(part: Decimal, whole: Decimal, stated: Decimal) -> bool:
    """Whether a printed percentage can be the share: rounded or cut off at its last printed digit."""
    exponent = stated.as_tuple().exponent
    unit = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    return whole != 0 and abs(part * HUNDRED / whole - stated) < unit


def change_agrees(now: Decimal, before: Decimal, stated: Decimal, unit: str) -> bool | None:
    """Whether a stated change (in percent, times or units; its sign not considered) is that between two years' figures.

    None where it cannot be told: there was nothing before, or the unit is another kind's.
    """
    if unit == "%":
        return None if before == 0 else share_agrees(abs(now - before), before, stated)
    if unit in {"倍", "个百分点", "‰"}:
        return None
    return abs(now - before) == stated
