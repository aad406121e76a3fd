"""Which address is which page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explore.agency import agency_page
from explore.compare import compare_file, compare_page
from explore.home import coverage_page, home_page, search_page, suggestions
from explore.pages import as_view, static
from explore.report import cell_panel, page_picture, report_page
from explore.review import queue_page, review_page, sign_in_page, sign_out

_NUMBER = r"(?P<number>[0-9]{1,12})"

OWN = frozenset({"agency", "compare", "coverage", "report", "review", "search"})
"""First parts of our addresses: no database may be called so in Datasette's."""


def addresses() -> list[tuple[str, Callable[..., Any]]]:
    """Every address as a regular expression, with its view."""
    return [
        (r"^/$", as_view(home_page)),
        (r"^/coverage$", as_view(coverage_page)),
        (r"^/search$", as_view(search_page)),
        (r"^/-/nianbao/agencies\.json$", as_view(suggestions)),
        (r"^/agency$", as_view(agency_page)),
        (rf"^/agency/{_NUMBER}$", as_view(agency_page)),
        (r"^/compare$", as_view(compare_page)),
        (r"^/compare\.(?P<kind>csv|xlsx)$", as_view(compare_file)),
        (rf"^/report/{_NUMBER}$", as_view(report_page)),
        (rf"^/report/{_NUMBER}/cell$", as_view(cell_panel)),
        (rf"^/report/{_NUMBER}/page/(?P<page>[0-9]{{1,6}})\.png$", as_view(page_picture, kept=True)),
        (r"^/review$", as_view(queue_page)),
        (r"^/review/sign-in$", as_view(sign_in_page)),
        (r"^/review/sign-out$", as_view(sign_out)),
        (rf"^/review/{_NUMBER}$", as_view(review_page)),
        (r"^/-/nianbao/static/(?P<name>[A-Za-z0-9._/-]+)$", static),
    ]
