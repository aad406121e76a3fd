"""The closing summary of a batch, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nianbao.counts import Summary
from nianbao.show import SEVERITY_LABELS, VERDICT_LABELS, clean, facts_table, plain_table
from normalize.model import Severity


def summary_text(summary: Summary) -> RenderableType:
    """What became of the batch: documents, verdicts, cells, findings by rule, failures with reasons, time."""
    return Group(*_parts(summary))


def _parts(summary: Summary) -> Iterator[RenderableType]:
    yield facts_table(_facts(summary))
    if summary.findings:
        yield _findings(summary)
    if summary.failures:
        yield _failures(summary)
    if summary.interrupted:
        yield Text("Interrupted. What is loaded stays; run the same command again to go on.", "bold yellow")


def _facts(summary: Summary) -> Iterator[tuple[str, RenderableType]]:
    known = f" ({summary.known} known already)" if summary.known else ""
    yield "documents", f"{summary.documents}{known}"
    total = sum(summary.verdicts.values())
    verdicts = Text(f"{total}", "bold")
    for verdict, (word, style) in VERDICT_LABELS.items():
        if summary.verdicts[verdict]:
            verdicts.append(f"  {summary.verdicts[verdict]} ").append(word, style)
    yield "reports", verdicts
    if summary.rejected:
        yield "rejected", Text(f"{summary.rejected} documents", "bold red")
    missing = f", {summary.missing} missing" if summary.missing else ""
    yield "cells", f"{summary.cells} read{missing}"
    if summary.skipped:
        yield "passed over", ", ".join(f"{count} {rule}" for rule, count in sorted(summary.skipped.items()))
    yield "seconds", f"{summary.seconds:.1f}"


def _findings(summary: Summary) -> Table:
    table = plain_table("findings by rule")
    table.add_column("rule")
    table.add_column("severity")
    table.add_column("findings", justify="right")
    order = list(SEVERITY_LABELS)
    for (severity, rule), count in sorted(
        summary.findings.items(), key=lambda item: (order.index(Severity(item[0][0])), -item[1], item[0][1])
    ):
        word, style = SEVERITY_LABELS[Severity(severity)]
        table.add_row(clean(rule), Text(word, style), str(count))
    return table


def _failures(summary: Summary) -> Table:
    table = plain_table("rejected documents by reason")
    table.add_column("reason")
    table.add_column("documents", justify="right")
    table.add_column("for example", overflow="fold")
    for reason, count in summary.failures.most_common():
        document, message = summary.examples[reason]
        table.add_row(clean(reason), str(count), Text(f"{clean(document)}: {clean(message)}"))
    return table
