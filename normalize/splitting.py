"""Documents that hold several reports one after the other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TypeGuard

import regex

from extract.model import Block, Document, Grid, Metadatum
from normalize.body import Body
from normalize.model import Finding, Severity
from normalize.prose import folded, folded_whole
from normalize.titles import Title, read_title, same_report, title_of_page, titles, without_lists

_CHAPTER = regex.compile(r"\s*[一二三四五六七]\s*[、.．]")
_SEVERAL = 3
"""Chapter headings that make a report; a stale title in the prose has fewer before it."""
_FORM_WORDS = regex.compile(r"申请人情况|本年新收|信息内容|现行有效|行政复议|结果维持|统计指标|收到申请数|主动公开政府信息数")


def _is_table(block: Block) -> TypeGuard[Grid]:
    """Whether a block is a table of a report."""
    return isinstance(block, Grid) and any(_FORM_WORDS.search(folded(cell.text)) for cell in block.cells)


def _tables(blocks: Sequence[Block]) -> list[int]:
    """Which blocks are tables of a report."""
    return [index for index, block in enumerate(blocks) if _is_table(block)]


def _titles(body: Body) -> tuple[Title, ...]:
    return without_lists(titles(body.texts, cache(lambda: folded_whole(body.texts))))


def _starts(document: Document, body: Body) -> tuple[list[tuple[int, Title]], str]:
    """Block index and title where another report begins, the first report at 0.

    And the title of another report that nothing could be split at, although chapters precede it and tables follow.
    """
    found = _titles(body)
    if len({(t.year, folded(t.agency)) for t in found}) < 2:
        return [], ""
    tables = _tables(document.blocks)
    starts = [(0, found[0])]
    passed_over = ""
    for title in found[1:]:
        at = body.placed[title.first][0]
        begin, current = starts[-1]
        if same_report(current, title):
            fuller = (title.year is not None) + bool(title.agency) > (current.year is not None) + bool(current.agency)
            starts[-1] = (begin, title if fuller else current)
        elif bisect_left(tables, begin) < bisect_left(tables, at) < len(tables):
            starts.append((at, title))
        elif title.year and title.agency and current.year and current.agency and at < (tables or (0,))[-1]:
            chapters = sum(_CHAPTER.match(text) is not None for text in body.texts[current.behind : title.first])
            passed_over = title.text if chapters >= _SEVERAL else passed_over
    return starts, passed_over


def _own(metadata: tuple[Metadatum, ...], title: Title) -> tuple[Metadatum, ...]:
    """The metadata that do not speak of another report."""
    return tuple(
        datum
        for datum in metadata
        if datum.name not in ("title", "heading")
        or ((stated := title_of_page(datum.value)) is not None and same_report(stated, title))
    )


def split_reports(document: Document, body: Body | None = None) -> tuple[Document, ...]:
    """One document for each report; the document itself if it holds one.

    A new report begins at a title whose year or agency differs from the current report's, when tables of the report
    stand both before and behind it. A repeated title (title page, running head), a list of reports, and a stale title
    in the prose split nothing. ``body`` is the document's, where it is known.
    """
    starts, _ = _starts(document, body or Body(document.blocks))
    if len(starts) < 2:
        return (document,)
    bounds = [*(at for at, _ in starts), len(document.blocks)]
    return tuple(
        replace(document, blocks=document.blocks[begin:end], metadata=_own(document.metadata, title))
        for (begin, end), (_, title) in zip(pairwise(bounds), starts, strict=True)
    )


def another_title(document: Document, body: Body) -> tuple[Finding, ...]:
    """A doubt where another report's title stands between this one's chapters and a table: whose table is it?"""
    _, title = _starts(document, body)
    title = title or _title_within(document, body)
    if not title:
        return ()
    message = f"the title of another report stands between the chapters of this one and its tables: {title}"
    return (Finding("identity.another_title", Severity.DOUBT, message, actual=title),)


def _title_within(document: Document, body: Body) -> str:
    """The title of another report in a cell of a table, as lines run into it where text is aligned; empty if there is none."""
    own = next(iter(_titles(body)), None)
    cells = (cell for block in document.blocks if _is_table(block) for cell in block.cells)
    stated = (title for cell in cells if (title := read_title(cell.text)) is not None)
    return next((title.text for title in stated if own and title.year and title.agency and not same_report(own, title)), "")
