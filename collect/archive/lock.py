"""The place of the one writer of an archive."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from collect.errors import ConfigurationError

PATIENCE = 3.0
"""Seconds to wait for another process that only looks after the archive's end, as every opening does."""


class WriterLock:
    """A lock file that the operating system frees when its holder ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds it."""
        return self._file is not None

    def take(self) -> None:
        """Take the place.

        Raises:
            ConfigurationError: another process writes.
        """
        end = time.monotonic() + PATIENCE
        while not self.try_take():
            if time.monotonic() >= end:
                holder = self._path.read_text("ascii", "replace").strip()
                raise ConfigurationError(
                    f"Process {holder or '(unknown)'} writes to the archive {self._path.parent}.",
                    advice="An archive has one writer at a time: wait until it has ended.",
                )
            time.sleep(0.05)

    def try_take(self) -> bool:
        """Take the place if it is free."""
        if self._file is not None:
            return True
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError:  # a folder that may only be read has no writer
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        os.truncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode("ascii"))
        self._file = file
        return True

    def give_back(self) -> None:
        """Free it."""
        if self._file is not None:
            os.truncate(self._file, 0)
            os.close(self._file)
            self._file = None
