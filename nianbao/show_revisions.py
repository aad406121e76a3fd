"""`nianbao revisions`: what agencies changed in reports that they had published."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from nianbao.show import clean, plain_table, say
from store.history import RevisedCell, Revision, revisions
from store.load import Store
from store.values import figure_text

_KINDS = {"cells": "red", "prose": "yellow", "bytes": "dim"}
_CELLS_SHOWN = 20


def show_revisions(store: Store, agency: str, year: int | None, *, every_cell: bool = False) -> int:
    """Print the ledger, oldest first; gives the exit code, 1 if there is none."""
    found = revisions(store, agency, year)
    if not found:
        say("No report in the database was revised." if not (agency or year) else "No such report was revised.")
        return 1
    for each in found:
        say(_heading(each))
        for line in _lines(each, None if every_cell else _CELLS_SHOWN):
            say(line)
    return 0


def _heading(each: Revision) -> Text:
    scope = f" ({each.scope})" if each.scope else ""
    return Text.assemble((f"{clean(each.agency)} {each.year}{scope}  ", "bold"), (each.kind, _KINDS[each.kind]))


def _lines(each: Revision, most: int | None) -> Iterator[RenderableType]:
    where = "in its place" if each.same_path else "at another path"
    table = plain_table()
    for name in ("", "document", "first seen", "last seen"):
        table.add_column(name, overflow="fold")
    table.add_row("old", clean(each.old_document), each.old_first_seen, each.old_last_seen)
    table.add_row("new", clean(each.new_document), each.new_first_seen, each.new_last_seen)
    yield table
    yield Text(f"  noticed {each.noticed}, {where}", "dim")
    if not each.same_reader:
        yield Text(
            "  Different versions of the reader read the two: it may be the reader that changed, not the report.", "yellow"
        )
    for cell in each.cells[:most]:
        yield Text(f"  {cell.cell}: {_side(cell, new=False)} -> {_side(cell, new=True)}")
    if most is not None and len(each.cells) > most:
        yield Text(f"  … and {len(each.cells) - most} cells more: --all shows them", "dim")
    for number, heading, change in each.sections:
        yield Text(f"  chapter {number} {clean(heading)}: {change}")
    yield Text("")


def _side(cell: RevisedCell, *, new: bool) -> str:
    """What is printed, and the number where that says something else."""
    printed, value = (cell.new_printed, cell.new_value) if new else (cell.old_printed, cell.old_value)
    if printed is None:
        return "（无此格 not printed）"
    number = "" if value is None else figure_text(value)
    shown = clean(printed) or "（空白 blank）"
    return shown if number in {"", shown} else f"{number} ({shown})"
