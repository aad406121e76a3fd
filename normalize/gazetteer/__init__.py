"""Administrative divisions of China since 2008: names, codes, parents, and what became of them.

The data file is built by ``build.py``; README.md beside it says from what. It is read once a process, on first use.

A division that was only renamed, recoded or raised to a district or city is one ``Region`` with former names (洪泽县 ->
洪泽区). One that was merged or split is a region of its own, with heirs. Areas that are no divisions (开发区, 高新区, 兵团)
have no code here.
"""

from __future__ import annotations

import gzip
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from itertools import accumulate, chain

import regex


class Level(StrEnum):
    """Rank of a division, or of an agency by its division."""

    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"

    @property
    def rank(self) -> int:
        """0 for the nation, 4 for a township."""
        return _RANKS[self]


_RANKS = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name and code that a division had."""

    name: str
    code: str
    until: int
    """Year of the change."""


@dataclass(frozen=True, slots=True)
class Heir:
    """A division that took over one that ended."""

    code: str
    year: int


@dataclass(frozen=True, slots=True)
class Region:
    """A division, under its present name and code (the last ones, if it ended)."""

    code: str
    """GB/T 2260, six digits; townships nine (the statisticians' codes). ``500110-2011`` where a code was given away again."""
    name: str
    level: Level
    since: int | None = None
    """Year it was made, where that was after 2007."""
    until: int | None = None
    """Year it ended; None while it exists."""
    former: tuple[FormerName, ...] = ()
    heirs: tuple[Heir, ...] = ()
    pinyin: str = ""
    """Syllables of the proper name joined by apostrophes; empty for townships."""

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes it ever had, the present one first."""
        return (self.code, *(past.code for past in self.former))

    @property
    def names(self) -> tuple[str, ...]:
        """All names it ever had, the present one first, each once."""
        return tuple(dict.fromkeys((self.name, *(past.name for past in self.former))))


_SUFFIXES = {
    "区": ("特别行政区", "自治区", "地区", "新区", "林区", "矿区", "特区", "区"),
    "州": ("自治州", "州"),
    "县": ("自治县", "县"),
    "旗": ("自治旗", "旗"),
    **{suffix: (suffix,) for suffix in "省市盟"},
}
"""Endings of divisions' names by their last character, the longest first."""
_TOWN_SUFFIXES = ("民族乡", "民族苏木", "街道", "地区", "苏木", "镇", "乡")


def stem(name: str) -> str:
    """The proper part of a division's name, at least two characters: 沭阳 of 沭阳县; a name without one is its own stem."""
    for suffix in _SUFFIXES.get(name[-1], ()):
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            bare = name.removesuffix(suffix)
            proper = _nation().sub("", bare) if suffix.startswith("自治") else bare
            return proper if len(proper) >= 2 else bare
    return name


def town_stem(name: str) -> str:
    """The proper part of a township's name: 螅镇 has one of one character."""
    return next((name.removesuffix(suffix) for suffix in _TOWN_SUFFIXES if name.endswith(suffix)), name)


def town_names(town: Region) -> tuple[str, ...]:
    """All names of a township, 黄腊乡 for 黄腊布依族苗族乡 included."""
    short = [_nation().sub("", name[:-1]) + "乡" for name in town.names if name.endswith("族乡")]
    return (*town.names, *(name for name in short if len(name) >= 3))


@cache
def _nation() -> regex.Pattern[str]:
    names = files(__package__).joinpath("nations.txt").read_text(encoding="utf-8").split()
    return regex.compile(rf"(?:{'|'.join(sorted(names, key=len, reverse=True))}|各族)+$")


def _level(code: str) -> Level:
    plain = code.partition("-")[0]
    if len(plain) > 6:
        return Level.TOWNSHIP
    return Level.PROVINCE if plain.endswith("0000") else Level.CITY if plain.endswith("00") else Level.COUNTY


def _region(line: str) -> Region:
    code, name, since, until, pinyin, former, heirs = line.split("\t")
    return Region(
        code,
        name,
        _level(code),
        int(since) if since else None,
        int(until) if until else None,
        tuple(FormerName(n, c, int(y)) for n, c, y in (past.split("|") for past in former.split(";"))) if former else (),
        tuple(Heir(c, int(y)) for c, y in (heir.split("|") for heir in heirs.split(";"))) if heirs else (),
        pinyin,
    )


class Gazetteer:
    """The divisions with their indexes. ``gazetteer()`` gives the one there is."""

    def __init__(self, text: str) -> None:
        divisions, self._towns, areas = text.split("\n\n")
        self.regions = tuple(map(_region, divisions.split("\n")))
        self._by_code: dict[str, Region] = {}
        for region in self.regions:
            for code in region.codes:
                if code not in self._by_code or region.code == code:
                    self._by_code[code] = region
        self._ancestors: dict[str, tuple[Region, ...]] = {}
        self._town_lines = self._towns.split("\n")
        self._town_counties = [line[: line.index("\t")] for line in self._town_lines]
        self._town_starts = list(accumulate((len(line) + 1 for line in self._town_lines[:-1]), initial=0))
        self._town_places = {county: place for place, county in enumerate(self._town_counties)}
        self.zones = tuple(tuple(line.split("\t")) for line in areas.strip().split("\n"))
        """Known areas that are no divisions: code of the city they lie in, name."""

    def region(self, code: str) -> Region | None:
        """The region that has a code now, or else had it; townships too."""
        known = self._by_code.get(code)
        if known is None and len(code) == 9:
            return next((town for town in self.townships(code[:6]) if town.code == code), None)
        return known

    @cached_property
    def _names(self) -> dict[str, tuple[Region, ...]]:
        common = files(__package__).joinpath("common_names.txt").read_text(encoding="utf-8").split()
        called = ((name, self._by_code[code]) for name, code in zip(common[::2], common[1::2], strict=True))
        return _grouped(chain(((name, region) for region in self.regions for name in _full_names(region)), called))

    @cached_property
    def _stems(self) -> dict[str, tuple[Region, ...]]:
        return _grouped((stem(name), region) for region in self.regions for name in region.names if stem(name) != name)

    @cached_property
    def by_pinyin(self) -> dict[str, tuple[Region, ...]]:
        """Regions by the pinyin of their proper names without marks: ``shuyang``."""
        return _grouped((region.pinyin.replace("'", ""), region) for region in self.regions)

    def named(self, name: str) -> tuple[Region, ...]:
        """Regions from province to county with that whole name, now or formerly (也 恩施州, 巴马县)."""
        return self._names.get(name, ())

    def short(self, name: str) -> tuple[Region, ...]:
        """Regions from province to county whose name without 省, 市, 县, 区 ... that is, at least two characters."""
        return self._stems.get(name, ())

    def ancestors(self, region: Region) -> tuple[Region, ...]:
        """The regions it lies in or lay in, the province first."""
        known = self._ancestors.get(region.code)
        if known is None:
            known = self._ancestors[region.code] = self._found_ancestors(region)
        return known

    def _found_ancestors(self, region: Region) -> tuple[Region, ...]:
        found: dict[str, Region] = {}
        for code in region.codes:
            for above in _codes_above(code.partition("-")[0]):
                known = self._by_code.get(above)
                if known is not None and known is not region:
                    found.setdefault(known.code, known)
        return tuple(sorted(found.values(), key=lambda each: each.level.rank))

    def parent(self, region: Region) -> Region | None:
        """The region it lies in now."""
        above = [self._by_code.get(code) for code in _codes_above(region.code.partition("-")[0])]
        return next((each for each in reversed(above) if each is not None), None)

    def within(self, region: Region, outer: Region) -> bool:
        """Whether a region is another one or lies in it, now or formerly."""
        return region.code == outer.code or any(above.code == outer.code for above in self.ancestors(region))

    @cached_property
    def _absorbed(self) -> dict[str, list[Region]]:
        found: dict[str, list[Region]] = defaultdict(list)
        for region in self.regions:
            for heir in region.heirs:
                found[heir.code].append(region)
        return found

    def absorbed(self, region: Region, year: int) -> tuple[Region, ...]:
        """Regions that were merged into it, and still were their own in a year."""
        return tuple(each for each in self._absorbed.get(region.code, ()) if each.until is not None and each.until >= year)

    def townships(self, county_code: str) -> tuple[Region, ...]:
        """The townships of a county (or of a city without counties), the former ones behind."""
        return _townships(self, county_code)

    def town_line(self, county_code: str) -> str:
        """The line of the data file about a county's townships; empty where it has none."""
        place = self._town_places.get(county_code)
        return "" if place is None else self._town_lines[place]

    def township_named(self, name: str) -> tuple[Region, ...]:
        """All townships of that whole name, now or formerly."""
        return _township_named(self, name)

    def search_townships(self, name: str) -> tuple[Region, ...]:
        """The same, looked up in the text of the data file: 38,000 names need no index."""
        found: list[Region] = []
        at = self._towns.find(name)
        while at >= 0:
            behind = self._towns[at + len(name)]
            if self._towns[at - 1].isdigit() and behind in ",=-":
                county = self._town_counties[bisect_right(self._town_starts, at) - 1]
                found += [town for town in self.townships(county) if name in town.names and town not in found]
            at = self._towns.find(name, at + 1)
        return tuple(found)


def _grouped(pairs: Iterator[tuple[str, Region]]) -> dict[str, tuple[Region, ...]]:
    found: dict[str, dict[str, Region]] = defaultdict(dict)
    for name, region in pairs:
        found[name][region.code] = region
    return {name: tuple(regions.values()) for name, regions in found.items()}


def _full_names(region: Region) -> Iterator[str]:
    for name in region.names:
        yield name
        for suffix, short in (("自治州", "州"), ("自治县", "县"), ("自治旗", "旗")):
            if name.endswith(suffix):
                yield stem(name) + short
                yield stem(name) + suffix
        if name.endswith("族区"):  # 管城区 for 管城回族区
            yield _nation().sub("", name[:-1]) + "区"


def _codes_above(code: str) -> tuple[str, ...]:
    if len(code) > 6:
        return (*_codes_above(code[:6]), code[:6])
    return tuple(above for above in (f"{code[:2]}0000", f"{code[:4]}00") if above != code)


@cache
def _townships(known: Gazetteer, county_code: str) -> tuple[Region, ...]:
    line = known.town_line(county_code)
    if not line:
        return ()
    _, now, former = line.split("\t")
    past: dict[str, list[FormerName]] = defaultdict(list)
    gone: list[Region] = []
    for item in _items(former):
        name, _, heir = item[3:].partition("=")
        if heir:
            past[heir].append(FormerName(name, county_code + item[:3], 0))
        else:
            name, _, year = name.rpartition("-")
            gone.append(Region(f"{county_code}{item[:3]}-{year}", name, Level.TOWNSHIP, until=int(year)))
    present = [
        Region(county_code + item[:3], item[3:], Level.TOWNSHIP, former=tuple(past[item[:3]]) if item[:3] in past else ())
        for item in _items(now)
    ]
    return (*present, *gone)


@lru_cache(maxsize=4096)
def _township_named(known: Gazetteer, name: str) -> tuple[Region, ...]:
    return known.search_townships(name)


def _items(listed: str) -> list[str]:
    return [item for item in listed.split(",") if item]


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer, read on the first call."""
    packed = files(__package__).joinpath("divisions.txt.gz").read_bytes()
    return Gazetteer(gzip.decompress(packed).decode("utf-8"))
