"""Contents of an archive as files that anybody may open, in this process or in another: ``warc://FOLDER/FILE#OFFSET#SHA256``."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO

from collect.archive.archive import Archive, read_content
from collect.archive.model import Capture
from collect.archive.volumes import Place
from collect.errors import UnreadableError
from collect.files import ARCHIVED
from collect.model import Fetch, FoundFile

_LOOKED_NS = 1 << 62
"""A content never changes under its digest, so it was looked at late enough to be trusted."""


def open_content(path: str) -> IO[bytes]:
    """The content that ``path`` names.

    Raises:
        UnreadableError: the archive does not hold it there.
    """
    try:
        file, offset, sha256 = path.removeprefix(ARCHIVED).rsplit("#", 2)
        place = Place(Path(file).name, int(offset))
    except ValueError as error:
        raise UnreadableError(f"{path} names no content of an archive.") from error
    return io.BytesIO(read_content(Path(file).parent, place, sha256))


def as_file(archive: Archive, capture: Capture) -> FoundFile:
    """What an address held, as a file: named by host and path, remembered by its content, wherever the archive lies.

    Raises:
        LookupError: the archive does not hold the content.
    """
    place = archive.place(capture.sha256)
    if place is None:
        raise LookupError(f"The archive holds no content {capture.sha256}.")
    return FoundFile(
        f"{ARCHIVED}{archive.root.absolute()}/{place}#{capture.sha256}",
        capture.name,
        capture.url,
        capture.size,
        modified_ns=0,
        looked_ns=_LOOKED_NS,
        fetch=Fetch(capture.moment, capture.via, capture.record),
        seen_as=f"sha256:{capture.sha256}",
    )
