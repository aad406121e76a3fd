"""Tables that stand as pictures in a document that otherwise is text: a screenshot of the form pasted into a page."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace

import regex

from collect.errors import NianbaoError
from extract.model import Block, Grid
from extract.ocr import is_installed

_LEAST_BYTES = 2_000
"""A picture of a table is larger; icons, rules and emblems are not worth looking at."""
_FEWEST_CELLS = 6
_DATA = regex.compile(r"\s*data:image/(?:png|jpe?g|gif|bmp|webp|tiff?);base64,", regex.I)


def tables_in(picture: bytes) -> tuple[Grid, ...]:
    """The tables in a picture file, without places on pages; none where there is none, or nothing to read it with."""
    if len(picture) < _LEAST_BYTES or not is_installed():
        return ()
    from extract.scan import read_picture  # noqa: PLC0415 - only where a picture is met

    try:
        blocks: tuple[Block, ...] = read_picture(picture).blocks
    except NianbaoError:
        return ()
    grids = (block for block in blocks if isinstance(block, Grid) and len(block.cells) >= _FEWEST_CELLS)
    return tuple(replace(grid, cells=tuple(cell._replace(box=None) for cell in grid.cells), box=None) for grid in grids)


def of_address(address: str) -> bytes:
    """The picture that a ``data:`` address holds; nothing for any other address."""
    match = _DATA.match(address[:64])
    if match is None:
        return b""
    try:
        return base64.b64decode(address[match.end() :], validate=False)
    except (binascii.Error, ValueError):
        return b""
