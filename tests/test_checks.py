"""Accounting rules: holds, fails, not assessable; and what a blank means in a sum."""

from decimal import Decimal

import pytest

from normalize.checks import check, findings_of
from normalize.forms import form_cells, forms
from normalize.model import Cell, CellKey, Severity, State


def report(form="2021", **changes):
    """A report of zeros; ``changes`` maps ``table__row__column`` (dots as in keys, given as a dict) to a value or state."""
    cells = {}
    for cell_form, key in form_cells():
        if cell_form == form:
            value = changes.get("cells", {}).get(str(key), 0)
            if value is None:
                cells[key] = Cell(form, key, None, "", State.BLANK)
            elif value == "missing":
                cells[key] = Cell(form, key, None, "", State.MISSING)
            else:
                cells[key] = Cell(form, key, Decimal(value), str(value), State.PRINTED)
    return check(forms()[form], cells)


def outcomes(checks, outcome):
    return sorted({(c.rule, c.cells[0]) for c in checks if c.outcome == outcome})


def test_a_report_of_zeros_holds_every_rule():
    checks = report()
    assert {c.outcome for c in checks} == {"holds"}
    assert len(checks) == 25 + 7 + 7 + 3


def test_a_table_that_the_reports_form_has_not_is_held_to_the_rules_of_the_form_that_has_it():
    cells = {key: Cell(form, key, Decimal(0), "0", State.PRINTED) for form, key in form_cells() if form == "2014"}
    annexed = {key: Cell(form, key, Decimal(0), "0", State.PRINTED) for form, key in form_cells() if form == "2021"}
    total = CellKey.named("disputes.review.total")
    annexed[total] = Cell("2021", total, Decimal(3), "3", State.PRINTED)
    checks = check(forms()["2014"], {**cells, **annexed})
    assert outcomes(checks, "fails") == [("disputes.row_total", "disputes.review.total")]
    assert {c.rule.split(".")[0] for c in checks} == {"statistics", "applications", "disputes"}


@pytest.mark.parametrize(
    ("cell", "rule", "expected", "actual"),
    [
        ("applications.granted.total", "applications.row_total", "0", "3"),
        ("disputes.review.total", "disputes.row_total", "0", "3"),
        ("applications.carried_out.business", "applications.balance", "3", "0"),
        ("applications.handled_total.research", "applications.handled_sum", "0", "3"),
    ],
)
def test_a_broken_figure_is_a_fault_that_names_the_rule(cell, rule, expected, actual):
    faults = findings_of(report(cells={cell: 3}))
    found = [f for f in faults if f.rule == rule and cell in f.cells]
    assert [(f.severity, f.expected, f.actual) for f in found] == [(Severity.FAULT, expected, actual)]


def test_a_blank_part_counts_as_zero():
    blank = {f"disputes.review.{c}": None for c in ("upheld", "corrected", "other", "pending")}
    assert outcomes(report(cells=blank), "fails") == []
    assert outcomes(report(cells={**blank, "disputes.review.total": 2}), "fails") == [
        ("disputes.row_total", "disputes.review.total")
    ]


def test_a_blank_total_over_printed_parts_is_omitted_not_zero():
    """上海市政府办公厅 2019 leaves 总计 blank in every result row."""
    checks = report(
        cells={
            "applications.new.natural_person": 5,
            "applications.new.total": 5,
            "applications.granted.natural_person": 5,
            "applications.granted.total": None,
            "applications.handled_total.natural_person": 5,
            "applications.handled_total.total": 5,
        }
    )
    assert outcomes(checks, "fails") == []
    assert outcomes(checks, "not_assessable") == [
        ("applications.handled_sum", "applications.handled_total.total"),
        ("applications.row_total", "applications.granted.total"),
    ]


def test_where_only_totals_are_filled_in_the_parts_prove_nothing():
    columns = ["natural_person", "business", "research", "public_welfare", "legal_service", "other_org"]
    cells = {str(k): None for (f, k) in form_cells() if f == "2021" and k.table == "applications" and k.column in columns}
    cells |= {"applications.new.total": 4, "applications.granted.total": 4, "applications.handled_total.total": 4}
    checks = report(cells=cells)
    assert outcomes(checks, "fails") == []
    assert {c.rule for c in checks if c.outcome == "not_assessable" and "new.total" in c.cells[0]} == {"applications.row_total"}


def test_a_missing_cell_makes_its_rules_not_assessable_and_is_named():
    checks = report(cells={"applications.granted.total": "missing"})
    lacking = [c for c in checks if c.outcome == "not_assessable"]
    assert {c.rule for c in lacking} == {"applications.row_total", "applications.handled_sum"}
    assert {c.message for c in lacking} == {"missing: applications.granted.total"}


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("received", "received_sum"),
        ("closed.extended", "closed_sum"),
        ("answered.not_existing", "answered_sum"),
        ("answered.refused.law", "refused_sum"),
        ("review.other", "review_sum"),
        ("suit", "suit_sum"),
        ("capacity.staff.part_time", "staff_sum"),
    ],
)
def test_the_sums_of_the_2014_form(cell, rule):
    faults = findings_of(report("2014", cells={f"statistics.{cell}.count": 1}))
    assert [f.rule for f in faults] == [f"statistics.{rule}"]
