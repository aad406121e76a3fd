"""The candidate takes the published copy's place: in one rename, so that whoever opens the path has either, and whole.

Who has the former copy open keeps it: its name goes, its file stays until it is closed.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

import regex

from collect.errors import ConfigurationError, StoreError
from nianbao.nightly.journal import iso, replace_file, sync_folder
from store import publication
from store.load import Store
from store.publication import Stamp

_LOGS = ("-wal", "-journal")
_OLD = regex.compile(r"\.(\d{8}T\d{6}Z)(?:-\d+)?\.")


@dataclass(frozen=True, slots=True)
class Publication:
    """A copy that was published."""

    path: str
    sha256: str
    size: int
    stamp: Stamp


def candidate_of(published: Path) -> Path:
    """Where the candidate is built: in the same folder, so that it can be renamed."""
    return published.with_name(f".{published.name}.candidate")


def sidecar_of(published: Path) -> Path:
    """The file beside a copy with its stamp and digest."""
    return published.with_name(f"{published.name}.json")


def build(store: Store, published: Path) -> Path:
    """The candidate, made anew; what a broken-off run left of one is removed.

    Raises:
        ConfigurationError: there is no such folder and it cannot be made.
        StoreError: the database cannot be read, or the file not written.
    """
    candidate = candidate_of(published)
    try:
        published.parent.mkdir(parents=True, exist_ok=True)
        discard(published)
    except OSError as error:
        raise ConfigurationError(f"{published.parent} cannot be written to ({error.strerror}).") from error
    publication.copy_store(store, candidate)
    return candidate


def discard(published: Path) -> None:
    """Removes the candidate, and what a killed run left of its writing."""
    candidate = candidate_of(published)
    for suffix in ("", "-wal", "-shm", "-journal"):
        candidate.with_name(candidate.name + suffix).unlink(missing_ok=True)


def swap(published: Path, said: Stamp, copies: int, now: datetime) -> Publication:
    """Stamps the candidate, puts it in place, and keeps ``copies`` former ones.

    Begun again after it was broken off anywhere, it ends the same.

    Raises:
        StoreError: something was written to the published copy, or there is no candidate.
    """
    _nobody_wrote(published)
    candidate = candidate_of(published)
    if not candidate.exists():
        return _finished(published, said, copies)
    candidate.chmod(0o644)  # a run that was broken off may have got so far as to close it
    publication.stamp(candidate, said)
    candidate.chmod(0o444)
    with candidate.open("rb") as file:
        os.fsync(file.fileno())
    if published.exists():
        _keep(published, now)
    candidate.replace(published)
    sync_folder(published.parent)
    return _finished(published, said, copies)


def _finished(published: Path, said: Stamp, copies: int) -> Publication:
    """The side of it that follows from the file in place: its digest beside it, old copies pruned."""
    held = publication.read_stamp(published) if published.exists() else None
    if held is None or held.night != said.night:
        raise StoreError(f"There is no candidate for {published}.", advice="Run the night again.")
    with published.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    made = Publication(str(published), digest, published.stat().st_size, held)
    replace_file(sidecar_of(published), json.dumps(asdict(made), ensure_ascii=False, indent=1, sort_keys=True).encode())
    for old in kept(published)[copies:]:
        old.unlink()
        sidecar_of(old).unlink(missing_ok=True)
    return made


def kept(published: Path) -> list[Path]:
    """The former copies, the latest first."""
    pattern = f"{published.stem}.*{published.suffix}"
    return sorted((path for path in published.parent.glob(pattern) if _OLD.search(path.name)), reverse=True)


def _keep(published: Path, now: datetime) -> None:
    """Gives the file in place a second name that says when it was published."""
    stamp = publication.read_stamp(published)
    moment = datetime.fromisoformat(stamp.published) if stamp else now
    name = f"{published.stem}.{moment:%Y%m%dT%H%M%SZ}{published.suffix}"
    old = published.with_name(name)
    number = 1
    while old.exists() and not old.samefile(published):
        number += 1
        old = published.with_name(name.replace("Z.", f"Z-{number}.", 1))
    if old.exists():
        return  # a run that was broken off had come so far
    try:
        old.hardlink_to(published)
    except OSError:  # a file system without hard links
        part = old.with_name(f".{old.name}.part")
        shutil.copy2(published, part)
        part.replace(old)
    if sidecar_of(published).exists():
        replace_file(sidecar_of(old), _renamed(sidecar_of(published).read_bytes(), old))


def _renamed(sidecar: bytes, path: Path) -> bytes:
    try:
        return json.dumps({**json.loads(sidecar), "path": str(path)}, ensure_ascii=False, indent=1, sort_keys=True).encode()
    except ValueError:
        return sidecar


def _nobody_wrote(published: Path) -> None:
    """SQLite would apply a log that lies beside a path to whatever file it finds there."""
    for suffix in _LOGS:
        log = published.with_name(published.name + suffix)
        if log.exists() and log.stat().st_size:
            raise StoreError(
                f"{log} shows that somebody writes to the published copy.",
                advice=f"End that program, and remove {log} once nothing has it open.",
            )


def last(published: Path) -> Publication | None:
    """What is published, by its stamp and digest; None for nothing."""
    if not published.exists():
        return None
    held = publication.read_stamp(published)
    try:
        raw = json.loads(sidecar_of(published).read_bytes())
        digest = str(raw["sha256"])
    except (OSError, ValueError, KeyError):
        digest = ""
    stamp = held or Stamp("", "", "", publication.schema_version(published), "", {})
    return Publication(str(published), digest, published.stat().st_size, stamp)


def stamp_of(candidate: Path, night: str, now: datetime, reader: str, program: str) -> Stamp:
    """What the candidate will say of itself."""
    rows = publication.row_counts(candidate)
    return Stamp(iso(now), night, reader, publication.schema_version(candidate), program, rows)
