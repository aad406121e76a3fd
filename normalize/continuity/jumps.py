"""Figures that jump by a power of ten from one year to the next: perhaps 元 where 万元 was meant.

A step is a jump if the later figure is the earlier one times 10, 100 or 10,000 (or divided by it), within a tolerance that
is the narrower the smaller the factor, and a third year beside them agrees with the one or the other: two years that fit
and one that is off by the power. The smaller figure must not be tiny: 0 to 10 is no jump, nor is 1 to 10.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from normalize.continuity.model import Figure
from normalize.continuity.rules import Power

_NEAR = 5
"""Figures closer than that are no jump under any power."""


def jump(earlier: Decimal, later: Decimal, around: Sequence[Figure], powers: Sequence[Power]) -> Power | None:
    """The power by which a figure jumps, either way; None where it does not."""
    small, large = (earlier, later) if earlier < later else (later, earlier)
    if small <= 0 or large < small * _NEAR:
        return None
    for power in powers:
        if small >= power.least and _near(large, small * power.factor, power.tolerance):
            if any(
                isinstance(other, Decimal) and (_near(other, small, power.tolerance) or _near(other, large, power.tolerance))
                for other in around
            ):
                return power
            return None
    return None


def _near(one: Decimal, other: Decimal, tolerance: Decimal) -> bool:
    """Whether neither is more than the other by the tolerance."""
    return one <= other * (1 + tolerance) and other <= one * (1 + tolerance)
