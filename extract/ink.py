"""pdfplumber's page objects -> ``Sheet``. The only module that knows how pdfplumber and pdfminer call things.

pdfplumber's dictionaries lose two facts that matter here: the order of painting (a white patch over a number hides it) and
the text rendering mode (mode 3 is invisible text). So its ``Page`` is given a recording device and the layout objects are
read directly, which is also twice as fast.
"""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pdfminer.layout import LTChar, LTContainer, LTCurve, LTImage, LTPage
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfplumber.page import Page, PDFPageAggregatorWithMarkedContent

from extract.rules import frame
from extract.sheet import Fill, Glyph, Rectangle, Rule, Sheet

THIN = 3.2
"""A filled rectangle not thicker than this (points) is a rule; thicker ones are areas."""
INVISIBLE_MODES = frozenset({3, 7})
RADICALS = str.maketrans(
    "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⼾⽕", "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟户火"
)
"""Radicals that print like a common character; the Kangxi block otherwise follows NFKC."""


class Printed(Page):
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


@dataclass(slots=True)
class _Patch:
    """A filled area on its way to being a fill, a rule, or nothing."""

    box: Rectangle
    white: bool
    order: int


@dataclass(slots=True)
class _Pen:
    """What has been found on the page so far."""

    left: float
    ceiling: float
    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    pale: set[int] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)
    pale_rules: list[Rule] = field(default_factory=list)
    patches: list[_Patch] = field(default_factory=list)
    pictured: float = 0.0
    unmapped: int = 0
    hidden: int = 0

    def place(self, box: Rectangle) -> Rectangle:
        """A bottom-left box of pdfminer's as a top-left box of the displayed page."""
        x0, y0, x1, y1 = box
        return x0 - self.left, self.ceiling - y1, x1 - self.left, self.ceiling - y0


def read_sheet(page: Printed) -> Sheet:
    """One page as a sheet.

    Args:
        page: a page of an open pdfplumber document; the caller closes it.

    Returns:
        Glyphs that can be seen, rules and coloured areas, in points of the page as displayed (``/Rotate`` and crop box
        applied).
    """
    left, drop, width, height = _displayed(page)
    pen = _Pen(left=left, ceiling=float(page.height) - drop, width=width, height=height)
    layout = page.layout
    for order, item in enumerate(_leaves(layout)):
        if isinstance(item, LTChar):
            _add_char(pen, item, order, inkless=id(item) in page.unseen)
        elif isinstance(item, LTCurve):
            _add_path(pen, item, order)
        elif isinstance(item, LTImage):
            x0, top, x1, bottom = pen.place(item.bbox)
            pen.pictured = max(pen.pictured, (x1 - x0) * (bottom - top) / max(width * height, 1.0))
    fills = _fills(pen.patches, width * height)
    rules = pen.rules + _seen_on(fills, pen.pale_rules)
    glyphs, covered = _visible(pen, fills)
    return Sheet(
        number=page.page_number,
        width=width,
        height=height,
        glyphs=tuple(_once(glyphs)),
        rules=tuple(rules),
        fills=tuple(fills),
        pictured=min(pen.pictured, 1.0),
        unmapped=pen.unmapped,
        hidden=pen.hidden + covered,
    )


def _displayed(page: Printed) -> tuple[float, float, float, float]:
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


def _add_char(pen: _Pen, char: LTChar, order: int, *, inkless: bool) -> None:
    text = char.get_text()
    if text.startswith("(cid:") or any(unicodedata.category(c) == "Co" or c == "\ufffd" for c in text):
        pen.unmapped += 1
        text = "\ufffd"
    text = "".join(_plain(c) for c in text if c >= " " and c not in "\u200b\ufeff\u00ad")
    if not text:
        return
    turn = _direction(char.matrix)
    if inkless or turn is None or char.size < 1.0:
        pen.hidden += not text.isspace()
        return
    x0, top, x1, bottom = pen.place(_em_box(char, turn))
    if not (-1 < (x0 + x1) / 2 < pen.width + 1 and -1 < (top + bottom) / 2 < pen.height + 1):
        pen.hidden += not text.isspace()
        return
    state = char.graphicstate
    if _is_white(state.ncolor, state.ncs) and not text.isspace():
        pen.pale.add(order)
    size = x1 - x0 if turn in (90, 270) else bottom - top
    pen.glyphs.append(Glyph(text, x0, top, x1, bottom, size, turn, order))


def _plain(char: str) -> str:
    """Radical and compatibility code points, which some fonts map glyphs to, as the character that is printed."""
    if "\u2e80" <= char <= "\u2fdf" or "\uf900" <= char <= "\ufaff":
        return unicodedata.normalize("NFKC", char.translate(RADICALS))
    return " " if char in "\u00a0\u2002\u2003\u2009" else char


def _direction(matrix: tuple[float, ...]) -> int | None:
    """Quarter turns; None for slanted baselines, which only watermarks and stamps have."""
    a, b = matrix[0], matrix[1]
    if abs(b) <= 0.05 * abs(a):
        return 0 if a > 0 else 180
    if abs(a) <= 0.05 * abs(b):
        return 90 if b > 0 else 270
    return None


def _em_box(char: LTChar, turn: int) -> Rectangle:
    """The em box on the baseline.

    The font's own descent, which pdfminer uses, is often wrong or absent, and then digits and Chinese characters of one
    line stand at different heights.
    """
    e, f = char.matrix[4:]
    x0, y0, x1, y1 = char.bbox
    size = (y1 - y0) if turn in (0, 180) else (x1 - x0)
    along = abs(e - (x0 if turn == 0 else x1)) if turn in (0, 180) else abs(f - (y0 if turn == 90 else y1))
    if along > 0.05 * size:  # vertical writing mode: the origin is at the top centre and pdfminer's box is right
        return x0, y0, x1, y1
    low, high = 0.12 * size, 0.88 * size
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


def _visible(pen: _Pen, fills: list[Fill]) -> tuple[list[Glyph], int]:
    """The glyphs that can be seen, and how many cannot: white on white, or under a white patch painted later."""
    patches = [p for p in pen.patches if p.white]
    seen: list[Glyph] = []
    for glyph in pen.glyphs:
        x, y = glyph.x, glyph.y
        if glyph.order in pen.pale and not any(f.x0 <= x <= f.x1 and f.top <= y <= f.bottom for f in fills):
            continue
        if any(p.order > glyph.order and _covers(p.box, glyph) for p in patches):
            continue
        seen.append(glyph)
    lost = len(pen.glyphs) - len(seen)
    if lost > len(pen.glyphs) / 2:
        # Half a page of hidden text is a colour or a transparency this module does not understand, not a trick.
        return pen.glyphs, 0
    return seen, lost


def _covers(box: Rectangle, glyph: Glyph) -> bool:
    x0, top, x1, bottom = box
    inset = 0.2 * glyph.size
    return x0 <= glyph.x0 + 0.3 and glyph.x1 - 0.3 <= x1 and top <= glyph.top + inset and glyph.bottom - inset <= bottom


def _once(glyphs: list[Glyph]) -> list[Glyph]:
    """Without characters printed twice on the same spot: the fake bold of fonts that have none."""
    kept: list[Glyph] = []
    near: Mapping[tuple[str, int, int], list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        if glyph.text.isspace():
            kept.append(glyph)
            continue
        reach = max(1.0, 0.12 * glyph.size)
        column, row = int(glyph.x0 // 4), int(glyph.top // 4)
        twins = (t for i in (-1, 0, 1) for j in (-1, 0, 1) for t in near.get((glyph.text, column + i, row + j), ()))
        if any(abs(t.x0 - glyph.x0) < reach and abs(t.top - glyph.top) < reach for t in twins):
            continue
        near[glyph.text, column, row].append(glyph)
        kept.append(glyph)
    return kept


# rules and areas -----------------------------------------------------------------------------------------------------


def _add_path(pen: _Pen, path: LTCurve, order: int) -> None:
    x0, top, x1, bottom = pen.place(path.bbox)
    width, height = x1 - x0, bottom - top
    if not all(map(math.isfinite, (x0, top, x1, bottom))):
        return
    thin = min(width, height) <= THIN
    white_fill, white_stroke = _is_white(path.non_stroking_color), _is_white(path.stroking_color)
    if path.fill and not thin and _is_rectangular(path):
        pen.patches.append(_Patch((x0, top, x1, bottom), white_fill, order))
    if thin and (path.fill or path.stroke):
        white = white_stroke if path.stroke else white_fill
        (pen.pale_rules if white else pen.rules).extend(_thin_rules(x0, top, x1, bottom))
    elif path.stroke:
        target = pen.pale_rules if white_stroke else pen.rules
        if _is_rectangular(path):
            target.extend(frame(x0, top, x1, bottom))
        else:
            target.extend(_straight_parts(pen, path))


def _thin_rules(x0: float, top: float, x1: float, bottom: float) -> Iterator[Rule]:
    width, height = x1 - x0, bottom - top
    if width >= height:
        yield Rule(True, (top + bottom) / 2, x0, x1)
    if height >= width or (width <= THIN and height <= THIN):  # a dot may belong to a dotted rule of either kind
        yield Rule(False, (x0 + x1) / 2, top, bottom)
    if height > width and width <= THIN and height <= THIN:
        yield Rule(True, (top + bottom) / 2, x0, x1)


def _is_rectangular(path: LTCurve) -> bool:
    """All corners lie on the bounding box (pdfminer calls many exact rectangles curves)."""
    x0, y0, x1, y1 = path.bbox
    return len(path.pts) >= 4 and all(
        min(abs(x - x0), abs(x - x1)) < 0.5 and min(abs(y - y0), abs(y - y1)) < 0.5 for x, y in path.pts
    )


def _straight_parts(pen: _Pen, path: LTCurve) -> Iterator[Rule]:
    if len(path.pts) > 200 or any(step[0] in "cvy" for step in path.original_path or ()):
        return
    for (xa, ya), (xb, yb) in zip(path.pts, path.pts[1:], strict=False):
        x0, top, x1, bottom = pen.place((min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)))
        if bottom - top <= 1 < x1 - x0:
            yield Rule(True, (top + bottom) / 2, x0, x1)
        elif x1 - x0 <= 1 < bottom - top:
            yield Rule(False, (x0 + x1) / 2, top, bottom)


def _fills(patches: list[_Patch], page_area: float) -> list[Fill]:
    """Coloured areas, and white ones painted on them: white alone is only the page, but white on grey is a cell."""
    coloured = [p for p in patches if not p.white and _area(p.box) < 0.9 * page_area]
    kept = list(coloured)
    kept += [w for w in patches if w.white and any(p.order < w.order and _inside(w.box, p.box) for p in coloured)]
    return [Fill(*p.box) for p in kept]


def _area(box: Rectangle) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _inside(inner: Rectangle, outer: Rectangle) -> bool:
    return (
        inner[0] >= outer[0] - 1
        and inner[1] >= outer[1] - 1
        and inner[2] <= outer[2] + 1
        and inner[3] <= outer[3] + 1
        and _area(inner) < 0.95 * _area(outer)
    )


def _seen_on(fills: list[Fill], pale: Iterable[Rule]) -> list[Rule]:
    """White rules that can be seen because they run over, between or on from coloured areas."""
    if not fills:
        return []
    kept = []
    for rule in pale:
        middle = (rule.start + rule.end) / 2
        x, y = (middle, rule.at) if rule.horizontal else (rule.at, middle)
        if any(f.x0 - 3 <= x <= f.x1 + 3 and f.top - 3 <= y <= f.bottom + 3 for f in fills):
            kept.append(rule)
    return kept
