"""Titles: the lines that state "…政府信息公开工作年度报告", however they are broken, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from normalize.agencies import is_agency, is_generic, is_region, tidy
from normalize.prose import Folded, fold, folded, mend, on_one_line
from normalize.years import YearExpression, year_expressions

_SUBJECT = (
    r"(?:(?:政府|政务|政府政务|政务政府|党务政务|党政)?信息公开|政府信息(?:与|和|及|、)政务公开|政务公开|政府公开)"
    r"(?:(?:与|和|及|暨|、)(?:政务公开|政府信息公开|政务服务))?"
)
_STRONG = r"(?:工作)?(?:情况)?的?(?:年度(?:工作)?(?:情况)?(?:总结)?报告书?|年报|年度报表|年度?工作报告|年度(?:工作)?总结)"
_WEAK = r"(?:工作)?(?:情况)?(?:的)?(?:自查|总结|工作)?报告"
_HEAD = r"(?P<head>[^，。；：！？《》<>|“”…?!]*?)"
_TAIL = (
    r"(?P<tail>(?:[(〔\[【][^()〔〕\[\]【】]{1,24}[)〕\]】]){0,2}(?:的(?:报告|公告|公示|通知|函))?"
    r"(?:\.(?:pdf|docx?|wps|html?|shtml|txt|ofd|jpg))?)"
)
_ENDS_AS_TITLE = regex.compile(rf"(?:报告书?|年报|报表|总结){_TAIL}$", regex.I)
_TITLE = regex.compile(rf"{_HEAD}(?P<core>{_SUBJECT}(?:(?P<strong>{_STRONG})|{_WEAK})){_TAIL}", regex.I)
_YEARLY = regex.compile(rf"{_HEAD}(?P<core>年度?报告|年报){_TAIL}", regex.I)
_LEADING = regex.compile(
    r"^(?:附件?\d*|附|\d{1,3}[.、]|[-—_·.、,]+|[(\[【][^()\[\]【】]{0,12}[)\]】]|关于(?:印发|公布|发布|报送)?|[一二三四五六七八九十]、)+"
)
_NOT_A_HEAD = regex.compile(r"印发|转发|格式|上[半]年|下半年|季度|关于做好|关于开展|上一篇|下一篇|解读|图解|一图|如何|培训")
_PRONOUN = regex.compile(r"^(?:我|本|各)[\p{Han}]{0,4}$|^本(?:机关|单位|行政机关|部门|级)")
_GOES_ON = regex.compile(r"^(?:格式|有关(?:事项|工作|问题)|编制(?:的|工作)|的(?!报告)|撰写|模板|范文|制度|，|。|、|》|”|中的)")
_EMPTY_BRACKETS = regex.compile(r"[()（）\[\]【】〔〕]{2}$")
_NAME_TAIL = regex.compile(r"(?:年度|年|度|的|关于|對于)$")
_HAN = regex.compile(r"\p{Han}")
_LAST_PART = regex.compile(r"[^>＞/\\]+$")
_PRINTED_ON = regex.compile(r"^\d{4}[-/.]\d\d?[-/.]\d\d?(?:\s+\d\d?[:：]\d\d)?\s*|\s*\d{1,3}\s*$")
_SITE = regex.compile(r"\s*(?:[_|｜]|——|--|\s[-–—·]\s|(?<=报告)[-–—]|(?<=年报)[-–—]|(?<=[)）])[-–—])\s*")
MAX_LINE = 70
"""Folded characters. A title is broken into lines at most this long; longer lines are prose."""
_MAX_PAGE_TITLE = 400
_DISTINCT_OF_A_LIST = 3


@dataclass(frozen=True, slots=True)
class Title:
    """What a title says. ``agency`` and ``year`` are empty where it says nothing of them."""

    text: str
    agency: str
    year: int | None
    adjoining: bool = False
    """The name stands directly before 政府信息公开, so that its last 政府 may belong to either."""
    first: int = -1
    """Index of its first line among the lines given, and of the line behind its last; -1 outside a text."""
    behind: int = -1
    core: int = 0
    """Length of the fixed words, on folded text."""


def _own_words(source: Folded, end: int, core_end: int, years: Sequence[YearExpression]) -> tuple[str, bool]:
    """The agency in ``source.text[:end]``: what is left without years and set phrases."""
    spans = [(y.start, y.end) for y in years if y.end <= end]
    if spans and spans[-1][1] == end - 1 and source.text[end - 1] == "度":
        spans[-1] = (spans[-1][0], end)
    parts, at = [], 0
    for start, stop in [*spans, (end, end)]:
        parts.append(source.printed(at, start))
        at = stop
    name = _EMPTY_BRACKETS.sub("", "".join(parts).strip())
    plain = folded(name)
    lead = _LEADING.match(plain)
    if lead:
        name = fold(name).printed(lead.end(), len(plain))
    name = _NAME_TAIL.sub("", tidy(name))
    if name.endswith("人民") and source.text[end:core_end].startswith("政府"):
        return name + "政府", False  # XX市人民政府信息公开…: one 政府 printed for two
    return name, bool(name) and not (spans and spans[-1][1] == end)


def may_be_title(plain: str) -> bool:
    """Whether a folded text may end in a title that names its subject: most texts do not, and need no closer look."""
    return "公开" in plain and bool(_ENDS_AS_TITLE.search(plain))


def read_title(text: str, *, loose: bool = False) -> Title | None:
    """What a text says if the whole of it is a title, else None.

    ``loose`` also takes "X局2021年年度报告", which names no subject.
    """
    if not loose and not may_be_title(folded(text)):
        return None
    source = fold(text)
    match = _TITLE.fullmatch(source.text) or (_YEARLY.fullmatch(source.text) if loose else None)
    if not match or _NOT_A_HEAD.search(match["head"]) or len(match["head"]) > 60:
        return None
    years = year_expressions(source.text)
    inside = [y for y in years if y.end <= match.start("core")] or [y for y in years if y.start >= match.end("core")]
    if not inside and years:
        inside = [y for y in years if y.start < match.end("core")]
    strong = match.re is _TITLE and match["strong"]
    if not strong and not inside:
        return None
    if _SUBJECT_ONLY.search(match["head"]):
        return None
    agency, adjoining = _own_words(source, match.start("core"), match.end("core"), years)
    if _PRONOUN.match(agency) or not _HAN.search(agency) or len(folded(agency)) < 2:
        agency = ""
    year = inside[-1].year if inside else None
    return Title(mend(on_one_line(text)), agency, year, adjoining and bool(agency), core=match.end("core") - match.start("core"))


_SUBJECT_ONLY = regex.compile(r"(?:政府|政务)?信息公开(?:工作)?年(?:度报告|报)|政务公开(?:工作)?年(?:度报告|报)")


def title_of_page(text: str) -> Title | None:
    """What a metadata title or file name says, the name of the site or the suffix set aside."""
    if len(text) > _MAX_PAGE_TITLE:
        return None
    pieces = [text, *_SITE.split(text)]
    pieces += [m.group() for m in _LAST_PART.finditer(text)]
    found = [title for piece in pieces if (title := read_title(piece.strip()))]
    return max(found, key=lambda t: (t.year is not None, bool(t.agency)), default=None)


def head_title(text: str) -> Title | None:
    """The title in a running head, which may carry the date of printing and a page number."""
    bare = _PRINTED_ON.sub("", text.strip())
    return read_title(bare)


def _window(lines: Sequence[str], first: int, behind: int) -> Title | None:
    title = read_title("\n".join(lines[first:behind]))
    if title and behind < len(lines) and _GOES_ON.match(folded(lines[behind])) and not is_agency(lines[behind]):
        return None
    return replace(title, first=first, behind=behind) if title else None


def _takes_in(upper: Title, lower: Title, line: str, whole: str) -> bool:
    """Whether the title that begins one line higher is the better reading."""
    if upper.core > lower.core:
        return True  # the break was inside 政府信息公开
    gains_year = upper.year is not None and lower.year is None
    if upper.year is None or (lower.year is not None and upper.year != lower.year):
        return False
    if not lower.agency or is_generic(lower.agency):
        return is_agency(upper.agency) or (gains_year and not upper.agency)
    if gains_year:
        return upper.agency == lower.agency or is_agency(upper.agency)
    # Both whole: the line above begins the name only if the longer name is known elsewhere in the document.
    return is_agency(upper.agency) and not read_title(line) and _is_repeated(folded(upper.agency), whole)


def _is_repeated(name: str, whole: str) -> bool:
    first = whole.find(name)
    return first >= 0 and whole.find(name, first + len(name)) >= 0


def _grown(lines: Sequence[str], lower: Title, whole: str) -> Title:
    """The title with the lines above that belong to it."""
    best = lower
    for first in range(lower.first - 1, max(lower.first - 4, -1), -1):
        if len(folded(lines[first])) > MAX_LINE:
            break
        upper = _window(lines, first, lower.behind)
        if upper is None:
            break
        if _takes_in(upper, best, lines[first], whole):
            best = upper
    return best


def _smallest(lines: Sequence[str]) -> Iterator[Title]:
    """Every title in its smallest form, by the line it ends on."""
    behind_last = 0
    plain = [folded(line) for line in lines]
    for end in range(1, len(lines) + 1):
        if not may_be_title("".join(plain[max(end - 4, 0) : end])):
            continue
        for first in range(end - 1, max(end - 5, behind_last - 1), -1):
            if len(plain[first]) > MAX_LINE:
                break
            title = _window(lines, first, end)
            if title:
                behind_last = end
                yield title
                break


def titles(lines: Sequence[str], whole: str) -> tuple[Title, ...]:
    """Every title among printed lines, in order.

    Args:
        lines: The lines as printed, one string each.
        whole: The folded text of the whole document, to know a name again.
    """
    return tuple(_with_year_below(lines, _grown(lines, title, whole)) for title in _smallest(lines))


def without_lists(found: Sequence[Title]) -> tuple[Title, ...]:
    """The titles that head something: lists of reports (menus, "previous years") are left out."""
    kept: list[Title] = []
    for run in _runs(found):
        lists = [named for named in (True, False) if _is_list([t for t in run if bool(t.agency) is named])]
        kept += [title for title in run if bool(title.agency) not in lists]
    return tuple(kept)


def _with_year_below(lines: Sequence[str], title: Title) -> Title:
    """The year in a line of its own under the title: "（2022年度）"."""
    if title.year is not None or title.behind >= len(lines):
        return title
    below = folded(lines[title.behind]).strip("()[]【】—-")
    years = year_expressions(below)
    if len(years) == 1 and years[0].marked and years[0].start == 0 and years[0].end == len(below):
        return replace(title, year=years[0].year, behind=title.behind + 1)
    return title


def _runs(found: Sequence[Title]) -> Iterator[list[Title]]:
    """Unbroken runs of titles, each directly behind the one before."""
    run: list[Title] = []
    for title in found:
        if run and not _touch(run[-1], title):
            yield run
            run = []
        run.append(title)
    yield run


def _is_list(run: Sequence[Title]) -> bool:
    """Titles of several years or agencies: a menu."""
    return len({t.year for t in run}) >= _DISTINCT_OF_A_LIST or len({t.agency for t in run}) >= _DISTINCT_OF_A_LIST


def _touch(one: Title, other: Title) -> bool:
    return one.behind == other.first or other.behind == one.first


def same_report(one: Title, other: Title) -> bool:
    """Whether two titles may head the same report: nothing they both state differs."""
    if one.year is not None and other.year is not None and one.year != other.year:
        return False
    a, b = folded(one.agency), folded(other.agency)
    return not a or not b or a in b or b in a


def best_title(candidates: Iterable[Title]) -> Title | None:
    """The first that states both year and agency, else the first that states more than the others."""
    return max(candidates, key=lambda t: (t.year is not None) + bool(t.agency), default=None)


def bare_region(title: Title) -> bool:
    """The name is a place and stands directly before 政府信息公开: which 政府 is meant must be looked up."""
    return title.adjoining and is_region(title.agency)
