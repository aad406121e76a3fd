"""Tables that are printed and were not read: a report that prints them is no report of prose alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import regex

from extract.model import Block, Line
from normalize.labels import fold
from normalize.panels import row_labels

_FEWEST_LABELS = 6
_FEWEST_NUMBERS = 15
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
