"""Numbers: what a value cell says.

One question, asked of every printed cell: is this a number, a printed blank, or something else? Nothing is coerced: a blank
is not 0, "无" is not 0, and what cannot be read exactly is not read at all.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

import regex

_BLANK = regex.compile(r"[\s\p{Cf}\p{Cc}\u3000\u00a0]*")
_DASHES = regex.compile(r"[-‐-―−⸺⸻—─━－_/／\\]+|无|沒有|没有")
_NUMBER = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_CELL = regex.compile(
    rf"""(?P<sign>[+]|-|−|减少?|增加?|负)?
    (?P<number>{_NUMBER})
    (?P<unit>亿元|万元|元|亿|万|件次|件|项|条|次|篇|个|人次|人|宗|起|份|批次)?
    (?P<remark>[(\[][^()\[\]]*\p{{Han}}[^()\[\]]*[)\]])?""",
    regex.VERBOSE,
)
_SPACED_GROUPS = regex.compile(r"[0-9]{1,3}(?:[\u00a0\u2009\u202f ][0-9]{3})+(?:\.[0-9]+)?")
_SPACE = regex.compile(r"\s+")
_SPACE_IN_NUMBER = regex.compile(r"[0-9.,]\s++[0-9.,]")
_BREAK_IN_NUMBER = regex.compile(r"[0-9.,][^\S\n]*+\n\s*+[0-9.,]")
_MARKS = regex.compile(r"\p{No}")  # ①, ², ½: NFKC would make plain digits of them
_LONGEST = 1000
"""Characters of the longest cell that is looked at for a number."""
_MOST_DIGITS = 15
"""More are several numbers that something has glued together, and beyond what ``Decimal`` and every store keep exactly."""
_GROUPED = "grouped by spaces"
_PERHAPS_TWO = "two numbers in one cell, or one grouped by spaces"
_MONEY = {"元": Decimal("0.0001"), "万元": Decimal(1), "亿元": Decimal(10000)}
_MULTIPLES = {"万": Decimal(10000), "亿": Decimal(100000000)}
_WORDS = {"零": Decimal(0), "〇": Decimal(0)}


class Kind(StrEnum):
    """What a printed cell is."""

    NUMBER = "number"
    EMPTY = "empty"
    DASH = "dash"
    """A sign printed for "nothing here": ``/``, ``—``, ``-``, ``无``."""
    TEXT = "text"


NOTHING = frozenset({Kind.EMPTY, Kind.DASH})
"""Kinds of cells that hold nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a printed cell says. ``value`` is in the form's unit; ``doubt`` is why it cannot be taken as certain."""

    kind: Kind
    value: Decimal | None = None
    note: str = ""
    doubt: str = ""


def _plain(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


@lru_cache(maxsize=16384)
def kind_of(text: str) -> Kind:
    """The kind of a printed cell, without a unit in mind."""
    return read_number(text).kind


@lru_cache(maxsize=16384)
def read_number(text: str, unit: str = "", *, signed: bool = False) -> Reading:
    """Read a printed cell of a column whose form unit is ``unit`` (``万元`` or a counting word).

    >>> read_number("251000元", "万元").value
    Decimal('25.1')
    """
    if text.isdecimal() and text.isascii() and text[0] != "0" and len(text) <= _MOST_DIGITS:
        return Reading(Kind.NUMBER, Decimal(text))  # what nearly all cells print needs no closer look
    if _BLANK.fullmatch(text):
        return Reading(Kind.EMPTY)
    if len(text) > _LONGEST:
        return Reading(Kind.TEXT, doubt="not a number")
    if _MARKS.search(text):
        return Reading(Kind.TEXT, doubt="a footnote mark beside the number")
    folded = unicodedata.normalize("NFKC", text).strip()
    if _DASHES.fullmatch(_SPACE.sub("", folded)):
        return Reading(Kind.DASH, note=f"printed {text.strip()}")
    if _BREAK_IN_NUMBER.search(folded):
        return Reading(Kind.TEXT, doubt="two numbers, or one number cut in two")
    note = ""  # of a gap between groups of digits
    if _SPACED_GROUPS.fullmatch(folded):
        note = _GROUPED if len(folded.split()) > 2 else _PERHAPS_TWO
    elif _SPACE_IN_NUMBER.search(folded):
        return Reading(Kind.TEXT, doubt="two numbers in one cell")
    compact = _SPACE.sub("", folded)
    if compact in _WORDS:
        return Reading(Kind.NUMBER, _WORDS[compact], note="printed as a word")
    match = _CELL.fullmatch(compact)
    if match is None:
        return Reading(Kind.TEXT, doubt="not a number")
    return _convert(match, unit, signed=signed, note=note)


def _convert(match: regex.Match[str], unit: str, *, signed: bool, note: str) -> Reading:
    sign, number, printed_unit, remark = match.group("sign", "number", "unit", "remark")
    digits = number.replace(",", "")
    if len(digits) > _MOST_DIGITS:
        return Reading(Kind.NUMBER, None, note, "more digits than any count has")
    value = Decimal(digits)
    notes, doubts = [note] if note == _GROUPED else [], [note] if note == _PERHAPS_TWO else []
    if len(number) > 1 and number[0] == "0" and number[1] != ".":
        # What two stacked zeros look like once something has glued them: no value at all.
        return Reading(Kind.NUMBER, None, note, "a leading zero")
    if sign:
        notes.append(f"sign {sign}")
        if sign not in {"+", "增", "增加"}:
            value = -value
        if not signed:
            doubts.append("a sign where the form has none")
    if printed_unit:
        factor, remark_on_unit, doubt = _unit(printed_unit, unit)
        if factor is None:
            return Reading(Kind.NUMBER, None, note, doubt)
        value *= factor
        notes.append(remark_on_unit)
    if remark:
        notes.append(f"remark {remark}")
    if unit and unit != "万元" and value != value.to_integral_value():
        doubts.append("a fraction in a cell of whole counts")
    return Reading(Kind.NUMBER, _plain(value), "; ".join(notes), "; ".join(doubts))


def _unit(printed: str, wanted: str) -> tuple[Decimal | None, str, str]:
    """The factor from a printed unit to the form's, a note on it, and a doubt. No factor: the two do not fit together."""
    if printed in _MONEY:
        if wanted == "万元":
            return _MONEY[printed], f"unit {printed}", ""
        return (None, "", f"an amount of money in a cell of {wanted}") if wanted else (Decimal(1), f"unit {printed}", "")
    if printed in _MULTIPLES:
        # "12万" in a cell of 万元 may mean 12 or 120,000.
        return (None, "", f"multiple {printed}") if wanted == "万元" else (_MULTIPLES[printed], f"multiple {printed}", "")
    if wanted == "万元":
        return None, "", f"a count of {printed} in a cell of 万元"
    return Decimal(1), f"unit {printed}", ""
