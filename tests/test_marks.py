"""Marks that are no part of a number: what is struck out, and small raised digits. In every format."""

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from extract.docx import read_docx
from extract.glyphs import rows_of
from extract.html import read_html
from extract.model import Grid
from extract.pdf import read_pdf
from extract.sheet import Glyph, Rule
from extract.struck import without_struck
from tests.test_docx import p, package, tbl, tc

ROWS = [
    ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数"),
    ("规章", "3", "1", "12"),
    ("行政规范性文件", "7", "0", "25"),
]


def texts(document):
    (grid,) = [block for block in document.blocks if isinstance(block, Grid)]
    return [cell.text for cell in grid.cells]


def struck(document):
    return [warning.message for warning in document.warnings if warning.code == "struck_out_text"]


def page(change, at="12"):
    rows = "".join("<tr>" + "".join(f"<td>{change if c == at else c}</td>" for c in row) + "</tr>" for row in ROWS)
    return f"<html><body><p>二、主动公开政府信息情况</p><table border=1>{rows}</table></body></html>".encode()


@pytest.mark.parametrize(
    "mark",
    [
        "<del>96</del>",
        "<s>96</s>",
        "<strike>9</strike><del>6</del>",
        '<span style="text-decoration: line-through">96</span>',
        '<span style="color:red;text-decoration-line:underline line-through">96</span>',
    ],
)
def test_struck_out_text_of_a_page_is_left_out_and_named(mark):
    for change in (f"{mark}12", f"12{mark}"):
        document = read_html(page(change))
        assert texts(document) == [cell for row in ROWS for cell in row]
        assert struck(document) in [
            ["1 texts that are struck out were left out: 96"],
            ["2 texts that are struck out were left out: 9、6"],
        ]


def test_a_page_that_is_struck_out_as_a_whole_is_read():
    document = read_html(page("12").replace(b"<table", b"<s><table").replace(b"</table>", b"</table></s>"))
    assert texts(document) == [cell for row in ROWS for cell in row]
    assert struck(document) == []


def test_underlined_text_is_not_struck_out():
    assert "9612" in texts(read_html(page('<span style="text-decoration:underline">96</span>12')))


@pytest.mark.parametrize("switch", ["<w:strike/>", "<w:dstrike/>", '<w:strike w:val="true"/>'])
def test_struck_out_text_of_a_word_file_is_left_out_and_named(switch):
    old = f"<w:r><w:rPr>{switch}</w:rPr><w:t>96</w:t></w:r>"
    rows = [[tc(p(old, cell) if cell == "12" else cell) for cell in row] for row in ROWS]
    document = read_docx(package(tbl(*rows) + p(old)))
    assert texts(document) == [cell for row in ROWS for cell in row]
    assert struck(document) == ["2 texts that are struck out were left out: 96、96"]
    assert "9612" in texts(
        read_docx(
            package(
                tbl(*[[tc(p(old.replace(switch, '<w:strike w:val="0"/>'), c) if c == "12" else c) for c in row] for row in ROWS])
            )
        )
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("12<sup>1</sup>", "12（1）"),
        ("<sup>1</sup>12", "（1）12"),
        ("<sup>1</sup>", "（1）"),
        ("12<sup>[1]</sup>", "12（1）"),
        ("m<sup>2</sup>", "m2"),
    ],
)
def test_a_raised_digit_never_joins_a_number_nor_stands_for_one(change, expected):
    assert expected in texts(read_html(page(change)))


def line(*pieces, top=100.0):
    """Glyphs side by side: (text, size, rise)."""
    glyphs, x = [], 50.0
    for order, (text, size, rise) in enumerate(pieces):
        width = 0.5 * size * len(text)
        edges = (
            tuple(e for i in range(len(text)) for e in (x + 0.5 * size * i, x + 0.5 * size * (i + 1))) if len(text) > 1 else ()
        )
        bottom = top + 10 - rise
        glyphs.append(Glyph(text, x, bottom - size, x + width, bottom, size, 0, order, edges))
        x += width
    return glyphs


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([("12", 10, 0), ("1", 6, 3.5)], "12（1）"),
        ([("12", 10, 0), ("12", 6.5, 0)], "12（12）"),
        ([("1", 6, 3.5), ("12", 10, 0)], "（1）12"),
        ([("12", 10, 0), ("1", 9, 0)], "121"),
        ([("12", 10, 0), ("件", 6, 0)], "12件"),
        ([("第", 10, 0), ("1", 6, 0), ("条", 10, 0)], "第1条"),
    ],
)
def test_digits_of_another_size_are_a_footnote_mark(pieces, expected):
    assert [row.text for row in rows_of(line(*pieces), cell=True)] == [expected]


@pytest.mark.parametrize(
    ("rule", "left", "gone"),
    [
        (Rule(True, 105.5, 50, 60), "13", ["36"]),
        (Rule(True, 105.5, 50.5, 60.8), "13", ["36"]),
        (Rule(True, 110.2, 50, 60), "3613", []),  # an underline
        (Rule(True, 105.5, 40, 90), "3613", []),  # a rule of the page, whatever it runs through
        (Rule(False, 55, 100, 110), "3613", []),
        (Rule(True, 105.5, 50, 70), "", ["3613"]),
    ],
)
def test_a_line_through_the_middle_strikes_out_what_it_begins_and_ends_with(rule, left, gone):
    glyphs, texts_gone = without_struck(line(("3613", 10, 0)), [rule])
    assert ("".join(glyph.text for glyph in glyphs), texts_gone) == (left, gone)


def test_struck_out_and_raised_digits_of_a_pdf(tmp_path):
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    path = tmp_path / "marks.pdf"
    canvas = Canvas(str(path), pagesize=(500, 300))
    for r, row in enumerate(ROWS):
        for c, text in enumerate(row):
            x, y = 40 + 100 * c, 240 - 30 * r
            canvas.rect(x, y, 100, 30)
            canvas.setFont("STSong-Light", 10)
            canvas.drawString(x + 5, y + 10, text)
    canvas.setFont("STSong-Light", 6)
    canvas.drawString(40 + 300 + 5 + 10.5, 240 - 30 + 14, "1")  # beside the 12
    canvas.setFont("STSong-Light", 10)
    width = canvas.stringWidth("96", "STSong-Light", 10)
    canvas.drawString(40 + 100 + 5 + 6, 240 - 60 + 10, "96")  # beside the 7
    canvas.line(151, 193.5, 151 + width, 193.5)
    canvas.save()
    document = read_pdf(path.read_bytes())
    assert texts(document) == [*ROWS[0], "规章", "3", "1", "12（1）", "行政规范性文件", "7", "0", "25"]
    assert struck(document) == ["1 texts that are struck out were left out: 96"]
