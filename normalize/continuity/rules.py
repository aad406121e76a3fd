"""The rules across years and levels, read from ``rules.toml`` once a process and laid out over one list of cells."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from normalize.forms import forms
from normalize.model import CellKey

LOGIC = 1
"""Raised when the code judges otherwise: what older code found is then computed anew."""


@dataclass(frozen=True, slots=True)
class Term:
    """A cell of one of the two years, with its sign."""

    place: int
    """Of the figure, in ``cells()``."""
    later: bool
    sign: int
    name: str
    """As the rules name it."""


@dataclass(frozen=True, slots=True)
class OtherRow:
    """A row that a wrong figure may have been copied from."""

    start: int
    later: bool
    name: str


@dataclass(frozen=True, slots=True)
class RowRule:
    """The later year's row continues the earlier year's, in every column."""

    earlier: int
    later: int
    """Places of the first figure of each row."""
    width: int
    total: int
    """Which of the columns is the total of the others."""
    others: tuple[OtherRow, ...]


@dataclass(frozen=True, slots=True)
class StockRule:
    """The figure of the later year is the sum of the terms."""

    figure: int
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class WithinRule:
    """The terms of one report are not below zero together."""

    terms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Power:
    """A factor between years that suggests another unit."""

    factor: Decimal
    tolerance: Decimal
    least: Decimal


@dataclass(frozen=True, slots=True)
class JumpRule:
    """A figure's size does not change by a power of ten."""

    places: tuple[int, ...]
    """The report has at most one of them."""
    powers: tuple[Power, ...]


Law = RowRule | StockRule | WithinRule | JumpRule


@dataclass(frozen=True, slots=True)
class Part:
    """A rule applied to one row or series: what every step has one outcome for."""

    rule: str
    key: str
    text: str
    text_en: str
    law: Law


@dataclass(frozen=True, slots=True)
class LevelRule:
    """What is summed over a jurisdiction."""

    id: str
    text: str
    text_en: str
    cells: tuple[CellKey, ...]
    categories: frozenset[str]


class _Cells:
    """The cells that rules ask for, each with its place."""

    def __init__(self) -> None:
        self.places: dict[CellKey, int] = {}

    def one(self, table: str, row: str, column: str) -> int:
        key = CellKey(table, row, column)
        if not any(key in cells for cells in form_keys().values()):
            raise ValueError(f"rules.toml names {key}, which no form has")
        return self.places.setdefault(key, len(self.places))

    def row(self, table: str, row: str) -> int:
        """The place of the row's first cell; the others follow it."""
        keys = next(keys for form in forms().values() if (keys := [c.key for c in form.cells() if c.key[:2] == (table, row)]))
        places = [self.one(*key) for key in keys]
        if places != list(range(places[0], places[0] + len(keys))):
            raise ValueError(f"rules.toml names single cells of {table}.{row} before the row")
        return places[0]


@cache
def form_keys() -> dict[str, frozenset[CellKey]]:
    """The cells of each form."""
    return {form.key: frozenset(cell.key for cell in form.cells()) for form in forms().values()}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All of ``rules.toml``."""

    parts: tuple[Part, ...]
    cells: tuple[CellKey, ...]
    """What ``YearFigures.figures`` holds, in order."""
    levels: LevelRule
    edition: str
    """Changes whenever rules or code judge otherwise."""


@cache
def rule_set() -> RuleSet:
    """The rules."""
    return parse_rules((files(__package__) / "rules.toml").read_text("utf-8"))


def cells() -> tuple[CellKey, ...]:
    """What ``YearFigures.figures`` holds, in order."""
    return rule_set().cells


def parse_rules(text: str) -> RuleSet:
    """The rules from the text of their TOML file.

    Raises:
        ValueError: it names a cell that no form has.
    """
    raw = tomllib.loads(text)
    known = _Cells()
    parts = [part for rule in raw["rule"] if rule["kind"] == "row" for part in _parts(rule, known)]
    # Rows lie together; single cells come after them.
    parts += [part for rule in raw["rule"] if rule["kind"] != "row" for part in _parts(rule, known)]
    levels = raw["levels"]
    return RuleSet(
        parts=tuple(parts),
        cells=tuple(known.places),
        levels=LevelRule(
            levels["id"],
            levels["text"],
            levels["text_en"],
            tuple(_key(cell) for cell in levels["cells"]),
            frozenset(levels["categories"]),
        ),
        edition=sha256(f"{LOGIC} {text}".encode()).hexdigest()[:16],
    )


def _parts(raw: Mapping[str, Any], known: _Cells) -> Iterable[Part]:
    keys = raw["series"] if raw["kind"] == "jump" else raw["parts"]
    for key in keys:
        yield Part(raw["id"], key, raw["text"], raw["text_en"], _LAWS[raw["kind"]](raw, key, known))


def _row_law(raw: Mapping[str, Any], _key: str, known: _Cells) -> RowRule:
    table = raw["table"]
    columns = [c for c in known_columns(table, raw["later"]) if c in known_columns(table, raw["earlier"])]
    earlier, later = known.row(table, raw["earlier"]), known.row(table, raw["later"])
    others = tuple(
        OtherRow(known.row(table, row), when == "later", f"{when} {row}") for when, row in (o.split() for o in raw["others"])
    )
    return RowRule(earlier, later, len(columns), columns.index(raw["total"]), others)


def known_columns(table: str, row: str) -> tuple[str, ...]:
    """The columns of a form's row; forms that have it agree on them."""
    return next(r.columns for f in forms().values() for t in f.tables if t.key == table for r in t.rows if r.key == row)


def _stock_law(raw: Mapping[str, Any], key: str, known: _Cells) -> StockRule:
    terms = []
    for text in raw["terms"]:
        when, column = text.removeprefix("-").split()
        terms.append(Term(known.one(raw["table"], key, column), when == "later", -1 if text.startswith("-") else 1, column))
    return StockRule(known.one(raw["table"], key, raw["figure"]), tuple(terms))


def _within_law(raw: Mapping[str, Any], key: str, known: _Cells) -> WithinRule:
    return WithinRule(tuple(known.one(raw["table"], key, column) for column in raw["terms"]))


def _jump_law(raw: Mapping[str, Any], key: str, known: _Cells) -> JumpRule:
    powers = tuple(
        Power(Decimal(power["factor"]), Decimal(str(power["tolerance"])), Decimal(str(power["least"]))) for power in raw["powers"]
    )
    return JumpRule(tuple(known.one(*_key(cell)) for cell in raw["series"][key]), powers)


_LAWS: dict[str, Callable[[Mapping[str, Any], str, _Cells], Law]] = {
    "row": _row_law,
    "stock": _stock_law,
    "within": _within_law,
    "jump": _jump_law,
}


def _key(text: str) -> CellKey:
    """``table.row.column``; the row may hold dots."""
    table, rest = text.split(".", 1)
    row, column = rest.rsplit(".", 1)
    return CellKey(table, row, column)
