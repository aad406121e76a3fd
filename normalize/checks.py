"""Accounting rules: the error-detecting code of this domain.

Rules are data beside the forms. Each application of a rule ends as ``holds``, ``fails`` (expected, actual, cells) or
``not_assessable`` (the cell that lacks). A printed blank counts as zero in a sum, because forms say "填0" and agencies leave
out zeros; but a blank whose own row shows that it cannot be zero is an omitted number, and rules over it are not assessable.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from normalize.forms import Form, FormTable, Rule, forms
from normalize.model import Cell, CellKey, Finding, RuleCheck, Severity, State

_ZERO = Decimal(0)
Cells = Mapping[CellKey, Cell]
PrintedRow = tuple[str, str]
"""Table and row."""


@dataclass(frozen=True, slots=True)
class Equation:
    """One application of a rule: the sum over ``left`` equals the sum over ``right`` (indexes of the rule book's cells)."""

    rule: Rule
    left: tuple[int, ...]
    right: tuple[int, ...]
    holds: RuleCheck
    """The outcome where it does."""

    @property
    def terms(self) -> tuple[int, ...]:
        """Both sides."""
        return self.left + self.right


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every application of the forms' rules to a report that prints certain rows."""

    cells: tuple[CellKey, ...]
    equations: tuple[Equation, ...]


def rule_book(form: Form, cells: Iterable[CellKey]) -> RuleBook:
    """The rule book for a report with these cells, of a form; a table that another form has is held to that one's rules."""
    return _rule_book(form, tuple(dict.fromkeys([key[:2] for key in cells])))


@lru_cache(maxsize=64)
def _rule_book(form: Form, rows: tuple[PrintedRow, ...]) -> RuleBook:
    """The rule book for the rows a report prints; nearly all reports of a form print the same ones."""
    places: dict[CellKey, int] = {}
    equations = []
    for name in dict.fromkeys(table for table, _ in rows):
        printed = [row for table, row in rows if table == name]
        of_form = _form_of(name, printed, form)
        table = next(table for table in of_form.tables if table.key == name)
        for rule in (rule for rule in of_form.rules if rule.table == name):
            for left, right in _applications(rule, table, printed):
                holds = RuleCheck(rule.id, "holds", tuple(map(str, left + right)))
                terms = [places.setdefault(key, len(places)) for key in left + right]
                equations.append(Equation(rule, tuple(terms[: len(left)]), tuple(terms[len(left) :]), holds))
    return RuleBook(tuple(places), tuple(equations))


def _form_of(name: str, printed: Sequence[str], form: Form) -> Form:
    """The form whose rules hold for a table: the report's own; of a table that it has not, the one that has most of its rows."""
    having = [(each, table) for each in forms().values() for table in each.tables if table.key == name]
    return max(having, key=lambda each: (each[0] is form, len({row.key for row in each[1].rows}.intersection(printed))))[0]


def _applications(rule: Rule, table: FormTable, rows: Sequence[str]) -> Iterator[tuple[tuple[CellKey, ...], tuple[CellKey, ...]]]:
    if rule.along == "row":
        for row in rows:
            yield tuple(CellKey(table.key, row, c) for c in rule.left), tuple(CellKey(table.key, row, c) for c in rule.right)
        return
    left, right = tuple(_expand(rule.left, rows)), tuple(_expand(rule.right, rows))
    for column in table.columns:
        yield tuple(CellKey(table.key, r, column.key) for r in left), tuple(CellKey(table.key, r, column.key) for r in right)


def _expand(terms: Sequence[str], rows: Sequence[str]) -> Iterator[str]:
    """Row keys of the terms; a trailing ``*`` stands for every printed row that begins so."""
    for term in terms:
        if term.endswith("*"):
            yield from (row for row in rows if row.startswith(term[:-1]))
        else:
            yield term


@dataclass(frozen=True, slots=True)
class _Figures:
    """What a report prints in the cells of a rule book, by their indexes there."""

    values: tuple[Decimal, ...]
    """0 where there is none."""
    missing: frozenset[int]
    blank: frozenset[int]

    @classmethod
    def of(cls, book: RuleBook, cells: Cells) -> _Figures:
        read = list(map(cells.get, book.cells))
        printed = [cell.value for cell in read if cell is not None and cell.value is not None]
        if len(printed) == len(read):
            return cls(tuple(printed), frozenset(), frozenset())
        return cls(
            tuple(_ZERO if cell is None or cell.value is None else cell.value for cell in read),
            frozenset(i for i, cell in enumerate(read) if cell is None or cell.state is State.MISSING),
            frozenset(i for i, cell in enumerate(read) if cell is not None and cell.state is State.BLANK),
        )

    def total(self, terms: Sequence[int]) -> Decimal:
        return sum(map(self.values.__getitem__, terms), _ZERO)


def check(form: Form, cells: Cells, about: Container[CellKey] | None = None) -> tuple[RuleCheck, ...]:
    """Apply every accounting rule of a form to a report's cells; with ``about``, those alone that involve one of these."""
    book = rule_book(form, cells)
    equations: Sequence[Equation] = book.equations
    if about is not None:
        places = {i for i, key in enumerate(book.cells) if key in about}
        equations = [equation for equation in equations if not places.isdisjoint(equation.terms)]
    figures = _Figures.of(book, cells)
    omitted = _omitted(book, figures) if figures.blank else frozenset()
    return tuple(_apply(equation, figures, omitted) for equation in equations)


def _omitted(book: RuleBook, figures: _Figures) -> frozenset[int]:
    """Blanks that stand for numbers left out, not for zeros.

    A blank total over parts that are not zero; and the parts of a table whose totals alone were filled in.
    """
    omitted: set[int] = set()
    unfilled: dict[str, list[Equation]] = {}
    filled: set[str] = set()
    for equation in book.equations:
        if len(equation.left) != 1 or not figures.missing.isdisjoint(equation.terms):
            continue
        total = equation.left[0]
        if total in figures.blank and figures.total(equation.right) != 0:
            omitted.add(total)
        if not figures.blank.issuperset(equation.right):
            filled.add(equation.rule.id)
        elif total not in figures.blank:
            unfilled.setdefault(equation.rule.id, []).append(equation)
    for rule, lonely in unfilled.items():
        if rule not in filled and len(lonely) > 3:  # three is a whole dispute table
            omitted.update(i for equation in lonely for i in equation.right)
    return frozenset(omitted)


def _apply(equation: Equation, figures: _Figures, omitted: frozenset[int]) -> RuleCheck:
    rule, names = equation.rule, equation.holds.cells
    for what, unusable in (("missing", figures.missing), ("left blank", omitted)):
        if unusable and not unusable.isdisjoint(equation.terms):
            lacking = [name for i, name in zip(equation.terms, names, strict=True) if i in unusable]
            return RuleCheck(rule.id, "not_assessable", names, message=f"{what}: {', '.join(lacking[:4])}")
    left, right = figures.total(equation.left), figures.total(equation.right)
    if left == right:
        return equation.holds
    return RuleCheck(rule.id, "fails", names, expected=f"{right:f}", actual=f"{left:f}", message=f"{rule.text} ({rule.text_en})")


def findings_of(checks: Sequence[RuleCheck]) -> tuple[Finding, ...]:
    """A fault for every rule that fails."""
    return tuple(
        Finding(c.rule, Severity.FAULT, f"{c.message}: {c.actual} ≠ {c.expected}", c.cells, c.expected, c.actual)
        for c in checks
        if c.outcome == "fails"
    )
