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
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import attrgetter

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
_EDGES = tuple(map(attrgetter, ("x0", "top", "x1", "bottom")))
_PAGE, _LINE, _FIELD = map(attrgetter, ("page", "line", "field"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell was printed."""

    box: Box | None = None
    locus: Locus | None = None


NOWHERE = Place()


def encode(groups: Iterable[tuple[str, Sequence[Cell], Sequence[int]]]) -> bytes:
    """The blob of all cells that have a place.

    ``groups`` are a form, its cells, and the places of their columns in the form's wide table.
    """
    parts: list[bytes] = []
    for form, cells, places in groups:
        boxes, loci = [cell.box for cell in cells], [cell.locus for cell in cells]
        if not all(boxes) and not all(loci):  # the few cells without a place fall out
            placed = [index for index, box in enumerate(boxes) if box or loci[index]]
            boxes, loci = [boxes[index] for index in placed], [loci[index] for index in placed]
            places = [places[index] for index in placed]  # noqa: PLW2901 - see above
        if boxes:
            key = form.encode("ascii")
            parts.append(struct.pack("<B", len(key)) + key + struct.pack("<H", len(boxes)))
            parts.append(_streams(places, boxes, loci))
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


def _streams(positions: Sequence[int], boxes: Sequence[Box | None], loci: Sequence[Locus | None]) -> bytes:
    """The eight streams of one form's cells, each as differences. NumPy, since this is half of what loading costs."""
    import numpy as np  # noqa: PLC0415 - dear to import, and only loading needs it

    count = len(boxes)
    streams = np.zeros((_STREAMS, count), dtype="<i4")
    streams[0] = np.fromiter(positions, "<i4", count)
    if any(boxes):
        known = [box or _NO_BOX for box in boxes]
        lengths = np.fromiter(chain.from_iterable(map(edge, known) for edge in _EDGES), float, 4 * count)
        # Zero for what no page can hold: damaged PDF files state such coordinates, NaN among them.
        lengths[~(np.abs(lengths) < LARGEST)] = 0
        streams[1] = np.fromiter(map(_PAGE, known), "<i4", count)
        streams[2:6] = np.rint(lengths * TENTHS).reshape(4, count)
        streams[4:6] -= streams[2:4]
    if any(loci):
        printed = [locus or _NO_LOCUS for locus in loci]
        streams[6] = np.fromiter(map(_LINE, printed), "<i4", count)
        streams[7] = np.fromiter(map(_FIELD, printed), "<i4", count)
    streams[:, 1:] -= streams[:, :-1].copy()
    return streams.tobytes()


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
