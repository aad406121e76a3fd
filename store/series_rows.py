"""The tables of the long series as the data files say them. Derived, like the ``data_dictionary``: see ``store.generate``."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from normalize.forms import forms
from normalize.series import indicators, metrics
from store.schema.series import indicator, indicator_cell, indicator_form, metric
from store.series_views import family_name, witnesses

SERIES_TABLES = (indicator, indicator_form, indicator_cell, metric)


@cache
def series_text() -> str:
    """All of it as one text, to tell by whether a database has it as it is now."""
    return json.dumps(series_rows(), ensure_ascii=False)


@cache
def series_rows() -> dict[str, list[dict[str, Any]]]:
    """The rows of each table, by its name."""
    return {
        "indicator": _indicators(),
        "indicator_form": [row for form in forms() for row in _mappings(form)],
        "indicator_cell": [
            {"form": form, "indicator": key, "cell": str(cell)}
            for key, each in indicators().items()
            for form, mapping in each.forms.items()
            for cell in mapping.cells
        ],
        "metric": _metrics(),
    }


def _indicators() -> list[dict[str, Any]]:
    return [
        {
            "indicator": key,
            "position": place,
            "topic": each.topic,
            "applicant": each.applicant,
            "label_zh": each.label.zh,
            "label_en": each.label.en,
            "unit": each.unit,
        }
        for place, (key, each) in enumerate(indicators().items())
    ]


def _mappings(form: str) -> list[dict[str, Any]]:
    known = witnesses(form)
    rows = []
    for place, (key, each) in enumerate(indicators().items()):
        mapping = each.forms[form]
        family = mapping.family
        rows.append(
            {
                "form": form,
                "indicator": key,
                "position": place,
                "relation": mapping.relation.value,
                "segment": mapping.segment,
                "breaks": int(mapping.breaks),
                "family": family_name(family) if family else None,
                "witness": str(known[family]) if family else None,
                "note_zh": mapping.note.zh,
                "note_en": mapping.note.en,
                "source": mapping.source,
            }
        )
    return rows


def _metrics() -> list[dict[str, Any]]:
    return [
        {
            "metric": key,
            "position": place,
            "label_zh": each.label.zh,
            "label_en": each.label.en,
            "numerator": " ".join(each.numerator),
            "denominator": " ".join(each.denominator),
            "minimum": each.minimum,
            "per": each.per,
            "bounded": int(each.bounded),
            "forms": " ".join(each.forms),
            "unit": each.unit,
            "note_zh": each.note.zh,
            "note_en": each.note.en,
        }
        for place, (key, each) in enumerate(metrics().items())
    ]
