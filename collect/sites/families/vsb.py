"""VSB (博达): ``/info/1001/2345.htm``, lists ``xxgk.htm`` whose further pages are ``xxgk/3.htm``, ``/2.htm``, ``/1.htm``.

The oldest page has the number 1, so that pages keep their addresses as the list grows; ``collect.sites.paging`` counts so.
"""

from __future__ import annotations

import regex

from collect.sites.families.plain import Plain
from collect.sites.markup import decoded
from collect.sites.model import Page

_MARKS = regex.compile(
    r"_simple_list_gotopage_fun|/system/resource/js/|/system/_content/download\.jsp|vsb_content|v_news_content|VSB_|_vsl\b|Generator\W+content=\W+vsb",
    regex.I,
)
_ADDRESS = regex.compile(r"/info/\d{3,5}/\d+\.htm")


class Vsb(Plain):
    """Its lists are plain lists."""

    name = "vsb"
    article = r"/info/\d{3,5}/\d+\.htm"

    def matches(self, page: Page) -> bool:
        """By its scripts and addresses."""
        return bool(_ADDRESS.search(page.url) or _MARKS.search(decoded(page)) or _ADDRESS.search(decoded(page)))
