"""Page furniture in text files: page numbers, and the heads and feet that a program repeats round its form feeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from extract.model import Grid, Line, LineRole, Locus
from extract.shapes import is_bare_page_number, is_page_number, plain

_SPACE = " \u00a0\u3000\r\n\t\u200b\ufeff"
_EDGE = 2
"""Lines at the top and at the bottom of a page among which a running head is looked for."""
_OFTEN = 0.6
"""Share of the pages on which a running head stands. The head of a table that goes on stands on fewer."""
_DIGITS = regex.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class TextLine:
    """A physical line of a text file, 1-based, without its line end."""

    number: int
    text: str
    new_page: bool = False
    """A form feed stands before it."""

    @property
    def blank(self) -> bool:
        """Nothing printed."""
        return not self.text.strip(_SPACE)


Item = TextLine | Line | Grid
"""What a text is made of while one reader after the other takes its tables out of the lines."""


def trim(text: str) -> str:
    """The text without white space (also no-break, full-width and zero-width) at its ends."""
    return text.strip(_SPACE)


def furniture(line: TextLine) -> Line:
    """The line as page furniture."""
    return Line(trim(line.text), locus=Locus(line.number), role=LineRole.FURNITURE)


def is_furniture(item: Item) -> bool:
    """Whether the item is a line known to be page furniture."""
    return isinstance(item, Line) and item.role is LineRole.FURNITURE


def mark(lines: Sequence[TextLine]) -> list[Item]:
    """The lines, with those that are page furniture for certain marked as such.

    A number alone on a line may be a value: it is furniture only where the numbers at the page ends count the pages.
    """
    edges = _page_edges(lines)
    heads = Counter(_wording(lines[i].text) for i in edges)
    pages = 1 + sum(line.new_page for line in lines)
    often = max(2.0, _OFTEN * pages)
    running = {i for i in edges if heads[_wording(lines[i].text)] >= often and _wording(lines[i].text)}
    counted = _page_count(lines, edges)
    return [
        furniture(line) if i in running or i in counted or is_page_number(trim(line.text)) else line
        for i, line in enumerate(lines)
    ]


def _page_edges(lines: Sequence[TextLine]) -> list[int]:
    """The first and last printed lines of the pages, where form feeds part any."""
    starts = [0, *(i for i, line in enumerate(lines) if line.new_page and i), len(lines)]
    if len(starts) < 3:
        return []
    edges: list[int] = []
    for start, end in pairwise(starts):
        printed = [i for i in range(start, end) if not lines[i].blank]
        edges += sorted({*printed[:_EDGE], *printed[-_EDGE:]})
    return edges


def _wording(text: str) -> str:
    """The line without its numbers and spaces; ``""`` where it is too short to tell, or a row of a table."""
    if "\t" in text:
        return ""
    wording = "".join(_DIGITS.sub("#", plain(text)).split())
    return wording if len(wording) > 12 or wording.startswith("http") else ""


def _page_count(lines: Sequence[TextLine], edges: Sequence[int]) -> set[int]:
    bare = [(i, int(plain(lines[i].text))) for i in edges if is_bare_page_number(trim(lines[i].text))]
    counts = len(bare) > 1 and all(b[1] - a[1] == 1 for a, b in pairwise(bare))
    return {i for i, _ in bare} if counts else set()
