"""The invariant under attack: damaged tables, printed in many layouts, and whether a wrong number ever passes as certain.

    python -m benchmarks.mutations [COUNT] [FIRST SEED] [--workers 2] [--results FILE]

Damages and what may be read after them: ``tests/typesetter/mutations``. Each seed makes one damaged report, always the same.
Every silent error is printed at once, and running counts as it goes on; with ``--results`` every block of seeds is appended to a
file when it is done, and what is in the file is not done again, so that a run can be stopped at any time. At the end, or with
``--table`` alone, a Markdown table of the file: by damage and by print how many were tried, read with certainty, sent to a
person, refused, and silent errors (there must be none).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from random import Random
from typing import NamedTuple, TypedDict

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from collect.errors import NianbaoError  # noqa: E402 - so that the script runs from anywhere
from nianbao.pipeline import read_reports  # noqa: E402
from tests.typesetter.compose import hybrid_tables, random_paper  # noqa: E402
from tests.typesetter.figures import BLANKS, SCALES, Shape  # noqa: E402
from tests.typesetter.mutations import CERTAIN, DAMAGES, Mutation, mutate  # noqa: E402
from tests.typesetter.mutations.media import MEDIA, Medium  # noqa: E402

COUNT = 2_000
BLOCK = 100
"""Seeds that are done and written down together."""
_SHOWN = 3
"""Silent errors that are shown of one report."""
_FORMS = ("2021", "2021", "2019", "2014", "hybrid")
_DAMAGES_EACH = (1, 1, 1, 1, 1, 2, 2, 3)


class Attack(NamedTuple):
    """One damaged report and what became of it: ``certain``, ``review``, ``refused``, ``crash`` or ``unprintable``."""

    names: tuple[str, ...]
    medium: str
    outcome: str
    errors: tuple[str, ...] = ()


class Block(TypedDict):
    """A line of the results: seeds ``first`` to ``first + count - 1``."""

    first: int
    count: int
    counts: dict[str, int]
    """By ``damage|medium|outcome``; a report with two damages counts for each, and once for ``all``."""
    silent: list[str]


def damaged(seed: int) -> tuple[Mutation, Medium, Random]:
    """One damaged report: what was done to it and what to print it on."""
    rng = Random(seed)
    form = rng.choice(_FORMS)
    tables = hybrid_tables() if form == "hybrid" else ()
    shape = Shape(rng.choice(SCALES), rng.choice(BLANKS))
    paper = random_paper("2021" if tables else form, shape, rng, tables=tables, prose=0)
    medium = rng.choices(MEDIA, [each.weight for each in MEDIA])[0]
    return mutate(paper, rng, medium.shows, rng.choice(_DAMAGES_EACH)), medium, rng


def printed(seed: int) -> tuple[Mutation, Medium, bytes]:
    """One damaged report as a file."""
    mutation, medium, rng = damaged(seed)
    return mutation, medium, medium.press(mutation.paper, rng)


def attack(seed: int) -> Attack:
    """Damage a report, read it, and compare."""
    mutation, medium, rng = damaged(seed)
    try:
        content = medium.press(mutation.paper, rng)
    except Exception:
        return Attack(mutation.names, medium.name, "unprintable")
    try:
        reports = read_reports(content, f"report.{medium.suffix}")
    except NianbaoError:
        return Attack(mutation.names, medium.name, "refused")
    except Exception:
        return Attack(mutation.names, medium.name, "crash", (f"seed {seed}: {traceback.format_exc(limit=-3)}",))
    outcome = "certain" if all(report.verdict in CERTAIN for report in reports) else "review"
    what = f"seed {seed}, {medium.name}, {' + '.join(mutation.names)}"
    return Attack(mutation.names, medium.name, outcome, tuple(f"{what}: {e}" for e in mutation.silent_errors(reports)))


def block(first: int, count: int) -> Block:
    """A block of seeds."""
    counts: Counter[str] = Counter()
    silent: list[str] = []
    for seed in range(first, first + count):
        done = attack(seed)
        for name in {*done.names, "all"}:
            counts[f"{name}|{done.medium}|{done.outcome}"] += 1
            counts[f"{name}|{done.medium}|silent"] += bool(done.errors)
        for error in done.errors[:_SHOWN]:
            print(f"SILENT: {error}", flush=True)
        silent += done.errors[:_SHOWN]
    return Block(first=first, count=count, counts=dict(counts), silent=silent)


def known(results: Path | None) -> list[Block]:
    """The blocks in a file of results; a last line that a stopped run left unfinished is none."""
    found: list[Block] = []
    if results and results.exists():
        for line in results.read_text("utf-8").splitlines():
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError:
                continue
    return found


def run(first: int, count: int, workers: int, results: Path | None) -> list[Block]:
    """Attack the seeds that are not in the results yet."""
    blocks = known(results)
    done = {each["first"] for each in blocks}
    starts = [start for start in range(first, first + count, BLOCK) if start not in done]
    began = time.monotonic()
    with ProcessPoolExecutor(workers, initializer=os.nice, initargs=(19,)) as pool:
        waiting = [pool.submit(block, start, min(BLOCK, first + count - start)) for start in starts]
        for number, future in enumerate(as_completed(waiting), start=1):
            if future.exception():  # a fault of the attack itself: the rest is not worth waiting for
                pool.shutdown(cancel_futures=True)
            each = future.result()
            blocks.append(each)
            if results:
                with results.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(each, ensure_ascii=False) + "\n")
            if number % 10 == 0:
                _progress(blocks, time.monotonic() - began)
    return blocks


def _progress(blocks: Sequence[Block], seconds: float) -> None:
    tried, outcomes = sum(each["count"] for each in blocks), _counts(blocks, "all")
    shown = ", ".join(f"{outcomes[name]} {name}" for name in ("certain", "review", "refused", "unprintable", "crash", "silent"))
    print(f"{time.strftime('%H:%M:%S')} after {seconds:.0f} s: {tried} tried: {shown}", flush=True)


def _counts(blocks: Sequence[Block], damage: str = "", medium: str = "") -> Counter[str]:
    """Outcomes of a damage, a medium or both."""
    found: Counter[str] = Counter()
    for each in blocks:
        for key, count in each["counts"].items():
            name, on, outcome = key.split("|")
            if name == (damage or "all") and on == (medium or on):
                found[outcome] += count
    return found


def _damages(blocks: Sequence[Block]) -> int:
    """How many damages were printed and read; two of one kind in one report count once."""
    counted = (_counts(blocks, name) for name in DAMAGES)
    return sum(found[outcome] for found in counted for outcome in ("certain", "review", "refused", "crash"))


def table(blocks: Sequence[Block]) -> Iterator[str]:
    """Markdown: by damage and by print."""
    yield "| damage | tried | certain | review | refused | silent |\n|---|---|---|---|---|---|"
    for name in sorted(DAMAGES):
        yield _row(name, _counts(blocks, name))
    yield "\n| print | tried | certain | review | refused | silent |\n|---|---|---|---|---|---|"
    for medium in MEDIA:
        yield _row(medium.name, _counts(blocks, medium=medium.name))
    yield _row("**all**", _counts(blocks))


def _row(name: str, outcomes: Counter[str]) -> str:
    tried = sum(outcomes[each] for each in ("certain", "review", "refused", "crash"))
    figures = (tried, outcomes["certain"], outcomes["review"], outcomes["refused"], outcomes["silent"])
    return f"| {name} | {' | '.join(map(str, figures))} |"


def main() -> None:
    """Attack, and print what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("count", nargs="?", type=int, default=COUNT)
    parser.add_argument("first", nargs="?", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--results", type=Path, help="append to this file, and go on where it ends")
    parser.add_argument("--table", action="store_true", help="only print the table of the results")
    asked = parser.parse_args()
    blocks = known(asked.results) if asked.table else run(asked.first, asked.count, asked.workers, asked.results)
    print("\n".join(table(blocks)))
    reports, damages, silent = sum(each["count"] for each in blocks), _damages(blocks), _counts(blocks, "all")["silent"]
    print(f"\n{reports:,} damaged reports with {damages:,} damages; {silent} of them read with a silent error.")
    sys.exit(bool(silent))


if __name__ == "__main__":
    main()
