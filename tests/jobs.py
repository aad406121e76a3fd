"""Tasks for tests of the pool. Light to import, for worker processes do."""

from __future__ import annotations

import os
import resource
import signal
import time


def identify(count: int = 1) -> list[int]:
    """As many results, all the process's number."""
    return [os.getpid()] * count


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail(message: str) -> None:
    raise ValueError(message)


def sleep(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def unsendable() -> object:
    return lambda: None


def address_space() -> int:
    return resource.getrlimit(resource.RLIMIT_AS)[0]


def spin(*_: object) -> None:
    """Never ends, and never sleeps."""
    while True:
        pass


def eat(*_: object) -> int:
    """Needs more memory than any document may."""
    return len(bytearray(1 << 36))
