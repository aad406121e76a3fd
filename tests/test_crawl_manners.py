"""How a crawl behaves towards sites that are slow, ill, hostile or misled: one crawl of many small sites, seen from the sites."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from types import SimpleNamespace

import pytest

from collect.archive.model import Exchange, Role
from collect.crawl.memory import MemoryArchive
from collect.crawl.model import Event, Politeness
from collect.crawl.run import crawl
from collect.sites.model import Site
from tests.sites.answers import Answer, Question, moved
from tests.sites.server import Fault, Hosted, Server

DELAY = 0.02
FIRST, SECOND = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
POLITE = Politeness(
    "crawler@example.org", timeout=20, max_size=200_000, failures=5, longest_wait=5, max_requests=40, recheck_days=1
)

TITLE = "青禾市财政局2024年政府信息公开工作年度报告"
Pages = Mapping[str, Answer | str]


def listing(*hrefs: str) -> Answer:
    """A list of reports at those addresses."""
    items = "".join(
        f'<li><a href="{href}">青禾市第{number}局2024年政府信息公开工作年度报告</a><span>2025-01-{number % 28 + 1:02}</span></li>'
        for number, href in enumerate(hrefs, 1)
    )
    return Answer(f"<html><head><title>政府信息公开年报</title></head><body><ul>{items}</ul></body></html>".encode())


def report(words: str = "", more: str = "") -> Answer:
    """A page that is a report."""
    text = "根据《中华人民共和国政府信息公开条例》，编制本报告。全年主动公开政府信息12条，收到政府信息公开申请1件。" * 12
    title = "2024年政府信息公开工作年度报告"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{words}{text}</p>{more}</body></html>"
    return Answer(page.encode())


CHALLENGE = Answer(b"<html><head><script>document.cookie='a=1';location.reload();</script></head><body></body></html>")
PDF = Answer(b"%PDF-1.4\n" + b"1 0 obj\n" * 50, "text/html")


def pages(**found: Answer) -> Pages:
    return found


def robots(text: str) -> Answer:
    return Answer(text.encode(), "text/plain")


def sites_of(elsewhere: Callable[[str], str]) -> dict[str, Pages]:
    """What lies at each site; ``elsewhere`` gives the base address of another one."""
    three = ("/a.html", "/b.html", "/c.html")
    reports = {path: report(path) for path in three}
    return {
        "patient": {"/robots.txt": robots("User-agent: *\nCrawl-delay: 0.25\n"), "/nb/": listing(*three), **reports},
        "shared": {"/nb/": listing(*three), **reports},
        "norobots": {"/robots.txt": Answer(b"", status=503), "/nb/": listing(*three), **reports},
        "cutrobots": {"/nb/": listing(*three), **reports},
        "dying": {"/nb/": listing(*(f"/{number}.html" for number in range(20)))},
        "busy": {"/nb/": listing(*three), **reports},
        "closed": {"/nb/": listing(*three), **reports},
        "endless": {"/nb/": listing(*(f"/{number}.html" for number in range(80))), "/*": report()},
        "large": {
            "/nb/": listing("/big.html", "/bomb.html", "/fine.html"),
            "/big.html": Answer(b"<p>" + b"x" * 300_000),
            "/bomb.html": Answer(gzip.compress(b"<p>" + b"x" * 3_000_000), headers=(("Content-Encoding", "gzip"),)),
            "/fine.html": Answer(gzip.compress(report().body), headers=(("Content-Encoding", "gzip"),)),
        },
        "misleading": {
            "/": listing(),
            "/nb/": listing("/home.html", "/circle.html", "/away.html", "/login.html", "/empty.html", "/exe.html", "/on.html"),
            "/home.html": moved("/", 301),
            "/circle.html": moved("/circle2.html"),
            "/circle2.html": moved("/circle.html"),
            "/away.html": moved(f"{elsewhere('shared')}/secret.html"),
            "/login.html": Answer("<html><body><p>请先登录</p><input type=password></body></html>".encode()),
            "/empty.html": Answer(b"  "),
            "/exe.html": Answer(b"MZ\x90\x00" + b"\x00" * 400),
            "/on.html": moved("/there.html"),
            "/there.html": report("", '<p>附件：<a href="/file.pdf">年度报告.pdf</a></p>'),
            "/file.pdf": PDF,
        },
        "strangers": {
            "/nb/": listing(f"{elsewhere('shared')}/secret.html", "http://user:pw@127.0.0.1/x.html", "/a.html"),
            "/a.html": report(),
        },
        "short": {"/nb/": Answer(f'<html><body><a href="/a.html">{TITLE}</a></body></html>'.encode()), "/a.html": report()},
        "shell": {"/nb/": Answer(b"<html><head></head><body><div id=app></div><script src=/app.js></script></body></html>")},
        "refreshing": {
            "/nb/": Answer(b'<html><head><meta http-equiv="refresh" content="0; url=list.html"></head><body></body></html>'),
            "/nb/list.html": listing("/a.html", "/b.html", "/c.html"),
            **reports,
        },
        "known": {
            "/edition.html": report("first", '<p>附件：<a href="/deeper.pdf">年度报告.pdf</a></p>'),
            "/deeper.pdf": PDF,
            "/nb/": listing("/steady.html", "/challenged.html", "/home.html", "/ill.html", "/flicker.html", "/gone.html"),
            "/steady.html": report("first"),
            "/challenged.html": CHALLENGE,
            "/home.html": moved("/", 301),
            "/ill.html": Answer(b"", status=500),
            "/flicker.html": report("first"),
            "/": listing(),
        },
    }


FAULTS = {
    "cutrobots": {"/robots.txt": Fault(0, times=99)},
    "dying": {f"/{number}.html": Fault(0, times=99) for number in range(20)},
    "busy": {"/a.html": Fault(429, retry_after=1)},
    "closed": {"/a.html": Fault(503, times=99, retry_after=9999)},
    "known": {"/flicker.html": Fault(404)},
}
INSIDE = ("127.0.0.1", "localhost", "2130706433", "0177.0.0.1", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]")
"""Spellings of this machine. None may be asked by a source that is not private."""


@pytest.fixture(scope="module")
def crawled():
    """One crawl of all of them; the source ``known`` had been crawled before."""
    server, inside = Server(), Server("127.0.0.1")
    names = tuple(sites_of(str))
    bases = server.bind(names)
    bases |= {"shared2": server.beside("shared", "shared2")}
    served = sites_of(lambda name: bases[name])
    served["shared2"] = served["shared"]
    try:
        server.start({name: Hosted(name, answers(served[name]), "none", FAULTS.get(name, {})) for name in bases})
        inside_base = inside.bind(("inside",))["inside"]
        inside.start({"inside": Hosted("inside", answers({"/nb/": listing("/a.html"), "/a.html": report()}), "none")})
        port = inside_base.rpartition(":")[2]
        sites = [Site(name=name, lists=(f"{base}/nb/",), delay=DELAY, private=True) for name, base in bases.items()]
        sites += [Site(name=f"inside{n}", lists=(f"http://{host}:{port}/nb/",), delay=DELAY) for n, host in enumerate(INSIDE)]
        archive = MemoryArchive()
        fill(archive, bases["known"])
        events: list[Event] = []
        results = crawl(sites, archive, now=lambda: SECOND, politeness=POLITE, tell=events.append)
        yield SimpleNamespace(
            results={result.site: result for result in results},
            visits=by_site(server),
            inside=inside.visits(),
            archive=archive,
            bases=bases,
            events=events,
        )
    finally:
        server.stop()
        inside.stop()


def answers(found: Pages) -> Callable[[Question], Answer | None]:
    def answer(question: Question) -> Answer | None:
        page = found.get(question.path)
        if page is None and question.path.endswith(".html"):
            page = found.get("/*")
        return page

    return answer


def by_site(server: Server) -> dict[str, list]:
    found = defaultdict(list)
    for visit in sorted(server.visits(), key=lambda visit: visit.moment):
        found[visit.site].append(visit)
    return found


def fill(archive: MemoryArchive, base: str) -> None:
    """A crawl that found six reports."""
    number = archive.begin(FIRST).number
    for path in ("/steady.html", "/challenged.html", "/home.html", "/ill.html", "/flicker.html", "/gone.html", "/unlisted.html"):
        body = report("first").body
        archive.record(number, Exchange(base + path, FIRST, 200, "known", Role.REPORT, body=body, title=f"known {path}"))
    edition = sites_of(str)["known"]["/edition.html"].body
    archive.record(number, Exchange(f"{base}/edition.html", FIRST, 200, "known", Role.ATTACHMENT, body=edition, title="超链版"))
    archive.finish(number, FIRST)


def paths(visits) -> list[str]:
    return [visit.path for visit in visits]


def gaps(visits) -> list[float]:
    return [after.moment - before.moment for before, after in pairwise(visits)]


def held(crawled, name: str) -> dict[str, str]:
    """The documents of a site: path and role."""
    base = crawled.bases[name]
    return {each.url.removeprefix(base): each.role.value for each in crawled.archive.live(2) if each.site == name}


THREE = dict.fromkeys(("/a.html", "/b.html", "/c.html"), "report")


def test_a_longer_delay_of_the_robots_file_is_kept(crawled):
    assert held(crawled, "patient") == THREE
    assert min(gaps(crawled.visits["patient"])) >= 0.25


def test_two_sources_on_one_host_share_its_rate(crawled):
    both = sorted([*crawled.visits["shared"], *crawled.visits["shared2"]], key=lambda visit: visit.moment)
    assert len(both) == 10
    assert min(gaps(both)) >= DELAY
    assert held(crawled, "shared") == held(crawled, "shared2") == THREE


@pytest.mark.parametrize(("name", "why"), [("norobots", "status 503"), ("cutrobots", "no_answer")])
def test_without_a_robots_file_that_can_be_had_nothing_is_asked(crawled, name, why):
    assert set(paths(crawled.visits[name])) == {"/robots.txt"}
    assert len(crawled.visits[name]) == 1 + POLITE.retries
    assert "is left alone: its robots.txt cannot be had" in crawled.results[name].error
    assert why in crawled.results[name].error
    assert held(crawled, name) == {}


def test_a_host_that_fails_is_left_alone(crawled):
    failed = [visit for visit in crawled.visits["dying"] if visit.status == 0]
    assert len(failed) == POLITE.failures
    assert "5 questions in a row failed" in crawled.results["dying"].error
    assert crawled.bases["dying"].removeprefix("http://").partition(":")[0] in crawled.results["dying"].error


def test_retry_after_is_waited_for(crawled):
    assert held(crawled, "busy") == THREE
    told = next(index for index, visit in enumerate(crawled.visits["busy"]) if visit.status == 429)
    assert gaps(crawled.visits["busy"])[told] >= 1
    assert crawled.results["busy"].error == ""


def test_a_host_that_asks_for_hours_is_left_alone(crawled):
    assert crawled.visits["closed"][-1].status == 503
    assert [visit.status for visit in crawled.visits["closed"]].count(503) == 1
    assert "it asked to be left alone for 9999 seconds" in crawled.results["closed"].error


def test_a_source_has_a_budget(crawled):
    assert len(crawled.visits["endless"]) == POLITE.max_requests == crawled.results["endless"].requests
    assert crawled.results["endless"].error == "stopped after 40 questions; not all was asked for"


def test_what_is_too_large_is_not_taken(crawled):
    assert held(crawled, "large") == {"/fine.html": "report"}
    assert crawled.results["large"].refused == {"too_large": 2}
    (kept,) = (each for each in crawled.archive.exchanges() if each.url.endswith("/fine.html"))
    assert kept.body == report().body


def test_what_is_no_report_is_not_taken_for_one(crawled):
    assert held(crawled, "misleading") == {"/there.html": "report", "/file.pdf": "attachment"}
    assert crawled.results["misleading"].refused == {
        "empty": 1,
        "login": 1,
        "not_a_document": 1,
        "other_host": 1,
        "redirect_loop": 1,
        "soft_404": 1,
    }
    assert crawled.results["misleading"].error == ""


def test_no_strange_host_is_asked(crawled):
    assert held(crawled, "strangers") == {"/a.html": "report"}
    assert "/secret.html" not in paths(crawled.visits["shared"])


def test_a_short_list_is_a_list_and_a_shell_is_none(crawled):
    assert held(crawled, "short") == {"/a.html": "report"}
    assert crawled.results["short"].error == ""
    assert crawled.results["shell"].error == f"the list {crawled.bases['shell']}/nb/ cannot be read: empty"


@pytest.mark.parametrize("number", range(len(INSIDE)))
def test_this_machine_is_asked_under_no_spelling(crawled, number):
    result = crawled.results[f"inside{number}"]
    assert result.error, INSIDE[number]
    assert result.reports == 0
    assert crawled.inside == ()


def test_a_private_address_is_named_as_the_reason(crawled):
    assert crawled.results["inside1"].error == "localhost is left alone: its robots.txt cannot be had (private_address)"


def test_only_what_is_gone_vanishes(crawled):
    result = crawled.results["known"]
    assert result.vanished == tuple(f"{crawled.bases['known']}/{name}.html" for name in ("gone", "unlisted"))
    assert (result.new, result.changed) == ((), ())
    names = ("/steady", "/challenged", "/home", "/ill", "/flicker", "/edition")
    assert set(held(crawled, "known")) == {f"{name}.html" for name in names}
    assert result.refused == {"challenge": 1, "http_500": 1, "soft_404": 1}
    assert [visit.status for visit in crawled.visits["known"] if visit.path == "/flicker.html"] == [404, 200]
    assert [visit.status for visit in crawled.visits["known"] if visit.path == "/gone.html"] == [404, 404]


def test_a_known_part_leads_no_further(crawled):
    assert "/edition.html" in paths(crawled.visits["known"])
    assert "/deeper.pdf" not in paths(crawled.visits["known"])


def test_a_list_that_sends_on_is_followed(crawled):
    assert held(crawled, "refreshing") == THREE
    assert crawled.results["refreshing"].error == ""


def test_what_no_list_shows_keeps_what_was_said_of_it(crawled):
    last = crawled.archive.last(f"{crawled.bases['known']}/unlisted.html")
    assert (last.status, last.role, last.title) == (404, Role.REPORT, "known /unlisted.html")
    listed = crawled.archive.last(f"{crawled.bases['known']}/steady.html")
    assert (listed.title, listed.via) == ("青禾市第1局2024年政府信息公开工作年度报告", f"{crawled.bases['known']}/nb/")
    unlisted, absent = ["/unlisted.html", "/edition.html"], ["/flicker.html", "/gone.html", "/unlisted.html"]
    assert paths(crawled.visits["known"])[-5:] == [*unlisted, *absent]


def test_every_question_names_who_asks(crawled):
    for visits in crawled.visits.values():
        assert {visit.headers["user-agent"] for visit in visits} == {"nianbao/0.1.0 (+crawler@example.org)"}


def test_no_warning_of_our_own(crawled):
    assert [event for event in crawled.events if event.what == "warning" and "Traceback" in event.reason] == []
