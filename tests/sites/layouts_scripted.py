"""Families whose lists a script draws from data: Hanweb, Guangdong's gkmlpt, Jpaas; and a site behind a guard."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import parse_qs, quote

from tests.sites.answers import Answer, Question
from tests.sites.articles import Article, File
from tests.sites.layout import Layout, Reply, cut, digest, pages
from tests.sites.layouts_static import Trs


class Hanweb(Layout):
    """Records as XML in the page; the next ones by the address that ``nextgroup`` names; some reports at a second address."""

    family = "hanweb"
    header_charset = "UTF-8"
    column = "/col/col1229214366/index.html"
    proxy = "/module/web/jpage/dataproxy.jsp"
    area = "113708830043262784"

    def address(self, article: Article) -> str:
        """``/art/2024/1/18/art_1229214366_87415.html``."""
        day = article.published
        return article.address or f"/art/{day.year}/{day.month}/{day.day}/art_1229214366_{article.number}.html"

    def file_address(self, article: Article, file: File) -> str:
        """``downfile.jsp`` with a digest for a name."""
        return f"/module/download/downfile.jsp?classid=0&filename={digest(article.seed + file.name)}.{file.ending}"

    def lists(self, articles: Sequence[Article], night: int) -> dict[str, Reply]:
        """The page with the first group, and the proxy with the others."""
        groups = pages(articles)
        records = ["".join(self._record(a) for a in group) for group in groups]

        def store(number: int) -> str:
            onward = f'<a href="{self.proxy}?page={number + 1}&appid=1&webid=2241&path=/&columnid=1229214366&unitid=6717153&webname=%E9%9D%92%E7%A6%BE"></a>'
            following = f"<nextgroup><![CDATA[{onward}]]></nextgroup>" if number < len(records) else ""
            body = records[number - 1] if number <= len(records) else ""
            return (
                f"<datastore><totalrecord>{len(articles)}</totalrecord><totalpage>{len(records)}</totalpage>{following}"
                f"<recordset>{body}</recordset></datastore>"
            )

        def proxy(question: Question) -> Answer:
            query = parse_qs(question.query)
            number = int(query.get("page", ["1"])[0])
            return Answer(('<?xml version="1.0" encoding="utf-8"?>' + store(number)).encode(), "text/xml;charset=UTF-8")

        script = f'<div id="6717153"><script type="text/xml">{store(1)}</script></div><script>$("#6717153").jpage({{dataType:0}})</script>'
        head = '<meta name="ColumnName" content="政府信息公开年报">'
        page = self.html(self.wrap("政府信息公开年报", script, head=head, crumb="政府信息公开年报"), night)
        return {self.column: lambda _: page, self.proxy: proxy}

    def _record(self, article: Article) -> str:
        title = escape(article.title)
        row = f"<li><a href='{self.address(article)}' title='{title}' target='_blank'>{escape(cut(article.title))}</a><b>{article.published}</b></li>"
        if article.mirrors:
            row += f"<li><a href='{escape(article.mirrors)}' target='_blank'>{title}</a><b>{article.published}</b></li>"
        return f"<record><![CDATA[{row}]]></record>"


class HanwebRanges(Hanweb):
    """The same system, asked by a form for ranges of records."""

    def lists(self, articles: Sequence[Article], night: int) -> dict[str, Reply]:
        """An empty page with the script's settings, and the proxy."""
        per_page = 5

        def proxy(question: Question) -> Answer:
            query, form = parse_qs(question.query), parse_qs(question.form.decode())
            if question.method != "POST" or form.get("columnid") != ["1229214366"] or form.get("unitid") != ["6717153"]:
                return Answer(b"<datastore><recordset></recordset></datastore>", "text/xml;charset=UTF-8")
            first, last = int(query["startrecord"][0]), int(query["endrecord"][0])
            body = "".join(self._record(a) for a in articles[first - 1 : last])
            text = f"<datastore><totalrecord>{len(articles)}</totalrecord><recordset>{body}</recordset></datastore>"
            return Answer(text.encode(), "text/xml;charset=UTF-8")

        script = (
            f"<div id='6717153'></div><script>$('#6717153').jpage({{perPage:{per_page}, totalRecord:{len(articles)}, dataBefore:'', dataAfter:'',"
            f" proxyUrl:'{self.proxy}', ajaxParam:{{col:1,appid:1,webid:2241,path:'/',columnid:1229214366,sourceContentType:1,"
            "unitid:6717153,webname:'青禾门户',permissiontype:0}});</script>"
        )
        page = self.html(self.wrap("政府信息公开年报", script, crumb="政府信息公开年报"), night)
        return {self.column: lambda _: page, self.proxy: proxy}


class Gkmlpt(Layout):
    """A shell with ``_CONFIG``, articles as JSON, 10 a page here; pages that do not exist answer 404."""

    family = "gkmlpt"
    header_charset = "utf-8"
    column = "/gkmlpt/annualreport"
    fragment = "#2629"
    classify = 2629
    sid = 755031

    def address(self, article: Article) -> str:
        """``/gkmlpt/content/8/8766/post_8766914.html``."""
        number = article.number
        return article.address or f"/gkmlpt/content/{number // 1_000_000}/{number // 1000}/post_{number}.html"

    def file_address(self, article: Article, file: File) -> str:
        """``/attachment/0/306/306724/3255421.pdf``."""
        number = int(digest(article.seed + file.name)[:6], 16)
        return f"/attachment/0/{number // 1000}/{number}/{article.number}.{file.ending}"

    def article_body(self, article: Article) -> str:
        """With links as the system's editor writes them."""
        return super().article_body(article).replace("<a href", '<a class="nfw-cms-attachment" href')

    def lists(self, articles: Sequence[Article], night: int) -> dict[str, Reply]:
        """The shell and the articles."""
        cut_up = pages(articles, 10)
        tree = [
            {
                "id": 2600,
                "name": "法定主动公开内容",
                "parent": 0,
                "children": [{"id": 2601, "name": "机构职能", "parent": 2600, "children": []}],
            },
            {"id": self.classify, "name": "政府信息公开年报", "parent": 0, "children": []},
        ]
        config = f"window._CONFIG = {{ SID: '{self.sid}', APP_URL: '{self.base}', TREE: {json.dumps(tree)}, COUNT: 2 }};"
        shell = f"<html><head><meta charset='utf-8'><title>政府信息公开平台</title><script>{config}</script></head><body><div id='app'></div></body></html>"
        page = self.html(shell, night)

        def api(question: Question) -> Answer | None:
            query = parse_qs(question.query)
            number = int(query.get("page", ["1"])[0])
            if query.get("sid") != [str(self.sid)] or number > len(cut_up):
                return Answer(b'{"message":"not found"}', "application/json", status=404)
            found = [self._post(a) for a in cut_up[max(number, 1) - 1]]
            data = {"classify": {"id": self.classify, "name": "政府信息公开年报"}, "articles": found, "total": len(articles)}
            return Answer(json.dumps(data, ensure_ascii=False).encode(), "application/json")

        return {self.column: lambda _: page, f"/gkmlpt/api/all/{self.classify}": api}  # type: ignore[dict-item]

    def _post(self, article: Article) -> dict[str, object]:
        moment = datetime(article.published.year, article.published.month, article.published.day, 4, tzinfo=UTC)
        return {
            "id": article.number,
            "title": article.title,
            "date": int(moment.timestamp()),
            "publisher": article.agency or self.place,
            "url": self.base + self.address(article),
        }


class Jpaas(Layout):
    """A column that a unit of the publishing server fills; articles as ``/gongkai/site_…/channel_…/doc_….html``."""

    family = "jpaas"
    header_charset = "utf-8"
    column = "/gongkai/channel_xxgknb/index.html"
    unit = "/api-gateway/jpaas-publish-server/front/page/build/unit"
    query = "{'webId':'52','tplSetId':'MsPkwMwlYqOxItyOUpt7Y','parseType':'bulidstatic','pageType':'column','tagId':'信息列表','pageId':'1638'}"

    def address(self, article: Article) -> str:
        """With long identifiers."""
        return (
            article.address or f"/gongkai/site_qhcz/channel_{digest(self.name)[:24]}/doc_{digest(str(article.number))[:24]}.html"
        )

    def file_address(self, article: Article, file: File) -> str:
        """Below the article's folder."""
        return f"/gongkai/site_qhcz/channel_{digest(self.name)[:24]}/{digest(article.seed + file.name)[:16]}.{file.ending}"

    def lists(self, articles: Sequence[Article], night: int) -> dict[str, Reply]:
        """The column and the unit."""
        script = f'<script src="/js/unitbuild.js" url="{self.unit}" queryData="{self.query}"></script><div id="信息列表"></div>'
        page = self.html(self.wrap("政府信息公开年报", script, crumb="政府信息公开年报"), night)

        def unit(question: Question) -> Answer:
            query = parse_qs(question.query)
            asked = json.loads(query.get("paramJson", ['{"pageNo":1}'])[0])
            if query.get("pageId") != ["1638"] or query.get("tagId") != ["信息列表"]:
                return Answer(b'{"success":false,"data":null}', "application/json")
            size = min(int(asked.get("pageSize", 8)), 8)
            cut_up = pages(articles, size)
            number = int(asked["pageNo"])
            rows = "".join(self._row(a) for a in (cut_up[number - 1] if number <= len(cut_up) else ()))
            html = f'<div class="page-content"><ul>{rows}</ul></div><div class="pagination" rows="{size}" count="{len(articles)}" pageNo="{number}"></div>'
            return Answer(
                json.dumps({"success": True, "code": "200", "data": {"html": html}}).encode(), "application/json;charset=UTF-8"
            )

        return {self.column: lambda _: page, self.unit: unit}

    def _row(self, article: Article) -> str:
        return f'<li><a href="{self.address(article)}" title="{escape(article.title)}">{escape(cut(article.title))}</a><span>{article.published}</span></li>'


CHALLENGE = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><meta id="9DhefwqGPrzGxEp9hPaoag" content="x0aQ7Wv2" r="m">'
    "<script r='m'>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=24079;$_ts.cd=\"qETErrAlE1Wqck\";</script>"
    '<script charset="utf-8" src="/4QbVtADbnLVIc/d.FxJzG50F.js" r="m"></script></head><body><input type="hidden" id="__onload__" value="0"></body></html>'
)


class Guarded(Trs):
    """Its list answers; every article is a challenge that only a browser passes."""

    def article_page(self, article: Article, path: str) -> str:
        """A challenge, whatever lies there."""
        del article, path
        return CHALLENGE

    def _page(self, article: Article, path: str) -> Reply:
        status = 412 if article.number % 2 else 200
        return lambda _: Answer(
            CHALLENGE.encode(), "text/html; charset=utf-8", status=status, headers=(("Set-Cookie", f"S={quote(path)}; Path=/"),)
        )
