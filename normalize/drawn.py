"""Reading grids whose cells are drawn (or whose columns stand in line): a cell's place says what it is.

For each header the panel it announces, for each row under it the form row it names, and the cell where the two cross.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extract.model import Grid, GridCell, Layout
from normalize.align import align
from normalize.breaks import with_whole_rows
from normalize.counted import map_by_count
from normalize.drawn_rows import label_of, match_line, match_rows
from normalize.headers import ColumnMap, Item, find_bands, items_of, map_columns, years_in
from normalize.model import ExtraCell
from normalize.named_rows import LastRow, NamedRow
from normalize.numbers import Kind, kind_of, read_number
from normalize.panels import Panel, keys_of, panels
from normalize.placing import Draft, Extra, Placement, TableReading, holds_number
from normalize.rivals import says_other_year
from normalize.serials import serial_numbers
from normalize.sheet import Sheet, is_label
from normalize.unheaded import doubt_second_line, doubt_unread, names_other_row

_TRUSTED = 0.6
"""Readers give a place that follows from ink around it 0.6 and more; the form's labels then confirm it."""
_ASTRAY = "a number stands before the values, in this row or in one set like it"
_SHORT = "the row has fewer cells than the table has columns"
_SURPLUS = "the row has more cells than the table has columns"


@dataclass(frozen=True, slots=True)
class Inherited:
    """The header in force when a table goes on in another grid without one, and the panel's rows already read."""

    panel: Panel
    after: int = 0
    doubt: str = ""
    """What the header left open is open for whatever stands under it."""
    row: LastRow | None = None
    """The last one, where it names one of the panel's: its label may go on under the header's next print."""


def read_drawn(grid: Grid, inherited: Inherited | None = None) -> tuple[TableReading, Inherited | None]:
    """What a LATTICE or ALIGNED grid holds, and the header in force at its end."""
    draft = Draft()
    sheet = with_whole_rows(Sheet(grid))
    bands = find_bands(sheet)
    last = inherited
    top = bands[0].start if bands else sheet.rows
    if top and (headless := _map_headless(sheet, 0, top, last)):
        last = _read_zone(sheet, (0, top), [headless], draft, last)
    else:
        doubt_unread(_cells(sheet, 0, top), draft)
        if last and last.panel.line:
            doubt_second_line(tuple(_cells(sheet, 0, top)), last.panel, draft)
    for index, band in enumerate(bands):
        stop = bands[index + 1].start if index + 1 < len(bands) else sheet.rows
        maps: Sequence[ColumnMap] = map_columns(items_of(sheet, band))
        if grid.layout is Layout.ALIGNED and not _complete(maps) and (counted := map_by_count(sheet, band, stop)):
            maps = [counted]
        if maps:
            last = _read_zone(sheet, (band.stop, stop), maps, draft, last)
        elif last and (headless := _map_headless(sheet, band.start, stop, last)):
            last = _read_zone(sheet, (band.start, stop), [headless], draft, last)
        else:
            doubt_unread(_cells(sheet, band.start, stop), draft)
    return draft.finish(), last


def _cells(sheet: Sheet, start: int, stop: int) -> Iterator[GridCell]:
    for row in range(start, stop):
        yield from sheet.starting(row)


def _complete(maps: Sequence[ColumnMap]) -> bool:
    return bool(maps) and all(None not in m.items and not m.extras and not m.doubt and not any(m.numbered) for m in maps)


def _map_headless(sheet: Sheet, start: int, stop: int, inherited: Inherited | None) -> ColumnMap | None:
    """Columns of rows that stand under no header: by count, from the right, if the count is exactly the panel's."""
    if inherited and inherited.panel.line and inherited.after == 0:
        return _map_line(sheet, start, stop, inherited)
    rows = [r for r in range(start, stop) if not sheet.is_section(r) and sheet.labels(r) and sheet.has_number(r)]
    if not rows:
        return None
    labels_end = max(c.column + c.colspan for r in rows for c in sheet.labels(r))
    candidates = ([inherited.panel] if inherited else []) + [p for p in panels() if len(p.columns) == 1]
    for panel in candidates:
        if panel.line:
            continue
        matches = align([label_of(sheet, r, labels_end) for r in rows], panel.row_roster)
        if len(matches) * 5 < len(rows) * 4 or (len(matches) < 2 and not (inherited and panel is inherited.panel)):
            continue
        numeric = [c for c in range(sheet.columns) if any(_numeric_at(sheet, r, c) for r in rows)]
        if not numeric:
            return None
        first = max(labels_end, sheet.columns - len(panel.columns)) if len(panel.columns) > 1 else min(numeric)
        if (sheet.columns - first == len(panel.columns) or len(panel.columns) == 1) and min(numeric) >= first:
            single = len(panel.columns) == 1
            items = [Item(first + k, sheet.columns if single else first + k + 1, ()) for k in range(len(panel.columns))]
            odd = next((text for text in _words_over(sheet, rows[0], first) if says_other_year(text)), "")
            doubt = f"the column stands under {odd}" if odd else ""
            if inherited and panel is inherited.panel:
                doubt = doubt or inherited.doubt
            return ColumnMap(panel, tuple(items), (), float(len(matches)), doubt=doubt, by_order=("(no header)",))
    return None


def _words_over(sheet: Sheet, row: int, first: int) -> Iterator[str]:
    """Texts over the value columns above a row, which make no header."""
    for above in range(row):
        yield from (cell.text for cell in sheet.starting(above) if cell.column >= first and is_label(cell.text))


def _map_line(sheet: Sheet, start: int, stop: int, inherited: Inherited) -> ColumnMap | None:
    """The values of a line panel whose header stands further up: a row of exactly as many cells."""
    panel = inherited.panel
    for row in range(start, stop):
        cells = sheet.across(row)
        if len(cells) == len(panel.columns) and sheet.has_number(row) and not sheet.labels(row):
            items = tuple(Item(c.column, c.column + c.colspan, ()) for c in cells)
            return ColumnMap(panel, items, (), float(len(items)), doubt=inherited.doubt, by_order=("(no header)",))
    return None


def _numeric_at(sheet: Sheet, row: int, column: int) -> bool:
    cell = sheet.covering(row, column)
    return cell is not None and holds_number(cell.text)


def _read_zone(
    sheet: Sheet, zone: tuple[int, int], maps: Sequence[ColumnMap], draft: Draft, before: Inherited | None
) -> Inherited:
    """Read the rows under one header; gives the header in force after them."""
    panel = maps[0].panel
    done = before.after if before and before.panel is panel else 0
    draft.panels.extend(m.panel for m in maps)
    for columns in maps:
        if columns.by_order:
            draft.notes.append(("table.header_by_order", f"column labels read by their place: {', '.join(columns.by_order)}"))
    first = min(m.first for m in maps)
    rows = [r for r in range(*zone) if not sheet.is_section(r) and not sheet.is_header(r)]
    draft.see([cell for row in range(*zone) if sheet.has_number(row) for cell in sheet.starting(row)])
    if panel.line:
        matched = match_line(sheet, rows, panel)
    else:
        onward = match_rows(sheet, rows, panel, first, done)
        anew = match_rows(sheet, rows, panel, first) if done else onward
        # A table that goes on names later rows; one that names more rows when read from the top begins anew.
        matched = onward if len(onward) >= len(anew) else anew
    serials = serial_numbers(sheet, [found.index for found in matched], first)
    astray = {found.index for found in matched if any(_is_astray(c, serials) for c in sheet.across(found.index, 0, first))}
    if astray and sheet.grid.layout is Layout.ALIGNED:
        # Where one row does not keep to the columns the others may not either, and a gap in them says nothing.
        astray = {found.index for found in matched}
    ragged = _wordless(sheet, matched, maps) or _ragged(sheet, matched, maps)
    for found in matched:
        doubt = found.doubt or ragged.get(found.index, "") or (_ASTRAY if found.index in astray else "")
        row = replace(found, doubt=doubt) if doubt else found
        for columns in maps:
            _read_row(sheet, row, columns, draft)
        draft.set_aside("table.serial_number", [c for c in sheet.across(found.index, 0, first) if c in serials])
    taken = {found.index for found in matched}
    above = before.row if before and before.panel is panel else None
    if above and rows and rows[0] not in taken and above.goes_on(label_of(sheet, rows[0], first)):
        numbers = [cell for cell in sheet.across(rows[0], first) if holds_number(cell.text)]
        draft.doubt("table.position_unknown", f"the label {above.label.path[-1]} goes on in another row", numbers)
        taken.add(rows[0])
    _keep_extra_rows(sheet, [r for r in rows if r not in taken], maps, first, draft)
    doubt = next((columns.doubt for columns in maps if columns.doubt), "")
    last = max(matched, key=lambda found: found.place, default=None)
    ends = last is not None and last.index == rows[-1] and not panel.line
    final = LastRow(panel, last.row, label_of(sheet, last.index, first)) if last and ends else None
    return Inherited(panel, last.place + 1 if last else done, doubt, final)


def _is_astray(cell: GridCell, serials: frozenset[GridCell]) -> bool:
    return holds_number(cell.text) and cell not in serials


def _wordless(sheet: Sheet, matched: Sequence[NamedRow], maps: Sequence[ColumnMap]) -> dict[int, str]:
    """A doubt for every row, if numbers stand in a column without a word of its own under a heading over several."""
    for item in (item for columns in maps for item in columns.wordless):
        if any(_numeric_at(sheet, found.index, column) for found in matched for column in range(item.start, item.stop)):
            return dict.fromkeys((found.index for found in matched), f"a column has no word of its own under {item.stack[-1]}")
    return {}


def _ragged(sheet: Sheet, matched: Sequence[NamedRow], maps: Sequence[ColumnMap]) -> dict[int, str]:
    """A doubt for each row that has fewer or more cells than the table has columns.

    Markup may leave a cell out, or let a label span a row too many: all cells behind it then stand in others' places.
    """
    if sheet.grid.layout is not Layout.LATTICE:
        return _beyond(sheet, matched, maps)
    items = [item for columns in maps for item in (*columns.items, *columns.extras) if item]
    first, stop = min(item.start for item in items), max(item.stop for item in items)
    ends = {found.index: sheet.end(found.index) for found in matched}
    if len(ends) == 1:  # there is only the header to compare it with
        above = range(matched[0].index)
        usual = max((sheet.end(row) for row in above if sheet.is_header(row)), default=stop)
    else:
        usual = max((end for end, rows in Counter(ends.values()).items() if rows * 2 > len(ends)), default=stop)
    doubts = {row: _SURPLUS for row, end in ends.items() if end > max(usual, stop)}
    doubts |= {row: _SURPLUS for row in ends if any(kind_of(c.text) is Kind.DASH for c in sheet.across(row, stop))}
    doubts |= {row: _SHORT for row in ends if any(sheet.covering(row, column) is None for column in range(first, stop))}
    return doubts


def _beyond(sheet: Sheet, matched: Sequence[NamedRow], maps: Sequence[ColumnMap]) -> dict[int, str]:
    """A doubt for each row of aligned text that has a number in a column of its own, which few other rows fill.

    What stands there is no column that the agency added, but a number too many, and nobody knows which of the row's it is.
    """
    doubts: dict[int, str] = {}
    for item in (item for columns in maps for item in columns.extras):
        filled = [
            found.index for found in matched if any(_numeric_at(sheet, found.index, c) for c in range(item.start, item.stop))
        ]
        if len(filled) * 2 < len(matched):
            doubts |= dict.fromkeys(filled, _SURPLUS)
    return doubts


def _read_row(sheet: Sheet, matched: NamedRow, columns: ColumnMap, draft: Draft) -> None:
    """Place the cells of one matched row."""
    if columns.panel.line and columns.year is None:
        columns = replace(columns, year=_year_beside(sheet, matched.index))
    forms, doubt = matched.row.forms & columns.panel.forms, matched.doubt or columns.doubt
    keys, numbers = keys_of(columns.panel, matched.row.key), _numbers_over(sheet, columns)
    for key, item, over in zip(keys, columns.items, numbers, strict=True):
        cell, why = _cell_at(sheet, matched.index, item) if item else (None, "")
        if cell is not None:
            why = f"a number stands in the heading {over}" if over else why
            draft.place(Placement(key, forms, cell, columns.year, doubt or why))
    for item in columns.extras:
        cell, _ = _cell_at(sheet, matched.index, item)
        if cell is not None and not _placed(cell, draft):
            _keep_extra(sheet.labels(matched.index, columns.first), cell, columns, item, draft)


def _year_beside(sheet: Sheet, row: int) -> int | None:
    """The year that the label of a line of values gives it to."""
    years = {year for label in sheet.labels(row) for year in years_in(label.text)}
    return years.pop() if len(years) == 1 else None


def _numbers_over(sheet: Sheet, columns: ColumnMap) -> tuple[str, ...]:
    """For each column the number among its words. Without drawn cells, one that slid up may have moved the others with it."""
    if sheet.grid.layout is Layout.LATTICE:
        return columns.numbered
    return (next(filter(None, columns.numbered), ""),) * len(columns.items)


def _placed(cell: GridCell, draft: Draft) -> bool:
    return any(p.cell is cell for p in draft.placements[-40:])


def _cell_at(sheet: Sheet, row: int, item: Item) -> tuple[GridCell | None, str]:
    """The cell under a column in a row, and why it may be another's."""
    start, stop, _ = item
    cell = sheet.covering(row, start)
    if stop > start + 1:
        cells = sheet.across(row, start, stop)
        printed = [c for c in cells if kind_of(c.text) is not Kind.EMPTY]
        if len(printed) > 1:
            joined = printed[0]._replace(text=" ".join(c.text for c in printed))
            return joined, "several printed cells stand under one column"
        cell = next(iter(printed or cells), None)
    if cell is None:
        return None, ""
    over = cell.column < start or (cell.column + cell.colspan > stop and sheet.columns > stop)
    if (over or cell.rowspan > 1) and kind_of(cell.text) is not Kind.EMPTY:
        return cell, f"the cell spans several {'columns' if over else 'rows'}"
    if cell.confidence < _TRUSTED and not cell.readings:  # with readings it is the text that is in doubt, not the place
        return cell, "the reader is not sure of this cell's place or text"
    return cell, ""


def _keep_extra(labels: Sequence[GridCell], cell: GridCell, columns: ColumnMap, item: Item, draft: Draft) -> None:
    if kind_of(cell.text) is Kind.EMPTY:
        return
    draft.close(cell)
    label, value = "/".join(c.text for c in labels), read_number(cell.text).value
    kept = ExtraCell(columns.panel.table, label, "/".join(item.stack), cell.text, value, cell.box, cell.locus)
    draft.extras.append(Extra(kept, columns.year))


def _keep_extra_rows(sheet: Sheet, rows: Sequence[int], maps: Sequence[ColumnMap], first: int, draft: Draft) -> None:
    """Rows that no form has: kept with their labels if they carry one."""
    for row in rows:
        if not sheet.has_number(row):
            continue
        labels = sheet.labels(row, first)
        if not any(label.row == row for label in labels):  # a heading over several rows is no row's own label
            cells = [c for c in sheet.starting(row) if holds_number(c.text)]
            draft.doubt("table.row_unlabelled", f"a row of numbers carries no label (row {row + 1} of the table)", cells)
            continue
        if names_other_row(labels[-1].text):
            numbers = [c for c in sheet.starting(row) if holds_number(c.text)]
            draft.doubt("table.position_unknown", f"{labels[-1].text}: a row of the form under another row's header", numbers)
            continue
        for columns in maps:
            for item in filter(None, (*columns.items, *columns.extras)):
                cell, _ = _cell_at(sheet, row, item)
                if cell is not None:
                    _keep_extra(labels, cell, columns, item, draft)
