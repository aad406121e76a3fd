"""A page as text and tree: what families look at. Broken markup and wrong declarations are the normal case."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

import regex
from lxml import etree

from collect.sites.model import Page
from collect.stated import codec_of, joined

_CHARSET = regex.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", regex.I)
_HEADER_CHARSET = regex.compile(r"charset\s*=\s*[\"']?([\w-]+)", regex.I)
_GB = frozenset({"gb2312", "gbk", "x-gbk", "gb18030", "hz-gb-2312"})
_MEANINGLESS = frozenset({"iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii", "windows-1252", "cp1252", "iso8859-1"})
"""Servers send these for pages in any encoding."""
_MANY_REPLACED = 0.01
_CONTROL = regex.compile(r"[\x00-\x20\u3000]+")
_QUOTED_ADDRESS = regex.compile(r"""["']((?:https?:/)?\.{0,2}/[^"'\s<>]+|[\w-]+(?:/[\w.-]+)*\.s?html?(?:\?[^"'\s]*)?)["']""")
_ADDRESS = regex.compile(r"^(?:https?:/)?\.{0,2}/|\.(?:s?html?|jspx?|aspx?|php|do)(?:$|\?)")
_SESSION = regex.compile(r";jsessionid=[\w.!-]+", regex.I)
"""Another one for every visit: with it, nothing would ever be met again."""
_CLICKED = frozenset({"li", "tr", "td", "div", "span", "p"})
"""Rows that a click on them follows, without any link."""
_SAFE = "/%:=&?~#+!$,;'@()*[]"
_SKIPPED = frozenset({"script", "style", "noscript", "template"})
_SPACE = regex.compile(r"\s+")


@lru_cache(maxsize=4)
def decoded(page: Page) -> str:
    """The page as text. One that cannot be decoded wholly keeps its links: what is broken shows as U+FFFD.

    What a page or its header declares is often wrong, and Chinese in valid UTF-8 is practically never anything else; so the
    order is: the source's table, byte order mark, strict UTF-8, what is declared, GB18030.
    """
    body = page.body
    if page.encoding:
        return body.decode(page.encoding, "replace")
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    readings = [body.decode(name, "replace") for name in _declared(page)]
    return min((*readings, body.decode("gb18030", "replace"), body.decode("utf-8", "replace")), key=_replaced)


def _replaced(text: str) -> float:
    share = text.count("\ufffd") / max(1, len(text))
    return share if share > _MANY_REPLACED else 0.0


def _declared(page: Page) -> Iterator[str]:
    header = _HEADER_CHARSET.search(page.content_type)
    inside = _CHARSET.search(page.body[:4096])
    for name in (inside and inside[1].decode("ascii"), header and header[1]):
        known = "gb18030" if (name or "").lower() in _GB else (name or "").lower()
        if known and known not in _MEANINGLESS and (codec := codec_of(known)):
            yield codec


def shown(element: etree._Element) -> str:
    """The text of an element as a reader sees it, runs of white space as one space; scripts aside."""
    parts: list[str] = []
    walker = etree.iterwalk(element, events=("start", "end"))
    for event, node in walker:
        if event == "start":
            if node.tag in _SKIPPED:
                walker.skip_subtree()
            else:
                parts.append(node.text or "")
        elif node is not element:
            parts.append(node.tail or "")
    return _plain("".join(parts))


def _plain(text: str) -> str:
    one_line: str = _SPACE.sub(" ", text)
    return one_line.strip()


def tree_of(text: str) -> etree._Element | None:
    """The element tree of HTML text or of a piece of it; None where there is no markup at all."""
    if not text.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Anchor:
    """A link of a page."""

    url: str
    text: str
    """What it shows."""
    title: str
    """Its title attribute, or of an image in it the alt text."""
    element: etree._Element = field(repr=False)

    @property
    def fullest(self) -> str:
        """The longer of what it shows and its title: lists cut long titles off and keep them whole in the attribute."""
        cut = self.text.rstrip(".…． ")
        if not self.title or (len(self.title) < len(cut) and cut != self.text):
            return self.text or self.title
        return self.title if len(self.title) > len(cut) else self.text


@dataclass(frozen=True)
class Markup:
    """A page, decoded and parsed. ``text`` may also be a fragment that a list's data hold."""

    url: str
    text: str = field(repr=False)
    encoding: str = "utf-8"

    @classmethod
    def of(cls, page: Page) -> Markup:
        """The page, decoded."""
        text = decoded(page)
        return cls(page.url, text, "gb18030" if not _is_utf8(page.body) else "utf-8")

    @cached_property
    def root(self) -> etree._Element:
        """The tree; an empty ``<html>`` where there is none."""
        root = tree_of(self.text)
        return etree.Element("html") if root is None else root

    @cached_property
    def base(self) -> str:
        """What relative links start from."""
        declared = next((str(base.get("href")) for base in self.root.iter("base") if base.get("href")), "")
        return joined(self.url, declared.strip()) or self.url

    @cached_property
    def title(self) -> str:
        """What the window is called."""
        element = next(self.root.iter("title"), None)
        return "" if element is None else _plain("".join(map(str, element.itertext())))

    def meta(self, *names: str) -> str:
        """The content of the first ``<meta>`` of one of the names, whatever their case."""
        wanted = {name.lower() for name in names}
        for element in self.root.iter("meta"):
            if str(element.get("name", "")).lower() in wanted and element.get("content"):
                return str(element.get("content")).strip()
        return ""

    @cached_property
    def scripts(self) -> str:
        """The text of all scripts."""
        return "\n".join(element.text or "" for element in self.root.iter("script"))

    def address(self, href: str) -> str:
        """The absolute address of a link, as it is asked for: no fragment, nothing but ASCII; empty if it leads nowhere."""
        cleaned: str = _SESSION.sub("", _CONTROL.sub("", href)).replace("\\", "/")
        if not cleaned or cleaned.startswith("#") or cleaned.lower().startswith(("javascript:", "mailto:", "tel:", "data:")):
            return ""
        try:
            parts = urlsplit(urljoin(self.base, cleaned))
            port = parts.port
        except ValueError:
            return ""
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            return ""
        host = parts.hostname + (f":{port}" if port and port != {"http": 80, "https": 443}[parts.scheme] else "")
        # Browsers write the path in UTF-8 and the query in the page's encoding.
        query = quote(parts.query, safe=_SAFE, encoding=self.encoding, errors="replace")
        return urlunsplit((parts.scheme, host, quote(_undotted(parts.path), safe=_SAFE) or "/", query, ""))

    @cached_property
    def anchors(self) -> tuple[Anchor, ...]:
        """Every link that leads somewhere, in the order of the page. Those that a script follows are read from it."""
        return tuple(self._anchors(self.root))

    def anchors_in(self, element: etree._Element) -> tuple[Anchor, ...]:
        """Every link within an element."""
        return tuple(self._anchors(element))

    def _anchors(self, within: etree._Element) -> Iterator[Anchor]:
        for element in within.iter("a", "area", "option", *_CLICKED):
            href = str(element.get("value" if element.tag == "option" else "href", ""))
            if element.tag == "option" and not _ADDRESS.search(href):
                continue
            if element.tag in _CLICKED and (element.get("onclick") is None or next(element.iter("a"), None) is not None):
                continue
            url = self.address(href) or self._followed_by_script(href, str(element.get("onclick", "")))
            if url:
                title = str(element.get("title", "")) or next((str(i.get("alt", "")) for i in element.iter("img")), "")
                yield Anchor(url, shown(element), _plain(title), element)

    def _followed_by_script(self, *scripts: str) -> str:
        for script in scripts:
            found = _QUOTED_ADDRESS.search(unquote(script))
            if found:
                return self.address(found[1])
        return ""


def _undotted(path: str) -> str:
    """The path without the ``/../`` that lead out of the root, which browsers drop and ``urljoin`` keeps."""
    while path.startswith("/../"):
        path = path[3:]
    return path


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
