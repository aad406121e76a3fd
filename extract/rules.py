"""Rules as they are drawn -> rules as they are meant: pieces joined, dots dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter

from extract.sheet import Rule

TOUCH = 3.0
"""Rules that overshoot or fall short by this much (points) still meet."""
DASH_GAP = 4.5
"""Pieces of one dashed or dotted rule are not further apart."""
SHORTEST = 4.0
"""Shorter marks are dots, ticks and parts of characters."""
SLIVER = 8.0
"""Two parallel rules nearer than this with no text between them are one double rule, or the gap between two fills."""
MOST_RULES = 1500
"""More distinct rules on one page are a drawing."""


def merged_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Pieces that continue one another as single rules; dots and ticks dropped."""
    rules = tuple(rules)
    merged: list[Rule] = []
    for horizontal in (True, False):
        for track in _tracks(sorted(rules_of(rules, horizontal), key=attrgetter("at"))):
            spans = sorted([(r.start, r.end) for r in track])
            weights = [r.end - r.start + 0.01 for r in track]
            at = sum([r.at * weight for r, weight in zip(track, weights, strict=True)]) / sum(weights)
            start, end = spans[0]
            for a, b in [*spans[1:], (float("inf"), float("inf"))]:
                if a - end <= DASH_GAP:
                    end = max(end, b)
                    continue
                if end - start >= SHORTEST:
                    merged.append(Rule(horizontal, at, start, end))
                start, end = a, b
    if len(merged) > MOST_RULES:
        merged = sorted(merged, key=lambda r: -r.length)[:MOST_RULES]
    return merged


def rules_of(rules: Iterable[Rule], horizontal: bool) -> list[Rule]:
    """Those of one direction."""
    return [rule for rule in rules if rule.horizontal == horizontal]


def _tracks(ordered: Sequence[Rule]) -> Iterable[list[Rule]]:
    track: list[Rule] = []
    for rule in ordered:
        if track and rule.at - track[0].at > 1.2:
            yield track
            track = []
        track.append(rule)
    if track:
        yield track


def covered(spans: Iterable[tuple[float, float]], start: float, end: float) -> bool:
    """Whether the spans cover at least half of a stretch."""
    spans = tuple(spans)
    for a, b in spans:
        if a <= start and end <= b:
            return True
    covered, reached = 0.0, start
    for a, b in sorted(spans):
        low, high = max(a, reached), min(b, end)
        if high > low:
            covered += high - low
            reached = high
    return covered >= 0.5 * (end - start)


def frame(x0: float, top: float, x1: float, bottom: float) -> tuple[Rule, Rule, Rule, Rule]:
    """The four edges of a rectangle: upper, lower, left, right."""
    return Rule(True, top, x0, x1), Rule(True, bottom, x0, x1), Rule(False, x0, top, bottom), Rule(False, x1, top, bottom)
