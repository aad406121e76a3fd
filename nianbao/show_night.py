"""The night in the terminal: what would be done, how far it is, and how fresh the sources are."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

import click
from rich.table import Table
from rich.text import Text

from nianbao.nightly.config import NightConfig
from nianbao.nightly.due import Due
from nianbao.nightly.plan import Plan
from nianbao.show import clean, facts_table, plain_table, say
from store.open import database_url
from store.sources import Freshness

_STYLES = {"fresh": "green", "waiting": "cyan", "silent": "bold red", "empty": "bold red", "unreached": "yellow", "never": "dim"}
_SHOWN = 20


@contextmanager
def told(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Says each step to somebody who waits at a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _what: None
        return

    def tell(what: str) -> None:
        click.echo(f"\r\033[K{what} …", nl=False, err=True)

    try:
        yield tell
    finally:
        click.echo("\r\033[K", nl=False, err=True)


def show_plan(plan: Plan, config: NightConfig) -> None:
    """Print what a run would do."""
    say(facts_table(_facts(plan, config)))
    if plan.due:
        say(_due("would be asked", plan.due, moments=False))
    if plan.later:
        say(_due("not due", plan.later, moments=True))


def _facts(plan: Plan, config: NightConfig) -> Iterator[tuple[str, str]]:
    if plan.locked:
        yield "locked", f"{plan.locked} is at it: a run would leave with exit code {config.policy.locked}"
    if plan.resumed is not None:
        done = ", ".join(plan.resumed.done) or "nothing"
        yield "goes on with", f"the night of {plan.resumed.started}; done: {done}"
    yield "sources", f"{len(plan.due)} would be asked, {len(plan.later)} not"
    if plan.pending:
        yield "crawls", f"{plan.pending} of the archive would be taken in first"
    yield "database", database_url(config.database).render_as_string() if config.is_url else config.database
    if plan.published is None:
        yield "published", f"nothing yet; would be {config.published}"
    else:
        yield "published", f"{plan.published.path}, of {plan.published.stamp.published or 'an unknown time'}"


def _due(title: str, due: Sequence[Due], *, moments: bool) -> Table:
    table = plain_table(title)
    table.add_column("source")
    table.add_column("due" if moments else "first list", overflow="fold")
    table.add_column("why")
    for each in due[:_SHOWN]:
        moment = each.moment.isoformat(timespec="minutes") if each.moment else "never"
        table.add_row(each.site.name, moment if moments else clean(each.site.lists[0]), each.why)
    if len(due) > _SHOWN:
        table.add_row(f"and {len(due) - _SHOWN} more", "", "")
    return table


def show_freshness(sources: Sequence[Freshness], *, everything: bool, as_json: bool) -> None:
    """Print a line a source, and why it is silent."""
    if as_json:
        click.echo(json.dumps([asdict(each) for each in sources], ensure_ascii=False, indent=1))
        return
    shown = [each for each in sources if everything or each.state != "fresh"]
    if shown:
        table = plain_table()
        for name in ("source", "state", "last checked", "last changed", "next due", "holds"):
            table.add_column(name, justify="right" if name == "holds" else "left")
        table.add_column("why", overflow="fold")
        for each in shown:
            times = (_day(time) for time in (each.last_checked, each.last_changed, each.next_due))
            state = Text(each.state, _STYLES[each.state])
            table.add_row(clean(each.source), state, *times, str(each.documents or 0), clean(_why(each)))
        say(table)
    counts = Counter(each.state for each in sources)
    said = ", ".join(f"{counts[state]} {state}" for state in _STYLES if counts[state])
    say(f"{len(sources)} sources: {said}" if sources else "No source was ever noted: `nianbao nightly` does.")


def _why(each: Freshness) -> str:
    if each.alarm or each.last_error:
        return each.alarm or each.last_error
    if each.state == "waiting":
        return f"the report for {each.awaited} may still come"
    return "not enabled" if not each.enabled else ""


def _day(time: str | None) -> str:
    return time[:16].replace("T", " ") if time else "—"


def silence(sources: Sequence[Freshness]) -> Iterator[str]:
    """Of each source of which nothing can be concluded, a line that says why."""
    quiet = [each for each in sources if each.is_quiet and each.enabled]
    for each in quiet[:_SHOWN]:
        whose = each.agency or each.title or each.region
        since = f"not gone through to its end since {_day(each.last_checked)}" if each.last_checked else "never gone through"
        why = (
            each.alarm
            or (each.last_error and f"{since}: {each.last_error}")
            or {"empty": "it yields nothing"}.get(each.state, since)
        )
        yield f"silent source: {clean(each.source)}{f' ({clean(whose)})' if whose else ''}: {clean(why)}"
    if len(quiet) > _SHOWN:
        yield f"… and {len(quiet) - _SHOWN} more: nianbao sources status"
