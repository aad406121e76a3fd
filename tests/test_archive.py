"""The archive: what is recorded is there again, whole or not at all, and the index only says what the files hold."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from collect.archive.archive import Archive, read_content
from collect.archive.check import examine
from collect.archive.model import CrawlFacts, Exchange, Role
from collect.crawl.model import SiteResult
from collect.errors import ConfigurationError, UnreadableError
from tests.exchanges import SITE, exchange, night

PAGE = "<html><title>沭阳县2025年政府信息公开工作年度报告</title><p>公开</p></html>"


def digest(content):
    return sha256(content.encode() if isinstance(content, str) else content).hexdigest()


@pytest.fixture
def root(tmp_path):
    return tmp_path / "archive"


def files(root):
    return sorted(root.glob("*.warc.gz"))


def test_an_exchange_is_there_again_with_everything_that_was_said(root):
    asked = exchange(
        "/年报/1.html?a=1 2",
        PAGE,
        headers=(("Content-Type", "text/html"), ("ETag", '"1"'), ("Content-Encoding", "gzip"), ("Set-Cookie", "a"), ("X", "值")),
        request=(("User-Agent", "nianbao"), ("If-None-Match", '"0"')),
        via=f"{SITE}/col/",
        title="2025年报\r\nWARC-Type: response",
        method="POST",
        request_body=b"page=1",
    )
    with Archive.open(root, create=True) as archive:
        crawl = archive.begin(night(1))
        capture = archive.record(crawl.number, asked)
        assert archive.exchange(capture) == asked
    with Archive.open(root) as archive:
        assert archive.crawls() == (CrawlFacts(1, night(1), None),)
        assert list(archive.captures()) == [capture]
        assert archive.exchange(capture) == asked
        assert archive.content(digest(PAGE)) == PAGE.encode()
    assert (capture.sha256, capture.size, capture.is_new, capture.etag) == (digest(PAGE), len(PAGE.encode()), True, '"1"')
    assert capture.name == "www.shuyang.gov.cn/年报/1.html?a=1 2"


def test_other_tools_read_the_files(root):
    with Archive.open(root, create=True) as archive:
        archive.begin(night(1))
        archive.record(1, exchange("/1.html", PAGE, headers=(("Transfer-Encoding", "chunked"), ("Content-Length", "7"))))
        archive.record(1, exchange("/2.html", PAGE, moment=night(1, 2.5)))
        archive.record(1, exchange("/1.html", status=304, moment=night(1, 3)))
        archive.keep_result(SiteResult("shuyang", 1, night(1), night(1, 9)))
        archive.finish(1, night(1, 10))
    (path,) = files(root)

    class Arguments:
        inputs = (str(path),)
        verbose = False

    checker = Checker(Arguments)
    checker.process_all()
    assert checker.exit_value == 0
    with path.open("rb") as stream:
        records = [(r.rec_type, r.rec_headers, r.http_headers, r.content_stream().read()) for r in ArchiveIterator(stream)]
    assert [kind for kind, *_ in records] == [
        *("warcinfo", "metadata", "request", "response", "request", "revisit", "request", "revisit", "metadata", "metadata"),
    ]
    _, head, http, content = records[3]
    assert content == PAGE.encode()
    assert head["WARC-Payload-Digest"] == f"sha256:{digest(PAGE)}"
    assert http.get_header("Transfer-Encoding") is None
    assert http.get_header("X-Archive-Orig-Transfer-Encoding") == "chunked"
    _, head, http, _ = records[5]
    assert head["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert (head["WARC-Refers-To-Target-URI"], head["WARC-Refers-To-Date"]) == (f"{SITE}/1.html", "2026-01-10T01:00:00.000000Z")
    assert (head["WARC-Date"], http.get_statuscode()) == ("2026-01-10T01:00:02.500000Z", "200")
    _, head, http, _ = records[7]
    assert head["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    assert (head["WARC-Payload-Digest"], http.get_statuscode()) == (f"sha256:{digest(PAGE)}", "304")


OTHER = "<p>政府信息公开 改</p>"
WORDS = [
    # crawl, what was answered, then: digest, is it new, does it settle what lies there, is there a document after this crawl
    (1, {"body": PAGE, "headers": (("ETag", '"1"'), ("Last-Modified", "Sat"))}, PAGE, True, True, True),
    (2, {"status": 304}, PAGE, False, True, True),
    (3, {"status": 503, "body": "busy"}, "", False, False, True),
    (4, {"status": 302}, "", False, False, True),
    (5, {"body": "请输入验证码", "role": Role.OTHER}, "请输入验证码", False, False, True),
    (6, {"body": PAGE}, PAGE, False, True, True),
    (7, {"body": OTHER}, OTHER, True, True, True),
    (8, {"status": 404, "body": "none"}, "", False, True, False),
    (9, {"status": 304, "role": Role.OTHER}, OTHER, True, True, True),
    (10, {"status": 301}, "", False, True, False),
    (11, {"body": PAGE}, PAGE, True, True, True),
    (12, {"status": 301, "role": Role.OTHER}, "", False, False, True),  # to the home page: the crawler took it for no answer
    (13, {"status": 404, "role": Role.OTHER}, "", False, False, True),
    (14, {"status": 410}, "", False, True, False),
]


def test_what_an_address_said_over_fourteen_nights(root):
    with Archive.open(root, create=True) as archive:
        for number, answer, content, is_new, settles, _ in WORDS:
            assert archive.begin(night(number)).number == number
            body = {"body": "", **answer}["body"]
            capture = archive.record(number, exchange("/1.html", **{"moment": night(number), **answer, "body": body.encode()}))
            assert (capture.sha256, capture.is_new, capture.settles) == (digest(content) if content else "", is_new, settles)
            assert capture.size == len(content.encode())
            last = archive.last(f"{SITE}/1.html")
            assert last is not None
            assert (last == capture) is settles
            assert archive.in_crawl(number, f"{SITE}/1.html") == capture
            archive.finish(number, night(number, 60))
        for number, *_, stands in WORDS:
            assert [each.url for each in archive.live(number)] == [f"{SITE}/1.html"] * stands
            assert {each.role for each in archive.live(number)} == ({Role.REPORT} if stands else set())
        assert (archive.last(f"{SITE}/2.html"), archive.in_crawl(1, f"{SITE}/2.html")) == (None, None)
        second = archive.in_crawl(2, f"{SITE}/1.html")
        assert second is not None
        assert (second.etag, second.last_modified) == ('"1"', "Sat")  # a 304 need not repeat them


def test_a_challenge_page_and_robots_count_where_nothing_better_was(root):
    with Archive.open(root, create=True) as archive:
        archive.begin(night(1))
        robots = exchange("/robots.txt", "Disallow: /a", role=Role.OTHER, headers=(("ETag", "r"),))
        assert archive.record(1, robots).settles
        assert archive.last(f"{SITE}/robots.txt").etag == "r"
        assert list(archive.live(1)) == []  # no document


def test_lists_asked_by_post_are_told_apart_by_what_was_sent(root):
    with Archive.open(root, create=True) as archive:
        archive.begin(night(1))
        ask = {"method": "POST", "role": Role.LIST}
        first, second = (archive.record(1, exchange("/l", f"list {n}", request_body=b"page=%d" % n, **ask)) for n in (1, 2))
        url = f"{SITE}/l"
        assert archive.last(url, method="POST", request_body=b"page=1") == first
        assert archive.in_crawl(1, url, method="POST", request_body=b"page=2") == second
        assert archive.last(url) is None
        assert {first.name, second.name} == {"www.shuyang.gov.cn/l", "www.shuyang.gov.cn/l (2)"}


def test_names_are_each_addresss_own_and_never_leave_the_archive(root):
    urls = ["http://h.gov.cn/a/", "https://h.gov.cn/a", "http://h.gov.cn:8080/a", "http://h.gov.cn/../../etc/passwd"]
    urls += ["http://[", "http://h.gov.cn/%2e%2e/%2e%2e/x", "http://h.gov.cn/a\\..\\b", "C:\\x", ""]
    with Archive.open(root, create=True) as archive:
        archive.begin(night(1))
        names = [archive.record(1, exchange(url or "x:", PAGE)).name for url in urls]
        again = [archive.record(1, exchange(url or "x:", PAGE)).name for url in reversed(urls)]
    assert names == again[::-1]
    assert len(set(names)) == len(urls)
    assert names[:3] == ["h.gov.cn/a", "h.gov.cn/a (2)", "h.gov.cn/a (3)"]
    assert not [name for name in names if name.startswith("/") or ".." in name.split("/")]
    assert {path.name for path in root.parent.iterdir()} == {"archive"}
    assert {path.name for path in root.iterdir()} == {"index.sqlite", "lock", "nianbao-000001.warc.gz"}


def result(site, crawl, **about):
    return SiteResult(site, crawl, night(crawl), night(crawl, 30), **about)


def test_results_and_crawls_are_kept_in_the_files(root):
    first = result("a", 1, requests=7, not_modified=2, reports=3, new=("http://x/年报",), refused={"challenge": 2})
    again = replace(first, error="the site did not answer", vanished=("http://x/2",), changed=("http://x/3",))
    with Archive.open(root, create=True) as archive:
        assert archive.begin(night(1)) == archive.begin(night(5)) == CrawlFacts(1, night(1), None)
        archive.keep_result(first)
        archive.keep_result(result("b", 1))
        archive.keep_result(again)
        archive.finish(1, night(1, 60))
        assert archive.begin(night(2)) == CrawlFacts(2, night(2), None)
        archive.keep_result(result("a", 2))
    (root / "index.sqlite").unlink()
    with Archive.open(root) as archive:
        assert archive.results(1) == (again, result("b", 1))
        assert archive.results() == (again, result("b", 1), result("a", 2))
        assert archive.crawls() == (CrawlFacts(1, night(1), night(1, 60)), CrawlFacts(2, night(2), None))
        assert not archive.results(1)[0].is_complete
        assert archive.begin(night(3)).number == 2


def test_files_are_turned_by_size_and_read_alike(root):
    with Archive.open(root, create=True, largest=4_000) as archive:
        archive.begin(night(1))
        for number in range(20):
            archive.record(1, exchange(f"/{number}.html", os.urandom(900)))
        captures, rows = list(archive.captures()), archive.index_rows()
        contents = [archive.content(each.sha256) for each in captures]
    assert len(files(root)) > 4
    assert [path.name for path in files(root)][:2] == ["nianbao-000001.warc.gz", "nianbao-000002.warc.gz"]
    with Archive.open(root, largest=4_000) as archive:
        assert archive.reindex() == ()
        assert archive.index_rows() == rows
        assert [archive.content(each.sha256) for each in archive.captures()] == contents
        name = archive.name
        archive.record(1, exchange("/later.html", b"x"))
        assert archive.name == name != ""
    assert examine(root).is_sound


def test_there_is_one_writer_at_a_time_and_many_readers(root, monkeypatch):
    monkeypatch.setattr("collect.archive.lock.PATIENCE", 0.1)
    with Archive.open(root, create=True) as archive:
        archive.begin(night(1))
        archive.record(1, exchange("/1.html", PAGE))
        with Archive.open(root) as reader:
            assert [each.url for each in reader.captures()] == [f"{SITE}/1.html"]
            archive.record(1, exchange("/2.html", OTHER))
            assert reader.content(digest(OTHER)) == OTHER.encode()
            with pytest.raises(ConfigurationError, match=rf"Process {os.getpid()} writes to the archive .*one writer at a time"):
                reader.begin(night(2))
        (root / "index.sqlite").rename(root.parent / "away")
        with Archive.open(root) as reader:  # no index, and the writer is at work: one is made in memory
            assert len(list(reader.captures())) == 2
        (root.parent / "away").rename(root / "index.sqlite")
    with Archive.open(root) as archive:
        assert archive.begin(night(2)).number == 1


def test_threads_share_an_archive(root):
    with Archive.open(root, create=True) as archive:
        archive.begin(night(1))

        def work(number):
            for count in range(10):
                archive.record(1, exchange(f"/{number}/{count}", f"{number} {count}"))
                assert archive.content(digest(f"{number} {count}")) == f"{number} {count}".encode()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(list(archive.captures())) == 40
    assert examine(root).is_sound


def test_there_must_be_an_archive_and_nothing_else(root, tmp_path):
    with pytest.raises(ConfigurationError, match="no archive in"):
        Archive.open(root)
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigurationError, match="is a file"):
        Archive.open(tmp_path / "file", create=True)
    with pytest.raises(ConfigurationError, match="something else"):
        Archive.open(tmp_path, create=True)
    with Archive.open(root, create=True) as archive, pytest.raises(LookupError):
        archive.content("0" * 64)
    with Archive.open(root, create=True) as archive, pytest.raises(ValueError, match="time zone"):
        archive.record(1, exchange("/1", moment=datetime(2026, 1, 1)))  # noqa: DTZ001 - that is the point


def filled(root, count=6):
    with Archive.open(root, create=True) as archive:
        archive.begin(night(1))
        for number in range(count):
            archive.record(1, exchange(f"/{number}.html", f"{number} " * 300))
        return archive.index_rows()


@pytest.mark.parametrize("index", ["behind", "ahead", "lost"])
def test_a_torn_tail_is_cut_wherever_it_was_torn(root, index):
    filled(root, 5)
    behind = (root / "index.sqlite").read_bytes()
    with Archive.open(root) as archive:
        archive.record(1, exchange("/5.html", "5 " * 300))
    ahead = (root / "index.sqlite").read_bytes()
    (path,) = files(root)
    whole = path.read_bytes()
    with closing(sqlite3.connect(root / "index.sqlite")) as connection, connection:
        question, answer = connection.execute("SELECT question, place FROM capture WHERE id = 6").fetchone()
    last = len(whole)
    for end in sorted({question + 1, (question + answer) // 2, answer - 1, answer, answer + 1, (answer + last) // 2, last - 1}):
        path.write_bytes(whole[:end])
        (root / "index.sqlite").write_bytes({"behind": behind, "ahead": ahead, "lost": b""}[index])
        with Archive.open(root) as archive:
            assert len(list(archive.captures())) == 5
            assert path.stat().st_size == question
            archive.record(1, exchange("/5.html", "5 " * 300))
            assert len(list(archive.captures())) == 6
        assert examine(root).is_sound


def test_damage_is_found_and_costs_no_other_record_nor_is_it_cut(root):
    filled(root)
    (path,) = files(root)
    with closing(sqlite3.connect(root / "index.sqlite")) as connection, connection:
        places = [place for (place,) in connection.execute("SELECT place FROM capture ORDER BY id")]
    damaged = bytearray(path.read_bytes())
    for which in (2, 5):  # in the middle, and the last one
        damaged[places[which] + 120] ^= 0xFF
    path.write_bytes(damaged)
    found = examine(root)
    assert [problem.place for problem in found.problems if "record" in problem.message] == [
        f"{path.name}#{places[which]}" for which in (2, 5)
    ]
    assert {problem.place for problem in found.problems} >= {"index.capture", "index.content"}
    with Archive.open(root) as archive:
        with pytest.raises(UnreadableError, match=rf"{path.name}#{places[2]}"):
            archive.content(digest("2 " * 300))
        assert archive.content(digest("3 " * 300)) == b"3 " * 300
        assert len(archive.reindex()) == 2
        assert [each.url[-6:] for each in archive.captures()] == ["0.html", "1.html", "3.html", "4.html"]
        archive.record(1, exchange("/7.html", "7"))
    assert len(path.read_bytes()) > len(damaged)
    assert {problem.place for problem in examine(root).problems} == {f"{path.name}#{places[which]}" for which in (2, 5)}


def test_a_record_that_holds_something_else_is_noticed(root):
    filled(root)
    with Archive.open(root) as archive:
        place = archive.place(digest("1 " * 300))
        assert read_content(root, place, digest("1 " * 300)) == b"1 " * 300
        with pytest.raises(UnreadableError, match="does not hold what it held"):
            read_content(root, place, digest("2 " * 300))
    with closing(sqlite3.connect(root / "index.sqlite")) as connection, connection:
        connection.execute("UPDATE capture SET sha256 = ?, title = 'forged' WHERE id = 2", ("0" * 64,))
    assert [problem.place for problem in examine(root).problems] == ["index.capture"]


@pytest.mark.parametrize("harm", ["removed", "emptied", "garbage", "old"])
def test_an_index_that_is_lost_or_damaged_is_made_anew(root, harm):
    rows = filled(root)
    index = root / "index.sqlite"
    if harm == "removed":
        index.unlink()
    elif harm == "old":
        with closing(sqlite3.connect(index)) as connection, connection:
            connection.execute("UPDATE meta SET value = '0' WHERE key = 'version'")
            connection.execute("DELETE FROM capture")
    else:
        index.write_bytes(b"" if harm == "emptied" else b"no database" * 500)
    with Archive.open(root) as archive:
        assert archive.index_rows() == rows


def test_an_index_ahead_of_its_files_is_made_anew(root):
    filled(root)
    (path,) = files(root)
    with closing(sqlite3.connect(root / "index.sqlite")) as connection, connection:
        (fourth,) = connection.execute("SELECT question FROM capture WHERE id = 4").fetchone()
    path.write_bytes(path.read_bytes()[:fourth])  # what the disk had when the power failed
    with Archive.open(root) as archive:
        assert len(list(archive.captures())) == 3
        assert archive.record(1, exchange("/3.html", "3 " * 300)).record == f"{path.name}#{archive_place(root, 4)}"
    assert examine(root).is_sound


def archive_place(root, number):
    with closing(sqlite3.connect(root / "index.sqlite")) as connection, connection:
        return connection.execute("SELECT place FROM capture WHERE id = ?", (number,)).fetchone()[0]


def test_a_full_disk_leaves_no_half_exchange(root):
    filled(root)
    (path,) = files(root)
    size = path.stat().st_size
    with Archive.open(root) as archive:
        archive.record(1, exchange("/6.html", "6"))
        size = path.stat().st_size
        full = _Full(archive._volumes._file)
        archive._volumes._file = full
        with pytest.raises(ConfigurationError, match="No space left"):
            archive.record(1, exchange("/7.html", "7"))
        assert path.stat().st_size == size
        archive._volumes._file = full.file
        archive.record(1, exchange("/7.html", "7"))
    assert examine(root).is_sound


def test_what_the_index_failed_to_take_it_takes_the_next_time(root, monkeypatch):
    with Archive.open(root, create=True) as archive:
        archive.begin(night(1))
        archive.record(1, exchange("/1.html", "1"))
        with monkeypatch.context() as patch:
            patch.setattr(archive._index, "note_indexed", lambda *_: (_ for _ in ()).throw(sqlite3.OperationalError("full")))
            with pytest.raises(ConfigurationError, match=r"index cannot be written \(full\)\. Check the free space"):
                archive.record(1, exchange("/2.html", "2"))
        archive.record(1, exchange("/3.html", "3"))
        assert [each.url[-6:] for each in archive.captures()] == ["1.html", "2.html", "3.html"]
    assert examine(root).is_sound


class _Full:
    """A file on a disk that takes a hundred bytes more."""

    def __init__(self, file):
        self.file = file
        self.left = 100

    def write(self, data):
        if not self.left:
            raise OSError(28, "No space left on device")
        written = self.file.write(data[: self.left])
        self.left -= written
        return written

    def __getattr__(self, name):
        return getattr(self.file, name)


WRITER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from collect.archive.archive import Archive, read_content
    from tests.exchanges import exchange, night
    with Archive.open(Path(sys.argv[1]), create=True, largest=15_000) as archive:
        number = archive.begin(night(1)).number
        for count in range(len(list(archive.captures())), 100_000):
            archive.record(number, exchange(f"/{count}.html", f"{count} " * (count % 7 * 400 + 1), moment=night(1, count)))
            print(count, flush=True)
""")


def test_a_writer_killed_at_any_moment_loses_nothing_it_said_it_had(root):
    told = -1
    for round_ in range(6):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(root)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(3 + round_ * 2):
            told = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        told = max([told, *map(int, process.stdout.read().split())])
        process.wait()
        with Archive.open(root) as archive:
            captures = list(archive.captures())
            assert len(captures) in {told + 1, told + 2}  # the one under way is there or not
            assert [each.url for each in captures] == [f"{SITE}/{count}.html" for count in range(len(captures))]
            for count in {0, told, len(captures) - 1}:
                assert archive.exchange(captures[count]).body == f"{count} ".encode() * (count % 7 * 400 + 1)
        assert examine(root).is_sound
    assert told > 30
    assert len(files(root)) > 1


TOKENS = st.text(alphabet="abcXYZ-09", min_size=1, max_size=12)
VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\x85"), max_size=20).map(
    lambda v: v.strip(" \t")
)
HEADERS = st.lists(
    st.tuples(st.one_of(TOKENS, st.sampled_from(["ETag", "Content-Length", "Content-Encoding"])), VALUES), max_size=4
)
TEXTS = st.text(max_size=15)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]))  # noqa: DTZ001
BODIES = st.one_of(st.sampled_from([b"", b"a", PAGE.encode(), b"WARC/1.1\r\n\r\n\r\n"]), st.binary(max_size=300))
EXCHANGES = st.builds(
    Exchange,
    url=st.one_of(st.sampled_from([f"{SITE}/1", f"{SITE}/2"]), TEXTS),
    moment=MOMENTS,
    status=st.sampled_from([200, 200, 200, 203, 301, 302, 304, 304, 403, 404, 410, 503, 799]),
    site=TEXTS,
    role=st.sampled_from(list(Role)),
    headers=HEADERS.map(tuple),
    body=BODIES,
    request=HEADERS.map(tuple),
    method=st.sampled_from(["GET", "GET", "POST"]),
    request_body=BODIES,
    via=TEXTS,
    title=TEXTS,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(EXCHANGES, st.booleans()), max_size=12), st.integers(500, 3_000))
def test_whatever_is_recorded_is_read_again_and_indexed_alike(tmp_path_factory, given_, largest):
    root = tmp_path_factory.mktemp("any") / "archive"
    expected = []
    with Archive.open(root, create=True, largest=largest) as archive:
        number = archive.begin(night(1)).number
        for asked, ends in given_:
            kept = replace(asked, body=b"") if asked.status == 304 else asked
            expected.append((archive.record(number, asked), kept))
            if ends:
                archive.finish(number, night(number, 60))
                number = archive.begin(night(number + 1)).number
        rows = archive.index_rows()
    with Archive.open(root, largest=largest) as archive:
        assert archive.index_rows() == rows
        assert list(archive.captures()) == [capture for capture, _ in expected]
        for capture, kept in expected:
            assert archive.exchange(capture) == kept
            if capture.sha256:
                assert digest(archive.content(capture.sha256)) == capture.sha256
        assert archive.reindex() == ()
        assert archive.index_rows() == rows
    found = examine(root)
    assert found.problems == []
    assert found.records["response"] + found.records["revisit"] == len(expected)
