"""Whose reports the documents are that could not be read, as far as their names and addresses say."""

from __future__ import annotations

from collections.abc import Mapping

import regex
from sqlalchemy import Connection, bindparam, select, update

from collect.errors import NotAReportError
from normalize.authority.model import Agency
from normalize.unread import unread_subject
from store.agencies import Register
from store.schema import failure

Told = tuple[Agency | None, int | None]
"""Agency and year, each where it is told."""

_WEB = regex.compile(r"https?://", regex.IGNORECASE)
_PLACE = (
    update(failure)
    .where(failure.c.document == bindparam("name"))
    .values(agency_id=bindparam("number"), year=bindparam("for_year"))
)


def told_of(document: str, origin: str, code: str) -> Told:
    """What the name of a failed document, or its address in the web, tells; nothing of what is no report at all."""
    if code == NotAReportError.code:
        return None, None
    return unread_subject(origin if _WEB.match(origin) else document)


def place_failures(connection: Connection) -> None:
    """Say of every failure there is what its name tells."""
    rows = connection.execute(select(failure.c.document, failure.c.origin, failure.c.code)).all()
    told: Mapping[str, Told] = {row.document: told_of(row.document, row.origin, row.code) for row in rows}
    register = Register(connection)
    register.add(told.values())
    changes = [
        {"name": name, "number": register.number(agency) if agency else None, "for_year": year}
        for name, (agency, year) in told.items()
        if agency or year
    ]
    if changes:
        connection.execute(_PLACE, changes)
