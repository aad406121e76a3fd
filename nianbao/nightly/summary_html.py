"""The summary as one self-contained page: no script, nothing fetched, all of it text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files

from lxml.etree import _Element
from lxml.html import tostring

from nianbao.markup import E, Part
from nianbao.nightly.gates import Gate
from nianbao.nightly.summary import NightSummary, SourceLine
from nianbao.nightly.summary_text import MARKS, counted, said_of, shown, total
from store.night_facts import Changed

CHANGES = 200
REJECTED = 500
"""So many of them are shown; the JSON has all."""
_VERDICTS = {
    "verified": "verified 核实",
    "inconsistent": "inconsistent 勾稽不符",
    "review": "review 待人工核对",
    "prose": "prose 仅文字",
}


def as_html(summary: NightSummary) -> str:
    """The page, as HTML text."""
    style = files(__package__).joinpath("night.css").read_text("utf-8")
    # Should anything of a document ever get past the escaping, the browser still will not run or fetch it.
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = E.head(
        E.meta({"charset": "utf-8"}),
        E.meta({"http-equiv": "Content-Security-Policy", "content": policy}),
        E.meta({"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        E.title(f"{summary.outcome} · {summary.night} · Nianbao"),
        E.style(style),
    )
    body = E.body(_header(summary), E.main(*_sections(summary)))
    return str(tostring(E.html({"lang": "en"}, head, body), doctype="<!DOCTYPE html>", encoding="unicode"))


def _header(summary: NightSummary) -> _Element:
    at = summary.published
    facts = [f"Night of {summary.night}", f"ended {summary.finished}", f"exit code {summary.exit_code}"]
    parts: list[Part] = [
        E.p({"class": "brand"}, "年报 · the night"),
        E.h1({"class": summary.outcome}, summary.headline),
        E.p({"class": "facts"}, "　·　".join(facts)),
    ]
    if summary.resumed:
        parts.append(E.p({"class": "facts"}, f"Broken off before; gone on with at {', '.join(summary.resumed)}."))
    if at is not None:
        made = at.stamp.published or "an unknown time"
        parts.append(
            E.p({"class": "facts"}, f"Published: {at.path}, made {made}, {at.size:,} bytes; {summary.copies} former copies")
        )
        parts.append(E.p({"class": "facts hash"}, f"SHA-256 {at.sha256 or 'not noted'}"))
    if summary.candidate:
        parts.append(E.p({"class": "facts"}, f"Not published: {summary.candidate}"))
    return E.header(*parts)


def _sections(summary: NightSummary) -> Iterator[_Element]:
    if summary.events:
        lines = [E.li({"class": "bad" if event.code else ""}, event.sentence) for event in summary.events]
        yield E.section(E.h2("What to look at"), E.ul(*lines))
    yield E.section(
        E.h2("Reports"),
        _table(("", "came in", "in all"), [(label, *_two(summary, key)) for key, label in _VERDICTS.items()], numbers=(1, 2)),
    )
    if summary.gates:
        yield E.section(E.h2("Gates"), _gates(summary.gates))
    yield E.section(E.h2("Sources"), _sources(summary.sources) if summary.sources else E.p("No source was due."))
    vanished = [(line.source, url) for line in summary.sources for url in line.vanished_addresses]
    if vanished:
        yield E.section(E.h2("Vanished"), _table(("source", "address"), vanished))
    if summary.changes:
        yield E.section(E.h2(f"Changed reports ({len(summary.changes)})"), *map(_change, summary.changes[:CHANGES]))
    if summary.rejected:
        rows = [(each.reason, each.origin or each.document, each.message) for each in summary.rejected[:REJECTED]]
        yield E.section(
            E.h2(f"Documents that gave no report ({len(summary.rejected)})"), _table(("reason", "document", "why"), rows)
        )
    steps = [(step.step, step.state, f"{step.seconds:.1f}", step.sentence) for step in summary.steps]
    yield E.section(E.h2("Steps"), _table(("step", "state", "seconds", ""), steps, numbers=(2,)))


def _two(summary: NightSummary, verdict: str) -> tuple[str, str]:
    return str(summary.arrived.get(verdict, 0)), str(summary.verdicts.get(verdict, 0))


def _gates(gates: Sequence[Gate]) -> _Element:
    rows = [
        E.tr(
            {"class": str(gate.verdict)},
            E.th(gate.name),
            E.td(MARKS[gate.verdict]),
            E.td({"class": "number"}, f"{gate.measured:.4g}"),
            E.td({"class": "number"}, f"{gate.threshold:.4g}"),
            E.td(gate.sentence, *([E.p({"class": "reason"}, f"Overruled: {gate.reason}")] if gate.reason else [])),
        )
        for gate in gates
    ]
    return _drawn(("gate", "verdict", "measured", "threshold", ""), rows)


def _sources(lines: Sequence[SourceLine]) -> _Element:
    head = ("source", "state", "asked", "unchanged", "holds", "new", "changed", "vanished", "refused", "rejected", "reports in")
    rows = [_source(line, is_total=False) for line in lines]
    return _drawn((*head, "seconds"), [*rows, _source(total(lines), is_total=True)])


def _source(line: SourceLine, *, is_total: bool) -> _Element:
    numbers = (line.requests, line.unchanged, line.documents, line.new, line.changed, line.vanished)
    said: list[Part] = [line.source]
    if line.title:
        said.append(E.p({"class": "reason"}, line.title))
    if line.alarm or line.error:
        said.append(E.p({"class": "reason bad"}, line.alarm or line.error))
    return E.tr(
        {"class": "total" if is_total else "alarm" if line.alarm else ""},
        E.th(*said),
        E.td(line.state),
        *(E.td({"class": "number"}, f"{number:,}") for number in numbers),
        *(E.td(_counted(each)) for each in (line.refused, line.rejected, line.verdicts)),
        E.td({"class": "number"}, f"{line.seconds:,.0f}"),
    )


def _counted(numbers: Mapping[str, int]) -> str:
    return counted(numbers) if any(numbers.values()) else ""


def _change(change: Changed) -> _Element:
    title = f"{change.agency} {change.year or ''}: {said_of(change)}"
    parts: list[Part] = [E.h3(title), E.p({"class": "facts"}, change.origin or change.document)]
    if change.cells:
        rows = [(cell.cell, shown(cell.old), shown(cell.new)) for cell in change.cells]
        parts.append(_table(("cell", "was", "is"), rows))
    if change.count > len(change.cells):
        parts.append(E.p({"class": "facts"}, f"and {change.count - len(change.cells)} more cells"))
    return E.div(*parts)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> _Element:
    drawn = [
        E.tr(
            E.th(row[0]),
            *(E.td({"class": "number"} if place in numbers else {}, cell) for place, cell in enumerate(row[1:], 1)),
        )
        for row in rows
    ]
    return _drawn(head, drawn)


def _drawn(head: Sequence[str], rows: Sequence[_Element]) -> _Element:
    return E.div({"class": "scroll"}, E.table(E.thead(E.tr(*(E.th(each) for each in head))), E.tbody(*rows)))
