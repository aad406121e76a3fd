"""The main job, whole: ingesting twice changes nothing, and a run killed in the middle loses nothing."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

REPORTS = Path(__file__).parent.parent / "fixtures" / "reports"
RUN_TIMES = {"run", "run_root", "generated", "sqlite_sequence"}


def ingest(folder, db, *words, workers=1, program=("-m", "nianbao.cli"), **options):
    command = [sys.executable, *program, "ingest", str(folder), "--db", str(db), "--quiet"]
    command += ["--workers", str(workers), *words]
    return subprocess.Popen(command, env={**os.environ, "PYTHONUTF8": "1"}, **options)


BY_TWOS = """
from store.load import Store
loading = Store.loading
Store.loading = lambda store, run: loading(store, run, size=2)
from nianbao.cli import main
main()
"""
"""The program, writing two documents a transaction: else so small an archive is one."""


def content(db):
    """Every table but the run's own times, as sets of rows without the columns that name a run or a moment of it."""
    with sqlite3.connect(db) as connection:
        tables = [
            n
            for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if n not in RUN_TIMES and "report_search" not in n
        ]
        found = {}
        for table in tables:
            columns = [
                f'"{c[1]}"'
                for c in connection.execute(f"PRAGMA table_info({table})")
                if "run" not in c[1] and c[1] != "looked_ns"
            ]
            rows = connection.execute(f'SELECT {", ".join(columns)} FROM "{table}"')
            found[table] = sorted(map(repr, rows))
        return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twelve reports of different agencies, made of one fixture."""
    path = tmp_path_factory.mktemp("archive")
    text = (REPORTS / "hedong-2021.txt").read_text("utf-8")
    for number, place in enumerate("甲乙丙丁戊己庚辛壬癸子丑"):
        (path / f"{number:02}.txt").write_text(text.replace("河东区", f"{place}山区"), "utf-8")
    return path


@pytest.fixture(scope="module")
def undisturbed(folder, tmp_path_factory):
    db = tmp_path_factory.mktemp("undisturbed") / "reports.sqlite"
    assert ingest(folder, db).wait() == 0
    return content(db)


def test_the_same_archive_twice_is_the_same_database(folder, undisturbed, tmp_path):
    db = tmp_path / "reports.sqlite"
    for _ in range(2):
        assert ingest(folder, db).wait() == 0
        assert content(db) == undisturbed
    assert len(undisturbed["report"]) == 12
    assert len(undisturbed["form_2021"]) == 12


def test_processes_and_rereading_give_the_same_database(folder, undisturbed, tmp_path):
    db = tmp_path / "reports.sqlite"
    assert ingest(folder, db, workers=2).wait() == 0
    assert content(db) == undisturbed
    assert ingest(folder, db, "--reread", workers=2).wait() == 0
    assert content(db) == undisturbed


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_killed_in_the_middle_goes_on_where_it_was(folder, undisturbed, tmp_path, workers):
    db = next(found for attempt in range(5) if (found := killed_in_the_middle(folder, tmp_path / str(attempt), workers)))
    with sqlite3.connect(db) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        loaded = connection.execute("SELECT count(*) FROM report").fetchone()[0]
        assert connection.execute("SELECT count(*) FROM form_2021").fetchone()[0] == loaded < 12
    assert ingest(folder, db, workers=workers).wait() == 0
    assert content(db) == undisturbed


def killed_in_the_middle(folder, home, workers):
    """The database of a run that was killed with some of its reports stored; None where it ended before the signal came."""
    home.mkdir()
    db = home / "reports.sqlite"
    process = ingest(folder, db, workers=workers, program=("-c", BY_TWOS), stderr=subprocess.DEVNULL)
    while process.poll() is None and not 2 <= reports_in(db) < 12:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    return db if process.wait() == -signal.SIGKILL and reports_in(db) < 12 else None


def test_a_killed_run_leaves_no_reading_process(folder, tmp_path):
    db = tmp_path / "reports.sqlite"
    process = ingest(folder, db, workers=2, stderr=subprocess.DEVNULL)
    while process.poll() is None and not reports_in(db):
        time.sleep(0.005)
    below = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert psutil.wait_procs(below, timeout=30)[1] == []


def reports_in(db):
    """How many reports a database holds that is being written; 0 while there is none."""
    if not db.exists():
        return 0
    try:
        with sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=1) as connection:
            return connection.execute("SELECT count(*) FROM report").fetchone()[0]
    except sqlite3.OperationalError:
        return 0
