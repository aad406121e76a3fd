"""`nianbao accuracy`: the table, in the terminal, in a file and in Markdown."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from nianbao.accuracy import REJECTED, Accuracy, Score
from nianbao.show import clean, plain_table, say
from normalize.model import Verdict
from store.writers import whole_file

SILENT_ERRORS = 1
"""Exit code."""
VERDICTS = (*(verdict.value for verdict in Verdict), REJECTED)
COUNTS = ("documents", *VERDICTS, "cells", "right", "wrong", "missing", "repaired", "silent errors")
_SHOWN = 20


def show_accuracy(accuracy: Accuracy, output: Path | None = None) -> int:
    """Print the table and the errors, write the table to a file, and give the exit code."""
    table = plain_table()
    for name in accuracy.by:
        table.add_column(name, overflow="fold")
    for name in COUNTS:
        table.add_column(name, justify="right")
    for group, counts in lines(accuracy):
        table.add_row(*(clean(part) for part in group), *counts)
    say(table)
    silent = [error for error in accuracy.errors if error.verdict in {Verdict.VERIFIED, Verdict.INCONSISTENT}]
    for error in (silent or accuracy.errors)[:_SHOWN]:
        word = "silent error" if silent else "wrong"
        say(Text(f"{word}: {clean(error.document)} ({error.verdict}) {error.cell}: {error.got}, truth {error.truth}", "red"))
    if output is not None:
        _write(accuracy, output)
    return SILENT_ERRORS if accuracy.total.silent else 0


def lines(accuracy: Accuracy) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Group and counts (by ``COUNTS``) of each line; the last one is of all."""
    for group, score in accuracy.groups.items():
        yield group, _counts(score)
    yield ("all", *("",) * (len(accuracy.by) - 1)), _counts(accuracy.total)


def _counts(score: Score) -> tuple[str, ...]:
    numbers = (
        score.documents.total(),
        *(score.documents[verdict] for verdict in VERDICTS),
        *(score.cells, score.right, score.wrong, score.missing, score.repaired, score.silent),
    )
    return tuple(map(str, numbers))


def markdown(accuracy: Accuracy) -> str:
    """The table for a page of the documentation."""
    heads = (*accuracy.by, *COUNTS)
    rows = [heads, ("---",) * len(accuracy.by) + ("---:",) * len(COUNTS), *((*g, *c) for g, c in lines(accuracy))]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _write(accuracy: Accuracy, output: Path) -> None:
    with whole_file(output) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*accuracy.by, *(name.replace(" ", "_") for name in COUNTS)))
        writer.writerows((*group, *counts) for group, counts in lines(accuracy))
