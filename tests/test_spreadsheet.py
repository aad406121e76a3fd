"""Workbooks become documents as they are printed: formats, hidden places, merged cells, ink; and hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
import xlwt
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from collect.errors import NianbaoError, UnreadableError, UnsupportedError
from extract.inline import DRAWN
from extract.model import Document, Grid, Line
from extract.number_format import shown_number
from extract.read import read
from extract.sniff import XLS, XLSX, sniff
from nianbao.pipeline import read_reports


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (0, "General", "0"),
        (12, "G/通用格式", "12"),
        (4068.208, "General", "4068.208"),
        (1e15, "General", "1e+15"),
        (0.1 + 0.2, "General", "0.3"),
        (1234, "#,##0", "1,234"),
        (1234.5, "#,##0.00", "1,234.50"),
        (2.5, "0", "3"),  # a printed 3 over a stored 2.5
        (-2.5, "0", "-3"),
        (-0.4, "0", "0"),
        (0, "0;-0;;@", ""),  # hides zeros
        (5, "0;-0;;@", "5"),
        (-5, "0;-0;;@", "-5"),
        (-5, "0;(0)", "(5)"),
        (0, ";;;", ""),  # hides everything
        (0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "-"),  # the accounting format prints a dash for 0
        (1200, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', "1,200"),
        (12, '0"件"', "12件"),
        (12, "0件", "12件"),
        (12, '"约"0', "约12"),
        (0.125, "0%", "13%"),
        (0.125, "0.0%", "12.5%"),
        (7, "000", "007"),
        (0.5, "#.##", ".5"),
        (2.5, "0.0#", "2.5"),
        (3, "[红色]0", "3"),
        (3, "[$-804]0", "3"),
        (3, "0;[Red]-0", "3"),
        (3, "[>2]0;0", None),  # a condition
        (3, "yyyy-mm-dd", None),
        (3, "# ?/?", None),
        (3, "0.00E+00", None),
        # found by fuzzing: decimal arithmetic has 28 digits unless more are asked for, and no format shows what is no number
        (1e10, "0." + "0" * 20, "10000000000." + "0" * 20),
        (1234567890123456789012, "#,##0.00", "1,234,567,890,123,456,789,012.00"),
        (1e300, "0.00", None),
        (float("inf"), "General", None),
        (float("nan"), "0", None),
        (10**400, "0", None),
        (5, "0" * 400, None),
    ],
)
def test_a_number_shows_through_its_format(value: float, form: str, expected: str | None) -> None:
    assert shown_number(value, form) == expected


def document(fill: Callable[[Worksheet], object]) -> Document:
    """What is read of a workbook of one sheet."""
    book = Workbook()
    assert isinstance(book.active, Worksheet)
    fill(book.active)
    stream = io.BytesIO()
    book.save(stream)
    return read(stream.getvalue(), "table.xlsx")


def texts(found: Document) -> list[list[str]]:
    (grid,) = [block for block in found.blocks if isinstance(block, Grid)]
    return [[cell.text for cell in grid.cells if cell.row == row] for row in range(grid.rows)]


def sheet(*rows: list[object]) -> Callable[[Worksheet], None]:
    def fill(worksheet: Worksheet) -> None:
        for row in rows:
            worksheet.append(row)

    return fill


HEAD: list[object] = ["项目", "甲", "乙"]


def cell(value: object, **look: object) -> str:
    """What is read of a cell of that look."""

    def fill(worksheet: Worksheet) -> None:
        sheet(HEAD, ["行政许可", value, 3])(worksheet)
        for name, part in look.items():
            setattr(worksheet["B2"], name, part)

    return texts(document(fill))[1][1]


WHITE = Font(color="FFFFFFFF")


@pytest.mark.parametrize(
    ("value", "look", "expected"),
    [
        pytest.param(7, {}, "7", id="number"),
        pytest.param(None, {}, "", id="blank"),
        pytest.param("/", {}, "/", id="slash"),
        pytest.param("=1+1", {}, DRAWN, id="calculated, but no result saved"),
        pytest.param(7, {"font": WHITE}, DRAWN, id="white"),
        pytest.param(7, {"font": WHITE, "fill": PatternFill("solid", fgColor="FF003366")}, "7", id="white on blue"),
        pytest.param("合计", {"font": WHITE}, "合计", id="a white label"),
        pytest.param(7, {"font": Font(strike=True)}, "", id="struck out"),
        pytest.param(7, {"number_format": "[>2]0;0"}, DRAWN, id="a format that is not understood"),
        pytest.param(CellRichText(TextBlock(InlineFont(strike=True), "12"), "15"), {}, "15", id="struck out in part"),
        pytest.param(
            CellRichText("15", TextBlock(InlineFont(vertAlign="superscript"), "1")), {}, "15（1）", id="with a raised mark"
        ),
    ],
)
def test_a_cell_reads_as_it_shows(value: object, look: dict[str, object], expected: str) -> None:
    assert cell(value, **look) == expected


def test_hidden_rows_columns_and_sheets_are_not_printed() -> None:
    def fill(worksheet: Worksheet) -> None:
        sheet(["项目", "甲", "乙"], ["底稿", 8, 9], ["行政许可", 1, 2])(worksheet)
        worksheet.row_dimensions[2].hidden = True
        worksheet.column_dimensions["B"].hidden = True
        other = worksheet.parent.create_sheet("底稿")
        other.append(["项目", 5])
        other.sheet_state = "veryHidden"

    assert texts(document(fill)) == [["项目", "乙"], ["行政许可", "2"]]


def test_titles_paragraphs_and_tables_come_in_order_with_their_rows() -> None:
    def fill(worksheet: Worksheet) -> None:
        sheet(["年度报告"], [], ["项目", "件数"], ["许可", 4], [], ["说明：数据来自各科室。"], ["项目", "件数"], ["处罚", 5])(
            worksheet
        )
        worksheet.merge_cells("A1:B1")

    found = document(fill)
    shown = [
        (block.locus.line if block.locus else 0, block.text)
        if isinstance(block, Line)
        else [(c.locus.line if c.locus else 0, c.text) for c in block.cells]
        for block in found.blocks
    ]
    assert shown == [
        (1, "年度报告"),
        [(3, "项目"), (3, "件数"), (4, "许可"), (4, "4")],
        (6, "说明：数据来自各科室。"),
        [(7, "项目"), (7, "件数"), (8, "处罚"), (8, "5")],
    ]


def test_an_xls_reads_as_an_xlsx_does() -> None:
    book = xlwt.Workbook()
    first, hidden = book.add_sheet("表"), book.add_sheet("底稿")
    hidden.visibility = 1
    hidden.write(0, 0, "底稿")
    style = xlwt.easyxf("font: struck_out on")
    for row, values in enumerate([["年度报告"], ["项目", "甲", "乙"], ["许可", 1, 0], ["处罚", 2, 2.5], ["征收", 9, 8]]):
        for column, value in enumerate(values):
            first.write(row, column, value, *([style] if value == 9 else []))
    first.write(5, 0, "强制")
    first.write(5, 1, 0, xlwt.easyxf(num_format_str="0;-0;;@"))
    first.write(5, 2, "无")
    first.write_merge(6, 6, 0, 1, "合计")
    first.write(6, 2, 10)
    stream = io.BytesIO()
    book.save(stream)
    assert sniff(stream.getvalue()) == XLS
    found = read(stream.getvalue(), "table.xls")
    assert [block.text for block in found.blocks if isinstance(block, Line)] == ["年度报告"]
    expected = [
        ["项目", "甲", "乙"],
        ["许可", "1", "0"],
        ["处罚", "2", "2.5"],
        ["征收", "", "8"],
        ["强制", "", "无"],
        ["合计", "10"],
    ]
    assert texts(found) == expected


def repacked(**parts: bytes) -> bytes:
    """A small workbook with parts replaced (``xl__workbook_bin`` is xl/workbook.bin)."""
    book = Workbook()
    book.active.append(["项目", 1])  # type: ignore[union-attr]
    stream, packed = io.BytesIO(), io.BytesIO()
    book.save(stream)
    replaced = {".".join(name.replace("__", "/").rsplit("_", 1)): part for name, part in parts.items()}
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in replaced:
                target.writestr(name, source.read(name))
        for name, part in replaced.items():
            target.writestr(name, part)
    return packed.getvalue()


NS = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ENTITY = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
MERGED = b'<sheetData/><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
DAMAGED_STYLES = b"<styleSheet " + NS + b"><cellXfs count='x'><xf numFmtId='y'/></cellXfs></styleSheet>"
DAMAGED_XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le") + b"\0\0" + b"\xff" * 900


def with_sheet(content: bytes) -> bytes:
    return repacked(xl__worksheets__sheet1_xml=content)


def worksheet(inner: bytes, before: bytes = b"") -> bytes:
    return with_sheet(before + b"<worksheet " + NS + b">" + inner + b"</worksheet>")


@pytest.mark.parametrize(
    ("content", "error", "code"),
    [
        pytest.param(with_sheet(b"<worksheet"), UnreadableError, "unreadable.damaged", id="damaged"),
        pytest.param(worksheet(b"", ENTITY), UnreadableError, "unreadable.dtd", id="entity"),
        pytest.param(worksheet(MERGED), UnsupportedError, "unsupported.too_large", id="everything merged"),
        pytest.param(with_sheet(b" " * 31_000_000), UnsupportedError, "unsupported.too_large", id="bomb"),
        pytest.param(worksheet(b"<sheetData/>"), UnreadableError, "unreadable.empty", id="empty"),
        pytest.param(repacked(xl__workbook_bin=b"\0"), UnsupportedError, "unsupported", id="binary"),
        pytest.param(repacked(xl__styles_xml=DAMAGED_STYLES), UnreadableError, "unreadable.damaged", id="damaged styles"),
        pytest.param(DAMAGED_XLS, UnreadableError, "unreadable.damaged", id="damaged xls"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, error: type[NianbaoError], code: str) -> None:
    with pytest.raises(error) as raised:
        read(content, "table.xlsx")
    assert raised.value.reason == code


def test_a_workbook_that_is_no_report_is_none() -> None:
    book = Workbook()
    book.active.append(["部门", "预算数"])  # type: ignore[union-attr]
    book.active.append(["教育局", 120])  # type: ignore[union-attr]
    stream = io.BytesIO()
    book.save(stream)
    assert sniff(stream.getvalue()) == XLSX
    with pytest.raises(NianbaoError) as raised:
        read_reports(stream.getvalue(), "budget.xlsx")
    assert raised.value.code == "not_a_report"
