"""How long series and comparisons take on simulated reports: one agency, a peer group, the country.

    python -m benchmarks.series [--db reports.sqlite]        REPORTS=100000 by default; --db keeps what is simulated, or is asked

Every simulated agency is made an agency of the database, so that it is looked up as a real one is. Timed by processor time.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, insert, select, text, update

from benchmarks.simulate import simulate
from benchmarks.store import load, milliseconds
from normalize.series import indicators, metrics
from store.lines import compare
from store.load import Store
from store.open import open_store
from store.schema import agency, report
from store.series import Subject, find_subjects, rates, series

REPORTS = 100_000
PEERS = 200
YEARS = (2019, 2024)


def settle(connection: Connection) -> None:
    """Make every printed name an agency."""
    if connection.execute(select(agency.c.id).limit(1)).first() is not None:
        return
    names = sorted(connection.scalars(select(report.c.agency).distinct()))
    rows = [
        {"id": number, "key": name, "name": name, "level": "county", "kind": "other", "category": "", "area": "", "system": 0}
        for number, name in enumerate(names, 1)
    ]
    connection.execute(insert(agency), rows)
    number = select(agency.c.id).where(agency.c.name == report.c.agency).scalar_subquery()
    connection.execute(update(report).values(agency_id=number))


def lines(store: Store) -> Iterator[str]:
    """The measurements, as markdown."""
    with store.writing() as connection:
        settle(connection)
    with store.reading() as connection:
        count = connection.scalar(text("SELECT count(*) FROM report WHERE current = 1"))
        known = [Subject(row.name, row.id) for row in connection.execute(select(agency.c.id, agency.c.name))]
        peers = random.Random(1).sample(known, PEERS)
        yield f"{count:,} current reports of {len(known):,} simulated agencies; {len(indicators())} indicators."
        yield ""
        yield "| question | answer | ms |"
        yield "|---|---|---|"

        def asked(question: str, work: object) -> str:
            answer = work()  # type: ignore[operator]
            return f"| {question} | {answer} | {milliseconds(work):.1f} |"  # type: ignore[arg-type]

        one, rate = peers[:1], metrics()["disclosure_rate"]
        yield asked("an agency by name", lambda: f"{len(find_subjects(store, one[0].name))} agency")
        yield asked("every indicator of one agency, all years", lambda: f"{len(series(store, one)):,} rows")
        yield asked("one indicator of one agency, all years", lambda: f"{len(series(store, one, ['granted']))} rows")
        yield asked(
            f"one indicator, {PEERS} agencies, 6 years", lambda: f"{len(series(store, peers, ['received'], YEARS)):,} rows"
        )
        yield asked(f"one metric, {PEERS} agencies, 6 years", lambda: f"{len(rates(store, rate, peers, YEARS)):,} rates")
        yield asked("the same, as lines with breaks", lambda: f"{len(compare(store, rate, peers, YEARS))} lines")
        for key in ("received", "refused"):
            sums = text(f"SELECT year, SUM(value), COUNT(value) FROM series WHERE indicator = '{key}' GROUP BY year")
            yield asked(
                f"national yearly sums of `{key}` (view)", lambda sums=sums: f"{len(connection.execute(sums).all())} years"
            )
        whole = text("SELECT COUNT(*) FROM series WHERE year = 2023")
        yield asked("every indicator of every report of a year (view)", lambda: f"{connection.scalar(whole):,} rows")
    start = time.process_time()
    with open_store(str(store.engine.url.database), create=False):
        yield f"| the database opened | | {1000 * (time.process_time() - start):.1f} |"


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, help="the database to ask, or to make")
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        path = arguments.db or Path(folder) / "reports.sqlite"
        fresh = not path.exists()
        with open_store(path) as store:
            if fresh:
                load(store, simulate(int(os.environ.get("REPORTS", REPORTS))))
            for line in lines(store):
                print(line, flush=True)


if __name__ == "__main__":
    main()
