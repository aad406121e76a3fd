"""One night at a time.

The lock is the kernel's (``flock``), so it ends with the process that holds it, however that ends, and with the machine.
What the file says only tells people who holds it; a file that a dead process left says nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from collect.errors import NianbaoError


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock."""

    pid: int
    host: str
    since: str
    """ISO 8601, UTC."""


class LockedError(NianbaoError):
    """Another run is at it."""

    code = "locked"
    exit_code = 75
    advice = "Wait until it has ended; the next run goes on from there."


@contextmanager
def held(path: Path, now: datetime) -> Iterator[None]:
    """Holds the lock meanwhile.

    Raises:
        LockedError: another process holds it; the message says which, and since when.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not inherited by programs that are started meanwhile: what outlives this process must not keep its lock.
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(f"{_told(os.pread(handle, 4096, 0))} holds {path}.") from None
        _write(handle, Holder(os.getpid(), socket.gethostname(), now.isoformat(timespec="seconds")))
        try:
            yield
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def holder(path: Path) -> str:
    """Who seems to hold it, in words; empty for nobody. Only ``held`` knows for certain."""
    try:
        content = path.read_bytes()
        os.kill(json.loads(content)["pid"], 0)
    except PermissionError:
        pass
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return _told(content)


def _write(handle: int, holder: Holder) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(asdict(holder)).encode(), 0)


def _told(content: bytes) -> str:
    """Who holds it, as its file says; its holder may be about to write it."""
    try:
        holder = Holder(**json.loads(content))
    except (ValueError, TypeError):
        return "Another run, just begun,"
    return f"Another run (process {holder.pid} on {holder.host}, since {holder.since})"
