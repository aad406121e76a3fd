"""Agencies and regions in the database: what a report's resolution becomes, and what an alias file changes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from normalize.authority.aliases import Alias, AliasFile
from normalize.authority.bodies import kinds
from normalize.authority.model import Agency
from normalize.gazetteer import Level, Region, gazetteer
from normalize.model import Report
from store.schema import agency, agency_alias, agency_kind, agency_succession, document, region, region_heir, report
from store.supersede import Subject, settle, subject

if TYPE_CHECKING:
    from store.load import Store

_REGION = select(region.c.code).where(region.c.code == bindparam("code"))
_AGENCY = select(agency.c.id, agency.c.name, agency.c.name_year).where(agency.c.key == bindparam("key"))
_ALIASES = select(agency_alias).where(agency_alias.c.printed == bindparam("printed")).order_by(agency_alias.c.ordinal)


def place_agency(connection: Connection, loaded: Report, name: str, origin: str) -> dict[str, Any]:
    """The columns of ``report`` that say whose it is; agency and region are added where they are new.

    Args:
        connection: Inside the transaction that writes the report.
        loaded: The report.
        name: Public name of the document, and ``origin`` its address: an alias may be for some documents only.
        origin: See ``name``.
    """
    resolution, year = loaded.agency, loaded.identity.year
    read = write_agency(connection, resolution.agency, year) if resolution and resolution.agency else None
    columns: dict[str, Any] = {
        "agency_id": read,
        "agency_read": read,
        "agency_basis": resolution.basis or None if resolution else None,
        "agency_reason": resolution.reason.value if resolution and resolution.reason else None,
    }
    alias = _alias(connection, loaded.identity.agency, year, (name, origin))
    return columns if alias is None else columns | {"agency_id": alias, "agency_basis": "alias"}


def write_agency(connection: Connection, named: Agency, year: int | None) -> int:
    """The number of an agency, added where it is new. Its name is that of its latest report."""
    known = connection.execute(_AGENCY, {"key": named.key}).one_or_none()
    if known is not None:
        if (year or 0, named.name) > (known.name_year or 0, known.name):
            changed = {"name": named.name, "name_year": year}
            connection.execute(update(agency).where(agency.c.id == known.id).values(changed))
        return int(known.id)
    _write_kinds(connection)
    place_of = gazetteer().region(named.region_code) if named.region_code else None
    if place_of is not None:
        _write_region(connection, place_of)
    row = {
        "key": named.key,
        "name": named.name,
        "name_year": year,
        "region_code": place_of.code if place_of else None,
        "level": named.level.value,
        "kind": named.kind,
        "category": named.group,
        "area": named.area,
        "system": int(named.system),
    }
    (number,) = connection.execute(insert(agency).values(row)).inserted_primary_key or (None,)
    if not isinstance(number, int):
        raise TypeError("agency numbers its rows")
    return number


def _write_region(connection: Connection, place_of: Region) -> None:
    """The division, those it lies in and those that took it over, where they are new."""
    known = gazetteer()
    parent = known.parent(place_of)
    if connection.execute(_REGION, {"code": place_of.code}).first() is not None:
        return
    if parent is not None:
        _write_region(connection, parent)
    above = {each.level: each.name for each in _upwards(place_of)}
    row = {
        "code": place_of.code,
        "name": place_of.name,
        "level": place_of.level.value,
        "parent_code": parent.code if parent else None,
        "province": above.get(Level.PROVINCE, ""),
        "city": above.get(Level.CITY, ""),
        "county": above.get(Level.COUNTY, ""),
        "since": place_of.since,
        "until": place_of.until,
    }
    connection.execute(insert(region).values(row))
    heirs = [{"code": place_of.code, "heir_code": heir.code, "year": heir.year} for heir in place_of.heirs]
    if heirs:
        connection.execute(insert(region_heir), heirs)


def _upwards(place_of: Region) -> Iterable[Region]:
    each: Region | None = place_of
    while each is not None:
        yield each
        each = gazetteer().parent(each)


def _write_kinds(connection: Connection) -> None:
    """The kinds of bodies, with the first agency: a table of what the data file says."""
    if connection.execute(select(agency_kind.c.kind).limit(1)).first() is not None:
        return
    connection.execute(
        insert(agency_kind),
        [
            {
                "kind": kind.key,
                "category": kind.group,
                "label": kind.label,
                "successor": kind.successor or None,
                "year": kind.successor_year or None,
            }
            for kind in kinds().kinds.values()
        ],
    )


def _alias(connection: Connection, printed: str, year: int | None, names: Sequence[str]) -> int | None:
    rows = connection.execute(_ALIASES, {"printed": printed}).all() if printed else ()
    return next((row.agency_id for row in rows if _fits(row.document, row.first_year, row.last_year, year, names)), None)


def _fits(pattern: str, first: int | None, last: int | None, year: int | None, names: Sequence[str]) -> bool:
    in_time = year is None or ((first is None or first <= year) and (last is None or year <= last))
    return in_time and any(fnmatchcase(name, pattern) for name in names)


def use_aliases(store: Store, file: AliasFile) -> int:
    """Put an alias file in the place of the one before, for the reports there are and those to come.

    Reports that only the former file settled are as undecided again as they were. Gives how many reports this one settles.
    """
    with store.writing() as connection:
        settled, affected = _apply(connection, file)
        settle(connection, affected)
    return settled


def _apply(connection: Connection, file: AliasFile) -> tuple[int, list[Subject | None]]:
    connection.execute(delete(agency_alias))
    connection.execute(delete(agency_succession))
    for ordinal, alias in enumerate(file.aliases):
        connection.execute(insert(agency_alias).values(_alias_row(ordinal, alias, write_agency(connection, alias.agency, None))))
    for each in file.successions:
        ends = [write_agency(connection, end, None) for end in (each.agency, each.successor)]
        connection.execute(insert(agency_succession).values(agency_id=ends[0], successor_id=ends[1], year=each.year))
    return _settle(connection, {alias.printed for alias in file.aliases})


def _alias_row(ordinal: int, alias: Alias, agency_id: int) -> dict[str, Any]:
    return {
        "ordinal": ordinal,
        "printed": alias.printed,
        "document": alias.document,
        "first_year": alias.first_year,
        "last_year": alias.last_year,
        "agency_id": agency_id,
    }


def _settle(connection: Connection, printed: Iterable[str]) -> tuple[int, list[Subject | None]]:
    """Bring the reports that an alias fits, or used to fit, to what the aliases say now."""
    columns = (report.c.id, report.c.agency, report.c.year, report.c.scope, report.c.agency_id, report.c.agency_read)
    query = (
        select(*columns, report.c.agency_basis, document.c.document, document.c.origin)
        .join(document, document.c.id == report.c.document_id)
        .where(report.c.agency.in_(sorted(printed)) | (report.c.agency_basis == "alias"))
    )
    settled, affected = 0, list[Subject | None]()
    for row in connection.execute(query).all():
        alias = _alias(connection, row.agency, row.year, (row.document, row.origin))
        chosen = row.agency_read if alias is None else alias
        settled += alias is not None
        if (chosen, row.agency_basis == "alias") == (row.agency_id, alias is not None):
            continue
        affected += [subject(row.agency, row.year, row.scope, number) for number in (row.agency_id, chosen)]
        basis = "alias" if alias is not None else ("name" if row.agency_read is not None else None)
        connection.execute(update(report).where(report.c.id == row.id).values(agency_id=chosen, agency_basis=basis))
    return settled, affected
