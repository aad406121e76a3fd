"""The words around each number of a sentence, in the shape that wordings are searched in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import regex

from normalize.mentions.quantities import Found
from normalize.mentions.wordings import FILLING

Marks = tuple[tuple[str, tuple[int, ...]], ...]
"""Marks with the places of the wordings that have them."""
_STOPS: Final = "，；：。()"
_LINKS: Final = frozenset("、和及与")
_EMPTY: Final = regex.compile(
    r"^(?:[、，；：和及与]|其中|共|计|总|有|为|合|约|累|达|是|已|全年|数|量|本年度|今年|分别|均|20\d\d年度?|年度?|□)*$"
)
_BRACKETS: Final = regex.compile(r"\([^()\d]*\)")
_LONGEST_TAIL: Final = 32


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence to be read."""

    text: str
    """Folded."""
    masked: str
    topics: frozenset[str]
    """What it is about."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The words around a number."""

    text: str
    """What wordings are searched in; see ``normalize.mentions.wordings``."""
    lead: str
    """The words before it since the last stop or number, or its own label where labels and numbers stand in two rows."""
    start: int
    clause_start: int
    sentence: str
    """The whole of it, masked."""
    marks: Marks
    """Those that the sentence has."""

    @classmethod
    def at(cls, whole: Sentence, marks: Marks, found: Sequence[Found], place: int) -> Frame:
        """The frame of the number at ``place``."""
        text, masked, each = whole.text, whole.masked, found[place]
        first = place
        while first and found[first - 1].stop == found[first].start:  # 14类632条: the same words lead to both
            first -= 1
        floor = found[first - 1].stop if first else 0
        before = found[first].start
        begin = _clause_start(masked, before, floor)
        lead = text[begin:before]
        while begin > floor and _EMPTY.match(lead):
            begin = _clause_start(masked, begin - 1, floor)
            lead = text[begin:before]
        end = found[place + 1].start if place + 1 < len(found) else len(text)
        ends = [at for stop in _STOPS + "、" if (at := masked.find(stop, each.stop, end)) >= 0]
        tail = text[each.stop : min([*ends, end, each.stop + _LONGEST_TAIL])]
        lead = _respectively(masked, found, place) or _BRACKETS.sub("", lead)
        lead = "" if lead[-1:] in _LINKS else lead.lstrip("、；，和及与).")  # 15件建议和11件提案: what is counted follows
        frame = f"{FILLING.sub('', lead)}№{each.unit}{tail}"
        return cls(frame, lead, each.start, _clause_start(masked, each.start, 0), masked, marks)


_ROWS: Final = (
    regex.compile(r"分别(?:通过|以)?(?P<labels>[^，；。：()\d]{3,60})，分别(?P<verb>[^\d，；。：()]{0,12})$"),
    regex.compile(r"(?P<labels>[^，；。：()\d]{3,70}?)，?分别(?P<verb>[^\d，；。：()]{0,12})$"),
)
"""A row of labels before a row of numbers."""
_NEXT: Final = regex.compile(r"^[、，和及与]$")
_ITEMS: Final = regex.compile(r"以及|[、和及与]")
_AND_SO_ON: Final = regex.compile(r"等.{0,8}$")


def _respectively(masked: str, found: Sequence[Found], place: int) -> str:
    """The label that is a number's own where labels and numbers stand in two rows: 建议、提案分别为3件、5件."""
    first = place
    while first and _NEXT.match(masked[found[first - 1].stop : found[first].start]):
        first -= 1
    head = masked[found[first - 1].stop if first else 0 : found[first].start]
    if "分别" not in head:
        return ""
    last = first
    while last + 1 < len(found) and _NEXT.match(masked[found[last].stop : found[last + 1].start]):
        last += 1
    for match in (m for pattern in _ROWS if (m := pattern.search(head))):
        labels = _ITEMS.split(_AND_SO_ON.sub("", match["labels"]))
        if len(labels) == last - first + 1 > 1:
            return f"{labels[place - first]}{match['verb']}"
    return ""


def _clause_start(masked: str, at: int, floor: int) -> int:
    """Behind the last stop before ``at``. A bracket that holds no number is passed over: 法人(或其他组织)8件."""
    depth = 0
    for index in range(at - 1, floor - 1, -1):
        char = masked[index]
        if char == ")":
            depth += 1
        elif char == "(" and depth:
            depth -= 1
        elif char in _STOPS and not depth:
            return index + 1
    return floor
