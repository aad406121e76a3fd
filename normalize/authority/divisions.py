"""The divisions that a text begins with. Nothing is decided here; every division that may be meant is kept."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from normalize.authority.bodies import kinds
from normalize.gazetteer import Level, Region, gazetteer

ZONE = regex.compile(
    r"(?P<zone>[\p{Han}\d]{0,16}?(?:开发区|开发试验区|高新区|经开区|新区|园区|工业园(?!区)|产业园(?!区)|科技园(?!区)|示范区|管理区|度假区|名胜区|风景区|景区|保税区|"
    r"保税港区|综保区|试验区|合作区|实验区|港区|新城|聚集区|集聚区|功能区|经济区|旅游区|先导区|示范园|自贸区|自由贸易港|保护区|商务区|创新区|"
    r"物流区|特色区|产业基地|化工基地|生态城|生态区|创新港|大学城|科学城|工业区|投资区|先行区))(?:管理)?(?P<rest>委员会|管委会|管理局|管理处|管理办公室|办事处|服务中心)?"
)
"""A zone and what governs it: 经济技术开发区 + 管委会."""
_LONGEST = 15


def places(text: str, year: int | None = None) -> tuple[tuple[Region, ...], str, str]:
    """The divisions that a text begins with (what they may mean), the text of them, and the rest."""
    tips: tuple[Region, ...] = ()
    at = 0
    while True:
        step = next(_whole_names(text, at, tips, year), None) or next(_short_names(text, at, tips), None)
        if step is None:
            return of_their_time(tips, text[:at], year), text[:at], text[at:]
        tips, at = step


def inside(regions: tuple[Region, ...], tips: tuple[Region, ...]) -> tuple[Region, ...]:
    """Those that lie in one of the tips; all of them where there is no tip."""
    if not tips:
        return regions
    known = gazetteer()
    return tuple(r for r in regions if any(r.code != tip.code and known.within(r, tip) for tip in tips))


def _whole_names(text: str, at: int, tips: tuple[Region, ...], year: int | None) -> Iterator[tuple[tuple[Region, ...], int]]:
    for end in range(min(at + _LONGEST, len(text)), at + 1, -1):
        named = gazetteer().named(text[at:end])
        if year and named:  # what was made a division later (两江新区) was something else then
            named = tuple(region for region in named if region.since is None or region.since <= year + 1)
        regions = inside(named, tips)
        if regions:
            yield regions, end


def _short_names(text: str, at: int, tips: tuple[Region, ...]) -> Iterator[tuple[tuple[Region, ...], int]]:
    """Places without 省, 市, 县 ...: only before another place in them, or before a body that is known."""
    for end in range(min(at + 8, len(text) - 1), at + 1, -1):
        regions = inside(gazetteer().short(text[at:end]), tips)
        if not regions:
            continue
        if any(True for _ in _whole_names(text, end, regions, None)):
            yield regions, end
        rest = text[end:]
        zone = ZONE.match(rest)
        regions = _outermost(regions)
        if kinds().known(rest) and not rest.startswith(("区", "县", "市", "镇", "乡")):
            yield regions, end
        elif zone and zone["zone"] == rest[: zone.end("zone")] and _is_zone_of(regions, zone["zone"]):
            yield tuple(r for r in regions if r.level is not Level.COUNTY) or regions, end


def _outermost(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """Without those that lie in another of them: 荆州 is 荆州市, not its 荆州区."""
    known = gazetteer()
    return tuple(r for r in regions if not any(r.code != other.code and known.within(r, other) for other in regions))


def _is_zone_of(regions: tuple[Region, ...], zone: str) -> bool:
    """Whether 广州 + 开发区 is a zone of 广州, where 江北 + 新区 is no zone of 江北区, nor 泰山 + 景区 one of 泰山区."""
    above = any(region.level is not Level.COUNTY for region in regions)
    return above or bool(regex.fullmatch(r".*(?:开发区|高新区|经开区|工业园区?|产业园区?|工业区|聚集区|集聚区)", zone))


def of_their_time(regions: tuple[Region, ...], place: str, year: int | None) -> tuple[Region, ...]:
    """Divisions that bore the name in a year or the ones beside it (reports appear in the next year); all if none did."""
    if year is None or len(regions) < 2:
        return regions
    return tuple(region for region in regions if _bore(region, place, year)) or regions


def _bore(region: Region, place: str, year: int) -> bool:
    if (region.until is not None and region.until < year - 1) or (region.since is not None and region.since > year + 1):
        return False
    renamed = [past.until for past in region.former if past.name != region.name]
    if place.endswith(region.name):
        return not renamed or year + 1 >= max(renamed)
    past = [former.until for former in region.former if place.endswith(former.name)]
    return not past or not max(past) or year - 1 <= max(past)
