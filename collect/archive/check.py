"""Whether an archive still is what was written: every record whole, every digest right, the index the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from collect.archive.archive import Archive
from collect.archive.index import TABLES
from collect.archive.records import digest_of
from collect.archive.volumes import Damaged, Found, Volumes


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written."""

    place: str
    """``FILE#OFFSET``, or what the index is wrong about."""
    message: str


@dataclass(slots=True)
class Examination:
    """What was looked at, and what is wrong with it."""

    records: Counter[str] = field(default_factory=Counter)
    """By kind."""
    volumes: int = 0
    size: int = 0
    """Bytes of the files."""
    contents: int = 0
    """Contents that are held, each once."""
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def examine(root: Path) -> Examination:
    """Every record of the archive in a folder, read and compared with its digests; then the index with the files.

    A writer may be at work meanwhile: what it adds is not looked at.

    Raises:
        ConfigurationError: there is no archive.
    """
    found = Examination()
    volumes = Volumes(root)
    with Archive.open(root) as archive:
        rows = archive.index_rows()
        ends = dict(rows["volume"])
        held: set[str] = set()
        for name in volumes.names():
            found.volumes += 1
            found.size += ends.get(name, 0)
            for record in volumes.scan(name):
                if record.place.offset >= ends.get(name, 0):
                    break  # not written when this began
                found.problems += _problems(record, held)
                if isinstance(record, Found):
                    found.records[record.record.kind] += 1
        found.contents = len(held)
    with Archive.in_memory(root) as anew:
        found.problems += _differences(rows, anew.index_rows())
    return found


def _problems(found: Found | Damaged, held: set[str]) -> Iterator[Problem]:
    place = str(found.place)
    if isinstance(found, Damaged):
        yield Problem(place, f"No whole record: {found.reason}.")
        return
    record = found.record
    if record.kind == "revisit":
        if record.digest and record.digest not in held:
            yield Problem(place, f"It refers to content {record.digest}, which is not held.")
    elif record.digest and digest_of(record.payload) != record.digest:
        yield Problem(place, f"Its content is not what was written: it has no longer the digest {record.digest}.")
    elif record.kind == "response":
        held.add(record.digest)


def _differences(rows: dict[str, list[tuple[object, ...]]], anew: dict[str, list[tuple[object, ...]]]) -> Iterator[Problem]:
    """What the index says otherwise than the files; not what a writer added meanwhile."""
    for table in TABLES:
        if table == "volume":
            continue
        missing = set(rows[table]) - set(anew[table])
        if missing:
            yield Problem(f"index.{table}", f"{len(missing)} rows are not what the files say: run `nianbao archive index`.")
