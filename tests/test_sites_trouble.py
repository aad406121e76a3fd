"""Answers that are no documents, and genuine pages that only sound like them: a false alarm loses a report."""

import csv
from pathlib import Path
from random import Random

import pytest

from collect.sites.model import Page
from collect.sites.trouble import Kind, trouble_of
from tests.sites.layouts_scripted import CHALLENGE
from tests.typesetter.compose import random_paper
from tests.typesetter.figures import Shape
from tests.typesetter.html import HtmlStyle, print_html

URL = "http://www.example.gov.cn/zwgk/nb/1.html"
FOOT = (
    '<div class="foot">主办单位：青禾市人民政府　<a href="/">首页</a> <a href="/login">登录</a> <a href="/map">网站地图</a></div>'
)
MENU = (
    '<div class="nav"><a href="/">首页</a><a href="/zwgk">政务公开</a><a href="/login">用户登录</a><a href="/404">404</a></div>'
)


def page(body, *, status=200, url=URL, kind="text/html", encoding="utf-8"):
    return Page(url, body if isinstance(body, bytes) else body.encode(encoding), kind, status)


def html(title, body, *, head="", chrome=False):
    inner = f"{MENU}{body}{FOOT}" if chrome else body
    return f"<html><head><title>{title}</title>{head}</head><body>{inner}</body></html>"


ACW = (
    "<html><script>var arg1='B5A1B7C1F7E0A1C9D3C8E2F3A4B5C6D7E8F9A0B1';var _0x4818=['...'];"
    "setTimeout(function(){document.cookie='acw_sc__v2='+x+';path=/';document.location.reload()},2)</script></html>"
)
JSL = "<script>document.cookie=('_')+('_')+('jsl_clearance_s=1640');location.href=location.pathname+location.search</script>"
YUNSUO = (
    '<html><head><script>function YunSuoAutoJump(){self.location="/?security_verify_data=1"}</script>'
    '<script>setTimeout("YunSuoAutoJump()",50);</script></head></html>'
)
NOSCRIPT = html("", "<noscript>请开启JavaScript后继续访问</noscript>", head='<meta http-equiv="refresh" content="1">')

TROUBLES = [
    ("ruishu", page(CHALLENGE), Kind.CHALLENGE),
    ("ruishu with its status", page(CHALLENGE, status=412), Kind.CHALLENGE),
    ("acw", page(ACW), Kind.CHALLENGE),
    ("jsl", page(JSL, status=521), Kind.CHALLENGE),
    ("jsl as 200", page(JSL), Kind.CHALLENGE),
    ("yunsuo", page(YUNSUO), Kind.CHALLENGE),
    ("noscript and refresh", page(NOSCRIPT), Kind.CHALLENGE),
    ("cloudflare", page(html("Just a moment...", "<div id='challenge-platform'>Checking your browser</div>")), Kind.CHALLENGE),
    ("slider", page(html("安全验证", "<p>请完成下列验证后继续</p><script src='/captcha/TCaptcha.js'></script>")), Kind.CHALLENGE),
    (
        "riddle",
        page(html("访问验证", "<form>请输入验证码后继续访问 <input name=code><img src='/code.jpg'></form>")),
        Kind.CHALLENGE,
    ),
    ("people only", page(html("人机验证", "<p>为保障网站安全，请先完成人机验证</p>")), Kind.CHALLENGE),
    ("cookies", page(html("提示", "<p>请开启浏览器的Cookie后访问本站</p>")), Kind.CHALLENGE),
    (
        "login",
        page(html("用户登录", "<form>账号<input name=u>密码<input type=password><button>登录</button></form>")),
        Kind.LOGIN,
    ),
    ("login in words", page(html("提示", "<p>您还没有登录，请先登录！</p>")), Kind.LOGIN),
    (
        "single sign-on",
        page(html("统一身份认证平台", "<p>统一身份认证</p>"), url="http://sso.example.gov.cn/cas/login?x=1"),
        Kind.LOGIN,
    ),
    ("login timed out", page(html("系统提示", "<p>登录超时，请重新登录</p>")), Kind.LOGIN),
    ("401", page(html("Unauthorized", "x"), status=401), Kind.LOGIN),
    ("chuangyu", page(html("创宇盾", "<h1>当前访问疑似黑客攻击，已被创宇盾拦截。</h1>")), Kind.BLOCKED),
    ("safedog", page(html("网站防火墙", "<p>您的请求带有不合法参数，已被网站管理员设置拦截！</p>")), Kind.BLOCKED),
    ("yundun", page(html("405", "<p>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。</p>")), Kind.BLOCKED),
    ("xuanwu", page(html("玄武盾", "<p>您的访问可能对网站造成危险，已被云防护安全拦截</p>")), Kind.BLOCKED),
    ("403 as 200", page(html("403 Forbidden", "<center><h1>403 Forbidden</h1></center><hr>nginx")), Kind.BLOCKED),
    ("too often", page(html("提示", "<p>您的访问过于频繁，请稍后再试。</p>")), Kind.BLOCKED),
    ("address", page(html("提示", "<p>您的IP地址已被限制访问</p>")), Kind.BLOCKED),
    ("denied", page(html("Access Denied", "<p>Access Denied. You don't have permission. Event ID: 123</p>")), Kind.BLOCKED),
    ("403", page(html("x", "y"), status=403), Kind.BLOCKED),
    ("intercepted, GBK", page(html("访问拦截", "<p>您的访问被拦截</p>"), encoding="gb18030"), Kind.BLOCKED),
    ("soft 404", page(html("404", "<p>抱歉，您访问的页面不存在</p><a href='/'>返回首页</a>")), Kind.SOFT_404),
    ("soft 404 within the site", page(html("提示信息", "<h2>抱歉，该信息已被删除！</h2>", chrome=True)), Kind.SOFT_404),
    ("not found", page(html("404 Not Found", "<h1>404 Not Found</h1>")), Kind.SOFT_404),
    ("gone", page(html("青禾市人民政府", "<p>您查看的文章不存在或已下线</p>", chrome=True)), Kind.SOFT_404),
    ("unfound", page(html("出错了", "<p>找不到您要访问的页面</p>", chrome=True)), Kind.SOFT_404),
    ("real 404", page(html("x", "y"), status=404), Kind.SOFT_404),
    ("home by script", page("<script>window.location.href='/';</script>"), Kind.SOFT_404),
    ("home by refresh", page('<html><head><meta http-equiv="refresh" content="0;url=/index.html"></head></html>'), Kind.SOFT_404),
    ("wrong parameter", page(html("提示", "<p>参数错误</p>")), Kind.SOFT_404),
    (
        "address of an error",
        page(html("青禾市人民政府", "<p>请返回。</p>"), url="http://www.example.gov.cn/404.html"),
        Kind.SOFT_404,
    ),
    ("maintenance", page(html("系统维护", "<p>网站正在升级维护中，请稍后访问。</p>")), Kind.MAINTENANCE),
    ("unavailable", page(html("503 Service Unavailable", "<p>Service Unavailable</p>")), Kind.MAINTENANCE),
    ("busy", page(html("提示", "<p>服务器繁忙，请稍后再试</p>")), Kind.MAINTENANCE),
    ("rebuilt", page(html("通知", "<p>因机房迁移，本站暂停服务。</p>")), Kind.MAINTENANCE),
    ("empty", page(b""), Kind.EMPTY),
    (
        "shell",
        page("<html><head><title></title></head><body><div id='app'></div><script src='/app.js'></script></body></html>"),
        Kind.EMPTY,
    ),
]


@pytest.mark.parametrize(("name", "answer", "kind"), TROUBLES, ids=[name for name, *_ in TROUBLES])
def test_trouble(name, answer, kind):
    found = trouble_of(answer)
    assert found is not None, name
    assert found.kind is kind, found


def printed(seed):
    rng = Random(seed)
    form = ("2014", "2019", "2021")[seed % 3]
    style = HtmlStyle(
        template=("cms", "layout", "word", "print")[seed % 4],
        encoding=("utf-8", "gb18030")[seed % 2],
        declared=seed % 5 != 0,
        split_runs=seed % 7 == 0,
        ragged=seed % 6 == 0,
    )
    return print_html(random_paper(form, Shape(("zero", "small")[seed % 2], "random"), rng), style, rng)


INSERTS = (
    b"<p>404</p>",
    "<div>页面不存在</div>".encode(),
    "<a href='/login'>请先登录</a>".encode(),
    "<form>用户名<input><input type='password' placeholder='密码'>验证码<input></form>".encode(),
    "<div style='display:none'>您的访问被拦截</div>".encode(),
    b"<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script><meta content='x' r='m'>",
    b"<script>document.cookie='a=1';if(0)location.reload()</script>",
    "<noscript>请开启JavaScript</noscript>".encode(),
    "<p>本年度网站维护升级，部分页面已删除；访问过于频繁的问题已解决。</p>".encode(),
    "<script src='/captcha/geetest.js'></script><p>安全验证</p>".encode(),
)


@pytest.mark.parametrize("seed", range(60))
def test_a_printed_report_is_no_trouble_whatever_stands_around_it(seed):
    content = printed(seed)
    insert = INSERTS[seed % len(INSERTS)]
    if seed % 2:
        insert = insert.decode().encode("gb18030")
    at = content.index(b"<body")
    at = content.index(b">", at) + 1
    assert trouble_of(page(content[:at] + insert + content[at:])) is None


ARTICLE = "青禾市2023年政府信息公开工作年度报告"
GENUINE = [
    ("attached", html(ARTICLE, f'<h1>{ARTICLE}</h1><p>详见附件。</p><a href="/a.pdf">附件：年度报告.pdf</a>', chrome=True)),
    ("attached, no text", html(ARTICLE, '<a href="/a.doc">下载</a>', chrome=True)),
    (
        "servlet",
        html(
            "青禾市人民政府",
            f'<p>{ARTICLE}</p><a href="/system/_content/download.jsp?id=3">附件【年报.pdf】</a>用户登录',
            chrome=True,
        ),
    ),
    (
        "pictures, the site for a title",
        html("青禾市人民政府", f'<h1>{ARTICLE}</h1><img src="/1.png"><span>用户登录</span>验证码', chrome=True),
    ),
    ("viewer", html(ARTICLE, '<iframe src="/pdfjs/web/viewer.html?file=/a.pdf"></iframe>', chrome=True)),
    ("pictures", html(ARTICLE, f'<h1>{ARTICLE}</h1><p><img src="/1.png"><img src="/2.png"></p>', chrome=True)),
    (
        "guarded, attached",
        html(ARTICLE, f'<p>{ARTICLE}</p><a href="/a.pdf">附件</a>', head="<script>$_ts=window['$_ts'];</script>"),
    ),
    ("about logins", html("政务公开年报", f"<p>{ARTICLE}。系统登录超时问题已整改。</p>" + "<p>工作扎实推进。</p>" * 60)),
    (
        "list",
        html(
            "政府信息公开年报", "".join(f"<li><a href='/{y}.html'>{y}年年度报告</a></li>" for y in range(2015, 2024)), chrome=True
        ),
    ),
    ("empty list", html("政府信息公开年报", "<p>暂无信息</p>", chrome=True)),
    ("shell with data", html("平台", "<div id='app'></div>", head="<script>window._CONFIG={SID:'1'}</script>")),
    ("list in data", html("年报", "<script type='text/xml'><datastore><recordset></recordset></datastore></script>")),
    ("short report", html(ARTICLE, f"<h1>{ARTICLE}</h1><p>本年度未收到政府信息公开申请，网站改版升级。</p>", chrome=True)),
    ("short, about deleted pages", html(ARTICLE, f"<h1>{ARTICLE}</h1><p>清理信息已删除的页面3个。</p>", chrome=True)),
    ("table only", html("统计表", "<table>" + "<tr><td>指标</td><td>0</td></tr>" * 20 + "</table>")),
]


@pytest.mark.parametrize(("name", "text"), GENUINE, ids=[name for name, _ in GENUINE])
def test_a_genuine_page_is_no_trouble(name, text):
    for encoding in ("utf-8", "gb18030"):
        assert trouble_of(page(text, encoding=encoding)) is None, name


def table(name):
    with (Path(__file__).parent / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [
            pytest.param(*row.values(), id=f"{number} {row['title'][:12]}") for number, row in enumerate(csv.DictReader(file))
        ]


@pytest.mark.parametrize(("kind", "title", "body"), table("troubles_held_out"))
def test_words_that_were_held_out(kind, title, body):
    found = trouble_of(page(html(title, body if body.startswith("<") else f"<div><p>{body}</p></div>")))
    assert (found.kind.value if found else "") == kind


@pytest.mark.parametrize(("title", "body"), table("genuine_short"))
def test_short_genuine_pages_that_were_held_out(title, body):
    assert trouble_of(page(html(title, body))) is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"%PDF-1.7 403 Forbidden", "application/pdf"),
        (b"PK\x03\x04 login", "text/html"),
        (b"\xd0\xcf\x11\xe0 404", "text/html"),
        (b'{"articles": [], "message": "404"}', "application/json"),
        (b"<?xml version='1.0'?><datastore></datastore>", "text/xml"),
        ("年度报告 请先登录".encode(), "text/plain"),
    ],
)
def test_files_and_data_are_no_trouble(body, kind):
    assert trouble_of(page(body, kind=kind)) is None
