"""Fuzz targets, each in processes of its own; then make finds small and say what was found.

    python -m benchmarks.fuzz                        every target for 30 minutes of the processor
    python -m benchmarks.fuzz html docx --minutes 5 --jobs 2
    python -m benchmarks.fuzz --table                what was done so far, as a Markdown table

It ends with status 1 if there is a find.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.fuzz import tally
from benchmarks.fuzz.minimise import minimised
from benchmarks.fuzz.target import ROOT, Target, attempt
from benchmarks.fuzz.targets import TARGETS

DEATHS = 20
"""A target whose process died so often is given up."""
WALL_CLOCK = 120
"""Seconds by the clock after which an input that native code does not come back from is a find."""


def main() -> int:
    """Fuzz, and say what was found."""
    said = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__.splitlines()[0] if __doc__ else "")
    said.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all if none is given")
    said.add_argument("--minutes", type=float, default=30, help="of the processor, for each target (default 30)")
    said.add_argument("--jobs", type=int, default=1, help="targets at a time (default 1)")
    said.add_argument("--folder", type=Path, default=ROOT / ".fuzz", help="of corpora and finds (default .fuzz)")
    said.add_argument("--table", action="store_true", help="only print what was done so far")
    orders = said.parse_args()
    unknown = set(orders.targets) - set(TARGETS)
    if unknown:
        said.error(f"there is no target {', '.join(sorted(unknown))}")
    if orders.table:
        tally.add_up(orders.folder)
        print(tally.table(list(TARGETS)))
        return 0
    chosen = [TARGETS[name] for name in orders.targets or TARGETS]
    with ThreadPoolExecutor(orders.jobs) as pool:
        for target, error in zip(chosen, pool.map(lambda each: fuzz(each, orders.folder, orders.minutes), chosen), strict=True):
            print(f"{target.name}: {error or 'done'}", flush=True)
    tally.add_up(orders.folder)
    count = sum(report(target, orders.folder / target.name) for target in chosen)
    print(f"{count} finds.")
    return min(count, 1)


def fuzz(target: Target, folder: Path, minutes: float) -> str:
    """Run a target in one process after the other until its time is spent; what went wrong with the process, if anything."""
    home = folder / target.name
    plant(target, home / "seeds")
    spent = _spent(home)
    for _ in range(DEATHS):
        left = minutes - (_spent(home) - spent)
        if left <= 0.05:
            return ""
        command = [
            sys.executable,
            "-m",
            "benchmarks.fuzz.process",
            target.name,
            str(folder),
            f"{left:.2f}",
            f"-timeout={WALL_CLOCK}",
        ]
        with (home / "log").open("ab") as log:
            status = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False).returncode
        if status and not _kept_death(home) and _spent(home) == spent:
            return f"the process ended with status {status}; see {home / 'log'}"
    return f"the process died {DEATHS} times"


def plant(target: Target, folder: Path) -> None:
    """Write the seeds."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)


def _spent(home: Path) -> float:
    import json  # noqa: PLC0415

    return sum(json.loads(note.read_text())["seconds"] for note in home.glob("runs/*.json")) / 60


def _kept_death(home: Path) -> bool:
    """Inputs that killed the process become finds: ``crash``, ``timeout`` and ``oom`` are libFuzzer's words."""
    deaths = [path for path in home.glob("died-*") if not path.name.startswith("died-slow-unit")]
    for path in deaths:
        _, kind, digest = path.name.split("-", 2)
        (home / "finds").mkdir(exist_ok=True)
        path.rename(home / "finds" / f"died.{kind}-{digest[:8]}")
    return bool(deaths)


def report(target: Target, home: Path) -> int:
    """Make the finds small and print them; those that the present code no longer has are put away. How many there are."""
    count = 0
    for path in sorted((home / "finds").glob("*")):
        if path.suffix == ".trace" or not path.is_file():
            continue
        if path.name.startswith("died.") and not _dies_again(target, path):
            _put_away(path)
            continue
        if path.name.startswith("died."):
            print(f"- {target.name} {path.name}: the process died; {path}")
            count += 1
            continue
        data = path.read_bytes()
        find = attempt(target, data)
        if find is None:
            _put_away(path)
            continue
        start = time.process_time()
        small = minimised(target, data, find.signature)
        path.write_bytes(small)
        path.with_name(f"{path.name}.trace").write_text(find.trace)
        took = time.process_time() - start
        sizes = f"{len(data)} -> {len(small)} bytes, {took:.0f} s"
        print(f"- {target.name} {find.signature} at {find.place}: {path} ({sizes})\n{find.trace[-600:]}")
        count += 1
    return count


_AGAIN = """import resource, sys
from pathlib import Path
from benchmarks.fuzz.target import attempt
from benchmarks.fuzz.targets import TARGETS
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
sys.exit(attempt(TARGETS[sys.argv[1]], Path(sys.argv[2]).read_bytes()) is not None)"""


def _dies_again(target: Target, path: Path) -> bool:
    """Whether the input takes too much of the processor, or kills a process: 120 seconds by the clock may be another's load."""
    return subprocess.run([sys.executable, "-c", _AGAIN, target.name, str(path)], cwd=ROOT, check=False).returncode != 0


def _put_away(path: Path) -> None:
    fixed = path.parent.parent / "fixed" / path.name
    fixed.parent.mkdir(exist_ok=True)
    path.rename(fixed)


if __name__ == "__main__":
    sys.exit(main())
