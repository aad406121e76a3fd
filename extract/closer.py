"""Lines of print read at the least width that is safe: text narrowed, less where it is hard to read, and its numbers as they are.

The recogniser takes time by width. Chinese characters are read as well when they are narrowed; figures are not: one of them is
then narrower than what the network can tell from its like beside it, and 10000 loses a 0. A figure by itself is narrowed a little
all the same, since its ink tells how many characters it has (``extract/figures.py``); ``read_closer`` is for those that differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np

from extract.print_ink import LABEL, TEXT, Strip
from extract.raster import Pixels
from extract.recogniser import FIGURES, HEIGHT, LOW, SIGNS, Recognition, Symbol, folded, recognise

_DIGITS = frozenset("0123456789０１２３４５６７８９")
_IN_NUMBERS = _DIGITS | frozenset("OolI|.,．，%％")
"""What a number may hold, or be misread as."""
_TEXTS = (LABEL, TEXT)
_NUMBER = 0.8
"""Of its width: what a number in text is left when it is looked at by itself."""
_WELL = 0.9
"""Mean probability of a line's characters from which it was read well enough; of a label's, of each but brackets and stops."""
_FULL = 0.7
"""Of the Chinese characters that a line has room for: with fewer read, something was passed over, or it is no text."""
_GAP = 2.3
"""Of the type size, from one character's middle to the next one's: further apart they may have had a number between them."""
_APART = 2
"""Characters between numbers that are looked at together: 2023年12月31日."""
_EM = 0.74
"""Of the height of a line's picture: the size of its type."""
_PAPER = 0.075
"""Of the height of a line's picture: what is cut off above and below it for a low one."""
_BESIDE = 2
"""Characters on either side of a number that are looked at with it: the next one is often misread for one more figure."""
_RIM = 0.75
"""Of the type size, beyond the middle of the outermost of them, so that it is whole."""


def read_lines(strips: Sequence[Strip]) -> list[Recognition]:
    """What each line says; what may be a figure, at its first look."""
    found = _first(strips)
    hard = [line for line, strip in enumerate(strips) if strip.look in _TEXTS and is_hard(strip, found[line])]
    for line, better in zip(hard, read_closer([strips[line] for line in hard]), strict=True):
        found[line] = better
    pieces: list[Pixels] = []
    places: list[tuple[int, int, int, float, float]] = []
    for line, (strip, recognition) in enumerate(zip(strips, found, strict=True)):
        if strip.look not in _TEXTS:
            continue
        width = strip.picture.shape[1]
        for first, last in _numbers(recognition):
            x0, x1 = _around(strip.picture, recognition.symbols, first, last)
            pieces.append(narrowed(strip.picture[:, x0:x1], _NUMBER))
            places.append((line, first, last, x0 / width, x1 / width))
    again = recognise(pieces)
    for (line, first, last, start, end), closer in zip(reversed(places), reversed(again), strict=True):  # places stay right
        seen = found[line]
        if (first, last) == (0, len(seen.symbols)):
            # A narrowed figure loses figures; where it gains something else, that is ink of a stamp.
            found[line] = closer if _is_figure(closer) and len(closer.symbols) >= len(seen.symbols) else seen
            continue
        placed = [symbol._replace(at=start + symbol.at * (end - start)) for symbol in closer.symbols if symbol.text != " "]
        symbols = corrected(seen.symbols, first, last, placed)
        found[line] = replace(seen, symbols=symbols)
    return found


def read_closer(strips: Sequence[Strip]) -> list[Recognition]:
    """What each line says at its second look."""
    return recognise([narrowed(strip.picture, strip.look.second) for strip in strips])


def _first(strips: Sequence[Strip]) -> list[Recognition]:
    """What each line says at its first look: low ones at one height, the others at another."""
    found: dict[int, Recognition] = {}
    for low, height in ((True, LOW), (False, HEIGHT)):
        places = [place for place, strip in enumerate(strips) if strip.look.low == low]
        pictures = [
            narrowed(_trimmed(strip) if low else strip.picture, strip.look.first) for strip in map(strips.__getitem__, places)
        ]
        found.update(zip(places, recognise(pictures, height), strict=True))
    return [found[place] for place in range(len(strips))]


def _trimmed(strip: Strip) -> Pixels:
    """A line's picture without most of the paper above and below."""
    rim = round(_PAPER * strip.picture.shape[0])
    return strip.picture[rim : strip.picture.shape[0] - rim]


def is_hard(strip: Strip, recognition: Recognition) -> bool:
    """Whether a line is to be read less narrowed: its characters are not sure, or fewer than it has room for."""
    symbols = recognition.symbols
    height, width = strip.picture.shape
    em = _EM * height
    if len(symbols) < _FULL * width / em or any(b.at - a.at > _GAP * em / width for a, b in pairwise(symbols)):
        return True
    if strip.look != TEXT and any(s.probability < _WELL for s in symbols if s.text.isalnum()):
        return True
    return sum(symbol.probability for symbol in symbols) < _WELL * len(symbols)


def narrowed(picture: Pixels, share: float) -> Pixels:
    """A picture of text as the recogniser can still read it."""
    if share >= 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=share, fy=1.0, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _numbers(recognition: Recognition) -> list[tuple[int, int]]:
    """Which symbols are numbers, near ones together: the first, and the one behind the last. A list's item has none."""
    texts = [symbol.text for symbol in recognition.symbols]
    if _is_figure(recognition):
        return [(0, len(texts))] if _DIGITS.intersection(texts) else []
    found: list[tuple[int, int]] = []
    for first, last in _runs(texts):
        if not _DIGITS.intersection(texts[first:last]):
            continue
        is_item = first == 0 and (texts[last - 1] in ".．" or texts[last : last + 1] == ["、"])
        if is_item:
            continue
        if found and first - found[-1][1] <= _APART:
            found[-1] = found[-1][0], last
        else:
            found.append((first, last))
    return found


def _is_figure(recognition: Recognition) -> bool:
    return bool(recognition.symbols) and all(folded(symbol.text) in FIGURES + SIGNS for symbol in recognition.symbols)


def _runs(texts: Sequence[str]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for place, text in enumerate(texts):
        if text not in _IN_NUMBERS:
            continue
        if runs and runs[-1][1] == place:
            runs[-1] = runs[-1][0], place + 1
        else:
            runs.append((place, place + 1))
    return runs


def _around(picture: Pixels, symbols: Sequence[Symbol], first: int, last: int) -> tuple[int, int]:
    """The columns of a line's picture that hold some symbols and those beside them."""
    height, width = picture.shape
    rim = _RIM * _EM * height
    x0 = symbols[first - _BESIDE].at * width - rim if first >= _BESIDE else 0.0
    x1 = symbols[last + _BESIDE - 1].at * width + rim if last + _BESIDE <= len(symbols) else float(width)
    return max(round(x0), 0), min(round(x1), width)


def corrected(symbols: tuple[Symbol, ...], first: int, last: int, closer: Sequence[Symbol]) -> tuple[Symbol, ...]:
    """The symbols with the numbers among them, and what stands close, as they look from closer.

    What stands beside them must be found beside them again; else the reading with the surer figures counts.
    """
    digits = [place for place, symbol in enumerate(closer) if symbol.text in _DIGITS]
    if not digits:
        return symbols
    ahead = _met(symbols[:first][::-1], closer[: digits[0]][::-1])
    after = _met(symbols[last:], closer[digits[-1] + 1 :])
    if ahead is None and after is None and _least(closer[digits[0] : digits[-1] + 1]) < _least(symbols[first:last]):
        return symbols
    kept, start = (first - ahead[0], digits[0] - ahead[1]) if ahead else (first, digits[0])
    rest, end = (last + after[0], digits[-1] + 1 + after[1]) if after else (last, digits[-1] + 1)
    return (*symbols[:kept], *closer[start:end], *symbols[rest:])


def _met(symbols: Sequence[Symbol], closer: Sequence[Symbol]) -> tuple[int, int] | None:
    """How far from a number both readings first agree, in symbols of each; None where they do not."""
    for place, symbol in enumerate(symbols[:_BESIDE]):
        for other, seen in enumerate(closer[: _BESIDE + 1]):
            if seen.text == symbol.text:
                return place, other
    return None


def _least(symbols: Sequence[Symbol]) -> float:
    return min((symbol.probability for symbol in symbols), default=0.0)
