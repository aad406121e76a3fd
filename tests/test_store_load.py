import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from collect.errors import NotAReportError, StoreError, UnreadableError
from extract.model import Box
from normalize.model import Identity, Scope, State, Verdict
from store import schema
from store.batch import Batch
from store.load import Outcome
from store.query import find_reports
from store.rows import PLACED_COLUMNS, REPORT_COLUMNS
from store.supersede import subject
from tests.report_factory import BLANK, MISSING, cell, facts, form_report_cells, full_report, new_store, report


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


VOLATILE = {"run": ("started", "finished"), "failure": ("time",), "document_path": ("last_run",)}


def dump(store, leave_out=()):
    """Every row of every table but run times, in the database's own order."""
    connection = sqlite3.connect(store.engine.url.database)
    connection.row_factory = sqlite3.Row
    content = {}
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
        if table not in leave_out and not table.startswith("report_search"):  # the index of the prose: see test_store_search
            found = connection.execute(f"SELECT * FROM {table}").fetchall()
            content[table] = [tuple(r[k] for k in r.keys() if k not in VOLATILE.get(table, ())) for r in found]  # noqa: SIM118 - a Row iterates values
    connection.close()
    return content


BATCH = [
    (facts("a.pdf"), [full_report()]),
    (facts("b.html", pages=0), [report("乙市财政局", 2020, "2019"), report("乙市财政局", 2021, "2021")]),
    (facts("copy/a.pdf", "a.pdf"), [full_report()]),
    (facts("old.docx"), [report("丙区教育局", 2016, "2014", {"statistics.capacity.budget.count": "12.5"})]),
    (facts("prose.txt"), [report("丁镇人民政府", 2017, "", verdict=Verdict.PROSE)]),
]


def load_batch(store, reader="r1", batch=BATCH):
    run = store.begin_run(reader, "archive")
    outcomes = [store.load(document, reports, run) for document, reports in batch]
    outcomes.append(store.fail(facts("broken.pdf"), UnreadableError("The file is cut off."), run))
    store.finish_run(run, {"documents": len(batch) + 1})
    return outcomes


def test_a_report_is_kept_whole(store):
    store.load(facts(), [full_report()], store.begin_run("r1"))
    assert rows(store, "SELECT agency, year, scope, form, verdict, cells_expected, cells_found, findings FROM report") == [
        ("甲县司法局", 2023, "own_office", "2021", "inconsistent", 200, 199, 2)
    ]
    assert rows(store, "SELECT seen, used, ignored, in_findings FROM report") == [(202, 199, 3, 0)]
    assert rows(store, "SELECT checks_holding, checks_failing, checks_not_assessable FROM report") == [(1, 1, 1)]
    assert rows(
        store,
        "SELECT applications__new__total, typeof(applications__new__total), disclosure__fees__amount, disputes__review__upheld"
        " FROM form_2021",
    ) == [(13, "integer", 25.1, None)]
    assert rows(store, "SELECT cell, state, printed FROM cell_note ORDER BY cell") == [
        ("disputes.review.total", "missing", ""),
        ("disputes.review.upheld", "blank", ""),
    ]
    assert rows(store, 'SELECT form, "table", cells_expected, cells_found FROM block ORDER BY 2') == [
        ("2021", "applications", 175, 175),
        ("2021", "disclosure", 10, 10),
        ("2021", "disputes", 15, 14),
    ]
    assert rows(store, "SELECT row_label, printed, value, page, x1 FROM extra_cell") == [("其他主动公开文件", "1.5", 1.5, 2, 3.5)]
    assert rows(store, "SELECT number, heading, text FROM section") == [
        (0, "", "前言。"),
        (1, "一、总体情况", "收到申请13件。\n全部办结。"),
    ]
    assert rows(store, "SELECT metric, value, unit, cell, kind, whose, section_ordinal, start, stop, whole FROM mention") == [
        ("applications_received", 13, "件", "applications.new.total", "count", "self", 1, 4, 6, None)
    ]
    assert rows(store, "SELECT rule, severity, cells, expected, actual FROM finding") == [
        ("applications.row_total", "fault", "applications.new.total applications.new.natural_person", "12", "13"),
        ("blank", "note", "disputes.review.upheld", "", ""),
    ]
    assert rows(store, "SELECT rule, outcome, message FROM rule_check") == [
        ("applications.row_total", "fails", ""),
        ("disputes.row_total", "not_assessable", "lacks disputes.review.total"),
    ]
    assert rows(store, "SELECT rule, printed, times FROM ignored") == [("serial", "1", 2), ("serial", "2", 1)]
    assert rows(store, "SELECT code, message, page FROM document_warning") == [("font", "a font is missing", 2)]
    assert rows(
        store, "SELECT document, media_type, producer, pages, size FROM document JOIN document_path ON document_id = id"
    ) == [("a/1.pdf", "application/pdf", "a typesetter", 4, 7)]


def test_two_forms_in_one_report_have_a_row_each(store):
    cells = form_report_cells("2021", tables={"disclosure"}) + form_report_cells("2019", tables={"applications"}, default="3")
    store.load(facts(), [report(cells=cells)], store.begin_run("r1"))
    assert rows(store, "SELECT disclosure__rules__issued, applications__new__total FROM form_2021") == [(0, None)]
    assert rows(store, "SELECT disclosure__rules__newly_made, applications__new__total FROM form_2019") == [(None, 3)]
    assert rows(store, "SELECT count(*) FROM cell_note") == [(0,)]


@pytest.mark.parametrize(
    ("printed", "more", "note"),
    [
        ("12", {}, None),
        ("0", {}, None),
        ("25.1", {}, None),
        ("-3", {}, None),
        ("123456789012345678", {}, None),
        ("25.10", {}, ("printed", "25.10", "", None, None)),  # the text says more than the number
        ("007", {}, ("printed", "007", "", None, None)),
        ("1,036", {"value": 1036}, ("printed", "1,036", "", None, None)),
        ("+5", {}, ("printed", "+5", "", None, None)),
        ("251000元", {"value": "25.1", "note": "元"}, ("printed", "251000元", "元", None, None)),
        ("7", {"confidence": 0.5}, ("printed", "7", "", None, 0.5)),
        ("8", {"state": State.REPAIRED}, ("repaired", "8", "", None, None)),
        (BLANK, {}, ("blank", "", "", None, None)),
        ("/", {"value": None}, ("blank", "/", "", None, None)),
        ("—", {"value": None}, ("blank", "—", "", None, None)),
        ("无", {"value": None}, ("blank", "无", "", None, None)),
        (MISSING, {}, ("missing", "", "", None, None)),
        ("1234567890123456.789", {}, ("printed", "1234567890123456.789", "", "1234567890123456.789", None)),
        ("9" * 25, {}, ("printed", "9" * 25, "", "9" * 25, None)),
    ],
)
def test_a_note_is_kept_only_where_the_number_does_not_tell_all(store, printed, more, note):
    if more.get("value") is not None:
        more = {**more, "value": Decimal(more["value"])}
    only = cell("2021", "disclosure.fees.amount", printed, **more)
    store.load(facts(), [report(cells=(only,))], store.begin_run("r1"))
    assert rows(store, "SELECT state, printed, note, exact, confidence FROM cell_note") == ([note] if note else [])


def test_loading_a_batch_again_changes_nothing_but_the_runs(store):
    first = load_batch(store)
    before = dump(store, leave_out=("run",))
    assert first == [Outcome.ADDED, Outcome.ADDED, Outcome.RENAMED, Outcome.ADDED, Outcome.ADDED, Outcome.ADDED]
    assert load_batch(store) == [Outcome.UNCHANGED] * 6
    assert dump(store, leave_out=("run",)) == before
    assert rows(store, "SELECT count(*), count(finished) FROM run") == [(2, 2)]


def test_the_same_batch_gives_the_same_database(store, tmp_path):
    load_batch(store)
    with new_store(tmp_path / "other.sqlite") as other:
        load_batch(other)
        assert dump(other) == dump(store)
    assert len(dump(store)["report"]) == 5


def test_a_killed_run_leaves_whole_documents_and_the_next_one_completes(store, tmp_path, monkeypatch):
    run = store.begin_run("r1", "archive")
    store.load(*BATCH[0], run)
    before = dump(store)
    original = Batch._write

    def killed(*arguments):
        original(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(Batch, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        store.load(*BATCH[1], run)
    assert dump(store) == before
    monkeypatch.undo()
    load_batch(store)
    with new_store(tmp_path / "other.sqlite") as other:
        load_batch(other)
        same = {"report", "form_2021", "form_2019", "form_2014", "cell_note", "section", "finding", "provenance"}
        assert {t: r for t, r in dump(other).items() if t in same} == {t: r for t, r in dump(store).items() if t in same}


def test_a_new_reader_replaces_what_the_old_one_read(store):
    load_batch(store)
    numbers = rows(store, "SELECT id, document_id, ordinal FROM report ORDER BY id")
    corrected = [(BATCH[0][0], [full_report(findings=(), cells=form_report_cells(values={"applications.new.total": "14"}))])]
    assert load_batch(store, "r2", corrected + BATCH[1:])[0] == Outcome.REREAD
    assert rows(store, "SELECT id, document_id, ordinal FROM report ORDER BY id") == numbers  # links stay good
    report_id = "(SELECT id FROM report WHERE agency = '甲县司法局')"
    assert rows(store, f"SELECT applications__new__total FROM form_2021 WHERE report_id = {report_id}") == [(14,)]
    assert rows(store, f"SELECT count(*) FROM cell_note WHERE report_id = {report_id}") == [(0,)]
    assert rows(store, f"SELECT count(*) FROM finding WHERE report_id = {report_id}") == [(0,)]
    assert rows(store, "SELECT DISTINCT reader, first_run, last_run FROM document") == [("r2", 1, 2)]


def test_a_new_reader_that_finds_fewer_reports_removes_the_rest(store):
    store.load(facts(), [report(year=2020), report(year=2021)], store.begin_run("r1"))
    store.load(facts(), [report(year=2021)], store.begin_run("r2"))
    assert rows(store, "SELECT year, current FROM report") == [(2021, 1)]
    assert rows(store, "SELECT count(*) FROM form_2021") == [(1,)]


def test_recognise_spares_the_reading(store):
    run = store.begin_run("r1")
    assert store.recognise(facts("a.pdf"), run) is None
    store.load(facts("a.pdf"), [report()], run)
    assert store.recognise(facts("a.pdf"), run) is Outcome.UNCHANGED
    assert store.recognise(facts("b.pdf", "a.pdf"), run) is Outcome.RENAMED
    assert store.recognise(facts("b.pdf", "a.pdf"), run) is Outcome.UNCHANGED
    assert store.recognise(facts("a.pdf"), store.begin_run("r2")) is None
    assert store.recognise(facts("0.pdf", "a.pdf"), run) is Outcome.RENAMED
    assert rows(store, "SELECT ordinal, document, current FROM document_path ORDER BY 1") == [
        (0, "a.pdf", 1),
        (1, "b.pdf", 1),
        (2, "0.pdf", 1),
    ]
    # What is shown is the first name, once.
    assert rows(store, "SELECT document, sha256 FROM current_report") == [("a.pdf", facts("a.pdf").sha256)]
    assert [found.document for found in find_reports(store, "")] == ["a.pdf"]


def current(store):
    return rows(
        store,
        "SELECT d.document, r.current, (SELECT d2.document FROM report r2 JOIN document_path d2 USING (document_id)"
        " WHERE r2.id = r.superseded_by AND d2.ordinal = 0) FROM report r JOIN document_path d USING (document_id)"
        " WHERE d.ordinal = 0 ORDER BY r.id",
    )


def test_a_newer_document_supersedes_and_keeps_the_older(store):
    run = store.begin_run("r1")
    store.load(facts("first.pdf"), [report(values={"applications.new.total": "1"})], run)
    store.load(facts("second.pdf"), [report(values={"applications.new.total": "2"})], run)
    store.load(facts("third.pdf"), [report(values={"applications.new.total": "3"})], run)
    assert current(store) == [("first.pdf", 0, "third.pdf"), ("second.pdf", 0, "third.pdf"), ("third.pdf", 1, None)]
    difference = (
        'SELECT a."row", a."column", a.value, b.value FROM cells a JOIN cells b USING ("table", "row", "column")'
        " WHERE a.report_id = 3 AND b.report_id = 3 AND a.value = 3"
    )
    assert rows(store, difference) == [("new", "total", 3, 3)]
    assert rows(
        store,
        "SELECT old.applications__new__total, new.applications__new__total FROM report r JOIN form_2021 old ON"
        " old.report_id = r.id JOIN form_2021 new ON new.report_id = r.superseded_by ORDER BY r.id",
    ) == [(1, 3), (2, 3)]


@pytest.mark.parametrize(
    ("older", "newer", "superseded"),
    [
        (report(), report(), True),
        (report(scope=Scope.OWN_OFFICE), report(scope=Scope.JURISDICTION), False),
        (report(year=2022), report(), False),
        (report("甲县财政局"), report(), False),
        (report(year=None), report(year=None), False),
        (report(""), report(""), False),
        (report("区统计局"), report("区统计局"), False),  # a thousand districts have one
        (report(), report(form="", verdict=Verdict.PROSE), None),  # prose without figures gives way itself
    ],
)
def test_what_supersedes_what(store, older, newer, superseded):
    run = store.begin_run("r1")
    store.load(facts("old"), [older], run)
    store.load(facts("new"), [newer], run)
    expected = {True: [0, 1], False: [1, 1], None: [1, 0]}[superseded]
    assert [flag for _, flag, _ in current(store)] == expected


@pytest.mark.parametrize(
    ("agency", "tells"),
    [
        ("河东区中小企业发展服务中心", True),
        ("镇江市水利局", True),
        ("市中区人民政府", True),
        ("国家统计局", True),
        ("省司法厅", False),
        ("区市场监督管理局", False),
        ("市政府办公室", False),
        ("街道办事处", False),
        ("我局", False),
        ("县人民政府", False),
    ],
)
def test_a_name_without_a_place_does_not_tell_agencies_apart(agency, tells):
    assert (subject(agency, 2023, None) is not None) is tells


def test_changed_content_at_a_path_supersedes_and_going_back_restores(store):
    run = store.begin_run("r1")
    one, two = facts("a.pdf", "one"), facts("a.pdf", "two")
    store.load(one, [report()], run)
    store.load(two, [report()], run)
    assert [flag for _, flag, _ in current(store)] == [0, 1]
    assert store.load(one, [report()], run) is Outcome.RENAMED
    assert [flag for _, flag, _ in current(store)] == [1, 0]
    assert rows(store, "SELECT document_id, current FROM document_path ORDER BY document_id") == [(1, 1), (2, 0)]


def test_rereading_the_older_document_does_not_bring_it_back(store):
    for reader in ("r1", "r2"):
        run = store.begin_run(reader)
        store.load(facts("old"), [report()], run)
        store.load(facts("new"), [report()], run)
        assert current(store) == [("old", 0, "new"), ("new", 1, None)]


def test_a_rereading_that_corrects_the_agency_frees_the_superseded_report(store):
    run = store.begin_run("r1")
    store.load(facts("old"), [report()], run)
    store.load(facts("new"), [report()], run)
    store.load(facts("new"), [report("乙县司法局")], store.begin_run("r2"))
    assert current(store) == [("old", 1, None), ("new", 1, None)]


def test_two_reports_of_one_document_do_not_supersede_each_other(store):
    store.load(facts(), [report(), report()], store.begin_run("r1"))
    assert [flag for _, flag, _ in current(store)] == [1, 1]


def test_a_failure_is_a_row_until_the_document_succeeds(store):
    error = NotAReportError("It is a budget.", code="not_a_report.budget")
    when = datetime(2024, 5, 1, tzinfo=UTC)
    run = store.begin_run("r1")
    assert store.fail(facts("x.pdf"), error, run, when) is Outcome.ADDED
    assert store.fail(facts("x.pdf"), error, store.begin_run("r1")) is Outcome.UNCHANGED
    assert rows(store, "SELECT document, code, reason, message, time, run_id FROM failure") == [
        ("x.pdf", "not_a_report", "not_a_report.budget", "It is a budget.", "2024-05-01T00:00:00+00:00", 1)
    ]
    store.fail(facts("x.pdf", "other"), UnreadableError("Cut off."), run)
    assert rows(store, "SELECT code, sha256 FROM failure") == [("unreadable", facts("x.pdf", "other").sha256)]
    store.load(facts("x.pdf", "third"), [report()], run)
    assert rows(store, "SELECT count(*) FROM failure") == [(0,)]


def test_known_content_that_fails_keeps_its_figures_unless_it_is_no_report(store):
    store.load(facts(), [report()], store.begin_run("r1"))
    later = store.begin_run("r2")
    store.fail(facts(), UnreadableError("Time limit."), later)
    assert rows(store, "SELECT count(*) FROM form_2021") == [(1,)]
    store.fail(facts(), NotAReportError("It is a budget."), later)
    assert rows(store, "SELECT (SELECT count(*) FROM form_2021), (SELECT count(*) FROM document)") == [(0, 0)]
    assert rows(store, "SELECT code FROM failure") == [("not_a_report",)]


def test_unstorable_characters_are_made_visible(store):
    odd = replace(facts("坏\udcc4名.pdf", "content"), producer="a\0b")
    run = store.begin_run("r1")
    store.load(odd, [report()], run)
    assert store.load(odd, [report()], run) is Outcome.UNCHANGED
    assert rows(store, "SELECT p.document, producer FROM document d JOIN document_path p ON p.document_id = d.id") == [
        ("坏\\udcc4名.pdf", "a\ufffdb")
    ]
    store.fail(replace(odd, sha256="00"), UnreadableError("bad \udcff byte"), run)
    assert store.fail(replace(odd, sha256="00"), UnreadableError("bad \udcff byte"), run) is Outcome.UNCHANGED


def test_damaged_coordinates_do_not_stop_a_load(store):
    box = Box(1, float("nan"), 1e300, float("inf"), -5.0)
    store.load(facts(), [report(cells=(cell("2021", "disclosure.fees.amount", "1", box=box),))], store.begin_run("r1"))
    assert rows(store, "SELECT count(*) FROM provenance") == [(1,)]


def test_no_figure_is_infinite(store):
    bad = cell("2021", "disclosure.fees.amount", "Infinity")
    with pytest.raises(StoreError):
        store.load(facts(), [report(cells=(bad,))], store.begin_run("r1"))
    assert rows(store, "SELECT count(*) FROM document") == [(0,)]


def test_corrections_are_append_only(store):
    connection = sqlite3.connect(store.engine.url.database)
    connection.execute(
        "INSERT INTO correction (sha256, report_ordinal, form, cell, value, printed, reason, person, time)"
        " VALUES ('x', 0, '2021', 'disclosure.fees.amount', 1, '1', 'misread', 'me', '2024')"
    )
    for forbidden in ("UPDATE correction SET value = 2", "DELETE FROM correction"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(forbidden)
    connection.close()


def test_prose_needs_no_identity(store):
    bare = replace(report(form="", verdict=Verdict.PROSE), identity=Identity())
    store.load(facts(), [bare], store.begin_run("r1"))
    assert rows(store, "SELECT agency, year, scope, form, cells_expected FROM report") == [("", None, None, "", 0)]


def test_the_row_of_a_report_has_the_columns_of_its_table() -> None:
    columns = [column.name for column in schema.report.columns]
    others = {"id", "document_id", "ordinal", "current", "superseded_by", "relation", *PLACED_COLUMNS}
    assert list(REPORT_COLUMNS) == [name for name in columns if name not in others]
