"""Many documents a transaction give the same database as one document after the other."""

import pickle
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from collect.errors import NotAReportError, StoreError, UnreadableError
from normalize.model import Scope, Verdict
from store.bulk import insert_rows
from store.compare import differences
from store.load import Outcome
from store.schema import document, document_path
from store.schema import report as report_table
from tests.report_factory import BLANK, MISSING, cell, facts, form_report_cells, full_report, new_store, report


class Quiet(tuple):
    """Reports that a failing example does not print in full."""

    def __repr__(self):
        return f"<{', '.join(f'{each.identity.agency} {each.identity.year}' for each in self)}>"


REPORTS = tuple(
    map(
        Quiet,
        (
            (full_report(),),
            (report("甲县司法局", values={"applications.new.total": "7"}),),
            (report("乙市财政局", 2020, "2019"), report("乙市财政局", 2021, values={"disputes.review.total": BLANK})),
            (report("甲县司法局", form="", verdict=Verdict.PROSE),),
            (report("甲县司法局", scope=Scope.OWN_OFFICE, values={"disputes.review.total": MISSING}),),
            (report("丙区教育局", 2016, "2014", {"statistics.capacity.budget.count": "12.50"}),),
        ),
    )
)
ERRORS = (UnreadableError("Cut off."), NotAReportError("A budget."))
NAMES, CONTENTS = st.sampled_from("abcde"), st.sampled_from("12345")
LOADS = st.tuples(NAMES, CONTENTS, st.sampled_from(REPORTS))
STEPS = st.lists(LOADS | st.tuples(NAMES, CONTENTS, st.sampled_from(ERRORS)), max_size=12)


def play(store, runs, size):
    """Loads runs of (name, content, reports or error); gives the outcomes."""
    outcomes = []
    for number, steps in enumerate(runs):
        with store.loading(store.begin_run(f"r{number}"), size=size, seconds=1e9) as loader:
            for name, content, read in steps:
                if isinstance(read, tuple):
                    loader.load(facts(name, content), read, outcomes.append)
                else:
                    loader.fail(facts(name, content), read, done=outcomes.append)
    return outcomes


@settings(max_examples=20, deadline=None)
@given(st.lists(STEPS, max_size=3), st.integers(2, 20))
def test_batches_give_the_same_database_as_single_documents(tmp_path_factory, runs, size):
    folder = tmp_path_factory.mktemp("same")
    with new_store(folder / "one.sqlite") as one, new_store(folder / "many.sqlite") as many:
        assert play(one, runs, 1) == play(many, runs, size)
        assert differences(one, many) == []
        numbers = select(report_table.c.id, report_table.c.ordinal, document.c.sha256).join(document).order_by(report_table.c.id)
        with one.reading() as first, many.reading() as second:  # links hold the numbers of reports
            assert first.execute(numbers).all() == second.execute(numbers).all()


def test_content_that_lost_its_place_counts_again_where_it_is_found_again(tmp_path):
    current = select(document_path.c.document).distinct()
    current = current.join(report_table, report_table.c.document_id == document_path.c.document_id)
    current = current.where(report_table.c.agency == "甲县司法局", report_table.c.current == 1, document_path.c.current == 1)
    with new_store(tmp_path / "r.sqlite") as store:
        run = store.begin_run("r1")
        steps = [
            ("a", "1", "甲县司法局", "a"),
            ("b", "2", "甲县司法局", "b"),
            ("b", "3", "乙县司法局", "a"),
            ("c", "2", "甲县司法局", "c"),
        ]
        for name, content, agency, expected in steps:
            store.load(facts(name, content), [report(agency, values={"applications.new.total": content})], run)
            with store.reading() as connection:
                assert connection.scalars(current).all() == [expected]


def test_a_difference_is_named(tmp_path):
    with new_store(tmp_path / "one.sqlite") as one, new_store(tmp_path / "other.sqlite") as other:
        play(one, [[("a", "1", (report(values={"applications.new.total": "7"}),)), ("b", "2", REPORTS[2])]], 10)
        play(other, [[("b", "2", REPORTS[2]), ("a", "1", (report(values={"applications.new.total": "8"}),))]], 10)
        (found,) = differences(one, other)
        assert (found.table, found.column, found.one, found.other) == ("form_2021", "applications__new__total", "7", "8")
        assert found.key[0] == (facts("a", "1").sha256, 0)
        play(other, [[("c", "3", REPORTS[5])]], 10)
        assert {d.table for d in differences(one, other)} > {"document", "document_path", "report", "form_2014", "cell_note"}
        assert len(differences(one, other, limit=2)) == 2


def test_the_numbers_of_agencies_are_no_difference(tmp_path):
    """A sequence skips those of what was undone."""
    with new_store(tmp_path / "one.sqlite") as one, new_store(tmp_path / "other.sqlite") as other:
        for store, number in ((one, 7), (other, 41)):
            store.load(facts("a", "1"), [report()], store.begin_run("r"))
            with store.writing() as connection:
                values = (number, "k", "甲县司法局", "county", "justice", "office", "", 0)
                insert_rows(connection, "agency", ("id", "key", "name", "level", "kind", "category", "area", "system"), [values])
                connection.execute(report_table.update().values(agency_id=number, agency_read=number))
        assert differences(one, other) == []
        with other.writing() as connection:
            connection.execute(report_table.update().values(agency_read=None))
        assert [(d.column, d.one, d.other) for d in differences(one, other)] == [("agency_read", "甲县司法局", None)]


def test_figures_longer_than_a_double_are_compared_to_the_last_digit(tmp_path):
    with new_store(tmp_path / "one.sqlite") as one, new_store(tmp_path / "other.sqlite") as other:
        for store, printed in ((one, "1234567890123456.781"), (other, "1234567890123456.782")):
            only = cell("2021", "disclosure.fees.amount", printed)
            store.load(facts("a", "1"), [report(cells=(only,))], store.begin_run("r"))
        assert {(d.table, d.column) for d in differences(one, other)} >= {("form_2021", "disclosure__fees__amount")}


def test_what_became_of_a_document_is_told_when_it_is_safe(tmp_path):
    with new_store(tmp_path / "r.sqlite") as store:
        told = []
        with store.loading(store.begin_run("r1"), size=3, seconds=1e9) as loader:
            for number in range(4):
                loader.load(facts(f"{number}"), [report(f"第{number}县")], told.append)
                assert len(told) == (3 if number >= 2 else 0)
            assert loader.holds(facts("3").sha256)
            assert not loader.holds(facts("1").sha256)
        assert told == [Outcome.ADDED] * 4


def test_a_batch_waits_no_longer_than_asked(tmp_path):
    with new_store(tmp_path / "r.sqlite") as store:
        told = []
        with store.loading(store.begin_run("r1"), seconds=0) as loader:
            loader.load(facts("a"), [report()], told.append)
            assert told == [Outcome.ADDED]


@pytest.mark.parametrize(
    "spoiled",
    [
        report("坏县", cells=(cell("2021", "disclosure.fees.amount", "Infinity"),)),
        report("坏县", year="二〇二三"),  # no integer
        report("坏县", year=10**30),  # none that a database knows
    ],
)
def test_one_document_the_database_will_not_take_costs_itself_alone(tmp_path, spoiled):
    with new_store(tmp_path / "r.sqlite") as store:
        told = []
        with store.loading(store.begin_run("r1"), seconds=1e9) as loader:
            for name, read in (("a", report("甲县")), ("b", spoiled), ("c", report("丙县"))):
                loader.load(facts(name), [read], told.append)
        assert [type(each) for each in told] == [Outcome, StoreError, Outcome]
        with store.reading() as connection:
            assert connection.scalars(select(document_path.c.document).order_by(document_path.c.document_id)).all() == ["a", "c"]


def test_an_interruption_keeps_what_was_read_and_a_crash_only_whole_batches(tmp_path):
    with new_store(tmp_path / "r.sqlite") as store:
        for error, kept in ((KeyboardInterrupt, 3), (RuntimeError, 2)):
            run = store.begin_run(error.__name__)
            told = []
            with pytest.raises(error), store.loading(run, size=2, seconds=1e9) as loader:  # noqa: PT012 - that is the test
                for number in range(3):
                    loader.load(facts(f"{error.__name__}{number}"), [full_report()], told.append)
                raise error
            assert len(told) == kept
        with store.reading() as connection:
            assert len(connection.execute(document.select()).all()) == 5


def test_hybrid_and_partial_reports_are_counted_by_table(tmp_path):
    cells = form_report_cells("2021", tables={"disclosure"}) + form_report_cells(
        "2019", tables={"applications"}, values={"applications.new.total": MISSING}
    )
    with new_store(tmp_path / "r.sqlite") as store:
        store.load(facts(), [report(cells=cells)], store.begin_run("r1"))
        with store.reading() as connection:
            blocks = connection.exec_driver_sql('SELECT form, "table", cells_expected, cells_found FROM block').all()
    assert sorted(blocks) == [("2019", "applications", 161, 160), ("2021", "disclosure", 10, 10)]


def test_rows_made_in_another_process_are_the_same(tmp_path):
    with new_store(tmp_path / "r.sqlite") as store:
        sent = pickle.dumps(store.preparation)
        there = pickle.loads(sent)
        assert there is pickle.loads(sent)
        made = store.preparation.prepare(full_report())
        assert pickle.loads(pickle.dumps(there.prepare(full_report()))) == made
        assert made.findings.total() == len(full_report().findings) > 0
        assert (made.verdict, made.cells_expected) == (full_report().verdict.value, len(full_report().cells))


def test_a_process_that_makes_rows_loads_no_database():
    asked = "import sys, nianbao.preload; sys.exit('sqlalchemy' in sys.modules or 'nianbao.reading' not in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
