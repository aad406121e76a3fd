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

from extract.assemble import assemble
from extract.frame import Frame, Section, ValueRow
from extract.model import Grid
from extract.shapes import is_bracketed, is_chapter, is_page_number, plain
from extract.words import Lines, Run, Word, lines_of

__all__ = ["AlignedTable", "Word", "find_grids"]

_VOID = 5.0
"""Empty space, in heights, that no table has between two rows."""
_HEAD_VOID = 3.2
"""The same between the lines of a head, and between head and rows."""
_LONG = 20
"""Characters of a line that, standing across the value columns, is a sentence or a note."""
_CELL_TEXT = 12
"""Most characters of a cell that holds words instead of a value."""
_CAPTION = regex.compile(r".*表|\(?.{0,12}年度?\)?|.*单位\s?:.{0,8}|.*[:,]")
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
    found: list[AlignedTable] = []
    previous_end = -1
    for at in _candidates(lines):
        frame = _frame(lines, at, previous_end)
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
        if not _tail(line):
            continue
        if group and _parted(lines, group[-1], at):
            yield group
            group = []
        group.append(at)
    if group:
        yield group


def _tail(line: Sequence[Run]) -> list[Run]:
    """The values at the end of a line: what stands left of a label is a part of the label (a serial number)."""
    last_label = max((i for i, run in enumerate(line) if not run.value and len(plain(run.text)) > 4), default=-1)
    return [run for run in line[last_label + 1 :] if run.value]


def _parted(lines: Lines, upper: int, lower: int) -> bool:
    """Whether something between two lines of values shows that they belong to no common table."""
    values = [run for at in (upper, lower) for run in _tail(lines[at])]
    left = min(run.x0 for run in values)
    height = median(run.height for run in values)
    between = lines[upper + 1 : lower]
    if any(_is_sentence(run, left, height) for line in between for run in line):
        return True
    for at, line in enumerate(between):
        heading = len(line) == 1 and is_chapter(line[0].text)
        if heading and any(run.x1 > left + 0.3 * height for later in between[at + 1 :] for run in later):
            return True
    return _void(lines[upper : lower + 1]) > _VOID * height


def _void(lines: Lines) -> float:
    """The largest empty vertical space within some lines."""
    return max((_top_of(b) - _bottom_of(a) for a, b in pairwise(lines)), default=0.0)


def _top_of(line: Sequence[Run]) -> float:
    return min(run.top for run in line)


def _bottom_of(line: Sequence[Run]) -> float:
    return max(run.bottom for run in line)


def _is_sentence(run: Run, left: float, height: float) -> bool:
    text = plain(run.text)
    longest = _LONG if not is_bracketed(text) else _LONG // 2
    return "。" in text or (len(text) >= longest and run.x1 > left + height)


def _frame(lines: Lines, at: list[int], previous_end: int) -> Frame:
    """The extent of a table and its sections: rows of values, each with the lines of its head."""
    tails_at = _with_measures(lines, {i: _tail(lines[i]) for i in at})
    at, tails = list(tails_at), list(tails_at.values())
    height = median(run.height for row in tails for run in row)
    left = min(run.x0 for row in tails for run in row)
    rows = _fold([ValueRow([i], _values(lines[i], row, left, height)) for i, row in zip(at, tails, strict=True)], height)
    labels = [run.x1 for i in at for run in lines[i] if not run.value and run.x1 <= left + 1]
    border = (max(labels, default=left - height) + left) / 2
    sections: list[Section] = []
    start = _top(lines, at[0], previous_end, left, height)
    top = start
    left = _widened(lines[top : at[0]], left, max(labels, default=float("-inf")), height)
    for row in rows:
        head = [i for i in range(start, row.at[0]) if _heads(lines[i], left, height)]
        if head or not sections:
            sections.append(Section(head))
        sections[-1].rows.append(row)
        start = row.at[-1] + 1
    return Frame(lines, sections, top, _bottom(lines, at[-1], border, height), left, height)


def _widened(head: Lines, left: float, edge: float, height: float) -> float:
    """The left edge of the value columns, with those taken in that hold no value but have a head beside the others."""
    first = next((i for i, line in enumerate(head) if any(run.x1 > left + 0.3 * height for run in line)), len(head))
    blank = [run.x0 for line in head[first:] for run in line if edge < run.x0 and run.x1 <= left + 0.3 * height]
    return min([left, *blank])


def _values(line: Sequence[Run], tail: list[Run], left: float, height: float) -> list[Run]:
    """The cells of a row of values; words in the place of a value are kept as one."""
    short = [run for run in line if run.x0 > left - 0.5 * height and len(run.text) <= _CELL_TEXT and run.x1 > tail[0].x0]
    return sorted({*short, *tail}, key=lambda run: run.x0)


def _fold(rows: list[ValueRow], height: float) -> list[ValueRow]:
    """The rows, with lines that overlap vertically made one: a number wrapped in its cell stands above and below the others."""
    folded: list[ValueRow] = []
    for row in rows:
        if folded and _bottom_of(folded[-1].values) - _top_of(row.values) > 0.15 * height:
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
        return [ValueRow([at], line) for at, line in zip(row.at, lines.values(), strict=False)]
    joined: list[Run] = []
    for piece in pieces:
        mate = next((j for j in joined if min(j.x1, piece.x1) > max(j.x0, piece.x0)), None)
        if mate is None:
            joined.append(piece)
        else:
            joined[joined.index(mate)] = _wrapped(mate, piece)
    return [ValueRow(row.at, sorted([*main, *joined], key=lambda run: run.x0))]


def _wrapped(upper: Run, lower: Run) -> Run:
    """One number from two lines of a cell. Clear only if the upper line is the wider one, so that it fills the column."""
    clear = upper.text[-1:].isdigit() and lower.text.isdigit() and upper.x1 - upper.x0 >= lower.x1 - lower.x0 - 0.5
    return Run(
        (*upper.members, *lower.members),
        upper.text + ("" if clear else "\n") + lower.text,
        min(upper.x0, lower.x0),
        upper.top,
        max(upper.x1, lower.x1),
        lower.bottom,
        doubtful=not clear,
    )


def _heads(line: Sequence[Run], left: float, height: float) -> bool:
    """Whether a line without values stands (partly) over the value columns and is no remark under a value."""
    over = [run for run in line if run.x1 > left + 0.3 * height]
    return bool(over) and not all(plain(run.text).startswith(("(", "注")) and run.x0 > left - height for run in over)


def _with_measures(lines: Lines, rows: dict[int, list[Run]]) -> dict[int, list[Run]]:
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


def _top(lines: Lines, first: int, previous_end: int, left: float, height: float) -> int:
    """The uppermost line of the head: up to a heading, a sentence, a caption or a void."""
    at = first
    while at - 1 > previous_end:
        above = lines[at - 1]
        if _top_of(lines[at]) - _bottom_of(above) > _HEAD_VOID * height:
            break
        if any(_is_sentence(run, left, height) for run in above) or (len(above) == 1 and _is_caption(above[0], height)):
            break
        at -= 1
    return at


def _is_caption(run: Run, height: float) -> bool:
    text = plain(run.text)
    return is_chapter(text) or run.height > 1.3 * height or _CAPTION.fullmatch(text) is not None


def _bottom(lines: Lines, last: int, border: float, height: float) -> int:
    """The last line that may hold the rest of the last row's label, or the label of a row without values."""
    at = last
    while at + 1 < len(lines) and at - last < 6:
        below = lines[at + 1]
        if _top_of(below) - _bottom_of(lines[at]) > 0.9 * height:
            break
        if any(run.x1 > border or run.value or "。" in run.text for run in below) or plain(below[0].text)[:1] in "注(备说":
            break
        if is_chapter(below[0].text) and not _is_row_label(lines, at + 1):
            break
        at += 1
    return at


def _is_row_label(lines: Lines, at: int) -> bool:
    """Whether ``三、…`` under the last values is the label of one more row, and not the next chapter's heading.

    A row keeps the distance and the size of the rows above it, and a void follows.
    """
    above, line = lines[at - 1], lines[at]
    gap = _top_of(line) - _bottom_of(above)
    height = line[0].height
    same_size = any(abs(run.height - height) < 0.05 * height for run in above if not run.value)
    after = _top_of(lines[at + 1]) - _bottom_of(line) if at + 1 < len(lines) else float("inf")
    return len(line) == 1 and same_size and gap > 0.3 * height and after > 2 * gap


def _is_table(frame: Frame) -> bool:
    """Enough evidence that this is a table: several columns, or a list with a head."""
    rows = [row.values for section in frame.sections for row in section.rows]
    if _is_contents(frame, rows):
        return False
    if max(len(row) for row in rows) >= 5 or sum(len(row) >= 3 for row in rows) >= 2:
        return True
    if len(rows) >= 3 and sum(len(row) == 2 for row in rows) > 0.6 * len(rows):
        return True
    return len(rows) >= 3 and sum(len(s.rows) for s in frame.sections if s.head) >= 0.6 * len(rows)


def _is_rest(frame: Frame) -> bool:
    """Rows with labels at the top of the page, which may be the rest of the table on the page before."""
    first = frame.sections[0].rows[0]
    labelled = any(not run.value and run.x1 < frame.left for run in frame.lines[first.at[0]])
    running_head = frame.lines[: frame.top + 1]
    return (labelled or len(first.values) > 2) and (frame.top == 0 or (frame.top <= 3 and _void(running_head) > 2 * frame.height))


def _is_contents(frame: Frame, rows: list[list[Run]]) -> bool:
    """A table of contents, or a block of addresses and telephone numbers."""
    labels = [run for s in frame.sections for row in s.rows for at in row.at for run in frame.lines[at] if not run.value]
    if any(_LEADER.search(run.text) for run in labels):
        return True
    if labels and sum(plain(run.text).endswith(":") for run in labels) * 2 > len(labels):
        return True
    numbers = [int(plain(row[0].text)) for row in rows if len(row) == 1 and plain(row[0].text).isdecimal()]
    headed = any(section.head for section in frame.sections)
    rising = all(a <= b for a, b in pairwise(numbers)) and len(set(numbers)) > 1
    return not headed and len(numbers) == len(rows) and rising
