"""Where every cell of a report was printed, packed into about a kilobyte.

200 cells with a page and four coordinates each would be the largest table of the database by far, and nobody sums them:
so they are one blob a report. Layout, version 1::

    byte 0      version
    the rest    zlib of: for each form  length of the form's key (1 byte), the key (ASCII), number of cells n (uint16),
                then eight streams of n little-endian int32, each value less the one before it:
                position, page, x0, top, width, height, line, field

``position`` is the place of the cell's column in the wide table of that form (``data_dictionary.position``): databases
keep the order of columns and only ever append, so a blob outlives a change of the form files. Lengths are tenths of a
PDF point; page 0 says "no box" and line 0 "no line". The streams lie one after the other because the cells of a printed
table share their edges, which is what zlib finds.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import sub

from collect.errors import StoreError
from extract.model import Box, Locus
from normalize.model import Cell, CellKey

VERSION = 1
TENTHS = 10
"""Coordinates are kept to a tenth of a point: a thirtieth of a millimetre."""
LARGEST = 1e7
"""Points; no page is larger."""
_STREAMS = 8
_NO_BOX = Box(0, 0, 0, 0, 0)
_NO_LOCUS = Locus(0, 0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell was printed."""

    box: Box | None = None
    locus: Locus | None = None


NOWHERE = Place()


def encode(cells: Iterable[Cell], position: Callable[[str, CellKey], int]) -> bytes:
    """The blob of all cells that have a place; ``position`` gives the column's place in the form's wide table."""
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.box is not None or cell.locus is not None:
            groups.setdefault(cell.form, []).append(cell)
    parts: list[bytes] = []
    for form, members in groups.items():
        key = form.encode("ascii")
        parts.append(struct.pack("<B", len(key)) + key + struct.pack("<H", len(members)))
        parts.append(_deltas([position(form, cell.key) for cell in members]))
        parts.extend(map(_deltas, _streams(members)))
    return bytes([VERSION]) + zlib.compress(b"".join(parts))


def decode(blob: bytes, columns: Mapping[str, Sequence[CellKey | None]]) -> dict[tuple[str, CellKey], Place]:
    """Every cell's place by (form, key); ``columns`` lists the wide tables' columns as cells, in the database's order.

    Raises:
        StoreError: the blob is damaged or of an unknown version.
    """
    try:
        return dict(_decode(blob, columns))
    except (zlib.error, struct.error, LookupError, ValueError) as error:
        raise StoreError(
            f"The stored places of a report cannot be read ({error}).", advice="Ingest the document again into a new database."
        ) from error


def _streams(cells: Sequence[Cell]) -> Iterator[list[int]]:
    boxes = [cell.box or _NO_BOX for cell in cells]
    loci = [cell.locus or _NO_LOCUS for cell in cells]
    x0 = [_tenths(box.x0) for box in boxes]
    top = [_tenths(box.top) for box in boxes]
    yield [box.page for box in boxes]
    yield x0
    yield top
    yield list(map(sub, [_tenths(box.x1) for box in boxes], x0))
    yield list(map(sub, [_tenths(box.bottom) for box in boxes], top))
    yield [locus.line for locus in loci]
    yield [locus.field for locus in loci]


def _tenths(length: float) -> int:
    """Zero for what no page can hold: damaged PDF files state such coordinates, NaN among them."""
    return round(length * TENTHS) if -LARGEST < length < LARGEST else 0


def _deltas(values: list[int]) -> bytes:
    deltas = array("i", values[:1])
    deltas.extend(map(sub, values[1:], values))
    if sys.byteorder == "big":
        deltas.byteswap()
    return deltas.tobytes()


def _decode(blob: bytes, columns: Mapping[str, Sequence[CellKey | None]]) -> Iterator[tuple[tuple[str, CellKey], Place]]:
    if not blob or blob[0] != VERSION:
        raise ValueError(f"version {blob[:1].hex() or 'missing'}")
    data = zlib.decompress(blob[1:])
    at = 0
    while at < len(data):
        length = data[at]
        form = data[at + 1 : at + 1 + length].decode("ascii")
        (count,) = struct.unpack_from("<H", data, at + 1 + length)
        at += length + 3
        streams = []
        for _ in range(_STREAMS):
            streams.append(accumulate(struct.unpack_from(f"<{count}i", data, at)))
            at += 4 * count
        for place, page, x0, top, width, height, line, field in zip(*streams, strict=True):
            key = columns[form][place]
            if key is None:
                raise ValueError(f"column {place} of form {form} is no cell")
            edges = (x0 / TENTHS, top / TENTHS, (x0 + width) / TENTHS, (top + height) / TENTHS)
            yield (form, key), Place(Box(page, *edges) if page else None, Locus(line, field) if line else None)
