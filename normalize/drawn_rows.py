"""Which rows of a drawn grid are which rows of the form, and why one may be another.

Rows are named by the labels at their left; the line of values of a panel without rows has no name.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

import regex

from extract.model import Layout
from normalize.align import Printed, Wanted, likeness
from normalize.captions import names_others
from normalize.headers import begins_number
from normalize.labels import fold, take_apart
from normalize.named_rows import NamedRow, name_rows
from normalize.numbers import NOTHING, Kind, kind_of
from normalize.panels import Panel
from normalize.rivals import says_other_year
from normalize.sheet import Sheet, is_label

_SOMETHING = frozenset(Kind) - NOTHING
_TOTAL = regex.compile(r"[合总小]计数?")
_WHOLE = 4
"""Characters of a label that no other one begins or ends with by chance."""


def label_of(sheet: Sheet, row: int, stop: int) -> Printed:
    """The labels of a grid row left of the column ``stop``, from the outermost to its own."""
    return Printed.beside([c.text for c in sheet.labels(row, stop)])


def match_rows(sheet: Sheet, rows: Sequence[int], panel: Panel, first: int, done: int = 0) -> list[NamedRow]:
    """Grid rows with the form rows they name; ``done`` rows of the panel are read already."""
    printed = tuple(label_of(sheet, r, first) for r in rows)
    numeric = frozenset(i for i, r in enumerate(rows) if sheet.has_number(r))
    filled = numeric | {i for i, r in enumerate(rows) if any(kind_of(c.text) is Kind.TEXT for c in sheet.across(r, first))}
    joined = sheet.grid.layout is Layout.ALIGNED  # from lines: the label of one row may have gone into the next one's
    matched = []
    for found in name_rows(panel, printed, numeric, filled, done):
        if not found.row.heading:
            doubt = found.doubt or (_says_more(printed[found.index], found.row.wanted) if joined else "")
            matched.append(replace(found, index=rows[found.index], doubt=doubt))
    return matched


def _says_more(printed: Printed, wanted: Wanted) -> str:
    """A doubt about a label that begins or ends with the form's whole label and says something more, remarks aside."""
    label = printed.path[-1] if printed.path else ""
    said = take_apart(label).short
    more = likeness(printed, wanted) < 1.0 and any(
        len(said) > len(leaf.short) >= _WHOLE and (said.startswith(leaf.short) or said.endswith(leaf.short))
        for leaf in wanted.leaves
    )
    return f"the label {label} goes on in another row" if more else ""


def match_line(sheet: Sheet, rows: Sequence[int], panel: Panel) -> list[NamedRow]:
    """The grid row that is the line of values of a panel without row labels; none where all of them hold words."""
    return [NamedRow(row, 0, panel.rows[0], _line_doubt(sheet, row, rows)) for row in _value_rows(sheet, rows)]


def _value_rows(sheet: Sheet, rows: Sequence[int]) -> list[int]:
    """The line of values under a line panel: the first row with a number, else the first row that is all blank."""
    numeric = [r for r in rows if sheet.has_number(r)]
    if numeric:
        return numeric[:1]
    return [r for r in rows if not any(is_label(c.text) for c in sheet.across(r))][:1]


def _line_doubt(sheet: Sheet, row: int, rows: Sequence[int]) -> str:
    """Why a line of values may not be this report's: it has a label, and another line stands beside it (上年, 本年).

    Or a line of dashes stands beside it, or it has blanks and a line of blanks does: that may be the line, and this one stray.
    """
    if not sheet.labels(row):
        if not sheet.has_number(row):
            return ""
        gaps = _has(sheet, row, NOTHING)
        if gaps and any(begins_number(c.text) for r in rows if r != row for c in sheet.starting(r)):
            return "a number stands beside the line of values"
        empty = [
            r for r in rows if r != row and len(sheet.across(r)) == len(sheet.across(row)) and not _has(sheet, r, _SOMETHING)
        ]
        blank = any(gaps or _has(sheet, r, {Kind.DASH}) for r in empty)
        return "a line of values beside a blank one" if blank else ""
    if foreign := next((c.text for c in sheet.labels(row) if _is_anothers(c.text)), ""):
        return f"the line of values is labelled {foreign}"
    wide = len(sheet.across(row)) // 2
    others = [r for r in rows if r != row and (sheet.has_number(r) or (sheet.labels(r) and len(sheet.across(r)) > wide))]
    return "one of several lines of values, each with a label" if others else ""


def _is_anothers(label: str) -> bool:
    """Whether a label gives a line to others, to another year, or to all lines together, of which it would be one."""
    return names_others(label) or says_other_year(label) or _TOTAL.fullmatch(fold(label)) is not None


def _has(sheet: Sheet, row: int, kinds: Container[Kind]) -> bool:
    return any(kind_of(c.text) in kinds for c in sheet.across(row))
