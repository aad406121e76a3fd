"""An unruled table before its words are given their cells, and those cells before the rows are numbered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from extract.words import Lines, Run


@dataclass(slots=True)
class ValueRow:
    """A row of values: the indexes of the lines it stands on, and its values from left to right."""

    at: list[int]
    values: list[Run]
    y: float
    """Vertical centre."""


@dataclass(slots=True)
class Section:
    """Rows of values under one head, given by the indexes of its lines."""

    head: list[int]
    rows: list[ValueRow] = field(default_factory=list)


@dataclass(slots=True)
class Frame:
    """A table before its words are given their cells."""

    lines: Lines
    sections: list[Section]
    top: int
    """First line."""
    bottom: int
    """Last line."""
    left: float
    """Left edge of the leftmost value: labels end before it."""
    height: float
    """Of a value."""


@dataclass(slots=True)
class Cell:
    """A cell with its vertical place, before the rows are numbered."""

    y: float
    column: int
    runs: Sequence[Run]
    text: str
    colspan: int = 1
    confidence: float = 1.0
    until: float | None = None
    """Vertical centre of the last row it covers, where that is not its first."""
