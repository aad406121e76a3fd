"""Where the bytes of a document are found: at its origin, while the file there is the same, or in the archive of a crawl."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from hashlib import sha256 as digest
from pathlib import Path
from typing import Protocol

from sqlalchemy import select

from collect.archives import find
from collect.errors import NianbaoError
from collect.files import is_url, local_path
from store.load import Store
from store.schema import document, document_path

_KEPT = 6
"""Documents kept in memory: a reader turns the pages of few at a time."""


class Contents(Protocol):
    """An archive of what was collected."""

    def content(self, sha256: str) -> bytes:
        """The bytes with that digest.

        Raises:
            LookupError: it has none such.
            NianbaoError: it is damaged.
        """


class FoundOriginals:
    """Looks a document up by its digest: first where it came from, then in an archive. Only the very bytes count."""

    def __init__(self, store: Store, archive: Contents | None = None) -> None:
        self._store = store
        self._archive = archive
        self._kept: OrderedDict[str, bytes | None] = OrderedDict()
        self._lock = threading.Lock()

    def content(self, sha256: str) -> bytes | None:
        """The document's bytes; None where they are not to be had."""
        with self._lock:
            if sha256 not in self._kept:
                self._kept[sha256] = next((found for found in self._candidates(sha256) if _is(found, sha256)), None)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(sha256)
            return self._kept[sha256]

    def _candidates(self, sha256: str) -> Iterator[bytes]:
        for origin, size in self._origins(sha256):
            found = _at(origin, size)
            if found is not None:
                yield found
        if self._archive is not None:
            try:
                yield self._archive.content(sha256)
            except (LookupError, NianbaoError, OSError):
                return

    def _origins(self, sha256: str) -> list[tuple[str, int]]:
        query = (
            select(document_path.c.origin, document.c.size)
            .join(document, document.c.id == document_path.c.document_id)
            .where(document.c.sha256 == sha256)
            .order_by(document_path.c.current.desc(), document_path.c.ordinal)
        )
        with self._store.reading() as connection:
            return [(row.origin, row.size) for row in connection.execute(query)]


def _at(origin: str, size: int) -> bytes | None:
    """What lies at a local origin, or in the archive it leads into; nothing is fetched from anywhere."""
    if not origin or (is_url(origin) and not origin.startswith("file:")):
        return None
    path = local_path(origin)
    try:
        if path.is_file():
            return path.read_bytes() if path.stat().st_size == size else None
        if not _in_a_file(path):
            return None
        return find(path).content
    except (NianbaoError, OSError, ValueError):
        return None


def _in_a_file(path: Path) -> bool:
    """Whether the path leads into an archive: one of the folders it names is a file."""
    return any(parent.is_file() for parent in path.parents)


def _is(content: bytes, sha256: str) -> bool:
    return digest(content).hexdigest() == sha256
