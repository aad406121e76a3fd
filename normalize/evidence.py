"""What a document says about its year: every statement, with where it stands and how far it may be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import regex

from extract.model import Document, Line, LineRole
from normalize.body import Body
from normalize.origin import year_in_origin
from normalize.prose import folded, folded_whole, paragraphs
from normalize.titles import Title, title_of_page, titles, without_lists
from normalize.years import YEAR, Period, periods, signed, year_expressions, year_value

_OPENING_LINES = 60
_REPORTS_ON = (
    regex.compile(rf"(?:现将|现就|现把)[^。]*?(?P<year>{YEAR})年?度?[^。]*?(?:报告|公布|公开|汇报)"),
    regex.compile(rf"(?P<year>{YEAR})年?度?(?:政府|政务)?信息公开(?:工作)?(?:情况|年度报告|年报)"),
    regex.compile(rf"编制(?:了|的|本机关|本单位)*(?P<year>{YEAR})年?度?"),
)
_CLAUSE_END = regex.compile(r"[，。]")
_CAPTION = regex.compile(rf"[(\[]?(?P<year>{YEAR})年度?[)\]]?")
_NARRATIVE = regex.compile(rf"(?P<year>{YEAR})年度?(?:以来|来|间|里)?[，,]")


class Trust(IntEnum):
    """How much a statement weighs against another."""

    STRONG = 3
    FAIR = 2
    WEAK = 1


@dataclass(frozen=True, slots=True)
class YearStatement:
    """One statement of the reporting year. ``source`` says where it stands: ``title``, ``period``, ``preface`` and so on."""

    year: int
    source: str
    trust: Trust
    printed: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One report's text in the shapes that identity asks about."""

    document: Document
    lines: tuple[str, ...]
    """Body lines as printed."""
    opening: tuple[str, ...]
    """The paragraphs before the first chapter (of the first 60 lines where no chapter is found)."""
    front: tuple[str, ...]
    """The lines before the first chapter."""
    paragraphs: tuple[str, ...]
    periods: tuple[Period, ...]
    """The statistical periods that the report states anywhere, in order."""
    whole: str
    """Everything, folded."""
    titles: tuple[Title, ...]
    """Titles before the first chapter, in order."""

    @classmethod
    def of(cls, document: Document, body: Body) -> Reading:
        """Of a document whose blocks are one report's, and its body."""
        head = min(body.front, _OPENING_LINES)
        lines = body.texts
        whole = folded_whole((*lines, *(datum.value for datum in document.metadata)))
        found = titles(lines[: head or _OPENING_LINES], whole)
        titled = {at for title in found for at in range(title.first, title.behind)}
        prose = paragraphs([line for at, line in enumerate(body.lines) if at not in titled])
        return cls(
            document=document,
            lines=lines,
            opening=paragraphs([line for at, line in enumerate(body.lines[:head]) if at not in titled]),
            front=lines[:head],
            paragraphs=prose,
            periods=tuple(period for text in prose for period in periods(text)),
            whole=whole,
            titles=without_lists(found),
        )

    def metadata(self, name: str) -> tuple[str, ...]:
        """What the document's metadata say under a name."""
        return tuple(datum.value for datum in self.document.metadata if datum.name == name and datum.value.strip())

    def furniture(self) -> tuple[str, ...]:
        """Running heads and feet, each once."""
        lines = [b.text for b in self.document.blocks if isinstance(b, Line) and b.role is LineRole.FURNITURE]
        return tuple(dict.fromkeys(text.strip() for text in lines if text.strip()))

    def headings(self) -> tuple[Title, ...]:
        """Titles that the page marks as its heading."""
        return tuple(title for text in self.metadata("heading") if (title := title_of_page(text)))

    def page_titles(self) -> tuple[Title, ...]:
        """Titles in the document's title metadata."""
        return tuple(title for text in self.metadata("title") if (title := title_of_page(text)))


def _prefaced(reading: Reading) -> Iterator[YearStatement]:
    for text in reading.opening:
        plain = folded(text)
        if not _CLAUSE_END.search(plain):  # a menu or a title, no sentence
            continue
        for pattern in _REPORTS_ON:
            match = pattern.search(plain)
            if match:
                yield YearStatement(year_value(match["year"]), "preface", Trust.FAIR, match.group())
                break


def _captioned(reading: Reading) -> Iterator[YearStatement]:
    for above, line in zip(("", *reading.lines), reading.lines, strict=False):
        match = _CAPTION.fullmatch(folded(line))
        if match and ("统计表" in folded(above) or "报告" in folded(above)):
            yield YearStatement(year_value(match["year"]), "caption", Trust.FAIR, line.strip())


def _narrated(reading: Reading) -> Iterator[YearStatement]:
    """The year that most paragraphs open with."""
    counted = Counter(year_value(m["year"]) for text in reading.paragraphs if (m := _NARRATIVE.match(folded(text))))
    if counted:
        year, count = counted.most_common(1)[0]
        yield YearStatement(year, "narrative", Trust.WEAK, f"{year}年，… ×{count}")


def _signed(lines: Sequence[str]) -> Iterator[YearStatement]:
    """A report is signed in the first months of the next year, rarely at the end of its own."""
    for line in reversed(lines[-12:]):
        date = signed(line)
        if date and (date[1] <= 4 or date[1] == 12):
            yield YearStatement(date[0] if date[1] == 12 else date[0] - 1, "signature", Trust.WEAK, line.strip())
            return


def _running(reading: Reading) -> Iterator[YearStatement]:
    """The year of the running heads; menus of several years among the furniture say nothing."""
    heads = [text for text in reading.furniture() if "公开" in folded(text)]
    years = {y.year: text for text in heads for y in year_expressions(folded(text)) if y.marked}
    if len(years) == 1:
        yield from (YearStatement(year, "running_head", Trust.WEAK, text) for year, text in years.items())


def year_statements(reading: Reading, title: Title | None, origin: str) -> tuple[YearStatement, ...]:
    """Every statement of the year, the surest first. The publication date is none."""
    found: list[YearStatement] = []
    in_body = [*reading.titles, *reading.headings()]
    if title and title.year and title in in_body:
        found.append(YearStatement(title.year, "title", Trust.STRONG, title.text))
    found += [YearStatement(t.year, "title", Trust.STRONG, t.text) for t in in_body if t.year and t is not title]
    for period in reading.periods:
        if period.year and not period.damaged:
            trust = Trust.STRONG if period.explicit else Trust.WEAK
            found.append(YearStatement(period.year, "period", trust, period.printed))
    found.sort(key=lambda statement: -statement.trust)
    found += [*_prefaced(reading), *_captioned(reading), *_narrated(reading)]
    found += _running(reading)
    found += [YearStatement(t.year, "metadata", Trust.WEAK, t.text) for t in reading.page_titles() if t.year]
    found += _signed(reading.lines)
    named = year_in_origin(origin) if origin else None
    if named:
        found.append(YearStatement(named[0], "origin" if named[1] else "origin_number", Trust.WEAK, origin))
    return tuple(found)
