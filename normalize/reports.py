"""Document -> reports: the whole of ``normalize`` in one function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import regex

from extract.model import Document
from normalize.assemble import Assembled, assemble
from normalize.authority.model import Evidence
from normalize.authority.resolve import resolve
from normalize.body import Body
from normalize.captions import of_others
from normalize.checks import check, findings_of
from normalize.forms import forms
from normalize.identity import identify
from normalize.leftovers import leftovers
from normalize.mentions import check_mentions, read_prose
from normalize.model import Finding, Identity, Report, RuleCheck, Section, Severity
from normalize.placing import TableReading
from normalize.recognise import recognise
from normalize.scope import scope_of
from normalize.settling import settled, settled_side_by_side
from normalize.side_by_side import years_in
from normalize.splitting import another_title, split_reports
from normalize.tables import read_tables
from normalize.unheaded import UNREAD
from normalize.unrecognised import prints_rows_beside, prints_unread_tables
from normalize.verdict import verdict_of


def normalize(document: Document, origin: str = "") -> tuple[Report, ...]:
    """The reports a document holds, most often one.

    ``origin`` is the path or URL the document came from, the last evidence for whose report it is.

    Raises:
        NotAReportError: it is something else; the error says what.
    """
    body = Body(document.blocks)
    parts = [(part, read_tables(part.blocks)) for part in split_reports(document, body)]
    recognise(document, sum(len(r.panels) for _, readings in parts for r in readings), origin, body)
    return tuple(
        report
        for part, readings in parts
        for report in _reports(part, body if part is document else Body(part.blocks), readings, origin)
    )


def _reports(part: Document, body: Body, readings: Sequence[TableReading], origin: str) -> list[Report]:
    """The report of a part, or one a year where its tables print several years side by side."""
    identity = identify(part, origin, body)
    if readings and (unsplit := another_title(part, body)):
        identity = replace(identity, findings=(*identity.findings, *unsplit))
    years = years_in(readings)
    if years == (None,):
        report = _report(part, body.chapters, identity, assemble(readings, identity.year), origin)
        return [settled(_with_leftovers(_with_captions(report, readings)))]
    # The tables name their years; what the prose around them says of a year is not about one of them.
    others = tuple(f for f in identity.findings if "year" not in f.rule)
    undated = identity.year if identity.year in years else None
    reports = []
    for year in filter(None, years):
        own = replace(identity, year=year, findings=others)
        reports.append(_report(part, body.chapters, own, assemble(readings, year, year, undated), origin))
    return settled_side_by_side(reports)


def _report(part: Document, chapters: tuple[Section, ...], identity: Identity, assembled: Assembled, origin: str) -> Report:
    prose = read_prose(chapters, assembled.form)
    agency = resolve(_evidence(part, identity, chapters, origin))
    preface = "\n".join(chapter.text for chapter in chapters if chapter.number == 0)
    identity = replace(identity, scope=scope_of(identity.scope, agency.agency, preface))
    cells = {cell.key: cell for cell in assembled.cells}
    checks: tuple[RuleCheck, ...] = check(forms()[assembled.form], cells) if assembled.form else ()
    findings = (
        *identity.findings,
        *assembled.findings,
        *findings_of(checks),
        *prose.findings,
        *check_mentions(prose.mentions, cells, identity.scope),
        *(_beside_tables(part) if assembled.cells else _no_table(part, identity)),
    )
    return Report(
        identity=identity,
        form=assembled.form,
        verdict=verdict_of(findings, has_cells=bool(assembled.cells)),
        cells=assembled.cells,
        extra_cells=assembled.extra_cells,
        sections=chapters,
        mentions=prose.mentions,
        findings=findings,
        checks=checks,
        ignored=assembled.ignored,
        tally=assembled.tally,
        agency=agency,
    )


def _with_captions(report: Report, readings: Sequence[TableReading]) -> Report:
    """The report in doubt where the line above a table gives it to another year or agency."""
    found = of_others(readings, report.identity, report.agency.agency if report.agency else None)
    if not found:
        return report
    findings = (*report.findings, *found)
    return replace(report, findings=findings, verdict=verdict_of(findings, has_cells=bool(report.cells)))


def _with_leftovers(report: Report) -> Report:
    """The report with what its text shows of another year or agency; hints, which no verdict depends on."""
    found = leftovers(report.sections, report.identity, report.agency) if report.agency else ()
    return replace(report, findings=(*report.findings, *found)) if found else report


def _evidence(part: Document, identity: Identity, chapters: Sequence[Section], origin: str) -> Evidence:
    """What the report says about its agency."""
    crumbs = [name for datum in part.metadata if datum.name == "breadcrumb" for name in regex.split(r"[>＞/»\\]+", datum.value)]
    return Evidence(
        printed=identity.agency,
        year=identity.year,
        names=(*identity.names, *filter(None, map(str.strip, crumbs))),
        text="\n".join((identity.title, *(chapter.text for chapter in chapters))),
        origin=origin,
        index_numbers=tuple(datum.value for datum in part.metadata if datum.name == "index_number"),
    )


def _beside_tables(part: Document) -> tuple[Finding, ...]:
    return (Finding("tables.unread", Severity.DOUBT, UNREAD),) if prints_rows_beside(part.blocks) else ()


def _no_table(part: Document, identity: Identity) -> tuple[Finding, ...]:
    """Since 2019 every report must print tables; one without has them as pictures, or lost them."""
    if prints_unread_tables(part.blocks):
        return (Finding("tables.unread", Severity.DOUBT, UNREAD),)
    if identity.year is not None and identity.year < min(f.from_year for f in forms().values()):
        return ()
    return (Finding("tables.absent", Severity.HINT, "the form's tables are not printed as text"),)
