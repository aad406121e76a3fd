"""What an answer is by its first bytes, whatever its header and address say."""

from __future__ import annotations

from typing import Final

import regex

_MAGIC: Final = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),  # docx, xlsx, ofd and wps among them
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),  # doc, xls, wps
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x89PNG\r\n\x1a\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\x00\x00\x01\x00", "icon"),
    (b"ID3", "media"),
    (b"OggS", "media"),
)
_MARKUP: Final = regex.compile(
    rb"<(?:!doctype|html|head|body|meta|title|script|style|table|div|p|span|link|ul|ol|center|font|iframe|form|a|h[1-6]|\?xml)\b",
    regex.IGNORECASE,
)
_JSON: Final = regex.compile(rb"(?:[\w$.]{1,80}\s*\()?\s*[\[{]")
_HEAD: Final = 4096
_PDF_LATE: Final = 1024
"""Readers look for the header of a PDF within its first kilobyte."""


def kind_of(body: bytes) -> str:
    """``html``, ``json``, ``text``, ``pdf``, ``zip``, ``ole``, ``rtf``, ``image``, ... or ``empty``, ``unknown``."""
    head = body[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    if not head.strip(b"\x00 \t\r\n"):
        return "empty"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image"
    if head[4:8] == b"ftyp":
        return "media"
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "html" if _MARKUP.search(head.replace(b"\x00", b"")) else "text"
    if b"%PDF-" in head[:_PDF_LATE]:
        return "pdf"
    if _MARKUP.search(head):
        return "html"
    if _JSON.match(head.lstrip()):
        return "json"
    return "unknown" if b"\x00" in head else "text"


DOCUMENTS: Final = frozenset({"html", "json", "text", "pdf", "zip", "ole", "rtf", "rar", "7z", "image"})
"""What a report, or a part of one, may be."""
PAGES: Final = frozenset({"html", "json", "text"})
"""What can lead anywhere, or say that it is no report."""
