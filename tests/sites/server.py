"""Several sites on ports of this machine: threads, conditional answers, faults, and a log of every question."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.sites.answers import Answer, Question

NOT_FOUND = b"<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center></body></html>"


@dataclass(frozen=True, slots=True)
class Visit:
    """One question and what was answered."""

    site: str
    host: str
    path: str
    """With its query."""
    method: str
    moment: float
    """``time.monotonic()`` when the question was read."""
    headers: Mapping[str, str]
    status: int
    """0: the connection was cut."""
    size: int
    night: int


@dataclass(slots=True)
class Fault:
    """What goes wrong at an address, and how often before it goes well."""

    status: int = 0
    """0 cuts the connection."""
    times: int = 1
    retry_after: int = 0
    seconds: float = 0.0
    """Waits so long before it answers; then nothing else is wrong if ``status`` is 200."""


Content = Callable[[Question], Answer | None]


@dataclass(slots=True)
class Hosted:
    """A site as the server answers for it."""

    name: str
    answer: Content
    validators: str = "both"
    """``etag``, ``date``, ``both`` or ``none``."""
    faults: dict[str, Fault] = field(default_factory=dict)


class Server:
    """Answers for sites, each on a port of its own; each on a host of its own too (127.0.0.2 and on) unless one is given."""

    def __init__(self, host: str = "") -> None:
        self.night = 1
        self._host = host
        self._visits: list[Visit] = []
        self._lock = threading.Lock()
        self._servers: dict[str, ThreadingHTTPServer] = {}
        self._asked: Counter[tuple[int, str, str]] = Counter()

    def bind(self, names: tuple[str, ...]) -> dict[str, str]:
        """Take a port for each site and give their addresses. Nothing is answered yet."""
        for number, name in enumerate(names, 2):
            self._servers[name] = _Listener((self._host or f"127.0.0.{number}", 0), _Handler)
        return {name: "http://{}:{}".format(*server.server_address[:2]) for name, server in self._servers.items()}

    def beside(self, name: str, other: str) -> str:
        """Take a further port on the host of the site ``name``, and give its address."""
        self._servers[other] = _Listener((self._servers[name].server_address[0], 0), _Handler)
        return "http://{}:{}".format(*self._servers[other].server_address[:2])

    def start(self, sites: Mapping[str, Hosted]) -> None:
        """Answer for the sites from now on."""
        for name, server in self._servers.items():
            server.hosted, server.owner = sites[name], self  # type: ignore[attr-defined]
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Close every port."""
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    def visits(self) -> tuple[Visit, ...]:
        """Every question so far, in the order of their answers."""
        with self._lock:
            return tuple(self._visits)

    def forget(self) -> None:
        """Begin the log anew."""
        with self._lock:
            self._visits.clear()

    def note(self, visit: Visit) -> None:
        """Write a question down."""
        with self._lock:
            self._visits.append(visit)

    def count(self, site: str, path: str) -> int:
        """How often the address was asked for this night, this time included."""
        with self._lock:
            self._asked[self.night, site, path] += 1
            return self._asked[self.night, site, path]


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "nginx", ""
    timeout = 30

    def do_GET(self) -> None:
        self._reply(b"")

    def do_HEAD(self) -> None:
        self._reply(b"")

    def do_POST(self) -> None:
        self._reply(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def log_message(self, *_: object) -> None:
        """Nothing: the server keeps a log of its own."""

    def _reply(self, form: bytes) -> None:
        self._moment = time.monotonic()
        hosted: Hosted = self.server.hosted  # type: ignore[attr-defined]
        owner: Server = self.server.owner  # type: ignore[attr-defined]
        with suppress(BrokenPipeError, ConnectionResetError):
            fault = hosted.faults.get(self.path)
            if fault and owner.count(hosted.name, self.path) <= fault.times:
                time.sleep(fault.seconds)
                if fault.status == 0:
                    self._note(0, 0)
                    self._cut()
                    return
                if fault.status != 200:
                    more = (("Retry-After", str(fault.retry_after)),) if fault.retry_after else ()
                    self._send(Answer(b"<html><body>busy</body></html>", status=fault.status, headers=more), hosted)
                    return
            parts = urlsplit(self.path)
            answer = hosted.answer(Question(self.command, parts.path, parts.query, form, owner.night))
            self._send(answer or Answer(NOT_FOUND, status=404), hosted)

    def _note(self, status: int, size: int) -> None:
        """Write the question down before it is answered: whoever has the answer finds it in the log."""
        hosted: Hosted = self.server.hosted  # type: ignore[attr-defined]
        owner: Server = self.server.owner  # type: ignore[attr-defined]
        headers = {name.lower(): value for name, value in self.headers.items()}
        host = self.headers.get("Host", "")
        owner.note(Visit(hosted.name, host, self.path, self.command, self._moment, headers, status, size, owner.night))

    def _cut(self) -> None:
        """Close without a word, as overloaded servers do: the peer sees a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _send(self, answer: Answer, hosted: Hosted) -> None:
        etag = f'"{md5(answer.body).hexdigest()[:16]}"' if hosted.validators in {"etag", "both"} else ""
        modified = answer.modified if hosted.validators in {"date", "both"} else None
        if answer.status == 200 and self._unchanged(etag, modified):
            answer = Answer(b"", "", 304)
        self._write(answer, etag, modified)

    def _unchanged(self, etag: str, modified: datetime | None) -> bool:
        """Whether the client holds it already; an entity tag outweighs a date (RFC 9110, 13.2.2)."""
        if self.command not in {"GET", "HEAD"}:
            return False
        asked = self.headers.get("If-None-Match")
        if asked is not None:
            return bool(etag) and etag in {tag.strip().removeprefix("W/") for tag in asked.split(",")}
        since = self.headers.get("If-Modified-Since")
        if since is None or modified is None:
            return False
        try:
            return modified <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False

    def _write(self, answer: Answer, etag: str, modified: datetime | None) -> None:
        has_body = self.command != "HEAD" and answer.status != 304
        self._note(answer.status, len(answer.body) if has_body else 0)
        self.send_response(answer.status)
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        if etag and answer.status in {200, 304}:
            self.send_header("ETag", etag)
        if modified and answer.status in {200, 304}:
            self.send_header("Last-Modified", format_datetime(modified, usegmt=True))
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status != 304:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if has_body:
            self.wfile.write(answer.body)
