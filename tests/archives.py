"""Archives made in memory for tests of collect, and what is gathered from them."""

from __future__ import annotations

import io
import struct
import sys
import tarfile
import zipfile
import zlib
from collections import Counter
from pathlib import Path

from collect.archives import gather
from collect.limits import Limits
from collect.model import Refusal, Source

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

zstd_bytes = zstd.compress
_LONG_AGO = (2024, 1, 31, 0, 0, 0)


def zip_bytes(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.compress_type = compression
            archive.writestr(info, content)
    return buffer.getvalue()


def tar_bytes(members: dict[str, bytes], mode: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload] # the mode is a parameter
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def raw_zip(names: list[bytes], content: bytes = b"x", *, flags: int = 0, descriptor: bool = False) -> bytes:
    """A zip written by hand: names as raw bytes, as GBK tools write them, optionally streamed with data descriptors."""
    body, directory = b"", b""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    crc = zlib.crc32(content)
    flags |= 0x8 if descriptor else 0
    for name in names:
        offset = len(body)
        known = (0, 0, 0) if descriptor else (crc, len(packed), len(content))
        body += struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, flags, 8, 0, 33, *known, len(name), 0) + name + packed
        if descriptor:
            body += struct.pack("<4sIII", b"PK\x07\x08", crc, len(packed), len(content))
        entry = (20, 20, flags, 8, 0, 33, crc, len(packed), len(content), len(name), 0, 0, 0, 0, 0, offset)
        directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", *entry) + name
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(names), len(names), len(directory), len(body), 0)
    return body + directory + end


def take(
    *paths: Path, limits: Limits | None = None, skipped: Counter[str] | None = None
) -> tuple[dict[str, bytes], dict[str, type]]:
    """Documents by name, and refusals by name with the class of their error."""
    items = list(gather(paths, limits=limits or Limits(), skipped=skipped))
    documents = {item.document: item.content for item in items if isinstance(item, Source)}
    refusals = {item.document: type(item.error) for item in items if isinstance(item, Refusal)}
    assert len(documents) + len(refusals) == len(items), "every item has a name of its own"
    return documents, refusals
