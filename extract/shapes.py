"""What a short text is by its shape alone: a bare value, prose, a heading, a page number.

Shared by the readers that must find tables in running text. It knows no label of any form.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

_MEASURE = "(?:件|条|次|篇|个|人|人次|项|份|宗|起|批|批次|家|元|万元|亿元|万|%)?"
_NUMBER = rf"(?:[+\-−±]|增加?|减少?)?\d[\d,]*(?:\.\d+)?\s?{_MEASURE}"
_REMARK = r"(?:\s*\([^()]{1,40}\))?"
_EMPTY = r"(?:[/\\\-—–―─]{1,4}|无)"

_VALUE = regex.compile(rf"(?:{_NUMBER}{_REMARK}|{_EMPTY})")
_DIGITS = regex.compile(rf"{_NUMBER}{_REMARK}")
_ENUMERATOR = regex.compile(
    r"(?:[一二三四五六七八九十]{1,3}\s?[、.]|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}\s?[.、](?!\d)|其中\s?:)"
)
_CHAPTER = regex.compile(r"(?:[一二三四五六七八九十]{1,3}\s?[、.]|第[一二三四五六七八九十]{1,3}[章节部分]{1,2})")
_PAGE_NUMBER = regex.compile(
    r"(?:[-—–―·•]+\s?\d{1,4}\s?[-—–―·•]+"
    r"|第\s?\d{1,4}\s?页(?:\s?[,/]?\s?\(?共\s?\d{1,4}\s?页\)?)?"
    r"|第\s?[一二三四五六七八九十百]{1,4}\s?页"
    r"|共\s?\d{1,4}\s?页\s?[,/]?\s?第\s?\d{1,4}\s?页"
    r"|(?:page\s?)?\d{1,4}\s?(?:/|of)\s?\d{1,4}"
    r"|page\s?\d{1,4}"
    r"|\d{1,4}\s?页)",
    regex.I,
)
_BARE_PAGE_NUMBER = regex.compile(r"\d{1,3}")
_LETTER = regex.compile(r"\p{L}")
_SENTENCE = regex.compile(r"[。;!?…]")


def plain(text: str) -> str:
    """The text with full-width forms narrowed and white space trimmed: for judging shapes only."""
    return unicodedata.normalize("NFKC", text).strip()


@lru_cache(maxsize=1 << 14)
def is_value(text: str) -> bool:
    """A bare number (sign, grouping, measure word, bracketed remark allowed) or a mark for "none"."""
    return len(text) <= 60 and _VALUE.fullmatch(plain(text)) is not None


@lru_cache(maxsize=1 << 14)
def begins_value(text: str) -> bool:
    """Whether a bare value may begin with it."""
    return _VALUE.fullmatch(plain(text), partial=True) is not None


def is_number(text: str) -> bool:
    """A bare number, not a mark for "none"."""
    return len(text) <= 60 and _DIGITS.fullmatch(plain(text)) is not None


def is_enumerated(text: str) -> bool:
    """Starts with an enumerator: a new item, never the continuation of a wrapped line."""
    return _ENUMERATOR.match(plain(text[:16])) is not None


def is_chapter(text: str) -> bool:
    """Starts like a chapter heading (``三、…``). Row labels do too: context decides."""
    return _CHAPTER.match(plain(text[:16])) is not None


def is_page_number(text: str) -> bool:
    """``- 3 -``, ``第 5 页``, ``第3页 共7页``, ``3 / 7``; not a bare number."""
    return len(text) <= 24 and _PAGE_NUMBER.fullmatch(plain(text)) is not None


def is_bare_page_number(text: str) -> bool:
    """One to three digits alone, which may be a page number where nothing says otherwise."""
    return len(text) <= 12 and _BARE_PAGE_NUMBER.fullmatch(plain(text)) is not None


def is_bracketed(text: str) -> bool:
    """Wholly in brackets: a note, a gloss or a remark."""
    trimmed = plain(text)
    return trimmed.startswith("(") and trimmed.endswith(")")


def is_prose(text: str, *, longest: int = 45) -> bool:
    """A sentence or part of one: has a full stop, or is longer than a label and not a mere gloss."""
    trimmed = plain(text)
    if _SENTENCE.search(trimmed.rstrip(";")) and _LETTER.search(trimmed):  # without one, as "1922?", it is a number in doubt
        return True
    return len(trimmed) > longest and not is_bracketed(trimmed) and not is_enumerated(trimmed)
