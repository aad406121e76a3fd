"""Reading many documents at once: the one executor seam.

Sources go in, outcomes come out in the same order. Reading happens in processes of their own, so that a document that
hangs, eats the memory or crashes a library costs itself and nothing else.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from types import FrameType

from collect.archives import Refusal
from collect.errors import NianbaoError
from collect.model import Source
from extract.model import Document
from nianbao.pipeline import read
from normalize.model import Report

TIME_LIMIT = 120.0
"""Seconds one document may take. The slowest genuine report needs a tenth of it."""
MEMORY_LIMIT = 6 * 1024**3
"""Address space of a reading process, in bytes."""

Reader = Callable[[Source], tuple[Document, tuple[Report, ...]]]
"""What is printed in a source and what it means. It must be importable by name in a new process."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a document gave no report: an error that can be sent between processes."""

    kind: type[NianbaoError]
    message: str
    advice: str
    reason: str
    trace: str = ""
    """The traceback, where the cause is a fault of ours."""

    @property
    def error(self) -> NianbaoError:
        """As an exception again."""
        return self.kind(self.message, advice=self.advice, code=self.reason)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document: reports, or a failure."""

    reports: tuple[Report, ...] = ()
    document: Document | None = None
    """Without its blocks: they are large, and what they say is in the reports."""
    failure: Failure | None = None
    seconds: float = 0.0


def read_source(source: Source) -> tuple[Document, tuple[Report, ...]]:
    """A source through ``extract`` and ``normalize``.

    Raises:
        NianbaoError: unreadable, encrypted, unsupported, or no such report.
    """
    reading = read(source.content, source.document, evidence_of_origin(source))
    return reading.document, reading.reports


def evidence_of_origin(source: Source) -> str:
    """What a source's place may say of its report: the URL, else the path below the ingested folder.

    Not the full path: the folders above are the user's own, and the same archive must read the same wherever it lies.
    """
    return source.origin if "://" in source.origin else source.document


class _TimeUp(BaseException):
    """Not an ``Exception``, so that no reader's own handler takes it for a fault of the document."""


def attempt(read: Reader, source: Source, time_limit: float = TIME_LIMIT) -> Outcome:
    """The outcome of one document; whatever goes wrong is part of it."""
    start = time.perf_counter()
    reports: tuple[Report, ...] = ()
    document = failure = None
    try:
        with _deadline(time_limit):
            document, reports = read(source)
            document = replace(document, blocks=())
    except NianbaoError as error:
        failure = failure_of(error)
    except _TimeUp:
        failure = _fault("timeout", f"Reading took more than {time_limit:.0f} seconds and was given up.")
    except MemoryError:
        failure = _fault("memory", "Reading needs more memory than a document may take.")
    except Exception as error:
        failure = _fault("internal", f"{type(error).__name__}: {error}.", traceback.format_exc())
    return Outcome(reports, document, failure, time.perf_counter() - start)


def failure_of(error: NianbaoError) -> Failure:
    """An error of ours as a failure."""
    return Failure(type(error), error.message, error.advice, error.reason)


def _fault(reason: str, message: str, trace: str = "") -> Failure:
    """A failure that is no fault of the document's."""
    return Failure(NianbaoError, message, NianbaoError.advice, reason, trace)


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raises ``_TimeUp`` in the block after ``seconds``, where the platform and the thread allow it."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise _TimeUp

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def outcomes(
    items: Iterable[Source | Refusal], read: Reader, *, workers: int = 1, time_limit: float = TIME_LIMIT
) -> Generator[tuple[Source | Refusal, Outcome], None, None]:
    """Every item with its outcome, in the items' order.

    ``workers`` processes read ahead, by at most three documents each: no more than that is in memory. With one worker
    the reading happens in this process.
    """
    if workers > 1:
        yield from _Crew(read, workers, time_limit).outcomes(items)
        return
    for item in items:
        yield item, _refused(item) if isinstance(item, Refusal) else attempt(read, item, time_limit)


def _refused(refusal: Refusal) -> Outcome:
    return Outcome(failure=failure_of(refusal.error))


class _Crew:
    """A pool of reading processes that is replaced when one of them dies."""

    def __init__(self, read: Reader, workers: int, time_limit: float) -> None:
        self._read = read
        self._workers = workers
        self._time_limit = time_limit
        self._pool: ProcessPoolExecutor | None = None
        self._others: set[BaseProcess] = set()

    def outcomes(self, items: Iterable[Source | Refusal]) -> Iterator[tuple[Source | Refusal, Outcome]]:
        window: deque[tuple[Source | Refusal, Future[Outcome]]] = deque()
        try:
            for item in items:
                window.append((item, self._start(item)))
                if len(window) >= self._workers * 3:
                    yield self._first(window)
            while window:
                yield self._first(window)
        finally:
            self._dismiss()

    def _start(self, item: Source | Refusal) -> Future[Outcome]:
        if isinstance(item, Refusal):
            done: Future[Outcome] = Future()
            done.set_result(_refused(item))
            return done
        try:
            return self._hired().submit(_attempt_apart, self._read, item, self._time_limit)
        except BrokenProcessPool as error:
            broken: Future[Outcome] = Future()
            broken.set_exception(error)
            return broken

    def _first(self, window: deque[tuple[Source | Refusal, Future[Outcome]]]) -> tuple[Source | Refusal, Outcome]:
        item, future = window[0]
        try:
            outcome = future.result()
        except BrokenProcessPool:
            # One of the documents in flight killed its process; which one, nobody knows. Each gets one try by itself.
            retried = [(item, self._retried(item, future)) for item, future in window]
            window.clear()
            window.extend(retried)
            outcome = window[0][1].result()
        window.popleft()
        return item, outcome

    def _retried(self, item: Source | Refusal, future: Future[Outcome]) -> Future[Outcome]:
        if future.done() and not future.cancelled() and future.exception() is None:
            return future
        self._dismiss()
        alone = self._start(item)
        try:
            alone.result()
        except BrokenProcessPool:
            self._dismiss()
            alone = Future()
            alone.set_result(Outcome(failure=_fault("crashed", "Reading this document crashed the reader.")))
        return alone

    def _hired(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._others = set(multiprocessing.active_children())
            self._pool = ProcessPoolExecutor(self._workers, _context(), _enter_process)
        return self._pool

    def _dismiss(self) -> None:
        """Ends the pool, and whatever its processes are still at: nobody waits for it any more."""
        if self._pool is not None:
            for process in set(multiprocessing.active_children()) - self._others:
                process.terminate()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _context() -> multiprocessing.context.BaseContext:
    """Processes that begin clean: a fork of a program with threads and an open database may lock up."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["nianbao.workers", "extract.read", "normalize.reports"])
        return context
    return multiprocessing.get_context("spawn")


def _enter_process() -> None:
    """Sets the bounds of a reading process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends this process
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(MEMORY_LIMIT, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _attempt_apart(read: Reader, source: Source, time_limit: float) -> Outcome:
    """``attempt`` in a reading process. Code that never comes back to Python misses its deadline; then this kills it."""
    if not hasattr(signal, "setitimer"):
        return attempt(read, source, time_limit)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, time_limit * 1.5)
    try:
        return attempt(read, source, time_limit)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
