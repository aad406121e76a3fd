"""What is typed onto a PDF page instead of into it: filled form fields, typed notes and stamps, which lie in annotations.

pdfium can make them part of the page ("flatten") where the file says how they look. Where it does not, a viewer would draw
them by itself; then only their places are known.
"""

from __future__ import annotations

import ctypes
from ctypes import c_float
from typing import NamedTuple

from extract import pdfium_calls as api
from extract.pdfium_calls import Handle
from extract.sheet import Rectangle

_MOST = 5_000
_SHOWN_KINDS = (api.FIELD, api.TYPED, api.STAMPED)
_NO_TEXT = 2
"""Bytes of an empty UTF-16 string: its end mark."""


class Note(NamedTuple):
    """One annotation that shows text on the page."""

    box: Rectangle
    """Left, bottom, right, top in page space."""
    has_look: bool
    """The file says how it looks."""


def notes_on(page: Handle) -> list[Note]:
    """The annotations of a page that show something typed."""
    found = []
    for index in range(min(int(api.count_annotations(page)), _MOST)):
        annotation = api.annotation(page, index)
        if not annotation:
            continue
        note = _note(annotation)
        api.close_annotation(annotation)
        if note is not None:
            found.append(note)
    return found


def made_part_of(page: Handle) -> bool:
    """Make the annotations part of the page, which must be loaded again to see them. False where that fails."""
    return bool(api.flatten(page, api.AS_DISPLAYED) == api.FLATTENED)


def _note(annotation: Handle) -> Note | None:
    if api.annotation_kind(annotation) not in _SHOWN_KINDS or api.annotation_flags(annotation) & api.NOT_SHOWN:
        return None
    has_look = int(api.appearance(annotation, api.NORMAL, None, 0)) > _NO_TEXT
    says = any(int(api.annotation_text(annotation, key, None, 0)) > _NO_TEXT for key in (b"V", b"Contents"))
    if not has_look and not says:
        return None
    corners = (c_float * 4)()  # left, top, right, bottom
    api.annotation_box(annotation, ctypes.addressof(corners))
    left, top, right, bottom = corners
    return Note((min(left, right), min(top, bottom), max(left, right), max(top, bottom)), has_look)
