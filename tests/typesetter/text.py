"""Plain text as converters leave it: tables flattened by tabs, bars, line ends or aligned spaces."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import StringIO
from random import Random
from unicodedata import east_asian_width

from tests.typesetter.model import Paper
from tests.typesetter.plan import Kind, Plan, PlannedCell, plan


@dataclass(frozen=True, slots=True)
class TextStyle:
    """How the tables are flattened."""

    layout: str = "tabs"
    """``tabs``, ``slid_tabs`` (leading fields lost or doubled), ``markdown``, ``bars``, ``commas`` (CSV), ``lines`` (a cell a
    line) or ``aligned`` (columns by spaces)."""
    slide_blanks: bool = False
    """``slid_tabs``: rows with blanks slide too, so that nobody can tell what stands where."""
    page_breaks: bool = False
    """Blank lines and page numbers in the middle of tables and paragraphs."""
    raised_total: bool = False
    """``slid_tabs``: 总计 stands in the first header row, and the header has lost a field at the left."""
    repeat_spans: bool = False
    """Markdown and CSV: a spanning cell's text in every place it covers."""
    blank_between: bool = False
    """``lines``: an empty line after each cell."""
    wide: bool = True
    """``aligned``: a Chinese character counts two columns (terminal), else one (pdftotext)."""
    half_width: bool = False
    """Punctuation as OCR leaves it: half-width with a space after it."""


def _covered(table: Plan) -> list[list[str]]:
    """Texts by place; a spanning cell's text stands only in its first place."""
    rows = [[""] * table.columns for _ in range(table.rows)]
    for cell in table.cells:
        rows[cell.row][cell.column] = cell.text
    return rows


def _tabs(table: Plan, _style: TextStyle, _rng: Random) -> list[str]:
    return ["\t".join(row) for row in _covered(table)]


def _values(table: Plan, row: int) -> list[PlannedCell]:
    return [cell for cell in table.row(row) if cell.kind is Kind.VALUE]


def _slid_tabs(table: Plan, style: TextStyle, rng: Random) -> list[str]:
    """As an OCR tool left the report this project was asked for: a row keeps its fields, but not always their places.

    Unless the style says otherwise only rows that print every value slide: what stands where can be told by counting.
    """
    lines = []
    for number, row in enumerate(_covered(table)):
        values = _values(table, number)
        whole = all(cell.text for cell in values) or style.slide_blanks
        if table.header_rows < 3 or not values or len(values) == table.columns or not whole:
            lines.append("\t".join(row))
            continue
        lines.append("\t".join(_slide(row, values[0].column, rng)))
    return _raised(lines, table) if style.raised_total else lines


def _slide(row: list[str], first: int, rng: Random) -> list[str]:
    """A row whose values begin at ``first``, with its leading fields disturbed."""
    labels, values = row[:first], row[first:]
    match rng.choice(("none", "none", "left", "lost", "right", "wrong field")):
        case "left" if "" in labels:
            labels.remove("")
            return [*labels, *values, ""]
        case "lost" if not labels[0]:
            return row[1:]
        case "right":
            return ["", *row]
        case "wrong field" if not labels[0]:
            return [*sorted(labels, key=lambda text: not text), *values]
        case _:
            return row


def _raised(lines: list[str], table: Plan) -> list[str]:
    if table.key != "applications":
        return lines
    header = [line.split("\t") for line in lines[: table.header_rows]]
    header[0][-1], header[1][-1] = header[1][-1], ""
    flat = ["\t".join([row[0], *row[2:]]) for row in header]
    return [*flat, *lines[table.header_rows :]]


def _markdown(table: Plan, style: TextStyle, _rng: Random) -> list[str]:
    rows = [[cell.text for cell in row] for row in table.grid()] if style.repeat_spans else _covered(table)
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|" + "---|" * table.columns, *lines[1:]]


def _bars(table: Plan, _style: TextStyle, _rng: Random) -> list[str]:
    return [" | ".join(cell.text for cell in table.row(number)) for number in range(table.rows)]


def _lines(table: Plan, style: TextStyle, _rng: Random) -> list[str]:
    lines: list[str] = []
    for number in range(table.rows):
        for cell in table.row(number):
            if not cell.text:
                continue
            lines.append(cell.text)
            if style.blank_between:
                lines.append("")
    return lines


def _width(text: str, wide: bool) -> int:
    return sum(2 if wide and east_asian_width(c) in "WFA" else 1 for c in text)


def _wrap(text: str, width: int, wide: bool) -> list[str]:
    """Text in pieces no wider than ``width``; numbers stay whole."""
    pieces = [""]
    for character in text.strip():
        if _width(pieces[-1] + character, wide) > width and not (character.isdigit() and pieces[-1][-1:].isdigit()):
            pieces.append("")
        pieces[-1] += character
    return pieces


def _aligned(table: Plan, style: TextStyle, _rng: Random) -> list[str]:
    """Columns of fixed width, a cell's text centred in it, labels wrapped over several lines."""
    unit = 60 / min(table.widths) / 8 if table.columns > 10 else 9
    widths = [max(10, round(width * unit)) for width in table.widths]
    starts = [sum(widths[:i]) for i in range(len(widths) + 1)]
    blocks = {
        cell: _wrap(cell.text, starts[cell.column + cell.colspan] - starts[cell.column] - 2, style.wide) for cell in table.cells
    }
    heights = [max((len(blocks[c]) for c in table.row(r) if c.rowspan == 1), default=1) for r in range(table.rows)]
    for cell in table.cells:
        rows = range(cell.row, cell.row + cell.rowspan)
        heights[rows[-1]] += max(0, len(blocks[cell]) - sum(heights[r] for r in rows))
    tops = [sum(heights[:i]) for i in range(len(heights) + 1)]
    lines: list[list[tuple[int, str]]] = [[] for _ in range(tops[-1])]
    for cell, pieces in blocks.items():
        left, right = starts[cell.column], starts[cell.column + cell.colspan]
        middle = tops[cell.row] + (tops[cell.row + cell.rowspan] - tops[cell.row] - len(pieces)) // 2
        for offset, piece in enumerate(pieces):
            indent = 0 if cell.kind is Kind.LABEL else (right - left - _width(piece, style.wide)) // 2
            lines[middle + offset].append((left + indent, piece))
    return [_placed(sorted(line), style.wide) for line in lines]


def _placed(line: list[tuple[int, str]], wide: bool) -> str:
    text = ""
    for start, piece in line:
        text += " " * (start - _width(text, wide)) + piece
    return text


def _commas(table: Plan, style: TextStyle, _rng: Random) -> list[str]:
    rows = [[cell.text for cell in row] for row in table.grid()] if style.repeat_spans else _covered(table)
    lines = StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue().splitlines()


_FLATTENERS: dict[str, Callable[[Plan, TextStyle, Random], list[str]]] = {
    "tabs": _tabs,
    "slid_tabs": _slid_tabs,
    "markdown": _markdown,
    "bars": _bars,
    "lines": _lines,
    "aligned": _aligned,
    "commas": _commas,
}

_HALF_WIDTH = (("（", "("), ("）", ") "), ("：", ": "), ("，", ", "))


def _half(line: str) -> str:
    for full, half in _HALF_WIDTH:
        line = line.replace(full, half)
    return line


def _halved(table: Plan) -> Plan:
    """Labels in half-width punctuation; values are left as they are printed."""
    cells = (cell if cell.kind is Kind.VALUE else replace(cell, text=_half(cell.text).strip()) for cell in table.cells)
    return replace(table, cells=tuple(cells))


def _broken(lines: list[str], rng: Random) -> list[str]:
    """The lines with a page break somewhere inside: blank lines, sometimes a page number."""
    if len(lines) < 3:
        return lines
    cut = rng.randint(1, len(lines) - 1)
    number = rng.choice((None, "- 3 -", "第 4 页", "— 5 —"))
    return [*lines[:cut], "", *([number, ""] if number else []), *lines[cut:]]


def print_text(paper: Paper, style: TextStyle, rng: Random) -> bytes:
    """The paper as a UTF-8 text file."""
    lines = ["", *paper.title, ""]
    for text in paper.preface:
        lines.extend((text, ""))
    for chapter in paper.chapters:
        lines.extend((chapter.heading, ""))
        for text in chapter.paragraphs:
            lines.extend((_half(text) if style.half_width else text, ""))
        for key in chapter.tables:
            table = plan(paper, key)
            flat = _FLATTENERS[style.layout](_halved(table) if style.half_width else table, style, rng)
            lines.extend(_broken(flat, rng) if style.page_breaks else flat)
            lines.append("")
    return "\n".join(lines).encode()
