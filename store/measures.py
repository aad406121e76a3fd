"""What a database file amounts to, in figures that two nights can be compared by.

Plain SQL on a file opened for reading: the published copy may be of an older schema.
"""

# ruff: noqa: S608 - every name comes from this project

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from normalize.forms import forms
from normalize.series import Indicator, indicators
from store.publication import reading
from store.schema import FORM_TABLES
from store.wide import column_name


@dataclass(frozen=True, slots=True)
class Fill:
    """How much of something is filled in: cells of a form, or reports that give an indicator."""

    filled: int
    of: int
    """Cells or reports that could be."""

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.filled / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Measures:
    """Of current reports, if nothing else is said."""

    reports: int = 0
    by_year: Mapping[int, int] = field(default_factory=dict)
    by_form: Mapping[str, int] = field(default_factory=dict)
    """Reports that print a table of the form."""
    verdicts: Mapping[str, int] = field(default_factory=dict)
    documents: int = 0
    """That gave a report, superseded ones included."""
    failures: int = 0
    """Documents that gave none."""
    fills: Mapping[str, Fill] = field(default_factory=dict)
    """Of each form and of each form's main indicators: ``2021`` and ``2021 received``."""
    readers: Mapping[str, int] = field(default_factory=dict)
    """Documents by the version that read them."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Figures of documents that both files hold."""

    figures: int = 0
    """Not NULL in the older file."""
    lost: int = 0
    """Of them, those that are NULL in the newer one."""
    other: int = 0
    """Of them, those that are another number in the newer one, and that no person corrected since."""
    examples: tuple[str, ...] = ()
    """Some of them, in words."""


@dataclass(frozen=True, slots=True)
class Revised:
    """Reports whose figures were changed at their source between two files."""

    reports: int = 0
    examples: tuple[str, ...] = ()
    """Some of them: agency, year and number of cells."""


def measures(path: Path) -> Measures:
    """The figures of a file.

    Raises:
        StoreError: it cannot be read.
    """
    with reading(path) as connection:
        by_year = dict(connection.execute(f"SELECT COALESCE(year, 0), COUNT(*) {_CURRENT} GROUP BY 1 ORDER BY 1"))
        return Measures(
            reports=sum(by_year.values()),
            by_year=by_year,
            by_form={form: _one(connection, f"SELECT COUNT(*) FROM form_{form} WHERE current = 1") for form in FORM_TABLES},
            verdicts=dict(connection.execute(f"SELECT verdict, COUNT(*) {_CURRENT} GROUP BY 1 ORDER BY 1")),
            documents=_one(connection, "SELECT COUNT(*) FROM document"),
            failures=_one(connection, "SELECT COUNT(*) FROM failure"),
            fills=dict(_fills(connection)),
            readers=dict(connection.execute("SELECT reader, COUNT(*) FROM document GROUP BY 1 ORDER BY 1")),
        )


_CURRENT = "FROM report WHERE current = 1"


MAIN = (
    *("received", "carried_in", "granted", "partial", "refused", "unavailable", "handled", "answered", "carried_out"),
    *("review", "suit", "suit_direct", "disputes", "disclosed", "issued.normative_documents", "decisions.licensing"),
    *("decisions.penalties", "administrative_fees"),
)
"""Indicators whose share of reports is watched: those that people compare, and that nearly every report prints."""


def main_indicators() -> tuple[Indicator, ...]:
    """What ``MAIN`` names."""
    return tuple(indicators()[key] for key in MAIN)


def _fills(connection: sqlite3.Connection) -> Iterator[tuple[str, Fill]]:
    for form in FORM_TABLES:
        cells = _cells(connection, form)
        named = {each.key: names for each in main_indicators() if (names := _names(each, form)) and cells.issuperset(names)}
        filled = " + ".join(f'("{name}" IS NOT NULL)' for name in sorted(cells))
        given = [" AND ".join(f'"{name}" IS NOT NULL' for name in names) for names in named.values()]
        sums = ", ".join(f"COALESCE(SUM({each}), 0)" for each in (filled, *given))
        count, *found = connection.execute(f"SELECT COUNT(*), {sums} FROM form_{form} WHERE current = 1").fetchone()
        yield form, Fill(found[0], count * len(cells))
        yield from ((f"{form} {key}", Fill(number, count)) for key, number in zip(named, found[1:], strict=True))


def _names(indicator: Indicator, form: str) -> list[str]:
    mapping = indicator.forms.get(form)
    return [column_name(cell) for cell in mapping.cells] if mapping is not None and mapping.has_figure else []


def _cells(connection: sqlite3.Connection, form: str, schema: str = "main") -> set[str]:
    """The columns of a form's table that are cells; an older file may lack some."""
    present = {row[1] for row in connection.execute(f"PRAGMA {schema}.table_info(form_{form})")}
    return present & {column_name(cell.key) for cell in forms()[form].cells()}


def drift(older: Path, newer: Path, examples: int = 5) -> Drift:
    """What became of the older file's figures whose documents the newer one holds as well.

    A document that was changed is another document: what an agency corrects is not counted here.
    """
    with reading(newer) as connection:
        connection.execute("ATTACH ? AS older", (f"{older.resolve().as_uri()}?mode=ro",))
        totals, said = [0, 0, 0], list[str]()
        for form in FORM_TABLES:
            names = sorted(_cells(connection, form) & _cells(connection, form, "older"))
            if not names:
                continue
            for place, number in enumerate(_drifted(connection, form, names)):
                totals[place] += number
            if totals[1] + totals[2] > 0 and len(said) < examples:
                said += _examples(connection, form, names, examples - len(said))
        corrected = _corrected(connection, "main") - _corrected(connection, "older")
    return Drift(totals[0], totals[1], max(0, totals[2] - max(0, corrected)), tuple(said))


def _corrected(connection: sqlite3.Connection, schema: str) -> int:
    return _one(connection, f"SELECT COUNT(*) FROM {schema}.cell_note WHERE state = 'corrected'")


_SAME = """\
FROM older.form_{form} AS a JOIN older.report AS ra ON ra.id = a.report_id JOIN older.document AS da ON da.id = ra.document_id
  JOIN document AS db ON db.sha256 = da.sha256 JOIN report AS rb ON rb.document_id = db.id AND rb.ordinal = ra.ordinal
  LEFT JOIN form_{form} AS b ON b.report_id = rb.id"""
_LOST = 'a."{0}" IS NOT NULL AND b."{0}" IS NULL'
_OTHER = 'a."{0}" IS NOT NULL AND b."{0}" <> a."{0}"'


def _drifted(connection: sqlite3.Connection, form: str, names: Sequence[str]) -> Sequence[int]:
    sums = ", ".join(
        f"COALESCE(SUM({' + '.join(f'({test.format(name)})' for name in names)}), 0)"
        for test in ('a."{0}" IS NOT NULL', _LOST, f"COALESCE({_OTHER}, 0)")
    )
    return tuple(connection.execute(f"SELECT {sums} {_SAME.format(form=form)}").fetchone())


def _examples(connection: sqlite3.Connection, form: str, names: Sequence[str], limit: int) -> list[str]:
    tests = " OR ".join(f"({_LOST.format(name)}) OR COALESCE({_OTHER.format(name)}, 0)" for name in names)
    columns = ", ".join(f'a."{name}", b."{name}"' for name in names)
    query = f"SELECT ra.agency, ra.year, {columns} {_SAME.format(form=form)} WHERE {tests} ORDER BY ra.id LIMIT {limit}"
    said = []
    for agency, year, *figures in connection.execute(query):
        for name, old, new in zip(names, figures[::2], figures[1::2], strict=True):
            if old is not None and old != new:
                said.append(f"{agency} {year} {name.replace('__', '.')}: {old} -> {'NULL' if new is None else new}")
                break
    return said


def new_revisions(older: Path, newer: Path, examples: int = 5) -> Revised:
    """Reports whose figures were changed by a later document, as the newer file knows and the older one does not."""
    with reading(newer) as connection:
        connection.execute("ATTACH ? AS older", (f"{older.resolve().as_uri()}?mode=ro",))
        rows = connection.execute(_NEW_REVISIONS).fetchall()
    return Revised(len(rows), tuple(f"{agency} {year or ''}: {cells} cells" for _, agency, year, cells in rows[:examples]))


def silent_sources(path: Path) -> frozenset[str]:
    """Sources that sounded an alarm when a file was made; none in a file from before there were sources."""
    with reading(path) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'source'").fetchone():
            return frozenset()
        return frozenset(name for (name,) in connection.execute("SELECT source FROM source WHERE alarm <> ''"))


def _pairs(schema: str) -> str:
    return (
        f"SELECT r.id, r.agency, r.year, v.cells, d.sha256 AS new, o.sha256 AS old, r.ordinal FROM {schema}.revision AS v\n"
        f"  JOIN {schema}.report AS r ON r.id = v.report_id JOIN {schema}.document AS d ON d.id = r.document_id\n"
        f"  JOIN {schema}.report AS s ON s.id = v.old_report_id JOIN {schema}.document AS o ON o.id = s.document_id\n"
        "  WHERE v.kind = 'cells' AND v.same_reader = 1"
    )


_NEW_REVISIONS = f"""\
SELECT n.id, n.agency, n.year, MAX(n.cells) FROM ({_pairs("main")}) AS n
WHERE NOT EXISTS (SELECT 1 FROM ({_pairs("older")}) AS k WHERE k.new = n.new AND k.old = n.old AND k.ordinal = n.ordinal)
GROUP BY n.id, n.agency, n.year ORDER BY n.id"""


def _one(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])
