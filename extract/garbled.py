"""Text layers that say something else than what is printed: fonts mapped wrongly, debris of bad character recognition."""

from __future__ import annotations

_SAMPLE = 4000
_FEWEST = 120
"""Characters; less text shows nothing."""
_MOST = 0.4
"""Share of odd characters from which text is garbled; less than a twentieth of any report's characters are odd."""
_LEVEL_1 = range(0xB0, 0xD8)
"""Rows of GB 2312 with the 3,755 characters in common use, 99.7 % of running text."""
_USUAL = frozenset("\n\t" + "".join(map(chr, range(0x20, 0x7F))) + "，。、；：？！“”‘’（）《》〈〉【】〔〕—…·％－／＋～○〇×①②③④⑤⑥⑦⑧⑨⑩　\u00a0")


def is_garbled(text: str) -> bool:
    """Whether a text is none: so many characters that Chinese officials do not use cannot have been printed.
    """
    sample = "".join(text.split())[:_SAMPLE]
    if len(sample) < _FEWEST:
        return False
    odd = sum(not _is_usual(character) for character in sample)
    return odd > _MOST * len(sample)


def _is_usual(character: str) -> bool:
    if character in _USUAL or "\uff10" <= character <= "\uff5a":
        return True
    if not "\u4e00" <= character <= "\u9fff":
        return False
    try:
        return character.encode("gb2312")[0] in _LEVEL_1
    except UnicodeEncodeError:
        return False
