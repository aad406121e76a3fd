"""TRS WCM: ``t20220124_1239406.shtml``, further pages ``index_1.shtml`` whose links a script draws (``createPageHTML``)."""

from __future__ import annotations

import regex

from collect.sites.families.plain import Plain
from collect.sites.markup import decoded
from collect.sites.model import Page

_MARKS = regex.compile(r"createPageHTML|TRS_Editor|TRS_PreAppend|trs_(?:uekeditor|web_site)|countPage\s*=|/t20\d{6}_\d+\.s?html?")


class Trs(Plain):
    """Its lists are plain lists; ``collect.sites.paging`` knows its scripts, which other systems copied."""

    name = "trs"
    article = r"/t20\d{6}_\d+(?:_\d+)?\.s?html?$"

    def matches(self, page: Page) -> bool:
        """By its scripts and addresses."""
        return bool(_MARKS.search(decoded(page)) or regex.search(r"/t20\d{6}_\d+\.s?html?", page.url))
