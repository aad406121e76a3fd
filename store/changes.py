"""What differs between two documents' prints of one report. Pure.

A cell that one of them was not read in says nothing. Prose is compared after NFKC and without white space, chapter by
chapter: line breaks and the width of digits are the typesetter's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from rapidfuzz import fuzz

from normalize.model import State

ALIKE = 90.0
"""Likeness, of 100, from which two prints without a figure in common are editions of one text: readers of two formats
differ in headings and page numbers."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A cell as printed. Blank is a value of None."""

    form: str
    value: Decimal | None
    text: str
    state: State


@dataclass(frozen=True)
class Content:
    """What a document prints for one report."""

    cells: Mapping[str, Printed]
    """By ``table.row.column``."""
    added: Mapping[str, Printed]
    """Rows and columns that the agency added, by their labels."""
    sections: tuple[tuple[int, str, str], ...]
    """Number, heading and text of each chapter."""

    @cached_property
    def chapters(self) -> Mapping[int, str]:
        """The bare prose of each chapter, heading included."""
        found: dict[int, str] = {}
        for number, heading, text in self.sections:
            found[number] = found.get(number, "") + bare(heading) + bare(text)
        return {number: text for number, text in found.items() if text}

    @cached_property
    def prose(self) -> str:
        """The bare prose of the chapters; what precedes them (menus, a covering letter) only where there are none."""
        numbers = [number for number in self.chapters if number] or list(self.chapters)
        return "".join(self.chapters[number] for number in sorted(numbers))


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell, before and after. A text of None: no such cell is printed."""

    form: str
    cell: str
    old: Printed | None
    new: Printed | None


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A chapter whose prose is another."""

    number: int
    heading: str
    change: str
    """``changed``, ``added`` or ``removed``."""


@dataclass(frozen=True, slots=True)
class Changes:
    """All that differs."""

    cells: tuple[CellChange, ...] = ()
    sections: tuple[SectionChange, ...] = ()

    @property
    def kind(self) -> str:
        """``cells``, ``prose`` or, where neither differs, ``bytes``."""
        return "cells" if self.cells else "prose" if self.sections else "bytes"


def bare(text: str) -> str:
    """``text`` in NFKC without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def changes(old: Content, new: Content, *, same_format: bool = True) -> Changes:
    """What the newer print says otherwise than the older one.

    Between two formats only the form's cells are compared: where headings stand and a page ends is no change of the text.
    """
    if not same_format:
        return Changes(tuple(_cells(old.cells, new.cells)))
    cells = (*_cells(old.cells, new.cells), *_cells(old.added, new.added))
    return Changes(cells, tuple(_sections(old, new)))


def agree(one: Content, other: Content, *, same_format: bool) -> bool:
    """Whether two prints at different addresses are of one version: on the same form, and no figure read in both differs.

    In one format the prose must be the same as well. A print without any figure (tables as pictures) agrees with every
    other; two such prints must be alike in their prose.
    """
    if one.cells and other.cells:
        shared = one.cells.keys() & other.cells.keys()
        pairs = [(one.cells[key], other.cells[key]) for key in shared]
        if not pairs or any(a.form != b.form or _differ(a, b) for a, b in pairs):
            return False
        return not same_format or one.prose == other.prose
    if one.cells or other.cells:
        return True
    if same_format:
        return one.prose == other.prose
    return fuzz.ratio(one.prose, other.prose) >= ALIKE


def _differ(one: Printed, other: Printed) -> bool:
    return State.MISSING not in (one.state, other.state) and one.value != other.value


def _cells(old: Mapping[str, Printed], new: Mapping[str, Printed]) -> Iterator[CellChange]:
    for key in _keys(old, new):
        before, after = old.get(key), new.get(key)
        if before is not None and after is not None:
            if _differ(before, after):
                yield CellChange(after.form, key, before, after)
            continue
        only = before or after
        if only is not None and only.value is not None:  # a table that the other does not print
            yield CellChange(only.form, key, before, after)


def _keys(old: Iterable[str], new: Iterable[str]) -> list[str]:
    """In printed order, the newer document's first."""
    return list(dict.fromkeys((*new, *old)))


def _sections(old: Content, new: Content) -> Iterator[SectionChange]:
    headings = {number: heading for source in (old, new) for number, heading, _ in reversed(source.sections)}
    before, after = old.chapters, new.chapters
    for number in sorted(before.keys() | after.keys()):
        if before.get(number) != after.get(number):
            change = "added" if number not in before else "removed" if number not in after else "changed"
            yield SectionChange(number, headings.get(number, ""), change)
