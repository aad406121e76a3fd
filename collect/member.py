"""What an archive holds: members that can be opened, members that cannot, and what is no document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from collect.errors import NianbaoError


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive, not yet unpacked."""

    name: str
    open: Callable[[], IO[bytes]]
    size: int | None = None
    """Unpacked bytes as the archive declares; None where it does not say."""
    packed: int | None = None
    sequential: bool = False
    """Passing over it costs as much as reading it."""
    origin: str = ""
    """Where a crawl fetched it; empty for a file."""
    fetched: datetime | None = None
    """When it did."""
    offset: int | None = None
    """Where the crawl's record of it begins in the archive, in bytes; in what is unpacked, if it is packed as a whole."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A member that cannot be had, or (without a name) the rest of the archive."""

    name: str
    error: NianbaoError
    origin: str = ""
    """Where a crawl fetched it; empty for a file."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A member that is no document, and the rule that says so."""

    rule: str
