"""OFD (GB/T 33190-2016), the fixed layout format of Chinese offices: a zip of XML pages, read as PDF pages are.

Boxes are in points of the page as displayed, origin top left. Annotations, signatures and seals are no part of the text.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml import etree

from collect.errors import EncryptedError, UnreadableError, UnsupportedError
from extract.bounds import beyond, limits
from extract.drawn_cells import with_drawings
from extract.inline import struck_out
from extract.model import Block, Document, Metadatum, Page, ReaderWarning
from extract.ocr import INSTALL_OCR, is_installed
from extract.ofd_page import PagePicture, PageReader, Resources, local, numbers
from extract.pages import compose
from extract.parts import Parts, opened
from extract.sheet import Rectangle, Sheet

MEDIA_TYPE = "application/ofd"
_A4 = (0.0, 0.0, 210.0, 297.0)
_SCANNED = 0.5
"""Share of a page from which its picture may be the page."""
_FEW = 40
"""Characters below which such a page is a scan."""
_FACTS = {"Title": "title", "Author": "author", "CreationDate": "created"}


def read_ofd(content: bytes) -> Document:
    """The first document of an OFD file. Pages that are pictures are recognised, where OCR is installed.

    Raises:
        UnreadableError: damaged, or without text.
        EncryptedError: its parts are encrypted.
        UnsupportedError: parts too large, hundreds of pages, or (``needs_ocr``) pages that are pictures.
    """
    with opened(content, "OFD") as parts:
        return _Package(parts).document()


class _Package:
    """The parts of an OFD file."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._names = {name.lstrip("/"): name for name in parts.names}
        self._resources = Resources()
        self._templates: dict[str, etree._Element] = {}

    def document(self) -> Document:
        """Read the pages and compose them."""
        if "Encryptions.xml" in self._names:
            raise EncryptedError("The OFD file is encrypted.")
        body = next(self._xml("OFD.xml").iter("{*}DocBody"), None)
        root = next(body.iterchildren("{*}DocRoot"), None) if body is not None else None
        if body is None or root is None or not (root.text or "").strip():
            raise UnreadableError("The OFD file names no document.")
        path = self._resolved("", (root.text or "").strip())
        document = self._xml(path)
        self._load_common(document, path)
        read = [self._page(document, path, number, page) for number, page in self._pages(document)]
        sheets = [sheet for sheet, _ in read]
        blocks, warnings = self._blocks(sheets, [pictures for _, pictures in read])
        metadata, producer = _facts(body)
        struck = [replace(struck_out(sheet.struck), page=sheet.number) for sheet in sheets if sheet.struck]
        return Document(
            media_type=MEDIA_TYPE,
            blocks=blocks,
            pages=tuple(Page(s.number, round(s.width, 2), round(s.height, 2)) for s in sheets),
            metadata=metadata,
            producer=producer,
            warnings=(*struck, *warnings),
        )

    def _blocks(
        self, sheets: Sequence[Sheet], pictures: Sequence[Sequence[PagePicture]]
    ) -> tuple[tuple[Block, ...], tuple[ReaderWarning, ...]]:
        scanned = {sheet.number: found for sheet, found in zip(sheets, pictures, strict=True) if found and _is_scan(sheet)}
        if scanned and is_installed():
            return self._recognised(sheets, scanned)
        if not any(glyph.length for sheet in sheets for glyph in sheet.glyphs):
            if scanned:
                message = "The OFD file is a scan: its pages are pictures without text."
                raise UnsupportedError(message, code="needs_ocr", advice=INSTALL_OCR)
            raise UnreadableError("The OFD file holds no text.", code="unreadable.empty")
        blocks, warnings = compose(sheets)
        unread = [ReaderWarning("scanned_page", "The page is a picture; what it says was not read.", n) for n in scanned]
        return with_drawings(blocks, sheets), (*warnings, *unread)

    def _recognised(
        self, sheets: Sequence[Sheet], scanned: dict[int, Sequence[PagePicture]]
    ) -> tuple[tuple[Block, ...], tuple[ReaderWarning, ...]]:
        from extract.raster import Raster, pages_of_picture  # noqa: PLC0415 - only where a scan is met
        from extract.scan import composed, read_pages  # noqa: PLC0415

        by_number = {sheet.number: sheet for sheet in sheets}

        def rasters() -> Iterator[Raster]:
            for number, found in scanned.items():
                largest = max(found, key=lambda picture: _area(picture.box))
                for raster in pages_of_picture(self._bytes(largest.path)):
                    sheet = by_number[number]
                    yield Raster(number, sheet.width, sheet.height, raster.pixels)
                    break

        pages = read_pages(rasters())
        by_number.update({page.number: page.sheet for page in pages})
        return composed(list(by_number.values()), pages)

    def _load_common(self, document: etree._Element, path: str) -> None:
        for common in document.iterchildren("{*}CommonData"):
            for part in common:
                if local(part) in {"PublicRes", "DocumentRes"}:
                    self._load_resources(self._resolved(path, (part.text or "").strip()))
                elif local(part) == "TemplatePage":
                    found = self._optional(self._resolved(path, part.get("BaseLoc", "")))
                    if found is not None:
                        self._templates[part.get("ID", "")] = found

    def _load_resources(self, path: str) -> None:
        root = self._optional(path)
        if root is None:
            return
        base = posixpath.join(posixpath.dirname(path), root.get("BaseLoc", ""))
        for unit in root.iter("{*}CompositeGraphicUnit"):
            self._resources.composites[unit.get("ID", "")] = unit
        for media in root.iter("{*}MultiMedia"):
            file = next(media.iterchildren("{*}MediaFile"), None)
            if file is not None and media.get("Type", "Image") == "Image":
                self._resources.pictures[media.get("ID", "")] = posixpath.normpath(
                    posixpath.join(base, (file.text or "").strip())
                )

    def _pages(self, document: etree._Element) -> Iterator[tuple[int, etree._Element]]:
        pages = [page for listed in document.iterchildren("{*}Pages") for page in listed.iterchildren("{*}Page")]
        if len(pages) > limits().pages:
            instead = "Cut the report out of the volume and ingest that."
            message = f"The OFD file has more than {limits().pages} pages."
            raise beyond("pages", message, code="too_many_pages", instead=instead)
        if not pages:
            raise UnreadableError("The OFD file has no pages.", code="unreadable.empty")
        return enumerate(pages, start=1)

    def _page(self, document: etree._Element, path: str, number: int, listed: etree._Element) -> tuple[Sheet, list[PagePicture]]:
        where = self._resolved(path, listed.get("BaseLoc", ""))
        page = self._xml(where)
        for part in page.iterchildren("{*}PageRes"):
            self._load_resources(self._resolved(where, (part.text or "").strip()))
        reader = PageReader(number, _page_box(page) or _page_box(document) or _A4, self._resources)
        behind: list[etree._Element] = []
        before: list[etree._Element] = []
        for used in page.iterchildren("{*}Template"):
            template = self._templates.get(used.get("TemplateID", ""))
            if template is not None:
                (before if used.get("ZOrder") == "Foreground" else behind).append(template)
        for layers in (*behind, page, *before):
            reader.layers(layers)
        return reader.sheet(), reader.pictures

    def _resolved(self, base: str, path: str) -> str:
        """A part's name: absolute in the container, or from the folder of the part that names it."""
        if path.startswith("/"):
            return posixpath.normpath(path).lstrip("/")
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(base), path))
        return beside if beside in self._names else posixpath.normpath(path)

    def _optional(self, path: str) -> etree._Element | None:
        return self._xml(path) if path in self._names else None

    def _xml(self, path: str) -> etree._Element:
        if path not in self._names:
            raise UnreadableError(f"The OFD file lacks its part {path[:80]}.", code="unreadable.truncated")
        return self._parts.xml(self._names[path])

    def _bytes(self, path: str) -> bytes:
        return self._parts.data(self._names[path]) if path in self._names else b""


def _is_scan(sheet: Sheet) -> bool:
    return sheet.pictured >= _SCANNED and sum(g.length for g in sheet.glyphs if not g.text.isspace()) < _FEW


def _area(box: Rectangle) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _page_box(root: etree._Element) -> Rectangle | None:
    """The physical box of a page or, from the document's common data, of all pages: left, top, right, bottom in millimetres."""
    found = next(root.iter("{*}PhysicalBox"), None)
    values = numbers(found.text) if found is not None else []
    if len(values) != 4 or min(values[2:]) <= 0:
        return None
    x, y, width, height = values
    return x, y, x + width, y + height


def _facts(body: etree._Element) -> tuple[tuple[Metadatum, ...], str]:
    stated: dict[str, str] = {}
    for info in body.iterchildren("{*}DocInfo"):
        for part in info:
            stated.setdefault(local(part), (part.text or "").strip())
    facts = tuple(Metadatum(name, stated[key][:200]) for key, name in _FACTS.items() if stated.get(key))
    programs = (stated.get("Creator", ""), stated.get("CreatorVersion", ""))
    return facts, " ".join(filter(None, programs))
