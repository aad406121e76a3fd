"""What would be read from one file, for the terminal: form, identity, verdict, tables, findings, checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from collect.errors import ConfigurationError, NianbaoError
from collect.model import Source
from extract.model import Document, Grid
from nianbao.inspect_html import inspect_page
from nianbao.pipeline import read, read_document
from nianbao.reading import evidence_of_origin
from nianbao.show import (
    SCOPE_LABELS,
    Figure,
    Remark,
    clean,
    facts_table,
    findings_table,
    gravest_severity,
    official_tables,
    say,
    verdict_text,
)
from normalize.authority.model import Resolution
from normalize.forms import forms
from normalize.model import CellKey, Report


def inspect_file(source: Source, output: Path | None = None) -> None:
    """Prints what would be read from a source; with ``output``, writes the page as well.

    Raises:
        NianbaoError: it cannot be read, or is no such report. The page is written all the same if it can be read.
    """
    try:
        reading = read(source.content, source.document, evidence_of_origin(source), source.shown)
    except NianbaoError as error:
        if output is not None:
            document = read_document(source.content, source.document, source.shown)
            _write(output, inspect_page(source.document, source.content, document, (), error, digest=source.sha256))
        raise
    say(document_text(reading.document))
    for report in reading.reports:
        say(report_text(report))
    if output is not None:
        page = inspect_page(source.document, source.content, reading.document, reading.reports, digest=source.sha256)
        _write(output, page)
        say(f"Page written to {output}")


def _write(output: Path, page: str) -> None:
    try:
        output.write_text(page, "utf-8")
    except OSError as error:
        raise ConfigurationError(f"{output} cannot be written ({error.strerror}).", advice="Give another --html path.") from error


def document_text(document: Document) -> RenderableType:
    """The document's own facts."""
    grids = sum(isinstance(block, Grid) for block in document.blocks)
    facts: list[tuple[str, RenderableType]] = [
        ("format", document.media_type),
        ("pages", str(len(document.pages) or "—")),
        ("blocks", f"{len(document.blocks) - grids} lines, {grids} tables"),
    ]
    if document.producer:
        facts.append(("producer", document.producer))
    facts.extend(("warning", f"{warning.code}: {warning.message}") for warning in document.warnings)
    return facts_table(facts)


def report_text(report: Report) -> RenderableType:
    """One report in full."""
    return Group(*_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    yield Rule(clean(report.identity.title) or "（无标题 no title）", align="left", style="dim")
    yield facts_table(_identity(report))
    for form in forms().values():
        figures = figures_of(report, form.key)
        if figures:
            yield Text(f"\n{form.title}", "bold underline")
            yield from official_tables(form, figures)
    if report.extra_cells:
        yield Text("表外自增 extra cells", "bold")
        yield facts_table((f"{clean(e.row_label)} · {clean(e.column_label)}", e.printed) for e in report.extra_cells)
    yield findings_table(Remark(f.severity, f.rule, f.message, f.cells, f.expected, f.actual) for f in report.findings)
    yield _checks(report)


def _identity(report: Report) -> list[tuple[str, RenderableType]]:
    identity, tally = report.identity, report.tally
    states = Counter(cell.state for cell in report.cells)
    return [
        ("verdict", verdict_text(report.verdict)),
        ("agency", identity.agency or "（未识别 not found）"),
        ("that is", _meant(report.agency)),
        ("year", str(identity.year or "（未识别 not found）")),
        ("form", report.form or "（无表 none）"),
        ("scope", SCOPE_LABELS[identity.scope or ""]),
        ("period", identity.period or "—"),
        ("published", identity.published or "—"),
        ("cells", ", ".join(f"{count} {state}" for state, count in states.items()) or "none"),
        ("numbers", f"{tally.seen} seen = {tally.used} used + {tally.ignored} ignored + {tally.in_findings} in findings"),
    ]


def _meant(resolution: Resolution | None) -> str:
    """The canonical agency, or what the printed name may mean."""
    if resolution is None:
        return "—"
    if resolution.agency is not None:
        agency = resolution.agency
        return f"{clean(agency.name)}（{agency.region_code or agency.level}, {agency.kind}; by {resolution.basis}）"
    candidates = "、".join(clean(each.name) for each in resolution.candidates[:4])
    return f"undecided 未定: {resolution.reason}" + (f"; {candidates}" if candidates else "")


def figures_of(report: Report, form: str) -> dict[CellKey, Figure]:
    """The report's cells of one form."""
    gravest = gravest_severity((finding.severity, finding.cells) for finding in report.findings)
    return {
        cell.key: Figure(cell.value, cell.printed, cell.state, gravest.get(str(cell.key)))
        for cell in report.cells
        if cell.form == form
    }


def _checks(report: Report) -> RenderableType:
    if not report.checks:
        return Text("勾稽 checks: 无 none", "dim")
    outcomes = Counter((check.rule, check.outcome) for check in report.checks)
    rules = dict.fromkeys(check.rule for check in report.checks)
    words = {"holds": "holds 相符", "fails": "fails 不符", "not_assessable": "not assessable 无法核对"}
    lines = [
        (rule, ", ".join(f"{outcomes[rule, outcome]} {word}" for outcome, word in words.items() if outcomes[rule, outcome]))
        for rule in rules
    ]
    return Group(Text("勾稽 checks", "bold"), facts_table(lines))
