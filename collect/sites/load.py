"""``sources/*.toml``: one table a site. Whoever writes them is told every mistake at once, each by file, table and field."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import regex
from pydantic import ValidationError

from collect.errors import ConfigurationError
from collect.sites.model import Site
from collect.stated import parts_of, toml

_NUMBERS = regex.compile(r"^(?:[\d.]+|\[[\da-f:]+\]|localhost)(?::\d+)?$")
_SAID = {
    "extra_forbidden": "there is no such field. Take it out, or see docs/sources.md for the names",
    "missing": "it is missing. Add it",
    "too_short": "it is empty. Give at least one",
    "string_pattern_mismatch": "a name is small letters, digits, '.', '_' and '-', beginning with a letter or digit. Change it",
    "tuple_type": 'it is no list. Write it as one: ["..."]',
}
"""By pydantic's type of mistake: what is wrong, and what to do. Other mistakes are told in pydantic's words."""


def load_sites(folder: Path) -> tuple[Site, ...]:
    """The sites of all ``*.toml`` files of a folder, by file and in the order of each.

    Raises:
        ConfigurationError: the folder is none or holds no such file, a file is no TOML, or a table is no site. All mistakes of
            all files are told at once.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder.", advice="Name the folder that holds the sources (*.toml).")
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise ConfigurationError(f"{folder} holds no *.toml file.", advice="Add a file with one table a site: docs/sources.md.")
    sites: dict[str, Site] = {}
    places: dict[str, str] = {}
    mistakes: list[str] = []
    for file in files:
        for name, table in _tables(file, mistakes):
            if name in places:
                mistakes.append(f"{file.name} [{name}]: the name is taken in {places[name]}. Give one of the two another name.")
                continue
            places[name] = file.name
            try:
                sites[name] = Site(name=name, **table)
            except ValidationError as error:
                mistakes += (f"{file.name} [{name}] {told}" for told in _told(error))
    if mistakes:
        raise ConfigurationError(
            "The sources cannot be used:\n" + "\n".join(f"- {mistake}" for mistake in mistakes) + "\n",
            advice="Correct the tables named above; docs/sources.md explains every field.",
        )
    return tuple(sites.values())


def _tables(file: Path, mistakes: list[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        content = toml(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        mistakes.append(f"{file.name}: no valid TOML in UTF-8 ({error}). Correct the place, or take the file out of the folder.")
        return
    for name, table in content.items():
        if not isinstance(table, Mapping):
            mistakes.append(f"{file.name}: {name!r} stands outside any table. Put it below the [name] of its site.")
        elif "name" in table:
            mistakes.append(f"{file.name} [{name}] name: the table's key is the name. Take the field out.")
        elif "lists" not in table and any(isinstance(value, Mapping) for value in table.values()):
            mistakes.append(f'{file.name} [{name}]: tables within it. A name with a dot needs quotes: ["{name}...."].')
        else:
            yield name, table


def _told(error: ValidationError) -> Iterator[str]:
    errors = error.errors(include_url=False)
    inside = {each["loc"][0] for each in errors if len(each["loc"]) > 1}
    for each in errors:
        if each["loc"] and len(each["loc"]) == 1 and each["loc"][0] in inside:
            continue  # a list with a bad entry counts as empty, too
        field = ".".join(str(part) for part in each["loc"]) or "(table)"
        said = _SAID.get(each["type"]) or f"{each['msg'].removeprefix('Value error, ').rstrip('.')}. Correct it"
        yield f"{field}: {said}."


def host_of(url: str) -> str:
    """The host of an address, with its port where it is not the usual one."""
    parts = parts_of(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return host.removesuffix({"http": ":80", "https": ":443"}.get(parts.scheme, ":"))


def hosts_of(site: Site) -> frozenset[str]:
    """Every host that the site may be asked at. ``www.`` before a name makes no other host: sites link to both."""
    stated = {host_of(url) for url in site.lists} | {host.lower() for host in site.hosts}
    bare = {host.removeprefix("www.") for host in stated}
    return frozenset(stated | bare | {f"www.{host}" for host in bare if not _NUMBERS.match(host)})


def is_allowed(url: str, site: Site) -> bool:
    """Whether an address may be asked for the site: http(s), one of its hosts, and not excluded."""
    parts = parts_of(url)
    if parts.scheme not in {"http", "https"} or host_of(url) not in hosts_of(site):
        return False
    return not (site.exclude and regex.search(site.exclude, url))
