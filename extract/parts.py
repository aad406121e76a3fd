"""The parts of an office file: a zip of XML (DOCX, OFD), opened without trust."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lxml import etree

from collect.errors import EncryptedError, UnreadableError, UnsupportedError

MEGABYTE = 1_000_000
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, struct.error, KeyError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Parts:
    """An open container and how much of a part is read."""

    archive: zipfile.ZipFile
    names: frozenset[str]
    kind: str
    """What it is called in messages: ``DOCX``."""
    limit: int
    """Megabytes."""

    def data(self, part: str) -> bytes:
        """A part unpacked.

        Raises:
            EncryptedError: it is encrypted.
            UnsupportedError: it unpacks to more than the limit.
        """
        try:
            with self.archive.open(part) as stream:
                data = stream.read(self.limit * MEGABYTE + 1)
        except NotImplementedError:
            raise  # packed in a way that is not known: not for want of a password
        except RuntimeError as error:
            raise EncryptedError(f"The {self.kind} container is protected by a password.") from error
        except (ValueError, OverflowError) as error:
            raise zipfile.BadZipFile(str(error)) from error  # places before the file's beginning, names in no encoding
        if len(data) > self.limit * MEGABYTE:
            message = f"{part[:80]} unpacks to more than {self.limit} MB: a zip bomb, or no report."
            raise UnsupportedError(message, code="unsupported.too_large")
        return data

    def xml(self, part: str) -> etree._Element:
        """A part's root element."""
        return parsed(part, self.data(part))

    def optional(self, part: str) -> etree._Element | None:
        """The same; None where there is no such part."""
        return self.xml(part) if part and part in self.names else None


@contextmanager
def opened(content: bytes, kind: str, limit: int) -> Iterator[Parts]:
    """The parts of a container.

    Raises:
        UnreadableError: the container is damaged, here or where a part is read later.
    """
    try:
        with _archive(content) as archive:
            yield Parts(archive, frozenset(archive.namelist()), kind, limit)
    except _DAMAGE as error:
        raise UnreadableError(f"The {kind} container is damaged or cut off.", code="unreadable.truncated") from error


def _archive(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (ValueError, OverflowError) as error:
        raise zipfile.BadZipFile(str(error)) from error


def parsed(part: str, data: bytes) -> etree._Element:
    """Parse a part. No network, no DTD, no entities.

    Raises:
        UnreadableError: damaged XML, or XML with a DTD (which could reach out of the file).
    """
    flat = data.replace(b"\0", b"")
    if b"<!DOCTYPE" in flat or b"<!ENTITY" in flat:
        raise UnreadableError(f"{part[:80]} declares a DTD, as no office program does; it was not read.", code="unreadable.dtd")
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableError(f"The XML of {part[:80]} is damaged.", code="unreadable.damaged") from error
