"""What was done of a fault, and what came of it: a row of the table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One fault."""

    part: str
    fault: str
    times: int
    outcome: str
    """What the run said, or what held."""
    wrong: list[str] = field(default_factory=list)
    """What should not have been; nothing where the promise holds."""


@dataclass(frozen=True, slots=True)
class Job:
    """Faults that are tried together, in a folder of their own."""

    name: str
    run: Callable[[Path, int], Iterable[Row]]
    """Given the folder and the seed."""


def message(said: str, *folders: Path) -> str:
    """The error line of what a command said, without the names of this machine's folders."""
    lines = [line for line in said.splitlines() if line.startswith("error: ")]
    text = lines[-1] if lines else said.strip()[-300:]
    for folder in folders:
        text = text.replace(f"{folder}/", "").replace(str(folder), ".")
    return re.sub(r"/tmp/[\w./-]*/", "", text)


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The rows as Markdown, a table for each part."""
    for part in dict.fromkeys(row.part for row in rows):
        yield f"\n**{part}**\n"
        yield "| fault | times | what came of it |"
        yield "|---|---:|---|"
        for row in rows:
            if row.part == part:
                said = f"**{len(row.wrong)} wrong**: {row.wrong[0][:200]}" if row.wrong else row.outcome
                yield f"| {row.fault} | {row.times} | {' '.join(said.split()).replace('|', chr(92) + '|')} |"
