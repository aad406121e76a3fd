"""Every rule's outcome for a step from one year to the next: exactly one class each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

from normalize.continuity.explain import explain_row, explain_stock, number
from normalize.continuity.jumps import jump
from normalize.continuity.model import HOLDS, Figure, Finding, Kind, Lack, Link, Outcome, Step, YearFigures, kind_of
from normalize.continuity.rules import JumpRule, Part, RowRule, StockRule, WithinRule, cells, rule_set
from normalize.model import CellKey

Editions = Mapping[int, Sequence[YearFigures]]
"""Editions that a report replaced, by its number."""

_PLAIN = {outcome: Finding(outcome) for outcome in Outcome}
_LINKS = {Link.RENAMED: Outcome.RENAMED, Link.MERGED: Outcome.MERGED, Link.SPLIT: Outcome.SPLIT}
_LACKS = {Lack.NO_CELL: Outcome.NO_CELL, Lack.NO_TABLE: Outcome.NO_TABLE}
_OPEN = frozenset(outcome for outcome in Outcome if kind_of(outcome) in {Kind.BREAK, Kind.DOUBT})
_ZERO = Decimal(0)


def judge(step: Step, editions: Editions | None = None) -> list[Finding]:
    """The outcome of each of ``rule_set().parts`` for a step.

    ``editions`` are those that the step's reports replaced: asked only where figures do not fit, so that a caller may look
    them up for those steps alone and judge again.
    """
    barred = _barred(step)
    return [
        _PLAIN[barred] if barred and not isinstance(part.law, WithinRule) else _judge(part, step, editions or {})
        for part in rule_set().parts
    ]


def _barred(step: Step) -> Outcome | None:
    """Why nothing can be compared at all."""
    if step.link is Link.FIRST:
        return Outcome.FIRST_YEAR
    if step.gap:
        return Outcome.MISSING_YEAR
    return Outcome.SCOPE_DIFFERS if step.scope_differs else None


def _judge(part: Part, step: Step, editions: Editions) -> Finding:
    found = _compare(part, step)
    if found.outcome not in _OPEN:
        return found
    found = replace(found, message=f"{part.text} ({part.text_en}): {found.message}")
    return _settle(part, step, found, editions)


def _settle(part: Part, step: Step, found: Finding, editions: Editions) -> Finding:
    """What else may be the reason: another agency's part, another edition, doubtful reading, a reorganisation."""
    within = isinstance(part.law, WithinRule)
    if step.absorbed and not within:
        whole = replace(step, earlier=(*step.earlier, *step.absorbed), absorbed=())
        if _compare(part, whole).outcome is Outcome.HOLDS:
            return HOLDS
    if any(_compare(part, other).outcome is Outcome.HOLDS for other in _with_editions(step, editions)):
        return replace(found, outcome=Outcome.SUPERSEDED, message=f"{found.message}; an edition replaced since agrees")
    reports = (step.later,) if within else (step.later, *step.earlier, *step.beside)
    if any(each.in_doubt for each in reports) and found.outcome is not Outcome.IN_DOUBT:
        said = f"{found.message} (as read: {found.outcome}); a report was not read with certainty"
        return replace(found, outcome=Outcome.IN_DOUBT, message=said)
    link = _LINKS.get(step.link)
    if link and isinstance(part.law, RowRule | StockRule) and found.outcome is not Outcome.IN_DOUBT:
        return replace(found, outcome=link, message=f"{found.message}; {_told(step)}")
    if (step.later.scope is None) != (not step.earlier or step.earlier[0].scope is None) and not within:
        return replace(found, message=f"{found.message}; only one of the reports says whose figures it gives")
    return found


def _told(step: Step) -> str:
    lacking = f", of which {'、'.join(step.lacking)} has no report of the year before" if step.lacking else ""
    before = "、".join(each.name for each in (*step.earlier, *step.absorbed))
    after = "、".join(each.name for each in (step.later, *step.beside))
    return f"{before} went on as {after}{lacking}"


def _with_editions(step: Step, editions: Editions) -> Iterator[Step]:
    """The step with editions that were replaced in the place of those that replaced them."""
    choices = [(each, *editions.get(each.report_id, ())) for each in (*step.earlier, step.later)]
    for chosen in list(product(*choices))[1:]:
        yield replace(step, earlier=chosen[:-1], later=chosen[-1])


def _compare(part: Part, step: Step) -> Finding:
    law = part.law
    if isinstance(law, JumpRule):
        return _compare_sizes(law, step)
    if isinstance(law, StockRule):
        return _compare_stock(law, step)
    if isinstance(law, WithinRule):
        return _compare_within(law, step.later)
    return _compare_rows(law, step)


def _together(reports: Sequence[YearFigures], place: int) -> Figure:
    """The figure of several reports together. A blank counts as 0 beside a number, as in sums within a report."""
    if len(reports) == 1:
        return reports[0].figures[place]
    figures = tuple(each.figures[place] for each in reports)
    for lack in (Lack.NO_CELL, Lack.NO_TABLE, Lack.MISSING):
        if lack in figures:
            return lack
    return Lack.BLANK if all(each is Lack.BLANK for each in figures) else sum(map(number, figures), _ZERO)


def _lack(figures: Sequence[Figure]) -> Outcome | None:
    """Why figures cannot be compared because the print has none."""
    for figure in figures:
        if figure is Lack.NO_CELL or figure is Lack.NO_TABLE:
            return _LACKS[Lack.NO_CELL if Lack.NO_CELL in figures else figure]
    return None


def _compare_rows(law: RowRule, step: Step) -> Finding:
    later, earlier = step.later, step.earlier[0]
    if step.link is Link.SAME and not later.gaps and not earlier.gaps:
        row = later.figures[law.later : law.later + law.width]
        if isinstance(row[law.total], Decimal) and row == earlier.figures[law.earlier : law.earlier + law.width]:
            return HOLDS
    expected = [_together(step.earlier, law.earlier + i) for i in range(law.width)]
    actual = [_together((later, *step.beside), law.later + i) for i in range(law.width)]
    lack = _lack(expected) or _lack(actual)
    if lack:
        return _PLAIN[lack]
    unread = [i for i in range(law.width) if Lack.MISSING in (expected[i], actual[i])]
    differing = [i for i in range(law.width) if i not in unread and number(expected[i]) != number(actual[i])]
    if not unread and not differing:
        empty = any(all(each is Lack.BLANK for each in side) for side in (expected, actual))
        return _PLAIN[Outcome.NO_NUMBER] if empty else HOLDS
    shown = sorted({*unread, *differing})
    if unread:
        outcome, message = Outcome.IN_DOUBT, f"not read in {len(unread)} columns, other in {len(differing)}"
    else:
        outcome, message = explain_row(law, expected, actual, (earlier, later))
    return Finding(
        outcome,
        tuple(str(_key(law.later + i)) for i in shown),
        " ".join(_shown(expected[i]) for i in shown),
        " ".join(_shown(actual[i]) for i in shown),
        None if law.total in unread else number(actual[law.total]) - number(expected[law.total]),
        message,
    )


def _compare_stock(law: StockRule, step: Step) -> Finding:
    sides = ((step.later, *step.beside), step.earlier)
    actual = _together(sides[0], law.figure)
    figures = [_together(sides[0] if term.later else sides[1], term.place) for term in law.terms]
    lack = _lack((actual, *figures))
    if lack:
        return _PLAIN[lack]
    values = [number(each) for each in figures]
    expected = sum((term.sign * value for term, value in zip(law.terms, values, strict=True)), _ZERO)
    cell = (str(_key(law.figure)),)
    if Lack.MISSING in (actual, *figures):
        return Finding(Outcome.IN_DOUBT, cell, "", _shown(actual), None, "one of the figures was not read")
    stocks = (actual, *(f for f, term in zip(figures, law.terms, strict=True) if term.place == law.figure))
    if Lack.BLANK in stocks:
        if expected == number(actual) == _ZERO:
            return _PLAIN[Outcome.NO_NUMBER]
        if expected != number(actual):
            message = "blank where there must be a number"
            return Finding(Outcome.BLANK, cell, f"{expected:f}", _shown(actual), number(actual) - expected, message)
    if expected == number(actual):
        return HOLDS
    outcome, message = explain_stock(law, values, number(actual))
    return Finding(outcome, cell, f"{expected:f}", _shown(actual), number(actual) - expected, message)


def _compare_within(law: WithinRule, report: YearFigures) -> Finding:
    figures = [report.figures[place] for place in law.terms]
    lack = _lack(figures)
    if lack:
        return _PLAIN[lack]
    if figures[0] is Lack.BLANK:
        return _PLAIN[Outcome.NO_NUMBER]
    if Lack.MISSING in figures:
        return Finding(Outcome.IN_DOUBT, tuple(str(_key(p)) for p in law.terms), message="one of the figures was not read")
    total = sum(map(number, figures), _ZERO)
    if total >= 0:
        return HOLDS
    names = tuple(str(_key(place)) for place in law.terms)
    return Finding(Outcome.NEGATIVE, names, "0", f"{total:f}", total, f"together {total:f}")


def _compare_sizes(law: JumpRule, step: Step) -> Finding:
    earlier, later = _series(law, step.earlier), _series(law, (step.later, *step.beside))
    if isinstance(earlier, Decimal) and isinstance(later, Decimal):
        around = [_series(law, (each,)) for each in (step.before, step.after) if each is not None]
        power = jump(earlier, later, around, law.powers)
        if power is None:
            return HOLDS
        sign = "times" if later > earlier else "a part in"
        message = f"{later:f} after {earlier:f}: about {sign} {power.factor}"
        place = next(place for place in law.places if step.later.figures[place] is not Lack.NO_CELL)
        return Finding(Outcome.JUMP, (str(_key(place)),), f"{earlier:f}", f"{later:f}", later - earlier, message)
    for lack, outcome in (*_LACKS.items(), (Lack.BLANK, Outcome.NO_NUMBER), (Lack.MISSING, Outcome.NO_NUMBER)):
        if lack in (earlier, later):
            return _PLAIN[outcome]
    return HOLDS


def _series(law: JumpRule, reports: Sequence[YearFigures]) -> Figure:
    for place in law.places:
        figure = _together(reports, place)
        if figure is not Lack.NO_CELL:
            return figure
    return Lack.NO_CELL


def _key(place: int) -> CellKey:
    return cells()[place]


def _shown(figure: Figure) -> str:
    return f"{figure:f}" if isinstance(figure, Decimal) else figure.value
