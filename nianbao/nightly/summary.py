"""What became of a night: for people as text and HTML, for programs as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from nianbao.nightly.gates import Gate
from nianbao.nightly.publish import Publication
from store.night_facts import Changed, Rejected


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step."""

    step: str
    state: str
    """``done``, ``failed`` or ``not_reached``."""
    seconds: float = 0.0
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What became of one source."""

    source: str
    title: str = ""
    state: str = ""
    """As in the view ``freshness``."""
    requests: int = 0
    unchanged: int = 0
    """Answers that said that nothing has changed."""
    documents: int = 0
    """That it holds now."""
    new: int = 0
    changed: int = 0
    vanished: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    """What came and was no document, by reason."""
    rejected: Mapping[str, int] = field(default_factory=dict)
    """New and changed documents that gave no report, by reason."""
    verdicts: Mapping[str, int] = field(default_factory=dict)
    """Reports that came in."""
    vanished_addresses: tuple[str, ...] = ()
    seconds: float = 0.0
    error: str = ""
    alarm: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the policy has an exit code for."""

    kind: str
    sentence: str
    code: int


@dataclass(frozen=True, slots=True)
class NightSummary:
    """One night."""

    night: str
    """When it began: ISO 8601, UTC."""
    finished: str
    outcome: str
    """``published``, ``kept`` (a gate fired) or ``failed``."""
    headline: str
    exit_code: int
    events: tuple[Event, ...] = ()
    resumed: tuple[str, ...] = ()
    """When it was gone on with after it had been broken off."""
    crawl: int | None = None
    """Number of the crawl; None where no source was due."""
    steps: tuple[StepLine, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    """Those that were asked, and those that sound an alarm."""
    changes: tuple[Changed, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    arrived: Mapping[str, int] = field(default_factory=dict)
    """Reports that came in, by verdict."""
    verdicts: Mapping[str, int] = field(default_factory=dict)
    """All current reports, by verdict."""
    gates: tuple[Gate, ...] = ()
    published: Publication | None = None
    """What lies at the published path now."""
    copies: int = 0
    """Former copies that are kept."""
    candidate: str = ""
    """Where what was not published lies."""

    @property
    def seconds(self) -> float:
        """What the steps took."""
        return sum(step.seconds for step in self.steps)


def as_json(summary: NightSummary) -> str:
    """The summary as JSON, fields in a stable order."""
    return json.dumps({**asdict(summary), "seconds": round(summary.seconds, 3)}, ensure_ascii=False, indent=1) + "\n"
