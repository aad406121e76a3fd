"""HTML: the article of a web page, or a document that Word saved as a page.

Loci: ``Locus.line`` of a cell is its table row, counted through the document's data tables in reading order; ``field`` its
place among the cells of that row as marked up. ``line`` of a paragraph is its ordinal among the lines given, ``field`` 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import regex
from lxml import etree

from collect.errors import UnreadableError
from extract.bounds import beyond, limits, nests_too_deep
from extract.content import chrome, is_attachment, read_page
from extract.decode import declared_charset, decode
from extract.facts import is_chrome_line, line_facts, meta_facts, row_facts
from extract.inline import DRAWN, Inline, collapse, struck_out
from extract.markup_page import Page
from extract.markup_rows import BLOCKS, is_raised, nested, read_table
from extract.markup_table import MarkupRow, MarkupTable, as_grid, doubted, extent, is_data, opens_with_figures
from extract.model import Block, Document, Grid, Line, LineRole, Link, Locus, Metadatum, ReaderWarning
from extract.pictured import of_address, tables_in
from extract.text import find_flattened

_NO_TEXT = "The page holds no text; perhaps a script draws it."
_HEADINGS = frozenset({"h1", "h2", "h3"})
_HEAD_TAGS = frozenset({"title", "meta", "link", "style", "script", "base", "noscript", "template", "object", "xml", "isindex"})
_CLOSING = regex.compile(r"</(?:html|body)\s*>", regex.I)
_HAS_BLOCKS = regex.compile(r"<(?:html|body|p|div|br|pre|li|h[1-6])[\s/>]", regex.I)
_NO_XML = regex.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NO_XML_REFERENCE = regex.compile(
    r"&#(?:0*(?:[1-8]|1[124-9]|2\d|3[01]|6553[45])(?!\d)|x0*(?:[1-8bcef]|1[\da-f]|fff[ef])(?![\da-f]));?", regex.I
)
_PROSE = 60
"""Characters from which a line shows that the article has begun."""


def read_html(content: bytes, declared: str = "", pictures: Mapping[str, bytes] | None = None) -> Document:
    """The article of a page: its lines and tables in reading order, what the page says of itself, and its attachments.

    Text of the site around the article is kept as furniture lines. A layout table is read cell by cell in order, so of two
    reports side by side the left comes first.

    Args:
        content: The page.
        declared: A charset from outside the page (a MIME part's header).
        pictures: What the page shows from files of their own, by the address that its markup has. They are looked at only
            where it prints no table.

    Raises:
        UnsupportedError: larger than ``Limits.markup_bytes``, or tables nested deeper than ``Limits.nesting``.
        UnreadableError: nothing decodes, there is no text, or elements are nested thousands deep.
    """
    if len(content) > limits().markup_bytes:
        raise beyond("markup_bytes", f"A web page of {len(content) // 1_000_000} MB; no report is as large.")
    text, encoding = decode(content, declared or declared_charset(content))
    root = _parse(text)
    metadata, producer = _head(root)
    page, weights = read_page(root)
    flow = _Flow(page, chrome(page, weights), pictures or {}, preserve=_HAS_BLOCKS.search(text) is None)
    flow.walk()
    if not flow.blocks:
        raise UnreadableError(_NO_TEXT, code="unreadable.empty")
    metadata = [*metadata, *flow.metadata]
    return Document(
        media_type="text/html",
        blocks=find_flattened(flow.blocks),
        metadata=tuple(dict.fromkeys(metadata)),
        links=tuple(dict.fromkeys(flow.links)),
        producer=producer,
        warnings=tuple(_warnings(text, encoding, flow)),
    )


def _parse(text: str) -> etree._Element:
    """The element tree. No network, no entities but HTML's own; nesting beyond 2048 is refused, not cut off."""
    # The closing tags end the document for libxml2, but pasted Word pages bring their own into the middle of one.
    text = _allowed(_CLOSING.sub("", text.replace("\0", "")))
    # huge_tree lifts the depth limit from 256, which bad markup reaches, to 2048; at either limit libxml2 drops the rest.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError(_NO_TEXT, code="unreadable.empty") from error
    if root is None:
        raise UnreadableError(_NO_TEXT, code="unreadable.empty")
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise UnreadableError("The page's elements are nested thousands deep; no report is.", code="unreadable.nesting")
    if nests_too_deep(root, "table"):
        raise beyond("nesting", "Tables are nested dozens deep; no report's are.", code="unsupported.nesting")
    _leave_head(root)
    return root


def _allowed(text: str) -> str:
    """Without characters that no XML may hold: libxml2 lets them in, written out or by number, and lxml refuses to move them.

    Those that are blanks stay blanks; for the others it shows that something stood there.
    """
    if _NO_XML_REFERENCE.search(text):
        text = _NO_XML_REFERENCE.sub("\ufffd", text)
    if _NO_XML.search(text):
        text = _NO_XML.sub(lambda found: " " if found[0].isspace() else "\ufffd", text)
    return text


def _leave_head(root: etree._Element) -> None:
    """Move content out of ``<head>``: libxml2 knows no HTML5 and lets article, main or section begin inside it."""
    for head in list(root.iter("head")):
        after = head
        for child in [c for c in head if isinstance(c.tag, str) and c.tag not in _HEAD_TAGS]:
            after.addnext(child)
            after = child


def _head(root: etree._Element) -> tuple[list[Metadatum], str]:
    """What ``<meta>`` and ``<title>`` state, the article's own title before the window's; and the program that wrote it."""
    stated: list[Metadatum] = []
    producer = ""
    for meta in root.iter("meta"):
        name, value = meta.get("name", ""), collapse(meta.get("content", ""))
        if name.lower() in {"generator", "progid"} and not producer:
            producer = value
        elif (found := meta_facts(name, value)) is not None:
            stated.append(found)
    stated.sort(key=lambda found: found.name != "title")
    title = next(root.iter("title"), None)
    if title is not None and (shown := collapse("".join(map(str, title.itertext())))):
        stated.append(Metadatum("title", shown))
    return stated, producer


def _warnings(text: str, encoding: str, flow: _Flow) -> list[ReaderWarning]:
    found = []
    if "\ufffd" in text:
        found.append(ReaderWarning("damaged_text", f"Some bytes are not valid {encoding}; they show as U+FFFD."))
    if "misread" in encoding:
        found.append(ReaderWarning("mojibake_repaired", f"The file was {encoding}."))
    if flow.page.struck:
        found.append(struck_out(flow.page.struck))
    if flow.pictures_read:
        found.append(ReaderWarning("picture_read", "A table is a picture; it was read by character recognition."))
    if flow.images and not flow.tables:
        found.append(ReaderWarning("pictures", f"No table, but {flow.images} pictures: the tables may be among them."))
    return found


@dataclass(slots=True)
class _Flow:
    """Walks a page and collects its lines and grids in order."""

    page: Page
    outside: set[int]
    """The outermost elements of the site around the article."""
    pictures: Mapping[str, bytes]
    preserve: bool = False
    """Line ends of the source show: the text has no markup for them."""
    blocks: list[Block] = field(default_factory=list)
    metadata: list[Metadatum] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    images: int = 0
    tables: int = 0
    pictures_read: int = 0
    _inline: Inline = field(default_factory=Inline)
    _lines: int = 0
    _rows: int = 0
    _parts: list[Sequence[MarkupRow]] = field(default_factory=list)
    """Rows of the last table, part by part where a page break cut it."""
    _first_row: int = 1
    _outside: int = 0
    """Depth within chrome."""
    _in_link: int = 0
    _in_pre: int = 0
    _heading: int | None = None
    _begun: bool = False
    """The article's text has begun: what follows is no longer the line of facts under a heading."""

    def walk(self) -> None:
        """Read the page. One pass over all elements, no recursion."""
        page = self.page
        at, last = 0, len(page.order)
        while at < last:
            number = page.order[at]
            if number < 0:
                number = ~number
                self._end(number)
            elif self._start(number):
                at = page.closes[number]  # it was read whole
            if at == page.closes[number] and number:
                self._text(page.tails[number])
            at += 1
        self._flush()

    def _start(self, number: int) -> bool:
        """Enter an element. True if it was read whole and its content is to be passed over."""
        tag = self.page.tags[number]
        if number in self.outside:
            self._flush()
            self._outside += 1
        if tag == "table" and not self._outside and self._table(number):
            return True
        if tag == "tr" and not self._outside and self._fact_row(number):
            return True
        if tag in BLOCKS or (tag == "br" and self._heading is None):
            self._flush()
        if tag in _HEADINGS and self._heading is None:
            self._heading = number
        self._in_link += tag == "a"
        self._in_pre += tag in {"pre", "textarea"}
        if tag == "img" and not self._outside:
            self.images += 1
            self._picture(self.page.elements[number].get("src", ""))
        if is_raised(self.page, number):
            self._inline.add_mark(self.page.text(number))
            return True
        if tag == "br":
            self._inline.end_line()
        self._text(self.page.texts[number])
        return False

    def _picture(self, address: str) -> None:
        """Tables in a picture that the page itself holds, or that was handed on with it."""
        if address[:5].lower() == "data:":
            grids = tables_in(of_address(address))
        else:
            grids = tables_in(self.pictures.get(address.strip(), b""), ruled=True)
        if grids:
            self._flush()
            self.tables += len(grids)
            self.pictures_read += len(grids)
            self.blocks += grids

    def _end(self, number: int) -> None:
        tag = self.page.tags[number]
        is_chrome = number in self.outside
        if tag == "a":
            self._in_link -= 1
            self._link(number)
        if tag in BLOCKS or is_chrome:
            self._flush()
        if number == self._heading:
            self._heading = None
        self._in_pre -= tag in {"pre", "textarea"}
        self._outside -= is_chrome

    def _text(self, text: str | None) -> None:
        if not text:
            return
        if self._in_pre or self.preserve:
            first, *rest = text.splitlines() or [""]
            self._inline.add(first, linked=self._in_link > 0)
            for line in rest:
                self._flush()
                self._inline.add(line, linked=self._in_link > 0)
            if text.endswith("\n"):
                self._flush()
        else:
            self._inline.add(text, linked=self._in_link > 0)

    def _link(self, number: int) -> None:
        href = "" if self._outside else self.page.elements[number].get("href", "").strip()
        if href and is_attachment(href):
            self.links.append(Link(collapse(self.page.text(number)), href))

    def _flush(self) -> None:
        """End the paragraph."""
        if not self._inline:
            return
        inline, self._inline = self._inline, Inline()
        preserve = self._in_pre > 0 or self.preserve
        if self._heading is not None:
            text = inline.text(preserve=preserve)
            self._line(text, inline.linked)
            if text and not self._outside and self.page.tags[self._heading] in {"h1", "h2"}:
                self.metadata.append(Metadatum("heading", text))
        else:
            for text in inline.lines(preserve=preserve):
                self._line(text, inline.linked)

    def _line(self, text: str, linked: int) -> None:
        if not text:
            return
        self._lines += 1
        facts = None if self._begun and not text.startswith(("当前位置", "您现在", "您的位置")) else line_facts(text)
        # A link that is the whole line leads elsewhere, unless it is a heading or offers a file.
        elsewhere = linked >= 0.9 * len(text) and self._heading is None and not (self.links and self.links[-1].text in text)
        furniture = bool(self._outside or facts is not None or is_chrome_line(text) or elsewhere)
        self.metadata += facts or ()
        self._begun = self._begun or (not furniture and len(text) > _PROSE)
        role = LineRole.FURNITURE if furniture else LineRole.BODY
        self.blocks.append(Line(text, locus=Locus(self._lines), role=role))

    def _table(self, number: int) -> bool:
        """Give a data table as a grid. False for a layout table, which is walked through."""
        table = read_table(self.page, number)
        if table is None or not is_data(table) or self._states_facts(table):
            return False
        self._flush()
        for text in table.stray:
            self._line(text, 0)
        self.tables += 1
        self._begun = True
        for link in self.page.within(number, "a"):
            self._link(link)
        goes_on = self.blocks and isinstance(self.blocks[-1], Grid) and opens_with_figures(table.rows)
        if goes_on and self._parts and extent(self._parts[-1]) == extent(table.rows):
            self._parts.append(table.rows)  # a page of the original ended here
            self.blocks.pop()
        else:
            self._parts = [table.rows]
            self._first_row = self._rows + 1
        self.blocks.append(as_grid(self._parts, self._first_row))
        self._rows += len(table.rows)
        if any(DRAWN in cell.text for cell in table.cells):
            behind = len(self.blocks)
            for inner in nested(self.page, number):
                self._parts = []
                self._table(inner)
            self._parts = []
            self.blocks[behind:] = map(doubted, self.blocks[behind:])
        return True

    def _states_facts(self, table: MarkupTable) -> bool:
        """Whether most rows name the fields of the page (``索引号``, ``发布机构``)."""
        if self._begun:
            return False
        rows = [row for row in table.rows if any(cell.text for cell in row.cells)]
        facts = [found for row in rows if (found := row_facts([cell.text for cell in row.cells])) is not None]
        return 2 * len(facts) > len(rows)

    def _fact_row(self, number: int) -> bool:
        """Take a row of a layout table that states facts about the page."""
        page = self.page
        if self._begun or page.within(number, "table"):
            return False
        cells = ["".join(map(collapse, page.runs(cell))) for cell in page.within(number, "td", "th")]
        facts = row_facts(cells)
        if facts is None:
            return False
        self._flush()
        self.metadata += facts
        for link in page.within(number, "a"):
            self._link(link)
        self._lines += 1
        self.blocks.append(Line(" ".join(c for c in cells if c), locus=Locus(self._lines), role=LineRole.FURNITURE))
        return True
