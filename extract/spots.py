"""The lines of print of a page read from its pixels, and what becomes of each: text, a figure, or what a stamp has left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from extract.circles import with_circles
from extract.closer import is_hard, read_closer, read_lines
from extract.figures import Figure, figure_of, is_speck
from extract.lattice import DrawnCell
from extract.print_ink import FIGURE, WHOLE, Mark, Strip, TextLine, cell_ink, pixels_of
from extract.print_ink import Page as Print
from extract.prose_lines import RIM
from extract.recogniser import Recognition, Symbol
from extract.rings import ZERO, is_zero
from extract.sheet import Rectangle

INSET = 1.1
"""Points inside a cell's borders that are not looked at."""
_THIN_STROKE = 80
"""Of 250: the darkness of the palest stroke of a figure on a page of dark print."""
_LIKE_A_FIGURE = 0.02
"""Probability of a reading of figures; what is left of a stamp has less."""
_NOTHING = Strip(np.zeros((0, 0), np.uint8), WHOLE)


@dataclass(slots=True)
class Spot:
    """A line of print on a page, and what became of it."""

    cell: Rectangle | None
    """The drawn cell that it stands in, in points of the straight page."""
    line: TextLine
    crop: Strip
    foreign: bool = False
    faint: bool = False
    hidden: bool = False
    """Perhaps only what is left of a stamp: the cell may be blank."""
    recognition: Recognition | None = None
    figure: Figure | None = None

    @property
    def is_spoilt(self) -> bool:
        """Whether its ink may not be print, or not print alone."""
        return self.foreign or self.faint or self.hidden

    @property
    def is_in_doubt(self) -> bool:
        """Whether it may be a figure, and is to be read again as wide as it is."""
        if self.crop.look != FIGURE or self.recognition is None:
            return False
        return is_hard(self.crop, self.recognition) if self.figure is None else not self.figure.agrees


def recognised(page: Print, spots: Sequence[Spot]) -> list[Spot]:
    """The lines with what they say; what is left of a stamp in a blank cell is dropped, and all pictures are."""
    others: list[Spot] = []
    for spot in spots:
        if spot.crop.look == FIGURE and not spot.is_spoilt and is_zero(page, spot.line):
            _judge(page, spot, ZERO)
        else:
            others.append(spot)
    for spot, recognition in zip(others, read_lines([spot.crop for spot in others]), strict=True):
        _judge(page, spot, recognition)
    doubted = [spot for spot in spots if spot.is_in_doubt]
    for spot, recognition in zip(doubted, read_closer([spot.crop for spot in doubted]), strict=True):
        _judge(page, spot, recognition)
    for spot in spots:
        spot.crop = _NOTHING  # a document may have a hundred pages
        if spot.figure is not None and is_speck(spot.line, spot.figure.text, page.em):
            spot.hidden = True
    return [spot for spot in _without_strokes(page, spots) if not spot.hidden or _may_be_figure(spot.figure)]


def _judge(page: Print, spot: Spot, recognition: Recognition) -> None:
    """Keeps what a line says, and as which figure."""
    spot.recognition = recognition
    if spot.cell is None:
        spot.recognition = replace(recognition, symbols=_with_circles(page, spot.line.marks[0], recognition))
    else:
        spot.figure = figure_of(page, spot.line, recognition, spoilt=spot.is_spoilt)


def _without_strokes(page: Print, spots: Sequence[Spot]) -> Iterator[Spot]:
    """The lines without what a stamp's strokes add to a cell above or below its figure, which is the less certain for them."""
    for cell, some in groupby(spots, key=lambda spot: spot.cell):
        lines = list(some)
        figures = [spot for spot in lines if spot.figure is not None]
        if cell is not None and len(lines) == len(figures) > 1:
            main = [spot for spot in figures if spot.figure and not spot.hidden and not spot.figure.is_stroke]
            if len(main) == 1 and main[0].figure and page.stain(pixels_of(cell)) > 0:
                main[0].figure.agrees, main[0].figure.why = False, "strokes beside it"
                lines = main
        yield from lines


def _with_circles(page: Print, mark: Mark, recognition: Recognition) -> tuple[Symbol, ...]:
    """The symbols of a line of prose, placed on the page, and the circles that were passed over."""
    x0, width = mark.x0 - RIM * mark.height, mark.width + 2 * RIM * mark.height
    placed = tuple(symbol._replace(at=x0 + symbol.at * width) for symbol in recognition.symbols)
    return with_circles(page, mark, placed)


def _may_be_figure(figure: Figure | None) -> bool:
    """Whether what stands in a seemingly blank cell under a stamp looks at all like a figure."""
    return figure is not None and figure.readings[0][1] >= _LIKE_A_FIGURE


def spots_of(page: Print, cell: DrawnCell, under: Print | None) -> Iterable[Spot]:
    """The lines of a cell; of one that is empty but lies under a stamp, what the stamp may hide."""
    box = pixels_of(cell.box, INSET)
    ink = cell_ink(page, box)
    if ink.remnant is not None:
        return [Spot(cell.box, ink.remnant, page.crop(ink.remnant, box), hidden=True)]
    if not ink.lines and under is not None and page.stain(box) > 0 and _may_hide(page, under, box):
        hidden = cell_ink(under, box, page.em)
        return [Spot(cell.box, line, under.crop(line, box), hidden=True) for line in hidden.lines[:1]]
    return [Spot(cell.box, line, page.crop(line, box), ink.foreign, ink.faint) for line in ink.lines]


def _may_hide(page: Print, under: Print, box: tuple[int, int, int, int]) -> bool:
    """Whether a stamp may hide print: where print is dark, what is as pale as a stamp's rest is none, but for thin strokes."""
    if not page.outshines_stains:
        return True
    return any(0.5 * page.em <= mark.height <= 1.2 * page.em for mark in under.marks(box, _THIN_STROKE))
