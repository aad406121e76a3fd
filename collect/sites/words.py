"""Words on links, folded to one spelling; years and dates in them and in addresses."""

from __future__ import annotations

import unicodedata
from datetime import date

import regex

_TRADITIONAL = str.maketrans(
    "開報務訊機關縣區鎮鄉辦廳廣東總體況動統計編製員應發佈業產財經濟審環長單個於為與現",
    "开报务讯机关县区镇乡办厅广东总体况动统计编制员应发布业产财经济审环长单个于为与现",
)
_SPACE = regex.compile(r"[\s\u200b-\u200d\ufeff\xad]+")
_DIGIT = dict(zip("〇零○◯Oo一二三四五六七八九", "000000123456789", strict=True))
_CHINESE_YEAR = regex.compile(
    r"(?<![〇零○◯一二三四五六七八九])二[〇零○◯Oo0][〇零○◯Oo0一二三四五六七八九1-9]{2}(?=年|[^一二三四五六七八九十]|$)"
)
_YEAR = regex.compile(r"(?<!\d)20[0-4]\d(?!\d)")
_DATE = regex.compile(r"(?<!\d)(20[0-4]\d)(?:[-/.]|年)(\d\d?)(?:[-/.]|月)(\d\d?)日?(?!\d)")
_DATED = regex.compile(
    r"[(\[【]?(?<!\d)20[0-4]\d(?:[-/.]\d\d?[-/.]\d\d?|年\d\d?月\d\d?日)(?:\d\d?[:：]\d\d(?:[:：]\d\d)?)?[)\]】]?"
)
_IN_ADDRESS = (
    regex.compile(r"/t(20[0-4]\d)(\d\d)(\d\d)_\d+\."),
    regex.compile(r"/(20[0-4]\d)[-/](\d\d?)[-/](\d\d?)/"),
)


def folded(text: str) -> str:
    """The text for matching: no white space, one form of digits, brackets and letters, simplified characters."""
    plain: str = _SPACE.sub("", unicodedata.normalize("NFKC", text))
    return plain.translate(_TRADITIONAL)


def undated(text: str) -> str:
    """A folded text without the full dates in it: those of publication, which lists print within the link."""
    left: str = _DATED.sub("", text)
    return left


def years(text: str) -> list[tuple[int, int, int]]:
    """Every year of a folded text as (year, start, end), from left to right."""
    plain = _CHINESE_YEAR.sub(lambda m: "".join(_DIGIT.get(char, char) for char in m[0]), text)
    return [(int(m[0]), m.start(), m.end()) for m in _YEAR.finditer(plain)]


def date_in(text: str) -> date | None:
    """The last full date that a text prints."""
    found = None
    for match in _DATE.finditer(text):
        found = _made(match) or found
    return found


_YEAR_IN_ADDRESS = regex.compile(r"[?&](?:fbtime|year|nf|niandu)=(20[0-4]\d)(?!\d)|/year/show/\d+/(20[0-4]\d)\.", regex.I)


def year_of_address(url: str) -> int | None:
    """The year reported on, where a system asks for it by address (``xxgkAnnualReport.jsp?area=…&fbtime=2020``)."""
    found = _YEAR_IN_ADDRESS.search(url)
    return int(found[1] or found[2]) if found else None


def date_of_address(url: str) -> date | None:
    """The day of publication that some systems write into addresses (``t20240118_123.shtml``, ``/2024/1/18/``)."""
    return next((made for pattern in _IN_ADDRESS if (m := pattern.search(url)) and (made := _made(m))), None)


def _made(match: regex.Match[str]) -> date | None:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
