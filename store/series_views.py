"""The view ``series``: every indicator of every current report, all forms joined. Standard SQL, as in ``store.views``.

A report may print some families of rows as one form has them and others as another does. So each form's wide table is
asked, and the row of an indicator comes from the form that the report prints it in: the report's own, if that has it;
else the newest that has. Where none has, the report's own form says why there is no figure.
"""

# ruff: noqa: S608 - every name and label comes from the project's own data files

from __future__ import annotations

from functools import cache

from normalize.forms import family_of, form_cells, forms
from normalize.model import CellKey
from normalize.series import FormMapping, indicators
from store.wide import column_name

Family = tuple[str, str]


@cache
def series_views(dialect: str) -> dict[str, str]:
    """The SELECT of the view by name; ``dialect`` is the name SQLAlchemy gives it."""
    return {"series": "\nUNION ALL\n".join([*(_form_rows(form, dialect) for form in forms()), _PROSE])}


def witnesses(form: str) -> dict[Family, CellKey]:
    """The first cell of each family of rows of a form. Families are printed whole, so it stands for all of its family."""
    found: dict[Family, CellKey] = {}
    for owner, key in form_cells():
        if owner == form:
            found.setdefault((key.table, family_of(key.row)), key)
    return found


def family_name(family: Family) -> str:
    """A family of rows as a column of a table names it."""
    return ".".join(family)


_PROSE = """\
SELECT r.id, r.agency_id, r.agency, r.year, r.scope, m.indicator, CAST(NULL AS NUMERIC), '', 'absent', '', 0, 'prose',
  CAST(NULL AS NUMERIC), 0, r.verdict
FROM report AS r CROSS JOIN indicator AS m WHERE r.current = 1 AND r.form = ''"""

_COLUMNS = """\
SELECT c.report_id, r.agency_id, r.agency, c.year, r.scope, c.indicator,
  CASE WHEN r.verdict <> 'review' AND c.relation <> 'not_comparable' THEN c.figure END AS value,
  '{form}' AS form, c.relation, c.segment, c.breaks,
  CASE WHEN c.relation IN ('absent', 'not_comparable') THEN c.relation
    WHEN c.figure IS NULL THEN COALESCE((SELECT MAX(CASE n.state WHEN 'corrected' THEN 'blank' ELSE n.state END)
      FROM indicator_cell AS p JOIN cell_note AS n ON n.report_id = c.report_id AND n.form = p.form AND n.cell = p.cell
      WHERE p.form = '{form}' AND p.indicator = c.indicator AND n.state IN ('blank', 'missing', 'corrected')), 'not_printed')
    WHEN r.verdict = 'review' THEN 'review' END AS null_reason,
  CASE WHEN r.verdict = 'review' AND c.relation <> 'not_comparable' THEN c.figure END AS doubtful,
  CASE WHEN r.verdict = 'inconsistent' AND EXISTS (SELECT 1 FROM indicator_cell AS p JOIN finding AS e
      ON e.report_id = c.report_id AND e.severity = 'fault'
      AND REPLACE(' ' || e.cells || ' ', ' ' || p.cell || ' ', '') <> ' ' || e.cells || ' '
      WHERE p.form = '{form}' AND p.indicator = c.indicator) THEN 1 ELSE 0 END AS contested,
  r.verdict
FROM (SELECT f.report_id, f.year, m.indicator, m.relation, m.segment, m.breaks,
    {figure} AS figure,
    {owned} AS owned
  FROM form_{form} AS f JOIN indicator_form AS m ON m.form = '{form}' WHERE f.current = 1) AS c
JOIN report AS r ON r.id = c.report_id
WHERE (c.owned = 1 OR r.form = '{form}')"""

_ELSEWHERE = """\
  AND NOT ({prior} AND EXISTS (SELECT 1 FROM form_{form} AS f JOIN indicator_form AS m ON m.form = '{form}'
    WHERE f.report_id = c.report_id AND m.indicator = c.indicator AND {owned} = 1))"""


def _form_rows(form: str, dialect: str) -> str:
    order = list(forms())
    rows = _COLUMNS.format(form=form, figure=_figure(form, dialect), owned=_owned(form))
    for other in order:
        if other != form:
            # The report's own form comes first where it has the row, then the newer one.
            prior = f"((r.form = '{form}' AND c.owned = 0) OR r.form = '{other}'"
            prior += f" OR r.form <> '{form}')" if order.index(other) < order.index(form) else ")"
            rows += "\n" + _ELSEWHERE.format(prior=prior, form=other, owned=_owned(other))
    return rows


def _figure(form: str, dialect: str) -> str:
    """The indicator's figure. NULL where a part of a sum is."""
    made = [(place, each.forms[form]) for place, each in enumerate(indicators().values())]
    cases = "\n    ".join(f"WHEN {place} THEN {_sum(mapping, dialect)}" for place, mapping in made if mapping.cells)
    return f"CASE m.position\n    {cases} END" if cases else "CAST(NULL AS NUMERIC)"


def _sum(mapping: FormMapping, dialect: str) -> str:
    parts = " + ".join(f'f."{column_name(key)}"' for key in mapping.cells)
    if len(mapping.cells) == 1 or dialect != "sqlite":
        return parts
    # Whole numbers stay whole, and a sum of others does not show the noise of doubles.
    return f"CAST(CAST(ROUND({parts}, 9) AS TEXT) AS NUMERIC)"


def _owned(form: str) -> str:
    """1 where the report prints the indicator's family of rows as ``form`` has it: with a number, or noted as having none."""
    known = witnesses(form)
    used = dict.fromkeys(mapping.family for each in indicators().values() if (mapping := each.forms[form]).family)
    cases = "\n    ".join(
        f"WHEN '{family_name(family)}' THEN f.\"{column_name(known[family])}\"" for family in used if family is not None
    )
    if not cases:  # a new form that no indicator is mapped to yet
        return "0"
    note = f"SELECT 1 FROM cell_note AS n WHERE n.report_id = f.report_id AND n.form = '{form}' AND n.cell = m.witness"
    return f"CASE WHEN (CASE m.family\n    {cases} END) IS NOT NULL OR EXISTS ({note}) THEN 1 ELSE 0 END"
