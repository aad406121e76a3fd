"""The night, step by step: crawl, ingest, checks across years, build the candidate, gates, publish; then the report.

A run that is broken off leaves its journal open, and the next goes on with the step it was at. A step that fails ends the
night: what follows it is not reached, the published copy stays, and the summary says why.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from collect.crawl.model import SiteResult
from collect.errors import ConfigurationError, NianbaoError
from collect.sites.model import Site
from nianbao.nightly import gates, journal, publish, report
from nianbao.nightly.config import NightConfig
from nianbao.nightly.doors import Clock, Collecting
from nianbao.nightly.due import Expectation, Held, expect, schedule
from nianbao.nightly.gates import Candidate, Gate, GateVerdict, Published
from nianbao.nightly.journal import Done, Journal, Step, iso
from nianbao.nightly.lock import held
from nianbao.nightly.log import NightLog
from nianbao.nightly.summary import NightSummary
from nianbao.pipeline import READER_VERSION
from store import continuity, measures, publication
from store import sources as source_rows
from store.copies import find_copies, is_outdated
from store.load import Store
from store.night_facts import last_run
from store.open import LOADING_CACHE_KIB, open_store
from store.sources import SourceFacts

Progress = Callable[[str], None]
"""Told in a word or two what is being done."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What is asked of one run, beside the configuration."""

    only: tuple[str, ...] = ()
    """Names of sources: these are asked, due or not, and no others."""
    overruled: Mapping[str, str] = field(default_factory=dict)
    """Gates to overrule in this night, with the reason."""


def lock_file(config: NightConfig) -> Path:
    """Where the lock of this night is."""
    return config.state / "lock"


def journal_file(config: NightConfig) -> Path:
    """Where its journal is."""
    return config.state / "journal.json"


def run_night(
    config: NightConfig,
    collecting: Collecting,
    clock: Clock,
    orders: Orders = Orders(),
    progress: Progress = lambda _what: None,
) -> NightSummary:
    """Goes through a night, or on with the one that was broken off, and reports.

    Raises:
        LockedError: another run is at it.
        ConfigurationError: the orders name a source or gate that there is not.
    """
    check_overruled(orders.overruled)
    with held(lock_file(config), clock()):
        return _Night(config, collecting, clock, orders, progress).run()


def check_overruled(overruled: Mapping[str, str]) -> None:
    """Whether these gates exist and may be overruled.

    Raises:
        ConfigurationError: one does not, or may not, or no reason is given.
    """
    for name, reason in overruled.items():
        if name not in gates.NAMES:
            raise ConfigurationError(f"There is no gate {name}.", advice=f"There are {', '.join(gates.NAMES)}.")
        if name in gates.NEVER_OVERRULED:
            raise ConfigurationError(f"The gate {name} cannot be overruled.", advice="Mend what it tells of.")
        if not reason.strip():
            raise ConfigurationError(f"Nothing says why {name} is overruled.", advice="Give --reason as well; it is kept.")


class _Night:
    def __init__(self, config: NightConfig, collecting: Collecting, clock: Clock, orders: Orders, progress: Progress) -> None:
        self._config = config
        self._collecting = collecting
        self._clock = clock
        self._orders = orders
        self._progress = progress
        self._sites: tuple[Site, ...] = ()
        self._trouble: NianbaoError | None = None
        """Why the sources cannot be read."""
        self._opened: Store | None = None
        self._journal = self._begun()
        self._log = NightLog(config.log_file, self._journal.started, clock)

    def _begun(self) -> Journal:
        try:
            self._sites = self._collecting.sites()
        except NianbaoError as error:
            self._trouble = error
        self._check_names()
        now = self._clock()
        found = journal.opened(journal_file(self._config))
        if found is not None:
            found.resumed = (*found.resumed, iso(now))
            found.overruled = {**found.overruled, **self._orders.overruled}
            if self._orders.overruled and Step.PUBLISH not in found.done:
                self._ask_again(found)
        else:
            due = schedule(self._sites, self._collecting.results(), now, self._config.quiet_days)
            chosen = [each.site.name for each in due if each.at(now)]
            found = Journal(iso(now), due=self._orders.only or tuple(chosen), overruled=self._orders.overruled)
        journal.write(journal_file(self._config), found)
        return found

    def _ask_again(self, found: Journal) -> None:
        """Has the gates judge once more, unless what they judged is in its place already.

        The candidate is made anew for it: stamping it may have been what was broken off.
        """
        if publish.candidate_of(self._config.published).exists():
            found.done.pop(Step.BUILD, None)
            found.done.pop(Step.GATES, None)

    def _check_names(self) -> None:
        names = [site.name for site in self._sites]
        strange = [name for name in self._orders.only if name not in names]
        if strange and self._trouble is None:
            raise ConfigurationError(
                f"There is no source {strange[0]}.", advice=f"`nianbao sources list` lists them; there are {len(names)}."
            )

    def run(self) -> NightSummary:
        """Every step that is not done yet, then the report."""
        try:
            failure = self._steps()
        finally:
            if self._opened is not None:
                self._opened.close()
        return self._reported(failure)

    def _steps(self) -> tuple[Step, str] | None:
        """What is not done yet; gives the step that failed, and why."""
        for step in Step:
            if step in self._journal.done:
                continue
            self._progress(step.value)
            try:
                self._do(step)
            except Exception as error:
                said = str(error) if isinstance(error, NianbaoError) else f"{type(error).__name__}: {error}."
                self._log.write({"event": "step", "step": step, "state": "failed", "error": said})
                return (step, said)
        return None

    def _reported(self, failure: tuple[Step, str] | None) -> NightSummary:
        self._progress("report")
        known = report.gather(self._config, self._collecting, self._journal)
        now = iso(self._clock())
        summary = report.night_summary(self._config, self._sites, self._journal, known, failure=failure, finished=now)
        report.write_all(self._config, summary, known, self._log)
        self._journal.closed = summary.finished
        journal.write(journal_file(self._config), self._journal)
        return summary

    def _do(self, step: Step) -> None:
        start = time.perf_counter()
        said = _STEPS[step](self)
        seconds = time.perf_counter() - start
        self._journal.done[step] = Done(iso(self._clock()), round(seconds, 3), said)
        journal.write(journal_file(self._config), self._journal)
        self._log.write({"event": "step", "step": step, "state": "done", "seconds": round(seconds, 3)})

    def crawl(self) -> dict[str, Any]:
        """Asks what is due, or goes on with the crawl that was broken off; a crawl that ended unnoted before a fault counts."""
        if self._trouble is not None:
            raise self._trouble
        chosen = [site for site in self._sites if site.name in set(self._journal.due)]
        crawls = self._collecting.crawls()
        is_open = any(each.finished is None for each in crawls)
        if not chosen and not is_open:
            return {"crawl": None}
        begun = datetime.fromisoformat(self._journal.started)
        mine = [each.number for each in crawls if self._journal.resumed and each.started >= begun]
        if mine and not is_open:
            results = tuple(result for result in self._collecting.results() if result.crawl == max(mine))
        else:
            results = self._collecting.crawl(chosen, self._clock, self._log.write)
        number = max((result.crawl for result in results), default=None)
        return {"crawl": number, "sources": len(results), "requests": sum(result.requests for result in results)}

    def ingest(self) -> dict[str, Any]:
        """Takes in every crawl that the database does not have yet, in order."""
        store = self._store(create=True)
        if self._journal.last_run is None:
            self._journal.last_run = last_run(store)
            journal.write(journal_file(self._config), self._journal)
        self._settle_names(store)
        counts: dict[str, int] = {"documents": 0, "loaded": 0, "known": 0, "rejected": 0}
        for number in self._collecting.pending(store):
            summary = self._collecting.take_in(number, store, self._log.write)
            if summary.interrupted:
                raise KeyboardInterrupt
            for name in counts:
                counts[name] += getattr(summary, name)
        self._note_sources(store, self._collecting.results())
        return counts

    def checks(self) -> dict[str, Any]:
        """What the reports say of each other, over years and between agencies."""
        said: dict[str, Any] = {}
        if "continuity" in self._config.checks:
            said["continuity"] = continuity.update(self._store()).reports
        if "copies" in self._config.checks and is_outdated(self._store()):
            said["copies"] = find_copies(self._store()).members
        return said

    def build(self) -> dict[str, Any]:
        """The candidate, beside the published copy."""
        candidate = publish.build(self._store(), self._config.published)
        return {"bytes": candidate.stat().st_size}

    def judge(self) -> dict[str, Any]:
        """The gates' verdicts on the candidate."""
        path, old = publish.candidate_of(self._config.published), self._config.published
        faults = tuple(publication.integrity(path))
        found: tuple[Gate, ...]
        if faults:
            damaged = Candidate(measures.Measures(), faults, publication.schema_version(path), READER_VERSION)
            found = gates.judge(damaged, None, self._config.gates, publication.present_schema(), {})
        else:
            candidate = self._candidate(path, old)
            overruled = self._journal.overruled
            found = gates.judge(candidate, _published(path, old), self._config.gates, publication.present_schema(), overruled)
        return {"gates": [asdict(gate) for gate in found]}

    def publish(self) -> dict[str, Any]:
        """The candidate in the published copy's place, unless a gate fired."""
        found = report.gates_of(self._journal)
        if gates.fired(found):
            return {"published": False}
        overruled = {gate.name: gate.reason for gate in found if gate.verdict is GateVerdict.OVERRULED}
        config, now = self._config, self._clock()
        candidate = publish.candidate_of(config.published)
        if candidate.exists():
            said = publish.stamp_of(candidate, self._journal.started, now, READER_VERSION, version("nianbao"))
            said = replace(said, overruled=overruled)
        else:  # a run that was broken off had come so far
            said = publication.Stamp(iso(now), self._journal.started, READER_VERSION, "", "", {}, overruled)
        made = publish.swap(config.published, said, config.copies, now)
        if overruled:
            _keep_record(config.state / "overruled.jsonl", self._journal.started, made.sha256, found)
        return {"published": True}

    def _store(self, *, create: bool = False) -> Store:
        """The database, open until the night ends."""
        if self._opened is None:
            self._opened = open_store(self._config.database, create=create, cache_kib=LOADING_CACHE_KIB)
        return self._opened

    def _settle_names(self, store: Store) -> None:
        if self._config.aliases is None:
            return
        from normalize.authority.aliases import read_aliases  # noqa: PLC0415 - rarely needed
        from store.agencies import use_aliases  # noqa: PLC0415

        try:
            content = self._config.aliases.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            message = f"{self._config.aliases} cannot be read ({error})."
            raise ConfigurationError(message, advice="Correct the field aliases.") from error
        use_aliases(store, read_aliases(content, str(self._config.aliases)))

    def _note_sources(self, store: Store, results: Sequence[SiteResult]) -> None:
        expectations = expected(store, self._sites, results, self._clock(), self._config.patience_days)
        due = {each.site.name: each.moment for each in schedule(self._sites, results, self._clock(), self._config.quiet_days)}
        source_rows.note_sources(store, [_facts(site, due[site.name], expectations[site.name]) for site in self._sites])

    def _candidate(self, path: Path, old: Path) -> Candidate:
        known = source_rows.freshness(self._store())
        revised = measures.new_revisions(old, path) if old.exists() else measures.Revised()
        return Candidate(
            measures=measures.measures(path),
            schema=publication.schema_version(path),
            reader=READER_VERSION,
            revised=revised.reports,
            revised_examples=revised.examples,
            silent={each.source: each.alarm for each in known if each.alarm},
            sources=sum(each.enabled for each in known),
        )


_STEPS: Mapping[Step, Callable[[_Night], dict[str, Any]]] = {
    Step.CRAWL: _Night.crawl,
    Step.INGEST: _Night.ingest,
    Step.CHECKS: _Night.checks,
    Step.BUILD: _Night.build,
    Step.GATES: _Night.judge,
    Step.PUBLISH: _Night.publish,
}


def expected(
    store: Store, sites: Sequence[Site], results: Sequence[SiteResult], now: datetime, patience_days: int
) -> dict[str, Expectation]:
    """What is to be expected of each source now."""
    year = now.year - 1
    has = Held(*source_rows.reports_for(store, year), source_rows.origins_for(store, year))
    checks: dict[str, list[SiteResult]] = {}
    for result in results:
        checks.setdefault(result.site, []).append(result)
    return {site.name: expect(site, checks.get(site.name, []), has, now, patience_days) for site in sites}


def _published(candidate: Path, path: Path) -> Published | None:
    if not path.exists():
        return None
    found = measures.measures(path)
    stamp = publication.read_stamp(path)
    reader = stamp.reader if stamp else "+".join(sorted(found.readers))
    drift = measures.drift(path, candidate)
    return Published(found, publication.schema_version(path), reader, drift, measures.silent_sources(path))


def _facts(site: Site, due: datetime | None, expectation: Expectation) -> SourceFacts:
    return SourceFacts(
        source=site.name,
        title=site.title,
        agency=site.agency,
        region=site.region,
        address=site.lists[0],
        enabled=site.enabled,
        every_days=site.every_days,
        next_due=due,
        awaited=expectation.awaited,
        alarm=expectation.alarm,
    )


def _keep_record(path: Path, night: str, sha256: str, found: Sequence[Gate]) -> None:
    """Adds what was overruled to the record that is never removed."""
    lines = path.read_text("utf-8") if path.exists() else ""
    new = [
        journal.line({"night": night, "published": sha256, **asdict(gate)})
        for gate in found
        if gate.verdict is GateVerdict.OVERRULED
    ]
    journal.replace_file(path, (lines + "".join(line for line in new if line not in lines)).encode())
