"""Pictures of pages -> ``Document``: what is drawn and printed on them, found in the pixels, then read like any other page.

A page is set straight, freed from stamps and its ruling lines are found; the cells that these draw are read one by one, and
what stands outside of them line by line. From there on it is a ``Sheet`` as a PDF page is, so tables are joined over pages,
furniture is set aside and streams are kept apart by the code that does it for every format.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import regex

from collect.errors import UnreadableError
from extract.apart import hidden_rules
from extract.deskew import Straight, deskewed, flattened
from extract.figures import DOUBTED, candidates, closed, compare
from extract.lattice import Lattice, find_lattices
from extract.model import Block, Box, Document, Grid, GridCell, Line, Page, ReaderWarning, Reading
from extract.ocr import RECOGNISED
from extract.orientation import upright
from extract.pages import compose
from extract.print_ink import Page as Print
from extract.print_ink import letters, pixels_of, type_size
from extract.prose_lines import prose_lines
from extract.raster import SCALE, Pixels, Raster, pages_of_picture
from extract.rules import merged_rules
from extract.ruling import find_rules
from extract.seal import grey, without_stains
from extract.sheet import Glyph, Rule, Sheet
from extract.spots import INSET, Spot, recognised, spots_of

cv2.setNumThreads(1)  # a worker is one process with one thread; the work is shared out by documents
_READABLE = 0.9
"""Probability of a label's least certain figure below which the label is doubted."""
_BLANK_ODDS = 2.0
"""Cost of a figure in a cell that seems blank under a stamp: the logarithm of the odds against it, by experience."""
_NARROWEST = 90.0
"""Points: what is ruled and narrower than this is a character, or a frame about a few."""
_PICTURED_CELLS = 6
"""A ruled picture with fewer cells is a diagram or a frame."""
_HAN = regex.compile(r"\p{Han}")
_FEW = 2
"""Chinese characters: with so few a text with figures in it may be a number spoilt, or one with its unit."""
_DIRT = " :：,，.·-_|~^`'"
_PAIRS = (("[", "]"), ("【", "】"), ("“", "”"), ("‘", "’"), ("{", "}"))
_PAGE_NUMBER = regex.compile(r"[-—–~一]\s*(?P<front>\d{1,3})\s*[-—–~一.·,，、'’]?|[.·,，、'’]?\s*(?P<back>\d{1,3})\s*[-—–~一]")
"""With one of its dashes misread, or not seen."""
_LONE_STROKES = frozenset("一丨丶丿乙")
_FEWEST = 20
_NO_PIXELS: Pixels = np.zeros((0, 0), np.uint8)


@dataclass(slots=True)
class ScannedPage:
    """A page read from its pixels."""

    number: int
    width: float
    height: float
    straight: Straight
    """The way back to the page as displayed; its pixels are gone."""
    sheet: Sheet
    spots: list[Spot] = field(default_factory=list)
    is_pasted: bool = False
    """Only its tables are pictures."""


def read_picture(content: bytes) -> Document:
    """The content of a picture file (PNG, JPEG, TIFF, BMP, GIF, WebP).

    Raises:
        UnreadableError: it is damaged or holds no text.
        UnsupportedError: it has too many pages.
    """
    pages = read_pages(pages_of_picture(content))
    blocks, warnings = composed([page.sheet for page in pages], pages)
    if sum(glyph.length for page in pages for glyph in page.sheet.glyphs) < _FEWEST:
        raise UnreadableError("The picture holds no text.", code="unreadable.picture")
    return Document(
        media_type="image/*",
        blocks=blocks,
        pages=tuple(Page(page.number, round(page.width, 2), round(page.height, 2)) for page in pages),
        producer="scan",
        warnings=warnings,
    )


def holds_table(content: bytes) -> bool:
    """Whether a picture file shows a ruled table: ten times as fast as reading it.

    Raises:
        UnreadableError: it is damaged.
    """
    for raster in pages_of_picture(content):
        shade, _ = grey(raster.pixels)
        straight = deskewed(Straight(shade, np.eye(3)), _inverted(shade)).pixels
        rules = merged_rules(find_rules(_inverted(straight)).rules)
        if any(len(lattice.cells) >= _PICTURED_CELLS for lattice in find_lattices(rules)):
            return True
    return False


def read_pages(rasters: Iterable[Raster]) -> list[ScannedPage]:
    """Pages of one document, read from their pixels: their figures vouch for one another."""
    pages = [_read_page(raster) for raster in rasters]
    compare([spot.figure for page in pages for spot in page.spots if spot.figure is not None])
    return pages


def composed(sheets: Sequence[Sheet], pages: Sequence[ScannedPage]) -> tuple[tuple[Block, ...], tuple[ReaderWarning, ...]]:
    """The blocks of a document some of whose sheets were read from pixels, with their doubts and their places on the page."""
    blocks, warnings = compose(sheets)
    scanned = {page.number: _Doubts(page) for page in pages}
    return tuple(_placed(block, scanned) for block in blocks), (*warnings, *_warnings(pages))


# a page --------------------------------------------------------------------------------------------------------------


def _read_page(raster: Raster) -> ScannedPage:
    flat = flattened(raster.pixels)
    shade, stamps = grey(flat.pixels)
    straight = upright(deskewed(replace(flat, pixels=shade), _inverted(shade)))
    shade = straight.pixels
    ruling = find_rules(_inverted(shade))
    rules = tuple(merged_rules(ruling.rules))
    stains = straight.carried(stamps, flat) if stamps is not None else None
    stained = shade
    if stains is not None:
        shade = without_stains(shade, stains)
    lattices = _tables(rules)
    rules = tuple(rule for rule in rules if any(_is_of(rule, lattice) for lattice in lattices))
    ruled = _within(ruling.ink, lattices)
    page = Print(shade, ruled, stains)
    under = Print(stained, ruled, stains) if stains is not None else None
    cells = [cell for lattice in lattices for cell in lattice.cells]
    page.em = type_size(page, [pixels_of(cell.box, INSET) for cell in cells])
    hidden = [rule for lattice in lattices for rule in hidden_rules(page, lattice)]
    if hidden:
        rules = tuple(merged_rules([*rules, *hidden]))
        lattices = _tables(rules)
        cells = [cell for lattice in lattices for cell in lattice.cells]
    spots = [spot for cell in cells for spot in spots_of(page, cell, under)]
    spots += [Spot(None, line, crop) for line, crop in prose_lines(page, [lattice.box for lattice in lattices])]
    spots = recognised(page, spots)
    height, width = shade.shape
    glyphs = tuple(glyph for order, spot in enumerate(spots) for glyph in _glyphs(spot, page.em, order * 200))
    sheet = Sheet(raster.number, width / SCALE, height / SCALE, glyphs, rules, pictured=1.0)
    return ScannedPage(raster.number, raster.width, raster.height, replace(straight, pixels=_NO_PIXELS), sheet, spots)


def read_within(raster: Raster, sheet: Sheet) -> ScannedPage | None:
    """A page of text with the tables that stand on it as pictures; None where there are none.

    Args:
        raster: the page.
        sheet: what its text layer says. A table with any of its text in it is none of the pictures.
    """
    shade, _ = grey(raster.pixels)
    ruling = find_rules(_inverted(shade))
    rules = merged_rules(ruling.rules)
    lattices = [found for found in find_lattices(rules) if len(found.cells) >= _PICTURED_CELLS and not _holds_text(found, sheet)]
    if not lattices:
        return None
    page = Print(shade, ruling.ink)
    cells = [cell for lattice in lattices for cell in lattice.cells]
    page.em = type_size(page, [pixels_of(cell.box, INSET) for cell in cells])
    spots = recognised(page, [spot for cell in cells for spot in spots_of(page, cell, None)])
    last = max((glyph.order + glyph.length for glyph in sheet.glyphs), default=0)
    glyphs = [glyph for order, spot in enumerate(spots) for glyph in _glyphs(spot, page.em, last + order * 200)]
    drawn = [rule for rule in rules if any(_is_of(rule, lattice) for lattice in lattices)]
    merged = replace(sheet, glyphs=(*sheet.glyphs, *glyphs), rules=(*sheet.rules, *drawn))
    compare([spot.figure for spot in spots if spot.figure is not None])
    return ScannedPage(sheet.number, raster.width, raster.height, Straight(_NO_PIXELS, np.eye(3)), merged, spots, True)


def _tables(rules: Sequence[Rule]) -> list[Lattice]:
    return [found for found in find_lattices(rules) if len(found.cells) > 1 and found.box[2] - found.box[0] >= _NARROWEST]


def _within(ink: Pixels, lattices: Sequence[Lattice]) -> Pixels:
    """A mask of ruling lines without those outside of tables: strokes of large characters look like lines."""
    kept = np.zeros_like(ink)
    for lattice in lattices:
        x0, top, x1, bottom = pixels_of(lattice.box, -3.0)
        kept[top:bottom, x0:x1] = ink[top:bottom, x0:x1]
    return kept


def _holds_text(lattice: Lattice, sheet: Sheet) -> bool:
    x0, top, x1, bottom = lattice.box
    return any(x0 < glyph.x < x1 and top < glyph.y < bottom for glyph in sheet.glyphs if not glyph.text.isspace())


def _is_of(rule: Rule, lattice: Lattice) -> bool:
    x0, top, x1, bottom = lattice.box
    middle = (rule.start + rule.end) / 2
    x, y = (middle, rule.at) if rule.horizontal else (rule.at, middle)
    return x0 - 1 <= x <= x1 + 1 and top - 1 <= y <= bottom + 1


def _inverted(shade: Pixels) -> Pixels:
    return np.asarray(cv2.subtract(np.full_like(shade, 250), shade), dtype=np.uint8)


def _glyphs(spot: Spot, em: float, order: int) -> Iterable[Glyph]:
    """A line as glyphs: figures piece by piece where the ink shows the pieces, any other text as one."""
    text = _text_of(spot)
    if not text:
        return
    x0, top, x1, bottom = (value / SCALE for value in spot.line.box)
    size = max((bottom - top) / 0.93, em / SCALE * 0.9) if spot.cell is None else em / SCALE
    middle = (top + bottom) / 2
    upper, lower = middle - size / 2, middle + size / 2
    if spot.cell is not None:
        x0, x1 = max(x0, spot.cell[0] + 0.2), min(x1, spot.cell[2] - 0.2)
        upper, lower = max(upper, spot.cell[1] + 0.1), min(lower, spot.cell[3] - 0.1)
    boxes = letters(spot.line)
    if spot.figure is not None and len(boxes) == len(text) > 1:
        for place, (character, (left, right)) in enumerate(zip(text, closed(boxes, em), strict=True)):
            yield Glyph(character, left / SCALE, upper, right / SCALE, lower, size, 0, order + place)
        return
    yield Glyph(text, x0, upper, x1, lower, size, 0, order, _edges(text, x0, x1) if len(text) > 1 else ())


def _text_of(spot: Spot) -> str:
    if spot.hidden:
        return ""
    if spot.figure is not None:
        return spot.figure.text
    said = spot.recognition.text.strip() if spot.recognition else ""
    return _prose_of(said) if spot.cell is None else cleared(said)


def _prose_of(text: str) -> str:
    """What a line of prose says: nothing where it is a punched hole or a stroke, and its dashes where it is a page number."""
    number = _PAGE_NUMBER.fullmatch(text)
    if number is not None:
        return f"-{number['front'] or number['back']}-"
    return "" if text in _LONE_STROKES or not any(map(str.isalnum, text)) else text


def cleared(text: str) -> str:
    """What a cell says without the dirt at its ends: pieces of rules and stamps look like marks that stand at no text's ends."""
    if not _HAN.search(text):
        return text  # nothing is taken from what may be a number
    cleared = text.strip(_DIRT)
    for opening, closing in _PAIRS:
        if (cleared.startswith(opening) and closing not in cleared) or (cleared.endswith(closing) and opening not in cleared):
            cleared = cleared.strip(opening + closing)
    return cleared.strip()


def _edges(text: str, x0: float, x1: float) -> tuple[float, ...]:
    """Where each character of a line roughly stands: Chinese ones are twice as wide as others."""
    widths = [1.0 if ord(character) > 0x2E7F else 0.52 for character in text]
    unit = (x1 - x0) / sum(widths)
    edges: list[float] = []
    at = x0
    for width in widths:
        edges += [at, at + width * unit]
        at += width * unit
    return tuple(edges)


# doubts and places ---------------------------------------------------------------------------------------------------


class _Doubts:
    """What a page's reader is not sure of, by place."""

    def __init__(self, page: ScannedPage) -> None:
        self.page = page
        self.spots = [(*_middle(spot.line.box), spot) for spot in page.spots if spot.cell is not None]

    def within(self, box: Box) -> list[Spot]:
        """The lines of print in a cell."""
        return [spot for x, y, spot in self.spots if box.x0 <= x <= box.x1 and box.top <= y <= box.bottom]


def _middle(line: tuple[int, int, int, int]) -> tuple[float, float]:
    return (line[0] + line[2]) / 2 / SCALE, (line[1] + line[3]) / 2 / SCALE


def _placed(block: Block, scanned: dict[int, _Doubts]) -> Block:
    """A block with its doubts, and its boxes on the page as displayed."""
    if isinstance(block, Line):
        return replace(block, box=_back(block.box, scanned))
    cells = tuple(_judged(cell, scanned) for cell in block.cells)
    return Grid(cells, block.layout, _back(block.box, scanned), block.breaks)


def _back(box: Box | None, scanned: dict[int, _Doubts]) -> Box | None:
    if box is None or box.page not in scanned:
        return box
    return Box(box.page, *(round(value, 2) for value in scanned[box.page].page.straight.back(box[1:])))


def _judged(cell: GridCell, scanned: dict[int, _Doubts]) -> GridCell:
    if cell.box is None or cell.box.page not in scanned:
        return cell
    spots = scanned[cell.box.page].within(cell.box)
    confidence, readings = cell.confidence, cell.readings
    for spot in spots:
        figure = spot.figure
        if spot.hidden:
            confidence = min(confidence, DOUBTED)
            if len(spots) == 1 and not cell.text:
                others = (r._replace(cost=r.cost + _BLANK_ODDS) for r in candidates(figure)) if figure else ()
                readings = (Reading("", 0.0), *others)
        elif figure is not None and not figure.agrees:
            confidence = min(confidence, DOUBTED)
            if len(spots) == 1 and cell.text == figure.text:
                readings = candidates(figure)
        elif figure is None and _is_doubtful(spot):
            confidence = min(confidence, DOUBTED)
            if len(spots) == 1 and not cell.text:
                readings = (Reading("", 0.0), Reading("0", 2.0))
    return cell._replace(confidence=confidence, readings=readings, box=_back(cell.box, scanned))


def _is_doubtful(spot: Spot) -> bool:
    """Whether a line that is no figure may still be one, or has a figure in it that is not certain."""
    recognition = spot.recognition
    if recognition is None or not recognition.symbols:
        return True
    figures = [s.probability for s in recognition.symbols if s.text.isdigit()]
    if figures:
        return min(figures) < _READABLE or len(_HAN.findall(recognition.text)) <= _FEW
    return len(recognition.symbols) == 1 and recognition.certainty < 0.9


def _warnings(pages: Sequence[ScannedPage]) -> Iterable[ReaderWarning]:
    for page in pages:
        what = "A table on the page is a picture" if page.is_pasted else "The page is a picture"
        yield ReaderWarning(RECOGNISED, f"{what}; it was read by character recognition.", page.number)
