"""One document read, whatever goes wrong: its reports as rows, or its failure, within its time.

This runs in reading processes (``nianbao.pool``, ``nianbao.cluster``) and, where no isolation is asked for, in the program
itself.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import FrameType

import regex

from collect.errors import ConfigurationError, NianbaoError
from collect.files import load
from collect.limits import DEFAULT_LIMITS, Limits
from collect.model import Reference, Source
from extract.bounds import within
from extract.model import Document
from nianbao.pipeline import READER_VERSION, read
from nianbao.pool import ReaderDiedError, last_words, limit_memory, manner_of_death
from normalize.model import Report
from store.rows import Preparation, Prepared

PAGE_SHARE = 0.05
"""Of the limit of seconds, what each page that must be recognised adds to it: 6 s, three times what it takes."""

Reader = Callable[[Source], tuple[Document, tuple[Report, ...]]]
"""What is printed in a source and what it means. It must be importable by name in a new process."""


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads sources and makes rows for a database of their reports, so that the process that writes need only write them.

    Rows are plain values: they go between processes in a tenth of the time that reports take.
    """

    read: Reader
    preparation: Preparation

    def __call__(self, source: Source) -> tuple[Document, tuple[Prepared, ...]]:
        """What is printed in a source, and its reports' rows.

        Raises:
            NianbaoError: the source gives no report, or the database takes none such.
        """
        document, reports = self.read(source)
        return document, tuple(map(self.preparation.prepare, reports))


_WEB = regex.compile(r"https?://", regex.IGNORECASE)


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
    """What became of one document: reports, or a failure, or the word that its content needed no reading."""

    reports: tuple[Prepared, ...] = ()
    document: Document | None = None
    """Its facts only: blocks and links are large, and what they say is in the reports."""
    failure: Failure | None = None
    seconds: float = 0.0
    sha256: str = ""
    """Digest of the bytes that were read; empty where none were."""
    size: int = 0
    known: bool = False
    """The content is one of those that need no reading (``Reference.known``)."""
    is_composed: bool = False
    """Other files are part of it: that its own has not changed does not say that it has not."""


def read_source(source: Source) -> tuple[Document, tuple[Report, ...]]:
    """A source through ``extract`` and ``normalize``.

    Raises:
        NianbaoError: unreadable, encrypted, unsupported, or no such report.
    """
    reading = read(source.content, source.document, evidence_of_origin(source), source.shown)
    return reading.document, reading.reports


def evidence_of_origin(source: Source) -> str:
    """What a source's place may say of its report: the web address, else the path below the ingested folder.

    Not the full path, nor a bucket's: the folders above are the user's own, and the same archive must read the same
    wherever it lies.
    """
    return source.origin if _WEB.match(source.origin) else source.document


class _TimeUp(BaseException):
    """Not an ``Exception``, so that no reader's own handler takes it for a fault of the document."""


def attempt(
    read: RowReader,
    item: Source | Reference,
    limits: Limits = DEFAULT_LIMITS,
    put_off: Callable[[float], None] | None = None,
) -> Outcome:
    """The outcome of one document; whatever goes wrong is part of it.

    Args:
        read: reads it.
        item: the document.
        limits: what it may cost; of the seconds, ``PAGE_SHARE`` more for each page of a scan.
        put_off: told how many seconds from now the end is where a scan is given more.
    """
    start = time.perf_counter()
    outcome = Outcome()
    held: list[Source] = []

    def more() -> float:
        from extract.effort import pages_to_recognise  # noqa: PLC0415 - readers are dear to import, and few documents are late

        pages = pages_to_recognise(held[0].content) if held else 0
        limit = limits.seconds * PAGE_SHARE * pages
        if pages and put_off:
            put_off(limit)
        return limit

    try:
        with within(limits), _deadline(limits.seconds, more):
            source = load(item) if isinstance(item, Reference) else item
            held.append(source)
            outcome = Outcome(sha256=source.sha256, size=len(source.content), is_composed=bool(source.pictures))
            if isinstance(item, Reference) and outcome.sha256 in item.known:
                outcome = replace(outcome, known=True)
            else:
                document, reports = read(source)
                facts = replace(document, blocks=(), links=(), metadata=())
                outcome = replace(outcome, document=facts, reports=reports)
    except NianbaoError as error:
        outcome = replace(outcome, failure=failure_of(error))
    except _TimeUp:
        message = f"Reading took more than {time.perf_counter() - start:.0f} seconds and was given up."
        outcome = replace(outcome, failure=fault("timeout", message, "seconds"))
    except MemoryError:
        failure = fault("memory", "Reading needs more memory than a document may take.", "memory")
        outcome = replace(outcome, failure=failure)
    except (Exception, SystemExit) as error:
        message = f"{type(error).__name__}: {error}."
        failure = Failure(NianbaoError, message, NianbaoError.advice, "internal", traceback.format_exc())
        outcome = replace(outcome, failure=failure)
    return replace(outcome, seconds=time.perf_counter() - start)


def failure_of(error: NianbaoError) -> Failure:
    """An error of ours as a failure."""
    return Failure(type(error), error.message, error.advice, error.reason)


def fault(reason: str, message: str, limit: str = "", trace: str = "") -> Failure:
    """A failure that may be no fault of the document's; ``limit`` is the one that it is beyond."""
    more = f"If it is genuine, raise the limit: --reread --limit {limit}=NUMBER. Else: " if limit else ""
    return Failure(NianbaoError, message, _AGAIN + more + NianbaoError.advice, reason, trace)


_AGAIN = "Try it again with --reread, on a machine with less to do. "


@contextmanager
def _deadline(seconds: float, more: Callable[[], float]) -> Iterator[None]:
    """Raises ``_TimeUp`` in the block after ``seconds``, where the platform and the thread allow it.

    ``more`` is asked once, when they are over: how many further seconds there are. So whatever is done in time costs no look.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    is_asked = False

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        nonlocal is_asked
        further = 0.0 if is_asked else more()
        is_asked = True
        if further <= 0:
            raise _TimeUp
        signal.setitimer(signal.ITIMER_REAL, further)

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Documents for one reading process, in order."""

    read: RowReader
    items: tuple[Source | Reference, ...] = field(repr=False)
    limits: Limits = DEFAULT_LIMITS
    reader: str = READER_VERSION
    """The version that is to read; a worker elsewhere may have another."""


def read_parcel(parcel: Parcel) -> list[Outcome]:
    """The outcomes of a parcel, in order: see ``read_each``."""
    return list(read_each(parcel))


def read_each(parcel: Parcel) -> Iterator[Outcome]:
    """The outcomes of a parcel, in order and one by one, so that whoever sent it knows which document a process died of.

    Code that never comes back to Python misses its deadline; half the limit later its process is ended.

    Raises:
        ConfigurationError: this is another version of the reader than the one that is to read.
    """
    if parcel.reader != READER_VERSION:
        message = f"A worker has version {READER_VERSION} of the reader; this program has {parcel.reader}."
        raise ConfigurationError(message, advice="Install the same version of nianbao on every worker.")
    if last_words() is not None:
        limit_memory(parcel.limits.memory)
    for item in parcel.items:
        yield _attempt_apart(parcel, item)


def crashed(item: Source | Reference, death: ReaderDiedError | None = None) -> Outcome:
    """The outcome of a document that its process died of. What it holds is found out here, so that it can be known again."""
    outcome = Outcome(failure=_cause(death))
    try:
        source = load(item) if isinstance(item, Reference) else item
    except NianbaoError:
        return outcome
    return replace(outcome, sha256=source.sha256, size=len(source.content), is_composed=bool(source.pictures))


def _cause(death: ReaderDiedError | None) -> Failure:
    if death is None:
        return fault("crashed", "Reading this document crashed the reader.")
    if death.is_late:
        message = "Reading took too long in code that cannot be interrupted, and was ended."
        return fault("timeout", message, "seconds", death.words)
    if death.is_killed:
        return fault("memory", "The process that read this document was killed twice: the system was out of memory.", "memory")
    message = f"Reading this document crashed the reader ({manner_of_death(death.exit_code)})."
    return fault("crashed", message, trace=death.words)


def _attempt_apart(parcel: Parcel, item: Source | Reference) -> Outcome:
    seconds = parcel.limits.seconds
    late = seconds / 2

    def end_after(seconds: float) -> None:
        faulthandler.dump_traceback_later(seconds + late, exit=True, file=_listener())

    end_after(seconds)
    try:
        return attempt(parcel.read, item, parcel.limits, end_after)
    finally:
        faulthandler.cancel_dump_traceback_later()


_null: int | None = None


def _listener() -> int:
    """Where the traceback of a process that is ended goes: to whoever started it, if it is a reading process of ours."""
    global _null  # noqa: PLW0603 - one descriptor a process
    if (words := last_words()) is not None:
        return words
    if _null is None:
        _null = os.open(os.devnull, os.O_WRONLY)
    return _null
