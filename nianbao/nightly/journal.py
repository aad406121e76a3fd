"""How far the present night has come: a file that is replaced as a whole after every step.

A run that was killed leaves it open, and the next one goes on from there. Every step gives the same when it is done twice,
so the one that was under way is simply begun again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from collect.errors import ConfigurationError


class Step(StrEnum):
    """The steps of a night, in order."""

    CRAWL = "crawl"
    INGEST = "ingest"
    CHECKS = "checks"
    BUILD = "build"
    GATES = "gates"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True)
class Done:
    """A step that came to its end."""

    finished: str
    seconds: float
    """Of the run that ended it; what broken-off runs took before is not known."""
    said: Mapping[str, Any] = field(default_factory=dict)
    """What later steps, or the report, need of it."""


@dataclass(slots=True)
class Journal:
    """The present night."""

    started: str
    """ISO 8601, UTC: the name of the night."""
    due: tuple[str, ...] = ()
    """Sources that it asks."""
    resumed: tuple[str, ...] = ()
    """When it was gone on with."""
    overruled: Mapping[str, str] = field(default_factory=dict)
    """Gates that are overruled in this night, with the reason."""
    last_run: int | None = None
    """Number of the database's last run before this night's; None before that is known."""
    done: dict[Step, Done] = field(default_factory=dict)
    closed: str = ""
    """When it ended, well or not; empty while it goes on."""

    def said(self, step: Step) -> Mapping[str, Any]:
        """What a step that is done said."""
        done = self.done.get(step)
        return done.said if done else {}


def opened(path: Path) -> Journal | None:
    """The night that is to be gone on with; None where there is none.

    Raises:
        ConfigurationError: the file holds something else.
    """
    journal = _read(path)
    return None if journal is None or journal.closed else journal


def last_closed(path: Path) -> Journal | None:
    """The last night, if it ended."""
    journal = _read(path)
    return journal if journal is not None and journal.closed else None


def write(path: Path, journal: Journal) -> None:
    """Puts the journal in the place of the former, durably."""
    replace_file(path, json.dumps(asdict(journal), ensure_ascii=False, indent=1).encode())


def _read(path: Path) -> Journal | None:
    try:
        raw = json.loads(path.read_bytes())
        done = {Step(name): Done(**each) for name, each in raw.pop("done").items()}
        return Journal(**{**raw, "due": tuple(raw["due"]), "resumed": tuple(raw["resumed"])}, done=done)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        advice = "Remove the file: the night then begins anew, and nothing that was fetched or loaded is lost."
        raise ConfigurationError(f"{path} is no journal of a night ({error}).", advice=advice) from error


def replace_file(path: Path, content: bytes) -> None:
    """A file that is there as a whole, old or new, whatever happens: written aside, forced to disk, renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.chmod(0o644)
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Forces the names in a folder to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def line(facts: Mapping[str, Any]) -> str:
    """Facts as a line of JSON."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True) + "\n"


def iso(moment: datetime) -> str:
    """A moment as the journal writes it."""
    return moment.isoformat(timespec="seconds")
