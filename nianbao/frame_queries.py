"""What ``nianbao.Database`` asks: the columns of each frame, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from collect.errors import ConfigurationError
from nianbao.frames import Kind
from normalize.forms import forms
from normalize.series import indicators
from store.bulk import batched
from store.coverage import Coverage
from store.history import revisions
from store.lines import compare, quantity
from store.load import Store
from store.peers import peers
from store.read import cells_of
from store.schema import agency, document, document_path, finding, region, report
from store.series import Subject, find_peers, find_subjects, reporting_years, series, the_one
from store.wide import column_name

Years = tuple[int, int]
Rows = Iterable[Sequence[Any]]

_BATCH = 200
"""Reports in memory at a time."""


def _kinds(**columns: Kind) -> dict[str, Kind]:
    return columns


_TEXT, _COUNT, _AMOUNT, _NAME, _FLAG = Kind.TEXT, Kind.COUNT, Kind.AMOUNT, Kind.NAME, Kind.FLAG
_WHOSE = _kinds(report_id=_COUNT, document=_TEXT, sha256=_TEXT, agency_id=_COUNT, agency=_TEXT, year=_COUNT)

CELLS = (
    _WHOSE
    | _kinds(scope=_NAME, verdict=_NAME, form=_NAME, table=_TEXT, row=_TEXT, column=_TEXT, value=_AMOUNT)
    | _kinds(printed=_TEXT, state=_NAME, note=_TEXT, confidence=_AMOUNT)
    | _kinds(page=_COUNT, x0=_AMOUNT, top=_AMOUNT, x1=_AMOUNT, bottom=_AMOUNT, line=_COUNT, field=_COUNT)
)
SERIES = (
    _kinds(agency_id=_COUNT, agency=_TEXT, year=_COUNT, scope=_NAME, indicator=_TEXT, label_zh=_TEXT, label_en=_TEXT)
    | _kinds(unit=_TEXT, value=_AMOUNT, null_reason=_TEXT, form=_NAME, relation=_TEXT, segment=_TEXT)
    | _kinds(contested=_FLAG, verdict=_NAME, report_id=_COUNT)
)
COMPARISON = (
    _kinds(agency_id=_COUNT, agency=_TEXT, year=_COUNT, scope=_NAME, metric=_TEXT, unit=_TEXT, value=_AMOUNT)
    | _kinds(numerator=_AMOUNT, denominator=_AMOUNT, null_reason=_TEXT, null_of=_TEXT, breaks=_TEXT)
    | _kinds(form=_TEXT, segment=_TEXT, contested=_FLAG, verdict=_NAME, report_id=_COUNT)
)
AGENCIES = (
    _kinds(agency_id=_COUNT, key=_TEXT, name=_TEXT, kind=_TEXT, level=_NAME, region_code=_TEXT)
    | _kinds(region=_TEXT, province=_TEXT, city=_TEXT, county=_TEXT)
    | _kinds(reports=_COUNT, first_year=_COUNT, last_year=_COUNT)
)
REVISIONS = (
    _kinds(agency=_TEXT, year=_COUNT, scope=_NAME, kind=_TEXT, noticed=_TEXT, form=_NAME, cell=_TEXT)
    | _kinds(old_value=_AMOUNT, new_value=_AMOUNT, old_printed=_TEXT, new_printed=_TEXT, chapters=_TEXT)
    | _kinds(same_path=_FLAG, same_reader=_FLAG, old_document=_TEXT, new_document=_TEXT)
    | _kinds(old_report_id=_COUNT, report_id=_COUNT)
)
COVERAGE = (
    _kinds(agency_id=_COUNT, agency=_TEXT, kind=_TEXT, level=_NAME, region_code=_TEXT, region=_TEXT)
    | _kinds(province=_TEXT, city=_TEXT, county=_TEXT, year=_COUNT, status=_NAME, timeliness=_TEXT)
    | _kinds(published=Kind.DAY, due=Kind.DAY, form_state=_TEXT, form=_TEXT, form_due=_TEXT)
    | _kinds(verdict=_NAME, report_id=_COUNT, document=_TEXT, reason=_TEXT)
)
FINDINGS = _WHOSE | _kinds(rule=_TEXT, severity=_NAME, message=_TEXT, cells=_TEXT, expected=_TEXT, actual=_TEXT)
DICTIONARY = _kinds(
    form=_NAME, cell=_TEXT, table=_TEXT, row=_TEXT, column=_TEXT, label_zh=_TEXT, label_en=_TEXT, unit=_TEXT
) | _kinds(signed=_FLAG, relation=_TEXT, name=_TEXT)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cells are asked for."""

    agencies: tuple[str, ...] = ()
    years: Years | None = None
    form: str | None = None
    table: str | None = None
    row: str | None = None
    column: str | None = None


def one_subject(store: Store, name: str) -> Subject:
    """The agency that a name means.

    Raises:
        ConfigurationError: none, or several.
    """
    found = find_subjects(store, name)
    chosen = the_one(found, name)
    if chosen is not None:
        return chosen
    if not found:
        raise ConfigurationError(f"There is no report of {name}.", advice="Database.agencies() lists whose there are.")
    some = "、".join(each.name for each in found[:8]) + (f" and {len(found) - 8} more" if len(found) > 8 else "")
    raise ConfigurationError(f"{name} fits {len(found)} agencies: {some}.", advice="Name one in full.")


def subjects(
    store: Store, names: Sequence[str], kind: str | None = None, level: str | None = None, within: str | None = None
) -> list[Subject]:
    """The agencies by name, or the peers.

    Raises:
        ConfigurationError: both are given, or a name means none or several.
    """
    if names and any((kind, level, within)):
        raise ConfigurationError("It is not clear whose figures are asked for.", advice="Give agencies, or kind, level, within.")
    if names:
        return list(dict.fromkeys(one_subject(store, name) for name in names))
    return find_peers(store, kind, level, within)


def cell_rows(store: Store, wanted: Wanted) -> Rows:
    """``CELLS``."""
    asked = {"table": wanted.table, "row": wanted.row, "column": wanted.column}
    named = [(place, value) for place, value in asked.items() if value is not None]
    who = list(_reports(store, wanted.agencies, wanted.years))
    with store.reading() as connection:
        for start in range(0, len(who), _BATCH):
            some = who[start : start + _BATCH]
            cells = cells_of(store, connection, [row.id for row in some])
            for row in some:
                for each in cells[row.id]:
                    if wanted.form not in {None, each.form} or any(getattr(each.key, p) != value for p, value in named):
                        continue
                    figure = (each.value, each.printed, each.state.value, each.note, each.confidence)
                    box: Sequence[Any] = each.place.box or (None,) * 5
                    locus: Sequence[Any] = each.place.locus or (None,) * 2
                    yield (*_whose(row), row.scope, row.verdict, each.form, *each.key, *figure, *box, *locus)


def _whose(row: Any) -> Sequence[Any]:  # noqa: ANN401 - a row of _reports
    return (row.id, row.document, row.sha256, row.agency_id, row.agency, row.year)


def _reports(store: Store, names: Sequence[str], years: Years | None) -> Iterator[Any]:
    """Current reports, by agency, year and scope."""
    first_name = (document_path.c.document_id == report.c.document_id) & (document_path.c.ordinal == 0)
    columns = (report.c[name] for name in ("id", "agency_id", "agency", "year", "scope", "verdict"))
    query = (
        select(*columns, document_path.c.document, document.c.sha256)
        .join_from(report, document, report.c.document_id == document.c.id)
        .outerjoin(document_path, first_name)
        .where(report.c.current == 1)
        .order_by(report.c.agency, report.c.year, report.c.scope, report.c.id)
    )
    if years is not None:
        query = query.where(report.c.year.between(*years))
    conditions: list[Select[Any]] = [query]
    if names:
        meant = subjects(store, names)
        ids = [each.agency_id for each in meant if each.agency_id is not None]
        printed = [each.name for each in meant if each.agency_id is None]
        of_names = and_(report.c.agency_id.is_(None), report.c.agency.in_(printed))
        conditions = [query.where(or_(report.c.agency_id.in_(ids), of_names))]
    with store.reading() as connection:
        yield from chain.from_iterable(connection.execute(each).all() for each in conditions)


def series_rows(store: Store, whose: Sequence[Subject], keys: Sequence[str], years: Years | None) -> Rows:
    """``SERIES``.

    Raises:
        ConfigurationError: there is no such indicator.
    """
    known = indicators()
    for key in keys:
        if key not in known:
            raise ConfigurationError(f"There is no indicator {key}.", advice="docs/series.md lists them.")
    for some in batched(list(whose)):
        for p in series(store, some, keys, years):
            said = known[p.indicator]
            of = (p.subject.agency_id, p.subject.name, p.year, p.scope, p.indicator, said.label.zh, said.label.en, said.unit)
            lack = p.lack.value if p.lack else None
            yield (*of, p.value, lack, p.form, p.relation, p.segment, p.contested, p.verdict, p.report_id)


def comparison_rows(store: Store, metric: str, whose: Sequence[Subject], years: Years | None) -> Rows:
    """``COMPARISON``.

    Raises:
        ConfigurationError: there is no such metric.
    """
    what = quantity(metric)
    span = years or (reporting_years(store, whose) if whose else None)
    if span is None:
        return
    for line in compare(store, what, whose, span):
        for m in line.marks:
            of = (line.subject.agency_id, line.subject.name, m.year, m.scope, what.key, what.unit)
            figure = (m.value, m.numerator, m.denominator, m.lack.value if m.lack else None, m.of or None)
            breaks = " ".join(each.value for each in m.breaks)
            yield (*of, *figure, breaks, m.form, m.segment, m.contested, m.verdict, m.report_id)


def agency_rows(store: Store, kind: str | None, level: str | None, within: str | None) -> Rows:
    """``AGENCIES``."""
    query = (
        select(
            *(agency.c[name] for name in ("id", "key", "name", "kind", "level", "region_code")),
            region.c.name.label("region"),
            *(region.c[name] for name in ("province", "city", "county")),
            func.count(report.c.id),
            func.min(report.c.year),
            func.max(report.c.year),
        )
        .join(report, and_(report.c.agency_id == agency.c.id, report.c.current == 1))
        .outerjoin(region, region.c.code == agency.c.region_code)
        .where(*peers(kind, level, within))
        .group_by(agency.c.id, region.c.code)
        .order_by(agency.c.region_code, agency.c.kind, agency.c.name)
    )
    with store.reading() as connection:
        return [tuple(row) for row in connection.execute(query)]


def revision_rows(store: Store, name: str, year: int | None) -> Rows:
    """``REVISIONS``."""
    for r in revisions(store, name, year):
        chapters = "; ".join(f"{number} {change}" for number, _, change in r.sections) or None
        of = (r.agency, r.year, r.scope, r.kind, r.noticed)
        ends = (chapters, r.same_path, r.same_reader, r.old_document, r.new_document, r.old_report_id, r.report_id)
        for c in r.cells:
            yield (*of, c.form, c.cell, c.old_value, c.new_value, c.old_printed, c.new_printed, *ends)
        if not r.cells:
            yield (*of, *(None,) * 6, *ends)


def coverage_rows(found: Coverage) -> Rows:
    """``COVERAGE``."""
    return [astuple(row) for row in found.rows]


def finding_rows(store: Store, names: Sequence[str], years: Years | None) -> Rows:
    """``FINDINGS``."""
    who = {row.id: row for row in _reports(store, names, years)}
    found: dict[int, list[Sequence[Any]]] = {number: [] for number in who}
    with store.reading() as connection:
        for some in batched(list(who)):
            query = select(finding).where(finding.c.report_id.in_(some)).order_by(finding.c.report_id, finding.c.ordinal)
            for f in connection.execute(query):
                found[f.report_id].append((f.rule, f.severity, f.message, f.cells, f.expected, f.actual))
    return [(*_whose(row), *said) for number, row in who.items() for said in found[number]]


def dictionary_rows(form: str | None) -> Rows:
    """``DICTIONARY``.

    Raises:
        ConfigurationError: there is no such form.
    """
    if form is not None and form not in forms():
        raise ConfigurationError(f"There is no form {form!r}.", advice=f"There are {', '.join(forms())}.")
    for each in (form,) if form else forms():
        for c in forms()[each].cells():
            labels = (f"{c.row_label}：{c.column_label}", c.en, c.unit, c.signed)
            yield (each, str(c.key), *c.key, *labels, f"form_{each}", column_name(c.key))
