"""Rows of values: which runs of a line are its values, and which lines are one row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from extract.frame import ValueRow
from extract.shapes import plain
from extract.words import Lines, Run, bottom_of, top_of

_CELL_TEXT = 24
"""Most characters of a cell that holds words instead of a value."""
_NARROWEST = 3
"""Digits that every column of numbers has room for."""
_OFF_LINE = 0.5
"""Heights by which a value stands off its row at most; further off it may be another row's, or that of two."""


def tail(line: Sequence[Run]) -> list[Run]:
    """The values of a line; but not a serial number before its label, and none in a sentence that is merely set wide."""
    first = next((i for i, run in enumerate(line) if run.value), len(line))
    if any("。" in run.text or (i > first and _goes_on(run)) for i, run in enumerate(line)):
        return []
    serial = first == 0 and len(line) > 2 and not line[1].value and len(plain(line[1].text)) > 4
    return [run for run in line[1 if serial else first :] if run.value]


def _goes_on(run: Run) -> bool:
    """A clause between values."""
    return not run.value and plain(run.text).strip("()")[-1:] in {",", ";", ":"}


def values(line: Sequence[Run], tail: list[Run], left: float, height: float) -> list[Run]:
    """The cells of a row of values; words in the place of a value are kept as one."""
    short = [run for run in line if run.x0 > left - 0.5 * height and len(run.text) <= _CELL_TEXT and run.x1 > tail[0].x0]
    return sorted({*short, *tail}, key=lambda run: run.x0)


def row_of(at: list[int], values: list[Run]) -> ValueRow:
    """A row on its lines; its centre is that of its values."""
    return ValueRow(at, values, sum(run.y for run in values) / len(values))


def fold(rows: list[ValueRow], height: float) -> list[ValueRow]:
    """The rows, with lines that overlap vertically made one: a number wrapped in its cell stands above and below the others."""
    folded: list[ValueRow] = []
    for row in rows:
        if folded and bottom_of(folded[-1].values) - top_of(row.values) > 0.15 * height:
            folded[-1].at.extend(row.at)
            folded[-1].values.extend(row.values)
        else:
            folded.append(row)
    return [part for row in folded for part in _joined(row)]


def _joined(row: ValueRow) -> list[ValueRow]:
    """A folded row with the pieces of each wrapped number joined; or its lines apart again, if two hold whole rows."""
    lines: dict[int, list[Run]] = {}
    for run in row.values:
        key = next((k for k, line in lines.items() if abs(line[0].y - run.y) < 0.3 * run.height), len(lines))
        lines.setdefault(key, []).append(run)
    main = max(lines.values(), key=len)
    pieces = sorted((run for line in lines.values() if line is not main for run in line), key=lambda run: run.y)
    if any(min(p.x1, m.x1) > max(p.x0, m.x0) for p in pieces for m in main):
        return [row_of([at], line) for at, line in zip(row.at, lines.values(), strict=False)]
    joined: list[Run] = []
    for piece in pieces:
        mate = next((j for j in joined if min(j.x1, piece.x1) > max(j.x0, piece.x0)), None)
        if mate is None:
            joined.append(piece)
        else:
            joined[joined.index(mate)] = _wrapped(mate, piece, max(run.x1 - run.x0 for run in main))
    level = main[0].y
    joined = [replace(run, doubtful=True) if abs(run.y - level) > _OFF_LINE * run.height else run for run in joined]
    return [row_of(row.at, sorted([*main, *joined], key=lambda run: run.x0))]


def _wrapped(upper: Run, lower: Run, widest: float) -> Run:
    """One number from two lines of a cell.

    Clear only if the upper line fills its column: it is the wider one, no number of the row is wider (``widest``), and no column
    is so narrow that it holds fewer digits.
    """
    full = len(upper.text) >= _NARROWEST and upper.x1 - upper.x0 >= max(lower.x1 - lower.x0, widest) - 0.5
    clear = full and upper.text[-1:].isdigit() and lower.text.isdigit()
    return Run(
        (*upper.members, *lower.members),
        upper.text + ("" if clear else "\n") + lower.text,
        min(upper.x0, lower.x0),
        upper.top,
        max(upper.x1, lower.x1),
        lower.bottom,
        doubtful=not clear,
    )


def with_measures(lines: Lines, rows: dict[int, list[Run]]) -> dict[int, list[Run]]:
    """The rows, with the short texts at the left of the values (条, 件, 万元) if they form a column of their own.

    Then a line with such a text and no value is a row too.
    """
    beside = {i: [run for run in lines[i] if run.x1 <= row[0].x0 and run not in row] for i, row in rows.items()}
    certain = [label[-1] for label in beside.values() if len(label) > 1 and _is_measure(label[-1])]
    if len(certain) < 2 or len(certain) < 0.3 * len(rows):
        return rows
    reach = median(run.height for run in certain)
    x0, x1 = min(run.x0 for run in certain) - reach, max(run.x1 for run in certain) + reach
    first, last = min(rows), max(rows)
    widened: dict[int, list[Run]] = {}
    for i in range(first, len(lines)):
        measure = [run for run in lines[i] if _is_measure(run) and x0 < run.x < x1]
        if i > last and not (measure and len(lines[i]) == 2):
            break
        if measure or i in rows:
            widened[i] = [*measure, *(run for run in rows.get(i, []) if run not in measure)]
    return widened


def _is_measure(run: Run) -> bool:
    text = plain(run.text)
    return len(text) <= 3 and not any(c.isdigit() or c in "、.()" for c in text)
