"""A recogniser that errs: printed figures as a reader of scans gives them, with what else it held possible and the truth known.

It stands in for the reader of scans where what matters is what is done with its doubts. Its confusions are those that
recognisers of printed digits have; the costs follow the odds it claims: of two readings one of which costs c more, the dearer
one is right once in 1 + exp(c) times.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from random import Random

from extract.model import Reading
from normalize.forms import Form, form_cells
from normalize.model import Cell, CellKey, State
from normalize.numbers import Kind, read_number
from tests.typesetter.model import Figure

LIKE = {
    "0": "866", "1": "774", "2": "7", "3": "858", "4": "19", "5": "663", "6": "805", "7": "11", "8": "36609", "9": "804",
}  # fmt: skip
"""What a digit is taken for, the likelier the more often listed."""
DEAREST = 6.0
"""Cost of the least likely reading that is still mentioned."""


@dataclass(frozen=True, slots=True)
class Recogniser:
    """How the reader errs."""

    truth_held: float = 0.85
    """Share of misread cells whose true text is among the readings."""
    noise: float = 1.0
    """Factor on the costs of true readings: above 1 the reader is surer of its mistakes than it should be."""


def confusions(text: str, rng: Random) -> list[str]:
    """Other texts that a recogniser may see in a printed number, each once, in random order."""
    found = [text[:at] + other + text[at + 1 :] for at, digit in enumerate(text) for other in LIKE.get(digit, "")]
    for at, digit in enumerate(text):
        if digit == "0" and len(text) > 1:
            found.append(text[:at] + text[at + 1 :])
        elif rng.random() < 0.3:
            found.append(text[:at] + digit + text[at:])
        if at and text[at - 1] == digit:
            found.append(text[:at] + text[at + 1 :])
        if at and rng.random() < 0.3:
            found.append(text[:at] + " " + text[at:])
    found = [each for each in found if each and each != text and not (len(each) > 1 and each[0] == "0")]
    rng.shuffle(found)
    return list(dict.fromkeys(found))


def _cost(rng: Random, *, right: bool) -> float:
    """Cost of an alternative, given that the reader's choice is ``right``."""
    while True:
        cost = rng.uniform(0.05, DEAREST)
        odds = 1 / (1 + exp(-cost))
        if rng.random() < (odds if right else 1 - odds):
            return round(cost, 3)


def misread(text: str, rng: Random, how: Recogniser) -> tuple[Reading, ...]:
    """Readings of a number that the reader takes for another."""
    others = confusions(text, rng)
    if not others:
        return ()
    taken, rest = others[0], others[1:]
    readings = [(other, _cost(rng, right=True)) for other in rest[: rng.randint(0, 2)]]
    if rng.random() < how.truth_held:
        readings.append((text, _cost(rng, right=False) * how.noise))
    elif not readings:
        readings.append(((confusions(taken, rng) or ["1"])[0], _cost(rng, right=True)))
    return _listed(taken, readings)


def doubted(text: str, rng: Random) -> tuple[Reading, ...]:
    """Readings of a number that the reader takes for what it is, without being certain."""
    others = confusions(text, rng)[: rng.randint(1, 3)]
    return _listed(text, [(other, _cost(rng, right=True)) for other in others])


def _listed(taken: str, others: Iterable[tuple[str, float]]) -> tuple[Reading, ...]:
    first = Reading(taken, 0.0)
    return (first, *sorted((Reading(t, c) for t, c in dict(others).items() if t != taken), key=lambda r: r.cost))


def read_cells(form: Form, figures: Mapping[CellKey, Figure], readings: Mapping[CellKey, Sequence[Reading]]) -> tuple[Cell, ...]:
    """The cells of a report, as ``normalize`` gives them before it settles what is uncertain."""
    return tuple(
        _cell(form.key, key, readings[key][0].text if readings.get(key) else figure.printed, tuple(readings.get(key, ())))
        for key, figure in figures.items()
    )


def _cell(form: str, key: CellKey, text: str, readings: tuple[Reading, ...]) -> Cell:
    wanted = form_cells()[form, key]
    number = read_number(text, wanted.unit, signed=wanted.signed)
    confidence = 0.7 if readings else 1.0
    if number.kind is Kind.NUMBER and number.value is not None and not number.doubt:
        return Cell(form, key, number.value, text, State.PRINTED, "", None, None, confidence, readings)
    state = State.MISSING if number.kind in {Kind.TEXT, Kind.NUMBER} else State.BLANK
    return Cell(form, key, None, text, state, "", None, None, confidence, readings)
