"""HTML as content management systems and Word write it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from random import Random

from tests.typesetter.model import Paper
from tests.typesetter.plan import Kind, Plan, PlannedCell, plan, stack


@dataclass(frozen=True, slots=True)
class HtmlStyle:
    """How the page is made."""

    template: str = "cms"
    """``cms`` (portal with navigation), ``layout`` (everything inside layout tables), ``word`` (saved from Word) or
    ``print`` (nothing but the report, for a browser to print)."""
    encoding: str = "utf-8"
    declared: bool = True
    spans_as_empty_cells: bool = False
    """Header rowspans written as empty cells of the rows below."""
    split_runs: bool = False
    """Words and numbers cut into several inline elements."""
    ragged: bool = False
    """Closing tags left out."""
    short_rows: bool = False
    """Trailing empty value cells left out: what stood there cannot be known."""
    stacked: bool = False
    """Tables 2 and 3 in one table element."""


_WORD_HEAD = (
    '<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">'
)


class _Hand:
    """Writes inline text in the style's way."""

    def __init__(self, style: HtmlStyle, rng: Random) -> None:
        self.style = style
        self.rng = rng

    def inline(self, text: str) -> str:
        """Escaped text, cut into runs where the style says so."""
        if self.style.split_runs and len(text) > 1 and self.rng.random() < 0.5:
            cut = self.rng.randint(1, len(text) - 1)
            return f"<span>{escape(text[:cut])}</span><font>{escape(text[cut:])}</font>"
        return escape(text)

    def cell(self, text: str) -> str:
        """The content of a table cell."""
        if self.style.template != "word":
            return self.inline(text) if text else self.rng.choice(("", "&nbsp;"))
        if not text:
            return '<p class="MsoNormal" align="center"><span lang="EN-US"><o:p>&nbsp;</o:p></span></p>'
        run = f'<span style="font-size:9.0pt;font-family:宋体">{self.inline(text)}</span>'
        return f'<p class="MsoNormal" align="center" style="text-align:center">{run}<span lang="EN-US"><o:p></o:p></span></p>'


def _cell(cell: PlannedCell, hand: _Hand) -> str:
    tag = "th" if cell.kind is Kind.HEAD and hand.style.template == "cms" else "td"
    spans = "".join(f' {name}="{count}"' for name, count in (("rowspan", cell.rowspan), ("colspan", cell.colspan)) if count > 1)
    close = "" if hand.style.ragged else f"</{tag}>"
    mark = f"<sup>{escape(cell.mark)}</sup>" if cell.mark else ""
    inner = _table(cell.inner, hand) if cell.inner else ""
    return f"<{tag}{spans}>{hand.cell(cell.text)}{mark}{inner}{close}"


def _rows(table: Plan, hand: _Hand) -> list[list[PlannedCell]]:
    """The cells of each row, header rowspans undone where the style asks for it."""
    rows: list[list[PlannedCell]] = [list(table.row(number)) for number in range(table.rows)]
    if not hand.style.spans_as_empty_cells or not table.header_rows:
        return rows
    for number in range(table.header_rows):
        for index, cell in enumerate(rows[number]):
            rows[number][index] = PlannedCell(cell.row, cell.column, cell.text, 1, cell.colspan, cell.kind)
            for below in range(number + 1, number + cell.rowspan):
                rows[below].append(PlannedCell(below, cell.column, "", 1, cell.colspan, cell.kind))
    return [sorted(row, key=lambda cell: cell.column) for row in rows]


def _table(table: Plan, hand: _Hand) -> str:
    close = "" if hand.style.ragged else "</tr>"
    lines = []
    for number, row in enumerate(_rows(table, hand)):
        kept = row
        while hand.style.short_rows and kept and kept[-1].kind is Kind.VALUE and not kept[-1].text:
            kept = kept[:-1]
        opening = '<tr style="display:none">' if number in table.hidden else "<tr>"
        lines.append(opening + "".join(_cell(cell, hand) for cell in kept) + close)
    body = "\n".join(lines)
    if hand.style.template == "word":
        return (
            '<div align="center"><table class="MsoNormalTable" border="1" cellspacing="0" cellpadding="0" '
            f'style="border-collapse:collapse;border:none">\n{body}\n</table></div>'
        )
    return f'<table border="1" cellspacing="0"><tbody>\n{body}\n</tbody></table>'


def _paragraph(text: str, hand: _Hand, *, strong: bool = False) -> str:
    inner = hand.inline(text)
    if strong:
        inner = f"<strong>{inner}</strong>"
    return f'<p class="MsoNormal">{inner}</p>' if hand.style.template == "word" else f"<p>{inner}</p>"


def _body(paper: Paper, hand: _Hand) -> str:
    parts = [_paragraph(text, hand) for text in paper.preface]
    waiting: Plan | None = None
    for chapter in paper.chapters:
        if waiting is not None and chapter.tables:
            parts.append(_table(stack(waiting, chapter.heading, plan(paper, chapter.tables[0])), hand))
            parts.extend(_table(plan(paper, key), hand) for key in chapter.tables[1:])
            waiting = None
            continue
        parts.append(_paragraph(chapter.heading, hand, strong=True))
        parts.extend(_paragraph(text, hand) for text in chapter.paragraphs)
        if hand.style.stacked and chapter.tables == ("disclosure",):
            waiting = plan(paper, "disclosure")
            continue
        parts.extend(_table(plan(paper, key), hand) for key in chapter.tables)
    return "\n".join(parts)


def _word(paper: Paper, hand: _Hand, charset: str) -> str:
    heading = "".join(f'<p class="MsoNormal" align="center"><b>{hand.inline(line)}</b></p>\n' for line in paper.title)
    return (
        f'{_WORD_HEAD}<head>{charset}<meta name=Generator content="Microsoft Word 15">'
        f"<title>{escape(''.join(paper.title))}</title>"
        "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml><![endif]-->"
        "<style><!-- p.MsoNormal {margin:0cm} @page {size:595.3pt 841.9pt} --></style></head>"
        f'<body lang="ZH-CN"><div class="Section1">{heading}{_body(paper, hand)}</div></body></html>'
    )


_PRINT_CSS = (
    "@page{size:A4;margin:22mm 18mm} body{font:12pt/1.7 'Noto Serif CJK SC',serif} h1{font-size:20pt;text-align:center} "
    "h1,strong{font-weight:400} "
    "p{text-indent:2em;margin:4pt 0} table{border-collapse:collapse;width:100%;font-size:8pt;line-height:1.35}"
    "td{border:1px solid #000;padding:2px;text-align:center} tr{break-inside:avoid}"
)


def _printable(paper: Paper, hand: _Hand, charset: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="zh"><head>{charset}<title>{escape("".join(paper.title))}</title>'
        f"<style>{_PRINT_CSS}</style></head><body><h1>{'<br>'.join(escape(line) for line in paper.title)}</h1>"
        f"{_body(paper, hand)}</body></html>"
    )


def _chrome() -> str:
    older = "".join(f'<li><a href="/nb/{y}.html">{y}年政府信息公开工作年度报告</a></li>' for y in range(2025, 2019, -1))
    return (
        '<ul class="nav"><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/hd/">互动交流</a></li>'
        f'</ul><div class="crumb">当前位置：首页 &gt; 政务公开 &gt; 政府信息公开年报</div><ul class="list">{older}</ul>'
    )


def _facts(paper: Paper) -> str:
    published = f"{paper.year + 1}-01-24"
    return (
        '<table class="xxgk"><tr><td>索引号</td><td>014000000/20250001</td><td>发布机构</td>'
        f"<td>{escape(paper.agency)}</td></tr><tr><td>发布日期</td><td>{published}</td><td>主题分类</td><td>政务公开</td></tr></table>"
    )


def _portal(paper: Paper, hand: _Hand, charset: str) -> str:
    title = escape(" ".join(paper.title))
    head = (
        f'<head>{charset}<title>{title}_门户网站</title><meta name="ContentSource" content="{escape(paper.agency)}">'
        f'<script>var t="<table><tr><td>9</td></tr></table>";</script></head>'
    )
    main = f'<div id="zoom"><h1>{"<br>".join(escape(line) for line in paper.title)}</h1>{_body(paper, hand)}</div>'
    foot = "<p>主办单位：门户网站编辑部　备案号：00000000号　网站标识码：0000000001</p>"
    if hand.style.template == "layout":
        inner = f'<table width="100%"><tr><td width="220">{_chrome()}</td><td>{_facts(paper)}{main}</td></tr></table>'
        return f'<html>{head}<body><table width="1000"><tr><td>{inner}</td></tr><tr><td>{foot}</td></tr></table></body></html>'
    return (
        f'<!DOCTYPE html><html lang="zh">{head}<body><header><nav>{_chrome()}</nav></header>'
        f"<main><article>{_facts(paper)}{main}</article></main><footer>{foot}</footer></body></html>"
    )


def print_html(paper: Paper, style: HtmlStyle, rng: Random) -> bytes:
    """The paper as an HTML file."""
    hand = _Hand(style, rng)
    declared = {"gb18030": "gb2312"}.get(style.encoding, style.encoding)
    charset = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if style.declared else ""
    write = {"word": _word, "print": _printable}.get(style.template, _portal)
    return write(paper, hand, charset).encode(style.encoding)
