"""An agency's page: its years, the long series, what carries over, what was changed after publishing, its peers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response
from sqlalchemy import bindparam, text

from collect.errors import StoreError
from explore.charts import Spec, small_chart
from explore.pages import Asked, rendered
from normalize.continuity.model import Kind, kind_of
from normalize.series import Indicator, indicators
from store.continuity_query import chain_of
from store.coverage import Expected, years_covered
from store.lines import Line, lines_of
from store.load import Store
from store.series import Subject, Years, series

CHARTED = ("received", "granted", "refused", "carried_out", "review", "suit", "issued.normative_documents", "disclosed")
"""Indicators that are drawn, where there are figures; the table has all."""


@dataclass(frozen=True, slots=True)
class Charted:
    """A series as a small chart."""

    indicator: Indicator
    line: Line
    spec: Spec
    segments: int
    """Stretches of one meaning; figures of different ones are not comparable."""


@dataclass(frozen=True, slots=True)
class Peers:
    """A group of agencies like this one."""

    label: str
    address: str


def agency_page(asked: Asked) -> Response:
    """``/agency/12``, or ``/agency?name=某局`` for a printed name whose agency is undecided."""
    store = asked.site.store
    about = _about(store, asked)
    subject = Subject(about["name"], about["agency_id"])
    reports = _reports(store, subject)
    if not reports and about["agency_id"] is None:
        raise StoreError(f"No report is of {subject.name}.", advice="")
    covered = years_covered(store, about["agency_id"]) if about["agency_id"] is not None else ()
    years = [row["year"] for row in reports if row["year"] is not None] + [each.year for each in covered]
    span = (min(years), max(years)) if years else None
    listed = _series(store, subject, span) if span else []
    chain = chain_of(store, subject.agency_id or 0, "" if subject.agency_id else subject.name)
    values = {
        "about": about,
        "subject": subject,
        "strip": covered or tuple(_strip(reports)),
        "reports": reports,
        "span": range(span[0], span[1] + 1) if span else range(0),
        "charts": list(_charts(listed)),
        "listed": listed,
        "chain": chain,
        "breaks": {year: [each for each in chain.breaks if each.year == year] for year in {each.year for each in chain.breaks}},
        "gravest": _gravest,
        "revisions": _revisions(store, [row["report_id"] for row in reports]),
        "peers": list(_peers(asked, about)),
        "names": _names(store, about["agency_id"]),
    }
    return rendered(asked, "agency.html", values)


def _about(store: Store, asked: Asked) -> Mapping[str, Any]:
    if "number" not in asked.parts:
        return {
            "agency_id": None,
            "name": asked.query.get("name", ""),
            "kind": "",
            "level": "",
            "province": "",
            "city": "",
            "county": "",
        }
    with store.reading() as connection:
        row = (
            connection.execute(text("SELECT * FROM agencies WHERE agency_id = :number"), {"number": asked.number})
            .mappings()
            .first()
        )
    if row is None:
        raise StoreError(f"There is no agency {asked.number}.", advice="")
    return dict(row)


_REPORTS = (
    "SELECT r.id AS report_id, r.year, r.scope, r.form, r.verdict, r.current, r.relation, r.agency, p.document FROM report AS r"
    " LEFT JOIN document_path AS p ON p.document_id = r.document_id AND p.ordinal = 0 WHERE {}"
    " ORDER BY r.year, r.current DESC, r.id"
)


def _reports(store: Store, subject: Subject) -> list[Mapping[str, Any]]:
    """All its reports, superseded ones included."""
    whose = "r.agency_id = :number" if subject.agency_id is not None else "r.agency = :name AND +r.agency_id IS NULL"
    with store.reading() as connection:
        rows = connection.execute(text(_REPORTS.format(whose)), {"number": subject.agency_id, "name": subject.name})
        return [dict(row) for row in rows.mappings()]


def _strip(reports: Iterable[Mapping[str, Any]]) -> Iterable[Any]:
    """The years of an agency that nothing is expected of, since it is undecided."""
    for row in reports:
        if row["current"] and row["year"] is not None:
            about = (None, row["agency"], None, None, None, None, "", "", "", row["year"], "present", None, None, None, None)
            yield Expected(*about, row["form"], None, row["verdict"], row["report_id"], row["document"], None)


def _series(store: Store, subject: Subject, span: Years) -> list[tuple[Indicator, Line]]:
    """Every indicator that has a figure, without those of single kinds of applicants."""
    chosen = [each for each in indicators().values() if not each.applicant]
    points = series(store, [subject], [each.key for each in chosen], span)
    by_key: dict[str, list[Any]] = {}
    for point in points:
        by_key.setdefault(point.indicator, []).append(point)
    listed = [(each, line) for each in chosen for line in lines_of(subject, by_key.get(each.key, []), span)]
    return [(each, line) for each, line in listed if any(mark.value is not None for mark in line.marks)]


def _charts(listed: Sequence[tuple[Indicator, Line]]) -> Iterable[Charted]:
    for key in CHARTED:
        for indicator, line in listed:
            if indicator.key == key:
                segments = len({mark.segment for mark in line.marks if mark.value is not None})
                yield Charted(indicator, line, small_chart(line, indicator.unit), segments)


def _gravest(outcomes: Sequence[Any]) -> Kind:
    return kind_of(outcomes[0])


def _revisions(store: Store, reports: Sequence[int]) -> list[Mapping[str, Any]]:
    if not reports:
        return []
    query = text("SELECT * FROM revisions WHERE report_id IN :listed ORDER BY noticed DESC, year DESC").bindparams(
        bindparam("listed", expanding=True)
    )
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(query, {"listed": list(reports)[:500]}).mappings()]


def _names(store: Store, agency_id: int | None) -> list[Mapping[str, Any]]:
    """What its reports call it."""
    if agency_id is None:
        return []
    query = text("SELECT printed, first_year, last_year FROM agency_names WHERE agency_id = :number ORDER BY first_year, printed")
    with store.reading() as connection:
        return [dict(row) for row in connection.execute(query, {"number": agency_id}).mappings()]


def _peers(asked: Asked, about: Mapping[str, Any]) -> Iterable[Peers]:
    """Agencies of its kind and rank: in its city, in its province, in the country."""
    if about["agency_id"] is None or not about["kind"]:
        return
    for within in dict.fromkeys(filter(None, (about["city"], about["province"], None))):
        yield _peer_group(asked, about, within)
    yield _peer_group(asked, about, None)


def _peer_group(asked: Asked, about: Mapping[str, Any], within: str | None) -> Peers:
    values = {"metric": "received", "kind": about["kind"], "level": about["level"], "focus": str(about["agency_id"])}
    where = within or asked.words("agency.country")
    label = asked.words("agency.peers_in", where=where, level=asked.words.known("level", about["level"]))
    return Peers(label, f"/compare?{urlencode(values | ({'within': within} if within else {}))}")
