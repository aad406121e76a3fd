"""One self-contained page that shows where every number of a document came from, and what was made of it."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files

from lxml.etree import _Element
from lxml.html import tostring

from collect.errors import NianbaoError
from extract.model import Document
from nianbao.marks import KIND_LABELS, STATE_LABELS, Kind, Mark, mark_id, marks, short_label
from nianbao.markup import E, sentence
from nianbao.panels import Panel, panels
from nianbao.sheets import sheets
from normalize.forms import forms
from normalize.model import Cell, CellKey, Finding, Report, Severity, State, Verdict

VERDICTS = {
    Verdict.VERIFIED: ("核实", "每个单元格都确切读出，勾稽关系成立。"),
    Verdict.INCONSISTENT: ("勾稽不符", "每个单元格都确切读出，但原文自身的数字互相矛盾。"),
    Verdict.REVIEW: ("待人工核对", "有内容未能确切读出，请对照原件。"),
    Verdict.PROSE: ("仅文字", "报告没有印出表格，只有文字。"),
}
SEVERITIES = {Severity.FAULT: "不符", Severity.DOUBT: "存疑", Severity.HINT: "提示", Severity.NOTE: "备注"}
_OUTCOMES = {"holds": "相符", "fails": "不符", "not_assessable": "无法核对"}


def inspect_page(
    name: str,
    content: bytes,
    document: Document,
    reports: Sequence[Report],
    error: NianbaoError | None = None,
    *,
    digest: str = "",
) -> str:
    """The page, as HTML text.

    It works offline and runs no script but its own; whatever the document prints stands in it as text.

    Args:
        name: the document's name.
        content: its bytes, for the pictures of its pages.
        document: what is printed in it.
        reports: what was made of that.
        error: why there are no reports, if there are none.
        digest: SHA-256 of the document, where it is more than these bytes: a page with its pictures.
    """
    found = marks(document, reports)
    side = E.aside(*_notice(error), *(part for number, report in enumerate(reports) for part in _report(number, report)))
    side.append(_legend(found, reports))
    main = E.main(E.section({"class": "sheets", "lang": "zh"}, *sheets(document, found, content)), side)
    body = E.body(_header(name, content, document, reports, digest), main, E.div({"id": "tip", "hidden": "hidden"}))
    body.extend(_tables(number, report, found) for number, report in enumerate(reports) if report.cells)
    body.append(_footer(document))
    return _assemble(name, body)


def _assemble(name: str, body: _Element) -> str:
    style, script = (files(__package__).joinpath(file).read_text("utf-8") for file in ("inspect.css", "inspect.js"))
    digest = base64.b64encode(sha256(script.encode()).digest()).decode("ascii")
    # Should anything of the document ever get past the escaping, the browser still will not run or fetch it.
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    head = E.head(
        E.meta({"charset": "utf-8"}),
        E.meta({"http-equiv": "Content-Security-Policy", "content": policy}),
        E.meta({"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        E.title(f"{name} · 年报检视"),
        E.style(style),
    )
    body.append(E.script(script))
    return str(tostring(E.html({"lang": "zh-CN"}, head, body), doctype="<!DOCTYPE html>", encoding="unicode"))


def _header(name: str, content: bytes, document: Document, reports: Sequence[Report], digest: str) -> _Element:
    title = next((report.identity.title for report in reports if report.identity.title), "") or name
    facts = [name, document.media_type, f"{len(document.pages)} 页" if document.pages else "", f"{len(content):,} 字节"]
    return E.header(
        E.p({"class": "brand"}, "年报检视"),
        E.h1(title),
        E.p({"class": "facts"}, "　·　".join(filter(None, facts))),
        E.p({"class": "facts hash"}, f"SHA-256 {digest or sha256(content).hexdigest()}"),
    )


def _notice(error: NianbaoError | None) -> Iterator[_Element]:
    if error is not None:
        yield E.section(
            {"class": "card rejected"},
            E.p({"class": "verdict rejected"}, "未收录"),
            E.p(error.message),
            E.p({"class": "quiet"}, error.advice),
        )


def _report(number: int, report: Report) -> Iterator[_Element]:
    identity, tally = report.identity, report.tally
    word, meaning = VERDICTS[report.verdict]
    states = Counter(cell.state for cell in report.cells)
    facts = [
        ("机关", identity.agency or "未识别"),
        ("年度", str(identity.year or "未识别")),
        ("表式", report.form or "无表"),
        ("单元格", "，".join(f"{STATE_LABELS[state]} {states[state]}" for state in STATE_LABELS if states[state]) or "无"),
        ("数字", f"见 {tally.seen} = 用 {tally.used} + 忽略 {tally.ignored} + 未决 {tally.in_findings}"),
    ]
    if identity.period:
        facts.append(("统计期", identity.period))
    yield E.section(
        {"class": "card"},
        E.p({"class": f"verdict {report.verdict}"}, word),
        E.p({"class": "quiet"}, meaning),
        E.dl(*(part for term, value in facts for part in (E.dt(term), E.dd(value)))),
    )
    yield E.section({"class": "card", "id": f"findings-{number}"}, E.h2("发现"), *_findings(number, report))
    if report.checks:
        yield E.section({"class": "card"}, E.h2("勾稽关系"), *_checks(number, report))


def _findings(number: int, report: Report) -> Iterator[_Element]:
    if not report.findings:
        yield E.p({"class": "quiet"}, "没有。")
        return
    order = list(SEVERITIES)
    alike: dict[Finding, list[str]] = {}
    for finding in sorted(report.findings, key=lambda finding: order.index(finding.severity)):
        alike.setdefault(replace(finding, cells=()), []).extend(finding.cells)
    yield E.ol({"class": "findings"}, *(_finding(number, report, finding, cells) for finding, cells in alike.items()))


def _finding(number: int, report: Report, finding: Finding, cells: Sequence[str]) -> _Element:
    """One finding, or several that say the same of different cells."""
    item = E.li(
        {"class": finding.severity.value},
        E.span({"class": "severity"}, SEVERITIES[finding.severity]),
        E.code(finding.rule),
        sentence(finding.message),
    )
    if finding.expected or finding.actual:
        item.append(E.p({"class": "quiet"}, f"应为 {finding.expected or '—'}，实为 {finding.actual or '—'}"))
    if cells:
        item.append(E.p({"class": "links"}, *_links(number, report, cells)))
    return item


def _links(number: int, report: Report, names: Sequence[str]) -> Iterator[_Element]:
    """Links to cells by name; the same name stands in two forms where a report mixes them."""
    for name in names:
        cells = [cell for cell in report.cells if str(cell.key) == name]
        if not cells:
            yield E.span(name)
        for cell in cells:
            yield E.a({"href": f"#{mark_id(number, cell)}", "class": "goto", "title": name}, short_label(cell) or name)


def _checks(number: int, report: Report) -> Iterator[_Element]:
    counts = Counter(check.outcome for check in report.checks)
    yield E.p("　".join(f"{word} {counts[outcome]}" for outcome, word in _OUTCOMES.items() if counts[outcome]))
    for outcome in ("fails", "not_assessable"):
        chosen = [check for check in report.checks if check.outcome == outcome]
        if chosen:
            listed = E.ul({"class": "checks"})
            for check in chosen:
                told = check.message or f"应为 {check.expected}，实为 {check.actual}"
                links = E.span({"class": "links"}, *_links(number, report, check.cells))
                listed.append(E.li(E.code(check.rule), sentence(told), links))
            yield E.details(E.summary(f"{_OUTCOMES[outcome]}（{len(chosen)}）"), listed)


def _legend(found: Sequence[Mark], reports: Sequence[Report]) -> _Element:
    counts = Counter(mark.kind for mark in found)
    unplaced = sum(cell.box is None and cell.locus is None for report in reports for cell in report.cells)
    listed = E.ul({"class": "legend"})
    for kind in Kind:
        swatch = E.span({"class": f"swatch {kind}"})
        listed.append(E.li(swatch, E.span(KIND_LABELS[kind]), E.span({"class": "count"}, str(counts[kind]))))
    listed.append(
        E.li(
            E.span({"class": "swatch missing"}), E.span("缺失（表上有，原文无处可指）"), E.span({"class": "count"}, str(unplaced))
        )
    )
    return E.section({"class": "card"}, E.h2("图例"), listed, E.p({"class": "quiet"}, "指向或点选方框，即见该数的去处。"))


def _tables(number: int, report: Report, found: Sequence[Mark]) -> _Element:
    """The report's cells in the order of the official form, each linked to its place on the page."""
    by_id = {mark.id: mark for mark in found}
    section = E.section({"class": "aligned"}, E.h2(f"按表式对齐 · {report.identity.agency} {report.identity.year or ''}"))
    for form in forms().values():
        cells = {cell.key: cell for cell in report.cells if cell.form == form.key}
        section.extend(_panel(number, panel, cells, by_id) for panel in panels(form, cells))
    return section


def _panel(number: int, panel: Panel, cells: dict[CellKey, Cell], by_id: dict[str, Mark]) -> _Element:
    table = E.table(E.tr(E.th(""), *(E.th({"title": column.key}, column.label.leaf) for column in panel.columns)))
    if panel.first:
        table.insert(0, E.caption(panel.table.title))
    for line in panel.lines:
        label = E.th({"class": "label", "style": f"padding-left:{0.6 + 1.1 * line.depth:.1f}em"}, line.label)
        row = E.tr(label) if line.row else E.tr({"class": "heading"}, label)
        for column in line.row.columns if line.row else ():
            cell = cells.get(CellKey(panel.table.key, line.row.key, column)) if line.row else None
            row.append(_aligned_cell(number, cell, by_id) if cell else E.td({"class": "absent"}))
        table.append(row)
    return table


def _aligned_cell(number: int, cell: Cell, by_id: dict[str, Mark]) -> _Element:
    identifier = mark_id(number, cell)
    mark = by_id.get(identifier)
    shown = f"{cell.value:f}" if cell.value is not None else "空白" if cell.state is State.BLANK else "缺失"
    kind = mark.kind.value if mark else "missing" if cell.state is State.MISSING else cell.state.value
    attributes = {"class": kind, "title": f"{cell.key}　原文：{cell.printed or '（空）'}　{cell.note}"}
    if mark is None:
        return E.td(attributes | {"id": identifier}, shown)
    return E.td(attributes, E.a({"href": f"#{identifier}", "class": "goto"}, shown))


def _footer(document: Document) -> _Element:
    notes = [f"{warning.code}：{warning.message}" for warning in document.warnings]
    if document.producer:
        notes.insert(0, f"制作软件：{document.producer}")
    return E.footer(*(E.p(note) for note in notes))
