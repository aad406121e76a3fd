"""Text files: lines, and the tables that somebody flattened into them.

Five flattenings, also mixed in one file: fields separated by tabs, by bars or by commas, columns aligned with spaces, one cell a
line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import regex

from collect.errors import UnreadableError, UnsupportedError
from extract.barred import BARS, has_outer_bars, split_bars, unfold
from extract.decode import decode
from extract.delimited import splitter_for
from extract.flattened import gather, split_tabs
from extract.furniture import TextLine, mark, trim
from extract.model import Block, Document, Grid, Line, LineRole, Locus, ReaderWarning
from extract.spaced import align
from extract.stacked import unstack

MAX_BYTES = 20_000_000
MAX_LINES = 300_000
_LONG = 1_000_000
"""Characters of a line, or separators of a text, that no report has."""
_SAMPLE = 65_536
_MOST_ODD = 0.03
"""Share of control and undecodable characters above which bytes are no text."""

_ODD = regex.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd\ue000-\uf8ff]")
_ENTITY_SPACE = regex.compile(r"&(?:nbsp|ensp|emsp|#160|#xa0);?", regex.I)
_WORD_DEBRIS = regex.compile(r"<?\?xml:namespace[^>]*>|</?o:p\s*/?>", regex.I)


def read_text(content: bytes) -> Document:
    """The lines and flattened tables of a text file.

    Args:
        content: The file, in any encoding that ``extract.decode`` knows.

    Returns:
        Lines with ``Locus(line)``, grids whose cells have ``Locus(line, field)``; all 1-based.

    Raises:
        UnreadableError: there is no text in it.
        UnsupportedError: more than 20 MB, or more than 300,000 lines.
    """
    if not content.strip():
        raise UnreadableError("The file is empty.", code="unreadable.empty")
    if len(content) > MAX_BYTES:
        _refuse_noise(decode(content[:_SAMPLE])[0])
        raise _too_large(f"The text is {len(content) // 1_000_000} MB long; no annual report is.")
    text, encoding = decode(content)
    text = text.replace("\0", "\ufffd")  # no database keeps it
    _refuse_noise(text)
    if text.count("\n") > MAX_LINES:
        raise _too_large(f"The text has {text.count(chr(10)):,} lines; no annual report has.")
    if len(text) > _LONG:
        _refuse_endless_rows(text)
    return Document(
        media_type="text/plain",
        blocks=tuple(_blocks(_lines(text))),
        producer=f"text, {encoding}",
        warnings=tuple(_warnings(encoding)),
    )


def _refuse_endless_rows(text: str) -> None:
    """A report's longest line is a page's layout in one; a data file's or a drawing's has no end."""
    if max(map(len, text.split("\n"))) > _LONG:
        raise _too_large(f"A line of the text has more than {_LONG:,} characters; no annual report's has.")
    if text.count("\t") + sum(map(text.count, BARS)) > _LONG:
        raise _too_large(f"The text has more than {_LONG:,} fields parted by tabs or bars; no annual report has.")


def _too_large(message: str) -> UnsupportedError:
    return UnsupportedError(message, advice="Split the file into its documents and ingest those.", code="unsupported.size")


def _refuse_noise(text: str) -> None:
    sample = text if len(text) <= 2 * _SAMPLE else text[:_SAMPLE] + text[len(text) // 2 : len(text) // 2 + _SAMPLE]
    if len(_ODD.findall(sample)) > _MOST_ODD * len(sample):
        raise UnreadableError("This is not text: too many control or undecodable characters.", code="unreadable.not_text")


def _warnings(encoding: str) -> Iterator[ReaderWarning]:
    if "misread" in encoding:
        yield ReaderWarning("mojibake_repaired", f"The text had been decoded wrongly and saved again; put right from {encoding}.")


def _lines(text: str) -> Iterator[TextLine]:
    """Physical lines. A form feed starts a page, wherever in the line it stands."""
    text = _WORD_DEBRIS.sub("", _ENTITY_SPACE.sub("\u00a0", text)).replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        for part, piece in enumerate(line.split("\f")):
            if piece or not part:
                yield TextLine(number, piece, new_page=part > 0)
            else:
                yield TextLine(number, "", new_page=True)


def _blocks(lines: Iterator[TextLine]) -> Iterator[Block]:
    items = unfold(mark(list(lines)))
    outer = has_outer_bars(item.text for item in items if isinstance(item, TextLine))
    items = gather(items, partial(split_bars, outer=outer))
    items = gather(items, split_tabs)
    if split := splitter_for(item.text for item in items if isinstance(item, TextLine)):
        items = gather(items, split)
    items = align(items)
    items = unstack(items)
    for item in items:
        if not isinstance(item, TextLine):
            yield item
        elif not item.blank:
            yield Line(trim(item.text), locus=Locus(item.number))


def find_flattened(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks of a page or a Word file that has no table of its own, with the tables flattened into its paragraphs as grids.

    The paragraph's ordinal among the blocks is the grid cells' line.
    """
    if any(isinstance(block, Grid) for block in blocks):
        return tuple(blocks)
    body = [(n, b) for n, b in enumerate(blocks, start=1) if isinstance(b, Line) and b.role is LineRole.BODY]
    found = list(_blocks(TextLine(number, line.text) for number, line in body))
    if not any(isinstance(block, Grid) for block in found):
        return tuple(blocks)
    aside = [b for b in blocks if isinstance(b, Line) and b.role is not LineRole.BODY]
    return (*aside, *found)
