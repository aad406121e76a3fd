"""What was done so far: executions and minutes a target, added up over runs and machines, and the table made of them."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "fuzz" / "results"
"""A file a target: its runs, one a line."""
_ROOMS = ("collect", "extract")
_READ_BY = {
    "containers": ("collect",),
    "warc": ("collect",),
    "sites": ("collect",),
    "normalize": ("extract/model.py", "normalize"),
    "settings": ("collect", "nianbao", "normalize"),
}
"""What a target's result can depend on, where that is not what reads documents."""


def code_of(target: str) -> str:
    """A short name for the code that the target attacks, as it is at present: runs on the same code may be added up."""
    digest = hashlib.sha256()
    for part in _READ_BY.get(target, _ROOMS):
        place = ROOT / part
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:8]


def commit() -> str:
    """The commit that is checked out, with a plus where files were changed."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return said.stdout.strip()


def add_up(folder: Path) -> None:
    """Take the notes of finished processes over into the results. A note is taken once."""
    for note in sorted(folder.glob("*/runs/*.json")):
        run = {"id": note.stem, **json.loads(note.read_text())}
        file = RESULTS / f"{run.pop('target', note.parent.parent.name)}.jsonl"
        runs = [each for each in _runs(file) if each["id"] != run["id"]]
        file.parent.mkdir(exist_ok=True)
        file.write_text("".join(json.dumps(each) + "\n" for each in sorted((*runs, run), key=lambda each: str(each["id"]))))


def _runs(file: Path) -> Iterator[dict[str, object]]:
    if file.exists():
        yield from map(json.loads, file.read_text().splitlines())


def table(targets: Sequence[str]) -> str:
    """A Markdown table: all runs of a target, and those on the code as it is now."""
    lines = [
        "| target | minutes | executions | on this code: minutes | executions | last run at |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for target in targets:
        runs = list(_runs(RESULTS / f"{target}.jsonl"))
        last = runs[-1] if runs else {}
        same = [run for run in runs if run.get("code") == code_of(target)]
        lines.append(f"| {target} | {_sums(runs)} | {_sums(same)} | {last.get('commit', '')} |")
    return "\n".join(lines)


def _sums(runs: Sequence[dict[str, object]]) -> str:
    seconds = sum(float(str(run["seconds"])) for run in runs)
    return f"{seconds / 60:.1f} | {sum(int(str(run['executions'])) for run in runs):,}"
