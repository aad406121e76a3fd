"""What a disagreement looks like: which class, and the words for it. Called only where figures do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

from normalize.continuity.digits import are_transposed, differ_in_a_digit
from normalize.continuity.model import Figure, Lack, Outcome, YearFigures
from normalize.continuity.rules import RowRule, StockRule, Term

Explanation = tuple[Outcome, str]
_ZERO = Decimal(0)
_TELLING = 100
"""A row of smaller figures in one column alone is like another row by chance."""


def number(figure: Figure) -> Decimal:
    """The number; 0 for none."""
    return figure if isinstance(figure, Decimal) else _ZERO


def explain_row(
    law: RowRule, expected: Sequence[Figure], actual: Sequence[Figure], pair: tuple[YearFigures, YearFigures]
) -> Explanation:
    """Why the columns of two rows differ, of which some do."""
    differing = [i for i in range(law.width) if number(expected[i]) != number(actual[i])]
    if all(Lack.BLANK in (expected[i], actual[i]) for i in differing):
        return Outcome.BLANK, f"blank in {len(differing)} columns where the other year has a number"
    before, now = number(expected[law.total]), number(actual[law.total])
    if before == now:
        return Outcome.SHIFTED, f"the total of {now:f} carries over, {len(differing)} columns do not"
    for other in law.others:
        if _is_copy(law, actual, pair[other.later].figures[other.start : other.start + law.width]):
            return Outcome.RESTATED, f"{now:f} for {before:f}: the row is that of {other.name}"
    parts = [i for i in differing if i != law.total]
    # Where one part differs, the total follows it; where none does, the total itself was written otherwise.
    written = parts or differing
    pairs = [(number(expected[i]), number(actual[i])) for i in written] if len(written) == 1 else []
    return _slip(pairs) or (Outcome.MOVED, f"{now:f} for {before:f}, {now - before:+f}")


def _is_copy(law: RowRule, actual: Sequence[Figure], other: Sequence[Figure]) -> bool:
    ours, theirs = [number(each) for each in actual], [number(each) for each in other]
    if ours != theirs or any(not isinstance(each, Decimal) and each is not Lack.BLANK for each in other):
        return False
    parts = [value for i, value in enumerate(ours) if i != law.total and value]
    return ours[law.total] >= _TELLING or len(parts) > 1


def explain_stock(law: StockRule, values: Sequence[Decimal], actual: Decimal) -> Explanation:
    """Why a figure is not the sum of its terms; ``values`` are those of the terms, signs not applied."""
    signed = [term.sign * value for term, value in zip(law.terms, values, strict=True)]
    expected = sum(signed, _ZERO)
    turned = _turned(law, signed, actual)
    if turned:
        return Outcome.SIGN, f"{actual:f} for {expected:f}: fits with the sign of {turned} turned round"
    kept = _subset(law.terms, signed, actual)
    if kept:
        return Outcome.RESTATED, f"{actual:f} for {expected:f}: is {kept} alone"
    return _slip([(expected, actual)]) or (Outcome.MOVED, f"{actual:f} for {expected:f}, {actual - expected:+f}")


def _turned(law: StockRule, signed: Sequence[Decimal], actual: Decimal) -> str:
    """The terms whose signs would have to be turned round; empty where that does not help."""
    flows = [i for i, term in enumerate(law.terms) if term.place != law.figure and signed[i]]
    for count in range(1, len(flows) + 1):
        for chosen in combinations(flows, count):
            turned = sum((-v if i in chosen else v for i, v in enumerate(signed)), _ZERO)
            if turned == actual:
                return ", ".join(law.terms[i].name for i in chosen)
    return ""


def _subset(terms: Sequence[Term], signed: Sequence[Decimal], actual: Decimal) -> str:
    """The terms whose sum the figure is, where some term is left out; empty where there are none."""
    for count in range(1, len(terms)):
        for chosen in combinations(range(len(terms)), count):
            if sum((signed[i] for i in chosen), _ZERO) == actual:
                return " and ".join(f"{terms[i].name} of {'this' if terms[i].later else 'the earlier'} year" for i in chosen)
    return ""


def _slip(pairs: Sequence[tuple[Decimal, Decimal]]) -> Explanation | None:
    for find, outcome, what in (
        (are_transposed, Outcome.TRANSPOSED, "two digits changed places"),
        (differ_in_a_digit, Outcome.DIGIT, "one digit differs"),
    ):
        for before, now in pairs:
            if find(before, now):
                return outcome, f"{now:f} for {before:f}: {what}"
    return None
