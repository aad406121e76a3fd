"""The question of a comparison as SQL and as pandas: text to copy, which gives the figures that the page shows.

Names of agencies come from documents, so they are quoted here as what they are: text.
"""

from __future__ import annotations

from collections.abc import Sequence

from normalize.series import Metric
from store.lines import Quantity
from store.series import Subject, Years

_MOST = 200
"""Agencies that are named; of more the first."""


def as_sql(what: Quantity, subjects: Sequence[Subject], span: Years | None) -> str:
    """A SELECT of the indicators over the view ``series``; of a metric, with the rate, in its contract's terms."""
    where = [_whose(subjects)] if subjects else []
    if span:
        where.append(f"year BETWEEN {span[0]} AND {span[1]}")
    keys = what.indicators if isinstance(what, Metric) else (what.key,)
    where.append(f"indicator IN ({', '.join(map(quoted, keys))})")
    condition = "\n  AND ".join(where)
    if not isinstance(what, Metric):
        names = "agency_id, agency, year, scope, indicator, value, form, segment, null_reason, contested, verdict, report_id"
        return f"SELECT {names}\nFROM series\nWHERE {condition}\nORDER BY agency, year"
    above, below = _sum(what.numerator), _sum(what.denominator)
    forms = ", ".join(map(quoted, what.forms))
    return (
        f"SELECT agency_id, agency, year, scope, report_id, form,\n  {above} AS numerator,\n  {below} AS denominator,\n"
        f"  CASE WHEN {below} >= {what.minimum} AND form IN ({forms})\n"
        f"    THEN ROUND(1.0 * {what.per} * {above} / NULLIF({below}, 0), 4) END AS value\n"
        f"FROM series\nWHERE {condition}\nGROUP BY report_id, agency_id, agency, year, scope, form\nORDER BY agency, year"
    )


def _sum(keys: Sequence[str]) -> str:
    parts = [f"MAX(CASE indicator WHEN {quoted(key)} THEN value END)" for key in keys]
    return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"


def _whose(subjects: Sequence[Subject]) -> str:
    known = [str(each.agency_id) for each in subjects if each.agency_id is not None][:_MOST]
    named = [quoted(each.name) for each in subjects if each.agency_id is None][:_MOST]
    parts = [f"agency_id IN ({', '.join(known)})"] if known else []
    parts += [f"(agency_id IS NULL AND agency IN ({', '.join(named)}))"] if named else []
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def quoted(text: str) -> str:
    """Text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def as_pandas(database: str, what: Quantity, subjects: Sequence[Subject], span: Years | None) -> str:
    """The same for pandas."""
    sql = as_sql(what, subjects, span).replace("\\", "\\\\").replace('"', '\\"')
    lines = "\n".join(f'    "{line} "' for line in sql.splitlines())
    return f"import sqlite3\n\nimport pandas\n\nframe = pandas.read_sql(\n{lines},\n    sqlite3.connect({database!r}),\n)"
