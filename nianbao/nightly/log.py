"""The structured log: one JSON object a line, appended; a line a document, and one for each step."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from nianbao.nightly.doors import Clock
from nianbao.nightly.journal import iso


class NightLog:
    """Appends to a file. Every line is written at once, so that a killed run leaves whole lines."""

    def __init__(self, path: Path, night: str, clock: Clock) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._night = night
        self._clock = clock

    def write(self, facts: Mapping[str, object]) -> None:
        """One line: time, night, and these."""
        self.write_all([facts])

    def write_all(self, several: Iterable[Mapping[str, object]]) -> None:
        """A line each."""
        head = {"time": iso(self._clock()), "night": self._night}
        text = "".join(json.dumps({**head, **facts}, ensure_ascii=False, default=str) + "\n" for facts in several)
        if not text:
            return
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.write(handle, text.encode("utf-8", "replace"))
        finally:
            os.close(handle)
