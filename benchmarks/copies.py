"""Searches simulated prose for copies: how many of the planted ones are found, how many found are none, time and memory.

    python -m benchmarks.copies [REPORTS ...]

By default 10,000, 30,000 and 100,000 reports, each in a process of its own. Seconds are processor time; what counts is how
they grow with the sections.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from benchmarks.prose import Planted, Simulated, simulate_prose
from store.copies import Found, find_copies
from store.load import Store
from store.open import LOADING_CACHE_KIB, open_store
from store.schema import copy_member, copy_pair, document_path, report

REPORTS = (10_000, 30_000, 100_000)
FLOORS = (1.0, 0.75, 0.6, 0.5, 0.4, 0.0)
"""Similarities from which the lines of the table count."""
SHORT = 3
"""Sentences of its own that a section must have to tell anything."""
Truth = tuple[list[tuple[Planted, int, int]], list[tuple[frozenset[int], ...]]]
"""What is planted, in which report, from which; and the lineage of each section of each report."""


def load(store: Store, count: int) -> Truth:
    """Load simulated reports; gives what is planted in them."""
    planted: list[tuple[Planted, int, int]] = []
    lineage: list[tuple[frozenset[int], ...]] = []
    numbers: dict[str, int] = {}
    current = store.begin_run("benchmark")
    with store.loading(current) as loader:
        for number, one in enumerate(simulate_prose(count)):
            loader.load(one.facts, (one.report,))
            numbers[one.facts.document] = number
            lineage.append(_numbered(one, numbers))
            planted += [(p, number, numbers.setdefault(p.source, -1 - len(numbers))) for p in one.planted]
    return planted, lineage


def _numbered(one: Simulated, numbers: dict[str, int]) -> tuple[frozenset[int], ...]:
    return tuple(frozenset(numbers.setdefault(name, -1 - len(numbers)) for name in names) for names in one.lineage)


def judged(store: Store, truth: Truth) -> Iterator[str]:
    """Recall by kind and degree, precision of the pairs, as Markdown."""
    planted, lineage = truth
    with store.reading() as connection:
        paths = select(report.c.id, document_path.c.document).join(
            document_path, document_path.c.document_id == report.c.document_id
        )
        number = {row.id: int(row.document.partition(".")[0]) for row in connection.execute(paths)}
        clusters = {(number[row.report_id], row.ordinal): row.cluster_id for row in connection.execute(select(copy_member))}
        pairs = [
            (row.kind, (number[row.report_id], row.ordinal), (number[row.other_report_id], row.other_ordinal))
            for row in connection.execute(select(copy_pair))
        ]
    found, there, short = Counter[tuple[str, float]](), Counter[tuple[str, float]](), Counter[tuple[str, float]]()
    hubs: dict[tuple[int, int], list[int | None]] = defaultdict(list)
    for each, one, source in planted:
        mine, key = clusters.get((one, each.ordinal)), (each.kind, max(floor for floor in FLOORS if each.similarity >= floor))
        if each.sentences < SHORT:
            short[key] += 1
        elif each.kind == "hub":
            hubs[source, each.ordinal].append(mine)
        else:
            there[key] += 1
            found[key] += mine is not None and mine == clusters.get((source, each.ordinal))
    right = sum(bool(lineage[one[0]][one[1]] & lineage[other[0]][other[1]]) for _, one, other in pairs)
    yield f"| planted | similarity from | sections of {SHORT} sentences or more | found | shorter ones, not counted |"
    yield "|---|---|---|---|---|"
    for key in sorted(there, reverse=True):
        yield f"| {key[0]} | {key[1]} | {there[key]:,} | {found[key] / there[key]:.1%} | {short[key]:,} |"
    largest = [(Counter(filter(None, each)).most_common(1) or [(0, 0)])[0][1] for each in hubs.values()]
    total = sum(map(len, hubs.values()))
    if total:
        left = sum(count for (kind, _), count in short.items() if kind == "hub")
        yield f"| one city's text | 0.8 | {total:,} | {sum(largest) / total:.1%} in that text's own cluster | {left:,} |"
    yield ""
    share = f"{right / max(1, len(pairs)):.3%}"
    yield f"Of {len(pairs):,} pairs {share} share sentences that one took from the other, or both from a third."


def measure(count: int, *, judge: bool) -> None:
    """Print what a search among so many reports gives, takes and needs."""
    with TemporaryDirectory() as folder, open_store(Path(folder) / "prose.sqlite", cache_kib=LOADING_CACHE_KIB) as store:
        truth = load(store, count)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.process_time()
        found: Found = find_copies(store)
        seconds = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with store.reading() as connection:
            largest = connection.scalar(
                select(func.max(func.count()).over()).select_from(copy_member).group_by(copy_member.c.cluster_id).limit(1)
            )
        micro = 1e6 * seconds / found.sections
        shown = (
            f"{found.reports:,}",
            f"{found.sections:,}",
            f"{found.compared:,}",
            f"{found.examined:,}",
            f"{found.clusters:,}",
            f"{largest}",
        )
        pairs = f"{found.between_agencies:,} + {found.between_years:,}"
        print(f"| {' | '.join(shown)} | {pairs} | {seconds:.1f} | {micro:.0f} | {before // 1024} | {peak // 1024} |")
        if judge:
            print("\n" + "\n".join(judged(store, truth)))


def main() -> None:
    """Measure each number of reports in a process of its own."""
    counts = [int(each) for each in sys.argv[1:] if each.isdigit()] or list(REPORTS)
    if "--one" in sys.argv:
        measure(counts[0], judge="--judge" in sys.argv)
        return
    columns = ("reports", "sections", "compared", "pairs examined", "clusters", "largest", "found: agencies + years")
    print(f"| {' | '.join((*columns, 's', 'µs a section', 'MB before', 'MB peak'))} |")
    print(f"|{'---|' * (len(columns) + 4)}", flush=True)
    for count in counts:
        judge = ["--judge"] if count == counts[-1] else []
        subprocess.run([sys.executable, "-m", "benchmarks.copies", "--one", str(count), *judge], check=True)


if __name__ == "__main__":
    main()
