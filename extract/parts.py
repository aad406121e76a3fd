"""The parts of an office file: a zip of XML (DOCX, OFD), opened without trust."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lxml import etree

from collect.errors import EncryptedError, UnreadableError
from collect.limits import readable_size
from extract.bounds import beyond, limits

_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, struct.error, KeyError, NotImplementedError)
_FEWEST = 1_024
"""Bytes that a part may be taken for at least when it is told by its ratio whether it is a bomb."""


@dataclass(slots=True)
class Parts:
    """An open container, and how much has been read out of it."""

    archive: zipfile.ZipFile
    names: frozenset[str]
    kind: str
    """What it is called in messages: ``DOCX``."""
    _sizes: dict[str, int] = field(default_factory=dict)
    """Unpacked bytes of the parts that were asked for."""

    def data(self, part: str) -> bytes:
        """A part unpacked.

        Raises:
            EncryptedError: it is encrypted.
            UnsupportedError: it, or all that was read so far, unpacks to more than the limits.
        """
        return self._unpacked(part, "part_bytes")

    def xml(self, part: str) -> etree._Element:
        """A part's root element."""
        return parsed(part, self.markup(part))

    def markup(self, part: str) -> bytes:
        """The bytes of a part that is XML: what is parsed takes many times as much, so less of it is read."""
        return self._unpacked(part, "markup_bytes")

    def optional(self, part: str) -> etree._Element | None:
        """The same; None where there is no such part."""
        return self.xml(part) if part and part in self.names else None

    def _unpacked(self, part: str, limit: str) -> bytes:
        most = getattr(limits(), limit)
        try:
            with self.archive.open(part) as stream:
                data = stream.read(most + 1)
        except NotImplementedError:
            raise  # packed in a way that is not known: not for want of a password
        except RuntimeError as error:
            raise EncryptedError(f"The {self.kind} container is protected by a password.") from error
        except (ValueError, OverflowError) as error:
            raise zipfile.BadZipFile(str(error)) from error  # places before the file's beginning, names in no encoding
        if len(data) > most:
            raise beyond(limit, f"{part[:80]} unpacks to more than {readable_size(most)}: a zip bomb, or no report.")
        packed = max(self.archive.getinfo(part).compress_size, _FEWEST)
        if len(data) > max(limits().ratio_floor, limits().ratio * packed):
            raise beyond("ratio", f"{part[:80]} unpacks to {len(data) // packed:,} times its size: a zip bomb.")
        self._sizes[part] = len(data)
        if sum(self._sizes.values()) > limits().unpacked_bytes:
            most = limits().unpacked_bytes
            raise beyond("unpacked_bytes", f"The parts unpack to more than {readable_size(most)}: a zip bomb, or no report.")
        return data


@contextmanager
def opened(content: bytes, kind: str) -> Iterator[Parts]:
    """The parts of a container.

    Raises:
        UnreadableError: the container is damaged, here or where a part is read later.
    """
    try:
        with _archive(content) as archive:
            yield Parts(archive, frozenset(archive.namelist()), kind)
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
        UnreadableError: damaged XML, elements nested hundreds deep, or XML with a DTD (which could reach out of the file).
    """
    flat = data.replace(b"\0", b"")
    if b"<!DOCTYPE" in flat or b"<!ENTITY" in flat:
        raise UnreadableError(f"{part[:80]} declares a DTD, as no office program does; it was not read.", code="unreadable.dtd")
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower():
            message = f"The elements of {part[:80]} are nested hundreds deep; no report's are."
            raise UnreadableError(message, code="unreadable.nesting") from error
        raise UnreadableError(f"The XML of {part[:80]} is damaged.", code="unreadable.damaged") from error
