"""``import nianbao``: what a researcher types in Python, and what comes back."""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from lxml.html import fragment_fromstring

import nianbao
from nianbao.frames import Kind, answered, figures, frame
from normalize.model import ExtraCell, Finding, Identity, Scope, Section, Severity, State
from store.open import open_store
from tests.report_factory import BLANK, MISSING, cell, facts, form_report_cells, full_report, new_store, report

REPORTS = Path(__file__).parent.parent / "fixtures" / "reports"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


@pytest.fixture
def db(demo):
    with nianbao.open(demo) as opened:
        yield opened


@pytest.fixture
def made(tmp_path):
    """A database of made reports: ``with made(report, report)``."""

    def make(*reports):
        path = tmp_path / "made.sqlite"
        with new_store(path) as store:
            run = store.begin_run("r1")
            for number, each in enumerate(reports):
                store.load(facts(f"{number}.pdf"), [each], run)
        return nianbao.open(path)

    return make


def test_importing_it_loads_nothing_heavy():
    heavy = ["pandas", "sqlalchemy", "lxml", "pdfplumber", "pypdfium2", "rich", "numpy"]
    program = f"import sys, nianbao; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"
    assert nianbao.Report.__name__ == "Report"
    assert set(nianbao.__all__) <= {*dir(nianbao), "Database", "Report", "Summary"}
    with pytest.raises(AttributeError, match="Reprot"):
        _ = nianbao.Reprot


def test_a_file_is_read():
    found = nianbao.read(REPORTS / "suqian-2024.pdf")
    assert (found.agency, found.year, found.form, found.verdict, found.scope) == (
        *("宿迁市人民政府", 2024, "2021", "verified", "jurisdiction"),
    )
    assert repr(found) == "<Report 宿迁市人民政府 2024: verified, 200 of 200 cells>"
    assert found["applications.new.total"] == Decimal(3525)
    assert found["disclosure.fees.amount"] == Decimal("72701.2578")
    assert found.figure("applications.new.total").box.page == 1
    assert found.table("disputes").loc["review"].tolist() == [88, 18, 28, 36, 170]


def test_bytes_and_members_of_archives_are_read():
    path = REPORTS / "suqian-2024.pdf"
    assert nianbao.read(path.read_bytes()).cells.equals(nianbao.read(path).cells)
    member = nianbao.read(str(REPORTS / "bailu-yunxi.zip" / "2023" / "yunxi-water-2023.txt"))
    assert (member.agency, member.year, member.document) == ("云溪县水利局", 2023, "bailu-yunxi.zip/2023/yunxi-water-2023.txt")


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: nianbao.read("nowhere.pdf"), "There is no file or folder nowhere.pdf"),
        (lambda: nianbao.read(b""), "Fetch the file again"),
        (lambda: nianbao.read(REPORTS), "is a folder"),
        (lambda: nianbao.read(REPORTS / "suqian-2024.pdf")["applications.new.sum"], "There is no cell 'applications.new.sum'"),
        (lambda: nianbao.read(REPORTS / "suqian-2024.pdf").table("statistics"), "disclosure, applications, disputes"),
        (lambda: nianbao.open("nowhere.sqlite"), "There is no database nowhere.sqlite"),
        (lambda: nianbao.ingest("nowhere", "made.sqlite"), "There is no file or folder nowhere"),
    ],
)
def test_errors_say_what_happened_and_what_to_do(ask, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(nianbao.NianbaoError, match=says):
        ask()
    assert not list(tmp_path.iterdir())


def test_a_file_of_several_reports_is_read_by_read_all(monkeypatch):
    monkeypatch.setattr("nianbao.pipeline.read_reports", lambda *_: (report("甲县", 2022), report("甲县", 2023)))
    assert [each.year for each in nianbao.read_all(b"x")] == [2022, 2023]
    with pytest.raises(nianbao.NianbaoError, match=r"2 reports: 甲县 2022; 甲县 2023\. Use nianbao.read_all"):
        nianbao.read(b"x")


def test_a_stored_report_is_the_report_that_was_read(db):
    read, kept = nianbao.read(REPORTS / "suqian-2024.pdf"), db.report("宿迁", 2024)
    figures_read = [(f.form, f.key, f.value, f.printed, f.state) for f in read.figures]
    assert [(f.form, f.key, f.value, f.printed, f.state) for f in kept.figures] == figures_read
    assert kept.sha256 == read.sha256
    for name in ("findings", "sections", "mentions", "extra_cells"):
        pd.testing.assert_frame_equal(getattr(kept, name), getattr(read, name))


def test_a_report_that_is_not_there_or_not_clear(db):
    with pytest.raises(nianbao.NianbaoError, match="There are reports of 宿迁市人民政府 for 2023, 2024"):
        db.report("宿迁", 2019)
    with pytest.raises(nianbao.NianbaoError, match=r"Database.agencies\(\)"):
        db.report("某某局", 2019)


def test_reports_of_two_scopes_are_told_apart(made):
    scopes = {Scope.OWN_OFFICE: "2", Scope.JURISDICTION: "5"}
    own, whole = (report("甲县人民政府", scope=scope, values={"applications.new.total": n}) for scope, n in scopes.items())
    with made(own, whole) as db:
        assert db.report("甲县人民政府", 2023, scope="jurisdiction")["applications.new.total"] == 5
        with pytest.raises(nianbao.NianbaoError, match=r"fits 2 reports.*give the scope"):
            db.report("甲县人民政府", 2023)


def test_the_panel_is_what_the_wide_tables_hold(db):
    panel = db.panel()
    assert len(panel) == 11
    by_document = panel.set_index("document")
    assert by_document.loc["suqian-2024.pdf", "applications.new.total"] == 3525
    assert by_document.loc["suqian-2024.pdf", "disclosure.fees.amount"] == 72701.2578
    assert by_document.loc["suqian-2024.pdf", "city"] == "宿迁市"
    assert by_document["statistics.received.count"].notna().sum() == 2
    dtypes = {"year": "Int64", "applications.new.total": "Int64", "disclosure.fees.amount": "Float64", "agency": "string"}
    assert {name: str(panel[name].dtype) for name in dtypes} == dtypes
    assert str(panel["published"].dtype) == "datetime64[s]"
    assert panel["published"].dt.year.tolist()[0] == 2020
    assert panel["verdict"].cat.ordered
    assert (panel["verdict"] >= "inconsistent").sum() == 10


def test_every_number_of_the_panel_is_that_of_the_cells(db):
    cells = db.cells()
    panel = db.panel().set_index("report_id")
    printed = cells.assign(cell=cells["table"] + "." + cells["row"] + "." + cells["column"]).dropna(subset=["value"])
    assert len(printed) == sum(panel[name].notna().sum() for name in panel.columns if "." in name)
    assert [(r.report_id, r.cell) for r in printed.itertuples() if panel.loc[r.report_id, r.cell] != r.value] == []


def test_blank_and_missing_are_no_number_and_never_zero(made):
    values = {"applications.new.total": BLANK, "applications.carried_in.total": MISSING, "applications.granted.total": "0"}
    with made(report(values=values)) as db:
        panel, cells = db.panel(), db.cells(table="applications", column="total").set_index("row")
    found = [panel[f"applications.{row}.total"][0] for row in ("new", "carried_in", "granted")]
    assert (found[0] is pd.NA, found[1] is pd.NA, found[2]) == (True, True, 0)
    assert cells.loc[["new", "carried_in", "granted"], "state"].tolist() == ["blank", "missing", "printed"]
    assert cells.loc[["new", "carried_in"], "value"].isna().all()
    assert panel["applications.new.total"].sum() == 0
    assert panel["applications.new.total"].count() == 0


def test_a_report_of_two_forms_gives_the_cell_of_the_one_it_follows(made):
    cells = [cell("2019", "applications.new.total", "7"), cell("2021", "applications.new.total", "9")]
    with made(report("甲县", form="2021", cells=cells), report("乙县", form="2019", cells=cells)) as db:
        assert db.panel().set_index("agency")["applications.new.total"].to_dict() == {"甲县": 9, "乙县": 7}
        assert db.panel("2019")["applications.new.total"].tolist() == [7, 7]


def test_the_panel_can_be_narrowed(db):
    assert set(db.panel(years=(2023, 2024))["year"]) == {2023, 2024}
    assert set(db.panel("2014")["agency"]) == {"云溪县人民政府", "青禾市财政局"}
    assert len(db.panel(verdicts="verified")) == 9
    assert next(name for name in db.panel("2014").columns if "." in name) == "statistics.disclosed.count"
    for wrong in ({"form": "2020"}, {"verdicts": "sure"}):
        with pytest.raises(nianbao.NianbaoError, match="There is no"):
            db.panel(**wrong)


@pytest.mark.parametrize(
    ("values", "are_counts", "dtype", "found"),
    [
        ([1, None, 0], True, "Int64", [1, pd.NA, 0]),
        ([1, 2.0, Decimal(3)], True, "Int64", [1, 2, 3]),
        ([1, 4.5], True, "Float64", [1.0, 4.5]),
        ([1, None], False, "Float64", [1.0, pd.NA]),
        ([Decimal("25.10"), 3], False, "Float64", [25.1, 3.0]),
        ([Decimal("1234567890123456.789"), 1], False, "object", [Decimal("1234567890123456.789"), Decimal(1)]),
        ([10**18, 1], True, "Int64", [10**18, 1]),
        ([2**53 + 1, 0.5], False, "object", [Decimal(2**53 + 1), Decimal("0.5")]),
        ([10**22, None], True, "object", [Decimal(10**22), None]),
        ([None, None], True, "Int64", [pd.NA, pd.NA]),
    ],
)
def test_no_number_is_rounded(values, are_counts, dtype, found):
    made = figures(values, are_counts=are_counts)
    assert str(made.dtype) == dtype
    assert [a is b or a == b for a, b in zip(made.tolist(), found, strict=True)] == [True] * len(found)


def test_a_number_too_long_for_a_double_is_whole_in_the_panel(made):
    with made(report(cells=(cell("2021", "disclosure.fees.amount", "1234567890123456.789"),))) as db:
        assert db.panel()["disclosure.fees.amount"].tolist() == [Decimal("1234567890123456.789")]
        assert db.cells()["value"].tolist() == [Decimal("1234567890123456.789")]


def test_names_that_no_list_has_are_kept():
    made = frame({"verdict": Kind.NAME, "day": Kind.DAY}, [("verified", "2024-01-31"), ("astonishing", ""), (None, None)])
    assert made["verdict"].tolist()[:2] == ["verified", "astonishing"]
    assert made["verdict"].isna().tolist() == [False, False, True]
    assert made["day"].isna().tolist() == [False, True, True]
    assert frame({"day": Kind.DAY}, [("2024年1月",)])["day"].tolist() == ["2024年1月"]


def test_series_and_comparison(db):
    series = db.series("宿迁市人民政府", indicators="received")
    assert series[["year", "value", "unit"]].values.tolist() == [[2023, 3511.0, "件"], [2024, 3525.0, "件"]]
    rates = db.compare("disclosure_rate", ["宿迁市人民政府", "上海市人民政府办公厅"])
    held = rates.set_index(["agency", "year"])
    assert held.loc[("宿迁市人民政府", 2024), ["value", "numerator", "denominator"]].tolist() == [40.6419, 1431.0, 3521.0]
    assert held.loc[("上海市人民政府办公厅", 2019), "value"] is pd.NA
    assert held.loc[("上海市人民政府办公厅", 2019), "null_reason"] == "blank"
    assert db.compare("received", level="county")["agency"].nunique() == 2
    for wrong, says in [
        (lambda: db.series("宿迁", indicators="recieved"), "no indicator recieved"),
        (lambda: db.compare("rate"), "no metric rate"),
        (lambda: db.series("人民政府"), "fits"),
        (lambda: db.series("某某局"), "There is no report of 某某局"),
        (lambda: db.series("宿迁", kind="health"), "not clear whose"),
    ]:
        with pytest.raises(nianbao.NianbaoError, match=says):
            wrong()


def test_the_other_questions(db):
    agencies = db.agencies(within="宿迁市")
    assert agencies[["name", "level", "reports", "first_year", "last_year"]].values.tolist() == [
        ["宿迁市人民政府", "city", 2, 2023, 2024]
    ]
    coverage = db.coverage(within="宿迁市")
    assert coverage[["year", "status", "verdict"]].values.tolist() == [
        [2023, "present", "verified"],
        [2024, "present", "verified"],
    ]
    assert coverage.attrs == {"unplaced": 0, "undecided": 6, "undated": 0}
    faults = db.findings()
    assert faults.loc[faults["severity"] == "fault", ["agency", "rule"]].values.tolist() == [
        ["云溪县人民政府", "statistics.answered_sum"]
    ]
    words = db.dictionary("2021").set_index("cell")
    assert words.loc["disclosure.fees.amount", ["unit", "name"]].tolist() == ["万元", "disclosure__fees__amount"]
    assert len(db.revisions()) == 0
    assert str(db.revisions()["old_value"].dtype) == "Float64"


def test_revisions_are_listed_cell_by_cell(tmp_path):
    path = tmp_path / "r.sqlite"
    with open_store(path) as store:
        for n, figure in enumerate(("12", "15")):
            store.load(facts("a.pdf", str(n)), [report("甲县", values={"applications.new.total": figure})], store.begin_run("r1"))
    with nianbao.open(path) as db:
        found = db.revisions()
    assert found[["agency", "cell", "old_value", "new_value"]].values.tolist() == [["甲县", "applications.new.total", 12.0, 15.0]]


def test_a_query_gives_all_rows_with_types(db):
    found = db.query("SELECT agency, year, verdict, total, NULL AS none FROM disputes WHERE row = 'review' ORDER BY total DESC")
    assert found.loc[0, ["agency", "year", "total"]].tolist() == ["宿迁市人民政府", 2023, 440]
    assert {name: str(found[name].dtype) for name in ("agency", "year", "total")} == {
        "agency": "string",
        "year": "Int64",
        "total": "Int64",
    }
    assert found["verdict"].cat.ordered
    assert found["none"].isna().all()
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n"
    assert len(db.query(numbers)) == 5000
    assert answered((), []).empty
    for wrong in ("DELETE FROM report", "SELECT nothing FROM nowhere"):
        with pytest.raises(nianbao.NianbaoError, match="The database says"):
            db.query(wrong)
    assert len(db.panel()) == 11


def test_a_report_as_html_marks_states_and_runs_nothing(made):
    cells = (
        cell("2021", "applications.new.total", "12"),
        cell("2021", "applications.carried_in.total", BLANK),
        cell("2021", "applications.granted.total", MISSING),
        cell("2021", "applications.partial.total", "13", state=State.REPAIRED),
        cell("2021", "disputes.review.total", EVIL, value=None, state=State.BLANK),
    )
    findings = (
        Finding("applications.new.row_total", Severity.FAULT, EVIL, ("applications.new.total",), EVIL, "12"),
        Finding("cell.blank", Severity.NOTE, "blank", ("applications.carried_in.total",)),
    )
    evil = report(
        cells=cells, findings=findings, sections=(Section(1, EVIL, EVIL),), extra_cells=(ExtraCell("d", EVIL, EVIL, EVIL, None),)
    )
    evil = replace(evil, identity=Identity(title=EVIL, agency=EVIL, year=2023))
    with made(evil) as db:
        found = db.report("<script>", 2023)
    shown = fragment_fromstring(found._repr_html_())
    assert shown.xpath("//script | //img | //iframe | //@*[starts-with(name(), 'on')]") == []
    assert shown.xpath("string(h3)") == EVIL
    cells_shown = {td.get("title").split("　")[0]: (td.get("class"), td.text_content()) for td in shown.xpath("//td[@title]")}
    assert cells_shown["applications.new.total"] == ("fault", "12")
    assert cells_shown["applications.carried_in.total"] == ("blank", "空白")
    assert cells_shown["applications.granted.total"] == ("missing", "缺失")
    assert cells_shown["applications.partial.total"] == ("repaired", "13 ← 13")
    assert cells_shown["disputes.review.total"] == ("blank", EVIL)
    assert [summary.text for summary in shown.xpath("//summary")] == ["备注与提示 notes and hints（1）", "文字 prose（1）"]


def test_a_report_is_shown_as_text_outside_a_notebook(capsys):
    nianbao.read(REPORTS / "shanghai-office-2019.html").show()
    said = capsys.readouterr().out
    assert "verified 核实" in said
    assert "一、本年新收政府信息公开申请数量" in said


def test_prose_has_no_table():
    found = nianbao.read(REPORTS / "shiqiao-town-2017.html")
    assert (found.verdict, found.form, found.cells.empty) == ("prose", "", True)
    with pytest.raises(nianbao.NianbaoError, match="a report without a table"):
        found["applications.new.total"]
    assert "无表 no table" in found._repr_html_()


def test_a_full_report_keeps_its_parts(made):
    with made(full_report()) as db:
        found = db.report("甲县司法局", 2023)
    assert found.extra_cells.values.tolist() == [["disclosure", "其他主动公开文件", "制发件数", "1.5", 1.5]]
    assert found.sections["heading"].tolist() == ["", "一、总体情况"]
    assert found.mentions[["value", "cell", "approximate"]].values.tolist() == [[13.0, "applications.new.total", False]]
    assert found.findings["severity"].tolist() == ["fault", "note"]
    assert len(form_report_cells()) == len(found.cells)


def test_a_report_as_it_stood_on_a_day(db):
    assert db.report("宿迁", 2024, as_of="2099-01-01")["applications.new.total"] == 3525
    with pytest.raises(nianbao.NianbaoError, match="There is no report of 宿迁 for 2024"):
        db.report("宿迁", 2024, as_of="2020-01-01")


def test_a_roster_says_who_is_to_report(db, tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("agency,first_year,last_year\n宿迁市人民政府,2023,2025\n", "utf-8")
    found = db.coverage(roster=roster, years=(2023, 2025))
    assert found[["year", "status"]].values.tolist() == [[2023, "present"], [2024, "present"], [2025, "missing"]]
    with pytest.raises(nianbao.NianbaoError, match="cannot be read"):
        db.coverage(roster=tmp_path / "nowhere.csv")


def test_ingest_says_what_it_is_at_and_what_became_of_it(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes((REPORTS / "hedong-2021.txt").read_bytes())
    (tmp_path / "in" / "b.pdf").write_bytes(b"")
    seen = []
    summary = nianbao.ingest([tmp_path / "in"], tmp_path / "r.sqlite", progress=seen.append)
    assert (sorted(seen), summary.loaded, summary.rejected, dict(summary.failures)) == (
        ["a.txt", "b.pdf"],
        1,
        1,
        {"unreadable.empty": 1},
    )
    assert nianbao.ingest([tmp_path / "in"], tmp_path / "r.sqlite").known == 2
