"""A target, and one input tried on it: it gives a result or a ``NianbaoError``; anything else is a find."""

from __future__ import annotations

import hashlib
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 10.0
"""Of the processor, that one input may take. Genuine reports of a target's size take a hundredth of it."""

Raw = Callable[[bytes], bytes]
"""Changes bytes without knowing what they are: libFuzzer's own mutator, or a simple one where there is no libFuzzer."""
Mutator = Callable[[bytes, Random, Raw], bytes]
"""Changes an input of a format, so that what comes out gets past checksums and parsers."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that takes bytes from outside."""

    name: str
    run: Callable[[bytes], None]
    """Takes an input. Returns for results and refusals alike; raises what must not happen."""
    seeds: Callable[[], Iterable[bytes]]
    mutate: Mutator
    instrumented: tuple[str, ...]
    """Top-level packages whose coverage guides the search."""
    modules: tuple[str, ...]
    """What to import before the first input, so that it is instrumented."""
    most: int = 1 << 16
    """Bytes of an input."""
    traces_comparisons: bool = False
    """Whether what is compared guides the search, too: a third slower, of use where no mutator knows the words that matter."""


class Broken(AssertionError):  # noqa: N818 - it reads as what it says
    """An invariant does not hold. ``rule`` is its short name."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(f"{rule}: {message}")
        self.rule = rule


class TooLong(BaseException):
    """An input took too much of the processor. Not an ``Exception``, so that no reader takes it for a fault of the input."""


@dataclass(frozen=True, slots=True)
class Find:
    """What should not have happened."""

    kind: str
    """The class of the exception, or the broken rule."""
    place: str
    """``file:function`` of ours in which it happened."""
    trace: str

    @property
    def signature(self) -> str:
        """One name for all inputs that do the same."""
        digest = hashlib.sha256(f"{self.kind} {self.place}".encode()).hexdigest()[:8]
        return f"{self.kind}-{digest}"


def attempt(target: Target, data: bytes, seconds: float = SECONDS) -> Find | None:
    """What goes wrong with an input; None where nothing does."""
    try:
        with _at_most(seconds):
            target.run(data)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        kind = error.rule if isinstance(error, Broken) else type(error).__name__
        return Find(kind, _place(error), traceback.format_exc())
    return None


def _place(error: BaseException) -> str:
    """Where it happened; of endless recursion and of what takes too long only the module, since the line is a matter of luck."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = [frame for frame in frames if _room(frame) in {"collect", "extract", "normalize", "nianbao", "store"}]
    if not ours:
        return "benchmarks"
    frame = ours[-1]
    file = Path(frame.f_code.co_filename).resolve().relative_to(ROOT).as_posix()
    vague = isinstance(error, RecursionError | TooLong | MemoryError)
    return file if vague else f"{file}:{frame.f_code.co_name}"


def _room(frame: FrameType) -> str:
    path = Path(frame.f_code.co_filename)
    return path.resolve().relative_to(ROOT).parts[0] if path.is_absolute() and path.resolve().is_relative_to(ROOT) else ""


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raises ``TooLong`` in the block after so many seconds of the processor."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
