"""Which parts of a web page are the article and which are the site around it.

A site prints the titles of other years' reports beside this one, so navigation must not reach the text. But a page is never
lost to a guess: what holds much of the page's own text, or a table with figures, is the article whatever it is called.
"""

from __future__ import annotations

from functools import lru_cache

import regex
from lxml import etree

from extract.concealed import concealed, mark_drawn
from extract.markup_page import Page, Weights
from extract.stylesheets import restyle

_DROPPED = (
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "embed",
    "applet",
    "svg",
    "canvas",
    "audio",
    "video",
    "xml",
    "head",
    "rt",
    "rp",
)
"""Never shown, or shown by machinery; ``head`` is read on its own. ``rt`` is set above what it explains."""

_DRAWINGS = ("svg", "canvas", "object", "embed", "iframe", "applet", "video")
_CHROME_TAGS = frozenset({"nav", "aside", "footer", "header", "form", "select", "button", "dialog", "menu"})
_CHROME_NAME = regex.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|side|aside|footer?|foot|header|topbar|toolbar|crumbs?|breadcrumbs?|related|relate|"
    r"recommend|share|bdshare\w*|copyright|friendlinks?|links|search|pagination|pager|hotnews|rank|weizhi|dqwz|lmdh|leftmenu|pagenav)"
    r"(?=$|[\s_-]|\d)",
    regex.I,
)
_CONTAINERS = frozenset({"div", "ul", "ol", "dl", "td", "section", "p", "table", "tr", "tbody", "span", "li", *_CHROME_TAGS})
_HIDDEN_STYLE = regex.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all)", regex.I
)
_STRUCK = frozenset({"del", "s", "strike"})
_STRUCK_STYLE = regex.compile(r"(?:^|;)\s*text-decoration(?:-line)?\s*:[^;]*\bline-through\b", regex.I)
_NO_HEIGHT = regex.compile(r"(?:^|;)\s*height\s*:\s*0(?![.\d])")
_UNNAMED = (None, None, None)
_ATTACHMENT = regex.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|et|zip|rar|7z|txt|rtf)(?:$|[?#&])|downfile|download", regex.I)

_MOST = 0.3
"""Share of the page's text outside links above which a part is no chrome."""


def is_attachment(href: str) -> bool:
    """Whether a link leads to a file rather than a page."""
    return _ATTACHMENT.search(href) is not None


def read_page(root: etree._Element) -> tuple[Page, Weights]:
    """The page as a browser shows it: without comments, scripts, hidden and struck out elements, Word's rows of no height.

    An element that holds the page's only figures, or most of its text, stays: a script would have shown it.
    """
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    _picture_drawings(root)
    sheets = [style.text for style in root.iter("style") if style.text]
    etree.strip_elements(root, *_DROPPED, with_tail=False)
    page = Page(root)
    restyle(page, sheets)
    if mark_drawn(page):
        page = Page(root)
    struck = _struck(page)
    hidden = sorted(_unseen(page) | struck | concealed(page))
    weights = Weights(page)
    if not hidden:
        return page, weights
    shown = {table for table in page.within(0, "table") if page.holds_figures(table)}
    shown = shown.difference(*(page.within(number, "table") for number in hidden))
    most = _MOST * weights.own[0]
    unneeded = [k for k in hidden if (shown if page.holds_figures(k) else weights.own[k] <= most)]
    for number in unneeded:
        _remove(page.elements[number])
    if unneeded:
        gone = [page.text(number).strip() for number in unneeded if number in struck]
        page = Page(root)
        page.struck = tuple(filter(None, gone))
        weights = Weights(page)
    return page, weights


def _picture_drawings(root: etree._Element) -> None:
    """Let what is drawn in a table's cell stand as a picture: dropped like elsewhere, it would leave a blank."""
    for element in list(root.iter(*_DRAWINGS)):
        if next(element.iterancestors("td", "th"), None) is None:
            continue
        looks = {name: element.get(name) for name in ("style", "class", "width", "height", "hidden")}
        tail = element.tail
        element.clear()
        element.tag, element.tail = "img", tail
        for name, value in looks.items():
            if value is not None:
                element.set(name, value)


def chrome(page: Page, weights: Weights) -> set[int]:
    """The outermost elements that belong to the site, not the article."""
    most = _MOST * max(1, weights.own[0])
    found: set[int] = set()
    number, tags = 1, page.tags
    while number < len(tags):
        if tags[number] in _CONTAINERS and _is_chrome(page, weights, number, most):
            found.add(number)
            number = page.ends[number]
        else:
            number += 1
    return found


def _is_chrome(page: Page, weights: Weights, number: int, most: float) -> bool:
    looks = page.tags[number] in _CHROME_TAGS or _is_named_chrome(page.elements[number]) or _is_link_list(page, weights, number)
    if not looks or page.holds_figures(number) or weights.own[number] > most:
        return False
    # An article's own header is none.
    return weights.links[number] >= 4 or not page.within(number, "h1")


def _struck(page: Page) -> set[int]:
    """The elements whose text is struck out: what stands beside them is said in their place."""
    found = set(page.within(0, *_STRUCK))
    found.update(k for k, style in enumerate(page.styles) if style and _strikes(style))
    return found - {0}


@lru_cache(maxsize=1 << 12)
def _strikes(style: str) -> bool:
    return _STRUCK_STYLE.search(style) is not None


def _unseen(page: Page) -> set[int]:
    """The elements that do not show."""
    found = set(page.hidden)
    found.update(k for k, style in enumerate(page.styles) if style and _hides(style))
    found.update(k for k in page.within(0, "tr") if _no_height(page.elements[k]) and not page.text(k).strip())
    return found - {0}


@lru_cache(maxsize=1 << 12)
def _hides(style: str) -> bool:
    return _HIDDEN_STYLE.search(style) is not None


def _no_height(row: etree._Element) -> bool:
    """Word ends tables with a row of zero height that only sets widths (``supportMisalignedColumns``)."""
    return row.get("height", "").strip() == "0" or _flattens(row.get("style", ""))


@lru_cache(maxsize=1 << 10)
def _flattens(style: str) -> bool:
    return _NO_HEIGHT.search(style) is not None


def _remove(element: etree._Element) -> None:
    """Take the element out, but not the text after it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail:
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def _is_named_chrome(element: etree._Element) -> bool:
    names = (element.get("class"), element.get("id"), element.get("role"))
    return names != _UNNAMED and _names_chrome(*names)


@lru_cache(maxsize=1 << 12)
def _names_chrome(*names: str | None) -> bool:
    return _CHROME_NAME.search(" ".join(name or "" for name in names)) is not None


def _is_link_list(page: Page, weights: Weights, number: int) -> bool:
    """Three links and more, with next to nothing beside them, and none of them a file."""
    links = weights.links[number]
    if links < 3:
        return False
    own, mostly_linked = weights.own[number], weights.linked[number] >= 0.6 * weights.chars[number]
    if not mostly_linked and own > min(40, 12 * links):
        return False
    return not any(is_attachment(page.elements[link].get("href", "")) for link in page.within(number, "a"))
