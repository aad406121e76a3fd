"""Measures nights: 20 simulated sites of 200 pages, two nights, and the second one killed and gone on with.

    python -m benchmarks.night                          20 sites of 200 pages, a tenth of a second between two questions
    python -m benchmarks.night --sites 4 --pages 40     fewer

The sites are those of the tests (``tests.sites``), each on a host of its own: eight systems in turn, half of the pages reports.
`nianbao nightly` runs as a process of its own; what it and its children take of a processor is measured, what the sites take is
not. Rates are from the sites' own log. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the sites are part of the tests, not of the package

from benchmarks.crawl import warm  # noqa: E402
from store.compare import differences  # noqa: E402
from store.open import open_store  # noqa: E402
from tests.sites import Scenario  # noqa: E402
from tests.sites.scenario import KINDS, Served  # noqa: E402
from tests.sites.server import Visit  # noqa: E402

STEPS = ("crawl", "ingest", "checks", "build", "gates", "publish")
TIMES = frozenset({"fetched", "record"})
"""Columns that say when and in which archive: two archives of the same nights differ in them."""


@dataclass(frozen=True, slots=True)
class Night:
    """What one night took, killed runs included."""

    name: str
    cpu: float
    wall: float
    visits: Sequence[Visit]
    summary: dict[str, object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--delay", type=float, default=0.1)
    parser.add_argument("--kills", type=int, default=3)
    options = parser.parse_args()
    systems = [name for name, _ in KINDS if name != "guarded"]
    kinds = [systems[number % len(systems)] for number in range(options.sites)]
    half = options.pages // 2
    with TemporaryDirectory() as folder, Scenario(seed=9, kinds=kinds, reports=half, others=half).serve() as served:
        one, other = Path(folder) / "one", Path(folder) / "other"
        one.mkdir()
        served.write_sources(one / "sources", delay=options.delay)
        # One process reads: what the children of a pool take of a processor would not be counted.
        (one / "night.toml").write_text("workers = 1\n[crawl]\nrecheck_days = 1\n", "utf-8")
        names = tuple(served.layouts)
        warm(served)
        nights = [_night("first", served, one, names)]
        shutil.copytree(one, other)
        served.night(2)
        warm(served)
        nights.append(_night("second", served, one, names))
        pause = nights[-1].wall / (options.kills + 1)
        name = f"second, killed {options.kills} times"
        nights.append(_night(name, served, other, names, kills=options.kills, pause=pause))
        print(
            f"{options.sites} sites of {options.pages} pages, {options.delay:g} s between two questions to a host at the least\n"
        )
        _print(nights)
        print(f"\nThe database of the killed night {_compared(one, other)} the undisturbed one.")


def _night(name: str, served: Served, folder: Path, sites: Sequence[str], *, kills: int = 0, pause: float = 0.0) -> Night:
    """Runs a night, killed so often before, each time after ``pause`` seconds."""
    before, start, asked = _cpu(), time.perf_counter(), len(served.visits())
    command = [sys.executable, "-m", "nianbao.cli", "nightly", "--config", str(folder / "night.toml"), "--json"]
    command += [word for site in sites for word in ("--only", site)]
    for _ in range(kills):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
            try:
                process.wait(pause)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 12}:
        raise SystemExit(f"exit code {done.returncode}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    wall = time.perf_counter() - start
    return Night(name, _cpu() - before, wall, served.visits()[asked:], json.loads(done.stdout))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _print(nights: Sequence[Night]) -> None:
    lines = [("", *(night.name for night in nights))]
    for label, facts in _facts(nights[0]).items():
        del facts
        lines.append((label, *(_facts(night)[label] for night in nights)))
    for place, line in enumerate(lines):
        print(f"| {' | '.join(line)} |")
        if place == 0:
            print(f"|---{'|---:' * len(nights)}|")


def _facts(night: Night) -> dict[str, str]:
    sources = night.summary["sources"]
    assert isinstance(sources, list)
    steps = {step["step"]: step["seconds"] for step in night.summary["steps"]}
    total = {name: sum(line[name] for line in sources) for name in ("documents", "new", "changed", "vanished")}
    arrived = night.summary["arrived"]
    assert isinstance(arrived, dict)
    cells = sum(change["count"] for change in night.summary["changes"])
    return {
        "questions": f"{len(night.visits):,}",
        "answered 304": f"{sum(visit.status == 304 for visit in night.visits):,}",
        "megabytes": f"{sum(visit.size for visit in night.visits) / 1e6:.1f}",
        "documents held": f"{total['documents']:,}",
        "new, changed, vanished": f"{total['new']:,}, {total['changed']:,}, {total['vanished']:,}",
        "reports that came in": f"{sum(arrived.values()):,}",
        "cells that changed in the ledger": f"{cells:,}",
        "processor, s": f"{night.cpu:.0f}",
        "processor, ms a question": f"{1000 * night.cpu / max(1, len(night.visits)):.1f}",
        "clock, s": f"{night.wall:.0f}",
        **{f"of it {step}, s": f"{steps[step]:.1f}" for step in STEPS},
        "least gap at a host, s": f"{_least_gap(night.visits):.3f}",
        "most questions to a host": f"{max(map(len, _by_host(night.visits).values())):,}",
    }


def _by_host(visits: Sequence[Visit]) -> dict[str, list[float]]:
    moments: dict[str, list[float]] = defaultdict(list)
    for visit in visits:
        moments[visit.host.partition(":")[0]].append(visit.moment)
    return moments


def _least_gap(visits: Sequence[Visit]) -> float:
    return min(after - before for told in _by_host(visits).values() for before, after in pairwise(sorted(told)))


def _compared(one: Path, other: Path) -> str:
    with open_store(one / "reports.sqlite", create=False) as first, open_store(other / "reports.sqlite", create=False) as second:
        found = [each for each in differences(first, second) if each.column not in TIMES]
    return f"differs in {len(found)} places from" if found else "equals"


if __name__ == "__main__":
    main()
