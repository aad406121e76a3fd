"""Uncertain cells: what is confirmed, what is repaired and with which proof, and what is left to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from extract.model import Block, Document, Grid, GridCell, Line, Reading
from normalize import repair
from normalize.candidates import How, guesses
from normalize.checks import check
from normalize.forms import form_cells, forms
from normalize.model import Cell, CellKey, Finding, Identity, Mention, Report, Severity, State, Verdict
from normalize.reports import normalize
from normalize.settling import anchors_of_neighbours, settled
from store.read import cells_of
from store.schema import cell_candidate
from tests.report_factory import facts, key, new_store
from tests.strategies import FORMS, examples, seeds
from tests.typesetter.compose import random_paper
from tests.typesetter.figures import BLANKS, Shape, draw
from tests.typesetter.misreads import Recogniser, doubted, misread, read_cells
from tests.typesetter.model import Figure
from tests.typesetter.plan import PlannedCell, plan

COLUMNS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other_org", "total")
FIGURES = {
    "applications.new": (12, 1, 0, 0, 0, 0, 13),
    "applications.carried_in": (2, 0, 0, 0, 0, 0, 2),
    "applications.granted": (7, 1, 0, 0, 0, 0, 8),
    "applications.partial": (3, 0, 0, 0, 0, 0, 3),
    "applications.handled_total": (10, 1, 0, 0, 0, 0, 11),
    "applications.carried_out": (4, 0, 0, 0, 0, 0, 4),
}
PRINTED = {f"{row}.{column}": str(n) for row, numbers in FIGURES.items() for column, n in zip(COLUMNS, numbers, strict=True)} | {
    "disputes.review.upheld": "3",
    "disputes.review.pending": "1",
    "disputes.review.total": "4",
}
TOTAL = "applications.new.total"
Said = Mapping[str, str | Sequence[tuple[str, float]]]


def report(said: Said, mentions: tuple[Mention, ...] = ()) -> Report:
    """A report of ``PRINTED`` and zeros, but for what is ``said``: another text, or readings of an uncertain cell."""
    cells = []
    for form, at in form_cells():
        if form == "2021":
            text = said.get(str(at), PRINTED.get(str(at), "0"))
            readings = () if isinstance(text, str) else tuple(Reading(*each) for each in text)
            printed = readings[0].text if readings else str(text)
            value = Decimal(printed) if printed.isdigit() else None
            state = State.BLANK if not printed else State.MISSING if value is None else State.PRINTED
            cells.append(Cell(form, at, value, printed, state, confidence=0.6 if readings else 1.0, readings=readings))
    return Report(Identity("", "某局", 2023), "2021", Verdict.VERIFIED, tuple(cells), mentions=mentions)


def after(said: Said, **more: tuple[Mention, ...]) -> tuple[Report, dict[str, Cell], dict[str, Finding]]:
    found = settled(report(said, **more))
    findings = {name: f for f in found.findings if f.rule.startswith("cell") for name in f.cells}
    return found, {str(cell.key): cell for cell in found.cells}, findings


def test_the_proof_of_a_repair() -> None:
    found, cells, findings = after({TOTAL: [("18", 0), ("13", 0.9), ("10", 2)]})
    assert (cells[TOTAL].value, cells[TOTAL].printed, cells[TOTAL].state) == (13, "18", State.REPAIRED)
    assert found.verdict is Verdict.VERIFIED
    assert findings[TOTAL] == Finding(
        "cell.repaired",
        Severity.NOTE,
        "applications.new.total = 13: the reader saw 18 and held 13 possible. "
        "13 = 12 + 1 (总计等于六类申请人之和, total = the six kinds of applicant); "
        "13 + 2 = 11 + 4 (第一项加第二项之和，等于第三项加第四项之和, new + carried in = handled + carried out). "
        "With 18 each of these fails; no other combination of readings satisfies them all",
        (TOTAL,),
        "13",
        "18",
    )


NP = "applications.{}.natural_person"
ZEROS = {f"disputes.suit_direct.{c}": [("0", 0), ("8", 1)] for c in ("upheld", "total")}
EIGHTS = {
    name: [(text.replace("7", "1"), 0), (text, 1)]
    for name, text in {NP.format("granted"): "7", NP.format("handled_total"): "17", NP.format("new"): "17"}.items()
}
REVIEWED: list[tuple[str, Said, str, str]] = [
    # cells, the one to look at, why it is left to a person
    ("a total of disputes", {"disputes.review.total": [("9", 0), ("4", 1)]}, "disputes.review.total", "no two rules do so"),
    ("too unlikely", {TOTAL: [("18", 0), ("13", 4)]}, TOTAL, "the reader thought too unlikely"),
    (
        "a dropped 0 it did not see",
        {NP.format("handled_total"): [("1", 0), ("7", 1)]},
        NP.format("handled_total"),
        "did not see",
    ),
    ("the truth is not held possible", {TOTAL: [("18", 0), ("16", 1)]}, TOTAL, "force 13, which the reader did not see"),
    ("nor supposed", {TOTAL: [("48", 0), ("46", 1)]}, TOTAL, "no combination"),
    ("no rule", {"disclosure.rules.issued": [("0", 0), ("8", 1)]}, "disclosure.rules.issued", "no rule speaks of it"),
    ("two that make up for each other", ZEROS, "disputes.suit_direct.upheld", "more than one reading"),
    ("0 or blank", {"applications.partial.business": [("", 0), ("0", 2)]}, "applications.partial.business", "count the same"),
    (
        "another cell in doubt",
        {TOTAL: [("18", 0), ("13", 1)], "disclosure.rules.issued": [("0", 0), ("8", 1)]},
        TOTAL,
        "the rules force 13, but other cells of the report stay in doubt",
    ),
    (
        "the agency erred elsewhere",
        {TOTAL: [("18", 0), ("13", 1)], "disputes.review.total": "5"},
        TOTAL,
        "the rules force 13, but the agency's own sums fail elsewhere",
    ),
    (  # bending the uncertain cell would make the row right, but not the column
        "the agency's total, an uncertain part",
        {TOTAL: "14", NP.format("new"): [("12", 0), ("13", 1)]},
        NP.format("new"),
        "no combination",
    ),
    (
        "the agency's total of disputes, an uncertain part",
        {"disputes.review.total": "9", "disputes.review.upheld": [("3", 0), ("8", 1)]},
        "disputes.review.upheld",
        "no two rules do so",
    ),
]


@pytest.mark.parametrize(("said", "name", "why"), [row[1:] for row in REVIEWED], ids=[row[0] for row in REVIEWED])
def test_what_is_not_proved_is_left_to_a_person(said: Said, name: str, why: str) -> None:
    found, cells, findings = after(said)
    before = {str(cell.key): cell for cell in report(said).cells}
    assert found.verdict is Verdict.REVIEW
    assert findings[name].rule == "cell.uncertain"
    assert why in findings[name].message
    assert {n: (c.value, c.state) for n, c in cells.items()} == {n: (c.value, c.state) for n, c in before.items()}
    assert next(c.text for c in found.candidates if str(c.key) == name) == before[name].printed


def test_a_digit_that_is_misread_everywhere_is_not_taken_for_right() -> None:
    """With the 7 of 7, 17 and 17 read as 1 each sum over these cells holds, as it does with 7."""
    said = {NP.format("new"): [("3", 0), ("8", 1)], NP.format("granted"): [("3", 0), ("8", 1)]}
    said |= {NP.format("handled_total"): [("3", 0), ("8", 1)], NP.format("partial"): "0", NP.format("carried_out"): "0"}
    said |= {NP.format("carried_in"): "0"}
    said |= {f"applications.{row}.total": [("4", 0), ("9", 1)] for row in ("new", "granted", "handled_total")}
    said |= {f"applications.{row}.total": "0" for row in ("carried_in", "partial", "carried_out")}
    found, _, findings = after(said)
    assert found.verdict is Verdict.REVIEW
    assert {f.rule for f in findings.values()} == {"cell.uncertain"}


def test_readings_that_all_rules_confirm() -> None:
    said = {TOTAL: [("13", 0), ("18", 0.1)], "disputes.review.upheld": [("3", 0), ("8", 0.1)]}
    found, cells, findings = after(said)
    assert (found.verdict, cells[TOTAL].state, cells[TOTAL].readings) == (Verdict.VERIFIED, State.PRINTED, ())
    assert findings[TOTAL].rule == findings["disputes.review.upheld"].rule == "cells.confirmed"


def test_an_agency_that_erred_stays_inconsistent_where_what_is_uncertain_is_confirmed() -> None:
    found, cells, _ = after({"disputes.review.total": "5", TOTAL: [("13", 0), ("18", 0.1)]})
    assert (found.verdict, cells["disputes.review.total"].value) == (Verdict.INCONSISTENT, 5)


def test_a_zero_among_certain_zeros_is_confirmed_but_not_a_whole_table_of_doubt() -> None:
    nothing = {str(at): "0" for form, at in form_cells() if form == "2021"}
    one = after({**nothing, NP.format("granted"): [("0", 0), ("8", 1)]})[0]
    assert one.verdict is Verdict.VERIFIED
    doubtful: Said = {name: [("0", 0), ("8", 1)] for name in nothing if name.startswith("disputes")}
    assert after({**nothing, **doubtful})[0].verdict is Verdict.REVIEW


def test_a_split_number_is_joined() -> None:
    _, cells, findings = after({TOTAL: [("1 3", 0), ("1", 3)]})
    assert (cells[TOTAL].value, cells[TOTAL].state, findings[TOTAL].rule) == (13, State.REPAIRED, "cell.repaired")


def test_a_row_that_the_reader_doubts_as_a_whole_may_have_slid() -> None:
    row = ("0", "7", "1", "0", "0", "0", "0")
    slid: Said = {f"applications.granted.{c}": [(text, 0)] for c, text in zip(COLUMNS, row, strict=True)}
    cells = {cell.key: cell for cell in report(slid).cells}
    held = guesses(cells)
    assert held == guesses(dict(reversed(cells.items())))
    assert (Decimal(7), How.LEFT) in [(g.value, g.how) for g in held[key(NP.format("granted"))]]
    # 8 in the last column is printed nowhere, so the row as it should be is not among what can be read
    assert after(slid)[0].verdict is Verdict.REVIEW
    whole: Said = {**slid, "applications.granted.total": [("8", 0)]}
    found, cells_after, findings = after({**whole, "applications.granted.other_org": [("0", 0)]})
    assert found.verdict is Verdict.REVIEW
    assert "has not slid" in findings["applications.granted.total"].message
    assert cells_after[NP.format("granted")].value == 0


def test_a_row_that_slid_is_put_back() -> None:
    """A lost 0 at its beginning has moved every number of the row one column to the left."""
    rows = ("new", "carried_in", "granted", "partial", "handled_total", "carried_out")
    printed = {f"applications.{row}.{c}": "0" for row in rows for c in COLUMNS}
    printed |= {f"applications.{row}.{c}": "4" for row in ("new", "handled_total") for c in ("business", "total")}
    slid = zip(COLUMNS, ("4", "0", "0", "0", "0", "4", "0"), strict=True)
    found, cells, findings = after({**printed, **{f"applications.granted.{c}": [(text, 0.0)] for c, text in slid}})
    assert found.verdict is Verdict.VERIFIED
    assert [cells[f"applications.granted.{c}"].value for c in COLUMNS] == [0, 4, 0, 0, 0, 0, 4]
    assert findings["applications.granted.business"].rule == "cell.repaired"


def mention(metric: str, value: int, **more: Any) -> Mention:
    return Mention(metric, Decimal(value), "件", f"共{value}件", 1, whose="self", **more)


@pytest.mark.parametrize(
    ("mentions", "verdict"),
    [
        ([mention("regulatory_documents", 3)], Verdict.VERIFIED),
        ([mention("regulatory_documents", 8)], Verdict.REVIEW),
        ([mention("regulatory_documents", 3, approximate=True)], Verdict.REVIEW),
        ([mention("regulatory_documents", 3), mention("regulatory_documents", 4)], Verdict.REVIEW),
        ([mention("disclosed_items", 3)], Verdict.REVIEW),
        ([replace(mention("regulatory_documents", 3), whose="other_period")], Verdict.REVIEW),
    ],
)
def test_the_prose_confirms_and_contradicts_a_cell_that_it_plainly_names(mentions: list[Mention], verdict: Verdict) -> None:
    said: Said = {"disclosure.normative_documents.issued": [("3", 0), ("8", 1)]}
    assert after(said, mentions=tuple(mentions))[0].verdict is verdict


def test_a_count_of_the_prose_that_may_mean_several_cells_proves_nothing() -> None:
    said: Said = {TOTAL: [("18", 0), ("13", 1)]}
    without = after(said)[0]
    for value in (13, 18):
        found = after(said, mentions=(mention("applications_received", value),))[0]
        assert (found.verdict, found.cells) == (without.verdict, without.cells)


def test_the_year_before_is_a_second_witness() -> None:
    blank_row = {f"applications.carried_in.{c}": "" for c in COLUMNS[1:]}  # its total proves nothing
    said: Said = {**blank_row, NP.format("carried_in"): [("7", 0), ("2", 1)]}
    this = report(said)
    alone = settled(this)
    assert alone.verdict is Verdict.REVIEW
    before = replace(report({NP.format("carried_out"): "2"}), identity=Identity("", "某局", 2022))
    known = settled(alone, anchors_of_neighbours(before, None))
    assert {str(c.key): c.value for c in known.cells if c.state is State.REPAIRED} == {NP.format("carried_in"): 2}
    assert known.candidates == ()


def test_a_search_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "STEPS", 0)
    found, _, findings = after({TOTAL: [("18", 0), ("13", 1)]})
    assert (found.verdict, findings[TOTAL].rule) == (Verdict.REVIEW, "cell.uncertain")
    assert "too many readings" in findings[TOTAL].message


# from a printed table ---------------------------------------------------------------------------------------------------


def scanned(said: Said) -> Report:
    """A report from its printed tables, as a reader of scans gives them."""
    figures = {at: Figure.of(Decimal(PRINTED.get(str(at), "0"))) for form, at in form_cells() if form == "2021"}
    paper = replace(random_paper("2021", Shape("zero"), Random(1)), figures=figures)
    blocks: list[Block] = [Line("某县司法局2023年政府信息公开工作年度报告")]
    for table in paper.tables:
        cells = [_scanned_cell(cell, said.get(str(cell.key), ())) for cell in plan(paper, table.key).cells]
        blocks += [Line(table.title), Grid(tuple(cells))]
    (found,) = normalize(Document("image/png", tuple(blocks)), "")
    return found


def _scanned_cell(cell: PlannedCell, said: str | Sequence[tuple[str, float]]) -> GridCell:
    made = GridCell(cell.row, cell.column, cell.text, cell.rowspan, cell.colspan)
    readings = () if isinstance(said, str) else tuple(Reading(*each) for each in said)
    return made._replace(text=readings[0].text, confidence=0.5, readings=readings) if readings else made


FEES = "disclosure.fees.amount"


@pytest.mark.parametrize(
    ("cell", "said", "printed", "value"),
    [
        (TOTAL, [("-13", 0), ("13", 3.4)], "-13", 13),  # the form has no sign there
        (TOTAL, [("1.3", 0), ("13", 3.6)], "1.3", 13),  # and no fraction
        (FEES, [("1.3", 0), ("13", 3.6)], "1.3", Decimal("1.3")),  # but here it has
        (TOTAL, [("..", 0), ("A", 0.5)], "..", None),  # no number at all: it stays as it was read
    ],
    ids=["sign", "fraction", "amount", "nothing fits"],
)
def test_an_uncertain_cell_is_taken_for_what_such_a_cell_can_hold(
    cell: str, said: Sequence[tuple[str, float]], printed: str, value: Decimal | int | None
) -> None:
    found = scanned({cell: said})
    assert found.verdict is Verdict.REVIEW
    for report_ in (found, settled(found)):  # asked again it is no surer
        cells = {str(each.key): each for each in report_.cells}
        assert (cells[cell].printed, cells[cell].value) == (printed, value)


def test_a_cell_whose_readings_are_no_numbers_leaves_the_others_to_be_settled() -> None:
    found, cells, findings = after({TOTAL: [("..", 0), ("A", 0.5)], NP.format("granted"): [("1", 0), ("7", 0.4)]})
    assert found.verdict is Verdict.REVIEW
    assert "none of its readings is a number" in findings[TOTAL].message
    assert cells[NP.format("granted")].readings  # nothing is changed while another cell is open


def test_a_scan_is_repaired_on_its_way_through_normalize() -> None:
    found = scanned({TOTAL: [("l3", 0), ("13", 0.5)], "applications.granted.business": [("1", 0), ("7", 2)]})
    cells = {str(cell.key): cell for cell in found.cells}
    assert (cells[TOTAL].value, cells[TOTAL].printed, cells[TOTAL].state) == (13, "l3", State.REPAIRED)
    assert cells["applications.granted.business"].state is State.PRINTED
    assert {f.rule for f in found.findings} == {"cell.repaired", "cells.confirmed"}
    assert found.verdict is Verdict.VERIFIED
    assert found.tally.seen == found.tally.used + found.tally.ignored + found.tally.in_findings
    assert found.tally.in_findings == 0


def test_a_scan_in_doubt_keeps_its_candidates() -> None:
    found = scanned({TOTAL: [("18", 0), ("16", 0.5)]})
    assert found.verdict is Verdict.REVIEW
    assert [(c.text, c.source, c.fits) for c in found.candidates][:2] == [("18", "reader", False), ("16", "reader", False)]


def test_a_repair_comes_through_the_database(tmp_path: Path) -> None:
    with new_store(tmp_path / "r.sqlite") as store:
        for name, said in (("a.png", [("18", 0), ("13", 0.5)]), ("b.png", [("18", 0), ("", 0.5)])):
            store.load(facts(name), [scanned({TOTAL: said})], store.begin_run("r1"))
        with store.reading() as connection:
            cells = {n: {str(c.key): c for c in found} for n, found in cells_of(store, connection, [1, 2]).items()}
            candidates = connection.execute(select(cell_candidate).where(cell_candidate.c.ordinal < 2)).all()
            wide = connection.execute(text("SELECT applications__new__total FROM form_2021 ORDER BY report_id")).scalars().all()
    repaired = cells[1][TOTAL]
    assert (repaired.value, repaired.printed, repaired.state) == (13, "18", State.REPAIRED)
    assert cells[2][TOTAL].value == 18
    assert wide == [13, 18]
    assert candidates == [(2, 0, "2021", TOTAL, "18", 18, 0, "reader", 0), (2, 1, "2021", TOTAL, "", None, 0.5, "reader", 0)]


# properties -------------------------------------------------------------------------------------------------------------


@st.composite
def doubtful_reports(draw_: st.DrawFn) -> tuple[Report, Mapping[CellKey, Decimal | None], Random]:
    form = draw_(st.sampled_from(FORMS))
    rng = Random(draw_(seeds))
    rules = forms()[form].rules
    broken = rng.choice([rule.id for rule in rules]) if draw_(st.booleans()) else ""
    shape = Shape(draw_(st.sampled_from(("zero", "small", "medium"))), draw_(st.sampled_from(BLANKS)), broken)
    figures = draw(forms()[form].tables, rules, shape, rng)
    inked = [at for at, figure in figures.items() if figure.printed.isdigit() and at.table != "disclosure"]
    rng.shuffle(inked)
    readings = {at: misread(figures[at].printed, rng, Recogniser()) for at in inked[: rng.randint(0, 3)]}
    readings |= {at: doubted(figures[at].printed, rng) for at in inked[3 : 3 + rng.randint(0, 6)]}
    cells = read_cells(forms()[form], figures, readings)
    return Report(Identity("", "", 2023), form, Verdict.VERIFIED, cells), {at: f.value for at, f in figures.items()}, rng


@examples(250)
@given(case=doubtful_reports())
def test_what_is_settled_is_sound(case: tuple[Report, Mapping[CellKey, Decimal | None], Random]) -> None:
    before, _, rng = case
    found = settled(before)
    old = {cell.key: cell for cell in before.cells}
    new = {cell.key: cell for cell in found.cells}
    for at, cell in new.items():
        if not old[at].readings:
            assert cell == old[at], "a certain cell was changed"
        if cell.state is State.REPAIRED:
            assert cell.value in [guess.value for guess in guesses(old)[at]], "a value the reader did not hold possible"
    repaired = [at for at, cell in new.items() if cell.state is State.REPAIRED]
    if repaired:
        assert all(c.outcome != "fails" for c in check(forms()[found.form], new)), "not all equations hold"
        assert found.verdict is Verdict.VERIFIED
    # the order of the cells makes no difference
    shuffled = list(before.cells)
    rng.shuffle(shuffled)
    again = settled(replace(before, cells=tuple(shuffled)))
    assert {cell.key: cell for cell in again.cells} == new
    assert again.verdict is found.verdict


@examples(150)
@given(case=doubtful_reports())
def test_an_accepted_solution_is_the_only_one(case: tuple[Report, Mapping[CellKey, Decimal | None], Random]) -> None:
    before, _, _ = case
    found = settled(before)
    old = {cell.key: cell for cell in before.cells}
    held = guesses(old)
    combinations = 1
    for every in held.values():
        combinations *= max(len(every), 1)
    if found.verdict is Verdict.REVIEW or not held or combinations > 3000:
        return
    fitting = []
    for chosen in product(*held.values()):
        cells = dict(old)
        for at, guess in zip(held, chosen, strict=True):
            state = State.BLANK if guess.value is None else State.PRINTED
            cells[at] = old[at]._replace(value=guess.value, state=state)
        failing = {c.cells for c in check(forms()[before.form], cells) if c.outcome == "fails"}
        if not any(set(names) & {str(at) for at in held} for names in failing):
            fitting.append({at: guess.value for at, guess in zip(held, chosen, strict=True)})
    assert fitting == [{at: cell.value for at, cell in ((c.key, c) for c in found.cells) if at in held}]
