"""Figures that hold together like a real agency's, and ways to blank or break them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from normalize.forms import FormTable, Rule
from normalize.model import CellKey, State
from tests.typesetter.model import Figure

SCALES = ("zero", "small", "medium", "large")
BLANKS = ("none", "zeros", "rows", "random", "review")

_TOP = {"zero": 0, "small": 3, "medium": 60, "large": 4000}
_AMOUNTS = ("0", "0", "12.5", "693.7", "59237.2449", "7545", "4068.208")


@dataclass(frozen=True, slots=True)
class Shape:
    """How the figures are to look."""

    scale: str = "small"
    blanks: str = "none"
    broken: str = ""


def _count(rng: Random, scale: str) -> int:
    top = _TOP[scale]
    return 0 if rng.random() < (0.2 if scale == "large" else 0.5) else rng.randint(0, top)


def _amount(rng: Random) -> Decimal:
    return Decimal(rng.choice(_AMOUNTS))


def _disclosure(table: FormTable, rng: Random, scale: str) -> dict[CellKey, Decimal]:
    values: dict[CellKey, Decimal] = {}
    for row in table.rows:
        for name in row.columns:
            column = table.column(name)
            value = _amount(rng) if column.unit == "万元" else Decimal(_count(rng, scale if scale != "zero" else "medium"))
            values[CellKey(table.key, row.key, name)] = -value if column.signed and rng.random() < 0.4 else value
    return values


def _applications(table: FormTable, rng: Random, scale: str) -> dict[CellKey, Decimal]:
    results = [row.key for row in table.rows if row.key not in {"new", "carried_in", "handled_total", "carried_out"}]
    parts = [column.key for column in table.columns if column.key != "total"]
    counts: dict[tuple[str, str], int] = {}
    for part in parts:
        for row in results:
            counts[row, part] = _count(rng, scale)
        counts["handled_total", part] = sum(counts[row, part] for row in results)
        counts["carried_out", part] = _count(rng, scale)
        there = counts["handled_total", part] + counts["carried_out", part]
        counts["carried_in", part] = rng.randint(0, there // 4)
        counts["new", part] = there - counts["carried_in", part]
    for row in (*results, "new", "carried_in", "handled_total", "carried_out"):
        counts[row, "total"] = sum(counts[row, part] for part in parts)
    return {CellKey(table.key, row, column): Decimal(value) for (row, column), value in counts.items()}


def _disputes(table: FormTable, rng: Random, scale: str) -> dict[CellKey, Decimal]:
    values: dict[CellKey, Decimal] = {}
    for row in table.rows:
        counts = [_count(rng, "medium" if scale == "large" else scale) for _ in row.columns[:-1]]
        for name, count in zip(row.columns, [*counts, sum(counts)], strict=True):
            values[CellKey(table.key, row.key, name)] = Decimal(count)
    return values


def _statistics(table: FormTable, rules: tuple[Rule, ...], rng: Random, scale: str) -> dict[CellKey, Decimal]:
    sums = {rule.left[0]: rule.right for rule in rules}

    def value(row: str) -> Decimal:
        if row not in drawn:
            unit = next(r.unit for r in table.rows if r.key == row)
            if row in sums:
                drawn[row] = sum((value(part) for part in sums[row]), Decimal())
            else:
                drawn[row] = _amount(rng) if unit == "万元" else Decimal(_count(rng, scale))
        return drawn[row]

    drawn: dict[str, Decimal] = {}
    return {CellKey(table.key, row.key, "count"): value(row.key) for row in table.rows if not row.heading}


def consistent(tables: tuple[FormTable, ...], rules: tuple[Rule, ...], rng: Random, scale: str) -> dict[CellKey, Decimal]:
    """A value for every cell, with every accounting rule holding."""
    values: dict[CellKey, Decimal] = {}
    for table in tables:
        match table.key:
            case "disclosure":
                values |= _disclosure(table, rng, scale)
            case "applications":
                values |= _applications(table, rng, scale)
            case "disputes":
                values |= _disputes(table, rng, scale)
            case "statistics":
                values |= _statistics(table, rules, rng, scale)
            case other:
                raise KeyError(other)
    return values


def break_rule(values: Mapping[CellKey, Decimal], rule: Rule, rng: Random) -> tuple[dict[CellKey, Decimal], CellKey]:
    """The same figures with one number of one sum wrong, and which."""
    term = rule.left[0] if len(rule.left) == 1 else rule.right[-1]
    inside = [key for key in values if key.table == rule.table]
    candidates = [key for key in inside if (key.column if rule.along == "row" else key.row) == term]
    target = rng.choice(sorted(candidates))
    return {**values, target: values[target] + rng.choice((1, 2, 7, 10))}, target


def blank_out(
    values: Mapping[CellKey, Decimal], tables: tuple[FormTable, ...], how: str, keep: CellKey | None, rng: Random
) -> frozenset[CellKey]:
    """Which cells are printed blank. Only zeros ever are, so that every rule stays as it is; ``keep`` never is."""
    zeros = [key for key, value in values.items() if value == 0 and key != keep]
    match how:
        case "zeros":
            chosen = zeros
        case "random":
            chosen = [key for key in zeros if rng.random() < 0.2]
        case "review":
            chosen = [key for key in zeros if key.table == "disputes" and key.row == "review"]
        case "rows":
            rows = {(key.table, key.row) for table in tables for key in values if key.table == table.key}
            empty = sorted(row for row in rows if all(k in zeros for k in values if (k.table, k.row) == row))
            picked = {row for row in empty if rng.random() < 0.3}
            chosen = [key for key in zeros if (key.table, key.row) in picked]
        case _:
            chosen = []
    return frozenset(chosen)


def draw(tables: tuple[FormTable, ...], rules: tuple[Rule, ...], shape: Shape, rng: Random) -> dict[CellKey, Figure]:
    """Figures of that shape for every cell of the tables, in the form's order."""
    values = consistent(tables, rules, rng, shape.scale)
    target: CellKey | None = None
    if shape.broken:
        values, target = break_rule(values, next(rule for rule in rules if rule.id == shape.broken), rng)
    blanks = blank_out(values, tables, shape.blanks, target, rng)
    return {key: Figure.blank() if key in blanks else Figure.of(value) for key, value in values.items()}


def is_plain(figure: Figure) -> bool:
    """Whether the print is just the number."""
    return figure.state is State.PRINTED and figure.value is not None and figure.printed == format(figure.value, "f")
