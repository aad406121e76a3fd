"""The alias file: a TOML file in which a person says what printed names mean, and which agency went on as which.

[[name]]
printed = "区统计局"                 # as reports print it
agency = "临沂市河东区统计局"        # a name that is clear by itself
document = "hedong/*"               # optional: only in documents of that name or address
first_year = 2019                   # optional, as is last_year

[[name]]
printed = "白鹭区教育和体育局"       # a place that the gazetteer lacks
agency = "白鹭区教育和体育局"
region = "350200"                   # smallest division that is known
area = "白鹭区"
level = "county"

[[succession]]
agency = "临沂市河东区中小企业局"
successor = "临沂市河东区工业和信息化局"
year = 2019
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from collect.errors import ConfigurationError
from collect.stated import toml
from normalize.authority.bodies import Body, kinds
from normalize.authority.model import Agency, Evidence
from normalize.authority.names import read_name
from normalize.authority.resolve import agency_key, resolve
from normalize.gazetteer import Level, gazetteer

_Text = Annotated[str, Field(min_length=1)]
_Year = Annotated[int, Field(ge=2007, le=2100)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class _Name(_Entry):
    printed: _Text
    agency: _Text
    document: _Text = "*"
    first_year: _Year | None = None
    last_year: _Year | None = None
    region: str | None = None
    area: str = ""
    level: Level | None = None
    kind: str | None = None

    @model_validator(mode="after")
    def _check(self) -> _Name:
        if self.first_year and self.last_year and self.first_year > self.last_year:
            raise ValueError("first_year is after last_year")
        if self.region and gazetteer().region(self.region) is None:
            raise ValueError(f"region {self.region} is no division's code")
        if self.kind and self.kind not in (*kinds().kinds, "institution", "other", "party", "development_zone"):
            raise ValueError(f"kind {self.kind} does not exist; nianbao agencies kinds lists them")
        if self.region is None and (self.area or self.level or self.kind):
            raise ValueError("area, level and kind need a region")
        return self


class _Succession(_Entry):
    agency: _Text
    successor: _Text
    year: _Year


class _File(_Entry):
    name: list[_Name] = []
    succession: list[_Succession] = []


@dataclass(frozen=True, slots=True)
class Alias:
    """A printed name and the agency it means, in some documents and years."""

    printed: str
    agency: Agency
    document: str = "*"
    first_year: int | None = None
    last_year: int | None = None


@dataclass(frozen=True, slots=True)
class Succession:
    """An agency that another went on as, or was merged into."""

    agency: Agency
    successor: Agency
    year: int


@dataclass(frozen=True, slots=True)
class AliasFile:
    """What an alias file says, in its order."""

    aliases: tuple[Alias, ...] = ()
    successions: tuple[Succession, ...] = ()


def read_aliases(text: str, name: str = "the alias file") -> AliasFile:
    """An alias file, checked.

    Raises:
        ConfigurationError: it is no TOML, says something unknown, or names an agency that is not clear.
    """
    try:
        parsed = _File.model_validate(toml(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name} is no TOML ({error}).", advice="Correct it; see docs/agencies.md.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        advice = "Correct that entry; see docs/agencies.md."
        raise ConfigurationError(f"{name}: entry {where}: {first['msg']}.", advice=advice) from error
    return AliasFile(
        tuple(Alias(e.printed, _agency_of(e, name), e.document, e.first_year, e.last_year) for e in parsed.name),
        tuple(Succession(_clear(e.agency, name), _clear(e.successor, name), e.year) for e in parsed.succession),
    )


def _agency_of(entry: _Name, name: str) -> Agency:
    if entry.region is None:
        return _clear(entry.agency, name, entry.last_year)
    place = gazetteer().region(entry.region)
    assert place is not None  # noqa: S101 - the entry was checked
    body = read_name(entry.agency).body
    kind = entry.kind or (body.kind if body else "other")
    group = kinds().kinds[kind].group if kind in kinds().kinds else (body.group if body else "department")
    known = kind in kinds().kinds
    key = agency_key(place.code, entry.area, Body(kind, group, body.name if known and body else entry.agency))
    return Agency(key, entry.agency, place.code, entry.level or place.level, kind, group, entry.area)


def _clear(printed: str, name: str, year: int | None = None) -> Agency:
    resolution = resolve(Evidence(printed, year))
    if resolution.agency is not None:
        return resolution.agency
    meant = "、".join(each.name for each in resolution.candidates[:4])
    raise ConfigurationError(
        f"{name}: {printed} is not clear{f': it may be {meant}' if meant else ''}.",
        advice="Name it with its city or province, or give its region.",
    )
