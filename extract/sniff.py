"""What a file really is, by its content. Suffixes lie: an error page named ``.pdf``, a ``.doc`` that is HTML or RTF."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib

import regex

from collect.errors import EncryptedError, UnreadableError

PDF = "application/pdf"
HTML = "text/html"
MHTML = "multipart/related"
TEXT = "text/plain"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOC = "application/msword"
RTF = "application/rtf"
ODT = "application/vnd.oasis.opendocument.text"
OFD = "application/ofd"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
WORD_XML = "application/vnd.ms-word.xml"

PICTURES = ("image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp")

_HEAD = 1 << 16

ZIP_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, OSError, ValueError, OverflowError, RuntimeError, KeyError),
)
"""What the standard library raises over a damaged zip, here and where a part is read."""

_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)

_ARCHIVES = (
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("WordDocument", DOC),
    ("Workbook", XLS),
    ("Book", XLS),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)

_ZIP_MEMBERS = (
    ("xl/workbook.xml", XLSX),
    ("xl/workbook.bin", XLSX),
    ("ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("OFD.xml", OFD),
)

_TAG = (
    r"html|head|body|title|meta|link|script|style|div|p|br|span|font|center|table|tbody|thead|tr|td|th|h[1-6]|ul|ol|li|"
    r"form|article|section|main|header|nav|a|b|strong|img|frameset|pre|hr"
)
# What may stand before the first element: prolog, doctype, comments, conditional comments, Word's stray "?xml:namespace>".
_PROLOG = r"(?:\s|\ufeff|<\?xml[^>]*>|<?\?xml:namespace[^>]*>|<!--.*?-->|<!\[[^>]*>)*"
_HTML_START = regex.compile(rf"{_PROLOG}(?:<!doctype\s+html|<(?:{_TAG})(?=[\s>/]))", regex.I | regex.S)
_HTML_TAGS = regex.compile(rf"</?(?:{_TAG})(?:\s[^<>]*)?/?>", regex.I)
_MHTML_START = regex.compile(
    rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,20}(?:mime-version:|content-type:\s*multipart/related)", regex.I
)
_WORD_XML = regex.compile(r"<\?mso-application\s+progid=\"Word\.Document\"|<w:wordDocument[\s>]|<pkg:package[\s>]")

_BLANKS = b"\0 \t\r\n\f\v\x1a"
_BYTES_OF_TEXT = bytes(b for b in range(256) if b >= 0x20 or b in b"\t\n\r\f\v\x1a\x1b")


def sniff(content: bytes, name: str = "") -> str:
    """The media type of the content.

    Args:
        content: The whole file.
        name: The file's name. It only decides between formats that are both text, where the content leaves it open.

    Returns:
        A media type; those this module names are readable, others name what the file is instead.

    Raises:
        UnreadableError: empty, blank, or bytes that are no known format and no text.
        EncryptedError: an Office file with a password.
    """
    head = content[:_HEAD]
    if not content[:4096].strip(_BLANKS) and not content.strip(_BLANKS):
        raise UnreadableError("The file is empty." if not content else "The file holds only blanks.", code="unreadable.empty")
    if (found := _by_signature(content, head)) is not None:
        return found
    if b"%PDF-" in head[:1024] or (b"%PDF-" in head[:4096] and b"%%EOF" in content[-2048:]):
        return PDF
    if _is_noise(content):
        raise UnreadableError("These bytes are neither a known document format nor text.", code="unreadable.binary")
    return _text_like(head, name)


def _by_signature(content: bytes, head: bytes) -> str | None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"%PDF-"):
        return PDF
    if start.startswith(b"{\\rtf"):
        return RTF
    if head.startswith(_OLE):
        return _ole(content)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip(content)
    for signature, media_type in _IMAGES:
        if head.startswith(signature) and (signature != b"BM" or head[6:10] == b"\0\0\0\0"):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((media_type for signature, media_type in _ARCHIVES if head.startswith(signature)), None)


def _ole(content: bytes) -> str:
    """Which program an OLE compound file belongs to, by the names of its streams."""
    if _utf16("EncryptedPackage") in content:
        raise EncryptedError("This Office document is protected by a password.")
    for stream, media_type in _OLE_STREAMS:
        if _utf16(stream) + b"\0\0" in content:
            if media_type == DOC and _word_is_locked(content):
                raise EncryptedError("This Word document is protected by a password.")
            return media_type
    raise UnreadableError(
        "An Office file (OLE) without any document in it: it was probably cut off.", code="unreadable.truncated"
    )


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le")


def _word_is_locked(content: bytes) -> bool:
    """Whether the header of the WordDocument stream, which begins at a sector, says "encrypted" (MS-DOC 2.5.2, fEncrypted)."""
    at = 512
    return (
        content[at : at + 2] == b"\xec\xa5"
        and len(content) > at + 12
        and bool(struct.unpack_from("<H", content, at + 10)[0] & 0x0100)
    )


def _zip(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            stated = ""
            if "mimetype" in names:
                with archive.open("mimetype") as part:  # a part may unpack to gigabytes
                    stated = part.read(200).decode("ascii", "replace").strip()
    except ZIP_DAMAGE as error:
        raise UnreadableError(
            "A zip container (DOCX, XLSX, OFD or archive) that is damaged or cut off.", code="unreadable.truncated"
        ) from error
    if any(n.startswith("word/document") and n.endswith(".xml") for n in names):
        return DOCX
    if stated.startswith("application/"):
        return stated
    lowered = {name.lower().lstrip("/"): name for name in names}
    return next((media_type for member, media_type in _ZIP_MEMBERS if member.lower() in lowered), "application/zip")


def _is_noise(content: bytes) -> bool:
    """Whether most of 64 samples hold bytes no text has. Debris at one end does not make a text noise."""
    size, step = 2048, max(2048, len(content) // 128 * 2)  # even: UTF-16 must not be cut within a unit
    noisy = total = 0
    for at in range(0, len(content), step):
        chunk = content[at : at + size]
        total += 1
        # UTF-16 has zero bytes (ASCII) or any control byte at all (Chinese): judged as code units instead.
        noisy += _control_share(chunk) > 0.03 and _control_share_utf16(chunk) > 0.02
    return 2 * noisy > total


def _control_share(chunk: bytes) -> float:
    return len(chunk.translate(None, _BYTES_OF_TEXT)) / max(1, len(chunk))


def _control_share_utf16(chunk: bytes) -> float:
    """Share of code units that UTF-16 text of this domain does not use, in the better of both byte orders."""
    return min(_odd_units(chunk.decode(order, "replace")) for order in ("utf-16-le", "utf-16-be"))


def _odd_units(text: str) -> float:
    usual = sum(
        " " <= c <= "\u00ff"
        or c in "\t\r\n\ufeff"
        or "\u2000" <= c <= "\u33ff"
        or "\u4e00" <= c <= "\u9fff"
        or "\uff00" <= c <= "\uffef"
        for c in text
    )
    return 1 - usual / max(1, len(text))


def _text_like(head: bytes, name: str) -> str:
    """HTML, a web archive, Word's flat XML, or plain text."""
    text = _as_ascii(head)
    if _WORD_XML.search(text[:4096]):
        return WORD_XML
    if _MHTML_START.match(head.lstrip()) and regex.search(rb"multipart/(?:related|alternative)|text/html", head, regex.I):
        return MHTML
    if _HTML_START.match(text):
        return HTML
    tags = len(_HTML_TAGS.findall(text))
    suffix = name.lower().rpartition(".")[2]
    needed = (
        1 if suffix in {"html", "htm", "shtml", "xhtml", "jsp", "asp", "aspx", "php"} else 30 if suffix in {"txt", "md"} else 6
    )
    return HTML if tags >= needed else TEXT


def _as_ascii(head: bytes) -> str:
    """The start with its ASCII intact, whatever the encoding: enough to see tags."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:4096].count(0) > len(head[:4096]) // 20:
        big = head.startswith(b"\xfe\xff") or head[0:4096:2].count(0) > head[1:4096:2].count(0)
        return head.decode("utf-16-be" if big else "utf-16-le", "replace")
    return head.decode("latin-1").removeprefix("\xef\xbb\xbf")
