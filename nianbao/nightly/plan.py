"""What a run would do now: for `nianbao nightly --dry-run`. Nothing is written, asked or made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collect.errors import ConfigurationError, NianbaoError
from nianbao.nightly import publish
from nianbao.nightly.config import NightConfig
from nianbao.nightly.doors import Collecting
from nianbao.nightly.due import Due, schedule
from nianbao.nightly.journal import Journal, opened
from nianbao.nightly.lock import holder
from nianbao.nightly.night import journal_file, lock_file
from nianbao.nightly.publish import Publication
from store.open import open_store
from store.publication import present_schema, schema_version


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done."""

    locked: str
    """Who is at it now; empty for nobody."""
    resumed: Journal | None
    """The night that would be gone on with."""
    due: tuple[Due, ...]
    """Sources that would be asked."""
    later: tuple[Due, ...]
    """The others, by when they are due."""
    pending: int
    """Crawls that would be taken in, beside the one to be made."""
    published: Publication | None


def plan(config: NightConfig, collecting: Collecting, now: datetime, only: Sequence[str] = ()) -> Plan:
    """What a run would do.

    Raises:
        ConfigurationError: the sources cannot be read, or a name is none of them.
    """
    everything = schedule(collecting.sites(), collecting.results(), now, config.quiet_days)
    names = [each.site.name for each in everything]
    if strange := [name for name in only if name not in names]:
        raise ConfigurationError(f"There is no source {strange[0]}.", advice="`nianbao sources list` lists them.")
    journal = opened(journal_file(config))
    chosen = set(journal.due) if journal else set(only) or {each.site.name for each in everything if each.at(now)}
    return Plan(
        locked=holder(lock_file(config)),
        resumed=journal,
        due=tuple(each for each in everything if each.site.name in chosen),
        later=tuple(sorted((each for each in everything if each.site.name not in chosen), key=_moment)),
        pending=_pending(config, collecting),
        published=publish.last(config.published),
    )


def _moment(due: Due) -> str:
    return due.moment.isoformat() if due.moment else "9"


def _pending(config: NightConfig, collecting: Collecting) -> int:
    finished = sum(each.finished is not None for each in collecting.crawls())
    try:
        if not config.is_url and schema_version(Path(config.database)) != present_schema():
            return finished  # opening it would bring it to the present schema
        with open_store(config.database, create=False) as store:
            return len(collecting.pending(store))
    except NianbaoError:
        return finished
