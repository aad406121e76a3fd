"""The parts of a crawl: where it may go, what came, what is due, how it is started, stopped and shown."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.internet.address import IPv4Address

from collect.archive.archive import Archive
from collect.archive.model import Capture, Role
from collect.crawl import run as running
from collect.crawl.download import GuardedResolver, Throttle, retry_after
from collect.crawl.due import is_due, year_of
from collect.crawl.gate import Gate, slot_of
from collect.crawl.guard import is_public, refusal
from collect.crawl.memory import MemoryArchive
from collect.crawl.model import Event, Politeness
from collect.crawl.run import crawl, line_of
from collect.crawl.sniff import kind_of
from collect.crawl.wire import Call, Order
from collect.errors import ConfigurationError
from collect.sites.model import Site
from nianbao import cli
from tests.exchanges import exchange, night
from tests.sites.server import Hosted, Server
from tests.test_crawl_manners import answers, listing, report

ADDRESSES = [
    # address, is it one of the public internet
    ("223.5.5.5", True),
    ("2400:3200::1", True),
    ("127.0.0.1", False),
    ("127.255.255.254", False),
    ("0.0.0.0", False),
    ("10.1.2.3", False),
    ("172.16.0.1", False),
    ("172.32.0.1", True),
    ("192.168.1.1", False),
    ("169.254.169.254", False),  # where clouds keep their keys
    ("100.64.0.1", False),  # shared by providers
    ("192.0.2.1", False),
    ("198.18.0.1", False),
    ("224.0.0.1", False),
    ("240.0.0.1", False),
    ("255.255.255.255", False),
    ("::", False),
    ("::1", False),
    ("fe80::1", False),
    ("fe80::1%eth0", False),
    ("fec0::1", False),
    ("fc00::1", False),
    ("fd12:3456::1", False),
    ("ff02::1", False),
    ("2001:db8::1", False),
    ("::ffff:127.0.0.1", False),
    ("::ffff:10.0.0.1", False),
    ("::ffff:223.5.5.5", True),
    ("::127.0.0.1", False),
    ("64:ff9b::7f00:1", False),  # NAT64 of 127.0.0.1
    ("64:ff9b::df05:505", True),
    ("64:ff9b:1::1", False),
    ("2002:7f00:1::", False),  # 6to4 of 127.0.0.1
    ("2002:c0a8:101::", False),
    ("2001:0:4136:e378:8000:63bf:80ff:fffe", False),  # Teredo of 127.0.0.1
    ("no address", False),
]


@pytest.mark.parametrize(("address", "public"), ADDRESSES)
def test_public_addresses(address, public):
    assert is_public(address) is public


def test_a_name_that_turns_private_is_not_connected_to():
    """What the resolver gives is what Twisted connects to, also from the cache and when the answer changes (DNS rebinding)."""
    told = [["223.5.5.5", "10.0.0.1"], ["127.0.0.1"]]

    class Names:
        def resolveHostName(self, receiver, _, port=0, *more):  # noqa: N802, ARG002
            receiver.resolutionBegan(None)
            for address in told.pop(0):
                receiver.addressResolved(IPv4Address("TCP", address, port))
            receiver.resolutionComplete()

    class Receiver:
        def __init__(self):
            self.found = []

        def resolutionBegan(self, _):  # noqa: N802
            pass

        def addressResolved(self, address):  # noqa: N802
            self.found.append(address.host)

        def resolutionComplete(self):  # noqa: N802
            self.found.append("end")

    resolver = GuardedResolver(SimpleNamespace(nameResolver=Names()), 0, frozenset({"intranet.example"}))
    for expected in (["223.5.5.5", "end"], ["end"]):
        receiver = Receiver()
        resolver.resolveHostName(receiver, "a.example", 80)
        assert receiver.found == expected
    assert resolver.refused == {"a.example"}
    told += [["127.0.0.1"]]
    receiver = Receiver()
    resolver.resolveHostName(receiver, "intranet.example", 80)
    assert receiver.found == ["127.0.0.1", "end"]


SITE = Site(
    name="shuyang",
    lists=("http://www.shuyang.gov.cn/nb/", "http://122.137.242.24:8080/nb/"),
    hosts=("files.shuyang.gov.cn",),
    exclude=r"/video/|\.mp4$",
)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://www.shuyang.gov.cn/a.html", ""),
        ("https://www.shuyang.gov.cn/a.html", ""),
        ("HTTP://WWW.SHUYANG.GOV.CN/a.html", ""),
        ("http://files.shuyang.gov.cn/a.pdf", ""),
        ("http://122.137.242.24:8080/a.html", ""),
        ("http://122.137.242.24/a.html", "other_host"),
        ("http://www.shuyang.gov.cn:8080/a.html", "other_host"),
        ("http://www.shuyang.gov.cn./a.html", "other_host"),
        ("http://shuyang.gov.cn/a.html", ""),
        ("http://www.shuyang.gov.cn:80/a.html", ""),
        ("http://zwgk.shuyang.gov.cn/a.html", "other_host"),
        ("http://www.shuyang.gov.cn.evil.example/a.html", "other_host"),
        ("http://evil.example/www.shuyang.gov.cn", "other_host"),
        ("http://user@www.shuyang.gov.cn/a.html", "credentials"),
        ("http://www.shuyang.gov.cn@evil.example/a.html", "credentials"),
        ("http://:@www.shuyang.gov.cn/", "credentials"),
        ("ftp://www.shuyang.gov.cn/a.html", "bad_scheme"),
        ("file:///etc/passwd", "bad_scheme"),
        ("javascript:alert(1)", "bad_scheme"),
        ("//www.shuyang.gov.cn/a.html", "bad_scheme"),
        ("http:///a.html", "bad_address"),
        ("http://www.shuyang.gov.cn:port/a.html", "bad_address"),
        ("http://[::1/a.html", "bad_address"),
        ("http://www.shuyang.gov.cn/" + "a" * 5000, "bad_address"),
        ("http://www.shuyang.gov.cn/video/1.html", "excluded"),
        ("http://www.shuyang.gov.cn/1.mp4", "excluded"),
    ],
)
def test_where_a_source_may_go(url, reason):
    assert refusal(url, SITE) == reason


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\x00", "empty"),
        (b"%PDF-1.4", "pdf"),
        (b"junk\r\n%PDF-1.7", "pdf"),
        (b"PK\x03\x04...", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (b"{\\rtf1", "rtf"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image"),
        (b"RIFF\x00\x00\x00\x00AVI ", "unknown"),
        (b"MZ\x90\x00", "program"),
        (b"\x7fELF", "program"),
        (b"\x00\x00\x00\x18ftypmp42", "media"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "html"),
        ("<html>年报".encode("gb18030"), "html"),
        ("<div>片段</div>".encode(), "html"),
        ("<html>".encode("utf-16"), "html"),
        (b'{"articles": []}', "json"),
        (b"callback({})", "json"),
        (b"  [1]", "json"),
        ("年度报告".encode(), "text"),
        (b"\x01\x02\x00\x03", "unknown"),
    ],
)
def test_what_came_is_told_by_its_bytes(body, kind):
    assert kind_of(body) == kind


@pytest.mark.parametrize(
    "url",
    ["http://www.x.gov.cn/a", "https://x.gov.cn/a", "http://X.gov.cn:8080/", "http://www.x.gov.cn./", "//x.gov.cn"],
)
def test_questions_to_one_host_wait_in_one_line(url):
    assert slot_of(url) == "x.gov.cn"


def test_a_slow_answer_is_forgotten_on_a_night_of_304s():
    slot = SimpleNamespace(delay=8.0)
    throttle = Throttle(Crawler(Spider, {"AUTOTHROTTLE_ENABLED": True}))
    throttle.mindelay, throttle.maxdelay = 0.0, 60.0
    for status in (500, 304, 304, 304):
        throttle._adjust_delay(slot, 0.1, Response("http://h/", status=status))
    assert slot.delay == pytest.approx(1.0, abs=0.1)


def test_the_longest_delay_is_waited_for_at_every_port_and_scheme():
    sites = [PUBLIC.model_copy(update={"name": name, "delay": delay}) for name, delay in (("a", 2.0), ("b", 3.0))]
    gate = Gate(sites, Politeness("a@example.org", delay=1.0), {}, lambda _: None)
    addresses = ("http://www.example.gov.cn/", "https://example.gov.cn/", "http://www.example.gov.cn:8080/")
    waits = [gate.wait(url) for url in addresses]  # before the first question, too
    assert all(2.9 < wait <= 3 for wait in waits)
    gate.rest(addresses[0], 0.0)
    assert 2.9 < gate.wait(addresses[1]) <= 3
    gate.slow_down("example.gov.cn", 7.0)
    assert 6.9 < gate.wait(addresses[2]) <= 7
    gate.rest(addresses[2], 30.0)
    assert 29.9 < gate.wait(addresses[0]) <= 30
    assert gate.wait("http://other.example/") <= 1


def known(url: str, title: str = "", days_ago: int = 1) -> Capture:
    moment = datetime(2026, 3, 10, 3, tzinfo=UTC) - timedelta(days=days_ago)
    return Capture(url, moment, 1, 200, "s", Role.REPORT, "x", 1, is_new=True, title=title)


@pytest.mark.parametrize(
    ("title", "url", "year"),
    [
        ("沭阳县2023年政府信息公开工作年度报告", "/2024/1.html", 2023),
        ("2019-2020年度报告", "/1.html", 2020),
        ("年度报告", "/art/2024/1/18/art_1_20170001.html", 2024),
        ("年度报告", "/202401/t20240124_1239406.shtml", 2024),
        ("年度报告", "/info/1001/2345.htm", None),
    ],
)
def test_the_year_that_an_address_is_of(title, url, year):
    assert year_of(known(url, title)) == year


def test_old_reports_are_asked_for_once_a_week_on_different_days():
    today = date(2026, 3, 10)
    assert is_due(known("/a.html", "2025年年报"), today, 7)
    assert is_due(known("/a.html", "年报"), today, 7)
    assert is_due(known("/a.html", "2019年年报"), today, 1)
    assert is_due(known("/a.html", "2019年年报", days_ago=7), today, 7)
    for number in range(20):
        days = [today + timedelta(days=day) for day in range(7)]
        old = known(f"/{number}.html", "2019年年报", days_ago=0)
        assert sum(is_due(old, day, 7) for day in days) == 1
    due = [is_due(known(f"/{number}.html", "2019年年报"), today, 7) for number in range(700)]
    assert 70 < sum(due) < 130


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [(b"120", 120, 120), (b" 0 ", 0, 0), (b"Wed, 21 Oct 2015 07:28:00 GMT", 0, 0), (b"Fri, 31 Dec 2100 23:59:59 GMT", 1e9, 1e10)],
)
def test_retry_after(header, least, most):
    found = retry_after(header)
    assert found is not None
    assert least <= found <= most


@pytest.mark.parametrize("header", [None, b"", b"soon", b"-5", b"1.5"])
def test_a_retry_after_that_says_nothing(header):
    assert retry_after(header) is None


PUBLIC = Site(name="public", lists=("http://www.example.gov.cn/",))


@pytest.mark.parametrize(
    ("contact", "said"),
    [("", "needs a contact"), ("me\r\nX: y", "no header may hold"), ("me (at home)", "no header may hold")],
)
def test_a_public_site_is_not_asked_without_a_contact(contact, said):
    archive = MemoryArchive()
    with pytest.raises(ConfigurationError, match=said):
        crawl([PUBLIC], archive, now=lambda: night(1), politeness=Politeness(contact))
    assert archive.crawls() == ()


def test_without_scrapy_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(running, "find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match=r"needs Scrapy.*pip install 'nianbao\[crawl\]'"):
        crawl([PUBLIC], MemoryArchive(), now=lambda: night(1), politeness=Politeness("a@example.org"))


def test_without_a_browser_a_source_says_so_and_the_others_are_crawled(monkeypatch):
    asked = []
    monkeypatch.setattr(running, "find_spec", lambda name: None if name == "playwright" else name)
    monkeypatch.setattr(running, "_run", lambda order, _: asked.extend(order.sites))
    sites = [PUBLIC, PUBLIC.model_copy(update={"name": "drawn", "browser": True})]
    results = crawl(sites, MemoryArchive(), now=lambda: night(1), politeness=Politeness("a@example.org"), tell=lambda _: None)
    assert asked == [PUBLIC]
    said = "its lists need a browser: run `pip install 'nianbao[browser]'`"
    assert [(result.site, result.error) for result in results] == [("public", ""), ("drawn", said)]


def test_what_kills_the_process_is_not_read_again(monkeypatch):
    """The crawl goes on without it; what keeps on killing it ends the crawl, as the error of every source."""
    orders: list[Order] = []

    def live(order, post):
        orders.append(order)
        post.reading = "http://www.example.gov.cn/deadly.html"
        return "signal 11"

    monkeypatch.setattr(running, "_live", live)
    events: list[Event] = []
    archive = MemoryArchive()
    (result,) = crawl([PUBLIC], archive, now=lambda: night(1), politeness=Politeness("a@example.org"), tell=events.append)
    assert [order.crashed for order in orders] == [frozenset(), *[frozenset({"http://www.example.gov.cn/deadly.html"})] * 2]
    assert result.error == "the crawling process died 3 times, the last time by signal 11"
    assert [event.reason for event in events if event.what == "warning"] == ["the crawling process died: signal 11"] * 3


def test_a_fault_of_the_archive_ends_the_crawl_here(monkeypatch):
    class Full(MemoryArchive):
        def record(self, *_):
            raise ConfigurationError("The disk is full.")

    monkeypatch.setattr(running, "_live", lambda _, post: post.answer(Call("record", (exchange("/1.html"),))))
    with pytest.raises(ConfigurationError, match="The disk is full"):
        crawl([PUBLIC], Full(), now=lambda: night(1), politeness=Politeness("a@example.org"), tell=lambda _: None)


def test_a_document_that_two_sources_lead_to_stays_the_first_ones(monkeypatch):
    def live(_, post):
        for site in ("public", "other"):
            post.answer(Call("record", (exchange("/1.html", "x", site=site),)))
        return ""

    monkeypatch.setattr(running, "_live", live)
    sites = [PUBLIC, PUBLIC.model_copy(update={"name": "other"})]
    archive = MemoryArchive()
    results = crawl(sites, archive, now=lambda: night(1), politeness=Politeness("a@example.org"), tell=lambda _: None)
    assert [result.reports for result in results] == [1, 0]


def test_an_event_is_a_line_of_json():
    said = json.loads(line_of(Event("kept", "s", "http://h/年.html", facts={"status": 200, "title": "年报\n"})))
    assert (said["event"], said["url"], said["status"], said["title"]) == ("kept", "http://h/年.html", 200, "年报\n")
    assert "reason" not in said
    assert "\n" not in line_of(Event("refused", reason="a\nb"))


@pytest.fixture
def local(tmp_path, monkeypatch):
    """A local site with two reports, and its table in ``sources/``."""
    monkeypatch.chdir(tmp_path)
    for name in ("NIANBAO_CONTACT", "NIANBAO_SOURCES", "NIANBAO_ARCHIVE"):
        monkeypatch.delenv(name, raising=False)
    found = {"/nb/": listing("/a.html", "/b.html", "/c.html"), "/a.html": report("a"), "/b.html": report("b")}
    server = Server()
    base = server.bind(("local",))["local"]
    server.start({"local": Hosted("local", answers(found), "etag")})
    (tmp_path / "sources").mkdir()
    table = f'[local]\ntitle = "青禾市人民政府"\nlists = ["{base}/nb/"]\ndelay = 0.02\nprivate = true\n'
    (tmp_path / "sources" / "local.toml").write_text(table + '[off]\nlists = ["http://x.gov.cn/"]\nenabled = false\n', "utf-8")
    yield base, server
    server.stop()


def invoke(*words: str):
    return CliRunner().invoke(cli.main, list(words))


def test_the_commands(local):
    base, _ = local
    listed = invoke("sources", "list")
    assert (listed.exit_code, "青禾市人民政府" in listed.stdout, "off" in listed.stdout) == (0, True, True)
    assert [site["name"] for site in json.loads(invoke("sources", "list", "--json").stdout)] == ["local", "off"]
    tried = json.loads(invoke("sources", "test", "local", "--json").stdout)
    assert tried["families"] == ["plain"]
    assert [(page["role"], page["url"]) for page in tried["pages"] if page["role"] == "report"] == [
        ("report", f"{base}/a.html"),
        ("report", f"{base}/b.html"),
    ]
    assert tried["refused"] == [{"url": f"{base}/c.html", "reason": "not_found", "evidence": "", "via": f"{base}/nb/"}]
    assert not Path("archive").exists()
    done = invoke("crawl", "--log", "crawl.jsonl")
    assert done.exit_code == 0, done.output
    assert "local" in done.stdout
    lines = [json.loads(line) for line in Path("crawl.jsonl").read_text("utf-8").splitlines()]
    assert sum(line["event"] == "kept" and line["role"] == "report" for line in lines) == 2
    with Archive.open(Path("archive")) as archive:
        assert {each.url for each in archive.live(1)} == {f"{base}/a.html", f"{base}/b.html"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("sources", "test", "lokal"), 78, "There is no source lokal in sources. Did you mean local?"),
        (("crawl", "--only", "nowhere"), 78, "There is no source nowhere in sources."),
        (("crawl", "--only", "off"), 78, "A crawl of public sites needs a contact"),
        (("crawl", "--sources", "none"), 78, "none is no folder."),
        (("crawl", "--recheck-days", "0"), 64, "Invalid value for '--recheck-days'"),
    ],
)
@pytest.mark.usefixtures("local")
def test_mistakes_of_the_commands(words, code, said):
    result = invoke(*words)
    assert (result.exit_code, result.stderr.startswith(f"error: {said}")) == (code, True), result.stderr
    assert not Path("archive").exists()


def test_it_stops_when_told_and_goes_on(local):
    """SIGTERM in the middle, as Ctrl-C, loses nothing that came; the next call goes on with the same crawl."""
    base, server = local
    site = Site(name="local", lists=(f"{base}/nb/",), delay=0.3, private=True)
    archive = MemoryArchive()

    def stop():
        while not any(visit.path == "/a.html" for visit in server.visits()):
            time.sleep(0.01)
        time.sleep(0.1)  # its answer is kept
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=stop)
    before = signal.getsignal(signal.SIGTERM)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        crawl([site], archive, now=lambda: night(1), politeness=Politeness())
    thread.join()
    assert signal.getsignal(signal.SIGTERM) == before
    assert archive.crawls()[0].finished is None
    asked = len(server.visits())
    (result,) = crawl([site], archive, now=lambda: night(2), politeness=Politeness())
    assert (result.crawl, result.reports, result.requests) == (1, 2, len(server.visits()))
    assert "/a.html" not in [visit.path for visit in server.visits()[asked:]]
