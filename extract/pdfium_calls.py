"""pdfium's C interface: the functions that are used, and ways to call them many times at once.

pypdfium2 declares every function with wrapped pointer types; building those wrappers costs more than the calls themselves.
Here handles are plain integers, results go straight into one buffer per page (``map`` over addresses), and the lock of the
interpreter is kept, which a call of half a microsecond has no use for giving up.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Iterator, Sequence
from ctypes import PYFUNCTYPE, c_double, c_float, c_int, c_size_t, c_uint, c_ulong, c_void_p
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from extract.sheet import Flags, Floats

Handle = int
"""Address of one of pdfium's objects; 0 for none."""
Colours = NDArray[np.int64]
"""(n, 4): red, green, blue, alpha, 0 to 255; -1 for what is no colour, such as a pattern."""
Matrix = tuple[float, float, float, float, float, float]
"""a b c d e f: (x, y) -> (a x + c y + e, b x + d y + f)."""

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _call(exported: Any, result: Any, *arguments: Any) -> Any:  # noqa: ANN401 - ctypes functions have no better type
    return PYFUNCTYPE(result, *arguments)(ctypes.cast(exported, c_void_p).value or 0)


open_memory = _call(pdfium.FPDF_LoadMemDocument64, c_void_p, c_void_p, c_size_t, c_void_p)
close_document = _call(pdfium.FPDF_CloseDocument, None, c_void_p)
last_error = _call(pdfium.FPDF_GetLastError, c_ulong)
page_count = _call(pdfium.FPDF_GetPageCount, c_int, c_void_p)
meta_text = _call(pdfium.FPDF_GetMetaText, c_ulong, c_void_p, c_void_p, c_void_p, c_ulong)
load_page = _call(pdfium.FPDF_LoadPage, c_void_p, c_void_p, c_int)
close_page = _call(pdfium.FPDF_ClosePage, None, c_void_p)
page_box = _call(pdfium.FPDF_GetPageBoundingBox, c_int, c_void_p, c_void_p)
page_rotation = _call(pdfium.FPDFPage_GetRotation, c_int, c_void_p)
load_text = _call(pdfium.FPDFText_LoadPage, c_void_p, c_void_p)
close_text = _call(pdfium.FPDFText_ClosePage, None, c_void_p)
count_chars = _call(pdfium.FPDFText_CountChars, c_int, c_void_p)
text_of = _call(pdfium.FPDFText_GetText, c_int, c_void_p, c_int, c_int, c_void_p)
code_point = _call(pdfium.FPDFText_GetUnicode, c_uint, c_void_p, c_int)
is_unmapped = _call(pdfium.FPDFText_HasUnicodeMapError, c_int, c_void_p, c_int)
text_object = _call(pdfium.FPDFText_GetTextObject, c_size_t, c_void_p, c_int)  # not a pointer: then null were None
char_origin = _call(pdfium.FPDFText_GetCharOrigin, c_int, c_void_p, c_int, c_void_p, c_void_p)
loose_box = _call(pdfium.FPDFText_GetLooseCharBox, c_int, c_void_p, c_int, c_void_p)
tight_box = _call(pdfium.FPDFText_GetCharBox, c_int, c_void_p, c_int, c_void_p, c_void_p, c_void_p, c_void_p)
char_matrix = _call(pdfium.FPDFText_GetMatrix, c_int, c_void_p, c_int, c_void_p)
font_size = _call(pdfium.FPDFTextObj_GetFontSize, c_int, c_void_p, c_void_p)
render_mode = _call(pdfium.FPDFTextObj_GetTextRenderMode, c_int, c_void_p)
font_of = _call(pdfium.FPDFTextObj_GetFont, c_void_p, c_void_p)
is_embedded = _call(pdfium.FPDFFont_GetIsEmbedded, c_int, c_void_p)
glyph_width = _call(pdfium.FPDFFont_GetGlyphWidth, c_int, c_void_p, c_uint, c_float, c_void_p)
count_objects = _call(pdfium.FPDFPage_CountObjects, c_int, c_void_p)
page_object = _call(pdfium.FPDFPage_GetObject, c_void_p, c_void_p, c_int)
count_members = _call(pdfium.FPDFFormObj_CountObjects, c_int, c_void_p)
form_member = _call(pdfium.FPDFFormObj_GetObject, c_void_p, c_void_p, c_ulong)
object_kind = _call(pdfium.FPDFPageObj_GetType, c_int, c_void_p)
object_bounds = _call(pdfium.FPDFPageObj_GetBounds, c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
object_matrix = _call(pdfium.FPDFPageObj_GetMatrix, c_int, c_void_p, c_void_p)
draw_mode = _call(pdfium.FPDFPath_GetDrawMode, c_int, c_void_p, c_void_p, c_void_p)
fill_colour = _call(pdfium.FPDFPageObj_GetFillColor, c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
stroke_colour = _call(pdfium.FPDFPageObj_GetStrokeColor, c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
count_segments = _call(pdfium.FPDFPath_CountSegments, c_int, c_void_p)
path_segment = _call(pdfium.FPDFPath_GetPathSegment, c_void_p, c_void_p, c_int)
segment_kind = _call(pdfium.FPDFPathSegment_GetType, c_int, c_void_p)
segment_closes = _call(pdfium.FPDFPathSegment_GetClose, c_int, c_void_p)
segment_point = _call(pdfium.FPDFPathSegment_GetPoint, c_int, c_void_p, c_void_p, c_void_p)

count_annotations = _call(pdfium.FPDFPage_GetAnnotCount, c_int, c_void_p)
annotation = _call(pdfium.FPDFPage_GetAnnot, c_void_p, c_void_p, c_int)
close_annotation = _call(pdfium.FPDFPage_CloseAnnot, None, c_void_p)
annotation_kind = _call(pdfium.FPDFAnnot_GetSubtype, c_int, c_void_p)
annotation_flags = _call(pdfium.FPDFAnnot_GetFlags, c_int, c_void_p)
annotation_box = _call(pdfium.FPDFAnnot_GetRect, c_int, c_void_p, c_void_p)
annotation_text = _call(pdfium.FPDFAnnot_GetStringValue, c_ulong, c_void_p, c_void_p, c_void_p, c_ulong)
appearance = _call(pdfium.FPDFAnnot_GetAP, c_ulong, c_void_p, c_int, c_void_p, c_ulong)
flatten = _call(pdfium.FPDFPage_Flatten, c_int, c_void_p, c_int)

TEXT: int = pdfium.FPDF_PAGEOBJ_TEXT
PATH: int = pdfium.FPDF_PAGEOBJ_PATH
IMAGE: int = pdfium.FPDF_PAGEOBJ_IMAGE
FORM: int = pdfium.FPDF_PAGEOBJ_FORM
MOVE: int = pdfium.FPDF_SEGMENT_MOVETO
CURVE: int = pdfium.FPDF_SEGMENT_BEZIERTO
FIELD: int = pdfium.FPDF_ANNOT_WIDGET
TYPED: int = pdfium.FPDF_ANNOT_FREETEXT
STAMPED: int = pdfium.FPDF_ANNOT_STAMP
NOT_SHOWN: int = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
NORMAL: int = pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL
FLATTENED: int = pdfium.FLATTEN_SUCCESS
AS_DISPLAYED: int = pdfium.FLAT_NORMALDISPLAY
PASSWORD: int = pdfium.FPDF_ERR_PASSWORD
SECURITY: int = pdfium.FPDF_ERR_SECURITY


# many calls at once --------------------------------------------------------------------------------------------------


def exhaust(calls: Iterator[Any]) -> None:
    """Make calls whose results are in a buffer."""
    deque(calls, maxlen=0)


def filled(call: Any, arguments: tuple[Any, ...], width: int, number: type[c_float]) -> Floats:  # noqa: ANN401 - see _call
    """``call(*arguments, address)`` for each; every argument but the last one is the same for all.

    Returns:
        (n, width): what each call wrote.
    """
    *same, varying = arguments
    n, step = len(varying), width * ctypes.sizeof(number)
    buffer = (number * (width * n))()
    at = ctypes.addressof(buffer)
    exhaust(map(call, *(repeat(each, n) for each in same), varying, range(at, at + step * n, step)))
    return np.ctypeslib.as_array(buffer).astype(np.float64).reshape(n, width)


def has_ink(text: Handle, place: int) -> bool:
    """Whether the glyph of a character has an extent, as white space has none."""
    edges = (c_double * 4)()
    at = ctypes.addressof(edges)
    if not tight_box(text, place, *range(at, at + 4 * ctypes.sizeof(c_double), ctypes.sizeof(c_double))):
        return False
    left, right, bottom, top = edges
    return right > left and top > bottom


def bounds_of(handles: Sequence[Handle]) -> Floats:
    """(n, 4): left, bottom, right, top of each object, in the space of the page or form it stands in."""
    n = len(handles)
    buffer = (c_float * (4 * n))()
    at = ctypes.addressof(buffer)
    corners = (range(at + 4 * k, at + 4 * k + 16 * n, 16) for k in range(4))
    exhaust(map(object_bounds, handles, *corners))
    return np.ctypeslib.as_array(buffer).astype(np.float64).reshape(n, 4)


def draw_modes(handles: Sequence[Handle]) -> tuple[Flags, Flags]:
    """Whether each path is filled, and whether it is stroked."""
    n = len(handles)
    buffer = (c_int * (2 * n))()
    at = ctypes.addressof(buffer)
    exhaust(map(draw_mode, handles, range(at, at + 8 * n, 8), range(at + 4, at + 4 + 8 * n, 8)))
    modes = np.ctypeslib.as_array(buffer).reshape(n, 2) != 0
    return modes[:, 0], modes[:, 1]


def colours_of(call: Any, handles: Sequence[Handle], wanted: Flags | None = None) -> Colours:  # noqa: ANN401 - see _call
    """(n, 4): the colour of each object that is wanted."""
    if wanted is not None and not wanted.all():
        colours = np.full((len(handles), 4), -1, dtype=np.int64)
        colours[wanted] = colours_of(call, [handles[i] for i in np.flatnonzero(wanted).tolist()])
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
    if not object_matrix(handle, ctypes.addressof(buffer)):
        return IDENTITY
    a, b, c, d, e, f = buffer
    return a, b, c, d, e, f
