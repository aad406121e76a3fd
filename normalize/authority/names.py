"""Printed names taken apart: places, area without a code, body. Nothing is decided here; every possible place is kept."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files

import regex

from normalize.authority.bodies import Body, kinds
from normalize.authority.divisions import ZONE, inside, of_their_time, places
from normalize.authority.nation import ABOVE, national_body, office, surveyed
from normalize.authority.spelling import plain
from normalize.gazetteer import Level, Region, gazetteer, town_names, town_stem

_YEAR = regex.compile(r"(?:19|20)\d\d年?度?|二[〇○0零][一二〇○0零\d]{2}年度?")
_BRACKETS = regex.compile(r"\([^()]*\)|〔[^〔〕]*〕|\[[^\[\]]*\]")
_OF_LEVEL = regex.compile(r"(?:我|本|全)?(?P<of>省|自治区|市|区|县|州|盟|旗|镇|乡|街道|街)(?=\p{Han}{2})")
_LEVELS = {
    "省": (Level.PROVINCE,),
    "自治区": (Level.PROVINCE,),
    "市": (Level.PROVINCE, Level.CITY, Level.COUNTY),
    "州": (Level.CITY,),
    "盟": (Level.CITY,),
    "区": (Level.COUNTY,),
    "县": (Level.COUNTY,),
    "旗": (Level.COUNTY,),
    "镇": (Level.TOWNSHIP,),
    "乡": (Level.TOWNSHIP,),
    "街道": (Level.TOWNSHIP,),
    "街": (Level.TOWNSHIP,),
}
_PRONOUN = regex.compile(
    r"(?:我|本)(?:局|办|委|厅|镇|乡|街道|街|中心|单位|机关|院|站|所|县|区|市|省|部门|社|会|馆|校|处|队)?|本行政机关"
)
_CORPS = regex.compile(
    r"(?:(?:新疆生产建设)?兵团(?P<division>第?[一二三四五六七八九十]{1,3}师)?|(?P<division>第?[一二三四五六七八九十]{1,3}师))"
    r"(?P<regiment>[一二三四五六七八九十\d]{1,5}团)?"
)
_TOWN = regex.compile(
    r"(?P<town>[\p{Han}·]{1,12}?(?:民族乡|民族苏木|街道|苏木|镇|乡))(?=$|人民政府|政府|办事处|党|便民|社会|综合|财政|卫生|农业|司法|水利|经济|应急)"
)
_STREET = regex.compile(r"(?P<town>[\p{Han}]{1,8}街)(?=$|办事处)")
_BEFORE_TOWN = regex.compile(r"^人民政府(?=\p{Han}{2,6}(?:街道|镇|乡))")
_REGIMENT = regex.compile(r"第?[一二三四五六七八九十百零\d]{1,5}团场?(?=\p{Han}{2,6}(?:街道|镇|乡))")
_STREET_OFFICE = regex.compile(r"街道?(?:办事处)?|道办事处")
_PARTY = regex.compile(r"(?:中共)?(?:省|市|县|区|州|旗|镇|乡)?委(?P<rest>\p{Han}{2,})")
_BRANCH = regex.compile(
    r"(?P<head>.+?局)(?P<place>\p{Han}{1,8}?)(?:区|县|市)?(?P<tail>分局|监管局|管理局|直属局|支局|税务分局|派出所)"
)
_UNKNOWN = regex.compile(r"\p{Han}{1,7}?(?:自治县|[省市县区州旗])(?=\p{Han}{2,}|$)")


@dataclass(frozen=True, slots=True)
class Name:
    """A printed name taken apart."""

    regions: tuple[Region, ...] = ()
    """Every division that its places may mean; all of them fit the places before."""
    body: Body | None = None
    area: str = ""
    """A zone, or a township that the gazetteer lacks."""
    levels: tuple[Level, ...] = ()
    """Ranks that 区 in 区统计局 allows, where no place is named."""
    rank: str = ""
    """That 区, with which the name of the place must end."""
    place: str = ""
    """The place as printed."""
    unknown: str = ""
    """A place that no division has (in ``outer``, if it stands behind one that is known)."""
    outer: tuple[Region, ...] = ()
    pronoun: str = ""
    """我局 and the like: no name at all."""
    nation: bool = False
    branch: str = ""
    """Part of a body: 稽查局 of a 税务局, 龙华监管局 of 深圳市市场监督管理局; the whole of it, in full."""
    above: str = ""
    """The body of the nation that it belongs to, as printed before its place (国家统计局荆州调查队)."""

    @property
    def is_placed(self) -> bool:
        """Whether it names a place that exists, or the nation."""
        return bool(self.regions) or self.nation


def parts_of(printed: str) -> tuple[str, ...]:
    """The names that a printed name joins ("黄埔区人民政府 广州开发区管委会"), each folded, without years and glosses."""
    pieces = [plain(piece) for piece in printed.split() if piece]
    whole = [piece for piece in pieces if len(piece) >= 4]
    joined = pieces if len(pieces) == len(whole) > 1 and all(_is_whole(piece) for piece in pieces) else [plain(printed)]
    return tuple(cleaned for piece in joined if (cleaned := _clean(piece)))


def _is_whole(text: str) -> bool:
    name = _named(_clean(text), None)
    return bool(name.regions and name.body)


def _clean(text: str) -> str:
    bare = _BRACKETS.sub("", _YEAR.sub("", text))
    return str(bare).strip("·—-_:：、，,。.《》【】“”()\"' ").removesuffix("的")


def is_clear(printed: str, year: int | None) -> bool:
    """Whether a name says by itself whose it is: all of its parts do."""
    parts = [read_name(part, year) for part in parts_of(printed)]
    return bool(parts) and all(
        name.nation or (len(name.regions) == 1 and name.body is not None and not _is_bare_town(name)) for name in parts
    )


def _is_bare_town(name: Name) -> bool:
    return bool(name.levels) and name.regions[0].level is Level.TOWNSHIP


@lru_cache(maxsize=4096)
def read_name(printed: str, year: int | None = None) -> Name:
    """Take one printed name apart.

    Args:
        printed: One name, any print.
        year: The reporting year; places that did not bear their name then are left out, where others did.
    """
    text = _clean(plain(printed))
    if _PRONOUN.fullmatch(text):
        return Name(pronoun=text)
    name = _named(text, year)
    return replace(name, regions=of_their_time(name.regions, name.place, year))


def _named(text: str, year: int | None) -> Name:
    corps = _CORPS.match(text)
    if corps:
        return _of_corps(text, corps)
    own = _named_elsewhere(text.removeprefix("中华人民共和国"))
    if own is not None:
        return own
    match = ABOVE.match(text)
    above = match.group() if match else ""
    below = text[len(above) :]
    regions, place, rest = places(below, year)
    if above and not regions:
        regions, place, rest = office(above, below)
    if not regions:
        return _unplaced(text, below)
    if _STREET_OFFICE.fullmatch(rest) and regions[0].level is Level.COUNTY:  # 西区街道办事处 is a street's, not that of 西区
        return _bare_town(place + rest) or Name(body=kinds().known("街道办事处"), unknown=place + rest)
    body = kinds().office(above, rest)
    if body is not None:
        return Name(regions, body, place=place, above=above)
    return _with_rest(Name(surveyed(regions, place, rest), place=place, above=above), rest)


def _named_elsewhere(text: str) -> Name | None:
    """A body whose name has a place that is no division, or another than the one it sits in (黄埔海关 in 广州)."""
    code = _own().get(text)
    region = gazetteer().region(code) if code else None
    body = kinds().known(text[2:])
    return Name((region,), body, place=text[:2]) if region and body else None


def _of_corps(text: str, match: regex.Match[str]) -> Name:
    rest = text[match.end() :]
    within, place, below = places(rest)
    if within:  # 第一师阿拉尔市
        return _with_rest(Name(within, place=place), below)
    body = kinds().body(rest) if rest else Body("development_zone", "zone", "")
    level = Level.COUNTY if match["regiment"] else Level.CITY if match["division"] else Level.PROVINCE
    area = "新疆生产建设兵团" + match.group().removeprefix("新疆生产建设兵团").removeprefix("兵团")
    return Name(gazetteer().named("新疆维吾尔自治区"), body, area=area, levels=(level,), place=match.group())


def _with_rest(name: Name, rest: str) -> Name:
    """A name with its places read and the rest still to read."""
    if not rest:
        return replace(name, body=kinds().known("行政公署" if name.place.endswith(("地区", "盟")) else "人民政府"))
    town = _with_town(name, _BEFORE_TOWN.sub("", rest))
    regiment = _REGIMENT.match(rest) if town is not None and town.area else None
    if regiment:  # 十六团新开岭镇, where the gazetteer has 新开岭镇
        town = _with_town(name, rest[regiment.end() :]) or town
    if town is not None:
        return town
    body = kinds().known(rest)
    if body is not None:
        return replace(name, body=body)
    if regex.fullmatch(r"(?:管理委员会|管委会)(?:办公室)?", rest):
        return replace(name, body=Body("development_zone", "zone", "管理委员会"))
    party = _PARTY.fullmatch(rest)
    if party:
        inner = kinds().known(party["rest"])
        return replace(name, body=inner or Body("party", "party", rest))
    for reading in (_with_branch(name, rest), _with_zone(name, rest)):
        if reading is not None:
            return reading
    unknown = _UNKNOWN.match(rest)
    inner = kinds().known(rest[unknown.end() :] or "人民政府") if unknown else None
    if unknown and inner:  # 宿州市 + 桶桥区: not a body of the city
        return Name(body=inner, unknown=unknown.group(), outer=name.regions)
    return replace(name, body=kinds().body(rest))


def _with_town(name: Name, rest: str) -> Name | None:
    known = gazetteer()
    found: dict[str, tuple[Region, int]] = {}
    for region in name.regions:
        if region.level in (Level.COUNTY, Level.CITY):
            town = _town_of(known.townships(region.code), rest)
            if town:
                found[town[0].code] = town
    if found:
        longest = max(length for _, length in found.values())
        towns = tuple(town for town, length in found.values() if length == longest)
        behind = rest[longest:]
        body = _town_body(towns[0].name, behind)
        if body is not None:
            return Name(towns, body, place=name.place + rest[:longest])
    renamed = _renamed_town(name.regions, rest)
    if renamed is not None:
        return replace(renamed, place=name.place + renamed.place)
    match = _TOWN.match(rest) or _STREET.match(rest)
    counties = tuple(r for r in name.regions if r.level is Level.COUNTY or (r.level is Level.CITY and known.townships(r.code)))
    body = _town_body(match["town"], rest[match.end("town") :]) if match and counties else None
    if match and body is not None:
        return replace(name, regions=counties, body=body, area=match["town"], levels=(Level.TOWNSHIP,))
    return None


def _town_of(towns: tuple[Region, ...], rest: str) -> tuple[Region, int] | None:
    """The township that a text begins with, and the length of its name; present ones before former ones."""
    best: tuple[Region, int] | None = None
    for town in towns:
        for printed in town_names(town):
            length = len(printed) if rest.startswith(printed) else 0
            if not length and printed.endswith("街道") and rest in (printed[:-1], printed[:-1] + "办事处"):
                length = len(printed) - 1
            if length and (best is None or length > best[1]):
                best = (town, length)
    return best


def _renamed_town(counties: tuple[Region, ...], rest: str) -> Name | None:
    """A township that the gazetteer has under another rank: 北洸镇 where it has 北洸乡, and no second 北洸."""
    match = _TOWN.match(rest)
    body = _town_body(match["town"], rest[match.end("town") :]) if match else None
    if match is None or body is None or len(counties) != 1:
        return None
    proper = town_stem(match["town"])
    alike = [town for town in gazetteer().townships(counties[0].code) if town_stem(town.name) == proper]
    return Name((alike[0],), body, place=match["town"]) if len(alike) == 1 and len(proper) >= 2 else None


def _town_body(town: str, behind: str) -> Body | None:
    """The body of a township's own name: its government or 街道办事处 where nothing else is said."""
    is_street = town.endswith(("街道", "街", "地区"))
    if behind in ("", "办事处", "街道办事处", "道办事处"):
        return Body("subdistrict", "government", "办事处") if is_street or behind else kinds().known("人民政府")
    if is_street and behind in ("人民政府", "政府"):
        return Body("subdistrict", "government", "办事处")
    return kinds().body(behind)


def _with_branch(name: Name, rest: str) -> Name | None:
    match = _BRANCH.fullmatch(rest)
    body = kinds().known(match["head"]) if match else None
    if match is None or body is None:
        return None
    known = gazetteer()
    candidates = {r.code: r for end in ("区", "县", "市") for r in known.named(match["place"] + end)}
    candidates |= {r.code: r for r in known.short(match["place"])}
    within = inside(tuple(candidates.values()), name.regions)
    whole = body.name + rest[match.end("head") :]
    if within:
        return replace(name, regions=within, body=body, place=name.place + match["place"], branch=whole)
    return replace(name, body=replace(body, name=whole), branch=whole)


def _with_zone(name: Name, rest: str) -> Name | None:
    match = ZONE.match(rest)
    if match is None:
        return None
    behind = rest[match.end() :]
    governed = Body("development_zone", "zone", "管理委员会")
    zone = match["zone"]
    own = [whole for whole in (name.place + zone, name.place[-2:] + zone) if whole in zones()]
    zone = own[0] if own else zone
    if not behind:
        return replace(name, body=governed, area=zone)
    if not match["rest"]:
        town = _TOWN.match(behind)
        if town and (body := _town_body(town["town"], behind[town.end("town") :])):
            return replace(name, body=body, area=zone + town["town"], levels=(Level.TOWNSHIP,))
    inner = kinds().body(behind)
    return replace(name, body=inner, area=zone) if inner else None


def _unplaced(text: str, below: str) -> Name:
    """A name that begins with no known place."""
    national = national_body(text)
    if national is not None:
        return Name(nation=True, body=national)
    whole = kinds().known(below)
    if whole and whole.kind not in ("government", "government_office") and below == text:
        return Name(body=whole)
    zone = _known_zone(text)
    if zone is not None:
        return zone
    level = _OF_LEVEL.match(text)
    if level:
        rest = text[level.end() :]
        body = kinds().body(rest)
        if body:
            return Name(body=body, levels=_LEVELS[level["of"]], rank=level["of"])
    town = _bare_town(text)
    if town is not None:
        return town
    unknown = _UNKNOWN.match(text)
    if unknown and (body := kinds().body(text[unknown.end() :])):
        return Name(unknown=unknown.group(), body=body)
    bare = regex.fullmatch(r"\p{Han}{2,8}(?:[省市县区州旗])", text)
    if bare:
        return Name(unknown=text, body=kinds().known("人民政府"))
    return Name(body=kinds().body(text))


def _known_zone(text: str) -> Name | None:
    """A name that begins with a zone: one that zones.toml knows, or else one without a place."""
    known = max((zone for zone in zones() if text.startswith(zone)), key=len, default="")
    if known:
        region = gazetteer().region(zones()[known])
        name = Name((region,) if region else (), place=known)
        return _with_zone(name, text)
    return _with_zone(Name(), text) if ZONE.match(text) else None


@cache
def zones() -> dict[str, str]:
    """Zones known by a name of their own, and the code of the division they lie in."""
    listed = {name: code for code, name in gazetteer().zones}
    return {**listed, **_coded("zones")}


@cache
def _own() -> dict[str, str]:
    return _coded("bodies")


def _coded(table: str) -> dict[str, str]:
    data = tomllib.loads(files(__package__).joinpath("zones.toml").read_text(encoding="utf-8"))
    return {name: code for code, names in data[table].items() for name in names}


def _bare_town(text: str) -> Name | None:
    """A township without its county: every township of that name."""
    match = _TOWN.match(text) or _STREET.match(text)
    if match is None:
        return None
    body = _town_body(match["town"], text[match.end("town") :])
    if body is None:
        return None
    printed = match["town"] if not match["town"].endswith("街") else match["town"] + "道"
    towns = gazetteer().township_named(printed) if len(printed) > 2 or printed[0] not in "我本" else ()
    return Name(towns, body, place=match["town"], unknown="" if towns else match["town"], levels=(Level.TOWNSHIP,))
