"""Members of a zip that lost its directory: what a broken transfer leaves, read from the front."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from collect.errors import NianbaoError, UnreadableError, UnsupportedError
from collect.limits import DEFAULT_LIMITS

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_DIRECTORY_SIGNATURES = (b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x08")
_DESCRIPTOR_SIGNATURE = b"PK\x07\x08"
_ENCRYPTED, _DESCRIPTOR = 0x1, 0x8
_STORED, _DEFLATED = 0, 8
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class SalvagedMember:
    """A member found by its local header and whole by its checksum."""

    raw_name: bytes
    encrypted: bool
    content: bytes

    size: int
    packed: int

    def open(self) -> IO[bytes]:
        """Its content."""
        return io.BytesIO(self.content)


def salvage_zip(stream: IO[bytes]) -> Iterator[SalvagedMember | NianbaoError]:
    """Whole members from the front of ``stream``; last, an error that says why there are no more."""
    while True:
        header = stream.read(_LOCAL.size)
        if header[:4] in _DIRECTORY_SIGNATURES:
            yield UnreadableError("Its directory is damaged.")
            return
        if len(header) < _LOCAL.size or header[:4] != _LOCAL_SIGNATURE:
            yield UnreadableError("It was cut short." if len(header) < _LOCAL.size else "What follows is no zip member.")
            return
        found = _member(stream, _LOCAL.unpack(header))
        yield found
        if isinstance(found, NianbaoError):
            return


def _member(
    stream: IO[bytes], header: tuple[bytes, int, int, int, int, int, int, int, int, int, int]
) -> SalvagedMember | NianbaoError:
    _, _, flags, method, _, _, crc, packed, _, name_length, extra_length = header
    raw_name = stream.read(name_length)
    stream.seek(extra_length, io.SEEK_CUR)
    if flags & _ENCRYPTED:
        if flags & _DESCRIPTOR:
            return UnsupportedError("The next member is encrypted and does not say how long it is.")
        stream.seek(packed, io.SEEK_CUR)
        return SalvagedMember(raw_name, encrypted=True, content=b"", size=0, packed=packed)
    if method == _DEFLATED:
        content, packed = _inflate(stream)
    elif method == _STORED and not flags & _DESCRIPTOR:
        content = stream.read(packed) if packed <= DEFAULT_LIMITS.file_bytes else None
        if content is not None and len(content) < packed:
            content = None
    else:
        return UnsupportedError("The next member is packed in a way that cannot be read without the directory.")
    if content is None:
        return UnreadableError("The next member is cut short, damaged or too large.")
    if flags & _DESCRIPTOR:
        crc = _descriptor_crc(stream)
    if zlib.crc32(content) != crc:
        return UnreadableError("The next member's checksum is wrong.")
    return SalvagedMember(raw_name, encrypted=False, content=content, size=len(content), packed=packed)


def _inflate(stream: IO[bytes]) -> tuple[bytes | None, int]:
    """The deflated content at the stream's place and its packed size; None if it never ends. Leaves the stream behind it."""
    start = stream.tell()
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    parts: list[bytes] = []
    size = 0
    try:
        while not inflater.eof:
            chunk = inflater.unconsumed_tail or stream.read(_CHUNK)
            if not chunk:
                return None, 0
            part = inflater.decompress(chunk, _CHUNK * 16)
            parts.append(part)
            size += len(part)
            if size > DEFAULT_LIMITS.file_bytes or size > DEFAULT_LIMITS.ratio_floor + DEFAULT_LIMITS.ratio * (
                stream.tell() - start
            ):
                return None, 0
    except zlib.error:
        return None, 0
    stream.seek(-len(inflater.unused_data), io.SEEK_CUR)
    return b"".join(parts), stream.tell() - start


def _descriptor_crc(stream: IO[bytes]) -> int:
    """The checksum in the data descriptor at the stream's place. Leaves the stream behind it.

    Signature and 64-bit sizes are both optional; the next member's signature tells how long this one is.
    """
    place = stream.tell()
    block = stream.read(28)
    signed = block.startswith(_DESCRIPTOR_SIGNATURE)
    start = 4 if signed else 0
    length = start + 12
    if block[start + 20 : start + 22] == b"PK" and block[start + 12 : start + 14] != b"PK":
        length = start + 20
    stream.seek(place + length)
    return int.from_bytes(block[start : start + 4], "little")
