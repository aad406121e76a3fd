"""Which places the surroundings of a report speak for: its path, its address, other names, its prose."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from urllib.parse import unquote

import regex

from collect.stated import parts_of
from normalize.authority.divisions import places
from normalize.authority.names import read_name
from normalize.authority.spelling import plain
from normalize.gazetteer import Level, Region, gazetteer, stem

_CODE = regex.compile(r"(?:area|region|site|xzqh|org|dept|unit)\w{0,6}=(?:11|12|N2)?(?P<code>[1-6]\d{5})\d*", regex.I)
_INDEX = regex.compile(r"(?:11|12)?(?P<code>[1-6]\d{5})(?:\d{3}|\d{9,}[0-9A-Z]*)?(?=/)")
_COMMON = frozenset(
    ["www", "wap", "m", "zwgk", "xxgk", "zfxxgk", "zwfw", "gov", "cn", "com", "org", "net", "info", "open", "gk", "zwgkw"]
)
_TAILS = ("shi", "xian", "qu", "zf", "s", "x", "q", "zhou", "gov", "xzf", "qzf", "szf")
_SYSTEMS = frozenset(["cma", "spb", "chinatax", "customs", "msa", "tobacco", "stats"])


@dataclass(frozen=True, slots=True)
class Address:
    """An origin taken apart."""

    labels: tuple[str, ...]
    """Labels of the host that may be a place's."""
    system: bool
    """The host is that of a system led from above (cma.gov.cn)."""
    codes: tuple[str, ...]
    """Codes of divisions that the query or an index number names."""
    names: tuple[str, ...]
    """Components of the path in Chinese, the last first, folded."""
    text: str
    """Everything, folded."""


def read_address(origin: str, index_numbers: Iterable[str] = ()) -> Address:
    """Take an origin apart; percent-encoding is resolved. Only hosts of the government (gov.cn) speak for a place."""
    text = unquote(origin)
    url = parts_of(text) if "://" in text else None
    host = (url.hostname or "").lower() if url else ""
    labels = tuple(host.split(".")) if host.endswith(".gov.cn") else ()
    found = [_CODE.search(url.query) if url else None, *(_INDEX.match(plain(number)) for number in index_numbers)]
    codes = tuple(match["code"] for match in found if match and match["code"][:2] != "10")
    path = url.path if url else text
    names = [plain(part) for part in reversed(regex.split(r"[/\\]+", path)) if regex.search(r"\p{Han}{2}", part)]
    return Address(
        tuple(label for label in labels if label not in _COMMON and label not in _SYSTEMS and not label.isdigit()),
        bool(_SYSTEMS.intersection(labels)),
        codes,
        tuple(names),
        plain(text),
    )


@cache
def _hosts() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("hosts.toml").read_text(encoding="utf-8"))


def in_host(address: Address) -> tuple[Region, ...]:
    """The divisions whose site it is by a table or by the whole pinyin of their names; of the label that says most."""
    known = gazetteer()
    for label in address.labels:
        code = _hosts()["systems" if address.system else "governments"].get(label)
        region = known.region(code) if code else None
        if region:
            return (region,)
        bare = [label, *(label.removesuffix(tail) for tail in _TAILS if label.endswith(tail) and len(label) - len(tail) >= 4)]
        found = tuple(r for form in bare for r in known.by_pinyin.get(form, ()) if r.until is None)
        if found:
            return found
    return ()


_SHORTEST_INITIALS = 4


def by_initials(address: Address) -> tuple[Region, ...]:
    """The one city or county that a site's label can abbreviate (szns: 深圳南山); none where several could."""
    label = _own_label(address)
    found = _abbreviated(label) if len(label) >= _SHORTEST_INITIALS else ()
    return found if len(found) == 1 else ()


def mentioned_host(address: Address, text: str) -> tuple[Region, ...]:
    """The cities and counties that a site's label can abbreviate and a text speaks of (tl.gov.cn, "铜陵城管")."""
    return tuple(region for region in _abbreviated(_own_label(address)) if _is_spoken_of(region, text))


def _own_label(address: Address) -> str:
    """The label before gov.cn; empty for the sites of systems."""
    return address.labels[-1] if address.labels and not address.system else ""


def _is_spoken_of(region: Region, text: str) -> bool:
    """Whether a text has the name; that of a district in full, since 和平 and 新华 are words as well."""
    return region.name in text or (not region.name.endswith("区") and stem(region.name) in text)


@lru_cache(maxsize=4096)
def _abbreviated(label: str) -> tuple[Region, ...]:
    """The cities and counties, former ones too, that a label can abbreviate."""
    return tuple(region for region, syllables, above in _spelt().get(label[:1], ()) if _is_label(label, syllables, above))


@cache
def _spelt() -> dict[str, list[tuple[Region, list[str], list[list[str]]]]]:
    """Cities and counties with their syllables and those of what they lie in, by the letters that a label of them begins with."""
    known = gazetteer()
    letters: dict[str, list[tuple[Region, list[str], list[list[str]]]]] = defaultdict(list)
    for region in known.regions:
        if region.pinyin and region.level is not Level.PROVINCE:
            above = [outer.pinyin.split("'") for outer in known.ancestors(region) if outer.pinyin]
            for letter in {region.pinyin[0], *(syllables[0][0] for syllables in above)}:
                letters[letter].append((region, region.pinyin.split("'"), above))
    return letters


def in_code(address: Address) -> tuple[Region, ...]:
    """The divisions whose codes stand in the query or in index numbers."""
    return tuple(region for code in address.codes if (region := gazetteer().region(code)) is not None)


def in_path(address: Address) -> tuple[Region, ...]:
    """The divisions that folders and file name speak of: the innermost that the chain of them agrees on."""
    tips: tuple[Region, ...] = ()
    for part in reversed(address.names):
        regions = read_name(part.rpartition(".")[0] or part).regions or places(part)[0] or gazetteer().short(part)
        inside = tuple(r for r in regions if not tips or any(gazetteer().within(r, tip) for tip in tips))
        tips = inside or tips
    return tips


def may_be_host(region: Region, address: Address) -> bool:
    """Whether a label of the host can be that division's: pinyin or initials, with those of what it lies in."""
    if address.system:
        return any(_hosts()["systems"].get(label) == region.code for label in address.labels)
    known = gazetteer()
    place = region if region.pinyin else known.parent(region)
    if place is None or not place.pinyin:
        return False
    above = [outer.pinyin.split("'") for outer in known.ancestors(place) if outer.pinyin]
    labels = [label for label in address.labels if label not in _COMMON]
    return any(_is_label(label, place.pinyin.split("'"), above) for label in labels)


def _is_label(label: str, syllables: Sequence[str], above: Iterable[Sequence[str]]) -> bool:
    """Whether a site of the place may be called that: 南京鼓楼 is njgl, nanjinggulou, gulou, njglq ..."""
    starts = {0}.union(*(_ends(label, outer, {0}) for outer in above))
    return any(label[end:] in _TAILS or end == len(label) for end in _ends(label, syllables, starts))


def _ends(label: str, syllables: Sequence[str], starts: set[int]) -> set[int]:
    """Where the syllables end in a label, each written by its first letters at least."""
    places_now = starts
    for syllable in syllables:
        places_now = {
            at + length for at in places_now for length in range(1, len(syllable) + 1) if label.startswith(syllable[:length], at)
        }
    return places_now


def chains(region: Region, place: str) -> Iterator[str]:
    """Ways to write a place with one that holds it: 临沂市河东区, 临沂河东区."""
    for above in gazetteer().ancestors(region):
        for name in above.names:
            yield name + place
            if stem(name) != name:
                yield stem(name) + place


def speaks_of(text: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns stands in a text."""
    return any(pattern in text for pattern in patterns)


def before(text: str, body: str, levels: tuple[Level, ...], year: int | None) -> set[str]:
    """Codes of the divisions that stand directly before a body's name in a text, of the given ranks where any are given."""
    found: set[str] = set()
    at = text.find(body)
    while at >= 0:
        window = text[max(0, at - 16) : at]
        for start in range(len(window) - 1):
            regions, _, rest = places(window[start:], year)
            if regions and not rest:
                fitting = [r for r in regions if not levels or r.level in levels]
                if len(fitting) == 1:
                    found.add(fitting[0].code)
                break
        at = text.find(body, at + len(body))
    return found


@cache
def _confusable() -> dict[str, str]:
    groups = files(__package__).joinpath("confusables.txt").read_text(encoding="utf-8").split()
    alike: dict[str, str] = {}
    for group in groups:
        for character in group:
            alike[character] = alike.get(character, "") + group.replace(character, "")
    return alike


def respelt(place: str) -> tuple[Region, ...]:
    """The divisions whose name differs from a place's in one character that looks alike (沐阳县 for 沭阳县)."""
    found: dict[str, Region] = {}
    for at, character in enumerate(place):
        for other in _confusable().get(character, ""):
            for region in gazetteer().named(place[:at] + other + place[at + 1 :]):
                found[region.code] = region
    return tuple(found.values())
