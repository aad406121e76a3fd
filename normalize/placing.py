"""Placements: which printed cell stands in which place of a form. What table readers give, before numbers are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import regex

from extract.model import GridCell
from normalize.labels import fold
from normalize.model import CellKey, ExtraCell, Ignored
from normalize.numbers import Kind, kind_of
from normalize.panels import Panel

_YEAR = regex.compile(r"(?:19|20)[0-9]{2}年度?")


class Placement(NamedTuple):
    """A printed cell in a form's place. ``forms`` are the forms that have this place under the labels as printed.

    A tuple, because every report makes hundreds.
    """

    key: CellKey
    forms: frozenset[str]
    cell: GridCell
    year: int | None = None
    """Where one table prints several years side by side."""
    doubt: str = ""
    """Why the place is not certain; empty when it is."""
    may_slide: bool = False
    """Its row may stand one column off, or hold a number too many: the place holds unless the sums speak against it."""


class Extra(NamedTuple):
    """A printed cell in a row or column that no form has."""

    cell: ExtraCell
    year: int | None = None
    """Where one table prints several years side by side."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Printed numbers that could not be placed with certainty: they end in a finding, never in a cell."""

    rule: str
    reason: str
    printed: tuple[str, ...]
    keys: tuple[CellKey, ...] = ()
    """The form's places they may belong to; left missing."""


@dataclass(frozen=True, slots=True)
class TableReading:
    """What became of one grid."""

    panels: tuple[Panel, ...] = ()
    """The panels recognised in it; empty when it is no table of a report."""
    placements: tuple[Placement, ...] = ()
    extras: tuple[Extra, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    """(rule, message) of peculiarities that make nothing uncertain."""
    seen: int = 0
    """Printed numbers in the recognised part of the grid."""
    year: int | None = None
    """The year a caption over the grid names, where a document prints its tables for several years."""
    captions: tuple[str, ...] = ()
    """Short lines right above the grid."""


@dataclass(slots=True)
class Draft:
    """A table reading in the making; it also keeps the books, so that no printed number is lost."""

    panels: list[Panel] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)
    extras: list[Extra] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    _open: dict[tuple[int, int], GridCell] = field(default_factory=dict)
    _seen: set[tuple[int, int]] = field(default_factory=set)

    def see(self, cells: Iterable[GridCell]) -> None:
        """Enter the numbers of cells that lie in a recognised table."""
        for cell in cells:
            if holds_number(cell.text) and (place := (cell.row, cell.column)) not in self._seen:
                self._seen.add(place)
                self._open[place] = cell

    def place(self, placement: Placement) -> None:
        """Account for a cell by its place in a form."""
        self.close(placement.cell)
        self.placements.append(placement)

    def close(self, cell: GridCell) -> None:
        """This cell is accounted for."""
        self._open.pop((cell.row, cell.column), None)

    def set_aside(self, rule: str, cells: Iterable[GridCell]) -> None:
        """Ignore the numbers among these cells by a named rule."""
        for cell in cells:
            if self._open.pop((cell.row, cell.column), None) is not None:
                self.ignored.append(Ignored(rule, cell.text))

    def doubt(self, rule: str, reason: str, cells: Iterable[GridCell], keys: Iterable[CellKey] = ()) -> None:
        """Record cells as unplaced."""
        cells = tuple(cells)
        for cell in cells:
            self.close(cell)
        printed = tuple(c.text for c in cells if kind_of(c.text) is not Kind.EMPTY)
        self.unplaced.append(Unplaced(rule, reason, printed, tuple(keys)))

    def left_over(self) -> Iterator[GridCell]:
        """Numbers seen that nothing has accounted for yet."""
        yield from tuple(self._open.values())

    def finish(self) -> TableReading:
        """The reading; what is still open becomes a doubt."""
        for cell in self.left_over():
            self.doubt("table.number_left_over", "a printed number in the table belongs to no cell of the form", [cell])
        return TableReading(
            tuple(self.panels),
            tuple(self.placements),
            tuple(self.extras),
            tuple(self.ignored),
            tuple(self.unplaced),
            tuple(self.notes),
            len(self._seen),
        )


@lru_cache(maxsize=16384)
def holds_number(text: str) -> bool:
    """Whether a cell prints a number, readable or not ("12", "3件", "22(16)", two stacked numbers), not a label with digits."""
    kind = kind_of(text)
    if kind is Kind.NUMBER:
        return True
    if kind is not Kind.TEXT or _YEAR.fullmatch(fold(text)):
        return False
    digits = sum(c.isdigit() for c in text)
    return digits > 0 and digits * 2 >= sum(not c.isspace() for c in text)
