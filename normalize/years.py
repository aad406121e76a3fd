"""Years, dates and statistical periods in Chinese prose.

Everything works on folded text (``prose.folded``). A damaged date ("20171月1日", "202020年12月31日") is recognised as
damaged and never trusted. No function knows today's date: a plausible year is one between 2000 and 2049.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import regex

from normalize.prose import Folded, fold

_ZERO = "〇零○◯Oo0"
_NUMERAL = dict.fromkeys(_ZERO, "0") | dict(zip("一二三四五六七八九", "123456789", strict=True)) | {"壹": "1", "贰": "2"}
_CHARS = "".join(_NUMERAL) + "1-9"
YEAR = rf"(?<![{_CHARS}])(?:20[0-4]\d|[二贰2][{_ZERO}][{_CHARS}]{{2}})(?![{_CHARS}])"
"""One year on folded text: 2024, 二〇二四, 二0一七, 二○○八, 二O一五. Neighbouring digits make it no year."""
_EXPRESSION = regex.compile(rf"(?P<year>{YEAR})(?P<unit>年度?)?")
_SMALL = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_DATE = rf"{YEAR}(?:年{_SMALL}月{_SMALL}日|([./-])\d{{1,2}}\1\d{{1,2}})"
_TO = r"(?:零时|起|开始|始|之日起)?[，、]?(?:截?[至止]|到|起至|-+|—+|–|~|～|－)(?:到)?"
_RANGE = regex.compile(
    rf"(?P<from>{YEAR})(?:年(?P<m1>{_SMALL})月(?:(?P<d1>{_SMALL})日)?|[./-](?P<m1>\d\d?)[./-](?P<d1>\d\d?))"
    rf"{_TO}(?:(?P<to>{YEAR})[年./-])?(?P<m2>{_SMALL})[月./-](?:(?P<d2>{_SMALL})(?:日|(?!\d)))?(?:止|期间)?"
)
_MONTHS = regex.compile(rf"(?P<from>{YEAR})年(?P<m1>1|一)月?(?:至|到|-|—|~|～)(?P<m2>{_SMALL})月")
_UNTIL = regex.compile(
    rf"截[至止]到?(?P<from>{YEAR})(?:年(?:(?P<m2>12|十二)月(?:(?P<d2>3[01]|三十一?)日)?|年?底|末)|[./-]12[./-]31)(?:止)?"
)
_SPEAKS_OF_DATA = regex.compile(
    r"统计|数据|期限|时段|时限|时间(?:为|从|自|范围)|期间|本(?:年度)?(?:报告|年报)|(?:报告|年报)(?:的)?(?:时间|期)|情况报告如下"
)
_STOP = regex.compile("[。；！？]")
_STATES_PERIOD = regex.compile(
    r"(?:统计(?:的)?(?:期限|时限|时段|时间|期间|数据)|数据(?:的)?(?:统计)?(?:期限|时限|时段|时间|截[至止])|数据.{0,6}[自从])"
    r"[^，。；]{0,12}?(?P<damaged>[自从起为是至：]?\d[\d年月日起至到止,，自从-]{5,40})"
)
_WHOLE_DATE = regex.compile(rf"(?P<y>{YEAR})(?:年|[./-])(?P<m>{_SMALL})(?:月|[./-])(?P<d>{_SMALL})(?!\d)")
_TIME_OF_DAY = regex.compile(r"(?<=\d{4}[./-]\d\d[./-]\d\d)\d{1,2}：\d\d(?:：\d\d)?")
_SIGNED = regex.compile(rf"(?P<year>{YEAR})(?:年(?P<month>{_SMALL})月(?:{_SMALL}日)?|[./-](?P<month>\d\d?)[./-]\d\d?)")


def year_value(text: str) -> int:
    """The year that ``YEAR`` matched, as a number."""
    return int("".join(_NUMERAL.get(char, char) for char in text))


@dataclass(frozen=True, slots=True)
class YearExpression:
    """A year in a folded text; ``text[start:end]`` includes 年 or 年度 where they follow."""

    year: int
    start: int
    end: int
    marked: bool
    """年 follows: it is a year even without any context."""


def year_expressions(text: str) -> tuple[YearExpression, ...]:
    """Every year of a folded text, from left to right."""
    return tuple(YearExpression(year_value(m["year"]), m.start(), m.end(), bool(m["unit"])) for m in _EXPRESSION.finditer(text))


@dataclass(frozen=True, slots=True)
class Period:
    """The time a report's figures cover."""

    printed: str
    year: int | None
    """None where the period is damaged, contradicts itself or is no calendar year."""
    explicit: bool
    """A range, or a date in a clause that speaks of statistics; not merely 截至…12月31日 in a narrative."""
    damaged: bool = False
    partial: bool = False
    """Part of a year (a half-year's or quarter's statistics)."""


def _small(text: str | None) -> int | None:
    if not text:
        return None
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    value = int(_NUMERAL.get(ones, "0")) if ones else 0
    return value + 10 * (int(_NUMERAL[tens]) if tens else 1) if ten else value


def _from_range(match: regex.Match[str], printed: str, *, explicit: bool) -> Period:
    start, end = year_value(match["from"]), year_value(match["to"]) if match["to"] else year_value(match["from"])
    first, last = _small(match["m1"]) or 1, _small(match["m2"]) or 12
    plausible = 1 <= first <= 12 and 1 <= last <= 12
    if start == end and first == 1 and last == 12:
        return Period(printed, start, explicit)
    if start == end and plausible and last - first < 9:
        return Period(printed, None, explicit, partial=True)
    return Period(printed, None, explicit, damaged=True)


class _Sentences:
    """The sentences of a text, and which of them speak of data; a statement of a period never runs over a sentence."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._stops = [match.start() for match in _STOP.finditer(text)]
        self._speaks: dict[int, bool] = {}

    def speaks_of_data(self, at: int) -> bool:
        """Whether the sentence does that holds a place."""
        index = bisect_left(self._stops, at)
        if index not in self._speaks:
            start = self._stops[index - 1] + 1 if index else 0
            end = self._stops[index] if index < len(self._stops) else len(self._text)
            self._speaks[index] = bool(_SPEAKS_OF_DATA.search(self._text, start, end))
        return self._speaks[index]


class _Taken:
    """Stretches of a text that are taken; none reaches into another."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def take(self, start: int, end: int) -> bool:
        """Take a stretch, unless a part of it is taken."""
        at = bisect_right(self._starts, start)
        if (at and self._ends[at - 1] > start) or (at < len(self._starts) and self._starts[at] < end):
            return False
        self._starts.insert(at, start)
        self._ends.insert(at, end)
        return True


def _whole(source: Folded) -> Iterator[tuple[int, int, Period]]:
    text = source.text
    sentences = _Sentences(text)
    for match in _RANGE.finditer(text):
        explicit = sentences.speaks_of_data(match.start())
        yield *match.span(), _from_range(match, source.printed(*match.span()), explicit=explicit)
    for match in _MONTHS.finditer(text):
        explicit = sentences.speaks_of_data(match.start())
        months = _small(match["m2"])
        year = year_value(match["from"]) if months == 12 else None
        yield *match.span(), Period(source.printed(*match.span()), year, explicit, partial=months != 12)
    for match in _UNTIL.finditer(text) if "截" in text else ():
        explicit = sentences.speaks_of_data(match.start())
        yield *match.span(), Period(source.printed(*match.span()), year_value(match["from"]), explicit)


def periods(text: str) -> tuple[Period, ...]:
    """The statistical periods that a paragraph states, damaged ones included, in order."""
    source = fold(text)
    taken = _Taken()
    found = [(start, period) for start, end, period in _whole(source) if taken.take(start, end)]
    speaks_of_data = "统计" in source.text or "数据" in source.text
    for match in _STATES_PERIOD.finditer(source.text) if speaks_of_data else ():
        start, end = match.span("damaged")
        if taken.take(start, end):
            found.append((start, Period(source.printed(start, end), None, explicit=True, damaged=True)))
    return tuple(period for _, period in sorted(found, key=lambda item: item[0]))


def signed(text: str) -> tuple[int, int] | None:
    """Year and month, if the text is nothing but a date, as under a letter."""
    match = _SIGNED.fullmatch(fold(text).text)
    month = _small(match["month"]) if match else None
    return (year_value(match["year"]), month) if match and month and 1 <= month <= 12 else None


def iso_date(text: str) -> str:
    """The first whole date of a text as ISO 8601, or nothing."""
    source = fold(text).text
    for match in _WHOLE_DATE.finditer(_dated(source)):
        try:
            return date(year_value(match["y"]), _small(match["m"]) or 0, _small(match["d"]) or 0).isoformat()
        except ValueError:
            continue
    return ""


def _dated(text: str) -> str:
    """Without the time of day that lost its space ("2023-01-1009：12")."""
    return str(_TIME_OF_DAY.sub("", text))
