"""Papers of the fixtures: the words of ``fixtures/prose.toml`` round the figures of ``fixtures/figures/*.csv``."""

from __future__ import annotations

import csv
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from normalize.forms import forms
from normalize.model import CellKey
from tests.typesetter.compose import hybrid_tables
from tests.typesetter.model import Chapter, Figure, Paper

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
COLUMNS = ("form", "table", "row", "column", "value", "printed")

_TOTALS = {"new": "new", "carried_in": "carried_in", "handled": "handled_total", "carried_out": "carried_out"}


def prose() -> dict[str, Any]:
    """The words of every fixture, by name."""
    return tomllib.loads((FIXTURES / "prose.toml").read_text("utf-8"))


def figures(name: str) -> dict[CellKey, Figure]:
    """The figures of a fixture, in the form's order; none where the report is prose only."""
    path = FIXTURES / "figures" / f"{name}.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        CellKey(row["table"], row["row"], row["column"]): Figure(row["printed"], Decimal(row["value"]))
        if row["value"]
        else Figure.blank(row["printed"])
        for row in rows
    }


def published(name: str) -> Paper:
    """The paper of a fixture."""
    words = prose()[name]
    numbers = figures(name)
    mixed = CellKey("applications", "other", "total") in numbers and words["form"] == "2021"
    filling = {"agency": words["agency"], "year": words["year"]}
    for field, row in _TOTALS.items():
        figure = numbers.get(CellKey("applications", row, "total"))
        filling[field] = figure.printed if figure else ""

    def fill(lines: list[str]) -> tuple[str, ...]:
        return tuple(line.format_map(filling) for line in lines)

    return Paper(
        agency=words["agency"],
        year=words["year"],
        form=words["form"],
        title=fill(words["title"]),
        tables=hybrid_tables() if mixed else forms()[words["form"]].tables if words["form"] else (),
        figures=numbers,
        chapters=tuple(
            Chapter(c["heading"], fill(c.get("paragraphs", [])), tuple(c.get("tables", []))) for c in words["chapters"]
        ),
        preface=fill(words["preface"]),
        broken=words.get("broken", ""),
    )
