"""Which parts of a web page are the article and which are the site around it.

A site prints the titles of other years' reports beside this one, so navigation must not reach the text. But a page is never
lost to a guess: what holds much of the page's own text, or a table with figures, is the article whatever it is called.
"""

from __future__ import annotations

from dataclasses import dataclass

import regex
from lxml import etree

from extract.markup_rows import text_of

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
)
"""Never shown, or shown by machinery; ``head`` is read on its own."""

_CHROME_TAGS = frozenset({"nav", "aside", "footer", "header", "form", "select", "button", "dialog", "menu"})
_CHROME_NAME = regex.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|side|aside|footer?|foot|header|topbar|toolbar|crumbs?|breadcrumbs?|related|relate|"
    r"recommend|share|bdshare\w*|copyright|friendlinks?|links|search|pagination|pager|hotnews|rank|weizhi|dqwz|lmdh|leftmenu|pagenav)"
    r"(?=$|[\s_-]|\d)",
    regex.I,
)
_CONTAINERS = frozenset({"div", "ul", "ol", "dl", "td", "section", "p", "table", "tr", "tbody", "span", "li", *_CHROME_TAGS})
_HIDDEN_STYLE = regex.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", regex.I)
_HAN_LABEL = regex.compile(r"\p{Han}{4}")
_ATTACHMENT = regex.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|et|zip|rar|7z|txt|rtf)(?:$|[?#&])|downfile|download", regex.I)

_MOST = 0.3
"""Share of the page's text outside links above which a part is no chrome."""


@dataclass(slots=True)
class _Weight:
    """What an element holds, in characters that show."""

    chars: int = 0
    linked: int = 0
    links: int = 0
    figures: bool = False
    """A table with figures under labels."""
    tables: int = 0
    """How deep tables are nested within."""

    @property
    def own(self) -> int:
        """Characters outside links."""
        return self.chars - self.linked


def is_attachment(href: str) -> bool:
    """Whether a link leads to a file rather than a page."""
    return _ATTACHMENT.search(href) is not None


def drop_unseen(root: etree._Element) -> None:
    """Remove what a browser does not show: comments, scripts, hidden elements, Word's rows of no height.

    A hidden element that holds the page's only figures, or most of its text, stays: a script would have shown it.
    """
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    etree.strip_elements(root, *_DROPPED, with_tail=False)
    weights = _weigh(root)
    hidden = [element for element in root.iter(etree.Element) if element is not root and _is_unseen(element)]
    tables = {table for table in root.iter("table") if weights[table].figures}
    shown = tables.difference(*(element.iter("table") for element in hidden))
    for element in hidden:
        weight = weights[element]
        needed = not shown if weight.figures else weight.own > _MOST * weights[root].own
        if not needed:
            _remove(element)


def chrome(root: etree._Element) -> set[etree._Element]:
    """The outermost elements that belong to the site, not the article."""
    weights = _weigh(root)
    total = max(1, weights[root].own)
    found: set[etree._Element] = set()
    walker = etree.iterwalk(root, events=("start",))
    for _, element in walker:
        if element is root or element.tag not in _CONTAINERS:
            continue
        weight = weights[element]
        if weight.figures or weight.own > _MOST * total:
            continue
        if element.tag in _CHROME_TAGS or _is_named_chrome(element) or _is_link_list(element, weight):
            if element.find(".//h1") is not None and weight.links < 4:
                continue  # an article's own header
            found.add(element)
            walker.skip_subtree()
    return found


def _is_unseen(element: etree._Element) -> bool:
    if element.tag == "tr" and _no_height(element) and not text_of(element).strip():
        return True
    return "hidden" in element.attrib or _HIDDEN_STYLE.search(element.get("style", "")) is not None


def _no_height(row: etree._Element) -> bool:
    """Word ends tables with a row of zero height that only sets widths (``supportMisalignedColumns``)."""
    return (
        row.get("height", "").strip() == "0"
        or regex.search(r"(?:^|;)\s*height\s*:\s*0(?![.\d])", row.get("style", "")) is not None
    )


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
    names = f"{element.get('class', '')} {element.get('id', '')} {element.get('role', '')}"
    return len(names) > 2 and _CHROME_NAME.search(names) is not None


def _is_link_list(element: etree._Element, weight: _Weight) -> bool:
    """Three links and more, with next to nothing beside them, and none of them a file."""
    if weight.links < 3 or (weight.linked < 0.6 * weight.chars and weight.own > 12 * weight.links):
        return False
    if weight.own > 40 and weight.linked < 0.6 * weight.chars:
        return False
    return not any(is_attachment(link.get("href", "")) for link in element.iter("a"))


def _weigh(root: etree._Element) -> dict[etree._Element, _Weight]:
    """The weight of every element, in one pass without recursion."""
    weights: dict[etree._Element, _Weight] = {}
    open_links = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            weight = weights[element] = _Weight()
            open_links += element.tag == "a"
            weight.links = int(element.tag == "a")
            _count(weight, element.text, open_links > 0)
            continue
        open_links -= element.tag == "a"
        weight = weights[element]
        if element.tag == "table":
            # Deeper ones are layout; looking into each level of them would take the square of the depth.
            weight.figures = weight.figures or (weight.tables < 2 and _has_figures(element))
            weight.tables += 1
        parent = element.getparent()
        if element is not root and parent is not None:
            above = weights[parent]
            above.chars += weight.chars
            above.linked += weight.linked
            above.links += weight.links
            above.figures = above.figures or weight.figures
            above.tables = max(above.tables, weight.tables)
            _count(above, element.tail, open_links > 0)
    return weights


def _count(weight: _Weight, text: str | None, linked: bool) -> None:
    if text:
        shown = len(text) - text.count(" ") - text.count("\n") if text.isascii() else len(text.strip())
        weight.chars += shown
        weight.linked += shown if linked else 0


def _has_figures(table: etree._Element) -> bool:
    """Whether a table may be one of the report's: a dozen filled cells, labels among them, hardly a link."""
    filled = labels = 0
    for cell in table.iter("td", "th"):
        text = text_of(cell).strip()
        filled += bool(text)
        labels += _HAN_LABEL.search(text) is not None
    links = sum(1 for _ in table.iter("a"))
    return filled >= 12 and labels >= 2 and links * 3 < filled
