import csv
from decimal import Decimal

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from collect.errors import ConfigurationError
from normalize.model import Finding, Identity, Severity
from store import export as export_module
from store import writers
from store.export import export
from store.values import figure_text, from_sqlite, survives_double, to_sqlite
from store.writers import harmless
from tests.report_factory import BLANK, MISSING, cell, facts, form_report_cells, full_report, lattice_box, new_store, report

CELLS = [
    *("document", "sha256", "agency", "year", "form", "table", "row", "column", "value", "printed", "state"),
    *("page", "x0", "top", "x1", "bottom"),
]
REPORTS = [
    *("document", "sha256", "agency", "year", "form", "scope", "verdict", "title"),
    *("cells_expected", "cells_found", "findings"),
]
FINDINGS = ["document", "sha256", "agency", "year", "rule", "severity", "cells", "expected", "actual", "message"]
EVIL = '=HYPERLINK("http://x","00123")'


@pytest.fixture
def store(tmp_path):
    with new_store(tmp_path / "r.sqlite") as opened:
        opened.load(facts("a.pdf"), [full_report()], opened.begin_run("r1"))
        yield opened


def table(store, what, path):
    count = export(store, what, "csv", path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        found = list(reader)
    assert len(found) == count
    return reader.fieldnames, found


def test_cells(store, tmp_path):
    columns, found = table(store, "cells", tmp_path / "cells.csv")
    assert columns == CELLS
    assert len(found) == 200
    by_key = {f"{r['table']}.{r['row']}.{r['column']}": r for r in found}
    new = by_key["applications.new.natural_person"]
    assert {name: new[name] for name in CELLS if name != "sha256"} == {
        "document": "a.pdf",
        "agency": "甲县司法局",
        "year": "2023",
        "form": "2021",
        "table": "applications",
        "row": "new",
        "column": "natural_person",
        "value": "12",
        "printed": "12",
        "state": "printed",
        "page": "1",
        **{name: figure_text(Decimal(repr(getattr(lattice_box(10), name)))) for name in ("x0", "top", "x1", "bottom")},
    }
    assert by_key["disclosure.fees.amount"]["value"] == "25.1"
    blank, missing = by_key["disputes.review.upheld"], by_key["disputes.review.total"]
    assert (blank["value"], blank["printed"], blank["state"], blank["page"]) == ("", "", "blank", "1")
    assert (missing["value"], missing["state"], missing["page"]) == ("", "missing", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("-0.0", "0"),
        ("25.10", "25.1"),
        ("1E+3", "1000"),
        ("-8", "-8"),
        ("0.00001", "0.00001"),
        ("59237.2449", "59237.2449"),
        ("0.1", "0.1"),
        ("123456789.123456", "123456789.123456"),
        ("999999999999999", "999999999999999"),
        ("123456789012345678", "123456789012345678"),
        ("0.123456789012345", "0.123456789012345"),
        ("1234567890123456.789", "1234567890123456.789"),  # 19 digits: by way of cell_note.exact
        ("12345678901234567890123", "12345678901234567890123"),
    ],
)
def test_every_number_comes_back_exactly(store, tmp_path, value, text):
    only = cell("2021", "disclosure.fees.amount", value)
    store.load(facts("n.pdf"), [report("乙县", cells=(only,))], store.begin_run("r1"))
    found = [r["value"] for r in table(store, "cells", tmp_path / "c.csv")[1] if r["document"] == "n.pdf"]
    assert found == [text]


def test_fifteen_digits_survive_a_double():
    for digits in range(1, 16):
        for places in range(digits + 1):
            value = Decimal("987654321987654321"[:digits]).scaleb(-places)
            assert from_sqlite(to_sqlite(value)) == value
            assert survives_double(value)


def test_reports_show_every_name_of_a_document(store, tmp_path):
    run = store.begin_run("r1")
    store.load(facts("copy/a.pdf", "a.pdf"), [full_report()], run)
    columns, found = table(store, "reports", tmp_path / "r.csv")
    assert columns == REPORTS
    assert [r["document"] for r in found] == ["a.pdf", "copy/a.pdf"]
    assert len({r["sha256"] for r in found}) == 1
    assert {name: found[0][name] for name in REPORTS[2:]} == {
        "agency": "甲县司法局",
        "year": "2023",
        "form": "2021",
        "scope": "own_office",
        "verdict": "inconsistent",
        "title": "甲县司法局2023年政府信息公开工作年度报告",
        "cells_expected": "200",
        "cells_found": "199",
        "findings": "2",
    }
    assert len(table(store, "cells", tmp_path / "c.csv")[1]) == 400
    assert len(table(store, "panel", tmp_path / "p.csv")[1]) == 1


def test_findings(store, tmp_path):
    columns, found = table(store, "findings", tmp_path / "f.csv")
    assert columns == FINDINGS
    assert [(r["rule"], r["severity"], r["expected"], r["actual"]) for r in found] == [
        ("applications.row_total", "fault", "12", "13"),
        ("blank", "note", "", ""),
    ]
    assert found[0]["cells"] == "applications.new.total applications.new.natural_person"


def test_panel_has_one_row_a_current_report_and_one_column_a_cell(store, tmp_path):
    run = store.begin_run("r1")
    store.load(facts("b.pdf"), [report("乙县", 2020, "2019", {"applications.new.total": "7"})], run)
    store.load(facts("newer.pdf"), [full_report(sections=())], run)
    columns, found = table(store, "panel", tmp_path / "p.csv")
    assert columns[:7] == ["document", "sha256", "agency", "year", "form", "scope", "verdict"]
    assert len(columns) == len(set(columns))
    assert [(r["document"], r["applications.new.total"], r["disputes.review.total"]) for r in found] == [
        ("b.pdf", "7", "0"),
        ("newer.pdf", "13", ""),
    ]


def test_a_superseded_report_is_listed_unless_its_file_was_replaced(store, tmp_path):
    run = store.begin_run("r1")
    store.load(facts("z.html"), [full_report()], run)
    assert [r["document"] for r in table(store, "reports", tmp_path / "r.csv")[1]] == ["a.pdf", "z.html"]
    store.load(facts("z.html", "changed"), [full_report()], run)
    found = table(store, "reports", tmp_path / "r.csv")[1]
    assert [(r["document"], r["sha256"]) for r in found] == [
        ("a.pdf", facts("a.pdf").sha256),
        ("z.html", facts("z.html", "changed").sha256),
    ]


def test_a_report_of_two_forms_names_the_form_of_each_cell(store, tmp_path):
    cells = form_report_cells("2021", tables={"disclosure"}) + form_report_cells("2019", tables={"applications"})
    store.load(facts("h.pdf"), [report("洪泽区", cells=cells)], store.begin_run("r1"))
    found = [r for r in table(store, "cells", tmp_path / "c.csv")[1] if r["document"] == "h.pdf"]
    assert {(r["form"], r["table"]) for r in found} == {("2021", "disclosure"), ("2019", "applications")}
    assert len(found) == 10 + 161


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (EVIL, "'" + EVIL),
        ("@SUM(1)", "'@SUM(1)"),
        ("+SUM(1)", "'+SUM(1)"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),  # Excel in East Asia takes the wide sign too
        ("-", "-"),
        ("+5", "+5"),
        ("+1,036", "+1,036"),
        ("-3件", "-3件"),
        ("—", "—"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_csv_text_is_never_a_formula_and_printed_signs_are_kept(text, written):
    assert harmless(text) == written


def load_evil(store):
    identity = Identity(title=EVIL, agency="@SUM(A1)", year=2023)
    evil = report(
        cells=(
            cell("2021", "disclosure.fees.amount", "-5", box=lattice_box(0)),
            cell("2021", "disputes.review.total", "=1+1", value=None),
        ),
    )
    finding = Finding("rule", Severity.DOUBT, "#N/A", ("disclosure.fees.amount",), EVIL, "a\x0bb")
    evil = type(evil)(identity, "2021", evil.verdict, evil.cells, findings=(finding,))
    store.load(facts("0012.pdf"), [evil], store.begin_run("r1"))


def test_csv_export_holds_no_formula(store, tmp_path):
    load_evil(store)
    row = next(r for r in table(store, "reports", tmp_path / "r.csv")[1] if r["document"] == "0012.pdf")
    assert (row["title"], row["agency"]) == ("'" + EVIL, "'@SUM(A1)")
    figures = [r for r in table(store, "cells", tmp_path / "c.csv")[1] if r["document"] == "0012.pdf"]
    assert [(r["value"], r["printed"]) for r in figures] == [("-5", "-5"), ("", "'=1+1")]


def test_xlsx_holds_text_as_text_and_numbers_as_numbers(store, tmp_path):
    load_evil(store)
    export(store, "reports", "xlsx", tmp_path / "r.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").active
    header = [c.value for c in sheet[1]]
    assert header == REPORTS
    row = dict(zip(header, sheet[2], strict=True))
    assert (row["document"].value, row["document"].data_type) == ("0012.pdf", "s")
    assert (row["title"].value, row["title"].data_type) == (EVIL, "s")
    assert (row["form"].value, row["form"].data_type) == ("2021", "s")
    assert (row["year"].value, row["year"].data_type) == (2023, "n")
    export(store, "cells", "xlsx", tmp_path / "c.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "c.xlsx").active
    row = dict(zip([c.value for c in sheet[1]], sheet[2], strict=True))
    assert (row["value"].value, row["printed"].value, row["printed"].data_type) == (-5, "-5", "s")
    amounts = [r[8] for r in sheet.iter_rows(values_only=True) if r[6] == "fees"]
    assert amounts == [-5, 25.1]
    export(store, "findings", "xlsx", tmp_path / "f.xlsx")
    row = dict(zip(FINDINGS, openpyxl.load_workbook(tmp_path / "f.xlsx").active[2], strict=True))
    assert (row["message"].value, row["message"].data_type) == ("#N/A", "s")
    assert (row["expected"].value, row["actual"].value) == (EVIL, "a\ufffdb")


@pytest.mark.parametrize("what", ["cells", "reports", "findings", "panel"])
def test_parquet_has_typed_columns(store, tmp_path, what):
    path = tmp_path / "x.parquet"
    count = export(store, what, "parquet", path)
    schema = pq.read_schema(path)
    assert str(schema.field("year").type) == "int64"
    assert str(schema.field("sha256").type) == "string"
    frame = pd.read_parquet(path)
    assert len(frame) == count == {"cells": 200, "reports": 1, "findings": 2, "panel": 1}[what]
    if what == "cells":
        assert frame["value"].sum() == pytest.approx(50.1)
        assert frame["value"].isna().sum() == 2
        assert frame.loc[frame["row"] == "fees", "form"].tolist() == ["2021"]
    if what == "panel":
        assert frame["applications.new.total"].tolist() == [13.0]


@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("what", ["cells", "reports", "findings", "panel"])
def test_an_empty_database_gives_a_file_with_its_header(tmp_path, what, suffix):
    with new_store(tmp_path / "empty.sqlite") as store:
        assert export(store, what, suffix, tmp_path / f"x.{suffix}") == 0
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "xlsx": pd.read_excel}[suffix]
    assert list(read(tmp_path / f"x.{suffix}").columns)[:4] == ["document", "sha256", "agency", "year"]


def test_large_exports_go_through_in_batches(store, tmp_path, monkeypatch):
    run = store.begin_run("r1")
    for number in range(7):
        store.load(facts(f"n{number}.pdf"), [report(f"第{number}县")], run)
        store.load(facts(f"copy{number}.pdf", f"n{number}.pdf"), [report(f"第{number}县")], run)
    whole = {what: table(store, what, tmp_path / "x.csv")[1] for what in ("cells", "reports", "findings", "panel")}
    monkeypatch.setattr(export_module, "BATCH", 2)
    assert {what: table(store, what, tmp_path / "x.csv")[1] for what in whole} == whole
    assert [len(found) for found in whole.values()] == [3000, 15, 2, 8]


def test_a_sheet_that_would_overflow_is_refused_and_leaves_nothing(store, tmp_path, monkeypatch):
    path = tmp_path / "c.xlsx"
    monkeypatch.setattr(writers, "SHEET_ROWS", 201)
    assert export(store, "cells", "xlsx", path) == 200
    path.write_text("old")
    monkeypatch.setattr(writers, "SHEET_ROWS", 200)
    with pytest.raises(ConfigurationError, match="csv or parquet"):
        export(store, "cells", "xlsx", path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir() if ".part" in p.name] == []


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("nothing", "csv", "x.csv"), "Choose one of cells, reports, findings, mentions, panel"),
        (("cells", "ods", "x.ods"), "Choose one of csv, parquet, xlsx"),
        (("cells", "csv", "no/such/x.csv"), "no folder"),
        (("cells", "csv", ""), "is a folder"),
        (("cells", "csv", "r.sqlite"), "the database itself"),
    ],
)
def test_what_cannot_be_exported_is_refused_with_advice(store, tmp_path, asked, says):
    what, suffix, output = asked
    with pytest.raises(ConfigurationError, match=says):
        export(store, what, suffix, tmp_path / output)


def test_missing_and_blank_are_told_apart_by_state_alone(store, tmp_path):
    cells = (cell("2021", "disputes.review.total", BLANK), cell("2021", "disputes.review.other", MISSING))
    store.load(facts("b.pdf"), [report("乙县", cells=cells)], store.begin_run("r1"))
    found = [r for r in table(store, "cells", tmp_path / "c.csv")[1] if r["document"] == "b.pdf"]
    assert {(r["column"], r["value"], r["state"]) for r in found} == {("total", "", "blank"), ("other", "", "missing")}
