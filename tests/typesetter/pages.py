"""Pages: text and tables set in type, as marks on sheets. Points, origin top left; ``pdf`` puts the marks into a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from reportlab.pdfbase import pdfmetrics

from tests.typesetter.font import EMBEDDED, register
from tests.typesetter.plan import Kind, Plan, PlannedCell

FONT: Final = EMBEDDED
PAD: Final = 2.0
Colour = tuple[float, float, float]

_TINTS: Final[dict[Kind, Colour]] = {
    Kind.HEAD: (0.78, 0.86, 0.95),
    Kind.LABEL: (0.91, 0.94, 0.98),
    Kind.VALUE: (0.97, 0.97, 0.93),
}

register()


def width_of(text: str, size: float) -> float:
    """Width of a line in points."""
    return float(pdfmetrics.stringWidth(text, FONT, size))


@dataclass(frozen=True, slots=True)
class Ink:
    """A line of text; ``y`` is the baseline."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Stroke:
    """A ruling line."""

    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Fill:
    """A coloured rectangle."""

    x0: float
    y0: float
    x1: float
    y1: float
    colour: Colour


@dataclass(slots=True)
class Sheet:
    """One page's marks."""

    width: float
    height: float
    inks: list[Ink] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TableStyle:
    """How tables are ruled and broken."""

    rules: str = "full"
    """``full``, ``open`` (no outer border), ``horizontal``, ``none``, ``tinted`` (coloured cells), ``bands`` (coloured rows)."""
    repeat_header: bool = False
    cut_rows: bool = False
    """A row may be cut by the page break; otherwise it moves on whole."""
    narrow: bool = False
    """Value columns so narrow that numbers wrap."""
    size: float = 8.0


@dataclass(frozen=True, slots=True)
class _Strip:
    """The part of a row that stands on one page: lines ``first`` to ``last`` of its cells, at ``top``."""

    row: int
    first: int
    last: int
    top: float
    bottom: float


def wrap(text: str, width: float, size: float) -> list[str]:
    """Text in lines no wider than ``width``, and anew at each line break; a number breaks only where it alone is too wide."""
    return [line for part in text.split("\n") for line in _wrapped(part, width, size)]


def _wrapped(text: str, width: float, size: float) -> list[str]:
    words: list[str] = []
    for character in text:
        if words and character.isascii() and character.isalnum() and words[-1].isascii() and words[-1].isalnum():
            words[-1] += character
        else:
            words.append(character)
    lines = [""]
    for word in words:
        if lines[-1] and width_of(lines[-1] + word, size) > width:
            lines.append("")
        if width_of(word, size) <= width:
            lines[-1] += word
            continue
        for character in word:
            if lines[-1] and width_of(lines[-1] + character, size) > width:
                lines.append("")
            lines[-1] += character
    return lines


class Press:
    """Sets paragraphs and tables from the top of the first page to wherever they end."""

    def __init__(self, width: float, height: float, style: TableStyle, margin: float = 50, number_pages: bool = True) -> None:
        self.width, self.height, self.style, self.margin, self.number_pages = width, height, style, margin, number_pages
        self.sheets: list[Sheet] = []
        self.y = 0.0
        self.turn()

    @property
    def bottom(self) -> float:
        """Where the text area ends."""
        return self.height - self.margin

    def turn(self) -> None:
        """Begin a new page, its number at the foot."""
        sheet = Sheet(self.width, self.height)
        self.sheets.append(sheet)
        self.y = self.margin
        if self.number_pages:
            text = f"- {len(self.sheets)} -"
            sheet.inks.append(Ink((self.width - width_of(text, 9)) / 2, self.height - self.margin / 2, text, 9))

    def paragraph(self, text: str, size: float = 10.5, *, bold: bool = False, centred: bool = False) -> None:
        """A paragraph; body text is indented by two characters."""
        room = self.width - 2 * self.margin
        body = text if centred else "　　" + text
        for line in wrap(body, room, size):
            if self.y + size * 1.6 > self.bottom:
                self.turn()
            self.y += size * 1.6
            x = self.margin + ((room - width_of(line, size)) / 2 if centred else 0)
            self.sheets[-1].inks.append(Ink(x, self.y - size * 0.35, line, size, bold))

    def table(self, plan: Plan, cut_at: int | None = None) -> None:
        """A table, broken over as many pages as it needs; ``cut_at`` pushes it down until a page ends inside that row."""
        setting = _Setting(plan, self.style, self.margin, self.width - 2 * self.margin)
        self.y += 6
        if cut_at is not None:
            above = sum(setting.height(row) for row in range(cut_at))
            self.y = max(self.y, self.bottom - above - setting.leading - 2 * PAD - 1)
        strips: list[_Strip] = []
        for row in range(plan.rows):
            done = 0
            if self.y + setting.height_of_merged(row) > self.bottom:
                strips = self._turned(setting, strips, row)
            while done < setting.lines_in(row):
                if self._room(setting, row) < setting.lines_in(row) - done:
                    part = self._part(setting, row, done)
                    if part:
                        strips.append(self._strip(setting, row, done, done + part))
                        done += part
                    strips = self._turned(setting, strips, row)
                    continue
                strips.append(self._strip(setting, row, done, setting.lines_in(row)))
                done = setting.lines_in(row)
        setting.print(strips, self.sheets[-1])
        self.y += 8

    def _turned(self, setting: _Setting, strips: Sequence[_Strip], row: int) -> list[_Strip]:
        """Print what stands on this page and begin the next one, on which ``row`` goes on."""
        setting.print(strips, self.sheets[-1])
        self.turn()
        return self._running_header(setting) if row >= setting.plan.header_rows else []

    def _room(self, setting: _Setting, row: int) -> int:
        """How many lines of a row still fit on the page."""
        return int((self.bottom - self.y - setting.height(row) + setting.lines_in(row) * setting.leading) / setting.leading)

    def _part(self, setting: _Setting, row: int, done: int) -> int:
        """How many lines of the row stay on this page; a number of two lines would print as two numbers."""
        if not self.style.cut_rows or setting.stacks_numbers(row):
            return 0
        return max(0, min(self._room(setting, row), setting.lines_in(row) - done - 1))

    def _strip(self, setting: _Setting, row: int, first: int, last: int) -> _Strip:
        top = self.y
        self.y += (last - first) * setting.leading + 2 * PAD
        return _Strip(row, first, last, top, self.y)

    def _running_header(self, setting: _Setting) -> list[_Strip]:
        if not self.style.repeat_header:
            return []
        setting.forget(range(setting.plan.header_rows))
        return [self._strip(setting, row, 0, setting.lines_in(row)) for row in range(setting.plan.header_rows)]


class _Setting:
    """A table measured: where its columns are, how its cells wrap, how high its rows are, what of it is printed already."""

    def __init__(self, plan: Plan, style: TableStyle, left: float, room: float) -> None:
        self.plan, self.style = plan, style
        self.leading = style.size * 1.25
        widths = list(plan.widths)
        if style.narrow and plan.header_rows == 3 and plan.columns == 10:
            widths[3:] = [0.48] * 7
        scale = room / sum(widths)
        self.edges = [left + scale * sum(widths[:i]) for i in range(len(widths) + 1)]
        self.lines = {cell: self._wrapped(cell) for cell in plan.cells}
        self.counts = [max((len(self.lines[c]) for c in plan.row(r) if c.rowspan == 1), default=1) for r in range(plan.rows)]
        for cell in plan.cells:
            rows = range(cell.row, cell.row + cell.rowspan)
            self.counts[rows[-1]] += max(0, len(self.lines[cell]) - sum(self.counts[r] for r in rows))
        self.printed: dict[PlannedCell, int] = {}

    def _wrapped(self, cell: PlannedCell) -> list[str]:
        return wrap(cell.text, self._right(cell) - self.edges[cell.column] - 2 * PAD, self.style.size)

    def _right(self, cell: PlannedCell) -> float:
        return self.edges[cell.column + cell.colspan]

    def lines_in(self, row: int) -> int:
        """Lines of a row."""
        return self.counts[row]

    def height(self, row: int) -> float:
        """Height of a whole row."""
        return self.counts[row] * self.leading + 2 * PAD

    def stacks_numbers(self, row: int) -> bool:
        """Whether a cell for a number has several lines."""
        return any(cell.kind is Kind.VALUE and len(self.lines[cell]) > 1 for cell in self.plan.row(row))

    def height_of_merged(self, row: int) -> float:
        """Height of the rows that a number beginning in this row is merged over.

        Cut by a page's end it would print as any number with a blank below it.
        """
        spans = (cell.rowspan for cell in self.plan.row(row) if cell.kind is Kind.VALUE and cell.rowspan > 1)
        return sum(self.height(each) for each in range(row, row + max(spans, default=0)))

    def forget(self, rows: range) -> None:
        """Let these rows' cells be printed again."""
        for cell in self.plan.cells:
            if cell.row in rows:
                self.printed.pop(cell, None)

    def print(self, strips: Sequence[_Strip], sheet: Sheet) -> None:
        """Put the strips of one page onto its sheet."""
        rows = {strip.row: strip for strip in strips}
        for cell in self.plan.cells:
            mine = [rows[row] for row in range(cell.row, cell.row + cell.rowspan) if row in rows]
            if not mine:
                continue
            top, bottom = mine[0].top, mine[-1].bottom
            whole = len(mine) == cell.rowspan and all(s.first == 0 and s.last == self.counts[s.row] for s in mine)
            self._ink(cell, mine, whole, sheet)
            self._rule(cell, top, bottom, sheet)
        if self.style.rules == "bands":
            for index, strip in enumerate(strips):
                tint = _TINTS[Kind.HEAD if index % 2 else Kind.VALUE]
                sheet.fills.append(Fill(self.edges[0], strip.top, self.edges[-1], strip.bottom, tint))
        if self.style.rules == "open":
            sheet.strokes[:] = [s for s in sheet.strokes if not self._outer(s, strips)]

    def _ink(self, cell: PlannedCell, mine: Sequence[_Strip], whole: bool, sheet: Sheet) -> None:
        done = self.printed.get(cell, 0)
        room = sum(strip.last - strip.first for strip in mine)
        lines = self.lines[cell][done : done + room]
        self.printed[cell] = done + len(lines)
        height = mine[-1].bottom - mine[0].top
        slack = (height - len(lines) * self.leading) / 2 if whole or cell.rowspan > 1 else PAD
        for index, line in enumerate(lines):
            if not line.strip():
                continue
            left, right = self.edges[cell.column], self._right(cell)
            flush = cell.kind is Kind.LABEL and cell.rowspan == 1
            x = left + PAD if flush else (left + right - width_of(line, self.style.size)) / 2
            y = mine[0].top + slack + (index + 0.78) * self.leading
            sheet.inks.append(Ink(x, y, line, self.style.size, cell.kind is Kind.HEAD))

    def _rule(self, cell: PlannedCell, top: float, bottom: float, sheet: Sheet) -> None:
        left, right = self.edges[cell.column], self._right(cell)
        match self.style.rules:
            case "full" | "open":
                corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
                sheet.strokes.extend(Stroke(*a, *b) for a, b in pairwise(corners))
            case "horizontal":
                sheet.strokes.extend((Stroke(left, top, right, top), Stroke(left, bottom, right, bottom)))
            case "tinted":
                sheet.fills.append(Fill(left + 0.4, top + 0.4, right - 0.4, bottom - 0.4, _TINTS[cell.kind]))

    def _outer(self, stroke: Stroke, strips: Sequence[_Strip]) -> bool:
        """Whether a stroke lies on the left or right edge of these strips' part of the table."""
        if not strips or stroke.x0 != stroke.x1 or not (self.edges[0] <= stroke.x0 <= self.edges[-1]):
            return False
        inside = strips[0].top <= min(stroke.y0, stroke.y1) and max(stroke.y0, stroke.y1) <= strips[-1].bottom
        return inside and stroke.x0 in (self.edges[0], self.edges[-1])


def tall_rows(plan: Plan, style: TableStyle, width: float, margin: float) -> Iterator[int]:
    """Rows below the header whose own cells take several lines: those that a page break can cut."""
    setting = _Setting(plan, style, margin, width - 2 * margin)
    for row in range(plan.header_rows, plan.rows):
        if setting.lines_in(row) > 1 and all(cell.rowspan == 1 for cell in plan.row(row)):
            yield row
