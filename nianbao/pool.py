"""Reading processes on this machine, as an ``Executor``.

The standard library's process pool breaks as a whole when one process dies, and cannot say at which task; its recycling of
processes locks up in Python 3.11 (python/cpython#115634). Here every process does one task at a time: a task whose process
dies is the one that killed it, and the others go on.
"""

from __future__ import annotations

import multiprocessing
import queue
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, ParamSpec, TypeVar

MEMORY_LIMIT = 6 * 1024**3
"""Address space of a reading process, in bytes."""
RECYCLE_AFTER = 1_000
"""Items that a process may give before a fresh one takes its place: no library leaks for long."""

_P = ParamSpec("_P")
_T = TypeVar("_T")
_Task = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class ReaderPool(Executor):
    """``workers`` processes. Tasks start in the order they were given."""

    def __init__(self, workers: int, *, recycle_after: int = RECYCLE_AFTER, memory_limit: int = MEMORY_LIMIT) -> None:
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._hire = _Hiring(memory_limit)
        self._recycle_after = recycle_after
        self._closed = False
        self._threads = [threading.Thread(target=self._serve, name="reader", daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Have ``fn`` called in one of the processes.

        The future raises ``BrokenProcessPool`` if the process died of it.
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
                done, result = member.do(call)
            except (EOFError, OSError) as error:
                self._dismiss(member)
                member = None
                broken = BrokenProcessPool("The process died of this task.")
                broken.__cause__ = error
                future.set_exception(broken)
                continue
            except Exception as error:  # what cannot be pickled
                future.set_exception(error)
                continue
            member.given += len(result) if isinstance(result, list) else 1
            if member.given >= self._recycle_after:
                self._dismiss(member)
                member = None
            if done:
                future.set_result(result)
            else:
                future.set_exception(result)
        self._dismiss(member)

    def _dismiss(self, member: _Member | None) -> None:
        if member is not None:
            self._hire.forget(member)
            member.end()


class _Member:
    """One process and the pipe to it."""

    def __init__(self, process: BaseProcess, pipe: Connection[Any, Any]) -> None:
        self._process = process
        self._pipe = pipe
        self.given = 0

    def do(self, call: list[Any]) -> tuple[bool, Any]:
        """Whether it went well, and the result or the error.

        Raises:
            EOFError, OSError: the process has died.
        """
        self._pipe.send(call)
        answer: tuple[bool, Any] = self._pipe.recv()
        return answer

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
                raise EOFError("the pool is closed")
            # Daemons may have no children, and a cluster's workers are daemons. Ours end when the pipe to them closes.
            if multiprocessing.current_process().daemon:
                multiprocessing.current_process().daemon = False
            context = _context()
            ours, theirs = context.Pipe()
            # Daemons: should this program fall over, they are ended with it.
            process = context.Process(target=_work, args=(theirs, self._memory_limit), daemon=True)  # type: ignore[attr-defined] # every context has it
            process.start()
            theirs.close()
            member = _Member(process, ours)
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


def _work(pipe: Connection[Any, Any], memory_limit: int) -> None:
    """The life of a reading process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends this process
    _limit_memory(memory_limit)
    while True:
        try:
            call = pipe.recv()
        except EOFError:
            return
        except Exception as error:
            answer: tuple[bool, Any] = False, error  # what was sent is unknown here: it is the caller's
        else:
            answer = _answer(*call)
        pipe.send(answer)


def _answer(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[bool, Any]:
    try:
        return True, function(*args, **kwargs)
    except Exception as error:
        return False, error


def _limit_memory(limit: int) -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
