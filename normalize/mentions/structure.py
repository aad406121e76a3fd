"""Which number of a sentence is part of which: 60条，其中A 6条，B 1条; 44件（网上42件，邮寄2件）; 3件、5件 each of its own.

Only the form of the sentence is looked at, not what is counted: a list is opened behind a number by 其中, a colon, a bracket or
包括, goes on while the unit stays the same, and ends with its bracket, a new predicate or a stronger stop than its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import regex

from normalize.mentions.quantities import Found, Kind


@dataclass(slots=True)
class Parts:
    """A list of parts. Places are indices of the sentence's numbers; -1 is the last count of the sentence before."""

    whole: int
    opener: str
    bracket: bool
    items: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    """How often each item counts: 网站、微信各46条 is twice 46."""
    stops: set[str] = field(default_factory=set)
    """Which stops have separated items so far."""
    ended_with_rest: bool = False
    """The last item is 其他…: then nothing is missing."""

    @property
    def complete(self) -> bool:
        """Whether the sentence says that these are all the parts."""
        return self.ended_with_rest or self.opener in {"：", "分别", "由"} or (self.bracket and not self.opener)


_INTERCHANGEABLE: Final = (frozenset("件宗起例份"), frozenset("名人位"), frozenset("期场次"), frozenset("条篇则"))
_OPENER: Final = regex.compile(
    r"其中(?:[，：]|包括|有)*|分别(?:为|是|有)?|^(?:，|均)?(?:包括|涵盖|主要有|主要是|主要包括|涉及|由|含有|包含)|^[^，；。()]{0,3}：|^[，]?(?:含|内含|另含)"
)
_AT_START: Final = regex.compile(r"^(?:在?(?:上述|这些|办结|答复|收到|所有)?[^，；]{0,10})?其中")
_LINKS: Final = regex.compile(r"[、和及与](?=\p{Han})")
_NEW_PREDICATE: Final = regex.compile(
    r"全年|本年度|今年|同时|此外|另外|共(?:计|有|收|受|办|开|召|举|组|承|发出|接|回|整|推|编)|累计|召开|举办|(?<!其[他它]|法人)组织|开展|培训|整改|办理网民|留言|热线|参加|参训|接待|清理|撰写|"
    r"(?<![经以局县区门室道镇乡委院])(?:收到|受理|承办|接到|接受)(?!申请)|^[，；、]?(?:被提起|提起)?行政(?:诉讼|复议)"
)
_AMONG_OTHERS: Final = regex.compile(r"含|包括|包含|另")
_REST: Final = regex.compile(r"^[、，；和及与]*(?:\d[.、])?(?:其他|其它|其余|剩余|另有其他)")
_EMPTY_BRACKETS: Final = regex.compile(r"(?<=.)\([^()]*\)")


def compatible(one: str, other: str) -> bool:
    """Whether two units count the same kind of thing."""
    return one == other or any(one in units and other in units for units in _INTERCHANGEABLE)


def parts_of(text: str, found: Sequence[Found], before: Found | None) -> list[Parts]:
    """The lists of parts in a masked sentence. ``before`` is the last whole count of the sentence before it."""
    walk = _Walk(text, found, before)
    for place, each in enumerate(found):
        if each.kind in {Kind.COUNT, Kind.AMOUNT}:
            walk.take(place, each)
    return [parts for parts in walk.closed + walk.open if parts.items]


class _Walk:
    """One pass over the numbers of a sentence with the lists that are open."""

    def __init__(self, text: str, found: Sequence[Found], before: Found | None) -> None:
        self._text, self._found, self._before = text, found, before
        self._last = -1
        self._depth = 0
        self.open: list[Parts] = []
        self.closed: list[Parts] = []

    def take(self, place: int, each: Found) -> None:
        gap = self._text[self._found[self._last].stop if self._last >= 0 else 0 : each.start]
        gap = _EMPTY_BRACKETS.sub("", self._after_shares(gap, place))
        opened = False
        for index, char in enumerate(gap):
            if char == "(":
                self._depth += 1
                if index == 0 and self._last >= 0:
                    opened = self._open_bracket(each, gap[1:])
            elif char == ")" and self._depth:
                self._depth -= 1
                self._close_brackets()
        tail = gap[max(gap.rfind(")"), gap.rfind("(")) + 1 :]
        if not opened:
            opened = self._open(each, tail)
        if not opened:
            self._go_on(each, tail)
        if self.open and self._fits(self.open[-1], each):
            self.open[-1].items.append(place)
            self.open[-1].times.append(1 + len(_LINKS.findall(tail.strip("、，；"))) if each.each else 1)
            self.open[-1].ended_with_rest = bool(_REST.search(tail))
        self._last = place

    def _after_shares(self, gap: str, place: int) -> str:
        """The words since the last number, without a share that only comments on it (48条，占9.2%；)."""
        between = [f for f in self._found[self._last + 1 : place] if f.kind in {Kind.SHARE, Kind.CHANGE}]
        if not between or self._last < 0:
            return gap
        comment = self._text[self._found[self._last].stop : between[-1].stop]
        rest = self._text[between[-1].stop : self._found[place].start]
        # The brackets around the share are passed over with it.
        opening, closing = comment.count("("), comment.count(")")
        return rest.replace(")", "", 1) if opening > closing else rest

    def _open_bracket(self, each: Found, gap: str) -> bool:
        whole = self._found[self._last]
        if not compatible(whole.unit, each.unit) or _larger(each, whole):
            return False
        match = _OPENER.search(gap)
        opener = "其中" if match and "其中" in match.group() else "含" if _AMONG_OTHERS.search(gap) else ""
        self.open.append(Parts(self._last, opener, bracket=True))
        return True

    def _close_brackets(self) -> None:
        while self.open:
            parts = self.open.pop()
            self.closed.append(parts)
            if parts.bracket:
                break

    def _open(self, each: Found, gap: str) -> bool:
        match = next(reversed(list(_OPENER.finditer(gap))), None)
        if match is None or (self._last < 0 and not (self._before and _AT_START.search(gap))):
            return False
        word = match.group().strip("，")
        opener = next((name for name in ("其中", "分别", "：", "由") if name in word), "含")
        if opener == "：" and "其中" in gap:
            opener = "其中"
        whole = self._whole_for(each, nested="其中" in opener)
        if whole is None or (opener == "分别" and match.start() > 8):
            return False
        while self.open and not self.open[-1].bracket and whole not in self.open[-1].items:
            self.closed.append(self.open.pop())
        self.open.append(Parts(whole, opener, bracket=False))
        return True

    def _whole_for(self, each: Found, *, nested: bool) -> int | None:
        """The nearest number before that can hold this one: of its kind of unit and not smaller."""
        outer = {item for parts in self.open[:-1] for item in parts.items}
        inner = {item for parts in self.closed if parts.bracket for item in parts.items}
        fitting = [
            place
            for place in range(self._last, -1, -1)
            if self._found[place].kind is each.kind
            and compatible(self._found[place].unit, each.unit)
            and place not in outer | inner
            and (nested or place == self._last)
            and not _larger(each, self._found[place])
        ]
        for place in fitting:
            value = self._found[place].value
            if each.value is None or value is None or value >= each.value:
                return place
        if fitting:
            return fitting[0]
        if self._before and self._last < 0 and compatible(self._before.unit, each.unit):
            return -1
        return None

    def _go_on(self, each: Found, gap: str) -> None:
        """Close the lists that do not reach this number."""
        while self.open:
            parts = self.open[-1]
            if parts.bracket and self._depth:
                return
            stop = gap[:1] if gap[:1] in "，；、。" else ""
            ended = (
                not self._fits(parts, each)
                or (stop == "；" and bool(parts.stops & {"，", "、"}) and "；" not in parts.stops)
                or _NEW_PREDICATE.search(gap)
                or "。" in gap
                or gap.count("，") > (2 if stop == "，" else 1)
            )
            if not ended:
                parts.stops.add(stop)
                return
            self.closed.append(self.open.pop())

    def _fits(self, parts: Parts, each: Found) -> bool:
        whole = self._before if parts.whole < 0 else self._found[parts.whole]
        return whole is not None and each.kind is whole.kind and compatible(whole.unit, each.unit)


def _larger(part: Found, whole: Found) -> bool:
    """Far too large to be a part; a little too large is a contradiction worth telling."""
    return part.value is not None and whole.value is not None and part.value > whole.value * 10
