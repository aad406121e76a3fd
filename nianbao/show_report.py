"""`nianbao show` and `nianbao status`: what the database holds, in the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rapidfuzz import fuzz, process
from rich.console import RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from nianbao.show import (
    SCOPE_LABELS,
    Figure,
    Remark,
    clean,
    facts_table,
    findings_table,
    gravest_severity,
    official_tables,
    plain_table,
    say,
    verdict_text,
)
from normalize.forms import forms
from normalize.model import Severity
from store.history import Stood, first_seen, reports_as_of
from store.load import Store
from store.query import ReportDetail, ReportSummary, agency_names, find_reports, report_detail, status

NOT_FOUND = 1
_SHOWN = 12
_LIKENESS = 50
"""Of 100, from which a name is worth suggesting."""


def show_report(store: Store, agency: str, year: int, as_of: str | None = None) -> int:
    """Prints the report of ``agency`` for ``year``, or the list of them; gives the exit code.

    ``as_of`` is a day: the report as it stood then.
    """
    stood = {each.report.id: each for each in reports_as_of(store, agency, year, as_of)} if as_of else {}
    found = tuple(each.report for each in stood.values()) if as_of else find_reports(store, agency, year)
    # A name typed in full means that agency, though it be part of others' names (洪泽区人民政府, …办公室).
    chosen = [summary for summary in found if summary.agency == agency] or list(found)
    if not chosen:
        seen = first_seen(store, agency, year) if as_of else None
        if seen is None:
            _suggest(store, agency, year)
        else:
            click.echo(f"error: No report of {clean(agency)} for {year} was known on {as_of}: found first on {seen}.", err=True)
        return NOT_FOUND
    if len(chosen) == 1:
        _print_detail(report_detail(store, chosen[0].id), stood.get(chosen[0].id))
    else:
        say(f"{len(chosen)} reports for {clean(agency)} {year}; name the agency in full:")
        say(_listing(chosen))
    return 0


def _suggest(store: Store, agency: str, year: int) -> None:
    others = find_reports(store, agency)
    if others:
        names = Counter(summary.agency for summary in others)
        years = sorted({str(summary.year or "?") for summary in others})
        advice = f"There are reports of {_some(list(names))} for {', '.join(years)}."
    else:
        known = agency_names(store)
        near = [name for name, *_ in process.extract(agency, known, scorer=fuzz.WRatio, limit=5, score_cutoff=_LIKENESS)]
        advice = f"Did you mean {' or '.join(map(clean, near))}?" if near else "`nianbao status` says what there is."
    click.echo(f"error: There is no report of {clean(agency)} for {year}. {advice}", err=True)


def _some(names: Sequence[str]) -> str:
    shown = "、".join(clean(name) for name in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def _listing(summaries: Sequence[ReportSummary]) -> Table:
    table = plain_table()
    for name in ("agency", "year", "form", "scope", "verdict", "document"):
        table.add_column(name, overflow="fold")
    for summary in summaries:
        table.add_row(
            clean(summary.agency),
            str(summary.year or ""),
            summary.form,
            summary.scope or "",
            verdict_text(summary.verdict),
            clean(summary.document),
        )
    return table


def _print_detail(detail: ReportDetail, stood: Stood | None) -> None:
    summary = detail.summary
    say(Rule(Text(clean(summary.title) or "（无标题）"), align="left", style="dim"))
    say(
        facts_table(
            [
                ("verdict", verdict_text(summary.verdict)),
                ("agency", summary.agency),
                ("year", str(summary.year or "")),
                ("form", summary.form or "（无表 none）"),
                ("scope", SCOPE_LABELS.get(summary.scope or "", SCOPE_LABELS[""])),
                ("cells", f"{summary.cells_found} of {summary.cells_expected}"),
                *(("stood", f"from {each.since} to {each.until or 'now'}") for each in (stood,) if each),
                *(("document", name) for name in detail.documents),
                *(("fetched", f"{fetched} from {clean(origin)} ({clean(record)})") for fetched, origin, record in detail.fetches),
                *detail.others,
                ("sha256", summary.sha256),
            ]
        )
    )
    remarks = [_remark(row) for row in detail.findings]
    gravest = gravest_severity((remark.severity, remark.cells) for remark in remarks)
    for form in forms().values():
        figures = {
            cell.key: Figure(cell.value, cell.printed, cell.state, gravest.get(str(cell.key)))
            for table in detail.tables
            if table.form == form.key
            for row in table.rows
            for cell in row.cells
            if cell is not None
        }
        if figures:
            say(Text(f"\n{form.title}", "bold underline"))
        for table in official_tables(form, figures):
            say(table)
    if detail.extra_cells:
        say(Text("表外自增 extra cells", "bold"))
        say(facts_table((clean(f"{e['row_label']} · {e['column_label']}"), str(e["printed"])) for e in detail.extra_cells))
    say(findings_table(remarks))


def _remark(row: Mapping[str, Any]) -> Remark:
    return Remark(
        Severity(row["severity"]), row["rule"], row["message"], tuple(row["cells"].split()), row["expected"], row["actual"]
    )


def show_status(store: Store) -> None:
    """Prints what the database holds."""
    state = status(store)
    failed_documents = sum(state.failures_by_reason.values())
    superseded = f" ({state.superseded} superseded)" if state.superseded else ""
    facts: list[tuple[str, RenderableType]] = [
        ("documents", str(state.documents)),
        ("reports", f"{state.reports}{superseded}"),
        ("cells", str(state.cells)),
        ("failures", str(failed_documents)),
    ]
    if state.last_run is not None:
        run = state.last_run
        facts.append(("last run", f"{run['started']} to {run['finished'] or '— (interrupted: ingest again to go on)'}"))
    say(facts_table(facts))
    verdicts = Text("  ").join(Text(f"{count} ").append_text(verdict_text(v)) for v, count in state.by_verdict.items())
    counts: list[tuple[str, RenderableType]] = [
        ("verdicts", verdicts),
        ("forms", _counts(state.by_form, "no table")),
        ("years", _counts(state.by_year, "unknown")),
        ("findings", _counts(state.findings_by_rule, "")),
        ("rejected", _counts(state.failures_by_reason, "")),
    ]
    say(facts_table((name, value) for name, value in counts if str(value)))
    for failed in state.failures[:_SHOWN]:
        say(Text(f"{clean(failed.document)}: {failed.reason}: {clean(failed.message)}", "dim"))
    if failed_documents > _SHOWN:
        say(Text(f"… and {failed_documents - _SHOWN} more: see the table failure", "dim"))


def _counts(counts: Mapping[Any, int], unnamed: str) -> str:
    return ", ".join(f"{clean(str(name or unnamed))}: {count}" for name, count in counts.items())
