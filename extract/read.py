"""The door of this room: bytes in, Document out. One line per format.

Readers are imported when first needed (PLC0415): a PDF library costs more to import than a web page to read.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from collect.errors import NianbaoError, UnreadableError, UnsupportedError
from extract import sniff as formats
from extract.model import Document
from extract.sniff import sniff

Reader = Callable[[bytes], Document]


def read(content: bytes, name: str = "", pictures: Mapping[str, bytes] | None = None) -> Document:
    """The content of a file as a Document, whatever its format.

    Args:
        content: The whole file.
        name: Its name; it only breaks ties between formats that are both text.
        pictures: Of a web page, what it shows from files of their own, by the address that its markup has.

    Raises:
        UnreadableError: empty, damaged, or no document.
        EncryptedError: a password is needed.
        UnsupportedError: a known format that is not read; ``advice`` says what to do with it.
    """
    media_type = sniff(content, name)
    reader = READERS.get(media_type)
    if reader is None:
        raise _refusal(media_type)
    if pictures and media_type == formats.HTML:
        reader = partial(_html, pictures=pictures)
    return _read(reader, media_type, content)


def read_again(content: bytes, name: str = "") -> Document | None:
    """The content of the file by another, slower reader; None where the format has but one.

    Raises:
        NianbaoError: as ``read``.
    """
    media_type = sniff(content, name)
    reader = SECOND_READERS.get(media_type)
    return None if reader is None else _read(reader, media_type, content)


def _read(reader: Reader, media_type: str, content: bytes) -> Document:
    try:
        return replace(reader(content), media_type=media_type)
    except NianbaoError:
        raise
    except RecursionError as error:
        message = f"What this {media_type} holds lies within each other too deep to be read."
        raise UnreadableError(message, code="unreadable.nesting") from error


def _pdf(content: bytes) -> Document:
    from extract.pdf import read_pdf  # noqa: PLC0415  # see above

    return read_pdf(content)


def _pdf_again(content: bytes) -> Document:
    from extract.pdf import read_pdf_again  # noqa: PLC0415  # see above

    return read_pdf_again(content)


def _html(content: bytes, pictures: Mapping[str, bytes] | None = None) -> Document:
    from extract.html import read_html  # noqa: PLC0415  # see above

    return read_html(content, pictures=pictures)


def _docx(content: bytes) -> Document:
    from extract.docx import read_docx  # noqa: PLC0415  # see above

    return read_docx(content)


def _ofd(content: bytes) -> Document:
    from extract.ofd import read_ofd  # noqa: PLC0415  # see above

    return read_ofd(content)


def _xlsx(content: bytes) -> Document:
    from extract.xlsx import read_xlsx  # noqa: PLC0415  # see above

    return read_xlsx(content)


def _xls(content: bytes) -> Document:
    from extract.xls import read_xls  # noqa: PLC0415  # see above

    return read_xls(content)


def _text(content: bytes) -> Document:
    from extract.text import read_text  # noqa: PLC0415  # see above

    return read_text(content)


def _picture(content: bytes) -> Document:
    from extract.ocr import INSTALL_OCR, is_installed  # noqa: PLC0415  # see above

    if not is_installed():
        raise UnsupportedError("A picture: its text must be recognised (OCR) first.", advice=INSTALL_OCR, code="needs_ocr")
    from extract.scan import read_picture  # noqa: PLC0415  # see above

    return read_picture(content)


def _office(suffix: str) -> Reader:
    def read_as(content: bytes) -> Document:
        from extract.office import read_office  # noqa: PLC0415  # see above

        return read_office(content, suffix)

    return read_as


def _mhtml(content: bytes) -> Document:
    """A web archive (Word's "single file web page"): the first HTML part, which the root of such a file is."""
    from extract.html import read_html  # noqa: PLC0415  # see above

    try:
        page, charset = next(_pages_of(content), (b"", ""))
    except Exception as error:  # the library falls over malformed headers in ways of its own
        raise UnreadableError(
            f"The web archive (MHTML) is damaged ({type(error).__name__}).", code="unreadable.damaged"
        ) from error
    if not page:
        raise UnreadableError("A web archive (MHTML) without a page in it.")
    return read_html(page, charset)


def _pages_of(content: bytes) -> Iterator[tuple[bytes, str]]:
    """The HTML parts of a web archive, with the charset that their headers state."""
    for part in email.message_from_bytes(content.lstrip(), policy=email.policy.default).walk():
        if part.get_content_type() == "text/html":
            page = part.get_payload(decode=True)
            if isinstance(page, bytes) and page.strip():
                yield page, part.get_content_charset("") or ""


READERS: dict[str, Reader] = {
    formats.PDF: _pdf,
    formats.HTML: _html,
    formats.MHTML: _mhtml,
    formats.DOCX: _docx,
    formats.OFD: _ofd,
    formats.XLSX: _xlsx,
    formats.XLS: _xls,
    formats.TEXT: _text,
    formats.DOC: _office("doc"),
    formats.RTF: _office("rtf"),
    formats.ODT: _office("odt"),
    formats.WORD_XML: _office("xml"),
    **dict.fromkeys(formats.PICTURES, _picture),
}
"""Media type -> reader. A new format is one line here, one reader and one line in ``sniff``."""

SECOND_READERS: dict[str, Reader] = {formats.PDF: _pdf_again}
"""Media type -> the reader to ask where the first one's result is not certain."""

_REFUSED = {
    "application/zip": ("A zip archive", "Ingest the archive itself: `nianbao ingest` opens zip and tar files."),
    "application/gzip": ("A gzip file", "Ingest the archive itself, or unpack it first."),
    "application/vnd.rar": ("A RAR archive", "Unpack it and ingest the folder."),
    "application/x-7z-compressed": ("A 7z archive", "Unpack it and ingest the folder."),
    "application/vnd.ms-powerpoint": ("A PowerPoint presentation", "Save it as PDF and ingest that."),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (
        "A PowerPoint presentation",
        "Save it as PDF and ingest that.",
    ),
}


def _refusal(media_type: str) -> UnsupportedError:
    what, advice = _REFUSED.get(media_type, (f"A file of type {media_type}", UnsupportedError.advice))
    return UnsupportedError(f"{what} is not read.", advice=advice)
