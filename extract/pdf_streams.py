"""What the streams of a PDF file unpack to, looked at before a library unpacks them: none has a limit that can be set."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import regex

from extract.bounds import beyond, limits

_STREAM = regex.compile(rb"(?<!end)stream\r?\n")
_DEFLATED = regex.compile(rb"/Fl(?:ateDecode)?(?![a-zA-Z])")
_DICTIONARY = 2_000
"""Bytes before a stream in which its dictionary is looked for."""
_MOST_RATIO = 1_032
"""Deflate packs no more than that into a byte."""
_PIECE = 1 << 20


def refuse_bombs(content: bytes) -> None:
    """Makes sure that no stream unpacks to more than ``Limits.part_bytes``, nor all large ones to ``Limits.unpacked_bytes``.

    Only streams that can be so large by their packed size are unpacked, so a report costs nothing here. Of several filters
    the first two are followed.

    Raises:
        UnsupportedError: one does.
    """
    most, rest = limits().part_bytes, limits().unpacked_bytes
    for start, filters in _streams(content):
        end = content.find(b"endstream", start)
        packed = memoryview(content)[start : end if end >= 0 else len(content)]
        if len(packed) * _MOST_RATIO**filters <= most:
            continue
        size = _unpacked(packed, filters, min(most, rest))
        rest -= size
        if size > most or rest < 0:
            limit = "part_bytes" if size > most else "unpacked_bytes"
            raise beyond(
                limit, f"A stream of the PDF file unpacks from {len(packed):,} bytes to more than any page holds: a bomb."
            )


def _streams(content: bytes) -> Iterator[tuple[int, int]]:
    """Where the deflated streams begin, and how many times over they are, at most twice."""
    for match in _STREAM.finditer(content):
        before = content[max(0, match.start() - _DICTIONARY) : match.start()]
        dictionary = before[before.rfind(b"obj") + 1 :]
        if filters := len(_DEFLATED.findall(dictionary)):
            yield match.end(), min(filters, 2)


def _unpacked(packed: memoryview, filters: int, most: int) -> int:
    """Bytes that come out, counted up to a little more than ``most``; damage ends a stream."""
    size = 0
    for piece in _inflated(iter([packed]), filters):
        size += len(piece)
        if size > most:
            break
    return size


def _inflated(pieces: Iterator[bytes | memoryview], filters: int) -> Iterator[bytes | memoryview]:
    if not filters:
        return pieces
    return _inflated(_inflate(pieces), filters - 1)


def _inflate(pieces: Iterator[bytes | memoryview]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    for piece in pieces:
        waiting: bytes | memoryview = piece
        while waiting:
            try:
                out = unpacker.decompress(waiting, _PIECE)
            except zlib.error:
                return
            waiting = unpacker.unconsumed_tail
            yield out
            if unpacker.eof:
                return
