"""Editions of one report: 超链版, 图片版, PDF and Word files of one text. All are archived; the best readable one is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import parse_qs, unquote, urlsplit

import regex

from collect.sites.model import Link
from collect.sites.words import folded, undated


class Readable(IntEnum):
    """How surely the cells of a form can be read from it; a higher one is preferred."""

    PICTURE = 1
    """Characters must be recognised."""
    UNKNOWN = 2
    OFD = 3
    ARCHIVE = 4
    """What is in it is not known."""
    OLD_WORD = 5
    """doc, wps: read through a converter."""
    PDF = 6
    SHEET = 7
    WORD = 8
    PAGE = 9
    """A web page with the text."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition and how well it reads."""

    link: Link
    name: str
    """What its report is called, without edition, suffix and date, folded: editions of one report share it."""
    readable: Readable


_MARK = regex.compile(
    r"[(〔\[【]?(?:超链接?|图片|文字|图文|网页|完整|电子|扫描|原文?|纯文本|无障碍|PDF|WORD|OFD|DOCX?|HTML)(?:版本?|格式|件)[)〕\]】]?",
    regex.I,
)
_PICTURED = regex.compile(r"图片版|扫描(?:版|件)|图片格式")
_ENDING = regex.compile(r"\.(pdf|docx?|wps|wpt|ofd|xlsx?|et|zip|rar|7z|png|jpe?g|gif|bmp|tiff?|s?html?|txt|rtf)$", regex.I)
_LEADING = regex.compile(r"^(?:附件?\d*[:：.、]?|\d{1,2}[.、])+")
_KINDS = {
    Readable.PAGE: "html htm shtml txt",
    Readable.WORD: "docx rtf",
    Readable.SHEET: "xlsx xls et",
    Readable.PDF: "pdf",
    Readable.OLD_WORD: "doc wps wpt",
    Readable.ARCHIVE: "zip rar 7z",
    Readable.OFD: "ofd",
    Readable.PICTURE: "png jpg jpeg gif bmp tif tiff",
}
_BY_ENDING = {ending: kind for kind, endings in _KINDS.items() for ending in endings.split()}
_BY_BYTES = (
    (b"%PDF", Readable.PDF),
    (b"\xd0\xcf\x11\xe0", Readable.OLD_WORD),
    (b"\x89PNG", Readable.PICTURE),
    (b"\xff\xd8\xff", Readable.PICTURE),
    (b"GIF8", Readable.PICTURE),
    (b"BM", Readable.PICTURE),
    (b"{\\rtf", Readable.WORD),
    (b"Rar!", Readable.ARCHIVE),
)


def edition_of(link: Link, content: bytes = b"") -> Edition:
    """What edition a link leads to: by the bytes where they are known, else by the address, else by what the link says."""
    words = folded(link.text)
    bare = _ENDING.sub("", _LEADING.sub("", undated(words)))
    name = _MARK.sub("", bare).strip("-_—:()[]《》")
    kind = _by_bytes(content) or _by_name(link.url) or _by_name(words)
    if kind is None:
        kind = Readable.PAGE if urlsplit(link.url).scheme in {"http", "https"} else Readable.UNKNOWN
    if _PICTURED.search(words) or _PICTURED.search(unquote(link.url)):
        kind = Readable.PICTURE
    return Edition(link, name, kind)


def _by_bytes(content: bytes) -> Readable | None:
    head = content.lstrip()[:2048]
    for mark, kind in _BY_BYTES:
        if head.startswith(mark):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return Readable.WORD if b"word/" in content else Readable.SHEET if b"xl/" in content else _packed(content)
    return Readable.PAGE if b"<html" in head.lower() or b"<!doctype html" in head.lower() else None


def _packed(content: bytes) -> Readable:
    return Readable.OFD if b"OFD.xml" in content else Readable.ARCHIVE


def _by_name(name: str) -> Readable | None:
    parts = urlsplit(name)
    for text in (unquote(parts.path), *(value for values in parse_qs(parts.query).values() for value in values)):
        found = _ENDING.search(text)
        if found:
            return _BY_ENDING[found[1].lower()]
    return None


def grouped(editions: Iterable[Edition]) -> tuple[tuple[Edition, ...], ...]:
    """Editions by the report they are of, each group with the best readable one first; equals stay as they stood."""
    groups: dict[str, list[Edition]] = {}
    for edition in editions:
        groups.setdefault(edition.name or edition.link.url, []).append(edition)
    return tuple(tuple(sorted(group, key=lambda each: -each.readable)) for group in groups.values())


def best(editions: Sequence[Edition]) -> Edition:
    """The best readable edition, of equals the first.

    Raises:
        ValueError: there is none.
    """
    return max(editions, key=lambda each: each.readable)
