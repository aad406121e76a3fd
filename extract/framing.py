"""The extent of an unruled table and its sections: rows of values, each with the lines of their head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

import regex

from extract.frame import Frame, Section, ValueRow
from extract.rows import fold, row_of, tail, values, with_measures
from extract.shapes import is_bracketed, is_chapter, plain
from extract.words import Lines, Run, bottom_of, top_of, void

_HEAD_VOID = 3.2
"""Empty space, in heights, that no head has between its lines, or between itself and its rows."""
_NOTE_VOID = 0.9
"""The same that sets a bracketed note off from the head under it."""
_LONG = 20
"""Characters of a line that, standing across the value columns, is a sentence or a note."""
_CAPTION = regex.compile(r".*表|\(?.{0,12}年度?\)?|.*单位\s?:.{0,8}|.*[:,]")


def is_sentence(line: Sequence[Run], left: float, height: float) -> bool:
    """A line with a full stop, or alone and so long across the value columns that it is no head."""
    if any("。" in run.text for run in line):
        return True
    text = plain(line[0].text)
    longest = _LONG if not is_bracketed(text) else _LONG // 2
    return len(line) == 1 and len(text) >= longest and line[0].x1 > left + height


def frame_of(lines: Lines, at: list[int], previous_end: int) -> Frame:
    """The extent of a table and its sections: rows of values, each with the lines of its head."""
    tails_at = with_measures(lines, {i: tail(lines[i]) for i in at})
    at, tails = list(tails_at), list(tails_at.values())
    height = median(run.height for row in tails for run in row)
    left = min(run.x0 for row in tails for run in row)
    rows = fold([row_of([i], values(lines[i], row, left, height)) for i, row in zip(at, tails, strict=True)], height)
    labels = [run.x1 for i in at for run in lines[i] if not run.value and run.x1 <= left + 1]
    border = (max(labels, default=left - height) + left) / 2
    sections: list[Section] = []
    start = _top(lines, at[0], previous_end, left, height)
    top = start
    left = _widened(lines[top : at[0]], left, max(labels, default=float("-inf")), height)
    for row in rows:
        *blank, head = _parted_heads(lines, start, row.at[0], left, height)
        sections += [_blank_section(lines, group, left, height) for group in blank]
        if head or blank or not sections:
            sections.append(Section(head))
        sections[-1].rows.append(row)
        start = row.at[-1] + 1
    sections += _blank_sections(lines, rows[-1].at[-1], left, height)
    last = sections[-1].rows[-1].at[-1]
    return Frame(lines, sections, top, _bottom(lines, last, border, height), left, height)


def _blank_section(lines: Lines, group: Sequence[int], left: float, height: float) -> Section:
    """A section of lines that are its head and the labels of its blank rows."""
    head = [at for at in group if _heads(lines[at], left, height)]
    return Section(head, [ValueRow([at], [], lines[at][0].y) for at in group if at > head[-1]])


def _blank_sections(lines: Lines, last: int, left: float, height: float) -> Iterator[Section]:
    """Sections under the last value: each a head over the value columns, and the labels of its blank rows."""
    end = last + 1
    while end < len(lines) and not _ends(lines, end, left, height):
        end += 1
    *blank, head = _parted_heads(lines, last + 1, end, left, height)
    labels = range(head[-1] + 1, end) if head else range(0)
    if labels and all(len(lines[at]) == 1 for at in labels):
        blank.append([*head, *labels])
    for group in blank:
        if not any(len(lines[at]) > 1 and _heads(lines[at], left, height) for at in group):
            return
        yield _blank_section(lines, group, left, height)


def _ends(lines: Lines, at: int, left: float, height: float) -> bool:
    """Whether a line below the last value belongs to no table."""
    line = lines[at]
    if void(lines[at - 1 : at + 1]) > _HEAD_VOID * height or (len(line) == 1 and is_chapter(line[0].text)):
        return True
    return any(run.value for run in line) or is_sentence(line, left, height)


def _parted_heads(lines: Lines, start: int, end: int, left: float, height: float) -> list[list[int]]:
    """The head lines between two rows of values; before them, those of sections whose rows are all blank, with their rows.

    Such rows are labels alone, under a head and above a title that stands over nothing the head above stands over.
    """
    found: list[list[int]] = []
    head: list[int] = []
    for at in range(start, end):
        if not _heads(lines[at], left, height):
            continue
        labels = range(head[-1] + 1, at) if head else range(0)
        alone = labels and len(lines[at]) == 1 and all(len(lines[i]) == 1 for i in labels)
        if alone and all(abs(run.x - lines[at][0].x) > height for run in lines[head[-1]]):
            found.append([*head, *labels])
            head = []
        head.append(at)
    return [*found, head]


def _widened(head: Lines, left: float, edge: float, height: float) -> float:
    """The left edge of the value columns, with those taken in that hold no value but have a head beside the others."""
    first = next((i for i, line in enumerate(head) if any(run.x1 > left + 0.3 * height for run in line)), len(head))
    runs = [run for line in head[first:] for run in line]
    beside = sorted((run for run in runs if edge < run.x0 and run.x1 <= left + 0.3 * height), key=lambda run: run.x0)
    if beside and edge > float("-inf") and not any(run.x0 <= edge for run in runs):
        stub = beside[0]  # the labels have a head too, centred over a wide column
        beside = [run for run in beside if run.x0 >= stub.x1]
    return min([left, *(run.x0 for run in beside)])


def _heads(line: Sequence[Run], left: float, height: float) -> bool:
    """Whether a line without values stands, partly at least, over the value columns."""
    return any(run.x1 > left + 0.3 * height for run in line)


def _top(lines: Lines, first: int, previous_end: int, left: float, height: float) -> int:
    """The uppermost line of the head: up to a heading, a sentence, a caption or a void."""
    at = first
    while at - 1 > previous_end:
        above = lines[at - 1]
        if top_of(lines[at]) - bottom_of(above) > _HEAD_VOID * height:
            break
        if is_sentence(above, left, height) or (len(above) == 1 and _is_caption(above[0], height)):
            break
        if len(above) == 1 and is_bracketed(above[0].text) and top_of(lines[at]) - bottom_of(above) > _NOTE_VOID * height:
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
        if top_of(below) - bottom_of(lines[at]) > 0.9 * height:
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
    gap = top_of(line) - bottom_of(above)
    height = line[0].height
    same_size = any(abs(run.height - height) < 0.05 * height for run in above if not run.value)
    after = top_of(lines[at + 1]) - bottom_of(line) if at + 1 < len(lines) else float("inf")
    return len(line) == 1 and same_size and gap > 0.3 * height and after > 2 * gap
