"""The views on agencies: who they are, what they were called, and what became of them. Standard SQL, as in ``store.views``."""

from __future__ import annotations

AGENCIES = """\
SELECT a.id AS agency_id, a.key, a.name, a.kind, a.category, a.level, a.area, a.system,
  COALESCE(g.province, '') AS province, COALESCE(g.city, '') AS city, COALESCE(g.county, '') AS county,
  CASE WHEN g.level = 'township' THEN g.name WHEN a.level = 'township' THEN a.area ELSE '' END AS township,
  a.region_code, g.name AS region, g.until AS region_until
FROM agency AS a LEFT JOIN region AS g ON g.code = a.region_code"""

AGENCY_NAMES = """\
SELECT r.agency_id, r.agency AS printed, MIN(r.year) AS first_year, MAX(r.year) AS last_year, COUNT(*) AS reports
FROM report AS r WHERE r.agency_id IS NOT NULL GROUP BY r.agency_id, r.agency"""

SUCCESSIONS = """\
SELECT s.agency_id, s.successor_id, s.year, 'alias file' AS source FROM agency_succession AS s
UNION ALL
SELECT a.id, b.id, k.year, 'kind' FROM agency AS a JOIN agency_kind AS k ON k.kind = a.kind
  JOIN agency AS b ON b.kind = k.successor AND b.region_code = a.region_code AND b.area = a.area AND b.system = a.system
UNION ALL
SELECT a.id, b.id, h.year, 'region' FROM agency AS a JOIN region_heir AS h ON h.code = a.region_code
  JOIN agency AS b ON b.kind = a.kind AND b.region_code = h.heir_code AND b.area = a.area AND b.system = a.system
  WHERE a.kind NOT IN ('institution', 'other')"""

UNDECIDED = """\
SELECT r.id AS report_id, r.agency AS printed, r.year, r.agency_reason AS reason, p.document,
  (SELECT COUNT(*) FROM agency_candidate AS c WHERE c.report_id = r.id AND c.joint = 0) AS candidates
FROM report AS r LEFT JOIN document_path AS p ON p.document_id = r.document_id AND p.ordinal = 0
WHERE r.agency_id IS NULL AND r.current = 1"""


def agency_views() -> dict[str, str]:
    """The SELECT of each view by name."""
    return {"agencies": AGENCIES, "agency_names": AGENCY_NAMES, "successions": SUCCESSIONS, "undecided_reports": UNDECIDED}
