"""Pictures that a web page shows from files beside it: a saved page keeps its table so where the agency pasted a screenshot.

They are part of the page, and handed on with it. Only a page that prints no table as text is looked at, and only for a few
pictures that lie in its folder or below; what an address says can never lead out of there.
"""

from __future__ import annotations

import html
import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import regex

from collect.limits import MEGABYTE
from collect.model import Picture, Source
from collect.stated import joined

_PAGES = (".html", ".htm", ".shtml", ".xhtml", ".jhtml", ".asp", ".aspx", ".jsp", ".php")
_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff"})
_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\0", b"MM\0*")
_IMAGE = regex.compile(rb"<img\b[^>]*?\ssrc\s*=\s*(?:\"([^\"]{1,2000})\"|'([^']{1,2000})'|([^\s\"'>]{1,2000}))", regex.I)
_CELL = regex.compile(rb"<t[dh][\s>]", regex.I)
_MOST_CELLS = 60
"""A page with more table cells prints its tables; the forms have more, a page's layout has fewer."""
_MOST = 12
"""A page that shows more pictures is a gallery."""
_SMALLEST, _LARGEST = 2_000, 20 * MEGABYTE
"""Bytes of a picture: smaller ones are icons."""
_TOGETHER = 40 * MEGABYTE
"""Bytes of a page's pictures."""
_HELD = 64 * MEGABYTE
"""Bytes of an archive's pages and pictures that wait for each other."""
_PAGE_SIZE = 30 * MEGABYTE


def is_picture(name: str) -> bool:
    """Whether a file's name says that it is a picture."""
    return posixpath.splitext(name.lower())[1] in _SUFFIXES


def shown_by(content: bytes) -> tuple[str, ...]:
    """The addresses of the pictures that a page shows, as its markup has them; none where it prints a table, or is no page."""
    if len(content) > _PAGE_SIZE or b"<" not in content[:4096] or len(_CELL.findall(content)) > _MOST_CELLS:
        return ()
    found: dict[str, None] = {}
    for groups in _IMAGE.findall(content):
        address = html.unescape(_text(next(filter(None, groups)))).strip()
        if address[:5].lower() != "data:" and is_picture(urlsplit_path(address)):
            found[address] = None
    return tuple(found) if len(found) <= _MOST else ()


def urlsplit_path(address: str) -> str:
    """The path of an address, unquoted; empty where it is none."""
    try:
        return unquote(urlsplit(address).path)
    except ValueError:
        return ""


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def below(address: str) -> str:
    """The path below the page's own folder that an address names; empty where it leads elsewhere."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    path = unquote(parts.path).replace("\\", "/")
    if parts.scheme or parts.netloc or path.startswith("/") or "\0" in path:
        return ""
    path = posixpath.normpath(path)
    return "" if path in {".", ".."} or path.startswith("../") else path


# in a folder ---------------------------------------------------------------------------------------------------------


def is_page(name: str) -> bool:
    """Whether a file's name says that it is a web page."""
    return name.lower().endswith(_PAGES)


def beside(page: Path, content: bytes) -> tuple[Picture, ...]:
    """The pictures of a page that lies in a folder."""
    if not is_page(page.name):
        return ()
    found: list[Picture] = []
    left = _TOGETHER
    for address in shown_by(content):
        path = _file(page, address)
        size = path.stat().st_size if path is not None else 0
        if path is not None and size <= left:
            found.append(Picture(address, path.read_bytes()))
            left -= size
    return tuple(found)


def _file(page: Path, address: str) -> Path | None:
    """The file that an address names, if it is one that may be handed on. A link that leads out of the folder is none."""
    name = below(address)
    if not name:
        return None
    path = page.parent / name
    try:
        folder = page.parent.resolve()
        if path.is_file() and path.resolve().is_relative_to(folder) and _SMALLEST <= path.stat().st_size <= _LARGEST:
            return path
    except OSError:
        return None
    return None


class Folders:
    """Which pictures of folders are part of a page there; each folder's pages are looked at once a run."""

    def __init__(self) -> None:
        self._shown: dict[Path, frozenset[Path]] = {}

    def shows(self, picture: Path) -> bool:
        """Whether a page in the picture's folder, or in the one above, shows it: then it is part of that page."""
        return is_picture(picture.name) and any(picture in self._in(folder) for folder in (picture.parent, picture.parent.parent))

    def _in(self, folder: Path) -> frozenset[Path]:
        found = self._shown.get(folder)
        if found is None:
            found = self._shown[folder] = frozenset(_shown_in(folder))
        return found


def _shown_in(folder: Path) -> Iterator[Path]:
    try:
        pages = [folder / entry.name for entry in os.scandir(folder) if is_page(entry.name) and entry.is_file()]
    except OSError:
        return
    for page in pages:
        try:
            content = page.read_bytes() if page.stat().st_size <= _PAGE_SIZE else b""
        except OSError:
            continue
        for address in shown_by(content):
            path = _file(page, address)
            if path is not None:
                yield path


# in an archive -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Waiting:
    """Pages and pictures of one archive that wait for each other: either may come first."""

    _held: list[tuple[Source, tuple[str, ...] | None, bool]] = field(default_factory=list)
    """In order: a page with what it shows, or a picture, and whether that is only ever part of a page."""
    _size: int = 0

    @property
    def is_full(self) -> bool:
        """Whether so much waits that it must be let go."""
        return self._size > _HELD

    def takes(self, source: Source, *, is_asset: bool = False) -> bool:
        """Whether it waits here: a page that shows pictures, or a picture."""
        shown: tuple[str, ...] | None = None
        if not source.content.startswith(_STARTS):
            shown = () if is_asset else shown_by(source.content)
            if not shown:
                return False
        elif not is_asset and not is_picture(urlsplit_path(source.origin) or source.document):
            return False
        self._held.append((source, shown, is_asset))
        self._size += len(source.content)
        return True

    def released(self) -> Iterator[Source | None]:
        """All that waits, in order, each page with its pictures; None for a picture that is part of a page."""
        held, self._held, self._size = self._held, [], 0
        by_name = {source.document: source for source, shown, _ in held if shown is None}
        by_address = {source.origin: source for source, shown, _ in held if shown is None}
        whole: dict[int, Source] = {}
        used: set[str] = set()
        for place, (source, shown, _) in enumerate(held):
            if shown is not None:
                found = _pictures_of(source, shown, by_name, by_address)
                used.update(picture.document for _, picture in found)
                pictures = tuple(Picture(address, picture.content) for address, picture in found)
                whole[place] = replace(source, pictures=pictures)
        for place, (source, _, is_asset) in enumerate(held):
            if place in whole:
                yield whole[place]
            elif not is_asset:
                yield None if source.document in used else source


def _pictures_of(
    page: Source, shown: Sequence[str], by_name: dict[str, Source], by_address: dict[str, Source]
) -> list[tuple[str, Source]]:
    """The pictures that a page shows, of those there are: by address where a crawl fetched the page, else by path."""
    is_fetched = page.origin.lower().startswith(("http://", "https://"))
    folder = posixpath.dirname(page.document)
    found = []
    left = _TOGETHER
    for address in shown:
        if is_fetched:
            picture = by_address.get(joined(page.origin, address))
        else:
            name = below(address)
            picture = by_name.get(posixpath.join(folder, name)) if name else None
        if picture is not None and _SMALLEST <= len(picture.content) <= min(_LARGEST, left):
            found.append((address, picture))
            left -= len(picture.content)
    return found
