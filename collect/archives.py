"""Documents from files, folders and archives: the first room's door.

One document is in memory at a time. Everything met on the way ends as a document, as a refusal with its reason, or in the
count of a skip rule's name; nothing is lost in silence.
"""

from __future__ import annotations

import io
import os
import stat
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import IO

from collect.containers import container_of
from collect.errors import ConfigurationError, NianbaoError, UnreadableError, UnsupportedError
from collect.limits import DEFAULT_LIMITS, MEGABYTE, Limits, readable_size
from collect.members import DAMAGE, Lost, Member, OfficeFile, members
from collect.model import Source
from collect.names import DistinctNames, path_name
from collect.skip import skip_rule

_CHUNK = MEGABYTE
_SPOOL = 64 * MEGABYTE
"""A nested archive larger than this is unpacked to a temporary file."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was met and could not be taken in, and why."""

    document: str
    origin: str
    error: NianbaoError


def gather(
    paths: Sequence[Path], *, limits: Limits = DEFAULT_LIMITS, skipped: Counter[str] | None = None
) -> Iterator[Source | Refusal]:
    """Every document under ``paths`` in a stable order: folders sorted by name, archives in their own order.

    ``skipped`` counts the files passed over, by skip rule (``collect.skip``). A path given by itself is never skipped.

    Raises:
        ConfigurationError: a path does not exist (at once, before anything is read).
    """
    require(paths)
    return _Gathering(limits, Counter() if skipped is None else skipped).run(paths)


def require(paths: Sequence[Path]) -> None:
    """Makes sure that every path is there.

    Raises:
        ConfigurationError: one is not; names like it in the same folder are suggested.
    """
    for path in paths:
        if not os.path.lexists(path):
            try:
                names = [entry.name for entry in os.scandir(path.parent)]
            except OSError:
                names = []
            near = get_close_matches(path.name, names, 3)
            likely = " or ".join(str(path.parent / name) for name in near)
            hint = f"Did you mean {likely}?" if near else "Check the spelling of the path."
            raise ConfigurationError(f"There is no file or folder {path}.", advice=hint)


def require_documents(paths: Sequence[Path]) -> None:
    """Makes sure that there is something to ingest, before anything is made to keep it in.

    Raises:
        ConfigurationError: a path is not there, or no document lies under any of them.
    """
    skipped: Counter[str] = Counter()
    if next(gather(paths, skipped=skipped), None) is None:
        over = f" ({skipped.total()} files passed over)" if skipped else ""
        advice = "Name a PDF, HTML, DOCX or text file, a folder or an archive of them."
        raise ConfigurationError(f"There is no document under {', '.join(map(str, paths))}{over}.", advice=advice)


def find(path: Path) -> Source:
    """The one document at ``path``, which may lead into an archive: ``archive.zip/2023/report.pdf``.

    Raises:
        ConfigurationError: there is none, or many.
        NianbaoError: it is there and cannot be taken in.
    """
    outermost = next((place for place in (path, *path.parents) if os.path.lexists(place)), path)
    if outermost.is_dir():
        require([path])
        raise ConfigurationError(f"{path} is a folder.", advice=_NAME_ONE)
    wanted = outermost.name if outermost == path else f"{outermost.name}/{path.relative_to(outermost).as_posix()}"
    for item in gather([outermost]):
        if item.document == wanted:
            if isinstance(item, Refusal):
                raise item.error
            return item
        if outermost == path:
            raise ConfigurationError(f"{path} is an archive.", advice=f"{_NAME_ONE} Its first is {item.document}.")
    raise ConfigurationError(f"There is no document {path}.", advice="Check the name of the member.")


_NAME_ONE = "Name one document, such as archive.zip/report.pdf; `nianbao ingest` takes many."


class _Exhausted(Exception):  # noqa: N818 - internal: ends an archive early
    def __init__(self, error: NianbaoError) -> None:
        super().__init__(error.message)
        self.error = error


class _Budget:
    """What one archive on disk may still unpack, nested archives included."""

    def __init__(self, limits: Limits, packed: int) -> None:
        self._limits = limits
        self._members = limits.members
        self._bytes = min(limits.total_bytes, max(limits.ratio_floor, limits.ratio * packed))

    def count_member(self) -> None:
        self._members -= 1
        if self._members < 0:
            raise _Exhausted(_too_much(f"The archive holds more than {self._limits.members} members."))

    def charge(self, size: int) -> None:
        self._bytes -= size
        if self._bytes < 0:
            raise _Exhausted(_too_much("The archive unpacks to far more than an archive of reports does."))


def _too_much(message: str) -> UnsupportedError:
    return UnsupportedError(
        f"{message} The rest of it was not read.", advice="If it is genuine, unpack it and ingest the folder."
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the archives something stands."""

    label: str
    origin: str
    budget: _Budget
    depth: int = 0
    """The number of archives around it."""

    def refusal(self, error: NianbaoError) -> Refusal:
        return Refusal(self.label, self.origin, error)


class _Gathering:
    """One run of ``gather``."""

    def __init__(self, limits: Limits, skipped: Counter[str]) -> None:
        self._limits = limits
        self._skipped = skipped
        self._names = DistinctNames()

    def run(self, paths: Sequence[Path]) -> Iterator[Source | Refusal]:
        for path in paths:
            absolute = path.absolute()
            if path.is_dir():
                yield from self._folder(absolute, absolute, {absolute.resolve()})
            else:
                yield from self._path(absolute, absolute.parent)

    def _folder(self, folder: Path, root: Path, seen: set[Path]) -> Iterator[Source | Refusal]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            yield self._refusal(folder, root, error)
            return
        for entry in entries:
            path = folder / entry.name
            rule = skip_rule(path_name(path.relative_to(root)))
            if rule:
                self._skipped[rule] += 1
            elif not path.is_dir():
                yield from self._path(path, root)
            elif self._is_new_folder(path, root, seen):
                yield from self._folder(path, root, seen)

    def _is_new_folder(self, folder: Path, root: Path, seen: set[Path]) -> bool:
        """A linked folder is followed once, and not at all where the walk comes by its target anyway."""
        if not folder.is_symlink():
            return True
        target = folder.resolve()
        if target in seen or target.is_relative_to(root.resolve()) or root.resolve().is_relative_to(target):
            self._skipped["repeated_link"] += 1
            return False
        seen.add(target)
        return True

    def _path(self, path: Path, root: Path) -> Iterator[Source | Refusal]:
        label = self._names.claim(path_name(path.relative_to(root)), path_name(Path(root.name)))
        origin = path_name(path)
        try:
            status = path.stat()
            if stat.S_ISREG(status.st_mode):
                place = _Place(label, origin, _Budget(self._limits, status.st_size))
                with path.open("rb") as stream:
                    yield from self._file(stream, status.st_size, place)
            else:
                advice = "Nothing to do, unless a file was meant."
                yield Refusal(label, origin, UnsupportedError("This is a device or pipe, not a file.", advice=advice))
        except OSError as error:
            yield Refusal(label, origin, _unreadable(error))

    def _file(self, stream: IO[bytes], size: int, place: _Place) -> Iterator[Source | Refusal]:
        """A document, or what an archive holds."""
        kind = container_of(stream)
        if kind is not None:
            if place.depth >= self._limits.depth:
                error = UnsupportedError(f"Archives lie within archives more than {self._limits.depth} deep.", advice=_UNPACK)
                yield place.refusal(error)
                return
            try:
                yield from self._members(members(stream, kind, place.label), place)
            except OfficeFile:
                stream.seek(0)
            else:
                return
        if size > self._limits.file_bytes:
            yield place.refusal(self._too_large(size))
        else:
            yield Source(place.label, stream.read(), place.origin)

    def _members(self, listing: Iterator[Member | Lost], archive: _Place) -> Iterator[Source | Refusal]:
        try:
            for member in listing:
                if isinstance(member, Lost):
                    yield (self._within(archive, member.name) if member.name else archive).refusal(member.error)
                    continue
                archive.budget.count_member()
                rule = skip_rule(member.name)
                if rule:
                    self._skipped[rule] += 1
                    archive.budget.charge((member.size or 0) if member.sequential else 0)
                else:
                    yield from self._member(member, self._within(archive, member.name))
        except _Exhausted as spent:
            if archive.depth:
                raise
            yield archive.refusal(spent.error)

    def _within(self, archive: _Place, name: str) -> _Place:
        label = self._names.claim(f"{archive.label}/{name}", "")
        return _Place(label, f"{archive.origin}/{name}", archive.budget, archive.depth + 1)

    def _member(self, member: Member, place: _Place) -> Iterator[Source | Refusal]:
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool:
            try:
                size = self._unpack(member, spool, place.budget)
            except NianbaoError as error:
                yield place.refusal(error)
                return
            spool.seek(0)
            yield from self._file(spool, size, place)

    def _unpack(self, member: Member, spool: IO[bytes], budget: _Budget) -> int:
        """Writes a member to ``spool`` and gives its size.

        Raises:
            UnsupportedError: too large, a bomb, or packed by an unknown method.
            UnreadableError: damaged.
            _Exhausted: the archive's budget is spent.
        """
        if member.size is not None and member.packed is not None and _is_bomb(member.size, member.packed, self._limits):
            raise UnsupportedError(
                f"{readable_size(member.packed)} unpack to {readable_size(member.size)}: a bomb.", advice=_BOMB
            )
        size = 0
        limit = self._limits.file_bytes
        try:
            with member.open() as opened:
                while chunk := opened.read(_CHUNK):
                    if not size:
                        limit = self._limit(chunk)
                    if max(size, member.size or 0) > limit:
                        budget.charge((member.size or 0) - size if member.sequential else 0)
                        raise self._too_large(max(size, member.size or 0))
                    budget.charge(len(chunk))
                    size += spool.write(chunk)
        except NotImplementedError as error:
            raise UnsupportedError(
                f"The archive packs this member by a method that is not known ({error}).", advice=_UNPACK
            ) from error
        except (*DAMAGE, RuntimeError) as error:
            raise UnreadableError(f"This member of the archive is damaged ({error}).") from error
        if size > limit:
            raise self._too_large(size)
        return size

    def _limit(self, head: bytes) -> int:
        """How large a member that begins so may be: a nested archive is not held in memory."""
        nested = container_of(io.BytesIO(head)) is not None
        return self._limits.total_bytes if nested else self._limits.file_bytes

    def _too_large(self, size: int) -> UnsupportedError:
        limit = readable_size(self._limits.file_bytes)
        return UnsupportedError(f"The file has {readable_size(size)}; at most {limit} are read.", advice=_SPLIT)

    def _refusal(self, path: Path, root: Path, error: OSError) -> Refusal:
        return Refusal(path_name(path.relative_to(root)), path_name(path), _unreadable(error))


_UNPACK = "Unpack it and ingest the folder."
_BOMB = "Delete it, or unpack it with care and ingest the folder."
_SPLIT = "A report is a few megabytes: take out the pages that are none."


def _is_bomb(size: int, packed: int, limits: Limits) -> bool:
    return size > limits.ratio_floor and size > limits.ratio * max(packed, 1)


def _unreadable(error: OSError) -> UnreadableError:
    return UnreadableError(f"The file cannot be read: {error.strerror or error}.", advice="Check that it exists and may be read.")
