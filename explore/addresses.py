"""Which address is which page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explore.pages import as_view, static
from explore.report import cell_panel, page_picture, report_page

_NUMBER = r"(?P<number>[0-9]{1,12})"

OWN = frozenset({"agency", "compare", "report", "review", "search"})
"""First parts of our addresses: no database may be called so in Datasette's."""


def addresses() -> list[tuple[str, Callable[..., Any]]]:
    """Every address as a regular expression, with its view."""
    return [
        (rf"^/report/{_NUMBER}$", as_view(report_page)),
        (rf"^/report/{_NUMBER}/cell$", as_view(cell_panel)),
        (rf"^/report/{_NUMBER}/page/(?P<page>[0-9]{{1,6}})\.png$", as_view(page_picture, kept=True)),
        (r"^/-/nianbao/static/(?P<name>[A-Za-z0-9._/-]+)$", static),
    ]
