"""The gates, one by one: figures of two nights, and what each gate says of them; and the figures themselves."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from nianbao.nightly.config import Gates, Policy
from nianbao.nightly.gates import NAMES, Candidate, Gate, GateVerdict, Published, judge
from nianbao.nightly.policy import events, exit_code
from nianbao.nightly.summary import SourceLine
from normalize.model import Verdict
from store import publication
from store.load import Store
from store.measures import Drift, Fill, Measures, drift, main_indicators, measures, new_revisions
from store.night_facts import Rejected
from tests.report_factory import facts, new_store, report

DEFAULT, NO_DRIFT = Gates(), Drift()
OLD = Measures(
    reports=1000,
    by_year={2022: 500, 2023: 500},
    by_form={"2021": 1000},
    verdicts={"verified": 900, "review": 50, "prose": 50},
    documents=1100,
    failures=100,
    fills={"2021": Fill(180_000, 200_000), "2021 received": Fill(990, 1000), "2014": Fill(0, 0)},
)


def judged(
    name: str,
    limits: Gates = DEFAULT,
    drifted: Drift = NO_DRIFT,
    overruled: dict[str, str] | None = None,
    **more: object,
) -> Gate:
    """What a gate says of a candidate that is like the published copy but for this."""
    of_measures = {key: more.pop(key) for key in list(more) if key in Measures.__dataclass_fields__}
    candidate = replace(Candidate(replace(OLD, **of_measures), schema="7", reader="4", sources=100), **more)
    published = Published(OLD, "7", "4", drifted, frozenset({"already"}))
    found = {gate.name: gate for gate in judge(candidate, published, limits, "7", overruled or {})}
    assert tuple(found) == NAMES
    others = {other.name for other in found.values() if other.blocks} - {name}
    assert others <= {"reports_of_a_year"}
    return found[name]


FIRED = [
    ("integrity", {"faults": ("row 3 missing from index",)}, 1, "damaged: row 3 missing from index."),
    ("schema", {"schema": "6"}, 1, "schema 6; this version makes 7."),
    ("reader", {"reader": "5"}, 1, 'explained = { "5" = "..." }'),
    ("reports", {"reports": 999}, 0.001, "999 reports; 1000 are published."),
    ("reports_of_a_year", {"by_year": {2022: 470, 2023: 530}}, 0.06, "2022: 470 instead of 500."),
    ("lost_figures", {"drifted": Drift(1000, lost=1, examples=("甲 2023 x: 1 -> NULL",))}, 0.001, "甲 2023 x: 1 -> NULL"),
    ("other_figures", {"drifted": Drift(1000, other=2)}, 0.002, "2 of 1000 published figures"),
    ("fill", {"fills": {"2021": Fill(170_000, 200_000)}}, 0.05, "2021 90.0% -> 85.0%"),
    ("fill", {"fills": {"2021 received": Fill(940, 1000)}}, 0.05, "2021 received 99.0% -> 94.0%"),
    ("verified", {"verdicts": {"verified": 870, "review": 50}}, 0.03, "verified: 87.0% of the reports; 90.0%"),
    ("review", {"verdicts": {"verified": 900, "review": 80}}, 0.03, "review: 8.0% of the reports; 5.0%"),
    ("rejected", {"failures": 200}, 200 / 1300 - 1 / 12, "15.4% of 1300 documents gave no report; 8.3% of 1200"),
    ("revisions", {"revised": 60, "revised_examples": ("甲 2023: 3 cells",)}, 0.06, "60 reports had figures changed"),
    ("silent_sources", {"silent": {f"s{n}": "nothing" for n in range(11)}}, 0.11, "11 of 100 sources fell silent"),
]


@pytest.mark.parametrize(("name", "changes", "measured", "said"), FIRED, ids=[f"{row[0]}-{n}" for n, row in enumerate(FIRED)])
def test_a_gate_fires(name: str, changes: dict[str, object], measured: float, said: str) -> None:
    gate = judged(name, **changes)  # type: ignore[arg-type]
    assert gate.verdict is GateVerdict.FIRED
    assert gate.measured == pytest.approx(measured)
    assert said in gate.sentence


PASSED = [
    ("reports", {"reports": 1001}, ""),
    ("reports_of_a_year", {"by_year": {2022: 475, 2023: 525}}, "2022: 475 instead of 500"),
    ("fill", {"fills": {"2021": Fill(190_000, 200_000)}}, "No share"),
    ("fill", {"fills": {"2021": Fill(176_000, 200_000)}}, "90.0% -> 88.0%"),
    ("verified", {"verdicts": {"verified": 880}}, "88.0%"),
    ("verified", {"verdicts": {"verified": 1000}}, "100.0%"),
    ("review", {"verdicts": {"verified": 900, "review": 10}}, "1.0%"),
    ("revisions", {"revised": 50}, "50 reports"),
    ("silent_sources", {"silent": {"already": "nothing", "new": "nothing"}}, "1 of 100"),
]


@pytest.mark.parametrize(("name", "changes", "said"), PASSED, ids=[f"{row[0]}-{n}" for n, row in enumerate(PASSED)])
def test_a_gate_lets_pass(name: str, changes: dict[str, object], said: str) -> None:
    gate = judged(name, **changes)  # type: ignore[arg-type]
    assert gate.verdict is GateVerdict.PASSED
    assert said in gate.sentence
    assert gate.measured <= gate.threshold


def test_a_share_of_few_reports_is_not_judged() -> None:
    small = Measures(reports=20, by_form={"2021": 20}, verdicts={"verified": 20}, documents=20)
    worse = replace(small, verdicts={"verified": 16, "review": 4})
    candidate = Candidate(worse, schema="7", reader="4")
    found = {gate.name: gate for gate in judge(candidate, Published(small, "7", "4"), Gates(), "7", {})}
    assert found["verified"].verdict is GateVerdict.NOT_COMPARED
    assert "That is fewer than 5 of 20, and not judged." in found["verified"].sentence
    strict = {gate.name: gate for gate in judge(candidate, Published(small, "7", "4"), Gates(least=4), "7", {})}
    assert (strict["verified"].verdict, strict["review"].verdict) == (GateVerdict.FIRED, GateVerdict.FIRED)


def test_an_explained_reader_passes() -> None:
    gate = judged("reader", Gates(explained={"5": "Reads stamps."}), reader="5")
    assert (gate.verdict, gate.sentence) == (GateVerdict.PASSED, "Reader 5 instead of 4: Reads stamps.")


def test_overruled() -> None:
    gate = judged("reports", overruled={"reports": "duplicates", "schema": "no"}, reports=990)
    assert (gate.verdict, gate.reason, gate.blocks) == (GateVerdict.OVERRULED, "duplicates", False)
    assert judged("schema", overruled={"schema": "no"}, schema="6").verdict is GateVerdict.FIRED


def test_nothing_is_compared_with_nothing_but_a_broken_file_never_passes() -> None:
    found = judge(Candidate(OLD, schema="7", silent={"a": "nothing"}, sources=1), None, Gates(), "7", {})
    assert Counter(gate.verdict for gate in found) == {GateVerdict.NOT_COMPARED: len(NAMES) - 2, GateVerdict.PASSED: 2}
    broken = judge(Candidate(OLD, ("a page is torn",), schema="7"), None, Gates(), "7", {})
    assert [gate.name for gate in broken if gate.blocks] == ["integrity"]


def passing(**more: object) -> dict[str, object]:
    return {"failed": "", "gates": (), "sources": (), "rejected": (), "arrived": {}, **more}


GATE = Gate("reports", 1, 0, GateVerdict.FIRED, "Fewer.")
CASES = [
    ({}, 0),
    ({"failed": "The step crawl failed."}, 11),
    ({"gates": (GATE,)}, 10),
    ({"failed": "x", "gates": (GATE,)}, 11),
    ({"gates": (replace(GATE, verdict=GateVerdict.OVERRULED, reason="r"),)}, 0),
    ({"sources": (SourceLine("a", alarm="silent", error="e"),)}, 12),
    ({"sources": (SourceLine("a", error="e"),)}, 0),
    ({"rejected": (Rejected("a", "", "r", "m"),)}, 0),
    ({"arrived": {"review": 3}}, 0),
]


@pytest.mark.parametrize(("happened", "code"), CASES, ids=range(len(CASES)))
def test_the_policy_by_default(happened: dict[str, object], code: int) -> None:
    assert exit_code(events(Policy(), **passing(**happened))) == code  # type: ignore[arg-type]


def test_the_policy_is_set_by_event() -> None:
    policy = Policy(gate_fired=0, source_failed=21, rejected=22, review=23, overruled=24)
    kinds = {
        "gate_fired": {"gates": (GATE,)},
        "source_failed": {"sources": (SourceLine("a", error="e"),)},
        "rejected": {"rejected": (Rejected("a", "", "r", "m"),)},
        "review": {"arrived": {"review": 1}},
        "overruled": {"gates": (replace(GATE, verdict=GateVerdict.OVERRULED, reason="r"),)},
    }
    found = {kind: events(policy, **passing(**happened)) for kind, happened in kinds.items()}  # type: ignore[arg-type]
    assert {kind: ([each.kind for each in some], exit_code(some)) for kind, some in found.items()} == {
        "gate_fired": (["gate_fired"], 0),
        "source_failed": (["source_failed"], 21),
        "rejected": (["rejected"], 22),
        "review": (["review"], 23),
        "overruled": (["overruled"], 24),
    }


# The figures that gates compare


def stored(path: Path, *reports: object, at: str = "{}.pdf") -> Store:
    store = new_store(path)
    run = store.begin_run("r1")
    for number, each in enumerate(reports):
        store.load(facts(at.format(number)), [each], run)  # type: ignore[list-item]
    return store


def test_measures(tmp_path: Path) -> None:
    values = {"applications.new.total": "", "disclosure.fees.amount": None}
    with stored(
        tmp_path / "a.sqlite",
        report("甲局", 2023),
        report("乙局", 2023, values=values, verdict=Verdict.REVIEW),
        report("丙局", 2016, "2014"),
        report("丁镇", 2017, "", verdict=Verdict.PROSE),
    ):
        found = measures(tmp_path / "a.sqlite")
    assert (found.reports, found.by_year, found.documents, found.failures) == (4, {2016: 1, 2017: 1, 2023: 2}, 4, 0)
    assert found.by_form == {"2021": 2, "2019": 0, "2014": 1}
    assert found.verdicts == {"prose": 1, "review": 1, "verified": 2}
    assert found.fills["2021"] == Fill(398, 400)
    assert found.fills["2021 received"] == Fill(1, 2)
    assert found.fills["2021 administrative_fees"] == Fill(1, 2)
    assert found.fills["2014 received"] == Fill(1, 1)
    assert found.readers == {"r1": 4}
    assert {key.split()[1] for key in found.fills if " " in key} == {each.key for each in main_indicators()}


def test_drift_counts_figures_of_documents_that_are_the_same(tmp_path: Path) -> None:
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    stored(old, report("甲局", 2023, values={"applications.new.total": "7"}), report("乙局", 2023)).close()
    changed = {"applications.new.total": "8", "disputes.review.total": None, "disputes.review.upheld": ""}
    stored(new, report("甲局", 2023, values=changed), report("丙局", 2022), at="{}.pdf").close()
    found = drift(old, new)
    assert (found.figures, found.lost, found.other) == (400, 2, 1)
    assert found.examples == ("甲局 2023 applications.new.total: 7 -> 8",)
    assert drift(old, old) == Drift(400, 0, 0)
    connection = sqlite3.connect(new)
    connection.execute("UPDATE cell_note SET state = 'corrected' WHERE cell = 'disputes.review.total'")
    connection.commit()
    connection.close()
    assert drift(old, new).other == 0  # a person changed one figure


def test_new_revisions(tmp_path: Path) -> None:
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    with new_store(new) as store:
        store.load(facts("a.pdf", "one"), [report("甲县司法局", 2023)], store.begin_run("r1"))
        publication.copy_store(store, old)
        assert new_revisions(old, new).reports == 0
        changed = report("甲县司法局", 2023, values={"applications.new.total": "8"})
        store.load(facts("a.pdf", "two"), [changed], store.begin_run("r1"))
    assert new_revisions(old, new) == new_revisions(old, new)
    assert (new_revisions(old, new).reports, new_revisions(old, new).examples) == (1, ("甲县司法局 2023: 1 cells",))
    assert new_revisions(new, new).reports == 0
