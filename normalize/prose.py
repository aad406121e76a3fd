"""Printed lines as a reader hears them: folded for matching, joined to paragraphs, cut into sentences.

Matching happens on a folded copy (``Folded``) that knows where each of its characters stands in the print, so that what
is handed on is always the print itself. ``，。；：`` stay themselves: they separate clauses. An ASCII comma becomes one of
them unless it separates thousands.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from extract.model import Block, Line, LineRole

# Radicals that PDF fonts map glyphs to. NFKC knows the Kangxi block (⼤), not this supplement (⻰).
_RADICALS = dict(
    zip(
        map(ord, "⺠⺟⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳"),
        "民母虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟",
        strict=True,
    )
)
_KANGXI = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_TRADITIONAL = str.maketrans(
    "報開務縣區鎮鄉辦廳廣東龍國會計總體況動處複復議訴訟問題進關說無數據統製項聯業發產財經濟審農環衛稅陽寧蘇慶貴雲陝肅遼"
    "機構單個條類萬億來號時間從於為與現將員應監設規劃檔資訊稱種請後幹責電傳網門點擬編寫結轉維糾終費實際學術書術齊優專",
    "报开务县区镇乡办厅广东龙国会计总体况动处复复议诉讼问题进关说无数据统制项联业发产财经济审农环卫税阳宁苏庆贵云陕肃辽"
    "机构单个条类万亿来号时间从于为与现将员应监设规划档资讯称种请后干责电传网门点拟编写结转维纠终费实际学术书术齐优专",
)
_KEPT = "，；：！？"
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\x00")
_FOLD: dict[int, str | int | None] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) not in _KEPT},
    ord(":"): "：",
    ord(";"): "；",
    ord("!"): "！",
    ord("?"): "？",
    ord("﹒"): ".",
    ord("│"): "|",
    **_TRADITIONAL,
    **_KANGXI,
    **_RADICALS,
    **dict.fromkeys(map(ord, _INVISIBLE)),
}
_COMMA = regex.compile(r"(?<!\d),|,(?!\d{3}(?!\d))")
_PAGE_NUMBER = regex.compile(r"[-—–―─·•－]+\d{1,4}[-—–―─·•－]+|第?\d{1,4}页?[/共，]*第?\d{1,4}页|第\d{1,4}页")
_PAGE_MARKS = frozenset("-—–―─·•－第")
"""What a page number may begin with, beside a digit."""
_SENTENCE_STOP = regex.compile(r"[。！？\n]")
_PLACED_STOP = regex.compile(r"[。！？]|(?<!\d)\n|\n(?!\d)")
"""A line that breaks off within a number goes on."""
_LONGEST_LINE = 2000
"""Characters. Longer texts are not kept: the cache stays small whatever is read."""
_SENTENCE_END = "。！？；…"
_NUMBERED = regex.compile(
    r"[(（][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}[、.．]|第[一二三四五六七八九十]+(?:部分|章)|\d{1,2}[、.．](?!\d)"
)
_CAPTION = regex.compile(
    r"(?:发布日期|发布时间|发布机构|信息来源|来源|日期|浏览次数|字体|字号|索引号|作者|时间)：|\d{4}-\d\d?-\d\d?"
)


@dataclass(frozen=True, slots=True)
class Folded:
    """A copy of ``raw`` for matching: no whitespace, one form of every digit, bracket and character."""

    text: str
    raw: str

    def printed(self, start: int, end: int) -> str:
        """What is printed where ``text[start:end]`` matched."""
        if start >= end:
            return ""
        if len(self.text) == len(self.raw):  # nothing was left out
            return self.raw[start:end]
        first, last = self.span(start, end)
        return self.raw[first:last]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where in the print ``text[start:end]`` (not empty) begins and ends."""
        if len(self.text) == len(self.raw):
            return start, end
        at = _places(self.raw)
        return at[start], at[end - 1] + 1


@lru_cache(maxsize=8)
def _places(raw: str) -> tuple[int, ...]:
    """Where each character of the folded copy stands in the print; asked only of texts in which something was found."""
    return tuple(i for i, char in enumerate(raw) if not char.isspace() and char not in _INVISIBLE)


def fold(raw: str) -> Folded:
    """The folded copy of a text."""
    return Folded(folded(raw), raw)


def folded(raw: str) -> str:
    """Only the text of the folded copy; the lines of a document are asked for again and again, hence a cache for them."""
    return _folded_line(raw) if len(raw) <= _LONGEST_LINE else folded_whole((raw,))


def folded_whole(parts: Iterable[str]) -> str:
    """The folded text of several parts printed one after the other."""
    text = "".join([_characters_of_line(p) if len(p) <= _LONGEST_LINE else _characters(p) for p in parts])
    text = text.replace("资讯", "信息")
    return str(_COMMA.sub("，", text)) if "," in text else text


@lru_cache(maxsize=8192)
def _folded_line(raw: str) -> str:
    return folded_whole((raw,))


@lru_cache(maxsize=8192)
def _characters_of_line(raw: str) -> str:
    return _characters(raw)


def _characters(raw: str) -> str:
    """Folded character by character; what depends on the characters beside it is left."""
    return "".join(raw.split()).translate(_FOLD)


def mend(raw: str) -> str:
    """The print with radicals turned into the characters they stand for: an artefact of fonts, not of the agency."""
    return raw.translate(_KANGXI).translate(_RADICALS)


def is_page_number(text: str) -> bool:
    """A line such as ``- 3 -`` or ``第3页 共5页``, which readers may have left in the body."""
    plain = folded(text)
    return (plain[:1] in _PAGE_MARKS or plain[:1].isdecimal()) and bool(_PAGE_NUMBER.fullmatch(plain))


def body_lines(blocks: Iterable[Block]) -> list[tuple[int, Line]]:
    """The lines that say something, with their index among the blocks."""
    return [
        (index, block)
        for index, block in enumerate(blocks)
        if isinstance(block, Line) and block.role is LineRole.BODY and block.text.strip() and not is_page_number(block.text)
    ]


def glue(*parts: str) -> str:
    """The pieces of a broken text as one: a space only where two Latin words would run together."""
    if len(parts) == 1:
        return parts[0]
    pieces: list[str] = []
    for index, part in enumerate(parts):
        piece = part.lstrip() if index else part
        if pieces:
            pieces[-1] = before = pieces[-1].rstrip()
            if before and piece and _is_latin(before[-1]) and _is_latin(piece[0]):
                pieces.append(" ")
        if piece or not pieces:
            pieces.append(piece)
    return "".join(pieces)


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


def on_one_line(text: str) -> str:
    """The text without line breaks, runs of spaces collapsed."""
    words = text.split()
    if len(words) > 1:
        words = glue("", *text.splitlines()).split()
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class Measure:
    """The type area of each page, from its lines: left and right edge in points."""

    edges: dict[int, tuple[float, float]]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Measure:
        """Of the pages these lines stand on."""
        edges: dict[int, tuple[float, float]] = {}
        for line in lines:
            if line.box:
                left, right = edges.get(line.box.page, (line.box.x0, line.box.x1))
                edges[line.box.page] = (min(left, line.box.x0), max(right, line.box.x1))
        return cls(edges)

    def is_full(self, line: Line) -> bool:
        """The line ends within three characters of the right edge (a character may not have fitted)."""
        if line.box is None:
            return False
        edge = self.edges[line.box.page][1]
        return line.box.x1 >= edge or line.box.x1 >= edge - 3 * _em(line)

    def is_indented(self, line: Line) -> bool:
        """The line begins at least one character inside the left edge, as a paragraph does."""
        return line.box is not None and line.box.x0 >= self.edges[line.box.page][0] + _em(line)


def _em(line: Line) -> float:
    """Width of one character of a line with a box, in points."""
    assert line.box is not None  # noqa: S101 - callers looked
    return (line.box.x1 - line.box.x0) / _width(line.text)


@lru_cache(maxsize=2048)
def _width(text: str) -> float:
    """Width of a printed text in full-width characters, at least 1."""
    text = text.strip()
    classes = "".join(map(unicodedata.east_asian_width, text))
    wide = classes.count("W") + classes.count("F")  # no other class is spelt with either letter
    return max((len(text) + wide) / 2, 1.0)


def continues(first: Line, second: Line, measure: Measure) -> bool:
    """Whether ``second`` goes on with the paragraph of ``first`` (a wrapped line), rather than begins a new one."""
    before, after = folded(first.text), folded(second.text)
    if not before or not after:
        return False
    if after[0] in "，。、；：)）》”" or before[-1] in "，、(（《“":
        return True
    ended = before[-1] in _SENTENCE_END or before.endswith(("。”", "。)", "："))
    if first.box and second.box:
        if not measure.is_full(first):
            return False
        one, other = (first, second) if ended else (second, first)
        if (measure.is_indented(one) and not measure.is_indented(other)) is not ended:
            return False
    elif ended or len(before) < 15:
        return False  # paragraphs of HTML, DOCX, text end with a full stop; short lines are headings
    return not (_NUMBERED.match(after) or _CAPTION.match(after) or _holds_caption(before))


def _holds_caption(plain: str) -> bool:
    return ("：" in plain or "-" in plain) and bool(_CAPTION.search(plain))


def paragraphs(lines: Sequence[Line], measure: Measure | None = None) -> tuple[str, ...]:
    """Lines joined to paragraphs, without spaces between the halves of a wrapped Chinese sentence."""
    measure = measure or Measure.of(lines)
    joined: list[list[str]] = []
    last: Line | None = None
    for line in lines:
        if last is not None and continues(last, line, measure):
            joined[-1].append(line.text)
        else:
            joined.append([on_one_line(line.text)])
        last = line
    return tuple(text for parts in joined if (text := glue(*parts)))


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text as printed, without the stop that ends them. A semicolon ends no sentence."""
    return tuple(part.strip() for part in _SENTENCE_STOP.split(text) if part.strip())


def placed_sentences(text: str) -> Iterator[tuple[int, str]]:
    """The same sentences, each with the place of its first character in the text. A line may break within a number."""
    start = 0
    for part in _PLACED_STOP.split(text):
        if sentence := part.strip():
            yield start + len(part) - len(part.lstrip()), sentence
        start += len(part) + 1
