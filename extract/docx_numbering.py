"""The numbers that Word prints before paragraphs of a list. They stand in no run: they are counted.

Source: ECMA-376 part 1, 17.9 (numbering). A heading ``一、总体情况`` often has its ``一、`` from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import regex
from lxml import etree

from collect.stated import whole
from extract.docx_paragraph import attribute, child, children, local

_DIGITS = "〇一二三四五六七八九"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_CHINESE_STYLES = """
    chineseCounting chineseCountingThousand ideographDigital japaneseCounting taiwaneseCounting taiwaneseCountingThousand
"""
_CHINESE = frozenset(_CHINESE_STYLES.split())


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    style: str
    text: str
    """``%1、`` and the like; ``%2`` is the counter of the second level."""


@dataclass(slots=True)
class Numbering:
    """Counts through a document."""

    definitions: Callable[[], etree._Element | None]
    """Gives ``numbering.xml``."""
    styles: Callable[[], tuple[bytes, Callable[[], etree._Element | None]]]
    """Gives ``styles.xml``, a paragraph style can carry a number: its bytes, and what parses it.

    It is often the largest part of a file, and hardly a style in it has a number.
    """
    _known: bool = False
    """Both are read once a paragraph refers to either; most documents have them and few use them."""
    _defined: dict[str, tuple[etree._Element, etree._Element]] = field(default_factory=dict)
    """numId -> the abstract list it is an instance of, and the instance."""
    _levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    """numId -> level -> how it is printed."""
    _lists: dict[str, str] = field(default_factory=dict)
    """numId -> abstract list, whose counters its instances share."""
    _counters: dict[str, dict[int, int]] = field(default_factory=dict)
    _by_style: dict[str, tuple[str, int]] = field(default_factory=dict)
    _parse_styles: Callable[[], etree._Element | None] | None = None
    """Until it was needed."""
    _style_source: bytes = b""
    _unnumbered: set[str] = field(default_factory=set)
    """Styles whose source shows that they have no number."""

    def _read(self) -> None:
        self._known = True
        definitions = self.definitions()
        if definitions is None:
            return
        abstract = {attribute(a, "abstractNumId") or "": a for a in definitions.iterfind("{*}abstractNum")}
        for num in definitions.iterfind("{*}num"):
            key, of = attribute(num, "numId") or "", attribute(child(num, "abstractNumId"), "val") or ""
            if of in abstract:
                self._defined[key] = (abstract[of], num)
                self._lists[key] = f"{of}/{key}" if num.find("{*}lvlOverride/{*}startOverride") is not None else of
        self._style_source, self._parse_styles = self.styles()

    def _number_of(self, style: str) -> tuple[str, int]:
        """The numId and level that a paragraph style carries."""
        if style in self._unnumbered or not self._defined:
            return "", 0
        if self._parse_styles is not None:
            if _shows_no_number(self._style_source, style):
                self._unnumbered.add(style)
                return "", 0
            self._read_styles(self._parse_styles())
            self._parse_styles = None
        return self._by_style.get(style, ("", 0))

    def _read_styles(self, styles: etree._Element | None) -> None:
        for number in [] if styles is None else styles.iter("{*}numPr"):
            properties = number.getparent()
            style = None if properties is None else properties.getparent()
            found = _reference(properties)
            if style is not None and local(style) == "style" and found is not None and found[0]:
                self._by_style[attribute(style, "styleId") or ""] = (found[0], found[1])

    def _levels_of(self, key: str) -> dict[int, _Level]:
        if key not in self._levels and key in self._defined:
            abstract, num = self._defined[key]
            self._levels[key] = dict(_levels(abstract)) | dict(_levels(num))
        return self._levels.get(key, {})

    def label(self, paragraph: etree._Element) -> str:
        """The number printed before the paragraph, or ``""``. Counts on: ask once for each paragraph, in order."""
        properties = child(paragraph, "pPr")
        stated = {} if properties is None else children(properties)
        style = attribute(stated.get("pStyle"), "val")
        if style is None and "numPr" not in stated:
            return ""
        if not self._known:
            self._read()
        named = self._number_of(style) if style else ("", 0)
        own = _reference(properties)
        key, depth = named if own is None else (own[0] or named[0], own[1])
        level = self._levels_of(key).get(depth)
        if level is None:
            return ""
        counters = self._counters.setdefault(self._lists[key], {})
        counters[depth] = counters.get(depth, level.start - 1) + 1
        for deeper in [d for d in counters if d > depth]:
            del counters[deeper]
        if level.style in {"bullet", "none"}:
            return ""

        def printed(match: regex.Match[str]) -> str:
            at = int(match[1]) - 1
            of = self._levels[key].get(at, level)
            return _printed(counters.get(at, of.start), of.style)

        label = str(regex.sub(r"%(\d)", printed, level.text))
        # Word sets a tab behind the number: a bare digit must not run into the text's own.
        return f"{label} " if label[-1:].isascii() and label[-1:].isalnum() else label


def _shows_no_number(source: bytes, style: str) -> bool:
    """Whether the source of ``styles.xml`` defines a style, and nowhere with a number. False where that cannot be seen."""
    opening = f'styleId="{style}"'.encode()
    at = source.find(opening)
    if at < 0:
        return False
    while at >= 0:
        end = source.find(b"style>", at)
        if end < 0 or b"numPr" in source[at:end]:
            return False
        at = source.find(opening, end)
    return True


def _levels(holder: etree._Element) -> list[tuple[int, _Level]]:
    found = []
    for level in holder.iter("{*}lvl"):
        start = attribute(child(level, "start"), "val") or "1"
        style = attribute(child(level, "numFmt"), "val") or "decimal"
        text = attribute(child(level, "lvlText"), "val") or ""
        found.append((_int(attribute(level, "ilvl")), _Level(_int(start), style, text)))
    return found


def _reference(properties: etree._Element | None) -> tuple[str, int] | None:
    """(numId, level) of a numPr; numId "0" takes a number away, "" leaves the style's."""
    found = child(properties, "numPr") if properties is not None else None
    if found is None:
        return None
    return attribute(child(found, "numId"), "val") or "", _int(attribute(child(found, "ilvl"), "val"))


def _int(text: str | None) -> int:
    return whole(text or "") or 0


def _printed(number: int, style: str) -> str:
    if style in _CHINESE and 0 < number < 100:
        tens, ones = divmod(number, 10)
        return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones else "")
    if style.startswith("decimalEnclosedCircle") and 0 < number <= 20:
        return _CIRCLED[number - 1]
    if style in {"upperLetter", "lowerLetter"} and 0 < number <= 26:
        letter = chr(ord("A") + number - 1)
        return letter if style == "upperLetter" else letter.lower()
    return str(number)
