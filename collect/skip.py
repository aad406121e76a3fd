"""Files that are obviously no documents, by name. Each is counted under the rule that skipped it."""

from __future__ import annotations

import regex

WEB_ASSET, PART_OF_PAGE = "web_asset", "part_of_page"
"""Rules: what makes up a page's looks, and a picture that is handed on with the page that shows it."""
_SYSTEM = frozenset({"__macosx", "thumbs.db", "desktop.ini", "ehthumbs.db", "$recycle.bin", "system volume information"})
_SUFFIXES = {
    WEB_ASSET: ".css .js .mjs .map .woff .woff2 .ttf .otf .eot .ico .svg .gif .swf",
    "database": ".db .sqlite .sqlite3 .db-wal .db-shm .sqlite-wal .sqlite-shm .sqlite-journal .mdb .ldf .mdf",
    "software": ".exe .dll .so .pyc .pyo .class .msi .bat .sh .py .apk",
    "media": ".mp3 .mp4 .avi .mov .wmv .flv .wav .m4a",
}
_RULE_OF_SUFFIX = {suffix: rule for rule, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp"})


def skip_rule(name: str) -> str | None:
    """The rule by which the file of that relative ``name`` is skipped, or None if it is to be read.

    Pictures are read (a report may be one) unless they lie beside a saved web page (``page_files/``): these are part of it.
    """
    parts = name.lower().split("/")
    if any(part in _SYSTEM for part in parts):
        return "system"
    if any(part.startswith(".") for part in parts):
        return "hidden"
    if parts[-1].startswith("~$"):
        return "office_lock"
    _, dot, ending = parts[-1].rpartition(".")
    suffix = f".{ending}" if dot else ""
    if suffix in _PICTURES and any(part.endswith(("_files", ".files")) for part in parts[:-1]):
        return WEB_ASSET
    return _RULE_OF_SUFFIX.get(suffix)


def _in_every_encoding(*words: str) -> tuple[bytes, ...]:
    encodings = ("utf-8", "gb18030", "big5hkscs", "utf-16-le")
    return tuple(dict.fromkeys(word.encode(code) for word in words for code in encodings if _can(word, code)))


def _can(word: str, encoding: str) -> bool:
    try:
        word.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


_SUBJECT = _in_every_encoding("公开", "公開")
_REPORTING = _in_every_encoding("报告", "報告", "年报", "年報", "申请", "申請", "复议", "複議", "覆議", "總結", "总结")
"""What a report cannot do without in its title, its preface, its chapters or its tables, one of them at least."""
_BINARY = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
_CHARACTER_REFERENCE = regex.compile(rb"&#(?:[xX]0*[2-9a-fA-F][0-9a-fA-F]{3,}|0*[1-9]\d{4,})")
"""A letter beyond the Latin ones, spelt out."""
_LINK = regex.compile(rb"<[aA]\s")
_LINK_END = regex.compile(rb"</[aA]\s*>")
_BETWEEN_LETTERS = regex.compile(rb"<[^<>]*>|&nbsp;|\s+")
"""Word processors cut words into several elements, and headings are spaced out."""
_LONGEST_LINK = 600
"""Bytes. What is longer may be text whose link was never closed."""


def page_rule(content: bytes) -> str | None:
    """The rule by which a crawled page is passed over, or None if it is to be read.

    A crawl of whole sites holds a hundred pages for every report, and every page of a government's site says 公开
    (disclosure) in its menus. So what counts is what a page says outside of its links: 公开, and a word such as 报告 or 申请.
    One that writes its letters as character references may say it unseen, and is read.
    """
    if content.lstrip()[:8].startswith(_BINARY):
        return None
    if not any(word in content for word in _SUBJECT):
        return None if _CHARACTER_REFERENCE.search(content) else "unrelated_page"
    text = _outside_links(content)
    if _speaks_of_reports(text) or _speaks_of_reports(_BETWEEN_LETTERS.sub(b"", text)):
        return None
    return None if _CHARACTER_REFERENCE.search(text) else "unrelated_page"


def _speaks_of_reports(text: bytes) -> bool:
    return any(word in text for word in _SUBJECT) and any(word in text for word in _REPORTING)


def _outside_links(content: bytes) -> bytes:
    first, *parts = _LINK.split(content)
    kept = [first]
    for part in parts:
        end = _LINK_END.search(part, 0, _LONGEST_LINK)
        kept.append(part if end is None else part[end.end() :])
    return b"\n".join(kept)
