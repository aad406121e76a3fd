"""pdfium's C interface, called in bulk: the only module that knows its functions.

pypdfium2 declares every function with wrapped pointer types; building those wrappers costs more than the calls themselves.
Here handles are plain integers, results go straight into one buffer per page (``map`` over addresses), and the lock of the
interpreter is kept, which a call of half a microsecond has no use for giving up. Coordinates are PDF points of the file's own
page space, origin bottom left, before ``/Rotate``.

pdfium is not safe for several threads: one process a worker.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import PYFUNCTYPE, c_double, c_float, c_int, c_size_t, c_uint, c_ulong, c_void_p
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from collect.errors import EncryptedError, UnreadableError
from extract.sheet import Rectangle

Handle = int
"""Address of one of pdfium's objects; 0 for none."""
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Matrix = tuple[float, float, float, float, float, float]
"""a b c d e f: (x, y) -> (a x + c y + e, b x + d y + f)."""

Colours = NDArray[np.int64]
"""(n, 4): red, green, blue, alpha, 0 to 255; -1 for what is no colour, such as a pattern."""

_HYPHEN = "\x02"
"""What pdfium makes of a hyphen at the end of a line."""
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_DEEPEST = 24
"""Forms within forms; deeper ones are an attack."""
_MOST_SEGMENTS = 20_000
"""Corners of one path that are looked at."""
_MOST_OBJECTS = 200_000
"""Objects a page may paint; more is a drawing that no report holds."""


def _call(exported: Any, result: Any, *arguments: Any) -> Any:  # noqa: ANN401 - ctypes functions have no better type
    return PYFUNCTYPE(result, *arguments)(ctypes.cast(exported, c_void_p).value or 0)


_open_memory = _call(pdfium.FPDF_LoadMemDocument64, c_void_p, c_void_p, c_size_t, c_void_p)
_close_document = _call(pdfium.FPDF_CloseDocument, None, c_void_p)
_last_error = _call(pdfium.FPDF_GetLastError, c_ulong)
_page_count = _call(pdfium.FPDF_GetPageCount, c_int, c_void_p)
_meta_text = _call(pdfium.FPDF_GetMetaText, c_ulong, c_void_p, c_void_p, c_void_p, c_ulong)
_load_page = _call(pdfium.FPDF_LoadPage, c_void_p, c_void_p, c_int)
_close_page = _call(pdfium.FPDF_ClosePage, None, c_void_p)
_page_box = _call(pdfium.FPDF_GetPageBoundingBox, c_int, c_void_p, c_void_p)
_rotation = _call(pdfium.FPDFPage_GetRotation, c_int, c_void_p)
_load_text = _call(pdfium.FPDFText_LoadPage, c_void_p, c_void_p)
_close_text = _call(pdfium.FPDFText_ClosePage, None, c_void_p)
_count_chars = _call(pdfium.FPDFText_CountChars, c_int, c_void_p)
_text = _call(pdfium.FPDFText_GetText, c_int, c_void_p, c_int, c_int, c_void_p)
_unicode = _call(pdfium.FPDFText_GetUnicode, c_uint, c_void_p, c_int)
_is_unmapped = _call(pdfium.FPDFText_HasUnicodeMapError, c_int, c_void_p, c_int)
_text_object = _call(pdfium.FPDFText_GetTextObject, c_void_p, c_void_p, c_int)
_origin = _call(pdfium.FPDFText_GetCharOrigin, c_int, c_void_p, c_int, c_void_p, c_void_p)
_loose_box = _call(pdfium.FPDFText_GetLooseCharBox, c_int, c_void_p, c_int, c_void_p)
_char_matrix = _call(pdfium.FPDFText_GetMatrix, c_int, c_void_p, c_int, c_void_p)
_font_size = _call(pdfium.FPDFTextObj_GetFontSize, c_int, c_void_p, c_void_p)
_render_mode = _call(pdfium.FPDFTextObj_GetTextRenderMode, c_int, c_void_p)
_font = _call(pdfium.FPDFTextObj_GetFont, c_void_p, c_void_p)
_is_embedded = _call(pdfium.FPDFFont_GetIsEmbedded, c_int, c_void_p)
_glyph_width = _call(pdfium.FPDFFont_GetGlyphWidth, c_int, c_void_p, c_uint, c_float, c_void_p)
_count_objects = _call(pdfium.FPDFPage_CountObjects, c_int, c_void_p)
_object = _call(pdfium.FPDFPage_GetObject, c_void_p, c_void_p, c_int)
_count_members = _call(pdfium.FPDFFormObj_CountObjects, c_int, c_void_p)
_member = _call(pdfium.FPDFFormObj_GetObject, c_void_p, c_void_p, c_ulong)
_kind = _call(pdfium.FPDFPageObj_GetType, c_int, c_void_p)
_bounds = _call(pdfium.FPDFPageObj_GetBounds, c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
_matrix = _call(pdfium.FPDFPageObj_GetMatrix, c_int, c_void_p, c_void_p)
_draw_mode = _call(pdfium.FPDFPath_GetDrawMode, c_int, c_void_p, c_void_p, c_void_p)
_fill_colour = _call(pdfium.FPDFPageObj_GetFillColor, c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
_stroke_colour = _call(pdfium.FPDFPageObj_GetStrokeColor, c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
_count_segments = _call(pdfium.FPDFPath_CountSegments, c_int, c_void_p)
_segment = _call(pdfium.FPDFPath_GetPathSegment, c_void_p, c_void_p, c_int)
_segment_kind = _call(pdfium.FPDFPathSegment_GetType, c_int, c_void_p)
_segment_closes = _call(pdfium.FPDFPathSegment_GetClose, c_int, c_void_p)
_point = _call(pdfium.FPDFPathSegment_GetPoint, c_int, c_void_p, c_void_p, c_void_p)

TEXT: int = pdfium.FPDF_PAGEOBJ_TEXT
PATH: int = pdfium.FPDF_PAGEOBJ_PATH
IMAGE: int = pdfium.FPDF_PAGEOBJ_IMAGE
_FORM: int = pdfium.FPDF_PAGEOBJ_FORM
_MOVE: int = pdfium.FPDF_SEGMENT_MOVETO
_CURVE: int = pdfium.FPDF_SEGMENT_BEZIERTO
_PASSWORD: int = pdfium.FPDF_ERR_PASSWORD
_SECURITY: int = pdfium.FPDF_ERR_SECURITY


def _without_system_fonts() -> pdfium.FPDF_SYSFONTINFO:
    """Tells pdfium of a system without fonts, and gives what it must keep of that.

    A font that a file does not embed would otherwise be replaced by whatever this machine has: the same bytes would not
    give the same reading everywhere, and the first such file would search the disk for fonts.
    """
    info = pdfium.FPDF_SYSFONTINFO()
    info.version = 1
    for name, kind in info._fields_:
        if name != "version":
            setattr(info, name, kind())
    info.MapFont = type(info.MapFont)(lambda *_: None)
    info.GetFont = type(info.GetFont)(lambda *_: None)
    info.EnumFonts = type(info.EnumFonts)(lambda *_: None)
    info.GetFontData = type(info.GetFontData)(lambda *_: 0)
    info.DeleteFont = type(info.DeleteFont)(lambda *_: None)
    pdfium.FPDF_SetSystemFontInfo(info)
    return info


_FONTS = _without_system_fonts()


class PdfFile:
    """An open file."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    @property
    def page_count(self) -> int:
        """Number of pages."""
        return int(_page_count(self._handle))

    def information(self, key: str) -> str:
        """A string of the information dictionary, in pdfium's decoding; empty where there is none."""
        name = key.encode("ascii")
        size = int(_meta_text(self._handle, name, None, 0))
        if size <= 2:
            return ""
        buffer = ctypes.create_string_buffer(size)
        _meta_text(self._handle, name, buffer, size)
        return buffer.raw[: size - 2].decode("utf-16-le", errors="replace")

    @contextmanager
    def page(self, index: int) -> Iterator[PdfPage]:
        """The page with that index, from 0.

        Raises:
            UnreadableError: it is damaged.
        """
        page = _load_page(self._handle, index)
        if not page:
            raise UnreadableError(f"Page {index + 1} of the PDF file is damaged.")
        text = _load_text(page)
        try:
            if not text:
                raise UnreadableError(f"Page {index + 1} of the PDF file is damaged.")
            yield PdfPage(page, text)
        finally:
            if text:
                _close_text(text)
            _close_page(page)


@contextmanager
def opened(content: bytes) -> Iterator[PdfFile]:
    """A file's content, open.

    Raises:
        EncryptedError: a password is needed.
        UnreadableError: it is damaged.
    """
    buffer = ctypes.c_char_p(content)  # pdfium reads from it until the file is closed
    handle = _open_memory(buffer, len(content), None)
    if not handle:
        if _last_error() in (_PASSWORD, _SECURITY):
            raise EncryptedError("The PDF file opens only with a password.")
        raise UnreadableError("The PDF file is damaged.")
    try:
        yield PdfFile(handle)
    finally:
        _close_document(handle)
        del buffer


@dataclass(frozen=True, slots=True)
class Characters:
    """The printed characters of a page, one array element each, in pdfium's reading order."""

    texts: list[str]
    """What each says: a character, or several where one code of the font stands for them (``——``)."""
    unmapped: Flags
    """Where the file's font does not say what the character means."""
    origins: Floats
    """(n, 2): x and y on the baseline."""
    boxes: Floats
    """(n, 4): left, top, right, bottom: as wide as the advance for upright text, meaningless for sideways text."""
    firsts: NDArray[np.intp]
    """Index of the first character of each text object."""
    styles: NDArray[np.intp]
    """Index of each character's text object in ``objects``."""
    objects: list[Handle]
    """The distinct text objects."""
    matrices: Floats
    """(m, 6): each text object's matrix, forms around it included."""
    sizes: Floats
    """(m,): font size before the matrix."""
    modes: NDArray[np.int64]
    """Text rendering mode of each text object."""
    colours: Colours
    """Fill colour of each text object."""
    embedded: Flags
    """Whether the file holds the font of each text object; where it does not, boxes are those of some other font."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths of a page in the order of painting, one array row each."""

    handles: list[Handle]
    boxes: Floats
    """(n, 4): left, bottom, right, top in page space, with half the width of a stroke."""
    filled: Flags
    fills: Colours
    stroked: Flags
    strokes: Colours
    within: dict[Handle, Matrix]
    """The matrix of the form around a path, for those that stand in one."""

    def figures(self, index: int) -> list[list[tuple[float, float]]]:
        """The corners of each straight-sided figure of a path in page space, closed ones with their first point again.

        A path may hold all the rules of a table; figures with curves are left out.
        """
        handle = self.handles[index]
        matrix = product(matrix_of(handle), self.within.get(handle, IDENTITY))
        x, y = c_float(), c_float()
        figures: list[list[tuple[float, float]]] = []
        curved: set[int] = set()
        for place in range(min(_count_segments(handle), _MOST_SEGMENTS)):
            segment = _segment(handle, place)
            kind = _segment_kind(segment)
            if kind == _MOVE or not figures:
                figures.append([])
            if kind == _CURVE or not _point(segment, ctypes.addressof(x), ctypes.addressof(y)):
                curved.add(len(figures) - 1)
                continue
            figures[-1].append(mapped(matrix, x.value, y.value))
            if _segment_closes(segment):
                figures[-1].append(figures[-1][0])
        return [figure for place, figure in enumerate(figures) if place not in curved]


@dataclass(frozen=True, slots=True)
class Painted:
    """Every object of a page, forms entered."""

    order: list[Handle]
    """In the order of painting; a form before its members."""
    texts: list[Handle]
    """The text objects, those included whose characters pdfium leaves out."""
    paths: list[Handle]
    images: list[Handle]
    within: dict[Handle, Matrix]
    """The matrix of the form around an object, for those that stand in one."""

    def matrix(self, handle: Handle) -> Matrix:
        """From an object's own space to the page."""
        return product(matrix_of(handle), self.within.get(handle, IDENTITY))

    def bounds(self, handles: Sequence[Handle]) -> Floats:
        """(n, 4): left, bottom, right, top of each object in page space."""
        boxes = _bounds_of(handles)
        if self.within:
            for index, handle in enumerate(handles):
                if handle in self.within:
                    boxes[index] = mapped_box(self.within[handle], boxes[index].tolist())
        return boxes

    def drawing(self) -> Paths:
        """The paths, and how they are painted."""
        filled, stroked = _draw_modes(self.paths)
        return Paths(
            handles=self.paths,
            boxes=self.bounds(self.paths),
            filled=filled,
            fills=_colours(_fill_colour, self.paths, filled),
            stroked=stroked,
            strokes=_colours(_stroke_colour, self.paths, stroked),
            within=self.within,
        )


class PdfPage:
    """An open page."""

    def __init__(self, page: Handle, text: Handle) -> None:
        self._page = page
        self._text = text

    def box(self) -> Rectangle:
        """Left, bottom, right, top of what is displayed: crop box within media box, before rotation."""
        box = (c_float * 4)()
        _page_box(self._page, box)
        left, top, right, bottom = box
        return min(left, right), min(top, bottom), max(left, right), max(top, bottom)

    def rotation(self) -> int:
        """Degrees clockwise by which the page is displayed."""
        return 90 * (int(_rotation(self._page)) % 4)

    def characters(self) -> Characters | None:
        """The characters the page prints; without those that pdfium adds between words. None if there are none."""
        text = self._text
        count = int(_count_chars(text))
        if count <= 0:
            return None
        objects = np.fromiter(
            (o or 0 for o in map(_text_object, repeat(text, count), range(count))), dtype=np.uint64, count=count
        )
        boxes = _filled(_loose_box, (text, range(count)), 4, c_float)
        # What pdfium adds has no extent, and often no text object.
        printed = np.flatnonzero((objects != 0) & ((boxes[:, 0] != boxes[:, 2]) | (boxes[:, 1] != boxes[:, 3])))
        if not printed.size:
            return None
        places = printed.tolist()
        n = len(places)
        distinct, firsts, styles = np.unique(objects[printed], return_index=True, return_inverse=True)
        styled = distinct.tolist()
        origins = (c_double * (2 * n))()
        at = ctypes.addressof(origins)
        _exhaust(map(_origin, repeat(text, n), places, range(at, at + 16 * n, 16), range(at + 8, at + 8 + 16 * n, 16)))
        return Characters(
            texts=self._texts(count, places),
            unmapped=np.fromiter(map(_is_unmapped, repeat(text, n), places), dtype=np.int32, count=n) != 0,
            origins=np.ctypeslib.as_array(origins).reshape(n, 2),
            boxes=boxes[printed],
            firsts=firsts,
            styles=styles,
            objects=styled,
            matrices=_filled(_char_matrix, (text, printed[firsts].tolist()), 6, c_float),
            sizes=_filled(_font_size, (styled,), 1, c_float)[:, 0],
            modes=np.fromiter(map(_render_mode, styled), dtype=np.int64, count=len(styled)),
            colours=_colours(_fill_colour, styled),
            embedded=embedded(styled),
        )

    def _texts(self, count: int, places: Sequence[int]) -> list[str]:
        """What the characters at some of ``count`` places say."""
        buffer = ctypes.create_string_buffer(2 * (count + 1))
        written = int(_text(self._text, 0, count, buffer)) - 1
        whole = buffer.raw[: 2 * written].decode("utf-16-le", errors="replace").replace(_HYPHEN, "-")
        if written == len(whole) == count:  # else some characters have no place in the text, or two
            return list(map(whole.__getitem__, places))
        codes = map(_unicode, repeat(self._text, len(places)), places)
        return [chr(code).replace(_HYPHEN, "-") for code in codes]

    def painted(self) -> Painted:
        """Every object of the page, forms entered.

        Raises:
            UnreadableError: more objects, or forms deeper within forms, than a report holds.
        """
        found = Painted([], [], [], [], {})
        count = int(_count_objects(self._page))
        _enter(list(map(_object, repeat(self._page, count), range(count))), IDENTITY, 0, found)
        return found


def _enter(objects: Sequence[Handle], into_page: Matrix, depth: int, found: Painted) -> None:
    """Adds the objects of a page, or of a form within it, to what was found."""
    if depth > _DEEPEST or len(found.order) + len(objects) > _MOST_OBJECTS:
        raise UnreadableError("A page of the PDF file is a drawing beyond all measure.", code="unreadable.limits")
    if depth:
        found.within.update(zip(objects, repeat(into_page)))
    lists = {TEXT: found.texts, PATH: found.paths, IMAGE: found.images}
    for handle, kind in zip(objects, map(_kind, objects), strict=True):
        found.order.append(handle)
        if kind in lists:
            lists[kind].append(handle)
        elif kind == _FORM:
            members = list(map(_member, repeat(handle), range(max(int(_count_members(handle)), 0))))
            _enter(members, product(matrix_of(handle), into_page), depth + 1, found)


def embedded(text_objects: Sequence[Handle]) -> Flags:
    """Whether the file holds the font of each text object."""
    fonts = list(map(_font, text_objects))
    known = {font: bool(font) and _is_embedded(font) == 1 for font in set(fonts)}
    return np.array([known[font] for font in fonts], dtype=bool)


def font_size(text_object: Handle) -> float:
    """Font size before the matrix."""
    size = c_float()
    return float(size.value) if _font_size(text_object, ctypes.addressof(size)) else 0.0


def advance(text_object: Handle, text: str, size: float) -> float:
    """How far the font moves on after a character, in points before the matrix; 0 where it does not say."""
    font = _font(text_object)
    width = c_float()
    return float(width.value) if font and _glyph_width(font, ord(text[0]), size, ctypes.addressof(width)) else 0.0


def product(inner: Matrix, outer: Matrix) -> Matrix:
    """First ``inner``, then ``outer``."""
    if outer == IDENTITY:
        return inner
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def mapped(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """A point through a matrix."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def mapped_box(matrix: Matrix, box: Sequence[float]) -> Rectangle:
    """The box around a box (left, bottom, right, top) that has gone through a matrix."""
    left, bottom, right, top = box
    if matrix == IDENTITY:
        return left, bottom, right, top
    corners = [mapped(matrix, x, y) for x in (left, right) for y in (bottom, top)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


# many calls at once --------------------------------------------------------------------------------------------------


def _exhaust(calls: Iterator[Any]) -> None:
    """Make calls whose results are in a buffer."""
    deque(calls, maxlen=0)


def _filled(call: Any, arguments: tuple[Any, ...], width: int, number: type[c_float]) -> Floats:  # noqa: ANN401 - see _call
    """``call(*arguments, address)`` for each; every argument but the last one is the same for all.

    Returns:
        (n, width): what each call wrote.
    """
    *same, varying = arguments
    n, step = len(varying), width * ctypes.sizeof(number)
    buffer = (number * (width * n))()
    at = ctypes.addressof(buffer)
    _exhaust(map(call, *(repeat(each, n) for each in same), varying, range(at, at + step * n, step)))
    return np.ctypeslib.as_array(buffer).astype(np.float64).reshape(n, width)


def _bounds_of(handles: Sequence[Handle]) -> Floats:
    """(n, 4): left, bottom, right, top of each object, in the space of the page or form it stands in."""
    n = len(handles)
    buffer = (c_float * (4 * n))()
    at = ctypes.addressof(buffer)
    corners = (range(at + 4 * k, at + 4 * k + 16 * n, 16) for k in range(4))
    _exhaust(map(_bounds, handles, *corners))
    return np.ctypeslib.as_array(buffer).astype(np.float64).reshape(n, 4)


def _draw_modes(handles: Sequence[Handle]) -> tuple[Flags, Flags]:
    """Whether each path is filled, and whether it is stroked."""
    n = len(handles)
    buffer = (c_int * (2 * n))()
    at = ctypes.addressof(buffer)
    _exhaust(map(_draw_mode, handles, range(at, at + 8 * n, 8), range(at + 4, at + 4 + 8 * n, 8)))
    modes = np.ctypeslib.as_array(buffer).reshape(n, 2) != 0
    return modes[:, 0], modes[:, 1]


def _colours(call: Any, handles: Sequence[Handle], wanted: Flags | None = None) -> Colours:  # noqa: ANN401 - see _call
    """(n, 4): the colour of each object that is wanted."""
    if wanted is not None and not wanted.all():
        colours = np.full((len(handles), 4), -1, dtype=np.int64)
        colours[wanted] = _colours(call, [handles[i] for i in np.flatnonzero(wanted).tolist()])
        return colours
    n = len(handles)
    buffer = (c_uint * (4 * n))()
    at = ctypes.addressof(buffer)
    parts = (range(at + 4 * k, at + 4 * k + 16 * n, 16) for k in range(4))
    known = np.fromiter(map(call, handles, *parts), dtype=np.int64, count=n)
    colours = np.ctypeslib.as_array(buffer).astype(np.int64).reshape(n, 4)
    colours[known == 0] = -1
    return colours


def matrix_of(handle: Handle) -> Matrix:
    """An object's own matrix, into the page or form it stands in."""
    buffer = (c_float * 6)()
    if not _matrix(handle, ctypes.addressof(buffer)):
        return IDENTITY
    a, b, c, d, e, f = buffer
    return a, b, c, d, e, f
