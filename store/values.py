"""Numbers and texts as databases take them. Light to import: reading processes make rows, but know no database."""

from __future__ import annotations

from decimal import Decimal

from collect.errors import StoreError

INTEGER_DIGITS = 18
"""Integers of so many digits always fit the 64 bits of SQLite and PostgreSQL."""
FLOAT_DIGITS = 15
"""A decimal of so many significant digits survives a binary double."""


def figure_text(value: Decimal) -> str:
    """The number as plain text: no exponent, no trailing zeros, ``0`` never negative."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def survives_double(value: Decimal) -> bool:
    """Whether ``value`` comes back from a database of doubles exactly, and SQLite itself prints it as ``figure_text`` does."""
    if not value or (value.adjusted() < INTEGER_DIGITS and value == value.to_integral_value()):
        return True
    digits = len(value.normalize().as_tuple().digits)
    return digits <= FLOAT_DIGITS and -5 < value.adjusted() < FLOAT_DIGITS


def to_sqlite(value: Decimal | None) -> int | float | None:
    """An INTEGER where the number is whole, else the nearest REAL.

    Raises:
        StoreError: ``value`` is infinite or not a number.
    """
    if value is None:
        return None
    if not value.is_finite():
        raise StoreError(f"{value} is no figure.", advice="Please report this with the document that caused it.")
    if value.adjusted() < INTEGER_DIGITS:
        whole = int(value)
        if whole == value:
            return whole
    return float(value)


def from_sqlite(stored: float | None) -> Decimal | None:
    """The number that ``to_sqlite`` stored; exact wherever ``survives_double`` says so."""
    if stored is None:
        return None
    return Decimal(stored) if isinstance(stored, int) else Decimal(repr(stored))


def to_numeric(value: Decimal | None) -> Decimal | None:
    """The number for PostgreSQL's NUMERIC, written as ``figure_text`` does.

    Raises:
        StoreError: ``value`` is infinite or not a number.
    """
    if value is None:
        return None
    if not value.is_finite():
        raise StoreError(f"{value} is no figure.", advice="Please report this with the document that caused it.")
    return Decimal(figure_text(value))


def storable(text: str) -> str:
    r"""``text`` without what databases refuse: NUL, and the lone surrogates of undecodable file names (as ``\udcXX``)."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
