"""The exact search, against trying every combination."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from normalize.solve import Sum, Value, components, solve
from tests.strategies import examples


@st.composite
def problems(draw: st.DrawFn) -> tuple[dict[int, tuple[Value, ...]], list[Sum]]:
    count = draw(st.integers(1, 5))
    amounts = st.lists(st.integers(0, 6), min_size=1, max_size=4, unique=True)
    domains = {u: tuple(Value(Decimal(a), draw(st.integers(0, 5)) / 2) for a in draw(amounts)) for u in range(count)}
    sums = []
    for _ in range(draw(st.integers(0, 3))):
        terms = [(u, draw(st.sampled_from((1, -1)))) for u in range(count) if draw(st.booleans())]
        if terms:
            sums.append(Sum(tuple(terms), Decimal(draw(st.integers(-6, 6)))))
    return domains, sums


def every(domains: dict[int, tuple[Value, ...]], sums: list[Sum]) -> list[tuple[float, tuple[Decimal, ...]]]:
    found = [
        (sum(v.cost for v in values), tuple(v.amount for v in values))
        for values in product(*(domains[u] for u in sorted(domains)))
        if all(each.constant + sum(values[u].amount * sign for u, sign in each.terms) == 0 for each in sums)
    ]
    return sorted(found)


@examples(400)
@given(problem=problems())
def test_it_finds_the_cheapest_of_all_combinations(problem: tuple[dict[int, tuple[Value, ...]], list[Sum]]) -> None:
    domains, sums = problem
    solutions = solve(domains, sums)
    wanted = every(domains, sums)
    assert solutions.complete
    assert list(solutions.found) == [amounts for _, amounts in wanted[:3]]
    assert solutions.only == (wanted[0][1] if len(wanted) == 1 else None)


def test_a_search_that_is_given_up_knows_no_only_solution() -> None:
    domains = {u: (Value(Decimal(0), 0), Value(Decimal(1), 1)) for u in range(12)}
    sums = [Sum(tuple((u, 1) for u in range(12)), Decimal(-6))]
    solutions = solve(domains, sums, steps=10)
    assert (solutions.complete, solutions.only) == (False, None)


def test_unknowns_that_share_no_sum_are_apart() -> None:
    sums = [Sum(((0, 1), (3, -1)), Decimal(0)), Sum(((3, 1), (4, 1)), Decimal(0))]
    assert components(6, sums) == ((0, 3, 4), (1,), (2,), (5,))
