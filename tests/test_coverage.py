"""Coverage: which reports should be there, and what became of them."""

import csv
import sqlite3
from dataclasses import replace

import pytest
from click.testing import CliRunner

from collect.errors import ConfigurationError, NotAReportError, UnreadableError, UnsupportedError
from nianbao import cli
from normalize.authority.aliases import read_aliases
from normalize.authority.model import Evidence
from normalize.authority.resolve import resolve
from normalize.authority.roster import read_roster
from normalize.model import Scope, Verdict
from store.agencies import use_aliases
from store.coverage import coverage_of
from tests.report_factory import facts, form_report_cells, new_store, report


@pytest.fixture
def store(tmp_path):
    with new_store(tmp_path / "reports.sqlite") as opened:
        yield opened


def of(agency, year, form=None, published="", **more):
    """A report of an agency for a year, on the form of the year unless told otherwise."""
    right = "2014" if year < 2019 else "2019" if year < 2021 else "2021"
    made = report(agency, year, right if form is None else form, **more)
    return replace(made, identity=replace(made.identity, published=published), agency=resolve(Evidence(agency, year)))


def load(store, *reports):
    run = store.begin_run("r1")
    for number, each in enumerate(reports):
        name = f"{number} {each.identity.agency} {each.identity.year} {each.identity.published}.pdf"
        store.load(facts(name), [each], run)


def statuses(store, **asked):
    return {(row.agency, row.year): row.status for row in coverage_of(store, **asked).rows}


def test_a_year_between_is_missing_and_years_before_the_first_are_not_expected(store):
    load(store, of("沭阳县审计局", 2020), of("沭阳县审计局", 2022), of("沭阳县司法局", 2023))
    assert statuses(store) == {
        ("沭阳县审计局", 2020): "present",
        ("沭阳县审计局", 2021): "missing",
        ("沭阳县审计局", 2022): "present",
        ("沭阳县审计局", 2023): "missing",
        ("沭阳县司法局", 2023): "present",
    }


@pytest.mark.parametrize(
    ("agency", "year", "published", "due", "timeliness"),
    [
        # 条例 of 2019, article 49: departments 31 January, governments from the county up 31 March
        ("沭阳县审计局", 2023, "2024-01-31", "2024-01-31", "on_time"),
        ("沭阳县审计局", 2023, "2024-02-01", "2024-01-31", "late"),
        ("沭阳县气象局", 2023, "2024-02-01", "2024-01-31", "late"),
        ("沭阳县人民政府", 2023, "2024-03-31", "2024-03-31", "on_time"),
        ("沭阳县人民政府", 2023, "2024-04-01", "2024-03-31", "late"),
        ("沭阳县人民政府办公室", 2023, "2024-02-01", "2024-01-31", "late"),
        ("国家能源局", 2023, "2024-02-01", "2024-01-31", "late"),
        # it names no townships
        ("沭阳县章集街道办事处", 2023, "2024-05-01", None, "no_deadline"),
        # 条例 of 2007, article 31: every agency 31 March; reports for 2018 were due before the new one was in force
        ("沭阳县审计局", 2018, "2019-03-31", "2019-03-31", "on_time"),
        ("沭阳县审计局", 2018, "2019-04-01", "2019-03-31", "late"),
        ("沭阳县章集街道办事处", 2015, "2016-04-01", "2016-03-31", "late"),
        # no date, no judgement; nor by a date that cannot be this report's
        ("沭阳县审计局", 2023, "", "2024-01-31", "unknown"),
        ("沭阳县审计局", 2023, "2023-01-20", "2024-01-31", "unknown"),
        ("沭阳县审计局", 2018, "2018-12-31", "2019-03-31", "on_time"),
    ],
)
def test_late_is_what_states_a_later_date_than_the_law(store, agency, year, published, due, timeliness):  # noqa: PLR0917
    load(store, of(agency, year, published=published))
    (row,) = coverage_of(store).rows
    assert (row.due, row.timeliness) == (due, timeliness)
    assert row.status == ("late" if timeliness == "late" else "present")


def test_a_jurisdictions_report_is_due_with_the_governments(store):
    load(store, of("沭阳县人民政府办公室", 2023, published="2024-03-01", scope=Scope.JURISDICTION))
    (row,) = coverage_of(store).rows
    assert (row.due, row.status) == ("2024-03-31", "present")


def test_a_revision_does_not_make_a_report_late(store):
    load(store, of("沭阳县审计局", 2023, published="2024-01-20"))
    load(store, of("沭阳县审计局", 2023, published="2024-06-20", values={"applications.new.total": "9"}))
    (row,) = coverage_of(store).rows
    assert (row.status, row.published) == ("present", "2024-01-20")


@pytest.mark.parametrize(
    ("year", "made", "state", "form", "status"),
    [
        (2022, {}, "right", "2021", "present"),
        (2022, {"form": "2019"}, "wrong", "2019", "wrong_form"),
        (2020, {"form": "2021"}, "wrong", "2021", "wrong_form"),
        (2018, {"form": "2014"}, "right", "2014", "present"),
        (2018, {"form": "", "verdict": Verdict.PROSE}, "none", "", "present"),
        (
            2023,
            {"cells": (*form_report_cells("2021", tables={"disclosure"}), *form_report_cells("2019", tables={"applications"}))},
            "hybrid",
            "2021+2019",
            "wrong_form",
        ),
        (2010, {"form": "2014"}, "not_due", "2014", "present"),
    ],
)
def test_the_form_is_that_of_the_year(store, year, made, state, form, status):  # noqa: PLR0917
    load(store, of("沭阳县审计局", year, **made))
    (row,) = coverage_of(store).rows
    assert (row.form_state, row.form, row.status) == (state, form, status)


def test_who_went_on_as_another_is_not_missing(store):
    load(
        store,
        *(of("沭阳县工商局", 2016), of("沭阳县市场监督管理局", 2019)),  # by kind, in 2018
        *(of("沭阳县中小企业局", 2017), of("沭阳县工业和信息化局", 2019)),  # by the alias file
        of("沭阳县卫生局", 2013),  # only renamed
        of("沭阳县卫生健康委员会", 2019),
    )
    succession = "[[succession]]\nagency = '沭阳县中小企业局'\nsuccessor = '沭阳县工业和信息化局'\nyear = 2019\n"
    use_aliases(store, read_aliases(succession))
    found = statuses(store)
    assert [key for key in found if key[0] == "沭阳县工商行政管理局"] == [
        ("沭阳县工商行政管理局", 2016),
        ("沭阳县工商行政管理局", 2017),
    ]
    assert [year for agency, year in found if agency == "沭阳县中小企业局"] == [2017, 2018]
    assert [(year, s) for (agency, year), s in found.items() if agency == "沭阳县卫生健康委员会"] == [
        (2013, "present"),
        *((year, "missing") for year in range(2014, 2019)),
        (2019, "present"),
    ]


def test_what_cannot_be_read_is_told_from_what_is_missing_where_its_name_tells(store):
    load(store, of("沭阳县审计局", 2021), of("沭阳县审计局", 2023))
    run = store.begin_run("r1")
    store.fail(facts("江苏/沭阳县审计局/2022/年度报告.pdf"), UnsupportedError("A scan.", code="needs_ocr"), run)
    store.fail(facts("沭阳县审计局2020年度报告.pdf"), UnreadableError("Cut off."), run)  # known only by this
    store.fail(facts("沭阳县审计局2019年度报告.pdf"), NotAReportError("It is a budget."), run)
    store.fail(facts("scan0001.pdf"), UnreadableError("Cut off."), run)
    found = coverage_of(store)
    assert {row.year: (row.status, row.reason) for row in found.rows} == {
        2020: ("unreadable", "unreadable"),
        2021: ("present", None),
        2022: ("unreadable", "needs_ocr"),
        2023: ("present", None),
    }
    assert found.unplaced == (("scan0001.pdf", "unreadable"),)
    store.load(facts("沭阳县审计局2020年度报告.pdf", "whole"), [of("沭阳县审计局", 2020)], run)
    assert statuses(store)["沭阳县审计局", 2020] == "present"


ROSTER = """agency,first_year,last_year
沭阳县审计局,,
沭阳县司法局,2022,
沭阳县水利局,,2021
白鹭区教育局,2022,2022
"""


def test_a_roster_says_who_is_expected(store):
    load(store, of("沭阳县审计局", 2021), of("沭阳县司法局", 2021), of("白鹭区教育局", 2022), of("沭阳县民政局", 2022))
    assert statuses(store, roster=read_roster(ROSTER), years=(2021, 2022)) == {
        ("沭阳县审计局", 2021): "present",
        ("沭阳县审计局", 2022): "missing",
        ("沭阳县司法局", 2022): "missing",
        ("沭阳县水利局", 2021): "missing",  # not in the database at all
        ("白鹭区教育局", 2022): "present",  # undecided: by the very name
    }
    assert statuses(store, roster=read_roster(ROSTER), kind="audit", within="宿迁市", years=(2022, 2022)) == {
        ("沭阳县审计局", 2022): "missing"
    }
    toml = "[[agency]]\nname = '沭阳县审计局'\nfirst_year = 2022\n"
    assert statuses(store, roster=read_roster(toml, "r.toml"), years=(2020, 2022)) == {("沭阳县审计局", 2022): "missing"}


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("name\n甲县\n", "r.csv", "no column agency"),
        ("agency,year\n沭阳县审计局,2020\n", "r.csv", "entry 1 year"),
        ("agency,first_year\n沭阳县审计局,soon\n", "r.csv", "entry 1 first_year"),
        ("agency,first_year,last_year\n沭阳县审计局,2022,2020\n", "r.csv", "first_year is after last_year"),
        ("agency\n", "r.csv", "names no agency"),
        ("agency\n沭阳县审计局,2020\n", "r.csv", "too many fields"),
        ("[[agency]]\nname = ''\n", "r.toml", "entry 1 name"),
        ("[[agencies]]\nname = '甲'\n", "r.toml", "only \\[\\[agency\\]\\]"),
        ("[[agency]\n", "r.toml", "no TOML"),
    ],
)
def test_a_wrong_roster_says_where(text, name, says):
    with pytest.raises(ConfigurationError, match=says):
        read_roster(text, name)


def test_a_division_and_a_kind_narrow_it_down(store):
    load(store, of("沭阳县审计局", 2023), of("沭阳县司法局", 2023), of("宿迁市审计局", 2023), of("淮安市审计局", 2023))
    assert set(statuses(store, within="宿迁市")) == {("沭阳县审计局", 2023), ("沭阳县司法局", 2023), ("宿迁市审计局", 2023)}
    assert set(statuses(store, within="321322", kind="audit")) == {("沭阳县审计局", 2023)}
    with pytest.raises(ConfigurationError, match="no division 某市"):
        coverage_of(store, within="某市")


def test_the_command_prints_a_grid_and_writes_rows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with new_store(tmp_path / "reports.sqlite") as store:
        load(
            store,
            of("沭阳县审计局", 2020, published="2021-01-20"),
            of("沭阳县审计局", 2022, "2019", published="2023-02-20"),
            of("沭阳县司法局", 2020, published="2021-03-20"),
            of("沭阳县司法局", 2021),
            replace(report("区统计局", 2021), agency=resolve(Evidence("区统计局", 2021))),
        )
        run = store.begin_run("r1")
        store.fail(facts("沭阳县司法局2022.pdf"), UnreadableError("Cut off."), run)
        store.fail(facts("scan.pdf"), UnreadableError("Cut off."), run)

    def command(*words):
        return CliRunner().invoke(cli.main, ["coverage", *words])

    said = [" ".join(line.split()) for line in command("--within", "宿迁市").stdout.splitlines()]
    assert said[0] == "agency 2020 2021 2022"
    assert "沭阳县审计局 ● ✗ FL" in said
    assert "沭阳县司法局 L ○ ?" in said
    assert "6 expected: 2 present, 1 late, 1 wrong_form, 1 unreadable, 1 missing" in said
    assert "wrong form: 沭阳县审计局 2022: 2019 instead of 2021" in said
    assert "unreadable, whose it is cannot be told: scan.pdf (unreadable)" in said
    assert "1 reports are of an undecided agency: nianbao agencies undecided" in said
    (tmp_path / "roster.csv").write_text("agency\n沭阳县水利局\n", "utf-8")
    assert "沭阳县水利局 ✗ ✗" in " ".join(command("--roster", "roster.csv", "--years", "2021-2022").stdout.split())
    written = command("--kind", "audit", "--years", "2022", "--csv", "out.csv")
    assert (written.exit_code, written.stderr) == (0, "1 rows written to out.csv\n")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert {name: row[name] for name in ("agency", "year", "status", "timeliness", "published", "due", "form", "form_due")} == {
        "agency": "沭阳县审计局",
        "year": "2022",
        "status": "wrong_form",
        "timeliness": "late",
        "published": "2023-02-20",
        "due": "2023-01-31",
        "form": "2019",
        "form_due": "2021",
    }
    for words in (("--years", "soon"), ("--years", "2024-2020"), ("--roster", "none.csv"), ("--within", "某市")):
        assert command(*words).exit_code in {64, 78}, words


def test_an_empty_database_covers_nothing(store):
    assert coverage_of(store).rows == ()
    with sqlite3.connect(store.engine.url.database) as connection:
        assert connection.execute("SELECT * FROM coverage").fetchall() == []
