"""Which parts of a page are read one after the other: a page may hold two reports or two years side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from extract.glyphs import Row, rows_of
from extract.lattice import Lattice
from extract.sheet import Glyph, Sheet

LEAST_GUTTER = 10.0
CROSSERS = 0.3
"""At most this share of a page's lines (common titles, a page number) may run across the gutter."""


def find_gutters(sheets: Sequence[Sheet], lattices: Sequence[Sequence[Lattice]]) -> list[float | None]:
    """For each page the x that parts its two streams, or None.

    Two drawn tables beside each other, or two columns of running text, part a page; once one page is parted, pages of the
    same width are parted at the same place if nothing but a title crosses it.

    Args:
        sheets: upright pages.
        lattices: the drawn tables of each.
    """
    gutters = [_gutter(sheet, found) for sheet, found in zip(sheets, lattices, strict=True)]
    known = {round(s.width): g for s, g in zip(sheets, gutters, strict=True) if g is not None}
    return [
        gutter if gutter is not None else _same_gutter(sheet, found, known.get(round(sheet.width)))
        for sheet, found, gutter in zip(sheets, lattices, gutters, strict=True)
    ]


def _gutter(sheet: Sheet, lattices: Sequence[Lattice]) -> float | None:
    tables = [found for found in lattices if found.columns > 1 and found.rows > 1]
    glyphs = [g for g in sheet.glyphs if not g.text.isspace()]
    for left in sorted(tables, key=lambda t: t.box[2]):
        for right in tables:
            if right.box[0] - left.box[2] < LEAST_GUTTER or _shared_height(left, right) < 0.3:
                continue
            gutter = _clear_place(left.box[2], right.box[0], glyphs, tables)
            if gutter is not None:
                return gutter
    return _between_columns(sheet, glyphs, tables)


def _shared_height(a: Lattice, b: Lattice) -> float:
    shared = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    return shared / max(min(a.box[3] - a.box[1], b.box[3] - b.box[1]), 1.0)


def _clear_place(low: float, high: float, glyphs: Sequence[Glyph], tables: Sequence[Lattice]) -> float | None:
    """The middle of the widest stretch between two x that few lines and no table cross."""
    rows = rows_of(glyphs)
    best: tuple[float, float] | None = None
    x = low
    while x <= high:
        if not any(t.box[0] < x < t.box[2] for t in tables) and sum(_crosses(row, x) for row in rows) <= CROSSERS * len(rows):
            if best is not None and x - best[1] <= 2.1:
                best = (best[0], x)
            elif best is None or best[1] - best[0] < LEAST_GUTTER:
                best = (x, x)
        x += 2.0
    return None if best is None else (best[0] + best[1]) / 2


def _crosses(row: Row, x: float) -> bool:
    """Whether a line runs on across a place, rather than two lines facing each other there."""
    return row.box[0] < x < row.box[2] and any(start < x < end for start, end in _stretches(row))


def _stretches(row: Row) -> list[tuple[float, float]]:
    """The pieces of a line between gaps so wide that two lines may face each other across them."""
    widest = 1.5 * row.size
    first = row.glyphs[0]
    stretches = [(first.x0, first.x1)]
    for before, glyph in pairwise(row.glyphs):
        if glyph.x0 - before.x1 < widest:
            stretches[-1] = (min(stretches[-1][0], glyph.x0), max(stretches[-1][1], glyph.x1))
        else:
            stretches.append((glyph.x0, glyph.x1))
    return stretches


def _between_columns(sheet: Sheet, glyphs: Sequence[Glyph], tables: Sequence[Lattice]) -> float | None:
    """The gutter between two columns of prose: many full lines on both sides, hardly any across."""
    steps = (sheet.width * step / 100 for step in range(40, 61))
    places = [x for x in steps if not any(t.box[0] < x < t.box[2] for t in tables)]
    rows = rows_of(glyphs) if places else []
    lines = [_stretches(row) for row in rows]
    gutter = None
    for x in places:
        if sum(any(start < x < end for start, end in line) for line in lines) > 0.15 * len(lines):
            continue
        left = rows_of(g for g in glyphs if g.x < x)
        right = rows_of(g for g in glyphs if g.x >= x)
        if min(_prose_lines(left), _prose_lines(right)) < 5:
            continue
        gutter = x if gutter is None else gutter
        if all(_keeps_off(g, x) for g in glyphs):
            return x
    return gutter


def _keeps_off(glyph: Glyph, x: float) -> bool:
    """Whether no character of a glyph is centred near a place."""
    reach = LEAST_GUTTER / 2 + glyph.size / 2
    first, last = glyph.x0 + glyph.first_width / 2, glyph.x1 - glyph.last_width / 2
    return first > x + reach or last < x - reach


def _prose_lines(rows: Sequence[Row]) -> int:
    return sum(row.letters >= 14 and sum(char.isdigit() for char in row.text) < row.letters / 2 for row in rows)


def _same_gutter(sheet: Sheet, lattices: Sequence[Lattice], gutter: float | None) -> float | None:
    if gutter is None or any(t.box[0] < gutter < t.box[2] for t in lattices if t.columns > 1):
        return None
    rows = rows_of(g for g in sheet.glyphs if not g.text.isspace())
    return gutter if sum(_crosses(row, gutter) for row in rows) <= CROSSERS * len(rows) else None


def halves(rows: Sequence[Row], gutter: float) -> tuple[list[Row], list[Row], list[Row]]:
    """Lines parted at the gutter: those that run across it, then those on the left, then those on the right."""
    across = [row for row in rows if _crosses(row, gutter)]
    crossing = {id(g) for row in across for g in row.glyphs}
    rest = [g for row in rows for g in row.glyphs if id(g) not in crossing]
    return across, rows_of(g for g in rest if g.x < gutter), rows_of(g for g in rest if g.x >= gutter)
