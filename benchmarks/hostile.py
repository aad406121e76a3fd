"""Reads every hostile input: each by itself, then all in one run with 100 good reports between. Prints a Markdown table.

    python benchmarks/hostile.py                     all of it
    python benchmarks/hostile.py --only PDF picture  some classes, each input by itself
    python benchmarks/hostile.py --write             and puts the table into docs/hostile.md

It ends with an error unless every input came to the end it is to come to, by itself and in the run, and all good reports are
in the database exactly as a run without hostile inputs loads them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the inputs are part of the tests, not of the package

from collect.limits import DEFAULT_LIMITS  # noqa: E402
from nianbao.pool import ReaderDiedError, ReaderPool  # noqa: E402
from tests.hostile.batch import good_reports, judged, write  # noqa: E402
from tests.hostile.every import every  # noqa: E402
from tests.hostile.measure import Cost, cost  # noqa: E402
from tests.hostile.model import Hostile  # noqa: E402

GOOD = 100
PAGE = ROOT / "docs" / "hostile.md"
BEGIN, END = "<!-- table by benchmarks/hostile.py -->", "<!-- end of the table -->"


def outcome(hostile: Hostile, found: Cost) -> str:
    """What became of an input, in words; marked where that is not what should."""
    reasons = [f"`{reason}`" + (f" ×{count}" if count > 1 else "") for reason, count in found.reasons.items()]
    reads = [f"{found.reports} read right"] if found.reports else []
    is_right = (
        all(map(hostile.allows, found.reasons)) and bool(found.reasons) == bool(hostile.codes) and found.reports == hostile.reads
    )
    return ", ".join(reasons + reads) + ("" if is_right else " **wrong**")


def alone(inputs: Sequence[Hostile], folder: Path) -> Iterator[str]:
    """A row for each input, read in a process of its own."""
    for hostile in inputs:
        path = folder / hostile.name
        path.write_bytes(hostile.make())
        with ReaderPool(1) as pool:
            try:
                found = pool.submit(cost, path).result()
                cells = [outcome(hostile, found), f"{found.seconds:.2f}", f"{found.megabytes:.0f}"]
            except ReaderDiedError:
                cells = [outcome(hostile, Cost(Counter(crashed=1), 0, 0.0, 0.0)), "", f"{DEFAULT_LIMITS.memory >> 20:,} (limit)"]
        size = path.stat().st_size
        path.unlink()
        row = f"| {hostile.kind} | {hostile.what} | {_size(size)} | {' | '.join(cells)} |"
        print(row, flush=True)
        yield row


def _size(size: int) -> str:
    return f"{size:,} B" if size < 10_000 else f"{size / 1000:,.0f} KB"


def together(inputs: Sequence[Hostile], folder: Path) -> Iterator[str]:
    """What is wrong with a run over all of them, good reports between; nothing if all is well."""
    write(folder / "mixed", inputs, GOOD)
    write(folder / "good", (), GOOD)  # seconds are of the clock: the machine may have more to do
    for name in ("mixed", "good"):
        command = [sys.executable, "-m", "nianbao.cli", "ingest", str(folder / name), "--db", str(folder / f"{name}.sqlite")]
        subprocess.run(
            [*command, "--workers", "2", "--limit", "seconds=600"], cwd=ROOT, check=True, env={**os.environ, "PYTHONUTF8": "1"}
        )
    want, got = good_reports(folder / "good.sqlite"), good_reports(folder / "mixed.sqlite")
    agencies = {row[0] for row in got}
    print(f"\n{len(agencies)} of {GOOD} good reports, {len(got)} cells; equal to the undisturbed run: {got == want}")
    if got != want or len(agencies) != GOOD:
        yield "the good reports are not as an undisturbed run loads them"
    for hostile, found in judged(folder / "mixed.sqlite", inputs):
        if not found.accords(hostile):
            yield f"{hostile.name}: {dict(found.failures)} {dict(found.verdicts)}"


def main() -> None:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="CLASS", help="some classes, each input by itself")
    parser.add_argument("--write", action="store_true", help=f"put the table into {PAGE.relative_to(ROOT)}")
    wanted = parser.parse_args()
    inputs = [hostile for hostile in every() if not wanted.only or hostile.kind in wanted.only]
    rows = ["| class | what it is | size | outcome | seconds of processor | peak memory, MB |", "|---|---|---:|---|---:|---:|"]
    print(*rows, sep="\n")
    with TemporaryDirectory() as scratch:
        rows += alone(inputs, Path(scratch))
        wrong = [row for row in rows if "**wrong**" in row]
        if not wanted.only:
            wrong += together(inputs, Path(scratch))
    if wanted.write:
        text = PAGE.read_text("utf-8")
        before, after = text.partition(BEGIN)[0], text.partition(END)[2]
        PAGE.write_text(before + "\n".join((BEGIN, "", *rows, "", END)) + after, "utf-8")
    if wrong:
        sys.exit("\n".join(["not as it should be:", *wrong]))


if __name__ == "__main__":
    main()
