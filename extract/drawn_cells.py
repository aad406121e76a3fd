"""Cells of a PDF's tables that hold no text and are not blank either: something is drawn or pictured there.

Editors turn the characters of fonts they may not embed into outlines, and paste numbers as pictures. Such a cell shows a
number that no text says; U+FFFC in its place keeps it from reading as a printed blank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from extract.inline import DRAWN
from extract.model import Block, Grid, GridCell
from extract.sheet import Rectangle, Sheet


def with_drawings(blocks: tuple[Block, ...], sheets: Sequence[Sheet]) -> tuple[Block, ...]:
    """The blocks, with U+FFFC as the text of cells without text in which the middle of a drawing lies."""
    drawn: dict[int, list[Rectangle]] = defaultdict(list)
    for sheet in sheets:
        drawn[sheet.number] += sheet.drawings
    if not any(drawn.values()):
        return blocks
    return tuple(_marked(block, drawn) if isinstance(block, Grid) else block for block in blocks)


def _marked(grid: Grid, drawn: dict[int, list[Rectangle]]) -> Grid:
    if not any(_shows(cell, drawn) for cell in grid.cells):
        return grid
    return replace(grid, cells=tuple(cell._replace(text=DRAWN) if _shows(cell, drawn) else cell for cell in grid.cells))


def _shows(cell: GridCell, drawn: dict[int, list[Rectangle]]) -> bool:
    box = cell.box
    if cell.text or box is None:
        return False
    return any(
        box.x0 < (x0 + x1) / 2 < box.x1 and box.top < (top + bottom) / 2 < box.bottom for x0, top, x1, bottom in drawn[box.page]
    )
