"""Lines whose fields are parted by bars: plain, Markdown, drawn with box characters, or a whole page in one layout table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import regex

from extract.furniture import Item, TextLine, trim
from extract.model import Grid, GridCell, Layout, Line, Locus
from extract.shapes import is_chapter, is_prose, is_value

BARS = "|｜│┃║┆┇┊┋￨"
_BAR = regex.compile(rf"(?<!\\)[{BARS}]")
_FRAME = "─━═┄┅┈┉┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬╞╡╪╟╢╫╤╧╥╨╭╮╯╰┠┨┯┷┿╂┝┥┰┸"
_RULE = regex.compile(rf"[\s|:+｜│┃║\-={_FRAME}]*")
_RULE_STROKE = regex.compile(r"[-=]{3}|[─━═┄┅┈┉]{2}|[-=]+\s*[|:]|:-+")
_WORD = regex.compile(r"\p{L}{2}")
_LAYOUT_FIELDS = 60
"""More fields than any row of a table has: a page's layout, not a row."""
_LAYOUT_BLANKS = 12
"""Empty fields in a row that are layout, not blank cells."""
_SENTENCE = 60
"""Characters of a field that is no cell of a table."""
_FEWEST_VALUES = 4
_NEARLY_ALL = 0.9
_FILLED = 2
"""Filled cells that a line needs for its ends to say anything: a row may begin or end with blanks."""


def split_bars(text: str, *, outer: bool = True) -> tuple[str, ...] | None:
    """Fields of a bar-separated line; ``()`` for a rule, None for a line without bars.

    ``outer``: a bar at either end of a line is its border. Otherwise bars stand between cells only, and a line that begins
    with one begins with a blank cell.
    """
    if is_rule(text):
        return ()
    if not _BAR.search(text):
        return None
    fields = [trim(trim(field).strip(_FRAME)).replace("\\|", "|") for field in _BAR.split(trim(text) if outer else text)]
    if outer and len(fields) > 1 and not fields[0]:
        fields = fields[1:]
    if outer and len(fields) > 1 and not fields[-1]:
        fields = fields[:-1]
    return tuple(fields)


def has_outer_bars(texts: Iterable[str]) -> bool:
    """Whether a text's barred lines have bars at their ends, going by those with several filled cells.

    Where bars stand between cells only, many lines may still begin with one: those whose first cell is blank.
    """
    begins = [
        _BAR.match(trim(text)) is not None
        for text in texts
        if _BAR.search(text) and not is_rule(text) and sum(bool(trim(f)) for f in _BAR.split(text)) >= _FILLED
    ]
    return sum(begins) >= _NEARLY_ALL * len(begins)


def is_rule(text: str) -> bool:
    """A line that only draws: ``|---|---|``, ``├──┼──┤``, ``+---+``."""
    return bool(_RULE_STROKE.search(text)) and _RULE.fullmatch(text) is not None


def unfold(items: Sequence[Item]) -> list[Item]:
    """The items, with lines that hold a page's layout taken apart: sentences to lines, cells between them to a grid."""
    unfolded: list[Item] = []
    for item in items:
        if isinstance(item, TextLine) and _is_layout(item.text):
            unfolded += _unfolded(item)
        else:
            unfolded.append(item)
    return unfolded


def _is_layout(text: str) -> bool:
    if not _BAR.search(text):
        return False
    fields = [trim(field) for field in _BAR.split(text)]
    filled = [field for field in fields if field]
    sentences = any(is_prose(field, longest=_SENTENCE) for field in fields)
    # One word among many blanks is a page's; one number or dash among them is a row of a table that is otherwise blank.
    lone_word = len(filled) == 1 and len(fields) > _LAYOUT_BLANKS and _WORD.search(filled[0]) is not None
    return len(fields) > _LAYOUT_FIELDS or (len(fields) > 2 and sentences) or lone_word


def _unfolded(line: TextLine) -> Iterator[Item]:
    cells: list[tuple[int, str]] = []
    blanks: list[tuple[int, str]] = []
    fields = [trim(field) for field in _BAR.split(line.text)]
    for at, field in enumerate(fields, start=1):
        if not field:
            blanks.append((at, ""))
            continue
        if len(blanks) > _LAYOUT_BLANKS:
            yield from _flushed(line, cells)
            cells = []
        if is_prose(field, longest=_SENTENCE) or _is_heading(fields, at):
            yield from _flushed(line, cells)
            yield Line(field, locus=Locus(line.number, at))
            cells = []
        else:
            cells += [*(blanks if cells else []), (at, field)]
        blanks = []
    yield from _flushed(line, cells)


def _is_heading(fields: Sequence[str], at: int) -> bool:
    """A chapter heading: unlike a row's label, no value follows it soon."""
    following = [field for field in fields[at : at + 8] if field][:3]
    return is_chapter(fields[at - 1]) and not any(is_value(field) for field in following)


def _flushed(line: TextLine, cells: Sequence[tuple[int, str]]) -> Iterator[Item]:
    if sum(is_value(text) for _, text in cells) >= _FEWEST_VALUES:
        yield Grid(
            tuple(GridCell(0, i, text, locus=Locus(line.number, at)) for i, (at, text) in enumerate(cells)), Layout.SEQUENCE
        )
    else:
        yield from (Line(text, locus=Locus(line.number, at)) for at, text in cells if text)
