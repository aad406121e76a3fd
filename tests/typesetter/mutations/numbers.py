"""Damage to where numbers stand: moved, joined, lost, too many."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from tests.typesetter.mutations.bench import (
    BLANK,
    NOTHING,
    Bench,
    Changes,
    Says,
    narrowed,
    numbers,
    ordered,
    printed_as,
    put,
    rows_of_values,
    said,
    values,
    with_cells,
)
from tests.typesetter.plan import Kind, Plan, PlannedCell


def swap_numbers(table: Plan, bench: Bench) -> Plan | None:
    """Two numbers in each other's places: they are read where they stand."""
    cells = values(table)
    if len(cells) < 2:
        return None
    one, other = bench.rng.sample(cells, 2)
    return with_cells(table, {(one.row, one.column): printed_as(one, other), (other.row, other.column): printed_as(other, one)})


def move_number(table: Plan, bench: Bench) -> Plan | None:
    """A number in the blank cell beside, above or below its own: it is that cell's now. One in doubt already stays."""
    places = {(cell.row, cell.column): cell for cell in values(table)}
    steps = ((0, 1), (0, -1), (1, 0), (-1, 0))
    moves = [
        (cell, target)
        for cell in places.values()
        if cell.text.strip() and cell.rowspan == 1 and cell.may is None
        for down, right in steps
        if (target := places.get((cell.row + down, cell.column + right))) is not None and not target.text.strip()
    ]
    if not moves:
        return None
    cell, target = bench.rng.choice(moves)
    return with_cells(
        table, {(cell.row, cell.column): printed_as(cell, None), (target.row, target.column): printed_as(target, cell)}
    )


def join_numbers(table: Plan, bench: Bench) -> Plan | None:
    """Two neighbours' numbers in one of their cells, the other one blank: glued, or with something between."""
    rows = rows_of_values(table, 2)
    pairs = [(a, b) for row in rows for a, b in pairwise(row) if a.text.strip() and b.text.strip() and b.rowspan == 1]
    pairs = [(a, b) for a, b in pairs if any(map(str.isdigit, a.text + b.text))]  # two strokes say what one says
    if not pairs:
        return None
    left, right = bench.rng.choice(pairs)
    between = bench.rng.choice(["", "", " ", "  ", "\n", "\u00a0", "\u3000", "/", "、", "|"])
    if between == "\n" and not bench.shows:  # with a cell on each line the two would be two cells again
        return None
    place, emptied = bench.rng.choice([(left, right), (right, left)])
    joined = left.text + between + right.text
    # Glued they look like one number, and are read as printed; otherwise nobody can say whose is which.
    plain = joined.removeprefix("-").replace(".", "", 1).isdigit() and left.text not in {"0", "-0"} and "." not in left.text
    glued = None if plain and not between else NOTHING
    changed = with_cells(table, {(emptied.row, emptied.column): printed_as(emptied, None)})
    return put(changed, place, joined, glued)


def slide_row(table: Plan, bench: Bench) -> Plan | None:
    """The numbers of a row one column further on from some place, in a row whose end is blank; or one column back."""
    rows = [row for row in rows_of_values(table, 3) if not row[-1].text.strip() or not row[0].text.strip()]
    if not rows:
        return None
    row = bench.rng.choice(rows)
    forward = not row[-1].text.strip()
    line = row if forward else row[::-1]
    at = bench.rng.randrange(len(line) - 1)
    changes: Changes = {}
    before: PlannedCell | None = None
    for cell in line[at:]:
        changes[cell.row, cell.column] = printed_as(cell, before)
        before = cell
    return with_cells(table, changes)


def lose_number(table: Plan, bench: Bench) -> Plan | None:
    """A cell of a row is gone, so those behind it stand one column further left.

    Where the print shows a blank at the row's end, numbers are read where they stand. Where the row is plainly short nobody knows
    which cell is gone. A row with a number too many would print as any other.
    """
    rows = [row for row in rows_of_values(table, 2) if all(cell.colspan == 1 and cell.key for cell in row)]
    if not rows:
        return None
    row = bench.rng.choice(rows)
    at = bench.rng.randrange(len(row))
    moved = [printed_as(cell, source) for cell, source in zip(row, [*row[:at], *row[at + 1 :]], strict=False)]
    last = row[-1]
    if "filled" in bench.shows:
        return with_cells(table, {(c.row, c.column): c for c in (*moved, printed_as(last, None))})
    gone = NOTHING if any(cell.text for cell in row) else BLANK
    before: list[Says] = [gone, *map(said, moved)]
    short = [narrowed(cell, other) for cell, other in zip(moved, before, strict=False)]
    return with_cells(table, {(last.row, last.column): None, **{(c.row, c.column): c for c in short}})


def add_number(table: Plan, bench: Bench) -> Plan | None:
    """A number too many in a row, so those behind it stand one column further right and the last one has no column.

    From the print nobody knows which one is too many: certain is only what either way to count gives. Where the one without
    a column is a blank and every row ends in one, nothing is too many, and numbers are read where they stand. A row that is
    short by an earlier damage would be whole again.
    """
    rows = [row for row in rows_of_values(table, 2) if all(cell.colspan == 1 for cell in row)]
    rows = [row for row in rows if row[-1].column + 1 == table.columns]
    if not rows:
        return None
    row = bench.rng.choice(rows)
    at = bench.rng.randrange(len(row) + 1)
    last = row[-1]
    extra = PlannedCell(last.row, last.column + 1, str(bench.rng.randint(0, 99)), kind=Kind.VALUE)
    prints = [*row[:at], extra, *row[at:]]
    shown = "filled" not in bench.shows or prints[-1].text.strip()  # a blank too many shows only in a row by itself
    changes: Changes = {}
    for cell, here, behind in zip(row, prints, prints[1:], strict=False):
        moved = printed_as(cell, here)
        changes[cell.row, cell.column] = narrowed(moved, said(behind)) if shown else moved
    longer = with_cells(table, changes)
    over = replace(printed_as(extra, prints[-1]), key=None)
    wider = (*longer.widths, 1.0) if last.column + 1 >= len(longer.widths) else longer.widths
    return replace(ordered(longer, [*longer.cells, over]), widths=wider)


def merge_numbers(table: Plan, bench: Bench) -> Plan | None:
    """Two cells merged over one number, side by side or one above the other: it is neither one's for certain."""
    shown = [cell for cell in values(table) if cell.row not in table.hidden]
    places = {(cell.row, cell.column): cell for cell in shown if cell.rowspan == cell.colspan == 1}
    beside = [
        (a, (places.get((a.row, a.column + 1)), places.get((a.row + 1, a.column)))) for a in places.values() if a.text.strip()
    ]
    pairs = [(a, b) for a, others in beside for b in others if b is not None]
    if not pairs:
        return None
    left, right = bench.rng.choice(pairs)
    below = right.row > left.row
    wide = replace(left, rowspan=2, may=NOTHING) if below else replace(left, colspan=2, may=NOTHING)
    return with_cells(table, {(left.row, left.column): wide, (right.row, right.column): None})


def number_in_label(table: Plan, bench: Bench) -> Plan | None:
    """A row's number typed into its label, its own cell blank; or a second number there.

    A print that loses blanks has to show it as part of the label: on a line of its own it would stand where a row's values do.
    """
    rows = [row for row in rows_of_values(table) if any(c.row == row[0].row for c in table.cells if c.kind is Kind.LABEL)]
    if not rows:
        return None
    row = bench.rng.choice(rows)
    label = max((c for c in table.row(row[0].row) if c.kind is Kind.LABEL), key=lambda cell: len(cell.text))
    cell = bench.rng.choice(row)
    moved = bool(cell.text) and bench.rng.random() < 0.5
    number = cell.text if moved else str(bench.rng.randint(1, 60))
    between = bench.rng.choice(["", " ", "：", "\n"])
    if moved and not bench.shows & {"places", "filled"}:
        between = between.strip("\n")
    text = label.text + between + number
    changed = with_cells(table, {(label.row, label.column): replace(label, text=text)})
    return put(changed, cell, "", said(cell)) if moved else changed


def wrong_total(table: Plan, bench: Bench) -> Plan | None:
    """A total computed wrong: it is read as it is printed."""
    cells = [cell for cell in numbers(table) if cell.key and "total" in (cell.key.column + cell.key.row)] or numbers(table)
    if not cells:
        return None
    cell = bench.rng.choice(cells)
    return put(table, cell, str(int(cell.text) + bench.rng.choice([1, 2, 9, 10, 100])))
