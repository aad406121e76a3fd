"""Hostile names and texts in documents: on every page they are text and nothing else."""

import json
import re
from dataclasses import replace

import pytest

from explore.pages import environment, outside_link, visible
from tests.browsing import (
    Browser,
    page,
    words_of,
)
from tests.report_factory import facts, full_report, new_store

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
BIDI = "乙县\u202e财政局\u2066\u0000"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "reports.sqlite"
    with new_store(path) as store:
        run = store.begin_run("4")
        with store.loading(run) as loader:
            for number, (name, origin) in enumerate(
                (
                    (EVIL, "javascript:alert(1)"),
                    (BIDI, "JaVaScRiPt:alert(1)"),
                    ("丙局'); DROP TABLE report;--", "https://example.org/a?b=<c>"),
                )
            ):
                made = full_report()
                evil = [each._replace(printed=EVIL, note=EVIL) if place < 3 else each for place, each in enumerate(made.cells)]
                made = replace(
                    made,
                    identity=replace(made.identity, agency=name, title=EVIL, published=EVIL),
                    cells=tuple(evil),
                    findings=tuple(replace(f, message=EVIL, expected=EVIL, actual=EVIL) for f in made.findings),
                    sections=tuple(replace(s, heading=EVIL, text=s.text + EVIL) for s in made.sections),
                    extra_cells=tuple(replace(e, row_label=EVIL, column_label=EVIL, printed=EVIL) for e in made.extra_cells),
                )
                loader.load(facts(f"{number}{EVIL}.pdf", origin=origin, producer=EVIL), [made])
        store.finish_run(run, {})
    return Browser(path)


HOSTILE_PAGES = (
    "/",
    "/search?q=script",
    "/review",
    *(f"/report/{n}" for n in (1, 2, 3)),
    "/report/1?cell=2021:disclosure.rules.issued",
    "/review/1",
)


@pytest.mark.parametrize("address", HOSTILE_PAGES)
def test_documents_cannot_put_anything_but_text_on_a_page(hostile, address):
    answer = hostile.get(address)
    found = page(answer)
    assert not found.cssselect("img, [onerror], script:not([src]):not([type='application/json'])")
    assert all("alert" not in (script.get("src") or "") for script in found.cssselect("script"))
    assert "49" not in words_of(found.cssselect("h1")[0])
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", answer.text)
    for link in found.cssselect("a[href]"):
        assert link.get("href").partition(":")[0].lower() in {"http", "https"} or link.get("href")[0] in "/#?"


def test_hostile_names_in_agency_pages_charts_and_copies(hostile):
    for name in (EVIL, "丙局'); DROP TABLE report;--"):
        found = page(hostile.get("/agency", params={"name": name}))
        assert found.cssselect("h1")[0].text == name
        answer = hostile.get("/compare", params={"name": name, "metric": "received"})
        assert "<script>alert" not in answer.text
        found = page(answer)
        [*_, last] = json.loads(found.cssselect("script[data-chart=chart-lines]")[0].text)["data"]["values"]
        assert last["agency"] == name
        rows = hostile.get("/reports.json", params={"sql": found.cssselect("pre#sql")[0].text, "_shape": "array"}).json()
        assert [row["agency"] for row in rows] == [name]


@pytest.mark.parametrize("language", ["<script>", "../../etc", "fr"])
def test_a_language_that_is_none_is_chinese(hostile, language):
    answer = hostile.get("/", params={"lang": language}, cookies={"nianbao_language": language})
    assert page(answer).get("lang") == "zh-CN"


def test_what_an_address_says_is_escaped(hostile):
    for address in (
        f"/search?q={EVIL}",
        f"/compare?name={EVIL}&years=&within={EVIL}",
        f"/report/1?cell={EVIL}",
        f"/agency?name={EVIL}x",
    ):
        assert "<script>alert" not in hostile.get(address).text
        assert "<img src=x" not in hostile.get(address).text


@pytest.mark.parametrize(
    ("origin", "link"),
    [
        ("https://www.suqian.gov.cn/a.html", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("  javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("file:///etc/passwd", False),
        ("/archive/a.pdf", False),
        ("//example.org/a", False),
        ("http://[", False),
        ("https:", False),
    ],
)
def test_only_addresses_of_the_web_become_links(origin, link):
    assert (outside_link(origin) is not None) is link


def test_what_controls_text_is_made_visible():
    assert visible("甲\u202e乙\u0007丙\n\t") == "甲\ufffd乙\ufffd丙\n\t"
    assert environment().from_string("{{ x }}").render(x="\u2067<b>") == "\ufffd&lt;b&gt;"


def test_the_pages_of_datasette_escape_them_too(hostile):
    for table in ("document_path", "report", "finding", "cell_note", "section"):
        found = page(hostile.get(f"/reports/{table}"))
        assert not found.cssselect("img, [onerror]")
        assert not any((link.get("href") or "").lower().strip().startswith("javascript:") for link in found.cssselect("a"))
