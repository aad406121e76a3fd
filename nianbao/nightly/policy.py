"""What is a failure: the exit code for what happened in a night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nianbao.nightly.config import Policy
from nianbao.nightly.gates import Gate, GateVerdict
from nianbao.nightly.summary import Event, SourceLine
from store.night_facts import Rejected


def events(
    policy: Policy,
    *,
    failed: str,
    gates: Sequence[Gate],
    sources: Sequence[SourceLine],
    rejected: Sequence[Rejected],
    arrived: Mapping[str, int],
) -> tuple[Event, ...]:
    """What happened that the policy has a code for, the gravest first.

    ``failed`` is the sentence of the step that failed, empty for none.
    """
    found: list[tuple[str, str]] = []
    if failed:
        found.append(("step_failed", failed))
    found += [("gate_fired", f"Gate {g.name} fired: {g.sentence}") for g in gates if g.verdict is GateVerdict.FIRED]
    found += [("silent_source", f"{line.source}: {line.alarm}.") for line in sources if line.alarm]
    found += [("source_failed", f"{line.source} failed: {line.error}") for line in sources if line.error and not line.alarm]
    if rejected:
        found.append(("rejected", f"New documents that gave no report: {len(rejected)}."))
    if arrived.get("review"):
        found.append(("review", f"New reports for a person to look at: {arrived['review']}."))
    found += [
        ("overruled", f"Gate {g.name} fired and was overruled ({g.reason}): {g.sentence}")
        for g in gates
        if g.verdict is GateVerdict.OVERRULED
    ]
    return tuple(Event(kind, sentence, getattr(policy, kind)) for kind, sentence in found)


def exit_code(found: Sequence[Event]) -> int:
    """That of the first event which is a failure by policy; 0 for none."""
    return next((event.code for event in found if event.code), 0)
