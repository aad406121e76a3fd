"""pandas frames with types that keep what the database says: no number is rounded, and "no number" never becomes 0.

=============  ====================================================================================================
text           ``string``; missing is ``<NA>``
counts         ``Int64``; no number is ``<NA>``
amounts        ``Float64``, a double, which holds 15 significant digits exactly (25.1 万元 is 25.1)
yes or no      ``boolean``
days           ``datetime64[s]``
verdict, form  and the other names of a fixed list: an ordered category, in the order of ``store.orders``
=============  ====================================================================================================

A column with a number that its type cannot hold exactly (a fraction among counts, more than 15 digits) takes the next type
that can: ``Float64``, then ``object`` with ``Decimal``. Nothing is ever rounded to fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import pandas as pd

from store.orders import ORDERS
from store.values import survives_double

_WHOLE = 2**63
_EXACT_IN_DOUBLE = 2**53


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    AMOUNT = "amount"
    FLAG = "flag"
    DAY = "day"
    NAME = "name"
    """One of a list: see ``store.orders``."""


def frame(columns: Mapping[str, Kind], rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Rows as a frame whose columns have the types above, also where there are no rows."""
    held = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pd.DataFrame({name: typed(name, kind, values) for (name, kind), values in zip(columns.items(), held, strict=True)})


def typed(name: str, kind: Kind, values: Sequence[Any]) -> pd.Series[Any]:
    """One column."""
    if kind in {Kind.COUNT, Kind.AMOUNT}:
        return figures(values, are_counts=kind is Kind.COUNT)
    if kind is Kind.NAME:
        return pd.Series(names(name, values))
    if kind is Kind.FLAG:
        return pd.Series([None if value is None else bool(value) for value in values], dtype="boolean")
    if kind is Kind.DAY:
        return _days(values)
    return pd.Series(list(values), dtype="string")


def figures(values: Sequence[Any], *, are_counts: bool) -> pd.Series[Any]:
    """Numbers (int, float or ``Decimal``; None for none) in the narrowest type that holds every one of them exactly."""
    plain = list(values) if _are_whole(values) else [_plain(value) for value in values]
    kinds = set(map(type, plain)) - {type(None)}
    if kinds <= {int} and are_counts and _within(plain, _WHOLE):
        return pd.Series(plain, dtype="Int64")
    if kinds <= {int, float} and _within((value for value in plain if isinstance(value, int)), _EXACT_IN_DOUBLE + 1):
        return pd.Series(plain, dtype="Float64")
    return pd.Series(list(map(_decimal, values)), dtype="object")


def _are_whole(values: Sequence[Any]) -> bool:
    return set(map(type, values)) <= {int, type(None)}


def _within(values: Iterable[Any], limit: int) -> bool:
    return all(value is None or -limit < value < limit for value in values)


def _plain(value: Any) -> int | float | Decimal | None:  # noqa: ANN401 - whatever a driver gives for a figure
    """An int where it is whole, a float where that says the same, else the ``Decimal`` itself."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_IN_DOUBLE:
        return int(value)
    if not isinstance(value, Decimal):
        return value  # type: ignore[no-any-return]
    if value == value.to_integral_value():
        return int(value)
    return float(value) if survives_double(value) else value


def _decimal(value: Any) -> Decimal | None:  # noqa: ANN401 - as above
    return value if value is None or isinstance(value, Decimal) else Decimal(repr(value))


def names(name: str, values: Sequence[Any]) -> pd.Categorical:
    """An ordered category; an empty name is none, and a name that the list lacks is added at its end, never dropped."""
    given = [str(value) if value else None for value in values]
    known = ORDERS.get(name, ())
    more = sorted({value for value in given if value is not None} - set(known))
    return pd.Categorical(given, categories=[*known, *more], ordered=True)


def _days(values: Sequence[Any]) -> pd.Series[Any]:
    try:
        read = [date.fromisoformat(value[:10]) if value else None for value in values]
    except ValueError:
        return pd.Series(list(values), dtype="string")  # as printed rather than lost
    return pd.Series(pd.to_datetime(pd.Series(read, dtype="object")).astype("datetime64[s]"))


def answered(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """What a query answers: types by what its columns hold, categories where a column has the name and values of one."""
    held = list(zip(*rows, strict=True)) or [()] * len(columns)
    made = [_guessed(name, values) for name, values in zip(columns, held, strict=True)]
    found = pd.concat(made, axis=1) if made else pd.DataFrame()
    found.columns = pd.Index(columns)
    return found


def _guessed(name: str, values: Sequence[Any]) -> pd.Series[Any]:
    kinds = set(map(type, values)) - {type(None)}
    if name in ORDERS and kinds <= {str} and {value for value in values if value} <= set(ORDERS[name]):
        return pd.Series(names(name, values))
    if kinds <= {str}:
        return pd.Series(list(values), dtype="string")
    if kinds <= {bool}:
        return pd.Series(list(values), dtype="boolean")
    if kinds <= {int, float, Decimal}:
        return figures(values, are_counts=float not in kinds)
    return pd.Series(list(values), dtype="object")
