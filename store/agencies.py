"""Agencies and regions in the database: what a report's resolution becomes, and what an alias file changes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select, update

from normalize.authority.aliases import AliasFile
from normalize.authority.bodies import kinds
from normalize.authority.model import Agency, Resolution
from normalize.gazetteer import Level, Region, gazetteer
from store.bulk import batched, insert_rows, reserve
from store.schema import (
    agency,
    agency_alias,
    agency_kind,
    agency_succession,
    document_path,
    region,
    region_heir,
    report,
)
from store.stale import mark_stale
from store.supersede import Subject, settle, subject
from store.values import storable

if TYPE_CHECKING:
    from store.load import Store

_AGENCIES = select(agency.c.id, agency.c.key, agency.c.name, agency.c.name_year).where(
    agency.c.key.in_(bindparam("keys", expanding=True))
)
_RENAME = update(agency).where(agency.c.id == bindparam("number")).values(name=bindparam("to"), name_year=bindparam("of"))


class Register:
    """The agencies of the database, looked up and added many at a time inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbers: dict[str, int] = {}
        self._aliases: dict[str, list[Row[Any]]] = {}
        for row in connection.execute(select(agency_alias).order_by(agency_alias.c.ordinal)):
            self._aliases.setdefault(row.printed, []).append(row)

    def add(self, named: Iterable[tuple[Agency | None, int | None]]) -> None:
        """Agencies with the years of their reports: those that are new are added. The latest report gives the name."""
        latest: dict[str, tuple[int, str, Agency]] = {}
        for each, year in named:
            if each is not None:
                offered = (year or 0, each.name, each)
                key = storable(each.key)
                latest[key] = max(latest.get(key, offered), offered, key=lambda item: item[:2])
        renamed = []
        for keys in batched(sorted(latest)):
            for row in self._connection.execute(_AGENCIES, {"keys": list(keys)}):
                self._numbers[row.key] = row.id
                year, name, _ = latest[row.key]
                if (year, storable(name)) > (row.name_year or 0, row.name):
                    renamed.append({"number": row.id, "to": storable(name), "of": year or None})
        if renamed:
            self._connection.execute(_RENAME, renamed)
        new = [(each, year) for key, (year, _, each) in latest.items() if key not in self._numbers]
        if new:
            self._add_new(new)

    def _add_new(self, new: Sequence[tuple[Agency, int]]) -> None:
        _write_kinds(self._connection)
        _write_regions(self._connection, {each.region_code for each, _ in new if each.region_code})
        numbers = reserve(self._connection, "agency", len(new))
        rows = [_agency_row(number, each, year) for number, (each, year) in zip(numbers, new, strict=True)]
        insert_rows(self._connection, "agency", _COLUMNS, rows)
        self._numbers |= {storable(each.key): number for number, (each, _) in zip(numbers, new, strict=True)}

    def number(self, named: Agency) -> int:
        """The number of an agency that was added."""
        return self._numbers[storable(named.key)]

    def place(
        self, resolution: Resolution | None, printed: str, year: int | None, names: Sequence[str]
    ) -> tuple[int | None, int | None, str | None, str | None]:
        """The values of ``agency_id``, ``agency_read``, ``agency_basis`` and ``agency_reason`` of a report.

        ``names`` are those of the document: its public name and its address. An alias may be for some documents only.
        """
        read = self.number(resolution.agency) if resolution and resolution.agency else None
        reason = resolution.reason.value if resolution and resolution.reason else None
        alias = self.alias(printed, year, names)
        if alias is not None:
            return alias, read, "alias", reason
        return read, read, (resolution.basis or None) if resolution else None, reason

    def alias(self, printed: str, year: int | None, names: Sequence[str]) -> int | None:
        """The agency that the alias file says a printed name means."""
        rows = self._aliases.get(printed, ())
        return next((row.agency_id for row in rows if _fits(row.document, row.first_year, row.last_year, year, names)), None)


_COLUMNS = ("id", "key", "name", "name_year", "region_code", "level", "kind", "category", "area", "system")


def _agency_row(number: int, named: Agency, year: int) -> tuple[Any, ...]:
    place = (named.region_code or None, named.level.value, named.kind, named.group, storable(named.area), int(named.system))
    return (number, storable(named.key), storable(named.name), year or None, *place)


def _write_regions(connection: Connection, codes: set[str]) -> None:
    """The divisions, those they lie in and those that took them over, where they are new."""
    known = gazetteer()
    wanted = {each.code: each for code in codes if (place := known.region(code)) for each in _upwards(place)}
    query = select(region.c.code)
    for some in batched(sorted(wanted)):
        for code in connection.scalars(query.where(region.c.code.in_(some))):
            del wanted[code]
    if wanted:
        connection.execute(insert(region), [_region_row(wanted[code]) for code in sorted(wanted)])
    heirs = [{"code": code, "heir_code": heir.code, "year": heir.year} for code in sorted(wanted) for heir in wanted[code].heirs]
    if heirs:
        connection.execute(insert(region_heir), heirs)


def _region_row(place: Region) -> dict[str, Any]:
    parent = gazetteer().parent(place)
    above = {each.level: each.name for each in _upwards(place)}
    return {
        "code": place.code,
        "name": place.name,
        "level": place.level.value,
        "parent_code": parent.code if parent else None,
        "province": above.get(Level.PROVINCE, ""),
        "city": above.get(Level.CITY, ""),
        "county": above.get(Level.COUNTY, ""),
        "since": place.since,
        "until": place.until,
    }


def _upwards(place: Region) -> Iterator[Region]:
    each: Region | None = place
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
    _mark_successions(connection)
    connection.execute(delete(agency_succession))
    register = Register(connection)
    register.add((alias.agency, None) for alias in file.aliases)
    register.add((end, None) for each in file.successions for end in (each.agency, each.successor))
    for ordinal, alias in enumerate(file.aliases):
        row = {
            "ordinal": ordinal,
            "printed": alias.printed,
            "document": alias.document,
            "first_year": alias.first_year,
            "last_year": alias.last_year,
            "agency_id": register.number(alias.agency),
        }
        connection.execute(insert(agency_alias).values(row))
    for each in file.successions:
        ends = {"agency_id": register.number(each.agency), "successor_id": register.number(each.successor)}
        connection.execute(insert(agency_succession).values(ends | {"year": each.year}))
    _mark_successions(connection)
    return _settle(connection, {alias.printed for alias in file.aliases})


def _mark_successions(connection: Connection) -> None:
    """What the years of these agencies say of each other is to be looked at again."""
    ends = connection.execute(select(agency_succession.c.agency_id, agency_succession.c.successor_id))
    mark_stale(connection, [(number, "") for row in ends for number in row])


def _settle(connection: Connection, printed: Iterable[str]) -> tuple[int, list[Subject | None]]:
    """Bring the reports that an alias fits, or used to fit, to what the aliases say now."""
    register = Register(connection)
    columns = (report.c.id, report.c.agency, report.c.year, report.c.scope, report.c.agency_id, report.c.agency_read)
    path = document_path.c
    query = (
        select(*columns, report.c.agency_basis, path.document, path.origin)
        .outerjoin(document_path, and_(path.document_id == report.c.document_id, path.ordinal == 0))
        .where(report.c.agency.in_(sorted(printed)) | (report.c.agency_basis == "alias"))
    )
    settled, affected = 0, list[Subject | None]()
    for row in connection.execute(query).all():
        alias = register.alias(row.agency, row.year, (row.document or "", row.origin or ""))
        chosen = row.agency_read if alias is None else alias
        settled += alias is not None
        if (chosen, alias is not None) == (row.agency_id, row.agency_basis == "alias"):
            continue
        affected += [subject(row.agency, row.year, row.scope, number) for number in (row.agency_id, chosen)]
        basis = "alias" if alias is not None else ("name" if row.agency_read is not None else None)
        connection.execute(update(report).where(report.c.id == row.id).values(agency_id=chosen, agency_basis=basis))
    return settled, affected
