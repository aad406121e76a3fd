"""Peer groups: which agencies are of a kind, a rank and a place. A question, not a list."""

from __future__ import annotations

from sqlalchemy import or_
from sqlalchemy.sql import ColumnElement

from normalize.gazetteer import gazetteer
from store.schema import agency, region


def peers(kind: str | None, level: str | None, within: str | None) -> list[ColumnElement[bool]]:
    """Conditions on ``agency`` joined with ``region``; ``within`` is the name or code of a division."""
    asked = [column == value for column, value in ((agency.c.kind, kind), (agency.c.level, level)) if value]
    if within:
        place = or_(region.c.province == within, region.c.city == within, region.c.county == within, region.c.name == within)
        known = gazetteer().region(within)
        names = (known.name,) if known else ()
        asked.append(or_(place, *(or_(region.c.code == within, region.c.city == n, region.c.county == n) for n in names)))
    return asked
