"""The article of a page: the element that holds its text, told from menus, lists of neighbours and the foot of the site."""

from __future__ import annotations

import regex
from lxml import etree

from collect.sites.markup import Markup, shown

_NAMED = regex.compile(
    r"^(?:zoom|ucap-?content|trs_editor|trs_preappend|trs_uekeditor|view|vsb_content\w*|wp_articlecontent|j-fontcontent|zoomcon|con_con|"
    r"(?:article|news|art|detail|page|pages|text|main|xxgk|info|cont|gsj|bt|nr|zw)[-_]?(?:content|cont|con|body|text|detail|box|nr|zw)\w*|"
    r"content|article|detail|neirong|zhengwen|tys-main-zt-show|easysite-news-text)$",
    regex.I,
)
_CHROME = regex.compile(
    r"nav|menu|foot|head|crumb|sidebar|side|copyright|share|related|relevant|tuijian|links|toolbar|position", regex.I
)
_BLOCKS = frozenset({"div", "td", "article", "section", "main", "form", "ucapcontent"})
_MOST = 0.6
"""Share of the page's unlinked text that its article holds at least."""


def article_of(markup: Markup) -> etree._Element:
    """The smallest element that holds most of the page's own text, widened to the element that is named as its content.

    Text of links does not count: menus and lists of neighbours are links. Where a page has hardly any text (its tables are
    pictures, its text lies in a file), the element with the usual name is taken, else the whole body.
    """
    body = next(markup.root.iter("body"), markup.root)
    named = [element for element in body.iter(*_BLOCKS) if _is_named(element)]
    weights: dict[etree._Element, int] = {}
    total = _weigh(body, weights)
    if total < 200:
        return max(named, key=lambda e: (len(list(e.iter("img", "a", "iframe", "embed"))) > 0, weights.get(e, 0)), default=body)
    best = body
    while True:
        inner = max((child for child in best if child in weights), key=lambda child: weights[child], default=None)
        if inner is None or weights[inner] < _MOST * total:
            break
        best = inner
    around = [element for element in best.iterancestors() if _is_named(element)]
    inside = [element for element in named if weights.get(element, 0) >= _MOST * total]
    if inside:
        return inside[0]
    if around and weights[around[0]] <= total:
        return around[0]
    while best.tag not in _BLOCKS and (parent := best.getparent()) is not None and parent.tag != "html":
        best = parent
    return best


def _is_named(element: etree._Element) -> bool:
    names = [str(element.get("id", "")), *str(element.get("class", "")).split()]
    return element.tag == "ucapcontent" or any(_NAMED.match(name) for name in names)


def _weigh(body: etree._Element, weights: dict[etree._Element, int]) -> int:
    """The length of the unlinked text of every element outside of what is plainly the site's frame."""
    walker = etree.iterwalk(body, events=("start", "end"))
    for event, node in walker:
        if event == "start":
            if node.tag in {"script", "style", "a", "noscript", "nav", "footer", "select", "header"} or _is_frame(node):
                weights[node] = 0
                walker.skip_subtree()
            else:
                weights[node] = len((node.text or "").strip())
        elif node is not body:
            parent = node.getparent()
            if parent is not None and parent in weights:
                weights[parent] += weights[node] + len((node.tail or "").strip())
    return weights[body]


def _is_frame(node: etree._Element) -> bool:
    names = f"{node.get('class', '')} {node.get('id', '')}"
    return bool(names.strip()) and bool(_CHROME.search(names)) and not _is_named(node) and len(shown(node)) < 1500
