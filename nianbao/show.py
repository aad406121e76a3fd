"""Reports in the terminal: the official tables as printed, findings, and the closing summary of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import click
import regex
from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from nianbao.panels import Panel, panels
from normalize.forms import Form
from normalize.model import CellKey, Severity, State, Verdict

VERDICT_LABELS = {
    Verdict.VERIFIED: ("verified 核实", "bold green"),
    Verdict.INCONSISTENT: ("inconsistent 勾稽不符", "bold red"),
    Verdict.REVIEW: ("review 待人工核对", "bold yellow"),
    Verdict.PROSE: ("prose 仅文字", "bold blue"),
}
SEVERITY_LABELS = {
    Severity.FAULT: ("fault 不符", "red"),
    Severity.DOUBT: ("doubt 存疑", "yellow"),
    Severity.HINT: ("hint 提示", "cyan"),
    Severity.NOTE: ("note 备注", "dim"),
}
SCOPE_LABELS = {"own_office": "own_office 本机关", "jurisdiction": "jurisdiction 本行政区域", "": "（未说明 not stated）"}
_BLANKS = {State.BLANK: ("空白", "blue"), State.MISSING: ("缺失", "magenta")}
_UNPRINTABLE = regex.compile(r"[\p{Cc}\p{Cs}\p{Bidi_Control}]")


@dataclass(frozen=True, slots=True)
class Figure:
    """A cell as a table shows it."""

    value: Decimal | None
    printed: str
    state: State
    marked: Severity | None = None
    """The gravest finding that names the cell."""

    @property
    def text(self) -> Text:
        """What is printed, and the number where that says something else."""
        if self.state in _BLANKS:
            word, style = _BLANKS[self.state]
            return Text(clean(self.printed) or word, style)
        number = "" if self.value is None else f"{self.value:f}"
        printed = clean(self.printed)
        if self.state is State.REPAIRED:
            return Text(f"{number} ← {printed or '空白'}", "bold cyan")
        shown = number if printed in {"", number} else f"{number} ({printed})"
        style = SEVERITY_LABELS[self.marked][1] if self.marked in {Severity.FAULT, Severity.DOUBT} else ""
        return Text(shown, style)


def clean(text: str) -> str:
    """One line without control characters: what a document prints may not command the terminal."""
    return str(_UNPRINTABLE.sub("\ufffd", " ".join(text.split())))


def official_tables(form: Form, figures: Mapping[CellKey, Figure]) -> Iterator[RenderableType]:
    """The form's tables that have any of the ``figures``, as printed."""
    for panel in panels(form, figures):
        yield _panel_table(panel, figures)
        yield Text("")


def _panel_table(panel: Panel, figures: Mapping[CellKey, Figure]) -> Table:
    table = plain_table(panel.table.title if panel.first else "")
    table.add_column("", overflow="fold")
    for column in panel.columns:
        table.add_column(column.label.leaf, justify="right", overflow="fold")
    for line in panel.lines:
        label = Text("  " * line.depth + line.label, "" if line.row else "dim")
        if line.row is None:
            table.add_row(label)
        else:
            found = (figures.get(CellKey(panel.table.key, line.row.key, key)) for key in line.row.columns)
            table.add_row(label, *(figure.text if figure else Text("") for figure in found))
    return table


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding as a list shows it."""

    severity: Severity
    rule: str
    message: str
    cells: tuple[str, ...] = ()
    expected: str = ""
    actual: str = ""


def findings_table(remarks: Iterable[Remark]) -> RenderableType:
    """Findings, the gravest first."""
    order = list(SEVERITY_LABELS)
    table = plain_table("发现 findings")
    for name in ("", "rule", "说明"):
        table.add_column(name, overflow="fold")
    alike: dict[tuple[Severity, str, str, str, str], list[str]] = {}
    for remark in sorted(remarks, key=lambda remark: order.index(remark.severity)):
        same = (remark.severity, remark.rule, remark.message, remark.expected, remark.actual)
        alike.setdefault(same, []).extend(remark.cells)
    for (severity, rule, message, expected, actual), cells in alike.items():
        word, style = SEVERITY_LABELS[severity]
        said = Text(clean(message))
        if expected or actual:
            said.append(f"（应为 {clean(expected) or '—'}，实为 {clean(actual) or '—'}）")
        if cells:
            said.append("\n" + " ".join(cells), "dim")
        table.add_row(Text(word, style), clean(rule), said)
    return table if table.row_count else Text("发现 findings: 无 none", "dim")


def plain_table(title: str = "") -> Table:
    """A table with a line under its head and nothing else drawn."""
    return Table(box=SIMPLE_HEAD, show_edge=False, title=title or None, title_justify="left", title_style="bold")


def gravest_severity(findings: Iterable[tuple[Severity, tuple[str, ...]]]) -> dict[str, Severity]:
    """For each cell that findings name, the severity of the gravest. Findings are (severity, cells)."""
    order = list(SEVERITY_LABELS)
    found: dict[str, Severity] = {}
    for severity, cells in sorted(findings, key=lambda finding: -order.index(finding[0])):
        found.update(dict.fromkeys(cells, severity))
    return found


def verdict_text(verdict: str) -> Text:
    """A verdict in its colour."""
    word, style = VERDICT_LABELS[Verdict(verdict)]
    return Text(word, style)


def facts_table(facts: Iterable[tuple[str, RenderableType]]) -> Table:
    """Names and values, side by side."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(name, Text(clean(value)) if isinstance(value, str) else value)
    return table


def terminal(*, stderr: bool = False) -> Console:
    """A console for standard output (or error). Where that is no terminal, lines are wide and plain."""
    # Without markup and emoji: [red] or :x: in a name is text.
    make = partial(Console, stderr=stderr, highlight=False, markup=False, emoji=False)
    console = make()
    return console if console.is_terminal else make(width=160, color_system=None)


def say(*parts: RenderableType) -> None:
    """Prints to standard output; in a file or pipe without the blanks that fill up a table's lines."""
    console = terminal()
    if console.is_terminal:
        console.print(*parts, sep="\n")
        return
    with console.capture() as captured:
        console.print(*parts, sep="\n")
    click.echo("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()), nl=False)
