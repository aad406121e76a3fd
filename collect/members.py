"""The members of an archive, one at a time: zip, tar and single compressed files."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Self, cast

from collect.containers import ZSTANDARD_DICTIONARY, Container, is_office, is_tar, is_warc
from collect.errors import EncryptedError, NianbaoError, UnreadableError, UnsupportedError
from collect.member import Lost, Member, Passed
from collect.names import clean_name, decode_name
from collect.salvage import salvage_zip

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    struct.error,
    zstd.ZstdError,
)
"""What the standard library raises over damaged archives."""

_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_UNICODE_PATH = 0x7075


class OfficeFile(Exception):  # noqa: N818 - no error: it says what the file is
    """Raised before the first member where the zip turns out to be an office document."""


def members(stream: IO[bytes], kind: Container, name: str) -> Iterator[Member | Lost | Passed]:
    """The members of the archive in ``stream`` in its own order. ``name`` is the archive's.

    Raises:
        OfficeFile: it is no archive but a DOCX, ODT and the like.
    """
    if kind is Container.ZIP:
        return _zip_members(stream)
    if kind is Container.TAR:
        return _tar_members(stream)
    if kind is Container.WARC:
        return _warc_members(stream, kind)
    if kind in {Container.GZIP, Container.BZIP2, Container.XZ, Container.ZSTANDARD}:
        return _compressed_members(stream, kind, name)
    advice = "Unpack it (for example with 7-Zip) and ingest the folder."
    return iter((Lost("", UnsupportedError(f"This is a {kind} archive, which this version does not open.", advice=advice)),))


def _zip_members(stream: IO[bytes]) -> Iterator[Member | Lost]:
    try:
        archive = zipfile.ZipFile(stream)
    except (*DAMAGE, NotImplementedError):
        # No directory at the end: cut short in transfer. What stands before the cut is whole.
        yield from _salvaged_members(stream)
        return
    with archive:
        if is_office(archive.namelist()):
            raise OfficeFile
        for info in archive.infolist():
            if info.filename.endswith("/"):  # is_dir stumbles over an empty name
                continue
            yield _zip_member(archive, info)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member | Lost:
    name = clean_name(_zip_name(info))
    if info.flag_bits & _ENCRYPTED_FLAG:
        return Lost(name, EncryptedError("This member of the archive needs a password.", advice=_UNPACK))
    if stat.S_ISLNK(info.external_attr >> 16):
        return Lost(name, UnsupportedError("This member of the archive is a link, not a file.", advice=_LINK))
    return Member(name, lambda: archive.open(info), info.file_size, info.compress_size)


_UNPACK = "Unpack the archive with its password and ingest the folder."
_LINK = "Nothing to do if what it points to is ingested too."


def _zip_name(info: zipfile.ZipInfo) -> str:
    """A member's name: zip says UTF-8 by a flag or an extra field; else the bytes are UTF-8 or GBK, or really cp437."""
    if info.flag_bits & _UTF8_FLAG:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437", "replace")
    named = _unicode_path(info.extra, raw)
    if named is not None:
        return named
    decoded = decode_name(raw)
    return info.orig_filename if "\ufffd" in decoded else decoded


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in Info-ZIP's Unicode path field, if there is one and it belongs to this name."""
    while len(extra) >= 4:
        tag, length = struct.unpack_from("<HH", extra)
        body, extra = extra[4 : 4 + length], extra[4 + length :]
        if tag == _UNICODE_PATH and len(body) > 5 and body[0] == 1 and struct.unpack_from("<I", body, 1)[0] == zlib.crc32(raw):
            return body[5:].decode("utf-8", "replace")
    return None


def _salvaged_members(stream: IO[bytes]) -> Iterator[Member | Lost]:
    stream.seek(0)
    for count, found in enumerate(salvage_zip(stream)):
        if isinstance(found, NianbaoError):
            yield Lost(
                "", UnreadableError(f"The archive is damaged after {count} whole members. {found.message}", advice=_REFETCH)
            )
            return
        name = clean_name(decode_name(found.raw_name))
        if found.encrypted:
            yield Lost(name, EncryptedError("This member of the archive needs a password.", advice=_UNPACK))
        elif not _is_folder(found.raw_name):
            yield Member(name, found.open, found.size, found.packed)


_REFETCH = "What came before is ingested; fetch the archive again for the rest."


def _is_folder(raw: bytes) -> bool:
    return raw.endswith((b"/", b"\\"))


_GOES_ON = frozenset(
    (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
)
_LONGEST_HEADER = 1 << 20


class _Header(tarfile.TarInfo):
    """Remembers how the archive ended: ``tarfile`` passes over damage in the middle in silence."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """A header. One that goes on in blocks of its own (a long name, pax records) would be read whole, however long."""
        header = super().frombuf(buf, encoding, errors)
        if header.type in _GOES_ON and header.size > _LONGEST_HEADER:
            raise tarfile.HeaderError(f"a header of {header.size} bytes")
        return header

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:  # the parameter's name is the base class's
        try:
            return super().fromtarfile(tarfile)
        except Exception as error:
            if isinstance(tarfile, _Tar):
                tarfile.ended_by = type(error).__name__
            if isinstance(error, DAMAGE):
                raise
            raise ValueError(f"a header is damaged: {error}") from error  # its parser stumbles in ways of its own


class _Tar(tarfile.TarFile):
    """A tar archive that knows whether it ended with its end mark."""

    ended_by = ""
    members: list[tarfile.TarInfo]


def _tar_members(stream: IO[bytes]) -> Iterator[Member | Lost]:
    count = 0
    try:
        with _Tar(fileobj=stream, tarinfo=_Header, encoding="utf-8", errors="surrogateescape") as archive:
            while (info := archive.next()) is not None:
                archive.members.clear()  # or it would remember every header to the end
                if not info.isdir():
                    yield _tar_member(archive, info)
                    count += 1
            whole = archive.ended_by == "EOFHeaderError"
    except DAMAGE as error:
        yield Lost("", UnreadableError(f"The archive breaks off after {count} members ({error}).", advice=_REFETCH))
        return
    if not whole:
        yield Lost("", UnreadableError(f"The archive ends after {count} members without its end mark.", advice=_REFETCH))


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Member | Lost:
    name = clean_name(decode_name(info.name.encode("utf-8", "surrogateescape")))
    if info.issym() or info.islnk():
        return Lost(name, UnsupportedError("This member of the archive is a link, not a file.", advice=_LINK))
    if not info.isreg():
        return Lost(
            name, UnsupportedError("This member of the archive is a device or pipe, not a file.", advice="Nothing to do.")
        )

    def open_member() -> IO[bytes]:
        opened = archive.extractfile(info)
        if opened is None:
            raise tarfile.ReadError(f"no content for {name}")
        return opened

    return Member(name, open_member, info.size, sequential=True)


def _compressed_members(stream: IO[bytes], kind: Container, name: str) -> Iterator[Member | Lost | Passed]:
    """The members of a compressed tar or WARC, or the one file that is compressed."""
    try:
        inside_is_tar = is_tar(_decompressed(stream, kind))
        stream.seek(0)
        inside_is_warc = is_warc(_decompressed(stream, kind))
    except DAMAGE as error:
        yield Lost("", UnreadableError(f"The {kind} file is damaged ({error})."))
        return
    stream.seek(0)
    if inside_is_tar:
        yield from _tar_members(_decompressed(stream, kind))
        return
    if inside_is_warc:
        yield from _warc_members(stream, kind)
        return
    inner = name.rsplit("/", 1)[-1]
    stem, dot, _ = inner.rpartition(".")
    yield Member(stem if dot else inner, lambda: _decompressed(stream, kind), sequential=True)


def _warc_members(stream: IO[bytes], kind: Container) -> Iterator[Member | Lost | Passed]:
    from collect.warc import holds_records_apart, warc_members  # noqa: PLC0415 - rarely needed

    # Each record compressed by itself is how a WARC should be, and lets the next be found after a damaged one.
    if kind is Container.WARC or (kind is Container.GZIP and holds_records_apart(stream)):
        return warc_members(stream)
    return warc_members(_decompressed(stream, kind))


def _decompressed(stream: IO[bytes], kind: Container) -> IO[bytes]:
    if kind is Container.GZIP:
        return cast("IO[bytes]", gzip.GzipFile(fileobj=stream, mode="rb"))
    if kind is Container.BZIP2:
        return bz2.BZ2File(stream)
    if kind is Container.ZSTANDARD:
        return cast("IO[bytes]", zstd.ZstdFile(stream, zstd_dict=_dictionary(stream)))
    return lzma.LZMAFile(stream)


def _dictionary(stream: IO[bytes]) -> zstd.ZstdDict | None:
    """The dictionary at the start of a WARC in Zstandard, in a frame of its own, as ArchiveTeam writes them."""
    head = stream.read(_DICTIONARY_HEAD.size)
    if not head.startswith(ZSTANDARD_DICTIONARY) or len(head) < _DICTIONARY_HEAD.size:
        stream.seek(-len(head), io.SEEK_CUR)
        return None
    _, size = _DICTIONARY_HEAD.unpack(head)
    content = stream.read(min(size, _LARGEST_DICTIONARY))
    if content.startswith(_ZSTANDARD):  # itself compressed
        content = zstd.ZstdDecompressor().decompress(content, max_length=_LARGEST_DICTIONARY)
    return zstd.ZstdDict(content, is_raw=not content.startswith(_TRAINED))


_DICTIONARY_HEAD = struct.Struct("<4sI")
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_TRAINED = b"\x37\xa4\x30\xec"
_LARGEST_DICTIONARY = 16 << 20
