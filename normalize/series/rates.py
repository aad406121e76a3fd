"""What figures lack, and rates under their contracts. Exact: fractions, rounded once, at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from normalize.series import Metric

_PLACES = 4


class Lack(StrEnum):
    """Why there is no figure."""

    NOT_ON_FORM = "absent"
    """The form does not count it."""
    NOT_COMPARABLE = "not_comparable"
    """The form counts something that looks like it."""
    NOT_PRINTED = "not_printed"
    """The report leaves the form's row or table out."""
    BLANK = "blank"
    """A cell of it is printed without a number. Blank is not 0."""
    MISSING = "missing"
    """A cell of it was not printed or could not be placed."""
    REVIEW = "review"
    """The report was not read with certainty: a person should look."""
    PROSE = "prose"
    """The report prints no table."""
    NO_REPORT = "no_report"
    """There is no report for the year."""
    BELOW_MINIMUM = "below_minimum"
    """The denominator is below the contract's minimum."""
    NOT_ON_THIS_FORM = "form"
    """The contract is not valid for the report's form."""
    IMPOSSIBLE = "impossible"
    """A negative count, or a part that is more than the whole: the figures are wrong, so a rate of them would be."""


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator's figure, or why there is none."""

    value: Decimal | None
    lack: Lack | None = None
    form: str = ""
    """Form it was read from; empty where the report prints no table."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate beside what it is made of. ``lack`` says why there is none, ``of`` which indicator is to blame."""

    value: Fraction | None
    numerator: Decimal | None
    denominator: Decimal | None
    lack: Lack | None = None
    of: str = ""

    @property
    def rounded(self) -> Decimal | None:
        """The rate to four decimal places, a half upwards."""
        if self.value is None:
            return None
        scaled = self.value * 10**_PLACES
        whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
        return Decimal(whole).scaleb(-_PLACES)


def rate(metric: Metric, figures: Mapping[str, Figure]) -> Rate:
    """The metric of one report; ``figures`` by indicator."""
    above, below = (_sum(keys, figures) for keys in (metric.numerator, metric.denominator))
    if {figures[key].form for key in metric.indicators} - {"", *metric.forms}:
        return Rate(None, above, below, Lack.NOT_ON_THIS_FORM)
    for key in metric.indicators:
        found = figures[key]
        if found.value is None:
            return Rate(None, above, below, found.lack, key)
    if above is None or below is None:
        raise LookupError("a sum of numbers is a number")
    if below < metric.minimum:
        return Rate(None, above, below, Lack.BELOW_MINIMUM)
    if above < 0 or (metric.bounded and above > below):
        return Rate(None, above, below, Lack.IMPOSSIBLE)
    return Rate(Fraction(above) / Fraction(below) * metric.per, above, below)


def _sum(keys: tuple[str, ...], figures: Mapping[str, Figure]) -> Decimal | None:
    values = [figures[key].value for key in keys]
    return None if None in values else sum((value for value in values if value is not None), Decimal(0))
