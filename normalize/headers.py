"""Headers: which panel a header announces, and which grid column is which of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import regex

from normalize.align import THRESHOLD, Printed, Wanted, align
from normalize.labels import fold, take_apart
from normalize.lexicon import related
from normalize.panels import Panel, panels
from normalize.rivals import heads_others, other_meaning
from normalize.sheet import Sheet, is_label, names_column, names_row

_YEAR = regex.compile(r"(?<!\d)(20[012]\d)(?!\d)年?度?")
_BEGINS_NUMBER = regex.compile(r"\s*[-+]?\d(?!\d?[.、)]\s*\p{Han})")
"""A digit that does not count its label: ``1.自然人``, ``2、商业企业``."""
_MISFIT = 0.4
"""What a column too many or too few costs a panel when panels compete for a header."""


class Item(NamedTuple):
    """One printed column: the grid columns ``start`` to ``stop`` under one stack of header cells."""

    start: int
    stop: int
    stack: tuple[str, ...]

    @property
    def printed(self) -> Printed:
        """The stack as a label; header words may be split over rows of the header."""
        stack = self.stack
        return Printed(stack, ("".join(stack[-2:]), "".join(stack)) if len(stack) > 1 else ())

    @property
    def years(self) -> frozenset[int]:
        """Years the stack names."""
        return frozenset(chain.from_iterable(map(years_in, self.stack)))


@lru_cache(maxsize=4096)
def years_in(text: str) -> tuple[int, ...]:
    """The years a label names."""
    return tuple(int(year) for year in _YEAR.findall(fold(text)))


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A panel's columns found in a header. ``items[i]`` heads the panel's column i, None where it was not found."""

    panel: Panel
    items: tuple[Item | None, ...]
    extras: tuple[Item, ...]
    """Columns the agency added, right of the first column of the form."""
    score: float
    year: int | None = None
    doubt: str = ""
    by_order: tuple[str, ...] = ()
    """Labels that were matched by their place between certain neighbours."""

    @property
    def wordless(self) -> tuple[Item, ...]:
        """Columns with no word but a heading over several: numbers there may be those of a column whose word moved off it."""
        return tuple(item for item in self.extras if item.stack and related(item.stack[-1], self.panel.headings, 0.9))

    @property
    def numbered(self) -> tuple[str, ...]:
        """Each column's heading that begins with a number, which may be one of its values; empty where none does."""
        return tuple(next(filter(begins_number, item.stack), "") if item else "" for item in self.items)

    @property
    def first(self) -> int:
        """The first grid column that holds values."""
        return min(i.start for i in (*self.items, *self.extras) if i is not None)


@dataclass(frozen=True, slots=True)
class Band:
    """Rows ``start`` up to ``stop`` are a header."""

    start: int
    stop: int


def find_bands(sheet: Sheet) -> list[Band]:
    """The headers of a grid, top to bottom."""
    bands: list[Band] = []
    row = 0
    while row < sheet.rows:
        if not sheet.is_header(row):
            row += 1
            continue
        start, stop = row, row + 1
        while stop < sheet.rows and (sheet.is_header(stop) or _continues_header(sheet, start, stop)):
            if _starts_anew(sheet, start, stop):
                break
            stop += 1
        floor = bands[-1].stop if bands else 0
        while start > floor and _overlaps_header(sheet, start - 1, start):
            start -= 1
        if bands and _only_fragments(sheet, bands[-1].stop, start) and not _starts_anew(sheet, bands[-1].start, start):
            start = bands.pop().start
        bands.append(Band(start, stop))
        row = stop
    return bands


def _only_fragments(sheet: Sheet, start: int, stop: int) -> bool:
    """Rows between two headers that hold pieces of header words only: the two are one."""
    for row in range(start, stop):
        texts = [c.text for c in sheet.starting(row) if is_label(c.text)]
        if sheet.has_number(row) or sheet.is_section(row) or any(names_row(t) and not names_column(t) for t in texts):
            return False
    return True


def _continues_header(sheet: Sheet, start: int, row: int) -> bool:
    """A row of second halves of split words, or one that cells of the header reach down into."""
    if sheet.has_number(row) or sheet.is_section(row):
        return False
    if any(c.row >= start and c.row < row for c in sheet.across(row) if is_label(c.text) and c.rowspan > 1) and not any(
        names_row(c.text) for c in sheet.starting(row)
    ):
        return any(is_label(c.text) for c in sheet.starting(row))
    texts = [c for c in sheet.starting(row) if is_label(c.text)]
    return bool(texts) and texts[0].column > 0 and len(texts) >= 2 and not any(names_row(c.text) for c in texts)


def _starts_anew(sheet: Sheet, start: int, row: int) -> bool:
    """A header row under a complete header that repeats its first label begins another header (信息内容 … 信息内容 …)."""
    first = [c.text for c in sheet.starting(start) if is_label(c.text)]
    here = [c.text for c in sheet.starting(row) if is_label(c.text)]
    return bool(first and here) and sheet.starting(row)[0].column == 0 and fold(first[0]) == fold(here[0])


def _overlaps_header(sheet: Sheet, row: int, start: int) -> bool:
    """The row above belongs to the header when its cells reach into it, or when it names years or groups of columns."""
    if sheet.has_number(row) or sheet.is_section(row):
        return False
    cells = sheet.starting(row)
    if any(c.row + c.rowspan > start and is_label(c.text) for c in cells):
        return True
    spanning = [c for c in cells if c.colspan > 1 and is_label(c.text)]
    return bool(spanning) and not any(names_row(c.text) for c in cells)


def items_of(sheet: Sheet, band: Band) -> tuple[Item, ...]:
    """The printed columns of a header, left to right."""
    items: list[tuple[int, int, tuple[int, ...], tuple[str, ...]]] = []
    for column in range(sheet.columns):
        covering = [cell for row in range(band.start, band.stop) if (cell := sheet.covering(row, column)) is not None]
        stack = {id(cell): cell.text for cell in covering if is_label(cell.text)}
        ids, texts = tuple(stack), tuple(stack.values())
        if items and ids and items[-1][2][-1:] == ids[-1:]:
            # One label over several grid columns, whatever stands above them.
            start, _, ids, texts = items.pop()
            items.append((start, column + 1, ids, texts))
        else:
            items.append((column, column + 1, ids, texts))
    return tuple(Item(start, stop, texts) for start, stop, _, texts in items)


@lru_cache(maxsize=256)
def map_columns(items: tuple[Item, ...]) -> tuple[ColumnMap, ...]:
    """The panel that a header announces: one map, several where it prints several years side by side, none if no panel fits."""
    named = [item.years for item in items]
    years = {year for stated in named if len(stated) == 1 for year in stated}
    if len(years) >= 2:
        maps = [_best([i for i, stated in zip(items, named, strict=True) if stated <= {year}], year) for year in sorted(years)]
        return tuple(m for m in maps if m is not None)
    found = _best(items, None)
    return (found,) if found else ()


def _best(items: Sequence[Item], year: int | None) -> ColumnMap | None:
    """The map to the panel that fits best."""
    named = [i for i in items if i.stack]
    fit = _best_fit(tuple(i.printed for i in named))
    if fit is None:
        return None
    columns = tuple(named[p] if p is not None else None for p in fit.places)
    return ColumnMap(fit.panel, columns, tuple(named[k] for k in fit.extras), fit.score, year, fit.doubt, fit.by_order)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A panel's columns among printed ones (indexes), as in ``ColumnMap``."""

    panel: Panel
    places: tuple[int | None, ...]
    extras: tuple[int, ...]
    score: float
    doubt: str
    by_order: tuple[str, ...]


@lru_cache(maxsize=512)
def _best_fit(printed: tuple[Printed, ...]) -> _Fit | None:
    """The panel that a header's wording fits best; most headers are worded as the form's are, and as one seen before."""
    fits = [fit for panel in panels() if (fit := _fit(panel, printed)) is not None]
    return max(fits, key=lambda fit: fit.score, default=None)


def _fit(panel: Panel, printed: Sequence[Printed]) -> _Fit | None:
    wanted = panel.column_roster
    matches = align(printed, wanted)
    if len(matches) * 2 < len(wanted):
        return None
    places: list[int | None] = [None] * len(wanted)
    for m in matches:
        places[m.wanted] = m.printed
    by_order = _fill(places, printed, panel)
    taken = {p for p in places if p is not None}
    first = min(taken)
    extras = tuple(k for k in range(first, len(printed)) if k not in taken)
    missing = places.count(None)
    score = sum(m.likeness for m in matches) + 0.3 * len(by_order) - _MISFIT * (missing + len(extras))
    if score <= 0.5:
        return None
    rivals = [printed[k].path[-1] for k in extras if wanted.likenesses(printed[k], THRESHOLD + 0.1)]
    doubt = f"two columns may be the same one: {rivals[0]}" if rivals else _misnamed(printed, places, panel)
    return _Fit(panel, tuple(places), extras, score, doubt, tuple(by_order))


def _misnamed(printed: Sequence[Printed], places: Sequence[int | None], panel: Panel) -> str:
    """Why a column may be another one than its place says: by its own words, or by the heading over it."""
    for place, found in enumerate(places):
        if found is not None:
            if odd := other_meaning(printed[found], panel.column_roster, place):
                return odd
            if heading := heads_others(printed[found], panel.columns[place].wanted, panel.headings):
                return f"the column {printed[found].path[-1]} stands under {heading}"
    return ""


def begins_number(text: str) -> bool:
    """Whether a text begins with a number that is no year: a value with a remark, or a piece of one."""
    folded = fold(text)
    return _BEGINS_NUMBER.match(folded) is not None and not _YEAR.match(folded)


def _shares_characters(printed: str, wanted: Wanted) -> bool:
    """Whether a label has half of another one's characters, or no others: a stamp may leave a single one of them."""
    letters = set(take_apart(printed).core)
    cores = [set(leaf.core) for leaf in wanted.leaves]
    return any(2 * len(letters & core) >= len(core) or (letters and letters <= core) for core in cores)


def _fill(places: list[int | None], printed: Sequence[Printed], panel: Panel) -> list[str]:
    """Match single unread labels by their place between matched neighbours; gives what was so matched."""
    filled = []
    for j, place in enumerate(places):
        if place is not None or len(places) < 5:
            continue
        before = places[j - 1] if j else None
        after = places[j + 1] if j + 1 < len(places) else None
        if before is not None and (after == before + 2 or (j + 1 == len(places) and before + 2 == len(printed))):
            candidate = before + 1
            if _shares_characters(printed[candidate].path[-1], panel.columns[j].wanted):
                places[j] = candidate
                filled.append(printed[candidate].path[-1])
    return filled
