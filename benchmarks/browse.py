"""How long the pages of the browser face take at 100,000 simulated reports.

    python -m benchmarks.browse [--db reports.sqlite]        REPORTS=100000 by default; --db keeps what is simulated, or is asked

Each simulated agency is in one of the provinces. A page is asked several times; what counts is processor time, of the median.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from benchmarks.simulate import PROVINCES, simulate
from benchmarks.store import load
from explore.app import application
from normalize.gazetteer import gazetteer
from store import continuity
from store.agencies import _write_regions
from store.load import Store
from store.open import open_store

REPORTS = 100_000
TIMES = 5


def place(store: Store) -> None:
    """Put every agency into a province, and look at how years follow each other."""
    codes = [gazetteer().named(name)[0].code for name in PROVINCES]
    with store.writing() as connection:
        _write_regions(connection, set(codes))
        for number, code in enumerate(codes):
            connection.execute(
                text("UPDATE agency SET region_code = :code WHERE id / 40 % :provinces = :number"),
                {"code": code, "provinces": len(codes), "number": number},
            )
    continuity.update(store, levels=False)


def pages(store: Store) -> Iterator[tuple[str, str]]:
    """What is asked: a name for the table, and an address."""
    with store.reading() as connection:
        agency = connection.scalar(
            text("SELECT agency_id FROM report WHERE agency_id IS NOT NULL GROUP BY 1 ORDER BY COUNT(*) DESC")
        )
        report = connection.scalar(text("SELECT id FROM report WHERE current = 1 AND form = '2021' ORDER BY id DESC LIMIT 1"))
        doubtful = connection.scalar(
            text("SELECT id FROM report WHERE verdict = 'review' AND current = 1 ORDER BY id DESC LIMIT 1")
        )
    yield "home", "/"
    yield "type-ahead, one character", "/-/nianbao/agencies.json?q=县"
    yield "type-ahead, a name", "/-/nianbao/agencies.json?q=教育局"
    yield "search page", "/search?q=教育局"
    yield "coverage of a province and year", "/coverage?province=江苏省&year=2023"
    yield "agency", f"/agency/{agency}"
    yield "report", f"/report/{report}"
    yield "report, one cell", f"/report/{report}/cell?cell=2021:applications.new.total"
    yield (
        "compare, 5 agencies",
        "/compare?metric=received" + "".join(f"&agency={agency + step}" for step in range(5)),
    )
    yield "compare, 900 peers of a province", "/compare?metric=disclosure_rate&level=county&within=江苏省&years=2019-2024"
    yield "compare, as CSV", "/compare.csv?metric=disclosure_rate&level=county&within=江苏省&years=2019-2024"
    yield "review, the queue", "/review"
    yield "review, a report", f"/review/{doubtful}"


async def measured(path: Path, asked: list[tuple[str, str]]) -> Iterator[str]:
    """Rows of the table."""
    datasette = application(path, token="benchmark", patience=0.2)
    first = await datasette.client.get("/")  # as after the start: what is dear is found out in the background
    rows = [f"| home, at once | {first.status_code} | {len(first.content) / 1024:.0f} | | |"]
    while b"heat" not in (await datasette.client.get("/")).content:
        await asyncio.sleep(1)
    for name, address in asked:
        taken = []
        for _ in range(TIMES):
            start = time.process_time()
            answer = await datasette.client.get(address)
            taken.append(1000 * (time.process_time() - start))
        size, median = len(answer.content) / 1024, statistics.median(taken)
        rows.append(f"| {name} | {answer.status_code} | {size:.0f} | {taken[0]:.0f} | {median:.0f} |")
    return iter(rows)


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
                load(store, simulate(int(os.environ.get("REPORTS", REPORTS)), agencies=True))
                place(store)
            asked = list(pages(store))
            with store.reading() as connection:
                count = connection.scalar(text("SELECT COUNT(*) FROM report WHERE current = 1"))
        print(f"{count:,} current reports. Milliseconds of processor time: the first answer, and the median of {TIMES}.\n")
        print("| page | status | KiB | first | median |\n|---|---|---|---|---|")
        for row in asyncio.run(measured(path, asked)):
            print(row, flush=True)


if __name__ == "__main__":
    main()
