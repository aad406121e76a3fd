"""What is written in a table's cell and does not show there, or shows there and is not written.

Sites conceal text in many ways (no size, no ink, off the screen), to foil copying or by an editor's accident; a number
``<b>1</b><i style="font-size:0">7</i>`` shows as 1. Where it cannot be told what shows, U+FFFC takes the number's place: it
reads as no number, so a person will look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import regex

from extract.inline import DRAWN
from extract.markup_page import Page
from extract.stylesheets import TELLING, declarations

_WHITE = regex.compile(r"\s*(?:white|#fff|#ffffff|rgba?\(\s*255\s*,\s*255\s*,\s*255\s*(?:,\s*1(?:\.0+)?\s*)?\))\s*", regex.I)
_ZERO = regex.compile(r"\s*[+-]?0*(?:\.0+)?(?:[a-z]+|%)?\s*", regex.I)
_FAR = regex.compile(r"\s*-\s*\d{3,}")
_EMPTY_CLIP = regex.compile(r"\s*rect\(\s*([\d.]+)\w*[\s,]+\1\w*[\s,]+\1\w*[\s,]+\1\w*\s*\)\s*", regex.I)
_NO_SCALE = regex.compile(r"\bscale[XY3d]*\(\s*0(?:\.0+)?\s*[,)]", regex.I)
_SPACER = regex.compile(r"(?:^|/)(?:spacer|blank|clear|transparent|space|pixel|dot|1x1|empty)[\w.-]*$", regex.I)
_SIZE = regex.compile(r"\s*(\d{1,9})")
_DEEPEST = 200
"""Elements of a cell that are looked through."""
_NUMBER = regex.compile(r"\s*[\p{Nd},.，．]+\s*")


def concealed(page: Page) -> set[int]:
    """The elements within cells of tables with figures whose text does not show."""
    found: set[int] = set()
    for number in (telling := _telling(page)):
        style = page.styles[number]
        is_leaf = page.ends[number] == number + 1
        if style and (_vanishes(style) or (is_leaf and _shrinks(style))):
            found.add(number)
    for cell in _cells_with(page, telling):
        found.update(_without_ink(page, cell))
    return found


def mark_drawn(page: Page) -> bool:
    """Put U+FFFC where a cell shows something that is not written in it. True if it did so anywhere."""
    marked = False
    for cell in _cells_with(page, _telling(page)):
        for number in _drawn(page, cell):
            element = page.elements[number]
            element.text = DRAWN + (element.text or "")
            marked = True
    return marked


def _telling(page: Page) -> list[int]:
    """The elements within tables with figures that may not show as they are written: few, on most pages none."""
    return [
        number
        for table in page.figures
        for number in range(table + 1, page.ends[table])
        if ((style := page.styles[number]) and _may_conceal(style)) or page.tags[number] in _TELLING_TAGS
    ]


_TELLING_TAGS = frozenset({"img", "bdo", "font"})


@lru_cache(maxsize=1 << 12)
def _may_conceal(style: str) -> bool:
    return TELLING.search(style) is not None


def _cells_with(page: Page, numbers: Sequence[int]) -> list[int]:
    """The innermost cells that hold any of the elements."""
    cells = dict.fromkeys(_cell_around(page, number) for number in numbers)
    return [cell for cell in cells if cell is not None]


def _cell_around(page: Page, number: int) -> int | None:
    near = range(number, max(number - _DEEPEST, -1), -1)
    return next((at for at in near if page.tags[at] in {"td", "th"} and page.ends[at] > number), None)


def _drawn(page: Page, cell: int) -> Iterator[int]:
    """Elements of a cell that show what is no text, or that show digits in another order or ink than written."""
    inside = range(cell, page.ends[cell])
    if any(page.tags[k] == "table" for k in inside):
        return  # layout, or a nested table whose cells come by themselves
    pictured = next((k for k in inside if page.tags[k] == "img" and _is_picture(page, k)), None)
    if pictured is not None and not page.text(cell).strip():
        yield cell
        return
    for number in inside:
        style = page.styles[number]
        turned = page.tags[number] == "bdo" and page.elements[number].get("dir", "").lower() == "rtl"
        if turned or (style and _draws(style)):
            yield number
    if _NUMBER.fullmatch(page.text(cell)) and _is_pale(page, cell):
        yield cell


def _without_ink(page: Page, cell: int) -> Iterator[int]:
    """White runs beside others: on one ground not all of them can be seen, and it is the page's."""
    pale = [k for k in range(cell + 1, page.ends[cell]) if _is_white(page, k)]
    if pale and not _has_ground(page, cell):
        written = len("".join(page.text(cell).split()))
        outermost = [k for k in pale if not any(other < k < page.ends[other] for other in pale)]
        if sum(len("".join(page.text(k).split())) for k in outermost) < written:
            yield from outermost


def _is_pale(page: Page, cell: int) -> bool:
    """Whether all text of a cell is white on no ground that is known."""
    if _has_ground(page, cell):
        return False
    if _is_white(page, cell):
        return True
    pale = [k for k in range(cell + 1, page.ends[cell]) if _is_white(page, k)]
    return bool(pale) and page.text(pale[0]).strip() == page.text(cell).strip()


def _is_white(page: Page, number: int) -> bool:
    colour = page.elements[number].get("color") if page.tags[number] == "font" else None
    style = page.styles[number]
    if style and "color" in style.lower():
        colour = _declared(style).get("color", colour)
    return colour is not None and _WHITE.fullmatch(colour) is not None


def _has_ground(page: Page, cell: int) -> bool:
    """Whether the cell or what it lies in has a colour or picture behind its text, or may have by a class."""
    element = page.elements[cell]
    for around in (element, *element.iterancestors()):
        declared = _declared(around.get("style") or "")
        ground = [declared.get(name, "") for name in ("background", "background-color", "background-image")]
        ground += [around.get("bgcolor") or "", around.get("background") or ""]
        if any(value and not _WHITE.fullmatch(value) and value.strip().lower() not in _NO_GROUND for value in ground):
            return True
        if around.tag == "table":
            break
    return any(page.tags[k] != "font" and "background" in (page.styles[k] or "") for k in range(cell + 1, page.ends[cell]))


_NO_GROUND = frozenset({"none", "transparent", "inherit", "initial", "unset", "0", "0 0"})


@lru_cache(maxsize=1 << 12)
def _declared(style: str) -> dict[str, str]:
    return declarations(style) if style else {}


@lru_cache(maxsize=1 << 12)
def _vanishes(style: str) -> bool:
    """Whether nothing of an element of that style shows, whatever it holds."""
    found = _declared(style)
    if _ZERO.fullmatch(found.get("opacity", "1")) or found.get("color", "").lower() == "transparent":
        return True
    if _NO_SCALE.search(found.get("transform", "")):
        return True
    if found.get("position", "").lower() in {"absolute", "fixed"}:
        away = any(_FAR.match(found.get(side, "")) for side in ("left", "top"))
        return away or _EMPTY_CLIP.fullmatch(found.get("clip", "")) is not None
    return _FAR.match(found.get("text-indent", "")) is not None


@lru_cache(maxsize=1 << 12)
def _shrinks(style: str) -> bool:
    """Whether text directly in an element of that style has no size; elements in it may bring their own."""
    found = _declared(style)
    if "font-size" in found and _ZERO.fullmatch(found["font-size"]):
        return True
    flat = any(name in found and _ZERO.fullmatch(found[name]) for name in ("width", "height"))
    return flat and found.get("overflow", "").lower() == "hidden"


@lru_cache(maxsize=1 << 12)
def _draws(style: str) -> bool:
    found = _declared(style)
    turned = found.get("direction", "").lower() == "rtl" and "override" in found.get("unicode-bidi", "").lower()
    return turned or "content" in found


def _is_picture(page: Page, number: int) -> bool:
    """Whether an image shows something: no spacer, which old editors put into blank cells."""
    element = page.elements[number]
    sizes = [_SIZE.match(element.get(side) or "") for side in ("width", "height")]
    if any(size and int(size[1]) <= 2 for size in sizes):
        return False
    return _SPACER.search((element.get("src") or "").partition("?")[0]) is None
