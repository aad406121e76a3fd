"""Continuity in the database: computed for the agencies whose reports changed, and written beside the reports.

Nothing that a report prints is changed by it, nor its verdict, but for cells in doubt that the years before and after settle
(``store.neighbours``). ``store.stale`` marks what changed, in the transaction that
changes it; ``update`` takes the marks away once the results are written, so that a run killed half way goes on where it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, not_, select, text, tuple_

from normalize.continuity.judge import judge
from normalize.continuity.lines import steps
from normalize.continuity.model import Finding, Kind, Outcome, Step, kind_of
from normalize.continuity.rules import rule_set
from store.bulk import batched, delete_rows, insert_rows
from store.continuity_read import chain_of, editions_of, figures_of, successions_around
from store.continuity_views import CODES
from store.level_sums import write_level_sums
from store.load import Store
from store.neighbours import settle_across_years
from store.rows import Preparation
from store.schema import continuity_rule, continuity_stale, continuity_step
from store.stale import Chain, mark_stale
from store.values import to_numeric, to_sqlite

CHAINS = 1000
"""Agencies in memory at a time."""

_RULE = ("ordinal", "rule", "part", "text", "text_en", "edition")
_STEP = ("report_id", "earlier_id", "link", "agency_id", "agency", "outcomes", "breaks")
_BREAK = ("report_id", "rule", "part", "class", "severity", "cells", "expected", "actual", "difference", "message")
_SHOWN = frozenset(each for each in Outcome if kind_of(each) in {Kind.BREAK, Kind.DOUBT, Kind.EXPLAINED})
"""Outcomes that get a row of their own; the others are letters in ``continuity_step.outcomes``."""
_ALL_STALE = text(
    "INSERT INTO continuity_stale (agency_id, agency)"
    " SELECT DISTINCT agency_id, '' FROM report WHERE agency_id IS NOT NULL"
    " UNION SELECT DISTINCT 0, agency FROM report WHERE agency_id IS NULL AND agency <> ''"
    " ON CONFLICT DO NOTHING"
)
"""Also agencies whose reports are all gone: their old steps are of reports, and went with them."""


@dataclass(slots=True)
class Updated:
    """What ``update`` computed."""

    agencies: int = 0
    reports: int = 0
    settled: int = 0
    """Reports with cells that the years before and after settled."""
    outcomes: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    """By rule and class."""


def update(store: Store, *, everything: bool = False, levels: bool = True, told: Callable[[int], None] | None = None) -> Updated:
    """Compute what the reports say of each other for the agencies that changed since; for all if ``everything``.

    Twice gives the same rows. ``levels`` also sums over jurisdictions anew where any report changed, which reads every
    placed report; without it that is left to the next time. ``told`` is called with the number of agencies done after each
    batch.
    """
    done = Updated()
    if not everything and not is_stale(store, levels=levels):
        return done
    with store.writing() as connection:
        _write_rules(connection, everything=everything)
    while True:
        with store.writing() as connection:
            batch = connection.execute(_STALE.limit(CHAINS)).all()
            if not batch:
                break
            _compute(connection, store.preparation, [(row.agency_id, row.agency) for row in batch], done)
        if told:
            told(done.agencies)
    if levels:
        with store.writing() as connection:
            write_level_sums(connection)
            connection.execute(continuity_stale.delete().where(_IS_LEVELS))
    return done


_LEVELS: Chain = (0, "")
"""The mark that sums across levels are to be computed anew; no agency goes by it."""
_IS_LEVELS = and_(continuity_stale.c.agency_id == 0, continuity_stale.c.agency == "")
_MARKS = select(continuity_stale).limit(1)
_STALE = select(continuity_stale).where(not_(_IS_LEVELS)).order_by(continuity_stale.c.agency_id, continuity_stale.c.agency)


def is_stale(store: Store, *, levels: bool = True) -> bool:
    """Whether reports or rules changed since continuity was computed; ``levels``: the sums across levels as well."""
    with store.reading() as connection:
        marked = connection.execute(_MARKS if levels else _STALE.limit(1)).first()
        return marked is not None or not _is_edition(connection)


def _is_edition(connection: Connection) -> bool:
    editions = connection.scalars(select(continuity_rule.c.edition).distinct()).all()
    return list(editions) == [rule_set().edition]


def _write_rules(connection: Connection, *, everything: bool) -> None:
    """Where rules or code judge otherwise than those that filled the tables, all is to be looked at again."""
    if _is_edition(connection) and not everything:
        return
    connection.execute(_ALL_STALE)
    connection.execute(continuity_rule.delete())
    rows = [(i, p.rule, p.key, p.text, p.text_en, rule_set().edition) for i, p in enumerate(rule_set().parts)]
    insert_rows(connection, "continuity_rule", _RULE, rows)


def _compute(connection: Connection, preparation: Preparation, batch: Sequence[Chain], done: Updated) -> None:
    """Judge every step of these agencies, and of those that they are joined to by successions, and write it.

    Before, what they carry over from year to year settles cells in doubt.
    """
    successions, chains = successions_around(connection, batch)
    done.settled += settle_across_years(connection, preparation, chains)
    found = steps(figures_of(connection, chains), successions)
    outcomes = _judged(connection, found)
    _remove(connection, chains, [step.later.report_id for step in found])
    stored: Callable[[Decimal | None], Any] = to_sqlite if connection.dialect.name == "sqlite" else to_numeric
    insert_rows(connection, "continuity_step", _STEP, [_step_row(step, some) for step, some in zip(found, outcomes, strict=True)])
    rows = [row for step, some in zip(found, outcomes, strict=True) for row in _break_rows(step, some, stored)]
    insert_rows(connection, "continuity", _BREAK, rows)
    mark_stale(connection, [_LEVELS])
    for some in batched(sorted(chains)):
        marked = tuple_(continuity_stale.c.agency_id, continuity_stale.c.agency).in_(some)
        connection.execute(continuity_stale.delete().where(marked))
    done.agencies += len(chains)
    done.reports += len(found)
    rules = [part.rule for part in rule_set().parts]
    for judged in outcomes:
        done.outcomes.update(zip(rules, (each.outcome for each in judged), strict=True))


def _judged(connection: Connection, found: Sequence[Step]) -> list[list[Finding]]:
    """The outcomes of each step; where figures do not fit, editions that were replaced are asked as well."""
    outcomes = [judge(step) for step in found]
    open_ = [i for i, some in enumerate(outcomes) if any(each.outcome in _SHOWN for each in some)]
    editions = editions_of(connection, {each for i in open_ for each in (found[i].later, *found[i].earlier)})
    for i in open_:
        if any(each.report_id in editions for each in (found[i].later, *found[i].earlier)):
            outcomes[i] = judge(found[i], editions)
    return outcomes


def _remove(connection: Connection, chains: Iterable[Chain], reports: Sequence[int]) -> None:
    numbers, names = [n for n, _ in chains if n], [name for n, name in chains if not n]
    gone = set(reports)
    for some in batched(numbers):
        gone.update(connection.scalars(select(continuity_step.c.report_id).where(continuity_step.c.agency_id.in_(some))))
    for some_names in batched(names):
        gone.update(connection.scalars(select(continuity_step.c.report_id).where(continuity_step.c.agency.in_(some_names))))
    for table in ("continuity", "continuity_step"):
        delete_rows(connection, table, "report_id", sorted(gone))


def _step_row(step: Step, outcomes: Sequence[Finding]) -> tuple[Any, ...]:
    number, name = chain_of(step.later.agency)
    letters = "".join([CODES[each.outcome] for each in outcomes])
    breaks = sum(kind_of(each.outcome) is Kind.BREAK for each in outcomes)
    earlier = step.earlier[0].report_id if step.earlier else None
    return (step.later.report_id, earlier, step.link.value, number or None, name, letters, breaks)


def _break_rows(step: Step, outcomes: Sequence[Finding], stored: Callable[[Decimal | None], Any]) -> Iterable[tuple[Any, ...]]:
    for part, each in zip(rule_set().parts, outcomes, strict=True):
        if each.outcome in _SHOWN:
            severity = "note" if kind_of(each.outcome) is Kind.EXPLAINED else "hint"
            said = (" ".join(each.cells), each.expected, each.actual, stored(each.difference), each.message)
            yield (step.later.report_id, part.rule, part.key, each.outcome.value, severity, *said)
