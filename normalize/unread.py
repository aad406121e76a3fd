"""Whose report a document is that could not be read, as far as its name and address say. Weak evidence, for coverage only."""

from __future__ import annotations

from normalize.authority.model import Agency, Evidence
from normalize.authority.resolve import resolve
from normalize.origin import agency_in_origin, year_in_origin


def unread_subject(origin: str) -> tuple[Agency | None, int | None]:
    """Agency and reporting year that a path, file name or address names; None for what it does not."""
    year = year_in_origin(origin)
    printed = agency_in_origin(origin)
    agency = resolve(Evidence(printed, year[0] if year else None, origin=origin)).agency if printed else None
    return agency, year[0] if year else None
