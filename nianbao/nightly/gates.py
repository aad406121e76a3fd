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
from store.measures import Drift, Measures


class GateVerdict(StrEnum):
    """What a gate says."""

    PASSED = "passed"
    FIRED = "fired"
    OVERRULED = "overruled"
    """It fired, and a person let the candidate through all the same."""
    NOT_COMPARED = "not_compared"
    """Nothing is published yet, or too few reports make the difference."""


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
    silent: frozenset[str] = frozenset()
    """Sources that were silent already when it was published."""


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
    found = [_integrity(candidate), _schema(candidate, present_schema)]
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
    measured = round(max(0.0, measured), 12)
    return Gate(name, measured, threshold, GateVerdict.FIRED if measured > threshold else GateVerdict.PASSED, sentence)


def _share_gate(name: str, measured: float, threshold: float, sentence: str, *, of: int, limits: Gates) -> Gate:
    """A gate on a share of ``of`` reports: in a small database a single one moves it, which says nothing."""
    gate = _gate(name, measured, threshold, sentence)
    if not gate.blocks or round(measured * of) >= limits.least:
        return gate
    few = f"That is fewer than {limits.least} of {of}, and not judged."
    return replace(gate, verdict=GateVerdict.NOT_COMPARED, sentence=f"{sentence} {few}")


def _integrity(candidate: Candidate) -> Gate:
    said = "; ".join(candidate.faults[:_SHOWN])
    sentence = f"The candidate is damaged: {said}." if said else "The candidate is whole."
    return _gate("integrity", len(candidate.faults), 0, sentence)


def _schema(candidate: Candidate, present: str) -> Gate:
    wrong = candidate.schema != present
    sentence = f"The candidate has schema {candidate.schema or 'of nobody'}; this version makes {present}."
    return _gate("schema", int(wrong), 0, sentence)


def _silent(candidate: Candidate, published: Published, limits: Gates) -> Gate:
    fell = {name: why for name, why in candidate.silent.items() if name not in published.silent}
    named = "; ".join(f"{name}: {why}" for name, why in list(fell.items())[:_SHOWN])
    more = f"; and {len(fell) - _SHOWN} more" if len(fell) > _SHOWN else ""
    sentence = f"{len(fell)} of {candidate.sources} sources fell silent since the last publication while something is due"
    sentence += f" ({named}{more})." if named else "."
    return _gate("silent_sources", _share(len(fell), candidate.sources), limits.silent_sources, sentence)


def _compared(candidate: Candidate, published: Published, limits: Gates) -> Iterator[Gate]:
    yield _reader(candidate, published, limits)
    yield _reports(candidate.measures, published.measures, limits)
    yield _reports_of_a_year(candidate.measures, published.measures, limits)
    yield from _drift(published.drift, limits)
    yield _fill(candidate.measures, published.measures, limits)
    yield from _verdicts(candidate.measures, published.measures, limits)
    yield _rejected(candidate.measures, published.measures, limits)
    yield _revisions(candidate, published, limits)
    yield _silent(candidate, published, limits)


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
    return _gate("reports", fewer, limits.reports, f"{new.reports} reports; {old.reports} are published.")


def _reports_of_a_year(new: Measures, old: Measures, limits: Gates) -> Gate:
    falls = {year: _share(count - new.by_year.get(year, 0), count) for year, count in old.by_year.items()}
    worst = sorted((year for year in falls if falls[year] > 0), key=lambda year: (-falls[year], year))
    said = ", ".join(f"{year or 'no year'}: {new.by_year.get(year, 0)} instead of {old.by_year[year]}" for year in worst[:_SHOWN])
    sentence = f"Fewer reports for {said}." if said else "No year has fewer reports."
    return _gate("reports_of_a_year", max(falls.values(), default=0), limits.reports_of_a_year, sentence)


def _drift(drift: Drift, limits: Gates) -> Iterator[Gate]:
    shown = f" ({'; '.join(drift.examples)})" if drift.examples else ""
    of = f"of {drift.figures} published figures whose documents are still there"
    lost, other = _share(drift.lost, drift.figures), _share(drift.other, drift.figures)
    yield _gate("lost_figures", lost, limits.lost_figures, f"{drift.lost} {of} have no number now{shown if lost else ''}.")
    yield _gate("other_figures", other, limits.other_figures, f"{drift.other} {of} read otherwise{shown if other else ''}.")


def _fill(new: Measures, old: Measures, limits: Gates) -> Gate:
    falls = {name: before.share - new.fills[name].share for name, before in old.fills.items() if name in new.fills}
    printed = {name: new.by_form.get(name.split()[0], 0) for name in falls}
    falls = {name: fall for name, fall in falls.items() if fall > 0 and printed[name]}
    order = sorted(falls, key=lambda name: (-falls[name], name))
    if not order:
        return _gate("fill", 0, limits.fill, "No share of figures that are not NULL falls.")
    said = ", ".join(f"{name} {old.fills[name].share:.1%} -> {new.fills[name].share:.1%}" for name in order[:_SHOWN])
    sentence = f"Shares of figures that are not NULL fall: {said}."
    # The worst is that of the largest fall which is one of enough reports.
    judged = [_share_gate("fill", falls[name], limits.fill, sentence, of=printed[name], limits=limits) for name in order]
    return next((gate for gate in judged if gate.blocks), judged[0])


def _verdicts(new: Measures, old: Measures, limits: Gates) -> Iterator[Gate]:
    for verdict, threshold, sign in (("verified", limits.verified, -1), ("review", limits.review, 1)):
        before, after = (_share(each.verdicts.get(verdict, 0), each.reports) for each in (old, new))
        sentence = f"{verdict}: {after:.1%} of the reports; {before:.1%} of those published."
        yield _share_gate(verdict, sign * (after - before), threshold, sentence, of=new.reports, limits=limits)


def _rejected(new: Measures, old: Measures, limits: Gates) -> Gate:
    of = [each.failures + each.documents for each in (old, new)]
    before, after = _share(old.failures, of[0]), _share(new.failures, of[1])
    sentence = f"{after:.1%} of {of[1]} documents gave no report; {before:.1%} of {of[0]} before."
    return _share_gate("rejected", after - before, limits.rejected, sentence, of=of[1], limits=limits)


def _revisions(candidate: Candidate, published: Published, limits: Gates) -> Gate:
    of = published.measures.reports
    shown = f" ({'; '.join(candidate.revised_examples[:_SHOWN])})" if candidate.revised_examples else ""
    sentence = f"{candidate.revised} reports had figures changed since the last publication{shown}."
    return _share_gate("revisions", _share(candidate.revised, of), limits.revisions, sentence, of=of, limits=limits)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def fired(gates: Sequence[Gate]) -> tuple[Gate, ...]:
    """Those that keep the published copy."""
    return tuple(gate for gate in gates if gate.blocks)
