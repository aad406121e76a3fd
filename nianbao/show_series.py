"""`nianbao series` and `nianbao metrics`: figures over the years in the terminal."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import click
from rich.text import Text

from collect.errors import ConfigurationError
from nianbao.show import clean, plain_table, say
from normalize.series import Indicator, indicators, metrics
from normalize.series.rates import Lack
from store.lines import Line, Mark, lines_of
from store.load import Store
from store.series import Subject, Years, find_subjects, reporting_years, series, the_one
from store.values import figure_text

NOT_FOUND = 1
BREAK = "‖"
CONTESTED = "?"
LACKS = {
    Lack.NOT_ON_FORM: ("·", "not on the form 格式没有此项"),
    Lack.NOT_COMPARABLE: ("≠", "the form counts something else 口径不可比"),
    Lack.NOT_PRINTED: ("not printed", "the report leaves the row or table out 报告未印"),
    Lack.BLANK: ("blank", "printed without a number; blank is not 0 空白"),
    Lack.MISSING: ("missing", "a cell was not printed or not placed 缺失"),
    Lack.REVIEW: ("review", "not read with certainty: a person should look 待人工核对"),
    Lack.PROSE: ("prose", "the report prints no table 仅文字"),
    Lack.NO_REPORT: ("—", "no report 无报告"),
    Lack.BELOW_MINIMUM: ("few", "denominator below the contract's minimum 分母过小"),
    Lack.NOT_ON_THIS_FORM: ("n/a", "the metric is not valid for this form 指标不适用于该格式"),
    Lack.IMPOSSIBLE: ("faulty", "a part is more than the whole, or negative 数字有误"),
}
"""Word in a table, and what it means."""


def show_series(
    store: Store, name: str, wanted: Sequence[str], years: Years | None, *, applicants: bool, csv_file: Path | None
) -> int:
    """Print an agency's series; gives the exit code."""
    subject = one_subject(store, name)
    span = years or (reporting_years(store, [subject]) if subject else None)
    if subject is None or span is None:
        return NOT_FOUND
    chosen = _chosen(wanted, applicants=applicants)
    points = series(store, [subject], [each.key for each in chosen], span)
    by_indicator = {each.key: [point for point in points if point.indicator == each.key] for each in chosen}
    listed = [(each, line) for each in chosen for line in lines_of(subject, by_indicator[each.key], span)]
    if not wanted:
        listed = [(each, line) for each, line in listed if any(mark.value is not None for mark in line.marks)]
    if csv_file is not None:
        rows = write_lines(csv_file, ((each.key, each.unit, line) for each, line in listed))
        click.echo(f"{rows} rows written to {csv_file}", err=True)
    table = plain_table(clean(subject.name))
    table.add_column("indicator", no_wrap=True)
    for heading in ("", *map(str, range(span[0], span[1] + 1))):
        table.add_column(heading, overflow="fold")
    for each, line in listed:
        label = each.label.zh if line.scope is None else f"{each.label.zh} [{line.scope}]"
        table.add_row(each.key, clean(label), *map(figure, line.marks))
    say(table, *legend(mark for _, line in listed for mark in line.marks))
    return 0


def _chosen(wanted: Sequence[str], *, applicants: bool) -> list[Indicator]:
    """The indicators asked for: by key, by the beginning of the key, or by topic."""
    known = [each for each in indicators().values() if applicants or not each.applicant or each.key in wanted]
    if not wanted:
        return known
    for part in wanted:
        if not any(_is_of(each, part) for each in known):
            raise ConfigurationError(f"There is no indicator {part}.", advice="docs/series.md lists them.")
    return [each for each in known if any(_is_of(each, part) for part in wanted)]


def _is_of(each: Indicator, part: str) -> bool:
    return part in {each.key, each.topic} or each.key.startswith(f"{part}.")


def one_subject(store: Store, name: str) -> Subject | None:
    """The agency a name means; None, having said why, where it means none or several.

    Where some reports that print the name are of one agency and others are undecided, it is that agency; which it says.
    """
    found = find_subjects(store, name)
    chosen = the_one(found, name)
    if chosen is not None:
        if len(found) > 1:
            click.echo(f"note: Other reports of {clean(name)} are undecided and left out: nianbao agencies undecided", err=True)
        return chosen
    if found:
        some = "、".join(clean(each.name) for each in found[:8])
        more = f" and {len(found) - 8} more" if len(found) > 8 else ""
        click.echo(f"error: {clean(name)} fits {len(found)} agencies; name one in full: {some}{more}", err=True)
    else:
        click.echo(f"error: There is no report of {clean(name)}. `nianbao agencies list` says whose there are.", err=True)
    return None


def figure(mark: Mark) -> Text:
    """A year as a table shows it."""
    shown = Text(f"{BREAK} " if mark.breaks else "", "bold magenta")
    if mark.value is not None:
        shown.append(figure_text(mark.value) if mark.denominator is None else f"{mark.value:.2f}", "")
    if mark.lack is not None:
        shown.append(LACKS[mark.lack][0], "dim")
    if mark.numerator is not None and mark.denominator is not None:
        shown.append(f" ({figure_text(mark.numerator)}/{figure_text(mark.denominator)})", "dim")
    if mark.contested:
        shown.append(CONTESTED, "bold red")
    return shown


def legend(marks: Iterable[Mark]) -> list[Text]:
    """What the words and marks of a table mean, those that stand in it."""
    seen = list(marks)
    said = [f"{LACKS[lack][0]}: {LACKS[lack][1]}" for lack in Lack if any(mark.lack is lack for mark in seen)]
    if any(mark.breaks for mark in seen):
        said.append(f"{BREAK}: means something else than the year before, or other figures' 口径变化 (docs/series.md)")
    if any(mark.contested for mark in seen):
        said.append(f"{CONTESTED}: an accounting rule of the report fails for it 勾稽不符")
    return [Text(each, "dim") for each in dict.fromkeys(said)]


def show_metrics() -> None:
    """Print the contracts."""
    table = plain_table()
    table.add_column("metric", no_wrap=True)
    table.add_column("numerator / denominator", no_wrap=True)
    for heading in ("least", "unit", "forms", ""):
        table.add_column(heading, overflow="fold")
    for each in metrics().values():
        formula = f"{' + '.join(each.numerator)} / {' + '.join(each.denominator)}"
        said = f"{each.label.zh} {each.label.en}\n{each.note.zh} {each.note.en}"
        table.add_row(each.key, formula, str(each.minimum), each.unit, " ".join(each.forms), said)
    say(table)


_COLUMNS = (
    *("agency_id", "agency", "year", "scope", "key", "value", "numerator", "denominator", "unit", "form", "segment"),
    *("break", "null_reason", "null_indicator", "contested", "verdict", "report_id"),
)


def write_lines(file: Path, lines: Iterable[tuple[str, str, Line]]) -> int:
    """Write a row for each year of each (key, unit, line); gives the number of rows.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    count = 0
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as output:
            writer = csv.writer(output)
            writer.writerow(_COLUMNS)
            for key, unit, line in lines:
                for mark in line.marks:
                    writer.writerow(_record(key, unit, line, mark))
                    count += 1
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written ({error}).", advice="Give another file.") from error
    return count


def _record(key: str, unit: str, line: Line, mark: Mark) -> tuple[object, ...]:
    numbers = map(_number, (mark.value, mark.numerator, mark.denominator))
    lack = (mark.lack.value if mark.lack else "", mark.of)
    told = ("+".join(mark.breaks), *lack, int(mark.contested), mark.verdict, mark.report_id or "")
    who = (line.subject.agency_id or "", line.subject.name, mark.year, mark.scope or "")
    return (*who, key, *numbers, unit, mark.form, mark.segment, *told)


def _number(number: Decimal | None) -> str:
    return "" if number is None else figure_text(number)
