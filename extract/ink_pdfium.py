"""pdfium's page objects -> ``Sheet``: the first reading."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate
from typing import TypeVar

import numpy as np

from extract.ink import (
    ASCENT,
    DESCENT,
    INVISIBLE_MODES,
    MOST_CORNERS,
    SMALLEST,
    THIN,
    UNMAPPED,
    Flags,
    Floats,
    Integers,
    Letters,
    LossyError,
    Patch,
    Pen,
    direction,
    is_rectangular,
    plain,
)
from extract.pdfium import (
    Characters,
    Colour,
    Handle,
    Painted,
    Path,
    PdfFile,
    PdfPage,
    advance,
    bounds_of,
    embedded,
    font_size,
    mapped_box,
    matrix_of,
    product,
)
from extract.pdfium import opened as opened_file
from extract.sheet import Glyph, Rectangle, Sheet

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
    for image in painted.images:
        pen.picture(frame.place(image))
    characters = _with_pieces_joined(page.characters())
    starts = _starts(painted, characters)
    for path in painted.paths:
        _add_path(pen, path, frame, starts[path.handle])
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
    blanks = []
    kept = [mapped_box(painted.texts[handle], box) for handle, box in zip(present, bounds_of([*present]), strict=True)]
    for handle, box, is_embedded in zip(absent, bounds_of(absent), embedded(absent), strict=True):
        if box[2] - box[0] < _NO_WIDTH:
            if not is_embedded:
                raise LossyError("characters of a font that is not embedded")
            blanks.append(handle)
        elif not any(_is_printed_twice(mapped_box(painted.texts[handle], box), other) for other in kept):
            raise LossyError("text objects that are replaced")
    return blanks


def _is_printed_twice(box: Rectangle, other: Rectangle) -> bool:
    reach = max(1.0, 0.12 * (box[3] - box[1]))
    return all(abs(a - b) <= reach for a, b in zip(box, other, strict=True))


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

    def place(self, box: Rectangle) -> Rectangle:
        """A box (left, bottom, right, top) as displayed."""
        (xa, ya), (xb, yb) = self.point(box[0], box[1]), self.point(box[2], box[3])
        return min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)

    def turned(self, a: float, b: float) -> tuple[float, float]:
        """A direction (y upwards) as displayed."""
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
    counts = dict(zip(found.objects, np.bincount(found.styles).tolist(), strict=True)) if found is not None else {}
    places = accumulate((counts.get(handle, 1) for handle in painted.order), initial=0)
    return dict(zip(painted.order, places, strict=False))


def _letters(found: Characters, starts: Mapping[Handle, int], frame: _Frame) -> tuple[Letters, Flags]:
    """The characters as the page shows them, in pdfium's order, and which of them have ink."""
    if found.unmapped.any():
        texts = [UNMAPPED if lost else plain(text) for text, lost in zip(found.texts, found.unmapped.tolist(), strict=True)]
    else:
        texts = list(map(plain, found.texts))
    turns = [direction(*frame.turned(a, b)) for a, b in found.matrices[:, :2].tolist()]
    sizes = found.sizes * np.hypot(found.matrices[:, 2], found.matrices[:, 3])
    inked = [
        turn is not None and mode not in INVISIBLE_MODES and size >= SMALLEST and not _is_transparent(colour)
        for turn, mode, size, colour in zip(turns, found.modes, sizes.tolist(), found.colours, strict=True)
    ]
    turned = np.array([turn or 0 for turn in turns], dtype=np.int64)[found.styles]
    size = sizes[found.styles]
    start = np.array([starts[handle] for handle in found.objects], dtype=np.int64)
    letters = Letters(
        texts=texts,
        boxes=_em_boxes(found, texts, turned, size, frame),
        sizes=size,
        turns=turned,
        orders=start[found.styles] + np.arange(len(texts)) - found.firsts[found.styles],
        pale=np.array([_is_white(colour) for colour in found.colours], dtype=bool)[found.styles],
    )
    return letters, np.array(inked, dtype=bool)[found.styles]


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
    )
    return ordered, np.concatenate([inked, np.ones(n, dtype=bool)])[ranking]


def _spaces(handles: Sequence[Handle], painted: Painted, starts: Mapping[Handle, int], frame: _Frame) -> list[Glyph]:
    """A space where a text object without width stands: between two numbers it is all that keeps them apart."""
    spaces = []
    for handle in handles:
        a, b, c, d, e, f = product(matrix_of(handle), painted.texts[handle])
        turn = direction(*frame.turned(a, b))
        size = font_size(handle) * math.hypot(c, d)
        if turn is not None and size >= SMALLEST:
            box = _em_box(turn, *frame.point(e, f), size, 0.25 * size)
            spaces.append(Glyph(" ", *box, size, turn, starts[handle]))
    return spaces


def _em_boxes(found: Characters, texts: Sequence[str], turned: Integers, size: Floats, frame: _Frame) -> Floats:
    """(n, 4): x0, top, x1, bottom of each character's em box on the baseline."""
    x, y = frame.point(found.origins[:, 0], found.origins[:, 1])
    xa, _ = frame.point(found.boxes[:, 0], found.boxes[:, 3])
    xb, _ = frame.point(found.boxes[:, 2], found.boxes[:, 1])
    left, right = np.minimum(xa, xb), np.maximum(xa, xb)
    boxes = np.stack([left, y - ASCENT * size, right, y + DESCENT * size], axis=1)
    backwards = turned == 180
    if backwards.any():
        boxes[backwards, 1] = (y - DESCENT * size)[backwards]
        boxes[backwards, 3] = (y + ASCENT * size)[backwards]
    # Of sideways and vertical writing pdfium's box tells nothing, of a font that is not embedded only what replaces it.
    unlikely = (right - left <= 0) | (right - left > 2 * size)
    sideways = (turned % 180 != 0) | (frame.rotation in (90, 270))
    for i in np.flatnonzero(sideways | unlikely | ~np.array(found.embedded)[found.styles]).tolist():
        boxes[i] = _along(found, i, texts[i], int(turned[i]), (float(x[i]), float(y[i]), float(size[i])))
    return boxes


def _along(found: Characters, index: int, text: str, turn: int, place: tuple[float, float, float]) -> Rectangle:
    """The em box of a character whose advance pdfium's own box does not give."""
    x, y, size = place
    style = int(found.styles[index])
    scale = math.hypot(*found.matrices[style, :2].tolist())
    on = advance(found.objects[style], found.texts[index], float(found.sizes[style])) * scale
    return _em_box(turn, x, y, size, on if 0 < on <= 2 * size else size * (0.5 if text.isascii() else 1.0))


def _em_box(turn: int, x: float, y: float, size: float, on: float) -> Rectangle:
    """x0, top, x1, bottom of a character on the baseline at (x, y) that moves on by ``on``."""
    match turn:
        case 0:
            return x, y - ASCENT * size, x + on, y + DESCENT * size
        case 180:
            return x - on, y - DESCENT * size, x, y + ASCENT * size
        case 90:
            return x - ASCENT * size, y - on, x + DESCENT * size, y
        case _:
            return x - DESCENT * size, y, x + ASCENT * size, y + on


def _is_transparent(colour: Colour) -> bool:
    return bool(colour) and colour[3] == 0


def _is_white(colour: Colour) -> bool:
    return bool(colour) and min(colour[:3]) >= _WHITE


# rules and areas -----------------------------------------------------------------------------------------------------


def _add_path(pen: Pen, path: Path, frame: _Frame, order: int) -> None:
    box = frame.place(path.box)
    fill = None if path.fill is None or _is_transparent(path.fill) else path.fill
    stroke = None if path.stroke is None or _is_transparent(path.stroke) else path.stroke
    if (fill is None and stroke is None) or not all(map(math.isfinite, box)):
        return
    if min(box[2] - box[0], box[3] - box[1]) <= THIN:
        pen.line(box, white=_is_white(fill or () if stroke is None else stroke))
        return
    for figure in path.figures():
        _add_figure(pen, [frame.point(*point) for point in figure], fill, stroke, order)


def _add_figure(pen: Pen, points: list[tuple[float, float]], fill: Colour | None, stroke: Colour | None, order: int) -> None:
    """One figure of a path; the box of a whole path says little about what it consists of."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = min(xs), min(ys), max(xs), max(ys)
    if min(box[2] - box[0], box[3] - box[1]) <= THIN:
        pen.line(box, white=_is_white(fill or () if stroke is None else stroke))
        return
    rectangular = is_rectangular(points, box)
    if fill is not None and rectangular:
        pen.patches.append(Patch(box, _is_white(fill), order))
    if stroke is not None and rectangular:
        pen.outline(box, white=_is_white(stroke))
    elif stroke is not None and len(points) <= MOST_CORNERS:
        pen.polyline(points, white=_is_white(stroke))
