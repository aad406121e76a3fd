"""Pages as pictures: PDF pages rendered by pdfium, picture files opened by Pillow."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from collect.errors import UnreadableError
from extract.bounds import beyond, limits

Pixels = NDArray[Any]
"""Bytes: height x width, or height x width x 3 (red, green, blue). ``Any``, since OpenCV's annotations promise no dtype."""

DPI = 200
"""What pages are brought to: less loses digits, more only costs time."""
SCALE = DPI / 72
"""Pixels per point."""
A4_HEIGHT = 842.0
"""Points; the longer side of a picture that does not say how large it is."""
_SMALLEST = 0.25
"""Of an A4 page: what a picture says of its size is not believed below this, or above four pages."""
_THINNEST = 32
"""Pixels; what reads a page reduces it up to twelve times, and something must be left."""


@dataclass(frozen=True, slots=True)
class Raster:
    """One page as a picture of ``DPI`` dots per inch."""

    number: int
    """1-based."""
    width: float
    """Points, as displayed."""
    height: float
    pixels: Pixels
    """Three colours."""


def pages_of_pdf(content: bytes, numbers: Iterable[int]) -> Iterator[Raster]:
    """Some pages of a PDF file (1-based), rendered as they are displayed."""
    import pypdfium2  # noqa: PLC0415 - only where a scan is met

    document = pypdfium2.PdfDocument(content)
    try:
        for number in numbers:
            page = document[number - 1]
            width, height = page.get_size()
            scale = min(SCALE, (limits().pixels / max(width * height, 1.0)) ** 0.5)
            rendered = page.render(scale=scale, rev_byteorder=True, no_smoothtext=False).to_numpy()
            pixels = np.ascontiguousarray(rendered[..., :3] if rendered.ndim == 3 else np.dstack([rendered] * 3))
            page.close()
            yield Raster(number, width, height, _with_margin(pixels))
    finally:
        document.close()


def pages_of_picture(content: bytes) -> Iterator[Raster]:
    """The pages of a picture file; a TIFF may hold several.

    Raises:
        UnreadableError: it is damaged.
        UnsupportedError: it is larger than any page, or has too many pages (``too_many_pages``).
    """
    try:
        with Image.open(io.BytesIO(content)) as file:
            if file.format != "TIFF":  # what else has several is a film, or a picture in several sizes
                yield _raster(1, file)
                return
            most = limits().recognised_pages
            for number, _ in enumerate(ImageSequence.Iterator(file)):
                if number == most:
                    raise beyond("recognised_pages", f"The picture file has more than {most} pages.", code="too_many_pages")
            for number, frame in enumerate(ImageSequence.Iterator(file), start=1):
                yield _raster(number, frame)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise UnreadableError("The picture is damaged or cut short.", code="unreadable.picture") from error


def _raster(number: int, frame: Image.Image) -> Raster:
    if frame.width * frame.height > limits().pixels:
        raise beyond("pixels", f"The picture of {frame.width:,} by {frame.height:,} pixels is larger than any page.")
    stated = frame.info.get("dpi")
    image = ImageOps.exif_transpose(frame)
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    longer = max(image.size)
    height = A4_HEIGHT
    if stated and float(stated[1]) > 72 and _SMALLEST <= longer / float(stated[1]) * 72 / A4_HEIGHT <= 1 / _SMALLEST:
        height = longer / float(stated[1]) * 72
    points = height / longer
    size = round(image.width * points * SCALE), round(image.height * points * SCALE)
    if size != image.size:
        image = image.resize(size, Image.Resampling.BOX if size[0] * 2 <= image.width else Image.Resampling.BICUBIC)
    return Raster(number, image.width / SCALE, image.height / SCALE, _with_margin(np.asarray(image)))


def _with_margin(pixels: Pixels) -> Pixels:
    """A page thinner than what can be read, such as a stroke drawn as a picture, with white right of it or below."""
    height, width = pixels.shape[:2]
    missing = max(_THINNEST - height, 0), max(_THINNEST - width, 0)
    return np.pad(pixels, ((0, missing[0]), (0, missing[1]), (0, 0)), constant_values=255) if any(missing) else pixels
