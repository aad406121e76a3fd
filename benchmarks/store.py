"""Measures the database with simulated reports: room, loading, questions, full-text search, PostgreSQL beside SQLite.

    REPORTS=1000000 python -m benchmarks.store [--keep reports.sqlite]
    python -m benchmarks.store --db reports.sqlite        only the questions, on a database made before

Rows for ``make benchmark``: ``lines(reports)`` gives markdown. Everything is timed by processor time, so that neighbours on
the machine do not count.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

from sqlalchemy import Connection, select, text

from benchmarks.simulate import Case, simulate
from normalize.forms import forms
from store.compare import differences
from store.load import Store
from store.open import open_store
from store.query import find_reports, report_detail, status
from store.schema import FORM_TABLES, report
from store.search import search
from store.wide import column_name
from tests.postgres import Server, missing

REPORTS = 20_000
PROSE = 50_000
"""Reports with prose at most: a quarter of those without."""
SAMPLE = 5_000
"""Reports for what grows too large to try with all: the long table, PostgreSQL."""


def load(store: Store, cases: Iterator[Case]) -> tuple[int, float]:
    """Documents loaded, and the processor seconds that loading took (making them up not counted)."""
    run, seconds, count = store.begin_run("benchmark"), 0.0, 0
    with store.loading(run) as loader:
        while some := list(islice(cases, 1000)):
            start = time.process_time()
            for facts, read in some:
                if isinstance(read, tuple):
                    loader.load(facts, read)
                else:
                    loader.fail(facts, read)
            seconds += time.process_time() - start
            count += len(some)
        start = time.process_time()
        loader.flush()
        seconds += time.process_time() - start
    store.finish_run(run, {"documents": count})
    return count, seconds


def milliseconds(work: Callable[[], Any]) -> float:
    """Processor time, the best of three. SQLite answers inside this process, so on an idle machine it is the clock's too."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return 1000 * best


def room(connection: Connection) -> list[tuple[str, int]]:
    """Bytes of each table with its indexes, the largest first."""
    query = """
        SELECT CASE WHEN m.tbl_name LIKE 'report_search%' THEN 'report_search' ELSE coalesce(m.tbl_name, s.name) END AS part,
          sum(s.pgsize) AS bytes
        FROM dbstat AS s LEFT JOIN sqlite_master AS m ON m.name = s.name
        GROUP BY part ORDER BY bytes DESC"""
    return [(row.part, row.bytes) for row in connection.execute(text(query))]


def room_lines(store: Store) -> Iterator[str]:
    """Where the bytes are, per report."""
    with store.reading() as connection:
        parts = room(connection)
        count = connection.scalar(text("SELECT count(*) FROM report")) or 1
    total = sum(size for _, size in parts)
    apart = dict(parts).get("provenance", 0)
    yield f"{count:,} reports: {total / 1e6:,.0f} MB; without provenance {(total - apart) / count / 10:.1f} MB per 100,000."
    yield ""
    yield "| table, indexes included | bytes a report |"
    yield "|---|---|"
    yield from (f"| {part} | {size / count:.0f} |" for part, size in parts if size / count >= 1)


_RATIO = """SELECT agency, granted / received AS ratio FROM (
  SELECT agency, max(CASE WHEN "row" = 'granted' THEN total END) * 1.0 AS granted,
    max(CASE WHEN "row" = 'new' THEN total END) AS received
  FROM applications WHERE year = 2023 AND "row" IN ('granted', 'new') GROUP BY report_id, agency) AS pair
WHERE received >= 10 ORDER BY ratio DESC, agency LIMIT 50"""
_RATIO_WIDE = """SELECT r.agency, f.applications__granted__total * 1.0 / f.applications__new__total AS ratio
FROM form_2021 AS f JOIN report AS r ON r.id = f.report_id
WHERE f.current = 1 AND f.year = 2023 AND f.applications__new__total >= 10 ORDER BY ratio DESC, agency LIMIT 50"""
_SUMS = "SELECT year, sum(total) FROM applications WHERE \"row\" = 'new' GROUP BY year ORDER BY year"
_SUMS_WIDE = "SELECT year, sum(applications__new__total) FROM form_2021 WHERE current = 1 GROUP BY year ORDER BY year"
_PANEL = "SELECT agency, year, total FROM applications WHERE \"row\" = 'new' AND agency IN ({}) AND year BETWEEN 2019 AND 2024"


def questions(store: Store, connection: Connection) -> Iterator[tuple[str, float | None, Callable[[], Any]]]:
    """What is asked, how many milliseconds it may take at a million reports, and how to ask it."""
    names = connection.scalars(select(report.c.agency).distinct()).all()
    chosen = random.Random(1).sample(names, min(200, len(names)))
    newest = connection.scalar(text("SELECT max(report_id) FROM form_2021"))
    agency = connection.scalar(select(report.c.agency).where(report.c.id == newest))
    panel = text(_PANEL.format(", ".join(f":a{place}" for place in range(len(chosen)))))
    given = {f"a{place}": name for place, name in enumerate(chosen)}

    def ask(statement: str, **values: Any) -> Callable[[], Any]:
        return lambda: connection.execute(text(statement), values).all()

    yield "one indicator, 200 agencies, 6 years (view applications)", 20, lambda: connection.execute(panel, given).all()
    yield "one report's applications as printed (view)", 20, ask("SELECT * FROM applications WHERE report_id = :r", r=newest)
    yield "one report's every cell (view cells)", 20, ask("SELECT * FROM cells WHERE report_id = :r", r=newest)
    yield "national yearly sums of one indicator (view applications)", 1000, ask(_SUMS)
    yield "the same, from form_2021", 1000, ask(_SUMS_WIDE)
    yield "top 50 agencies of a year by a ratio (view applications)", 1000, ask(_RATIO)
    yield "the same, from form_2021", 1000, ask(_RATIO_WIDE)
    yield "rows of the view current_report", None, ask("SELECT count(*) FROM current_report")
    yield (
        "`show AGENCY YEAR`: the report found and read",
        None,
        lambda: [report_detail(store, found.id) for found in find_reports(store, agency, 2023)],
    )
    yield "`find_reports`: part of a name, one year", None, lambda: find_reports(store, "教育局", 2023)
    yield "`find_reports`: part of a name, all years, rare", None, lambda: find_reports(store, agency[:3])
    yield "`status`", None, lambda: status(store)


def question_lines(store: Store) -> Iterator[str]:
    """The table of questions."""
    yield "| question | ms | at a million at most |"
    yield "|---|---|---|"
    with store.reading() as connection:
        for label, most, work in questions(store, connection):
            yield f"| {label} | {milliseconds(work):,.1f} | {most or ''} |"


def long_lines(folder: Path) -> Iterator[str]:
    """Wide rows against one row a cell, on the same reports."""
    with open_store(folder / "long.sqlite") as store:
        load(store, simulate(SAMPLE))
        with store.writing() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE long (report_id INTEGER, cell TEXT, value ANY, PRIMARY KEY (report_id, cell)) STRICT, WITHOUT ROWID"
            )
            connection.exec_driver_sql("CREATE INDEX ix_long_cell ON long (cell)")
            for form, table in FORM_TABLES.items():
                for key in (cell.key for cell in forms()[form].cells()):
                    name = column_name(key)
                    connection.exec_driver_sql(
                        f"INSERT INTO long SELECT report_id, '{form}.{key}', {name} FROM {table.name} WHERE {name} IS NOT NULL"
                    )
        with store.reading() as connection:
            sizes = dict(room(connection))
            wide = sum(sizes[table.name] for table in FORM_TABLES.values())
            long = "SELECT r.year, sum(l.value) FROM long AS l JOIN report AS r ON r.id = l.report_id WHERE l.cell = :c"
            cell = {"c": "2021.applications.new.total"}
            narrow = milliseconds(lambda: connection.execute(text(f"{long} AND r.current = 1 GROUP BY r.year"), cell).all())
            broad = milliseconds(lambda: connection.execute(text(_SUMS_WIDE)).all())
    yield (
        f"One row a cell instead of wide rows, {SAMPLE:,} reports: {sizes['long'] / wide:.0f} times the room, "
        f"{narrow / broad:.1f} times the time for yearly sums of one indicator."
    )


def prose_lines(folder: Path, count: int) -> Iterator[str]:
    """Full-text search."""
    with open_store(folder / "prose.sqlite") as store:
        loaded, seconds = load(store, simulate(count, prose=True))
        with store.reading() as connection:
            sizes = dict(room(connection))
            letters = connection.scalar(text("SELECT sum(length(heading) + length(text)) FROM section")) or 1
            yield (
                f"With prose, {loaded:,} documents of {letters / loaded:,.0f} characters: {loaded / seconds:,.0f} a second; "
                f"the index of the prose takes {sizes['report_search'] / sizes['section']:.2f} times the prose itself."
            )
            yield ""
            yield "| searched, 20 places at most | found | ms |"
            yield "|---|---|---|"
            for phrases in (["复议"], ["征地"], ["养老服务"], ["信息处理费"], ["户籍", "公告栏"], ["复议员"], ["政"]):
                found = len(search(connection, phrases))
                yield f"| {' + '.join(phrases)} | {found} | {milliseconds(lambda p=phrases: search(connection, p)):.1f} |"


def postgres_lines(folder: Path) -> Iterator[str]:
    """PostgreSQL beside SQLite, from the same reports: rates, and whether the content is the same."""
    if missing():
        yield f"PostgreSQL was not measured: {missing()}."
        return
    server = Server()
    try:
        one, two = server.new_database("one"), server.new_database("two")
        with open_store(folder / "local.sqlite") as local, open_store(one) as alone:
            _, here = load(local, simulate(SAMPLE))
            loaded, there = load(alone, simulate(SAMPLE))
            _write_together(two)
            with open_store(two) as together, local.reading() as connection:
                cells = connection.scalar(text("SELECT sum(cells_expected) FROM block"))
                found = [len(differences(local, other)) for other in (alone, together)]
        yield (
            f"PostgreSQL, {loaded:,} documents: {loaded / there:,.0f} a second of the client's processor "
            f"({here / there:.2f} of SQLite's rate). {cells:,} cells and all else compared with SQLite: {found[0]} differences; "
            f"{found[1]} where two processes had loaded half of the agencies each, at the same time."
        )
    finally:
        server.close()


def _write_together(address: str) -> None:
    open_store(address).close()
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write_share, args=(address, share)) for share in (0, 1)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    if any(writer.exitcode for writer in writers):
        raise SystemExit("A writing process failed: the two databases cannot be compared.")


def _write_share(address: str, share: int) -> None:
    """Half of the agencies. (Which edition of a report is the newer one depends on who comes first; so no agency is in both.)"""
    with open_store(address) as store:
        load(store, (case for case in simulate(SAMPLE) if _share(case) == share))


def _share(case: Case) -> int:
    _, read = case
    return crc32(read[0].identity.agency.encode()) % 2 if isinstance(read, tuple) else 0


def lines(reports: int, keep: Path | None = None) -> Iterator[str]:
    """Everything, as markdown."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with open_store(keep or folder / "reports.sqlite") as store:
            loaded, seconds = load(store, simulate(reports))
            yield f"{loaded:,} simulated documents loaded in batches: {loaded / seconds:,.0f} a second of one processor."
            yield ""
            yield from room_lines(store)
            yield ""
            yield from question_lines(store)
        yield ""
        yield from long_lines(folder)
        yield ""
        yield from prose_lines(folder, min(reports // 4, PROSE))
        yield ""
        yield from postgres_lines(folder)


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, help="measure the questions on this database only")
    parser.add_argument("--keep", type=Path, help="where to leave the database")
    arguments = parser.parse_args()
    if arguments.db:
        with open_store(arguments.db, create=False) as store:
            for line in (*room_lines(store), "", *question_lines(store)):
                print(line, flush=True)
        return
    for line in lines(int(os.environ.get("REPORTS", REPORTS)), arguments.keep):
        print(line, flush=True)


if __name__ == "__main__":
    main()
