"""From the chapters of a report to its mentions: stage by stage, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import regex

from normalize.mentions.frames import Sentence
from normalize.mentions.quantities import WORTH, Found, Kind, mask, quantities
from normalize.mentions.restated import cell_of
from normalize.mentions.roles import NO_ROLE, Role, roles, topics_of
from normalize.mentions.shares import base_of
from normalize.mentions.structure import Parts, parts_of
from normalize.mentions.sums import check_parts, check_shares
from normalize.mentions.whose import several_years
from normalize.mentions.wordings import APPLICATIONS, DISPUTES
from normalize.mentions.zeros import WORTH as WORTH_ZERO
from normalize.mentions.zeros import nones
from normalize.model import CellKey, Finding, Mention, Section
from normalize.prose import Folded, fold, placed_sentences

_HEADING: Final = regex.compile(r"^[(（]?[一二三四五六七八九十]{1,3}[)）、]")
_UNITS: Final = {"fee_collected": "元", "press_conferences": "场"}
"""Unit of a stated none where it is not 件."""
_TURNS: Final = ("申请", "复议", "诉讼", "未", "没", "无", "零")
"""A sentence without a number matters if it has one of these: it turns to a topic or states a none."""
_SUM: Final = regex.compile(r"结转|上年|含")
_MAIN: Final = frozenset((Kind.COUNT, Kind.AMOUNT))


@dataclass(frozen=True, slots=True)
class Prose:
    """What the prose states, and what does not agree within it."""

    mentions: tuple[Mention, ...]
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Last:
    """The whole count that the sentence before ended with: what a sentence beginning with 其中 divides."""

    found: Found | None = None
    role: Role = NO_ROLE
    ordinal: int = -1


@dataclass(slots=True)
class _Reader:
    """Collects the mentions of one report."""

    form: str
    found: list[Mention] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def section(self, ordinal: int, part: Section) -> None:
        carried: frozenset[str] = frozenset()
        last = _Last()
        for start, sentence in placed_sentences(part.text):
            folded = fold(sentence)
            if _HEADING.match(folded.text):
                carried = frozenset()
            numbered = WORTH.search(folded.text) is not None
            if not numbered and not any(word in folded.text for word in _TURNS):
                last = _Last()
                continue
            topics = topics_of(folded.text, part.number, carried)
            if numbered or WORTH_ZERO.search(folded.text):
                place = _Place(folded, part.number, ordinal, start)
                last = self._sentence(place, Sentence(folded.text, mask(folded.text), topics), last)
            else:
                last = _Last()
            carried = topics & {APPLICATIONS} | (topics & {DISPUTES} if topics & {"reviews", "suits"} else frozenset())

    def _sentence(self, place: _Place, sentence: Sentence, before: _Last) -> _Last:
        found = quantities(sentence.masked)
        lists = parts_of(sentence.masked, found, before.found) if found else []
        told = list(zip(found, roles(sentence, found, lists, before.role), strict=True))
        first = len(self.found)
        self.found += _numbers(place, told, _wholes(lists, first, before.ordinal), _bases(sentence.masked, found), first)
        self.findings += [*check_parts(self.found, lists, first, before.ordinal), *check_shares(self.found, first)]
        for none in nones(sentence.text, sentence.masked, sentence.topics):
            unit = _UNITS.get(none.role.metric, "件")
            kind = Kind.AMOUNT if unit == "元" else Kind.COUNT
            self.found.append(place.mention(none.start, none.stop, none.role, Decimal(0), unit, kind=kind.value, negated=True))
        self._name_cells(first, sentence.masked)
        parts = {item for each in lists for item in each.items}
        whole = [i for i, each in enumerate(found) if each.kind in _MAIN and i not in parts]
        return _Last(*told[whole[-1]], first + whole[-1]) if whole else _Last()

    def _name_cells(self, first: int, text: str) -> None:
        """The cell each new mention restates. A sentence of several years names none; nor does a sum of new and carried in."""
        vague = several_years(text)
        for at in range(first, len(self.found)):
            mention = self.found[at]
            key = None if vague else cell_of(mention, self.form)
            if key and mention.metric == "applications_received" and _SUM.search(text) and "新收" not in text:
                key = None
            if key:
                self.found[at] = replace(mention, key=key)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a sentence stands."""

    folded: Folded
    chapter: int
    ordinal: int
    start: int

    def mention(
        self,
        start: int,
        stop: int,
        role: Role,
        value: Decimal | None,
        unit: str,
        *,
        kind: str = "count",
        approximate: bool = False,
        negated: bool = False,
        whole: int | None = None,
        base: int | None = None,
    ) -> Mention:
        """The mention at a place of the folded sentence."""
        first, last = self.folded.span(start, stop)
        return Mention(
            role.metric,
            value,
            unit,
            self.folded.raw,
            self.chapter,
            section_ordinal=self.ordinal,
            start=self.start + first,
            stop=self.start + last,
            whose=role.whose.value if role.whose and role.metric else "",
            qualifier=role.qualifier,
            sentence_start=self.start,
            kind=kind,
            approximate=approximate,
            negated=negated,
            whole=whole,
            base=base,
        )


def _wholes(lists: Sequence[Parts], first: int, before: int) -> dict[int, int]:
    """By the place of each part in its sentence: the ordinal of its whole."""
    return {item: before if each.whole < 0 else first + each.whole for each in lists for item in each.items}


def _bases(masked: str, found: Sequence[Found]) -> dict[int, int]:
    """By the place of each share or change in its sentence: the place of the count it speaks of."""
    bases = {place: base_of(masked, found, place) for place, each in enumerate(found) if each.kind not in _MAIN}
    return {place: base for place, base in bases.items() if base is not None}


def _numbers(
    place: _Place, told: Sequence[tuple[Found, Role]], wholes: dict[int, int], bases: dict[int, int], first: int
) -> Iterator[Mention]:
    for index, (each, role) in enumerate(told):
        base = bases.get(index)
        yield place.mention(
            *(each.start, each.end, role, each.value, each.unit),
            kind=each.kind.value,
            approximate=each.approximate,
            whole=wholes.get(index if base is None else base),
            base=None if base is None else first + base,
        )


def read_prose(parts: Sequence[Section], form: str = "") -> Prose:
    """The numbers stated in the prose of a report, in order, and the contradictions within it.

    ``form`` is the official form whose cells may be restated; empty for a report without tables. A count that the report
    states twice with different values names no cell.
    """
    reader = _Reader(form)
    for ordinal, part in enumerate(parts):
        reader.section(ordinal, part)
    stated: dict[CellKey, set[Decimal | None]] = {}
    for mention in reader.found:
        if mention.key:
            stated.setdefault(mention.key, set()).add(mention.value)
    found = tuple(replace(m, key=None) if m.key and len(stated[m.key]) > 1 else m for m in reader.found)
    return Prose(found, tuple(reader.findings))


def mentions(parts: Sequence[Section], form: str = "") -> tuple[Mention, ...]:
    """Only the mentions of ``read_prose``."""
    return read_prose(parts, form).mentions
