"""HTML elements written like the HTML they give: ``E.p({"class": "quiet"}, "text", E.b("more"))``.

Text is always text: lxml escapes it, and characters that no markup can carry become U+FFFD. There is no way to put in
markup as a string.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import regex
from lxml.etree import Element, _Element

from normalize.sentences import chinese

Part = str | _Element | Mapping[str, str]

_NO_XML = regex.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, *parts: Part) -> _Element:
    """An element; mappings among the parts are attributes, the others content in their order."""
    made = Element(tag)
    last: _Element | None = None
    for part in parts:
        if isinstance(part, str):
            if last is None:
                made.text = (made.text or "") + _clean(part)
            else:
                last.tail = (last.tail or "") + _clean(part)
        elif isinstance(part, Mapping):
            for name, value in part.items():
                made.set(name, _clean(value))
        else:
            made.append(part)
            last = part
    return made


def _clean(text: str) -> str:
    return str(_NO_XML.sub("\ufffd", text))


class _Elements:
    """``E.div`` is a maker of div elements."""

    def __getattr__(self, tag: str) -> Callable[..., _Element]:
        return partial(element, tag)


E = _Elements()


def sentence(message: str) -> _Element:
    """What a finding says: in Chinese where its sentence is known, and as it is stored."""
    there = chinese(message)
    return E.p(there, E.br(), E.small({"lang": "en"}, message)) if there else E.p(message)
