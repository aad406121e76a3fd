"""Reading flattened tables: only the order of fields is known.

Header levels are flattened, rowspans are gone, fields may have slid sideways and blanks may have been dropped. So a value is
placed by counting: the header must name exactly the panel's columns, and a row must hold exactly as many values, or leave only
one way to fit them. Where a position cannot be known the cells stay missing and the printed numbers go into a finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from extract.model import Grid, GridCell
from normalize.fields import Fields, anchor_of, fit, rows_of
from normalize.flat_headers import InForce, announced, is_corner, is_spanning
from normalize.model import CellKey, ExtraCell
from normalize.named_rows import LastRow, NamedRow, name_rows
from normalize.numbers import NOTHING, Kind, kind_of, read_number
from normalize.panels import keys_of, panels
from normalize.placing import Draft, Extra, Placement, TableReading
from normalize.serials import in_turn, is_serial_heading
from normalize.sheet import names_column, names_row
from normalize.unheaded import doubt_second_line, doubt_unread, names_other_row


def read_sequence(grid: Grid, inherited: InForce | None = None) -> tuple[TableReading, InForce | None]:
    """What a SEQUENCE grid holds, and the header in force at its end."""
    draft = Draft()
    last = inherited
    rows = rows_of(grid)
    serials = _serial_numbers(rows)
    above: LastRow | None = None
    for header, body in _zones(rows):
        found = announced(header) if header else _continued(last, body)
        if found is None:
            cells = tuple(c for f in (*header, *body) for c in (*f.labels, *f.values))
            doubt_unread(cells, draft)
            if last and last.panel.line and not header:
                doubt_second_line(cells, last.panel, draft)
            continue
        last = found
        draft.panels.append(found.panel)
        draft.see(c for f in (*header, *body) for c in (*f.before, *f.values))
        draft.set_aside("table.serial_number", serials)
        if found.panel.line:
            _read_line(found, header, body, draft)
        else:
            labelled = [fields for fields in body if fields.labels]
            if above and above.panel is found.panel and labelled and _goes_on(above, labelled[0]):
                reason = f"the label {above.label.path[-1]} goes on in another row"
                draft.doubt("table.position_unknown", reason, labelled.pop(0).values)
            above = _read_matrix(found, labelled, draft)
    return draft.finish(), last


def _goes_on(above: LastRow, below: Fields) -> bool:
    return below.numeric and not name_rows(above.panel, (below.printed,)) and above.goes_on(below.printed)


def _serial_numbers(rows: Sequence[Fields]) -> tuple[GridCell, ...]:
    """The numbers left of labels, if they number the rows; any other number there may be a value astray."""
    cells = tuple(cell for fields in rows for cell in fields.before)
    headed = any(is_serial_heading(label.text) for fields in rows for label in fields.labels)
    return cells if headed or in_turn(cells) else ()


def _is_header(fields: Fields) -> bool:
    """No numbers, and labels of columns rather than of a row."""
    if fields.numeric or not fields.labels:
        return False
    texts = set(fields.printed.path)
    named = {t for t in texts if names_column(t)}
    framing = {t for t in texts if is_corner(t) or is_spanning(t)}
    if len(named) + len(framing) >= 2:
        return True
    return bool(named) and not any(names_row(t) for t in texts)


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
    return a.lead == b.lead and [c.text for c in a.labels] == [c.text for c in b.labels]


def _continued(last: InForce | None, body: Sequence[Fields]) -> InForce | None:
    """The panel of rows without a header: the one in force, or one with a single column whose rows these plainly are."""
    labelled = [f for f in body if f.labels and f.numeric]
    if not labelled:
        return None
    printed = tuple(f.printed for f in labelled)
    if last and not last.panel.line and name_rows(last.panel, printed):
        return last
    for panel in panels():
        if len(panel.columns) == 1 and len(name_rows(panel, printed)) * 5 >= len(labelled) * 4 and len(labelled) >= 5:
            return InForce(panel, all(len(f.values) == 1 for f in labelled))
    return None


def _read_line(header: InForce, printed: Sequence[Fields], body: Sequence[Fields], draft: Draft) -> None:
    """The line of values under a line panel, whose header is ``printed``."""
    panel = header.panel
    keys = keys_of(panel, "")
    rows = [f for f in body if not f.labels and f.numeric] or [f for f in body if not f.labels and len(f.values) >= len(keys)]
    for index, fields in enumerate(rows):
        taken = fit(fields.values, len(keys)) if index == 0 and len(rows) == 1 else None
        reason = f"{len(fields.values)} fields for {len(keys)} columns"
        if not header.sound:
            taken, reason = None, "the header is not the form's"
        elif taken and not _begins_under(printed, taken[0]):
            taken, reason = None, "the values do not begin under the header: one may be a number too many"
        elif taken and len(fields.values) > len(taken) and _is_partly_blank(taken):
            taken, reason = None, "the row has more cells than the table has columns"
        elif taken and _beside_blanks(taken, body):
            taken, reason = None, "a line of values beside a blank one"
        if taken is None:
            draft.doubt("table.position_unknown", reason, fields.values, keys)
            continue
        _place(draft, keys, panel.forms, taken)


def _beside_blanks(taken: Sequence[GridCell], body: Sequence[Fields]) -> bool:
    """Whether a line with numbers stands beside one of dashes, or with blanks beside a blank one: that may be the line itself."""
    if all(kind_of(c.text) in NOTHING for c in taken):
        return False
    lines = [{kind_of(c.text) for c in f.values} for f in body if not f.labels and len(f.values) >= len(taken)]
    return any(kinds <= NOTHING and (Kind.DASH in kinds or _is_partly_blank(taken)) for kinds in lines)


def _is_partly_blank(cells: Sequence[GridCell]) -> bool:
    return 0 < sum(kind_of(c.text) in NOTHING for c in cells) < len(cells)


def _begins_under(printed: Sequence[Fields], first: GridCell) -> bool:
    """Whether a line of values begins in the field where its header does, a column of serial numbers aside."""
    starts = [label.column for f in printed for label in f.labels if not is_corner(label.text)]
    return not starts or first.column == min(starts)


def _place(
    draft: Draft,
    keys: Sequence[CellKey],
    forms: frozenset[str],
    cells: Sequence[GridCell],
    *,
    doubt: str = "",
    regular: bool = True,
) -> None:
    """Place the values of a row; in an irregular table the sums must agree with where it begins."""
    kinds = [kind_of(c.text) for c in cells]
    stacked = len({c.row for c in cells}) > 1  # one cell a line: an empty line may be a blank, or nothing
    # In a regular table only a row without its last value, a sum mostly, may have slid by itself.
    slides = (stacked or not regular or kinds[-1] is Kind.EMPTY) and len(cells) > 2 and set(kinds) != {Kind.EMPTY}
    for key, cell in zip(keys, cells, strict=True):
        reason = doubt or ("" if cell.confidence == 1.0 or cell.readings else "the reader is not sure of this field")
        draft.place(Placement(key, forms, cell, None, reason, slides))


def _read_matrix(header: InForce, rows: Sequence[Fields], draft: Draft) -> LastRow | None:
    """The labelled rows under a header; the last, if it names one of the panel's."""
    panel = header.panel
    numeric = frozenset(i for i, f in enumerate(rows) if f.numeric)
    filled = frozenset(i for i, f in enumerate(rows) if f.filled)
    named = {found.index: found for found in name_rows(panel, tuple(f.printed for f in rows), numeric, filled)}
    count = sum(header.repeats) or len(panel.columns)
    deepest = max(len(row.wanted.parents) for row in panel.rows)
    regular = anchor_of([rows[i] for i, found in named.items() if not found.row.heading], count)
    for index, fields in enumerate(rows):
        found = named.get(index)
        anchor = header.anchor if regular is None and header.stands_over(fields) else regular
        taken = fit(fields.values, count, anchor - fields.lead if anchor is not None else None)
        if found and taken and _may_hold_too_many(fields, deepest - len(found.row.wanted.parents), taken, rows, header):
            taken = None
        if taken and fields.width == header.width and _stands_off(fields, taken, header):
            taken = None
        taken = _collapse(taken, header.repeats, draft) if taken and header.repeats else taken
        if found is None:
            _keep_extra_row(header, fields, taken, draft)
        elif not found.row.heading:
            _read_row(header, found, fields, taken, draft, regular=anchor is not None)
    last = named.get(len(rows) - 1)
    return LastRow(panel, last.row, rows[-1].printed) if last else None


def _stands_off(fields: Fields, taken: Sequence[GridCell], header: InForce) -> bool:
    """Whether a value on a row's line stands before the fields with a head, or between them."""
    printed = [cell for cell in taken if kind_of(cell.text) is not Kind.EMPTY and cell.row == fields.labels[-1].row]
    before = header.anchor is not None and taken[0] in printed and taken[0].column < header.anchor
    return before or any(cell.column not in header.heads for cell in printed if header.heads)


def _may_hold_too_many(fields: Fields, depth: int, taken: Sequence[GridCell], rows: Sequence[Fields], header: InForce) -> bool:
    """Whether a row is longer than others like it, so that a number too many may stand where it prints a blank.

    ``depth`` is how many label columns its own label may leave blank before the values; the header counts if it is of one
    line. Also where its label stands on a line of its own: a number may have fallen out of that.
    """
    if len(taken) == 1 and fields.width == header.width and header.extent < fields.extent:
        return True  # the only column has its number under no word
    blanks = [kind_of(c.text) is Kind.EMPTY for c in taken].count(True)
    if len(fields.values) <= len(taken) + depth * (not fields.torn) or blanks == len(taken):
        return False
    if not blanks and not fields.torn:  # rows that print every value slide often; only a plain header tells that this one did not
        return 0 < header.width < fields.width or (header.stands_over(fields) and taken[0] is not fields.values[0])
    widths = Counter(f.width for f in rows if len(f.labels) == len(fields.labels))
    usual = min(widths, key=lambda each: (-widths[each], -each))
    beyond = blanks and 0 < header.extent < fields.extent
    return bool(fields.torn or beyond or fields.width > min(usual, header.width or usual))


def _collapse(cells: Sequence[GridCell], repeats: Sequence[int], draft: Draft) -> tuple[GridCell, ...] | None:
    """One cell for each run that a flattening repeated; None if a run holds different texts."""
    kept, start = [], 0
    for length in repeats:
        run = cells[start : start + length]
        if len({c.text.strip() for c in run}) > 1:
            return None
        kept.append(run[0])
        start += length
    draft.set_aside("table.span_repeated", (c for c in cells if c not in kept))
    return tuple(kept)


def _read_row(
    header: InForce,
    found: NamedRow,
    fields: Fields,
    taken: Sequence[GridCell] | None,
    draft: Draft,
    *,
    regular: bool,
) -> None:
    panel = header.panel
    keys = keys_of(panel, found.row.key)
    if taken is None or not header.sound:
        label = fields.printed.path[-1]
        reason = "the header is not the form's" if not header.sound else f"{len(fields.values)} fields for {len(keys)} columns"
        draft.doubt("table.position_unknown", f"{label}: {reason}", fields.values, keys)
        return
    _place(draft, keys, found.row.forms & panel.forms, taken, doubt=found.doubt, regular=regular)


def _keep_extra_row(header: InForce, fields: Fields, taken: Sequence[GridCell] | None, draft: Draft) -> None:
    """A labelled row that no form has."""
    if not fields.numeric:
        return
    if taken is None or not header.sound:
        draft.doubt("table.position_unknown", f"{fields.printed.path[-1]}: not a row of the form", fields.values)
        return
    if names_other_row(fields.printed.path[-1]):
        message = f"{fields.printed.path[-1]}: a row of the form under another row's header"
        draft.doubt("table.position_unknown", message, fields.values)
        return
    label = "/".join(fields.printed.path)
    for column, cell in zip(header.panel.columns, taken, strict=True):
        draft.close(cell)
        if kind_of(cell.text) is not Kind.EMPTY:
            value = read_number(cell.text).value
            kept = ExtraCell(header.panel.table, label, column.key, cell.text, value, cell.box, cell.locus)
            draft.extras.append(Extra(kept))
