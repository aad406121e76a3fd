"""Files as they lay there when they were last taken in, so that a later run need not open what has not changed.

A file counts as unchanged where path, public name, size and time of change are the same *and* what it gave then still
stands: the same version of the reader loaded its content, or failed over it, under that name. An archive stands where all
of its members do. Only what is stored is ever remembered here, so a run that breaks off forgets, and never skips, work.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, func, insert, select, tuple_, update

from collect.errors import StoreError
from collect.model import FoundFile
from store.load import Store
from store.schema import document, document_path, failure, finding, report, seen_file
from store.values import storable

GRANULARITY_NS = 2_000_000_000
"""The coarsest clock of file systems (FAT: 2 s). A file that was changed so shortly before it was looked at, or later, may
have been changed again without a trace; its content decides."""
PASSING = frozenset({"needs_libreoffice", "needs_ocr", "unusable_text_layer", StoreError.code})
"""Reasons of failures that may be gone by the next run though the file is the same: what is installed, how the database is."""
_CHUNK = 500
"""Values in one question to the database."""
_CANDIDATES = 1_000
"""Digests given along for one size. Where more documents share it, only what stands under a file's own name is."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Failed:
    """A document that gave no report, as noted."""

    document: str
    reason: str
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What an unchanged file still gives."""

    documents: tuple[int, ...] = ()
    """Numbers of the loaded documents; one may stand here under two names."""
    failed: tuple[Failed, ...] = ()
    names: tuple[str, ...] = ()
    """Public names of an archive's members."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """Members passed over, by skip rule."""


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file and what it held: the digest of its content, or an archive's members."""

    file: FoundFile
    sha256: str | None = None
    members: tuple[tuple[str, str], ...] = ()
    """Public name and digest of each member, in order; no digest for one that could not be unpacked."""
    skipped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Totals:
    """What the reports of some documents add up to."""

    verdicts: Counter[str] = field(default_factory=Counter)
    cells_found: int = 0
    cells_expected: int = 0
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By severity and rule."""


def unchanged(store: Store, files: Sequence[FoundFile], reader: str) -> dict[str, Standing]:
    """Those of the files that need not be opened, by public name, with what they gave."""
    with store.reading() as connection:
        seen = _seen(connection, files)
        if not seen:
            return {}
        loaded, failed = _standing(connection, {name for _, members, _, _ in seen for name, _ in members})
        found = {}
        for file, members, is_archive, skipped in seen:
            standing = _judge(members, loaded, failed, reader)
            if standing is not None:
                names = tuple(name for name, _ in members) if is_archive else ()
                found[file.document] = Standing(*standing, names, skipped)
        return found


def _key(file: FoundFile) -> str:
    return file.seen_as or file.path


_Members = list[tuple[str, str]]


def _seen(connection: Connection, files: Sequence[FoundFile]) -> list[tuple[FoundFile, _Members, bool, Mapping[str, int]]]:
    """The files that lie there as they were seen: what they held, whether as an archive, what was passed over."""
    by_key = {(storable(_key(file)), file.document): file for file in files}
    found: list[tuple[FoundFile, _Members, bool, Mapping[str, int]]] = []
    for paths in _chunks(dict.fromkeys(map(_key, files))):
        for row in connection.execute(select(seen_file).where(seen_file.c.path.in_(paths))):
            file = by_key.get((row.path, row.document))
            if file is None or (row.size, row.modified_ns) != (file.size, file.modified_ns):
                continue
            if not 0 <= row.modified_ns < row.looked_ns - GRANULARITY_NS:
                continue
            if row.members is None:
                found.append((file, [(row.document, row.sha256)], False, {}))
            else:
                members, skipped = _unpack(row.members)
                found.append((file, members, True, skipped))
    return found


@dataclass(frozen=True, slots=True)
class _Loaded:
    id: int
    sha256: str
    reader: str


def _standing(connection: Connection, names: Collection[str]) -> tuple[dict[str, _Loaded], dict[str, Any]]:
    """What stands under these names now: documents, and failures, which count first."""
    loaded: dict[str, _Loaded] = {}
    failed: dict[str, Any] = {}
    documents = select(document_path.c.document, document.c.id, document.c.sha256, document.c.reader).join_from(
        document_path, document
    )
    for chunk in _chunks(names):
        query = documents.where(document_path.c.current == 1, document_path.c.document.in_(chunk))
        loaded |= {row.document: _Loaded(row.id, row.sha256, row.reader) for row in connection.execute(query)}
        failed |= {row.document: row for row in connection.execute(select(failure).where(failure.c.document.in_(chunk)))}
    return loaded, failed


def _judge(
    members: _Members, loaded: Mapping[str, _Loaded], failed: Mapping[str, Any], reader: str
) -> tuple[tuple[int, ...], tuple[Failed, ...]] | None:
    """What the members give; None where one of them is to be looked at again."""
    documents: list[int] = []
    failures: list[Failed] = []
    for name, sha256 in members:
        held = failed.get(name) or loaded.get(name)
        if held is None or (held.sha256, held.reader) != (sha256, reader):
            return None
        if isinstance(held, _Loaded):
            documents.append(held.id)
        elif held.reason in PASSING:
            return None
        else:
            failures.append(Failed(name, held.reason, held.message, held.advice))
    return tuple(documents), tuple(failures)


def is_known(store: Store, name: str, sha256: str, reader: str) -> bool:
    """Whether this version of the reader has read this content, or failed over it under this name."""
    with store.reading() as connection:
        held = connection.execute(select(document.c.id).where(document.c.sha256 == sha256, document.c.reader == reader))
        if held.first() is not None:
            return True
    return failed_before(store, name, sha256, reader) is not None


def failed_before(store: Store, name: str, sha256: str, reader: str) -> Failed | None:
    """The failure that stands under this name for this content, if there is one."""
    with store.reading() as connection:
        _, failed = _standing(connection, [name])
    judged = _judge([(name, sha256)], {}, failed, reader)
    return None if judged is None else judged[1][0]


def candidates(store: Store, files: Sequence[FoundFile], reader: str) -> dict[str, tuple[str, ...]]:
    """By public name of each file, the digests it may turn out to have that need no reading.

    They are what stands under its name, and the known documents of its size.
    """
    with store.reading() as connection:
        loaded, failed = _standing(connection, [file.document for file in files])
        by_size = _digests_by_size(connection, {file.size for file in files}, reader)
    found = {}
    for file in files:
        held = failed.get(file.document) or loaded.get(file.document)
        stands = held is not None and _judge([(file.document, held.sha256)], loaded, failed, reader) is not None
        found[file.document] = by_size.get(file.size, ()) + ((held.sha256,) if held and stands else ())
    return found


def _digests_by_size(connection: Connection, sizes: Collection[int], reader: str) -> dict[int, tuple[str, ...]]:
    """The known documents of these sizes, but for sizes that too many of them share."""
    found: dict[int, list[str]] = defaultdict(list)
    known = document.c.reader == reader
    for chunk in _chunks(sizes):
        few = select(document.c.size).where(document.c.size.in_(chunk), known).group_by(document.c.size)
        few = few.having(func.count() <= _CANDIDATES)
        for row in connection.execute(select(document.c.size, document.c.sha256).where(document.c.size.in_(few), known)):
            found[row.size].append(row.sha256)
    return {size: tuple(digests) for size, digests in found.items()}


def remember(store: Store, files: Sequence[SeenFile]) -> None:
    """Note how these files lay there and what they held. All of it must be stored already."""
    rows = {(storable(_key(seen.file)), seen.file.document): _row(seen) for seen in files}
    if not rows:
        return
    with store.writing() as connection:
        key = tuple_(seen_file.c.path, seen_file.c.document)
        for keys in _chunks(rows):
            connection.execute(delete(seen_file).where(key.in_(keys)))
        connection.execute(insert(seen_file), list(rows.values()))


def _row(seen: SeenFile) -> dict[str, Any]:
    file = seen.file
    return {
        "path": _key(file),
        "document": file.document,
        "size": file.size,
        "modified_ns": file.modified_ns,
        "looked_ns": file.looked_ns,
        "sha256": seen.sha256,
        "members": None if seen.sha256 is not None else _pack(seen.members, seen.skipped),
    }


def _pack(members: Iterable[tuple[str, str]], skipped: Mapping[str, int]) -> bytes:
    lines = [json.dumps(dict(skipped)), *(f"{sha256} {name}" for name, sha256 in members)]
    return zlib.compress("\n".join(lines).encode("utf-8", "surrogatepass"))


def _unpack(packed: bytes) -> tuple[_Members, Mapping[str, int]]:
    skipped, *lines = zlib.decompress(packed).decode("utf-8", "surrogatepass").split("\n")
    parts = (line.split(" ", 1) for line in lines)
    return [(name, sha256) for sha256, name in parts], json.loads(skipped)


def outdate(store: Store, sha256: str) -> None:
    """Let the next load of this content replace what is stored of it, as a new version of the reader would."""
    with store.writing() as connection:
        connection.execute(update(document).where(document.c.sha256 == sha256).values(reader=""))


def numbers_of(store: Store, digests: Collection[str]) -> dict[str, int]:
    """The documents' numbers by content."""
    found: dict[str, int] = {}
    with store.reading() as connection:
        for chunk in _chunks(digests):
            numbers = select(document.c.sha256, document.c.id).where(document.c.sha256.in_(chunk))
            found |= {row.sha256: row.id for row in connection.execute(numbers)}
    return found


def totals(store: Store, documents: Iterable[int]) -> Totals:
    """What the reports of these documents add up to; a document given twice counts twice."""
    verdicts: Counter[str] = Counter()
    findings: Counter[tuple[str, str]] = Counter()
    cells = Counter[str]()
    by_times: dict[int, list[int]] = defaultdict(list)
    for number, times in Counter(documents).items():
        by_times[times].append(number)
    cell_counts = func.sum(report.c.cells_found), func.sum(report.c.cells_expected)
    reports = select(report.c.verdict, func.count(), *cell_counts).group_by(report.c.verdict)
    rules = select(finding.c.severity, finding.c.rule, func.count()).join_from(finding, report)
    rules = rules.group_by(finding.c.severity, finding.c.rule)
    with store.reading() as connection:
        for times, numbers in by_times.items():
            for chunk in _chunks(numbers):
                wanted = report.c.document_id.in_(chunk)
                for verdict, count, found, expected in connection.execute(reports.where(wanted)):
                    verdicts[verdict] += times * count
                    cells.update(found=times * int(found), expected=times * int(expected))
                for severity, rule, count in connection.execute(rules.where(wanted)):
                    findings[severity, rule] += times * count
    return Totals(verdicts, cells["found"], cells["expected"], findings)


def _chunks(values: Iterable[_T]) -> Iterator[list[_T]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
