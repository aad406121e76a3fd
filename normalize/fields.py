"""Rows of a flattened table: labels, then fields that may have slid or lost their blanks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from extract.model import Grid, GridCell
from normalize.align import Printed
from normalize.numbers import NOTHING, Kind, kind_of
from normalize.placing import holds_number
from normalize.sheet import is_label, names_column, names_row, names_section


@dataclass(frozen=True)
class Fields:
    """One row: its labels, and every field after the last of them. Without slots, for what is worked out once."""

    labels: tuple[GridCell, ...]
    values: tuple[GridCell, ...]
    lead: int
    """How many fields precede ``values``."""
    torn: bool = False
    """The labels stand alone on a line, the values on the next."""
    before: tuple[GridCell, ...] = ()
    """Numbers left of the last label: they number the rows, or are values astray."""

    @cached_property
    def printed(self) -> Printed:
        """The labels as a path; a label that a flattening repeated for the columns it spans counts once."""
        return Printed.beside([c.text for c in self.labels])

    @cached_property
    def numeric(self) -> bool:
        """Whether any value is a number."""
        return any(map(holds_number, [c.text for c in self.values]))

    @property
    def filled(self) -> bool:
        """Whether anything but a dash is printed in place of the values, readable as a number or not."""
        return any(kind_of(c.text) not in NOTHING for c in self.values)

    @property
    def width(self) -> int:
        """Number of fields in the row."""
        return self.lead + len(self.values)

    @property
    def extent(self) -> int:
        """The field behind the last one that is not blank."""
        return max((c.column + 1 for c in (*self.labels, *self.values) if kind_of(c.text) is not Kind.EMPTY), default=0)


def rows_of(grid: Grid) -> list[Fields]:
    """The grid's rows; where every line holds one cell, cells are gathered into rows first."""
    rows: list[list[GridCell]] = [[] for _ in range(grid.rows)]
    for cell in grid.cells:
        rows[cell.row].append(cell)
    filled = [r for r in rows if r]
    if sum(len(r) == 1 for r in filled) * 10 >= len(filled) * 8:
        filled = _gather([c for r in filled for c in r])
    return _rejoin([_part(r) for r in filled])


def _gather(cells: Sequence[GridCell]) -> list[list[GridCell]]:
    """One cell a line: a row begins at a label that follows a value, and where header labels end."""
    rows: list[list[GridCell]] = []
    heads = filled = False
    for cell in cells:
        if rows and not _begins_row(rows[-1][-1].text, cell.text, heads=heads, filled=filled):
            rows[-1].append(cell)
        else:
            rows.append([cell])
            heads = filled = False
        heads = heads or (names_column(cell.text) and not names_row(cell.text))
        filled = filled or holds_number(cell.text)
    return rows


def _begins_row(last: str, here: str, *, heads: bool, filled: bool) -> bool:
    """Whether a new row begins behind a row's ``last`` text.

    Args:
        last: What the row ends with so far.
        here: What comes next.
        heads: Whether the row has a column's label; 总计 ends a header and labels a row of its own, and does not count.
        filled: Whether it has a number.
    """
    if names_row(last) and not names_section(last) and names_section(here):
        return True  # a row without values, and the next block's heading
    if not is_label(here):
        # Blanks among header labels are what is left of spanned cells; a number under them begins the values.
        return heads and not filled and kind_of(here) is not Kind.EMPTY
    if heads and not filled:
        return names_row(here) and not names_column(here)
    return not is_label(last)


def _part(row: Sequence[GridCell]) -> Fields:
    """Cut a row behind its last label; units ("条") stand on the label side."""
    side = [i for i, c in enumerate(row) if kind_of(c.text) is Kind.TEXT and not holds_number(c.text)]
    last = max(side, default=-1)
    labels = tuple(c for c in row[: last + 1] if is_label(c.text))
    before = tuple(c for c in row[: max(last, 0)] if holds_number(c.text) and not is_label(c.text))
    return Fields(labels, tuple(row[last + 1 :]), last + 1, before=before)


def _rejoin(rows: Sequence[Fields]) -> list[Fields]:
    """A row label alone on its line, followed by values alone on theirs, is one row."""
    joined: list[Fields] = []
    for fields in rows:
        before = joined[-1] if joined else None
        if (
            before is not None
            and not fields.labels
            and fields.numeric
            and not before.values
            and before.labels
            and names_row(before.labels[-1].text)
            and sum(names_column(c.text) for c in before.labels) < 2  # 总计 ends a row label and many a header
        ):
            joined[-1] = Fields(before.labels, fields.values, before.lead, torn=True, before=before.before)
        else:
            joined.append(fields)
    return joined


def fit(values: Sequence[GridCell], count: int, anchor: int | None = None) -> tuple[GridCell, ...] | None:
    """The ``count`` fields that are a row's values, if there is only one way to take them.

    Fields before and after must be blank padding. Several ways count as one when they take equal texts (an all-blank row).
    ``anchor`` is where the values of a regular table begin; it decides where the row alone does not.
    """
    ways: dict[tuple[str, ...], int] = {}
    filled = [at for at, cell in enumerate(values) if kind_of(cell.text) is not Kind.EMPTY]
    first, last = (max(filled[-1] - count + 1, 0), filled[0]) if filled else (0, len(values))
    for start in range(first, min(last, len(values) - count) + 1):
        ways.setdefault(tuple(c.text.strip() for c in values[start : start + count]), start)
    if len(ways) == 1:
        start = next(iter(ways.values()))
    elif ways and anchor is not None and anchor in ways.values():
        start = anchor
    else:
        return None
    return tuple(values[start : start + count])


def anchor_of(rows: Sequence[Fields], count: int) -> int | None:
    """The field where values begin in every row, if the table is regular: rows of one width, and none that slid.

    At least three rows must prove it by having only one way to fit.
    """
    widths = {f.width for f in rows}
    if len(widths) != 1:
        return None
    starts = []
    for fields in rows:
        taken = fit(fields.values, count)
        if taken and any(kind_of(c.text) is not Kind.EMPTY for c in taken):
            starts.append(fields.lead + next(i for i, c in enumerate(fields.values) if c is taken[0]))
    width = widths.pop()
    return width - count if len(starts) >= 3 and set(starts) == {width - count} else None
