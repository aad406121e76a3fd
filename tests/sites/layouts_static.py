"""Families whose lists are pages: TRS, VSB, Anhui's openness pages, and sites of nobody's make."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from tests.sites.answers import Answer, Question, moved
from tests.sites.articles import Article, File
from tests.sites.layout import Layout, Reply, cut, digest, pages


class Trs(Layout):
    """GBK without saying so, cut titles, paging drawn by ``createPageHTML``."""

    family = "trs"
    encoding = "gb18030"
    declared = ""
    column = "/zfxxgk/fdzdgknr/zfxxgknb/"

    def address(self, article: Article) -> str:
        """``202401/t20240118_1239406.shtml`` below the column."""
        day = article.published
        return article.address or f"{self.column}{day:%Y%m}/t{day:%Y%m%d}_{article.number}.shtml"

    def file_address(self, article: Article, file: File) -> str:
        """``P0202….pdf`` beside the page."""
        number = int(digest(article.seed + file.name)[:12], 16)
        return f"{self.column}{article.published:%Y%m}/P0{article.published:%Y%m%d}{number % 10**9:09}.{file.ending}"

    def reference(self, article: Article, file: File) -> str:
        """Relative."""
        return (
            "./" + self.file_address(article, file).rpartition("/")[2]
            if not article.address
            else self.file_address(article, file)
        )

    def lists(self, articles: Sequence[Article], night: int) -> dict[str, Reply]:
        """``index.shtml``, ``index_1.shtml`` …"""
        found: dict[str, Reply] = {}
        cut_up = pages(articles)
        for number, few in enumerate(cut_up):
            rows = "".join(self._row(article) for article in few)
            script = f'<script>createPageHTML({len(cut_up)}, {number}, "index", "shtml");</script>'
            answer = self.html(
                self.wrap("政府信息公开年报", f'<ul class="list">{rows}</ul>{script}', crumb="政府信息公开年报"), night
            )
            for name in ("index.shtml", "") if number == 0 else (f"index_{number}.shtml",):
                found[self.column + name] = lambda _, answer=answer: answer  # type: ignore[misc]
        return found

    def _row(self, article: Article) -> str:
        href = self.address(article)
        href = "./" + href.removeprefix(self.column) if href.startswith(self.column) else href
        return f'<li><a href="{href}" title="{escape(article.title)}" target="_blank">{escape(cut(article.title))}</a><span>{article.published}</span></li>'


class Vsb(Layout):
    """UTF-8 that says it is GB2312; pages numbered from the oldest; links that climb with ``../``."""

    family = "vsb"
    declared = "gb2312"
    header_charset = "utf-8"
    column = "/xxgk/zfxxgknb.htm"

    def address(self, article: Article) -> str:
        """``/info/1001/2345.htm``."""
        return article.address or f"/info/1{article.number % 7 + 1:03}/{article.number}.htm"

    def file_address(self, article: Article, file: File) -> str:
        """A download servlet."""
        return f"/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1{article.number}&wbfileid={digest(article.seed + file.name)[:8].upper()}"

    def article_body(self, article: Article) -> str:
        """In ``v_news_content``."""
        return f'<div id="vsb_content"><div class="v_news_content">{super().article_body(article)}</div></div>'

    def lists(self, articles: Sequence[Article], night: int) -> dict[str, Reply]:
        """``zfxxgknb.htm``, then ``zfxxgknb/3.htm``, ``/2.htm``, ``/1.htm``."""
        found: dict[str, Reply] = {}
        cut_up = pages(articles)
        last = len(cut_up)
        names = [self.column, *(f"{self.column.removesuffix('.htm')}/{last - number}.htm" for number in range(1, last))]
        for number, few in enumerate(cut_up):
            up = "../" if number == 0 else "../../"
            rows = "".join(
                f'<li id="line_u8_{i}"><a href="{up}{self.address(a).removeprefix("/")}" title="{escape(a.title)}">{escape(cut(a.title))}</a>'
                f"<span>{a.published:%Y年%m月%d日}</span></li>"
                for i, a in enumerate(few)
            )
            turn = f'<input onkeydown="if(event.keyCode==13){{_simple_list_gotopage_fun({last},&quot;u8_goto&quot;,2)}}">'
            if number + 1 < last:
                turn += f'<a href="{names[number + 1]}">下页</a><a href="{names[-1]}">尾页</a>'
            answer = self.html(
                self.wrap("信息公开年报", f"<ul>{rows}</ul><div>共{last}页{turn}</div>", crumb="信息公开年报"), night
            )
            found[names[number]] = lambda _, answer=answer: answer  # type: ignore[misc]
        return found


class Openness(Layout):
    """Anhui: years under a heading, each a page that lists that year's reports; the newest year's link is a report itself."""

    family = "openness"
    header_charset = "utf-8"
    column = "/OpennessAnnualReport/index/341.html"

    def address(self, article: Article) -> str:
        """``/XxgkAnnualReport/show/4309.html``; near misses lie among other content."""
        folder = "/XxgkAnnualReport/show/" if article.is_report else "/public/25461/"
        return article.address or f"{folder}{article.number}.html"

    def file_address(self, article: Article, file: File) -> str:
        """Below a folder of uploads."""
        return f"/group4/M00/0A/{digest(article.seed + file.name)[:16]}.{file.ending}"

    def lists(self, articles: Sequence[Article], night: int) -> dict[str, Reply]:
        """The years, and a page for each."""
        reports = sorted((a for a in articles if a.is_report), key=lambda a: (-a.year, a.number))
        others = [a for a in articles if not a.is_report]
        found: dict[str, Reply] = {}
        years = ""
        for year, group in groupby(reports, key=lambda a: a.year):
            some = list(group)
            if len(some) == 1:
                years += f'<li><a href="{self.address(some[0])}">{year}年</a></li>'
                continue
            path = f"/OpennessAnnualReport/year/show/341/{year}.html"
            years += f'<li><a href="{path}">{year}年</a></li>'
            rows = "".join(
                f'<tr><td><a href="{self.address(a)}">{escape(a.title)}</a></td><td>{a.published}</td></tr>' for a in some
            )
            page = self.html(self.wrap(f"{year}年政府信息公开年报", f"<table>{rows}</table>", crumb="政府信息公开年报"), night)
            found[path] = lambda _, page=page: page  # type: ignore[misc]
        near = "".join(f'<li><a href="{self.address(a)}">{escape(a.title)}</a></li>' for a in others)
        main = f'<div class="box"><div class="hd"><h3>政府信息公开年报</h3></div><ul>{years}</ul></div>'
        main += (
            f'<div class="box"><div class="hd"><h3>其他文件</h3></div><ul>{near}<li><a href="/zd.html">2019年</a></li></ul></div>'
        )
        first = self.html(self.wrap("政府信息公开", main), night)
        found[self.column] = lambda _: first
        return found


class Plain(Layout):
    """GBK that says it is UTF-8; 下一页; a ``<base>``; redirects, soft 404s, a login, and what robots may not ask for."""

    family = "plain"
    encoding = "gb18030"
    declared = "utf-8"
    column = "/zwgk/nianbao/list.html"
    soft_404 = "/zwgk/nianbao/9999.html"
    login = "/zwgk/nianbao/inner.html"
    private = "/private/2020nb.html"
    robots = f"User-agent: *\nDisallow: {private.rpartition('/')[0]}/\n"

    def address(self, article: Article) -> str:
        """Plain numbers; some only through a redirect."""
        return article.address or f"/zwgk/nianbao/{article.number}.html"

    def file_address(self, article: Article, file: File) -> str:
        """Uploads by name."""
        return f"/_upload/article/files/{digest(article.seed)[:2]}/{digest(article.seed + file.name)}.{file.ending}"

    def frame(self) -> dict[str, str]:
        """What lies beside the articles."""
        gone = self.wrap("提示信息", "<h2>抱歉，您访问的页面不存在或已被删除！</h2><a href='/'>返回首页</a>")
        form = '<html><head><title>用户登录</title></head><body><form>用户名<input name="u">密码<input type="password" name="p"></form></body></html>'
        secret = self.wrap("2020年内部政府信息公开工作年度报告", "<p>不得访问</p>")
        return {**super().frame(), self.soft_404: gone, self.login: form, self.private: secret}

    def routes(self, night: int) -> dict[str, Reply]:
        """With redirects by number."""
        found = super().routes(night)
        by_number = {str(a.number): self.address(a) for a in self.nights[night]}

        def go(question: Question) -> Answer:
            path = by_number.get(question.query.removeprefix("id="))
            return moved(self.base + path) if path else moved(self.soft_404)

        found["/go"] = go
        return found

    def lists(self, articles: Sequence[Article], night: int) -> dict[str, Reply]:
        """``list.html``, ``list_2.html`` …; the last one goes on to itself."""
        found: dict[str, Reply] = {}
        cut_up = pages(articles)
        names = [self.column, *(f"/zwgk/nianbao/list_{n}.html" for n in range(2, len(cut_up) + 1))]
        for number, few in enumerate(cut_up):
            rows = "".join(self._row(a, index) for index, a in enumerate(few))
            if number == 0:
                rows += f'<tr><td><a href="{self.soft_404}">{self.place}档案局2018年政府信息公开工作年度报告</a></td><td>2019-01-20</td></tr>'
                rows += f'<tr><td><a href="{self.login}">{self.place}保密局2018年政府信息公开工作年度报告</a></td><td>2019-01-20</td></tr>'
                rows += f'<tr><td><a href="{self.private}">{self.place}2020年政府信息公开工作年度报告</a></td><td>2021-01-20</td></tr>'
            onward = names[min(number + 1, len(names) - 1)]
            turn = f'<a href="{names[max(number - 1, 0)]}">上一页</a> <a href="{onward}">下一页</a>'
            page = self.wrap(
                "政府信息公开工作年度报告", f"<table>{rows}</table><div>{turn}</div>", head='<base href="/zwgk/nianbao/">'
            )
            answer = self.html(page, night)
            found[names[number]] = lambda _, answer=answer: answer  # type: ignore[misc]
        return found

    def _row(self, article: Article, index: int) -> str:
        href = f"/go?id={article.number}" if index == 2 else self.address(article).removeprefix("/zwgk/nianbao/")
        text = escape(article.title.replace("年政府", " 年 政 府"))
        return f'<tr><td>·<a href="{href}"><font color="#333">{text}</font></a></td><td>[{article.published}]</td></tr>'
