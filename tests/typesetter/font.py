"""A font to embed: every character a box, as wide as in STSong-Light.

Real reports embed their fonts, and a font that is not embedded is a special case of every reader. Machines differ in the
fonts they have, so the typesetter draws its own.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

UNEMBEDDED = "STSong-Light"
EMBEDDED = "Boxes"
_EM = 1000
_BEYOND_GB2312 = "䜣堃〇—\u00a0ａ" + "".join(chr(code) for code in range(0xFF01, 0xFF5F))
"""Printed in reports though the standard of 1980 lacks it."""


def _characters() -> list[str]:
    """ASCII, the characters of GB 2312 and a few beyond it."""
    rows = (bytes((high, low)) for high in range(0xA1, 0xF8) for low in range(0xA1, 0xFF))
    chinese = "".join(pair.decode("gb2312", errors="ignore") for pair in rows)
    ascii_ = "".join(map(chr, range(0x20, 0x7F)))
    return sorted(set(ascii_ + chinese + _BEYOND_GB2312))


def _box(width: int) -> Any:
    pen = TTGlyphPen(None)
    left, right = round(0.1 * width), round(0.9 * width)
    pen.moveTo((left, 0))
    for point in ((left, 700), (right, 700), (right, 0)):
        pen.lineTo(point)
    pen.closePath()
    return pen.glyph()


@cache
def register() -> None:
    """Makes both fonts known to ReportLab."""
    pdfmetrics.registerFont(UnicodeCIDFont(UNEMBEDDED))
    characters = _characters()
    names = {ord(character): f"u{ord(character):04X}" for character in characters}
    widths = {names[ord(c)]: round(pdfmetrics.stringWidth(c, UNEMBEDDED, _EM)) for c in characters}
    boxes = {width: _box(width) for width in set(widths.values()) | {_EM}}
    blank = TTGlyphPen(None).glyph()
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(names)
    spaces = {names[ord(c)] for c in characters if c.isspace()}
    builder.setupGlyf({".notdef": boxes[_EM]} | {n: blank if n in spaces else boxes[widths[n]] for n in names.values()})
    builder.setupHorizontalMetrics({".notdef": (_EM, 100)} | {n: (w, round(0.1 * w)) for n, w in widths.items()})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": EMBEDDED, "styleName": "Regular", "psName": EMBEDDED})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    builder.setupPost()
    file = BytesIO()
    builder.save(file)
    file.seek(0)
    pdfmetrics.registerFont(TTFont(EMBEDDED, file))
