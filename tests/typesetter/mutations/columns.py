"""Damage to columns and to the header over them."""

from __future__ import annotations

from dataclasses import replace

from normalize.forms import form_cells
from tests.typesetter.mutations.bench import (
    NOTHING,
    Bench,
    Changes,
    Says,
    alike,
    labels,
    narrowed,
    ordered,
    printed_as,
    put,
    rows_of_values,
    said,
    values,
    with_cells,
    with_column,
    with_row,
    without_column,
    without_row,
)
from tests.typesetter.plan import Kind, Plan, PlannedCell


def _leaf_heads(table: Plan, row: int) -> dict[int, PlannedCell]:
    """The header cells right above a row of values, by column; none if another row's values stand between."""
    heads: dict[int, PlannedCell] = {}
    for cell in table.cells:
        if cell.kind is Kind.HEAD and cell.row < row and cell.text.strip():
            for column in range(cell.column, cell.column + cell.colspan):
                known = heads.get(column)
                if known is None or known.row <= cell.row:
                    heads[column] = cell
    return heads


def _block(table: Plan, bench: Bench) -> tuple[list[list[PlannedCell]], dict[int, PlannedCell]] | None:
    """Rows of values under one header, and the header's lowest cells by column."""
    rows = rows_of_values(table, 2)
    if not rows:
        return None
    one = bench.rng.choice(rows)
    heads = _leaf_heads(table, one[0].row)
    block = [row for row in rows if alike(row, one) and _leaf_heads(table, row[0].row) == heads]
    if not all(cell.column in heads and heads[cell.column].column == cell.column for cell in one):
        return None
    return block, heads


def swap_columns(table: Plan, bench: Bench) -> Plan | None:
    """Two columns' numbers in each other's places under an unmoved header: they are read where they stand.

    Not where one is merged with its neighbour: the number would go, and the merging stay.
    """
    found = _block(table, bench)
    if found is None:
        return None
    block, _ = found
    a, b = bench.rng.sample(range(len(block[0])), 2)
    if any(row[place].colspan > 1 for row in block for place in (a, b)):
        return None
    changes: Changes = {}
    for row in block:
        changes[row[a].row, row[a].column] = printed_as(row[a], row[b])
        changes[row[b].row, row[b].column] = printed_as(row[b], row[a])
    return with_cells(table, changes)


def swap_heads(table: Plan, bench: Bench) -> Plan | None:
    """Two columns under one heading with their header words, so that each number keeps its word and not its place."""
    found = _block(table, bench)
    if found is None:
        return None
    block, heads = found
    first = block[0]
    pairs = [
        (a, b)
        for a in range(len(first))
        for b in range(a + 1, len(first))
        if _same_kind(heads[first[a].column], heads[first[b].column]) and _group(first[a]) == _group(first[b])
    ]
    pairs = [(a, b) for a, b in pairs if heads[first[a].column].text != heads[first[b].column].text]
    if not pairs:
        return None
    a, b = bench.rng.choice(pairs)
    one, other = heads[first[a].column], heads[first[b].column]
    changes: Changes = {
        (one.row, one.column): replace(one, text=other.text),
        (other.row, other.column): replace(other, text=one.text),
    }
    for row in block:
        changes[row[a].row, row[a].column] = replace(row[b], column=row[a].column)
        changes[row[b].row, row[b].column] = replace(row[a], column=row[b].column)
    return with_cells(table, changes)


def _same_kind(one: PlannedCell, other: PlannedCell) -> bool:
    return (one.row, one.rowspan, one.colspan) == (other.row, other.rowspan, other.colspan)


def _group(cell: PlannedCell) -> str:
    """What of a cell's name the heading above its column says: in a line panel the row."""
    return cell.key.row if cell.key and cell.key.table == "disputes" else ""


def lose_header_row(table: Plan, bench: Bench) -> Plan | None:
    """A row of the header is gone; the numbers stay what they are. Not where it alone tells of columns exchanged before."""
    if not _in_order(table):
        return None
    rows = sorted({c.row for c in table.cells if c.kind is Kind.HEAD} - {c.row for c in values(table)})
    return without_row(table, bench.rng.choice(rows)) if len(rows) > 1 else None


def _in_order(table: Plan) -> bool:
    """Whether the columns stand in the form's order in every row."""
    places = {key: at for at, (_, key) in enumerate(form_cells())}
    rows = ([places[cell.key] for cell in row if cell.key in places] for row in rows_of_values(table))
    return all(row == sorted(row) for row in rows)


def double_header_row(table: Plan, bench: Bench) -> Plan | None:
    """A row of the header twice, there or further down."""
    rows = sorted({c.row for c in table.cells if c.kind is Kind.HEAD})
    if not rows:
        return None
    row = bench.rng.choice(rows)
    copies = [replace(cell, rowspan=1) for cell in table.row(row)]
    merged = {c.row + k for c in values(table) for k in range(1, c.rowspan)}  # a row in there would print over a number
    return with_row(table, bench.rng.choice([row + 1, *(r for r in range(row + 1, table.rows) if r not in merged)]), copies)


def shift_header(table: Plan, bench: Bench) -> Plan | None:
    """The lowest header words one column off: by place they head others than by count, so only what agrees is certain."""
    found = _block(table, bench)
    if found is None:
        return None
    block, heads = found
    first = block[0]
    step = bench.rng.choice([-1, 1])
    changes: Changes = {}
    at = [heads[cell.column] for cell in first]
    if any(head.colspan > 1 or head.row != at[0].row or head.rowspan != at[0].rowspan for head in at):
        return None
    for index, head in enumerate(at):
        source = at[index - step] if 0 <= index - step < len(at) else None
        changes[head.row, head.column] = replace(head, text=source.text if source else "")
    for row in block:
        for index, cell in enumerate(row):
            other: Says = said(row[index + step]) if 0 <= index + step < len(row) else NOTHING
            changes[cell.row, cell.column] = narrowed(cell, other)
    return with_cells(table, changes)


def widen_heading(table: Plan, bench: Bench) -> Plan | None:
    """A heading over columns spans one too many or too few: the words below still tell the numbers apart."""
    wide = [c for c in table.cells if c.kind is Kind.HEAD and c.colspan > 1 and c.column + c.colspan <= table.columns]
    wide = [
        c for c in wide if any(d.kind is Kind.HEAD and d.row == c.row and d.column >= c.column + c.colspan for d in table.cells)
    ]
    if not wide:
        return None
    cell = bench.rng.choice(wide)
    step = bench.rng.choice([-1, 1])
    changes: Changes = {(cell.row, cell.column): replace(cell, colspan=cell.colspan + step)}
    moved = [
        replace(c, column=c.column + step) if c.row == cell.row and c.column > cell.column else changes.get((c.row, c.column), c)
        for c in table.cells
    ]
    kept = [c for c in moved if c is not None]
    far = max(c.column + c.colspan for c in kept)
    wider = (*table.widths, *([1.0] * (far - table.columns)))
    return replace(table, cells=tuple(sorted(kept, key=lambda c: (c.row, c.column))), widths=wider)


def add_column(table: Plan, bench: Bench) -> Plan | None:
    """A column that no form has, with numbers, headed or not: the others stand under their own words.

    Where a print keeps no places nobody can say which number is the one too many.
    """
    if _filled(table) != table:  # a row that is short by an earlier damage would be whole again
        return None
    rows = rows_of_values(table)
    columns = sorted({cell.column for row in rows for cell in row})
    if not columns:
        return None
    at = bench.rng.choice([*columns, columns[-1] + 1, columns[0]])
    body = {row[0].row for row in rows}
    over = {row - 1 for row in body} - body
    near = [c.text for c in labels(table) if c.kind is Kind.HEAD and c.colspan == 1]
    words = ["", "", "备注", "上年", "小计", "占比", "法人小计", "序号", "上年数", "同比增减"]
    words += (
        [f"{text}（上年）" for text in near[-2:]] + [f"其中：{text}" for text in near[:1]] + [f"上年{text}" for text in near[-1:]]
    )
    word = bench.rng.choice(words)
    new = [PlannedCell(row, at, word, 1, 1, Kind.HEAD) for row in over]
    numbered = [PlannedCell(row, at, str(bench.rng.randint(0, 40)), 1, 1, Kind.VALUE) for row in body]
    changed = _filled(_without_overlaps(with_column(table, at, [*new, *numbered])))
    if "places" in bench.shows:
        return changed
    changes: Changes = {}
    for row in rows_of_values(changed):
        for index, cell in enumerate(row):
            others = [said(row[k]) for k in (index - 1, index + 1) if 0 <= k < len(row)]
            changes[cell.row, cell.column] = narrowed(cell, frozenset.intersection(*others) if others else NOTHING)
    return with_cells(changed, changes)


def _filled(table: Plan) -> Plan:
    """The plan with a blank cell wherever none is."""
    taken = {
        (row, column)
        for cell in table.cells
        for row in range(cell.row, cell.row + cell.rowspan)
        for column in range(cell.column, cell.column + cell.colspan)
    }
    gaps = [
        PlannedCell(row, column, "", 1, 1, Kind.HEAD if row < table.header_rows else Kind.LABEL)
        for row in range(table.rows)
        for column in range(table.columns)
        if (row, column) not in taken
    ]
    return ordered(table, [*table.cells, *gaps])


def _without_overlaps(table: Plan) -> Plan:
    """The plan without added cells in places that another one covers."""
    kept: list[PlannedCell] = []
    taken: set[tuple[int, int]] = set()
    for cell in sorted(table.cells, key=lambda c: (-c.rowspan * c.colspan, c.row, c.column)):
        if (cell.row, cell.column) not in taken:
            kept.append(cell)
            taken |= {
                (r, c) for r in range(cell.row, cell.row + cell.rowspan) for c in range(cell.column, cell.column + cell.colspan)
            }
    return ordered(table, kept)


def lose_column(table: Plan, bench: Bench) -> Plan | None:
    """A column is gone with its header word: nothing is printed of it. Not where a row too long would be whole again."""
    if any(cell.key is None for cell in values(table)):
        return None
    columns = sorted({cell.column for row in rows_of_values(table, 2) for cell in row if cell.colspan == 1})
    return without_column(table, bench.rng.choice(columns)) if columns else None


def lose_numbers_of_column(table: Plan, bench: Bench) -> Plan | None:
    """A column's numbers are gone and those behind it stand one column further left, under an unmoved header.

    They are read where they stand; where the rows are plainly short, nobody knows which column is gone.
    """
    found = _block(table, bench)
    if found is None or any(cell.colspan > 1 for cell in found[0][0]):
        return None
    block, _ = found
    if not any(cell.text for row in block for cell in row):
        return None
    at = bench.rng.randrange(len(block[0]))
    changes: Changes = {}
    for row in block:
        moved = [printed_as(cell, source) for cell, source in zip(row, [*row[:at], *row[at + 1 :]], strict=False)]
        if "filled" in bench.shows:
            moved.append(printed_as(row[-1], None))
        else:
            before: list[Says] = [NOTHING, *map(said, moved)]
            moved = [narrowed(cell, other) for cell, other in zip(moved, before, strict=False)]
            changes[row[-1].row, row[-1].column] = None
        changes |= {(cell.row, cell.column): cell for cell in moved}
    return with_cells(table, changes)


def repeat_head(table: Plan, bench: Bench) -> Plan | None:
    """A header word replaced by another one's: two columns of one word, and certain is only what both say."""
    found = _block(table, bench)
    if found is None:
        return None
    block, heads = found
    first = block[0]
    a, b = bench.rng.sample(range(len(first)), 2)
    one, other = heads[first[a].column], heads[first[b].column]
    if one.text == other.text or _group(first[a]) != _group(first[b]):
        return None
    changes: Changes = {(one.row, one.column): replace(one, text=other.text)}
    for row in block:
        changes[row[b].row, row[b].column] = narrowed(row[b], said(row[a]))
    return with_cells(table, changes)


def join_heads(table: Plan, bench: Bench) -> Plan | None:
    """Two header words in one cell over two columns: in their order, or not for certain."""
    found = _block(table, bench)
    if found is None:
        return None
    block, heads = found
    first = block[0]
    at = bench.rng.randrange(len(first) - 1)
    left, right = heads[first[at].column], heads[first[at + 1].column]
    if not _same_kind(left, right) or left.column + left.colspan != right.column:
        return None
    text = left.text + bench.rng.choice(["", " ", "\n", "、"]) + right.text
    wide = replace(left, text=text, colspan=left.colspan + right.colspan)
    return with_cells(table, {(left.row, left.column): wide, (right.row, right.column): None})


def compare_columns(table: Plan, bench: Bench) -> Plan | None:
    """Beside this year's numbers those of last year, or of all years so far: theirs are no cells of this report."""
    rows = [row for row in rows_of_values(table) if len(row) == 1]
    if not rows:
        return None
    before, year = bench.paper.year - 1, bench.paper.year
    pairs = [
        ("上年", "本年"),
        ("上年数", "本年数"),
        (str(before), str(year)),
        (f"{before}年", f"{year}年"),
        ("累计", "本年"),
        ("上年同期", "本期"),
    ]
    other, own = bench.rng.choice(pairs)
    if str(before) in other:
        bench.other_years.add(before)
    column = rows[0][0].column
    wide = table if rows[0][0].colspan > 1 else _doubled(table, column)
    rows = [row for row in rows_of_values(wide) if len(row) == 1]
    heads = {
        id(h): h
        for row in rows
        if (h := _leaf_heads(wide, row[0].row).get(column)) is not None and h.colspan > 1 and h.column == column
    }
    other_first = bench.rng.random() < 0.6
    how = bench.rng.choice(["gloss", "before", "alone"])
    cells = [cell for cell in wide.cells if id(cell) not in heads and not any(cell is row[0] for row in rows)]
    for head in heads.values():
        texts = {"gloss": (f"{head.text}（{other}）", f"{head.text}（{own}）"), "alone": (other, own)}
        named = texts.get(how, (f"{other}{head.text.removeprefix('本年')}", head.text))
        cells += _halves(head, *(named if other_first else named[::-1]))
    for (cell,) in rows:
        theirs = PlannedCell(cell.row, cell.column, str(bench.rng.randint(0, 60)), kind=Kind.VALUE)
        ours = cell if cell.text or "places" in bench.shows else replace(cell, may=NOTHING)  # their number alone may be ours
        left, right = (theirs, ours) if other_first else (ours, theirs)
        cells += [replace(left, column=cell.column, colspan=1), replace(right, column=cell.column + 1, colspan=cell.colspan - 1)]
    return ordered(wide, cells)


def _halves(cell: PlannedCell, left: str, right: str) -> list[PlannedCell]:
    return [replace(cell, text=left, colspan=1), replace(cell, text=right, column=cell.column + 1, colspan=cell.colspan - 1)]


def _doubled(table: Plan, column: int) -> Plan:
    """The plan with one column as two that every cell spans."""
    found = []
    for cell in table.cells:
        if cell.column > column:
            found.append(replace(cell, column=cell.column + 1))
        elif cell.column + cell.colspan > column:
            found.append(replace(cell, colspan=cell.colspan + 1))
        else:
            found.append(cell)
    return replace(ordered(table, found), widths=(*table.widths[: column + 1], *table.widths[column:]))


def blank_head(table: Plan, bench: Bench) -> Plan | None:
    """A header word is gone, its cell is blank."""
    heads = [cell for cell in labels(table) if cell.kind is Kind.HEAD]
    return put(table, bench.rng.choice(heads), "") if heads else None
