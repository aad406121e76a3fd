"""What is written in a cell and does not show, and what shows and is not written: in pages and Word documents."""

from __future__ import annotations

import pytest

from extract.html import read_html
from extract.inline import DRAWN
from extract.model import Grid
from tests.test_docx import p, read, tbl, tc

ROWS = "".join(f"<tr><td>行政许可事项{n}</td><td>{n}</td><td>0</td></tr>" for n in range(9))


def shown(cell: str, head: str = "", *, attributes: str = "") -> str:
    """What is read of a cell of a table with figures, in a page with that head."""
    row = f"<tr><td>行政处罚决定</td><td {attributes}>{cell}</td><td>0</td></tr>"
    page = f"<html><head>{head}</head><body><table>{row}{ROWS}</table>"
    (grid,) = [block for block in read_html(page.encode()).blocks if isinstance(block, Grid)]
    return grid.cells[1].text


@pytest.mark.parametrize(
    "style",
    [
        "color:#fff",
        "color: WHITE",
        "color:rgb(255, 255, 255)",
        "color:transparent",
        "font-size:0",
        "font-size: 0px",
        "opacity:0",
        "opacity:0.0",
        "position:absolute;left:-9999px",
        "position:absolute;clip:rect(0,0,0,0)",
        "position:absolute;clip:rect(1px, 1px, 1px, 1px)",
        "text-indent:-999em;display:inline-block",
        "display:inline-block;width:0;overflow:hidden",
        "transform:scale(0)",
        "visibility:collapse",
        "text-decoration:line-through",
        pytest.param(f"position:absolute;left:-{'9' * 5_000}px", id="more digits than Python makes a number of"),
    ],
)
def test_text_that_does_not_show_is_no_part_of_a_number(style: str) -> None:
    assert shown(f'1<span style="{style}">7</span>') == "1"
    assert shown('1<i class="q">7</i>', f"<style>.w td .q, .none{{{style}}}</style>") == "17"  # no such ancestor
    assert shown('1<i class="q">7</i>', f"<style>/* x */ td .q , .none {{ {style} }}</style>") == "1"
    assert shown('1<i class="q">7</i>', f"<style>@media print{{.q{{{style}}}}}</style>") == "17"
    assert shown('1<i class="q">7</i>', f"<style>@media screen{{.q{{{style}}}}}</style>") == "1"


@pytest.mark.parametrize(
    ("cell", "attributes", "expected"),
    [
        pytest.param('<font color="#FFFFFF">7</font>', "", DRAWN, id="white alone: blank, or on a ground that a sheet gives"),
        pytest.param('<font color="#FFFFFF">7</font>', 'bgcolor="#003366"', "7", id="white on blue"),
        pytest.param('1<font color="#FFFFFF">7</font>', 'style="background:navy"', "17", id="white and black on blue"),
        pytest.param('<span style="color:#fff;background-color:#123">7</span>', "", "7", id="white on its own ground"),
        pytest.param("1<ruby>2<rt>7</rt></ruby>", "", "12", id="explained above"),
        pytest.param('<img src="d7.png">', "", DRAWN, id="a digit as a picture"),
        pytest.param('<img src="d7.png" alt="7">', "", DRAWN, id="what a picture is said to show"),
        pytest.param('<img src="/images/spacer.gif">', "", "", id="a spacer"),
        pytest.param('<img src="a.gif" width="1" height="20">', "", "", id="a thin picture"),
        pytest.param('12<img src="icon.png">', "", "12", id="a picture beside a number"),
        pytest.param('<svg width="20"><text>7</text></svg>', "", DRAWN, id="a drawing"),
        pytest.param("1<svg><path/></svg>2", "", "12", id="a drawing beside a number"),
        pytest.param('<iframe src="a" width="0"></iframe>', "", "", id="a frame without width"),
        pytest.param("<select><option>3<option selected>5</select>", "", "3\n5", id="a choice: two numbers, so neither"),
        pytest.param('<bdo dir="rtl">12</bdo>', "", f"{DRAWN}12", id="set from right to left"),
        pytest.param("\u202e12\u202c", "", "\u202e12", id="the same by a character"),
        pytest.param("\u202d12\u202c", "", "12", id="set from left to right"),
        pytest.param('<b style="direction:rtl;unicode-bidi:bidi-override">12</b>', "", f"{DRAWN}12", id="the same by style"),
        pytest.param(
            '2<span style="position:relative;top:-4.0pt;mso-text-raise:4.0pt">1</span>', "", "2（1）", id="raised by Word"
        ),
        pytest.param('2<span style="position:relative;top:-1.0pt">1</span>', "", "21", id="hardly raised"),
        pytest.param('2<span style="vertical-align:5px">1</span>', "", "2（1）", id="raised by length"),
        pytest.param(
            '<div style="font-size:0"><span style="font-size:14px">12</span></div>', "", "12", id="size given back within"
        ),
    ],
)
def test_what_shows_is_read(cell: str, attributes: str, expected: str) -> None:
    assert shown(cell, attributes=attributes) == expected


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        pytest.param('.d:before{content:"3"}', DRAWN, id="drawn before"),
        pytest.param('.d::after{content:"3"}', DRAWN, id="drawn after"),
        pytest.param('.d:before{content:""}', "", id="draws nothing"),
        pytest.param(".d{display:none}.d{display:inline}", "", id="the last holds"),
        pytest.param(".d:hover{display:none}", "", id="a state"),
        pytest.param(".d{{{", "", id="broken"),
    ],
)
def test_what_a_sheet_draws_is_no_blank(sheet: str, expected: str) -> None:
    assert shown('<i class="d"></i>', f"<style>{sheet}</style>") == expected


def word_cell(inner: str, properties: str = "") -> str:
    """What is read of the second cell of a row in Word."""
    document = read(tbl([tc("行政处罚决定"), tc(p(inner), properties)], [tc("行政强制决定"), tc("1")]))
    (grid,) = [block for block in document.blocks if isinstance(block, Grid)]
    return grid.cells[1].text


def run(text: str, look: str) -> str:
    return f"<w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r>"


PLAIN, PICTURE = run("2", ""), "<w:r><w:drawing/></w:r>"
CHOSEN = '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:ddList/></w:ffData></w:fldChar></w:r>'


@pytest.mark.parametrize(
    ("inner", "properties", "expected"),
    [
        pytest.param(PLAIN + run("1", '<w:position w:val="12"/>'), "", "2（1）", id="raised six points"),
        pytest.param(PLAIN + run("1", '<w:position w:val="-12"/>'), "", "2（1）", id="lowered"),
        pytest.param(PLAIN + run("1", '<w:position w:val="2"/>'), "", "21", id="hardly raised"),
        pytest.param(PLAIN + run("1", '<w:color w:val="FFFFFF"/>'), "", f"2{DRAWN}", id="white"),
        pytest.param(run("1", '<w:color w:val="ffffff"/>'), '<w:shd w:fill="1F4E79"/>', "1", id="white on a shade"),
        pytest.param(run("1", '<w:color w:val="FFFFFF"/><w:highlight w:val="black"/>'), "", "1", id="white, marked black"),
        pytest.param(run("合计", '<w:color w:val="FFFFFF"/>'), "", "合计", id="a white label"),
        pytest.param('<w:r><w:sym w:font="宋体" w:char="0037"/></w:r>', "", "7", id="a digit as a symbol"),
        pytest.param('<w:r><w:sym w:font="Wingdings" w:char="F08C"/></w:r>', "", DRAWN, id="a symbol of a symbol font"),
        pytest.param('<w:r><w:sym w:font="宋体"/></w:r>', "", DRAWN, id="a symbol without a code"),
        pytest.param(PICTURE, "", DRAWN, id="a picture alone"),
        pytest.param(CHOSEN, "", DRAWN, id="chosen from a list"),
        pytest.param(PLAIN + PICTURE, "", "2", id="a picture beside a number"),
    ],
)
def test_a_run_in_word_reads_as_it_shows(inner: str, properties: str, expected: str) -> None:
    assert word_cell(inner, properties) == expected
