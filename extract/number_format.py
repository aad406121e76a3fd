"""What a spreadsheet shows of a number: the number through its format.

``0;-0;;@`` shows nothing for 0, ``_ * "-"_`` shows a dash: what is printed is not what is stored. A format that is not
understood gives None; then it cannot be told what shows. (ECMA-376-1, 18.8.31.)
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

import regex

_SECTION = regex.compile(r'(?:[^;"\\]|"[^"]*"|\\.)*')
_COLOURS = r"Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color\s*\d+|黑色|蓝色|红色|绿色|白色|黄色"
_DROPPED = regex.compile(rf"_.|\*.|\[(?:{_COLOURS})\]", regex.I)
_LOCALE = regex.compile(r"\[\$-[0-9A-Fa-f]+\]")
_PIECE = regex.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|(?P<digits>[#0?][#0?,.]*[#0?]|[#0?])|(?P<percent>%)'
    r"|(?P<plain>[-+() /:：￥$]|\p{Han})|(?P<text>@)"
)
_BEYOND = 1e30
"""No number of a sheet is as large, and none is "not a number"."""
_MOST_DIGITS = 60
"""In a format. Programs allow 30 behind the point."""
_EXACT = Context(prec=31 + _MOST_DIGITS)
_SIGNIFICANT = 11
"""Digits that the format ``General`` shows."""
_GENERAL = frozenset({"", "general", "@", "g/通用格式"})


class _Pattern(NamedTuple):
    before: str
    digits: str
    after: str
    percent: bool


def shown_number(value: float, form: str) -> str | None:
    """The text that a cell of that format shows for a number; None where the format is not understood."""
    if not abs(value) < _BEYOND:
        return None
    form = _LOCALE.sub("", form)
    if form.strip().lower() in _GENERAL:
        return _general(value)
    section, signed = _section(form, value)
    if section is None:
        return None
    if section.strip().lower() == "general":
        return _general(value)
    pattern = _pattern(section)
    if pattern is None:
        return None
    if not pattern.digits:
        return (pattern.before + pattern.after).strip()
    number = abs(Decimal(repr(value))) * (100 if pattern.percent else 1)
    sign = "-" if value < 0 and signed and _rounded(number, pattern.digits).strip("0.,") else ""
    return f"{pattern.before}{sign}{_rounded(number, pattern.digits)}{pattern.after}".strip()


def _general(value: float) -> str:
    if float(value).is_integer() and abs(value) < 10**_SIGNIFICANT:
        return str(int(value))
    return f"{value:.{_SIGNIFICANT - 1}g}"


def _section(form: str, value: float) -> tuple[str | None, bool]:
    """The part of the format for the number, and whether a minus has still to be put before it."""
    parts = _split(form)
    if value < 0 and len(parts) > 1:
        return _clean(parts[1]), False
    if value == 0 and len(parts) > 2:
        return _clean(parts[2]), False
    return _clean(parts[0]), True


@lru_cache(maxsize=256)
def _split(form: str) -> tuple[str, ...]:
    parts, at = [], 0
    while True:
        found = _SECTION.match(form, at)
        end = found.end() if found else len(form)
        parts.append(form[at:end])
        if end >= len(form):
            return tuple(parts)
        at = end + 1


def _clean(section: str) -> str | None:
    """Without what only moves or colours; None for a condition."""
    left = _DROPPED.sub("", section)
    return None if "[" in left else left


@lru_cache(maxsize=256)
def _pattern(section: str) -> _Pattern | None:
    before, digits, after, percent = "", "", "", False
    at = 0
    while at < len(section):
        found = _PIECE.match(section, at)
        if found is None or found["text"]:
            return None
        at = found.end()
        literal = found["quoted"] or found["escaped"] or found["plain"] or ("%" if found["percent"] else "")
        percent = percent or bool(found["percent"])
        if found["digits"]:
            if digits:
                return None  # a fraction, or a number in pieces
            digits = found["digits"]
        elif digits:
            after += literal
        else:
            before += literal
    if "," in digits[-1:] or digits.count(".") > 1 or len(digits) > _MOST_DIGITS:
        return None
    return _Pattern(before, digits, after, percent)


def _rounded(number: Decimal, digits: str) -> str:
    """A number without its sign, with as many digits as ``#,##0.0#`` asks for."""
    whole, _, part = digits.partition(".")
    rounded = number.quantize(Decimal(1).scaleb(-len(part)), ROUND_HALF_UP, _EXACT)
    shown, _, decimals = f"{rounded:f}".partition(".")
    while len(decimals) > part.count("0") and decimals.endswith("0"):
        decimals = decimals[:-1]
    least = whole.count("0")
    shown = "" if least == 0 and shown == "0" else shown.zfill(least)
    if "," in whole and shown:
        shown = f"{int(shown):,}".zfill(least)
    return f"{shown}.{decimals}" if decimals else shown
