"""What is said to people of a repaired, a confirmed and a still uncertain cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from normalize.candidates import Guess
from normalize.forms import Rule
from normalize.model import Cell, CellKey, Finding, Severity

REPAIRED, CONFIRMED, UNCERTAIN = "cell.repaired", "cells.confirmed", "cell.uncertain"
_SHOWN = 4


class Step(NamedTuple):
    """One application of a rule that speaks of an uncertain cell."""

    rule: Rule
    left: tuple[CellKey, ...]
    right: tuple[CellKey, ...]


def proof(
    cell: Cell,
    guess: Guess,
    steps: Sequence[Step],
    amounts: Mapping[CellKey, Decimal],
    uncertain: int,
    *,
    elsewhere: Sequence[str] = (),
) -> Finding:
    """That a cell is repaired, and why it can be nothing else.

    ``amounts`` are all cells' after the repair; ``elsewhere`` is what reports of other years say.
    """
    read = cell.printed.strip() or "blank"
    shown = "; ".join(f"{_written(step, amounts, cell.key)} ({step.rule.text}, {step.rule.text_en})" for step in steps)
    others = f" of the {uncertain} uncertain cells" if uncertain > 1 else ""
    message = (
        f"{cell.key} = {guess.amount:f}: the reader saw {read} and held {guess.text.strip()} possible. {shown}. "
        f"With {read} each of these fails; no other combination of readings{others} satisfies them all"
        f"{_besides(elsewhere)}"
    )
    return Finding(REPAIRED, Severity.NOTE, message, (str(cell.key),), f"{guess.amount:f}", cell.printed)


def confirmation(keys: Sequence[CellKey], elsewhere: Sequence[str] = ()) -> Finding:
    """That the reader's choice is the only one that fits, for all such cells of a report; ``elsewhere`` as in ``proof``."""
    cells = f"{len(keys)} cells" if len(keys) > 1 else "1 cell"
    message = (
        f"{cells} read without certainty and confirmed: no other combination of readings satisfies the rules{_besides(elsewhere)}"
    )
    return Finding(CONFIRMED, Severity.NOTE, message, tuple(map(str, keys)))


def doubt(cell: Cell, readings: Sequence[Guess], why: str) -> Finding:
    """That a cell stays uncertain, what it may say, and why the rules do not settle it."""
    said = [guess.text.strip() or "blank" for guess in readings if not guess.how.is_supposed][:_SHOWN]
    listed = " or ".join(said) if said else "no number"
    message = f"read without certainty: {listed}; {why}"
    return Finding(UNCERTAIN, Severity.DOUBT, message, (str(cell.key),), actual=cell.printed)


def _besides(elsewhere: Sequence[str]) -> str:
    return f"; {'; '.join(elsewhere)}" if elsewhere else ""


def _written(step: Step, amounts: Mapping[CellKey, Decimal], subject: CellKey) -> str:
    """The rule in figures, zeros left out but for the cell it is about: ``13 = 12 + 1``."""
    return " = ".join(_side([amounts[key] for key in side if amounts[key] or key == subject]) for side in (step.left, step.right))


def _side(terms: Sequence[Decimal]) -> str:
    return " + ".join(f"{term:f}" for term in terms) or "0"
