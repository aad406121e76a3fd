"""The series' data files: every cell of every form has its place, and nothing is mapped that is not there."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from normalize.forms import form_cells, forms
from normalize.series import Relation, indicators, metrics
from normalize.series.rates import Figure, Lack, rate
from store.series_views import witnesses

FORMS = ("2014", "2019", "2021")


def shape(key: str) -> list[tuple[str, bool, str]]:
    """Relation, break and segment of an indicator on each form."""
    return [(m.relation.value, m.breaks, m.segment) for m in indicators()[key].forms.values()]


def test_every_cell_of_every_form_gives_an_indicator_a_figure() -> None:
    mapped = {(form, key) for each in indicators().values() for form, m in each.forms.items() if m.has_figure for key in m.cells}
    assert mapped == set(form_cells())


def test_every_indicator_says_something_of_every_form() -> None:
    for each in indicators().values():
        assert tuple(each.forms) == FORMS
        assert any(m.has_figure for m in each.forms.values()), each.key
        for form, mapping in each.forms.items():
            assert all(mapping.note), (each.key, form)
            assert forms()[form].source in mapping.source
            assert "Not mapped yet" not in mapping.note.en
            assert bool(mapping.cells) == (mapping.relation is not Relation.ABSENT)
            assert len(mapping.cells) > 1 or mapping.relation is not Relation.SUM_OF, (each.key, form)
            assert len(mapping.cells) == 1 or mapping.relation is not Relation.SAME, (each.key, form)


def test_a_figure_has_the_unit_of_its_cells() -> None:
    for each in indicators().values():
        for form, mapping in each.forms.items():
            if mapping.has_figure:
                assert {form_cells()[form, key].unit for key in mapping.cells} == {each.unit}, (each.key, form)


def test_no_cell_is_counted_twice_in_a_sum() -> None:
    for each in indicators().values():
        for mapping in each.forms.values():
            assert len(set(mapping.cells)) == len(mapping.cells)


@pytest.mark.parametrize("form", FORMS)
def test_what_a_form_adds_up_adds_up_in_the_series(form: str) -> None:
    """The sums the data files make are the form's own accounting rules, where it has such a rule."""
    parts = {"refused", "unavailable", "not_processed", "other", "granted", "partial"}
    made = {key for name in parts for key in indicators()[name].forms[form].cells}
    total = indicators()["answered"].forms[form].cells
    if form == "2014":
        # Told to go elsewhere and asked to amend are answers that no later form has.
        rest = {"answered.other_channel", "answered.asked_to_amend"}
        rule = next(rule for rule in forms()[form].rules if rule.id == "statistics.answered_sum")
        assert {key.row for key in made} | rest == set(rule.right)
        assert [key.row for key in total] == list(rule.left)
    else:
        results = {row.key for row in forms()[form].tables[1].rows} - {"new", "carried_in", "handled_total", "carried_out"}
        assert {key.row for key in made} == results
        assert [key.row for key in total] == ["handled_total"]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("received", [("same", False, "2014"), ("same", False, "2014"), ("same", False, "2014")]),
        ("received.natural_person", [("absent", False, ""), ("same", False, "2019"), ("same", False, "2019")]),
        ("granted", [("sum_of", False, "2014"), ("same", True, "2019"), ("same", False, "2019")]),
        ("granted.business", [("absent", False, ""), ("same", False, "2019"), ("same", False, "2019")]),
        ("refused.state_secret", [("same", False, "2014"), ("same", False, "2014"), ("same", False, "2014")]),
        ("refused.third_party", [("sum_of", False, "2014"), ("same", True, "2019"), ("same", False, "2019")]),
        ("unavailable", [("part_of", False, "2014"), ("sum_of", True, "2019"), ("sum_of", False, "2019")]),
        ("other", [("absent", False, ""), ("same", False, "2019"), ("sum_of", False, "2019")]),
        # 对外公开总数量 of 2020 never goes on as 现行有效件数 of 2021.
        ("in_force.rules", [("absent", False, ""), ("not_comparable", False, ""), ("same", True, "2021")]),
        ("disclosed_total.rules", [("absent", False, ""), ("same", False, "2019"), ("not_comparable", False, "")]),
        ("issued.normative_documents", [("same", False, "2014"), ("same", True, "2019"), ("same", True, "2021")]),
        # Counted in 条 on one form and in 件 on the next.
        ("newly_disclosed.normative_documents", [("not_comparable", False, ""), ("same", True, "2019"), ("absent", False, "")]),
        ("administrative_fees", [("not_comparable", False, ""), ("absent", False, ""), ("same", True, "2021")]),
        ("review", [("part_of", False, "2014"), ("same", True, "2019"), ("same", False, "2019")]),
        ("suit.corrected", [("same", False, "2014"), ("sum_of", False, "2014"), ("sum_of", False, "2014")]),
        ("channel.wechat", [("same", False, "2014"), ("absent", False, ""), ("absent", False, "")]),
    ],
)
def test_where_a_meaning_breaks(key: str, expected: list[tuple[str, bool, str]]) -> None:
    assert shape(key) == expected


@pytest.mark.parametrize("form", FORMS)
def test_a_family_has_one_witness(form: str) -> None:
    assert witnesses(form).keys() == {(m.cells[0].table, m.cells[0].row.split(".")[0]) for m in _mappings(form)}


def _mappings(form: str) -> list:  # type: ignore[type-arg]
    return [each.forms[form] for each in indicators().values() if each.forms[form].cells]


def test_metrics_are_made_of_indicators_that_their_forms_have() -> None:
    for metric in metrics().values():
        assert metric.minimum >= 1
        assert all(metric.note)
        for form in metric.forms:
            assert all(indicators()[key].forms[form].has_figure for key in metric.indicators), (metric.key, form)
        others = set(FORMS) - set(metric.forms)
        assert not any(metric.segment(form) for form in others)


def test_a_metric_breaks_where_any_of_its_indicators_does() -> None:
    assert [metrics()["disclosure_rate"].segment(form) for form in FORMS] == ["2014", "2019", "2019"]
    assert [metrics()["natural_person_share"].segment(form) for form in FORMS] == ["", "2019", "2019"]
    assert [metrics()["on_time_share"].segment(form) for form in FORMS] == ["2014", "", ""]


def figures(*values: object, form: str = "2021") -> list[Figure]:
    return [Figure(None, value, form) if isinstance(value, Lack) else Figure(Decimal(str(value)), None, form) for value in values]


@pytest.mark.parametrize(
    ("corrected", "concluded", "form", "value", "lack"),
    [
        (1, 7, "2021", Fraction(100, 7), None),
        (0, 5, "2021", Fraction(0), None),
        (5, 5, "2021", Fraction(100), None),
        (1, 4, "2021", None, Lack.BELOW_MINIMUM),
        (0, 0, "2021", None, Lack.BELOW_MINIMUM),
        (8, 7, "2021", None, Lack.IMPOSSIBLE),
        (-1, 7, "2021", None, Lack.IMPOSSIBLE),
        (Lack.BLANK, 7, "2021", None, Lack.BLANK),
        (1, Lack.MISSING, "2021", None, Lack.MISSING),
        (Lack.REVIEW, Lack.REVIEW, "2021", None, Lack.REVIEW),
        (Lack.PROSE, Lack.PROSE, "", None, Lack.PROSE),
    ],
)
def test_a_rate_or_the_reason_for_none(corrected: object, concluded: object, form: str, value: Fraction, lack: Lack) -> None:
    above, below = figures(corrected, concluded, form=form)
    found = rate(metrics()["review_correction_rate"], {"review.corrected": above, "review.concluded": below})
    assert (found.value, found.lack) == (value, lack)
    assert (found.numerator, found.denominator) == (above.value, below.value)
    assert found.of == ("" if lack in {None, Lack.BELOW_MINIMUM, Lack.IMPOSSIBLE} else _blamed(above))


def _blamed(above: Figure) -> str:
    return "review.corrected" if above.value is None else "review.concluded"


def test_a_contract_holds_for_its_forms_only() -> None:
    above, below = figures(3, 20, form="2014")
    found = rate(metrics()["natural_person_share"], {"received.natural_person": above, "received": below})
    assert (found.value, found.lack, found.denominator) == (None, Lack.NOT_ON_THIS_FORM, 20)


def test_disputes_may_outnumber_applications() -> None:
    above, below = figures(33, 11)
    assert rate(metrics()["dispute_rate"], {"disputes": above, "received": below}).value == 300


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(1, 7, "14.2857"), (4, 6, "66.6667"), (1, 8, "12.5000"), (1, 3200000, "0.0000"), (1, 2000000, "0.0001"), (5, 5, "100.0000")],
)
def test_rates_are_rounded_once_and_halves_upwards(numerator: int, denominator: int, rounded: str) -> None:
    above, below = figures(numerator, denominator)
    found = rate(metrics()["review_correction_rate"], {"review.corrected": above, "review.concluded": below})
    assert str(found.rounded) == rounded
