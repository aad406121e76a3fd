"""What a page's own style sheets say of the cells of its tables: hidden, struck out, raised, drawn by the sheet.

A browser shows ``<span class="x">7</span>`` as nothing where ``.x{display:none}`` stands in the page. Only the properties that
decide whether a number is seen are taken over, only into tables with figures; everything else of CSS is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import regex
import tinycss2
from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

if TYPE_CHECKING:
    from extract.markup_page import Page

_READABLE = 4_300
"""Digits of a whole number that Python reads."""
_ENDLESS = regex.compile(r"(?<=\d{20})\d+")
_NAMES = """
    display visibility opacity font-size color text-indent position left top bottom clip transform width height overflow
    text-decoration text-decoration-line vertical-align background background-color background-image content direction
    unicode-bidi mso-text-raise mso-hide
"""
PROPERTIES = frozenset(_NAMES.split())
"""What may keep a number from being seen as it is written."""
TELLING = regex.compile(
    r"none|hidden|collapse|line-through|opacity|content\s*:|transparent|super|bidi-override|clip|scale|"
    r"#fff|white|rgba?\(\s*255|:\s*-\d|(?:font-size|width|height)\s*:\s*0",
    regex.I,
)
"""What no style that conceals does without."""
_BEFORE_OR_AFTER = regex.compile(r"::?(?:before|after)\s*$", regex.I)
_MOST_RULES = 1_000
_LONGEST = 1_000_000
"""Characters of a page's sheets; beyond, they are a framework's and none that hides a number."""


def restyle(page: Page, sheets: Sequence[str]) -> None:
    """Write what the sheets say of elements in tables with figures into their ``style``, as if it stood there."""
    text = "\n".join(sheets)
    tables = page.figures
    if not tables or len(text) > _LONGEST or not TELLING.search(text):
        return
    numbers = {page.elements[k]: k for table in tables for k in range(table, page.ends[table])}
    found: dict[int, dict[str, str]] = {}
    for selector, declared in _rules(text):
        drawn = _BEFORE_OR_AFTER.search(selector) is not None
        wanted = _drawn(declared) if drawn else {name: value for name, value in declared.items() if name != "content"}
        if not wanted:
            continue
        for element in _matched(page.elements[0], _BEFORE_OR_AFTER.sub("", selector) or "*"):
            if (number := numbers.get(element)) is not None:
                found.setdefault(number, {}).update(wanted)
    for number, declared in found.items():
        own = declarations(page.styles[number] or "")
        style = ";".join(f"{name}:{value}" for name, value in {**declared, **own}.items())
        page.elements[number].set("style", style)
        page.styles[number] = style


def declarations(style: str) -> dict[str, str]:
    """The properties of a ``style`` attribute or of a rule's body that matter here; of several the last."""
    return {
        found.lower_name: tinycss2.serialize(found.value).strip()
        for found in tinycss2.parse_blocks_contents(_with_short_numbers(style), skip_comments=True, skip_whitespace=True)
        if found.type == "declaration" and found.lower_name in PROPERTIES
    }


def _with_short_numbers(css: str) -> str:
    """The same without the digits of a number that Python would refuse to read; no screen is so large."""
    return css if len(css) < _READABLE else _ENDLESS.sub("", css)


def _rules(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Selector and declarations, a pair for each selector of a list, in order."""
    count = 0
    for rule in _shown_rules(tinycss2.parse_stylesheet(_with_short_numbers(text), skip_comments=True, skip_whitespace=True)):
        body = tinycss2.serialize(rule.content)
        if not TELLING.search(body):
            continue
        declared = declarations(body)
        for selector in tinycss2.serialize(rule.prelude).split(","):
            count += 1
            if count > _MOST_RULES:
                return
            yield selector.strip(), declared


def _shown_rules(rules: Sequence[Any]) -> Iterator[Any]:
    """The rules for a screen: those of ``@media print`` and of other at-rules do not hold there."""
    for rule in rules:
        if rule.type == "qualified-rule":
            yield rule
        elif rule.type == "at-rule" and rule.lower_at_keyword == "media" and rule.content is not None:
            media = tinycss2.serialize(rule.prelude).strip().lower()
            if media in {"all", "screen", "only screen"}:
                yield from _shown_rules(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))


def _drawn(declared: dict[str, str]) -> dict[str, str]:
    content = declared.get("content", "").strip("'\" ")
    return {"content": content} if content not in {"", "none", "normal"} else {}


def _matched(root: etree._Element, selector: str) -> Sequence[etree._Element]:
    """The elements that a selector means; none where it speaks of states (``:hover``) or is not understood."""
    try:
        found: Sequence[etree._Element] = CSSSelector(selector, translator="html")(root)  # type: ignore[assignment]
    except (SelectorError, ValueError):
        return ()
    return found
