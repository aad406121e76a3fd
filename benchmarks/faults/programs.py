"""Commands as processes of their own: started, watched, killed at a moment.

Each is a fork of this process, which has imported the program already: a run then takes as long as its work, and a moment
drawn from it falls into the work. It leads a session of its own, by which what it leaves behind is found.
"""

from __future__ import annotations

import atexit
import importlib
import os
import pwd
import signal
import stat
import sys
import time
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

PRELOADED = (
    "nianbao.cli",
    "nianbao.preload",
    "nianbao.batch",
    "nianbao.crawled",
    "nianbao.progress",
    "nianbao.summary",
    "nianbao.show_archive",
    "nianbao.show_agencies",
    "nianbao.show_continuity",
    "nianbao.show_copies",
    "nianbao.nightly.night",
    "collect.archive.archive",
    "store.open",
    "store.export",
    "store.datapackage",
    "store.copies",
    "store.compare",
    "alembic.command",
    "tests.scripted_nights",
)
"""What the commands import; a fork finds it there."""
PATIENCE = 120.0
"""Seconds after which a run counts as hung."""

Before = Callable[[], object]
"""Called in the new process, before the command."""


def preload() -> None:
    """Import what the commands need."""
    for name in PRELOADED:
        importlib.import_module(name)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended."""

    code: int
    """Exit code; negative is the signal."""
    seconds: float
    said: str
    """Standard error, and standard output."""

    @property
    def has_traceback(self) -> bool:
        """Whether it showed the user its inside."""
        return "Traceback (most recent call last)" in self.said


class Running:
    """A command under way."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
        self._log = log
        self._start = time.perf_counter()

    def wait(self, seconds: float = PATIENCE) -> Ended:
        """Its end; after ``seconds`` it is killed, and counts as hung (code -99)."""
        while (ended := self._look()) is None:
            if time.perf_counter() - self._start > seconds:
                self.kill_session()
                self._look(block=True)
                return Ended(-99, seconds, self._said())
            time.sleep(0.002)
        return ended

    def is_over(self) -> bool:
        """Whether it has ended; its code is then kept for ``wait``."""
        return self._look() is not None

    _ended: Ended | None = None

    def _look(self, *, block: bool = False) -> Ended | None:
        if self._ended is None:
            pid, status = os.waitpid(self.pid, 0 if block else os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self._ended = Ended(code, time.perf_counter() - self._start, self._said())
        return self._ended

    def _said(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def session(self) -> list[psutil.Process]:
        """The processes of its session that live, itself first."""
        return [process for process in map(_process, _pids_of_session(self.pid)) if process is not None]

    def kill(self) -> None:
        """Kill this process, and none of those it started."""
        if not self.is_over():
            os.kill(self.pid, signal.SIGKILL)

    def kill_session(self) -> None:
        """Kill it with all that it started, at once."""
        for pid in [self.pid, *_pids_of_session(self.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def readers(self) -> list[psutil.Process]:
        """Its reading processes: children of the server that forks them."""
        found = []
        for process in self.session():
            parent = _process(process.ppid()) if process.is_running() else None
            if process.pid != self.pid and parent is not None and "forkserver" in " ".join(parent.cmdline()):
                found.append(process)
        return found

    def orphans(self, seconds: float = 10.0) -> list[str]:
        """What lives of its session ``seconds`` after its end."""
        end = time.perf_counter() + seconds
        while (left := [p for p in self.session() if p.pid != self.pid]) and time.perf_counter() < end:
            time.sleep(0.01)
        return [f"{process.pid} {' '.join(process.cmdline())[:80]}" for process in left]


def _pids_of_session(session: int) -> list[int]:
    found = []
    for pid in psutil.pids():
        try:
            if os.getsid(pid) == session:
                found.append(pid)
        except (ProcessLookupError, PermissionError):
            continue
    return sorted(found, key=lambda pid: (pid != session, pid))


def _process(pid: int) -> psutil.Process | None:
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.Error:
        return None


def start(words: Sequence[str | Path], log: Path, before: Before | None = None, *, nobody: bool = False) -> Running:
    """Begin ``nianbao WORDS`` in a process of its own; what it says goes to ``log``.

    ``nobody``: as an unprivileged user, since root may write whatever is read-only.
    """
    from nianbao.cli import main  # noqa: PLC0415 - preloaded

    def command() -> None:
        main([str(word) for word in words], prog_name="nianbao")

    return start_function(command, log, before, nobody=nobody)


def start_function(work: Callable[[], object], log: Path, before: Before | None = None, *, nobody: bool = False) -> Running:
    """Begin any work in a process of its own."""
    log.write_text("")
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Running(pid, log)
    code = 1
    try:
        os.setsid()
        _redirect(log)
        if nobody:
            _become_nobody()
        # Worker processes would import the main module again, which is this benchmark.
        sys.modules["__main__"] = types.ModuleType("__main__")
        if before is not None:
            before()
        work()
        code = 0
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        try:
            atexit._run_exitfuncs()  # noqa: SLF001 - the only way to end as Python does, but without the parent's end
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def run(words: Sequence[str | Path], log: Path, before: Before | None = None, *, nobody: bool = False) -> Ended:
    """``nianbao WORDS`` to its end."""
    return start(words, log, before, nobody=nobody).wait()


def _redirect(log: Path) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    silence = os.open(os.devnull, os.O_RDONLY)
    os.dup2(silence, 0)
    os.dup2(handle, 1)
    os.dup2(handle, 2)


def _become_nobody() -> None:
    if os.geteuid() == 0:
        user = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


def anybody_may_run() -> bool:
    """Whether a user without rights can start processes of this interpreter: not where it lies in another's home.

    ``_become_nobody`` in a fork goes without; what starts workers does not.
    """
    program = Path(sys.executable).resolve()
    return all(place.stat().st_mode & stat.S_IXOTH for place in (program, *program.parents))


def by_twos() -> None:
    """Let the command write two documents a transaction: so small an archive would else be one."""
    from store.load import Store  # noqa: PLC0415 - preloaded

    loading = Store.loading
    Store.loading = lambda store, run, **_more: loading(store, run, size=2)  # type: ignore[method-assign]
