"""What is elsewhere and goes away: a PostgreSQL server, a site that is crawled, a Dask cluster."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import create_engine, text

from benchmarks.faults import inputs, state
from benchmarks.faults.disks import STORE, refused
from benchmarks.faults.programs import Running, by_twos, run, start, start_function
from benchmarks.faults.rows import Job, Row, message
from collect.archive.archive import Archive
from store.compare import differences
from store.open import open_store
from tests import crawls, postgres

PART = "What is elsewhere goes away"
_CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = :name"
_TORN = (
    "SELECT count(*) FROM report WHERE form <> '' AND id NOT IN (SELECT report_id FROM provenance)",
    "SELECT count(*) FROM report WHERE form = '2021' AND id NOT IN (SELECT report_id FROM form_2021)",
    "SELECT count(*) FROM document WHERE id NOT IN (SELECT document_id FROM report)",
)
"""Halves of documents; none may be there."""


def server_goes(folder: Path, seed: int) -> Iterable[Row]:
    """PostgreSQL is restarted at once (as in a crash), or cuts the connection, or the run is killed, in mid-load."""
    if missing := postgres.missing():
        yield Row(PART, "PostgreSQL", 0, "", [f"not tried: {missing}"])
        return
    archive, reference, log = inputs.reports(folder / "archive"), folder / "whole.sqlite", folder / "log"
    run(("ingest", archive, "--db", reference, "--quiet"), log)
    server: Any = postgres.Server()
    try:
        cuts: tuple[tuple[str, Callable[[str], None], int], ...] = (
            ("PostgreSQL restarted in mid-load (immediate)", lambda _name: server.stop(), 8),
            ("PostgreSQL cuts the connection in mid-load", partial(_cut_connections, server), 8),
        )
        begun = time.perf_counter()
        run(("ingest", archive, "--db", server.new_database("first"), "--workers", "1", "--quiet"), log, by_twos)
        seconds = time.perf_counter() - begun
        chance = Random(f"{seed} postgresql")
        for what, cut, times in cuts:
            yield _cut_off(server, folder, what, cut, [chance.uniform(0.1, seconds) for _ in range(times)])
        name = "gone"
        address = server.new_database(name)
        server.stop()
        ended = run(("ingest", archive, "--db", address, "--quiet"), log)
        wrong = refused(ended, STORE, "Check that the server at this address runs")
        server.start()
        yield Row(PART, "PostgreSQL is not there", 1, message(ended.said, folder).replace(address, "the address"), wrong)
    finally:
        server.close()


def _cut_off(server: Any, folder: Path, what: str, cut: Callable[[str], None], moments: list[float]) -> Row:
    archive, reference, log = folder / "archive", folder / "whole.sqlite", folder / "log"
    wrong, hit, said = list[str](), 0, ""
    for number, moment in enumerate(moments):
        name = f"d{abs(hash(what)) % 10_000}_{number}"
        address = server.new_database(name)
        words = ("ingest", archive, "--db", address, "--workers", "1", "--quiet")
        running = start(words, log, by_twos)
        time.sleep(moment)
        was_running = not running.is_over()
        cut(name)
        ended = running.wait()
        if not server.is_running():
            server.start()
        if was_running and ended.code:
            hit += 1
            wrong += refused(ended, STORE, "then run the same command again")
            said = message(ended.said)
        wrong += _torn(address) if moment else []
        again = run(words, log)
        wrong += [f"again: {again.said[-300:]}"] if again.code else []
        with open_store(address, create=False) as held, open_store(reference, create=False) as whole:
            wrong += [f"{each.table} {each.column}" for each in differences(whole, held, 3)]
    return Row(PART, what, hit, said, wrong)


def _cut_connections(server: Any, name: str) -> None:
    engine = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(_CUT), {"name": name})
    engine.dispose()


def _torn(address: str) -> list[str]:
    engine = create_engine(address)
    try:
        with engine.connect() as connection:
            if connection.scalar(text("SELECT to_regclass('form_2021')")) is None:
                return []
            return [f"half stored: {query}" for query in _TORN if connection.scalar(text(query))]
    finally:
        engine.dispose()


YEARS = range(2021, 2025)


def site_goes(folder: Path, seed: int) -> Iterable[Row]:
    """The site drops every connection in the middle of a crawl; the crawl goes on when it is back."""
    chance, wrong, said, times = Random(f"{seed} site"), list[str](), "", 5
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sources = folder / "sources"
    sources.mkdir()
    table = f'[local]\ntitle = "沭阳县人民政府"\nlists = ["http://127.0.0.1:{port}/nb/"]\ndelay = 0.02\nprivate = true\n'
    (sources / "local.toml").write_text(table, "utf-8")
    whole = _crawled(folder, port, 1_000, "whole")
    if whole.code:
        yield Row(PART, "a site that is crawled", 0, "", [f"undisturbed: {whole.said[-300:]}"])
        return
    reference = _standing(folder / "whole")
    for number in range(times):
        name = f"crawl{number}"
        ended = _crawled(folder, port, chance.randrange(1, 6), name)
        said = said or " ".join(ended.said.split())[:200]
        if ended.code not in {0, 2} or ended.has_traceback:
            wrong.append(f"exit code {ended.code}: {ended.said[-400:]}")
        again = _crawled(folder, port, 1_000, name)
        found = run(("archive", "verify", folder / name), folder / "log")
        wrong += [f"{what}: {each.said[-400:]}" for what, each in (("again", again), ("verify", found)) if each.code]
        if _standing(folder / name) != reference:
            wrong.append(f"other answers: {_standing(folder / name) ^ reference}")
    outcome = "exit code 2, what came is kept, every record whole; the next crawl has the rest"
    yield Row(PART, "a site drops the connection in mid-crawl", times, outcome, wrong)


def _crawled(folder: Path, port: int, answers: int, name: str) -> Any:
    site = start_function(partial(_serve, port, answers), folder / "site")
    while "listening" not in (folder / "site").read_text():
        time.sleep(0.01)
    words = ("crawl", "--sources", folder / "sources", "--archive", folder / name, "--quiet", "--recheck-days", "1")
    ended = run(words, folder / "log")
    site.kill_session()
    site.wait()
    return ended


def _serve(port: int, answers: int) -> None:
    """A list and its reports; ends with everything it has open after so many answers."""
    links = "".join(f'<li><a href="/nb/{year}.html">沭阳县{year}年政府信息公开工作年度报告</a></li>' for year in YEARS)
    pages = {"/nb/": f"<html><head><title>年报</title></head><body><ul>{links}</ul></body></html>".encode()}
    pages |= {f"/nb/{year}.html": crawls.page(year) for year in YEARS}
    left = [answers]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            left[0] -= 1
            if left[0] < 0:
                os._exit(0)
            page = pages.get(self.path)
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page or b"")))
            self.end_headers()
            self.wfile.write((page or b"")[: None if left[0] else 500])
            if not left[0]:  # in the middle of an answer
                os._exit(0)

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print("listening", flush=True)
    server.serve_forever()


def _standing(folder: Path) -> set[tuple[str, str]]:
    """What lies at each address after the last crawl, however many it took."""
    with Archive.open(folder) as archive:
        number = max(each.number for each in archive.crawls())
        return {(each.url, each.sha256) for each in archive.live(number)}


CLUSTER = """
import time, dask
from distributed import LocalCluster
if __name__ == "__main__":
    dask.config.set({"distributed.comm.retry.count": 0, "distributed.scheduler.allowed-failures": 1})
    made = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50)
    print(made.scheduler_address, *(worker.process.pid for worker in made.workers.values()), flush=True)
    time.sleep(600)
"""


def workers_go(folder: Path, seed: int) -> Iterable[Row]:
    """A Dask worker is killed: the run goes on. The scheduler is: the run says so, and another goes on."""
    archive, reference, log = inputs.reports(folder / "archive"), folder / "whole.sqlite", folder / "log"
    run(("ingest", archive, "--db", reference, "--quiet"), log)
    chance, wrong = Random(f"{seed} dask"), list[str]()
    program = folder / "cluster.py"
    program.write_text(CLUSTER)
    for number in range(3):
        with _cluster(program) as (address, workers, _):
            running = _afar(archive, folder / f"{number}.sqlite", address, log)
            time.sleep(chance.uniform(1.0, 4.0))
            os.kill(chance.choice(workers), signal.SIGKILL)
            ended = running.wait()
        wrong += [f"exit code {ended.code}: {ended.said[-300:]}"] if ended.code or ended.has_traceback else []
        wrong += state.unlike(folder / f"{number}.sqlite", reference)
    yield Row(PART, "a Dask worker is killed", 3, "the run ends well, with the undisturbed content", wrong)
    db, whole = folder / "scheduler.sqlite", state.parts(reference)
    with _cluster(program) as (address, _, process):
        running = _afar(archive, db, address, log)
        while not db.exists():
            time.sleep(0.01)
        process.kill()
        ended = running.wait()
    wrong = [] if ended.code == 0 else refused(ended, ended.code, "run the same command again") + state.torn(db, whole)
    again = run(("ingest", archive, "--db", db, "--quiet"), log)
    wrong += [again.said[-300:]] if again.code else state.unlike(db, reference)
    yield Row(PART, "the Dask scheduler is killed", 1, message(ended.said) or "The run had all it needed.", wrong)


def _afar(archive: Path, db: Path, address: str, log: Path) -> Running:
    words = ("ingest", archive, "--db", db, "--quiet", "--executor", address.replace("tcp://", "dask://"))
    return start(words, log, by_twos)


class _cluster:  # noqa: N801 - used as a context manager
    """Two workers, by address and process numbers."""

    def __init__(self, program: Path) -> None:
        command = [sys.executable, program]
        environment = {**os.environ, "PYTHONPATH": str(inputs.ROOT)}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)

    def __enter__(self) -> tuple[str, list[int], subprocess.Popen[str]]:
        assert self._process.stdout is not None
        address, *pids = self._process.stdout.readline().split()
        return address, [int(pid) for pid in pids], self._process

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def jobs() -> Iterator[Job]:
    """All of them."""
    yield Job("elsewhere: PostgreSQL", server_goes)
    yield Job("elsewhere: site", site_goes)
    yield Job("elsewhere: Dask", workers_go)
