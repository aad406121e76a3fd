"""Word documents, written part by part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

import docx
import pytest

from collect.errors import UnreadableError, UnsupportedError
from extract.docx import read_docx
from extract.inline import DRAWN
from extract.model import Document, Grid, Line, LineRole, Link, Locus, Metadatum

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="urn:wps" xmlns:v="urn:v" xmlns:r="urn:r"'
)
RELATION = '<Relationship Id="{0}" Type="urn:x/{1}" Target="{2}"{3}/>'


def package(body: str, *, namespaces: str = NAMESPACES, relations: str = "", prolog: str = "", **parts: str) -> bytes:
    """A DOCX of a body and further parts (``header1="..."`` becomes word/header1.xml)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"{prolog}<w:document {namespaces}><w:body>{body}</w:body></w:document>")
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{relations}</Relationships>")
        for name, text in parts.items():
            archive.writestr(f"word/{name}.xml", text)
    return buffer.getvalue()


def read(body: str, **options: str) -> Document:
    return read_docx(package(body, **options))


def p(*texts: str, properties: str = "") -> str:
    runs = "".join(text if text.startswith("<") else f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>' for text in texts)
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def tc(text: str = "", properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{text if text.startswith('<') else p(text)}</w:tc>"


def tbl(*rows: Iterable[str], widths: tuple[int, ...] = ()) -> str:
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    body = "".join("<w:tr>" + "".join(row) + "</w:tr>" for row in rows)
    return f"<w:tbl><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"


def lines(document: Document, role: LineRole = LineRole.BODY) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Line) and block.role is role]


def drawn(document: Document) -> list[str]:
    (grid,) = [block for block in document.blocks if isinstance(block, Grid)]
    return [f"{c.row},{c.column} {c.rowspan}x{c.colspan} {c.text}" for c in grid.cells]


CONTROL = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
RESTART, GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def span(columns: int) -> str:
    return f'<w:gridSpan w:val="{columns}"/>'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            tbl([tc("a", RESTART), tc("b")], [tc("", GOES_ON), tc("c")], [tc("", '<w:vMerge w:val="continue"/>'), tc("d")]),
            ["0,0 3x1 a", "0,1 1x1 b", "1,1 1x1 c", "2,1 1x1 d"],
            id="vMerge",
        ),
        pytest.param(
            tbl([tc("a", span(2) + RESTART), tc("b")], [tc("", span(2) + GOES_ON), tc("c")], [tc("d"), tc("e"), tc("f")]),
            ["0,0 2x2 a", "0,2 1x1 b", "1,2 1x1 c", "2,0 1x1 d", "2,1 1x1 e", "2,2 1x1 f"],
            id="both ways",
        ),
        pytest.param(
            tbl([tc("a", RESTART), tc("b")], [tc("c", RESTART), tc("d")], [tc("", GOES_ON), tc("e")]),
            ["0,0 1x1 a", "0,1 1x1 b", "1,0 2x1 c", "1,1 1x1 d", "2,1 1x1 e"],
            id="a merge begins right below another",
        ),
        pytest.param(
            tbl([tc("a"), tc("b")], [tc("c", GOES_ON), tc("d")]),
            ["0,0 1x1 a", "0,1 1x1 b", "1,0 1x1 c", "1,1 1x1 d"],
            id="nothing to continue",
        ),
        pytest.param(
            tbl([tc("a", '<w:hMerge w:val="restart"/>'), tc("", "<w:hMerge/>"), tc("b")], [tc("c"), tc("d"), tc("e")]),
            ["0,0 1x2 a", "0,2 1x1 b", "1,0 1x1 c", "1,1 1x1 d", "1,2 1x1 e"],
            id="hMerge",
        ),
        pytest.param(
            tbl([tc("a"), tc("b"), tc("c")], ['<w:trPr><w:gridBefore w:val="1"/></w:trPr>', tc("d"), tc("e")]),
            ["0,0 1x1 a", "0,1 1x1 b", "0,2 1x1 c", "1,1 1x1 d", "1,2 1x1 e"],
            id="gridBefore",
        ),
        pytest.param(
            tbl([tc("a"), tc("b", span(2)), tc("c")], [tc("d"), tc("e"), tc("f", span(2))], widths=(900, 900, 20, 900)),
            ["0,0 1x1 a", "0,1 1x1 b", "0,2 1x1 c", "1,0 1x1 d", "1,1 1x1 e", "1,2 1x1 f"],
            id="borders that miss each other by a hair",
        ),
        pytest.param(
            tbl(
                [tc("a"), tc("b")],
                ["<w:trPr><w:del/></w:trPr>", tc("x"), tc("y")],
                ["<w:trPr><w:ins/></w:trPr>", tc("c"), tc("d")],
            ),
            ["0,0 1x1 a", "0,1 1x1 b", "1,0 1x1 c", "1,1 1x1 d"],
            id="tracked rows",
        ),
        pytest.param(
            CONTROL.format(tbl([CONTROL.format(tc("a")), tc("1")])),
            ["0,0 1x1 a", "0,1 1x1 1"],
            id="content controls",
        ),
        pytest.param(
            tbl([tc("规章"), tc(tbl([tc("7")]) + p())], [tc("文件"), tc("2")]),
            ["0,0 1x1 规章", "0,1 1x1 7", "1,0 1x1 文件", "1,1 1x1 2"],
            id="a nested table of one cell is the cell's text",
        ),
        pytest.param(
            tbl([tc(tbl([tc("a"), tc("b")], [tc("c"), tc("d")]) + p())]),
            ["0,0 1x1 a", "0,1 1x1 b", "1,0 1x1 c", "1,1 1x1 d"],
            id="a table around a table is layout",
        ),
        pytest.param(
            tbl([tc(p("商业") + p("企业")), tc(p("12") + p("34"))], [tc(), tc(p(" ") + p())]),
            ["0,0 1x1 商业企业", "0,1 1x1 12\n34", "1,0 1x1 ", "1,1 1x1 "],
            id="paragraphs in a cell",
        ),
    ],
)
def test_tables(body: str, expected: list[str]) -> None:
    assert drawn(read(body)) == expected


def test_two_tables_that_touch_are_one_cut_by_word() -> None:
    rows = [tc("a"), tc("b")], [tc("c"), tc("d")]
    (grid,) = read(tbl(*rows, widths=(500, 500)) + tbl(*rows, widths=(510, 490))).blocks
    assert isinstance(grid, Grid)
    assert (grid.rows, grid.columns, grid.breaks) == (4, 2, (2,))
    assert [c.locus for c in grid.cells][-1] == Locus(4, 2)


PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
SECTION_END = p(properties="<w:sectPr/>")


@pytest.mark.parametrize(
    ("between", "first", "widths", "count"),
    [
        (PAGE_BREAK, "a", (500, 500), 1),
        (SECTION_END, "a", (500, 500), 1),
        (p(), "7", (500, 500), 1),  # no header: it goes on
        (p(), "a", (500, 500), 2),
        (p("二、"), "7", (500, 500), 2),
        (PAGE_BREAK, "a", (300, 700), 2),
    ],
)
def test_what_parts_two_tables(between: str, first: str, widths: tuple[int, ...], count: int) -> None:
    upper = tbl([tc("a"), tc("b")], [tc("c"), tc("1")], widths=(500, 500))
    lower = tbl([tc("d"), tc(first)], [tc("e"), tc("2")], widths=widths)
    assert sum(isinstance(block, Grid) for block in read(upper + between + lower).blocks) == count


def test_a_part_without_a_column_border_of_the_others_keeps_its_place() -> None:
    upper = tbl([tc("a", RESTART), tc("b"), tc("1")], [tc("", GOES_ON), tc("c"), tc("2")], widths=(500, 500, 500))
    lower = tbl([tc("d", span(2)), tc("3")], widths=(500, 500, 500))
    (grid,) = read(upper + PAGE_BREAK + lower).blocks
    assert isinstance(grid, Grid)
    assert [(c.row, c.column, c.colspan, c.text) for c in grid.cells][-2:] == [(2, 0, 2, "d"), (2, 2, 1, "3")]
    assert grid.breaks == (2,)


FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        (p("20", "23", "年"), ["2023年"]),
        (p("a", "<w:ins><w:r><w:t>b</w:t></w:r></w:ins>", "<w:del><w:r><w:delText>c</w:delText></w:r></w:del>"), ["ab"]),
        (p("a", "<w:moveFrom><w:r><w:t>b</w:t></w:r></w:moveFrom>", "<w:moveTo><w:r><w:t>c</w:t></w:r></w:moveTo>"), ["ac"]),
        (p("甲", "<w:r><w:rPr><w:vanish/></w:rPr><w:t>9</w:t></w:r>"), ["甲"]),
        (p("甲", '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>9</w:t></w:r>'), ["甲9"]),
        (p("12", '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>1</w:t></w:r>'), ["12（1）"]),
        (p("<w:r><w:t>甲</w:t><w:br/><w:t>乙</w:t></w:r>"), ["甲", "乙"]),
        (p("<w:r><w:t>1</w:t><w:softHyphen/><w:t>2</w:t><w:noBreakHyphen/><w:t>3\u00ad</w:t></w:r>"), ["12-3"]),
        (
            p(
                "第",
                FIELD.format("begin"),
                "<w:r><w:instrText>PAGE 7</w:instrText></w:r>",
                "x",
                FIELD.format("separate"),
                "3",
                FIELD.format("end"),
                "页",
            ),
            ["第3页"],
        ),
        (p('<w:fldSimple w:instr="DATE"><w:r><w:t>5月</w:t></w:r></w:fldSimple>'), ["5月"]),
        (p("<w:smartTag><w:r><w:t>甲</w:t></w:r></w:smartTag>"), ["甲"]),
        (p('<w:bdo w:val="rtl"><w:r><w:t>12</w:t></w:r></w:bdo>'), [f"{DRAWN}12"]),
        (p('<w:bdo w:val="ltr"><w:r><w:t>12</w:t></w:r></w:bdo>'), ["12"]),
        (p('<w:dir w:val="rtl"><w:r><w:t>12</w:t></w:r></w:dir>'), ["12"]),
        (
            p(
                "<w:r><w:ruby><w:rt><w:r><w:t>yin</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>银</w:t></w:r></w:rubyBase></w:ruby></w:r>"
            ),
            ["银"],
        ),
        (p("甲", properties="<w:rPr><w:del/></w:rPr>") + p("乙"), ["甲乙"]),
        (p("甲") + "<w:del>" + p("乙") + "</w:del>" + "<w:ins>" + p("丙") + "</w:ins>", ["甲", "丙"]),
    ],
)
def test_text_of_a_paragraph(paragraph: str, expected: list[str]) -> None:
    assert lines(read(paragraph)) == expected


def test_a_text_box_is_read_once() -> None:
    box = f"<w:txbxContent>{p('甲县2023年报告')}{tbl([tc('规章'), tc('1')])}</w:txbxContent>"
    drawing = (
        f"<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    document = read(p("前", drawing) + p("后"))
    assert lines(document) == ["前", "甲县2023年报告", "后"]
    assert drawn(document) == ["0,0 1x1 规章", "0,1 1x1 1"]


def test_headers_and_footers_are_furniture_and_notes_are_text() -> None:
    document = read(
        p("正文"),
        relations=RELATION.format("a", "header", "header1.xml", "")
        + RELATION.format("b", "footer", "/word/footer1.xml", "")
        + RELATION.format("c", "footnotes", "footnotes.xml", ""),
        header1=f"<w:hdr {NAMESPACES}>{p('甲县2019年')}</w:hdr>",
        footer1=f"<w:ftr {NAMESPACES}>{p('- 3 -')}</w:ftr>",
        footnotes=f'<w:footnotes {NAMESPACES}><w:footnote w:type="separator">{p("x")}</w:footnote>'
        f"<w:footnote>{p('含结转')}</w:footnote></w:footnotes>",
    )
    assert lines(document, LineRole.FURNITURE) == ["甲县2019年", "- 3 -"]
    assert lines(document) == ["正文", "含结转"]


def test_links_of_the_document() -> None:
    relation = RELATION.format("r1", "hyperlink", "http://甲县/1.pdf", ' TargetMode="External"')
    document = read(p("附件", '<w:hyperlink r:id="r1"><w:r><w:t>年报</w:t></w:r></w:hyperlink>'), relations=relation)
    assert lines(document) == ["附件年报"]
    assert document.links == (Link("年报", "http://甲县/1.pdf"),)


LIST = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="{}"/></w:numPr>'


def test_numbers_that_word_counts_are_printed() -> None:
    numbering = (
        f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0">'
        '<w:lvl w:ilvl="0"><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="（%2）"/></w:lvl>'
        "</w:abstractNum>"
        '<w:abstractNum w:abstractNumId="1">'
        '<w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="6"><w:abstractNumId w:val="1"/></w:num></w:numbering>'
    )
    styles = f'<w:styles {NAMESPACES}><w:style w:styleId="h"><w:pPr>{LIST.format(0, 5)}</w:pPr></w:style></w:styles>'
    body = (
        p("总体情况", properties=LIST.format(0, 5))
        + p("公开", properties=LIST.format(1, 5))
        + p("申请", properties=LIST.format(1, 5))
        + p("点", properties=LIST.format(0, 6))
        + p("主动公开", properties='<w:pStyle w:val="h"/>')
        + p("监督", properties=LIST.format(1, 5))
        + p("无号", properties='<w:pStyle w:val="h"/>' + LIST.format(0, 0))
    )
    relations = RELATION.format("n", "numbering", "numbering.xml", "") + RELATION.format("s", "styles", "styles.xml", "")
    assert lines(read(body, relations=relations, numbering=numbering, styles=styles)) == [
        "一、总体情况",
        "（1）公开",
        "（2）申请",
        "点",
        "二、主动公开",
        "（1）监督",
        "无号",
    ]


def test_the_strict_namespace_means_the_same() -> None:
    assert lines(read(p("甲"), namespaces=NAMESPACES.replace(W, STRICT))) == ["甲"]


def test_text_under_a_merged_cell_is_mentioned() -> None:
    document = read(tbl([tc("a", RESTART), tc("b")], [tc("旧", GOES_ON), tc("c")]))
    assert [w.code for w in document.warnings] == ["hidden_cell_text"]


def test_a_document_of_python_docx_with_its_properties() -> None:
    paper = docx.Document()
    paper.core_properties.title = "甲县2023年年度报告"
    paper.core_properties.author = "甲县办公室"
    table = paper.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(1, 1)).text = "合并"
    table.cell(2, 2).text = "8"
    buffer = io.BytesIO()
    paper.save(buffer)
    document = read_docx(buffer.getvalue())
    assert document.metadata[:2] == (Metadatum("title", "甲县2023年年度报告"), Metadatum("author", "甲县办公室"))
    assert drawn(document)[0] == "0,0 2x2 合并"
    assert drawn(document)[-1] == "2,2 1x1 8"


DTD = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (package(p("&x;"), prolog=DTD), "unreadable.dtd"),
        (package(p("&b;"), prolog=DTD), "unreadable.dtd"),
        (package("<w:p>"), "unreadable.damaged"),
        (package("<w:sdt>" * 3000 + "</w:sdt>" * 3000), "unreadable.nesting"),
        (package(p("甲"))[:200], "unreadable.truncated"),
        (b"", "unreadable.truncated"),
    ],
)
def test_damaged_and_hostile_files(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_docx(content)
    assert caught.value.reason == reason


def test_a_zip_bomb_is_not_unpacked() -> None:
    with pytest.raises(UnsupportedError) as caught:
        read_docx(package(p("0" * 21_000_000)))
    assert caught.value.reason == "unsupported.too_large"
