"""Recognise: whether a document is an annual report on government information disclosure at all.

Sites publish much beside the reports, and answer with error pages. What is not a report is turned away with the reason.
A genuine report without tables (common in townships before 2019) is a report; one that merely cites a budget or a rule
is one too. Doubt about a report's content is a finding, not a rejection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

import regex

from collect.errors import NotAReportError
from extract.model import Block, Document, Grid, Line, LineRole
from normalize.agencies import is_agency
from normalize.body import Body
from normalize.kinds import ERROR_PAGE, HEADLINES
from normalize.origin import title_in_origin
from normalize.prose import folded, folded_whole, paragraphs
from normalize.sections import chapter_numbers
from normalize.titles import Title, head_title, read_title, title_of_page, titles, without_lists
from normalize.years import periods

_SHORT = 600
"""Folded characters: an error page is shorter than any report."""
_NOTHING = 20
_PLACEHOLDER = regex.compile(
    r"[×xX✕＊*]{2,}(?:省|市|县|区|局|镇|年|单位|部门|机关)|20[×xX*_]{2}年|_{2,}年|[(（]\s*[)）]年|某某(?:省|市|县|区|局|镇|单位|部门|机关)|\(单位名称\)|\(年份\)"
)
_GARBLED = regex.compile(r"鏀垮簻|淇℃伅|鍏紑|骞村害|锟斤拷|Ã¥|â€|\ufffd{3}")
_HAN = regex.compile(r"\p{Han}")
_CLAUSE_END = regex.compile("[，。；]")
_FIGURE = regex.compile(r"[+-]?[\d,.]+")
_HEADLINE_LINES = 6
_OPENING = 1500
_REPORT_PROSE = 150
_CHAPTER_PROSE = 20
_INTRODUCTION = regex.compile(
    r"现(?:将|就|把)[^。]{0,60}信息公开[^。]{0,30}(?:报告|公布|公开|汇报)如下|编制[^。，]{0,30}信息公开(?:工作)?年度报告|"
    r"本(?:年度)?(?:报告|年报)(?:是|由|根据|依据|依照|按照)[^。]{0,80}(?:政府信息公开条例|信息公开)[^。]{0,200}(?:编制|编写|编撰|组成)"
)
"""A preface that says what follows, for pages that keep their title elsewhere."""


def _reject(code: str, message: str) -> NotAReportError:
    return NotAReportError(message, code=f"not_a_report.{code}")


def _texts(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Line):
            if block.role is LineRole.BODY:
                yield block.text
        else:
            yield from (cell.text for cell in block.cells)


def _reject_nothing(whole: str) -> None:
    """Nothing there, or nothing that could be decoded."""
    if len(whole) < _NOTHING:
        raise _reject("empty", "The document holds no text.")
    marks = sum(whole.count(mark) for mark in "?？\ufffd")
    han = len(_HAN.findall(whole))
    if _GARBLED.search(whole) or (marks > len(whole) / 4 and marks > han):
        raise _reject("garbled", "The text was destroyed by a wrong decoding before it came here.")


def _report_title(document: Document, body: Body, whole: str) -> Title | None:
    """The report's own title, wherever it stands; the file name does not count."""
    inside = without_lists(titles(body.texts[: body.front or 60][:60], whole))
    stated = (title_of_page(d.value) for d in document.metadata if d.name in ("heading", "title"))
    heads = (head_title(b.text) for b in document.blocks if isinstance(b, Line) and b.role is LineRole.FURNITURE)
    cells = (read_title(c.text) for b in document.blocks if isinstance(b, Grid) for c in b.cells[:40] if len(c.text) < 120)
    return next((title for title in chain(inside, stated, heads, cells) if title), None)


def _headlines(document: Document, lines: Sequence[str]) -> list[str]:
    """Folded lines that may say what the document is: its heading, title and first lines, joined in twos as well."""
    stated = [d.value for d in document.metadata if d.name in ("heading", "title")]
    first = [line for line in lines[:_HEADLINE_LINES] if len(folded(line)) <= 60 and not _CLAUSE_END.search(line)]
    joined = [above + below for above, below in pairwise(first)]
    return [folded(text) for text in (*stated, *first, *joined)]


def _other_kind(headlines: Sequence[str]) -> tuple[str, str, str] | None:
    """Code, description and headline of another kind of document."""
    for code, name, pattern in HEADLINES:
        for headline in headlines:
            if pattern.search(headline) and not read_title(headline):
                return code, name, headline
    return None


def _has_figures(document: Document) -> bool:
    return any(_FIGURE.fullmatch(folded(cell.text)) for b in document.blocks if isinstance(b, Grid) for cell in b.cells)


def _is_blank_template(document: Document, title: Title | None, whole: str) -> bool:
    """The form itself: placeholders for agency or year, or no agency, and not one figure in its tables."""
    if _has_figures(document):
        return False
    if _PLACEHOLDER.search(whole[:400]):
        return True
    named = bool(title and title.agency and is_agency(title.agency))
    return not named and (title is None or title.year is None) and not any(p.year for p in periods(whole[:3000]))


def _is_list(lines: Sequence[str], whole: str) -> bool:
    """Menu text: many short lines, hardly a sentence."""
    sentences = whole.count("。")
    return sentences <= 2 and (len(lines) >= 3 or len(whole) < _SHORT)


def recognise(document: Document, tables_found: int, origin: str, body: Body | None = None) -> None:
    """Returns if the document is such an annual report; raises with the reason if it is not.

    Args:
        document: What was read.
        tables_found: How many tables of the official forms were recognised in it.
        origin: Path or address, to name the document's kind where nothing else does.
        body: The document's, where it is known.

    Raises:
        NotAReportError: ``reason`` is ``not_a_report.`` with ``empty``, ``garbled``, ``error_page``, ``half_year``,
            ``notice``, ``template``, ``website_report``, ``rule_of_law``, ``budget``, ``guide``, ``catalogue``, ``rules``,
            ``plan``, ``other_report``, ``list_page`` or ``other``.
    """
    whole = folded_whole(_texts(document.blocks))
    if not tables_found:
        _reject_nothing(whole)
    body = body or Body(document.blocks)
    title = _report_title(document, body, whole)
    # With tables and a title no headline turns the document away.
    kind = None if tables_found and title else _other_kind(_headlines(document, body.texts))
    if tables_found:
        _judge_with_tables(document, title, kind, whole)
        return
    chapters = chapter_numbers(body.chapters)
    prose = [text for text in paragraphs(body.lines) if "。" in text]
    if not chapters and len(whole) < _SHORT and ERROR_PAGE.search(whole):
        raise _reject("error_page", "This is an error, login or verification page of the site, not the document.")
    if kind and kind[0] in ("half_year", "notice", "template"):
        raise _reject(kind[0], f"This is {kind[1]} ({kind[2][:60]}), not an annual report.")
    if _PLACEHOLDER.search(whole[:400]) and len(chapters) >= 2:
        raise _reject("template", "This is the blank template: neither agency nor figures are filled in.")
    said = len("".join(prose))
    introduced = title is not None or bool(_INTRODUCTION.search(whole[:_OPENING]))
    if len(chapters) >= 3 or (introduced and (said >= _REPORT_PROSE or (chapters and said >= _CHAPTER_PROSE))):
        if title is None and kind:
            raise _reject(kind[0], f"This is {kind[1]} ({kind[2][:60]}), not an annual report on information disclosure.")
        return
    if kind:
        raise _reject(kind[0], f"This is {kind[1]} ({kind[2][:60]}), not an annual report on information disclosure.")
    if _is_list(body.texts, whole):
        raise _reject("list_page", "This page holds titles and menus, but no report.")
    named = " although its name says so" if title_in_origin(origin) else ""
    raise _reject("other", f"Neither title, chapters nor tables of an annual report are there{named}.")


def _judge_with_tables(document: Document, title: Title | None, kind: tuple[str, str, str] | None, whole: str) -> None:
    """With the report's tables there, only plain evidence turns a document away."""
    stated = periods(whole[:4000])
    if (
        any(p.partial and p.explicit for p in stated)
        and not any(p.year for p in stated)
        and (title is None or title.year is None)
    ):
        raise _reject("half_year", "The figures cover a part of a year only, so this is no annual report.")
    if kind and kind[0] == "half_year" and title is None:
        raise _reject("half_year", f"This is {kind[1]} ({kind[2][:60]}), not an annual report.")
    if kind and kind[0] in ("notice", "template") and title is None and not _has_figures(document):
        raise _reject(kind[0], f"This is {kind[1]} ({kind[2][:60]}), not an annual report.")
    if _is_blank_template(document, title, whole):
        raise _reject("template", "This is the blank form: neither agency, year nor figures are filled in.")
