"""The views on the prose: what its sentences state, beside the cells they restate and last year's figures. Standard SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from normalize.mentions.restated import RESTATABLE
from store.wide import column_name

_FORMS = {"form_2021": "a", "form_2019": "b", "form_2014": "c"}


def prose_views(columns: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The SELECT of each view by name; ``columns`` are the wide tables' columns by form."""
    return {"mentions": _mentions(columns), "mention_changes": _changes(columns)}


def _joins(report: str, prefix: str) -> str:
    """The wide rows of a report, each form under a name of its own."""
    return "\n".join(
        f"LEFT JOIN {form} AS {prefix}{name} ON {prefix}{name}.report_id = {report}" for form, name in _FORMS.items()
    )


def _cell(mention: str, prefix: str, columns: Mapping[str, Sequence[str]]) -> str:
    """The number of the cell that a mention names. One CASE over the few cells that sentences restate, not a row a cell."""
    cases = []
    for key in RESTATABLE:
        column = column_name(key)
        values = [f"{prefix}{name}.{column}" for form, name in _FORMS.items() if column in columns[form.removeprefix("form_")]]
        value = values[0] if len(values) == 1 else f"COALESCE({', '.join(values)})"
        cases.append(f"WHEN '{key}' THEN {value}")
    return f"CASE {mention}.cell\n    {' '.join(cases)} END"


def _mentions(columns: Mapping[str, Sequence[str]]) -> str:
    return (
        "SELECT m.report_id, m.ordinal, r.document, r.agency, r.agency_id, r.year, r.scope, r.form,\n"
        "  m.metric, m.whose, m.qualifier, m.value, m.unit, m.kind, m.approximate, m.negated, m.section,\n"
        "  m.section_ordinal, m.start, m.stop,\n"
        "  substr(s.text, m.start + 1, m.stop - m.start) AS printed,\n"
        "  substr(s.text, m.sentence_start + 1, m.sentence_stop - m.sentence_start) AS sentence, m.whole, m.base, m.cell,\n"
        f"  {_cell('m', 'f', columns)} AS cell_value\n"
        "FROM mention AS m JOIN current_report AS r ON r.report_id = m.report_id\n"
        "LEFT JOIN section AS s ON s.report_id = m.report_id AND s.ordinal = m.section_ordinal\n"
        f"{_joins('m.report_id', 'f')}"
    )


def _changes(columns: Mapping[str, Sequence[str]]) -> str:
    """Stated changes beside last year's figure: the cell it restates, else the same count in last year's prose."""
    last_year = f"COALESCE({_cell('b', 'p', columns)}, q.value)"
    change = f"ABS(b.value - {last_year})"
    return (
        "SELECT r.report_id, r.agency, r.agency_id, r.year, b.metric, b.qualifier, b.value, b.unit,\n"
        "  m.value AS stated, m.unit AS stated_in,\n"
        f"  {last_year} AS last_year,\n"
        f"  CASE WHEN m.unit = b.unit THEN {change}\n"
        # In percent; the sign itself would be a placeholder to PostgreSQL's driver.
        f"    WHEN m.unit NOT IN ('倍', '个百分点', '‰') THEN {change} * 100.0 / NULLIF({last_year}, 0) END AS recomputed\n"
        "FROM mention AS m JOIN mention AS b ON b.report_id = m.report_id AND b.ordinal = m.base\n"
        "JOIN current_report AS r ON r.report_id = m.report_id\n"
        "JOIN report AS t ON t.agency_id = r.agency_id AND t.year = r.year - 1 AND t.current = 1\n"
        "  AND COALESCE(t.scope, '') = COALESCE(r.scope, '')\n"
        f"{_joins('t.id', 'p')}\n"
        "LEFT JOIN mention AS q ON q.report_id = t.id AND q.metric = b.metric AND q.qualifier = b.qualifier AND q.kind = b.kind\n"
        "  AND q.whose = 'self' AND q.approximate = 0\n"
        "WHERE m.kind = 'change' AND b.metric <> '' AND b.whose = 'self'"
    )
