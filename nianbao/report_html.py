"""A report as a notebook shows it: the official tables as printed, states marked, findings below. No script, all text escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files

from lxml.etree import _Element
from lxml.html import tostring

from nianbao.markup import E, sentence
from nianbao.panels import Panel, PanelLine, panels
from nianbao.report import Figure, Report, printed_forms
from nianbao.show import SCOPE_LABELS, SEVERITY_LABELS, VERDICT_LABELS, gravest_severity
from normalize.model import CellKey, Finding, Severity, State, Verdict
from store.values import figure_text

_FOLDED = {Severity.NOTE, Severity.HINT}
"""Findings that change no verdict; they are folded away, since a report may have hundreds of blanks."""


def report_html(report: Report) -> str:
    """An HTML fragment: one ``div`` with its style."""
    gravest = gravest_severity((note.severity, note.cells) for note in report.notes)
    body = E.div({"class": "nianbao", "lang": "zh-CN"}, E.style(_style()), *_head(report))
    for form, cells in printed_forms(report):
        body.append(E.h4(form.title))
        body.extend(E.div({"class": "scroll"}, _panel(panel, cells, gravest)) for panel in panels(form, cells))
    if report.extras:
        body.append(E.h4("表外自增 extra cells"))
        body.append(E.ul(*(E.li(f"{e.row_label} · {e.column_label}：{e.printed}") for e in report.extras)))
    body.extend(_findings(report))
    if report.prose:
        body.append(_prose(report))
    return str(tostring(body, encoding="unicode"))


@cache
def _style() -> str:
    return files(__package__).joinpath("report.css").read_text("utf-8")


def _head(report: Report) -> Iterator[_Element]:
    word, _ = VERDICT_LABELS[Verdict(report.verdict)]
    yield E.h3(report.title or "（无标题）")
    badge = E.span({"class": f"badge {report.verdict}"}, word)
    facts = [
        report.agency or "机关未识别",
        str(report.year or "年度未识别"),
        f"form {report.form}" if report.form else "无表 no table",
        SCOPE_LABELS.get(report.scope or "", SCOPE_LABELS[""]),
        f"published {report.published}" if report.published else "",
    ]
    yield E.p(badge, E.span("　·　".join(filter(None, facts))))
    yield E.p({"class": "facts"}, "　".join(filter(None, (report.document, f"SHA-256 {report.sha256}" if report.sha256 else ""))))


def _panel(panel: Panel, cells: Mapping[CellKey, Figure], gravest: Mapping[str, Severity]) -> _Element:
    table = E.table()
    if panel.first:
        table.append(E.caption(panel.table.title))
    table.append(E.thead(E.tr(E.th(""), *(E.th({"scope": "col", "title": c.key}, c.label.leaf) for c in panel.columns))))
    table.append(E.tbody(*(_line(panel, line, cells, gravest) for line in panel.lines)))
    return table


def _line(panel: Panel, line: PanelLine, cells: Mapping[CellKey, Figure], gravest: Mapping[str, Severity]) -> _Element:
    label = {"scope": "row", "style": f"padding-left:{0.5 + 1.1 * line.depth:.1f}em"}
    if line.row is None:
        return E.tr({"class": "heading"}, E.th({**label, "colspan": str(len(panel.columns) + 1)}, line.label))
    keys = [CellKey(panel.table.key, line.row.key, column) for column in line.row.columns]
    return E.tr(E.th(label, line.label), *(_cell(key, cells.get(key), gravest.get(str(key))) for key in keys))


def _cell(key: CellKey, figure: Figure | None, severity: Severity | None) -> _Element:
    if figure is None:
        return E.td({"class": "absent"})
    marked = severity.value if severity in {Severity.FAULT, Severity.DOUBT} else ""
    told = [f"{key}", f"原文 {figure.printed or '（空）'}", figure.note, _place(figure)]
    state = "" if figure.state is State.PRINTED else figure.state.value
    classes = " ".join(filter(None, (state, marked)))
    return E.td({"class": classes, "title": "　".join(filter(None, told))}, _shown(figure))


def _shown(figure: Figure) -> str:
    """The number; what is printed instead of one; or the word for the lack of both."""
    if figure.state is State.BLANK:
        return figure.printed or "空白"
    if figure.value is None:
        return figure.printed or "缺失"
    number = figure_text(figure.value)
    return f"{number} ← {figure.printed or '空白'}" if figure.state is State.REPAIRED else number


def _place(figure: Figure) -> str:
    if figure.box is not None:
        return f"第 {figure.box.page} 页"
    return f"第 {figure.locus.line} 行" if figure.locus is not None else ""


def _findings(report: Report) -> Iterator[_Element]:
    alike: dict[Finding, list[str]] = {}
    order = list(SEVERITY_LABELS)
    for note in sorted(report.notes, key=lambda note: order.index(note.severity)):
        alike.setdefault(replace(note, cells=()), []).extend(note.cells)
    shown = [_finding(note, cells) for note, cells in alike.items() if note.severity not in _FOLDED]
    folded = [_finding(note, cells) for note, cells in alike.items() if note.severity in _FOLDED]
    yield E.h4("发现 findings" if alike else "发现 findings：无 none")
    if shown:
        yield E.ul(*shown)
    if folded:
        yield E.details(E.summary(f"备注与提示 notes and hints（{len(folded)}）"), E.ul(*folded))


def _finding(note: Finding, cells: list[str]) -> _Element:
    item = E.li({"class": note.severity.value}, SEVERITY_LABELS[note.severity][0], " ", E.code(note.rule), sentence(note.message))
    if note.expected or note.actual:
        item.append(E.p({"class": "facts"}, f"应为 {note.expected or '—'}，实为 {note.actual or '—'}"))
    if cells:
        item.append(E.p(E.code(" ".join(cells))))
    return item


def _prose(report: Report) -> _Element:
    parts = [part for each in report.prose for part in (each.heading, *each.text.split("\n")) if part]
    return E.details(E.summary(f"文字 prose（{len(report.prose)}）"), *(E.p(part) for part in parts))
