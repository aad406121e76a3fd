"""The local sites themselves: what they promise to the tests of the crawler and of the night."""

import http.client
import subprocess
import sys
import time
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

from collect.sites.load import load_sites
from nianbao.pipeline import read_document, understand
from tests.sites import Scenario
from tests.sites.scenario import KINDS
from tests.sites.walker import harvest


def ask(url, headers=()):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", parts._replace(scheme="", netloc="").geturl(), headers=dict(headers))
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


@pytest.fixture(scope="module")
def served():
    with Scenario(seed=5, reports=9, others=6).serve() as running:
        yield running


def at_night(served, number):
    served.night(number)
    return {each.url: each for each in served.expected()}


@pytest.mark.parametrize("kind", [name for name, _ in KINDS if name != "guarded"])
def test_the_second_night_brings_one_of_each_change(served, kind):
    first, second, third = (
        {url: each for url, each in at_night(served, number).items() if each.site == kind} for number in (1, 2, 3)
    )
    change = served.change(kind)
    assert third == second
    assert change.new in second.keys() - first.keys()
    assert change.vanished in first.keys() - second.keys()
    assert change.moved[0] in first.keys() - second.keys()
    assert change.moved[1] in second.keys() - first.keys()
    assert change.revised in first.keys() & second.keys()
    before, after = first[change.revised].figures, second[change.revised].figures
    assert {key: (before[key], after[key]) for key in before if before[key] != after[key]} == dict(change.cells)
    assert len(change.cells) == 3
    served.night(2)
    assert ask(change.vanished)[0].status == 404
    assert (ask(change.moved[0])[0].status, ask(change.moved[1])[0].status) == (301, 200)


@pytest.mark.parametrize("kind", [name for name, _ in KINDS])
def test_a_crawl_of_the_second_night_finds_the_new_state(served, kind, tmp_path):
    served.write_sources(tmp_path)
    site = next(site for site in load_sites(tmp_path) if site.name == kind)
    expected = {url: each.role for url, each in at_night(served, 2).items() if each.site == kind}
    found = {url: role for url, role in harvest(site).roles.items() if "/private/" not in url}
    assert found == expected


def test_what_is_served_reads_as_the_truth_says(served):
    """The readers find every cell of the pages and files, so that the truth of a crawl can be compared with a database."""
    chosen = [each for each in at_night(served, 1).values() if each.figures and not each.url.endswith(".zip")]
    sample = Random(1).sample(chosen, 6)
    for each in sample:
        _, content = ask(each.url)
        (report,) = understand(read_document(content, urlsplit(each.url).path.rpartition("/")[2])).reports
        got = {cell.key: cell.value for cell in report.cells}
        assert got == {key: figure.value for key, figure in each.figures.items()}, each.url
        assert (report.identity.year, report.identity.agency) == (each.year, each.agency)


VALIDATED = {"trs": {"etag", "last-modified"}, "hanweb": {"last-modified"}, "plain": set(), "gkmlpt": {"etag"}}


@pytest.mark.parametrize(("kind", "names"), VALIDATED.items())
def test_conditional_questions(served, kind, names):
    change = served.change(kind)
    served.night(1)
    response, content = ask(change.revised)
    assert {name for name in ("etag", "last-modified") if response.headers.get(name)} == names
    conditions = {
        header: response.headers[name]
        for header, name in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
        if response.headers.get(name)
    }
    again, nothing = ask(change.revised, conditions)
    assert (again.status, nothing) == ((304, b"") if names else (200, content))
    served.night(2)
    later, changed = ask(change.revised, conditions)
    assert later.status == 200
    assert changed != content
    if "last-modified" in names:
        assert parsedate_to_datetime(later.headers["Last-Modified"]) > parsedate_to_datetime(response.headers["Last-Modified"])


def test_an_entity_tag_outweighs_a_date(served):
    served.night(2)
    change = served.change("trs")
    response, _ = ask(change.revised, {"If-None-Match": '"another"', "If-Modified-Since": "Fri, 01 Jan 2038 00:00:00 GMT"})
    assert response.status == 200


def test_faults_come_once_a_night_and_are_logged():
    with Scenario(seed=2, kinds=("plain",), faults=True).serve() as served:
        for night in (1, 2):
            served.night(night)
            for path, fault in served.server._servers["plain"].hosted.faults.items():
                url = served.layouts["plain"].base + path
                if fault.status == 0:
                    with pytest.raises((ConnectionError, http.client.HTTPException)):
                        ask(url)
                else:
                    response, _ = ask(url)
                    assert (response.status, response.headers.get("Retry-After")) == (
                        fault.status,
                        str(fault.retry_after) if fault.retry_after else None,
                    )
                assert ask(url)[0].status == 200
        assert [visit.status for visit in served.visits(1)] == [503, 200, 0, 200, 429, 200]


def test_every_question_is_logged(served):
    served.night(1)
    served.server.forget()
    start = time.monotonic()
    url = served.change("vsb").revised
    ask(url, {"User-Agent": "Nianbao-test/1.0"})
    ask(served.layouts["vsb"].base + "/nothing")
    first, second = served.visits()
    assert (first.site, first.path, first.status, first.night) == ("vsb", urlsplit(url).path, 200, 1)
    assert first.host == urlsplit(url).netloc
    assert first.headers["user-agent"] == "Nianbao-test/1.0"
    assert start <= first.moment <= second.moment <= time.monotonic()
    assert (second.path, second.status) == ("/nothing", 404)
    assert first.size > 1000


def test_robots_files():
    with Scenario(seed=1, kinds=("plain", "trs"), reports=1, others=0, crawl_delay=0.5).serve() as served:
        assert (
            ask(served.layouts["plain"].base + "/robots.txt")[1].decode()
            == "User-agent: *\nDisallow: /private/\nCrawl-delay: 0.5\n"
        )
        assert ask(served.layouts["trs"].base + "/robots.txt")[1].decode() == "User-agent: *\nCrawl-delay: 0.5\n"
    with Scenario(seed=1, kinds=("trs",), reports=1, others=0).serve() as served:
        assert ask(served.layouts["trs"].base + "/robots.txt")[0].status == 404


def test_the_same_seed_gives_the_same_sites():
    def all_of(seed):
        with Scenario(seed=seed, kinds=("trs", "hanweb"), reports=5, others=2).serve() as served:
            hosts = {layout.base: name for name, layout in served.layouts.items()}
            found = {}
            for each in served.expected():
                base = next(base for base in hosts if each.url.startswith(base))
                found[hosts[base], each.url.removeprefix(base)] = (ask(each.url)[1], replace(each, url="").figures)
            return found

    one, again, other = all_of(7), all_of(7), all_of(8)
    assert one == again
    assert one.keys() != other.keys()


def test_sites_of_one_kind_have_names_of_their_own_and_any_size(tmp_path):
    scenario = Scenario(kinds=("trs", "trs", "vsb"), reports=60, others=60)
    with scenario.serve() as served:
        served.write_sources(tmp_path)
        assert [site.name for site in load_sites(tmp_path)] == ["trs", "trs2", "vsb"]
        assert len({each.url for each in served.expected() if each.role == "report"}) == 180


def test_sites_serve_another_process(tmp_path):
    command = [sys.executable, "-m", "tests.sites", str(tmp_path), "--sites", "2", "--reports", "4", "--others", "0"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent
    ) as running:
        name, address = running.stdout.readline().split()
        running.stdout.readline()
        assert [site.lists[0] for site in load_sites(tmp_path) if site.name == name] == [address]
        first = ask(address)[1]
        running.stdin.write("2\n")
        running.stdin.flush()
        assert running.stdout.readline() == "night 2\n"
        assert ask(address)[1] != first
        running.stdin.close()
        assert running.wait(timeout=20) == 0
