"""Every table of a document, read by the reader that its layout asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import regex

from extract.model import Block, Grid, Layout, Line, LineRole
from normalize.captions import is_caption
from normalize.drawn import Inherited, read_drawn
from normalize.flat_headers import InForce
from normalize.numbers import Kind, kind_of
from normalize.placing import TableReading, Unplaced
from normalize.sequence import read_sequence
from normalize.sheet import names_column, names_row, names_section
from normalize.unheaded import words_beside_headings

_CAPTIONS = 4
"""So many lines above a table may caption it: an agency, a year, a unit, and what a reader left of the header."""
_CAPTION = regex.compile(r"[（(【\[]?\s*(20[0-9]{2})\s*年度?\s*(?:数据|情况|统计表|统计数据)?\s*[）)】\]]?")
_REMARK = regex.compile(r"[（(][^（()）]*[)）]|\n")


def read_tables(blocks: Sequence[Block]) -> tuple[TableReading, ...]:
    """Readings of the grids that hold tables of a form, in reading order. A header stays in force for grids without one."""
    readings: list[TableReading] = []
    drawn: Inherited | None = None
    flat: InForce | None = None
    caption: int | None = None
    astray: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    follows = hangs = False
    end = -1  # the line of text on which the last table ends
    for block in blocks:
        if isinstance(block, Line):
            if block.role is not LineRole.BODY:
                continue
            below = block.locus is not None and block.locus.line == end + 1
            if numbers := bare_numbers(block.text, 1 if below or (follows and hangs) else 2):
                if follows:
                    readings[-1] = _with_astray(readings[-1], numbers)
                else:
                    astray += numbers
                continue
            astray, follows = (), False
            above = (*above, block.text)[-_CAPTIONS:] if is_caption(block.text) else ()
            if "20" in block.text and (match := _CAPTION.fullmatch(block.text.strip())):
                caption = int(match.group(1))
            continue
        if block.layout is Layout.SEQUENCE:
            reading, flat = read_sequence(block, flat)
        else:
            reading, drawn = read_drawn(block, drawn)
        follows, hangs = bool(reading.panels), _ends_with_header(block)
        if any(len(panel.columns) == 1 for panel in reading.panels):
            reading = _with_strangers(reading, words_beside_headings(block))
        if follows or reading.unplaced:
            reading = replace(_with_astray(reading, astray), captions=(*above, *_captions_within(block)))
            readings.append(reading if caption is None else replace(reading, year=caption))
            end = max((cell.locus.line for cell in block.cells if cell.locus), default=-1)
        astray = above = ()
    return _by_caption(readings) if any(reading.panels for reading in readings) else ()


def _ends_with_header(grid: Grid) -> bool:
    """Whether the last row names columns, so that its values must stand behind the grid."""
    last = max((cell.row for cell in grid.cells if cell.text.strip()), default=0)
    texts = [cell.text for cell in grid.cells if cell.row == last and cell.text.strip()]
    return len(texts) > 1 and all(map(names_column, texts))


def _captions_within(grid: Grid) -> tuple[str, ...]:
    """Captions that a reader took for rows of the grid: single texts that name no row of a form and no section.

    Several lines may have become one text; the remark in brackets below the heading parts them.
    """
    rows: dict[int, list[str]] = {}
    for cell in grid.cells:
        if text := cell.text.strip():
            rows.setdefault(cell.row, []).append(text)
    alone = (texts[0] for _, texts in sorted(rows.items()) if len(texts) == 1)
    lines = (line.strip() for text in alone for line in (text, *_REMARK.split(text)))
    return tuple(line for line in lines if line and is_caption(line) and not (names_row(line) or names_section(line)))


def bare_numbers(text: str, fewest: int = 2) -> tuple[str, ...]:
    """The numbers of a line that says nothing else, if there are several: one may be a page's, unless it touches the table."""
    words = text.replace("|", " ").split()
    return tuple(words) if len(words) >= fewest and all(kind_of(word) is Kind.NUMBER for word in words) else ()


def _with_astray(reading: TableReading, numbers: tuple[str, ...]) -> TableReading:
    """A reading with numbers that stand right above or below its table: they may be a row's that lost its place."""
    if not numbers:
        return reading
    unplaced = Unplaced("table.numbers_beside", "numbers without a word stand right beside the table", numbers)
    return replace(reading, unplaced=(*reading.unplaced, unplaced), seen=reading.seen + len(numbers))


def _with_strangers(reading: TableReading, words: tuple[str, ...]) -> TableReading:
    """A reading with words of a column that is not the form's, though the form's is the only one that was found."""
    found = (Unplaced("table.position_unknown", f"words of another column stand beside headings: {word}", ()) for word in words)
    return replace(reading, unplaced=(*reading.unplaced, *found))


def _by_caption(readings: Sequence[TableReading]) -> tuple[TableReading, ...]:
    """The readings with the years of their captions, if those tell the tables of several years apart.

    One year over all tables says nothing that the title does not; and a table without a caption among captioned ones could be
    any year's.
    """
    years = {reading.year for reading in readings}
    if years <= {None}:
        return tuple(readings)
    if len(years) < 2 or None in years:
        return tuple(replace(reading, year=None) for reading in readings)
    return tuple(map(_dated, readings))


def _dated(reading: TableReading) -> TableReading:
    """The numbers of a table with the year of its caption, which those that stand under a year of their own do not need.

    What is said of the table as a whole concerns one report only where all its numbers do.
    """
    placements = tuple(p._replace(year=p.year or reading.year) for p in reading.placements)
    extras = tuple(e._replace(year=e.year or reading.year) for e in reading.extras)
    years = {p.year for p in placements} | {e.year for e in extras}
    alone = bool(reading.panels) and years <= {reading.year}
    return replace(reading, placements=placements, extras=extras, year=reading.year if alone else None)
