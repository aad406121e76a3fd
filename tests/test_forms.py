"""The forms as data: the public vocabulary must not drift."""

import csv
from collections import Counter
from pathlib import Path

from normalize.forms import form_cells, forms
from normalize.panels import panels

VOCABULARY = Path(__file__).parent.parent / "docs" / "cells.csv"


def test_the_public_vocabulary_is_what_the_forms_say():
    with VOCABULARY.open(encoding="utf-8-sig", newline="") as file:
        published = [tuple(row.values()) for row in csv.DictReader(file)]
    ours = [
        (form, key.table, key.row, key.column, cell.row_label, cell.column_label, cell.unit, cell.en)
        for (form, key), cell in form_cells().items()
    ]
    assert ours == published


def test_the_number_of_cells_of_each_form_and_table():
    assert Counter((form, key.table) for form, key in form_cells()) == {
        ("2021", "disclosure"): 10,
        ("2021", "applications"): 175,
        ("2021", "disputes"): 15,
        ("2019", "disclosure"): 22,
        ("2019", "applications"): 161,
        ("2019", "disputes"): 15,
        ("2014", "statistics"): 58,
    }


def test_forms_come_newest_first():
    assert list(forms()) == ["2021", "2019", "2014"]


def test_every_rule_names_rows_and_columns_that_exist():
    for form in forms().values():
        tables = {t.key: t for t in form.tables}
        for rule in form.rules:
            table = tables[rule.table]
            known = {c.key for c in table.columns} if rule.along == "row" else {r.key for r in table.rows}
            for term in (*rule.left, *rule.right):
                assert term in known or (term.endswith("*") and any(k.startswith(term[:-1]) for k in known)), (rule.id, term)


def test_panels_share_what_forms_share():
    applications = [p for p in panels() if p.table == "applications"]
    assert len(applications) == 1
    assert {r.key: sorted(r.forms) for r in applications[0].rows if r.key.startswith("other")} == {
        "other": ["2019"],
        "other.uncorrected": ["2021"],
        "other.unpaid": ["2021"],
        "other.other": ["2021"],
    }
    assert sorted(len(p.columns) for p in panels() if p.table == "disputes") == [5, 15]
