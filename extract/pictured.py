"""Tables that stand as pictures in a document that otherwise is text: a screenshot of the form pasted into a page."""

from __future__ import annotations

import base64
import binascii
import io
from dataclasses import replace

import regex

from collect.errors import NianbaoError
from extract.model import Block, Grid
from extract.ocr import is_installed

_LEAST_BYTES = 2_000
"""A picture of a table is larger; icons, rules and emblems are not worth looking at."""
_NARROWEST, _LOWEST, _LONGEST = 300, 80, 7
"""Pixels, and width by height: a picture of a table is larger and not as long; emblems, codes and banners are not."""
_FEWEST_CELLS = 6
_DATA = regex.compile(r"\s*data:image/(?:png|jpe?g|gif|bmp|webp|tiff?);base64,", regex.I)


def tables_in(picture: bytes, *, ruled: bool = False) -> tuple[Grid, ...]:
    """The tables in a picture file, without places on pages; none where there is none, or nothing to read it with.

    ``ruled`` asks for ruling lines first: a page shows many a photograph, and recognition takes ten times as long.
    """
    if len(picture) < _LEAST_BYTES or not is_installed() or not _is_large(picture):
        return ()
    from extract.scan import holds_table, read_picture  # noqa: PLC0415 - only where a picture is met

    try:
        if ruled and not holds_table(picture):
            return ()
        blocks: tuple[Block, ...] = read_picture(picture).blocks
    except NianbaoError:
        return ()
    grids = (block for block in blocks if isinstance(block, Grid) and len(block.cells) >= _FEWEST_CELLS)
    return tuple(replace(grid, cells=tuple(cell._replace(box=None) for cell in grid.cells), box=None) for grid in grids)


def _is_large(picture: bytes) -> bool:
    """Whether a picture may show a table, by what its head says."""
    from PIL import Image  # noqa: PLC0415 - only where a picture is met

    try:
        with Image.open(io.BytesIO(picture)) as file:
            return file.width >= _NARROWEST and file.height >= _LOWEST and file.width <= _LONGEST * file.height
    except Exception:
        return False


def of_address(address: str) -> bytes:
    """The picture that a ``data:`` address holds; nothing for any other address."""
    match = _DATA.match(address[:64])
    if match is None:
        return b""
    try:
        return base64.b64decode(address[match.end() :], validate=False)
    except (binascii.Error, ValueError):
        return b""
