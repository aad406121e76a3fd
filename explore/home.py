"""The first page, and finding an agency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from collect.errors import ConfigurationError
from explore.pages import HEADERS, Asked, rendered, visible
from store.coverage import province_covered
from store.overview import Covered, Name, Overview, found_names

_SUGGESTED = 10
_LISTED = 200
_ROWS = 1000
_SHADES = 5


def home_page(asked: Asked) -> Response:
    """``/``."""
    overview = asked.site.overview.soon(asked.site.patience)
    if overview is None:  # just started, over a large database
        return rendered(asked, "home.html", {"overview": None, "totals": {}, "shade": shade})
    totals = {year: Covered(*(sum(values) for values in zip(*_of_year(overview, year), strict=True))) for year in overview.years}
    return rendered(asked, "home.html", {"overview": overview, "totals": totals, "shade": shade})


def _of_year(overview: Overview, year: int) -> list[tuple[int, int, int]]:
    found = (overview.coverage.get((province, year)) for province in overview.provinces)
    return [(each.expected, each.there, each.verified) for each in found if each]


def shade(covered: Covered) -> int:
    """How dark a place of the map is: 0 for nothing, 5 for all that should be there."""
    return 0 if not covered.there else max(1, int(_SHADES * covered.there / covered.expected))


def coverage_page(asked: Asked) -> Response:
    """``/coverage?province=江苏省&year=2023``: who should have reported, and what became of it."""
    year, province = asked.query.get("year", ""), asked.query.get("province", "")
    if not year.isdecimal() or len(year) != 4:
        raise ConfigurationError(f"{year} is no year.", advice="")
    rows = province_covered(asked.site.store, province, int(year))
    counts = Counter(row.status for row in rows)
    shown = [row for row in rows if asked.query.get("status") in {None, row.status}]
    values = {"province": province, "year": int(year), "rows": shown[:_ROWS], "count": len(shown), "counts": counts}
    return rendered(asked, "coverage.html", values)


def search_page(asked: Asked) -> Response:
    """``/search?q=教育局``: the agencies whose names contain what is asked."""
    query = asked.query.get("q", "").strip()
    found, count = found_names(asked.site.names.get(), query, _LISTED)
    return rendered(asked, "search.html", {"query": query, "found": found, "count": count, "address": agency_address})


def suggestions(asked: Asked) -> Response:
    """What the search box suggests while one types."""
    query = asked.query.get("q", "").strip()
    found, count = found_names(asked.site.names.get(), query, _SUGGESTED)
    answer = {"count": count, "agencies": [_suggestion(each) for each in found]}
    return Response.json(answer, headers={**HEADERS, "Cache-Control": "private, max-age=60"})


def _suggestion(name: Name) -> Mapping[str, Any]:
    years = "" if name.first is None else str(name.first) if name.first == name.last else f"{name.first}–{name.last}"
    canonical = "" if name.canonical == name.name else visible(name.canonical)
    return {
        "id": name.agency_id,
        "name": visible(name.name),
        "canonical": canonical,
        "years": years,
        "reports": name.reports,
        "address": agency_address(name.agency_id, name.name),
    }


def agency_address(agency_id: int | None, name: str) -> str:
    """The address of an agency's page."""
    return f"/agency/{agency_id}" if agency_id is not None else f"/agency?{urlencode({'name': name})}"
