from decimal import Decimal

import pytest

from collect.errors import NotAReportError, StoreError, UnreadableError
from extract.model import Box, Locus
from normalize.model import State, Verdict
from store.query import find_reports, report_detail, status
from tests.report_factory import facts, form_report_cells, full_report, new_store, report


@pytest.fixture
def store(tmp_path):
    with new_store(tmp_path / "r.sqlite") as opened:
        run = opened.begin_run("r1", "archive.zip")
        opened.load(facts("old.pdf"), [full_report()], run)
        opened.load(facts("a.pdf"), [full_report()], run)
        opened.load(facts("copy.pdf", "a.pdf"), [full_report()], run)
        opened.load(facts("b.pdf"), [report("乙市_财政局", 2020, "2019"), report("乙市_财政局", 2021)], run)
        opened.load(facts("c.pdf"), [report("丙镇", None, "", verdict=Verdict.PROSE)], run)
        opened.fail(facts("bad.pdf"), UnreadableError("Cut off."), run)
        opened.fail(facts("budget.pdf"), NotAReportError("A budget.", code="not_a_report.budget"), run)
        opened.finish_run(run, {"documents": 7, "完成": True})
        yield opened


@pytest.mark.parametrize(
    ("agency", "year", "found"),
    [
        ("司法", None, [("甲县司法局", 2023)]),
        ("司法", 2022, []),
        ("财政", None, [("乙市_财政局", 2020), ("乙市_财政局", 2021)]),
        ("财政", 2021, [("乙市_财政局", 2021)]),
        ("_", None, [("乙市_财政局", 2020), ("乙市_财政局", 2021)]),  # not a wildcard
        ("%", None, []),
        ("", None, [("丙镇", None), ("乙市_财政局", 2020), ("乙市_财政局", 2021), ("甲县司法局", 2023)]),
    ],
)
def test_find_reports(store, agency, year, found):
    assert [(r.agency, r.year) for r in find_reports(store, agency, year)] == found


def test_superseded_reports_are_found_on_request(store):
    assert [(r.document, r.current) for r in find_reports(store, "司法", superseded=True)] == [
        ("old.pdf", False),
        ("a.pdf", True),
    ]


def test_a_report_in_full(store):
    (summary,) = find_reports(store, "司法")
    detail = report_detail(store, summary.id)
    assert detail.summary == summary
    assert (summary.verdict, summary.cells_expected, summary.cells_found, summary.findings) == ("inconsistent", 200, 199, 2)
    assert detail.documents == ("a.pdf", "copy.pdf")
    assert detail.period == "2023年1月1日至12月31日"
    assert [(t.form, t.key, len(t.rows)) for t in detail.tables] == [
        ("2021", "disclosure", 6),
        ("2021", "applications", 25),
        ("2021", "disputes", 3),
    ]
    disclosure, applications, disputes = detail.tables
    assert applications.headings[:2] == ("自然人", "法人或其他组织/商业企业")
    new = applications.rows[0]
    assert new.label == ("一、本年新收政府信息公开申请数量",)
    assert (new.cells[0].value, new.cells[-1].printed) == (Decimal(12), "13")
    assert isinstance(new.cells[0].place.box, Box)
    fees = disclosure.rows[-1]
    assert [c.value if c else None for c in fees.cells] == [None, None, None, None, Decimal("25.1")]
    review = disputes.rows[0]
    assert [c.state for c in review.cells] == [State.BLANK, *[State.PRINTED] * 3, State.MISSING]
    assert [f["rule"] for f in detail.findings] == ["applications.row_total", "blank"]
    assert [s["heading"] for s in detail.sections] == ["", "一、总体情况"]
    assert (detail.mentions[0]["value"], detail.mentions[0]["sentence"]) == (Decimal(13), "收到申请13件")
    assert detail.extra_cells[0]["value"] == Decimal("1.5")


def test_a_text_report_gives_lines_and_fields(store):
    run = store.begin_run("r1")
    store.load(facts("t.txt"), [report("丁县", cells=form_report_cells(text=True))], run)
    (summary,) = find_reports(store, "丁县")
    assert report_detail(store, summary.id).tables[0].rows[0].cells[0].place.locus == Locus(1, 1)


def test_no_such_report(store):
    with pytest.raises(StoreError, match="no report 99"):
        report_detail(store, 99)


def test_status(store):
    found = status(store)
    assert (found.documents, found.reports, found.superseded) == (4, 5, 1)
    assert found.cells == 199 * 2 + 198 + 200
    assert found.by_verdict == {"inconsistent": 2, "prose": 1, "verified": 2}
    assert found.by_form == {"": 1, "2019": 1, "2021": 3}
    assert found.by_year == {None: 1, 2020: 1, 2021: 1, 2023: 2}
    assert found.findings_by_rule == {"applications.row_total": 2, "blank": 2}
    assert found.failures_by_reason == {"not_a_report.budget": 1, "unreadable": 1}
    assert [(f.document, f.message) for f in found.failures] == [("bad.pdf", "Cut off."), ("budget.pdf", "A budget.")]
    assert found.last_run["arguments"] == "archive.zip"
    assert found.last_run["counts"] == '{"documents": 7, "完成": true}'


def test_status_of_an_interrupted_run_and_an_empty_database(tmp_path):
    with new_store(tmp_path / "e.sqlite") as store:
        assert (status(store).documents, status(store).last_run) == (0, None)
        store.begin_run("r1")
        assert status(store).last_run["finished"] is None
