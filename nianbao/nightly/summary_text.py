"""The summary as text: for the terminal, a mail, a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nianbao.nightly.gates import Gate, GateVerdict
from nianbao.nightly.summary import NightSummary, SourceLine
from nianbao.show import clean
from store.night_facts import Changed, Rejected

CHANGES = 40
REJECTED = 40
VANISHED = 20
"""So many of them are shown; the JSON has all."""
MARKS = {
    GateVerdict.PASSED: "ok",
    GateVerdict.FIRED: "FIRED",
    GateVerdict.OVERRULED: "overruled",
    GateVerdict.NOT_COMPARED: "-",
}


def as_text(summary: NightSummary) -> str:
    """The summary, a screen or two."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(summary))


def _lines(summary: NightSummary) -> Iterator[str]:
    yield summary.headline
    yield f"night {summary.night}  ended {summary.finished}  exit code {summary.exit_code}"
    if summary.resumed:
        yield f"broken off before, gone on with at {', '.join(summary.resumed)}"
    yield from (f"! {clean(event.sentence)}" for event in summary.events)
    if summary.published is not None:
        at = summary.published
        yield f"published  {at.path}  of {at.stamp.published or 'an unknown time'}  sha256 {at.sha256 or 'not noted'}"
    if summary.candidate:
        yield f"not published  {summary.candidate}"
    yield ""
    yield from _table(
        ("step", "state", "seconds", ""), [(s.step, s.state, f"{s.seconds:.1f}", s.sentence) for s in summary.steps]
    )
    yield from _sources(summary.sources)
    yield f"reports that came in: {counted(summary.arrived)}"
    yield f"reports in all: {counted(summary.verdicts)}"
    yield ""
    yield from _changes(summary.changes)
    yield from _rejected(summary.rejected)
    yield from _gates(summary.gates)


def counted(numbers: Mapping[str, int]) -> str:
    """``3 verified, 1 review``; none."""
    return ", ".join(f"{number} {clean(name)}" for name, number in numbers.items() if number) or "none"


def total(sources: Sequence[SourceLine]) -> SourceLine:
    """All sources together."""
    return SourceLine(
        "in all",
        requests=sum(line.requests for line in sources),
        unchanged=sum(line.unchanged for line in sources),
        documents=sum(line.documents for line in sources),
        new=sum(line.new for line in sources),
        changed=sum(line.changed for line in sources),
        vanished=sum(line.vanished for line in sources),
        refused=_added([line.refused for line in sources]),
        rejected=_added([line.rejected for line in sources]),
        verdicts=_added([line.verdicts for line in sources]),
        seconds=sum(line.seconds for line in sources),
    )


def _added(several: Sequence[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for numbers in several:
        for name, number in numbers.items():
            found[name] = found.get(name, 0) + number
    return dict(sorted(found.items()))


def _sources(sources: Sequence[SourceLine]) -> Iterator[str]:
    if not sources:
        yield "no source was due"
        yield ""
        return
    head = ("source", "state", "asked", "unchanged", "holds", "new", "changed", "vanished", "refused", "rejected", "reports in")
    rows = [
        (
            *(line.source, line.state, str(line.requests), str(line.unchanged), str(line.documents), str(line.new)),
            *(str(line.changed), str(line.vanished)),
            *(counted(numbers).replace("none", "0") for numbers in (line.refused, line.rejected, line.verdicts)),
        )
        for line in (*sources, total(sources))
    ]
    yield from _table(head, rows)
    for line in sources:
        if line.error or line.alarm:
            yield f"! {line.source}: {clean(line.alarm or line.error)}"
        yield from (f"vanished  {line.source}  {clean(url)}" for url in line.vanished_addresses[:VANISHED])
    yield ""


def _changes(changes: Sequence[Changed]) -> Iterator[str]:
    if not changes:
        return
    yield f"{len(changes)} reports were changed"
    for change in changes[:CHANGES]:
        yield f"  {clean(change.agency)} {change.year or ''}  {clean(change.origin or change.document)}  {said_of(change)}"
        for cell in change.cells:
            yield f"    {cell.cell}: {shown(cell.old)} -> {shown(cell.new)}"
        if change.count > len(change.cells):
            yield f"    and {change.count - len(change.cells)} more cells: nianbao revisions --all"
    if len(changes) > CHANGES:
        yield f"  and {len(changes) - CHANGES} more"
    yield ""


def said_of(change: Changed) -> str:
    """What of it changed."""
    if change.kind == "cells":
        return f"{change.count} cells" + (f", {change.sections} chapters" if change.sections else "")
    return f"{change.sections} chapters" if change.kind == "prose" else "bytes only"


def shown(printed: str | None) -> str:
    """A printed text; words where there is none."""
    return "(no such cell)" if printed is None else clean(printed) or "(blank)"


def _rejected(rejected: Sequence[Rejected]) -> Iterator[str]:
    if not rejected:
        return
    yield f"{len(rejected)} documents gave no report"
    for each in rejected[:REJECTED]:
        yield f"  {each.reason}  {clean(each.origin or each.document)}  {clean(each.message)}"
    if len(rejected) > REJECTED:
        yield f"  and {len(rejected) - REJECTED} more"
    yield ""


def _gates(gates: Sequence[Gate]) -> Iterator[str]:
    if gates:
        rows = [(g.name, MARKS[g.verdict], f"{g.measured:.4g}", f"{g.threshold:.4g}", _sentence(g)) for g in gates]
        yield from _table(("gate", "verdict", "measured", "threshold", ""), rows)


def _sentence(gate: Gate) -> str:
    return clean(f"{gate.sentence} Overruled: {gate.reason}" if gate.reason else gate.sentence)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns side by side; the last one as long as it likes."""
    lines = [head, *([clean(cell) for cell in row] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head) - 1)]
    for line in lines:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]])
    yield ""
