"""The night as a whole, over a scripted crawl: what it publishes, keeps, says, and how it goes on after it was killed."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from collect.errors import ConfigurationError, StoreError
from nianbao.nightly import gates, publish
from nianbao.nightly import night as nights
from nianbao.nightly.config import Gates
from nianbao.nightly.journal import opened
from nianbao.nightly.lock import LockedError, held
from nianbao.nightly.night import Orders, journal_file, lock_file, run_night
from nianbao.nightly.summary import NightSummary
from nianbao.nightly.summary_text import as_text
from store import publication
from store.compare import differences
from store.open import open_store
from store.sources import freshness
from tests.scripted_nights import Clockwork, Script, ScriptedCollecting, config_in, site

TWO_NIGHTS: Script = [
    {
        "alpha": {f"{number}.txt": f"verified {number}局" for number in range(12)},
        "beta": {"x.txt": "budget", "y.txt": "review 乙局"},
        "gamma": "The host does not answer.",
    },
    {
        "alpha": {"0.txt": "verified 0局", "1.txt": None, "2.txt": "inconsistent 2局", "new.txt": "verified 新局"},
        "beta": {"y.txt": "review 乙局"},
        "gamma": {"z.txt": "verified 丙局"},
    },
]


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def source(summary: NightSummary, name: str) -> object:
    return next(line for line in summary.sources if line.source == name)


def test_two_nights(tmp_path: Path) -> None:
    collecting, clock, config = ScriptedCollecting(tmp_path / "web", TWO_NIGHTS), Clockwork(), config_in(tmp_path)
    config = config.model_copy(update={"gates": Gates(silent_sources=1)})
    first = run_night(config, collecting, clock)
    assert (first.outcome, first.exit_code) == ("published", 12)  # gamma was never reached: silent by policy
    assert first.arrived == {"review": 1, "verified": 12}
    alpha = source(first, "alpha")
    assert (alpha.requests, alpha.new, alpha.documents, alpha.verdicts) == (2, 12, 12, {"verified": 12})
    assert source(first, "beta").rejected == {"not_a_report.budget": 1}
    assert source(first, "gamma").error == "The host does not answer."
    assert "never gone through to its end" in source(first, "gamma").alarm
    assert rows(config.published, "SELECT COUNT(*) FROM report") == [(13,)]

    clock.next_night()
    second = run_night(config, collecting, clock)
    assert (second.outcome, second.exit_code, second.crawl) == ("published", 0, 2)
    alpha = source(second, "alpha")
    assert (alpha.new, alpha.changed, alpha.vanished, alpha.unchanged) == (1, 1, 1, 1)
    assert [path.rsplit("/", 1)[1] for path in alpha.vanished_addresses] == ["1.txt"]
    assert second.arrived == {"inconsistent": 1, "verified": 2}
    assert second.verdicts == {"inconsistent": 1, "review": 1, "verified": 13}
    assert [(change.agency, change.kind) for change in second.changes] == [("2局", "bytes")]
    assert second.copies == 1
    # What vanished is no longer seen, and still there.
    vanished = "SELECT gone_since IS NOT NULL FROM sightings WHERE document LIKE '%alpha/1.txt'"
    assert rows(config.published, vanished) == [(1,)]


def test_nothing_is_due_twice_on_one_day(tmp_path: Path) -> None:
    script: Script = [{"alpha": {"1.txt": "verified 甲局"}}]
    collecting, clock, config = ScriptedCollecting(tmp_path / "web", script), Clockwork(), config_in(tmp_path)
    run_night(config, collecting, clock)
    again = run_night(config, collecting, clock)
    assert (again.outcome, again.crawl, again.sources) == ("published", None, ())
    assert collecting.asked == ["alpha"]
    assert "no source was due" in as_text(again)
    only = run_night(config, collecting, clock, Orders(only=("alpha",)))
    assert (only.crawl, collecting.asked) == (2, ["alpha", "alpha"])
    with pytest.raises(ConfigurationError, match="There is no source beta"):
        run_night(config, collecting, clock, Orders(only=("beta",)))


def falling(tmp_path: Path) -> tuple[ScriptedCollecting, Clockwork, object]:
    """A published night, and a database that lost reports since."""
    collecting, clock, config = ScriptedCollecting(tmp_path / "web", TWO_NIGHTS[:1]), Clockwork(), config_in(tmp_path)
    config = config.model_copy(update={"gates": Gates(silent_sources=1)})
    run_night(config, collecting, clock)
    connection = sqlite3.connect(config.database)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("DELETE FROM report WHERE id IN (SELECT id FROM report ORDER BY id LIMIT 3)")
    connection.commit()
    connection.close()
    clock.next_night()
    return collecting, clock, config


def test_a_gate_that_fires_keeps_what_is_published(tmp_path: Path) -> None:
    collecting, clock, config = falling(tmp_path)
    before = (config.published.read_bytes(), publish.sidecar_of(config.published).read_text())
    summary = run_night(config, collecting, clock)
    assert (summary.outcome, summary.exit_code) == ("kept", 10)
    fired = {gate.name: gate.sentence for gate in summary.gates if gate.blocks}
    assert fired == {
        "reports": "10 reports; 13 are published.",
        "reports_of_a_year": "Fewer reports for 2023: 10 instead of 13.",
    }
    assert (config.published.read_bytes(), publish.sidecar_of(config.published).read_text()) == before
    assert rows(config.published, "SELECT COUNT(*) FROM report") == [(13,)]
    said = as_text(summary)
    assert "Not published: a gate fired, and the former copy stays. (reports, reports_of_a_year)" in said
    assert "Gate reports fired: 10 reports; 13 are published." in said
    assert Path(summary.candidate).exists()


def test_a_gate_is_overruled_once_by_name_with_a_reason(tmp_path: Path) -> None:
    collecting, clock, config = falling(tmp_path)
    one = Orders(overruled={"reports": "three were duplicates"})
    assert run_night(config, collecting, clock, one).outcome == "kept"  # the other gate still fires
    both = Orders(overruled={"reports": "three were duplicates", "reports_of_a_year": "the same", "fill": "not needed"})
    summary = run_night(config, collecting, clock, both)
    assert (summary.outcome, summary.exit_code) == ("published", 12)
    stamp = publication.read_stamp(config.published)
    assert stamp is not None
    assert stamp.overruled == {"reports": "three were duplicates", "reports_of_a_year": "the same"}
    record = [json.loads(line) for line in (config.state / "overruled.jsonl").read_text().splitlines()]
    assert [(line["name"], line["reason"], line["measured"]) for line in record] == [
        ("reports", "three were duplicates", round(3 / 13, 12)),
        ("reports_of_a_year", "the same", round(3 / 13, 12)),
    ]
    assert rows(config.published, "SELECT COUNT(*) FROM report") == [(10,)]
    clock.next_night()
    after = run_night(config, collecting, clock)
    assert (after.outcome, [gate.reason for gate in after.gates if gate.reason]) == ("published", [])


@pytest.mark.parametrize(
    ("overruled", "said"),
    [
        ({"rports": "x"}, "There is no gate rports. There are integrity, schema, reader,"),
        ({"integrity": "x"}, "The gate integrity cannot be overruled."),
        ({"reports": " "}, "Nothing says why reports is overruled."),
    ],
)
def test_what_cannot_be_overruled(tmp_path: Path, overruled: dict[str, str], said: str) -> None:
    collecting = ScriptedCollecting(tmp_path / "web", TWO_NIGHTS)
    with pytest.raises(ConfigurationError) as error:
        run_night(config_in(tmp_path), collecting, Clockwork(), Orders(overruled=overruled))
    assert str(error.value).startswith(said)
    assert not journal_file(config_in(tmp_path)).exists()


def test_a_second_run_says_who_is_at_it(tmp_path: Path) -> None:
    config, clock = config_in(tmp_path), Clockwork()
    with held(lock_file(config), clock.now), pytest.raises(LockedError) as error:
        run_night(config, ScriptedCollecting(tmp_path / "web", TWO_NIGHTS), clock)
    assert error.value.exit_code == 75
    assert f"process {os.getpid()} on " in str(error.value)
    assert "since 2026-01-10T02:30:00+00:00" in str(error.value)


def test_the_lock_of_a_dead_process_is_none(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    program = (
        "import sys, time; from datetime import datetime, UTC; from pathlib import Path\n"
        "from nianbao.nightly.lock import held\n"
        "with held(Path(sys.argv[1]), datetime.now(UTC)):\n"
        "    print('held', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=f"process {process.pid} on "), held(path, Clockwork().now):
            pass
        process.kill()
    assert path.read_text() != ""  # as it stays after a reboot
    with held(path, Clockwork().now):
        assert json.loads(path.read_text())["pid"] == os.getpid()


@pytest.mark.parametrize("step", ["crawl", "take_in", "find_copies", "build", "integrity", "swap"])
def test_a_step_that_fails_is_told_and_keeps_what_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    collecting, clock, config = ScriptedCollecting(tmp_path / "web", TWO_NIGHTS), Clockwork(), config_in(tmp_path)
    config = config.model_copy(update={"gates": Gates(silent_sources=1)})
    run_night(config, collecting, clock)
    before = config.published.read_bytes()
    clock.next_night()

    def fails(*_args: object, **_more: object) -> None:
        raise StoreError("The disk is full.")

    holder = {
        "crawl": collecting,
        "take_in": collecting,
        "find_copies": nights,
        "build": publish,
        "integrity": publication,
        "swap": publish,
    }[step]
    with monkeypatch.context() as patch:
        patch.setattr(holder, step, fails)
        summary = run_night(config, collecting, clock)
    name = {"take_in": "ingest", "find_copies": "checks", "integrity": "gates", "swap": "publish"}.get(step, step)
    assert (summary.outcome, summary.exit_code) == ("failed", 11)
    assert [line.step for line in summary.steps if line.state == "failed"] == [name]
    assert f"The step {name} failed: The disk is full." in (config.state / "latest.txt").read_text()
    assert json.loads((config.state / "latest.json").read_text())["outcome"] == "failed"
    assert config.published.read_bytes() == before
    assert opened(journal_file(config)) is None  # it ended: the next run is a new night


def test_the_night_after_one_that_failed_makes_up_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collecting, clock, config = ScriptedCollecting(tmp_path / "web", TWO_NIGHTS), Clockwork(), config_in(tmp_path)
    config = config.model_copy(update={"gates": Gates(silent_sources=1)})
    run_night(config, collecting, clock)
    clock.next_night()

    def fails(*_args: object) -> None:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(collecting, "take_in", fails)
        assert run_night(config, collecting, clock).outcome == "failed"
    clock.next_night()
    after = run_night(config, collecting, clock)
    assert after.outcome == "published"
    assert rows(config.published, "SELECT COUNT(*) FROM report WHERE current = 1") == [(15,)]


def test_sources_that_cannot_be_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collecting = ScriptedCollecting(tmp_path / "web", TWO_NIGHTS)

    def broken() -> None:
        raise ConfigurationError("jiangsu.toml [suqian] lists: Field required.", advice="Add it.")

    monkeypatch.setattr(collecting, "sites", broken)
    summary = run_night(config_in(tmp_path), collecting, Clockwork())
    assert summary.headline.endswith("The step crawl failed: jiangsu.toml [suqian] lists: Field required. Add it.")


def test_freshness(tmp_path: Path) -> None:
    script: Script = [
        {
            "alpha": {"1.txt": "verified 甲局"},
            "beta": {},
            "gamma": "no answer",
            "delta": {"1.txt": "verified 丁局"},
        }
    ]
    sites = [site("alpha", title="甲"), site("beta"), site("gamma"), site("delta", due_months=()), site("off", enabled=False)]
    collecting, clock, config = ScriptedCollecting(tmp_path / "web", script, sites), Clockwork(), config_in(tmp_path)
    run_night(config, collecting, clock)
    with open_store(config.database, create=False) as store:
        found = {each.source: each for each in freshness(store)}
    assert {name: each.state for name, each in found.items()} == {
        "alpha": "waiting",
        "beta": "empty",
        "gamma": "unreached",
        "delta": "fresh",
        "off": "never",
    }
    assert (found["alpha"].awaited, found["alpha"].alarm, found["alpha"].documents) == (2025, "", 1)
    assert found["beta"].alarm == "the report for 2025 is not there, and the source yields nothing"
    assert found["gamma"].last_checked is None
    assert found["gamma"].last_error == "no answer"
    assert found["delta"].last_changed == found["delta"].last_checked == found["delta"].last_tried
    assert found["alpha"].next_due == "2026-01-11T02:30:04+00:00"
    assert found["off"].next_due is None
    assert sum(each.is_quiet for each in found.values()) == 3


def test_analysts_with_the_former_copy_open_are_not_disturbed(tmp_path: Path) -> None:
    collecting, clock, config = ScriptedCollecting(tmp_path / "web", TWO_NIGHTS), Clockwork(), config_in(tmp_path)
    config = config.model_copy(update={"gates": Gates(silent_sources=1)})
    run_night(config, collecting, clock)
    reader = sqlite3.connect(f"file:{config.published}?mode=ro", uri=True, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT COUNT(*) FROM report").fetchone() == (13,)
    clock.next_night()
    assert run_night(config, collecting, clock).outcome == "published"
    assert reader.execute("SELECT COUNT(*), SUM(cells_found) FROM report").fetchone() == (13, 2600)
    assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    reader.execute("COMMIT")
    assert reader.execute("SELECT COUNT(*) FROM report").fetchone() == (13,)
    reader.close()
    assert rows(config.published, "SELECT COUNT(*) FROM report") == [(16,)]
    names = sorted(re.sub(r"T\d+Z", "", path.name) for path in config.published.parent.iterdir())
    assert names == ["reports.20260110.sqlite", "reports.20260110.sqlite.json", "reports.sqlite", "reports.sqlite.json"]


PROGRAM = """\
import sys, time
from pathlib import Path
from nianbao.nightly import journal
from nianbao.nightly.night import run_night
from tests import scripted_nights as scripted
from tests.test_night import LONG_NIGHTS, settings

class Slow(scripted.ScriptedCollecting):
    def _ask(self, *args):
        time.sleep(0.05)
        return super()._ask(*args)

folder, night = Path(sys.argv[1]), int(sys.argv[2])
clock = scripted.Clockwork()
for _ in range(night):
    clock.next_night()
print("go", flush=True)
run_night(settings(folder), Slow(folder / "web", LONG_NIGHTS), clock)
"""

LONG_NIGHTS: Script = [
    {name: {f"{number}.txt": f"slow {name}{number}局" for number in range(4)} for name in ("alpha", "beta", "gamma")},
    {
        "alpha": {"0.txt": None, "1.txt": "slow alpha新局", "9.txt": "slow alpha9局"},
        "beta": {"2.txt": "inconsistent beta2局"},
        "gamma": {"x.txt": "budget"},
    },
]


def settings(folder: Path) -> object:
    return config_in(folder).model_copy(update={"gates": Gates(silent_sources=1)})


@pytest.mark.parametrize("seed", range(int(os.environ.get("NIANBAO_SEEDS", "1"))))
def test_killed_at_any_moment_and_run_again_it_ends_the_same(tmp_path: Path, seed: int) -> None:
    folder, aside = tmp_path / "night", tmp_path / "aside"
    clock = Clockwork()
    for _ in range(2):
        run_night(settings(folder), ScriptedCollecting(folder / "web", LONG_NIGHTS), clock)
        clock.next_night()
    folder.rename(aside)
    chance, kills = Random(seed), 0
    for night in range(2):
        for _ in range(2):
            command = [sys.executable, "-c", PROGRAM, str(folder), str(night)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}) as process:
                assert process.stdout is not None
                assert process.stdout.readline() == "go\n"
                time.sleep(chance.uniform(0, 0.8))
                kills += process.poll() is None
                process.send_signal(signal.SIGKILL)
        clock = Clockwork()
        for _ in range(night):
            clock.next_night()
        assert run_night(settings(folder), ScriptedCollecting(folder / "web", LONG_NIGHTS), clock).outcome == "published"
    assert kills
    for name in ("reports.sqlite", "public/reports.sqlite"):
        with open_store(aside / name, create=False) as one, open_store(folder / name, create=False) as other:
            assert [each for each in differences(one, other) if each.column != "modified_ns"] == []
    assert not list((folder / "public").glob(".*"))


class Dying(ScriptedCollecting):
    """Ends its crawl and dies before anybody notes it."""

    def crawl(self, *args: Any) -> Any:
        super().crawl(*args)
        raise SystemExit


def test_a_crawl_that_ended_before_the_fault_is_not_made_again(tmp_path: Path) -> None:
    folder, aside, script = tmp_path / "night", tmp_path / "aside", LONG_NIGHTS[:1]
    run_night(settings(folder), ScriptedCollecting(folder / "web", script), Clockwork())
    folder.rename(aside)
    with pytest.raises(SystemExit):
        run_night(settings(folder), Dying(folder / "web", script), Clockwork())
    again = ScriptedCollecting(folder / "web", script)
    assert run_night(settings(folder), again, Clockwork()).outcome == "published"
    assert [each.number for each in again.crawls()] == [1]
    with open_store(aside / "reports.sqlite", create=False) as one, open_store(folder / "reports.sqlite", create=False) as other:
        assert [each for each in differences(one, other) if each.column != "modified_ns"] == []


def _die(*_: object) -> None:
    raise SystemExit


def _die_writing(candidate: Path, *_: object) -> None:
    candidate.write_bytes(b"half")
    raise SystemExit


@pytest.mark.parametrize(
    ("owner", "name", "death"),
    [
        pytest.param(publication, "stamp", _die_writing, id="the candidate half stamped"),
        pytest.param(publish, "_keep", _die, id="the candidate stamped"),
        pytest.param(publish, "_finished", _die, id="the candidate in its place"),
    ],
)
def test_a_night_that_died_amid_publishing_under_an_overruled_gate_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, name: str, death: Callable[..., None]
) -> None:
    orders, clock = Orders(overruled={"fill": "other documents come in between"}), Clockwork()
    collecting = ScriptedCollecting(tmp_path / "web", LONG_NIGHTS)
    run_night(settings(tmp_path), collecting, clock, orders)
    clock.next_night()
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, death)
        with pytest.raises(SystemExit):
            run_night(settings(tmp_path), collecting, clock, orders)
    summary = run_night(settings(tmp_path), collecting, clock, orders)
    assert (summary.outcome, publish.last(settings(tmp_path).published).stamp.night) == ("published", summary.night)
    published = settings(tmp_path).published
    assert rows(published, "SELECT COUNT(*) FROM report") == rows(tmp_path / "reports.sqlite", "SELECT COUNT(*) FROM report")
    assert not list(published.parent.glob(".*"))


def test_every_gate_is_named() -> None:
    candidate = gates.Candidate(gates.Measures(), schema="x")
    for published in (None, gates.Published(gates.Measures())):
        found = gates.judge(candidate, published, Gates(), "x", {})
        assert tuple(gate.name for gate in found) == gates.NAMES
