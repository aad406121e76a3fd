"""Tables whose columns somebody aligned with spaces, by typing or by ``pdftotext -layout``."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from extract.aligned import AlignedTable, Word, find_grids
from extract.continued import join
from extract.furniture import Item, TextLine, is_furniture
from extract.model import Grid, GridCell, Line, Locus
from extract.shapes import is_chapter, is_value

_PITCH = 6.0
"""Points of a character cell; a line is twice as high, as in a terminal."""
_LINE = 12.0
_MOST_LINES = 6000
"""More lines with columns than any report has: a log or a data file, which is not looked into."""
_TALLEST = 400
"""Lines of a stretch that is looked at as one page."""

_TOKEN = regex.compile(r"(?:(?<!\S)\p{Han}[ \u3000]{1,2}\p{Han}(?!\S))|\S+(?:[ \u00a0](?=\S)\S+)*")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word of a line: its text, its first character and the one after its last, and its number in the line."""

    text: str
    start: int
    end: int
    field: int


def align(items: Sequence[Item]) -> list[Item]:
    """The items with the tables among their lines taken together; a table goes on over page ends and page furniture."""
    stretches = list(_stretches(items))
    if sum(len(s) for s in stretches if isinstance(s, list)) > _MOST_LINES:
        return list(items)
    wide = _width_of_wide([s for s in stretches if isinstance(s, list)])
    aligned: list[Item] = []
    open_table: AlignedTable | None = None
    for stretch in stretches:
        if isinstance(stretch, list):
            open_table = _read(stretch, wide, aligned, open_table)
        else:
            aligned.append(stretch)
            if not (is_furniture(stretch) or _is_slight(stretch)):
                open_table = None
    return aligned


def _is_slight(item: Item | list[TextLine]) -> bool:
    """A blank line, or a short one that may head the rest of a table on the next page."""
    return isinstance(item, TextLine) and (item.blank or (len("".join(item.text.split())) < 20 and not is_chapter(item.text)))


def _stretches(items: Sequence[Item]) -> Iterator[Item | list[TextLine]]:
    """Lines between sentences, pages and furniture; those stretches that cannot hold a table line by line."""
    stretch: list[TextLine] = []
    for item in items:
        apart = not isinstance(item, TextLine) or "。" in item.text
        if stretch and (apart or (isinstance(item, TextLine) and item.new_page) or len(stretch) >= _TALLEST):
            yield from _whole(stretch)
            stretch = []
        if apart:
            yield item
        elif isinstance(item, TextLine):
            stretch.append(item)
    yield from _whole(stretch)


def _whole(stretch: list[TextLine]) -> Iterator[Item | list[TextLine]]:
    if any(len(pieces) > 1 and is_value(pieces[-1].text) for pieces in map(_pieces, stretch)):
        yield stretch
    else:
        yield from stretch


def _width_of_wide(stretches: Sequence[list[TextLine]]) -> int:
    """How many columns a Chinese character took for whoever aligned this: two in a terminal, one for ``pdftotext``.

    The right answer makes the columns stand.
    """
    return max((2, 1), key=lambda wide: sum(_merit(_tables(stretch, wide, goes_on=False)[1]) for stretch in stretches))


def _read(stretch: list[TextLine], wide: int, aligned: list[Item], open_table: AlignedTable | None) -> AlignedTable | None:
    """Appends the stretch with its tables to ``aligned``; returns the table it ends in, which the next page may continue."""
    places, tables = _tables(stretch, wide, goes_on=open_table is not None)
    rest = set(range(len(places))).difference(*(table.used for table in tables))
    waiting = sorted(tables, key=lambda table: min(table.used))
    last: AlignedTable | None = None
    for at, line in enumerate(stretch):
        while waiting and places[min(waiting[0].used)][0] == at:
            table = _located(waiting.pop(0), places, stretch)
            whole = join(open_table, table) if open_table is not None else None
            if whole is not None:
                _replace(aligned, open_table, whole)
            else:
                aligned.append(table.grid)
            last = open_table = whole or table
        left = [i for i, (row, _) in enumerate(places) if row == at and i in rest]
        taken = any(row == at and i not in rest for i, (row, _) in enumerate(places))
        if not taken:
            aligned.append(line)
            if not _is_slight(line):
                last = open_table = None
        else:
            aligned += [Line(places[i][1].text, locus=Locus(line.number, places[i][1].field)) for i in left]
    return last


def _replace(aligned: list[Item], part: AlignedTable | None, whole: AlignedTable) -> None:
    """Puts the whole table in the place of its first part."""
    for at in range(len(aligned) - 1, -1, -1):
        if part is not None and aligned[at] is part.grid:
            aligned[at] = whole.grid
            return


_Places = list[tuple[int, _Piece]]
"""Of each word, the line (counted in the stretch) and the piece of it."""


def _tables(stretch: list[TextLine], wide: int, *, goes_on: bool) -> tuple[_Places, list[AlignedTable]]:
    """The tables, on the assumption that a wide character takes that many columns."""
    places: _Places = []
    words: list[Word] = []
    for at, line in enumerate(stretch):
        edges = _edges(line.text, wide)
        for piece in _pieces(line):
            places.append((at, piece))
            words.append(Word(piece.text, edges[piece.start], at * _LINE, edges[piece.end], (at + 1) * _LINE))
    return places, find_grids(words, 1, goes_on=goes_on)


def _edges(text: str, wide: int) -> list[float]:
    """The left edge of every character, and the right edge of the last."""
    edges = [0.0]
    for character in text:
        edges.append(edges[-1] + _PITCH * (wide if unicodedata.east_asian_width(character) in "WFA" else 1))
    return edges


def _merit(tables: list[AlignedTable]) -> float:
    """How well the columns stand: sure values count for it, doubtful and lacking ones against it."""
    cells = [cell for table in tables for cell in table.grid.cells if cell.column >= table.labels]
    sure = sum(bool(cell.text) and cell.confidence == 1 for cell in cells)
    doubtful = sum(cell.confidence < 1 for cell in cells)
    return sure - 2 * doubtful - 0.3 * sum(not cell.text for cell in cells)


def _pieces(line: TextLine) -> list[_Piece]:
    """The words of a line: parted by two spaces, or by one where it parts values."""
    tokens = list(_TOKEN.finditer(line.text))
    pieces: list[_Piece] = []
    for at, token in enumerate(tokens):
        parts = list(regex.finditer(r"\S+", token[0]))
        values = _trailing_values([part[0] for part in parts])
        followed = at + 1 < len(tokens) and is_value(tokens[at + 1][0].split()[0])
        cut = len(parts) - values if values and (values > 1 or followed) else len(parts)
        offset = token.start()
        spans = [(parts[0].start(), parts[cut - 1].end())] if cut else []
        spans += [part.span() for part in parts[cut:]]
        pieces += [
            _Piece(line.text[offset + start : offset + end], offset + start, offset + end, len(pieces) + 1 + k)
            for k, (start, end) in enumerate(spans)
        ]
    return pieces


def _trailing_values(parts: list[str]) -> int:
    count = 0
    while count < len(parts) and is_value(parts[-1 - count]):
        count += 1
    return count


def _located(table: AlignedTable, places: _Places, stretch: list[TextLine]) -> AlignedTable:
    """The table with line and field of its cells instead of boxes."""
    cells: list[GridCell] = []
    for cell, members in zip(table.grid.cells, table.members, strict=True):
        place = places[members[0]] if members else None
        locus = Locus(stretch[place[0]].number, place[1].field) if place else None
        cells.append(replace(cell, box=None, locus=locus))
    return replace(table, grid=Grid(tuple(cells), table.grid.layout))
