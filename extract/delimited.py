"""Lines whose fields are parted by commas or semicolons: tables saved as CSV (RFC 4180) among other text."""

from __future__ import annotations

import csv
from collections.abc import Iterable

from extract.flattened import Splitter
from extract.furniture import trim
from extract.shapes import is_prose, is_value

_FEWEST_ROWS = 6
"""Lines of values that a text must have before its commas are taken for anything but punctuation."""
_FEWEST_FIELDS = 3
_MOSTLY = 0.6
_UNIT = 2
"""Characters of the longest unit, such as 万元."""


def splitter_for(texts: Iterable[str]) -> Splitter | None:
    """What splits the lines of a text at its delimiter; None where its commas are punctuation."""
    texts = list(texts)
    rows = {mark: sum(_is_row(text, mark) for text in texts if text.count(mark) >= _FEWEST_FIELDS - 1) for mark in ",;"}
    mark = max(rows, key=rows.__getitem__)
    return (lambda text: _fields(text, mark)) if rows[mark] >= _FEWEST_ROWS else None


def _fields(text: str, mark: str) -> tuple[str, ...] | None:
    """The fields of a line, or None where it is none of a table's."""
    if mark not in text or text.count('"') % 2:
        return None
    try:
        fields = tuple(trim(field) for field in next(csv.reader([text], delimiter=mark), []))
    except csv.Error:  # a field of 131,072 characters or more: a picture written out, perhaps
        return None
    return None if any(map(is_prose, fields)) else fields


def _is_row(text: str, mark: str) -> bool:
    """Whether most of a line's fields are values, blank or a unit, and one at least is a value."""
    fields = _fields(text, mark) or ()
    brief = sum(len(field) <= _UNIT or is_value(field) for field in fields)
    return len(fields) >= _FEWEST_FIELDS and any(map(is_value, fields)) and brief >= _MOSTLY * len(fields)
