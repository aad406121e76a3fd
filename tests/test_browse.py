"""The pages of the browser face, asked without a browser: what they show, in both languages, and what they refuse."""

import csv
import io
import json
import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from openpyxl import load_workbook
from sqlalchemy import text

from collect.errors import ConfigurationError, StoreError
from explore import app
from explore.official import sheets
from explore.pages import environment, outside_link, visible
from explore.serve import opened_archive
from explore.words import LANGUAGES, catalogue
from normalize.forms import forms
from store.corrections import corrections
from store.open import open_store
from store.overview import overview
from tests.browsing import DOUBTFUL, REPORTS, TOKEN, Browser, another, real_store
from tests.report_factory import facts, full_report, new_store, report

ROOT = Path(__file__).parent.parent
SUQIAN_2023, SHANGHAI, YUNXI, HONGZE, SUQIAN_2024 = range(1, 6)
CELL = "2021:applications.new.total"


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("browse") / "reports.sqlite"
    real_store(path)
    return path


@pytest.fixture(scope="module")
def browser(database):
    return Browser(database)


@pytest.fixture
def fresh(database, tmp_path):
    """A browser at a copy that may be written."""
    path = tmp_path / "copy.sqlite"
    path.write_bytes(database.read_bytes())
    return Browser(path)


def page(answer):
    assert answer.status_code == 200, answer.text[-600:]
    return html.fromstring(answer.text)


def words_of(element):
    return " ".join(" ".join(element.itertext()).split())


def agency_of(browser, name):
    found = browser.get("/-/nianbao/agencies.json", params={"q": name}).json()["agencies"]
    return found[0]["id"]


PAGES = (
    *("/", "/search?q=宿迁", "/compare", "/compare?metric=received&name=宿迁市人民政府", "/review", "/review/sign-in"),
    *("/agency?name=云溪县人民政府", f"/report/{SUQIAN_2023}", f"/report/{SHANGHAI}", f"/report/{YUNXI}"),
    *(f"/report/{SUQIAN_2024}?cell=2021:{DOUBTFUL}", f"/review/{SUQIAN_2024}", "/nowhere"),
)


# ---- every page


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


# ---- the first page and search


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


# ---- an agency


def test_agency_shows_its_years_and_what_carries_over(browser):
    number = agency_of(browser, "宿迁")
    found = page(browser.get(f"/agency/{number}"))
    assert [words_of(li)[:4] for li in found.cssselect(".strip li")] == ["2023", "2024"]
    assert [li.get("class").split()[-1] for li in found.cssselect(".strip li")] == ["verified", "review"]
    assert [words_of(li) for li in found.cssselect(".chain li")] == ["2023 转入 96 转出 121", "2024 转入 121 转出 125"]
    specs = [json.loads(each.text) for each in found.cssselect("script[data-chart]")]
    assert [value["value"] for value in specs[0]["data"]["values"]] == [3511.0]  # the later year is for review
    assert [th.text for th in found.cssselect("table.dense thead th")] == ["指标", "2023", "2024"]
    assert [a.get("href").split("?")[0] for a in found.cssselect("#peers + ul a")] == ["/compare"] * 3


def test_an_undecided_name_has_its_page(browser):
    found = page(browser.get("/agency?name=云溪县人民政府"))
    assert found.cssselect(".notice")
    assert [words_of(li)[:4] for li in found.cssselect(".strip li")] == ["2015"]
    assert browser.get("/agency?name=没有的局").status_code == 404
    assert browser.get("/agency/9999").status_code == 404


# ---- comparing


def test_comparison_shows_figures_and_reasons(browser):
    found = page(browser.get("/compare?metric=disclosure_rate&name=宿迁市人民政府&name=上海市人民政府办公厅&years=2019-2024"))
    rows = {
        words_of(tr.cssselect("th")[0]): [words_of(td) for td in tr.cssselect("td")]
        for tr in found.cssselect("table.dense tbody tr")
    }
    assert rows["宿迁市人民政府"][4:] == ["34.1652 1 191/3 486", "待核"]
    assert rows["宿迁市人民政府"][:4] == ["—"] * 4
    assert rows["上海市人民政府办公厅"][0].startswith("空白")
    spec = json.loads(found.cssselect("script[data-chart=chart-lines]")[0].text)
    assert [(each["year"], each["value"], each["numerator"]) for each in spec["data"]["values"]] == [(2023, 34.1652, 1191.0)]


def test_comparison_of_a_peer_group(browser):
    found = page(browser.get("/compare?metric=received&kind=government&within=江苏省"))
    names = [words_of(th) for th in found.cssselect("table.dense tbody th")]
    assert names == ["淮安市洪泽区人民政府", "宿迁市人民政府"]


def test_the_same_figures_as_files(browser):
    query = "metric=received&name=宿迁市人民政府&years=2023-2024"
    answer = browser.get(f"/compare.csv?{query}")
    assert answer.headers["content-disposition"] == 'attachment; filename="nianbao-received.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["year"], row["value"], row["null_reason"], row["verdict"]) for row in rows] == [
        ("2023", "3511", "", "verified"),
        ("2024", "", "review", "review"),
    ]
    sheet = load_workbook(io.BytesIO(browser.get(f"/compare.xlsx?{query}").content)).active
    rows = [[cell.value for cell in row][1:6:4] for row in sheet.iter_rows(min_row=2)]
    assert rows == [["宿迁市人民政府", 3511], ["宿迁市人民政府", None]]


@pytest.mark.parametrize("metric", ["received", "disclosure_rate"])
def test_sql_and_pandas_to_copy_give_what_the_page_shows(browser, database, metric):
    found = page(browser.get(f"/compare?metric={metric}&name=宿迁市人民政府&years=2023-2023"))
    with open_store(database) as store, store.reading() as connection:
        [row] = connection.execute(text(found.cssselect("pre#sql")[0].text)).mappings()
    shown = {"received": 3511, "disclosure_rate": 34.1652}[metric]
    assert row["value"] == shown
    names = {"__name__": "copied"}
    code = found.cssselect("pre#pandas")[0].text.replace("'reports.sqlite'", repr(str(database)))
    exec(code, names)  # what a reader would paste
    assert names["frame"]["value"].tolist() == [shown]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("metric=nonsense", 400),
        ("years=soon&name=宿迁市人民政府", 400),
        ("years=2024-2019", 400),
        ("name=没有的局", 200),
        ("agency=99999999999999", 200),
    ],
)
def test_questions_without_an_answer_say_so(browser, query, status):
    answer = browser.get(f"/compare?{query}")
    assert answer.status_code == status
    assert "Traceback" not in answer.text


# ---- a report


def test_the_official_tables_are_as_printed(browser):
    found = page(browser.get(f"/report/{SUQIAN_2023}"))
    table = found.cssselect("table.official.applications")[0]
    head = [
        [(th.text_content().strip(), th.get("colspan"), th.get("rowspan")) for th in tr.cssselect("th")]
        for tr in table.cssselect("tr")[:2]
    ]
    assert head[0] == [
        ("项目", "3", "2"),
        ("自然人", None, "2"),
        ("法人或其他组织", "5", None),
        ("总计", None, "2"),
    ]
    assert [text for text, *_ in head[1]] == ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    first = table.cssselect("td.cell")
    assert [words_of(td) for td in first[:7]] == ["3402", "99", "0", "4", "5", "1", "3511"]
    assert len(found.cssselect("td.cell")) == 200


@pytest.mark.parametrize("form", forms())
def test_every_cell_of_every_form_has_one_place_in_the_layout(form):
    present = {cell.key for cell in forms()[form].cells()}
    laid = [
        place.key
        for sheet in sheets(forms()[form], present)
        for band in sheet.bands
        for row in band.rows
        for place in row.places
        if place
    ]
    assert len(laid) == len(present)
    assert set(laid) == present
    for sheet in sheets(forms()[form], present):
        rows = [row for band in sheet.bands for row in (*band.head, *band.rows)]
        assert len(set(_widths(rows))) == 1, sheet.table


def _widths(rows):
    """How many columns each row of a table covers, counting what reaches down from the rows above."""
    reaching = []
    for row in rows:
        cells = [(heading.colspan, heading.rowspan) for heading in row.headings]
        cells += [(place.colspan if place else 1, 1) for place in row.places]
        yield sum(columns for columns, _ in cells) + sum(columns for columns, _ in reaching)
        reaching = [(columns, down - 1) for columns, down in (*reaching, *cells) if down > 1]


def test_findings_stand_beside_the_cells_they_concern(browser):
    found = page(browser.get(f"/report/{YUNXI}"))
    faulty = found.cssselect("td.cell.fault")
    assert len(faulty) == 9
    [mark] = faulty[0].cssselect("sup a")
    [finding] = found.cssselect(mark.get("href").replace("#f-", "#f-").replace("#", "li[id='") + "']")
    assert "145 ≠ 138" in words_of(finding)
    assert found.cssselect(".verdict.inconsistent")


def test_blanks_are_blanks(browser):
    found = page(browser.get(f"/report/{SHANGHAI}"))
    blank = found.cssselect("td.cell.blank")
    assert blank
    assert {words_of(td) for td in blank} == {"空白"}


def test_prose_marks_the_numbers_it_states(browser):
    found = page(browser.get(f"/report/{HONGZE}"))
    marks = [(mark.get("class"), mark.text_content()) for mark in found.cssselect(".prose mark")]
    assert ("agrees", "95") in marks
    agreeing = next(mark for mark in found.cssselect("mark.agrees a"))
    assert agreeing.get("data-cell") == CELL


def test_a_number_leads_to_its_box_on_the_page(browser):
    found = page(browser.get(f"/report/{SUQIAN_2023}?cell={CELL}"))
    panel = found.cssselect("aside.panel")[0]
    assert panel.cssselect(".figure")[0].text == "3\u202f511"
    [box] = panel.cssselect("figure.crop rect.chosen")
    assert [float(box.get(name)) for name in ("x", "y")] == [488.2, 614.6]
    image = panel.cssselect("figure.crop image")[0].get("href")
    picture = browser.get(image)
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    said = words_of(panel)
    for fact in ("suqian-2023.pdf", "application/pdf", "识读程序版本 4"):
        assert fact in said
    assert re.fullmatch(r"[0-9a-f]{64}", panel.cssselect(".hash")[0].text)


def test_the_panel_alone_is_what_the_page_has(browser):
    whole = page(browser.get(f"/report/{SUQIAN_2023}?cell={CELL}")).cssselect("aside .panel-inner")[0]
    alone = page(browser.get(f"/report/{SUQIAN_2023}/cell?cell={CELL}"))
    assert words_of(whole) == words_of(alone)


def test_a_number_of_a_web_page_leads_to_its_row(browser):
    found = page(browser.get(f"/report/{SHANGHAI}?cell=2019:applications.new.total"))
    [here] = found.cssselect(".excerpt td.here")
    assert here.text == "859"


def test_without_the_bytes_the_place_is_told_in_words(tmp_path):
    with new_store(tmp_path / "r.sqlite") as store, store.loading(store.begin_run("4")) as loader:
        loader.load(facts("gone.pdf"), [full_report()])
    browser = Browser(tmp_path / "r.sqlite")
    panel = page(browser.get("/report/1?cell=2021:applications.new.total")).cssselect("aside.panel")[0]
    assert panel.cssselect(".notice")
    assert not panel.cssselect("image")
    assert "第 1 页，左 284.5、上 115.2 点" in words_of(panel)
    assert browser.get("/report/1/page/1.png").status_code == 404


class Kept:
    """An archive that holds one document."""

    def __init__(self, content, sha256):
        self.held = {sha256: content}

    def content(self, sha256):
        return self.held[sha256]


def test_bytes_are_found_in_an_archive_and_must_be_the_very_bytes(database, tmp_path):
    path = tmp_path / "moved.sqlite"
    path.write_bytes(database.read_bytes())
    with open_store(path) as store, store.writing() as connection:
        connection.execute(text("UPDATE document_path SET origin = '/gone/' || document"))
        sha256 = connection.execute(text("SELECT lower(hex(sha256)) FROM document WHERE id = 1")).scalar()
    content = (REPORTS / "suqian-2023.pdf").read_bytes()
    for archive, status in ((None, 404), (Kept(content, sha256), 200), (Kept(content + b" ", sha256), 404)):
        assert Browser(path, archive=archive).get(f"/report/{SUQIAN_2023}/page/1.png").status_code == status


@pytest.mark.parametrize(
    "address", ["/report/99", "/report/1/page/99.png", "/report/99/page/1.png", "/report/99/cell", "/review/99"]
)
def test_what_is_not_there_is_not_found(browser, address):
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize(
    "cell", ["nonsense", "2021:a.b.c", "2014:statistics.received.count", "", "2021:applications.new.total'--"]
)
def test_a_cell_that_is_none_shows_the_document(browser, cell):
    found = page(browser.get(f"/report/{SUQIAN_2023}", params={"cell": cell}))
    assert found.cssselect("aside figure.sheet-picture")


# ---- review


def test_the_queue_and_a_question(browser):
    rows = page(browser.get("/review")).cssselect("tbody tr")
    assert [words_of(row) for row in rows] == ["宿迁市人民政府 2024 1 2021"]
    found = page(browser.get(f"/review/{SUQIAN_2024}"))
    assert found.cssselect("figure.crop rect.chosen")
    assert [button.get("value") for button in found.cssselect(".choices button")] == ["=1468", "=1408", "blank"]
    assert found.cssselect("fieldset[disabled]"), "nobody is signed in"


DECIDE = {"cell": f"2021:{DOUBTFUL}", "base": "", "choice": "=1408", "reason": "看原件"}


def test_a_decision_changes_the_report_and_is_kept(fresh):
    assert fresh.sign_in().status_code == 302
    answer = fresh.post(f"/review/{SUQIAN_2024}", DECIDE)
    assert answer.headers["location"] == f"/review/{SUQIAN_2024}?done=1"
    found = page(fresh.get(f"/report/{SUQIAN_2024}"))
    assert found.cssselect(".verdict.verified")
    [changed] = found.cssselect("td.cell.corrected")
    assert words_of(changed) == "1408 更正"
    assert page(fresh.get("/review")).cssselect("p.ok")
    made = page(fresh.get(f"/review/{SUQIAN_2024}?cell=2021:{DOUBTFUL}"))
    assert "李明" in words_of(made.cssselect("ol.rows")[0])
    with open_store(fresh.path) as store:
        [row] = corrections(store)
    assert (row["person"], row["reason"], row["value"], row["old_value"], row["old_state"]) == (
        "李明",
        "看原件",
        1408,
        None,
        "missing",
    )


@pytest.mark.parametrize(
    ("form", "value", "status"),
    [
        ({"choice": "typed", "value": " 1,408 "}, 1408, 302),
        ({"choice": "blank"}, None, 302),
        ({"choice": "typed", "value": ""}, None, 400),
        ({"choice": "typed", "value": "many"}, None, 400),
        ({"choice": "typed", "value": "1408(2)"}, None, 400),
        ({"choice": "=1468", "cell": "2021:nothing.here.total"}, None, 400),
    ],
)
def test_what_may_be_decided(fresh, form, value, status):
    fresh.sign_in()
    answer = fresh.post(f"/review/{SUQIAN_2024}", DECIDE | form)
    assert answer.status_code == status
    with open_store(fresh.path) as store:
        assert [row["value"] for row in corrections(store)] == ([value] if status == 302 else [])


def test_two_browsers_reviewing_at_once_lose_nothing(fresh):
    other = another(fresh)
    fresh.sign_in("李明")
    other.sign_in("王芳")
    fresh.post(f"/review/{SUQIAN_2024}", DECIDE)
    answer = other.post(f"/review/{SUQIAN_2024}", DECIDE | {"choice": "typed", "value": "1468", "reason": "看着像 6"})
    assert answer.status_code == 409
    found = html.fromstring(answer.text)
    assert "李明" in words_of(found.cssselect(".notice")[0])
    assert found.cssselect("#value")[0].get("value") == "1468"
    assert found.cssselect("#reason")[0].get("value") == "看着像 6"
    base = found.cssselect("[name=base]")[0].get("value")
    assert other.post(f"/review/{SUQIAN_2024}", DECIDE | {"choice": "typed", "value": "1408", "base": base}).status_code == 302
    with open_store(fresh.path) as store:
        assert [(row["person"], int(row["value"])) for row in corrections(store)] == [("王芳", 1408), ("李明", 1408)]


def refused(fresh, answer, status=403):
    assert answer.status_code == status
    with open_store(fresh.path) as store:
        assert corrections(store) == ()


def test_nobody_writes_without_the_token(fresh):
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE))
    assert fresh.sign_in(token="wrong-token").status_code == 403
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE))
    fresh.cookies["nianbao_reviewer"] = "eyJwZXJzb24iOiJtZSJ9.forged"
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE))


def test_nobody_writes_to_a_server_that_was_started_read_only(fresh):
    closed = Browser(fresh.path, token=None)
    assert not html.fromstring(closed.get("/review/sign-in").text).cssselect("form.stack")
    closed.cookies = {}
    for token in ("", "None", TOKEN):
        answer = closed.ask(
            "POST", "/review/sign-in", data={"token": token, "person": "x"}, headers={"origin": "http://localhost"}
        )
        assert answer.status_code == 403


def test_a_cookie_of_another_token_is_worthless(fresh):
    fresh.sign_in()
    later = Browser(fresh.path, token="another-token-later")
    later.cookies = dict(fresh.cookies)
    refused(fresh, later.post(f"/review/{SUQIAN_2024}", DECIDE))


def test_nobody_writes_without_the_csrf_token(fresh):
    fresh.sign_in()
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE, csrf=False))
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE | {"csrftoken": "x"}, csrf=False))


@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        ("http://evil.example", {}),
        ("null", {}),
        (None, {}),
        ("http://localhost", {"sec-fetch-site": "cross-site"}),
        ("http://localhost:81", {"sec-fetch-site": "same-site"}),
    ],
)
def test_no_other_site_writes(fresh, origin, headers):
    fresh.sign_in()
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE, origin=origin, headers=headers))


def test_a_get_never_writes(fresh):
    fresh.sign_in()
    fresh.get(f"/review/{SUQIAN_2024}", params=DECIDE)
    refused(fresh, fresh.get("/review/sign-out"))


def test_signing_out(fresh):
    fresh.sign_in()
    assert "李明" in fresh.get("/review").text
    fresh.post("/review/sign-out", {})
    fresh.cookies.pop("nianbao_reviewer", None)
    refused(fresh, fresh.post(f"/review/{SUQIAN_2024}", DECIDE))


def test_a_file_that_cannot_be_written_is_said_to_be_so(fresh, monkeypatch):
    fresh.sign_in()

    def locked(*_args, **_more):
        raise StoreError("The database said: attempt to write a readonly database.")

    monkeypatch.setattr("explore.review.decide", locked)
    answer = fresh.post(f"/review/{SUQIAN_2024}", DECIDE)
    assert answer.status_code == 503
    assert "readonly" in answer.text


# ---- hostile names and texts


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


# ---- opening


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
