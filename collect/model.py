"""Source: bytes and where they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Source:
    """One document as collected.

    ``document`` is its public name: the path relative to the ingested folder, with ``archive.zip/member`` for members of
    an archive. ``origin`` is the full path or URL.
    """

    document: str
    content: bytes = field(repr=False)
    origin: str = ""

    @property
    def sha256(self) -> str:
        """Hex digest of the content: the document's identity."""
        return sha256(self.content).hexdigest()
