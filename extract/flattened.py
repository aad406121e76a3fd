"""Tables flattened to rows of fields, one row a line: gathered over page breaks, furniture and debris.

Only the order of fields is known (``Layout.SEQUENCE``): nothing is shifted, filled or guessed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from extract.furniture import Item, TextLine, furniture, is_furniture, trim
from extract.model import Grid, GridCell, Layout, Line, Locus
from extract.shapes import is_bare_page_number, is_bracketed, is_chapter, is_prose, is_value

_LOOKAHEAD = 16
"""Lines that may stand between two rows of one table: page furniture and cell debris."""
_HEADING_ENDS = ("情况", "事项", "问题", "措施", "说明", "内容")
"""What chapter headings end in."""
_SPACED_OUT = 0.3
"""Above this share of rows after a blank line, blank lines separate rows and are no page breaks."""


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of one row and the line they stand on. ``gap``: a page may have ended before it."""

    number: int
    fields: tuple[str, ...]
    gap: bool = False

    @property
    def filled(self) -> list[str]:
        """The fields that are not empty."""
        return [field for field in self.fields if field]

    @property
    def has_values(self) -> bool:
        """Whether any field is a bare value."""
        return any(is_value(field) for field in self.filled)


Splitter = Callable[[str], tuple[str, ...] | None]
"""Fields of a line, or None where the line is no row; ``()`` where it is only the drawing of a table."""


def split_tabs(text: str) -> tuple[str, ...] | None:
    """Fields of a tab-separated line."""
    return tuple(trim(field) for field in text.split("\t")) if "\t" in text else None


def gather(items: Sequence[Item], split: Splitter) -> list[Item]:
    """The items with every table that ``split`` recognises taken together into a grid, furniture after it."""
    split = cache(split)  # every line is asked for its fields by each of the questions below
    gathered: list[Item] = []
    at = 0
    while at < len(items):
        item = items[at]
        if isinstance(item, TextLine) and _starts_table(item, split):
            run = _Run(items, at, split)
            gathered.extend(run.blocks())
            at = run.end
        else:
            gathered.append(item)
            at += 1
    return gathered


def _starts_table(line: TextLine, split: Splitter) -> bool:
    fields = split(line.text)
    if not fields:
        return fields == ()
    filled = [field for field in fields if field]
    return len(filled) > 1 or (bool(fields[0]) and len(fields) > 1)


class _Run:
    """One table, gathered from the line it starts on."""

    def __init__(self, items: Sequence[Item], start: int, split: Splitter) -> None:
        self._items = items
        self._split = split
        self._start = start
        self._rows: list[Row] = []
        self._furniture: list[Line] = []
        self._rules_after: set[int] = set()
        self.end = start
        """Index of the first item after the table."""
        at: int | None = start
        while at is not None:
            at = self._take(at)

    def _take(self, at: int) -> int | None:
        """Takes what stands between the last row and the line at that index, and the line; returns the next row's index."""
        gap = False  # whether a page may have ended here
        for i in range(self.end, at + 1):
            item = self._items[i]
            if isinstance(item, Grid):
                continue
            if isinstance(item, Line) or self._is_page_number(i):
                self._furniture.append(furniture(item) if isinstance(item, TextLine) else item)
                gap = True
            elif isinstance(item, TextLine):
                gap = gap or item.blank or item.new_page
                self._add(item, gap=gap)
        self.end = at + 1
        return self._next()

    def _is_page_number(self, at: int) -> bool:
        """A bare number set off by blank lines: in a table with separators it is no cell."""
        item = self._items[at]
        if not isinstance(item, TextLine) or not is_bare_page_number(trim(item.text)):
            return False
        around = [*self._items[max(0, at - 1) : at], *self._items[at + 1 : at + 2]]
        return all(not isinstance(other, TextLine) or other.blank or other.new_page for other in around)

    def _add(self, line: TextLine, *, gap: bool) -> None:
        fields = self._split(line.text)
        if fields == ():
            self._rules_after.add(len(self._rows))
        elif not line.blank or fields:
            self._rows.append(Row(line.number, fields or (trim(line.text),), gap))

    def _next(self) -> int | None:
        """The next row beyond blank lines, furniture and debris; None if the table has ended."""
        between: list[TextLine] = []
        loose = False
        for at in range(self.end, len(self._items)):
            item = self._items[at]
            if is_furniture(item) or self._is_page_number(at):
                loose = True
                continue
            if not isinstance(item, TextLine) or len(between) > _LOOKAHEAD:
                break
            loose = loose or item.blank or item.new_page
            if self._is_row(item):
                row = Row(item.number, self._split(item.text) or ())
                if not between or self._is_debris(between, row, loose=loose):
                    return at
                break
            if not item.blank:
                between.append(item)
        return self._blank_row()

    def _blank_row(self) -> int | None:
        """The line directly below the last row, if it is a label with nothing but separators: its values are all blank."""
        item = self._items[self.end] if self.end < len(self._items) else None
        if not isinstance(item, TextLine) or item.blank:
            return None
        fields = self._split(item.text) or ()
        label = fields[0] if fields else ""
        alone = len(fields) > 1 and label and not any(fields[1:])
        return self.end if alone and not is_prose(label) and not label.endswith(_HEADING_ENDS) else None

    def _is_row(self, line: TextLine) -> bool:
        """A row for certain. One lone field may be a heading with stray separators: the context decides."""
        fields = self._split(line.text)
        if not fields:
            return fields == ()
        filled = [field for field in fields if field]
        return len(filled) != 1 or not (is_chapter(filled[0]) or is_prose(filled[0]) or (len(fields) == 1))

    def _is_debris(self, between: list[TextLine], following: Row, *, loose: bool) -> bool:
        """Lines without separators between two rows that are labels or pieces of cells, not the end of the table.

        A chapter heading and a row label look alike (``三、…``); but a heading is followed by the next table's head, which
        holds no values, a row label by its values.
        """
        texts = [trim(line.text) for line in between]
        if any(is_prose(text) for text in texts):
            return False
        headed = following.has_values
        if any(is_chapter(text) or (is_bracketed(text) and len(text) > 12) for text in texts) and not headed:
            return False
        if loose and not headed and not self._spaced_out():
            return False
        return len(texts) <= 3 or all(len(text) <= 4 for text in texts)

    def _spaced_out(self) -> bool:
        gaps = sum(row.gap for row in self._rows)
        return gaps > 2 and gaps > _SPACED_OUT * len(self._rows)

    def blocks(self) -> Iterator[Item]:
        """The grid and the furniture found inside; or the lines again, if it is no table after all."""
        rows = _rewrapped(self._rows, self._rules_after)
        if not _is_table(rows):
            yield from (item for item in self._items[self._start : self.end] if not _is_drawing(item, self._split))
            return
        yield grid_of(rows, page_breaks=not self._spaced_out())
        yield from self._furniture


def _is_drawing(item: Item, split: Splitter) -> bool:
    return isinstance(item, TextLine) and not item.blank and split(item.text) == ()


def _is_table(rows: Sequence[Row]) -> bool:
    """Two rows of several fields with a value among them, three without, or one row of values."""
    several = sum(len(row.filled) > 1 for row in rows)
    if several >= 3:
        return True
    values = sum(is_value(field) for row in rows for field in row.filled)
    return (several >= 2 and values > 0) or (len(rows) >= 2 and values >= 2) or values >= 4


def grid_of(rows: Sequence[Row], *, page_breaks: bool = True) -> Grid:
    """A SEQUENCE grid, field by field as printed."""
    return Grid(
        cells=tuple(
            GridCell(r, f, text, locus=Locus(row.number, f + 1))
            for r, row in enumerate(rows)
            for f, text in enumerate(row.fields)
        ),
        layout=Layout.SEQUENCE,
        breaks=tuple(r for r, row in enumerate(rows) if r and row.gap) if page_breaks else (),
    )


def _rewrapped(rows: Sequence[Row], rules_after: set[int]) -> list[Row]:
    """The rows of a drawn table with cells that run over several lines put together again.

    Only where rules part every row: then what stands between two rules is one row, provided that no column holds two values.
    """
    if len(rules_after) < 3:
        return list(rows)
    edges = sorted({0, len(rows), *rules_after})
    wrapped: list[Row] = []
    for start, end in pairwise(edges):
        wrapped += _merged(rows[start:end])
    return wrapped


def _merged(group: Sequence[Row]) -> list[Row]:
    same_width = len({len(row.fields) for row in group}) == 1
    if len(group) < 2 or len(group) > 8 or not same_width:
        return list(group)
    columns = list(zip(*(row.fields for row in group), strict=True))
    if any(sum(is_value(text) for text in column) > 1 for column in columns):
        return list(group)
    return [Row(group[0].number, tuple("".join(column) for column in columns), group[0].gap)]
