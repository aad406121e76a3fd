"""One target, fuzzed in this process by libFuzzer through atheris: for so many minutes of the processor, or until it dies.

    python -m benchmarks.fuzz.process TARGET FOLDER MINUTES [libFuzzer options]

Finds are kept and passed over, so that one run collects all there are; only what kills the process ends it. What was done is
written to ``FOLDER/TARGET/work`` again and again, since libFuzzer ends a process without further ado.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path
from random import Random

import atheris  # type: ignore[import-not-found, unused-ignore]
from atheris.import_hook import HookManager  # type: ignore[import-not-found, unused-ignore]

from benchmarks.fuzz.tally import code_of, commit

EVERY = 5.0
"""Seconds of the processor between two notes of what was done."""
ADDRESS_SPACE = 4 << 30
MOST_RESIDENT = 2 << 10
"""Megabytes."""


def main() -> None:
    """Fuzz."""
    name, folder, minutes, options = sys.argv[1], Path(sys.argv[2]).resolve() / sys.argv[1], float(sys.argv[3]), sys.argv[4:]
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, resource.getrlimit(resource.RLIMIT_AS)[1]))
    from benchmarks.fuzz.target import ROOT  # noqa: PLC0415 - nothing instrumented may be imported before

    packages, modules, compared = _instrumented(name)
    with _silent(), _instrument(packages, comparisons=compared):
        for module in modules:
            importlib.import_module(module)
        from benchmarks.fuzz.targets import TARGETS  # noqa: PLC0415

        target = TARGETS[name]
        for seed in target.seeds():
            target.run(seed)
            break
    from benchmarks.fuzz.target import attempt  # noqa: PLC0415

    log = _Log(folder, name, minutes * 60)

    def one(data: bytes) -> None:
        log.executions += 1
        find = attempt(target, data)
        if find is not None:
            log.keep(find.signature, data, find.trace)
        log.note()

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        rng = Random(seed)
        changed = target.mutate(data, rng, lambda piece: atheris.Mutate(piece, max(len(piece) + 64, 128)))
        return changed if len(changed) <= most else data

    os.chdir(ROOT)
    arguments = [sys.argv[0], str(folder / "corpus"), str(folder / "seeds"), f"-artifact_prefix={folder}/died-", *options]
    atheris.Setup([*arguments, f"-max_len={target.most}", f"-rss_limit_mb={MOST_RESIDENT}"], one, custom_mutator=mutate)
    log.begin()
    atheris.Fuzz()


def _instrument(packages: tuple[str, ...], *, comparisons: bool) -> HookManager:
    """As ``atheris.instrument_imports``, which always traces comparisons."""
    return HookManager(set(packages), set(), enable_loader_override=True, trace_dataflow=comparisons)


def _instrumented(name: str) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """What the target wants instrumented. It must be known before the project is imported, so another process is asked."""
    import subprocess  # noqa: PLC0415

    asked = """import json, sys
from benchmarks.fuzz.targets import TARGETS
target = TARGETS[sys.argv[1]]
print(json.dumps([target.instrumented, target.modules, target.traces_comparisons]))"""
    said = subprocess.run([sys.executable, "-c", asked, name], check=True, capture_output=True, text=True)
    packages, modules, compared = json.loads(said.stdout.splitlines()[-1])
    return tuple(packages), tuple(modules), compared


class _Log:
    """What was done and found."""

    def __init__(self, folder: Path, target: str, seconds: float) -> None:
        self.folder = folder
        self._seconds = seconds
        self._facts = {"target": target, "code": code_of(target), "commit": commit()}
        self.executions = 0
        self._start = self._noted = time.process_time()
        self._file = folder / "runs" / f"{time.time_ns()}-{os.getpid()}.json"
        for each in ("runs", "finds", "corpus", "seeds"):
            (folder / each).mkdir(parents=True, exist_ok=True)

    def begin(self) -> None:
        """The clock starts when there is nothing more to import."""
        self._start = self._noted = time.process_time()

    def note(self) -> None:
        """Write down what was done so far, if the last note is old; and end the process when the time is up."""
        now = time.process_time()
        is_over = now - self._start > self._seconds
        if is_over or now - self._noted > EVERY:
            self._noted = now
            done = {"executions": self.executions, "seconds": round(now - self._start, 1)}
            self._file.write_text(json.dumps(self._facts | done))
        if is_over:
            os._exit(0)

    def keep(self, signature: str, data: bytes, trace: str) -> None:
        """Keep a find; of several inputs that do the same, the smallest."""
        path = self.folder / "finds" / signature
        if not path.exists() or len(data) < path.stat().st_size:
            path.write_bytes(data)
            path.with_name(f"{signature}.trace").write_text(trace)


class _silent:  # noqa: N801 - reads as a function
    """Without the line that atheris prints for each module."""

    def __enter__(self) -> None:
        self._kept = os.dup(2)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        os.close(null)

    def __exit__(self, *_: object) -> None:
        os.dup2(self._kept, 2)
        os.close(self._kept)


if __name__ == "__main__":
    main()
