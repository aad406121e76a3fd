"""pdfium's page objects -> ``Sheet``: the first reading."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from extract.ink import (
    ASCENT,
    DESCENT,
    INVISIBLE_MODES,
    MOST_CORNERS,
    SMALLEST,
    THIN,
    UNMAPPED,
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
    Floats,
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

_HYPHEN = "\x02"
"""What pdfium makes of a hyphen at the end of a line."""
_NO_WIDTH = 0.01
"""Points: pdfium leaves out what is narrower."""
_WHITE = 250
"""Of 255, in every channel."""
_STEPS = 1 << 12
"""Places in the order of painting for the characters of one text object."""
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
    for path in painted.paths:
        _add_path(pen, path, frame, painted.order[path.handle] * _STEPS)
    characters = _with_pieces_joined(page.characters())
    blanks = _blanks(painted, characters)
    if characters is not None:
        _add_characters(pen, characters, painted, frame)
        for blank in blanks:
            _add_space(pen, blank, painted, frame)
        pen.glyphs.sort(key=lambda glyph: glyph.order)
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
        unmapped=[found.unmapped[i] for i in kept.tolist()],
        origins=found.origins[kept],
        boxes=boxes[kept],
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

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point as displayed."""
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

    def points(self, xy: Floats) -> Floats:
        """(n, 2) points as displayed."""
        x, y = xy[:, 0], xy[:, 1]
        return np.stack(self.point(x, y), axis=1)  # type: ignore[arg-type] # arithmetic works on arrays as on numbers

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


def _add_characters(pen: Pen, found: Characters, painted: Painted, frame: _Frame) -> None:
    texts = [
        UNMAPPED if unmapped else "-" if text == _HYPHEN else plain(text)
        for text, unmapped in zip(found.texts, found.unmapped, strict=True)
    ]
    turns = [direction(*frame.turned(a, b)) for a, b in found.matrices[:, :2].tolist()]
    sizes = found.sizes * np.hypot(found.matrices[:, 2], found.matrices[:, 3])
    seen = [
        turn is not None and mode not in INVISIBLE_MODES and size >= SMALLEST and not _is_transparent(colour)
        for turn, mode, size, colour in zip(turns, found.modes, sizes.tolist(), found.colours, strict=True)
    ]
    turned = np.array([turn or 0 for turn in turns])[found.styles]
    size = sizes[found.styles]
    boxes = _em_boxes(found, texts, turned, size, frame)
    order = _orders(found, painted)
    middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    inside = (middle_x > -1) & (middle_x < frame.width + 1) & (middle_y > -1) & (middle_y < frame.height + 1)
    shown = inside & np.array(seen)[found.styles]
    pen.unmapped += texts.count(UNMAPPED)
    pen.hidden += sum(bool(t) and not t.isspace() for t, is_shown in zip(texts, shown.tolist(), strict=True) if not is_shown)
    glyphs = map(Glyph, texts, *boxes.T.tolist(), size.tolist(), turned.tolist(), order)
    pen.glyphs = [g for g, is_shown in zip(glyphs, shown.tolist(), strict=True) if is_shown and g.text]
    white = [_is_white(colour) for colour in found.colours]
    if any(white):
        styles = found.styles.tolist()
        pen.pale.update(o for o, s, t in zip(order, styles, texts, strict=True) if white[s] and not t.isspace())


def _add_space(pen: Pen, handle: Handle, painted: Painted, frame: _Frame) -> None:
    """A space where a text object without width stands: between two numbers it is all that keeps them apart."""
    a, b, c, d, e, f = product(matrix_of(handle), painted.texts[handle])
    turn = direction(*frame.turned(a, b))
    size = font_size(handle) * math.hypot(c, d)
    if turn is not None and size >= SMALLEST:
        x, y = frame.point(e, f)
        pen.glyphs.append(Glyph(" ", *_em_box(turn, x, y, size, 0.25 * size), size, turn, painted.order[handle] * _STEPS))


def _orders(found: Characters, painted: Painted) -> list[int]:
    """The place of each character in the order of painting, with room between text objects."""
    base = [painted.order.get(handle, 0) * _STEPS for handle in found.objects]
    taken = [0] * len(base)
    orders = []
    for style in found.styles.tolist():
        orders.append(base[style] + min(taken[style], _STEPS - 1))
        taken[style] += 1
    return orders


def _em_boxes(found: Characters, texts: list[str], turned: np.ndarray, size: Floats, frame: _Frame) -> Floats:
    """(n, 4): x0, top, x1, bottom of each character's em box on the baseline."""
    origins = frame.points(found.origins)
    x, y = origins[:, 0], origins[:, 1]
    corners = np.concatenate([frame.points(found.boxes[:, [0, 3]]), frame.points(found.boxes[:, [2, 1]])], axis=1)
    left, right = np.minimum(corners[:, 0], corners[:, 2]), np.maximum(corners[:, 0], corners[:, 2])
    boxes = np.stack([left, y - ASCENT * size, right, y + DESCENT * size], axis=1)
    backwards = turned == 180
    boxes[backwards, 1] = (y - DESCENT * size)[backwards]
    boxes[backwards, 3] = (y + ASCENT * size)[backwards]
    # Of sideways and vertical writing pdfium's box tells nothing, of a font that is not embedded only what replaces it.
    unlikely = (right - left <= 0) | (right - left > 2 * size)
    unknown = np.isin(turned, (90, 270)) | (frame.rotation in (90, 270)) | unlikely | ~np.array(found.embedded)[found.styles]
    for i in np.flatnonzero(unknown).tolist():
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
