"""Tasks for tests of the pool. Light to import, for worker processes do."""

from __future__ import annotations

import os
import resource
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from collect.model import Source
from extract.model import Document
from nianbao.reading import read_source
from normalize.model import Report
from tests.scripted_reader import reader


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


def count(most: int) -> Iterator[int]:
    """Piece by piece."""
    yield from range(most)


def count_and_die(most: int) -> Iterator[int]:
    yield from range(most)
    die()


def hold(size: int) -> int:
    """So much memory, for a moment."""
    held = b"x" * size
    return os.getpid() if held else 0


def leave_a_file() -> tuple[str, int]:
    """The folder of temporary files, in which one is left, and how large a core dump may be."""
    number, path = tempfile.mkstemp()
    os.close(number)
    return str(Path(path).parent), resource.getrlimit(resource.RLIMIT_CORE)[0]


def really(source: Source) -> tuple[Document, tuple[Report, ...]]:
    """The real pipeline."""
    return read_source(source)


def killed_the_first_time(source: Source) -> tuple[Document, tuple[Report, ...]]:
    """As the system kills whoever it finds when it is out of memory."""
    mark = Path(source.content.decode(), source.document)
    if not mark.exists():
        mark.touch()
        die()
    return reader(Source(source.document, f"verified {source.document}".encode()))
