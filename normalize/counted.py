"""Columns of aligned text whose header does not stand in line with them.

`pdftotext -layout` and the like move wrapped header words sideways and break them over lines, while the numbers below keep to
their columns. Then columns are told by counting: the header must hold exactly the characters of a panel's labels and no
others, what is legible of it must stand in the panel's order, and there must be exactly as many columns of numbers.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from extract.model import GridCell
from normalize.align import Printed, align, likeness
from normalize.headers import Band, ColumnMap, Item
from normalize.labels import take_apart
from normalize.panels import Panel, corner_labels, panels, spanning_labels
from normalize.placing import holds_number
from normalize.sheet import Sheet, is_label, names_column, names_row, names_section

_FEWEST = 5
"""Narrower panels (规章 … 现行有效件数) are not told apart by counting."""
_LEGIBLE = 2


def map_by_count(sheet: Sheet, band: Band, stop: int) -> ColumnMap | None:
    """The columns under a header in aligned text by count and order, or None where that proves nothing."""
    end = next((r for r in range(band.start, stop) if sheet.has_number(r)), stop)
    header = range(_top(sheet, band), end)
    labels = [c for r in header for c in sheet.starting(r) if is_label(c.text) and not _is_corner(c.text)]
    corners = {c.column for r in header for c in sheet.starting(r) if _is_corner(c.text)}
    columns = [c for c in _number_columns(sheet, range(end, stop)) if c not in corners]
    for panel in panels():
        if (
            len(panel.columns) == len(columns) >= _FEWEST
            and _spells(labels, panel)
            and _in_order(labels, panel)
            and not _stands_elsewhere(labels, panel, columns)
        ):
            items = tuple(Item(c, c + 1, ()) for c in columns)
            return ColumnMap(panel, items, (), float(len(items)), by_order=("(header out of line with its columns)",))
    return None


def _top(sheet: Sheet, band: Band) -> int:
    """The first row of the header: rows above without numbers whose words name no row."""
    row = band.start
    while row > 0 and not sheet.has_number(row - 1) and not sheet.is_section(row - 1):
        texts = [c.text for c in sheet.starting(row - 1) if is_label(c.text)]
        if any((names_row(t) and not names_column(t)) or names_section(t) for t in texts):
            break
        row -= 1
    return row


def _is_corner(text: str) -> bool:
    folded = take_apart(text)
    return "勾稽" in folded.core or folded in corner_labels()


def _number_columns(sheet: Sheet, rows: Iterable[int]) -> list[int]:
    """Columns in which at least half of the rows with numbers print one; numbers elsewhere make it no plain table."""
    found: Counter[int] = Counter()
    count = 0
    for row in rows:
        numbers = [c for c in sheet.starting(row) if holds_number(c.text)]
        count += bool(numbers)
        found.update(c.column for c in numbers)
    return sorted(found) if found and min(found.values()) * 2 >= count else []


def _spells(labels: Sequence[GridCell], panel: Panel) -> bool:
    """Whether the header's characters are those of the panel's labels, the headings over them allowed for."""
    printed = Counter(c for cell in labels for c in take_apart(cell.text).core)
    wanted = Counter(c for column in panel.columns for c in column.wanted.leaves[0].core)
    headings = {p.core for column in panel.columns for p in column.wanted.parents} | {s.core for s in spanning_labels()}
    allowed = wanted + Counter("".join(headings))
    return not wanted - printed and not printed - allowed


def _in_order(labels: Sequence[GridCell], panel: Panel) -> bool:
    """Whether the labels that can be read whole, some of them, stand left to right as in the panel, and the headings too."""
    read = [c for c in labels if any(likeness(Printed((c.text,)), column.wanted) == 1.0 for column in panel.columns)]
    read.sort(key=lambda c: c.column)
    matches = align([Printed((c.text,)) for c in read], [column.wanted for column in panel.columns])
    return len(matches) == len(read) and len(read) >= _LEGIBLE and _headings_in_order(labels, panel)


def _stands_elsewhere(labels: Sequence[GridCell], panel: Panel, columns: Sequence[int]) -> bool:
    """Whether the header is whole and each label in a column of its own, but those are not the columns of numbers."""
    heads = {c.column for c in labels if any(likeness(Printed((c.text,)), column.wanted) == 1.0 for column in panel.columns)}
    return len(heads) == len(panel.columns) and heads != set(columns)


def _headings_in_order(labels: Sequence[GridCell], panel: Panel) -> bool:
    """Whether headings over columns, or what can only be a piece of one, stand on each line left to right as in the panel."""
    headings = list(dict.fromkeys(parent.core for column in panel.columns for parent in column.wanted.parents))
    leaves = {leaf.core for column in panel.columns for leaf in column.wanted.leaves}
    lines: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for cell in labels:
        core = take_apart(cell.text).core
        homes = [at for at, heading in enumerate(headings) if core in heading]
        if len(homes) == 1 and not any(core in leaf for leaf in leaves):
            lines[cell.row].append((cell.column, homes[0]))
    return all(a <= b for line in lines.values() for (_, a), (_, b) in pairwise(sorted(line)))
