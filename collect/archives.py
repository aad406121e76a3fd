"""Documents from files, folders and archives: the first room's door.

One document is in memory at a time. Everything met on the way ends as a document, as a refusal with its reason, or in the
count of a skip rule's name; nothing is lost in silence.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from collect.containers import container_of
from collect.errors import ConfigurationError, NianbaoError, UnreadableError, UnsupportedError
from collect.files import Listing, is_url, load, open_file, require, unreachable, unreadable
from collect.limits import DEFAULT_LIMITS, MEGABYTE, Limits, readable_size
from collect.member import Lost, Member, Passed
from collect.members import DAMAGE, OfficeFile, members
from collect.model import Fetch, FoundFile, Reference, Refusal, Source
from collect.names import DistinctNames
from collect.pictures import Folders, Waiting, is_picture
from collect.skip import PART_OF_PAGE, WEB_ASSET, page_rule, skip_rule

_CHUNK = MEGABYTE
_SPOOL = 64 * MEGABYTE
"""A nested archive larger than this is unpacked to a temporary file."""


def gather(
    paths: Sequence[str | Path], *, limits: Limits = DEFAULT_LIMITS, skipped: Counter[str] | None = None
) -> Iterator[Source | Refusal]:
    """Every document under ``paths`` in a stable order: folders sorted by name, archives nearly in their own order.

    ``skipped`` counts the files passed over, by skip rule (``collect.skip``). A path given by itself is never skipped.

    Raises:
        ConfigurationError: a path does not exist (at once, before anything is read).
    """
    require(paths)
    return _gathered(Collection(limits, skipped), paths)


def _gathered(collection: Collection, paths: Sequence[str | Path]) -> Iterator[Source | Refusal]:
    for file in collection.files(paths):
        for item in [file] if isinstance(file, Refusal) else collection.documents(file):
            yield _loaded(item) if isinstance(item, Reference) else item


def _loaded(reference: Reference) -> Source | Refusal:
    try:
        return load(reference)
    except NianbaoError as error:
        return Refusal(reference.document, reference.origin, error)


def require_documents(paths: Sequence[str | Path]) -> None:
    """Makes sure that there is something to ingest, before anything is made to keep it in.

    Raises:
        ConfigurationError: a path is not there, or no document lies under any of them.
    """
    skipped: Counter[str] = Counter()
    if next(gather(paths, skipped=skipped), None) is None:
        raise no_documents(paths, skipped)


def no_documents(paths: Sequence[str | Path], skipped: Counter[str]) -> ConfigurationError:
    """The error that there is nothing to ingest."""
    over = f" ({skipped.total()} files passed over)" if skipped else ""
    advice = "Name a PDF, HTML, DOCX or text file, a folder or an archive of them."
    return ConfigurationError(f"There is no document under {', '.join(map(str, paths))}{over}.", advice=advice)


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


class Kind(StrEnum):
    """What a file turned out to be."""

    DOCUMENT = "document"
    ARCHIVE = "archive"


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
    fetch: Fetch | None = None
    """How a crawl fetched it, or the outermost archive that it lies in."""

    def refusal(self, error: NianbaoError) -> Refusal:
        return Refusal(self.label, self.origin, error)


class Collection:
    """One run over paths: what lies there, and what each file holds.

    The two halves are apart so that a file that is known already need not be opened. Within one run every document has a
    name of its own; the names are the same on every run over the same paths.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS, skipped: Counter[str] | None = None) -> None:
        self.skipped = Counter() if skipped is None else skipped
        self._limits = limits
        self._names = DistinctNames()
        self._folders = Folders()

    def files(self, paths: Sequence[str | Path]) -> Iterator[FoundFile | Refusal]:
        """Every file under ``paths``, unopened."""
        return Listing(self.skipped, self._names).files(paths)

    def documents(self, file: FoundFile) -> Generator[Source | Reference | Refusal, None, Kind | None]:
        """The document a file is (as a reference), or those an archive holds (with their bytes).

        Returns:
            What the file is; None where it could not be read, or is part of another, so that nothing is known of it.
        """
        if not file.is_given and not is_url(file.path) and self._folders.shows(Path(file.path)):
            self.skipped[PART_OF_PAGE] += 1
            return None
        place = _Place(file.document, file.origin, _Budget(self._limits, file.size), fetch=file.fetch)
        try:
            with open_file(file.path) as stream:
                archive = yield from self._archive(stream, place)
        except OSError as error:
            yield place.refusal(unreadable(error))
            return None
        except NianbaoError as error:  # the archive of a crawl has lost it
            yield place.refusal(error)
            return None
        except Exception as error:
            if not is_url(file.path):
                raise
            yield place.refusal(unreachable(error))
            return None
        if archive:
            return Kind.ARCHIVE
        if file.size > self._limits.file_bytes:
            yield place.refusal(self._too_large(file.size))
        else:
            yield Reference(file.document, file.origin, file.path, file.size, fetch=file.fetch)
        return Kind.DOCUMENT

    def pass_over(self, names: Iterable[str]) -> None:
        """Takes the names of an archive's documents as given away, as if they had been read again."""
        for name in names:
            self._names.claim(name, "")

    def _archive(self, stream: IO[bytes], place: _Place) -> Generator[Source | Refusal, None, bool]:
        """What the archive in ``stream`` holds; False, and nothing, where it is a document."""
        kind = container_of(stream)
        if kind is None:
            return False
        if place.depth >= self._limits.depth:
            error = UnsupportedError(f"Archives lie within archives more than {self._limits.depth} deep.", advice=_UNPACK)
            yield place.refusal(error)
            return True
        try:
            yield from self._members(members(stream, kind, place.label), place)
        except OfficeFile:
            return False
        return True

    def _members(self, listing: Iterator[Member | Lost | Passed], archive: _Place) -> Iterator[Source | Refusal]:
        waiting = Waiting()
        try:
            yield from self._met(listing, archive, waiting)
        except _Exhausted as spent:
            yield from self._released(waiting)
            if archive.depth:
                raise
            yield archive.refusal(spent.error)
        else:
            yield from self._released(waiting)

    def _met(self, listing: Iterator[Member | Lost | Passed], archive: _Place, waiting: Waiting) -> Iterator[Source | Refusal]:
        for member in listing:
            archive.budget.count_member()
            if isinstance(member, Lost):
                yield (self._within(archive, member) if member.name else archive).refusal(member.error)
                continue
            if isinstance(member, Passed):
                self.skipped[member.rule] += 1
            elif rule := skip_rule(member.name):
                self.skipped[rule] += 1
                if rule == WEB_ASSET and is_picture(member.name):
                    self._wait(member, archive, waiting)
                else:
                    archive.budget.charge((member.size or 0) if member.sequential else 0)
            else:
                yield from self._member(member, self._within(archive, member), waiting)
            if waiting.is_full:
                yield from self._released(waiting)

    def _wait(self, member: Member, archive: _Place, waiting: Waiting) -> None:
        """Keeps a picture that can only be part of a page. One that cannot be had is missed nowhere else."""
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool, contextlib.suppress(NianbaoError):
            self._unpack(member, spool, archive.budget)
            spool.seek(0)
            origin = member.origin or f"{archive.origin}/{member.name}"
            waiting.takes(Source(f"{archive.label}/{member.name}", spool.read(), origin), is_asset=True)

    def _released(self, waiting: Waiting) -> Iterator[Source]:
        for source in waiting.released():
            if source is None:
                self.skipped[PART_OF_PAGE] += 1
            else:
                yield source

    def _within(self, archive: _Place, member: Member | Lost) -> _Place:
        label = self._names.claim(f"{archive.label}/{member.name}", "")
        fetch = archive.fetch
        if isinstance(member, Member) and member.fetched is not None:
            fetch = Fetch(member.fetched, record=f"{archive.label}#{member.offset}")
        origin = member.origin or f"{archive.origin}/{member.name}"
        return _Place(label, origin, archive.budget, archive.depth + 1, fetch)

    def _member(self, member: Member, place: _Place, waiting: Waiting) -> Iterator[Source | Refusal]:
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as spool:
            try:
                size = self._unpack(member, spool, place.budget)
            except NianbaoError as error:
                yield place.refusal(error)
                return
            spool.seek(0)
            if (yield from self._archive(spool, place)):
                return
            spool.seek(0)
            if size > self._limits.file_bytes:
                yield place.refusal(self._too_large(size))
                return
            content = spool.read()
            if member.origin and (rule := page_rule(content)):
                self.skipped[rule] += 1
                return
            source = Source(place.label, content, place.origin, place.fetch)
            if not waiting.takes(source):
                yield source

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


_UNPACK = "Unpack it and ingest the folder."
_BOMB = "Delete it, or unpack it with care and ingest the folder."
_SPLIT = "A report is a few megabytes: take out the pages that are none."


def _is_bomb(size: int, packed: int, limits: Limits) -> bool:
    return size > limits.ratio_floor and size > limits.ratio * max(packed, 1)
