"""What people decide about single cells: it counts at once, it survives re-reading, and it proves itself anew."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from collect.errors import StoreError
from normalize.correcting import CORRECTED, REVIEWED, Decision, corrected
from normalize.model import Finding, Severity, State, Verdict
from store.compare import differences
from store.corrections import OvertakenError, corrections, decide
from store.query import report_detail
from store.review import doubts_of, queue
from store.series import Subject, series
from tests.report_factory import cell, facts, form_report_cells, key, new_store, report

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
NEW_TOTAL, NEW_PERSON = "applications.new.total", "applications.new.natural_person"
SUMS = {
    "applications.new.natural_person": "3",
    "applications.new.total": "3",
    "applications.granted.natural_person": "3",
    "applications.granted.total": "3",
    "applications.handled_total.natural_person": "3",
    "applications.handled_total.total": "3",
}


def decision(name, value, *, person="李明", form="2021", reason="看原件"):
    number = None if value == "" else Decimal(value)
    return Decision(form, key(name), number, value, person, NOON.isoformat(timespec="seconds"), reason)


def doubtful(values=None, *, missing=(NEW_TOTAL,), extra=()):
    """A report whose cells ``missing`` could not be read."""
    cells = form_report_cells(values={**SUMS, **(values or {}), **dict.fromkeys(missing)})
    made = report(cells=cells, verdict=Verdict.REVIEW)
    doubts = tuple(Finding("cell.uncertain", Severity.DOUBT, "read without certainty", (name,), actual="8?") for name in missing)
    return replace(made, findings=(*doubts, *extra))


def load(store, made, reader="r1", document="a/1.pdf"):
    run = store.begin_run(reader, started=NOON)
    with store.loading(run) as loader:
        loader.load(facts(document), [made])
    store.finish_run(run, {}, NOON)
    with store.reading() as connection:
        return connection.scalar(text("SELECT MAX(id) FROM report"))


def cell_of(store, number, name):
    found = {str(c.key): c for t in report_detail(store, number).tables for row in t.rows for c in row.cells if c}
    return found[name]


def verdict(store, number):
    return report_detail(store, number).summary.verdict


@pytest.fixture
def store(tmp_path):
    with new_store(tmp_path / "r.sqlite") as opened:
        yield opened


# ---- the pure half


@pytest.mark.parametrize(
    ("value", "verdict_after", "rules"),
    [
        ("3", Verdict.VERIFIED, set()),
        ("4", Verdict.INCONSISTENT, {"applications.row_total", "applications.balance"}),
        ("", Verdict.REVIEW, None),
    ],
)
def test_rules_and_verdict_follow_from_what_was_decided(value, verdict_after, rules):
    before = doubtful(extra=() if value else (Finding("conservation.broken", Severity.DOUBT, "books"),))
    after = corrected(before, [decision(NEW_TOTAL, value)])
    assert after.verdict is verdict_after
    if rules is not None:
        assert {f.rule for f in after.findings if f.severity is Severity.FAULT} == rules
    assert [f.rule for f in after.findings if f.rule in {CORRECTED, REVIEWED}] == [CORRECTED]


def test_a_cell_found_blank_stays_without_a_number():
    after = corrected(doubtful(), [decision(NEW_TOTAL, "")])
    [changed] = [c for c in after.cells if str(c.key) == NEW_TOTAL]
    assert (changed.value, changed.state, changed.confidence) == (None, State.CORRECTED, 1.0)
    # A blank total over parts that are not zero is an omitted number: no rule is broken by it.
    assert after.verdict is Verdict.VERIFIED


def test_a_doubt_that_names_no_cell_is_not_settled_by_cells():
    loose = Finding("table.unplaced", Severity.DOUBT, "a row nobody can place", actual="1 | 2")
    assert corrected(doubtful(extra=(loose,)), [decision(NEW_TOTAL, "3")]).verdict is Verdict.REVIEW


def test_a_doubt_about_several_cells_needs_them_all():
    both = Finding("cells.missing", Severity.DOUBT, "2 cells were not found", (NEW_TOTAL, NEW_PERSON))
    before = replace(doubtful(missing=(NEW_TOTAL, NEW_PERSON)), findings=(both,))
    one = corrected(before, [decision(NEW_TOTAL, "3")])
    assert one.verdict is Verdict.REVIEW
    assert both in one.findings
    assert corrected(before, [decision(NEW_TOTAL, "3"), decision(NEW_PERSON, "3")]).verdict is Verdict.VERIFIED


def test_confirming_what_was_read_keeps_it_printed():
    unsure = cell("2021", NEW_TOTAL, "3")._replace(confidence=0.4)
    cells = tuple(unsure if str(c.key) == NEW_TOTAL else c for c in doubtful(missing=()).cells)
    doubt = Finding("cell.uncertain", Severity.DOUBT, "3 or 8", (NEW_TOTAL,))
    after = corrected(replace(doubtful(missing=()), cells=cells, findings=(doubt,)), [decision(NEW_TOTAL, "3")])
    [confirmed] = [c for c in after.cells if str(c.key) == NEW_TOTAL]
    assert (confirmed.state, confirmed.value, confirmed.confidence) == (State.PRINTED, Decimal(3), 1.0)
    assert after.verdict is Verdict.VERIFIED
    assert [f.rule for f in after.findings] == [REVIEWED]


def test_a_decision_on_a_cell_the_report_has_not_says_nothing():
    before = doubtful()
    assert corrected(before, [decision("statistics.received.count", "3", form="2014")]) == before


# ---- in the store


def test_a_decision_counts_at_once_everywhere(store):
    number = load(store, doubtful())
    made = decide(store, number, decision(NEW_TOTAL, "3"), base=None, time=NOON)
    assert (made.old_value, made.old_printed, made.old_state) == (None, "", "missing")
    changed = cell_of(store, number, NEW_TOTAL)
    assert (changed.value, changed.state, changed.printed) == (Decimal(3), State.CORRECTED, "")
    assert "李明" in changed.note
    assert verdict(store, number) == "verified"
    with store.reading() as connection:
        assert connection.scalar(text("SELECT applications__new__total FROM form_2021")) == 3
        state = "SELECT value, state FROM cells WHERE \"row\" = 'new' AND \"column\" = 'total'"
        assert tuple(connection.execute(text(state)).one()) == (3, "corrected")
        assert connection.execute(text("SELECT verdict FROM report_reading")).scalars().all() == ["review"]
        counts = "SELECT cells_found, cells_expected, findings, applications__found FROM report JOIN form_2021 ON report_id = id"
        assert tuple(connection.execute(text(counts)).one()) == (200, 200, 1, 175)
    [point] = series(store, [Subject("甲县司法局", None)], ["received"])
    assert (point.value, point.lack) == (Decimal(3), None)


def test_a_cell_found_blank_is_blank_in_the_series(store):
    number = load(store, doubtful())
    decide(store, number, decision(NEW_TOTAL, ""), base=None, time=NOON)
    [point] = series(store, [Subject("甲县司法局", None)], ["received"])
    assert (point.value, point.lack) == (None, "blank")


def test_it_survives_re_reading_and_is_taken_over_the_new_reading(store):
    number = load(store, doubtful())
    decide(store, number, decision(NEW_TOTAL, "3"), base=None, time=NOON)
    again = load(store, doubtful(values={"applications.carried_in.total": "0"}, missing=(NEW_TOTAL, NEW_PERSON)), reader="r2")
    assert again == number
    assert cell_of(store, number, NEW_TOTAL).value == 3
    assert cell_of(store, number, NEW_PERSON).state is State.MISSING
    assert verdict(store, number) == "review"
    [waiting] = queue(store)
    assert (waiting.open, waiting.decided) == (1, 1)
    decide(store, number, decision(NEW_PERSON, "3"), base=None, time=NOON)
    assert verdict(store, number) == "verified"
    assert queue(store) == ()


def test_it_is_asked_again_only_when_the_source_changes(store):
    load(store, doubtful())
    [first] = queue(store)
    decide(store, first.report_id, decision(NEW_TOTAL, "3"), base=None, time=NOON)
    assert queue(store) == ()
    run = store.begin_run("r1", started=NOON)
    with store.loading(run) as loader:  # the same report in other bytes, at the same place
        loader.load(facts("a/1.pdf", "other bytes"), [doubtful()])
    assert [each.open for each in queue(store)] == [1]


def test_it_is_laid_over_no_report_of_another_year(store):
    """A better reader may find another report in the document before this one: then their places shift."""
    number = load(store, doubtful())
    decide(store, number, decision(NEW_TOTAL, "3"), base=None, time=NOON)
    other = replace(doubtful(), identity=replace(doubtful().identity, year=2022))
    assert load(store, other, reader="r2") == number
    assert cell_of(store, number, NEW_TOTAL).state is State.MISSING
    assert verdict(store, number) == "review"
    assert [each.open for each in queue(store)] == [1]


def test_a_later_decision_overrules_and_nothing_is_lost(store):
    number = load(store, doubtful())
    first = decide(store, number, decision(NEW_TOTAL, "8"), base=None, time=NOON)
    assert verdict(store, number) == "inconsistent"
    second = decide(store, number, decision(NEW_TOTAL, "3", person="王芳"), base=first.id, time=NOON)
    assert verdict(store, number) == "verified"
    assert (second.old_value, second.old_state) == (Decimal(8), "corrected")
    assert cell_of(store, number, NEW_TOTAL).note.count("corrected by") == 1  # over the reading, not over the first decision
    assert [row["person"] for row in corrections(store)] == ["王芳", "李明"]
    assert [row["read_verdict"] for row in corrections(store)] == ["review", "review"]


def test_two_reviewers_of_one_cell_both_know(store):
    number = load(store, doubtful(missing=(NEW_TOTAL, NEW_PERSON)))
    decide(store, number, decision(NEW_TOTAL, "3"), base=None, time=NOON)
    with pytest.raises(OvertakenError, match="李明 decided this cell") as overtaken:
        decide(store, number, decision(NEW_TOTAL, "8", person="王芳"), base=None, time=NOON)
    assert overtaken.value.other.value == 3
    decide(store, number, decision(NEW_PERSON, "3", person="王芳"), base=None, time=NOON)  # another cell: no matter
    assert len(corrections(store)) == 2


def test_lifting_a_decision_gives_the_reading_back(store, tmp_path):
    """Over a wrong decision a right one that repeats the reading leaves the tables as the reader had them."""
    values = {"applications.new.total": "3"}
    with new_store(tmp_path / "untouched.sqlite") as untouched:
        load(untouched, report(values={**SUMS, **values}))
        number = load(store, report(values={**SUMS, **values}))
        one = decide(store, number, decision(NEW_TOTAL, "5"), base=None, time=NOON)
        decide(store, number, decision(NEW_TOTAL, "3"), base=one.id, time=NOON)
        told = {(d.table, d.column) for d in differences(store, untouched)}
    assert told == {("correction", ""), ("report_reading", ""), ("finding", ""), ("report", "findings"), ("cell_note", "")} | (
        {("report", name) for name in ("checks_holding",)}
    )


@pytest.mark.parametrize(("number", "name"), [(99, NEW_TOTAL), (1, "statistics.received.count")])
def test_what_is_not_there_cannot_be_decided(store, number, name):
    load(store, doubtful())
    form = "2014" if name.startswith("statistics") else "2021"
    with pytest.raises(StoreError, match=r"There is no report|has no cell"):
        decide(store, number, decision(name, "1", form=form), base=None)
    assert corrections(store) == ()


def test_open_cells_are_listed_with_what_is_said_of_them(store):
    number = load(store, doubtful(missing=(NEW_TOTAL, NEW_PERSON)))
    decide(store, number, decision(NEW_TOTAL, "3"), base=None, time=NOON)
    with store.reading() as connection:
        found = doubts_of(connection, number)
    assert [(str(each.key), len(each.messages), len(each.decided)) for each in found] == [(NEW_PERSON, 1, 0), (NEW_TOTAL, 0, 1)]
