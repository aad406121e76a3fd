"""Comparing: a metric of some agencies or of a peer group over the years, drawn, ranked, spread, and as a table.

Everything shown follows from the address, so the address can be shared and the same figures are had as a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import regex
from datasette.utils.asgi import Response
from sqlalchemy import bindparam, text

from collect.errors import ConfigurationError
from explore.charts import Spec, lines_chart, quartiles, ranked_chart, spread_chart
from explore.pages import HEADERS, Asked, rendered
from explore.snippets import as_pandas, as_sql
from normalize.series import Metric, indicators, metrics
from store.lines import Break, Line, Mark, Quantity, compare, quantity
from store.load import Store
from store.series import Subject, Years, find_peers, reporting_years
from store.writers import Kind, OutputColumn, write_csv, write_xlsx

FEW = 8
"""Agencies that are named one by one where a whole peer group is drawn."""
RANKED = 40
LISTED = 300
"""Agencies in the table of the page; the files have all."""
MOST = 4000
_YEARS = regex.compile(r"\s*(20\d\d)(?:\s*[-–]\s*(20\d\d))?\s*")
LEVELS = ("nation", "province", "city", "county", "township")
_DEFAULT = "disclosure_rate"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is compared."""

    what: Quantity
    subjects: tuple[Subject, ...]
    span: Years | None
    kind: str = ""
    level: str = ""
    within: str = ""
    focus: Subject | None = None
    """The agency that the group is looked at for."""
    cut: int = 0
    """Agencies of the group beyond the most that are compared."""
    unknown: tuple[str, ...] = ()
    """Names that are none of an agency."""

    @property
    def is_group(self) -> bool:
        """Whether it is a peer group."""
        return bool(self.kind or self.level or self.within)


@dataclass(frozen=True, slots=True)
class Year:
    """The figures of one year."""

    year: int
    ranked: tuple[tuple[Line, Mark], ...]
    lacks: Mapping[str, int]
    """How many have no figure, by reason."""
    quartiles: tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with its heading."""

    id: str
    heading: str
    spec: Spec = field(repr=False)


def compare_page(asked: Asked) -> Response:
    """``/compare?metric=received&agency=4&agency=7``, or ``&kind=health&level=county&within=宿迁市``, ``&years=2019-2024``."""
    wanted = wanted_of(asked)
    lines = _lines(asked.site.store, wanted)
    year = _year_of(asked, lines)
    shown = _first(lines, wanted.focus)[:LISTED]
    values = {
        "wanted": wanted,
        "lines": shown,
        "count": len(lines),
        "span": range(wanted.span[0], wanted.span[1] + 1) if wanted.span and lines else range(0),
        "year": year,
        "is_rate": isinstance(wanted.what, Metric),
        "charts": list(_charts(asked, wanted, lines, year)) if year else [],
        "notes": list(_notes(asked, wanted.what, lines)),
        "metrics": metrics().values(),
        "indicators": [each for each in indicators().values() if not each.applicant],
        "kinds": _kinds(asked.site.store),
        "levels": LEVELS,
        "sql": as_sql(wanted.what, wanted.subjects, wanted.span),
        "pandas": as_pandas(asked.site.path.name, wanted.what, wanted.subjects, wanted.span),
        "files": {kind: f"/compare.{kind}?{query_of(asked)}" for kind in ("csv", "xlsx")},
        "without": {subject: _without(asked, subject) for subject in wanted.subjects} if not wanted.is_group else {},
    }
    return rendered(asked, "compare.html", values)


def compare_file(asked: Asked) -> Response:
    """``/compare.csv`` and ``/compare.xlsx``: a row an agency and year."""
    wanted = wanted_of(asked)
    kind = asked.parts["kind"]
    lines = _lines(asked.site.store, wanted)
    rows = [_record(wanted.what, line, mark) for line in lines for mark in line.marks]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"compare.{kind}"
        (write_csv if kind == "csv" else write_xlsx)(path, _FILE, [rows])
        content = path.read_bytes()
    disposition = f'attachment; filename="nianbao-{regex.sub(r"[^a-z0-9_]+", "-", wanted.what.key)}.{kind}"'
    types = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    return Response(content, headers={**HEADERS, "Content-Disposition": disposition}, content_type=types[kind])


def wanted_of(asked: Asked) -> Wanted:
    """What the address asks for.

    Raises:
        ConfigurationError: there is no such metric, or the years are none.
    """
    store, get = asked.site.store, asked.query.get
    what = quantity(get("metric") or _DEFAULT)
    kind, level, within = ((get(name) or "").strip() for name in ("kind", "level", "within"))
    focus = _subjects(store, [get("focus") or ""])
    given = [*asked.lists.get("agency", []), *asked.lists.get("add", [])]
    found, unknown = _named(asked, [*asked.lists.get("name", []), *(each for each in given if not each.strip().isdecimal())])
    subjects = [*_subjects(store, [each for each in given if each.strip().isdecimal()]), *found]
    cut = 0
    if kind or level or within:
        group = find_peers(store, kind or None, level or None, within or None)
        cut = max(0, len(group) - MOST)
        subjects = [*focus, *group[:MOST]]
    chosen = tuple(dict.fromkeys(subjects))
    span = _span(get("years") or "") or (reporting_years(store, chosen) if chosen else None)
    return Wanted(what, chosen, span, kind, level, within, focus[0] if focus else None, cut, unknown)


def _span(asked: str) -> Years | None:
    if not asked.strip():
        return None
    match = _YEARS.fullmatch(asked)
    years = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if years[0] > years[1]:
        raise ConfigurationError(f"{asked} are no years.", advice="Give a year such as 2023, or years such as 2019-2024.")
    return years


def _subjects(store: Store, numbers: Sequence[str]) -> list[Subject]:
    wanted = [int(each) for each in numbers if each.strip().isdecimal() and len(each) < 12]
    if not wanted:
        return []
    query = text("SELECT id, name FROM agency WHERE id IN :numbers").bindparams(bindparam("numbers", expanding=True))
    with store.reading() as connection:
        names = {row.id: row.name for row in connection.execute(query, {"numbers": wanted})}
    return [Subject(names[number], number) for number in wanted if number in names]


def _named(asked: Asked, given: Sequence[str]) -> tuple[list[Subject], tuple[str, ...]]:
    """The agencies of names given in full, and the names that are none's."""
    found, unknown = [], []
    for name in filter(None, (each.strip() for each in given)):
        fitting = {(each.agency_id, each.canonical) for each in asked.site.names.get() if each.name == name}
        found += [Subject(canonical, number) for number, canonical in sorted(fitting, key=str)]
        unknown += [] if fitting else [name]
    return found, tuple(unknown)


def _lines(store: Store, wanted: Wanted) -> list[Line]:
    return compare(store, wanted.what, wanted.subjects, wanted.span) if wanted.subjects and wanted.span else []


def query_of(asked: Asked) -> str:
    """What the address asks, without the language."""
    return urlencode([(name, value) for name, held in asked.lists.items() if name != "lang" for value in held])


def _without(asked: Asked, subject: Subject) -> str:
    """The address without one of the agencies."""
    gone = {str(subject.agency_id), subject.name}
    values = [
        (name, value) for name, held in asked.lists.items() for value in held if name != "lang" and value.strip() not in gone
    ]
    return f"/compare?{urlencode(values)}"


def _first(lines: Sequence[Line], focus: Subject | None) -> list[Line]:
    """The focus first; the others in their order."""
    return sorted(lines, key=lambda line: line.subject != focus)


def _year_of(asked: Asked, lines: Sequence[Line]) -> Year | None:
    """The year that is ranked: the one asked for, or the last that most have a figure for."""
    by_year: dict[int, list[tuple[Line, Mark]]] = {}
    for line in lines:
        for mark in line.marks:
            by_year.setdefault(mark.year, []).append((line, mark))
    counted = ((year, sum(mark.value is not None for _, mark in found)) for year, found in by_year.items())
    counts = {year: count for year, count in counted if count}
    if not counts:
        return None
    given = asked.query.get("year", "")
    likely = max(year for year in counts if counts[year] * 2 >= max(counts.values()))
    year = int(given) if given.isdecimal() and int(given) in counts else likely
    ranked = [(line, mark) for line, mark in by_year[year] if mark.value is not None]
    ranked.sort(key=lambda pair: (-(pair[1].value or 0), pair[0].name))
    lacks: dict[str, int] = {}
    for _, mark in by_year[year]:
        if mark.lack:
            lacks[mark.lack.value] = lacks.get(mark.lack.value, 0) + 1
    figures = [mark.value for _, mark in ranked if mark.value is not None]
    return Year(year, tuple(ranked), lacks, quartiles(figures))


def _charts(asked: Asked, wanted: Wanted, lines: Sequence[Line], year: Year) -> Iterator[Drawn]:
    t, unit = asked.words, wanted.what.unit
    band, focus = list(_band(lines)), [line for line in lines if line.subject == wanted.focus]
    yield Drawn("lines", t("compare.lines"), lines_chart(lines, unit, t, band=band, focus=focus))
    chosen = [pair for pair in year.ranked if pair[0].subject == wanted.focus]
    if len(year.ranked) > 1:
        top = list(year.ranked[:RANKED])
        top += [pair for pair in chosen if pair not in top]
        spec = ranked_chart([(line.name, mark) for line, mark in top], unit, year.quartiles[1])
        yield Drawn("ranked", t("compare.ranked", year=year.year), spec)
    if len(year.ranked) >= FEW:
        values = [mark.value for _, mark in year.ranked if mark.value is not None]
        marked = [(line.name, mark.value) for line, mark in chosen if mark.value is not None]
        yield Drawn("spread", t("compare.spread", year=year.year), spread_chart(values, marked, unit, t))


def _band(lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    """The middle half of each year, where enough agencies have a figure to speak of one."""
    by_year: dict[int, list[Decimal]] = {}
    for line in lines:
        for mark in line.marks:
            if mark.value is not None:
                by_year.setdefault(mark.year, []).append(mark.value)
    for year, values in sorted(by_year.items()):
        if len(values) >= FEW:
            low, median, high = quartiles(values)
            yield {"year": year, "low": float(low), "median": float(median), "high": float(high)}


def _notes(asked: Asked, what: Quantity, lines: Sequence[Line]) -> Iterator[str]:
    """What the data say of the breaks of meaning that are marked, and of the metric itself."""
    chinese = asked.words.language == "zh"
    if isinstance(what, Metric):
        yield what.note.zh if chinese else what.note.en
    broken = {mark.segment for line in lines for mark in line.marks if Break.MEANING in mark.breaks}
    members = [indicators()[key] for key in what.indicators] if isinstance(what, Metric) else [what]
    for form in sorted({part for segment in broken for part in segment.split("+")}):
        for each in members:
            mapping = each.forms.get(form)
            if mapping is not None and mapping.breaks:
                note, label = (mapping.note.zh, each.label.zh) if chinese else (mapping.note.en, each.label.en)
                yield f"{form} · {label}: {note}"


def _kinds(store: Store) -> list[tuple[str, str]]:
    with store.reading() as connection:
        return [(row.kind, row.label) for row in connection.execute(text("SELECT kind, label FROM agency_kind ORDER BY label"))]


_FILE = (
    OutputColumn("agency_id", Kind.INTEGER),
    OutputColumn("agency"),
    OutputColumn("year", Kind.INTEGER),
    OutputColumn("scope"),
    OutputColumn("metric"),
    *(OutputColumn(name, Kind.NUMBER) for name in ("value", "numerator", "denominator")),
    *map(OutputColumn, ("unit", "form", "segment", "breaks", "null_reason", "because_of")),
    OutputColumn("contested", Kind.INTEGER),
    OutputColumn("verdict"),
    OutputColumn("report_id", Kind.INTEGER),
)


def _record(what: Quantity, line: Line, mark: Mark) -> tuple[Any, ...]:
    told = ("+".join(mark.breaks), mark.lack.value if mark.lack else None, mark.of or None)
    figures = (mark.value, mark.numerator, mark.denominator)
    who = (line.subject.agency_id, line.subject.name, mark.year, mark.scope, what.key)
    return (*who, *figures, what.unit, mark.form, mark.segment, *told, int(mark.contested), mark.verdict, mark.report_id)
