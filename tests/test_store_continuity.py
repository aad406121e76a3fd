"""Continuity in the database: whole histories, what is recomputed when, and that no figure or verdict is touched."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import regex
from alembic import command
from alembic.config import Config
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from collect.errors import NotAReportError
from nianbao import cli
from nianbao.batch import ingest
from normalize.authority.aliases import read_aliases
from normalize.authority.model import Evidence
from normalize.authority.resolve import resolve
from normalize.continuity.rules import rule_set
from normalize.model import Scope, Verdict
from store.agencies import use_aliases
from store.continuity import is_stale, update
from store.open import open_store
from tests.report_factory import BLANK, MISSING, facts, form_report_cells, new_store, report

APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other_org")
FIXTURES = Path(__file__).parent.parent / "fixtures" / "reports"


@pytest.fixture
def store(tmp_path):
    with new_store(tmp_path / "r.sqlite") as opened:
        yield opened


def rows(store, sql):
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def row(name, *numbers, total=None):
    """A row of applications as printed."""
    numbers = [*numbers, *[0] * (6 - len(numbers))]
    made = {f"applications.{name}.{column}": f"{number}" for column, number in zip(APPLICANTS, numbers, strict=True)}
    return made | {f"applications.{name}.total": f"{sum(numbers) if total is None else total}"}


def of(agency, year, values=(), **more):
    """A report on the form of its year, its agency resolved."""
    form = more.pop("form", "2014" if year < 2019 else "2019" if year < 2021 else "2021")
    made = report(agency, year, form, dict(values), **more)
    return replace(made, agency=resolve(Evidence(agency, year)))


def load(store, *named, reader="r1", prefix=""):
    run = store.begin_run(reader)
    for number, each in enumerate(named):
        store.load(facts(f"{prefix}{number}-{each.identity.agency}-{each.identity.year}.pdf"), [each], run)


BREAKS = (
    'SELECT year, rule, part, "class" FROM continuity_breaks ORDER BY agency_id, agency, year, rule, part'  # one line a break
)
CARRY = "SELECT year, \"class\" FROM continuity_outcomes WHERE rule = 'continuity.carry_over' ORDER BY year, report_id"

HISTORY = [
    of("沭阳县教育局", 2014),
    of("沭阳县教育局", 2017),  # 2015 and 2016 are not there
    of("沭阳县教育局", 2018, {"statistics.received.count": "31"}),
    of("沭阳县教育局", 2019, row("carried_out", 4, 1) | row("new", 30)),
    of(
        "沭阳县教育局", 2020, row("carried_in", 4, 1) | row("carried_out", 118, 3) | {"disclosure.licensing.items_last_year": "9"}
    ),
    of("沭阳县教育局", 2021, row("carried_in", 119, 2) | row("carried_out", 12)),  # shifted, across the forms
    of("沭阳县教育局", 2022, row("carried_in", 21) | row("carried_out", 8, 5)),  # transposed
    of("沭阳县教育局", 2023, row("carried_in", 9, 6) | row("carried_out", 2), verdict=Verdict.INCONSISTENT),  # moved
    of("沭阳县教育和体育局", 2024, row("carried_in", 7)),  # renamed
]


def test_a_history_through_three_forms_ends_in_the_classes_it_was_made_with(store):
    load(store, *HISTORY)
    update(store)
    assert rows(store, CARRY) == [
        (2014, "first_year"),
        (2017, "missing_year"),
        (2018, "no_cell"),
        (2019, "no_cell"),
        (2020, "holds"),
        (2021, "shifted"),
        (2022, "transposed"),
        (2023, "moved"),
        (2024, "renamed"),
    ]
    assert [each for each in rows(store, BREAKS) if each[1] == "continuity.carry_over"] == [
        (year, "continuity.carry_over", "applications", name)
        for year, name in ((2021, "shifted"), (2022, "transposed"), (2023, "moved"), (2024, "renamed"))
    ]
    shown = rows(
        store, "SELECT agency, province, city, level, earlier_year, earlier_form, form, expected, actual, difference, severity"
        " FROM continuity_breaks WHERE year = 2021"
    )  # fmt: skip
    assert shown == [("沭阳县教育和体育局", "江苏省", "宿迁市", "county", 2020, "2019", "2021", "118 3", "119 2", 0, "hint")]
    assert rows(store, "SELECT severity FROM continuity WHERE \"class\" = 'renamed'") == [("note",)]


def test_every_report_ends_in_one_class_per_rule(store):
    load(
        store,
        *HISTORY,
        of("沭阳县审计局", 2020),
        of("沭阳县审计局", 2022),
        report("云溪县水利局", 2022),
        report("区统计局", 2022),
    )
    done = update(store)
    parts = len(rule_set().parts)
    assert done.reports == 12
    assert sum(done.outcomes.values()) == 12 * parts
    assert rows(store, 'SELECT COUNT(*), COUNT("class"), COUNT(standing) FROM continuity_outcomes') == [(12 * parts,) * 3]
    by_view = Counter(rows(store, 'SELECT rule, "class" FROM continuity_outcomes'))
    assert by_view == Counter({(rule, str(outcome)): n for (rule, outcome), n in done.outcomes.items()})
    with_row = "SELECT rule, \"class\" FROM continuity_outcomes WHERE standing IN ('break', 'doubt', 'explained')"
    assert Counter(rows(store, with_row)) == Counter(rows(store, 'SELECT rule, "class" FROM continuity'))
    # What stands in no chain: the name says nothing, and several bear it.
    assert rows(store, "SELECT agency FROM continuity_step WHERE agency_id IS NULL") == [("云溪县水利局",)]


def test_undecided_names_are_chains_only_where_one_agency_bears_them(store):
    for name in ("云溪县水利局", "河东区教育局", "区统计局"):
        load(store, of(name, 2022, row("carried_out", 4)), of(name, 2023), prefix=name)
    update(store)
    assert rows(store, 'SELECT agency, "class" FROM continuity_breaks') == [("云溪县水利局", "moved")]
    assert rows(store, "SELECT COUNT(*) FROM continuity_step") == [(2,)]


def test_the_real_figures_of_two_years_hold(store):
    ingest([FIXTURES / "suqian-2023.pdf", FIXTURES / "suqian-2024.pdf"], store)
    update(store)
    found = rows(
        store,
        'SELECT rule, part, "class" FROM continuity_outcomes WHERE year = 2024'
        " AND rule IN ('continuity.carry_over', 'continuity.in_force') ORDER BY rule, part",
    )
    assert found == [
        ("continuity.carry_over", "applications", "holds"),  # 121 = 121
        ("continuity.in_force", "normative_documents", "holds"),  # 597 + 50 - 227 = 420
        ("continuity.in_force", "rules", "holds"),  # 11 + 2 - 1 = 12
    ]
    assert rows(store, "SELECT COUNT(*) FROM continuity") == [(0,)]


def test_blank_missing_and_absent_tables_are_different(store):
    full = row("carried_out", 5)
    half = form_report_cells("2021", tables={"disclosure"})
    cases = {
        "沭阳县审计局": {"values": row("carried_in", 5) | {"applications.carried_in.natural_person": BLANK}},
        "沭阳县财政局": {"values": row("carried_in", 5) | {"applications.carried_in.natural_person": MISSING}},
        "沭阳县民政局": {"cells": half},
        "沭阳县水利局": {"verdict": Verdict.PROSE, "form": ""},
        "沭阳县司法局": {"cells": form_report_cells("2019", row("carried_in", 5), tables={"applications"}) + half},
    }
    for name, after in cases.items():
        load(store, of(name, 2022, full), of(name, 2023, after.pop("values", ()), **after), prefix=name)
    update(store)
    found = rows(
        store,
        'SELECT a.name, o."class" FROM continuity_outcomes AS o JOIN agency AS a ON a.id = o.agency_id'
        " WHERE o.rule = 'continuity.carry_over' AND o.year = 2023",
    )
    assert dict(found) == {
        "沭阳县审计局": "blank",
        "沭阳县财政局": "in_doubt",
        "沭阳县民政局": "no_table",
        "沭阳县水利局": "no_table",
        "沭阳县司法局": "holds",  # the table of the form of 2019 in a report of 2023
    }


def test_a_break_that_a_replaced_edition_explains(store):
    load(store, of("沭阳县审计局", 2022, row("carried_out", 5)), of("沭阳县审计局", 2023, row("carried_in", 5)))
    update(store)
    assert rows(store, BREAKS) == []
    load(store, of("沭阳县审计局", 2022, row("carried_out", 9)), prefix="again")
    update(store)
    assert rows(store, BREAKS) == [(2023, "continuity.carry_over", "applications", "superseded")]
    load(store, of("沭阳县审计局", 2022, row("carried_out", 5)), prefix="corrected")
    update(store)
    assert rows(store, BREAKS) == []


def test_office_and_jurisdiction_go_their_own_ways(store):
    name = "孝感市人民政府"
    own, whole = Scope.OWN_OFFICE, Scope.JURISDICTION
    load(
        store,
        *(of(name, 2021, row("carried_out", n), scope=s) for n, s in ((5, own), (90, whole))),
        *(of(name, 2022, row("carried_in", n), scope=s) for n, s in ((5, own), (90, whole))),
        of("宜昌市人民政府", 2021, row("carried_out", 5), scope=own),
        of("宜昌市人民政府", 2022, row("carried_in", 90), scope=whole),
    )
    update(store)
    found = [name for year, name in rows(store, CARRY) if year == 2022]
    assert sorted(found) == ["holds", "holds", "scope_differs"]


def test_renames_mergers_and_splits_of_the_store(store):
    load(
        store,
        of("沭阳县工商局", 2019, row("carried_out", 2)),
        of("沭阳县质监局", 2019, row("carried_out", 3)),
        of("沭阳县市监局", 2020, row("carried_in", 5)),  # both went into it, by kind
        of("沧浪区财政局", 2019, row("carried_out", 4)),
        of("苏州市姑苏区财政局", 2020, row("carried_in", 1)),  # by region
        of("泗阳县中小企业局", 2019, row("carried_out", 6)),
        of("泗阳县工业和信息化局", 2020, row("carried_in", 4)),
        of("泗阳县商务局", 2020, row("carried_in", 2)),
    )
    update(store)
    query = (
        'SELECT a.name, o.link, o."class" FROM continuity_outcomes AS o JOIN agency AS a ON a.id = o.agency_id'
        " WHERE o.rule = 'continuity.carry_over' AND o.year = 2020 ORDER BY o.report_id"
    )
    before = rows(store, query)
    assert before == [
        ("沭阳县市场监督管理局", "merged", "holds"),
        ("苏州市姑苏区财政局", "renamed", "renamed"),
        ("泗阳县工业和信息化局", "first", "first_year"),
        ("泗阳县商务局", "first", "first_year"),
    ]
    parted = "".join(
        f"[[succession]]\nagency = '泗阳县中小企业局'\nsuccessor = '{heir}'\nyear = 2019\n"
        for heir in ("泗阳县工业和信息化局", "泗阳县商务局")
    )
    use_aliases(store, read_aliases(parted))
    update(store)
    assert rows(store, query)[2:] == [("泗阳县工业和信息化局", "split", "holds"), ("泗阳县商务局", "split", "holds")]
    use_aliases(store, read_aliases(""))  # taken back
    update(store)
    assert rows(store, query) == before


def everything(store):
    names = ("continuity", "continuity_step", "continuity_rule", "continuity_stale", "level_sum")
    return {name: sorted(map(repr, rows(store, f"SELECT * FROM {name}"))) for name in names}


def test_twice_is_once_and_bit_by_bit_is_at_once(store, tmp_path):
    others = [of("沭阳县审计局", 2022, row("carried_out", 3)), of("沭阳县审计局", 2023)]
    load(store, *HISTORY, *others)
    update(store)
    first = everything(store)
    assert (first["continuity_stale"], is_stale(store)) == ([], False)
    assert update(store).reports == 0
    update(store, everything=True)
    assert everything(store) == first
    with new_store(tmp_path / "other.sqlite") as other:
        run = other.begin_run("r1")
        for number, each in enumerate([*HISTORY, *others]):
            other.load(facts(f"{number}-{each.identity.agency}-{each.identity.year}.pdf"), [each], run)
            update(other)
        assert everything(other) == first


def test_only_what_changed_is_computed_anew(store):
    load(store, *HISTORY, of("沭阳县审计局", 2022), of("沭阳县审计局", 2023))
    update(store)
    load(store, of("沭阳县审计局", 2024, row("carried_in", 3)), prefix="new")
    done = update(store)
    assert (done.agencies, done.reports) == (1, 3)
    assert rows(store, BREAKS)[-1] == (2024, "continuity.carry_over", "applications", "moved")


def test_an_ingest_computes_what_it_touched_and_leaves_the_levels(store):
    ingest([FIXTURES / "suqian-2023.pdf"], store)
    assert rows(store, "SELECT link, earlier_id FROM continuity_step") == [("first", None)]
    ingest([FIXTURES / "suqian-2024.pdf"], store)
    assert rows(store, "SELECT link, breaks FROM continuity_step ORDER BY report_id") == [("first", 0), ("same", 0)]
    assert (is_stale(store, levels=False), is_stale(store)) == (False, True)
    assert update(store).reports == 0
    assert not is_stale(store)


def test_other_rules_compute_all_anew(store, monkeypatch):
    load(store, *HISTORY)
    update(store)
    newer = replace(rule_set(), edition="newer")
    monkeypatch.setattr("store.continuity.rule_set", lambda: newer)
    assert is_stale(store)
    assert update(store).reports == len(HISTORY)
    assert not is_stale(store)


def test_a_report_that_went_away_takes_its_steps_along(store):
    load(store, of("沭阳县审计局", 2022, row("carried_out", 3)), of("沭阳县审计局", 2023), of("某局", 2022))
    update(store)
    assert rows(store, "SELECT COUNT(*) FROM continuity_step") == [(2,)]
    use_aliases(store, read_aliases("[[name]]\nprinted = '沭阳县审计局'\nlast_year = 2022\nagency = '泗阳县审计局'\n"))
    update(store)
    found = rows(store, "SELECT a.name, s.link FROM continuity_step AS s JOIN agency AS a ON a.id = s.agency_id ORDER BY 1")
    assert sorted(found) == [("沭阳县审计局", "first"), ("泗阳县审计局", "first")]
    assert rows(store, "SELECT COUNT(*) FROM continuity") == [(0,)]
    # A better reader sees that it is no report.
    store.fail(facts("1-沭阳县审计局-2023.pdf"), NotAReportError("A budget."), store.begin_run("r2"))
    update(store)
    assert rows(store, "SELECT COUNT(*) FROM continuity_step") == [(1,)]


def test_nothing_printed_and_no_verdict_is_changed(store):
    load(store, *HISTORY)
    tables = ("report", "form_2014", "form_2019", "form_2021", "finding", "cell_note", "rule_check")
    before = {table: rows(store, f"SELECT * FROM {table}") for table in tables}
    update(store)
    assert {table: rows(store, f"SELECT * FROM {table}") for table in tables} == before


def of_level(name, received, **more):
    return of(name, 2023, {"applications.new.total": str(received)}, **more)


def test_a_jurisdiction_beside_its_agencies(store):
    load(
        store,
        of_level("沭阳县人民政府", 100, scope=Scope.JURISDICTION),
        of_level("沭阳县教育局", 60),
        of_level("沭阳县章集街道办事处", 30, scope=Scope.OWN_OFFICE),
        of_level("沭阳县气象局", 900),  # not the county's
        of_level("泗阳县教育局", 900),
        of("沭阳县审计局", 2022),
    )
    update(store)
    query = "SELECT agency, year, whole, parts, counted, expected, outcome FROM level_sums WHERE cell = 'applications.new.total'"
    assert rows(store, query) == [("沭阳县人民政府", 2023, 100, 90, 2, 3, "within")]
    load(store, of_level("沭阳县审计局", 11), prefix="more")
    update(store)
    assert rows(store, query) == [("沭阳县人民政府", 2023, 100, 101, 3, 3, "exceeded")]
    assert rows(store, "SELECT DISTINCT verdict FROM report") == [("verified",)]


MADE_BEFORE = """
INSERT INTO run (id, started, reader, arguments) VALUES (1, '2025-01-01', 'r1', '');
INSERT INTO document (id, sha256, media_type, producer, pages, size, reader, first_run, last_run)
  VALUES (1, x'00', 'text/html', '', 0, 1, 'r1', 1, 1);
INSERT INTO report (document_id, ordinal, agency, year, form, verdict, title, period, published, cells_expected,
    cells_found, findings, seen, used, ignored, in_findings, checks_holding, checks_failing, checks_not_assessable, current)
  VALUES (1, 0, '云溪县水利局', 2021, '', 'prose', '', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
"""


def test_a_database_made_before_is_to_be_looked_at_as_a_whole(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        for statement in MADE_BEFORE.split(";"):
            connection.exec_driver_sql(statement)
    engine.dispose()
    with open_store(tmp_path / "old.sqlite", create=False) as store:
        assert rows(store, "SELECT * FROM continuity_stale") == [(0, "云溪县水利局")]
        assert update(store).reports == 1


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NIANBAO_DB", raising=False)
    with new_store(tmp_path / "reports.sqlite") as store:
        whole = [of_level("沭阳县人民政府", 10, scope=Scope.JURISDICTION), of_level("沭阳县审计局", 11)]
        load(store, *HISTORY, *whole, report("云溪县水利局", 2022))
    return lambda *words: CliRunner().invoke(cli.main, list(words))


def test_the_command_shows_how_years_follow_each_other(run):
    shown = run("continuity").stdout
    assert regex.search(r"continuity\.carry_over +break +shifted +1\n", shown)
    assert regex.search(r"exceeded +3\n", shown)
    assert "12 reports in chains, 0 in none" in shown
    years = run("continuity", "教育局")
    assert years.exit_code == 0
    assert regex.search(r"2021 +2021 +same +121 +12 +shifted", years.stdout)
    assert "the total of 121 carries over" in " ".join(years.stdout.split())
    assert regex.search(r"applications\.new\.total +10 +11 +2 of 2 +exceeded", run("continuity", "沭阳县人民政府").stdout)
    assert "云溪县水利局" in run("continuity", "云溪").stdout
    assert run("continuity", "--recompute").stdout == shown


def test_a_name_in_full_means_that_agency_and_one_that_is_not_there_none(run):
    assert "审计局" not in run("continuity", "沭阳县人民政府").stdout
    assert "审计局" in run("continuity", "沭阳县").stdout
    unknown = run("continuity", "某某")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "There is no agency 某某" in unknown.stderr


def test_breaks_as_a_file(run, tmp_path):
    assert run("continuity", "--csv", "all.csv").stderr == "5 rows written to all.csv\n"
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        found = [row for row in csv.DictReader(file) if row["rule"] == "continuity.carry_over"]
    assert [(row["year"], row["earlier_year"], row["class"], row["difference"]) for row in found] == [
        ("2021", "2020", "shifted", "0"),
        ("2022", "2021", "transposed", "9"),
        ("2023", "2022", "moved", "2"),
        ("2024", "2023", "renamed", "5"),
    ]
    assert run("continuity", "沭阳县审计局", "--csv", "one.csv").stderr == "0 rows written to one.csv\n"
    assert run("continuity", "--csv", "no/folder.csv").exit_code == 78
