"""The hallway: one document's bytes through the rooms, as pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from collect.errors import NianbaoError, NotAReportError
from extract.model import Document, ReaderWarning
from extract.ocr import RECOGNISED
from normalize.model import Report

READER_VERSION = "10"
"""Changes whenever the same bytes may give another result: documents are then read again."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file read: what is printed in it, and what that means."""

    document: Document
    reports: tuple[Report, ...]
    """One, or several where two years or agencies stand in one document."""


def read_document(content: bytes, name: str = "", pictures: Mapping[str, bytes] | None = None) -> Document:
    """What is printed in a file. ``pictures`` are those that a web page shows from files of their own, by address.

    Raises:
        NianbaoError: unreadable, encrypted or unsupported.
    """
    from extract.read import read as extract  # noqa: PLC0415 - readers are dear to import and not every command needs them

    return extract(content, name, pictures)


def understand(document: Document, origin: str = "") -> Reading:
    """The reports of a document. ``origin`` is its relative path or its URL: last evidence for whose report it is.

    Raises:
        NotAReportError: it is something else; the error says what.
    """
    from normalize.reports import normalize  # noqa: PLC0415 - see above

    return Reading(document, normalize(document, origin))


def read(content: bytes, name: str = "", origin: str = "", pictures: Mapping[str, bytes] | None = None) -> Reading:
    """A file through ``extract`` and ``normalize``. ``name`` stands in for an ``origin`` that is not given.

    ``pictures`` are those that a web page shows from files of their own, by the address that its markup has.

    Where a format has a second reader and the first one's result is not certain, both are asked and the better certified
    reading is kept; a warning of the document (``second_reading``) says which.

    Raises:
        NianbaoError: unreadable, encrypted, unsupported, or no such report.
    """
    from normalize.opinions import better, is_certain  # noqa: PLC0415 - see above

    first: Reading | NianbaoError
    try:
        document = read_document(content, name, pictures)
        first = understand(document, origin or name)
    except NotAReportError as error:
        if not document.warnings:
            raise  # its text was read without a doubt; another reader would find the same
        first = error
    except NianbaoError as error:
        if error.reason not in _ASKED_AGAIN:
            raise
        first = error
    else:
        if is_certain(first.reports) or any(warning.code == RECOGNISED for warning in document.warnings):
            return first  # of pixels another reader of text layers knows no more
    second = _second_reading(content, name, origin or name)
    if isinstance(first, NianbaoError):
        if second is None:
            raise first
        return _noted(second, f"The first reader said: {first.message} The second one read it.")
    if second is None:
        return first
    reports, is_second = better(first.reports, second.reports)
    said = "which reads more of it with certainty" if is_second else "whose reading is not better"
    kept = second if is_second else Reading(first.document, reports)
    return _noted(kept, f"Read again with the second reader, {said}.")


_ASKED_AGAIN = frozenset({"unreadable", "unusable_text_layer"})
"""Reasons of failure that another reader may not share."""


def _second_reading(content: bytes, name: str, origin: str) -> Reading | None:
    """What the format's second reader makes of it; None without such a reader, or where it fails."""
    from extract.read import read_again  # noqa: PLC0415 - see above

    try:
        document = read_again(content, name)
        return None if document is None else understand(document, origin)
    except NianbaoError:
        return None


def _noted(reading: Reading, message: str) -> Reading:
    warning = ReaderWarning("second_reading", message)
    return replace(reading, document=replace(reading.document, warnings=(*reading.document.warnings, warning)))


def read_reports(content: bytes, name: str = "", origin: str = "") -> tuple[Report, ...]:
    """The reports a file holds; see ``read``."""
    return read(content, name, origin).reports
