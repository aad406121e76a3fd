"""Measures a crawl: 20 simulated sites of 200 pages, two nights, within their rates. Prints rows of a Markdown table.

    python -m benchmarks.crawl                          20 sites of 200 pages, a tenth of a second between two questions
    python -m benchmarks.crawl --sites 4 --pages 40     fewer

The sites are those of the tests (``tests.sites``), each on a host of its own: eight systems in turn, half of the pages reports.
They are asked by ``nianbao crawl``, as a process of its own. Rates are taken from the sites' own log. What the crawler takes of
a processor is measured, and how long the night would have to last at the least: the busiest host's questions times its delay.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the sites are part of the tests, not of the package

from tests.sites import Scenario  # noqa: E402
from tests.sites.answers import Question  # noqa: E402
from tests.sites.scenario import KINDS, Served  # noqa: E402
from tests.sites.server import Visit  # noqa: E402

WINDOW = 10.0
"""Seconds over which the largest rate is counted."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--delay", type=float, default=0.1)
    options = parser.parse_args()
    systems = [name for name, _ in KINDS if name != "guarded"]
    kinds = [systems[number % len(systems)] for number in range(options.sites)]
    half = options.pages // 2
    with TemporaryDirectory() as folder, Scenario(seed=9, kinds=kinds, reports=half, others=half).serve() as served:
        root = Path(folder)
        served.write_sources(root / "sources", delay=options.delay)
        print(f"{options.sites} sites of {options.pages} pages, {options.delay:g} s between two questions to a host\n")
        print(
            "| night | documents | questions | not modified | bytes | s | at least | crawler's CPU s | least gap | most in 10 s |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|")
        warm(served)
        for night in (1, 2):
            served.night(night)
            print(row(served, root, night, options.delay), flush=True)


def warm(served: Served) -> None:
    """Have the sites typeset what they will be asked for, so that their work is not taken for the crawler's."""
    for night in (1, 2):
        for each in served.expected(night):
            parts = urlsplit(each.url)
            served.layouts[each.site].answer(Question("GET", parts.path, parts.query, b"", night))


def row(served: Served, root: Path, night: int, delay: float) -> str:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    words = ["crawl", "--sources", root / "sources", "--archive", root / "archive", "--recheck-days", "1"]
    run = subprocess.run(
        [sys.executable, "-m", "nianbao.cli", *map(str, words)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    visits = served.visits(night)
    hosts = by_host(visits)
    gap = min(b - a for moments in hosts.values() for a, b in pairwise(moments))
    if gap < delay:
        sys.exit(f"a host was asked after {gap} s")
    least = max(len(moments) for moments in hosts.values()) * delay
    most = max(in_window(moments) for moments in hosts.values())
    same = sum(visit.status == 304 for visit in visits)
    size = sum(visit.size for visit in visits)
    documents = len(served.expected(night))
    cells = (night, documents, f"{len(visits):,}", f"{same:,}", f"{size:,}", f"{seconds:.0f}", f"{least:.0f}", f"{used:.0f}")
    return "| " + " | ".join(map(str, (*cells, f"{gap:.3f} s", most))) + " |"


def by_host(visits: tuple[Visit, ...]) -> dict[str, list[float]]:
    found: defaultdict[str, list[float]] = defaultdict(list)
    for visit in sorted(visits, key=lambda visit: visit.moment):
        found[visit.host.partition(":")[0]].append(visit.moment)
    return found


def in_window(moments: list[float]) -> int:
    """The most questions within ``WINDOW`` seconds."""
    most, first = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] > WINDOW:
            first += 1
        most = max(most, last - first + 1)
    return most


if __name__ == "__main__":
    main()
