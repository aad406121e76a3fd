"""Bytes -> ``Document``: what no reader has yet made, but one might. Official tables damaged, and grids of anything at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from benchmarks.fuzz.draws import Draws
from benchmarks.fuzz.seeds import papers
from extract.model import Block, Box, Document, Grid, GridCell, Layout, Line, LineRole, Locus, Metadatum, Page, Reading
from tests.typesetter.model import Paper
from tests.typesetter.plan import plan

NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    "12",
    "7.5",
    "1,234",
    "３",
    "12345678901234567890",
    "-4",
    "1 2",
    "1\n2",
    "O",
    "l",
    "〇",
    "三",
    "十二",
    "1.2.3",
    "12件",
    "5%",
    "+3",
    "1e5",
    "０．５",
    "99999999",
    "12（含3）",
    "²",
    "①",
    "1/2",
)
BLANKS = ("", "/", "—", "无", "——", "\\", "-", " ", "\u3000", "空", "*", "未统计", "N/A")
HEADS = (
    "2023年",
    "2024年度",
    "2022年",
    "本年",
    "上年",
    "单位：件",
    "合计",
    "总计",
    "统计指标",
    "单位",
    "统计数",
    "序号",
    "甲",
    "一",
    "1.",
)
LINES = (
    *["一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况", "四、政府信息公开行政复议、行政诉讼情况"],
    *["五、存在的主要问题及改进情况", "六、其他需要报告的事项", "附件：政府信息公开情况统计表", "第二十条 第（一）项", "— 3 —"],
    "2024年收到政府信息公开申请12件，办结11件，其中予以公开3件。",
    "本年度未收取信息处理费。",
    "全年主动公开政府信息1,234条，同比增长12.5%。",
    "结转下年度继续办理1件",
    "2023年度云溪县财政局政府信息公开工作年度报告",
    "云溪县2022年政府信息公开工作年度报告",
    "统计期限自2023年1月1日起至2023年12月31日止。",
    "（一）主动公开。发布十余条，约占三成",
    "行政复议0件、行政诉讼无。",
    "受理依申请公开１２件，上年结转2件，共计14件；不予公开(一)属于国家秘密1件。",
    "江南省青禾市教育和体育局 2021年1月15日",
)


@cache
def _papers() -> tuple[Paper, ...]:
    return tuple(papers())


@cache
def _labels() -> tuple[str, ...]:
    """Every label of every form, as printed."""
    found: dict[str, None] = {}
    for paper in _papers():
        for table in paper.tables:
            found.update((cell.text, None) for cell in plan(paper, table.key).cells if cell.text)
    return tuple(found)


def document_of(data: bytes) -> Document:
    """The document that these bytes stand for."""
    draws = Draws(data)
    blocks: list[Block] = []
    if draws.byte() % 8:  # most bytes begin as a report does
        blocks += _opening(draws)
    for _ in range(40):
        blocks.append(_block(draws))
        if not draws:
            break
    metadata = (
        (Metadatum(draws.one_of(("title", "publisher", "published", "breadcrumb", "index_number")), _text(draws)),)
        if draws
        else ()
    )
    placed = draws.byte() % 2 == 1
    return Document(
        "application/pdf" if placed else "text/html",
        tuple(_placed(blocks) if placed else _counted(blocks)),
        pages=(Page(1, 595.3, 841.9),) if placed else (),
        metadata=metadata,
    )


def _opening(draws: Draws) -> Iterator[Block]:
    paper = draws.one_of(_papers())
    yield Line("".join(paper.title))
    yield from (Line(text) for text in paper.preface)


def _block(draws: Draws) -> Block:
    match draws.byte() % 8:
        case 0:
            return _grid(draws)
        case 1 | 2 | 3:
            return _official(draws)
        case 4:
            paper = draws.one_of(_papers())
            texts = [text for chapter in paper.chapters for text in (chapter.heading, *chapter.paragraphs)]
            return Line(draws.one_of(texts))
        case 5:
            return Line(draws.one_of(LINES) + draws.text(), role=draws.one_of((LineRole.BODY, LineRole.BODY, LineRole.FURNITURE)))
        case _:
            return Line(_text(draws))


def _text(draws: Draws) -> str:
    kinds = (_labels(), NUMBERS, BLANKS, HEADS, LINES)
    match draws.byte() % 8:
        case 7:
            return draws.text()
        case 6:
            return draws.one_of(_labels()) + draws.one_of(("", "\n", " ", "：")) + draws.one_of(NUMBERS)
        case 5:
            return draws.one_of(NUMBERS) + draws.one_of(("", "\n", " ")) + draws.one_of(NUMBERS)
        case kind:
            return draws.one_of(kinds[kind])


def _official(draws: Draws) -> Grid:
    """A table of a form as it is printed, with a few things changed."""
    paper = draws.one_of(_papers())
    table = draws.one_of([key for chapter in paper.chapters for key in chapter.tables] or [paper.tables[0].key])
    cells = [GridCell(c.row, c.column, c.text, c.rowspan, c.colspan) for c in plan(paper, table).cells]
    for _ in range(draws.below(6)):
        _damage(cells, draws)
    layout = draws.one_of((Layout.LATTICE, Layout.LATTICE, Layout.ALIGNED, Layout.SEQUENCE))
    rows = max((cell.row for cell in cells), default=0)
    breaks = tuple(sorted({draws.below(rows + 1) for _ in range(draws.below(3))} - {0}))
    return _fitted(cells, layout, breaks)


def _damage(cells: list[GridCell], draws: Draws) -> None:
    if not cells:
        return
    at = draws.below(len(cells))
    cell = cells[at]
    match draws.byte() % 9:
        case 0:
            del cells[at]
        case 1:
            other = draws.below(len(cells))
            cells[at], cells[other] = cell._replace(text=cells[other].text), cells[other]._replace(text=cell.text)
        case 2:
            cells[at] = cell._replace(rowspan=1 + draws.below(3), colspan=1 + draws.below(4))
        case 3:
            cells[:] = [c for c in cells if c.row != cell.row]
        case 4:
            cells[:] = [c._replace(row=c.row + 1) if c.row > cell.row else c for c in cells]
            cells += [c._replace(row=c.row + 1) for c in cells if c.row == cell.row]
        case 5:
            readings = tuple(Reading(draws.one_of(NUMBERS + BLANKS), float(i)) for i in range(1 + draws.below(3)))
            cells[at] = cell._replace(confidence=0.5, readings=(Reading(cell.text, 0.0), *readings))
        case 6:
            cells[at] = cell._replace(text=f"{cell.text}\n{_text(draws)}", runs_on=draws.byte() % 2 == 1)
        case 7:
            cells[:] = [c._replace(column=c.column + 1) if c.column > cell.column else c for c in cells]
        case _:
            cells[at] = cell._replace(text=_text(draws))


def _grid(draws: Draws) -> Grid:
    """A grid of anything."""
    rows, columns = 1 + draws.below(14), 1 + draws.below(10)
    cells = [
        GridCell(row, column, _text(draws), 1 + draws.below(3) * draws.below(2), 1 + draws.below(3) * draws.below(2))
        for row in range(rows)
        for column in range(columns)
        if draws and not draws.chance(5)
    ]
    return _fitted(cells, draws.one_of(tuple(Layout)), ())


def _fitted(cells: list[GridCell], layout: Layout, breaks: tuple[int, ...]) -> Grid:
    """The cells as a grid that a reader may give: sorted, and none on another's place."""
    taken: set[tuple[int, int]] = set()
    kept = []
    for cell in sorted(cells, key=lambda cell: (cell.row, cell.column)):
        places = {
            (r, c) for r in range(cell.row, cell.row + cell.rowspan) for c in range(cell.column, cell.column + cell.colspan)
        }
        if taken & places:
            places, cell = {(cell.row, cell.column)}, cell._replace(rowspan=1, colspan=1)  # noqa: PLW2901 - it shrinks
        if not taken & places:
            taken |= places
            kept.append(cell)
    return Grid(tuple(kept), layout, breaks=breaks)


def _counted(blocks: list[Block]) -> Iterator[Block]:
    """With loci, as in a document without pages."""
    row = 0
    for block in blocks:
        if isinstance(block, Grid):
            cells = tuple(cell._replace(locus=Locus(row + cell.row + 1, cell.column + 1)) for cell in block.cells)
            row += block.rows
            yield Grid(cells, block.layout, breaks=block.breaks)
        else:
            yield block


def _placed(blocks: list[Block]) -> Iterator[Block]:
    """With boxes, one block below the other."""
    top = 50.0
    for block in blocks:
        if isinstance(block, Grid):
            cells = tuple(
                cell._replace(
                    box=Box(
                        1,
                        50.0 + 50 * c.column,
                        top + 12 * c.row,
                        50.0 + 50 * (c.column + c.colspan),
                        top + 12 * (c.row + c.rowspan),
                    )
                )
                for cell in block.cells
                for c in (cell,)
            )
            yield Grid(cells, block.layout, Box(1, 50.0, top, 50.0 + 50 * block.columns, top + 12 * block.rows), block.breaks)
            top += 12 * block.rows + 6
        else:
            yield Line(block.text, Box(1, 50.0, top, 500.0, top + 12), role=block.role)
            top += 14


def seeds() -> Iterator[bytes]:
    """Bytes that stand for whole reports, for reports of several tables, and for grids of anything."""
    for number in range(len(_papers())):
        yield bytes([1, number, *(b for _ in range(3) for b in (1, number, 0, 0, 0, 0))])
        yield bytes([1, number, *(b for table in range(3) for b in (1, number, table, 0, 0, 0))])
        yield bytes(
            [
                2,
                number,
                *(b for table in range(3) for b in (5, table, 0, 1, number, table, 2, 3 + table, table, 8 + table, 5, 0, 0)),
                1,
            ]
        )
    yield bytes([0, 0, 5, 4, *(b for at in range(20) for b in (at % 5, at, 0, 0, 2, 0, 0, 0, 3))])
