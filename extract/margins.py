"""Furniture in the margins of printed pages: page numbers, running heads and running feet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import median_high

import regex

from extract.glyphs import Row

MARGIN = 0.09
"""Share of the page height at the top and at the bottom in which running heads and feet stand."""
NUMBER_MARGIN = 0.13
DASHED = r"[-—–－―─~～]\s*\d{1,3}\s*[-—–－―─~～]"
OF_PAGES = (
    r"第?\s*\d{1,3}\s*页?\s*[/／,，]?\s*共\s*\d{1,3}\s*页|共\s*\d{1,3}\s*页\s*[/／,，]?\s*第\s*\d{1,3}\s*页|第\s*\d{1,3}\s*页"
)
DECORATED = regex.compile(rf"(?:{DASHED}|{OF_PAGES}|[Pp]age\s*\d{{1,3}}(?:\s*(?:of|/)\s*\d{{1,3}})?)")
"""Says of itself that it is a page number, wherever it stands."""
BARE = regex.compile(r"\d{1,3}|\d{1,3}\s*[/／]\s*\d{1,3}|[ivxIVX]{1,5}|[·•.]\s*\d{1,3}\s*[·•.]")
"""A page number only at the very edge of the page."""
COUNTER = rf"(?:{DASHED}|{OF_PAGES}|\d{{1,3}}\s*[/／]\s*\d{{1,3}}|\d{{1,3}})"
COUNTING = regex.compile(rf"^{COUNTER}\s+|\s+{COUNTER}$|\s*(?:{DASHED}|{OF_PAGES})$")


def furniture(pages: Sequence[tuple[float, Sequence[Row]]], edges: Sequence[tuple[float, float]]) -> list[set[int]]:
    """For each page, the indexes of its lines that are furniture.

    Args:
        pages: height of each page and the lines outside its tables, from top to bottom.
        edges: for each page, where its tables begin and end (``inf`` and ``-inf`` without tables).
    """
    found = _repeated(pages)
    for (height, rows), edge, marked in zip(pages, edges, found, strict=True):
        marked.update(index for index, row in enumerate(rows) if DECORATED.fullmatch(row.text))
        for order in (range(len(rows)), range(len(rows) - 1, -1, -1)):
            _peel(order, rows, height, edge, marked)
    return found


def _repeated(pages: Sequence[tuple[float, Sequence[Row]]]) -> list[set[int]]:
    """Lines in the margins that stand on several pages at the same height, but for a counting number.

    Titles are larger than running heads, and two reports in one file may well begin alike: those are no furniture.
    """
    seen: dict[tuple[str, int], set[int]] = defaultdict(set)
    for page, (height, rows) in enumerate(pages):
        for row in rows:
            if _in_margin(row, height, MARGIN):
                text, place = _key(row)
                for near in (place - 1, place, place + 1):
                    seen[text, near].add(page)
    needed = max(2, round(0.4 * len(pages)))
    usual = _usual_size(row for _, rows in pages for row in rows)
    return [
        {
            index
            for index, row in enumerate(rows)
            if _in_margin(row, height, MARGIN) and row.size <= 1.2 * usual and len(seen[_key(row)]) >= needed
        }
        for height, rows in pages
    ]


def _usual_size(rows: Iterable[Row]) -> float:
    """The size of the middle glyph."""
    sizes: Counter[float] = Counter()
    for row in rows:
        sizes[row.size] += row.letters
    return median_high(sizes.elements()) if sizes else 0.0


def _peel(order: Iterable[int], rows: Sequence[Row], height: float, edge: tuple[float, float], marked: set[int]) -> None:
    """Marks bare page numbers from the edge of the page inwards, as far as only furniture stands outside them."""
    for index in order:
        row = rows[index]
        beyond_tables = row.box[3] <= edge[0] or row.box[1] >= edge[1]
        if index not in marked and not (beyond_tables and _in_margin(row, height, NUMBER_MARGIN) and BARE.fullmatch(row.text)):
            return
        marked.add(index)


def _in_margin(row: Row, height: float, share: float) -> bool:
    reach = min(share * height, 110.0)
    middle = (row.box[1] + row.box[3]) / 2
    return middle <= reach or middle >= height - reach


def _key(row: Row) -> tuple[str, int]:
    """The text without a counting number, and where it stands."""
    return COUNTING.sub("", row.text), int(row.box[1] // 4)


def page_number(rows: Sequence[Row]) -> int | None:
    """The number that one of these lines prints, if it is nothing but a page number."""
    for row in rows:
        if DECORATED.fullmatch(row.text) or BARE.fullmatch(row.text):
            digits = regex.search(r"\d+", row.text)
            if digits:
                return int(digits.group())
    return None
