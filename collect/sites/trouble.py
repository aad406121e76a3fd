"""Answers that are no documents although they look like pages: challenges, logins, blocks, soft 404s, maintenance.

A false alarm loses a report, so a page is in trouble only if it holds hardly any text of its own beside what gives it away. Menus
and forms of genuine pages say 登录, 验证码 and 404; and systems that guard a site write their scripts into its genuine pages too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import regex

from collect.sites.links import Kind as Promise
from collect.sites.links import judge
from collect.sites.markup import Markup, decoded, shown
from collect.sites.model import Page
from collect.sites.words import folded


class Kind(StrEnum):
    """What keeps the document back."""

    CHALLENGE = "challenge"
    """A script that a browser must run first, or a riddle."""
    LOGIN = "login"
    BLOCKED = "blocked"
    """A guard of the site, or the site, refuses."""
    SOFT_404 = "soft_404"
    """The page says that there is none, whatever the status says."""
    MAINTENANCE = "maintenance"
    EMPTY = "empty"
    """Nothing, or a shell that a script of its own fills."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an answer is not taken for a document."""

    kind: Kind
    evidence: str
    """What gave it away: the words, or the mark of the system."""


_BINARY = (
    b"%PDF",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"Rar!",
    b"II*\0",
    b"MM\0*",
    b"{\\rtf",
)
_STATUS = {401: Kind.LOGIN, 403: Kind.BLOCKED, 404: Kind.SOFT_404, 405: Kind.BLOCKED, 410: Kind.SOFT_404, 412: Kind.CHALLENGE,
           418: Kind.BLOCKED, 521: Kind.CHALLENGE, 503: Kind.MAINTENANCE}  # fmt: skip
_SCRIPTS = (
    ("ruishu", regex.compile(r"\$_ts\s*=\s*window\[|\$_ts\.\w+\s*=|<meta[^<>]*\br\s*=\s*['\"]m['\"]")),
    ("acw_sc__v2", regex.compile(r"acw_sc__v\d|var\s+arg1\s*=\s*['\"][0-9A-F]{20,}")),
    ("jsl", regex.compile(r"__jsl(?:uid|_clearance)\w*")),
    ("cloudflare", regex.compile(r"cf-browser-verification|challenge-platform|cf_chl_|Just a moment", regex.I)),
    ("cookie and reload", regex.compile(r"document\.cookie\s*=.{0,400}?location(?:\.(?:href|reload|replace)|\s*=)", regex.S)),
    ("yunsuo", regex.compile(r"yunsuo_session|security_session_verify|YunSuoAutoJump")),
    ("slider", regex.compile(r"TCaptcha|geetest|nc_token|AliyunCaptcha|slider-?captcha|/captcha(?:/|\.js|\?)", regex.I)),
)
_WORDS = (
    (
        Kind.BLOCKED,
        regex.compile(
            r"访问(?:请求)?(?:已)?(?:被|遭)(?:系统|网站|管理员|安全|服务器)?(?:拦截|阻断|拒绝|禁止|限制)|当前访问疑似黑客攻击|疑似(?:黑客|恶意)?攻击|创宇盾|知道创宇|安全狗|safedog|云锁|玄武盾"
            r"|云盾|网站防火墙|web应用防火墙|(?:已被|被)(?:网站)?(?:管理员|防火墙|云防护|waf)(?:设置)?拦截|可能对网站造成(?:安全)?威胁|请求(?:包含|带有)?(?:恶意|不合法|非法)"
            r"|您的ip(?:地址)?(?:已)?(?:被|不在|受)|ip(?:已被|被)?(?:封禁|限制|禁止)|访问过于频繁|操作过于频繁|请求过于频繁|请求过快|访问受限|禁止访问|无权访问|没有权限访问|拒绝访问"
            r"|被.{0,12}(?:拦截|阻断)|存在(?:安全)?威胁|(?:访问|网络|流量|请求)(?:行为)?(?:存在)?异常|异常(?:流量|访问|行为)|非法内容|(?:微信|指定)(?:客户端|浏览器)(?:中)?打开"
            r"|blocked|403forbidden|accessdenied|requestblocked|forbidden|notallowed|requestrejected|theincidentid|eventid[:：]",
            regex.I,
        ),
    ),
    (
        Kind.CHALLENGE,
        regex.compile(
            r"(?:请|需要?)(?:先)?(?:完成|进行|通过)(?:下[方列面]的?|以下)?(?:安全|人机|滑动|滑块|图形)?验证|安全验证|人机验证|滑动验证|拖动(?:滑块|下方)|请输入(?:图片?中?的?|下方)?验证码(?:后|以|继续)"
            r"|(?:请|需要?)(?:开启|启用|打开)(?:您?的?浏览器的?)?(?:javascript|js|cookie)|(?:正在|浏览器)(?:进行)?(?:安全)?(?:检查|检测|校验)|checkingyourbrowser|enablejavascript|请稍候.{0,6}(?:跳转|验证)"
            r"|确认您?(?:是|不是)(?:真人|人类|机器人)|正在(?:验证|检查|检测)|(?:开始|点击.{0,6})验证|enablecookies|ddosprotection",
            regex.I,
        ),
    ),
    (
        Kind.SOFT_404,
        regex.compile(
            r"(?:页面|网页|文件|文章|信息|内容|稿件|栏目|资源|链接|地址)(?:已经?|可能已?|或已)?(?:不存在|被?删除|找不到|未找到|不翼而飞|丢失|失效|下线|撤销|撤稿|被移除|过期|无法找到|走丢)"
            r"|(?:找不到|未找到|没有找到|无法找到|不存在)(?:您?(?:要|想)?(?:访问|请求|查找|浏览|查看)?的?)?(?:该|此|这个|相[关应])?(?:页面|网页|文件|文章|信息|内容|资源)"
            r"|(?:访问|请求|浏览|查看|查找)的(?:页面|网页|文件|文章|信息|内容|资源|地址|网址|url)(?:已|不|可能|没|未|有误|出错)|404(?:notfound|error|错误|页面|-|_)|(?:http|错误|error)[\s:：-]*404|^404|notfound"
            r"|该(?:信息|文章|页面|栏目|内容)(?:已|不|暂)|(?:没有|无)(?:该|此|这)条?(?:信息|文章|内容|记录)|(?:页面?|网页)无法(?:显示|打开|访问)|(?:已|被)(?:撤回|撤稿)|审核中|参数错误|系统(?:出现)?(?:错误|异常)|出错(?:了|啦|页面)|500internalserver",
            regex.I,
        ),
    ),
    (
        Kind.MAINTENANCE,
        regex.compile(
            r"(?:系统|网站|本站|平台|服务器?)(?:正在|处于|将)?(?:进行)?(?:例行|升级|系统|数据|停机|临时|日常)*(?:维护|升级|改版|迁移|建设)(?:中|期间|,|，|。|!|！|状态)?|(?:暂停|停止)(?:访问|服务|运行)|暂时无法(?:访问|提供)"
            r"|服务(?:器)?(?:暂时)?(?:不可用|繁忙|忙|未响应|超时)|serviceunavailable|badgateway|gatewaytime-?out|undermaintenance|稍后(?:再|重)(?:试|访问)|网站(?:已)?关闭|域名(?:已)?(?:过期|暂停)|暂时关闭|(?:停机|系统|网络|线路)(?:检修|维护)|underconstruction",
            regex.I,
        ),
    ),
    (
        Kind.LOGIN,
        regex.compile(
            r"(?:请|需要?|您还?(?:没有|未|尚未))(?:先|重新)?(?:登录|登陆)|(?:用户|账号|帐号|会员|统一身份|单点|管理员|后台)(?:密码)?(?:认证)?(?:登录|登陆)|登录(?:超时|已?过期|失效)|身份认证|统一认证|未登录|会话已?(?:过期|失效)",
            regex.I,
        ),
    ),
)
_HINTS_IN_ADDRESS = (
    (Kind.SOFT_404, regex.compile(r"/(?:404|error|notfound|err|404page|page404)(?:[/._?-]|$)", regex.I)),
    (Kind.LOGIN, regex.compile(r"/(?:login|signin|sso|cas/login|oauth2?|userlogin|passport)(?:[/._?;-]|$)", regex.I)),
    (Kind.CHALLENGE, regex.compile(r"/(?:captcha|verify|challenge|wafverify|_guard)(?:[/._?-]|$)", regex.I)),
)
_LOGIN_TITLE = regex.compile(r"登录|登陆|signin|login", regex.I)
_ALERT = regex.compile(r"""\balert\(\s*["']([^"']{2,60})["']""")
_HOME = regex.compile(r"^/?(?:(?:index|default|main|home)\.\w{2,6})?$", regex.I)
_DATA = regex.compile(r"\b_CONFIG\b|\bqueryData\b|<datastore|<record>|\.jpage\(|createPageHTML")
"""What a list's scripts draw it from, or turn its pages by. No guard sends such."""
_LOADING = regex.compile(r"^(?:正在)?(?:页面|数据)?(?:加载|载入|loading)中?[.…,，。]*(?:请稍[候后等])?[.…。!！]*$", regex.I)
_LONG = 600
"""Folded characters of unlinked text. A page that says more is a document, whatever words stand in it."""
_SHORT = 260
"""Below this, words that give a page away may stand anywhere in it; above, they must open it or stand in its title."""
_SHELL = 2
_OPENING = 160
_REPORTS = regex.compile(r"信息公开(?:工作)?(?:情况)?(?:年度|年报|工作报告)|统计期限|特向社会公布|公开条例")
_FILE = regex.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|zip|rar)[\"'?#&\]】)）<]|/download\.jsp|/downfile\.jsp", regex.I)
_GONE_HOME = regex.compile(
    r"location(?:\.href)?\s*=\s*['\"](?:https?://[^'\"/]+)?/?(?:index\.\w+)?['\"]|http-equiv\s*=\s*['\"]?refresh['\"]?[^<>]*url\s*=\s*['\"]?(?:https?://[^'\"/>]+)?/?(?:index\.\w+)?['\"\s>]",
    regex.I,
)


def trouble_of(page: Page) -> Trouble | None:
    """What keeps the document back, or None if the answer may be one. Data (JSON, XML) and files are in trouble only if empty."""
    body = page.body.lstrip()
    if not body:
        return Trouble(_STATUS.get(page.status, Kind.EMPTY), f"status {page.status}, nothing in it")
    if body.startswith(_BINARY):
        return None
    if page.status in _STATUS:
        return Trouble(_by_script(decoded(page)) or _STATUS[page.status], f"status {page.status}")
    if body[:1] in {b"{", b"["} or body[:40].lower().startswith((b"<?xml", b"<datastore")):
        return None
    if "html" not in page.content_type and b"<" not in body[:2000]:
        return None
    return _of_page(Markup.of(page))


def _of_page(markup: Markup) -> Trouble | None:
    if _DATA.search(markup.text):
        return None
    title = folded(markup.title)
    text = folded(shown(markup.root))
    linked = sum(len(folded(anchor.text)) for anchor in markup.anchors)
    own = max(0, len(text) - len(title) - linked)
    if own > _LONG or (_holds_document(markup) and own > _SHELL):
        return None
    script = next((name for name, pattern in _SCRIPTS if pattern.search(markup.text)), "")
    if script and own < _SHORT and not _REPORTS.search(text):
        return Trouble(Kind.CHALLENGE, script)
    return _by_words(markup, title, text, own) or _by_form(markup, own) or _shell(markup, own)


def _by_script(text: str) -> Kind | None:
    return Kind.CHALLENGE if any(pattern.search(text) for _, pattern in _SCRIPTS[:3]) else None


def _by_words(markup: Markup, title: str, text: str, own: int) -> Trouble | None:
    """By what a short page says, and where its address leads."""
    body = text.removeprefix(title)
    unlinked = _unlinked(markup) + folded(" ".join(_ALERT.findall(markup.scripts)))
    speaks_of_reports = bool(_REPORTS.search(unlinked)) or _lists_reports(markup)
    for kind, pattern in _WORDS:
        # A site may say within its frame, breadcrumb and all, that a page is gone; a guard has no frame.
        if speaks_of_reports and kind is not Kind.SOFT_404:
            continue
        for place in (title, unlinked if own <= _SHORT else unlinked[:_OPENING]):
            found = pattern.search(place)
            if found and not _REPORTS.search(title):
                return Trouble(kind, found[0])
    if own <= _SHORT and _LOGIN_TITLE.search(title) and not _REPORTS.search(title + body):
        return Trouble(Kind.LOGIN, title)
    path = urlsplit(markup.url).path
    for kind, pattern in _HINTS_IN_ADDRESS:
        if own <= _SHORT and (found := pattern.search(path)):
            return Trouble(kind, found[0])
    return None


def _lists_reports(markup: Markup) -> bool:
    return any(judge(anchor.fullest).kind in {Promise.REPORT, Promise.DOUBTFUL} for anchor in markup.anchors)


def _unlinked(markup: Markup) -> str:
    """The text of the page outside of links and options, folded."""
    root = markup.root
    parts: list[str] = []
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue
        if node.tag not in {"script", "style", "a", "option", "title", "noscript", "button", "label"}:
            parts.append(node.text or "")
        elif node.tag == "noscript":
            parts.append("".join(map(str, node.itertext())))
        parts.append(node.tail or "")
    return folded("".join(parts))


def _by_form(markup: Markup, own: int) -> Trouble | None:
    """A field for a password, and hardly anything else."""
    if own > _SHORT:
        return None
    for field in markup.root.iter("input"):
        if str(field.get("type", "")).lower() == "password":
            return Trouble(Kind.LOGIN, "a field for a password")
    return None


def _shell(markup: Markup, own: int) -> Trouble | None:
    """A page without text, pictures, frames, links or data: it leads home, or a script of its own would fill it."""
    if (own > _SHELL and not _LOADING.match(_unlinked(markup))) or _holds_document(markup):
        return None
    if _GONE_HOME.search(markup.text):
        return Trouble(Kind.SOFT_404, "it leads to the home page")
    if (
        any(not _HOME.match(urlsplit(anchor.url).path) for anchor in markup.anchors)
        or next(markup.root.iter("iframe", "frame"), None) is not None
    ):
        return None
    return Trouble(Kind.EMPTY, "no text and no link")


def _holds_document(markup: Markup) -> bool:
    """Whether the page shows a table of figures, a picture or a file: then it has little text but is no shell."""
    if next(markup.root.iter("iframe", "embed", "object"), None) is not None:
        return bool(regex.search(r"\.(?:pdf|ofd|docx?)\b|file=", markup.text, regex.I))
    rows = sum(1 for _ in zip(markup.root.iter("td"), range(13), strict=False))
    if rows > 12:
        return True
    return bool(_FILE.search(markup.text)) and bool(_REPORTS.search(folded(markup.text)))
