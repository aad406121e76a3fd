"""Cells in doubt that the reports of the years before and after settle, once those are stored."""

from dataclasses import replace
from itertools import permutations

import pytest
from sqlalchemy import text

from normalize.authority.model import Evidence
from normalize.authority.resolve import resolve
from normalize.model import Identity, Scope, Section
from normalize.settling import settled
from store.continuity import update
from tests import test_repair as printed
from tests.report_factory import facts, new_store

IN, OUT = "applications.carried_in.{}", "applications.carried_out.{}"
AGENCY = "沭阳县教育局"
HELD = (
    "SELECT r.agency, r.year, r.verdict, r.findings, r.used, r.in_findings, r.checks_holding, r.checks_failing,"
    " f.applications__carried_in__total, f.applications__carried_out__natural_person, f.current"
    " FROM report AS r JOIN form_2021 AS f ON f.report_id = r.id ORDER BY 1, 2, r.document_id"
)
PARTS = (
    (
        "SELECT r.year, f.rule, f.severity, f.cells, f.message FROM finding AS f JOIN report AS r ON r.id = f.report_id"
        " ORDER BY 1, 2, 4"
    ),
    (
        "SELECT r.year, c.cell, c.state, c.printed, c.note, c.confidence FROM cell_note AS c"
        " JOIN report AS r ON r.id = c.report_id ORDER BY 1, 2"
    ),
    (
        "SELECT r.year, c.cell, c.printed, c.value, c.cost, c.source, c.fits FROM cell_candidate AS c"
        " JOIN report AS r ON r.id = c.report_id ORDER BY 1, 2, c.ordinal"
    ),
    (
        "SELECT r.year, e.year, l.year FROM neighbour_proof AS n JOIN report AS r ON r.id = n.report_id"
        " LEFT JOIN report AS e ON e.id = n.earlier_id LEFT JOIN report AS l ON l.id = n.later_id ORDER BY 1"
    ),
)


def of(year, said=(), scope=None, agency=AGENCY):
    """A report on ``test_repair.PRINTED``, settled by itself."""
    made = printed.report(dict(said))
    made = replace(made, identity=Identity("", agency, year, scope=scope), agency=resolve(Evidence(agency, year)))
    return settled(replace(made, sections=(Section(1, "一、总体情况", "略。"),)))


def both(first, second):
    """Carried in 2 or 7 and carried out 4 or 9, in the natural persons and in the total: either way every sum holds."""
    low, high = (("2", 0), ("7", 0.5)), (("4", 0), ("9", 0.5))
    if (first, second) == ("7", "9"):
        low, high = (("7", 0), ("2", 0.5)), (("9", 0), ("4", 0.5))
    return {row.format(c): list(said) for row, said in ((IN, low), (OUT, high)) for c in ("natural_person", "total")}


BEFORE = of(2022, {OUT.format("natural_person"): "2", OUT.format("total"): "2", "applications.new.natural_person": "10",
                   "applications.new.total": "11"})  # fmt: skip
AFTER = of(2024, {IN.format("natural_person"): "4", IN.format("total"): "4", OUT.format("natural_person"): "6",
                  OUT.format("total"): "6"})  # fmt: skip


@pytest.fixture
def store(tmp_path):
    with new_store(tmp_path / "r.sqlite") as opened:
        yield opened


def load(store, *reports, reader="r1", prefix=""):
    run = store.begin_run(reader)
    for each in reports:
        store.load(facts(f"{prefix}{each.identity.year}.pdf"), [each], run)


def held(store):
    with store.reading() as connection:
        return [[tuple(row) for row in connection.execute(text(sql))] for sql in (HELD, *PARTS)]


def verdict(store, year=2023):
    with store.reading() as connection:
        return connection.execute(text("SELECT verdict FROM report WHERE year = :y AND current = 1"), {"y": year}).scalar()


def proof(store):
    with store.reading() as connection:
        rules = "SELECT message FROM finding WHERE rule IN ('cell.repaired', 'cells.confirmed') ORDER BY report_id, ordinal"
        return list(connection.scalars(text(rules)))


def check_confirmed(store):
    """For any database: the reader's own choice, confirmed by one year's report and not without it."""
    load(store, of(2023, both("2", "4")))
    update(store)
    assert verdict(store) == "review"
    load(store, BEFORE)
    assert update(store).settled == 1
    assert verdict(store) == "verified"
    (message,) = proof(store)
    assert message.endswith("the report for 2022 (2022.pdf) carries 2")
    once = held(store)
    assert update(store, everything=True).settled == 1
    assert held(store) == once
    load(store, of(2022, {OUT.format("natural_person"): "5"}), prefix="corrected/")
    assert verdict(store) == "review"


def test_a_neighbour_year_confirms_what_the_reader_chose(store):
    check_confirmed(store)


def test_a_change_takes_the_reports_of_both_years(store):
    load(store, of(2023, both("7", "9")), BEFORE)
    assert update(store).settled == 0
    alone = held(store)
    load(store, AFTER)
    assert update(store).settled == 1
    assert verdict(store) == "verified"
    with store.reading() as connection:
        values = connection.execute(text("SELECT applications__carried_in__total, applications__carried_out__total FROM form_2021"
                                         " WHERE year = 2023")).one()  # fmt: skip
        states = connection.scalars(text("SELECT state FROM cell_note WHERE state = 'repaired'")).all()
    assert (tuple(map(int, values)), len(states)) == ((2, 4), 4)
    assert all("(2022.pdf) carries 2" in each and "(2024.pdf) takes over 4" in each for each in proof(store))
    load(store, of(2024, {IN.format("total"): "5"}), reader="r2")  # the same document, read otherwise
    assert [table[:1] for table in held(store)][1:] == [table[:1] for table in alone][1:]
    update(store)
    assert verdict(store) == "review"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_loading_does_not_matter(store, tmp_path, order):
    reports = [BEFORE, of(2023, both("7", "9")), AFTER]
    for place in order:
        load(store, reports[place])
        update(store)
    with new_store(tmp_path / "at_once.sqlite") as other:
        load(other, *reports)
        update(other)
        assert held(store) == held(other)
    assert verdict(store) == "verified"


@pytest.mark.parametrize(
    "neighbour",
    [
        of(2022, {OUT.format("total"): [("2", 0), ("7", 1)], **both("2", "4")}),  # in doubt itself
        replace(BEFORE, identity=replace(BEFORE.identity, scope=Scope.JURISDICTION)),  # of another scope
        replace(BEFORE, identity=replace(BEFORE.identity, year=2021)),  # not the year before
    ],
    ids=["in doubt", "scope", "year"],
)
def test_what_is_not_asked(store, neighbour):
    load(store, neighbour, of(2023, both("2", "4")))
    assert update(store).settled == 0
    assert verdict(store) == "review"


def test_a_report_that_a_neighbour_settled_proves_no_other(store):
    chain = [BEFORE, of(2023, both("2", "4")), of(2024, {**both("2", "4")})]
    load(store, *chain)
    assert update(store).settled == 1
    assert (verdict(store, 2023), verdict(store, 2024)) == ("verified", "review")


def test_a_carry_over_that_did_not_arrive_changes_nothing(store):
    broken = of(2022, {OUT.format("natural_person"): "3", OUT.format("total"): "3"})
    load(store, broken, of(2023, both("2", "4")))
    assert update(store).settled == 0
    assert verdict(store) == "review"
