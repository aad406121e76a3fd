"""Reading processes on this machine, as an ``Executor``.

The standard library's process pool breaks as a whole when one process dies, and cannot say at which task; its recycling of
processes locks up in Python 3.11 (python/cpython#115634). Here every process does one task at a time and sends what the task
gives piece by piece: so the very piece that killed a process is known, and all else is kept.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import queue
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import spawn
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, ParamSpec, TypeVar

from collect.limits import DEFAULT_LIMITS, MEGABYTE

RECYCLE_AFTER = 1_000
"""Items that a process may give before a fresh one takes its place: no library leaks for long."""

WORN = 1_536 * MEGABYTE
"""Memory that a process may once have held and go on: what is in pieces does not go back to the system."""

_P = ParamSpec("_P")
_T = TypeVar("_T")
_MOST_WORDS = 60_000
_Task = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class ReaderDiedError(BrokenProcessPool):
    """A process died of its task."""

    def __init__(self, given: list[Any], exit_code: int | None, words: str) -> None:
        super().__init__(f"The process died of this task ({manner_of_death(exit_code)}).")
        self.given = given
        """What the task had given until then, where it gives its result piece by piece."""
        self.exit_code = exit_code
        """Negative: the number of the signal that ended it; None where nobody knows."""
        self.words = words
        """Where its code stood, as ``faulthandler`` writes it; empty where it could say nothing."""

    @property
    def is_late(self) -> bool:
        """Whether it was ended by the watch of ``faulthandler.dump_traceback_later``."""
        return self.words.startswith("Timeout (")

    @property
    def is_killed(self) -> bool:
        """Whether it was killed from outside: by a person, or by the system for want of memory."""
        return self.exit_code == -signal.SIGKILL


def manner_of_death(exit_code: int | None) -> str:
    """The signal or the exit code that a process ended with."""
    if exit_code is None:
        return "nobody knows how"
    with suppress(ValueError):
        return signal.Signals(-exit_code).name if exit_code < 0 else f"exit code {exit_code}"
    return f"signal {-exit_code}"


class ReaderPool(Executor):
    """``workers`` processes. Tasks start in the order they were given.

    What a task writes to ``tempfile``'s folder goes away with its process.
    """

    def __init__(
        self,
        workers: int,
        *,
        recycle_after: int = RECYCLE_AFTER,
        memory_limit: int = DEFAULT_LIMITS.memory,
        worn: int = WORN,
    ) -> None:
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._hire = _Hiring(memory_limit)
        self._worn = worn
        self._recycle_after = recycle_after
        self._closed = False
        self._threads = [threading.Thread(target=self._serve, name="reader", daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Have ``fn`` called in one of the processes. What it gives piece by piece (an iterator) is gathered into a list.

        The future raises ``ReaderDiedError`` if the process died of it.
        """
        if self._closed:
            raise RuntimeError("the pool is closed")
        future: Future[_T] = Future()
        self._tasks.put((future, fn, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes go: at once with ``cancel_futures``, whatever they are at, else when all tasks are done."""
        self._closed = True
        if cancel_futures:
            self._hire.close()
            self._cancel_waiting()
        for _ in self._threads:
            self._tasks.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _cancel_waiting(self) -> None:
        while True:
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                return
            if task is not None:
                task[0].cancel()

    def _serve(self) -> None:
        """One thread per process: feeds it, and replaces it when it has died or done enough."""
        member: _Member | None = None
        while (task := self._tasks.get()) is not None:
            future, *call = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                member = member or self._hire()
                answer = member.do(call)
            except ReaderDiedError as error:
                self._dismiss(member)
                member = None
                future.set_exception(error)
                continue
            except Exception as error:  # what cannot be pickled
                future.set_exception(error)
                continue
            member.given += len(answer.result) if isinstance(answer.result, list) else 1
            if member.given >= self._recycle_after or answer.memory > self._worn:
                self._dismiss(member)
                member = None
            if answer.error is None:
                future.set_result(answer.result)
            else:
                future.set_exception(answer.error)
        self._dismiss(member)

    def _dismiss(self, member: _Member | None) -> None:
        if member is not None:
            self._hire.forget(member)
            member.end()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something that a task gave, with more to come."""

    content: Any


@dataclass(frozen=True, slots=True)
class _Answer:
    """How a task ended."""

    result: Any = None
    error: Exception | None = None
    in_pieces: bool = False
    """The result is what was sent before, piece by piece."""
    memory: int = 0
    """Bytes that the process has held at most."""


class _Member:
    """One process, the pipe to it, the pipe for its last words, and its folder."""

    def __init__(
        self,
        process: BaseProcess,
        pipe: Connection[Any, Any],
        words: Connection[Any, Any],
        folder: tempfile.TemporaryDirectory[str],
    ) -> None:
        self._process = process
        self._pipe = pipe
        self._words = words
        self._folder = folder
        self.given = 0

    def do(self, call: list[Any]) -> _Answer:
        """How the task ended, what it gave piece by piece as a list.

        Raises:
            ReaderDiedError: the process has died of it.
        """
        given: list[Any] = []
        try:
            self._pipe.send(call)
            while isinstance(answer := self._pipe.recv(), _Piece):
                given.append(answer.content)
        except (EOFError, OSError) as error:
            self._process.join(5)
            raise ReaderDiedError(given, self._process.exitcode, self._last_words()) from error
        assert isinstance(answer, _Answer)  # noqa: S101 - for the type checker
        return replace(answer, result=given) if answer.in_pieces else answer

    def _last_words(self) -> str:
        with suppress(OSError):
            os.set_blocking(self._words.fileno(), False)
            return os.read(self._words.fileno(), _MOST_WORDS).decode("utf-8", "replace")
        return ""

    def kill(self) -> None:
        """End the process, whatever it is at."""
        self._process.kill()

    def end(self) -> None:
        """Let the process go; it ends when it sees that the pipe is closed."""
        self._pipe.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._words.close()
        with suppress(OSError):
            self._folder.cleanup()


class _Hiring:
    """Starts processes, one at a time, until it is closed; then it kills those there are."""

    def __init__(self, memory_limit: int) -> None:
        self._memory_limit = memory_limit
        self._lock = threading.Lock()
        self._members: set[_Member] = set()
        self._closed = False

    def __call__(self) -> _Member:
        with self._lock:
            if self._closed:
                raise ReaderDiedError([], None, "the pool is closed")
            # Daemons may have no children, and a cluster's workers are daemons. Ours end when the pipe to them closes.
            if multiprocessing.current_process().daemon:
                multiprocessing.current_process().daemon = False
            context = _context()
            ours, theirs = context.Pipe()
            words, theirs_for_words = context.Pipe(duplex=False)
            folder = tempfile.TemporaryDirectory(prefix="nianbao-", ignore_cleanup_errors=True)
            work = (theirs, theirs_for_words, folder.name, self._memory_limit)
            # Daemons: should this program fall over, they are ended with it.
            process = context.Process(target=_work, args=work, daemon=True)  # type: ignore[attr-defined] # every context has it
            with _without_program():
                process.start()
            theirs.close()
            theirs_for_words.close()
            member = _Member(process, ours, words, folder)
            self._members.add(member)
            return member

    def forget(self, member: _Member) -> None:
        with self._lock:
            self._members.discard(member)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for member in self._members:
                member.kill()


def _context() -> multiprocessing.context.BaseContext:
    """Processes that begin clean: a fork of a program with threads and an open database may lock up."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["nianbao.preload"])
        return context
    return multiprocessing.get_context("spawn")


_starting = threading.Lock()


@contextmanager
def _without_program() -> Iterator[None]:
    """Processes that this thread starts do not run the program again that started it.

    ``multiprocessing`` has each of them import the main module, for functions that lie there; ours lie elsewhere. A script
    without ``if __name__ == "__main__"`` would begin anew in each, and they would end before they have read anything.
    """
    here = threading.get_ident()
    with _starting:
        whole = spawn.get_preparation_data

        def prepare(name: str) -> dict[str, Any]:
            found = whole(name)
            is_ours = threading.get_ident() == here
            return {key: value for key, value in found.items() if not (is_ours and key.startswith("init_main_"))}

        spawn.get_preparation_data = prepare
        try:
            yield
        finally:
            spawn.get_preparation_data = whole


_last_words: Connection[Any, Any] | None = None
"""In a reading process: where it says what it died of."""


def last_words() -> int | None:
    """In a reading process, the descriptor to which ``faulthandler`` is to write; None in any other."""
    return None if _last_words is None else _last_words.fileno()


def _work(pipe: Connection[Any, Any], words: Connection[Any, Any], folder: str, memory_limit: int) -> None:
    """The life of a reading process."""
    global _last_words  # noqa: PLW0603 - one a process
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends this process
    _last_words = words
    faulthandler.enable(words.fileno())
    tempfile.tempdir = folder
    limit_memory(memory_limit)
    _leave_no_core()
    while True:
        try:
            call = pipe.recv()
        except EOFError:
            return
        except Exception as error:
            answer = _Answer(error=error)  # what was sent is unknown here: it is the caller's
        else:
            answer = _answer(pipe, *call)
        pipe.send(answer)


def _answer(pipe: Connection[Any, Any], function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Answer:
    try:
        result = function(*args, **kwargs)
        in_pieces = isinstance(result, Iterator)
        if in_pieces:
            for piece in result:
                pipe.send(_Piece(piece))
            result = None
    except Exception as error:
        return _Answer(error=error)
    return _Answer(result, in_pieces=in_pieces, memory=_most_memory())


def _most_memory() -> int:
    """Bytes of memory that this process has held at most."""
    if sys.platform == "win32":
        return 0
    import resource  # noqa: PLC0415 - not on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def limit_memory(limit: int) -> None:
    """Bound the address space of this process, to bytes, where the system can."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    if limit != soft:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _leave_no_core() -> None:
    """A crash is to cost a line in the database, not gigabytes on the disk."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
