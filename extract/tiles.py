"""Coloured areas that are cells: tables drawn with colours instead of rules, whole or every other row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extract.rules import SLIVER, TOUCH, covered, frame
from extract.sheet import Fill, Glyph, Rectangle, Rule


def tiles_among(fills: Sequence[Fill], rules: Sequence[Rule], glyphs: Sequence[Glyph]) -> list[Fill]:
    """The coloured areas that are cells: they tile with others side by side, or rules run along two opposite edges."""
    areas = [f for f in dict.fromkeys(fills) if f.x1 - f.x0 >= 6 and f.bottom - f.top >= 6]
    tiles = []
    for area in areas:
        ruled = all(_runs_along(rules, edge) for edge in edges(area)[:2]) or all(
            _runs_along(rules, edge) for edge in edges(area)[2:]
        )
        if ruled or (any(side_by_side(area, other) for other in areas if other is not area) and not _hugs(area, glyphs)):
            tiles.append(area)
    return tiles


def edges(fill: Fill) -> tuple[Rule, Rule, Rule, Rule]:
    """Upper, lower, left and right edge of an area, as rules."""
    return frame(fill.x0, fill.top, fill.x1, fill.bottom)


def _runs_along(rules: Iterable[Rule], edge: Rule) -> bool:
    near = [(r.start, r.end) for r in rules if r.horizontal == edge.horizontal and abs(r.at - edge.at) <= TOUCH]
    return covered(near, edge.start, edge.end)


def side_by_side(a: Fill, b: Fill) -> bool:
    """Whether two areas are neighbours in a row."""
    shared = min(a.bottom, b.bottom) - max(a.top, b.top)
    gap = max(a.x0, b.x0) - min(a.x1, b.x1)
    return shared >= 0.6 * min(a.bottom - a.top, b.bottom - b.top) and -TOUCH <= gap <= SLIVER


def stacked(a: Fill, b: Fill) -> bool:
    """Whether two areas are neighbours in a column, with at most a white row between."""
    shared = min(a.x1, b.x1) - max(a.x0, b.x0)
    gap = max(a.top, b.top) - min(a.bottom, b.bottom)
    if abs(a.x0 - b.x0) <= TOUCH and abs(a.x1 - b.x1) <= TOUCH:
        return -TOUCH <= gap <= max(60.0, 1.5 * (a.bottom - a.top), 1.5 * (b.bottom - b.top))  # zebra: the rows between are white
    return shared >= 0.6 * min(a.x1 - a.x0, b.x1 - b.x0) and -TOUCH <= gap <= SLIVER


def _hugs(fill: Fill, glyphs: Sequence[Glyph]) -> bool:
    """A highlight behind one line of text is no higher than the line."""
    inside = [g.size for g in glyphs if fill.x0 <= g.x <= fill.x1 and fill.top <= g.y <= fill.bottom]
    return bool(inside) and fill.bottom - fill.top < 1.3 * max(inside)


def ruled_inside(rules: Sequence[Rule], tiles: Sequence[Fill]) -> bool:
    """Whether rules, and not only colours, part the columns."""
    x0, x1 = min(t.x0 for t in tiles) + SLIVER, max(t.x1 for t in tiles) - SLIVER
    return any(x0 < r.at < x1 for r in rules if not r.horizontal)


def last_strip(tiles: Sequence[Fill], glyphs: Sequence[Glyph]) -> list[Fill]:
    """The white row below a zebra table whose last row is not coloured, as if it were: nothing draws its lower edge."""
    x0, x1, end = min(t.x0 for t in tiles), max(t.x1 for t in tiles), max(t.bottom for t in tiles)
    tops = sorted({round(t.top) for t in tiles})
    bottoms = sorted({round(t.bottom) for t in tiles})
    gaps = [top - max(b for b in bottoms if b <= top + TOUCH) for top in tops if any(b <= top + TOUCH for b in bottoms)]
    strips = [gap for gap in gaps if gap > SLIVER]
    if not strips:
        return []
    below = [g for g in glyphs if end < g.y < end + max(strips) and x0 <= g.x <= x1 and not g.text.isspace()]
    lowest = [t for t in tiles if abs(t.bottom - end) <= TOUCH]
    if sum(any(t.x0 <= g.x <= t.x1 for g in below) for t in lowest) < max(2, len(lowest) // 2):
        return []
    bottom = max(g.bottom for g in below) + max(min(g.top for g in below) - end, 1.0)
    return [Fill(t.x0, end, t.x1, bottom) for t in lowest]


def share_coloured(box: Rectangle, tiles: Sequence[Fill]) -> float:
    """How much of a rectangle is coloured."""
    x0, top, x1, bottom = box
    area = sum(max(0.0, min(x1, t.x1) - max(x0, t.x0)) * max(0.0, min(bottom, t.bottom) - max(top, t.top)) for t in tiles)
    return area / max((x1 - x0) * (bottom - top), 1.0)
