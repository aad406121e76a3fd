"""Remarks that an agency wrote into a value's cell (``22（其中修订16件）``), wrapped over several lines there."""

from __future__ import annotations

import regex

from extract.shapes import is_number, plain
from extract.words import Lines, Run, enclosing

_OPEN = regex.compile(r"[+\-]?\d[\d,.]*\s?\p{Han}{0,2}\([^()]*")
_NEAR = 0.6
"""Heights between a value and a remark under it."""
_OPEN_NEAR = 1.1
"""The same where a bracket is open: a page may end in between."""
_DEEPEST = 6


def with_remarks(lines: Lines) -> Lines:
    """The lines, with every value whose remark goes on below put together as one run, on the line of its row."""
    result = [list(line) for line in lines]
    for at, line in enumerate(lines):
        for run in line:
            pieces = _pieces(run, at, result) if run in result[at] else []
            if len(pieces) > 1:
                home = max(pieces, key=lambda place: (sum(r.value for r in result[place[0]]), -abs(place[0] - at)))[0]
                for place, piece in pieces:
                    result[place].remove(piece)
                result[home].append(_joined([piece for _, piece in pieces]))
                result[home].sort(key=lambda r: r.x0)
    return [line for line in result if line]


def _pieces(run: Run, at: int, lines: Lines) -> list[tuple[int, Run]]:
    """The run and those below it that complete its remark, each with its line; only the run where nothing is open."""
    pieces = [(at, run)]
    text = plain(run.text)
    opens = is_number(run.text) and "(" not in text
    if not opens and not _OPEN.fullmatch(text):
        return pieces
    for below in range(at + 1, min(at + _DEEPEST, len(lines))):
        above = pieces[-1][1]
        piece = next((r for r in lines[below] if _stands_under(r, run, above, _NEAR if opens else _OPEN_NEAR)), None)
        if piece is None or (opens and not plain(piece.text).startswith("(")):
            break
        opens = False
        pieces.append((below, piece))
        text += plain(piece.text)
        if text.count("(") == text.count(")"):
            return pieces
    return pieces[:1]


def _stands_under(run: Run, first: Run, above: Run, near: float) -> bool:
    shared = min(run.x1, first.x1) - max(run.x0, first.x0)
    close = run.top - above.bottom < near * first.height
    return close and shared > 0.5 * min(run.x1 - run.x0, first.x1 - first.x0) and abs(run.x - first.x) < 2 * first.height


def _joined(pieces: list[Run]) -> Run:
    x0, top, x1, bottom = enclosing(pieces)
    return Run(tuple(i for piece in pieces for i in piece.members), "".join(p.text for p in pieces), x0, top, x1, bottom)
