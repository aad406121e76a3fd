"""A PDF file as pdfium sees it: its pages, their characters, paths and pictures.

Coordinates are PDF points of the file's own page space, origin bottom left, before ``/Rotate``. pdfium is not safe for several
threads: one process a worker.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import c_double, c_float
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from collect.errors import EncryptedError, UnreadableError
from extract import pdfium_calls as api
from extract.pdfium_calls import IDENTITY, Colours, Handle, Matrix
from extract.pdfium_notes import made_part_of, notes_on
from extract.sheet import Flags, Floats, Rectangle

_HYPHEN = "\x02"
"""What pdfium makes of a hyphen at the end of a line."""
_SAME_PLACE = 0.01
"""Points."""
_DEEPEST = 24
"""Forms within forms; deeper ones are an attack."""
_MOST_SEGMENTS = 20_000
"""Corners of one path that are looked at."""
_MOST_OBJECTS = 200_000
"""Objects a page may paint; more is a drawing that no report holds."""


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
        return int(api.page_count(self._handle))

    def information(self, key: str) -> str:
        """A string of the information dictionary, in pdfium's decoding; empty where there is none."""
        name = key.encode("ascii")
        size = int(api.meta_text(self._handle, name, None, 0))
        if size <= 2:
            return ""
        buffer = ctypes.create_string_buffer(size)
        api.meta_text(self._handle, name, buffer, size)
        return buffer.raw[: size - 2].decode("utf-16-le", errors="replace")

    def _loaded(self, index: int) -> Handle:
        page: Handle = api.load_page(self._handle, index)
        if not page:
            raise UnreadableError(f"Page {index + 1} of the PDF file is damaged.")
        return page

    @contextmanager
    def page(self, index: int) -> Iterator[PdfPage]:
        """The page with that index, from 0.

        Raises:
            UnreadableError: it is damaged.
        """
        page = self._loaded(index)
        notes = notes_on(page)
        unseen = [note.box for note in notes]
        if any(note.has_look for note in notes) and made_part_of(page):
            api.close_page(page)
            page = self._loaded(index)
            unseen = [note.box for note in notes if not note.has_look]
        text = api.load_text(page)
        try:
            if not text:
                raise UnreadableError(f"Page {index + 1} of the PDF file is damaged.")
            yield PdfPage(page, text, unseen)
        finally:
            if text:
                api.close_text(text)
            api.close_page(page)


@contextmanager
def opened(content: bytes) -> Iterator[PdfFile]:
    """A file's content, open.

    Raises:
        EncryptedError: a password is needed.
        UnreadableError: it is damaged.
    """
    buffer = ctypes.c_char_p(content)  # pdfium reads from it until the file is closed
    handle = api.open_memory(buffer, len(content), None)
    if not handle:
        if api.last_error() in (api.PASSWORD, api.SECURITY):
            raise EncryptedError("The PDF file opens only with a password.")
        raise UnreadableError("The PDF file is damaged.")
    try:
        yield PdfFile(handle)
    finally:
        api.close_document(handle)
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

    def corners(self, index: int) -> int:
        """How many points the figures of a path have together."""
        return int(api.count_segments(self.handles[index]))

    def figures(self, index: int) -> tuple[list[list[tuple[float, float]]], bool]:
        """The corners of each straight-sided figure of a path in page space, closed ones with their first point again.

        A path may hold all the rules of a table; figures with curves are left out. Second: whether there are any.
        """
        handle = self.handles[index]
        matrix = product(api.matrix_of(handle), self.within.get(handle, IDENTITY))
        x, y = c_float(), c_float()
        figures: list[list[tuple[float, float]]] = []
        curved: set[int] = set()
        for place in range(min(api.count_segments(handle), _MOST_SEGMENTS)):
            segment = api.path_segment(handle, place)
            kind = api.segment_kind(segment)
            if kind == api.MOVE or not figures:
                figures.append([])
            if kind == api.CURVE or not api.segment_point(segment, ctypes.addressof(x), ctypes.addressof(y)):
                curved.add(len(figures) - 1)
                continue
            figures[-1].append(mapped(matrix, x.value, y.value))
            if api.segment_closes(segment):
                figures[-1].append(figures[-1][0])
        return [figure for place, figure in enumerate(figures) if place not in curved], bool(curved)


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
        return product(api.matrix_of(handle), self.within.get(handle, IDENTITY))

    def bounds(self, handles: Sequence[Handle]) -> Floats:
        """(n, 4): left, bottom, right, top of each object in page space."""
        boxes = api.bounds_of(handles)
        if self.within:
            for index, handle in enumerate(handles):
                if handle in self.within:
                    boxes[index] = mapped_box(self.within[handle], boxes[index].tolist())
        return boxes

    def drawing(self) -> Paths:
        """The paths, and how they are painted."""
        filled, stroked = api.draw_modes(self.paths)
        return Paths(
            handles=self.paths,
            boxes=self.bounds(self.paths),
            filled=filled,
            fills=api.colours_of(api.fill_colour, self.paths, filled),
            stroked=stroked,
            strokes=api.colours_of(api.stroke_colour, self.paths, stroked),
            within=self.within,
        )


class PdfPage:
    """An open page."""

    def __init__(self, page: Handle, text: Handle, unseen: Sequence[Rectangle] = ()) -> None:
        self._page = page
        self._text = text
        self.unseen = unseen
        """Where something is typed onto the page whose look the file does not tell: left, bottom, right, top."""

    def box(self) -> Rectangle:
        """Left, bottom, right, top of what is displayed: crop box within media box, before rotation."""
        box = (c_float * 4)()
        api.page_box(self._page, box)
        left, top, right, bottom = box
        return min(left, right), min(top, bottom), max(left, right), max(top, bottom)

    def rotation(self) -> int:
        """Degrees clockwise by which the page is displayed."""
        return 90 * (int(api.page_rotation(self._page)) % 4)

    def characters(self) -> Characters | None:
        """The characters the page prints; without those that pdfium adds between words. None if there are none."""
        text = self._text
        count = int(api.count_chars(text))
        if count <= 0:
            return None
        objects = np.fromiter(map(api.text_object, repeat(text, count), range(count)), dtype=np.uint64, count=count)
        boxes = api.filled(api.loose_box, (text, range(count)), 4, c_float)
        # What pdfium adds has no extent, and often no text object.
        printed = np.flatnonzero((objects != 0) & ((boxes[:, 0] != boxes[:, 2]) | (boxes[:, 1] != boxes[:, 3])))
        if not printed.size:
            return None
        places = printed.tolist()
        distinct, firsts, styles = np.unique(objects[printed], return_index=True, return_inverse=True)
        styled = distinct.tolist()
        matrices = api.filled(api.char_matrix, (text, printed[firsts].tolist()), 6, c_float)
        texts = self._texts(count, places)
        return Characters(
            texts=texts,
            unmapped=self._unmapped(texts, places),
            origins=self._origins(places, boxes[printed], matrices, (firsts, styles)),
            boxes=boxes[printed],
            firsts=firsts,
            styles=styles,
            objects=styled,
            matrices=matrices,
            sizes=api.filled(api.font_size, (styled,), 1, c_float)[:, 0],
            modes=np.fromiter(map(api.render_mode, styled), dtype=np.int64, count=len(styled)),
            colours=api.colours_of(api.fill_colour, styled),
            embedded=embedded(styled),
        )

    def _origins(
        self, places: Sequence[int], boxes: Floats, matrices: Floats, objects: tuple[NDArray[np.intp], NDArray[np.intp]]
    ) -> Floats:
        """(n, 2): where each character stands on its baseline.

        Upright text that runs rightwards stands on the baseline of its text object, at the left edge of its box; of other
        text pdfium is asked, character by character.

        Args:
            places: the characters' places in pdfium's text.
            boxes: their boxes.
            matrices: of the text objects.
            objects: each text object's first character, and each character's text object.
        """
        firsts, styles = objects
        a, b, c, d, e, f = matrices.T
        plain = (b == 0) & (c == 0) & (a > 0) & (d > 0) & (np.abs(boxes[firsts, 0] - e) <= _SAME_PLACE)
        origins = np.array([boxes[:, 0], f[styles]]).T
        odd = np.flatnonzero(~plain[styles])
        if odd.size:
            asked = (c_double * (2 * odd.size))()
            at = ctypes.addressof(asked)
            chosen = [places[i] for i in odd.tolist()]
            xs, ys = range(at, at + 16 * odd.size, 16), range(at + 8, at + 8 + 16 * odd.size, 16)
            api.exhaust(map(api.char_origin, repeat(self._text), chosen, xs, ys))
            origins[odd] = np.ctypeslib.as_array(asked).reshape(odd.size, 2)
        return origins

    def _texts(self, count: int, places: Sequence[int]) -> list[str]:
        """What the characters at some of ``count`` places say."""
        buffer = ctypes.create_string_buffer(2 * (count + 1))
        written = int(api.text_of(self._text, 0, count, buffer)) - 1
        whole = buffer.raw[: 2 * written].decode("utf-16-le", errors="replace").replace(_HYPHEN, "-")
        if written == len(whole) == count:  # else some characters have no place in the text, or two
            return list(map(whole.__getitem__, places))
        codes = map(api.code_point, repeat(self._text, len(places)), places)
        return [chr(code).replace(_HYPHEN, "-") for code in codes]

    def _unmapped(self, texts: Sequence[str], places: Sequence[int]) -> Flags:
        """Where nothing tells what a character means: a control character that is drawn is none, but a glyph without a name."""
        text, n = self._text, len(places)
        lost: Flags = np.fromiter(map(api.is_unmapped, repeat(text, n), places), dtype=np.int32, count=n) != 0
        for at, said in enumerate(texts):
            if said < " " and api.has_ink(text, places[at]):
                lost[at] = True
        return lost

    def painted(self) -> Painted:
        """Every object of the page, forms entered.

        Raises:
            UnreadableError: more objects, or forms deeper within forms, than a report holds.
        """
        found = Painted([], [], [], [], {})
        count = int(api.count_objects(self._page))
        _enter(list(map(api.page_object, repeat(self._page, count), range(count))), IDENTITY, 0, found)
        return found


def _enter(objects: Sequence[Handle], into_page: Matrix, depth: int, found: Painted) -> None:
    """Adds the objects of a page, or of a form within it, to what was found."""
    if depth > _DEEPEST or len(found.order) + len(objects) > _MOST_OBJECTS:
        raise UnreadableError("A page of the PDF file is a drawing beyond all measure.", code="unreadable.limits")
    if depth:
        found.within.update(zip(objects, repeat(into_page)))
    lists = {api.TEXT: found.texts, api.PATH: found.paths, api.IMAGE: found.images}
    for handle, kind in zip(objects, map(api.object_kind, objects), strict=True):
        found.order.append(handle)
        if kind in lists:
            lists[kind].append(handle)
        elif kind == api.FORM:
            members = list(map(api.form_member, repeat(handle), range(max(int(api.count_members(handle)), 0))))
            _enter(members, product(api.matrix_of(handle), into_page), depth + 1, found)


def embedded(text_objects: Sequence[Handle]) -> Flags:
    """Whether the file holds the font of each text object."""
    fonts = list(map(api.font_of, text_objects))
    known = {font: bool(font) and api.is_embedded(font) == 1 for font in set(fonts)}
    return np.array([known[font] for font in fonts], dtype=bool)


def font_size(text_object: Handle) -> float:
    """Font size before the matrix."""
    size = c_float()
    return float(size.value) if api.font_size(text_object, ctypes.addressof(size)) else 0.0


def advance(text_object: Handle, text: str, size: float) -> float:
    """How far the font moves on after a character, in points before the matrix; 0 where it does not say."""
    font = api.font_of(text_object)
    width = c_float()
    return float(width.value) if font and api.glyph_width(font, ord(text[0]), size, ctypes.addressof(width)) else 0.0


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
