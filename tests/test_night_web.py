"""The night over sites that answer on this machine, through the command line: nothing in it is scripted but the sites."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from prometheus_client.parser import text_string_to_metric_families

from collect.archive.archive import Archive
from nianbao.crawled import rebuild
from nianbao.nightly.gates import GateVerdict
from normalize.model import CellKey
from store.compare import differences
from store.continuity import update
from store.copies import find_copies
from store.open import open_store
from store.sources import freshness
from tests.sites import Scenario
from tests.test_night import rows

KINDS = ("trs", "vsb", "guarded")
DELAY = 0.02


def write_config(folder: Path, **more: str) -> Path:
    """A configuration with everything in one folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{name} = {json.dumps(value)}" for name, value in more.items()]
    lines += ["workers = 1", 'metrics = "nianbao.prom"', "quiet_days = 1", "[crawl]", "recheck_days = 1", f"delay = {DELAY}"]
    lines += ["[gates]", "least = 30"]
    path = folder / "night.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def nightly(config: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "nianbao.cli", "nightly", "--config", str(config), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def summary_of(folder: Path) -> dict[str, object]:
    return json.loads((folder / "night" / "latest.json").read_text("utf-8"))


def run(config: Path, *words: str) -> tuple[int, str]:
    with nightly(config, *words) as process:
        said, wrong = process.communicate(timeout=240)
    assert "Traceback" not in wrong, wrong
    return process.returncode, said


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory):
    """Two nights over three sites, one of which refuses everything; and the same again, killed in the second night."""
    root = tmp_path_factory.mktemp("web")
    undisturbed, killed = root / "undisturbed", root / "killed"
    with Scenario(seed=3, kinds=KINDS, reports=5, others=2, faults=False).serve() as served:
        served.write_sources(undisturbed / "sources", delay=DELAY)
        write_config(undisturbed)
        codes, summaries, kills, chance = [], [], 0, Random(4)
        names = [word for name in KINDS for word in ("--only", name)]
        for number in (1, 2):
            served.night(number)
            code, _ = run(undisturbed / "night.toml", *names)
            codes.append(code)
            summaries.append(summary_of(undisturbed))
            if number == 1:
                shutil.copytree(undisturbed, killed)
            else:
                with nightly(killed / "night.toml", *names) as process:
                    time.sleep(chance.uniform(0.5, 3))
                    kills += process.poll() is None
                    process.send_signal(signal.SIGKILL)
                run(killed / "night.toml", *names)
        yield root, served, codes, summaries, kills


def test_it_publishes_what_the_sites_print(nights) -> None:
    root, served, codes, (first, second), _ = nights
    assert (first["outcome"], second["outcome"]) == ("published", "published")
    assert set(codes) <= {0, 12}  # 12 where the test runs in a month in which reports are due
    published = root / "undisturbed" / "published" / "reports.sqlite"
    query = "SELECT p.origin FROM report AS r JOIN document_path AS p ON p.document_id = r.document_id WHERE p.current = 1"
    found = {url for (url,) in rows(published, query)}
    assert {each.url for each in served.expected(2) if each.figures} <= found


def test_the_ledger_shows_what_was_silently_revised(nights) -> None:
    root, served, _, (_, second), _ = nights
    database = root / "undisturbed" / "reports.sqlite"
    ledger = "SELECT q.origin, c.cell, c.old_printed, c.new_printed FROM revisions AS v"
    ledger += " JOIN revision_cell AS c ON c.report_id = v.report_id AND c.ordinal = v.ordinal"
    ledger += " JOIN document_path AS q ON q.document = v.new_document AND q.current = 1"
    found = {(url, cell): (old, new) for url, cell, old, new in rows(database, ledger)}
    for name in KINDS[:2]:
        change = served.change(name)
        for key, (before, after) in change.cells.items():
            assert isinstance(key, CellKey)
            assert found.pop((change.revised, str(key))) == (before.printed, after.printed)
    assert found == {}
    assert len(second["changes"]) == 2
    for change in second["changes"]:
        assert change["count"] == len(change["cells"]) > 0


def test_what_vanished_is_seen_no_more(nights) -> None:
    root, served, _, (_, second), _ = nights
    database = root / "undisturbed" / "reports.sqlite"
    gone = {url for (url,) in rows(database, "SELECT origin FROM sightings WHERE gone_since IS NOT NULL")}
    for name in KINDS[:2]:
        change = served.change(name)
        assert {change.vanished, change.moved[0]} <= gone
    lines = {line["source"]: line for line in second["sources"]}
    assert {name: (line["new"], line["changed"], line["vanished"]) for name, line in lines.items()} == {
        "trs": (2, 1, 1),
        "vsb": (2, 1, 1),
        "guarded": (0, 0, 0),
    }
    assert lines["guarded"]["refused"]["challenge"] > 0
    assert lines["guarded"]["error"]
    assert lines["trs"]["unchanged"] >= 4


def test_killed_and_run_again_it_ends_in_the_same_database(nights) -> None:
    root, _, _, _, kills = nights
    assert kills > 0
    for name in ("reports.sqlite", "published/reports.sqlite"):
        with (
            open_store(root / "undisturbed" / name, create=False) as one,
            open_store(root / "killed" / name, create=False) as other,
        ):
            found = [each for each in differences(one, other) if each.column not in {"fetched", "record"}]
            assert found == []


def test_the_archive_rebuilds_the_database_with_its_checks(nights, tmp_path: Path) -> None:
    root = nights[0]
    with Archive.open(root / "undisturbed" / "archive") as archive:
        assert len(list(rebuild(archive, tmp_path / "anew.sqlite"))) == 2
    with open_store(root / "undisturbed" / "reports.sqlite") as one, open_store(tmp_path / "anew.sqlite") as other:
        update(other)  # what is computed across reports is the night's
        find_copies(other)
        assert differences(one, other) == []
        checks = [(each.source, each.checks, each.documents, each.last_tried, each.last_error) for each in freshness(other)]
        assert checks == [(each.source, each.checks, each.documents, each.last_tried, each.last_error) for each in freshness(one)]


def test_the_metrics_can_be_parsed(nights) -> None:
    root, _, _, (_, second), _ = nights
    text = (root / "undisturbed" / "nianbao.prom").read_text("utf-8")
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert text.count("# TYPE") == len(families) > 20
    assert all(family.documentation and family.type == "gauge" for family in families.values())
    assert {sample.labels["gate"]: sample.value for sample in families["nianbao_gate_fired"].samples} == {
        gate["name"]: gate["verdict"] == GateVerdict.FIRED for gate in second["gates"]
    }
    states = {s.labels["source"]: s.labels["state"] for s in families["nianbao_source_state"].samples if s.value}
    assert states["guarded"] == "unreached"
    (published,) = families["nianbao_published_bytes"].samples
    assert published.value == (root / "undisturbed" / "published" / "reports.sqlite").stat().st_size


def test_every_document_has_its_line_in_the_log(nights) -> None:
    root, served, _, (_, second), _ = nights
    lines = [json.loads(line) for line in (root / "undisturbed" / "night" / "night.jsonl").read_text("utf-8").splitlines()]
    assert all({"time", "night", "event"} <= line.keys() for line in lines)
    change = served.change("trs")
    of_second = {line["document"]: line for line in lines if line["night"] == second["night"] and "document" in line}
    revised = of_second[change.revised]
    assert (revised["event"], revised["source"], revised["verdict"], revised["cells"]) == ("changed", "trs", "verified", 200)
    assert of_second[change.vanished]["event"] == "vanished"
    assert of_second[change.new]["event"] == "new"
    assert [line["event"] for line in lines if line["night"] == second["night"]][-1] == "night"


def test_freshness_is_in_what_is_published(nights) -> None:
    root = nights[0]
    with open_store(root / "undisturbed" / "published" / "reports.sqlite", create=False) as store:
        found = {each.source: each for each in freshness(store)}
    assert found["trs"].checks == 2
    assert found["trs"].state in {"fresh", "waiting", "silent"}
    assert found["guarded"].state == "unreached"
    assert found["guarded"].last_checked is None


def test_the_page_is_self_contained(nights) -> None:
    root, served, *_ = nights
    page = (root / "undisturbed" / "night" / "latest.html").read_text("utf-8")
    assert not re.search(r"<script|<link|<img|src=|@import|url\(", page)
    assert served.change("vsb").revised in page
    assert page.count("<table>") >= 4


def test_dry_run_says_what_would_be_done_and_does_nothing(nights) -> None:
    root = nights[0]
    config = root / "undisturbed" / "night.toml"
    before = {path: path.stat().st_mtime_ns for path in (root / "undisturbed").rglob("*") if path.is_file()}
    code, said = run(config, "--dry-run")
    assert code == 0
    said = " ".join(said.split())
    assert "guarded http://" in said
    assert "trs 20" in said
    assert "every day" in said
    assert "published " in said
    after = {path: path.stat().st_mtime_ns for path in (root / "undisturbed").rglob("*") if path.is_file()}
    assert {path.name for path in after if after[path] != before.get(path)} <= {"lock", "index.sqlite", "index.sqlite-shm"}
