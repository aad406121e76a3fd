"""Paper: a report before it is printed, with what a reader must find in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from normalize.forms import FormTable
from normalize.model import CellKey, State, Verdict


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell as it is printed and as it must be read."""

    printed: str
    value: Decimal | None
    state: State = State.PRINTED

    @classmethod
    def of(cls, value: Decimal | int) -> Figure:
        """A plainly printed number."""
        number = Decimal(value)
        return cls(format(number, "f"), number)

    @classmethod
    def blank(cls, printed: str = "") -> Figure:
        """A cell that holds no number."""
        return cls(printed, None, State.BLANK)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading, the prose under it and the tables that follow the prose."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything a printer needs, and the truth.

    ``tables`` are the form's, or a mixture of two forms' (real reports mix them). ``wordings`` replaces official labels by
    what this agency prints instead.
    """

    agency: str
    year: int
    form: str
    title: tuple[str, ...]
    tables: tuple[FormTable, ...]
    figures: Mapping[CellKey, Figure]
    chapters: tuple[Chapter, ...]
    preface: tuple[str, ...] = ()
    broken: str = ""
    """Id of the rule that one figure breaks on purpose."""
    wordings: Mapping[str, str] = field(default_factory=dict)
    damaged: Mapping[str, Any] = field(default_factory=dict)
    """Plans (``tests.typesetter.plan.Plan``) printed instead of a table's own, by its key."""

    @property
    def verdict(self) -> Verdict:
        """The verdict of a reader that read everything."""
        return Verdict.INCONSISTENT if self.broken else Verdict.VERIFIED

    def table(self, key: str) -> FormTable:
        """The table of that key."""
        return next(table for table in self.tables if table.key == key)

    def label(self, official: str) -> str:
        """What is printed for an official label."""
        return self.wordings.get(official, official)

    @property
    def has_blanks(self) -> bool:
        """Whether any cell is printed without ink (a ``/`` is ink)."""
        return any(not figure.printed for figure in self.figures.values())
