"""Crawls of local sites over two nights, and of one night that is killed again and again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from collect.archive.archive import Archive
from collect.archive.model import Role
from collect.crawl.model import Politeness
from collect.crawl.run import crawl
from collect.sites.load import load_sites
from tests.sites import Scenario
from tests.sites.scenario import VALIDATORS
from tests.sites.server import Visit

DELAY = 0.03
EAGER = Politeness(recheck_days=1)


def night_of(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


def least_spacing(visits: Iterable[Visit]) -> float:
    """The shortest time between two questions to one host, by the server's clock."""
    moments: defaultdict[str, list[float]] = defaultdict(list)
    for visit in visits:
        moments[visit.host.partition(":")[0]].append(visit.moment)
    return min(after - before for told in moments.values() for before, after in pairwise(sorted(told)))


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Two nights over all families."""
    root = tmp_path_factory.mktemp("nights")
    with Scenario(seed=5, reports=8, others=6).serve() as served, Archive.open(root / "archive", create=True) as archive:
        served.write_sources(root / "sources", delay=DELAY)
        sites = load_sites(root / "sources")
        results, live, expected = {}, {}, {}
        for number in (1, 2):
            served.night(number)
            found = crawl(sites, archive, now=lambda: night_of(number), politeness=EAGER)  # noqa: B023 - called at once
            results[number] = {result.site: result for result in found}
            live[number] = {capture.url: capture for capture in archive.live(number)}
            expected[number] = {each.url: each.role for each in served.expected(number)}
        yield SimpleNamespace(
            served=served,
            results=results,
            live=live,
            expected=expected,
            visits={number: served.visits(number) for number in (1, 2)},
            captures={number: list(archive.captures(number)) for number in (1, 2)},
            kept=archive.results(),
            facts=archive.crawls(),
            unvalidated={name for index, name in enumerate(served.layouts) if VALIDATORS[index % len(VALIDATORS)] == "none"},
        )


def open_sites(nights) -> list[str]:
    return [name for name in nights.results[1] if name != "guarded"]


def test_the_first_night_collects_every_report_and_nothing_else(nights):
    assert {url: capture.role.value for url, capture in nights.live[1].items()} == nights.expected[1]
    for name in open_sites(nights):
        result = nights.results[1][name]
        assert (result.error, result.changed, result.vanished) == ("", (), ())
        assert set(result.new) == {url for url, capture in nights.live[1].items() if capture.site == name}
        assert result.reports == len(result.new) > 8


def test_the_second_night_finds_what_is_new_revised_and_gone(nights):
    assert {url: capture.role.value for url, capture in nights.live[2].items()} == nights.expected[2]
    for name in open_sites(nights):
        result, change = nights.results[2][name], nights.served.change(name)
        assert result.error == ""
        assert set(result.new) == {change.new, change.moved[1]}
        assert result.changed == (change.revised,)
        assert result.vanished == (change.vanished,)


def test_the_second_night_downloads_nothing_unchanged(nights):
    before, without = nights.live[1], nights.unvalidated
    again = [capture for capture in nights.captures[2] if capture.status == 200 and capture.role.is_document]
    unchanged = {capture.site for capture in again if capture.url in before and before[capture.url].sha256 == capture.sha256}
    assert unchanged == without
    for name in open_sites(nights):
        result = nights.results[2][name]
        if name in without:
            assert result.not_modified == 0
        else:
            assert result.not_modified > 8


def test_what_was_asked_is_what_was_needed(nights):
    for number, visits in nights.visits.items():
        by_site: defaultdict[str, int] = defaultdict(int)
        for visit in visits:
            by_site[visit.site] += 1
        assert {name: result.requests for name, result in nights.results[number].items()} == by_site
    asked = [
        (visit.site, visit.method, visit.path) for visit in nights.visits[1] if visit.method == "GET" and visit.status == 200
    ]
    assert len(asked) == len(set(asked))  # what was answered once was not asked again
    for visit in nights.visits[2]:
        assert visit.headers["cache-control"] == "max-age=0"


def test_a_vanished_document_was_asked_for_twice(nights):
    for name in open_sites(nights):
        gone = nights.served.change(name).vanished
        assert [visit.status for visit in nights.visits[2] if gone.endswith(visit.path) and visit.site == name] == [404, 404]


def test_the_rate_is_kept(nights):
    for visits in nights.visits.values():
        assert least_spacing(visits) >= DELAY


def test_robots_are_asked_first_and_obeyed(nights):
    for visits in nights.visits.values():
        first: dict[str, str] = {}
        for visit in sorted(visits, key=lambda visit: visit.moment):
            first.setdefault(visit.site, visit.path)
            assert "/private/" not in visit.path
            assert visit.headers["user-agent"].startswith("nianbao/")
        assert set(first.values()) == {"/robots.txt"}
    assert nights.results[1]["plain"].refused["robots"] == nights.results[2]["plain"].refused["robots"] == 1


def test_what_is_no_report_is_counted_and_kept_apart(nights):
    assert nights.results[1]["guarded"].refused == {"challenge": 8}
    assert nights.results[1]["guarded"].error == "the site refuses us: 8 challenge"
    assert nights.results[1]["plain"].refused == {"login": 1, "robots": 1, "soft_404": 1}
    others = {capture.site for capture in nights.captures[1] if capture.role is Role.OTHER and capture.status == 200}
    assert "guarded" in others
    assert {visit.status for visit in nights.visits[1] if visit.site == "guarded"} > {412}


def test_every_document_says_where_it_was_found(nights):
    for capture in nights.live[1].values():
        assert capture.via.startswith("http://127.0.0.")
        assert capture.title or capture.role is not Role.REPORT  # a viewer's file is linked without a word
        assert capture.moment == night_of(1)


def test_the_results_and_the_end_are_kept(nights):
    assert [(facts.number, facts.started, facts.finished) for facts in nights.facts] == [
        (1, night_of(1), night_of(1)),
        (2, night_of(2), night_of(2)),
    ]
    assert {result.site: result for result in nights.kept if result.crawl == 2} == nights.results[2]


def state(archive: Archive, crawl_: int) -> set[tuple[str, str, str, str, str]]:
    return {(each.url, each.sha256, each.role.value, each.site, each.title) for each in archive.live(crawl_)}


def test_killed_at_any_moment_and_run_again_it_ends_alike(tmp_path):
    rng = random.Random(7)
    with Scenario(seed=6, kinds=("trs", "gkmlpt", "plain"), reports=8, others=2).serve() as served:
        served.write_sources(tmp_path / "sources", delay=DELAY)
        sites = load_sites(tmp_path / "sources")
        with Archive.open(tmp_path / "whole", create=True) as archive:
            whole = crawl(sites, archive, now=lambda: night_of(1), politeness=EAGER)
            undisturbed = state(archive, 1)
        served.server.forget()
        for _ in range(3):
            _crawl_and_kill(tmp_path, served.server.visits, rng.randint(3, 14))
        with Archive.open(tmp_path / "killed") as archive:
            found = len(list(archive.captures(1)))
            assert found > 0
            assert archive.crawls()[-1].finished is None
            results = crawl(sites, archive, now=lambda: night_of(1), politeness=EAGER)
            assert state(archive, 1) == undisturbed
            assert len(archive.crawls()) == 1
        visits = served.server.visits()
    for before, after in zip(whole, results, strict=True):
        assert (after.new, after.refused, after.error, after.reports) == (
            before.new,
            before.refused,
            before.error,
            before.reports,
        )
    assert least_spacing(visits) >= DELAY
    answered = [(visit.site, visit.method, visit.path) for visit in visits if visit.status == 200]
    assert len(answered) - len(set(answered)) <= 3 * len(sites)  # only what was on its way when it was killed


def _crawl_and_kill(root: Path, visits, more: int) -> None:
    """Run the command until so many more questions were asked, then kill it."""
    target = len(visits()) + more
    words = ["crawl", "--sources", root / "sources", "--archive", root / "killed", "--recheck-days", "1", "--quiet"]
    process = subprocess.Popen([sys.executable, "-m", "nianbao.cli", *map(str, words)], stderr=subprocess.PIPE)
    while len(visits()) < target and process.poll() is None:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def test_a_list_whose_date_never_changes_is_read_again(tmp_path):
    dated = VALIDATORS.index("date")
    kinds = ["plain"] * dated + ["gkmlpt"]  # its list is data that says of itself when the system was installed
    with Scenario(seed=5, kinds=tuple(kinds), reports=5, others=2).serve() as served:
        served.write_sources(tmp_path / "sources", delay=DELAY)
        sites = load_sites(tmp_path / "sources")[-1:]
        with Archive.open(tmp_path / "archive", create=True) as archive:
            for number in (1, 2):
                served.night(number)
                (result,) = crawl(sites, archive, now=lambda: night_of(number), politeness=EAGER)  # noqa: B023 - as above
        change = served.change(sites[0].name)
    assert set(result.new) == {change.new, change.moved[1]}
