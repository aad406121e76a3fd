"""Measures coverage, ledger and as-of questions on simulated reports, and what noting sightings costs a second run.

    REPORTS=100000 python -m benchmarks.history

Rows for ``make benchmark``: markdown, processor time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, text

from benchmarks.simulate import simulate
from benchmarks.store import load, milliseconds
from store.coverage import coverage_of
from store.history import reports_as_of, revisions
from store.load import Store
from store.open import open_store
from store.sightings import see_again
from store.supersede import settle_all

REPORTS = 100_000
_AS_OF = (
    "SELECT count(*), sum(f.applications__new__total) FROM report_history AS h JOIN form_2021 AS f ON f.report_id = h.report_id"
    " WHERE h.since < '2100' AND (h.until IS NULL OR h.until >= '2100')"
)


def lines(reports: int) -> Iterator[str]:
    """Everything, as markdown."""
    with TemporaryDirectory() as name, open_store(Path(name) / "reports.sqlite") as store:
        loaded, seconds = load(store, simulate(reports, agencies=True))
        yield f"{loaded:,} documents of decided agencies, loaded at {loaded / seconds:,.0f} a second of one processor."
        yield ""
        yield "| question | answer | ms |"
        yield "|---|---|---|"
        yield from _questions(store)
        yield from _sightings(store, reports)
        again = _seconds(lambda: _settle_all(store))
        yield f"| the whole ledger made anew | | {1000 * again:,.0f} |"


def _questions(store: Store) -> Iterator[str]:
    with store.reading() as connection:
        expected, missing = _two(connection, "SELECT count(*), sum(CASE WHEN status = 'missing' THEN 1 ELSE 0 END) FROM coverage")
        took = milliseconds(lambda: connection.execute(text("SELECT * FROM coverage")).all())
        yield f"| the view coverage, whole | {expected:,} reports expected, {missing:,} missing | {took:,.0f} |"
        stood, _ = _two(connection, _AS_OF)
        took = milliseconds(lambda: connection.execute(text(_AS_OF)).all())
        yield f"| every report of a form as of a day, and the sum of a figure | {stood:,} reports | {took:,.0f} |"
        name = connection.scalar(text("SELECT agency FROM revisions LIMIT 1"))
    found = coverage_of(store, kind="government")
    took = milliseconds(lambda: coverage_of(store, kind="government"))
    yield f"| `coverage --kind government` | {len(found.rows):,} expected | {took:,.0f} |"
    ledger = revisions(store)
    took = milliseconds(lambda: revisions(store))
    yield f"| `revisions`: the whole ledger with its cells | {len(ledger):,} revisions | {took:,.0f} |"
    yield f"| `revisions AGENCY` | {len(revisions(store, name))} | {milliseconds(lambda: revisions(store, name)):,.1f} |"
    stood_then = milliseconds(lambda: reports_as_of(store, name, 2023, "2100-01-01"))
    yield f"| `show AGENCY 2023 --as-of` | {len(reports_as_of(store, name, 2023, '2100-01-01'))} | {stood_then:,.1f} |"


def _sightings(store: Store, reports: int) -> Iterator[str]:
    """What a second run over unchanged files writes."""
    names = [facts.document for facts, read in islice(simulate(reports), reports) if isinstance(read, tuple)]
    run = store.begin_run("benchmark")
    took = _seconds(lambda: [see_again(store, names[at : at + 500], run) for at in range(0, len(names), 500)])
    yield f"| noting that files are still there | {len(names):,} files | {1000 * took:,.0f} |"


def _settle_all(store: Store) -> None:
    with store.writing() as connection:
        settle_all(connection)


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _two(connection: Connection, statement: str) -> tuple[int, int]:
    one, other = connection.execute(text(statement)).one()
    return int(one or 0), int(other or 0)


if __name__ == "__main__":
    for line in lines(int(os.environ.get("REPORTS", REPORTS))):
        print(line, flush=True)
