"""Anhui's openness platform: ``/XxgkAnnualReport/show/4309.html``, ``/public/25461/45854211.html``.

Lists are grouped by year (``/OpennessAnnualReport/year/show/341/2022.html``), and the year is often all that a link says.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import regex

from collect.sites.families.plain import Plain
from collect.sites.markup import decoded
from collect.sites.model import Page

_ADDRESS = regex.compile(r"/(?:Xxgk|Openness|openness/Openness)AnnualReport/|/public/(?:column/)?\d+/", regex.I)
_MARKS = regex.compile(r"(?:Xxgk|Openness)AnnualReport/(?:show|year|index|list)|/public/column/\d+", regex.I)


class Openness(Plain):
    """Its lists are plain lists under headings."""

    name = "openness"
    article = r"/(?:Xxgk|Openness)AnnualReport/show/\d+|/public/\d+/\d+\.html"

    reports = regex.compile(r"/(?:Xxgk|Openness)AnnualReport/(?:year/)?show/\d+", regex.I)

    def matches(self, page: Page) -> bool:
        """By its addresses."""
        return bool(_ADDRESS.search(urlsplit(page.url).path) or _MARKS.search(decoded(page)))
