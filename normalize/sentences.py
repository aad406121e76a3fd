"""What a finding says, in Chinese: its stored English sentence is recognised by its pattern, and its facts fill the Chinese one.

Nothing is translated: ``sentences.toml`` has each sentence that findings are made of in both languages, and every number, name,
label and quotation goes over as it stands. So it holds for all that is in a database, also from an older version.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib.resources import files

import regex

from normalize.forms import form_cells, forms

_SLOT = regex.compile(r"\{(\w+)(?::(\w+))?\}")
_BLANKS = {"blank": "空白", "no number": "不是数字", "missing": "缺失"}
_LONGEST = 4000
"""Characters of a sentence that is looked at: longer ones stay English."""


@lru_cache(maxsize=4096)
def chinese(message: str) -> str | None:
    """The Chinese for a finding's stored message; None where the sentence is not known."""
    return _said(message) if len(message) <= _LONGEST else None


def _said(words: str) -> str | None:
    for pattern, kinds, template in _sentences():
        found = pattern.fullmatch(words)
        if found is not None:
            facts = _facts(found.groupdict(), kinds)
            if facts is not None:
                return template.format(**facts)
    first, parted, rest = words.partition("; ")
    if parted:
        one, other = _said(first), _said(rest)
        return f"{one}；{other}" if one and other else None
    return None


def _facts(found: Mapping[str, str], kinds: Mapping[str, str]) -> dict[str, str] | None:
    """The slots' texts in Chinese; None where one is no such thing."""
    facts: dict[str, str] = {}
    for name, text in found.items():
        kind = kinds[name]
        said = _KINDS[kind](text) if kind else text
        if said is None:
            return None
        facts[name] = said
    return facts


@cache
def _sentences() -> tuple[tuple[regex.Pattern[str], Mapping[str, str], str], ...]:
    raw = tomllib.loads(files(__package__).joinpath("sentences.toml").read_text("utf-8"))
    return tuple(_compiled(english, there) for english, there in raw["sentences"])


def _compiled(english: str, there: str) -> tuple[regex.Pattern[str], Mapping[str, str], str]:
    pattern, kinds, at = "", {}, 0
    for slot in _SLOT.finditer(english):
        name, kind = slot.groups()
        kinds[name] = kind or ""
        pattern += regex.escape(english[at : slot.start()]) + f"(?P<{name}>{_SHAPES.get(kind or '', '.*?')})"
        at = slot.end()
    return regex.compile(pattern + regex.escape(english[at:]), regex.DOTALL), kinds, there


def _cell(name: str) -> str | None:
    """A cell by its row and column, as the newest form that has it prints them."""
    return _labels().get(name)


@cache
def _labels() -> Mapping[str, str]:
    return {
        str(key): f"{cell.row_label.replace('/', ' › ')} · {cell.column_label.replace('/', ' › ')}"
        for (_, key), cell in sorted(form_cells().items(), key=lambda each: each[0][0])
    }


def _cells(names: str) -> str | None:
    labels = [_cell(each) for each in names.split(" + ")]
    return None if None in labels else " + ".join(filter(None, labels))


def _table(name: str) -> str | None:
    return {table.key: table.title for form in forms().values() for table in form.tables}.get(name)


def _list(readings: str) -> str:
    return " 或 ".join(_BLANKS.get(each, each) for each in readings.split(" or "))


def _steps(steps: str) -> str | None:
    """``13 = 12 + 1 (总计等于…, total = …); …`` without the English."""
    found = [regex.fullmatch(r"([\d =+.-]+) \((\P{ASCII}[^,]*), [^;]*\)", each) for each in steps.split("; ")]
    return None if None in found else "；".join(f"{each[1]}（{each[2]}）" for each in found if each)


def _quoted(text: str) -> str:
    return str(regex.sub(r" \(and (\d+) more\)$", r"（另有 \1 处）", text))


_KINDS: Mapping[str, Callable[[str], str | None]] = {
    "cell": _cell,
    "cells": _cells,
    "table": _table,
    "said": _said,
    "list": _list,
    "steps": _steps,
    "quoted": _quoted,
    "number": str,
    "chinese": str,
    "ascii": str,
}
_SHAPES = {
    "number": r"[+-]?\d+(?:\.\d+)?",
    "cell": r"[\w.]+",
    "table": r"\w+",
    "chinese": r"\P{ASCII}[^()]*",
    "ascii": r"\p{ASCII}+",
}
