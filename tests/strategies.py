"""Hypothesis strategies: orders for papers of every form and shape.

What is drawn is the order, not the paper: a failure then names form, scale, blanks, rule and seed in one line, and
``order.paper()`` typesets it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.typesetter.compose import hybrid_tables, random_paper, rules_of
from tests.typesetter.figures import BLANKS, SCALES, Shape
from tests.typesetter.model import Paper
from tests.typesetter.variations import mislabel, respell

FORMS = ("2021", "2019", "2014")

seeds = st.integers(0, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class Order:
    """What paper to make."""

    form: str
    shape: Shape
    seed: int
    hybrid: bool = False
    mislabelled: bool = False
    """Some labels as other agencies print them."""
    respelt: bool = False
    """Some numbers and blanks printed in other than the plain way."""

    def paper(self) -> Paper:
        """The paper; the same order gives the same one."""
        rng = Random(self.seed)
        paper = random_paper(self.form, self.shape, rng, tables=hybrid_tables() if self.hybrid else ())
        if self.mislabelled:
            paper = mislabel(paper, rng)
        if self.respelt:
            paper = respell(paper, rng)
        return paper


@st.composite
def orders(
    draw: st.DrawFn,
    forms: tuple[str, ...] = FORMS,
    blanks: tuple[str, ...] = BLANKS,
    *,
    scales: tuple[str, ...] = SCALES,
    varied: bool = True,
) -> Order:
    """A random report to print. ``varied``: some labels and numbers are printed in other than the official way."""
    form = draw(st.sampled_from(forms))
    broken = draw(st.one_of(st.just(""), st.sampled_from([rule.id for rule in rules_of(form)])))
    return Order(
        form=form,
        shape=Shape(draw(st.sampled_from(scales)), draw(st.sampled_from(blanks)), broken),
        seed=draw(seeds),
        hybrid=form == "2021" and draw(st.booleans()),
        mislabelled=varied and draw(st.booleans()),
        respelt=varied and draw(st.booleans()),
    )


def examples(count: int) -> settings:
    """So many examples, the same ones on every machine. A failing one is not shrunk: an order is small enough."""
    return settings(
        max_examples=count,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.too_slow],
    )
