"""A report as rows of the tables. Pure: no database, no clock.

This is where loading spends its time, so the 200 cells of a report are walked once, and the plain ones (nearly all) pass
with two comparisons. Rows are tuples in the order of ``PART_COLUMNS``, without the report's number.
"""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

from normalize.authority.model import Agency, Resolution
from normalize.model import Cell, ExtraCell, Mention, Report, State
from store import provenance
from store.values import INTEGER_DIGITS, figure_text, storable, survives_double, to_numeric, to_sqlite
from store.wide import WideTable, wide_tables

Row = tuple[Any, ...]
Stored = Callable[[Decimal | None], Any]
"""A number as the database's driver takes it: ``store.values.to_sqlite`` or ``to_numeric``."""

PARTS = (
    *("cell_note", "provenance", "extra_cell", "section", "mention", "finding", "rule_check", "ignored"),
    *("agency_candidate", "cell_candidate"),
)
"""The tables beside the wide ones that hold a report's parts."""
PLACED_COLUMNS = ("agency_id", "agency_read", "agency_basis", "agency_reason")
"""What the database adds: whose report it is (``store.agencies``)."""
REPORT_COLUMNS = (
    *("agency", "year", "scope", "form", "verdict", "title", "period", "published"),
    *("cells_expected", "cells_found", "findings", "seen", "used", "ignored", "in_findings"),
    *("checks_holding", "checks_failing", "checks_not_assessable"),
)
"""What a report says of itself. Named here, not taken from the schema: no reading process has to load SQLAlchemy."""

_VERDICT, _EXPECTED, _FOUND = map(REPORT_COLUMNS.index, ("verdict", "cells_expected", "cells_found"))
_REMEMBERED = 100_000
_KEY = attrgetter("key")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A report ready to be written."""

    row: Row
    """By ``REPORT_COLUMNS``."""
    wide: Mapping[str, Row]
    """The wide row of each form it has cells of, by form, in the database's order."""
    parts: Mapping[str, Sequence[Row]]
    """By table."""
    agency: str
    """As printed."""
    year: int | None
    scope: str | None
    resolution: Resolution | None
    """Which agency that is."""
    prose: tuple[str, ...]
    """Heading and text of each section: what can be searched."""

    @property
    def verdict(self) -> str:
        """The report's verdict."""
        return str(self.row[_VERDICT])

    @property
    def cells_expected(self) -> int:
        """Cells the printed tables should have."""
        return int(self.row[_EXPECTED])

    @property
    def cells_found(self) -> int:
        """Cells read with a number or a printed blank."""
        return int(self.row[_FOUND])

    @property
    def findings(self) -> Counter[tuple[str, str]]:
        """Findings by severity and rule."""
        return Counter((severity, rule) for _, rule, severity, *_ in self.parts.get("finding", ()))


class Preparation:
    """Makes rows of reports for one database. It goes to reading processes: as few bytes, unpacked once in each.

    Args:
        columns: The wide tables' columns by form, in the database's order.
        dialect: SQLAlchemy's name of the database's kind.
    """

    def __init__(self, columns: Mapping[str, Sequence[str]], dialect: str) -> None:
        self.tables = wide_tables(columns)
        """The layout of the wide tables, by form."""
        self._packed = pickle.dumps(({form: tuple(names) for form, names in columns.items()}, dialect))
        self._stored: Stored = to_sqlite if dialect == "sqlite" else to_numeric
        self._plain: dict[str, tuple[Decimal, Any]] = {}
        """Printed texts that say no more than a number, with that number as it is and as it is stored."""

    def __reduce__(self) -> tuple[Callable[[bytes], Preparation], tuple[bytes]]:
        """What it is made of. What it remembers stays here."""
        return _unpacked, (self._packed,)

    def prepare(self, report: Report) -> Prepared:
        """The rows of a report.

        Raises:
            StoreError: a number is infinite or none.
        """
        walk = _Walk(report, self.tables, self._plain, self._stored)
        if len(self._plain) > _REMEMBERED:
            self._plain.clear()
        identity, tally, text = report.identity, report.tally, storable
        scope = identity.scope.value if identity.scope else None
        outcomes = Counter(check.outcome for check in report.checks)
        agency = text(identity.agency)
        row = (
            *(agency, identity.year, scope, text(report.form), report.verdict.value),
            *(text(identity.title), text(identity.period), text(identity.published)),
            *(len(report.cells), len(report.cells) - walk.missing, len(report.findings)),
            *(tally.seen, tally.used, tally.ignored, tally.in_findings),
            *(outcomes["holds"], outcomes["fails"], outcomes["not_assessable"]),
        )
        parts = {
            "cell_note": walk.notes,
            "provenance": [(walk.blob,)] if report.cells else [],
            "extra_cell": _numbered(map(self._extra_cell, report.extra_cells)),
            "section": _numbered((s.number, text(s.heading), text(s.text)) for s in report.sections),
            "mention": _numbered(map(self._mention, report.mentions)),
            "finding": _numbered(
                (f.rule, f.severity.value, *map(text, (" ".join(f.cells), f.expected, f.actual, f.message)))
                for f in report.findings
            ),
            "rule_check": _numbered(
                (c.rule, c.outcome, *map(text, (" ".join(c.cells), c.expected, c.actual, c.message)))
                for c in report.checks
                if c.outcome != "holds"
            ),
            "ignored": _numbered(
                (rule, text(printed), times)
                for (rule, printed), times in Counter((i.rule, i.printed) for i in report.ignored).items()
            ),
            "agency_candidate": _numbered(
                (each.key, text(each.name), each.region_code, each.kind, joint) for each, joint in _candidates(report)
            ),
            "cell_candidate": _numbered(
                (c.form, str(c.key), text(c.text), self._stored(c.value), c.cost, c.source, int(c.fits))
                for c in report.candidates
            ),
        }
        prose = tuple(section_text(heading, body) for _, _, heading, body in parts["section"])
        found = {table: rows for table, rows in parts.items() if rows}
        return Prepared(row, walk.wide, found, agency, identity.year, scope, report.agency, prose)

    def _mention(self, mention: Mention) -> Row:
        return (
            *(mention.metric, self._stored(mention.value), storable(mention.unit), mention.section),
            str(mention.key) if mention.key else None,
            *(mention.kind, mention.whose, mention.qualifier, int(mention.approximate), int(mention.negated)),
            *(mention.section_ordinal, mention.start, mention.stop),
            *(mention.sentence_start, mention.sentence_start + len(mention.sentence)),
            *(mention.whole, mention.base),
        )

    def _extra_cell(self, cell: ExtraCell) -> Row:
        box, locus = cell.box, cell.locus
        return (
            *map(storable, (cell.table, cell.row_label, cell.column_label, cell.printed)),
            self._stored(cell.value),
            *((box.page, box.x0, box.top, box.x1, box.bottom) if box else (None,) * 5),
            *((locus.line, locus.field) if locus else (None, None)),
        )


@lru_cache(maxsize=8)
def _unpacked(packed: bytes) -> Preparation:
    """The same one each time, with what it remembers: parcel after parcel brings it along."""
    return Preparation(*pickle.loads(packed))  # noqa: S301 - from our own program


def section_text(heading: str, body: str) -> str:
    """What can be searched of a section."""
    return f"{heading}\n{body}"


def _candidates(report: Report) -> Iterator[tuple[Agency, int]]:
    """What an undecided name may mean, and further authors of the report with 1."""
    if report.agency is not None:
        yield from ((each, 0) for each in report.agency.candidates)
        yield from ((each, 1) for each in report.agency.joint)


def _numbered(rows: Iterable[Row]) -> list[Row]:
    return [(ordinal, *row) for ordinal, row in enumerate(rows)]


class _Walk:
    """One walk over a report's cells: the wide rows, the notes and the packed places."""

    def __init__(
        self, report: Report, tables: Mapping[str, WideTable], plain: dict[str, tuple[Decimal, Any]], stored: Stored
    ) -> None:
        self._year = report.identity.year
        self._plain = plain
        self._stored = stored
        self.notes: list[Row] = []
        self.missing = 0
        self.wide: dict[str, Row] = {}
        placed = []
        for form, members in _by_form(report.cells):
            table = tables[form]
            keys = [*map(_KEY, members)]
            whole = keys == table.keys
            places = table.in_order if whole else [table.places[key] for key in keys]
            expected = table.expected if whole else Counter(key.table for key in keys)
            self.wide[form] = self._wide(table, members, places, expected)
            placed.append((form, members, places))
        self.blob = provenance.encode(placed)

    def _wide(self, table: WideTable, cells: Sequence[Cell], places: Sequence[int], expected: Mapping[str, int]) -> Row:
        row: list[Any] = [None] * len(table.columns)
        row[table.year], row[table.current] = self._year, 1
        missing: dict[str, int] = {}
        plain, printed_state = self._plain, State.PRINTED
        for place, cell in zip(places, cells, strict=True):
            known = plain.get(cell.printed)
            if (
                known is not None
                and known[0] == cell.value
                and cell.state is printed_state
                and not cell.note
                and cell.confidence >= 1
            ):
                row[place] = known[1]
            else:
                row[place] = self._note(cell)
                if cell.state is State.MISSING:
                    missing[cell.key.table] = missing.get(cell.key.table, 0) + 1
        for name, count in expected.items():
            at_expected, at_found = table.counts[name]
            row[at_expected] = count
            row[at_found] = count - missing.get(name, 0)
        self.missing += sum(missing.values())
        return tuple(row[1:])

    def _note(self, cell: Cell) -> Any:  # noqa: ANN401 - whatever the driver takes
        """Notes what the number alone does not tell; gives the number as it is stored."""
        value, printed = cell.value, cell.printed
        stored = self._stored(value)
        if value is not None and _says_no_more(printed, value):
            self._plain[printed] = (value, stored)
            if cell.state is State.PRINTED and not cell.note and cell.confidence >= 1:
                return stored
        exact = None if value is None or survives_double(value) else figure_text(value)
        confidence = cell.confidence if cell.confidence < 1 else None
        texts = (cell.state.value, storable(printed), storable(cell.note))
        self.notes.append((cell.form, str(cell.key), *texts, exact, confidence))
        return stored


def _says_no_more(printed: str, value: Decimal) -> bool:
    """Whether the text is just how the number is written."""
    if printed == str(value) and printed.isdigit() and len(printed) <= INTEGER_DIGITS:
        return True
    return printed == figure_text(value) and survives_double(value)


def _by_form(cells: Sequence[Cell]) -> Iterator[tuple[str, Sequence[Cell]]]:
    """The cells of each form, in order of appearance."""
    names = dict.fromkeys([cell.form for cell in cells])
    if len(names) == 1:
        yield cells[0].form, cells
        return
    for name in names:
        yield name, [cell for cell in cells if cell.form == name]
