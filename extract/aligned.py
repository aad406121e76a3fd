"""Tables without rules: grids whose columns are known only from where text stands.

Judged by shape alone: short values that line up under one another, labels at their left, heads above them. No label of any
form is known here. What cannot be placed with certainty keeps a confidence below 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import regex

from collect.stated import whole
from extract.assemble import assemble
from extract.frame import Frame
from extract.framing import frame_of, is_sentence
from extract.model import Grid
from extract.remarks import with_remarks
from extract.rows import tail
from extract.shapes import is_chapter, is_page_number, plain
from extract.words import Lines, Run, Word, lines_of, void

__all__ = ["AlignedTable", "Word", "find_grids"]

_VOID = 5.0
"""Empty space, in heights, that no table has between two rows."""
_LEADER = regex.compile(r"[.·…⋯]{4,}|…{2,}")


@dataclass(frozen=True, slots=True)
class AlignedTable:
    """A grid and the words it is made of."""

    grid: Grid
    used: frozenset[int]
    """Indexes of the words the grid took."""
    members: tuple[tuple[int, ...], ...] = ()
    """For each cell of the grid, in its order, the indexes of its words."""
    labels: int = 0
    """How many columns at the left hold labels; the others hold values."""
    columns: tuple[tuple[float, float], ...] = ()
    """Horizontal extent of each column of values."""


def find_grids(words: Sequence[Word], page: int, *, goes_on: bool = False) -> list[AlignedTable]:
    """The unruled tables among a page's words, from top to bottom.

    Args:
        words: The words of one page, in any order. Words inside ruled tables should be left out.
        page: 1-based number for the boxes.
        goes_on: The page before ended within a table, so that a single row at the top of this one is enough.

    Returns:
        ALIGNED grids: label columns first, then one column for every column of values. A place in a value column without a
        word is an empty cell. Confidence is below 1 where a value's column, or the joining of a cell's words, is in doubt.
    """
    lines = [line for line in lines_of(words) if not is_page_number("".join(run.text for run in line))]
    lines = with_remarks(lines)
    found: list[AlignedTable] = []
    previous_end = -1
    for at in _candidates(lines):
        frame = frame_of(lines, at, previous_end)
        if not (_is_table(frame) or (goes_on and _is_rest(frame))):
            continue
        made = assemble(frame, page)
        used = frozenset(i for cell in made.members for i in cell)
        found.append(AlignedTable(made.grid, used, made.members, made.labels, made.columns))
        previous_end = at[-1]
    return found


def _candidates(lines: Lines) -> Iterator[list[int]]:
    """Groups of lines with values that no prose, heading or void parts."""
    group: list[int] = []
    for at, line in enumerate(lines):
        if not tail(line):
            continue
        if group and _parted(lines, group[-1], at):
            yield group
            group = []
        group.append(at)
    if group:
        yield group


def _parted(lines: Lines, upper: int, lower: int) -> bool:
    """Whether something between two lines of values shows that they belong to no common table."""
    values = [run for at in (upper, lower) for run in tail(lines[at])]
    left = min(run.x0 for run in values)
    height = median(run.height for run in values)
    between = lines[upper + 1 : lower]
    if any(is_sentence(line, left, height) for line in between):
        return True
    for at, line in enumerate(between):
        heading = len(line) == 1 and is_chapter(line[0].text)
        if heading and any(run.x1 > left + 0.3 * height for later in between[at + 1 :] for run in later):
            return True
    return void(lines[upper : lower + 1]) > _VOID * height


def _is_table(frame: Frame) -> bool:
    """Enough evidence that this is a table: several columns, or a list with a head."""
    rows = [row.values for section in frame.sections for row in section.rows if row.values]
    if _is_contents(frame, rows):
        return False
    widest = max(len(row) for row in rows)
    if widest >= 5 or sum(len(row) >= 3 for row in rows) >= 2:
        return True
    if widest > 1 and any(len(frame.lines[at]) >= 5 for section in frame.sections for at in section.head):
        return True
    if len(rows) >= 3 and sum(len(row) == 2 for row in rows) > 0.6 * len(rows):
        return True
    headed = [any(len(frame.lines[at]) > 1 for at in section.head) for section in frame.sections for _ in section.rows]
    return (len(rows) >= 2 and all(headed)) or (len(rows) >= 3 and sum(headed) >= 0.6 * len(headed))


def _is_rest(frame: Frame) -> bool:
    """Rows with labels at the top of the page, which may be the rest of the table on the page before."""
    first = frame.sections[0].rows[0]
    labelled = any(not run.value and run.x1 < frame.left for run in frame.lines[first.at[0]])
    running_head = frame.lines[: frame.top + 1]
    return (labelled or len(first.values) > 2) and (frame.top == 0 or (frame.top <= 3 and void(running_head) > 2 * frame.height))


def _is_contents(frame: Frame, rows: list[list[Run]]) -> bool:
    """A table of contents, or a block of addresses and telephone numbers."""
    labels = [run for s in frame.sections for row in s.rows for at in row.at for run in frame.lines[at] if not run.value]
    if any(_LEADER.search(run.text) for run in labels):
        return True
    if labels and sum(plain(run.text).endswith(":") for run in labels) * 2 > len(labels):
        return True
    numbers = [number for row in rows if len(row) == 1 and (number := whole(plain(row[0].text))) is not None]
    headed = any(section.head for section in frame.sections)
    rising = all(a <= b for a, b in pairwise(numbers)) and len(set(numbers)) > 1
    return not headed and len(numbers) == len(rows) and rising
