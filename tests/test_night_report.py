"""What is told of a night: summary, metrics, freshness and coverage; and the command's own words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import html
from prometheus_client.parser import text_string_to_metric_families

from nianbao import cli
from nianbao.nightly import web
from nianbao.nightly.gates import Gate, GateVerdict
from nianbao.nightly.lock import held
from nianbao.nightly.metrics import as_metrics
from nianbao.nightly.night import run_night
from nianbao.nightly.publish import Publication
from nianbao.nightly.summary import Event, NightSummary, SourceLine, StepLine, as_json
from nianbao.nightly.summary_html import as_html
from nianbao.nightly.summary_text import as_text
from store.night_facts import Changed, ChangedCell, Rejected
from store.publication import Stamp
from store.sources import Freshness
from tests.scripted_nights import Clockwork, ScriptedCollecting, config_in, site

EVIL = "<script>alert('甲')</script>\x1b[31m\u202e"
STAMP = Stamp("2026-01-10T02:30:00+00:00", "n", "4", "0012", "0.1.0", {"report": 3})
SUMMARY = NightSummary(
    night="2026-01-11T02:30:00+00:00",
    finished="2026-01-11T03:30:00+00:00",
    outcome="kept",
    headline="Not published: a gate fired, and the former copy stays. (reports)",
    exit_code=10,
    events=(Event("gate_fired", f"Gate reports fired: {EVIL}", 10), Event("rejected", "New documents.", 0)),
    resumed=("2026-01-11T02:40:00+00:00",),
    crawl=2,
    steps=(StepLine("crawl", "done", 12.5, "crawl 2"), StepLine("ingest", "failed", 0, EVIL), StepLine("checks", "not_reached")),
    sources=(
        SourceLine(
            "suqian",
            EVIL,
            "silent",
            requests=120,
            unchanged=100,
            documents=80,
            new=3,
            changed=2,
            vanished=1,
            refused={"challenge": 4, 'odd"\\\nreason': 1},
            rejected={"not_a_report.budget": 2},
            verdicts={"verified": 3},
            vanished_addresses=(f"http://a.example/{EVIL}",),
            seconds=60,
            alarm=f"the report for 2025 is not there: {EVIL}",
        ),
        SourceLine("shuyang", requests=30, unchanged=30, documents=20, verdicts={"review": 1}),
    ),
    changes=(
        Changed(
            EVIL,
            2024,
            "cells",
            "d",
            f"http://a.example/{EVIL}",
            (ChangedCell("a.b.c", "1", EVIL), ChangedCell("d.e.f", None, "")),
            5,
        ),
        Changed("乙局", None, "prose", "e", "", sections=2),
    ),
    rejected=tuple(Rejected(f"{number}.html", "", "unreadable", EVIL) for number in range(50)),
    arrived={"review": 1, "verified": 3},
    verdicts={"review": 10, "verified": 90},
    gates=(
        Gate("reports", 0.03, 0, GateVerdict.FIRED, EVIL),
        Gate("fill", 0.5, 0.02, GateVerdict.OVERRULED, "Falls.", EVIL),
    ),
    published=Publication("/p/reports.sqlite", "ab" * 32, 123_456, STAMP),
    copies=7,
    candidate="/p/.reports.sqlite.candidate",
)


def test_the_text_says_it_all_and_carries_no_control_characters() -> None:
    said = as_text(SUMMARY)
    assert not set("\x1b\u202e") & set(said)
    words = [" ".join(line.split()) for line in said.splitlines()]
    assert words[0] == SUMMARY.headline
    assert "broken off before, gone on with at 2026-01-11T02:40:00+00:00" in words
    assert "in all 150 130 100 3 2 1 4 challenge, 1 odd" in " ".join(words)
    assert "a.b.c: 1 -> <script>" in said
    assert "d.e.f: (no such cell) -> (blank)" in said
    assert "and 3 more cells: nianbao revisions --all" in said
    assert "乙局 e 2 chapters" in words
    assert "and 10 more" in words
    assert any(line.startswith("fill overruled 0.5 0.02 Falls. Overruled: <script>") for line in words)
    assert f"published /p/reports.sqlite of 2026-01-10T02:30:00+00:00 sha256 {'ab' * 32}" in words


def test_the_page_shows_text_as_text() -> None:
    page = as_html(SUMMARY)
    tree = html.fromstring(page)
    assert tree.xpath("//script | //link | //img | //iframe | //@onclick | //@src | //@href") == []
    assert "default-src 'none'" in page
    assert "\x1b" not in page
    shown = tree.text_content()
    assert shown.count("<script>alert('甲')</script>") > 40
    for expected in ("Not published", "exit code 10", "in all", "核实", "Overruled: ", "not_a_report.budget", "and 3 more cells"):
        assert expected in shown
    assert [row.get("class") for row in tree.xpath("//tr[th='reports' or th='fill']")] == ["fired", "overruled"]


def test_the_json_has_every_field() -> None:
    found = json.loads(as_json(SUMMARY))
    assert found["seconds"] == 12.5
    assert len(found["rejected"]) == 50
    assert found["changes"][0]["cells"][1] == {"cell": "d.e.f", "old": None, "new": ""}
    assert found["gates"][1]["reason"] == EVIL
    assert found["published"]["stamp"]["rows"] == {"report": 3}
    assert set(found) == {*NightSummary.__dataclass_fields__, "seconds"}


def fresh(name: str, state: str, **more: object) -> Freshness:
    fields: dict[str, object] = dict.fromkeys(Freshness.__dataclass_fields__)
    fields |= {
        "source": name,
        "state": state,
        "enabled": 1,
        "checks": 1,
        "last_error": "",
        "alarm": "",
        "title": "",
        "agency": "",
    }
    return Freshness(**{**fields, **more})  # type: ignore[arg-type]


def test_metrics_carry_any_label_and_parse() -> None:
    moment = datetime(2026, 1, 10, tzinfo=UTC)
    sources = (
        fresh("suqian", "silent", last_checked=moment.isoformat(), documents=80, new_documents=3),
        fresh("never", "never"),
    )
    families = {each.name: each for each in text_string_to_metric_families(as_metrics(SUMMARY, sources))}
    refused = {sample.labels["reason"]: sample.value for sample in families["nianbao_source_refused"].samples}
    assert refused == {"challenge": 4, 'odd"\\\nreason': 1}
    (checked,) = families["nianbao_source_last_checked_seconds"].samples
    assert (checked.labels, checked.value) == ({"source": "suqian"}, moment.timestamp())
    assert {s.labels["outcome"]: s.value for s in families["nianbao_night_outcome"].samples} == {
        "published": 0,
        "kept": 1,
        "failed": 0,
    }
    assert {s.labels["verdict"]: s.value for s in families["nianbao_reports"].samples} == {"review": 10, "verified": 90}
    assert [s.value for s in families["nianbao_gate_overruled"].samples] == [0, 1]
    assert families["nianbao_night_exit_code"].samples[0].value == 10


def invoke(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli.main, [str(word) for word in words])
    return result.exit_code, " ".join(result.stdout.split()), result.stderr


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a night behind it, over a scripted crawl; the command line goes on with the script."""
    script = [{"alpha": {"1.txt": "verified 沭阳县审计局"}, "beta": {}, "gamma": "no answer"}]
    sites = [site("alpha", agency="沭阳县审计局"), site("beta", title="乙市"), site("gamma", agency="沭阳县审计局")]
    collecting = ScriptedCollecting(tmp_path / "web", script, sites)
    config = config_in(tmp_path)
    run_night(config, collecting, Clockwork())
    monkeypatch.setattr(web, "Web", lambda _config: collecting)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "night.toml").write_text('published = "public/reports.sqlite"\n', "utf-8")
    return tmp_path


def test_sources_status(folder: Path) -> None:
    code, said, _ = invoke("sources", "status", "--db", folder / "public" / "reports.sqlite")
    assert code == 0
    assert "beta empty 2026-01-10 02:30" in said
    assert "gamma unreached — — 2026-01-10 02:30 0 the report for 2025 is not there, and the source was never gone" in said
    assert "alpha waiting 2026-01-10 02:30 2026-01-10 02:30 2026-01-11 02:30 1 the report for 2025 may still come" in said
    assert said.endswith("3 sources: 1 waiting, 1 empty, 1 unreached")
    _, raw, _ = invoke("sources", "status", "--json", "--db", folder / "reports.sqlite")
    assert [each["source"] for each in json.loads(raw)] == ["alpha", "beta", "gamma"]


def test_coverage_shows_silence(folder: Path) -> None:
    code, said, _ = invoke("coverage", "--years", "2023-2024", "--db", folder / "reports.sqlite")
    assert code == 0
    assert "silent source: beta (乙市): the report for 2025 is not there, and the source yields nothing" in said
    assert "silent source: gamma (沭阳县审计局): the report for 2025 is not there" in said
    roster = folder / "roster.csv"
    roster.write_text("agency\n沭阳县审计局\n", "utf-8")
    _, said, _ = invoke("coverage", "--years", "2024", "--roster", roster, "--db", folder / "reports.sqlite")
    assert "missing, but its source is silent: 沭阳县审计局 2024 (gamma)" in said


def test_a_second_run_leaves_with_its_own_code(folder: Path) -> None:
    with held(folder / "night" / "lock", datetime.now(UTC)):
        code, said, wrong = invoke("nightly", "--config", folder / "night.toml")
        assert (code, said) == (75, "")
        assert wrong.startswith("error: Another run (process ")
        assert "holds" in wrong
        _, plan, _ = invoke("nightly", "--config", folder / "night.toml", "--dry-run")
        assert "a run would leave with exit code 75" in plan


def test_quiet_prints_failures_only(folder: Path) -> None:
    assert invoke("nightly", "--config", folder / "night.toml", "--quiet")[:2] == (0, "")
    (folder / "night.toml").write_text('published = "public/reports.sqlite"\n[policy]\nsource_failed = 3\n', "utf-8")
    code, said, _ = invoke("nightly", "--config", folder / "night.toml", "--quiet")
    assert code == 3
    assert "gamma failed: no answer" in said


def test_the_plan(folder: Path) -> None:
    code, said, _ = invoke("nightly", "--config", folder / "night.toml", "--dry-run", "--only", "alpha")
    assert code == 0
    assert "sources 1 would be asked, 2 not" in said
    assert "would be asked source first list why" in said
    assert "alpha http://alpha.example/ every day" in said
    assert "gamma 2026-01-10T02:30+00:00 the last time could not be brought to its end" in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--config", "none.toml"], 78, "error: none.toml cannot be read"),
        (["--overrule", "reports"], 78, "error: Nothing says why reports is overruled. Give --reason"),
        (["--overrule", "everything", "--reason", "x"], 78, "error: There is no gate everything."),
        (["--only", "delta", "--dry-run"], 78, "error: There is no source delta."),
        (["--copies", "-1"], 64, "error: Invalid value for '--copies'"),
    ],
)
def test_wrong_words(folder: Path, words: list[str], code: int, said: str) -> None:
    assert folder.exists()
    found = invoke("nightly", *words)
    assert (found[0], found[1]) == (code, "")
    assert found[2].startswith(said)
