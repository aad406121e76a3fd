"""Sections: the report's chapters with their prose.

A heading is known by what it says, not by its number: real numbering restarts, skips, and is sometimes absent. Printed
headings are matched to the chapters' names by similarity, and of all matches the best rising chain is taken, so that a
table of contents or a sub-heading "（一）主动公开" opens no chapter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from typing import NamedTuple

import regex
from rapidfuzz import fuzz, process

from extract.model import Block, Grid, Line
from normalize.chapters import FORM_LABELS, OFFICIAL, OTHER_NAMES
from normalize.model import Section
from normalize.prose import Measure, body_lines, fold, folded, glue, on_one_line, paragraphs


class Marker(IntEnum):
    """How a heading is numbered, the highest level first."""

    TOP = 0
    """一、 or 第一部分"""
    NONE = 1
    ARABIC = 2
    """1、"""
    BRACKET = 3
    """（一）"""


_MARKERS = (
    (Marker.TOP, regex.compile(r"(?:第[一二三四五六七八九十]+(?:部分|章)|[一二三四五六七八九十]{1,2})(?P<stop>[、.．，,：]?)")),
    (Marker.ARABIC, regex.compile(r"\d{1,2}(?P<stop>[、.．，,])(?!\d)")),
    (Marker.BRACKET, regex.compile(r"\((?:[一二三四五六七八九十]{1,2}|\d{1,2})\)(?P<stop>[、.]?)")),
)
_MARKED = frozenset("第一二三四五六七八九十(")
_WEIGHT = {Marker.TOP: 1.0, Marker.NONE: 0.8, Marker.ARABIC: 0.6, Marker.BRACKET: 0.4}
_MAX_HEADING = 40
_MAX_MARKER = 12
_ALIKE, _PLAIN = 74, 90
"""How alike in a hundred a numbered line and a line without a number are to the chapter that they name."""
_LONGEST_KEPT = 2000
"""Characters of a line and the one below; what is longer is not kept, so that little is, whatever is read."""
_PARTICLES = str.maketrans("", "", "、，,的及和与:：。.．;；()")
_NO_HEADING = regex.compile(r"[，。；！？%|()]|\d")
_RUN_IN_STOP = regex.compile(r"[。：:]")
_CONTENTS_LINE = regex.compile(r"[.…·]{3,}|\d+$")


_SPELLINGS = tuple(
    spelling
    for name in sorted((n for names in OFFICIAL.values() for n in names), key=len, reverse=True)
    for spelling in (name, name.replace("、", ""))
)
"""Official names as they may begin a paragraph, the longest first."""


@dataclass(frozen=True, slots=True)
class _Name:
    number: int
    official: bool


class _Heading(NamedTuple):
    """A line (or two) that may be a heading. ``rest`` is the prose that runs on behind it on the same line."""

    lines: int
    marker: Marker
    text: str
    rest: str
    number: int | None
    """None: numbered like a chapter, but no known one."""
    official: bool
    score: float
    at: int = -1
    """Index of its first line; -1 where only its wording was looked at."""

    @property
    def weight(self) -> float:
        return self.score * _WEIGHT[self.marker] * (1.0 if self.official else 0.55)


def _bare(text: str) -> str:
    return text.translate(_PARTICLES)


@cache
def _names() -> dict[str, _Name]:
    """Known chapter names without punctuation and particles."""
    official = {_bare(name): _Name(n, official=True) for n, names in OFFICIAL.items() for name in names}
    other = {_bare(name): _Name(n, official=False) for n, names in OTHER_NAMES.items() for name in names}
    return other | official


@cache
def _wordings() -> tuple[str, ...]:
    return tuple(_names())


@lru_cache(maxsize=4096)
def _recognise(text: str, least: int = _ALIKE) -> tuple[_Name, float] | None:
    """The chapter that a heading without its number names, and how surely (0-1): at least ``least`` in a hundred."""
    bare = _bare(text)
    if not bare or len(bare) > _MAX_HEADING or bare.isascii():
        return None
    exact = _names().get(bare)
    if exact:
        return exact, 1.0
    best = process.extractOne(bare, _wordings(), scorer=fuzz.ratio, score_cutoff=least)
    if best is None:
        return None
    name = _names()[best[0]]
    close = best[1] >= (_ALIKE if name.official else 84)
    return (name, best[1] / 100) if close and min(len(bare), len(best[0])) >= 4 else None


def _marker(text: str) -> tuple[Marker, int, bool]:
    """The numbering that a folded line begins with, its length, and whether a stop ends it."""
    for marker, pattern in _MARKERS if text[:1] in _MARKED or text[:1].isdecimal() else ():
        match = pattern.match(text)
        if match:
            return marker, match.end(), bool(match["stop"]) or marker is Marker.BRACKET or match.group().startswith("第")
    return Marker.NONE, 0, True


def _run_in(text: str, start: int) -> tuple[int, _Name] | None:
    """Where a heading ends that its own paragraph follows on the same line, and what it names."""
    stop = _RUN_IN_STOP.search(text, start, start + _MAX_HEADING)
    if stop:
        known = _recognise(text[start : stop.start()])
        if known and known[1] >= 0.85:
            return stop.end(), known[0]
    for spelling in _SPELLINGS:
        if text.startswith(spelling, start):
            return start + len(spelling), _names()[_bare(spelling)]
    return None


def _single(raw: str, lines: int) -> _Heading | None:
    """The heading that a text is, if it is one."""
    plain = folded(raw)
    marker, start, stopped = _marker(plain)
    words = plain[start:]
    least = _ALIKE if stopped and marker is not Marker.NONE else _PLAIN
    known = _recognise(words.rstrip("。：:.．;；"), least) if len(words) <= _MAX_HEADING else None
    if known:
        return _Heading(lines, marker, on_one_line(raw), "", known[0].number, known[0].official, known[1])
    if marker is Marker.TOP and stopped and len(words) > 6:
        run_in = _run_in(plain, start)
        if run_in:
            end, name = run_in
            source = fold(raw)
            heading, rest = source.printed(0, end), source.printed(end, len(plain))
            return _Heading(lines, marker, on_one_line(heading), rest, name.number, name.official, 0.9)
    if marker is Marker.TOP and stopped and 2 <= len(words) <= 30 and not _NO_HEADING.search(words):
        if any(label in words for label in FORM_LABELS):
            return None
        return _Heading(lines, marker, on_one_line(raw), "", None, official=False, score=0.0)
    return None


def _ends_sentence(text: str) -> bool:
    plain = folded(text)
    return not plain or plain[-1] in "。！？：；" or len(plain) < 20


def _may_be_heading(plain: str) -> bool:
    """Whether a folded line is worth a closer look: most are too long for a heading, and not numbered like one."""
    return len(plain) >= 2 and (len(plain) <= _MAX_HEADING + _MAX_MARKER or plain[0] in _MARKED or plain[0].isdecimal())


def _heading_at(lines: Sequence[Line | None], at: int) -> _Heading | None:
    """The heading that begins with a line, alone or with the line below (PDF wraps long headings)."""
    line = lines[at]
    if line is None or not _may_be_heading(folded(line.text)):
        return None
    following = lines[at + 1] if at + 1 < len(lines) else None
    below = None if following is None else following.text
    is_kept = len(line.text) + len(below or "") <= _LONGEST_KEPT
    heading = _heading(line.text, below) if is_kept else _heading.__wrapped__(line.text, below)
    if heading is None:
        return None
    above = lines[at - 1] if at else None
    if heading.marker is Marker.NONE and above is not None and not _ends_sentence(above.text):
        return None
    return heading._replace(at=at)


@lru_cache(maxsize=2048)
def _heading(text: str, following: str | None) -> _Heading | None:
    """The heading that a text is over the one that follows. Every document asks twice: for its front, and for its chapters."""
    plain = folded(text)
    if len(plain) <= _MAX_HEADING and _CONTENTS_LINE.search(plain):
        return None
    alone = _single(text, 1)
    both = None
    short = following is not None and len(plain) + len(folded(following)) <= _MAX_HEADING + _MAX_MARKER
    if following is not None and short and plain[-1] not in "。：" and (alone is None or (alone.score < 1.0 and not alone.rest)):
        both = _single(glue(text, following), 2)
        if both and (both.rest or both.number is None or (alone and both.score <= alone.score)):
            both = None
    best = both or alone
    if best and best.marker is Marker.NONE:
        ended = following is not None and folded(following)[:1] in "、，。；"
        if ended or best.text.endswith(("，", "、", "；")):
            return None
    return best


def _candidates(lines: Sequence[Line | None]) -> list[_Heading]:
    found: list[_Heading] = []
    at = 0
    while at < len(lines):
        heading = _heading_at(lines, at)
        if heading:
            found.append(heading)
        at += heading.lines if heading else 1
    return found


def _eligible(found: Sequence[_Heading]) -> list[_Heading]:
    """Known headings of the level that the chapters stand on."""
    table = next((h.at for h in found if h.number == 0 and "统计表" in folded(h.text)), None)
    known = [h for h in found if h.number and (h.official or table is None or h.at < table)]  # the table has its own 一、二、
    for level in (Marker.NONE, Marker.ARABIC, Marker.BRACKET):
        pool = [h for h in known if h.marker <= level]
        if len({h.number for h in pool}) >= 3:
            break
    else:
        pool = [h for h in known if h.marker <= Marker.NONE] or known
    there, chosen = {h.number for h in pool}, {h.at for h in pool}
    pool = [h for h in known if h.at in chosen or (h.official and h.score == 1.0 and h.number not in there)]
    official = {h.number for h in pool if h.official}
    return [h for h in pool if h.official or h.number not in official]


def _chain(pool: Sequence[_Heading], followed: set[int]) -> list[_Heading]:
    """The heaviest chain of chapters in rising order; older chapters may share an official number."""
    best: list[tuple[float, int]] = []
    ends: dict[tuple[int, bool], int] = {}
    """The heading that ends the heaviest chain so far, the first of several, by its number and whether it is official."""
    for j, heading in enumerate(pool):
        number = heading.number or 0
        before = [at for (n, official), at in ends.items() if n < number or (n == number and not official | heading.official)]
        back = max(before, default=-1, key=lambda i: (best[i][0], -i))
        weight = heading.weight + (0.1 if heading.at in followed else 0.0)
        best.append(((best[back][0] if back >= 0 else 0.0) + weight, back))
        end = ends.setdefault((number, heading.official), j)
        if best[j][0] > best[end][0]:
            ends[number, heading.official] = j
    at = max(range(len(pool)), key=lambda i: best[i][0], default=-1)
    chain: list[_Heading] = []
    while at >= 0:
        chain.append(pool[at])
        at = best[at][1]
    return chain[::-1]


def _headings(lines: Sequence[Line | None]) -> list[_Heading]:
    """The headings that open sections, in order."""
    found = _candidates(lines)
    begins = {h.at for h in found}
    followed = {h.at for h in found if h.rest or (h.at + h.lines < len(lines) and h.at + h.lines not in begins)}
    chapters = _chain(_eligible(found), followed)
    if not chapters:
        return []
    others = [
        h
        for h in found
        if (h.marker is Marker.TOP and not h.number and h.at > chapters[0].at) or (h.number == 0 and h.score == 1.0)
    ]
    return sorted([*chapters, *others], key=lambda h: h.at)


def _runs(lines: Sequence[Line | None]) -> Iterator[list[Line]]:
    """Stretches of lines that no table interrupts."""
    run: list[Line] = []
    for line in [*lines, None]:
        if line is not None:
            run.append(line)
        elif run:
            yield run
            run = []


def _section(number: int, heading: str, lines: Sequence[Line | None], measure: Measure) -> Section:
    text = "\n".join(paragraph for run in _runs(lines) for paragraph in paragraphs(run, measure))
    return Section(number, heading, text)


def sections(blocks: Sequence[Block], placed: Iterable[tuple[int, Line]] | None = None) -> tuple[Section, ...]:
    """The chapters of one report, in order, tables left out. ``placed`` are its ``body_lines``, where they are known.

    What precedes the first chapter (title and preface) is section 0 without a heading; a chapter that no official one
    covers is section 0 with its heading. Several older chapters may share the official number they are nearest to.
    """
    body = dict(body_lines(blocks) if placed is None else placed)
    lines: list[Line | None] = []
    for index, block in enumerate(blocks):
        if index in body:
            lines.append(body[index])
        elif isinstance(block, Grid):
            lines.append(None)
    measure = Measure.of(body.values())
    opening = _headings(lines)
    bounds = [*(h.at for h in opening), len(lines)]
    parts = [_section(0, "", lines[: bounds[0]], measure)]
    for heading, end in zip(opening, bounds[1:], strict=True):
        start = heading.at + heading.lines
        run_on = [Line(heading.rest)] if heading.rest else []
        parts.append(_section(heading.number or 0, heading.text, [*run_on, *lines[start:end]], measure))
    return tuple(part for part in parts if part.heading or part.text)


def chapter_numbers(parts: Sequence[Section]) -> frozenset[int]:
    """Which of the official chapters are there."""
    return frozenset(part.number for part in parts if part.number)


def first_chapter(lines: Sequence[Line]) -> int:
    """Index of the line that opens the first chapter; the number of lines if none does."""
    opening = _headings(list(lines))
    return opening[0].at if opening else len(lines)
