"""The roster: a file in which a person says which agencies are to report, and for which years.

CSV with a header, or TOML:

agency,first_year,last_year
沭阳县审计局,2019,
沭阳县司法局,,2022

[[agency]]
name = "沭阳县审计局"
first_year = 2019          # optional, as is last_year
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from collect.errors import ConfigurationError
from collect.stated import toml
from normalize.authority.model import Agency, Evidence
from normalize.authority.resolve import resolve

_Year = Annotated[int, Field(ge=2007, le=2100)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1)]
    first_year: _Year | None = None
    last_year: _Year | None = None

    @field_validator("first_year", "last_year", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @model_validator(mode="after")
    def _check(self) -> _Entry:
        if self.first_year and self.last_year and self.first_year > self.last_year:
            raise ValueError("first_year is after last_year")
        return self


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    agency: list[_Entry]


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """An agency that is to report."""

    name: str
    agency: Agency | None
    """The agency meant; None where the name does not tell: then reports that print this very name count."""
    first_year: int | None = None
    last_year: int | None = None


def read_roster(text: str, name: str = "the roster") -> tuple[RosterEntry, ...]:
    """A roster, checked; CSV unless ``name`` ends in .toml.

    Raises:
        ConfigurationError: it is neither, says something unknown, or is empty.
    """
    raw = _toml(text, name) if name.lower().endswith(".toml") else list(_csv(text, name))
    try:
        entries = _File.model_validate({"agency": raw}).agency
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = " ".join(str(part + 1) if isinstance(part, int) else str(part) for part in first["loc"][1:])
        raise ConfigurationError(f"{name}: entry {where}: {first['msg']}.", advice=_ADVICE) from error
    if not entries:
        raise ConfigurationError(f"{name} names no agency.", advice=_ADVICE)
    return tuple(RosterEntry(e.name, resolve(Evidence(e.name, e.last_year)).agency, e.first_year, e.last_year) for e in entries)


_ADVICE = "Correct it; docs/time.md shows a roster."


def _toml(text: str, name: str) -> Any:  # noqa: ANN401 - whatever the file has there
    try:
        found = toml(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name} is no TOML ({error}).", advice=_ADVICE) from error
    if found.keys() - {"agency"}:
        raise ConfigurationError(f"{name}: there are only [[agency]] entries in a roster.", advice=_ADVICE)
    return found.get("agency", [])


def _csv(text: str, name: str) -> Iterator[dict[str, str]]:
    try:
        yield from _rows(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))), name)
    except csv.Error as error:
        raise ConfigurationError(f"{name} is no CSV ({error}).", advice=_ADVICE) from error


def _rows(rows: csv.DictReader[str], name: str) -> Iterator[dict[str, str]]:
    headings = [heading.strip() for heading in rows.fieldnames or ()]
    if "agency" not in headings:
        raise ConfigurationError(f"{name} has no column agency.", advice=_ADVICE)
    for row in rows:
        if None in row:
            raise ConfigurationError(f"{name}: line {rows.line_num} has too many fields.", advice=_ADVICE)
        found = {("name" if key.strip() == "agency" else key.strip()): value or "" for key, value in row.items()}
        if any(value.strip() for value in found.values()):
            yield found
