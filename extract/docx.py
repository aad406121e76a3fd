"""DOCX, read from its XML: what Word shows, tracked changes accepted, in reading order.

Loci: ``Locus.line`` of a cell is its table row, counted through the document's data tables in reading order; ``field`` its
place among the cells of that row as stored. ``line`` of a paragraph is its ordinal among the lines given, ``field`` 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath

from lxml import etree

from collect.errors import UnreadableError
from extract.bounds import beyond, nests_too_deep
from extract.docx_numbering import Numbering
from extract.docx_paragraph import ParagraphReader, attribute, child, flag, local, shown_children
from extract.docx_table import TableReader
from extract.inline import struck_out
from extract.markup_table import MarkupRow, as_grid, doubted, is_data, opens_with_figures
from extract.model import Block, Document, Grid, Line, LineRole, Link, Locus, Metadatum, ReaderWarning
from extract.parts import Parts, opened, parsed
from extract.pictured import tables_in
from extract.text import find_flattened

_METADATA = {"title": "title", "creator": "author", "created": "created"}


def read_docx(content: bytes) -> Document:
    """The body of a Word document, headers and footers as furniture, its properties as metadata.

    Insertions are in, deletions and hidden text out; a text box follows the paragraph it hangs on; a table that Word cut in
    two is one grid.

    Raises:
        UnreadableError: no zip, no document part, damaged XML, or XML with a DTD (which could reach out of the file).
        EncryptedError: a member is encrypted.
        UnsupportedError: a part larger than any report's, or tables nested deeper.
    """
    with opened(content, "DOCX") as parts:
        return _Package(parts).document()


@dataclass(slots=True)
class _Package:
    """The parts of a DOCX file."""

    parts: Parts

    def document(self) -> Document:
        """Read the main part and what it refers to."""
        main = self._main_part()
        root = self.parts.xml(main)
        relations = self._relations(main)
        links = {key: target for key, (kind, target, external) in relations.items() if kind == "hyperlink" and external}
        body = child(root, "body")
        if body is None:
            raise UnreadableError("The Word document has no body.")
        if nests_too_deep(body, "{*}tbl"):
            raise beyond("nesting", "Tables are nested dozens deep; no report's are.", code="unsupported.nesting")
        numbering, styles = (_target(relations, kind) for kind in ("numbering", "styles"))
        pictures = {key: target for key, (kind, target, external) in relations.items() if kind == "image" and not external}
        story = _Story(links, Numbering(partial(self.parts.optional, numbering), partial(self._source, styles)))
        story.pictures = lambda key: self.parts.data(pictures[key]) if pictures.get(key) in self.parts.names else b""
        for kind, role in (("header", LineRole.FURNITURE), ("body", LineRole.BODY), ("footnotes", LineRole.BODY)):
            story.role = role
            if kind == "body":
                story.read(body)
            else:
                self._read_side_parts(story, relations, kind)
        story.role = LineRole.FURNITURE
        self._read_side_parts(story, relations, "footer")
        if story.struck:
            story.warnings.append(struck_out(story.struck))
        metadata, producer = self._properties()
        return Document(
            media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            blocks=find_flattened(story.blocks),
            metadata=metadata,
            links=tuple(dict.fromkeys(story.links)),
            producer=producer,
            warnings=tuple(dict.fromkeys(story.warnings)),
        )

    def _read_side_parts(self, story: _Story, relations: dict[str, tuple[str, str, bool]], kind: str) -> None:
        for part in sorted({target for found, target, _ in relations.values() if found == kind}):
            root = self.parts.optional(part)
            if root is not None:
                # Footnotes wrap their paragraphs; the first two are Word's separators.
                for holder in [root] if kind != "footnotes" else [n for n in root if attribute(n, "type") is None]:
                    story.read(holder)

    def _main_part(self) -> str:
        for kind, target, _ in self._relations("").values():
            if kind == "officeDocument" and target in self.parts.names:
                return target
        if "word/document.xml" in self.parts.names:
            return "word/document.xml"
        raise UnreadableError("The container holds no Word document.")

    def _relations(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Relation id -> (kind, target part or address, external)."""
        path = PurePosixPath(part)
        root = self.parts.optional(str(path.parent / "_rels" / f"{path.name}.rels") if part else "_rels/.rels")
        found = {}
        for relation in [] if root is None else root.iter("{*}Relationship"):
            target = relation.get("Target", "")
            external = relation.get("TargetMode") == "External"
            if not external:
                target = target.lstrip("/") if target.startswith("/") else str(path.parent / target).removeprefix("./")
            found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], target, external)
        return found

    def _properties(self) -> tuple[tuple[Metadatum, ...], str]:
        core, app = self.parts.optional("docProps/core.xml"), self.parts.optional("docProps/app.xml")
        metadata = tuple(
            Metadatum(_METADATA[local(e)], e.text.strip())
            for e in ([] if core is None else core)
            if local(e) in _METADATA and e.text and e.text.strip()
        )
        return metadata, ("" if app is None else app.findtext("{*}Application", "")) or ""

    def _source(self, part: str) -> tuple[bytes, Callable[[], etree._Element | None]]:
        """The bytes of a part, and what parses them."""
        data = self.parts.markup(part) if part and part in self.parts.names else b""
        return data, lambda: parsed(part, data) if data else None


def _target(relations: dict[str, tuple[str, str, bool]], kind: str) -> str:
    return next((target for found, target, _ in relations.values() if found == kind), "")


@dataclass(slots=True)
class _Story:
    """Reads block content in order."""

    targets: dict[str, str]
    numbering: Numbering
    role: LineRole = LineRole.BODY
    blocks: list[Block] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    warnings: list[ReaderWarning] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    """Texts that are struck out and left out."""
    pictures: Callable[[str], bytes] = field(default=lambda _: b"")
    """Gives a picture by the id of its relation."""
    _lines: int = 0
    _rows: int = 0
    _carried: str = ""
    """Text of a paragraph whose mark was deleted: it goes on in the next."""
    _widths: tuple[int, ...] = ()
    """Column widths of the table just read, as long as nothing printed stands behind it."""
    _parts: list[Sequence[MarkupRow]] = field(default_factory=list)
    """Its rows, those of each part that a page break cut off on their own."""
    _first_row: int = 1
    """The document's row it begins with."""
    _apart: bool = False
    """An empty paragraph, not a page break, stands behind it."""

    def read(self, container: etree._Element) -> None:
        """Append the content of a body, a cell, a text box, a header."""
        for element in shown_children(container):
            tag = local(element)
            if tag == "p":
                self._paragraph(element)
            elif tag == "tbl":
                self._table(element)
            elif tag == "altChunk":
                self.warnings.append(ReaderWarning("embedded_file", "The document embeds another file, which was not read."))
        if self._carried:
            self._line(self._carried)
            self._carried = ""

    def _paragraph(self, element: etree._Element) -> None:
        reader = ParagraphReader(element, self.numbering, self.targets)
        lines = reader.lines()
        self.links += reader.links
        self.struck += reader.struck
        lines = [self._carried + lines[0], *lines[1:]] if lines else [self._carried]
        self._carried = ""
        properties = child(element, "pPr")
        mark = child(properties, "rPr") if properties is not None else None
        if mark is not None and (child(mark, "del") is not None or child(mark, "moveFrom") is not None):
            self._carried = lines.pop()
        if any(lines) or reader.boxes:
            self._widths = ()
        self._apart = self._apart or not _breaks_page(element)
        for text in lines:
            self._line(text)
        for box in reader.boxes:
            self.read(box)
        if self.role is LineRole.BODY:
            self._pictures(element)

    def _pictures(self, paragraph: etree._Element) -> None:
        """Tables that hang on a paragraph as pictures."""
        for element in paragraph.iter("{*}blip", "{*}imagedata"):
            key = attribute(element, "embed") or attribute(element, "id") or ""
            grids = tables_in(self.pictures(key)) if key else ()
            if grids:
                self.warnings.append(ReaderWarning("picture_read", "A table is a picture; it was read by character recognition."))
                self._widths = ()
            self.blocks += grids

    def _line(self, text: str) -> None:
        if text.strip():
            self._lines += 1
            self.blocks.append(Line(text.strip(), locus=Locus(self._lines), role=self.role))

    def _table(self, element: etree._Element) -> None:
        reader = TableReader(element, self.numbering, self.targets)
        table = reader.table()
        self.links += reader.links
        self.warnings += reader.warnings
        self.struck += reader.struck
        goes_on = self._goes_on(table.rows, reader.widths)
        if reader.is_layout or not (goes_on or is_data(table)) or self.role is LineRole.FURNITURE:
            # Layout: its cells are read as the page shows them, left to right and down.
            for cell in reader.cells():
                self.read(cell)
            self._widths = ()
            return
        if goes_on:
            self._parts.append(table.rows)
            self.blocks.pop()
        else:
            self._parts = [table.rows]
            self._first_row = self._rows + 1
        self.blocks.append(as_grid(self._parts, self._first_row))
        self._rows += len(table.rows)
        self._widths, self._apart = reader.widths, False
        for box in reader.boxes:
            self.read(box)
        behind = len(self.blocks)
        for inner in reader.inner:
            self._widths = ()
            self._table(inner)
            self._widths = ()
        self.blocks[behind:] = map(doubted, self.blocks[behind:])

    def _goes_on(self, rows: Sequence[MarkupRow], widths: tuple[int, ...]) -> bool:
        """Whether the table is the rest of the one before: the same columns, and nothing but a page break between.

        Across an empty paragraph it must also lack a header.
        """
        if not rows or not self._widths or not isinstance(self.blocks[-1], Grid) or not _alike(self._widths, widths):
            return False
        return not self._apart or opens_with_figures(rows)


def _breaks_page(paragraph: etree._Element) -> bool:
    """Whether an empty paragraph stands for the end of a page or section."""
    if paragraph.find("{*}pPr/{*}sectPr") is not None or flag(child(paragraph, "pPr"), "pageBreakBefore"):
        return True
    return any(attribute(found, "type") == "page" for found in paragraph.iter("{*}br"))


def _alike(upper: tuple[int, ...], lower: tuple[int, ...]) -> bool:
    """Whether two tables have the same columns, up to 3 points in each width."""
    return len(upper) == len(lower) and all(abs(a - b) <= 60 for a, b in zip(upper, lower, strict=True))
