"""Rows of flattened tables that may have slid: the form's sums as a second opinion on places.

A row that begins or ends with a blank fits its columns, but the blank might be padding and a blank inside the row lost; then
every value between would stand one column off. A row without a blank may hold a number too many and have lost one. Where another
way to take the row breaks fewer sums, its places are unproven.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from normalize.checks import check
from normalize.forms import forms
from normalize.model import Cell, CellKey, Finding, Severity, State

Row = tuple[CellKey, ...]
_EMPTY = "the row's numbers fit the sums better without one of its blanks"
_PADDED = "the row begins or ends with a blank, and its numbers fit the sums better one column further on"


def set_slid_rows_aside(cells: Sequence[Cell], form: str, rows: Sequence[Row]) -> tuple[tuple[Cell, ...], tuple[Finding, ...]]:
    """The cells with those of unproven rows missing, and a doubt for each such row."""
    if not rows:
        return tuple(cells), ()
    by_key = {cell.key: cell for cell in cells}
    unproven = {row: why for row in rows if all(k in by_key for k in row) and (why := _why_slid(row, by_key, form))}
    findings = tuple(
        Finding(
            "table.row_may_have_slid",
            Severity.DOUBT,
            why,
            tuple(str(k) for k in row),
            actual=" | ".join(by_key[k].printed.strip() for k in row),
        )
        for row, why in unproven.items()
    )
    lost = {key for row in unproven for key in row}
    return tuple(c._replace(value=None, state=State.MISSING) if c.key in lost else c for c in cells), findings


def _why_slid(row: Row, cells: Mapping[CellKey, Cell], form: str) -> str:
    """Why a row is unproven; empty where nothing speaks against it.

    Where its cells stand one a line an empty one may be a blank, or nothing where a blank has left no line: if then the row's own
    sum fails, nobody can say whose mistake it is. Otherwise it is the first other way to take the row that breaks fewer sums.
    """
    outcomes = check(forms()[form], cells, about=row)
    names = {str(key) for key in row}
    empty = _is_stacked(row, cells) and any(cells[key].state is State.BLANK for key in row)
    if empty and any(each.outcome == "fails" and names.issuperset(each.cells) for each in outcomes):
        return "the row's cells stand one a line, one of them empty, and its own sum fails"
    broken = sum(each.outcome != "holds" for each in outcomes)
    better = (why for why, other in _others(row, cells) if _broken(row, {**cells, **other}, form) < broken)
    return next(better, "") if broken else ""


def _is_stacked(row: Row, cells: Mapping[CellKey, Cell]) -> bool:
    return len({cell.locus.line for key in row if (cell := cells[key]).locus}) > 1


def _broken(row: Row, cells: Mapping[CellKey, Cell], form: str) -> int:
    """How many of the rules that involve the row fail or cannot be assessed."""
    return sum(each.outcome != "holds" for each in check(forms()[form], cells, about=row))


def _others(row: Row, cells: Mapping[CellKey, Cell]) -> Iterator[tuple[str, dict[CellKey, Cell]]]:
    """The other ways to take the row, each with what it means: a blank end was padding, and one blank further in was lost.

    Or any field is none of the row's (an empty line; a page's number, one that fell out of the label), and a blank is: one that
    left no line where each cell stands on a line of its own, else one of those printed beside the values.
    """
    read = [cells[k] for k in row]
    blank = State.BLANK
    stacked = _is_stacked(row, cells)
    if stacked or blank not in {read[0].state, read[-1].state}:
        gaps = _has_gaps(row[0].table, cells)
        for at, cell in enumerate(read):
            rest = [*read[:at], *read[at + 1 :]]
            if not (stacked or gaps or any(each.value for each in rest)):
                continue  # among zeros where no number is left out: more likely the agency's own mistake
            nothing = cell._replace(value=None, printed="", state=blank)
            places = range(len(row)) if stacked else (0, len(rest))
            without = f"the row's numbers fit the sums better without {cell.printed.strip()}: it may be none of them"
            yield from (
                (without if cell.printed.strip() else _EMPTY, _as(row, [*rest[:place], nothing, *rest[place:]]))
                for place in places
                if place != at
            )
        return
    for place in range(1, len(row)):
        if read[0].state is blank:
            yield _PADDED, _as(row, [*read[1 : place + 1], read[0], *read[place + 1 :]])
        if read[-1].state is blank:
            yield _PADDED, _as(row, [*read[: place - 1], read[-1], *read[place - 1 : -1]])


def _has_gaps(table: str, cells: Mapping[CellKey, Cell]) -> bool:
    """Whether rows of a table leave out some of their numbers, rather than all of them or none."""
    blank: dict[str, set[bool]] = defaultdict(set)
    for key, cell in cells.items():
        if key.table == table:
            blank[key.row].add(cell.state is State.BLANK)
    return any(len(states) > 1 for states in blank.values())


def _as(row: Row, read: Sequence[Cell]) -> dict[CellKey, Cell]:
    return {key: cell._replace(key=key) for key, cell in zip(row, read, strict=True)}
