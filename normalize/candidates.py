"""What an uncertain cell may say: the reader's own readings, and what recognisers are known to make of a number.

A cell is uncertain if its reader says what it may read (``Cell.readings``); of no other cell anything is supposed. The
rules add what a reader that doubts may have missed: a gap inside a number, a 0 dropped, a digit seen twice or once too few, a
digit that looks like another, a 0 in what seems blank; and, where it doubts a whole row, that the row stands one column off.
Most of these only speak against a proof (``How.is_supposed``): what the reader itself did not see is never taken for the number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import regex

from extract.model import Reading
from normalize.forms import FormCell, form_cells
from normalize.model import Cell, CellKey, State
from normalize.numbers import Kind, read_number

_COST_OF_GAP = 0.5
"""A gap inside a number is hardly ever two numbers: a cell of the form holds one."""
_COST_OF_DIGIT = 2.5
"""About one in twelve: rarer than a digit mistaken for another."""
_COST_OF_SLIDE = 1.5
_COST_OF_LIKENESS = 4.0
_LIKE = {
    "0": "689",
    "1": "47",
    "2": "7",
    "3": "589",
    "4": "19",
    "5": "368",
    "6": "058",
    "7": "12",
    "8": "03569",
    "9": "0348",
    "": "0",
}
"""Digits that recognisers confuse with each."""
_TAKEN = "in doubt, taken for "
_GAP = regex.compile(r"(?<=\d)\s+(?=\d)")
_DIGITS = regex.compile(r"[1-9][0-9]{0,8}")


class How(StrEnum):
    """Where a candidate comes from."""

    READER = "reader"
    JOINED = "joined"
    """The digits of a split number put together."""
    DIGIT = "digit"
    """A 0 dropped, or a digit doubled or seen once too few."""
    LIKE = "like"
    """A digit that looks like another."""
    LEFT = "left"
    """The row stands one column too far to the right: the cell is the next one's."""
    RIGHT = "right"
    """The other way round."""

    @property
    def is_supposed(self) -> bool:
        """Whether no reading of the reader's has it: then it may speak against a proof, but is never what is proved."""
        return self in {How.DIGIT, How.LIKE}


class Guess(NamedTuple):
    """One thing an uncertain cell may say. ``value`` None is a printed blank."""

    value: Decimal | None
    text: str
    cost: float
    """As in ``Reading``: 0 is the reader's choice."""
    how: How = How.READER

    @property
    def amount(self) -> Decimal:
        """What it counts in a sum."""
        return self.value or Decimal(0)


def is_uncertain(cell: Cell) -> bool:
    """Whether the reader doubts what the cell says, and nothing is wrong with it otherwise."""
    return bool(cell.readings)


def guesses(cells: Mapping[CellKey, Cell]) -> dict[CellKey, tuple[Guess, ...]]:
    """What each uncertain cell may say, cheapest first; a value once."""
    wanted = form_cells()
    found = {key: list(_of_cell(cell, wanted.get((cell.form, cell.key)))) for key, cell in cells.items() if is_uncertain(cell)}
    for row in _doubted_rows(cells):
        for key, guess in _slid(row, cells):
            found[key].append(guess)
    return {key: _once_each(every) for key, every in found.items()}


def likeliest(cell: Cell) -> Cell:
    """A cell in doubt whose text such a cell cannot hold, taken for its likeliest reading that it can.

    A reader of pixels does not know that the form has no sign and no fraction there. The cell stays in doubt.
    """
    wanted = form_cells().get((cell.form, cell.key))
    if wanted is None or not is_uncertain(cell):
        return cell
    for text, _ in (Reading(cell.printed, 0.0), *cell.readings):
        reading = read_number(text, wanted.unit, signed=wanted.signed)
        if reading.kind is Kind.TEXT or reading.doubt:
            continue
        if text == cell.printed:
            return cell
        state = State.PRINTED if reading.kind is Kind.NUMBER else State.BLANK
        return cell._replace(value=reading.value, state=state, note=f"{_TAKEN}{text.strip() or 'blank'}")
    return cell


def chosen(cell: Cell) -> Guess | None:
    """The reader's choice; None where its text is no number and no blank."""
    if cell.note.startswith(_TAKEN):
        return None
    if cell.state is State.PRINTED and cell.value is not None:
        return Guess(cell.value, cell.printed, 0.0)
    return Guess(None, cell.printed, 0.0) if cell.state is State.BLANK else None


def _of_cell(cell: Cell, wanted: FormCell | None) -> Iterator[Guess]:
    unit, signed = (wanted.unit, wanted.signed) if wanted else ("", False)
    first = chosen(cell)
    if first is not None:
        yield first
    for text, cost in cell.readings:
        joined = _GAP.sub("", text)
        for said, dearer, how in ((text, 0.0, How.READER), *([(joined, _COST_OF_GAP, How.JOINED)] if joined != text else [])):
            guess = _guess(said, cost + dearer, how, unit, signed=signed)
            if guess is not None:
                yield guess
                yield from _supposed(guess, unit)


def _guess(text: str, cost: float, how: How, unit: str, *, signed: bool) -> Guess | None:
    reading = read_number(text, unit, signed=signed)
    if reading.doubt or reading.kind is Kind.TEXT:
        return None
    if reading.kind is Kind.NUMBER:
        return Guess(reading.value, text, cost, how)
    return Guess(None, text, cost, how)


def _supposed(guess: Guess, unit: str) -> Iterator[Guess]:
    """What a reading may stand for that the reader did not see. Amounts of money are left alone: no sum speaks of them."""
    text = guess.text
    if unit == "万元" or not (_DIGITS.fullmatch(text) or text in {"0", ""}):
        return
    slips = {f"{text[:at]}0{text[at:]}" for at in range(1, len(text) + 1)}
    slips.update(text[:at] + digit + text[at:] for at, digit in enumerate(text))
    slips.update(text[:at] + text[at + 1 :] for at, (a, b) in enumerate(pairwise(text)) if a == b)
    likes = {text[:at] + like + text[at + 1 :] for at, digit in enumerate(text) for like in _LIKE[digit]}
    likes.update(text.replace(digit, like) for digit in set(text) for like in _LIKE[digit])
    likes.update(_LIKE[""] if not text else ())
    for how, cost, said in ((How.DIGIT, _COST_OF_DIGIT, slips), (How.LIKE, _COST_OF_LIKENESS, likes)):
        for each in sorted(said - {text}):
            if each == "0" or each[0] != "0":
                yield Guess(Decimal(each), each, guess.cost + cost, how)


@cache
def _places() -> dict[tuple[str, CellKey], int]:
    return {named: place for place, named in enumerate(form_cells())}


def place_in_form(cell: Cell) -> int:
    """The cell's place in the order of its form."""
    return _places().get((cell.form, cell.key), -1)


def _doubted_rows(cells: Mapping[CellKey, Cell]) -> Iterator[tuple[CellKey, ...]]:
    """Rows of three cells and more whose every cell is uncertain: only of them the place may be wrong as well."""
    rows: dict[tuple[str, str], list[CellKey]] = {}
    for key in cells:
        rows.setdefault((key.table, key.row), []).append(key)
    for row in rows.values():
        if len(row) >= 3 and all(is_uncertain(cells[key]) for key in row):
            yield tuple(sorted(row, key=lambda key: place_in_form(cells[key])))


def _slid(row: Sequence[CellKey], cells: Mapping[CellKey, Cell]) -> Iterator[tuple[CellKey, Guess]]:
    """For each cell what its neighbours are read as; for the ends the 0 whose loss would make a row slide."""
    for key, neighbour in pairwise(row):
        right, left = chosen(cells[neighbour]), chosen(cells[key])
        if right is not None:
            yield key, right._replace(cost=_COST_OF_SLIDE, how=How.LEFT)
        if left is not None:
            yield neighbour, left._replace(cost=_COST_OF_SLIDE, how=How.RIGHT)
    yield row[0], Guess(Decimal(0), "0", _COST_OF_SLIDE, How.RIGHT)
    yield row[-1], Guess(Decimal(0), "0", _COST_OF_SLIDE, How.LEFT)


def _once_each(every: Sequence[Guess]) -> tuple[Guess, ...]:
    """Each value once, as the reader saw it if it did; cheapest first."""
    found: dict[Decimal | None, Guess] = {}
    for guess in sorted(every, key=lambda guess: (guess.how.is_supposed, guess.cost)):
        found.setdefault(guess.value, guess)
    return tuple(sorted(found.values(), key=lambda guess: guess.cost))
