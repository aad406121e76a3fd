"""What a path, file name or address says about a report. Weak evidence: the last resort of identity."""

from __future__ import annotations

from urllib.parse import unquote

import regex

from collect.stated import parts_of
from normalize.agencies import in_text, is_generic, is_region
from normalize.prose import folded
from normalize.titles import Title, title_of_page
from normalize.years import year_expressions

_SUFFIX = regex.compile(r"\.[A-Za-z]{2,5}$")
_REPORT_YEAR = regex.compile(r"(?:^|[?&])(?:fbtime|nd|year|niandu)=(20[0-4]\d)(?!\d)", regex.I)
_YEAR_FOLDER = regex.compile(r"(20[0-4]\d)(?:nd|nb|n)?", regex.I)
_SEPARATOR = regex.compile(r"[/\\]+")
_DATE = regex.compile(r"20\d\d[-_.]\d\d?[-_.]\d\d?")
_MONTH_OR_DAY = regex.compile(r"\d{1,2}|\d{4,6}")


def _parts(origin: str) -> list[str]:
    """Decoded path components, the last first, without host and suffix."""
    text = unquote(origin)
    path = parts_of(text).path if "://" in text else text
    return [_SUFFIX.sub("", part) for part in reversed(_SEPARATOR.split(path)) if part.strip()]


def title_in_origin(origin: str) -> Title | None:
    """The title that a file or folder is named with."""
    return next((title for part in _parts(origin) if (title := title_of_page(part))), None)


def year_in_origin(origin: str) -> tuple[int, bool] | None:
    """The reporting year that an origin names, and whether it names it as such (a title, ``fbtime=2020``).

    Dates of publication (``/2024/1/18/``, ``t20220124_``, ``202201``) are passed over.
    """
    titled = title_in_origin(origin)
    if titled and titled.year:
        return titled.year, True
    asked = _REPORT_YEAR.search(parts_of(unquote(origin)).query if "://" in origin else "")
    if asked:
        return int(asked[1]), True
    parts = _parts(origin)
    for index, part in enumerate(parts):
        below = parts[index - 1] if index else ""
        folder = _YEAR_FOLDER.fullmatch(part)
        if folder and not _MONTH_OR_DAY.fullmatch(below):
            return int(folder[1]), False
        years = {y.year for y in year_expressions(folded(part)) if y.marked or "://" not in origin}
        if not folder and len(years) == 1 and not _DATE.search(part):
            return years.pop(), False
    return None


def agency_in_origin(origin: str) -> str:
    """The agency that a file or folder is named with; a place only where nothing names an agency."""
    titled = title_in_origin(origin)
    if titled and titled.agency:
        return titled.agency
    names = [name for part in _parts(origin) for name in in_text(part) if not is_generic(name)]
    return next((name for name in names if not is_region(name)), names[0] if names else "")
