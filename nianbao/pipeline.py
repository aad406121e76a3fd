"""The hallway: one document's bytes through the rooms, as pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from extract.model import Document
from normalize.model import Report

READER_VERSION = "2"
"""Changes whenever the same bytes may give another result: documents are then read again."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A file read: what is printed in it, and what that means."""

    document: Document
    reports: tuple[Report, ...]
    """One, or several where two years or agencies stand in one document."""


def read_document(content: bytes, name: str = "") -> Document:
    """What is printed in a file.

    Raises:
        NianbaoError: unreadable, encrypted or unsupported.
    """
    from extract.read import read as extract  # noqa: PLC0415 - readers are dear to import and not every command needs them

    return extract(content, name)


def understand(document: Document, origin: str = "") -> Reading:
    """The reports of a document. ``origin`` is its relative path or its URL: last evidence for whose report it is.

    Raises:
        NotAReportError: it is something else; the error says what.
    """
    from normalize.reports import normalize  # noqa: PLC0415 - see above

    return Reading(document, normalize(document, origin))


def read(content: bytes, name: str = "", origin: str = "") -> Reading:
    """A file through ``extract`` and ``normalize``. ``name`` stands in for an ``origin`` that is not given.

    Raises:
        NianbaoError: unreadable, encrypted, unsupported, or no such report.
    """
    return understand(read_document(content, name), origin or name)


def read_reports(content: bytes, name: str = "", origin: str = "") -> tuple[Report, ...]:
    """The reports a file holds; see ``read``."""
    return read(content, name, origin).reports
