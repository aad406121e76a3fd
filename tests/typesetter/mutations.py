"""Damage done to the structure of a report's tables before they are printed, with what may be read of each cell after it.

What is right is decided by what stands on the page: numbers that changed places are read in their new places, a number cut in
two is no number, a row printed twice and differently is in doubt. The invariant: whatever happens to a table, no cell reads as
anything else under ``verified`` or ``inconsistent``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from normalize.model import CellKey, Report, State, Verdict
from tests.typesetter.model import Paper
from tests.typesetter.plan import Kind, Plan, PlannedCell, plan

Allowed = dict[CellKey, set[str]]
"""The prints that a cell may be read as under certainty, without white space."""
_CERTAIN = (Verdict.VERIFIED, Verdict.INCONSISTENT)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A damaged paper."""

    paper: Paper
    name: str
    table: str
    allowed: Allowed

    def silent_errors(self, reports: Sequence[Report]) -> list[str]:
        """The cells that were read otherwise than allowed, though the verdict is one of certainty."""
        found = []
        for report in reports:
            if report.verdict in _CERTAIN:
                for cell in report.cells:
                    if cell.state is not State.MISSING and _bare(cell.printed) not in self.allowed.get(cell.key, set()):
                        may = sorted(self.allowed.get(cell.key, set()))
                        found.append(f"{cell.key}: read {cell.printed!r} where {may} may be read")
        return found


def mutate(paper: Paper, rng: Random, count: int = 1) -> Mutation:
    """The paper with so many tables' structures damaged, each once."""
    allowed = {key: {_bare(figure.printed)} for key, figure in paper.figures.items()}
    names, damaged = [], dict(paper.damaged)
    tables = [table.key for table in paper.tables]
    for key in rng.sample(tables, min(count, len(tables))):
        name, damage = rng.choice(list(DAMAGES.items()))
        changed = damage(plan(paper, key), allowed, rng)
        if changed is not None:
            damaged[key] = changed
            names.append(name)
    return Mutation(replace(paper, damaged=damaged), " + ".join(names) or "none", "", allowed)


def _bare(text: str) -> str:
    """A print as it is compared: without white space, widths of digits and the two ways to write a Chinese zero."""
    return "".join(unicodedata.normalize("NFKC", text).replace("〇", "0").split())


def _values(table: Plan) -> list[PlannedCell]:
    return [cell for cell in table.cells if cell.kind is Kind.VALUE]


def _labels(table: Plan) -> list[PlannedCell]:
    return [cell for cell in table.cells if cell.kind is not Kind.VALUE and cell.text.strip()]


def _with(table: Plan, changes: Mapping[tuple[int, int], PlannedCell | None]) -> Plan:
    """The plan with the cells that begin at these places replaced, or taken out."""
    kept = []
    for cell in table.cells:
        changed = changes.get((cell.row, cell.column), cell)
        if changed is not None:
            kept.append(changed)
    return replace(table, cells=tuple(sorted(kept, key=lambda cell: (cell.row, cell.column))))


def _put(table: Plan, texts: Mapping[tuple[int, int], str]) -> Plan:
    return _with(
        table, {(c.row, c.column): replace(c, text=texts[c.row, c.column]) for c in table.cells if (c.row, c.column) in texts}
    )


def _row_of_values(table: Plan, rng: Random, least: int = 2) -> list[PlannedCell] | None:
    rows: dict[int, list[PlannedCell]] = {}
    for cell in _values(table):
        rows.setdefault(cell.row, []).append(cell)
    fit = [cells for cells in rows.values() if len(cells) >= least]
    return rng.choice(fit) if fit else None


def _allow(allowed: Allowed, cell: PlannedCell, *texts: str) -> None:
    if cell.key is not None:
        allowed[cell.key] = {_bare(text) for text in texts}


# numbers -------------------------------------------------------------------------------------------------------------


def swap_numbers(table: Plan, allowed: Allowed, rng: Random) -> Plan | None:
    """Two numbers in each other's places: they are read where they stand."""
    values = _values(table)
    if len(values) < 2:
        return None
    one, other = rng.sample(values, 2)
    _allow(allowed, one, other.text)
    _allow(allowed, other, one.text)
    return _put(table, {(one.row, one.column): other.text, (other.row, other.column): one.text})


def split_number(table: Plan, _allowed: Allowed, rng: Random) -> Plan | None:
    """A number with a gap or a line's end in it: it may be read whole, never in part."""
    long = [cell for cell in _values(table) if len(cell.text) > 1 and cell.text.isdigit()]
    if not long:
        return None
    cell = rng.choice(long)
    at = rng.randint(1, len(cell.text) - 1)
    return _put(table, {(cell.row, cell.column): cell.text[:at] + rng.choice([" ", "\n", "\u3000"]) + cell.text[at:]})


def replace_digit(table: Plan, _allowed: Allowed, rng: Random) -> Plan | None:
    """A digit typed as a letter that looks like it."""
    fit = [cell for cell in _values(table) if any(digit in cell.text for digit in "015")]
    if not fit:
        return None
    cell = rng.choice(fit)
    return _put(table, {(cell.row, cell.column): cell.text.translate(str.maketrans("015", rng.choice(["OlS", "〇Ⅰ５", "oI5"])))})


def lose_number(table: Plan, allowed: Allowed, rng: Random) -> Plan | None:
    """A cell of a row is gone, so those behind it stand one column further left."""
    row = _row_of_values(table, rng)
    if row is None or any(cell.colspan > 1 for cell in row):
        return None
    at = rng.randrange(len(row))
    changes: dict[tuple[int, int], PlannedCell | None] = {(row[-1].row, row[-1].column): None}
    for here, behind in zip(row[at:], [*row[at + 1 :], None], strict=True):
        if behind is None:
            _allow(allowed, here, "", here.text)
        else:
            changes[here.row, here.column] = replace(here, text=behind.text)
            _allow(allowed, here, behind.text, *([here.text] if here is not row[at] else []))
    return _with(table, changes)


def add_number(table: Plan, allowed: Allowed, rng: Random) -> Plan | None:
    """A number too many in a row, so those behind it stand one column further right and the last one has no column."""
    row = _row_of_values(table, rng)
    if row is None or any(cell.colspan > 1 for cell in row):
        return None
    at = rng.randrange(len(row))
    texts = {}
    before = str(rng.randint(0, 99))
    for cell in row[at:]:
        texts[cell.row, cell.column] = before
        _allow(allowed, cell, before, cell.text)
        before = cell.text
    last = row[-1]
    extra = PlannedCell(last.row, last.column + 1, before, kind=Kind.VALUE)
    longer = _put(table, texts)
    return replace(longer, cells=(*longer.cells, extra), widths=(*longer.widths, 1.0))


def merge_numbers(table: Plan, allowed: Allowed, rng: Random) -> Plan | None:
    """Two cells merged over one number: it is neither column's for certain."""
    row = _row_of_values(table, rng)
    if row is None:
        return None
    at = rng.randrange(len(row) - 1)
    left, right = row[at], row[at + 1]
    for cell in (left, right):
        _allow(allowed, cell, *([""] if not left.text else []))
    wide = replace(left, colspan=left.colspan + right.colspan)
    return _with(table, {(left.row, left.column): wide, (right.row, right.column): None})


# rows ----------------------------------------------------------------------------------------------------------------


def _shifted(cells: Sequence[PlannedCell], start: int, by: int) -> Iterator[PlannedCell]:
    """The cells with rows from ``start`` on moved, and spans over that place widened or narrowed."""
    for cell in cells:
        if cell.row >= start:
            yield replace(cell, row=cell.row + by)
        elif cell.row + cell.rowspan > start:
            yield replace(cell, rowspan=cell.rowspan + by)
        else:
            yield cell


def lose_row(table: Plan, allowed: Allowed, rng: Random) -> Plan | None:
    """A row is gone: nothing is printed of it."""
    rows = sorted({cell.row for cell in _values(table)})
    if len(rows) < 2:
        return None
    row = rng.choice(rows)
    for cell in table.cells:
        if cell.row == row and cell.kind is Kind.VALUE:
            _allow(allowed, cell)
    reaching = [replace(c, row=row + 1, rowspan=c.rowspan - 1) for c in table.cells if c.row == row and c.rowspan > 1]
    kept = [*(c for c in table.cells if c.row != row), *reaching]
    return replace(table, cells=tuple(sorted(_closed(kept, row), key=lambda cell: (cell.row, cell.column))))


def _closed(cells: Sequence[PlannedCell], row: int) -> Iterator[PlannedCell]:
    """The cells after a row has been emptied: those below move up, spans over it end one sooner."""
    for cell in cells:
        if cell.row > row:
            yield replace(cell, row=cell.row - 1)
        elif cell.row + cell.rowspan > row:
            yield replace(cell, rowspan=cell.rowspan - 1)
        else:
            yield cell


def double_row(table: Plan, allowed: Allowed, rng: Random) -> Plan | None:
    """A row printed twice, the second time with other numbers: neither is certain where they differ."""
    row = _row_of_values(table, rng, 1)
    if row is None:
        return None
    at = row[0].row
    if any(cell.row == at and cell.rowspan > 1 for cell in table.cells):
        return None
    copies = []
    for cell in table.cells:
        if cell.row == at:
            text = str(rng.randint(1, 99)) if cell.kind is Kind.VALUE and rng.random() < 0.5 else cell.text
            copies.append(replace(cell, row=at + 1, text=text))
            if cell.kind is Kind.VALUE and text != cell.text:
                _allow(allowed, cell, *([text] if not cell.text else []))  # a number beside a blank is the number
    return replace(table, cells=tuple(sorted([*_shifted(table.cells, at + 1, 1), *copies], key=lambda c: (c.row, c.column))))


def add_row(table: Plan, _allowed: Allowed, rng: Random) -> Plan | None:
    """A row that no form has, with numbers of its own."""
    row = _row_of_values(table, rng, 1)
    if row is None:
        return None
    at = row[0].row + 1
    if any(cell.row < at < cell.row + cell.rowspan for cell in table.cells):
        return None
    label = rng.choice(["其中：网络渠道", "备注", "较上年增减", "合计", "市本级"])
    first = min(cell.column for cell in row)
    if not first:
        return None  # a row without a label is any row
    new = [PlannedCell(at, 0, label, 1, max(first, 1))] if first else []
    new += [replace(cell, row=at, text=str(rng.randint(0, 99)), key=None) for cell in row]
    return replace(table, cells=tuple(sorted([*_shifted(table.cells, at, 1), *new], key=lambda c: (c.row, c.column))))


def cut_off(table: Plan, allowed: Allowed, rng: Random) -> Plan | None:
    """The table ends early."""
    rows = sorted({cell.row for cell in _values(table)})
    if len(rows) < 2:
        return None
    end = rng.choice(rows[1:])
    for cell in table.cells:
        if cell.row >= end and cell.kind is Kind.VALUE:
            _allow(allowed, cell)
    kept = [replace(c, rowspan=min(c.rowspan, end - c.row)) for c in table.cells if c.row < end]
    return replace(table, cells=tuple(kept))


# labels --------------------------------------------------------------------------------------------------------------


def damage_label(table: Plan, _allowed: Allowed, rng: Random) -> Plan | None:
    """Characters of a label lost or replaced."""
    cell = rng.choice(_labels(table))
    characters = list(cell.text)
    for _ in range(rng.randint(1, max(1, len(characters) // 3))):
        at = rng.randrange(len(characters))
        characters[at] = rng.choice(["", "某", "口", "□", characters[at] * 2])
    return _put(table, {(cell.row, cell.column): "".join(characters)})


def lose_label(table: Plan, _allowed: Allowed, rng: Random) -> Plan | None:
    """A label is gone, its cell is blank."""
    cell = rng.choice(_labels(table))
    return _put(table, {(cell.row, cell.column): ""})


def swap_row_labels(table: Plan, allowed: Allowed, rng: Random) -> Plan | None:
    """The labels of two rows in each other's places: their numbers are those of the label beside them."""
    rows: dict[int, list[PlannedCell]] = {}
    for cell in _values(table):
        rows.setdefault(cell.row, []).append(cell)
    leaves = {cell.row: cell for cell in _labels(table) if cell.kind is Kind.LABEL and cell.rowspan == 1}
    pairs = [(a, b) for a in rows for b in rows if a < b and a in leaves and b in leaves]
    pairs = [(a, b) for a, b in pairs if leaves[a].text != leaves[b].text and _like(rows[a], rows[b])]
    if not pairs:
        return None
    a, b = rng.choice(pairs)
    for upper, lower in zip(rows[a], rows[b], strict=True):
        _allow(allowed, upper, upper.text, lower.text)
        _allow(allowed, lower, upper.text, lower.text)
    one, other = leaves[a], leaves[b]
    return _put(table, {(one.row, one.column): other.text, (other.row, other.column): one.text})


def _like(one: Sequence[PlannedCell], other: Sequence[PlannedCell]) -> bool:
    return [(c.column, c.colspan) for c in one] == [(c.column, c.colspan) for c in other]


DAMAGES: dict[str, Callable[[Plan, Allowed, Random], Plan | None]] = {
    damage.__name__: damage
    for damage in (
        swap_numbers,
        split_number,
        replace_digit,
        lose_number,
        add_number,
        merge_numbers,
        lose_row,
        double_row,
        add_row,
        cut_off,
        damage_label,
        lose_label,
        swap_row_labels,
    )
}
