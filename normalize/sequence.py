"""Reading flattened tables: only the order of fields is known.

Header levels are flattened, rowspans are gone, fields may have slid sideways and blanks may have been dropped. So a value is
placed by counting: the header must name exactly the panel's columns, and a row must hold exactly as many values, or leave only
one way to fit them. Where a position cannot be known the cells stay missing and the printed numbers go into a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extract.model import Grid, GridCell
from normalize.align import Match, Printed, Wanted, align, ambiguous, likeness
from normalize.fields import Fields, anchor_of, fit, rows_of
from normalize.headers import Item
from normalize.labels import digits_of, similarity, take_apart
from normalize.model import CellKey, ExtraCell
from normalize.numbers import Kind, kind_of, read_number
from normalize.panels import Panel, PanelRow, corner_labels, panels, spanning_labels
from normalize.placing import Draft, Placement, TableReading
from normalize.sheet import names_column, names_row

_MISFIT = 0.4
_CERTAIN_PARENT = 0.9


@dataclass(frozen=True, slots=True)
class InForce:
    """The header in force: its panel, and whether it names exactly the panel's columns in an order a flattening gives."""

    panel: Panel
    sound: bool


def read_sequence(grid: Grid, inherited: InForce | None = None) -> tuple[TableReading, InForce | None]:
    """What a SEQUENCE grid holds, and the header in force at its end."""
    draft = Draft()
    last = inherited
    for header, body in _zones(rows_of(grid)):
        found = _announced(header) if header else _continued(last, body)
        if found is None:
            continue
        last = found
        draft.panels.append(found.panel)
        draft.see(c for f in (*header, *body) for c in f.values)
        if found.panel.line:
            _read_line(found, body, draft)
        else:
            _read_matrix(found, body, draft)
    return draft.finish(), last


def _is_header(fields: Fields) -> bool:
    """No numbers, and labels of columns rather than of a row."""
    if fields.numeric or not fields.labels:
        return False
    named = [c.text for c in fields.labels if names_column(c.text)]
    framing = [c.text for c in fields.labels if _is_corner(c.text) or _spans(c.text)]
    if len(named) + len(framing) >= 2:
        return True
    return bool(named) and not any(names_row(c.text) for c in fields.labels)


def _zones(rows: Sequence[Fields]) -> list[tuple[list[Fields], list[Fields]]]:
    """Headers with the rows under them; the first zone may have no header."""
    zones: list[tuple[list[Fields], list[Fields]]] = [([], [])]
    for fields in rows:
        header, body = zones[-1]
        if not _is_header(fields):
            body.append(fields)
        elif body or any(_repeats(fields, h) for h in header):
            zones.append(([fields], []))
        else:
            header.append(fields)
    return [z for z in zones if z[0] or z[1]]


def _repeats(a: Fields, b: Fields) -> bool:
    return a.labels[0].text == b.labels[0].text and a.lead == b.lead and len(a.labels) == len(b.labels)


def _announced(header: Sequence[Fields]) -> InForce | None:
    """The panel a flattened header announces."""
    rows = [[c.text for c in f.labels if not _is_neutral(c.text)] for f in header]
    texts = [t for r in rows for t in r]
    years = frozenset().union(*(Item(0, 1, (t,)).years for t in texts))
    best: InForce | None = None
    best_score = 0.5
    for panel in panels():
        wanted = [c.wanted for c in panel.columns]
        leaves = [t for t in texts if _heads(t, panel)]
        strangers = [t for t in texts if t not in leaves and not _is_parent(t, panel)]
        named = [w for w in wanted if any(likeness(Printed((t,)), w) >= 0.72 for t in leaves)]
        score = min(len(named), len(leaves)) - _MISFIT * (
            len(wanted) - len(named) + len(strangers) + abs(len(leaves) - len(wanted))
        )
        if score > best_score:
            sound = not strangers and len(years) < 2 and _in_order(rows, panel)
            best, best_score = InForce(panel, sound), score
    return best


def _heads(text: str, panel: Panel) -> bool:
    return any(likeness(Printed((text,)), c.wanted) >= 0.72 for c in panel.columns)


def _is_parent(text: str, panel: Panel) -> bool:
    folded = take_apart(text)
    parents = {parent for c in panel.columns for parent in c.wanted.parents}
    return _spans(text) or any(similarity(folded, parent) >= _CERTAIN_PARENT for parent in parents)


def _is_corner(text: str) -> bool:
    """What stands over the label columns: a corner label, or the rule printed there (本列数据的勾稽关系为…)."""
    folded = take_apart(text)
    return "勾稽" in folded.core or any(similarity(folded, corner) >= 0.8 for corner in corner_labels())


def _is_neutral(text: str) -> bool:
    """Corner texts and section headings such as 第二十条第（五）项."""
    if _is_corner(text):
        return True
    folded = take_apart(text)
    parents = {p for panel in panels() for row in panel.rows for p in row.wanted.parents}
    return any(similarity(folded, parent) >= _CERTAIN_PARENT for parent in parents)


def _in_order(rows: Sequence[Sequence[str]], panel: Panel) -> bool:
    """Whether the labels are exactly the panel's columns, in the order of the form.

    Rows of a flattened header are nested again: each row stands in the place of the headings of the rows above it. A
    flattening that repeats spanned cells prints the whole order on its last row; one cell a line prints level after level.
    """
    if not rows or not _parents_in_order(rows, panel):
        return False
    official = [Wanted(c.wanted.leaves) for c in panel.columns]
    flat = [t for r in rows for t in r]
    orders = [_nest(rows, panel), list(rows[-1])]
    if len(rows) == 1:
        # Levels read one after the other: headed columns last, and 总计 perhaps first, behind 申请人情况.
        headed = sorted(range(len(official)), key=lambda i: bool(panel.columns[i].wanted.parents))
        total_first = [len(official) - 1, *range(len(official) - 1)]
        leaves = [t for t in flat if _heads(t, panel)]
        for levels in (headed, total_first if flat and _spans(flat[0]) else headed):
            if not panel.line and _exactly(leaves, [official[i] for i in levels]):
                return True
    return any(order is not None and _exactly([t for t in order if not _is_parent(t, panel)], official) for order in orders)


def _exactly(texts: Sequence[str], wanted: Sequence[Wanted]) -> bool:
    return len(texts) == len(wanted) == len(align([Printed((t,)) for t in texts], wanted))


def _nest(rows: Sequence[Sequence[str]], panel: Panel) -> list[str] | None:
    """The columns in order, each row put where the row above has its headings; None if those do not stand together."""
    order = list(rows[0])
    for row in rows[1:]:
        heads = [i for i, t in enumerate(order) if _is_parent(t, panel)]
        if not heads or heads[-1] - heads[0] + 1 != len(heads):
            return None
        order = [*order[: heads[0]], *row, *order[heads[-1] + 1 :]]
    return order


def _spans(text: str) -> bool:
    return any(similarity(take_apart(text), label) >= _CERTAIN_PARENT for label in spanning_labels())


def _parents_in_order(rows: Sequence[Sequence[str]], panel: Panel) -> bool:
    """Headings over columns (行政复议, 行政诉讼) must stand in the form's order on each row."""
    parents = list(dict.fromkeys(p for c in panel.columns for p in c.wanted.parents))
    for row in rows:
        found = list(dict.fromkeys(t for t in row if _is_parent(t, panel) and not _spans(t)))
        if len(align([Printed((t,)) for t in found], [Wanted((p,)) for p in parents])) != len(found):
            return False
    return True


def _continued(last: InForce | None, body: Sequence[Fields]) -> InForce | None:
    """The panel of rows without a header: the one in force, or one with a single column whose rows these plainly are."""
    labelled = [f for f in body if f.labels and f.numeric]
    if not labelled:
        return None
    if last and not last.panel.line and _row_matches(last.panel, labelled):
        return last
    for panel in panels():
        if len(panel.columns) == 1 and len(_row_matches(panel, labelled)) * 5 >= len(labelled) * 4 and len(labelled) >= 5:
            return InForce(panel, all(len(f.values) == 1 for f in labelled))
    return None


def _row_matches(panel: Panel, rows: Sequence[Fields]) -> list[Match]:
    return align([f.printed for f in rows], [row.wanted for row in panel.rows])


def _read_line(header: InForce, body: Sequence[Fields], draft: Draft) -> None:
    """The line of values under a line panel."""
    panel = header.panel
    keys = tuple(CellKey(panel.table, c.row, c.key) for c in panel.columns)
    rows = [f for f in body if not f.labels and f.numeric] or [f for f in body if not f.labels and len(f.values) >= len(keys)]
    for index, fields in enumerate(rows):
        taken = fit(fields.values, len(keys)) if index == 0 and len(rows) == 1 else None
        if taken is None or not header.sound:
            reason = (
                "the header is not the form's" if not header.sound else f"{len(fields.values)} fields for {len(keys)} columns"
            )
            draft.doubt("table.position_unknown", reason, fields.values, keys)
            continue
        _place(draft, keys, panel.forms, taken)


def _place(draft: Draft, keys: Sequence[CellKey], forms: frozenset[str], cells: Sequence[GridCell], doubt: str = "") -> None:
    for key, cell in zip(keys, cells, strict=True):
        draft.close(cell)
        reason = doubt or ("" if cell.confidence == 1.0 else "the reader is not sure of this field")
        draft.placements.append(Placement(key, forms, cell, doubt=reason))


def _read_matrix(header: InForce, body: Sequence[Fields], draft: Draft) -> None:
    """The labelled rows under a header."""
    panel = header.panel
    rows = [f for f in body if f.labels]
    matches = _row_matches(panel, rows)
    by_row = {m.printed: panel.rows[m.wanted] for m in matches}
    unclear = ambiguous(matches, [f.printed for f in rows], [row.wanted for row in panel.rows])
    count = len(panel.columns)
    anchor = anchor_of([rows[i] for i in by_row if not by_row[i].heading], count)
    for index, fields in enumerate(rows):
        row = by_row.get(index)
        taken = fit(fields.values, count, anchor - fields.lead if anchor is not None else None)
        if row is None:
            _keep_extra_row(header, fields, taken, draft)
        elif index in unclear:
            draft.doubt("table.row_ambiguous", f"{fields.printed.path[-1]} fits several rows of the form", fields.values)
        elif not row.heading:
            _read_row(header, row, fields, taken, draft)


def _read_row(header: InForce, row: PanelRow, fields: Fields, taken: Sequence[GridCell] | None, draft: Draft) -> None:
    panel = header.panel
    keys = tuple(CellKey(panel.table, row.key, c.key) for c in panel.columns)
    label = fields.printed.path[-1]
    if taken is None or not header.sound:
        reason = "the header is not the form's" if not header.sound else f"{len(fields.values)} fields for {len(keys)} columns"
        draft.doubt("table.position_unknown", f"{label}: {reason}", fields.values, keys)
        return
    official = {digits_of(leaf.core) for leaf in row.wanted.leaves}
    odd = digits_of(label) not in official and likeness(fields.printed, row.wanted) < 1.0
    _place(draft, keys, row.forms & panel.forms, taken, f"a number stands in the label {label}" if odd else "")


def _keep_extra_row(header: InForce, fields: Fields, taken: Sequence[GridCell] | None, draft: Draft) -> None:
    """A labelled row that no form has."""
    if not fields.numeric:
        return
    if taken is None or not header.sound:
        draft.doubt("table.position_unknown", f"{fields.printed.path[-1]}: not a row of the form", fields.values)
        return
    label = "/".join(fields.printed.path)
    for column, cell in zip(header.panel.columns, taken, strict=True):
        draft.close(cell)
        if kind_of(cell.text) is not Kind.EMPTY:
            value = read_number(cell.text).value
            draft.extras.append(ExtraCell(header.panel.table, label, column.key, cell.text, value, cell.box, cell.locus))
