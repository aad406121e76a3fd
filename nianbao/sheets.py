"""The printed page, for the inspect page: PDF pages as pictures, other documents drawn again, with the marks in place."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pypdfium2
from lxml.etree import _Element

from extract.model import Document, Grid, GridCell, Line, LineRole, Locus, Page
from nianbao.marks import KIND_LABELS, Mark
from nianbao.markup import E

DPI = 110
PAGE_LIMIT = 60
"""Pages drawn at most; those with marks come first."""
_MOST_PIXELS = 20_000_000
"""Of one picture, however large a page says it is."""
_COLOURS = 96
"""Palette of a page's picture: a third of the size of full colour, and nobody sees it."""


def sheets(document: Document, marks: Sequence[Mark], content: bytes) -> list[_Element]:
    """The document as it is printed, each mark at its place."""
    if (document.pages and any(mark.box for mark in marks)) or document.media_type == "application/pdf":
        return list(_pdf_sheets(document.pages, marks, content))
    return [_redrawn(document, marks)]


def mark_attributes(mark: Mark) -> dict[str, str]:
    """What the page's script and style need to know of a mark."""
    return {
        "id": mark.id,
        "class": f"mark {mark.kind}",
        "data-name": mark.name,
        "data-label": mark.label,
        "data-kind": KIND_LABELS[mark.kind],
        "data-state": mark.state,
        "data-printed": mark.printed,
        "data-value": mark.value,
        "data-note": mark.note,
        "title": f"{mark.name or KIND_LABELS[mark.kind]}　{mark.printed}",
        "tabindex": "0",
    }


def _pdf_sheets(pages: Sequence[Page], marks: Sequence[Mark], content: bytes) -> Iterator[_Element]:
    by_page: dict[int, list[Mark]] = {}
    for mark in marks:
        if mark.box:
            by_page.setdefault(mark.box.page, []).append(mark)
    chosen = set(sorted((page.number for page in pages), key=lambda number: (number not in by_page, number))[:PAGE_LIMIT])
    pictures = page_pictures(content, [page for page in pages if page.number in chosen])
    if len(pictures) > 1:
        links = (_page_link(number, len(by_page.get(number, ()))) for number in sorted(pictures))
        yield E.nav({"class": "pages"}, *links)
    for page in pages:
        if page.number in pictures:
            yield _page(page, pictures[page.number], by_page.get(page.number, []))
    if len(pictures) < len(pages):
        yield E.p({"class": "omitted"}, f"其余 {len(pages) - len(pictures)} 页没有画出。")


def _page_link(number: int, marks: int) -> _Element:
    count = E.span({"class": "count"}, f"{marks} 处") if marks else ""
    return E.a({"href": f"#page-{number}", "class": "some" if marks else "none"}, f"第 {number} 页 ", count)


def _page(page: Page, picture: bytes, marks: Iterable[Mark]) -> _Element:
    source = "data:image/png;base64," + base64.b64encode(picture).decode("ascii")
    sheet = E.div({"class": "page", "style": f"aspect-ratio:{page.width:.2f}/{page.height:.2f}"})
    sheet.append(E.img({"src": source, "alt": f"第 {page.number} 页"}))
    for mark in marks:
        box = mark.box
        if box is not None:
            place = (
                f"left:{100 * box.x0 / page.width:.3f}%;top:{100 * box.top / page.height:.3f}%;"
                f"width:{100 * (box.x1 - box.x0) / page.width:.3f}%;height:{100 * (box.bottom - box.top) / page.height:.3f}%"
            )
            sheet.append(E.a(mark_attributes(mark) | {"style": place, "href": f"#{mark.id}"}))
    return E.figure({"id": f"page-{page.number}"}, sheet, E.figcaption(f"第 {page.number} 页"))


def page_pictures(content: bytes, pages: Iterable[Page]) -> dict[int, bytes]:
    """PNG pictures of PDF pages by page number, as displayed; a page that cannot be drawn is left out."""
    found: dict[int, bytes] = {}
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        return found
    try:
        for page in pages:
            if page.number <= len(document):
                found[page.number] = _picture(document[page.number - 1], page)
    finally:
        document.close()
    return found


def _picture(drawn: pypdfium2.PdfPage, page: Page) -> bytes:
    width, height = drawn.get_size()
    if abs(width - page.width) > 1 or abs(height - page.height) > 1:
        # The marks are measured on the whole sheet, pdfium shows what is left of it after cropping.
        drawn.set_cropbox(*drawn.get_mediabox())
    scale = min(DPI / 72, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
    picture = drawn.render(scale=scale).to_pil().convert("RGB").quantize(_COLOURS)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _redrawn(document: Document, marks: Sequence[Mark]) -> _Element:
    """A document without pages: its lines and tables in reading order."""
    by_locus = {mark.locus: mark for mark in marks if mark.locus}
    sheet = E.div({"class": "paper"})
    for block in document.blocks:
        sheet.append(_grid(block, by_locus) if isinstance(block, Grid) else _line(block, by_locus))
    return E.figure(sheet, E.figcaption("按读出的内容重绘"))


def _line(line: Line, by_locus: Mapping[Locus, Mark]) -> _Element:
    mark = by_locus.get(line.locus) if line.locus else None
    attributes = mark_attributes(mark) if mark else {"class": "furniture"} if line.role is LineRole.FURNITURE else {}
    return E.p(attributes, line.text)


def _grid(grid: Grid, by_locus: Mapping[Locus, Mark]) -> _Element:
    table = E.table({"class": f"grid {grid.layout}"})
    rows: dict[int, list[GridCell]] = {}
    for cell in grid.cells:
        rows.setdefault(cell.row, []).append(cell)
    for number in range(max(rows, default=-1) + 1):
        table.append(E.tr(*(_cell(cell, by_locus) for cell in rows.get(number, []))))
    return table


def _cell(cell: GridCell, by_locus: Mapping[Locus, Mark]) -> _Element:
    mark = by_locus.get(cell.locus) if cell.locus else None
    attributes = mark_attributes(mark) if mark else {}
    if cell.rowspan > 1:
        attributes["rowspan"] = str(cell.rowspan)
    if cell.colspan > 1:
        attributes["colspan"] = str(cell.colspan)
    return E.td(attributes, cell.text)
