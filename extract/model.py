"""Document: what is printed, and where. The first of the two narrow waists.

Every reader, whatever the format, yields a ``Document``; everything after it sees nothing else. It holds the page
content in reading order and knows neither forms nor labels.

Boxes and cells, of which a document has hundreds, are named tuples: they are made three times as fast as dataclasses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle on a page, in PDF points of the page as displayed, origin top left."""

    page: int
    """1-based."""
    x0: float
    top: float
    x1: float
    bottom: float


class Locus(NamedTuple):
    """Where something stands in a document without pages.

    Text: physical line and field of that line. HTML and DOCX: table row counted through the document, and cell of that
    row as marked up. Both 1-based; ``field`` 0 is the whole line.
    """

    line: int
    field: int = 0


class LineRole(StrEnum):
    """What a line of text is for."""

    BODY = "body"
    FURNITURE = "furniture"
    """Page numbers, running heads and feet, site navigation: kept, but no part of the report."""


class Layout(StrEnum):
    """How the columns of a grid are known; it bounds what may be concluded from a cell's place."""

    LATTICE = "lattice"
    """Rules, fills or markup draw every cell: place is certain."""
    ALIGNED = "aligned"
    """Columns inferred from where text stands on the page."""
    SEQUENCE = "sequence"
    """Only the order of fields is known: fields may have slid sideways and blanks may have been dropped."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line (PDF, text) or paragraph (HTML, DOCX) of running text."""

    text: str
    box: Box | None = None
    locus: Locus | None = None
    role: LineRole = LineRole.BODY


class Reading(NamedTuple):
    """One thing a doubtful cell may say, by the reader's own account."""

    text: str
    cost: float
    """0 for the reader's choice; the more, the less likely: the negative logarithm of the odds against the choice."""


class GridCell(NamedTuple):
    """One printed cell. ``row`` and ``column`` are 0-based grid coordinates of its top left corner."""

    row: int
    column: int
    text: str
    """As printed. A line break that geometry shows to be mere wrapping is already joined; one that may separate two
    things is kept as a newline."""
    rowspan: int = 1
    colspan: int = 1
    box: Box | None = None
    locus: Locus | None = None
    confidence: float = 1.0
    """1.0 unless the reader itself doubts text or place."""
    runs_on: bool = False
    """The last printed line fills the cell's width, so the text may go on in the next page's part of the row."""
    readings: tuple[Reading, ...] = ()
    """What else the cell may say, cheapest first, ``text`` included; none where the reader is certain."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One table, whole: a table that runs over pages is one grid.

    Cells are sorted by (row, column). A SEQUENCE grid may be ragged; the others cover a rectangle, and a place no cell
    covers was not drawn.
    """

    cells: tuple[GridCell, ...]
    layout: Layout = Layout.LATTICE
    box: Box | None = None
    """Of the part on the first page."""
    breaks: tuple[int, ...] = ()
    """Rows that are the first on a new page; the row above may continue there."""

    @property
    def rows(self) -> int:
        """Number of rows."""
        return max([c.row + c.rowspan for c in self.cells], default=0)

    @property
    def columns(self) -> int:
        """Number of columns."""
        return max([c.column + c.colspan for c in self.cells], default=0)


Block = Line | Grid


@dataclass(frozen=True, slots=True)
class Page:
    """Size in points as displayed (after ``/Rotate``)."""

    number: int
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Metadatum:
    """One fact a document states about itself outside its text.

    Names used: ``title``, ``heading`` (an HTML h1 or the like), ``publisher`` (发布机构), ``published`` (发布日期),
    ``breadcrumb``, ``index_number`` (索引号), ``author``, ``created``.
    """

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Link:
    """An attachment or other link that the main content offers."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class ReaderWarning:
    """Something a reader noticed and a person may want to know; never an error."""

    code: str
    message: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """The content of one file in reading order.

    Where two reports or two years stand side by side on the pages, the whole left stream comes before the right one.
    """

    media_type: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    metadata: tuple[Metadatum, ...] = ()
    links: tuple[Link, ...] = ()
    producer: str = ""
    """The program that made the file, as the file says; or the reader's own account of the layout."""
    warnings: tuple[ReaderWarning, ...] = field(default=())
