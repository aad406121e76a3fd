"""Kinds of bodies: what 发改局, 卫生健康委员会, 气象部门 are. The kinds themselves are data, in bodies.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import regex

_JOINERS = ("和", "与", "及", "、", "暨", "")
_INSTITUTION = regex.compile(
    r".+(?:中心|站|所|馆|队|院|校|学校|中学|小学|幼儿园|大学|集团|公司|社|会|库|台|处|室|基地|银行|分行|支行|厂|报|团|园|场|医院|基金会|仲裁)"
)
_OTHER = regex.compile(r".+(?:局|厅|委员会|委|办公室|办|署|部|指挥部|分局|办事处|管委会|总局|机关)")
_OF_GOVERNMENT = regex.compile(r"(?:人民政府|行政公署|行署)(?=\p{Han}{3,})")
"""人民政府行政服务中心, 行署外事办公室."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of body."""

    key: str
    group: str
    label: str
    """Usual name of such a body."""
    single: bool = False
    """A place has one such body at a time, whatever its name."""
    successor: str = ""
    """Kind that took its work over."""
    successor_year: int = 0


@dataclass(frozen=True, slots=True)
class Body:
    """A body without its place."""

    kind: str
    group: str
    name: str
    """In full: 发展和改革局 for 发改局."""
    system: bool = False

    @property
    def is_known(self) -> bool:
        """Whether a kind covers it."""
        return self.kind not in ("institution", "other")


class Kinds:
    """The kinds with their names. ``kinds()`` gives the one there is."""

    def __init__(self, text: str) -> None:
        data = tomllib.loads(text)
        self.kinds = {
            row["key"]: Kind(
                row["key"], row.get("group", "department"), _label(row), row.get("single", False), *row.get("successor", ())
            )
            for row in data["kind"]
        }
        self._systems: list[str] = data["systems"]
        self._endings: list[str] = sorted(data["endings"], key=len)
        self._short_endings: dict[str, str] = data["short_endings"]
        self._whole: dict[str, tuple[str, str]] = {}
        self._stems: dict[str, str] = {}
        self._short: dict[str, tuple[str, str]] = {}
        for row in data["kind"]:
            key = row["key"]
            for name in row.get("names", ()):
                self._whole.setdefault(name, (key, name))
            for name, full in row.get("aliases", {}).items():
                self._whole.setdefault(name, (key, full))
            for stem in row.get("stems", ()):
                self._stems.setdefault(stem, key)
            for short, stem in row.get("short", {}).items():
                self._short.setdefault(short, (key, stem))
        self._longest = max(map(len, self._stems))
        self._unjoined = {_unjoined(stem): key for stem, key in reversed(self._stems.items())}
        self._offices: dict[str, str] = data["offices"]

    def _stem(self, stem: str) -> tuple[str, str] | None:
        """Kind and full stem of a stem; short ones and compounds included."""
        if not stem:
            return None
        if len(stem) >= 2 and stem in self._short:
            return self._short[stem]
        if stem in self._stems:
            return self._stems[stem], stem
        if _unjoined(stem) in self._unjoined:  # 规划自然资源 is 规划和自然资源, not 规划 with something behind
            return self._unjoined[_unjoined(stem)], stem
        first = self._first_part(stem)
        return (first, stem) if first else None

    @lru_cache(maxsize=4096)  # noqa: B019 - there is one instance, for the life of the process
    def _first_part(self, stem: str) -> str:
        """Kind of the first part of a compound of known stems; empty where it is none."""
        for length in range(min(len(stem) - 1, self._longest), 1, -1):
            key = self._stems.get(stem[:length]) or (self._short[stem[:length]][0] if stem[:length] in self._short else "")
            if key and any(
                stem.startswith(joiner, length) and self._is_parts(stem[length + len(joiner) :]) for joiner in _JOINERS
            ):
                return key
        return ""

    def _is_parts(self, text: str) -> bool:
        return bool(text) and (text in self._stems or (len(text) >= 2 and text in self._short) or bool(self._first_part(text)))

    def body(self, text: str) -> Body | None:
        """The body that a text without place names, known or by its last characters; None where it is none."""
        return self.known(text) or _by_ending(text)

    def known(self, text: str) -> Body | None:
        """The body, if a kind covers it."""
        if text in self._whole:
            return self._made(*self._whole[text])
        of_government = _OF_GOVERNMENT.match(text)
        inner = self.known(text[of_government.end() :]) if of_government else None
        if inner:
            return Body(inner.kind, inner.group, text)
        for system in self._systems:
            if text.endswith(system):
                found = self._stem(text.removesuffix(system))
                return self._made(found[0], text, system=True) if found else None
        if text.endswith("海关") and len(text) <= 8:
            return self._made("customs", text)
        fitting = [ending for ending in (*self._endings, *self._short_endings) if text.endswith(ending)]
        for find in (self._plain, self._stem):  # 应急管理 + 局 before 应急 + 管理局
            for ending in fitting:
                found = find(text.removesuffix(ending)) or self._single(text.removesuffix(ending), ending)
                if found:
                    return self._made(found[0], found[1] + self._short_endings.get(ending, ending))
        return None

    @lru_cache(maxsize=1024)  # noqa: B019 - as above
    def forms(self, body: Body) -> tuple[str, ...]:
        """The ways to write a body's name: 卫生健康委员会, 卫生健康委, 卫健委."""
        ends = [(body.name.removesuffix(full), short) for short, full in self._short_endings.items() if body.name.endswith(full)]
        ends += [(body.name.removesuffix(end), end) for end in self._endings if body.name.endswith(end)]
        shorts = [short + end for stem, end in ends for short, (_, full) in self._short.items() if full == stem]
        aliases = [name for name, (_, full) in self._whole.items() if full == body.name]
        return tuple(dict.fromkeys((body.name, *(stem + end for stem, end in ends), *shorts, *aliases)))

    def office(self, above: str, text: str) -> Body | None:
        """The office of a body of the nation in a place (监管局 of 中国证券监督管理委员会), where that body says the kind."""
        key = self._offices.get(above)
        return Body(key, "vertical", text) if key and text else None

    def _plain(self, stem: str) -> tuple[str, str] | None:
        return (self._stems[stem], stem) if stem in self._stems and stem not in self._short else None

    def _single(self, stem: str, ending: str) -> tuple[str, str] | None:
        """Short stems of one character stand before 委 and 办 only."""
        return self._short.get(stem) if len(stem) == 1 and ending in self._short_endings else None

    def _made(self, key: str, name: str, *, system: bool = False) -> Body:
        return Body(key, self.kinds[key].group, name, system)


def _unjoined(stem: str) -> str:
    return str(regex.sub(r"[和与及、暨]", "", stem))


def _label(row: dict[str, Any]) -> str:
    return str(row["names"][0] if "names" in row and "stems" not in row else row["stems"][0] + "局")


def _by_ending(text: str) -> Body | None:
    if _INSTITUTION.fullmatch(text):
        return Body("institution", "institution", text)
    if len(text) >= 3 and _OTHER.fullmatch(text):
        return Body("other", "department", text)
    return None


@cache
def kinds() -> Kinds:
    """The kinds, read on the first call."""
    return Kinds(files(__package__).joinpath("bodies.toml").read_text(encoding="utf-8"))
