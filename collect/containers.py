"""What kind of container the bytes are, decided by content alone."""

from __future__ import annotations

import struct
from enum import StrEnum
from typing import IO

_TAR_MAGIC_OFFSET = 257
_ZIP_HEADER = struct.Struct("<4s22xHH")
"""Signature, then name and extra field lengths of a local file header."""
_OFFICE_FIRST_NAMES = (b"[Content_Types].xml", b"mimetype", b"_rels/.rels", b"docProps/", b"word/document.xml", b"OFD.xml")
_OFFICE_NAMES = frozenset({"[Content_Types].xml", "word/document.xml", "xl/workbook.xml", "ppt/presentation.xml", "OFD.xml"})
_HEAD = 1024
_WARC = b"WARC/"
ZSTANDARD_DICTIONARY = b"\x5d\x2a\x4d\x18"
"""What a compressed WARC begins with that carries the dictionary of its records along."""


class Container(StrEnum):
    """A file that holds files."""

    ZIP = "zip"
    TAR = "tar"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTANDARD = "zstandard"
    WARC = "warc"
    SEVEN_ZIP = "7z"
    RAR = "rar"


_MAGIC = (
    (b"PK\x03\x04", Container.ZIP),
    (b"PK\x05\x06", Container.ZIP),
    (b"\x1f\x8b", Container.GZIP),
    (b"BZh", Container.BZIP2),
    (b"\xfd7zXZ\x00", Container.XZ),
    (b"\x28\xb5\x2f\xfd", Container.ZSTANDARD),
    (ZSTANDARD_DICTIONARY, Container.ZSTANDARD),
    (_WARC, Container.WARC),
    (b"7z\xbc\xaf\x27\x1c", Container.SEVEN_ZIP),
    (b"Rar!\x1a\x07", Container.RAR),
)


def container_of(stream: IO[bytes]) -> Container | None:
    """The kind of archive at the start of ``stream`` (rewound afterwards), or None for a document.

    Office documents are zip files too; they are documents. A zip is told from them by its first member here and by its
    directory in ``is_office``.
    """
    head = stream.read(_HEAD)
    stream.seek(0)
    if _is_tar(head):
        return Container.TAR
    kind = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if kind is Container.ZIP and _first_member(head).startswith(_OFFICE_FIRST_NAMES):
        return None
    return kind


def is_office(names: list[str]) -> bool:
    """Whether a zip with these members is a document (DOCX, XLSX, PPTX, ODF, EPUB, OFD) and no archive of documents."""
    present = set(names)
    return bool(present & _OFFICE_NAMES) or {"content.xml", "META-INF/manifest.xml"} <= present


def is_tar(stream: IO[bytes]) -> bool:
    """Whether a (decompressed) stream begins like a tar archive. Reads 1 KB and does not rewind."""
    return _is_tar(stream.read(_HEAD))


def is_warc(stream: IO[bytes]) -> bool:
    """Whether a (decompressed) stream begins with a WARC record. Does not rewind."""
    return stream.read(len(_WARC)) == _WARC


def _is_tar(head: bytes) -> bool:
    """A tar header's magic or, for the oldest kind, its checksum."""
    if len(head) < 512:
        return False
    if head[_TAR_MAGIC_OFFSET : _TAR_MAGIC_OFFSET + 5] == b"ustar":
        return True
    field = head[148:156].strip(b" \0")
    if not field.isdigit() or not head[0]:
        return False
    try:
        return int(field, 8) == sum(head[:148]) + sum(b" " * 8) + sum(head[156:512])
    except ValueError:
        return False


def _first_member(head: bytes) -> bytes:
    """The name in a zip's first local header; empty where there is none."""
    if len(head) < _ZIP_HEADER.size:
        return b""
    signature, name_length, _ = _ZIP_HEADER.unpack_from(head)
    return head[_ZIP_HEADER.size : _ZIP_HEADER.size + name_length] if signature == b"PK\x03\x04" else b""
