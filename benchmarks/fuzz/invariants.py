"""What holds of every document and every report, whatever the input was. Cheap enough to ask a million times."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum

from benchmarks.fuzz.target import Broken
from extract.model import Box, Document, Grid, GridCell, Layout
from normalize.forms import forms
from normalize.model import Report, State, Verdict

_CERTAIN = {Verdict.VERIFIED, Verdict.INCONSISTENT}


def check_document(document: Document) -> None:
    """A document's grids are grids, its boxes lie on its pages, and its text can be stored."""
    check_text(document)
    pages = {page.number for page in document.pages}
    for block in document.blocks:
        _check_box(block.box, pages)
        if isinstance(block, Grid):
            _check_grid(block, pages)


def _check_grid(grid: Grid, pages: set[int]) -> None:
    places = [(cell.row, cell.column) for cell in grid.cells]
    if places != sorted(places):
        raise Broken("grid-order", f"cells are not sorted: {places[:20]}")
    for cell in grid.cells:
        _check_box(cell.box, pages)
        if min(cell.row, cell.column) < 0 or min(cell.rowspan, cell.colspan) < 1:
            raise Broken("grid-place", f"{cell!r}"[:300])
        if not 0 <= cell.confidence <= 1:
            raise Broken("grid-confidence", f"{cell!r}"[:300])
    if grid.layout is not Layout.SEQUENCE:
        _check_apart(grid.cells)


def _check_apart(cells: Sequence[GridCell]) -> None:
    """No two cells of a rectangle cover one place."""
    if sum(cell.rowspan * cell.colspan for cell in cells) > 1_000_000:
        raise Broken("grid-extent", "the cells cover more than a million places")
    covered: set[tuple[int, int]] = set()
    for cell in cells:
        for place in (
            (r, c) for r in range(cell.row, cell.row + cell.rowspan) for c in range(cell.column, cell.column + cell.colspan)
        ):
            if place in covered:
                raise Broken("grid-overlap", f"{cell!r}"[:300])
            covered.add(place)


def _check_box(box: Box | None, pages: set[int]) -> None:
    if box is None:
        return
    if not all(map(math.isfinite, box)):
        raise Broken("box-finite", f"{box}")
    if box.x0 > box.x1 or box.top > box.bottom:
        raise Broken("box-order", f"{box}")
    if box.page not in pages:
        raise Broken("box-page", f"{box} of {sorted(pages)}")


def check_text(thing: object) -> None:
    for text in _texts(thing):
        if "\0" in text:
            raise Broken("text-nul", f"{text!r}"[:300])
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise Broken("text-surrogate", f"{text!r}"[:300]) from error


def _texts(thing: object) -> Iterator[str]:
    """Every string in nested dataclasses and tuples."""
    if isinstance(thing, Enum) or thing is None:
        return
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, tuple):
        for each in thing:
            if not isinstance(each, int | float):
                yield from _texts(each)
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from _texts(getattr(thing, field.name))


def check_reports(document: Document, reports: Sequence[Report]) -> None:
    """Reports keep the promises of ``normalize.model``, and what is certain is printed in the document."""
    if not reports:
        raise Broken("no-report", "neither a report nor a refusal")
    for report in reports:
        check_text(report)
        _check_cells(report)
        tally = report.tally
        # Where the count does not come out even, the report must say so; of years side by side nothing is counted.
        even = tally.seen == tally.used + tally.ignored + tally.in_findings
        if not even and len(reports) == 1 and report.verdict is not Verdict.PROSE and not _says(report, "conservation.broken"):
            raise Broken("tally", f"{tally}")
        if report.identity.year is not None and not 1949 <= report.identity.year <= 2100:
            raise Broken("year", f"{report.identity.year}")
    printed = _bare("".join(_printed(document)))
    for report in reports:
        if report.verdict in _CERTAIN:
            for cell in report.cells:
                if cell.state is State.PRINTED and _bare(cell.printed) not in printed:
                    raise Broken("not-printed", f"{cell.key} reads {cell.printed!r}, which is printed nowhere")


def _says(report: Report, rule: str) -> bool:
    return any(finding.rule == rule for finding in report.findings)


def _check_cells(report: Report) -> None:
    keys = [cell.key for cell in report.cells]
    if len(keys) != len(set(keys)):
        raise Broken("cell-twice", f"{[key for key in keys if keys.count(key) > 1][:5]}")
    if report.form and report.form not in forms():
        raise Broken("form", report.form)
    for cell in report.cells:
        if (cell.value is None) != (cell.state in {State.BLANK, State.MISSING}):
            raise Broken("cell-state", f"{cell!r}"[:300])
        _check_number(cell.value)
    for extra in report.extra_cells:
        _check_number(extra.value)
    for mention in report.mentions:
        _check_number(mention.value)
        text = report.sections[mention.section_ordinal].text
        if not 0 <= mention.start <= mention.stop <= len(text):
            raise Broken("mention-place", f"{mention!r}"[:300])


def _check_number(value: Decimal | None) -> None:
    if value is not None and not value.is_finite():
        raise Broken("number-finite", f"{value}")


def _printed(document: Document) -> Iterator[str]:
    for block in document.blocks:
        if isinstance(block, Grid):
            yield from (cell.text for cell in block.cells)
            yield from (reading.text for cell in block.cells for reading in cell.readings)
        else:
            yield block.text


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
