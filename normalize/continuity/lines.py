"""Which report follows which: an agency's reports as lines from year to year, and lines joined where agencies went on as others.

An agency may report twice a year, for its own office and for the jurisdiction; so its reports are sorted into lines, one
for each scope. A report that does not say its scope goes on with the line there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

import regex

from normalize.authority.names import read_name
from normalize.continuity.model import Link, Step, YearFigures

_ENDING = regex.compile(r"(?:委员会|局|厅|办公室|署|部)$")


@dataclass(frozen=True, slots=True)
class Succession:
    """An agency that ended, and one that went on with its work."""

    agency: str
    successor: str
    year: int


@dataclass(slots=True)
class _Line:
    """Reports of one agency that follow each other, by year."""

    reports: list[YearFigures]
    clashes: set[int]
    """Reports whose scope differs from the one before, or that may as well follow another."""

    @property
    def last(self) -> YearFigures:
        return self.reports[-1]


def steps(reports: Iterable[YearFigures], successions: Sequence[Succession] = ()) -> list[Step]:
    """A step for every report, in the order of agency and year.

    All reports of all agencies that the successions join must be given together.
    """
    by_agency: dict[str, list[YearFigures]] = defaultdict(list)
    for each in reports:
        by_agency[each.agency].append(each)
    lines = {agency: _lines(sorted(of, key=lambda r: (r.year, r.report_id))) for agency, of in by_agency.items()}
    found = [step for agency in lines for line in lines[agency] for step in _steps_of(line)]
    return _joined(found, lines, successions) if successions else found


def _lines(reports: Sequence[YearFigures]) -> list[_Line]:
    if len({each.year for each in reports}) == len(reports) and len({each.scope for each in reports}) == 1:
        return [_Line(list(reports), set())]
    lines: list[_Line] = []
    for _, group in groupby(reports, key=lambda each: each.year):
        lines += _continued(lines, list(group))
    return lines


def _continued(lines: list[_Line], new: list[YearFigures]) -> list[_Line]:
    """Each report goes on with the line that fits best; gives those that begin a line of their own."""
    offers = sorted(
        (_distance(line.last.scope, report.scope), report.year - line.last.year, i, j)
        for i, line in enumerate(lines)
        for j, report in enumerate(new)
    )
    free_lines, free = set(range(len(lines))), set(range(len(new)))
    for distance, _, i, j in offers:
        if i not in free_lines or j not in free:
            continue
        free_lines.remove(i)
        free.remove(j)
        rivals = [_distance(lines[k].last.scope, new[j].scope) for k in free_lines]
        rivals += [_distance(lines[i].last.scope, new[k].scope) for k in free]
        if distance == 2 or (distance == 1 and 1 in rivals):
            lines[i].clashes.add(new[j].report_id)
        lines[i].reports.append(new[j])
    return [_Line([report], set()) for j, report in enumerate(new) if j in free]


def _distance(one: str | None, other: str | None) -> int:
    """0 for the same scope, 1 where one does not say, 2 where they differ."""
    return 0 if one == other else 1 if one is None or other is None else 2


def _steps_of(line: _Line) -> Iterable[Step]:
    reports = line.reports
    yield Step(reports[0], Link.FIRST)
    for i in range(1, len(reports)):
        earlier, later = reports[i - 1], reports[i]
        link = Link.RENAMED if earlier.name != later.name and is_renamed(earlier.name, later.name) else Link.SAME
        before = reports[i - 2] if i > 1 and reports[i - 2].year == earlier.year - 1 else None
        after = reports[i + 1] if i + 1 < len(reports) and reports[i + 1].year == later.year + 1 else None
        yield Step(later, link, (earlier,), before=before, after=after, scope_differs=later.report_id in line.clashes)


@lru_cache(maxsize=4096)
def is_renamed(one: str, other: str) -> bool:
    """Whether two printed names of one agency are names of different work: 教育局, then 教育和体育局; not 教育局 for short."""
    bodies = [read_name(name).body for name in (one, other)]
    stems = [_ENDING.sub("", body.name) for body in bodies if body is not None]
    return len(stems) == 2 and stems[0] != stems[1]


def _joined(found: list[Step], lines: Mapping[str, list[_Line]], successions: Sequence[Succession]) -> list[Step]:
    """The steps, those of successors joined to the agencies before them."""
    predecessors: dict[str, list[Succession]] = defaultdict(list)
    successors: dict[str, set[str]] = defaultdict(set)
    for each in successions:
        if each.agency in lines and each.successor in lines and each.agency != each.successor:
            predecessors[each.successor].append(each)
            successors[each.agency].add(each.successor)
    joined = []
    for step in found:
        past = predecessors.get(step.later.agency, ())
        if not past:
            joined.append(step)
        elif step.link is Link.FIRST:
            joined.append(_begun(step, past, lines, successors))
        else:
            joined.append(_absorbing(step, past, lines))
    return joined


def _ends(past: Iterable[Succession], lines: Mapping[str, list[_Line]], step: Step) -> list[tuple[Succession, YearFigures]]:
    """The last reports of predecessors that ended before the later report, one each."""
    found = []
    for each in past:
        last = [line.last for line in lines[each.agency]]
        if max(report.year for report in last) < step.later.year:
            found += [(each, report) for report in _nearest(last, step.later.scope)]
    return found


def _nearest(reports: Iterable[YearFigures], scope: str | None) -> list[YearFigures]:
    """Of an agency's reports the latest of the scope that fits best; none if all are of another."""
    fitting = [each for each in reports if _distance(each.scope, scope) < 2]
    return [min(fitting, key=lambda each: (_distance(each.scope, scope), -each.year, each.report_id))] if fitting else []


def _begun(step: Step, past: Sequence[Succession], lines: Mapping[str, list[_Line]], onward: Mapping[str, set[str]]) -> Step:
    """The step of an agency's first report, from the agencies whose work it took over."""
    ends = _ends(past, lines, step)
    if not ends:
        return step
    year = max(report.year for _, report in ends)
    earlier = tuple(report for _, report in ends if report.year == year)
    lacking = tuple(sorted({report.name for _, report in ends} - {report.name for report in earlier}))
    beside = _siblings(step, {report.agency for report in earlier}, lines, onward)
    link = Link.SPLIT if beside else Link.MERGED if len(earlier) > 1 or lacking else Link.RENAMED
    return replace(step, link=link, earlier=earlier, beside=beside, lacking=lacking)


def _siblings(
    step: Step, agencies: set[str], lines: Mapping[str, list[_Line]], onward: Mapping[str, set[str]]
) -> tuple[YearFigures, ...]:
    """First reports of the same year of other agencies that went on with the same work."""
    others = {successor for agency in agencies for successor in onward[agency]} - {step.later.agency}
    first = {other: [line.reports[0] for line in lines[other]] for other in sorted(others)}
    begun = {other: found for other, found in first.items() if min(each.year for each in found) == step.later.year}
    return tuple(each for found in begun.values() for each in _nearest(found, step.later.scope))


def _absorbing(step: Step, past: Sequence[Succession], lines: Mapping[str, list[_Line]]) -> Step:
    """The step of an agency that went on and took over the work of others that ended in the year before."""
    absorbed = tuple(
        report
        for each, report in _ends(past, lines, step)
        if report.year == step.earlier[0].year and abs(step.later.year - each.year) <= 1
    )
    return replace(step, link=Link.MERGED, absorbed=absorbed) if absorbed and not step.gap else step
