"""From a printed name and its evidence to the agency, or to its candidates and the reason why none was chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache, cached_property

import regex

from normalize.authority import places
from normalize.authority.bodies import Body, kinds
from normalize.authority.model import Agency, Evidence, Reason, Resolution
from normalize.authority.names import Name, parts_of, read_name
from normalize.authority.places import Address
from normalize.authority.spelling import plain
from normalize.gazetteer import Level, Region, gazetteer, stem


def resolve(evidence: Evidence) -> Resolution:
    """The agency that a report is of.

    Pure: the same evidence gives the same resolution. Takes well under a millisecond once the gazetteer is read.
    """
    parts = parts_of(evidence.printed)
    if not parts:
        return Resolution(None, reason=Reason.NO_NAME)
    case = _Case(evidence)
    first = case.resolve(read_name(parts[0], evidence.year))
    joint = tuple(r.agency for part in parts[1:] if (r := case.resolve(read_name(part, evidence.year))).agency)
    return replace(first, joint=joint) if joint else first


class _Case:
    """The evidence in the shapes that deciding asks for; each is made when it is asked for, since most names say it all."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    @cached_property
    def address(self) -> Address:
        return places.read_address(self.evidence.origin, self.evidence.index_numbers)

    @cached_property
    def others(self) -> tuple[Name, ...]:
        """The other names, taken apart."""
        year = self.evidence.year
        return tuple(read_name(part, year) for name in dict.fromkeys(self.evidence.names) for part in parts_of(name))

    @cached_property
    def filed(self) -> tuple[Name, ...]:
        """The names that file and folders bear, taken apart, the file's first."""
        titles = (_UNTITLED.sub("", part) for part in self.address.names)
        return tuple(read_name(title, self.evidence.year) for title in titles if title)

    @cached_property
    def said(self) -> str:
        """Other names, prose and address in one folded text."""
        return "\n".join((*map(plain, self.evidence.names), plain(self.evidence.text), self.address.text))

    def resolve(self, name: Name) -> Resolution:
        if name.pronoun or name.body is None:
            whole = next((other for other in self.others if other.is_placed and other.body), None)
            if whole is not None:
                return replace(self.resolve(whole), basis="names")
            filed = next((each for each in self.filed if _may_call_itself(each, name.pronoun)), None) if name.pronoun else None
            if filed is not None:
                return replace(self.resolve(filed), basis="path")
            return Resolution(None, reason=Reason.NO_BODY if name.pronoun else Reason.NO_NAME)
        if name.nation:
            return Resolution(_agency(name, None), basis="name")
        if name.unknown:
            return self._unknown(name)
        if not name.regions:
            return self._without_place(name)
        if len(name.regions) == 1:
            return self._only(name)
        return self._of_several(name)

    def _only(self, name: Name) -> Resolution:
        """One division has the name. A township named without its county must not be contradicted by the address."""
        region = name.regions[0]
        if region.level is Level.TOWNSHIP and name.levels:
            spoken = [found for found in (places.in_code(self.address), places.in_host(self.address)) if found]
            if any(not any(_nested(region, other) for other in found) for found in spoken):
                return Resolution(None, (_agency(name, region),), Reason.CONFLICT, "host")
        return Resolution(_agency(name, region), basis="name")

    def _unknown(self, name: Name) -> Resolution:
        """A place that no division has: another name of the report may say it in full, or it is misspelt."""
        fuller = [o for o in self.others if len(o.regions) == 1 and _same_body(o, name) and o.place.endswith(name.unknown)]
        if fuller:
            return Resolution(_agency(fuller[0], fuller[0].regions[0]), basis="names")
        respelt = places.respelt(name.unknown)
        alike = [r for r in respelt if not name.outer or any(gazetteer().within(r, outer) for outer in name.outer)]
        if len(alike) == 1:
            return Resolution(_agency(name, alike[0]), basis="spelling")
        spoken = [region for region in alike if region.name in self.said]
        if len(spoken) == 1:
            return Resolution(_agency(name, spoken[0]), basis="spelling")
        return Resolution(None, tuple(_agency(name, region) for region in alike), Reason.UNKNOWN_REGION)

    def _of_several(self, name: Name) -> Resolution:
        """Several divisions have the name: what holds them must be spoken of."""
        supported = [(basis, {r.code for r in name.regions if speaks(r)}) for basis, speaks in self._witnesses(name)]
        spoken = [(basis, codes) for basis, codes in supported if codes]
        candidates = tuple(_agency(name, region) for region in name.regions)
        decisive = next(((basis, codes) for basis, codes in spoken if len(codes) == 1), None)
        if decisive is None:
            return Resolution(None, candidates, Reason.SEVERAL_REGIONS)
        basis, (code,) = decisive
        overruled = ("text", "province") if basis in ("names", "path") else ()  # prose mentions other places as well
        against = [other for other, codes in spoken if code not in codes and other not in overruled]
        if against:
            return Resolution(None, candidates, Reason.CONFLICT, f"{basis} against {', '.join(against)}")
        return Resolution(_agency(name, next(r for r in name.regions if r.code == code)), basis=basis)

    def _witnesses(self, name: Name) -> Sequence[tuple[str, Callable[[Region], bool]]]:
        known = gazetteer()
        path = (*places.in_code(self.address), *places.in_path(self.address))
        host = places.in_host(self.address)
        placed = [region for other in self.others for region in other.regions if len(other.regions) == 1]

        def named(region: Region) -> bool:
            return places.speaks_of(self.said, places.chains(region, name.place)) or any(
                known.within(region, other) or known.within(other, region) for other in placed
            )

        def addressed(region: Region) -> bool:
            return any(known.within(region, other) for other in host) or places.may_be_host(region, self.address)

        def mentioned(region: Region) -> bool:
            return any(above.name in self.said for above in known.ancestors(region) if above.level is not Level.PROVINCE)

        def in_province(region: Region) -> bool:
            return any(above.name in self.said for above in known.ancestors(region)[:1])

        return (
            ("names", named),
            ("path", lambda region: any(_nested(region, other) for other in path)),
            ("host", addressed),
            ("text", mentioned),
            ("province", in_province),
        )

    def _without_place(self, name: Name) -> Resolution:
        """No place in the name: one of the right rank must be spoken of, and no other."""
        body = name.body
        if body is None:
            return Resolution(None, reason=Reason.NO_BODY)
        if not name.levels:  # 城市管理局 may be called 市城市管理局 elsewhere
            name = next((other for other in self.others if other.rank and not other.regions and _same_body(other, name)), name)
        fits = _fits(name)
        found: list[tuple[str, dict[str, Region]]] = [
            ("names", {r.code: r for other in self.others for r in other.regions if _same_body(other, name) and fits(r)}),
            ("text", self._before_body(body, name, fits)),
            ("path", {r.code: r for r in (*places.in_code(self.address), *places.in_path(self.address)) if fits(r)}),
        ]
        around = {r.code: r for other in self.others for r in other.regions if len(other.regions) == 1 and fits(r)}
        host = {r.code: r for r in self._sites(name) if fits(r)}
        if name.levels:
            found += [("host", host), ("names", around)]
        spoken = [(basis, regions) for basis, regions in found if regions]
        candidates = {code: region for _, regions in spoken for code, region in regions.items()} or {**around, **host}
        agencies = tuple(_agency(name, region) for region in candidates.values())
        single = next(((basis, regions) for basis, regions in spoken if len(regions) == 1), None)
        if single is None:
            return Resolution(None, agencies, Reason.NO_REGION)
        basis, regions = single
        ((code, region),) = regions.items()
        if any(code not in others for _, others in spoken):
            return Resolution(None, agencies, Reason.CONFLICT, basis)
        return Resolution(_agency(name, region), basis=basis)

    def _sites(self, name: Name) -> tuple[Region, ...]:
        """Divisions whose site it is: by its whole name, by its letters, or by letters of a place that the text speaks of."""
        # Departments of cities have sites of their own (szga.gov.cn), so letters alone tell a county only.
        letters = places.by_initials(self.address) if name.rank in ("区", "县", "旗") else ()
        found = places.in_host(self.address) or letters or places.mentioned_host(self.address, self.said)
        year = self.evidence.year
        # The site of a district keeps the reports of those that were merged into it: 上城区's has 江干区's of 2017.
        return () if year and any(gazetteer().absorbed(region, year) for region in found) else found

    def _before_body(self, body: Body, name: Name, fits: Callable[[Region], bool]) -> dict[str, Region]:
        """Divisions directly before the body's name in the prose ("杨陵区统计局以…")."""
        printed = {*kinds().forms(body), regex.sub(r"^[省市区县州旗镇乡]", "", plain(self.evidence.printed))}
        codes = {
            code for form in printed if len(form) >= 3 for code in places.before(self.said, form, name.levels, self.evidence.year)
        }
        regions = (gazetteer().region(code) for code in sorted(codes))
        return {region.code: region for region in regions if region is not None and fits(region)}


def _nested(one: Region, other: Region) -> bool:
    known = gazetteer()
    return known.within(one, other) or known.within(other, one)


_UNTITLED = regex.compile(r"(?:\d{2,4}年?度?)?(?:政府|政务)?(?:信息公开|年报|年度报告).*$|\.\w{2,5}$")
_SELVES = {
    **dict.fromkeys(("局", "委", "厅", "办", "中心"), ("局", "委员会", "厅", "办公室", "中心")),
    **dict.fromkeys(("镇", "乡", "街道", "街"), ("人民政府", "办事处")),
}
"""What a body can be called in full that calls itself 我局 or 我镇."""


def _may_call_itself(name: Name, pronoun: str) -> bool:
    """Whether a body can call itself 我局, 本镇 ...: 我局 is no township and no folder's mere place."""
    body, ending = name.body, pronoun[1:]
    if body is None or not body.is_known or ending not in _SELVES or not body.name.endswith(_SELVES[ending]):
        return False
    township = any(region.level is Level.TOWNSHIP for region in name.regions)
    return township if _SELVES[ending][0] == "人民政府" else body.kind not in ("government", "subdistrict")


def _same_body(one: Name, other: Name) -> bool:
    a, b = one.body, other.body
    return a is not None and b is not None and a.kind == b.kind and (a.is_known or a.name == b.name)


def _fits(name: Name) -> Callable[[Region], bool]:
    """Whether a division can be the one that 区 in 区统计局 stands for."""
    if not name.levels:
        return lambda _: True
    return lambda region: region.level in name.levels and any(each.endswith(name.rank) for each in region.names)


@cache
def prefix(region: Region) -> str:
    """A division's name with what tells it from others of that name: 淮安市洪泽区, 沭阳县, 沭阳县章集街道."""
    parent = gazetteer().parent(region)
    if region.level is Level.TOWNSHIP:
        return (prefix(parent) if parent else "") + region.name
    if region.level is not Level.COUNTY or parent is None:
        return region.name
    known = gazetteer().named(region.name)
    if not region.name.endswith("区") and len(known) == 1 and parent.name not in ("北京市", "天津市", "上海市", "重庆市"):
        return region.name
    return (parent.name if parent.level is not Level.PROVINCE or parent.name.endswith("市") else "") + region.name


_BELOW = {Level.NATION: Level.PROVINCE, Level.PROVINCE: Level.CITY, Level.CITY: Level.COUNTY}
_ZONE_NAME = regex.compile(r".{2,}(?:区|园|城|基地)(?:\p{Han}{1,8}(?:镇|乡|街道))?$")
_STREET_OFFICE = {True: "办事处", False: "街道办事处"}


def agency_key(region_code: str, area: str, body: Body, *, alone: bool = True) -> str:
    """The identity of a body in a place.

    Only a kind of which a place has one body at a time is told by the kind; any other body is told by its name as well.
    ``alone`` is False for a part of such a body.
    """
    kind = kinds().kinds.get(body.kind)
    by_kind = alone and kind is not None and kind.single and not body.system
    own = "" if by_kind else ":" + regex.sub(r"[和与及、]", "", body.name)
    return f"{region_code}{'/' + area if area else ''}:{body.kind}{own}"


def _agency(name: Name, region: Region | None) -> Agency:
    """The agency of a name whose division is chosen."""
    body = name.body
    assert body is not None  # noqa: S101 - callers looked
    if region is None:
        nation = name.nation
        return Agency(
            agency_key("", "", body, alone=False), body.name, "", Level.NATION if nation else Level.COUNTY, body.kind, body.group
        )
    area, level = _area(name, region), region.level
    if area:
        level = name.levels[0] if len(name.levels) == 1 else _BELOW.get(region.level, Level.TOWNSHIP)
    branch = (bool(name.branch) and body.name == name.branch) or _is_office(name, body)
    key = agency_key(region.code, area, body, alone=not branch)
    return Agency(key, _canonical(name, body, region), region.code, level, body.kind, body.group, area, body.system)


_NAMED_BY_PLACE = (
    *("survey_office", "central_bank", "financial_supervision", "securities_supervision", "customs", "maritime"),
    "inspection_quarantine",
)
"""Kinds whose names have the place as such (上海海关), whatever division it is in."""


def _is_office(name: Name, body: Body) -> bool:
    """Whether it is the office of a body of the nation, which may stand beside the place's own body of that kind."""
    return bool(name.above) and kinds().office(name.above, body.name) == body


def _area(name: Name, region: Region) -> str:
    """The area without the place it is named after: the 工业园区 of 苏州."""
    if name.area.startswith("新疆生产建设兵团"):
        return name.area
    bare = name.area.removeprefix(region.name).removeprefix(stem(region.name)) or name.area
    return "高新技术产业开发区" if bare == "高新区" else bare


def _place_of_area(area: str, name: Name, region: Region) -> str:
    if area.startswith("新疆生产建设兵团"):
        return area
    if name.levels == (Level.TOWNSHIP,) and not _ZONE_NAME.search(area):
        return prefix(region) + area
    place = prefix(region)
    return place.removesuffix(region.name) + stem(region.name) + area  # 南京江北新区, 苏州工业园区


def _canonical(name: Name, body: Body, region: Region) -> str:
    place = prefix(region)
    if (body.kind in _NAMED_BY_PLACE or _is_office(name, body)) and not name.area:
        return name.above.removeprefix("中华人民共和国") + (name.place or place) + body.name
    if name.branch:
        parent = gazetteer().parent(region) if name.branch != body.name else region
        return prefix(parent or region) + name.branch
    if name.area:
        place = _place_of_area(_area(name, region), name, region)
    if body.kind == "subdistrict":
        return place + _STREET_OFFICE[place.endswith(("街道", "地区", "街"))]
    return place + body.name


def agencies_named(names: Iterable[str], year: int | None = None) -> tuple[Agency, ...]:
    """The agencies that names mean by themselves; those that several divisions may be meant by are left out."""
    found = (resolve(Evidence(name, year)).agency for name in names)
    return tuple(agency for agency in found if agency is not None)
