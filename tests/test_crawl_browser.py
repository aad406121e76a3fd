"""Lists that only a browser draws."""

from __future__ import annotations

import os
import shutil

import pytest

from collect.archive.model import Role
from collect.crawl.memory import MemoryArchive
from collect.crawl.model import Politeness
from collect.crawl.run import crawl
from collect.sites.model import Site
from tests.exchanges import night
from tests.sites.answers import Answer
from tests.sites.server import Hosted, Server
from tests.test_crawl_manners import answers, by_site, gaps, listing, report, robots

DELAY = 0.05
SCRIPT = """<html><head><meta charset="utf-8"><title>政府信息公开年报</title></head><body>
<ul id="list"></ul><img src="/picture.png">
<script src="/draw.js"></script><script src="{stranger}/steal.js"></script></body></html>"""
DRAW = """
for (const path of ["/private/more.html", "{stranger}/other.html"]) fetch(path).catch(() => 0);
fetch("/data.json").then(answer => answer.json()).then(found => {
  document.getElementById("list").innerHTML = found.map(path =>
    `<li><a href="${path}">青禾市财政局2024年政府信息公开工作年度报告</a><span>2025-01-10</span></li>`).join("");
});"""


def test_a_browser_draws_a_list_and_asks_nothing_by_itself():
    if shutil.which("chromium") is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed")
        pytest.skip("chromium is not installed: lists that need a browser are not tested")
    server = Server()
    bases = server.bind(("drawn", "stranger"))
    draw = DRAW.replace("{stranger}", bases["stranger"])
    found = {
        "/robots.txt": robots("User-agent: *\nDisallow: /private/\n"),
        "/nb/": Answer(SCRIPT.replace("{stranger}", bases["stranger"]).encode()),
        "/draw.js": Answer(draw.encode(), "text/javascript"),
        "/data.json": Answer(b'["/a.html"]', "application/json"),
        "/a.html": report(),
    }
    server.start({"drawn": Hosted("drawn", answers(found)), "stranger": Hosted("stranger", answers({"/nb/": listing()}))})
    site = Site(name="drawn", lists=(f"{bases['drawn']}/nb/",), delay=DELAY, private=True, browser=True)
    archive = MemoryArchive()
    try:
        (result,) = crawl([site], archive, now=lambda: night(1), politeness=Politeness())
        visits = by_site(server)
    finally:
        server.stop()
    assert (result.error, result.new) == ("", (f"{bases['drawn']}/a.html",))
    assert [visit.path for visit in visits["drawn"]] == ["/robots.txt", "/nb/", "/draw.js", "/data.json", "/a.html"]
    assert "stranger" not in visits
    assert min(gaps(visits["drawn"])) >= DELAY
    (kept,) = (each for each in archive.exchanges() if each.role is Role.LIST)
    assert "财政局2024年" in kept.body.decode()
    assert dict(kept.headers)["X-Drawn-By"] == "chromium"
