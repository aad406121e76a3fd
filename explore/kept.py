"""What is dear to find out and changes only with the database: kept, and found out again in the background when it changes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

_Value = TypeVar("_Value")
_State = tuple[tuple[int, int, int], ...]

_LOG = logging.getLogger("nianbao.browse")


class OfDatabase(Generic[_Value]):
    """A value that follows from the whole database.

    The first to ask waits for it. Later, who asks gets the last one at once, be it of the database as it was a moment ago.
    """

    def __init__(self, path: Path, find: Callable[[], _Value]) -> None:
        self._files = (path, path.with_name(f"{path.name}-wal"))
        self._find = find
        self._found: list[_Value] = []
        self._state: _State = ()
        self._finding = threading.Lock()

    def get(self) -> _Value:
        """The value."""
        if not self._found:
            with self._finding:
                if not self._found:
                    self._renew()
        elif self._state != self._present() and self._finding.acquire(blocking=False):
            threading.Thread(target=self._renew_and_release, daemon=True).start()
        return self._found[0]

    def soon(self, seconds: float) -> _Value | None:
        """The value, or None where it is not found out within some seconds; it is being found out then."""
        if not self._found:
            finding = threading.Thread(target=self.get, daemon=True)
            finding.start()
            finding.join(seconds)
        return self.get() if self._found else None

    def _renew(self) -> None:
        state = self._present()
        self._found = [self._find()]
        self._state = state

    def _renew_and_release(self) -> None:
        try:
            self._renew()
        except Exception:
            _LOG.exception("what is kept of the database could not be renewed")
        finally:
            self._finding.release()

    def _present(self) -> _State:
        """What tells whether the files are what they were."""
        found = []
        for file in self._files:
            try:
                about = file.stat()
            except OSError:
                found.append((0, 0, 0))
            else:
                found.append((about.st_ino, about.st_size, about.st_mtime_ns))
        return tuple(found)
