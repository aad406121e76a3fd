"""Agencies in the database: whose a report is, what replaces what, peers as queries, and the alias file."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from nianbao import cli
from normalize.authority.aliases import read_aliases
from normalize.authority.model import Evidence
from normalize.authority.resolve import resolve
from normalize.model import Scope, Section
from store.agencies import use_aliases
from store.migrations import VERSION_TABLE
from store.open import open_store
from tests.report_factory import facts, new_store, report


@pytest.fixture
def store(tmp_path):
    with new_store(tmp_path / "r.sqlite") as opened:
        yield opened


def rows(store, sql, *parameters):
    connection = sqlite3.connect(store.engine.url.database)
    try:
        return connection.execute(sql, parameters).fetchall()
    finally:
        connection.close()


def of(agency, year=2023, origin="", **more):
    """A report of prose by a printed name, resolved."""
    return replace(report(agency, year, "", **more), agency=resolve(Evidence(agency, year, origin=origin)))


def load(store, *named, reader="r1"):
    run = store.begin_run(reader)
    for number, each in enumerate(named):
        store.load(facts(f"{number}-{each.identity.agency}-{each.identity.year}.pdf", origin="https://x/"), [each], run)


def test_a_report_names_its_agency_and_the_agency_its_places(store):
    load(store, of("沭阳县章集街道办事处"), of("国家能源局"))
    found = rows(store, "SELECT name, kind, level, province, city, county, township, region_code FROM agencies ORDER BY name")
    assert found == [
        ("国家能源局", "energy", "nation", "", "", "", "", None),
        ("沭阳县章集街道办事处", "subdistrict", "township", "江苏省", "宿迁市", "沭阳县", "章集街道", "321322007"),
    ]
    assert rows(store, "SELECT code, parent_code FROM region ORDER BY code") == [
        ("320000", None),
        ("321300", "320000"),
        ("321322", "321300"),
        ("321322007", "321322"),
    ]
    assert rows(store, "SELECT agency_basis, agency_reason FROM report ORDER BY id") == [("name", None), ("name", None)]


def test_two_names_of_one_agency_are_editions_of_one_report(store):
    load(store, of("沭阳县发改局"), of("沭阳县发展和改革局"), of("沭阳县发改局", 2022))
    assert rows(store, "SELECT agency, year, current FROM report ORDER BY id") == [
        ("沭阳县发改局", 2023, 1),  # the same prose at another path is a mirror: it replaces nothing
        ("沭阳县发展和改革局", 2023, 0),
        ("沭阳县发改局", 2022, 1),
    ]
    assert rows(store, "SELECT printed, first_year, last_year FROM agency_names ORDER BY printed") == [
        ("沭阳县发展和改革局", 2023, 2023),
        ("沭阳县发改局", 2022, 2023),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("北京市海淀区城市管理委员会", "北京市海淀区城市管理综合行政执法局"),
        ("孝感市人民政府", "孝感市人民政府办公室"),
        ("河东区教育局", "天津市河东区教育局"),  # the first is undecided: nothing replaces it
    ],
)
def test_different_agencies_stand_side_by_side(store, one, other):
    load(store, of(one), of(other))
    assert rows(store, "SELECT current FROM report") == [(1,), (1,)]


def test_an_undecided_report_without_a_name_replaces_nothing(store):
    load(store, of("沭阳县发改局"), of("", 2023))
    assert rows(store, "SELECT current FROM report") == [(1,), (1,)]


def test_office_and_jurisdiction_of_one_government_both_stand(store):
    load(store, of("孝感市人民政府", scope=Scope.JURISDICTION), of("孝感市", scope=Scope.OWN_OFFICE))
    assert rows(store, "SELECT COUNT(*), MIN(current) FROM report") == [(2, 1)]
    assert rows(store, "SELECT COUNT(*) FROM agency") == [(1,)]


def test_an_agency_bears_the_name_of_its_latest_report_in_whatever_order_they_come(store):
    names = [("洪泽县卫生局", 2013), ("淮安市洪泽区卫生健康委员会", 2022), ("洪泽县卫生和计划生育局", 2015)]
    load(store, *(of(name, year) for name, year in names))
    assert rows(store, "SELECT name, name_year, kind FROM agency") == [("淮安市洪泽区卫生健康委员会", 2022, "health")]


def test_peers_are_one_simple_query(store):
    load(
        store,
        *map(of, ("沭阳县卫健局", "宿迁市宿城区卫生健康局", "泗阳县卫生健康局", "宿迁市卫生健康委员会", "沭阳县审计局")),
        *map(of, ("沭阳县人民政府", "宿迁市宿豫区人民政府", "宿迁市人民政府", "淮安市洪泽区人民政府")),
    )
    health = rows(store, "SELECT name FROM agencies WHERE kind = 'health' AND level = 'county' ORDER BY name")
    assert health == [("宿迁市宿城区卫生健康局",), ("沭阳县卫生健康局",), ("泗阳县卫生健康局",)]
    districts = rows(store, "SELECT county FROM agencies WHERE city = '宿迁市' AND level = 'county' AND kind = 'government'")
    assert sorted(districts) == [("宿豫区",), ("沭阳县",)]


def test_candidates_and_further_authors_are_kept(store):
    load(store, of("河东区教育局"), of("广州市黄埔区人民政府 广州开发区管委会"))
    assert rows(store, "SELECT report_id, name, joint FROM agency_candidate ORDER BY report_id, key") == [
        (1, "天津市河东区教育局", 0),
        (1, "临沂市河东区教育局", 0),
        (2, "广州开发区管理委员会", 1),
    ]
    assert rows(store, "SELECT printed, reason, candidates FROM undecided_reports") == [("河东区教育局", "several_regions", 2)]


def test_reading_again_places_again(store):
    load(store, of("河东区教育局"))
    again = of("河东区教育局", origin="https://www.tjhd.gov.cn/x.html")
    store.load(facts("0-河东区教育局-2023.pdf", origin="https://x/"), [again], store.begin_run("r2"))
    found = rows(store, "SELECT a.name, r.agency_basis, r.agency_reason FROM report AS r JOIN agency AS a ON a.id = r.agency_id")
    assert found == [("天津市河东区教育局", "host", None)]
    assert rows(store, "SELECT COUNT(*) FROM agency_candidate") == [(0,)]


def test_successions_by_kind_region_and_alias_file(store):
    load(
        store,
        *(of("沭阳县工商局", 2015), of("沭阳县市监局", 2020), of("沧浪区财政局", 2010), of("苏州市姑苏区财政局", 2020)),
    )
    use_aliases(store, read_aliases(ALIASES))
    query = (
        "SELECT a.name, b.name, s.year, s.source FROM successions AS s JOIN agency AS a ON a.id = s.agency_id"
        " JOIN agency AS b ON b.id = s.successor_id ORDER BY s.source"
    )
    assert rows(store, query) == [
        ("沭阳县中小企业局", "沭阳县工业和信息化局", 2019, "alias file"),
        ("沭阳县工商行政管理局", "沭阳县市场监督管理局", 2018, "kind"),
        ("苏州市沧浪区财政局", "苏州市姑苏区财政局", 2011, "region"),
    ]


ALIASES = """
[[name]]
printed = "区统计局"
document = "*hedong*"
agency = "临沂市河东区统计局"

[[name]]
printed = "区统计局"
first_year = 2022
agency = "咸阳市杨陵区统计局"

[[succession]]
agency = "沭阳县中小企业局"
successor = "沭阳县工业和信息化局"
year = 2019
"""


def agencies_of(store):
    return rows(
        store, "SELECT r.year, a.name, r.agency_basis FROM report r LEFT JOIN agency a ON a.id = r.agency_id ORDER BY r.id"
    )


def test_an_alias_file_settles_what_is_there_and_what_comes(store):
    run = store.begin_run("r1")
    store.load(facts("hedong/1.pdf"), [of("区统计局", 2021)], run)
    store.load(facts("other/1.pdf"), [of("区统计局", 2021)], run)
    assert use_aliases(store, read_aliases(ALIASES)) == 1
    store.load(facts("other/2.pdf"), [of("区统计局", 2022)], run)
    assert agencies_of(store) == [
        (2021, "临沂市河东区统计局", "alias"),
        (2021, None, None),
        (2022, "咸阳市杨陵区统计局", "alias"),
    ]
    assert use_aliases(store, read_aliases("")) == 0  # taken back: as undecided as before
    assert agencies_of(store) == [(2021, None, None), (2021, None, None), (2022, None, None)]


def test_an_alias_overrules_what_the_report_says_and_gives_it_back(store):
    load(store, of("沭阳县发改局"))
    alias = "[[name]]\nprinted = '沭阳县发改局'\nagency = '泗阳县发展和改革局'\n"
    use_aliases(store, read_aliases(alias))
    assert agencies_of(store) == [(2023, "泗阳县发展和改革局", "alias")]
    use_aliases(store, read_aliases(""))
    assert agencies_of(store) == [(2023, "沭阳县发展和改革局", "name")]


def test_settling_two_names_on_one_agency_lets_the_newer_document_stand(store):
    load(store, of("某局"), of("沭阳县审计局", sections=(Section(1, "一、总体情况", "全年公开信息3条。"),)))
    use_aliases(store, read_aliases("[[name]]\nprinted = '某局'\nagency = '沭阳县审计局'\n"))
    assert rows(store, "SELECT agency, current FROM report ORDER BY id") == [("某局", 0), ("沭阳县审计局", 1)]
    use_aliases(store, read_aliases(""))
    assert rows(store, "SELECT agency, current FROM report ORDER BY id") == [("某局", 1), ("沭阳县审计局", 1)]


def test_a_database_made_before_there_were_agencies_opens_with_its_reports(tmp_path):
    path = tmp_path / "old.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO run (id, started, reader, arguments) VALUES (1, '2024', '1', '')"))
        connection.execute(
            text(
                "INSERT INTO document (id, sha256, document, origin, media_type, producer, pages, size, reader, first_run,"
                " last_run) VALUES (1, 'ab12', 'a.pdf', '', '', '', 0, 0, '1', 1, 1)"
            )
        )
        columns = "id, document_id, ordinal, agency, year, form, verdict, title, period, published"
        counts = ("cells_expected", "cells_found", "findings", "seen", "used", "ignored", "in_findings")
        counts += ("checks_holding", "checks_failing", "checks_not_assessable", "current")
        connection.execute(
            text(
                f"INSERT INTO report ({columns}, {', '.join(counts)})"
                f" VALUES (1, 1, 0, '沭阳县发改局', 2023, '', 'prose', '', '', '', {', '.join(['1'] * len(counts))})"
            )
        )
    engine.dispose()
    with open_store(path, create=False) as store:
        assert rows(store, "SELECT agency, agency_id, agency_reason FROM report") == [("沭阳县发改局", None, None)]
        assert rows(store, f"SELECT version_num FROM {VERSION_TABLE}") != [("0001",)]
        load(store, of("沭阳县发展和改革局", 2022))
        assert rows(store, "SELECT COUNT(*) FROM report WHERE agency_id IS NOT NULL") == [(1,)]
        assert rows(store, "PRAGMA foreign_key_check") == []


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NIANBAO_DB", raising=False)
    return lambda *words: CliRunner().invoke(cli.main, list(words))


def test_the_commands(run, tmp_path):
    with new_store(tmp_path / "reports.sqlite") as store:
        load(store, of("沭阳县卫健局"), of("沭阳县审计局", 2021), of("沭阳县审计局", 2022), of("区统计局"))
    assert "沭阳县卫生健康局" in run("agencies", "list", "--kind", "health", "--level", "county").stdout
    assert "2021-2022" in run("agencies", "list", "--within", "沭阳县", "--kind", "audit").stdout
    assert "沭阳县审计局" in run("agencies", "list", "--within", "321300").stdout
    assert "沭阳县" not in run("agencies", "list", "--within", "淮安市").stdout
    assert "no_region" in run("agencies", "undecided").stdout
    (tmp_path / "aliases.toml").write_text(ALIASES, "utf-8")
    settled = run("agencies", "settle", "aliases.toml")
    assert (settled.exit_code, settled.stderr) == (0, "1 reports settled by 2 names\n")
    assert "区统计局" not in run("agencies", "undecided").stdout
    (tmp_path / "wrong.toml").write_text("[[name]]\nprinted = 'x'\nagency = '河东区统计局'\n", "utf-8")
    for words in (("agencies", "settle", "wrong.toml"), ("agencies", "settle", "none.toml")):
        refused = run(*words)
        assert refused.exit_code == 78
        assert refused.stderr.startswith("error: ")
    assert run("agencies", "resolve", "沭阳县发改局").exit_code == 0
    assert run("agencies", "resolve", "河东区教育局").exit_code == 1
    assert "health\tdepartment\t卫生健康局" in run("agencies", "kinds").stdout


def test_ingest_takes_an_alias_file(run, tmp_path):
    name = "白鹭区市场监督管理局"
    alias = f"[[name]]\nprinted = '{name}'\nagency = '{name}'\nregion = '350200'\narea = '白鹭区'\nlevel = 'county'\n"
    (tmp_path / "aliases.toml").write_text(alias, "utf-8")
    report_file = Path(__file__).parent.parent / "fixtures" / "reports" / "bailu-market-2022.html"
    assert run("ingest", str(report_file), "--workers", "1", "--aliases", "aliases.toml").exit_code == 0
    assert "白鹭区市场监督管理局" in run("agencies", "list", "--level", "county", "--kind", "market_supervision").stdout
