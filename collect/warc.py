"""Pages and files in WARC, the format of web archives (ISO 28500): what a crawl fetched, with its address and time.

A record is taken in only whole: its length and digests must agree. After a damaged one the next is sought, so that one
broken record costs no other.
"""

from __future__ import annotations

import contextlib
import io
import zlib
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from typing import IO, Any, Final, cast
from urllib.parse import unquote, urlsplit

import regex
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from collect.errors import NianbaoError, UnreadableError, UnsupportedError
from collect.member import Lost, Member, Passed
from collect.members import DAMAGE
from collect.names import clean_name

_HEAD: Final = b"WARC/"
_GZIP: Final = b"\x1f\x8b\x08"
_START: Final = regex.compile(rb"\x1f\x8b\x08|(?:^|\n)(?=WARC/\d)")
_NEXT_RECORD: Final = regex.compile(rb"\r\n\r\n\r?\n?WARC/\d")
_CHUNK: Final = 1 << 20
_ASSETS: Final = regex.compile(r"(?:text/css|(?:text|application)/(?:x-)?javascript|font/|audio/|video/)")
_WEB: Final = regex.compile(r"https?://", regex.IGNORECASE)
_DAMAGE: Final = (ArchiveLoadFailed, *DAMAGE, LookupError, AttributeError, TypeError)
"""What warcio raises over damaged records, and the library below it over what it unpacks."""


def holds_records_apart(stream: IO[bytes]) -> bool:
    """Whether each record of a gzip-compressed WARC is compressed by itself. Rewinds the stream."""
    first = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        head = first.decompress(stream.read(_CHUNK), _CHUNK)
    except zlib.error:
        return True  # as it should be; so the next record is found behind the damaged one
    finally:
        stream.seek(0)
    return first.eof and _NEXT_RECORD.search(head) is None


def warc_members(stream: IO[bytes]) -> Iterator[Member | Lost | Passed]:
    """What the records of ``stream`` hold: successful answers and resources, named by host and path."""
    place: int | None = 0
    while place is not None:
        if place:
            stream.seek(place)
        records = _Records(stream, check_digests=True)
        error = None
        try:
            # A record that is not whole may have a wrong length, which would take those behind it along.
            while not records.spoiled and (record := _next(records)) is not None:
                yield _member(record, records)
        except _DAMAGE as damage:
            error = UnreadableError(f"A record of the archive is damaged ({damage}).", advice=_REFETCH)
        if error:
            yield Lost("", error)
        try:
            place = next_start(stream, records.offset + 1) if error or records.spoiled else None
        except DAMAGE as damage:
            yield Lost("", UnreadableError(f"The archive breaks off ({damage}).", advice=_REFETCH))
            return


_REFETCH: Final = "The other records are ingested; crawl the page again for this one."


class _Records(ArchiveIterator):  # type: ignore[misc] # warcio has no types
    """warcio's records, without what it prints on standard error, and with where it is."""

    INC_RECORD = ""
    spoiled = False
    """The last record turned out not to be whole."""

    def read_to_end(self, record: ArcWarcRecord | None = None) -> None:
        """Stops at what no record should be followed by, where warcio would only warn and read on."""
        super().read_to_end(record)
        if self.err_count:
            raise ArchiveLoadFailed("its length is wrong")


def _next(records: _Records) -> ArcWarcRecord | None:
    with _quietly():
        return next(records, None)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """What warcio tells standard error of damage becomes a ``Lost`` here."""
    with contextlib.redirect_stderr(io.StringIO()):
        yield


def next_start(stream: IO[bytes], place: int) -> int | None:
    """Where the next record after ``place`` begins, if there is one."""
    while True:
        try:
            stream.seek(place)
        except OSError:  # a decompressed stream that only goes forward
            return None
        chunk = stream.read(_CHUNK)
        for found in _START.finditer(chunk):
            packed = found.group() == _GZIP
            start: int = place + (found.start() if packed else found.end())
            if not packed or _inflates_to_record(stream, start):
                return start
        if len(chunk) < _CHUNK:
            return None
        place += len(chunk) - len(_HEAD) - 2


def _inflates_to_record(stream: IO[bytes], place: int) -> bool:
    stream.seek(place)
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(stream.read(4096), len(_HEAD)) == _HEAD
    except zlib.error:
        return False


def _member(record: ArcWarcRecord, records: _Records) -> Member | Lost | Passed:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    rule = _rule(record, url)
    if rule:
        return Passed(rule)
    name = name_of(url)
    error = _cannot(record)
    if error:
        return Lost(name, error, url)
    return Member(
        name,
        lambda: cast("IO[bytes]", _Payload(record, records)),
        sequential=True,
        origin=url,
        fetched=_fetched(record),
        offset=records.offset,
    )


def _rule(record: ArcWarcRecord, url: str) -> str | None:
    """By which rule a record is passed over."""
    if record.rec_type == "revisit":
        return "warc_revisit"  # the same bytes stand in another record
    if record.rec_type not in {"response", "resource"} or not _WEB.match(url):
        return "warc_no_page"
    http = record.http_headers
    if http is not None and http.get_statuscode() != str(HTTPStatus.OK.value):
        return "warc_status"
    kind = (http.get_header("Content-Type") if http else record.content_type) or ""
    return "web_asset" if _ASSETS.match(kind.strip().lower()) else None


def _cannot(record: ArcWarcRecord) -> NianbaoError | None:
    """Why the payload cannot be had."""
    cut = record.rec_headers.get_header("WARC-Truncated")
    if cut:
        return UnreadableError(f"The crawl cut this page short ({cut}).", advice="Crawl it again without that limit.")
    packed = (record.http_headers.get_header("Content-Encoding") if record.http_headers else "") or ""
    if packed.strip().lower() not in {"", "identity", *BufferedReader.get_supported_decompressors()}:
        return UnsupportedError(f"The page is packed as {packed}, which is not known.", advice="Crawl it again without.")
    return None


def name_of(url: str) -> str:
    """The public name of what lies at an address: host, path and query, which is what tells pages apart."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:  # no address that can be taken apart
        return clean_name(url)
    query = f"?{parts.query}" if parts.query else ""
    return clean_name(f"{host}{unquote(parts.path) or '/'}{query}".rstrip("/"))


def _fetched(record: ArcWarcRecord) -> datetime | None:
    """When the crawl fetched it."""
    try:
        return datetime.fromisoformat(record.rec_headers.get_header("WARC-Date") or "")
    except ValueError:
        return None


class _Payload(io.RawIOBase):
    """What the server sent, unpacked. At its end it is sure to be whole."""

    def __init__(self, record: ArcWarcRecord, records: _Records) -> None:
        self._record = record
        self._records = records
        self._content: Any = record.content_stream()

    def read(self, size: int = -1) -> bytes:
        """``size`` bytes, or what is left.

        Raises:
            EOFError: what was read is not what was fetched.
        """
        self._records.spoiled = True  # until it is sure that it is not
        with _quietly():
            data: bytes = self._content.read(None if size < 0 else size)
            if not data:
                self._check()
        self._records.spoiled = False
        return data

    def _check(self) -> None:
        raw = self._record.raw_stream
        while raw.read(_CHUNK):
            pass  # what the encoding leaves unread still counts for length and digest
        if getattr(raw, "limit", 0):
            raise EOFError("it is cut short")
        if self._record.digest_checker.problems:
            raise EOFError("its digest is wrong")
