"""pdfium's page objects -> ``Sheet``: the first reading."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate
from typing import TypeVar

import numpy as np

from extract.ink import (
    ASCENT,
    CORNERS_OF_RULE,
    DESCENT,
    INVISIBLE_MODES,
    LEAST_STROKE,
    LONGEST_STROKE,
    MOST_CORNERS,
    SLANTED,
    SMALLEST,
    THIN,
    UNMAPPED,
    Letters,
    LossyError,
    Patch,
    Pen,
    directions,
    em_box,
    is_rectangular,
    is_slanted,
    plain,
    spaces_among,
)
from extract.pdfium import (
    Characters,
    Painted,
    Paths,
    PdfFile,
    PdfPage,
    advance,
    embedded,
    font_size,
)
from extract.pdfium import opened as opened_file
from extract.pdfium_calls import Colours, Handle
from extract.sheet import Flags, Floats, Glyph, Integers, Rectangle, Sheet

Number = TypeVar("Number", float, Floats)

_NO_WIDTH = 0.01
"""Points: pdfium leaves out what is narrower."""
_WHITE = 250
"""Of 255, in every channel."""
_INFORMATION = ("Title", "Author", "CreationDate", "Creator", "Producer")


class PdfiumPages:
    """An open PDF file, page by page."""

    def __init__(self, file: PdfFile) -> None:
        self._file = file

    def sheets(self) -> Iterator[Sheet]:
        """Every page in turn; each is parsed when it is asked for."""
        for index in range(self._file.page_count):
            with self._file.page(index) as page:
                sheet = _read_sheet(page, index + 1)
            yield sheet

    def information(self) -> dict[str, str | bytes]:
        """The information dictionary, in pdfium's decoding."""
        return {key: self._file.information(key) for key in _INFORMATION}


@contextmanager
def opened(content: bytes) -> Iterator[PdfiumPages]:
    """The file's pages.

    Raises:
        EncryptedError: a password is needed.
        UnreadableError: it is damaged, here or at a page that is only read later.
    """
    with opened_file(content) as file:
        yield PdfiumPages(file)


def _read_sheet(page: PdfPage, number: int) -> Sheet:
    frame = _Frame(page.box(), page.rotation())
    pen = Pen(number, frame.width, frame.height)
    painted = page.painted()
    for x0, top, x1, bottom in frame.place(painted.bounds(painted.images)).tolist():
        pen.picture((x0, top, x1, bottom))
    if page.unseen:
        pen.drawings += [(x0, top, x1, bottom) for x0, top, x1, bottom in frame.place(np.array(page.unseen)).tolist()]
    characters = _with_pieces_joined(page.characters())
    starts = _starts(painted, characters)
    _draw(pen, painted.drawing(), starts, frame)
    blanks = _blanks(painted, characters)
    if characters is not None:
        letters, inked = _letters(characters, starts, frame)
        pen.write(*_in_order(letters, inked, _spaces(blanks, painted, starts, frame)))
    return pen.sheet()


def _with_pieces_joined(found: Characters | None) -> Characters | None:
    """With one character where a code of the font stands for several, which pdfium gives one by one from one origin.

    Raises:
        LossyError: several characters stand on one spot, as those of an ``ActualText`` do.
    """
    if found is None or len(found.texts) < 2:
        return found
    stuck = (found.styles[1:] == found.styles[:-1]) & (found.origins[1:] == found.origins[:-1]).all(axis=1)
    if not stuck.any():
        return found
    texts, boxes = list(found.texts), found.boxes.copy()
    for index in np.flatnonzero(stuck)[::-1].tolist():
        if abs(boxes[index, 2] - boxes[index + 1, 0]) > _NO_WIDTH:
            raise LossyError("characters on one spot")
        texts[index] += texts[index + 1]
        boxes[index, 2] = boxes[index + 1, 2]
    kept = np.flatnonzero(np.concatenate([[True], ~stuck]))
    return replace(
        found,
        texts=[texts[i] for i in kept.tolist()],
        unmapped=found.unmapped[kept],
        origins=found.origins[kept],
        boxes=boxes[kept],
        firsts=np.searchsorted(kept, found.firsts),
        styles=found.styles[kept],
    )


def _blanks(painted: Painted, found: Characters | None) -> list[Handle]:
    """The text objects that are spaces, which pdfium leaves out as it does all that has no width.

    It also leaves out what it takes for printed twice, what a marked-content ``ActualText`` replaces, and a lone character
    that is missing in the font it puts in place of one that is not embedded.

    Raises:
        LossyError: something else than spaces and second prints is left out, or characters stand nowhere.
    """
    present = set(found.objects) if found is not None else set()
    absent = [handle for handle in painted.texts if handle not in present]
    if not absent:
        return []
    is_embedded, boxes = embedded(absent), painted.bounds(absent)
    widthless = boxes[:, 2] - boxes[:, 0] < _NO_WIDTH
    if (widthless & ~is_embedded).any():
        raise LossyError("characters of a font that is not embedded")
    kept = painted.bounds([*present])
    for box in boxes[~widthless]:
        reach = max(1.0, 0.12 * (box[3] - box[1]))
        if not (np.abs(kept - box) <= reach).all(axis=1).any():  # else it is printed twice
            raise LossyError("text objects that are replaced")
    return [absent[i] for i in np.flatnonzero(widthless).tolist()]


class _Frame:
    """From page space (origin bottom left, before rotation) to the page as displayed (origin top left)."""

    def __init__(self, box: Rectangle, rotation: int) -> None:
        self.left, self.bottom, self.right, self.top = box
        self.rotation = rotation
        across, along = self.right - self.left, self.top - self.bottom
        self.width, self.height = (along, across) if rotation in (90, 270) else (across, along)

    def point(self, x: Number, y: Number) -> tuple[Number, Number]:
        """A point, or an array of points, as displayed."""
        match self.rotation:
            case 90:
                return y - self.bottom, x - self.left
            case 180:
                return self.right - x, y - self.bottom
            case 270:
                return self.top - y, self.right - x
            case _:
                return x - self.left, self.top - y

    def place(self, boxes: Floats) -> Floats:
        """(n, 4) boxes (left, bottom, right, top) as displayed."""
        xa, ya = self.point(boxes[:, 0], boxes[:, 1])
        xb, yb = self.point(boxes[:, 2], boxes[:, 3])
        return np.array([np.minimum(xa, xb), np.minimum(ya, yb), np.maximum(xa, xb), np.maximum(ya, yb)]).T

    def turned(self, a: Floats, b: Floats) -> tuple[Floats, Floats]:
        """Directions (y upwards) as displayed."""
        match self.rotation:
            case 90:
                return b, -a
            case 180:
                return -a, -b
            case 270:
                return -b, a
            case _:
                return a, b


# characters ----------------------------------------------------------------------------------------------------------


def _starts(painted: Painted, found: Characters | None) -> dict[Handle, int]:
    """The place of each object in the order of painting, in which every character has a place of its own."""
    if found is None:
        return dict(zip(painted.order, range(len(painted.order)), strict=True))
    counts = dict.fromkeys(painted.order, 1) | dict(zip(found.objects, np.bincount(found.styles).tolist(), strict=True))
    return dict(zip(painted.order, accumulate(map(counts.__getitem__, painted.order), initial=0), strict=False))


def _letters(found: Characters, starts: Mapping[Handle, int], frame: _Frame) -> tuple[Letters, Flags]:
    """The characters as the page shows them, in pdfium's order, and which of them have ink."""
    if found.unmapped.any():
        texts = [UNMAPPED if lost else plain(text) for text, lost in zip(found.texts, found.unmapped.tolist(), strict=True)]
    else:
        texts = list(map(plain, found.texts))
    turns = directions(*frame.turned(found.matrices[:, 0], found.matrices[:, 1]))
    sizes = found.sizes * np.hypot(found.matrices[:, 2], found.matrices[:, 3])
    inked = (turns != SLANTED) & ~_among(found.modes, INVISIBLE_MODES) & (sizes >= SMALLEST) & ~_transparent(found.colours)
    turned = np.where(turns == SLANTED, 0, turns)[found.styles]
    size = sizes[found.styles]
    start = np.array([starts[handle] for handle in found.objects], dtype=np.int64)
    letters = Letters(
        texts=texts,
        boxes=_em_boxes(found, texts, turned, size, frame),
        sizes=size,
        turns=turned,
        orders=start[found.styles] + np.arange(len(texts)) - found.firsts[found.styles],
        pale=_white(found.colours)[found.styles],
        spaces=spaces_among(texts),
    )
    return letters, inked[found.styles]


def _in_order(letters: Letters, inked: Flags, spaces: Sequence[Glyph]) -> tuple[Letters, Flags]:
    """The letters and some spaces in the order of painting."""
    n = len(spaces)
    ranking = np.argsort(np.concatenate([letters.orders, [g.order for g in spaces]]), kind="stable").astype(np.int64)
    if not n and (ranking[1:] > ranking[:-1]).all():
        return letters, inked
    texts = [*letters.texts, *(" " * n)]
    boxes = np.concatenate([letters.boxes, np.array([g[1:5] for g in spaces], dtype=np.float64).reshape(n, 4)])
    ordered = Letters(
        texts=[texts[i] for i in ranking.tolist()],
        boxes=boxes[ranking],
        sizes=np.concatenate([letters.sizes, [g.size for g in spaces]])[ranking],
        turns=np.concatenate([letters.turns, np.array([g.turn for g in spaces], dtype=np.int64)])[ranking],
        orders=np.concatenate([letters.orders, np.array([g.order for g in spaces], dtype=np.int64)])[ranking],
        pale=np.concatenate([letters.pale, np.zeros(n, dtype=bool)])[ranking],
        spaces=np.concatenate([letters.spaces, np.ones(n, dtype=bool)])[ranking],
    )
    return ordered, np.concatenate([inked, np.ones(n, dtype=bool)])[ranking]


def _spaces(handles: Sequence[Handle], painted: Painted, starts: Mapping[Handle, int], frame: _Frame) -> list[Glyph]:
    """A space where a text object without width stands: between two numbers it is all that keeps them apart."""
    spaces = []
    for handle in handles:
        a, b, c, d, e, f = painted.matrix(handle)
        (turn,) = directions(*frame.turned(np.array([a]), np.array([b]))).tolist()
        size = font_size(handle) * math.hypot(c, d)
        if turn != SLANTED and size >= SMALLEST:
            box = em_box(turn, *frame.point(e, f), size, 0.25 * size)
            spaces.append(Glyph(" ", *box, size, turn, starts[handle]))
    return spaces


def _em_boxes(found: Characters, texts: Sequence[str], turned: Integers, size: Floats, frame: _Frame) -> Floats:
    """(n, 4): x0, top, x1, bottom of each character's em box on the baseline."""
    x, y = frame.point(found.origins[:, 0], found.origins[:, 1])
    xa, _ = frame.point(found.boxes[:, 0], found.boxes[:, 3])
    xb, _ = frame.point(found.boxes[:, 2], found.boxes[:, 1])
    left, right = np.minimum(xa, xb), np.maximum(xa, xb)
    boxes = np.array([left, y - ASCENT * size, right, y + DESCENT * size]).T
    backwards = turned == 180
    if backwards.any():
        boxes[backwards, 1] = (y - DESCENT * size)[backwards]
        boxes[backwards, 3] = (y + ASCENT * size)[backwards]
    # Of sideways and vertical writing pdfium's box tells nothing, of a font that is not embedded only what replaces it.
    width = right - left
    unknown = (width <= 0) | (width > 2 * size) | (turned % 180 != 0) | ~found.embedded[found.styles]
    if frame.rotation in (90, 270):
        unknown[:] = True
    for i in np.flatnonzero(unknown).tolist():
        boxes[i] = _along(found, i, texts[i], int(turned[i]), (float(x[i]), float(y[i]), float(size[i])))
    return boxes


def _along(found: Characters, index: int, text: str, turn: int, place: tuple[float, float, float]) -> Rectangle:
    """The em box of a character whose advance pdfium's own box does not give."""
    x, y, size = place
    style = int(found.styles[index])
    scale = math.hypot(*found.matrices[style, :2].tolist())
    on = advance(found.objects[style], found.texts[index], float(found.sizes[style])) * scale
    return em_box(turn, x, y, size, on if 0 < on <= 2 * size else size * (0.5 if text.isascii() else 1.0))


def _among(values: Integers, chosen: Iterable[int]) -> Flags:
    """``numpy.isin`` for very few values, which is much slower."""
    flags = np.zeros(len(values), dtype=bool)
    for value in chosen:
        flags |= values == value
    return flags


def _transparent(colours: Colours) -> Flags:
    flags: Flags = colours[:, 3] == 0
    return flags


def _white(colours: Colours) -> Flags:
    flags: Flags = colours[:, :3].min(axis=1) >= _WHITE
    return flags


# rules and areas -----------------------------------------------------------------------------------------------------


def _draw(pen: Pen, paths: Paths, starts: Mapping[Handle, int], frame: _Frame) -> None:
    filled, stroked = paths.filled & ~_transparent(paths.fills), paths.stroked & ~_transparent(paths.strokes)
    white_fill, white_stroke = _white(paths.fills), _white(paths.strokes)
    sizes = paths.boxes[:, 2:] - paths.boxes[:, :2]
    seen = (filled | stroked) & np.isfinite(paths.boxes).all(axis=1)
    thin = seen & (sizes.min(axis=1) <= THIN)
    white = np.where(stroked, white_stroke, white_fill)
    pen.lines(frame.place(paths.boxes[thin]), white[thin])
    short = thin & (sizes.max(axis=1) >= LEAST_STROKE) & (sizes.max(axis=1) <= LONGEST_STROKE)
    for index in np.flatnonzero(short).tolist():
        if paths.corners(index) > CORNERS_OF_RULE:
            _draw_curved(pen, paths, index, frame)
    for index in np.flatnonzero(seen & ~thin).tolist():
        fill = bool(white_fill[index]) if filled[index] else None
        stroke = bool(white_stroke[index]) if stroked[index] else None
        figures, curved = paths.figures(index)
        if curved:
            _draw_curved(pen, paths, index, frame)
        for figure in figures:
            _draw_figure(pen, [frame.point(*point) for point in figure], (fill, stroke), starts[paths.handles[index]])


def _draw_curved(pen: Pen, paths: Paths, index: int, frame: _Frame) -> None:
    ((x0, top, x1, bottom),) = frame.place(paths.boxes[index : index + 1]).tolist()
    pen.drawing((x0, top, x1, bottom))


def _draw_figure(pen: Pen, points: list[tuple[float, float]], white: tuple[bool | None, bool | None], order: int) -> None:
    """One figure of a path; the box of a whole path says little about what it consists of.

    Args:
        pen: what draws it.
        points: its corners.
        white: whether fill and stroke are white; None where there is none.
        order: its place in the order of painting.
    """
    fill, stroke = white
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = min(xs), min(ys), max(xs), max(ys)
    if min(box[2] - box[0], box[3] - box[1]) <= THIN:
        pen.lines(np.array([box]), np.array([bool(fill if stroke is None else stroke)]))
        return
    rectangular = is_rectangular(points, box)
    if fill is not None and rectangular:
        pen.patches.append(Patch(box, fill, order))
    if stroke is not None and rectangular:
        pen.outline(box, white=stroke)
    elif stroke is not None and len(points) <= MOST_CORNERS:
        pen.polyline(points, white=stroke)
    if not rectangular and is_slanted(points):
        pen.drawing(box)
