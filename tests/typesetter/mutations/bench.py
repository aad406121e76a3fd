"""The bench: a paper's tables while they are damaged, and what a careful reader makes of them afterwards.

The rule of truth. Every value cell of a plan says which cell of the form it stands for (``key``), by the labels beside and above
it as they stand after the damage: a number moves, its place keeps its key; a label moves, the key goes with it. What may be
read with certainty of a key is what stands in its places, by what the print plainly says. Where a careful reader of the print
could not know (a number cut in two, a row with a number too many, two rows of one label with different numbers), only
readings that every way to see it has in common may be certain: most often none, so that the report must be in review. A
number of another year, agency or row stands for no cell (``key`` None). Nothing hidden is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from normalize.model import CellKey
from tests.typesetter.model import Chapter, Paper
from tests.typesetter.plan import Kind, Plan, PlannedCell, plan

Says = frozenset[Decimal | None]
"""Values that a print may be taken for with certainty; None is a blank."""
NOTHING: Says = frozenset()
BLANK: Says = frozenset({None})
Allowed = Mapping[CellKey, Says]
Changes = dict[tuple[int, int], PlannedCell | None]
Damage = Callable[["Bench"], bool]
"""Damages something on the bench; False where nothing there could be damaged so."""
TableDamage = Callable[[Plan, "Bench"], Plan | None]


@dataclass(frozen=True, slots=True)
class Truth:
    """What may be read with certainty of one of the reports in a file."""

    agency: str
    year: int
    allowed: Allowed | None
    """None where the report is beside the question."""


@dataclass(slots=True)
class Bench:
    """A paper being damaged. ``shows`` are the traits of what it will be printed on (``benchmarks.mutations.MEDIA``)."""

    paper: Paper
    rng: Random
    shows: frozenset[str]
    tables: dict[str, Plan] = field(default_factory=dict)
    """By the name under which a chapter prints them."""
    chapters: list[Chapter] = field(default_factory=list)
    sequel: Paper | None = None
    """A second report behind the first; its tables' names begin with ``SECOND``."""
    other_years: set[int] = field(default_factory=set)
    """Years whose numbers stand beside this year's under their names: what a reader makes reports of their own of."""
    foreign: set[str] = field(default_factory=set)
    """Tables that are no report's of this file."""

    def __post_init__(self) -> None:
        """Lay the paper's tables out."""
        self.tables = {table.key: plan(self.paper, table.key) for table in self.paper.tables}
        self.chapters = list(self.paper.chapters)

    def paper_to_print(self) -> Paper:
        """The paper as it is now."""
        return replace(self.paper, damaged=dict(self.tables), chapters=tuple(self.chapters))

    def truths(self) -> tuple[Truth, ...]:
        """What may be read of each report in the file."""
        own = [self.tables[name] for name in self.own_tables()]
        found = [Truth(self.paper.agency, self.paper.year, allowed_by(own))]
        if self.sequel is not None:
            theirs = [p for name, p in self.tables.items() if name.startswith(SECOND)]
            found.append(Truth(self.sequel.agency, self.sequel.year, allowed_by(theirs)))
        return (*found, *(Truth(self.paper.agency, year, None) for year in self.other_years))

    def own_tables(self) -> list[str]:
        """Names of the first report's tables, as far as they are printed."""
        printed = [name for chapter in self.chapters for name in chapter.tables]
        return [name for name in printed if name not in self.foreign and not name.startswith(SECOND)]


SECOND = "second:"


def said(cell: PlannedCell) -> Says:
    """What a careful reader takes a value cell for."""
    if cell.inner is not None:
        prints = [each for each in (cell.text, *(inside.text for inside in cell.inner.cells)) if each.strip()]
        plain = all(inside.kind is Kind.VALUE for inside in cell.inner.cells) and len(prints) <= 1
        return said(replace(cell, text="".join(prints), inner=None)) if plain else NOTHING
    if cell.may is not None:
        return cell.may
    text = cell.text.strip()
    return frozenset({Decimal(text)}) if text else BLANK


def allowed_by(plans: Iterable[Plan]) -> dict[CellKey, Says]:
    """What may be read with certainty of every cell that is printed.

    A cell printed twice and differently is in doubt; only a blank gives way to a number.
    """
    found: dict[CellKey, list[Says]] = defaultdict(list)
    for each in plans:
        for cell in _shown(each):
            if cell.kind is Kind.VALUE and cell.key is not None:
                found[cell.key].append(said(cell))
    return {key: _common(says) for key, says in found.items()}


def _shown(table: Plan) -> Iterator[PlannedCell]:
    for cell in table.cells:
        if cell.row not in table.hidden:
            yield cell
            if cell.inner is not None:
                yield from _shown(cell.inner)


def _common(says: Sequence[Says]) -> Says:
    numbers = [each for each in says if each != BLANK] or says
    return frozenset.intersection(*numbers)


# editing a plan ------------------------------------------------------------------------------------------------------


def ordered(table: Plan, cells: Iterable[PlannedCell]) -> Plan:
    """The plan with these cells, its hidden rows as they were."""
    return replace(table, cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))))


def with_cells(table: Plan, changes: Mapping[tuple[int, int], PlannedCell | None]) -> Plan:
    """The plan with the cells that begin at these places replaced, or taken out."""
    kept = (changes.get((cell.row, cell.column), cell) for cell in table.cells)
    return ordered(table, [cell for cell in kept if cell is not None])


def put(table: Plan, cell: PlannedCell, text: str, may: Says | None = None) -> Plan:
    """The plan with another print in a cell, and what it may be taken for."""
    return with_cells(table, {(cell.row, cell.column): replace(cell, text=text, may=may)})


def printed_as(place: PlannedCell, source: PlannedCell | None) -> PlannedCell:
    """The cell at ``place`` with the print of another, or blank."""
    if source is None:
        return replace(place, text="", may=None, mark="", inner=None)
    return replace(place, text=source.text, may=source.may, mark=source.mark, inner=source.inner)


def narrowed(cell: PlannedCell, other: Says) -> PlannedCell:
    """The cell with only those readings certain that are also among others."""
    return replace(cell, may=said(cell) & other)


def values(table: Plan) -> list[PlannedCell]:
    """Every cell for a number."""
    return [cell for cell in table.cells if cell.kind is Kind.VALUE]


def numbers(table: Plan) -> list[PlannedCell]:
    """Cells in which a plain count is printed."""
    return [cell for cell in values(table) if cell.text.isdigit() and cell.text.isascii() and cell.may is None]


def labels(table: Plan) -> list[PlannedCell]:
    """Cells with a word in them that are no values."""
    return [cell for cell in table.cells if cell.kind is not Kind.VALUE and cell.text.strip()]


def rows_of_values(table: Plan, least: int = 1) -> list[list[PlannedCell]]:
    """The value cells of each row that has so many, from the left."""
    rows: dict[int, list[PlannedCell]] = defaultdict(list)
    for cell in values(table):
        rows[cell.row].append(cell)
    return [cells for cells in rows.values() if len(cells) >= least]


def label_of(table: Plan, row: int) -> PlannedCell | None:
    """The label that belongs to a row alone."""
    found = [c for c in table.row(row) if c.kind is Kind.LABEL and c.rowspan == 1 and c.text.strip()]
    return max(found, key=lambda cell: len(cell.text), default=None)


def unlike_labels(table: Plan) -> set[str]:
    """Row labels that only one row has."""
    texts = [cell.text for cell in labels(table) if cell.kind is Kind.LABEL]
    return {text for text in texts if texts.count(text) == 1}


def alike(one: Sequence[PlannedCell], other: Sequence[PlannedCell]) -> bool:
    """Whether two rows' values stand under the same columns."""
    return [(c.column, c.colspan) for c in one] == [(c.column, c.colspan) for c in other]


def without_row(table: Plan, row: int) -> Plan:
    """The plan with a row taken out; what spans it ends one sooner, or begins in the next."""
    found = []
    for cell in table.cells:
        if cell.row > row:
            found.append(replace(cell, row=cell.row - 1))
        elif cell.row == row:
            if cell.rowspan > 1:
                found.append(replace(cell, rowspan=cell.rowspan - 1))
        elif cell.row + cell.rowspan > row:
            found.append(replace(cell, rowspan=cell.rowspan - 1))
        else:
            found.append(cell)
    hidden = frozenset(each - (each > row) for each in table.hidden if each != row)
    return replace(ordered(table, found), hidden=hidden, header_rows=table.header_rows - (row < table.header_rows))


def with_row(table: Plan, at: int, cells: Iterable[PlannedCell]) -> Plan:
    """The plan with a row put in at ``at``; what spans that place grows by a row."""
    found = []
    for cell in table.cells:
        if cell.row >= at:
            found.append(replace(cell, row=cell.row + 1))
        elif cell.row + cell.rowspan > at:
            found.append(replace(cell, rowspan=cell.rowspan + 1))
        else:
            found.append(cell)
    hidden = frozenset(each + (each >= at) for each in table.hidden)
    grown = table.header_rows + (at < table.header_rows)
    return replace(ordered(table, [*found, *(replace(c, row=at) for c in cells)]), hidden=hidden, header_rows=grown)


def without_column(table: Plan, column: int) -> Plan:
    """The plan with a column taken out."""
    found = []
    for cell in table.cells:
        if cell.column > column:
            found.append(replace(cell, column=cell.column - 1))
        elif cell.column + cell.colspan > column:
            if cell.colspan > 1:
                found.append(replace(cell, colspan=cell.colspan - 1))
        else:
            found.append(cell)
    widths = (*table.widths[:column], *table.widths[column + 1 :])
    return replace(ordered(table, found), widths=widths)


def with_column(table: Plan, at: int, cells: Iterable[PlannedCell]) -> Plan:
    """The plan with a column put in at ``at``; what spans that place grows by a column."""
    found = []
    for cell in table.cells:
        if cell.column >= at:
            found.append(replace(cell, column=cell.column + 1))
        elif cell.column + cell.colspan > at:
            found.append(replace(cell, colspan=cell.colspan + 1))
        else:
            found.append(cell)
    widths = (*table.widths[:at], min(table.widths), *table.widths[at:])
    return replace(ordered(table, [*found, *(replace(c, column=at) for c in cells)]), widths=widths)
