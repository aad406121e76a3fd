"""What a report's page leads to, and which edition of a report reads best."""

from urllib.parse import urlsplit

import pytest

from collect.sites.editions import Readable, best, edition_of, grouped
from collect.sites.families import family_of
from collect.sites.model import Link, Page, Site

HOST = "http://www.example.gov.cn"
PATH = "/zwgk/nb/202401/t20240118_77.shtml"
SITE = Site(name="example", lists=(f"{HOST}/zwgk/nb/",))
TITLE = "青禾市财政局2023年政府信息公开工作年度报告"
PROSE = "<p>本年度主动公开信息120条，收到申请3件，均按期答复。发布渠道为门户网站和公告栏。</p>" * 8
MENU = (
    '<div class="nav"><a href="/">首页</a><a href="/zn.pdf">政府信息公开指南</a><a href="/files/ysqb.doc">政府信息公开申请表下载</a>'
    '<img src="/images/logo.png"><img src="/images/search.gif"></div>'
)
ASIDE = '<div class="side"><ul><li><a href="/up/2022.pdf">青禾市财政局2022年政府信息公开工作年度报告.pdf</a></li></ul></div>'
FOOT = '<div class="foot"><img src="/images/gongan.png"><img src="/images/ewm.jpg" alt="微信二维码"><a href="/app/client.apk">客户端下载</a></div>'


def detail(article, *, path=PATH, head=""):
    text = (
        f"<html><head><title>{TITLE}</title>{head}</head><body>{MENU}<div class='main'><h1>{TITLE}</h1>"
        f"<div id='zoom'>{article}</div></div>{ASIDE}{FOOT}</body></html>"
    )
    page = Page(HOST + path, text.encode(), "text/html")
    found = family_of(page, SITE).detail(page, SITE)
    assert found.listing is None
    return found


def short(url):
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        (PROSE + '<p>附件：<a href="./P020240118.pdf">年度报告</a></p>', ["/zwgk/nb/202401/P020240118.pdf"]),
        (
            PROSE + '<a href="P020240118.doc">附件1：统计表.doc</a><a href="P02.xls">统计表</a>',
            ["/zwgk/nb/202401/P020240118.doc", "/zwgk/nb/202401/P02.xls"],
        ),
        (
            PROSE + '<a href="/module/download/downfile.jsp?classid=0&filename=0a1b.doc">附件</a>',
            ["/module/download/downfile.jsp?classid=0&filename=0a1b.doc"],
        ),
        (PROSE + '<a href="/_upload/article/files/1f/2e/a.docx">a.docx</a>', ["/_upload/article/files/1f/2e/a.docx"]),
        (
            PROSE + '<a href="/system/_content/download.jsp?owner=1&wbfileid=2">附件【年度报告.pdf】</a>',
            ["/system/_content/download.jsp?owner=1&wbfileid=2"],
        ),
        (
            PROSE + '<a href="/a.OFD">ofd</a><a href="/b.wps">wps</a><a href="/c.zip">zip</a><a href="/d.rar">rar</a>',
            ["/a.OFD", "/b.wps", "/c.zip", "/d.rar"],
        ),
        ('<iframe src="/pdfjs/web/viewer.html?file=%2Fup%2Fa.pdf"></iframe>', ["/up/a.pdf"]),
        ('<iframe src="/pdfjs/web/viewer.html?file=/up/a.pdf#page=1"></iframe>', ["/up/a.pdf"]),
        ('<embed src="../a.pdf" type="application/pdf">', ["/zwgk/nb/a.pdf"]),
        ('<object data="/x/a.pdf" type="application/pdf"></object>', ["/x/a.pdf"]),
        ('<div id="pdf"></div><script>var pdfUrl = "/x/P02.pdf"; show(pdfUrl);</script>', ["/x/P02.pdf"]),
        ("<p>全文见附件。</p><a href='/x/a.pdf'>附件</a>", ["/x/a.pdf"]),
        (PROSE, []),
        (PROSE + '<a href="http://elsewhere.cn/a.pdf">附件</a>', []),
        (PROSE + '<a href="/x/sqb.doc">附件：政府信息公开申请表.doc</a>', []),
        (PROSE + '<a href="/up/1.jpg">年度报告（图片版）</a>', ["/up/1.jpg"]),
        (PROSE + '<a href="/zwgk/nb/202401/t20240118_78.shtml">相关链接</a>', []),
        (PROSE + '<a href="/GROUP1/M00/01/年度报告.pdf">年报</a>', ["/GROUP1/M00/01/%E5%B9%B4%E5%BA%A6%E6%8A%A5%E5%91%8A.pdf"]),
    ],
)
def test_attachments(article, expected):
    assert [short(link.url) for link in detail(article).attachments] == expected


def test_a_row_of_files_outside_the_article_counts():
    row = "<table><tr><td>文件下载</td><td><a href='/up/77.doc'>77.doc</a></td></tr></table>"
    page = f"<html><head><title>{TITLE}</title></head><body>{MENU}{row}<div id='zoom'>{PROSE}</div>{ASIDE}{FOOT}</body></html>"
    answer = Page(HOST + PATH, page.encode(), "text/html")
    assert [short(link.url) for link in family_of(answer, SITE).detail(answer, SITE).attachments] == ["/up/77.doc"]


@pytest.mark.parametrize(
    ("words", "belongs"),
    [
        ("附件：统计表.xls", True),
        ("附件【年度报告.pdf】", True),
        ("青禾市财政局2023年政府信息公开工作年度报告.pdf", True),
        ("青禾市财政局2022年政府信息公开工作年度报告.pdf", False),
        ("青禾市人民政府公报2023年第12期.pdf", False),
        ("便民服务手册", False),
        ("隐私声明.doc", False),
    ],
)
def test_files_beside_the_article(words, belongs):
    text = f"<html><head><title>{TITLE}</title></head><body><div id='zoom'>{PROSE}</div><div><p>推荐阅读：这里还有别的一些内容，供您参考，欢迎浏览查看。</p><a href='/upload/1/2.pdf'>{words}</a></div></body></html>"
    page = Page(HOST + PATH, text.encode(), "text/html")
    assert bool(family_of(page, SITE).detail(page, SITE).attachments) is belongs


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        (PROSE + '<p><img src="./W020240118_1.png" width="600"></p>', ["/zwgk/nb/202401/W020240118_1.png"]),
        (
            PROSE + '<img src="/blank.gif" data-src="/up/1.jpg"><img src="/loading.gif" data-original="/up/2.jpg">',
            ["/up/1.jpg", "/up/2.jpg"],
        ),
        (PROSE + '<img src="/up/1.png" style="width: 552.5px; height:700px">', ["/up/1.png"]),
        (PROSE + '<img src="/up/捕获2.PNG">', ["/up/%E6%8D%95%E8%8E%B72.PNG"]),
        (PROSE + '<img src="/fileTypeImages/icon_pdf.gif"><a href="/a.pdf">附件</a>', []),
        (PROSE + '<img src="/up/1.png" width="16" height="16">', []),
        (PROSE + '<img src="/images/share_weixin.png"><img src="/up/9.png" alt="扫一扫"><img src="/images/line.gif">', []),
        (PROSE + '<img src="/up/1.png"><img src="/up/1.png">', []),
        (PROSE + '<img src="data:image/png;base64,AAAA">', []),
        (PROSE, []),
    ],
)
def test_pictures_that_may_be_tables(article, expected):
    assert [short(link.url) for link in detail(article).images] == expected


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        (
            PROSE + '<a href="t20240118_77_1.shtml">2</a><a href="t20240118_77_2.shtml">3</a>',
            ["t20240118_77_1.shtml", "t20240118_77_2.shtml"],
        ),
        (PROSE + '<script>createPageHTML(2, 0, "t20240118_77", "shtml")</script>', ["t20240118_77_1.shtml"]),
        (PROSE + '<a href="t20240118_78.shtml">下一篇</a>', []),
        (PROSE + '<a href="t20240118_78.shtml">下一页</a>', []),
    ],
)
def test_further_pages_of_the_text(article, expected):
    assert [ask.url.rpartition("/")[2] for ask in detail(article).further] == expected


def test_a_list_behind_a_doubtful_link_is_told_from_a_report():
    rows = "".join(
        f'<li><a href="/{n}.html">青禾市{office}2023年政府信息公开工作年度报告</a></li>'
        for n, office in enumerate(("财政局", "教育局"))
    )
    text = f"<html><head><title>2023年政府信息公开年报</title></head><body>{MENU}<ul>{rows}</ul></body></html>"
    page = Page(f"{HOST}/zwgk/nb/2023.html", text.encode(), "text/html")
    found = family_of(page, SITE).detail(page, SITE)
    assert [short(link.url) for link in found.listing.reports] == ["/0.html", "/1.html"]


def test_other_years_beside_a_report_do_not_make_it_a_list():
    others = "".join(
        f'<li><a href="/{year}.html">青禾市财政局{year}年政府信息公开工作年度报告</a></li>' for year in (2020, 2021, 2022)
    )
    text = f"<html><head><title>{TITLE}</title></head><body><div id='zoom'></div><ul>{others}</ul></body></html>"
    page = Page(f"{HOST}/zwgk/nb/77.html", text.encode(), "text/html")
    assert family_of(page, SITE).detail(page, SITE).listing is None


def test_prose_beside_reports_of_the_same_year_is_no_list():
    others = "".join(
        f'<li><a href="/{n}.html">青禾市{o}2023年政府信息公开工作年度报告</a></li>'
        for n, o in enumerate(("教育局", "民政局", "司法局"))
    )
    text = f"<html><head><title>{TITLE}</title></head><body><div id='zoom'>{PROSE * 3}</div><ul>{others}</ul></body></html>"
    page = Page(f"{HOST}/zwgk/nb/77.html", text.encode(), "text/html")
    assert family_of(page, SITE).detail(page, SITE).listing is None


def test_a_report_met_as_a_list_is_kept():
    text = f"<html><head><title>政府信息公开年报</title></head><body><h1>{TITLE}</h1><p>本报告的统计期限自2023年1月1日起。</p><p>一、总体情况</p>{PROSE}<p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p><p>四、行政复议、行政诉讼情况</p></body></html>"
    page = Page(f"{HOST}/zwgk/nb/", text.encode(), "text/html")
    found = family_of(page, SITE).listing(page, SITE)
    assert found.itself


@pytest.mark.parametrize(
    ("text", "url", "content", "name", "readable"),
    [
        (
            "宿州市2019年政府信息公开工作年度报告（图片版）",
            "/1.html",
            b"",
            "宿州市2019年政府信息公开工作年度报告",
            Readable.PICTURE,
        ),
        (
            "宿州市2019年政府信息公开工作年度报告（超链版）.pdf",
            "/2.pdf",
            b"",
            "宿州市2019年政府信息公开工作年度报告",
            Readable.PDF,
        ),
        (
            "附件1：宿州市2019年政府信息公开工作年度报告.docx",
            "/d?filename=3.docx",
            b"",
            "宿州市2019年政府信息公开工作年度报告",
            Readable.WORD,
        ),
        ("附件", "/download?id=3", b"%PDF-1.4", "", Readable.PDF),
        ("年报.doc", "/3.doc", b"PK\x03\x04....word/document.xml", "年报", Readable.WORD),
        ("年报.doc", "/3.doc", b"\xd0\xcf\x11\xe0", "年报", Readable.OLD_WORD),
        ("年报", "/3.ofd", b"", "年报", Readable.OFD),
        ("年报", "/3.rar", b"", "年报", Readable.ARCHIVE),
        ("年报", "/nb/3.shtml", b"", "年报", Readable.PAGE),
        ("年报", "/nb/3", b"<!DOCTYPE html><html>", "年报", Readable.PAGE),
        ("年报（扫描件）.pdf", "/3.pdf", b"", "年报", Readable.PICTURE),
    ],
)
def test_editions(text, url, content, name, readable):
    found = edition_of(Link(HOST + url, text), content)
    assert (found.name, found.readable) == (name, readable)


def test_the_best_readable_edition_of_each_report_comes_first():
    links = (
        Link(f"{HOST}/1.jpg", "甲县2023年政府信息公开工作年度报告（图片版）"),
        Link(f"{HOST}/1.pdf", "甲县2023年政府信息公开工作年度报告（超链版）.pdf"),
        Link(f"{HOST}/2.doc", "乙县2023年政府信息公开工作年度报告.doc"),
        Link(f"{HOST}/1.shtml", "甲县2023年政府信息公开工作年度报告"),
    )
    groups = grouped(edition_of(link) for link in links)
    assert [[short(each.link.url) for each in group] for group in groups] == [["/1.shtml", "/1.pdf", "/1.jpg"], ["/2.doc"]]
    assert best(groups[0]).link.url == f"{HOST}/1.shtml"
