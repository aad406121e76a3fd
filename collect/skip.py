"""Files that are obviously no documents, by name. Each is counted under the rule that skipped it."""

from __future__ import annotations

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


_SUBJECT = tuple(
    word.encode(encoding)
    for word in ("公开", "公開")
    for encoding in ("utf-8", "gb18030", "big5hkscs", "utf-16-le")
    if word != "公开" or encoding != "big5hkscs"
)
_BINARY = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
_CHARACTER_REFERENCE = b"&#"


def page_rule(content: bytes) -> str | None:
    """The rule by which a crawled page is passed over, or None if it is to be read.

    A crawl of whole sites holds a hundred pages for every report. A page that nowhere says 公开 (disclosure) is none, in
    whatever encoding; one that writes its letters as character references may say it unseen.
    """
    if content.lstrip()[:8].startswith(_BINARY) or _CHARACTER_REFERENCE in content:
        return None
    return None if any(word in content for word in _SUBJECT) else "unrelated_page"
