"""`nianbao compare`: agencies side by side, as a table, a file and a chart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
from rich.text import Text

from nianbao.show import clean, plain_table, say
from nianbao.show_series import NOT_FOUND, figure, legend, one_subject, write_lines
from normalize.series import Metric, indicators
from store.lines import Break, Line, Quantity, compare, quantity
from store.load import Store
from store.series import Subject, Years, find_peers, reporting_years


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be compared: a metric of agencies by name, or of a peer group."""

    metric: str
    names: tuple[str, ...] = ()
    kind: str | None = None
    level: str | None = None
    within: str | None = None
    years: Years | None = None


def show_comparison(store: Store, wanted: Wanted, csv_file: Path | None, chart: Path | None) -> int:
    """Print the comparison and write its files; gives the exit code."""
    what = quantity(wanted.metric)
    if chart is not None:
        from nianbao.charts import require  # noqa: PLC0415 - matplotlib is optional, and its lack is best known at once

        require(chart)
    subjects = _subjects(store, wanted)
    span = wanted.years or (reporting_years(store, subjects) if subjects else None)
    lines = compare(store, what, subjects, span) if subjects and span else []
    if not lines or span is None:
        if subjects is not None:
            click.echo("error: None of these agencies has a report for these years. `nianbao agencies list` says more.", err=True)
        return NOT_FOUND
    if csv_file is not None:
        rows = write_lines(csv_file, ((what.key, what.unit, line) for line in lines))
        click.echo(f"{rows} rows written to {csv_file}", err=True)
    if chart is not None:
        from nianbao.charts import draw  # noqa: PLC0415 - see above

        draw(what, lines, span, chart)
        click.echo(f"chart written to {chart}", err=True)
    _print(what, lines, span)
    return 0


def _subjects(store: Store, wanted: Wanted) -> list[Subject] | None:
    """Whom to compare; None, having said why, where a name is not clear."""
    if not wanted.names:
        return find_peers(store, wanted.kind, wanted.level, wanted.within)
    found = [one_subject(store, name) for name in wanted.names]
    return None if None in found else list(dict.fromkeys(each for each in found if each is not None))


def _print(what: Quantity, lines: list[Line], span: Years) -> None:
    table = plain_table(f"{what.label.zh} {what.label.en} ({what.unit})")
    table.add_column("agency", no_wrap=True)
    for heading in map(str, range(span[0], span[1] + 1)):
        table.add_column(heading, overflow="fold")
    for line in lines:
        table.add_row(clean(line.name), *map(figure, line.marks))
    say(table, *legend(mark for line in lines for mark in line.marks), *_why(what, lines))


def _why(what: Quantity, lines: list[Line]) -> list[Text]:
    """What the data say of each break of meaning that is marked."""
    broken = {mark.segment for line in lines for mark in line.marks if Break.MEANING in mark.breaks}
    members = [indicators()[key] for key in what.indicators] if isinstance(what, Metric) else [what]
    notes = [
        f"{form} {each.key}: {each.forms[form].note.zh} {each.forms[form].note.en}"
        for form in sorted({part for segment in broken for part in segment.split("+")})
        for each in members
        if form in each.forms and each.forms[form].breaks
    ]
    return [Text(note, "dim") for note in notes]
