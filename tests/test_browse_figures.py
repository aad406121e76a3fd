"""What the pages of agencies, comparisons and reports show, asked without a browser."""

import csv
import io
import json
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from explore.official import sheets
from normalize.forms import forms
from store.coverage import coverage_of, province_covered, years_covered
from store.open import open_store
from tests.browsing import (
    HONGZE,
    REPORTS,
    SHANGHAI,
    SUQIAN_2023,
    YUNXI,
    Browser,
    page,
    real_store,
    words_of,
)
from tests.report_factory import facts, full_report, new_store

CELL = "2021:applications.new.total"


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("browse") / "reports.sqlite"
    real_store(path)
    return path


@pytest.fixture(scope="module")
def browser(database):
    return Browser(database)


def agency_of(browser, name):
    found = browser.get("/-/nianbao/agencies.json", params={"q": name}).json()["agencies"]
    return found[0]["id"]


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


# ---- coverage


def test_the_questions_about_some_agencies_agree_with_the_view(database):
    with open_store(database) as store:
        everything = coverage_of(store).rows
        assert {row.status for row in everything} >= {"present", "missing", "wrong_form"}
        for number in {row.agency_id for row in everything}:
            assert list(years_covered(store, number)) == [row for row in everything if row.agency_id == number]
        for province, year in {(row.province, row.year) for row in everything}:
            expected = [row for row in everything if (row.province, row.year) == (province, year)]
            assert sorted(province_covered(store, province, year), key=str) == sorted(expected, key=str)
