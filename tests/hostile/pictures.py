"""Pictures made to do harm: sizes beyond all measure, frames without end, damage."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.hostile.model import Hostile, refused

_OCR = "needs_ocr"
"""What every picture is refused with where text recognition is not installed."""


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def declared_png(width: int, height: int, *, rows: int = 1) -> bytes:
    """A PNG of that size by its head, of which only the first rows are there."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packed = zlib.compress(bytes((width + 7) // 8 + 1) * rows, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _text_bomb() -> bytes:
    """A PNG whose comment unpacks to 200 MB."""
    head = struct.pack(">IIBBBBB", 8, 8, 1, 0, 0, 0, 0)
    comment = b"Comment\0\0" + zlib.compress(bytes(200_000_000), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"zTXt", comment)
        + _chunk(b"IDAT", zlib.compress(bytes(16)))
        + _chunk(b"IEND", b"")
    )


def _frames(count: int, kind: str) -> bytes:
    buffer = io.BytesIO()
    frames = [Image.new("1", (16 + number % 7, 16), number % 2) for number in range(count)]
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def _ring() -> bytes:
    """A TIFF whose only directory names itself as the next."""
    entries = [
        (256, 3, 1, 8),
        (257, 3, 1, 8),
        (258, 3, 1, 1),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 200),
        (278, 3, 1, 8),
        (279, 4, 1, 8),
    ]
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return (b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(entries)) + packed + struct.pack("<I", 8)).ljust(216, b"\0")


def _strips() -> bytes:
    """A TIFF that says it has four thousand million strips."""
    entries = [
        (256, 4, 1, 0xFFFFFFF0),
        (257, 4, 1, 0xFFFFFFF0),
        (258, 3, 1, 1),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 0xFFFFFFF0, 200),
        (278, 4, 1, 1),
        (279, 4, 0xFFFFFFF0, 200),
    ]
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return (b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(entries)) + packed + bytes(4)).ljust(300, b"\0")


def _jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((400, 400), 80).save(buffer, "JPEG")
    return buffer.getvalue()


def _bitmap() -> bytes:
    """A BMP of two thousand million by two thousand million pixels in 54 bytes."""
    return struct.pack("<2sIIIIiiHHIIiiII", b"BM", 54, 0, 54, 40, 0x7FFFFFF0, 0x7FFFFFF0, 1, 24, 0, 0, 0, 0, 0, 0)


def inputs() -> Iterator[Hostile]:
    """Every picture."""
    kind, damaged = "picture", ("unreadable", "not_a_report", _OCR)
    yield refused(
        kind,
        "declared.png",
        "100,000 by 100,000 pixels, of which one row is there",
        lambda: declared_png(100_000, 100_000),
        "unsupported.too_large",
        *damaged,
    )
    yield refused(
        kind,
        "whole.png",
        "20,000 by 20,000 pixels in 50 KB",
        lambda: declared_png(20_000, 20_000, rows=20_000),
        "unsupported.too_large",
        *damaged,
    )
    yield refused(
        kind,
        "long.png",
        "a strip of 1 by 2,000,000 pixels",
        lambda: declared_png(1, 2_000_000, rows=2_000_000),
        *damaged,
        "unsupported.too_large",
    )
    yield refused(kind, "comment.png", "a comment that unpacks to 200 MB", _text_bomb, *damaged)
    yield refused(kind, "frames.tif", "300 pages", lambda: _frames(300, "TIFF"), "too_many_pages", *damaged)
    yield refused(kind, "film.tif", "2,000 frames", lambda: _frames(2000, "GIF"), *damaged)
    yield refused(kind, "ring.tif", "a directory that names itself as the next", _ring, "too_many_pages", *damaged)
    yield refused(kind, "strips.tif", "four thousand million strips", _strips, "unsupported.too_large", *damaged)
    yield refused(kind, "cut.jpg", "a photograph that ends in its middle", lambda: _jpeg()[:3000], *damaged)
    yield refused(kind, "huge.bmp", "a bitmap of exabytes in 54 bytes", _bitmap, "unsupported.too_large", *damaged)
