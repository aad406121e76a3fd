"""Publishing: whole files, old ones kept, nobody disturbed, wherever it is broken off."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from collect.errors import ConfigurationError, StoreError
from nianbao.nightly import publish
from store import publication
from store.compare import differences
from store.continuity import update
from store.copies import find_copies
from store.load import Store
from store.open import open_store
from store.publication import Stamp
from store.search import search
from tests.report_factory import facts, full_report, new_store, report

NOW = datetime(2026, 1, 10, 2, 30, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with new_store(tmp_path / "db.sqlite") as opened:
        fill(opened)
        yield opened


def fill(store: Store) -> None:
    run = store.begin_run("r1")
    store.load(facts("a.pdf"), [full_report()], run)
    store.load(facts("b.pdf"), [report("乙局", 2020, "2019"), report("乙局", 2021)], run)
    store.load(facts("b2.pdf"), [report("乙局", 2021, values={"applications.new.total": "3"})], store.begin_run("r1"))
    update(store)
    find_copies(store)


def published(store: Store, target: Path, night: str = "n1", now: datetime = NOW, copies: int = 2) -> publish.Publication:
    candidate = publish.build(store, target)
    return publish.swap(target, publish.stamp_of(candidate, night, now, "r1", "0.1.0"), copies, now)


def test_a_copy_is_whole_stamped_and_read_only(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "public" / "reports.sqlite"
    made = published(store, target)
    assert publication.integrity(target) == []
    assert made.sha256 == sha256(target.read_bytes()).hexdigest()
    assert (made.size, stat.S_IMODE(target.stat().st_mode)) == (target.stat().st_size, 0o444)
    assert (made.stamp.published, made.stamp.night, made.stamp.reader) == ("2026-01-10T02:30:00+00:00", "n1", "r1")
    assert made.stamp.schema == publication.present_schema()
    assert (made.stamp.rows["report"], made.stamp.rows["document"], made.stamp.rows["form_2021"]) == (4, 3, 3)
    assert json.loads(publish.sidecar_of(target).read_text())["sha256"] == made.sha256
    assert publish.last(target) == made
    assert sorted(path.name for path in target.parent.iterdir()) == ["reports.sqlite", "reports.sqlite.json"]
    connection = sqlite3.connect(target)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert connection.execute("SELECT COUNT(*) FROM cells").fetchone()[0] > 0
    connection.close()
    with open_store(target, create=False) as copy:
        assert differences(store, copy) == []
        with copy.reading() as here, store.reading() as there:
            assert search(here, ["收到申请"]) == search(there, ["收到申请"]) != []


def test_former_copies_are_kept_and_pruned(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "reports.sqlite"
    digests = [published(store, target, f"n{day}", NOW + timedelta(days=day)).sha256 for day in range(4)]
    kept = publish.kept(target)
    assert [path.name for path in kept] == ["reports.20260112T023000Z.sqlite", "reports.20260111T023000Z.sqlite"]
    assert [sha256(path.read_bytes()).hexdigest() for path in kept] == digests[2:0:-1]
    assert [json.loads(publish.sidecar_of(path).read_text())["path"] for path in kept] == [str(path) for path in kept]
    assert len(list(tmp_path.glob("reports.*"))) == 6
    published(store, target, "n9", NOW + timedelta(days=9), copies=0)
    assert publish.kept(target) == []


@pytest.mark.parametrize("moment", ["stamp", "_keep", "replace", "sync_folder", "file_digest", "replace_file"])
def test_broken_off_anywhere_it_ends_the_same(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    target = tmp_path / "reports.sqlite"
    published(store, target)
    candidate = publish.build(store, target)
    said = publish.stamp_of(candidate, "n2", NOW + timedelta(days=1), "r1", "0.1.0")

    class PowerCut(BaseException):
        pass

    def cut(*_args: object, **_more: object) -> None:
        raise PowerCut

    holder = {"replace": Path, "stamp": publication}.get(moment, publish)
    with monkeypatch.context() as patch:
        patch.setattr(holder, moment, cut)
        with pytest.raises(PowerCut):
            publish.swap(target, said, 2, NOW + timedelta(days=1))
    assert publication.integrity(target) == []  # old or new, it is whole
    made = publish.swap(target, said, 2, NOW + timedelta(days=1))
    assert made.stamp.night == "n2"
    assert made.sha256 == sha256(target.read_bytes()).hexdigest()
    assert json.loads(publish.sidecar_of(target).read_text())["sha256"] == made.sha256
    names = sorted(path.name for path in tmp_path.iterdir() if "reports" in path.name and "json" not in path.name)
    assert names == ["reports.20260110T023000Z.sqlite", "reports.sqlite"]


def test_what_a_killed_build_left_is_replaced(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "reports.sqlite"
    publish.candidate_of(target).write_bytes(b"half a database")
    publish.candidate_of(target).with_name(".reports.sqlite.candidate-journal").write_bytes(b"of the killed one")
    assert published(store, target).stamp.rows["report"] == 4


def test_a_file_that_somebody_writes_to_is_not_replaced(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "reports.sqlite"
    published(store, target)
    before = target.read_bytes()
    target.with_name("reports.sqlite-wal").write_bytes(b"a log")
    with pytest.raises(StoreError, match="somebody writes to the published copy"):
        published(store, target, "n2")
    assert target.read_bytes() == before


def test_a_damaged_file_is_found_out(store: Store, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    publication.copy_store(store, copy)
    connection = sqlite3.connect(copy)
    connection.execute("DELETE FROM document WHERE id = 1")
    connection.commit()
    connection.close()
    assert any("refers to a row of document that is not there" in fault for fault in publication.integrity(copy))
    content = bytearray(copy.read_bytes())
    content[20 * 4096 : 24 * 4096] = os.urandom(4 * 4096)
    copy.write_bytes(content)
    try:
        faults = publication.integrity(copy)
    except StoreError as error:
        faults = [str(error)]
    assert faults


def test_there_must_be_a_folder(store: Store, tmp_path: Path) -> None:
    (tmp_path / "public").write_text("a file")
    with pytest.raises(ConfigurationError, match="cannot be written to"):
        publish.build(store, tmp_path / "public" / "reports.sqlite")


def test_nothing_published_and_a_file_without_stamp(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "reports.sqlite"
    assert publish.last(target) is None
    publication.copy_store(store, target)
    found = publish.last(target)
    assert found is not None
    assert (found.stamp.published, found.stamp.schema, found.sha256) == ("", publication.present_schema(), "")
    with pytest.raises(StoreError, match="There is no candidate"):
        publish.swap(target, Stamp("", "n1", "", "", "", {}), 1, NOW)
