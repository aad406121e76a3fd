"""The archive's WARC files: written at the end only, each record compressed by itself, read by place."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import regex

from collect.archive.records import Record, RecordError, read_record
from collect.errors import ConfigurationError, UnreadableError
from collect.warc import next_start

LARGEST: Final = 1 << 30
"""Bytes after which another file is begun."""
_NAME: Final = regex.compile(r"nianbao-(\d{6,})\.warc\.gz")
_CHUNK: Final = 1 << 16
_WINDOW: Final = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies."""

    volume: str
    """Name of the file."""
    offset: int

    def __str__(self) -> str:
        """``FILE#OFFSET``."""
        return f"{self.volume}#{self.offset}"


@dataclass(frozen=True, slots=True)
class Found:
    """A whole record."""

    place: Place
    end: int
    record: Record = field(repr=False)


@dataclass(frozen=True, slots=True)
class Damaged:
    """Bytes that are no whole record."""

    place: Place
    reason: str
    torn: bool
    """They are the beginning of a record, at the file's end: what a killed writer leaves."""


def holds_archive(folder: Path) -> bool:
    """Whether a folder is an archive of crawls."""
    return folder.is_dir() and any(_NAME.fullmatch(name) for name in os.listdir(folder))  # noqa: PTH208 - names only


class Volumes:
    """The files of one archive, in their order."""

    def __init__(self, folder: Path, largest: int = LARGEST) -> None:
        self.folder = folder
        self._largest = largest
        self._file: IO[bytes] | None = None
        self._last: str = ""
        self._end = 0

    def names(self) -> list[str]:
        """The files there are, oldest first."""
        found = ((_NAME.fullmatch(name), name) for name in os.listdir(self.folder))  # noqa: PTH208 - names only
        return [name for _, name in sorted((int(match[1]), name) for match, name in found if match)]

    @property
    def end(self) -> int:
        """Where the file that is written to ends."""
        return self._end

    def size(self, volume: str) -> int:
        """Bytes of a file."""
        return (self.folder / volume).stat().st_size

    def scan(self, volume: str, start: int = 0) -> Iterator[Found | Damaged]:
        """Every record from an offset on. After damage the next record is sought."""
        with (self.folder / volume).open("rb") as stream:
            place: int | None = start
            while place is not None:
                place = yield from _records(stream, volume, place)

    def read(self, place: Place) -> Record:
        """One record.

        Raises:
            UnreadableError: there is no whole record at that place.
        """
        try:
            with (self.folder / place.volume).open("rb") as stream:
                stream.seek(place.offset)
                data, _, reason = _inflate(stream, b"")
        except OSError as error:
            raise _lost(place, str(error)) from error
        if data is None:
            raise _lost(place, reason)
        try:
            return read_record(data)
        except RecordError as error:
            raise _lost(place, str(error)) from error

    def append(self, *records: bytes, header: Callable[[str], bytes]) -> list[Place]:
        """Write records at the end, all of them or none; gives where each lies.

        When it returns the system has them, whatever becomes of this process. ``header`` gives the first record of a new
        file by its name.

        Raises:
            ConfigurationError: the disk does not take them.
        """
        data = b"".join(records)
        try:
            if self._file is None or self._end >= self._largest:
                self._turn_page(header)
            self._write(data)
        except OSError as error:
            advice = "Check the free space and the permissions of the archive's folder."
            raise ConfigurationError(f"The archive cannot be written ({error.strerror or error}).", advice=advice) from error
        places = []
        for record in records:
            places.append(Place(self._last, self._end))
            self._end += len(record)
        return places

    def _turn_page(self, header: Callable[[str], bytes]) -> None:
        """Open the last file, or begin a new one."""
        names = self.names()
        if self._file is None and names and self.size(names[-1]) < self._largest:
            self._last = names[-1]
        else:
            match = _NAME.fullmatch(names[-1]) if names else None
            self._last = f"nianbao-{int(match[1]) + 1 if match else 1:06}.warc.gz"
        self.close()
        path = self.folder / self._last
        self._file = path.open("ab", buffering=0)
        self._end = path.stat().st_size
        if not self._end:
            data = header(self._last)
            self._write(data)
            self._end = len(data)

    def _write(self, data: bytes) -> None:
        assert self._file is not None  # noqa: S101 - for the type checker: it was opened just before
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except BaseException:
            self._file.truncate(self._end)
            raise

    def cut(self, place: Place) -> None:
        """Take away what a killed writer left unfinished at the end of a file."""
        with (self.folder / place.volume).open("r+b") as file:
            file.truncate(place.offset)
            os.fsync(file.fileno())

    def flush(self) -> None:
        """Have the disk keep what was written, also if the machine loses power."""
        if self._file is not None:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self.flush()
            self._file.close()
            self._file = None


def _records(stream: IO[bytes], volume: str, start: int) -> Generator[Found | Damaged, None, int | None]:
    """Records up to the end, or to damage and the word where it goes on behind."""
    stream.seek(start)
    offset, rest = start, b""
    while True:
        data, left, reason = _inflate(stream, rest)
        place = Place(volume, offset)
        if data is None:
            behind = next_start(stream, offset + 1) if reason else None
            if reason:
                yield Damaged(place, reason, torn=reason == _TORN and behind is None)
            return behind
        end = stream.tell() - len(left)
        try:
            yield Found(place, end, read_record(data))
        except RecordError as error:
            yield Damaged(place, str(error), torn=False)
        offset, rest = end, left


_TORN = "it breaks off"


def _inflate(stream: IO[bytes], rest: bytes) -> tuple[bytes | None, bytes, str]:
    """The next compressed member, unpacked and checked, and what was read beyond it; else why not (empty: the end)."""
    packed, parts, is_empty = zlib.decompressobj(_WINDOW), [], True
    try:
        while not packed.eof:
            chunk = rest or stream.read(_CHUNK)
            if not chunk:
                return None, b"", "" if is_empty else _TORN
            rest, is_empty = b"", False
            parts.append(packed.decompress(chunk))
    except zlib.error as error:
        return None, b"", f"it is damaged: {error}"
    return b"".join(parts), packed.unused_data, ""


def _lost(place: Place, reason: str) -> UnreadableError:
    advice = "Run `nianbao archive verify`; if the disk has lost it, take the archive's files from a copy."
    return UnreadableError(f"The archive has no record at {place} ({reason or 'there is nothing'}).", advice=advice)
