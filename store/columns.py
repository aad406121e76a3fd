"""Column types that keep what was printed exact on every database."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import REAL, Dialect, Double, LargeBinary, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from collect.errors import StoreError

INTEGER_DIGITS = 18
"""Integers of so many digits always fit the 64 bits of SQLite and PostgreSQL."""
FLOAT_DIGITS = 15
"""A decimal of so many significant digits survives a binary double."""

Measure: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")
"""A length in points or a confidence: a double under the only name a STRICT table of SQLite accepts."""


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


class Figure(UserDefinedType[Decimal]):
    """A printed number, as ``Decimal``.

    PostgreSQL: NUMERIC, exact. SQLite has no decimal type; REAL would show every count as ``12.0`` and INTEGER would
    refuse the ``4.5`` that some agency did print. So the column is ANY in a STRICT table: whole numbers are INTEGER and
    sum exactly, others are REAL, which is exact to 15 significant digits (``25.1`` comes back as ``25.1``). A number
    that is longer keeps its exact digits in ``cell_note.exact``. There is no CHECK that the value is a number, since 200
    of them make a load 60 times slower: this type is the guard.
    """

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type's name where no dialect says otherwise."""
        return "NUMERIC"

    def bind_processor(self, dialect: Dialect) -> Callable[[Decimal | None], Any] | None:
        """Decimal to what the driver takes."""
        return to_sqlite if dialect.name == "sqlite" else to_numeric

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Decimal | None] | None:  # noqa: ARG002 - SQLAlchemy's signature
        """What the driver gives to Decimal."""
        return from_sqlite if dialect.name == "sqlite" else None


@compiles(Figure, "sqlite")
def _sqlite_figure(_type: Figure, _compiler: object, **_: object) -> str:
    return "ANY"


def storable(text: str) -> str:
    r"""``text`` without what databases refuse: NUL, and the lone surrogates of undecodable file names (as ``\udcXX``)."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


class Digest(TypeDecorator[str]):
    """A SHA-256: hexadecimal in Python and in the views, 32 bytes in the table and in its index."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The bytes."""
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """The digits."""
        return None if value is None else value.hex()


class Words(TypeDecorator[str]):
    """Text from outside."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """``storable`` text."""
        return None if value is None else storable(value)
