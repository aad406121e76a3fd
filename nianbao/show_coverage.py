"""`nianbao coverage`: agencies by years, a symbol for what became of each report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from itertools import groupby
from pathlib import Path

from rich.text import Text

from nianbao.show import clean, plain_table, say
from nianbao.show_night import silence
from store.coverage import Coverage, Expected
from store.sources import Freshness
from store.writers import Kind, OutputColumn, whole_file, write_csv

_NOT_EXPECTED = "·"
_LEGEND = (
    ("●", "there, published in time", "green"),
    ("○", "there, date of publication not stated, or no legal day", "green"),
    ("L", "late", "yellow"),
    ("F", "wrong form (FL: and late)", "yellow"),
    ("P", "prose, no table as text", "blue"),
    ("?", "unreadable", "magenta"),
    ("✗", "missing", "bold red"),
    (_NOT_EXPECTED, "not expected", "dim"),
)
_STYLES = {symbol: style for symbol, _, style in _LEGEND}
_WRONG_SHOWN = 12
_UNPLACED_SHOWN = 12
_NUMBERS = {"agency_id", "year", "report_id"}


def symbol_of(row: Expected) -> str:
    """The symbol of a report in the grid."""
    if row.status in {"missing", "unreadable"}:
        return "✗" if row.status == "missing" else "?"
    late = "L" if row.timeliness == "late" else ""
    if row.status == "wrong_form":
        return f"F{late}"
    if row.form_state == "none":
        return f"P{late}"
    return late or ("●" if row.timeliness == "on_time" else "○")


def show_coverage(found: Coverage, sources: Sequence[Freshness] = (), *, narrowed: bool = False) -> None:
    """Print the grid, its legend, what could not be told, and which sources were not heard.

    ``narrowed``: only a part was asked for, and only the sources of its agencies are told of.
    """
    years = sorted({row.year for row in found.rows})
    table = plain_table()
    table.add_column("agency", overflow="fold")
    for year in range(years[0], years[-1] + 1) if years else ():
        table.add_column(str(year), justify="center")
    for _, group in groupby(found.rows, key=lambda row: (row.agency_id, row.agency)):
        rows = list(group)
        symbols = {row.year: symbol_of(row) for row in rows}
        cells = (symbols.get(year, _NOT_EXPECTED) for year in range(years[0], years[-1] + 1))
        table.add_row(clean(rows[0].agency), *(Text(cell, _STYLES[cell[0]]) for cell in cells))
    say(table)
    legend = [Text.assemble((symbol, style), f" {meaning}") for symbol, meaning, style in _LEGEND]
    say(Text("   ").join(legend[:4]), Text("   ").join(legend[4:]))
    for line in (*_remarks(found), *_silent(found, sources, narrowed=narrowed)):
        say(line)


def _silent(found: Coverage, sources: Sequence[Freshness], *, narrowed: bool) -> Iterator[str]:
    """Silence: what is missing may be there, where its source was not reached."""
    shown = {row.agency_id for row in found.rows} | {row.agency for row in found.rows}
    told = [each for each in sources if not narrowed or not shown.isdisjoint({each.agency_id or 0, each.agency or 0})]
    yield from silence(told)
    quiet = [each for each in told if each.is_quiet and each.agency]
    # An agency that never reported goes by its name: the database has no number for it.
    by_whom = {who: each.source for each in quiet for who in (each.agency_id, each.agency) if who}
    for row in found.rows:
        source = by_whom.get(row.agency_id or row.agency) or by_whom.get(row.agency)
        if row.status == "missing" and source:
            yield f"missing, but its source is silent: {clean(row.agency)} {row.year} ({clean(source)})"


def _remarks(found: Coverage) -> Iterator[str]:
    counts = Counter(row.status for row in found.rows)
    names = ("present", "late", "wrong_form", "unreadable", "missing")
    yield f"{len(found.rows)} expected: " + ", ".join(f"{counts[name]} {name}" for name in names if counts[name])
    wrong = [row for row in found.rows if row.status == "wrong_form"]
    for row in wrong[:_WRONG_SHOWN]:
        yield f"wrong form: {clean(row.agency)} {row.year}: {row.form} instead of {row.form_due}"
    if len(wrong) > _WRONG_SHOWN:
        yield f"… and {len(wrong) - _WRONG_SHOWN} more: --csv lists them"
    for document, reason in found.unplaced[:_UNPLACED_SHOWN]:
        yield f"unreadable, whose it is cannot be told: {clean(document)} ({reason})"
    if len(found.unplaced) > _UNPLACED_SHOWN:
        yield f"… and {len(found.unplaced) - _UNPLACED_SHOWN} more: see the table failure"
    if found.undecided:
        yield f"{found.undecided} reports are of an undecided agency: nianbao agencies undecided"
    if found.undated:
        yield f"{found.undated} reports do not say for which year they are"


def write_coverage(found: Coverage, output: Path) -> int:
    """Write a row for every expected report as CSV; gives their number."""
    columns = [OutputColumn(field.name, Kind.INTEGER if field.name in _NUMBERS else Kind.TEXT) for field in fields(Expected)]
    with whole_file(output) as part:
        return write_csv(part, columns, [[astuple(row) for row in found.rows]])
