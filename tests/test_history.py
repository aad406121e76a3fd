"""The built history is what it is said to be: every report reads back, and holds together with its neighbours."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nianbao.pipeline import read_reports
from normalize.model import CellKey, Verdict
from tests.history import AGENCY, APPLICANTS, PRINTERS, YEARS, History
from tests.typesetter.readback import differences


def value(history: History, year: int, table: str, row: str, column: str) -> Decimal | None:
    return history.figures(year)[CellKey(table, row, column)].value


@pytest.mark.parametrize(("name", "content"), list(History().documents()), ids=[str(year) for year in YEARS])
def test_every_document_reads_back_as_built(name: str, content: bytes) -> None:
    history, year = History(), int(name[:4])
    assert differences(history.paper(year), read_reports(content, name)) == []


def test_every_form_is_printed_in_several_formats() -> None:
    printed = {(History().form_of(year), PRINTERS[year % len(PRINTERS)][0]) for year in YEARS}
    assert {form for form, _ in printed} == {"2014", "2019", "2021"}
    assert len(printed) >= 9


def test_nothing_breaks_between_the_years() -> None:
    history = History()
    for year in range(2020, 2025):
        for column in (*APPLICANTS, "total"):
            left = value(history, year - 1, "applications", "carried_out", column)
            assert value(history, year, "applications", "carried_in", column) == left
    for year in range(2022, 2025):
        issued, repealed, now = (
            value(history, year, "disclosure", "normative_documents", c) for c in ("issued", "repealed", "in_force")
        )
        before = value(history, year - 1, "disclosure", "normative_documents", "in_force")
        assert None not in (issued, repealed, now, before)
        assert now == before + issued - repealed  # type: ignore[operator]


def test_a_change_of_what_is_carried_in_breaks_no_sum_of_the_report() -> None:
    shifted = History().carrying(2022, natural_person=3, business=2)
    assert value(shifted, 2021, "applications", "carried_out", "natural_person") == 5
    assert value(shifted, 2022, "applications", "carried_in", "natural_person") == 3
    assert value(shifted, 2022, "applications", "carried_in", "business") == 2
    assert value(shifted, 2022, "applications", "carried_in", "total") == 6
    name, content = next(document for document in shifted.documents() if document[0].startswith("2022"))
    (report,) = read_reports(content, name)
    assert report.verdict is Verdict.VERIFIED


def test_years_names_forms_and_cells_can_be_changed() -> None:
    changed = History().without(2020).named(2019, "沭阳县财政税务局").on_form(2022, "2019")
    changed = changed.changed(2023, {"disputes.review.total": None, "applications.new.total": 1})
    assert [name[:4] for name, _ in changed.documents()] == [str(year) for year in YEARS if year != 2020]
    assert [changed.name_of(year) for year in (2018, 2019, 2024)] == [AGENCY, "沭阳县财政税务局", "沭阳县财政税务局"]
    assert value(changed, 2022, "applications", "other", "total") == 2
    assert value(changed, 2023, "disputes", "review", "total") is None
    assert value(changed, 2023, "applications", "new", "total") == 1
    with pytest.raises(KeyError, match=r"disclosure\.fees\.amount"):
        changed.changed(2019, {"disclosure.fees.amount": 1}).figures(2019)
    with pytest.raises(ValueError, match="less than nothing"):
        changed.carrying(2021, business=-40).figures(2021)
