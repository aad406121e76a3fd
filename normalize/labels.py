"""Labels: what makes two printed labels the same.

Labels are never compared with ``==``. Both sides are folded (NFKC, CJK radicals, no white space), the enumerator
("（三）", "2.", "其中：") is set apart as evidence of its own, and a gloss in brackets is optional.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

import regex
from rapidfuzz.distance import Indel

# Chromium's PDF backend maps glyphs to radicals. NFKC folds the Kangxi block but not the Radicals Supplement
# (Unicode's EquivalentUnifiedIdeograph.txt; the characters that occur in modern Chinese).
_RADICALS = str.maketrans(
    "⺁⺌⺐⺗⺟⺠⺩⺪⺬⺮⺶⺷⺻⺼⻁⻄⻅⻆⻉⻋⻌⻍⻐⻒⻓⻔⻖⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
    "厂小尢心母民王疋示竹羊羊聿肉虎西见角贝车辶辶钅镸长门阝青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
)
_INVISIBLE = regex.compile(r"[\s\p{Cf}\p{Cc}]+")
_PUNCTUATION = regex.compile(r"[\p{P}\p{S}]+")
_ENUMERATOR = regex.compile(
    r"""^(?:其中[:,]?)?
    (?: (?P<chapter>[一二三四五六七八九十]{1,3})[、.,]
      | \((?P<section>[一二三四五六七八九十]{1,3})\)[、.,]?
      | \(?(?P<item>[0-9]{1,2})(?:[、.,)]|(?=[^0-9.]{3}))
    )""",
    regex.VERBOSE,
)
_INNER_ENUMERATOR = regex.compile(r"(?<=[\p{Han})])[0-9]{1,2}[.、,](?=\p{Han})")
_STRAY = regex.compile(r"^[)\]、,.。:;]+")  # punctuation that hangs over from the cell beside
_GLOSS = regex.compile(r"(?<=.)\((?:[^()]|\([^()]*\))*\)")
_OPEN_GLOSS = regex.compile(r"(?<=.{2})\([^()]*$")


def fold(text: str) -> str:
    """Text for comparison: NFKC, CJK radicals as characters, no white space and no invisible characters.

    Punctuation is kept (in its half-width form). Never shown and never stored: the raw text is.
    """
    folded: str = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).translate(_RADICALS))
    return folded


class Folded(NamedTuple):
    """A label taken apart for comparison. A tuple, because labels are looked up by it more often than by anything else."""

    enumerator: str
    """``一`` (chapter), ``(一)`` (section), ``1`` (item) or empty."""
    core: str
    """Without enumerator and punctuation."""
    short: str
    """``core`` without glosses in brackets."""


@lru_cache(maxsize=8192)
def take_apart(text: str) -> Folded:
    """The parts of a printed or official label."""
    plain = _STRAY.sub("", fold(text))
    enumerator = ""
    if match := _ENUMERATOR.match(plain):
        rest = plain[match.end() :]
        if _PUNCTUATION.sub("", rest):
            plain = rest
            chapter, section, item = match.group("chapter", "section", "item")
            enumerator = chapter or (f"({section})" if section else item)
    elif plain.startswith("其中") and len(plain) > 3:
        plain = plain[2:]
    core = _PUNCTUATION.sub("", plain)
    short = _PUNCTUATION.sub("", _OPEN_GLOSS.sub("", _GLOSS.sub("", plain)))
    return Folded(enumerator, core, short or core)


def digits_of(text: str) -> str:
    """The digits a label's own wording holds; enumerators are left out, also one behind a piece of the heading beside it."""
    plain = _INNER_ENUMERATOR.sub("", fold(text))
    return "".join(c for c in take_apart(plain).core if c.isascii() and c.isdigit())


def _core_similarity(printed: str, wanted: str) -> float:
    if printed == wanted:
        return 1.0
    if not printed or not wanted or len(wanted) <= 2:
        return 0.0
    ratio = Indel.normalized_similarity(printed, wanted)
    # A cell too narrow for its label loses the label's end ("本年新" for 本年新制作数量), a local form adds words to it.
    if len(printed) >= 3 and wanted.startswith(printed):
        ratio = max(ratio, 0.72)
    elif len(wanted) >= 4 and printed.startswith(wanted):
        ratio = max(ratio, 0.8)
    elif len(wanted) >= 6 and printed.endswith(wanted):
        ratio = max(ratio, 0.7)
    return float(ratio)


def similarity(printed: Folded, wanted: Folded) -> float:
    """How alike two labels are, 0 to 1; 1 only for equal wording. Enumerators confirm or contradict."""
    best = max(
        _core_similarity(printed.core, wanted.core),
        _core_similarity(printed.short, wanted.short) - (0.0 if printed.short == wanted.short else 0.02),
    )
    if best < 0.5:
        return best
    if printed.enumerator and wanted.enumerator and printed.enumerator != wanted.enumerator:
        # Renumbered lists are common, so this only decides between rivals.
        best -= 0.1
    return best
