"""PDF -> ``Document``."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import islice
from typing import Any

import pdfplumber
import regex
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfminer.utils import PDFDocEncoding
from pdfplumber.pdf import PDF

from collect.errors import EncryptedError, UnreadableError, UnsupportedError
from extract.ink import Printed, read_sheet
from extract.model import Document, Metadatum, Page, ReaderWarning
from extract.pages import compose
from extract.sheet import Sheet

MEDIA_TYPE = "application/pdf"
MOST_PAGES = 500
PATIENCE = 60
"""So many first pages without a character, and the rest is not looked at."""
SCANNED = 0.3
"""A page without text whose largest picture covers this share of it is a scan."""
OBJECT = regex.compile(rb"\d\s+\d+\s+obj\b|\bendobj\b")
FEW = 20
"""A page with fewer characters than this (a stamp, a page number) has no text of its own."""


def read_pdf(content: bytes) -> Document:
    """The content of a PDF file in reading order.

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
    if _is_cut_short(content):
        raise UnreadableError("The PDF file ends before its end.")
    with _quiet():
        try:
            with pdfplumber.open(BytesIO(content)) as pdf:
                sheets = _sheets(pdf)
                metadata, producer = _metadata(pdf.doc.info)
        except (EncryptedError, UnreadableError, UnsupportedError):
            raise
        except Exception as error:
            if _needs_password(error):
                raise EncryptedError("The PDF file opens only with a password.") from error
            raise UnreadableError(f"The PDF file is damaged ({type(error).__name__}).") from error
    _check_text(sheets)
    blocks, warnings = compose(sheets)
    return Document(
        media_type=MEDIA_TYPE,
        blocks=blocks,
        pages=tuple(Page(s.number, round(s.width, 2), round(s.height, 2)) for s in sheets),
        metadata=metadata,
        producer=producer,
        warnings=(*_page_warnings(sheets), *warnings),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without pdfminer's remarks about fonts; nobody else's logging is touched."""
    logger = logging.getLogger("pdfminer")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _is_cut_short(content: bytes) -> bool:
    """No end-of-file mark after the last object. Not every file with a broken index is cut; every cut file lacks the mark."""
    end = content.rfind(b"%%EOF")
    return end < 0 or OBJECT.search(content, end) is not None


def _needs_password(error: BaseException) -> bool:
    causes: list[Any] = [error, error.__cause__, error.__context__, *error.args]
    return any(isinstance(cause, PDFPasswordIncorrect) for cause in causes)


def _sheets(pdf: PDF) -> list[Sheet]:
    sheets: list[Sheet] = []
    for number, page_object in enumerate(islice(PDFPage.create_pages(pdf.doc), MOST_PAGES + 1), start=1):
        if number > MOST_PAGES:
            raise UnsupportedError(
                f"The PDF file has more than {MOST_PAGES} pages.",
                code="too_many_pages",
                advice="Cut the report out of the volume and ingest that.",
            )
        page = Printed(pdf, page_object, page_number=number)
        try:
            sheets.append(read_sheet(page))
        finally:
            page.close()
        if number == PATIENCE and not any(s.glyphs or s.unmapped for s in sheets):
            break
    if not sheets:
        raise UnreadableError("The PDF file has no pages.")
    return sheets


def _check_text(sheets: list[Sheet]) -> None:
    """Raises unless there is text worth reading."""
    glyphs = sum(_inked(s) for s in sheets)
    unmapped = sum(s.unmapped for s in sheets)
    if unmapped > 0.3 * max(glyphs, 1):
        raise UnsupportedError(
            f"The text layer cannot be used: {unmapped} of {glyphs} characters have no meaning in the file's fonts.",
            code="unusable_text_layer",
            advice="It needs OCR, which this version does not have yet; ingest another format of the report.",
        )
    pictures = [s for s in sheets if s.pictured >= SCANNED and _inked(s) < FEW]
    if pictures and all(_inked(s) < FEW for s in sheets):
        raise UnsupportedError(
            "The PDF file is a scan: its pages are pictures without text.",
            code="needs_ocr",
            advice="Scanned reports need OCR, which this version does not have yet; ingest another format of the report.",
        )
    if glyphs == 0:
        raise UnreadableError("The PDF file holds no text.")


def _inked(sheet: Sheet) -> int:
    return sum(not g.text.isspace() for g in sheet.glyphs)


def _page_warnings(sheets: list[Sheet]) -> Iterator[ReaderWarning]:
    for sheet in sheets:
        if sheet.pictured >= SCANNED and _inked(sheet) < FEW:
            yield ReaderWarning("scanned_page", "The page is a picture; what it says was not read.", sheet.number)
        if sheet.hidden:
            yield ReaderWarning("hidden_text", f"{sheet.hidden} characters that cannot be seen were ignored.", sheet.number)
        if sheet.unmapped:
            yield ReaderWarning(
                "unmapped_text", f"{sheet.unmapped} characters have no meaning in the file's fonts.", sheet.number
            )


# what the file says about itself -------------------------------------------------------------------------------------


def _metadata(infos: list[dict[str, Any]]) -> tuple[tuple[Metadatum, ...], str]:
    """Title, author and date of creation, and the producing program."""
    values = {key: _text(value) for info in infos for key, value in info.items()}
    created = _iso_date(values.get("CreationDate", ""))
    facts = (("title", values.get("Title", "")), ("author", values.get("Author", "")), ("created", created))
    programs = [values.get("Creator", ""), values.get("Producer", "")]
    producer = " / ".join(dict.fromkeys(p for p in programs if p))
    return tuple(Metadatum(name, value) for name, value in facts if value), producer


def _text(value: Any) -> str:  # noqa: ANN401 - pdfminer resolves to anything
    """A PDF string, whichever encoding it really has: producers write UTF-16 in both orders, UTF-8 and GBK."""
    value = value.resolve() if hasattr(value, "resolve") else value
    if not isinstance(value, bytes):
        return str(getattr(value, "name", value)) if value is not None else ""
    is_utf16 = value.startswith((b"\xfe\xff", b"\xff\xfe"))
    text = value.decode("utf-16", errors="replace") if is_utf16 else _first_decoding(value)
    return "".join(c for c in text if c >= " ").strip()


def _first_decoding(value: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return "".join(PDFDocEncoding[byte] for byte in value)


def _iso_date(value: str) -> str:
    match = regex.match(r"(?:D:)?(\d{4})(\d{2})?(\d{2})?", value)
    return "-".join(part for part in match.groups() if part) if match else ""
