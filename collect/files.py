"""Files where they lie: listed by folder without opening one, and opened by path or URL.

A URL is read through fsspec, so whatever has a package for it (``s3://``, ``sftp://``, ``memory://``) is a place to read
from. ``file://`` is a plain path.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import regex

from collect.errors import ConfigurationError, NianbaoError, UnreadableError, UnsupportedError
from collect.limits import MEGABYTE
from collect.model import FoundFile, Reference, Refusal, Source
from collect.names import DistinctNames, printable_name
from collect.pictures import beside
from collect.skip import skip_rule

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_URL = regex.compile(r"[A-Za-z][A-Za-z0-9+.\-]+://")
_WEB = regex.compile(r"https?://", regex.IGNORECASE)
_SPOOL = 64 * MEGABYTE
"""A download larger than this goes to a temporary file."""
_FILE_URL = regex.compile(r"(?:file|local)://", regex.IGNORECASE)
_MODIFIED = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")
"""What the file systems of fsspec call the time of the last change; ``created`` where a file is replaced, never edited."""
_NANOSECONDS = 1_000_000_000
ARCHIVED = "warc://"
"""What the path of a content in an archive of crawls begins with: see ``collect.archive.contents``."""


def is_url(path: str | Path) -> bool:
    """Whether fsspec opens it, not the operating system."""
    return _URL.match(str(path)) is not None and _FILE_URL.match(str(path)) is None


def local_path(path: str | Path) -> Path:
    """The path of a local file or folder, given as a path or as ``file://``."""
    return Path(_FILE_URL.sub("", path, count=1)) if isinstance(path, str) else path


def full_path(path: str | Path) -> str:
    """The path as the origins of what lies under it begin: absolute, or the address."""
    return str(path).rstrip("/") if is_url(path) else printable_name(str(local_path(path).absolute()))


def require(paths: Sequence[str | Path]) -> None:
    """Makes sure that every path is there.

    Raises:
        ConfigurationError: one is not; names like it in the same folder are suggested.
    """
    for path in paths:
        if is_url(path):
            _remote_info(str(path))
        else:
            _require_local(local_path(path))


def _require_local(path: Path) -> None:
    if os.path.lexists(path):
        return
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        names = []
    near = get_close_matches(path.name, names, 3)
    likely = " or ".join(str(path.parent / name) for name in near)
    hint = f"Did you mean {likely}?" if near else "Check the spelling of the path."
    raise ConfigurationError(f"There is no file or folder {path}.", advice=hint)


def open_file(path: str) -> IO[bytes]:
    """The file at a path or URL, open for reading.

    Raises:
        OSError: it cannot be opened.
        UnreadableError: it is a content of an archive of crawls, which has lost it.
    """
    if path.startswith(ARCHIVED):
        from collect.archive.contents import open_content  # noqa: PLC0415 - rarely needed

        return open_content(path)
    if not is_url(path):
        return Path(path).open("rb")
    system, place = file_system(path)
    if _WEB.match(path) and not _sends_parts(system, place):
        return _downloaded(system, place)
    return cast("IO[bytes]", system.open(place, "rb"))


def _sends_parts(system: AbstractFileSystem, place: str) -> bool:
    """Whether a web server sends any part of a file that is asked for; asked of large files only, the others come whole."""
    from fsspec.spec import AbstractBufferedFile  # noqa: PLC0415 - rarely needed

    if (system.info(place).get("size") or 0) <= AbstractBufferedFile.DEFAULT_BLOCK_SIZE:
        return True
    with system.open(place, "rb", block_size=1, cache_type="none") as probe:
        probe.seek(1)
        try:
            probe.read(1)
        except ValueError:  # what fsspec says of one that answers with the whole
            return False
    return True


def _downloaded(system: AbstractFileSystem, place: str) -> IO[bytes]:
    """A file of a server that does not send parts of it: archives are not read from front to end."""
    copy = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - whoever opens it closes it
    try:
        with system.open(place, "rb", block_size=0) as stream:
            shutil.copyfileobj(stream, copy)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return cast("IO[bytes]", copy)


def load(reference: Reference) -> Source:
    """The document with its bytes.

    Raises:
        UnreadableError: it cannot be read, or (code ``unreadable.changed``) is no longer the file that was listed.
    """
    try:
        with open_file(reference.path) as stream:
            content = stream.read(reference.size + 1)
    except FileNotFoundError as error:
        raise UnreadableError("The file is gone since it was listed.", code=CHANGED) from error
    except OSError as error:
        raise unreadable(error) from error
    except NianbaoError:
        raise
    except Exception as error:
        if is_url(reference.path):  # every package of fsspec has its own errors
            raise unreachable(error) from error
        raise
    if len(content) != reference.size:
        raise UnreadableError("The file has changed while it was read.", advice="Ingest it again.", code=CHANGED)
    pictures = () if is_url(reference.path) else beside(Path(reference.path), content)
    return Source(reference.document, content, reference.origin, reference.fetch, pictures)


CHANGED = "unreadable.changed"


def unreachable(error: Exception) -> UnreadableError:
    """What a package of fsspec says against reading a file: each has errors of its own."""
    return UnreadableError(f"The file cannot be read ({type(error).__name__}: {error}).", advice=_FETCH)


def unreadable(error: OSError) -> UnreadableError:
    """What the operating system says against reading a file."""
    return UnreadableError(f"The file cannot be read: {error.strerror or error}.", advice="Check that it exists and may be read.")


class Listing:
    """One walk over paths: every file once, folders sorted by name, each under a public name of its own.

    ``skipped`` counts the files passed over, by skip rule (``collect.skip``). A path given by itself is never skipped.
    """

    def __init__(self, skipped: Counter[str], names: DistinctNames) -> None:
        self._skipped = skipped
        self._names = names

    def files(self, paths: Sequence[str | Path]) -> Iterator[FoundFile | Refusal]:
        """Every file under ``paths``, unopened; what is no file, or cannot be looked at, as a refusal."""
        for path in paths:
            if is_url(path):
                yield from self._remote(str(path))
                continue
            given = str(local_path(path).absolute())
            if os.path.isdir(given):  # noqa: PTH112 - 100,000 of them: text is three times faster than Path objects
                yield from self._folder(given, given, {Path(given).resolve()})
            else:
                looked_ns = time.time_ns()
                found = self._file(given, _status(given), os.path.dirname(given), looked_ns)  # noqa: PTH120
                yield replace(found, is_given=True) if isinstance(found, FoundFile) else found

    def _folder(self, folder: str, root: str, followed: set[Path]) -> Iterator[FoundFile | Refusal]:
        looked_ns = time.time_ns()  # before the first look: a change while the folder is walked counts as later
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208
        except OSError as error:
            yield Refusal(_relative(folder, root), printable_name(folder), unreadable(error))
            return
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118
            rule = skip_rule(_relative(path, root))
            if rule:
                self._skipped[rule] += 1
                continue
            status = _status(path)
            if isinstance(status, OSError) or not stat.S_ISDIR(status.st_mode):
                yield self._file(path, status, root, looked_ns)
            elif self._is_new_folder(Path(path), Path(root), followed):
                yield from self._folder(path, root, followed)

    def _is_new_folder(self, folder: Path, root: Path, followed: set[Path]) -> bool:
        """A linked folder is followed once, and not at all where the walk comes by its target anyway."""
        if not folder.is_symlink():
            return True
        target = folder.resolve()
        if target in followed or target.is_relative_to(root.resolve()) or root.resolve().is_relative_to(target):
            self._skipped["repeated_link"] += 1
            return False
        followed.add(target)
        return True

    def _file(self, path: str, status: os.stat_result | OSError, root: str, looked_ns: int) -> FoundFile | Refusal:
        name = self._names.claim(_relative(path, root), printable_name(os.path.basename(root)))  # noqa: PTH119
        origin = printable_name(path)
        if isinstance(status, OSError):
            return Refusal(name, origin, unreadable(status))
        if not stat.S_ISREG(status.st_mode):
            advice = "Nothing to do, unless a file was meant."
            return Refusal(name, origin, UnsupportedError("This is a device or pipe, not a file.", advice=advice))
        return FoundFile(path, name, origin, status.st_size, status.st_mtime_ns, looked_ns)

    def _remote(self, url: str) -> Iterator[FoundFile | Refusal]:
        system, info = _remote_info(url)
        place = str(info["name"]).rstrip("/")
        if info["type"] == "directory":
            yield from self._remote_folder(system, place, place)
        else:
            yield self._remote_file(system, info, place.rpartition("/")[0], time.time_ns())

    def _remote_folder(self, system: AbstractFileSystem, folder: str, root: str) -> Iterator[FoundFile | Refusal]:
        looked_ns = time.time_ns()
        try:
            entries = system.ls(folder, detail=True)
        except OSError as error:
            yield Refusal(_relative(folder, root), printable_name(system.unstrip_protocol(folder)), unreadable(error))
            return
        for info in sorted(entries, key=lambda entry: str(entry["name"]).rstrip("/").rpartition("/")[2]):
            path = str(info["name"]).rstrip("/")
            if path == folder:  # object stores list the marker of a folder in the folder
                continue
            rule = skip_rule(_relative(path, root))
            if rule:
                self._skipped[rule] += 1
            elif info["type"] == "directory":
                yield from self._remote_folder(system, path, root)
            else:
                yield self._remote_file(system, info, root, looked_ns)

    def _remote_file(self, system: AbstractFileSystem, info: Mapping[str, Any], root: str, looked_ns: int) -> FoundFile | Refusal:
        path = str(info["name"])
        name = self._names.claim(_relative(path, root), printable_name(root.rpartition("/")[2]))
        url = system.unstrip_protocol(path)
        if info.get("size") is None:
            return Refusal(name, printable_name(url), UnsupportedError("Its place does not say how large it is.", advice=_FETCH))
        return FoundFile(url, name, printable_name(url), int(info["size"]), _modified_ns(info), looked_ns)


_FETCH = "Fetch the file and ingest it from the disk."


def _status(path: str) -> os.stat_result | OSError:
    try:
        return os.stat(path)  # noqa: PTH116
    except OSError as error:
        return error


def _relative(path: str, root: str) -> str:
    """The path below ``root``, with ``/`` between its parts."""
    below = path.removeprefix(root)
    return printable_name(below.replace(os.sep, "/").lstrip("/"))


def file_system(url: str) -> tuple[AbstractFileSystem, str]:
    """The file system of a URL and the path in it.

    Raises:
        ConfigurationError: no package that reads such URLs is installed, or there is none.
    """
    from fsspec.core import url_to_fs  # noqa: PLC0415 - rarely needed

    protocol = url.partition("://")[0]
    if "::" in url:
        raise ConfigurationError(f"{url} is a chain of addresses.", advice="Name the archive itself; archives are opened anyway.")
    try:
        system, place = url_to_fs(url)
    except ImportError as error:
        raise ConfigurationError(f"Reading {protocol}:// needs a package that is missing.", advice=f"{error}.") from error
    except ValueError as error:
        advice = "Give a path, or the URL of a file system that fsspec knows, such as s3://, sftp:// or https://."
        raise ConfigurationError(f"{url} cannot be understood ({error}).", advice=advice) from error
    return system, str(place)


def _remote_info(url: str) -> tuple[AbstractFileSystem, Mapping[str, Any]]:
    """The file system of a URL and what it says of the place.

    Raises:
        ConfigurationError: there is nothing, or it may not be read.
    """
    system, place = file_system(url)
    try:
        return system, system.info(place)
    except FileNotFoundError as error:
        raise ConfigurationError(f"There is no file or folder {url}.", advice="Check the spelling of the address.") from error
    except Exception as error:  # every package has its own errors for a missing network or key
        advice = "Check the network and the access rights."
        raise ConfigurationError(f"{url} cannot be reached ({type(error).__name__}: {error}).", advice=advice) from error


def _modified_ns(info: Mapping[str, Any]) -> int:
    """When the file was last changed, in nanoseconds since 1970; -1 where nothing says so."""
    for name in _MODIFIED:
        moment = info.get(name)
        if isinstance(moment, str):
            try:
                moment = datetime.fromisoformat(moment)
            except ValueError:
                continue
        if isinstance(moment, datetime):
            moment = moment.timestamp()
        if isinstance(moment, int | float) and not isinstance(moment, bool):
            return int(moment * _NANOSECONDS)
    return -1
