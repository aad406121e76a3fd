"""The hallway: one document's bytes through the rooms, as pure functions."""

from __future__ import annotations

from extract.model import Document
from normalize.model import Report

READER_VERSION = "1"
"""Changes whenever the same bytes may give another result: documents are then read again."""


def read_document(content: bytes, name: str = "") -> Document:
    """What is printed in a file.

    Raises:
        NianbaoError: unreadable, encrypted or unsupported.
    """
    from extract.read import read  # noqa: PLC0415 - readers are dear to import and not every command needs them

    return read(content, name)


def read_reports(content: bytes, name: str = "", origin: str = "") -> tuple[Report, ...]:
    """The reports a file holds: one, or several where two years or agencies stand in one document.

    ``name`` is the file's name, ``origin`` its full path or URL: last evidence for whose report it is.

    Raises:
        NianbaoError: unreadable, encrypted, unsupported, or no such report.
    """
    from normalize.reports import normalize  # noqa: PLC0415 - see above

    return normalize(read_document(content, name), origin or name)
