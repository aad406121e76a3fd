"""Column types that keep what was printed exact on every database."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import REAL, Dialect, Double, LargeBinary, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

from store.values import from_sqlite, storable, to_numeric, to_sqlite

Measure: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")
"""A length in points or a confidence: a double under the only name a STRICT table of SQLite accepts."""


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
