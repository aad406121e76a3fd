"""Damage done to the structure of a report's tables before they are printed, with what may be read of each cell after it.

The invariant: whatever happens to a table, no cell reads as anything else under ``verified`` or ``inconsistent``. How the truth
is told is the rule of ``bench``; each damage says what it means for the numbers it touches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from normalize.model import Report, State, Verdict
from tests.typesetter.model import Paper
from tests.typesetter.mutations import columns, labels, numbers, prints, rows, tables
from tests.typesetter.mutations.bench import Bench, Damage, TableDamage, Truth

CERTAIN = (Verdict.VERIFIED, Verdict.INCONSISTENT)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A damaged paper, the names of its damages, and what may be read of it."""

    paper: Paper
    names: tuple[str, ...]
    truths: tuple[Truth, ...]

    def silent_errors(self, reports: Sequence[Report]) -> list[str]:
        """The cells that were read otherwise than allowed, though the verdict is one of certainty."""
        return [error for report in reports if report.verdict in CERTAIN for error in self._errors(report)]

    def _errors(self, report: Report) -> list[str]:
        identity = report.identity
        truth = next((t for t in self.truths if (t.agency, t.year) == (identity.agency, identity.year)), None)
        if truth is None:
            return [f"a report of {identity.agency} for {identity.year} is in no such file"]
        if truth.allowed is None:
            return []
        found = []
        for cell in report.cells:
            may = truth.allowed.get(cell.key, frozenset())
            if cell.state is State.MISSING or cell.value not in may:
                shown = "nothing" if cell.state is State.MISSING else f"{cell.value} ({cell.printed!r})"
                found.append(f"{cell.key}: read {shown} where {sorted(map(str, may))} may be read")
        return found


def mutate(paper: Paper, rng: Random, shows: frozenset[str], count: int = 1) -> Mutation:
    """The paper with so many damages done to it, of those that the print would show."""
    bench = Bench(paper, rng, shows)
    names: list[str] = []
    fit = [name for name, needs in NEEDS.items() if needs <= shows]
    for _ in range(20):
        if len(names) == count or not bench.own_tables():
            break
        name = rng.choice(fit)
        if name not in names and DAMAGES[name](bench):
            names.append(name)
    return Mutation(bench.paper_to_print(), tuple(names), bench.truths())


def _of_a_table(damage: TableDamage) -> Damage:
    def of_any(bench: Bench) -> bool:
        names = bench.own_tables()
        for name in bench.rng.sample(names, len(names)):
            changed = damage(bench.tables[name], bench)
            if changed is not None:
                bench.tables[name] = changed
                return True
        return False

    return of_any


_SPANS, _NESTED, _HIDDEN = frozenset({"spans"}), frozenset({"nested"}), frozenset({"hidden"})
_NONE: frozenset[str] = frozenset()
_TABLE_DAMAGES: tuple[tuple[frozenset[str], tuple[TableDamage, ...]], ...] = (
    (_NONE, (numbers.swap_numbers, numbers.move_number, numbers.join_numbers, numbers.slide_row, numbers.lose_number,
             numbers.add_number, numbers.number_in_label, numbers.wrong_total)),
    (_NONE, (prints.split_number, prints.replace_digit, prints.mark_number, prints.remark_number, prints.unit_beside_number,
             prints.spell_number, prints.exchange_nothings, prints.scramble_number)),
    (_NONE, (columns.swap_columns, columns.swap_heads, columns.lose_header_row, columns.double_header_row,
             columns.shift_header, columns.add_column, columns.lose_column, columns.lose_numbers_of_column,
             columns.repeat_head, columns.compare_columns, columns.blank_head)),
    (_NONE, (rows.lose_row, rows.double_row, rows.add_row, rows.add_numbers, rows.cut_off, rows.swap_rows, rows.shift_labels,
             rows.split_row, rows.join_rows, rows.compare_rows, rows.blank_row)),
    (_NONE, (labels.damage_label, labels.misspell_label, labels.stretch_label, labels.lose_label, labels.repeat_label,
             labels.reverse_label, labels.swap_headings, labels.exchange_words)),
    (_SPANS, (numbers.merge_numbers, columns.widen_heading, columns.join_heads)),
    (_HIDDEN, (rows.hide_row,)),
)  # fmt: skip
_WHOLE_DAMAGES: tuple[tuple[frozenset[str], tuple[Damage, ...]], ...] = (
    (_NONE, (tables.split_table, tables.reorder_tables, tables.lose_heading, tables.lose_table, tables.repeat_table,
             tables.annex_table, tables.replace_by_theirs, tables.annex_form, tables.second_report, tables.turn_table,
             tables.stack_tables, tables.mix_forms, tables.rename_table)),
    (_NESTED, (tables.nest_table, tables.nest_foreign_table)),
)  # fmt: skip
DAMAGES: dict[str, Damage] = {each.__name__: _of_a_table(each) for _, group in _TABLE_DAMAGES for each in group} | {
    each.__name__: each for _, group in _WHOLE_DAMAGES for each in group
}
"""Every damage by its name."""
NEEDS: dict[str, frozenset[str]] = {
    each.__name__: needs for groups in (_TABLE_DAMAGES, _WHOLE_DAMAGES) for needs, group in groups for each in group
}
"""What a print must show for a damage to be seen in it."""
