"""Crawls into the store: what changed, vanished and came back, on the crawl's dates; and the database made anew."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from collect.archive import archive as archives
from collect.archive import night as nights
from collect.archive.archive import Archive
from collect.archive.model import Role
from collect.crawl.model import SiteResult
from collect.errors import ConfigurationError
from nianbao.batch import ingest
from nianbao.cli import main
from nianbao.crawled import ingest_archive, ingest_crawl, rebuild
from store.crawls import taken_in
from store.open import open_store
from tests import crawls
from tests.archives import zip_bytes
from tests.crawls import LIST, NEWS, PAGE_2021, PAGE_2022, PAGE_2023, PAGE_2024, PDF_2024, ZIP
from tests.exchanges import exchange, night
from tests.scripted_reader import reader

HOST = "www.shuyang.gov.cn"
SHADOWS = ("sqlite_sequence", "sqlite_stat1")


def moment(number: int, seconds: float = 0) -> str:
    return night(number, seconds).isoformat(timespec="seconds")


def everything(db: Path) -> dict[str, list[str]]:
    """Every row of every table, run and its times included."""
    with closing(sqlite3.connect(db)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {t: sorted(map(repr, connection.execute(f'SELECT * FROM "{t}"'))) for t in tables if t not in SHADOWS}


def rows(db: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return crawls.made(tmp_path_factory.mktemp("crawled") / "archive")


@pytest.fixture(scope="module")
def nightly(tmp_path_factory):
    """The database that a job would have made that ran after each crawl, from an archive that held no more then."""
    folder = tmp_path_factory.mktemp("nightly")
    growing, db = folder / "archive", folder / "reports.sqlite"
    for number in range(1, 5):
        with Archive.open(growing, create=True) as archive, open_store(db) as store:
            crawls.crawl(archive, number)
            list(ingest_archive(archive, store))
    return db


@pytest.fixture(scope="module")
def db(root, tmp_path_factory):
    path = tmp_path_factory.mktemp("db") / "reports.sqlite"
    with Archive.open(root) as archive, open_store(path) as store:
        taken = list(ingest_archive(archive, store))
    assert [each.crawl.number for each in taken] == [1, 2, 3, 4]
    first = taken[0].summary
    assert (first.documents, first.loaded, first.known, first.rejected) == (7, 5, 0, 2)
    assert first.failures == {"not_a_report.empty": 2}
    assert [(each.summary.loaded, each.summary.known, each.gone) for each in taken] == [
        (5, 0, 0),
        (2, 5, 1),
        (0, 0, 0),
        (0, 4, 1),
    ]
    return path


def test_documents_are_named_and_dated_as_the_crawl_found_them(db, root):
    found = rows(
        db, "SELECT document, origin, fetched, via, record IS NOT NULL FROM document_path WHERE ordinal = 0 ORDER BY 1, 3"
    )
    assert found == [
        (f"{HOST}/attach/2024.pdf", PDF_2024, moment(1, 6), PAGE_2024, 1),
        (f"{HOST}/attach/old.zip/2019/报告.docx", f"{ZIP}/2019/报告.docx", moment(1, 7), PAGE_2024, 1),
        (f"{HOST}/nb/2021.html", PAGE_2021, moment(1, 3), LIST, 1),
        (f"{HOST}/nb/2022.html", PAGE_2022, moment(2, 3), LIST, 1),
        (f"{HOST}/nb/2022.html", PAGE_2022, moment(4, 3), LIST, 1),  # back again: fetched anew
        (f"{HOST}/nb/2023.html", PAGE_2023, moment(2, 4), LIST, 1),
        (f"{HOST}/nb/2024.html", PAGE_2024, moment(1, 5), LIST, 1),
    ]
    ((record,),) = rows(db, f"SELECT record FROM document_path WHERE document = '{HOST}/nb/2024.html'")
    with Archive.open(root) as archive:
        capture = next(each for each in archive.captures() if each.record == record)
        kept = archive.exchange(capture)
    assert (capture.url, kept.moment, dict(kept.headers)["ETag"]) == (PAGE_2024, night(1, 5), '"1"')
    assert kept.body == crawls.page(2024)


def test_runs_are_the_crawls(db):
    assert rows(db, "SELECT id, started, finished, arguments, substr(crawl, 1, 11) FROM run") == [
        (n, moment(n), moment(n, 60), f"crawl {n}", f"{n} urn:uuid:") for n in range(1, 5)
    ]
    assert rows(db, "SELECT run_id, root FROM run_root ORDER BY 1, 2") == [(2, PAGE_2021), (4, PDF_2024)]
    assert {time for (time,) in rows(db, "SELECT time FROM failure")} == {moment(1, 60)}


SIGHTINGS = [  # first seen, last seen, gone since: nights
    ("attach/2024.pdf", 1, 2, 4),
    ("attach/old.zip/2019/报告.docx", 1, 2, None),  # not asked for since
    ("nb/2021.html", 1, 4, None),  # was gone, and is back
    ("nb/2022.html", 1, 1, None),
    ("nb/2022.html", 2, 2, None),
    ("nb/2022.html", 4, 4, None),
    ("nb/2023.html", 2, 4, None),
    ("nb/2024.html", 1, 2, None),  # a challenge and an error say nothing
]


def test_what_was_met_is_seen_again_and_what_was_gone_is_gone(db):
    found = rows(db, "SELECT document, first_seen, last_seen, gone_since FROM sightings ORDER BY document, first_seen")
    expected = [
        (f"{HOST}/{name}", moment(first), moment(last), moment(gone) if gone else None) for name, first, last, gone in SIGHTINGS
    ]
    assert found == expected


def test_what_was_gone_stays_gone_in_between(root, tmp_path):
    db = tmp_path / "reports.sqlite"
    with Archive.open(root) as archive, open_store(db) as store:
        for number in (1, 2, 3):
            ingest_crawl(archive, number, store)
        query = f"SELECT gone_since FROM sightings WHERE origin = '{PAGE_2021}'"
        assert rows(db, query) == [(moment(2),)]
        with pytest.raises(ConfigurationError, match="crawl 3 already"):
            ingest_crawl(archive, 2, store)


def test_the_ledger_shows_the_cells_that_were_revised_and_revised_back(db):
    found = rows(
        db,
        "SELECT v.noticed, c.cell, c.old_value, c.new_value FROM revisions AS v JOIN revision_cell AS c"
        " ON c.report_id = v.report_id AND c.ordinal = v.ordinal WHERE c.cell LIKE '%carried_in.natural_person' ORDER BY 1",
    )
    before, after = (
        int(history.figures(2022)[key].value)
        for history in (crawls.HISTORY, crawls.REVISED)
        for key in history.figures(2022)
        if str(key) == "applications.carried_in.natural_person"
    )
    assert (before, after) == (5, 9)
    cell = "applications.carried_in.natural_person"
    assert found == [(moment(2), cell, before, after), (moment(4), cell, after, before)]
    history = rows(db, "SELECT since, until FROM report_history WHERE year = 2022 ORDER BY 1")
    assert history == [(moment(1), moment(2)), (moment(2), moment(4)), (moment(4), None)]


def test_what_belongs_together_is_one_report_and_says_how_it_was_reached(db):
    found = rows(db, "SELECT document, relation, via FROM report_documents WHERE year = 2024 ORDER BY 1")
    assert found == [
        (f"{HOST}/attach/2024.pdf", "current", PAGE_2024),
        (f"{HOST}/nb/2024.html", "edition", LIST),
    ]


def test_taking_a_crawl_in_again_opens_nothing_and_changes_nothing(root, db, tmp_path, monkeypatch):
    copy = tmp_path / "reports.sqlite"
    copy.write_bytes(db.read_bytes())
    before = everything(copy)
    with Archive.open(root) as archive, open_store(copy) as store:
        assert list(ingest_archive(archive, store)) == []
        opened = []
        monkeypatch.setattr(archives.Volumes, "read", lambda _self, place: opened.append(place))
        taken = ingest_crawl(archive, 4, store)
    assert (opened, taken.summary.known, taken.summary.loaded) == ([], 4, 0)
    changed = {table for table, found in everything(copy).items() if found != before[table]}
    assert changed <= {"run", "run_root", "document_path"}  # another run saw them


def test_unchanged_documents_of_a_second_night_are_not_opened(root, tmp_path, monkeypatch):
    read, opened = archives.Volumes.read, []
    monkeypatch.setattr(archives.Volumes, "read", lambda self, place: opened.append(str(place)) or read(self, place))
    with Archive.open(root) as archive, open_store(tmp_path / "reports.sqlite") as store:
        ingest_crawl(archive, 1, store)
        assert len(set(opened)) == 6
        opened.clear()
        ingest_crawl(archive, 2, store)
        new = {str(archive.place(archive.in_crawl(2, url).sha256)) for url in (PAGE_2022, PAGE_2023)}
    assert set(opened) == new


def test_rebuilt_is_the_same_as_night_by_night(root, db, nightly, tmp_path):
    new, moved = tmp_path / "new.sqlite", tmp_path / "elsewhere"
    moved.mkdir()
    for path in root.glob("*.warc.gz"):  # the index is a cache: it need not come along
        (moved / path.name).write_bytes(path.read_bytes())
    with Archive.open(moved) as archive:
        taken = list(rebuild(archive, new, workers=2))
    assert [each.crawl.number for each in taken] == [1, 2, 3, 4]
    assert everything(new) == everything(db)
    assert not new.with_name("new.sqlite.part").exists()
    # Two archives of the same crawls differ in their names and in where their records lie, and in nothing else.
    for each in (nightly, new):
        with closing(sqlite3.connect(each)) as connection, connection:
            connection.execute("UPDATE run SET crawl = NULL")
            connection.execute("UPDATE document_path SET record = NULL")
    assert everything(nightly) == everything(new)


def test_rebuild_refuses_to_overwrite_unless_told(tmp_path):
    new, old = tmp_path / "new.sqlite", Path(__file__).parent.parent / "fixtures" / "reports" / "hedong-2021.txt"
    with open_store(new) as store:
        ingest([old], store)
    before = everything(new)
    root = tmp_path / "archive"
    with Archive.open(root, create=True) as archive:
        crawls.crawl(archive, 1, crawls.answers(1)[2:3])
        with pytest.raises(ConfigurationError, match=r"exists already.*--replace"):
            list(rebuild(archive, new))
        assert everything(new) == before
        with closing(sqlite3.connect(new)) as reader:
            reader.execute("SELECT COUNT(*) FROM report").fetchone()
            with pytest.raises(ConfigurationError, match="in use"):
                list(rebuild(archive, new, replace=True))
            assert everything(new) == before
        assert [taken.crawl.number for taken in rebuild(archive, new, replace=True)] == []  # only the exchange was left to do
        assert rows(new, "SELECT document FROM document_path") == [(f"{HOST}/nb/2021.html",)]
        with open_store(tmp_path / "other.sqlite.part") as store:
            ingest([old], store)
        with pytest.raises(ConfigurationError, match="beginning of something else"):
            list(rebuild(archive, tmp_path / "other.sqlite"))
    assert sorted(path.name for path in tmp_path.glob("new*")) == ["new.sqlite"]


BY_TRANSACTION = {"run", "report_search_data", "report_search_idx"}
"""What depends on how many transactions there were: the search index's segments, and ``run.counts``, since an interrupted run
counts as known what it had loaded before."""


def but_for_transactions(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {table: lines for table, lines in found.items() if table not in BY_TRANSACTION}


BY_ONES = """
from store.load import Store
loading = Store.loading
Store.loading = lambda store, run, **_: loading(store, run, size=1)
from nianbao.cli import main
main()
"""


def test_rebuild_killed_in_the_middle_goes_on_to_the_same(root, db, tmp_path):
    new = tmp_path / "new.sqlite"
    command = [sys.executable, "-c", BY_ONES, "rebuild", str(root), "--db", str(new), "--workers", "1", "--quiet"]
    for least in (4,):
        process = subprocess.Popen(command, env={**os.environ, "PYTHONUTF8": "1"}, stderr=subprocess.DEVNULL)
        while process.poll() is None and documents_in(new.with_name("new.sqlite.part")) < least:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert subprocess.run(command, check=False).returncode == 0
    assert but_for_transactions(everything(new)) == but_for_transactions(everything(db))
    times = "SELECT id, started, finished, reader, arguments, crawl FROM run"
    assert rows(new, times) == rows(db, times)


def documents_in(path: Path) -> int:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)) as connection:
            return connection.execute("SELECT count(*) FROM document").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def test_the_commands(root, tmp_path):
    run = CliRunner().invoke
    db = str(tmp_path / "reports.sqlite")
    listed = run(main, ["archive", "list", str(root)], standalone_mode=False)
    lines = [line.split() for line in listed.output.splitlines()[2:]]
    assert [(line[0], *line[5:]) for line in lines] == [
        ("1", "9", "9", "8", "6", "1", "0"),
        ("2", "8", "8", "3", "6", "1", "0"),
        ("3", "4", "4", "0", "0", "1", "1"),
        ("4", "7", "7", "2", "4", "1", "0"),
    ]
    record = run(main, ["archive", "show", str(root), "nianbao-000001.warc.gz#999999"], standalone_mode=False)
    assert isinstance(record.exception, ConfigurationError)
    third = run(main, ["archive", "list", str(root), "--crawl", "3"], standalone_mode=False).output
    assert "crawl 3: shuyang was not gone through: the site did not answer" in third
    shown = run(main, ["archive", "show", str(root), f"{HOST}/nb/2024.html", "--content", str(tmp_path / "out")]).output
    assert 'ETag: "1"' in shown
    assert (tmp_path / "out").read_bytes() == crawls.page(2024)
    assert "sound" in run(main, ["archive", "verify", str(root)]).output
    assert "exchanges  28" in run(main, ["archive", "index", str(root)]).output
    with pytest.raises(ConfigurationError, match=r"archive of crawls.*nianbao archive ingest"):
        run(main, ["ingest", str(root), "--db", db], standalone_mode=False, catch_exceptions=False)
    with pytest.raises(ConfigurationError, match="knows no http://x"):
        run(main, ["archive", "show", str(root), "http://x"], standalone_mode=False, catch_exceptions=False)
    assert not Path(db).exists()


def test_damage_is_an_exit_code(tmp_path):
    root = crawls.made(tmp_path / "archive", 1)
    (path,) = root.glob("*.warc.gz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    for command in ("verify", "index"):
        result = CliRunner().invoke(main, ["archive", command, str(root)])
        assert (result.exit_code, path.name + "#" in result.output) == (1, True), result.output


def test_a_member_of_a_zip_and_a_page_never_share_a_name(tmp_path):
    packed = exchange("/a.zip", zip_bytes({"1.txt": b"verified \xe7\x94\xb2"}))
    apart = exchange("/a.zip/1.txt", "verified 乙局")
    with Archive.open(tmp_path / "archive", create=True) as archive, open_store(tmp_path / "reports.sqlite") as store:
        for number, said in enumerate(([packed, apart], [packed], [apart]), start=1):
            crawls.crawl(archive, number, said)
            ingest_crawl(archive, number, store, read=reader)
        found = rows(tmp_path / "reports.sqlite", "SELECT document, last_run, current FROM document_path ORDER BY 1")
    assert found == [(f"{HOST}/a.zip/1.txt", 3, 1), (f"{HOST}/a.zip/1.txt (2)", 2, 1)]


def test_a_crawl_that_has_not_ended_is_not_taken_in(tmp_path):
    root = crawls.made(tmp_path / "archive", 1)
    with Archive.open(root) as archive, open_store(tmp_path / "reports.sqlite") as store:
        archive.begin(night(2))
        archive.record(2, crawls.answers(2)[3])
        assert [each.crawl.number for each in ingest_archive(archive, store)] == [1]
        with pytest.raises(ConfigurationError, match="2 has not come to its end"):
            ingest_crawl(archive, 2, store)
        with pytest.raises(ConfigurationError, match="7 is no crawl"):
            ingest_crawl(archive, 7, store)
        assert taken_in(store, archive.name) == {1}


def test_a_site_that_was_not_gone_through_makes_nothing_vanish(root):
    with Archive.open(root) as archive:
        assert [nights.gone(archive, number) for number in (1, 2, 3, 4)] == [(), (PAGE_2021,), (), (PDF_2024,)]
        assert [file.origin for file in nights.documents(archive, 3)] == []
        assert {file.origin for file in nights.documents(archive, 4)} == {PAGE_2021, PAGE_2022, PAGE_2023, NEWS}


def test_what_is_gone_is_named_once_by_the_first_crawl_that_may(tmp_path):
    a, b, c, d = (exchange(f"/{name}.html", f"<p>公开 {name}</p>") for name in "abcd")
    none = {each.url: exchange(each.url, status=404) for each in (a, b, c, d)}
    soft = exchange(c.url, "页面不存在", role=Role.OTHER)
    with Archive.open(tmp_path / "archive", create=True) as archive:
        crawls.crawl(archive, 1, [a, b, c, d])
        crawls.crawl(archive, 2, [none[a.url], exchange(b.url, status=500), soft])  # what nobody named, and d not asked for
        crawls.crawl(archive, 3, [none[a.url], none[b.url], soft], error="broken off")
        archive.begin(night(4))  # b is no longer asked for: what it said in the broken night counts now
        archive.record(4, soft)
        archive.keep_result(SiteResult("shuyang", 4, night(4), night(4, 50), vanished=(c.url, "http://never.met/")))
        archive.finish(4, night(4, 60))
        crawls.crawl(archive, 5, [none[a.url]])
        crawls.crawl(archive, 6, [a, c])
        crawls.crawl(archive, 7, [exchange(a.url, status=301)])
        crawls.crawl(archive, 8, [exchange(c.url, "<p>目录</p>", role=Role.LIST)])
        assert [nights.gone(archive, number) for number in range(1, 9)] == [
            (),
            (a.url,),
            (),
            (b.url, c.url),
            (),
            (),
            (a.url,),
            (),
        ]
