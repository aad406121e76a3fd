"""The prose of the store as the search for copies sees it: whose each section is, and its clauses as masked text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import regex
from sqlalchemy import Connection, and_, exists, not_, select, tuple_

from normalize.clauses import own_names
from normalize.prose import folded
from store.bulk import batched
from store.schema import agency, document, region, report, section
from store.supersede import subject

_AT_ONCE = 2_000
"""Sections read at a time."""
_FIRST_PLACE = regex.compile(r"^\p{Han}{1,12}?(?:自治区|自治州|[省市州盟县区旗])")

SectionKey = tuple[int, int]
"""Number of the report, place among its sections."""


@dataclass(frozen=True, slots=True)
class Author:
    """A report as the author of its sections."""

    report_id: int
    name: str
    """As printed, folded."""
    agency_id: int | None
    year: int | None
    place: str
    """City, or else province; as far as the printed name says where the agency is unknown."""
    names: tuple[str, ...]
    """What its sections may call it."""
    settled: bool
    """Two reports of this author in two years are of one agency for certain."""
    rank: tuple[int, str, str, str, int]
    """Its place in time: year, date of publication; then name and content, so that no order of loading shows."""

    def is_other(self, other: Author) -> bool:
        """Of another agency for certain: 区统计局 may be the 统计局 of any district."""
        if self.agency_id is not None and other.agency_id is not None:
            return self.agency_id != other.agency_id
        one, two = sorted((self.name, other.name), key=len)
        return bool(one) and not two.endswith(regex.sub(r"^[我本省市区县州旗镇乡]", "", one))

    @property
    def identity(self) -> int | str:
        """Its agency: the number, or the printed name of an agency without one."""
        return self.name if self.agency_id is None else self.agency_id


_AUTHORS = (
    select(
        *(report.c[name] for name in ("id", "ordinal", "agency", "agency_id", "year", "published")),
        *(agency.c.name, agency.c.region_code, document.c.sha256),
        *(region.c.province, region.c.city, region.c.county, region.c.name.label("region")),
    )
    .outerjoin(agency, agency.c.id == report.c.agency_id)
    .outerjoin(region, region.c.code == agency.c.region_code)
    .join(document, document.c.id == report.c.document_id)
)


def authors(connection: Connection) -> dict[int, Author]:
    """The authors of current reports, by report."""
    return {row.id: _author(row) for row in connection.execute(_AUTHORS.where(report.c.current == 1))}


def authors_of(connection: Connection, reports: Iterable[int]) -> dict[int, Author]:
    """The authors of some reports."""
    found = (connection.execute(_AUTHORS.where(report.c.id.in_(some))) for some in batched(sorted(reports)))
    return {row.id: _author(row) for row in chain.from_iterable(found)}


def _author(row: Any) -> Author:  # noqa: ANN401 - a row of the query above
    name = folded(row.agency)
    divisions = tuple(filter(None, dict.fromkeys((row.province, row.city, row.county, row.region))))
    first = _FIRST_PLACE.match(name)
    return Author(
        row.id,
        name,
        row.agency_id,
        row.year,
        row.city or row.province or (first.group() if first else name),
        own_names(row.agency, row.name or "", tuple(map(str, divisions))),
        row.year is not None and (row.agency_id is not None or subject(row.agency, row.year, None) is not None),
        (row.year or 9999, row.published or "9999", row.name or name, row.sha256, row.ordinal),
    )


_NEXT = section.alias("next")
_HAS_CHAPTERS = exists().where(_NEXT.c.report_id == section.c.report_id, _NEXT.c.ordinal == 1)
_IS_PREFACE = and_(section.c.ordinal == 0, section.c.number == 0, section.c.heading == "", _HAS_CHAPTERS)
# The preface is the form's formula, and the agency's address and telephone, the same every year.
_SECTIONS = select(section.c.report_id, section.c.ordinal, section.c.number, section.c.text).where(not_(_IS_PREFACE))


def read_sections(connection: Connection, who: Mapping[int, Author]) -> Iterator[Sequence[Any]]:
    """Every section of these authors, some at a time; a preface only where it is all there is."""
    found = connection.execution_options(stream_results=True).execute(_SECTIONS.order_by(section.c.report_id, section.c.ordinal))
    for rows in found.partitions(_AT_ONCE):
        yield [row for row in rows if row.report_id in who]


def texts_of(connection: Connection, keys: Iterable[SectionKey]) -> dict[SectionKey, str]:
    """The printed texts of some sections."""
    wanted = sorted(set(keys))
    key = tuple_(section.c.report_id, section.c.ordinal)
    rows = (
        connection.execute(select(section.c.report_id, section.c.ordinal, section.c.text).where(key.in_(some)))
        for some in batched(wanted, 400)
    )
    return {(row.report_id, row.ordinal): row.text for row in chain.from_iterable(rows)}
