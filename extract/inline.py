"""The text of one cell or paragraph from its runs, as a browser or Word would show it.

Runs join without a space (``<span>20</span><span>23</span>`` is 2023); white space collapses as HTML says; a line break is
kept only where it may part two things.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import regex

from extract.model import ReaderWarning

DRAWN = "\ufffc"
"""Stands for what shows in a cell and is no text (U+FFFC): a picture, or what only a style or a font says. It is no number."""

_INVISIBLE = regex.compile("[\u00ad\u200b-\u200f\u202a-\u202d\u2060-\u2064\ufeff\ufff9-\ufffb\x00-\x08\x0e-\x1f\x7f]")
"""All but U+202E, which turns the digits behind it around: ``123`` shows as 321. A cell that has it is no number."""
_WIDE = r"[\p{Han}\p{Bopomofo}\u3001-\u303f\uff01-\uff60\u2018-\u201d]"
_SOURCE_NEWLINE = regex.compile(rf"(?<={_WIDE})[ \t]*[\r\n]\s*(?={_WIDE})")
"""A line end of the source between two wide characters shows as nothing (CSS Text 3, 4.1.2)."""
_SPACES = regex.compile(r"[ \t\r\n\f\v]+")
_FIXED_SPACES = regex.compile("[\u00a0\u2000-\u200a\u202f\u205f]")

_VALUE_CHARACTER = regex.compile(r"[\p{Nd}A-Za-z+\-−–—/／.．,，%％*＊]")
_QUANTITY = regex.compile(r"[+\-−]?[\p{Nd}.,，]+\s*\p{Han}{0,2}")
_QUOTED = 20
"""Struck out texts that a warning quotes, and characters of each."""
_BRACKETED = regex.compile(r"\s*[（(\[［〔【]?\s*(.*?)\s*[）)\]］〕】]?\s*", regex.S)


def collapse(raw: str) -> str:
    """HTML text as shown: white space of the source collapsed, invisible characters gone, ends stripped."""
    text = raw.strip()
    # Nearly all text is plain, and what Python calls printable holds neither invisible characters nor other white space.
    if text.isprintable() and "  " not in text:
        return text
    shown: str = _FIXED_SPACES.sub(" ", _SPACES.sub(" ", _SOURCE_NEWLINE.sub("", _INVISIBLE.sub("", raw))))
    return shown.strip()


def tidy(raw: str) -> str:
    """Word's text as shown: every space counts there, only invisible characters and blank ends go."""
    text = raw.strip()
    if text.isprintable():
        return text
    shown: str = _FIXED_SPACES.sub(" ", _INVISIBLE.sub("", raw))
    return shown.strip()


def join_broken(parts: Iterable[str]) -> str:
    """One text of the lines of a cell.

    A Chinese label broken over lines joins without anything (``商业`` / ``企业``). A newline stays where both sides may be
    things of their own: two numbers, two quantities, two words of Latin letters.
    """
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return "".join(parts)
    text = last = ""
    for part in parts:
        if text:
            apart = _VALUE_CHARACTER.match(text[-1]) and _VALUE_CHARACTER.match(part[0])
            apart = apart or (_QUANTITY.fullmatch(last) and _QUANTITY.fullmatch(part))
            text += "\n" if apart else ""
        text += part
        last = part
    return text


def footnote_mark(before: str, mark: str) -> str:
    """A raised mark as text: in brackets, for ``12`` with a raised ``1`` must never read as 121, nor a lone mark as a number."""
    stands = before.rstrip()[-1:]
    if (stands.isdigit() and mark.strip()) or (not stands and mark.strip().isdigit()):
        return f"（{_BRACKETED.fullmatch(mark)[1]}）"
    return mark


def struck_out(texts: Sequence[str]) -> ReaderWarning:
    """Says which texts were left out because they are struck out."""
    shown = "、".join(text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…" for text in texts[:_QUOTED])
    return ReaderWarning("struck_out_text", f"{len(texts)} texts that are struck out were left out: {shown}")


class Inline:
    """Collects the runs of one cell or paragraph."""

    __slots__ = ("_lines", "_runs", "linked")

    def __init__(self) -> None:
        self._lines: list[list[str]] = []
        self._runs: list[str] = []
        self.linked = 0
        """Characters that stand in links."""

    def __bool__(self) -> bool:
        """Whether anything was added."""
        return bool(self._runs or self._lines)

    def add(self, run: str | None, *, linked: bool = False) -> None:
        """The next run of text."""
        if run:
            self._runs.append(run)
            if linked:
                self.linked += len(run.strip())

    def add_mark(self, mark: str) -> None:
        """A raised or lowered run."""
        self._runs.append(footnote_mark("".join(self._runs[-4:]), mark))

    def end_line(self) -> None:
        """A line break, or the border of a block."""
        if self._runs:
            self._lines.append(self._runs)
            self._runs = []

    def lines(self, *, preserve: bool = False) -> list[str]:
        """The lines that show anything. ``preserve`` keeps the source's spaces (Word, ``<pre>``)."""
        clean = tidy if preserve else collapse
        if not self._lines:
            line = clean("".join(self._runs))
            return [line] if line else []
        self.end_line()
        return [line for line in (clean("".join(runs)) for runs in self._lines) if line]

    def text(self, *, preserve: bool = False) -> str:
        """One text of all lines (see join_broken)."""
        return join_broken(self.lines(preserve=preserve))
