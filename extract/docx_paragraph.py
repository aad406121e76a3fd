"""The text of a Word paragraph, as Word shows it.

Elements are told by local name: the transitional and the strict namespace of WordprocessingML mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import regex
from lxml import etree

from collect.stated import whole
from extract.inline import DRAWN, Inline, collapse
from extract.model import Link

_TRANSPARENT = frozenset({"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "dir", "fldSimple"})
_REMOVED = frozenset({"del", "moveFrom", "cellDel"})
_RAISED_FROM = 6
"""Half points above or below the line from which a run is a mark, not part of a number."""
_DIGITS = regex.compile(r"\s*[\p{Nd},.，．]+\s*")
_NO_FILL = frozenset({"", "auto", "FFFFFF", "ffffff"})
_SYMBOLS = 0xE000
"""From here on a character code means a place in a symbol font (U+E000 to U+F8FF), no character."""


class Numberer(Protocol):
    """Gives the number that Word prints before a paragraph of a list."""

    def label(self, paragraph: etree._Element) -> str:
        """The printed number, or ``""``."""


class _Bare(dict[object, str]):
    """Names without their namespace, each cut once."""

    def __missing__(self, tag: object) -> str:
        bare = str(tag).rpartition("}")[2]
        if len(self) < _MOST_NAMES:
            self[tag] = bare
        return bare


_BARE = _Bare()
_MOST_NAMES = 2000
"""More than any schema of Word's has: a file may invent others without end."""


def local(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return _BARE[element.tag]


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of that local name."""
    for found in element:
        if _BARE[found.tag] == name:
            return found
    return None


def children(element: etree._Element) -> dict[str, etree._Element]:
    """The children by local name, of several the first."""
    return {_BARE[found.tag]: found for found in reversed(element)}


def attribute(element: etree._Element | None, name: str) -> str | None:
    """The attribute of that local name."""
    if element is None:
        return None
    for key, value in element.items():
        if _BARE[key] == name:
            return str(value)
    return None


def flag(properties: etree._Element | None, name: str) -> bool:
    """Whether an on/off property is on (``<w:vanish/>``, but not ``<w:vanish w:val="0"/>``)."""
    return is_on(child(properties, name) if properties is not None else None)


def is_on(switch: etree._Element | None) -> bool:
    """Whether an element that switches something says "on", which it does where it says nothing."""
    return switch is not None and (attribute(switch, "val") or "1").lower() not in {"0", "false", "off"}


def shown_children(container: etree._Element) -> Iterator[etree._Element]:
    """The children that count: wrappers opened, deletions left out, of alternatives the first."""
    for element in container:
        tag = local(element)
        if tag in _REMOVED:
            continue
        if tag == "AlternateContent":
            # Choice and Fallback hold the same thing twice, for new and for old programs.
            branch = child(element, "Choice")
            branch = branch if branch is not None else child(element, "Fallback")
            if branch is not None:
                yield from shown_children(branch)
        elif tag in _TRANSPARENT:
            yield from shown_children(element)
        else:
            yield element


class ParagraphReader:
    """Reads one paragraph: its lines, its links, and the text boxes that hang on it."""

    def __init__(self, paragraph: etree._Element, numbering: Numberer, targets: dict[str, str]) -> None:
        self.boxes: list[etree._Element] = []
        self.links: list[Link] = []
        self.struck: list[str] = []
        """Runs that are struck out and left out."""
        self.draws = False
        """A picture, a drawing or an object shows here."""
        self._targets = targets
        self._inline = Inline()
        self._fields: list[bool] = []
        """One entry for each open field: whether its instruction (not its result) is being read."""
        self._inline.add(numbering.label(paragraph))
        self._runs(paragraph)

    def lines(self) -> list[str]:
        """The lines that show anything, parted by breaks within the paragraph."""
        return self._inline.lines(preserve=True)

    def _runs(self, parent: etree._Element) -> None:
        for element in shown_children(parent):
            tag = local(element)
            if tag == "r":
                self._run(element)
            elif tag == "hyperlink":
                self._hyperlink(element)
            elif tag == "bdo":
                self._inline.add(DRAWN if attribute(element, "val") == "rtl" else "")  # digits show the other way around
                self._runs(element)
            elif tag in {"oMath", "oMathPara"}:
                for text in element.iter("{*}t"):
                    self._inline.add(text.text)

    def _hyperlink(self, element: etree._Element) -> None:
        self._runs(element)
        target = self._targets.get(attribute(element, "id") or "")
        if target:
            self.links.append(Link(collapse("".join(t.text or "" for t in element.iter("{*}t"))), target))

    def _run(self, run: etree._Element) -> None:
        properties = child(run, "rPr")
        look = {} if properties is None else children(properties)
        if is_on(look.get("vanish")) or is_on(look.get("webHidden")):
            return
        if is_on(look.get("strike")) or is_on(look.get("dstrike")):
            self.struck += [text for part in run.iter("{*}t") if (text := (part.text or "").strip())]
            return
        add = self._adder(run, look)
        for element in shown_children(run):
            tag = local(element)
            if tag == "fldChar":
                self._field(attribute(element, "fldCharType") or "")
                self.draws = self.draws or _is_chosen(element)
            elif tag in {"drawing", "pict", "object"}:
                self._drawing(element)
            elif any(self._fields):
                continue
            elif tag == "t":
                add(element.text or "")
            elif tag == "ruby":
                base = child(element, "rubyBase")
                if base is not None:
                    self._runs(base)
            elif tag == "sym":
                add(_symbol(attribute(element, "char") or ""))
            else:
                self._special(tag)

    def _adder(self, run: etree._Element, look: dict[str, etree._Element]) -> Callable[[str], None]:
        """How the text of a run of that look is taken."""
        if _is_white(run, look):
            return lambda text: self._inline.add(DRAWN if _DIGITS.fullmatch(text) else text)
        return self._inline.add_mark if _is_raised(look) else self._inline.add

    def _special(self, tag: str) -> None:
        if tag in {"br", "cr"}:
            self._inline.end_line()
        elif tag in {"tab", "ptab"}:
            self._inline.add("\t")
        elif tag == "noBreakHyphen":
            self._inline.add("-")

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self._fields.append(True)
        elif kind == "separate" and self._fields:
            self._fields[-1] = False
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _drawing(self, element: etree._Element) -> None:
        """Note the text boxes of a drawing, those within others' fallback and within other boxes left out."""
        self.draws = True
        stack = [element]
        while stack:
            found = stack.pop()
            if local(found) == "txbxContent":
                self.boxes.append(found)
            else:
                stack.extend(reversed(list(shown_children(found))))


def _is_chosen(field: etree._Element) -> bool:
    """Whether a field shows what was chosen from a list or ticked, which no run says."""
    form = child(field, "ffData")
    return form is not None and (child(form, "ddList") is not None or child(form, "checkBox") is not None)


def _is_raised(look: dict[str, etree._Element]) -> bool:
    """Whether a run stands above or below its line, by name or by so many points."""
    if attribute(look.get("vertAlign"), "val") in {"superscript", "subscript"}:
        return True
    position = attribute(look.get("position"), "val") or "0"
    return (whole(position.lstrip("+-")) or 0) >= _RAISED_FROM


def _is_white(run: etree._Element, look: dict[str, etree._Element]) -> bool:
    """Whether a run is white on a ground that nothing says to be another colour."""
    if (attribute(look.get("color"), "val") or "").upper() != "FFFFFF" or "highlight" in look:
        return False
    grounds = [look.get("shd")]
    for around in run.iterancestors():
        properties = child(around, f"{local(around)}Pr")  # pPr, tcPr, trPr, tblPr
        grounds.append(child(properties, "shd") if properties is not None else None)
    return all(ground is None or (attribute(ground, "fill") or "") in _NO_FILL for ground in grounds)


def _symbol(code: str) -> str:
    """The character of a symbol; U+FFFC where its font alone says what shows."""
    try:
        number = int(code, 16)
    except ValueError:
        return DRAWN
    return chr(number) if 0x20 <= number < _SYMBOLS and not 0xD800 <= number < _SYMBOLS else DRAWN
