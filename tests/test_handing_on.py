"""Files to hand on: read back by the programs that others read them with, and compared with the database."""

import csv
import json
import shutil
import zipfile
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from frictionless import Package, validate

import nianbao
from collect.errors import ConfigurationError
from nianbao import cli
from nianbao.citation import as_bibtex, as_csl, as_text, citation, number
from normalize.forms import forms
from normalize.model import Finding, Identity, Severity
from store.content import content_of
from store.datapackage import write_datapackage
from store.export import TABLES, export
from store.labels import LABELS, panel_columns
from store.open import open_store
from store.stata import LABEL_LENGTH, names_path, variable_label, variable_names
from store.writers import OutputColumn, harmless
from tests.report_factory import BLANK, MISSING, cell, facts, full_report, new_store, report

REPORTS = Path(__file__).parent.parent / "fixtures" / "reports"
EVIL = '=HYPERLINK("http://x","00123")'


@pytest.fixture
def store(demo):
    with open_store(demo, create=False) as opened:
        yield opened


def filled(path, *reports):
    with new_store(path) as made:
        run = made.begin_run("r1")
        for n, each in enumerate(reports):
            made.load(facts(f"{n}.pdf"), [each], run)
    return open_store(path, create=False)


def held(store):
    """Every number of the current reports, as the database has it: by report, form and cell."""
    return {
        (row.agency, row.year, row.form, f"{row.table}.{row.row}.{row.column}"): row.value
        for row in nianbao.Database(store).cells().itertuples()
    }


# Data package


@pytest.fixture(scope="module")
def package(demo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("package") / "reports"
    with open_store(demo, create=False) as opened:
        assert write_datapackage(opened, folder) == 11
    return folder


def test_frictionless_finds_the_package_valid(package):
    found = validate(str(package / "datapackage.json"))
    assert found.flatten(["message"]) == []
    rows = {task.name: task.stats["rows"] for task in found.tasks}
    assert rows == {
        "agencies": 4,
        "reports": 11,
        "panel_2021": 6,
        "panel_2019": 3,
        "panel_2014": 2,
        "dictionary": 456,
        "cells": 1698,
        "indicators": 313,
        "series": 3443,
        "findings": 165,
    }


def test_frictionless_sees_what_breaks_the_package(package, tmp_path):
    broken = shutil.copytree(package, tmp_path / "broken")
    changed = {
        "cells": lambda lines: [*lines, lines[-1]],  # a row twice
        "reports": lambda lines: lines[:-1],  # a report that others refer to
        "findings": lambda lines: [lines[0], *(line.replace("note", "fatal") for line in lines[1:])],
        "panel_2021": lambda lines: [lines[0], *(line.replace(",0,", ",none,", 1) for line in lines[1:])],
    }
    for table, change in changed.items():
        path = broken / f"{table}.csv"
        path.write_text("".join(change(path.read_text("utf-8").splitlines(keepends=True))), "utf-8")
    said = {task.name: {error.type for error in task.errors} for task in validate(str(broken / "datapackage.json")).tasks}
    assert {table for table, found in said.items() if not found}.isdisjoint(changed)
    assert said["series"] == said["panel_2014"] == {"foreign-key"}
    assert "primary-key" in said["cells"]
    assert "foreign-key" in said["cells"]
    assert "constraint-error" in said["findings"]
    assert "type-error" in said["panel_2021"]


def test_values_of_the_package_are_those_of_the_database(package, store):
    read = Package(str(package / "datapackage.json"))
    reports = {row["report_id"]: row for row in read.get_resource("reports").read_rows()}
    names = {number: (row["agency"], row["year"]) for number, row in reports.items()}
    cells = {
        (*names[row["report_id"]], row["form"], f"{row['table']}.{row['row']}.{row['column']}"): row["value"]
        for row in read.get_resource("cells").read_rows()
    }
    expected = held(store)
    assert cells.keys() == expected.keys()
    assert [
        k for k, v in cells.items() if (v is None) != (expected[k] is pd.NA) or (v is not None and float(v) != expected[k])
    ] == []
    for form in forms():
        for row in read.get_resource(f"panel_{form}").read_rows():
            for c in forms()[form].cells():
                assert row[str(c.key)] == cells.get((*names[row["report_id"]], form, str(c.key)))
    suqian = next(row for row in reports.values() if row["document"] == "suqian-2024.pdf")
    assert suqian["sha256"] == sha256((REPORTS / "suqian-2024.pdf").read_bytes()).hexdigest()
    assert (suqian["verdict"], suqian["scope"], suqian["url"]) == ("verified", "jurisdiction", None)
    shanghai = next(row for row in reports.values() if row["year"] == 2019)
    assert shanghai["published"].isoformat() == "2020-01-24"


def test_the_package_says_what_its_columns_are(package):
    described = json.loads((package / "datapackage.json").read_text("utf-8"))
    assert described["profile"] == "tabular-data-package"
    assert described["licenses"][0]["name"] == "other-pd"
    assert any("国办公开办函〔2021〕30号" in source["title"] for source in described["sources"])
    by_name = {each["name"]: each for each in described["resources"]}
    fields = {field["name"]: field for field in by_name["panel_2021"]["schema"]["fields"]}
    assert fields["disclosure.fees.amount"]["type"] == "number"
    assert fields["disclosure.fees.amount"]["unit"] == "万元"
    assert fields["applications.new.total"]["type"] == "integer"
    assert fields["applications.new.total"]["title"] == "一、本年新收政府信息公开申请数量：总计"
    verdict = next(f for f in by_name["reports"]["schema"]["fields"] if f["name"] == "verdict")
    assert verdict["constraints"]["enum"] == ["prose", "review", "inconsistent", "verified"]
    foreign = by_name["cells"]["schema"]["foreignKeys"]
    assert foreign == [{"fields": ["report_id"], "reference": {"resource": "reports", "fields": ["report_id"]}}]
    for name, each in by_name.items():
        content = (package / each["path"]).read_bytes()
        assert (each["bytes"], each["hash"]) == (len(content), f"sha256:{sha256(content).hexdigest()}"), name
        assert [f["name"] for f in each["schema"]["fields"] if not f["title"] or not f["description"]] == []


def test_a_package_promises_only_types_that_every_value_has(tmp_path):
    odd = report("甲县", values={"applications.new.total": "4.5", "disclosure.fees.amount": "1234567890123456.789"})
    blank = report("乙县", values={"applications.new.total": BLANK, "applications.carried_in.total": MISSING})
    with filled(tmp_path / "r.sqlite", odd, blank) as store:
        write_datapackage(store, tmp_path / "p")
    assert validate(str(tmp_path / "p" / "datapackage.json")).flatten(["message"]) == []
    rows = {
        row["report_id"]: row for row in Package(str(tmp_path / "p" / "datapackage.json")).get_resource("panel_2021").read_rows()
    }
    assert rows[1]["applications.new.total"] == Decimal("4.5")
    assert rows[1]["disclosure.fees.amount"] == Decimal("1234567890123456.789")
    assert (rows[2]["applications.new.total"], rows[2]["applications.carried_in.total"]) == (None, None)
    assert rows[2]["applications.granted.total"] == 0


def test_no_formula_of_a_document_runs_in_anybodys_spreadsheet(tmp_path):
    evil = report(cells=(cell("2021", "disputes.review.total", "=1+1", value=None), cell("2021", "disclosure.fees.amount", "-5")))
    evil = type(evil)(
        *(Identity(title=EVIL, agency="@SUM(A1)", year=2023, published="+1"), "2021", evil.verdict, evil.cells),
        findings=(Finding("rule", Severity.DOUBT, "-1+cmd|' /C calc'!A0", (), EVIL, "+5"),),
    )
    with filled(tmp_path / "r.sqlite", evil) as store:
        write_datapackage(store, tmp_path / "p")
    assert validate(str(tmp_path / "p" / "datapackage.json")).flatten(["message"]) == []
    for path in (tmp_path / "p").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            held = [text for row in csv.reader(file) for text in row if text]
        assert [text for text in held if harmless(text) != text] == [], path.name
    reports = Package(str(tmp_path / "p" / "datapackage.json")).get_resource("reports").read_rows()
    assert (reports[0]["title"], reports[0]["agency"], reports[0]["published"]) == ("'" + EVIL, "'@SUM(A1)", "+1")


def test_a_zip_of_the_package_is_the_same_for_the_same_content(package, store, tmp_path):
    for name in ("one.zip", "two.ZIP"):
        assert write_datapackage(store, tmp_path / name) == 11
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.ZIP").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {p.name: p.read_bytes() for p in package.iterdir()}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.zip", "two.ZIP"]


def test_a_package_never_takes_the_place_of_something(store, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match=r"there already\. Give a new folder"):
        write_datapackage(store, tmp_path / "full")
    with pytest.raises(ConfigurationError, match="no folder"):
        write_datapackage(store, tmp_path / "no" / "such")
    (tmp_path / "empty").mkdir()
    assert write_datapackage(store, tmp_path / "empty") == 11
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_a_package_of_nothing_is_valid(tmp_path):
    with filled(tmp_path / "r.sqlite") as store:
        assert write_datapackage(store, tmp_path / "p") == 0
    assert validate(str(tmp_path / "p" / "datapackage.json")).valid


def test_the_path_of_a_file_stays_at_home_and_an_address_goes_along(tmp_path):
    with new_store(tmp_path / "r.sqlite") as store:
        run = store.begin_run("r1")
        store.load(facts("a.html", origin="https://www.x.gov.cn/a.html"), [report("甲县")], run)
        store.load(facts("b.pdf", origin="/home/somebody/b.pdf"), [report("乙县")], run)
        write_datapackage(store, tmp_path / "p")
    assert "somebody" not in (tmp_path / "p" / "reports.csv").read_text("utf-8")
    rows = Package(str(tmp_path / "p" / "datapackage.json")).get_resource("reports").read_rows()
    assert [row["url"] for row in rows] == ["https://www.x.gov.cn/a.html", None]


# Stata


def test_names_of_variables_are_valid_differ_and_lead_back():
    columns = [c.name for c in TABLES["panel"].columns]
    made = variable_names(columns)
    assert len({name.lower() for name in made.values()}) == len(columns) == 291
    assert all(len(name) <= 32 and name.isidentifier() and name.isascii() for name in made.values())
    assert made["applications.new.total"] == "applications_new_total"
    assert made["applications.unavailable.needs_creation.public_welfare"] == "appl_unav_need_creat_publi_welfa"
    assert made["year"] == "year"


def test_names_depend_on_the_columns_and_not_on_their_order():
    names = [c.name for c in TABLES["panel"].columns]
    assert variable_names(names[::-1]) == variable_names(names)
    alike = [f"applications.{'x' * n}yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" for n in (18, 18 + 1)]
    told_apart = variable_names([*alike, "in", "2x"])
    assert len(set(told_apart.values())) == 4
    assert (told_apart["in"], told_apart["2x"]) == ("_in", "_2x")
    assert all(len(name) <= 32 for name in told_apart.values())


def test_labels_fit_and_keep_their_end():
    for language in ("zh", "en"):
        labels = [variable_label(c, language) for c in panel_columns()]
        assert max(map(len, labels)) <= LABEL_LENGTH
        assert all(labels)
    column = OutputColumn("x", label_zh="长" * 90 + "：自然人", unit="件")
    assert variable_label(column, "zh").endswith("：自然人 [件]")
    assert len(variable_label(column, "zh")) == LABEL_LENGTH


def test_a_dta_panel_comes_back_with_values_labels_and_missing(store, tmp_path):
    path = tmp_path / "panel.dta"
    assert export(store, "panel", "dta", path, "en") == 11
    with pd.read_stata(path, iterator=True) as reader:
        labels, value_labels = reader.variable_labels(), reader.value_labels()
        assert reader.data_label == "Nianbao panel: 11 reports"
        frame = reader.read()
    with names_path(path).open(encoding="utf-8-sig", newline="") as file:
        names = {row["name"]: row for row in csv.DictReader(file)}
    assert labels["applications_new_total"] == "Applications newly received: total [件]"
    assert list(value_labels["verdict"].values()) == ["prose", "review", "inconsistent", "verified"]
    assert frame["verdict"].tolist().count("verified") == 9
    expected = nianbao.Database(store).panel().set_index("document")
    frame = frame.set_index("document")
    assert set(frame.index) == set(expected.index)
    cells = [name for name in expected.columns if "." in name]
    for name in cells:
        variable = names[name]["variable"]
        for document in frame.index:
            ours, theirs = expected.loc[document, name], frame.loc[document, variable]
            assert (ours is pd.NA) == pd.isna(theirs)
            assert ours is pd.NA or ours == theirs
    assert frame.loc["suqian-2024.pdf", names["disclosure.fees.amount"]["variable"]] == 72701.2578
    assert frame["scope"].isna().sum() == 9
    assert names["disclosure.fees.amount"]["label_zh"] == "第二十条第（八）项/行政事业性收费：本年收费金额（单位：万元）"


@pytest.mark.parametrize("what", sorted(TABLES))
def test_every_table_can_be_a_dta(tmp_path, what):
    path = tmp_path / f"{what}.dta"
    with filled(tmp_path / "r.sqlite", full_report()) as store:
        rows = export(store, what, "dta", path)
        csv_rows = export(store, what, "csv", tmp_path / "x.csv")
    assert len(pd.read_stata(path)) == rows == csv_rows


def test_a_dta_of_nothing_has_its_variables(tmp_path):
    with filled(tmp_path / "empty.sqlite") as store:
        assert export(store, "findings", "dta", tmp_path / "f.dta") == 0
    assert pd.read_stata(tmp_path / "f.dta").columns.tolist() == [c.name for c in TABLES["findings"].columns]


def test_a_long_text_is_whole_in_a_dta(tmp_path):
    finding = Finding("rule", Severity.NOTE, "长" * 3000)
    with filled(tmp_path / "r.sqlite", report(findings=(finding,))) as store:
        export(store, "findings", "dta", tmp_path / "f.dta")
    assert pd.read_stata(tmp_path / "f.dta")["message"].tolist() == ["长" * 3000]


# Parquet


def test_parquet_fields_carry_labels_and_units(store, tmp_path):
    export(store, "panel", "parquet", tmp_path / "p.parquet")
    schema = pq.read_schema(tmp_path / "p.parquet")
    assert {
        k.decode(): v.decode() for k, v in schema.field("disclosure.fees.amount").metadata.items() if k != b"PARQUET:field_id"
    } == {
        "label_zh": "第二十条第（八）项/行政事业性收费：本年收费金额（单位：万元）",
        "label_en": "Administrative fees: amount",
        "unit": "万元",
    }
    frame = pd.read_parquet(tmp_path / "p.parquet").set_index("document")
    expected = nianbao.Database(store).panel().set_index("document")
    for name in (name for name in expected.columns if "." in name):
        for document in frame.index:
            ours, theirs = expected.loc[document, name], frame.loc[document, name]
            assert (ours is pd.NA) == pd.isna(theirs)
            assert ours is pd.NA or ours == theirs


@pytest.mark.parametrize("what", sorted(TABLES))
def test_every_exported_column_has_a_label_in_both_languages(what):
    assert [c.name for c in TABLES[what].columns if not (c.label_zh and c.label_en)] == []
    assert all(zh and en for zh, en in LABELS.values())


# Citing


def test_the_content_hash_is_that_of_the_figures(tmp_path):
    one, two = report("甲县", values={"applications.new.total": "7"}), full_report()
    with filled(tmp_path / "1.sqlite", one, two) as store:
        first = content_of(store)
    with new_store(tmp_path / "2.sqlite") as store:  # other numbers, another order, another run
        for name, each in (("1.pdf", two), ("0.pdf", one)):
            store.load(facts(name), [each], store.begin_run("r1"))
        assert content_of(store) == first
        store.load(facts("copy.pdf", "0.pdf"), [one], store.begin_run("r1"))  # another name says nothing of the figures
        assert content_of(store) == first
    others = [
        report("甲县", values={"applications.new.total": "8"}),
        report("甲县", values={"applications.new.total": BLANK}),
        report("甲县", values={"applications.new.total": MISSING}),
        report("甲县", 2022, values={"applications.new.total": "7"}),
    ]
    digests = {first}
    for n, other in enumerate(others):
        with filled(tmp_path / f"other{n}.sqlite", other, two) as store:
            digests.add(content_of(store))
    assert len(digests) == 1 + len(others)


def test_a_citation_names_what_identifies_the_database(store):
    cited = citation(store)
    assert (cited.reports, cited.agencies, cited.first_year, cited.last_year) == (11, 10, 2015, 2024)
    assert cited.content == content_of(store)
    said = as_text(cited, "2025-03-01")
    assert said.endswith(" Accessed 2025-03-01.")
    assert f"content SHA-256 {cited.content}" in said
    assert "Accessed" not in as_text(cited)
    item = json.loads(as_csl(cited, "2025-03-01"))[0]
    assert (item["type"], item["accessed"]) == ("dataset", {"date-parts": [[2025, 3, 1]]})
    assert as_bibtex(cited, "2025-03-01").startswith(f"@misc{{nianbao-{cited.content[:12]},\n  title = {{{{Nianbao")


def test_one_number_is_cited_with_its_place(store):
    said = as_text(citation(store), "", number(store, "宿迁", 2024, "disclosure.fees.amount"))
    digest = sha256((REPORTS / "suqian-2024.pdf").read_bytes()).hexdigest()
    assert said.startswith("宿迁市人民政府, 2024, disclosure.fees.amount (")
    assert "= 72701.2578 万元; printed, report verified." in said
    assert f"suqian-2024.pdf, SHA-256 {digest}, page 1. In: Nianbao" in said
    blank = number(store, "上海市人民政府办公厅", 2019, "applications.granted.total").text
    assert "= no number (blank) 件; printed “”, blank" in blank


def test_a_name_cannot_break_a_bibtex_entry(tmp_path):
    evil = report("{\\input{x}}%&_$#^~", values={"applications.new.total": "7"})
    with filled(tmp_path / "r.sqlite", evil) as store:
        said = as_bibtex(citation(store), "", number(store, "input", 2023, "applications.new.total"))
    assert r"\{\textbackslash{}input\{x\}\}\%\&\_\$\#\textasciicircum{}\textasciitilde{}" in said
    assert said.replace(r"\{", "").replace(r"\}", "").count("{") == said.replace(r"\{", "").replace(r"\}", "").count("}")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Work goes on in a folder of its own."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["cite", "--accessed", "2025-03-01"], 0, "Accessed 2025-03-01."),
        (["cite", "宿迁市人民政府", "2024", "applications.new.total"], 0, "= 3525 件; printed, report verified"),
        (["cite", "--accessed", "soon"], 78, "soon is no date"),
        (["cite", "宿迁", "2024"], 78, "Give all three, or none"),
        (["cite", "宿迁", "2024", "applications.new.sum"], 78, "There is no cell 'applications.new.sum'"),
        (["cite", "宿迁", "1999", "applications.new.total"], 78, "There are reports of 宿迁市人民政府 for 2023, 2024"),
        (["export", "--format", "csv", "--output", "x.csv"], 78, "Give WHAT to export"),
        (["export", "panel", "--format", "datapackage", "--output", "x"], 78, "Leave out WHAT"),
        (["export", "panel", "--format", "dta", "--output", "x.dta", "--labels", "en"], 0, "11 rows written to x.dta"),
        (["export", "--format", "datapackage", "--output", "x.zip"], 0, "11 reports written to x.zip"),
    ],
)
@pytest.mark.usefixtures("elsewhere")
def test_the_commands(demo, words, code, says):
    result = CliRunner().invoke(cli.main, [*words, "--db", str(demo)])
    assert (result.exit_code, says in result.output) == (code, True), result.output
