"""Runs every benchmark and writes RESULTS.md beside this file: ``make benchmark``.

Each is a program of its own that prints Markdown, so that none warms or fills the process of another. All figures of one
table come from one run and are compared as ratios: machines differ, and so does what else they do.

    python benchmarks/run.py                 all of them; REPORTS=1000000 measures the database at the country's size
    python benchmarks/run.py reading store   some of them; the other sections of RESULTS.md stay
"""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from pathlib import Path

import regex

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).with_name("RESULTS.md")
SECTIONS = {
    "reading": "Reading PDF, from bytes to Report",
    "markup": "Reading web pages, Word files and text",
    "normalize": "Normalising",
    "repair": "Repair with proof",
    "scans": "Reading scans",
    "ingest": "Ingesting",
    "archive": "Crawls and their archive",
    "store": "The database",
    "series": "The long series",
    "history": "Coverage, revisions and the past",
    "continuity": "From year to year",
    "copies": "Finding copies",
    "crawl": "A crawl of local sites",
    "night": "The night",
    "browse": "The browser face",
}
"""Module of this folder -> heading."""


def measured(name: str) -> str:
    """What a benchmark prints."""
    start = time.perf_counter()
    run = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"benchmarks/{name}.py failed:\n{run.stderr}")
    print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return run.stdout.strip()


def kept() -> dict[str, str]:
    """The sections of the last results, by heading."""
    text = RESULTS.read_text("utf-8") if RESULTS.exists() else ""
    parts = regex.split(r"^## (.+)\n", text, flags=regex.MULTILINE)[1:]
    return {heading: body.strip() for heading, body in zip(parts[::2], parts[1::2], strict=True)}


def main() -> None:
    """Measures and writes the results."""
    chosen = sys.argv[1:] or list(SECTIONS)
    if unknown := set(chosen) - set(SECTIONS):
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}.")
    results = kept()
    for name in chosen:
        results[SECTIONS[name]] = measured(name)
        lines = [
            "# Benchmark results",
            "",
            f"Python {platform.python_version()}, {platform.machine()}. Written by `make benchmark`.",
        ]
        for heading in SECTIONS.values():
            if heading in results:
                lines += ["", f"## {heading}", "", results[heading]]
        RESULTS.write_text("\n".join(lines) + "\n", "utf-8")
        print(f"\n## {SECTIONS[name]}\n\n{results[SECTIONS[name]]}")


if __name__ == "__main__":
    main()
