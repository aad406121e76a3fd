"""A report of the database as a ``Report``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from collect.errors import ConfigurationError
from extract.model import Box, Locus
from nianbao.report import Extra, Figure, Report
from normalize.model import CellKey, Finding, Mention, Section, Severity
from store.history import reports_as_of
from store.load import Store
from store.query import ReportDetail, ReportSummary, find_reports, report_detail
from store.read import StoredCell, cells_of
from store.schema import document, report

__all__ = ["stored_report"]


def stored_report(store: Store, agency: str, year: int, scope: str | None = None, as_of: str | None = None) -> Report:
    """See ``nianbao.Database.report``."""
    if as_of:
        found = [each.report for each in reports_as_of(store, agency, year, as_of)]
    else:
        found = list(find_reports(store, agency, year))
    # A name typed in full means that agency, though it be part of others' names.
    chosen = [each for each in found if each.agency == agency] or found
    chosen = [each for each in chosen if scope is None or each.scope == scope]
    if not chosen:
        raise ConfigurationError(f"There is no report of {agency} for {year}.", advice=_known(store, agency))
    if len(chosen) > 1:
        told = "; ".join(f"{each.agency} ({each.scope or 'scope not stated'}, {each.document})" for each in chosen[:8])
        raise ConfigurationError(
            f"{agency} {year} fits {len(chosen)} reports: {told}.", advice="Name the agency in full, or give the scope."
        )
    return _report(store, chosen[0])


def _known(store: Store, agency: str) -> str:
    others = find_reports(store, agency)
    if not others:
        return "Database.agencies() lists whose reports there are."
    years = ", ".join(sorted({str(each.year or "?") for each in others}))
    return f"There are reports of {'、'.join(sorted({each.agency for each in others})[:5])} for {years}."


def _report(store: Store, summary: ReportSummary) -> Report:
    detail: ReportDetail = report_detail(store, summary.id)
    with store.reading() as connection:
        cells = cells_of(store, connection, [summary.id])[summary.id]
        names = select(document.c.sha256).join(report, report.c.document_id == document.c.id).where(report.c.id == summary.id)
        digest = connection.scalar(names) or ""
    return Report(
        agency=summary.agency,
        year=summary.year,
        form=summary.form,
        verdict=summary.verdict,
        scope=summary.scope,
        title=summary.title,
        period=detail.period,
        published=detail.published,
        document=summary.document,
        sha256=digest,
        report_id=summary.id,
        figures=tuple(map(figure, cells)),
        notes=tuple(map(_finding, detail.findings)),
        prose=tuple(Section(part["number"], part["heading"], part["text"]) for part in detail.sections),
        stated=tuple(map(_mention, detail.mentions)),
        extras=tuple(Extra(*(e[name] for name in Extra._fields)) for e in detail.extra_cells),
    )


def figure(cell: StoredCell) -> Figure:
    """A cell of the database."""
    box: Box | None = cell.place.box
    locus: Locus | None = cell.place.locus
    return Figure(cell.form, cell.key, cell.value, cell.printed, cell.state, cell.note, cell.confidence, box, locus)


def _finding(row: Mapping[str, Any]) -> Finding:
    cells = tuple(row["cells"].split())
    return Finding(row["rule"], Severity(row["severity"]), row["message"], cells, row["expected"], row["actual"])


def _mention(row: Mapping[str, Any]) -> Mention:
    return Mention(
        metric=row["metric"],
        value=row["value"],
        unit=row["unit"],
        sentence=row["sentence"],
        section=row["section"],
        key=CellKey.named(row["cell"]) if row["cell"] else None,
        section_ordinal=row["section_ordinal"] or 0,
        start=row["start"] or 0,
        stop=row["stop"] or 0,
        kind=row["kind"],
        approximate=bool(row["approximate"]),
        negated=bool(row["negated"]),
        whose=row["whose"],
        qualifier=row["qualifier"],
        whole=row["whole"],
        base=row["base"],
        sentence_start=row["sentence_start"] or 0,
    )
