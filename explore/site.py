"""What one running browser face knows: the database, where documents' bytes are found, who may write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from weakref import WeakKeyDictionary

from datasette.app import Datasette

from explore.drawing import Drawings
from explore.kept import OfDatabase
from store.load import Store
from store.overview import Name, Overview


class Originals(Protocol):
    """Where the bytes of documents are found."""

    def content(self, sha256: str) -> bytes | None:
        """The document with that digest; None where its bytes are not to be had."""


@dataclass(frozen=True, slots=True)
class Site:
    """One running browser face."""

    store: Store
    """Read-only."""
    path: Path
    database: str
    """Its name in Datasette's own addresses."""
    originals: Originals
    drawings: Drawings
    overview: OfDatabase[Overview]
    names: OfDatabase[tuple[Name, ...]]
    patience: float
    """Seconds that a page waits for what is dear to find out, before it shows itself without."""
    token: str | None
    """Who knows it may write; None lets nobody."""
    file: FileId
    """Of the database when it was opened."""
    reopened: Callable[[], Site]
    """Opens what lies at the path now, as this was opened."""

    @property
    def is_swapped(self) -> bool:
        """Whether another file lies at the path now: a night published one. Where none lies there, the open one goes on."""
        return file_id(self.path) not in {self.file, None}

    def warm(self) -> None:
        """Find out beforehand what the first visitor would wait for."""
        self.names.get()
        self.overview.get()


FileId = tuple[int, int] | None


def file_id(path: Path) -> FileId:
    """Which file lies at a path: a rename over it changes that, writing into it does not. None where there is none."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


_SITES: WeakKeyDictionary[Datasette, Site] = WeakKeyDictionary()


def open_site(datasette: Datasette, site: Site) -> None:
    """Say what a Datasette is the face of."""
    _SITES[datasette] = site


def site_of(datasette: Datasette) -> Site:
    """What a Datasette is the face of; KeyError for one that is not ours."""
    return _SITES[datasette]


def is_ours(datasette: Datasette) -> bool:
    """Whether a Datasette is a face of ours: the plugin leaves others alone."""
    return datasette in _SITES
