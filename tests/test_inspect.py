"""What would be read from a file: in the terminal, and as a page that shows where every number came from."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
import regex
from lxml import html
from rich.console import Console

from collect.errors import NotAReportError
from extract.model import Box, Document, Grid, GridCell, Line, Locus, Page
from nianbao.inspect_html import inspect_page
from nianbao.inspect_text import document_text, report_text
from nianbao.marks import Kind, marks, short_label
from nianbao.panels import panels
from nianbao.pipeline import read_document, read_reports
from nianbao.sheets import page_pictures
from nianbao.show import Figure, Remark, clean, findings_table, gravest_severity
from normalize.forms import form_cells, forms
from normalize.model import Cell, CellKey, ExtraCell, Finding, Identity, Ignored, Report, Severity, State, Tally, Verdict
from tests.typesetter.compose import random_paper
from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.figures import Shape
from tests.typesetter.pdf import PdfStyle, print_pdf

TOTAL = CellKey("applications", "new", "total")
BUSINESS = CellKey("applications", "new", "business")
HOSTILE = "<script>alert(1)</script>\"'>&\x00\x1b[31m"


def cell(key: CellKey, printed: str, place: int | None = 1, state: State = State.PRINTED, **more: float) -> Cell:
    box = None if place is None else Box(1, 100.0 * place, 100, 100.0 * place + 90, 120)
    value = Decimal(printed) if printed else None
    return Cell("2021", key, value, printed, state, box=box, confidence=more.get("confidence", 1.0))


def made(*cells: Cell, findings: tuple[Finding, ...] = (), **more: object) -> Report:
    return replace(Report(Identity("标题", "某局", 2023), "2021", Verdict.REVIEW, cells, findings=findings), **more)  # type: ignore[arg-type] # fields by name


def drawn(*cells: tuple[str, int]) -> Document:
    """A page with one row of printed cells, each at a place."""
    grid = Grid(tuple(GridCell(0, place, text, box=Box(1, 100.0 * place, 100, 100.0 * place + 90, 120)) for text, place in cells))
    return Document("application/pdf", (Line("正文"), grid), (Page(1, 600, 800),))


def doubt(key: CellKey) -> Finding:
    return Finding("cells.doubtful", Severity.DOUBT, "look", (str(key),))


def fault(key: CellKey) -> Finding:
    return Finding("applications.balance", Severity.FAULT, "wrong", (str(key),))


@pytest.mark.parametrize(
    ("made_cell", "findings", "kind"),
    [
        (cell(TOTAL, "5"), (), Kind.PRINTED),
        (cell(TOTAL, "", state=State.BLANK), (), Kind.BLANK),
        (cell(TOTAL, "5"), (fault(TOTAL),), Kind.FAULT),
        (cell(TOTAL, "5"), (fault(TOTAL), doubt(TOTAL)), Kind.DOUBT),
        (cell(TOTAL, "5"), (fault(BUSINESS),), Kind.PRINTED),
        (cell(TOTAL, "5", confidence=0.6), (), Kind.DOUBT),
        (cell(TOTAL, "5", state=State.REPAIRED, confidence=0.6), (), Kind.REPAIRED),
        (cell(TOTAL, "5", confidence=0.6), (Finding("cells.confirmed", Severity.NOTE, "", (str(TOTAL),)),), Kind.PRINTED),
    ],
)
def test_what_a_cell_is_marked_as(made_cell: Cell, findings: tuple[Finding, ...], kind: Kind) -> None:
    (mark,) = marks(drawn(("5", 1)), [made(made_cell, findings=findings)])
    assert (mark.kind, mark.name, mark.id) == (kind, "applications.new.total", "r0-2021-applications.new.total")
    assert mark.label == "一、本年新收政府信息公开申请数量 · 总计"


def test_a_missing_cell_has_no_mark() -> None:
    assert marks(drawn(("5", 1)), [made(cell(TOTAL, "", None, State.MISSING))]) == ()


def test_numbers_that_became_no_cell_are_marked() -> None:
    document = drawn(("5", 1), ("17", 2), ("3", 3), ("3. 其他", 4), ("1234件", 5))
    report = made(cell(TOTAL, "5"), ignored=(Ignored("serial_number", "3"),))
    found = {mark.printed: (mark.kind, mark.note) for mark in marks(document, [report])[1:]}
    assert found == {"17": (Kind.UNPLACED, ""), "3": (Kind.IGNORED, "serial_number"), "1234件": (Kind.UNPLACED, "")}


def test_numbers_of_other_tables_are_left_alone() -> None:
    document = drawn(("5", 1))
    elsewhere = Grid((GridCell(0, 0, "99", box=Box(2, 0, 0, 10, 10)),))
    assert len(marks(replace(document, blocks=(*document.blocks, elsewhere)), [made(cell(TOTAL, "5"))])) == 1


def test_extra_cells_are_marked_with_the_agencys_labels() -> None:
    extra = ExtraCell("applications", "其中：重点", "总计", "8", Decimal(8), Box(1, 200, 100, 290, 120))
    mark = marks(drawn(("5", 1), ("8", 2)), [made(cell(TOTAL, "5"), extra_cells=(extra,))])[-1]
    assert (mark.kind, mark.label, mark.value) == (Kind.EXTRA, "其中：重点 · 总计", "8")


@pytest.mark.parametrize(
    ("form", "key", "label"),
    [
        ("2021", TOTAL, "一、本年新收政府信息公开申请数量 · 总计"),
        ("2019", CellKey("disclosure", "licensing", "items_change"), "行政许可 · 本年增/减"),
        ("2021", CellKey("no", "such", "cell"), ""),
    ],
)
def test_short_labels(form: str, key: CellKey, label: str) -> None:
    assert short_label(Cell(form, key, None, "", State.MISSING)) == label


@pytest.mark.parametrize("form", ["2014", "2019", "2021"])
def test_panels_hold_every_cell_once_in_order(form: str) -> None:
    expected = [cell.key for cell in forms()[form].cells()]
    found = [
        CellKey(panel.table.key, line.row.key, column)
        for panel in panels(forms()[form], set(expected))
        for line in panel.lines
        if line.row
        for column in line.row.columns
    ]
    assert found == expected


def test_panels_leave_out_rows_without_a_cell_and_their_headings() -> None:
    """A hybrid report has its rows in two forms."""
    (panel,) = panels(forms()["2019"], {CellKey("applications", "other", "total")})
    assert [line.label for line in panel.lines] == ["三、本年度办理结果", "（六）其他处理"]
    assert panel.first
    (panel,) = panels(forms()["2014"], {CellKey("statistics", "responses.web_interviews", "count")})
    assert [line.label for line in panel.lines] == ["（二）通过不同渠道和方式回应解读的情况", "2.政府网站在线访谈次数"]


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Figure(Decimal(5), "5", State.PRINTED), "5"),
        (Figure(Decimal("25.1"), "251000元", State.PRINTED), "25.1 (251000元)"),
        (Figure(None, "", State.BLANK), "空白"),
        (Figure(None, "/", State.BLANK), "/"),
        (Figure(None, "", State.MISSING), "缺失"),
        (Figure(Decimal("1E+3"), "1000", State.PRINTED), "1000"),
    ],
)
def test_figures_keep_blank_zero_and_missing_apart(figure: Figure, text: str) -> None:
    assert figure.text.plain == text


def test_what_a_document_prints_does_not_command_the_terminal() -> None:
    assert clean("a\x1b[31mb\n c\u202ed") == "a\ufffd[31mb c\ufffdd"


def test_equal_findings_are_one_line() -> None:
    remarks = [Remark(Severity.NOTE, "cell.blank", "printed blank", (name,)) for name in ("a.b.c", "a.b.d")]
    console = Console(width=100)
    with console.capture() as captured:
        console.print(findings_table([*remarks, Remark(Severity.FAULT, "x", "gravest", expected="2", actual="1")]))
    said = captured.get()
    assert said.count("printed blank") == 1
    assert "a.b.c a.b.d" in said
    assert said.index("gravest") < said.index("printed blank")
    assert "应为 2，实为 1" in said


def test_the_gravest_finding_counts() -> None:
    findings = [(Severity.FAULT, ("a", "b")), (Severity.NOTE, ("a", "c")), (Severity.DOUBT, ("b",))]
    assert gravest_severity(findings) == {"a": Severity.FAULT, "b": Severity.FAULT, "c": Severity.NOTE}


def parsed(source: str) -> Any:
    return html.fromstring(source)


def page_of(document: Document, *reports: Report, name: str = "某局.pdf", error: NotAReportError | None = None) -> Any:
    return parsed(inspect_page(name, b"no pdf", document, reports, error))


def test_hostile_text_stays_text() -> None:
    key, grid_text = TOTAL, HOSTILE
    printed = cell(key, "5")._replace(printed=HOSTILE, note=HOSTILE)
    report = made(printed, findings=(Finding(HOSTILE, Severity.FAULT, HOSTILE, (str(key), HOSTILE), HOSTILE, HOSTILE),))
    report = replace(report, identity=Identity(HOSTILE, HOSTILE, 2023, HOSTILE))
    document = replace(drawn((grid_text, 1)), producer=HOSTILE, media_type="text/html", pages=())
    source = inspect_page(HOSTILE, b"", document, [report])
    page = parsed(source)
    assert len(page.xpath("//script")) == 1  # the page's own
    assert not page.xpath("//@*[starts-with(name(), 'on')]")
    assert "alert(1)" in page.xpath("string(//h1)")
    assert "\x00" not in source
    assert "\x1b" not in source


def test_the_page_is_self_contained_and_runs_nothing_else() -> None:
    page = page_of(drawn(("5", 1)), made(cell(TOTAL, "5")))
    (policy,) = page.xpath("//meta[@http-equiv]/@content")
    script = page.xpath("string(//script)")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy == f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    addresses = page.xpath("//@src | //@href")
    assert all(address.startswith(("#", "data:image/png;base64,")) for address in addresses)
    assert not regex.search(r"url\(|@import", page.xpath("string(//style)"))


def test_findings_link_to_the_cells_on_the_page() -> None:
    document = Document("text/html", (Grid((GridCell(0, 0, "5", locus=Locus(3, 2)),)),))
    report = made(cell(TOTAL, "5", None)._replace(locus=Locus(3, 2)), findings=(fault(TOTAL),))
    page = page_of(document, report)
    (link,) = page.xpath("//ol[@class='findings']//a")
    assert link.text == "一、本年新收政府信息公开申请数量 · 总计"
    (target,) = page.xpath(f"//*[@id='{link.get('href')[1:]}']")
    assert (target.tag, target.text, target.get("class"), target.get("data-name")) == (
        "td",
        "5",
        "mark fault",
        "applications.new.total",
    )


def test_grids_are_redrawn_with_their_spans() -> None:
    cells = (GridCell(0, 0, "标签", rowspan=2), GridCell(0, 1, "甲", colspan=2), GridCell(1, 1, "1"), GridCell(1, 2, "2"))
    page = page_of(Document("text/html", (Line("前言"), Grid(cells))))
    table = page.xpath("//table[contains(@class, 'grid')]")[0]
    assert [[td.text for td in tr] for tr in table.xpath(".//tr")] == [["标签", "甲"], ["1", "2"]]
    assert [table.xpath("string(.//td[1]/@rowspan)"), table.xpath("string(.//td[2]/@colspan)")] == ["2", "2"]
    assert "前言" in page.xpath("string(//*[@class='paper'])")


def test_a_rejected_document_is_shown_with_its_reason() -> None:
    page = page_of(drawn(("5", 1)), error=NotAReportError("这是预算。"))
    assert "未收录" in page.xpath("string(//aside)")
    assert "这是预算。" in page.xpath("string(//aside)")


def test_every_cell_of_a_real_pdf_is_drawn_where_it_is_printed() -> None:
    paper = random_paper("2021", Shape(scale="small"), Random(7))
    content = print_pdf(paper, PdfStyle(), Random(7))
    document, reports = read_document(content, "a.pdf"), read_reports(content, "a.pdf")
    page = parsed(inspect_page("a.pdf", content, document, reports))
    drawn_cells = {mark.get("data-name"): mark for mark in page.xpath("//*[@class='page']/a[@data-name!='']")}
    assert len(drawn_cells) == len(paper.figures) == 200
    for key, figure in paper.figures.items():
        assert Decimal(drawn_cells[str(key)].get("data-value")) == figure.value
    assert all(source.startswith("data:image/png;base64,") for source in page.xpath("//figure//img/@src"))
    assert len(page.xpath("//figure//img")) == len(document.pages)
    lefts = [float(regex.search(r"left:([\d.]+)%", mark.get("style"))[1]) for mark in drawn_cells.values()]
    assert all(0 <= left <= 100 for left in lefts)
    aligned = page.xpath("//*[@class='aligned']//td/a/@href")
    assert len(aligned) == 200


def test_every_cell_of_a_docx_is_marked_in_the_redrawn_tables() -> None:
    content = print_docx(random_paper("2019", Shape(), Random(3)), DocxStyle(), Random(3))
    document, reports = read_document(content, "a.docx"), read_reports(content, "a.docx")
    page = parsed(inspect_page("a.docx", content, document, reports))
    names = page.xpath("//*[@class='paper']//td[contains(@class, 'mark')]/@data-name")
    assert sorted(names) == sorted(str(key) for form, key in form_cells() if form == "2019")


def test_pictures_of_what_is_no_pdf_are_left_out() -> None:
    assert page_pictures(b"no pdf", [Page(1, 100, 100)]) == {}


def test_report_in_the_terminal() -> None:
    report = made(
        cell(TOTAL, "5"),
        cell(BUSINESS, "", state=State.BLANK),
        findings=(fault(TOTAL),),
        tally=Tally(3, 1, 1, 1),
        extra_cells=(ExtraCell("applications", "其中：重点", "总计", "8", Decimal(8)),),
    )
    console = Console(width=140)
    with console.capture() as captured:
        console.print(document_text(drawn(("5", 1))), report_text(report))
    said = captured.get()
    for expected in (
        "application/pdf",
        "review 待人工核对",
        "某局",
        "2023",
        "收到和处理政府信息公开申请情况",
        "空白",
        "applications.balance",
    ):
        assert expected in said
    assert "3 seen = 1 used + 1 ignored + 1 in findings" in said
    assert "其中：重点 · 总计" in said
    assert "主动公开政府信息情况" not in said  # it has no cell of that table
