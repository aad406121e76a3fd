"""`nianbao corrections`: what people decided about single cells, in the terminal."""

from __future__ import annotations

from decimal import Decimal

from rich.text import Text

from nianbao.show import clean, plain_table, say, verdict_text
from store.corrections import corrections
from store.load import Store
from store.values import figure_text


def show_corrections(store: Store, agency: str) -> None:
    """Print every decision, the latest first; of agencies whose name contains ``agency``."""
    table = plain_table()
    for name in ("when", "who", "report", "cell", "old", "new", "why", "verdict"):
        table.add_column(name, overflow="fold", justify="right" if name in {"old", "new"} else "left")
    made = corrections(store, agency)
    for row in made:
        old = row["old_state"] or "" if row["old_value"] is None else figure_text(row["old_value"])
        read, now = row["read_verdict"], row["verdict"]
        verdicts = Text(" → ").join([verdict_text(each) for each in dict.fromkeys((read, now)) if each])
        whose = clean(f"{row['agency'] or ''} {row['year'] or ''}")
        cell = f"{row['form']}:{row['cell']}"
        table.add_row(row["time"], clean(row["person"]), whose, cell, old, _number(row["value"]), clean(row["reason"]), verdicts)
    say(table if made else Text("No decisions.", "dim"))


def _number(value: Decimal | None) -> str:
    return "blank" if value is None else figure_text(value)
