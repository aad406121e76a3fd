"""Text layers that say something else than what is printed: fonts mapped wrongly, debris of bad character recognition."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import islice

_SAMPLE = 1500
"""Pieces of text that are looked at."""
_FEWEST = 120
"""Characters; less text shows nothing."""
_MOST = 0.4
"""Share of odd characters from which text is garbled; of a report's characters less than a twentieth are odd."""
_LEVEL_1 = range(0xB0, 0xD8)
"""Rows of GB 2312 with the 3,755 characters in common use: 99.7 % of running text."""
_SIGNS = "，。、；：？！“”‘’（）《》〈〉【】〔〕—…·％－／＋～○〇×①②③④⑤⑥⑦⑧⑨⑩\u3000\u00a0\n\t"


def is_garbled(pieces: Iterable[str]) -> bool:
    """Whether a text is none: so many characters that Chinese officials do not use cannot have been printed."""
    sample = "".join("".join(islice(pieces, _SAMPLE)).split())[: 2 * _SAMPLE]
    if len(sample) < _FEWEST:
        return False
    usual = sum(map(_usual().__contains__, sample))
    return len(sample) - usual > _MOST * len(sample)


@cache
def _usual() -> frozenset[str]:
    """ASCII in both widths, the punctuation and the common characters of Chinese."""
    common = b"".join(bytes((high, low)) for high in _LEVEL_1 for low in range(0xA1, 0xFF))
    ascii_ = [chr(code) for code in range(0x20, 0x7F)]
    wide = [chr(code) for code in range(0xFF01, 0xFF5F)]
    return frozenset([*common.decode("gb2312", errors="ignore"), *ascii_, *wide, *_SIGNS])
