"""Headers of flattened tables: which panel the labels announce, and whether their order can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import dropwhile, groupby

from normalize.align import Printed, Roster, Wanted, align
from normalize.fields import Fields
from normalize.headers import Item
from normalize.labels import take_apart
from normalize.lexicon import related
from normalize.panels import Panel, corner_labels, panels, spanning_labels
from normalize.rivals import other_meaning
from normalize.sheet import names_section

_MISFIT = 0.4
_CERTAIN_PARENT = 0.9
_CERTAIN_COLUMN = 0.72


@dataclass(frozen=True, slots=True)
class InForce:
    """The header in force: its panel, and whether it names exactly the panel's columns in an order a flattening gives."""

    panel: Panel
    sound: bool
    repeats: tuple[int, ...] = ()
    """How often each column is printed, where a flattening repeats a cell for every column it spans; empty: once each."""
    anchor: int | None = None
    """The field of the first column label, where a one-line header prints one label a field behind a corner label."""
    width: int = 0
    extent: int = 0
    """The field behind the last label of any of its lines."""
    heads: frozenset[int] = frozenset()
    """The fields of the column labels of a one-line header that leaves a field free between them; empty: none is."""

    def stands_over(self, fields: Fields) -> bool:
        """Whether a row is as wide as the header and begins like it with its label: then its fields stand under the labels."""
        return self.anchor is not None and fields.width == self.width and fields.lead == self.anchor == len(fields.labels)


def announced(header: Sequence[Fields]) -> InForce | None:
    """The panel a flattened header announces."""
    texts = [[c.text for c in f.labels] for f in header]
    rows = [tuple(dropwhile(_is_neutral, row)) for row in texts]
    # Behind a corner label every word heads a column.
    cornered = frozenset(row[0] for row, whole in zip(rows, texts, strict=True) if row and len(row) < len(whole))
    found = _announced(tuple(rows), cornered)
    if found is None:
        return None
    panel, sound, repeats = found
    extent = max((f.labels[-1].column + 1 for f in header if f.labels), default=0)
    return InForce(panel, sound, repeats, *_anchor(header, panel), extent, _parted_heads(header, panel))


@lru_cache(maxsize=512)
def _announced(rows: tuple[tuple[str, ...], ...], cornered: frozenset[str]) -> tuple[Panel, bool, tuple[int, ...]] | None:
    """The panel that rows of header labels announce, whether they do so soundly, and how often each column is printed.

    ``cornered`` labels follow a corner label, so that they are no captions.
    """
    texts = [t for r in rows for t in r]
    years = frozenset().union(*(Item(0, 1, (t,)).years for t in texts))
    best: tuple[Panel, bool, tuple[int, ...]] | None = None
    best_score = 0.5
    for panel in panels():
        wanted = panel.column_roster
        leaves = [t for r in rows for t, _ in groupby(r) if _heads(t, panel)]
        known = [t in leaves or _is_parent(t, panel) for t in texts]
        # What precedes the first label of the form (a caption, 附件：…) is no column.
        begin = known.index(True) if any(known) else 0
        strangers = known[begin:].count(False) + sum(text in cornered for text in texts[:begin])
        named = {at for t in leaves for at in wanted.likenesses(Printed((t,)), _CERTAIN_COLUMN)}
        score = min(len(named), len(leaves)) - _MISFIT * (len(wanted) - len(named) + strangers + abs(len(leaves) - len(wanted)))
        if score > best_score:
            runs = tuple(len(list(run)) for text, run in groupby(rows[-1]) if _heads(text, panel))
            repeats = runs if sum(runs) > len(wanted) == len(runs) else ()
            ordered = _in_order([[t for t, _ in groupby(r)] for r in rows] if repeats else rows, panel)
            sound = not strangers and len(years) < 2 and ordered
            best, best_score = (panel, sound, repeats), score
    return best


def _anchor(header: Sequence[Fields], panel: Panel) -> tuple[int | None, int]:
    """Where the column labels begin in a header, and its width: where its only line has them, or its last one, spans repeated."""
    if not header:
        return None, 0
    row = header[-1]
    corner = len(row.labels) - len(panel.columns)
    cornered = corner > 0 and all(is_corner(cell.text) for cell in row.labels[:corner])
    if len(header) == 1:
        return (corner if cornered and row.lead == len(row.labels) else None), row.width
    if cornered and _shows_every_field(row, corner, panel):
        return row.labels[corner].column, row.width
    return None, 0


def _parted_heads(header: Sequence[Fields], panel: Panel) -> frozenset[int]:
    """Where a one-line header has its column labels, if there are fields between them that have none."""
    if len(header) != 1:
        return frozenset()
    places = [cell.column for cell in header[0].labels if not is_corner(cell.text)]
    if len(places) != len(panel.columns) or places[-1] - places[0] < len(places):
        return frozenset()
    return frozenset(places)


def _shows_every_field(row: Fields, corner: int, panel: Panel) -> bool:
    """Whether the labels behind a header's corner head one field each up to the end of its last line."""
    heads = row.labels[corner:]
    consecutive = [cell.column for cell in heads] == list(range(heads[0].column, row.width))
    return consecutive and all(_heads(cell.text, panel) for cell in heads)


def _heads(text: str, panel: Panel) -> bool:
    return related(text, panel.column_roster.places, _CERTAIN_COLUMN)


def _is_parent(text: str, panel: Panel) -> bool:
    return is_spanning(text) or related(text, panel.headings, _CERTAIN_PARENT)


@lru_cache(maxsize=4096)
def is_corner(text: str) -> bool:
    """What stands over the label columns: a corner label, or the rule printed there (本列数据的勾稽关系为…)."""
    return "勾稽" in take_apart(text).core or related(text, corner_labels(), 0.8)


def _is_neutral(text: str) -> bool:
    """Corner texts and section headings such as 第二十条第（五）项; among the columns a 序号 is one of them."""
    return is_corner(text) or names_section(text)


def _in_order(rows: Sequence[Sequence[str]], panel: Panel) -> bool:
    """Whether the labels are exactly the panel's columns, in the order of the form.

    Rows of a flattened header are nested again: each row stands in the place of the headings of the rows above it. A
    flattening that repeats spanned cells prints the whole order on its last row; one cell a line prints level after level.
    """
    if not rows or not _parents_in_order(rows, panel):
        return False
    official = [Wanted(c.wanted.leaves) for c in panel.columns]
    orders = [_nest(rows, panel), list(rows[-1])]
    if len(rows) == 1 and not panel.line and _is_level_after_level(rows[0], panel, official):
        return True
    return any(order is not None and _exactly([t for t in order if not _is_parent(t, panel)], official) for order in orders)


def _is_level_after_level(row: Sequence[str], panel: Panel, official: Sequence[Wanted]) -> bool:
    """Whether the levels of a header are printed one after the other: headed columns last, behind the line with their heading.

    总计 ends that line, or comes first, behind 申请人情况. The heading may be lost; where it stands it stands in its place.
    """
    inner = [i for i, column in enumerate(panel.columns) if column.wanted.parents]
    if not inner:
        return _exactly([text for text in row if _heads(text, panel)], official)
    headings = [Wanted((parent,)) for parent in dict.fromkeys(panel.columns[i].wanted.parents[0] for i in inner)]
    printed = [text for text in row if (_heads(text, panel) or _is_parent(text, panel)) and not is_spanning(text)]
    above = headings if any(_is_parent(text, panel) for text in printed) else []
    left, right = official[: inner[0]], official[inner[-1] + 1 :]
    below = [official[i] for i in inner]
    total_first = bool(row) and is_spanning(row[0]) and _exactly(printed, [*right, *left, *above, *below])
    return total_first or _exactly(printed, [*left, *above, *right, *below])


def _exactly(texts: Sequence[str], wanted: Sequence[Wanted]) -> bool:
    printed, roster = [Printed((t,)) for t in texts], Roster(wanted)
    matches = align(printed, roster)
    plain = not any(other_meaning(printed[m.printed], roster, m.wanted) for m in matches)
    return len(texts) == len(wanted) == len(matches) and plain


def _nest(rows: Sequence[Sequence[str]], panel: Panel) -> list[str] | None:
    """The columns in order, each row put where the row above has its headings; None if those do not stand together."""
    order = list(rows[0])
    for row in rows[1:]:
        heads = [i for i, t in enumerate(order) if _is_parent(t, panel)]
        if not heads or heads[-1] - heads[0] + 1 != len(heads):
            return None
        order = [*order[: heads[0]], *row, *order[heads[-1] + 1 :]]
    return order


@lru_cache(maxsize=4096)
def is_spanning(text: str) -> bool:
    """Whether a label spans columns without being part of their names (申请人情况)."""
    return related(text, spanning_labels(), _CERTAIN_PARENT)


def _parents_in_order(rows: Sequence[Sequence[str]], panel: Panel) -> bool:
    """Headings over columns (行政复议, 行政诉讼) must stand in the form's order on each row, both below one heading or none.

    复议后起诉 by itself, where 未经复议直接起诉 was lost, may stand over the columns of either.
    """
    parents = Roster(Wanted((heading,)) for heading in panel.headings)
    printed = set()
    for row in rows:
        found = [Printed((t,)) for t in dict.fromkeys(t for t in row if _is_parent(t, panel) and not is_spanning(t))]
        matches = align(found, parents)
        if len(matches) != len(found) or any(other_meaning(found[m.printed], parents, m.wanted) for m in matches):
            return False
        printed |= {panel.headings[m.wanted] for m in matches}
    below = {heading for column in panel.columns for heading in column.wanted.parents[1:]}
    return printed.isdisjoint(below) or below <= printed
