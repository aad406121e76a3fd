"""The ``data_dictionary`` table: every column of the database, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from normalize.forms import forms
from store.schema import FORM_TABLES, metadata
from store.wide import column_name

UNITS = {
    "件": "items",
    "条": "items",
    "项": "items",
    "次": "times",
    "篇": "articles",
    "个": "number",
    "人": "persons",
    "人次": "attendances",
    "万元": "10,000 yuan",
    "": "",
}
"""Units of the official forms in English."""

_WIDE = {table.name: key for key, table in FORM_TABLES.items()}


def dictionary_rows(columns: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """A row for each column of each table; ``columns`` are the wide tables' columns in the database's order, by form."""
    rows = []
    for relation in sorted(metadata.tables):
        table = metadata.tables[relation]
        order = columns[_WIDE[relation]] if relation in _WIDE else [column.name for column in table.columns]
        cells = _cells(_WIDE[relation]) if relation in _WIDE else {}
        rows += [
            dict.fromkeys(_EMPTY)
            | cells.get(name, {})
            | {"relation": relation, "name": name, "position": place, "description": _description(relation, name)}
            for place, name in enumerate(order)
        ]
    return rows


_EMPTY = tuple(column.name for column in metadata.tables["data_dictionary"].columns)


def _description(relation: str, name: str) -> str:
    column = metadata.tables[relation].columns.get(name)
    return "" if column is None else column.doc or ""


def _cells(form: str) -> dict[str, dict[str, Any]]:
    return {
        column_name(cell.key): {
            "form": form,
            "table": cell.key.table,
            "row": cell.key.row,
            "column": cell.key.column,
            "cell": str(cell.key),
            "label_zh": f"{cell.row_label}：{cell.column_label}",
            "label_en": cell.en,
            "unit_zh": cell.unit,
            "unit_en": UNITS.get(cell.unit, cell.unit),
            "signed": int(cell.signed),
        }
        for cell in forms()[form].cells()
    }
