"""A report in the terminal: what ``Report.show()`` prints outside a notebook."""

from __future__ import annotations

from rich.console import RenderableType
from rich.rule import Rule
from rich.text import Text

from nianbao.report import Report, printed_forms
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


def print_report(report: Report) -> None:
    """Print identity, official tables and findings."""
    say(Rule(Text(clean(report.title) or "（无标题）"), align="left", style="dim"))
    facts: list[tuple[str, RenderableType]] = [
        ("verdict", verdict_text(report.verdict)),
        ("agency", report.agency),
        ("year", str(report.year or "")),
        ("form", report.form or "（无表 none）"),
        ("scope", SCOPE_LABELS.get(report.scope or "", SCOPE_LABELS[""])),
        ("document", report.document),
        ("sha256", report.sha256),
    ]
    say(facts_table(facts))
    gravest = gravest_severity((note.severity, note.cells) for note in report.notes)
    for form, cells in printed_forms(report):
        say(Text(f"\n{form.title}", "bold underline"))
        figures = {key: Figure(c.value, c.printed, c.state, gravest.get(str(key))) for key, c in cells.items()}
        for table in official_tables(form, figures):
            say(table)
    if report.extras:
        say(Text("表外自增 extra cells", "bold"))
        say(facts_table((f"{each.row_label} · {each.column_label}", each.printed) for each in report.extras))
    say(findings_table(Remark(f.severity, f.rule, f.message, f.cells, f.expected, f.actual) for f in report.notes))
