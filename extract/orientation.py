"""Which way up a page lies: the way in which its lines can be read."""

from __future__ import annotations

from extract.deskew import Straight


def upright(page: Straight) -> Straight:
    return page
