"""HTML pages: article and site, layout and data, spans, runs."""

from __future__ import annotations

import pytest

from collect.errors import UnreadableError, UnsupportedError
from collect.limits import DEFAULT_LIMITS
from extract.html import read_html
from extract.markup_page import Page
from extract.model import Document, Grid, Layout, Line, LineRole, Link, Locus, Metadatum

PROSE = (
    "本报告依照条例编写，数据统计时段自2023年1月1日起，至2023年12月31日止，公众可通过门户网站查阅和下载，"
    "欢迎监督并提出宝贵意见和建议。"
)


def read(markup: str) -> Document:
    return read_html(markup.encode())


def grids(markup: str) -> list[Grid]:
    return [block for block in read(markup).blocks if isinstance(block, Grid)]


def lines(markup: str, role: LineRole = LineRole.BODY) -> list[str]:
    return [block.text for block in read(markup).blocks if isinstance(block, Line) and block.role is role]


def drawn(markup: str) -> list[str]:
    """The only grid as strings ``row,column rowspan x colspan text``."""
    (grid,) = grids(markup)
    return [f"{c.row},{c.column} {c.rowspan}x{c.colspan} {c.text}" for c in grid.cells]


def cell(markup: str) -> str:
    """The text of the second cell of a row."""
    (grid,) = grids(f"<table><tr><td>规章</td><td>{markup}</td></tr><tr><td>其他</td><td>1</td></tr></table>")
    return grid.cells[1].text


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            "<tr><td rowspan=2>a<td colspan=2>b<tr><td>c<td>d",
            ["0,0 2x1 a", "0,1 1x2 b", "1,1 1x1 c", "1,2 1x1 d"],
            id="end tags missing",
        ),
        pytest.param(
            "<tr><td>a</td><td>b</td><td rowspan=0>c</td></tr><tr><td>d</td><td>e</td></tr><tr><td>f</td><td>g</td></tr>",
            ["0,0 1x1 a", "0,1 1x1 b", "0,2 3x1 c", "1,0 1x1 d", "1,1 1x1 e", "2,0 1x1 f", "2,1 1x1 g"],
            id="rowspan 0 reaches the end",
        ),
        pytest.param(
            "<tr><td>a</td><td rowspan=9>b</td></tr><tr><td>c</td></tr>",
            ["0,0 1x1 a", "0,1 2x1 b", "1,0 1x1 c"],
            id="rowspan beyond the table",
        ),
        pytest.param(
            "<tr><td colspan=50>a</td></tr><tr><td>b</td><td>c</td></tr>",
            ["0,0 1x2 a", "1,0 1x1 b", "1,1 1x1 c"],
            id="colspan beyond the table",
        ),
        pytest.param(
            "<thead><tr><td rowspan=3>a</td><td>b</td></tr></thead><tbody><tr><td>c</td><td>d</td></tr></tbody>",
            ["0,0 1x1 a", "0,1 1x1 b", "1,0 1x1 c", "1,1 1x1 d"],
            id="rowspan stays in its row group",
        ),
        pytest.param(
            "<tfoot><tr><td>合计</td><td>3</td></tr></tfoot><tbody><tr><td>甲</td><td>1</td></tr><tr><td>乙</td><td>2</td></tr></tbody>",
            ["0,0 1x1 甲", "0,1 1x1 1", "1,0 1x1 乙", "1,1 1x1 2", "2,0 1x1 合计", "2,1 1x1 3"],
            id="foot stands at the foot",
        ),
        pytest.param(
            "<tr><td>a</td><td rowspan=2>b</td></tr><tr><td colspan=2>c</td><td>d</td></tr>",
            ["0,0 1x1 a", "0,1 2x1 b", "1,0 1x1 c", "1,2 1x1 d"],
            id="a wide cell runs into one from above",
        ),
        pytest.param(
            "<tr><td rowspan=3>a</td><td>b</td></tr><tr></tr><tr><td>c</td></tr>",
            ["0,0 2x1 a", "0,1 1x1 b", "1,1 1x1 c"],
            id="empty rows have no height",
        ),
        pytest.param(
            "<tr><td>a</td><td>b</td><td>c</td></tr><tr><td>d</td></tr>",
            ["0,0 1x1 a", "0,1 1x1 b", "0,2 1x1 c", "1,0 1x1 d"],
            id="ragged",
        ),
        pytest.param(
            "<tr><td>规章<td>&nbsp;<td> 　 <tr><td>文件<td><o:p>&nbsp;</o:p><td>0",
            ["0,0 1x1 规章", "0,1 1x1 ", "0,2 1x1 ", "1,0 1x1 文件", "1,1 1x1 ", "1,2 1x1 0"],
            id="blanks are cells",
        ),
        pytest.param(
            "<tr><td>a<td colspan=x>1<td rowspan='-1'>c",
            ["0,0 1x1 a", "0,1 1x1 1", "0,2 1x1 c"],
            id="senseless spans",
        ),
        pytest.param(
            "<tr><td>a<td>1<td style='display:none'>9<td>c",
            ["0,0 1x1 a", "0,1 1x1 1", "0,2 1x1 c"],
            id="a hidden cell takes no place",
        ),
        pytest.param(
            "<tr><td>a<td>1<![if !supportMisalignedColumns]><tr height=0><td width=5></td><td></td><td></td></tr><![endif]>",
            ["0,0 1x1 a", "0,1 1x1 1"],
            id="Word's row of widths",
        ),
    ],
)
def test_spans_expand_as_in_a_browser(rows: str, expected: list[str]) -> None:
    assert drawn(f"<table border=1>{rows}</table>") == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<span>20</span><span>23</span>", "2023"),
        ("<b>总</b><font>计</font>", "总计"),  # 沭阳县发展和改革局
        ("总\n      计", "总计"),
        ("a\n   b", "a b"),
        ("<p>商业</p><p>企业</p>", "商业企业"),
        ("商业<br>企业", "商业企业"),
        ("<p>12</p><p>345</p>", "12\n345"),
        ("3件<br>5件", "3件\n5件"),
        ("22<br>（其中修订 16 件）", "22（其中修订 16 件）"),  # 上海市政府办公厅 2025
        ("12<sup>①</sup>", "12（①）"),
        ("12<sup>[1]</sup>", "12（1）"),
        ("12<span style='vertical-align:super'>1</span>", "12（1）"),
        ("总计<sup>1</sup>", "总计1"),
        ("\u200b1\u200d2\ufeff", "12"),
        ("&nbsp;0", "0"),
        ("<!-- 7 -->5<!--[if gte mso 9]>6<![endif]-->", "5"),
        ("<![if !supportEmptyParas]>&nbsp;<![endif]><o:p></o:p>", ""),
        ("<input type=text value=17>", "17"),
        ("<table><tr><td>18</td></tr></table>", "18"),
        ("<span style='display:none'>9</span>4", "4"),
        ("1,036", "1,036"),
        ("/", "/"),
        ("<a name=x></a>6", "6"),
        ("<script>document.write(3)</script>", ""),
    ],
)
def test_text_of_a_cell(markup: str, expected: str) -> None:
    assert cell(markup) == expected


def test_a_source_line_end_within_a_number_is_a_space() -> None:
    assert cell("12\n34") == "12 34"


PAGE = f"""<!DOCTYPE html><html><head><title>甲县2023年年度报告_甲县人民政府</title>
<meta name=ArticleTitle content="甲县2023年年度报告">
<meta name="PubDate" content="2024-01-22"><meta name="keywords" content="x"></head><body>
<table width=1000><tr><td><table><tr><td><a href=/1>首页</a></td>
<td><a href=/2>政务公开</a></td><td><a href=/3>互动</a></td></tr></table></td></tr>
<tr><td><table><tr><td class=left><ul><li><a href=a>2022年政府信息公开年度报告</a><li><a href=b>2021年政府信息公开年度报告</a>
<li><a href=c>2020年政府信息公开年度报告</a></ul></td><td>
<div>您当前的位置：首页 &gt; 年报 &gt; 2023年</div>
<table><tr><td>索 引 号：</td><td>001/2024-1</td><td>发布机构：</td><td>甲县人民政府办公室</td></tr>
<tr><td>名称</td><td>甲县2023年年度报告</td><td>文　　号</td><td></td></tr></table>
<h1>甲县2023年<br>年度报告</h1><div>发布日期：2024-01-22 08:30　来源：甲县政府网　浏览次数：<span>12</span></div>
<p>{PROSE}</p><p>二、主动公开</p>
<table border=1><tr><td>信息内容</td><td>制发件数</td></tr><tr><td>规章</td><td>3</td></tr></table>
<p>附件：<a href="/f/2023.pdf">年报.pdf</a></p>
<p>上一篇：<a href=/9>2022年政府信息公开年度报告</a></p></td></tr></table></td></tr>
<tr><td>版权所有 甲县 2025 ICP备123号</td></tr></table></body></html>"""


def test_a_page_in_one_layout_table() -> None:
    document = read(PAGE)
    assert [b.text for b in document.blocks if isinstance(b, Line) and b.role is LineRole.BODY] == [
        "甲县2023年年度报告",
        PROSE,
        "二、主动公开",
        "附件：年报.pdf",
    ]
    (grid,) = [b for b in document.blocks if isinstance(b, Grid)]
    assert [c.text for c in grid.cells] == ["信息内容", "制发件数", "规章", "3"]
    assert grid.layout is Layout.LATTICE
    assert [c.locus for c in grid.cells] == [Locus(1, 1), Locus(1, 2), Locus(2, 1), Locus(2, 2)]
    assert document.links == (Link("年报.pdf", "/f/2023.pdf"),)
    assert document.metadata == (
        Metadatum("title", "甲县2023年年度报告"),
        Metadatum("published", "2024-01-22"),
        Metadatum("title", "甲县2023年年度报告_甲县人民政府"),
        Metadatum("breadcrumb", "首页 > 年报 > 2023年"),
        Metadatum("index_number", "001/2024-1"),
        Metadatum("publisher", "甲县人民政府办公室"),
        Metadatum("heading", "甲县2023年年度报告"),
        Metadatum("published", "2024-01-22 08:30"),
        Metadatum("source", "甲县政府网"),
        Metadatum("浏览次数", "12"),
    )


@pytest.mark.parametrize(
    "chrome",
    [
        "<nav>2019年报告</nav>",
        "<aside><p>2019年报告</p><table><tr><td>2019</td><td>2018</td></tr></table></aside>",
        "<div class='left sidebar'>2019年报告</div>",
        "<div id=footer>2019年报告</div>",
        "<select><option>2019年报告<option>2018</select>",
        "<form><input name=q><table><tr><td>年度<td>2019</table></form>",
        "<p><a href=/x>2019年政府信息公开年度报告</a></p>",
        "<dl><dt>相关<dd><a href=1>2019年</a><dd><a href=2>2018年</a><dd><a href=3>2017年</a></dl>",
        "<ul><li><a href=1>2019年报告</a><i>01-02</i><li><a href=2>2018年报告</a><i>01-02</i><li><a href=3>年报</a></ul>",
        "<div style='display:none'>2019年报告</div>",
        "<script>'<p>2019'</script><noscript>2019</noscript><style>.a2019{}</style>",
        "<table><tr><td><a href=1>2019年</a><td><a href=2>2018年</a><td><a href=3>2017年</a></table>",
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_the_site_around_the_article_is_not_its_text(chrome: str, before: bool) -> None:
    article = f"<div><h2>甲县2023年年度报告</h2><p>{PROSE}</p></div>"
    page = f"<body>{chrome if before else ''}{article}{'' if before else chrome}</body>"
    assert lines(page) == ["甲县2023年年度报告", PROSE]
    assert grids(page) == []


@pytest.mark.parametrize(
    "wrapper",
    [
        "<form id=aspnetForm>{}</form>",
        "<div class=nav>{}</div>",
        "<div style='display:none'>{}</div>",
        "<header>{}</header>",
        "<table><tr><td>{}</table>",
        "<table><tr><td><a href=1>首页</a><tr><td>{}<tr><td>页脚</table>",
        "<div class=content><html><head><title>x</title></head><body>{}</body></html></div>",
    ],
)
def test_the_report_is_never_taken_for_chrome(wrapper: str) -> None:
    rows = "".join(f"<tr><td>行政许可{i}</td><td>{i}</td><td>0</td></tr>" for i in range(6))
    page = wrapper.format(f"<p>{PROSE}</p><table border=1>{rows}</table><p>末段</p>")
    document = read(f"<body>{page}</body>")
    body = [b.text for b in document.blocks if isinstance(b, Line) and b.role is LineRole.BODY]
    assert PROSE in body
    assert "末段" in body
    assert sum(isinstance(b, Grid) for b in document.blocks) == 1


def test_of_two_tabs_the_hidden_one_is_not_read() -> None:
    rows = "".join(f"<tr><td>行政许可{i}</td><td>{{0}}</td><td>0</td></tr>" for i in range(6))
    table = f"<table>{rows}</table>"
    page = f"<div style='display:none'>2022年{table.format(7)}</div><div><p>{PROSE}</p>{table.format(8)}</div>"
    (grid,) = grids(page)
    assert {c.text for c in grid.cells if c.column == 1} == {"8"}


def test_two_reports_side_by_side_come_one_after_the_other() -> None:
    report = "<h3>{0}</h3><table><tr><td>规章</td><td>{1}</td></tr><tr><td>文件</td><td>0</td></tr></table><p>{0}末</p>"
    page = f"<table><tr><td>{report.format('左', 1)}</td><td>{report.format('右', 2)}</td></tr></table>"
    blocks = read(page).blocks
    shown = [b.text if isinstance(b, Line) else b.cells[1].text for b in blocks]
    assert shown == ["左", "1", "左末", "右", "2", "右末"]
    assert [b.cells[0].locus for b in blocks if isinstance(b, Grid)] == [Locus(1, 1), Locus(3, 1)]


def test_a_table_with_a_long_remark_is_still_data() -> None:
    rows = "<tr><td>规章</td><td>1</td><td>2</td></tr>" * 3
    (grid,) = grids(f"<table>{rows}<tr><td colspan=3>注：{'说明' * 150}</td></tr></table>")
    assert (grid.rows, grid.columns) == (4, 3)


def test_a_heading_set_in_columns_is_text() -> None:
    assert lines("<table><tr><td>甲县</td><td>2023年年度报告</td></tr></table>") == ["甲县", "2023年年度报告"]


def test_text_and_caption_between_cells_come_before_the_table() -> None:
    page = "<table><caption>表一</caption><tr><td>规章</td>杂<td>1</td></tr><tr><td>文件</td><td>2</td></tr></table>"
    assert lines(page) == ["表一", "杂"]
    assert [c.text for c in grids(page)[0].cells] == ["规章", "1", "文件", "2"]


def test_a_table_without_header_goes_on_from_the_one_above() -> None:
    upper = "<table><tr><td rowspan=2>a</td><td>b</td><td>c</td></tr><tr><td>甲</td><td>1</td></tr></table>"
    lower = "<table><tr><td colspan=2>乙</td><td>2</td></tr></table>"
    (grid,) = grids(f"{upper}<p>&nbsp;</p>{lower}")
    assert [(c.row, c.column, c.text) for c in grid.cells][-2:] == [(2, 0, "乙"), (2, 2, "2")]
    assert (grid.breaks, grid.cells[-1].locus) == ((2,), Locus(3, 2))
    assert len(grids(f"{upper}<p>二、</p>{lower}")) == 2


def test_line_breaks_part_paragraphs_but_not_a_heading() -> None:
    assert lines("<h1>甲县政府信息<br>公开报告</h1><div>一、总体情况<br><br>甲。<br>乙。</div>") == [
        "甲县政府信息公开报告",
        "一、总体情况",
        "甲。",
        "乙。",
    ]


def test_markup_within_plain_text_keeps_the_lines_of_the_text() -> None:
    page = "甲县2023年报告\n一、总体情况\n"
    page += "<table><tr><td>规章</td><td>1</td></tr><tr><td>文件</td><td>2</td></tr></table>\n二、其他\n"
    assert lines(page) == ["甲县2023年报告", "一、总体情况", "二、其他"]
    assert len(grids(page)) == 1


def test_text_after_an_inner_end_of_document_is_read() -> None:
    assert lines("<html><body><div><html><body><p>甲</p></body></html></div><p>乙</p></body></html>") == ["甲", "乙"]


def test_word_page_in_gb18030() -> None:
    page = (
        "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head>"
        "<meta http-equiv=Content-Type content='text/html; charset=gb2312'>"
        "<meta name=ProgId content=Word.Document><!--[if gte mso 9]><xml><w:WordDocument/></xml><![endif]--></head>"
        "<body lang=ZH-CN><div class=WordSection1><p class=MsoNormal align=center><b><span style='font-family:宋体'>甲县</span>"
        "<span lang=EN-US>2023</span><span>年政府信息公\n开工作年度报告<o:p></o:p></span></b></p>"
        "<table class=MsoNormalTable border=1><tr style='mso-yfti-irow:0'><td width=10 rowspan=2 style='border:solid'>"
        "<p class=MsoNormal><span>自然<o:p></o:p></span></p><p><span>人</span></p></td>"
        "<td><p><span lang=EN-US>1<o:p></o:p></span></p></td></tr>"
        "<tr><td><p class=MsoNormal><span lang=EN-US><o:p>&nbsp;</o:p></span></p></td></tr></table></div></body></html>"
    )
    document = read_html(page.encode("gb18030"))
    assert document.producer == "Word.Document"
    assert [b.text for b in document.blocks if isinstance(b, Line)] == ["甲县2023年政府信息公开工作年度报告"]
    (grid,) = [b for b in document.blocks if isinstance(b, Grid)]
    assert [(c.row, c.column, c.rowspan, c.text) for c in grid.cells] == [(0, 0, 2, "自然人"), (0, 1, 1, "1"), (1, 1, 1, "")]


def test_pictures_instead_of_tables_are_mentioned() -> None:
    assert [w.code for w in read(f"<p>{PROSE}</p><p>捕获2.PNG<img src=2.png></p>").warnings] == ["pictures"]


def test_damaged_bytes_are_mentioned() -> None:
    assert [w.code for w in read_html(f"<p>{PROSE}".encode() + b"\xff</p>").warnings] == ["damaged_text"]


def test_no_entity_is_expanded() -> None:
    page = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "yy">]><p>甲&x;&y;乙</p>'
    assert "root:" not in "".join(lines(page))


@pytest.mark.parametrize("tag", ["div", "font", "table><tr><td", "b", "ul><li"])
def test_a_hundred_thousand_nested_elements_are_refused(tag: str) -> None:
    with pytest.raises(UnreadableError, match="nested"):
        read(f"<{tag}>" * 100_000 + "0")


def test_depth_that_bad_markup_reaches_is_read() -> None:
    assert lines("<font>" * 1500 + "甲" + "</font>" * 1500 + "<p>乙</p>") == ["甲", "乙"]


def test_three_hundred_nested_layout_tables() -> None:
    inner = "<table><tr><td>规章</td><td>1</td></tr><tr><td>文件</td><td>2</td></tr></table>"
    (grid,) = grids("<table><tr><td>" * 300 + inner + "</td></tr></table>" * 300)
    assert [c.text for c in grid.cells] == ["规章", "1", "文件", "2"]


def test_a_page_too_large_is_refused() -> None:
    with pytest.raises(UnsupportedError):
        read_html(b"<p>" + b"a" * DEFAULT_LIMITS.markup_bytes)


@pytest.mark.parametrize("content", [b"<html></html>", b"<!-- -->", b"<script>1</script>"])
def test_a_page_without_text_is_unreadable(content: bytes) -> None:
    with pytest.raises(UnreadableError, match="no text"):
        read_html(content)


def test_content_that_the_parser_leaves_in_the_head_is_read():
    page = "<!DOCTYPE html><meta charset=utf-8><title>年报</title><article><h1>天水市水利局2024年年报</h1><p>一、总体情况</p>"
    texts = [
        b.text for b in read_html((page + "<table><tr><td>规章<td>1</table></article>").encode()).blocks if isinstance(b, Line)
    ]
    assert texts == ["天水市水利局2024年年报", "一、总体情况"]


def test_a_table_flattened_into_paragraphs_is_a_grid():
    rows = [
        "信息内容",
        "本年制发件数",
        "本年废止件数",
        "现行有效件数",
        "规章",
        "1",
        "2",
        "3",
        "行政规范性文件",
        "4",
        "5",
        "6",
        "行政许可",
        "7",
    ]
    page = (
        "<html><body><p>所列数据的统计期限自2024年1月1日起至2024年12月31日止，电子版同步发布。</p>"
        + "".join(f"<p>{row}</p>" for row in rows)
        + "</body></html>"
    )
    grids = [b for b in read_html(page.encode()).blocks if isinstance(b, Grid)]
    assert [[c.text for c in g.cells] for g in grids] == [rows]


def test_a_table_of_cells_beyond_count_is_refused_while_it_is_read() -> None:
    with pytest.raises(UnsupportedError) as failure:
        read("<table><tr>" + "<td>1" * 200_001)
    assert failure.value.reason == "unsupported.too_large"


def test_hidden_or_repeated_markup_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a page twice as long asks twice as much of it, however its tables lie in one another."""
    counted: list[int] = []
    of = Page.text
    monkeypatch.setattr(Page, "text", lambda page, number: counted.append(number) or of(page, number))

    def asked(tables: int) -> int:
        counted.clear()
        row = "<tr><td>规章数量</td><td>1</td><td>2</td><td><a href=x>3</a></td></tr>"
        read("<table><tr><td>" * 40 + f"<table>{row * 6}</table>" * tables + "</td></tr></table>" * 40)
        return len(counted)

    assert asked(80) <= 2.2 * asked(40)
