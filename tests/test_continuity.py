"""What one year says of the next: every class from figures made for it, lines, successions and jumps."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from normalize.continuity.digits import are_transposed, differ_in_a_digit
from normalize.continuity.judge import judge
from normalize.continuity.jumps import jump
from normalize.continuity.lines import Succession, is_renamed, steps
from normalize.continuity.model import Kind, Lack, Link, Outcome, YearFigures, kind_of
from normalize.continuity.rules import JumpRule, cells, form_keys, parse_rules, rule_set

APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other_org")
PARTS = [(part.rule.removeprefix("continuity."), part.key) for part in rule_set().parts]


def row(name, *numbers, total=None):
    """A row of applications, the columns that are not given 0; total is their sum."""
    numbers = [*numbers, *[0] * (6 - len(numbers))]
    made = {f"applications.{name}.{column}": number for column, number in zip(APPLICANTS, numbers, strict=True)}
    return made | {f"applications.{name}.total": sum(n or 0 for n in numbers) if total is None else total}


def stock(name="normative_documents", **columns):
    return {f"disclosure.{name}.{column}": number for column, number in columns.items()}


def report(year, values=(), *, form="2021", agency="甲", name="甲县司法局", scope=None, doubt=False, number=None, no_tables=()):
    """Figures of a year; "" is a blank, None missing, what is not given 0."""
    values = dict(values)
    unknown = set(values) - {str(key) for key in form_keys()[form] & set(cells())}
    assert not unknown

    def figure(key):
        if key not in form_keys()[form]:
            return Lack.NO_CELL
        if key.table in no_tables:
            return Lack.NO_TABLE
        value = values.get(str(key), 0)
        return Lack.MISSING if value is None else Lack.BLANK if value == "" else Decimal(value)

    figures = tuple(map(figure, cells()))
    gaps = Lack.BLANK in figures or Lack.MISSING in figures
    return YearFigures(number or year * 10, agency, name, year, scope, doubt, figures, gaps)


def outcomes(*reports, successions=(), editions=None):
    """Outcomes of the last step, by rule and part."""
    found = steps(reports, successions)
    step = max(found, key=lambda step: (step.later.year, step.link is not Link.FIRST))
    return dict(zip(PARTS, judge(step, editions), strict=True))


def carried(before, after, **more):
    found = outcomes(report(2022, before), report(2023, after), **more)
    return found["carry_over", "applications"]


OUT = row("carried_out", 118, 3)
CARRY_OVER = [
    (OUT, row("carried_in", 118, 3), "holds"),
    (OUT, row("carried_in", 119, 2), "shifted"),
    (row("carried_out", 118, 0, 0, 3), row("carried_in", 118, 0, 3), "shifted"),
    (OUT, row("carried_in", 122, 3), "moved"),
    (row("carried_out", 0), row("carried_in", 4), "moved"),
    (row("carried_out", 4), row("carried_in", 0), "moved"),
    (row("carried_out", 4), row("carried_in", 5), "moved"),  # one digit of one: no slip
    (row("carried_out", 118, 3), row("carried_in", 181, 3), "transposed"),
    (row("carried_out", 12), row("carried_in", 21), "transposed"),
    (row("carried_out", 118, 3), row("carried_in", 148, 3), "digit"),
    (row("carried_out", 118, 3), row("carried_in", 18, 3), "digit"),
    (row("carried_out", 18, 3), row("carried_in", 118, 3), "digit"),
    (OUT, row("carried_in", 118, 3, total=112), "transposed"),  # the total alone
    (OUT, row("carried_in", 118, 3, total=""), "blank"),
    (OUT, row("carried_in", "", 3, total=121), "blank"),
    (OUT, row("carried_in", *[""] * 6, total=""), "blank"),
    (row("carried_out", 0), row("carried_in", *[""] * 6, total=""), "no_number"),
    (row("carried_out", 2, *[""] * 5, total=2), row("carried_in", 2), "holds"),  # blanks beside numbers count as zero
    (OUT, row("carried_in", 118, None, total=121), "in_doubt"),
    (OUT | row("carried_in", 91, 3, 0, 0, 2), row("carried_in", 91, 3, 0, 0, 2), "restated"),  # last year's figure again
    (OUT | row("new", 300, 20), row("carried_in", 300, 20), "restated"),
    (OUT, row("carried_in", 118, 5) | row("carried_out", 118, 5), "restated"),
    (row("carried_out", 0) | row("carried_in", 1), row("carried_in", 1), "moved"),  # a single 1 is like another by chance
]


@pytest.mark.parametrize(("before", "after", "expected"), CARRY_OVER)
def test_what_a_carry_over_ends_in(before, after, expected):
    assert carried(before, after).outcome == expected


def test_a_break_says_what_and_by_how_much():
    found = carried(OUT, row("carried_in", 122, 3))
    assert (found.expected, found.actual, found.difference) == ("118 121", "122 125", 4)
    assert found.cells == ("applications.carried_in.natural_person", "applications.carried_in.total")
    assert found.message.endswith("125 for 121, +4")
    assert "上年结转" in found.message
    shifted = carried(OUT, row("carried_in", 119, 2))
    assert (shifted.expected, shifted.actual, shifted.difference) == ("118 3", "119 2", 0)


IN_FORCE = [
    ((597, 0, 0), (420, 50, 227), "holds"),  # 宿迁 2024: 597 + 50 - 227
    ((420, 0, 0), (422, 61, 59), "holds"),  # 宿迁 2025
    ((5, 0, 0), (8, 3, 0), "holds"),  # 洪泽 2024
    ((597, 0, 0), (774, 50, 227), "sign"),  # the other way round
    ((597, 0, 0), (874, 50, 227), "sign"),  # added what was repealed
    ((597, 0, 0), (597, 50, 227), "restated"),  # as the year before
    ((597, 0, 0), (50, 50, 227), "restated"),  # this year's alone
    ((597, 0, 0), (647, 50, 227), "restated"),  # what was repealed left out
    ((597, 0, 0), (402, 50, 227), "transposed"),
    ((597, 0, 0), (480, 50, 227), "digit"),
    ((597, 0, 0), (500, 50, 227), "moved"),
    ((597, 0, 0), ("", 50, 227), "blank"),
    (("", 0, 0), (420, 50, 227), "blank"),
    (("", 0, 0), (0, 0, 0), "no_number"),
    ((597, 0, 0), (420, 50, None), "in_doubt"),
    ((8, 0, 0), (8, "", ""), "holds"),
]


@pytest.mark.parametrize(("before", "after", "expected"), IN_FORCE)
def test_what_documents_in_force_end_in(before, after, expected):
    columns = ("in_force", "issued", "repealed")
    reports = [report(y, stock(**dict(zip(columns, v, strict=True)))) for y, v in ((2023, before), (2024, after))]
    found = outcomes(*reports)
    assert found["in_force", "normative_documents"].outcome == expected
    assert found["in_force", "rules"].outcome is Outcome.HOLDS


ITEMS = [
    ((20, -3), (17, 0), "holds"),
    ((20, 3), (17, 0), "sign"),
    ((20, 17), (17, 0), "restated"),  # the new number for the change
    ((20, -3), (20, 0), "restated"),
    ((20, -3), (10, 0), "moved"),
]


@pytest.mark.parametrize(("before", "after", "expected"), ITEMS)
def test_what_items_of_the_form_of_2019_end_in(before, after, expected):
    years = [
        report(year, stock("licensing", items_last_year=last, items_change=change), form="2019")
        for year, (last, change) in ((2019, before), (2020, after))
    ]
    assert outcomes(*years)["items", "licensing"].outcome == expected


@pytest.mark.parametrize(
    ("last", "change", "expected"),
    [(3, -3, "holds"), (3, -4, "negative"), (0, -1, "negative"), ("", -1, "no_number"), (3, "", "holds"), (None, 1, "in_doubt")],
)
def test_no_report_has_fewer_than_no_items(last, change, expected):
    only = report(2019, stock("fees", items_last_year=last, items_change=change), form="2019")
    found = outcomes(only)
    assert found["items_negative", "fees"].outcome == expected
    assert found["items", "fees"].outcome is Outcome.FIRST_YEAR


def test_the_three_forms_follow_each_other_as_far_as_their_cells_go():
    years = [
        report(2018, form="2014"),
        report(2019, row("carried_out", 2), form="2019"),
        report(2020, row("carried_in", 2) | row("carried_out", 7), form="2019"),
        report(2021, row("carried_in", 7) | stock("rules", in_force=4), form="2021"),
        report(2022, row("carried_in", 1) | stock("rules", in_force=4), form="2021"),
    ]
    found = {step.later.year: dict(zip(PARTS, judge(step), strict=True)) for step in steps(years)}

    def by_year(*part):
        return [str(found[year][part].outcome) for year in range(2018, 2023)]

    assert by_year("carry_over", "applications") == ["first_year", "no_cell", "holds", "holds", "moved"]
    assert by_year("in_force", "rules") == ["first_year", "no_cell", "no_cell", "no_cell", "holds"]  # no break at 2020/2021
    assert by_year("items", "licensing") == ["first_year", "no_cell", "holds", "no_cell", "no_cell"]
    assert by_year("magnitude", "received") == ["first_year", "holds", "holds", "holds", "holds"]  # 2014 counts them, too


def test_what_cannot_be_compared_says_why():
    moved = (OUT, row("carried_in", 4))
    kinds = {
        "missing_year": [report(2020, moved[0]), report(2022, moved[1])],
        "scope_differs": [report(2021, moved[0], scope="jurisdiction"), report(2022, moved[1], scope="own_office")],
        "no_cell": [report(2021, form="2014"), report(2022, moved[1])],
        "no_table": [report(2021, moved[0], no_tables=("applications",)), report(2022, moved[1])],
        "in_doubt": [report(2021, moved[0], doubt=True), report(2022, moved[1])],
        "moved": [report(2021, moved[0]), report(2022, moved[1], scope="own_office")],
    }
    found = {name: outcomes(*reports)["carry_over", "applications"] for name, reports in kinds.items()}
    assert {name: str(each.outcome) for name, each in found.items()} == {name: name for name in kinds}
    assert "(as read: moved)" in found["in_doubt"].message
    assert "only one of the reports says whose figures" in found["moved"].message


def test_figures_that_agree_hold_however_badly_they_were_read():
    assert outcomes(report(2021, OUT, doubt=True), report(2022, row("carried_in", 118, 3)))["carry_over", "applications"] == (
        carried(OUT, row("carried_in", 118, 3))
    )


@pytest.mark.parametrize("replaced", [2021, 2022])
def test_an_edition_that_was_replaced_may_agree(replaced):
    before, after = report(2021, OUT), report(2022, row("carried_in", 7))
    old = report(2021, row("carried_out", 7), number=1) if replaced == 2021 else report(2022, row("carried_in", 118, 3), number=1)
    found = outcomes(before, after, editions={replaced * 10: [old]})
    assert found["carry_over", "applications"].outcome is Outcome.SUPERSEDED
    other = report(replaced, row("carried_out", 1) | row("carried_in", 1), number=1)
    assert outcomes(before, after, editions={replaced * 10: [other]})["carry_over", "applications"].outcome is Outcome.MOVED


def test_office_and_jurisdiction_are_lines_of_their_own():
    years = [
        report(2021, row("carried_out", 5), scope="own_office", number=1),
        report(2021, row("carried_out", 90), scope="jurisdiction", number=2),
        report(2022, row("carried_in", 90) | row("carried_out", 80), scope="jurisdiction", number=3),
        report(2022, row("carried_in", 5) | row("carried_out", 6), scope="own_office", number=4),
        report(2023, row("carried_in", 80), number=5),  # does not say whose: it may follow either
        report(2024, row("carried_in", 0), scope="own_office", number=6),
    ]
    found = {step.later.report_id: step for step in steps(years)}
    before = {number: step.earlier[0].report_id if step.earlier else None for number, step in found.items()}
    assert [before[number] for number in (1, 2, 3, 4)] == [None, None, 2, 1]
    assert (before[5], before[6]) in {(3, 4), (4, 5)}
    assert found[5].scope_differs
    assert [str(judge(found[n])[0].outcome) for n in (3, 4, 5)] == ["holds", "holds", "scope_differs"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("沭阳县教育局", "沭阳县教育和体育局", True),
        ("洪泽县卫生局", "洪泽区卫生健康委员会", True),
        ("沭阳县发改局", "沭阳县发展和改革局", False),
        ("洪泽县水利局", "洪泽区水利局", False),
        ("我局", "沭阳县发展和改革局", False),
    ],
)
def test_a_rename_is_another_name_not_another_spelling(one, other, expected):
    assert is_renamed(one, other) is expected
    found = outcomes(report(2018, OUT, name=one), report(2019, row("carried_in", 4), name=other))
    assert found["carry_over", "applications"].outcome is (Outcome.RENAMED if expected else Outcome.MOVED)


def test_renamed_merged_and_split_agencies_go_on():
    gone = [Succession("甲", "丙", 2019), Succession("乙", "丙", 2019)]
    before = [
        report(2018, row("carried_out", 5), agency="甲", number=1),
        report(2018, row("carried_out", 2), agency="乙", number=2),
    ]

    def carry(*reports, successions):
        found = {step.later.report_id: step for step in steps(reports, successions)}
        return {n: (str(step.link), str(judge(step)[0].outcome)) for n, step in found.items() if step.link is not Link.FIRST}

    heir = report(2019, row("carried_in", 5), agency="丙", number=3)
    assert carry(before[0], heir, successions=gone[:1]) == {3: ("renamed", "holds")}
    assert carry(before[0], report(2019, agency="丙", number=3), successions=gone[:1]) == {3: ("renamed", "renamed")}
    assert carry(*before, heir, successions=gone) == {3: ("merged", "merged")}
    assert carry(*before, report(2019, row("carried_in", 7), agency="丙", number=3), successions=gone) == {3: ("merged", "holds")}
    heirs = [report(2019, row("carried_in", n), agency=a, number=i) for a, n, i in (("丁", 3, 4), ("戊", 2, 5))]
    parted = [Succession("甲", "丁", 2019), Succession("甲", "戊", 2019)]
    assert carry(before[0], *heirs, successions=parted) == {4: ("split", "holds"), 5: ("split", "holds")}
    lost = [heirs[0], report(2019, row("carried_in", 9), agency="戊", number=5)]
    assert carry(before[0], *lost, successions=parted) == {4: ("split", "split"), 5: ("split", "split")}
    # An agency that went on takes in one that ended; its own figures alone may fit as well.
    own = report(2018, row("carried_out", 1), agency="丙", number=6)
    for number, outcome in ((1, "holds"), (8, "holds"), (4, "merged")):
        after = report(2019, row("carried_in", number), agency="丙", number=3)
        assert carry(*before, own, after, successions=gone) == {3: ("merged", outcome)}
    late = report(2020, row("carried_in", 5), agency="丙", number=3)
    assert carry(before[0], late, successions=gone[:1]) == {3: ("renamed", "missing_year")}
    # Of office and jurisdiction only one goes on.
    both = [
        report(2018, row("carried_out", n), agency="甲", number=i, scope=s)
        for n, i, s in ((5, 1, "own_office"), (90, 2, "jurisdiction"))
    ]
    for number, scope in ((5, "own_office"), (90, "jurisdiction")):
        after = report(2019, row("carried_in", number), agency="丙", number=3, scope=scope)
        assert carry(*both, after, successions=gone[:1]) == {3: ("renamed", "holds")}
    # It did not end: nothing is joined.
    still = report(2019, agency="甲", number=7)
    assert carry(before[0], still, heir, successions=gone[:1]) == {7: ("same", "moved")}


def test_a_merger_of_which_a_report_lacks_says_so():
    gone = [Succession("甲", "丙", 2019), Succession("乙", "丙", 2019)]
    reports = [
        report(2018, row("carried_out", 5), agency="甲", number=1),
        report(2016, row("carried_out", 2), agency="乙", name="乙县工商局", number=2),
        report(2019, row("carried_in", 7), agency="丙", number=3),
    ]
    found = judge(next(step for step in steps(reports, gone) if step.later.agency == "丙"))[0]
    assert found.outcome is Outcome.MERGED
    assert "乙县工商局 has no report of the year before" in found.message


SIZES = [
    (("45", "52.1", "480000", "50"), 2, 10_000),  # 元 for one year
    (("45", "52.1", "480000", "51"), 3, 10_000),  # and back
    (("45", "52.1", "480000"), 2, 10_000),  # the latest year
    (("450000", "45"), 1, None),  # nothing says which of the two is wrong
    (("450000", "460000", "45", "47"), 2, 10_000),  # another unit from then on
    (("120", "124", "1230"), 2, 10),
    (("120", "124", "1400"), 2, None),  # 11 times: growth
    (("120", "180", "1210"), 2, None),  # the years around do not agree with 121
    (("1", "1", "10"), 2, None),
    (("0", "0", "10"), 2, None),
    (("0", "10", "0"), 1, None),
    (("30", "31", "3100", "33"), 2, 100),
    (("30", "", "3100", "33"), 2, None),
]


@pytest.mark.parametrize(("amounts", "at", "factor"), SIZES)
def test_jumps_by_a_power_of_ten(amounts, at, factor):
    years = [report(2021 + i, {"disclosure.fees.amount": amount}) for i, amount in enumerate(amounts)]
    found = dict(zip(PARTS, judge(steps(years)[at]), strict=True))["magnitude", "fees"]
    if factor:
        assert found.outcome is Outcome.JUMP
        assert found.message.endswith(f" {factor}")
    else:
        assert found.outcome in {Outcome.HOLDS, Outcome.NO_NUMBER}


def test_a_jump_needs_years_that_agree():
    powers = next(part.law for part in rule_set().parts if isinstance(part.law, JumpRule)).powers
    assert jump(Decimal(100), Decimal(1000), [Decimal(99)], powers).factor == 10
    assert jump(Decimal(1000), Decimal(100), [Decimal(99)], powers).factor == 10
    assert jump(Decimal(100), Decimal(1000), [], powers) is None
    assert jump(Decimal(100), Decimal(1000), [Lack.BLANK, Decimal(300)], powers) is None


@pytest.mark.parametrize(
    ("one", "other", "transposed", "digit"),
    [
        ("121", "112", True, False),
        ("121", "211", True, False),
        ("12", "21", True, False),
        ("121", "121", False, False),
        ("431", "481", False, True),
        ("431", "41", False, True),
        ("431", "4311", False, True),
        ("4", "5", False, False),
        ("14", "15", False, False),
        ("431", "435", False, False),
        ("0", "100", False, False),
        ("1234", "1243", True, False),
        ("1234", "4231", False, False),
        ("25.1", "28.1", False, True),
    ],
)
def test_slips_of_the_pen(one, other, transposed, digit):
    pair = (Decimal(one), Decimal(other))
    assert (are_transposed(*pair), differ_in_a_digit(*pair)) == (transposed, digit)
    assert (are_transposed(*pair[::-1]), differ_in_a_digit(*pair[::-1])) == (transposed, digit)


def test_rules_name_cells_that_forms_have():
    assert len(set(PARTS)) == len(PARTS) == 31
    with pytest.raises(ValueError, match="no form has"):
        parse_rules(
            '[[rule]]\nid="x"\nkind="within"\ntable="disclosure"\nparts=["rules"]\nterms=["nothing"]\ntext=""\ntext_en=""'
        )


def test_every_class_says_one_thing():
    assert Counter(kind_of(outcome) for outcome in Outcome) == {
        Kind.HOLDS: 1,
        Kind.NOT_ASSESSABLE: 6,
        Kind.DOUBT: 1,
        Kind.EXPLAINED: 4,
        Kind.BREAK: 9,
    }


# ---- random histories -------------------------------------------------------------------------------------------

NUMBERS = st.integers(0, 40) | st.integers(100, 5000)
ROWS = st.lists(NUMBERS, min_size=6, max_size=6)


@st.composite
def histories(draw):
    """Reports of 2019 to 2024, whose figures carry over, and those of the years that are left out."""
    rows = [draw(ROWS) for _ in range(7)]
    kept = draw(st.lists(st.booleans(), min_size=6, max_size=6))
    in_force = draw(st.integers(200, 400))
    values = []
    for i, year in enumerate(range(2019, 2025)):
        figures = row("carried_in", *rows[i]) | row("carried_out", *rows[i + 1]) | row("new", *draw(ROWS))
        if year > 2020:
            issued, repealed = draw(st.integers(0, 50)), draw(st.integers(0, 30))
            in_force += issued - repealed
            figures |= stock(in_force=in_force, issued=issued, repealed=repealed)
        values.append((year, "2019" if year < 2021 else "2021", figures))
    return [each for each, is_there in zip(values, kept, strict=True) if is_there]


def made(history):
    return [report(year, figures, form=form) for year, form, figures in history]


@settings(max_examples=60, deadline=None)
@given(histories())
def test_what_carries_over_breaks_nowhere(history):
    reports = made(history)
    found = steps(reports)
    assert len(found) == len(reports)
    for step in found:
        said = dict(zip(PARTS, judge(step), strict=True))
        assert len(said) == len(PARTS)
        carry = said["carry_over", "applications"].outcome
        assert carry is (Outcome.FIRST_YEAR if not step.earlier else Outcome.MISSING_YEAR if step.gap else Outcome.HOLDS)
        assert kind_of(said["in_force", "normative_documents"].outcome) in {Kind.HOLDS, Kind.NOT_ASSESSABLE}


PLANTS = ("shifted", "moved", "blank", "transposed", "missing_year", "in_doubt")


@settings(max_examples=120, deadline=None)
@given(histories(), st.sampled_from(PLANTS), st.randoms(use_true_random=False))
@example([(2022, "2021", row("carried_out", 12)), (2023, "2021", row("carried_in", 12))], "transposed", None)
def test_one_planted_break_is_found_and_classified_and_nothing_else(history, plant, chance):
    pairs = [i for i in range(1, len(history)) if history[i][0] == history[i - 1][0] + 1]
    assume(pairs)
    at = pairs[-1] if chance is None else chance.choice(pairs)
    year, form, figures = history[at]
    here = [figures[f"applications.carried_in.{column}"] for column in APPLICANTS]
    planted = _planted(plant, here)
    assume(planted is not None)
    changed = [*history]
    changed[at] = (year, form, figures | planted)
    reports = made(changed)
    if plant == "in_doubt":
        reports[at] = report(year, changed[at][2], form=form, doubt=True)
    if plant == "missing_year":
        assume(at + 1 < len(reports))
        del reports[at]
    for step in steps(reports):
        found = judge(step)[0].outcome
        if step.later.year == year or (plant == "missing_year" and step.later.report_id == reports[at].report_id):
            assert found == plant
        else:
            assert kind_of(found) in {Kind.HOLDS, Kind.NOT_ASSESSABLE}


def _planted(plant, here):
    """The row of carried_in with a break of that class; None where these numbers allow none."""
    if plant == "shifted" and sum(here):
        largest = here.index(max(here))
        moved = [*here]
        moved[largest] -= 1
        moved[(largest + 1) % 6] += 1
        return row("carried_in", *moved)
    if plant in {"moved", "in_doubt"}:  # two columns and the total: no slip of the pen
        return row("carried_in", here[0] + 3, here[1] + 4, *here[2:])
    if plant == "blank" and any(here):
        i = next(i for i, each in enumerate(here) if each)
        return {f"applications.carried_in.{APPLICANTS[i]}": ""}
    if plant == "transposed":
        for i, each in enumerate(here):
            text = str(each)
            if len(text) == 2 and text[0] != text[1] and text[1] != "0":
                return row("carried_in", *here[:i], int(text[::-1]), *here[i + 1 :])
    return {} if plant == "missing_year" else None
