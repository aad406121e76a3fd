"""Faults, in small: `make faults` tries hundreds. Here one of each kind, and what is said."""

from __future__ import annotations

import errno
import json
import sqlite3
import subprocess
import sys
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, event

from benchmarks.faults import inputs, upgrades
from benchmarks.faults.rows import Row, table
from collect.archive.index import Index
from collect.errors import ConfigurationError, StoreError
from collect.model import Source
from nianbao import cli, workers
from nianbao.cluster import Cluster
from store import open as opening
from store.compare import differences
from store.content import content_of
from store.load import as_store_error
from store.migrations import HEAD, REVISIONS, VERSION_TABLE
from store.open import open_store
from store.publication import integrity, schema_version
from store.safety_copy import copy_path, keep_copy
from store.writers import clear_leftovers, whole_file
from tests.examples import ROOT
from tests.report_factory import facts, full_report, new_store
from tests.row_reader import with_rows


def test_killed_at_random_moments_nothing_is_lost(tmp_path: Path) -> None:
    """The matrix itself, on one command."""
    told = tmp_path / "rows.json"
    chosen = "kill: migration from 0011"
    command = [sys.executable, "-m", "benchmarks.faults", "--share", "1", "--only", chosen, "--json", str(told)]
    done = subprocess.run([*command, "--processes", "1"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [Row(**raw) for raw in json.loads(told.read_text("utf-8"))]
    assert [(row.fault, row.times, row.wrong) for row in rows] == [
        ("migration from 0011: all killed", 1, []),
    ]
    assert "1 SIGKILLs (seed 1)" in done.stdout


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return inputs.old_databases(tmp_path_factory.mktemp("old"))


def test_there_is_a_database_of_every_earlier_schema(old: dict[str, Path]) -> None:
    assert tuple(old) == REVISIONS[:-1]
    assert [schema_version(path) for path in old.values()] == list(REVISIONS[:-1])


@pytest.mark.parametrize("schema", REVISIONS[:-1])
def test_a_database_of_an_earlier_schema_is_kept_and_brought_to_the_present_one(
    old: dict[str, Path], tmp_path: Path, schema: str
) -> None:
    path = tmp_path / "reports.sqlite"
    path.write_bytes(old[schema].read_bytes())
    before = upgrades.figures(path)
    assert {name: bool(rows) for name, rows in before.items()} == dict.fromkeys(before, True)
    told: list[Path] = []
    open_store(path, create=False, kept=told.append).close()
    assert told == [copy_path(path, schema)]
    assert (schema_version(path), integrity(path), upgrades.figures(path)) == (HEAD, [], before)
    assert (schema_version(told[0]), integrity(told[0]), upgrades.figures(told[0])) == (schema, [], before)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["reports.sqlite", f"reports.sqlite.schema-{schema}"]


def test_what_people_decided_before_still_counts(old: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "reports.sqlite"
    path.write_bytes(old["0013"].read_bytes())
    with open_store(path) as store, store.reading() as connection:
        assert connection.exec_driver_sql("SELECT person, value FROM correction").all() == [("a reader", 3607)]


def test_nothing_is_changed_where_no_copy_can_be_kept(old: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "reports.sqlite"
    path.write_bytes(old["0012"].read_bytes())
    copy_path(path, "0012").mkdir()
    with pytest.raises(StoreError, match=r"no copy of it can be kept .* Make room for 2 MB in its folder"):
        open_store(path)
    assert path.read_bytes() == old["0012"].read_bytes()
    copy_path(path, "0012").rmdir()
    open_store(path).close()
    assert schema_version(path) == HEAD


def test_a_change_that_was_broken_off_is_undone_and_begun_again(
    old: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "reports.sqlite"
    path.write_bytes(old["0009"].read_bytes())
    before = upgrades.figures(path)
    with monkeypatch.context() as patch:
        patch.setattr(opening, "generate", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            open_store(path)
    assert (schema_version(path), upgrades.figures(path)) == ("0009", before)
    path.with_name(f"{path.name}.schema-0009.part").write_text("what a killed run left")
    open_store(path).close()
    assert (schema_version(path), upgrades.figures(copy_path(path, "0009"))) == (HEAD, before)


def test_a_copy_is_what_the_log_says_too(tmp_path: Path) -> None:
    path = tmp_path / "reports.sqlite"
    with new_store(path) as store, open_store(path) as other:
        store.load(facts(), [full_report()], store.begin_run("r1"))
        assert path.with_name("reports.sqlite-wal").stat().st_size > 0
        copy = keep_copy(path, "x")
        with open_store(copy) as kept:
            assert differences(other, kept) == []
            assert content_of(kept) == content_of(store)


def _full(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA max_page_count = 3")


def _read_only(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = ON")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_full, r"database or disk is full\. Make room where the database lies .* run the same command again: what was written"),
        (_read_only, r"readonly database\. Let this user write the file and the folder it lies in"),
    ],
)
def test_what_to_do_is_said(spoil: Any, says: str) -> None:
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda connection, _record: spoil(connection))
    with (  # noqa: PT012 - where it fails is the test
        pytest.raises(StoreError, match=says) as raised,
        as_store_error(engine),
        engine.connect() as connection,
    ):
        connection.exec_driver_sql("CREATE TABLE t (x)")
        for _ in range(20):
            connection.exec_driver_sql("INSERT INTO t VALUES (zeroblob(4000))")
    assert raised.value.exit_code == 74


def test_a_database_that_is_locked_for_long_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUSY_MILLISECONDS", 50)
    path = tmp_path / "reports.sqlite"
    with new_store(path) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="Another program is writing to it: try again when that has ended"):
            store.begin_run("r1")
        other.execute("COMMIT")
        store.begin_run("r1")


def test_a_damaged_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "reports.sqlite"
    with new_store(path) as store:
        store.load(facts(), [full_report()], store.begin_run("r1"))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    result = CliRunner().invoke(cli.main, ["status", "--db", str(path)])
    assert (result.exit_code, "It is damaged: take a copy of it from before, or make it anew" in result.stderr) == (74, True)


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "reports.sqlite"
    new_store(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '0099'")
    result = CliRunner().invoke(cli.main, ["status", "--db", str(path)])
    said = (
        f"error: {path} has schema 0099; this version of Nianbao knows {HEAD} at most. Install the present version of Nianbao.\n"
    )
    assert (result.exit_code, result.stderr) == (74, said)


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "log.jsonl"),
            74,
            "error: log.jsonl: No space left on device. Check the",
        ),
        (OSError(errno.EROFS, "Read-only file system"), 74, "error: Read-only file system. Check the path"),
        (OSError("of ours"), 1, "error: OSError: of ours. Please report this"),
    ],
)
def test_a_full_disk_is_no_fault_of_ours(monkeypatch: pytest.MonkeyPatch, error: OSError, code: int, says: str) -> None:
    def fails() -> None:
        raise error

    monkeypatch.setitem(cli.main.commands, "fail", click.Command("fail", callback=fails))
    result = CliRunner().invoke(cli.main, ["fail"])
    assert (result.exit_code, result.stderr[: len(says)]) == (code, says)


def test_an_index_on_a_full_disk_is_said(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite")
    index.make_anew()
    index._connection.execute("PRAGMA max_page_count = 1")
    with (  # noqa: PT012 - where it fails is the test
        pytest.raises(ConfigurationError, match=r"index cannot be written .* Check the free space"),
        index.writing(),
    ):
        for number in range(200):
            index.say(f"{number}", "x" * 1000)
    assert index.said("1") == ""
    index.close()


def test_what_killed_exports_left_is_removed(tmp_path: Path) -> None:
    output = tmp_path / "all.zip"
    dead = subprocess.Popen(["true"])
    dead.wait()
    for name in (f".all.zip.{dead.pid}.part", ".all.zip.1.part", ".all.zip.notes.part", f".other.csv.{dead.pid}.part"):
        (tmp_path / name).write_text("half")
    (tmp_path / f".all.zip.{dead.pid}.folder").mkdir()
    clear_leftovers(output)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [".all.zip.1.part", ".all.zip.notes.part", f".other.csv.{dead.pid}.part"]
    with whole_file(output) as part:
        part.write_text("whole")
    assert output.read_text() == "whole"


class KilledOnce(Executor):
    """Workers of which somebody kills the first."""

    def __init__(self) -> None:
        self.tasks = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.tasks += 1
        future: Future[Any] = Future()
        if self.tasks == 1:
            future.set_exception(BrokenProcessPool("killed"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def test_a_worker_that_somebody_kills_costs_no_document() -> None:
    crew = workers.Crew(KilledOnce(), lambda: 1, (BrokenProcessPool,))
    items = [Source("1", "verified 甲局".encode()), Source("2", "verified 乙局".encode())]
    outcomes = [outcome for _, outcome in workers.outcomes(items, with_rows(), crew)]
    assert [outcome.failure for outcome in outcomes] == [None, None]


def test_a_cluster_that_is_gone_is_left_without_a_fault() -> None:
    class Gone:
        def get_executor(self, **_: object) -> Any:
            return self

        def _fails(self, *_: object, **__: object) -> Any:
            raise OSError("the connection is closed")

        shutdown = close = nthreads = _fails

    cluster = Cluster(Gone(), ())
    assert cluster.workers() == 0
    cluster.close()


def test_the_table_shows_what_is_wrong() -> None:
    rows = [Row("Part", "a fault", 3, "said | so"), Row("Part", "another", 1, "fine", ["half stored"])]
    assert list(table(rows))[3:] == ["| a fault | 3 | said \\| so |", "| another | 1 | **1 wrong**: half stored |"]
