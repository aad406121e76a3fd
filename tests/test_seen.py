"""A later run over the same files: what is opened, what is read, and that the database and the counts are the same."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from collect import archives, files
from collect.errors import StoreError, UnsupportedError
from collect.model import Source
from extract.model import Document
from nianbao import batch
from nianbao.batch import ingest
from nianbao.counts import Summary
from nianbao.pipeline import READER_VERSION
from normalize.model import Report
from store import seen
from store.load import Store
from store.open import open_store
from tests.archives import tar_bytes, zip_bytes
from tests.scripted_reader import reader

LONG_AGO = 1_600_000_000_000_000_000


class _Opened:
    """Paths that this process opened while watched, as the interpreter itself reports them."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.watching = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.watching and event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            self.paths.append(os.fsdecode(arguments[0]))


_opened = _Opened()


class Run:
    """Runs over ``folder``: what was read in the last one, and which of the folder's files were opened."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self.store = store
        self.read: list[str] = []
        self.opened: list[str] = []

    def __call__(self, *paths: Path, read: Callable[..., Any] = reader, **options: Any) -> Summary:
        self.read = []
        _opened.paths, _opened.watching = [], True
        try:
            summary = ingest(paths or [self.folder], self.store, read=self._recording(read), **options)
        finally:
            _opened.watching = False
        top = f"{self.folder.parent}{os.sep}"
        self.opened = [p.removeprefix(top) for p in _opened.paths if p.startswith(top) and ".sqlite" not in p]
        return summary

    def _recording(self, read: Callable[..., Any]) -> Callable[[Source], tuple[Document, tuple[Report, ...]]]:
        def recording(source: Source) -> tuple[Document, tuple[Report, ...]]:
            self.read.append(source.document)
            result: tuple[Document, tuple[Report, ...]] = read(source)
            return result

        return recording

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(str(self.store.engine.url.database)) as connection:
            return connection.execute(query).fetchall()

    def content(self, *, moments: bool = True) -> dict[str, list[tuple[object, ...]]]:
        """The tables a run writes, numbers of rows included; on request without the moments at which it did."""
        queries = {table: f"SELECT * FROM {table}" for table in ("document", "report", "finding")}
        queries["document_path"] = "SELECT document_id, ordinal, document, origin, current, first_run FROM document_path"
        queries["failure"] = f"SELECT document, sha256, origin, reason, message, run_id {', time' * moments} FROM failure"
        queries["seen_file"] = (
            f"SELECT path, document, size, modified_ns, sha256, members {', looked_ns' * moments} FROM seen_file"
        )
        return {table: sorted(self.rows(query), key=str) for table, query in queries.items()}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    (tmp_path / "archive").mkdir()
    with open_store(tmp_path / "db.sqlite") as store:
        yield Run(tmp_path / "archive", store)


def put(path: Path, content: str | bytes, *, modified: int = LONG_AGO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, ns=(modified, modified))
    return path


def mixed_archive(folder: Path) -> None:
    put(folder / "a/1.txt", "verified 甲局")
    put(folder / "a/2.txt", "inconsistent 乙局")
    put(folder / "a/3.txt", "budget")
    put(folder / "b/copy.txt", "verified 甲局")
    put(folder / "style.css", "")
    held = {"1.txt": "verified 丙局".encode(), "x/2.txt": b"locked", "s.css": b"", "copy.txt": "inconsistent 乙局".encode()}
    put(folder / "c.zip", zip_bytes(held | {"inner.tgz": tar_bytes({"3.txt": "review 丁局".encode()}, "w:gz")}))
    put(folder / "d.tar.gz", tar_bytes({"4.txt": "verified 戊局".encode(), "5.txt": b"bug"}, "w:gz"))
    put(folder / "e.tar", tar_bytes({"6.txt": "verified 己局".encode()})[:1500])  # cut short: its last word is a refusal
    put(folder / "nothing.zip", zip_bytes({}))


def test_an_unchanged_archive_is_not_opened_and_counts_the_same(run: Run) -> None:
    mixed_archive(run.folder)
    first = run()
    assert len(run.read) == 10  # every content once, and the copy that was looked up together with the first
    before = run.content()
    second = run()
    assert (run.opened, run.read) == ([], [])
    assert run.content() == before
    counts = ("documents", "verdicts", "cells", "missing", "findings", "failures", "examples", "skipped")
    assert [getattr(second, name) for name in counts] == [getattr(first, name) for name in counts]
    assert second.verdicts == {"verified": 5, "inconsistent": 2, "review": 1}
    assert (second.documents, second.known, second.loaded) == (12, 12, 0)


def test_processes_remember_the_same(run: Run, tmp_path: Path) -> None:
    mixed_archive(run.folder)
    ingest([run.folder], run.store, read=reader, workers=2)
    with open_store(tmp_path / "other.sqlite") as store:
        other = Run(run.folder, store)
        other()
        assert run.content(moments=False) == other.content(moments=False)
    run()
    assert (run.opened, run.read) == ([], [])


@pytest.mark.parametrize("content", ["verified 甲局", "budget", "bug"])
def test_a_touched_file_is_hashed_and_not_read(run: Run, content: str) -> None:
    path = put(run.folder / "1.txt", content)
    first = run()
    put(path, content, modified=LONG_AGO + 1)
    second = run()
    assert (set(run.opened), run.read) == ({"archive/1.txt"}, [])
    assert (second.known, second.verdicts, second.failures) == (1, first.verdicts, first.failures)
    run()
    assert run.opened == []


def test_a_touched_archive_is_opened_and_its_members_recognised(run: Run) -> None:
    path = put(run.folder / "a.zip", content := zip_bytes({"1.txt": "verified 甲局".encode(), "2.txt": b"budget"}))
    run()
    put(path, content, modified=LONG_AGO + 1)
    assert run().known == 2
    assert run.read == []
    put(path, zip_bytes({"1.txt": "verified 甲局".encode(), "2.txt": b"budget", "3.txt": "review 乙局".encode()}))
    run()
    assert run.read == ["a.zip/3.txt"]
    run()
    assert run.opened == []


def test_other_content_under_the_path_takes_its_place(run: Run) -> None:
    put(run.folder / "1.txt", "verified 甲局")
    run()
    put(run.folder / "1.txt", "verified 乙局", modified=LONG_AGO + 1)
    run()
    assert run.read == ["1.txt"]
    held = "SELECT lower(hex(sha256)), current FROM document_path p JOIN document d ON d.id = p.document_id ORDER BY d.id"
    old, new = (Source("", f"verified {agency}".encode()).sha256 for agency in ("甲局", "乙局"))
    assert run.rows(held) == [(old, 0), (new, 1)]
    put(run.folder / "1.txt", "verified 甲局", modified=LONG_AGO)  # as it was when it was first seen
    run()
    assert run.rows(held) == [(old, 1), (new, 0)]


def test_a_time_of_change_as_young_as_the_look_is_not_trusted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = LONG_AGO
    monkeypatch.setattr(files.time, "time_ns", lambda: clock)
    path = put(run.folder / "1.txt", "verified 甲局", modified=clock - seen.GRANULARITY_NS)
    run()
    put(path, "verified 乙局", modified=clock - seen.GRANULARITY_NS)  # of the same size, within the clock's granularity
    clock += 10 * seen.GRANULARITY_NS
    run()
    assert run.read == ["1.txt"]
    run()
    assert run.opened == []  # the second look was late enough


@pytest.mark.parametrize("modified", [LONG_AGO * 4, -1])
def test_a_time_of_change_in_the_future_or_unknown_is_not_trusted(run: Run, modified: int) -> None:
    put(run.folder / "1.txt", "verified 甲局", modified=modified)
    for _ in range(2):
        run()
        assert "archive/1.txt" in run.opened


def test_equal_names_under_two_roots_are_never_taken_for_each_other(run: Run, tmp_path: Path) -> None:
    roots = [tmp_path / "甲", tmp_path / "乙"]
    for root in roots:
        put(root / "1.txt", f"verified {root.name}局")
    at_the_name = (
        "SELECT r.agency FROM document_path p JOIN report r USING (document_id) WHERE p.document = '1.txt' AND p.current"
    )
    for root in (*roots, *roots):
        run(root)
        assert run.rows(at_the_name) == [(f"{root.name}局",)]
    run(*roots)
    assert run.rows("SELECT document FROM document_path WHERE current ORDER BY 1") == [("1.txt",), ("乙/1.txt",)]
    run(*roots)
    assert run.opened == []


def test_a_folder_named_twice_is_known_under_both_names(run: Run) -> None:
    put(run.folder / "sub/1.txt", "verified 甲局")
    assert run(run.folder, run.folder / "sub").documents == 2
    run(run.folder, run.folder / "sub")
    assert run.opened == []


def test_a_moved_folder_is_recognised_by_content(run: Run, tmp_path: Path) -> None:
    mixed_archive(run.folder)
    run()
    moved = shutil.move(run.folder, tmp_path / "moved")
    summary = run(Path(moved))
    assert (run.read, summary.known) == ([], 11)
    run(Path(moved))
    assert run.opened == []


def test_many_files_of_one_size_are_recognised_by_name(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "_CANDIDATES", 2)
    for number in range(3):
        put(run.folder / f"{number}.txt", f"verified {number}局")
    put(run.folder / "long.txt", "verified 很长的局")
    run()
    moved = Path(shutil.move(run.folder, tmp_path / "moved"))
    (moved / "long.txt").rename(moved / "4.txt")
    assert run(moved).known == 4
    assert run.read == []
    (moved / "0.txt").rename(moved / "5.txt")
    summary = run(moved)
    assert (run.read, summary.known) == (["5.txt"], 4)  # read for nothing, and recognised then


def test_a_vanished_file_that_comes_back_is_known(run: Run, tmp_path: Path) -> None:
    put(run.folder / "1.txt", "verified 甲局")
    put(run.folder / "2.txt", "verified 乙局")
    run()
    shutil.move(run.folder / "2.txt", tmp_path / "2.txt")
    assert run().documents == 1
    shutil.move(tmp_path / "2.txt", run.folder / "2.txt")
    assert run().documents == 2
    assert (run.opened, run.read) == ([], [])


def test_an_interrupted_run_remembers_what_is_stored_only(run: Run) -> None:
    put(run.folder / "1.txt", "verified 甲局")
    held = {"1.txt": "verified 乙局".encode(), "2.txt": b"interrupt", "3.txt": "verified 丙局".encode()}
    put(run.folder / "2.zip", zip_bytes(held))
    assert run().interrupted
    assert run.rows("SELECT document FROM seen_file") == [("1.txt",)]
    put(run.folder / "2.zip", zip_bytes(held | {"2.txt": b"budget"}))
    run()
    assert run.read == ["2.zip/2.txt", "2.zip/3.txt"]


def test_another_version_of_the_reader_reads_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    mixed_archive(run.folder)
    run()
    first = list(run.read)
    monkeypatch.setattr(batch, "READER_VERSION", f"{READER_VERSION}+")
    run()
    assert run.read == first
    run()
    assert run.opened == []


def test_reread_replaces_what_is_stored_and_keeps_corrections(run: Run) -> None:
    put(run.folder / "1.txt", "verified 甲局")
    put(run.folder / "2.zip", zip_bytes({"2.txt": "verified 乙局".encode(), "3.txt": b"budget"}))
    run()
    correction = ("a" * 64, 0, "2021", "disputes.x.y", "1", "typing error", "somebody", "2024-01-01")
    with sqlite3.connect(str(run.store.engine.url.database)) as connection:
        columns = "sha256, report_ordinal, form, cell, printed, reason, person, time"
        connection.execute(f"INSERT INTO correction ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", correction)

    def better(source: Source) -> tuple[Document, tuple[Report, ...]]:
        return reader(Source(source.document, source.content.replace("局".encode(), "府".encode()), source.origin))

    summary = run(read=better, reread=True)
    assert run.read == ["1.txt", "2.zip/2.txt", "2.zip/3.txt"]
    assert (summary.loaded, summary.known, summary.rejected) == (2, 0, 1)
    assert run.rows("SELECT id, agency FROM report ORDER BY id") == [(1, "甲府"), (2, "乙府")]
    assert run.rows("SELECT reason, person FROM correction") == [("typing error", "somebody")]
    run()
    assert run.opened == []


def test_what_could_not_be_opened_is_tried_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    put(run.folder / "1.txt", "verified 甲局")

    def forbidden(path: str) -> Any:
        raise PermissionError(13, "Permission denied", path)

    with monkeypatch.context() as patched:
        patched.setattr(archives, "open_file", forbidden)
        assert run().failures == {"unreadable": 1}
    with monkeypatch.context() as patched:
        patched.setattr(files, "open_file", forbidden)
        assert run().failures == {"unreadable": 1}
    assert run().verdicts == {"verified": 1}


@pytest.mark.parametrize("error", [StoreError("disk full"), UnsupportedError("no LibreOffice", code="needs_libreoffice")])
def test_what_may_go_better_next_time_is_tried_again(run: Run, error: Exception) -> None:
    put(run.folder / "1.txt", "verified 甲局")
    put(run.folder / "2.zip", zip_bytes({"2.txt": "verified 甲局".encode(), "3.txt": "verified 乙局".encode()}))

    def failing(_: Source) -> Any:
        raise error

    assert run(read=failing).rejected == 3
    assert run().verdicts == {"verified": 3}
    assert run.read == ["1.txt", "2.zip/3.txt"]


def test_a_member_whose_place_was_taken_is_looked_at_again(run: Run, tmp_path: Path) -> None:
    put(run.folder / "a.zip", zip_bytes({"1.txt": "verified 甲局".encode()}))
    run()
    other = put(tmp_path / "other" / "a.zip", zip_bytes({"1.txt": "verified 乙局".encode()}))
    run(other.parent)
    run()
    assert set(run.opened) == {"archive/a.zip"}
    current = "SELECT r.agency FROM document_path p JOIN report r USING (document_id) WHERE p.current"
    assert run.rows(current) == [("甲局",)]


def test_names_that_are_no_utf8_are_known_again(run: Run) -> None:
    path = Path(os.fsdecode(os.fsencode(run.folder) + "/洪泽区.txt".encode("gbk")))
    put(path, "verified 甲局")
    run()
    run()
    assert run.opened == []


def test_a_file_too_large_is_refused_unopened_the_second_time(run: Run) -> None:
    put(run.folder / "noise.bin", b"x" * 3_000)
    put(run.folder / "1.txt", "verified 甲局")
    limits = archives.Limits(file_bytes=1_000)
    assert run(limits=limits).failures == {"unsupported": 1}
    assert run(limits=limits).failures == {"unsupported": 1}
    assert run.opened == []


def test_an_old_database_gets_the_table(run: Run, tmp_path: Path) -> None:
    put(run.folder / "1.txt", "verified 甲局")
    engine = create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    engine.dispose()
    with open_store(tmp_path / "old.sqlite") as store:
        again = Run(run.folder, store)
        assert again().verdicts == {"verified": 1}
        again()
        assert again.opened == []
