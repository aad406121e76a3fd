"""PDF -> ``Document``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

import regex

from collect.errors import UnreadableError, UnsupportedError
from extract.bounds import beyond, limits
from extract.drawn_cells import with_drawings
from extract.garbled import is_garbled
from extract.ink import LossyError
from extract.inline import struck_out
from extract.model import Block, Document, Metadatum, Page, ReaderWarning
from extract.ocr import INSTALL_OCR, is_installed
from extract.pages import compose
from extract.pdf_streams import refuse_bombs
from extract.sheet import Sheet

MEDIA_TYPE = "application/pdf"
PATIENCE = 60
"""So many first pages without a character, and the rest is not looked at."""
SCANNED = 0.3
"""A page without text whose largest picture covers this share of it is a scan."""
PASTED = 0.06
"""A picture that covers this share of a page of text may be a table."""
OBJECT = regex.compile(rb"\d\s+\d+\s+obj\b|\bendobj\b")
_MOST_UNMAPPED = 0.3
"""Share of characters without a meaning from which a text layer cannot be used."""
_CUT = "Cut the report out of the volume and ingest that."
FEW = 20
"""A page with fewer characters than this (a stamp, a page number) has no text of its own."""


def read_pdf(content: bytes) -> Document:
    """The content of a PDF file in reading order, read through pdfium.

    Ruled, partly ruled, coloured and unruled tables become grids, over page breaks; page numbers and running heads become
    lines marked as furniture. Boxes are in points of the page as displayed.

    Args:
        content: the bytes of the file.

    Raises:
        EncryptedError: a password is needed to open it.
        UnreadableError: it is damaged, cut short, or holds nothing to read.
        UnsupportedError: a scan (``needs_ocr``), a text layer without meaning (``unusable_text_layer``), or too many pages
            (``too_many_pages``).
    """
    from extract.ink_pdfium import opened  # noqa: PLC0415 - each library is loaded only where it is used

    try:
        return _read(content, opened, ocr=is_installed())
    except LossyError as error:
        again = read_pdf_again(content)
        warning = ReaderWarning("second_reading", f"Read with the second reader: the first one would have lost {error}.")
        return replace(again, warnings=(*again.warnings, warning))


def read_pdf_again(content: bytes) -> Document:
    """The same through pdfplumber, some twenty times slower: a second opinion from a library that shares no code."""
    from extract.ink_pdfplumber import opened  # noqa: PLC0415 - as above

    return _read(content, opened)


class _Pages(Protocol):
    """An open file, whichever library reads it."""

    def sheets(self) -> Iterator[Sheet]: ...

    def information(self) -> Mapping[str, bytes | str]: ...


def _read(content: bytes, opened: Callable[[bytes], AbstractContextManager[_Pages]], *, ocr: bool = False) -> Document:
    if _is_cut_short(content):
        raise UnreadableError("The PDF file ends before its end.")
    refuse_bombs(content)
    with opened(content) as pages:
        sheets = _sheets(pages, patience=limits().pages if ocr else PATIENCE)
        metadata, producer = _metadata(pages.information())
    pictures = _pictures(sheets)
    partly = [s.number for s in sheets if s.pictured >= PASTED and s.number not in pictures] if ocr else []
    if ocr and (pictures or partly):
        blocks, warnings = _recognised(content, sheets, pictures, partly)
    else:
        _check_text(sheets)
        blocks, warnings = compose(sheets)
        blocks = with_drawings(blocks, sheets)
    return Document(
        media_type=MEDIA_TYPE,
        blocks=blocks,
        pages=tuple(Page(s.number, round(s.width, 2), round(s.height, 2)) for s in sheets),
        metadata=metadata,
        producer=producer,
        warnings=(*_page_warnings(sheets, set(pictures) if ocr else set()), *warnings),
    )


def _is_cut_short(content: bytes) -> bool:
    """No end-of-file mark after the last object. Not every file with a broken index is cut; every cut file lacks the mark."""
    end = content.rfind(b"%%EOF")
    return end < 0 or OBJECT.search(content, end) is not None


def _sheets(pages: _Pages, patience: int) -> list[Sheet]:
    sheets: list[Sheet] = []
    for sheet in pages.sheets():
        if sheet.number > limits().pages:
            raise beyond("pages", f"The PDF file has more than {limits().pages} pages.", code="too_many_pages", instead=_CUT)
        sheets.append(sheet)
        if sheet.number == patience and not any(s.glyphs or s.unmapped for s in sheets):
            break
    if not sheets:
        raise UnreadableError("The PDF file has no pages.")
    return sheets


def _pictures(sheets: Sequence[Sheet]) -> list[int]:
    """The numbers of the pages that only their pixels tell: scans, and pages whose text layer means nothing."""
    unmapped = sum(s.unmapped for s in sheets) > _MOST_UNMAPPED * max(sum(_inked(s) for s in sheets), 1)
    garbled = unmapped or is_garbled(glyph.text for sheet in sheets for glyph in sheet.glyphs)
    return [s.number for s in sheets if garbled or (s.pictured >= SCANNED and _inked(s) < FEW)]


def _recognised(
    content: bytes, sheets: Sequence[Sheet], whole: Sequence[int], partly: Sequence[int]
) -> tuple[tuple[Block, ...], tuple[ReaderWarning, ...]]:
    """The blocks of a document some of whose pages are read from pixels: the ``whole`` page, or tables pasted as pictures."""
    from extract.raster import pages_of_pdf  # noqa: PLC0415 - only where a scan is met
    from extract.scan import composed, read_pages, read_within  # noqa: PLC0415

    if len(whole) + len(partly) > limits().recognised_pages:
        message = f"The PDF file has more than {limits().recognised_pages} pages that are pictures."
        raise beyond("recognised_pages", message, code="too_many_pages", instead=_CUT)
    by_number = {sheet.number: sheet for sheet in sheets}
    pages = read_pages(pages_of_pdf(content, whole))
    pasted = [read_within(raster, by_number[raster.number]) for raster in pages_of_pdf(content, partly)]
    pages += [page for page in pasted if page is not None]
    by_number.update({page.number: page.sheet for page in pages})
    merged = list(by_number.values())
    if not any(_inked(sheet) for sheet in merged):
        raise UnreadableError("The PDF file holds no text.")
    return composed(merged, pages)


def _check_text(sheets: list[Sheet]) -> None:
    """Raises unless there is text worth reading."""
    glyphs = sum(_inked(s) for s in sheets)
    unmapped = sum(s.unmapped for s in sheets)
    if unmapped > _MOST_UNMAPPED * max(glyphs, 1):
        raise UnsupportedError(
            f"The text layer cannot be used: {unmapped} of {glyphs} characters have no meaning in the file's fonts.",
            code="unusable_text_layer",
            advice=INSTALL_OCR,
        )
    pictures = [s for s in sheets if s.pictured >= SCANNED and _inked(s) < FEW]
    if pictures and all(_inked(s) < FEW for s in sheets):
        raise UnsupportedError(
            "The PDF file is a scan: its pages are pictures without text.", code="needs_ocr", advice=INSTALL_OCR
        )
    if glyphs == 0:
        raise UnreadableError("The PDF file holds no text.")


def _inked(sheet: Sheet) -> int:
    return sum(glyph.length for glyph in sheet.glyphs if not glyph.text.isspace())


def _page_warnings(sheets: list[Sheet], recognised: Collection[int]) -> Iterator[ReaderWarning]:
    for sheet in sheets:
        if sheet.number in recognised:
            continue
        if sheet.pictured >= SCANNED and _inked(sheet) < FEW:
            yield ReaderWarning("scanned_page", "The page is a picture; what it says was not read.", sheet.number)
        if sheet.hidden:
            yield ReaderWarning("hidden_text", f"{sheet.hidden} characters that cannot be seen were ignored.", sheet.number)
        if sheet.struck:
            yield replace(struck_out(sheet.struck), page=sheet.number)
        if sheet.unmapped:
            yield ReaderWarning(
                "unmapped_text", f"{sheet.unmapped} characters have no meaning in the file's fonts.", sheet.number
            )


# what the file says about itself -------------------------------------------------------------------------------------


def _metadata(information: Mapping[str, bytes | str]) -> tuple[tuple[Metadatum, ...], str]:
    """Title, author and date of creation, and the producing program."""
    values = {key: _text(value) for key, value in information.items()}
    created = _iso_date(values.get("CreationDate", ""))
    facts = (("title", values.get("Title", "")), ("author", values.get("Author", "")), ("created", created))
    programs = [values.get("Creator", ""), values.get("Producer", "")]
    producer = " / ".join(dict.fromkeys(p for p in programs if p))
    return tuple(Metadatum(name, value) for name, value in facts if value), producer


def _text(value: bytes | str) -> str:
    """A PDF string, whichever encoding it really has: producers write UTF-16 in both orders, UTF-8 and GBK."""
    if isinstance(value, str):
        value = _undecoded(value)
    text = value if isinstance(value, str) else _decoded(value)
    return "".join(c for c in text if c >= " ").strip()


def _undecoded(text: str) -> bytes | str:
    """The bytes of a string that was decoded with PDF's own 8-bit encoding, which producers seldom really use.

    A string that must have been UTF-16, or is ASCII, stays what it is.
    """
    if text.isascii():
        return text
    from pdfminer.utils import PDFDocEncoding  # noqa: PLC0415 - needed by few files

    codes = {char: code for code, char in enumerate(PDFDocEncoding) if char != "\0" or code == 0}
    return bytes(codes[char] for char in text) if all(char in codes for char in text) else text


def _decoded(value: bytes) -> str:
    if value.startswith((b"\xfe\xff", b"\xff\xfe")):
        return value.decode("utf-16", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    from pdfminer.utils import PDFDocEncoding  # noqa: PLC0415 - needed by few files

    return "".join(PDFDocEncoding[byte] for byte in value)


def _iso_date(value: str) -> str:
    match = regex.match(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?", value)
    return "-".join(part for part in match.groups() if part) if match else ""
