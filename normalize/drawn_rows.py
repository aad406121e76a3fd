"""Which rows of a drawn grid are which rows of the form, and why one may be another.

Rows are named by the labels at their left; the line of values of a panel without rows has no name.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from extract.model import Layout
from normalize.align import Match, Printed, Roster, Wanted, align, ambiguous, likeness
from normalize.captions import names_others
from normalize.headers import begins_number
from normalize.labels import fold, take_apart
from normalize.numbers import NOTHING, Kind, kind_of
from normalize.panels import Panel, PanelRow
from normalize.rivals import is_loose, is_torn, number_in_heading, other_meaning, rivals_among, says_other_year
from normalize.sheet import Sheet, is_label

_SURE = 0.8
"""A label less alike than this may be another row where the agency also printed rows of its own."""
_SOMETHING = frozenset(Kind) - NOTHING
_TOTAL = regex.compile(r"[合总小]计数?")
_WHOLE = 4
"""Characters of a label that no other one begins or ends with by chance."""


@dataclass(frozen=True, slots=True)
class MatchedRow:
    """A grid row that names the ``place``-th row of a panel, and the doubt about it."""

    index: int
    place: int
    row: PanelRow
    doubt: str = ""


def label_of(sheet: Sheet, row: int, stop: int) -> Printed:
    """The labels of a grid row left of the column ``stop``, from the outermost to its own."""
    return Printed.beside([c.text for c in sheet.labels(row, stop)])


def match_rows(sheet: Sheet, rows: Sequence[int], panel: Panel, first: int, done: int = 0) -> list[MatchedRow]:
    """Grid rows with the form rows they name; ``done`` rows of the panel are read already."""
    printed = tuple(label_of(sheet, r, first) for r in rows)
    numeric = frozenset(i for i, r in enumerate(rows) if sheet.has_number(r))
    filled = numeric | {i for i, r in enumerate(rows) if any(kind_of(c.text) is Kind.TEXT for c in sheet.across(r, first))}
    joined = sheet.grid.layout is Layout.ALIGNED  # from lines: the label of one row may have gone into the next one's
    return [
        MatchedRow(rows[index], place, row, doubt or (_says_more(printed[index], row.wanted) if joined else ""))
        for index, place, doubt in _rows_named(panel, done, printed, numeric, filled)
        for row in (panel.rows[place],)
    ]


def _says_more(printed: Printed, wanted: Wanted) -> str:
    """A doubt about a label that begins or ends with the form's whole label and says something more, remarks aside."""
    label = printed.path[-1] if printed.path else ""
    said = take_apart(label).short
    more = likeness(printed, wanted) < 1.0 and any(
        len(said) > len(leaf.short) >= _WHOLE and (said.startswith(leaf.short) or said.endswith(leaf.short))
        for leaf in wanted.leaves
    )
    return f"the label {label} goes on in another row" if more else ""


@lru_cache(maxsize=512)
def _rows_named(
    panel: Panel, done: int, printed: tuple[Printed, ...], numeric: frozenset[int], filled: frozenset[int]
) -> tuple[tuple[int, int, str], ...]:
    """Which printed labels (indexes) name which rows of a panel, and the doubt; most tables are worded as one seen before.

    ``numeric`` rows hold a number, ``filled`` ones that or a word in its place.
    """
    wanted = Roster(panel.row_roster[done:]) if done else panel.row_roster
    matches = align(printed, wanted, numeric)
    unclear = ambiguous(matches, printed, wanted)
    taken = {m.printed for m in matches}
    free = filled - taken
    unlike = numeric - {m.printed for m in matches if m.likeness == 1.0}
    found = []
    for match in matches:
        place = done + match.wanted
        row = panel.rows[place]
        if not row.heading:
            doubt = "the label fits several rows of the form" if match.printed in unclear else ""
            if is_loose(printed, taken, match.printed, row.wanted):
                doubt = f"another row than {printed[match.printed].path[-1]} has the form's own label"
            doubt = doubt or other_meaning(printed[match.printed], panel.row_roster, place)
            found.append((match.printed, place, doubt or _row_doubt(match, row, printed, free, unlike)))
    return tuple(found)


def _row_doubt(match: Match, row: PanelRow, printed: Sequence[Printed], free: frozenset[int], unlike: frozenset[int]) -> str:
    """Why a row may not be the one its label says; ``free`` filled rows name none, ``unlike`` ones none in its words."""
    label = printed[match.printed].path[-1]
    if any(label in other.path[:-1] for other in printed):
        return f"two rows are labelled {label}"
    rivals = rivals_among(printed, free, row.wanted, min(match.likeness, 0.95))
    if rivals:  # perhaps without the heading beside it, where a span ends early
        return f"two rows are labelled {label}" if label in rivals else f"a row {min(rivals)} beside {label}"
    if is_torn(printed, unlike, match.printed, row.wanted):
        return f"the label {label} goes on in another row"
    if match.likeness < _SURE and any(likeness(printed[i], row.wanted) > 0.4 for i in free):
        return f"label {label} is not clear"
    if heading := number_in_heading(printed[match.printed]):
        return f"a number stands in the heading {heading}"
    if match.likeness < 1.0 and not row.has_digits_of(label):
        return f"a number stands in the label {label}"
    return ""


def match_line(sheet: Sheet, rows: Sequence[int], panel: Panel) -> list[MatchedRow]:
    """The grid row that is the line of values of a panel without row labels; none where all of them hold words."""
    return [MatchedRow(row, 0, panel.rows[0], _line_doubt(sheet, row, rows)) for row in _value_rows(sheet, rows)]


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
