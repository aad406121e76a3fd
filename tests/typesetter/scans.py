"""Scans: pages as pictures, and what the scanner, the stamp and the copier do to them. The same seed gives the same bytes.

``degraded`` takes any PDF; ``print_scan`` sets a paper in a real Chinese font first, since the typesetter's own font is one of
boxes, which no recogniser can read.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.typesetter.mishaps import MISHAPS, Pixels, copied, curled
from tests.typesetter.model import Paper
from tests.typesetter.pages import Sheet, Stroke, TableStyle
from tests.typesetter.pdf import PdfStyle, typeset

_FINE = 2
"""Type is set at so many times the resolution and then reduced, as ink and optics do."""
_INKS = {"red": (205, 25, 40), "blue": (40, 60, 190), "black": (45, 42, 48), "violet": (110, 40, 140)}


@dataclass(frozen=True, slots=True)
class ScanStyle:
    """What is done to the pages, in the order in which it befalls paper."""

    dpi: int = 200
    font: str = "serif"
    """``serif`` or ``sans``; only for ``print_scan``."""
    faint: float = 0.0
    """Share of the blackness that ruling lines have lost (``print_scan`` only)."""
    broken: float = 0.0
    """Gaps in each hundred points of a ruling line (``print_scan`` only)."""
    seal: str = ""
    """``red``, ``blue``, ``violet`` or ``black``: a round stamp over part of the largest table of each page."""
    skew: float = 0.0
    """Degrees by which the page lies askew, clockwise."""
    turned: int = 0
    """Degrees by which the page was laid on the glass: 0, 90, 180 or 270."""
    photographed: float = 0.0
    """How far corners are off, as a share of the page: perspective, uneven light."""
    noise: float = 0.0
    """Standard deviation of the sensor's noise, of 255."""
    specks: int = 0
    """Specks of dust on a page."""
    blur: float = 0.0
    """Standard deviation in pixels."""
    jpeg: int = 0
    """Quality of JPEG compression; 0 keeps the pixels."""
    colour: str = "grey"
    """``colour``, ``grey`` or ``bilevel``. A seal on a grey scan is grey."""
    mishaps: tuple[str, ...] = ()
    """What else happens to paper, by the names of ``mishaps.MISHAPS``."""
    copies: int = 0
    """How many times it was photocopied before it was scanned."""
    curl: float = 0.0
    """Share of the page's height by which its lines sag."""


HARD = ScanStyle(dpi=150, seal="red", skew=1.5, noise=10, specks=40, blur=0.4, jpeg=60, colour="colour")
"""What the project promises to read: see docs/scans.md."""


def hard(rng: Random) -> ScanStyle:
    """One of the hard scans that the project is measured by."""
    return replace(
        HARD,
        font=rng.choice(("serif", "sans")),
        seal=rng.choice(("red", "red", "blue")),
        skew=rng.uniform(-3, 3),
        noise=rng.uniform(4, 12),
        specks=rng.randint(0, 80),
        blur=rng.uniform(0.0, 0.6),
        faint=rng.choice((0.0, 0.3, 0.5)),
        broken=rng.choice((0.0, 0.0, 0.5)),
    )


# type ----------------------------------------------------------------------------------------------------------------


@cache
def font_file(family: str = "serif") -> Path:
    """A real Chinese font of this machine.

    Without one a test is skipped, saying so; under CI it fails, since CI installs ``fonts-noto-cjk``.
    """
    name = {"serif": "Noto Serif CJK SC", "sans": "Noto Sans CJK SC"}[family]
    try:
        command = ["fc-match", "--format=%{file}\n%{lang}", f"{name}:lang=zh-cn"]
        found = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        found = []
    if len(found) < 2 or "zh-cn" not in found[1]:
        reason = "no Chinese font on this machine (Debian: fontconfig, fonts-noto-cjk); scans cannot be set"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return Path(found[0])


@cache
def _font(family: str, pixels: int) -> ImageFont.FreeTypeFont:
    file = font_file(family)
    for index in range(8 if file.suffix == ".ttc" else 1):
        font = ImageFont.truetype(str(file), pixels, index=index)
        if "SC" in (font.getname()[0] or "") and "Mono" not in (font.getname()[0] or ""):
            return font
    return ImageFont.truetype(str(file), pixels)


def set_page(sheet: Sheet, style: ScanStyle, rng: Random) -> Pixels:
    """One sheet of the press as a clean picture."""
    scale = style.dpi / 72 * _FINE
    image = Image.new("RGB", (round(sheet.width * scale), round(sheet.height * scale)), "white")
    draw = ImageDraw.Draw(image)
    for fill in sheet.fills:
        colour = tuple(round(255 * part) for part in fill.colour)
        draw.rectangle([value * scale for value in (fill.x0, fill.y0, fill.x1, fill.y1)], fill=colour)
    black = round(255 * style.faint)
    for stroke in sheet.strokes:
        for start, end in _unbroken(stroke, style.broken, rng):
            line = [value * scale for value in (*start, *end)]
            draw.line(line, fill=(black,) * 3, width=max(1, round(0.5 * scale)))
    for ink in sheet.inks:
        font = _font(style.font, round(ink.size * scale))
        x = ink.x * scale
        draw.text(
            (x, ink.y * scale), ink.text, fill=(0, 0, 0), font=font, anchor="ls", stroke_width=_FINE // 2 if ink.bold else 0
        )
    size = round(sheet.width * style.dpi / 72), round(sheet.height * style.dpi / 72)
    return np.asarray(image.resize(size, Image.Resampling.BOX))


Point = tuple[float, float]


def _unbroken(stroke: Stroke, broken: float, rng: Random) -> list[tuple[Point, Point]]:
    """The pieces that are left of a ruling line."""
    x0, y0, x1, y1 = stroke.x0, stroke.y0, stroke.x1, stroke.y1
    length = abs(x1 - x0) + abs(y1 - y0)
    cuts = [0.0]
    for at in sorted(rng.uniform(0, length) for _ in range(round(broken * length / 100))):
        gap = rng.uniform(0.8, 3)
        if at > cuts[-1] and at + gap < length:
            cuts += [at, at + gap]
    cuts.append(length)

    def point(at: float) -> Point:
        share = at / length if length else 0
        return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share

    return [(point(a), point(b)) for a, b in zip(cuts[::2], cuts[1::2], strict=True)]


# what befalls a page -------------------------------------------------------------------------------------------------


def befallen(page: Pixels, style: ScanStyle, rng: Random, table: tuple[float, float, float, float] | None = None) -> Pixels:
    """A clean page after stamp, scanner or camera; ``table`` (points) is where the stamp goes."""
    numbers = np.random.default_rng(rng.getrandbits(32))
    if style.seal:
        page = _stamped(page, style, rng, table)
    area = _area(page, style, table)
    for name in style.mishaps:
        page = MISHAPS[name](page, rng, style.dpi, area) if name != "edges" else page
    if style.copies:
        page = copied(page, rng, style.copies)
    if style.curl:
        page = curled(page, style.curl)
    if style.photographed:
        page = _photographed(page, style.photographed, rng)
    if style.skew:
        height, width = page.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -style.skew, 1)
        page = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    if "edges" in style.mishaps:
        page = MISHAPS["edges"](page, rng, style.dpi, area)
    page = np.rot90(page, -style.turned // 90).copy()
    if style.blur:
        page = cv2.GaussianBlur(page, (0, 0), style.blur)
    if style.noise:
        page = np.clip(page + numbers.normal(0, style.noise, page.shape), 0, 255).astype(np.uint8)
    for _ in range(style.specks):
        centre = rng.randrange(page.shape[1]), rng.randrange(page.shape[0])
        cv2.circle(page, centre, rng.choice((0, 0, 1)), (rng.randrange(120),) * 3, -1)
    return page


def _area(page: Pixels, style: ScanStyle, table: tuple[float, float, float, float] | None) -> tuple[float, float, float, float]:
    """Where the table is, or most of the page, in pixels."""
    height, width = page.shape[:2]
    if table is None:
        return 0.1 * width, 0.3 * height, 0.9 * width, 0.9 * height
    x0, top, x1, bottom = (value * style.dpi / 72 for value in table)
    return x0, top, x1, bottom


def _stamped(page: Pixels, style: ScanStyle, rng: Random, table: tuple[float, float, float, float] | None) -> Pixels:
    height, width = page.shape[:2]
    scale = style.dpi / 72
    x0, top, x1, bottom = (value * scale for value in table) if table else (0.3 * width, 0.3 * height, 0.9 * width, 0.9 * height)
    radius = 60 * scale
    x, y = rng.uniform(x0 + 0.4 * (x1 - x0), x1), rng.uniform(top, bottom)
    layer = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(layer)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=255, width=round(3.2 * scale))
    star = [
        (x + r * np.sin(np.pi * k / 5), y - r * np.cos(np.pi * k / 5)) for k, r in enumerate([0.36 * radius, 0.14 * radius] * 5)
    ]
    draw.polygon(star, fill=255)
    font = _font(style.font, round(13 * scale))
    for k, character in enumerate("青禾市政府信息公开专用章"):
        angle = np.pi * (k - 5.5) / 7.5
        draw.text((x + 0.78 * radius * np.sin(angle), y - 0.78 * radius * np.cos(angle)), character, 255, font, anchor="mm")
    # Ink soaks in unevenly and lets black print show through: the two multiply.
    soaked = np.asarray(layer).astype(np.float32) / 255 * rng.uniform(0.6, 0.95)
    colour = np.array(_INKS[style.seal], dtype=np.float32) / 255
    return np.clip(page * (1 - soaked[..., None] * (1 - colour)), 0, 255).astype(np.uint8)


def _photographed(page: Pixels, share: float, rng: Random) -> Pixels:
    """Lying on a table of another colour, seen from aside, the light falling off to one corner."""
    height, width = page.shape[:2]
    rim = round(0.03 * width)
    flat = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    inward = np.float32([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    off = np.float32([[rng.uniform(0, share) * width, rng.uniform(0, share) * height] for _ in range(4)])
    seen = flat + rim + inward * off
    matrix = cv2.getPerspectiveTransform(flat, seen)
    ground = (92, 84, 76)
    size = width + 2 * rim, height + 2 * rim
    page = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=ground)
    across, down = np.meshgrid(np.linspace(0, 1, size[0]), np.linspace(0, 1, size[1]))
    light = 1 - 0.25 * (across * rng.uniform(0, 1) + down * rng.uniform(0, 1))
    return np.clip(page * light[..., None], 0, 255).astype(np.uint8)


# files ---------------------------------------------------------------------------------------------------------------


def _image(page: Pixels, style: ScanStyle) -> Image.Image:
    image = Image.fromarray(page)
    if style.colour == "grey":
        return image.convert("L")
    if style.colour == "bilevel":
        return image.convert("L").point(lambda value: 255 * (value > 150)).convert("1")
    return image


def as_pictures(pages: Sequence[Pixels], style: ScanStyle, kind: str = "PNG") -> list[bytes]:
    """Each page as a file: ``PNG``, ``JPEG``; or one file of all pages: ``TIFF``."""
    images = [_image(page, style) for page in pages]
    dpi = (style.dpi, style.dpi)
    if kind == "TIFF":
        stream = BytesIO()
        images[0].save(stream, "TIFF", save_all=True, append_images=images[1:], dpi=dpi, compression="tiff_deflate")
        return [stream.getvalue()]
    files = []
    for image in images:
        stream = BytesIO()
        more: dict[str, Any] = {"quality": style.jpeg or 90} if kind == "JPEG" else {}
        (image.convert("L") if image.mode == "1" and more else image).save(stream, kind, dpi=dpi, **more)
        files.append(stream.getvalue())
    return files


def as_pdf(pages: Sequence[Pixels], style: ScanStyle) -> bytes:
    """The pages as a PDF file of pictures, compressed as the style says."""
    file = BytesIO()
    canvas = Canvas(file, invariant=1)
    for picture in as_pictures(pages, style, "JPEG" if style.jpeg else "PNG"):
        image = Image.open(BytesIO(picture))
        size = image.width * 72 / style.dpi, image.height * 72 / style.dpi
        canvas.setPageSize(size)
        canvas.drawImage(ImageReader(BytesIO(picture)), 0, 0, *size)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def degraded_pages(content: bytes, style: ScanStyle, seed: int = 0) -> list[Pixels]:
    """The pages of a PDF file as a scanner saw them."""
    rng = Random(seed)
    document = pypdfium2.PdfDocument(content)
    rendered = [page.render(scale=style.dpi / 72, rev_byteorder=True).to_numpy()[..., :3] for page in document]
    return [befallen(np.ascontiguousarray(page), style, rng) for page in rendered]


def degraded(content: bytes, style: ScanStyle, seed: int = 0) -> bytes:
    """A PDF file as a PDF file of scanned pages.

    Args:
        content: any PDF with a real font in it.
        style: ``font``, ``faint`` and ``broken`` have no effect here.
        seed: the same seed gives the same scan.
    """
    return as_pdf(degraded_pages(content, style, seed), style)


def scanned_pages(paper: Paper, style: ScanStyle, seed: int = 0, pages: PdfStyle | None = None) -> list[Pixels]:
    """A paper set in a real font, printed and scanned."""
    rng = Random(seed)
    sheets = typeset(paper, pages or PdfStyle(table=TableStyle(size=9.0)), rng)
    return [befallen(set_page(sheet, style, rng), style, rng, _table_on(sheet)) for sheet in sheets]


def print_scan(paper: Paper, style: ScanStyle, seed: int = 0, pages: PdfStyle | None = None) -> bytes:
    """A paper set in a real font, printed and scanned, as a PDF file of pictures.

    Args:
        paper: what is printed, and the truth.
        style: what befalls its pages.
        seed: the same seed gives the same scan.
        pages: how the pages are laid out; A4 with tables of 9 point if not given.
    """
    return as_pdf(scanned_pages(paper, style, seed, pages), style)


def _table_on(sheet: Sheet) -> tuple[float, float, float, float] | None:
    """Around the ruling lines of a page."""
    if not sheet.strokes:
        return None
    xs = sorted(x for s in sheet.strokes for x in (s.x0, s.x1))
    ys = sorted(y for s in sheet.strokes for y in (s.y0, s.y1))
    return xs[0], ys[0], xs[-1], ys[-1]
