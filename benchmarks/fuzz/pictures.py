"""Small pictures of tables, changed as pictures; and a recogniser that reads nothing but always the same."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from random import Random
from unittest.mock import patch

from PIL import Image, ImageDraw

from benchmarks.fuzz.target import Raw

_KINDS = ("PNG", "PNG", "BMP", "TIFF", "GIF", "JPEG", "WEBP")
_MOST_PIXELS = 2_000_000


def seeds() -> Iterator[bytes]:
    """Ruled tables, skewed, stamped, open, without rules; in every format."""
    for number, kind in enumerate(_KINDS * 2):
        yield _encoded(_table(Random(number), 3 + number % 4, 2 + number % 3), kind, dpi=(200, 0, 100)[number % 3])


def _table(rng: Random, rows: int, columns: int) -> Image.Image:
    """A page of 360 x 585 pixels: a quarter of A4 at 200 dots per inch."""
    image = Image.new("RGB", (360, 585), "white")
    draw = ImageDraw.Draw(image)
    wide, high = 300 // columns, 40
    for row in range(rows + 1):
        draw.line((30, 60 + row * high, 30 + wide * columns, 60 + row * high), "black", 2)
    for column in range(columns + 1):
        draw.line((30 + column * wide, 60, 30 + column * wide, 60 + rows * high), "black", 2)
    for row in range(rows):
        for column in range(columns):
            _print(draw, 40 + column * wide, 70 + row * high, rng)
    for line in range(4):
        for at in range(8):
            _print(draw, 40 + 36 * at, 60 + rows * high + 30 + 40 * line, rng)
    if rng.random() < 0.5:
        draw.ellipse((120, 80, 240, 200), outline=(220, 30, 30), width=5)
    return image.rotate(rng.choice((0, 0, 0.7, -2, 90)), expand=True, fillcolor="white")


def _print(draw: ImageDraw.ImageDraw, x: int, y: int, rng: Random) -> None:
    """Something like a character: a few strokes of its size."""
    for _ in range(rng.randint(2, 5)):
        draw.line([(x + rng.randint(0, 18), y + rng.randint(0, 18)) for _ in range(2)], "black", 2)


def _encoded(image: Image.Image, kind: str, dpi: int = 200) -> bytes:
    buffer = io.BytesIO()
    more = {"dpi": (dpi, dpi)} if dpi else {}
    image.save(buffer, kind, **more)
    return buffer.getvalue()


def picture(data: bytes, rng: Random, raw: Raw) -> bytes:
    """The picture with lines, boxes, characters, noise or a turn more; in another format or of other colours; or other bytes."""
    if rng.random() < 0.15:
        return raw(data)
    try:
        with Image.open(io.BytesIO(data)) as file:
            if file.width * file.height > _MOST_PIXELS:
                return raw(data)
            image = file.convert("RGB")
    except Exception:
        return raw(data)
    for _ in range(rng.choice((1, 2, 4))):
        image = _drawn(image, rng)
    if rng.random() < 0.2:
        image = image.convert(rng.choice(("1", "L", "P", "RGBA", "LA", "CMYK", "I;16" if image.mode == "L" else "L")))
    kind = rng.choice(_KINDS)
    try:
        return _encoded(image, kind, rng.choice((0, 1, 96, 200, 200, 300, 600)))
    except (OSError, ValueError):
        return _encoded(image.convert("RGB"), "PNG")


def _drawn(image: Image.Image, rng: Random) -> Image.Image:
    draw = ImageDraw.Draw(image)
    width, height = image.size
    x0, x1 = sorted(rng.randint(0, width) for _ in range(2))
    y0, y1 = sorted(rng.randint(0, height) for _ in range(2))
    colour = rng.choice(("black", "black", "gray", "white", "red", (250, 200, 200)))
    match rng.randrange(9):
        case 0:
            draw.line((x0, y0, x1, y0), colour, rng.choice((1, 2, 5)))
        case 1:
            draw.line((x0, y0, x0, y1), colour, rng.choice((1, 2, 5)))
        case 2:
            draw.rectangle((x0, y0, x1, y1), outline=colour, width=rng.choice((1, 2, 3)))
        case 3:
            draw.rectangle((x0, y0, x1, y1), fill=colour)
        case 4:
            _print(draw, x0, y0, rng)
        case 5 if x1 > x0 and y1 > y0:
            image.paste(image.crop((x0, y0, x1, y1)), (rng.randint(0, width), rng.randint(0, height)))
        case 6:
            image = image.rotate(rng.choice((1, -3, 15, 90, 180)), expand=True, fillcolor="white")
        case 7 if x1 > x0 and y1 > y0:
            image = image.crop((x0, y0, x1, y1))
        case _:
            for _ in range(rng.choice((20, 400))):
                draw.point((rng.randrange(width), rng.randrange(height)), colour)
    fit = max(image.size) <= 1400
    return image if fit else image.resize((min(image.width, 1400), min(image.height, 1400)))


class _Reads:
    """In place of the network: what a line says depends on its pixels alone."""

    characters = "0123456789总计自然人本年新收政府信息公开申请数量一二三、，。/—"

    def run(self, lines):
        import numpy as np  # noqa: PLC0415 - only with pictures

        from extract.recogniser import FIGURES, SIGNS, Recognition, Symbol  # noqa: PLC0415

        found = []
        for line in lines:
            rng = Random(zlib.crc32(line.tobytes()))
            frames = line.shape[1] // 8
            figures = np.full((frames, 2 + len(FIGURES + SIGNS)), 0.001, np.float32)
            symbols = []
            for at in range(0, frames, 3):
                character, sure = rng.choice(self.characters), rng.choice((0.99, 0.9, 0.5, 0.02))
                if rng.random() < 0.7:
                    symbols.append(Symbol(character, sure, (at + 0.5) / frames))
                    place = (FIGURES + SIGNS).find(character)
                    figures[at, 1 + place if place >= 0 else -1] = sure
            found.append(Recognition(tuple(symbols), figures))
        return found


def without_network(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """The target with ``_Reads`` in the network's place."""
    model = _Reads()

    def stubbed(data: bytes) -> None:
        with patch("extract.recogniser._model", lambda: model):
            run(data)

    return stubbed
