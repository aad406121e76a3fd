"""The view ``coverage``: which agency should report for which year, and what became of it. Standard SQL, as in ``store.views``.

What is expected comes from the database itself, or from a roster that is given as a parameter (``store.coverage``); all
else is the same for both.
"""

# ruff: noqa: S608 - every name comes from this project

from __future__ import annotations

from normalize.forms import forms
from store.agency_views import SUCCESSIONS

FIRST_YEAR = 2008
"""The first year that agencies reported for: the 条例 of 2007 (国务院令第492号) came into force on 1 May 2008."""
PRESENT_RULE = 2019
"""The first year reported under the 条例 as revised (国务院令第711号), in force since 15 May 2019."""

_WHO = "'#' || CAST({0} AS TEXT)"
"""An agency, in a column that may hold a printed name instead."""

_SPAN = "SELECT MIN(year) AS first, MAX(year) AS last FROM seen"


def _expected(whose: str = "IS NOT NULL", span: str = _SPAN) -> str:
    """Each agency from its first report on, to the last year there is any report for, or until another took its place."""
    return f"""\
WITH RECURSIVE seen AS (
  SELECT agency_id, year FROM report WHERE current = 1 AND agency_id {whose} AND year >= {FIRST_YEAR}
  UNION SELECT agency_id, year FROM failure WHERE agency_id {whose} AND year >= {FIRST_YEAR}
), span AS ({span}),
years AS (SELECT first AS year FROM span WHERE first IS NOT NULL UNION ALL SELECT year + 1 FROM years, span WHERE year < last),
ended AS (
  SELECT agency_id, MIN(year) AS year FROM (
    SELECT agency_id, year FROM ({SUCCESSIONS}) AS s WHERE agency_id {whose}
    UNION ALL SELECT a.id, g.until FROM agency AS a JOIN region AS g ON g.code = a.region_code
      WHERE g.until IS NOT NULL AND a.id {whose}
  ) AS e GROUP BY agency_id
), bounds AS (
  SELECT s.agency_id, MIN(s.year) AS first, MAX(s.year) AS last, MIN(e.year) AS ended
  FROM seen AS s LEFT JOIN ended AS e ON e.agency_id = s.agency_id GROUP BY s.agency_id
), expected AS (
  SELECT {_WHO.format("b.agency_id")} AS who, b.agency_id, a.name AS agency, y.year
  FROM bounds AS b JOIN agency AS a ON a.id = b.agency_id JOIN years AS y
    ON y.year >= b.first AND (b.ended IS NULL OR y.year < b.ended OR y.year <= b.last)
), """


def _form_due() -> str:
    """The form that a year's report is to be on; NULL before there was one for the whole country."""
    whens = "".join(f" WHEN e.year >= {form.from_year} THEN '{form.key}'" for form in forms().values())
    return f"CASE{whens} END"


def _forms_printed() -> tuple[str, str]:
    """The forms a report prints tables of, joined by +, and the joins that tell: subqueries would be asked again and again."""
    parts = " || ".join(f"CASE WHEN w{key}.report_id IS NULL THEN '' ELSE '+{key}' END" for key in forms())
    joins = " ".join(f"LEFT JOIN form_{key} AS w{key} ON w{key}.report_id = r.id" for key in forms())
    return f"SUBSTR({parts}, 2)", joins


_DUE = f"""CASE
    WHEN e.year < {FIRST_YEAR} THEN NULL
    WHEN e.year < {PRESENT_RULE} THEN CAST(e.year + 1 AS TEXT) || '-03-31'
    WHEN a.id IS NULL OR a.level = 'township' OR a.category NOT IN ('government', 'department', 'vertical', 'mass', 'institution')
      THEN NULL
    WHEN a.kind = 'government' OR (a.category = 'government' AND f.scope = 'jurisdiction')
      THEN CAST(e.year + 1 AS TEXT) || '-03-31'
    ELSE CAST(e.year + 1 AS TEXT) || '-01-31' END"""
"""The last day for publishing.

Reports for 2019 and later: article 49 of the 条例 as revised in 2019, 31 January for departments of governments from the county
up (and, by article 54, for organisations that laws authorise), 31 March for those governments. It names no townships,
subdistricts or development zones. Before: article 31 of the 条例 of 2007, 31 March for every agency.
"""

_PUBLISHED = "CASE WHEN r.published >= CAST(r.year AS TEXT) || '-12-01' THEN r.published END"
"""A date before the last month of the year reported on is not that of this report."""


def _facts(whose: str = "") -> str:
    """Per agency (or printed name, where the agency is undecided) and year: one report, and the first date stated by any."""
    printed, joins = _forms_printed()
    who = f"CASE WHEN r.agency_id IS NULL THEN r.agency ELSE {_WHO.format('r.agency_id')} END"
    return f"""dates AS (
  SELECT {who} AS who, r.year, MIN({_PUBLISHED}) AS published
  FROM report AS r WHERE r.published <> '' AND r.year IS NOT NULL{whose} GROUP BY 1, 2
), ranked AS (
  SELECT {who} AS who, r.id, r.year, r.scope, r.form, r.verdict, r.document_id,
    ROW_NUMBER() OVER (PARTITION BY {who}, r.year ORDER BY r.cells_found DESC, r.id) AS place
  FROM report AS r WHERE r.current = 1 AND r.year IS NOT NULL{whose}
), fact AS (
  SELECT r.who, r.id, r.year, r.scope, r.form, r.verdict, r.document_id, {printed} AS forms
  FROM ranked AS r {joins} WHERE r.place = 1
), unread AS (
  SELECT {_WHO.format("agency_id")} AS who, year, MIN(document) AS document, MIN(reason) AS reason
  FROM failure WHERE agency_id IS NOT NULL AND year IS NOT NULL AND code <> 'not_a_report' GROUP BY 1, 2
)"""


def _judged() -> str:
    return f"""judged AS (
  SELECT e.agency_id, e.agency, a.kind, a.level, a.region_code, g.name AS region,
    COALESCE(g.province, '') AS province, COALESCE(g.city, '') AS city, COALESCE(g.county, '') AS county, e.year,
    f.id AS report_id, f.verdict, f.document_id, u.document AS unread, u.reason, f.scope,
    {_DUE} AS due, d.published, f.forms AS form, {_form_due()} AS form_due,
    CASE WHEN f.id IS NULL THEN NULL WHEN f.forms = '' THEN 'none' WHEN {_form_due()} IS NULL THEN 'not_due'
      WHEN LENGTH(f.forms) > 4 THEN 'hybrid' WHEN f.forms = {_form_due()} THEN 'right' ELSE 'wrong' END AS form_state
  FROM expected AS e LEFT JOIN agency AS a ON a.id = e.agency_id LEFT JOIN region AS g ON g.code = a.region_code
    LEFT JOIN fact AS f ON f.who = e.who AND f.year = e.year LEFT JOIN dates AS d ON d.who = e.who AND d.year = e.year
    LEFT JOIN unread AS u ON u.who = e.who AND u.year = e.year
)"""


_STATUS = """\
SELECT j.agency_id, j.agency, j.kind, j.level, j.region_code, j.region, j.province, j.city, j.county, j.year,
  CASE WHEN j.report_id IS NULL THEN CASE WHEN j.unread IS NULL THEN 'missing' ELSE 'unreadable' END
    WHEN j.form_state IN ('wrong', 'hybrid') THEN 'wrong_form'
    WHEN j.published > j.due THEN 'late' ELSE 'present' END AS status,
  CASE WHEN j.report_id IS NULL THEN NULL WHEN j.due IS NULL THEN 'no_deadline' WHEN j.published IS NULL THEN 'unknown'
    WHEN j.published > j.due THEN 'late' ELSE 'on_time' END AS timeliness,
  j.published, j.due, j.form_state, j.form, j.form_due, j.verdict, j.report_id, COALESCE(p.document, j.unread) AS document,
  CASE WHEN j.report_id IS NULL THEN j.reason END AS reason
FROM judged AS j LEFT JOIN document_path AS p ON p.document_id = j.document_id AND p.ordinal = 0"""


def coverage(expected: str | None = None) -> str:
    """The SELECT, with what is expected: CTEs of which the last, ``expected``, has who, agency_id, agency and year."""
    return f"{_expected() if expected is None else expected}{_facts()}, {_judged()}\n{_STATUS}"


OF_ONE = "= :agency"
OF_PROVINCE = (
    "IN (SELECT a.id FROM agency AS a LEFT JOIN region AS g ON g.code = a.region_code WHERE COALESCE(g.province, '') = :province)"
)


def coverage_of_some(whose: str, when: str = "") -> str:
    """The same of some agencies, ``OF_ONE`` or ``OF_PROVINCE``. No index tells the view to leave the others out.

    ``when`` restricts the reports, such as ``r.year = :year``: of other years there is then no telling.
    """
    last = "SELECT MAX(year) FROM report WHERE current = 1 AND agency_id IS NOT NULL"
    span = f"SELECT MIN(year) AS first, ({last}) AS last FROM seen"
    some = f" AND r.agency_id {whose}" + (f" AND {when}" if when else "")
    return f"{_expected(whose, span)}{_facts(some)}, {_judged()}\n{_STATUS}"


def coverage_views() -> dict[str, str]:
    """The SELECT of the view by name."""
    return {"coverage": coverage()}
