"""Print made comparable for names: folded, and simplified where a copy is in traditional characters (武漢市退役軍人事務局)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from normalize.prose import folded


def plain(text: str) -> str:
    """A text folded, in simplified characters as far as names of places and bodies have them."""
    return folded(text).translate(_simplified())


@cache
def _simplified() -> dict[int, str]:
    """From traditional.txt: a line of characters over a line of what they stand for (from OpenCC's table, Apache-2.0).

    It holds only characters with one simplified form that some name of the gazetteer or of a body has, and none that such a name
    has itself (乾 of 乾安县).
    """
    lines = files(__package__).joinpath("traditional.txt").read_text(encoding="utf-8").split()
    return {
        ord(old): new for olds, news in zip(lines[::2], lines[1::2], strict=True) for old, new in zip(olds, news, strict=True)
    }
