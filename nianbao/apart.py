"""Calls that documents may make hang, crash or eat the memory: done in a process of their own, which ends with them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from collect.errors import NianbaoError
from nianbao.pool import ReaderPool

TIME_LIMIT = 30.0
"""Seconds: somebody waits before a page. The ingest, where nobody does, gives a document more."""

_START = 120.0
"""Seconds that the process may take to start, on a machine with too much to do."""
_LOG = logging.getLogger("nianbao.browse")
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Apart:
    """Calls functions in a reading process, with the memory that reading a document may take, and within some seconds.

    The function must be importable by name in a new process, and what it takes and gives must fit through a pipe.
    """

    def __init__(self, time_limit: float = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._lock = threading.Lock()
        self._hire()

    def _hire(self) -> None:
        """Start the process now: its start is long, and no fault of the first document's."""
        self._pool = ReaderPool(1)
        self._ready = self._pool.submit(_nothing)

    def __call__(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T | None:
        """What the function gives; None where it failed, took too long, needed too much memory or its process died."""
        with self._lock:
            pool, ready = self._pool, self._ready
        wait([ready], _START)
        try:
            return pool.submit(function, *args, **kwargs).result(self._time_limit)
        except TimeoutError:
            self._replace(pool)
        except (NianbaoError, BrokenProcessPool, MemoryError):
            pass
        except Exception:
            _LOG.exception("a document could not be read or drawn again")
        return None

    def _replace(self, hanging: ReaderPool) -> None:
        """Kill what hangs, and go on with a new process."""
        with self._lock:
            if self._pool is hanging:
                self._hire()
        hanging.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Let the process go, whatever it is at."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _nothing() -> None:
    """The first task of a process."""
