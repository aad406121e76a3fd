"""How each system lays out lists, as seen in the wild (docs/sources.md says where), and how it is recognised."""

import json
from datetime import date
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest

from collect.sites.families import FAMILIES, family_of
from collect.sites.model import Ask, Listing, Page, Site
from collect.sites.walk import MAX_ASKS, Walk

HOST = "http://www.example.gov.cn"
SITE = Site(name="example", lists=(f"{HOST}/zwgk/nb/index.html",))


def page(path, text, *, encoding="utf-8", kind="text/html"):
    return Page(HOST + path, text.encode(encoding), kind)


def listing(path, text, site=SITE, **more) -> Listing:
    answer = page(path, text, **more)
    return family_of(answer, site).listing(answer, site)


def paths(listing):
    return [urlsplit(link.url).path for link in listing.reports]


def asked(listing):
    return [ask.url.removeprefix(HOST) for ask in listing.further]


def html(body, title="政府信息公开年报"):
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


ROW = '<li><a href="{0}" title="青禾市{1}2023年政府信息公开工作年度报告">青禾市{1}2023年政府...</a><span>2024-01-18</span></li>'


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("/zfxxgk/nb/202401/t20240118_12.shtml", html("x"), "trs"),
        ("/zfxxgk/nb/", html("<script>createPageHTML(3, 0, 'index', 'shtml')</script>"), "trs"),
        ("/col/col1229/index.html", html("x"), "hanweb"),
        ("/art/2024/1/18/art_1_2.html", html("x"), "hanweb"),
        ("/module/xxgk/xxgkAnnualReport.jsp?area=1&fbtime=2020", html("x"), "hanweb"),
        ("/x/index.html", html("<script type='text/xml'><datastore></datastore></script>"), "hanweb"),
        ("/gkmlpt/annualreport", html("x"), "gkmlpt"),
        ("/XxgkAnnualReport/show/4309.html", html("x"), "openness"),
        ("/public/25461/45854211.html", html("x"), "openness"),
        ("/info/1001/2345.htm", html("x"), "vsb"),
        ("/xxgk.htm", html("<script>_simple_list_gotopage_fun(3,'u8_goto',2)</script>"), "vsb"),
        ("/gongkai/site_a/channel_b/doc_c.html", html("x"), "jpaas"),
        ("/x/index.html", html("<script url='/api-gateway/jpaas-publish-server/front/page/build/unit'></script>"), "jpaas"),
        ("/zwgk/nb/1.html", html("x"), "plain"),
        ("/Content-2027931.html", "", "plain"),
    ],
)
def test_recognition(path, text, name):
    assert family_of(page(path, text), SITE).name == name


def test_the_table_of_a_source_outweighs_recognition():
    named = Site(name="a", lists=(f"{HOST}/",), family="trs")
    assert family_of(page("/col/col1/index.html", html("x")), named).name == "trs"


def test_trs_counts_from_zero_without_a_box():
    found = listing(
        "/zfxxgk/nb/",
        html(ROW.format("./202401/t20240118_1.shtml", "财政局") + "<script>createPageHTML(3,0,'index','shtml')</script>"),
    )
    assert paths(found) == ["/zfxxgk/nb/202401/t20240118_1.shtml"]
    assert asked(found) == ["/zfxxgk/nb/index_1.shtml", "/zfxxgk/nb/index_2.shtml"]
    assert (found.reports[0].year, found.reports[0].published) == (2023, date(2024, 1, 18))


def test_trs_counts_from_one_with_a_box():
    text = html(ROW.format("/a/b.shtml", "财政局") + "<script>createPageHTML('page_div',3, 1,'xxgknb_list','shtml',45)</script>")
    assert asked(listing("/xxgk/xxgknb_list.shtml", text)) == ["/xxgk/xxgknb_list_2.shtml", "/xxgk/xxgknb_list_3.shtml"]


@pytest.mark.parametrize(
    "script",
    [
        """var currentPage = 0;var countPage = 3;for(var i=0;i<countPage;i++){document.write("<a href=\\"list_" + i + ".htm\\">");}""",
        """var currentPage = 0;//所在页从0开始
        var prevPage = currentPage-1//上一页
        var countPage = 3//共多少页
        document.write("<a href=\\"list."+"htm\\">首页</a>");
        document.write("<a href=\\"list"+"_" + prevPage + "."+"htm\\">上一页</a>");
        document.write("<a href=\\"list"+"_" + (countPage-1)  + "."+"htm\\">尾页</a>");""",
    ],
)
def test_older_trs_templates_write_the_loop_into_the_page(script):
    assert asked(listing("/zwgk/nb/", html(f"<script>{script}</script>"))) == ["/zwgk/nb/list_1.htm", "/zwgk/nb/list_2.htm"]


def test_a_list_in_nested_layout_tables_told_by_its_breadcrumb():
    row = '<tr><td width="25"><img src="../../images/ico2.jpg"></td><td width="550"><a href="{0}">{1}</a></td><td> {2} </td></tr>'
    rows = "".join(
        row.format(*each)
        for each in (
            ("./202009/t20200903_1.html", "青禾市2019年政府信息公开工作年度报告", "2020-09-03"),
            ("./202005/t20200506_2.html", "示范区召开2020年度工作会暨党风廉政建设会议", "2020-05-06"),
            ("./202003/t20200311_3.html", "2018年", "2019-03-11"),
            ("./201805/t20180525_4.html", "一图读懂示范区2017年重点工作", "2018-05-25"),
        )
    )
    menu = "".join(
        f'<tr><td><a href="../{path}/">{text}</a></td></tr>'
        for path, text in (("gd", "信息公开规定"), ("zn", "信息公开指南"), ("cx", "信息公开查询"))
    )
    crumb = '<td class="pos">您现在的位置是： <a href="../../" title="首页">首页</a>&nbsp;&gt;&gt;&nbsp;<a href="./">信息公开年报</a></td>'
    body = f"<table><tr><td><table>{menu}</table></td><td><table><tr>{crumb}</tr><tr><td><table>{rows}</table></td></tr></table></td></tr></table>"
    found = listing("/xxgk/nb/", html(body, "青禾示范区"))
    assert [(urlsplit(link.url).path, link.year, link.published) for link in found.reports] == [
        ("/xxgk/nb/202009/t20200903_1.html", 2019, date(2020, 9, 3)),
        ("/xxgk/nb/202003/t20200311_3.html", 2018, date(2019, 3, 11)),
    ]


def test_hanweb_reads_the_records_and_follows_the_next_group():
    store = (
        '<script type="text/xml"><datastore><nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&appid=1&webid=1&'
        'path=/&columnid=114&unitid=1737"></a>]]></nextgroup><recordset><record><![CDATA[' + ROW.format("/art/2024/1/18/art_1_2.html", "财政局")
        + "]]></record></recordset></datastore></script>"
    )  # fmt: skip
    found = listing("/col/col114/index.html", html(store))
    assert paths(found) == ["/art/2024/1/18/art_1_2.html"]
    assert asked(found) == ["/module/web/jpage/dataproxy.jsp?page=1&appid=1&webid=1&path=/&columnid=114&unitid=1737"]


def test_hanweb_resolves_a_relative_next_group_against_the_answer():
    answer = (
        '<?xml version="1.0" encoding="utf-8"?><datastore><totalrecord>63</totalrecord><nextgroup><![CDATA[<a href="./dataproxy.jsp?page=5&'
        'webname=青禾"></a>]]></nextgroup><recordset><record><![CDATA[' + ROW.format("/art/2024/1/18/art_1_2.html", "财政局")
        + "]]></record></recordset></datastore>"
    )  # fmt: skip
    found = listing("/module/web/jpage/dataproxy.jsp?page=4", answer, kind="text/xml")
    assert asked(found) == ["/module/web/jpage/dataproxy.jsp?page=5&webname=%E9%9D%92%E7%A6%BE"]
    assert paths(found) == ["/art/2024/1/18/art_1_2.html"]


def test_hanweb_stops_where_an_answer_holds_no_record():
    answer = (
        '<datastore><nextgroup><![CDATA[<a href="./dataproxy.jsp?page=9"></a>]]></nextgroup><recordset></recordset></datastore>'
    )
    assert listing("/module/web/jpage/dataproxy.jsp?page=8", answer) == Listing()


def test_hanweb_asks_for_ranges_by_a_form():
    script = (
        "<script>var dataAfter='';$('#25630').jpage({perPage:15, totalRecord:100, proxyUrl:'/module/web/jpage/dataproxy.jsp',"
        "ajaxParam:{col:1,appid:1,webid:49,path:'/',columnid:30516,sourceContentType:1,unitid:25630,webname:'青禾市',permissiontype:0}})</script>"
    )
    found = listing("/col/col30516/index.html", html(script))
    assert [ask.method for ask in found.further] == ["POST"] * 3
    assert [parse_qs(urlsplit(ask.url).query) for ask in found.further] == [
        {"startrecord": ["1"], "endrecord": ["45"], "perpage": ["15"]},
        {"startrecord": ["46"], "endrecord": ["90"], "perpage": ["15"]},
        {"startrecord": ["91"], "endrecord": ["100"], "perpage": ["15"]},
    ]
    form = parse_qs(found.further[0].body)
    assert (form["columnid"], form["unitid"], form["webid"], form["webname"]) == (["30516"], ["25630"], ["49"], ["青禾市"])


def test_hanweb_takes_annual_reports_by_address_in_either_order():
    rows = "".join(
        f'<li><a href="/module/xxgk/xxgkAnnualReport.jsp?{query}">{text}</a></li>'
        for query, text in (
            ("area=11&fbtime=2020", "2020"),
            ("fbtime=2021&area=11", "查看"),
            ("fbtime=2020&area=11", "2020年年报"),
        )
    )
    found = listing("/col/col1/index.html", html(rows, "信息公开"))
    assert [(urlsplit(link.url).query, link.year) for link in found.reports] == [
        ("area=11&fbtime=2020", 2020),
        ("area=11&fbtime=2021", 2021),
    ]


def test_openness_asks_page_by_page():
    column = "/public/column/25461?type=4&catId=9&action=list&pageIndex=1"
    found = listing(column, html(ROW.format("/public/25461/45854211.html", "财政局")))
    assert paths(found) == ["/public/25461/45854211.html"]
    assert asked(found) == ["/public/column/25461?type=4&catId=9&action=list&pageIndex=2"]
    piece = "/site/label/8888?labelName=publicInfoList&siteId=6&organId=25461&catIds=&pageIndex=4"
    found = listing(piece, "<ul><li><a href='/public/25461/4.html' title='2021年'>2021年</a></li></ul>")
    assert (paths(found), asked(found)) == (["/public/25461/4.html"], [piece.replace("pageIndex=4", "pageIndex=5")])
    assert asked(listing(piece, "<p>暂无相关信息</p>")) == []


def test_openness_asks_for_the_list_that_a_script_fetches():
    script = "<script>load('#list', {labelName: 'publicInfoList', siteId: 6788031, organId: '21691', catId: '327', pageSize: 15, file: '/xxgk/list'});</script>"
    found = listing("/public/column/21691", html(script))
    (question,) = [ask.url for ask in found.further]
    assert urlsplit(question).path == "/site/label/8888"
    assert {name: values[0] for name, values in parse_qs(urlsplit(question).query).items()} == {
        "IsAjax": "1", "dataType": "html", "labelName": "publicInfoList", "siteId": "6788031", "organId": "21691", "catId": "327",
        "pageSize": "15", "file": "/xxgk/list", "pageIndex": "1",
    }  # fmt: skip


GKMLPT = '<script>window._CONFIG = {{ SID: \'755031\', TREE: [{{"id":1,"name":"法定主动公开内容","children":[{{"id":7,"name":"{name}"}}]}}] }}</script>'


@pytest.mark.parametrize(
    ("address", "name", "columns"),
    [
        ("/gkmlpt/annualreport#2629", "机构职能", ["2629"]),
        ("/gkmlpt/index", "政府信息公开年报", ["7"]),
        ("/fskjj/gkmlpt/index#9", "政府信息公开年报", ["9", "7"]),
        ("/gkmlpt/index", "部门决算", []),
    ],
)
def test_gkmlpt_asks_for_the_articles_of_its_columns(address, name, columns):
    site = Site(name="a", lists=(HOST + address,))
    found = listing(address.partition("#")[0], html("<div id='app'></div>" + GKMLPT.format(name=name), "政府信息公开平台"), site)
    root = address.partition("/gkmlpt")[0]
    assert asked(found) == [f"{root}/gkmlpt/api/all/{column}?page=1&sid=755031" for column in columns]


def test_gkmlpt_knows_its_column_on_another_host():
    site = Site(name="a", lists=("http://example.gov.cn/gkmlpt/index#77",))
    found = listing("/gkmlpt/index", html("<div id='app'></div>" + GKMLPT.format(name="机构职能")), site)
    assert asked(found) == ["/gkmlpt/api/all/77?page=1&sid=755031"]


def test_gkmlpt_reads_articles_and_turns_pages_while_there_are_more():
    articles = [
        {
            "title": "青禾市财政局2023年政府信息公开工作年度报告",
            "url": f"{HOST}/gkmlpt/content/8/8766/post_8766914.html",
            "date": 1705507200,
        },
        {"title": "青禾市财政局2023年部门决算", "url": f"{HOST}/gkmlpt/content/8/8766/post_8766915.html", "date": 1705507200},
        {"title": "别处的2023年政府信息公开工作年度报告", "url": "http://elsewhere.example/1.html"},
        {"title": None, "url": None},
    ]
    text = json.dumps({"classify": {"id": 1, "name": "政府信息公开年报"}, "articles": articles, "total": 9})
    found = listing("/gkmlpt/api/all/1?page=2&sid=3", text, kind="application/json")
    assert [(link.url, link.year, link.published) for link in found.reports] == [
        (f"{HOST}/gkmlpt/content/8/8766/post_8766914.html", 2023, date(2024, 1, 18))
    ]
    assert asked(found) == ["/gkmlpt/api/all/1?page=3&sid=3"]
    assert asked(listing("/gkmlpt/api/all/1?page=3&sid=3", text)) == []


@pytest.mark.parametrize(
    "text", ["{", "{}", '{"articles": null}', '{"articles": [1, null, {"title": 3}], "total": "x"}', "[]", '{"articles": []}']
)
def test_gkmlpt_bears_broken_data(text):
    assert listing("/gkmlpt/api/all/1?page=1&sid=3", text).reports == ()


def test_vsb_counts_its_pages_from_the_oldest():
    text = html(
        ROW.format("../info/1001/2345.htm", "财政局") + '<input onkeydown="_simple_list_gotopage_fun(4,&quot;u13_goto&quot;,2)">'
    )
    found = listing("/xxgk/xxgknb.htm", text)
    assert paths(found) == ["/info/1001/2345.htm"]
    assert asked(found) == ["/xxgk/xxgknb/3.htm", "/xxgk/xxgknb/2.htm", "/xxgk/xxgknb/1.htm"]


def test_jpaas_asks_the_unit_and_turns_its_pages():
    query = "{'parseType':'bulidstatic','webId':'52','tplSetId':'Ms','pageType':'column','tagId':'列表','editType':'null','pageId':'16'}"
    column = html(f'<script url="/api-gateway/jpaas-publish-server/front/page/build/unit" queryData="{query}"></script>')
    first = listing("/gongkai/nb/index.html", column).further[0]
    asked_for = parse_qs(urlsplit(first.url).query)
    assert (asked_for["pageId"], asked_for["tagId"], asked_for["paramJson"]) == (["16"], ["列表"], ['{"pageNo":1,"pageSize":50}'])
    rows = (
        ROW.format("/gongkai/site_a/channel_b/doc_c.html", "财政局")
        + '<div class="pagination" rows="24" count="48" pageNo="1"></div>'
    )
    answer = Page(first.url, json.dumps({"success": True, "data": {"html": rows}}).encode(), "application/json")
    found = family_of(answer, SITE).listing(answer, SITE)
    assert paths(found) == ["/gongkai/site_a/channel_b/doc_c.html"]
    assert parse_qs(urlsplit(found.further[0].url).query)["paramJson"] == ['{"pageNo":2,"pageSize":50}']


@pytest.mark.parametrize(
    "group",
    [
        "<div class='box'><div class='hd'><h3>政府信息公开年报</h3></div><ul><li><a href='/1.html'>2023年</a></li></ul></div>",
        "<table><tr><th>年报</th><td><a href='/0.html'>2022年</a><a href='/1.html'>2023年</a></td></tr></table>",
        "<table><tr><td>年度报告</td><td><a href='/1.html'>2023年</a></td></tr></table>",
        "<dl><dt><a href='/nb/'>政府信息公开年报</a></dt><dd><a href='/1.html'>2023</a></dd></dl>",
        "<ul><li><a href='/nb/'>政府信息公开年报</a><ul><li><a href='/1.html'>2023年度</a></li></ul></li></ul>",
        "<p><strong>历年年报</strong></p><p><a href='/1.html'>2023年</a></p>",
    ],
)
def test_a_year_alone_is_a_report_under_a_heading_of_reports(group):
    noise = "<div><h3>法治政府建设年度报告</h3><ul><li><a href='/9.html'>2021年</a></li></ul></div><div><h3>部门决算</h3><a href='/8.html'>2020年</a></div>"
    found = listing("/zwgk/index.html", html(group + noise, "政务公开"))
    assert ("/1.html", 2023) in [(urlsplit(link.url).path, link.year) for link in found.reports]
    assert {"/8.html", "/9.html"} & set(paths(found)) == set()


def test_an_agency_alone_is_a_report_in_a_list_not_in_a_menu():
    rows = "<ul class='list'><li><a href='/1.html'>青禾市财政局</a><span>2024-01-20</span></li></ul>"
    group = "<h3>部门年报</h3><ul><li><a href='/2.html'>青禾市教育局</a></li></ul>"
    menu = "<div class='nav'><a href='/czj/'>市财政局</a><a href='/jyj/'>市教育局</a></div><h3>乡镇街道</h3><ul><li><a href='/sqz/'>石桥镇</a></li></ul>"
    assert paths(listing("/zwgk/nb/", html(menu + rows + group))) == ["/1.html", "/2.html"]


def test_paging_by_words_and_numbers():
    turn = '<a href="index.html">首页</a><a href="index_2.html">2</a><a href="index_3.html">[3]</a><a href="index_2.html">下一页</a><a href="index_9.html">尾页</a>'
    found = listing("/zwgk/nb/index.html", html(turn + '<select><option value="index_4.html">第4页</option></select>'))
    assert asked(found) == ["/zwgk/nb/index_2.html", "/zwgk/nb/index_3.html", "/zwgk/nb/index_4.html", "/zwgk/nb/index_9.html"]


def test_endless_paging_ends():
    walk = Walk(SITE)
    asks, count = list(walk.take([Ask(SITE.lists[0])])), 0
    while asks:
        count += 1
        number = int(urlsplit(asks.pop().url).query or 0)
        body = html(f"{ROW.format('/1.html', '财政局')}<a href='/zwgk/nb/index.html?{number + 1}'>下一页</a>")
        asks += walk.heard(listing(f"/zwgk/nb/index.html?{number}", body))[1]
    assert count == 2
    assert [link.url for link in walk.links] == [f"{HOST}/1.html"]


def test_the_same_question_from_another_page_is_asked_once():
    walk = Walk(SITE)
    first, again, other = (
        Ask(f"{HOST}/data", "POST", body, (("Referer", page),)) for body, page in (("a=1", "x"), ("a=1", "y"), ("a=2", "x"))
    )
    assert (walk.take([first]), walk.take([again]), walk.take([other])) == ((first,), (), (other,))


def test_what_makes_up_new_links_for_ever_ends():
    walk, asks, count = Walk(SITE), [Ask(f"{HOST}/0")], 0
    asks = list(walk.take(asks))
    while asks:
        count += 1
        number = int(asks.pop().url.rpartition("/")[2])
        asks += walk.heard(Listing((), (Ask(f"{HOST}/{number + 1}"),), (f"{HOST}/x{number}",)))[1]
    assert count == MAX_ASKS


def test_a_loop_of_pages_ends():
    walk, asks, seen = Walk(SITE), [Ask(SITE.lists[0])], []
    asks = list(walk.take(asks))
    while asks:
        path = asks.pop().url.removeprefix(HOST)
        seen.append(path)
        other = {"/zwgk/nb/index.html": "/zwgk/nb/b.html", "/zwgk/nb/b.html": "/zwgk/nb/index.html"}[path]
        asks += walk.heard(listing(path, html(f"{ROW.format(path + 'x', '财政局')}<a href='{other}'>下一页</a>")))[1]
    assert seen == ["/zwgk/nb/index.html", "/zwgk/nb/b.html"]


def test_other_hosts_and_excluded_addresses_are_not_followed():
    site = Site(name="a", lists=(f"{HOST}/",), hosts=("files.example.gov.cn",), exclude=r"/old/")
    rows = "".join(
        ROW.format(url, "财政局")
        for url in ("http://elsewhere.cn/1", "/old/2", "http://files.example.gov.cn/3", "javascript:void(0)", "#")
    )
    assert [link.url for link in listing("/", html(rows), site).reports] == ["http://files.example.gov.cn/3"]


def test_addresses_are_the_same_in_every_session():
    first = listing("/", html(ROW.format("/a.do;jsessionid=0A1B!-12?id=3", "财政局")))
    assert [link.url for link in first.reports] == [f"{HOST}/a.do?id=3"]


def test_links_that_scripts_follow():
    rows = (
        "<li><a href=\"javascript:openWin('/a/1.html')\">青禾市2023年政府信息公开工作年度报告</a></li>"
        "<li><a href=\"javascript:void(0)\" onclick=\"window.open('/a/2.html','_blank')\">青禾市2022年政府信息公开工作年度报告</a></li>"
    )
    assert paths(listing("/", html(rows))) == ["/a/1.html", "/a/2.html"]


def test_years_to_choose_from_rows_to_click_and_frames():
    choices = '<h3>政府信息公开年报</h3><select onchange="go(this)"><option value="/nb/2022.html">2022年</option><option value="3">2021年</option></select>'
    assert [(urlsplit(link.url).path, link.year) for link in listing("/zwgk/", html(choices, "政务公开")).reports] == [
        ("/nb/2022.html", 2022)
    ]
    rows = "<ul><li onclick=\"location.href='/nb/7.html'\">青禾市财政局2022年政府信息公开工作年度报告</li></ul>"
    assert paths(listing("/zwgk/", html(rows))) == ["/nb/7.html"]
    framed = '<iframe src="/top.html"></iframe><iframe src="list.html"></iframe><iframe src="/a.html" height="90"></iframe><iframe src="http://weather.example/x"></iframe>'
    assert asked(listing("/zwgk/nb/", html(framed))) == ["/zwgk/nb/list.html"]


@pytest.mark.parametrize(("rows", "expected"), [("2023年 2022年 2021年", 3), ("2023年 会议纪要 领导活动 通知公告", 0)])
def test_data_are_of_reports_if_half_of_the_rows_may_be(rows, expected):
    records = "".join(
        f"<record><![CDATA[<li><a href='/art/2024/1/{n}/art_1_{n}.html'>{text}</a></li>]]></record>"
        for n, text in enumerate(rows.split(), 1)
    )
    found = listing("/module/web/jpage/dataproxy.jsp?page=2", f"<datastore><recordset>{records}</recordset></datastore>")
    assert len(found.reports) == expected


def test_the_name_with_and_without_www_is_one_host():
    site = Site(name="a", lists=("http://www.qinghe.example:80/nb/",))
    rows = ROW.format("http://qinghe.example/1.html", "财政局") + ROW.format("https://www.qinghe.example/2.html", "教育局")
    answer = Page("http://www.qinghe.example/nb/", html(rows).encode(), "text/html")
    assert len(family_of(answer, site).listing(answer, site).reports) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("declared", ["", "utf-8", "gb2312", "iso-8859-1", "nonsense"])
def test_wrong_declarations_do_not_matter(encoding, declared):
    text = f"<html><head><meta charset='{declared}'><title>政府信息公开年报</title></head><body>{ROW.format('/1.html', '财政局')}</body></html>"
    found = listing("/zwgk/nb/", text, encoding=encoding, kind=f"text/html; charset={declared}")
    assert found.reports[0].text == "青禾市财政局2023年政府信息公开工作年度报告"


@pytest.mark.parametrize("seed", range(8))
def test_no_page_however_broken_raises(seed):
    rng = Random(seed)
    pieces = ["<a href='", "'>", "政府信息公开年报", "</a>", "<table>", "\0", "<datastore><record>", "]]>", "<script>", "{", '"articles":', "createPageHTML(",
              "\ufffd", "<base href='::'>", "http://[", "<iframe src=", "<img src='x.png'>", "2023年", "<" * 50, "<div>" * 40, "window._CONFIG={SID:1,TREE:["]  # fmt: skip
    text = "".join(rng.choice(pieces) for _ in range(200))
    body = text.encode("gb18030", "replace") if seed % 2 else text.encode() + bytes(rng.randrange(256) for _ in range(200))
    for family in FAMILIES:
        for path in ("/x.html", "/gkmlpt/api/all/1?page=x", "/module/web/jpage/dataproxy.jsp"):
            answer = Page(HOST + path, body, "text/html")
            family.matches(answer)
            assert isinstance(family.listing(answer, SITE), Listing)
            family.detail(answer, SITE)
