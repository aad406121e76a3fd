"""Accounting rules: the error-detecting code of this domain.

Rules are data beside the forms. Each application of a rule ends as ``holds``, ``fails`` (expected, actual, cells) or
``not_assessable`` (the cell that lacks). A printed blank counts as zero in a sum, because forms say "填0" and agencies leave
out zeros; but a blank whose own row shows that it cannot be zero is an omitted number, and rules over it are not assessable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from normalize.forms import Form, FormTable, Rule
from normalize.model import Cell, CellKey, Finding, RuleCheck, Severity, State

_ZERO = Decimal(0)
Cells = Mapping[CellKey, Cell]


@dataclass(frozen=True, slots=True)
class Equation:
    """One application of a rule: the sum over ``left`` equals the sum over ``right``."""

    rule: Rule
    left: tuple[CellKey, ...]
    right: tuple[CellKey, ...]


def equations(form: Form, cells: Cells) -> Iterator[Equation]:
    """Every application of the form's rules to the tables that the report prints."""
    tables = {table.key: table for table in form.tables}
    printed = {key.table for key in cells}
    for rule in form.rules:
        if rule.table in printed:
            yield from _applications(rule, tables[rule.table], cells)


def _applications(rule: Rule, table: FormTable, cells: Cells) -> Iterator[Equation]:
    rows = tuple(dict.fromkeys(key.row for key in cells if key.table == table.key))
    if rule.along == "row":
        for row in rows:
            yield Equation(
                rule,
                tuple(CellKey(table.key, row, c) for c in rule.left),
                tuple(CellKey(table.key, row, c) for c in rule.right),
            )
        return
    for column in table.columns:
        yield Equation(
            rule,
            tuple(CellKey(table.key, r, column.key) for r in _expand(rule.left, rows)),
            tuple(CellKey(table.key, r, column.key) for r in _expand(rule.right, rows)),
        )


def _expand(terms: Sequence[str], rows: Sequence[str]) -> Iterator[str]:
    """Row keys of the terms; a trailing ``*`` stands for every printed row that begins so."""
    for term in terms:
        if term.endswith("*"):
            yield from (row for row in rows if row.startswith(term[:-1]))
        else:
            yield term


def check(form: Form, cells: Cells) -> tuple[RuleCheck, ...]:
    """Apply every accounting rule of a form to a report's cells."""
    every = tuple(equations(form, cells))
    omitted = _omitted(every, cells)
    return tuple(_apply(equation, cells, omitted) for equation in every)


def _value(cell: Cell) -> Decimal:
    return cell.value if cell.value is not None else _ZERO


def _known(key: CellKey, cells: Cells) -> bool:
    return key in cells and cells[key].state is not State.MISSING


def _omitted(every: Sequence[Equation], cells: Cells) -> frozenset[CellKey]:
    """Blanks that stand for numbers left out, not for zeros.

    A blank total over parts that are not zero; and the parts of a table whose totals alone were filled in.
    """
    omitted: set[CellKey] = set()
    unfilled: dict[str, list[Equation]] = {}
    filled: set[str] = set()
    for equation in every:
        if len(equation.left) != 1 or not all(_known(k, cells) for k in (*equation.left, *equation.right)):
            continue
        total = cells[equation.left[0]]
        if total.state is State.BLANK and sum(_value(cells[k]) for k in equation.right) != 0:
            omitted.add(equation.left[0])
        if any(cells[k].state is not State.BLANK for k in equation.right):
            filled.add(equation.rule.id)
        elif total.value is not None:
            unfilled.setdefault(equation.rule.id, []).append(equation)
    for rule, lonely in unfilled.items():
        if rule not in filled and len(lonely) > 3:  # three is a whole dispute table
            omitted.update(k for equation in lonely for k in equation.right)
    return frozenset(omitted)


def _apply(equation: Equation, cells: Cells, omitted: frozenset[CellKey]) -> RuleCheck:
    rule = equation.rule
    keys = (*equation.left, *equation.right)
    names = tuple(str(k) for k in keys)
    lacking = [str(k) for k in keys if not _known(k, cells)]
    if lacking:
        return RuleCheck(rule.id, "not_assessable", names, message=f"missing: {', '.join(lacking[:4])}")
    empty = [str(k) for k in keys if k in omitted]
    if empty:
        return RuleCheck(rule.id, "not_assessable", names, message=f"left blank: {', '.join(empty[:4])}")
    left = sum((_value(cells[k]) for k in equation.left), _ZERO)
    right = sum((_value(cells[k]) for k in equation.right), _ZERO)
    if left == right:
        return RuleCheck(rule.id, "holds", names)
    return RuleCheck(rule.id, "fails", names, expected=f"{right:f}", actual=f"{left:f}", message=f"{rule.text} ({rule.text_en})")


def findings_of(checks: Sequence[RuleCheck]) -> tuple[Finding, ...]:
    """A fault for every rule that fails."""
    return tuple(
        Finding(c.rule, Severity.FAULT, f"{c.message}: {c.actual} ≠ {c.expected}", c.cells, c.expected, c.actual)
        for c in checks
        if c.outcome == "fails"
    )
