"""pdfplumber's page objects -> ``Sheet``: the second opinion. Only here is it known how pdfplumber and pdfminer call things.

pdfplumber's dictionaries lose two facts that matter here: the order of painting (a white patch over a number hides it) and
the text rendering mode (mode 3 is invisible text). So its ``Page`` is given a recording device and the layout objects are
read directly, which is also twice as fast.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import pdfplumber
from pdfminer.layout import LTChar, LTContainer, LTCurve, LTImage, LTPage
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdffont import PDFFont
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFObjectNotFound, PDFObjRef, list_value, resolve1
from pdfplumber.page import Page, PDFPageAggregatorWithMarkedContent
from pdfplumber.pdf import PDF

from collect.errors import EncryptedError, NianbaoError, UnreadableError
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
    Patch,
    Pen,
    directions,
    is_rectangular,
    is_slanted,
    plain,
    spaces_among,
)
from extract.sheet import Rectangle, Sheet

_LAST_CHARACTER = 0xFFFF
"""Of a font whose characters have numbers (ISO 32000-1, 9.7.4)."""


class PlumbedPages:
    """An open PDF file, page by page."""

    def __init__(self, pdf: PDF) -> None:
        self._pdf = pdf

    def sheets(self) -> Iterator[Sheet]:
        """Every page in turn; each is parsed when it is asked for."""
        for number, page_object in enumerate(PDFPage.create_pages(self._pdf.doc), start=1):
            page = _Printed(self._pdf, page_object, page_number=number)
            try:
                yield _read_sheet(page)
            finally:
                page.close()

    def information(self) -> dict[str, bytes | str]:
        """The information dictionary: raw strings, whose encoding is the caller's to find."""
        return {key: _raw(value) for info in self._pdf.doc.info for key, value in info.items()}


@contextmanager
def opened(content: bytes) -> Iterator[PlumbedPages]:
    """The file's pages.

    Raises:
        EncryptedError: a password is needed.
        UnreadableError: it is damaged, here or at a page that is only read later.
    """
    with _quiet():
        try:
            with pdfplumber.open(BytesIO(content)) as pdf:
                pdf.rsrcmgr = _Resources()
                yield PlumbedPages(pdf)
        except NianbaoError:
            raise
        except Exception as error:
            if _needs_password(error):
                raise EncryptedError("The PDF file opens only with a password.") from error
            raise UnreadableError(f"The PDF file is damaged ({type(error).__name__}).") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Without pdfminer's remarks about fonts; nobody else's logging is touched."""
    logger = logging.getLogger("pdfminer")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _needs_password(error: BaseException) -> bool:
    causes: list[Any] = [error, error.__cause__, error.__context__, *error.args]
    return any(isinstance(cause, PDFPasswordIncorrect) for cause in causes)


def _raw(value: Any) -> bytes | str:  # noqa: ANN401 - pdfminer resolves to anything
    value = value.resolve() if hasattr(value, "resolve") else value
    return value if isinstance(value, bytes) else str(getattr(value, "name", value)) if value is not None else ""


class _Document(PDFDocument):
    """A document in which no reference leads back to itself; pdfminer would follow it for ever."""

    def getobj(self, objid: int) -> object:
        found, passed = super().getobj(objid), {objid}
        while isinstance(found, PDFObjRef):
            if found.objid in passed:
                raise PDFObjectNotFound(objid)
            passed.add(found.objid)
            found = super().getobj(found.objid)
        return found


vars(pdfplumber.pdf)["PDFDocument"] = _Document  # what pdfplumber opens, for which it has no parameter


class _Resources(PDFResourceManager):
    """Fonts that state widths for no more characters than a font can have: pdfminer writes one down for each of a range."""

    def get_font(self, objid: Any, spec: Mapping[str, Any]) -> PDFFont:  # noqa: ANN401 - pdfminer's own signature
        ranges = {name: [_within(value) for value in list_value(spec[name])] for name in ("W", "W2") if name in spec}
        return super().get_font(objid, {**spec, **ranges})


def _within(value: Any) -> Any:  # noqa: ANN401 - pdfminer resolves to anything
    value = resolve1(value)
    return min(value, _LAST_CHARACTER) if isinstance(value, int) else value


class _Printed(Page):
    """A pdfplumber page that remembers which text is invisible."""

    unseen: frozenset[int] = frozenset()
    """``id`` of each invisible LTChar of the layout last asked for."""

    @property
    def layout(self) -> LTPage:
        """The page's objects in order of painting, coordinates from the media box, origin bottom left."""
        device = _Recorder(self.pdf.rsrcmgr, pageno=self.page_number, laparams=None)
        PDFPageInterpreter(self.pdf.rsrcmgr, device).process_page(self.page_obj)
        self.unseen = frozenset(device.unseen)
        return device.get_result()


class _Recorder(PDFPageAggregatorWithMarkedContent):
    """Marks characters that are painted without ink."""

    inkless = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - pdfminer's own signature
        super().__init__(*args, **kwargs)
        self.unseen: set[int] = set()
        """``id`` of each invisible LTChar; the layout keeps them alive."""

    def render_string(self, textstate: Any, *args: Any) -> None:  # noqa: ANN401 - pdfminer's own signature
        self.inkless = textstate.render in INVISIBLE_MODES
        super().render_string(textstate, *args)

    def render_char(self, *args: Any, **kwargs: Any) -> float:  # noqa: ANN401 - pdfminer's own signature
        advance: float = super().render_char(*args, **kwargs)
        if self.inkless and self.cur_item._objs:  # noqa: SLF001 - as pdfplumber's own device does
            self.unseen.add(id(self.cur_item._objs[-1]))  # noqa: SLF001 - as above
        return advance


def _read_sheet(page: _Printed) -> Sheet:
    left, drop, width, height = _displayed(page)
    pen = Pen(page.page_number, width, height)
    ceiling = float(page.height) - drop

    def place(box: Rectangle) -> Rectangle:
        """A bottom-left box of pdfminer's as a top-left box of the displayed page."""
        x0, y0, x1, y1 = box
        return x0 - left, ceiling - y1, x1 - left, ceiling - y0

    letters = _Letters()
    layout = page.layout
    for order, item in enumerate(_leaves(layout)):
        if isinstance(item, LTChar):
            letters.add(item, place, order, has_ink=id(item) not in page.unseen)
        elif isinstance(item, LTCurve):
            points = [(x - left, ceiling - y) for x, y in item.pts]
            _add_path(pen, item, place(item.bbox), points, order)
        elif isinstance(item, LTImage):
            pen.picture(place(item.bbox))
    pen.drawings += [(x0 - left, top - drop, x1 - left, bottom - drop) for x0, top, x1, bottom in _notes(page)]
    if letters.texts:
        pen.write(letters.arrays(), np.array(letters.inked, dtype=bool))
    return pen.sheet()


def _notes(page: _Printed) -> Iterator[Rectangle]:
    """Where something is typed onto the page (form fields, notes, stamps), in pdfplumber's coordinates."""
    for note in page.annots:
        data = note.get("data") or {}
        kind = getattr(data.get("Subtype"), "name", "")
        says = data.get("V") or data.get("Contents") or data.get("AP")
        if kind in {"Widget", "FreeText", "Stamp"} and says:
            yield float(note["x0"]), float(note["top"]), float(note["x1"]), float(note["bottom"])


def _displayed(page: _Printed) -> tuple[float, float, float, float]:
    """The crop box within the turned media box: left, top, width, height."""
    mx0, my0, mx1, my1 = _ordered(page.page_obj.mediabox)
    cx0, cy0, cx1, cy1 = _ordered(page.page_obj.cropbox or page.page_obj.mediabox)
    cx0, cy0, cx1, cy1 = max(cx0, mx0), max(cy0, my0), min(cx1, mx1), min(cy1, my1)
    if cx1 <= cx0 or cy1 <= cy0:
        cx0, cy0, cx1, cy1 = mx0, my0, mx1, my1
    across, along = cx1 - cx0, cy1 - cy0
    match page.rotation:
        case 90:
            return cy0 - my0, cx0 - mx0, along, across
        case 180:
            return mx1 - cx1, cy0 - my0, across, along
        case 270:
            return my1 - cy1, mx1 - cx1, along, across
        case _:
            return cx0 - mx0, my1 - cy1, across, along


def _ordered(box: Sequence[float]) -> Rectangle:
    x0, x1 = sorted((float(box[0]), float(box[2])))
    y0, y1 = sorted((float(box[1]), float(box[3])))
    return x0, y0, x1, y1


def _leaves(container: LTContainer[Any]) -> Iterator[Any]:
    for item in container:
        if isinstance(item, LTContainer):
            yield from _leaves(item)
        else:
            yield item


# characters ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Letters:
    """The characters of a page as they are found."""

    texts: list[str] = field(default_factory=list)
    boxes: list[Rectangle] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)
    pale: list[bool] = field(default_factory=list)
    inked: list[bool] = field(default_factory=list)

    def add(self, char: LTChar, place: Callable[[Rectangle], Rectangle], order: int, *, has_ink: bool) -> None:
        turn = _direction(char)
        box = place(char.bbox if turn == SLANTED else _em_box(char, turn))
        said = char.get_text()
        state = char.graphicstate
        self.texts.append(UNMAPPED if said.startswith(("(cid:", "\0")) else plain(said))
        self.boxes.append(box)
        self.sizes.append(box[2] - box[0] if turn in (90, 270) else box[3] - box[1])
        self.turns.append(max(turn, 0))
        self.inked.append(has_ink and turn != SLANTED and char.size >= SMALLEST)
        self.orders.append(order)
        self.pale.append(_is_white(state.ncolor, state.ncs))

    def arrays(self) -> Letters:
        """All of them."""
        return Letters(
            texts=self.texts,
            boxes=np.array(self.boxes, dtype=np.float64),
            sizes=np.array(self.sizes, dtype=np.float64),
            turns=np.array(self.turns, dtype=np.int64),
            orders=np.array(self.orders, dtype=np.int64),
            pale=np.array(self.pale, dtype=bool),
            spaces=spaces_among(self.texts),
        )


def _direction(char: LTChar) -> int:
    a, b = char.matrix[:2]
    return int(directions(np.array([a]), np.array([b]))[0])


def _em_box(char: LTChar, turn: int) -> Rectangle:
    """The em box on the baseline."""
    e, f = char.matrix[4:]
    x0, y0, x1, y1 = char.bbox
    size = (y1 - y0) if turn in (0, 180) else (x1 - x0)
    along = abs(e - (x0 if turn == 0 else x1)) if turn in (0, 180) else abs(f - (y0 if turn == 90 else y1))
    if along > 0.05 * size:  # vertical writing mode: the origin is at the top centre and pdfminer's box is right
        return x0, y0, x1, y1
    low, high = DESCENT * size, ASCENT * size
    match turn:
        case 0:
            return x0, f - low, x1, f + high
        case 180:
            return x0, f - high, x1, f + low
        case 90:
            return e - high, y0, e + low, y1
        case _:
            return e - low, y0, e + high, y1


def _is_white(colour: Any, space: Any = None) -> bool:  # noqa: ANN401 - pdfminer: a number, a tuple or a pattern
    values = colour if isinstance(colour, tuple) else (colour,)
    if not values or not all(isinstance(v, int | float) for v in values):
        return False
    name = getattr(space, "name", "")
    if name in ("Separation", "DeviceN", "Indexed", "Pattern"):
        return False
    if len(values) == 4:
        return all(v <= 0.02 for v in values)
    return len(values) in (1, 3) and all(v >= 0.98 for v in values)


# rules and areas -----------------------------------------------------------------------------------------------------


def _add_path(pen: Pen, path: LTCurve, box: Rectangle, points: Sequence[tuple[float, float]], order: int) -> None:
    x0, top, x1, bottom = box
    if not all(map(math.isfinite, box)):
        return
    thin = min(x1 - x0, bottom - top) <= THIN
    white_fill, white_stroke = _is_white(path.non_stroking_color), _is_white(path.stroking_color)
    if path.fill and not thin and is_rectangular(points, box):
        pen.patches.append(Patch(box, white_fill, order))
    if thin and (path.fill or path.stroke):
        pen.lines(np.array([box]), np.array([white_stroke if path.stroke else white_fill]))
    elif path.stroke and is_rectangular(points, box):
        pen.outline(box, white=white_stroke)
    elif path.stroke and len(points) <= MOST_CORNERS and not any(step[0] in "cvy" for step in path.original_path or ()):
        pen.polyline(points, white=white_stroke)
    if (path.fill or path.stroke) and _is_drawing(path, points, box):
        pen.drawing(box)


def _is_drawing(path: LTCurve, points: Sequence[tuple[float, float]], box: Rectangle) -> bool:
    """Whether a path is no rule or area: curved, slanted, or with the corners of an outlined character."""
    if any(step[0] in "cvy" for step in path.original_path or ()):
        return True
    length = max(box[2] - box[0], box[3] - box[1])
    if min(box[2] - box[0], box[3] - box[1]) <= THIN:
        return len(points) > CORNERS_OF_RULE and LEAST_STROKE <= length <= LONGEST_STROKE
    return not is_rectangular(points, box) and is_slanted(points)
