"""What a crawl says of each source once it is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SiteResult:
    """What became of one source in one crawl."""

    site: str
    crawl: int
    started: datetime
    finished: datetime
    requests: int = 0
    """Questions asked, robots files and retries included."""
    not_modified: int = 0
    """Answers that only said that nothing has changed (304)."""
    reports: int = 0
    """Documents (pages, attachments, pictures) that the source holds now."""
    new: tuple[str, ...] = ()
    """Addresses of documents that were never seen there."""
    changed: tuple[str, ...] = ()
    """Addresses that hold other content than before."""
    vanished: tuple[str, ...] = ()
    """Addresses that held a document and answer 404 or 410 now."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """What came and was not taken for a document, by reason: ``challenge``, ``login``, ``soft_404``, ``too_large``."""
    error: str = ""
    """Why the source could not be gone through to its end; empty if it could."""

    @property
    def is_complete(self) -> bool:
        """Whether it can be said that what answered so is gone: see ``collect.archive.night``."""
        return not self.error
