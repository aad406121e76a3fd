"""Which places the surroundings of a report speak for: its path, its address, other names, its prose."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import unquote, urlsplit

import regex

from normalize.authority.names import places, read_name
from normalize.gazetteer import Level, Region, gazetteer, stem
from normalize.prose import folded

_CODE = regex.compile(r"(?:area|region|site|xzqh|org|dept|unit)\w{0,6}=(?:11|12|N2)?(?P<code>[1-6]\d{5})\d*", regex.I)
_COMMON = frozenset("www wap m zwgk xxgk zfxxgk zwfw gov cn com org net info open gk zwgkw".split())
_TAILS = ("shi", "xian", "qu", "zf", "s", "x", "q", "zhou", "gov", "xzf", "qzf", "szf")
_SYSTEMS = frozenset("cma spb chinatax customs msa tobacco stats".split())


@dataclass(frozen=True, slots=True)
class Address:
    """An origin taken apart."""

    labels: tuple[str, ...]
    """Labels of the host that may be a place's."""
    system: bool
    """The host is that of a system led from above (cma.gov.cn)."""
    code: str
    """Code of a division that the query names, or nothing."""
    names: tuple[str, ...]
    """Components of the path in Chinese, the last first, folded."""
    text: str
    """Everything, folded."""


def read_address(origin: str) -> Address:
    """Take an origin apart; percent-encoding is resolved."""
    text = unquote(origin)
    url = urlsplit(text) if "://" in text else None
    labels = tuple(label for label in (url.hostname or "").lower().split(".") if label) if url else ()
    code = _CODE.search(url.query) if url else None
    path = url.path if url else text
    names = [folded(part) for part in reversed(regex.split(r"[/\\]+", path)) if regex.search(r"\p{Han}{2}", part)]
    return Address(
        tuple(label for label in labels if label not in _COMMON and label not in _SYSTEMS and not label.isdigit()),
        bool(_SYSTEMS.intersection(labels)),
        code["code"] if code else "",
        tuple(names),
        folded(text),
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


def in_code(address: Address) -> tuple[Region, ...]:
    """The division whose code stands in the query."""
    region = gazetteer().region(address.code) if address.code else None
    return (region,) if region else ()


def in_path(address: Address) -> tuple[Region, ...]:
    """The divisions that folders and file name speak of: the innermost that the chain of them agrees on."""
    tips: tuple[Region, ...] = ()
    for part in reversed(address.names):
        regions = read_name(part.rpartition(".")[0] or part).regions or places(part)[0]
        inside = tuple(r for r in regions if not tips or any(gazetteer().within(r, tip) for tip in tips))
        tips = inside or tips
    return tips


def may_be_host(region: Region, address: Address) -> bool:
    """Whether a label of the host can be that division's: pinyin or initials, with those of what it lies in."""
    if address.system:
        return any(_hosts()["systems"].get(label) == region.code for label in address.labels)
    own = _labels(region)
    return any(label in own for label in address.labels)


@cache
def _labels(region: Region) -> frozenset[str]:
    known = gazetteer()
    place = region if region.pinyin else known.parent(region)
    if place is None or not place.pinyin:
        return frozenset()
    whole, initials = _spelt(place)
    tail = {Level.COUNTY: {"区": "q", "县": "x", "市": "s", "旗": "q"}.get(place.name[-1], ""), Level.CITY: "s"}.get(place.level, "")
    found = {whole, *(whole + end for end in _TAILS), initials + tail}
    for above in known.ancestors(place):
        name, letters = _spelt(above)
        found |= {letters + initials, letters + whole, name + whole, name + initials, letters + initials + tail}
    if place.level is Level.CITY:
        found.add(initials)
    return frozenset(label for label in found if len(label) >= 2)


def _spelt(region: Region) -> tuple[str, str]:
    syllables = region.pinyin.split("'")
    return "".join(syllables), "".join(syllable[:1] for syllable in syllables)


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


def before(text: str, body: str, levels: tuple[Level, ...]) -> set[str]:
    """Codes of the divisions that stand directly before a body's name in a text, of the given ranks where any are given."""
    found: set[str] = set()
    at = text.find(body)
    while at >= 0:
        window = text[max(0, at - 16) : at]
        for start in range(len(window) - 1):
            regions, _, rest = places(window[start:])
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
