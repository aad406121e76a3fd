"""Exchanges as WARC records and back (ISO 28500, WARC/1.1).

What WARC has no field for (crawl, source, role, the way there) stands in ``WARC-JSON-Metadata`` of the answer's record, as
Webrecorder's tools do it; nothing that a site says can break a header line there.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import regex
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from collect.archive.model import Exchange, Role

VERSION: Final = "1.1"
SAME_CONTENT: Final = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED: Final = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
FACTS: Final = "WARC-JSON-Metadata"
_LINE_END: Final = b"\r\n"
_HEAD_END: Final = b"\r\n\r\n"
_NO_VALUE: Final = regex.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udc7f\udd00-\udfff]+")
_NO_NAME: Final = regex.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HOST: Final = regex.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_ADDRESS: Final = "%!#$&'()*+,-./:;=?@[]_~"
"""What stands in an address as it is."""
_PACKING: Final = frozenset({"content-encoding", "transfer-encoding"})
_ORIGINAL: Final = "X-Archive-Orig-"
"""In front of headers that do not fit the unpacked content, as pywb and Webrecorder write them."""

Headers = tuple[tuple[str, str], ...]


class RecordError(ValueError):
    """Bytes that are no record of an archive."""


@dataclass(frozen=True, slots=True)
class Original:
    """The record that a revisit refers to."""

    url: str
    moment: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record, read."""

    kind: str
    """``response``, ``revisit``, ``request``, ``metadata`` or ``warcinfo``."""
    url: str
    moment: datetime
    start: str = ""
    """First line of the HTTP message."""
    headers: Headers = ()
    payload: bytes = field(default=b"", repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Of an answer: what ``FACTS`` says."""
    digest: str = ""
    """SHA-256 that the record states of its payload, or of what it refers to."""
    profile: str = ""

    @property
    def status(self) -> int:
        """HTTP status of an answer."""
        code = self.start.split(" ")[1:2]
        return int(code[0]) if code and code[0].isdigit() else 0

    def header(self, name: str) -> str:
        """The first HTTP header of that name; empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class _Head(StatusAndHeaders):  # type: ignore[misc] # warcio has no types
    """HTTP headers as they came, where warcio would write everything beyond ASCII as %xx."""

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """What the record begins with."""
        self.headers_buff = self.to_bytes(header_filter, "utf-8")

    def to_bytes(self, header_filter: object = None, encoding: str = "utf-8") -> bytes:
        """The lines, and an empty one."""
        text: str = self.to_str(header_filter)
        return text.encode(encoding, "surrogateescape") + _LINE_END


def clean_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    """Headers as a record keeps them: names without what no name may hold, values on one line."""
    return tuple((_NO_NAME.sub("_", name) or "_", _NO_VALUE.sub(" ", value).strip(" \t")) for name, value in headers)


def digest_of(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return sha256(content).hexdigest()


def exchange_records(exchange: Exchange, crawl: int, original: Original | None) -> tuple[bytes, bytes]:
    """The question's and the answer's record, each compressed by itself.

    ``original`` is where the content is held already, if it is.
    """
    url, moment = safe_url(exchange.url), date(exchange.moment)
    body = b"" if exchange.status == HTTPStatus.NOT_MODIFIED else exchange.body
    facts = {"crawl": crawl, "site": exchange.site, "role": exchange.role.value, "via": exchange.via, "title": exchange.title}
    facts |= {"method": exchange.method} if exchange.method != "GET" else {}
    facts |= {"asked": digest_of(exchange.request_body)} if exchange.request_body else {}
    facts |= {"url": exchange.url} if exchange.url != url else {}
    about = {FACTS: json.dumps({key: value for key, value in facts.items() if value != ""}, separators=(",", ":"))}
    if original is not None:
        same = exchange.status != HTTPStatus.NOT_MODIFIED
        about |= {"WARC-Profile": SAME_CONTENT if same else NOT_MODIFIED}
        about |= {"WARC-Refers-To-Target-URI": safe_url(original.url), "WARC-Refers-To-Date": date(original.moment)}
        about |= {"WARC-Payload-Digest": f"sha256:{original.sha256}"}
    kind = "response" if original is None else "revisit"
    about |= {"WARC-Date": moment}
    answer, name = _http(kind, url, _answer_head(exchange, len(body)), body, about)
    asked = {"WARC-Date": moment, "WARC-Concurrent-To": name}
    question, _ = _http("request", url, _question_head(exchange), exchange.request_body, asked)
    return question, answer


def _answer_head(exchange: Exchange, size: int) -> _Head:
    phrase = HTTPStatus(exchange.status).phrase if exchange.status in {each.value for each in HTTPStatus} else ""
    headers = [
        (f"{_ORIGINAL}{name}" if _is_of_packed(name, value, size) else name, value)
        for name, value in clean_headers(exchange.headers)
    ]
    return _Head(f"{exchange.status} {phrase}".strip(), headers, protocol="HTTP/1.1")


def _is_of_packed(name: str, value: str, size: int) -> bool:
    """Whether a header tells of the content as it was sent, not as it is kept."""
    return name.lower() in _PACKING or (name.lower() == "content-length" and value != str(size))


def _question_head(exchange: Exchange) -> _Head:
    target = _HOST.sub("", safe_url(exchange.url)).partition("#")[0]
    target = target if target.startswith("/") else f"/{target}"
    method = _NO_NAME.sub("_", exchange.method) or "_"
    return _Head(f"{target} HTTP/1.1", list(clean_headers(exchange.request)), protocol=method)


def _http(kind: str, url: str, head: _Head, body: bytes, about: Mapping[str, str]) -> tuple[bytes, str]:
    """A record with an HTTP message, and its name."""
    head.compute_headers_buffer()
    block = head.headers_buff if kind == "revisit" else head.headers_buff + body
    digests = {"WARC-Block-Digest": f"sha256:{digest_of(block)}", "WARC-Payload-Digest": f"sha256:{digest_of(body)}"}
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version=VERSION)
    headers = {**digests, **about}
    record = writer.create_warc_record(url, kind, io.BytesIO(body), len(body), "", headers, http_headers=head)
    writer.write_record(record)
    return buffer.getvalue(), record.rec_headers.get_header("WARC-Record-ID")


def metadata_record(moment: datetime, said: Mapping[str, Any]) -> bytes:
    """A record of our own about a crawl, as JSON; ``said["kind"]`` says which."""
    content = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    digest = f"sha256:{digest_of(content)}"
    headers = {"WARC-Date": date(moment), "WARC-Payload-Digest": digest, "WARC-Block-Digest": digest}
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version=VERSION)
    place = f"urn:nianbao:crawl:{said.get('crawl', 0)}"
    record = writer.create_warc_record(place, "metadata", io.BytesIO(content), len(content), "application/json", headers)
    writer.write_record(record)
    return buffer.getvalue()


def information_record(name: str, moment: datetime, archive: str) -> bytes:
    """What a file begins with; ``isPartOf`` is the archive's own name, for good."""
    said = {"software": "nianbao", "format": f"WARC File Format {VERSION}", "isPartOf": archive}
    content = "".join(f"{key}: {value}\r\n" for key, value in said.items()).encode()
    digest = f"sha256:{digest_of(content)}"
    headers = {"WARC-Date": date(moment), "WARC-Filename": name, "WARC-Block-Digest": digest}
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version=VERSION)
    record = writer.create_warc_record("", "warcinfo", io.BytesIO(content), len(content), "", headers)
    writer.write_record(record)
    return buffer.getvalue()


def read_record(data: bytes) -> Record:
    """A record from its bytes, unpacked.

    Raises:
        RecordError: they are none, or not whole.
    """
    try:
        record = next(ArchiveIterator(io.BytesIO(data), no_record_parse=True), None)
        if record is None:
            raise RecordError("no record")
        headers = record.rec_headers
        block = record.raw_stream.read()
        if len(block) != int(headers.get_header("Content-Length")):
            raise RecordError("its length is wrong")
        facts = json.loads(headers.get_header(FACTS) or "{}")
        moment = datetime.fromisoformat(headers.get_header("WARC-Date")).astimezone(UTC)
    except (ArchiveLoadFailed, ValueError, TypeError, AttributeError) as error:
        raise RecordError(str(error)) from error
    digest = (headers.get_header("WARC-Payload-Digest") or "").removeprefix("sha256:")
    url = str(facts.get("url") or headers.get_header("WARC-Target-URI") or "")
    start, payload = "", block
    lines: Headers = ()
    if record.rec_type in {"request", "response", "revisit"}:
        start, lines, payload = _message(block)
    profile = headers.get_header("WARC-Profile") or ""
    return Record(record.rec_type, url, moment, start, lines, payload, facts, digest, profile)


def _message(block: bytes) -> tuple[str, Headers, bytes]:
    """First line, headers and content of an HTTP message."""
    head, end, payload = block.partition(_HEAD_END)
    if not end:
        raise RecordError("its HTTP headers do not end")
    start, *lines = head.decode("utf-8", "surrogateescape").split("\r\n")
    headers = []
    for line in lines:
        name, _, value = line.partition(":")
        kept = name.removeprefix(_ORIGINAL)
        headers.append((kept if kept.lower() in {*_PACKING, "content-length"} else name, value.strip(" \t")))
    return start, tuple(headers), payload


def exchange_of(question: Record | None, answer: Record, content: bytes) -> Exchange:
    """The exchange that two records keep; ``content`` is what the answer held."""
    facts = answer.facts
    return Exchange(
        answer.url,
        answer.moment,
        answer.status,
        facts.get("site", ""),
        Role(facts.get("role", Role.OTHER)),
        answer.headers,
        content,
        question.headers if question else (),
        facts.get("method", "GET"),
        question.payload if question else b"",
        facts.get("via", ""),
        facts.get("title", ""),
    )


def safe_url(url: str) -> str:
    """An address that fits a header line: what no address may hold as %xx."""
    return quote(url.encode("utf-8", "surrogatepass"), safe=_ADDRESS)


def date(moment: datetime) -> str:
    """A moment as WARC/1.1 writes it, to the microsecond.

    Raises:
        ValueError: it does not say in which time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
