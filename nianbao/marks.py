"""What became of each printed number of a document: the marks that the inspect page draws over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import regex

from extract.model import Box, Document, Grid, GridCell, Locus
from normalize.forms import form_cells, forms
from normalize.model import Cell, CellKey, ExtraCell, Report, Severity, State
from normalize.proof import CONFIRMED


class Kind(StrEnum):
    """How a mark is coloured. The later one wins where two apply."""

    PRINTED = "printed"
    BLANK = "blank"
    EXTRA = "extra"
    IGNORED = "ignored"
    REPAIRED = "repaired"
    """Read without certainty and put right, with a proof."""
    FAULT = "fault"
    """Read with certainty, but the agency's own figures break a rule."""
    DOUBT = "doubt"
    UNPLACED = "unplaced"
    """A number in a recognised table that became no cell."""


KIND_LABELS = {
    Kind.PRINTED: "已识别",
    Kind.BLANK: "空白",
    Kind.EXTRA: "表外自增",
    Kind.IGNORED: "按规则忽略",
    Kind.REPAIRED: "已修补",
    Kind.FAULT: "勾稽不符",
    Kind.DOUBT: "存疑",
    Kind.UNPLACED: "未能归位",
}
STATE_LABELS = {
    State.PRINTED: "原文数字",
    State.BLANK: "空白",
    State.MISSING: "缺失",
    State.REPAIRED: "已修补",
    State.CORRECTED: "已更正",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One printed place and what was made of it."""

    id: str
    kind: Kind
    name: str
    """``table.row.column`` of a cell; empty for what became none."""
    label: str
    """The form's labels, in Chinese."""
    printed: str
    value: str
    state: str
    note: str
    box: Box | None
    locus: Locus | None


_NUMBER = regex.compile(
    r"[\s\p{Zs}]*[-+－＋−减增]?[\d０-９][\d０-９,，.．\s]*(?:件|条|项|次|个|份|篇|人|起|宗|元|万元)?[\s\p{Zs}]*"
)


def marks(document: Document, reports: Sequence[Report]) -> tuple[Mark, ...]:
    """A mark for each cell that has a place, and for each number of the recognised tables that became no cell."""
    found = [mark for number, report in enumerate(reports) for mark in _report_marks(number, report)]
    return (*found, *_leftovers(document, reports, found))


def mark_id(number: int, cell: Cell) -> str:
    """The name of a cell's mark; ``number`` is the report's place in the document."""
    return f"r{number}-{cell.form}-{cell.key}"


@cache
def _short_labels() -> dict[tuple[str, CellKey], str]:
    return {
        (form.key, CellKey(table.key, row.key, column)): f"{row.label.leaf} · {table.column(column).label.leaf}"
        for form in forms().values()
        for table in form.tables
        for row in table.rows
        for column in row.columns
    }


def short_label(cell: Cell) -> str:
    """The innermost labels of a cell's row and column: ``行政复议 · 结果维持``; empty for a cell of no form."""
    return _short_labels().get((cell.form, cell.key), "")


def involved(report: Report, severity: Severity) -> set[str]:
    """``table.row.column`` of the cells that findings of that severity name."""
    return {name for finding in report.findings if finding.severity is severity for name in finding.cells}


def _report_marks(number: int, report: Report) -> Iterator[Mark]:
    faulty, doubted = involved(report, Severity.FAULT), involved(report, Severity.DOUBT)
    confirmed = {name for finding in report.findings if finding.rule == CONFIRMED for name in finding.cells}
    for cell in report.cells:
        if cell.box is not None or cell.locus is not None:
            name = str(cell.key)
            unsure = cell.confidence < 1 and name not in confirmed and cell.state is not State.REPAIRED
            kind = Kind.DOUBT if name in doubted or unsure else Kind.FAULT if name in faulty else Kind.PRINTED
            if kind is Kind.PRINTED and cell.state is State.REPAIRED:
                kind = Kind.REPAIRED
            if kind is Kind.PRINTED and cell.state is State.BLANK:
                kind = Kind.BLANK
            yield _cell_mark(mark_id(number, cell), kind, cell)
    for index, extra in enumerate(report.extra_cells):
        if extra.box is not None or extra.locus is not None:
            yield _extra_mark(f"r{number}-extra-{index}", extra)


def _cell_mark(identifier: str, kind: Kind, cell: Cell) -> Mark:
    known = form_cells().get((cell.form, cell.key))
    label = f"{known.row_label} · {known.column_label}" if known else ""
    value = "" if cell.value is None else f"{cell.value:f}"
    return Mark(
        identifier, kind, str(cell.key), label, cell.printed, value, STATE_LABELS[cell.state], cell.note, cell.box, cell.locus
    )


def _extra_mark(identifier: str, extra: ExtraCell) -> Mark:
    label = f"{extra.row_label} · {extra.column_label}"
    value = "" if extra.value is None else f"{extra.value:f}"
    return Mark(identifier, Kind.EXTRA, "", label, extra.printed, value, "表外", "", extra.box, extra.locus)


def _leftovers(document: Document, reports: Sequence[Report], found: Sequence[Mark]) -> Iterator[Mark]:
    """Numbers of the recognised tables without a mark: set aside by a rule, or not placed at all."""
    ignored = Counter(number.printed.strip() for report in reports for number in report.ignored)
    rules = {number.printed.strip(): number.rule for report in reports for number in report.ignored}
    boxes = [mark.box for mark in found if mark.box]
    loci = {mark.locus for mark in found if mark.locus}
    count = 0
    for grid in (block for block in document.blocks if isinstance(block, Grid)):
        used = [cell for cell in grid.cells if _is_marked(cell, boxes, loci)]
        if not used:
            continue
        for cell in grid.cells:
            printed = cell.text.strip()
            if not _NUMBER.fullmatch(printed) or _is_marked(cell, boxes, loci):
                continue
            kind = Kind.IGNORED if ignored[printed] > 0 else Kind.UNPLACED
            ignored[printed] -= 1
            rule = rules.get(printed, "") if kind is Kind.IGNORED else ""
            yield Mark(f"n{count}", kind, "", "", cell.text, "", KIND_LABELS[kind], rule, cell.box, cell.locus)
            count += 1


def _is_marked(cell: GridCell, boxes: Sequence[Box], loci: set[Locus]) -> bool:
    if cell.locus is not None and cell.locus in loci:
        return True
    return cell.box is not None and any(_overlap(cell.box, box) for box in boxes if box.page == cell.box.page)


def _overlap(a: Box, b: Box) -> bool:
    """Whether the middle of one lies in the other: readers may shrink a cell to its number."""
    return _holds_middle(a, b) or _holds_middle(b, a)


def _holds_middle(outer: Box, inner: Box) -> bool:
    x, y = (inner.x0 + inner.x1) / 2, (inner.top + inner.bottom) / 2
    return outer.x0 <= x <= outer.x1 and outer.top <= y <= outer.bottom
