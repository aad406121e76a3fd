"""Damage to rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from tests.typesetter.mutations.bench import (
    BLANK,
    NOTHING,
    Bench,
    Changes,
    alike,
    label_of,
    ordered,
    printed_as,
    rows_of_values,
    said,
    unlike_labels,
    values,
    with_cells,
    with_row,
    without_row,
)
from tests.typesetter.plan import Kind, Plan, PlannedCell

_VAGUE = 4
"""Characters of a label that says nothing without its heading (3.其他)."""


def _is_single(table: Plan, row: int) -> bool:
    return not any(cell.row == row and cell.rowspan > 1 for cell in table.cells)


def lose_row(table: Plan, bench: Bench) -> Plan | None:
    """A row is gone, a heading's or one with numbers: nothing is printed of it."""
    rows = sorted({cell.row for cell in table.cells if cell.row >= table.header_rows})
    lost = bench.rng.choice(rows) if len(rows) > 2 else None
    return None if lost is None else without_row(table, lost)


def double_row(table: Plan, bench: Bench) -> Plan | None:
    """A row printed twice, some of its numbers otherwise: neither is certain where they differ."""
    rows = [row for row in rows_of_values(table) if _is_single(table, row[0].row)]
    if not rows:
        return None
    at = bench.rng.choice(rows)[0].row
    copies = [
        replace(cell, text=str(bench.rng.randint(1, 99)), may=None)
        if cell.kind is Kind.VALUE and bench.rng.random() < 0.5
        else cell
        for cell in table.row(at)
    ]
    return with_row(table, bench.rng.choice([at, at + 1]), copies)


def add_row(table: Plan, bench: Bench) -> Plan | None:
    """A row that no form has, with numbers of its own, its label sometimes nearly another row's: it is no cell of the form."""
    rows = rows_of_values(table)
    if not rows:
        return None
    row = bench.rng.choice(rows)
    first = min(cell.column for cell in row)
    at = row[0].row + bench.rng.choice([0, 1])
    if not first or any(cell.row < at < cell.row + cell.rowspan and cell.column + cell.colspan >= first for cell in table.cells):
        return None
    own = label_of(table, row[0].row)
    near = own.text if own else "合计"
    words = ["其中：网络渠道", "备注", "较上年增减", "合计", "市本级", "上年同期", "小计"]
    words += [
        f"{near}（上年）",
        f"其中：{near}",
        f"上年{near}",
        f"{near}（含上年结转）",
        f"{near}（累计）",
        f"{near}同比",
        f"{near}合计",
    ]
    label = bench.rng.choice(words)
    start = own.column if own and own.column < first else 0
    new = [PlannedCell(at, start, label, 1, max(first - start, 1))]
    new += [replace(cell, row=at, text=str(bench.rng.randint(0, 99)), key=None, may=None) for cell in row]
    return with_row(table, at, new)


def add_numbers(table: Plan, bench: Bench) -> Plan | None:
    """Numbers without a label in a row of their own, as a page number leaves one: they are no cells of the form.

    Where a print keeps no places they may be any row's beside them. Beside a line without a label that is all blank they would be
    that line, and the blanks an empty row.
    """
    rows = [row for row in rows_of_values(table) if label_of(table, row[0].row) or any(cell.text for cell in row)]
    if not rows:
        return None
    row = bench.rng.choice(rows)
    at = row[0].row + bench.rng.choice([0, 1])
    some = bench.rng.choice([row, row[:1], row[-1:], [bench.rng.choice(row)]])
    new = [replace(cell, row=at, text=str(bench.rng.randint(1, 60)), key=None, may=None) for cell in some]
    if bench.rng.random() < 0.3:
        new = [PlannedCell(at, 0, str(bench.rng.randint(1, 9)), 1, 1, Kind.VALUE)]
    changed = with_row(table, at, new)
    if bench.shows & {"places", "filled"}:
        return changed
    above = [cell for cell in values(table) if cell.row == at - 1]
    if len(new) == len(above) and not any(cell.text for cell in above):
        return None  # they would be the values of the row above, which has none
    beside = {at - 1, at + 1}
    return with_cells(changed, {(c.row, c.column): replace(c, may=NOTHING) for c in values(changed) if c.row in beside and c.key})


def cut_off(table: Plan, bench: Bench) -> Plan | None:
    """The table ends early, or begins late."""
    rows = sorted({cell.row for cell in values(table)})
    if len(rows) < 2:
        return None
    end = bench.rng.choice(rows[1:])
    if bench.rng.random() < 0.7:
        return replace(table, cells=tuple(replace(c, rowspan=min(c.rowspan, end - c.row)) for c in table.cells if c.row < end))
    begun = table
    for _ in range(end):
        begun = without_row(begun, 0)
    return begun


def swap_rows(table: Plan, bench: Bench) -> Plan | None:
    """Two rows in each other's places, or the labels of one beside the other's numbers: the label beside a number counts."""
    single = {text for text in unlike_labels(table) if len(text) > _VAGUE}
    rows = [
        (row, label)
        for row in rows_of_values(table)
        if (label := label_of(table, row[0].row)) is not None and label.text in single
    ]
    pairs = [(a, b) for a in rows for b in rows if a[0][0].row < b[0][0].row and alike(a[0], b[0])]
    if not pairs:
        return None
    (upper, one), (lower, other) = bench.rng.choice(pairs)
    changes: Changes = {
        (one.row, one.column): replace(one, text=other.text),
        (other.row, other.column): replace(other, text=one.text),
    }
    if bench.rng.random() < 0.5:
        for a, b in zip(upper, lower, strict=True):
            changes[a.row, a.column], changes[b.row, b.column] = replace(b, row=a.row), replace(a, row=b.row)
    else:
        for a, b in zip(upper, lower, strict=True):
            changes[a.row, a.column], changes[b.row, b.column] = replace(a, key=b.key), replace(b, key=a.key)
    return with_cells(table, changes)


def shift_labels(table: Plan, bench: Bench) -> Plan | None:
    """From some row on each label stands beside the next row's numbers: the label beside a number counts."""
    single = unlike_labels(table)
    rows = [row for row in rows_of_values(table) if (label := label_of(table, row[0].row)) is not None and label.text in single]
    if len(rows) < 3 or not all(alike(row, rows[0]) for row in rows):
        return None
    start = bench.rng.randrange(len(rows) - 2)
    stop = bench.rng.randint(start + 2, len(rows))
    part = rows[start:stop]
    changes: Changes = {}
    before: list[PlannedCell] | None = None
    for row in part:
        label = label_of(table, row[0].row)
        above = label_of(table, before[0].row) if before else None
        if label is None:
            return None
        changes[label.row, label.column] = replace(label, text=above.text if above else "")
        for index, cell in enumerate(row):
            changes[cell.row, cell.column] = replace(cell, key=before[index].key if before else None)
        before = row
    return with_cells(table, changes)


def split_row(table: Plan, bench: Bench) -> Plan | None:
    """A row over two lines: its label cut in two, its numbers above, below or some of each. They are still its numbers."""
    rows = [row for row in rows_of_values(table) if _is_single(table, row[0].row)]
    rows = [row for row in rows if (label := label_of(table, row[0].row)) is not None and len(label.text) > 3]
    if not rows:
        return None
    row = bench.rng.choice(rows)
    at = row[0].row
    label = label_of(table, at)
    assert label is not None
    cut = bench.rng.randint(1, len(label.text) - 1)
    how = bench.rng.choice(["above", "below", "each"])
    upper, lower = [replace(label, text=label.text[:cut])], [replace(label, text=label.text[cut:])]
    for cell in row:
        above = how == "above" or (how == "each" and bench.rng.random() < 0.5)
        sure = replace(cell, may=said(cell))
        blank = replace(cell, text="", may=None)
        upper.append(sure if above else blank)
        lower.append(blank if above else sure)
    others = [cell for cell in table.row(at) if cell is not label and cell.kind is not Kind.VALUE]
    changed = with_row(without_row(table, at), at, lower)
    return with_row(changed, at, [*others, *upper])


def join_rows(table: Plan, bench: Bench) -> Plan | None:
    """Two rows in one: labels and numbers one above the other in the same cells. Only a blank or the same twice is certain.

    Without drawn cells it shows only where two numbers meet: else the numbers print beside one of the two labels. On a page where
    every cell has two lines, they are two rows.
    """
    rows = rows_of_values(table)
    pairs = [
        (a, b)
        for a, b in pairwise(rows)
        if b[0].row == a[0].row + 1 and alike(a, b) and _is_single(table, b[0].row) and _is_single(table, a[0].row)
    ]
    pairs = [(a, b) for a, b in pairs if label_of(table, a[0].row) and label_of(table, b[0].row)]
    split = [key for key, count in Counter(row[0].key for row in rows).items() if count > 1]  # whose halves would be whole again
    pairs = [(a, b) for a, b in pairs if a[0].key not in split and b[0].key not in split]
    if "spans" not in bench.shows:
        pairs = [(a, b) for a, b in pairs if any(x.text and y.text for x, y in zip(a, b, strict=True))]
    if "lines" in bench.shows:
        pairs = [(a, b) for a, b in pairs if any(bool(x.text) != bool(y.text) for x, y in zip(a, b, strict=True))]
    if not pairs:
        return None
    upper, lower = bench.rng.choice(pairs)
    one, other = label_of(table, upper[0].row), label_of(table, lower[0].row)
    assert one is not None
    assert other is not None
    between = bench.rng.choice(["\n", "\n", "", " "])
    changes: Changes = {(one.row, one.column): replace(one, text=one.text + between + other.text)}
    for a, b in zip(upper, lower, strict=True):
        text = f"{a.text}{between}{b.text}" if a.text and b.text else a.text or b.text
        changes[a.row, a.column] = replace(a, text=text, may=said(a) & said(b))
    return without_row(with_cells(table, changes), lower[0].row)


def compare_rows(table: Plan, bench: Bench) -> Plan | None:
    """Last year's line of numbers above or below this year's, each with a word in front."""
    rows = rows_of_values(table, 10)
    if len(rows) != 1:
        return None
    (row,) = rows
    at, year = row[0].row, bench.paper.year
    other, own = bench.rng.choice(
        [("上年", "本年"), (f"{year - 1}年", f"{year}年"), (str(year - 1), str(year)), ("下属单位", "本级"), ("合计", "本年")]
    )
    wide = replace(table, widths=(1.5, *table.widths))
    wide = ordered(wide, [replace(cell, column=cell.column + 1) for cell in table.cells])
    corner = PlannedCell(0, 0, bench.rng.choice(["", "年份", "项目"]), at, 1, Kind.HEAD)
    mine = [cell for cell in wide.cells if cell.row == at]
    theirs = [replace(cell, text=str(bench.rng.randint(0, 30)), key=None, may=None) for cell in mine]
    labelled = ordered(wide, [*wide.cells, corner, PlannedCell(at, 0, own)])
    if "places" not in bench.shows and any(not cell.text for cell in mine):
        labelled = with_cells(labelled, {(c.row, c.column): replace(c, may=NOTHING) for c in mine})
    return with_row(labelled, at + bench.rng.choice([0, 1]), [PlannedCell(0, 0, other), *theirs])


def hide_row(table: Plan, bench: Bench) -> Plan | None:
    """A row that the file holds and does not show, the form's own or a draft of it: nothing is printed there."""
    rows = [row for row in rows_of_values(table) if _is_single(table, row[0].row)]
    if not rows:
        return None
    at = bench.rng.choice(rows)[0].row
    if bench.rng.random() < 0.3:
        return replace(table, hidden=table.hidden | {at})
    draft = [
        replace(cell, text=str(bench.rng.randint(1, 99)), may=None) if cell.kind is Kind.VALUE else cell for cell in table.row(at)
    ]
    place = at + bench.rng.choice([0, 1])
    changed = with_row(table, place, draft)
    return replace(changed, hidden=changed.hidden | {place})


def blank_row(table: Plan, bench: Bench) -> Plan | None:
    """A row's numbers are gone, or all of them a stroke or a zero: they are read as printed."""
    rows = [row for row in rows_of_values(table) if all(cell.rowspan == 1 for cell in row)]  # a merged blank is two rows' blank
    if any(cell.key is None and cell.text for cell in values(table)):  # stray numbers would be a blank line's
        rows = [row for row in rows if label_of(table, row[0].row)]
    if not rows:
        return None
    row = bench.rng.choice(rows)
    text = bench.rng.choice(["", "/", "0"])
    may = frozenset({Decimal(0)}) if text == "0" else BLANK
    return with_cells(table, {(c.row, c.column): replace(printed_as(c, None), text=text, may=may) for c in row})
