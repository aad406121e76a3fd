"""A pipeline that does what the document says: for tests of the batch. Light to import, for reading processes do."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import signal
import sys
import time
from decimal import Decimal

from collect.errors import EncryptedError, NotAReportError
from collect.model import Source
from extract.model import Document
from normalize.forms import forms
from normalize.model import Cell, Finding, Identity, Report, Severity, State, Verdict

_CELLS = tuple(Cell("2021", cell.key, Decimal(0), "0", State.PRINTED) for cell in forms()["2021"].cells())


def made_report(agency: str, verdict: Verdict) -> Report:
    """A report of nothing but zeros; an inconsistent one has a finding."""
    broken = Finding("applications.balance", Severity.FAULT, "new + carried in ≠ handled + carried out")
    findings = (broken,) if verdict is Verdict.INCONSISTENT else ()
    return Report(Identity(f"{agency}年度报告", agency, 2023), "2021", verdict, _CELLS, findings=findings)


def reader(source: Source) -> tuple[Document, tuple[Report, ...]]:
    """``verified 甲局`` is a verified report of 甲局, ``die`` kills the process, and so on."""
    word, _, agency = source.content.decode().partition(" ")
    match word:
        case "budget":
            raise NotAReportError("This is a budget.", code="not_a_report.budget")
        case "locked":
            raise EncryptedError("It has a password.")
        case "bug":
            raise ZeroDivisionError("a fault of ours")
        case "memory":
            raise MemoryError
        case "slow":
            time.sleep(0.05)
            word = "verified"
        case "hang":
            time.sleep(60)
        case "spin":
            _spin()
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "segfault":
            ctypes.string_at(0)
        case "abort":
            os.abort()
        case "exit":
            os._exit(3)
        case "quit":
            sys.exit("a library that thinks it is the program")
        case "overflow":
            _overflow()
        case "eat":
            _eat()
        case "stick":
            _stick()
        case "interrupt":
            raise KeyboardInterrupt
    return Document("text/plain", (), producer="a test"), (made_report(agency, Verdict(word)),)


def _spin() -> None:
    """Swallows the deadline, as careless libraries do, and goes on."""
    while True:
        with contextlib.suppress(BaseException):
            sum(range(10_000))


def _overflow() -> None:
    """Runs out of the C stack: Python in C in Python, without an end."""
    sys.setrecursionlimit(1_000_000_000)
    kind = ctypes.CFUNCTYPE(ctypes.c_int)
    callback = kind(lambda: callback())  # noqa: PLW0108 - it is not there yet
    callback()


def _eat() -> None:
    """Takes memory until there is none."""
    kept = []
    while True:
        kept.append(bytes(500_000_000))


def _stick() -> None:
    """A loop in C that never comes back to Python, so that no signal handler of Python's is ever called."""
    sum(itertools.repeat(0))
