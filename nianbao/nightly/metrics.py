"""The night's figures for Prometheus, in its text format: a file for node_exporter's textfile collector.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from nianbao.nightly.gates import GateVerdict
from nianbao.nightly.summary import NightSummary
from store.sources import Freshness

_STATES = ("fresh", "waiting", "silent", "empty", "unreached", "never")
_Sample = tuple[Mapping[str, str], float]


def as_metrics(summary: NightSummary, sources: Sequence[Freshness]) -> str:
    """All of them. Every metric is a gauge: it says how the last night was, and how things stand."""
    return "".join(f"{line}\n" for name, help_, samples in _metrics(summary, sources) for line in _lines(name, help_, samples))


def _lines(name: str, help_: str, samples: Iterable[_Sample]) -> Iterator[str]:
    yield f"# HELP nianbao_{name} {help_}"
    yield f"# TYPE nianbao_{name} gauge"
    for labels, value in samples:
        said = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"nianbao_{name}{{{said}}} {value:.15g}" if said else f"nianbao_{name} {value:.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _metrics(summary: NightSummary, sources: Sequence[Freshness]) -> Iterator[tuple[str, str, list[_Sample]]]:
    yield "night_started_seconds", "When the last night began, in seconds since 1970.", [({}, _seconds(summary.night))]
    yield "night_finished_seconds", "When it ended.", [({}, _seconds(summary.finished))]
    yield "night_exit_code", "Its exit code; 0 is well.", [({}, summary.exit_code)]
    outcomes = ("published", "kept", "failed")
    yield "night_outcome", "1 for how it ended.", [({"outcome": each}, summary.outcome == each) for each in outcomes]
    yield "night_resumed", "How often it was gone on with.", [({}, len(summary.resumed))]
    yield "night_step_seconds", "What each step took.", [({"step": s.step}, s.seconds) for s in summary.steps]
    yield "night_step_done", "1 for a step that came to its end.", [({"step": s.step}, s.state == "done") for s in summary.steps]
    yield "reports", "Current reports by verdict.", [({"verdict": name}, n) for name, n in summary.verdicts.items()]
    yield "night_reports_new", "Reports that came in.", [({"verdict": name}, n) for name, n in summary.arrived.items()]
    yield "night_reports_changed", "Reports that were changed at their source.", [({}, len(summary.changes))]
    yield "night_documents_rejected", "New documents that gave no report.", [({}, len(summary.rejected))]
    yield "gate_measured", "What a gate measured.", [({"gate": g.name}, g.measured) for g in summary.gates]
    yield "gate_threshold", "Above which it fires.", [({"gate": g.name}, g.threshold) for g in summary.gates]
    yield "gate_fired", "1 where it keeps the former copy.", [({"gate": g.name}, g.blocks) for g in summary.gates]
    overruled = [({"gate": g.name}, g.verdict is GateVerdict.OVERRULED) for g in summary.gates]
    yield "gate_overruled", "1 where it fired and was overruled.", [(labels, float(value)) for labels, value in overruled]
    published = summary.published
    if published is not None and published.stamp.published:
        yield "published_seconds", "When the published copy was made.", [({}, _seconds(published.stamp.published))]
        yield "published_bytes", "Its size.", [({}, published.size)]
    yield from _of_sources(sources)
    yield "source_requests", "Questions of the last night.", [({"source": s.source}, s.requests) for s in summary.sources]
    refused = [({"source": s.source, "reason": why}, float(n)) for s in summary.sources for why, n in s.refused.items()]
    yield "source_refused", "Answers that were no document, by reason.", [(labels, n) for labels, n in refused]
    rejected = [({"source": s.source, "reason": why}, float(n)) for s in summary.sources for why, n in s.rejected.items()]
    yield "source_rejected", "Documents that gave no report, by reason.", [(labels, n) for labels, n in rejected]


def _of_sources(sources: Sequence[Freshness]) -> Iterator[tuple[str, str, list[_Sample]]]:
    states: list[_Sample] = [
        ({"source": each.source, "state": state}, each.state == state) for each in sources for state in _STATES
    ]
    yield "source_state", "1 for the state that a source is in.", states
    for name, help_ in (
        ("last_checked", "When a source was last gone through to its end."),
        ("last_changed", "When it last had something new, changed or gone."),
        ("next_due", "When it is to be asked next."),
    ):
        times = [({"source": each.source}, getattr(each, name)) for each in sources]
        yield f"source_{name}_seconds", help_, [(labels, _seconds(time)) for labels, time in times if time]
    for name in ("documents", "new_documents", "changed_documents", "vanished_documents"):
        counts = [({"source": each.source}, getattr(each, name)) for each in sources]
        help_ = f"{name.replace('_', ' ').capitalize()} at its last check."
        yield f"source_{name}", help_, [(labels, count) for labels, count in counts if count is not None]


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()
