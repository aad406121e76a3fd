"""The pages of the browser face, asked without a browser: in both languages, and what of Datasette is behind them."""

import re
import socket
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html
from sqlalchemy import text

from collect.errors import ConfigurationError, StoreError
from explore import app
from explore.serve import opened_archive
from explore.words import LANGUAGES, catalogue
from nianbao.cli import main
from store.open import open_store
from store.overview import overview
from tests.browsing import (
    DOUBTFUL,
    SHANGHAI,
    SUQIAN_2023,
    SUQIAN_2024,
    YUNXI,
    Browser,
    page,
    real_store,
    words_of,
)
from tests.report_factory import facts, report

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("browse") / "reports.sqlite"
    real_store(path)
    return path


@pytest.fixture(scope="module")
def browser(database):
    return Browser(database)


@pytest.fixture
def fresh(tmp_path):
    """A browser at a database that may be written."""
    path = tmp_path / "reports.sqlite"
    real_store(path)
    return Browser(path)


PAGES = (
    *(
        "/",
        "/search?q=宿迁",
        "/coverage?province=江苏省&year=2024",
        "/compare",
        "/compare?metric=received&name=宿迁市人民政府",
        "/review",
        "/review/sign-in",
    ),
    *("/agency?name=云溪县人民政府", f"/report/{SUQIAN_2023}", f"/report/{SHANGHAI}", f"/report/{YUNXI}"),
    *(f"/report/{SUQIAN_2024}?cell=2021:{DOUBTFUL}", f"/review/{SUQIAN_2024}", "/nowhere"),
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", PAGES)
def test_every_page_in_every_language(browser, address, language):
    answer = browser.get(
        address, params={"lang": language} if "?" not in address else None, cookies={"nianbao_language": language}
    )
    found = html.fromstring(answer.text)
    assert answer.status_code == (404 if address == "/nowhere" else 200)
    assert found.get("lang") == {"zh": "zh-CN", "en": "en"}[language]
    assert found.cssselect("main h1, main h2")
    assert found.cssselect("a.skip")[0].get("href") == "#main"
    assert found.cssselect("header nav[aria-label]")
    assert not found.cssselect("script:not([src]):not([type='application/json'])"), "no inline script"
    assert not found.cssselect("[style], [onclick]")
    for table in found.cssselect("main table:not(.excerpt table)"):
        assert table.cssselect("caption"), "every table has a caption"
        assert all(th.get("scope") for th in table.cssselect("th"))
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_the_language_is_kept_and_switched_by_a_link(database):
    browser = Browser(database)
    link = page(browser.get("/compare?metric=received")).cssselect("a.language")[0]
    assert link.get("href") == "/compare?metric=received&lang=en"
    assert page(browser.get(link.get("href"))).get("lang") == "en"
    assert page(browser.get("/")).get("lang") == "en"
    assert page(browser.get("/?lang=zh")).get("lang") == "zh-CN"


def test_no_language_lacks_a_label_and_no_label_is_left_over():
    first, *others = (catalogue(language) for language in LANGUAGES)
    for other in others:
        assert other.keys() == first.keys()
        for key, label in first.items():
            assert set(re.findall(r"\{\w+\}", label)) == set(re.findall(r"\{\w+\}", other[key])), key
    sources = "".join(
        path.read_text("utf-8") for path in (*(ROOT / "explore" / "templates").glob("*.html"), *(ROOT / "explore").glob("*.py"))
    )
    used = set(re.findall(r"""(?:\bt|words)\(["']([a-z_]+\.[a-z_]+)["']""", sources))
    assert used <= first.keys()
    topics = set(re.findall(r"""\bt\(["']([a-z_]+)\.["'] ~""", sources)) | set(
        re.findall(r"""known\(["']([a-z_]+)["']""", sources)
    )
    assert [key for key in first if key not in used and key.partition(".")[0] not in topics] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_a_label(language):
    page_of_rules = (ROOT / "docs" / "findings.md").read_text("utf-8").split("## Ignored by rule")[0]
    rules = set(re.findall(r"^### (\S+)$", page_of_rules, re.MULTILINE)) - {"levels.parts_exceed_whole"}
    assert {key.removeprefix("rule.") for key in catalogue(language) if key.startswith("rule.")} == rules


def test_static_files_are_of_the_package_and_kept(browser):
    style = page(browser.get("/")).cssselect("link[rel=stylesheet]")[0].get("href")
    answer = browser.get(style)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert browser.get("/-/nianbao/static/../app.py").status_code == 404
    for name in ("vega", "vega-lite", "vega-embed"):
        assert browser.get(f"/-/nianbao/static/vendor/{name}.min.js").status_code == 200
        assert "Redistribution" in browser.get(f"/-/nianbao/static/vendor/{name}.LICENSE").text


def test_datasette_itself_is_there(browser):
    assert browser.get("/reports/current_report.json?_shape=array&verdict=review").json()[0]["agency"] == "宿迁市人民政府"
    rows = browser.get("/reports.json?sql=SELECT+count(*)+AS+n+FROM+report&_shape=array").json()
    assert rows == [{"n": 5}]
    assert browser.get("/reports/report.csv?_facet=verdict").text.startswith("id,document_id")
    answer = browser.get("/reports")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert browser.get("/reports.json?sql=DELETE+FROM+report").status_code == 400


def test_home_counts_and_covers(browser):
    found = page(browser.get("/"))
    counts = {li.get("class").split()[1]: li.cssselect(".count")[0].text for li in found.cssselect(".tile")}
    assert counts == {"verified": "3", "inconsistent": "1", "review": "1", "prose": "0"}
    heat = found.cssselect("table.heat")[0]
    assert [th.text for th in heat.cssselect("thead th")][1:] == [str(year) for year in range(2019, 2025)]
    row = next(tr for tr in heat.cssselect("tbody tr") if tr.cssselect("th")[0].text == "江苏省")
    assert [words_of(td) for td in row.cssselect("td")] == ["无"] * 4 + ["100 %", "100 %"]
    assert "宿迁市人民政府 2024" in words_of(found.cssselect("#latest")[0].getparent())


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("宿", ["宿迁市人民政府"]),
        ("府", ["宿迁市人民政府", "云溪县人民政府", "上海市人民政府办公厅", "淮安市洪泽区人民政府"]),
        ("洪泽 政府", ["淮安市洪泽区人民政府"]),
        ("%", []),
        ("", []),
    ],
)
def test_suggestions_are_any_part_of_a_name(browser, asked, names):
    answer = browser.get("/-/nianbao/agencies.json", params={"q": asked}).json()
    assert [each["name"] for each in answer["agencies"]] == names
    assert answer["count"] == len(names)


def test_search_without_script_lists_the_same(browser):
    rows = page(browser.get("/search?q=宿迁")).cssselect("tbody tr")
    assert [words_of(row) for row in rows] == ["宿迁市人民政府 2023–2024 2"]


def test_what_changed_in_the_database_shows(fresh):
    fresh.get("/")
    with open_store(fresh.path) as store, store.loading(store.begin_run("4")) as loader:
        loader.load(facts("new.pdf"), [report("新来县水利局")])
    for _ in range(100):  # the old picture is shown while the new one is made
        if "新来县水利局" in fresh.get("/").text:
            break
    else:
        pytest.fail("the first page never showed the new report")


def test_a_place_of_the_map_lists_its_agencies(browser):
    found = page(browser.get("/coverage?province=江苏省&year=2024"))
    rows = [words_of(row).split()[:3] for row in found.cssselect("tbody tr")]
    assert rows == [["淮安市洪泽区人民政府", "表式不对", "核实"], ["宿迁市人民政府", "收到", "待人工核对"]]
    missing = page(browser.get("/coverage?province=上海市&year=2021"))
    assert [words_of(row) for row in missing.cssselect("tbody tr")] == ["上海市人民政府办公厅 缺 2022-01-31"]
    assert browser.get("/coverage?province=上海市&year=soon").status_code == 400


def test_a_page_does_not_wait_for_what_is_dear(database, monkeypatch):
    started, finish = threading.Event(), threading.Event()

    def slowly(store):
        started.set()
        finish.wait(20)
        return overview(store)

    monkeypatch.setattr("explore.app.overview", slowly)
    browser = Browser(database, patience=0.01)
    assert not page(browser.get("/")).cssselect(".tile")
    assert started.wait(20)
    finish.set()
    assert browser.site.overview.get().documents == 5
    assert page(browser.get("/")).cssselect(".tile")


def test_a_server_is_no_file():
    with pytest.raises(ConfigurationError, match="reads an SQLite file"):
        app.sqlite_file("postgresql+psycopg://user@host/reports")


def test_there_must_be_a_database(tmp_path):
    with pytest.raises(StoreError, match="There is no database"):
        app.application(tmp_path / "none.sqlite")


def test_the_reading_connection_cannot_write(database):
    with app.open_to_read(database) as store, pytest.raises(StoreError, match="readonly"), store.writing() as connection:
        connection.execute(text("DELETE FROM report"))


@pytest.mark.parametrize("name", ["report.sqlite", "agency.sqlite", "review.sqlite"])
def test_no_database_hides_a_page(database, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(database.read_bytes())
    browser = Browser(path)
    assert page(browser.get(f"/report/{SUQIAN_2023}")).cssselect("table.official")
    assert browser.get("/reports.json?sql=SELECT+1").status_code == 200


def test_without_an_archive_none_is_opened():
    assert opened_archive(None) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--db", "none.sqlite"], "error: There is no database none.sqlite."),
        (["--db", "postgresql+psycopg://user@host/reports"], "error: The browser face reads an SQLite file"),
        (["--token", "short"], "error: The token is too short"),
        (["--archive", "nowhere"], "error: "),
    ],
)
def test_the_command_says_what_is_wrong(database, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    given = words if "--db" in words else [*words, "--db", str(database)]
    result = CliRunner().invoke(main, ["browse", *given])
    assert result.exit_code != 0
    assert result.stderr.startswith(said)
    assert result.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_an_error(database):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = CliRunner().invoke(main, ["browse", "--db", str(database), "--port", str(taken.getsockname()[1])])
    assert result.stderr.startswith("error: Nothing can listen at 127.0.0.1:")


def test_decisions_are_listed_by_the_command(fresh):
    fresh.sign_in()
    fresh.post(f"/review/{SUQIAN_2024}", {"cell": f"2021:{DOUBTFUL}", "base": "", "choice": "=1408", "reason": "看原件"})
    said = CliRunner().invoke(main, ["corrections", "list", "宿迁", "--db", str(fresh.path)], terminal_width=300).stdout
    assert "李明" in said
    assert "1408" in said
    assert CliRunner().invoke(main, ["corrections", "list", "没有", "--db", str(fresh.path)]).stdout == "No decisions.\n"


@pytest.mark.parametrize("address", [f"/report/{SUQIAN_2024}", f"/review/{SUQIAN_2024}"])
def test_what_a_finding_says_is_said_in_the_language_of_the_page(browser, address):
    stored = "read without certainty: 1468 or 1408; no rule speaks of it"
    [said] = page(browser.get(f"{address}?lang=zh")).xpath(f"//span[@title='{stored}']")
    assert said.text == "识读没有把握：1468 或 1408；没有规则涉及此格"
    [said] = page(browser.get(f"{address}?lang=en")).xpath(f"//span[text()='{stored}']")
    assert said.get("lang") == "en"
