"""Run the fault matrix, print what came of each fault, and put the table into docs/faults.md.

python -m benchmarks.faults [--seed 1] [--share 100] [--only TEXT] [--processes 2] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.faults import disks, files, kills, scenarios, services, together, upgrades
from benchmarks.faults.programs import preload
from benchmarks.faults.rows import Job, Row, table

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "faults.md"
MARKS = ("<!-- the last run: begin -->", "<!-- the last run: end -->")


def jobs(share: int) -> list[Job]:
    """The whole matrix. ``share`` is how many percent of the kills are tried."""
    return [*scenarios.jobs(share), *disks.jobs(), *files.jobs(), *services.jobs(), *together.jobs(), *upgrades.jobs()]


def run(chosen: Sequence[Job], folder: Path, seed: int, processes: int) -> list[Row]:
    """The rows of some jobs, in the jobs' order; tried side by side."""
    source, sink = os.pipe()
    os.write(sink, bytes(range(len(chosen))))
    os.close(sink)
    drivers = []
    for _ in range(processes):
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                while number := os.read(source, 1):
                    _drive(chosen[number[0]], folder / str(number[0]), seed)
                code = 0
            finally:
                sys.stdout.flush()
                os._exit(code)
        drivers.append(pid)
    for pid in drivers:
        os.waitpid(pid, 0)
    return [row for number in range(len(chosen)) for row in _read(folder / f"{number}.json", chosen[number])]


def _drive(job: Job, folder: Path, seed: int) -> None:
    begun = time.perf_counter()
    folder.mkdir()
    try:
        rows = list(job.run(folder, seed))
    except Exception as error:
        rows = [Row("Not tried", job.name, 0, "", [f"{type(error).__name__}: {error}"])]
    folder.with_name(f"{folder.name}.json").write_text(json.dumps([asdict(row) for row in rows]), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    for row in rows:
        print(f"{row.part}: {row.fault}: {row.times}: {row.outcome}", flush=True)
        for wrong in row.wrong:
            print(f"    WRONG {wrong}", flush=True)
    print(f"    ({job.name}: {time.perf_counter() - begun:.0f} s)", flush=True)


def _read(path: Path, job: Job) -> list[Row]:
    if not path.exists():
        return [Row("Not tried", job.name, 0, "", ["the process that tried it died"])]
    return [Row(**raw) for raw in json.loads(path.read_text("utf-8"))]


def main(words: Sequence[str] | None = None) -> int:
    """Exit code 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults")
    parser.add_argument("--seed", type=int, default=1, help="Of the moments; printed, so that a run can be had again.")
    parser.add_argument("--share", type=int, default=100, help="Percent of the kills.")
    parser.add_argument("--only", default="", help="Only jobs with this in their name; several apart by commas.")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--json", type=Path, help="Write the rows to this file.")
    parser.add_argument("--write", action="store_true", help="Put the table into docs/faults.md.")
    asked = parser.parse_args(words)
    chosen = [job for job in jobs(asked.share) if any(some in job.name for some in asked.only.split(","))]
    print(f"seed {asked.seed}, {len(chosen)} jobs", flush=True)
    if asked.share < 100:
        kills.Scenario.runs = 1
    preload()
    begun = time.perf_counter()
    folder = Path(mkdtemp(prefix="nianbao-faults-"))
    folder.chmod(0o755)
    try:
        rows = run(chosen, folder, asked.seed, asked.processes)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    minutes = (time.perf_counter() - begun) / 60
    killed = sum(row.times for row in rows if row.part == kills.PART)
    wrong = sum(len(row.wrong) for row in rows)
    said = f"{len(rows)} faults, {killed} SIGKILLs (seed {asked.seed}), {minutes:.0f} minutes: {wrong} promises broken."
    text = "\n".join([said, *table(rows)]) + "\n"
    print(text)
    if asked.json:
        asked.json.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1), "utf-8")
    if asked.write:
        before, rest = PAGE.read_text("utf-8").split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        PAGE.write_text(f"{before}{MARKS[0]}\n{text}{MARKS[1]}{after}", "utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
