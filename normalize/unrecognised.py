"""Tables that are printed and were not read: a report that prints them is no report of prose alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import regex

from extract.model import Block, Line, LineRole
from normalize.labels import fold
from normalize.numbers import Kind, kind_of
from normalize.panels import row_labels
from normalize.sheet import names_row

_FEWEST_LABELS = 6
_FEWEST_NUMBERS = 15
_FEWEST_ROWS = 8
_MANY_ROWS = 20
"""Rows that nobody names in passing, so that their values may stand anywhere."""
_LONGEST_LABEL = 40
_BESIDE_LABEL = regex.compile(r"\p{Han}{1,2}|[-+]?[\d.,]+|\P{L}")
"""A unit, a number, or a mark for none."""
_SHORT = 160
"""Characters of a line that may be a row of a table."""
_NUMBER = regex.compile(r"\d+")
_NO_LETTER = regex.compile(r"[\p{P}\p{S}]")
_PLAIN_LABEL = regex.compile(r"\p{Han}{4}")


def prints_unread_tables(blocks: Sequence[Block]) -> bool:
    """Whether lines or grids that became no table print many of the forms' row labels, and numbers beside them."""
    labels: set[str] = set()
    numbers = 0
    for text in _pieces(blocks):
        labels.update(_label().findall(_NO_LETTER.sub("", fold(text))))
        numbers += len(_NUMBER.findall(text))
    return len(labels) >= _FEWEST_LABELS and numbers >= _FEWEST_NUMBERS


def prints_rows_beside(blocks: Sequence[Block]) -> bool:
    """Whether lines beside tables that were read are rows of a form by themselves: another version of it.

    A table without rules and almost without numbers is no table to the reader, and of one that was turned labels alone are left.
    """
    labels: set[str] = set()
    valued = False
    for block in blocks:
        words = block.text.split() if isinstance(block, Line) and block.role is LineRole.BODY else ()
        if not words or len(words[0]) > _LONGEST_LABEL or any(_BESIDE_LABEL.fullmatch(word) is None for word in words[1:]):
            continue
        if names_row(words[0]):
            labels.add(words[0])
            valued = valued or any(kind_of(word) is Kind.NUMBER for word in words[1:])
    return len(labels) >= (_FEWEST_ROWS if valued else _MANY_ROWS)


def _pieces(blocks: Sequence[Block]) -> Iterator[str]:
    """What may be rows: sentences spell figures out too, and those are read as prose."""
    for block in blocks:
        if isinstance(block, Line):
            if len(block.text) <= _SHORT and "。" not in block.text:
                yield block.text
        else:
            yield from (cell.text for cell in block.cells)


@cache
def _label() -> regex.Pattern[str]:
    words = sorted({label.short for label in row_labels() if _PLAIN_LABEL.match(label.short)}, key=len, reverse=True)
    return regex.compile(r"\L<words>", words=words)
