"""Lines to compare: a metric or an indicator of each agency over the years, every year with its figure or the reason for none.

Where the meaning changes between two years, or whose figures they are (``scope``), the later one is marked: a difference
across the mark says nothing of the agency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from collect.errors import ConfigurationError
from normalize.series import Indicator, Metric, indicators, metrics
from normalize.series.rates import Lack
from store.load import Store
from store.series import Point, RatePoint, Subject, Years, rates, series

Quantity = Metric | Indicator


class Break(StrEnum):
    """What changes with a year."""

    MEANING = "meaning"
    """The form counts something else than the one before."""
    SCOPE = "scope"
    """The report says otherwise than the one before whose figures they are."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A year of a line."""

    year: int
    value: Decimal | None = None
    """The figure; a rate is rounded to four places."""
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    lack: Lack | None = None
    of: str = ""
    """Indicator that is to blame for it."""
    breaks: tuple[Break, ...] = ()
    """What changed since the last report before."""
    form: str = ""
    segment: str = ""
    scope: str | None = None
    contested: bool = False
    verdict: str = ""
    report_id: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An agency over the years. ``scope`` tells lines apart where an agency has several reports a year."""

    subject: Subject
    scope: str | None
    marks: tuple[Mark, ...]

    @property
    def name(self) -> str:
        """Agency, and scope where that tells lines apart."""
        return f"{self.subject.name} ({self.scope})" if self.scope else self.subject.name

    def runs(self) -> Iterator[tuple[Mark, ...]]:
        """Years in a row that have a figure of one meaning: what a chart may connect."""
        run: list[Mark] = []
        for mark in self.marks:
            if run and (mark.value is None or mark.breaks):
                yield tuple(run)
                run = []
            if mark.value is not None:
                run.append(mark)
        if run:
            yield tuple(run)


def quantity(key: str) -> Quantity:
    """The metric or the indicator of that key.

    Raises:
        ConfigurationError: there is none.
    """
    found = metrics().get(key) or indicators().get(key)
    if found is None:
        advice = "`nianbao metrics` lists the metrics; an indicator of docs/series.md will do as well."
        raise ConfigurationError(f"There is no metric {key}.", advice=advice)
    return found


def compare(store: Store, what: Quantity, subjects: Sequence[Subject], years: Years) -> list[Line]:
    """A line for each subject that has a report in those years, two where it reports for two scopes."""
    marks: dict[Subject, list[Mark]] = defaultdict(list)
    if isinstance(what, Metric):
        for rated in rates(store, what, subjects, years):
            marks[rated.subject].append(_rate_mark(rated))
    else:
        for point in series(store, subjects, [what.key], years):
            marks[point.subject].append(_mark(point))
    return [line for subject in subjects if subject in marks for line in _lines(subject, marks[subject], years)]


def lines_of(subject: Subject, points: Sequence[Point], years: Years) -> list[Line]:
    """The lines of one subject's points of one indicator."""
    return list(_lines(subject, [_mark(point) for point in points], years))


def _rate_mark(point: RatePoint) -> Mark:
    rate = point.rate
    return Mark(
        year=point.year,
        value=rate.rounded,
        numerator=rate.numerator,
        denominator=rate.denominator,
        lack=rate.lack,
        of=rate.of,
        form=point.form,
        segment=point.segment,
        scope=point.scope,
        contested=point.contested,
        verdict=point.verdict,
        report_id=point.report_id,
    )


def _mark(point: Point) -> Mark:
    return Mark(
        year=point.year,
        value=point.value,
        lack=point.lack,
        form=point.form,
        segment=point.segment,
        scope=point.scope,
        contested=point.contested,
        verdict=point.verdict,
        report_id=point.report_id,
    )


def _lines(subject: Subject, marks: Sequence[Mark], years: Years) -> Iterator[Line]:
    if len({mark.year for mark in marks}) == len(marks):
        yield Line(subject, None, tuple(_through(marks, years)))
        return
    for scope in sorted({mark.scope for mark in marks}, key=lambda scope: scope or ""):
        of_scope = [mark for mark in marks if mark.scope == scope]
        yield Line(subject, scope or "scope not stated", tuple(_through(of_scope, years)))


_SOMETHING_ELSE = "≠"


def _through(marks: Sequence[Mark], years: Years) -> Iterator[Mark]:
    """Every year, with the marks of what changed since the last report."""
    by_year = {mark.year: mark for mark in marks}
    meaning, scope, first = "", None, True
    for year in range(years[0], years[1] + 1):
        mark = by_year.get(year)
        if mark is None:
            yield Mark(year, lack=Lack.NO_REPORT)
            continue
        breaks = []
        if mark.segment and meaning not in {"", mark.segment}:
            breaks.append(Break.MEANING)
        if not first and mark.scope != scope:
            breaks.append(Break.SCOPE)
        meaning = mark.segment or (_SOMETHING_ELSE if mark.lack is Lack.NOT_COMPARABLE else meaning)
        scope, first = mark.scope, False
        yield replace(mark, breaks=tuple(breaks))
