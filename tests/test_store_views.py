import sqlite3

import pandas as pd
import pytest

from normalize.forms import form_cells, forms
from normalize.series import indicators
from store.dictionary import UNITS
from store.schema import metadata
from store.views import view_statements
from tests.report_factory import BLANK, MISSING, facts, form_report_cells, full_report, new_store, report


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("views") / "r.sqlite"
    with new_store(path) as store:
        superseded = report(values={"applications.new.total": "99"})
        store.load(facts("superseded.pdf"), [superseded], store.begin_run("r1"))
        run = store.begin_run("r1")
        store.load(facts("a.pdf"), [full_report()], run)
        store.load(facts("b.pdf"), [report(year=2023, values={"applications.new.total": "5"})], run)
        store.load(facts("c.pdf"), [report(year=2020, form="2019", values={"disclosure.licensing.items_change": "-2"})], run)
        store.load(facts("d.pdf"), [report(year=2016, form="2014", values={"statistics.fees_charged.count": "0.37"})], run)
        hybrid = form_report_cells("2021", tables={"disclosure"}) + form_report_cells(
            "2019", tables={"applications"}, values={"applications.other.total": BLANK, "applications.new.total": MISSING}
        )
        store.load(facts("e.pdf"), [report("洪泽区", 2024, cells=hybrid)], run)
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


def ask(database, sql, *parameters):
    return database.execute(sql, parameters).fetchall()


def test_every_view_answers(database):
    views = [name for (name,) in ask(database, "SELECT name FROM sqlite_master WHERE type = 'view'")]
    agencies = ["agencies", "agency_names", "successions", "undecided_reports"]
    reports = ["applications", "block", "cells", "current_report", "disclosure", "disputes", "series", "statistics"]
    time = ["coverage", "report_documents", "report_history", "revisions", "sightings"]
    across = ["continuity_breaks", "continuity_outcomes", "level_sums"]
    prose = ["mention_changes", "mentions"]
    assert sorted(views) == sorted([*agencies, *across, *reports, *time, "copies", "freshness", *prose])
    counts = {view: ask(database, f"SELECT count(*) FROM {view}")[0][0] for view in views}
    assert counts == {
        "current_report": 5,  # a.pdf reports its own office, b.pdf does not say: both stand
        "block": 3 * 4 + 1 + 2,  # the superseded report too
        "cells": 200 + 200 + 198 + 58 + 10 + 161,
        "applications": 25 + 25 + 23 + 23,
        "disclosure": 6 + 6 + 8 + 6,
        "disputes": 3 + 3 + 3,
        "series": 5 * len(indicators()),
        "statistics": 58,
        "agencies": 0,  # nobody asked whose these reports are
        "agency_names": 0,
        "successions": 0,
        "undecided_reports": 5,
        "coverage": 0,  # nor, therefore, who should have reported
        "report_documents": 6,
        "report_history": 6,
        "revisions": 1,
        "sightings": 6,
        **dict.fromkeys(across, 0),  # computed by a command: see test_store_continuity
        "copies": 0,  # nobody searched
        "freshness": 0,  # no night was
        "mentions": 1,
        "mention_changes": 0,
    }


def test_rows_as_printed_have_the_columns_of_the_form(database):
    rows = ask(database, 'SELECT form, "row", label, natural_person, total FROM applications WHERE document = ?', "a.pdf")
    assert rows[0] == ("2021", "new", "一、本年新收政府信息公开申请数量", 12, 13)
    assert [r[1] for r in rows] == [row.key for row in forms()["2021"].tables[1].rows]
    columns = [c[0] for c in database.execute("SELECT * FROM disclosure").description]
    assert columns[:10] == ["report_id", "document", "agency", "agency_id", "year", "scope", "verdict", "form", "row", "label"]
    assert {"issued", "in_force", "newly_made", "items_change", "amount"} <= set(columns)
    assert ask(database, "SELECT items_change, issued FROM disclosure WHERE \"row\" = 'licensing' AND form = '2019'") == [
        (-2, None)
    ]


def test_a_report_of_two_forms_shows_each_block_once(database):
    rows = ask(database, "SELECT DISTINCT form FROM applications WHERE agency = '洪泽区'")
    rows += ask(database, "SELECT DISTINCT form FROM disclosure WHERE agency = '洪泽区'")
    assert rows == [("2019",), ("2021",)]


def test_cells_tell_printed_blank_and_missing_apart(database):
    query = 'SELECT value, printed, state FROM cells WHERE document = ? AND "row" = ? AND "column" = ?'
    assert ask(database, query, "a.pdf", "new", "total") == [(13, "13", "printed")]
    assert ask(database, query, "a.pdf", "fees", "amount") == [(25.1, "25.1", "printed")]
    assert ask(database, query, "d.pdf", "fees_charged", "count") == [(0.37, "0.37", "printed")]
    assert ask(database, query, "e.pdf", "other", "total") == [(None, "", "blank")]
    assert ask(database, query, "e.pdf", "new", "total") == [(None, "", "missing")]


def test_pandas_reads_a_panel_from_plain_sqlite(database):
    frame = pd.read_sql(
        "SELECT year, total FROM applications WHERE \"row\" = 'new' AND verdict = 'verified' ORDER BY year", database
    )
    assert frame["year"].tolist() == [2020, 2023, 2024]
    assert frame["total"].tolist()[:2] == [0, 5]
    wide = pd.read_sql("SELECT r.agency, f.* FROM form_2021 f JOIN current_report r USING (report_id)", database)
    assert wide["applications__new__total"].sum() == 18
    assert wide["applications__new__total"].dtype == float  # NULL in the report of two forms


def test_the_dictionary_explains_every_column(database):
    columns = {
        (table, name)
        for (table,) in ask(database, "SELECT name FROM sqlite_master WHERE type = 'table'")
        if table in metadata.tables
        for _, name, *_ in ask(database, f"PRAGMA table_info({table})")
    }
    assert {tuple(row) for row in ask(database, "SELECT relation, name FROM data_dictionary")} == columns
    assert ask(database, "SELECT count(*) FROM data_dictionary WHERE description = ''") == [(0,)]
    query = (
        'SELECT form, "table", "row", "column", cell, label_zh, label_en, unit_zh, unit_en, signed FROM data_dictionary'
        " WHERE relation = ? AND name = ?"
    )
    assert ask(database, query, "form_2021", "applications__refused_state_secret__total") == [
        (
            *("2021", "applications", "refused.state_secret", "total", "applications.refused.state_secret.total"),
            "三、本年度办理结果/（三）不予公开/1.属于国家秘密：总计",
            *("Refused: state secret: total", "件", "items", 0),
        )
    ]
    assert ask(database, query, "form_2019", "disclosure__licensing__items_change")[0][-3:] == ("项", "items", 1)
    assert ask(database, "SELECT count(*) FROM data_dictionary WHERE cell IS NOT NULL") == [(456,)]
    assert ask(database, query, "report", "verdict") == [(None,) * 10]


def test_every_unit_has_a_name_in_english():
    assert {cell.unit for cell in form_cells().values()} <= set(UNITS)


def test_views_stay_within_the_limits_of_sqlite():
    columns = {form.key: ["report_id"] for form in forms().values()}
    for statement in view_statements(columns, "sqlite").values():
        assert statement.count("UNION ALL") < 250  # half of 500: room for another form
