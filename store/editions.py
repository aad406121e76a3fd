"""The documents of some reports as the database has them, in the shape that ``store.lineage`` compares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from normalize.authority.hosts import Standing, site_of, standing
from normalize.model import State
from store.bulk import batched
from store.changes import Content, Printed
from store.lineage import Edition, Stay
from store.read import figures_of
from store.schema import agency, document, document_path, extra_cell, past_sighting, section

_PATH = document_path.c
_DOCUMENTS = select(document.c.id, document.c.sha256, document.c.media_type, document.c.reader)
_STAYS = select(_PATH.document_id, _PATH.document, _PATH.origin, _PATH.first_run, _PATH.current)
_PAST = select(_PATH.document_id, _PATH.document, _PATH.origin, past_sighting.c.first_run).join(
    past_sighting, and_(past_sighting.c.document_id == _PATH.document_id, past_sighting.c.ordinal == _PATH.ordinal)
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The editions of several reports, and every stay at their paths."""

    editions: dict[int, Edition]
    """By report number."""
    stays: dict[str, list[Stay]]
    """By path."""

    def stays_of(self, editions: Iterable[Edition]) -> list[Stay]:
        """Every stay at the paths of these editions, of whatever document."""
        paths = dict.fromkeys(stay.path for each in editions for stay in each.stays)
        return [stay for path in paths for stay in self.stays[path]]


def load_editions(connection: Connection, rows: Sequence[Any]) -> Loaded:
    """The editions that rows of ``report`` are: id, document_id, agency_id, published, verdict and cells_found are used."""
    documents = {row.id: row for row in _among(connection, _DOCUMENTS, document.c.id, [row.document_id for row in rows])}
    names = [
        (row.document_id, row.document, row.origin) for row in _among(connection, _STAYS, _PATH.document_id, list(documents))
    ]
    stays = _stays(connection, [name for _, name, _ in names])
    own: dict[int, list[Stay]] = defaultdict(list)
    for stay in (stay for held in stays.values() for stay in held if stay.document_id in documents):
        own[stay.document_id].append(stay)
    sites: dict[int, set[str]] = defaultdict(set)
    for number, name, origin in names:
        sites[number].add(site_of(origin, name))
    regions = _regions(connection, rows)
    contents = _contents(connection, [row.id for row in rows])
    editions = {}
    for row in rows:
        about, region = documents[row.document_id], regions.get(row.agency_id) if row.agency_id else None
        trust = max((standing(site, region) for site in sites[row.document_id]), default=Standing.UNKNOWN)
        editions[row.id] = Edition(
            row.id,
            row.document_id,
            about.sha256,
            about.media_type,
            about.reader,
            row.published,
            row.verdict,
            row.cells_found,
            trust,
            tuple(own[row.document_id]),
            contents[row.id],
        )
    return Loaded(editions, stays)


def _stays(connection: Connection, names: Sequence[str]) -> dict[str, list[Stay]]:
    """All that these paths ever held."""
    found: dict[str, list[Stay]] = defaultdict(list)
    for query in (_STAYS, _PAST):
        for row in _among(connection, query, _PATH.document, list(dict.fromkeys(names))):
            current = bool(row.current) if query is _STAYS else False
            found[row.document].append(Stay(row.document, row.document_id, row.first_run, current))
    return found


def _regions(connection: Connection, rows: Sequence[Any]) -> dict[int, str]:
    """Codes of the agencies' divisions; empty for bodies of the nation."""
    numbers = list({row.agency_id for row in rows if row.agency_id})
    query = select(agency.c.id, agency.c.region_code)
    return {row.id: row.region_code or "" for row in _among(connection, query, agency.c.id, numbers)}


def _contents(connection: Connection, reports: Sequence[int]) -> dict[int, Content]:
    found = {}
    for some in batched(reports, 200):
        cells = figures_of(connection, some)
        added: dict[int, dict[str, Printed]] = defaultdict(dict)
        for row in connection.execute(select(extra_cell).where(extra_cell.c.report_id.in_(some))):
            label = f"{row.table}: {row.row_label} × {row.column_label}"
            added[row.report_id][label] = Printed("", row.value, row.printed, State.PRINTED)
        sections: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for row in connection.execute(select(section).where(section.c.report_id.in_(some)).order_by(section.c.ordinal)):
            sections[row.report_id].append((row.number, row.heading, row.text))
        for number in some:
            printed = {str(cell.key): Printed(cell.form, cell.value, cell.printed, cell.state) for cell in cells[number]}
            found[number] = Content(printed, added[number], tuple(sections[number]))
    return found


def _among(connection: Connection, query: Select[Any], column: Any, values: Sequence[Any]) -> Iterator[Any]:  # noqa: ANN401 - a column of any type
    for some in batched(values):
        yield from connection.execute(query.where(column.in_(some)))
