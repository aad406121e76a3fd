"""Text on a page that a line strikes out: what stands beside it is said in its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from extract.sheet import Glyph, Rule

_BAND = (0.35, 0.75)
"""Of the em box, from its top: where a line goes through a character, neither under nor over it."""
_LONGEST = 300.0
"""Points; a longer line is a rule of the page."""
_SLACK = 0.35
"""Of the font size: how far a line may miss the ends of what it strikes out. A table's rule knows nothing of its text."""


def without_struck(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> tuple[list[Glyph], list[str]]:
    """The glyphs that are not struck out, and the texts that are."""
    lines = [rule for rule in rules if rule.horizontal and rule.length <= _LONGEST]
    if not lines or not glyphs:
        return list(glyphs), []
    crossings = _crossings(glyphs, lines)
    struck: dict[int, set[int]] = defaultdict(set)
    texts = []
    for line, crossed in crossings.items():
        found = _struck_by(lines[line], [(at, glyphs[at]) for at in crossed])
        if found:
            texts.append("".join(glyphs[at].characters()[place].text for at, place in found))
            for at, place in found:
                struck[at].add(place)
    if not struck:
        return list(glyphs), []
    return [left for at, glyph in enumerate(glyphs) for left in _left_of(glyph, struck.get(at, set()))], texts


def _crossings(glyphs: Sequence[Glyph], lines: Sequence[Rule]) -> dict[int, list[int]]:
    """For each line that goes through glyphs: which."""
    at, start, end = (np.array(side) for side in zip(*((rule.at, rule.start, rule.end) for rule in lines), strict=True))
    x0, top, x1, bottom = (np.array(side) for side in zip(*((g.x0, g.top, g.x1, g.bottom) for g in glyphs), strict=True))
    upright = np.array([glyph.turn == 0 and not glyph.text.isspace() for glyph in glyphs])
    height = bottom - top
    through = upright[:, None] & (at >= (top + _BAND[0] * height)[:, None]) & (at <= (top + _BAND[1] * height)[:, None])
    through &= (start < x1[:, None]) & (end > x0[:, None])
    found: dict[int, list[int]] = defaultdict(list)
    for glyph, line in np.argwhere(through).tolist():
        found[line].append(glyph)
    return found


def _struck_by(line: Rule, crossed: Sequence[tuple[int, Glyph]]) -> list[tuple[int, int]]:
    """Glyph and place in it of each character that the line strikes out, if it begins and ends with them."""
    found = [
        (character.x0, character.x1, at, place, character.size)
        for at, glyph in crossed
        for place, character in enumerate(glyph.characters())
        if line.start < character.x < line.end and not character.text.isspace()
    ]
    if not found:
        return []
    found.sort()
    slack = _SLACK * found[0][4]
    if abs(found[0][0] - line.start) > slack or abs(max(x1 for _, x1, *_ in found) - line.end) > slack:
        return []
    return [(at, place) for _, _, at, place, _ in found]


def _left_of(glyph: Glyph, struck: set[int]) -> list[Glyph]:
    """What is left of a glyph."""
    if not struck:
        return [glyph]
    return [character for place, character in enumerate(glyph.characters()) if place not in struck]
