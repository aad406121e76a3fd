"""The gates: what must hold before the candidate takes the published copy's place.

Each is a comparison of the candidate with what is published, with a threshold from the configuration. A gate that fires
keeps the published copy where it is. One may be overruled for one publication, by name and with a reason, unless the
candidate is no whole database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from nianbao.nightly.config import Gates
from store.measures import Drift, Fill, Measures


class GateVerdict(StrEnum):
    """What a gate says."""

    PASSED = "passed"
    FIRED = "fired"
    OVERRULED = "overruled"
    """It fired, and a person let the candidate through all the same."""
    NOT_COMPARED = "not_compared"
    """There is nothing to compare with: nothing published, or too little for shares."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What one gate found."""

    name: str
    measured: float
    threshold: float
    """It fires where ``measured`` is greater."""
    verdict: GateVerdict
    sentence: str
    reason: str = ""
    """Why a person overruled it."""

    @property
    def blocks(self) -> bool:
        """Whether it keeps the published copy."""
        return self.verdict is GateVerdict.FIRED


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the gates look at."""

    measures: Measures
    faults: tuple[str, ...] = ()
    """What the integrity check says; nothing where the file is whole."""
    schema: str = ""
    reader: str = ""
    revised: int = 0
    """Reports whose figures were changed at their source since the last publication."""
    revised_examples: tuple[str, ...] = ()
    silent: Mapping[str, str] = field(default_factory=dict)
    """Sources that are silent while something is due, with why."""
    sources: int = 0
    """Enabled sources."""


@dataclass(frozen=True, slots=True)
class Published:
    """What it is compared with."""

    measures: Measures
    schema: str = ""
    reader: str = ""
    drift: Drift = field(default_factory=Drift)
    """From it to the candidate."""


NEVER_OVERRULED = frozenset({"integrity", "schema"})
"""A file that is not whole, or that no version can open, helps nobody."""
NAMES = (
    *("integrity", "schema", "reader", "reports", "reports_of_a_year", "lost_figures", "other_figures", "fill"),
    *("verified", "review", "rejected", "revisions", "silent_sources"),
)
"""Every gate, in the order of the summary."""
_SHOWN = 5


def judge(
    candidate: Candidate, published: Published | None, limits: Gates, present_schema: str, overruled: Mapping[str, str]
) -> tuple[Gate, ...]:
    """What every gate says of the candidate.

    Args:
        candidate: What would be published.
        published: What is; None for the first time.
        limits: Thresholds.
        present_schema: Revision that this version of Nianbao makes.
        overruled: Gates that are to let it pass all the same, with the reason.
    """
    found = [_integrity(candidate), _schema(candidate, present_schema), _silent(candidate, limits)]
    if published is None:
        others = [name for name in NAMES if name not in {each.name for each in found}]
        found += [Gate(name, 0, 0, GateVerdict.NOT_COMPARED, "Nothing is published yet.") for name in others]
    else:
        found += _compared(candidate, published, limits)
    found.sort(key=lambda gate: NAMES.index(gate.name))
    return tuple(_overruled(gate, overruled) for gate in found)


def _overruled(gate: Gate, overruled: Mapping[str, str]) -> Gate:
    if not gate.blocks or gate.name not in overruled or gate.name in NEVER_OVERRULED:
        return gate
    return replace(gate, verdict=GateVerdict.OVERRULED, reason=overruled[gate.name])


def _gate(name: str, measured: float, threshold: float, sentence: str) -> Gate:
    # Shares are ratios of counts: what differs in the sixteenth digit is equal.
    verdict = GateVerdict.FIRED if measured > threshold + 1e-12 else GateVerdict.PASSED
    return Gate(name, measured, threshold, verdict, sentence)


def _too_few(name: str, threshold: float, limits: Gates) -> Gate:
    return Gate(name, 0, threshold, GateVerdict.NOT_COMPARED, f"Fewer than {limits.least} to compare: shares say nothing yet.")


def _integrity(candidate: Candidate) -> Gate:
    said = "; ".join(candidate.faults[:_SHOWN])
    sentence = f"The candidate is damaged: {said}." if said else "The candidate is whole."
    return _gate("integrity", len(candidate.faults), 0, sentence)


def _schema(candidate: Candidate, present: str) -> Gate:
    wrong = candidate.schema != present
    sentence = f"The candidate has schema {candidate.schema or 'of nobody'}; this version makes {present}."
    return _gate("schema", int(wrong), 0, sentence)


def _silent(candidate: Candidate, limits: Gates) -> Gate:
    share = _share(len(candidate.silent), candidate.sources)
    named = "; ".join(f"{name}: {why}" for name, why in list(candidate.silent.items())[:_SHOWN])
    more = f"; and {len(candidate.silent) - _SHOWN} more" if len(candidate.silent) > _SHOWN else ""
    sentence = f"{len(candidate.silent)} of {candidate.sources} sources are silent while something is due"
    sentence += f" ({named}{more})." if named else "."
    return _gate("silent_sources", share, limits.silent_sources, sentence)


def _compared(candidate: Candidate, published: Published, limits: Gates) -> Iterator[Gate]:
    yield _reader(candidate, published, limits)
    yield _reports(candidate.measures, published.measures, limits)
    yield _reports_of_a_year(candidate.measures, published.measures, limits)
    yield from _drift(published.drift, limits)
    yield _fill(candidate.measures, published.measures, limits)
    yield from _verdicts(candidate.measures, published.measures, limits)
    yield _rejected(candidate.measures, published.measures, limits)
    yield _revisions(candidate, published, limits)


def _reader(candidate: Candidate, published: Published, limits: Gates) -> Gate:
    old, new = published.reader, candidate.reader
    if old == new:
        return _gate("reader", 0, 0, f"Both are of reader {new}.")
    if new in limits.explained:
        return _gate("reader", 0, 0, f"Reader {new} instead of {old}: {limits.explained[new]}")
    advice = f"say why in gates.explained, as in explained = {{ {new!r} = '...' }}".replace("'", '"')
    return _gate("reader", 1, 0, f"Reader {new} instead of {old}, and nothing explains what it reads otherwise; {advice}.")


def _reports(new: Measures, old: Measures, limits: Gates) -> Gate:
    fewer = _share(old.reports - new.reports, old.reports)
    return _gate("reports", max(0, fewer), limits.reports, f"{new.reports} reports; {old.reports} are published.")


def _reports_of_a_year(new: Measures, old: Measures, limits: Gates) -> Gate:
    falls = {year: _share(count - new.by_year.get(year, 0), count) for year, count in old.by_year.items()}
    worst = sorted((year for year in falls if falls[year] > 0), key=lambda year: (-falls[year], year))
    said = ", ".join(f"{year or 'no year'}: {new.by_year.get(year, 0)} instead of {old.by_year[year]}" for year in worst[:_SHOWN])
    sentence = f"Fewer reports for {said}." if said else "No year has fewer reports."
    return _gate("reports_of_a_year", max(0, *falls.values(), 0), limits.reports_of_a_year, sentence)


def _drift(drift: Drift, limits: Gates) -> Iterator[Gate]:
    shown = f" ({'; '.join(drift.examples)})" if drift.examples else ""
    of = f"of {drift.figures} published figures whose documents are still there"
    lost, other = _share(drift.lost, drift.figures), _share(drift.other, drift.figures)
    yield _gate("lost_figures", lost, limits.lost_figures, f"{drift.lost} {of} have no number now{shown if lost else ''}.")
    yield _gate("other_figures", other, limits.other_figures, f"{drift.other} {of} read otherwise{shown if other else ''}.")


def _fill(new: Measures, old: Measures, limits: Gates) -> Gate:
    falls: dict[str, tuple[float, Fill, Fill]] = {}
    for name, before in old.fills.items():
        after = new.fills.get(name)
        form = name.split()[0]
        if after is None or min(old.by_form.get(form, 0), new.by_form.get(form, 0)) < limits.least:
            continue
        falls[name] = (before.share - after.share, before, after)
    if not falls:
        return _too_few("fill", limits.fill, limits)
    order = sorted(falls, key=lambda name: (-falls[name][0], name))
    worst = [name for name in order if falls[name][0] > 0][:_SHOWN]
    said = ", ".join(f"{name} {falls[name][1].share:.1%} -> {falls[name][2].share:.1%}" for name in worst)
    sentence = f"Share of figures that are not NULL falls: {said}." if said else f"No share of {len(falls)} falls."
    return _gate("fill", max(0.0, falls[order[0]][0]), limits.fill, sentence)


def _verdicts(new: Measures, old: Measures, limits: Gates) -> Iterator[Gate]:
    for verdict, threshold, sign in (("verified", limits.verified, -1), ("review", limits.review, 1)):
        if min(old.reports, new.reports) < limits.least:
            yield _too_few(verdict, threshold, limits)
            continue
        before, after = (_share(each.verdicts.get(verdict, 0), each.reports) for each in (old, new))
        sentence = f"{verdict}: {after:.1%} of the reports; {before:.1%} of those published."
        yield _gate(verdict, max(0.0, sign * (after - before)), threshold, sentence)


def _rejected(new: Measures, old: Measures, limits: Gates) -> Gate:
    of = [each.failures + each.documents for each in (old, new)]
    if min(of) < limits.least:
        return _too_few("rejected", limits.rejected, limits)
    before, after = _share(old.failures, of[0]), _share(new.failures, of[1])
    sentence = f"{after:.1%} of {of[1]} documents gave no report; {before:.1%} of {of[0]} before."
    return _gate("rejected", max(0.0, after - before), limits.rejected, sentence)


def _revisions(candidate: Candidate, published: Published, limits: Gates) -> Gate:
    share = _share(candidate.revised, published.measures.reports)
    shown = f" ({'; '.join(candidate.revised_examples[:_SHOWN])})" if candidate.revised_examples else ""
    sentence = f"{candidate.revised} reports had figures changed since the last publication{shown}."
    if candidate.revised < limits.least:
        return _gate("revisions", 0, limits.revisions, sentence)
    return _gate("revisions", share, limits.revisions, sentence)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def fired(gates: Sequence[Gate]) -> tuple[Gate, ...]:
    """Those that keep the published copy."""
    return tuple(gate for gate in gates if gate.blocks)
