"""Measures reading, normalising and loading over the fixtures, and writes RESULTS.md beside this file.

All figures of one run stand side by side; compare ratios, not seconds: machines differ.

    make benchmark
"""

from __future__ import annotations

import platform
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from collect.archives import gather
from collect.model import Source
from nianbao.ingest import ingest
from nianbao.pipeline import read_document, understand
from store.open import open_store

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "fixtures" / "reports"
RESULTS = Path(__file__).with_name("RESULTS.md")
REPEATS = 5


def seconds(work: Callable[[], object]) -> float:
    """The median of a few runs."""
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def per_format() -> list[tuple[str, int, float, float]]:
    """(media type, documents, ms to extract, ms to normalize), means over the documents of a format."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for source in gather([REPORTS]):
        if not isinstance(source, Source):
            continue
        document = read_document(source.content, source.document)
        extract = seconds(lambda s=source: read_document(s.content, s.document))
        normalize = seconds(lambda d=document, s=source: understand(d, s.document))
        found[document.media_type].append((extract, normalize))
    return [
        (kind, len(times), 1000 * statistics.mean(t[0] for t in times), 1000 * statistics.mean(t[1] for t in times))
        for kind, times in sorted(found.items())
    ]


def batch(workers: int) -> float:
    """Seconds for the whole fixtures folder into a fresh database."""
    with TemporaryDirectory() as folder, open_store(Path(folder) / "bench.sqlite") as store:
        start = time.perf_counter()
        ingest([REPORTS], store, workers=workers)
        return time.perf_counter() - start


def main() -> None:
    """Run everything and write the results."""
    lines = [
        "# Benchmark results",
        "",
        f"Python {platform.python_version()}, {platform.machine()}. Written by `make benchmark`.",
        "",
        "| format | documents | extract, ms | normalize, ms | normalize / all |",
        "|---|---|---|---|---|",
    ]
    for kind, count, extract, normalize in per_format():
        lines.append(f"| {kind} | {count} | {extract:.1f} | {normalize:.1f} | {normalize / (extract + normalize):.2f} |")
    one, two = batch(1), batch(2)
    lines += [
        "",
        f"Fixtures folder into a fresh database: {one:.2f} s in one process, {two:.2f} s in two, their start included.",
    ]
    RESULTS.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
