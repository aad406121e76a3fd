"""How a site lays its pages out: what all families share. Each family is a class in ``layouts_static`` or ``layouts_scripted``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import md5
from html import escape

from tests.sites.answers import Answer, Question
from tests.sites.articles import Article, File, printed_body, printed_file

Reply = Callable[[Question], Answer]
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "zip": "application/zip",
    "png": "image/png",
}
PER_PAGE = 8
CUT = 20


class Layout:
    """One site's pages for every night."""

    family = ""
    encoding = "utf-8"
    declared = "utf-8"
    """In the page; empty: not at all."""
    header_charset = ""
    column = "/"
    """The list of reports; what ``sources`` names."""
    fragment = ""

    def __init__(self, name: str, base: str, place: str, nights: Mapping[int, Sequence[Article]]) -> None:
        self.name = name
        self.base = base
        self.place = place
        self.nights = nights
        self.moved: dict[str, str] = {}
        """Old addresses of articles that moved."""
        self._routes = cache(self.routes)

    def answer(self, question: Question) -> Answer | None:
        """What is answered; None where nothing lies."""
        routes = self._routes(min(question.night, max(self.nights)))
        whole = question.path + (f"?{question.query}" if question.query else "")
        reply = routes.get(whole) or routes.get(question.path)
        return reply(question) if reply else None

    def routes(self, night: int) -> dict[str, Reply]:
        """Every address and who answers there."""
        articles = self.nights[night]
        found: dict[str, Reply] = {path: _still(self.html(text, night)) for path, text in self.frame().items()}
        found.update({old: _redirect(new) for old, new in self.moved.items() if night > 1})
        for article in articles:
            for path in (self.address(article), *([article.mirrors] if article.mirrors else [])):
                found[path] = self._page(article, path)
            for file in article.files:
                found[self.file_address(article, file)] = self._file(article, file)
        found.update(self.lists(self.listed(articles), night))
        return found

    def listed(self, articles: Sequence[Article]) -> list[Article]:
        """What the column lists, the newest first."""
        return sorted(articles, key=lambda a: (a.published, a.number), reverse=True)

    # What a family says of itself.

    def address(self, article: Article) -> str:
        """Where an article lies."""
        raise NotImplementedError

    def file_address(self, article: Article, file: File) -> str:
        """Where a file of an article lies."""
        raise NotImplementedError

    def lists(self, articles: Sequence[Article], night: int) -> dict[str, Reply]:
        """The pages of the column and the data behind them."""
        raise NotImplementedError

    def reference(self, article: Article, file: File) -> str:
        """How the article's page writes a file's address."""
        return self.file_address(article, file)

    # What is the same everywhere.

    def frame(self) -> dict[str, str]:
        """Pages that every site has: the home page, and near misses in the menu."""
        near = {
            "/zn.html": "政府信息公开指南",
            "/zd.html": "政府信息公开制度",
            "/ysq.html": "依申请公开",
            "/login.html": "用户登录",
        }
        pages = {path: self.wrap(title, f"<h1>{title}</h1><p>{'本页介绍有关事项。' * 12}</p>") for path, title in near.items()}
        return {"/": self.wrap("首页", "<h1>门户网站</h1><p>欢迎访问本网站，请使用栏目导航。</p>"), **pages}

    def menu(self) -> str:
        """The menu on every page."""
        return (
            '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/zn.html">政府信息公开指南</a></li>'
            '<li><a href="/zd.html">政府信息公开制度</a></li><li><a href="/ysq.html">依申请公开</a></li>'
            f'<li><a href="{self.column}">政府信息公开年报</a></li><li><a href="/login.html">登录</a></li></ul>'
            '<img src="/images/logo.png" alt="网站标识" width="320" height="60"><input type="text" placeholder="请输入验证码"></div>'
        )

    def wrap(self, title: str, main: str, *, head: str = "", crumb: str = "") -> str:
        """A page of the site."""
        charset = f'<meta http-equiv="Content-Type" content="text/html; charset={self.declared}">' if self.declared else ""
        place = f'<div class="crumb">当前位置：首页 &gt; 政务公开 &gt; {escape(crumb)}</div>' if crumb else ""
        foot = '<div class="foot"><p>主办单位：青禾网站编辑部</p><img src="/images/gongan.png"><img src="/images/ewm.jpg" alt="微信二维码"></div>'
        return (
            f"<!DOCTYPE html><html><head>{charset}<title>{escape(title)}_{self.place}人民政府</title>{head}</head>"
            f'<body>{self.menu()}{place}<div class="main">{main}</div>{foot}</body></html>'
        )

    def html(self, text: str, night: int = 1, *, of: Article | None = None) -> Answer:
        """An answer with a page."""
        kind = "text/html" + (f"; charset={self.header_charset}" if self.header_charset else "")
        return Answer(text.encode(self.encoding, "xmlcharrefreplace"), kind, modified=_modified(of, night))

    def _page(self, article: Article, path: str) -> Reply:
        return lambda _: self.html(self.article_page(article, path), of=article)

    def article_page(self, article: Article, path: str) -> str:
        """The page of an article."""
        del path
        main = f'<h1 class="title">{escape(article.title)}</h1><p>发布日期：{article.published}　来源：{escape(article.agency or self.place)}</p>'
        main += f'<div id="zoom" class="TRS_Editor">{self.article_body(article)}</div>'
        return self.wrap(article.title, main, crumb="政府信息公开年报", head=self.article_head(article))

    def article_head(self, article: Article) -> str:
        """Metadata of an article's page."""
        return f'<meta name="ArticleTitle" content="{escape(article.title)}"><meta name="PubDate" content="{article.published} 09:30">'

    def article_body(self, article: Article) -> str:
        """The text of an article with its files."""
        if article.kind == "news":
            return f"<p>{escape(article.title)}。{'会议研究了有关工作，并对下一步任务作出部署。' * 8}</p>"
        if article.kind == "near_miss":
            return f"<p>{escape(article.title)}</p><p>{'依照有关规定，现将有关事项公布如下。' * 10}</p>"
        links = "".join(
            f'<p>附件：<a href="{escape(self.reference(article, file))}" title="{escape(file.name)}">{escape(file.name)}</a></p>'
            for file in article.files
            if file.role == "attachment" and article.shape != "viewer"
        )
        match article.shape:
            case "attached":
                return f"<p>{escape(article.title)}全文见附件。</p>{links}"
            case "viewer":
                file = next(f for f in article.files if f.role == "attachment")
                return f'<iframe src="/pdfjs/web/viewer.html?file={self.file_address(article, file)}" width="100%" height="900"></iframe>'
            case "pictures":
                body = printed_body(article)
                prose, pictures = _without_tables(body), [f for f in article.files if f.role == "image"]
                shown = "".join(
                    f'<p style="text-align:center"><img src="{escape(self.reference(article, f))}" style="width:600px"></p>'
                    for f in pictures
                )
                return prose + shown + links
        return printed_body(article) + links

    def _file(self, article: Article, file: File) -> Reply:
        return lambda _: Answer(printed_file(article, file), TYPES[file.ending], modified=_modified(article, 1))


def _without_tables(body: str) -> str:
    parts = body.split("<table")
    return parts[0] + "".join(part.partition("</table>")[2] for part in parts[1:])


def _modified(article: Article | None, night: int) -> datetime:
    if article is None:
        return datetime(2025, 1, 1, 8, tzinfo=UTC) + timedelta(days=night)
    return datetime(article.published.year, article.published.month, article.published.day, 9, 30, tzinfo=UTC) + timedelta(
        days=400 * article.revision
    )


def _still(answer: Answer) -> Reply:
    return lambda _: answer


def _redirect(location: str, status: int = 301) -> Reply:
    return lambda _: Answer(b"", status=status, headers=(("Location", location),))


def digest(text: str) -> str:
    """32 letters and digits, as systems name files."""
    return md5(text.encode()).hexdigest()


def cut(title: str, length: int = CUT) -> str:
    """A title as lists show it."""
    return title if len(title) <= length else title[:length] + "..."


def pages(articles: Sequence[Article], size: int = PER_PAGE) -> list[list[Article]]:
    """The articles in pages, one empty page if there are none."""
    return [list(articles[at : at + size]) for at in range(0, len(articles), size)] or [[]]


def revised(article: Article) -> Article:
    """The article after it was silently changed."""
    return replace(article, revision=article.revision + 1)
