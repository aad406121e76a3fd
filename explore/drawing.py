"""Pages of documents as pictures, and documents without pages as what the reader saw of them.

Both are slow and asked for again and again of few documents, so the last ones are kept. pdfium does one thing at a time. The
bytes are whatever somebody published, so a server has the work done apart (``Apart``), as the ingest does.
"""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Generic, ParamSpec, Protocol, TypeVar

import pypdfium2
from PIL import Image

from collect.errors import NianbaoError
from extract.model import Document
from extract.raster import pages_of_picture
from extract.read import read

_SCALE = 2.0
"""Pixels per point: what is cut out of a page shall be readable."""
_MOST_PIXELS = 12_000_000
_COLOURS = 64
"""Palette of a page's picture: a third of the size of full colour, and nobody sees it."""
_PICTURES, _DOCUMENTS = 24, 4
_AGAIN = 60.0
"""Seconds after which what could not be made is tried again: perhaps the machine only had too much to do."""

_Value = TypeVar("_Value")
_P = ParamSpec("_P")


class Apart(Protocol):
    """Calls a function where a document that hangs or crashes its reader costs only itself."""

    def __call__(self, function: Callable[_P, _Value], *args: _P.args, **kwargs: _P.kwargs) -> _Value | None:
        """What it gives; None where it took too long, needed too much memory or its process died."""


def here(function: Callable[_P, _Value], *args: _P.args, **kwargs: _P.kwargs) -> _Value | None:
    """Calls it in this process: for documents that are trusted."""
    return function(*args, **kwargs)


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a PNG picture."""

    png: bytes
    width: float
    """Points, as displayed."""
    height: float


class _Kept(Generic[_Value]):
    """The last few results of something slow, made one at a time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[tuple[str, int], tuple[_Value, float]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, int], make: Callable[[], _Value]) -> _Value:
        with self._lock:
            if key not in self._found or self._found[key][1] < monotonic():
                made = make()
                self._found[key] = made, monotonic() + _AGAIN if made is None else inf
                while len(self._found) > self._most:
                    self._found.popitem(last=False)
            self._found.move_to_end(key)
            return self._found[key][0]


class Drawings:
    """Draws documents, and keeps the last few."""

    def __init__(self, apart: Apart = here) -> None:
        self._apart = apart
        self._pictures: _Kept[Picture | None] = _Kept(_PICTURES)
        self._documents: _Kept[Document | None] = _Kept(_DOCUMENTS)

    def page(self, sha256: str, content: bytes, number: int) -> Picture | None:
        """A page (from 1) of a PDF or picture file; None where there is none or it cannot be drawn."""
        return self._pictures.get((sha256, number), lambda: self._apart(draw, content, number))

    def document(self, sha256: str, content: bytes, name: str) -> Document | None:
        """What the reader sees of a document without pages; None where it no longer can be read."""
        return self._documents.get((sha256, 0), lambda: self._apart(perused, content, name))


def draw(content: bytes, number: int) -> Picture | None:
    """A page as a picture."""
    return next(_pages(content, number), None)


def perused(content: bytes, name: str) -> Document | None:
    """What the reader sees of a document."""
    try:
        return read(content, name)
    except NianbaoError:
        return None


def _pages(content: bytes, number: int) -> Iterator[Picture]:
    if b"%PDF-" in content[:1024]:
        yield from _pdf_page(content, number)
        return
    try:
        for raster in pages_of_picture(content):
            if raster.number == number:
                yield Picture(_png(Image.fromarray(raster.pixels)), raster.width, raster.height)
                return
    except NianbaoError:
        return


def _pdf_page(content: bytes, number: int) -> Iterator[Picture]:
    try:
        with closing(pypdfium2.PdfDocument(content)) as document:
            if 1 <= number <= len(document):
                page = document[number - 1]
                width, height = page.get_size()  # as displayed, turned and cropped: what boxes are measured on
                scale = min(_SCALE, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
                yield Picture(_png(page.render(scale=scale).to_pil()), width, height)
    except pypdfium2.PdfiumError:
        return


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.convert("RGB").quantize(_COLOURS, method=Image.Quantize.FASTOCTREE).save(buffer, "PNG")
    return buffer.getvalue()
