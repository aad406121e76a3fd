"""Files that are dear to make and that no test writes to: made once for all processes of a test session."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

FOLDER = "NIANBAO_TESTS_SHARED"
"""The environment's name for the folder; the session's first process makes it (``conftest.py``), the others inherit it."""


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """The file of that name; the first process that wants it makes it, the others wait."""
    path = Path(os.environ[FOLDER]) / name
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            aside = path.with_name(f"making-{name}")
            make(aside)
            aside.replace(path)
    return path
