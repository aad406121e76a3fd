"""Milliseconds that normalising takes, by stage, over the fixtures: Markdown rows for RESULTS.md.

Processor time, the median of several passes. "first" is a document that the process sees for the first time, having read
the others: what a batch pays. "again" is the same document once more, when its every wording is known.

    python benchmarks/normalize.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import cache, wraps
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from collect.archives import gather  # noqa: E402 - so that the script runs from anywhere
from collect.model import Source  # noqa: E402
from extract.model import Document  # noqa: E402
from nianbao.pipeline import read_document, understand  # noqa: E402
from normalize import reports  # noqa: E402

REPORTS = ROOT / "fixtures" / "reports"
PASSES = 5
STAGES = ("split_reports", "read_tables", "recognise", "identify", "assemble", "read_prose", "check")
"""Functions that ``normalize.reports`` calls, by the names it knows them under."""

Times = dict[str, float]
"""Milliseconds by stage; ``total`` is the whole."""


@cache
def documents() -> tuple[tuple[str, Document], ...]:
    """The fixtures, read."""
    sources = [source for source in gather([REPORTS]) if isinstance(source, Source)]
    return tuple((source.document, read_document(source.content, source.document)) for source in sources)


def timed(stage: str, function: Callable[..., Any], times: Times) -> Callable[..., Any]:
    """The function, its processor time added to a stage's."""

    @wraps(function)
    def measured(*args: object, **kwargs: object) -> object:
        start = time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            times[stage] += 1000 * (time.process_time() - start)

    return measured


def measure(name: str, document: Document) -> Times:
    """One document's times."""
    times: Times = defaultdict(float)
    plain = {stage: getattr(reports, stage) for stage in STAGES}
    try:
        for stage, function in plain.items():
            setattr(reports, stage, timed(stage, function, times))
        timed("total", understand, times)(document, name)
    finally:
        for stage, function in plain.items():
            setattr(reports, stage, function)
    return dict(times)


def first_and_again(index: int) -> tuple[str, Times, Times]:
    """The times of one document in this fresh process, which has read all the others before."""
    every = documents()
    for at, (name, document) in enumerate(every):
        if at != index:
            understand(document, name)
    name, document = every[index]
    return document.media_type, measure(name, document), measure(name, document)


def by_format() -> dict[str, list[tuple[Times, Times]]]:
    """First and second times of each document, the median of several passes, by media type."""
    count = len(documents())  # read before the processes part, so that none of them reads again
    found: dict[str, list[tuple[Times, Times]]] = defaultdict(list)
    with get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        passes = [pool.map(first_and_again, range(count), chunksize=1) for _ in range(PASSES)]
    for runs in zip(*passes, strict=True):
        found[runs[0][0]].append((_median([run[1] for run in runs]), _median([run[2] for run in runs])))
    return found


def _median(runs: list[Times]) -> Times:
    return {stage: statistics.median(run.get(stage, 0.0) for run in runs) for stage in ("total", *STAGES)}


def startup() -> tuple[float, float]:
    """Milliseconds to import ``normalize`` with what it needs, and to compile the forms, in a fresh process."""
    program = (
        "import time; a = time.process_time(); import normalize.reports; b = time.process_time();"
        "from normalize.panels import panels; from normalize.forms import form_cells; panels(), form_cells();"
        "c = time.process_time(); print(b - a, c - b)"
    )
    runs = [subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True) for _ in range(PASSES)]
    imports, forms = zip(*(map(float, run.stdout.split()) for run in runs), strict=True)
    return 1000 * statistics.median(imports), 1000 * statistics.median(forms)


def rows() -> list[str]:
    """A Markdown table of means over the documents of each format, and a line on a process's start."""
    lines = [
        f"| format | documents | first, ms | again, ms | {', '.join(STAGES)} (first, ms) |",
        "|---|---|---|---|---|",
    ]
    for kind, times in sorted(by_format().items()):
        first, again = ({stage: statistics.mean(t[at][stage] for t in times) for stage in ("total", *STAGES)} for at in (0, 1))
        stages = ", ".join(f"{first[stage]:.1f}" for stage in STAGES)
        lines.append(f"| {kind} | {len(times)} | {first['total']:.1f} | {again['total']:.1f} | {stages} |")
    imports, forms = startup()
    return [*lines, "", f"Once per process: {imports:.0f} ms of imports, {forms:.0f} ms to compile the forms."]


if __name__ == "__main__":
    print("\n".join(rows()))
