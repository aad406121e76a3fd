"""Where a report was printed: its document, where that was found and when, and the place of one of its cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from explore.drawing import Picture
from explore.site import Site
from extract.model import Document, Grid, Line, Locus
from store.provenance import Place
from store.schema import document, document_warning, report

_AROUND = 3
"""Rows or lines shown before and after the one a cell stands in."""
_MARGIN = 70.0
"""Points shown around a cell's box."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """An address at which the document was found. Times are of the runs: ISO 8601, UTC."""

    document: str
    origin: str
    first_seen: str
    last_seen: str
    gone_since: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """The document of a report."""

    name: str
    sha256: str
    media_type: str
    pages: int
    size: int
    producer: str
    reader: str
    sightings: tuple[Sighting, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What a document without pages prints around a cell: rows of cells, or lines of one field each."""

    rows: tuple[tuple[tuple[str, bool], ...], ...]
    """Text, and whether it is the cell asked for."""
    tabular: bool


def source_of(connection: Connection, report_id: int) -> Source:
    """The document that prints a report."""
    row = connection.execute(
        select(document).join(report, report.c.document_id == document.c.id).where(report.c.id == report_id)
    ).one()
    seen = connection.execute(_SIGHTINGS, {"number": row.id})
    sightings = tuple(Sighting(*each) for each in seen)
    said = select(document_warning.c.message).where(document_warning.c.document_id == row.id).order_by(document_warning.c.ordinal)
    return Source(
        name=sightings[0].document if sightings else "",
        sha256=row.sha256,
        media_type=row.media_type,
        pages=row.pages,
        size=row.size,
        producer=row.producer,
        reader=row.reader,
        sightings=sightings,
        warnings=tuple(connection.scalars(said)),
    )


_SIGHTINGS = text(
    "SELECT document, origin, first_seen, last_seen, gone_since FROM sightings WHERE document_id = :number"
    " ORDER BY current DESC, first_seen LIMIT 20"
)


def picture_of(site: Site, source: Source, number: int) -> Picture | None:
    """A page of the document; None where its bytes are not to be had or it cannot be drawn."""
    content = site.originals.content(source.sha256)
    return None if content is None else site.drawings.page(source.sha256, content, number)


def is_at_hand(site: Site, source: Source) -> bool:
    """Whether the document's bytes are to be had."""
    return site.originals.content(source.sha256) is not None


def excerpt_of(site: Site, source: Source, place: Place) -> Excerpt | None:
    """What stands around a place of a document without pages, as the reader sees it."""
    content = site.originals.content(source.sha256)
    if content is None or place.locus is None:
        return None
    read = site.drawings.document(source.sha256, content, source.name)
    return None if read is None else excerpt(read, place.locus)


def excerpt(read: Document, locus: Locus) -> Excerpt | None:
    """The rows or lines around a locus; None where the document has none such."""
    for block in read.blocks:
        if isinstance(block, Grid):
            row = next((cell.row for cell in block.cells if cell.locus == locus), None)
            if row is not None:
                return Excerpt(tuple(_rows(block, locus, row)), tabular=True)
    lines = [block for block in read.blocks if isinstance(block, Line)]
    at = next((place for place, line in enumerate(lines) if line.locus and line.locus.line == locus.line), None)
    if at is None:
        return None
    near = lines[max(0, at - _AROUND) : at + _AROUND + 1]
    return Excerpt(tuple(((line.text, line is lines[at]),) for line in near), tabular=False)


def _rows(grid: Grid, locus: Locus, row: int) -> Iterator[tuple[tuple[str, bool], ...]]:
    for number in range(max(0, row - _AROUND), row + _AROUND + 1):
        cells = [cell for cell in grid.cells if cell.row == number]
        if cells:
            yield tuple((cell.text, cell.locus == locus) for cell in cells)


def around(box: Sequence[float], picture: Picture) -> tuple[float, float, float, float]:
    """What to cut out of a page to see a box (x0, top, x1, bottom) among its neighbours: x, y, width, height in points."""
    x0, top, x1, bottom = box
    left, upper = max(0.0, x0 - 2.5 * _MARGIN), max(0.0, top - _MARGIN)
    right, lower = min(picture.width, x1 + 2.5 * _MARGIN), min(picture.height, bottom + _MARGIN)
    return left, upper, max(right - left, 1.0), max(lower - upper, 1.0)
