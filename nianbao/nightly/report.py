"""The report of a night: gathered from journal, crawl results and database, and written in every form it is wanted in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from collect.crawl.model import SiteResult
from collect.errors import NianbaoError
from collect.sites.model import Site
from nianbao.nightly import journal, publish
from nianbao.nightly.config import NightConfig
from nianbao.nightly.doors import Collecting
from nianbao.nightly.gates import Gate, GateVerdict, fired
from nianbao.nightly.journal import Journal, Step
from nianbao.nightly.log import NightLog
from nianbao.nightly.metrics import as_metrics
from nianbao.nightly.policy import events, exit_code
from nianbao.nightly.summary import NightSummary, SourceLine, StepLine, as_json
from nianbao.nightly.summary_html import as_html
from nianbao.nightly.summary_text import as_text
from store.night_facts import Arrived, Rejected, Since, since
from store.open import open_store
from store.sources import Freshness, freshness

_T = TypeVar("_T", Arrived, Rejected)

_OUTCOMES = {
    "published": "Published: the new copy is in place.",
    "kept": "Not published: a gate fired, and the former copy stays.",
    "failed": "Failed: what was published before stays.",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What database and archive say of a night; what cannot be asked of one that fails is left out."""

    since: Since = field(default_factory=Since)
    fresh: Mapping[str, Freshness] = field(default_factory=dict)
    site_of: Mapping[str, str] = field(default_factory=dict)
    """The source of each address asked in this night's crawl."""
    results: tuple[SiteResult, ...] = ()
    """Of this night's crawl."""


def night_summary(
    config: NightConfig,
    sites: Sequence[Site],
    night: Journal,
    known: Known,
    *,
    failure: tuple[Step, str] | None,
    finished: str,
) -> NightSummary:
    """What became of the night so far."""
    found = gates_of(night)
    lines = tuple(_source_lines(sites, known))
    arrived = Counter(each.verdict for each in known.since.arrived if each.is_new)
    failed = f"The step {failure[0]} failed: {failure[1]}" if failure else ""
    happened = events(config.policy, failed=failed, gates=found, sources=lines, rejected=known.since.rejected, arrived=arrived)
    is_published = bool(night.said(Step.PUBLISH).get("published"))
    outcome = "failed" if failure else "published" if is_published else "kept"
    candidate = publish.candidate_of(config.published)
    return NightSummary(
        night=night.started,
        finished=finished,
        outcome=outcome,
        headline=_headline(outcome, failed, found),
        exit_code=exit_code(happened),
        events=happened,
        resumed=night.resumed,
        crawl=night.said(Step.CRAWL).get("crawl"),
        steps=tuple(_step_lines(night, failure)),
        sources=lines,
        changes=known.since.changed,
        rejected=known.since.rejected,
        arrived=dict(sorted(arrived.items())),
        verdicts=known.since.verdicts,
        gates=found,
        published=_last(config),
        copies=len(publish.kept(config.published)),
        candidate=str(candidate) if outcome == "kept" and candidate.exists() else "",
    )


def write_all(config: NightConfig, summary: NightSummary, known: Known, log: NightLog) -> None:
    """The summary as text, JSON and HTML, under the night's name and as the latest; metrics; a line a document."""
    folder = config.summary_folder
    name = summary.night.replace(":", "").replace("+0000", "Z").replace("-", "")
    for suffix, content in (("txt", as_text(summary)), ("json", as_json(summary)), ("html", as_html(summary))):
        journal.replace_file(folder / f"{name}.{suffix}", content.encode("utf-8", "replace"))
        journal.replace_file(folder / f"latest.{suffix}", content.encode("utf-8", "replace"))
    if config.metrics is not None:
        journal.replace_file(config.metrics, as_metrics(summary, tuple(known.fresh.values())).encode())
    log.write_all(_document_lines(known))
    log.write({"event": "night", "outcome": summary.outcome, "exit_code": summary.exit_code, "said": summary.headline})


def gather(config: NightConfig, collecting: Collecting, night: Journal) -> Known:
    """What there is to report."""
    try:
        number = night.said(Step.CRAWL).get("crawl")
        results = tuple(each for each in collecting.results() if each.crawl == number)
        site_of = collecting.addresses(number) if number is not None else {}
    except (NianbaoError, OSError):
        results, site_of = (), {}
    if night.last_run is None:
        return Known(site_of=site_of, results=results)
    try:
        with open_store(config.database, create=False) as store:
            fresh = {each.source: each for each in freshness(store)}
            return Known(since(store, night.last_run), fresh, site_of, results)
    except NianbaoError:
        return Known(site_of=site_of, results=results)


def gates_of(night: Journal) -> tuple[Gate, ...]:
    """What the gates said in a night; nothing before they were asked."""
    return tuple(Gate(**{**raw, "verdict": GateVerdict(raw["verdict"])}) for raw in night.said(Step.GATES).get("gates", ()))


def _headline(outcome: str, failed: str, gates: Sequence[Gate]) -> str:
    if outcome == "kept":
        return f"{_OUTCOMES[outcome]} ({', '.join(gate.name for gate in fired(gates))})"
    return f"{_OUTCOMES[outcome]} {failed}".strip()


def _last(config: NightConfig) -> publish.Publication | None:
    try:
        return publish.last(config.published)
    except (NianbaoError, OSError):
        return None


def _step_lines(night: Journal, failure: tuple[Step, str] | None) -> Iterator[StepLine]:
    for step in Step:
        done = night.done.get(step)
        if done is not None:
            said = ", ".join(f"{name} {value}" for name, value in done.said.items() if not isinstance(value, list))
            yield StepLine(step, "done", done.seconds, said)
        elif failure is not None and failure[0] is step:
            yield StepLine(step, "failed", 0.0, failure[1])
        else:
            yield StepLine(step, "not_reached")


def _source_lines(sites: Sequence[Site], known: Known) -> Iterator[SourceLine]:
    arrived = _by_site([each for each in known.since.arrived if each.is_new], known.site_of)
    rejected = _by_site(known.since.rejected, known.site_of)
    results = {result.site: result for result in known.results}
    titles = {site.name: site.title for site in sites}
    quiet = [name for name, each in known.fresh.items() if each.alarm and name not in results]
    for name in sorted({*results, *quiet}):
        fresh = known.fresh.get(name)
        line = SourceLine(name, titles.get(name, ""), fresh.state if fresh else "", alarm=fresh.alarm if fresh else "")
        result = results.get(name)
        yield line if result is None else _filled(line, result, rejected.get(name, ()), arrived.get(name, ()))


def _filled(line: SourceLine, result: SiteResult, rejected: Sequence[Rejected], arrived: Sequence[Arrived]) -> SourceLine:
    return SourceLine(
        line.source,
        line.title,
        line.state,
        requests=result.requests,
        unchanged=result.not_modified,
        documents=result.reports,
        new=len(result.new),
        changed=len(result.changed),
        vanished=len(result.vanished),
        refused=dict(sorted(result.refused.items())),
        rejected=dict(sorted(Counter(each.reason for each in rejected).items())),
        verdicts=dict(sorted(Counter(each.verdict for each in arrived).items())),
        vanished_addresses=result.vanished,
        seconds=round((result.finished - result.started).total_seconds(), 3),
        error=result.error,
        alarm=line.alarm,
    )


def _by_site(found: Sequence[_T], site_of: Mapping[str, str]) -> dict[str, list[_T]]:
    by_site: dict[str, list[_T]] = {}
    for each in found:
        by_site.setdefault(site_of.get(each.origin, ""), []).append(each)
    return by_site


def _document_lines(known: Known) -> Iterator[dict[str, object]]:
    """A line for every document that came, changed or went."""
    arrived: dict[str, list[Arrived]] = {}
    for each in known.since.arrived:
        arrived.setdefault(each.origin, []).append(each)
    rejected = {each.origin: each for each in known.since.rejected}
    for result in known.results:
        for event, addresses in (("new", result.new), ("changed", result.changed), ("vanished", result.vanished)):
            for url in addresses:
                line: dict[str, object] = {"event": event, "source": result.site, "document": url}
                for report in arrived.get(url, ())[:1]:
                    line |= {"verdict": report.verdict, "agency": report.agency, "year": report.year, "form": report.form}
                    line |= {"cells": report.cells, "expected": report.expected, "reports": len(arrived[url])}
                if url in rejected:
                    line |= {"rejected": rejected[url].reason, "message": rejected[url].message}
                yield line
