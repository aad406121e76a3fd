"""Tables whose columns somebody aligned with spaces, by typing or by ``pdftotext -layout``."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate, pairwise

import regex

from extract.aligned import AlignedTable, Word, find_grids
from extract.continued import join
from extract.furniture import Item, TextLine, is_furniture
from extract.model import Grid, GridCell, Line, Locus
from extract.shapes import is_chapter, is_enumerated, is_value

_PITCH = 6.0
"""Points of a character cell; a line is twice as high, as in a terminal."""
_LINE = 12.0
_MOST_LINES = 6000
"""More lines with columns than any report has: a log or a data file, which is not looked into."""
_LONGEST = 1000
"""Characters of a line that is no row of a table."""
_TALLEST = 400
"""Lines of a stretch that is looked at as one page."""

_HEAD = regex.compile(r"\p{Han}{1,4}")
_PART = regex.compile(r"\S+")
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
    candidates = [s for s in stretches if isinstance(s, _Stretch)]
    if sum(len(s.lines) for s in candidates) > _MOST_LINES:
        return list(items)
    _set_width_of_wide(candidates)
    aligned: list[Item] = []
    open_table: AlignedTable | None = None
    for stretch in stretches:
        if isinstance(stretch, _Stretch):
            open_table = _read(stretch, aligned, open_table)
        else:
            aligned.append(stretch)
            if not (is_furniture(stretch) or _is_slight(stretch)):
                open_table = None
    return aligned


@dataclass(slots=True)
class _Stretch:
    """Lines that are looked at as one page, with the furniture that stood among them taken out."""

    lines: list[TextLine] = field(default_factory=list)
    furniture: list[Item] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    """Numbers of the lines that are the first after furniture."""
    pieces: list[list[_Piece]] = field(default_factory=list)
    """The words of each line."""
    words: list[Word] = field(default_factory=list)
    tables: list[AlignedTable] = field(default_factory=list)
    """Those found where no table goes on from the stretch before."""

    @property
    def places(self) -> _Places:
        """Where each word stands."""
        return [(at, piece) for at, pieces in enumerate(self.pieces) for piece in pieces]


def _is_slight(item: Item | _Stretch) -> bool:
    """A blank line, or a short one that may head the rest of a table on the next page."""
    return isinstance(item, TextLine) and (item.blank or (len("".join(item.text.split())) < 20 and not is_chapter(item.text)))


def _stretches(items: Sequence[Item]) -> Iterator[Item | _Stretch]:
    """Lines between sentences and form feeds; those stretches that cannot hold a table line by line."""
    stretch = _Stretch()
    after_furniture = False
    for item in items:
        line = item if isinstance(item, TextLine) and len(item.text) < _LONGEST and "。" not in item.text else None
        apart = line is None and not is_furniture(item)
        if apart or len(stretch.lines) >= _TALLEST or (line is not None and line.new_page):
            yield from _whole(stretch)
            stretch = _Stretch()
            after_furniture = False
        if apart:
            yield item
        elif line is None:
            while stretch.lines and stretch.lines[-1].blank:
                stretch.lines.pop()
            stretch.furniture.append(item)
            after_furniture = True
        elif not (after_furniture and line.blank):
            stretch.gaps += [line.number] if after_furniture else []
            stretch.lines.append(line)
            after_furniture = False
    yield from _whole(stretch)


def _whole(stretch: _Stretch) -> Iterator[Item | _Stretch]:
    stretch.pieces = [_pieces(line) for line in stretch.lines]
    if any(len(pieces) > 1 and is_value(pieces[-1].text) for pieces in stretch.pieces):
        yield stretch
    else:
        yield from stretch.lines
        yield from stretch.furniture


def _set_width_of_wide(stretches: Sequence[_Stretch]) -> None:
    """Decide how many columns a Chinese character took for whoever aligned this: two in a terminal, one for ``pdftotext``.

    The right answer makes the columns stand. Words and tables of the stretches are kept as they are with it.
    """
    best = float("-inf")
    for wide in (2, 1):
        words = [_words(stretch, wide) for stretch in stretches]
        tables = [find_grids(found, 1) for found in words]
        merit = sum(map(_merit, tables))
        if merit > best:
            best = merit
            for stretch, its_words, its_tables in zip(stretches, words, tables, strict=True):
                stretch.words, stretch.tables = its_words, its_tables


def _read(stretch: _Stretch, aligned: list[Item], open_table: AlignedTable | None) -> AlignedTable | None:
    """Appends the stretch with its tables to ``aligned``; returns the table it ends in, which the next page may continue."""
    places = stretch.places
    tables = stretch.tables if open_table is None else find_grids(stretch.words, 1, goes_on=True)
    rest = set(range(len(places))).difference(*(table.used for table in tables))
    end = 0
    waiting = sorted(tables, key=lambda table: min(table.used))
    for at, line in enumerate(stretch.lines):
        while waiting and places[min(waiting[0].used)][0] == at:
            table = _located(waiting.pop(0), places, stretch)
            whole = join(open_table, table) if open_table is not None else None
            if whole is not None:
                _replace(aligned, open_table, whole)
            else:
                aligned.append(table.grid)
            open_table = whole or table
        words = range(end, end := end + len(stretch.pieces[at]))
        left = [i for i in words if i in rest]
        if len(left) == len(words):
            aligned.append(line)
            open_table = open_table if _is_slight(line) else None
        else:
            aligned += [Line(places[i][1].text, locus=Locus(line.number, places[i][1].field)) for i in left]
    aligned += stretch.furniture
    return open_table


def _replace(aligned: list[Item], part: AlignedTable | None, whole: AlignedTable) -> None:
    """Puts the whole table in the place of its first part."""
    for at in range(len(aligned) - 1, -1, -1):
        if part is not None and aligned[at] is part.grid:
            aligned[at] = whole.grid
            return


_Places = list[tuple[int, _Piece]]
"""Of each word, the line (counted in the stretch) and the piece of it."""


def _words(stretch: _Stretch, wide: int) -> list[Word]:
    """The words at their places, on the assumption that a wide character takes that many columns."""
    words: list[Word] = []
    for at, (line, pieces) in enumerate(zip(stretch.lines, stretch.pieces, strict=True)):
        before = list(accumulate(map(_is_wide, line.text), initial=0)) if wide > 1 else []
        for piece in pieces:
            start, end = (i + (before[i] if wide > 1 else 0) for i in (piece.start, piece.end))
            words.append(Word(piece.text, _PITCH * start, at * _LINE, _PITCH * end, (at + 1) * _LINE))
    return words


@lru_cache(maxsize=1 << 14)
def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WFA"


def _merit(tables: list[AlignedTable]) -> float:
    """How well the columns stand: sure values count for it, doubtful and lacking ones against it."""
    cells = [cell for table in tables for cell in table.grid.cells if cell.column >= table.labels]
    sure = sum(bool(cell.text) and cell.confidence == 1 for cell in cells)
    doubtful = sum(cell.confidence < 1 for cell in cells)
    return sure - 2 * doubtful - 0.3 * sum(not cell.text for cell in cells)


def _pieces(line: TextLine) -> list[_Piece]:
    """The words of a line: parted by two spaces, or by one where it parts values."""
    text = line.text.strip()
    if " " not in text and "\u3000" not in text:
        start = line.text.find(text)
        return [_Piece(text, start, start + len(text), 1)] if text else []
    tokens = [(token.start(), list(_PART.finditer(token[0]))) for token in _TOKEN.finditer(line.text)]
    crowded = any(len(parts) > 2 and _is_crowd(parts) for _, parts in tokens)
    spans: list[tuple[int, int]] = []
    for at, (offset, parts) in enumerate(tokens):
        values = _trailing_values([part[0] for part in parts])
        followed = at + 1 < len(tokens) and is_value(tokens[at + 1][1][0][0])
        cut = len(parts) - values if values and (values > 1 or followed) else len(parts)
        if crowded and _is_crowd(parts):
            cut = 0
        # "（三）不予公 4.保护第三方": an inner label close after an outer one
        starts = [0, *(i for i in range(1, cut) if len(parts[i][0]) > 3 and is_enumerated(parts[i][0])), cut]
        spans += [(offset + parts[a].start(), offset + parts[b - 1].end()) for a, b in pairwise(starts) if cut]
        spans += [(offset + part.start(), offset + part.end()) for part in parts[cut:]]
    return [_Piece(line.text[start:end], start, end, k) for k, (start, end) in enumerate(spans, start=1)]


def _is_crowd(parts: Sequence[regex.Match[str]]) -> bool:
    """Short words with one space between each: the heads of narrow columns, for Chinese is written without spaces."""
    return all(_HEAD.fullmatch(part[0]) for part in parts)


def _trailing_values(parts: list[str]) -> int:
    count = 0
    while count < len(parts) and is_value(parts[-1 - count]):
        count += 1
    return count


def _located(table: AlignedTable, places: _Places, stretch: _Stretch) -> AlignedTable:
    """The table with line and field of its cells instead of boxes."""
    cells: list[GridCell] = []
    for cell, members in zip(table.grid.cells, table.members, strict=True):
        place = places[members[0]] if members else None
        locus = Locus(stretch.lines[place[0]].number, place[1].field) if place else None
        cells.append(cell._replace(box=None, locus=locus))
    breaks = {next((c.row for c in cells if c.locus and c.locus.line >= gap), 0) for gap in stretch.gaps}
    return replace(table, grid=Grid(tuple(cells), table.grid.layout, breaks=tuple(sorted(breaks - {0}))))
