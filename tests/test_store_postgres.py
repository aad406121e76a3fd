"""PostgreSQL as the store: a real server, the same content as SQLite, many writers at once."""

import multiprocessing
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pytest
from alembic import command as migrations
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from collect.archive.archive import Archive
from collect.errors import ConfigurationError, StoreError, UnreadableError
from nianbao.crawled import rebuild
from nianbao.database import Database
from nianbao.nightly.night import run_night
from normalize.authority.aliases import read_aliases
from normalize.authority.model import Evidence
from normalize.authority.resolve import resolve
from normalize.authority.roster import read_roster
from normalize.model import Scope, Section, Verdict
from normalize.series import indicators
from normalize.series.rates import Lack
from store.agencies import use_aliases
from store.ask import ask
from store.compare import differences
from store.content import content_of
from store.continuity import update
from store.copies import find_copies
from store.corrections import corrections, decide
from store.coverage import coverage_of
from store.datapackage import write_datapackage
from store.export import TABLES, export
from store.history import reports_as_of, revisions
from store.load import Outcome
from store.migrations import VERSION_TABLE
from store.open import open_store
from store.publication import copy_store, integrity
from store.query import find_reports, report_detail, status
from store.review import queue
from store.schema import metadata
from store.search import search
from store.series import Subject, find_subjects, reporting_years, series
from store.sightings import see_again
from store.sources import freshness
from store.supersede import settle_all
from tests import crawls, postgres
from tests import scripted_nights as nights
from tests import test_corrections as corrections_tests
from tests import test_store_continuity as histories
from tests import test_store_neighbours as neighbours
from tests.example_places import run
from tests.examples import ROOT, marked
from tests.report_factory import BLANK, MISSING, cell, facts, form_report_cells, full_report, new_store, report
from tests.test_copies import REPORTS, found, loaded

BATCH = [
    (facts("a.pdf"), [full_report()]),
    (facts("b.html", pages=0), [report("乙市财政局", 2020, "2019"), report("乙市财政局", 2021, "2021")]),
    (facts("copy/a.pdf", "a.pdf"), [full_report()]),
    (facts("old.docx"), [report("丙区教育局", 2016, "2014", {"statistics.capacity.budget.count": "12.50"})]),
    (facts("prose.txt"), [report("丁镇人民政府", 2017, "", verdict=Verdict.PROSE)]),
    (facts("newer.pdf"), [full_report()]),
    (
        facts("long.pdf"),
        [report("戊县", cells=[cell("2021", "disclosure.fees.amount", t) for t in ("1234567890123456.789",)])],
    ),
    (
        facts("hybrid.pdf"),
        [report("洪泽区", 2024, cells=form_report_cells("2021", {"disclosure.fees.amount": "1E+3"}, text=True))],
    ),
    (
        facts("坏\udcc4名.pdf", "content"),
        [report("己县", values={"applications.new.total": BLANK, "disputes.review.total": MISSING})],
    ),
]


@pytest.fixture(scope="module")
def server():
    postgres.require()
    made = postgres.Server()
    yield made
    made.close()


@pytest.fixture
def address(server, request):
    return server.new_database(f"d{abs(hash(request.node.name))}")


@pytest.fixture
def store(address):
    with open_store(address) as opened:
        yield opened


def fill(store, reader="r1", **how):
    run = store.begin_run(reader, "archive")
    with store.loading(run, **how) as loader:
        for document, reports in BATCH:
            loader.load(document, reports)
        loader.fail(facts("broken.pdf"), UnreadableError("Cut off."))
    store.finish_run(run, {"documents": len(BATCH) + 1})


def test_the_series_is_the_same_as_on_sqlite(store, tmp_path):
    with new_store(tmp_path / "r.sqlite") as local:
        for each in (local, store):
            fill(each)
        subjects = [Subject(name, None) for name in ("甲县司法局", "乙市财政局", "丙区教育局", "丁镇人民政府", "洪泽区", "己县")]
        # Reports are numbered in the order in which each database was given them.
        found = [[replace(point, report_id=0) for point in series(each, subjects)] for each in (local, store)]
        assert found[0] == found[1]
        assert len(found[0]) == 7 * len(indicators())
        assert {point.lack for point in found[0]} >= {Lack.BLANK, Lack.MISSING, Lack.PROSE, Lack.NOT_ON_FORM, None}
        assert [each.name for each in find_subjects(store, "财政局")] == ["乙市财政局"]
        assert reporting_years(store, subjects) == (2016, 2024)


def test_migrations_build_the_tables_of_the_schema(store):
    with store.reading() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": VERSION_TABLE,
                "include_name": lambda name, kind, _parents: kind != "table" or name != "report_search",
            },
        )
        assert compare_metadata(context, metadata) == []


FIRST_REVISION = """
INSERT INTO run (id, started, reader, arguments) VALUES (1, '2025-01-01', 'r1', '');
INSERT INTO document (id, sha256, document, origin, media_type, producer, pages, size, reader, first_run, last_run)
  VALUES (7, '{sha256}', 'z.pdf', '/z.pdf', 'application/pdf', '', 1, 1, 'r1', 1, 1);
INSERT INTO document_path VALUES ('a.pdf', 7, '/a.pdf', 1, 1), ('z.pdf', 7, '/z.pdf', 0, 1);
INSERT INTO report (document_id, ordinal, agency, year, form, verdict, title, period, published, cells_expected,
    cells_found, findings, seen, used, ignored, in_findings, checks_holding, checks_failing, checks_not_assessable, current)
  VALUES (7, 0, '甲县', 2021, '', 'prose', '', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
INSERT INTO section (report_id, ordinal, number, heading, text) VALUES (1, 0, 1, '', '前言。收到申请3件。');
INSERT INTO mention (report_id, ordinal, metric, value, unit, sentence, section)
  VALUES (1, 0, 'applications_received', 3, '件', '收到申请3件', 1);
CREATE VIEW current_report AS SELECT r.id, d.document, d.sha256 FROM report r JOIN document d ON d.id = r.document_id;
INSERT INTO generated VALUES ('current_report', 'old');
"""


def test_a_database_of_the_first_revision_keeps_what_it_holds(address):
    engine = create_engine(address)
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        migrations.upgrade(config, "0001")
        connection.exec_driver_sql(FIRST_REVISION.format(sha256=facts("z.pdf").sha256))
    engine.dispose()
    with open_store(address) as store, store.reading() as connection:
        names = connection.execute(text("SELECT ordinal, document, origin, current FROM document_path ORDER BY 1")).all()
        assert names == [(0, "z.pdf", "/z.pdf", 0), (1, "a.pdf", "/a.pdf", 1)]
        shown = connection.execute(text("SELECT document, sha256, agency FROM current_report")).all()
        assert shown == [("z.pdf", facts("z.pdf").sha256, "甲县")]
        told = connection.execute(text("SELECT value, kind, whose, sentence FROM mentions")).all()
        assert told == [(3, "count", "self", "收到申请3件")]
        assert [found.sha256 for found in find_reports(store, "甲县")] == [facts("z.pdf").sha256]


def test_the_same_input_gives_the_same_content_as_on_sqlite(store, tmp_path):
    with new_store(tmp_path / "r.sqlite") as local:
        for reader in ("r1", "r2"):  # loaded, then read again by a better reader
            fill(local, reader, size=1)
            fill(store, reader)
            assert differences(local, store) == []
        fill(store, "r2")
        assert differences(local, store) == []
        assert status(store).by_verdict == status(local).by_verdict
        found = [(r.agency, r.year, r.document) for r in find_reports(store, "县")]
        assert sorted(found) == sorted((r.agency, r.year, r.document) for r in find_reports(local, "县"))
        for what in TABLES:
            files = [tmp_path / f"{what}.{kind}.csv" for kind in ("sqlite", "postgres")]
            for each, file in zip((local, store), files, strict=True):
                export(each, what, "csv", file)
            assert sorted(files[0].read_text("utf-8").splitlines()) == sorted(files[1].read_text("utf-8").splitlines())
        assert content_of(local) == content_of(store)
        assert write_datapackage(local, tmp_path / "a") == write_datapackage(store, tmp_path / "b") > 0
        for ours, theirs in zip(frames(local), frames(store), strict=True):
            pd.testing.assert_frame_equal(ours, theirs)


def frames(store):
    """What Python is answered, in an order that no database's collation decides."""
    asked, order = Database(store), ["report_id", "indicator", "form", "table", "row", "column"]
    for frame in (asked.panel(), asked.cells(), asked.series(), asked.query("SELECT report_id, year, total FROM disputes")):
        yield frame.sort_values([name for name in order if name in frame.columns]).reset_index(drop=True)


def test_the_examples_of_the_page_run(address, monkeypatch):
    monkeypatch.chdir(ROOT)
    commands = list(marked("postgresql.md", "test_store_postgres"))
    assert len(commands) == 4
    for command in commands:
        result = run(command.replace("postgresql+psycopg://user@host/reports", address))
        assert result.exit_code == 0, result.output
        assert "宿迁" in result.output or "status" in command or "ingest" in command or "11 reports" in result.output


def test_numbers_are_exact(store):
    fill(store)
    with store.reading() as connection:
        query = "SELECT disclosure__fees__amount FROM form_2021 WHERE disclosure__fees__amount > 1000000"
        assert connection.scalars(text(query)).all() == [Decimal("1234567890123456.789")]
        kinds = text("SELECT DISTINCT data_type FROM information_schema.columns WHERE table_name = 'form_2021'")
        assert set(connection.scalars(kinds)) == {"integer", "numeric"}


def test_views_answer_as_on_sqlite(store, tmp_path):
    fill(store)
    views = ("current_report", "block", "cells", "applications", "disclosure", "disputes", "statistics", "mentions")
    with new_store(tmp_path / "r.sqlite") as local:
        fill(local)
        for view in views:
            counts = []
            for each in (store, local):
                with each.reading() as connection:
                    counts.append(connection.scalar(text(f"SELECT count(*) FROM {view}")))
            assert counts[0] == counts[1] > 0, view
    (found,) = find_reports(store, "乙市", 2021)
    assert report_detail(store, found.id).tables[1].rows[0].cells[0].value == Decimal(0)


def test_prose_is_found(store):
    fill(store)
    with store.reading() as connection:
        (hit,) = search(connection, ["办结"])
        assert (hit.agency, hit.before, hit.found, hit.after) == (
            "甲县司法局",
            "一、总体情况\n收到申请13件。\n全部",
            "办结",
            "。",
        )
        assert search(connection, ["3"])[0].found == "3"
        assert search(connection, ["结办"]) == []
        assert search(connection, ["办结"], agency="乙") == []
    fill(store, "r2")  # kept in step
    with store.reading() as connection:
        assert len(search(connection, ["办结"])) == 1
        assert connection.scalar(text("SELECT count(*) FROM report_search")) == 2  # the superseded one too


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM report",
        "WITH gone AS (DELETE FROM report RETURNING id) SELECT * FROM gone",
        "SELECT 1; DELETE FROM report",
        "SELECT 1; COMMIT; DELETE FROM report",
        "COMMIT",
        "SET TRANSACTION READ WRITE",
        "DO $$ BEGIN DELETE FROM report; END $$",
        "CREATE TABLE mine (a int)",
    ],
)
def test_a_query_changes_nothing(address, statement):
    with open_store(address) as store:
        fill(store)
        before = status(store).reports
        with pytest.raises(ConfigurationError):
            ask(store, statement)
        assert status(store).reports == before
        store.begin_run("r2")  # and leaves the store able to write


def test_a_query_answers(store):
    fill(store)
    answer = ask(store, "SELECT agency, year FROM report WHERE agency LIKE '乙%' ORDER BY year", 1)
    assert (answer.columns, answer.rows, answer.more) == (("agency", "year"), [("乙市财政局", 2020)], True)


def load_numbers(address, barrier, numbers, reader, size):
    """In a process of its own: documents by number, every tenth an edition of one and the same report."""
    with open_store(address) as store:
        run = store.begin_run(reader)
        barrier.wait()
        with store.loading(run, size=size) as loader:
            for number in numbers:
                agency = "共县" if number % 10 == 0 else f"第{number}县"
                loader.load(facts(f"{number}.pdf"), [report(agency, values={"applications.new.total": str(number)})])


@pytest.mark.parametrize("overlap", [False, True])
def test_writers_at_once_double_nothing(address, overlap):
    """Two processes load other documents, or the same ones in opposite order, into a database that is not yet made."""
    numbers = list(range(1, 61))
    shares = [numbers, numbers[::-1]] if overlap else [numbers[::2], numbers[1::2]]
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(2)
    writers = [spawn.Process(target=load_numbers, args=(address, barrier, share, "r1", 7)) for share in shares]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0, 0]
    with open_store(address) as store, store.reading() as connection:
        count = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("document", "report", "form_2021")}
        assert count == dict.fromkeys(count, 60)
        assert connection.scalar(text("SELECT count(*) FROM provenance")) == 60
        query = text(
            "SELECT d.id, r.current, w.document_id FROM report r JOIN document d ON d.id = r.document_id"
            " LEFT JOIN report w ON w.id = r.superseded_by WHERE r.agency = '共县' ORDER BY r.current DESC, d.id DESC"
        )
        newest, *older = connection.execute(query).all()
        assert newest == (newest.id, 1, None)
        assert older == [(row.id, 0, newest.id) for row in older]
        assert len(older) == 5
        assert connection.scalar(text("SELECT count(*) FROM report WHERE current = 1")) == 55


def test_a_server_that_stops_in_the_middle_loses_nothing_that_was_told(server, address, tmp_path):
    store = open_store(address)
    run, told = store.begin_run("r1"), []
    with (  # noqa: PT012 - where it fails is the test
        pytest.raises(StoreError, match="run the same command again"),
        store.loading(run, size=2, seconds=1e9) as loader,
    ):
        for place, (document, reports) in enumerate(BATCH):
            if place == 5:
                server.stop()
            loader.load(document, reports, told.append)
    store.close()
    server.start()
    with open_store(address) as again, new_store(tmp_path / "r.sqlite") as local:
        assert status(again).documents == len({o for o in range(len(told)) if told[o] is Outcome.ADDED}) > 0
        fill(again)
        fill(local)
        assert differences(local, again) == []


def test_a_server_that_is_not_there_is_a_store_error():
    postgres.require()
    with pytest.raises(StoreError, match="server"):
        open_store("postgresql+psycopg://nianbao@127.0.0.1:1/none")


def test_commands_work_on_a_server(address):
    with open_store(address) as store:
        fill(store)
    for command, says in (
        (["status"], "documents"),
        (["query", "SELECT count(*) AS n FROM applications"], "n"),
        (["search", "办结"], "办结"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "nianbao.cli", *command, "--db", address], capture_output=True, text=True, check=False
        )
        assert (done.returncode, says in done.stdout) == (0, True), done.stderr


def test_agencies_are_placed_settled_and_superseded_as_on_sqlite(store):
    named = [("沭阳县发改局", 2023), ("沭阳县发展和改革局", 2023), ("区统计局", 2022), ("国家能源局", 2022)]
    run = store.begin_run("r1")
    for number, (name, year) in enumerate(named):
        made = replace(report(name, year, ""), agency=resolve(Evidence(name, year)))
        store.load(facts(f"{number}.pdf"), [made], run)
    use_aliases(store, read_aliases("[[name]]\nprinted = '区统计局'\nagency = '临沂市河东区统计局'\n"))
    with store.reading() as connection:
        rows = connection.execute(text("SELECT agency, current, agency_basis FROM report ORDER BY id")).all()
        assert [tuple(row) for row in rows] == [
            ("沭阳县发改局", 1, "name"),
            ("沭阳县发展和改革局", 0, "name"),
            ("区统计局", 1, "alias"),
            ("国家能源局", 1, "name"),
        ]
        peers = connection.execute(text("SELECT name FROM agencies WHERE level = 'county' ORDER BY region_code")).all()
        assert [name for (name,) in peers] == ["沭阳县发展和改革局", "临沂市河东区统计局"]
        for view in ("agency_names", "successions", "undecided_reports"):
            connection.execute(text(f"SELECT * FROM {view}")).all()


def fill_over_time(store):
    """Editions, a mirror, revisions in place and elsewhere, a return, an unreadable one; by an agency that is decided."""

    def of(year, published="", **more):
        made = replace(report("沭阳县审计局", year, **more), agency=resolve(Evidence("沭阳县审计局", year)))
        return replace(made, identity=replace(made.identity, published=published))

    fees, prose = "disclosure.fees.amount", (Section(1, "一、总体情况", "无。"),)
    one, two = of(2023, "2024-01-20", values={fees: "1"}), of(2023, "2024-03-20", values={fees: "2.5"})
    loads = [
        {"a.html": one, "a.pdf": one, "b.html": of(2020, "2021-03-05", form="2019")},
        {"a.html": two, "c.html": of(2021, form="2019"), "b.html": of(2020, "2021-03-05", form="2019", sections=prose)},
        {"a.html": one, "d.html": of(2023, values={fees: "1"}, sections=prose)},
    ]
    for day, held in enumerate(loads, 1):
        run = store.begin_run("r1", started=datetime(2024, day, 1, tzinfo=UTC), roots=["/archive"])
        for name, made in held.items():
            content = f"{name} {made.cells[-1].printed} {made.identity.published} {len(made.sections)}"
            media_type = "application/pdf" if name.endswith("pdf") else "text/html"
            store.load(facts(name, content, media_type=media_type), [made], run)
        store.fail(facts("沭阳县审计局2022.pdf"), UnreadableError("Cut off."), run)
        store.finish_run(run, {})


def test_time_is_told_as_on_sqlite(store, tmp_path):
    with new_store(tmp_path / "r.sqlite") as local:
        for each in (local, store):
            fill_over_time(each)
        assert differences(local, store) == []
        for view, order in (
            ("sightings", "document, first_seen"),
            ("report_history", "year, since"),
            ("revisions", "report_id, ordinal"),
            ("report_documents", "document, printed_id"),
            ("coverage", "year"),
        ):
            answers = []
            for each in (local, store):
                with each.reading() as connection:
                    rows = connection.execute(text(f"SELECT * FROM {view} ORDER BY {order}")).mappings()
                    answers.append([dict(row) for row in rows])
            assert answers[0] == answers[1], view
            assert answers[0], view
        roster = read_roster("agency,first_year\n沭阳县审计局,2019\n沭阳县水利局,2023\n")
        assert coverage_of(store, roster=roster, years=(2019, 2024)) == coverage_of(local, roster=roster, years=(2019, 2024))
        assert [row.status for row in coverage_of(store, within="321300").rows] == ["late", "wrong_form", "unreadable", "present"]
        assert revisions(store) == revisions(local)
        assert {each.kind for each in revisions(store)} == {"cells", "prose"}
        for day in ("2024-01-15", "2024-02-15", "2024-03-15"):
            found = [[stood.report.document for stood in reports_as_of(each, "审计局", 2023, day)] for each in (local, store)]
            assert found[0] == found[1], day
            assert len(found[0]) == 1
        see_again(store, ["a.html"], store.begin_run("r1"))
        settled = revisions(store)
        with store.writing() as connection:
            settle_all(connection)
        assert revisions(store) == settled


def test_continuity_finds_the_same_as_on_sqlite(store, tmp_path):
    named = [*histories.HISTORY, histories.of_level("沭阳县人民政府", 10, scope=Scope.JURISDICTION)]
    named += [histories.of_level("沭阳县审计局", 11), report("云溪县水利局", 2022)]
    named += [histories.of("宿迁市财政局", 2023, {"disclosure.fees.amount": "0.37"})]
    with new_store(tmp_path / "r.sqlite") as local:
        for each in (local, store):
            histories.load(each, *named)
            update(each)
        assert differences(local, store) == []
        for view in ('year, rule, part, "class" FROM continuity_breaks', 'year, rule, part, "class" FROM continuity_outcomes'):
            found = [Counter(histories.rows(each, f"SELECT {view}")) for each in (local, store)]
            assert found[0] == found[1] != Counter()
        assert histories.rows(store, "SELECT whole, parts, outcome FROM level_sums WHERE cell LIKE '%.new.total'") == [
            (Decimal(10), Decimal(11), "exceeded")
        ]
        assert histories.rows(store, "SELECT COUNT(*) FROM continuity_stale") == [(0,)]
        update(store, everything=True)
        assert differences(local, store) == []


def test_the_years_beside_settle_the_same_cells_as_on_sqlite(store, tmp_path):
    with new_store(tmp_path / "r.sqlite") as local:
        for each in (local, store):
            neighbours.load(each, neighbours.of(2023, neighbours.both("7", "9")), neighbours.BEFORE, neighbours.AFTER)
            assert update(each).settled == 1
        assert neighbours.held(local) == neighbours.held(store)
        assert differences(local, store) == []
        for each in (local, store):
            neighbours.load(each, neighbours.of(2022, {"applications.new.total": "5"}), prefix="corrected/")
        assert neighbours.held(local) == neighbours.held(store)
        assert neighbours.verdict(store) == "review"


def test_a_neighbour_year_confirms_on_postgresql_too(store):
    neighbours.check_confirmed(store)


def test_the_same_copies_are_found(server, tmp_path):
    with open_store(server.new_database("copies")) as there, loaded(tmp_path / "r.sqlite", REPORTS) as here:
        loaded(there, REPORTS)
        assert find_copies(there) == find_copies(here)
        find_copies(there)
        assert found(there) == found(here)
        with there.reading() as connection:
            assert connection.execute(text("SELECT COUNT(*) FROM copies")).scalar() == 4


def test_it_is_published_as_an_sqlite_file_of_the_same_content(store, tmp_path):
    fill(store)
    update(store)
    find_copies(store)
    copy_store(store, tmp_path / "published.sqlite")
    assert integrity(tmp_path / "published.sqlite") == []
    with open_store(tmp_path / "published.sqlite", create=False) as copy:
        assert differences(store, copy) == []
        with copy.reading() as connection, store.reading() as there:
            assert search(connection, ["收到申请"]) == search(there, ["收到申请"]) != []
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"


def test_an_archive_rebuilds_to_the_same_as_on_sqlite(address, tmp_path):
    root = crawls.made(tmp_path / "archive")
    with Archive.open(root) as archive:
        assert len(list(rebuild(archive, address))) == 4
        list(rebuild(archive, tmp_path / "r.sqlite"))
        with pytest.raises(ConfigurationError, match="not empty"):
            list(rebuild(archive, address, replace=True))
    views = (
        "document, first_seen, last_seen, gone_since, fetched, via, record FROM sightings",
        "report_id, since, until FROM report_history",
    )
    with open_store(address) as there, open_store(tmp_path / "r.sqlite") as here:
        assert differences(here, there) == []
        for view in views:
            found = [Counter(histories.rows(each, f"SELECT {view}")) for each in (here, there)]
            assert found[0] == found[1] != Counter()


def test_a_night_keeps_its_database_there_and_publishes_a_file(address, tmp_path):
    config = nights.config_in(tmp_path).model_copy(update={"database": address})
    script = [{"alpha": {"1.txt": "verified 甲局", "2.txt": "budget"}}, {"alpha": {"1.txt": "inconsistent 甲局"}}]
    collecting, clock = nights.ScriptedCollecting(tmp_path / "web", script), nights.Clockwork()
    assert run_night(config, collecting, clock).arrived == {"verified": 1}
    clock.next_night()
    summary = run_night(config, collecting, clock)
    assert (summary.outcome, summary.arrived, len(summary.gates)) == ("published", {"inconsistent": 1}, 13)
    with open_store(address) as store, open_store(config.published, create=False) as copy:
        assert differences(store, copy) == []
        assert [(each.source, each.checks) for each in freshness(copy)] == [("alpha", 2)]


def test_decisions_on_cells_do_the_same_as_on_sqlite(store, tmp_path):
    with open_store(tmp_path / "r.sqlite") as other:
        for each in (store, other):
            number = corrections_tests.load(each, corrections_tests.doubtful())
            first = decide(each, number, corrections_tests.decision(corrections_tests.NEW_TOTAL, "8"), base=None)
            assert report_detail(each, number).summary.verdict == "inconsistent"
            decide(each, number, corrections_tests.decision(corrections_tests.NEW_TOTAL, "3"), base=first.id)
            assert report_detail(each, number).summary.verdict == "verified"
            assert queue(each) == ()
            assert [int(row["value"]) for row in corrections(each)] == [3, 8]
        assert differences(store, other) == []
