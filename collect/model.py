"""What is collected: documents with their bytes, documents that still lie in their files, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from collect.errors import NianbaoError


@dataclass(frozen=True, slots=True)
class Fetch:
    """How a document came from its address."""

    moment: datetime
    """When the answer came: aware."""
    via: str = ""
    """The page that led there, as far as it is known."""
    record: str = ""
    """Where question and answer are kept, with their headers: ``FILE#OFFSET`` of a WARC file's record."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that a web page shows from a file of its own."""

    address: str
    """As the page's markup has it."""
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Source:
    """One document as collected.

    ``document`` is its public name: the path relative to the ingested folder, with ``archive.zip/member`` for members of
    an archive. ``origin`` is the full path or URL.
    """

    document: str
    content: bytes = field(repr=False)
    origin: str = ""
    fetch: Fetch | None = None
    """How a crawl fetched it; None for a file."""
    pictures: tuple[Picture, ...] = field(default=(), repr=False)
    """Of a web page that prints no table: the pictures beside it (``collect.pictures``)."""

    @property
    def fetched(self) -> datetime | None:
        """When a crawl fetched it; None for a file."""
        return self.fetch.moment if self.fetch else None

    @property
    def size(self) -> int:
        """Bytes it holds in memory."""
        return len(self.content) + sum(len(picture.content) for picture in self.pictures)

    @property
    def shown(self) -> dict[str, bytes]:
        """Its pictures by address."""
        return {picture.address: picture.content for picture in self.pictures}

    @property
    def sha256(self) -> str:
        """Hex digest of the content: the document's identity. Pictures are part of a page, and of its digest."""
        digest = sha256(self.content)
        for picture in self.pictures:
            digest.update(f"\0{picture.address}\0{sha256(picture.content).hexdigest()}".encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as listed, not opened. It is a document or an archive of documents."""

    path: str
    """What opens it: an absolute path, or a URL for fsspec."""
    document: str
    """Its public name; those of an archive's members begin with it."""
    origin: str
    size: int
    modified_ns: int
    """When it was last changed, in nanoseconds since 1970; -1 where its place does not say."""
    looked_ns: int
    """When this was found out, by the clock of this machine."""
    fetch: Fetch | None = None
    """How a crawl fetched it; None for a file."""
    seen_as: str = ""
    """What it is remembered by; its path where that is empty."""
    is_given: bool = False
    """It was named itself, not found in a folder."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A document that still lies in a file of its own. Whoever reads it opens it: see ``collect.files.load``."""

    document: str
    origin: str
    path: str
    size: int
    """As listed. A file of another size is not the one that was meant."""
    known: tuple[str, ...] = field(default=(), repr=False)
    """Digests of contents that need no reading, should the file hold one of them."""
    fetch: Fetch | None = None
    """How a crawl fetched it; None for a file."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was met and could not be taken in, and why."""

    document: str
    origin: str
    error: NianbaoError
